/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A device that vanished: every read of it returns all ones. It is noticed wherever the driver
 * looks at the device; the application is told once; bursts return 0; stopping and closing the
 * port is quick and gives every mbuf back.
 */

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "test.h"

#include "fake_format.h"
#include "vio_ethdev.h"
#include "vio_intr.h"

#define RING_SIZE	64
#define LEN		100

/* What noticing, stopping and closing may take, on a busy machine too; deadlines are of 5 s. */
#define QUICK_MS	2000

/* How long a thread stands still, how long it rests, how often it has to be in the port's way. */
#define STAND_MS	50
#define REST_US		2
#define HELD_UP_MIN	1
#define ROUNDS_MAX	500

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];
static uint64_t start_cycles;

static struct rte_eth_dev *
eth_dev(void)
{
	return &rte_eth_devices[port.port_id];
}

/* A device without a link state of its own has no link when it is gone, either. */
static int
setup_with(bool lsc, bool rmv)
{
	const struct rte_eth_conf conf = { .intr_conf = { .lsc = lsc, .rmv = rmv } };

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_offer(&port.net.dev, VIRTIO_NET_F_STATUS, lsc);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	return setup_with(true, true);
}

static int
setup_without_lsc(void)
{
	return setup_with(false, true);
}

static int
setup_without_rmv(void)
{
	return setup_with(true, false);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static int
send_one(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, LEN, LEN, 1);
	uint16_t nb = rte_eth_tx_burst(port.port_id, 0, &m, 1);

	if (nb == 0)
		rte_pktmbuf_free(m);
	return nb;
}

/* It vanishes, with a frame to take and packets on their way. */
static int
vanish(void)
{
	port.net.hold_tx = true;
	TEST_ASSERT_EQUAL(send_one(), 1, "send");
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), LEN, "on its way");
	TEST_ASSERT_EQUAL(send_one(), 1, "send");
	fake_port_pattern(frame, LEN, 1);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, LEN), 1, "arrive");
	vdev_net_ctrl_thread_stop(&port.net);
	start_cycles = rte_get_timer_cycles();
	port.transport.gone = true;
	return TEST_SUCCESS;
}

static int
check_quick(void)
{
	uint64_t ms = (rte_get_timer_cycles() - start_cycles) * MS_PER_S / rte_get_timer_hz();

	TEST_ASSERT(ms < QUICK_MS, "%u ms", (unsigned int)ms);
	return TEST_SUCCESS;
}

/* It was noticed: told once, whatever else is asked; and nothing is lost in the end. */
static int
check_removed(void)
{
	struct rte_eth_link link;
	struct rte_mbuf *m;

	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, 1), 1, "not told");
	TEST_ASSERT_EQUAL(eth_dev()->data->dev_link.link_status, RTE_ETH_LINK_DOWN, "link");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet");
	TEST_ASSERT_EQUAL(send_one(), 0, "taken");
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "cleanup");
	fake_port_interrupt(&port);
	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(link.link_status, RTE_ETH_LINK_DOWN, "the link is up");
	TEST_ASSERT_EQUAL(rte_eth_promiscuous_enable(port.port_id), -EIO, "command");
	TEST_ASSERT_EQUAL(rte_eth_dev_is_removed(port.port_id), 1, "is_removed");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EIO, "start");
	TEST_ASSERT_SUCCESS(check_quick(), "in all");
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RMV), 1, "again");
	TEST_ASSERT_EQUAL(port.nb_events[RTE_ETH_EVENT_INTR_RESET], 0, "a reset would not help");
	return fake_port_close(&port);
}

static int
by_interrupt(void)
{
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, 1), 1, "link event");
	return check_removed();
}

static int
by_link_read(void)
{
	struct rte_eth_link link;

	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(link.link_status, RTE_ETH_LINK_DOWN, "the link is up");
	return check_removed();
}

/* Well before the command's deadline; the link is told as well. */
static int
by_control_queue(void)
{
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	TEST_ASSERT_EQUAL(rte_eth_allmulticast_enable(port.port_id), -EIO, "command");
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, 1), 1, "link event");
	return check_removed();
}

static int
by_asking(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_is_removed(port.port_id), 0, "too early");
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	TEST_ASSERT_EQUAL(rte_eth_dev_is_removed(port.port_id), 1, "is_removed");
	return check_removed();
}

/* The reset that stops the port is what finds it. */
static int
by_stop(void)
{
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs");
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, 1), 1, "not told");
	TEST_ASSERT_SUCCESS(check_quick(), "in all");
	return fake_port_close(&port);
}

static void
tell_of_removal(void)
{
	vio_intr_removed(eth_dev()->data->dev_private);
}

