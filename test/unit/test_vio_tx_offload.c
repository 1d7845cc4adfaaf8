/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit offloads: the device judges every header and finishes the frame as a wire would see it.
 */

#include <string.h>

#include <rte_errno.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "test.h"

#include "fake_port.h"
#include "inet_frame.h"
#include "vdev_net_offload.h"
#include "vio.h"

#define RING_SIZE	256
#define BURST		32
#define SEG_LEN		2000
#define MSS		1448

#define TX_ALL		(RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_UDP_TSO)

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX], sent[VDEV_NET_FRAME_MAX];

/* What came out on the wire. */
static struct {
	uint8_t bytes[VDEV_NET_FRAME_MAX];	/* the payloads one behind the other */
	size_t len;
	unsigned int nb;
	unsigned int nb_wrong;
	bool fragments;				/* to come, not segments */
	size_t inner_l3;			/* of a tunnel */
	size_t outer_csum;			/* which must be there; 0: need not be */
	size_t headers;
	uint8_t first_flags, other_flags, last_flags;
	size_t longest;
} wire;

/* What next lies between the tunnel's header of 8 bytes and the inner frame. */
static size_t tunnel_gap;

static int
prepare(void)
{
	memset(&wire, 0, sizeof(wire));
	tunnel_gap = 0;
	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return -1;
	vdev_net_offload_offer(&port.net);
	return 0;
}

static struct vio_offload_choice choice;	/* of the next port */

static int
start(uint64_t offloads)
{
	const struct rte_eth_conf conf = { .txmode.offloads = offloads };

	if (fake_port_probe(&port) != 0)
		return TEST_FAILED;
	((struct vio_dev *)rte_eth_devices[port.port_id].data->dev_private)->offload_choice =
		choice;
	choice = (struct vio_offload_choice){ 0 };
	if (fake_port_configure(&port, 1, 1, RING_SIZE, &conf) != 0)
		return TEST_FAILED;
	return rte_eth_dev_start(port.port_id) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static int
setup(void)
{
	return prepare() == 0 ? start(TX_ALL) : TEST_FAILED;
}

static int
setup_vlan(void)
{
	return prepare() == 0 ? start(TX_ALL | RTE_ETH_TX_OFFLOAD_VLAN_INSERT) : TEST_FAILED;
}

static int
setup_uso(void)
{
	choice.uso = true;
	return prepare() == 0 ? start(TX_ALL) : TEST_FAILED;
}

#define TX_TUNNEL	(TX_ALL | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO | RTE_ETH_TX_OFFLOAD_VLAN_INSERT)

/* Segments in tunnels, and so a header of 24 bytes. */
static int
setup_tunnel(void)
{
	return prepare() == 0 ? start(TX_TUNNEL) : TEST_FAILED;
}

/* The outer UDP checksum as well. */
static int
setup_tunnel_csum(void)
{
	return prepare() == 0 ? start(TX_TUNNEL | RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM) :
				TEST_FAILED;
}

static int
setup_tunnel_uso(void)
{
	choice.uso = true;
	return prepare() == 0 ? start(TX_TUNNEL) : TEST_FAILED;
}

static int
setup_none(void)
{
	return prepare() == 0 ? start(RTE_ETH_TX_OFFLOAD_MULTI_SEGS) : TEST_FAILED;
}

static int
setup_ipv4_only(void)
{
	return prepare() == 0 ? start(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) : TEST_FAILED;
}

static int
setup_cksum_only(void)
{
	return prepare() == 0 ? start(RTE_ETH_TX_OFFLOAD_TCP_CKSUM) : TEST_FAILED;
}

/* A device of one kind of TSO, which knows nothing of ECN nor of exact header lengths. */
static int
setup_tso4(void)
{
	if (prepare() != 0)
		return TEST_FAILED;
	vdev_offer(&port.net.dev, VIRTIO_NET_F_HOST_TSO6, false);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_HOST_ECN, false);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_GUEST_HDRLEN, false);
	return start(RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* A packet of these bytes in segments of seg_len, with the lengths of its headers. */
static struct rte_mbuf *
packet(const struct inet_frame *f, const uint8_t *bytes, uint16_t seg_len, uint64_t ol_flags)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(port.pool), *m = head;
	size_t at, n;

	for (at = 0; m != NULL; at += n) {
		n = RTE_MIN(f->len - at, seg_len);
		memcpy(rte_pktmbuf_mtod(m, void *), bytes + at, n);
		m->data_len = n;
		m->pkt_len = n;
		if (m != head && rte_pktmbuf_chain(head, m) != 0)
			break;
		if (at + n == f->len) {
			head->ol_flags |= ol_flags;
			head->l2_len = f->l3;
			head->l3_len = f->l4 - f->l3;
			head->l4_len = f->headers - f->l4;
			head->tso_segsz = MSS;
			return head;
		}
		m = rte_pktmbuf_alloc(port.pool);
	}
	rte_pktmbuf_free(head);
	return NULL;
}

static uint64_t
flags_of(const struct inet_frame *f, bool segments)
{
	uint64_t flags = f->ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;

	flags |= f->udp ? RTE_MBUF_F_TX_UDP_CKSUM : RTE_MBUF_F_TX_TCP_CKSUM;
	if (segments)
		flags |= f->udp ? RTE_MBUF_F_TX_UDP_SEG : RTE_MBUF_F_TX_TCP_SEG;
	return flags;
}

/* Takes out of a frame what the offloads shall put in. */
static void
spoil(const struct inet_frame *f, uint8_t *bytes)
{
	memset(bytes + f->l4 + f->csum_offset, 0x5a, 2);
	if (!f->ipv6)
		memset(bytes + f->l3 + offsetof(struct rte_ipv4_hdr, hdr_checksum), 0xa5, 2);
}

