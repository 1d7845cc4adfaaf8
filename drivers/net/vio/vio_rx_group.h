/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive of a group of buffers at once, as long as all of them are used in the order in which they
 * were posted, and each is a whole packet of a possible length. Whether they are is found out by
 * comparing what the device wrote with what is expected, not by trust; otherwise nothing was
 * done, and vio_rx.h takes the buffers one by one, with all checks and their consequences.
 * So are further buffers of a packet, of which nothing but the length is looked at.
 * Packets that may be too long, or about which the header says more than that the checksum is
 * good, need a second look afterwards, of which the sums over groups tell.
 * Included by vio_rx.h only.
 *
 * What the device wrote of a buffer is a word of 64 bits in either ring format. The difference
 * of that and of the word for the expected id and the shortest packet is how much longer the packet
 * is, and no other word is that near.
 * Invariant: positions are such as vio_order.h has them; those of a group do not go round the end.
 */

#ifndef VIO_RX_GROUP_H
#define VIO_RX_GROUP_H

#include "vio_hdr.h"
#include "vio_ring_packed.h"
#include "vio_vec.h"
#include "vio_vlan.h"

/* How a ring format's word is made, of a length and an id, and where it stands. */
struct vio_rx_word {
	/* The first word of those from a position on, which lie stride bytes apart. */
	const volatile void *(*at)(const struct vio_rxq *q, uint16_t pos);
	uint8_t stride;
	uint8_t len_shift;
	uint8_t id_shift;
	bool shows;		/* that a buffer is used, too: else that is known before */
	uint64_t bits;		/* those that count */
};

#ifdef VIO_HAS_VEC

static_assert(offsetof(struct rte_mbuf, pkt_len) == offsetof(struct rte_mbuf, packet_type) + 4 &&
	      offsetof(struct rte_mbuf, data_len) == offsetof(struct rte_mbuf, packet_type) + 8 &&
	      offsetof(struct rte_mbuf, vlan_tci) == offsetof(struct rte_mbuf, packet_type) + 10 &&
	      offsetof(struct rte_mbuf, hash) == offsetof(struct rte_mbuf, packet_type) + 12,
	      "rx_descriptor_fields1");
/* How far VIRTIO_NET_HDR_F_DATA_VALID is from RTE_MBUF_F_RX_L4_CKSUM_GOOD. */
#define VIO_RX_GOOD_SHIFT	7
static_assert((uint64_t)VIRTIO_NET_HDR_F_DATA_VALID << VIO_RX_GOOD_SHIFT ==
	      RTE_MBUF_F_RX_L4_CKSUM_GOOD, "a shift");

/*
 * Fills in an mbuf; first: rearm_data and ol_flags; second: packet_type, pkt_len, data_len,
 * vlan_tci and hash.
 */
static __rte_always_inline void
vio_rx_mbuf_fill(struct rte_mbuf *m, vio_vec_pair_t first, vio_vec_pair_t second)
{
	*(vio_vec_pair_mem_t *)vio_mbuf_rearm_data(m) = first;
	*(vio_vec_pair_mem_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, packet_type)) = second;
}

/* What is expected of groups. */
struct vio_rx_expected {
	uint64_t shortest;	/* the word of the shortest packet, but for its id */
	uint64_t longer;	/* by how much a word may be above that: up to a full buffer */
	uint64_t fits;		/* frames up to this length are never too long */
	uint64_t rearm;		/* of each mbuf */
	uint64_t ol_flags;	/* the same */
	uint64_t data_valid;	/* VIRTIO_NET_HDR_F_DATA_VALID if it counts */
	uint64_t one_buffer;	/* which bits of VIO_HDR_PLAIN1 count */
};

/* flags: what the word has besides id and length. */
static __rte_always_inline void
vio_rx_expect(const struct vio_rx_word *word, const struct vio_rxq *q, uint64_t flags,
	      struct vio_rx_expected *e)
{
	const int64_t min_len = q->hdr_len + RTE_ETHER_HDR_LEN;

	e->shortest = (uint64_t)min_len << word->len_shift | flags;
	/* Not negative: ethdev sees that buffers are of min_rx_bufsize. */
	e->longer = (uint64_t)(q->buf_len - min_len) << word->len_shift;
	e->fits = q->mtu_frame_len;
	e->rearm = q->mbuf_rearm;
	e->ol_flags = q->mbuf_ol_flags;
	e->data_valid = q->plain_data_valid;
	e->one_buffer = q->plain_hdr_bits[1];
}

/* The same of further buffers of a packet: at least a byte, and nothing of a header. */
static __rte_always_inline void
vio_rx_expect_further(const struct vio_rx_word *word, const struct vio_rxq *q, uint64_t flags,
		      struct vio_rx_expected *e)
{
	e->shortest = UINT64_C(1) << word->len_shift | flags;
	e->longer = (uint64_t)(q->buf_len - 1) << word->len_shift;
}

/* Where the words, ids and buffers of groups begin. */
struct vio_rx_groups {
	const volatile void *words;
	const uint16_t *ids;
	struct rte_mbuf **bufs;
};

