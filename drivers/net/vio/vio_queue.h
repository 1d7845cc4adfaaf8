/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The queues' set-up and release, start and stop, and what is known of them. */

#ifndef VIO_QUEUE_H
#define VIO_QUEUE_H

#include "vio.h"

/* How long the rest of a packet is waited for, of which the device has shown the beginning. */
#define VIO_RX_DEADLINE_MS	5000

/* ethdev operations; see rte_eth_rx_queue_setup() and its neighbours. */
int
vio_rx_queue_setup(struct rte_eth_dev *eth_dev, uint16_t queue_id, uint16_t nb_desc,
		   unsigned int socket, const struct rte_eth_rxconf *conf,
		   struct rte_mempool *mp);
int
vio_tx_queue_setup(struct rte_eth_dev *eth_dev, uint16_t queue_id, uint16_t nb_desc,
		   unsigned int socket, const struct rte_eth_txconf *conf);
void
vio_rx_queue_release(struct rte_eth_dev *eth_dev, uint16_t queue_id);
void
vio_tx_queue_release(struct rte_eth_dev *eth_dev, uint16_t queue_id);
void
vio_vlan_strip_queue_set(struct rte_eth_dev *eth_dev, uint16_t queue_id, int on);
void
vio_rxq_info_get(struct rte_eth_dev *eth_dev, uint16_t queue_id, struct rte_eth_rxq_info *info);
void
vio_txq_info_get(struct rte_eth_dev *eth_dev, uint16_t queue_id, struct rte_eth_txq_info *info);

/*
 * Whether every Rx queue can take frames of this MTU as they are set up. Returns 0, or -EINVAL
 * when a frame may be longer than a buffer and the queue cannot scatter it, or longer than all
 * the buffers that the device is sure to have.
 */
int
vio_rx_queues_check_mtu(struct rte_eth_dev *eth_dev, uint16_t mtu);

/*
 * Whether every Rx queue splits and scatters packets as the port is configured now: it may have
 * been set up before. All are set up. Returns 0 or -EINVAL.
 */
int
vio_rx_queues_check(const struct rte_eth_dev *eth_dev);

/*
 * Whether every Tx queue has an Rx queue beside it, or there are none of these, and was set up with
 * the offloads that the port has now. All are set up. Returns 0, -ENOTSUP or -EINVAL.
 */
int
vio_tx_queues_check(const struct rte_eth_dev *eth_dev);

/* Tells all queues the MTU. They may be working. */
void
vio_queues_set_mtu(struct rte_eth_dev *eth_dev, uint16_t mtu);

/* Lets all Rx queues strip the tags that the port's offloads name. They may be working. */
void
vio_queues_set_vlan_strip(struct rte_eth_dev *eth_dev);

/*
 * Empties the rings of all queues and gives them what was negotiated; the device must be reset,
 * and no burst be at work. The mbufs that the device held stay until they are freed.
 */
void
vio_queues_renew(struct rte_eth_dev *eth_dev);

/* Puts all queues into use; the device has their rings. */
void
vio_queues_start(struct rte_eth_dev *eth_dev);

/* Takes all queues out of use; all are set up. */
void
vio_queues_stop(struct rte_eth_dev *eth_dev);

/* Frees the mbufs of all queues that are set up; the device must have been reset. */
void
vio_queues_free_mbufs(struct rte_eth_dev *eth_dev);

/* The same for one queue. Returns how many packets it held. */
void
vio_rxq_free_mbufs(struct vio_rxq *q);
uint16_t
vio_txq_free_mbufs(struct vio_txq *q);

/* The names of enum vio_violation, as extended statistics spell them. */
extern const char *const vio_violation_names[VIO_NB_VIOLATIONS];

/*
 * The device broke the specification on this queue: counts it, says it, marks the queue broken
 * until the port is started again, and tells the application. Called by the queue's thread.
 */
void
vio_rxq_break(struct vio_rxq *q, enum vio_violation kind);
void
vio_txq_break(struct vio_txq *q, enum vio_violation kind);

/*
 * The next packet has more buffers than are used: breaks the queue once this is so for
 * VIO_RX_DEADLINE_MS. Called by the queue's thread, which sets wait_end to 0 with each packet.
 */
void
vio_rxq_wait(struct vio_rxq *q);

#endif /* VIO_QUEUE_H */
