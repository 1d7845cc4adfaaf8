/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Which offloads a port offers, and which features it agrees on for those configured. */

#include <string.h>

#include "test.h"

#include "fake_format.h"
#include "rte_pmd_vio.h"
#include "vdev_net_offload.h"
#include "vio.h"

#define RING_SIZE	256

#define RX_CKSUM	(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define RX_LRO		RTE_ETH_RX_OFFLOAD_TCP_LRO
#define TX_CKSUM	(RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)
#define TX_TSO		RTE_ETH_TX_OFFLOAD_TCP_TSO
#define TX_UFO		RTE_ETH_TX_OFFLOAD_UDP_TSO
#define TX_TUNNEL	(RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO | \
			 RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO)

#define TX_OUTER_UDP	RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM

static struct fake_port port;

static void
teardown(void)
{
	fake_port_close(&port);
}

/* A device that offers, of all offload features, only these (-1 ends them). */
static int
probe_with(const int *bits, unsigned int nb)
{
	unsigned int i, k;
	bool on;

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return -1;
	for (i = 0; i < VIRTIO_FEATURE_BITS; i++) {
		on = i == VIRTIO_NET_F_MRG_RXBUF || i == VIRTIO_NET_F_CTRL_VQ ||
		     i == VIRTIO_F_VERSION_1;
		for (k = 0; k < nb; k++)
			on |= bits[k] == (int)i;
		vdev_offer(&port.net.dev, i, on);
	}
	return fake_port_probe(&port);
}

/* Each feature for itself: pairs are not needed. */
static int
info_offers_what_is_negotiable(void)
{
	static const struct {
		int bits[4];
		uint64_t rx, tx;
	} rows[] = {
		{ { -1, -1, -1, -1 }, 0, 0 },
		{ { VIRTIO_NET_F_GUEST_CSUM, -1, -1, -1 }, RX_CKSUM, 0 },
		{ { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, -1, -1 },
		  RX_CKSUM | RX_LRO, 0 },
		{ { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO6, -1, -1 },
		  RX_CKSUM | RX_LRO, 0 },
		{ { VIRTIO_NET_F_CSUM, -1, -1, -1 }, 0, TX_CKSUM },
		{ { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4, -1, -1 }, 0, TX_CKSUM | TX_TSO },
		{ { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO6, -1, -1 }, 0, TX_CKSUM | TX_TSO },
		{ { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_UFO, -1, -1 }, 0, TX_CKSUM | TX_UFO },
		/* requirements that are not met */
		{ { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, -1, -1 }, 0, 0 },
		{ { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_ECN, -1, -1 }, RX_CKSUM, 0 },
		{ { VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_UFO, -1, -1 }, 0, 0 },
		{ { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_GUEST_HDRLEN, -1 }, 0,
		  TX_CKSUM },
	};
	const uint64_t all_rx = RX_CKSUM | RX_LRO;
	const uint64_t all_tx = TX_CKSUM | TX_TSO | TX_UFO;
	struct rte_eth_dev_info info;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		TEST_ASSERT_SUCCESS(probe_with(rows[i].bits, RTE_DIM(rows[i].bits)), "row %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
		TEST_ASSERT_EQUAL((info.rx_offload_capa & all_rx), rows[i].rx, "row %u: 0x%llx", i,
			(unsigned long long)info.rx_offload_capa);
		TEST_ASSERT_EQUAL((info.tx_offload_capa & all_tx), rows[i].tx, "row %u: 0x%llx", i,
			(unsigned long long)info.tx_offload_capa);
		TEST_ASSERT(info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM, "row %u", i);
		TEST_ASSERT_EQUAL(info.max_lro_pkt_size,
			(rows[i].rx & RX_LRO ? VIO_LRO_FRAME_MAX : 0u), "row %u: LRO of %u", i,
			info.max_lro_pkt_size);
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	}
	return TEST_SUCCESS;
}

static struct vio_offload_choice *
choice(void)
{
	return &((struct vio_dev *)rte_eth_devices[port.port_id].data->dev_private)->offload_choice;
}