/* By how much the words are above the one of the shortest packet with the id expected. */
static __rte_always_inline void
vio_rx_group_read(const struct vio_rx_word *word, const struct vio_rx_groups *g, size_t first,
		  const struct vio_rx_expected *e, vio_vec_t *above)
{
	vio_vec_t words, ids;

	vio_vec_read(&words, RTE_PTR_ADD(g->words, first * word->stride), word->stride);
	vio_vec_widen(&ids, &g->ids[first]);
	*above = (words & word->bits) - e->shortest - (ids << word->id_shift);
}

/* Whether that is from 0 to longer, and nothing below the length differs. */
static __rte_always_inline bool
vio_rx_group_is_near(const struct vio_rx_word *word, const vio_vec_t *above,
		     const struct vio_rx_expected *e)
{
	const uint64_t below_len = RTE_BIT64(word->len_shift) - 1;
	vio_vec_t wrong = *above | (e->longer - *above);

	return vio_vec_has_none(&wrong, RTE_BIT64(63) | below_len);
}

/*
 * Fills in the mbufs of a group: of each, words for rearm_data and ol_flags, and the length of its
 * packet.
 */
static __rte_always_inline void
vio_rx_mbufs_fill(struct rte_mbuf *const m[VIO_VEC_GROUP], const vio_vec_t *rearm,
		  const vio_vec_t *ol_flags, const vio_vec_t *lens)
{
	vio_vec_pair_t first[VIO_VEC_GROUP], second[VIO_VEC_GROUP];
	const vio_vec_t pkt_lens = *lens << 32;
	unsigned int i;

	vio_vec_zip(rearm, ol_flags, first);
	vio_vec_zip(&pkt_lens, lens, second);
#pragma GCC unroll 8
	for (i = 0; i < VIO_VEC_GROUP; i++)
		vio_rx_mbuf_fill(m[i], first[i], second[i]);
}

/* Reads a header once: by one load. */
static __rte_always_inline vio_vec_pair_t
vio_rx_hdr_read(const struct rte_mbuf *m)
{
	return *(const volatile vio_vec_pair_mem_t *)vio_hdr_rx(m);
}

/* Whether the headers of which these are the second 8 bytes are each of a packet of one buffer. */
static __rte_always_inline bool
vio_rx_hdrs_are_single(const vio_vec_t *rest, const struct vio_rx_expected *e)
{
	const vio_vec_t wrong = *rest ^ VIO_HDR_PLAIN1;

	return vio_vec_has_none(&wrong, e->one_buffer);
}

/* Sums over groups. */
struct vio_rx_sums {
	vio_vec_t bytes;
	vio_vec_t room;		/* negative in a word if any packet there may be too long */
	vio_vec_t says;		/* what headers say in their first 8 bytes */
};

/*
 * Fills in the mbufs of a group for packets of these lengths. Returns false, and what was filled in
 * means nothing, if one of them is a packet of several buffers, or of none.
 */
static __rte_always_inline bool
vio_rx_group_fill(struct rte_mbuf **bufs, const vio_vec_t *lens, const struct vio_rx_expected *e,
		  struct vio_rx_sums *sums)
{
	const vio_vec_t rearm = (vio_vec_t){ 0 } + e->rearm;
	vio_vec_t says, rest, ol_flags;
	vio_vec_pair_t hdrs[VIO_VEC_GROUP];
	struct rte_mbuf *m[VIO_VEC_GROUP];
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < VIO_VEC_GROUP; i++) {
		m[i] = bufs[i];
		hdrs[i] = vio_rx_hdr_read(m[i]);
	}
	vio_vec_unzip(hdrs, &says, &rest);
	ol_flags = (says & e->data_valid) << VIO_RX_GOOD_SHIFT | e->ol_flags;
	vio_rx_mbufs_fill(m, &rearm, &ol_flags, lens);
	if (unlikely(!vio_rx_hdrs_are_single(&rest, e)))
		return false;
	sums->says |= says;
	return true;
}

/*
 * Fills in the mbufs of the group that begins with the one numbered first, if each of them is a
 * packet. Returns whether they are; if not, what was filled in means nothing.
 */
static __rte_always_inline bool
vio_rx_group(const struct vio_rx_word *word, const struct vio_rx_groups *g, size_t first,
	     const struct vio_rx_expected *e, struct vio_rx_sums *sums)
{
	vio_vec_t above, lens;

	vio_rx_group_read(word, g, first, e, &above);
	if (unlikely(!vio_rx_group_is_near(word, &above, e)))
		return false;
	if (word->shows)
		vio_ring_packed_shown_barrier();
	lens = (above >> word->len_shift) + RTE_ETHER_HDR_LEN;
	if (unlikely(!vio_rx_group_fill(&g->bufs[first], &lens, e, sums)))
		return false;
	sums->bytes += lens;
	sums->room |= e->fits - lens;
	return true;
}

/*
 * Looks again at a group that was taken, on a queue whose headers count. Where they say no more
 * than that a checksum is partial, of which the application is to be told, and no frame may be too
 * long, the packets are marked. Returns whether that is so; nothing is done else.
 */
