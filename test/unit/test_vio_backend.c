/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The driver over vhost-user against the test device as a back end in this process: real rings in
 * real shared memory, a thread that is woken by kicks, every frame compared.
 */

#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "test.h"

#include "fake_port.h"

#define RING_SIZE	256
#define BURST		32
#define NB_FRAMES	5000
#define PAIRS		2

/* What a frame may take on a busy machine. */
#define PATIENCE_MS	2000

/* The lengths that frames take in turn: the last takes several buffers. */
static const uint16_t lens[] = { 60, 61, 64, 1000, 1514, 2036, 2037, 9014 };

static struct fake_port port;

/* A port with so many pairs, started. */
static int
start(uint16_t nb_pairs, bool packed)
{
	char args[64];

	snprintf(args, sizeof(args), "queues=%u,queue_size=%u,packed_vq=%u", nb_pairs, RING_SIZE,
		packed);
	if (fake_port_prepare(&port, nb_pairs, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, packed);
	if (fake_port_probe_user(&port, args) != 0 ||
	    fake_port_configure(&port, nb_pairs, nb_pairs, RING_SIZE, NULL) != 0 ||
	    rte_eth_dev_set_mtu(port.port_id, 9000) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED) == packed ? TEST_SUCCESS :
		TEST_FAILED;
}

static int
setup(void)
{
	return start(1, false);
}

static int
setup_packed(void)
{
	return start(1, true);
}

static int
setup_pairs(void)
{
	return start(PAIRS, false);
}

static int
setup_pairs_packed(void)
{
	return start(PAIRS, true);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* What the device counted for a pair. */
static struct vdev_vhost_pair
counted(uint16_t pair)
{
	struct vdev_vhost_pair p;

	pthread_mutex_lock(&port.net.dev.lock);
	p = port.vhost.pairs[pair];
	pthread_mutex_unlock(&port.net.dev.lock);
	return p;
}

/* Receives one packet. NULL: none came in time. */
static struct rte_mbuf *
receive(uint16_t queue)
{
	struct rte_mbuf *m;
	unsigned int waited_us;

	for (waited_us = 0; waited_us < PATIENCE_MS * 1000; waited_us += 20) {
		if (rte_eth_rx_burst(port.port_id, queue, &m, 1) == 1)
			return m;
		rte_delay_us_sleep(20);
	}
	return NULL;
}

/* Sends one packet. Returns whether it was taken in time. */
static bool
transmit(uint16_t queue, struct rte_mbuf *m)
{
	unsigned int waited_us;

	for (waited_us = 0; m != NULL && waited_us < PATIENCE_MS * 1000; waited_us += 20) {
		if (rte_eth_tx_burst(port.port_id, queue, &m, 1) == 1)
			return true;
		rte_delay_us_sleep(20);
	}
	rte_pktmbuf_free(m);
	return false;
}

/* Frames go and come back, a burst at a time, in segments that change. */
static int
echo(uint16_t queue, unsigned int nb)
{
	struct rte_mbuf *m;
	unsigned int i, k, n;

	for (i = 0; i < nb; i += n) {
		n = RTE_MIN(nb - i, 1 + i % BURST);
		for (k = i; k < i + n; k++)
			TEST_ASSERT(transmit(queue, fake_port_packet(port.pool,
				lens[k % RTE_DIM(lens)], 100 + k % 1900, k)), "packet %u", k);
		for (k = i; k < i + n; k++) {
			m = receive(queue);
			TEST_ASSERT_NOT_NULL(m, "packet %u", k);
			TEST_ASSERT(fake_port_packet_is(m, lens[k % RTE_DIM(lens)], k),
				"packet %u", k);
			rte_pktmbuf_free(m);
		}
	}
	return TEST_SUCCESS;
}

static int
echo_one_pair(void)
{
	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_ECHO);
	TEST_ASSERT_SUCCESS(echo(0, NB_FRAMES), "echo");
	TEST_ASSERT_EQUAL(counted(0).nb_sent, NB_FRAMES, "sent");
	TEST_ASSERT_EQUAL(counted(0).nb_taken, NB_FRAMES, "taken");
	return fake_port_close(&port);
}

static int
echo_all_pairs(void)
{
	uint16_t queue;

	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_ECHO);
	for (queue = 0; queue < PAIRS; queue++) {
		TEST_ASSERT_SUCCESS(echo(queue, 500), "queue %u", queue);
		TEST_ASSERT_EQUAL(counted(queue).nb_taken, 500, "queue %u", queue);
	}
	return fake_port_close(&port);
}

