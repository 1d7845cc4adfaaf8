/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The port's life: probe, information, configuration, start, stop, link, and what can fail. */

#include <string.h>
#include <unistd.h>

#include "test.h"

#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	64

static struct fake_port port;

/* A device of four pairs. */
static int
setup(void)
{
	return fake_port_prepare(&port, 4, 256) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static int
setup_started(void)
{
	return fake_port_start(&port, RING_SIZE) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* One frame each way through a pair. */
static int
traffic(uint16_t rxq, uint16_t txq)
{
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	struct rte_mbuf *m;

	fake_port_pattern(frame, 500, rxq);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, rxq, frame, 500), 1, "Rx queue %u", rxq);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, rxq, &m, 1), 1, "Rx queue %u", rxq);
	TEST_ASSERT(fake_port_packet_is(m, 500, rxq), "Rx queue %u", rxq);
	rte_pktmbuf_free(m);

	m = fake_port_packet(port.pool, 600, 600, txq);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, txq, &m, 1), 1, "Tx queue %u", txq);
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, txq, frame, NULL), 600, "Tx queue %u", txq);
	return TEST_SUCCESS;
}

static int
info_is_the_devices(void)
{
	struct rte_eth_dev_info info;

	port.net.config.mtu = rte_cpu_to_le_16(2000);
	port.net.dev.queues[VIRTIO_NET_RXQ(2)].size_max = 1000;	/* odd: 512 of it */
	port.net.dev.queues[VIRTIO_NET_RXQ(0)].size_max = 65535;
	port.net.dev.queues[VIRTIO_NET_RXQ(1)].size_max = 2048;
	port.net.dev.queues[VIRTIO_NET_RXQ(3)].size_max = 2048;
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(strcmp(info.driver_name, "net_vio_test"), 0, "%s", info.driver_name);
	TEST_ASSERT(info.max_rx_queues == 4 && info.max_tx_queues == 4, "%u Rx, %u Tx queues",
		info.max_rx_queues, info.max_tx_queues);
	TEST_ASSERT_EQUAL(info.rx_desc_lim.nb_max, 512, "Rx ring %u", info.rx_desc_lim.nb_max);
	TEST_ASSERT_EQUAL(info.tx_desc_lim.nb_max, 256, "Tx ring %u", info.tx_desc_lim.nb_max);
	TEST_ASSERT_EQUAL(info.tx_desc_lim.nb_seg_max, 255, "segments");
	TEST_ASSERT_EQUAL(info.default_rxportconf.ring_size, 512, "default Rx ring");
	TEST_ASSERT_EQUAL(info.default_txportconf.ring_size, 256, "default Tx ring");
	TEST_ASSERT(info.min_mtu == 68 && info.max_mtu == 2000, "MTU %u to %u", info.min_mtu,
		info.max_mtu);
	TEST_ASSERT_EQUAL(info.max_rx_pktlen, 2022, "frames of %u", info.max_rx_pktlen);
	TEST_ASSERT_EQUAL(info.max_mac_addrs, VIO_MAC_ADDRS_MAX, "addresses");
	TEST_ASSERT_EQUAL(info.rx_offload_capa,
		(RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_VLAN_FILTER |
		 VIO_VLAN_RX_OFFLOADS | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT),
		"Rx offloads 0x%llx",
		(unsigned long long)info.rx_offload_capa);
	TEST_ASSERT_EQUAL(info.tx_offload_capa,
		(RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE |
		VIO_VLAN_TX_OFFLOADS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM |
		RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM), "Tx offloads");
	return fake_port_close(&port);
}

/* The least a device may be: nothing but VERSION_1. */
static int
info_of_a_plain_device(void)
{
	static const struct rte_eth_conf conf;
	struct rte_eth_dev_info info;
	struct rte_ether_addr mac;

	memset(port.net.dev.offered, 0, sizeof(port.net.dev.offered));
	vdev_offer(&port.net.dev, VIRTIO_F_VERSION_1, true);
	port.net.dev.nb_queues = 2;
	port.net.dev.queues[0].size_max = 65535;
	port.net.dev.queues[1].size_max = 8;
	port.net.dev.config_len = 0;
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT(info.max_rx_queues == 1 && info.max_tx_queues == 1, "queues");
	TEST_ASSERT_EQUAL(info.rx_desc_lim.nb_max, 32768, "Rx ring %u", info.rx_desc_lim.nb_max);
	TEST_ASSERT_EQUAL(info.tx_desc_lim.nb_max, 8, "Tx ring %u", info.tx_desc_lim.nb_max);
	TEST_ASSERT_EQUAL(info.max_mac_addrs, 1, "addresses");
	TEST_ASSERT_EQUAL(info.rx_offload_capa,
		(VIO_VLAN_RX_OFFLOADS | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT), "Rx offloads");
	TEST_ASSERT_EQUAL(info.max_mtu, VIO_MTU_MAX, "MTU %u", info.max_mtu);
	TEST_ASSERT_SUCCESS(rte_eth_macaddr_get(port.port_id, &mac), "address");
	TEST_ASSERT(rte_is_local_admin_ether_addr(&mac) && rte_is_unicast_ether_addr(&mac),
		"not a random one");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 8, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	return fake_port_close(&port);
}

