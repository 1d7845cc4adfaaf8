/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The hash that the device reports of received packets (virtio 5.1.9.4.5), in mbufs: compared
 * with what DPDK's rte_softrss computes.
 */

#include <string.h>

#include "test.h"

#include "fake_flow.h"
#include "fake_port.h"
#include "vio.h"

#define NB_PAIRS	4
#define RING_SIZE	64
#define NB_FLOWS	200
#define TCPV4		(RTE_PTYPE_L3_IPV4_EXT_UNKNOWN | RTE_PTYPE_L4_TCP)

static struct fake_port port;

static int
setup(void)
{
	if (fake_port_prepare(&port, NB_PAIRS, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_net_rss_offer(&port.net, 128, FAKE_FLOW_KEY_LEN);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_HASH_REPORT, true);
	return TEST_SUCCESS;
}

static int
setup_packed(void)
{
	int ret = setup();

	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, true);
	return ret;
}

/* A device that reports hashes and does not spread by them. */
static int
setup_report_only(void)
{
	int ret = setup();

	vdev_offer(&port.net.dev, VIRTIO_NET_F_RSS, false);
	return ret;
}

static int
setup_report_only_packed(void)
{
	int ret = setup_report_only();

	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, true);
	return ret;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static struct rte_eth_conf
hash_conf(uint64_t functions, uint64_t offloads)
{
	return (struct rte_eth_conf){
		.rxmode = {
			.mq_mode = RTE_ETH_MQ_RX_RSS,
			.offloads = RTE_ETH_RX_OFFLOAD_RSS_HASH | offloads,
		},
		.rx_adv_conf.rss_conf.rss_hf = functions,
	};
}

static int
start(uint16_t nb_queues, const struct rte_eth_conf *conf)
{
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, nb_queues, nb_queues, RING_SIZE, conf),
		"configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	return TEST_SUCCESS;
}

static int
start_hash(uint64_t functions, uint64_t offloads)
{
	const struct rte_eth_conf conf = hash_conf(functions, offloads);

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	return start(NB_PAIRS, &conf);
}

/* What the device reports of the flow of that number with all functions. */
static uint32_t
ptype_of(unsigned int number)
{
	static const uint32_t l4[] = { RTE_PTYPE_L4_TCP, RTE_PTYPE_L4_UDP, 0 };

	return l4[number / 2 % RTE_DIM(l4)] |
	       (number % 2 == 0 ? RTE_PTYPE_L3_IPV4_EXT_UNKNOWN : RTE_PTYPE_L3_IPV6_EXT_UNKNOWN);
}

/* Every flow arrives with its hash and its type. */
static int
check_flows(uint64_t functions, const uint8_t *key)
{
	struct fake_flow f;
	struct rte_mbuf *m;
	unsigned int i;

	TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED),
		((port.net.dev.offered[0] >> VIRTIO_F_RING_PACKED) & 1), "the format of the rings");
	for (i = 0; i < NB_FLOWS; i++) {
		fake_flow_make(&f, i);
		TEST_ASSERT(fake_flow_arrive(&port, &f, &m) >= 0, "flow %u is lost", i);
		TEST_ASSERT_EQUAL(m->ol_flags, RTE_MBUF_F_RX_RSS_HASH, "flow %u: flags 0x%llx", i,
			(unsigned long long)m->ol_flags);
		TEST_ASSERT_EQUAL(m->hash.rss, fake_flow_softrss(&f, functions, key),
			"flow %u: 0x%08x", i, m->hash.rss);
		TEST_ASSERT_EQUAL(m->packet_type, (ptype_of(i) & (functions == FAKE_FLOW_FUNCTIONS ?
			UINT32_MAX : RTE_PTYPE_L3_MASK)), "flow %u: type 0x%x", i, m->packet_type);
		rte_pktmbuf_free(m);
	}
	return TEST_SUCCESS;
}

