/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The invariant of vio_order.h, which each proof about an order assumes and shows to be kept. */

#ifndef PERMUTATION_H
#define PERMUTATION_H

#include <stdbool.h>

#include "vio_order.h"

/* Every id stands at one position. size: a constant, that of the order. */
static inline bool
is_permutation(const struct vio_order *order, uint16_t size)
{
	bool is = true;
	uint16_t i;

	for (i = 0; i < size; i++)
		is &= order->ids[i] < size && order->pos_of[i] < size &&
		      order->pos_of[order->ids[i] % size] == i &&
		      order->ids[order->pos_of[i] % size] == i;
	return is;
}

/* With IN_ORDER, each besides at the position of its number. */
static inline bool
is_in_order(const struct vio_order *order, uint16_t size)
{
	bool is = is_permutation(order, size);
	uint16_t i;

	for (i = 0; i < size; i++)
		is &= order->ids[i] == i;
	return is;
}

#endif /* PERMUTATION_H */