/* The address that the device states, unless it cannot be one of a station. */
static int
address_of_the_device(void)
{
	static const uint8_t bad[][6] = { { 0 }, { 0x03, 1, 2, 3, 4, 5 }, { 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff } };
	struct rte_ether_addr mac;
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_macaddr_get(port.port_id, &mac), "address");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(&mac, port.net.config.mac, 6, "another one");
	for (i = 0; i < RTE_DIM(bad); i++) {
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
		TEST_ASSERT_SUCCESS(setup(), "again");
		memcpy(port.net.config.mac, bad[i], 6);
		TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_macaddr_get(port.port_id, &mac), "address");
		TEST_ASSERT(rte_is_valid_assigned_ether_addr(&mac), "case %u", i);
	}
	return fake_port_close(&port);
}

/* Faults of a device that must not be driven. */
static void
fault_version_1(void)
{
	vdev_offer(&port.net.dev, VIRTIO_F_VERSION_1, false);
}

static void
fault_refuses_features(void)
{
	port.net.dev.refuse_features = true;
}

static void
fault_gone(void)
{
	port.transport.gone = true;
}

static void
fault_no_reset(void)
{
	port.transport.reset_error = -ETIMEDOUT;
}

static void
fault_no_second_reset(void)
{
	port.transport.reset_error = -ETIMEDOUT;
	port.transport.nb_good_resets = 1;
}

static void
fault_config_unstable(void)
{
	port.transport.config_error = -EAGAIN;
}

static void
fault_config_short(void)
{
	port.net.dev.config_len = 10;	/* no mtu */
}

static void
fault_no_pairs(void)
{
	port.net.config.max_virtqueue_pairs = 0;
}

static void
fault_pairs_0x8001(void)
{
	port.net.config.max_virtqueue_pairs = rte_cpu_to_le_16(0x8001);
}

static void
fault_pairs_65535(void)
{
	port.net.config.max_virtqueue_pairs = rte_cpu_to_le_16(UINT16_MAX);
}

static void
fault_mtu_0(void)
{
	port.net.config.mtu = 0;
}

static void
fault_mtu_67(void)
{
	port.net.config.mtu = rte_cpu_to_le_16(67);
}

static void
fault_rx_size_0(void)
{
	port.net.dev.queues[0].size_max = 0;
}

static void
fault_tx_size_1(void)
{
	port.net.dev.queues[1].size_max = 1;
}

static void
fault_tx_size_7(void)
{
	port.net.dev.queues[1].size_max = 7;
}

static void
fault_ctrl_size_0(void)
{
	port.net.dev.queues[8].size_max = 0;
}

static void
fault_no_queues(void)
{
	port.net.dev.nb_queues = 0;
}

/* virtio 3.1.1: a driver that gives up says so by FAILED; or it resets the device. */
static bool
device_is_left(void)
{
	return port.net.dev.status == 0 || (port.net.dev.status & VIRTIO_STATUS_FAILED);
}

struct fault {
	void (*set)(void);
	int error;
};

static int
probe_fails(const void *data)
{
	const struct fault *f = data;
	int ret;

	f->set();
	ret = fake_port_probe(&port);
	TEST_ASSERT_EQUAL(ret, f->error, "%d", ret);
	if (f->error != -ENODEV && f->error != -ETIMEDOUT)
		TEST_ASSERT(device_is_left(), "status 0x%x", port.net.dev.status);
	if (f->set == fault_version_1 || f->set == fault_refuses_features)
		port.net.dev.nb_complaints = 0;	/* the refusal itself */
	return fake_port_close(&port);
}

/* Fewer queues than stated: those that are there are used. */
static int
fewer_pairs_than_stated(void)
{
	struct rte_eth_dev_info info;

	port.net.dev.queues[VIRTIO_NET_TXQ(2)].size_max = 0;
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT(info.max_rx_queues == 2 && info.max_tx_queues == 2, "%u", info.max_rx_queues);
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 2, 2, RING_SIZE, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(traffic(1, 1), "traffic");
	return fake_port_close(&port);
}

