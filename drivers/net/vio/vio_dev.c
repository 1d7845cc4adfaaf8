/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device as such, in the order of its life: negotiation, identification, queues, link, reset.
 * Invariant: whatever is read from the device is bounded here before it is kept.
 * Control threads only, but for vio_dev_link_read(), which the interrupt thread calls too.
 */

#include <errno.h>
#include <inttypes.h>

#include "vio_dev.h"
#include "vio_log.h"

/* Reads a field of struct virtio_net_config. */
#define CONFIG_READ(dev, field, dst) \
	vio_ops(dev)->config_read((dev)->transport, offsetof(struct virtio_net_config, field), \
				  (dst), RTE_SIZEOF_FIELD(struct virtio_net_config, field))

static void
state_set(struct vio_dev *dev, enum vio_dev_state state)
{
	rte_spinlock_lock(&dev->state_lock);
	dev->state = state;
	rte_spinlock_unlock(&dev->state_lock);
}

int
vio_dev_reset(struct vio_dev *dev)
{
	int ret = vio_ops(dev)->reset(dev->transport);

	state_set(dev, ret == 0 || ret == -ENODEV ? VIO_DEV_STOPPED : VIO_DEV_LOST);
	if (ret == 0)
		return 0;
	if (ret == -ENODEV)
		VIO_LOG(ERR, dev->transport->name,
			"the device is gone: every read returns all ones");
	else
		VIO_LOG(ERR, dev->transport->name,
			"the device did not confirm its reset within %u ms: memory that it was "
			"given stays allocated, as it may still use it; reset it on the host, "
			"or end the vhost-user back end",
			VIO_RESET_DEADLINE_MS);
	return ret;
}

static void
status_add(struct vio_dev *dev, uint8_t bit)
{
	const struct vio_transport_ops *ops = vio_ops(dev);

	ops->status_set(dev->transport, ops->status_get(dev->transport) | bit);
}

static int
features_agree(struct vio_dev *dev, const struct vio_features *wanted)
{
	const struct vio_transport_ops *ops = vio_ops(dev);
	const char *name = dev->transport->name;
	char text[VIO_FEATURES_TEXT_LEN];
	uint8_t status;
	int ret;

	ops->features_get(dev->transport, &dev->offered);
	ret = vio_features_negotiate(&dev->offered, wanted, &dev->features);
	if (ret < 0) {
		VIO_LOG(ERR, name, "the device does not offer VERSION_1: net_vio drives virtio 1.x "
			"devices only; give this one to net_virtio (devarg pmd=net_virtio)");
		return ret;
	}

	ops->features_set(dev->transport, &dev->features);
	status_add(dev, VIRTIO_STATUS_FEATURES_OK);

	vio_features_print(&dev->features, text, sizeof(text));
	/* virtio 3.1.1 step 6: FEATURES_OK must still be set, or the device refuses. */
	status = ops->status_get(dev->transport);
	if (status == VIO_STATUS_GONE) {
		VIO_LOG(ERR, name, "the device is gone; unless it comes back by itself, close the "
			"port and probe it again");
		return -ENODEV;
	}
	if (!(status & VIRTIO_STATUS_FEATURES_OK)) {
		VIO_LOG(ERR, name, "the device refuses the features %s (offered: 0x%016" PRIx64
			"%016" PRIx64 "): it may need one that this driver does not know",
			text, dev->offered.word[1], dev->offered.word[0]);
		return -EPROTO;
	}
	VIO_LOG(INFO, name, "features agreed on: %s", text);
	return 0;
}

int
vio_dev_negotiate(struct vio_dev *dev, const struct vio_features *wanted)
{
	int ret = vio_dev_reset(dev);

	if (ret < 0)
		return ret;
	status_add(dev, VIRTIO_STATUS_ACKNOWLEDGE);
	status_add(dev, VIRTIO_STATUS_DRIVER);

	ret = features_agree(dev, wanted);
	if (ret < 0)
		/* virtio 3.1.1: the driver SHOULD set FAILED when it gives up. */
		status_add(dev, VIRTIO_STATUS_FAILED);
	return ret;
}

