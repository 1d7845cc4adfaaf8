/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Every offload alone, and all together, on every kind of ring: each with all frames of one table
 * received and all packets of another sent, whether or not they are what the offload is about.
 * What must become of them is computed here from what was configured and what the device offered.
 * Then all that a device makes possible, on devices that each lack a single feature.
 *
 * A new offload is a row of rows[], with what the frames and packets become of it; a new form of
 * a frame or packet is a row of rx_cases[] or tx_cases[].
 */

#include <string.h>

#include <rte_ip.h>
#include <rte_net.h>

#include "test.h"

#include "fake_flow.h"
#include "fake_port.h"
#include "inet_frame.h"
#include "vdev_net_offload.h"
#include "vio.h"

#define RING_SIZE	128
#define ROUNDS		4	/* so that rings go round, and each half of them is prepared */
#define BURST		32
#define BUF_LEN		(FAKE_PORT_DATA_ROOM - RTE_PKTMBUF_HEADROOM)
#define REST_POOL_SIZE	4095
#define NB_OFFERED	40	/* features of a split ring's device that lacks none */
#define SPLIT_LEN	100	/* of the first segment, with buffer split */
#define TAG_LEN		4
#define TYPE_OFF	12
#define ETH_LEN		14
#define IPV4_SUM_OFF	offsetof(struct rte_ipv4_hdr, hdr_checksum)
#define UDP_SUM_OFF	6
#define ONE_BUFFER	1461	/* the largest payload that is tried without mergeable buffers */
#define HEADERS_LEN	128	/* more than the longest */
#define MSS		500

#define RX_CKSUM	(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define RX_LRO		RTE_ETH_RX_OFFLOAD_TCP_LRO
#define RX_VLAN		RTE_ETH_RX_OFFLOAD_VLAN_STRIP
#define RX_QINQ		RTE_ETH_RX_OFFLOAD_QINQ_STRIP
#define RX_FILTER	RTE_ETH_RX_OFFLOAD_VLAN_FILTER
#define RX_HASH		RTE_ETH_RX_OFFLOAD_RSS_HASH
#define RX_SCATTER	RTE_ETH_RX_OFFLOAD_SCATTER
#define RX_SPLIT	RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT
#define RX_ALL		(RX_CKSUM | RX_LRO | RX_VLAN | RX_QINQ | RX_FILTER | RX_HASH | \
			 RX_SCATTER | RX_SPLIT)

#define TX_SEGS		RTE_ETH_TX_OFFLOAD_MULTI_SEGS
#define TX_FAST		RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE
#define TX_IP		RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
#define TX_OUTER_IP	RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
#define TX_OUTER_UDP	RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM
#define TX_CKSUM	(RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)
#define TX_TSO		RTE_ETH_TX_OFFLOAD_TCP_TSO
#define TX_UDP_TSO	RTE_ETH_TX_OFFLOAD_UDP_TSO
#define TX_TUNNEL	(RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO | \
			 RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO)
#define TX_VLAN		RTE_ETH_TX_OFFLOAD_VLAN_INSERT
#define TX_QINQ		RTE_ETH_TX_OFFLOAD_QINQ_INSERT
/* with one of these, a packet's flags are looked at; with the second, the device sums up */
#define TX_BY_DEVICE	(TX_CKSUM | TX_TSO | TX_UDP_TSO | TX_TUNNEL)
#define TX_BY_FLAGS	(TX_IP | TX_OUTER_IP | TX_OUTER_UDP | TX_BY_DEVICE)
#define TX_ALL		(TX_BY_FLAGS | TX_SEGS | TX_FAST | TX_VLAN | TX_QINQ)

/* What is configured. */
struct row {
	const char *name;
	uint64_t rx, tx;	/* of the last rows: as far as the device makes it possible */
	struct vio_offload_choice choice;
	bool ptypes;		/* packet types are asked for */
	bool all;
};

static const struct row rows[] = {
	{ .name = "nothing" },
	{ .name = "TCP_CKSUM, Rx", .rx = RTE_ETH_RX_OFFLOAD_TCP_CKSUM },
	{ .name = "UDP_CKSUM, Rx", .rx = RTE_ETH_RX_OFFLOAD_UDP_CKSUM },
	{ .name = "partial_csum=1", .rx = RX_CKSUM, .choice.partial_csum = true },
	{ .name = "SCATTER", .rx = RX_SCATTER },
	{ .name = "TCP_LRO", .rx = RX_LRO },
	{ .name = "TCP_LRO, udp_lro=1", .rx = RX_LRO, .choice.udp_lro = true },
	{ .name = "RSS_HASH", .rx = RX_HASH },
	{ .name = "VLAN_STRIP", .rx = RX_VLAN },
	{ .name = "QINQ_STRIP", .rx = RX_QINQ },
	{ .name = "both tags stripped", .rx = RX_VLAN | RX_QINQ },
	{ .name = "VLAN_FILTER", .rx = RX_FILTER },
	{ .name = "BUFFER_SPLIT", .rx = RX_SPLIT },
	{ .name = "packet types", .ptypes = true },
	{ .name = "MULTI_SEGS", .tx = TX_SEGS },
	{ .name = "MBUF_FAST_FREE", .tx = TX_FAST },
	{ .name = "IPV4_CKSUM", .tx = TX_IP },
	{ .name = "OUTER_IPV4_CKSUM", .tx = TX_OUTER_IP },
	{ .name = "OUTER_UDP_CKSUM", .tx = TX_OUTER_UDP },
	{ .name = "OUTER_UDP_CKSUM and TCP_CKSUM",
	  .tx = TX_OUTER_UDP | RTE_ETH_TX_OFFLOAD_TCP_CKSUM },
	{ .name = "OUTER_UDP_CKSUM and VXLAN_TNL_TSO",
	  .tx = TX_OUTER_UDP | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO },
	{ .name = "TCP_CKSUM, Tx", .tx = RTE_ETH_TX_OFFLOAD_TCP_CKSUM },
	{ .name = "UDP_CKSUM, Tx", .tx = RTE_ETH_TX_OFFLOAD_UDP_CKSUM },
	{ .name = "TCP_TSO", .tx = TX_TSO },
	{ .name = "UDP_TSO", .tx = TX_UDP_TSO },
	{ .name = "UDP_TSO, uso=1", .tx = TX_UDP_TSO, .choice.uso = true },
	{ .name = "VXLAN_TNL_TSO", .tx = RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO },
	{ .name = "GENEVE_TNL_TSO", .tx = RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO },
	{ .name = "UDP_TNL_TSO", .tx = RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO },
	{ .name = "VLAN_INSERT", .tx = TX_VLAN },
	{ .name = "QINQ_INSERT", .tx = TX_QINQ },
	{ .name = "both tags inserted", .tx = TX_VLAN | TX_QINQ },
	{ .name = "all", .rx = RX_ALL, .tx = TX_ALL, .all = true },
	{ .name = "all, shared packets", .rx = RX_ALL & ~RX_SPLIT, .tx = TX_ALL & ~TX_FAST,
	  .all = true },
	{ .name = "all, packet types and arguments", .rx = RX_ALL & ~RX_SPLIT,
	  .tx = TX_ALL & ~TX_FAST, .choice = { .udp_lro = true, .uso = true }, .ptypes = true,
	  .all = true },
};

/* The kinds of rings that differ in what the driver does. */
struct kind {
	bool packed;
	bool in_order;
	bool batches;		/* with IN_ORDER: a used entry for as many buffers as may be */
	bool mergeable;
	bool indirect;
};

