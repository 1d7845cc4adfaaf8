/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Every hostile act of the test device, on rings of every format and order, in both directions,
 * in this process and over vhost-user. After each: nothing crashed or hung, the queue is broken
 * and the application was told, or works on, or waits; stop and start bring it back; and in the
 * end every mbuf is in its pool again. A control queue that is silent, and replies that are
 * nonsense, are in vio_ctrl_autotest and vio_user_autotest.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_cycles.h>

#include "test.h"

#include "fake_port.h"
#include "vdev_act.h"
#include "vdev_net_offload.h"

#define RING_SIZE	64
#define BURST		32
#define LEN		100

/* The largest group of buffers that are taken at once. */
#define GROUP		8

#define MORE_OFFLOADS	(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM | \
			 RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_VLAN_STRIP)

/* What an act and all that follows it may take. */
#define DEADLINE_MS	3000

/* Packets that the device has when it acts on a Tx queue. */
#define NB_HELD		5

/* A port on which acts are tried. */
struct place {
	bool packed;
	bool in_order;
	bool user;	/* over vhost-user */
	bool chains;	/* with Rx buffers of several descriptors */
	bool polled;	/* without link state interrupts */
	bool more;	/* with offloads, indirect tables, and notifications by index */
};

/* Acts of all cases; doc/trust.md states it. */
#define NB_ACTS		1322

static unsigned int nb_acts;
static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];

/* Sets the Rx queue up anew with buffers of two segments. */
static int
set_up_chains(void)
{
	union rte_eth_rxseg segs[2] = {
		{ .split = { .mp = port.pool, .length = 64 } }, { .split = { .mp = port.pool } },
	};
	const struct rte_eth_rxconf conf = { .rx_seg = segs, .rx_nseg = RTE_DIM(segs) };

	return rte_eth_rx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY, &conf, NULL);
}

static int
configure_and_start(const struct place *p)
{
	const struct rte_eth_conf conf = {
		.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER |
				   (p->chains ? RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT : 0) |
				   (p->more ? MORE_OFFLOADS : 0),
		.txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
		.intr_conf.lsc = !p->polled,
	};

	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "configure");
	if (p->chains)
		TEST_ASSERT_SUCCESS(set_up_chains(), "chains");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	return TEST_SUCCESS;
}

static int
start(const struct place *p)
{
	char args[64];

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, p->packed);
	vdev_offer(&port.net.dev, VIRTIO_F_IN_ORDER, p->in_order);
	vdev_offer(&port.net.dev, VIRTIO_F_INDIRECT_DESC, p->more);
	vdev_offer(&port.net.dev, VIRTIO_F_EVENT_IDX, p->more);
	if (p->more)
		vdev_net_offload_offer(&port.net);
	snprintf(args, sizeof(args), "queue_size=%u,packed_vq=%u,in_order=%u", RING_SIZE,
		p->packed, p->in_order);
	TEST_ASSERT_SUCCESS((p->user ? fake_port_probe_user(&port, args) : fake_port_probe(&port)),
		"probe");
	TEST_ASSERT_SUCCESS(configure_and_start(p), "start");
	TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED), p->packed, "format");
	TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_F_IN_ORDER), p->in_order, "order");
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/*
 * Milliseconds, but for those in which this thread waited for a CPU: what a busy machine does
 * elsewhere is no fault of the driver. What the driver sleeps or spins counts.
 */
static int64_t
own_ms(void)
{
	int64_t ms = rte_get_timer_cycles() * MS_PER_S / rte_get_timer_hz();
	FILE *f = fopen("/proc/thread-self/schedstat", "r");
	uint64_t waited_ns;

	if (f == NULL)
		return ms;
	if (fscanf(f, "%*u %" SCNu64, &waited_ns) == 1)
		ms -= waited_ns / (NS_PER_S / MS_PER_S);
	fclose(f);
	return ms;
}

/* The device's side, which over vhost-user has a thread besides. */
static int
device_gives(uint8_t seed)
{
	int ret;

	fake_port_pattern(frame, LEN, seed);
	pthread_mutex_lock(&port.net.dev.lock);
	ret = vdev_net_rx(&port.net, 0, frame, LEN);
	pthread_mutex_unlock(&port.net.dev.lock);
	return ret;
}

static int
device_takes(void)
{
	int ret;

	pthread_mutex_lock(&port.net.dev.lock);
	ret = vdev_net_tx(&port.net, 0, frame, NULL);
	pthread_mutex_unlock(&port.net.dev.lock);
	return ret;
}

