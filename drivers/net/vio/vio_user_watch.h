/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The port of a net_vio_user device, and the watch over its connection while it is started. */

#ifndef VIO_USER_WATCH_H
#define VIO_USER_WATCH_H

#include "vio.h"
#include "vio_user.h"
#include "vio_user_socket.h"

/* The private data of a port. */
struct vio_user_port {
	struct vio_dev dev;		/* first (vio_ethdev_init()) */
	struct vio_user user;
	struct vio_user_socket socket;

	/* The interrupt thread's while the port is started. */
	bool away;			/* the back end is; the queues are suspended */
	unsigned int retry_ms;		/* when to look again */
};

/*
 * Gets the back end back for a port that is stopped, if its connection ended and it is there.
 * Returns whether there is a connection.
 */
bool
vio_user_watch_renew(struct vio_user_port *port);

/*
 * Begins to watch the connection of a port that was just started, suspended if the back end is
 * away: when it ends, the queues are suspended, and when the back end comes back, they resume; each
 * time the application is told of the link. Returns 0 or -errno with a message.
 */
int
vio_user_watch_start(struct rte_eth_dev *eth_dev, bool away);

/* Ends that, before the port is stopped. */
void
vio_user_watch_stop(struct rte_eth_dev *eth_dev);

#endif /* VIO_USER_WATCH_H */