/* The device arguments, as far as they change what is offered. */
static int
info_follows_the_arguments(void)
{
	static const struct {
		int bits[6];
		struct vio_offload_choice choice;
		uint64_t rx, tx;
	} rows[] = {
		{ .bits = { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_USO4, -1, -1, -1, -1 },
		  .rx = RX_CKSUM },
		{ .bits = { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_USO4, -1, -1, -1, -1 },
		  .choice.udp_lro = true, .rx = RX_CKSUM | RX_LRO },
		{ .bits = { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_UFO, -1, -1, -1, -1 },
		  .choice.udp_lro = true, .rx = RX_CKSUM | RX_LRO },
		{ .bits = { VIRTIO_NET_F_GUEST_CSUM, -1, -1, -1, -1, -1 },
		  .choice.udp_lro = true, .rx = RX_CKSUM },
		{ .bits = { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_USO, -1, -1, -1, -1 },
		  .tx = TX_CKSUM },
		{ .bits = { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_USO, -1, -1, -1, -1 },
		  .choice.uso = true, .tx = TX_CKSUM | TX_UFO },
		{ .bits = { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_UFO, -1, -1, -1, -1 },
		  .choice.uso = true, .tx = TX_CKSUM },
		{ .bits = { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
			    VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, -1 },
		  .tx = TX_CKSUM | TX_TSO | TX_TUNNEL },
		{ .bits = { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
			    VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
			    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM },
		  .tx = TX_CKSUM | TX_TSO | TX_TUNNEL | TX_OUTER_UDP },
	};
	struct rte_eth_dev_info info;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		TEST_ASSERT_SUCCESS(probe_with(rows[i].bits, RTE_DIM(rows[i].bits)), "row %u", i);
		*choice() = rows[i].choice;
		TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
		TEST_ASSERT_EQUAL((info.rx_offload_capa & (RX_CKSUM | RX_LRO)), rows[i].rx,
			"row %u: 0x%llx", i, (unsigned long long)info.rx_offload_capa);
		TEST_ASSERT_EQUAL((info.tx_offload_capa & (TX_CKSUM | TX_TSO | TX_UFO | TX_TUNNEL |
			TX_OUTER_UDP)), rows[i].tx, "row %u: 0x%llx", i,
			(unsigned long long)info.tx_offload_capa);
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	}
	return TEST_SUCCESS;
}

/* Put together packets take several buffers. */
static int
no_lro_without_mergeable_buffers(void)
{
	struct rte_eth_dev_info info;

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_net_offload_offer(&port.net);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_MRG_RXBUF, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL((info.rx_offload_capa & (RX_CKSUM | RX_LRO)), RX_CKSUM, "0x%llx",
		(unsigned long long)info.rx_offload_capa);
	return fake_port_close(&port);
}

static const uint8_t offload_bits[] = {
	VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4,
	VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_GUEST_UFO,
	VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_ECN,
	VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6,
	VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_HDRLEN, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
	VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
	VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	VIRTIO_NET_F_RSC_EXT,
};

/* Exactly these offload features are agreed on (-1 ends them). */
static int
agreed_are(const int *bits, unsigned int nb)
{
	unsigned int i, k;
	bool expected;

	for (i = 0; i < RTE_DIM(offload_bits); i++) {
		expected = false;
		for (k = 0; k < nb && bits[k] >= 0; k++)
			expected |= bits[k] == offload_bits[i];
		TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, offload_bits[i]), expected,
			"feature %u", offload_bits[i]);
	}
	return TEST_SUCCESS;
}

