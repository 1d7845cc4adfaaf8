/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The part of the ethdev layer that every bus shares. */

#ifndef VIO_ETHDEV_H
#define VIO_ETHDEV_H

#include "vio.h"

/* Whether a port is of this driver, on any bus. */
bool
vio_ethdev_is_own(const struct rte_eth_dev *eth_dev);

/*
 * Takes a device that its bus found into use: resets it, agrees on features, reads what it is,
 * and fills in eth_dev, whose dev_private must begin with a struct vio_dev, zeroed but for what
 * device arguments say, and whose process_private is taken for ops. Returns 0; -ENOTSUP for a
 * device without VERSION_1; -EPROTO when the device refuses the features or states values outside
 * the specification; -ETIMEDOUT or -ENODEV when it does not reset; -ENOMEM. After a failure the
 * device has been given no memory, none is allocated, and the caller releases eth_dev.
 */
int
vio_ethdev_init(struct rte_eth_dev *eth_dev, const struct vio_transport_ops *ops,
		struct vio_transport *transport);

/*
 * Gives back all that a stopped port holds, as rte_eth_dev_close() wants it; also undoes
 * vio_ethdev_init(). Returns 0, or -errno when the device does not reset, in which
 * case the memory that it may still use stays allocated.
 */
int
vio_ethdev_close(struct rte_eth_dev *eth_dev);

/*
 * Starts a port whose device is away, as the operation dev_start otherwise: it gets the device with
 * vio_ethdev_resume(). Returns 0 or -errno.
 */
int
vio_ethdev_start_suspended(struct rte_eth_dev *eth_dev);

/*
 * Initializes the device of a started port, whose queues are suspended and quiet
 * (vio_suspend.h), when it came back; the queues are in use then. Returns 0, or -errno when
 * the device is not as it was, in which case the queues stay suspended. The port is neither
 * stopped nor started meanwhile.
 */
int
vio_ethdev_resume(struct rte_eth_dev *eth_dev);

#endif /* VIO_ETHDEV_H */
