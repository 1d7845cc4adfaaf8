/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The ethdev operations that every bus shares: life cycle, device information, link, MTU.
 * Invariants: configure computes everything anew; a port that is not started has its device in
 * reset, or given up with FAILED and without a queue, so that nothing but the driver touches the
 * queues' memory (else: VIO_DEV_LOST).
 * Control threads only; ethdev lets the application see to it that they come one at a time.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_malloc.h>

#include "vio_ctrl.h"
#include "vio_dev.h"
#include "vio_ethdev.h"
#include "vio_filter.h"
#include "vio_intr.h"
#include "vio_log.h"
#include "vio_offload.h"
#include "vio_ptype.h"
#include "vio_queue.h"
#include "vio_rss.h"
#include "vio_rxtx.h"
#include "vio_stats.h"
#include "vio_tx_offload.h"
#include "vio_suspend.h"

RTE_LOG_REGISTER_DEFAULT(vio_logtype, NOTICE);

/* What an application may want to start with; rings are as large as the device lets them. */
#define DEFAULT_RING_SIZE	512
#define DEFAULT_BURST		32

/* The smallest buffer that makes sense: a minimal frame and the header. */
#define RX_BUFSIZE_MIN		(VIRTIO_NET_HDR_LEN + RTE_ETHER_MIN_LEN)

/* What could be agreed on with the device, whatever the application configured. */
static struct vio_features
features_negotiable(const struct vio_dev *dev)
{
	struct vio_features known = vio_features_known(), negotiable;

	vio_features_negotiate(&dev->offered, &known, &negotiable);
	return negotiable;
}

static uint64_t
rx_offloads(const struct vio_dev *dev, const struct vio_features *negotiable)
{
	uint64_t offloads = vio_offload_rx_capa(dev, negotiable) | VIO_VLAN_RX_OFFLOADS |
			    RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT;

	if (vio_feature_has(negotiable, VIRTIO_NET_F_MRG_RXBUF))
		offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
	if (vio_feature_has(negotiable, VIRTIO_NET_F_CTRL_VLAN))
		offloads |= RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
	return offloads;
}

static int
vio_dev_infos_get(struct rte_eth_dev *eth_dev, struct rte_eth_dev_info *info)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_features negotiable = features_negotiable(dev);

	info->min_mtu = VIO_MTU_MIN;
	info->max_mtu = dev->max_mtu;
	info->min_rx_bufsize = RX_BUFSIZE_MIN;
	info->max_rx_pktlen = dev->max_mtu + VIO_FRAME_OVERHEAD;
	info->max_rx_queues = dev->max_pairs;
	info->max_tx_queues = dev->max_pairs;
	info->max_mac_addrs = vio_has(dev, VIRTIO_NET_F_CTRL_RX) ? VIO_MAC_ADDRS_MAX : 1;
	info->rx_offload_capa = rx_offloads(dev, &negotiable);
	if (vio_rss_can_report(dev))
		info->rx_offload_capa |= RTE_ETH_RX_OFFLOAD_RSS_HASH;
	if (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TCP_LRO)
		info->max_lro_pkt_size = VIO_LRO_FRAME_MAX;
	info->max_rx_mempools = VIO_RX_POOLS_MAX;
	info->rx_seg_capa.multi_pools = 1;
	info->rx_seg_capa.max_nseg = VIO_RX_POOLS_MAX;
	info->rx_queue_offload_capa = VIO_VLAN_RX_OFFLOADS;
	info->tx_queue_offload_capa = RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE | VIO_VLAN_TX_OFFLOADS;
	info->tx_offload_capa = RTE_ETH_TX_OFFLOAD_MULTI_SEGS | info->tx_queue_offload_capa |
				vio_offload_tx_capa(dev, &negotiable);
	info->rx_desc_lim = (struct rte_eth_desc_lim){
		.nb_max = dev->rx_size_max,
		.nb_min = VIO_RING_SIZE_MIN,
		.nb_align = 1,
	};
	info->tx_desc_lim = (struct rte_eth_desc_lim){
		.nb_max = dev->tx_size_max,
		.nb_min = VIO_RING_SIZE_MIN,
		.nb_align = 1,
		/* The header may need a descriptor of its own. */
		.nb_seg_max = dev->tx_size_max - 1,
		.nb_mtu_seg_max = dev->tx_size_max - 1,
	};
	vio_rss_info_get(dev, info);
	info->default_rxportconf.burst_size = DEFAULT_BURST;
	info->default_rxportconf.ring_size = RTE_MIN(dev->rx_size_max, DEFAULT_RING_SIZE);
	info->default_rxportconf.nb_queues = 1;
	info->default_txportconf = info->default_rxportconf;
	info->default_txportconf.ring_size = RTE_MIN(dev->tx_size_max, DEFAULT_RING_SIZE);
	return 0;
}