static const struct kind orders[] = { { 0 }, { .in_order = true },
				      { .in_order = true, .batches = true } };
static const bool booleans[] = { false, true };

/* What an offload needs of the device: without the feature, these are not offered. */
static const struct {
	uint8_t feature;
	uint64_t rx, tx;
} needed_by[] = {
	{ VIRTIO_NET_F_MRG_RXBUF, RX_SCATTER | RX_LRO, 0 },
	{ VIRTIO_NET_F_GUEST_CSUM, RX_CKSUM | RX_LRO, 0 },
	{ VIRTIO_NET_F_CTRL_VQ, RX_FILTER | RX_HASH, 0 },
	{ VIRTIO_NET_F_CTRL_VLAN, RX_FILTER, 0 },
	{ VIRTIO_NET_F_HASH_REPORT, RX_HASH, 0 },
	{ VIRTIO_NET_F_CSUM, 0, TX_BY_DEVICE | TX_OUTER_UDP },
	{ VIRTIO_NET_F_HOST_TSO4, 0, TX_TUNNEL | TX_OUTER_UDP },
	{ VIRTIO_NET_F_HOST_TSO6, 0, TX_TUNNEL | TX_OUTER_UDP },
	{ VIRTIO_NET_F_HOST_USO, 0, TX_TUNNEL | TX_OUTER_UDP },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, 0, TX_TUNNEL | TX_OUTER_UDP },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, 0, TX_OUTER_UDP },
};

/* What the header of an arriving frame says. */
enum says { NOTHING, VALID, PARTIAL, BEYOND, TOGETHER };

struct rx_case {
	bool ipv6, udp;
	bool s_tag;		/* the outer tag is an S-tag */
	bool wrong;		/* the checksum is */
	bool tunnel;		/* TCP over IPv4, in VXLAN over IPv4 */
	uint8_t nb_tags;
	uint8_t gso_type;	/* TOGETHER */
	enum says says;
	size_t payload;
};

static const struct rx_case rx_cases[] = {
	{ .payload = 0 },
	{ .payload = 200, .wrong = true },
	{ .payload = 201, .udp = true, .ipv6 = true, .says = VALID },
	{ .payload = 1300, .nb_tags = 1, .says = VALID },
	{ .payload = 301, .says = PARTIAL },
	{ .payload = 302, .udp = true, .says = PARTIAL, .nb_tags = 1 },
	{ .payload = 303, .ipv6 = true, .says = PARTIAL, .nb_tags = 2, .s_tag = true },
	{ .payload = 304, .udp = true, .ipv6 = true, .says = PARTIAL, .nb_tags = 2 },
	{ .payload = 305, .says = BEYOND },
	{ .payload = 60, .nb_tags = 1, .s_tag = true },
	{ .payload = 61, .nb_tags = 2, .s_tag = true },
	/* as much as an MTU of 1500 allows, tags not counted, and a byte more */
	{ .payload = 1460, .nb_tags = 2 },
	{ .payload = 1460, .nb_tags = 1, .says = VALID },
	{ .payload = 1461, .nb_tags = 1 },
	{ .payload = 5999, .says = PARTIAL, .nb_tags = 1 },
	{ .payload = 8900, .udp = true },
	{ .payload = 9001 },
	{ .payload = 20000, .says = TOGETHER, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 },
	{ .payload = 1200, .ipv6 = true, .says = TOGETHER, .nb_tags = 1,
	  .gso_type = VIRTIO_NET_HDR_GSO_TCPV6 },
	{ .payload = 1201, .udp = true, .says = TOGETHER, .gso_type = VIRTIO_NET_HDR_GSO_UDP },
	{ .payload = 9999, .udp = true, .ipv6 = true, .says = TOGETHER,
	  .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4 },
	{ .payload = 1202, .tunnel = true, .says = TOGETHER,
	  .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 },
};

/* What a packet asks for besides tags. */
enum asks { PLAIN, IP_SUM, SUM, SEGMENTS };

/* Who else may see a packet. */
enum sharing { NOBODY, REFERENCED, CLONED, EXTERNAL };

struct tx_case {
	bool ipv6, udp;
	bool cwr;
	bool ready;		/* all checksums are as the device needs them */
	bool tunnel;		/* in VXLAN over the other network protocol */
	uint8_t nb_tags;	/* asked for */
	enum asks asks;
	enum sharing sharing;
	uint16_t seg_len;	/* 0: one segment */
	size_t payload;
};

static const struct tx_case tx_cases[] = {
	{ .payload = 10 },
	{ .payload = 1400, .nb_tags = 1 },
	{ .payload = 1401, .nb_tags = 2 },
	{ .payload = 1402, .seg_len = 700, .nb_tags = 2 },
	{ .payload = 1403, .sharing = REFERENCED },
	{ .payload = 1404, .sharing = CLONED, .nb_tags = 1, .seg_len = 500 },
	/* as much as an MTU of 9000 allows, and a byte more */
	{ .payload = 8960, .seg_len = 1900, .nb_tags = 2 },
	{ .payload = 8961, .seg_len = 1900 },
	{ .payload = 90, .asks = IP_SUM },
	{ .payload = 91, .asks = SUM },
	{ .payload = 92, .asks = SUM, .ipv6 = true, .nb_tags = 1 },
	{ .payload = 93, .asks = SUM, .udp = true, .nb_tags = 2 },
	{ .payload = 8801, .asks = SUM, .udp = true, .ipv6 = true, .seg_len = 900 },
	{ .payload = 94, .asks = SUM, .sharing = REFERENCED },
	{ .payload = 95, .asks = SUM, .sharing = REFERENCED, .ready = true, .nb_tags = 1 },
	{ .payload = 96, .asks = SUM, .sharing = EXTERNAL, .ready = true, .udp = true },
	{ .payload = 1500, .asks = SEGMENTS },
	{ .payload = 1501, .asks = SEGMENTS, .ipv6 = true, .nb_tags = 1 },
	{ .payload = 19000, .asks = SEGMENTS, .seg_len = 1900, .nb_tags = 2, .cwr = true },
	{ .payload = 1600, .asks = SEGMENTS, .udp = true },
	{ .payload = 9901, .asks = SEGMENTS, .udp = true, .seg_len = 2000, .nb_tags = 1 },
	{ .payload = 1601, .asks = SEGMENTS, .udp = true, .ipv6 = true },
	{ .payload = 97, .asks = SUM, .tunnel = true, .ipv6 = true, .nb_tags = 1 },
	{ .payload = 1602, .asks = SEGMENTS, .tunnel = true, .nb_tags = 1 },
	{ .payload = 9902, .asks = SEGMENTS, .tunnel = true, .ipv6 = true, .seg_len = 1800 },
	{ .payload = 1603, .asks = SEGMENTS, .tunnel = true, .ipv6 = true, .sharing = CLONED,
	  .ready = true, .nb_tags = 2 },
	{ .payload = 1502, .asks = SEGMENTS, .sharing = CLONED },
	{ .payload = 1503, .asks = SEGMENTS, .sharing = CLONED, .ready = true, .nb_tags = 1 },
	{ .payload = 1504, .asks = SEGMENTS, .sharing = EXTERNAL, .ready = true },
	{ .payload = 3001, .asks = SEGMENTS, .sharing = REFERENCED, .ready = true,
	  .seg_len = 1000, .ipv6 = true },
};