/* Frames pass in both directions, more often than the rings have entries. */
static int
passes(void)
{
	static uint8_t expected[LEN];
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < 2 * RING_SIZE; i++) {
		TEST_ASSERT_EQUAL(device_gives(i), 1, "no buffer for frame %u", i);
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "frame %u", i);
		TEST_ASSERT(fake_port_packet_is(m, LEN, i), "frame %u", i);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "packet %u", i);
		TEST_ASSERT_EQUAL(device_takes(), LEN, "packet %u", i);
		fake_port_pattern(expected, LEN, i);
		TEST_ASSERT_BUFFERS_ARE_EQUAL(frame, expected, LEN, "packet %u", i);
	}
	return TEST_SUCCESS;
}

/* What the application does when it is told that the port needs a reset, one or the other. */
static int
recover(const struct place *p, bool by_reset)
{
	if (by_reset) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_reset(port.port_id), "reset");
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE,
			"mbufs are lost");
		TEST_ASSERT_SUCCESS(configure_and_start(p), "set up anew");
	} else {
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	}
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE - RING_SIZE,
		"%u mbufs are not in the pool", FAKE_PORT_POOL_SIZE - RING_SIZE -
		rte_mempool_avail_count(port.pool));
	while (device_takes() > 0)
		;
	return passes();
}

/* The driver's counts of violations, of both queues. */
static uint64_t
nb_violations(void)
{
	static const char *const names[] = {
		"rx_q0_bad_used_idx", "rx_q0_bad_id", "rx_q0_bad_len", "rx_q0_bad_num_buffers",
		"tx_q0_bad_used_idx", "tx_q0_bad_id",
	};
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		sum += fake_port_xstat(&port, names[i]);
	return sum;
}

/* The device holds packets of one and of three segments. */
static int
prepare_tx(void)
{
	struct rte_mbuf *m;
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < NB_HELD; i++) {
		m = fake_port_packet(port.pool, LEN, i % 2 == 0 ? LEN : LEN / 3 + 1, i);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "packet %u", i);
		TEST_ASSERT_EQUAL(device_takes(), LEN, "packet %u", i);
	}
	return TEST_SUCCESS;
}

/*
 * The driver looks at its rings, several times, and takes whatever is there. Returns how many
 * packets it received and how many that were sent it freed, or -1.
 */
static int
driver_looks(void)
{
	struct rte_mbuf *pkts[BURST], *m;
	unsigned int i, k, nb, sum = 0;
	const char *reason;
	int ret;

	for (i = 0; i < 5; i++) {
		nb = rte_eth_rx_burst(port.port_id, 0, pkts, BURST);
		TEST_ASSERT(nb <= BURST, "%u packets", nb);
		for (k = 0; k < nb; k++) {
			TEST_ASSERT_SUCCESS(rte_mbuf_check(pkts[k], 1, &reason), "%s", reason);
			rte_pktmbuf_free(pkts[k]);
		}
		m = fake_port_packet(port.pool, LEN, LEN, i);
		if (rte_eth_tx_burst(port.port_id, 0, &m, 1) == 0)
			rte_pktmbuf_free(m);
		ret = rte_eth_tx_done_cleanup(port.port_id, 0, 0);
		sum += nb + RTE_MAX(ret, 0);
	}
	return sum;
}

/* A counter of one queue's. */
static uint64_t
counter(uint16_t queue, const char *name)
{
	char full[64];

	snprintf(full, sizeof(full), "%s_q0_%s", queue % 2 == 0 ? "rx" : "tx", name);
	return fake_port_xstat(&port, full);
}

/* What the driver made of the act, as far as it is certain. */
static int
check_outcome(const struct vdev_act *act, uint64_t violations, unsigned int nb_events)
{
	bool broken = nb_violations() != violations;
	struct rte_mbuf *m;

	TEST_ASSERT(nb_violations() <= violations + 1, "counted more than once");
	if (broken) {
		TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, nb_events + 1),
			nb_events + 1, "the application was not told");
		if (act->where & VDEV_ACT_RX && !(act->where & VDEV_ACT_TX))
			TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0,
				"a broken queue receives");
	}
	if (act->outcome != VDEV_ACT_EITHER)
		TEST_ASSERT_EQUAL(broken, (act->outcome == VDEV_ACT_BREAKS), "broken: %d",
			broken);
	port.net.hold_tx = false;
	if (act->outcome == VDEV_ACT_PASSES) {
		pthread_mutex_lock(&port.net.dev.lock);
		vdev_net_tx_complete(&port.net, 0, NB_HELD);
		pthread_mutex_unlock(&port.net.dev.lock);
		while (device_takes() > 0)
			;
		TEST_ASSERT_SUCCESS(passes(), "it works on");
	}
	return TEST_SUCCESS;
}

