/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The messages of the vhost-user protocol on their socket.
 * Invariants: nothing waits without a deadline; a descriptor that comes unasked is closed at
 * once; a reply is exactly as long as its request demands. When the connection ends, our direction
 * is shut down and nothing more is sent, but the socket stays open, so that it can be seen when
 * the back end closes it, and until the next connection takes its place.
 * Threads: any; a mutex keeps a request and its reply together. A thread that is late may end the
 * next connection for what it saw of the last one; that is met as any other end is.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_cycles.h>

#include "vio_log.h"
#include "vio_vhost.h"

/* What a reply may bring at most before the kernel itself drops descriptors. */
#define RECV_FDS_MAX	VHOST_USER_REGIONS_MAX

static const char *const request_names[] = {
	[VHOST_USER_GET_FEATURES] = "GET_FEATURES",
	[VHOST_USER_SET_FEATURES] = "SET_FEATURES",
	[VHOST_USER_SET_OWNER] = "SET_OWNER",
	[VHOST_USER_SET_MEM_TABLE] = "SET_MEM_TABLE",
	[VHOST_USER_SET_VRING_NUM] = "SET_VRING_NUM",
	[VHOST_USER_SET_VRING_ADDR] = "SET_VRING_ADDR",
	[VHOST_USER_SET_VRING_BASE] = "SET_VRING_BASE",
	[VHOST_USER_GET_VRING_BASE] = "GET_VRING_BASE",
	[VHOST_USER_SET_VRING_KICK] = "SET_VRING_KICK",
	[VHOST_USER_SET_VRING_CALL] = "SET_VRING_CALL",
	[VHOST_USER_GET_PROTOCOL_FEATURES] = "GET_PROTOCOL_FEATURES",
	[VHOST_USER_SET_PROTOCOL_FEATURES] = "SET_PROTOCOL_FEATURES",
	[VHOST_USER_GET_QUEUE_NUM] = "GET_QUEUE_NUM",
	[VHOST_USER_SET_VRING_ENABLE] = "SET_VRING_ENABLE",
	[VHOST_USER_NET_SET_MTU] = "NET_SET_MTU",
	[VHOST_USER_SET_BACKEND_REQ_FD] = "SET_BACKEND_REQ_FD",
	[VHOST_USER_GET_CONFIG] = "GET_CONFIG",
	[VHOST_USER_GET_MAX_MEM_SLOTS] = "GET_MAX_MEM_SLOTS",
	[VHOST_USER_ADD_MEM_REG] = "ADD_MEM_REG",
	[VHOST_USER_REM_MEM_REG] = "REM_MEM_REG",
	[VHOST_USER_SET_STATUS] = "SET_STATUS",
	[VHOST_USER_GET_STATUS] = "GET_STATUS",
};

int
vio_vhost_init(struct vio_vhost *c, const char *name, int fd)
{
	struct epoll_event closed = { .events = EPOLLRDHUP | EPOLLET };
	struct epoll_event raised = { .events = EPOLLIN | EPOLLET };
	int ret;

	*c = (struct vio_vhost){
		.name = name,
		.fd = fd,
		.event_fd = epoll_create1(EPOLL_CLOEXEC),
		.raise_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.deadline_ms = VIO_VHOST_DEADLINE_MS,
	};
	if (c->event_fd >= 0 && c->raise_fd >= 0 &&
	    epoll_ctl(c->event_fd, EPOLL_CTL_ADD, c->raise_fd, &raised) == 0 &&
	    epoll_ctl(c->event_fd, EPOLL_CTL_ADD, fd, &closed) == 0) {
		pthread_mutex_init(&c->lock, NULL);
		return 0;
	}
	ret = -errno;
	VIO_LOG(ERR, name, "the connection cannot be watched: %s", strerror(-ret));
	if (c->event_fd >= 0)
		close(c->event_fd);
	if (c->raise_fd >= 0)
		close(c->raise_fd);
	close(fd);
	return ret;
}

