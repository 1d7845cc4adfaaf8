/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive-side scaling (virtio 5.1.9.5.7): what the device is told, and where frames then arrive.
 * Where, is computed here by DPDK's rte_softrss and in the test device by a hash of its own.
 */

#include <string.h>

#include "test.h"

#include "fake_flow.h"
#include "fake_port.h"
#include "vio.h"

#define NB_PAIRS	4
#define RING_SIZE	64
#define NB_FLOWS	200
#define RETA_SIZE	128
#define KEY_SIZE	FAKE_FLOW_KEY_LEN
#define RETA_GROUPS	(VIO_RETA_SIZE_MAX / RTE_ETH_RETA_GROUP_SIZE)

/* All functions that there are. */
#define ALL		FAKE_FLOW_FUNCTIONS

static struct fake_port port;

static int
setup(void)
{
	if (fake_port_prepare(&port, NB_PAIRS, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_net_rss_offer(&port.net, RETA_SIZE, KEY_SIZE);
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static struct rte_eth_conf
rss_conf(uint64_t functions, uint8_t *key, uint8_t key_len)
{
	return (struct rte_eth_conf){
		.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS,
		.rx_adv_conf.rss_conf = {
			.rss_key = key, .rss_key_len = key_len, .rss_hf = functions,
		},
	};
}

static int
start(uint16_t nb_rx, uint16_t nb_tx, const struct rte_eth_conf *conf)
{
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, nb_rx, nb_tx, RING_SIZE, conf),
		"configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	return TEST_SUCCESS;
}

/* All at once, with all queues. */
static int
start_rss(uint64_t functions)
{
	const struct rte_eth_conf conf = rss_conf(functions, NULL, 0);

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	return start(NB_PAIRS, NB_PAIRS, &conf);
}

/* ---------------------------------------------------------------- tables and keys */

/* The device's table as ethdev tells it. */
static int
query(uint16_t *table, uint16_t size)
{
	struct rte_eth_rss_reta_entry64 reta[RETA_GROUPS];
	uint16_t i;

	for (i = 0; i < RTE_DIM(reta); i++)
		reta[i].mask = UINT64_MAX;
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_reta_query(port.port_id, reta, size), "query");
	for (i = 0; i < size; i++)
		table[i] = reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
	return TEST_SUCCESS;
}

/* Sets every entry that the mask selects, from first on in each group, to queue + i % nb. */
static int
update(uint16_t size, uint64_t mask, uint16_t queue, uint16_t nb)
{
	struct rte_eth_rss_reta_entry64 reta[RETA_GROUPS];
	uint16_t i;

	for (i = 0; i < size; i++) {
		reta[i / RTE_ETH_RETA_GROUP_SIZE].mask = mask;
		reta[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] =
			queue + i % nb;
	}
	return rte_eth_dev_rss_reta_update(port.port_id, reta, size);
}

/* The queue for each flow follows from the table and DPDK's own hash. */
static int
check_spread(uint64_t functions, const uint8_t *key, const uint16_t *table, uint16_t size)
{
	unsigned int i, nb_at[NB_PAIRS] = { 0 };
	struct fake_flow f;
	uint32_t hash;
	int at;

	for (i = 0; i < NB_FLOWS; i++) {
		fake_flow_make(&f, i);
		hash = fake_flow_softrss(&f, functions, key);
		at = fake_flow_arrive(&port, &f, NULL);
		TEST_ASSERT_EQUAL(at, table[hash % size], "flow %u of hash 0x%08x: queue %d", i,
			hash, at);
		nb_at[at]++;
	}
	for (i = 0; i < NB_PAIRS; i++)
		TEST_ASSERT(nb_at[i] > NB_FLOWS / NB_PAIRS / 4, "queue %u: %u flows", i, nb_at[i]);
	return TEST_SUCCESS;
}

/* ---------------------------------------------------------------- tests */

static int
info_is_the_devices(void)
{
	static const struct {
		uint16_t device_reta, reta;
		uint8_t key;
	} rows[] = {
		{ 128, 128, 40 }, { 300, 256, 52 }, { 512, 512, 64 }, { 4096, 512, 255 },
		{ 65535, 512, 41 }, { 100, 64, 40 }, { 1, 1, 40 },
	};
	struct rte_eth_dev_info info;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		vdev_net_rss_offer(&port.net, rows[i].device_reta, rows[i].key);
		/* bits that the specification does not name mean nothing */
		port.net.config.supported_hash_types = rte_cpu_to_le_32(UINT32_MAX);
		TEST_ASSERT_SUCCESS(fake_port_probe(&port), "row %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "row %u", i);
		TEST_ASSERT_EQUAL(info.reta_size, rows[i].reta, "row %u: %u", i, info.reta_size);
		TEST_ASSERT_EQUAL(info.hash_key_size, rows[i].key, "row %u: key", i);
		TEST_ASSERT_EQUAL(info.flow_type_rss_offloads, ALL, "row %u: 0x%llx", i,
			(unsigned long long)info.flow_type_rss_offloads);
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "row %u", i);
		TEST_ASSERT_SUCCESS(setup(), "row %u", i);
	}
	return fake_port_close(&port);
}

