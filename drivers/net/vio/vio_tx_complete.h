/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Taking back the packets that the device sent, and freeing them.
 * Invariants: a packet is taken back only by an id that the device holds; what the device does not
 * name one by one, in order and plain, goes the checked way.
 * Threads: one at a time for a queue.
 */

#ifndef VIO_TX_COMPLETE_H
#define VIO_TX_COMPLETE_H

#include <rte_branch_prediction.h>

#include "vio_queue.h"
#include "vio_ring_in_order.h"
#include "vio_tx_format.h"
#include "vio_vec.h"

/*
 * Packets that go to the pool at once. A burst takes back as many, or twice as many as it has
 * packets: so a ring is emptied in the end, but not at once, which would empty the mempool's cache
 * as well.
 */
#define VIO_TX_FREE_BATCH	64

/* Packets taken back one by one, on their way to be freed. */
struct vio_tx_done {
	struct rte_mbuf *raw[VIO_TX_FREE_BATCH];
	struct rte_mbuf *other[VIO_TX_FREE_BATCH];
	uint16_t nb_raw;
	uint16_t nb_other;
};

/* Frees those packets if there is no room for a group more. */
static inline void
vio_tx_done_free(const struct vio_txq *q, struct vio_tx_done *done, uint16_t room)
{
	if (done->nb_raw > VIO_TX_FREE_BATCH - room) {
		rte_mempool_put_bulk(q->raw_pool, (void **)done->raw, done->nb_raw);
		done->nb_raw = 0;
	}
	if (done->nb_other > VIO_TX_FREE_BATCH - room) {
		rte_pktmbuf_free_bulk(done->other, done->nb_other);
		done->nb_other = 0;
	}
}

#ifdef VIO_HAS_VEC
/* Whether the words of a group are what vio_tx_match_ids() looks for. */
static __rte_always_inline bool
vio_tx_group_matches(const volatile void *words, size_t stride, uint64_t bits, const uint16_t *ids,
		     uint64_t flags, unsigned int shift)
{
	vio_vec_t word, id, differ = { 0 };
	size_t i;

#pragma GCC unroll 4
	for (i = 0; i < VIO_TX_GROUP; i += VIO_VEC_GROUP) {
		vio_vec_read(&word, RTE_PTR_ADD(words, i * stride), stride);
		vio_vec_widen(&id, &ids[i]);
		differ |= word ^ (id << shift | flags);
	}
	return vio_vec_has_none(&differ, bits);
}

/* Whether none of a group has a mark. */
static __rte_always_inline bool
vio_tx_group_is_unmarked(void **stands)
{
	vio_vec_t all = { 0 };
	size_t i;

#pragma GCC unroll 4
	for (i = 0; i < VIO_TX_GROUP; i += VIO_VEC_GROUP)
		all |= *(const vio_vec_mem_t *)&stands[i];
	return vio_vec_has_none(&all, VIO_TX_MARK);
}
#else
static inline bool
vio_tx_group_matches(const volatile void *words __rte_unused, size_t stride __rte_unused,
		     uint64_t bits __rte_unused, const uint16_t *ids __rte_unused,
		     uint64_t flags __rte_unused, unsigned int shift __rte_unused)
{
	return false;
}

static inline bool
vio_tx_group_is_unmarked(void **stands __rte_unused)
{
	return false;
}
#endif

/*
 * How many of the words that lie stride bytes apart are, as far as bits covers them, an id each,
 * in the order of ids, shifted, with flags. Whole groups only, up to max.
 */
static __rte_always_inline uint16_t
vio_tx_match_ids(const volatile void *words, size_t stride, uint64_t bits, const uint16_t *ids,
		 uint64_t flags, unsigned int shift, uint16_t max)
{
	size_t n;

	for (n = 0; n + VIO_TX_GROUP <= max; n += VIO_TX_GROUP)
		if (!vio_tx_group_matches(RTE_PTR_ADD(words, n * stride), stride, bits, &ids[n],
					  flags, shift))
			break;
	return n;
}

/* How many positions up to max, from the oldest on, hold a packet without a mark each. */
static __rte_always_inline uint16_t
vio_tx_nb_unmarked(const struct vio_txq *q, uint16_t max)
{
	void **stands = &q->sw_ring[q->oldest];
	size_t n = 0;

	while (n + VIO_TX_GROUP <= max && vio_tx_group_is_unmarked(&stands[n]))
		n += VIO_TX_GROUP;
	while (n < max && !vio_tx_is_marked(stands[n]))
		n++;
	return n;
}

/*
 * Takes back at most max of the oldest packets at once, if they were used in order and have no
 * mark. Returns how many.
 */
