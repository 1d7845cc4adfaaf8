/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The test device's rings against a driver made by hand: what it reads, what it writes, and that
 * it complains of everything that a driver must not do. Without this, a driver's error and the
 * same one in the device would be taken for agreement.
 */

#include <string.h>

#include "test.h"

#include "vdev_vq.h"

#define QUEUE	3
#define SIZE	8
#define BUF_LEN	64

#define NEXT	VIRTQ_DESC_F_NEXT
#define WRITE	VIRTQ_DESC_F_WRITE
#define TABLE	VIRTQ_DESC_F_INDIRECT

/* Bits of struct post.features, for what is agreed on besides VERSION_1. */
#define PACKED		1u
#define IN_ORDER	2u
#define INDIRECT	4u
#define EVENT_IDX	8u
#define NOTIF_DATA	16u

/* Where a descriptor points: a buffer of its own if not said otherwise. */
enum where {
	BUFFER,
	NOWHERE,
	AT_TABLE,
};

struct descriptor {
	uint16_t flags;		/* of AVAIL and USED: which of them are wrong */
	uint16_t number;	/* next, or the buffer's id */
	int len;		/* 0: BUF_LEN; -1: 0 */
	enum where where;
};

static struct vdev dev;
static struct vdev_vq vq;
static struct vdev_chain chain;

static struct {
	union {
		struct virtq_desc split[SIZE];
		struct pvirtq_desc packed[SIZE];
	} desc;
	rte_le16_t driver[3 + SIZE];		/* flags, idx, ring, used_event */
	rte_le16_t device[3 + 4 * SIZE] __rte_aligned(4);
	struct virtq_desc table[SIZE];
	uint8_t buffers[SIZE][BUF_LEN];
} mem __rte_aligned(16);

static void *
translate(struct vdev *d, uint64_t addr, size_t len)
{
	uint64_t offset = addr - (uintptr_t)&mem;

	RTE_SET_USED(d);
	return offset <= sizeof(mem) && len <= sizeof(mem) - offset ? (void *)(uintptr_t)addr :
		NULL;
}

static struct pvirtq_event_suppress *
device_event(void)
{
	return (struct pvirtq_event_suppress *)mem.device;
}

/* A queue of size entries with these features. */
static int
begin_size(unsigned int features, uint16_t size)
{
	static const struct vdev_type none;
	static const uint8_t bits[] = {
		VIRTIO_F_RING_PACKED, VIRTIO_F_IN_ORDER, VIRTIO_F_INDIRECT_DESC,
		VIRTIO_F_EVENT_IDX, VIRTIO_F_NOTIFICATION_DATA,
	};
	struct vdev_queue *q = &dev.queues[QUEUE];
	unsigned int i;

	memset(&mem, 0, sizeof(mem));
	vdev_init(&dev, &none, translate);
	for (i = 0; i < RTE_DIM(bits); i++)
		if (features >> i & 1)
			dev.accepted[0] |= UINT64_C(1) << bits[i];
	q->enabled = true;
	q->size = size;
	q->desc_addr = (uintptr_t)&mem.desc;
	q->driver_addr = (uintptr_t)&mem.driver;
	q->device_addr = (uintptr_t)&mem.device;
	TEST_ASSERT_SUCCESS(vdev_vq_attach(&vq, &dev, QUEUE, vdev_vq_base_new(&dev)), "attach");
	TEST_ASSERT_EQUAL(dev.nb_complaints, 0, "%s", dev.complaint);
	return TEST_SUCCESS;
}

static int
begin(unsigned int features)
{
	return begin_size(features, SIZE);
}

static void
end(void)
{
	vdev_vq_detach(&vq);
	vdev_fini(&dev);
}

/* Ends a case in which the driver did nothing wrong. */
static int
end_good(void)
{
	TEST_ASSERT_EQUAL(dev.nb_complaints, 0, "%s", dev.complaint);
	end();
	return TEST_SUCCESS;
}

static struct vdev_desc
described(const struct descriptor *d, unsigned int i)
{
	uint64_t addr = (uintptr_t)mem.buffers[i];

	if (d->where == NOWHERE)
		addr = (uintptr_t)(&mem + 1);
	else if (d->where == AT_TABLE)
		addr = (uintptr_t)mem.table;
	return (struct vdev_desc){
		.addr = addr,
		.len = d->len == 0 ? BUF_LEN : RTE_MAX(d->len, 0),
		.flags = d->flags,
		.number = d->number,
	};
}

