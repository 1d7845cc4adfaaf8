/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The network device: receive, transmit and configuration.
 * Threads: a queue pair is used by the thread that calls; the control queue by vdev_net_ctrl.c.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vdev_net.h"
#include "vdev_net_ctrl.h"
#include "vdev_net_offload.h"

/* virtio 5.1.3.1, as far as the model offers features that have a requirement. */
static bool
net_features_ok(struct vdev *dev)
{
	static const uint8_t need_ctrl_vq[] = {
		VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_MQ,
		VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_TUNNEL,
		VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	};
	unsigned int i;

	if (vdev_has(dev, VIRTIO_NET_F_HASH_TUNNEL) && !vdev_has(dev, VIRTIO_NET_F_RSS) &&
	    !vdev_has(dev, VIRTIO_NET_F_HASH_REPORT)) {
		vdev_complain(dev, "HASH_TUNNEL without RSS and HASH_REPORT");
		return false;
	}
	for (i = 0; i < RTE_DIM(need_ctrl_vq); i++) {
		if (vdev_has(dev, need_ctrl_vq[i]) && !vdev_has(dev, VIRTIO_NET_F_CTRL_VQ)) {
			vdev_complain(dev, "feature %u without CTRL_VQ", need_ctrl_vq[i]);
			return false;
		}
	}
	return vdev_net_offload_features_ok(dev);
}

/* The most chains that a frame may take: as many as the largest queue has. */
static uint16_t
rx_chains_max(const struct vdev_net *net)
{
	uint16_t i, most = 0;

	for (i = 0; i < net->dev.nb_queues; i++)
		most = RTE_MAX(most, net->dev.queues[i].size_max);
	return RTE_MIN(most, VDEV_CHAIN_MAX);
}

int
vdev_net_queue_start(struct vdev_net *net, uint16_t index, uint32_t base)
{
	if (net->rx_chains == NULL)
		net->rx_chains = malloc(rx_chains_max(net) * sizeof(*net->rx_chains));
	if (net->rx_chains == NULL || vdev_vq_attach(&net->vq[index], &net->dev, index, base) != 0)
		return -ENOMEM;
	if (index % 2 == 0)
		return 0;
	net->nb_held[index / 2] = 0;
	net->held[index / 2] = malloc(net->vq[index].size * sizeof(uint16_t));
	return net->held[index / 2] == NULL ? -ENOMEM : 0;
}

void
vdev_net_queue_stop(struct vdev_net *net, uint16_t index)
{
	vdev_vq_detach(&net->vq[index]);
	if (index % 2 == 1) {
		free(net->held[index / 2]);
		net->held[index / 2] = NULL;
	}
}

static void
net_driver_ok(struct vdev *dev)
{
	struct vdev_net *net = (struct vdev_net *)dev;
	uint16_t i;

	for (i = 0; i < dev->nb_queues; i++) {
		if (!dev->queues[i].enabled)
			continue;
		if (vdev_net_queue_start(net, i, vdev_vq_base_new(dev)) != 0)
			vdev_complain(dev, "no memory for queue %u", i);
		net->vq[i].strict = i != vdev_net_ctrl_queue(net);
	}
}

static void
net_reset(struct vdev *dev)
{
	struct vdev_net *net = (struct vdev_net *)dev;
	uint16_t i;

	for (i = 0; i < dev->nb_queues; i++)
		vdev_net_queue_stop(net, i);
	free(net->rx_chains);
	net->rx_chains = NULL;
	vdev_net_ctrl_reset(net);
}

static const struct vdev_type net_type = {
	.features_ok = net_features_ok,
	.driver_ok = net_driver_ok,
	.reset = net_reset,
};

