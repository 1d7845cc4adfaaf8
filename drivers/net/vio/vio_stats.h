/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Basic, per-queue and extended statistics, as ethdev operations. */

#ifndef VIO_STATS_H
#define VIO_STATS_H

#include "vio.h"

int
vio_stats_get(struct rte_eth_dev *eth_dev, struct rte_eth_stats *stats);
int
vio_stats_reset(struct rte_eth_dev *eth_dev);

/*
 * Extended statistics: rx_q<N>_<name> and tx_q<N>_<name> of every queue; what they count is said
 * at struct vio_rxq_stats and struct vio_txq_stats.
 */
int
vio_xstats_get(struct rte_eth_dev *eth_dev, struct rte_eth_xstat *xstats, unsigned int n);
int
vio_xstats_get_names(struct rte_eth_dev *eth_dev, struct rte_eth_xstat_name *names,
		     unsigned int n);

#endif /* VIO_STATS_H */
