/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What happens to a started port when its back end goes and comes back.
 * Invariant: rings and memory are left alone until the back end that went has closed its end, and
 * no burst is at work any more.
 * Threads: EAL's interrupt thread, where the watch is an alarm; the application's threads start and
 * stop it, and stopping it waits until it is done. So it needs no lock.
 */

#include <errno.h>

#include <rte_alarm.h>
#include <rte_cycles.h>
#include <rte_errno.h>

#include "vio_ethdev.h"
#include "vio_intr.h"
#include "vio_log.h"
#include "vio_suspend.h"
#include "vio_user_watch.h"

/* How often to look. An end of the connection is also told at once where link events are. */
#define WATCH_MS	100

/* With a back end that came and does not work, the time doubles each time up to this. */
#define RETRY_MS_MAX	5000

/* Gets the back end, if it is there. Returns 0, -EAGAIN without one, or -errno with a message. */
static int
renew(struct vio_user_port *port)
{
	int fd = -EAGAIN;

	if (vio_user_is_left(&port->user))
		fd = vio_user_socket_next(&port->socket);
	return fd < 0 ? -EAGAIN : vio_user_renew(&port->user, fd);
}

bool
vio_user_watch_renew(struct vio_user_port *port)
{
	return vio_user_is_up(&port->user) || renew(port) == 0;
}

static void
go_away(struct vio_user_port *port)
{
	port->away = true;
	VIO_LOG(NOTICE, port->socket.name, "the port pauses until the back end is back at %s",
		port->socket.path);
}

static void
come_back(struct rte_eth_dev *eth_dev)
{
	struct vio_user_port *port = eth_dev->data->dev_private;
	int ret = vio_queues_are_quiet(eth_dev) ? renew(port) : -EAGAIN;

	if (ret == -EAGAIN)
		return;
	if (ret == 0)
		ret = vio_ethdev_resume(eth_dev);
	if (ret < 0) {
		vio_user_leave(&port->user);
		port->retry_ms = RTE_MIN(2 * port->retry_ms, (unsigned int)RETRY_MS_MAX);
		return;
	}
	port->away = false;
	port->retry_ms = WATCH_MS;
	VIO_LOG(NOTICE, port->socket.name, "the back end is back");
}

static void
watch(void *arg);

static int
watch_again(struct rte_eth_dev *eth_dev)
{
	const struct vio_user_port *port = eth_dev->data->dev_private;
	int ret = rte_eal_alarm_set(port->retry_ms * (US_PER_S / MS_PER_S), watch, eth_dev);

	if (ret < 0)
		VIO_LOG(ERR, port->socket.name, "the connection cannot be watched: %s",
			rte_strerror(-ret));
	return ret;
}

static void
watch(void *arg)
{
	struct rte_eth_dev *eth_dev = arg;
	struct vio_user_port *port = eth_dev->data->dev_private;

	if (port->away) {
		/* Who stops the port waits for this, and so do all other ports' events. */
		vio_user_hurry(&port->user, true);
		come_back(eth_dev);
		vio_user_hurry(&port->user, false);
	} else if (!vio_user_is_up(&port->user)) {
		vio_queues_suspend(eth_dev);
		go_away(port);
	}
	/* Last, as the application may stop and close the port in its callback. */
	watch_again(eth_dev);
	vio_intr_link_check(eth_dev);
}

int
vio_user_watch_start(struct rte_eth_dev *eth_dev, bool away)
{
	struct vio_user_port *port = eth_dev->data->dev_private;

	port->away = false;
	port->retry_ms = WATCH_MS;
	if (away)
		go_away(port);
	return watch_again(eth_dev);
}

void
vio_user_watch_stop(struct rte_eth_dev *eth_dev)
{
	rte_eal_alarm_cancel(watch, eth_dev);
}
