/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The back end's requests (vhost-user: Back-end message types). One of them applies, the change
 * of the configuration: the others belong to what was not agreed on, and are refused.
 * Invariants: nothing waits for the back end; descriptors that come are closed at once; a back end
 * that breaks the protocol loses this socket, and nothing else.
 * Threads: init and fini, a control thread; serve, the interrupt thread.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vio_log.h"
#include "vio_user_req.h"

/* So many requests at once, so that a back end in a hurry does not keep the thread for itself. */
#define REQUESTS_MAX	16

static int
handle_alloc(struct vio_user_req *req)
{
	req->intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (req->intr_handle == NULL)
		return -ENOMEM;
	rte_intr_type_set(req->intr_handle, RTE_INTR_HANDLE_EXT);
	rte_intr_fd_set(req->intr_handle, req->event_fd);
	return 0;
}

/* Opens the socket; returns the back end's end of it, or -errno. */
static int
open_socket(struct vio_user_req *req)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	req->fd = fds[0];
	req->event_fd = epoll_create1(EPOLL_CLOEXEC);
	if (req->event_fd >= 0 && epoll_ctl(req->event_fd, EPOLL_CTL_ADD, fds[0], &event) == 0)
		return fds[1];
	close(fds[1]);
	return -errno;
}

static void
close_all(struct vio_user_req *req)
{
	if (req->fd >= 0)
		close(req->fd);
	if (req->event_fd >= 0)
		close(req->event_fd);
	rte_intr_instance_free(req->intr_handle);
	req->intr_handle = NULL;
}

int
vio_user_req_init(struct vio_user_req *req, struct vio_vhost *conn, rte_intr_callback_fn cb,
		  void *arg)
{
	int fd, ret;

	*req = (struct vio_user_req){ .conn = conn, .fd = -1, .event_fd = -1 };
	fd = open_socket(req);
	ret = fd < 0 ? fd : handle_alloc(req);
	if (ret == 0)
		ret = rte_intr_callback_register(req->intr_handle, cb, arg);
	if (ret < 0)
		VIO_LOG(ERR, conn->name, "no socket for the back end's requests: %s",
			strerror(-ret));
	else
		ret = vio_vhost_set(conn, VHOST_USER_SET_BACKEND_REQ_FD, NULL, 0, &fd, 1);
	if (fd >= 0)
		close(fd);
	if (ret < 0)
		vio_user_req_fini(req, cb, arg);
	return ret;
}

void
vio_user_req_fini(struct vio_user_req *req, rte_intr_callback_fn cb, void *arg)
{
	if (req->conn == NULL)
		return;
	if (req->intr_handle != NULL)
		rte_intr_callback_unregister_sync(req->intr_handle, cb, arg);
	close_all(req);
	req->conn = NULL;
}

/* The back end broke the protocol, or closed the socket. */
static void
end(struct vio_user_req *req, const char *why)
{
	if (why != NULL)
		VIO_LOG(ERR, req->conn->name, "the back end's requests are no longer heard: %s",
			why);
	close(req->fd);
	req->fd = -1;
}

/*
 * Receives what is there of the next request. Returns whether it is complete; if not, more is to
 * come, or the socket was closed.
 */
static bool
request_recv(struct vio_user_req *req)
{
	struct vhost_user_header *hdr = &req->msg.hdr;
	size_t len = sizeof(*hdr);
	ssize_t ret;

	for (;;) {
		if (req->got >= sizeof(*hdr)) {
			if (hdr->size > sizeof(req->msg.payload)) {
				end(req, "one is longer than any can be");
				return false;
			}
			len = sizeof(*hdr) + hdr->size;
		}
		if (req->got == len)
			return true;
		/* Without room for them, descriptors that come are the kernel's to close. */
		ret = recv(req->fd, RTE_PTR_ADD(&req->msg, req->got), len - req->got,
			   MSG_DONTWAIT);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0 && errno == EAGAIN)
			return false;
		if (ret <= 0) {
			end(req, NULL);
			return false;
		}
		req->got += ret;
	}
}

/* Answers the request that came, if the back end wants it. */
static void
request_answer(struct vio_user_req *req, bool done)
{
	const struct {
		struct vhost_user_header hdr;
		uint32_t failure[2];	/* 64 bits, any but zero */
	} answer = {
		.hdr = {
			.request = req->msg.hdr.request,
			.flags = VHOST_USER_VERSION | VHOST_USER_REPLY_MASK,
			.size = sizeof(answer.failure),
		},
		.failure = { !done },
	};

	if (!(req->msg.hdr.flags & VHOST_USER_NEED_REPLY_MASK) || !req->conn->reply_ack)
		return;
	if (send(req->fd, &answer, sizeof(answer), MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(answer))
		end(req, "it does not take the answer to one");
}

bool
vio_user_req_serve(struct vio_user_req *req)
{
	bool known, changed = false;
	unsigned int i;

	for (i = 0; i < REQUESTS_MAX && req->fd >= 0 && request_recv(req); i++) {
		req->got = 0;
		if ((req->msg.hdr.flags & VHOST_USER_VERSION_MASK) != VHOST_USER_VERSION) {
			end(req, "one is of another version of the protocol");
			break;
		}
		known = req->msg.hdr.request == VHOST_USER_BACKEND_CONFIG_CHANGE_MSG;
		changed |= known;
		if (!known && !req->refusal_told) {
			VIO_LOG(WARNING, req->conn->name, "the back end's request %u is refused: "
				"it belongs to nothing that was agreed on",
				req->msg.hdr.request);
			req->refusal_told = true;
		}
		request_answer(req, known);
	}
	return changed;
}
