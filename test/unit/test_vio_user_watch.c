/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Ports of net_vio_user whose back end goes and comes back, or another one does. */

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <ethdev_driver.h>
#include <rte_cycles.h>

#include "test.h"

#include "fake_port.h"
#include "vio_user_watch.h"

#define RING_SIZE	64
#define BURST		32
#define LEN		200

/* What an answer may take on a busy machine, and what shows that none comes. */
#define PATIENCE_MS	3000
#define SILENCE_MS	50

/* What a slow back end takes for each of some thirty answers. */
#define SLOW_MS		(VIO_USER_HURRY_MS / 15)

static struct fake_port port;

static const struct rte_eth_conf lsc = {
	.intr_conf.lsc = 1,
	.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER,
};

static struct rte_eth_dev *
eth_dev(void)
{
	return &rte_eth_devices[port.port_id];
}

static struct vio_user_port *
user_port(void)
{
	return eth_dev()->data->dev_private;
}

static int
start(const char *args, const struct rte_eth_conf *conf)
{
	if (fake_port_prepare(&port, 2, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, true);
	port.vhost.mode = VDEV_VHOST_ECHO;
	if (fake_port_probe_user(&port, args) != 0 ||
	    fake_port_configure(&port, 2, 2, RING_SIZE, conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	user_port()->user.conn.deadline_ms = PATIENCE_MS;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	return start("queues=2", &lsc);
}

static int
setup_packed(void)
{
	return start("queues=2,packed_vq=1", &lsc);
}

static int
setup_server(void)
{
	return start("queues=2,server=1", &lsc);
}

static int
setup_without_lsc(void)
{
	return start("queues=2", NULL);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* Waits until the link is as it should be. */
static int
wait_link(uint16_t status)
{
	unsigned int waited_ms;

	for (waited_ms = 0; waited_ms < PATIENCE_MS &&
	     eth_dev()->data->dev_link.link_status != status; waited_ms++)
		rte_delay_us_sleep(1000);
	TEST_ASSERT_EQUAL(eth_dev()->data->dev_link.link_status, status, "link");
	return TEST_SUCCESS;
}

/* The back end dies. Its complaints are its own test's affair. */
static int
back_end_dies(void)
{
	TEST_ASSERT_SUCCESS(vdev_vhost_stop(&port.vhost), "it complains: %s",
		port.vhost.backend.complaint);
	return TEST_SUCCESS;
}

/* A back end that is not started yet. */
static void
back_end_prepare(void)
{
	vdev_vhost_init(&port.vhost, &port.net);
	port.vhost.mode = VDEV_VHOST_ECHO;
}

static int
back_end_comes(void)
{
	back_end_prepare();
	return fake_port_backend_start(&port);
}

static int
goes(void)
{
	TEST_ASSERT_SUCCESS(back_end_dies(), "stop");
	return wait_link(RTE_ETH_LINK_DOWN);
}

static int
comes(void)
{
	TEST_ASSERT_SUCCESS(back_end_comes(), "start");
	return wait_link(RTE_ETH_LINK_UP);
}

static uint16_t
transmit(uint16_t queue, uint8_t seed)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, LEN, LEN, seed);
	uint16_t nb = rte_eth_tx_burst(port.port_id, queue, &m, 1);

	if (nb == 0)
		rte_pktmbuf_free(m);
	return nb;
}

/* One frame there and back, and no other, on each queue. */
static int
echo(uint8_t seed)
{
	struct rte_mbuf *m = NULL;
	unsigned int waited_ms;
	uint16_t q, nb;

	for (q = 0; q < 2; q++) {
		/* a first burst posts the buffers for what comes back */
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, q, &m, 1), 0, "queue %u", q);
		TEST_ASSERT_EQUAL(transmit(q, seed + q), 1, "queue %u", q);
		nb = 0;
		for (waited_ms = 0; waited_ms < PATIENCE_MS && nb == 0; waited_ms++) {
			rte_delay_us_sleep(1000);
			nb = rte_eth_rx_burst(port.port_id, q, &m, 1);
		}
		TEST_ASSERT_EQUAL(nb, 1, "queue %u: nothing came back", q);
		TEST_ASSERT(fake_port_packet_is(m, LEN, seed + q), "queue %u", q);
		rte_pktmbuf_free(m);
	}
	return TEST_SUCCESS;
}

static int
nothing_passes(void)
{
	struct rte_mbuf *m;
	uint16_t q;

	for (q = 0; q < 2; q++) {
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, q, &m, 1), 0, "queue %u", q);
		TEST_ASSERT_EQUAL(transmit(q, 0), 0, "queue %u", q);
	}
	return TEST_SUCCESS;
}