static int
try_act(const struct place *p, const struct vdev_act *act, uint16_t queue)
{
	unsigned int nb_events = __atomic_load_n(&port.nb_events[RTE_ETH_EVENT_INTR_RESET],
		__ATOMIC_ACQUIRE);
	const char *counted = act->counted == NULL ? "bad_id" : act->counted;
	uint64_t violations = nb_violations(), before = counter(queue, counted);
	int64_t begin = own_ms(), ms;
	int taken;

	/* what was honest before is not counted */
	rte_eth_tx_done_cleanup(port.port_id, 0, 0);
	if (queue == VIRTIO_NET_TXQ(0))
		TEST_ASSERT_SUCCESS(prepare_tx(), "prepare");
	pthread_mutex_lock(&port.net.dev.lock);
	vdev_act_run(act, &port.net, &port.net.vq[queue]);
	pthread_mutex_unlock(&port.net.dev.lock);
	taken = driver_looks();
	TEST_ASSERT(taken >= 0, "the driver looks");
	if (act->outcome == VDEV_ACT_STALLS || act->outcome == VDEV_ACT_TAKES)
		TEST_ASSERT_EQUAL(taken, (act->outcome == VDEV_ACT_TAKES), "%d buffers are taken",
			taken);
	TEST_ASSERT_SUCCESS(check_outcome(act, violations, nb_events), "outcome");
	if (act->counted != NULL)
		TEST_ASSERT_EQUAL(counter(queue, counted), before + 1, "not counted as %s",
			counted);

	/* whatever a driver writes into a ring that its device has spoilt is no fault of it */
	TEST_ASSERT(port.net.dev.nb_complaints == 0, "%s", port.net.dev.complaint);
	TEST_ASSERT_SUCCESS(recover(p, (act - vdev_acts) % 2), "recover");
	ms = own_ms() - begin;
	TEST_ASSERT(ms < DEADLINE_MS, "%d ms", (int)ms);
	return TEST_SUCCESS;
}

/* Acts that did no harm. */
static void
count(unsigned int nb)
{
	printf("%u combinations of hostile acts and queues\n", nb);
	nb_acts += nb;
}

/* All acts on one port. */
static int
acts(const void *data)
{
	const struct place *p = data;
	/* buffers of several descriptors are Rx; how packets of them leave is Tx as anywhere */
	const uint16_t nb_queues = p->chains ? 1 : 2;
	unsigned int i, nb = 0;
	uint16_t queue;

	TEST_ASSERT_SUCCESS(start(p), "start");
	for (i = 0; i < vdev_nb_acts; i++) {
		for (queue = 0; queue < nb_queues; queue++) {
			if (!vdev_act_applies(&vdev_acts[i], &port.net.vq[queue]))
				continue;
			TEST_ASSERT_SUCCESS(try_act(p, &vdev_acts[i], queue), "%s: %s",
				queue == 0 ? "Rx" : "Tx", vdev_acts[i].name);
			nb++;
		}
	}
	count(nb);
	TEST_ASSERT(nb > vdev_nb_acts * nb_queues / 2, "only %u acts were tried", nb);
	return fake_port_close(&port);
}

/* Whether an act is a lie about one buffer, and not about the index or against it. */
static bool
is_of_a_buffer(const struct vdev_act *act)
{
	return act->outcome == VDEV_ACT_BREAKS && act->counted != NULL &&
	       strcmp(act->counted, "bad_used_idx") != 0 &&
	       strcmp(act->name, "batch beyond the index") != 0;
}

/*
 * An act at one place of a group of frames that are there at once: what is before it arrives as it
 * was sent, and the act has the consequence that it has alone.
 */