static int
mac_identify(struct vio_dev *dev)
{
	int ret;

	if (vio_has(dev, VIRTIO_NET_F_MAC)) {
		ret = CONFIG_READ(dev, mac, &dev->mac);
		if (ret < 0)
			return ret;
		if (rte_is_valid_assigned_ether_addr(&dev->mac))
			return 0;
		VIO_LOG(WARNING, dev->transport->name, "the device's address "
			RTE_ETHER_ADDR_PRT_FMT " is not one of a station: using a random one",
			RTE_ETHER_ADDR_BYTES(&dev->mac));
	}
	/* virtio 5.1.4.2: otherwise a locally administered address. */
	rte_eth_random_addr(dev->mac.addr_bytes);
	return 0;
}

static int
mtu_identify(struct vio_dev *dev)
{
	rte_le16_t field;
	uint16_t mtu;
	int ret;

	dev->max_mtu = VIO_MTU_MAX;
	if (!vio_has(dev, VIRTIO_NET_F_MTU))
		return 0;
	ret = CONFIG_READ(dev, mtu, &field);
	if (ret < 0)
		return ret;
	mtu = rte_le_to_cpu_16(field);
	if (mtu < VIRTIO_NET_MTU_MIN) {
		VIO_LOG(ERR, dev->transport->name, "the device states an MTU of %u, below the %u "
			"of the specification: correct it on the host", mtu, VIRTIO_NET_MTU_MIN);
		return -EPROTO;
	}
	dev->max_mtu = RTE_MIN(mtu, VIO_MTU_MAX);
	return 0;
}

/* The largest ring the driver can use of a virtqueue; 0: none. */
static uint16_t
queue_size_usable(struct vio_dev *dev, uint16_t queue)
{
	uint16_t size = vio_ops(dev)->queue_size_max(dev->transport, queue);

	size = RTE_MIN(size, VIRTQ_SIZE_MAX);
	/* virtio 2.7: a split ring's size is a power of two. */
	if (size != 0 && !vio_has(dev, VIRTIO_F_RING_PACKED))
		size = rte_align32prevpow2(size);
	return size < VIO_RING_SIZE_MIN ? 0 : size;
}

/* Counts the queue pairs that exist, at most nb, and the sizes that all their queues take. */
static void
pairs_count(struct vio_dev *dev, uint16_t nb)
{
	uint16_t rx, tx;

	dev->max_pairs = 0;
	dev->rx_size_max = VIRTQ_SIZE_MAX;
	dev->tx_size_max = VIRTQ_SIZE_MAX;
	while (dev->max_pairs < nb) {
		rx = queue_size_usable(dev, VIRTIO_NET_RXQ(dev->max_pairs));
		tx = queue_size_usable(dev, VIRTIO_NET_TXQ(dev->max_pairs));
		if (rx == 0 || tx == 0)
			return;
		dev->rx_size_max = RTE_MIN(dev->rx_size_max, rx);
		dev->tx_size_max = RTE_MIN(dev->tx_size_max, tx);
		dev->max_pairs++;
	}
}

/* How many queue pairs the device states to have. */
static int
pairs_stated(struct vio_dev *dev, uint16_t *pairs)
{
	rte_le16_t field;
	int ret;

	*pairs = VIRTIO_NET_MQ_PAIRS_MIN;
	/* virtio 5.1.2: either feature shows the queues of all pairs. */
	if (!vio_has(dev, VIRTIO_NET_F_MQ) && !vio_has(dev, VIRTIO_NET_F_RSS))
		return 0;
	ret = CONFIG_READ(dev, max_virtqueue_pairs, &field);
	if (ret < 0)
		return ret;
	*pairs = rte_le_to_cpu_16(field);
	/* With 0x8000 pairs the control queue's index would not fit its 16 bits. */
	if (*pairs >= VIRTIO_NET_MQ_PAIRS_MIN && *pairs < VIRTIO_NET_MQ_PAIRS_MAX)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "the device states %u queue pairs, the specification "
		"allows 1 to %u: correct it on the host", *pairs, VIRTIO_NET_MQ_PAIRS_MAX - 1);
	return -EPROTO;
}

