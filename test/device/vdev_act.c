/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The table of hostile acts.
 * Threads: the caller holds the device's lock.
 */

#include <stdlib.h>
#include <string.h>

#include "vdev_act.h"

/* Every queue; every format and order. */
#define QUEUES		(VDEV_ACT_RX | VDEV_ACT_TX)
#define FORMATS		(VDEV_ACT_SPLIT | VDEV_ACT_PACKED)
#define ORDERS		(VDEV_ACT_FREE | VDEV_ACT_IN_ORDER)
#define RX		(VDEV_ACT_RX | FORMATS | ORDERS)
#define TX		(VDEV_ACT_TX | FORMATS | ORDERS)
#define ALL		(QUEUES | FORMATS | ORDERS)
#define SPLIT		(QUEUES | VDEV_ACT_SPLIT | ORDERS)
#define PACKED		(QUEUES | VDEV_ACT_PACKED | ORDERS)

#define BATCHES		(QUEUES | FORMATS | VDEV_ACT_IN_ORDER)

/* Bytes of the frame with which it is done on an Rx queue. */
#define FRAME_LEN	60

/* Buffers that are used at once. */
#define BATCH		3

static const uint8_t frame[FRAME_LEN] = { 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 0x88, 0xb5 };

static bool
is_rx(const struct vdev_vq *vq)
{
	return vq->index % 2 == 0;
}

/* The next buffer is used as an honest device would, but for what was prepared. */
static void
use_next(struct vdev_net *net, struct vdev_vq *vq)
{
	if (is_rx(vq))
		vdev_net_rx(net, vq->index / 2, frame, sizeof(frame));
	else
		vdev_net_tx_complete(net, vq->index / 2, 1);
}

static void
lie(struct vdev_net *net, struct vdev_vq *vq, enum vdev_lie what, uint32_t value)
{
	vq->lie = what;
	vq->lie_value = value;
	use_next(net, vq);
}

static void
lie_id(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	lie(net, vq, VDEV_LIE_ID, act->value);
}

static void
lie_id_from_size(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	lie(net, vq, VDEV_LIE_ID, vq->size + act->value);
}

/* One buffer twice, without the driver having looked in between. */
static void
lie_id_repeated(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	uint16_t id;

	RTE_SET_USED(act);
	vdev_vq_fetch(vq);
	id = is_rx(vq) ? vq->ready[vq->first_ready] : net->held[vq->index / 2][0];
	use_next(net, vq);
	lie(net, vq, VDEV_LIE_ID, id);
}

/*
 * An id of the ring that names no buffer of the device's, nor one that the driver may give it
 * before it looks.
 */
static void
lie_id_not_posted(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	uint16_t last = net->held[vq->index / 2][net->nb_held[vq->index / 2] - 1];
	uint16_t id = (last + vq->size / 2) % vq->size;

	RTE_SET_USED(act);
	while (vq->buffers[id].nb_entries != 0)
		id = (id + 1) % vq->size;
	lie(net, vq, VDEV_LIE_ID, id);
}

static void
lie_len(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	lie(net, vq, VDEV_LIE_LEN, act->value);
}

/* One more byte than the buffer has. */
static void
lie_len_of_buffer(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	vdev_vq_fetch(vq);
	lie(net, vq, VDEV_LIE_LEN, vq->buffers[vq->ready[vq->first_ready]].writable + act->value);
}

static void
lie_idx(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	lie(net, vq, VDEV_LIE_IDX, act->value);
}

static void
lie_idx_by_size(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	RTE_SET_USED(act);
	lie(net, vq, VDEV_LIE_IDX, vq->size);
}

static void
lie_flags(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	lie(net, vq, VDEV_LIE_FLAGS, act->value);
}

static void
lie_num_buffers(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	net->num_buffers = act->value;
	use_next(net, vq);
}

/* Every byte of the header, but for the number of buffers. */
static void
lie_header(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	struct virtio_net_hdr_ext hdr;

	memset(&hdr, act->value, sizeof(hdr));
	vdev_net_rx_hdr(net, vq->index / 2, frame, sizeof(frame), &hdr);
}

