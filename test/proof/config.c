/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What a device states in its configuration, each field of any value, and of the sizes of its
 * queues: a probe that succeeds has bounded all that the driver keeps of it.
 */

#include "vio_dev.c"

#include "proof.h"

/* So many queues are asked for; further ones do not exist, or the loop over them is too long. */
#define QUEUES_MAX	8

static unsigned int nb_queues;

static int
config_any(struct vio_transport *t __rte_unused, size_t offset, void *dst, size_t len)
{
	PROVE(offset + len <= sizeof(struct virtio_net_config), "a field of the specification");
	if (nondet_bool())
		return nondet_bool() ? -EAGAIN : nondet_bool() ? -ERANGE : -ENODEV;
	proof_havoc(dst, len);
	return 0;
}

static uint16_t
queue_size_any(struct vio_transport *t __rte_unused, uint16_t queue __rte_unused)
{
	return nb_queues++ < QUEUES_MAX ? nondet_u16() : 0;
}

/* In place of vio_ops(). */
const struct vio_transport_ops *
ops_any(const struct vio_dev *dev __rte_unused)
{
	static const struct vio_transport_ops ops = {
		.config_read = config_any,
		.queue_size_max = queue_size_any,
	};

	return &ops;
}

/* In place of DPDK's. */
void
rte_eth_random_addr(uint8_t *addr)
{
	proof_havoc(addr, RTE_ETHER_ADDR_LEN);
	addr[0] = (addr[0] & ~RTE_ETHER_GROUP_ADDR) | RTE_ETHER_LOCAL_ADMIN_ADDR;
}

static bool
is_size(const struct vio_dev *dev, uint16_t size)
{
	return size >= VIO_RING_SIZE_MIN && size <= VIRTQ_SIZE_MAX &&
	       (vio_has(dev, VIRTIO_F_RING_PACKED) || rte_is_power_of_2(size));
}

static void
prove_bounds(const struct vio_dev *dev)
{
	const struct vio_rss *rss = &dev->rss;

	PROVE(rte_is_valid_assigned_ether_addr(&dev->mac), "an address of a station");
	PROVE(dev->max_mtu >= VIRTIO_NET_MTU_MIN && dev->max_mtu <= VIO_MTU_MAX, "the MTU");
	PROVE(dev->max_pairs >= 1 && dev->max_pairs <= RTE_MAX_QUEUES_PER_PORT, "queue pairs");
	PROVE(is_size(dev, dev->rx_size_max) && is_size(dev, dev->tx_size_max), "sizes of rings");
	PROVE(dev->ctrlq_size_max == 0 || is_size(dev, dev->ctrlq_size_max), "the control queue's");
	PROVE(dev->ctrlq_index >= 2 * dev->max_pairs, "behind all pairs");
	PROVE((rss->hash_types & ~VIRTIO_NET_HASH_TYPES) == 0 &&
	      (rss->tunnel_types & ~VIRTIO_NET_HASH_TUNNEL_TYPES) == 0, "hashes that are known");
	PROVE(rss->key_size == 0 || rss->key_size >= VIRTIO_NET_RSS_KEY_SIZE_MIN, "the key");
	PROVE(rss->reta_size <= VIO_RETA_SIZE_MAX &&
	      (rss->reta_size == 0 || rte_is_power_of_2(rss->reta_size)), "the table");
	PROVE(!vio_has(dev, VIRTIO_NET_F_RSS) || (rss->reta_size > 0 && rss->key_size > 0), "RSS");
	REACHED(rss->reta_size == VIO_RETA_SIZE_MAX && rss->key_size == UINT8_MAX, "a large RSS");
	REACHED(dev->max_pairs > 1 && dev->ctrlq_size_max > 0, "several pairs, and control");
	REACHED(dev->max_mtu == VIRTIO_NET_MTU_MIN, "the smallest MTU");
}

void
proof(void)
{
	struct vio_transport transport = { .name = "proof" };
	struct vio_dev dev = { .transport = &transport };
	int ret;

	dev.features.word[0] = nondet_u64();
	dev.features.word[1] = nondet_u64();

	ret = vio_dev_identify(&dev);

	REACHED(ret == -EPROTO, "a device that is refused");
	REACHED(ret == -EAGAIN, "a configuration that never settles");
	if (ret == 0)
		prove_bounds(&dev);
}
