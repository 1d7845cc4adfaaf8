/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Probe and remove of net_vio_user devices.
 * Invariant: after a probe that failed, nothing is open and nothing allocated.
 * Threads: those of the bus, one at a time.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bus_vdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_interrupts.h>
#include <rte_string_fns.h>

#include "vio_ethdev.h"
#include "vio_log.h"
#include "vio_user.h"
#include "vio_user_args.h"
#include "vio_user_watch.h"

/* How long a server waits for its first back end. */
#define FIRST_WAIT_MS	60000

/*
 * The shared operations, and ours of them: all but start, stop and close are the same. Made with
 * the first port; others use them from then on.
 */
static const struct eth_dev_ops *shared_dev_ops;
static struct eth_dev_ops user_dev_ops;

/* What the port holds besides what the shared layer gave it. */
static void
port_fini(struct rte_eth_dev *eth_dev)
{
	struct vio_user_port *port = eth_dev->data->dev_private;

	if (eth_dev->intr_handle != NULL) {
		/* The application may still have the eventfds among those that it waits for. */
		rte_intr_free_epoll_fd(eth_dev->intr_handle);
		rte_intr_vec_list_free(eth_dev->intr_handle);
	}
	rte_intr_instance_free(eth_dev->intr_handle);
	eth_dev->intr_handle = NULL;
	vio_user_fini(&port->user);
	vio_user_socket_close(&port->socket);
}

/* Without a back end the port is started all the same, and works when one comes. */
static int
user_dev_start(struct rte_eth_dev *eth_dev)
{
	struct vio_user_port *port = eth_dev->data->dev_private;
	bool away = !vio_user_watch_renew(port);
	int ret = away ? 0 : shared_dev_ops->dev_start(eth_dev);

	/* It may go while it is started. */
	away = away || (ret < 0 && !vio_user_is_up(&port->user));
	if (away)
		ret = vio_ethdev_start_suspended(eth_dev);
	if (ret < 0)
		return ret;
	ret = vio_user_watch_start(eth_dev, away);
	if (ret < 0)
		shared_dev_ops->dev_stop(eth_dev);
	return ret;
}

static int
user_dev_stop(struct rte_eth_dev *eth_dev)
{
	vio_user_watch_stop(eth_dev);
	return shared_dev_ops->dev_stop(eth_dev);
}

static int
user_dev_close(struct rte_eth_dev *eth_dev)
{
	int ret = shared_dev_ops->dev_close(eth_dev);

	port_fini(eth_dev);
	return ret;
}

/*
 * An eventfd for each Rx queue. EAL is told to read none (their counter has size 0): it would wait
 * for ever when the back end, which has them too, was there first. They need not be read, as EAL
 * waits for edges, and each interrupt is one.
 */
static int
rx_intr_alloc(struct rte_intr_handle *handle, struct vio_user *user)
{
	uint16_t pairs = user->nb_queues / 2, i;
	int fd;

	if (rte_intr_vec_list_alloc(handle, "intr_vec", pairs) < 0)
		return -ENOMEM;
	for (i = 0; i < pairs; i++) {
		fd = vio_user_call_fd(user, i);
		if (fd < 0)
			return fd;
		if (rte_intr_efds_index_set(handle, i, fd) < 0 ||
		    rte_intr_vec_list_index_set(handle, i, RTE_INTR_VEC_RXTX_OFFSET + i) < 0)
			return -ENOMEM;
	}
	rte_intr_nb_efd_set(handle, pairs);
	rte_intr_max_intr_set(handle, 1 + pairs);
	return 0;
}

/* Interrupts tell the end of the connection, and frames. */
static int
intr_alloc(struct rte_eth_dev *eth_dev)
{
	struct vio_user_port *port = eth_dev->data->dev_private;

	eth_dev->intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (eth_dev->intr_handle == NULL)
		return -ENOMEM;
	rte_intr_type_set(eth_dev->intr_handle, RTE_INTR_HANDLE_VDEV);
	rte_intr_fd_set(eth_dev->intr_handle, vio_user_event_fd(&port->user));
	eth_dev->data->dev_flags |= RTE_ETH_DEV_INTR_LSC;
	return rx_intr_alloc(eth_dev->intr_handle, &port->user);
}

static void
dev_ops_make(const struct eth_dev_ops *shared)
{
	if (shared_dev_ops != NULL)
		return;
	shared_dev_ops = shared;
	user_dev_ops = *shared;
	user_dev_ops.dev_start = user_dev_start;
	user_dev_ops.dev_stop = user_dev_stop;
	user_dev_ops.dev_close = user_dev_close;
}

static int
port_init(struct rte_eth_dev *eth_dev)
{
	struct vio_user_port *port = eth_dev->data->dev_private;
	int ret = intr_alloc(eth_dev);

	if (ret == 0)
		ret = vio_ethdev_init(eth_dev, &vio_user_ops, &port->user.base);
	if (ret < 0) {
		port_fini(eth_dev);
		return ret;
	}
	dev_ops_make(eth_dev->dev_ops);
	eth_dev->dev_ops = &user_dev_ops;
	return 0;
}

static int
vio_user_probe(struct rte_vdev_device *vdev)
{
	const char *device = rte_vdev_device_name(vdev);
	struct rte_eth_dev *eth_dev;
	struct vio_user_args args;
	struct vio_user_socket sock = { .name = device };
	struct vio_user_port *port;
	int fd, ret;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		VIO_LOG(ERR, device, "secondary processes are not supported");
		return -ENOTSUP;
	}
	ret = vio_user_args_parse(device, rte_vdev_device_args(vdev), &args);
	if (ret < 0)
		return ret;
	sock.server = args.server;
	strlcpy(sock.path, args.path, sizeof(sock.path));
	fd = vio_user_socket_open(&sock, FIRST_WAIT_MS);
	if (fd < 0)
		return fd;
	eth_dev = rte_eth_vdev_allocate(vdev, sizeof(*port));
	if (eth_dev == NULL) {
		VIO_LOG(ERR, device, "no free port, or no memory for one: reserve more hugepages");
		close(fd);
		vio_user_socket_close(&sock);
		return -ENOMEM;
	}
	port = eth_dev->data->dev_private;
	port->socket = sock;
	port->user.base.name = device;
	port->dev.rss.fallback = args.rss_fallback;
	port->dev.offload_choice = args.offload_choice;
	ret = vio_user_init(&port->user, fd, &args.conf);
	if (ret == 0)
		ret = port_init(eth_dev);
	if (ret < 0) {
		vio_user_socket_close(&port->socket);
		rte_eth_dev_release_port(eth_dev);
		return ret;
	}
	rte_eth_dev_probing_finish(eth_dev);
	return 0;
}

static int
vio_user_remove(struct rte_vdev_device *vdev)
{
	struct rte_eth_dev *eth_dev = rte_eth_dev_allocated(rte_vdev_device_name(vdev));
	uint16_t port_id;

	/* The application may have closed it. It is gone afterwards even if the device is lost. */
	if (eth_dev == NULL)
		return 0;
	port_id = eth_dev->data->port_id;
	rte_eth_dev_stop(port_id);
	rte_eth_dev_close(port_id);
	return 0;
}

static struct rte_vdev_driver vio_user_driver = {
	.probe = vio_user_probe,
	.remove = vio_user_remove,
};

RTE_PMD_REGISTER_VDEV(net_vio_user, vio_user_driver);
RTE_PMD_REGISTER_PARAM_STRING(net_vio_user, VIO_USER_ARGS_KNOWN);