static int
send_one(struct rte_mbuf *m)
{
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "not taken");
	return vdev_net_tx(&port.net, 0, sent, NULL);
}

static void
on_wire(void *ctx, const uint8_t *bytes, size_t len)
{
	const struct inet_frame *f = ctx;
	size_t headers = f->headers;

	if (f->udp && f->payload + 8 > MSS && wire.fragments) {
		/* of fragments, all but the first have no transport header */
		if (wire.nb > 0)
			headers = f->l4;
		else if (memcmp(bytes + f->l4 + 6, frame + f->l4 + 6, 2) != 0)
			wire.nb_wrong++;
	} else if (!vdev_net_offload_is_complete(bytes, len, wire.inner_l3)) {
		wire.nb_wrong++;
	}
	if (wire.outer_csum > 0 && bytes[wire.outer_csum] == 0 && bytes[wire.outer_csum + 1] == 0)
		wire.nb_wrong++;
	memcpy(wire.bytes + wire.len, bytes + headers, len - headers);
	wire.len += len - headers;
	wire.longest = RTE_MAX(wire.longest, len - headers);
	wire.last_flags = bytes[f->l4 + 13];
	if (wire.nb == 0)
		wire.first_flags = wire.last_flags;
	else
		wire.other_flags = wire.last_flags;
	wire.nb++;
}

/* Sends a packet and lets the device finish it: nb frames, which hold the payload of frame. */
static int
send_and_finish(struct inet_frame *f, struct rte_mbuf *m, unsigned int nb)
{
	int len = send_one(m);

	TEST_ASSERT_EQUAL(len, (int)f->len, "%d bytes were sent, expected %zu", len, f->len);
	TEST_ASSERT_EQUAL(port.net.dev.nb_complaints, 0, "%s", port.net.dev.complaint);
	wire.nb = wire.nb_wrong = wire.len = wire.longest = 0;
	wire.fragments = port.net.tx_hdr.hdr.gso_type == VIRTIO_NET_HDR_GSO_UDP;
	/* with outer headers, the network header lies far behind */
	wire.inner_l3 = f->l3 > 40 ? f->l3 : 0;
	TEST_ASSERT_EQUAL(vdev_net_offload_finish(&port.net.tx_hdr, sent, len, on_wire, f),
		(int)nb, "frames");
	TEST_ASSERT_EQUAL(wire.nb_wrong, 0, "%u of %u frames", wire.nb_wrong, wire.nb);
	TEST_ASSERT_EQUAL(wire.len, f->payload, "payload");
	TEST_ASSERT_EQUAL(memcmp(wire.bytes, frame + f->headers, f->payload), 0, "payload");
	return TEST_SUCCESS;
}

static int
prepared(struct rte_mbuf *m)
{
	TEST_ASSERT_NOT_NULL(m, "no packet");
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 1, "refused: %s",
		rte_strerror(rte_errno));
	return TEST_SUCCESS;
}

static int
checksums(void)
{
	struct rte_mbuf *m;
	struct inet_frame f;
	size_t payload;
	unsigned int i;

	for (payload = 0; payload < 8900; payload += payload < 40 ? 1 : 997) {
		for (i = 0; i < 12; i++) {
			f = (struct inet_frame){ .ipv6 = i & 1, .udp = i & 2, .nb_tags = i / 4,
						 .payload = payload, .seed = i };
			inet_frame_make(&f, frame);
			memcpy(sent, frame, f.len);
			spoil(&f, sent);
			m = packet(&f, sent, SEG_LEN, flags_of(&f, false));
			TEST_ASSERT_SUCCESS(prepared(m), "row %u", i);
			TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 1), "row %u, payload %zu", i,
				payload);
			TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM,
				"row %u", i);
		}
	}
	return fake_port_close(&port);
}

/* Padding behind a short packet counts to no checksum. */
static int
padded_packets(void)
{
	struct inet_frame f = { .payload = 2 }, padded;
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	memset(frame + f.len, 0, 60);
	padded = f;
	padded.len = 60;
	memcpy(sent, frame, 60);
	spoil(&f, sent);
	m = packet(&padded, sent, SEG_LEN, flags_of(&f, false));
	TEST_ASSERT_SUCCESS(prepared(m), "prepare");
	TEST_ASSERT_EQUAL(send_one(m), 60, "send");
	memset(&wire, 0, sizeof(wire));
	TEST_ASSERT_EQUAL(vdev_net_offload_finish(&port.net.tx_hdr, sent, 60, on_wire, &f), 1,
		"frames");
	TEST_ASSERT_EQUAL(wire.nb_wrong, 0, "checksum");
	return fake_port_close(&port);
}

/* IPv4 is the driver's own work, in the burst too, and needs nothing of the device. */
static int
ipv4_checksum(void)
{
	struct inet_frame f = { .payload = 100 };
	struct rte_mbuf *m;
	unsigned int i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < 256; k++) {
			f.seed = k;
			inet_frame_make(&f, frame);
			frame[f.l3 + 1] = k;	/* type of service, and so another sum */
			memcpy(sent, frame, f.len);
			memset(sent + f.l3 + 10, i == 0 ? 0 : i == 1 ? 0xff : k, 2);
			m = packet(&f, sent, SEG_LEN, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM);
			if (i == 0)
				TEST_ASSERT_SUCCESS(prepared(m), "prepare");
			TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 1), "byte %u", k);
			TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, 0, "flags");
		}
	}
	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_NET_F_CSUM), "CSUM was agreed on");
	return fake_port_close(&port);
}