/* A port agrees on what its configuration needs, and forgets it with the next one. */
static int
features_follow_the_configuration(void)
{
	static const struct {
		uint64_t rx, tx;
		int bits[12];
		struct vio_offload_choice choice;
	} rows[] = {
		{ 0, 0, { -1, -1, -1, -1, -1, -1 } },
		{ RTE_ETH_RX_OFFLOAD_TCP_CKSUM, 0,
		  { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM, -1 } },
		{ RX_LRO, 0, { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM,
			       VIRTIO_NET_F_GUEST_TSO4,
			       VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN, -1, -1 } },
		{ RTE_ETH_RX_OFFLOAD_UDP_CKSUM, 0,
		  { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM, -1 } },
		{ RTE_ETH_RX_OFFLOAD_SCATTER, RTE_ETH_TX_OFFLOAD_MULTI_SEGS |
		  RTE_ETH_TX_OFFLOAD_IPV4_CKSUM, { -1, -1, -1, -1, -1, -1 } },
		{ 0, RTE_ETH_TX_OFFLOAD_TCP_CKSUM, { VIRTIO_NET_F_CSUM, -1, -1, -1, -1, -1 } },
		{ 0, TX_TSO, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
			       VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_GUEST_HDRLEN, -1 } },
		{ 0, TX_UFO, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_UFO,
			       VIRTIO_NET_F_GUEST_HDRLEN, -1, -1, -1 } },
		{ RX_CKSUM, RTE_ETH_TX_OFFLOAD_UDP_CKSUM,
		  { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM,
		    -1 } },
		{ RX_LRO, 0, { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM,
			       VIRTIO_NET_F_GUEST_TSO4,
			       VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN,
			       VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_USO4,
			       VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
			       VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, -1 }, { .udp_lro = true } },
		{ RX_LRO, 0, { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM,
			       VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6,
			       VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_RSC_EXT, VIRTIO_NET_F_CSUM,
			       VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
			       VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_GUEST_HDRLEN, -1 },
		  { .rsc_info = true } },
		{ RX_CKSUM, 0, { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM, -1 },
		  { .rsc_info = true } },
		{ 0, TX_UFO, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_HDRLEN,
			       -1 }, { .uso = true } },
		{ 0, TX_OUTER_UDP, { -1 } },
		{ 0, TX_OUTER_UDP | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO, { VIRTIO_NET_F_CSUM,
			       VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
			       VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_HOST_USO,
			       VIRTIO_NET_F_GUEST_HDRLEN, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
			       VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, -1 } },
		{ 0, RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4,
			       VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_ECN,
			       VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_HDRLEN,
			       VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, -1 }, { .uso = false } },
	};
	struct rte_eth_rxq_info info;
	struct rte_eth_conf conf;
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_net_offload_offer(&port.net);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	for (i = 0; i < RTE_DIM(rows); i++) {
		conf = (struct rte_eth_conf){
			.rxmode.offloads = rows[i].rx,
			.txmode.offloads = rows[i].tx,
		};
		*choice() = rows[i].choice;
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "row %u",
			i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "row %u", i);
		TEST_ASSERT_SUCCESS(agreed_are(rows[i].bits, RTE_DIM(rows[i].bits)), "row %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &info), "info");
		TEST_ASSERT_EQUAL(info.conf.offloads, rows[i].rx, "row %u", i);
		TEST_ASSERT_EQUAL(info.scattered_rx,
			!!(rows[i].rx & (RX_LRO | RTE_ETH_RX_OFFLOAD_SCATTER)), "row %u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "row %u", i);
	}
	return fake_port_close(&port);
}

/* A device cannot be told how much to put together. */
static int
lro_bounds(void)
{
	static const struct {
		uint32_t max;
		bool taken;
	} rows[] = {
		{ 0, true }, { 9000, false }, { 65534, false }, { 65535, true },
		{ VIO_LRO_FRAME_MAX, true }, { VIO_LRO_FRAME_MAX + 1, false },
	};
	struct rte_eth_conf conf = { .rxmode.offloads = RX_LRO };
	unsigned int i;
	int ret;

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_net_offload_offer(&port.net);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	for (i = 0; i < RTE_DIM(rows); i++) {
		conf.rxmode.max_lro_pkt_size = rows[i].max;
		ret = rte_eth_dev_configure(port.port_id, 1, 1, &conf);
		TEST_ASSERT_EQUAL((ret == 0), rows[i].taken, "%u: %d", rows[i].max, ret);
	}
	return fake_port_close(&port);
}

/* virtio 5.1.9.3.1: buffers enough for the longest packet, in any state of the refill. */
static int
lro_needs_buffers(void)
{
	const struct rte_eth_conf conf = { .rxmode.offloads = RX_LRO };

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_net_offload_offer(&port.net);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	/* 32 entries and 8 missing at most: 25 buffers of 2048 */
	TEST_ASSERT_EQUAL(fake_port_configure(&port, 1, 1, 32, &conf), -EINVAL, "32 entries");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 64, &conf), "64 entries");
	return fake_port_close(&port);
}

/* What virtio 5.1.9.5.9.1 names, by its number there. */
#define OFFLOADS(csum, tso, ecn) \
	((csum) * RTE_BIT64(1) | (tso) * (RTE_BIT64(7) | RTE_BIT64(8)) | (ecn) * RTE_BIT64(9))

/* A port with these Rx offloads in front of a device that has all, started. */
static int
start_rx(uint64_t offloads)
{
	const struct rte_eth_conf conf = { .rxmode.offloads = offloads };

	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "configure");
	return rte_eth_dev_start(port.port_id);
}

static int
probe_all(void)
{
	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return -1;
	vdev_net_offload_offer(&port.net);
	return fake_port_probe(&port);
}