/* Resets the device, and frees what it held unless it may still use that. */
static int
device_reset(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret = vio_dev_reset(dev);

	if (ret == -ENODEV)
		vio_intr_removed(dev);
	if (dev->state == VIO_DEV_LOST)
		return ret;
	vio_queues_free_mbufs(eth_dev);
	return 0;
}

/* A device that was lost gets another chance to give its memory back. */
static int
device_retrieve(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	return dev->state == VIO_DEV_LOST ? device_reset(eth_dev) : 0;
}

/* Computes from the port's configuration the features to agree on at the start. */
static int
features_choose(struct rte_eth_dev *eth_dev)
{
	const struct rte_eth_rxmode *rxmode = &eth_dev->data->dev_conf.rxmode;
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_features wanted = vio_features_known();

	/* With CTRL_VLAN, the device drops every tagged frame that no one asked for. */
	if (!(rxmode->offloads & RTE_ETH_RX_OFFLOAD_VLAN_FILTER))
		vio_feature_del(&wanted, VIRTIO_NET_F_CTRL_VLAN);
	/* A buffer of several descriptors is no entry of the ring, which IN_ORDER counts by. */
	dev->splits_buffers = rxmode->offloads & RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT;
	if (dev->splits_buffers)
		vio_feature_del(&wanted, VIRTIO_F_IN_ORDER);
	vio_offload_features_limit(eth_dev, &wanted);
	/* virtio 5.1.4.2: MTU binds to buffers for the device's, not the application's. */
	if (!vio_feature_has(&dev->offered, VIRTIO_NET_F_MRG_RXBUF) &&
	    eth_dev->data->mtu < dev->max_mtu)
		vio_feature_del(&wanted, VIRTIO_NET_F_MTU);
	/* With it, each single interrupt would have to be asked for. */
	if (eth_dev->data->dev_conf.intr_conf.rxq)
		vio_feature_del(&wanted, VIRTIO_F_EVENT_IDX);
	vio_rss_features_choose(eth_dev, &wanted);
	return vio_features_negotiate(&dev->offered, &wanted, &dev->features);
}

static int
vio_dev_configure(struct rte_eth_dev *eth_dev)
{
	const struct rte_eth_conf *conf = &eth_dev->data->dev_conf;
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret;

	/* Not a reason to fail: ethdev would release the queues, with mbufs that may come back. */
	device_retrieve(eth_dev);
	dev->isa = vio_isa_choose();
	if ((conf->rxmode.mq_mode & ~RTE_ETH_MQ_RX_RSS_FLAG) != RTE_ETH_MQ_RX_NONE ||
	    conf->txmode.mq_mode != RTE_ETH_MQ_TX_NONE) {
		VIO_LOG(ERR, dev->transport->name, "multi-queue modes Rx %d, Tx %d are not "
			"supported: use RTE_ETH_MQ_RX_NONE or RTE_ETH_MQ_RX_RSS, and "
			"RTE_ETH_MQ_TX_NONE; with each, the device spreads flows",
			conf->rxmode.mq_mode, conf->txmode.mq_mode);
		return -ENOTSUP;
	}
	if (conf->intr_conf.rxq && !dev->transport->has_rx_intr) {
		VIO_LOG(ERR, dev->transport->name, "Rx interrupts are not supported on this bus: "
			"leave intr_conf.rxq at 0 and poll");
		return -ENOTSUP;
	}
	ret = vio_offload_configure(eth_dev);
	if (ret == 0)
		ret = vio_rss_configure(eth_dev);
	return ret < 0 ? ret : features_choose(eth_dev);
}