/* With and without rte_eth_tx_prepare(): what DPDK wants in the field is not what virtio does. */
static int
tcp_segments(void)
{
	static const size_t payloads[] = { 1, MSS, MSS + 1, 9000, 40000, 65483 };
	struct rte_mbuf *m;
	struct inet_frame f;
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(payloads); i++) {
		for (k = 0; k < 8; k++) {
			f = (struct inet_frame){ .ipv6 = k & 1, .nb_tags = k & 2 ? 1 : 0,
						 .payload = payloads[i], .tcp_flags = 0x19 };
			inet_frame_make(&f, frame);
			memcpy(sent, frame, f.len);
			spoil(&f, sent);
			m = packet(&f, sent, SEG_LEN, flags_of(&f, true));
			if (k & 4)
				TEST_ASSERT_SUCCESS(prepared(m), "payload %zu", payloads[i]);
			TEST_ASSERT_SUCCESS(send_and_finish(&f, m,
				(payloads[i] + MSS - 1) / MSS), "payload %zu", payloads[i]);
			TEST_ASSERT(wire.longest <= MSS, "%zu bytes", wire.longest);
			TEST_ASSERT_EQUAL(wire.last_flags, 0x19, "flags of the last segment");
		}
	}
	return fake_port_close(&port);
}

/* Of IPv6, the whole payload that its header can state. */
static int
longest_segments(void)
{
	struct inet_frame f = { .ipv6 = true, .payload = UINT16_MAX - 20 };
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	m = packet(&f, frame, SEG_LEN, flags_of(&f, true));
	TEST_ASSERT_SUCCESS(prepared(m), "prepare");
	TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 46), "send");
	return fake_port_close(&port);
}

static int
segments_with_congestion(void)
{
	struct inet_frame f = { .payload = 5000, .tcp_flags = 0x80 | 0x10 };
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	m = packet(&f, frame, SEG_LEN, flags_of(&f, true));
	TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 4), "send");
	TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.gso_type, (VIRTIO_NET_HDR_GSO_TCPV4 |
		VIRTIO_NET_HDR_GSO_ECN), "gso_type");
	TEST_ASSERT(wire.first_flags == 0x90 && wire.other_flags == 0x10, "CWR");
	return fake_port_close(&port);
}

/* A device of TSO4 alone: no ECN bit, and no TSO6. */
static int
one_kind_of_tso(void)
{
	struct inet_frame f = { .payload = 5000, .tcp_flags = 0x80 | 0x10 };
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	m = packet(&f, frame, SEG_LEN, flags_of(&f, true));
	TEST_ASSERT_SUCCESS(prepared(m), "prepare");
	TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 4), "send");
	TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.gso_type, VIRTIO_NET_HDR_GSO_TCPV4, "gso_type");

	f.ipv6 = true;
	inet_frame_make(&f, frame);
	m = packet(&f, frame, SEG_LEN, flags_of(&f, true));
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "taken");
	TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
	TEST_ASSERT_EQUAL(send_one(m), 0, "sent");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), 1, "not counted");
	return fake_port_close(&port);
}

static int
udp_fragments(void)
{
	static const size_t payloads[] = { 1, 1440, 1441, 9000, 60000 };
	struct rte_mbuf *m;
	struct inet_frame f;
	unsigned int i;

	for (i = 0; i < RTE_DIM(payloads); i++) {
		f = (struct inet_frame){ .udp = true, .payload = payloads[i] };
		inet_frame_make(&f, frame);
		memcpy(sent, frame, f.len);
		spoil(&f, sent);
		m = packet(&f, sent, SEG_LEN, flags_of(&f, true));
		TEST_ASSERT_SUCCESS(send_and_finish(&f, m, (8 + payloads[i] + MSS - 1) / MSS),
			"payload %zu", payloads[i]);
		TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.gso_type, VIRTIO_NET_HDR_GSO_UDP, "type");
	}
	return fake_port_close(&port);
}

/* With uso=1, the same flag makes datagrams. */
static int
udp_segments(void)
{
	static const size_t payloads[] = { 1, MSS, MSS + 1, 9000, 60000 };
	struct rte_mbuf *m;
	struct inet_frame f;
	unsigned int i, k;

	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_NET_F_HOST_UFO), "UFO");
	for (i = 0; i < RTE_DIM(payloads); i++) {
		for (k = 0; k < 2; k++) {
			f = (struct inet_frame){ .udp = true, .ipv6 = k, .payload = payloads[i] };
			inet_frame_make(&f, frame);
			memcpy(sent, frame, f.len);
			spoil(&f, sent);
			m = packet(&f, sent, SEG_LEN, flags_of(&f, true));
			TEST_ASSERT_SUCCESS(send_and_finish(&f, m, (payloads[i] + MSS - 1) / MSS),
				"payload %zu", payloads[i]);
			TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.gso_type, VIRTIO_NET_HDR_GSO_UDP_L4,
				"type");
		}
	}
	return fake_port_close(&port);
}

/*
 * A packet in a tunnel, with those checksums spoiled that are asked for; all is the frame as if it
 * had but one L4.
 */
static struct rte_mbuf *
tunnel_packet(struct inet_frame *all, struct inet_frame *inner, struct inet_frame *outer,
	uint64_t ol_flags)
{
	static uint8_t bytes[VDEV_NET_FRAME_MAX];
	const size_t gap = tunnel_gap;
	struct rte_mbuf *m;

	memset(bytes, 0xcc, gap);
	inet_frame_make(inner, bytes + gap);
	inet_frame_make_tunnel(outer, bytes, inner->len + gap, false, frame);
	if (ol_flags & RTE_MBUF_F_TX_L4_MASK)
		spoil(inner, bytes + gap);
	inet_frame_make_tunnel(outer, bytes, inner->len + gap, false, sent);
	if (!outer->ipv6)
		memset(sent + outer->l3 + 10, 0x99, 2);
	if (ol_flags & RTE_MBUF_F_TX_OUTER_UDP_CKSUM)
		memset(sent + outer->l4 + 6, 0x77, 2);
	*all = *inner;
	all->l3 = outer->headers + 8 + gap + inner->l3;
	all->l4 = outer->headers + 8 + gap + inner->l4;
	all->headers = outer->headers + 8 + gap + inner->headers;
	all->len = outer->len;
	m = packet(all, sent, SEG_LEN, ol_flags | (outer->ipv6 ? RTE_MBUF_F_TX_OUTER_IPV6 :
		RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IP_CKSUM));
	if (m == NULL)
		return NULL;
	m->outer_l2_len = outer->l3;
	m->outer_l3_len = outer->l4 - outer->l3;
	m->l2_len = 8 + 8 + gap + inner->l3;
	return m;
}