static struct fake_port port;
static struct rte_mempool *rest_pool;	/* of the second segment, with buffer split */
static uint8_t frame[VDEV_NET_FRAME_MAX], expected[VDEV_NET_FRAME_MAX], sent[VDEV_NET_FRAME_MAX];

/* The port that runs. */
static struct {
	const struct row *row;
	uint64_t rx, tx;
	uint16_t mtu;
	uint16_t max_mtu;		/* the device's, which binds what is sent */
	bool mergeable;
	struct rte_eth_stats stats;	/* as they must be */
} now;

static bool
offered(unsigned int feature)
{
	return port.net.dev.offered[feature / 64] >> (feature % 64) & 1;
}

/* Whether frames of several buffers are delivered. */
static bool
may_scatter(void)
{
	return now.rx & (RX_SCATTER | RX_LRO | RX_SPLIT);
}

/* A frame that arrives, and what must become of it. */
struct arrival {
	struct virtio_net_hdr_ext hdr;
	size_t len;		/* of what arrives, in frame[] */
	const char *dropped;	/* the counter; NULL: delivered, with the bytes in expected[] */
	uint16_t stripped;
	uint16_t segsz;
	uint16_t tci, outer_tci;
	uint32_t ptype;
	uint64_t flags;
};

/* The kinds of packets that the device may put together. */
static bool
may_be_put_together(const struct rx_case *c)
{
	if (!(now.rx & RX_LRO))
		return false;
	switch (c->gso_type) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return offered(VIRTIO_NET_F_GUEST_TSO4);
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return offered(VIRTIO_NET_F_GUEST_TSO6);
	case VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4:
		return now.row->choice.udp_lro && offered(VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO) &&
		       offered(VIRTIO_NET_F_GUEST_TSO4) && offered(VIRTIO_NET_F_GUEST_TSO6) &&
		       offered(VIRTIO_NET_F_GUEST_USO4) && offered(VIRTIO_NET_F_GUEST_USO6);
	case VIRTIO_NET_HDR_GSO_UDP:
		return now.row->choice.udp_lro && offered(VIRTIO_NET_F_GUEST_UFO);
	default:	/* one type for both network protocols */
		return now.row->choice.udp_lro && (offered(VIRTIO_NET_F_GUEST_USO4) ||
						   offered(VIRTIO_NET_F_GUEST_USO6));
	}
}

/* What the header says, in words of DPDK; a checksum that is left partial goes to expected[]. */
static void
judge_header(const struct rx_case *c, struct arrival *a, bool *together)
{
	bool looked_at = now.rx & (RX_CKSUM | RX_LRO);

	*together = looked_at && c->says == TOGETHER && may_be_put_together(c);
	if (*together) {
		a->flags |= RTE_MBUF_F_RX_LRO;
		a->segsz = MSS;
	}
	if (looked_at && (c->says == BEYOND || (c->says == TOGETHER && !*together)))
		a->dropped = "rx_q0_bad_offload";
	else if (looked_at && c->says == VALID)
		a->flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	else if (looked_at && c->says != NOTHING)
		a->flags |= now.row->choice.partial_csum ? RTE_MBUF_F_RX_L4_CKSUM_NONE :
							   RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (!looked_at || now.row->choice.partial_csum || c->says < PARTIAL)
		memcpy(expected, frame, a->len);
}

/* Which tags are taken out of the frame in expected[]. */
static void
judge_tags(const struct rx_case *c, struct arrival *a)
{
	bool vlan = now.rx & RX_VLAN, qinq = now.rx & RX_QINQ;

	if (c->nb_tags > 0 && !c->s_tag && vlan) {
		a->flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		a->stripped = TAG_LEN;
		a->tci = 100;
	} else if (c->nb_tags == 2 && c->s_tag && qinq) {
		a->flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_QINQ_STRIPPED |
			    (vlan ? RTE_MBUF_F_RX_VLAN_STRIPPED : 0);
		a->stripped = vlan ? 2 * TAG_LEN : TAG_LEN;
		a->outer_tci = 100;
		a->tci = 101;
	}
	memmove(expected + TYPE_OFF, expected + TYPE_OFF + a->stripped,
		a->len - TYPE_OFF - a->stripped);
}

/* What the library says of the frame in expected[], or else what the hash was computed by. */
static uint32_t
ptype_of(const struct rx_case *c)
{
	struct rte_mbuf m = { .buf_addr = expected, .data_len = HEADERS_LEN,
			      .pkt_len = HEADERS_LEN };

	if (now.row->ptypes)
		return rte_net_get_ptype(&m, NULL, RTE_PTYPE_ALL_MASK);
	/* with HASH_TUNNEL, it may be that of inner headers */
	if (!(now.rx & RX_HASH) || offered(VIRTIO_NET_F_HASH_TUNNEL))
		return 0;
	return (c->udp ? RTE_PTYPE_L4_UDP : RTE_PTYPE_L4_TCP) |
	       (c->ipv6 ? RTE_PTYPE_L3_IPV6_EXT_UNKNOWN : RTE_PTYPE_L3_IPV4_EXT_UNKNOWN);
}

/*
 * Makes a complete frame, or one in a tunnel: then f tells of the inner headers where they came to
 * lie, and the outer transport header is at the offset that is returned.
 */
static size_t
make_frame(struct inet_frame *f, bool tunnel, bool outer_ipv6, uint8_t *buf)
{
	static uint8_t inner[VDEV_NET_FRAME_MAX];
	struct inet_frame outer = { .ipv6 = outer_ipv6 };
	size_t at;

	inet_frame_make(f, tunnel ? inner : buf);
	if (!tunnel)
		return 0;
	inet_frame_make_tunnel(&outer, inner, f->len, false, buf);
	at = outer.len - f->len;
	f->l3 += at;
	f->l4 += at;
	f->headers += at;
	f->len = outer.len;
	return outer.l4;
}

/* Makes the arrival of a case; n makes its bytes and its hash differ from others'. */
static void
make_arrival(const struct rx_case *c, unsigned int n, struct arrival *a)
{
	struct inet_frame f = { .ipv6 = c->ipv6, .udp = c->udp, .nb_tags = c->nb_tags,
				.payload = c->payload, .seed = n };
	static const uint8_t reports[] = { VIRTIO_NET_HASH_REPORT_TCPv4,
		VIRTIO_NET_HASH_REPORT_UDPv4, VIRTIO_NET_HASH_REPORT_TCPv6,
		VIRTIO_NET_HASH_REPORT_UDPv6 };
	bool together;
	size_t outer;

	outer = make_frame(&f, c->tunnel, false, expected);
	if (c->s_tag)
		memcpy(expected + TYPE_OFF, "\x88\xa8", 2);
	if (c->wrong)
		expected[f.len - 1] ^= 1;
	memcpy(frame, expected, f.len);
	*a = (struct arrival){ .len = f.len };
	a->hdr.hdr.flags = c->says == VALID ? VIRTIO_NET_HDR_F_DATA_VALID :
			   c->says == NOTHING ? 0 : VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (c->says >= PARTIAL) {
		inet_frame_make_partial(&f, frame);
		a->hdr.hdr.csum_start = rte_cpu_to_le_16(f.l4);
		a->hdr.hdr.csum_offset = rte_cpu_to_le_16(c->says == BEYOND ? f.len - f.l4 - 1 :
							  f.csum_offset);
	}
	if (c->says == TOGETHER) {
		a->hdr.hdr.gso_type = c->gso_type;
		a->hdr.hdr.gso_size = rte_cpu_to_le_16(MSS);
		a->hdr.outer_th_offset = rte_cpu_to_le_16(outer);
		a->hdr.inner_nh_offset = rte_cpu_to_le_16(c->tunnel ? f.l3 : 0);
	}
	a->hdr.hash_value = rte_cpu_to_le_32(0x01020304 * (n + 1));
	a->hdr.hash_report = rte_cpu_to_le_16(reports[2 * c->ipv6 + c->udp]);

	judge_header(c, a, &together);
	if (a->dropped == NULL && !together &&
	    f.len > now.mtu + (uint32_t)ETH_LEN + c->nb_tags * TAG_LEN)
		a->dropped = "rx_q0_oversize";
	if (a->dropped == NULL && !may_scatter() && f.len + vdev_net_hdr_len(&port.net) > BUF_LEN)
		a->dropped = "rx_q0_oversize";
	judge_tags(c, a);
	a->ptype = ptype_of(c);
	a->flags |= now.rx & RX_HASH ? RTE_MBUF_F_RX_RSS_HASH : 0;
}

