/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Rx interrupts: asked for on the ring, waited for by eventfds. The interrupts of link and
 * events are tried in test_vio_ethdev.c.
 */

#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_epoll.h>

#include "test.h"

#include "fake_format.h"
#include "vio_ethdev.h"
#include "vio_suspend.h"

#define NB_QUEUES	2
#define RING_SIZE	64
#define PATIENCE_MS	2000

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];
static int efds[NB_QUEUES];

/* A port of two pairs on a transport that has an eventfd for each Rx queue. */
static int
setup_with(const struct rte_eth_conf *conf)
{
	uint16_t i;

	if (fake_port_prepare(&port, NB_QUEUES, RING_SIZE) != 0)
		return TEST_FAILED;
	port.transport.base.has_rx_intr = true;
	if (rte_intr_vec_list_alloc(port.intr, NULL, NB_QUEUES) < 0)
		return TEST_FAILED;
	for (i = 0; i < NB_QUEUES; i++) {
		efds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		rte_intr_efds_index_set(port.intr, i, efds[i]);
		rte_intr_vec_list_index_set(port.intr, i, RTE_INTR_VEC_RXTX_OFFSET + i);
	}
	rte_intr_nb_efd_set(port.intr, NB_QUEUES);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, NB_QUEUES, NB_QUEUES, RING_SIZE, conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	static const struct rte_eth_conf conf = { .intr_conf.rxq = 1 };

	return setup_with(&conf);
}

static int
setup_polled(void)
{
	static const struct rte_eth_conf conf;

	return setup_with(&conf);
}

static int
finish(void)
{
	uint16_t i;

	if (!port.prepared)
		return TEST_SUCCESS;
	rte_intr_vec_list_free(port.intr);
	for (i = 0; i < NB_QUEUES; i++)
		close(efds[i]);
	return fake_port_close(&port);
}

static void
teardown(void)
{
	finish();
}

/* virtio 2.7.7, 2.8.10: whether the device is to interrupt for a queue */
static bool
is_wanted(uint16_t queue)
{
	const struct vdev_vq *vq = &port.net.vq[VIRTIO_NET_RXQ(queue)];

	/* which defers them for ever, and with Rx interrupts is not agreed on */
	if (vdev_has(&port.net.dev, VIRTIO_F_EVENT_IDX))
		return false;
	if (vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED))
		return rte_le_to_cpu_16(vq->packed.driver_event->flags) == RING_EVENT_FLAGS_ENABLE;
	return !(rte_le_to_cpu_16(vq->split.avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

/* Whether a queue was interrupted since this was last asked. */
static bool
was_raised(uint16_t queue)
{
	uint64_t count;

	return read(efds[queue], &count, sizeof(count)) == (ssize_t)sizeof(count);
}

/* A frame arrives, and the device interrupts if that is wanted. */
static int
arrive(uint16_t queue)
{
	fake_port_pattern(frame, 100, queue);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, queue, frame, 100), 1, "arrive");
	if (is_wanted(queue))
		eventfd_write(efds[queue], 1);
	return TEST_SUCCESS;
}

static unsigned int
receive(uint16_t queue)
{
	struct rte_mbuf *m;
	uint16_t nb = rte_eth_rx_burst(port.port_id, queue, &m, 1);

	if (nb == 1)
		rte_pktmbuf_free(m);
	return nb;
}

static int
not_configured(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_rx_intr_enable(port.port_id, 0), -ENOTSUP, "enable");
	TEST_ASSERT_EQUAL(rte_eth_dev_rx_intr_disable(port.port_id, 0), -ENOTSUP, "disable");
	TEST_ASSERT(!is_wanted(0), "wanted");
	TEST_ASSERT_EQUAL(port.net.dev.queues[VIRTIO_NET_RXQ(0)].vector, VIRTIO_MSI_NO_VECTOR,
		"vector");
	return finish();
}

static int
each_queue_has_a_vector(void)
{
	uint16_t i;

	for (i = 0; i < NB_QUEUES; i++) {
		TEST_ASSERT_EQUAL(port.net.dev.queues[VIRTIO_NET_RXQ(i)].vector, 1 + i,
			"Rx queue %u", i);
		TEST_ASSERT_EQUAL(port.net.dev.queues[VIRTIO_NET_TXQ(i)].vector,
			VIRTIO_MSI_NO_VECTOR, "Tx queue %u", i);
	}
	return finish();
}

static int
on_and_off(void)
{
	uint16_t i;

	for (i = 0; i < 3; i++) {
		TEST_ASSERT(!is_wanted(0) && !is_wanted(1), "wanted at first");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, 1), "enable");
		TEST_ASSERT(!is_wanted(0) && is_wanted(1), "enabled");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_disable(port.port_id, 1), "disable");
	}
	TEST_ASSERT(!was_raised(0) && !was_raised(1), "raised for nothing");
	/* a port that starts does not interrupt */
	TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, 1), "enable");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT(!is_wanted(0) && !is_wanted(1), "wanted after a start");
	return finish();
}

