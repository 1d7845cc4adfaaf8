/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive-side scaling: the port's hash functions, key and table, kept here and told to the
 * device. Without hash functions, or without RSS, the device spreads flows by itself
 * (automatic receive steering, virtio 5.1.9.5.6).
 * Invariants: what is kept fits what the device stated when it was probed; the table names Rx
 * queues that exist, as it is made anew when their number changes.
 * Control threads only.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "vio_ctrl.h"
#include "vio_log.h"
#include "vio_rss.h"

/* DPDK's names of the hash types; one to one, so that each can be told back. */
static const struct {
	uint64_t function;
	uint32_t type;
} hash_functions[] = {
	{ RTE_ETH_RSS_IPV4, VIRTIO_NET_HASH_TYPE_IPv4 },
	{ RTE_ETH_RSS_NONFRAG_IPV4_TCP, VIRTIO_NET_HASH_TYPE_TCPv4 },
	{ RTE_ETH_RSS_NONFRAG_IPV4_UDP, VIRTIO_NET_HASH_TYPE_UDPv4 },
	{ RTE_ETH_RSS_IPV6, VIRTIO_NET_HASH_TYPE_IPv6 },
	{ RTE_ETH_RSS_NONFRAG_IPV6_TCP, VIRTIO_NET_HASH_TYPE_TCPv6 },
	{ RTE_ETH_RSS_NONFRAG_IPV6_UDP, VIRTIO_NET_HASH_TYPE_UDPv6 },
	{ RTE_ETH_RSS_IPV6_EX, VIRTIO_NET_HASH_TYPE_IP_EX },
	{ RTE_ETH_RSS_IPV6_TCP_EX, VIRTIO_NET_HASH_TYPE_TCP_EX },
	{ RTE_ETH_RSS_IPV6_UDP_EX, VIRTIO_NET_HASH_TYPE_UDP_EX },
};

/*
 * The key of an application that gives none: that of the test vectors which Microsoft publishes
 * with its specification of RSS; longer keys repeat it.
 */
static const uint8_t default_key[VIRTIO_NET_RSS_KEY_SIZE_MIN] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
	0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
	0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
	0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static uint64_t
functions_of(uint32_t types)
{
	uint64_t functions = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(hash_functions); i++)
		if (types & hash_functions[i].type)
			functions |= hash_functions[i].function;
	return functions;
}

static uint32_t
types_of(uint64_t functions)
{
	uint32_t types = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(hash_functions); i++)
		if (functions & hash_functions[i].function)
			types |= hash_functions[i].type;
	return types;
}

bool
vio_rss_can_report(const struct vio_dev *dev)
{
	return dev->rss.hash_types != 0 &&
	       vio_feature_has(&dev->offered, VIRTIO_NET_F_HASH_REPORT);
}

void
vio_rss_info_get(const struct vio_dev *dev, struct rte_eth_dev_info *info)
{
	const struct vio_rss *rss = &dev->rss;

	info->reta_size = rss->reta_size;
	info->hash_key_size = rss->key_size;
	info->flow_type_rss_offloads = functions_of(rss->hash_types);
	if (rss->tunnel_types != 0)
		info->flow_type_rss_offloads |= RTE_ETH_RSS_LEVEL_MASK;
	/* Any wish to spread passes ethdev, which compares it with this. */
	if (rss->reta_size == 0 && rss->fallback)
		info->flow_type_rss_offloads |= RTE_ETH_RSS_PROTO_MASK;
}

/* Which headers of encapsulated frames are hashed: outer ones unless inner ones are asked for. */
static int
level_take(const struct vio_dev *dev, uint64_t functions, struct vio_rss_conf *conf)
{
	switch (functions & RTE_ETH_RSS_LEVEL_MASK) {
	case RTE_ETH_RSS_LEVEL_PMD_DEFAULT:
	case RTE_ETH_RSS_LEVEL_OUTERMOST:
		conf->tunnel_types = 0;
		return 0;
	case RTE_ETH_RSS_LEVEL_INNERMOST:
		conf->tunnel_types = dev->rss.tunnel_types;
		return 0;
	default:
		VIO_LOG(ERR, dev->transport->name, "the RSS level is neither "
			"RTE_ETH_RSS_LEVEL_OUTERMOST nor RTE_ETH_RSS_LEVEL_INNERMOST: use one");
		return -EINVAL;
	}
}

/* Takes the application's key if there is one. */
static int
key_take(const struct vio_dev *dev, const struct rte_eth_rss_conf *rss_conf,
	 struct vio_rss_conf *conf)
{
	uint8_t len = rss_conf->rss_key_len;

