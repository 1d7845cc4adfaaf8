/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A ring's layout, memory and indices, split (virtio 2.7) and packed (virtio 2.8). */

#include <string.h>

#include <rte_memzone.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include "test.h"

#include "vio_ring_packed.h"
#include "vio_ring_split.h"

#define SIZE 256

static struct vio_ring ring;
static volatile uint16_t doorbell;

/* Where the device writes. */
static struct virtq_used *
used(void)
{
	return (struct virtq_used *)(uintptr_t)ring.used;
}

static int
setup(void)
{
	const struct vio_ring_conf conf = { .size = SIZE, .extra = 100 };
	int ret = vio_ring_alloc(&ring, "test_vio_ring", &conf, SOCKET_ID_ANY);

	ring.doorbell.queue = 3;
	ring.weak_barriers = true;
	ring.doorbell.addr = &doorbell;
	doorbell = UINT16_MAX;
	return ret == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static void
teardown(void)
{
	if (ring.mz != NULL)
		vio_ring_free(&ring);
}

/* virtio 2.7: the size and the alignment of each part, none of which overlap. */
static int
layout_of_every_size(void)
{
	static const size_t extras[] = { 0, 1, 64, 1000 };
	unsigned int size, i;

	for (size = VIO_RING_SIZE_MIN; size <= VIRTQ_SIZE_MAX; size *= 2) {
		for (i = 0; i < RTE_DIM(extras); i++) {
			const struct vio_ring_conf conf = { .size = size, .extra = extras[i] };
			struct vio_ring_layout l = vio_ring_layout(&conf);

			TEST_ASSERT_EQUAL(l.desc % 16, 0, "size %u: descriptors at %zu", size,
				l.desc);
			TEST_ASSERT_EQUAL(l.driver % 2, 0, "size %u: available ring at %zu",
				size, l.driver);
			TEST_ASSERT_EQUAL(l.device % RTE_CACHE_LINE_SIZE, 0,
				"size %u: used ring at %zu", size, l.device);
			TEST_ASSERT(l.driver >= l.desc + 16 * size, "size %u: %zu", size,
				l.driver);
			TEST_ASSERT(l.device >= l.driver + 6 + 2 * size, "size %u: %zu", size,
				l.device);
			TEST_ASSERT(l.extra >= l.device + 6 + 8 * size, "size %u: %zu", size,
				l.extra);
			TEST_ASSERT(l.total >= l.extra + extras[i], "size %u: %zu", size,
				l.total);
			/* and not much more than that */
			TEST_ASSERT(l.total <= 26 * size + 12 + extras[i] +
				4 * RTE_CACHE_LINE_SIZE, "size %u: %zu in all", size, l.total);
		}
	}
	return TEST_SUCCESS;
}

static int
memory_of_every_size(void)
{
	unsigned int size;

	for (size = VIO_RING_SIZE_MIN; size <= VIRTQ_SIZE_MAX; size *= 2) {
		const struct vio_ring_conf conf = { .size = size, .extra = 40 };
		struct vio_ring r;
		uint64_t end;

		TEST_ASSERT_SUCCESS(vio_ring_alloc(&r, "test_vio_sizes", &conf, SOCKET_ID_ANY),
			"size %u", size);
		end = r.mz->iova + r.mz->len;
		TEST_ASSERT(r.size == size && r.mask == size - 1, "size %u", size);
		TEST_ASSERT_EQUAL(vio_ring_desc_addr(&r) % VIRTQ_DESC_ALIGN, 0, "size %u", size);
		TEST_ASSERT_EQUAL(vio_ring_driver_addr(&r) % VIRTQ_AVAIL_ALIGN, 0, "size %u",
			size);
		TEST_ASSERT_EQUAL(vio_ring_device_addr(&r) % VIRTQ_USED_ALIGN, 0, "size %u", size);
		TEST_ASSERT(vio_ring_extra_addr(&r) + 40 <= end, "size %u", size);
		TEST_ASSERT(vio_ring_desc_addr(&r) >= r.mz->iova, "size %u", size);
		/* pointers and addresses are of the same bytes */
		TEST_ASSERT_EQUAL(vio_ring_desc_addr(&r) - r.mz->iova,
			RTE_PTR_DIFF(r.desc, r.mz->addr), "size %u", size);
		TEST_ASSERT_EQUAL(vio_ring_driver_addr(&r) - r.mz->iova,
			RTE_PTR_DIFF(r.avail, r.mz->addr), "size %u", size);
		TEST_ASSERT_EQUAL(vio_ring_device_addr(&r) - r.mz->iova,
			RTE_PTR_DIFF(r.used, r.mz->addr), "size %u", size);
		TEST_ASSERT_EQUAL(vio_ring_extra_addr(&r) - r.mz->iova,
			RTE_PTR_DIFF(vio_ring_extra(&r), r.mz->addr), "size %u", size);
		vio_ring_free(&r);
	}
	return TEST_SUCCESS;
}

static int
memory_is_given_back(void)
{
	const struct vio_ring_conf conf = { .size = 8, .extra = SIZE_MAX / 4 };
	char name[RTE_MEMZONE_NAMESIZE];
	struct vio_ring huge;

	TEST_ASSERT_EQUAL(vio_ring_alloc(&huge, "test_vio_huge", &conf, SOCKET_ID_ANY), -ENOMEM,
		"more than there is");
	strcpy(name, ring.mz->name);
	TEST_ASSERT_NOT_NULL(rte_memzone_lookup(name), "no memory zone");
	vio_ring_free(&ring);
	TEST_ASSERT_NULL(rte_memzone_lookup(name), "the memory zone stays");
	TEST_ASSERT_NULL(ring.mz, "the ring still names it");
	return TEST_SUCCESS;
}

/* virtio 2.7.7.1, 2.7.10.1: what a device finds after a reset. */
static int
reset_empties(void)
{
	memset(ring.mz->addr, 0xa5, ring.mz->len);
	ring.avail_idx = 17;
	ring.used_idx = 11;
	vio_ring_reset(&ring);
	vio_ring_intr_set(&ring, false);

	TEST_ASSERT_EQUAL(ring.avail->flags, rte_cpu_to_le_16(VIRTQ_AVAIL_F_NO_INTERRUPT),
		"interrupts 0x%x", ring.avail->flags);
	TEST_ASSERT_EQUAL(ring.avail->idx, 0, "available index");
	TEST_ASSERT_EQUAL(ring.used->flags, 0, "used flags");
	TEST_ASSERT_EQUAL(ring.used->idx, 0, "used index");
	TEST_ASSERT_EQUAL(ring.desc[SIZE - 1].addr, 0, "descriptors");
	TEST_ASSERT_EQUAL(((uint8_t *)vio_ring_extra(&ring))[99], 0, "extra");
	TEST_ASSERT_EQUAL(vio_ring_split_nb_posted(&ring), 0, "posted");
	return TEST_SUCCESS;
}

/* Every used index from far below to far above what is posted, at starts around the wrap. */
static int
used_index_is_bounded(void)
{
	static const uint16_t starts[] = { 0, 1, 255, 32767, 32768, 65279, 65530, 65535 };
	static const uint16_t posted[] = { 0, 1, 128, SIZE };
	unsigned int i, j, claim;
	uint16_t nb_used;

	for (i = 0; i < RTE_DIM(starts); i++) {
		for (j = 0; j < RTE_DIM(posted); j++) {
			ring.used_idx = starts[i];
			ring.avail_idx = starts[i] + posted[j];
			TEST_ASSERT_EQUAL(vio_ring_split_nb_posted(&ring), posted[j], "start %u",
				starts[i]);
			for (claim = 0; claim <= UINT16_MAX; claim++) {
				used()->idx = rte_cpu_to_le_16(starts[i] + claim);
				TEST_ASSERT_EQUAL(vio_ring_split_look(&ring), (claim <= posted[j]),
					"start %u posted %u claimed %u",
					starts[i], posted[j], claim);
				nb_used = vio_ring_split_nb_used(&ring);
				TEST_ASSERT(claim > posted[j] || nb_used == claim,
					"start %u: %u of %u", starts[i], nb_used, claim);
			}
		}
	}
	return TEST_SUCCESS;
}

static int
used_entries_wrap(void)
{
	unsigned int i;
	uint32_t id, len;

	for (i = 0; i < SIZE; i++) {
		used()->ring[i].id = rte_cpu_to_le_32(i | 0xabcd0000);
		used()->ring[i].len = rte_cpu_to_le_32(~i);
	}
	for (i = 65530; i < 65530 + 2 * SIZE; i++) {
		vio_ring_split_used_read(&ring, i, &id, &len);
		TEST_ASSERT_EQUAL(id, ((i % SIZE) | 0xabcd0000), "entry %u: id %u", i, id);
		TEST_ASSERT_EQUAL(len, ~(i % SIZE), "entry %u: len %u", i, len);
	}
	return TEST_SUCCESS;
}

static int
publish_writes_the_index(void)
{
	int strong;

	for (strong = 0; strong < 2; strong++) {
		ring.weak_barriers = !strong;
		ring.avail_idx = 65535;
		vio_ring_split_publish(&ring);
		TEST_ASSERT_EQUAL(ring.avail->idx, rte_cpu_to_le_16(65535), "last index");
		ring.avail_idx++;
		vio_ring_split_publish(&ring);
		TEST_ASSERT_EQUAL(ring.avail->idx, 0, "wrapped index");
	}
	return TEST_SUCCESS;
}

/* virtio 2.7.10.1: not when flags is 1, always when it is 0. */
static int
notify_unless_suppressed(void)
{
	int strong;

	for (strong = 0; strong < 2; strong++) {
		ring.weak_barriers = !strong;
		doorbell = UINT16_MAX;
		used()->flags = rte_cpu_to_le_16(VIRTQ_USED_F_NO_NOTIFY);
		TEST_ASSERT(!vio_ring_split_notify(&ring), "says that it notified");
		TEST_ASSERT_EQUAL(doorbell, UINT16_MAX, "wrote %u", doorbell);
		used()->flags = 0;
		TEST_ASSERT(vio_ring_split_notify(&ring), "says that it did not notify");
		TEST_ASSERT_EQUAL(rte_le_to_cpu_16(doorbell), ring.doorbell.queue, "wrote %u",
			doorbell);
	}
	return TEST_SUCCESS;
}

/* A device without registers is notified by an eventfd, even by one whose counter is full. */
static int
notify_by_eventfd(void)
{
	uint64_t count = UINT64_MAX - 1;

	ring.doorbell = (struct vio_doorbell){ .fd = eventfd(0, EFD_NONBLOCK) };
	TEST_ASSERT(ring.doorbell.fd >= 0, "eventfd");
	used()->flags = rte_cpu_to_le_16(VIRTQ_USED_F_NO_NOTIFY);
	TEST_ASSERT(!vio_ring_split_notify(&ring), "says that it notified");
	TEST_ASSERT(read(ring.doorbell.fd, &count, sizeof(count)) < 0, "raised");
	used()->flags = 0;
	TEST_ASSERT(vio_ring_split_notify(&ring), "says that it did not notify");
	TEST_ASSERT_EQUAL(read(ring.doorbell.fd, &count, sizeof(count)), sizeof(count), "read");
	TEST_ASSERT_EQUAL(count, 1, "raised by %llu", (unsigned long long)count);

	count = UINT64_MAX - 1;
	TEST_ASSERT_EQUAL(write(ring.doorbell.fd, &count, sizeof(count)), sizeof(count), "write");
	TEST_ASSERT(vio_ring_split_notify(&ring), "says that it did not notify");
	TEST_ASSERT_EQUAL(doorbell, UINT16_MAX, "wrote %u", doorbell);
	close(ring.doorbell.fd);
	return TEST_SUCCESS;
}

/* virtio 2.8.10.1: any size; alignment and room of each part, none of which overlap. */
static int
packed_layout_of_every_size(void)
{
	unsigned int size;

	for (size = VIO_RING_SIZE_MIN; size <= VIRTQ_SIZE_MAX; size++) {
		const struct vio_ring_conf conf = { .is_packed = true, .size = size, .extra = 40 };
		struct vio_ring_layout l = vio_ring_layout(&conf);

		TEST_ASSERT_EQUAL(l.desc, 0, "size %u: descriptors at %zu", size, l.desc);
		TEST_ASSERT_EQUAL(l.driver % RTE_CACHE_LINE_SIZE, 0, "size %u: %zu", size,
			l.driver);
		TEST_ASSERT_EQUAL(l.device % RTE_CACHE_LINE_SIZE, 0, "size %u: %zu", size,
			l.device);
		TEST_ASSERT(l.driver >= 16 * size, "size %u: %zu", size, l.driver);
		TEST_ASSERT(l.device >= l.driver + 4, "size %u: %zu", size, l.device);
		TEST_ASSERT(l.extra >= l.device + 4, "size %u: %zu", size, l.extra);
		TEST_ASSERT(l.total >= l.extra + 40, "size %u: %zu", size, l.total);
		TEST_ASSERT(l.total <= 16 * size + 40 + 4 * RTE_CACHE_LINE_SIZE, "size %u: %zu",
			size, l.total);
	}
	return TEST_SUCCESS;
}

/*
 * virtio 2.7.10.1: with EVENT_IDX, notified just when the entry at avail_event was published: each
 * distance of the two, for bursts of each length, at indices around the wrap. flags mean nothing.
 */
static int
notify_at_avail_event(void)
{
	static const uint16_t starts[] = { 0, 1, 255, 32767, 65300, 65530, 65535 };
	rte_le16_t *avail_event = (rte_le16_t *)&used()->ring[SIZE];
	unsigned int s, nb;
	int event;

	ring.event_idx = true;
	used()->flags = rte_cpu_to_le_16(VIRTQ_USED_F_NO_NOTIFY);
	for (s = 0; s < RTE_DIM(starts); s++) {
		for (nb = 1; nb <= SIZE; nb += 1 + nb / 5) {
			for (event = -300; event < 600; event++) {
				ring.notified_idx = starts[s];
				ring.avail_idx = starts[s] + nb;
				*avail_event = rte_cpu_to_le_16(starts[s] + event);
				TEST_ASSERT_EQUAL(vio_ring_split_notify(&ring),
					(event >= 0 && event < (int)nb),
					"%u entries from %u, event at %d", nb, starts[s], event);
				TEST_ASSERT_EQUAL(ring.notified_idx, ring.avail_idx, "noted");
			}
		}
	}
	return TEST_SUCCESS;
}

/* virtio 2.7.7.1: with EVENT_IDX flags are 0; the entry of used_event is never soon to come. */
static int
used_event_stays_behind(void)
{
	rte_le16_t *used_event = &ring.avail->ring[SIZE];
	unsigned int i;

	ring.event_idx = true;
	vio_ring_reset(&ring);
	vio_ring_intr_set(&ring, false);
	TEST_ASSERT_EQUAL(ring.avail->flags, 0, "flags 0x%x", ring.avail->flags);
	TEST_ASSERT_EQUAL(*used_event, 0xffff, "used_event 0x%x", *used_event);
	for (i = 0; i < 70000; i += 100) {
		ring.used_idx = i;
		ring.avail_idx = i + SIZE;
		vio_ring_split_publish(&ring);
		TEST_ASSERT_EQUAL(rte_le_to_cpu_16(*used_event), (uint16_t)(i - 1), "at %u", i);
	}
	return TEST_SUCCESS;
}

/* virtio 2.9, 4.1.5.2.1: with NOTIFICATION_DATA 32 bits, of the queue and where it goes on. */
static int
notification_data(void)
{
	static volatile uint32_t wide;

	ring.notification_data = true;
	ring.doorbell.addr = &wide;
	ring.avail_idx = 0xabcd;
	TEST_ASSERT(vio_ring_split_notify(&ring), "not notified");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(wide), 0xabcd0003, "wrote 0x%x", wide);
	return TEST_SUCCESS;
}

