/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* What an application can ask of a queue: what waits in it, what is free, and to free it. */

#include <pthread.h>
#include <string.h>

#include <rte_power_intrinsics.h>

#include "test.h"

#include "fake_format.h"
#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	64
#define FREE_THRESH	16	/* the default of such a ring */
#define ONE_SEGMENT	2048

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];

/* A port whose Tx queue has these offloads and takes completions only when it is full. */
static int
start(uint64_t offloads)
{
	const struct rte_eth_txconf conf = { .tx_free_thresh = 1, .offloads = offloads };

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0 || fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, NULL) != 0 ||
	    rte_eth_tx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	return start(0);
}

static int
setup_fast_free(void)
{
	return start(RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* So many frames of a length arrive. */
static int
arrive(unsigned int nb, uint32_t len)
{
	unsigned int i;

	fake_port_pattern(frame, len, 1);
	for (i = 0; i < nb; i++)
		TEST_ASSERT(vdev_net_rx(&port.net, 0, frame, len) > 0, "frame %u", i);
	return TEST_SUCCESS;
}

static int
receive(uint16_t nb)
{
	struct rte_mbuf *pkts[RING_SIZE];

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, nb), nb, "%u packets", nb);
	rte_pktmbuf_free_bulk(pkts, nb);
	return TEST_SUCCESS;
}

/*
 * So many used buffers wait, the device holds so many more, and the rest is not posted: told by
 * the count, and by the status of each descriptor.
 */
static int
rx_is(unsigned int used, unsigned int held)
{
	unsigned int i;
	int ret;

	ret = rte_eth_rx_queue_count(port.port_id, 0);
	TEST_ASSERT_EQUAL(ret, (int)used, "%d used, expected %u", ret, used);
	for (i = 0; i < RING_SIZE; i++) {
		ret = rte_eth_rx_descriptor_status(port.port_id, 0, i);
		TEST_ASSERT_EQUAL(ret, (i < used ? RTE_ETH_RX_DESC_DONE :
			i < used + held ? RTE_ETH_RX_DESC_AVAIL : RTE_ETH_RX_DESC_UNAVAIL),
			"descriptor %u of %u used, %u held: %d", i, used, held, ret);
	}
	TEST_ASSERT_EQUAL(rte_eth_rx_descriptor_status(port.port_id, 0, RING_SIZE), -EINVAL,
		"beyond the ring");
	return TEST_SUCCESS;
}

static int
rx_count_and_status(void)
{
	unsigned int nb, round;

	TEST_ASSERT_SUCCESS(rx_is(0, RING_SIZE), "empty");
	for (nb = 1; nb <= RING_SIZE; nb++) {
		TEST_ASSERT_SUCCESS(arrive(nb, 60), "%u", nb);
		TEST_ASSERT_SUCCESS(rx_is(nb, RING_SIZE - nb), "%u arrived", nb);
		TEST_ASSERT_SUCCESS(receive(nb), "%u", nb);
		/* below the threshold nothing is posted in their place */
		for (round = 0; vdev_net_rx_posted(&port.net, 0) < RING_SIZE; round++) {
			TEST_ASSERT_SUCCESS(rx_is(0, vdev_net_rx_posted(&port.net, 0)), "%u", nb);
			TEST_ASSERT(round < FREE_THRESH, "never refilled");
			TEST_ASSERT_SUCCESS(arrive(1, 60), "%u", nb);
			TEST_ASSERT_SUCCESS(receive(1), "%u", nb);
		}
	}
	/* in buffers, not packets */
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, 9000), "MTU");
	TEST_ASSERT_SUCCESS(arrive(1, 5000), "a long frame");
	TEST_ASSERT_SUCCESS(rx_is(3, RING_SIZE - 3), "a long frame");
	TEST_ASSERT_SUCCESS(receive(1), "a long frame");
	return fake_port_close(&port);
}

static int
rx_count_of_a_broken_queue(void)
{
	TEST_ASSERT_SUCCESS(arrive(3, 60), "frames");
	port.net.vq[VIRTIO_NET_RXQ(0)].lie = VDEV_LIE_IDX;
	port.net.vq[VIRTIO_NET_RXQ(0)].lie_value = RING_SIZE;
	TEST_ASSERT_SUCCESS(arrive(1, 60), "a frame");
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_count(port.port_id, 0), 0, "the index is believed");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_bad_used_idx"), 1, "not counted");
	TEST_ASSERT_EQUAL(rte_eth_rx_descriptor_status(port.port_id, 0, 0),
		RTE_ETH_RX_DESC_UNAVAIL, "usable");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_bad_used_idx"), 1, "counted twice");
	return fake_port_close(&port);
}

