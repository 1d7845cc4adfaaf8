/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Packets that are posted for transmit, in any state that the invariant allows: a run of packets of
 * one descriptor each, or one packet of several parts, as a chain or by an indirect table, whatever
 * its mbufs say. Their descriptors are of free positions, are what the packet is, and are not
 * shown before they are published; those of packets that the device holds stay as they are.
 *
 * FORMAT is the name of a format, BURST_FILE its file, SIZE the entries of the ring; PACKED and
 * IN_ORDER say which it is.
 */

#include BURST_FILE

#include "permutation.h"
#include "proof.h"

#define NB_SEGS		2
#define ALL_BITS	VIO_RING_PACKED_BITS
#define HDR_ADDR	UINT64_C(0x1000)
#define TABLES_ADDR	UINT64_C(0x100000)

/* What a descriptor says to the device, in either format. */
struct part {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t number;	/* split: the next one; packed: the id */
};

static void *sw_ring[SIZE];
static struct vio_tx_shape shapes[SIZE];
static uint16_t order_room[2 * SIZE];
static struct rte_mbuf mbufs[NB_SEGS];
static struct rte_mempool pool;
static uint8_t room[32];		/* of any mbuf up to its data, never accessed */
static struct vio_txq q;

/* The state before. */
static uint16_t first, nb_free, nb_raw, avail_idx, avail_bits;
static uint16_t head_bits;	/* packed: of a first descriptor that is shown */
static struct part before[SIZE];

static uint16_t nb_packets;	/* that were posted */

/* In place of vio_tx_short_write(): some packets cannot go the short way. */
bool
short_any(struct vio_txq *queue __rte_unused, struct rte_mbuf *m, size_t hdr_len,
	  const struct vio_tx_form **last)
{
	PROVE(*last == q.forms[0], "any form");
	ASSUME(m->data_off >= hdr_len);
	return nondet_bool();
}

/* In place of vio_hdr_tx_write(). */
void
header_any(void *dst __rte_unused, uint16_t hdr_len, const struct virtio_net_hdr_ext *hdr)
{
	PROVE(hdr_len == q.hdr_len && hdr == NULL, "the header of a packet that asks for nothing");
}

static struct part
part_at(uint16_t slot)
{
#if PACKED
	const struct pvirtq_desc *d = &q.ring.pdesc[slot];

	return (struct part){ d->addr, d->len, d->flags, d->id };
#else
	const struct virtq_desc *d = &q.ring.desc[slot];

	return (struct part){ d->addr, d->len, d->flags, d->next };
#endif
}

static bool
is_same(struct part a, struct part b)
{
	return a.addr == b.addr && a.len == b.len && a.flags == b.flags && a.number == b.number;
}

/* Where the descriptor of the k-th position from first on is. */
static uint16_t
slot_of(uint16_t k)
{
	uint16_t pos = vio_order_behind(&q.order, first, k);

	return PACKED ? pos : q.order.ids[pos];
}

#if PACKED
/* The bits by which the descriptor there is available (virtio 2.8.1). */
static uint16_t
bits_of(uint16_t slot)
{
	return slot >= first ? avail_bits : avail_bits ^ ALL_BITS;
}

static bool
head_is_shown(void)
{
	return (q.ring.pdesc[q.ring.head_slot].flags & ALL_BITS) == head_bits;
}
#endif

static bool
order_is_right(void)
{
	return IN_ORDER ? is_in_order(&q.order, SIZE) : is_permutation(&q.order, SIZE);
}

/* Indices agree with the window; what was posted and not published is hidden by its first one. */
static bool
indices_are_right(void)
{
#if PACKED
	return q.ring.avail_idx == vio_tx_next(&q) && q.ring.head_slot < SIZE &&
	       (q.ring.avail_bits == VIRTQ_DESC_F_AVAIL ||
		q.ring.avail_bits == VIRTQ_DESC_F_USED) &&
	       vio_order_distance(&q.order, q.oldest, q.ring.head_slot) <= vio_tx_nb_held(&q);
#else
	return true;
#endif
}