/* Writes a descriptor at a slot of a packed ring; wrap: the driver's counter. */
static void
packed_write(uint16_t slot, bool wrap, const struct descriptor *d)
{
	struct vdev_desc v = described(d, slot);

	mem.desc.packed[slot] = (struct pvirtq_desc){
		.addr = v.addr, .len = v.len, .id = v.number,
		.flags = v.flags ^ (wrap ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED),
	};
}

static void
split_write(struct virtq_desc *at, unsigned int i, const struct descriptor *d)
{
	struct vdev_desc v = described(d, i);

	*at = (struct virtq_desc){
		.addr = v.addr, .len = v.len, .flags = v.flags, .next = v.number,
	};
}

static void
split_avail(uint16_t head)
{
	mem.driver[2 + mem.driver[1]++ % SIZE] = head;
}

/* Chains of one to three entries around a packed ring of any size, back in this order. */
static int
packed_laps(uint16_t size, enum vdev_order order)
{
	uint16_t slot = 0, used_slot = 0, id = 0, held, n, i;
	bool wrap = true, used_wrap = true;
	uint32_t lap;

	TEST_ASSERT_SUCCESS(begin_size(PACKED, size), "begin");
	vq.order = order;
	for (lap = 0; lap < 5u * size; lap++) {
		uint16_t nb[2] = { 1 + lap % 3, 1 + lap / 3 % 2 };

		for (n = 0; n < 2; n++) {
			for (i = 0; i < nb[n]; i++) {
				struct descriptor d = {
					.flags = WRITE | (i + 1 < nb[n] ? NEXT : 0),
					.number = i + 1 < nb[n] ? 0xdead : id + n,
				};

				packed_write(slot, wrap, &d);
				slot = (slot + 1) % size;
				wrap ^= slot == 0;
			}
		}
		TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 2, "lap %u", lap);
		for (n = 0; n < 2; n++) {
			vdev_vq_take(&vq, &chain);
			held = order == VDEV_REVERSED ? 1 - n : n;
			TEST_ASSERT_EQUAL(chain.id, (uint16_t)(id + held), "lap %u", lap);
			TEST_ASSERT_EQUAL(chain.nb_segments, nb[held], "lap %u", lap);
			vdev_vq_put(&vq, chain.id, 5 + n);
			vdev_vq_publish(&vq);
			TEST_ASSERT_EQUAL(mem.desc.packed[used_slot].id, chain.id, "lap %u", lap);
			TEST_ASSERT_EQUAL(mem.desc.packed[used_slot].len, 5u + n, "lap %u", lap);
			TEST_ASSERT_EQUAL(mem.desc.packed[used_slot].flags, (WRITE | (used_wrap ?
				VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 0)), "lap %u", lap);
			used_wrap ^= used_slot + nb[held] >= size;
			used_slot = (used_slot + nb[held]) % size;
		}
		TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 0, "lap %u", lap);
		id += 1000;
	}
	return end_good();
}

static int
packed_any_size(void)
{
	uint16_t size;

	for (size = 5; size <= SIZE; size++) {
		TEST_ASSERT_SUCCESS(packed_laps(size, VDEV_IN_ORDER), "size %u", size);
		TEST_ASSERT_SUCCESS(packed_laps(size, VDEV_REVERSED), "size %u reversed", size);
	}
	return TEST_SUCCESS;
}

/* What is put is seen when it is published, the first descriptor last; whole batches as one. */
static int
packed_batches(void)
{
	static const uint32_t lens[] = { BUF_LEN, BUF_LEN, 7, BUF_LEN };
	struct descriptor d = { .flags = WRITE };
	uint16_t i;

	TEST_ASSERT_SUCCESS(begin(PACKED | IN_ORDER), "begin");
	vq.order = VDEV_REVERSED; /* not with IN_ORDER */
	vq.batch = SIZE;
	for (i = 0; i < 4; i++) {
		d.number = 100 + i;
		packed_write(i, true, &d);
	}
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 4, "fetch");
	for (i = 0; i < 4; i++) {
		vdev_vq_take(&vq, &chain);
		TEST_ASSERT_EQUAL(chain.id, 100 + i, "in order");
		vdev_vq_put(&vq, chain.id, lens[i]);
		TEST_ASSERT_EQUAL(mem.desc.packed[0].flags, (WRITE | VIRTQ_DESC_F_AVAIL), "early");
	}
	vdev_vq_publish(&vq);
	TEST_ASSERT_EQUAL(mem.desc.packed[0].id, 102, "the last of the first batch");
	TEST_ASSERT_EQUAL(mem.desc.packed[0].len, 7, "its length");
	TEST_ASSERT(mem.desc.packed[0].flags & VIRTQ_DESC_F_USED, "it is used");
	for (i = 1; i < 3; i++)
		TEST_ASSERT(!(mem.desc.packed[i].flags & VIRTQ_DESC_F_USED), "skipped %u", i);
	TEST_ASSERT_EQUAL(mem.desc.packed[3].id, 103, "the second batch");
	TEST_ASSERT(mem.desc.packed[3].flags & VIRTQ_DESC_F_USED, "it is used");
	return end_good();
}

