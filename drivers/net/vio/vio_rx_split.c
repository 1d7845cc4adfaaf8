/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive on split rings (virtio 2.7 and 5.1.9.4).
 * Invariants: every buffer that the device holds stands in sw_ring under its id, once; a packet
 * is taken whole or not at all; what the device wrote is read once and bounded before use.
 * Threads: one at a time for a queue.
 */

#include <rte_branch_prediction.h>

#include "vio_hdr.h"
#include "vio_queue.h"
#include "vio_rxtx.h"

#define REFILL_BATCH 32

/* A used entry that was found to be in order. */
struct rx_used {
	struct rte_mbuf *m;
	uint16_t id;
	uint16_t len;	/* bytes written, header included */
};

/*
 * Reads the used entry at idx. Returns false, with the queue broken, unless it names a buffer
 * that the device holds, with min_len bytes to all of it written.
 */
static inline bool
rx_peek(struct vio_rxq *q, uint16_t idx, uint16_t min_len, struct rx_used *used)
{
	uint32_t id, len;

	vio_ring_used_read(&q->ring, idx, &id, &len);
	if (unlikely(id >= q->ring.size || q->sw_ring[id] == NULL)) {
		vio_rxq_break(q, VIO_BAD_ID);
		return false;
	}
	if (unlikely(len < min_len || len > q->buf_len)) {
		vio_rxq_break(q, VIO_BAD_LEN);
		return false;
	}
	used->m = q->sw_ring[id];
	used->id = id;
	used->len = len;
	return true;
}

/* Takes the buffer of the next used entry from the device, as a segment without its header. */
static inline void
rx_take(struct vio_rxq *q, const struct rx_used *used, uint16_t hdr_len)
{
	struct rte_mbuf *m = used->m;

	q->sw_ring[used->id] = NULL;
	q->free_id[q->ring.used_idx & q->ring.mask] = used->id;
	q->ring.used_idx++;

	*vio_mbuf_rearm_data(m) = q->mbuf_rearm;
	m->data_off = RTE_PKTMBUF_HEADROOM + hdr_len;
	m->ol_flags = q->mbuf_ol_flags;
	m->packet_type = 0;
	m->data_len = used->len - hdr_len;
	m->pkt_len = m->data_len;
}

/*
 * Takes the remaining nb segments of a packet. Returns false, with the queue broken and the
 * packet freed, when an entry is not in order.
 */
static bool
rx_take_rest(struct vio_rxq *q, struct rte_mbuf *head, uint16_t nb)
{
	struct rte_mbuf *tail = head;
	struct rx_used used;

	for (; nb > 0; nb--) {
		if (!rx_peek(q, q->ring.used_idx, 1, &used)) {
			rte_pktmbuf_free(head);
			return false;
		}
		/* virtio 5.1.9.4: only the first buffer begins with a header. */
		rx_take(q, &used, 0);
		tail->next = used.m;
		tail = used.m;
		head->pkt_len += tail->data_len;
		head->nb_segs++;
	}
	return true;
}

/* Drops a frame that the application should not see, and counts it. */
static inline bool
rx_filter(struct vio_rxq *q, struct rte_mbuf *m)
{
	if (unlikely(m->data_len < RTE_ETHER_HDR_LEN))
		q->stats.runt++;
	else if (unlikely(!vio_frame_fits(m, q->mtu_frame_len) ||
			  (m->nb_segs > 1 && !q->scatter)))
		q->stats.oversize++;
	else
		return true;
	rte_pktmbuf_free(m);
	return false;
}

/*
 * Takes the next packet of at most nb_used used entries. Returns how many it took: 0 when the
 * packet is not complete, or when the queue broke. *pkt is NULL for a packet that was dropped.
 */
static inline uint16_t
rx_packet(struct vio_rxq *q, uint16_t nb_used, struct rte_mbuf **pkt)
{
	struct rx_used used;
	uint16_t nb_bufs = 1;

	if (unlikely(!rx_peek(q, q->ring.used_idx, q->hdr_len, &used)))
		return 0;
	if (q->mergeable) {
		nb_bufs = rte_le_to_cpu_16(vio_hdr_rx(used.m)->num_buffers);
		/* More buffers than the device had: the packet can never become complete. */
		if (unlikely(nb_bufs == 0 || nb_bufs > vio_ring_nb_posted(&q->ring))) {
			vio_rxq_break(q, VIO_BAD_NUM_BUFFERS);
			return 0;
		}
		if (unlikely(nb_bufs > nb_used))
			return 0;
	}

	rx_take(q, &used, q->hdr_len);
	if (unlikely(nb_bufs > 1 && !rx_take_rest(q, used.m, nb_bufs - 1)))
		return 0;
	*pkt = rx_filter(q, used.m) ? used.m : NULL;
	return nb_bufs;
}

/* Posts nb buffers. */
static void
rx_post(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
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

void
vio_rx_split_refill(struct vio_rxq *q)
{
	uint16_t missing = q->ring.size - vio_ring_nb_posted(&q->ring);
	struct rte_mbuf *bufs[REFILL_BATCH];
	uint16_t nb, posted = 0;

	while (missing > 0) {
		nb = RTE_MIN(missing, REFILL_BATCH);
		/* A pool that runs short gives what it has: halve until it can. */
		while (nb > 0 && rte_mempool_get_bulk(q->mp, (void **)bufs, nb) < 0)
			nb /= 2;
		rx_post(q, bufs, nb);
		posted += nb;
		missing -= nb;
		if (nb == 0) {
			q->stats.nombuf++;
			break;
		}
	}
	if (posted == 0)
		return;
	vio_ring_publish(&q->ring);
	q->stats.notify += vio_ring_notify(&q->ring);
}

uint16_t
vio_rx_split_burst(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	struct vio_rxq *q = queue;
	uint16_t nb_used, nb_taken, nb_rx = 0;
	struct rte_mbuf *m;
	uint64_t bytes = 0;

	if (unlikely(q->state != VIO_QUEUE_STARTED))
		return 0;
	if (unlikely(!vio_ring_nb_used(&q->ring, &nb_used))) {
		vio_rxq_break(q, VIO_BAD_USED_IDX);
		return 0;
	}

	while (nb_rx < nb_pkts && nb_used > 0) {
		nb_taken = rx_packet(q, nb_used, &m);
		if (unlikely(nb_taken == 0))
			break;
		nb_used -= nb_taken;
		if (unlikely(m == NULL))
			continue;
		bytes += m->pkt_len;
		pkts[nb_rx++] = m;
	}
	q->stats.packets += nb_rx;
	q->stats.bytes += bytes;

	if (q->ring.size - vio_ring_nb_posted(&q->ring) >= q->free_thresh &&
	    likely(q->state == VIO_QUEUE_STARTED))
		vio_rx_split_refill(q);
	return nb_rx;
}
