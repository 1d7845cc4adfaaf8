/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Packets that are received at once: what their headers say of each, and one among them that is
 * not as the others, at every place, on rings of each format and order.
 */

#include <string.h>

#include "test.h"

#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	128
#define NB		16	/* two groups of the largest size */
#define LEN		60
#define MAX_LEN		(RTE_ETHER_MTU + RTE_ETHER_HDR_LEN)
#define TYPE_OFF	(2 * RTE_ETHER_ADDR_LEN)

struct kind {
	bool packed;
	bool in_order;
	bool shuffled;	/* the device takes buffers in any order */
	bool strip;	/* tags are taken out */
	bool told;	/* of partial checksums, which are completed else */
	bool bare;	/* nothing is agreed on of which headers say more */
};

/* A frame: how long, with how many tags and which header, and what comes of it. */
struct odd {
	const char *name;
	uint32_t len;
	uint8_t tags;
	struct {
		uint8_t flags, gso_type;
		uint16_t gso_size, csum_start, csum_offset;
	} hdr;
	uint64_t ol_flags;
	const char *dropped;	/* as what it is counted */
};

#define PARTIAL(_start, _offset) \
	.hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .hdr.csum_start = (_start), \
	.hdr.csum_offset = (_offset)
#define TOGETHER(_type, _size)	.hdr.gso_type = (_type), .hdr.gso_size = (_size)
#define TCPV4		VIRTIO_NET_HDR_GSO_TCPV4

static const struct odd plain = { "plain", LEN };

static const struct odd odds[] = {
	{ "shorter than an Ethernet header", RTE_ETHER_HDR_LEN - 1, .dropped = "rx_q0_runt" },
	{ "as short as an Ethernet header", RTE_ETHER_HDR_LEN },
	{ "the longest", MAX_LEN },
	{ "a byte longer", MAX_LEN + 1, .dropped = "rx_q0_oversize" },
	{ "the longest with a tag", MAX_LEN + 4, 1 },
	{ "a byte longer with a tag", MAX_LEN + 5, 1, .dropped = "rx_q0_oversize" },
	{ "the longest with two tags", MAX_LEN + 8, 2 },
	{ "checked", LEN, .hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID,
	  .ol_flags = RTE_MBUF_F_RX_L4_CKSUM_GOOD },
	{ "a flag that is not known", LEN, .hdr.flags = 0x40 },
	{ "a checksum", LEN, PARTIAL(14, 6), .ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE },
	{ "a checksum at its end", LEN, PARTIAL(15, LEN - 17),
	  .ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE },
	{ "a checksum behind a tag", LEN, 1, PARTIAL(18, 16),
	  .ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE },
	{ "a checksum beyond it", LEN, PARTIAL(LEN, 0), .dropped = "rx_q0_bad_offload" },
	{ "half a checksum", LEN, PARTIAL(15, LEN - 16), .dropped = "rx_q0_bad_offload" },
	{ "a checksum in its Ethernet header", LEN, PARTIAL(13, 6),
	  .dropped = "rx_q0_bad_offload" },
	{ "a checksum, and too long", MAX_LEN + 1, PARTIAL(14, 6), .dropped = "rx_q0_oversize" },
	{ "put together", LEN, TOGETHER(TCPV4, 20), .ol_flags = RTE_MBUF_F_RX_LRO },
	{ "put together, longer", MAX_LEN + 1, TOGETHER(TCPV4, 1000), PARTIAL(34, 16),
	  .ol_flags = RTE_MBUF_F_RX_LRO | RTE_MBUF_F_RX_L4_CKSUM_NONE },
	{ "put together, with congestion", LEN, TOGETHER(TCPV4 | VIRTIO_NET_HDR_GSO_ECN, 9),
	  .ol_flags = RTE_MBUF_F_RX_LRO },
	{ "put together, several buffers", 5000, TOGETHER(TCPV4, 1000), PARTIAL(34, 16),
	  .ol_flags = RTE_MBUF_F_RX_LRO | RTE_MBUF_F_RX_L4_CKSUM_NONE },
	{ "put together, a checksum beyond it", LEN, TOGETHER(TCPV4, 20), PARTIAL(LEN, 0),
	  .dropped = "rx_q0_bad_offload" },
	{ "put together of nothing", LEN, TOGETHER(TCPV4, 0), .dropped = "rx_q0_bad_offload" },
	{ "put together, not agreed on", LEN, TOGETHER(VIRTIO_NET_HDR_GSO_UDP, 20),
	  .dropped = "rx_q0_bad_offload" },
	{ "put together in a tunnel", LEN,
	  TOGETHER(TCPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4, 20), PARTIAL(34, 16),
	  .dropped = "rx_q0_bad_offload" },
};

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX], copy[VDEV_NET_FRAME_MAX];