static int
split_batches(void)
{
	static const struct descriptor d = { .flags = WRITE };
	const struct virtq_used *used = (const struct virtq_used *)mem.device;
	uint16_t i;

	TEST_ASSERT_SUCCESS(begin(IN_ORDER), "begin");
	vq.batch = 2;
	for (i = 0; i < 5; i++) {
		split_write(&mem.desc.split[i], i, &d);
		split_avail(i);
	}
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 5, "fetch");
	for (i = 0; i < 5; i++) {
		vdev_vq_take(&vq, &chain);
		vdev_vq_put(&vq, chain.id, BUF_LEN);
		TEST_ASSERT_EQUAL(used->idx, 0, "early");
	}
	vdev_vq_publish(&vq);
	TEST_ASSERT_EQUAL(used->idx, 5, "all at once");
	TEST_ASSERT_EQUAL(used->ring[0].id, 1, "first batch");
	TEST_ASSERT_EQUAL(used->ring[1].len, 0, "skipped");
	TEST_ASSERT_EQUAL(used->ring[2].id, 3, "second batch");
	TEST_ASSERT_EQUAL(used->ring[4].id, 4, "the rest");
	return end_good();
}

/* The data of a chain of two in the ring, and of two in a table. */
static int
data(unsigned int features)
{
	static const struct descriptor r = { .flags = 0 }, w = { .flags = WRITE };
	static const uint8_t pattern[] = "0123456789";
	const bool packed = features & PACKED;
	struct descriptor first = { .flags = NEXT, .number = 1 }, second = w;
	uint8_t copy[10];

	TEST_ASSERT_SUCCESS(begin(features), "begin");
	if (features & INDIRECT) {
		first = (struct descriptor){ TABLE, 1, 2 * sizeof(mem.table[0]), AT_TABLE };
		split_write(&mem.table[0], 0, packed ? &r : &(struct descriptor){ NEXT, 1, 0, 0 });
		split_write(&mem.table[1], 1, &w);
		if (packed) { /* the other layout of number and flags */
			mem.table[1].flags = 0;
			mem.table[1].next = WRITE;
		}
	}
	memcpy(mem.buffers[0], pattern, sizeof(copy));
	if (packed) {
		packed_write(1, true, &second);
		packed_write(0, true, &first);
	} else {
		split_write(&mem.desc.split[0], 0, &first);
		split_write(&mem.desc.split[1], 1, &second);
		split_avail(0);
	}
	TEST_ASSERT(vdev_vq_fetch(&vq) >= 1, "fetch");
	vdev_vq_take(&vq, &chain);
	TEST_ASSERT_EQUAL(chain.nb_segments, 2, "segments");
	TEST_ASSERT_EQUAL(chain.readable, BUF_LEN, "readable");
	TEST_ASSERT_EQUAL(chain.writable, BUF_LEN, "writable");
	vdev_chain_read(&chain, 0, copy, sizeof(copy));
	vdev_chain_write(&chain, 3, copy, sizeof(copy));
	TEST_ASSERT_BUFFERS_ARE_EQUAL(mem.buffers[1] + 3, pattern, sizeof(copy), "data");
	return end_good();
}

static int
data_of_chains_and_tables(void)
{
	TEST_ASSERT_SUCCESS(data(0), "split");
	TEST_ASSERT_SUCCESS(data(INDIRECT), "split, table");
	TEST_ASSERT_SUCCESS(data(PACKED), "packed");
	TEST_ASSERT_SUCCESS(data(PACKED | INDIRECT), "packed, table");
	return TEST_SUCCESS;
}

