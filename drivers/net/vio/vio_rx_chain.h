/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive into buffers of several mbufs, as far as it is the same for both ring formats: buffer
 * split. A buffer is a chain of chain_len descriptors, which the device fills one after the other
 * (virtio 2.7.4, 2.8.6), the header at the beginning of the first. Where the application's
 * segments end before the longest packet does, mbufs of the last pool follow. So a packet takes
 * one buffer, and is split where the application wants it.
 *
 * Invariants: buffers are numbered from 0 to nb_bufs - 1, by their id; order.ids begins with the
 * nb_free_ids of those that the device does not hold, of which the last is posted next; the first
 * mbuf of each buffer stands in sw_ring under its id only while the device holds it; the others
 * stand behind them, and those that no packet reached stay there for when the buffer is posted
 * again.
 * Threads: one at a time for a queue.
 */

#ifndef VIO_RX_CHAIN_H
#define VIO_RX_CHAIN_H

#include <rte_branch_prediction.h>

#include "vio_hdr.h"

/* Where segment seg of a buffer stands in sw_ring, and in the descriptor table of a split ring. */
static inline uint16_t
vio_rx_chain_slot(const struct vio_rxq *q, uint16_t id, uint16_t seg)
{
	return seg == 0 ? id : q->nb_bufs + id * (q->chain_len - 1) + seg - 1;
}

static inline const struct vio_rx_seg *
vio_rx_chain_seg(const struct vio_rxq *q, uint16_t seg)
{
	return &q->segs[RTE_MIN(seg, q->nb_segs - 1)];
}

/* The address for the device, and the length, of the room in a segment of a buffer. */
static inline uint64_t
vio_rx_chain_addr(const struct vio_rxq *q, uint16_t id, uint16_t seg, uint32_t *len)
{
	const struct rte_mbuf *m = q->sw_ring[vio_rx_chain_slot(q, id, seg)];

	*len = vio_rx_chain_seg(q, seg)->len + (seg == 0 ? q->hdr_len : 0);
	return vio_mbuf_addr(m, q->addr_off) + (seg == 0 ? RTE_PKTMBUF_HEADROOM : 0);
}

/*
 * Completes the mbufs of a buffer, the first one last. Returns false when a pool has none; the
 * others stay for the next time.
 */
static inline bool
vio_rx_chain_complete(struct vio_rxq *q, uint16_t id)
{
	uint16_t seg = q->chain_len;
	struct rte_mbuf **m;

	while (seg-- > 0) {
		m = &q->sw_ring[vio_rx_chain_slot(q, id, seg)];
		if (*m == NULL && rte_mempool_get(vio_rx_chain_seg(q, seg)->mp, (void **)m) < 0)
			return false;
	}
	return true;
}

/* Posts up to nb buffers by the format's post. Returns for how many there were mbufs. */
static __rte_always_inline uint16_t
vio_rx_chain_fill(struct vio_rxq *q, uint16_t nb, void (*post)(struct vio_rxq *q, uint16_t id))
{
	uint16_t i, id;

	for (i = 0; i < nb; i++) {
		id = q->order.ids[q->nb_free_ids - 1];
		if (unlikely(!vio_rx_chain_complete(q, id)))
			break;
		q->nb_free_ids--;
		post(q, id);
	}
	return i;
}

/* vio_rx_format.find. */
static inline struct rte_mbuf *
vio_rx_chain_find(const struct vio_rxq *q, uint16_t id)
{
	return q->sw_ring[id];
}

/* The device no longer holds the buffer of an id. */
static inline void
vio_rx_chain_take(struct vio_rxq *q, uint16_t id)
{
	vio_order_swap_ids(&q->order, q->order.pos_of[id], q->nb_free_ids++);
	q->sw_ring[id] = NULL;
}

/* vio_rx_format.spread; the buffer's own header is of hdr_len bytes, which may be 0. */
static inline struct rte_mbuf *
vio_rx_chain_spread(struct vio_rxq *q, struct rte_mbuf *head, uint16_t id, uint16_t hdr_len)
{
	uint16_t left = head->data_len, seg, slot;
	struct rte_mbuf *m = head;

	head->ol_flags = q->segs[0].mbuf_ol_flags;
	head->data_len = RTE_MIN(left, q->segs[0].len + q->hdr_len - hdr_len);
	left -= head->data_len;
	for (seg = 1; left > 0; seg++) {
		slot = vio_rx_chain_slot(q, id, seg);
		m->next = q->sw_ring[slot];
		q->sw_ring[slot] = NULL;
		m = m->next;
		*vio_mbuf_rearm_data(m) = q->mbuf_rearm;
		m->data_off = 0;
		m->ol_flags = vio_rx_chain_seg(q, seg)->mbuf_ol_flags;
		m->packet_type = 0;
		m->data_len = RTE_MIN(left, vio_rx_chain_seg(q, seg)->len);
		m->pkt_len = m->data_len;
		left -= m->data_len;
		head->nb_segs++;
	}
	return m;
}

#endif /* VIO_RX_CHAIN_H */
