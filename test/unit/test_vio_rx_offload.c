/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Receive offloads: what the header of a packet says, and what it must not be believed. */

#include <string.h>

#include <rte_ip.h>
#include <rte_mbuf_dyn.h>

#include "test.h"

#include "fake_port.h"
#include "inet_frame.h"
#include "rte_pmd_vio.h"
#include "vdev_net_offload.h"
#include "vio.h"

#define RING_SIZE	256
#define BUF_LEN		(FAKE_PORT_DATA_ROOM - RTE_PKTMBUF_HEADROOM)

#define CKSUM		(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX], expected[VDEV_NET_FRAME_MAX];
static uint8_t copy[VDEV_NET_FRAME_MAX];

static struct vio_offload_choice choice;	/* of the next port */

static int
start(uint64_t offloads, uint32_t max_lro)
{
	const struct rte_eth_conf conf = {
		.rxmode = { .mtu = 9000, .offloads = offloads, .max_lro_pkt_size = max_lro },
	};

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_net_offload_offer(&port.net);
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
setup_none(void)
{
	return start(RTE_ETH_RX_OFFLOAD_SCATTER, 0);
}

static int
setup_cksum(void)
{
	return start(RTE_ETH_RX_OFFLOAD_SCATTER | CKSUM, 0);
}

static int
setup_lro(void)
{
	return start(RTE_ETH_RX_OFFLOAD_TCP_LRO, 0);
}

static int
setup_lro_bound(void)
{
	return start(RTE_ETH_RX_OFFLOAD_TCP_LRO, UINT16_MAX);
}

/* All that may be put together, and so a header of 24 bytes. */
static int
setup_udp_lro(void)
{
	choice.udp_lro = true;
	return start(RTE_ETH_RX_OFFLOAD_TCP_LRO, 0);
}

/* Counts of what was put together. */
static int
setup_rsc_info(void)
{
	choice.rsc_info = true;
	return start(RTE_ETH_RX_OFFLOAD_TCP_LRO, 0);
}

static int
setup_partial(void)
{
	choice.partial_csum = true;
	return start(RTE_ETH_RX_OFFLOAD_SCATTER | CKSUM, 0);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static struct virtio_net_hdr_ext
needs_csum(uint16_t start, uint16_t offset)
{
	return (struct virtio_net_hdr_ext){
		.hdr = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.csum_start = rte_cpu_to_le_16(start),
			.csum_offset = rte_cpu_to_le_16(offset),
		},
	};
}

static int
arrive(const struct virtio_net_hdr_ext *hdr, size_t len)
{
	TEST_ASSERT(vdev_net_rx_hdr(&port.net, 0, frame, len, hdr) > 0, "no buffer: %zu", len);
	return TEST_SUCCESS;
}

/* Takes one packet: these bytes, with these flags. */
static int
expect(const uint8_t *bytes, size_t len, uint64_t ol_flags, uint16_t segsz)
{
	struct rte_mbuf *m;
	const char *reason;

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "no packet");
	TEST_ASSERT_SUCCESS(rte_mbuf_check(m, 1, &reason), "%s", reason);
	TEST_ASSERT_EQUAL(m->pkt_len, len, "%u bytes, expected %zu", m->pkt_len, len);
	TEST_ASSERT_EQUAL(m->ol_flags, ol_flags, "flags 0x%llx, expected 0x%llx",
		(unsigned long long)m->ol_flags, (unsigned long long)ol_flags);
	TEST_ASSERT(segsz == 0 || m->tso_segsz == segsz, "segment size %u", m->tso_segsz);
	TEST_ASSERT_EQUAL(memcmp(rte_pktmbuf_read(m, 0, len, copy), bytes, len), 0, "bytes");
	rte_pktmbuf_free(m);
	return TEST_SUCCESS;
}

/* The frame that arrived with this header is dropped and counted. */
static int
expect_dropped(const struct virtio_net_hdr_ext *hdr, size_t len, const char *xstat)
{
	uint64_t before = fake_port_xstat(&port, xstat);
	struct rte_eth_stats stats;
	struct rte_mbuf *m;

	TEST_ASSERT_SUCCESS(arrive(hdr, len), "arrive");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "not dropped");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), before + 1, "%s", xstat);
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.ierrors, before + 1, "%llu errors",
		(unsigned long long)stats.ierrors);
	return TEST_SUCCESS;
}

