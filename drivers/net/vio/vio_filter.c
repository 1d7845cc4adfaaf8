/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive filters: promiscuous modes, addresses and VLANs, told to the device by its control
 * queue. While the port is stopped nothing is sent: what was asked for stands in ethdev's data
 * (multicast addresses, which ethdev does not keep, in struct vio_dev) and is sent at the start.
 * Control threads only.
 */

#include <errno.h>

#include "vio_ctrl.h"
#include "vio_filter.h"
#include "vio_log.h"
#include "vio_queue.h"

static bool
is_started(const struct vio_dev *dev)
{
	return dev->state == VIO_DEV_STARTED;
}

static int
rx_mode_set(struct rte_eth_dev *eth_dev, uint8_t mode, bool on)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX))
		return -ENOTSUP;
	return is_started(dev) ? vio_ctrl_rx_mode_set(dev, mode, on) : 0;
}

int
vio_promiscuous_enable(struct rte_eth_dev *eth_dev)
{
	return rx_mode_set(eth_dev, VIRTIO_NET_CTRL_RX_PROMISC, true);
}

int
vio_promiscuous_disable(struct rte_eth_dev *eth_dev)
{
	return rx_mode_set(eth_dev, VIRTIO_NET_CTRL_RX_PROMISC, false);
}

int
vio_allmulticast_enable(struct rte_eth_dev *eth_dev)
{
	return rx_mode_set(eth_dev, VIRTIO_NET_CTRL_RX_ALLMULTI, true);
}

int
vio_allmulticast_disable(struct rte_eth_dev *eth_dev)
{
	return rx_mode_set(eth_dev, VIRTIO_NET_CTRL_RX_ALLMULTI, false);
}

/*
 * Sends both address tables: the port's addresses but the primary one, and the multicast list mc.
 * Entry index of the port's addresses counts as addr, or as absent when addr is NULL; index 0
 * changes nothing, as the primary address is in no table.
 */
static int
mac_tables_send(struct rte_eth_dev *eth_dev, uint32_t index, const struct rte_ether_addr *addr,
		const struct rte_ether_addr *mc, uint32_t nb_mc)
{
	struct vio_mac_tables tables = { .nb_uc = 0, .nb_mc = nb_mc };
	const struct rte_ether_addr *a;
	uint32_t i;

	for (i = 0; i < nb_mc; i++)
		tables.mc[i] = mc[i];
	for (i = 1; i < VIO_MAC_ADDRS_MAX; i++) {
		a = i == index ? addr : &eth_dev->data->mac_addrs[i];
		if (a == NULL || rte_is_zero_ether_addr(a))
			continue;
		/* virtio 5.1.9.5.2.2: no multicast address in the unicast table. */
		if (rte_is_multicast_ether_addr(a))
			tables.mc[tables.nb_mc++] = *a;
		else
			tables.uc[tables.nb_uc++] = *a;
	}
	return vio_ctrl_mac_tables_set(eth_dev->data->dev_private, &tables);
}

int
vio_mac_addr_add(struct rte_eth_dev *eth_dev, struct rte_ether_addr *addr, uint32_t index,
		 uint32_t pool __rte_unused)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX))
		return -ENOTSUP;
	if (!is_started(dev))
		return 0;
	return mac_tables_send(eth_dev, index, addr, dev->mc_addrs, dev->nb_mc_addrs);
}

void
vio_mac_addr_remove(struct rte_eth_dev *eth_dev, uint32_t index)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	if (is_started(dev))
		mac_tables_send(eth_dev, index, NULL, dev->mc_addrs, dev->nb_mc_addrs);
}

int
vio_mac_addr_set(struct rte_eth_dev *eth_dev, struct rte_ether_addr *addr)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX) || !vio_has(dev, VIRTIO_NET_F_CTRL_MAC_ADDR))
		return -ENOTSUP;
	return is_started(dev) ? vio_ctrl_mac_set(dev, addr) : 0;
}

int
vio_set_mc_addr_list(struct rte_eth_dev *eth_dev, struct rte_ether_addr *addrs, uint32_t nb)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	uint32_t i;
	int ret = 0;

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX))
		return -ENOTSUP;
	if (nb > VIO_MC_ADDRS_MAX) {
		VIO_LOG(ERR, dev->transport->name, "%u multicast addresses: at most %u fit; use "
			"all-multicast mode", nb, VIO_MC_ADDRS_MAX);
		return -ENOSPC;
	}
	for (i = 0; i < nb; i++)
		if (!rte_is_multicast_ether_addr(&addrs[i])) {
			VIO_LOG(ERR, dev->transport->name, RTE_ETHER_ADDR_PRT_FMT " is no "
				"multicast address", RTE_ETHER_ADDR_BYTES(&addrs[i]));
			return -EINVAL;
		}

	if (is_started(dev))
		ret = mac_tables_send(eth_dev, 0, NULL, addrs, nb);
	if (ret < 0)
		return ret;
	for (i = 0; i < nb; i++)
		dev->mc_addrs[i] = addrs[i];
	dev->nb_mc_addrs = nb;
	return 0;
}

int
vio_vlan_filter_set(struct rte_eth_dev *eth_dev, uint16_t vlan_id, int on)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	return is_started(dev) ? vio_ctrl_vlan_set(dev, vlan_id, on) : 0;
}

static bool
vlan_is_let_in(const struct rte_eth_dev *eth_dev, uint16_t vlan_id)
{
	const struct rte_vlan_filter_conf *vfc = &eth_dev->data->vlan_filter_conf;

	return (vfc->ids[vlan_id / 64] >> (vlan_id % 64)) & 1;
}

/* Adds or takes away all VLANs that the application let in, or all those that it did not. */
static int
vlans_set(struct rte_eth_dev *eth_dev, bool let_in, bool on)
{
	uint16_t vlan_id;
	int ret = 0;

	for (vlan_id = 0; vlan_id <= RTE_ETHER_MAX_VLAN_ID && ret == 0; vlan_id++)
		if (vlan_is_let_in(eth_dev, vlan_id) == let_in)
			ret = vio_ctrl_vlan_set(eth_dev->data->dev_private, vlan_id, on);
	return ret;
}

/* Switches the VLAN filter on or off, as the port's offloads say. */
static int
vlan_filter_switch(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	bool on = eth_dev->data->dev_conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_VLAN_FILTER;

	if (!is_started(dev))
		return 0;
	if (vio_has(dev, VIRTIO_NET_F_CTRL_VLAN))
		/* A filter that is off lets all the others in as well. */
		return vlans_set(eth_dev, false, !on);
	if (!on)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "the VLAN filter is agreed on with the device when the "
		"port starts: stop the port, switch the filter on, and start it");
	return -ENOTSUP;
}

int
vio_vlan_offload_set(struct rte_eth_dev *eth_dev, int mask)
{
	int ret = mask & RTE_ETH_VLAN_FILTER_MASK ? vlan_filter_switch(eth_dev) : 0;

	/* After the filter, because ethdev takes back all of a setting that fails. */
	if (ret == 0 && mask & (RTE_ETH_VLAN_STRIP_MASK | RTE_ETH_QINQ_STRIP_MASK))
		vio_queues_set_vlan_strip(eth_dev);
	return ret;
}

int
vio_filters_restore(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret = 0;

	if (dev->nb_mc_addrs > 0)
		ret = mac_tables_send(eth_dev, 0, NULL, dev->mc_addrs, dev->nb_mc_addrs);
	if (ret == 0 && vio_has(dev, VIRTIO_NET_F_CTRL_VLAN))
		ret = vlans_set(eth_dev, true, true);
	return ret;
}
