/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive on split rings (virtio 2.7): what vio_rx.h asks of a format, without and with IN_ORDER.
 * Invariant: free_id holds, by slot, the id to post when the available ring comes round to it;
 * with IN_ORDER, that is the slot.
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

static inline void
split_take(struct vio_rxq *q, uint16_t id)
{
	q->free_id[q->ring.used_idx & q->ring.mask] = id;
	q->ring.used_idx++;
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
	q->ring.used_idx++;
}

static inline void
split_post(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
{
	struct vio_ring *ring = &q->ring;
	uint16_t i, slot, id;

	for (i = 0; i < nb; i++) {
		slot = ring->avail_idx & ring->mask;
		id = q->free_id[slot];
		q->sw_ring[id] = bufs[i];
		ring->desc[id] = (struct virtq_desc){
			.addr = rte_cpu_to_le_64(vio_mbuf_addr(bufs[i], q->addr_off) +
						 RTE_PKTMBUF_HEADROOM),
			.len = rte_cpu_to_le_32(q->buf_len),
			.flags = rte_cpu_to_le_16(VIRTQ_DESC_F_WRITE),
		};
		ring->avail->ring[slot] = rte_cpu_to_le_16(id);
		ring->avail_idx++;
	}
}

/* Where buffers are chains, which of them come next does not follow from the slot. */
static inline void
split_chain_take(struct vio_rxq *q, uint16_t id)
{
	q->free_id[q->nb_free_ids++] = id;
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
	.take = split_take,
	.post = split_post,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

static const struct vio_rx_format split_in_order = {
	.nb_posted = vio_ring_split_nb_posted,
	.look = split_look,
	.nb_used = split_nb_used,
	.read = split_in_order_read,
	.take = split_in_order_take,
	.post = split_post,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

static const struct vio_rx_format split_chain = {
	.nb_posted = vio_ring_split_nb_posted,
	.look = split_look,
	.nb_used = split_nb_used,
	.read = split_read,
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