/*
 * Enables both queues of all pairs (virtio 5.1.9.5.6.1: before they are set to use), the spare
 * ring standing in for one that the application does not have.
 */
static int
queues_enable(struct rte_eth_dev *eth_dev, uint16_t pairs)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct rte_eth_dev_data *data = eth_dev->data;
	struct vio_rxq *rxq;
	struct vio_txq *txq;
	uint16_t i;
	int ret = 0;

	for (i = 0; i < pairs && ret == 0; i++) {
		rxq = i < data->nb_rx_queues ? data->rx_queues[i] : NULL;
		txq = i < data->nb_tx_queues ? data->tx_queues[i] : NULL;
		ret = vio_dev_queue_enable(dev, rxq != NULL ? &rxq->ring : &dev->spare,
					   VIRTIO_NET_RXQ(i), rxq != NULL ?
					   vio_intr_rxq_vector(eth_dev, i) : VIRTIO_MSI_NO_VECTOR);
		if (ret == 0)
			ret = vio_dev_queue_enable(dev, txq != NULL ? &txq->ring : &dev->spare,
						   VIRTIO_NET_TXQ(i), VIRTIO_MSI_NO_VECTOR);
	}
	if (ret == 0 && vio_has_ctrlq(dev)) {
		vio_ring_reset(&dev->ctrlq.ring);
		ret = vio_dev_queue_enable(dev, &dev->ctrlq.ring, dev->ctrlq_index,
					   VIRTIO_MSI_NO_VECTOR);
	}
	return ret;
}

static int
queues_are_set_up(const struct rte_eth_dev *eth_dev)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		if (eth_dev->data->rx_queues[i] == NULL)
			goto missing;
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++)
		if (eth_dev->data->tx_queues[i] == NULL)
			goto missing;
	return 0;

missing:
	VIO_LOG(ERR, dev->transport->name, "queue %u of the %u Rx and %u Tx queues configured is "
		"not set up", i, eth_dev->data->nb_rx_queues, eth_dev->data->nb_tx_queues);
	return -EINVAL;
}

/*
 * Agrees on what was configured. What the device offers must be what it was when it was probed:
 * its limits, and whether it respects the IOMMU, were judged by that.
 */
static int
renegotiate(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_features configured = dev->features, probed = dev->offered;
	/* Before the device is asked, so that a removal that is told meanwhile stays told. */
	bool was_removed = __atomic_exchange_n(&dev->removed, false, __ATOMIC_SEQ_CST);
	int ret = vio_dev_negotiate(dev, &configured);

	if (ret == -ENODEV && was_removed)
		__atomic_store_n(&dev->removed, true, __ATOMIC_SEQ_CST);
	else if (ret == -ENODEV)
		vio_intr_removed(dev);
	if (ret == 0 && !vio_features_equal(&dev->offered, &probed)) {
		VIO_LOG(ERR, dev->transport->name,
			"the device no longer offers what it did: close the port and probe again");
		vio_dev_reset(dev);
		ret = -EPROTO;
	}
	dev->features = configured;
	dev->offered = probed;
	return ret;
}

/* virtio 3.1.1 steps 7 and 8, then 5.1.5. The features are agreed on. */
static int
device_start(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t pairs = vio_pairs_in_use(eth_dev);
	int ret;

	vio_queues_renew(eth_dev);
	ret = queues_enable(eth_dev, pairs);
	if (ret < 0)
		return ret;
	vio_dev_driver_ok(dev);
	if (vio_has_ctrlq(dev))
		vio_ctrl_start(dev);
	ret = vio_rss_restore(eth_dev);
	if (ret == 0)
		ret = vio_filters_restore(eth_dev);
	if (ret == 0)
		ret = vio_offload_rx_restore(eth_dev);
	return ret;
}

/* Puts the device back into reset. */
static int
device_stop(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	vio_queues_stop(eth_dev);
	vio_ctrl_stop(dev);
	if (eth_dev->data->dev_conf.intr_conf.lsc)
		vio_intr_disable(eth_dev);
	vio_intr_needs_reset_cancel(dev);
	return device_reset(eth_dev);
}