static int
flags_of_complete_packets(void)
{
	static const struct {
		uint8_t flags;
		uint64_t ol_flags;
	} rows[] = {
		{ 0, 0 },
		{ VIRTIO_NET_HDR_F_DATA_VALID, RTE_MBUF_F_RX_L4_CKSUM_GOOD },
		/* virtio 5.1.9.4: flags that are not known, or not agreed on, are ignored */
		{ VIRTIO_NET_HDR_F_RSC_INFO, 0 },
		{ 0x80, 0 },
		{ 0x80 | VIRTIO_NET_HDR_F_DATA_VALID, RTE_MBUF_F_RX_L4_CKSUM_GOOD },
	};
	struct inet_frame f = { .payload = 333, .seed = 1 };
	struct virtio_net_hdr_ext hdr = { 0 };
	unsigned int i;

	inet_frame_make(&f, frame);
	for (i = 0; i < RTE_DIM(rows); i++) {
		hdr.hdr.flags = rows[i].flags;
		TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "row %u", i);
		TEST_ASSERT_SUCCESS(expect(frame, f.len, rows[i].ol_flags, 0), "row %u", i);
	}
	return fake_port_close(&port);
}

/* A forwarding application gets a packet that it may send as it is. */
static int
partial_checksums_are_completed(void)
{
	struct virtio_net_hdr_ext hdr;
	struct inet_frame f;
	unsigned int i;
	size_t payload;

	for (payload = 0; payload < 8900; payload += payload < 40 ? 1 : 997) {
		for (i = 0; i < 12; i++) {
			f = (struct inet_frame){ .ipv6 = i & 1, .udp = i & 2, .nb_tags = i / 4,
						 .payload = payload, .seed = i };
			inet_frame_make(&f, frame);
			memcpy(expected, frame, f.len);
			inet_frame_make_partial(&f, frame);
			hdr = needs_csum(f.l4, f.csum_offset);
			TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "row %u", i);
			TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_L4_CKSUM_GOOD, 0),
				"row %u, payload %zu", i, payload);
		}
	}
	return fake_port_close(&port);
}

/* 0 would say to UDP that there is no checksum. */
static int
a_checksum_of_zero(void)
{
	struct inet_frame f = { .udp = true, .payload = 2 };
	struct virtio_net_hdr_ext hdr;
	uint16_t sum;

	inet_frame_make(&f, frame);
	inet_frame_make_partial(&f, frame);
	memset(frame + f.headers, 0, 2);
	sum = ~rte_raw_cksum(frame + f.l4, f.len - f.l4);
	memcpy(frame + f.headers, &sum, 2);
	TEST_ASSERT_EQUAL(rte_raw_cksum(frame + f.l4, f.len - f.l4), 0xffff, "the sum");

	memcpy(expected, frame, f.len);
	memset(expected + f.l4 + f.csum_offset, 0xff, 2);
	hdr = needs_csum(f.l4, f.csum_offset);
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "arrive");
	TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_L4_CKSUM_GOOD, 0), "0");
	return fake_port_close(&port);
}

/* Wherever the field lies, also across two buffers, and at the very end. */
static int
checksum_in_any_segment(void)
{
	size_t len = 3 * BUF_LEN, start, field, first = BUF_LEN - 12;
	static const int near[] = { -3, -2, -1, 0, 1, 2 };
	struct virtio_net_hdr_ext hdr;
	unsigned int i, k;
	uint16_t sum;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < RTE_DIM(near); k++) {
			field = (i == 0 ? first : i == 1 ? first + BUF_LEN : len - 2) + near[k];
			field = RTE_MIN(field, len - 2);
			for (start = 14 + k; start <= field; start += 1 + start / 2) {
				fake_port_pattern(frame, len, i + k);
				memcpy(expected, frame, len);
				sum = ~rte_raw_cksum(frame + start, len - start);
				memcpy(expected + field, &sum, sizeof(sum));
				hdr = needs_csum(start, field - start);
				TEST_ASSERT_SUCCESS(arrive(&hdr, len), "arrive");
				TEST_ASSERT_SUCCESS(expect(expected, len,
					RTE_MBUF_F_RX_L4_CKSUM_GOOD, 0), "start %zu field %zu",
					start, field);
			}
		}
	}
	return fake_port_close(&port);
}

