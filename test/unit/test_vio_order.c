/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Ids in the order in which they are posted, against a list that is moved element by element. */

#include <stdbool.h>
#include <string.h>

#include <rte_random.h>

#include "test.h"

#include "vio_order.h"

#define SIZE_MAX_TESTED	64

static struct vio_order order;
static uint16_t room[2 * SIZE_MAX_TESTED];
static void *by_pos[SIZE_MAX_TESTED];

/* What stands at a position: a pointer that tells the id. */
static void *
thing(uint16_t id)
{
	return &((uint8_t *)by_pos)[id];
}

static void
begin(uint16_t size)
{
	uint16_t i;

	memset(room, 0xff, sizeof(room));
	vio_order_init(&order, room, size);
	for (i = 0; i < size; i++)
		by_pos[i] = thing(i);
}

/* Each id once, found where it stands, and its thing with it. */
static int
is_consistent(void)
{
	uint16_t i;

	for (i = 0; i < order.size; i++) {
		TEST_ASSERT(order.ids[i] < order.size, "id %u at %u", order.ids[i], i);
		TEST_ASSERT_EQUAL(order.pos_of[order.ids[i]], i, "id %u", order.ids[i]);
		TEST_ASSERT(by_pos[i] == thing(order.ids[i]), "thing at %u", i);
	}
	return TEST_SUCCESS;
}

static int
begins_with_every_id_at_its_number(void)
{
	uint16_t i;

	TEST_ASSERT_EQUAL(vio_order_room(SIZE_MAX_TESTED), sizeof(room), "room");
	begin(SIZE_MAX_TESTED);
	for (i = 0; i < SIZE_MAX_TESTED; i++)
		TEST_ASSERT_EQUAL(order.ids[i], i, "position %u", i);
	return is_consistent();
}

/* Positions go round at the size, which need not be a power of two. */
static int
positions_go_round(void)
{
	uint16_t size, a, nb;

	for (size = 1; size <= 9; size++) {
		begin(size);
		for (a = 0; a < size; a++)
			for (nb = 0; nb <= size; nb++) {
				uint16_t b = vio_order_behind(&order, a, nb);

				TEST_ASSERT_EQUAL(b, ((a + nb) % size), "%u + %u of %u", a, nb,
					size);
				TEST_ASSERT_EQUAL(vio_order_distance(&order, a, b), (nb % size),
					"%u to %u of %u", a, b, size);
			}
	}
	/* The largest ring there is: nothing is lost in 16 bits. */
	order.size = 32768;
	TEST_ASSERT_EQUAL(vio_order_behind(&order, 32767, 32768), 32767, "a whole round");
	TEST_ASSERT_EQUAL(vio_order_distance(&order, 32767, 32766), 32767, "nearly a round");
	return TEST_SUCCESS;
}

static int
two_change_places(void)
{
	uint16_t i;

	begin(8);
	vio_order_swap(&order, by_pos, 2, 7);
	TEST_ASSERT_EQUAL(order.ids[2], 7, "at 2");
	TEST_ASSERT_EQUAL(order.ids[7], 2, "at 7");
	for (i = 0; i < 8; i++)
		if (i != 2 && i != 7)
			TEST_ASSERT_EQUAL(order.ids[i], i, "at %u", i);
	vio_order_swap(&order, by_pos, 4, 4);
	TEST_ASSERT_EQUAL(order.ids[4], 4, "with itself");
	return is_consistent();
}

/* Every block of every length, brought to every position before it, also across the end. */
static int
blocks_come_forward(void)
{
	uint16_t to, between, nb, i, id, was;
	const uint16_t size = 11;

	for (to = 0; to < size; to++)
		for (between = 0; between < size; between++)
			for (nb = 1; between + nb <= size; nb++) {
				begin(size);
				vio_order_forward(&order, by_pos, (to + between) % size, nb,
						  to);
				for (i = 0; i < size; i++) {
					id = order.ids[(to + i) % size];
					was = i < nb ? between + i : i < between + nb ? i - nb : i;
					TEST_ASSERT_EQUAL(id, ((to + was) % size),
						"%u of %u to %u, at %u", nb, between, to, i);
				}
				if (is_consistent() != TEST_SUCCESS)
					return TEST_FAILED;
			}
	return TEST_SUCCESS;
}

/* A device in no order at all: each id is used once a lap, and found. */
static int
any_order(void)
{
	uint16_t oldest = 0, held = 0, i, pos, id;
	bool is_held[SIZE_MAX_TESTED] = { false };

	begin(61);
	for (i = 0; i < 20000; i++) {
		while (held < order.size && rte_rand() % 4 != 0) {
			id = order.ids[vio_order_behind(&order, oldest, held++)];
			TEST_ASSERT(!is_held[id], "id %u is posted twice", id);
			is_held[id] = true;
		}
		if (held == 0)
			continue;
		pos = vio_order_behind(&order, oldest, rte_rand() % held);
		id = order.ids[pos];
		TEST_ASSERT(is_held[id], "id %u is not held", id);
		TEST_ASSERT(vio_order_distance(&order, oldest, order.pos_of[id]) < held, "window");
		vio_order_swap(&order, by_pos, oldest, pos);
		TEST_ASSERT_EQUAL(order.ids[oldest], id, "brought to the beginning");
		is_held[id] = false;
		oldest = vio_order_behind(&order, oldest, 1);
		held--;
	}
	return is_consistent();
}

static struct unit_test_suite suite = {
	.suite_name = "vio_order",
	.unit_test_cases = {
		TEST_CASE(begins_with_every_id_at_its_number),
		TEST_CASE(positions_go_round),
		TEST_CASE(two_change_places),
		TEST_CASE(blocks_come_forward),
		TEST_CASE(any_order),
		TEST_CASES_END()
	}
};

static int
test_vio_order(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_order_autotest, test_vio_order);
