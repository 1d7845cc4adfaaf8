/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Offloads of a port and the features that they need.
 * Invariant: a feature whose fields in the virtio_net_hdr would have to be read or written is
 * agreed on only if the application configured an offload that needs it, so that a port without
 * offloads never looks at them.
 * Control threads only.
 */

#include <errno.h>
#include <inttypes.h>

#include <rte_errno.h>
#include <rte_mbuf_dyn.h>

#include "rte_pmd_vio.h"
#include "vio_ctrl.h"
#include "vio_log.h"
#include "vio_offload.h"
#include "vio_rx_offload.h"
#include "vio_tx_offload.h"

#define RX_L4_CKSUM	(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define RX_LRO		RTE_ETH_RX_OFFLOAD_TCP_LRO
#define RX_SWITCHABLE	(RX_L4_CKSUM | RX_LRO)

#define TX_L4_CKSUM	(RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)
#define TX_TSO		RTE_ETH_TX_OFFLOAD_TCP_TSO
#define TX_UDP_TSO	RTE_ETH_TX_OFFLOAD_UDP_TSO
#define TX_TUNNEL	(RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO | \
			 RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO)
#define TX_OUTER_UDP	RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM
#define TX_SEGMENTS	(TX_TSO | TX_UDP_TSO | TX_TUNNEL)
#define TX_SOFTWARE	(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM)
#define TX_ALL		(TX_L4_CKSUM | TX_SEGMENTS | TX_OUTER_UDP | TX_SOFTWARE)

/*
 * What an application that bounds packets put together must at least take: the largest IPv4
 * packet. Devices send no longer ones in practice, though IPv6 allows for 54 bytes more.
 */
#define LRO_BOUND_MIN	UINT16_MAX

/* The offloads of which one at least must be configured for a feature to be wanted. */
static const struct {
	uint8_t feature;
	uint64_t rx;
	uint64_t tx;
} needs[] = {
	{ VIRTIO_NET_F_CSUM, 0, TX_L4_CKSUM | TX_SEGMENTS },
	{ VIRTIO_NET_F_GUEST_CSUM, RX_L4_CKSUM | RX_LRO, 0 },
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, RX_SWITCHABLE, 0 },
	{ VIRTIO_NET_F_GUEST_TSO4, RX_LRO, 0 },
	{ VIRTIO_NET_F_GUEST_TSO6, RX_LRO, 0 },
	{ VIRTIO_NET_F_GUEST_ECN, RX_LRO, 0 },
	{ VIRTIO_NET_F_RSC_EXT, RX_LRO, 0 },
	{ VIRTIO_NET_F_GUEST_UFO, RX_LRO, 0 },
	{ VIRTIO_NET_F_HOST_TSO4, 0, TX_TSO | TX_TUNNEL },
	{ VIRTIO_NET_F_HOST_TSO6, 0, TX_TSO | TX_TUNNEL },
	{ VIRTIO_NET_F_HOST_ECN, 0, TX_TSO | TX_TUNNEL },
	{ VIRTIO_NET_F_HOST_UFO, 0, TX_UDP_TSO },
	{ VIRTIO_NET_F_GUEST_USO4, RX_LRO, 0 },
	{ VIRTIO_NET_F_GUEST_USO6, RX_LRO, 0 },
	{ VIRTIO_NET_F_HOST_USO, 0, TX_UDP_TSO | TX_TUNNEL },
	{ VIRTIO_NET_F_GUEST_HDRLEN, 0, TX_SEGMENTS },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, RX_LRO, 0 },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, RX_LRO, 0 },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, 0, TX_TUNNEL },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, 0, TX_OUTER_UDP },
};

/* Of Rx, those with which a device may put UDP together, or what is in a UDP tunnel. */
static const uint8_t udp_lro_features[] = {
	VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6,
	VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM,
};

/* A feature that lets a kind of segmentation be asked for, or be received. */
struct gso_feature {
	uint8_t feature;
	uint8_t type;	/* VIRTIO_NET_HDR_GSO_* */
};

/* Whether a device with these features may put packets together. */
static bool
has_lro(const struct vio_dev *dev, const struct vio_features *set)
{
	unsigned int i;

	if (vio_feature_has(set, VIRTIO_NET_F_GUEST_TSO4) ||
	    vio_feature_has(set, VIRTIO_NET_F_GUEST_TSO6))
		return true;
	if (!dev->offload_choice.udp_lro)
		return false;
	for (i = 0; i < RTE_DIM(udp_lro_features); i++)
		if (vio_feature_has(set, udp_lro_features[i]))
			return true;
	return false;
}

