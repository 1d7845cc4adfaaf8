/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive filters as ethdev operations (virtio 5.1.9.5.1 to 5.1.9.5.3). Each returns 0, -ENOTSUP
 * when the device lacks the feature, or what the control queue returned (vio_ctrl.h).
 */

#ifndef VIO_FILTER_H
#define VIO_FILTER_H

#include "vio.h"

int
vio_promiscuous_enable(struct rte_eth_dev *eth_dev);
int
vio_promiscuous_disable(struct rte_eth_dev *eth_dev);
int
vio_allmulticast_enable(struct rte_eth_dev *eth_dev);
int
vio_allmulticast_disable(struct rte_eth_dev *eth_dev);

int
vio_mac_addr_add(struct rte_eth_dev *eth_dev, struct rte_ether_addr *addr, uint32_t index,
		 uint32_t pool);
void
vio_mac_addr_remove(struct rte_eth_dev *eth_dev, uint32_t index);
int
vio_mac_addr_set(struct rte_eth_dev *eth_dev, struct rte_ether_addr *addr);

/* Also -ENOSPC above VIO_MC_ADDRS_MAX addresses, -EINVAL when one of them is not multicast. */
int
vio_set_mc_addr_list(struct rte_eth_dev *eth_dev, struct rte_ether_addr *addrs, uint32_t nb);

/* The filter can be switched while the port works if it was on when the port started. */
int
vio_vlan_filter_set(struct rte_eth_dev *eth_dev, uint16_t vlan_id, int on);
int
vio_vlan_offload_set(struct rte_eth_dev *eth_dev, int mask);

/*
 * Tells a device that was just started what it forgot in its reset. The primary address, further
 * ones and the promiscuous modes are ethdev's to restore, after dev_start.
 */
int
vio_filters_restore(struct rte_eth_dev *eth_dev);

#endif /* VIO_FILTER_H */
