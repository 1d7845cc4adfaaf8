/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive of a group of buffers at once, as long as all of them are plain: used in the order in
 * which they were posted, each a whole packet of a length that needs no second look, about which
 * the header says no more than that its checksum is good. Whether they are is found out by
 * comparing what the device wrote with what is expected, not by trust; otherwise nothing was
 * done, and vio_rx.h takes the buffers one by one, with all checks and their consequences.
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
static_assert(offsetof(struct virtio_net_hdr, flags) == 0 &&
	      offsetof(struct virtio_net_hdr, gso_type) == 1 &&
	      offsetof(struct virtio_net_hdr, num_buffers) == 10, "virtio 5.1.9");

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
	uint64_t longer;	/* by how much a word may be above that: up to an untagged frame */
	uint64_t longest;	/* the same: up to a frame with two tags */
	vio_vec_pair_t rearm;	/* of an mbuf, twice */
	vio_vec_pair_t ol_flags;	/* the same */
	vio_vec_pair_t data_valid;	/* VIRTIO_NET_HDR_F_DATA_VALID if it counts, twice */
	vio_vec_pair_t hdr;	/* the first 16 bytes of a buffer ... */
	vio_vec_pair_t hdr_bits;	/* ... and which bits of them must be so */
};

/*
 * By how much a word may be above the shortest packet's, for frames of at most frame_len bytes.
 * Negative, so that no word is good, where buffers are too short for any frame.
 */
static __rte_always_inline uint64_t
vio_rx_expect_longer(const struct vio_rx_word *word, const struct vio_rxq *q, uint32_t frame_len)
{
	int64_t max_len = RTE_MIN((uint32_t)q->buf_len, q->hdr_len + frame_len);

	return (uint64_t)(max_len - q->hdr_len - RTE_ETHER_HDR_LEN) << word->len_shift;
}

/* flags: what the word has besides id and length. */
static __rte_always_inline void
vio_rx_expect(const struct vio_rx_word *word, const struct vio_rxq *q, uint64_t flags,
	      struct vio_rx_expected *e)
{
	/* The MTU may change meanwhile: read once. */
	const uint16_t frame_len = *(const volatile uint16_t *)&q->mtu_frame_len;
	/* data_off, which is 0 there, comes first. */
	const uint64_t rearm = q->mbuf_rearm + RTE_PKTMBUF_HEADROOM + q->hdr_len;
	const uint64_t data_valid = q->offload ? VIRTIO_NET_HDR_F_DATA_VALID : 0;

	e->shortest = (uint64_t)(q->hdr_len + RTE_ETHER_HDR_LEN) << word->len_shift | flags;
	e->longer = vio_rx_expect_longer(word, q, frame_len);
	e->longest = vio_rx_expect_longer(word, q, frame_len + 2 * RTE_VLAN_HLEN);
	e->rearm = (vio_vec_pair_t){ rearm, rearm };
	e->ol_flags = (vio_vec_pair_t){ q->mbuf_ol_flags, q->mbuf_ol_flags };
	e->data_valid = (vio_vec_pair_t){ data_valid, data_valid };
	/* No flags but DATA_VALID, no gso_type, and num_buffers of 1, where they count. */
	e->hdr = (vio_vec_pair_t){ 0, UINT64_C(1) << 16 };
	e->hdr_bits = (vio_vec_pair_t){
		q->offload ? UINT16_MAX & ~VIRTIO_NET_HDR_F_DATA_VALID : 0,
		q->mergeable ? UINT64_C(0xffff) << 16 : 0,
	};
}

/* A group in the making: where its words, ids, and buffers begin. */
struct vio_rx_group {
	const volatile uint8_t *words;
	const uint16_t *ids;
	struct rte_mbuf **bufs;
};

