/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Probe and remove of net_vio_user devices, and their arguments.
 * Invariant: after a probe that failed, nothing is open and nothing allocated.
 * Threads: those of the bus, one at a time.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bus_vdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_ether.h>
#include <rte_interrupts.h>
#include <rte_kvargs.h>

#include "vio_ethdev.h"
#include "vio_log.h"
#include "vio_user.h"

#define ARG_PATH	"path"
#define ARG_QUEUES	"queues"
#define ARG_QUEUE_SIZE	"queue_size"
#define ARG_MAC		"mac"
#define ARG_MRG_RXBUF	"mrg_rxbuf"
#define ARG_CQ		"cq"
#define ARG_SPEED	"speed"

#define ARGS_KNOWN \
	ARG_PATH "=<path> " \
	ARG_QUEUES "=1..128 " \
	ARG_QUEUE_SIZE "=8..32768 " \
	ARG_MAC "=<mac addr> " \
	ARG_MRG_RXBUF "=<0|1> " \
	ARG_CQ "=<0|1> " \
	ARG_SPEED "=<Mb/s>"

/* The private data of a port; struct vio_dev must be its first member (vio_ethdev_init()). */
struct user_port {
	struct vio_dev dev;
	struct vio_user user;
};

/* The shared operations, but for close. */
static struct eth_dev_ops user_dev_ops;

/* A number that an argument may give. */
struct arg_number {
	const char *device;
	uint32_t min;
	uint32_t max;
	uint32_t value;
};

static int
arg_number(const char *key, const char *value, void *opaque)
{
	struct arg_number *arg = opaque;
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value != NULL ? value : "", &end, 10);
	if (value == NULL || value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    number < arg->min || number > arg->max) {
		VIO_LOG(ERR, arg->device, "bad value %s=%s: a number from %u to %u is expected",
			key, value != NULL ? value : "", arg->min, arg->max);
		return -EINVAL;
	}
	arg->value = number;
	return 0;
}

/* Reads an argument that is a number from min to max; value stays as it is without it. */
static int
arg_number_get(struct rte_kvargs *args, const char *device, const char *key, uint32_t min,
	       uint32_t max, uint32_t *value)
{
	struct arg_number arg = { .device = device, .min = min, .max = max, .value = *value };
	int ret = rte_kvargs_process(args, key, arg_number, &arg);

	*value = arg.value;
	return ret < 0 ? -EINVAL : 0;
}

static int
mac_get(const struct rte_kvargs *args, const char *device, struct vio_user_conf *conf)
{
	const char *text = rte_kvargs_get(args, ARG_MAC);
	struct rte_ether_addr mac;

	conf->has_mac = rte_kvargs_count(args, ARG_MAC) > 0;
	if (!conf->has_mac)
		return 0;
	if (text == NULL || rte_ether_unformat_addr(text, &mac) < 0 ||
	    !rte_is_valid_assigned_ether_addr(&mac)) {
		VIO_LOG(ERR, device, "bad value " ARG_MAC "=%s: the address of a station is "
			"expected, such as 02:00:00:00:00:01", text != NULL ? text : "");
		return -EINVAL;
	}
	memcpy(conf->mac, mac.addr_bytes, sizeof(conf->mac));
	return 0;
}

/* Reads all arguments but the path. Returns 0, or -EINVAL with a message. */
static int
conf_get(struct rte_kvargs *args, const char *device, struct vio_user_conf *conf)
{
	uint32_t pairs = 1, size = VIRTQ_SIZE_MAX, mrg_rxbuf = 1, speed = 0, cq;

	if (arg_number_get(args, device, ARG_QUEUES, 1, VIO_USER_PAIRS_MAX, &pairs) < 0 ||
	    arg_number_get(args, device, ARG_QUEUE_SIZE, VIO_RING_SIZE_MIN, VIRTQ_SIZE_MAX,
			   &size) < 0 ||
	    arg_number_get(args, device, ARG_MRG_RXBUF, 0, 1, &mrg_rxbuf) < 0 ||
	    arg_number_get(args, device, ARG_SPEED, 1, VIRTIO_NET_SPEED_MAX, &speed) < 0)
		return -EINVAL;
	if (!rte_is_power_of_2(size)) {
		VIO_LOG(ERR, device, "bad value " ARG_QUEUE_SIZE "=%u: a power of two from %u to "
			"%u is expected", size, VIO_RING_SIZE_MIN, VIRTQ_SIZE_MAX);
		return -EINVAL;
	}
	/* virtio 5.1.3.1: without a control queue there is one pair. */
	cq = pairs > 1;
	if (arg_number_get(args, device, ARG_CQ, 0, 1, &cq) < 0)
		return -EINVAL;
	if (pairs > 1 && !cq) {
		VIO_LOG(ERR, device, ARG_QUEUES "=%u needs " ARG_CQ "=1, by which the number of "
			"queues in use is set", pairs);
		return -EINVAL;
	}
	conf->pairs = pairs;
	conf->queue_size = size;
	conf->mrg_rxbuf = mrg_rxbuf;
	conf->cq = cq;
	conf->speed = speed;
	return mac_get(args, device, conf);
}