/* The lengths of a packet's segments, from what the device wrote and what is gone. */
static int
check_segments(const struct rte_mbuf *m, const struct arrival *a)
{
	size_t left = a->len, room = now.rx & RX_SPLIT ? SPLIT_LEN :
						BUF_LEN - vdev_net_hdr_len(&port.net);
	uint16_t nb = 0, gone = a->stripped, nb_segs = m->nb_segs;
	size_t n;

	for (; left > 0; nb++, m = m->next) {
		TEST_ASSERT_NOT_NULL(m, "segment %u is missing", nb);
		n = RTE_MIN(left, room);
		TEST_ASSERT_EQUAL(m->data_len, n - gone, "segment %u: %u bytes, expected %zu", nb,
			m->data_len, n - gone);
		TEST_ASSERT(m->pool == (nb > 0 && (now.rx & RX_SPLIT) ? rest_pool : port.pool),
			"segment %u: of pool %s", nb, m->pool->name);
		left -= n;
		gone = 0;
		room = now.rx & RX_SPLIT ? FAKE_PORT_DATA_ROOM : BUF_LEN;
	}
	TEST_ASSERT_NULL(m, "more segments than %u", nb);
	TEST_ASSERT_EQUAL(nb_segs, nb, "%u segments, expected %u", nb_segs, nb);
	return TEST_SUCCESS;
}

/* Compares a packet with what it must be, in a and expected[]. */
static int
check_packet(const struct rte_mbuf *m, const struct arrival *a)
{
	static uint8_t copy[VDEV_NET_FRAME_MAX];
	size_t len = a->len - a->stripped;
	const char *reason;

	TEST_ASSERT_SUCCESS(rte_mbuf_check(m, 1, &reason), "%s", reason);
	TEST_ASSERT_EQUAL(m->pkt_len, len, "%u bytes, expected %zu", m->pkt_len, len);
	TEST_ASSERT_EQUAL(m->port, port.port_id, "port %u", m->port);
	TEST_ASSERT_EQUAL(rte_mbuf_refcnt_read(m), 1, "%u references", rte_mbuf_refcnt_read(m));
	TEST_ASSERT_EQUAL(m->ol_flags, a->flags, "flags 0x%llx, expected 0x%llx",
		(unsigned long long)m->ol_flags, (unsigned long long)a->flags);
	TEST_ASSERT_EQUAL(m->packet_type, a->ptype, "type 0x%x, expected 0x%x", m->packet_type,
		a->ptype);
	TEST_ASSERT(!(a->flags & RTE_MBUF_F_RX_LRO) || m->tso_segsz == a->segsz, "size %u",
		m->tso_segsz);
	TEST_ASSERT(!(a->flags & RTE_MBUF_F_RX_VLAN) || m->vlan_tci == a->tci, "tag 0x%x",
		m->vlan_tci);
	TEST_ASSERT(!(a->flags & RTE_MBUF_F_RX_QINQ) || m->vlan_tci_outer == a->outer_tci,
		"outer tag 0x%x", m->vlan_tci_outer);
	TEST_ASSERT(!(a->flags & RTE_MBUF_F_RX_RSS_HASH) ||
		m->hash.rss == rte_le_to_cpu_32(a->hdr.hash_value), "hash 0x%x", m->hash.rss);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(rte_pktmbuf_read(m, 0, len, copy), expected, len, "bytes");
	return check_segments(m, a);
}

/* Receives all that arrived from case *first up to the one before end. */
static int
drain(unsigned int round, unsigned int *first, unsigned int end)
{
	struct rte_mbuf *pkts[BURST];
	struct arrival a;
	uint16_t nb, i = 0;

	nb = rte_eth_rx_burst(port.port_id, 0, pkts, BURST);
	for (; *first < end; (*first)++) {
		if (!now.mergeable && rx_cases[*first].payload > ONE_BUFFER)
			continue;
		make_arrival(&rx_cases[*first], *first + round, &a);
		if (a.dropped != NULL) {
			now.stats.ierrors++;
			continue;
		}
		TEST_ASSERT(i < nb, "Rx case %u did not arrive", *first);
		TEST_ASSERT_SUCCESS(check_packet(pkts[i], &a), "Rx case %u", *first);
		now.stats.ipackets++;
		now.stats.ibytes += pkts[i]->pkt_len;
		rte_pktmbuf_free(pkts[i++]);
	}
	TEST_ASSERT_EQUAL(i, nb, "%u packets, expected %u", nb, i);
	return TEST_SUCCESS;
}

/* All forms of frames arrive, as many at once as there are buffers. */
static int
receive_all(unsigned int round)
{
	unsigned int i, first = 0;
	struct arrival a;
	int ret;

	for (i = 0; i < RTE_DIM(rx_cases); i++) {
		if (!now.mergeable && rx_cases[i].payload > ONE_BUFFER)
			continue;
		make_arrival(&rx_cases[i], i + round, &a);
		ret = vdev_net_rx_hdr(&port.net, 0, frame, a.len, &a.hdr);
		if (ret == 0) {
			TEST_ASSERT_SUCCESS(drain(round, &first, i), "before case %u", i);
			make_arrival(&rx_cases[i], i + round, &a);
			ret = vdev_net_rx_hdr(&port.net, 0, frame, a.len, &a.hdr);
		}
		TEST_ASSERT(ret > 0, "Rx case %u: no buffers: %d", i, ret);
	}
	return drain(round, &first, i);
}

/* A packet to send, and what must become of it. */
struct departure {
	struct rte_mbuf *m, *other;	/* other: what still sees the bytes, or NULL */
	struct virtio_net_hdr_ext hdr;
	struct inet_frame f;
	size_t len;		/* of what leaves, in expected[] */
	size_t outer_l4;	/* 0: no tunnel */
	uint16_t tag_len;
	uint16_t nb_descs;
	bool refused;		/* by rte_eth_tx_prepare() */
	bool dropped;		/* by the burst */
	bool unsent;		/* as it was refused, and is the application's fault */
};

/* Whether a packet can be sent by a port of this configuration at all, in terms of DPDK. */
static bool
is_meant_for(const struct tx_case *c)
{
	return !(c->sharing != NOBODY && (now.tx & TX_FAST)) &&
	       !(c->seg_len != 0 && !(now.tx & TX_SEGS)) &&
	       /* fragments of IPv6 are beyond the test device */
	       !(c->asks == SEGMENTS && c->udp && c->ipv6 && !now.row->choice.uso);
}