/* Without RSS there is no table, no key and no function, and asking for one is an error. */
static int
without_rss(void)
{
	struct rte_eth_conf conf = rss_conf(0, NULL, 0);
	struct rte_eth_rss_conf hash = { .rss_hf = 0 };
	struct rte_eth_dev_info info;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_RSS, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.reta_size, 0, "%u entries", info.reta_size);
	TEST_ASSERT_EQUAL(info.hash_key_size, 0, "key");
	TEST_ASSERT_EQUAL(info.flow_type_rss_offloads, 0, "functions");
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, NB_PAIRS, &conf), "spread by the device");
	TEST_ASSERT_EQUAL(port.net.nb_pairs, NB_PAIRS, "%u pairs", port.net.nb_pairs);
	TEST_ASSERT_EQUAL(port.net.rss.nb_rss_config, 0, "RSS_CONFIG was sent");
	TEST_ASSERT_EQUAL(update(RETA_SIZE, UINT64_MAX, 0, 1), -ENOTSUP, "table");
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_update(port.port_id, &hash), -ENOTSUP, "hash");
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_conf_get(port.port_id, &hash), -ENOTSUP, "get");

	/* functions that the device does not have are refused by ethdev */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	conf = rss_conf(RTE_ETH_RSS_IPV4, NULL, 0);
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, NB_PAIRS, NB_PAIRS, &conf), -EINVAL,
		"a function of no device");
	return fake_port_close(&port);
}

/* With rss_fallback=1, any wish to spread is taken, and the device spreads by itself. */
static int
fallback(void)
{
	uint8_t key[16] = { 1 };
	const struct rte_eth_conf conf = rss_conf(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP |
		RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP | RTE_ETH_RSS_L2_PAYLOAD, key, 16);
	const struct rte_eth_conf sources = rss_conf(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_L3_SRC_ONLY,
		NULL, 0);
	struct rte_eth_rss_conf tcp = { .rss_hf = RTE_ETH_RSS_TCP };
	struct vio_dev *dev;
	struct rte_eth_dev_info info;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_RSS, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	dev = rte_eth_devices[port.port_id].data->dev_private;
	dev->rss.fallback = true;
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, NB_PAIRS, &conf), "start");
	TEST_ASSERT_EQUAL(port.net.nb_pairs, NB_PAIRS, "%u pairs", port.net.nb_pairs);
	TEST_ASSERT_EQUAL(update(RETA_SIZE, UINT64_MAX, 0, 1), -ENOTSUP, "there is no table");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.reta_size, 0, "%u entries", info.reta_size);
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &tcp), "while running");

	/* to spread by less than a flow is another wish */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, NB_PAIRS, NB_PAIRS, &sources),
		-EINVAL, "sources only");
	return fake_port_close(&port);
}

/* A device with RSS is asked for what it has, whatever rss_fallback says. */
static int
fallback_is_for_devices_without_rss(void)
{
	const struct rte_eth_conf conf = rss_conf(RTE_ETH_RSS_SCTP, NULL, 0);
	struct vio_dev *dev;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	dev = rte_eth_devices[port.port_id].data->dev_private;
	dev->rss.fallback = true;
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, NB_PAIRS, NB_PAIRS, &conf), -EINVAL,
		"SCTP");
	return fake_port_close(&port);
}

static int
bad_limits(void)
{
	vdev_net_rss_offer(&port.net, RETA_SIZE, KEY_SIZE - 1);
	TEST_ASSERT_EQUAL(fake_port_probe(&port), -EPROTO, "keys of 39 bytes");
	vdev_net_rss_offer(&port.net, 0, KEY_SIZE);
	TEST_ASSERT_EQUAL(fake_port_probe(&port), -EPROTO, "a table of no entries");
	port.net.dev.config_len = offsetof(struct virtio_net_config, supported_hash_types);
	vdev_net_rss_offer(&port.net, RETA_SIZE, KEY_SIZE);
	TEST_ASSERT_EQUAL(fake_port_probe(&port), -ERANGE, "no hash types");
	return fake_port_close(&port);
}