/* Checksums and segments in a tunnel, with and without a tag that the burst puts in. */
static int
in_a_tunnel(void)
{
	struct inet_frame all, inner, outer;
	struct rte_mbuf *m;
	unsigned int i;
	bool seg;

	TEST_ASSERT_EQUAL(vdev_net_hdr_len(&port.net), 24, "header");
	for (i = 0; i < 16; i++) {
		seg = i & 4;
		inner = (struct inet_frame){ .ipv6 = i & 1, .payload = seg ? 20000 : 3000 };
		outer = (struct inet_frame){ .ipv6 = i & 2 };
		m = tunnel_packet(&all, &inner, &outer, flags_of(&inner, seg) |
			RTE_MBUF_F_TX_TUNNEL_VXLAN);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if (i & 8)
			TEST_ASSERT_SUCCESS(prepared(m), "row %u", i);
		else if (!seg)	/* the application's to do */
			TEST_ASSERT_SUCCESS(prepared(m), "row %u", i);
		TEST_ASSERT_SUCCESS(send_and_finish(&all, m, seg ? 14 : 1), "row %u", i);
		TEST_ASSERT_EQUAL(rte_le_to_cpu_16(port.net.tx_hdr.outer_th_offset),
			(seg ? outer.l4 : 0), "row %u", i);
	}
	return fake_port_close(&port);
}

/*
 * The outer UDP checksum: of segments by the device; otherwise it is there when the packet is sent,
 * and follows from the inner one where the device completes that. Behind a gap of a byte, the
 * inner header lies at an odd place.
 */
static int
outer_udp_checksum(void)
{
	struct inet_frame all, inner, outer;
	struct rte_mbuf *m;
	unsigned int i;
	bool seg, sum;

	for (i = 0; i < 64; i++) {
		seg = i & 4;
		sum = seg || (i & 8);
		tunnel_gap = i >> 5;
		inner = (struct inet_frame){ .ipv6 = i & 1, .payload = (seg ? 20000 : 3000) + i };
		outer = (struct inet_frame){ .ipv6 = i & 2 };
		m = tunnel_packet(&all, &inner, &outer, RTE_MBUF_F_TX_OUTER_UDP_CKSUM |
			RTE_MBUF_F_TX_TUNNEL_VXLAN | (sum ? flags_of(&inner, seg) : 0));
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if ((i & 16) || (sum && !seg))	/* the inner one is the application's to do */
			TEST_ASSERT_SUCCESS(prepared(m), "row %u", i);
		wire.outer_csum = outer.l4 + 6;
		TEST_ASSERT_SUCCESS(send_and_finish(&all, m, seg ? 14 : 1), "row %u", i);
		TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, (seg ?
			VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM : sum ?
			VIRTIO_NET_HDR_F_NEEDS_CSUM : 0), "row %u: flags", i);
	}
	wire.outer_csum = tunnel_gap = 0;
	return fake_port_close(&port);
}

/* 0 would say that there is none. */
static int
outer_udp_checksum_of_zero(void)
{
	struct inet_frame all, inner = { .payload = 100 }, outer = { .payload = 0 };
	uint16_t *payload, sum, len;
	struct rte_mbuf *m;

	m = tunnel_packet(&all, &inner, &outer, RTE_MBUF_F_TX_OUTER_UDP_CKSUM |
		RTE_MBUF_F_TX_TUNNEL_VXLAN);
	TEST_ASSERT_SUCCESS(prepared(m), "prepare");
	/* what is missing to all ones goes into the payload */
	payload = rte_pktmbuf_mtod_offset(m, uint16_t *, all.len - 2);
	sum = *rte_pktmbuf_mtod_offset(m, uint16_t *, outer.l4 + 6);
	len = *payload;
	sum = rte_raw_cksum(&sum, 2);
	*payload = rte_raw_cksum((uint16_t[]){ len, sum }, 4);
	TEST_ASSERT_EQUAL(send_one(m), (int)all.len, "send");
	TEST_ASSERT_EQUAL(*(uint16_t *)(sent + outer.l4 + 6), 0xffff, "not all ones");
	return fake_port_close(&port);
}

