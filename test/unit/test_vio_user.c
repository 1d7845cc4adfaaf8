/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The transport over a vhost-user socket, and its messages, against back ends good and bad. Each
 * case ends with as many open descriptors as it began with.
 */

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "test.h"

#include "fake_backend.h"
#include "vio_ring_split.h"
#include "vio_user.h"

/* Long enough for a busy machine where an answer comes; how long silence is waited for. */
#define PATIENCE_MS	2000
#define SILENCE_MS	50

static const struct vio_user_conf four_pairs = {
	.pairs = 4, .queue_size = 1024, .cq = true, .mrg_rxbuf = true,
	.has_mac = true, .mac = { 2, 0, 0, 0, 0, 9 }, .speed = 1000,
};

static struct fake_backend backend;
static struct vio_user user;
static bool user_is_open;
static struct vio_transport *const t = &user.base;
static unsigned int nb_fds_before;
static void *memory;

static int
setup(void)
{
	nb_fds_before = fake_backend_open_fds();
	user_is_open = false;
	fake_backend_init(&backend);
	memory = rte_zmalloc(NULL, 1 << 20, 1 << 12);
	return memory == NULL ? TEST_FAILED : TEST_SUCCESS;
}

/* The front end on the back end as it is now. */
static int
init(const struct vio_user_conf *conf)
{
	int fd = fake_backend_start(&backend);
	int ret;

	if (fd < 0)
		return -EIO;
	memset(&user, 0, sizeof(user));
	user.base.name = "vio_user_test";
	ret = vio_user_init(&user, fd, conf);
	user_is_open = ret == 0;
	user.conn.deadline_ms = PATIENCE_MS;
	return ret;
}

/* Ends both; what is wrong then fails the case. */
static int
finish(void)
{
	unsigned int nb_fds, complaints;

	if (user_is_open)
		vio_user_fini(&user);
	user_is_open = false;
	complaints = fake_backend_stop(&backend);
	nb_fds = fake_backend_open_fds();
	TEST_ASSERT_EQUAL(complaints, 0, "the back end complains: %s", backend.complaint);
	TEST_ASSERT_EQUAL(nb_fds, nb_fds_before, "%u open descriptors, before %u", nb_fds,
		nb_fds_before);
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	finish();
	rte_free(memory);
}

/* A queue in the test's memory. */
static struct vio_queue_conf
queue_conf(uint16_t queue)
{
	uint64_t base = (uintptr_t)memory + queue * 0x10000;

	return (struct vio_queue_conf){
		.size = 64 << (queue % 2), .vector = VIRTIO_MSI_NO_VECTOR,
		.desc_addr = base, .driver_addr = base + 0x4000, .device_addr = base + 0x8000,
	};
}

static int
enable(uint16_t queue, struct vio_doorbell *doorbell)
{
	struct vio_queue_conf conf = queue_conf(queue);

	return vio_user_ops.queue_enable(t, queue, &conf, doorbell);
}

