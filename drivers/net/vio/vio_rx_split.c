/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive on split rings (virtio 2.7): what vio_rx.h asks of a format, without and with IN_ORDER.
 * Invariant: a position (vio_order.h) is the slot of the available ring that its id is posted in;
 * with IN_ORDER, it is the id. The length and the flags of each descriptor are written once.
 * Threads: one at a time for a queue.
 */

#include "vio_ring_in_order.h"
#include "vio_ring_split.h"
#include "vio_rx.h"
#include "vio_rx_chain.h"
#include "vio_rxtx.h"

static inline bool
split_look(struct vio_rxq *q)
{
	if (likely(vio_ring_split_look(&q->ring)))
		return true;
	vio_rxq_break(q, VIO_BAD_USED_IDX);
	return false;
}

static inline uint16_t
split_nb_used(const struct vio_rxq *q, uint16_t max)
{
	return RTE_MIN(vio_ring_split_nb_used(&q->ring), max);
}

static inline bool
split_read(struct vio_rxq *q, uint32_t *id, uint32_t *len)
{
	vio_ring_split_used_read(&q->ring, q->ring.used_idx, id, len);
	return true;
}

static inline uint16_t
split_pos(const struct vio_rxq *q)
{
	return q->ring.used_idx & q->ring.mask;
}

static inline void
split_take(struct vio_rxq *q, uint16_t id)
{
	vio_rx_remove(q, id, split_pos(q));
	q->ring.used_idx++;
}

static inline void
split_skip(struct vio_rxq *q, uint16_t nb)
{
	q->ring.used_idx += nb;
}

static inline uint16_t
split_group_room(const struct vio_rxq *q)
{
	return vio_ring_split_nb_used(&q->ring);
}

static inline uint64_t
split_word_flags(const struct vio_rxq *q __rte_unused)
{
	return 0;
}

/* A word is a whole entry of the used ring: id and, above it, the length. */
static inline const volatile void *
split_word_at(const struct vio_rxq *q, uint16_t pos)
{
	static_assert(sizeof(struct virtq_used_elem) == sizeof(uint64_t) &&
		      offsetof(struct virtq_used_elem, id) == 0, "virtio 2.7.8");

	return &q->ring.used->ring[pos];
}

/* With IN_ORDER, the next buffer is the oldest; a batch does not reach beyond idx. */
static inline bool
split_in_order_read(struct vio_rxq *q, uint32_t *id, uint32_t *len)
{
	struct vio_ring *ring = &q->ring;
	uint16_t slot = ring->used_idx & ring->mask;

	if (!vio_ring_in_batch(ring)) {
		vio_ring_split_used_read(ring, ring->used_idx, id, len);
		if (unlikely(!vio_ring_batch_begin(ring, slot, vio_ring_split_nb_used(ring), *id,
						   *len))) {
			vio_rxq_break(q, VIO_BAD_ID);
			return false;
		}
	}
	*id = slot;
	*len = vio_ring_batch_len(ring, slot, q->buf_len);
	return true;
}

static inline void
split_in_order_take(struct vio_rxq *q, uint16_t id)
{
	vio_ring_batch_take(&q->ring, id);
	split_take(q, id);
}

/*
 * What is left of a batch has no entries. One that begins within a group is seen by the id of its
 * entry, which is that of its last buffer.
 */
static inline uint16_t
split_in_order_group_room(const struct vio_rxq *q)
{
	return vio_ring_in_batch(&q->ring) ? 0 : split_group_room(q);
}

/* Only the address changes. */
static inline void
split_desc_fill(struct virtq_desc *desc, const struct rte_mbuf *m, uint16_t addr_off)
{
	desc->addr = rte_cpu_to_le_64(vio_mbuf_addr(m, addr_off) + RTE_PKTMBUF_HEADROOM);
}