/* What others may see is not written into, and need not be if it is right. */
static int
outer_udp_checksum_of_clones(void)
{
	struct inet_frame all, inner = { .payload = 3000 }, outer = { .payload = 0 };
	uint64_t flags = RTE_MBUF_F_TX_OUTER_UDP_CKSUM | RTE_MBUF_F_TX_TUNNEL_VXLAN |
			 flags_of(&inner, false);
	struct rte_mbuf *m, *clone;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		m = tunnel_packet(&all, &inner, &outer, flags);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if (i == 0)
			TEST_ASSERT_SUCCESS(prepared(m), "prepare");
		clone = rte_pktmbuf_clone(m, port.pool);
		TEST_ASSERT_NOT_NULL(clone, "no clone");
		if (i == 0) {
			TEST_ASSERT_SUCCESS(send_and_finish(&all, clone, 1), "a clone");
		} else {
			TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &clone, 1), 0,
				"a clone is taken");
			TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
			rte_pktmbuf_free(clone);
		}
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* Headers that are not stated, not all there, or longer than the packet. */
static int
outer_udp_checksum_refused(void)
{
	struct inet_frame all, inner, outer;
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		inner = (struct inet_frame){ .payload = 3000 };
		outer = (struct inet_frame){ .ipv6 = true };
		m = tunnel_packet(&all, &inner, &outer, RTE_MBUF_F_TX_OUTER_UDP_CKSUM |
			RTE_MBUF_F_TX_TUNNEL_VXLAN);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if (i == 0)
			m->ol_flags &= ~RTE_MBUF_F_TX_OUTER_IPV6;
		else if (i == 1)
			m->ol_flags |= RTE_MBUF_F_TX_OUTER_IPV4;
		else if (i == 2)
			m->outer_l3_len = 39;
		else if (i == 3)
			m->outer_l2_len = 13;
		else	/* a length above the packet's, and below the header's */
			*rte_pktmbuf_mtod_offset(m, rte_be16_t *, outer.l4 + 4) =
				rte_cpu_to_be_16(i == 4 ? all.len - outer.l4 + 1 : 7);
		TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "row %u", i);
		TEST_ASSERT_EQUAL(rte_errno, EINVAL, "row %u: %s", i, rte_strerror(rte_errno));
		TEST_ASSERT_EQUAL(send_one(m), 0, "row %u is sent", i);
	}
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), 6, "not counted");
	return fake_port_close(&port);
}

static int
datagrams_in_a_tunnel(void)
{
	struct inet_frame all, inner = { .udp = true, .payload = 20000 }, outer = { .payload = 0 };
	struct rte_mbuf *m;

	m = tunnel_packet(&all, &inner, &outer, flags_of(&inner, true) |
		RTE_MBUF_F_TX_TUNNEL_GENEVE);
	TEST_ASSERT_SUCCESS(prepared(m), "prepare");
	TEST_ASSERT_SUCCESS(send_and_finish(&all, m, 14), "send");
	return fake_port_close(&port);
}

/* What a tunnel carries need not be IP: then only the outer headers are told. */
static int
outer_checksum_alone(void)
{
	static uint8_t expected[VDEV_NET_FRAME_MAX];
	struct inet_frame all, inner = { .payload = 100 }, outer = { .payload = 0 };
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		m = tunnel_packet(&all, &inner, &outer, RTE_MBUF_F_TX_TUNNEL_VXLAN);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		m->l2_len = m->l3_len = m->l4_len = 0;
		memcpy(expected, sent, all.len);
		memcpy(expected + outer.l3 + 10, frame + outer.l3 + 10, 2);
		if (i == 0)
			TEST_ASSERT_SUCCESS(prepared(m), "prepare");
		TEST_ASSERT_EQUAL(send_one(m), (int)all.len, "row %u", i);
		TEST_ASSERT_EQUAL(memcmp(sent, expected, all.len), 0, "row %u: bytes", i);
		TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, 0, "row %u: flags", i);
		TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.gso_type, VIRTIO_NET_HDR_GSO_NONE,
			"row %u: type", i);
	}
	return fake_port_close(&port);
}

static int
what_cannot_be_done_in_a_tunnel(void)
{
	struct inet_frame all, inner, outer;
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		inner = (struct inet_frame){ .payload = 5000, .udp = i == 0 };
		outer = (struct inet_frame){ .payload = 0 };
		m = tunnel_packet(&all, &inner, &outer, flags_of(&inner, true) |
			(i == 1 ? RTE_MBUF_F_TX_TUNNEL_GRE : i == 2 ? 0 :
			 RTE_MBUF_F_TX_TUNNEL_VXLAN));
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if (i == 3)		/* an outer checksum that would be wrong in each segment */
			*rte_pktmbuf_mtod_offset(m, uint16_t *, outer.l4 + 6) = 0x1234;
		else if (i == 4)
			m->ol_flags |= RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
		else if (i == 5)	/* no room for UDP between the headers */
			m->outer_l3_len = 20 + 8 + 8 + 14;
		if (i == 5)
			m->l2_len = 0;
		TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "row %u", i);
		TEST_ASSERT_EQUAL(rte_errno, (i == 5 ? EINVAL : ENOTSUP), "row %u: %s", i,
			rte_strerror(rte_errno));
		TEST_ASSERT_EQUAL(send_one(m), 0, "row %u is sent", i);
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), i + 1, "row %u", i);
	}
	return fake_port_close(&port);
}

/* What a packet may be shared by: nothing of it is written, and it is sent if it is ready. */
enum sharing { SHARED, INDIRECT, EXTERNAL, NB_SHARINGS };

static void
ext_free(void *addr __rte_unused, void *opaque __rte_unused)
{
}

/* A second mbuf for the bytes of m, or m itself with one more reference. */
static struct rte_mbuf *
share(struct rte_mbuf *m, enum sharing how)
{
	static struct rte_mbuf_ext_shared_info shinfo;
	struct rte_mbuf *other;

	if (how == SHARED) {
		rte_mbuf_refcnt_update(m, 1);
		return m;
	}
	if (how == INDIRECT)
		return rte_pktmbuf_clone(m, port.pool);
	other = rte_pktmbuf_alloc(port.pool);
	if (other == NULL)
		return NULL;
	shinfo.free_cb = ext_free;
	rte_mbuf_ext_refcnt_set(&shinfo, 1);
	rte_pktmbuf_attach_extbuf(other, rte_pktmbuf_mtod(m, void *), rte_mbuf_data_iova(m),
		m->data_len, &shinfo);
	other->data_off = 0;
	other->data_len = m->data_len;
	other->pkt_len = m->pkt_len;
	other->ol_flags |= m->ol_flags;
	other->tx_offload = m->tx_offload;
	return other;
}

