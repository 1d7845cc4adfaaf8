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

/* Bytes of the frame with which it is done on an Rx queue. */
#define FRAME_LEN	60

static bool
is_rx(const struct vdev_vq *vq)
{
	return vq->index % 2 == 0;
}

/* The next buffer is used as an honest device would, but for what was prepared. */
static void
use_next(struct vdev_net *net, struct vdev_vq *vq)
{
	static const uint8_t frame[FRAME_LEN] = { 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 0x88, 0xb5 };

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

/* An id of the ring that names no buffer of the device's. */
static void
lie_id_not_posted(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act)
{
	uint16_t id = 0;

	RTE_SET_USED(act);
	while (id + 1 < vq->size && vq->buffers[id].nb_entries != 0)
		id++;
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
