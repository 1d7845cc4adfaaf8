/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The configuration space of a vhost-user device: what the user says, what the back end has, and
 * the requests by which that tells of changes, good and bad.
 */

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "test.h"

#include "fake_backend.h"
#include "vio_user.h"

#define PATIENCE_MS	2000
#define BIT(feature)	(UINT64_C(1) << (feature))
#define FIELDS		(BIT(VIRTIO_NET_F_MAC) | BIT(VIRTIO_NET_F_MTU) | \
			 BIT(VIRTIO_NET_F_STATUS) | BIT(VIRTIO_NET_F_SPEED_DUPLEX))

/* What a back end says, and what it is answered. */
struct request {
	struct vhost_user_header hdr;
	uint32_t payload[2];
};

static const uint8_t mac_of_back_end[6] = { 2, 0, 0, 0, 0, 0x42 };

/* What the user says when he says nothing. */
static const struct vio_user_conf silent = { .pairs = 1, .queue_size = 256, .mrg_rxbuf = true };

static struct fake_backend backend;
static struct vio_user user;
static bool user_is_open;
static struct vio_transport *const t = &user.base;
static unsigned int nb_fds_before;

/* A back end with a field of each feature. */
static void
backend_init(void)
{
	fake_backend_init(&backend);
	backend.features |= FIELDS;
	memcpy(backend.config.mac, mac_of_back_end, sizeof(mac_of_back_end));
	backend.config.status = rte_cpu_to_le_16(0xff00 | VIRTIO_NET_S_LINK_UP);
	backend.config.max_virtqueue_pairs = rte_cpu_to_le_16(77);
	backend.config.mtu = rte_cpu_to_le_16(3000);
	backend.config.speed = rte_cpu_to_le_32(25000);
	backend.config.duplex = VIRTIO_NET_DUPLEX_HALF;
}

static int
setup(void)
{
	nb_fds_before = fake_backend_open_fds();
	user_is_open = false;
	backend_init();
	return TEST_SUCCESS;
}

static int
init(const struct vio_user_conf *conf)
{
	int fd = fake_backend_start(&backend);
	int ret;

	if (fd < 0)
		return -EIO;
	memset(&user, 0, sizeof(user));
	user.base.name = "vio_user_config_test";
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
}

static struct virtio_net_config
config(void)
{
	struct virtio_net_config space;

	memset(&space, 0xa5, sizeof(space));
	vio_user_ops.config_read(t, 0, &space, sizeof(space));
	return space;
}

static uint64_t
offered(void)
{
	struct vio_features features;

	vio_user_ops.features_get(t, &features);
	return features.word[0];
}

static uint16_t
link_status(void)
{
	return rte_le_to_cpu_16(config().status);
}

/* The user says nothing: what the back end has stands, and no more of the status than the link. */
static int
fields_of_the_back_end(void)
{
	struct virtio_net_config space;

	TEST_ASSERT_SUCCESS(init(&silent), "init");
	TEST_ASSERT_EQUAL((offered() & FIELDS), FIELDS, "0x%llx", (unsigned long long)offered());
	space = config();
	TEST_ASSERT_BUFFERS_ARE_EQUAL(space.mac, mac_of_back_end, 6, "mac");
	TEST_ASSERT_EQUAL(space.status, rte_cpu_to_le_16(VIRTIO_NET_S_LINK_UP), "status");
	TEST_ASSERT_EQUAL(space.max_virtqueue_pairs, rte_cpu_to_le_16(1), "pairs");
	TEST_ASSERT_EQUAL(space.mtu, rte_cpu_to_le_16(3000), "mtu");
	TEST_ASSERT_EQUAL(space.speed, rte_cpu_to_le_32(25000), "speed");
	TEST_ASSERT_EQUAL(space.duplex, VIRTIO_NET_DUPLEX_HALF, "duplex");
	return finish();
}

/* What the user says is not the back end's, now or later. */
static int
fields_of_the_user(void)
{
	struct vio_user_conf conf = silent;
	struct virtio_net_config space;

	conf.has_mac = true;
	conf.mac[0] = 2;
	conf.mtu = 2999;
	conf.speed = 100;
	TEST_ASSERT_SUCCESS(init(&conf), "init");
	TEST_ASSERT_EQUAL((offered() & FIELDS), FIELDS, "0x%llx", (unsigned long long)offered());
	space = config();
	TEST_ASSERT_BUFFERS_ARE_EQUAL(space.mac, conf.mac, 6, "mac");
	TEST_ASSERT_EQUAL(space.mtu, rte_cpu_to_le_16(2999), "mtu");
	TEST_ASSERT_EQUAL(space.speed, rte_cpu_to_le_32(100), "speed");
	TEST_ASSERT_EQUAL(space.duplex, VIRTIO_NET_DUPLEX_FULL, "duplex");
	return finish();
}