/* Up to DRIVER_OK with nb queues. */
static int
bring_up(uint16_t nb_queues)
{
	struct vio_doorbell doorbell;
	struct vio_features features;
	uint16_t i;

	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset");
	vio_user_ops.status_set(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	vio_user_ops.features_get(t, &features);
	vio_user_ops.features_set(t, &features);
	vio_user_ops.status_set(t, vio_user_ops.status_get(t) | VIRTIO_STATUS_FEATURES_OK);
	TEST_ASSERT(vio_user_ops.status_get(t) & VIRTIO_STATUS_FEATURES_OK, "FEATURES_OK");
	for (i = 0; i < nb_queues; i++)
		TEST_ASSERT_SUCCESS(enable(i, &doorbell), "queue %u", i);
	vio_user_ops.status_set(t, vio_user_ops.status_get(t) | VIRTIO_STATUS_DRIVER_OK);
	return TEST_SUCCESS;
}

static int
offer(void)
{
	static const uint8_t expected[] = {
		VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_STATUS, VIRTIO_NET_F_MAC,
		VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR,
		VIRTIO_NET_F_MQ, VIRTIO_NET_F_SPEED_DUPLEX, VIRTIO_F_VERSION_1,
		/* the back end's, whatever they mean */
		0, 36,
	};
	struct vio_features features, all = { 0 };
	uint8_t mac[6];
	unsigned int i;

	backend.features |= UINT64_C(1) << 0 | UINT64_C(1) << 36;
	/* what it may have, and nobody can ask it for */
	backend.features |= UINT64_C(1) << VIRTIO_NET_F_MTU |
		UINT64_C(1) << VIRTIO_NET_F_CTRL_VLAN | UINT64_C(1) << VIRTIO_NET_F_RSS |
		UINT64_C(1) << VIRTIO_F_NOTIFICATION_DATA;
	backend.protocol &= ~(UINT64_C(1) << VHOST_USER_PROTOCOL_F_CONFIG);

	for (i = 0; i < RTE_DIM(expected); i++)
		vio_feature_add(&all, expected[i]);
	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	vio_user_ops.features_get(t, &features);
	TEST_ASSERT(vio_features_equal(&features, &all), "0x%llx",
		(unsigned long long)features.word[0]);
	TEST_ASSERT(t->use_va, "virtual addresses");
	TEST_ASSERT_SUCCESS(vio_user_ops.config_read(t, 0, mac, sizeof(mac)), "mac");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(mac, four_pairs.mac, sizeof(mac), "mac");
	TEST_ASSERT_EQUAL(vio_user_ops.config_read(t, 24, mac, 6), -ERANGE, "beyond the end");
	TEST_ASSERT_EQUAL(vio_user_ops.queue_size_max(t, 7), 1024, "the last queue");
	TEST_ASSERT_EQUAL(vio_user_ops.queue_size_max(t, 8), 0, "one too many");
	return finish();
}

/* The back end is told of its share of what was accepted, and of nothing else. */
static int
features_are_shared_out(void)
{
	const uint64_t passed = UINT64_C(1) << 0 | UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF |
		UINT64_C(1) << VIRTIO_NET_F_MQ | UINT64_C(1) << VIRTIO_F_VERSION_1 |
		UINT64_C(1) << VIRTIO_NET_F_MAC | UINT64_C(1) << VIRTIO_NET_F_STATUS |
		UINT64_C(1) << VIRTIO_NET_F_SPEED_DUPLEX;
	struct vio_features accepted;

	/* it has all, even what is the front end's here */
	backend.features = UINT64_MAX;
	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	vio_user_ops.features_get(t, &accepted);
	accepted.word[0] &= passed | UINT64_C(1) << VIRTIO_NET_F_CTRL_VQ |
		UINT64_C(1) << VIRTIO_NET_F_CTRL_RX | UINT64_C(1) << VIRTIO_F_ACCESS_PLATFORM;
	vio_user_ops.features_set(t, &accepted);
	TEST_ASSERT_EQUAL(backend.accepted,
		(passed | UINT64_C(1) << VHOST_USER_F_PROTOCOL_FEATURES), "0x%llx",
		(unsigned long long)backend.accepted);
	return finish();
}

/* Nothing that the user did not ask for, or that the back end lacks. */
static int
offer_the_least(void)
{
	static const struct vio_user_conf least = { .pairs = 1, .queue_size = 8 };
	struct vio_features features;

	TEST_ASSERT_SUCCESS(init(&least), "init");
	vio_user_ops.features_get(t, &features);
	TEST_ASSERT_EQUAL(features.word[0],
		(UINT64_C(1) << VIRTIO_F_VERSION_1 | UINT64_C(1) << VIRTIO_NET_F_STATUS),
		"0x%llx", (unsigned long long)features.word[0]);
	return finish();
}

/* The ring formats are offered if the user and the back end want them. */
static int
ring_formats(void)
{
	const uint64_t formats = UINT64_C(1) << VIRTIO_F_RING_PACKED |
		UINT64_C(1) << VIRTIO_F_IN_ORDER;
	struct vio_user_conf conf = four_pairs;
	struct vio_features features;
	unsigned int i, base;

	for (i = 0; i < 4; i++) {
		fake_backend_init(&backend);
		backend.features |= formats;
		conf.packed_vq = i & 1;
		conf.in_order = i & 2;
		TEST_ASSERT_SUCCESS(init(&conf), "init %u", i);
		vio_user_ops.features_get(t, &features);
		TEST_ASSERT_EQUAL((features.word[0] & formats),
			((uint64_t)conf.packed_vq << VIRTIO_F_RING_PACKED |
			(uint64_t)conf.in_order << VIRTIO_F_IN_ORDER), "offer %u", i);
		TEST_ASSERT_SUCCESS(bring_up(2), "bring up %u", i);
		TEST_ASSERT_EQUAL((backend.accepted & formats), (features.word[0] & formats),
			"accepted %u", i);
		/* both wrap counters begin with 1 (virtio 2.8.1) */
		base = conf.packed_vq ? 0x80008000 : 0;
		TEST_ASSERT_EQUAL(backend.vrings[1].base, base, "base 0x%x",
			backend.vrings[1].base);
		TEST_ASSERT_SUCCESS(finish(), "finish %u", i);
	}
	return TEST_SUCCESS;
}

static int
life(void)
{
	const struct fake_backend_vring *v;
	struct vio_queue_conf conf;
	uint16_t i;

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_SET_OWNER], 1, "SET_OWNER");
	TEST_ASSERT_EQUAL(backend.accepted_protocol, 0x18239, "protocol features 0x%llx",
		(unsigned long long)backend.accepted_protocol);
	TEST_ASSERT_SUCCESS(bring_up(8), "bring up");
	TEST_ASSERT_EQUAL(backend.status, 0xf, "status");
	/* the back end's share: no control queue, no virtual IOMMU */
	TEST_ASSERT_EQUAL(backend.accepted, (UINT64_C(1) << VIRTIO_F_VERSION_1 |
		UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF | UINT64_C(1) << VIRTIO_NET_F_MQ |
		UINT64_C(1) << VHOST_USER_F_PROTOCOL_FEATURES), "0x%llx",
		(unsigned long long)backend.accepted);
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_ADD_MEM_REG], backend.nb_regions,
		"ADD_MEM_REG");
	for (i = 0; i < 8; i++) {
		conf = queue_conf(i);
		v = &backend.vrings[i];
		TEST_ASSERT_EQUAL(v->num, conf.size, "vring %u", i);
		TEST_ASSERT_EQUAL(v->base, 0, "vring %u", i);
		TEST_ASSERT_EQUAL(v->addr.descriptor, conf.desc_addr, "vring %u", i);
		TEST_ASSERT_EQUAL(v->addr.available, conf.driver_addr, "vring %u", i);
		TEST_ASSERT_EQUAL(v->addr.used, conf.device_addr, "vring %u", i);
		TEST_ASSERT(v->polled, "vring %u", i);
		TEST_ASSERT(v->kick_fd >= 0, "vring %u", i);
		TEST_ASSERT_EQUAL(v->enabled, (i < 2), "vring %u", i);
	}

	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset");
	TEST_ASSERT_EQUAL(backend.status, 0, "status");
	for (i = 0; i < 8; i++)
		TEST_ASSERT_EQUAL(backend.vrings[i].nb_stopped, 1, "vring %u", i);
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_GET_VRING_BASE], 8, "stopped once");
	TEST_ASSERT_SUCCESS(bring_up(2), "again");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_ADD_MEM_REG], backend.nb_regions,
		"ADD_MEM_REG");
	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_GET_VRING_BASE], 10, "those started");
	return finish();
}