/* What the device asks for, in either format, with and without EVENT_IDX. */
static int
asks_for_notifications(void)
{
	struct virtq_used *used = (struct virtq_used *)mem.device;
	rte_le16_t *avail_event = (rte_le16_t *)&used->ring[SIZE];

	TEST_ASSERT_SUCCESS(begin(0), "begin");
	vdev_vq_no_notify(&vq, true);
	TEST_ASSERT_EQUAL(used->flags, VIRTQ_USED_F_NO_NOTIFY, "split, none");
	vdev_vq_no_notify(&vq, false);
	TEST_ASSERT_EQUAL(used->flags, 0, "split, all");
	end();
	TEST_ASSERT_SUCCESS(begin(EVENT_IDX), "begin");
	vdev_vq_base_set(&vq, 65530);
	TEST_ASSERT_EQUAL(*avail_event, 65530, "split, the next");
	vdev_vq_notify_after(&vq, 10);
	TEST_ASSERT_EQUAL(*avail_event, 4, "split, later");
	vdev_vq_no_notify(&vq, true);
	TEST_ASSERT_EQUAL(*avail_event, 65529, "split, as far as can be");
	TEST_ASSERT_EQUAL(used->flags, 0, "split, flags mean nothing");
	end();
	TEST_ASSERT_SUCCESS(begin(PACKED), "begin");
	vdev_vq_no_notify(&vq, true);
	TEST_ASSERT_EQUAL(device_event()->flags, RING_EVENT_FLAGS_DISABLE, "packed, none");
	vdev_vq_no_notify(&vq, false);
	TEST_ASSERT_EQUAL(device_event()->flags, RING_EVENT_FLAGS_ENABLE, "packed, all");
	end();
	TEST_ASSERT_SUCCESS(begin(PACKED | EVENT_IDX), "begin");
	vdev_vq_base_set(&vq, 0x80068006);
	TEST_ASSERT_EQUAL(device_event()->flags, RING_EVENT_FLAGS_DESC, "packed, the next");
	TEST_ASSERT_EQUAL(device_event()->desc, 0x8006, "packed, the next");
	vdev_vq_notify_after(&vq, 3);
	TEST_ASSERT_EQUAL(device_event()->desc, 1, "packed, in the next lap");
	return end_good();
}

/* Uses nb more buffers at once. Returns the interrupts that the driver wanted so far. */
static unsigned int
use(unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		vdev_vq_take(&vq, &chain);
		vdev_vq_put(&vq, chain.id, 1);
	}
	vdev_vq_publish(&vq);
	return dev.queues[QUEUE].nb_interrupts;
}

/* Four buffers to be used, with what the driver wants to hear of them. */
static int
begin_four(unsigned int features, uint16_t first, uint16_t second)
{
	struct descriptor d = { .flags = WRITE };
	uint16_t i;

	TEST_ASSERT_SUCCESS(begin(features), "begin");
	for (i = 0; i < 4; i++) {
		d.number = i;
		if (features & PACKED) {
			packed_write(i, true, &d);
		} else {
			split_write(&mem.desc.split[i], i, &d);
			split_avail(i);
		}
	}
	if (features & PACKED) {
		mem.driver[0] = first;
		mem.driver[1] = second;
	} else {
		mem.driver[0] = first;
		mem.driver[2 + SIZE] = second;
	}
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 4, "fetch");
	TEST_ASSERT_EQUAL(use(0), 0, "an interrupt for nothing");
	return TEST_SUCCESS;
}

/* What the driver asks for, in either format, with and without EVENT_IDX. */
static int
interrupts(void)
{
	static const unsigned int formats[] = { 0, PACKED };
	/* the first of the next lap of a packed ring, and what is behind on a split one */
	const uint16_t later[] = { 4, 0x8004 };
	unsigned int i;

	TEST_ASSERT_SUCCESS(begin_four(0, VIRTQ_AVAIL_F_NO_INTERRUPT, 0), "split, none");
	TEST_ASSERT_EQUAL(use(4), 0, "split, none");
	end();
	TEST_ASSERT_SUCCESS(begin_four(PACKED, 0, RING_EVENT_FLAGS_DISABLE), "packed, none");
	TEST_ASSERT_EQUAL(use(4), 0, "packed, none");
	end();
	for (i = 0; i < RTE_DIM(formats); i++) {
		TEST_ASSERT_SUCCESS(begin_four(formats[i], 0, 0), "all");
		TEST_ASSERT_EQUAL(use(1), 1, "format %u", i);
		TEST_ASSERT_EQUAL(use(3), 2, "format %u", i);
		TEST_ASSERT_SUCCESS(end_good(), "format %u", i);
	}
	/* of the third buffer only; flags mean nothing on a split ring */
	TEST_ASSERT_SUCCESS(begin_four(EVENT_IDX, 1, 2), "split, the third");
	TEST_ASSERT_EQUAL(use(2), 0, "split, before");
	TEST_ASSERT_EQUAL(use(1), 1, "split, it is");
	TEST_ASSERT_EQUAL(use(1), 1, "split, behind");
	end();
	TEST_ASSERT_SUCCESS(begin_four(PACKED | EVENT_IDX, 0x8002, RING_EVENT_FLAGS_DESC),
		"packed, the third");
	TEST_ASSERT_EQUAL(use(2), 0, "packed, before");
	TEST_ASSERT_EQUAL(use(2), 1, "packed, it is among them");
	TEST_ASSERT_SUCCESS(end_good(), "packed");
	for (i = 0; i < RTE_DIM(formats); i++) {
		TEST_ASSERT_SUCCESS(begin_four(formats[i] | EVENT_IDX,
			(i == 0 ? 0 : later[i]), (i == 0 ? later[i] : RING_EVENT_FLAGS_DESC)),
			"the fifth");
		TEST_ASSERT_EQUAL(use(4), 0, "format %u", i);
		TEST_ASSERT_SUCCESS(end_good(), "format %u", i);
	}
	/* what the driver must not write there */
	TEST_ASSERT_SUCCESS(begin_four(PACKED, 0x8000, RING_EVENT_FLAGS_DESC), "DESC");
	use(1);
	TEST_ASSERT(strstr(dev.complaint, "event flags 0x2") != NULL, "'%s'", dev.complaint);
	end();
	return TEST_SUCCESS;
}

