/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* What the virtio_net_hdr of a received packet says of its checksum and its segments. */

#ifndef VIO_RX_OFFLOAD_H
#define VIO_RX_OFFLOAD_H

#include <rte_branch_prediction.h>

#include "vio.h"

/* What a gso_type says besides the type itself. */
#define VIO_RX_TUNNEL_BITS \
	(VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6)
#define VIO_RX_GSO_BITS		(VIRTIO_NET_HDR_GSO_ECN | VIO_RX_TUNNEL_BITS)

/*
 * Takes over what the header says (virtio 5.1.9.4): a checksum that is not complete is completed
 * in the packet, RTE_MBUF_F_RX_L4_CKSUM_* and RTE_MBUF_F_RX_LRO are set. *longest is the longest
 * frame that the packet may be, changed for one that was put together. Returns false for
 * a header that makes no sense, with the packet's bytes as they were.
 */
bool
vio_rx_offload(const struct vio_rxq *q, struct rte_mbuf *m, uint32_t *longest);

/* Marks a packet that the device put together, of this type and size, if it may have done so. */
static __rte_always_inline bool
vio_rx_lro_mark(const struct vio_rxq *q, struct rte_mbuf *m, uint8_t gso_type, uint16_t size)
{
	/* A type has five bits. */
	if (unlikely(!(q->gso_types & RTE_BIT32(gso_type & ~VIO_RX_GSO_BITS)) || size == 0))
		return false;
	m->ol_flags |= RTE_MBUF_F_RX_LRO;
	m->tso_segsz = size;
	return true;
}

/* Whether a packet holds a checksum at offset from start, behind its Ethernet header. */
static inline bool
vio_rx_holds_csum(const struct rte_mbuf *m, uint32_t start, uint32_t offset)
{
	return start >= RTE_ETHER_HDR_LEN && start + offset + sizeof(uint16_t) <= m->pkt_len;
}

/*
 * vio_rx_offload() for a packet whose header says this (vio_hdr_rx_says()): where that is a segment
 * size and a partial checksum at most, of which the application is to be told, without a call.
 */
static __rte_always_inline bool
vio_rx_offload_says(const struct vio_rxq *q, struct rte_mbuf *m, uint16_t says, uint32_t *longest)
{
	const volatile struct virtio_net_hdr *hdr = vio_hdr_rx(m);

	if (says & ~q->told_says)
		return vio_rx_offload(q, m, longest);
	if (says & VIO_HDR_SAYS_GSO) {
		if (!vio_rx_lro_mark(q, m, says >> 8, rte_le_to_cpu_16(hdr->gso_size)))
			return false;
		*longest = q->lro_frame_len;
	}
	if (says & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_NONE;
		return vio_rx_holds_csum(m, rte_le_to_cpu_16(hdr->csum_start),
					 rte_le_to_cpu_16(hdr->csum_offset));
	}
	if (says & VIRTIO_NET_HDR_F_DATA_VALID)
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	return true;
}

#endif /* VIO_RX_OFFLOAD_H */
