/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Which layers of received packets are looked at for their packet type.
 * Reading headers costs, so that it is done only when asked for; ethdev's contract is that all
 * types that are stated are set, and applications that rely on them ask which these are.
 * Control threads only; a queue's thread sees a change with one of its next packets.
 */

#include <rte_mbuf_ptype.h>

#include "vio_ptype.h"

/* The innermost layers first: to find one, all that follow here have to be looked at. */
static const uint32_t layers[] = {
	RTE_PTYPE_INNER_L4_MASK,
	RTE_PTYPE_INNER_L3_MASK,
	RTE_PTYPE_INNER_L2_MASK,
	RTE_PTYPE_TUNNEL_MASK,
	RTE_PTYPE_L4_MASK,
	RTE_PTYPE_L3_MASK,
	RTE_PTYPE_L2_MASK,
};

static void
layers_set(struct rte_eth_dev *eth_dev, uint32_t ptype_layers)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_rxq *q;
	uint16_t i;

	dev->ptype_layers = ptype_layers;
	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		q = eth_dev->data->rx_queues[i];
		if (q != NULL)
			q->ptype_layers = ptype_layers;
	}
}

const uint32_t *
vio_ptypes_supported_get(struct rte_eth_dev *eth_dev)
{
	/* What rte_net_get_ptype() tells. */
	static const uint32_t ptypes[] = {
		RTE_PTYPE_L2_ETHER,
		RTE_PTYPE_L2_ETHER_VLAN,
		RTE_PTYPE_L2_ETHER_QINQ,
		RTE_PTYPE_L2_ETHER_MPLS,
		RTE_PTYPE_L3_IPV4,
		RTE_PTYPE_L3_IPV4_EXT,
		RTE_PTYPE_L3_IPV6,
		RTE_PTYPE_L3_IPV6_EXT,
		RTE_PTYPE_L4_TCP,
		RTE_PTYPE_L4_UDP,
		RTE_PTYPE_L4_SCTP,
		RTE_PTYPE_L4_FRAG,
		RTE_PTYPE_TUNNEL_IP,
		RTE_PTYPE_TUNNEL_GRE,
		RTE_PTYPE_TUNNEL_NVGRE,
		RTE_PTYPE_INNER_L2_ETHER,
		RTE_PTYPE_INNER_L2_ETHER_VLAN,
		RTE_PTYPE_INNER_L2_ETHER_QINQ,
		RTE_PTYPE_INNER_L3_IPV4,
		RTE_PTYPE_INNER_L3_IPV4_EXT,
		RTE_PTYPE_INNER_L3_IPV6,
		RTE_PTYPE_INNER_L3_IPV6_EXT,
		RTE_PTYPE_INNER_L4_TCP,
		RTE_PTYPE_INNER_L4_UDP,
		RTE_PTYPE_INNER_L4_SCTP,
		RTE_PTYPE_INNER_L4_FRAG,
		RTE_PTYPE_UNKNOWN,
	};
	const struct vio_dev *dev = eth_dev->data->dev_private;

	if (!dev->ptypes_chosen)
		layers_set(eth_dev, RTE_PTYPE_ALL_MASK);
	return ptypes;
}

int
vio_ptypes_set(struct rte_eth_dev *eth_dev, uint32_t ptype_mask)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	uint32_t ptype_layers = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(layers); i++)
		if (ptype_layers != 0 || (ptype_mask & layers[i]))
			ptype_layers |= layers[i];
	dev->ptypes_chosen = true;
	layers_set(eth_dev, ptype_layers);
	return 0;
}
