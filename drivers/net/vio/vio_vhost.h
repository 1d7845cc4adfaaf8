/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A connection to a vhost-user back end: requests and their replies, one at a time from any
 * thread, each with a deadline.
 *
 * A back end that breaks the protocol, or keeps silent, ends the connection: it is told by a
 * message what came, the socket is shut down, and every later request fails at once. Requests
 * return 0; -EIO when the back end refuses the request, which needs REPLY_ACK; -ENOTCONN when the
 * connection has ended, by this request or before.
 */

#ifndef VIO_VHOST_H
#define VIO_VHOST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <rte_common.h>

#include "vio_vhost_spec.h"

/* How long a back end may take for one request. */
#define VIO_VHOST_DEADLINE_MS	5000

struct vio_vhost {
	const char *name;		/* the device's, for messages */
	int fd;				/* the socket */
	int event_fd;			/* readable when something happened, until it is cleared */
	int raise_fd;			/* what vio_vhost_event_raise() makes it readable by */
	unsigned int deadline_ms;	/* of each request */
	uint64_t limit;			/* timer cycles: of all requests meanwhile; 0: none */
	bool reply_ack;			/* REPLY_ACK was negotiated: every request is answered */
	bool ended;			/* nothing more is sent */
	pthread_mutex_t lock;		/* one request at a time */
};

/* A connection on a socket, which it owns from now on even if it fails. Returns 0 or -errno. */
int
vio_vhost_init(struct vio_vhost *c, const char *name, int fd);

/*
 * The next connection, of a back end that came back: on another socket, which it owns from now on,
 * in place of one that has ended and is closed (vio_vhost_is_closed()). Nothing is negotiated
 * on it yet. Returns 0 or -errno with a message.
 */
int
vio_vhost_renew(struct vio_vhost *c, int fd);

/*
 * All requests from now on may together take so long, and none more than its own time; 0 ms: each
 * its own time again. For a thread that others wait for: who answers each request late takes
 * hours for all.
 */
void
vio_vhost_limit(struct vio_vhost *c, unsigned int ms);

/* Closes it. */
void
vio_vhost_fini(struct vio_vhost *c);

/* Sends a request that has no reply of its own, with its payload and its descriptors. */
int
vio_vhost_set(struct vio_vhost *c, enum vhost_user_request request, const void *payload,
	      size_t len, const int *fds, unsigned int nb_fds);
int
vio_vhost_set_u64(struct vio_vhost *c, enum vhost_user_request request, uint64_t value);

/*
 * Sends a request, with len bytes of payload, and waits for its reply, whose payload is of
 * reply_len bytes.
 */
int
vio_vhost_get(struct vio_vhost *c, enum vhost_user_request request, const void *payload,
	      size_t len, void *reply, size_t reply_len);
int
vio_vhost_get_u64(struct vio_vhost *c, enum vhost_user_request request, uint64_t *value);

/*
 * Reads len bytes, up to VHOST_USER_CONFIG_SIZE_MAX, from the start of the back end's configuration
 * space. Needs CONFIG; -EIO when the back end has none, or less.
 */
int
vio_vhost_get_config(struct vio_vhost *c, void *dst, size_t len);

/* The back end answered with what makes no sense: ends the connection. Returns -ENOTCONN. */
int
vio_vhost_fail(struct vio_vhost *c, enum vhost_user_request request, const char *fmt, ...)
	__rte_format_printf(3, 4);

/* Whether the connection still stands; also notices that the back end closed it. */
bool
vio_vhost_is_up(struct vio_vhost *c);

/* Ends the connection, whoever does it first: returns whether it stood until now. */
bool
vio_vhost_end(struct vio_vhost *c);

/*
 * event_fd is readable once for the end of the connection, and each time that an event is raised;
 * clear takes that back.
 */
void
vio_vhost_event_raise(struct vio_vhost *c);
void
vio_vhost_event_clear(struct vio_vhost *c);

/*
 * Whether the back end closed its end of a connection that has ended, and so has given up what
 * it was given.
 */
bool
vio_vhost_is_closed(const struct vio_vhost *c);

/* Waits for that. Returns 0, or -ETIMEDOUT. */
int
vio_vhost_wait_closed(const struct vio_vhost *c);

#endif /* VIO_VHOST_H */