/* The device sees the size that was asked for, as a power of two. */
static int
nb_desc_is_honoured(void)
{
	static const struct {
		uint16_t asked;
		uint16_t seen;
	} sizes[] = {
		{ 8, 8 }, { 9, 16 }, { 16, 16 }, { 100, 128 }, { 128, 128 }, { 129, 256 },
		{ 255, 256 }, { 256, 256 }, { 0, 256 },
	};
	struct rte_eth_rxq_info rx;
	struct rte_eth_txq_info tx;
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	for (i = 0; i < RTE_DIM(sizes); i++) {
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, sizes[i].asked, NULL), "%u",
			sizes[i].asked);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "%u", sizes[i].asked);
		TEST_ASSERT_EQUAL(port.net.dev.queues[0].size, sizes[i].seen, "Rx %u: %u",
			sizes[i].asked, port.net.dev.queues[0].size);
		TEST_ASSERT_EQUAL(port.net.dev.queues[1].size, sizes[i].seen, "Tx %u: %u",
			sizes[i].asked, port.net.dev.queues[1].size);
		TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &rx), "info");
		TEST_ASSERT_SUCCESS(rte_eth_tx_queue_info_get(port.port_id, 0, &tx), "info");
		TEST_ASSERT(rx.nb_desc == sizes[i].seen && tx.nb_desc == sizes[i].seen,
			"info says %u and %u", rx.nb_desc, tx.nb_desc);
		TEST_ASSERT(rx.mp == port.pool && rx.scattered_rx == 1, "info");
		TEST_ASSERT_SUCCESS(traffic(0, 0), "%u", sizes[i].asked);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	}
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 257, SOCKET_ID_ANY, NULL,
		port.pool), -EINVAL, "Rx 257");
	TEST_ASSERT_EQUAL(rte_eth_tx_queue_setup(port.port_id, 0, 257, SOCKET_ID_ANY, NULL),
		-EINVAL, "Tx 257");
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 7, SOCKET_ID_ANY, NULL,
		port.pool), -EINVAL, "Rx 7");
	return fake_port_close(&port);
}

/* What an application may get wrong, each an error and no leak. */
static int
wrong_configurations(void)
{
	static const struct rte_eth_conf plain;
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_rxconf rxconf = { 0 };
	struct rte_eth_txconf txconf = { 0 };
	struct rte_mempool *small;

	small = rte_pktmbuf_pool_create("test_vio_small", 15, 0, 0, RTE_PKTMBUF_HEADROOM + 64,
		SOCKET_ID_ANY);
	TEST_ASSERT_NOT_NULL(small, "pool");
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 5, 4, &plain), -EINVAL, "5 Rx");
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 4, 5, &plain), -EINVAL, "5 Tx");
	conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf.rx_adv_conf.rss_conf.rss_hf = RTE_ETH_RSS_IP;
	TEST_ASSERT_FAIL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), "RSS of a kind");
	conf.rx_adv_conf.rss_conf.rss_hf = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 2, 2, &conf), "spreading");
	conf.rxmode.mq_mode = RTE_ETH_MQ_RX_VMDQ_ONLY;
	TEST_ASSERT_FAIL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), "VMDq");
	conf = plain;
	conf.intr_conf.rxq = 1;
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -ENOTSUP,
		"Rx interrupts");
	conf = plain;
	conf.rxmode.mtu = 9001;
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -EINVAL, "MTU");
	conf = plain;
	conf.rxmode.offloads = RTE_ETH_RX_OFFLOAD_TCP_LRO;
	TEST_ASSERT_EQUAL(rte_eth_dev_configure(port.port_id, 1, 1, &conf), -EINVAL, "LRO");

	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &plain), "configure");
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, NULL, small),
		-EINVAL, "buffers too small for a frame");
	rxconf.rx_free_thresh = 65;
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, &rxconf,
		port.pool), -EINVAL, "rx_free_thresh");
	txconf.tx_free_thresh = 65;
	TEST_ASSERT_EQUAL(rte_eth_tx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, &txconf),
		-EINVAL, "tx_free_thresh");
	rxconf = (struct rte_eth_rxconf){ .rx_deferred_start = 1 };
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, &rxconf,
		port.pool), -ENOTSUP, "rx_deferred_start");
	txconf = (struct rte_eth_txconf){ .tx_deferred_start = 1 };
	TEST_ASSERT_EQUAL(rte_eth_tx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, &txconf),
		-ENOTSUP, "tx_deferred_start");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, NULL,
		port.pool), "a good one");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EINVAL, "Tx queue missing");

	/* while stopped, queues may still be set up for another MTU: the start decides */
	TEST_ASSERT_SUCCESS(rte_eth_tx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, NULL),
		"a good one");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, 3000), "MTU while stopped");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EINVAL, "no scatter");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, 1500), "MTU while stopped");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(rte_eth_dev_set_mtu(port.port_id, 3000), -EINVAL, "MTU while started");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	rte_mempool_free(small);
	return fake_port_close(&port);
}