/* The doorbell is the descriptor that the back end got. */
static int
doorbell_reaches_the_back_end(void)
{
	struct vio_ring ring = { .size = 8 };
	static const struct virtq_used used;
	uint64_t count = 0;

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(0), "bring up");
	TEST_ASSERT_SUCCESS(enable(1, &ring.doorbell), "queue 1");
	TEST_ASSERT_NULL((const void *)(uintptr_t)ring.doorbell.addr, "address");
	ring.used = &used;
	TEST_ASSERT(vio_ring_split_notify(&ring), "notify");
	TEST_ASSERT_EQUAL(read(backend.vrings[1].kick_fd, &count, sizeof(count)), 8, "read");
	TEST_ASSERT_EQUAL(count, 1, "kicked");
	return finish();
}

/* The eventfd of an Rx queue's interrupts is what the back end calls, where there is a vector. */
static int
interrupts_come_from_the_back_end(void)
{
	struct vio_queue_conf conf;
	struct vio_doorbell doorbell;
	uint64_t count;
	uint16_t i;
	int fd;

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT(t->has_rx_intr, "Rx interrupts");
	TEST_ASSERT_SUCCESS(bring_up(0), "bring up");
	for (i = 0; i < 6; i++) {
		conf = queue_conf(i);
		if (i % 2 == 0 && i > 0)
			conf.vector = 1 + i / 2;
		TEST_ASSERT_SUCCESS(vio_user_ops.queue_enable(t, i, &conf, &doorbell), "%u", i);
		TEST_ASSERT_EQUAL(backend.vrings[i].polled, (i % 2 != 0 || i == 0), "%u", i);
	}
	for (i = 1; i < 3; i++) {
		fd = vio_user_call_fd(&user, i);
		TEST_ASSERT(read(fd, &count, sizeof(count)) < 0, "called for nothing");
		TEST_ASSERT_SUCCESS(eventfd_write(backend.vrings[2 * i].call_fd, i), "call");
		TEST_ASSERT_EQUAL(read(fd, &count, sizeof(count)), 8, "pair %u", i);
		TEST_ASSERT_EQUAL(count, i, "pair %u", i);
	}
	return finish();
}

