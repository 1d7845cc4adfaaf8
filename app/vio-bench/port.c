/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The port under measurement: one queue each way, no offload but those without which the frames
 * would not fit, so that each driver chooses its fastest way.
 */

#include <dlfcn.h>
#include <inttypes.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "bench.h"

#define POOL_SPARE	1023	/* mbufs beside those in the ring: caches, bursts */
#define POOL_CACHE	256

struct port_totals totals;

static struct rte_mempool *rx_pool;
static struct rte_mempool *tx_pool;

static int
failed(const char *what, int ret)
{
	complain("%s: %s", what, rte_strerror(-ret));
	return -1;
}

static int
make_pools(void)
{
	const unsigned int nb = options.nb_desc + POOL_SPARE;
	const uint32_t room = RTE_MAX(options.frame_len + RTE_PKTMBUF_HEADROOM,
				      (uint32_t)RTE_MBUF_DEFAULT_BUF_SIZE);

	rx_pool = rte_pktmbuf_pool_create("rx", nb, POOL_CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					  SOCKET_ID_ANY);
	tx_pool = rte_pktmbuf_pool_create("tx", nb, POOL_CACHE, 0, room, SOCKET_ID_ANY);
	return rx_pool != NULL && tx_pool != NULL ? 0 : failed("mbuf pools", -rte_errno);
}

static int
set_up(void)
{
	struct rte_eth_conf conf = { 0 };
	int ret;

	if (options.frame_len > RTE_ETHER_MAX_LEN - RTE_ETHER_CRC_LEN) {
		conf.rxmode.mtu = options.frame_len - RTE_ETHER_HDR_LEN;
		conf.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER;
	}
	ret = rte_eth_dev_configure(PORT, 1, 1, &conf);
	if (ret < 0)
		return failed("the port cannot be configured", ret);
	ret = rte_eth_rx_queue_setup(PORT, 0, options.nb_desc, SOCKET_ID_ANY, NULL, rx_pool);
	if (ret < 0)
		return failed("the Rx queue cannot be set up", ret);
	ret = rte_eth_tx_queue_setup(PORT, 0, options.nb_desc, SOCKET_ID_ANY, NULL);
	if (ret < 0)
		return failed("the Tx queue cannot be set up", ret);
	ret = rte_eth_dev_start(PORT);
	return ret < 0 ? failed("the port cannot be started", ret) : 0;
}

/* What a driver says of a burst function, or else where it lies in the driver's file. */
static void
print_function(const char *kind, int ret, const char *mode, const void *function)
{
	const char *base;
	Dl_info info;

	if (ret == 0)
		printf("function kind=%s name=%s\n", kind, mode);
	else if (dladdr(function, &info) != 0 && info.dli_fname != NULL) {
		base = strrchr(info.dli_fname, '/');
		printf("function kind=%s name=%s+0x%" PRIxPTR "\n", kind,
		       base != NULL ? base + 1 : info.dli_fname,
		       (uintptr_t)function - (uintptr_t)info.dli_fbase);
	}
}

static void
print_port(void)
{
	const struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[PORT];
	struct rte_eth_burst_mode rx, tx;
	struct rte_eth_rxq_info info;
	int ret;

	ret = rte_eth_rx_burst_mode_get(PORT, 0, &rx);
	print_function("rx", ret, rx.info, (const void *)(uintptr_t)ops->rx_pkt_burst);
	ret = rte_eth_tx_burst_mode_get(PORT, 0, &tx);
	print_function("tx", ret, tx.info, (const void *)(uintptr_t)ops->tx_pkt_burst);
	if (rte_eth_rx_queue_info_get(PORT, 0, &info) == 0)
		printf("port descriptors=%u\n", info.nb_desc);
}

int
port_open(void)
{
	if (rte_eth_dev_count_avail() != 1 || !rte_eth_dev_is_valid_port(PORT)) {
		complain("exactly one port is expected: give one --vdev or one -a");
		return -1;
	}
	if (make_pools() != 0 || set_up() != 0)
		return -1;
	print_port();
	return 0;
}

static int
compare(const char *what, uint64_t got, uint64_t expected)
{
	if (got == expected)
		return 0;
	complain("%s: the port says %" PRIu64 ", but there were %" PRIu64, what, got, expected);
	return -1;
}

static int
check_statistics(void)
{
	struct rte_eth_stats stats;
	int ret = rte_eth_stats_get(PORT, &stats);

	if (ret != 0)
		return failed("statistics", ret);
	ret = compare("received packets", stats.ipackets, totals.rx_packets);
	ret |= compare("sent packets", stats.opackets, totals.tx_packets);
	/* Some drivers, such as net_null, do not count bytes. */
	if (stats.ibytes != 0 || stats.obytes != 0) {
		ret |= compare("received bytes", stats.ibytes, totals.rx_bytes);
		ret |= compare("sent bytes", stats.obytes, totals.tx_bytes);
	}
	ret |= compare("errors", stats.imissed + stats.ierrors + stats.oerrors, 0);
	return ret;
}

int
port_close(void)
{
	unsigned int lost;
	int ret = 0;

	if (rte_eth_dev_is_valid_port(PORT)) {
		ret = check_statistics();
		rte_eth_dev_stop(PORT);
		rte_eth_dev_close(PORT);
	}
	if (rx_pool == NULL || tx_pool == NULL)
		return -1;
	lost = rte_mempool_in_use_count(rx_pool) + rte_mempool_in_use_count(tx_pool);
	if (lost != 0) {
		complain("%u mbufs are lost", lost);
		ret = -1;
	}
	return ret;
}

int
port_alloc(struct rte_mbuf **mbufs, unsigned int nb)
{
	unsigned int i;

	if (rte_pktmbuf_alloc_bulk(tx_pool, mbufs, nb) != 0) {
		complain("the device keeps more mbufs than its ring has entries");
		return -1;
	}
	for (i = 0; i < nb; i++) {
		mbufs[i]->data_len = options.frame_len;
		mbufs[i]->pkt_len = options.frame_len;
	}
	return 0;
}