static int
flows(void)
{
	struct rte_eth_dev_info info;

	TEST_ASSERT_SUCCESS(start_hash(FAKE_FLOW_FUNCTIONS, 0), "start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT(info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_RSS_HASH, "the hash is not offered");
	/* virtio 5.1.9.4.3: with RSS it is configured by RSS_CONFIG */
	TEST_ASSERT_EQUAL(port.net.rss.nb_rss_config, 1, "RSS_CONFIG");
	TEST_ASSERT_EQUAL(port.net.rss.nb_hash_config, 0, "HASH_CONFIG");
	TEST_ASSERT_SUCCESS(check_flows(FAKE_FLOW_FUNCTIONS, fake_flow_key), "flows");
	return fake_port_close(&port);
}

static int
flows_packed(void)
{
	return flows();
}

/* Without RSS by HASH_CONFIG, after the command for the pairs. */
static int
flows_without_rss(void)
{
	struct rte_eth_rss_conf hash = { .rss_hf = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6 };
	uint8_t key[FAKE_FLOW_KEY_LEN];
	struct rte_eth_dev_info info;
	unsigned int i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = 7 * i + 1;
	TEST_ASSERT_SUCCESS(start_hash(FAKE_FLOW_FUNCTIONS, 0), "start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.flow_type_rss_offloads, FAKE_FLOW_FUNCTIONS, "functions");
	TEST_ASSERT_EQUAL(info.hash_key_size, FAKE_FLOW_KEY_LEN, "key");
	TEST_ASSERT_EQUAL(info.reta_size, 0, "%u entries", info.reta_size);
	TEST_ASSERT_EQUAL(port.net.rss.nb_hash_config, 1, "HASH_CONFIG");
	TEST_ASSERT_EQUAL(port.net.nb_pairs, NB_PAIRS, "%u pairs", port.net.nb_pairs);
	TEST_ASSERT_SUCCESS(check_flows(FAKE_FLOW_FUNCTIONS, fake_flow_key), "flows");

	hash.rss_key = key;
	hash.rss_key_len = sizeof(key);
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &hash), "update");
	TEST_ASSERT_SUCCESS(check_flows(hash.rss_hf, key), "another key");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(check_flows(hash.rss_hf, key), "after a stop");
	return fake_port_close(&port);
}

static int
flows_without_rss_packed(void)
{
	return flows_without_rss();
}

static int
one_queue_without_rss(void)
{
	const struct rte_eth_conf conf = hash_conf(FAKE_FLOW_FUNCTIONS, 0);

	vdev_offer(&port.net.dev, VIRTIO_NET_F_MQ, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(1, &conf), "start");
	TEST_ASSERT_SUCCESS(check_flows(FAKE_FLOW_FUNCTIONS, fake_flow_key), "flows");
	return fake_port_close(&port);
}

/* With rss_fallback=1, functions beyond the device's are not asked of it. */
static int
fallback(void)
{
	const struct rte_eth_conf conf = hash_conf(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP, 0);
	struct vio_dev *dev;

	port.net.config.supported_hash_types = rte_cpu_to_le_32(VIRTIO_NET_HASH_TYPE_IPv4);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	dev = rte_eth_devices[port.port_id].data->dev_private;
	dev->rss.fallback = true;
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, &conf), "start");
	TEST_ASSERT_EQUAL(port.net.rss.hash_types, VIRTIO_NET_HASH_TYPE_IPv4, "types 0x%x",
		port.net.rss.hash_types);
	return fake_port_close(&port);
}

/* A port that does not want the hash has no place for it in the header. */
static int
not_asked_for(void)
{
	struct rte_eth_conf conf = hash_conf(FAKE_FLOW_FUNCTIONS, 0);
	struct fake_flow f;
	struct rte_mbuf *m;

	conf.rxmode.offloads = 0;
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, &conf), "start");
	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_NET_F_HASH_REPORT), "it was agreed on");
	fake_flow_make(&f, 0);
	TEST_ASSERT(fake_flow_arrive(&port, &f, &m) >= 0, "the frame is lost");
	TEST_ASSERT_EQUAL(m->ol_flags, 0, "flags 0x%llx", (unsigned long long)m->ol_flags);
	TEST_ASSERT_EQUAL(m->packet_type, 0, "type 0x%x", m->packet_type);
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

static int
not_offered(void)
{
	const struct rte_eth_conf conf = hash_conf(FAKE_FLOW_FUNCTIONS, 0);

	vdev_offer(&port.net.dev, VIRTIO_NET_F_HASH_REPORT, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -EINVAL, "offload");
	return fake_port_close(&port);
}