/* What came before it was enabled is not slept upon. */
static int
frames_that_wait(void)
{
	uint16_t turn;

	/* more than once around the ring */
	for (turn = 0; turn < 3 * RING_SIZE; turn++) {
		TEST_ASSERT_SUCCESS(arrive(0), "arrive");
		TEST_ASSERT(!was_raised(0), "raised although it is off");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, 0), "enable");
		TEST_ASSERT(was_raised(0), "turn %u: a frame is slept upon", turn);
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_disable(port.port_id, 0), "disable");
		TEST_ASSERT_EQUAL(receive(0), 1, "receive");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, 0), "enable");
		TEST_ASSERT(!was_raised(0), "turn %u: raised for nothing", turn);
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_disable(port.port_id, 0), "disable");
	}
	TEST_ASSERT(!was_raised(1), "the other queue");
	return finish();
}

/* As an application does it. */
static int
sleeper(void)
{
	struct rte_epoll_event event;
	uint16_t i;

	for (i = 0; i < NB_QUEUES; i++)
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_ctl_q(port.port_id, i,
			RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD, &efds[i]), "add");
	for (i = 0; i < 100; i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, i % 2), "enable");
		TEST_ASSERT_EQUAL(rte_epoll_wait(RTE_EPOLL_PER_THREAD, &event, 1, 0), 0,
			"an event for nothing");
		TEST_ASSERT_SUCCESS(arrive(i % 2), "arrive");
		TEST_ASSERT_EQUAL(rte_epoll_wait(RTE_EPOLL_PER_THREAD, &event, 1, PATIENCE_MS), 1,
			"no event");
		TEST_ASSERT(event.epdata.data == &efds[i % 2], "of another queue");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_disable(port.port_id, i % 2), "disable");
		TEST_ASSERT_EQUAL(receive(i % 2), 1, "receive");
	}
	for (i = 0; i < NB_QUEUES; i++)
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_ctl_q(port.port_id, i,
			RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_DEL, NULL), "delete");
	return finish();
}

/* The device goes and comes back. */
static int
go_and_come_back(void)
{
	struct rte_eth_dev *eth_dev = &rte_eth_devices[port.port_id];

	vio_queues_suspend(eth_dev);
	TEST_ASSERT(vio_queues_are_quiet(eth_dev), "quiet");
	TEST_ASSERT(!was_raised(0) && !was_raised(1), "raised as it goes");
	TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev), "resume");
	return TEST_SUCCESS;
}

/* A device that comes back wakes who waits, so that it gets buffers, and interrupts as before. */
static int
device_comes_back(void)
{
	uint16_t turn;

	for (turn = 0; turn < 3; turn++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, 0), "enable");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_disable(port.port_id, 0), "disable");
		TEST_ASSERT_SUCCESS(rte_eth_dev_rx_intr_enable(port.port_id, 1), "enable");
		TEST_ASSERT_SUCCESS(go_and_come_back(), "away");
		TEST_ASSERT(!was_raised(0), "the queue that is polled");
		TEST_ASSERT(was_raised(1), "the queue that is slept upon");
		TEST_ASSERT_EQUAL(receive(0) + receive(1), 0, "a frame");
		TEST_ASSERT(!is_wanted(0) && is_wanted(1), "as before");
		TEST_ASSERT_SUCCESS(arrive(1), "arrive");
		TEST_ASSERT(was_raised(1), "no interrupt");
		TEST_ASSERT_EQUAL(receive(1), 1, "receive");
	}
	/* what was enabled before the port was stopped is forgotten */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(go_and_come_back(), "away");
	TEST_ASSERT(!was_raised(1) && !is_wanted(1), "enabled by nobody");
	return finish();
}

static struct unit_test_suite cases = {
	.suite_name = "intr",
	.unit_test_cases = {
		TEST_CASE_ST(setup_polled, teardown, not_configured),
		TEST_CASE_ST(setup, teardown, each_queue_has_a_vector),
		TEST_CASE_ST(setup, teardown, on_and_off),
		TEST_CASE_ST(setup, teardown, frames_that_wait),
		TEST_CASE_ST(setup, teardown, sleeper),
		TEST_CASE_ST(setup, teardown, device_comes_back),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_intr, RTE_BIT64(VIRTIO_F_EVENT_IDX), &cases)
FAKE_FORMAT_TEST(vio_intr_packed, FAKE_PACKED, &cases)
FAKE_FORMAT_TEST(vio_intr_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER, &cases)

REGISTER_TEST_COMMAND(vio_intr_autotest, test_vio_intr);
REGISTER_TEST_COMMAND(vio_intr_packed_autotest, test_vio_intr_packed);
REGISTER_TEST_COMMAND(vio_intr_packed_in_order_autotest, test_vio_intr_packed_in_order);