/* Where a ring goes on is told as it was set, and moves with the ring. */
static int
bases(void)
{
	struct descriptor d = { .flags = WRITE };

	TEST_ASSERT_SUCCESS(begin(0), "begin");
	mem.driver[1] = 65535;
	vdev_vq_base_set(&vq, 65535);
	split_write(&mem.desc.split[3], 3, &d);
	mem.driver[2 + 7] = 3;
	mem.driver[1] = 0;
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 1, "split");
	TEST_ASSERT_EQUAL(vdev_vq_base_get(&vq), 0, "split");
	TEST_ASSERT_SUCCESS(end_good(), "split");

	TEST_ASSERT_SUCCESS(begin(PACKED), "begin");
	mem.desc.packed[7].flags = UINT16_MAX; /* used in the lap before */
	vdev_vq_base_set(&vq, 7u << 16 | 7);
	packed_write(7, false, &d);
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), 1, "packed");
	TEST_ASSERT_EQUAL(vdev_vq_base_get(&vq), (7u << 16 | 0x8000), "packed");
	vdev_vq_take(&vq, &chain);
	vdev_vq_put(&vq, chain.id, 1);
	vdev_vq_publish(&vq);
	TEST_ASSERT_EQUAL(vdev_vq_base_get(&vq), 0x80008000, "packed");
	TEST_ASSERT_EQUAL(mem.desc.packed[7].flags, WRITE, "packed");
	return end_good();
}

/* Something that a driver must not do. */
struct post {
	const char *name;
	unsigned int features;
	unsigned int nb_descs;
	struct descriptor descs[SIZE];
	struct descriptor table[3];
	unsigned int nb_heads;		/* split: in the available ring */
	uint16_t heads[SIZE];
	uint16_t idx_excess;		/* split: idx is so much more than heads */
	uint32_t doorbell;		/* 0: none */
	bool strict;
	uint16_t notify_after;
	const char *complaint;		/* a part of it; NULL: there is none */
};