/* A field that neither has is not offered, and a smaller space is not overrun. */
static int
fields_of_nobody(void)
{
	static const struct {
		uint64_t features;
		uint32_t size;
	} spaces[] = {
		{ BIT(VIRTIO_NET_F_MAC), 6 },
		{ BIT(VIRTIO_NET_F_STATUS), 8 },
		{ BIT(VIRTIO_NET_F_MTU), 12 },
		{ BIT(VIRTIO_NET_F_SPEED_DUPLEX), 17 },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(spaces); i++) {
		backend_init();
		backend.features &= ~FIELDS;
		backend.features |= spaces[i].features;
		backend.config_size = spaces[i].size;
		TEST_ASSERT_SUCCESS(init(&silent), "init");
		TEST_ASSERT_EQUAL((offered() & FIELDS),
			(spaces[i].features | BIT(VIRTIO_NET_F_STATUS)), "space %u: 0x%llx", i,
			(unsigned long long)offered());
		TEST_ASSERT_EQUAL(link_status(), VIRTIO_NET_S_LINK_UP, "space %u: link", i);
		TEST_ASSERT_SUCCESS(finish(), "space %u", i);
	}
	for (i = 0; i < 3; i++) {
		backend_init();
		if (i == 0)
			backend.protocol &= ~BIT(VHOST_USER_PROTOCOL_F_CONFIG);
		else if (i == 1)
			backend.features &= ~FIELDS;
		else
			backend.fault = FAKE_BACKEND_NO_PAYLOAD;	/* it has none after all */
		backend.fault_request = VHOST_USER_GET_CONFIG;
		TEST_ASSERT_SUCCESS(init(&silent), "init");
		TEST_ASSERT_EQUAL((offered() & FIELDS), BIT(VIRTIO_NET_F_STATUS), "%u: 0x%llx", i,
			(unsigned long long)offered());
		TEST_ASSERT_EQUAL(link_status(), VIRTIO_NET_S_LINK_UP, "%u: link", i);
		TEST_ASSERT_EQUAL(backend.req_fd, -1, "%u: a socket for nothing", i);
		TEST_ASSERT_SUCCESS(finish(), "%u", i);
	}
	return TEST_SUCCESS;
}

static int
nonsense(void)
{
	enum fake_backend_fault fault;

	for (fault = FAKE_BACKEND_CLOSE; fault <= FAKE_BACKEND_VALUE; fault++) {
		if (fault == FAKE_BACKEND_NO_PAYLOAD || fault == FAKE_BACKEND_NACK)
			continue;
		backend_init();
		backend.fault = fault;
		backend.fault_request = VHOST_USER_GET_CONFIG;
		backend.value = UINT64_C(16) << 32;	/* another size */
		TEST_ASSERT_EQUAL(init(&silent), -ENOTCONN, "fault %d", fault);
		TEST_ASSERT_SUCCESS(finish(), "fault %d", fault);
	}
	backend_init();
	backend.fault = FAKE_BACKEND_VALUE;
	backend.fault_request = VHOST_USER_GET_CONFIG;
	backend.value = UINT64_C(17) << 32 | 1;		/* another place */
	TEST_ASSERT_EQUAL(init(&silent), -ENOTCONN, "place");
	TEST_ASSERT_SUCCESS(finish(), "place");

	backend_init();
	backend.fault = FAKE_BACKEND_CLOSE;
	backend.fault_request = VHOST_USER_SET_BACKEND_REQ_FD;
	TEST_ASSERT_EQUAL(init(&silent), -ENOTCONN, "socket for requests");
	return finish();
}

/* The driver accepts what was offered; returns whether the device agrees. */
static bool
agree(uint64_t without)
{
	struct vio_features features;

	vio_user_ops.reset(t);
	vio_user_ops.features_get(t, &features);
	features.word[0] &= ~without;
	vio_user_ops.features_set(t, &features);
	vio_user_ops.status_set(t, VIRTIO_STATUS_FEATURES_OK);
	return vio_user_ops.status_get(t) & VIRTIO_STATUS_FEATURES_OK;
}