static __rte_always_inline uint16_t
vio_tx_take_run(const struct vio_tx_format *fmt, struct vio_txq *q, uint16_t max)
{
	struct vio_ring *ring = &q->ring;
	uint16_t pos = q->oldest, n;

	max = RTE_MIN(max, RTE_MIN(vio_tx_nb_held(q), q->order.size - pos));
	if (fmt->in_order && vio_ring_in_batch(ring)) {
		n = vio_order_distance(&q->order, pos, ring->batch_id) + 1;
		max = RTE_MIN(max, RTE_MIN(n, fmt->told(q)));
	} else {
		max = fmt->match(q, max);
	}
	n = vio_tx_nb_unmarked(q, max);
	if (n == 0)
		return 0;
	rte_mempool_put_bulk(q->raw_pool, &q->sw_ring[pos], n);
	if (fmt->in_order)
		vio_ring_batch_take(ring, pos + n - 1);
	vio_tx_release(q, n, n);
	fmt->skip(q, n, n);
	return n;
}

/*
 * Finds the packet that was used next, and makes it the oldest. False: there is none, or the queue
 * broke.
 */
static __rte_always_inline bool
vio_tx_find(const struct vio_tx_format *fmt, struct vio_txq *q)
{
	bool told = true, right = true;
	uint32_t id;

	if (fmt->in_order && vio_ring_in_batch(&q->ring)) {
		/* A batch does not go beyond what the device told of. */
		right = fmt->told(q) > 0;
	} else {
		told = fmt->read(q, &id);
		right = !told || vio_tx_is_held(q, id);
		if (told && right && fmt->in_order)
			q->ring.batch_id = id;
		else if (told && right && q->order.pos_of[id] != q->oldest)
			vio_tx_bring_forward(q, q->order.pos_of[id]);
	}
	if (unlikely(!right))
		vio_txq_break(q, VIO_BAD_ID);
	return told && right;
}

/* Takes back at most max packets one by one. Returns how many. */
static __rte_always_inline uint16_t
vio_tx_take_each(const struct vio_tx_format *fmt, struct vio_txq *q, uint16_t max,
		 struct vio_tx_done *done)
{
	struct vio_tx_shape shape;
	struct rte_mbuf *m;
	uint16_t n;

	for (n = 0; n < max && vio_tx_find(fmt, q); n++) {
		m = vio_tx_mbuf(q->sw_ring[q->oldest]);
		shape = vio_tx_shape(q, q->oldest);
		if (shape.raw)
			done->raw[done->nb_raw++] = m;
		else
			done->other[done->nb_other++] = m;
		if (fmt->in_order)
			vio_ring_batch_take(&q->ring, q->oldest);
		vio_tx_release(q, shape.nb_descs, shape.raw);
		fmt->skip(q, 1, shape.nb_descs);
	}
	return n;
}

/* Takes back at most max packets that the device sent, and frees them. Returns how many. */
static __rte_always_inline uint32_t
vio_tx_complete(const struct vio_tx_format *fmt, struct vio_txq *q, uint32_t max)
{
	struct vio_tx_done done;
	uint32_t nb = 0;
	uint16_t n, group;

	done.nb_raw = 0;
	done.nb_other = 0;
	if (unlikely(!fmt->look(q)))
		return 0;
	do {
		n = vio_tx_take_run(fmt, q, RTE_MIN(max - nb, (uint32_t)VIO_TX_FREE_BATCH));
		nb += n;
		if (n > 0)
			continue;
		/* As many one by one as were looked at in vain. */
		vio_tx_done_free(q, &done, VIO_TX_GROUP);
		group = RTE_MIN(max - nb, (uint32_t)VIO_TX_GROUP);
		n = vio_tx_take_each(fmt, q, group, &done);
		nb += n;
		if (n < group)
			break;
	} while (nb < max);
	vio_tx_done_free(q, &done, VIO_TX_FREE_BATCH);
	return nb;
}

/*
 * eth_tx_descriptor_status_t of a format. Which descriptor a packet will take is not known ahead
 * of it: the free ones count as those that come first, and those that were used and not taken back
 * yet as free. Nothing is changed, so that any thread may ask; the answer is of about now.
 */
static __rte_always_inline int
vio_tx_status(const struct vio_tx_format *fmt, const struct vio_txq *q, uint16_t offset)
{
	uint16_t nb_free = q->nb_free;

	if (offset >= q->order.size)
		return -EINVAL;
	if (q->state != VIO_QUEUE_STARTED)
		return RTE_ETH_TX_DESC_UNAVAIL;
	if (offset < nb_free || offset - nb_free < fmt->waiting(q, offset - nb_free + 1))
		return RTE_ETH_TX_DESC_DONE;
	return RTE_ETH_TX_DESC_FULL;
}

#endif /* VIO_TX_COMPLETE_H */