/* Returns 0, or -EINVAL with a message when there is an argument that means nothing here. */
static int
args_check_keys(const struct rte_kvargs *args, const char *device)
{
	static const char * const known[] = {
		ARG_PATH, ARG_QUEUES, ARG_QUEUE_SIZE, ARG_MAC, ARG_MRG_RXBUF, ARG_CQ, ARG_SPEED,
	};
	unsigned int i, k;

	for (i = 0; i < args->count; i++) {
		for (k = 0; k < RTE_DIM(known); k++)
			if (strcmp(args->pairs[i].key, known[k]) == 0)
				break;
		if (k < RTE_DIM(known))
			continue;
		VIO_LOG(ERR, device, "unknown device argument '%s': known are " ARGS_KNOWN,
			args->pairs[i].key);
		return -EINVAL;
	}
	return 0;
}

/*
 * Reads the device's arguments and connects to the path among them. Returns a socket, or -errno
 * with a message.
 */
static int
args_connect(struct rte_vdev_device *vdev, struct vio_user_conf *conf)
{
	const char *device = rte_vdev_device_name(vdev);
	struct rte_kvargs *args = rte_kvargs_parse(rte_vdev_device_args(vdev), NULL);
	const char *path;
	int ret;

	if (args == NULL) {
		VIO_LOG(ERR, device, "device arguments '%s' are not key=value pairs",
			rte_vdev_device_args(vdev));
		return -EINVAL;
	}
	path = rte_kvargs_get(args, ARG_PATH);
	ret = args_check_keys(args, device);
	if (ret == 0)
		ret = conf_get(args, device, conf);
	if (ret == 0 && (path == NULL || path[0] == '\0')) {
		VIO_LOG(ERR, device, ARG_PATH "= is missing: the socket of the vhost-user back "
			"end");
		ret = -EINVAL;
	}
	if (ret == 0)
		ret = vio_vhost_connect(device, path);
	rte_kvargs_free(args);
	return ret;
}

/* What the port holds besides what the shared layer gave it. */
static void
port_fini(struct rte_eth_dev *eth_dev)
{
	struct user_port *port = eth_dev->data->dev_private;

	rte_intr_instance_free(eth_dev->intr_handle);
	eth_dev->intr_handle = NULL;
	vio_user_fini(&port->user);
}

static int
user_dev_close(struct rte_eth_dev *eth_dev)
{
	int ret = vio_ethdev_close(eth_dev);

	port_fini(eth_dev);
	return ret;
}

/* Interrupts tell the end of the connection. */
static int
intr_alloc(struct rte_eth_dev *eth_dev)
{
	const struct user_port *port = eth_dev->data->dev_private;

	eth_dev->intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (eth_dev->intr_handle == NULL)
		return -ENOMEM;
	rte_intr_type_set(eth_dev->intr_handle, RTE_INTR_HANDLE_VDEV);
	rte_intr_fd_set(eth_dev->intr_handle, vio_user_event_fd(&port->user));
	eth_dev->data->dev_flags |= RTE_ETH_DEV_INTR_LSC;
	return 0;
}

static int
port_init(struct rte_eth_dev *eth_dev)
{
	struct user_port *port = eth_dev->data->dev_private;
	int ret = intr_alloc(eth_dev);

	if (ret == 0)
		ret = vio_ethdev_init(eth_dev, &vio_user_ops, &port->user.base);
	if (ret < 0) {
		port_fini(eth_dev);
		return ret;
	}
	user_dev_ops = *eth_dev->dev_ops;
	user_dev_ops.dev_close = user_dev_close;
	eth_dev->dev_ops = &user_dev_ops;
	return 0;
}

static int
vio_user_probe(struct rte_vdev_device *vdev)
{
	const char *device = rte_vdev_device_name(vdev);
	struct vio_user_conf conf = { .pairs = 0 };
	struct rte_eth_dev *eth_dev;
	struct user_port *port;
	int fd, ret;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		VIO_LOG(ERR, device, "secondary processes are not supported");
		return -ENOTSUP;
	}
	fd = args_connect(vdev, &conf);
	if (fd < 0)
		return fd;
	eth_dev = rte_eth_vdev_allocate(vdev, sizeof(*port));
	if (eth_dev == NULL) {
		VIO_LOG(ERR, device, "no free port, or no memory for one: reserve more hugepages");
		close(fd);
		return -ENOMEM;
	}
	port = eth_dev->data->dev_private;
	port->user.base.name = device;
	ret = vio_user_init(&port->user, fd, &conf);
	if (ret == 0)
		ret = port_init(eth_dev);
	if (ret < 0) {
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
RTE_PMD_REGISTER_PARAM_STRING(net_vio_user, ARGS_KNOWN);
