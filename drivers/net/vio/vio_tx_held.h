/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The packets that the device holds, by the positions of their descriptors (vio_order.h). A chain
 * takes successive positions.
 *
 * A packet is raw if the driver is the only holder of its one mbuf, which is of the queue's
 * raw_pool: it goes back there as it is, without being looked at. That is found out when it is
 * posted, as it cannot change before the device gives it back.
 *
 * At the first position of a packet stands its mbuf, marked unless it is raw and of one
 * descriptor; of a marked one, more is said by the id in shapes. At its further positions stands
 * NULL. So what stands at the positions of a run of packets without a mark is what the pool takes.
 * Invariant: nb_raw is the number of raw packets within the window.
 */

#ifndef VIO_TX_HELD_H
#define VIO_TX_HELD_H

#include "vio.h"

#define VIO_TX_MARK	((uintptr_t)1)	/* no mbuf is at an odd address */

static inline void *
vio_tx_mark(struct rte_mbuf *m)
{
	return (void *)((uintptr_t)m | VIO_TX_MARK);
}

static inline bool
vio_tx_is_marked(const void *stands)
{
	return (uintptr_t)stands & VIO_TX_MARK;
}

/* The mbuf, if any, of what stands at a position. */
static inline struct rte_mbuf *
vio_tx_mbuf(void *stands)
{
	return (void *)((uintptr_t)stands & ~VIO_TX_MARK);
}

/* Positions that the device holds. */
static inline uint16_t
vio_tx_nb_held(const struct vio_txq *q)
{
	return q->order.size - q->nb_free;
}

/* The position of the next descriptor to post. */
static inline uint16_t
vio_tx_next(const struct vio_txq *q)
{
	return vio_order_behind(&q->order, q->oldest, vio_tx_nb_held(q));
}

/* What is known of the packet at a position. */
static inline struct vio_tx_shape
vio_tx_shape(const struct vio_txq *q, uint16_t pos)
{
	const struct vio_tx_shape plain = { .nb_descs = 1, .raw = true };

	return vio_tx_is_marked(q->sw_ring[pos]) ? q->shapes[q->order.ids[pos]] : plain;
}

/* Whether the device holds a packet of this id, which is any value. */
static inline bool
vio_tx_is_held(const struct vio_txq *q, uint32_t id)
{
	uint16_t pos;

	if (unlikely(id >= q->order.size))
		return false;
	pos = q->order.pos_of[id];
	return vio_order_distance(&q->order, q->oldest, pos) < vio_tx_nb_held(q) &&
	       q->sw_ring[pos] != NULL;
}

/* Whether a packet that is about to be posted is raw. */
static inline bool
vio_tx_is_raw(const struct vio_txq *q, const struct rte_mbuf *m)
{
	return m->nb_segs == 1 && rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m) &&
	       m->pool == q->raw_pool;
}

/* Remembers by a mark a packet that is not raw, or is of several descriptors. */
static inline void
vio_tx_hold_marked(struct vio_txq *q, struct rte_mbuf *m, uint16_t pos, uint16_t nb_descs, bool raw)
{
	uint16_t i;

	q->sw_ring[pos] = vio_tx_mark(m);
	q->shapes[q->order.ids[pos]] = (struct vio_tx_shape){ nb_descs, raw };
	for (i = 1; i < nb_descs; i++)
		q->sw_ring[vio_order_behind(&q->order, pos, i)] = NULL;
}

/* Remembers a packet in nb_descs positions from the next one on, pos. */
static inline void
vio_tx_hold(struct vio_txq *q, struct rte_mbuf *m, uint16_t pos, uint16_t nb_descs)
{
	bool raw = vio_tx_is_raw(q, m);

	q->nb_raw += raw;
	q->nb_free -= nb_descs;
	if (likely(raw && nb_descs == 1))
		q->sw_ring[pos] = m;
	else
		vio_tx_hold_marked(q, m, pos, nb_descs, raw);
}

/*
 * Makes the packet at a position the oldest. Where the oldest one is as long they change places;
 * else all between move.
 */
static inline void
vio_tx_bring_forward(struct vio_txq *q, uint16_t pos)
{
	uint16_t nb = vio_tx_shape(q, pos).nb_descs, i;

	if (vio_tx_shape(q, q->oldest).nb_descs != nb) {
		vio_order_forward(&q->order, q->sw_ring, pos, nb, q->oldest);
		return;
	}
	for (i = 0; i < nb; i++)
		vio_order_swap(&q->order, q->sw_ring, vio_order_behind(&q->order, pos, i),
			       vio_order_behind(&q->order, q->oldest, i));
}

/* Forgets the nb descriptors of the nb_raw raw and perhaps other packets that are the oldest. */
static inline void
vio_tx_release(struct vio_txq *q, uint16_t nb_descs, uint16_t nb_raw)
{
	q->oldest = vio_order_behind(&q->order, q->oldest, nb_descs);
	q->nb_free += nb_descs;
	q->nb_raw -= nb_raw;
}

#endif /* VIO_TX_HELD_H */
