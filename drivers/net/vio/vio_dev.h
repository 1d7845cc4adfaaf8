/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The device as such: its initialization, what it is, its link and its reset. */

#ifndef VIO_DEV_H
#define VIO_DEV_H

#include "vio.h"

/*
 * Resets the device and agrees with it on those of the wanted features that it offers, up to
 * FEATURES_OK (virtio 3.1.1, steps 1 to 6); dev->offered and dev->features say on which.
 * Returns 0; -ENOTSUP without VERSION_1; -EPROTO when the device refuses; -ENODEV when it is
 * gone; -ETIMEDOUT of the reset.
 */
int
vio_dev_negotiate(struct vio_dev *dev, const struct vio_features *wanted);

/*
 * Reads and bounds what the device is: address, queues and their sizes, MTU, hashes. After
 * vio_dev_negotiate(). Returns 0, -EPROTO when the device states what the specification
 * excludes, or -errno of the transport's config_read.
 */
int
vio_dev_identify(struct vio_dev *dev);

/*
 * Resets the device (virtio 2.4). Returns 0 and sets VIO_DEV_STOPPED when it no longer uses any
 * memory. Otherwise the state is VIO_DEV_LOST, memory that it was given must stay allocated,
 * and -ETIMEDOUT or -ENODEV is returned.
 */
int
vio_dev_reset(struct vio_dev *dev);

/*
 * Programs a ring as virtqueue index of the device, with an interrupt vector or
 * VIRTIO_MSI_NO_VECTOR. Returns 0 or -errno of queue_enable.
 */
int
vio_dev_queue_enable(struct vio_dev *dev, struct vio_ring *ring, uint16_t index,
		     uint16_t vector);

/* The device may work from now on: VIO_DEV_STARTED (virtio 3.1.1, step 8). */
void
vio_dev_driver_ok(struct vio_dev *dev);

/* Reads the link; up without STATUS, its speed unknown without SPEED_DUPLEX (virtio 5.1.4). */
void
vio_dev_link_read(struct vio_dev *dev, struct rte_eth_link *link);

#endif /* VIO_DEV_H */
