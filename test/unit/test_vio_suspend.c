/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A port that stays started while its device is away: what bursts do meanwhile, what becomes of
 * the packets in the rings, and bursts that never pause.
 */

#include <pthread.h>
#include <string.h>

#include <ethdev_driver.h>
#include <rte_cycles.h>

#include "test.h"

#include "fake_format.h"
#include "fake_port.h"
#include "vio.h"
#include "vio_ethdev.h"
#include "vio_suspend.h"

#define RING_SIZE	64
#define BURST		32
#define LEN		100

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];

static struct rte_eth_dev *
eth_dev(void)
{
	return &rte_eth_devices[port.port_id];
}

static int
setup(void)
{
	static const struct rte_eth_conf lsc = { .intr_conf.lsc = 1 };

	if (fake_port_prepare(&port, 2, RING_SIZE) != 0 || fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 2, 2, RING_SIZE, &lsc) != 0)
		return TEST_FAILED;
	return rte_eth_dev_start(port.port_id) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* The device goes; no burst is at work when it has. */
static int
go_away(void)
{
	vio_queues_suspend(eth_dev());
	TEST_ASSERT(vio_queues_are_quiet(eth_dev()), "not quiet");
	return TEST_SUCCESS;
}

static int
arrive(uint8_t seed)
{
	fake_port_pattern(frame, LEN, seed);
	return vdev_net_rx(&port.net, 0, frame, LEN);
}

/* Takes one packet, which must be this one. */
static int
receive(uint8_t seed)
{
	struct rte_mbuf *m = NULL;
	bool right;

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "no packet");
	right = fake_port_packet_is(m, LEN, seed);
	rte_pktmbuf_free(m);
	TEST_ASSERT(right, "another packet");
	return TEST_SUCCESS;
}

/* Sends nb packets of these seeds. Returns how many were taken. */
static uint16_t
transmit(uint8_t seed, uint16_t nb)
{
	struct rte_mbuf *pkts[BURST];
	uint16_t i, nb_tx;

	for (i = 0; i < nb; i++)
		pkts[i] = fake_port_packet(port.pool, LEN, LEN, seed + i);
	nb_tx = rte_eth_tx_burst(port.port_id, 0, pkts, nb);
	rte_pktmbuf_free_bulk(pkts + nb_tx, nb - nb_tx);
	return nb_tx;
}

/* The next frame that left must be this one. */
static int
left(uint8_t seed)
{
	static uint8_t expected[LEN];

	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), LEN, "no frame");
	fake_port_pattern(expected, LEN, seed);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(frame, expected, LEN, "another frame");
	return TEST_SUCCESS;
}

/* Both directions work, and nothing else is there. */
static int
passes(uint8_t seed)
{
	struct rte_mbuf *m;

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet of before");
	TEST_ASSERT_EQUAL(arrive(seed), 1, "no buffer posted");
	TEST_ASSERT_SUCCESS(receive(seed), "receive");
	TEST_ASSERT_EQUAL(transmit(seed + 1, 1), 1, "not taken");
	TEST_ASSERT_SUCCESS(left(seed + 1), "transmit");
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 0, "a frame of before");
	return TEST_SUCCESS;
}

static int
bursts_return_nothing(void)
{
	struct rte_mbuf *m;
	int i;

	TEST_ASSERT_EQUAL(arrive(1), 1, "arrive");
	TEST_ASSERT_SUCCESS(go_away(), "away");
	for (i = 0; i < 3; i++) {
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet");
		TEST_ASSERT_EQUAL(transmit(2, 1), 0, "taken");
		TEST_ASSERT_EQUAL(rte_eth_rx_queue_count(port.port_id, 0), 0, "count");
		TEST_ASSERT_EQUAL(rte_eth_rx_descriptor_status(port.port_id, 0, 0),
			RTE_ETH_RX_DESC_UNAVAIL, "Rx status");
		TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, 0),
			RTE_ETH_TX_DESC_UNAVAIL, "Tx status");
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "cleanup");
		TEST_ASSERT(vio_queues_are_quiet(eth_dev()), "not quiet");
	}
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 0, "a frame");
	return fake_port_close(&port);
}