#define PACKED_SIZE 11

static int
packed_setup(void)
{
	const struct vio_ring_conf conf = { .is_packed = true, .size = PACKED_SIZE };
	int ret = vio_ring_alloc(&ring, "test_vio_packed", &conf, SOCKET_ID_ANY);

	ring.doorbell.queue = 3;
	ring.weak_barriers = true;
	ring.doorbell.addr = &doorbell;
	doorbell = UINT16_MAX;
	return ret == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static uint16_t
packed_flags(unsigned int slot)
{
	return rte_le_to_cpu_16(ring.pdesc[slot].flags);
}

/* The device uses a descriptor; wrap: its wrap counter. */
static void
packed_use(unsigned int slot, uint16_t id, uint32_t len, bool wrap)
{
	ring.pdesc[slot].id = rte_cpu_to_le_16(id);
	ring.pdesc[slot].len = rte_cpu_to_le_32(len);
	ring.pdesc[slot].flags = rte_cpu_to_le_16(wrap ? 0x8080 : 0);
}

/* virtio 2.8.1, 2.8.13, 2.8.14: what a device finds after a reset. */
static int
packed_reset_empties(void)
{
	unsigned int i;

	memset(ring.mz->addr, 0xa5, ring.mz->len);
	ring.avail_idx = ring.used_idx = ring.head_slot = 5;
	ring.avail_bits = ring.used_bits = 0;
	vio_ring_reset(&ring);
	vio_ring_intr_set(&ring, false);

	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(ring.driver_event->flags), RING_EVENT_FLAGS_DISABLE,
		"interrupts 0x%x", ring.driver_event->flags);
	TEST_ASSERT_EQUAL(ring.driver_event->desc, 0, "driver event");
	TEST_ASSERT_EQUAL(ring.device_event->flags, 0, "device event");
	for (i = 0; i < PACKED_SIZE; i++)
		TEST_ASSERT_EQUAL(packed_flags(i), 0, "descriptor %u", i);
	TEST_ASSERT_EQUAL(vio_ring_packed_nb_posted(&ring), 0, "posted");
	TEST_ASSERT(!vio_ring_packed_is_used(&ring, 0), "used");
	vio_ring_packed_post(&ring, 0, 1, 2, 0);
	vio_ring_packed_publish(&ring);
	TEST_ASSERT_EQUAL(packed_flags(0), VIRTQ_DESC_F_AVAIL, "flags 0x%x", packed_flags(0));
	return TEST_SUCCESS;
}