/* What a port tells the device that asks for functions and nothing else. */
static int
configured(void)
{
	const struct vdev_net_rss *rss = &port.net.rss;
	uint16_t i, table[RETA_SIZE];

	TEST_ASSERT_SUCCESS(start_rss(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV6_UDP), "start");
	TEST_ASSERT(rss->steers, "the device spreads by itself");
	TEST_ASSERT_EQUAL(rss->hash_types, (VIRTIO_NET_HASH_TYPE_IPv4 | VIRTIO_NET_HASH_TYPE_UDPv6),
		"types 0x%x", rss->hash_types);
	TEST_ASSERT_EQUAL(rss->key_len, KEY_SIZE, "key of %u bytes", rss->key_len);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(rss->key, fake_flow_key, KEY_SIZE, "key");
	TEST_ASSERT_EQUAL(rss->reta_size, RETA_SIZE, "%u entries", rss->reta_size);
	TEST_ASSERT_SUCCESS(query(table, RETA_SIZE), "query");
	for (i = 0; i < RETA_SIZE; i++) {
		TEST_ASSERT_EQUAL(rss->reta[i], i % NB_PAIRS, "entry %u: %u", i, rss->reta[i]);
		TEST_ASSERT_EQUAL(table[i], i % NB_PAIRS, "entry %u: %u", i, table[i]);
	}
	TEST_ASSERT_EQUAL(rss->unclassified, 0, "unclassified: %u", rss->unclassified);
	TEST_ASSERT_EQUAL(rss->max_tx_vq, NB_PAIRS, "%u Tx queues", rss->max_tx_vq);
	return fake_port_close(&port);
}

/* A spare ring stands in for a Tx queue that the application does not have. */
static int
fewer_tx_than_rx(void)
{
	const struct rte_eth_conf conf = rss_conf(RTE_ETH_RSS_IPV4, NULL, 0);
	uint16_t i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(3, 1, &conf), "start");
	TEST_ASSERT_EQUAL(port.net.nb_pairs, 3, "%u pairs", port.net.nb_pairs);
	for (i = 0; i < RETA_SIZE; i++)
		TEST_ASSERT_EQUAL(port.net.rss.reta[i], i % 3, "entry %u", i);
	return fake_port_close(&port);
}

/* Each function is one hash type, and is told back. */
static int
every_function(void)
{
	struct rte_eth_rss_conf conf = { .rss_key = NULL };
	uint32_t seen = 0;
	unsigned int bit;

	TEST_ASSERT_SUCCESS(start_rss(RTE_ETH_RSS_IPV4), "start");
	for (bit = 0; bit < 64; bit++) {
		if (!(ALL & RTE_BIT64(bit)))
			continue;
		conf.rss_hf = RTE_BIT64(bit);
		TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &conf), "%u", bit);
		TEST_ASSERT(rte_is_power_of_2(port.net.rss.hash_types) &&
			!(seen & port.net.rss.hash_types), "function %u: types 0x%x", bit,
			port.net.rss.hash_types);
		seen |= port.net.rss.hash_types;
		conf.rss_hf = 0;
		TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_conf_get(port.port_id, &conf), "get");
		TEST_ASSERT_EQUAL(conf.rss_hf, RTE_BIT64(bit), "function %u: 0x%llx", bit,
			(unsigned long long)conf.rss_hf);
	}
	TEST_ASSERT_EQUAL(seen, VIRTIO_NET_HASH_TYPES, "types 0x%x", seen);
	return fake_port_close(&port);
}

/* Of a device that has few types, only these are told and asked for. */
static int
few_types(void)
{
	struct rte_eth_rss_conf conf = { .rss_hf = RTE_ETH_RSS_IPV6 };
	struct rte_eth_dev_info info;

	port.net.config.supported_hash_types = rte_cpu_to_le_32(VIRTIO_NET_HASH_TYPE_IPv4 |
		VIRTIO_NET_HASH_TYPE_TCPv6);
	TEST_ASSERT_SUCCESS(start_rss(RTE_ETH_RSS_IPV4), "start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.flow_type_rss_offloads,
		(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV6_TCP), "0x%llx",
		(unsigned long long)info.flow_type_rss_offloads);
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_update(port.port_id, &conf), -EINVAL, "IPv6");
	return fake_port_close(&port);
}