	if (rss_conf->rss_key == NULL || len == 0)
		return 0;
	if (len < VIRTIO_NET_RSS_KEY_SIZE_MIN || len > dev->rss.key_size) {
		VIO_LOG(ERR, dev->transport->name, "an RSS key of %u bytes: use one of %u to %u",
			len, VIRTIO_NET_RSS_KEY_SIZE_MIN, dev->rss.key_size);
		return -EINVAL;
	}
	conf->key_len = len;
	memcpy(conf->key, rss_conf->rss_key, len);
	return 0;
}

/* The configuration of an application that asks for nothing but Rx queues. */
static void
conf_preset(const struct rte_eth_dev *eth_dev, struct vio_rss_conf *conf)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t nb_rx = RTE_MAX(eth_dev->data->nb_rx_queues, 1);
	uint16_t i;

	memset(conf, 0, sizeof(*conf));
	conf->key_len = dev->rss.key_size;
	for (i = 0; i < conf->key_len; i++)
		conf->key[i] = default_key[i % sizeof(default_key)];
	for (i = 0; i < dev->rss.reta_size; i++)
		conf->reta[i] = i % nb_rx;
}

/* A device without automatic receive steering spreads frames by all hashes that it has. */
static void
spread_anyway(const struct vio_dev *dev, struct vio_rss_conf *conf)
{
	if (conf->hash_types == 0 && !vio_feature_has(&dev->offered, VIRTIO_NET_F_MQ))
		conf->hash_types = dev->rss.hash_types;
}

/* A device without RSS may compute hashes, and report them; it does not spread by them. */
static void
fallback_tell(const struct rte_eth_dev *eth_dev, uint64_t functions)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;

	if (dev->rss.reta_size > 0 || functions == 0 || eth_dev->data->nb_rx_queues < 2)
		return;
	VIO_LOG(NOTICE, dev->transport->name, "the device has no RSS: it spreads flows over the Rx "
		"queues by itself, and not by the hash functions 0x%" PRIx64, functions);
}

int
vio_rss_configure(struct rte_eth_dev *eth_dev)
{
	const struct rte_eth_conf *dev_conf = &eth_dev->data->dev_conf;
	const struct rte_eth_rss_conf *rss_conf = &dev_conf->rx_adv_conf.rss_conf;
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_rss_conf *conf = &dev->rss.conf;
	int ret = 0;

	conf_preset(eth_dev, conf);
	if (dev_conf->rxmode.mq_mode & RTE_ETH_MQ_RX_RSS_FLAG) {
		fallback_tell(eth_dev, rss_conf->rss_hf);
		conf->hash_types = types_of(rss_conf->rss_hf) & dev->rss.hash_types;
		ret = level_take(dev, rss_conf->rss_hf, conf);
		if (ret == 0 && dev->rss.key_size > 0)
			ret = key_take(dev, rss_conf, conf);
	}
	spread_anyway(dev, conf);
	return ret;
}

void
vio_rss_features_choose(const struct rte_eth_dev *eth_dev, struct vio_features *wanted)
{
	const struct rte_eth_rxmode *rxmode = &eth_dev->data->dev_conf.rxmode;
	const struct vio_dev *dev = eth_dev->data->dev_private;

	if (!(rxmode->offloads & RTE_ETH_RX_OFFLOAD_RSS_HASH))
		vio_feature_del(wanted, VIRTIO_NET_F_HASH_REPORT);
	/*
	 * virtio 5.1.2: without MQ and RSS, the control queue is another one than when the device
	 * was probed.
	 */
	if (!(rxmode->mq_mode & RTE_ETH_MQ_RX_RSS_FLAG) &&
	    vio_feature_has(&dev->offered, VIRTIO_NET_F_MQ))
		vio_feature_del(wanted, VIRTIO_NET_F_RSS);
}

/*
 * Tells the device all of a configuration. Of several modes, the last command counts (virtio
 * 5.1.9.5.5): without hash functions that is automatic receive steering, where the device has it.
 */
static int
conf_send(struct rte_eth_dev *eth_dev, const struct vio_rss_conf *conf)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t pairs = vio_pairs_in_use(eth_dev);
	bool rss = vio_has(dev, VIRTIO_NET_F_RSS);
	int ret = 0;

	if (rss)
		ret = vio_ctrl_rss_set(dev, conf, dev->rss.reta_size, pairs);
	if (ret == 0 && pairs > 1 && vio_has(dev, VIRTIO_NET_F_MQ) &&
	    (!rss || conf->hash_types == 0))
		ret = vio_ctrl_pairs_set(dev, pairs);
	if (ret == 0 && !rss && vio_has(dev, VIRTIO_NET_F_HASH_REPORT))
		ret = vio_ctrl_hash_set(dev, conf);
	if (ret == 0 && vio_has(dev, VIRTIO_NET_F_HASH_TUNNEL))
		ret = vio_ctrl_hash_tunnel_set(dev, conf->tunnel_types);
	return ret;
}

