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

#include "vio_hdr.h"
#include "vio_rx_offload.h"

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

/*
 * The ones' complement sum of all from an offset within the packet to its end.
 * rte_raw_cksum_mbuf() of some DPDK versions loses carries behind a segment of odd length.
 */
static uint16_t
csum_from(const struct rte_mbuf *m, uint32_t off)
{
	uint32_t sum = 0, len;
	bool odd = false;
	uint16_t part;

	for (; m != NULL; off -= RTE_MIN(off, m->data_len), m = m->next) {
		if (off >= m->data_len)
			continue;
		len = m->data_len - off;
		part = rte_raw_cksum(rte_pktmbuf_mtod_offset(m, const void *, off), len);
		sum += odd ? rte_bswap16(part) : part;
		sum = (sum & UINT16_MAX) + (sum >> 16);
		odd ^= len & 1;
	}
	return sum;
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
	uint16_t sum;

	if (start < RTE_ETHER_HDR_LEN || start + offset + sizeof(sum) > m->pkt_len)
		return false;
	/* Of the two zeros of ones' complement, 0 means no checksum to UDP. */
	sum = ~csum_from(m, start);
	csum_write(m, start + offset, sum == 0 ? UINT16_MAX : sum);
	return true;
}

/* Marks a packet that the device put together, if it may have done so. */
static bool
lro_mark(const struct vio_rxq *q, struct rte_mbuf *m, const struct virtio_net_hdr *hdr)
{
	uint8_t type = hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	uint16_t size = rte_le_to_cpu_16(hdr->gso_size);

	if (type >= CHAR_BIT * sizeof(q->gso_types) || !(q->gso_types & RTE_BIT32(type)) ||
	    size == 0)
		return false;
	m->ol_flags |= RTE_MBUF_F_RX_LRO;
	m->tso_segsz = size;
	return true;
}

bool
vio_rx_offload(const struct vio_rxq *q, struct rte_mbuf *m, uint32_t *longest)
{
	struct virtio_net_hdr_ext hdr = hdr_copy(q, m);

	if (hdr.hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE) {
		if (!lro_mark(q, m, &hdr.hdr))
			return false;
		*longest = q->lro_frame_len;
	}
	if (hdr.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		if (!csum_complete(m, rte_le_to_cpu_16(hdr.hdr.csum_start),
				   rte_le_to_cpu_16(hdr.hdr.csum_offset)))
			return false;
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	} else if (hdr.hdr.flags & VIRTIO_NET_HDR_F_DATA_VALID) {
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	}
	return true;
}