/* What was in the rings is lost on the way, counted once, and every mbuf comes back. */
static int
resumes_with_clean_rings(void)
{
	struct rte_eth_stats stats;
	uint8_t turn;

	port.net.hold_tx = true;
	for (turn = 0; turn < 5; turn++) {
		TEST_ASSERT_EQUAL(arrive(1), 1, "arrive");
		TEST_ASSERT_EQUAL(arrive(2), 1, "arrive");
		TEST_ASSERT_EQUAL(transmit(3, 7), 7, "transmit");
		TEST_ASSERT_SUCCESS(left(3), "the first of them");
		TEST_ASSERT_SUCCESS(go_away(), "away");
		TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
		TEST_ASSERT_SUCCESS(passes(10 * turn), "turn %u", turn);
		/* nobody knows which of them the device had done */
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_undelivered"), 7 + turn * 8u,
			"undelivered");
		TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
		TEST_ASSERT_EQUAL(stats.opackets, (turn + 1) * 8u, "opackets");
		TEST_ASSERT_EQUAL(stats.ipackets, turn + 1u, "ipackets");
		TEST_ASSERT_EQUAL(stats.oerrors + stats.ierrors, 0, "errors");
	}
	return fake_port_close(&port);
}

/* A device that goes again before the queues' threads knew that it was back. */
static int
comes_and_goes(void)
{
	int i;

	TEST_ASSERT_EQUAL(transmit(1, 5), 5, "transmit");
	for (i = 0; i < 3; i++) {
		TEST_ASSERT_SUCCESS(go_away(), "away");
		TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	}
	TEST_ASSERT_SUCCESS(go_away(), "away");
	TEST_ASSERT_EQUAL(transmit(2, 1), 0, "taken");
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	TEST_ASSERT_SUCCESS(passes(50), "afterwards");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_undelivered"), 5, "undelivered");
	/* and stopped before they knew */
	TEST_ASSERT_EQUAL(transmit(1, 5), 5, "transmit");
	TEST_ASSERT_SUCCESS(go_away(), "away");
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(passes(60), "started again");
	return fake_port_close(&port);
}

/* Whoever is in a burst is waited for, but not for ever. */
static int
waits_for_bursts(void)
{
	struct vio_rxq *rxq = eth_dev()->data->rx_queues[1];
	struct vio_txq *txq = eth_dev()->data->tx_queues[1];

	vio_queues_suspend(eth_dev());
	rxq->busy = 1;
	TEST_ASSERT(!vio_queues_are_quiet(eth_dev()), "Rx");
	rxq->busy = 0;
	txq->busy = 1;
	TEST_ASSERT(!vio_queues_are_quiet(eth_dev()), "Tx");
	txq->busy = 0;
	TEST_ASSERT(vio_queues_are_quiet(eth_dev()), "none");
	return fake_port_close(&port);
}

/* Called within a burst, which frees the packet. */
static void
on_free(void *addr, void *arg)
{
	RTE_SET_USED(addr);
	*(bool *)arg = !vio_queues_are_quiet(eth_dev());
}

/* A burst says that it is one. */
static int
bursts_are_seen(void)
{
	static uint8_t buf[LEN];
	struct rte_mbuf_ext_shared_info info = { .free_cb = on_free };
	struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);
	bool seen = false;

	info.fcb_opaque = &seen;
	rte_mbuf_ext_refcnt_set(&info, 1);
	rte_pktmbuf_attach_extbuf(m, buf, (uintptr_t)buf, sizeof(buf), &info);
	rte_pktmbuf_append(m, LEN);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "not taken");
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), LEN, "no frame");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1, "not freed");
	TEST_ASSERT(seen, "the queue was quiet within a burst");
	TEST_ASSERT(vio_queues_are_quiet(eth_dev()), "not quiet behind it");
	return fake_port_close(&port);
}

/* The queues stay away from a device that is not the one that left. */
static int
another_device(void)
{
	struct rte_mbuf *m;

	TEST_ASSERT_SUCCESS(go_away(), "away");
	vdev_offer(&port.net.dev, VIRTIO_NET_F_MTU, false);
	TEST_ASSERT_EQUAL(vio_ethdev_resume(eth_dev()), -EPROTO, "resume");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet");
	TEST_ASSERT_EQUAL(transmit(2, 1), 0, "taken");
	vdev_offer(&port.net.dev, VIRTIO_NET_F_MTU, true);
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	TEST_ASSERT_SUCCESS(passes(70), "the same again");
	return fake_port_close(&port);
}

