/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The next sent packet that is taken back, or the next run of them at once, in any state that the
 * invariant allows, whatever the device wrote: the invariant holds afterwards as well, and of the
 * packets that the device held, each is still held, by the same descriptors, or handed on to be
 * freed, and only one of these. So, by induction, of any number of packets.
 *
 * FORMAT is the name of a format, BURST_FILE its file, SIZE the entries of the ring; PACKED and
 * IN_ORDER say which it is.
 */

#include BURST_FILE

#include "permutation.h"
#include "proof.h"

static struct vio_tx_format format;
static struct rte_mempool pool;
static void *sw_ring[SIZE];		/* mbufs, priv_size: which of them it is */
static struct vio_tx_shape shapes[SIZE];
static uint16_t order_room[2 * SIZE];
static unsigned int nb_out[SIZE];	/* by mbuf: how often it was given away */
static bool raw[SIZE];			/* by mbuf: it may go to the pool as it is */
static uint16_t owner[SIZE];		/* by id: the mbuf whose packet the device has it for */
static struct vio_txq q;

void
vio_txq_break(struct vio_txq *queue, enum vio_violation kind)
{
	PROVE(kind < VIO_NB_VIOLATIONS, "a kind");
	queue->state = VIO_QUEUE_BROKEN;
}

/*
 * In place of the format's match(), which compares words of groups: as many of the oldest
 * positions as may be asked for, whatever stands there.
 */
static uint16_t
match_any(const struct vio_txq *queue, uint16_t max)
{
	uint16_t nb = nondet_u16();

	PROVE(max <= vio_tx_nb_held(queue), "no more than the device holds");
	PROVE(queue->oldest + max <= SIZE, "not round the end");
	ASSUME(nb <= max && (PACKED || nb <= vio_ring_split_nb_used(&queue->ring)));
	return nb;
}

/* In place of vio_tx_group_is_unmarked(): the ring is smaller than a group. */
bool
group_never(void **stands __rte_unused)
{
	PROVE(false, "no group");
	return false;
}

/* In place of rte_mempool_put_bulk(). */
void
put_back(struct rte_mempool *mp, void *const *objs, unsigned int nb)
{
	const struct rte_mbuf *m;
	unsigned int i;

	PROVE(mp == &pool, "the pool of all raw packets");
	for (i = 0; i < nb; i++) {
		m = objs[i];
		PROVE(raw[m->priv_size], "a raw packet");
		nb_out[m->priv_size]++;
	}
}

static bool
order_is_right(void)
{
	return IN_ORDER ? is_in_order(&q.order, SIZE) : is_permutation(&q.order, SIZE);
}

/*
 * The window of held positions is one packet after the other: each with its mbuf at the first, a
 * shape unless it is plain, and nothing at the others. Ring indices agree with it.
 */
static bool
window_is_right(void)
{
	uint16_t i, pos, left = 0, nb_raw = 0, nb_chains = 0;
	bool right = q.oldest < SIZE && q.nb_free <= SIZE;
	bool batch = !vio_ring_in_batch(&q.ring);
	struct vio_tx_shape shape;
	struct rte_mbuf *m;

	for (i = 0; right && i < vio_tx_nb_held(&q); i++) {
		pos = vio_order_behind(&q.order, q.oldest, i);
		m = vio_tx_mbuf(sw_ring[pos]);
		if (left == 0) {
			shape = vio_tx_shape(&q, pos);
			right = right && m != NULL && shape.nb_descs >= 1 &&
				shape.nb_descs <= vio_tx_nb_held(&q) - i &&
				(!shape.raw || raw[m->priv_size]);
			left = shape.nb_descs;
			nb_raw += shape.raw;
			nb_chains++;
			/* Split: a batch does not go beyond what was told. */
			batch |= q.ring.batch_id == pos;
		} else {
			right &= sw_ring[pos] == NULL;
		}
		left--;
	}
	right &= q.nb_raw == nb_raw && (batch || !IN_ORDER);
	right &= IN_ORDER || !vio_ring_in_batch(&q.ring);
#if PACKED
	return right && q.ring.used_idx == q.oldest && q.ring.avail_idx == vio_tx_next(&q) &&
	       vio_ring_packed_nb_posted(&q.ring) == vio_tx_nb_held(&q) &&
	       (q.ring.used_bits == VIO_RING_PACKED_BITS || q.ring.used_bits == 0);
#else
	/* As of the last look, which vio_ring_split_look() found to be possible. */
	return right && vio_ring_split_nb_posted(&q.ring) == nb_chains &&
	       vio_ring_split_nb_used(&q.ring) <= nb_chains;
#endif
}

