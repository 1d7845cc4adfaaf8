/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The back end's side of a vhost-user socket.
 * Threads: its own one answers; what it keeps is read by the test when that one waits.
 */

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_alarm.h>
#include <rte_common.h>
#include <rte_cycles.h>

#include "fake_backend.h"

#define FDS_MAX		100

struct message {
	struct vhost_user_header hdr;
	union {
		uint64_t u64;
		struct vhost_user_vring_state state;
		struct vhost_user_vring_addr addr;
		struct vhost_user_memory memory;
		struct vhost_user_single_memory single;
		struct vhost_user_config config;
		uint8_t bytes[512];
	} payload;
	int fds[FDS_MAX];
	unsigned int nb_fds;
};

void
fake_backend_init(struct fake_backend *b)
{
	unsigned int i;

	memset(b, 0, sizeof(*b));
	b->features = UINT64_C(1) << VIRTIO_F_VERSION_1 | UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF |
		UINT64_C(1) << VIRTIO_NET_F_MQ | UINT64_C(1) << VIRTIO_NET_F_CTRL_VQ |
		UINT64_C(1) << VIRTIO_NET_F_CTRL_RX | UINT64_C(1) << VIRTIO_F_ACCESS_PLATFORM |
		UINT64_C(1) << VHOST_USER_F_PROTOCOL_FEATURES;
	b->protocol = UINT64_MAX;
	b->pairs = 4;
	b->slots = FAKE_BACKEND_REGIONS_MAX;
	b->fd = -1;
	b->req_fd = -1;
	b->config_size = sizeof(b->config);
	b->listen_fd = -1;
	b->wake_fd = -1;
	for (i = 0; i < RTE_DIM(b->vrings); i++) {
		b->vrings[i].kick_fd = -1;
		b->vrings[i].call_fd = -1;
	}
}

static __rte_format_printf(2, 3) void
complain(struct fake_backend *b, const char *fmt, ...)
{
	va_list ap;

	if (b->nb_complaints++ != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(b->complaint, sizeof(b->complaint), fmt, ap);
	va_end(ap);
}

/* Whether the whole of len bytes came. */
static bool
read_all(int fd, void *buf, size_t len)
{
	return len == 0 || recv(fd, buf, len, MSG_WAITALL) == (ssize_t)len;
}

static bool
message_read(struct fake_backend *b, struct message *m)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = &m->hdr, .iov_len = sizeof(m->hdr) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	m->nb_fds = 0;
	if (recvmsg(b->fd, &msg, MSG_WAITALL) != sizeof(m->hdr))
		return false;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg != NULL) {
		m->nb_fds = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(m->fds, CMSG_DATA(cmsg), m->nb_fds * sizeof(int));
	}
	if (m->hdr.size > sizeof(m->payload)) {
		complain(b, "request %u of %u bytes", m->hdr.request, m->hdr.size);
		return false;
	}
	return read_all(b->fd, &m->payload, m->hdr.size);
}

static void
fds_close(struct message *m)
{
	while (m->nb_fds > 0)
		close(m->fds[--m->nb_fds]);
}

static bool
has_protocol(const struct fake_backend *b, unsigned int feature)
{
	return b->accepted_protocol >> feature & 1;
}

