/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The pools that received packets lie in. */

#include <string.h>

#include "test.h"

#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	64
#define FIRST_SIZE	15
#define SHORT_ROOM	(RTE_PKTMBUF_HEADROOM + 512)

static struct fake_port port;
static struct rte_mempool *first;	/* has mbufs for a part of the ring only */
static struct rte_mempool *second;	/* with shorter mbufs, enough for the ring */
static uint8_t frame[VDEV_NET_FRAME_MAX];

static int
setup(void)
{
	/* before the port, whose end looks for memory that it left */
	first = rte_pktmbuf_pool_create("first", FIRST_SIZE, 0, 0, FAKE_PORT_DATA_ROOM,
		SOCKET_ID_ANY);
	second = rte_pktmbuf_pool_create("second", 255, 0, 0, SHORT_ROOM, SOCKET_ID_ANY);
	if (first == NULL || second == NULL ||
	    fake_port_prepare(&port, 1, RING_SIZE) != 0 || fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, NULL) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
	rte_mempool_free(first);
	rte_mempool_free(second);
}

static int
set_up_queue(struct rte_mempool **pools, uint16_t nb)
{
	struct rte_eth_rxconf conf = {
		.rx_free_thresh = 1, .rx_mempools = pools, .rx_nmempool = nb,
	};

	return rte_eth_rx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY, &conf, NULL);
}

/* Ends a test: nothing of the pools is lost. */
static int
end(void)
{
	TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	TEST_ASSERT_EQUAL(rte_mempool_in_use_count(first), 0, "first: mbufs lost");
	TEST_ASSERT_EQUAL(rte_mempool_in_use_count(second), 0, "second: mbufs lost");
	return TEST_SUCCESS;
}

/* A frame arrives. Returns the packet, or NULL. */
static struct rte_mbuf *
pass(uint32_t len, uint8_t seed)
{
	struct rte_mbuf *m = NULL;

	fake_port_pattern(frame, len, seed);
	if (vdev_net_rx(&port.net, 0, frame, len) <= 0)
		return NULL;
	return rte_eth_rx_burst(port.port_id, 0, &m, 1) == 1 ? m : NULL;
}

/* The second pool is the reserve of the first, and serves until the first has mbufs again. */
static int
reserve(void)
{
	struct rte_mempool *pools[] = { first, second };
	struct rte_mbuf *kept[2 * RING_SIZE];
	unsigned int i, nb_first = 0;

	TEST_ASSERT_SUCCESS(set_up_queue(pools, 2), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), RING_SIZE, "not all posted");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(first), 0, "the first pool is not used up");
	TEST_ASSERT_EQUAL(rte_mempool_in_use_count(second), RING_SIZE - FIRST_SIZE, "second");
	for (i = 0; i < RTE_DIM(kept); i++) {
		kept[i] = pass(100 + i, i);
		TEST_ASSERT_NOT_NULL(kept[i], "frame %u", i);
		TEST_ASSERT(fake_port_packet_is(kept[i], 100 + i, i), "frame %u", i);
		nb_first += kept[i]->pool == first;
	}
	TEST_ASSERT_EQUAL(nb_first, FIRST_SIZE, "%u from the first pool", nb_first);
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_no_mbuf"), 0, "a lack was counted");
	rte_pktmbuf_free_bulk(kept, RTE_DIM(kept));
	for (i = 0; i < RING_SIZE; i++)
		rte_pktmbuf_free(pass(60, i));
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(first), 0, "the first pool is not back");
	return end();
}

/* Both run short: counted, and what there is, is posted. */
static int
both_short(void)
{
	struct rte_mempool *pools[] = { first, second };
	struct rte_mbuf *taken[255];
	unsigned int i;

	TEST_ASSERT_SUCCESS(rte_mempool_get_bulk(second, (void **)taken, 245), "take");
	TEST_ASSERT_SUCCESS(set_up_queue(pools, 2), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), FIRST_SIZE + 10, "posted");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_no_mbuf"), 1, "not counted");
	rte_mempool_put_bulk(second, (void **)taken, 245);
	for (i = 0; i < 2 * RING_SIZE; i++) {
		struct rte_mbuf *m = pass(200, i);

		TEST_ASSERT_NOT_NULL(m, "frame %u", i);
		rte_pktmbuf_free(m);
	}
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), RING_SIZE, "posted");
	return end();
}