/* Buffers that hold 64 bytes do, with scattered receive. */
static int
small_buffers_scatter(void)
{
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	struct rte_mempool *small;
	struct rte_mbuf *m;

	small = rte_pktmbuf_pool_create("test_vio_small", 511, 0, 0, RTE_PKTMBUF_HEADROOM + 76,
		SOCKET_ID_ANY);
	TEST_ASSERT_NOT_NULL(small, "pool");
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 256, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, 256, SOCKET_ID_ANY, NULL,
		small), "small buffers");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	fake_port_pattern(frame, 1514, 3);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, 1514), 21, "buffers");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "a packet");
	TEST_ASSERT(fake_port_packet_is(m, 1514, 3), "bytes");
	rte_pktmbuf_free(m);
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(small), 511, "mbufs lost");
	rte_mempool_free(small);
	return fake_port_close(&port);
}

/* Other numbers of queues, one after another; each pair in use is complete on the device. */
static int
reconfigure(void)
{
	static const struct {
		uint16_t nb_rx;
		uint16_t nb_tx;
	} rounds[] = { { 1, 1 }, { 4, 4 }, { 2, 1 }, { 4, 1 }, { 3, 2 }, { 1, 1 }, { 4, 4 } };
	unsigned int i;
	uint16_t q;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	for (i = 0; i < RTE_DIM(rounds); i++) {
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, rounds[i].nb_rx, rounds[i].nb_tx,
			RING_SIZE, NULL), "round %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "round %u", i);
		TEST_ASSERT_EQUAL(port.net.nb_pairs, rounds[i].nb_rx, "round %u: %u pairs", i,
			port.net.nb_pairs);
		for (q = 0; q < 8; q++)
			TEST_ASSERT_EQUAL(port.net.dev.queues[q].enabled, (q < 2 * rounds[i].nb_rx),
				"round %u: queue %u", i, q);
		for (q = 0; q < rounds[i].nb_rx; q++)
			TEST_ASSERT_SUCCESS(traffic(q, q % rounds[i].nb_tx), "round %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "round %u", i);
		TEST_ASSERT_EQUAL(port.net.dev.status, 0, "status 0x%x", port.net.dev.status);
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE,
			"round %u: mbufs lost", i);
	}
	return fake_port_close(&port);
}

/* More Tx than Rx queues: frames of the other pairs would be lost. */
static int
more_tx_than_rx(void)
{
	static const struct rte_eth_conf conf;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_EQUAL(fake_port_configure(&port, 1, 2, RING_SIZE, NULL), -ENOTSUP, "1 and 2");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EINVAL, "Tx queue 1 is not set up");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 2, 2, RING_SIZE, NULL), "2 and 2");
	/* the Tx queues of before are still set up */
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 2, &conf), "1 and 2 again");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -ENOTSUP, "left from before");
	return fake_port_close(&port);
}

/*
 * virtio 5.1.4.2: buffers enough for a frame of the MTU, also when as many are missing as a refill
 * may wait for.
 */
static int
enough_buffers_for_the_mtu(void)
{
	static const struct rte_eth_conf jumbo = {
		.rxmode = { .mtu = 9000, .offloads = RTE_ETH_RX_OFFLOAD_SCATTER },
	};
	static const struct rte_eth_conf plain;
	struct rte_eth_rxconf rxconf = { .rx_free_thresh = 16 };

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &jumbo), "configure");
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 16, SOCKET_ID_ANY, &rxconf,
		port.pool), -EINVAL, "one buffer may be all");
	rxconf.rx_free_thresh = 12;
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, 16, SOCKET_ID_ANY, &rxconf,
		port.pool), "five buffers are sure");

	/* the device's MTU of 9000 binds also a port of 1500 */
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &plain), "configure");
	rxconf.rx_free_thresh = 13;
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 16, SOCKET_ID_ANY, &rxconf,
		port.pool), -EINVAL, "four buffers");
	return fake_port_close(&port);
}

/* ... unless MTU is not agreed on, as where a frame of it would need one buffer. */
static int
mtu_without_mergeable_buffers(void)
{
	static const struct rte_eth_conf jumbo = { .rxmode = { .mtu = 9000 } };
	static const struct rte_eth_conf plain;

	vdev_offer(&port.net.dev, VIRTIO_NET_F_MRG_RXBUF, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &plain), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_NET_F_MTU), "agreed on");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(fake_port_configure(&port, 1, 1, RING_SIZE, &jumbo), -EINVAL, "9000");
	return fake_port_close(&port);
}

/* rte_eth_dev_reset(), as an application may answer INTR_RESET, and what comes after it. */
static int
port_reset(void)
{
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(port.port_id), "reset");
	TEST_ASSERT_EQUAL(port.net.dev.status, 0, "status 0x%x", port.net.dev.status);
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs lost");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EINVAL, "queues are to be set up");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	return fake_port_close(&port);
}

/* A device that offers other features than when it was probed is never taken again. */
static int
offer_changed_for_good(void)
{
	unsigned int i;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	vdev_offer(&port.net.dev, VIRTIO_NET_F_SPEED_DUPLEX, false);
	for (i = 0; i < 2; i++) {
		TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EPROTO, "start");
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "again");
	}
	port.net.dev.nb_complaints = 0;
	return fake_port_close(&port);
}