/*
 * Each number of descriptors, posted and used at each place of the ring, in both laps: counted,
 * marked by the wrap counter, and hidden until the first is shown.
 */
static int
packed_counts_and_wraps(void)
{
	unsigned int round, nb, i, at = 0;
	uint16_t expected, flags, slot;
	bool wrap = true, w;
	uint32_t id, len;

	for (round = 0; round < 4 * PACKED_SIZE; round++) {
		for (nb = 1; nb <= PACKED_SIZE; nb++) {
			for (i = 0; i < nb; i++)
				vio_ring_packed_post(&ring, i, 100 + i, 200 + i,
					VIRTQ_DESC_F_WRITE);
			TEST_ASSERT_EQUAL(vio_ring_packed_nb_posted(&ring), nb, "%u of %u at %u",
				vio_ring_packed_nb_posted(&ring), nb, at);
			flags = packed_flags(at) & VIO_RING_PACKED_BITS;
			TEST_ASSERT(flags == 0 || flags == VIO_RING_PACKED_BITS,
				"shown too early: 0x%x", flags);
			vio_ring_packed_publish(&ring);
			for (i = 0; i < nb; i++) {
				slot = (at + i) % PACKED_SIZE;
				w = at + i < PACKED_SIZE ? wrap : !wrap;
				expected = (w ? 0x80 : 0x8000) | VIRTQ_DESC_F_WRITE;
				TEST_ASSERT_EQUAL(packed_flags(slot), expected, "slot %u: 0x%x",
					slot, packed_flags(slot));
				TEST_ASSERT(ring.pdesc[slot].addr == rte_cpu_to_le_64(100 + i) &&
					ring.pdesc[slot].len == rte_cpu_to_le_32(200 + i) &&
					ring.pdesc[slot].id == rte_cpu_to_le_16(i),
					"slot %u", slot);
				TEST_ASSERT(!vio_ring_packed_is_used(&ring, i), "used %u", i);
				packed_use(slot, 1000 + i, 3000 + i, w);
				TEST_ASSERT(vio_ring_packed_is_used(&ring, i), "not used %u", i);
				vio_ring_packed_used_read(&ring, i, &id, &len);
				TEST_ASSERT(id == 1000 + i && len == 3000 + i, "%u %u", id, len);
			}
			vio_ring_packed_skip(&ring, nb);
			TEST_ASSERT_EQUAL(vio_ring_packed_nb_posted(&ring), 0, "%u left",
				vio_ring_packed_nb_posted(&ring));
			wrap ^= at + nb >= PACKED_SIZE;
			at = (at + nb) % PACKED_SIZE;
			/* what was used in the lap before is not used again */
			TEST_ASSERT(!vio_ring_packed_is_used(&ring, 0), "stale at %u", at);
		}
		vio_ring_packed_post(&ring, 0, 1, 2, 0);
		vio_ring_packed_publish(&ring);
		packed_use(at, 0, 0, wrap);
		vio_ring_packed_skip(&ring, 1);
		wrap ^= ++at == PACKED_SIZE;
		at %= PACKED_SIZE;
	}
	return TEST_SUCCESS;
}