/* What says when the driver shall notify. */
static void
lie_events(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	rte_le16_t *avail_event;

	RTE_SET_USED(net);
	/* what the driver makes of it is right */
	vq->strict = false;
	if (vdev_has(vq->dev, VIRTIO_F_RING_PACKED)) {
		vq->packed.device_event->desc = rte_cpu_to_le_16(act->value);
		vq->packed.device_event->flags = rte_cpu_to_le_16(act->value >> 16);
	} else {
		vq->split.used->flags = rte_cpu_to_le_16(act->value >> 16);
		avail_event = (rte_le16_t *)&vq->split.used->ring[vq->size];
		*avail_event = rte_cpu_to_le_16(act->value);
	}
}

/* The tables that the queue's descriptors lead to. */
static void
rewrite_table(struct vdev_vq *vq, uint16_t flags, uint64_t addr, uint32_t len)
{
	void *table = vq->dev->translate(vq->dev, rte_le_to_cpu_64(addr), rte_le_to_cpu_32(len));

	if ((rte_le_to_cpu_16(flags) & VIRTQ_DESC_F_INDIRECT) && table != NULL)
		memset(table, 0xff, rte_le_to_cpu_32(len));
}

static void
rewrite_split(struct vdev_vq *vq)
{
	const struct virtq_desc *d = vq->split.desc;
	uint16_t i;

	for (i = 0; i < vq->size; i++)
		rewrite_table(vq, d[i].flags, d[i].addr, d[i].len);
	memset((void *)(uintptr_t)vq->split.desc, 0xff, vq->size * sizeof(*d));
	memset((void *)(uintptr_t)vq->split.avail, 0xff, 6 + 2 * vq->size);
}

/* But for the flags, which are by turns the device's and the driver's, and what was just used. */
static void
rewrite_packed(struct vdev_vq *vq, uint16_t used_slot)
{
	struct pvirtq_desc *d = vq->packed.desc;
	uint16_t i;

	for (i = 0; i < vq->size; i++) {
		if (i == used_slot)
			continue;
		rewrite_table(vq, d[i].flags, d[i].addr, d[i].len);
		d[i].addr = UINT64_MAX;
		d[i].len = UINT32_MAX;
		d[i].id = UINT16_MAX;
	}
	memset((void *)(uintptr_t)vq->packed.driver_event, 0xff, sizeof(*vq->packed.driver_event));
}

/* All that the driver wrote and the device has no business in, after one buffer was used. */
static void
rewrite(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	bool packed = vdev_has(vq->dev, VIRTIO_F_RING_PACKED);
	uint16_t slot = packed ? vq->packed.used.slot : 0;

	RTE_SET_USED(act);
	use_next(net, vq);
	if (packed)
		rewrite_packed(vq, slot);
	else
		rewrite_split(vq);
}

/* Fills the oldest buffers, or finds the packets that were taken first. Returns the last id. */
static uint16_t
batch_make(struct vdev_net *net, struct vdev_vq *vq)
{
	const struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(1) };
	struct vdev_chain *chain = net->rx_chains;
	unsigned int i;

	if (!is_rx(vq))
		return net->held[vq->index / 2][BATCH - 1];
	vdev_vq_fetch(vq);
	for (i = 0; i < BATCH; i++) {
		vdev_vq_take_oldest(vq, chain);
		vdev_chain_write(chain, 0, &hdr, sizeof(hdr));
		vdev_chain_write(chain, sizeof(hdr), frame, sizeof(frame));
	}
	return chain->id;
}

/* One used entry for all of them, of which so many are shown. */
static void
batch_use(struct vdev_vq *vq, uint32_t id, uint32_t len, uint16_t nb_shown)
{
	const struct vdev_used used = { .id = id, .len = len };

	vq->ops->use(vq, &used, nb_shown, BATCH);
	vq->ops->show(vq, 0);
}

static void
lie_batch_shown(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	batch_use(vq, batch_make(net, vq), FRAME_LEN, act->value);
}

static void
lie_batch_len(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	batch_use(vq, batch_make(net, vq), act->value, BATCH);
}

static void
lie_batch_id(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	batch_make(net, vq);
	batch_use(vq, vq->size + act->value, FRAME_LEN, BATCH);
}