static int
queues_identify(struct vio_dev *dev)
{
	const char *name = dev->transport->name;
	uint16_t stated;
	int ret;

	ret = pairs_stated(dev, &stated);
	if (ret < 0)
		return ret;

	pairs_count(dev, RTE_MIN(stated, RTE_MAX_QUEUES_PER_PORT));
	if (dev->max_pairs == 0) {
		VIO_LOG(ERR, name, "the device has no usable pair of queues (a ring needs %u "
			"entries or more): correct it on the host", VIO_RING_SIZE_MIN);
		return -EPROTO;
	}
	if (dev->max_pairs < stated)
		VIO_LOG(WARNING, name, "the device states %u queue pairs, %u are usable", stated,
			dev->max_pairs);

	/* virtio 5.1.2: the control queue follows all pairs that the device states. */
	dev->ctrlq_index = VIRTIO_NET_CTRLQ(stated);
	dev->ctrlq_size_max = 0;
	if (!vio_has(dev, VIRTIO_NET_F_CTRL_VQ) || vio_ops(dev)->ctrl != NULL)
		return 0;
	dev->ctrlq_size_max = queue_size_usable(dev, dev->ctrlq_index);
	if (dev->ctrlq_size_max == 0) {
		VIO_LOG(ERR, name, "the device offers CTRL_VQ and has no usable control queue "
			"(virtqueue %u)", dev->ctrlq_index);
		return -EPROTO;
	}
	return 0;
}

/* What the device can hash: types, inner headers, the longest key (virtio 5.1.4). */
static int
hash_identify(struct vio_dev *dev)
{
	struct vio_rss *rss = &dev->rss;
	rte_le32_t types;
	int ret;

	if (!vio_has(dev, VIRTIO_NET_F_RSS) && !vio_has(dev, VIRTIO_NET_F_HASH_REPORT))
		return 0;
	ret = CONFIG_READ(dev, rss_max_key_size, &rss->key_size);
	if (ret == 0)
		ret = CONFIG_READ(dev, supported_hash_types, &types);
	if (ret < 0)
		return ret;
	rss->hash_types = rte_le_to_cpu_32(types) & VIRTIO_NET_HASH_TYPES;
	if (rss->key_size < VIRTIO_NET_RSS_KEY_SIZE_MIN) {
		VIO_LOG(ERR, dev->transport->name, "the device states hash keys of %u bytes, below "
			"the %u of the specification: correct it on the host", rss->key_size,
			VIRTIO_NET_RSS_KEY_SIZE_MIN);
		return -EPROTO;
	}
	if (!vio_has(dev, VIRTIO_NET_F_HASH_TUNNEL))
		return 0;
	ret = CONFIG_READ(dev, supported_tunnel_types, &types);
	/* virtio 5.1.9.4.4.5: bits that the specification does not name MUST be ignored. */
	rss->tunnel_types = rte_le_to_cpu_32(types) & VIRTIO_NET_HASH_TUNNEL_TYPES;
	return ret;
}

/* How large a table of Rx queues the device takes. */
static int
reta_identify(struct vio_dev *dev)
{
	rte_le16_t field;
	uint16_t size;
	int ret;

	if (!vio_has(dev, VIRTIO_NET_F_RSS))
		return 0;
	ret = CONFIG_READ(dev, rss_max_indirection_table_length, &field);
	if (ret < 0)
		return ret;
	size = rte_le_to_cpu_16(field);
	if (size == 0) {
		VIO_LOG(ERR, dev->transport->name, "the device offers RSS and states an "
			"indirection table of no entries: correct it on the host");
		return -EPROTO;
	}
	/* virtio 5.1.9.5.7.2: the number of entries is a power of two. */
	dev->rss.reta_size = rte_align32prevpow2(RTE_MIN(size, VIO_RETA_SIZE_MAX));
	if (dev->rss.reta_size != size)
		VIO_LOG(INFO, dev->transport->name, "of the %u entries of the device's indirection "
			"table %u are used: a power of two, and at most %u", size,
			dev->rss.reta_size, VIO_RETA_SIZE_MAX);
	return 0;
}