static int
key_of_the_application(void)
{
	uint8_t key[UINT8_MAX], got[UINT8_MAX];
	struct rte_eth_conf conf;
	struct rte_eth_rss_conf hash = { .rss_key = got };
	unsigned int i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = 3 + 11 * i;
	vdev_net_rss_offer(&port.net, RETA_SIZE, 52);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	conf = rss_conf(RTE_ETH_RSS_IPV4, key, 39);
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -EINVAL, "39 bytes");
	conf = rss_conf(RTE_ETH_RSS_IPV4, key, 53);
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -EINVAL, "53 bytes");
	conf = rss_conf(RTE_ETH_RSS_IPV4, key, 52);
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, NB_PAIRS, NB_PAIRS, RING_SIZE, &conf),
		"52 bytes");
	/* the application's own memory is not looked at later */
	memset(key, 0, sizeof(key));
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(port.net.rss.key_len, 52, "%u bytes", port.net.rss.key_len);
	for (i = 0; i < 52; i++)
		TEST_ASSERT_EQUAL(port.net.rss.key[i], (uint8_t)(3 + 11 * i), "byte %u", i);

	hash.rss_key_len = 51;
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_conf_get(port.port_id, &hash), -EINVAL, "no room");
	hash.rss_key_len = sizeof(got);
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_conf_get(port.port_id, &hash), "get");
	TEST_ASSERT_EQUAL(hash.rss_key_len, 52, "%u bytes", hash.rss_key_len);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(got, port.net.rss.key, 52, "key");
	return fake_port_close(&port);
}

/* The key that the driver brings is as long as the device's longest one. */
static int
key_of_the_driver(void)
{
	unsigned int i;

	vdev_net_rss_offer(&port.net, RETA_SIZE, UINT8_MAX);
	TEST_ASSERT_SUCCESS(start_rss(RTE_ETH_RSS_IPV4), "start");
	TEST_ASSERT_EQUAL(port.net.rss.key_len, UINT8_MAX, "%u bytes", port.net.rss.key_len);
	for (i = 0; i < UINT8_MAX; i++)
		TEST_ASSERT_EQUAL(port.net.rss.key[i], fake_flow_key[i % KEY_SIZE], "byte %u", i);
	return fake_port_close(&port);
}

static uint32_t
addr_of(const uint8_t bytes[4])
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* The vectors that Microsoft publishes: the test device's hash and DPDK's are both theirs. */
static int
vectors(void)
{
	static const struct {
		uint8_t src[4], dst[4];
		uint16_t sport, dport;
		uint32_t addrs, ports;
	} rows[] = {
		{ { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766,
		  0x323e8fc2, 0x51ccc178 },
		{ { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739,
		  0xd718262a, 0xc626b0ea },
		{ { 24, 19, 198, 95 }, { 12, 22, 207, 184 }, 12898, 38024,
		  0xd2d0a5de, 0x5c2b394a },
		{ { 38, 27, 205, 30 }, { 209, 142, 163, 6 }, 48228, 2217,
		  0x82989176, 0xafc7327f },
		{ { 153, 39, 163, 191 }, { 202, 188, 127, 2 }, 44251, 1303,
		  0x5d1809c5, 0x10e828a2 },
	};
	static const uint64_t with_ports = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP;
	struct rte_eth_rss_conf hash = { .rss_hf = with_ports };
	struct vdev_net_hash got;
	unsigned int i;
	struct fake_flow f;

	TEST_ASSERT_SUCCESS(start_rss(RTE_ETH_RSS_IPV4), "start");
	for (i = 0; i < 2 * RTE_DIM(rows); i++) {
		bool ports = i >= RTE_DIM(rows);
		unsigned int row = i % RTE_DIM(rows);
		uint32_t expected = ports ? rows[row].ports : rows[row].addrs;

		if (i == RTE_DIM(rows))
			TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &hash),
				"with ports");
		memset(&f, 0, sizeof(f));
		fake_flow_ipv4(&f, IPPROTO_TCP, addr_of(rows[row].src), addr_of(rows[row].dst),
			rows[row].sport, rows[row].dport);
		got = vdev_net_rss_hash(&port.net, f.data, f.len);
		TEST_ASSERT_EQUAL(got.value, expected, "row %u: 0x%08x", row, got.value);
		TEST_ASSERT_EQUAL(fake_flow_softrss(&f, ports ? with_ports : RTE_ETH_RSS_IPV4,
			fake_flow_key), expected, "row %u: rte_softrss", row);
		TEST_ASSERT_EQUAL(fake_flow_arrive(&port, &f, NULL),
			(int)(expected % RETA_SIZE % NB_PAIRS), "row %u", row);
	}
	return fake_port_close(&port);
}

