/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The next packet out of a receive ring, or the next buffers into it, in any state that the
 * invariant allows, whatever the device wrote: the invariant holds afterwards as well, and of the
 * buffers that the device held or was given, each is still held, or in the packet, or freed, and
 * only one of these; and it may write into no other memory. So, by induction, of any number of
 * packets.
 *
 * FORMAT is the name of a format, BURST_FILE its file, SIZE the entries of the ring; PACKED and
 * IN_ORDER say which it is. POST: buffers are posted, or a packet is taken.
 */

#include BURST_FILE

#include "permutation.h"
#include "proof.h"

#define BUF_LEN	64

static uint8_t buf[RTE_PKTMBUF_HEADROOM + BUF_LEN];
static struct rte_mbuf *sw_ring[SIZE];	/* priv_size: which mbuf it is */
static uint16_t order_room[2 * SIZE];
static struct rte_mbuf *given[SIZE];	/* to be posted; their numbers follow */
static unsigned int nb_out[2 * SIZE];	/* by mbuf: how often it was given away */
static struct vio_rxq q;

/* In place of rte_pktmbuf_free() and of the application. */
void
give_away(struct rte_mbuf *m)
{
	for (; m != NULL; m = m->next)
		nb_out[m->priv_size]++;
}

/* In place of vio_rx_finish(): what it does is proved by rx_frame.c and rx_offload.c. */
struct rte_mbuf *
finish_any(struct vio_rxq *queue, struct rte_mbuf *m)
{
	const struct rte_mbuf *seg;
	uint32_t len = 0;
	uint16_t nb = 0;

	for (seg = m; seg != NULL; seg = seg->next) {
		PROVE(seg->data_off + seg->data_len <= RTE_PKTMBUF_HEADROOM + queue->buf_len,
		      "what the device may have written");
		len += seg->data_len;
		nb++;
	}
	PROVE(m->nb_segs == nb && m->pkt_len == len, "a packet as DPDK wants it");
	if (nondet_bool())
		return m;
	give_away(m);
	return NULL;
}

void
vio_rxq_break(struct vio_rxq *queue, enum vio_violation kind)
{
	PROVE(kind < VIO_NB_VIOLATIONS, "a kind");
	queue->state = VIO_QUEUE_BROKEN;
}

void
vio_rxq_wait(struct vio_rxq *queue)
{
	if (nondet_bool())
		vio_rxq_break(queue, VIO_BAD_NUM_BUFFERS);
}

/* In place of memcpy(), of which CBMC's loses pointers: all that is copied is words. */
void *
copy_words(void *to, const void *from, size_t len)
{
	size_t i;

	PROVE(len % sizeof(void *) == 0, "whole words");
	for (i = 0; i < len / sizeof(void *); i++)
		((void **)to)[i] = ((void *const *)from)[i];
	return to;
}

/* In place of packed_post_groups(), as if no group fitted in: groups are not proved here. */
uint16_t
no_groups(struct vio_rxq *queue __rte_unused, struct rte_mbuf **bufs __rte_unused,
	  uint16_t nb __rte_unused)
{
	return 0;
}

/* In place of vio_rx_take_rest_groups(), as if no group were in order. */
uint16_t
no_rest_groups(const struct vio_rx_format *fmt __rte_unused, struct vio_rxq *queue __rte_unused,
	   struct rte_mbuf *head __rte_unused, struct rte_mbuf **tail __rte_unused,
	   uint16_t nb __rte_unused)
{
	return 0;
}

/* Where the next buffer is taken from, and how many the device holds from there on. */
static uint16_t
oldest(void)
{
	return PACKED ? q.ring.used_idx : q.ring.used_idx & q.ring.mask;
}

static uint16_t
nb_held(void)
{
#if PACKED
	return vio_ring_packed_nb_posted(&q.ring);
#else
	return vio_ring_split_nb_posted(&q.ring);
#endif
}

static bool
indices_are_right(void)
{
	const struct vio_ring *r = &q.ring;
	bool right = nb_held() <= SIZE;

#if PACKED
	return right && r->avail_idx < SIZE && r->used_idx < SIZE &&
	       (r->avail_bits == VIRTQ_DESC_F_AVAIL || r->avail_bits == VIRTQ_DESC_F_USED) &&
	       (r->used_bits == VIO_RING_PACKED_BITS || r->used_bits == 0);
#else
	/* As of the last look, which vio_ring_split_look() found to be possible. */
	return right && vio_ring_split_nb_used(r) <= nb_held();
#endif
}

/* A batch ends with a buffer that the device holds; split: and that was told to be used. */
static bool
batch_is_right(void)
{
	const struct vio_ring *r = &q.ring;
#if PACKED
	uint16_t nb = nb_held();
#else
	uint16_t nb = vio_ring_split_nb_used(r);
#endif

	if (!vio_ring_in_batch(r))
		return true;
	return IN_ORDER && r->batch_id < SIZE && vio_ring_span(r, oldest(), r->batch_id) <= nb;
}

static bool
order_is_right(void)
{
	return IN_ORDER ? is_in_order(&q.order, SIZE) : is_permutation(&q.order, SIZE);
}

static bool
is_held(uint16_t pos)
{
	return vio_order_distance(&q.order, oldest(), pos) < nb_held();
}

/* What stands in sw_ring is held, and what is held stands there. */
static bool
sw_ring_is_right(void)
{
	bool right = true;
	uint16_t i;

	for (i = 0; i < SIZE; i++)
		right &= (sw_ring[i] != NULL) == is_held(i);
	return right;
}