/* Waits until bursts return 0 on a port that nobody tells of the end. */
static int
wait_suspended(void)
{
	unsigned int waited_ms;

	for (waited_ms = 0; waited_ms < PATIENCE_MS && !user_port()->away; waited_ms++)
		rte_delay_us_sleep(1000);
	/* the link's state follows, though nobody is told */
	TEST_ASSERT_SUCCESS(wait_link(RTE_ETH_LINK_DOWN), "link");
	return nothing_passes();
}

static int
goes_and_comes(void)
{
	struct rte_eth_stats stats;
	uint8_t i;

	TEST_ASSERT_SUCCESS(echo(1), "at first");
	for (i = 0; i < 2; i++) {
		TEST_ASSERT_SUCCESS(goes(), "turn %u", i);
		TEST_ASSERT_SUCCESS(nothing_passes(), "turn %u", i);
		TEST_ASSERT_SUCCESS(comes(), "turn %u", i);
		TEST_ASSERT_SUCCESS(echo(10 * i), "turn %u", i);
	}
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_LSC), 4, "events");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.opackets, 6, "opackets");
	TEST_ASSERT_EQUAL(stats.ipackets, 6, "ipackets");
	return fake_port_close(&port);
}

static int
goes_and_comes_packed(void)
{
	TEST_ASSERT(vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED), "split rings");
	return goes_and_comes();
}

/* The driver listens, and back ends connect. */
static int
goes_and_comes_server(void)
{
	TEST_ASSERT(user_port()->socket.server, "no server");
	return goes_and_comes();
}

/* Frames that the back end that went had, or had not yet: none comes twice. */
static int
frames_in_the_rings(void)
{
	uint16_t i;

	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_MANUAL);
	for (i = 0; i < 10; i++)
		TEST_ASSERT_EQUAL(transmit(0, i), 1, "frame %u", i);
	TEST_ASSERT_SUCCESS(goes(), "goes");
	TEST_ASSERT_SUCCESS(comes(), "comes");
	TEST_ASSERT_SUCCESS(echo(50), "the new ones only");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_undelivered"), 10, "undelivered");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q1_undelivered"), 0, "undelivered");
	return fake_port_close(&port);
}

/* Nobody is told, and it works all the same. */
static int
without_link_events(void)
{
	TEST_ASSERT_SUCCESS(echo(1), "at first");
	TEST_ASSERT_SUCCESS(back_end_dies(), "goes");
	TEST_ASSERT_SUCCESS(wait_suspended(), "away");
	TEST_ASSERT_SUCCESS(comes(), "comes");
	TEST_ASSERT_SUCCESS(echo(2), "afterwards");
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_LSC), 0, "events");
	return fake_port_close(&port);
}

/* Waits until the driver has left a back end that came, and looks for the next one. */
static int
wait_left(void)
{
	unsigned int before = 0, waited_ms;

	for (waited_ms = 0; waited_ms < VIO_USER_HURRY_MS + PATIENCE_MS; waited_ms++) {
		before = before == 0 ? user_port()->retry_ms : before;
		if (user_port()->retry_ms > before)
			break;
		rte_delay_us_sleep(1000);
	}
	TEST_ASSERT(user_port()->retry_ms > before, "it was taken");
	TEST_ASSERT_EQUAL(eth_dev()->data->dev_link.link_status, RTE_ETH_LINK_DOWN, "link");
	return nothing_passes();
}

/* What a back end that comes back may do wrong before a good one comes. */
static const struct {
	enum fake_backend_fault fault;
	uint32_t request;
} faults[] = {
	{ FAKE_BACKEND_CLOSE, VHOST_USER_GET_FEATURES },
	{ FAKE_BACKEND_NOISE, VHOST_USER_GET_STATUS },
	{ FAKE_BACKEND_SILENT, VHOST_USER_SET_MEM_TABLE },
	{ FAKE_BACKEND_MANY_FDS, VHOST_USER_SET_VRING_KICK },
	{ FAKE_BACKEND_NACK, VHOST_USER_SET_VRING_ENABLE },
};