/* vhost-user: how long the payload of each request is, and how many descriptors it brings */
static void
check_shape(struct fake_backend *b, const struct message *m)
{
	uint32_t size = sizeof(uint64_t);
	unsigned int nb_fds = 0;

	switch (m->hdr.request) {
	case VHOST_USER_SET_OWNER:
	case VHOST_USER_GET_FEATURES:
	case VHOST_USER_GET_PROTOCOL_FEATURES:
	case VHOST_USER_GET_QUEUE_NUM:
	case VHOST_USER_GET_STATUS:
	case VHOST_USER_GET_MAX_MEM_SLOTS:
		size = 0;
		break;
	case VHOST_USER_ADD_MEM_REG:
	case VHOST_USER_REM_MEM_REG:
		nb_fds = m->hdr.request == VHOST_USER_ADD_MEM_REG;
		size = sizeof(struct vhost_user_single_memory);
		break;
	case VHOST_USER_SET_BACKEND_REQ_FD:
		nb_fds = 1;
		size = 0;
		break;
	case VHOST_USER_GET_CONFIG:
		size = offsetof(struct vhost_user_config, region) + m->payload.config.size;
		break;
	case VHOST_USER_SET_MEM_TABLE:
		nb_fds = m->payload.memory.num_regions;
		size = 8 + nb_fds * sizeof(struct vhost_user_region);
		break;
	case VHOST_USER_SET_VRING_ADDR:
		size = sizeof(struct vhost_user_vring_addr);
		break;
	case VHOST_USER_SET_VRING_KICK:
	case VHOST_USER_SET_VRING_CALL:
		nb_fds = !(m->payload.u64 & VHOST_USER_VRING_INVALID_FD);
		break;
	}
	if (m->hdr.size != size || m->nb_fds != nb_fds)
		complain(b, "request %u: %u bytes and %u descriptors, expected %u and %u",
			m->hdr.request, m->hdr.size, m->nb_fds, size, nb_fds);
	if ((m->hdr.flags & ~VHOST_USER_NEED_REPLY_MASK) != 1)
		complain(b, "request %u: flags 0x%x", m->hdr.request, m->hdr.flags);
	if ((m->hdr.flags & VHOST_USER_NEED_REPLY_MASK) &&
	    !has_protocol(b, VHOST_USER_PROTOCOL_F_REPLY_ACK))
		complain(b, "request %u: NEED_REPLY without REPLY_ACK", m->hdr.request);
}

/* What may be asked for only after it was agreed on. */
static void
check_agreed(struct fake_backend *b, const struct message *m)
{
	switch (m->hdr.request) {
	case VHOST_USER_GET_QUEUE_NUM:
		if (!has_protocol(b, VHOST_USER_PROTOCOL_F_MQ))
			complain(b, "GET_QUEUE_NUM without MQ");
		break;
	case VHOST_USER_GET_CONFIG:
		if (!has_protocol(b, VHOST_USER_PROTOCOL_F_CONFIG))
			complain(b, "GET_CONFIG without CONFIG");
		break;
	case VHOST_USER_SET_BACKEND_REQ_FD:
		if (!has_protocol(b, VHOST_USER_PROTOCOL_F_BACKEND_REQ))
			complain(b, "SET_BACKEND_REQ_FD without BACKEND_REQ");
		break;
	case VHOST_USER_NET_SET_MTU:
		if (!has_protocol(b, VHOST_USER_PROTOCOL_F_MTU) ||
		    !(b->accepted >> VIRTIO_NET_F_MTU & 1))
			complain(b, "NET_SET_MTU without MTU");
		break;
	case VHOST_USER_SET_STATUS:
	case VHOST_USER_GET_STATUS:
		if (!has_protocol(b, VHOST_USER_PROTOCOL_F_STATUS))
			complain(b, "status without STATUS");
		break;
	case VHOST_USER_SET_VRING_ENABLE:
		if (!(b->accepted >> VHOST_USER_F_PROTOCOL_FEATURES & 1))
			complain(b, "SET_VRING_ENABLE without PROTOCOL_FEATURES");
		break;
	case VHOST_USER_GET_MAX_MEM_SLOTS:
	case VHOST_USER_ADD_MEM_REG:
	case VHOST_USER_REM_MEM_REG:
		if (!has_protocol(b, VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS))
			complain(b, "a region of memory without CONFIGURE_MEM_SLOTS");
		break;
	case VHOST_USER_SET_VRING_ADDR:
		if (b->nb_regions == 0)
			complain(b, "a ring before the memory");
		break;
	}
}

/* The address of a ring's part must lie in the memory. */
static void
check_addr(struct fake_backend *b, uint32_t index, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < b->nb_regions; i++)
		if (addr - b->regions[i].user_address < b->regions[i].size)
			return;
	complain(b, "vring %u: 0x%llx is not in memory", index, (unsigned long long)addr);
}