/* virtio 2.8.10: not when the device disables it; reserved bits and values mean nothing. */
static int
packed_notify_unless_suppressed(void)
{
	static const uint16_t notify[] = { 0x0, 0x2, 0x3, 0xfffc };
	struct pvirtq_event_suppress *event = (void *)(uintptr_t)ring.device_event;
	unsigned int i;

	for (i = 0; i < 2 * RTE_DIM(notify); i++) {
		ring.weak_barriers = i % 2;
		doorbell = UINT16_MAX;
		event->flags = rte_cpu_to_le_16(i % 2 ? 0x1 : 0xfffd);
		TEST_ASSERT(!vio_ring_packed_notify(&ring), "says that it notified");
		TEST_ASSERT_EQUAL(doorbell, UINT16_MAX, "wrote %u", doorbell);
		event->flags = rte_cpu_to_le_16(notify[i / 2]);
		TEST_ASSERT(vio_ring_packed_notify(&ring), "flags 0x%x", notify[i / 2]);
		TEST_ASSERT_EQUAL(rte_le_to_cpu_16(doorbell), ring.doorbell.queue, "wrote %u",
			doorbell);
	}
	return TEST_SUCCESS;
}

/*
 * virtio 2.8.10: with EVENT_IDX, notified just when the descriptor asked for was published: each
 * place and wrap counter of the event, for each number published at each place.
 */