/* What rte_power_monitor() does with the condition, but for the sleep. 0: it would sleep. */
static int
would_sleep(const struct rte_power_monitor_cond *cond)
{
	uint64_t value = *(volatile uint16_t *)cond->addr;

	return cond->fn(value, cond->opaque);
}

static int
rx_monitor(void)
{
	struct rte_power_monitor_cond cond;
	unsigned int i;

	for (i = 0; i < 3 * RING_SIZE; i++) {
		memset(&cond, 0xff, sizeof(cond));
		TEST_ASSERT_SUCCESS(rte_eth_get_monitor_addr(port.port_id, 0, &cond), "condition");
		TEST_ASSERT_EQUAL(cond.size, 2, "%u bytes", cond.size);
		TEST_ASSERT_EQUAL(would_sleep(&cond), 0, "awake for nothing");
		TEST_ASSERT_SUCCESS(arrive(1, 60), "a frame");
		TEST_ASSERT_EQUAL(would_sleep(&cond), -1, "asleep");
		/* asked for only now */
		TEST_ASSERT_SUCCESS(rte_eth_get_monitor_addr(port.port_id, 0, &cond), "condition");
		TEST_ASSERT_EQUAL(would_sleep(&cond), -1, "asleep");
		TEST_ASSERT_SUCCESS(receive(1), "a frame");
	}
	return fake_port_close(&port);
}

/* Sends nb packets, which the device takes and does not complete. */
static int
send_and_hold(unsigned int nb, uint32_t len, uint16_t seg_len)
{
	struct rte_mbuf *m;
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < nb; i++) {
		m = fake_port_packet(port.pool, len, seg_len, i);
		TEST_ASSERT_NOT_NULL(m, "no mbuf");
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "packet %u", i);
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), (int)len, "packet %u", i);
	}
	return TEST_SUCCESS;
}

static int
tx_is(unsigned int nb_free)
{
	unsigned int i;
	int ret;

	for (i = 0; i < RING_SIZE; i++) {
		ret = rte_eth_tx_descriptor_status(port.port_id, 0, i);
		TEST_ASSERT_EQUAL(ret, (i < nb_free ? RTE_ETH_TX_DESC_DONE : RTE_ETH_TX_DESC_FULL),
			"descriptor %u, %u free: %d", i, nb_free, ret);
	}
	TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, RING_SIZE), -EINVAL,
		"beyond the ring");
	return TEST_SUCCESS;
}

static int
tx_status(void)
{
	unsigned int round;

	for (round = 0; round < 5; round++) {
		TEST_ASSERT_SUCCESS(tx_is(RING_SIZE), "empty");
		TEST_ASSERT_SUCCESS(send_and_hold(10, 60, ONE_SEGMENT), "10");
		TEST_ASSERT_SUCCESS(tx_is(RING_SIZE - 10), "10");
		TEST_ASSERT_SUCCESS(send_and_hold(18, 90, 30), "in 3 segments");
		TEST_ASSERT_SUCCESS(tx_is(0), "full");
		vdev_net_tx_complete(&port.net, 0, 12);
		TEST_ASSERT_SUCCESS(tx_is(10 + 2 * 3), "12 completed");
		vdev_net_tx_complete(&port.net, 0, 16);
	}
	TEST_ASSERT_SUCCESS(tx_is(RING_SIZE), "empty");
	return fake_port_close(&port);
}

static int
tx_status_of_a_broken_queue(void)
{
	TEST_ASSERT_SUCCESS(send_and_hold(1, 60, ONE_SEGMENT), "a packet");
	port.net.vq[VIRTIO_NET_TXQ(0)].lie = VDEV_LIE_ID;
	port.net.vq[VIRTIO_NET_TXQ(0)].lie_value = RING_SIZE;
	vdev_net_tx_complete(&port.net, 0, 1);
	TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, 0), RTE_ETH_TX_DESC_DONE,
		"to ask breaks the queue");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "freed");
	TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, 0),
		RTE_ETH_TX_DESC_UNAVAIL, "usable");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_id"), 1, "not counted once");
	return fake_port_close(&port);
}