/* The last of the batch is the one behind the first, all around the ring. */
static void
lie_batch_backwards(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	uint16_t first;

	RTE_SET_USED(act);
	vdev_vq_fetch(vq);
	first = is_rx(vq) ? vq->ready[vq->first_ready] : net->held[vq->index / 2][0];
	batch_make(net, vq);
	batch_use(vq, (first + vq->size - 1) % vq->size, FRAME_LEN, BATCH);
}

static uint32_t
random_next(struct vdev_vq *vq)
{
	vq->random = vq->random * 1103515245 + 12345;
	return vq->random >> 16;
}

/* Garbage wherever a split ring's device may write. */
static void
noise_split(struct vdev_vq *vq)
{
	struct virtq_used *used = vq->split.used;
	uint16_t i;

	for (i = 0; i < vq->size; i++) {
		used->ring[i].id = random_next(vq) % (vq->size + 2u);
		used->ring[i].len = random_next(vq) % 4096;
	}
	used->flags = random_next(vq);
	used->idx = used->idx + random_next(vq) % (2u * vq->size);
}

/* The same on a packed ring, which has no part that is only the driver's. */
static void
noise_packed(struct vdev_vq *vq)
{
	uint16_t i;

	for (i = 0; i < vq->size; i++) {
		vq->packed.desc[i].id = random_next(vq) % (vq->size + 2u);
		vq->packed.desc[i].len = random_next(vq) % 4096;
		vq->packed.desc[i].flags = random_next(vq) << 1;
	}
	vq->packed.device_event->desc = random_next(vq);
	vq->packed.device_event->flags = random_next(vq);
}

static void
noise(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	RTE_SET_USED(net);
	vq->random = act->value;
	if (vdev_has(vq->dev, VIRTIO_F_RING_PACKED))
		noise_packed(vq);
	else
		noise_split(vq);
}

#define BITS	(VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)