/* A frame without a hash, and every value that a device can write as its type. */
static int
every_report(void)
{
	static const uint32_t ptypes[] = {
		0,
		RTE_PTYPE_L3_IPV4_EXT_UNKNOWN, TCPV4,
		RTE_PTYPE_L3_IPV4_EXT_UNKNOWN | RTE_PTYPE_L4_UDP,
		RTE_PTYPE_L3_IPV6_EXT_UNKNOWN,
		RTE_PTYPE_L3_IPV6_EXT_UNKNOWN | RTE_PTYPE_L4_TCP,
		RTE_PTYPE_L3_IPV6_EXT_UNKNOWN | RTE_PTYPE_L4_UDP,
		RTE_PTYPE_L3_IPV6_EXT_UNKNOWN,
		RTE_PTYPE_L3_IPV6_EXT_UNKNOWN | RTE_PTYPE_L4_TCP,
		RTE_PTYPE_L3_IPV6_EXT_UNKNOWN | RTE_PTYPE_L4_UDP,
	};
	struct virtio_net_hdr_ext hdr = { 0 };
	struct fake_flow f;
	struct rte_mbuf *m;
	unsigned int i;

	TEST_ASSERT_SUCCESS(start_hash(FAKE_FLOW_FUNCTIONS, 0), "start");
	fake_flow_make(&f, 0);
	for (i = 0; i <= UINT16_MAX; i++) {
		bool known = i > 0 && i < RTE_DIM(ptypes);

		hdr.hash_value = rte_cpu_to_le_32(0x89abcdef + i);
		hdr.hash_report = rte_cpu_to_le_16(i);
		hdr.padding_reserved = rte_cpu_to_le_16(~i);
		TEST_ASSERT_EQUAL(vdev_net_rx_hdr(&port.net, 0, f.data, f.len, &hdr), 1, "%u", i);
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "report %u", i);
		TEST_ASSERT_EQUAL(m->ol_flags, (known ? RTE_MBUF_F_RX_RSS_HASH : 0),
			"report %u: flags 0x%llx", i, (unsigned long long)m->ol_flags);
		TEST_ASSERT_EQUAL(m->packet_type, (known ? ptypes[i] : 0), "report %u: type 0x%x",
			i, m->packet_type);
		if (known)
			TEST_ASSERT_EQUAL(m->hash.rss, 0x89abcdef + i, "report %u", i);
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* With other things that the header says, and with a tag that is taken out. */
static int
with_other_offloads(void)
{
	struct virtio_net_hdr_ext hdr = {
		.hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID,
		.hash_value = RTE_LE32(0x12345678),
		.hash_report = RTE_LE16(VIRTIO_NET_HASH_REPORT_TCPv4),
	};
	static const uint8_t tag[] = { 0x81, 0x00, 0x00, 0x07 };
	struct fake_flow f;
	struct rte_mbuf *m;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_GUEST_CSUM, true);
	TEST_ASSERT_SUCCESS(start_hash(FAKE_FLOW_FUNCTIONS, RTE_ETH_RX_OFFLOAD_TCP_CKSUM |
		RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_VLAN_STRIP), "start");
	fake_flow_make(&f, 0);
	memmove(&f.data[16], &f.data[12], f.len - 12);
	memcpy(&f.data[12], tag, sizeof(tag));
	f.len += sizeof(tag);
	TEST_ASSERT_EQUAL(vdev_net_rx_hdr(&port.net, 0, f.data, f.len, &hdr), 1, "frame");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "packet");
	TEST_ASSERT_EQUAL(m->ol_flags, (RTE_MBUF_F_RX_RSS_HASH | RTE_MBUF_F_RX_L4_CKSUM_GOOD |
		RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED), "flags 0x%llx",
		(unsigned long long)m->ol_flags);
	TEST_ASSERT_EQUAL(m->hash.rss, 0x12345678, "0x%08x", m->hash.rss);
	TEST_ASSERT_EQUAL(m->packet_type, TCPV4, "type 0x%x", m->packet_type);
	TEST_ASSERT_EQUAL(m->vlan_tci, 7, "VLAN %u", m->vlan_tci);
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