static int
vio_link_update(struct rte_eth_dev *eth_dev, int wait_to_complete __rte_unused)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct rte_eth_link link = { .link_status = RTE_ETH_LINK_DOWN };

	if (dev->state == VIO_DEV_STARTED) {
		/* Without interrupts, there may be no other look at the status. */
		vio_intr_status_check(dev);
		vio_dev_link_read(dev, &link);
	}
	return rte_eth_linkstatus_set(eth_dev, &link);
}

/* ethdev also asks this whenever something failed. */
static int
vio_is_removed(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	if (dev->state == VIO_DEV_STARTED && !dev->transport->comes_back)
		vio_intr_status_check(dev);
	return __atomic_load_n(&dev->removed, __ATOMIC_RELAXED);
}

/* Whether the port can be started as it is configured; computes the features to agree on. */
static int
start_check(struct rte_eth_dev *eth_dev)
{
	int ret = queues_are_set_up(eth_dev);

	/* Again: the VLAN filter and the MTU may have been set since the port was configured. */
	if (ret == 0)
		ret = features_choose(eth_dev);
	if (ret == 0)
		ret = vio_rx_queues_check(eth_dev);
	if (ret == 0)
		ret = vio_tx_queues_check(eth_dev);
	if (ret == 0)
		ret = vio_rx_queues_check_mtu(eth_dev, eth_dev->data->mtu);
	return ret;
}

static int
lsc_enable(struct rte_eth_dev *eth_dev)
{
	return eth_dev->data->dev_conf.intr_conf.lsc ? vio_intr_enable(eth_dev) : 0;
}

/* The port works from now on: ethdev gets the functions of the data path for what was agreed on. */
static void
paths_start(struct rte_eth_dev *eth_dev)
{
	const struct vio_rx_path *rx = vio_rx_path(eth_dev->data->dev_private);
	const struct vio_tx_path *tx = vio_tx_path(eth_dev->data->dev_private);

	/* Not each time that the device comes back: the application may be changing it then. */
	vio_queues_set_mtu(eth_dev, eth_dev->data->mtu);
	vio_queues_start(eth_dev);
	eth_dev->rx_pkt_burst = rx->burst;
	eth_dev->rx_queue_count = rx->count;
	eth_dev->rx_descriptor_status = rx->status;
	eth_dev->tx_pkt_burst = tx->burst;
	eth_dev->tx_pkt_prepare = vio_tx_prepare;
	eth_dev->tx_descriptor_status = tx->status;
}

static int
vio_dev_start(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t i;
	int ret;

	ret = start_check(eth_dev);
	if (ret < 0)
		return ret;
	ret = renegotiate(eth_dev);
	/* A device that was lost before gives its mbufs back with this reset. */
	if (dev->state != VIO_DEV_LOST)
		vio_queues_free_mbufs(eth_dev);
	if (ret < 0)
		return ret;
	ret = lsc_enable(eth_dev);
	if (ret < 0) {
		vio_dev_reset(dev);
		return ret;
	}

	ret = device_start(eth_dev);
	if (ret < 0) {
		device_stop(eth_dev);
		return ret;
	}
	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		vio_rx_path(dev)->refill(eth_dev->data->rx_queues[i]);
	paths_start(eth_dev);
	/* Pairs with the exchange in vio_intr_removed(): one of both sees what the other wrote. */
	rte_atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* It was removed meanwhile: who saw that found no queue in use. */
	if (__atomic_load_n(&dev->removed, __ATOMIC_SEQ_CST))
		vio_queues_suspend(eth_dev);
	vio_link_update(eth_dev, 0);
	return 0;
}

int
vio_ethdev_start_suspended(struct rte_eth_dev *eth_dev)
{
	int ret = start_check(eth_dev);

	if (ret == 0)
		ret = lsc_enable(eth_dev);
	if (ret < 0)
		return ret;
	paths_start(eth_dev);
	vio_queues_suspend(eth_dev);
	vio_link_update(eth_dev, 0);
	return 0;
}

int
vio_ethdev_resume(struct rte_eth_dev *eth_dev)
{
	int ret = renegotiate(eth_dev);

	if (ret == 0)
		ret = device_start(eth_dev);
	if (ret < 0)
		return ret;
	vio_queues_resume(eth_dev);
	vio_intr_rxqs_resume(eth_dev);
	return 0;
}