/* The kernel asks for the device when the queues are not in use yet, but about to be. */
static int
while_it_starts(void)
{
	static const uint8_t steps[] = {
		VIRTIO_STATUS_ACKNOWLEDGE,
		VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK,
		VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK |
			VIRTIO_STATUS_DRIVER_OK,
	};
	unsigned int i, nb = 0;

	/* of a port that works, and of one whose removal is known already */
	for (i = 0; i < 2 * RTE_DIM(steps); i++) {
		if (i >= RTE_DIM(steps)) {
			tell_of_removal();
			nb++;
			TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, nb), nb,
				"not told before, step %u", i);
		}
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
		port.transport.event_status = steps[i % RTE_DIM(steps)];
		port.transport.event = tell_of_removal;
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		port.transport.event = NULL;
		nb++;
		TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, nb), nb,
			"not told, step %u", i);
		TEST_ASSERT_EQUAL(send_one(), 0, "taken, step %u", i);
		/* the kernel went without it after all */
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		TEST_ASSERT_EQUAL(send_one(), 1, "not taken, step %u", i);
	}
	return fake_port_close(&port);
}

/*
 * A thread that is told of the removal again and again, and stops for a moment wherever it is when
 * a signal comes: at times while it goes over the queues.
 */
static struct {
	bool ends;
	bool stands;
	bool may_go_on;
	unsigned int nb_held_up;	/* so often the port waited for it */
} teller;

static void
stand_still(int signal_nb)
{
	const struct vio_dev *dev = eth_dev()->data->dev_private;
	bool goes_over = __atomic_load_n(&dev->state_lock.locked, __ATOMIC_RELAXED) != 0;
	unsigned int waited_ms;

	RTE_SET_USED(signal_nb);
	__atomic_store_n(&teller.stands, true, __ATOMIC_SEQ_CST);
	for (waited_ms = 0; !__atomic_load_n(&teller.may_go_on, __ATOMIC_SEQ_CST); waited_ms++) {
		if (waited_ms >= STAND_MS) {
			teller.nb_held_up += goes_over;
			break;
		}
		rte_delay_us_sleep(1000);
	}
	__atomic_store_n(&teller.stands, false, __ATOMIC_SEQ_CST);
}

static void *
tell_always(void *arg)
{
	RTE_SET_USED(arg);
	while (!__atomic_load_n(&teller.ends, __ATOMIC_RELAXED)) {
		tell_of_removal();
		/* the port has to have its turn */
		rte_delay_us_block(REST_US);
	}
	return NULL;
}

/* The port loses its queues while the thread stands still, and gets others when it goes on. */
static int
reset_beside(pthread_t thread, unsigned int round)
{
	static const struct rte_eth_conf conf = { .intr_conf.rmv = 1 };

	__atomic_store_n(&teller.may_go_on, false, __ATOMIC_SEQ_CST);
	/* What is done but once, with other locks, is over. */
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, round + 1), round + 1,
		"not told");
	rte_delay_us_sleep(1000);
	TEST_ASSERT_SUCCESS(pthread_kill(thread, SIGUSR1), "signal");
	while (!__atomic_load_n(&teller.stands, __ATOMIC_SEQ_CST))
		rte_pause();
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(port.port_id), "reset");
	__atomic_store_n(&teller.may_go_on, true, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&teller.stands, __ATOMIC_SEQ_CST))
		rte_pause();
	rte_delay_us_sleep(1000);
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "configure");
	return rte_eth_dev_start(port.port_id);
}

static int
while_it_is_reset(void)
{
	const struct sigaction stand = { .sa_handler = stand_still };
	struct sigaction before;
	unsigned int i;
	pthread_t thread;
	int ret;

	memset(&teller, 0, sizeof(teller));
	TEST_ASSERT_SUCCESS(sigaction(SIGUSR1, &stand, &before), "signal");
	TEST_ASSERT_SUCCESS(pthread_create(&thread, NULL, tell_always, NULL), "thread");
	for (i = 0, ret = 0; ret == 0 && teller.nb_held_up < HELD_UP_MIN && i < ROUNDS_MAX; i++)
		ret = reset_beside(thread, i);
	__atomic_store_n(&teller.ends, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	sigaction(SIGUSR1, &before, NULL);
	TEST_ASSERT_SUCCESS(ret, "round %u", i);
	TEST_ASSERT(teller.nb_held_up == HELD_UP_MIN, "%u of %u resets waited",
		teller.nb_held_up, i);
	return fake_port_close(&port);
}

static int
by_start(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	start_cycles = rte_get_timer_cycles();
	port.transport.gone = true;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EIO, "start");
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, 1), 1, "not told");
	TEST_ASSERT_SUCCESS(check_quick(), "in all");
	return fake_port_close(&port);
}