static unsigned int
nb_in_use(void)
{
	return FAKE_PORT_POOL_SIZE - rte_mempool_avail_count(port.pool);
}

/* Whoever asks for the status, a mere reader, takes nothing back and moves nothing. */
static int
tx_status_changes_nothing(void)
{
	const struct vio_txq *q = rte_eth_devices[port.port_id].data->tx_queues[0];
	unsigned int before;
	struct vio_txq copy;

	TEST_ASSERT_SUCCESS(send_and_hold(5, 90, 30), "in 3 segments");
	TEST_ASSERT_SUCCESS(send_and_hold(5, 60, ONE_SEGMENT), "whole");
	vdev_net_tx_complete(&port.net, 0, 7);
	before = nb_in_use();
	memcpy(&copy, q, sizeof(copy));
	TEST_ASSERT_SUCCESS(tx_is(RING_SIZE - 3), "7 completed");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(&copy, q, sizeof(copy), "the queue was changed");
	TEST_ASSERT_EQUAL(nb_in_use(), before, "freed");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 7, "cleaned up");
	return fake_port_close(&port);
}

/* Asks until it is told to end. */
static void *
asker(void *arg)
{
	const bool *end = arg;
	unsigned int i;

	for (i = 0; !__atomic_load_n(end, __ATOMIC_RELAXED); i++)
		rte_eth_tx_descriptor_status(port.port_id, 0, i % RING_SIZE);
	return NULL;
}

static int
tx_status_by_another_thread(void)
{
	unsigned int before = nb_in_use(), i;
	pthread_t thread;
	bool end = false;
	int ret = TEST_SUCCESS;

	TEST_ASSERT_EQUAL(pthread_create(&thread, NULL, asker, &end), 0, "thread");
	for (i = 0; i < 3000 && ret == TEST_SUCCESS; i++) {
		port.net.vq[VIRTIO_NET_TXQ(0)].order = i % 3;
		ret = send_and_hold(5, 90, i % 2 == 0 ? 30 : ONE_SEGMENT);
		vdev_net_tx_complete(&port.net, 0, 5);
		if (rte_eth_tx_done_cleanup(port.port_id, 0, 0) != 5)
			ret = TEST_FAILED;
	}
	__atomic_store_n(&end, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	TEST_ASSERT_SUCCESS(ret, "round %u", i);
	TEST_ASSERT_EQUAL(nb_in_use(), before, "lost");
	return fake_port_close(&port);
}

/* Frees what was asked for, oldest first, and no more than the device gave back. */
static int
tx_done_cleanup(void)
{
	unsigned int before = nb_in_use();

	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "nothing was sent");
	TEST_ASSERT_SUCCESS(send_and_hold(10, 90, 30), "in 3 segments");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "none is completed");
	vdev_net_tx_complete(&port.net, 0, 7);
	TEST_ASSERT_EQUAL(nb_in_use() - before, 30, "freed by nobody");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 2), 2, "at most 2");
	TEST_ASSERT_EQUAL(nb_in_use() - before, 24, "%u left", nb_in_use() - before);
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 5, "all");
	TEST_ASSERT_EQUAL(nb_in_use() - before, 9, "%u left", nb_in_use() - before);
	vdev_net_tx_complete(&port.net, 0, 3);
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 1000), 3, "all");
	TEST_ASSERT_EQUAL(nb_in_use(), before, "lost");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "of a stopped port");
	return fake_port_close(&port);
}

/*
 * Not even the reference count is looked at: an mbuf goes back to the pool although the count
 * says, against the application's promise, that somebody holds it.
 */
static int
fast_free_touches_nothing(void)
{
	unsigned int before = nb_in_use(), i;
	struct rte_mbuf *pkts[RING_SIZE];

	port.net.hold_tx = true;
	for (i = 0; i < RING_SIZE; i++)
		pkts[i] = fake_port_packet(port.pool, 60, ONE_SEGMENT, i);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, RING_SIZE), RING_SIZE, "sent");
	for (i = 0; i < RING_SIZE; i++) {
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60, "packet %u", i);
		rte_mbuf_refcnt_set(pkts[i], 2);
	}
	vdev_net_tx_complete(&port.net, 0, RING_SIZE);
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), RING_SIZE, "freed");
	TEST_ASSERT_EQUAL(nb_in_use(), before, "%u not in the pool", nb_in_use() - before);
	for (i = 0; i < RING_SIZE; i++) {
		TEST_ASSERT_EQUAL(rte_mbuf_refcnt_read(pkts[i]), 2, "touched");
		rte_mbuf_refcnt_set(pkts[i], 1);
	}
	return fake_port_close(&port);
}