/* The type of segments that a packet asks for, -1: what was not agreed on. */
static int
gso_type_of(const struct tx_case *c)
{
	bool uso = now.row->choice.uso;

	if (c->udp)
		return (now.tx & TX_UDP_TSO) && offered(uso ? VIRTIO_NET_F_HOST_USO :
			VIRTIO_NET_F_HOST_UFO) ?
			(uso ? VIRTIO_NET_HDR_GSO_UDP_L4 : VIRTIO_NET_HDR_GSO_UDP) : -1;
	if (!(now.tx & (c->tunnel ? TX_TUNNEL : TX_TSO | TX_TUNNEL)) ||
	    !offered(c->ipv6 ? VIRTIO_NET_F_HOST_TSO6 : VIRTIO_NET_F_HOST_TSO4))
		return -1;
	return (c->ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4) |
	       (c->cwr && offered(VIRTIO_NET_F_HOST_ECN) ? VIRTIO_NET_HDR_GSO_ECN : 0) |
	       (!c->tunnel ? 0 : c->ipv6 ? VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 :
					   VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4);
}

/* The flags of a packet. The application computes what it did not configure. */
static uint64_t
flags_of(const struct tx_case *c)
{
	uint64_t flags = c->ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;

	if (!c->ipv6 && (c->asks == IP_SUM || (c->asks > IP_SUM && (now.tx & TX_IP))))
		flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if (c->asks >= SUM)
		flags |= c->udp ? RTE_MBUF_F_TX_UDP_CKSUM : RTE_MBUF_F_TX_TCP_CKSUM;
	if (c->asks == SEGMENTS)
		flags |= c->udp ? RTE_MBUF_F_TX_UDP_SEG : RTE_MBUF_F_TX_TCP_SEG;
	if (c->tunnel)
		flags |= RTE_MBUF_F_TX_TUNNEL_VXLAN |
			 (c->ipv6 ? RTE_MBUF_F_TX_OUTER_IPV4 : RTE_MBUF_F_TX_OUTER_IPV6);
	if (c->tunnel && c->ipv6 && (now.tx & TX_OUTER_IP))
		flags |= RTE_MBUF_F_TX_OUTER_IP_CKSUM;
	if (c->tunnel && (now.tx & TX_OUTER_UDP))
		flags |= RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
	return flags | (c->nb_tags == 2 ? RTE_MBUF_F_TX_QINQ | RTE_MBUF_F_TX_VLAN :
			c->nb_tags == 1 ? RTE_MBUF_F_TX_VLAN : 0);
}

/* Whether all that a packet asks for was agreed on. */
static bool
is_supported(const struct tx_case *c)
{
	return c->asks == PLAIN || ((c->asks != IP_SUM || (now.tx & TX_IP)) &&
		(c->asks < SUM || (now.tx & TX_BY_DEVICE)) &&
		(c->asks < SEGMENTS || gso_type_of(c) >= 0));
}

/* Makes the frame of a packet in buf, with all checksums. */
static void
make_packet_frame(const struct tx_case *c, struct departure *d, uint8_t seed, uint8_t *buf)
{
	d->f = (struct inet_frame){ .ipv6 = c->ipv6, .udp = c->udp, .payload = c->payload,
				    .tcp_flags = c->cwr ? 0x90 : 0x10, .seed = seed };
	d->outer_l4 = make_frame(&d->f, c->tunnel, !c->ipv6, buf);
}

/* Writes the outer UDP checksum into a frame whose others are right; of segments, what it is of. */
static void
make_outer_sum(const struct tx_case *c, const struct departure *d, uint8_t *buf)
{
	const void *l3 = buf + ETH_LEN;
	uint16_t sum = c->ipv6 ? rte_ipv4_phdr_cksum(l3, 0) : rte_ipv6_phdr_cksum(l3, 0);

	if (!(flags_of(c) & RTE_MBUF_F_TX_OUTER_UDP_CKSUM))
		return;
	memcpy(buf + d->outer_l4 + UDP_SUM_OFF, &sum, sizeof(sum));
	if (c->asks == SEGMENTS)
		return;
	sum = ~rte_raw_cksum(buf + d->outer_l4, d->f.len - d->outer_l4);
	memcpy(buf + d->outer_l4 + UDP_SUM_OFF, &sum, sizeof(sum));
}

/* The header and the bytes in expected[] of a packet that asks for something and gets it. */
static void
judge_request(const struct tx_case *c, struct departure *d)
{
	struct virtio_net_hdr *h = &d->hdr.hdr;

	make_packet_frame(c, d, d->f.seed, expected);
	make_outer_sum(c, d, expected);
	if (c->asks < SUM)
		return;
	inet_frame_make_partial(&d->f, expected);
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->csum_start = rte_cpu_to_le_16(d->f.l4 + d->tag_len);
	h->csum_offset = rte_cpu_to_le_16(d->f.csum_offset);
	if (c->asks != SEGMENTS)
		return;
	h->gso_type = gso_type_of(c);
	h->gso_size = rte_cpu_to_le_16(MSS);
	h->hdr_len = rte_cpu_to_le_16(d->f.headers + d->tag_len);
	if (!c->tunnel)
		return;
	if (flags_of(c) & RTE_MBUF_F_TX_OUTER_UDP_CKSUM)
		h->flags |= VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM;
	d->hdr.outer_th_offset = rte_cpu_to_le_16(d->outer_l4 + d->tag_len);
	d->hdr.inner_nh_offset = rte_cpu_to_le_16(d->f.l3 + d->tag_len);
}

/* Puts the tags that the port inserts into the frame of len bytes in expected[]. */
static void
judge_tags_sent(struct departure *d)
{
	static const uint8_t c_tag[] = { 0x81, 0x00, 0x20, 0x07 };
	static const uint8_t s_tag[] = { 0x88, 0xa8, 0x60, 0x08 };
	uint8_t *at = expected + TYPE_OFF;

	memmove(at + d->tag_len, at, d->f.len - TYPE_OFF);
	if (d->tag_len > TAG_LEN)
		memcpy(at, s_tag, TAG_LEN);
	if (d->tag_len > 0)
		memcpy(at + d->tag_len - TAG_LEN, c_tag, TAG_LEN);
	d->len = d->f.len + d->tag_len;
}

static uint16_t
tag_len_of(const struct tx_case *c)
{
	if (c->nb_tags == 2 && (now.tx & TX_QINQ))
		return 2 * TAG_LEN;
	return c->nb_tags > 0 && (now.tx & TX_VLAN) ? TAG_LEN : 0;
}

/* Writes the packet's bytes as the application has them into sent[]. Returns if all is ready. */
static bool
make_bytes(const struct tx_case *c, struct departure *d, bool prepare, uint8_t seed)
{
	bool ready = c->ready || (c->asks == SUM && !prepare);

	make_packet_frame(c, d, seed, sent);
	make_outer_sum(c, d, sent);
	if (c->asks >= SUM)
		inet_frame_make_partial(&d->f, sent);
	if (ready)
		return true;
	if (c->asks >= SUM)
		memset(sent + d->f.l4 + d->f.csum_offset, 0x5a, 2);
	if (flags_of(c) & RTE_MBUF_F_TX_IP_CKSUM)
		memset(sent + d->f.l3 + IPV4_SUM_OFF, 0xa5, 2);
	if (flags_of(c) & RTE_MBUF_F_TX_OUTER_IP_CKSUM)
		memset(sent + ETH_LEN + IPV4_SUM_OFF, 0xa5, 2);
	if (flags_of(c) & RTE_MBUF_F_TX_OUTER_UDP_CKSUM)
		memset(sent + d->outer_l4 + UDP_SUM_OFF, 0x77, 2);
	return c->asks == PLAIN;
}