/* By how much the words are above the one of the shortest packet with the id expected. */
static __rte_always_inline void
vio_rx_group_read(const struct vio_rx_word *word, const struct vio_rx_group *g,
		  const struct vio_rx_expected *e, vio_vec_t *above)
{
	vio_vec_t words, ids;

	vio_vec_read(&words, g->words, word->stride);
	vio_vec_widen(&ids, g->ids);
	*above = (words & word->bits) - e->shortest - (ids << word->id_shift);
}

/* Whether that is from 0 to longer, and nothing below the length differs. */
static __rte_always_inline bool
vio_rx_group_is_near(const struct vio_rx_word *word, const vio_vec_t *above, uint64_t longer)
{
	const uint64_t below_len = RTE_BIT64(word->len_shift) - 1;
	vio_vec_t wrong = *above | (longer - *above);

	return vio_vec_has_none(&wrong, RTE_BIT64(63) | below_len);
}

/*
 * Fills in the mbufs of a group for packets of these lengths. Returns false if a header says more
 * than that all is well; then what was filled in means nothing.
 */
static __rte_always_inline bool
vio_rx_group_fill(struct rte_mbuf **bufs, const vio_vec_t *lens, const struct vio_rx_expected *e)
{
	vio_vec_pair_t hdr[2], len, pkt_len, ol_flags, wrong = { 0 };
	vio_vec_t pkt_lens = *lens << 32;
	unsigned int i;

	for (i = 0; i < VIO_VEC_GROUP; i += 2) {
		/* Read once: one load each. */
		hdr[0] = *(const volatile vio_vec_pair_mem_t *)vio_hdr_rx(bufs[i]);
		hdr[1] = *(const volatile vio_vec_pair_mem_t *)vio_hdr_rx(bufs[i + 1]);
		wrong |= (hdr[0] ^ e->hdr) | (hdr[1] ^ e->hdr);

		ol_flags = __builtin_shufflevector(hdr[0], hdr[1], 0, 2) & e->data_valid;
		ol_flags = ol_flags << VIO_RX_GOOD_SHIFT | e->ol_flags;
		len = vio_vec_pair(lens, i / 2);
		pkt_len = vio_vec_pair(&pkt_lens, i / 2);
		vio_rx_mbuf_fill(bufs[i], __builtin_shufflevector(e->rearm, ol_flags, 0, 2),
				 __builtin_shufflevector(pkt_len, len, 0, 2));
		vio_rx_mbuf_fill(bufs[i + 1], __builtin_shufflevector(e->rearm, ol_flags, 1, 3),
				 __builtin_shufflevector(pkt_len, len, 1, 3));
	}
	return vio_vec_pair_has_none(wrong, e->hdr_bits);
}

/* Whether all of the packets that are filled in are short enough, if they have tags. */
static inline bool
vio_rx_group_fits(const struct vio_rxq *q, struct rte_mbuf **bufs)
{
	unsigned int i;

	for (i = 0; i < VIO_VEC_GROUP; i++)
		if (!vio_frame_fits(bufs[i], q->mtu_frame_len, 0))
			return false;
	return true;
}

/*
 * Fills in the mbufs of the next group if all of them are plain, and adds their bytes. Returns
 * whether they are.
 */
static __rte_always_inline bool
vio_rx_group(const struct vio_rx_word *word, const struct vio_rxq *q,
	     const struct vio_rx_group *g, const struct vio_rx_expected *e, vio_vec_t *bytes)
{
	vio_vec_t above, lens;
	bool short_enough;

	vio_rx_group_read(word, g, e, &above);
	short_enough = likely(vio_rx_group_is_near(word, &above, e->longer));
	if (!short_enough && !vio_rx_group_is_near(word, &above, e->longest))
		return false;
	if (word->shows)
		vio_ring_packed_shown_barrier(&q->ring);

	lens = (above >> word->len_shift) + RTE_ETHER_HDR_LEN;
	if (unlikely(!vio_rx_group_fill(g->bufs, &lens, e)) ||
	    unlikely(!short_enough && !vio_rx_group_fits(q, g->bufs)))
		return false;
	*bytes += lens;
	return true;
}

#endif
#endif /* VIO_RX_GROUP_H */