static int
try_act_within(const struct vdev_act *act, unsigned int place)
{
	uint64_t before = counter(0, act->counted);
	struct rte_mbuf *pkts[BURST];
	unsigned int i, nb;

	for (i = 0; i < place; i++)
		TEST_ASSERT_EQUAL(device_gives(i), 1, "no buffer");
	pthread_mutex_lock(&port.net.dev.lock);
	vdev_act_run(act, &port.net, &port.net.vq[0]);
	pthread_mutex_unlock(&port.net.dev.lock);
	for (i = place + 1; i < GROUP; i++)
		device_gives(i);

	nb = rte_eth_rx_burst(port.port_id, 0, pkts, BURST);
	/* one that is used twice is good the first time */
	TEST_ASSERT(nb == place || nb == place + 1, "%u frames", nb);
	for (i = 0; i < nb; i++) {
		TEST_ASSERT(i == place || fake_port_packet_is(pkts[i], LEN, i), "frame %u", i);
		rte_pktmbuf_free(pkts[i]);
	}
	TEST_ASSERT_EQUAL(counter(0, act->counted), before + 1, "not counted");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, BURST), 0,
		"a broken queue receives");
	/* whatever a driver writes into a ring that its device has spoilt is no fault of it */
	TEST_ASSERT(port.net.dev.nb_complaints == 0, "%s", port.net.dev.complaint);
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE - RING_SIZE,
		"%u mbufs in the pool", rte_mempool_avail_count(port.pool));
	return TEST_SUCCESS;
}

/* All lies about a buffer, at every place of a group or of two (vio_vec.h). */
static int
acts_within_groups(const void *data)
{
	const struct place *p = data;
	unsigned int i, place, nb = 0;

	TEST_ASSERT_SUCCESS(start(p), "start");
	for (i = 0; i < vdev_nb_acts; i++) {
		if (!vdev_act_applies(&vdev_acts[i], &port.net.vq[0]) ||
		    !is_of_a_buffer(&vdev_acts[i]))
			continue;
		for (place = 0; place < GROUP; place++, nb++)
			TEST_ASSERT_SUCCESS(try_act_within(&vdev_acts[i], place), "%s at %u",
				vdev_acts[i].name, place);
	}
	count(nb);
	TEST_ASSERT(nb >= 10 * GROUP, "only %u acts were tried", nb);
	TEST_ASSERT_SUCCESS(passes(), "after all");
	return fake_port_close(&port);
}

/*
 * DEVICE_NEEDS_RESET: the application is told, once a start, nothing is taken from the device or
 * given to it any more, and what the application does is that reset.
 */
static int
needs_reset(const void *data)
{
	const struct place *p = data;
	struct rte_eth_link link;
	unsigned int i;

	TEST_ASSERT_SUCCESS(start(p), "start");
	for (i = 1; i <= 4; i++) {
		TEST_ASSERT_SUCCESS(passes(), "before");
		TEST_ASSERT_SUCCESS(prepare_tx(), "packets on their way");
		TEST_ASSERT_EQUAL(device_gives(1), 1, "a frame on its way");
		pthread_mutex_lock(&port.net.dev.lock);
		vdev_net_tx_complete(&port.net, 0, NB_HELD);
		pthread_mutex_unlock(&port.net.dev.lock);
		port.net.hold_tx = false;
		if (p->user) {
			port.vhost.backend.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
			TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
		} else {
			port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
			fake_port_interrupt(&port);
		}
		TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, i), i,
			"not told");
		TEST_ASSERT_EQUAL(driver_looks(), 0, "something is taken");
		TEST_ASSERT_EQUAL(device_takes(), 0, "something is sent");
		TEST_ASSERT_SUCCESS(recover(p, i % 2), "recover");
	}
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RESET), 4, "again");
	return fake_port_close(&port);
}

/* A configuration that never holds still: the link counts as down, traffic is not touched. */
static int
config_never_settles(const void *data)
{
	const struct place *p = data;
	struct rte_eth_link link;

	TEST_ASSERT_SUCCESS(start(p), "start");
	port.transport.config_error = -EAGAIN;
	vdev_net_link(&port.net, true);
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, 1), 1, "not told");
	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(link.link_status, RTE_ETH_LINK_DOWN, "the link is up");
	TEST_ASSERT_SUCCESS(passes(), "meanwhile");
	port.transport.config_error = 0;
	vdev_net_link(&port.net, true);
	fake_port_interrupt(&port);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, 2), 2, "not told");
	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(link.link_status, RTE_ETH_LINK_UP, "the link is down");
	return fake_port_close(&port);
}

/* The device is gone: the link went down, bursts return, nothing is lost. */
static int
check_death(void)
{
	int64_t begin = own_ms(), ms;
	struct rte_eth_link link;

	TEST_ASSERT(fake_port_events(&port, RTE_ETH_EVENT_INTR_LSC, 1) >= 1, "not told");
	TEST_ASSERT_SUCCESS(rte_eth_link_get_nowait(port.port_id, &link), "link");
	TEST_ASSERT_EQUAL(link.link_status, RTE_ETH_LINK_DOWN, "the link is up");
	TEST_ASSERT(driver_looks() >= 0, "the driver looks");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	ms = own_ms() - begin;
	TEST_ASSERT(ms < DEADLINE_MS, "%d ms", (int)ms);
	/* it may come back */
	TEST_ASSERT_EQUAL(port.nb_events[RTE_ETH_EVENT_INTR_RMV], 0, "a removal");
	TEST_ASSERT_EQUAL(rte_eth_dev_is_removed(port.port_id), 0, "removed");
	return fake_port_close(&port);
}