/* The offloads that the driver says are on, and those that the device may use. */
static int
on_are(uint64_t rx, uint64_t bits)
{
	uint64_t on = UINT64_MAX;

	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_get(port.port_id, &on), "get");
	TEST_ASSERT_EQUAL(on, rx, "0x%llx are on", (unsigned long long)on);
	TEST_ASSERT_EQUAL(vdev_net_guest_offloads(&port.net), bits, "the device: 0x%llx",
		(unsigned long long)vdev_net_guest_offloads(&port.net));
	return TEST_SUCCESS;
}

/* Every subset of what was configured, and none more. */
static int
switched_while_running(void)
{
	static const uint64_t flags[] = {
		RX_LRO, RTE_ETH_RX_OFFLOAD_TCP_CKSUM, RTE_ETH_RX_OFFLOAD_UDP_CKSUM,
	};
	unsigned int configured, asked, i;
	uint64_t rx, on;

	TEST_ASSERT_SUCCESS(probe_all(), "probe");
	for (configured = 0; configured < 8; configured++) {
		for (rx = 0, i = 0; i < 3; i++)
			rx |= configured & (1 << i) ? flags[i] : 0;
		TEST_ASSERT_SUCCESS(start_rx(rx), "start with 0x%llx", (unsigned long long)rx);
		TEST_ASSERT_SUCCESS(on_are(rx, OFFLOADS(!!rx, !!(rx & RX_LRO), !!(rx & RX_LRO))),
			"at the start");
		for (asked = 0; asked < 8; asked++) {
			for (on = 0, i = 0; i < 3; i++)
				on |= asked & (1 << i) ? flags[i] : 0;
			TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_set(port.port_id, on),
				(on & ~rx ? -EINVAL : 0), "0x%llx of 0x%llx",
				(unsigned long long)on, (unsigned long long)rx);
			if (!(on & ~rx))
				TEST_ASSERT_SUCCESS(on_are(on, OFFLOADS(!!on, !!(on & RX_LRO),
					!!(on & RX_LRO))), "0x%llx", (unsigned long long)on);
		}
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	}
	return fake_port_close(&port);
}

/* What udp_lro=1 lets a device put together goes with LRO; tunnels have their own numbers. */
static int
switched_with_udp_lro(void)
{
	const uint64_t udp = RTE_BIT64(10) | RTE_BIT64(46) | RTE_BIT64(47) | RTE_BIT64(54) |
			     RTE_BIT64(55);

	TEST_ASSERT_SUCCESS(probe_all(), "probe");
	choice()->udp_lro = true;
	TEST_ASSERT_SUCCESS(start_rx(RX_LRO | RX_CKSUM), "start");
	TEST_ASSERT_SUCCESS(on_are(RX_LRO | RX_CKSUM, OFFLOADS(1, 1, 1) | udp), "all");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, RX_CKSUM), "off");
	TEST_ASSERT_SUCCESS(on_are(RX_CKSUM, OFFLOADS(1, 0, 0)), "off");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, RX_LRO | RX_CKSUM), "on");
	TEST_ASSERT_SUCCESS(on_are(RX_LRO | RX_CKSUM, OFFLOADS(1, 1, 1) | udp), "on");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");

	/* with counts, which go with LRO as well */
	*choice() = (struct vio_offload_choice){ .rsc_info = true };
	TEST_ASSERT_SUCCESS(start_rx(RX_LRO | RX_CKSUM), "start");
	TEST_ASSERT_SUCCESS(on_are(RX_LRO | RX_CKSUM, OFFLOADS(1, 1, 1) | RTE_BIT64(61)), "all");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, RX_CKSUM), "off");
	TEST_ASSERT_SUCCESS(on_are(RX_CKSUM, OFFLOADS(1, 0, 0)), "off");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, RX_LRO | RX_CKSUM), "on");
	TEST_ASSERT_SUCCESS(on_are(RX_LRO | RX_CKSUM, OFFLOADS(1, 1, 1) | RTE_BIT64(61)), "on");
	return fake_port_close(&port);
}

