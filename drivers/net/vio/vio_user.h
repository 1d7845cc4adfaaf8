/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The transport over a vhost-user socket: a device of which the back end does the rings, and the
 * front end, here, the rest: its configuration space and its control commands.
 */

#ifndef VIO_USER_H
#define VIO_USER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_spinlock.h>

#include "vio_transport.h"
#include "vio_user_mem.h"
#include "vio_user_req.h"
#include "vio_vhost.h"

#define VIO_USER_PAIRS_MAX	(VHOST_USER_VRING_MAX / 2)

/* What the user says of the device. */
struct vio_user_conf {
	uint16_t pairs;		/* 1 to VIO_USER_PAIRS_MAX */
	uint16_t queue_size;	/* the largest ring, a power of two */
	bool cq;		/* offer control commands, which more than one pair needs */
	bool mrg_rxbuf;		/* offer MRG_RXBUF, if the back end has it */
	bool packed_vq;		/* offer RING_PACKED, likewise */
	bool in_order;		/* offer IN_ORDER, likewise */
	bool has_mac;
	uint8_t mac[6];
	uint16_t mtu;		/* 0: the back end's */
	uint32_t speed;		/* Mb/s; 0: unknown, or the back end's */
};

/* The configuration space; see vio_user_config.h. */
struct vio_user_config {
	rte_spinlock_t lock;			/* of the space */
	struct virtio_net_config space;		/* as long as the connection stands */
	uint64_t backend_features;		/* those whose fields the back end may change */
	size_t size;				/* of the back end's space; 0: it has none */
	bool tells_mtu;				/* the back end wants to know the MTU */
	struct vio_user_req req;		/* by which it tells of changes */
};

struct vio_user {
	struct vio_transport base;
	struct vio_vhost conn;

	/* Since vio_user_init(). */
	struct vio_user_config config;
	struct vio_features offered;
	uint64_t backend_features;
	bool has_status;		/* the back end has a status (STATUS) */
	uint16_t nb_queues;
	uint16_t queue_size;

	/* Since the reset. */
	uint8_t status;
	bool features_refused;
	bool packed;			/* RING_PACKED was accepted */
	bool started[VHOST_USER_VRING_MAX];	/* by queue: the back end may work on it */

	/* What the back end knows of DPDK's memory. */
	struct vio_user_mem mem;

	/* For good once there: eventfds of a queue, and of the interrupts of a pair's Rx queue. */
	int kick_fd[VHOST_USER_VRING_MAX];
	int call_fd[VIO_USER_PAIRS_MAX];
};

/*
 * A device on a connected socket, which it owns from now on, even after a failure; base.name must
 * be set. Returns 0, or -errno with a message: -ENOTSUP when the back end lacks what conf asks
 * for; -ENOTCONN when it does not speak the protocol; -EIO when it refuses.
 */
int
vio_user_init(struct vio_user *u, int fd, const struct vio_user_conf *conf);

/*
 * The same device on the socket of a back end that came back, which it owns from now on, when
 * vio_user_is_left(); it is to be reset next. Returns 0, or -errno with a message when the
 * back end does not do what the first one did; the connection has ended then.
 */
int
vio_user_renew(struct vio_user *u, int fd);

/*
 * In a hurry, which is from now on until it is taken back, the back end has this time for all
 * requests together, so that it keeps nobody from the thread that makes them: a back end answers
 * some hundred requests within milliseconds, unless it has much memory to map.
 */
#define VIO_USER_HURRY_MS	3000
void
vio_user_hurry(struct vio_user *u, bool on);

/* Whether the connection stands. */
bool
vio_user_is_up(struct vio_user *u);

/* Ends the connection, if it stands. */
void
vio_user_leave(struct vio_user *u);

/* Whether the connection ended and the back end closed it, so that it uses nothing any more. */
bool
vio_user_is_left(struct vio_user *u);

/* Closes all that vio_user_init() and the verbs opened. */
void
vio_user_fini(struct vio_user *u);

/*
 * A descriptor that is readable when the connection ended, until isr_read is called; for
 * interrupts.
 */
int
vio_user_event_fd(const struct vio_user *u);

/*
 * The eventfd that is raised by the back end for the Rx queue of a pair that was enabled with a
 * vector, while its ring asks for it. Returns a descriptor that the device owns, or -errno.
 */
int
vio_user_call_fd(struct vio_user *u, uint16_t pair);

/* Lets the back end work on a ring that was started, or no longer. Returns 0 or -errno. */
int
vio_user_vring_enable(struct vio_user *u, uint16_t queue, bool on);

/* The verbs; the transport they take is a struct vio_user. */
extern const struct vio_transport_ops vio_user_ops;

#endif /* VIO_USER_H */