int
vio_vhost_renew(struct vio_vhost *c, int fd)
{
	struct epoll_event closed = { .events = EPOLLRDHUP | EPOLLET };
	int ret = 0;

	pthread_mutex_lock(&c->lock);
	epoll_ctl(c->event_fd, EPOLL_CTL_DEL, c->fd, NULL);
	/* In place, so that who looks at the socket meanwhile looks at one of ours. */
	if (dup3(fd, c->fd, O_CLOEXEC) >= 0) {
		c->reply_ack = false;
		__atomic_store_n(&c->ended, false, __ATOMIC_RELEASE);
		ret = epoll_ctl(c->event_fd, EPOLL_CTL_ADD, c->fd, &closed);
	} else {
		ret = -1;
	}
	ret = ret < 0 ? -errno : 0;
	close(fd);
	pthread_mutex_unlock(&c->lock);
	if (ret < 0)
		VIO_LOG(ERR, c->name, "the connection cannot be watched: %s", strerror(-ret));
	return ret;
}

void
vio_vhost_fini(struct vio_vhost *c)
{
	close(c->event_fd);
	close(c->raise_fd);
	close(c->fd);
	pthread_mutex_destroy(&c->lock);
}

bool
vio_vhost_end(struct vio_vhost *c)
{
	struct epoll_event now = { .events = EPOLLOUT | EPOLLRDHUP | EPOLLET };

	if (__atomic_exchange_n(&c->ended, true, __ATOMIC_RELAXED))
		return false;
	/* The back end sees it and closes; a socket shut down is writable, which is the event. */
	shutdown(c->fd, SHUT_WR);
	epoll_ctl(c->event_fd, EPOLL_CTL_MOD, c->fd, &now);
	return true;
}

int
vio_vhost_fail(struct vio_vhost *c, enum vhost_user_request request, const char *fmt, ...)
{
	char why[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (vio_vhost_end(c))
		VIO_LOG(ERR, c->name, "connection closed: request %s: %s",
			request_names[request], why);
	return -ENOTCONN;
}

bool
vio_vhost_is_up(struct vio_vhost *c)
{
	struct pollfd pfd = { .fd = c->fd, .events = POLLRDHUP };

	if (__atomic_load_n(&c->ended, __ATOMIC_RELAXED))
		return false;
	if (poll(&pfd, 1, 0) <= 0)
		return true;
	if (vio_vhost_end(c))
		VIO_LOG(WARNING, c->name, "the back end closed the connection");
	return false;
}

static uint64_t
deadline_of(const struct vio_vhost *c)
{
	uint64_t own = rte_get_timer_cycles() + c->deadline_ms * rte_get_timer_hz() / MS_PER_S;

	return c->limit != 0 ? RTE_MIN(own, c->limit) : own;
}

void
vio_vhost_limit(struct vio_vhost *c, unsigned int ms)
{
	pthread_mutex_lock(&c->lock);
	c->limit = ms == 0 ? 0 : rte_get_timer_cycles() + ms * rte_get_timer_hz() / MS_PER_S;
	pthread_mutex_unlock(&c->lock);
}

/*
 * Waits until the socket is ready for events, or broken, or a signal comes. Returns 0, or
 * -ETIMEDOUT at the deadline.
 */
static int
wait_for(const struct vio_vhost *c, short events, uint64_t deadline)
{
	struct pollfd pfd = { .fd = c->fd, .events = events };
	uint64_t now = rte_get_timer_cycles();
	int ms;

	if (now >= deadline)
		return -ETIMEDOUT;
	/* Rounded up, or the last millisecond would be spent in circles. */
	ms = (deadline - now) * MS_PER_S / rte_get_timer_hz() + 1;
	return poll(&pfd, 1, ms) == 0 ? -ETIMEDOUT : 0;
}

/* Whether a call that failed may be tried again, once the socket is ready or at once. */
static bool
is_transient(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* Sends a whole message, the descriptors with its first byte. */
static int
message_send(struct vio_vhost *c, const struct vhost_user_header *hdr, const void *payload,
	     const int *fds, unsigned int nb_fds, uint64_t deadline)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(VHOST_USER_REGIONS_MAX * sizeof(int))];
	} control = { .hdr = {
		.cmsg_len = CMSG_LEN(nb_fds * sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	} };
	uint8_t buf[sizeof(*hdr) + sizeof(struct vhost_user_config)];	/* the longest */
	size_t sent = 0, len = sizeof(*hdr) + hdr->size;
	ssize_t ret;

	memcpy(buf, hdr, sizeof(*hdr));
	if (hdr->size > 0)
		memcpy(buf + sizeof(*hdr), payload, hdr->size);
	if (nb_fds > 0)
		memcpy(CMSG_DATA(&control.hdr), fds, nb_fds * sizeof(int));
	while (sent < len) {
		struct iovec iov = { .iov_base = buf + sent, .iov_len = len - sent };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

		if (nb_fds > 0 && sent == 0) {
			msg.msg_control = &control;
			msg.msg_controllen = CMSG_SPACE(nb_fds * sizeof(int));
		}
		ret = sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (ret >= 0)
			sent += ret;
		else if (!is_transient(errno))
			return vio_vhost_fail(c, hdr->request, "cannot be sent: %s",
					      strerror(errno));
		else if (wait_for(c, POLLOUT, deadline) < 0)
			return vio_vhost_fail(c, hdr->request, "not taken in time");
	}
	return 0;
}