void
vdev_net_init(struct vdev_net *net, uint16_t nb_pairs, uint16_t size_max)
{
	static const uint8_t features[] = {
		VIRTIO_NET_F_MTU, VIRTIO_NET_F_MAC, VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_STATUS,
		VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN,
		VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_SPEED_DUPLEX,
		VIRTIO_F_VERSION_1,
	};
	static const uint8_t mac[6] = { 0x02, 0x76, 0x69, 0x6f, 0x00, 0x01 };
	unsigned int i;

	memset(net, 0, sizeof(*net));
	vdev_init(&net->dev, &net_type, vdev_translate_identity);
	for (i = 0; i < RTE_DIM(features); i++)
		vdev_offer(&net->dev, features[i], true);
	net->dev.nb_queues = 2 * nb_pairs + 1;
	for (i = 0; i < net->dev.nb_queues; i++)
		net->dev.queues[i].size_max = size_max;

	memcpy(net->config.mac, mac, sizeof(mac));
	net->config.status = rte_cpu_to_le_16(VIRTIO_NET_S_LINK_UP);
	net->config.max_virtqueue_pairs = rte_cpu_to_le_16(nb_pairs);
	net->config.mtu = rte_cpu_to_le_16(9000);
	net->config.speed = rte_cpu_to_le_32(10000);
	net->config.duplex = VIRTIO_NET_DUPLEX_FULL;
	net->dev.config = &net->config;
	net->dev.config_len = sizeof(net->config);

	net->answer_class = -1;
	net->num_buffers = -1;
	vdev_net_ctrl_reset(net);
}

void
vdev_net_fini(struct vdev_net *net)
{
	net_reset(&net->dev);
	vdev_fini(&net->dev);
}

/* Writes the frame over the chains; all but the last are filled (virtio 5.1.9.4.1). */
static void
fill(struct vdev_vq *vq, const struct vdev_chain *chains, uint16_t nb,
	const struct virtio_net_hdr_ext *hdr, size_t hdr_len, const uint8_t *frame, size_t len)
{
	size_t room;
	uint16_t i;

	vdev_chain_write(&chains[0], 0, hdr, hdr_len);
	room = RTE_MIN(chains[0].writable - hdr_len, len);
	vdev_chain_write(&chains[0], hdr_len, frame, room);
	vdev_vq_put(vq, chains[0].id, hdr_len + room);
	for (i = 1; i < nb; i++) {
		frame += room;
		len -= room;
		room = RTE_MIN(chains[i].writable, len);
		vdev_chain_write(&chains[i], 0, frame, room);
		vdev_vq_put(vq, chains[i].id, room);
	}
	vdev_vq_publish(vq);
}

int
vdev_net_rx(struct vdev_net *net, uint16_t pair, const void *frame, size_t len)
{
	struct virtio_net_hdr_ext hdr = { 0 };
	struct vdev_net_hash hash;

	if (vdev_has(&net->dev, VIRTIO_NET_F_HASH_REPORT)) {
		hash = vdev_net_rss_hash(net, frame, len);
		hdr.hash_value = rte_cpu_to_le_32(hash.value);
		hdr.hash_report = rte_cpu_to_le_16(hash.report);
	}
	return vdev_net_rx_hdr(net, pair, frame, len, &hdr);
}

int
vdev_net_rx_hdr(struct vdev_net *net, uint16_t pair, const void *frame, size_t len,
	const struct virtio_net_hdr_ext *hdr)
{
	struct vdev_vq *vq = &net->vq[VIRTIO_NET_RXQ(pair)];
	bool mergeable = vdev_has(&net->dev, VIRTIO_NET_F_MRG_RXBUF);
	struct vdev_chain *chains = net->rx_chains;
	struct virtio_net_hdr_ext h = *hdr;
	size_t hdr_len = vdev_net_hdr_len(net);
	uint64_t room = 0;
	uint16_t nb = 0;

	if (vq->size == 0)
		return -ENETDOWN;
	vdev_vq_fetch(vq);
	while (room < hdr_len + len && vq->nb_ready > 0 && nb < rx_chains_max(net) &&
	       (mergeable || nb == 0)) {
		vdev_vq_take(vq, &chains[nb]);
		room += chains[nb++].writable;
	}
	if (room < hdr_len + len) {
		bool one_only = nb == 1 && !mergeable;

		while (nb > 0)
			vdev_vq_untake(vq, &chains[--nb]);
		return one_only ? -EMSGSIZE : 0;
	}
	h.hdr.num_buffers = rte_cpu_to_le_16(nb);
	if (net->num_buffers >= 0)
		h.hdr.num_buffers = rte_cpu_to_le_16(net->num_buffers);
	net->num_buffers = -1;
	fill(vq, chains, nb, &h, hdr_len, frame, len);
	return nb;
}