static int
shared_packets(void)
{
	struct inet_frame f = { .payload = 1800 };
	struct rte_mbuf *m, *twin;
	unsigned int how, kind;
	uint64_t bad;

	for (how = 0; how < NB_SHARINGS; how++) {
		for (kind = 0; kind < 2; kind++) {
			/* nothing is ready */
			inet_frame_make(&f, frame);
			memcpy(sent, frame, f.len);
			spoil(&f, sent);
			m = packet(&f, sent, SEG_LEN, flags_of(&f, kind));
			twin = share(m, how);
			TEST_ASSERT_NOT_NULL(twin, "no mbuf");
			TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &twin, 1), 0,
				"taken, kind %u shared %u", kind, how);
			TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
			bad = fake_port_xstat(&port, "tx_q0_bad_offload");
			TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &twin, 1), 1, "burst");
			TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), bad + 1,
				"kind %u shared %u is sent", kind, how);
			TEST_ASSERT_EQUAL(memcmp(rte_pktmbuf_mtod(m, void *), sent, f.len), 0,
				"written into");

			/* all is ready */
			memcpy(sent, frame, f.len);
			inet_frame_make_partial(&f, sent);
			memcpy(rte_pktmbuf_mtod(m, void *), sent, f.len);
			twin = share(m, how);
			TEST_ASSERT_NOT_NULL(twin, "no mbuf");
			TEST_ASSERT_SUCCESS(prepared(twin), "kind %u shared %u", kind, how);
			TEST_ASSERT_SUCCESS(send_and_finish(&f, twin, kind ? 2 : 1),
				"kind %u shared %u", kind, how);
			TEST_ASSERT_EQUAL(memcmp(rte_pktmbuf_mtod(m, void *), sent, f.len), 0,
				"written into");
			/* its second owner is gone only when the ring gave it back */
			rte_eth_tx_done_cleanup(port.port_id, 0, 0);
			rte_pktmbuf_free(m);
		}
	}
	return fake_port_close(&port);
}

/* Headers that go before the data and headers of the queue's own, all in the ring at once. */
static int
headers_side_by_side(void)
{
	struct rte_mbuf *pkts[BURST], *held[BURST];
	struct inet_frame f[BURST];
	unsigned int i, turn;
	bool seg, plain;

	for (turn = 0; turn < 40; turn++) {
		for (i = 0; i < BURST; i++) {
			plain = i % 4 == 3;
			seg = i % 4 == 1;
			f[i] = (struct inet_frame){ .udp = i & 8, .payload = 40 + i, .seed = i };
			f[i].udp &= !seg;
			inet_frame_make(&f[i], frame);
			if (!plain)
				inet_frame_make_partial(&f[i], frame);
			pkts[i] = packet(&f[i], frame, SEG_LEN, plain ? 0 : flags_of(&f[i], seg));
			TEST_ASSERT_NOT_NULL(pkts[i], "no packet");
			held[i] = (i + turn) % 3 == 0 ? NULL : pkts[i];
			if (held[i] != NULL)
				rte_mbuf_refcnt_update(held[i], 1);
		}
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), BURST, "burst");
		for (i = 0; i < BURST; i++) {
			inet_frame_make(&f[i], frame);
			TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, sent, NULL), (int)f[i].len,
				"packet %u", i);
			memset(&wire, 0, sizeof(wire));
			TEST_ASSERT_EQUAL(vdev_net_offload_finish(&port.net.tx_hdr, sent, f[i].len,
				on_wire, &f[i]), 1, "packet %u", i);
			TEST_ASSERT_EQUAL(wire.nb_wrong, 0, "packet %u", i);
			TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.gso_type, (i % 4 == 1), "packet %u",
				i);
			TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, (i % 4 != 3), "packet %u", i);
		}
		rte_eth_tx_done_cleanup(port.port_id, 0, 0);
		for (i = 0; i < BURST; i++)
			rte_pktmbuf_free(held[i]);
	}
	return fake_port_close(&port);
}