/* The back end is told of the MTU that the driver knows of. */
static int
mtu(void)
{
	struct vio_user_conf conf = silent;

	conf.mtu = 2000;
	TEST_ASSERT_SUCCESS(init(&conf), "init");
	TEST_ASSERT(agree(BIT(VIRTIO_NET_F_MTU)), "without MTU");
	TEST_ASSERT_EQUAL(backend.mtu, 0, "told without MTU");
	TEST_ASSERT(agree(0), "with MTU");
	TEST_ASSERT_EQUAL(backend.mtu, 2000, "mtu %u", (unsigned int)backend.mtu);
	backend.fault = FAKE_BACKEND_NACK;
	backend.fault_request = VHOST_USER_NET_SET_MTU;
	TEST_ASSERT(!agree(0), "refused");
	TEST_ASSERT_SUCCESS(finish(), "finish");

	/* its own */
	backend_init();
	TEST_ASSERT_SUCCESS(init(&silent), "init");
	TEST_ASSERT(agree(0), "the back end's");
	TEST_ASSERT_EQUAL(backend.mtu, 3000, "mtu %u", (unsigned int)backend.mtu);
	TEST_ASSERT_SUCCESS(finish(), "finish");

	/* nobody wants to know, or knows of such a thing */
	backend_init();
	backend.protocol &= ~BIT(VHOST_USER_PROTOCOL_F_MTU);
	TEST_ASSERT_SUCCESS(init(&conf), "init");
	TEST_ASSERT(agree(0), "not told");
	TEST_ASSERT_SUCCESS(finish(), "finish");
	backend_init();
	backend.features &= ~BIT(VIRTIO_NET_F_MTU);
	TEST_ASSERT_SUCCESS(init(&conf), "init");
	TEST_ASSERT(offered() & BIT(VIRTIO_NET_F_MTU), "the user's");
	TEST_ASSERT(agree(0), "the user's");
	TEST_ASSERT_SUCCESS(finish(), "finish");

	/* more than there is */
	backend_init();
	conf.mtu = 3001;
	TEST_ASSERT_EQUAL(init(&conf), -ENOTSUP, "more than the back end has");
	return finish();
}

/* Makes a request of the back end's; returns its answer, or UINT64_MAX when none comes. */
static uint64_t
request(uint32_t number, uint32_t flags)
{
	const struct request r = {
		.hdr = { .request = number, .flags = VHOST_USER_VERSION | flags },
	};
	struct pollfd pfd = { .fd = backend.req_fd, .events = POLLIN };
	struct request answer = { .hdr = { .request = 0 } };
	uint64_t value;

	if (send(backend.req_fd, &r, sizeof(r.hdr), MSG_NOSIGNAL) != (ssize_t)sizeof(r.hdr))
		return UINT64_MAX;
	if (poll(&pfd, 1, flags & VHOST_USER_NEED_REPLY_MASK ? PATIENCE_MS : 100) == 0 ||
	    recv(backend.req_fd, &answer, sizeof(answer), MSG_DONTWAIT) != sizeof(answer) ||
	    answer.hdr.request != number || answer.hdr.size != sizeof(value) ||
	    answer.hdr.flags != (VHOST_USER_VERSION | VHOST_USER_REPLY_MASK))
		return UINT64_MAX;
	memcpy(&value, answer.payload, sizeof(value));
	return value;
}

/* Whether the device tells that something happened. */
static bool
is_told(void)
{
	struct pollfd pfd = { .fd = vio_user_event_fd(&user), .events = POLLIN };

	if (poll(&pfd, 1, PATIENCE_MS) != 1)
		return false;
	vio_user_ops.isr_read(t);
	return poll(&pfd, 1, 0) == 0;
}

/* The back end's link goes down and up again; each time it waits for the answer, or does not. */
static int
changes(void)
{
	unsigned int i;
	uint16_t status;

	TEST_ASSERT_SUCCESS(init(&silent), "init");
	TEST_ASSERT(backend.req_fd >= 0, "no socket for requests");
	for (i = 0; i < 6; i++) {
		status = i % 2 == 0 ? 0 : VIRTIO_NET_S_LINK_UP;
		backend.config.status = rte_cpu_to_le_16(status);
		if (i < 4)
			TEST_ASSERT_EQUAL(request(VHOST_USER_BACKEND_CONFIG_CHANGE_MSG,
				VHOST_USER_NEED_REPLY_MASK), 0, "answer %u", i);
		else
			TEST_ASSERT_EQUAL(request(VHOST_USER_BACKEND_CONFIG_CHANGE_MSG, 0),
				UINT64_MAX, "an answer that nobody wants");
		TEST_ASSERT(is_told(), "change %u", i);
		TEST_ASSERT_EQUAL(link_status(), status, "change %u", i);
	}
	return finish();
}