static void
region_add(struct fake_backend *b, const struct vhost_user_region *r, int fd)
{
	const struct vhost_user_region *known;
	unsigned int i;

	if (b->nb_regions == RTE_MIN(b->slots, RTE_DIM(b->regions))) {
		complain(b, "more than %u regions", b->nb_regions);
		return;
	}
	for (i = 0; i < b->nb_regions; i++) {
		known = &b->regions[i];
		if (r->user_address < known->user_address + known->size &&
		    known->user_address < r->user_address + r->size)
			complain(b, "the region at 0x%llx overlaps that at 0x%llx",
				(unsigned long long)r->user_address,
				(unsigned long long)known->user_address);
	}
	b->regions[b->nb_regions++] = *r;
	if (b->device != NULL)
		b->device->region_add(b, r, fd);
}

/* Forgets one of the regions. */
static void
region_forget(struct fake_backend *b, unsigned int i)
{
	if (b->device != NULL)
		b->device->region_remove(b, &b->regions[i]);
	b->regions[i] = b->regions[--b->nb_regions];
}

/* Takes a region away, which must not be the memory of a ring that works. */
static void
region_remove(struct fake_backend *b, const struct vhost_user_region *r)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(b->vrings); i++)
		if (b->vrings[i].kick_fd >= 0 &&
		    b->vrings[i].addr.descriptor - r->user_address < r->size)
			complain(b, "vring %u loses its memory", i);
	for (i = 0; i < b->nb_regions; i++)
		if (b->regions[i].guest_address == r->guest_address &&
		    b->regions[i].user_address == r->user_address &&
		    b->regions[i].size == r->size) {
			region_forget(b, i);
			return;
		}
	complain(b, "no region at 0x%llx to be removed", (unsigned long long)r->user_address);
}

static void
fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Keeps the one descriptor of a message, or none, instead of what was there. */
static void
fd_replace(int *fd, struct message *m)
{
	fd_close(fd);
	*fd = m->nb_fds == 1 ? m->fds[--m->nb_fds] : -1;
}

/* Keeps what a request for a vring says. The reply's payload, if there is one, is in place. */
static void
vring_request(struct fake_backend *b, struct message *m)
{
	uint32_t index = m->payload.state.index & (VHOST_USER_VRING_MAX - 1);
	struct fake_backend_vring *v = &b->vrings[index];

	switch (m->hdr.request) {
	case VHOST_USER_SET_VRING_NUM:
		v->num = m->payload.state.num;
		break;
	case VHOST_USER_SET_VRING_BASE:
		v->base = m->payload.state.num;
		break;
	case VHOST_USER_SET_VRING_ENABLE:
		v->enabled = m->payload.state.num;
		break;
	case VHOST_USER_SET_VRING_ADDR:
		v->addr = m->payload.addr;
		check_addr(b, index, v->addr.descriptor);
		check_addr(b, index, v->addr.available);
		check_addr(b, index, v->addr.used);
		break;
	case VHOST_USER_SET_VRING_CALL:
		v->polled = m->nb_fds == 0;
		fd_replace(&v->call_fd, m);
		break;
	case VHOST_USER_SET_VRING_KICK:
		if (v->kick_fd >= 0)
			complain(b, "vring %u started twice", index);
		fd_replace(&v->kick_fd, m);
		if (b->device != NULL)
			b->device->vring_start(b, index);
		break;
	case VHOST_USER_GET_VRING_BASE:
		if (b->device != NULL && v->kick_fd >= 0)
			v->base = b->device->vring_stop(b, index);
		fd_close(&v->kick_fd);
		v->enabled = false;
		v->nb_stopped++;
		m->payload.state.num = v->base;
		break;
	}
}

/* Returns the length of the reply's payload, which is that of the request if there is as much. */
static uint32_t
config_get(struct fake_backend *b, struct message *m)
{
	struct vhost_user_config *config = &m->payload.config;

	if (config->offset > b->config_size || config->size > b->config_size - config->offset) {
		complain(b, "GET_CONFIG of %u bytes at %u", config->size, config->offset);
		return 0;
	}
	memcpy(config->region, (const uint8_t *)&b->config + config->offset, config->size);
	return m->hdr.size;
}