/* Nor without the offload, if the driver was the only holder when it took the packet. */
static int
raw_is_not_touched(void)
{
	return fast_free_touches_nothing();
}

/* Packets of two pools, each to its own; once those of one are gone, the other takes its place. */
static int
pools_in_turn(void)
{
	const unsigned int nb = RING_SIZE / 2, before = nb_in_use();
	struct rte_mbuf *pkts[RING_SIZE];
	struct rte_mempool *second;
	unsigned int round, i;

	second = rte_pktmbuf_pool_create("second", nb, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					 SOCKET_ID_ANY);
	TEST_ASSERT_NOT_NULL(second, "pool");
	port.net.hold_tx = true;
	for (round = 0; round < 40; round++) {
		for (i = 0; i < nb; i++)
			pkts[i] = fake_port_packet(i % (1 + round % 11) == 0 ? port.pool : second,
						   60, ONE_SEGMENT, i);
		/* the second burst may begin with the other pool */
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, 9), 9, "burst");
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts + 9, nb - 9), nb - 9,
			"burst");
		for (i = 0; i < nb; i++)
			TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60, "%u", i);
		vdev_net_tx_complete(&port.net, 0, nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), nb, "freed");
		TEST_ASSERT_EQUAL(nb_in_use(), before, "round %u: the first", round);
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(second), nb, "round %u: the second",
			round);
	}
	pkts[0] = fake_port_packet(second, 60, ONE_SEGMENT, 0);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, 1), 1, "the second alone");
	rte_mbuf_refcnt_set(pkts[0], 2);
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60, "the second alone");
	vdev_net_tx_complete(&port.net, 0, 1);
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1, "freed");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(second), nb, "looked at");
	rte_mempool_free(second);
	return fake_port_close(&port);
}

/* All that the pool has must be as fresh mbufs are. */
static int
pool_is_in_order(void)
{
	static struct rte_mbuf *all[FAKE_PORT_POOL_SIZE];
	unsigned int nb = rte_mempool_avail_count(port.pool), i;

	TEST_ASSERT_SUCCESS(rte_mempool_get_bulk(port.pool, (void **)all, nb), "get");
	for (i = 0; i < nb; i++) {
		TEST_ASSERT(all[i]->next == NULL && all[i]->nb_segs == 1, "mbuf %u: a chain", i);
		TEST_ASSERT_EQUAL(rte_mbuf_refcnt_read(all[i]), 1, "mbuf %u: references", i);
	}
	rte_mempool_put_bulk(port.pool, (void **)all, nb);
	return TEST_SUCCESS;
}

/* Packets of several segments among others; headers of their own; segments without bytes. */
static int
fast_free_of_segments(void)
{
	unsigned int before = nb_in_use(), round;
	struct rte_mbuf *m, *none;

	for (round = 0; round < 100; round++) {
		TEST_ASSERT_SUCCESS(send_and_hold(2, 60, ONE_SEGMENT), "whole");
		TEST_ASSERT_SUCCESS(send_and_hold(2, 90, 30), "in 3 segments");
		m = fake_port_packet(port.pool, 60, ONE_SEGMENT, 1);
		none = rte_pktmbuf_alloc(port.pool);
		TEST_ASSERT_SUCCESS(rte_pktmbuf_chain(m, none), "chain");
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "with none");
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60, "with none");
		m = rte_pktmbuf_alloc(port.pool);
		m->data_off = 0;
		rte_pktmbuf_append(m, 60);
		memset(rte_pktmbuf_mtod(m, void *), 0, 60);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "no headroom");
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60, "no headroom");
		vdev_net_tx_complete(&port.net, 0, RING_SIZE);
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 6, "freed");
		TEST_ASSERT_EQUAL(nb_in_use(), before, "%u lost", nb_in_use() - before);
	}
	TEST_ASSERT_SUCCESS(pool_is_in_order(), "after %u rounds", round);
	return fake_port_close(&port);
}