static int
queue_refused(void)
{
	TEST_ASSERT_EQUAL(transmit(1, 5), 5, "transmit");
	TEST_ASSERT_SUCCESS(go_away(), "away");
	port.transport.enable_error = -EINVAL;
	port.transport.enable_error_queue = 3;
	TEST_ASSERT_EQUAL(vio_ethdev_resume(eth_dev()), -EINVAL, "resume");
	TEST_ASSERT_EQUAL(transmit(2, 1), 0, "taken");
	port.transport.enable_error = 0;
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	TEST_ASSERT_SUCCESS(passes(80), "taken at last");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_undelivered"), 5, "undelivered");
	return fake_port_close(&port);
}

/* The application was told to restart the port, and that it must. */
static int
broken_queues_stay_broken(void)
{
	struct vio_rxq *rxq = eth_dev()->data->rx_queues[0];
	struct rte_mbuf *m;

	rxq->state = VIO_QUEUE_BROKEN;
	TEST_ASSERT_SUCCESS(go_away(), "away");
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet");
	TEST_ASSERT_EQUAL(rxq->state, VIO_QUEUE_BROKEN, "mended");
	TEST_ASSERT_EQUAL(transmit(2, 1), 1, "the other direction");
	return fake_port_close(&port);
}

/* The interrupt that tells it takes the queues out of use. */
static int
gone_device_suspends(void)
{
	struct vio_txq *txq = eth_dev()->data->tx_queues[0];
	int waited_ms;

	port.transport.base.comes_back = true;
	port.transport.gone = true;
	TEST_ASSERT_EQUAL(transmit(1, 1), 1, "not noticed yet");
	fake_port_interrupt(&port);
	for (waited_ms = 0; waited_ms < 2000 &&
	     __atomic_load_n(&txq->state, __ATOMIC_ACQUIRE) != VIO_QUEUE_SUSPENDED; waited_ms++)
		rte_delay_us_sleep(1000);
	TEST_ASSERT_EQUAL(transmit(2, 1), 0, "taken");
	port.transport.gone = false;
	TEST_ASSERT(vio_queues_are_quiet(eth_dev()), "not quiet");
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	TEST_ASSERT_SUCCESS(passes(90), "afterwards");
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RMV), 0, "removed");
	return fake_port_close(&port);
}

/* A started port whose device comes only later. */
static int
started_without_its_device(void)
{
	struct rte_mbuf *m;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(vio_ethdev_start_suspended(eth_dev()), "start");
	TEST_ASSERT_EQUAL(eth_dev()->rx_pkt_burst(eth_dev()->data->rx_queues[0], &m, 1), 0, "rx");
	TEST_ASSERT_EQUAL(eth_dev()->data->dev_link.link_status, RTE_ETH_LINK_DOWN, "link");
	TEST_ASSERT(vio_queues_are_quiet(eth_dev()), "not quiet");
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "resume");
	/* what ethdev does */
	eth_dev()->data->dev_started = 1;
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(passes(100), "afterwards");
	return fake_port_close(&port);
}

/* What the thread that never pauses did and saw. */
static struct {
	bool stop;
	uint64_t nb_rx;
	uint64_t nb_wrong;
	uint64_t nb_tx;
} poller;

static void *
poll_port(void *arg)
{
	struct rte_mbuf *pkts[BURST], *m;
	uint16_t i, nb;

	while (!__atomic_load_n(&poller.stop, __ATOMIC_RELAXED)) {
		nb = rte_eth_rx_burst(port.port_id, 0, pkts, BURST);
		for (i = 0; i < nb; i++)
			poller.nb_wrong += !fake_port_packet_is(pkts[i], LEN, 1);
		rte_pktmbuf_free_bulk(pkts, nb);
		poller.nb_rx += nb;
		m = rte_pktmbuf_alloc(port.pool);
		if (m == NULL)
			continue;
		memset(rte_pktmbuf_append(m, LEN), 0x88, LEN);
		memcpy(rte_pktmbuf_mtod(m, void *), &poller.nb_tx, sizeof(poller.nb_tx));
		if (rte_eth_tx_burst(port.port_id, 0, &m, 1) == 1)
			poller.nb_tx++;
		else
			rte_pktmbuf_free(m);
	}
	return arg;
}

