/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The port under measurement: the queues and offloads that are asked for, and those without which
 * the frames would not fit; so each driver chooses the fastest way that it has for them.
 */

#include <dlfcn.h>
#include <inttypes.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mempool.h>

#include "bench.h"

#define POOL_SPARE	1023	/* mbufs beside those in the ring: caches, bursts */
#define POOL_CACHE	256

struct port_totals totals;

static struct rte_mempool *pool;

static int
failed(const char *what, int ret)
{
	complain("%s: %s", what, rte_strerror(-ret));
	return -1;
}

/* mbufs that a frame to send takes. */
static unsigned int
nb_segments(void)
{
	return (options.frame_len + options.room - 1) / options.room;
}

static void
init_mbuf(struct rte_mempool *mp, void *unused, void *mbuf, unsigned int number)
{
	RTE_SET_USED(mp);
	RTE_SET_USED(unused);
	RTE_SET_USED(number);
	rte_pktmbuf_reset_headroom(mbuf);
	frame_write(mbuf);
}

/* One for both directions: with FAST_FREE, all that a queue sends is of one pool. */
static int
make_pool(void)
{
	const unsigned int nb = 2 * options.nb_queues * options.nb_desc * nb_segments() +
				POOL_SPARE;

	pool = rte_pktmbuf_pool_create("mbufs", nb, POOL_CACHE, 0,
				       options.room + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	if (pool == NULL)
		return failed("mbuf pool", -rte_errno);
	rte_mempool_obj_iter(pool, init_mbuf, NULL);
	return 0;
}

/* What is configured for the offloads that are wanted, and for long frames. */
static void
choose_offloads(struct rte_eth_conf *conf)
{
	static const struct {
		uint32_t wanted;
		uint64_t rx;
		uint64_t tx;
	} table[] = {
		{ WANT_CSUM, RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM,
		  RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM },
		{ WANT_SCATTER, RTE_ETH_RX_OFFLOAD_SCATTER, RTE_ETH_TX_OFFLOAD_MULTI_SEGS },
		{ WANT_LRO, RTE_ETH_RX_OFFLOAD_TCP_LRO, RTE_ETH_TX_OFFLOAD_TCP_TSO },
		{ WANT_VLAN, RTE_ETH_RX_OFFLOAD_VLAN_STRIP, RTE_ETH_TX_OFFLOAD_VLAN_INSERT },
		{ WANT_FAST_FREE, 0, RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE },
	};
	uint32_t wanted = options.wanted;
	unsigned int i;

	if (options.frame_len > RTE_ETHER_MAX_LEN - RTE_ETHER_CRC_LEN)
		conf->rxmode.mtu = options.frame_len - RTE_ETHER_HDR_LEN;
	if (nb_segments() > 1)
		wanted |= WANT_SCATTER;
	for (i = 0; i < RTE_DIM(table); i++) {
		if (wanted & table[i].wanted) {
			conf->rxmode.offloads |= table[i].rx;
			conf->txmode.offloads |= table[i].tx;
		}
	}
}

/* Every queue of both kinds. */
static int
set_up_queues(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < options.nb_queues; i++) {
		ret = rte_eth_rx_queue_setup(PORT, i, options.nb_desc, SOCKET_ID_ANY, NULL,
					     pool);
		if (ret < 0)
			return failed("an Rx queue cannot be set up", ret);
		ret = rte_eth_tx_queue_setup(PORT, i, options.nb_desc, SOCKET_ID_ANY, NULL);
		if (ret < 0)
			return failed("a Tx queue cannot be set up", ret);
	}
	return 0;
}

/* Bytes of DPDK's heaps that are in use, which memzones are part of. */
static uint64_t
heap_bytes(void)
{
	struct rte_malloc_socket_stats stats;
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < rte_socket_count(); i++)
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) == 0)
			bytes += stats.heap_allocsz_bytes;
	return bytes;
}

static int
set_up(void)
{
	struct rte_eth_conf conf = { 0 };
	int ret;

	choose_offloads(&conf);
	ret = rte_eth_dev_configure(PORT, options.nb_queues, options.nb_queues, &conf);
	if (ret < 0)
		return failed("the port cannot be configured", ret);
	if (set_up_queues() != 0)
		return -1;
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
	if (make_pool() != 0 || set_up() != 0)
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
	const uint64_t before = heap_bytes();
	unsigned int lost;
	int ret = 0;

	if (rte_eth_dev_is_valid_port(PORT)) {
		ret = check_statistics();
		rte_eth_dev_stop(PORT);
		rte_eth_dev_close(PORT);
		/* Drivers differ in when they take memory, but each gives it back here. */
		printf("memory queues=%u descriptors=%u bytes=%" PRIu64 "\n", options.nb_queues,
		       options.nb_desc, before - heap_bytes());
	}
	if (pool == NULL)
		return -1;
	lost = rte_mempool_in_use_count(pool);
	if (lost != 0) {
		complain("%u mbufs are lost", lost);
		ret = -1;
	}
	return ret;
}

/* Makes chains, as long as a frame, of mbufs that follow each other. */
static void
chain(struct rte_mbuf **mbufs, struct rte_mbuf *const *segments, unsigned int nb)
{
	const unsigned int nb_segs = nb_segments();
	struct rte_mbuf *const *segment;
	unsigned int i, k;

	for (i = 0; i < nb; i++) {
		segment = &segments[i * nb_segs];
		mbufs[i] = segment[0];
		mbufs[i]->pkt_len = options.frame_len;
		mbufs[i]->nb_segs = nb_segs;
		for (k = 0; k < nb_segs; k++) {
			segment[k]->data_len = RTE_MIN(options.room,
						       options.frame_len - k * options.room);
			segment[k]->next = k + 1 < nb_segs ? segment[k + 1] : NULL;
		}
	}
}

int
port_alloc(struct rte_mbuf **mbufs, unsigned int nb)
{
	static struct rte_mbuf *segments[MAX_BURST * MAX_SEGMENTS];

	if (rte_pktmbuf_alloc_bulk(pool, segments, nb * nb_segments()) != 0) {
		complain("the device keeps more mbufs than its ring has entries");
		return -1;
	}
	chain(mbufs, segments, nb);
	frame_ask(mbufs, nb);
	return 0;
}