/* Posts buffers at nb positions that do not go round the end. */
static inline void
split_post_run(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
{
	struct vio_ring *ring = &q->ring;
	const uint16_t pos = ring->avail_idx & ring->mask, addr_off = q->addr_off;
	const uint16_t *ids = &q->order.ids[pos];
	struct virtq_desc *desc = ring->desc;
	unsigned int i, k;

	memcpy(&q->sw_ring[pos], bufs, nb * sizeof(*bufs));
	for (i = 0; i + 4 <= nb; i += 4)
#pragma GCC unroll 4
		for (k = 0; k < 4; k++)
			split_desc_fill(&desc[ids[i + k]], bufs[i + k], addr_off);
	for (; i < nb; i++)
		split_desc_fill(&desc[ids[i]], bufs[i], addr_off);
	ring->avail_idx += nb;
	/* A slot that already says the same is left alone, as the device reads that line. */
	if (likely(q->nb_new_ids == 0))
		return;
	for (i = 0; i < nb; i++)
		ring->avail->ring[pos + i] = rte_cpu_to_le_16(ids[i]);
	q->nb_new_ids -= RTE_MIN(q->nb_new_ids, nb);
}

static inline void
split_post(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
{
	uint16_t up_to_end = q->ring.size - (q->ring.avail_idx & q->ring.mask);

	if (unlikely(nb > up_to_end)) {
		split_post_run(q, bufs, up_to_end);
		bufs += up_to_end;
		nb -= up_to_end;
	}
	split_post_run(q, bufs, nb);
}

static inline void
split_chain_take(struct vio_rxq *q, uint16_t id)
{
	vio_rx_chain_take(q, id);
	q->ring.used_idx++;
}

static inline void
split_chain_post(struct vio_rxq *q, uint16_t id)
{
	struct vio_ring *ring = &q->ring;
	uint16_t seg, flags, next = id;
	struct virtq_desc *desc;
	uint64_t addr;
	uint32_t len;

	for (seg = 0; seg < q->chain_len; seg++) {
		desc = &ring->desc[next];
		addr = vio_rx_chain_addr(q, id, seg, &len);
		flags = VIRTQ_DESC_F_WRITE;
		if (seg + 1 < q->chain_len) {
			flags |= VIRTQ_DESC_F_NEXT;
			next = vio_rx_chain_slot(q, id, seg + 1);
		}
		*desc = (struct virtq_desc){
			.addr = rte_cpu_to_le_64(addr),
			.len = rte_cpu_to_le_32(len),
			.flags = rte_cpu_to_le_16(flags),
			.next = rte_cpu_to_le_16(next),
		};
	}
	ring->avail->ring[ring->avail_idx & ring->mask] = rte_cpu_to_le_16(id);
	ring->avail_idx++;
}

static inline uint16_t
split_chain_fill(struct vio_rxq *q, uint16_t nb)
{
	return vio_rx_chain_fill(q, nb, split_chain_post);
}

static const struct vio_rx_format split = {
	.nb_posted = vio_ring_split_nb_posted,
	.look = split_look,
	.nb_used = split_nb_used,
	.read = split_read,
	.find = vio_rx_find,
	.take = split_take,
	.group_room = split_group_room,
	.pos = split_pos,
	.word_flags = split_word_flags,
	.skip = split_skip,
	.word = {
		.at = split_word_at,
		.stride = sizeof(struct virtq_used_elem),
		.len_shift = 32,
		.bits = UINT64_MAX,
	},
	.post = split_post,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

static const struct vio_rx_format split_in_order = {
	.nb_posted = vio_ring_split_nb_posted,
	.look = split_look,
	.nb_used = split_nb_used,
	.read = split_in_order_read,
	.find = vio_rx_find,
	.take = split_in_order_take,
	.group_room = split_in_order_group_room,
	.pos = split_pos,
	.word_flags = split_word_flags,
	.skip = split_skip,
	.word = {
		.at = split_word_at,
		.stride = sizeof(struct virtq_used_elem),
		.len_shift = 32,
		.bits = UINT64_MAX,
	},
	.post = split_post,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

static const struct vio_rx_format split_chain = {
	.nb_posted = vio_ring_split_nb_posted,
	.look = split_look,
	.nb_used = split_nb_used,
	.read = split_read,
	.find = vio_rx_chain_find,
	.take = split_chain_take,
	.fill = split_chain_fill,
	.spread = vio_rx_chain_spread,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

/* Whether a core need not sleep (-1), as the used index is another than was noted. */
static int
split_monitor_check(const uint64_t value, const uint64_t opaque[RTE_POWER_MONITOR_OPAQUE_SZ])
{
	return value == opaque[0] ? 0 : -1;
}

static void
split_monitor(const struct vio_rxq *q, struct rte_power_monitor_cond *cond)
{
	cond->addr = (void *)(uintptr_t)&q->ring.used->idx;
	cond->size = sizeof(q->ring.used->idx);
	cond->opaque[0] = rte_cpu_to_le_16(q->ring.used_idx);
	cond->fn = split_monitor_check;
}

VIO_RX_PATH(split, "Split", split_monitor);
VIO_RX_PATH(split_in_order, "Split In-order", split_monitor);
VIO_RX_PATH(split_chain, "Split Buffer-split", split_monitor);

vio_rx_paths_t VIO_ISA_NAME(vio_rx_split) = {
	[VIO_RX_ANY_ORDER] = &split_path,
	[VIO_RX_IN_ORDER] = &split_in_order_path,
	[VIO_RX_CHAIN] = &split_chain_path,
};