/* All buffers are as long as the shortest, so that no frame depends on where it comes to lie. */
static int
shortest_length_counts(void)
{
	struct rte_mempool *pools[] = { first, second };
	struct rte_eth_rxq_info info;
	struct rte_mbuf *m;
	uint32_t len;

	TEST_ASSERT_SUCCESS(set_up_queue(pools, 2), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &info), "info");
	TEST_ASSERT_EQUAL(info.rx_buf_size, 512, "buffers of %u", info.rx_buf_size);
	TEST_ASSERT_EQUAL(info.conf.rx_nmempool, 2, "pools %u", info.conf.rx_nmempool);
	TEST_ASSERT(info.conf.rx_mempools[0] == first && info.conf.rx_mempools[1] == second,
		"pools");
	TEST_ASSERT_NULL(info.mp, "one pool");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (len = 400; len <= 1514; len++) {
		m = pass(len, len);
		TEST_ASSERT_NOT_NULL(m, "length %u", len);
		TEST_ASSERT_EQUAL(m->nb_segs, (len + 12 + 511) / 512, "length %u: %u", len,
			m->nb_segs);
		TEST_ASSERT(fake_port_packet_is(m, len, len), "length %u", len);
		rte_pktmbuf_free(m);
	}
	return end();
}

static int
one_in_the_list(void)
{
	struct rte_mempool *pools[] = { second };
	struct rte_mbuf *m;

	TEST_ASSERT_SUCCESS(set_up_queue(pools, 1), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	m = pass(60, 1);
	TEST_ASSERT(m != NULL && m->pool == second, "not of that pool");
	rte_pktmbuf_free(m);
	return end();
}

/* A pool whose mbufs have pinned external buffers does not go with another. */
static int
pinned_with_others(void)
{
	static uint8_t memory[64 * 2048] __rte_aligned(64);
	const struct rte_pktmbuf_extmem ext = {
		.buf_ptr = memory, .buf_iova = (uintptr_t)memory, .buf_len = sizeof(memory),
		.elt_size = 2048,
	};
	struct rte_mempool *pinned = rte_pktmbuf_pool_create_extbuf("pinned", 63, 0, 0, 2048,
		SOCKET_ID_ANY, &ext, 1);
	struct rte_mempool *pools[] = { pinned, second };
	int ret;

	TEST_ASSERT_NOT_NULL(pinned, "pool");
	ret = set_up_queue(pools, 2);
	rte_mempool_free(pinned);
	TEST_ASSERT_EQUAL(ret, -EINVAL, "accepted: %d", ret);
	return end();
}

static int
too_many(void)
{
	struct rte_mempool *pools[VIO_RX_POOLS_MAX + 1];
	struct rte_eth_dev_info info;
	unsigned int i;

	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.max_rx_mempools, VIO_RX_POOLS_MAX, "%u", info.max_rx_mempools);
	for (i = 0; i < RTE_DIM(pools); i++)
		pools[i] = second;
	TEST_ASSERT_SUCCESS(set_up_queue(pools, VIO_RX_POOLS_MAX), "as many as told");
	TEST_ASSERT_EQUAL(set_up_queue(pools, RTE_DIM(pools)), -EINVAL, "one more");
	return end();
}

static struct unit_test_suite suite = {
	.suite_name = "vio_rx_bufs",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, reserve),
		TEST_CASE_ST(setup, teardown, both_short),
		TEST_CASE_ST(setup, teardown, shortest_length_counts),
		TEST_CASE_ST(setup, teardown, one_in_the_list),
		TEST_CASE_ST(setup, teardown, pinned_with_others),
		TEST_CASE_ST(setup, teardown, too_many),
		TEST_CASES_END()
	}
};

static int
test_vio_rx_bufs(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_rx_bufs_autotest, test_vio_rx_bufs);