static int
ctrl(uint8_t class, uint8_t command, uint16_t value, size_t len)
{
	const struct virtio_net_ctrl_hdr hdr = { .class = class, .command = command };
	rte_le16_t data = rte_cpu_to_le_16(value);

	return vio_user_ops.ctrl(t, &hdr, &data, len);
}

/* virtio 5.1.9.5.6: pairs are used as many as asked for, of those that were enabled */
static int
pairs(void)
{
	static const uint16_t numbers[] = { 3, 1, 4, 2 };
	unsigned int i, q;

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(6), "bring up");
	for (i = 0; i < RTE_DIM(numbers); i++) {
		TEST_ASSERT_SUCCESS(ctrl(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET,
			numbers[i], 2), "pairs");
		for (q = 0; q < 8; q++)
			TEST_ASSERT_EQUAL(backend.vrings[q].enabled,
				(q < 6 && q < 2u * numbers[i]), "%u pairs, vring %u", numbers[i],
				q);
	}
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_MQ, 1, 1, 2), -EIO, "another command");
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_VLAN, 0, 1, 2), -EIO, "another class");
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_MQ, 0, 1, 1), -EIO, "too short");
	return finish();
}

/* virtio 5.1.9.5.1 and 5.1.9.5.2: what the back end need not be told of, as it sends all */
static int
receive_filters(void)
{
	static const struct virtio_net_ctrl_hdr mac_set = {
		.class = VIRTIO_NET_CTRL_MAC, .command = VIRTIO_NET_CTRL_MAC_ADDR_SET,
	};
	static const uint8_t address[6] = { 2, 0, 0, 0, 0, 7 };
	uint8_t mac[6];

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(2), "bring up");
	TEST_ASSERT_SUCCESS(ctrl(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1, 1), "promisc");
	TEST_ASSERT_SUCCESS(ctrl(VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, 0, 1), "multi");
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_RX, 2, 1, 1), -EIO, "another mode");
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_RX, 0, 1, 2), -EIO, "too long");
	TEST_ASSERT_SUCCESS(ctrl(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 0, 2),
		"table");
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0, 2), -EIO,
		"too short");
	TEST_ASSERT_EQUAL(ctrl(VIRTIO_NET_CTRL_MAC, 2, 0, 2), -EIO, "another command");
	TEST_ASSERT_SUCCESS(vio_user_ops.ctrl(t, &mac_set, address, 6), "address");
	TEST_ASSERT_SUCCESS(vio_user_ops.config_read(t, 0, mac, 6), "mac");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(mac, address, 6, "address");
	return finish();
}

/* Back ends that have but some of the protocol's features. */
static int
older_back_ends(void)
{
	struct vio_user_conf conf = four_pairs;
	unsigned int i;

	conf.pairs = 1;
	for (i = 0; i < 3; i++) {
		fake_backend_init(&backend);
		if (i == 0)
			backend.features &= ~(UINT64_C(1) << VHOST_USER_F_PROTOCOL_FEATURES);
		else
			backend.protocol = i == 1 ? 0 : 1 << VHOST_USER_PROTOCOL_F_REPLY_ACK;
		TEST_ASSERT_SUCCESS(init(&conf), "init %u", i);
		TEST_ASSERT_SUCCESS(bring_up(2), "bring up %u", i);
		TEST_ASSERT_EQUAL(vio_user_ops.status_get(t), 0xf, "status %u", i);
		TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset %u", i);
		TEST_ASSERT_EQUAL(vio_user_ops.status_get(t), 0, "status %u", i);
		TEST_ASSERT_EQUAL(backend.vrings[1].nb_stopped, 1, "stopped %u", i);
		TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_SET_VRING_ENABLE],
			(i == 0 ? 0u : 2u), "enabled %u", i);
		TEST_ASSERT_SUCCESS(finish(), "finish %u", i);
	}
	return TEST_SUCCESS;
}