/* Offsets beyond the packet, or within its Ethernet header. */
static int
nonsense_offsets(void)
{
	static const struct {
		uint16_t start, offset;
	} rows[] = {
		{ 0, 0 }, { 13, 6 }, { 34, 299 - 34 }, { 299, 0 }, { 298, 1 }, { 300, 0 },
		{ 301, 0 }, { 34, UINT16_MAX }, { UINT16_MAX, 0 }, { UINT16_MAX, UINT16_MAX },
		{ UINT16_MAX, 1 }, { 40000, 40000 }, { 2, 298 },
	};
	struct virtio_net_hdr_ext hdr;
	unsigned int i;

	fake_port_pattern(frame, 300, 9);
	for (i = 0; i < RTE_DIM(rows); i++) {
		hdr = needs_csum(rows[i].start, rows[i].offset);
		TEST_ASSERT_SUCCESS(expect_dropped(&hdr, 300, "rx_q0_bad_offload"), "row %u", i);
	}
	hdr = needs_csum(14, 284);
	TEST_ASSERT_SUCCESS(arrive(&hdr, 300), "the last two bytes");
	memcpy(expected, frame, 300);
	*(uint16_t *)(expected + 298) = ~rte_raw_cksum(frame + 14, 286);
	return expect(expected, 300, RTE_MBUF_F_RX_L4_CKSUM_GOOD, 0) == TEST_SUCCESS ?
		fake_port_close(&port) : TEST_FAILED;
}

/* With nothing agreed on, no field but num_buffers is looked at. */
static int
nothing_agreed_on(void)
{
	struct virtio_net_hdr_ext hdr;

	fake_port_pattern(frame, 3000, 2);
	memset(&hdr, 0xff, sizeof(hdr));
	TEST_ASSERT_SUCCESS(arrive(&hdr, 3000), "arrive");
	TEST_ASSERT_SUCCESS(expect(frame, 3000, 0, 0), "untouched");
	return fake_port_close(&port);
}

static struct virtio_net_hdr_ext
put_together(const struct inet_frame *f, uint8_t gso_type, uint16_t size)
{
	struct virtio_net_hdr_ext hdr = needs_csum(f->l4, f->csum_offset);

	hdr.hdr.gso_type = gso_type;
	hdr.hdr.gso_size = rte_cpu_to_le_16(size);
	/* virtio 5.1.9.4.2: not to be relied on */
	hdr.hdr.hdr_len = rte_cpu_to_le_16(UINT16_MAX);
	return hdr;
}

static int
segments_put_together(void)
{
	static const size_t payloads[] = { 1, 1448, 9001, 40000, 64000, 65495 };
	struct virtio_net_hdr_ext hdr;
	struct inet_frame f;
	unsigned int i, k;
	uint8_t type;

	for (i = 0; i < RTE_DIM(payloads); i++) {
		for (k = 0; k < 4; k++) {
			f = (struct inet_frame){ .ipv6 = k & 1, .payload = payloads[i], .seed = k };
			type = k & 1 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
			inet_frame_make(&f, frame);
			memcpy(expected, frame, f.len);
			inet_frame_make_partial(&f, frame);
			hdr = put_together(&f, type | (k & 2 ? VIRTIO_NET_HDR_GSO_ECN : 0),
				1000 + k);
			TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "payload %zu", f.payload);
			TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_LRO |
				RTE_MBUF_F_RX_L4_CKSUM_GOOD, 1000 + k), "payload %zu", f.payload);
		}
	}
	/* of which the device says nothing else */
	hdr.hdr.flags = 0;
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "without a checksum");
	TEST_ASSERT_SUCCESS(expect(frame, f.len, RTE_MBUF_F_RX_LRO, 1003), "without a checksum");
	return fake_port_close(&port);
}