/* Does what was asked for. Returns the length of the reply's payload; 0: it has none. */
static uint32_t
serve(struct fake_backend *b, struct message *m)
{
	unsigned int i;

	switch (m->hdr.request) {
	case VHOST_USER_GET_FEATURES:
		m->payload.u64 = b->features;
		return sizeof(uint64_t);
	case VHOST_USER_GET_PROTOCOL_FEATURES:
		m->payload.u64 = b->protocol;
		return sizeof(uint64_t);
	case VHOST_USER_GET_QUEUE_NUM:
		m->payload.u64 = b->pairs;
		return sizeof(uint64_t);
	case VHOST_USER_GET_STATUS:
		m->payload.u64 = b->status;
		return sizeof(uint64_t);
	case VHOST_USER_SET_FEATURES:
		b->accepted = m->payload.u64;
		if (b->accepted & ~b->features)
			complain(b, "accepts what is not offered");
		if (b->device != NULL)
			b->device->features_set(b);
		return 0;
	case VHOST_USER_SET_PROTOCOL_FEATURES:
		b->accepted_protocol = m->payload.u64;
		return 0;
	case VHOST_USER_SET_STATUS:
		b->status = m->payload.u64;
		return 0;
	case VHOST_USER_SET_MEM_TABLE:
		while (b->nb_regions > 0)
			region_forget(b, b->nb_regions - 1);
		for (i = 0; i < RTE_MIN(m->payload.memory.num_regions, m->nb_fds); i++)
			region_add(b, &m->payload.memory.regions[i], m->fds[i]);
		return 0;
	case VHOST_USER_GET_CONFIG:
		return config_get(b, m);
	case VHOST_USER_SET_BACKEND_REQ_FD:
		if (b->req_fd >= 0 || m->nb_fds == 0)
			complain(b, "a socket for requests again, or none");
		else
			b->req_fd = m->fds[--m->nb_fds];
		return 0;
	case VHOST_USER_NET_SET_MTU:
		b->mtu = m->payload.u64;
		return 0;
	case VHOST_USER_GET_MAX_MEM_SLOTS:
		m->payload.u64 = b->slots;
		return sizeof(uint64_t);
	case VHOST_USER_ADD_MEM_REG:
		if (b->fault != FAKE_BACKEND_NACK || b->fault_request != m->hdr.request)
			region_add(b, &m->payload.single.region, m->nb_fds == 1 ? m->fds[0] : -1);
		return 0;
	case VHOST_USER_REM_MEM_REG:
		region_remove(b, &m->payload.single.region);
		return 0;
	case VHOST_USER_GET_VRING_BASE:
		vring_request(b, m);
		return sizeof(struct vhost_user_vring_state);
	default:
		vring_request(b, m);
		return 0;
	}
}

/* Sends bytes, with copies of a descriptor. */
static void
send_with_fds(int fd, const void *buf, size_t len, unsigned int nb_fds)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = { .hdr = {
		.cmsg_len = CMSG_LEN(nb_fds * sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	} };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)buf, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned int i;

	for (i = 0; i < nb_fds; i++)
		memcpy(CMSG_DATA(&control.hdr) + i * sizeof(fd), &fd, sizeof(fd));
	if (nb_fds > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nb_fds * sizeof(int));
	}
	/* whether it arrives is the front end's affair */
	if (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0)
		return;
}