static int
too_few_pairs(void)
{
	backend.pairs = 3;
	TEST_ASSERT_EQUAL(init(&four_pairs), -ENOTSUP, "three of four");
	TEST_ASSERT_SUCCESS(finish(), "finish");
	fake_backend_init(&backend);
	backend.features &= ~(UINT64_C(1) << VIRTIO_NET_F_MQ);
	TEST_ASSERT_EQUAL(init(&four_pairs), -ENOTSUP, "no MQ");
	return finish();
}

/* The connection ended: told once, link down, all verbs return, the back end saw it. */
static int
check_ended(void)
{
	struct pollfd pfd = { .fd = vio_user_event_fd(&user), .events = POLLIN };
	struct vio_doorbell doorbell;
	rte_le16_t status;
	unsigned int i;

	TEST_ASSERT_EQUAL(vio_user_ops.status_get(t), VIO_STATUS_GONE, "status");
	TEST_ASSERT_EQUAL(poll(&pfd, 1, PATIENCE_MS), 1, "event");
	/* the end itself, and the back end's closing after it */
	for (i = 0; i < 10 && poll(&pfd, 1, 0) == 1; i++)
		vio_user_ops.isr_read(t);
	TEST_ASSERT(i < 10, "event without end");
	TEST_ASSERT_SUCCESS(vio_user_ops.config_read(t, 6, &status, 2), "config");
	TEST_ASSERT_EQUAL(status, 0, "link");
	TEST_ASSERT_EQUAL(enable(0, &doorbell), -ENOTCONN, "enable");
	vio_user_ops.status_set(t, VIRTIO_STATUS_ACKNOWLEDGE);
	return TEST_SUCCESS;
}

/* The faults that show at once, in a request at the beginning of the connection. */
static int
nonsense_at_first(void)
{
	static const uint32_t requests[] = {
		VHOST_USER_GET_FEATURES, VHOST_USER_GET_PROTOCOL_FEATURES,
		VHOST_USER_GET_QUEUE_NUM, VHOST_USER_GET_MAX_MEM_SLOTS,
	};
	enum fake_backend_fault fault;
	unsigned int i;

	for (i = 0; i < RTE_DIM(requests); i++) {
		for (fault = FAKE_BACKEND_CLOSE; fault <= FAKE_BACKEND_NOISE; fault++) {
			fake_backend_init(&backend);
			backend.fault = fault;
			backend.fault_request = requests[i];
			TEST_ASSERT_EQUAL(init(&four_pairs), -ENOTCONN, "request %u, fault %d",
				requests[i], fault);
			TEST_ASSERT_SUCCESS(finish(), "request %u, fault %d", requests[i], fault);
		}
	}
	return TEST_SUCCESS;
}

/* The same, in a request that a verb makes. */
static int
nonsense_later(void)
{
	static const uint32_t requests[] = {
		VHOST_USER_ADD_MEM_REG, VHOST_USER_SET_MEM_TABLE, VHOST_USER_SET_VRING_NUM,
		VHOST_USER_SET_VRING_BASE, VHOST_USER_SET_VRING_ADDR, VHOST_USER_SET_VRING_CALL,
		VHOST_USER_SET_VRING_KICK, VHOST_USER_SET_VRING_ENABLE,
	};
	enum fake_backend_fault fault;
	struct vio_doorbell doorbell;
	unsigned int i;

	for (i = 0; i < RTE_DIM(requests); i++) {
		for (fault = FAKE_BACKEND_CLOSE; fault <= FAKE_BACKEND_NOISE; fault++) {
			fake_backend_init(&backend);
			if (requests[i] == VHOST_USER_SET_MEM_TABLE)
				backend.protocol &= ~(UINT64_C(1) <<
						      VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS);
			TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
			backend.fault = fault;
			backend.fault_request = requests[i];
			TEST_ASSERT_SUCCESS(bring_up(0), "bring up");
			TEST_ASSERT_EQUAL(enable(0, &doorbell), -ENOTCONN, "request %u, fault %d",
				requests[i], fault);
			TEST_ASSERT_SUCCESS(check_ended(), "request %u, fault %d", requests[i],
				fault);
			TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "request %u, fault %d",
				requests[i], fault);
			TEST_ASSERT_SUCCESS(finish(), "request %u, fault %d", requests[i], fault);
		}
	}
	return TEST_SUCCESS;
}