static int
stop_and_start_again(void)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		TEST_ASSERT_SUCCESS(traffic(0, 0), "round %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "round %u", i);
		TEST_ASSERT_EQUAL(port.net.dev.status, 0, "status 0x%x", port.net.dev.status);
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE,
			"round %u: mbufs lost", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "round %u", i);
	}
	return fake_port_close(&port);
}

/* What was set is told again to a device that forgot it in its reset. */
static int
filters_are_restored(void)
{
	static const struct rte_eth_conf conf = {
		.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_VLAN_FILTER,
	};
	struct rte_ether_addr uc = { .addr_bytes = { 2, 0, 0, 0, 0, 7 } };
	struct rte_ether_addr mc = { .addr_bytes = { 3, 0, 0, 0, 0, 7 } };
	struct rte_ether_addr primary = { .addr_bytes = { 2, 0, 0, 0, 0, 8 } };
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 3, 3, RING_SIZE, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(rte_eth_promiscuous_enable(port.port_id), "promiscuous");
	TEST_ASSERT_SUCCESS(rte_eth_allmulticast_enable(port.port_id), "all-multicast");
	TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_add(port.port_id, &uc, 0), "address");
	TEST_ASSERT_SUCCESS(rte_eth_dev_default_mac_addr_set(port.port_id, &primary), "primary");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mc_addr_list(port.port_id, &mc, 1), "multicast");
	TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, 100, 1), "VLAN");
	for (i = 0; i < 2; i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
		TEST_ASSERT(!port.net.promisc && port.net.nb_pairs == 1, "the device forgot");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		TEST_ASSERT(port.net.promisc, "promiscuous");
		TEST_ASSERT(port.net.allmulti, "all-multicast");
		TEST_ASSERT_EQUAL(port.net.unicast.nb, 1, "%u unicast", port.net.unicast.nb);
		TEST_ASSERT_BUFFERS_ARE_EQUAL(port.net.unicast.addr[0], &uc, 6, "unicast");
		TEST_ASSERT_EQUAL(port.net.multicast.nb, 1, "%u multicast", port.net.multicast.nb);
		TEST_ASSERT_BUFFERS_ARE_EQUAL(port.net.multicast.addr[0], &mc, 6, "multicast");
		TEST_ASSERT_BUFFERS_ARE_EQUAL(port.net.mac, &primary, 6, "primary");
		TEST_ASSERT_EQUAL(port.net.vlans[1], UINT64_C(1) << 36, "VLANs");
		TEST_ASSERT_EQUAL(port.net.nb_pairs, 3, "%u pairs", port.net.nb_pairs);
	}
	return fake_port_close(&port);
}

/* Without the filter CTRL_VLAN is not agreed on, or the device would drop every tag. */
static int
vlan_filter_by_configuration(void)
{
	static const struct rte_eth_conf with = {
		.rxmode.offloads = RTE_ETH_RX_OFFLOAD_VLAN_FILTER,
	};
	static const struct rte_eth_conf without;
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	for (i = 0; i < 4; i++) {
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE,
			i % 2 == 0 ? &with : &without), "round %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "round %u", i);
		TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_NET_F_CTRL_VLAN), (i % 2 == 0),
			"round %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "round %u", i);
	}

	/* switched on a stopped port, it holds from the next start on */
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_FILTER_OFFLOAD), "on");
	TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, 42, 1), "VLAN 42");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT(vdev_has(&port.net.dev, VIRTIO_NET_F_CTRL_VLAN), "not agreed on");
	TEST_ASSERT(port.net.vlans[42 / 64] & (UINT64_C(1) << 42), "VLAN 42");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id, 0), "off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_NET_F_CTRL_VLAN), "agreed on while off");
	TEST_ASSERT_EQUAL(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_FILTER_OFFLOAD), -ENOTSUP, "on while running");
	return fake_port_close(&port);
}

/* What can go wrong in a start: it fails, nothing is lost, and the next one works. */
static void
fault_rxq_size(void)
{
	port.transport.enable_error = -EINVAL;
	port.transport.enable_error_queue = 0;
}

static void
fault_txq_vector(void)
{
	port.transport.enable_error = -ENOSPC;
	port.transport.enable_error_queue = 3;
}

static void
fault_ctrlq_notify(void)
{
	port.transport.enable_error = -ERANGE;
	port.transport.enable_error_queue = 8;
}

static void
fault_pairs_refused(void)
{
	port.net.answer = VDEV_NET_REFUSE;
	port.net.answer_class = VIRTIO_NET_CTRL_MQ;
}

static void
fault_multicast_refused(void)
{
	port.net.answer = VDEV_NET_REFUSE;
	port.net.answer_class = VIRTIO_NET_CTRL_MAC;
}

static void
fault_nonsense(void)
{
	port.net.answer = VDEV_NET_WRONG_ID;
}

static void
fault_offers_less(void)
{
	vdev_offer(&port.net.dev, VIRTIO_NET_F_STATUS, false);
}

