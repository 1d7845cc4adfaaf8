/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The Unix socket on which a net_vio_user device meets its back end.
 * Invariants: nothing waits without a deadline; no file but a socket is ever removed, and no
 * socket that somebody listens on.
 * Threads: one at a time for a device.
 */

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_string_fns.h>

#include "vio_log.h"
#include "vio_user_socket.h"

/* How long a back end may take to accept the first connection. */
#define ACCEPT_LIMIT_S	5

static_assert(RTE_SIZEOF_FIELD(struct sockaddr_un, sun_path) == VIO_USER_PATH_SIZE, "unix(7)");

static void
address_of(const struct vio_user_socket *s, struct sockaddr_un *addr)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strlcpy(addr->sun_path, s->path, sizeof(addr->sun_path));
}

/* Connects a socket, with further flags of socket(2). Returns it, or -errno. */
static int
connection_to(const struct vio_user_socket *s, int flags)
{
	const struct timeval limit = { .tv_sec = ACCEPT_LIMIT_S };
	struct sockaddr_un addr;
	int ret, fd;

	address_of(s, &addr);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd < 0)
		return -errno;
	/* A full queue of connections is waited for, unless the socket does not block. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0 &&
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static bool
is_socket(const struct vio_user_socket *s)
{
	struct stat st;

	return stat(s->path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool
exists(const struct vio_user_socket *s)
{
	return access(s->path, F_OK) == 0;
}

/* What to do about a connection that cannot be had. */
static const char *
connect_advice(const struct vio_user_socket *s, int error)
{
	/* net_virtio_user takes devices such as /dev/vhost-net, too. */
	if (exists(s) && !is_socket(s))
		return "it is no socket, and nothing but vhost-user is supported";
	switch (error) {
	case ECONNREFUSED:
		return "nobody listens there any more: remove the file, then start the "
			"vhost-user back end";
	case EACCES:
		return "let this user reach the socket and write to it";
	case EAGAIN:
		return "the back end accepts nobody now: end its other front end, or start it "
			"anew";
	default:
		return "start the vhost-user back end first";
	}
}

/* What to do about a path at which nobody can listen. */
static const char *
listen_advice(const struct vio_user_socket *s, int error)
{
	switch (error) {
	case EADDRINUSE:
		return is_socket(s) ? "end who listens there, or use another path" :
			"it is no socket: remove it, or use another path";
	case ENOENT:
		return "make its folder first, or use another path";
	case EACCES:
		return "let this user write to its folder, or use another path";
	default:
		return "use another path";
	}
}

/* Whether the socket at the path is one that its process left behind. */
static bool
is_left_behind(const struct vio_user_socket *s)
{
	int fd = connection_to(s, SOCK_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd == -ECONNREFUSED && is_socket(s);
}

/* Takes the path. Returns 0 or -errno. */
static int
bind_to(const struct vio_user_socket *s)
{
	struct sockaddr_un addr;

	address_of(s, &addr);
	return bind(s->listen_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
}

static int
server_listen(struct vio_user_socket *s)
{
	int ret;

	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ret = s->listen_fd < 0 ? -errno : bind_to(s);
	if (ret == -EADDRINUSE && is_left_behind(s) && unlink(s->path) == 0)
		ret = bind_to(s);
	if (ret == 0 && listen(s->listen_fd, 1) < 0)
		ret = -errno;
	if (ret == 0)
		return 0;

	VIO_LOG(ERR, s->name, "cannot listen at %s: %s; %s", s->path, strerror(-ret),
		listen_advice(s, -ret));
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	s->listen_fd = -1;
	return ret;
}

/* Waits for the first back end. Returns its socket, or -errno with a message. */
static int
server_wait(struct vio_user_socket *s, unsigned int wait_ms)
{
	struct pollfd pfd = { .fd = s->listen_fd, .events = POLLIN };
	const uint64_t start = rte_get_timer_cycles();
	uint64_t ms = 0;
	int fd;

	VIO_LOG(NOTICE, s->name, "waiting at %s for a vhost-user back end to connect", s->path);
	for (;;) {
		fd = vio_user_socket_next(s);
		if (fd >= 0)
			return fd;
		ms = (rte_get_timer_cycles() - start) * MS_PER_S / rte_get_timer_hz();
		if (ms >= wait_ms)
			break;
		poll(&pfd, 1, wait_ms - ms);
	}
	VIO_LOG(ERR, s->name, "no back end connected to %s within %u ms: start one there as a "
		"client", s->path, wait_ms);
	return -ETIMEDOUT;
}

int
vio_user_socket_open(struct vio_user_socket *s, unsigned int wait_ms)
{
	int ret;

	s->listen_fd = -1;
	if (!s->server) {
		ret = connection_to(s, 0);
		if (ret < 0)
			VIO_LOG(ERR, s->name, "no connection to %s: %s; %s", s->path,
				strerror(-ret), connect_advice(s, -ret));
		return ret;
	}
	ret = server_listen(s);
	if (ret < 0)
		return ret;
	ret = server_wait(s, wait_ms);
	if (ret < 0)
		vio_user_socket_close(s);
	return ret;
}

int
vio_user_socket_next(struct vio_user_socket *s)
{
	int fd;

	if (!s->server)
		return connection_to(s, SOCK_NONBLOCK);
	fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

void
vio_user_socket_close(struct vio_user_socket *s)
{
	if (s->listen_fd < 0)
		return;
	unlink(s->path);
	close(s->listen_fd);
	s->listen_fd = -1;
}