/* The same, when the rings are stopped: a reset, all the same, as the back end closes. */
static int
nonsense_at_reset(void)
{
	enum fake_backend_fault fault;

	for (fault = FAKE_BACKEND_CLOSE; fault <= FAKE_BACKEND_NOISE; fault++) {
		fake_backend_init(&backend);
		TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
		TEST_ASSERT_SUCCESS(bring_up(2), "bring up");
		backend.fault = fault;
		backend.fault_request = VHOST_USER_GET_VRING_BASE;
		TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "fault %d", fault);
		TEST_ASSERT_SUCCESS(check_ended(), "fault %d", fault);
		TEST_ASSERT_SUCCESS(finish(), "fault %d", fault);
	}
	return TEST_SUCCESS;
}

static int
wrong_values(void)
{
	static const uint64_t bad_status[] = { 0xff, 0x100, UINT64_MAX };
	unsigned int i;

	for (i = 0; i < RTE_DIM(bad_status); i++) {
		fake_backend_init(&backend);
		TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
		backend.fault = FAKE_BACKEND_VALUE;
		backend.fault_request = VHOST_USER_GET_STATUS;
		backend.value = bad_status[i];
		TEST_ASSERT_SUCCESS(check_ended(), "status 0x%llx",
			(unsigned long long)bad_status[i]);
		TEST_ASSERT_SUCCESS(finish(), "finish");
	}
	fake_backend_init(&backend);
	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(1), "bring up");
	backend.fault = FAKE_BACKEND_VALUE;
	backend.fault_request = VHOST_USER_GET_VRING_BASE;
	backend.value = 3;	/* the base of another ring */
	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset");
	TEST_ASSERT_SUCCESS(check_ended(), "another ring");
	return finish();
}

/* A refusal ends what was asked for, not the connection. */
static int
refusals(void)
{
	static const uint32_t requests[] = {
		VHOST_USER_ADD_MEM_REG, VHOST_USER_SET_VRING_NUM, VHOST_USER_SET_VRING_BASE,
		VHOST_USER_SET_VRING_ADDR, VHOST_USER_SET_VRING_CALL, VHOST_USER_SET_VRING_KICK,
		VHOST_USER_SET_VRING_ENABLE,
	};
	struct vio_features none = { 0 };
	struct vio_doorbell doorbell;
	unsigned int i;

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	backend.fault = FAKE_BACKEND_NACK;
	for (i = 0; i < RTE_DIM(requests); i++) {
		TEST_ASSERT_SUCCESS(bring_up(0), "bring up");
		backend.fault_request = requests[i];
		TEST_ASSERT_EQUAL(enable(0, &doorbell), -EIO, "request %u", requests[i]);
		TEST_ASSERT(vio_user_ops.status_get(t) != VIO_STATUS_GONE, "request %u",
			requests[i]);
	}
	/* a ring that the back end may have started is stopped */
	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset");
	TEST_ASSERT_EQUAL(backend.vrings[0].kick_fd, -1, "the ring is started still");

	backend.fault_request = VHOST_USER_SET_FEATURES;
	vio_user_ops.features_set(t, &none);
	vio_user_ops.status_set(t, VIRTIO_STATUS_FEATURES_OK);
	TEST_ASSERT_EQUAL(vio_user_ops.status_get(t), 0, "FEATURES_OK");
	backend.fault = FAKE_BACKEND_GOOD;
	TEST_ASSERT_SUCCESS(bring_up(2), "all is well again");
	return finish();
}