int
vio_dev_identify(struct vio_dev *dev)
{
	int ret = mac_identify(dev);

	if (ret == 0)
		ret = mtu_identify(dev);
	if (ret == 0)
		ret = queues_identify(dev);
	if (ret == 0)
		ret = hash_identify(dev);
	if (ret == 0)
		ret = reta_identify(dev);
	if (ret == -EAGAIN || ret == -ERANGE || ret == -ENODEV)
		VIO_LOG(ERR, dev->transport->name, "the device's configuration %s",
			ret == -EAGAIN ? "never settles" :
			ret == -ERANGE ? "lacks a field of a feature it offers" :
					 "cannot be read: the device is gone");
	return ret;
}

int
vio_dev_queue_enable(struct vio_dev *dev, struct vio_ring *ring, uint16_t index,
		     uint16_t vector)
{
	struct vio_queue_conf conf = {
		.size = ring->size,
		.vector = vector,
		.desc_addr = vio_ring_desc_addr(ring),
		.driver_addr = vio_ring_driver_addr(ring),
		.device_addr = vio_ring_device_addr(ring),
	};
	int ret;

	/* virtio 6.1: with ORDER_PLATFORM, barriers that order for real devices are needed. */
	ring->weak_barriers = !vio_has(dev, VIRTIO_F_ORDER_PLATFORM);
	ring->event_idx = vio_has(dev, VIRTIO_F_EVENT_IDX);
	ring->notification_data = vio_has(dev, VIRTIO_F_NOTIFICATION_DATA);
	vio_ring_intr_set(ring, false);

	ret = vio_ops(dev)->queue_enable(dev->transport, index, &conf, &ring->doorbell);
	if (ret == -EINVAL)
		VIO_LOG(ERR, dev->transport->name, "the device does not take %u entries for "
			"virtqueue %u: use another number of descriptors", conf.size, index);
	else if (ret < 0)
		VIO_LOG(ERR, dev->transport->name, "virtqueue %u cannot be enabled: %s", index,
			ret == -ERANGE ? "its notification address lies outside the device's "
					 "notification structure" : rte_strerror(-ret));
	return ret;
}

void
vio_dev_driver_ok(struct vio_dev *dev)
{
	status_add(dev, VIRTIO_STATUS_DRIVER_OK);
	state_set(dev, VIO_DEV_STARTED);
}

static void
link_speed_read(struct vio_dev *dev, struct rte_eth_link *link)
{
	rte_le32_t field;
	uint8_t duplex;

	if (!vio_has(dev, VIRTIO_NET_F_SPEED_DUPLEX))
		return;
	/* virtio 5.1.4.2: values outside the ranges are unknown. */
	if (CONFIG_READ(dev, speed, &field) == 0 &&
	    rte_le_to_cpu_32(field) <= VIRTIO_NET_SPEED_MAX)
		link->link_speed = rte_le_to_cpu_32(field);
	if (CONFIG_READ(dev, duplex, &duplex) == 0 && duplex == VIRTIO_NET_DUPLEX_HALF)
		link->link_duplex = RTE_ETH_LINK_HALF_DUPLEX;
}

void
vio_dev_link_read(struct vio_dev *dev, struct rte_eth_link *link)
{
	rte_le16_t field;

	*link = (struct rte_eth_link){
		.link_speed = RTE_ETH_SPEED_NUM_UNKNOWN,
		.link_duplex = RTE_ETH_LINK_FULL_DUPLEX,
		.link_autoneg = RTE_ETH_LINK_FIXED,
		.link_status = RTE_ETH_LINK_UP,
	};
	if (__atomic_load_n(&dev->removed, __ATOMIC_RELAXED) ||
	    (vio_has(dev, VIRTIO_NET_F_STATUS) &&
	     (CONFIG_READ(dev, status, &field) < 0 ||
	      !(rte_le_to_cpu_16(field) & VIRTIO_NET_S_LINK_UP)))) {
		link->link_status = RTE_ETH_LINK_DOWN;
		link->link_speed = RTE_ETH_SPEED_NUM_NONE;
		return;
	}
	link_speed_read(dev, link);
}