static void
clear_faults(void)
{
	port.transport.enable_error = 0;
	port.transport.reset_error = 0;
	port.transport.nb_good_resets = 0;
	port.transport.gone = false;
	port.transport.config_vector_error = 0;
	port.net.dev.refuse_features = false;
	port.net.answer = VDEV_NET_ACK;
	vdev_offer(&port.net.dev, VIRTIO_NET_F_STATUS, true);
}

static int
start_fails(const void *data)
{
	struct rte_ether_addr mc = { .addr_bytes = { 3, 0, 0, 0, 0, 7 } };
	const struct fault *f = data;
	int ret, i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 2, 2, RING_SIZE, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mc_addr_list(port.port_id, &mc, 1), "multicast");
	for (i = 0; i < 2; i++) {
		f->set();
		ret = rte_eth_dev_start(port.port_id);
		TEST_ASSERT_EQUAL(ret, f->error, "%d", ret);
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE,
			"mbufs lost");
		if (!port.transport.gone && f->error != -ETIMEDOUT)
			TEST_ASSERT(device_is_left(), "status 0x%x", port.net.dev.status);
		clear_faults();
		port.net.dev.nb_complaints = 0;
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "the next start");
		TEST_ASSERT_SUCCESS(traffic(1, 1), "traffic");
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	}
	f->set();
	TEST_ASSERT_FAIL(rte_eth_dev_start(port.port_id), "the last start");
	clear_faults();
	return fake_port_close(&port);
}

/* The device does not confirm the reset that stops it: what it may use is kept. */
static int
lost_for_ever(void)
{
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	port.transport.reset_error = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(port.port_id), -ETIMEDOUT, "stop");
	TEST_ASSERT(rte_mempool_avail_count(port.pool) <= FAKE_PORT_POOL_SIZE - RING_SIZE,
		"its buffers are freed");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -ETIMEDOUT, "start");
	return fake_port_close_lost(&port);
}

/* A device that answers again later gives everything back, by a start or by the close. */
static int
lost_and_found(void)
{
	static const struct rte_eth_conf plain;

	port.transport.reset_error = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(port.port_id), -ETIMEDOUT, "stop");
	clear_faults();
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	port.transport.reset_error = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(port.port_id), -ETIMEDOUT, "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &plain), "too early");
	TEST_ASSERT(rte_mempool_avail_count(port.pool) < FAKE_PORT_POOL_SIZE, "freed too early");
	clear_faults();
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "configure");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs lost");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	port.transport.reset_error = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(port.port_id), -ETIMEDOUT, "stop");
	clear_faults();
	return fake_port_close(&port);
}

static int
link_is(uint16_t status, uint32_t speed, uint16_t duplex)
{
	struct rte_eth_link link;

	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(link.link_status, status, "status %u", link.link_status);
	TEST_ASSERT_EQUAL(link.link_speed, speed, "speed %u", link.link_speed);
	TEST_ASSERT_EQUAL(link.link_duplex, duplex, "duplex %u", link.link_duplex);
	return TEST_SUCCESS;
}

/* virtio 5.1.4: status, speed and duplex, with their unknown values */
static int
link_of_the_device(void)
{
	TEST_ASSERT_SUCCESS(link_is(1, 10000, 1), "up");
	port.net.config.duplex = 0;
	TEST_ASSERT_SUCCESS(link_is(1, 10000, 0), "half duplex");
	port.net.config.duplex = 0xff;
	port.net.config.speed = rte_cpu_to_le_32(UINT32_MAX);
	TEST_ASSERT_SUCCESS(link_is(1, RTE_ETH_SPEED_NUM_UNKNOWN, 1), "unknown");
	port.net.config.speed = rte_cpu_to_le_32(0x80000000);
	TEST_ASSERT_SUCCESS(link_is(1, RTE_ETH_SPEED_NUM_UNKNOWN, 1), "out of range");
	port.net.config.speed = rte_cpu_to_le_32(0x7fffffff);
	TEST_ASSERT_SUCCESS(link_is(1, 0x7fffffff, 1), "the fastest");
	vdev_net_link(&port.net, false);
	TEST_ASSERT_SUCCESS(link_is(0, 0, 1), "down");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	vdev_net_link(&port.net, true);
	TEST_ASSERT_SUCCESS(link_is(0, 0, 0), "down while stopped");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(link_is(1, 0x7fffffff, 1), "up again");
	return fake_port_close(&port);
}

static int
link_without_status(void)
{
	vdev_offer(&port.net.dev, VIRTIO_NET_F_STATUS, false);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_SPEED_DUPLEX, false);
	port.net.config.status = 0;
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(link_is(1, RTE_ETH_SPEED_NUM_UNKNOWN, 1), "assumed to be up");
	return fake_port_close(&port);
}