/* The header's offsets are those of the frame with the tag, wherever that is put in. */
static int
with_a_tag_put_in(void)
{
	struct inet_frame f, tagged;
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		f = (struct inet_frame){ .ipv6 = i & 1, .payload = 3000 };
		inet_frame_make(&f, frame);
		inet_frame_make_partial(&f, frame);
		m = packet(&f, frame, SEG_LEN, flags_of(&f, i & 2) | RTE_MBUF_F_TX_VLAN);
		m->vlan_tci = 100;
		TEST_ASSERT_SUCCESS(prepared(m), "row %u", i);
		if (i & 4)
			rte_mbuf_refcnt_update(m, 1);
		tagged = f;
		tagged.nb_tags = 1;
		inet_frame_make(&tagged, frame);
		TEST_ASSERT_SUCCESS(send_and_finish(&tagged, m, i & 2 ? 3 : 1), "row %u", i);
		TEST_ASSERT_EQUAL(sent[15], 100, "tag");
		rte_eth_tx_done_cleanup(port.port_id, 0, 0);
		if (i & 4)
			rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* What cannot be sent: told by rte_eth_tx_prepare(), dropped and counted by the burst. */
static int
what_cannot_be_done(void)
{
	static const struct {
		const char *what;
		uint64_t flags, not_flags;
		uint16_t l2_len, l3_len, l4_len, segsz;	/* 0: as it is; UINT16_MAX: 0 */
		uint16_t seg_len;
		int error;
	} rows[] = {
		{ .what = "SCTP", .not_flags = RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG,
		  .flags = RTE_MBUF_F_TX_SCTP_CKSUM, .error = ENOTSUP },
		{ .what = "outer UDP", .flags = RTE_MBUF_F_TX_OUTER_UDP_CKSUM, .error = ENOTSUP },
		{ .what = "no network protocol", .not_flags = RTE_MBUF_F_TX_IPV4,
		  .error = EINVAL },
		{ .what = "IPv4 checksum of IPv6", .flags = RTE_MBUF_F_TX_IPV6,
		  .not_flags = RTE_MBUF_F_TX_IPV4, .l3_len = 40, .error = EINVAL },
		{ .what = "segment size 0", .segsz = UINT16_MAX, .error = EINVAL },
		{ .what = "no l2_len", .l2_len = UINT16_MAX, .error = EINVAL },
		{ .what = "no l3_len", .l3_len = UINT16_MAX, .error = EINVAL },
		{ .what = "l3_len of 19", .l3_len = 19, .error = EINVAL },
		{ .what = "no l4_len", .l4_len = UINT16_MAX, .error = EINVAL },
		{ .what = "headers in two segments", .seg_len = 53, .error = ENOTSUP },
		{ .what = "IP header in two segments", .seg_len = 33, .error = ENOTSUP },
	};
	struct inet_frame f = { .payload = 1800 };
	struct rte_mbuf *m;
	unsigned int i;

	inet_frame_make(&f, frame);
	for (i = 0; i < RTE_DIM(rows); i++) {
		m = packet(&f, frame, rows[i].seg_len ? rows[i].seg_len : SEG_LEN,
			(flags_of(&f, true) & ~rows[i].not_flags) | rows[i].flags);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if (rows[i].l2_len != 0)
			m->l2_len = rows[i].l2_len == UINT16_MAX ? 0 : rows[i].l2_len;
		if (rows[i].l3_len != 0)
			m->l3_len = rows[i].l3_len == UINT16_MAX ? 0 : rows[i].l3_len;
		if (rows[i].l4_len != 0)
			m->l4_len = rows[i].l4_len == UINT16_MAX ? 0 : rows[i].l4_len;
		if (rows[i].segsz != 0)
			m->tso_segsz = 0;
		TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "%s",
			rows[i].what);
		TEST_ASSERT_EQUAL(rte_errno, rows[i].error, "%s: %s", rows[i].what,
			rte_strerror(rte_errno));
		TEST_ASSERT_EQUAL(send_one(m), 0, "%s is sent", rows[i].what);
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), i + 1, "%s",
			rows[i].what);
	}
	return fake_port_close(&port);
}

/* What the driver need not look at may lie anywhere; what it must write may not. */
static int
headers_in_two_segments(void)
{
	struct inet_frame f = { .payload = 1000 };
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	m = packet(&f, frame, 33, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM);
	TEST_ASSERT_NOT_NULL(m, "no packet");
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "IPv4");
	TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
	TEST_ASSERT_EQUAL(send_one(m), 0, "IPv4 is sent");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), 1, "not counted");

	memcpy(sent, frame, f.len);
	inet_frame_make_partial(&f, sent);
	m = packet(&f, sent, 51, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM);
	TEST_ASSERT_NOT_NULL(m, "no packet");
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "TCP");
	TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
	TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 1), "TCP whose sum is there");
	return fake_port_close(&port);
}

/* One byte more than an IPv4 header can state. */
static int
too_long_for_ipv4(void)
{
	struct inet_frame f = { .payload = UINT16_MAX - 40 };
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < 2; i++, f.payload++) {
		inet_frame_make(&f, frame);
		m = packet(&f, frame, SEG_LEN, flags_of(&f, true));
		TEST_ASSERT_NOT_NULL(m, "no packet");
		TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 1 - i, "%zu bytes",
			f.len - f.l3);
		TEST_ASSERT(i == 0 || rte_errno == EINVAL, "%s", rte_strerror(rte_errno));
		TEST_ASSERT_EQUAL(send_one(m), (i == 0 ? (int)f.len : 0), "row %u", i);
	}
	return fake_port_close(&port);
}

/* A packet in a tunnel, on a port that was configured without. */
static int
tunnel_not_configured(void)
{
	struct inet_frame all, inner = { .payload = 5000 }, outer = { .ipv6 = true };
	struct rte_mbuf *m;

	m = tunnel_packet(&all, &inner, &outer, flags_of(&inner, true) |
		RTE_MBUF_F_TX_TUNNEL_VXLAN);
	TEST_ASSERT_NOT_NULL(m, "no packet");
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "taken");
	TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
	TEST_ASSERT_EQUAL(send_one(m), 0, "sent");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), 1, "not counted");
	return fake_port_close(&port);
}

/* Plain packets by eights: any single byte of a header that is not zero yet becomes so. */
static int
header_of_one_byte(const void *data)
{
	const size_t hdr_len = *(const size_t *)data;
	struct rte_mbuf *pkts[8];
	uint8_t expected[25];
	unsigned int i, k;
	uint8_t *hdr;

	memset(expected, 0, sizeof(expected));
	expected[0] = 0xee;	/* the byte before */
	TEST_ASSERT_EQUAL(vdev_net_hdr_len(&port.net), hdr_len, "header");
	for (k = 0; k < hdr_len; k++) {
		for (i = 0; i < RTE_DIM(pkts); i++) {
			pkts[i] = fake_port_packet(port.pool, 60, SEG_LEN, i);
			hdr = rte_pktmbuf_mtod(pkts[i], uint8_t *) - hdr_len;
			memset(hdr, 0, hdr_len);
			hdr[-1] = 0xee;
			if (i == k % RTE_DIM(pkts))
				hdr[k] = 0x80;
		}
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, RTE_DIM(pkts)),
			RTE_DIM(pkts), "byte %u", k);
		for (i = 0; i < RTE_DIM(pkts); i++) {
			hdr = rte_pktmbuf_mtod(pkts[i], uint8_t *) - hdr_len;
			TEST_ASSERT_BUFFERS_ARE_EQUAL(hdr - 1, expected, hdr_len + 1,
				"byte %u, packet %u", k, i);
			TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, sent, NULL), 60, "byte %u", k);
		}
	}
	return fake_port_close(&port);
}