/* The device sends as fast as it gets buffers; each number comes once, in order. */
static int
source(void)
{
	uint8_t copy[2048];
	struct rte_mbuf *m;
	uint64_t i, number;

	port.vhost.source_len = 1500;
	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_SOURCE);
	for (i = 0; i < 20 * NB_FRAMES; i++) {
		m = receive(0);
		TEST_ASSERT_NOT_NULL(m, "frame %u", (unsigned int)i);
		TEST_ASSERT_EQUAL(m->pkt_len, 1500, "length %u", m->pkt_len);
		number = vdev_vhost_number_of(rte_pktmbuf_read(m, 0, 1500, copy), 1500);
		rte_pktmbuf_free(m);
		TEST_ASSERT_EQUAL(number, i, "frame %u has number %u", (unsigned int)i,
			(unsigned int)number);
	}
	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_MANUAL);
	return fake_port_close(&port);
}

/* A packet with a number. */
static struct rte_mbuf *
numbered(uint64_t number, uint32_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);

	if (m != NULL)
		vdev_vhost_numbered((uint8_t *)rte_pktmbuf_append(m, len), len, number);
	return m;
}

static int
wait_taken(uint64_t nb)
{
	unsigned int waited_ms;

	for (waited_ms = 0; waited_ms < PATIENCE_MS && counted(0).nb_taken < nb; waited_ms++)
		rte_delay_us_sleep(1000);
	TEST_ASSERT_EQUAL(counted(0).nb_taken, nb, "%u taken", (unsigned int)counted(0).nb_taken);
	return TEST_SUCCESS;
}

static int
sink(void)
{
	uint64_t i;

	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_SINK);
	for (i = 0; i < 20 * NB_FRAMES; i++)
		TEST_ASSERT(transmit(0, numbered(i, 60 + i % 1400)), "packet %u", (unsigned int)i);
	TEST_ASSERT_SUCCESS(wait_taken(i), "sink");
	TEST_ASSERT_EQUAL(counted(0).nb_bad, 0, "%u bad", (unsigned int)counted(0).nb_bad);
	/* it does look at the numbers */
	TEST_ASSERT(transmit(0, numbered(i + 1, 60)), "a wrong number");
	TEST_ASSERT_SUCCESS(wait_taken(i + 1), "sink");
	TEST_ASSERT_EQUAL(counted(0).nb_bad, 1, "%u bad", (unsigned int)counted(0).nb_bad);
	return fake_port_close(&port);
}

static int
capture(void)
{
	static uint8_t expected[VDEV_NET_FRAME_MAX];
	const struct vdev_vhost_frame *f = port.vhost.captured;
	unsigned int i;

	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_CAPTURE);
	for (i = 0; i < 100; i++)
		TEST_ASSERT(transmit(0, fake_port_packet(port.pool, 60 + 10 * i, 200, i)),
			"packet %u", i);
	TEST_ASSERT_SUCCESS(wait_taken(100), "capture");
	TEST_ASSERT_EQUAL(port.vhost.nb_captured, 100, "%u", port.vhost.nb_captured);
	for (i = 0; i < 100; i++) {
		fake_port_pattern(expected, 60 + 10 * i, i);
		TEST_ASSERT_EQUAL(f[i].len, 60 + 10 * i, "frame %u", i);
		TEST_ASSERT_BUFFERS_ARE_EQUAL(f[i].data, expected, f[i].len, "frame %u", i);
	}
	return fake_port_close(&port);
}

/* Rings that are stopped and started again, while frames come and after they came. */
static int
stop_and_start(void)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_SOURCE);
		rte_pktmbuf_free(receive(0));
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop %u", i);
		vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_ECHO);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start %u", i);
		TEST_ASSERT_SUCCESS(echo(0, 100), "echo %u", i);
	}
	return fake_port_close(&port);
}

/* What is not wholly within a region is no address, for the rings and for what they hold. */
static int
memory_is_bounded(void)
{
	const struct vdev_vhost *v = &port.vhost;
	struct vdev *dev = &port.net.dev;
	const struct vhost_user_region *r;
	unsigned int i;

	TEST_ASSERT(v->nb_maps > 0, "no memory");
	for (i = 0; i < v->nb_maps; i++) {
		r = &v->maps[i].region;
		TEST_ASSERT_NOT_NULL(dev->translate(dev, r->guest_address, r->size), "all");
		TEST_ASSERT_NOT_NULL(dev->translate(dev, r->guest_address + r->size - 1, 1),
			"the last byte");
		TEST_ASSERT_NULL(dev->translate(dev, r->guest_address + r->size, 1), "behind");
		TEST_ASSERT_NULL(dev->translate(dev, r->guest_address + r->size - 1, 2),
			"across the end");
		TEST_ASSERT_NULL(dev->translate(dev, r->guest_address - 1, 2), "before");
		TEST_ASSERT_NULL(dev->translate(dev, r->guest_address, r->size + 1), "more");
		TEST_ASSERT_NULL(dev->translate(dev, r->guest_address, SIZE_MAX), "far more");
	}
	TEST_ASSERT_NULL(dev->translate(dev, 0, 1), "null");
	TEST_ASSERT_NULL(dev->translate(dev, UINT64_MAX, 1), "the last");
	return fake_port_close(&port);
}