/* Flows arrive where the table says, by every function; what has no hash at the first queue. */
static int
flows_follow_the_table(void)
{
	uint16_t table[RETA_SIZE], i;
	struct fake_flow f = { .len = 64 };

	TEST_ASSERT_SUCCESS(start_rss(ALL), "start");
	TEST_ASSERT_SUCCESS(query(table, RETA_SIZE), "query");
	TEST_ASSERT_SUCCESS(check_spread(ALL, fake_flow_key, table, RETA_SIZE),
		"as configured");
	for (i = 0; i < 20; i++) {
		f.data[63] = i;
		TEST_ASSERT_EQUAL(fake_flow_arrive(&port, &f, NULL), 0, "a frame without a hash");
	}
	return fake_port_close(&port);
}

static int
table_changes_while_running(void)
{
	uint16_t table[RETA_SIZE], i;

	TEST_ASSERT_SUCCESS(start_rss(ALL), "start");
	TEST_ASSERT_SUCCESS(update(RETA_SIZE, UINT64_MAX, 1, 3), "all to queues 1 to 3");
	for (i = 0; i < RETA_SIZE; i++)
		TEST_ASSERT_EQUAL(port.net.rss.reta[i], 1 + i % 3, "entry %u", i);
	/* those that are not selected stay */
	TEST_ASSERT_SUCCESS(update(RETA_SIZE, 0xf0f0f0f0f0f0f0f0, 0, 1), "half of them to 0");
	TEST_ASSERT_SUCCESS(query(table, RETA_SIZE), "query");
	for (i = 0; i < RETA_SIZE; i++) {
		TEST_ASSERT_EQUAL(table[i], (i & 4 ? 0 : 1 + i % 3), "entry %u: %u", i, table[i]);
		TEST_ASSERT_EQUAL(port.net.rss.reta[i], table[i], "entry %u", i);
	}
	TEST_ASSERT_SUCCESS(check_spread(ALL, fake_flow_key, table, RETA_SIZE), "spread");

	/* and what a stop and a start leaves is the same */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(check_spread(ALL, fake_flow_key, table, RETA_SIZE),
		"after a stop");
	return fake_port_close(&port);
}

/* Only entries that are selected are told. */
static int
query_of_some(void)
{
	struct rte_eth_rss_reta_entry64 reta[RETA_SIZE / RTE_ETH_RETA_GROUP_SIZE] = {
		{ .mask = 0 }, { .mask = 1 << 5 },
	};
	unsigned int i;

	TEST_ASSERT_SUCCESS(start_rss(ALL), "start");
	memset(reta[0].reta, 0x5a, sizeof(reta[0].reta));
	memset(reta[1].reta, 0x5a, sizeof(reta[1].reta));
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_reta_query(port.port_id, reta, RETA_SIZE), "query");
	for (i = 0; i < RETA_SIZE; i++)
		TEST_ASSERT_EQUAL(reta[i / 64].reta[i % 64], (i == 64 + 5 ? 1 : 0x5a5a), "%u", i);
	return fake_port_close(&port);
}

static int
wrong_tables(void)
{
	TEST_ASSERT_SUCCESS(start_rss(ALL), "start");
	TEST_ASSERT_EQUAL(update(RETA_SIZE / 2, UINT64_MAX, 0, 1), -EINVAL, "too short");
	TEST_ASSERT_EQUAL(update(2 * RETA_SIZE, UINT64_MAX, 0, 1), -EINVAL, "too long");
	TEST_ASSERT_EQUAL(update(RETA_SIZE, UINT64_MAX, NB_PAIRS, 1), -EINVAL, "no such queue");
	TEST_ASSERT_EQUAL(port.net.rss.nb_rss_config, 1, "the device was told");
	return fake_port_close(&port);
}

/* A large table, and one entry: every size that a device may have. */
static int
table_sizes(void)
{
	static const uint16_t sizes[] = { 512, 256, 64, 32, 1 };
	uint16_t table[VIO_RETA_SIZE_MAX];
	unsigned int i;

	for (i = 0; i < RTE_DIM(sizes); i++) {
		vdev_net_rss_offer(&port.net, sizes[i], KEY_SIZE);
		TEST_ASSERT_SUCCESS(start_rss(ALL), "%u", sizes[i]);
		TEST_ASSERT_EQUAL(port.net.rss.reta_size, sizes[i], "%u", port.net.rss.reta_size);
		TEST_ASSERT_SUCCESS(query(table, sizes[i]), "%u", sizes[i]);
		if (sizes[i] >= NB_PAIRS)
			TEST_ASSERT_SUCCESS(check_spread(ALL, fake_flow_key, table,
				sizes[i]), "%u", sizes[i]);
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "%u", sizes[i]);
		TEST_ASSERT_SUCCESS(setup(), "%u", sizes[i]);
	}
	return fake_port_close(&port);
}

