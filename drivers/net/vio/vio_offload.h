/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Checksum and segmentation offloads: which of them a device can do, which features they need,
 * and what a queue may do with those that were agreed on. Control threads only.
 */

#ifndef VIO_OFFLOAD_H
#define VIO_OFFLOAD_H

#include "vio.h"

/* The RTE_ETH_RX_OFFLOAD_* flags that these features allow. */
uint64_t
vio_offload_rx_capa(const struct vio_dev *dev, const struct vio_features *negotiable);

/* The same for RTE_ETH_TX_OFFLOAD_*. */
uint64_t
vio_offload_tx_capa(const struct vio_dev *dev, const struct vio_features *negotiable);

/* Takes out of wanted the features that none of the port's offloads needs. */
void
vio_offload_features_limit(const struct rte_eth_dev *eth_dev, struct vio_features *wanted);

/*
 * Prepares for the offloads that the port is configured with. Returns 0, or -errno with a message:
 * -EINVAL where packets put together by the device (LRO) may not fit what the application takes,
 * as a device cannot be told a limit; -ENOSPC where mbufs have no room for what is to be told.
 */
int
vio_offload_configure(struct rte_eth_dev *eth_dev);

/*
 * The longest packet, in bytes, that the device may deliver with the features chosen; mtu: the
 * application's.
 */
uint32_t
vio_offload_rx_frame_max(const struct vio_dev *dev, uint16_t mtu);

/* Of the Rx offloads that can be switched while the port runs, those that are on. */
uint64_t
vio_offload_rx_on(const struct rte_eth_dev *eth_dev);

/* Switches them: rte_pmd_vio_rx_offloads_set(). Returns 0 or -errno, then nothing changed. */
int
vio_offload_rx_switch(struct rte_eth_dev *eth_dev, uint64_t on);

/* Tells a device that was reset, and has them all on, what was switched. Returns 0 or -errno. */
int
vio_offload_rx_restore(struct rte_eth_dev *eth_dev);

/* Copies into a queue what was agreed on. */
void
vio_offload_rxq_renew(const struct rte_eth_dev *eth_dev, struct vio_rxq *q);
void
vio_offload_txq_renew(struct vio_txq *q);

/* Whether a Tx queue of these offloads needs a header of its own for each packet. */
bool
vio_offload_tx_needs_header(uint64_t tx_offloads);

#endif /* VIO_OFFLOAD_H */
