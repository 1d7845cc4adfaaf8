/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The requests that a vhost-user back end makes, on a socket of their own. */

#ifndef VIO_USER_REQ_H
#define VIO_USER_REQ_H

#include <stdbool.h>
#include <stddef.h>

#include <rte_interrupts.h>

#include "vio_vhost.h"

/* The longest payload of a request; all that apply have less. */
#define VIO_USER_REQ_PAYLOAD_MAX	256

struct vio_user_req {
	struct vio_vhost *conn;
	struct rte_intr_handle *intr_handle;	/* NULL: there is no such socket */
	int event_fd;				/* readable when the socket is, while it is open */
	int fd;					/* the socket; -1 once it was closed */
	bool refusal_told;
	size_t got;				/* bytes of the request that is coming */
	struct {
		struct vhost_user_header hdr;
		uint8_t payload[VIO_USER_REQ_PAYLOAD_MAX];
	} msg;
};

/*
 * Gives the back end a socket for its requests, which needs BACKEND_REQ, and has the interrupt
 * thread call cb with arg when some wait; cb is to call vio_user_req_serve(). Returns 0 or
 * -errno, with a message.
 */
int
vio_user_req_init(struct vio_user_req *req, struct vio_vhost *conn, rte_intr_callback_fn cb,
		  void *arg);

/* Closes what vio_user_req_init() opened, if it did; the same cb and arg. */
void
vio_user_req_fini(struct vio_user_req *req, rte_intr_callback_fn cb, void *arg);

/*
 * Reads and answers requests, without waiting for any. Returns whether the back end says that its
 * configuration changed.
 */
bool
vio_user_req_serve(struct vio_user_req *req);

#endif /* VIO_USER_REQ_H */