/* Only the first of several buffers has a header. */
static int
several_buffers(void)
{
	static uint8_t frame[6000];
	const struct rte_eth_conf conf = {
		.rxmode = {
			.mtu = 9000,
			.mq_mode = RTE_ETH_MQ_RX_RSS,
			.offloads = RTE_ETH_RX_OFFLOAD_RSS_HASH | RTE_ETH_RX_OFFLOAD_SCATTER,
		},
		.rx_adv_conf.rss_conf.rss_hf = RTE_ETH_RSS_IPV4,
	};
	struct fake_flow f;
	struct rte_mbuf *m;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(1, &conf), "start");
	fake_flow_make(&f, 0);
	memcpy(frame, f.data, f.len);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, sizeof(frame)), 3, "buffers");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "packet");
	TEST_ASSERT_EQUAL(m->pkt_len, sizeof(frame), "%u bytes", m->pkt_len);
	TEST_ASSERT_EQUAL(m->hash.rss, fake_flow_softrss(&f, RTE_ETH_RSS_IPV4, fake_flow_key),
		"0x%08x", m->hash.rss);
	TEST_ASSERT_EQUAL(m->ol_flags, RTE_MBUF_F_RX_RSS_HASH, "flags");
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

/* Headers of sent packets are as long, and zero. */
static int
sent_headers(void)
{
	static uint8_t got[VDEV_NET_FRAME_MAX];
	struct rte_mbuf *m;
	unsigned int i;

	TEST_ASSERT_SUCCESS(start_hash(FAKE_FLOW_FUNCTIONS, 0), "start");
	/* pushed before the data, and where that is not allowed, on its own */
	for (i = 0; i < 2; i++) {
		m = fake_port_packet(port.pool, 100, 100, i);
		if (i == 1)
			rte_pktmbuf_refcnt_update(m, 1);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "send");
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, got, NULL), 100, "frame %u", i);
		if (i == 1)
			rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* A type that inner headers were hashed by is not that of the packet. */
static int
inner_headers(void)
{
	const struct rte_eth_conf conf = hash_conf(FAKE_FLOW_FUNCTIONS |
		RTE_ETH_RSS_LEVEL_INNERMOST, 0);
	struct fake_flow f, inner;
	struct rte_mbuf *m;
	unsigned int i;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_HASH_TUNNEL, true);
	port.net.config.supported_tunnel_types =
		rte_cpu_to_le_32(VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, &conf), "start");
	for (i = 0; i < 20; i++) {
		fake_flow_vxlan(&f, i);
		fake_flow_make(&inner, i);
		TEST_ASSERT(fake_flow_arrive(&port, &f, &m) >= 0, "flow %u is lost", i);
		TEST_ASSERT_EQUAL(m->hash.rss, fake_flow_softrss(&inner, FAKE_FLOW_FUNCTIONS,
			fake_flow_key), "flow %u: 0x%08x", i, m->hash.rss);
		TEST_ASSERT_EQUAL(m->packet_type, 0, "flow %u: type 0x%x", i, m->packet_type);
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* No function, no hash: it is not told of packets that arrive later either. */
static int
no_functions(void)
{
	struct rte_eth_rss_conf hash = { .rss_hf = 0 };
	struct fake_flow f;
	struct rte_mbuf *m;

	TEST_ASSERT_SUCCESS(start_hash(FAKE_FLOW_FUNCTIONS, 0), "start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &hash), "none");
	fake_flow_make(&f, 0);
	TEST_ASSERT(fake_flow_arrive(&port, &f, &m) >= 0, "the frame is lost");
	TEST_ASSERT_EQUAL(m->ol_flags, 0, "flags 0x%llx", (unsigned long long)m->ol_flags);
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_hash",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, flows),
		TEST_CASE_ST(setup_packed, teardown, flows_packed),
		TEST_CASE_ST(setup_report_only, teardown, flows_without_rss),
		TEST_CASE_ST(setup_report_only_packed, teardown, flows_without_rss_packed),
		TEST_CASE_ST(setup_report_only, teardown, one_queue_without_rss),
		TEST_CASE_ST(setup_report_only, teardown, fallback),
		TEST_CASE_ST(setup, teardown, not_asked_for),
		TEST_CASE_ST(setup, teardown, not_offered),
		TEST_CASE_ST(setup, teardown, every_report),
		TEST_CASE_ST(setup, teardown, with_other_offloads),
		TEST_CASE_ST(setup, teardown, several_buffers),
		TEST_CASE_ST(setup, teardown, sent_headers),
		TEST_CASE_ST(setup, teardown, inner_headers),
		TEST_CASE_ST(setup, teardown, no_functions),
		TEST_CASES_END()
	}
};

static int
test_vio_hash(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_hash_autotest, test_vio_hash);
