/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Making packets available (virtio 5.1.9.2): what may be sent, its header, its segments.
 * Invariants: nothing is written into an mbuf that others may see; a header is complete, and its
 * descriptors are, before they are shown.
 * Threads: one at a time for a queue.
 */

#ifndef VIO_TX_POST_H
#define VIO_TX_POST_H

#include <string.h>

#include <rte_branch_prediction.h>

#include "vio_hdr.h"
#include "vio_tx_form.h"
#include "vio_tx_format.h"
#include "vio_tx_range.h"
#include "vio_vlan.h"

/* How a packet is sent. */
struct vio_tx_plan {
	bool push;		/* header and tags may be written before the data */
	uint16_t tag_len;	/* bytes of VLAN tags to put in */
	bool by_table;		/* one indirect descriptor stands for all */
	uint32_t nb_descs;	/* at most, header included */
	const struct virtio_net_hdr_ext *hdr;	/* NULL: of zeros */
};

/* Decides how a packet is sent. */
static inline void
vio_tx_plan(const struct vio_txq *q, const struct rte_mbuf *m, struct vio_tx_plan *plan)
{
	plan->tag_len = vio_vlan_tx_len(m->ol_flags & q->vlan_flags);
	plan->push = vio_hdr_tx_may_push(m, q->hdr_len + plan->tag_len) &&
		     (likely(plan->tag_len == 0) || m->data_len >= VIO_VLAN_ADDRS_LEN);
	plan->nb_descs = m->nb_segs + !plan->push;
	plan->by_table = false;
	if (unlikely(plan->nb_descs > 1) && q->has_tables &&
	    plan->nb_descs <= VIO_TX_TABLE_DESCS) {
		plan->by_table = true;
		plan->nb_descs = 1;
	}
	plan->hdr = NULL;
}

/*
 * Whether a packet can be sent at all. virtio 5.1.4.2: none that is longer than the MTU, unless it
 * is to be segmented; and none that never fits the ring, is of no segment, or has no addresses to
 * put a tag behind.
 */
static inline bool
vio_tx_is_possible(const struct vio_txq *q, const struct rte_mbuf *m,
		   const struct vio_tx_plan *plan)
{
	bool segments = plan->hdr != NULL && plan->hdr->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE;

	return m->nb_segs > 0 && plan->nb_descs <= q->ring.size &&
	       (segments || vio_frame_fits(m, q->mtu_frame_len, plan->tag_len)) &&
	       (likely(plan->tag_len == 0) || m->pkt_len >= RTE_ETHER_HDR_LEN);
}

/* The address of a segment's data for the device. */
static inline uint64_t
vio_tx_data_addr(const struct vio_txq *q, const struct rte_mbuf *seg)
{
	return vio_mbuf_addr(seg, q->addr_off) + seg->data_off;
}

/*
 * The first of *left segments, one or more, from seg on with data behind *skip bytes, or NULL:
 * devices take a descriptor of no bytes for an error. *left becomes how many follow it, *skip the
 * bytes to leave out of it.
 */
static inline const struct rte_mbuf *
vio_tx_seg_with_data(const struct rte_mbuf *seg, unsigned int *left, uint16_t *skip)
{
	for (; seg != NULL; seg = *left > 0 ? seg->next : NULL) {
		(*left)--;
		if (likely(seg->data_len > *skip))
			break;
		*skip -= seg->data_len;
	}
	return seg;
}

/* The flags of a descriptor that is followed by one for the segment next, or by none. */
static inline uint16_t
vio_tx_flags(const struct rte_mbuf *next)
{
	return next != NULL ? VIRTQ_DESC_F_NEXT : 0;
}

/*
 * Writes what a packet begins with into the room of its chain: the header and, with tags, the
 * addresses and these. Returns its length.
 */
static inline uint16_t
vio_tx_slot_write(const struct vio_txq *q, const struct rte_mbuf *m, uint16_t id,
		  const struct vio_tx_plan *plan)
{
	uint8_t *slot = q->slots + id * VIO_TX_SLOT_LEN;
	uint8_t addrs[VIO_VLAN_ADDRS_LEN];

	vio_hdr_tx_write(slot, q->hdr_len, plan->hdr);
	if (plan->tag_len == 0)
		return q->hdr_len;
	vio_vlan_tx_write(m, plan->tag_len, slot + q->hdr_len,
			  rte_pktmbuf_read(m, 0, sizeof(addrs), addrs));
	return q->hdr_len + sizeof(addrs) + plan->tag_len;
}

/*
 * Adds the first descriptor, which begins with the header: the one place that writes it. next is
 * the segment that follows.
 */
static __rte_always_inline void
vio_tx_add_head(vio_tx_add_t add, struct vio_txq *q, struct vio_tx_chain *chain,
		struct rte_mbuf *m, const struct vio_tx_plan *plan, const struct rte_mbuf *next)
{
	uint16_t flags = vio_tx_flags(next), len = q->hdr_len;
	uint64_t addr = q->hdr_addr;