/* Sends a reply, spoilt as the fault says. Returns whether the connection goes on. */
static bool
reply(struct fake_backend *b, struct message *m, enum fake_backend_fault fault)
{
	const uint32_t len = m->hdr.size;
	unsigned int hdr_fds = 0, payload_fds = 0;

	m->hdr.flags = VHOST_USER_VERSION | VHOST_USER_REPLY_MASK;
	switch (fault) {
	case FAKE_BACKEND_SILENT:
		return true;
	case FAKE_BACKEND_CLOSE:
		return false;
	case FAKE_BACKEND_SHORT_HEADER:
	case FAKE_BACKEND_STALL:
		send_with_fds(b->fd, &m->hdr, sizeof(m->hdr) / 2, 0);
		return fault == FAKE_BACKEND_STALL;
	case FAKE_BACKEND_SHORT_PAYLOAD:
		send_with_fds(b->fd, m, sizeof(m->hdr) + len - 1, 0);
		return false;
	case FAKE_BACKEND_NOISE:
		memset(&m->hdr, 0xa5, sizeof(m->hdr));
		break;
	case FAKE_BACKEND_NO_PAYLOAD:
		m->hdr.size = 0;
		break;
	case FAKE_BACKEND_LONG_PAYLOAD:
		m->hdr.size = len + 1;
		break;
	case FAKE_BACKEND_HUGE_SIZE:
		m->hdr.size = UINT32_MAX;
		break;
	case FAKE_BACKEND_OTHER_REQUEST:
		m->hdr.request++;
		break;
	case FAKE_BACKEND_NO_REPLY_FLAG:
		m->hdr.flags = VHOST_USER_VERSION;
		break;
	case FAKE_BACKEND_OTHER_VERSION:
		m->hdr.flags++;
		break;
	case FAKE_BACKEND_ONE_FD:
		hdr_fds = 1;
		break;
	case FAKE_BACKEND_MANY_FDS:
		hdr_fds = FDS_MAX;
		break;
	case FAKE_BACKEND_FD_IN_PAYLOAD:
		payload_fds = 1;
		break;
	case FAKE_BACKEND_NACK:
		m->payload.u64 = 1;
		break;
	case FAKE_BACKEND_VALUE:
		m->payload.u64 = b->value;
		break;
	case FAKE_BACKEND_SLOW:
		rte_delay_us_sleep(b->slow_ms * US_PER_S / MS_PER_S);
		break;
	default:
		break;
	}
	send_with_fds(b->fd, &m->hdr, sizeof(m->hdr), hdr_fds);
	send_with_fds(b->fd, &m->payload, len, payload_fds);
	return true;
}

/* Lets the device work until a request comes, or the end. */
static void
device_work(struct fake_backend *b)
{
	struct pollfd fds[2 + VHOST_USER_VRING_MAX];
	uint64_t count;
	unsigned int i, nb;

	do {
		nb = 0;
		fds[nb++] = (struct pollfd){ .fd = b->fd, .events = POLLIN };
		fds[nb++] = (struct pollfd){ .fd = b->wake_fd, .events = POLLIN };
		for (i = 0; i < RTE_DIM(b->vrings); i++)
			if (b->vrings[i].kick_fd >= 0)
				fds[nb++] = (struct pollfd){
					.fd = b->vrings[i].kick_fd, .events = POLLIN,
				};
		b->device->work(b);
		if (poll(fds, nb, -1) < 0)
			complain(b, "poll: %s", strerror(errno));
		/* a kick is taken before the work that it asks for */
		for (i = 1; i < nb; i++)
			if (fds[i].revents != 0 && read(fds[i].fd, &count, sizeof(count)) < 0 &&
			    errno != EAGAIN)
				complain(b, "kick: %s", strerror(errno));
	} while (fds[0].revents == 0);
}

static void
fds_end(struct fake_backend *b)
{
	unsigned int i;

	fd_close(&b->fd);
	fd_close(&b->req_fd);
	fd_close(&b->wake_fd);
	if (b->listen_fd >= 0)
		unlink(b->path);
	fd_close(&b->listen_fd);
	for (i = 0; i < RTE_DIM(b->vrings); i++) {
		fd_close(&b->vrings[i].kick_fd);
		fd_close(&b->vrings[i].call_fd);
	}
}

static int
address_set(struct fake_backend *b, struct sockaddr_un *addr, const char *path)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(addr->sun_path))
		return -1;
	strcpy(addr->sun_path, path);
	memcpy(b->path, addr->sun_path, sizeof(b->path));
	return 0;
}

/* Connects to whoever listens at the path, as soon as somebody does. Returns -1 when stopped. */
static int
connect_to(struct fake_backend *b)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	memcpy(addr.sun_path, b->path, sizeof(addr.sun_path));
	while (!__atomic_load_n(&b->stop, __ATOMIC_ACQUIRE)) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
			return fd;
		if (fd >= 0)
			close(fd);
		rte_delay_us_sleep(1000);
	}
	return -1;
}

