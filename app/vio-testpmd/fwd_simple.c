/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The modes that pass on what they receive: io unchanged, mac and macswap with other addresses,
 * rxonly not at all. Each function runs on the stream's lcore.
 */

#include "forward.h"

static void
run_io(struct fwd_stream *stream)
{
	struct rte_mbuf *pkts[MAX_BURST];

	fwd_send(stream, pkts, fwd_receive(stream, pkts));
}

static void
run_rxonly(struct fwd_stream *stream)
{
	struct rte_mbuf *pkts[MAX_BURST];

	rte_pktmbuf_free_bulk(pkts, fwd_receive(stream, pkts));
}

/* Sends what has a whole Ethernet header in its first segment, with other addresses. */
static inline void
run_rewrite(struct fwd_stream *stream,
	    void (*rewrite)(const struct fwd_stream *stream, struct rte_ether_hdr *hdr))
{
	struct rte_mbuf *pkts[MAX_BURST];
	const uint16_t nb = fwd_receive(stream, pkts);
	uint16_t nb_send = 0;

	for (uint16_t i = 0; i < nb; i++) {
		struct rte_mbuf *pkt = pkts[i];

		if (unlikely(rte_pktmbuf_data_len(pkt) < RTE_ETHER_HDR_LEN)) {
			fwd_ignore(stream, pkt);
			continue;
		}
		rewrite(stream, rte_pktmbuf_mtod(pkt, struct rte_ether_hdr *));
		pkts[nb_send++] = pkt;
	}
	fwd_send(stream, pkts, nb_send);
}

static inline void
rewrite_mac(const struct fwd_stream *stream, struct rte_ether_hdr *hdr)
{
	hdr->dst_addr = stream->peer;
	hdr->src_addr = stream->own;
}

static inline void
rewrite_macswap(const struct fwd_stream *stream, struct rte_ether_hdr *hdr)
{
	const struct rte_ether_addr dst = hdr->dst_addr;

	RTE_SET_USED(stream);
	hdr->dst_addr = hdr->src_addr;
	hdr->src_addr = dst;
}

static void
run_mac(struct fwd_stream *stream)
{
	run_rewrite(stream, rewrite_mac);
}

static void
run_macswap(struct fwd_stream *stream)
{
	run_rewrite(stream, rewrite_macswap);
}

const struct fwd_mode fwd_io = { .name = "io", .run = run_io };
const struct fwd_mode fwd_rxonly = { .name = "rxonly", .run = run_rxonly };
const struct fwd_mode fwd_mac = { .name = "mac", .run = run_mac };
const struct fwd_mode fwd_macswap = { .name = "macswap", .run = run_macswap };