/* Closes the descriptors that came with a message. Returns how many there were. */
static unsigned int
fds_close(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	unsigned int nb = 0;
	size_t i, len;
	int fd;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		len = cmsg->cmsg_len - CMSG_LEN(0);
		for (i = 0; i + sizeof(fd) <= len; i += sizeof(fd)) {
			memcpy(&fd, CMSG_DATA(cmsg) + i, sizeof(fd));
			close(fd);
			nb++;
		}
	}
	return nb;
}

/* Receives exactly len bytes and no descriptors. */
static int
bytes_recv(struct vio_vhost *c, enum vhost_user_request request, void *buf, size_t len,
	   uint64_t deadline)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(RECV_FDS_MAX * sizeof(int))];
	} control;
	unsigned int nb_fds;
	size_t got = 0;
	ssize_t ret;

	while (got < len) {
		struct iovec iov = { .iov_base = RTE_PTR_ADD(buf, got), .iov_len = len - got };
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};

		ret = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		nb_fds = ret < 0 ? 0 : fds_close(&msg);
		if (nb_fds > 0)
			return vio_vhost_fail(c, request, "answered with %u%s descriptors, "
					      "expected none", nb_fds,
					      msg.msg_flags & MSG_CTRUNC ? " or more" : "");
		if (ret > 0)
			got += ret;
		else if (ret == 0)
			return vio_vhost_fail(c, request, "the back end closed the connection "
					      "after %zu of %zu bytes", got, len);
		else if (!is_transient(errno))
			return vio_vhost_fail(c, request, "no answer: %s", strerror(errno));
		else if (wait_for(c, POLLIN, deadline) < 0)
			return vio_vhost_fail(c, request, "%zu of %zu bytes of the answer in time",
					      got, len);
	}
	return 0;
}

/* The payload that a reply must have. */
struct reply {
	void *payload;
	size_t len;		/* 0: there is no reply */
	bool may_refuse;	/* with a reply that has no payload */
};

/* Receives the reply to a request. Returns -EIO when the back end refuses. */
static int
reply_recv(struct vio_vhost *c, enum vhost_user_request request, const struct reply *reply,
	   uint64_t deadline)
{
	struct vhost_user_header hdr;
	int ret = bytes_recv(c, request, &hdr, sizeof(hdr), deadline);

	if (ret < 0)
		return ret;
	if (hdr.request != request)
		return vio_vhost_fail(c, request, "answered with request %u, expected %u",
				      hdr.request, request);
	if ((hdr.flags & VHOST_USER_VERSION_MASK) != VHOST_USER_VERSION ||
	    !(hdr.flags & VHOST_USER_REPLY_MASK))
		return vio_vhost_fail(c, request, "answered with flags 0x%x, expected 0x%x",
				      hdr.flags, VHOST_USER_VERSION | VHOST_USER_REPLY_MASK);
	if (hdr.size == 0 && reply->may_refuse)
		return -EIO;
	if (hdr.size != reply->len)
		return vio_vhost_fail(c, request, "answered with %u bytes, expected %zu",
				      hdr.size, reply->len);
	return bytes_recv(c, request, reply->payload, reply->len, deadline);
}