/* A reset switches all on again: the device is told at the start, before it gets buffers. */
static int
switched_for_the_next_start(void)
{
	const uint64_t all = RX_LRO | RX_CKSUM;
	uint64_t on;

	TEST_ASSERT_SUCCESS(probe_all(), "probe");
	TEST_ASSERT_SUCCESS(start_rx(all), "start");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, RX_CKSUM), "off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(on_are(RX_CKSUM, OFFLOADS(1, 0, 0)), "after a start");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, all), "while stopped");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(on_are(all, OFFLOADS(1, 1, 1)), "switched while stopped");

	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, 0), "all off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(start_rx(all), "configure and start");
	TEST_ASSERT_SUCCESS(on_are(all, OFFLOADS(1, 1, 1)), "configured anew");
	TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_get(port.port_id, NULL), -EINVAL, "NULL");
	TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_get(port.port_id + 1, &on), -ENODEV, "no port");
	TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_set(port.port_id + 1, 0), -ENODEV, "no port");
	TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_set(port.port_id,
		RTE_ETH_RX_OFFLOAD_SCATTER), -EINVAL, "another offload");
	return fake_port_close(&port);
}

/* What a device refuses, or cannot do, changes nothing; that there is nothing to do is no error. */
static int
switching_refused(void)
{
	TEST_ASSERT_SUCCESS(probe_all(), "probe");
	TEST_ASSERT_SUCCESS(start_rx(RX_LRO), "start");
	port.net.answer_class = VIRTIO_NET_CTRL_GUEST_OFFLOADS;
	port.net.answer = VDEV_NET_REFUSE;
	TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_set(port.port_id, 0), -EIO, "refused");
	TEST_ASSERT_SUCCESS(on_are(RX_LRO, OFFLOADS(1, 1, 1)), "refused");
	port.net.answer = VDEV_NET_ACK;
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, 0), "off");
	port.net.answer = VDEV_NET_REFUSE;
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EIO, "start of a device that refuses");
	port.net.answer = VDEV_NET_ACK;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(on_are(0, 0), "off");
	TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_net_offload_offer(&port.net);
	vdev_offer(&port.net.dev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(start_rx(RX_LRO), "start");
	TEST_ASSERT_EQUAL(rte_pmd_vio_rx_offloads_set(port.port_id, 0), -ENOTSUP, "cannot");
	TEST_ASSERT_SUCCESS(rte_pmd_vio_rx_offloads_set(port.port_id, RX_LRO), "as it is");
	TEST_ASSERT_SUCCESS(on_are(RX_LRO, OFFLOADS(1, 1, 1)), "as it is");
	return fake_port_close(&port);
}

/* The table of operations is a bus's own, but for what all have in common. */
static int
switched_on_a_bus(void)
{
	const struct eth_dev_ops *shared;
	struct rte_eth_dev *eth_dev;
	struct eth_dev_ops ops;
	int own, other;

	TEST_ASSERT_SUCCESS(probe_all(), "probe");
	TEST_ASSERT_SUCCESS(start_rx(RX_LRO), "start");
	eth_dev = &rte_eth_devices[port.port_id];
	shared = eth_dev->dev_ops;
	ops = *shared;
	ops.dev_close = NULL;
	eth_dev->dev_ops = &ops;
	own = rte_pmd_vio_rx_offloads_set(port.port_id, 0);
	ops = (struct eth_dev_ops){ .dev_close = NULL };
	other = rte_pmd_vio_rx_offloads_set(port.port_id, 0);
	eth_dev->dev_ops = shared;
	TEST_ASSERT_SUCCESS(own, "a port of the driver");
	TEST_ASSERT_SUCCESS(on_are(0, 0), "off");
	TEST_ASSERT_EQUAL(other, -ENOTSUP, "a port of another driver");
	return fake_port_close(&port);
}

static struct unit_test_suite common = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, features_follow_the_configuration),
		TEST_CASE_ST(NULL, teardown, lro_bounds),
		TEST_CASE_ST(NULL, teardown, lro_needs_buffers),
		TEST_CASE_ST(NULL, teardown, switched_while_running),
		TEST_CASE_ST(NULL, teardown, switched_with_udp_lro),
		TEST_CASE_ST(NULL, teardown, switched_for_the_next_start),
		TEST_CASE_ST(NULL, teardown, switching_refused),
		TEST_CASE_ST(NULL, teardown, switched_on_a_bus),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split = {
	.suite_name = "split",
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, info_offers_what_is_negotiable),
		TEST_CASE_ST(NULL, teardown, info_follows_the_arguments),
		TEST_CASE_ST(NULL, teardown, no_lro_without_mergeable_buffers),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_offload, 0, &common, &split)
FAKE_FORMAT_TEST(vio_offload_packed, FAKE_PACKED, &common)

REGISTER_TEST_COMMAND(vio_offload_autotest, test_vio_offload);
REGISTER_TEST_COMMAND(vio_offload_packed_autotest, test_vio_offload_packed);