const struct vdev_act vdev_acts[] = {
	{ "nothing", ALL, VDEV_ACT_PASSES, lie_flags, 0 },

	{ "id of the ring's size", ALL, VDEV_ACT_BREAKS, lie_id_from_size, 0, "bad_id" },
	{ "id behind the ring's size", ALL, VDEV_ACT_BREAKS, lie_id_from_size, 1, "bad_id" },
	{ "id 65535", ALL, VDEV_ACT_BREAKS, lie_id, UINT16_MAX, "bad_id" },
	{ "id 65536", SPLIT, VDEV_ACT_BREAKS, lie_id, UINT16_MAX + 1, "bad_id" },
	{ "id of all ones", ALL, VDEV_ACT_BREAKS, lie_id, UINT32_MAX, "bad_id" },
	{ "id used twice", ALL, VDEV_ACT_BREAKS, lie_id_repeated, 0, "bad_id" },
	{ "id not posted", TX, VDEV_ACT_BREAKS, lie_id_not_posted, 0, "bad_id" },

	{ "length 0", RX, VDEV_ACT_BREAKS, lie_len, 0, "bad_len" },
	{ "length below the header", RX, VDEV_ACT_BREAKS,
	  lie_len, sizeof(struct virtio_net_hdr) - 1, "bad_len" },
	{ "length above the buffer", RX, VDEV_ACT_BREAKS, lie_len_of_buffer, 1, "bad_len" },
	{ "length 65536 more", RX, VDEV_ACT_BREAKS, lie_len, 65536 + FRAME_LEN, "bad_len" },
	{ "length of all ones", RX, VDEV_ACT_BREAKS, lie_len, UINT32_MAX, "bad_len" },
	{ "length of a sent packet", TX, VDEV_ACT_PASSES, lie_len, UINT32_MAX },

	{ "more used than posted", ALL, VDEV_ACT_BREAKS, lie_idx_by_size, 0 },
	{ "index jumps by half", SPLIT, VDEV_ACT_BREAKS, lie_idx, 32768, "bad_used_idx" },
	{ "index goes back", SPLIT, VDEV_ACT_BREAKS, lie_idx, (uint32_t)-2, "bad_used_idx" },
	{ "index stays", SPLIT, VDEV_ACT_STALLS, lie_idx, (uint32_t)-1 },

	{ "no buffers in a packet", RX, VDEV_ACT_BREAKS, lie_num_buffers, 0, "bad_num_buffers" },
	{ "65535 buffers in a packet", RX, VDEV_ACT_BREAKS,
	  lie_num_buffers, UINT16_MAX, "bad_num_buffers" },
	{ "a buffer that never comes", RX, VDEV_ACT_STALLS, lie_num_buffers, 2 },

	{ "wrap bits of another lap", PACKED, VDEV_ACT_STALLS, lie_flags, BITS },
	{ "AVAIL flipped", PACKED, VDEV_ACT_STALLS, lie_flags, VIRTQ_DESC_F_AVAIL },
	{ "USED flipped", PACKED, VDEV_ACT_STALLS, lie_flags, VIRTQ_DESC_F_USED },
	{ "flags that mean nothing flipped", PACKED, VDEV_ACT_PASSES, lie_flags,
	  (uint16_t)~(BITS | VIRTQ_DESC_F_WRITE) },

	{ "batch beyond the index", QUEUES | VDEV_ACT_SPLIT | VDEV_ACT_IN_ORDER, VDEV_ACT_BREAKS,
	  lie_batch_shown, 1, "bad_id" },
	{ "batch that goes all around", QUEUES | VDEV_ACT_SPLIT | VDEV_ACT_IN_ORDER,
	  VDEV_ACT_BREAKS, lie_batch_backwards, 0, "bad_id" },
	{ "batch of an id of the ring's size", BATCHES, VDEV_ACT_BREAKS,
	  lie_batch_id, 0, "bad_id" },
	{ "batch of an id behind the ring's size", BATCHES, VDEV_ACT_BREAKS,
	  lie_batch_id, 1, "bad_id" },
	{ "batch of length 0", BATCHES & ~VDEV_ACT_TX, VDEV_ACT_BREAKS,
	  lie_batch_len, 0, "bad_len" },
	{ "batch of length all ones", BATCHES & ~VDEV_ACT_TX, VDEV_ACT_BREAKS,
	  lie_batch_len, UINT32_MAX, "bad_len" },

	{ "header of ones", RX, VDEV_ACT_PASSES, lie_header, 0x01 },
	{ "header of 0x55", RX, VDEV_ACT_PASSES, lie_header, 0x55 },
	{ "header of all ones", RX, VDEV_ACT_PASSES, lie_header, 0xff },

	{ "events never", ALL, VDEV_ACT_PASSES, lie_events, 0x00010000 },
	{ "events behind the ring", ALL, VDEV_ACT_PASSES, lie_events, 0x00027fff },
	{ "events of another lap", ALL, VDEV_ACT_PASSES, lie_events, 0x00028000 },
	{ "events of all ones", ALL, VDEV_ACT_PASSES, lie_events, UINT32_MAX },

	{ "descriptors and all else rewritten", ALL, VDEV_ACT_TAKES, rewrite, 0 },

	{ "noise 1", ALL, VDEV_ACT_EITHER, noise, 1 },
	{ "noise 2", ALL, VDEV_ACT_EITHER, noise, 2 },
	{ "noise 3", ALL, VDEV_ACT_EITHER, noise, 3 },
	{ "noise 4", ALL, VDEV_ACT_EITHER, noise, 4 },
	{ "noise 5", ALL, VDEV_ACT_EITHER, noise, 5 },
	{ "noise 6", ALL, VDEV_ACT_EITHER, noise, 6 },
	{ "noise 7", ALL, VDEV_ACT_EITHER, noise, 7 },
	{ "noise 8", ALL, VDEV_ACT_EITHER, noise, 8 },
};

const unsigned int vdev_nb_acts = RTE_DIM(vdev_acts);

bool
vdev_act_applies(const struct vdev_act *act, const struct vdev_vq *vq)
{
	unsigned int here = is_rx(vq) ? VDEV_ACT_RX : VDEV_ACT_TX;

	here |= vdev_has(vq->dev, VIRTIO_F_RING_PACKED) ? VDEV_ACT_PACKED : VDEV_ACT_SPLIT;
	here |= vdev_has(vq->dev, VIRTIO_F_IN_ORDER) ? VDEV_ACT_IN_ORDER : VDEV_ACT_FREE;
	return (act->where & here) == here;
}

void
vdev_act_run(const struct vdev_act *act, struct vdev_net *net, struct vdev_vq *vq)
{
	act->run(net, vq, act);
}
