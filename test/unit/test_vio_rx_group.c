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
};

/* A frame that is not as the others: how long, with how many tags, and what comes of it. */
struct odd {
	const char *name;
	uint32_t len;
	uint8_t flags;
	uint8_t tags;
	const char *dropped;	/* as what it is counted */
};

static const struct odd odds[] = {
	{ "shorter than an Ethernet header", RTE_ETHER_HDR_LEN - 1, 0, 0, "rx_q0_runt" },
	{ "as short as an Ethernet header", RTE_ETHER_HDR_LEN, 0, 0, NULL },
	{ "the longest", MAX_LEN, 0, 0, NULL },
	{ "a byte longer", MAX_LEN + 1, 0, 0, "rx_q0_oversize" },
	{ "the longest with a tag", MAX_LEN + 4, 0, 1, NULL },
	{ "a byte longer with a tag", MAX_LEN + 5, 0, 1, "rx_q0_oversize" },
	{ "the longest with two tags", MAX_LEN + 8, 0, 2, NULL },
	{ "a checksum beyond it", LEN, VIRTIO_NET_HDR_F_NEEDS_CSUM, 0, "rx_q0_bad_offload" },
};

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX], copy[VDEV_NET_FRAME_MAX];

static int
start(const struct kind *k)
{
	const struct rte_eth_conf conf = {
		.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_TCP_CKSUM |
				   (k->strip ? RTE_ETH_RX_OFFLOAD_VLAN_STRIP : 0),
	};

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, k->packed);
	vdev_offer(&port.net.dev, VIRTIO_F_IN_ORDER, k->in_order);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_GUEST_CSUM, true);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
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

/* The device gives it, with these flags, and a checksum that starts behind it. */
static int
give(uint32_t len, uint8_t flags)
{
	const struct virtio_net_hdr_ext hdr = {
		.hdr = { .flags = flags, .csum_start = rte_cpu_to_le_16(len) },
	};

	return vdev_net_rx_hdr(&port.net, 0, frame, len, &hdr);
}

/* Whether a packet is a frame as make() makes it, less a tag if one was taken out. */
static bool
is_made(const struct rte_mbuf *m, uint32_t len, uint8_t seed, uint8_t tags, bool stripped)
{
	uint32_t gone = stripped && tags > 0 ? RTE_VLAN_HLEN : 0;
	const uint8_t *bytes;
	const char *why;

	if (rte_mbuf_check(m, 1, &why) != 0 || m->pkt_len != len - gone ||
	    m->port != port.port_id || m->packet_type != 0)
		return false;
	make(len, seed, tags);
	bytes = rte_pktmbuf_read(m, 0, m->pkt_len, copy);
	return memcmp(bytes, frame, TYPE_OFF) == 0 &&
	       memcmp(bytes + TYPE_OFF, frame + TYPE_OFF + gone, m->pkt_len - TYPE_OFF) == 0;
}

/* DATA_VALID of any of them, and of none that has it not; the lengths and bytes of each. */
static int
checksums_of_each(const void *data)
{
	struct rte_mbuf *pkts[NB];
	struct rte_eth_stats stats;
	unsigned int mask, i, nb;
	uint64_t bytes = 0;

	TEST_ASSERT_SUCCESS(start(data), "start");
	for (mask = 0; mask < 256; mask++) {
		for (i = 0; i < NB; i++) {
			bytes += LEN + i;
			make(LEN + i, i, 0);
			TEST_ASSERT_EQUAL(give(LEN + i, mask & 1 << i % 8 ?
				VIRTIO_NET_HDR_F_DATA_VALID : 0), 1, "no buffer");
		}
		nb = rte_eth_rx_burst(port.port_id, 0, pkts, NB);
		TEST_ASSERT_EQUAL(nb, NB, "%u packets", nb);
		for (i = 0; i < NB; i++) {
			TEST_ASSERT(is_made(pkts[i], LEN + i, i, 0, false), "mask 0x%x packet %u",
				mask, i);
			TEST_ASSERT_EQUAL(pkts[i]->ol_flags, (mask & 1 << i % 8 ?
				RTE_MBUF_F_RX_L4_CKSUM_GOOD : 0), "mask 0x%x packet %u", mask, i);
		}
		rte_pktmbuf_free_bulk(pkts, NB);
	}
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.ibytes, bytes, "%llu bytes", (unsigned long long)stats.ibytes);
	return fake_port_close(&port);
}

/* One odd frame at one place: it arrives or is counted, and all others arrive in turn. */
static int
try_odd(const struct kind *k, const struct odd *o, unsigned int place)
{
	uint64_t before = o->dropped == NULL ? 0 : fake_port_xstat(&port, o->dropped);
	unsigned int i, nb, at = 0;
	struct rte_mbuf *pkts[NB];
	bool is_odd;

	for (i = 0; i < NB; i++) {
		is_odd = i == place;
		make(is_odd ? o->len : LEN, i, is_odd ? o->tags : 0);
		TEST_ASSERT_EQUAL(give(is_odd ? o->len : LEN, is_odd ? o->flags : 0), 1,
			"no buffer");
	}
	nb = rte_eth_rx_burst(port.port_id, 0, pkts, NB);
	TEST_ASSERT_EQUAL(nb, (o->dropped != NULL ? NB - 1u : NB), "%u packets", nb);
	for (i = 0; i < NB; i++) {
		is_odd = i == place;
		if (!is_odd || o->dropped == NULL)
			TEST_ASSERT(is_made(pkts[at++], (is_odd ? o->len : LEN), i,
				(is_odd ? o->tags : 0), k->strip), "packet %u", i);
	}
	rte_pktmbuf_free_bulk(pkts, nb);
	if (o->dropped != NULL)
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, o->dropped), before + 1, "not counted");
	return TEST_SUCCESS;
}

static int
one_odd_packet(const void *data)
{
	uint64_t bytes = 0, packets = 0;
	const struct kind *k = data;
	struct rte_eth_stats stats;
	unsigned int i, place;

	TEST_ASSERT_SUCCESS(start(k), "start");
	for (i = 0; i < RTE_DIM(odds); i++) {
		for (place = 0; place < NB; place++) {
			TEST_ASSERT_SUCCESS(try_odd(k, &odds[i], place), "%s at %u",
				odds[i].name, place);
			packets += NB - 1;
			bytes += (NB - 1) * LEN;
			if (odds[i].dropped != NULL)
				continue;
			packets++;
			bytes += odds[i].len - (k->strip && odds[i].tags > 0 ? RTE_VLAN_HLEN : 0);
		}
	}
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.ipackets, packets, "%llu packets",
		(unsigned long long)stats.ipackets);
	TEST_ASSERT_EQUAL(stats.ibytes, bytes, "%llu bytes", (unsigned long long)stats.ibytes);
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
		KINDS("checksums", checksums_of_each),
		KINDS("one odd", one_odd_packet),
		KIND("one odd, stripped, split", one_odd_packet, .strip = true),
		KIND("one odd, stripped, packed", one_odd_packet, .packed = true, .strip = true),
		TEST_CASES_END()
	}
};

static int
test_vio_rx_group(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_rx_group_autotest, test_vio_rx_group);