int
vio_rss_restore(struct rte_eth_dev *eth_dev)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;

	return conf_send(eth_dev, &dev->rss.conf);
}

/* Takes a changed configuration; the device has it, or the port is stopped, or nothing changes. */
static int
conf_change(struct rte_eth_dev *eth_dev, const struct vio_rss_conf *conf)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret = 0;

	if (dev->state == VIO_DEV_STARTED)
		ret = conf_send(eth_dev, conf);
	if (ret == 0)
		dev->rss.conf = *conf;
	else if (ret == -EIO)
		/* A device that refuses may have forgotten what it had. */
		vio_rss_restore(eth_dev);
	return ret;
}

/* Whether the device has a table of this size. Returns 0, or -errno with a message. */
static int
reta_check(const struct vio_dev *dev, uint16_t size)
{
	if (dev->rss.reta_size == 0) {
		VIO_LOG(ERR, dev->transport->name, "the device has no RSS, and no indirection "
			"table: it spreads flows by itself");
		return -ENOTSUP;
	}
	if (size != dev->rss.reta_size) {
		VIO_LOG(ERR, dev->transport->name, "an RSS indirection table of %u entries: the "
			"device's has %u", size, dev->rss.reta_size);
		return -EINVAL;
	}
	return 0;
}

static bool
reta_is_selected(const struct rte_eth_rss_reta_entry64 *conf, uint16_t i)
{
	return conf[i / RTE_ETH_RETA_GROUP_SIZE].mask & RTE_BIT64(i % RTE_ETH_RETA_GROUP_SIZE);
}

int
vio_rss_reta_update(struct rte_eth_dev *eth_dev, struct rte_eth_rss_reta_entry64 *conf,
		    uint16_t size)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_rss_conf changed = dev->rss.conf;
	uint16_t i;
	int ret;

	ret = reta_check(dev, size);
	if (ret < 0)
		return ret;
	/* ethdev checked that the queues exist. */
	for (i = 0; i < size; i++)
		if (reta_is_selected(conf, i))
			changed.reta[i] = conf[i / RTE_ETH_RETA_GROUP_SIZE]
						.reta[i % RTE_ETH_RETA_GROUP_SIZE];
	return conf_change(eth_dev, &changed);
}

int
vio_rss_reta_query(struct rte_eth_dev *eth_dev, struct rte_eth_rss_reta_entry64 *conf,
		   uint16_t size)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t i;
	int ret;

	ret = reta_check(dev, size);
	for (i = 0; ret == 0 && i < size; i++)
		if (reta_is_selected(conf, i))
			conf[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] =
				dev->rss.conf.reta[i];
	return ret;
}

static int
hash_check(const struct vio_dev *dev)
{
	if (dev->rss.key_size > 0)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "the device computes no hash: it spreads flows by "
		"itself");
	return -ENOTSUP;
}

int
vio_rss_hash_update(struct rte_eth_dev *eth_dev, struct rte_eth_rss_conf *rss_conf)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct vio_rss_conf changed = dev->rss.conf;
	int ret;

	/* As configure takes it: there is nothing to tell the device. */
	if (dev->rss.fallback && dev->rss.key_size == 0) {
		fallback_tell(eth_dev, rss_conf->rss_hf);
		return 0;
	}
	ret = hash_check(dev);
	if (ret == 0)
		ret = level_take(dev, rss_conf->rss_hf, &changed);
	if (ret == 0)
		ret = key_take(dev, rss_conf, &changed);
	if (ret < 0)
		return ret;
	changed.hash_types = types_of(rss_conf->rss_hf) & dev->rss.hash_types;
	return conf_change(eth_dev, &changed);
}

int
vio_rss_hash_conf_get(struct rte_eth_dev *eth_dev, struct rte_eth_rss_conf *rss_conf)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;
	const struct vio_rss_conf *conf = &dev->rss.conf;
	int ret;

	ret = hash_check(dev);
	if (ret < 0)
		return ret;
	if (rss_conf->rss_key != NULL && rss_conf->rss_key_len < conf->key_len) {
		VIO_LOG(ERR, dev->transport->name, "the RSS key has %u bytes, and there is room "
			"for %u", conf->key_len, rss_conf->rss_key_len);
		return -EINVAL;
	}
	rss_conf->rss_hf = functions_of(conf->hash_types);
	if (conf->tunnel_types != 0)
		rss_conf->rss_hf |= RTE_ETH_RSS_LEVEL_INNERMOST;
	rss_conf->rss_key_len = conf->key_len;
	if (rss_conf->rss_key != NULL)
		memcpy(rss_conf->rss_key, conf->key, conf->key_len);
	return 0;
}