	if (likely(plan->push)) {
		if (unlikely(plan->tag_len > 0))
			vio_vlan_tx_push(m, plan->tag_len);
		vio_hdr_tx_write(rte_pktmbuf_mtod(m, uint8_t *) - q->hdr_len, q->hdr_len,
				 plan->hdr);
		addr = vio_tx_data_addr(q, m) - q->hdr_len;
		len = m->data_len + q->hdr_len;
	} else if (unlikely(plan->tag_len > 0 || plan->hdr != NULL)) {
		len = vio_tx_slot_write(q, m, chain->id, plan);
		addr = q->hdr_addr + (1 + chain->id) * VIO_TX_SLOT_LEN;
	}
	add(q, chain, addr, len, flags);
}

/*
 * Adds a descriptor for each part of a packet, and none beyond those planned: what an application
 * chained is not always what its nb_segs says.
 */
static __rte_always_inline void
vio_tx_add_all(vio_tx_add_t add, struct vio_txq *q, struct vio_tx_chain *chain,
	       struct rte_mbuf *m, const struct vio_tx_plan *plan)
{
	uint16_t skip = !plan->push && plan->tag_len > 0 ? VIO_VLAN_ADDRS_LEN : 0, off;
	unsigned int left = m->nb_segs - plan->push;
	const struct rte_mbuf *seg, *next = NULL;

	if (left > 0)
		next = vio_tx_seg_with_data(plan->push ? m->next : m, &left, &skip);
	vio_tx_add_head(add, q, chain, m, plan, next);
	while ((seg = next) != NULL) {
		off = skip;
		skip = 0;
		next = left > 0 ? vio_tx_seg_with_data(seg->next, &left, &skip) : NULL;
		add(q, chain, vio_tx_data_addr(q, seg) + off, seg->data_len - off,
		    vio_tx_flags(next));
	}
}

/* Makes a packet available, as planned. There are descriptors enough. */
static __rte_always_inline void
vio_tx_post(const struct vio_tx_format *fmt, struct vio_txq *q, struct rte_mbuf *m,
	    const struct vio_tx_plan *plan)
{
	struct vio_tx_chain chain = { .next = vio_tx_next(q) }, table = { .nb_descs = 0 };
	uint16_t pos = chain.next;

	chain.id = q->order.ids[pos];
	if (unlikely(plan->by_table)) {
		table.id = chain.id;
		vio_tx_add_all(fmt->add_to_table, q, &table, m, plan);
		fmt->add(q, &chain, q->tables_addr + chain.id * VIO_TX_TABLE_LEN,
			 table.nb_descs * sizeof(struct virtq_desc), VIRTQ_DESC_F_INDIRECT);
	} else {
		vio_tx_add_all(fmt->add, q, &chain, m, plan);
	}
	vio_tx_hold(q, m, pos, chain.nb_descs);
	fmt->end(q, pos);
}

/* Whether a packet is plain: of one descriptor, and to be sent as it is. */
static __rte_always_inline bool
vio_tx_is_plain(const struct vio_txq *q, const struct rte_mbuf *m)
{
	struct vio_tx_extent extent;

	vio_tx_extent_begin(&extent);
	vio_tx_extent_add(&extent, q->plain_mask, m);
	return vio_tx_extent_is_within(&extent, &q->plain);
}

/* The same of a whole group, whose packets are raw besides. */
static __rte_always_inline bool
vio_tx_are_plain(const struct vio_txq *q, struct rte_mbuf **pkts)
{
	const struct rte_mempool *pool = q->raw_pool;
	struct vio_tx_extent extent;
	uint16_t i;

	vio_tx_extent_begin(&extent);
#pragma GCC unroll 8
	for (i = 0; i < VIO_TX_GROUP; i++) {
		vio_tx_extent_add(&extent, q->plain_mask, pkts[i]);
		if (unlikely(pkts[i]->pool != pool))
			return false;
	}
	return vio_tx_extent_is_within(&extent, &q->plain);
}

/* Writes the descriptor of a run's packet. Returns the packet's length. */
static __rte_always_inline uint64_t
vio_tx_add_single(const struct vio_tx_format *fmt, const struct vio_tx_run *run, size_t i,
		  const struct rte_mbuf *m, size_t hdr_len, uint16_t addr_off)
{
	const uint64_t len = m->data_len;

	fmt->run_add(run, i, vio_mbuf_addr(m, addr_off) + (m->data_off - hdr_len), len + hdr_len);
	return len;
}

/* Where a packet's header begins, before its data. */
static __rte_always_inline void *
vio_tx_hdr(const struct rte_mbuf *m, size_t hdr_len)
{
	return RTE_PTR_ADD(m->buf_addr, m->data_off - hdr_len);
}

/*
 * The same of a plain packet, whose header is written only if it is not of zeros yet: the device
 * reads it, and a line that nobody writes stays with both. What the mbuf says is read before that.
 */