/* A queue that broke before stays broken, and counts once. */
static int
broken_before(void)
{
	struct rte_mbuf *m;

	port.net.vq[0].lie = VDEV_LIE_ID;
	port.net.vq[0].lie_value = UINT16_MAX;
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, LEN), 1, "arrive");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet");
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "broken");
	vdev_net_ctrl_thread_stop(&port.net);
	port.transport.gone = true;
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, 1), 1, "not told");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_bad_id"), 1, "counted");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	return fake_port_close(&port);
}

/* Who did not ask for the event is told by the link alone. */
static int
not_asked_for(void)
{
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, 1), 1, "link event");
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RMV), 0, "removal");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	return fake_port_close(&port);
}

/* A device that does not confirm its reset, and then is gone, has given its memory back. */
static int
lost_before(void)
{
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	port.transport.gone = false;
	port.transport.reset_error = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(port.port_id), -ETIMEDOUT, "stop");
	TEST_ASSERT(rte_mempool_avail_count(port.pool) < FAKE_PORT_POOL_SIZE, "freed too early");
	port.transport.gone = true;
	return fake_port_close(&port);
}

/* One that answers again, as after an error of its link, can be started; and be removed again. */
static int
answers_again(void)
{
	struct rte_eth_link link;
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		TEST_ASSERT_SUCCESS(vanish(), "vanish");
		fake_port_interrupt(&port);
		TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RMV, i), i, "%u", i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
		port.transport.gone = false;
		TEST_ASSERT_SUCCESS(vdev_net_ctrl_thread_start(&port.net), "device");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
		TEST_ASSERT_EQUAL(link.link_status, RTE_ETH_LINK_UP, "the link is down");
	}
	return fake_port_close(&port);
}

static int
close_in_event(uint16_t port_id, enum rte_eth_event_type type, void *arg, void *ret_param)
{
	RTE_SET_USED(type);
	RTE_SET_USED(ret_param);
	*(int *)arg = rte_eth_dev_stop(port_id) == 0 && rte_eth_dev_close(port_id) == 0;
	port.open = false;
	return 0;
}

/* The application closes the port in the event's callback, as it is meant to. */
static int
closed_in_event(enum rte_eth_event_type type)
{
	int waited_ms;
	int closed = 0;

	TEST_ASSERT_SUCCESS(rte_eth_dev_callback_register(port.port_id, type, close_in_event,
		&closed), "callback");
	TEST_ASSERT_SUCCESS(vanish(), "vanish");
	fake_port_interrupt(&port);
	for (waited_ms = 0; waited_ms < QUICK_MS &&
	     !__atomic_load_n(&closed, __ATOMIC_ACQUIRE); waited_ms++)
		rte_delay_us_sleep(1000);
	TEST_ASSERT_EQUAL(closed, 1, "not closed");
	/* nothing comes for a port that is closed */
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RMV),
		(type == RTE_ETH_EVENT_INTR_RMV ? 1 : 0), "removal");
	TEST_ASSERT_SUCCESS(rte_eth_dev_callback_unregister(RTE_ETH_ALL, type, close_in_event,
		&closed), "callback");
	return fake_port_close(&port);
}

static int
closed_in_removal_event(void)
{
	return closed_in_event(RTE_ETH_EVENT_INTR_RMV);
}

static int
closed_in_link_event(void)
{
	return closed_in_event(RTE_ETH_EVENT_INTR_LSC);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_removal",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, by_interrupt),
		TEST_CASE_ST(setup_without_lsc, teardown, by_link_read),
		TEST_CASE_ST(setup, teardown, by_control_queue),
		TEST_CASE_ST(setup_without_lsc, teardown, by_asking),
		TEST_CASE_ST(setup, teardown, by_stop),
		TEST_CASE_ST(setup, teardown, by_start),
		TEST_CASE_ST(setup, teardown, while_it_starts),
		TEST_CASE_ST(setup, teardown, while_it_is_reset),
		TEST_CASE_ST(setup, teardown, broken_before),
		TEST_CASE_ST(setup_without_rmv, teardown, not_asked_for),
		TEST_CASE_ST(setup, teardown, lost_before),
		TEST_CASE_ST(setup, teardown, answers_again),
		TEST_CASE_ST(setup, teardown, closed_in_removal_event),
		TEST_CASE_ST(setup, teardown, closed_in_link_event),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_removal, 0, &suite)
FAKE_FORMAT_TEST(vio_removal_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER, &suite)

REGISTER_TEST_COMMAND(vio_removal_autotest, test_vio_removal);
REGISTER_TEST_COMMAND(vio_removal_packed_in_order_autotest, test_vio_removal_packed_in_order);
