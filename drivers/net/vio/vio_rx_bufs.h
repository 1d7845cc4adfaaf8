/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Where an Rx queue's buffers come from. */

#ifndef VIO_RX_BUFS_H
#define VIO_RX_BUFS_H

#include "vio.h"

/*
 * Takes over the pool or pools of a queue that is being set up: mp or, if that is NULL, those of
 * conf; and how buffers are made of their mbufs, for packets of the MTU. The ring is there.
 * Returns 0, or -EINVAL with a message.
 */
int
vio_rx_bufs_init(struct vio_rxq *q, const struct rte_eth_rxconf *conf, struct rte_mempool *mp,
		 uint16_t mtu);

/* Prepares for a start with the features that were agreed on: no buffer is with the device. */
void
vio_rx_bufs_renew(struct vio_rxq *q);

/*
 * Gets up to nb buffers out of pools that run short: what the first one has that has any. Returns
 * how many. The queue's thread.
 */
uint16_t
vio_rx_bufs_scrape(const struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb);

#endif /* VIO_RX_BUFS_H */