static int
nonsense_when_back(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(faults); i++) {
		TEST_ASSERT_SUCCESS(goes(), "fault %u", i);
		/* a busy machine takes its time where an answer comes */
		user_port()->user.conn.deadline_ms = faults[i].fault == FAKE_BACKEND_SILENT ?
			SILENCE_MS : PATIENCE_MS;
		back_end_prepare();
		port.vhost.backend.protocol &=
			~(UINT64_C(1) << VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS);
		port.vhost.backend.fault = faults[i].fault;
		port.vhost.backend.fault_request = faults[i].request;
		TEST_ASSERT_SUCCESS(fake_port_backend_start(&port), "fault %u", i);
		TEST_ASSERT_SUCCESS(wait_left(), "fault %u", i);
		TEST_ASSERT(port.vhost.backend.nb_requests[faults[i].request] > 0, "fault %u", i);
		TEST_ASSERT_SUCCESS(back_end_dies(), "fault %u", i);
		user_port()->user.conn.deadline_ms = PATIENCE_MS;
		TEST_ASSERT_SUCCESS(comes(), "fault %u", i);
		TEST_ASSERT_SUCCESS(echo(i), "fault %u", i);
	}
	return fake_port_close(&port);
}

/* Every answer is in time, and all together would keep the thread that watches for too long. */
static int
slow_when_back(void)
{
	TEST_ASSERT_SUCCESS(goes(), "goes");
	user_port()->user.conn.deadline_ms = VIO_USER_HURRY_MS;
	back_end_prepare();
	port.vhost.backend.fault = FAKE_BACKEND_SLOW;
	port.vhost.backend.slow_ms = SLOW_MS;
	TEST_ASSERT_SUCCESS(fake_port_backend_start(&port), "comes");
	TEST_ASSERT_SUCCESS(wait_left(), "slow");
	TEST_ASSERT(port.vhost.backend.nb_requests[VHOST_USER_SET_PROTOCOL_FEATURES] > 0,
		"too early");
	TEST_ASSERT_SUCCESS(back_end_dies(), "dies");
	user_port()->user.conn.deadline_ms = PATIENCE_MS;
	TEST_ASSERT_SUCCESS(comes(), "comes");
	TEST_ASSERT_SUCCESS(echo(1), "afterwards");
	return fake_port_close(&port);
}

/* Those that are not what the port was probed with. */
static void
fewer_pairs(void)
{
	port.vhost.backend.pairs = 1;
}

static void
fewer_features(void)
{
	port.vhost.backend.features &= ~(UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF);
}

static void
smaller_mtu(void)
{
	port.vhost.backend.config.mtu = rte_cpu_to_le_16(1000);
	port.vhost.backend.config_size = sizeof(struct virtio_net_config);
}

static int
other_back_ends(void)
{
	static void (* const changes[])(void) = { fewer_pairs, fewer_features, smaller_mtu };
	unsigned int i;

	for (i = 0; i < RTE_DIM(changes); i++) {
		TEST_ASSERT_SUCCESS(goes(), "change %u", i);
		back_end_prepare();
		vdev_vhost_attach(&port.vhost);
		changes[i]();
		TEST_ASSERT_SUCCESS(fake_backend_listen(&port.vhost.backend, port.path),
			"change %u", i);
		TEST_ASSERT_SUCCESS(wait_left(), "change %u", i);
		TEST_ASSERT_SUCCESS(back_end_dies(), "change %u", i);
		TEST_ASSERT_SUCCESS(comes(), "change %u", i);
		TEST_ASSERT_SUCCESS(echo(i), "change %u", i);
	}
	return fake_port_close(&port);
}

/* A listener that nobody accepts from, so that a connection is neither answered nor closed. */
static int
silent_listener(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(port.path);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", port.path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	close(fd);
	return -1;
}

/* One that was given no ring need not close its end before the next is looked for. */
static int
silent_when_back(void)
{
	int fd;

	TEST_ASSERT_SUCCESS(goes(), "goes");
	user_port()->user.conn.deadline_ms = SILENCE_MS;
	fd = silent_listener();
	TEST_ASSERT(fd >= 0, "listener");
	TEST_ASSERT_SUCCESS(wait_left(), "left");
	unlink(port.path);
	user_port()->user.conn.deadline_ms = PATIENCE_MS;
	TEST_ASSERT_SUCCESS(comes(), "comes");
	TEST_ASSERT_SUCCESS(echo(1), "echo");
	close(fd);
	return fake_port_close(&port);
}