static int
start(const struct kind *k)
{
	const struct rte_eth_conf conf = {
		.rxmode.offloads =
			(k->bare ? 0 : RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_TCP_CKSUM) |
			(k->strip ? RTE_ETH_RX_OFFLOAD_VLAN_STRIP : 0),
	};
	struct vio_dev *dev;

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, k->packed);
	vdev_offer(&port.net.dev, VIRTIO_F_IN_ORDER, k->in_order);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_GUEST_CSUM, !k->bare);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_GUEST_TSO4, !k->bare);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_GUEST_TSO6, !k->bare);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	dev = rte_eth_devices[port.port_id].data->dev_private;
	dev->offload_choice.partial_csum = k->told;
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	if (k->shuffled)
		port.net.vq[VIRTIO_NET_RXQ(0)].order = VDEV_SHUFFLED;
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* A frame of this pattern, with so many tags and then no known protocol. */
static void
make(uint32_t len, uint8_t seed, uint8_t tags)
{
	unsigned int i, off = TYPE_OFF;

	fake_port_pattern(frame, len, seed);
	for (i = 0; i <= tags && off + 2 <= len; i++, off += RTE_VLAN_HLEN) {
		frame[off] = i < tags ? RTE_ETHER_TYPE_VLAN >> 8 : 0x11;
		frame[off + 1] = i < tags ? RTE_ETHER_TYPE_VLAN & 0xff : 0x11;
	}
}

/* The device gives it, with what its header says. */
static int
give(const struct odd *o)
{
	const struct virtio_net_hdr_ext hdr = {
		.hdr = {
			.flags = o->hdr.flags,
			.gso_type = o->hdr.gso_type,
			.gso_size = rte_cpu_to_le_16(o->hdr.gso_size),
			.csum_start = rte_cpu_to_le_16(o->hdr.csum_start),
			.csum_offset = rte_cpu_to_le_16(o->hdr.csum_offset),
		},
	};

	return vdev_net_rx_hdr(&port.net, 0, frame, o->len, &hdr) > 0 ? 0 : -1;
}

/* The mbuf flags of such a frame, less one tag if they are taken out. */
static uint64_t
flags_of(const struct kind *k, const struct odd *o)
{
	uint64_t flags = o->ol_flags;

	/* A checksum that is completed is no longer partial. */
	if ((flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE && !k->told)
		flags ^= RTE_MBUF_F_RX_L4_CKSUM_NONE ^ RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (k->strip && o->tags > 0)
		flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	return flags;
}

/* Whether a packet is a frame as make() makes it, less a tag if one was taken out. */
static bool
is_made(const struct rte_mbuf *m, const struct kind *k, const struct odd *o, uint8_t seed)
{
	uint32_t gone = k->strip && o->tags > 0 ? RTE_VLAN_HLEN : 0, start = o->hdr.csum_start;
	const uint8_t *bytes;
	const char *why;
	uint16_t sum;

	if (rte_mbuf_check(m, 1, &why) != 0 || m->pkt_len != o->len - gone ||
	    m->port != port.port_id || m->packet_type != 0 || m->ol_flags != flags_of(k, o) ||
	    (o->hdr.gso_type != 0 && m->tso_segsz != o->hdr.gso_size))
		return false;
	make(o->len, seed, o->tags);
	if ((o->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && !k->told) {
		sum = ~rte_raw_cksum(frame + start, o->len - start);
		memcpy(frame + start + o->hdr.csum_offset, &sum, sizeof(sum));
	}
	bytes = rte_pktmbuf_read(m, 0, m->pkt_len, copy);
	return memcmp(bytes, frame, TYPE_OFF) == 0 &&
	       memcmp(bytes + TYPE_OFF, frame + TYPE_OFF + gone, m->pkt_len - TYPE_OFF) == 0;
}

/* A burst of these frames: each arrives, or is counted, and those that arrive do so in turn. */
static int
try_burst(const struct kind *k, const struct odd *const *rows)
{
	uint64_t before[NB], packets = 0, bytes = 0;
	struct rte_eth_stats stats, was;
	struct rte_mbuf *pkts[NB];
	unsigned int i, j, nb, at = 0;

	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &was), "stats");
	for (i = 0; i < NB; i++) {
		before[i] = rows[i]->dropped ? fake_port_xstat(&port, rows[i]->dropped) : 0;
		make(rows[i]->len, i, rows[i]->tags);
		TEST_ASSERT_SUCCESS(give(rows[i]), "no buffer");
	}
	for (nb = 0, i = 0; i < 2; i++)
		nb += rte_eth_rx_burst(port.port_id, 0, &pkts[nb], NB - nb);
	for (i = 0; i < NB; i++) {
		if (rows[i]->dropped != NULL) {
			for (j = 0; j < NB; j++)
				before[i] += rows[j]->dropped == rows[i]->dropped;
			TEST_ASSERT_EQUAL(fake_port_xstat(&port, rows[i]->dropped), before[i],
				"%s is not counted", rows[i]->name);
			continue;
		}
		TEST_ASSERT(at < nb && is_made(pkts[at], k, rows[i], i), "packet %u, %s", i,
			rows[i]->name);
		bytes += pkts[at++]->pkt_len;
		packets++;
	}
	TEST_ASSERT_EQUAL(nb, packets, "%u packets", nb);
	rte_pktmbuf_free_bulk(pkts, nb);
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.ipackets - was.ipackets, packets, "packets are not counted");
	TEST_ASSERT_EQUAL(stats.ibytes - was.ibytes, bytes, "bytes are not counted");
	return TEST_SUCCESS;
}

