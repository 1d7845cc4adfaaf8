/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The short way of packets that ask for a checksum or for segments of TCP, for those of one segment
 * that nobody else sees, with room for the header, no tunnel, and no tag to put in. What
 * vio_tx_offload() says of such a packet holds for all that have the same flags and lengths of
 * headers: the queue remembers it as a form. What is left to do is of each packet: its length is
 * compared, its sums are set.
 * Invariants: a form is used for packets of its key only; all headers that it tells the place of
 * lie within len_min bytes.
 * Threads: that of the queue.
 */

#ifndef VIO_TX_FORM_H
#define VIO_TX_FORM_H

#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "vio_hdr.h"
#include "vio_tx_offload.h"

/* The flags of packets that have no form. */
#define VIO_TX_ODD_FLAGS \
	(RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_TX_TUNNEL_MASK | \
	 RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6 | RTE_MBUF_F_TX_OUTER_IP_CKSUM | \
	 RTE_MBUF_F_TX_OUTER_UDP_CKSUM | RTE_MBUF_F_TX_UDP_SEG)

/* What a key has: all flags that make a difference, and the lengths of headers. */
#define VIO_TX_KEY_FLAGS \
	(VIO_TX_OFFLOAD_FLAGS | VIO_TX_ODD_FLAGS | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6 | \
	 RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_QINQ)
#define VIO_TX_KEY_LENS \
	(UINT64_MAX >> (64 - RTE_MBUF_L2_LEN_BITS - RTE_MBUF_L3_LEN_BITS - RTE_MBUF_L4_LEN_BITS))
static_assert((VIO_TX_KEY_FLAGS & VIO_TX_KEY_LENS) == 0, "one word");
/* The lengths are side by side, in one order or the other. */
#define VIO_TX_KEY_SHIFT	RTE_MIN(RTE_MBUF_L2_LEN_OFS, RTE_MBUF_L4_LEN_OFS)

static inline uint64_t
vio_tx_form_key(const struct rte_mbuf *m)
{
	return (m->ol_flags & VIO_TX_KEY_FLAGS) |
	       (m->tx_offload >> VIO_TX_KEY_SHIFT & VIO_TX_KEY_LENS);
}

/* The set that has the form of a key, if there is one; the factor spreads all bits of it. */
static inline struct vio_tx_form *
vio_tx_form_set(struct vio_txq *q, uint64_t key)
{
	return q->forms[key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - VIO_TX_FORM_BITS)];
}

/* Whether a packet is of one segment, which nobody else sees as far as flags do not tell. */
static inline bool
vio_tx_is_sole(const struct rte_mbuf *m)
{
	const uint16_t sole[] = { 1, 1 };

	static_assert(offsetof(struct rte_mbuf, nb_segs) ==
		      offsetof(struct rte_mbuf, refcnt) + sizeof(uint16_t), "side by side");
	return memcmp(RTE_PTR_ADD(m, offsetof(struct rte_mbuf, refcnt)), sole, sizeof(sole)) == 0;
}

/* The form of a packet's key; last: any one, such as that of the packet before. NULL: none. */
static __rte_always_inline const struct vio_tx_form *
vio_tx_form_of(struct vio_txq *q, struct rte_mbuf *m, const struct vio_tx_form *last)
{
	const uint64_t key = vio_tx_form_key(m);
	const struct vio_tx_form *set;

	if (likely(last->key == key))
		return last;
	set = vio_tx_form_set(q, key);
	if (set[0].key == key)
		return &set[0];
	if (set[1].key == key)
		return &set[1];
	return vio_tx_form_learn(q, m) ? set : NULL;
}

/* The same of a packet that asks for something. NULL: it has to go the long way. */
static __rte_always_inline const struct vio_tx_form *
vio_tx_form_find(struct vio_txq *q, struct rte_mbuf *m, const struct vio_tx_form *last)
{
	const struct vio_tx_form *form = vio_tx_form_of(q, m, last);
	const uint32_t len = m->data_len;

	if (unlikely(form == NULL || !vio_tx_is_sole(m) || m->data_off < q->hdr_len ||
		     m->pkt_len != len || len - form->len_min > form->len_span))
		return NULL;
	if (form->segments && unlikely(m->tso_segsz == 0))
		return NULL;
	return form;
}