/* However long each answer may take, the thread that watches is free again soon. */
static int
silence_is_short(void)
{
	uint64_t ms, start;
	int fd;

	TEST_ASSERT_SUCCESS(goes(), "goes");
	user_port()->user.conn.deadline_ms = 10 * VIO_USER_HURRY_MS;
	start = rte_get_timer_cycles();
	fd = silent_listener();
	TEST_ASSERT(fd >= 0, "listener");
	TEST_ASSERT_SUCCESS(wait_left(), "left");
	ms = (rte_get_timer_cycles() - start) * MS_PER_S / rte_get_timer_hz();
	TEST_ASSERT(ms >= VIO_USER_HURRY_MS, "%u ms", (unsigned int)ms);
	unlink(port.path);
	close(fd);
	user_port()->user.conn.deadline_ms = PATIENCE_MS;
	TEST_ASSERT_SUCCESS(comes(), "comes");
	TEST_ASSERT_SUCCESS(echo(1), "echo");
	return fake_port_close(&port);
}

static int
stopped_beside_a_silent_one(void)
{
	int fd;

	TEST_ASSERT_SUCCESS(goes(), "goes");
	user_port()->user.conn.deadline_ms = SILENCE_MS;
	fd = silent_listener();
	TEST_ASSERT(fd >= 0, "listener");
	TEST_ASSERT_SUCCESS(wait_left(), "left");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs");
	unlink(port.path);
	close(fd);
	return fake_port_close(&port);
}

static int
stopped_and_started_while_away(void)
{
	TEST_ASSERT_SUCCESS(goes(), "goes");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(nothing_passes(), "away");
	TEST_ASSERT_SUCCESS(comes(), "comes");
	TEST_ASSERT_SUCCESS(echo(1), "started without");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(back_end_dies(), "goes");
	TEST_ASSERT_SUCCESS(back_end_comes(), "comes");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(wait_link(RTE_ETH_LINK_UP), "link");
	TEST_ASSERT_SUCCESS(echo(2), "came while it was stopped");

	TEST_ASSERT_SUCCESS(goes(), "goes");
	return fake_port_close(&port);
}

/* The application stops the port when it hears of the end, in the thread that watches. */
static int
on_link_event(uint16_t port_id, enum rte_eth_event_type type, void *arg, void *ret)
{
	RTE_SET_USED(type);
	RTE_SET_USED(ret);
	rte_eth_dev_stop(port_id);
	__atomic_store_n((bool *)arg, true, __ATOMIC_RELEASE);
	return 0;
}

/* Lets that happen to the back end, and the port be stopped in the event of it. */
static int
stop_in_the_event(int (*happen)(void))
{
	bool stopped = false;
	unsigned int waited_ms;
	int ret;

	ret = rte_eth_dev_callback_register(port.port_id, RTE_ETH_EVENT_INTR_LSC, on_link_event,
		&stopped);
	TEST_ASSERT_SUCCESS(ret, "register");
	TEST_ASSERT_SUCCESS(happen(), "happens");
	for (waited_ms = 0; waited_ms < PATIENCE_MS &&
	     !__atomic_load_n(&stopped, __ATOMIC_ACQUIRE); waited_ms++)
		rte_delay_us_sleep(1000);
	ret = rte_eth_dev_callback_unregister(port.port_id, RTE_ETH_EVENT_INTR_LSC, on_link_event,
		&stopped);
	TEST_ASSERT(stopped, "no event");
	TEST_ASSERT_SUCCESS(ret, "unregister");
	return TEST_SUCCESS;
}

/* Nobody looks for a back end for a port that is stopped. */
static int
works_when_started_again(void)
{
	TEST_ASSERT_SUCCESS(back_end_comes(), "comes");
	rte_delay_us_sleep(300000);
	TEST_ASSERT_EQUAL(port.vhost.backend.nb_requests[VHOST_USER_GET_FEATURES], 0, "looked for");
	TEST_ASSERT_EQUAL(eth_dev()->data->dev_link.link_status, RTE_ETH_LINK_DOWN, "link");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(echo(1), "started again");
	return fake_port_close(&port);
}

static int
stopped_in_the_event(void)
{
	TEST_ASSERT_SUCCESS(stop_in_the_event(back_end_dies), "stop");
	return works_when_started_again();
}

/* The same event from the watch itself. */
static int
stopped_when_back(void)
{
	TEST_ASSERT_SUCCESS(goes(), "goes");
	TEST_ASSERT_SUCCESS(stop_in_the_event(back_end_comes), "stop");
	TEST_ASSERT_SUCCESS(back_end_dies(), "dies");
	return works_when_started_again();
}

/* What the thread that never pauses did and saw. */
static struct {
	bool stop;
	uint64_t nb_tx;
	uint64_t nb_rx;
	uint64_t next;		/* number to be received at least */
	uint64_t nb_wrong;
} poller;