/* The memory of a front end made by hand: one page behind a hole in the file. */
#define HAND_HOLE	0x3000
#define HAND_SIZE	0x4000
#define HAND_GUEST	UINT64_C(0x10000000)
#define HAND_USER	UINT64_C(0x7000000000)

static int hand_fd = -1;

/* Sends a request, and waits until it is answered. Returns the answer's 32 bits behind 32. */
static int
request(uint32_t req, const void *payload, uint32_t len, int fd, uint32_t *answer)
{
	struct vhost_user_header hdr = {
		.request = req,
		.flags = VHOST_USER_VERSION | VHOST_USER_NEED_REPLY_MASK,
		.size = len,
	};
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .hdr = {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	} };
	struct iovec iov[] = {
		{ .iov_base = &hdr, .iov_len = sizeof(hdr) },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	uint32_t value[2];

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	TEST_ASSERT_EQUAL(sendmsg(hand_fd, &msg, 0), (ssize_t)(sizeof(hdr) + len), "send");
	TEST_ASSERT_EQUAL(recv(hand_fd, &hdr, sizeof(hdr), MSG_WAITALL), sizeof(hdr), "receive");
	TEST_ASSERT_EQUAL(hdr.size, sizeof(value), "request %u: size %u", req, hdr.size);
	TEST_ASSERT_EQUAL(recv(hand_fd, value, hdr.size, MSG_WAITALL), sizeof(value), "receive");
	if (answer != NULL)
		*answer = value[1];
	return TEST_SUCCESS;
}

static int
request_u64(uint32_t req, uint64_t value, int fd)
{
	return request(req, &value, sizeof(value), fd, NULL);
}

/* A back end that agreed on the protocol, and a file of memory. Returns the file, or -1. */
static int
hand_begin(void)
{
	int fd = memfd_create("net_vio_test", 0);

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0 || fd < 0 ||
	    ftruncate(fd, HAND_HOLE + HAND_SIZE) < 0)
		return -1;
	vdev_vhost_attach(&port.vhost);
	port.user = true;
	hand_fd = fake_backend_start(&port.vhost.backend);
	port.vhost.backend.accepted_protocol = UINT64_MAX;
	return hand_fd < 0 || request_u64(VHOST_USER_SET_FEATURES, UINT64_C(1) <<
		VIRTIO_F_VERSION_1 | UINT64_C(1) << VHOST_USER_F_PROTOCOL_FEATURES, -1) != 0 ?
		-1 : fd;
}

/* Starts a ring of 8 entries at a base, the descriptors at an address. */
static int
hand_ring(uint32_t index, uint32_t base, int kick_fd)
{
	const uint64_t at = HAND_USER + index * 0x1000;
	const struct vhost_user_vring_state num = { index, 8 }, begin = { index, base };
	const struct vhost_user_vring_addr addr = {
		.index = index, .descriptor = at, .available = at + 0x200, .used = at + 0x400,
	};

	TEST_ASSERT_SUCCESS(request(VHOST_USER_SET_VRING_NUM, &num, sizeof(num), -1, NULL), "num");
	TEST_ASSERT_SUCCESS(request(VHOST_USER_SET_VRING_BASE, &begin, sizeof(begin), -1, NULL),
		"base");
	TEST_ASSERT_SUCCESS(request(VHOST_USER_SET_VRING_ADDR, &addr, sizeof(addr), -1, NULL),
		"address");
	TEST_ASSERT_SUCCESS(request_u64(VHOST_USER_SET_VRING_KICK, index, kick_fd), "kick");
	return TEST_SUCCESS;
}

