/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The life of the null back end: it listens, serves one front end, and ends with it.
 * Invariant: rings, memory and features change only under the lock, while the worker waits.
 * Thread: the main one, which sleeps in the socket while rings are worked on.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_common.h>

#include "../serve.h"
#include "null.h"

#define FEATURES (RTE_BIT64(VIRTIO_NET_F_CSUM) | RTE_BIT64(VIRTIO_NET_F_GUEST_CSUM) | \
		  RTE_BIT64(VIRTIO_NET_F_GUEST_TSO4) | RTE_BIT64(VIRTIO_NET_F_GUEST_TSO6) | \
		  RTE_BIT64(VIRTIO_NET_F_HOST_TSO4) | RTE_BIT64(VIRTIO_NET_F_HOST_TSO6) | \
		  RTE_BIT64(VIRTIO_NET_F_MRG_RXBUF) | RTE_BIT64(VIRTIO_NET_F_MQ) | \
		  RTE_BIT64(VIRTIO_F_INDIRECT_DESC) | RTE_BIT64(VIRTIO_F_VERSION_1) | \
		  RTE_BIT64(VIRTIO_F_RING_PACKED) | RTE_BIT64(VIRTIO_F_IN_ORDER) | \
		  RTE_BIT64(VHOST_USER_F_PROTOCOL_FEATURES))
#define PROTOCOL_FEATURES RTE_BIT64(VHOST_USER_PROTOCOL_F_MQ)
#define FRAME_MIN	14
#define FRAME_MAX	65535

struct message {
	struct vhost_user_header hdr;
	union {
		uint64_t u64;
		struct vhost_user_vring_state state;
		struct vhost_user_vring_addr addr;
		struct vhost_user_memory memory;
	} payload;
	int fds[VHOST_USER_REGIONS_MAX];
	unsigned int nb_fds;
};

static struct null null = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "Error: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static void
need(bool condition, const char *what)
{
	if (!condition)
		fail(what, errno != 0 ? strerror(errno) : "not understood");
}

/* Receives the next request; false: the front end is gone. */
static bool
receive(int fd, struct message *msg)
{
	char control[CMSG_SPACE(sizeof(msg->fds))];
	struct iovec iov = { &msg->hdr, sizeof(msg->hdr) };
	struct msghdr head = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t ret = recvmsg(fd, &head, MSG_WAITALL | MSG_CMSG_CLOEXEC);

	if (ret == 0 || (ret < 0 && errno == ECONNRESET))
		return false;
	need(ret == sizeof(msg->hdr) && msg->hdr.size <= sizeof(msg->payload), "a request");
	cmsg = CMSG_FIRSTHDR(&head);
	msg->nb_fds = 0;
	if (cmsg != NULL && cmsg->cmsg_type == SCM_RIGHTS && cmsg->cmsg_len > CMSG_LEN(0)) {
		msg->nb_fds = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(msg->fds[0]);
		memcpy(msg->fds, CMSG_DATA(cmsg), msg->nb_fds * sizeof(msg->fds[0]));
	}
	if (msg->hdr.size > 0)
		need(recv(fd, &msg->payload, msg->hdr.size, MSG_WAITALL) ==
		     (ssize_t)msg->hdr.size, "a request's payload");
	return true;
}

static void
reply(int fd, struct message *msg, size_t size)
{
	struct iovec iov[] = { { &msg->hdr, sizeof(msg->hdr) }, { &msg->payload, size } };
	const struct msghdr head = { .msg_iov = iov, .msg_iovlen = RTE_DIM(iov) };

	msg->hdr.flags = VHOST_USER_VERSION | VHOST_USER_REPLY_MASK;
	msg->hdr.size = size;
	need(sendmsg(fd, &head, MSG_NOSIGNAL) == (ssize_t)(sizeof(msg->hdr) + size), "a reply");
}