static const struct post posts[] = {
	{ "split: good", 0, 2, { { NEXT, 1, 0, 0 }, { WRITE, 0, 0, 0 } }, {}, 1, { 0 } },
	{ "split: no bytes", 0, 1, { { 0, 0, -1, 0 } }, {}, 1, { 0 }, .complaint = "len 0" },
	{ "split: nowhere", 0, 1, { { 0, 0, 0, NOWHERE } }, {}, 1, { 0 },
	  .complaint = "unknown" },
	{ "split: readable after writable", 0, 2, { { WRITE | NEXT, 1, 0, 0 }, { 0, 0, 0, 0 } },
	  {}, 1, { 0 }, .complaint = "segment 1" },
	{ "split: head beyond the ring", 0, 0, {}, {}, 1, { SIZE }, .complaint = "descriptor 8" },
	{ "split: next beyond the ring", 0, 1, { { NEXT, SIZE, 0, 0 } }, {}, 1, { 0 },
	  .complaint = "descriptor 8" },
	{ "split: a loop", 0, 2, { { NEXT, 1, 0, 0 }, { NEXT, 0, 0, 0 } }, {}, 1, { 0 },
	  .complaint = "chain 0 at descriptor 0" },
	{ "split: unknown flag", 0, 1, { { 8, 0, 0, 0 } }, {}, 1, { 0 },
	  .complaint = "flags 0x8" },
	{ "split: head twice", 0, 1, { { 0, 0, 0, 0 } }, {}, 2, { 0, 0 }, .complaint = "in use" },
	{ "split: descriptor of two chains", 0, 3, { { NEXT, 2, 0, 0 }, { NEXT, 2, 0, 0 },
	  { 0, 0, 0, 0 } }, {}, 2, { 0, 1 }, .complaint = "in use" },
	{ "split: index jumps", 0, 0, {}, {}, 0, {}, SIZE + 1, .complaint = "jumps" },
	{ "split: index goes back", 0, 0, {}, {}, 0, {}, UINT16_MAX, .complaint = "jumps" },
	{ "split: table not agreed on", 0, 1, { { TABLE, 0, 16, AT_TABLE } }, { { 0, 0, 0, 0 } },
	  1, { 0 }, .complaint = "indirect" },
	{ "split: table and next", INDIRECT, 2, { { TABLE | NEXT, 1, 16, AT_TABLE },
	  { 0, 0, 0, 0 } }, { { 0, 0, 0, 0 } }, 1, { 0 }, .complaint = "indirect" },
	{ "split: table of odd length", INDIRECT, 1, { { TABLE, 0, 17, AT_TABLE } },
	  { { 0, 0, 0, 0 } }, 1, { 0 }, .complaint = "17 bytes" },
	{ "split: table of no length", INDIRECT, 1, { { TABLE, 0, -1, AT_TABLE } }, {}, 1, { 0 },
	  .complaint = "indirect" },
	{ "split: table in a table", INDIRECT, 1, { { TABLE, 0, 16, AT_TABLE } },
	  { { TABLE, 0, 16, AT_TABLE } }, 1, { 0 }, .complaint = "entry 0" },
	{ "split: next beyond the table", INDIRECT, 1, { { TABLE, 0, 16, AT_TABLE } },
	  { { NEXT, 1, 0, 0 } }, 1, { 0 }, .complaint = "entry 1" },
	{ "split: next beyond a longer table", INDIRECT, 1, { { TABLE, 0, 32, AT_TABLE } },
	  { { NEXT, 2, 0, 0 }, {}, { 0, 0, 0, 0 } }, 1, { 0 }, .complaint = "entry 2" },
	{ "split: chain and table", INDIRECT, 2, { { NEXT, 1, 0, 0 },
	  { TABLE, 0, 16, AT_TABLE } }, { { WRITE, 0, 0, 0 } }, 1, { 0 } },
	{ "split: table out of order", INDIRECT, 1, { { TABLE, 0, 48, AT_TABLE } },
	  { { NEXT, 2, 0, 0 }, {}, { 0, 0, 0, 0 } }, 1, { 0 } },
	{ "in order: table out of order", INDIRECT | IN_ORDER, 1, { { TABLE, 0, 48, AT_TABLE } },
	  { { NEXT, 2, 0, 0 }, {}, { 0, 0, 0, 0 } }, 1, { 0 }, .complaint = "entry 0" },
	{ "in order: good", IN_ORDER, 3, { { NEXT, 1, 0, 0 }, { 0, 7, 0, 0 }, { 0, 0, 0, 0 } },
	  {}, 2, { 0, 2 } },
	{ "in order: first head", IN_ORDER, 2, { {}, { 0, 0, 0, 0 } }, {}, 1, { 1 },
	  .complaint = "head 1, in order it is 0" },
	{ "in order: second head", IN_ORDER, 4, { { NEXT, 1, 0, 0 }, { 0, 0, 0, 0 },
	  { 0, 0, 0, 0 }, { 0, 0, 0, 0 } }, {}, 2, { 0, 3 }, .complaint = "in order it is 2" },
	{ "in order: next", IN_ORDER, 3, { { NEXT, 2, 0, 0 }, {}, { 0, 0, 0, 0 } }, {}, 1, { 0 },
	  .complaint = "followed by 2" },
	{ "split: no notification", 0, 1, { { 0, 0, 0, 0 } }, {}, 1, { 0 }, .strict = true,
	  .complaint = "no notification" },
	{ "split: notification", 0, 1, { { 0, 0, 0, 0 } }, {}, 1, { 0 }, .strict = true,
	  .doorbell = 0xffff0000 | QUEUE },
	{ "split: no notification yet", EVENT_IDX, 2, {}, {}, 2, { 0, 1 }, .strict = true,
	  .notify_after = 2 },
	{ "split: no notification then", EVENT_IDX, 2, {}, {}, 2, { 0, 1 }, .strict = true,
	  .notify_after = 1, .complaint = "no notification" },
	{ "notification of another queue", 0, 0, {}, {}, 0, {},
	  .doorbell = 0xffff0000 | (QUEUE + 1), .complaint = "notified with" },
	{ "notification of 32 bits", 0, 0, {}, {}, 0, {}, .doorbell = QUEUE,
	  .complaint = "notified with" },
	{ "split: data", NOTIF_DATA, 2, {}, {}, 2, { 0, 1 }, .doorbell = 2 << 16 | QUEUE },
	{ "split: data of a first batch", NOTIF_DATA, 2, {}, {}, 2, { 0, 1 },
	  .doorbell = 1 << 16 | QUEUE },
	{ "split: data of nothing", NOTIF_DATA, 2, {}, {}, 2, { 0, 1 },
	  .doorbell = 0 << 16 | QUEUE, .complaint = "too early" },
	{ "split: data ahead", NOTIF_DATA, 2, {}, {}, 2, { 0, 1 }, .doorbell = 3 << 16 | QUEUE,
	  .complaint = "too early" },

	{ "packed: good", PACKED, 3, { { NEXT, 9, 0, 0 }, { WRITE, 500, 0, 0 },
	  { 0, 8, 0, 0 } } },
	{ "packed: no bytes", PACKED, 1, { { 0, 0, -1, 0 } }, .complaint = "len 0" },
	{ "packed: nowhere", PACKED, 1, { { 0, 0, 0, NOWHERE } }, .complaint = "unknown" },
	{ "packed: readable after writable", PACKED, 2, { { WRITE | NEXT, 1, 0, 0 },
	  { 0, 0, 0, 0 } }, .complaint = "segment 1" },
	{ "packed: unknown flag", PACKED, 1, { { 8, 0, 0, 0 } }, .complaint = "flags 0x88" },
	{ "packed: available and used", PACKED, 1, { { VIRTQ_DESC_F_USED, 0, 0, 0 } },
	  .complaint = "at wrap counter 1" },
	{ "packed: second of a chain used", PACKED, 2, { { NEXT, 0, 0, 0 },
	  { VIRTQ_DESC_F_USED, 0, 0, 0 } }, .complaint = "at wrap counter 1" },
	{ "packed: second of a chain not available", PACKED, 2, { { NEXT, 0, 0, 0 },
	  { VIRTQ_DESC_F_AVAIL, 0, 0, 0 } }, .complaint = "not available" },
	{ "packed: chain longer than the ring", PACKED, SIZE, { { NEXT }, { NEXT }, { NEXT },
	  { NEXT }, { NEXT }, { NEXT }, { NEXT }, { NEXT } }, .complaint = "not available" },
	{ "packed: id twice", PACKED, 2, { { 0, 7, 0, 0 }, { 0, 7, 0, 0 } },
	  .complaint = "in use already" },
	{ "packed: table not agreed on", PACKED, 1, { { TABLE, 0, 16, AT_TABLE } },
	  { { 0, 0, 0, 0 } }, .complaint = "indirect" },
	{ "packed: table first in a chain", PACKED | INDIRECT, 2,
	  { { TABLE | NEXT, 0, 16, AT_TABLE }, { 0, 0, 0, 0 } }, { { 0, 0, 0, 0 } },
	  .complaint = "indirect" },
	{ "packed: table last in a chain", PACKED | INDIRECT, 2, { { NEXT, 0, 0, 0 },
	  { TABLE, 0, 16, AT_TABLE } }, { { 0, 0, 0, 0 } }, .complaint = "indirect" },
	{ "packed: table of odd length", PACKED | INDIRECT, 1, { { TABLE, 0, 17, AT_TABLE } },
	  { { 0, 0, 0, 0 } }, .complaint = "17 bytes" },
	{ "packed: table of no length", PACKED | INDIRECT, 1, { { TABLE, 0, -1, AT_TABLE } },
	  .complaint = "indirect" },
	{ "packed: next in a table", PACKED | INDIRECT, 1, { { TABLE, 0, 16, AT_TABLE } },
	  { { 0, NEXT, 0, 0 } }, .complaint = "entry 0" },
	{ "packed: table in a table", PACKED | INDIRECT, 1, { { TABLE, 0, 16, AT_TABLE } },
	  { { 0, TABLE, 16, AT_TABLE } }, .complaint = "entry 0" },
	{ "packed: no notification", PACKED, 1, { { 0, 0, 0, 0 } }, .strict = true,
	  .complaint = "no notification" },
	{ "packed: no notification yet", PACKED | EVENT_IDX, 2, { { NEXT, 0, 0, 0 },
	  { 0, 0, 0, 0 } }, .strict = true, .notify_after = 2 },
	{ "packed: no notification then", PACKED | EVENT_IDX, 2, { { NEXT, 0, 0, 0 },
	  { 0, 0, 0, 0 } }, .strict = true, .notify_after = 1, .complaint = "no notification" },
	{ "packed: data", PACKED | NOTIF_DATA, 2, { { 0, 1 }, { 0, 2 } },
	  .doorbell = 0x8002u << 16 | QUEUE },
	{ "packed: data of a first batch", PACKED | NOTIF_DATA, 2, { { 0, 1 }, { 0, 2 } },
	  .doorbell = 0x8001u << 16 | QUEUE },
	{ "packed: data of nothing", PACKED | NOTIF_DATA, 2, { { 0, 1 }, { 0, 2 } },
	  .doorbell = 0x8000u << 16 | QUEUE, .complaint = "too early" },
	{ "packed: data of another lap", PACKED | NOTIF_DATA, 2, { { 0, 1 }, { 0, 2 } },
	  .doorbell = 2 << 16 | QUEUE, .complaint = "too early" },
	{ "packed: data beyond the ring", PACKED | NOTIF_DATA, SIZE, { { 0, 1 }, { 0, 2 },
	  { 0, 3 }, { 0, 4 }, { 0, 5 }, { 0, 6 }, { 0, 7 }, { 0, 8 } },
	  .doorbell = 0x8008u << 16 | QUEUE, .complaint = "too early" },
};