static void
begin(void)
{
	uint16_t i;

	q.ring.size = SIZE;
	q.ring.mask = SIZE - 1;
	q.ring.desc = __CPROVER_allocate(SIZE * sizeof(*q.ring.desc), false);
	if (!PACKED)
		q.ring.avail = __CPROVER_allocate(sizeof(struct virtq_avail) + 2 * SIZE + 2, false);
	q.ring.weak_barriers = nondet_bool();
	q.ring.avail_idx = nondet_u16();
	q.ring.avail_bits = nondet_u16();
	q.ring.head_slot = nondet_u16();
	q.order = (struct vio_order){ order_room, order_room + SIZE, SIZE };
	q.sw_ring = sw_ring;
	q.shapes = shapes;
	q.raw_pool = &pool;
	q.oldest = nondet_u16();
	q.nb_free = nondet_u16();
	q.nb_raw = nondet_u16();
	q.hdr_len = VIRTIO_NET_HDR_LEN;
	q.addr_off = VIO_MBUF_ADDR(false);
	q.hdr_addr = HDR_ADDR;
	q.has_tables = nondet_bool();
	q.tables = __CPROVER_allocate(SIZE * VIO_TX_TABLE_LEN, false);
	q.tables_addr = TABLES_ADDR;
	for (i = 0; i < SIZE; i++) {
		q.order.ids[i] = nondet_u16();
		q.order.pos_of[i] = nondet_u16();
	}
	ASSUME(order_is_right() && q.oldest < SIZE && q.nb_free <= SIZE && indices_are_right());
	first = vio_tx_next(&q);
	nb_free = q.nb_free;
	nb_raw = q.nb_raw;
	avail_idx = q.ring.avail_idx;
	avail_bits = q.ring.avail_bits;
#if PACKED
	head_bits = q.ring.head_slot <= first ? avail_bits : avail_bits ^ ALL_BITS;
	ASSUME(!head_is_shown());
#endif
	for (i = 0; i < SIZE; i++)
		before[i] = part_at(i);
}

/* Mbufs of any content, chained; the first one says anything of how many there are. */
static struct rte_mbuf *
any_chain(bool longer)
{
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < NB_SEGS; i++) {
		m = &mbufs[i];
		m->buf_iova = nondet_u64();
		m->buf_addr = room;
		m->data_off = nondet_u16();
		m->data_len = nondet_u16();
		m->refcnt = nondet_u16();
		m->nb_segs = longer ? nondet_u16() : 1;
		m->ol_flags = nondet_u64();
		m->pool = nondet_bool() ? &pool : NULL;
		m->next = NULL;
		ASSUME(m->data_off <= sizeof(room) &&
		       m->data_len <= UINT16_MAX - VIRTIO_NET_HDR_LEN);
	}
	for (i = 1; longer && i < NB_SEGS && nondet_bool(); i++)
		mbufs[i - 1].next = &mbufs[i];
	return mbufs;
}

/* The descriptor of the k-th position says this, but for its number. */
static void
prove_part(uint16_t k, uint64_t addr, uint32_t len, uint16_t flags)
{
	struct part d = part_at(slot_of(k));
#if PACKED
	bool hidden = slot_of(k) == q.ring.head_slot;

	PROVE(hidden || (d.flags & ALL_BITS) == bits_of(slot_of(k)), "available");
	PROVE(!hidden || q.ring.head_flags == (flags | head_bits), "to be shown");
	d.flags = hidden ? flags : d.flags & ~ALL_BITS;
#endif
	PROVE(d.addr == addr && d.len == len && d.flags == flags, "what the packet is");
}

/* A run of packets. Returns how many descriptors it took. */
static uint16_t
post_singles(void)
{
	struct rte_mbuf *pkts[NB_SEGS], *m = any_chain(false);
	uint16_t nb = nondet_u16(), n, i, nb_raw_now = 0;
	uint64_t bytes = 0, sum = 0;

	ASSUME(nb <= NB_SEGS);
	for (i = 0; i < NB_SEGS; i++)
		pkts[i] = &m[i];

	n = vio_tx_post_singles(&FORMAT, &q, pkts, nb, &bytes);

	PROVE(n <= nb && n <= nb_free, "no more than there are, and than fit");
	for (i = 0; i < n; i++) {
		prove_part(i, m[i].buf_iova + m[i].data_off - q.hdr_len, m[i].data_len + q.hdr_len,
			   0);
#if PACKED
		PROVE(part_at(slot_of(i)).number == q.order.ids[first + i], "its id");
#else
		PROVE(q.ring.avail->ring[(avail_idx + i) & q.ring.mask] == q.order.ids[first + i],
		      "its id");
#endif
		PROVE(vio_tx_mbuf(sw_ring[first + i]) == &m[i], "held");
		PROVE(vio_tx_is_marked(sw_ring[first + i]) == (m[i].pool != &pool), "raw, or not");
		nb_raw_now += m[i].pool == &pool;
		sum += m[i].data_len;
	}
	PROVE(bytes == sum && q.nb_raw == (uint16_t)(nb_raw + nb_raw_now), "counted");
	nb_packets = n;
	REACHED(n == NB_SEGS, "a whole run");
	REACHED(n > 0 && n < nb, "a part of one");
	return n;
}

