/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The hash that the device reports in the header of a received packet (virtio 5.1.9.4.5). Included
 * by vio_rx.h only.
 */

#ifndef VIO_RX_HASH_H
#define VIO_RX_HASH_H

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_mbuf_ptype.h>

#include "vio_hdr.h"

/*
 * What the type of a hash says. Whether there are options or extension headers it does not: QEMU
 * reports the types of extension headers also where there are none.
 */
#define VIO_PTYPE_IPV4	RTE_PTYPE_L3_IPV4_EXT_UNKNOWN
#define VIO_PTYPE_IPV6	RTE_PTYPE_L3_IPV6_EXT_UNKNOWN

/*
 * Takes over the hash, with the packet type that it was computed by unless that may be one of
 * inner headers. Any value that is not a type means that there is no hash.
 */
static __rte_always_inline void
vio_rx_hash(struct rte_mbuf *m, bool of_outer)
{
	static const uint32_t ptypes[] = {
		[VIRTIO_NET_HASH_REPORT_NONE] = RTE_PTYPE_UNKNOWN,
		[VIRTIO_NET_HASH_REPORT_IPv4] = VIO_PTYPE_IPV4,
		[VIRTIO_NET_HASH_REPORT_TCPv4] = VIO_PTYPE_IPV4 | RTE_PTYPE_L4_TCP,
		[VIRTIO_NET_HASH_REPORT_UDPv4] = VIO_PTYPE_IPV4 | RTE_PTYPE_L4_UDP,
		[VIRTIO_NET_HASH_REPORT_IPv6] = VIO_PTYPE_IPV6,
		[VIRTIO_NET_HASH_REPORT_TCPv6] = VIO_PTYPE_IPV6 | RTE_PTYPE_L4_TCP,
		[VIRTIO_NET_HASH_REPORT_UDPv6] = VIO_PTYPE_IPV6 | RTE_PTYPE_L4_UDP,
		[VIRTIO_NET_HASH_REPORT_IPv6_EX] = VIO_PTYPE_IPV6,
		[VIRTIO_NET_HASH_REPORT_TCPv6_EX] = VIO_PTYPE_IPV6 | RTE_PTYPE_L4_TCP,
		[VIRTIO_NET_HASH_REPORT_UDPv6_EX] = VIO_PTYPE_IPV6 | RTE_PTYPE_L4_UDP,
	};
	const volatile struct virtio_net_hdr_ext *hdr =
		(const volatile struct virtio_net_hdr_ext *)vio_hdr_rx(m);
	uint16_t report = rte_le_to_cpu_16(hdr->hash_report);

	if (unlikely(report == VIRTIO_NET_HASH_REPORT_NONE || report >= RTE_DIM(ptypes)))
		return;
	m->hash.rss = rte_le_to_cpu_32(hdr->hash_value);
	m->ol_flags |= RTE_MBUF_F_RX_RSS_HASH;
	if (of_outer)
		m->packet_type = ptypes[report];
}

#endif /* VIO_RX_HASH_H */