static void
post_write(const struct post *p)
{
	unsigned int i;

	for (i = 0; i < p->nb_descs; i++) {
		if (p->features & PACKED)
			packed_write(i, true, &p->descs[i]);
		else
			split_write(&mem.desc.split[i], i, &p->descs[i]);
	}
	for (i = 0; i < RTE_DIM(p->table); i++) {
		split_write(&mem.table[i], i, &p->table[i]);
		/* a table in the packed layout: the flags come last */
		if (p->features & PACKED)
			mem.table[i].flags = 0;
	}
	for (i = 0; i < p->nb_heads; i++)
		split_avail(p->heads[i]);
	if (!(p->features & PACKED))
		mem.driver[1] += p->idx_excess;
	if (p->doorbell != 0)
		dev.queues[QUEUE].doorbell = rte_cpu_to_le_32(p->doorbell);
}

static int
complaints(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(posts); i++) {
		const struct post *p = &posts[i];

		TEST_ASSERT_SUCCESS(begin(p->features), "%s", p->name);
		vq.strict = p->strict;
		vdev_vq_notify_after(&vq, p->notify_after);
		post_write(p);
		vdev_vq_fetch(&vq);
		if (p->complaint == NULL)
			TEST_ASSERT_EQUAL(dev.nb_complaints, 0, "%s: %s", p->name, dev.complaint);
		else
			TEST_ASSERT(strstr(dev.complaint, p->complaint) != NULL, "%s: '%s'",
				p->name, dev.complaint);
		end();
	}
	return TEST_SUCCESS;
}