static int
packed_notify_at_descriptor(void)
{
	struct pvirtq_event_suppress *event = (void *)(uintptr_t)ring.device_event;
	unsigned int at, nb, slot, wrap, i;
	bool published, now = true;

	ring.event_idx = true;
	event->flags = rte_cpu_to_le_16(RING_EVENT_FLAGS_DESC);
	for (at = 0; at < 2 * PACKED_SIZE; at++) {
		for (nb = 1; nb <= PACKED_SIZE; nb++) {
			for (i = 0; i < 2 * PACKED_SIZE; i++) {
				slot = i % PACKED_SIZE;
				wrap = i / PACKED_SIZE;
				ring.notified_idx = at % PACKED_SIZE;
				ring.avail_idx = (at + nb) % PACKED_SIZE;
				now = ((at + nb) / PACKED_SIZE) % 2 == 0;
				ring.avail_bits = now ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
				/* as places on the circle of both laps; lap 0 has wrap counter 1 */
				published = (slot + !wrap * PACKED_SIZE + 2 * PACKED_SIZE - at) %
					(2 * PACKED_SIZE) < nb;
				event->desc = rte_cpu_to_le_16(slot | wrap << 15);
				TEST_ASSERT_EQUAL(vio_ring_packed_notify(&ring), published,
					"%u from %u, event at %u, wrap counter %u", nb, at, slot,
					wrap);
			}
		}
	}
	/* not negotiated: the value is none that the driver knows, so it notifies */
	ring.event_idx = false;
	TEST_ASSERT(vio_ring_packed_notify(&ring), "not notified");
	return TEST_SUCCESS;
}