/* Lengths that the packet does not have. */
static int
lengths_beyond_the_packet(void)
{
	struct inet_frame f = { .payload = 0 };
	struct rte_mbuf *m;
	unsigned int i;

	inet_frame_make(&f, frame);
	for (i = 0; i < 4; i++) {
		m = packet(&f, frame, SEG_LEN, flags_of(&f, i == 3) & ~RTE_MBUF_F_TX_IP_CKSUM);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		if (i == 0)
			m->l3_len = 511;
		else if (i == 1)	/* the checksum's last byte is the first too far */
			m->l3_len = f.len - f.l3 - 17;
		else if (i == 2)
			m->l2_len = 127;
		TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "row %u", i);
		TEST_ASSERT_EQUAL(rte_errno, EINVAL, "row %u: %s", i, rte_strerror(rte_errno));
		TEST_ASSERT_EQUAL(send_one(m), 0, "row %u is sent", i);
	}
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), 4, "counted");
	return fake_port_close(&port);
}

/* Packets without offloads that no burst can send. */
static int
prepare_of_plain_packets(void)
{
	struct rte_mbuf *pkts[3];

	pkts[0] = fake_port_packet(port.pool, 100, 100, 1);
	pkts[1] = fake_port_packet(port.pool, 9000 + 14 + 1, SEG_LEN, 1);
	TEST_ASSERT(pkts[0] != NULL && pkts[1] != NULL, "no packet");
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, pkts, 2), 1, "longer than the MTU");
	TEST_ASSERT_EQUAL(rte_errno, EINVAL, "%s", rte_strerror(rte_errno));
	pkts[2] = fake_port_packet(port.pool, RING_SIZE + 100, 1, 1);
	TEST_ASSERT_NOT_NULL(pkts[2], "no packet");
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &pkts[2], 1), 0, "segments");
	TEST_ASSERT_EQUAL(rte_errno, EINVAL, "%s", rte_strerror(rte_errno));
	rte_pktmbuf_free_bulk(pkts, 3);
	return fake_port_close(&port);
}

/* Without offloads, what a packet asks for is refused by prepare, and not looked at in a burst. */
static int
nothing_configured(void)
{
	struct inet_frame f = { .payload = 100 };
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	m = packet(&f, frame, SEG_LEN, flags_of(&f, false));
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "taken");
	TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
	TEST_ASSERT_SUCCESS(send_and_finish(&f, m, 1), "send");
	TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, 0, "flags");
	return fake_port_close(&port);
}

/* A packet that asks for more than was configured is not sent as if it were complete. */
static int
more_than_configured(void)
{
	struct inet_frame f = { .payload = 3000 };
	struct rte_mbuf *m;

	inet_frame_make(&f, frame);
	m = packet(&f, frame, SEG_LEN, flags_of(&f, true) & ~RTE_MBUF_F_TX_IP_CKSUM);
	TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 0, "taken");
	TEST_ASSERT_EQUAL(rte_errno, ENOTSUP, "%s", rte_strerror(rte_errno));
	TEST_ASSERT_EQUAL(send_one(m), 0, "sent");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_offload"), 1, "not counted");
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_tx_offload",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, checksums),
		TEST_CASE_ST(setup, teardown, padded_packets),
		TEST_CASE_ST(setup_ipv4_only, teardown, ipv4_checksum),
		TEST_CASE_ST(setup, teardown, tcp_segments),
		TEST_CASE_ST(setup, teardown, longest_segments),
		TEST_CASE_ST(setup, teardown, segments_with_congestion),
		TEST_CASE_ST(setup_tso4, teardown, one_kind_of_tso),
		TEST_CASE_ST(setup, teardown, udp_fragments),
		TEST_CASE_ST(setup_uso, teardown, udp_segments),
		TEST_CASE_NAMED_WITH_DATA("a byte of a header", setup, teardown,
					  header_of_one_byte, (&(const size_t){ 12 })),
		TEST_CASE_NAMED_WITH_DATA("a byte of a long header", setup_tunnel, teardown,
					  header_of_one_byte, (&(const size_t){ 24 })),
		TEST_CASE_ST(setup_tunnel, teardown, in_a_tunnel),
		TEST_CASE_ST(setup_tunnel_uso, teardown, datagrams_in_a_tunnel),
		TEST_CASE_ST(setup_tunnel, teardown, outer_checksum_alone),
		TEST_CASE_ST(setup_tunnel_csum, teardown, outer_udp_checksum),
		TEST_CASE_ST(setup_tunnel_csum, teardown, outer_udp_checksum_of_zero),
		TEST_CASE_ST(setup_tunnel_csum, teardown, outer_udp_checksum_of_clones),
		TEST_CASE_ST(setup_tunnel_csum, teardown, outer_udp_checksum_refused),
		TEST_CASE_ST(setup_tunnel, teardown, what_cannot_be_done_in_a_tunnel),
		TEST_CASE_ST(setup, teardown, shared_packets),
		TEST_CASE_ST(setup, teardown, headers_side_by_side),
		TEST_CASE_ST(setup_vlan, teardown, with_a_tag_put_in),
		TEST_CASE_ST(setup, teardown, what_cannot_be_done),
		TEST_CASE_ST(setup, teardown, headers_in_two_segments),
		TEST_CASE_ST(setup, teardown, too_long_for_ipv4),
		TEST_CASE_ST(setup, teardown, tunnel_not_configured),
		TEST_CASE_ST(setup, teardown, lengths_beyond_the_packet),
		TEST_CASE_ST(setup, teardown, prepare_of_plain_packets),
		TEST_CASE_ST(setup_none, teardown, nothing_configured),
		TEST_CASE_ST(setup_cksum_only, teardown, more_than_configured),
		TEST_CASES_END()
	}
};

static int
test_vio_tx_offload(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_tx_offload_autotest, test_vio_tx_offload);