/* What the device is to find of a packet, one after the other. */
static struct part parts[NB_SEGS + 1];
static uint16_t nb_parts;

static void
expect(const struct rte_mbuf *m, bool push)
{
	uint16_t left = m->nb_segs, i;

	nb_parts = 1;
	parts[0] = (struct part){ HDR_ADDR, q.hdr_len, 0, 0 };
	if (push) {
		parts[0].addr = m->buf_iova + m->data_off - q.hdr_len;
		parts[0].len = m->data_len + q.hdr_len;
		m = m->next;
		left--;
	}
	for (i = 0; i < NB_SEGS && m != NULL && left > 0; i++, left--, m = m->next)
		if (m->data_len > 0)
			parts[nb_parts++] = (struct part){ m->buf_iova + m->data_off, m->data_len,
							   0, 0 };
}

static void
prove_table(uint16_t id)
{
	uint16_t i;

	for (i = 0; i < nb_parts; i++) {
#if PACKED
		const struct pvirtq_desc *d = (void *)(q.tables + id * VIO_TX_TABLE_LEN);
		bool flags = d[i].flags == 0;
#else
		const struct virtq_desc *d = (void *)(q.tables + id * VIO_TX_TABLE_LEN);
		bool flags = d[i].flags == (i + 1 < nb_parts ? VIRTQ_DESC_F_NEXT : 0) &&
			     (i + 1 == nb_parts || d[i].next == i + 1);
#endif
		PROVE(flags && d[i].addr == parts[i].addr && d[i].len == parts[i].len,
		      "a part, in the table");
	}
	prove_part(0, TABLES_ADDR + id * VIO_TX_TABLE_LEN, nb_parts * sizeof(struct virtq_desc),
		   VIRTQ_DESC_F_INDIRECT);
}

/* One packet, the long way. Returns how many descriptors it took. */
static uint16_t
post_chain(void)
{
	struct rte_mbuf *m = any_chain(true);
	struct vio_tx_plan plan;
	uint16_t id, i, nb;

	vio_tx_plan(&q, m, &plan);
	ASSUME(m->nb_segs > 0 && plan.nb_descs <= nb_free);
	expect(m, plan.push);

	vio_tx_post(&FORMAT, &q, m, &plan);

	id = q.order.ids[first];
	nb = plan.by_table ? 1 : nb_parts;
	PROVE(nb <= plan.nb_descs, "no more than planned");
	if (plan.by_table)
		prove_table(id);
	for (i = 0; !plan.by_table && i < nb_parts; i++) {
		prove_part(i, parts[i].addr, parts[i].len, i + 1 < nb ? VIRTQ_DESC_F_NEXT : 0);
		PROVE(PACKED || i + 1 == nb || part_at(slot_of(i)).number == slot_of(i + 1),
		      "the next one");
		PROVE(i == 0 || sw_ring[vio_order_behind(&q.order, first, i)] == NULL,
		      "a further position");
	}
#if PACKED
	for (i = 0; i < nb; i++)
		PROVE(part_at(slot_of(i)).number == id, "the packet's id");
#else
	PROVE(q.ring.avail->ring[avail_idx & q.ring.mask] == id, "the packet's id");
#endif
	PROVE(vio_tx_mbuf(sw_ring[first]) == m, "held");
	PROVE(vio_tx_shape(&q, first).nb_descs == nb, "as long as it is");
	nb_packets = 1;
	REACHED(plan.by_table, "a table");
	REACHED(nb == SIZE, "a chain of all descriptors");
	REACHED(nb_parts < plan.nb_descs, "fewer than planned");
	REACHED(m->nb_segs == 1 && m->next != NULL, "a chain longer than it says");
	return nb;
}

void
proof(void)
{
	uint16_t nb, i;

	begin();
	nb = nondet_bool() ? post_singles() : post_chain();

	PROVE(q.nb_free == nb_free - nb && vio_tx_next(&q) == vio_order_behind(&q.order, first, nb),
	      "the window");
	PROVE(order_is_right() && indices_are_right(), "the invariant");
	for (i = nb; i < SIZE; i++)
		PROVE(is_same(part_at(slot_of(i)), before[slot_of(i)]), "all others are as before");
#if PACKED
	PROVE(!head_is_shown(), "nothing is shown yet");
	vio_ring_packed_publish(&q.ring);
	PROVE(q.ring.head_slot == q.ring.avail_idx, "all is shown");
#else
	PROVE(q.ring.avail_idx == (uint16_t)(avail_idx + nb_packets), "an entry for each packet");
#endif
}