/* The address that the application set is not taken back by a change. */
static int
address_stays(void)
{
	static const struct virtio_net_ctrl_hdr mac_set = {
		.class = VIRTIO_NET_CTRL_MAC, .command = VIRTIO_NET_CTRL_MAC_ADDR_SET,
	};
	static const uint8_t address[6] = { 2, 0, 0, 0, 0, 7 };
	struct vio_user_conf conf = silent;
	struct virtio_net_config space;

	conf.cq = true;
	TEST_ASSERT_SUCCESS(init(&conf), "init");
	TEST_ASSERT_SUCCESS(vio_user_ops.ctrl(t, &mac_set, address, 6), "address");
	backend.config.speed = rte_cpu_to_le_32(40000);
	TEST_ASSERT_EQUAL(request(VHOST_USER_BACKEND_CONFIG_CHANGE_MSG,
		VHOST_USER_NEED_REPLY_MASK), 0, "answer");
	TEST_ASSERT(is_told(), "change");
	space = config();
	TEST_ASSERT_BUFFERS_ARE_EQUAL(space.mac, address, 6, "address");
	TEST_ASSERT_EQUAL(space.speed, rte_cpu_to_le_32(40000), "speed");
	return finish();
}

/* What the port was probed with is not changed, either. */
static int
address_and_mtu_of_the_probe_stay(void)
{
	struct virtio_net_config space;

	TEST_ASSERT_SUCCESS(init(&silent), "init");
	backend.config.mac[5]++;
	backend.config.mtu = rte_cpu_to_le_16(9000);
	backend.config.speed = rte_cpu_to_le_32(40000);
	TEST_ASSERT_EQUAL(request(VHOST_USER_BACKEND_CONFIG_CHANGE_MSG,
		VHOST_USER_NEED_REPLY_MASK), 0, "answer");
	TEST_ASSERT(is_told(), "change");
	space = config();
	TEST_ASSERT_BUFFERS_ARE_EQUAL(space.mac, mac_of_back_end, 6, "address");
	TEST_ASSERT_EQUAL(space.mtu, rte_cpu_to_le_16(3000), "mtu");
	TEST_ASSERT_EQUAL(space.speed, rte_cpu_to_le_32(40000), "speed");
	return finish();
}

/* A back end that came back and says less: what it has no feature for is no field of its. */
static int
fewer_fields_when_back(void)
{
	struct virtio_net_config space;

	TEST_ASSERT_SUCCESS(init(&silent), "init");
	TEST_ASSERT_SUCCESS(fake_backend_stop(&backend), "stop");
	TEST_ASSERT(vio_user_is_left(&user), "left");
	backend_init();
	backend.features &= ~(BIT(VIRTIO_NET_F_STATUS) | BIT(VIRTIO_NET_F_SPEED_DUPLEX));
	backend.config.status = 0;
	backend.config.speed = rte_cpu_to_le_32(40000);
	TEST_ASSERT_SUCCESS(vio_user_renew(&user, fake_backend_start(&backend)), "renew");
	TEST_ASSERT_EQUAL(link_status(), VIRTIO_NET_S_LINK_UP, "link");
	space = config();
	TEST_ASSERT_EQUAL(space.speed, rte_cpu_to_le_32(25000), "speed");
	TEST_ASSERT_EQUAL(space.mtu, rte_cpu_to_le_16(3000), "mtu");
	return finish();
}

