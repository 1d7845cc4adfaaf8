/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A split ring's layout, memory and indices (virtio 2.7). */

#include <string.h>

#include <rte_memzone.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include "test.h"

#include "vio_ring.h"

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
	int ret = vio_ring_alloc(&ring, "test_vio_ring", SIZE, 100, SOCKET_ID_ANY, false);

	ring.index = 3;
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
			struct vio_ring_layout l = vio_ring_split_layout(size, extras[i]);

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
		struct vio_ring r;
		uint64_t end;

		TEST_ASSERT_SUCCESS(vio_ring_alloc(&r, "test_vio_sizes", size, 40, SOCKET_ID_ANY,
			false), "size %u", size);
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
	char name[RTE_MEMZONE_NAMESIZE];
	struct vio_ring huge;

	TEST_ASSERT_EQUAL(vio_ring_alloc(&huge, "test_vio_huge", 8, SIZE_MAX / 4, SOCKET_ID_ANY,
		false), -ENOMEM, "more than there is");
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

	TEST_ASSERT_EQUAL(ring.avail->flags, rte_cpu_to_le_16(VIRTQ_AVAIL_F_NO_INTERRUPT),
		"interrupts 0x%x", ring.avail->flags);
	TEST_ASSERT_EQUAL(ring.avail->idx, 0, "available index");
	TEST_ASSERT_EQUAL(ring.used->flags, 0, "used flags");
	TEST_ASSERT_EQUAL(ring.used->idx, 0, "used index");
	TEST_ASSERT_EQUAL(ring.desc[SIZE - 1].addr, 0, "descriptors");
	TEST_ASSERT_EQUAL(((uint8_t *)vio_ring_extra(&ring))[99], 0, "extra");
	TEST_ASSERT_EQUAL(vio_ring_nb_posted(&ring), 0, "posted");
	return TEST_SUCCESS;
}

/* Every used index from far below to far above what is posted, at starts around the wrap. */
static int
used_index_is_bounded(void)
{
	static const uint16_t starts[] = { 0, 1, 255, 32767, 32768, 65279, 65530, 65535 };
	static const uint16_t posted[] = { 0, 1, 128, SIZE };
	unsigned int i, j, claim;

	for (i = 0; i < RTE_DIM(starts); i++) {
		for (j = 0; j < RTE_DIM(posted); j++) {
			ring.used_idx = starts[i];
			ring.avail_idx = starts[i] + posted[j];
			TEST_ASSERT_EQUAL(vio_ring_nb_posted(&ring), posted[j], "start %u",
				starts[i]);
			for (claim = 0; claim <= UINT16_MAX; claim++) {
				used()->idx = rte_cpu_to_le_16(starts[i] + claim);
				TEST_ASSERT_EQUAL(vio_ring_look(&ring), (claim <= posted[j]),
					"start %u posted %u claimed %u",
					starts[i], posted[j], claim);
				TEST_ASSERT(claim > posted[j] || vio_ring_nb_used(&ring) == claim,
					"start %u: %u of %u", starts[i], vio_ring_nb_used(&ring),
					claim);
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
		vio_ring_used_read(&ring, i, &id, &len);
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
		vio_ring_publish(&ring);
		TEST_ASSERT_EQUAL(ring.avail->idx, rte_cpu_to_le_16(65535), "last index");
		ring.avail_idx++;
		vio_ring_publish(&ring);
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
		TEST_ASSERT(!vio_ring_notify(&ring), "says that it notified");
		TEST_ASSERT_EQUAL(doorbell, UINT16_MAX, "wrote %u", doorbell);
		used()->flags = 0;
		TEST_ASSERT(vio_ring_notify(&ring), "says that it did not notify");
		TEST_ASSERT_EQUAL(rte_le_to_cpu_16(doorbell), ring.index, "wrote %u", doorbell);
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
	TEST_ASSERT(!vio_ring_notify(&ring), "says that it notified");
	TEST_ASSERT(read(ring.doorbell.fd, &count, sizeof(count)) < 0, "raised");
	used()->flags = 0;
	TEST_ASSERT(vio_ring_notify(&ring), "says that it did not notify");
	TEST_ASSERT_EQUAL(read(ring.doorbell.fd, &count, sizeof(count)), sizeof(count), "read");
	TEST_ASSERT_EQUAL(count, 1, "raised by %llu", (unsigned long long)count);

	count = UINT64_MAX - 1;
	TEST_ASSERT_EQUAL(write(ring.doorbell.fd, &count, sizeof(count)), sizeof(count), "write");
	TEST_ASSERT(vio_ring_notify(&ring), "says that it did not notify");
	TEST_ASSERT_EQUAL(doorbell, UINT16_MAX, "wrote %u", doorbell);
	close(ring.doorbell.fd);
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_ring",
	.unit_test_cases = {
		TEST_CASE(layout_of_every_size),
		TEST_CASE(memory_of_every_size),
		TEST_CASE_ST(setup, teardown, memory_is_given_back),
		TEST_CASE_ST(setup, teardown, reset_empties),
		TEST_CASE_ST(setup, teardown, used_index_is_bounded),
		TEST_CASE_ST(setup, teardown, used_entries_wrap),
		TEST_CASE_ST(setup, teardown, publish_writes_the_index),
		TEST_CASE_ST(setup, teardown, notify_unless_suppressed),
		TEST_CASE_ST(setup, teardown, notify_by_eventfd),
		TEST_CASES_END()
	}
};

static int
test_vio_ring(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_ring_autotest, test_vio_ring);
