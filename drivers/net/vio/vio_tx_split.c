/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit on split rings (virtio 2.7 and 5.1.9.2).
 * Invariants: a descriptor is in the free list or in one chain that the device holds; the mbuf
 * of a chain stands at its head's id until the device gives the chain back.
 * Threads: one at a time for a queue.
 */

#include <rte_branch_prediction.h>

#include "vio_hdr.h"
#include "vio_queue.h"
#include "vio_rxtx.h"

#define COMPLETE_BATCH 64

/* Gives the chain of descriptors that begins at head back to the free list's end. */
static inline void
tx_chain_free(struct vio_txq *q, uint16_t head)
{
	struct vio_tx_desc *d = &q->descs[head];

	if (q->nb_free == 0)
		q->free_head = head;
	else
		q->descs[q->free_tail].next = head;
	q->free_tail = d->last;
	q->nb_free += d->nb_descs;
	d->mbuf = NULL;
}

/* Takes back what the device sent, and frees it. */
static void
tx_complete(struct vio_txq *q)
{
	struct rte_mbuf *done[COMPLETE_BATCH];
	uint16_t nb_used, nb_done = 0;
	uint32_t id, len;

	if (unlikely(!vio_ring_nb_used(&q->ring, &nb_used))) {
		vio_txq_break(q, VIO_BAD_USED_IDX);
		return;
	}
	for (; nb_used > 0; nb_used--) {
		vio_ring_used_read(&q->ring, q->ring.used_idx, &id, &len);
		if (unlikely(id >= q->ring.size || q->descs[id].mbuf == NULL)) {
			vio_txq_break(q, VIO_BAD_ID);
			break;
		}
		done[nb_done++] = q->descs[id].mbuf;
		tx_chain_free(q, id);
		q->ring.used_idx++;
		if (nb_done == COMPLETE_BATCH) {
			rte_pktmbuf_free_bulk(done, nb_done);
			nb_done = 0;
		}
	}
	rte_pktmbuf_free_bulk(done, nb_done);
}

/* The address of a segment's data for the device. */
static inline uint64_t
tx_data_addr(const struct vio_txq *q, const struct rte_mbuf *seg)
{
	return vio_mbuf_addr(seg, q->addr_off) + seg->data_off;
}

/* Writes the descriptor id, and remembers it as the last of its chain. */
static inline void
tx_desc_write(struct vio_txq *q, uint16_t id, uint64_t addr, uint32_t len)
{
	q->ring.desc[id] = (struct virtq_desc){
		.addr = rte_cpu_to_le_64(addr),
		.len = rte_cpu_to_le_32(len),
	};
}

/* Chains the next free descriptor behind id and writes it. Returns its id. */
static inline uint16_t
tx_desc_append(struct vio_txq *q, uint16_t id, uint64_t addr, uint32_t len)
{
	uint16_t next = q->descs[id].next;

	q->ring.desc[id].flags = rte_cpu_to_le_16(VIRTQ_DESC_F_NEXT);
	q->ring.desc[id].next = rte_cpu_to_le_16(next);
	tx_desc_write(q, next, addr, len);
	return next;
}

/*
 * Makes a packet available. There are descriptors enough for its segments, and for a header
 * of its own unless push, which says that the header may be written before the data.
 */
static inline void
tx_post(struct vio_txq *q, struct rte_mbuf *m, bool push)
{
	uint16_t head = q->free_head, last = head, nb_descs = 1;
	struct rte_mbuf *seg = m;

	if (push) {
		vio_hdr_tx_push(m, q->hdr_len);
		tx_desc_write(q, head, tx_data_addr(q, m) - q->hdr_len, m->data_len + q->hdr_len);
		seg = m->next;
	} else {
		tx_desc_write(q, head, q->hdr_addr, q->hdr_len);
	}
	for (; seg != NULL; seg = seg->next) {
		/* Devices take a descriptor of no bytes for an error. */
		if (unlikely(seg->data_len == 0))
			continue;
		last = tx_desc_append(q, last, tx_data_addr(q, seg), seg->data_len);
		nb_descs++;
	}

	q->free_head = q->descs[last].next;
	q->nb_free -= nb_descs;
	q->descs[head].mbuf = m;
	q->descs[head].last = last;
	q->descs[head].nb_descs = nb_descs;
	q->ring.avail->ring[q->ring.avail_idx & q->ring.mask] = rte_cpu_to_le_16(head);
	q->ring.avail_idx++;
}

/* Whether nb descriptors are free, if need be after taking completions. */
static inline bool
tx_make_room(struct vio_txq *q, uint16_t nb)
{
	if (unlikely(nb > q->nb_free))
		tx_complete(q);
	return nb <= q->nb_free && likely(q->state == VIO_QUEUE_STARTED);
}

uint16_t
vio_tx_split_burst(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	struct vio_txq *q = queue;
	uint16_t nb_tx, nb_posted = 0;
	uint32_t nb_descs;
	uint64_t bytes = 0;
	struct rte_mbuf *m;
	bool push;

	if (unlikely(q->state != VIO_QUEUE_STARTED))
		return 0;
	if (q->nb_free < q->free_thresh)
		tx_complete(q);

	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		m = pkts[nb_tx];
		push = vio_hdr_tx_may_push(m, q->hdr_len);
		nb_descs = m->nb_segs + !push;
		/* virtio 5.1.4.2: no packet longer than the MTU, and none that never fits. */
		if (unlikely(nb_descs > q->ring.size || !vio_frame_fits(m, q->mtu_frame_len))) {
			q->stats.oversize++;
			rte_pktmbuf_free(m);
			continue;
		}
		if (unlikely(!tx_make_room(q, nb_descs)))
			break;
		bytes += m->pkt_len;
		nb_posted++;
		tx_post(q, m, push);
	}
	q->stats.packets += nb_posted;
	q->stats.bytes += bytes;

	if (likely(nb_posted > 0)) {
		vio_ring_publish(&q->ring);
		q->stats.notify += vio_ring_notify(&q->ring);
	}
	return nb_tx;
}