static int
hash_changes_while_running(void)
{
	uint8_t key[KEY_SIZE];
	struct rte_eth_rss_conf conf = { .rss_hf = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6 };
	uint16_t table[RETA_SIZE];
	unsigned int i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = 0x80 + 29 * i;
	TEST_ASSERT_SUCCESS(start_rss(ALL), "start");
	TEST_ASSERT_SUCCESS(query(table, RETA_SIZE), "query");
	/* without a key, the one before stays */
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &conf), "addresses");
	TEST_ASSERT_SUCCESS(check_spread(conf.rss_hf, fake_flow_key, table, RETA_SIZE), "spread");
	conf.rss_key = key;
	conf.rss_key_len = sizeof(key);
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &conf), "key");
	TEST_ASSERT_SUCCESS(check_spread(conf.rss_hf, key, table, RETA_SIZE), "by another key");
	conf.rss_key_len--;
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_update(port.port_id, &conf), -EINVAL, "a short key");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(check_spread(conf.rss_hf, key, table, RETA_SIZE), "after a stop");
	return fake_port_close(&port);
}

/* Without functions the device spreads by itself, over all queues; with some, by the table. */
static int
no_functions(void)
{
	struct rte_eth_rss_conf conf = { .rss_hf = 0 };

	TEST_ASSERT_SUCCESS(start_rss(0), "start");
	TEST_ASSERT(!port.net.rss.steers, "the table counts");
	TEST_ASSERT_EQUAL(port.net.nb_pairs, NB_PAIRS, "%u pairs", port.net.nb_pairs);
	conf.rss_hf = RTE_ETH_RSS_IPV4;
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &conf), "IPv4");
	TEST_ASSERT(port.net.rss.steers, "the table does not count");
	conf.rss_hf = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &conf), "none");
	TEST_ASSERT(!port.net.rss.steers, "the table still counts");
	TEST_ASSERT_EQUAL(port.net.rss.hash_types, 0, "types 0x%x", port.net.rss.hash_types);
	TEST_ASSERT_EQUAL(port.net.nb_pairs, NB_PAIRS, "%u pairs", port.net.nb_pairs);
	/* a table of now is for later */
	TEST_ASSERT_SUCCESS(update(RETA_SIZE, UINT64_MAX, 2, 1), "table");
	TEST_ASSERT(!port.net.rss.steers, "the table counts again");
	conf.rss_hf = RTE_ETH_RSS_IPV4;
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &conf), "IPv4");
	TEST_ASSERT_EQUAL(port.net.rss.reta[5], 2, "entry 5: %u", port.net.rss.reta[5]);
	return fake_port_close(&port);
}

/* Who does not ask for RSS is given the device's own spreading, and no command of RSS. */
static int
not_asked_for(void)
{
	static const struct rte_eth_conf conf;
	struct rte_eth_rss_conf hash = { .rss_hf = RTE_ETH_RSS_IPV4 };

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, NB_PAIRS, &conf), "start");
	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_NET_F_RSS), "RSS was agreed on");
	TEST_ASSERT_EQUAL(port.net.nb_pairs, NB_PAIRS, "%u pairs", port.net.nb_pairs);
	TEST_ASSERT_EQUAL(update(RETA_SIZE, UINT64_MAX, 0, 1), -ENOTSUP, "table");
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_update(port.port_id, &hash), -ENOTSUP, "hash");
	return fake_port_close(&port);
}

/*
 * A device with RSS and without MQ: its control queue stands behind all pairs, and it spreads by
 * all types where the application has no wish, as it does not spread otherwise.
 */
static int
without_mq(void)
{
	static const struct rte_eth_conf conf;
	uint16_t table[RETA_SIZE], i;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_MQ, false);
	/* but for those that the specification does not name */
	port.net.config.supported_hash_types = rte_cpu_to_le_32(UINT32_MAX);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, NB_PAIRS, &conf), "start");
	TEST_ASSERT_EQUAL(port.net.rss.hash_types, VIRTIO_NET_HASH_TYPES, "types 0x%x",
		port.net.rss.hash_types);
	for (i = 0; i < RETA_SIZE; i++)
		table[i] = i % NB_PAIRS;
	TEST_ASSERT_SUCCESS(check_spread(ALL, fake_flow_key, table, RETA_SIZE), "spread");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(start(1, 1, &conf), "one queue");
	TEST_ASSERT_SUCCESS(rte_eth_promiscuous_enable(port.port_id), "the control queue works");
	TEST_ASSERT(port.net.promisc, "promiscuous");
	return fake_port_close(&port);
}