static void
set_memory(const struct message *msg)
{
	const struct vhost_user_region *told;
	struct null_region *region;
	unsigned int i;
	uint8_t *addr;

	for (i = 0; i < null.nb_regions; i++)
		munmap(null.regions[i].addr, null.regions[i].size);
	null.nb_regions = msg->payload.memory.num_regions;
	need(null.nb_regions <= VHOST_USER_REGIONS_MAX && null.nb_regions == msg->nb_fds,
	     "SET_MEM_TABLE");
	for (i = 0; i < null.nb_regions; i++) {
		told = &msg->payload.memory.regions[i];
		region = &null.regions[i];
		addr = mmap(NULL, told->mmap_offset + told->size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, msg->fds[i], 0);
		need(addr != MAP_FAILED, "memory cannot be mapped");
		*region = (struct null_region){
			.guest_address = told->guest_address,
			.user_address = told->user_address,
			.size = told->size,
			.addr = addr + told->mmap_offset,
		};
	}
}

/* The address here of the front end's own address. */
static void *
ring_part(uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < null.nb_regions; i++)
		if (addr - null.regions[i].user_address < null.regions[i].size)
			return null.regions[i].addr + (addr - null.regions[i].user_address);
	fail("SET_VRING_ADDR", "outside the memory");
	return NULL;
}

/* The worker polls: it needs no notifications. virtio 2.7.10, 2.8.10 */
static void
start(struct null_ring *ring, unsigned int index)
{
	if (null.features & RTE_BIT64(VIRTIO_F_RING_PACKED))
		((struct pvirtq_event_suppress *)ring->device)->flags =
			null.wants_kicks ? RING_EVENT_FLAGS_ENABLE : RING_EVENT_FLAGS_DISABLE;
	else
		((struct virtq_used *)ring->device)->flags =
			null.wants_kicks ? 0 : VIRTQ_USED_F_NO_NOTIFY;
	/* vhost-user: Ring states */
	if (!(null.features & RTE_BIT64(VHOST_USER_F_PROTOCOL_FEATURES)))
		ring->enabled = true;
	ring->started = true;
	null.nb_pairs = RTE_MAX(null.nb_pairs, index / 2 + 1);
}

/*
 * The eventfd of a ring is kept, if there is one: it counts the notifications. Those that came
 * before the ring could say what it wants are none of them.
 */
static void
set_kick(struct null_ring *ring, struct message *msg)
{
	if (ring->kick >= 0)
		close(ring->kick);
	ring->kick = -1;
	if (msg->nb_fds == 1 && !(msg->payload.u64 & VHOST_USER_VRING_INVALID_FD)) {
		ring->kick = msg->fds[0];
		msg->nb_fds = 0;
		null_kicks(ring);
	}
}

/* A request about one ring. */
static void
set_ring(int fd, struct message *msg, unsigned int index)
{
	struct null_ring *ring = &null.rings[index];

	need(index < NULL_RINGS, "eight pairs of queues are served, but a request");
	switch (msg->hdr.request) {
	case VHOST_USER_SET_VRING_NUM:
		ring->size = msg->payload.state.num;
		break;
	case VHOST_USER_SET_VRING_ADDR:
		ring->desc = ring_part(msg->payload.addr.descriptor);
		ring->driver = ring_part(msg->payload.addr.available);
		ring->device = ring_part(msg->payload.addr.used);
		break;
	case VHOST_USER_SET_VRING_BASE:
		/* Of a packed ring: the slot in 15 bits, then the wrap counter. */
		ring->wrap = msg->payload.state.num >> 15 & 1;
		ring->idx = null.features & RTE_BIT64(VIRTIO_F_RING_PACKED) ?
			    msg->payload.state.num & INT16_MAX : msg->payload.state.num;
		break;
	case VHOST_USER_SET_VRING_KICK:
		start(ring, index);
		set_kick(ring, msg);
		break;
	case VHOST_USER_SET_VRING_ENABLE:
		ring->enabled = msg->payload.state.num;
		break;
	case VHOST_USER_GET_VRING_BASE:
		ring->started = false;
		msg->payload.state.num = ring->idx |
			(null.features & RTE_BIT64(VIRTIO_F_RING_PACKED) ?
			 (uint32_t)ring->wrap << 15 : 0);
		reply(fd, msg, sizeof(msg->payload.state));
		break;
	}
}

