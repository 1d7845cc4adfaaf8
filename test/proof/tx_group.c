/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Groups of sent packets that the device used, whatever it wrote: they match exactly if each word
 * names the id of its position, and on packed rings says that the descriptor is used; and those
 * that may go to the pool as they are end before the first that has a mark.
 *
 * FORMAT is the name of a format, BURST_FILE its file, SIZE the entries of the ring; PACKED says
 * which it is.
 */

#include "lane.h"

#include "vio_ring_packed.h"
#include BURST_FILE

static void *sw_ring[SIZE];
static uint16_t ids[SIZE];
static struct vio_txq q;

/* A ring in which the positions from the oldest one to the end are held. */
static void
begin(void)
{
	uint16_t i;

	q.ring.size = SIZE;
	q.ring.mask = SIZE - 1;
	q.ring.weak_barriers = nondet_bool();
	q.oldest = nondet_u16();
	ASSUME(q.oldest < SIZE);
#if PACKED
	q.ring.pdesc = __CPROVER_allocate(SIZE * sizeof(*q.ring.pdesc), false);
	q.ring.used_idx = q.oldest;
	q.ring.used_bits = nondet_bool() ? VIO_RING_PACKED_BITS : 0;
#else
	q.ring.used = __CPROVER_allocate(sizeof(*q.ring.used) +
					 SIZE * sizeof(q.ring.used->ring[0]), false);
	q.ring.used_idx = nondet_u16();
	q.ring.seen_idx = nondet_u16();
	ASSUME(vio_ring_split_nb_used(&q.ring) <= SIZE);
#endif
	for (i = 0; i < SIZE; i++) {
		ids[i] = nondet_u16();
		sw_ring[i] = (void *)(uintptr_t)nondet_u64();
	}
	q.order = (struct vio_order){ .ids = ids, .size = SIZE };
	q.sw_ring = sw_ring;
}

/* Whether the word number i says what is expected, by the specification (virtio 2.7.8, 2.8.13). */
static bool
is_expected(uint16_t i)
{
	uint64_t word = lane_words[i];
	uint16_t id = ids[q.oldest + i], flags = word >> 48;

	if (!PACKED)
		return (uint32_t)word == id;
	return (uint16_t)(word >> 32) == id && (flags & VIO_RING_PACKED_BITS) == q.ring.used_bits;
}

/* Where the word number i stands. */
static const volatile void *
word_at(uint16_t i)
{
#if PACKED
	return &q.ring.pdesc[q.oldest + i].len;
#else
	return &q.ring.used->ring[(q.ring.used_idx & q.ring.mask) + i];
#endif
}

static void
prove_match(uint16_t max)
{
	uint16_t nb = FORMAT.match(&q, max), i;
	bool all = true;

	PROVE(nb <= max && nb <= nb_lanes, "no more than asked for, and than was read");
	PROVE(PACKED || nb <= vio_ring_split_nb_used(&q.ring), "no more than is used");
	for (i = 0; i < nb_lanes; i++) {
		PROVE(lane_at[i] == word_at(i), "each word once, in order");
		PROVE(i >= nb || is_expected(i), "what the device used in order");
		all &= is_expected(i);
	}
	PROVE(all == (nb == nb_lanes), "all that was looked at, unless one differs");
	REACHED(nb == SIZE, "all");
	REACHED(nb > 0 && nb < nb_lanes, "some");
}

static void
prove_unmarked(uint16_t max)
{
	uint16_t nb = vio_tx_nb_unmarked(&q, max), i;

	PROVE(nb <= max, "no more than asked for");
	for (i = 0; i < nb; i++)
		PROVE(!vio_tx_is_marked(sw_ring[q.oldest + i]), "none has a mark");
	PROVE(nb == max || vio_tx_is_marked(sw_ring[q.oldest + nb]), "up to the first that has");
	REACHED(nb == SIZE, "none");
	REACHED(nb > VIO_TX_GROUP && nb < max, "a mark behind a group");
}

void
proof(void)
{
	uint16_t max = nondet_u16();

	begin();
	ASSUME(max <= SIZE - q.oldest);
	prove_match(max);
	prove_unmarked(max);
}
