/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive offloads, for packets whose header says anything.
 * Invariants: the header is copied once, and every offset of it is bounded by the packet before
 * use; a packet that leaves here has no partial checksum that is not told.
 * Threads: that of the queue.
 */

#include <rte_ip.h>
#include <rte_mbuf_dyn.h>
#include <rte_net.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "rte_pmd_vio.h"
#include "vio_csum.h"
#include "vio_hdr.h"
#include "vio_rx_offload.h"

#define UDP_CSUM_OFFSET	offsetof(struct rte_udp_hdr, dgram_cksum)

/* The header that the device wrote, in a private copy; what was not negotiated is zero. */
static struct virtio_net_hdr_ext
hdr_copy(const struct vio_rxq *q, const struct rte_mbuf *m)
{
	struct virtio_net_hdr_ext hdr = { 0 };

	memcpy(&hdr, (const void *)(uintptr_t)vio_hdr_rx(m), q->hdr_len);
	/* The device may still write: what follows must not read it again. */
	rte_compiler_barrier();
	return hdr;
}

/* Writes a checksum, in network order, at an offset within the packet. */
static void
csum_write(struct rte_mbuf *m, uint32_t off, uint16_t csum)
{
	const uint8_t *bytes = (const uint8_t *)&csum;
	unsigned int i;

	/* The two bytes may lie in two segments. */
	for (i = 0; i < sizeof(csum); i++, off++) {
		while (off >= m->data_len) {
			off -= m->data_len;
			m = m->next;
		}
		*rte_pktmbuf_mtod_offset(m, uint8_t *, off) = bytes[i];
	}
}

/*
 * Completes the checksum whose field, at offset from start, holds the sum of the pseudo header:
 * virtio 5.1.9.4, over all from start to the packet's end. Returns false when the packet does not
 * hold the field.
 */
static bool
csum_complete(struct rte_mbuf *m, uint32_t start, uint32_t offset)
{
	if (!vio_rx_holds_csum(m, start, offset))
		return false;
	csum_write(m, start + offset, vio_csum_of(vio_csum_sum(m, start, m->pkt_len - start)));
	return true;
}

/*
 * Whether a packet that says to come in a UDP tunnel may: virtio 5.1.9.4.2, the driver MUST NOT
 * accept both network protocols at once, nor one whose checksum is not partial.
 */
static bool
tunnel_is_possible(const struct vio_rxq *q, const struct virtio_net_hdr *hdr)
{
	return q->tunnel && (hdr->gso_type & VIO_RX_TUNNEL_BITS) != VIO_RX_TUNNEL_BITS &&
	       (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) &&
	       !(hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID);
}

/* Marks a packet that the device put together, if it may have done so. */
static bool
lro_mark(const struct vio_rxq *q, struct rte_mbuf *m, const struct virtio_net_hdr *hdr)
{
	if ((hdr->gso_type & VIO_RX_TUNNEL_BITS) && !tunnel_is_possible(q, hdr))
		return false;
	return vio_rx_lro_mark(q, m, hdr->gso_type, rte_le_to_cpu_16(hdr->gso_size));
}

/*
 * Where the transport header of this type (RTE_PTYPE_L4_*) lies, by the packet's own headers, and
 * how long they are in all; 0: there is none.
 */
static uint32_t
transport_find(const struct rte_mbuf *m, uint32_t type, uint32_t *headers)
{
	struct rte_net_hdr_lens lens = { 0 };
	uint32_t found = rte_net_get_ptype(m, &lens, RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK |
					   RTE_PTYPE_L4_MASK);
	uint32_t start = lens.l2_len + lens.l3_len;

	*headers = start + lens.l4_len;
	return (found & RTE_PTYPE_L4_MASK) == type && *headers <= m->pkt_len ? start : 0;
}

/*
 * The outer transport header of a packet in a tunnel. The device MUST tell where it is (virtio
 * 5.1.9.4.1), but QEMU (seen in 11.1) leaves what the buffer held before: so it counts only for a
 * packet whose headers do not tell.
 */