static int
setup_interrupts(void)
{
	static const struct rte_eth_conf conf = { .intr_conf.lsc = 1 };

	if (setup() != TEST_SUCCESS || fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

/* An event a change, none without a change, none while stopped. */
static int
link_interrupt(void)
{
	unsigned int i;

	for (i = 1; i <= 4; i++) {
		vdev_net_link(&port.net, i % 2 == 0);
		fake_port_interrupt(&port);
		TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, i), i,
			"change %u", i);
		/* virtio 4.1.4.5: read, or the line would stay up */
		TEST_ASSERT_EQUAL(port.net.dev.isr, 0, "ISR status 0x%x", port.net.dev.isr);
	}
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_LSC), 4,
		"no change");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	vdev_net_link(&port.net, false);
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_LSC), 4,
		"stopped");
	TEST_ASSERT_EQUAL(port.nb_events[RTE_ETH_EVENT_INTR_RESET], 0, "reset");
	return fake_port_close(&port);
}

/* virtio 2.1: DEVICE_NEEDS_RESET comes with a configuration change. */
static int
needs_reset_interrupt(void)
{
	port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "event");
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RESET), 1,
		"once");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 2), 2, "again");
	return fake_port_close(&port);
}

/* Without interrupts, it is seen when the link is looked at. */
static int
needs_reset_polled(void)
{
	struct rte_eth_link link;

	port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "event");
	return fake_port_close(&port);
}

static int
stop_in_event(uint16_t port_id, enum rte_eth_event_type type, void *arg, void *ret_param)
{
	RTE_SET_USED(type);
	RTE_SET_USED(ret_param);
	*(int *)arg = rte_eth_dev_stop(port_id);
	return 0;
}

/* An application may stop the port in the event's callback: no handler stays behind. */
static int
stopped_in_event(enum rte_eth_event_type type)
{
	uint64_t unread;
	int stopped = 1;

	TEST_ASSERT_SUCCESS(rte_eth_dev_callback_register(port.port_id, type, stop_in_event,
		&stopped), "callback");
	if (type == RTE_ETH_EVENT_INTR_RESET)
		port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	else
		vdev_net_link(&port.net, false);
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, type, 1), 1, "event");
	fake_port_events_settled(&port, type);
	TEST_ASSERT_EQUAL(stopped, 0, "stop: %d", stopped);
	TEST_ASSERT_SUCCESS(rte_eth_dev_callback_unregister(port.port_id, type, stop_in_event,
		&stopped), "callback");

	fake_port_interrupt(&port);
	fake_port_events_settled(&port, type);
	TEST_ASSERT_EQUAL(read(port.transport.interrupt_fd, &unread, sizeof(unread)),
		(int)sizeof(unread), "a handler read the interrupt of a stopped port");
	return fake_port_close(&port);
}

static int
stopped_in_reset_event(void)
{
	return stopped_in_event(RTE_ETH_EVENT_INTR_RESET);
}

static int
stopped_in_link_event(void)
{
	return stopped_in_event(RTE_ETH_EVENT_INTR_LSC);
}

/* What the handler saw during a start that fails later does not silence the next one. */
static int
event_after_a_failed_start(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	port.transport.config_vector_error = -ENOSPC;
	port.transport.needs_reset_at_vector = true;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -ENOSPC, "start");
	clear_faults();
	port.transport.needs_reset_at_vector = false;
	fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RESET);
	port.nb_events[RTE_ETH_EVENT_INTR_RESET] = 0;

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "the next start");
	port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "event");
	return fake_port_close(&port);
}

static int
interrupt_vector_refused(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	port.transport.config_vector_error = -ENOSPC;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -ENOSPC, "start");
	TEST_ASSERT(device_is_left(), "status 0x%x", port.net.dev.status);
	clear_faults();
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "the next start");
	TEST_ASSERT_SUCCESS(traffic(0, 0), "traffic");
	return fake_port_close(&port);
}

static int
burst_mode(void)
{
	struct rte_eth_burst_mode mode;

	TEST_ASSERT_SUCCESS(rte_eth_rx_burst_mode_get(port.port_id, 0, &mode), "Rx");
	TEST_ASSERT(strstr(mode.info, "Split") != NULL, "%s", mode.info);
	TEST_ASSERT(strstr(mode.info, "Mergeable") != NULL, "%s", mode.info);
	TEST_ASSERT_SUCCESS(rte_eth_tx_burst_mode_get(port.port_id, 0, &mode), "Tx");
	TEST_ASSERT(strstr(mode.info, "Split") != NULL, "%s", mode.info);
	return fake_port_close(&port);
}

/* A stopped port moves nothing, also for a process that ethdev did not tell. */
static int
bursts_while_stopped(void)
{
	struct rte_eth_dev *eth_dev = &rte_eth_devices[port.port_id];
	struct rte_mbuf *m = NULL;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(eth_dev->rx_pkt_burst(eth_dev->data->rx_queues[0], &m, 1), 0, "Rx");
	TEST_ASSERT_EQUAL(eth_dev->tx_pkt_burst(eth_dev->data->tx_queues[0], &m, 1), 0, "Tx");
	return fake_port_close(&port);
}