/* What the mbuf's dynamic field says of the next packet, and how it is found. */
static int
expect_counts(const uint8_t *bytes, size_t len, uint64_t ol_flags, uint16_t segsz,
	uint16_t segments, uint16_t dup_acks)
{
	int field = rte_mbuf_dynfield_lookup(RTE_PMD_VIO_DYNFIELD_RSC_NAME, NULL);
	int flag = rte_mbuf_dynflag_lookup(RTE_PMD_VIO_DYNFLAG_RSC_NAME, NULL);
	const struct rte_pmd_vio_rsc *rsc;
	struct rte_mbuf *m;

	TEST_ASSERT(field >= 0 && flag >= 0, "not registered: %d %d", field, flag);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "no packet");
	TEST_ASSERT_EQUAL(m->ol_flags, (ol_flags | RTE_BIT64(flag)), "flags 0x%llx",
		(unsigned long long)m->ol_flags);
	rsc = RTE_MBUF_DYNFIELD(m, field, const struct rte_pmd_vio_rsc *);
	TEST_ASSERT(rsc->segments == segments && rsc->dup_acks == dup_acks, "%u segments, %u ACKs",
		rsc->segments, rsc->dup_acks);
	TEST_ASSERT(segsz == 0 || m->tso_segsz == segsz, "segment size %u", m->tso_segsz);
	TEST_ASSERT(m->pkt_len == len && memcmp(rte_pktmbuf_read(m, 0, len, copy), bytes,
		len) == 0, "%u bytes", m->pkt_len);
	rte_pktmbuf_free(m);
	return TEST_SUCCESS;
}

/* With rsc_info=1: counts in place of the checksum's offsets, which the headers tell instead. */
static int
counts_of_segments(void)
{
	static const size_t payloads[] = { 0, 1, 2896, 60000 };
	struct virtio_net_hdr_ext hdr;
	unsigned int i, k, segments;
	struct inet_frame f;
	bool partial, sized;
	uint64_t flags;

	for (i = 0; i < RTE_DIM(payloads); i++) {
		for (k = 0; k < 16; k++) {
			f = (struct inet_frame){ .ipv6 = k & 1, .payload = payloads[i], .seed = k,
						 .nb_tags = k / 8 };
			partial = k & 2;
			/* QEMU leaves the size out */
			sized = k & 4;
			segments = 1 + payloads[i] / 1448;
			inet_frame_make(&f, frame);
			memcpy(expected, frame, f.len);
			if (partial)
				inet_frame_make_partial(&f, frame);
			hdr = put_together(&f, f.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
				VIRTIO_NET_HDR_GSO_TCPV4, sized ? 1448 : 0);
			hdr.hdr.flags = VIRTIO_NET_HDR_F_RSC_INFO |
				(partial ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0);
			hdr.hdr.csum_start = rte_cpu_to_le_16(segments);
			hdr.hdr.csum_offset = rte_cpu_to_le_16(k);
			TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "row %u, %u", i, k);
			flags = sized || f.payload > 0 ? RTE_MBUF_F_RX_LRO : 0;
			flags |= partial ? RTE_MBUF_F_RX_L4_CKSUM_GOOD : 0;
			TEST_ASSERT_SUCCESS(expect_counts(expected, f.len, flags, sized ? 1448 :
				(f.payload + segments - 1) / segments, segments, k),
				"row %u, %u", i, k);
		}
	}
	/* and none of a packet that says none */
	hdr = put_together(&f, f.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4, 1448);
	inet_frame_make_partial(&f, frame);
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "without counts");
	TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_LRO |
		RTE_MBUF_F_RX_L4_CKSUM_GOOD, 1448), "without counts");
	return fake_port_close(&port);
}