/* Without the offload an mbuf that somebody else holds stays with him. */
static int
no_fast_free(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 60, ONE_SEGMENT, 1);
	unsigned int before = nb_in_use();

	rte_mbuf_refcnt_update(m, 1);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "sent");
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60, "sent");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1, "completed");
	TEST_ASSERT_EQUAL(nb_in_use(), before, "it went to the pool");
	TEST_ASSERT_EQUAL(rte_mbuf_refcnt_read(m), 1, "references");
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

static int
info(void)
{
	struct rte_eth_rxq_info rx;
	struct rte_eth_txq_info tx;

	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &rx), "Rx");
	TEST_ASSERT(rx.mp == port.pool, "pool");
	TEST_ASSERT_EQUAL(rx.nb_desc, RING_SIZE, "descriptors %u", rx.nb_desc);
	TEST_ASSERT_EQUAL(rx.rx_buf_size, 2048, "buffer %u", rx.rx_buf_size);
	TEST_ASSERT_EQUAL(rx.scattered_rx, 1, "scattered");
	TEST_ASSERT_EQUAL(rx.queue_state, RTE_ETH_QUEUE_STATE_STARTED, "state");
	TEST_ASSERT_EQUAL(rx.conf.rx_free_thresh, FREE_THRESH, "%u", rx.conf.rx_free_thresh);
	TEST_ASSERT_EQUAL(rx.conf.rx_drop_en, 1, "a device drops what finds no buffer");
	TEST_ASSERT_EQUAL(rx.conf.offloads, RTE_ETH_RX_OFFLOAD_SCATTER, "Rx offloads");

	TEST_ASSERT_SUCCESS(rte_eth_tx_queue_info_get(port.port_id, 0, &tx), "Tx");
	TEST_ASSERT_EQUAL(tx.nb_desc, RING_SIZE, "descriptors %u", tx.nb_desc);
	TEST_ASSERT_EQUAL(tx.queue_state, RTE_ETH_QUEUE_STATE_STARTED, "state");
	TEST_ASSERT_EQUAL(tx.conf.tx_free_thresh, 1, "%u", tx.conf.tx_free_thresh);
	TEST_ASSERT_EQUAL(tx.conf.offloads, (RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE |
		RTE_ETH_TX_OFFLOAD_MULTI_SEGS), "Tx offloads");
	return fake_port_close(&port);
}

static struct unit_test_suite common = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, rx_count_and_status),
		TEST_CASE_ST(setup, teardown, rx_monitor),
		TEST_CASE_ST(setup, teardown, tx_status),
		TEST_CASE_ST(setup, teardown, tx_status_of_a_broken_queue),
		TEST_CASE_ST(setup, teardown, tx_status_changes_nothing),
		TEST_CASE_ST(setup, teardown, tx_status_by_another_thread),
		TEST_CASE_ST(setup, teardown, tx_done_cleanup),
		TEST_CASE_ST(setup_fast_free, teardown, fast_free_touches_nothing),
		TEST_CASE_ST(setup_fast_free, teardown, fast_free_of_segments),
		TEST_CASE_ST(setup, teardown, raw_is_not_touched),
		TEST_CASE_ST(setup, teardown, pools_in_turn),
		TEST_CASE_ST(setup, teardown, no_fast_free),
		TEST_CASE_ST(setup_fast_free, teardown, info),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split = {
	.suite_name = "split",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, rx_count_of_a_broken_queue),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_queue, 0, &common, &split)
FAKE_FORMAT_TEST(vio_queue_packed, FAKE_PACKED, &common)
FAKE_FORMAT_TEST(vio_queue_in_order, FAKE_IN_ORDER | FAKE_EVENTS, &common)
FAKE_FORMAT_TEST(vio_queue_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER | FAKE_EVENTS, &common)

REGISTER_TEST_COMMAND(vio_queue_autotest, test_vio_queue);
REGISTER_TEST_COMMAND(vio_queue_packed_autotest, test_vio_queue_packed);
REGISTER_TEST_COMMAND(vio_queue_in_order_autotest, test_vio_queue_in_order);
REGISTER_TEST_COMMAND(vio_queue_packed_in_order_autotest, test_vio_queue_packed_in_order);
