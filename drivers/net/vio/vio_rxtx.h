/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The burst functions, one file each. */

#ifndef VIO_RXTX_H
#define VIO_RXTX_H

#include "vio.h"

/* eth_rx_burst_t and eth_tx_burst_t of split rings; the queue is a struct vio_rxq, vio_txq. */
uint16_t
vio_rx_split_burst(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts);
uint16_t
vio_tx_split_burst(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts);

/*
 * Gives the device as many empty buffers as are missing and as the pool has, and notifies it.
 * Only after DRIVER_OK, by the queue's thread or before there is one.
 */
void
vio_rx_split_refill(struct vio_rxq *q);

#endif /* VIO_RXTX_H */