int
vdev_net_rx_spread(struct vdev_net *net, const void *frame, size_t len, uint16_t *pair)
{
	*pair = vdev_net_rss_pair(net, frame, len);
	return vdev_net_rx(net, *pair, frame, len);
}

/* Reads a frame that was sent, with its header, and judges both. Returns its length. */
static size_t
read_tx(struct vdev_net *net, uint16_t pair, const struct vdev_chain *chain, void *buf)
{
	size_t hdr_len = vdev_net_hdr_len(net), len;

	memset(&net->tx_hdr, 0, sizeof(net->tx_hdr));
	if (chain->writable != 0)
		vdev_complain(&net->dev, "Tx %u: a writable descriptor", pair);
	if (pair >= net->nb_pairs)
		vdev_complain(&net->dev, "Tx %u: only %u pairs are on", pair, net->nb_pairs);
	if (chain->readable <= hdr_len) {
		vdev_complain(&net->dev, "Tx %u: %llu bytes in all", pair,
			(unsigned long long)chain->readable);
		return 0;
	}
	len = RTE_MIN(chain->readable - hdr_len, (size_t)VDEV_NET_FRAME_MAX);
	vdev_chain_read(chain, 0, &net->tx_hdr, hdr_len);
	vdev_chain_read(chain, hdr_len, buf, len);
	vdev_net_offload_check(net, pair, &net->tx_hdr, buf, len);
	return len;
}

int
vdev_net_tx(struct vdev_net *net, uint16_t pair, void *buf, unsigned int *nb_segments)
{
	struct vdev_vq *vq = &net->vq[VIRTIO_NET_TXQ(pair)];
	struct vdev_chain chain;
	size_t len;

	if (vq->size == 0)
		return -ENETDOWN;
	if (vdev_vq_fetch(vq) == 0)
		return 0;
	/* frames leave in the order they came; order is that of their completion */
	vdev_vq_take_oldest(vq, &chain);

	len = read_tx(net, pair, &chain, buf);
	if (nb_segments != NULL)
		*nb_segments = chain.nb_segments;
	net->held[pair][net->nb_held[pair]++] = chain.id;
	if (!net->hold_tx)
		vdev_net_tx_complete(net, pair, net->nb_held[pair]);
	return len;
}

uint16_t
vdev_net_tx_complete(struct vdev_net *net, uint16_t pair, uint16_t nb)
{
	struct vdev_vq *vq = &net->vq[VIRTIO_NET_TXQ(pair)];
	uint16_t *held = net->held[pair];
	uint16_t *nb_held = &net->nb_held[pair];
	uint16_t i, n;

	nb = RTE_MIN(nb, *nb_held);
	for (n = 0; n < nb; n++) {
		i = vdev_vq_pick(vq, *nb_held);
		vdev_vq_put(vq, held[i], 0);
		(*nb_held)--;
		memmove(&held[i], &held[i + 1], (*nb_held - i) * sizeof(held[0]));
	}
	vdev_vq_publish(vq);
	return nb;
}

uint16_t
vdev_net_rx_posted(struct vdev_net *net, uint16_t pair)
{
	return vdev_vq_fetch(&net->vq[VIRTIO_NET_RXQ(pair)]);
}

void
vdev_net_link(struct vdev_net *net, bool up)
{
	net->config.status = rte_cpu_to_le_16(up ? VIRTIO_NET_S_LINK_UP : 0);
	net->dev.generation++;
	net->dev.isr |= VIRTIO_PCI_ISR_CONFIG;
}