/* Decides what must become of a packet, whose bytes are in sent[]. */
static void
judge_packet(const struct tx_case *c, struct departure *d, bool ready)
{
	bool looked_at = (now.tx & TX_BY_FLAGS) && c->asks != PLAIN, too_long;

	d->tag_len = tag_len_of(c);
	d->refused = !is_supported(c) || (!ready && c->sharing != NOBODY);
	/* a checksum that is not partial yet is for rte_eth_tx_prepare() to find */
	d->unsent = looked_at && c->asks == SUM && is_supported(c) && d->refused;
	d->dropped = looked_at && d->refused;
	memcpy(expected, sent, d->f.len);
	if (looked_at && !d->dropped)
		judge_request(c, d);
	judge_tags_sent(d);
	too_long = d->hdr.hdr.gso_type == 0 && d->f.len > (size_t)now.max_mtu + ETH_LEN;
	d->refused |= too_long;
	d->dropped |= too_long;
	d->nb_descs = (c->seg_len == 0 ? 1 : (d->f.len + c->seg_len - 1) / c->seg_len) +
		      (c->sharing != NOBODY);
}

/* The bytes in sent[] in mbufs. */
static struct rte_mbuf *
packet_of(size_t len, uint16_t seg_len)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(port.pool), *m = head;
	size_t at, n;

	for (at = 0; m != NULL; at += n) {
		n = RTE_MIN(len - at, seg_len);
		memcpy(rte_pktmbuf_append(m, n), sent + at, n);
		if (m != head && rte_pktmbuf_chain(head, m) != 0)
			break;
		if (at + n == len)
			return head;
		m = rte_pktmbuf_alloc(port.pool);
	}
	rte_pktmbuf_free(head);
	return NULL;
}

static void
ext_free(void *addr __rte_unused, void *opaque __rte_unused)
{
}

/* Lets others see the packet's bytes. */
static void
share(struct departure *d, enum sharing how)
{
	static struct rte_mbuf_ext_shared_info shinfo = { .free_cb = ext_free };
	struct rte_mbuf *m = d->m;

	if (how == NOBODY)
		return;
	d->other = m;
	if (how == REFERENCED) {
		rte_pktmbuf_refcnt_update(m, 1);
	} else if (how == CLONED) {
		d->m = rte_pktmbuf_clone(m, port.pool);
	} else {
		d->m = rte_pktmbuf_alloc(port.pool);
		if (d->m == NULL)
			return;
		/* never the last: the bytes are the other mbuf's */
		rte_mbuf_ext_refcnt_set(&shinfo, 2);
		rte_pktmbuf_attach_extbuf(d->m, rte_pktmbuf_mtod(m, void *), rte_mbuf_data_iova(m),
			m->data_len, &shinfo);
		d->m->data_off = 0;
		d->m->data_len = d->m->pkt_len = m->data_len;
	}
}

/* The bytes of a packet in sent[], and in expected[] what leaves of it. */
static void
plan_departure(const struct tx_case *c, bool prepare, uint8_t seed, struct departure *d)
{
	*d = (struct departure){ .m = NULL };
	judge_packet(c, d, make_bytes(c, d, prepare, seed));
}

/* Makes a packet. */
static int
make_departure(const struct tx_case *c, bool prepare, uint8_t seed, struct departure *d)
{
	plan_departure(c, prepare, seed, d);
	d->m = packet_of(d->f.len, c->seg_len == 0 ? BUF_LEN : c->seg_len);
	TEST_ASSERT_NOT_NULL(d->m, "no packet");
	share(d, c->sharing);
	TEST_ASSERT_NOT_NULL(d->m, "no packet");
	d->m->ol_flags |= flags_of(c);
	d->m->outer_l2_len = c->tunnel ? ETH_LEN : 0;
	d->m->outer_l3_len = c->tunnel ? d->outer_l4 - ETH_LEN : 0;
	d->m->l2_len = d->f.l3 - d->outer_l4;
	d->m->l3_len = d->f.l4 - d->f.l3;
	d->m->l4_len = d->f.headers - d->f.l4;
	d->m->tso_segsz = MSS;
	d->m->vlan_tci = 0x2007;
	d->m->vlan_tci_outer = 0x6008;
	return TEST_SUCCESS;
}

static unsigned int nb_on_wire, nb_wrong_on_wire;

static void
on_wire(void *ctx, const uint8_t *bytes, size_t len)
{
	const struct departure *d = ctx;
	size_t inner_l3 = d->outer_l4 == 0 ? 0 : d->f.l3 + d->tag_len;

	nb_on_wire++;
	nb_wrong_on_wire += !vdev_net_offload_is_complete(bytes, len, inner_l3);
}

/* The device's work on what it got is the end of it: complete frames, as many as there must be. */
static int
check_wire(const struct tx_case *c, struct departure *d)
{
	unsigned int nb = c->asks != SEGMENTS ? 1 : (c->payload + MSS - 1) / MSS;
	bool fragments = d->hdr.hdr.gso_type == VIRTIO_NET_HDR_GSO_UDP;

	if (c->asks != PLAIN && !(now.tx & TX_BY_FLAGS))
		return TEST_SUCCESS;	/* what nobody looked at is as wrong as it was */
	nb_on_wire = nb_wrong_on_wire = 0;
	TEST_ASSERT(vdev_net_offload_finish(&port.net.tx_hdr, frame, d->len, on_wire, d) > 0,
		"the device can do nothing with it");
	if (fragments)	/* whose checksum is of them all */
		nb = (c->payload + 8 + MSS - 1) / MSS;
	else
		TEST_ASSERT_EQUAL(nb_wrong_on_wire, 0, "%u wrong frames", nb_wrong_on_wire);
	TEST_ASSERT(fragments ? nb_on_wire >= nb : nb_on_wire == nb, "%u frames, expected %u",
		nb_on_wire, nb);
	return TEST_SUCCESS;
}

/* What others see of a packet's bytes is what the application wrote, in sent[]. */
static int
check_other(const struct departure *d)
{
	static uint8_t copy[VDEV_NET_FRAME_MAX];

	if (d->other == NULL)
		return TEST_SUCCESS;
	TEST_ASSERT_EQUAL(d->other->pkt_len, d->f.len, "%u bytes", d->other->pkt_len);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(rte_pktmbuf_read(d->other, 0, d->f.len, copy), sent,
		d->f.len, "written into");
	return TEST_SUCCESS;
}

/* Takes what the device got, and compares it. */
static int
check_sent(const struct tx_case *c, struct departure *d)
{
	unsigned int nb_descs;
	int len;

	if (d->unsent)
		return TEST_SUCCESS;
	now.stats.oerrors += d->dropped;
	if (d->dropped)
		return TEST_SUCCESS;
	len = vdev_net_tx(&port.net, 0, frame, &nb_descs);
	TEST_ASSERT_EQUAL(len, (int)d->len, "%d bytes, expected %zu", len, d->len);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(frame, expected, d->len, "bytes");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(&port.net.tx_hdr, &d->hdr, sizeof(d->hdr), "header");
	TEST_ASSERT_EQUAL(nb_descs, d->nb_descs, "%u descriptors, expected %u", nb_descs,
		d->nb_descs);
	now.stats.opackets++;
	now.stats.obytes += len;
	return check_wire(c, d);
}