/* Silence, and half an answer: the deadline, not more. */
static int
silence(void)
{
	static const enum fake_backend_fault faults[] = {
		FAKE_BACKEND_SILENT, FAKE_BACKEND_STALL,
	};
	struct vio_doorbell doorbell;
	uint64_t start, ms;
	unsigned int i;

	for (i = 0; i < RTE_DIM(faults); i++) {
		fake_backend_init(&backend);
		TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
		backend.fault = faults[i];
		backend.fault_request = VHOST_USER_SET_VRING_NUM;
		user.conn.deadline_ms = SILENCE_MS;
		start = rte_get_timer_cycles();
		TEST_ASSERT_EQUAL(enable(0, &doorbell), -ENOTCONN, "enable");
		ms = (rte_get_timer_cycles() - start) * MS_PER_S / rte_get_timer_hz();
		TEST_ASSERT(ms >= SILENCE_MS && ms < PATIENCE_MS, "after %u ms", (unsigned int)ms);
		TEST_ASSERT_SUCCESS(check_ended(), "ended");
		TEST_ASSERT_SUCCESS(finish(), "finish");
	}
	return TEST_SUCCESS;
}

/* Who neither answers nor closes may use the memory still, until it closes. */
static int
lost_back_end(void)
{
	backend.stubborn = true;
	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(2), "bring up");
	backend.fault = FAKE_BACKEND_SILENT;
	backend.fault_request = VHOST_USER_GET_VRING_BASE;
	user.conn.deadline_ms = SILENCE_MS;
	TEST_ASSERT_EQUAL(vio_user_ops.reset(t), -ETIMEDOUT, "reset");
	TEST_ASSERT_SUCCESS(check_ended(), "ended");
	TEST_ASSERT_EQUAL(vio_user_ops.reset(t), -ETIMEDOUT, "reset again");
	TEST_ASSERT(!vio_user_is_left(&user), "it is there still");
	TEST_ASSERT_SUCCESS(fake_backend_stop(&backend), "stop");
	TEST_ASSERT(vio_user_is_left(&user), "it closed");
	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset when it closed");
	return finish();
}

static void
on_signal(int signal)
{
	RTE_SET_USED(signal);
}

static struct {
	pthread_t target;
	bool stop;
} signaller;

static void *
signal_often(void *arg)
{
	while (!__atomic_load_n(&signaller.stop, __ATOMIC_RELAXED)) {
		pthread_kill(signaller.target, SIGUSR1);
		rte_delay_us_sleep(1000);
	}
	return arg;
}

/* A signal, which ends a system call, is no sign that the back end closed. */
static int
lost_back_end_and_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal }, before;
	pthread_t thread;
	int ret;

	backend.stubborn = true;
	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(2), "bring up");
	backend.fault = FAKE_BACKEND_SILENT;
	backend.fault_request = VHOST_USER_GET_VRING_BASE;
	user.conn.deadline_ms = SILENCE_MS;
	signaller.target = pthread_self();
	signaller.stop = false;
	TEST_ASSERT_SUCCESS(sigaction(SIGUSR1, &action, &before), "sigaction");
	TEST_ASSERT_SUCCESS(pthread_create(&thread, NULL, signal_often, NULL), "thread");
	ret = vio_user_ops.reset(t);
	__atomic_store_n(&signaller.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	sigaction(SIGUSR1, &before, NULL);
	TEST_ASSERT_EQUAL(ret, -ETIMEDOUT, "reset");
	return finish();
}

