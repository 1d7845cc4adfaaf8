/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The order of ids: ids stays a permutation and pos_of its inverse, whatever is done, so that an
 * id is free or held, and held once; what is remembered of an id goes where the id goes; and
 * what is brought forward stands there in the order that it had.
 */

#include <rte_common.h>

#include "permutation.h"
#include "proof.h"

static uint16_t room[2 * SIZE];
static void *by_pos[SIZE];
static struct vio_order order = { .ids = room, .pos_of = room + SIZE, .size = SIZE };

/* Any order, with something to remember for each id, here its number. */
static void
begin(void)
{
	uint16_t i;

	for (i = 0; i < SIZE; i++) {
		order.ids[i] = nondet_u16();
		order.pos_of[i] = nondet_u16();
	}
	ASSUME(is_permutation(&order, SIZE));
	for (i = 0; i < SIZE; i++)
		by_pos[i] = (void *)(uintptr_t)order.ids[i];
}

static void
prove_kept(void)
{
	uint16_t i;

	PROVE(is_permutation(&order, SIZE), "a permutation and its inverse");
	for (i = 0; i < SIZE; i++)
		PROVE(by_pos[i] == (void *)(uintptr_t)order.ids[i], "each id with its own");
}

static uint16_t
any_below(uint32_t end)
{
	uint16_t value = nondet_u16();

	ASSUME(value < end);
	return value;
}

static void
prove_init(void)
{
	struct vio_order fresh;

	PROVE(vio_order_room(SIZE) == sizeof(room), "the room");
	vio_order_init(&fresh, room, SIZE);
	PROVE(fresh.ids == order.ids && fresh.pos_of == order.pos_of && fresh.size == SIZE,
	      "where it is");
	PROVE(is_permutation(&order, SIZE), "a permutation from the beginning");
}

static void
prove_distances(void)
{
	uint16_t from = any_below(SIZE), nb = any_below(SIZE + 1);
	uint16_t to = vio_order_behind(&order, from, nb);

	PROVE(to < SIZE, "a position");
	PROVE(vio_order_distance(&order, from, to) == nb % SIZE, "as far as it was said");
}

static void
prove_swap(void)
{
	uint16_t a = any_below(SIZE), b = any_below(SIZE), id_a, id_b;

	begin();
	id_a = order.ids[a];
	id_b = order.ids[b];
	vio_order_swap(&order, by_pos, a, b);
	prove_kept();
	PROVE(order.ids[a] == id_b && order.ids[b] == id_a, "both changed places");
	REACHED(a != b, "two positions");
}

static void
prove_forward(void)
{
	uint16_t to = any_below(SIZE), between = any_below(SIZE), nb = any_below(SIZE + 1);
	uint16_t pos = vio_order_behind(&order, to, between), before[SIZE], i;

	ASSUME(between + nb <= SIZE);
	begin();
	for (i = 0; i < SIZE; i++)
		before[i] = order.ids[vio_order_behind(&order, to, i)];
	vio_order_forward(&order, by_pos, pos, nb, to);
	prove_kept();
	for (i = 0; i < SIZE; i++)
		PROVE(order.ids[vio_order_behind(&order, to, i)] ==
		      before[i < nb ? between + i : i < between + nb ? i - nb : i],
		      "brought forward, the others follow, the rest stays");
	REACHED(nb > 1 && between > 1 && to + between + nb > SIZE, "several, over the end");
}

void
proof(void)
{
	prove_init();
	prove_distances();
	prove_swap();
	prove_forward();
}