/* What a header says of any of them, and of none that does not say it. */
static int
header_of_each(const void *data, const struct odd *o)
{
	static struct odd rows[NB];
	const struct odd *all[NB];
	unsigned int mask, i;

	TEST_ASSERT_SUCCESS(start(data), "start");
	for (mask = 0; mask < 256; mask++) {
		for (i = 0; i < NB; i++) {
			rows[i] = mask & 1 << i % 8 ? *o : plain;
			rows[i].len += i;
			all[i] = &rows[i];
		}
		TEST_ASSERT_SUCCESS(try_burst(data, all), "mask 0x%x", mask);
	}
	return fake_port_close(&port);
}

static int
checked_or_not(const void *data)
{
	static const struct odd row = { "checked", LEN, .hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID,
					.ol_flags = RTE_MBUF_F_RX_L4_CKSUM_GOOD };

	return header_of_each(data, &row);
}

static int
partial_or_not(const void *data)
{
	static const struct odd row = { "a checksum", LEN, PARTIAL(14, 6),
					.ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE };

	return header_of_each(data, &row);
}

/* One odd frame at each place among others. */
static int
one_odd_packet(const void *data)
{
	const struct odd *all[NB];
	unsigned int i, k, place;

	TEST_ASSERT_SUCCESS(start(data), "start");
	for (i = 0; i < RTE_DIM(odds); i++) {
		for (place = 0; place < NB; place++) {
			for (k = 0; k < NB; k++)
				all[k] = k == place ? &odds[i] : &plain;
			TEST_ASSERT_SUCCESS(try_burst(data, all), "%s at %u", odds[i].name, place);
		}
	}
	return fake_port_close(&port);
}

/* All of them odd, each beside each. */
static int
only_odd_packets(const void *data)
{
	const struct odd *all[NB];
	unsigned int i, k, step;

	TEST_ASSERT_SUCCESS(start(data), "start");
	for (step = 0; step < RTE_DIM(odds); step++) {
		for (i = 0; i < RTE_DIM(odds); i++) {
			for (k = 0; k < NB; k++)
				all[k] = &odds[(i + k * step) % RTE_DIM(odds)];
			TEST_ASSERT_SUCCESS(try_burst(data, all), "from %u by %u", i, step);
		}
	}
	return fake_port_close(&port);
}

/* A long frame makes packets be looked at again, but not at their headers. */
static int
headers_that_do_not_count(const void *data)
{
	static const struct odd says = { "says a checksum", LEN, PARTIAL(14, 6) };
	static const struct odd tagged = { "the longest with a tag", MAX_LEN + 4, 1 };
	const struct odd *all[NB];
	unsigned int i, place;

	TEST_ASSERT_SUCCESS(start(data), "start");
	for (place = 0; place < NB; place++) {
		for (i = 0; i < NB; i++)
			all[i] = i == place ? &tagged : &says;
		TEST_ASSERT_SUCCESS(try_burst(data, all), "%u", place);
	}
	return fake_port_close(&port);
}

#define KIND(_name, _case, ...) \
	TEST_CASE_NAMED_WITH_DATA(_name, NULL, teardown, _case, \
		(&(const struct kind){ __VA_ARGS__ }))
#define KINDS(_name, _case) \
	KIND(_name ", split", _case, .packed = false), \
	KIND(_name ", split in order", _case, .in_order = true), \
	KIND(_name ", split shuffled", _case, .shuffled = true), \
	KIND(_name ", packed", _case, .packed = true), \
	KIND(_name ", packed in order", _case, .packed = true, .in_order = true), \
	KIND(_name ", packed shuffled", _case, .packed = true, .shuffled = true)

static struct unit_test_suite suite = {
	.suite_name = "vio_rx_group",
	.unit_test_cases = {
		KINDS("checked or not", checked_or_not),
		KINDS("partial or not", partial_or_not),
		KINDS("one odd", one_odd_packet),
		KIND("one odd, stripped, split", one_odd_packet, .strip = true),
		KIND("one odd, stripped, packed", one_odd_packet, .packed = true, .strip = true),
		KIND("one odd, told, split", one_odd_packet, .told = true),
		KIND("one odd, told, packed", one_odd_packet, .packed = true, .told = true),
		KINDS("only odd", only_odd_packets),
		KIND("only odd, told, split", only_odd_packets, .told = true),
		KIND("only odd, told, packed", only_odd_packets, .packed = true, .told = true),
		KIND("do not count, split", headers_that_do_not_count, .bare = true,
		     .told = true),
		KIND("do not count, packed", headers_that_do_not_count, .bare = true,
		     .packed = true, .told = true),
		TEST_CASES_END()
	}
};

static int
test_vio_rx_group(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_rx_group_autotest, test_vio_rx_group);