/* A driver that writes over what the device has not used yet. */
static int
packed_overrun(void)
{
	struct descriptor d = { .flags = 0 };
	uint16_t i;

	TEST_ASSERT_SUCCESS(begin(PACKED), "begin");
	for (i = 0; i < SIZE; i++) {
		d.number = i;
		packed_write(i, true, &d);
	}
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), SIZE, "a full ring");
	TEST_ASSERT_EQUAL(dev.nb_complaints, 0, "%s", dev.complaint);
	d.number = SIZE;
	packed_write(0, false, &d);
	TEST_ASSERT_EQUAL(vdev_vq_fetch(&vq), SIZE, "no more");
	TEST_ASSERT(strstr(dev.complaint, "8 are out") != NULL, "'%s'", dev.complaint);
	end();
	return TEST_SUCCESS;
}

/* Rings that were not zeroed before the device got them. */
static int
old_rings(void)
{
	struct vdev_queue q;
	unsigned int i;
	uint32_t base;

	for (i = 0; i < 3; i++) {
		TEST_ASSERT_SUCCESS(begin(i == 0 ? 0 : PACKED), "begin");
		q = dev.queues[QUEUE];
		vdev_vq_detach(&vq);
		if (i == 1)
			mem.desc.packed[2].flags = VIRTQ_DESC_F_USED;
		else
			mem.device[1] = 1;
		dev.queues[QUEUE] = q;
		base = vdev_vq_base_new(&dev);
		TEST_ASSERT_SUCCESS(vdev_vq_attach(&vq, &dev, QUEUE, base), "attach");
		TEST_ASSERT(strstr(dev.complaint, "not zeroed") != NULL, "%u: '%s'", i,
			dev.complaint);
		end();
	}
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_device",
	.unit_test_cases = {
		TEST_CASE(packed_any_size),
		TEST_CASE(packed_batches),
		TEST_CASE(split_batches),
		TEST_CASE(data_of_chains_and_tables),
		TEST_CASE(asks_for_notifications),
		TEST_CASE(interrupts),
		TEST_CASE(bases),
		TEST_CASE(complaints),
		TEST_CASE(packed_overrun),
		TEST_CASE(old_rings),
		TEST_CASES_END()
	}
};

static int
test_vio_device(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_device_autotest, test_vio_device);