/* Takes what left; each frame once, in order. */
static int
drain(uint64_t *next, uint64_t *nb)
{
	uint64_t number;

	while (vdev_net_tx(&port.net, 0, frame, NULL) > 0) {
		memcpy(&number, frame, sizeof(number));
		TEST_ASSERT(number >= *next, "frame %llu after %llu", (unsigned long long)number,
			(unsigned long long)*next);
		*next = number + 1;
		++*nb;
	}
	return TEST_SUCCESS;
}

/* The device comes and goes under bursts; every packet is counted once. */
static int
under_traffic(uint64_t *nb_left)
{
	uint64_t next = 0, nb_arrived = 0;
	int turn, i;

	for (turn = 0; turn < 300; turn++) {
		for (i = 0; i < 20; i++) {
			nb_arrived += arrive(1) == 1;
			TEST_ASSERT_SUCCESS(drain(&next, nb_left), "turn %d", turn);
		}
		/* on a busy machine, the other thread runs only when this one sleeps */
		if (turn % 2 == 0)
			rte_delay_us_sleep(100);
		vio_queues_suspend(eth_dev());
		/* it may be the other thread's turn, which is within a burst */
		while (!vio_queues_are_quiet(eth_dev()))
			rte_delay_us_sleep(100);
		TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev()), "turn %d", turn);
		rte_delay_us_sleep(100);
	}
	__atomic_store_n(&poller.stop, true, __ATOMIC_RELAXED);
	rte_delay_us_sleep(50000);
	TEST_ASSERT(nb_arrived > 0 && poller.nb_rx > 0 && poller.nb_rx <= nb_arrived,
		"%llu of %llu arrived", (unsigned long long)poller.nb_rx,
		(unsigned long long)nb_arrived);
	return drain(&next, nb_left);
}

static int
bursts_never_pause(void)
{
	struct rte_eth_stats stats;
	uint64_t nb_left = 0;
	pthread_t thread;
	int ret;

	memset(&poller, 0, sizeof(poller));
	port.net.dev.concurrent = true;
	TEST_ASSERT_SUCCESS(pthread_create(&thread, NULL, poll_port, NULL), "thread");
	ret = under_traffic(&nb_left);
	__atomic_store_n(&poller.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	TEST_ASSERT_SUCCESS(ret, "under traffic");
	TEST_ASSERT_EQUAL(poller.nb_wrong, 0, "wrong packets");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.ipackets, poller.nb_rx, "ipackets");
	TEST_ASSERT_EQUAL(stats.opackets, poller.nb_tx, "opackets");
	/* the device completes what it takes, but may have been left with that unseen */
	TEST_ASSERT(nb_left > 0 && nb_left <= stats.opackets &&
		nb_left + fake_port_xstat(&port, "tx_q0_undelivered") >= stats.opackets,
		"%llu sent, %llu left", (unsigned long long)stats.opackets,
		(unsigned long long)nb_left);
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_suspend",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, bursts_return_nothing),
		TEST_CASE_ST(setup, teardown, resumes_with_clean_rings),
		TEST_CASE_ST(setup, teardown, comes_and_goes),
		TEST_CASE_ST(setup, teardown, waits_for_bursts),
		TEST_CASE_ST(setup, teardown, bursts_are_seen),
		TEST_CASE_ST(setup, teardown, another_device),
		TEST_CASE_ST(setup, teardown, queue_refused),
		TEST_CASE_ST(setup, teardown, broken_queues_stay_broken),
		TEST_CASE_ST(setup, teardown, gone_device_suspends),
		TEST_CASE_ST(setup, teardown, started_without_its_device),
		TEST_CASE_ST(setup, teardown, bursts_never_pause),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_suspend, 0, &suite)
FAKE_FORMAT_TEST(vio_suspend_packed, FAKE_PACKED, &suite)
FAKE_FORMAT_TEST(vio_suspend_in_order, FAKE_IN_ORDER, &suite)
FAKE_FORMAT_TEST(vio_suspend_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER, &suite)

REGISTER_TEST_COMMAND(vio_suspend_autotest, test_vio_suspend);
REGISTER_TEST_COMMAND(vio_suspend_packed_autotest, test_vio_suspend_packed);
REGISTER_TEST_COMMAND(vio_suspend_in_order_autotest, test_vio_suspend_in_order);
REGISTER_TEST_COMMAND(vio_suspend_packed_in_order_autotest, test_vio_suspend_packed_in_order);
