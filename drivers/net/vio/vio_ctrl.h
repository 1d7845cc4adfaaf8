/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The control virtqueue (virtio 5.1.9.5): typed commands, each with a deadline.
 *
 * Every command returns 0; -ENOTSUP when the feature it needs is not negotiated; -EIO when the
 * device refuses it, or when the queue is out of use; -ENODEV when the device is found to be gone
 * meanwhile; -ETIMEDOUT when it does not answer within VIO_CTRL_DEADLINE_MS, after which the queue
 * is out of use until the port is started again, because the device may still write the answer.
 */

#ifndef VIO_CTRL_H
#define VIO_CTRL_H

#include "vio.h"

#define VIO_CTRL_DEADLINE_MS	5000

/* Allocates the control queue's ring of at most size_max entries. Returns 0 or -errno. */
int
vio_ctrl_alloc(struct vio_dev *dev, uint16_t size_max, int socket);

/* Gives it back; the device must have been reset. */
void
vio_ctrl_free(struct vio_dev *dev);

/* Takes the queue into use, after DRIVER_OK, and out of use, before a reset. */
void
vio_ctrl_start(struct vio_dev *dev);
void
vio_ctrl_stop(struct vio_dev *dev);

/* VIRTIO_NET_CTRL_RX_PROMISC or VIRTIO_NET_CTRL_RX_ALLMULTI on or off. Needs CTRL_RX. */
int
vio_ctrl_rx_mode_set(struct vio_dev *dev, uint8_t mode, bool on);

/* The tables of further unicast and of multicast addresses. */
struct vio_mac_tables {
	uint32_t nb_uc;
	uint32_t nb_mc;
	struct rte_ether_addr uc[VIO_MAC_ADDRS_MAX];
	struct rte_ether_addr mc[VIO_MAC_ADDRS_MAX + VIO_MC_ADDRS_MAX];
};

/* Replaces both tables. Needs CTRL_RX. */
int
vio_ctrl_mac_tables_set(struct vio_dev *dev, const struct vio_mac_tables *tables);

/* Sets the primary address. Needs CTRL_RX and CTRL_MAC_ADDR. */
int
vio_ctrl_mac_set(struct vio_dev *dev, const struct rte_ether_addr *mac);

/* Lets frames of a VLAN pass the filter, or no longer; vlan_id: 0 to 4095. Needs CTRL_VLAN. */
int
vio_ctrl_vlan_set(struct vio_dev *dev, uint16_t vlan_id, bool on);

/* Uses so many queue pairs, 1 to max_virtqueue_pairs. Needs MQ. */
int
vio_ctrl_pairs_set(struct vio_dev *dev, uint16_t pairs);

/*
 * Spreads frames by hash over a table of reta_size Rx queues, a power of two, the first queue
 * taking those without a hash; max_tx_vq: Tx queues in use, 1 to max_virtqueue_pairs. Needs RSS.
 */
int
vio_ctrl_rss_set(struct vio_dev *dev, const struct vio_rss_conf *conf, uint16_t reta_size,
		 uint16_t max_tx_vq);

/*
 * Sets the hash types and the key of the hashes that are reported, with a device that spreads
 * flows by itself. Needs HASH_REPORT.
 */
int
vio_ctrl_hash_set(struct vio_dev *dev, const struct vio_rss_conf *conf);

/* Lets these VIRTIO_NET_HASH_TUNNEL_TYPE_* be hashed by their inner headers. Needs HASH_TUNNEL. */
int
vio_ctrl_hash_tunnel_set(struct vio_dev *dev, uint32_t tunnel_types);

/*
 * Leaves these offloads on, and no others: a bit each as virtio 5.1.9.5.9.1 numbers them, none
 * whose feature is not negotiated. Needs CTRL_GUEST_OFFLOADS.
 */
int
vio_ctrl_guest_offloads_set(struct vio_dev *dev, uint64_t offloads);

#endif /* VIO_CTRL_H */