static __rte_always_inline uint64_t
vio_tx_add_plain(const struct vio_tx_format *fmt, const struct vio_tx_run *run, size_t i,
		 const struct rte_mbuf *m, size_t hdr_len, uint16_t addr_off)
{
	const uint64_t addr = vio_mbuf_addr(m, addr_off) + (m->data_off - hdr_len);
	const uint64_t len = m->data_len;
	void *hdr = vio_tx_hdr(m, hdr_len);

	if (unlikely(vio_hdr_tx_bits(hdr, hdr_len) != 0))
		vio_hdr_tx_clear(hdr, hdr_len);
	fmt->run_add(run, i, addr, len + hdr_len);
	return len;
}

/* Clears the headers of a group, those that are longer than vio_hdr_tx_bits() can tell. */
static inline void
vio_tx_clear_long(struct rte_mbuf **pkts, size_t hdr_len)
{
	uint16_t i;

	for (i = 0; i < VIO_TX_GROUP; i++)
		vio_hdr_tx_clear(vio_tx_hdr(pkts[i], hdr_len), hdr_len);
}

/* How many of nb descriptors are free that do not wrap, from the next position on, pos. */
static __rte_always_inline uint32_t
vio_tx_run_max(const struct vio_txq *q, uint16_t pos, uint16_t nb)
{
	const uint32_t up_to_end = q->order.size - pos, room = RTE_MIN(q->nb_free, up_to_end);

	return RTE_MIN(nb, room);
}

/*
 * Makes packets available by groups, as long as they are plain and raw and there are descriptors
 * that do not wrap. Returns how many; adds their bytes.
 */
static __rte_always_inline uint16_t
vio_tx_post_groups(const struct vio_tx_format *fmt, struct vio_txq *q, struct rte_mbuf **pkts,
		   uint16_t nb, uint64_t *bytes)
{
	const uint16_t hdr_len = q->hdr_len, addr_off = q->addr_off, pos = vio_tx_next(q);
	const struct vio_tx_run run = fmt->run(q, pos);
	const uint32_t max = vio_tx_run_max(q, pos, nb);
	uint64_t sum = 0;
	uint32_t n;
	size_t i;

	for (n = 0; n + VIO_TX_GROUP <= max; n += VIO_TX_GROUP) {
		if (unlikely(!vio_tx_are_plain(q, &pkts[n])))
			break;
#pragma GCC unroll 8
		for (i = 0; i < VIO_TX_GROUP; i++)
			sum += vio_tx_add_plain(fmt, &run, n + i, pkts[n + i], hdr_len, addr_off);
		if (unlikely(hdr_len > VIO_HDR_LEN_BRIEF))
			vio_tx_clear_long(&pkts[n], hdr_len);
		memcpy(&q->sw_ring[pos + n], &pkts[n], VIO_TX_GROUP * sizeof(*pkts));
	}
	*bytes += sum;
	q->nb_free -= n;
	q->nb_raw += n;
	fmt->run_end(q, pos, n);
	return n;
}

/*
 * Writes the header of a packet that is plain or has a form; *last: any form, and then that of the
 * packet. False: it is neither.
 */
static __rte_always_inline bool
vio_tx_short_write(struct vio_txq *q, struct rte_mbuf *m, size_t hdr_len,
		   const struct vio_tx_form **last)
{
	void *hdr = rte_pktmbuf_mtod_offset(m, void *, -(ssize_t)hdr_len);
	const struct vio_tx_form *form;

	if (!(m->ol_flags & q->offload_flags)) {
		if (unlikely(!vio_tx_is_plain(q, m)))
			return false;
		vio_hdr_tx_clear(hdr, hdr_len);
		return true;
	}
	form = vio_tx_form_find(q, m, *last);
	if (unlikely(form == NULL))
		return false;
	vio_tx_form_sums(m, form, false);
	vio_hdr_tx_ask(hdr, hdr_len, vio_tx_form_first(q, m, form), form->csum_offset);
	*last = form;
	return true;
}

/* The same one by one, of packets that are plain or have a form, whether they are raw or not. */
static __rte_always_inline uint16_t
vio_tx_post_singles(const struct vio_tx_format *fmt, struct vio_txq *q, struct rte_mbuf **pkts,
		    uint16_t nb, uint64_t *bytes)
{
	const uint16_t hdr_len = q->hdr_len, addr_off = q->addr_off, pos = vio_tx_next(q);
	const struct vio_tx_run run = fmt->run(q, pos);
	const uint32_t max = vio_tx_run_max(q, pos, nb);
	const struct vio_tx_form *form = q->forms[0];
	const struct rte_mempool *pool = q->raw_pool;
	void **stands = &q->sw_ring[pos];
	uint32_t n, nb_other = 0;
	uint64_t sum = 0;

	for (n = 0; n < max && vio_tx_short_write(q, pkts[n], hdr_len, &form); n++) {
		sum += vio_tx_add_single(fmt, &run, n, pkts[n], hdr_len, addr_off);
		if (likely(pkts[n]->pool == pool)) {
			stands[n] = pkts[n];
		} else {
			vio_tx_hold_marked(q, pkts[n], pos + n, 1, false);
			nb_other++;
		}
	}
	*bytes += sum;
	q->nb_free -= n;
	q->nb_raw += n - nb_other;
	fmt->run_end(q, pos, n);
	return n;
}

#endif /* VIO_TX_POST_H */