/* What is asked of a stopped port reaches the device at the start, and not before. */
static int
while_stopped(void)
{
	const struct rte_eth_conf conf = rss_conf(RTE_ETH_RSS_IPV4, NULL, 0);
	struct rte_eth_rss_conf hash = { .rss_hf = RTE_ETH_RSS_IPV6 };

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, NB_PAIRS, NB_PAIRS, RING_SIZE, &conf),
		"configure");
	TEST_ASSERT_SUCCESS(update(RETA_SIZE, UINT64_MAX, 3, 1), "table");
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &hash), "hash");
	TEST_ASSERT_EQUAL(port.net.nb_commands, 0, "%u commands", port.net.nb_commands);
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(port.net.rss.reta[77], 3, "entry 77: %u", port.net.rss.reta[77]);
	TEST_ASSERT_EQUAL(port.net.rss.hash_types, VIRTIO_NET_HASH_TYPE_IPv6, "types 0x%x",
		port.net.rss.hash_types);

	/* a new configuration begins anew: the table would name queues that are no more */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(start(2, 2, &conf), "two queues");
	TEST_ASSERT_EQUAL(port.net.rss.reta[77], 1, "entry 77: %u", port.net.rss.reta[77]);
	TEST_ASSERT_EQUAL(port.net.rss.hash_types, VIRTIO_NET_HASH_TYPE_IPv4, "types 0x%x",
		port.net.rss.hash_types);
	return fake_port_close(&port);
}

/* A command that the device refuses changes nothing, and what it had is told to it again. */
static int
refused(void)
{
	struct rte_eth_rss_conf hash = { .rss_hf = RTE_ETH_RSS_IPV6 };
	uint16_t table[RETA_SIZE];
	unsigned int before;

	TEST_ASSERT_SUCCESS(start_rss(RTE_ETH_RSS_IPV4), "start");
	before = port.net.nb_commands;
	port.net.answer = VDEV_NET_REFUSE;
	port.net.answer_class = VIRTIO_NET_CTRL_MQ;
	TEST_ASSERT_EQUAL(update(RETA_SIZE, UINT64_MAX, 3, 1), -EIO, "table");
	TEST_ASSERT_EQUAL(port.net.nb_commands - before, 2, "%u commands",
		port.net.nb_commands - before);
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_update(port.port_id, &hash), -EIO, "hash");
	port.net.answer = VDEV_NET_ACK;
	TEST_ASSERT_SUCCESS(query(table, RETA_SIZE), "query");
	TEST_ASSERT_EQUAL(table[77], 77 % NB_PAIRS, "entry 77: %u", table[77]);
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_conf_get(port.port_id, &hash), "get");
	TEST_ASSERT_EQUAL(hash.rss_hf, RTE_ETH_RSS_IPV4, "0x%llx",
		(unsigned long long)hash.rss_hf);
	return fake_port_close(&port);
}

static int
refused_at_the_start(void)
{
	const struct rte_eth_conf conf = rss_conf(RTE_ETH_RSS_IPV4, NULL, 0);

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, NB_PAIRS, NB_PAIRS, RING_SIZE, &conf),
		"configure");
	port.net.answer = VDEV_NET_REFUSE;
	port.net.answer_class = VIRTIO_NET_CTRL_MQ;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EIO, "start");
	TEST_ASSERT_EQUAL(port.net.dev.status, 0, "status 0x%x", port.net.dev.status);
	return fake_port_close(&port);
}

/* ---------------------------------------------------------------- inner headers */

/* Queues that frames arrive at whose outer headers are all the same. */
static unsigned int
queues_of_one_tunnel(void)
{
	unsigned int i, queues = 0;
	struct fake_flow f;
	int at;

	for (i = 0; i < NB_FLOWS; i++) {
		fake_flow_vxlan(&f, i);
		at = fake_flow_arrive(&port, &f, NULL);
		queues |= at < 0 ? UINT32_MAX : 1u << at;
	}
	return __builtin_popcount(queues);
}