static void
poller_receive(void)
{
	struct rte_mbuf *pkts[BURST];
	uint64_t number;
	uint16_t i, nb;

	nb = rte_eth_rx_burst(port.port_id, 0, pkts, BURST);
	for (i = 0; i < nb; i++) {
		number = vdev_vhost_number_of(rte_pktmbuf_mtod(pkts[i], uint8_t *),
			pkts[i]->pkt_len);
		poller.nb_wrong += number == UINT64_MAX || number < poller.next;
		poller.next = number + 1;
	}
	rte_pktmbuf_free_bulk(pkts, nb);
	__atomic_fetch_add(&poller.nb_rx, nb, __ATOMIC_RELAXED);
}

static void *
poll_port(void *arg)
{
	struct rte_mbuf *m;

	while (!__atomic_load_n(&poller.stop, __ATOMIC_RELAXED)) {
		poller_receive();
		m = rte_pktmbuf_alloc(port.pool);
		if (m == NULL)
			continue;
		vdev_vhost_numbered((uint8_t *)rte_pktmbuf_append(m, LEN), LEN, poller.nb_tx);
		if (rte_eth_tx_burst(port.port_id, 0, &m, 1) == 1)
			poller.nb_tx++;
		else
			rte_pktmbuf_free(m);
	}
	return arg;
}

static int
wait_for_more(uint64_t nb)
{
	uint64_t wanted = __atomic_load_n(&poller.nb_rx, __ATOMIC_RELAXED) + nb;
	unsigned int waited_ms;

	for (waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms++) {
		if (__atomic_load_n(&poller.nb_rx, __ATOMIC_RELAXED) >= wanted)
			return TEST_SUCCESS;
		rte_delay_us_sleep(1000);
	}
	return TEST_FAILED;
}

static int
deaths_under_traffic(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		TEST_ASSERT_SUCCESS(wait_for_more(200), "turn %u", i);
		TEST_ASSERT_SUCCESS(goes(), "turn %u", i);
		TEST_ASSERT_SUCCESS(comes(), "turn %u", i);
	}
	return wait_for_more(200);
}

/* Every frame is received once at most, in order, and counted once. */
static int
bursts_never_pause(void)
{
	struct rte_eth_stats stats;
	pthread_t thread;
	int ret;

	memset(&poller, 0, sizeof(poller));
	TEST_ASSERT_SUCCESS(pthread_create(&thread, NULL, poll_port, NULL), "thread");
	ret = deaths_under_traffic();
	__atomic_store_n(&poller.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	TEST_ASSERT_SUCCESS(ret, "under traffic");
	TEST_ASSERT_EQUAL(poller.nb_wrong, 0, "%u of %u frames are wrong, twice or late",
		(unsigned int)poller.nb_wrong, (unsigned int)poller.nb_rx);
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "stats");
	TEST_ASSERT_EQUAL(stats.opackets, poller.nb_tx, "opackets");
	TEST_ASSERT_EQUAL(stats.ipackets, poller.nb_rx, "ipackets");
	return fake_port_close(&port);
}

static int
bursts_never_pause_packed(void)
{
	TEST_ASSERT(vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED), "split rings");
	return bursts_never_pause();
}

static struct unit_test_suite suite = {
	.suite_name = "vio_user_watch",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, goes_and_comes),
		TEST_CASE_ST(setup_packed, teardown, goes_and_comes_packed),
		TEST_CASE_ST(setup_server, teardown, goes_and_comes_server),
		TEST_CASE_ST(setup, teardown, frames_in_the_rings),
		TEST_CASE_ST(setup_without_lsc, teardown, without_link_events),
		TEST_CASE_ST(setup, teardown, nonsense_when_back),
		TEST_CASE_ST(setup, teardown, slow_when_back),
		TEST_CASE_ST(setup, teardown, other_back_ends),
		TEST_CASE_ST(setup, teardown, silent_when_back),
		TEST_CASE_ST(setup, teardown, silence_is_short),
		TEST_CASE_ST(setup, teardown, stopped_beside_a_silent_one),
		TEST_CASE_ST(setup, teardown, stopped_and_started_while_away),
		TEST_CASE_ST(setup, teardown, stopped_in_the_event),
		TEST_CASE_ST(setup, teardown, stopped_when_back),
		TEST_CASE_ST(setup, teardown, bursts_never_pause),
		TEST_CASE_ST(setup_packed, teardown, bursts_never_pause_packed),
		TEST_CASES_END()
	}
};

static int
test_vio_user_watch(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_user_watch_autotest, test_vio_user_watch);
