/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * VLAN tags, taken out of received frames and put into sent ones. virtio has no offload for this
 * (it only filters), so the driver moves the addresses, 12 bytes, over or away from the tags.
 * Pure functions.
 *
 * Tags are those of IEEE 802.1Q: C-tags (0x8100) and, before one of these, S-tags (0x88a8).
 */

#ifndef VIO_VLAN_H
#define VIO_VLAN_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

/* The two addresses, which stand before the tags. */
#define VIO_VLAN_ADDRS_LEN	(2 * RTE_ETHER_ADDR_LEN)

/* What is taken out of received frames, of RTE_ETH_RX_OFFLOAD_*. */
#define VIO_VLAN_RX_OFFLOADS	(RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_QINQ_STRIP)

static_assert(VIO_VLAN_RX_OFFLOADS <= UINT8_MAX, "vio_rxq.vlan_strip");

/* What puts tags into packets that ask for them, of RTE_ETH_TX_OFFLOAD_*. */
#define VIO_VLAN_TX_OFFLOADS	(RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_QINQ_INSERT)

/* The type, or tag protocol identifier, at this offset of the first segment. */
static inline rte_be16_t
vio_vlan_type(const struct rte_mbuf *m, uint16_t off)
{
	return *rte_pktmbuf_mtod_offset(m, const rte_be16_t *, off);
}

/* The tag control information at this offset, in CPU order. */
static inline uint16_t
vio_vlan_tci(const struct rte_mbuf *m, uint16_t off)
{
	return rte_be_to_cpu_16(*rte_pktmbuf_mtod_offset(m, const rte_be16_t *, off));
}

/*
 * Reads the tags of a frame that has one into the mbuf's fields and flags. Returns the bytes to
 * take out. A tag that does not stand in the first segment as a whole is none.
 */
static inline uint16_t
vio_vlan_rx_read(struct rte_mbuf *m, uint64_t offloads)
{
	const uint16_t outer = VIO_VLAN_ADDRS_LEN, inner = outer + RTE_VLAN_HLEN;
	const uint16_t tpid = sizeof(rte_be16_t);
	bool strip = offloads & RTE_ETH_RX_OFFLOAD_VLAN_STRIP;

	if (m->data_len < inner + tpid)
		return 0;
	if (vio_vlan_type(m, outer) == RTE_BE16(RTE_ETHER_TYPE_VLAN)) {
		if (!strip)
			return 0;
		m->vlan_tci = vio_vlan_tci(m, outer + tpid);
		m->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		return RTE_VLAN_HLEN;
	}
	if (!(offloads & RTE_ETH_RX_OFFLOAD_QINQ_STRIP) ||
	    m->data_len < inner + RTE_VLAN_HLEN + tpid ||
	    vio_vlan_type(m, inner) != RTE_BE16(RTE_ETHER_TYPE_VLAN))
		return 0;
	m->vlan_tci_outer = vio_vlan_tci(m, outer + tpid);
	m->vlan_tci = vio_vlan_tci(m, inner + tpid);
	m->ol_flags |= RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_QINQ_STRIPPED | RTE_MBUF_F_RX_VLAN;
	if (!strip)
		return RTE_VLAN_HLEN;
	m->ol_flags |= RTE_MBUF_F_RX_VLAN_STRIPPED;
	return 2 * RTE_VLAN_HLEN;
}

/*
 * Takes the tags that offloads (VIO_VLAN_RX_OFFLOADS) name out of a received frame, whose first
 * segment holds at least an Ethernet header. Returns their bytes.
 */
static inline uint16_t
vio_vlan_rx_strip(struct rte_mbuf *m, uint64_t offloads)
{
	rte_be16_t type = vio_vlan_type(m, VIO_VLAN_ADDRS_LEN);
	uint8_t addrs[VIO_VLAN_ADDRS_LEN];
	uint16_t len;

	if (likely(type != RTE_BE16(RTE_ETHER_TYPE_VLAN) &&
		   type != RTE_BE16(RTE_ETHER_TYPE_QINQ)))
		return 0;
	len = vio_vlan_rx_read(m, offloads);
	if (len == 0)
		return 0;
	memcpy(addrs, rte_pktmbuf_mtod(m, void *), sizeof(addrs));
	m->data_off += len;
	m->data_len -= len;
	m->pkt_len -= len;
	memcpy(rte_pktmbuf_mtod(m, void *), addrs, sizeof(addrs));
	return len;
}

/* What makes a packet ask for tags, of RTE_MBUF_F_TX_*, where these offloads are on. */
static inline uint64_t
vio_vlan_tx_flags(uint64_t offloads)
{
	return (offloads & RTE_ETH_TX_OFFLOAD_VLAN_INSERT ? RTE_MBUF_F_TX_VLAN : 0) |
	       (offloads & RTE_ETH_TX_OFFLOAD_QINQ_INSERT ? RTE_MBUF_F_TX_QINQ : 0);
}

/* How many bytes of tags flags, of vio_vlan_tx_flags(), ask for: QINQ includes VLAN. */
static inline uint16_t
vio_vlan_tx_len(uint64_t flags)
{
	if (likely(flags == 0))
		return 0;
	return flags & RTE_MBUF_F_TX_QINQ ? 2 * RTE_VLAN_HLEN : RTE_VLAN_HLEN;
}

/*
 * Writes the beginning of a frame with tags of len bytes, vio_vlan_tx_len(), to dst: the
 * addresses, which stand at addrs (the two may overlap), and the tags with m's control
 * information, outer first.
 */
static inline void
vio_vlan_tx_write(const struct rte_mbuf *m, uint16_t len, void *dst, const void *addrs)
{
	struct {
		uint8_t addrs[VIO_VLAN_ADDRS_LEN];
		rte_be16_t tags[4];
	} start;
	rte_be16_t *tag = start.tags;

	memcpy(start.addrs, addrs, sizeof(start.addrs));
	if (len > RTE_VLAN_HLEN) {
		*tag++ = RTE_BE16(RTE_ETHER_TYPE_QINQ);
		*tag++ = rte_cpu_to_be_16(m->vlan_tci_outer);
	}
	*tag++ = RTE_BE16(RTE_ETHER_TYPE_VLAN);
	*tag++ = rte_cpu_to_be_16(m->vlan_tci);
	memcpy(dst, &start, sizeof(start.addrs) + len);
}

/*
 * Puts tags of len bytes into a packet that may be written, with room for them in its headroom
 * and the addresses in its first segment.
 */
static inline void
vio_vlan_tx_push(struct rte_mbuf *m, uint16_t len)
{
	uint8_t *addrs = rte_pktmbuf_mtod(m, uint8_t *);

	vio_vlan_tx_write(m, len, addrs - len, addrs);
	m->data_off -= len;
	m->data_len += len;
	m->pkt_len += len;
}

#endif /* VIO_VLAN_H */