/* Where no TCP header is found, a checksum cannot be completed, nor a size be told. */
static int
nonsense_counts(void)
{
	struct inet_frame tcp = { .payload = 3000 }, udp = { .udp = true, .payload = 3000 };
	struct inet_frame deep = { .nb_tags = 2, .payload = 3000 };
	/* Where a checksum of 16 bits of place would still lie within the packet. */
	struct inet_frame longest = { .udp = true, .payload = UINT16_MAX - 28 };
	struct virtio_net_hdr_ext hdr;
	unsigned int i;
	size_t len;

	inet_frame_make(&longest, frame);
	hdr = put_together(&tcp, VIRTIO_NET_HDR_GSO_TCPV4, 1448);
	hdr.hdr.flags |= VIRTIO_NET_HDR_F_RSC_INFO;
	hdr.hdr.csum_offset = 0;
	TEST_ASSERT_SUCCESS(expect_dropped(&hdr, longest.len, "rx_q0_bad_offload"), "longest");

	for (i = 0; i < 6; i++) {
		inet_frame_make(i == 0 ? &udp : i == 5 ? &deep : &tcp, frame);
		len = i == 0 ? udp.len : i == 1 ? tcp.headers - 1 : i == 5 ? deep.len : tcp.len;
		hdr = put_together(&tcp, VIRTIO_NET_HDR_GSO_TCPV4, 1448);
		hdr.hdr.flags |= VIRTIO_NET_HDR_F_RSC_INFO;
		hdr.hdr.csum_start = rte_cpu_to_le_16(3);
		if (i == 2)
			hdr.hdr.gso_type |= VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4;
		if (i == 3)
			hdr.hdr.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		if (i == 4) {
			hdr.hdr.gso_size = 0;
			hdr.hdr.csum_start = 0;
		}
		TEST_ASSERT_SUCCESS(expect_dropped(&hdr, len, "rx_q0_bad_offload"), "row %u", i);
	}
	/* nothing is missing of what is complete and says its size */
	hdr.hdr.flags = VIRTIO_NET_HDR_F_RSC_INFO;
	TEST_ASSERT_SUCCESS(arrive(&hdr, deep.len), "two tags");
	TEST_ASSERT_SUCCESS(expect_counts(frame, deep.len, RTE_MBUF_F_RX_LRO, 1448, 3,
		tcp.csum_offset), "two tags");
	return fake_port_close(&port);
}

/* What a device put together before it was told not to is under way, and is received as before. */
static int
segments_under_way(void)
{
	struct inet_frame f = { .payload = 20000 };
	struct virtio_net_hdr_ext hdr;
	unsigned int i;

	inet_frame_make(&f, frame);
	memcpy(expected, frame, f.len);
	inet_frame_make_partial(&f, frame);
	hdr = put_together(&f, VIRTIO_NET_HDR_GSO_TCPV4, 1448);
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "before");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, 0), "off");
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "after");
	for (i = 0; i < 2; i++)
		TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_LRO |
			RTE_MBUF_F_RX_L4_CKSUM_GOOD, 1448), "packet %u", i);
	return fake_port_close(&port);
}

static int
nonsense_segments(void)
{
	struct inet_frame f = { .payload = 20000 };
	struct virtio_net_hdr_ext hdr;
	unsigned int type;

	inet_frame_make(&f, frame);
	inet_frame_make_partial(&f, frame);
	for (type = 1; type <= UINT8_MAX; type++) {
		hdr = put_together(&f, type, 1448);
		if ((type & 0x7f) == VIRTIO_NET_HDR_GSO_TCPV4 ||
		    (type & 0x7f) == VIRTIO_NET_HDR_GSO_TCPV6)
			hdr.hdr.gso_size = 0;
		TEST_ASSERT_SUCCESS(expect_dropped(&hdr, f.len, "rx_q0_bad_offload"),
			"type 0x%x", type);
	}
	hdr = put_together(&f, VIRTIO_NET_HDR_GSO_TCPV4, 1448);
	hdr.hdr.csum_start = rte_cpu_to_le_16(f.len);
	TEST_ASSERT_SUCCESS(expect_dropped(&hdr, f.len, "rx_q0_bad_offload"), "csum_start");
	return fake_port_close(&port);
}

/* Without LRO no type is agreed on; the MTU binds all packets. */
static int
segments_not_agreed_on(void)
{
	struct inet_frame f = { .payload = 5000 };
	struct virtio_net_hdr_ext hdr;

	inet_frame_make(&f, frame);
	inet_frame_make_partial(&f, frame);
	hdr = put_together(&f, VIRTIO_NET_HDR_GSO_TCPV4, 1448);
	TEST_ASSERT_SUCCESS(expect_dropped(&hdr, f.len, "rx_q0_bad_offload"), "TCPV4");
	hdr = put_together(&f, VIRTIO_NET_HDR_GSO_TCPV6, 1448);
	TEST_ASSERT_SUCCESS(expect_dropped(&hdr, f.len, "rx_q0_bad_offload"), "TCPV6");
	return fake_port_close(&port);
}

