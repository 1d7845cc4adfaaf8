/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * txonly: generates UDP packets. The payload is a sequence number of 8 bytes, the stream's own and
 * most significant byte first, then bytes that count their offset in the frame. The Tx queue is in
 * the UDP source port. The frame's template is made before a run; every lcore only reads it.
 */

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "forward.h"

#define DISCARD_PORT 9
#define MAX_FRAME (RTE_ETHER_HDR_LEN + UINT16_MAX)

struct headers {
	struct rte_ether_hdr eth;
	struct rte_ipv4_hdr ip;
	struct rte_udp_hdr udp;
	rte_be64_t sequence;
} __rte_packed __rte_aligned(2);

static_assert(sizeof(struct headers) == TXONLY_MIN_FIRST_SEG, "the headers fill the minimum");

static uint8_t frame[MAX_FRAME] __rte_aligned(2);

static void
fill_headers(uint32_t frame_len)
{
	struct headers *hdr = (struct headers *)frame;
	const uint16_t ip_len = (uint16_t)(frame_len - sizeof(hdr->eth));

	memset(hdr, 0, sizeof(*hdr));
	hdr->eth.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	hdr->ip.version_ihl = RTE_IPV4_VHL_DEF;
	hdr->ip.total_length = rte_cpu_to_be_16(ip_len);
	hdr->ip.time_to_live = 64;
	hdr->ip.next_proto_id = IPPROTO_UDP;
	/* RFC 2544: 198.18.0.0/15 is for benchmarks. */
	hdr->ip.src_addr = RTE_BE32(RTE_IPV4(198, 18, 0, 1));
	hdr->ip.dst_addr = RTE_BE32(RTE_IPV4(198, 18, 0, 2));
	hdr->ip.hdr_checksum = rte_ipv4_cksum(&hdr->ip);
	hdr->udp.dst_port = RTE_BE16(DISCARD_PORT);
	hdr->udp.dgram_len = rte_cpu_to_be_16(ip_len - sizeof(hdr->ip));
	/* A UDP checksum of 0 says that there is none. */
}

static int
prepare_txonly(void)
{
	const uint32_t room = rte_pktmbuf_data_room_size(mbuf_pool) - RTE_PKTMBUF_HEADROOM;
	uint32_t frame_len = 0;

	for (unsigned int i = 0; i < config.nb_tx_segs; i++) {
		if (config.tx_seg_len[i] > room) {
			complain("txpkts: a segment of %u bytes does not fit into an mbuf, which "
				 "has room for %u; see --mbuf-size", config.tx_seg_len[i], room);
			return -1;
		}
		frame_len += config.tx_seg_len[i];
	}
	if (frame_len > MAX_FRAME) {
		complain("txpkts: %u bytes are more than an IPv4 packet holds", frame_len);
		return -1;
	}
	for (uint32_t i = 0; i < frame_len; i++)
		frame[i] = (uint8_t)i;
	fill_headers(frame_len);
	return 0;
}

/* Cuts the template into the segments of one packet. */
static struct rte_mbuf *
build_packet(struct rte_mbuf **segs)
{
	uint32_t offset = 0;

	for (unsigned int i = 0; i < config.nb_tx_segs; i++) {
		const uint16_t len = config.tx_seg_len[i];

		memcpy(rte_pktmbuf_mtod(segs[i], void *), frame + offset, len);
		segs[i]->data_len = len;
		segs[i]->next = i + 1 < config.nb_tx_segs ? segs[i + 1] : NULL;
		offset += len;
	}
	segs[0]->nb_segs = config.nb_tx_segs;
	segs[0]->pkt_len = offset;
	return segs[0];
}

static void
run_txonly(struct fwd_stream *stream)
{
	struct rte_mbuf *segs[MAX_BURST * MAX_TX_SEGS];
	struct rte_mbuf *pkts[MAX_BURST];
	struct headers *hdr;

	if (rte_pktmbuf_alloc_bulk(mbuf_pool, segs, stream->burst * config.nb_tx_segs) != 0) {
		stream->count.no_mbuf++;
		return;
	}
	for (uint16_t i = 0; i < stream->burst; i++) {
		pkts[i] = build_packet(&segs[i * config.nb_tx_segs]);
		hdr = rte_pktmbuf_mtod(pkts[i], struct headers *);
		hdr->eth.dst_addr = stream->peer;
		hdr->eth.src_addr = stream->own;
		hdr->udp.src_port = rte_cpu_to_be_16(DISCARD_PORT + stream->tx_queue);
		hdr->sequence = rte_cpu_to_be_64(stream->sequence++);
	}
	fwd_send(stream, pkts, stream->burst);
}

const struct fwd_mode fwd_txonly = {
	.name = "txonly",
	.generates = true,
	.prepare = prepare_txonly,
	.run = run_txonly,
};