/* Makes the packets of all cases, and hands to prepare what is to be prepared. */
static int
make_all(unsigned int round, struct departure *ds, struct rte_mbuf **pkts, uint16_t *nb)
{
	struct departure *d = ds;
	unsigned int i;
	int ret;

	*nb = 0;
	for (i = 0; i < RTE_DIM(tx_cases); i++, d++) {
		*d = (struct departure){ .unsent = true };
		if (!is_meant_for(&tx_cases[i]))
			continue;
		TEST_ASSERT_SUCCESS(make_departure(&tx_cases[i], round % 2, i + round, d),
			"Tx case %u", i);
		if (round % 2) {
			ret = rte_eth_tx_prepare(port.port_id, 0, &d->m, 1);
			TEST_ASSERT_EQUAL(ret, !d->refused, "Tx case %u: prepared %d", i, ret);
		}
		if (d->unsent)
			rte_pktmbuf_free(d->m);
		else
			pkts[(*nb)++] = d->m;
	}
	return TEST_SUCCESS;
}

/* The device gets what must leave of all cases, in their order, and nothing else. */
static int
check_all(unsigned int round, struct departure *ds)
{
	struct rte_mbuf *other;
	unsigned int i;

	for (i = 0; i < RTE_DIM(tx_cases); i++) {
		if (!is_meant_for(&tx_cases[i]))
			continue;
		other = ds[i].other;
		plan_departure(&tx_cases[i], round % 2, i + round, &ds[i]);
		ds[i].other = other;
		TEST_ASSERT_SUCCESS(check_sent(&tx_cases[i], &ds[i]), "Tx case %u", i);
		TEST_ASSERT_SUCCESS(check_other(&ds[i]), "Tx case %u", i);
	}
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 0, "one packet more");
	return TEST_SUCCESS;
}

/* Sends all in one burst, which the device takes and gives back: nothing is left of it. */
static int
send_all(unsigned int round)
{
	unsigned int free_before = rte_mempool_avail_count(port.pool), i;
	struct departure ds[RTE_DIM(tx_cases)];
	struct rte_mbuf *pkts[RTE_DIM(tx_cases)];
	uint16_t nb, nb_sent;

	TEST_ASSERT_SUCCESS(make_all(round, ds, pkts, &nb), "packets");
	port.net.hold_tx = true;
	nb_sent = rte_eth_tx_burst(port.port_id, 0, pkts, nb);
	TEST_ASSERT_EQUAL(nb_sent, nb, "%u of %u sent", nb_sent, nb);
	TEST_ASSERT_SUCCESS(check_all(round, ds), "sent");
	vdev_net_tx_complete(&port.net, 0, nb);
	port.net.hold_tx = false;
	rte_eth_tx_done_cleanup(port.port_id, 0, 0);
	for (i = 0; i < RTE_DIM(tx_cases); i++)
		rte_pktmbuf_free(ds[i].other);
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), free_before, "%u mbufs, before %u",
		rte_mempool_avail_count(port.pool), free_before);
	return TEST_SUCCESS;
}

static int
check_statistics(void)
{
	struct rte_eth_stats stats;

	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "statistics");
#define SAME(field) TEST_ASSERT_EQUAL(stats.field, now.stats.field, #field " %llu, expected %llu", \
	(unsigned long long)stats.field, (unsigned long long)now.stats.field)
	SAME(ipackets);
	SAME(ibytes);
	SAME(ierrors);
	SAME(opackets);
	SAME(obytes);
	SAME(oerrors);
	SAME(imissed);
	SAME(rx_nombuf);
#undef SAME
	return TEST_SUCCESS;
}

/* A device that offers all that the model can do, but for what the kind of ring is without. */
static int
device_of(const struct kind *k)
{
	struct vdev *dev = &port.net.dev;

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_net_offload_offer(&port.net);
	vdev_net_rss_offer(&port.net, 128, FAKE_FLOW_KEY_LEN);
	vdev_offer(dev, VIRTIO_NET_F_HASH_REPORT, true);
	vdev_offer(dev, VIRTIO_F_RING_PACKED, k->packed);
	vdev_offer(dev, VIRTIO_F_IN_ORDER, k->in_order);
	vdev_offer(dev, VIRTIO_NET_F_MRG_RXBUF, k->mergeable);
	vdev_offer(dev, VIRTIO_F_INDIRECT_DESC, k->indirect);
	/* without mergeable buffers, what does not fit one is not the device's MTU */
	vdev_offer(dev, VIRTIO_NET_F_MTU, k->mergeable);
	return TEST_SUCCESS;
}

/* What the driver must say to be possible with this device. */
static void
possible(uint64_t *rx, uint64_t *tx)
{
	unsigned int i;

	*rx = RX_ALL;
	*tx = TX_ALL;
	for (i = 0; i < RTE_DIM(needed_by); i++)
		if (!offered(needed_by[i].feature)) {
			*rx &= ~needed_by[i].rx;
			*tx &= ~needed_by[i].tx;
		}
	if (!offered(VIRTIO_NET_F_HOST_TSO4) && !offered(VIRTIO_NET_F_HOST_TSO6))
		*tx &= ~TX_TSO;
	if (!offered(now.row->choice.uso ? VIRTIO_NET_F_HOST_USO : VIRTIO_NET_F_HOST_UFO))
		*tx &= ~TX_UDP_TSO;
}

/* Configures and starts the port with what now says. */
static int
start_port(void)
{
	struct rte_eth_conf conf = {
		.rxmode = { .mtu = now.mtu, .offloads = now.rx },
		.txmode.offloads = now.tx,
	};
	union rte_eth_rxseg segs[] = {
		{ .split = { .mp = port.pool, .length = SPLIT_LEN } },
		{ .split = { .mp = rest_pool } },
	};
	struct rte_eth_rxconf rx_conf = { .rx_seg = segs, .rx_nseg = RTE_DIM(segs),
					  .offloads = RX_SPLIT };

	if (now.rx & RX_HASH) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = FAKE_FLOW_FUNCTIONS;
	}
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY,
		now.rx & RX_SPLIT ? &rx_conf : NULL, now.rx & RX_SPLIT ? NULL : port.pool),
		"Rx queue");
	TEST_ASSERT_SUCCESS(rte_eth_tx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY,
		NULL), "Tx queue");
	if (now.row->ptypes)
		TEST_ASSERT_SUCCESS(rte_eth_dev_set_ptypes(port.port_id, RTE_PTYPE_ALL_MASK, NULL,
			0), "packet types");
	return rte_eth_dev_start(port.port_id);
}

/* An offload that the device does not make possible is refused. */
static int
refuse_port(void)
{
	const struct rte_eth_conf conf = {
		.rxmode.offloads = now.rx,
		.txmode.offloads = now.tx,
	};

	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -EINVAL, "taken");
	return TEST_SUCCESS;
}

/* All frames and packets through the port that started. */
static int
pass_traffic(const struct kind *k)
{
	struct vdev *dev = &port.net.dev;
	unsigned int round;
	uint16_t i;

	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_F_RING_PACKED), k->packed, "format");
	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_F_IN_ORDER), (k->in_order && !(now.rx & RX_SPLIT)),
		"order");
	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_NET_F_MRG_RXBUF), k->mergeable, "mergeable");
	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_F_INDIRECT_DESC), k->indirect, "indirect");
	for (i = 0; i < 2; i++) {
		port.net.vq[i].order = VDEV_SHUFFLED;
		port.net.vq[i].batch = k->batches ? UINT16_MAX : 1;
	}
	for (round = 0; round < ROUNDS; round++) {
		TEST_ASSERT_SUCCESS(receive_all(round), "round %u", round);
		TEST_ASSERT_SUCCESS(send_all(round), "round %u", round);
	}
	return check_statistics();
}