static int
inner_headers(void)
{
	struct rte_eth_rss_conf hash = { .rss_hf = ALL | RTE_ETH_RSS_LEVEL_INNERMOST };
	struct rte_eth_dev_info info;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_HASH_TUNNEL, true);
	/* a bit that the specification does not name MUST be ignored */
	port.net.config.supported_tunnel_types = rte_cpu_to_le_32(
		VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN | VIRTIO_NET_HASH_TUNNEL_TYPE_IPIP | 1u << 9);
	TEST_ASSERT_SUCCESS(start_rss(ALL), "start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.flow_type_rss_offloads, (ALL | RTE_ETH_RSS_LEVEL_MASK),
		"0x%llx", (unsigned long long)info.flow_type_rss_offloads);
	TEST_ASSERT_EQUAL(port.net.rss.tunnel_types, 0, "outer headers, unless asked");
	TEST_ASSERT_EQUAL(queues_of_one_tunnel(), 1, "outer headers");

	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &hash), "inner headers");
	TEST_ASSERT_EQUAL(port.net.rss.tunnel_types, (VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN |
		VIRTIO_NET_HASH_TUNNEL_TYPE_IPIP), "0x%x", port.net.rss.tunnel_types);
	TEST_ASSERT_EQUAL(queues_of_one_tunnel(), NB_PAIRS, "inner headers");
	hash.rss_hf = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_conf_get(port.port_id, &hash), "get");
	TEST_ASSERT_EQUAL(hash.rss_hf, (ALL | RTE_ETH_RSS_LEVEL_INNERMOST), "0x%llx",
		(unsigned long long)hash.rss_hf);

	/* restored, and switched off */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(queues_of_one_tunnel(), NB_PAIRS, "inner headers after a stop");
	hash.rss_hf = ALL | RTE_ETH_RSS_LEVEL_OUTERMOST;
	TEST_ASSERT_SUCCESS(rte_eth_dev_rss_hash_update(port.port_id, &hash), "outer headers");
	TEST_ASSERT_EQUAL(queues_of_one_tunnel(), 1, "outer headers again");
	hash.rss_hf = ALL | RTE_ETH_RSS_LEVEL_MASK;
	TEST_ASSERT_EQUAL(rte_eth_dev_rss_hash_update(port.port_id, &hash), -EINVAL, "no level");
	return fake_port_close(&port);
}

/* A device that cannot look into tunnels is not asked to. */
static int
no_inner_headers(void)
{
	struct rte_eth_conf conf = rss_conf(ALL | RTE_ETH_RSS_LEVEL_INNERMOST, NULL, 0);

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, NB_PAIRS, NB_PAIRS, &conf), -EINVAL,
		"inner headers");
	conf = rss_conf(ALL, NULL, 0);
	TEST_ASSERT_SUCCESS(start(NB_PAIRS, NB_PAIRS, &conf), "start");
	TEST_ASSERT_EQUAL(port.net.rss.nb_tunnel_set, 0, "HASH_TUNNEL_SET was sent");
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_rss",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, info_is_the_devices),
		TEST_CASE_ST(setup, teardown, without_rss),
		TEST_CASE_ST(setup, teardown, fallback),
		TEST_CASE_ST(setup, teardown, fallback_is_for_devices_without_rss),
		TEST_CASE_ST(setup, teardown, bad_limits),
		TEST_CASE_ST(setup, teardown, configured),
		TEST_CASE_ST(setup, teardown, fewer_tx_than_rx),
		TEST_CASE_ST(setup, teardown, every_function),
		TEST_CASE_ST(setup, teardown, few_types),
		TEST_CASE_ST(setup, teardown, key_of_the_application),
		TEST_CASE_ST(setup, teardown, key_of_the_driver),
		TEST_CASE_ST(setup, teardown, vectors),
		TEST_CASE_ST(setup, teardown, flows_follow_the_table),
		TEST_CASE_ST(setup, teardown, table_changes_while_running),
		TEST_CASE_ST(setup, teardown, query_of_some),
		TEST_CASE_ST(setup, teardown, wrong_tables),
		TEST_CASE_ST(setup, teardown, table_sizes),
		TEST_CASE_ST(setup, teardown, hash_changes_while_running),
		TEST_CASE_ST(setup, teardown, no_functions),
		TEST_CASE_ST(setup, teardown, not_asked_for),
		TEST_CASE_ST(setup, teardown, without_mq),
		TEST_CASE_ST(setup, teardown, while_stopped),
		TEST_CASE_ST(setup, teardown, refused),
		TEST_CASE_ST(setup, teardown, refused_at_the_start),
		TEST_CASE_ST(setup, teardown, inner_headers),
		TEST_CASE_ST(setup, teardown, no_inner_headers),
		TEST_CASES_END()
	}
};

static int
test_vio_rss(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_rss_autotest, test_vio_rss);
