/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Packets that a device put together (LRO) are longer than a frame may be: what sends them on
 * asks for segments of the size that they came in. Runs on the stream's lcore.
 */

#include <rte_net.h>

#include "forward.h"

/* Asks for the segments of one packet; false: it is of no kind that can be segmented. */
static bool
ask_segments(struct rte_mbuf *pkt)
{
	struct rte_net_hdr_lens lens;
	const uint32_t type = rte_net_get_ptype(pkt, &lens, RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK |
						RTE_PTYPE_L4_MASK);

	if (RTE_ETH_IS_IPV4_HDR(type))
		pkt->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
	else if (RTE_ETH_IS_IPV6_HDR(type))
		pkt->ol_flags |= RTE_MBUF_F_TX_IPV6;
	else
		return false;
	if ((type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_TCP)
		pkt->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
	else if ((type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_UDP)
		pkt->ol_flags |= RTE_MBUF_F_TX_UDP_SEG;
	else
		return false;
	pkt->l2_len = lens.l2_len;
	pkt->l3_len = lens.l3_len;
	pkt->l4_len = lens.l4_len;
	return true;
}

uint16_t
fwd_lro_segment(struct fwd_stream *stream, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_left = 0;

	for (uint16_t i = 0; i < nb_pkts; i++) {
		struct rte_mbuf *pkt = pkts[i];

		if ((pkt->ol_flags & RTE_MBUF_F_RX_LRO) &&
		    (!ask_segments(pkt) ||
		     rte_eth_tx_prepare(stream->tx_port, stream->tx_queue, &pkt, 1) != 1)) {
			fwd_ignore(stream, pkt);
			continue;
		}
		pkts[nb_left++] = pkt;
	}
	return nb_left;
}
