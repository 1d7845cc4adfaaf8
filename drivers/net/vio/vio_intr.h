/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Configuration change interrupts, and the events that the driver tells the application. */

#ifndef VIO_INTR_H
#define VIO_INTR_H

#include "vio.h"

/*
 * Asks the device for configuration change interrupts, and listens to them. Between
 * vio_dev_negotiate() and DRIVER_OK. Returns 0 or -errno.
 */
int
vio_intr_enable(struct rte_eth_dev *eth_dev);

/* Undoes vio_intr_enable(); no handler runs afterwards. */
void
vio_intr_disable(struct rte_eth_dev *eth_dev);

/*
 * The device, or one of its queues, is of no use until the port is stopped and started: tells
 * the application so by RTE_ETH_EVENT_INTR_RESET, once a start and from the interrupt thread.
 * Returns whether this was the first time. Any thread.
 */
bool
vio_intr_needs_reset(struct vio_dev *dev);

/*
 * The device is gone, or is asked for: unless it may come back, its queues are suspended, and the
 * application is told that the link is down and, by RTE_ETH_EVENT_INTR_RMV, that the device was
 * removed, once and from the interrupt thread. Any control thread, and the interrupt thread.
 */
void
vio_intr_removed(struct vio_dev *dev);

/* No event of vio_intr_removed() is raised afterwards. */
void
vio_intr_removed_cancel(struct vio_dev *dev);

/*
 * Looks whether the device is there, or else does vio_intr_removed(); and whether it set
 * DEVICE_NEEDS_RESET, having met an error that it cannot recover from (virtio 2.1), and if so
 * suspends its queues and does vio_intr_needs_reset(). The port must be started. Returns whether
 * the device is there.
 */
bool
vio_intr_status_check(struct vio_dev *dev);

/*
 * Reads the link and tells the application if it changed, if that wants to know. In its callback
 * the application may stop and close the port. The interrupt thread.
 */
void
vio_intr_link_check(struct rte_eth_dev *eth_dev);

/* No event of vio_intr_needs_reset() is raised afterwards, until the next one is asked for. */
void
vio_intr_needs_reset_cancel(struct vio_dev *dev);

/* The vector of an Rx queue; none unless the application configured Rx interrupts. */
uint16_t
vio_intr_rxq_vector(const struct rte_eth_dev *eth_dev, uint16_t queue_id);

/*
 * The operations rx_queue_intr_enable and rx_queue_intr_disable. What was used already when it
 * is enabled counts as an interrupt. The queue's thread, or none meanwhile.
 */
int
vio_rx_queue_intr_enable(struct rte_eth_dev *eth_dev, uint16_t queue_id);
int
vio_rx_queue_intr_disable(struct rte_eth_dev *eth_dev, uint16_t queue_id);

/*
 * The device is back, with rings made anew: switches the interrupts of Rx queues on that were on,
 * and interrupts these queues, as they have to give the device buffers first.
 */
void
vio_intr_rxqs_resume(struct rte_eth_dev *eth_dev);

#endif /* VIO_INTR_H */