/* The back end closes its socket while it has packets, and the driver has frames to take. */
static int
death(const void *data)
{
	const struct place *p = data;

	TEST_ASSERT_SUCCESS(start(p), "start");
	TEST_ASSERT_SUCCESS(passes(), "before");
	TEST_ASSERT_SUCCESS(prepare_tx(), "packets on their way");
	TEST_ASSERT_EQUAL(device_gives(1), 1, "a frame on its way");
	shutdown(port.vhost.backend.fd, SHUT_RDWR);
	return check_death();
}

/* The same, with the half of a message that nobody asked for as its last word. */
static int
half_a_message(const void *data)
{
	const struct place *p = data;
	const struct vhost_user_header hdr = { .request = VHOST_USER_GET_STATUS, .size = 8 };

	TEST_ASSERT_SUCCESS(start(p), "start");
	TEST_ASSERT_SUCCESS(passes(), "before");
	TEST_ASSERT_SUCCESS(prepare_tx(), "packets on their way");
	TEST_ASSERT_EQUAL(send(port.vhost.backend.fd, &hdr, sizeof(hdr) / 2, 0), sizeof(hdr) / 2,
		"send");
	TEST_ASSERT(driver_looks() >= 0, "the driver looks");
	shutdown(port.vhost.backend.fd, SHUT_RDWR);
	return check_death();
}

/* All acts that are counted were done by the cases before. */
static int
all_acts(void)
{
	TEST_ASSERT_EQUAL(nb_acts, NB_ACTS, "%u acts", nb_acts);
	return TEST_SUCCESS;
}

static int
begin_count(void)
{
	nb_acts = 0;
	return TEST_SUCCESS;
}

#define END(_name, _case, _packed, _in_order, _user) \
	TEST_CASE_NAMED_WITH_DATA(_name, NULL, teardown, _case, \
		(&(const struct place){ _packed, _in_order, _user }))

#define PLACE(_name, _packed, _in_order, _user) \
	END(_name, acts, _packed, _in_order, _user)

#define MORE(_name, _packed, _in_order) \
	TEST_CASE_NAMED_WITH_DATA(_name, NULL, teardown, acts, (&(const struct place){ \
		.packed = _packed, .in_order = _in_order, .more = true }))

#define CHAINS(_name, _packed) \
	TEST_CASE_NAMED_WITH_DATA(_name, NULL, teardown, acts, \
		(&(const struct place){ .packed = _packed, .chains = true }))

static struct unit_test_suite suite = {
	.suite_name = "vio_hostile",
	.setup = begin_count,
	.unit_test_cases = {
		PLACE("split", false, false, false),
		PLACE("split in order", false, true, false),
		PLACE("packed", true, false, false),
		PLACE("packed in order", true, true, false),
		CHAINS("split, buffer split", false),
		CHAINS("packed, buffer split", true),
		MORE("split, more features", false, false),
		MORE("split in order, more features", false, true),
		MORE("packed, more features", true, false),
		MORE("packed in order, more features", true, true),
		END("groups, split", acts_within_groups, false, false, false),
		END("groups, split in order", acts_within_groups, false, true, false),
		END("groups, packed", acts_within_groups, true, false, false),
		END("groups, packed in order", acts_within_groups, true, true, false),
		PLACE("vhost-user split", false, false, true),
		PLACE("vhost-user split in order", false, true, true),
		PLACE("vhost-user packed", true, false, true),
		PLACE("vhost-user packed in order", true, true, true),
		TEST_CASE(all_acts),
		END("needs reset, split", needs_reset, false, false, false),
		END("needs reset, packed", needs_reset, true, true, false),
		TEST_CASE_NAMED_WITH_DATA("needs reset, vhost-user", NULL, teardown, needs_reset,
			(&(const struct place){ .user = true, .polled = true })),
		END("config never settles, split", config_never_settles, false, false, false),
		END("config never settles, packed", config_never_settles, true, true, false),
		END("death, split", death, false, false, true),
		END("death, packed in order", death, true, true, true),
		END("half a message, split", half_a_message, false, true, true),
		END("half a message, packed", half_a_message, true, false, true),
		TEST_CASES_END()
	}
};

static int
test_vio_hostile(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_hostile_autotest, test_vio_hostile);