/* Sends a request and receives its reply. */
static int
exchange(struct vio_vhost *c, const struct vhost_user_header *hdr, const void *payload,
	 const int *fds, unsigned int nb_fds, const struct reply *reply)
{
	uint64_t deadline;
	int ret = -ENOTCONN;

	pthread_mutex_lock(&c->lock);
	deadline = deadline_of(c);
	if (vio_vhost_is_up(c))
		ret = message_send(c, hdr, payload, fds, nb_fds, deadline);
	if (ret == 0 && reply->len > 0)
		ret = reply_recv(c, hdr->request, reply, deadline);
	pthread_mutex_unlock(&c->lock);
	return ret;
}

int
vio_vhost_set(struct vio_vhost *c, enum vhost_user_request request, const void *payload,
	      size_t len, const int *fds, unsigned int nb_fds)
{
	struct vhost_user_header hdr = {
		.request = request,
		.flags = VHOST_USER_VERSION | (c->reply_ack ? VHOST_USER_NEED_REPLY_MASK : 0),
		.size = len,
	};
	uint64_t ack = 0;
	const struct reply reply = { .payload = &ack, .len = c->reply_ack ? sizeof(ack) : 0 };
	int ret;

	ret = exchange(c, &hdr, payload, fds, nb_fds, &reply);
	if (ret < 0 || ack == 0)
		return ret;
	VIO_LOG(ERR, c->name, "the back end refuses the request %s (answer %" PRIu64 ")",
		request_names[request], ack);
	return -EIO;
}

int
vio_vhost_set_u64(struct vio_vhost *c, enum vhost_user_request request, uint64_t value)
{
	return vio_vhost_set(c, request, &value, sizeof(value), NULL, 0);
}

int
vio_vhost_get(struct vio_vhost *c, enum vhost_user_request request, const void *payload,
	      size_t len, void *reply, size_t reply_len)
{
	const struct vhost_user_header hdr = {
		.request = request,
		.flags = VHOST_USER_VERSION,
		.size = len,
	};
	const struct reply expected = { .payload = reply, .len = reply_len };

	return exchange(c, &hdr, payload, NULL, 0, &expected);
}

int
vio_vhost_get_u64(struct vio_vhost *c, enum vhost_user_request request, uint64_t *value)
{
	return vio_vhost_get(c, request, NULL, 0, value, sizeof(*value));
}

/* vhost-user: VHOST_USER_GET_CONFIG. The request is as long as its reply. */
int
vio_vhost_get_config(struct vio_vhost *c, void *dst, size_t len)
{
	struct vhost_user_config config = { .size = len };
	const struct vhost_user_header hdr = {
		.request = VHOST_USER_GET_CONFIG,
		.flags = VHOST_USER_VERSION,
		.size = offsetof(struct vhost_user_config, region) + len,
	};
	const struct reply reply = { .payload = &config, .len = hdr.size, .may_refuse = true };
	int ret = exchange(c, &hdr, &config, NULL, 0, &reply);

	if (ret < 0)
		return ret;
	if (config.offset != 0 || config.size != len)
		return vio_vhost_fail(c, VHOST_USER_GET_CONFIG, "answered with %u bytes at %u, "
				      "expected %zu at 0", config.size, config.offset, len);
	memcpy(dst, config.region, len);
	return 0;
}

void
vio_vhost_event_raise(struct vio_vhost *c)
{
	/* Each time is an event of its own (EPOLLET), whatever the counter is; it never is full. */
	eventfd_write(c->raise_fd, 1);
}

void
vio_vhost_event_clear(struct vio_vhost *c)
{
	struct epoll_event event;

	while (epoll_wait(c->event_fd, &event, 1, 0) < 0 && errno == EINTR)
		;
}

bool
vio_vhost_is_closed(const struct vio_vhost *c)
{
	/* With both directions shut down the socket hangs up, which is told without being asked. */
	struct pollfd pfd = { .fd = c->fd };

	return poll(&pfd, 1, 0) > 0;
}

int
vio_vhost_wait_closed(const struct vio_vhost *c)
{
	const uint64_t deadline = deadline_of(c);
	int ret = 0;

	/* A signal ends a wait, too. */
	while (ret == 0 && !vio_vhost_is_closed(c))
		ret = wait_for(c, 0, deadline);
	return ret;
}