/* Sends bytes as requests, with as many descriptors. */
static void
send_raw(const void *bytes, size_t len, unsigned int nb_fds)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(8 * sizeof(int))];
	} control = { .hdr = {
		.cmsg_len = CMSG_LEN(nb_fds * sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	} };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned int i;

	for (i = 0; i < nb_fds; i++)
		memcpy(CMSG_DATA(&control.hdr) + i * sizeof(int), &backend.req_fd, sizeof(int));
	if (nb_fds > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nb_fds * sizeof(int));
	}
	/* whether it arrives is the front end's affair */
	if (sendmsg(backend.req_fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}

/* What was not agreed on is refused, its descriptors are closed, and requests go on. */
static int
requests_refused(void)
{
	static const struct request host_notifier = {
		.hdr = { .request = 3, .flags = VHOST_USER_VERSION, .size = 8 },
	};
	unsigned int i;

	TEST_ASSERT_SUCCESS(init(&silent), "init");
	for (i = 1; i < 12; i++)
		if (i != VHOST_USER_BACKEND_CONFIG_CHANGE_MSG)
			TEST_ASSERT_EQUAL(request(i, VHOST_USER_NEED_REPLY_MASK), 1,
				"request %u", i);
	send_raw(&host_notifier, sizeof(host_notifier), 8);
	/* in two parts */
	send_raw(&host_notifier, 5, 0);
	rte_delay_us_sleep(10000);
	send_raw((const uint8_t *)&host_notifier + 5, sizeof(host_notifier) - 5, 1);
	TEST_ASSERT_EQUAL(request(VHOST_USER_BACKEND_CONFIG_CHANGE_MSG,
		VHOST_USER_NEED_REPLY_MASK), 0, "a good one");
	TEST_ASSERT(is_told(), "a good one");
	return finish();
}

/* Whether the front end closed the socket for requests, and the connection stands. */
static bool
is_deaf(void)
{
	struct pollfd pfd = { .fd = backend.req_fd, .events = POLLRDHUP };

	return poll(&pfd, 1, PATIENCE_MS) == 1 && vio_user_ops.status_get(t) != VIO_STATUS_GONE &&
	       link_status() == VIRTIO_NET_S_LINK_UP;
}

/* Nonsense costs the back end this socket, and the port nothing. */
static int
bad_requests(void)
{
	struct request r = {
		.hdr = { .request = VHOST_USER_BACKEND_CONFIG_CHANGE_MSG,
			 .flags = VHOST_USER_VERSION | VHOST_USER_NEED_REPLY_MASK },
	};
	unsigned int i;

	for (i = 0; i < 5; i++) {
		backend_init();
		TEST_ASSERT_SUCCESS(init(&silent), "init");
		r.hdr.size = i == 0 ? UINT32_MAX : i == 1 ? 257 : 0;
		r.hdr.flags = i == 2 ? 2 : VHOST_USER_VERSION;
		if (i < 4)
			send_raw(&r, i == 3 ? 7 : sizeof(r.hdr), 0);
		if (i >= 3)
			shutdown(backend.req_fd, SHUT_WR);
		TEST_ASSERT(is_deaf(), "case %u", i);
		TEST_ASSERT_SUCCESS(finish(), "case %u", i);
	}
	return TEST_SUCCESS;
}

/* A back end that makes many requests and takes no answers: it is no longer heard. */
static int
flood(void)
{
	static const struct request r = {
		.hdr = { .request = 9,
			 .flags = VHOST_USER_VERSION | VHOST_USER_NEED_REPLY_MASK },
	};
	struct pollfd pfd = { .events = POLLOUT };
	unsigned int i;

	TEST_ASSERT_SUCCESS(init(&silent), "init");
	pfd.fd = backend.req_fd;
	for (i = 0; i < 100000; i++) {
		if (poll(&pfd, 1, PATIENCE_MS) != 1 || (pfd.revents & POLLHUP))
			break;
		send_raw(&r, sizeof(r.hdr), 0);
	}
	TEST_ASSERT(i > 16 && i < 100000, "after %u requests", i);
	TEST_ASSERT(is_deaf(), "heard still");
	return finish();
}

/* Requests that come as the device goes. */
static int
requests_at_the_end(void)
{
	static const struct request r = {
		.hdr = { .request = VHOST_USER_BACKEND_CONFIG_CHANGE_MSG,
			 .flags = VHOST_USER_VERSION },
	};
	unsigned int i, round;

	for (round = 0; round < 20; round++) {
		backend_init();
		TEST_ASSERT_SUCCESS(init(&silent), "init");
		for (i = 0; i < 40; i++)
			send_raw(&r, sizeof(r.hdr), 0);
		TEST_ASSERT_SUCCESS(finish(), "round %u", round);
	}
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_user_config",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, fields_of_the_back_end),
		TEST_CASE_ST(setup, teardown, fields_of_the_user),
		TEST_CASE_ST(setup, teardown, fields_of_nobody),
		TEST_CASE_ST(setup, teardown, nonsense),
		TEST_CASE_ST(setup, teardown, mtu),
		TEST_CASE_ST(setup, teardown, changes),
		TEST_CASE_ST(setup, teardown, address_stays),
		TEST_CASE_ST(setup, teardown, address_and_mtu_of_the_probe_stay),
		TEST_CASE_ST(setup, teardown, fewer_fields_when_back),
		TEST_CASE_ST(setup, teardown, requests_refused),
		TEST_CASE_ST(setup, teardown, bad_requests),
		TEST_CASE_ST(setup, teardown, flood),
		TEST_CASE_ST(setup, teardown, requests_at_the_end),
		TEST_CASES_END()
	}
};

static int
test_vio_user_config(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_user_config_autotest, test_vio_user_config);