/* The feature that RTE_ETH_TX_OFFLOAD_UDP_TSO needs. */
static unsigned int
udp_tso_feature(const struct vio_dev *dev)
{
	return dev->offload_choice.uso ? VIRTIO_NET_F_HOST_USO : VIRTIO_NET_F_HOST_UFO;
}

uint64_t
vio_offload_tx_capa(const struct vio_dev *dev, const struct vio_features *negotiable)
{
	uint64_t capa = TX_SOFTWARE;

	if (vio_feature_has(negotiable, VIRTIO_NET_F_CSUM))
		capa |= TX_L4_CKSUM;
	if (vio_feature_has(negotiable, VIRTIO_NET_F_HOST_TSO4) ||
	    vio_feature_has(negotiable, VIRTIO_NET_F_HOST_TSO6))
		capa |= TX_TSO;
	if (vio_feature_has(negotiable, udp_tso_feature(dev)))
		capa |= TX_UDP_TSO;
	if (vio_feature_has(negotiable, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO))
		capa |= TX_TUNNEL;
	/* Of what is not cut into segments, the driver does it, so that both can be asked for. */
	if (vio_feature_has(negotiable, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM))
		capa |= TX_OUTER_UDP;
	return capa;
}

uint64_t
vio_offload_rx_capa(const struct vio_dev *dev, const struct vio_features *negotiable)
{
	uint64_t capa = 0;

	if (vio_feature_has(negotiable, VIRTIO_NET_F_GUEST_CSUM))
		capa |= RX_L4_CKSUM;
	/* A packet of 64 KB takes several buffers: lengths of a segment are 16 bits. */
	if (has_lro(dev, negotiable) && vio_feature_has(negotiable, VIRTIO_NET_F_MRG_RXBUF))
		capa |= RX_LRO;
	return capa;
}

void
vio_offload_features_limit(const struct rte_eth_dev *eth_dev, struct vio_features *wanted)
{
	uint64_t rx = eth_dev->data->dev_conf.rxmode.offloads;
	uint64_t tx = eth_dev->data->dev_conf.txmode.offloads;
	const struct vio_dev *dev = eth_dev->data->dev_private;
	unsigned int i;

	/* virtio 5.1.3.1: RSC_EXT requires TSO, whatever is sent. */
	if (!dev->offload_choice.rsc_info)
		vio_feature_del(wanted, VIRTIO_NET_F_RSC_EXT);
	else if (rx & RX_LRO)
		tx |= TX_TSO;
	for (i = 0; i < RTE_DIM(needs); i++)
		if (!(needs[i].rx & rx) && !(needs[i].tx & tx))
			vio_feature_del(wanted, needs[i].feature);
	for (i = 0; i < RTE_DIM(udp_lro_features); i++)
		if (!dev->offload_choice.udp_lro)
			vio_feature_del(wanted, udp_lro_features[i]);
	/* virtio 5.1.3.1: segments in a tunnel need USO whether or not it is what UDP_TSO means. */
	if (dev->offload_choice.uso)
		vio_feature_del(wanted, VIRTIO_NET_F_HOST_UFO);
	else if (!(tx & TX_TUNNEL))
		vio_feature_del(wanted, VIRTIO_NET_F_HOST_USO);
}

/* The bound that the application states; VIO_LRO_FRAME_MAX if it states none. */
static uint32_t
lro_bound(const struct rte_eth_rxmode *rxmode)
{
	/* What ethdev fills in: a limit that no LRO could keep. */
	if (rxmode->max_lro_pkt_size == rxmode->mtu + VIO_FRAME_OVERHEAD)
		return VIO_LRO_FRAME_MAX;
	return rxmode->max_lro_pkt_size;
}

static int
lro_check(const struct rte_eth_dev *eth_dev)
{
	const struct rte_eth_rxmode *rxmode = &eth_dev->data->dev_conf.rxmode;
	const struct vio_dev *dev = eth_dev->data->dev_private;

	if (!(rxmode->offloads & RX_LRO) || lro_bound(rxmode) >= LRO_BOUND_MIN)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "max_lro_pkt_size is %u, and a device cannot be told to "
		"put together less than %u bytes: leave it at 0, or take %u",
		rxmode->max_lro_pkt_size, LRO_BOUND_MIN, VIO_LRO_FRAME_MAX);
	return -EINVAL;
}

