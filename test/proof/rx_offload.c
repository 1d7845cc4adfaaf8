/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The offload fields of a received packet's header, each of any value, on a packet of one to
 * three segments of any length: a checksum is summed up and written within the packet, behind its
 * Ethernet header, and nothing is written into a packet that is refused; and what the application
 * is told of the checksum is what the header said, or was done. Whatever the sum is, as the device
 * may rewrite the packet meanwhile; how it is taken and written is proved by csum_sum.c and
 * rx_csum_write.c.
 */

#include "vio_rx_offload.c"

#include "rx_packet.h"

static unsigned int nb_sums, nb_written;

/* In place of vio_csum_sum(): the bytes are the packet's up to its end, their sum is any. */
uint16_t
sum_any(const struct rte_mbuf *m, uint32_t off, uint32_t len)
{
	PROVE(m == segs && off >= RTE_ETHER_HDR_LEN, "behind the Ethernet header");
	PROVE(off <= m->pkt_len && len == m->pkt_len - off, "up to the packet's end");
	nb_sums++;
	return nondet_u16();
}

/* In place of csum_write(). */
void
write_any(struct rte_mbuf *m, uint32_t off, uint16_t csum __rte_unused)
{
	PROVE(m == segs && off >= RTE_ETHER_HDR_LEN, "behind the Ethernet header");
	PROVE(off + sizeof(csum) <= m->pkt_len, "within the packet");
	nb_written++;
}

/* In place of DPDK's parser: headers of any length, of any kind. */
uint32_t
rte_net_get_ptype(const struct rte_mbuf *m __rte_unused, struct rte_net_hdr_lens *lens,
		  uint32_t layers __rte_unused)
{
	lens->l2_len = nondet_u8();
	lens->l3_len = nondet_u16();
	lens->l4_len = nondet_u8();
	return nondet_u32();
}

/* The flags of the header that count: those that were read before, or those of the copy. */
static uint8_t
flags_that_count(const struct vio_rxq *q, uint16_t says)
{
	const struct virtio_net_hdr *hdr = (const void *)(uintptr_t)vio_hdr_rx(segs);

	return (says & ~q->told_says) ? hdr->flags : says;
}

/* What the application is told of the checksums of a packet that it gets. */
static void
prove_told(const struct vio_rxq *q, uint16_t says, uint8_t flags)
{
	uint64_t inner = segs[0].ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	uint64_t outer = segs[0].ol_flags & RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK;

	if (flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		PROVE(inner == (nb_written > 0 ? RTE_MBUF_F_RX_L4_CKSUM_GOOD :
						 RTE_MBUF_F_RX_L4_CKSUM_NONE),
		      "a partial checksum is completed, or told");
		PROVE(nb_written > 0 || q->partial_csum || (says & ~q->told_says) == 0,
		      "told where it is wanted only");
	} else {
		PROVE(nb_written == 0, "nothing is to be completed");
		PROVE(inner == ((flags & VIRTIO_NET_HDR_F_DATA_VALID) ?
				RTE_MBUF_F_RX_L4_CKSUM_GOOD : RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN),
		      "good if the device says so, else not known");
	}
	PROVE(outer == (nb_written == 2 ? RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD :
					  RTE_MBUF_F_RX_OUTER_L4_CKSUM_UNKNOWN),
	      "the outer one, if it was completed too");
	REACHED(inner == RTE_MBUF_F_RX_L4_CKSUM_NONE && q->partial_csum, "a partial one is told");
	REACHED(inner == RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN, "nothing is known");
}

void
proof(void)
{
	struct vio_rxq q = {
		.rsc_ext = nondet_bool(),
		.rsc_offset = offsetof(struct rte_mbuf, dynfield1),
		.rsc_flag = RTE_BIT64(40),
		.partial_csum = nondet_bool(),
		.told_says = nondet_u16(),
		.tunnel = nondet_bool(),
		.tunnel_csum = nondet_bool(),
		.gso_types = nondet_u8(),
		.lro_frame_len = nondet_u32(),
		.hdr_len = nondet_u16(),
	};
	uint32_t mtu_len = nondet_u32(), longest = mtu_len;
	uint16_t says = nondet_u16();
	uint8_t flags;
	bool taken;

	ASSUME(q.hdr_len == VIRTIO_NET_HDR_LEN || q.hdr_len == VIRTIO_NET_HDR_LEN_HASH ||
	       q.hdr_len == VIRTIO_NET_HDR_LEN_TUNNEL);
	any_packet(q.hdr_len, UINT16_MAX - RTE_PKTMBUF_HEADROOM - VIO_HDR_LEN_MAX);

	flags = flags_that_count(&q, says);
	taken = vio_rx_offload_says(&q, segs, says, &longest);

	if (taken)
		prove_told(&q, says, flags);
	PROVE(taken || nb_written == 0, "a packet that is refused keeps its bytes");
	PROVE(longest == mtu_len || longest == q.lro_frame_len, "one of two bounds");
	PROVE(!(segs[0].ol_flags & RTE_MBUF_F_RX_LRO) || segs[0].tso_segsz > 0, "LRO");
	REACHED(taken && nb_sums == 2 && nb_written == 2, "two checksums");
	REACHED(taken && nb_sums == 1 && nb_written == 1, "one");
	REACHED(!taken, "a packet that is refused");
	REACHED(taken && longest == q.lro_frame_len && mtu_len < longest, "LRO");
	REACHED(taken && (says & ~q.told_says) == 0 && nb_sums == 0 &&
		(segs[0].ol_flags & RTE_MBUF_F_RX_LRO), "LRO without a call");
}