static void *
backend_main(void *arg)
{
	struct fake_backend *b = arg;
	enum fake_backend_fault fault;
	struct message m;
	bool need_reply, goes_on = true;

	if (b->listen_fd >= 0) {
		b->fd = accept(b->listen_fd, NULL, NULL);
		/* who comes again finds nobody, rather than one who never answers */
		unlink(b->path);
	} else if (b->fd < 0) {
		b->fd = connect_to(b);
	}
	while (goes_on && b->fd >= 0) {
		if (b->device != NULL)
			device_work(b);
		if (!message_read(b, &m))
			break;
		check_shape(b, &m);
		check_agreed(b, &m);
		b->nb_requests[RTE_MIN(m.hdr.request, RTE_DIM(b->nb_requests) - 1)]++;
		need_reply = m.hdr.flags & VHOST_USER_NEED_REPLY_MASK;
		m.hdr.size = serve(b, &m);
		fds_close(&m);
		if (m.hdr.size == 0 && need_reply) {
			m.payload.u64 = 0;
			m.hdr.size = sizeof(m.payload.u64);
		}
		fault = b->fault_request == m.hdr.request || b->fault == FAKE_BACKEND_SLOW ?
			b->fault : FAKE_BACKEND_GOOD;
		if (m.hdr.size > 0)
			goes_on = reply(b, &m, fault);
	}
	if (!b->stubborn && b->fd >= 0)
		shutdown(b->fd, SHUT_RDWR);
	return NULL;
}

/* Runs the thread on what is open already. Returns 0, or -1 with all of it closed. */
static int
thread_start(struct fake_backend *b)
{
	b->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->wake_fd >= 0 && pthread_create(&b->thread, NULL, backend_main, b) == 0)
		return 0;
	fds_end(b);
	return -1;
}

int
fake_backend_start(struct fake_backend *b)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	b->fd = fds[1];
	if (thread_start(b) == 0)
		return fds[0];
	close(fds[0]);
	return -1;
}

int
fake_backend_listen(struct fake_backend *b, const char *path)
{
	struct sockaddr_un addr;

	if (address_set(b, &addr, path) < 0)
		return -1;
	b->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (b->listen_fd >= 0 &&
	    bind(b->listen_fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	    listen(b->listen_fd, 1) == 0)
		return thread_start(b);
	fds_end(b);
	return -1;
}

int
fake_backend_connect(struct fake_backend *b, const char *path)
{
	struct sockaddr_un addr;

	return address_set(b, &addr, path) < 0 ? -1 : thread_start(b);
}

void
fake_backend_wake(struct fake_backend *b)
{
	static const uint64_t one = 1;

	if (write(b->wake_fd, &one, sizeof(one)) < 0)
		complain(b, "wake: %s", strerror(errno));
}

unsigned int
fake_backend_stop(struct fake_backend *b)
{
	if (b->wake_fd < 0)
		return 0;
	/* wakes the thread, wherever it waits */
	__atomic_store_n(&b->stop, true, __ATOMIC_RELEASE);
	if (b->listen_fd >= 0)
		shutdown(b->listen_fd, SHUT_RDWR);
	if (b->fd >= 0)
		shutdown(b->fd, SHUT_RDWR);
	pthread_join(b->thread, NULL);
	fds_end(b);
	if (b->nb_complaints != 0)
		printf("the back end complains %u times, first: %s\n", b->nb_complaints,
			b->complaint);
	return b->nb_complaints;
}

static void
alarm_comes(void *arg)
{
	__atomic_store_n((bool *)arg, true, __ATOMIC_RELEASE);
}

/*
 * EAL's interrupt thread closes its epoll instance and makes a new one whenever a callback was
 * added or taken away, when it has served what is due. After the second alarm it has done so for
 * all that was changed before the first.
 */
static void
interrupt_thread_settles(void)
{
	unsigned int i;
	bool came;

	for (i = 0; i < 2; i++) {
		came = false;
		if (rte_eal_alarm_set(1, alarm_comes, &came) < 0)
			return;
		while (!__atomic_load_n(&came, __ATOMIC_ACQUIRE))
			rte_delay_us_sleep(50);
	}
}

unsigned int
fake_backend_open_fds(void)
{
	unsigned int nb = 0;
	DIR *dir;

	interrupt_thread_settles();
	dir = opendir("/proc/self/fd");
	while (dir != NULL && readdir(dir) != NULL)
		nb++;
	closedir(dir);
	return nb;
}