/* Makes room in mbufs for the counts of segments put together, if they are asked for. */
static int
rsc_register(struct vio_dev *dev)
{
	static const struct rte_mbuf_dynfield field = {
		.name = RTE_PMD_VIO_DYNFIELD_RSC_NAME,
		.size = sizeof(struct rte_pmd_vio_rsc),
		.align = __alignof__(struct rte_pmd_vio_rsc),
	};
	static const struct rte_mbuf_dynflag flag = { .name = RTE_PMD_VIO_DYNFLAG_RSC_NAME };
	int bit = -1;

	dev->rsc_offset = rte_mbuf_dynfield_register(&field);
	if (dev->rsc_offset >= 0)
		bit = rte_mbuf_dynflag_register(&flag);
	if (bit < 0) {
		VIO_LOG(ERR, dev->transport->name, "mbufs have no room for rsc_info (%s): leave "
			"the argument out, or other users of dynamic fields",
			rte_strerror(rte_errno));
		return -ENOSPC;
	}
	dev->rsc_flag = RTE_BIT64(bit);
	if (!vio_feature_has(&dev->offered, VIRTIO_NET_F_RSC_EXT))
		VIO_LOG(NOTICE, dev->transport->name, "rsc_info=1, and the device counts no "
			"segments (it lacks RSC_EXT): no packet will have counts");
	return 0;
}

int
vio_offload_configure(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret = lro_check(eth_dev);

	if (ret < 0)
		return ret;
	dev->rx_offloads_off = 0;
	if (!dev->offload_choice.rsc_info ||
	    !(eth_dev->data->dev_conf.rxmode.offloads & RX_LRO))
		return 0;
	return rsc_register(dev);
}

uint32_t
vio_offload_rx_frame_max(const struct vio_dev *dev, uint16_t mtu)
{
	if (has_lro(dev, &dev->features))
		return VIO_LRO_FRAME_MAX;
	return (vio_has(dev, VIRTIO_NET_F_MTU) ? dev->max_mtu : mtu) + VIO_FRAME_OVERHEAD;
}

/* The kinds of segmentation that were agreed on, a bit each. */
static uint8_t
gso_types(const struct vio_dev *dev, const struct gso_feature *table, unsigned int nb)
{
	uint8_t types = 0;
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (vio_has(dev, table[i].feature))
			types |= RTE_BIT32(table[i].type);
	return types;
}

void
vio_offload_rxq_renew(const struct rte_eth_dev *eth_dev, struct vio_rxq *q)
{
	static const struct gso_feature table[] = {
		{ VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_HDR_GSO_TCPV4 },
		{ VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_HDR_GSO_TCPV6 },
		{ VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_HDR_GSO_UDP },
		{ VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_HDR_GSO_UDP_L4 },
		{ VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_HDR_GSO_UDP_L4 },
	};

	q->offload = vio_has(q->dev, VIRTIO_NET_F_GUEST_CSUM);
	q->lro_frame_len = lro_bound(&eth_dev->data->dev_conf.rxmode);
	q->gso_types = gso_types(q->dev, table, RTE_DIM(table));
	q->partial_csum = q->dev->offload_choice.partial_csum;
	q->told_says = (VIO_HDR_SAYS_GSO & ~(VIO_RX_TUNNEL_BITS << 8)) |
		       VIRTIO_NET_HDR_F_DATA_VALID |
		       (q->partial_csum ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0);
	q->tunnel = vio_has(q->dev, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO);
	q->tunnel_csum = vio_has(q->dev, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM);
	q->rsc_ext = vio_has(q->dev, VIRTIO_NET_F_RSC_EXT);
	q->rsc_offset = q->dev->rsc_offset;
	q->rsc_flag = q->dev->rsc_flag;
}

/* A feature's bit in the command that switches offloads (virtio 5.1.9.5.9.1); 0: it has none. */
static uint64_t
switch_bit(uint8_t feature)
{
	switch (feature) {
	case VIRTIO_NET_F_GUEST_CSUM:
	case VIRTIO_NET_F_GUEST_TSO4:
	case VIRTIO_NET_F_GUEST_TSO6:
	case VIRTIO_NET_F_GUEST_ECN:
	case VIRTIO_NET_F_GUEST_UFO:
	case VIRTIO_NET_F_GUEST_USO4:
	case VIRTIO_NET_F_GUEST_USO6:
	/* Not named there; but QEMU, whose own LRO comes with this feature, asks for its bit. */
	case VIRTIO_NET_F_RSC_EXT:
		return RTE_BIT64(feature);
	case VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO:
		return RTE_BIT64(VIRTIO_NET_GUEST_OFFLOAD_UDP_TUNNEL_GSO);
	case VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM:
		return RTE_BIT64(VIRTIO_NET_GUEST_OFFLOAD_UDP_TUNNEL_GSO_CSUM);
	default:
		return 0;
	}
}