/* virtio 2.8.16: next_off and next_wrap of the next descriptor not yet made available. */
static int
packed_notification_data(void)
{
	static volatile uint32_t wide;
	unsigned int i;
	uint32_t expected;

	ring.notification_data = true;
	ring.doorbell.addr = &wide;
	for (i = 1; i < 50; i++) {
		vio_ring_packed_post(&ring, 0, 1, 2, 0);
		vio_ring_packed_publish(&ring);
		TEST_ASSERT(vio_ring_packed_notify(&ring), "not notified");
		expected = 3 | i % PACKED_SIZE << 16 | (i / PACKED_SIZE % 2 == 0 ? 1u << 31 : 0);
		TEST_ASSERT_EQUAL(rte_le_to_cpu_32(wide), expected, "%u: 0x%x", i, wide);
	}
	return TEST_SUCCESS;
}

/* With virtual addresses, a ring lies in one page of a power of two, if pages are as large. */
static int
virtual_addresses_in_one_page(void)
{
	static struct vio_ring rings[32];
	unsigned int i, nb_wrong = 0;
	uint64_t first, last;
	size_t page;
	int ret = 0;

	for (i = 0; i < RTE_DIM(rings) && ret == 0; i++) {
		const struct vio_ring_conf conf = {
			.size = 8 << (i % 8), .extra = 1000 * i, .use_va = true,
		};

		ret = vio_ring_alloc(&rings[i], "test_vio_pages", &conf, SOCKET_ID_ANY);
		if (ret < 0)
			break;
		page = rte_align64pow2(rings[i].mz->len);
		first = rings[i].mz->addr_64;
		last = first + rings[i].mz->len - 1;
		nb_wrong += first / page != last / page;
	}
	while (i-- > 0)
		vio_ring_free(&rings[i]);
	TEST_ASSERT_SUCCESS(ret, "alloc");
	TEST_ASSERT_EQUAL(nb_wrong, 0, "%u of %zu lie in two", nb_wrong, RTE_DIM(rings));
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_ring",
	.unit_test_cases = {
		TEST_CASE(layout_of_every_size),
		TEST_CASE(memory_of_every_size),
		TEST_CASE(virtual_addresses_in_one_page),
		TEST_CASE_ST(setup, teardown, memory_is_given_back),
		TEST_CASE_ST(setup, teardown, reset_empties),
		TEST_CASE_ST(setup, teardown, used_index_is_bounded),
		TEST_CASE_ST(setup, teardown, used_entries_wrap),
		TEST_CASE_ST(setup, teardown, publish_writes_the_index),
		TEST_CASE_ST(setup, teardown, notify_unless_suppressed),
		TEST_CASE_ST(setup, teardown, notify_by_eventfd),
		TEST_CASE_ST(setup, teardown, notify_at_avail_event),
		TEST_CASE_ST(setup, teardown, used_event_stays_behind),
		TEST_CASE_ST(setup, teardown, notification_data),
		TEST_CASE(packed_layout_of_every_size),
		TEST_CASE_ST(packed_setup, teardown, packed_reset_empties),
		TEST_CASE_ST(packed_setup, teardown, packed_counts_and_wraps),
		TEST_CASE_ST(packed_setup, teardown, packed_notify_unless_suppressed),
		TEST_CASE_ST(packed_setup, teardown, packed_notify_at_descriptor),
		TEST_CASE_ST(packed_setup, teardown, packed_notification_data),
		TEST_CASES_END()
	}
};

static int
test_vio_ring(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_ring_autotest, test_vio_ring);