/* With partial_csum=1: nothing is written, and it is told; nonsense is dropped all the same. */
static int
partial_checksums_are_left(void)
{
	struct inet_frame f = { .payload = 3000 };
	struct virtio_net_hdr_ext hdr;

	inet_frame_make(&f, frame);
	inet_frame_make_partial(&f, frame);
	hdr = needs_csum(f.l4, f.csum_offset);
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "arrive");
	TEST_ASSERT_SUCCESS(expect(frame, f.len, RTE_MBUF_F_RX_L4_CKSUM_NONE, 0), "partial");
	hdr = needs_csum(f.len - 1, 0);
	TEST_ASSERT_SUCCESS(expect_dropped(&hdr, f.len, "rx_q0_bad_offload"), "beyond");
	return fake_port_close(&port);
}

/* With udp_lro=1: fragments of one datagram, and datagrams. */
static int
udp_put_together(void)
{
	struct virtio_net_hdr_ext hdr;
	struct inet_frame f;
	unsigned int k;

	TEST_ASSERT_EQUAL(vdev_net_hdr_len(&port.net), 24, "header");
	for (k = 0; k < 4; k++) {
		f = (struct inet_frame){ .udp = true, .ipv6 = k & 1, .payload = 30000 + k };
		inet_frame_make(&f, frame);
		memcpy(expected, frame, f.len);
		inet_frame_make_partial(&f, frame);
		hdr = put_together(&f, k & 2 ? VIRTIO_NET_HDR_GSO_UDP : VIRTIO_NET_HDR_GSO_UDP_L4,
			1400);
		TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "row %u", k);
		TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_LRO |
			RTE_MBUF_F_RX_L4_CKSUM_GOOD, 1400), "row %u", k);
	}
	return fake_port_close(&port);
}

/* A packet in a tunnel, with one or both checksums partial, in frame; complete in expected. */
static struct virtio_net_hdr_ext
in_a_tunnel(struct inet_frame *outer, bool both)
{
	static uint8_t inner[VDEV_NET_FRAME_MAX];
	struct inet_frame f = { .ipv6 = outer->ipv6, .payload = 20000 };
	struct virtio_net_hdr_ext hdr;

	inet_frame_make(&f, inner);
	inet_frame_make_tunnel(outer, inner, f.len, true, expected);
	if (both) {
		uint16_t sum = ~rte_raw_cksum(expected + outer->l4, outer->len - outer->l4);

		memcpy(expected + outer->l4 + 6, &sum, sizeof(sum));
	} else {
		memset(expected + outer->l4 + 6, 0, 2);
	}
	inet_frame_make_partial(&f, inner);
	inet_frame_make_tunnel(outer, inner, f.len, both, frame);

	hdr = put_together(&f, f.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 |
		VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 : VIRTIO_NET_HDR_GSO_TCPV4 |
		VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4, 1400);
	hdr.hdr.csum_start = rte_cpu_to_le_16(outer->headers + 8 + f.l4);
	hdr.outer_th_offset = rte_cpu_to_le_16(outer->l4);
	hdr.inner_nh_offset = rte_cpu_to_le_16(outer->headers + 8 + f.l3);
	if (both)
		hdr.hdr.flags |= VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM;
	return hdr;
}

static int
tunnels_put_together(void)
{
	struct virtio_net_hdr_ext hdr;
	struct inet_frame outer;
	unsigned int k;

	for (k = 0; k < 16; k++) {
		outer = (struct inet_frame){ .ipv6 = k & 1, .nb_tags = k & 4 ? 0 : 2 };
		hdr = in_a_tunnel(&outer, k & 2);
		if (k & 4)	/* QEMU leaves what was in the buffer before */
			hdr.outer_th_offset = hdr.inner_nh_offset = rte_cpu_to_le_16(k & 8 ? 36 :
				0);
		TEST_ASSERT_SUCCESS(arrive(&hdr, outer.len), "row %u", k);
		TEST_ASSERT_SUCCESS(expect(expected, outer.len, RTE_MBUF_F_RX_LRO |
			RTE_MBUF_F_RX_L4_CKSUM_GOOD |
			(k & 2 ? RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD : 0), 1400), "row %u", k);
	}
	return fake_port_close(&port);
}