/*
 * Has the device do what these Rx offloads need, and no more of what was agreed on. The queues take
 * what was agreed on all the same: packets may be under way, and such a packet is no harm later.
 */
static int
rx_offloads_send(struct vio_dev *dev, uint64_t on)
{
	uint64_t bits = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(needs); i++)
		if ((needs[i].rx & on) && vio_has(dev, needs[i].feature))
			bits |= switch_bit(needs[i].feature);
	return vio_ctrl_guest_offloads_set(dev, bits);
}

static uint64_t
rx_switchable(const struct rte_eth_dev *eth_dev)
{
	return eth_dev->data->dev_conf.rxmode.offloads & RX_SWITCHABLE;
}

uint64_t
vio_offload_rx_on(const struct rte_eth_dev *eth_dev)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;

	return rx_switchable(eth_dev) & ~dev->rx_offloads_off;
}

int
vio_offload_rx_switch(struct rte_eth_dev *eth_dev, uint64_t on)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	const char *name = dev->transport->name;
	int ret = 0;

	if (on & ~rx_switchable(eth_dev)) {
		VIO_LOG(ERR, name, "Rx offloads 0x%" PRIx64 " cannot be switched on: the port is "
			"configured with 0x%" PRIx64 " of those that can; stop it and configure "
			"it with them", on & ~rx_switchable(eth_dev), rx_switchable(eth_dev));
		return -EINVAL;
	}
	if (on == vio_offload_rx_on(eth_dev))
		return 0;
	if (!vio_has(dev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)) {
		VIO_LOG(ERR, name, "the device cannot switch Rx offloads (it lacks "
			"CTRL_GUEST_OFFLOADS): stop the port and configure it without them");
		return -ENOTSUP;
	}
	if (dev->state == VIO_DEV_STARTED)
		ret = rx_offloads_send(dev, on);
	if (ret == 0)
		dev->rx_offloads_off = rx_switchable(eth_dev) & ~on;
	return ret;
}

int
vio_offload_rx_restore(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	/* virtio 5.1.9.5.9.1: all that was agreed on is on. */
	if (dev->rx_offloads_off == 0)
		return 0;
	return rx_offloads_send(dev, vio_offload_rx_on(eth_dev));
}

bool
vio_offload_tx_needs_header(uint64_t tx_offloads)
{
	return tx_offloads & TX_ALL;
}

void
vio_offload_txq_renew(struct vio_txq *q)
{
	static const struct gso_feature table[] = {
		{ VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_HDR_GSO_TCPV4 },
		{ VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_HDR_GSO_TCPV6 },
		{ VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_HDR_GSO_UDP },
		{ VIRTIO_NET_F_HOST_USO, VIRTIO_NET_HDR_GSO_UDP_L4 },
	};
	uint64_t supported = 0;

	q->offload_flags = q->offloads & TX_ALL ? VIO_TX_OFFLOAD_FLAGS : 0;
	if (q->offloads & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM)
		supported |= RTE_MBUF_F_TX_IP_CKSUM;
	if (q->offloads & RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM)
		supported |= RTE_MBUF_F_TX_OUTER_IP_CKSUM;
	/* The port may have been configured anew with fewer offloads than the queue was. */
	if ((q->offloads & (TX_L4_CKSUM | TX_SEGMENTS)) && vio_has(q->dev, VIRTIO_NET_F_CSUM))
		supported |= RTE_MBUF_F_TX_L4_MASK;
	if (q->offloads & (TX_TSO | TX_TUNNEL))
		supported |= RTE_MBUF_F_TX_TCP_SEG;
	if (q->offloads & TX_UDP_TSO)
		supported |= RTE_MBUF_F_TX_UDP_SEG;
	if (q->offloads & TX_OUTER_UDP)
		supported |= RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
	/* At once: packets may be prepared while the device is away. */
	q->supported_flags = supported;
	/* DPDK's flag says fragments of one datagram, which is UFO; not datagrams, which is USO. */
	q->udp_gso_type = q->dev->offload_choice.uso ? VIRTIO_NET_HDR_GSO_UDP_L4 :
						       VIRTIO_NET_HDR_GSO_UDP;
	q->tunnel = vio_has(q->dev, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO);
	q->tunnel_csum = vio_has(q->dev, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM);
	q->gso_types = gso_types(q->dev, table, RTE_DIM(table));
	q->ecn = vio_has(q->dev, VIRTIO_NET_F_HOST_ECN);
}
