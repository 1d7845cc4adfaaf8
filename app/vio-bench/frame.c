/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The frames that pass: TCP over IPv4. Their headers are written once into every mbuf; a back end
 * that touches no payload leaves them there, so that received frames have them as well.
 */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "bench.h"

struct frame {
	struct rte_ether_hdr ether;
	struct rte_ipv4_hdr ip;
	struct rte_tcp_hdr tcp;
} __rte_packed;

static_assert(sizeof(struct frame) == TRAFFIC_HEADERS, "the headers of a frame");
static_assert(offsetof(struct frame, tcp) == TRAFFIC_CSUM_START, "the headers of a frame");

void
frame_write(struct rte_mbuf *mbuf)
{
	struct frame *frame = rte_pktmbuf_mtod(mbuf, struct frame *);

	*frame = (struct frame){
		.ether = {
			.dst_addr.addr_bytes = { 0x02, 0, 0, 0, 0, 1 },
			.src_addr.addr_bytes = { 0x02, 0, 0, 0, 0, 2 },
			.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4),
		},
		.ip = {
			.version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = rte_cpu_to_be_16(options.frame_len -
							 offsetof(struct frame, ip)),
			.time_to_live = IPDEFTTL,
			.next_proto_id = IPPROTO_TCP,
			.src_addr = RTE_BE32(RTE_IPV4(192, 0, 2, 1)),
			.dst_addr = RTE_BE32(RTE_IPV4(192, 0, 2, 2)),
		},
		.tcp = {
			.data_off = sizeof(struct rte_tcp_hdr) / 4 << 4,
			.tcp_flags = RTE_TCP_ACK_FLAG,
		},
	};
	frame->ip.hdr_checksum = rte_ipv4_cksum(&frame->ip);
}

void
frame_ask(struct rte_mbuf **mbufs, unsigned int nb)
{
	unsigned int i;

	if (options.traffic == TRAFFIC_PLAIN)
		return;
	for (i = 0; i < nb; i++) {
		rte_pktmbuf_mtod(mbufs[i], struct frame *)->tcp.cksum = 0;
		mbufs[i]->l2_len = sizeof(struct rte_ether_hdr);
		mbufs[i]->l3_len = sizeof(struct rte_ipv4_hdr);
		mbufs[i]->l4_len = sizeof(struct rte_tcp_hdr);
		mbufs[i]->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM;
		if (options.traffic == TRAFFIC_TSO) {
			mbufs[i]->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
			mbufs[i]->tso_segsz = TRAFFIC_SEGMENT;
		}
	}
}

bool
frame_is_filled(const struct rte_mbuf *mbuf)
{
	uint64_t first, filled;

	memset(&filled, PAGE_FRAME_BYTE, sizeof(filled));
	memcpy(&first, rte_pktmbuf_mtod(mbuf, const void *), sizeof(first));
	return first == filled;
}

bool
frame_is_told(const struct rte_mbuf *mbuf)
{
	switch (options.traffic) {
	case TRAFFIC_PLAIN:
		return true;
	case TRAFFIC_TSO:
		return mbuf->ol_flags & RTE_MBUF_F_RX_LRO;
	default:
		return mbuf->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	}
}