/* Rings with a place and a base of their own, memory that goes: what the driver never does. */
static int
front_end_by_hand(void)
{
	static const uint8_t frame[] = "a frame that is longer than its header";
	const struct vhost_user_single_memory region = { .region = {
		.guest_address = HAND_GUEST, .size = HAND_SIZE, .user_address = HAND_USER,
		.mmap_offset = HAND_HOLE,
	} };
	struct vhost_user_vring_state state = { .index = 1 };
	int file = hand_begin(), kick = eventfd(0, 0);
	struct vdev *dev = &port.net.dev;
	struct virtq_avail *avail;
	struct virtq_used *used;
	struct virtq_desc *desc;
	uint32_t base = 0, i;
	uint8_t *mem;

	TEST_ASSERT(file >= 0 && kick >= 0, "begin");
	mem = mmap(NULL, HAND_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, HAND_HOLE);
	TEST_ASSERT(mem != MAP_FAILED, "mmap");
	desc = (struct virtq_desc *)(mem + 0x1000);
	avail = (struct virtq_avail *)(mem + 0x1200);
	used = (struct virtq_used *)(mem + 0x1400);
	used->idx = ((struct virtq_used *)(mem + 0x400))->idx = 65530;
	((struct virtq_avail *)(mem + 0x200))->idx = 65530;

	/* one frame behind a header, at an index that wraps */
	memcpy(mem + 0x2000 + sizeof(struct virtio_net_hdr), frame, sizeof(frame));
	desc[5] = (struct virtq_desc){ .addr = HAND_GUEST + 0x2000,
		.len = sizeof(struct virtio_net_hdr) + sizeof(frame) };
	for (i = 0; i < 8; i++)
		avail->ring[i] = 5;
	avail->idx = 65531;

	TEST_ASSERT_SUCCESS(request(VHOST_USER_ADD_MEM_REG, &region, sizeof(region), file, NULL),
		"region");
	vdev_vhost_mode_set(&port.vhost, VDEV_VHOST_CAPTURE);
	TEST_ASSERT_SUCCESS(hand_ring(0, 65530, kick), "ring 0");
	TEST_ASSERT_SUCCESS(hand_ring(1, 65530, kick), "ring 1");
	state.num = 1;
	TEST_ASSERT_SUCCESS(request(VHOST_USER_SET_VRING_ENABLE, &state, sizeof(state), -1, NULL),
		"enable 1");
	TEST_ASSERT_SUCCESS(request_u64(VHOST_USER_SET_STATUS, 0, -1), "a request");
	TEST_ASSERT_EQUAL(counted(0).nb_taken, 0, "a pair that is not enabled");
	state.index = 0;
	TEST_ASSERT_SUCCESS(request(VHOST_USER_SET_VRING_ENABLE, &state, sizeof(state), -1, NULL),
		"enable 0");
	TEST_ASSERT_SUCCESS(wait_taken(1), "the frame");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(port.vhost.captured[0].data, frame, sizeof(frame), "frame");
	TEST_ASSERT_EQUAL(used->idx, 65531, "used");
	TEST_ASSERT_EQUAL(used->ring[65530 % 8].id, 5, "used");

	/* where it ended, and that it ended */
	state.index = 1;
	TEST_ASSERT_SUCCESS(request(VHOST_USER_GET_VRING_BASE, &state, sizeof(state), -1, &base),
		"stop");
	TEST_ASSERT_EQUAL(base, 65531, "it goes on at %u", base);
	state.index = 0;
	TEST_ASSERT_SUCCESS(request(VHOST_USER_GET_VRING_BASE, &state, sizeof(state), -1, &base),
		"stop");
	TEST_ASSERT_EQUAL(base, 65530, "it goes on at %u", base);
	TEST_ASSERT_EQUAL(port.net.vq[1].size, 0, "the ring is there");
	TEST_ASSERT_NOT_NULL(dev->translate(dev, HAND_GUEST, 1), "the region is there");
	TEST_ASSERT_SUCCESS(request(VHOST_USER_REM_MEM_REG, &region, sizeof(region), -1, NULL),
		"no region");
	TEST_ASSERT_NULL(dev->translate(dev, HAND_GUEST, 1), "the region went");
	close(hand_fd);
	close(file);
	close(kick);
	munmap(mem, HAND_SIZE);
	return fake_port_close(&port);
}

#define PACKED(_name, _setup, _case) { _setup, teardown, _case, NULL, _name, 1, NULL }

static struct unit_test_suite suite = {
	.suite_name = "vio_backend",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, echo_one_pair),
		PACKED("echo_one_pair_packed", setup_packed, echo_one_pair),
		TEST_CASE_ST(setup_pairs, teardown, echo_all_pairs),
		PACKED("echo_all_pairs_packed", setup_pairs_packed, echo_all_pairs),
		TEST_CASE_ST(setup, teardown, source),
		PACKED("source_packed", setup_packed, source),
		TEST_CASE_ST(setup, teardown, sink),
		PACKED("sink_packed", setup_packed, sink),
		TEST_CASE_ST(setup, teardown, capture),
		TEST_CASE_ST(setup, teardown, stop_and_start),
		PACKED("stop_and_start_packed", setup_packed, stop_and_start),
		TEST_CASE_ST(setup, teardown, memory_is_bounded),
		TEST_CASE_ST(NULL, teardown, front_end_by_hand),
		TEST_CASES_END()
	}
};

static int
test_vio_backend(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_backend_autotest, test_vio_backend);