#define PROBE_FAILS(_fault, _error) \
	TEST_CASE_NAMED_WITH_DATA("probe " #_fault, setup, teardown, probe_fails, \
		(&(const struct fault){ _fault, _error }))
#define START_FAILS(_fault, _error) \
	TEST_CASE_NAMED_WITH_DATA("start " #_fault, setup, teardown, start_fails, \
		(&(const struct fault){ _fault, _error }))

static struct unit_test_suite suite = {
	.suite_name = "vio_ethdev",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, info_is_the_devices),
		TEST_CASE_ST(setup, teardown, info_of_a_plain_device),
		TEST_CASE_ST(setup, teardown, address_of_the_device),
		PROBE_FAILS(fault_version_1, -ENOTSUP),
		PROBE_FAILS(fault_refuses_features, -EPROTO),
		PROBE_FAILS(fault_gone, -ENODEV),
		PROBE_FAILS(fault_no_reset, -ETIMEDOUT),
		PROBE_FAILS(fault_no_second_reset, -ETIMEDOUT),
		PROBE_FAILS(fault_config_unstable, -EAGAIN),
		PROBE_FAILS(fault_config_short, -ERANGE),
		PROBE_FAILS(fault_no_pairs, -EPROTO),
		PROBE_FAILS(fault_pairs_0x8001, -EPROTO),
		PROBE_FAILS(fault_pairs_65535, -EPROTO),
		PROBE_FAILS(fault_mtu_0, -EPROTO),
		PROBE_FAILS(fault_mtu_67, -EPROTO),
		PROBE_FAILS(fault_rx_size_0, -EPROTO),
		PROBE_FAILS(fault_tx_size_1, -EPROTO),
		PROBE_FAILS(fault_tx_size_7, -EPROTO),
		PROBE_FAILS(fault_ctrl_size_0, -EPROTO),
		PROBE_FAILS(fault_no_queues, -EPROTO),
		TEST_CASE_ST(setup, teardown, fewer_pairs_than_stated),
		TEST_CASE_ST(setup, teardown, nb_desc_is_honoured),
		TEST_CASE_ST(setup, teardown, wrong_configurations),
		TEST_CASE_ST(setup, teardown, small_buffers_scatter),
		TEST_CASE_ST(setup, teardown, reconfigure),
		TEST_CASE_ST(setup, teardown, more_tx_than_rx),
		TEST_CASE_ST(setup, teardown, enough_buffers_for_the_mtu),
		TEST_CASE_ST(setup, teardown, mtu_without_mergeable_buffers),
		TEST_CASE_ST(setup_started, teardown, port_reset),
		TEST_CASE_ST(setup_started, teardown, offer_changed_for_good),
		TEST_CASE_ST(setup_started, teardown, stop_and_start_again),
		TEST_CASE_ST(setup, teardown, filters_are_restored),
		TEST_CASE_ST(setup, teardown, vlan_filter_by_configuration),
		START_FAILS(fault_rxq_size, -EINVAL),
		START_FAILS(fault_txq_vector, -ENOSPC),
		START_FAILS(fault_ctrlq_notify, -ERANGE),
		START_FAILS(fault_pairs_refused, -EIO),
		START_FAILS(fault_multicast_refused, -EIO),
		START_FAILS(fault_nonsense, -EIO),
		START_FAILS(fault_offers_less, -EPROTO),
		START_FAILS(fault_refuses_features, -EPROTO),
		START_FAILS(fault_gone, -EIO),
		START_FAILS(fault_no_reset, -ETIMEDOUT),
		TEST_CASE_ST(setup_started, teardown, lost_for_ever),
		TEST_CASE_ST(setup_started, teardown, lost_and_found),
		TEST_CASE_ST(setup_started, teardown, link_of_the_device),
		TEST_CASE_ST(setup, teardown, link_without_status),
		TEST_CASE_ST(setup_interrupts, teardown, link_interrupt),
		TEST_CASE_ST(setup_interrupts, teardown, needs_reset_interrupt),
		TEST_CASE_ST(setup_started, teardown, needs_reset_polled),
		TEST_CASE_ST(setup_interrupts, teardown, stopped_in_reset_event),
		TEST_CASE_ST(setup_interrupts, teardown, stopped_in_link_event),
		TEST_CASE_ST(setup_interrupts, teardown, event_after_a_failed_start),
		TEST_CASE_ST(setup_interrupts, teardown, interrupt_vector_refused),
		TEST_CASE_ST(setup_started, teardown, burst_mode),
		TEST_CASE_ST(setup_started, teardown, bursts_while_stopped),
		TEST_CASES_END()
	}
};

static int
test_vio_ethdev(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_ethdev_autotest, test_vio_ethdev);