/* The device is made; this row is configured on it, if it can be. */
static int
row_on_device(const struct kind *k, const struct row *row)
{
	struct rte_eth_dev_info info;
	uint64_t rx, tx;

	memset(&now, 0, sizeof(now));
	now.row = row;
	now.mergeable = k->mergeable;
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	((struct vio_dev *)rte_eth_devices[port.port_id].data->dev_private)->offload_choice =
		row->choice;
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	possible(&rx, &tx);
	TEST_ASSERT_EQUAL(info.rx_offload_capa, rx, "Rx offloads 0x%llx, expected 0x%llx",
		(unsigned long long)info.rx_offload_capa, (unsigned long long)rx);
	TEST_ASSERT_EQUAL(info.tx_offload_capa, tx, "Tx offloads 0x%llx, expected 0x%llx",
		(unsigned long long)info.tx_offload_capa, (unsigned long long)tx);

	now.rx = row->all ? row->rx & rx : row->rx;
	now.tx = row->all ? row->tx & tx : row->tx;
	now.max_mtu = info.max_mtu;
	now.mtu = may_scatter() && k->mergeable ? 9000 : 1500;
	if ((now.rx & ~rx) || (now.tx & ~tx))
		return refuse_port();
	TEST_ASSERT_SUCCESS(start_port(), "start");
	return pass_traffic(k);
}

static int
combination(const struct kind *k, const struct row *row)
{
	TEST_ASSERT_SUCCESS(device_of(k), "device");
	TEST_ASSERT_SUCCESS(row_on_device(k, row), "%s, order %u %u mergeable %u indirect %u",
		row->name, k->in_order, k->batches, k->mergeable, k->indirect);
	TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(rest_pool), REST_POOL_SIZE, "mbufs are lost");
	return TEST_SUCCESS;
}

/* Every row on every kind of ring of a format. */
static int
all_of(bool packed)
{
	unsigned int order, mergeable, indirect, row, nb = 0;
	struct kind k;

	for (order = 0; order < RTE_DIM(orders); order++)
		for (mergeable = 0; mergeable < RTE_DIM(booleans); mergeable++)
			for (indirect = 0; indirect < RTE_DIM(booleans); indirect++)
				for (row = 0; row < RTE_DIM(rows); row++, nb++) {
					k = orders[order];
					k.packed = packed;
					k.mergeable = booleans[mergeable];
					k.indirect = booleans[indirect];
					TEST_ASSERT_SUCCESS(combination(&k, &rows[row]), "%s",
						rows[row].name);
				}
	printf("%u combinations of offloads and %s rings\n", nb, packed ? "packed" : "split");
	TEST_ASSERT_EQUAL(nb, RTE_DIM(orders) * RTE_DIM(booleans) * RTE_DIM(booleans) *
		RTE_DIM(rows), "%u combinations", nb);
	return TEST_SUCCESS;
}

/* What the model can do besides, whose absence changes no frame. */
static void
offer_the_rest(void)
{
	static const uint8_t features[] = {
		VIRTIO_F_EVENT_IDX, VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_ORDER_PLATFORM,
		VIRTIO_F_NOTIFICATION_DATA, VIRTIO_NET_F_HASH_TUNNEL,
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(features); i++)
		vdev_offer(&port.net.dev, features[i], true);
	port.net.config.supported_tunnel_types =
		rte_cpu_to_le_32(VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN);
}

/*
 * All that the driver says to be possible, on a device that offers everything but this feature.
 * Returns 1, 0 when the device would not offer it anyway, or a negative number.
 */
static int
without(unsigned int feature, bool packed, const struct row *row)
{
	const struct kind k = {
		.packed = packed && feature != VIRTIO_F_RING_PACKED,
		.in_order = feature != VIRTIO_F_IN_ORDER,
		.batches = feature != VIRTIO_F_IN_ORDER,
		.mergeable = feature != VIRTIO_NET_F_MRG_RXBUF,
		.indirect = feature != VIRTIO_F_INDIRECT_DESC,
	};
	const struct kind everything = { packed, true, true, true, true };
	bool is_offered;

	TEST_ASSERT_SUCCESS(device_of(&everything), "device");
	offer_the_rest();
	is_offered = offered(feature);
	vdev_offer(&port.net.dev, feature, false);
	if (feature == VIRTIO_F_VERSION_1)
		TEST_ASSERT_EQUAL(fake_port_probe(&port), -ENOTSUP, "a legacy device");
	else if (is_offered)
		TEST_ASSERT_SUCCESS(row_on_device(&k, row), "%s", row->name);
	TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(rest_pool), REST_POOL_SIZE, "mbufs are lost");
	return is_offered;
}

/* Devices that lack one feature each: what the driver offers then can be had, all at once. */
static int
lacking_one_feature(void)
{
	unsigned int feature, row, nb = 0, nb_rows = 0;
	int packed, ret;

	for (row = 0; row < RTE_DIM(rows); row++) {
		if (!rows[row].all)
			continue;
		nb_rows++;
		for (packed = 0; packed < 2; packed++)
			for (feature = 0; feature < VIRTIO_FEATURE_BITS; feature++, nb += ret) {
				ret = without(feature, packed, &rows[row]);
				TEST_ASSERT(ret >= 0, "feature %u, packed %d", feature, packed);
			}
	}
	printf("%u combinations of offloads and devices that lack a feature\n", nb);
	TEST_ASSERT_EQUAL(nb, nb_rows * (2 * NB_OFFERED + 1), "%u combinations", nb);
	return TEST_SUCCESS;
}

static int
split_rings(void)
{
	return all_of(false);
}

static int
packed_rings(void)
{
	return all_of(true);
}

static int
pool_create(void)
{
	rest_pool = rte_pktmbuf_pool_create("matrix_rest", REST_POOL_SIZE, 0, 0,
		FAKE_PORT_DATA_ROOM, SOCKET_ID_ANY);
	return rest_pool != NULL ? TEST_SUCCESS : TEST_FAILED;
}

static void
pool_free(void)
{
	rte_mempool_free(rest_pool);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static struct unit_test_suite split_suite = {
	.suite_name = "vio_matrix_offload",
	.setup = pool_create,
	.teardown = pool_free,
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, split_rings),
		TEST_CASES_END()
	}
};

static struct unit_test_suite packed_suite = {
	.suite_name = "vio_matrix_offload_packed",
	.setup = pool_create,
	.teardown = pool_free,
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, packed_rings),
		TEST_CASES_END()
	}
};

static struct unit_test_suite lacking_suite = {
	.suite_name = "vio_matrix_offload_lacking",
	.setup = pool_create,
	.teardown = pool_free,
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, lacking_one_feature),
		TEST_CASES_END()
	}
};

static int
test_vio_matrix_offload(void)
{
	return unit_test_suite_runner(&split_suite);
}

static int
test_vio_matrix_offload_packed(void)
{
	return unit_test_suite_runner(&packed_suite);
}

static int
test_vio_matrix_offload_lacking(void)
{
	return unit_test_suite_runner(&lacking_suite);
}

REGISTER_TEST_COMMAND(vio_matrix_offload_autotest, test_vio_matrix_offload);
REGISTER_TEST_COMMAND(vio_matrix_offload_packed_autotest, test_vio_matrix_offload_packed);
REGISTER_TEST_COMMAND(vio_matrix_offload_lacking_autotest, test_vio_matrix_offload_lacking);
