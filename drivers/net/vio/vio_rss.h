/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive-side scaling (virtio 5.1.9.5.7): what the device can hash, how it spreads frames over
 * the Rx queues, and what of that the application changes.
 */

#ifndef VIO_RSS_H
#define VIO_RSS_H

#include "vio.h"

/* Fills in hash functions, key and table size. */
void
vio_rss_info_get(const struct vio_dev *dev, struct rte_eth_dev_info *info);

/* Whether the hash of received packets can be told (RTE_ETH_RX_OFFLOAD_RSS_HASH). */
bool
vio_rss_can_report(const struct vio_dev *dev);

/*
 * Takes the port's configuration: hash functions, key, and a table over all Rx queues. Returns 0,
 * or -EINVAL with a message for a key or a level of headers that the device does not take.
 */
int
vio_rss_configure(struct rte_eth_dev *eth_dev);

/* Takes the features away that the configuration does not need. */
void
vio_rss_features_choose(const struct rte_eth_dev *eth_dev, struct vio_features *wanted);

/*
 * Tells a device that was just started how to spread frames, and the number of queue pairs.
 * Returns 0 or -errno of the control command.
 */
int
vio_rss_restore(struct rte_eth_dev *eth_dev);

/*
 * eth_dev_ops. While the port is stopped nothing is sent; what was asked for holds from the start
 * on, until the port is configured anew. They return 0, -ENOTSUP without RSS (of the table) or
 * without any hash, -EINVAL for a wrong size or level, or -errno of the control command,
 * after which what was set before is set again.
 */
int
vio_rss_reta_update(struct rte_eth_dev *eth_dev, struct rte_eth_rss_reta_entry64 *conf,
		    uint16_t size);
int
vio_rss_reta_query(struct rte_eth_dev *eth_dev, struct rte_eth_rss_reta_entry64 *conf,
		   uint16_t size);
int
vio_rss_hash_update(struct rte_eth_dev *eth_dev, struct rte_eth_rss_conf *rss_conf);
int
vio_rss_hash_conf_get(struct rte_eth_dev *eth_dev, struct rte_eth_rss_conf *rss_conf);

#endif /* VIO_RSS_H */