static uint32_t
outer_find(const struct rte_mbuf *m, const struct virtio_net_hdr_ext *hdr)
{
	uint32_t headers, found = transport_find(m, RTE_PTYPE_L4_UDP, &headers);

	return found != 0 ? found : rte_le_to_cpu_16(hdr->outer_th_offset);
}

/* Completes what is partial, or tells it to an application that wants it so. */
static bool
partial_take(const struct vio_rxq *q, struct rte_mbuf *m, const struct virtio_net_hdr_ext *hdr)
{
	uint16_t start = rte_le_to_cpu_16(hdr->hdr.csum_start);
	uint16_t offset = rte_le_to_cpu_16(hdr->hdr.csum_offset);
	bool tunnel = hdr->hdr.flags & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM;
	uint32_t outer = tunnel ? outer_find(m, hdr) : 0;

	/* virtio 5.1.9.4.2: MUST NOT be accepted of a packet that says to come in no tunnel. */
	if (tunnel && (!q->tunnel_csum || !(hdr->hdr.gso_type & VIO_RX_TUNNEL_BITS) ||
		       outer >= start || !vio_rx_holds_csum(m, outer, UDP_CSUM_OFFSET)))
		return false;
	if (q->partial_csum && vio_rx_holds_csum(m, start, offset)) {
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_NONE;
		return true;
	}
	if (!csum_complete(m, start, offset))
		return false;
	m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	/* The outer checksum covers the inner one, which is complete now. */
	if (tunnel && csum_complete(m, outer, UDP_CSUM_OFFSET))
		m->ol_flags |= RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
	return true;
}

/*
 * The size of the segments where the device leaves it out, which it MUST NOT (virtio 5.1.9.4.1)
 * and QEMU does: nearly theirs, or none of a packet without payload, in which nothing was put
 * together but acknowledgements.
 */
static void
rsc_size_find(struct virtio_net_hdr *hdr, uint32_t payload, uint16_t segments)
{
	uint32_t size = (payload + segments - 1) / segments;

	if (payload == 0)
		hdr->gso_type = VIRTIO_NET_HDR_GSO_NONE;
	else
		hdr->gso_size = rte_cpu_to_le_16(RTE_MIN(size, (uint32_t)UINT16_MAX));
}

/*
 * Takes the counts of a packet that was put together, which stand where its checksum's place would
 * (virtio 5.1.9.4). The place goes into hdr as the packet's headers tell it. Returns false if they
 * do not, and a checksum is to be completed.
 */
static bool
rsc_take(const struct vio_rxq *q, struct rte_mbuf *m, struct virtio_net_hdr *hdr)
{
	const struct rte_pmd_vio_rsc rsc = {
		.segments = rte_le_to_cpu_16(hdr->csum_start),
		.dup_acks = rte_le_to_cpu_16(hdr->csum_offset),
	};
	uint32_t headers, start = transport_find(m, RTE_PTYPE_L4_TCP, &headers);

	*RTE_MBUF_DYNFIELD(m, q->rsc_offset, struct rte_pmd_vio_rsc *) = rsc;
	m->ol_flags |= q->rsc_flag;
	if (start == 0)
		return !(hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	hdr->csum_start = rte_cpu_to_le_16(start);
	hdr->csum_offset = rte_cpu_to_le_16(offsetof(struct rte_tcp_hdr, cksum));
	if (hdr->gso_size == 0 && rsc.segments > 0)
		rsc_size_find(hdr, m->pkt_len - headers, rsc.segments);
	return true;
}

bool
vio_rx_offload(const struct vio_rxq *q, struct rte_mbuf *m, uint32_t *longest)
{
	struct virtio_net_hdr_ext hdr = hdr_copy(q, m);

	if (q->rsc_ext && (hdr.hdr.flags & VIRTIO_NET_HDR_F_RSC_INFO) &&
	    !rsc_take(q, m, &hdr.hdr))
		return false;
	if (hdr.hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE) {
		if (!lro_mark(q, m, &hdr.hdr))
			return false;
		*longest = q->lro_frame_len;
	}
	if (hdr.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		return partial_take(q, m, &hdr);
	if (hdr.hdr.flags & VIRTIO_NET_HDR_F_DATA_VALID)
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	return true;
}