/* A back end that reads nothing: sends end at the deadline, too. */
static int
nobody_reads(void)
{
	struct vio_vhost c;
	unsigned int i;
	int fds[2], ret = 0;

	TEST_ASSERT_SUCCESS(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
	TEST_ASSERT_SUCCESS(vio_vhost_init(&c, "vio_user_test", fds[0]), "init");
	c.deadline_ms = SILENCE_MS;
	for (i = 0; i < 100000 && ret == 0; i++)
		ret = vio_vhost_set_u64(&c, VHOST_USER_SET_FEATURES, i);
	TEST_ASSERT_EQUAL(ret, -ENOTCONN, "after %u requests", i);
	vio_vhost_fini(&c);
	close(fds[1]);
	return finish();
}

/* The back end goes while nobody asks it. */
static int
closed_meanwhile(void)
{
	struct pollfd pfd;

	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	TEST_ASSERT_SUCCESS(bring_up(2), "bring up");
	pfd = (struct pollfd){ .fd = vio_user_event_fd(&user), .events = POLLIN };
	TEST_ASSERT_EQUAL(poll(&pfd, 1, 0), 0, "an event for nothing");
	fake_backend_stop(&backend);
	TEST_ASSERT_EQUAL(poll(&pfd, 1, PATIENCE_MS), 1, "no event");
	TEST_ASSERT_SUCCESS(check_ended(), "ended");
	TEST_ASSERT_SUCCESS(vio_user_ops.reset(t), "reset");
	return finish();
}

/* One that has a link to tell of, and tells it. */
static void
backend_with_config(void)
{
	backend.features |= UINT64_C(1) << VIRTIO_NET_F_STATUS;
	backend.config.status = rte_cpu_to_le_16(VIRTIO_NET_S_LINK_UP);
	backend.config_size = sizeof(backend.config);
}

/* Another connection: everything is told again, nothing of before is assumed, its end is seen. */
static int
renewed(void)
{
	struct pollfd pfd;
	uint64_t features;
	unsigned int i;

	backend_with_config();
	TEST_ASSERT_SUCCESS(init(&four_pairs), "init");
	pfd = (struct pollfd){ .fd = vio_user_event_fd(&user), .events = POLLIN };
	for (i = 0; i < 3; i++) {
		TEST_ASSERT_SUCCESS(bring_up(4), "turn %u", i);
		/* one without REPLY_ACK is known to have read all when it answers */
		TEST_ASSERT_SUCCESS(vio_vhost_get_u64(&user.conn, VHOST_USER_GET_FEATURES,
			&features), "turn %u", i);
		TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_SET_BACKEND_REQ_FD],
			(i == 1 ? 0u : 1u), "turn %u", i);
		TEST_ASSERT(vio_user_is_up(&user) && !vio_user_is_left(&user), "turn %u", i);
		TEST_ASSERT_EQUAL(poll(&pfd, 1, 0), 0, "turn %u: an event for nothing", i);
		TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_SET_OWNER], 1, "turn %u", i);
		TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_GET_VRING_BASE], 0, "turn %u", i);
		TEST_ASSERT(backend.nb_regions > 0, "turn %u: no memory", i);
		TEST_ASSERT_SUCCESS(fake_backend_stop(&backend), "turn %u: %s", i,
			backend.complaint);
		TEST_ASSERT_EQUAL(poll(&pfd, 1, PATIENCE_MS), 1, "turn %u: no event", i);
		TEST_ASSERT(vio_user_is_left(&user), "turn %u", i);
		while (poll(&pfd, 1, 0) == 1)
			vio_user_ops.isr_read(t);
		/* the next one can do less */
		fake_backend_init(&backend);
		backend_with_config();
		if (i == 0)
			backend.protocol = 1 << VHOST_USER_PROTOCOL_F_MQ;
		TEST_ASSERT_SUCCESS(vio_user_renew(&user, fake_backend_start(&backend)),
			"turn %u", i);
	}
	return finish();
}

static struct unit_test_suite suite = {
	.suite_name = "vio_user",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, offer),
		TEST_CASE_ST(setup, teardown, features_are_shared_out),
		TEST_CASE_ST(setup, teardown, offer_the_least),
		TEST_CASE_ST(setup, teardown, ring_formats),
		TEST_CASE_ST(setup, teardown, life),
		TEST_CASE_ST(setup, teardown, doorbell_reaches_the_back_end),
		TEST_CASE_ST(setup, teardown, interrupts_come_from_the_back_end),
		TEST_CASE_ST(setup, teardown, pairs),
		TEST_CASE_ST(setup, teardown, receive_filters),
		TEST_CASE_ST(setup, teardown, older_back_ends),
		TEST_CASE_ST(setup, teardown, too_few_pairs),
		TEST_CASE_ST(setup, teardown, nonsense_at_first),
		TEST_CASE_ST(setup, teardown, nonsense_later),
		TEST_CASE_ST(setup, teardown, nonsense_at_reset),
		TEST_CASE_ST(setup, teardown, wrong_values),
		TEST_CASE_ST(setup, teardown, refusals),
		TEST_CASE_ST(setup, teardown, silence),
		TEST_CASE_ST(setup, teardown, lost_back_end),
		TEST_CASE_ST(setup, teardown, lost_back_end_and_signals),
		TEST_CASE_ST(setup, teardown, nobody_reads),
		TEST_CASE_ST(setup, teardown, closed_meanwhile),
		TEST_CASE_ST(setup, teardown, renewed),
		TEST_CASES_END()
	}
};

static int
test_vio_user(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_user_autotest, test_vio_user);
