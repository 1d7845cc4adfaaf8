/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The data paths, one file for each format of rings and direction: what the rest of the driver
 * sees of them. Where a parameter is a void *, it is a struct vio_rxq or vio_txq, as ethdev has it.
 * But for refill, only the queue's thread may call them.
 */

#ifndef VIO_RXTX_H
#define VIO_RXTX_H

#include <rte_power_intrinsics.h>

#include "vio.h"

struct vio_rx_path {
	const char *name;	/* of the format, as rte_eth_rx_burst_mode_get() says it */

	eth_rx_burst_t burst;

	/*
	 * Gives the device as many empty buffers as are missing and as the pool has, and notifies
	 * it. Only after DRIVER_OK, by the queue's thread or before there is one.
	 */
	void (*refill)(struct vio_rxq *q);

	/* How many used buffers wait. */
	eth_rx_queue_count_t count;

	/* Offset 0 is the next buffer to be received. */
	eth_rx_descriptor_status_t status;

	/* What to watch for the next used buffer: rte_eth_get_monitor_addr(). */
	void (*monitor)(const struct vio_rxq *q, struct rte_power_monitor_cond *cond);
};

struct vio_tx_path {
	const char *name;

	eth_tx_burst_t burst;

	/* Offset 0 is the next descriptor to be taken. Sent packets are freed before. */
	eth_tx_descriptor_status_t status;

	/* Frees at most so many sent packets, or all with 0, and returns how many. */
	eth_tx_done_cleanup_t cleanup;
};

extern const struct vio_rx_path vio_rx_split;
extern const struct vio_rx_path vio_rx_split_in_order;
extern const struct vio_rx_path vio_rx_split_chain;
extern const struct vio_rx_path vio_rx_packed;
extern const struct vio_rx_path vio_rx_packed_in_order;
extern const struct vio_rx_path vio_rx_packed_chain;
extern const struct vio_tx_path vio_tx_split;
extern const struct vio_tx_path vio_tx_split_in_order;
extern const struct vio_tx_path vio_tx_packed;
extern const struct vio_tx_path vio_tx_packed_in_order;

/* The paths of a device with its features as agreed on. */
static inline const struct vio_rx_path *
vio_rx_path(const struct vio_dev *dev)
{
	static const struct vio_rx_path *const paths[2][2] = {
		{ &vio_rx_split, &vio_rx_split_in_order },
		{ &vio_rx_packed, &vio_rx_packed_in_order },
	};

	if (dev->splits_buffers)
		return vio_has(dev, VIRTIO_F_RING_PACKED) ? &vio_rx_packed_chain :
							    &vio_rx_split_chain;
	return paths[vio_has(dev, VIRTIO_F_RING_PACKED)][vio_has(dev, VIRTIO_F_IN_ORDER)];
}

static inline const struct vio_tx_path *
vio_tx_path(const struct vio_dev *dev)
{
	static const struct vio_tx_path *const paths[2][2] = {
		{ &vio_tx_split, &vio_tx_split_in_order },
		{ &vio_tx_packed, &vio_tx_packed_in_order },
	};

	return paths[vio_has(dev, VIRTIO_F_RING_PACKED)][vio_has(dev, VIRTIO_F_IN_ORDER)];
}

#endif /* VIO_RXTX_H */