/* Any state. Which mbuf stands where makes no difference, so they stand in their order. */
static void
begin(void)
{
	struct rte_mbuf *m;
	uint16_t i;

	format = FORMAT;
	format.match = match_any;

	q.ring.size = SIZE;
	q.ring.mask = SIZE - 1;
	q.ring.pdesc = __CPROVER_allocate(SIZE * sizeof(*q.ring.pdesc), false);
	q.ring.weak_barriers = nondet_bool();
	if (!PACKED)
		q.ring.used = __CPROVER_allocate(sizeof(struct virtq_used) + 8 * SIZE + 2, false);
	q.ring.avail_idx = nondet_u16();
	q.ring.used_idx = nondet_u16();
	q.ring.seen_idx = nondet_u16();
	q.ring.avail_bits = nondet_bool() ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
	q.ring.used_bits = nondet_u16();
	q.ring.batch_id = nondet_u32();
	q.order = (struct vio_order){ order_room, order_room + SIZE, SIZE };
	q.sw_ring = sw_ring;
	q.shapes = shapes;
	q.raw_pool = &pool;
	q.oldest = nondet_u16();
	q.nb_free = nondet_u16();
	q.nb_raw = nondet_u16();
	q.state = VIO_QUEUE_STARTED;
	for (i = 0; i < SIZE; i++) {
		q.order.ids[i] = nondet_u16();
		q.order.pos_of[i] = nondet_u16();
		m = __CPROVER_allocate(sizeof(*m), true);
		m->priv_size = i;
		raw[i] = nondet_bool();
		shapes[i] = (struct vio_tx_shape){ nondet_u16(), nondet_bool() };
		sw_ring[i] = nondet_bool() ? NULL :
			     nondet_bool() ? m : vio_tx_mark(m);
	}
	ASSUME(order_is_right() && window_is_right());
}

/* The mbuf of the packet that a held position belongs to. */
static uint16_t
packet_at(uint16_t i)
{
	uint16_t pos = vio_order_behind(&q.order, q.oldest, i);

	while (sw_ring[pos] == NULL && i-- > 0)
		pos = vio_order_behind(&q.order, q.oldest, i);
	return vio_tx_mbuf(sw_ring[pos])->priv_size;
}

/* Counts, for each mbuf, that the device holds it, and notes or proves whose each id is. */
static void
look_at_held(unsigned int *nb, bool first)
{
	uint16_t i, pos, m;

	for (i = 0; i < vio_tx_nb_held(&q); i++) {
		pos = vio_order_behind(&q.order, q.oldest, i);
		m = packet_at(i);
		nb[m] += sw_ring[pos] != NULL;
		if (first)
			owner[q.order.ids[pos]] = m;
		else
			PROVE(owner[q.order.ids[pos]] == m, "no descriptor changes its packet");
	}
}

/* Takes back one packet, or a run. Returns how many. */
static uint16_t
take(void)
{
	struct vio_tx_done done = { .nb_raw = 0, .nb_other = 0 };
	uint16_t i, nb;

	if (nondet_bool()) {
		nb = vio_tx_take_run(&format, &q, nondet_u16());
		REACHED(nb == 1, "a run of one packet");
		REACHED(nb == SIZE, "a run of all");
		return nb;
	}
	nb = vio_tx_take_each(&format, &q, 1, &done);
	put_back(&pool, (void **)done.raw, done.nb_raw);
	for (i = 0; i < done.nb_other; i++)
		nb_out[done.other[i]->priv_size]++;
	REACHED(nb == 1 && done.nb_raw == 1, "a raw packet");
	REACHED(nb == 1 && done.nb_other == 1, "another one");
	REACHED(nb == 0 && q.state == VIO_QUEUE_STARTED, "none");
	REACHED(nb == 0 && q.state == VIO_QUEUE_BROKEN, "a violation");
	return nb;
}

void
proof(void)
{
	unsigned int before[SIZE] = { 0 };
	uint16_t i, nb, nb_freed = 0;

	begin();
	look_at_held(before, true);

	nb = take();

	PROVE(order_is_right(), "the order");
	PROVE(window_is_right(), "the invariant");
	for (i = 0; i < SIZE; i++)
		nb_freed += nb_out[i];
	PROVE(nb_freed == nb, "what is taken back is freed");
	look_at_held(nb_out, false);
	for (i = 0; i < SIZE; i++)
		PROVE(nb_out[i] == before[i], "each packet is in one place");
}
