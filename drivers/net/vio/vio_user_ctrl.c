/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Control commands without a control queue (virtio 5.1.9.5).
 * A vhost-user back end is told of the queue pairs in use by enabling rings, and of nothing else:
 * it sends every frame. Receive filters are best effort (virtio 5.1.9.5.2: a device may let in
 * what no one asked for), so those commands that widen what comes in are done as they come,
 * and those that narrow it down are allowed to change nothing. VLAN filters are not offered: an
 * application that asks for one relies on it.
 * Threads: any control thread.
 */

#include <errno.h>
#include <string.h>

#include "vio_user_config.h"
#include "vio_user_ctrl.h"

/* Uses so many pairs: the rings that have been started are enabled or disabled. */
static int
pairs_set(struct vio_user *u, uint16_t pairs)
{
	uint16_t i;
	int ret = 0;

	for (i = 0; i < u->nb_queues && ret == 0; i++)
		if (u->started[i])
			ret = vio_user_vring_enable(u, i, i < 2 * pairs);
	return ret;
}

static int
mq(struct vio_user *u, uint8_t command, const void *data, size_t len)
{
	rte_le16_t pairs;

	if (command != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET || len != sizeof(pairs))
		return -EIO;
	memcpy(&pairs, data, sizeof(pairs));
	return pairs_set(u, rte_le_to_cpu_16(pairs));
}

static int
rx_mode(uint8_t command, size_t len)
{
	if (len != sizeof(uint8_t))
		return -EIO;
	return command == VIRTIO_NET_CTRL_RX_PROMISC ||
	       command == VIRTIO_NET_CTRL_RX_ALLMULTI ? 0 : -EIO;
}

static int
mac(struct vio_user *u, uint8_t command, const void *data, size_t len)
{
	if (command == VIRTIO_NET_CTRL_MAC_TABLE_SET)
		return 0;
	if (command != VIRTIO_NET_CTRL_MAC_ADDR_SET || len != sizeof(u->config.space.mac))
		return -EIO;
	vio_user_config_set_mac(u, data);
	return 0;
}

int
vio_user_ctrl(struct vio_transport *t, const struct virtio_net_ctrl_hdr *hdr, const void *data,
	      size_t len)
{
	struct vio_user *u = container_of(t, struct vio_user, base);

	switch (hdr->class) {
	case VIRTIO_NET_CTRL_RX:
		return rx_mode(hdr->command, len);
	case VIRTIO_NET_CTRL_MAC:
		return mac(u, hdr->command, data, len);
	case VIRTIO_NET_CTRL_MQ:
		return mq(u, hdr->command, data, len);
	default:
		return -EIO;
	}
}