static struct rte_mbuf *
any_mbuf(uint16_t number)
{
	struct rte_mbuf *m = __CPROVER_allocate(sizeof(*m), true);

	m->buf_addr = buf;
	m->buf_iova = nondet_u64();
	m->priv_size = number;
	return m;
}

/* Any state. Which mbuf stands where makes no difference, so they stand in their order. */
static void
begin(void)
{
	uint16_t i;

	q.ring.size = SIZE;
	q.ring.mask = SIZE - 1;
	q.ring.desc = __CPROVER_allocate(SIZE * sizeof(*q.ring.desc), false);
	q.ring.weak_barriers = nondet_bool();
	if (!PACKED) {
		q.ring.used = __CPROVER_allocate(sizeof(struct virtq_used) + 8 * SIZE + 2, false);
		q.ring.avail = __CPROVER_allocate(sizeof(struct virtq_avail) + 2 * SIZE + 2, false);
	}
	q.ring.avail_idx = nondet_u16();
	q.ring.used_idx = nondet_u16();
	q.ring.seen_idx = nondet_u16();
	q.ring.avail_bits = nondet_u16();
	q.ring.used_bits = nondet_u16();
	q.ring.head_slot = nondet_u16();
	q.ring.batch_id = nondet_u32();
	q.ring.batch_len = nondet_u32();
	q.order = (struct vio_order){ order_room, order_room + SIZE, SIZE };
	for (i = 0; i < SIZE; i++) {
		q.order.ids[i] = nondet_u16();
		q.order.pos_of[i] = nondet_u16();
	}
	q.sw_ring = sw_ring;
	q.nb_bufs = SIZE;
	q.nb_new_ids = nondet_u16();
	q.buf_len = BUF_LEN;
	q.addr_off = VIO_MBUF_ADDR(false);
	q.hdr_len = nondet_bool() ? VIRTIO_NET_HDR_LEN : VIRTIO_NET_HDR_LEN_TUNNEL;
	q.mbuf_rearm = UINT64_C(1) << 16 | UINT64_C(1) << 32;	/* refcnt and nb_segs of 1 */
	q.mergeable = nondet_bool();
	q.state = VIO_QUEUE_STARTED;
	ASSUME(indices_are_right() && order_is_right() && batch_is_right());
	for (i = 0; i < SIZE; i++) {
		sw_ring[i] = is_held(i) ? any_mbuf(i) : NULL;
		given[i] = any_mbuf(SIZE + i);
	}
}

#if POST
/* What the device may write into for the buffer at a position, which was just posted. */
static void
prove_posted(uint16_t pos, const struct rte_mbuf *m)
{
	uint64_t addr = rte_cpu_to_le_64(m->buf_iova + RTE_PKTMBUF_HEADROOM);
	uint16_t id = q.order.ids[pos];

#if PACKED
	PROVE(q.ring.pdesc[pos].addr == addr && q.ring.pdesc[pos].len == BUF_LEN &&
	      q.ring.pdesc[pos].id == id, "its own buffer");
#else
	PROVE(q.ring.desc[id].addr == addr, "its own buffer");
#endif
}

/* Posts any number of buffers that there is room for. Returns how many. */
static uint16_t
post(void)
{
	uint16_t missing = SIZE - nb_held(), nb = nondet_u16(), i, pos;
	uint16_t first = vio_order_behind(&q.order, oldest(), nb_held());

	ASSUME(nb <= missing);
	FORMAT.post(&q, given, nb);
	for (i = 0; i < nb; i++) {
		pos = vio_order_behind(&q.order, first, i);
		PROVE(sw_ring[pos] == given[i], "in the order given");
		prove_posted(pos, given[i]);
	}
	PROVE(nb_held() == SIZE - missing + nb, "as many as were given");
	REACHED(nb == SIZE, "all that the ring takes");
	REACHED(nb > 0 && missing > nb, "some of those that are missing");
	return nb;
}

#else
/* Takes a packet, which is the application's then. */
static void
take(void)
{
	struct rte_mbuf *pkt = NULL;
	bool taken = vio_rx_packet(&FORMAT, &q, &pkt);

	REACHED(taken && pkt != NULL && pkt->next == NULL, "a packet");
	REACHED(taken && pkt != NULL && pkt->next != NULL, "a packet of several buffers");
	REACHED(taken && pkt == NULL, "a packet that is dropped");
	REACHED(!taken && q.state == VIO_QUEUE_STARTED, "nothing yet");
	REACHED(q.state == VIO_QUEUE_BROKEN, "a violation");
	REACHED(q.state == VIO_QUEUE_BROKEN && q.mergeable && nb_out[0] == 1,
		"a violation within a packet");
	PROVE(taken || pkt == NULL, "no packet of a broken queue");
	give_away(pkt);
}
#endif

void
proof(void)
{
	struct rte_mbuf *held[SIZE];
	uint16_t i, nb_given = 0;

	begin();
	for (i = 0; i < SIZE; i++)
		held[i] = sw_ring[i];

#if POST
	nb_given = post();
#else
	take();
#endif

	for (i = 0; i < SIZE; i++)
		if (sw_ring[i] != NULL)
			nb_out[sw_ring[i]->priv_size]++;
	for (i = 0; i < SIZE; i++)
		PROVE(nb_out[i] == (held[i] != NULL) && nb_out[SIZE + i] == (i < nb_given),
		      "each buffer is in one place");
	PROVE(order_is_right() && indices_are_right() && sw_ring_is_right(), "the invariant");
	PROVE(q.state == VIO_QUEUE_BROKEN || batch_is_right(), "the batch");
}