static void
answer(int fd, struct message *msg)
{
	switch (msg->hdr.request) {
	case VHOST_USER_GET_FEATURES:
		msg->payload.u64 = FEATURES;
		if (null.wants_chains)
			msg->payload.u64 &= ~RTE_BIT64(VIRTIO_F_INDIRECT_DESC);
		reply(fd, msg, sizeof(msg->payload.u64));
		break;
	case VHOST_USER_SET_FEATURES:
		null.features = msg->payload.u64;
		break;
	case VHOST_USER_GET_PROTOCOL_FEATURES:
		msg->payload.u64 = PROTOCOL_FEATURES;
		reply(fd, msg, sizeof(msg->payload.u64));
		break;
	case VHOST_USER_GET_QUEUE_NUM:
		msg->payload.u64 = NULL_PAIRS;
		reply(fd, msg, sizeof(msg->payload.u64));
		break;
	case VHOST_USER_SET_PROTOCOL_FEATURES:
	case VHOST_USER_SET_OWNER:
	case VHOST_USER_SET_VRING_CALL:
		break;
	case VHOST_USER_SET_MEM_TABLE:
		set_memory(msg);
		break;
	case VHOST_USER_SET_VRING_KICK:
		set_ring(fd, msg, msg->payload.u64 & UINT8_MAX);
		break;
	case VHOST_USER_SET_VRING_NUM:
	case VHOST_USER_SET_VRING_ADDR:
	case VHOST_USER_SET_VRING_BASE:
	case VHOST_USER_GET_VRING_BASE:
	case VHOST_USER_SET_VRING_ENABLE:
		set_ring(fd, msg, msg->payload.state.index);
		break;
	default:
		fprintf(stderr, "request %u: ", msg->hdr.request);
		fail("not served", "this is a back end for measuring only");
	}
}

static int
accept_front_end(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int front;

	need(strlen(path) < sizeof(addr.sun_path), "the path of the socket is too long");
	strcpy(addr.sun_path, path);
	need(fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	     listen(fd, 1) == 0, path);
	front = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	need(front >= 0, path);
	close(fd);
	unlink(path);
	return front;
}

static void
parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "chains", no_argument, NULL, 'c' },
		{ "notify", no_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	int id;

	while ((id = getopt_long(argc, argv, "", known, NULL)) == 'n' || id == 'c') {
		null.wants_kicks |= id == 'n';
		null.wants_chains |= id == 'c';
	}
	if (id != -1 || argc - optind != 3) {
		fprintf(stderr, "Usage: %s [--chains] [--notify] SOCKET PAGE FRAME_LENGTH\n"
			"  --chains        take no tables of indirect descriptors\n"
			"  --notify        ask for notifications, which are counted\n", argv[0]);
		exit(EXIT_FAILURE);
	}
	null.frame_len = strtoul(argv[optind + 2], NULL, 10);
	if (null.frame_len < FRAME_MIN || null.frame_len > FRAME_MAX)
		fail("FRAME_LENGTH", "14 to 65535 bytes are expected");
}

int
main(int argc, char **argv)
{
	struct message msg = { 0 };
	pthread_t worker;
	unsigned int i;
	int fd;

	parse_options(argc, argv);
	for (i = 0; i < NULL_RINGS; i++)
		null.rings[i].kick = -1;
	null.page = serve_make_page(argv[optind + 1]);
	fd = accept_front_end(argv[optind]);
	need(pthread_create(&worker, NULL, null_worker, &null) == 0, "a thread");
	while (receive(fd, &msg)) {
		__atomic_store_n(&null.waiting, true, __ATOMIC_RELEASE);
		pthread_mutex_lock(&null.lock);
		answer(fd, &msg);
		__atomic_store_n(&null.waiting, false, __ATOMIC_RELEASE);
		pthread_mutex_unlock(&null.lock);
		for (i = 0; i < msg.nb_fds; i++)
			close(msg.fds[i]);
	}
	__atomic_store_n(&null.end, true, __ATOMIC_RELAXED);
	pthread_join(worker, NULL);
	return EXIT_SUCCESS;
}