/* The ones' complement sum of so many words of 32 bits and of a number. */
static __rte_always_inline uint16_t
vio_tx_sum(const void *words, size_t nb, uint64_t sum)
{
	uint32_t word;
	size_t i;

	for (i = 0; i < nb; i++) {
		memcpy(&word, RTE_PTR_ADD(words, i * sizeof(word)), sizeof(word));
		sum += word;
	}
	/* Of a number and itself turned round, the upper half is the sum of both halves. */
	word = (sum + (sum >> 32 | sum << 32)) >> 32;
	return (word + (word >> 16 | word << 16)) >> 16;
}

/* The sum of the pseudo header, in network order, for len bytes behind the network header at l3. */
static __rte_always_inline uint16_t
vio_tx_pseudo_sum(const struct rte_mbuf *m, uint32_t l3, bool ipv6, uint8_t proto, uint16_t len)
{
	const uint8_t *header = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);
	const uint32_t rest = rte_cpu_to_be_16(proto) + rte_cpu_to_be_16(len);

	if (ipv6)
		return vio_tx_sum(header + offsetof(struct rte_ipv6_hdr, src_addr), 8, rest);
	return vio_tx_sum(header + offsetof(struct rte_ipv4_hdr, src_addr), 2, rest);
}

/*
 * The bytes of transport header and payload, which the pseudo header holds, of a packet whose
 * headers are at l3 and l4; 16 bits hold them.
 */
static __rte_always_inline uint16_t
vio_tx_transport_len(const struct rte_mbuf *m, uint32_t l3, uint32_t l4, bool ipv6, bool segments)
{
	const uint8_t *header = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);
	uint16_t len;

	/* The network header of what is to be segmented may say anything. */
	if (segments)
		return m->pkt_len - l4;
	/* Padding may follow a short packet. */
	if (ipv6) {
		memcpy(&len, header + offsetof(struct rte_ipv6_hdr, payload_len), sizeof(len));
		return rte_be_to_cpu_16(len) + sizeof(struct rte_ipv6_hdr) - (l4 - l3);
	}
	memcpy(&len, header + offsetof(struct rte_ipv4_hdr, total_length), sizeof(len));
	return rte_be_to_cpu_16(len) - (l4 - l3);
}

/* Sets the checksum of an IPv4 header without options. */
static __rte_always_inline void
vio_tx_form_ipv4_sum(const struct rte_mbuf *m, const struct vio_tx_form *form)
{
	uint8_t *header = rte_pktmbuf_mtod_offset(m, uint8_t *, form->l3);
	uint8_t *field = header + offsetof(struct rte_ipv4_hdr, hdr_checksum);
	uint16_t sum = 0;

	memcpy(field, &sum, sizeof(sum));
	sum = ~vio_tx_sum(header, sizeof(struct rte_ipv4_hdr) / sizeof(uint32_t), 0);
	memcpy(field, &sum, sizeof(sum));
}

/* Sets the checksums that have to be there when the packet is shown. prepare: as for offload(). */
static __rte_always_inline void
vio_tx_form_sums(const struct rte_mbuf *m, const struct vio_tx_form *form, bool prepare)
{
	uint16_t len, sum;

	if (!prepare && !form->sums_in_burst)
		return;
	if (form->key & RTE_MBUF_F_TX_IP_CKSUM)
		vio_tx_form_ipv4_sum(m, form);
	if (form->csum_offset == 0 || (!prepare && !form->segments))
		return;
	len = vio_tx_transport_len(m, form->l3, form->l4, form->ipv6, form->segments);
	sum = vio_tx_pseudo_sum(m, form->l3, form->ipv6, form->proto, len);
	memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, form->l4 + form->csum_offset), &sum,
	       sizeof(sum));
}

/* VIO_HDR_FIRST() of a packet's header. */
static __rte_always_inline uint64_t
vio_tx_form_first(const struct vio_txq *q, const struct rte_mbuf *m, const struct vio_tx_form *form)
{
	const struct rte_tcp_hdr *tcp;
	uint64_t first = form->hdr;

	if (form->segments) {
		tcp = rte_pktmbuf_mtod_offset(m, const struct rte_tcp_hdr *, form->l4);
		if (q->ecn && (tcp->tcp_flags & RTE_TCP_CWR_FLAG))
			first |= VIO_HDR_FIRST(0, VIRTIO_NET_HDR_GSO_ECN, 0, 0, 0);
		first |= VIO_HDR_FIRST(0, 0, 0, m->tso_segsz, 0);
	}
	return first;
}

#endif /* VIO_TX_FORM_H */