static int
vio_dev_stop(struct rte_eth_dev *eth_dev)
{
	int ret = device_stop(eth_dev);

	eth_dev->rx_pkt_burst = rte_eth_pkt_burst_dummy;
	eth_dev->tx_pkt_burst = rte_eth_pkt_burst_dummy;
	vio_link_update(eth_dev, 0);
	/* Stopped also when the device is lost, or ethdev would never let it be closed. */
	eth_dev->data->dev_started = 0;
	return ret;
}

static void
queues_release(struct rte_eth_dev *eth_dev)
{
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		vio_rx_queue_release(eth_dev, i);
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++)
		vio_tx_queue_release(eth_dev, i);
}

/* rte_eth_dev_reset(): ethdev has stopped the port; it is to be configured anew. */
static int
vio_port_reset(struct rte_eth_dev *eth_dev)
{
	int ret = device_retrieve(eth_dev);

	queues_release(eth_dev);
	return ret;
}

int
vio_ethdev_close(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret = device_retrieve(eth_dev);

	vio_intr_needs_reset_cancel(dev);
	vio_intr_removed_cancel(dev);
	queues_release(eth_dev);
	if (ret < 0)
		return ret;
	vio_ctrl_free(dev);
	vio_ring_free(&dev->spare);
	return 0;
}

/* The queues of a stopped port may be set up anew before its start, which checks them. */
static int
vio_mtu_set(struct rte_eth_dev *eth_dev, uint16_t mtu)
{
	int ret;

	if (!eth_dev->data->dev_started)
		return 0;
	ret = vio_rx_queues_check_mtu(eth_dev, mtu);
	if (ret == 0)
		vio_queues_set_mtu(eth_dev, mtu);
	return ret;
}

static int
vio_tx_done_cleanup(void *queue, uint32_t free_cnt)
{
	const struct vio_txq *q = queue;

	return vio_tx_path(q->dev)->cleanup(queue, free_cnt);
}

static int
vio_get_monitor_addr(void *queue, struct rte_power_monitor_cond *cond)
{
	const struct vio_rxq *q = queue;

	vio_rx_path(q->dev)->monitor(q, cond);
	return 0;
}

static int
vio_rx_burst_mode_get(struct rte_eth_dev *eth_dev, uint16_t queue_id __rte_unused,
		      struct rte_eth_burst_mode *mode)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;

	snprintf(mode->info, sizeof(mode->info), "%s%s %s", vio_rx_path(dev)->name,
		 vio_has(dev, VIRTIO_NET_F_MRG_RXBUF) ? " Mergeable" : "", vio_isa_name(dev->isa));
	return 0;
}

static int
vio_tx_burst_mode_get(struct rte_eth_dev *eth_dev, uint16_t queue_id __rte_unused,
		      struct rte_eth_burst_mode *mode)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;

	snprintf(mode->info, sizeof(mode->info), "%s %s", vio_tx_path(dev)->name,
		 vio_isa_name(dev->isa));
	return 0;
}

static const struct eth_dev_ops vio_eth_dev_ops = {
	.dev_configure = vio_dev_configure,
	.dev_start = vio_dev_start,
	.dev_stop = vio_dev_stop,
	.dev_close = vio_ethdev_close,
	.dev_reset = vio_port_reset,
	.is_removed = vio_is_removed,
	.dev_infos_get = vio_dev_infos_get,
	.link_update = vio_link_update,
	.mtu_set = vio_mtu_set,

	.promiscuous_enable = vio_promiscuous_enable,
	.promiscuous_disable = vio_promiscuous_disable,
	.allmulticast_enable = vio_allmulticast_enable,
	.allmulticast_disable = vio_allmulticast_disable,
	.mac_addr_add = vio_mac_addr_add,
	.mac_addr_remove = vio_mac_addr_remove,
	.mac_addr_set = vio_mac_addr_set,
	.set_mc_addr_list = vio_set_mc_addr_list,
	.vlan_filter_set = vio_vlan_filter_set,
	.vlan_offload_set = vio_vlan_offload_set,
	.vlan_strip_queue_set = vio_vlan_strip_queue_set,

	.reta_update = vio_rss_reta_update,
	.reta_query = vio_rss_reta_query,
	.rss_hash_update = vio_rss_hash_update,
	.rss_hash_conf_get = vio_rss_hash_conf_get,

	.dev_supported_ptypes_get = vio_ptypes_supported_get,
	.dev_ptypes_set = vio_ptypes_set,

	.rx_queue_setup = vio_rx_queue_setup,
	.rx_queue_release = vio_rx_queue_release,
	.rx_queue_intr_enable = vio_rx_queue_intr_enable,
	.rx_queue_intr_disable = vio_rx_queue_intr_disable,
	.tx_queue_setup = vio_tx_queue_setup,
	.tx_queue_release = vio_tx_queue_release,
	.rxq_info_get = vio_rxq_info_get,
	.txq_info_get = vio_txq_info_get,
	.rx_burst_mode_get = vio_rx_burst_mode_get,
	.tx_burst_mode_get = vio_tx_burst_mode_get,
	.tx_done_cleanup = vio_tx_done_cleanup,
	.get_monitor_addr = vio_get_monitor_addr,

	.stats_get = vio_stats_get,
	.stats_reset = vio_stats_reset,
	.xstats_get = vio_xstats_get,
	.xstats_get_names = vio_xstats_get_names,
	.xstats_reset = vio_stats_reset,
};