/* virtio 5.1.9.4.2: what the driver MUST NOT accept of a tunnel. */
static int
nonsense_tunnels(void)
{
	struct inet_frame outer = { .payload = 0 };
	struct virtio_net_hdr_ext good = in_a_tunnel(&outer, true), hdr;
	unsigned int i;

	for (i = 0; i < 9; i++) {
		hdr = good;
		if (i == 5)	/* from here on, not to be found */
			frame[12] = 0x12;
		switch (i) {
		case 0:	/* both network protocols */
			hdr.hdr.gso_type |= VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6;
			break;
		case 1:	/* no partial checksum */
			hdr.hdr.flags = 0;
			break;
		case 2:
			hdr.hdr.flags |= VIRTIO_NET_HDR_F_DATA_VALID;
			break;
		case 3:	/* nothing put together */
			hdr.hdr.gso_type = VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4;
			break;
		case 4:	/* the outer checksum of no tunnel */
			hdr.hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
			break;
		case 5:	/* beyond the packet */
			hdr.outer_th_offset = rte_cpu_to_le_16(outer.len - 7);
			break;
		case 6:	/* behind the inner header */
			hdr.outer_th_offset = hdr.hdr.csum_start;
			break;
		case 7:	/* in the Ethernet header */
			hdr.outer_th_offset = rte_cpu_to_le_16(13);
			break;
		case 8:	/* not told */
			hdr.outer_th_offset = 0;
			break;
		}
		TEST_ASSERT_SUCCESS(expect_dropped(&hdr, outer.len, "rx_q0_bad_offload"),
			"row %u", i);
	}
	return fake_port_close(&port);
}

/* The limit of packets put together is not that of others. */
static int
longest_packets(void)
{
	static const struct virtio_net_hdr_ext plain;
	struct inet_frame f = { .payload = UINT16_MAX - 54 };
	struct virtio_net_hdr_ext hdr;

	inet_frame_make(&f, frame);
	memcpy(expected, frame, f.len);
	inet_frame_make_partial(&f, frame);
	hdr = put_together(&f, VIRTIO_NET_HDR_GSO_TCPV4, 1448);
	TEST_ASSERT_EQUAL(f.len, UINT16_MAX, "%zu bytes", f.len);
	TEST_ASSERT_SUCCESS(arrive(&hdr, f.len), "the bound");
	TEST_ASSERT_SUCCESS(expect(expected, f.len, RTE_MBUF_F_RX_LRO |
		RTE_MBUF_F_RX_L4_CKSUM_GOOD, 1448), "the bound");
	f.payload++;
	inet_frame_make(&f, frame);
	TEST_ASSERT_SUCCESS(expect_dropped(&hdr, f.len, "rx_q0_oversize"), "above the bound");
	return expect_dropped(&plain, 9000 + 14 + 1, "rx_q0_oversize") == TEST_SUCCESS ?
		fake_port_close(&port) : TEST_FAILED;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_rx_offload",
	.unit_test_cases = {
		TEST_CASE_ST(setup_cksum, teardown, flags_of_complete_packets),
		TEST_CASE_ST(setup_cksum, teardown, partial_checksums_are_completed),
		TEST_CASE_ST(setup_cksum, teardown, a_checksum_of_zero),
		TEST_CASE_ST(setup_cksum, teardown, checksum_in_any_segment),
		TEST_CASE_ST(setup_cksum, teardown, nonsense_offsets),
		TEST_CASE_ST(setup_none, teardown, nothing_agreed_on),
		TEST_CASE_ST(setup_lro, teardown, segments_put_together),
		TEST_CASE_ST(setup_lro, teardown, segments_under_way),
		TEST_CASE_ST(setup_rsc_info, teardown, counts_of_segments),
		TEST_CASE_ST(setup_rsc_info, teardown, nonsense_counts),
		TEST_CASE_ST(setup_lro, teardown, nonsense_segments),
		TEST_CASE_ST(setup_cksum, teardown, segments_not_agreed_on),
		TEST_CASE_ST(setup_lro_bound, teardown, longest_packets),
		TEST_CASE_ST(setup_partial, teardown, partial_checksums_are_left),
		TEST_CASE_ST(setup_udp_lro, teardown, udp_put_together),
		TEST_CASE_ST(setup_udp_lro, teardown, tunnels_put_together),
		TEST_CASE_ST(setup_udp_lro, teardown, nonsense_tunnels),
		TEST_CASES_END()
	}
};

static int
test_vio_rx_offload(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_rx_offload_autotest, test_vio_rx_offload);