static __rte_always_inline bool
vio_rx_group_tell(const struct vio_rxq *q, struct rte_mbuf **pkts)
{
	const uint64_t told = VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID;
	vio_vec_t says, rest, lens, start, partial, wrong, flags;
	vio_vec_pair_t hdrs[VIO_VEC_GROUP], pairs[VIO_VEC_GROUP / 2];
	uint64_t flags_of[VIO_VEC_GROUP];
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < VIO_VEC_GROUP / 2; i++)
		pairs[i] = (vio_vec_pair_t){ pkts[2 * i]->pkt_len, pkts[2 * i + 1]->pkt_len };
	vio_vec_join(&lens, pairs, 1);
#pragma GCC unroll 8
	for (i = 0; i < VIO_VEC_GROUP; i++)
		hdrs[i] = vio_rx_hdr_read(pkts[i]);
	vio_vec_unzip(hdrs, &says, &rest);
	partial = -(says & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	start = says >> VIO_HDR_CSUM_START_SHIFT;
	wrong = lens - start - (rest & UINT16_MAX) - sizeof(uint16_t);
	wrong |= start - RTE_ETHER_HDR_LEN;
	wrong = (wrong & partial) | (q->mtu_frame_len - lens);
	if (!vio_vec_has_none(&says, UINT16_MAX & ~(told & q->told_says)) ||
	    !vio_vec_has_none(&wrong, RTE_BIT64(63)))
		return false;
	flags = partial & RTE_MBUF_F_RX_L4_CKSUM_NONE;
	memcpy(flags_of, &flags, sizeof(flags));
#pragma GCC unroll 8
	for (i = 0; i < VIO_VEC_GROUP; i++)
		pkts[i]->ol_flags |= flags_of[i];
	return true;
}

/*
 * Fills in the mbufs of the first group for further buffers of a packet, and puts them behind its
 * segments up to tail, if each has from one byte to all of it. Returns the last one, or NULL if
 * they are not so.
 */
static __rte_always_inline struct rte_mbuf *
vio_rx_group_append(const struct vio_rx_word *word, const struct vio_rxq *q,
		    const struct vio_rx_groups *g, uint64_t flags, struct rte_mbuf *head,
		    struct rte_mbuf *tail)
{
	/* Without a header, data begins where it would. */
	const vio_vec_t rearm = (vio_vec_t){ 0 } + q->mbuf_rearm - q->hdr_len;
	const vio_vec_t ol_flags = (vio_vec_t){ 0 } + q->mbuf_ol_flags;
	struct vio_rx_expected e;
	vio_vec_t above, lens;
	unsigned int i;

	vio_rx_expect_further(word, q, flags, &e);
	vio_rx_group_read(word, g, 0, &e, &above);
	if (unlikely(!vio_rx_group_is_near(word, &above, &e)))
		return NULL;
	if (word->shows)
		vio_ring_packed_shown_barrier();
	lens = (above >> word->len_shift) + 1;
	vio_rx_mbufs_fill(g->bufs, &rearm, &ol_flags, &lens);
#pragma GCC unroll 8
	for (i = 0; i < VIO_VEC_GROUP; i++) {
		tail->next = g->bufs[i];
		tail = g->bufs[i];
	}
	head->pkt_len += vio_vec_sum(&lens);
	head->nb_segs += VIO_VEC_GROUP;
	return tail;
}

/* The 8 bytes of a buffer from an offset on. */
static __rte_always_inline uint64_t
vio_rx_buf_word(const struct rte_mbuf *m, size_t off)
{
	uint64_t word;

	memcpy(&word, RTE_PTR_ADD(m->buf_addr, off), sizeof(word));
	return word;
}

/* Whether no packet of a group has a tag; each of them begins behind a header of hdr_len bytes. */
static __rte_always_inline bool
vio_rx_group_is_untagged(struct rte_mbuf **pkts, size_t hdr_len)
{
	/* The type, above the last half of the address before it. */
	const size_t off = RTE_PKTMBUF_HEADROOM + hdr_len + VIO_VLAN_ADDRS_LEN - sizeof(uint32_t);
	const uint64_t tag = (uint64_t)RTE_BE16(RTE_ETHER_TYPE_VLAN) << 32;
	const uint64_t outer_tag = (uint64_t)RTE_BE16(RTE_ETHER_TYPE_QINQ) << 32;
	const vio_vec_t none = { 0 };
	vio_vec_pair_t pairs[VIO_VEC_GROUP / 2];
	vio_vec_t types, tagged;
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < VIO_VEC_GROUP / 2; i++)
		pairs[i] = (vio_vec_pair_t){ vio_rx_buf_word(pkts[2 * i], off),
					     vio_rx_buf_word(pkts[2 * i + 1], off) };
	vio_vec_join(&types, pairs, 1);
	types &= (uint64_t)UINT16_MAX << 32;
	/* CBMC compares vectors with vectors only. */
	tagged = (vio_vec_t)((types ^ tag) == none) | (vio_vec_t)((types ^ outer_tag) == none);
	return vio_vec_has_none(&tagged, UINT64_MAX);
}

#endif
#endif /* VIO_RX_GROUP_H */