bool
vio_ethdev_is_own(const struct rte_eth_dev *eth_dev)
{
	/* A bus has a table of its own, in which this operation is the same. */
	return eth_dev->dev_ops->dev_infos_get == vio_dev_infos_get;
}

/* The memory that lives as long as the port: spare ring, control queue, addresses. */
static int
port_alloc(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	const struct vio_ring_conf spare = {
		.is_packed = vio_has(dev, VIRTIO_F_RING_PACKED),
		.use_va = dev->transport->use_va,
		.size = VIO_RING_SIZE_MIN,
	};
	int socket = eth_dev->data->numa_node;
	char label[VIO_RING_LABEL_SIZE];
	int ret;

	eth_dev->data->mac_addrs = rte_zmalloc("vio_mac_addrs", VIO_MAC_ADDRS_MAX *
					       sizeof(struct rte_ether_addr), 0);
	if (eth_dev->data->mac_addrs == NULL)
		return -ENOMEM;
	rte_ether_addr_copy(&dev->mac, &eth_dev->data->mac_addrs[0]);

	snprintf(label, sizeof(label), "p%u_spare", dev->port_id);
	ret = vio_ring_alloc(&dev->spare, label, &spare, socket);
	if (ret == 0 && dev->ctrlq_size_max > 0) {
		ret = vio_ctrl_alloc(dev, dev->ctrlq_size_max, socket);
		if (ret < 0)
			vio_ring_free(&dev->spare);
	}
	return ret;
}

int
vio_ethdev_init(struct rte_eth_dev *eth_dev, const struct vio_transport_ops *ops,
		struct vio_transport *transport)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_features wanted = vio_features_known();
	int ret, identified;

	eth_dev->process_private = (void *)(uintptr_t)ops;
	eth_dev->dev_ops = &vio_eth_dev_ops;
	eth_dev->rx_pkt_burst = rte_eth_pkt_burst_dummy;
	eth_dev->tx_pkt_burst = rte_eth_pkt_burst_dummy;
	eth_dev->data->dev_flags |= RTE_ETH_DEV_AUTOFILL_QUEUE_XSTATS;
	dev->transport = transport;
	dev->port_id = eth_dev->data->port_id;

	/* Everything the driver knows, to learn what the device is. */
	ret = vio_dev_negotiate(dev, &wanted);
	if (ret < 0)
		return ret;
	identified = vio_dev_identify(dev);
	ret = vio_dev_reset(dev);
	if (ret < 0 || identified < 0)
		return ret < 0 ? ret : identified;

	/* Nothing changes without STATUS, and so nothing is signalled. */
	if (!vio_has(dev, VIRTIO_NET_F_STATUS))
		eth_dev->data->dev_flags &= ~RTE_ETH_DEV_INTR_LSC;
	ret = port_alloc(eth_dev);
	if (ret < 0)
		VIO_LOG(ERR, transport->name, "no memory for the port (%s): reserve more hugepages",
			rte_strerror(-ret));
	return ret;
}
