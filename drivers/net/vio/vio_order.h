/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The ids of a queue's descriptors in the order in which they are posted. A position is one of a
 * ring of as many as there are ids; those that the device holds are a window of it, from the
 * oldest to the next to be posted, and the others are free, in the order in which they will
 * be posted. What the driver remembers of a descriptor, its mbuf, it keeps by position as well, so
 * that those of a group stand side by side, whatever their ids are.
 *
 * A device that works in order uses what stands at the oldest position, and nothing is written
 * here. An id that it uses too early is brought there first (vio_order_swap() or, for several
 * descriptors, vio_order_forward()), so that the window only ever shrinks at its beginning.
 *
 * Invariant: ids is a permutation of 0 to size - 1, and pos_of its inverse. So each id is
 * either free or held, once, by construction. One thread at a time; nothing of it is shared with
 * the device.
 */

#ifndef VIO_ORDER_H
#define VIO_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct vio_order {
	uint16_t *ids;		/* by position */
	uint16_t *pos_of;	/* by id */
	uint16_t size;
};

/* Bytes of the memory that an order of so many ids needs; aligned as an uint16_t is. */
static inline size_t
vio_order_room(uint16_t size)
{
	return 2 * size * sizeof(uint16_t);
}

/* Begins an order in the memory at room; every id stands at the position of its number. */
static inline void
vio_order_init(struct vio_order *order, void *room, uint16_t size)
{
	uint16_t i;

	order->ids = room;
	order->pos_of = order->ids + size;
	order->size = size;
	for (i = 0; i < size; i++) {
		order->ids[i] = i;
		order->pos_of[i] = i;
	}
}

/* The position so many behind another one; nb is at most size. */
static inline uint16_t
vio_order_behind(const struct vio_order *order, uint16_t pos, uint16_t nb)
{
	uint32_t behind = (uint32_t)pos + nb;

	return behind < order->size ? behind : behind - order->size;
}

/* How far a position is behind another one: below size. */
static inline uint16_t
vio_order_distance(const struct vio_order *order, uint16_t from, uint16_t to)
{
	return to < from ? to + order->size - from : to - from;
}

/* Exchanges the ids of two positions. */
static inline void
vio_order_swap_ids(struct vio_order *order, uint16_t a, uint16_t b)
{
	uint16_t id_a = order->ids[a], id_b = order->ids[b];

	order->ids[a] = id_b;
	order->pos_of[id_b] = a;
	order->ids[b] = id_a;
	order->pos_of[id_a] = b;
}

/* The same, with what stands in by_pos, an array of pointers by position. */
static inline void
vio_order_swap(struct vio_order *order, void **by_pos, uint16_t a, uint16_t b)
{
	void *what = by_pos[a];

	vio_order_swap_ids(order, a, b);
	by_pos[a] = by_pos[b];
	by_pos[b] = what;
}

/* Turns the order of nb positions from pos on round. */
static inline void
vio_order_reverse(struct vio_order *order, void **by_pos, uint16_t pos, uint16_t nb)
{
	uint16_t i;

	for (i = 0; i < nb / 2; i++)
		vio_order_swap(order, by_pos, vio_order_behind(order, pos, i),
			       vio_order_behind(order, pos, nb - 1 - i));
}

/*
 * Brings the nb positions from pos on to the position to, which is before them; those from there
 * up to pos follow, in the same order as before. For chains of several descriptors, as
 * the others need not be of as many.
 */
static inline void
vio_order_forward(struct vio_order *order, void **by_pos, uint16_t pos, uint16_t nb, uint16_t to)
{
	uint16_t between = vio_order_distance(order, to, pos);

	/* Each part is turned round twice, which leaves it as it was, and both change places. */
	vio_order_reverse(order, by_pos, to, between);
	vio_order_reverse(order, by_pos, pos, nb);
	vio_order_reverse(order, by_pos, to, between + nb);
}

#endif /* VIO_ORDER_H */
