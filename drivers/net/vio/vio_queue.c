/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The queues' life: set-up, start, stop, release; and what happens to a queue whose device
 * breaks the specification.
 * Invariant: memory that the device may still use is never freed (VIO_DEV_LOST).
 * Control threads only, but for the two break functions.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "vio_intr.h"
#include "vio_log.h"
#include "vio_offload.h"
#include "vio_queue.h"
#include "vio_rx_bufs.h"
#include "vio_tx_held.h"

#define FREE_BATCH	32	/* refill and completion: as soon as so many are missing */
/* What the device puts together is longer than any buffer. */
#define RX_SCATTER	(RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_TCP_LRO)

const char *const vio_violation_names[VIO_NB_VIOLATIONS] = {
	[VIO_BAD_USED_IDX] = "bad_used_idx",
	[VIO_BAD_ID] = "bad_id",
	[VIO_BAD_LEN] = "bad_len",
	[VIO_BAD_NUM_BUFFERS] = "bad_num_buffers",
};

/*
 * The ring for nb_desc descriptors: on packed rings of just that many (virtio 2.8.10.1), on split
 * ones of the power of two that holds them (virtio 2.7).
 */
static uint16_t
ring_size(const struct vio_dev *dev, uint16_t nb_desc)
{
	uint16_t size = RTE_MAX(nb_desc, VIO_RING_SIZE_MIN);

	return vio_has(dev, VIRTIO_F_RING_PACKED) ? size : rte_align32pow2(size);
}

static int
queue_socket(const struct rte_eth_dev *eth_dev, unsigned int socket)
{
	return socket == (unsigned int)SOCKET_ID_ANY ? eth_dev->data->numa_node : (int)socket;
}

/* Allocates the memory of a queue that the device does not see. */
static void *
queue_zalloc(struct vio_dev *dev, const char *dir, uint16_t queue_id, size_t size, int socket)
{
	void *q = rte_zmalloc_socket("vio_queue", size, RTE_CACHE_LINE_SIZE, socket);

	if (q == NULL)
		VIO_LOG(ERR, dev->transport->name, "no memory for %s queue %u: %zu bytes on NUMA "
			"node %d; reserve more hugepages there", dir, queue_id, size, socket);
	return q;
}

/* Allocates the ring of a queue and says what is missing if that fails. */
static int
queue_ring_alloc(struct vio_dev *dev, struct vio_ring *ring, const char *dir, uint16_t queue_id,
		 uint16_t size, size_t extra, int socket)
{
	const struct vio_ring_conf conf = {
		.is_packed = vio_has(dev, VIRTIO_F_RING_PACKED),
		.use_va = dev->transport->use_va,
		.size = size,
		.extra = extra,
	};
	char label[VIO_RING_LABEL_SIZE];
	int ret;

	snprintf(label, sizeof(label), "p%u_%s%u", dev->port_id, dir, queue_id);
	ret = vio_ring_alloc(ring, label, &conf, socket);
	if (ret < 0)
		VIO_LOG(ERR, dev->transport->name, "no memory for %s queue %u: %zu contiguous "
			"bytes on NUMA node %d (%s); reserve more hugepages there", dir, queue_id,
			vio_ring_layout(&conf).total, socket, rte_strerror(-ret));
	return ret;
}

/* The threshold that the application asks for, or the default; 0 when it cannot be had. */
static uint16_t
queue_free_thresh(const struct vio_dev *dev, const char *dir, uint16_t asked, uint16_t size,
		  uint16_t preset)
{
	if (asked == 0)
		return preset;
	if (asked <= size)
		return asked;
	VIO_LOG(ERR, dev->transport->name, "%s_free_thresh %u is more than the ring's %u entries",
		dir, asked, size);
	return 0;
}

static uint16_t
free_batch(uint16_t size)
{
	return RTE_MIN(FREE_BATCH, size / 4);
}

static int
deferred_start_check(const struct vio_dev *dev, uint8_t deferred)
{
	if (!deferred)
		return 0;
	VIO_LOG(ERR, dev->transport->name,
		"queues cannot be started one by one: leave deferred_start at 0");
	return -ENOTSUP;
}

/*
 * Whether the queue can take frames of this MTU: each in one buffer unless it may be scattered,
 * and in as many as always stay with the device, as a refill waits until free_thresh are missing.
 * virtio 5.1.4.2: with MTU agreed on, there MUST be buffers enough for a frame of the device's;
 * 5.1.9.3.1: with LRO, there SHOULD be for its longest packet.
 */
static int
rxq_check_mtu(const struct vio_rxq *q, uint16_t mtu)
{
	bool mergeable = vio_has(q->dev, VIRTIO_NET_F_MRG_RXBUF);
	uint32_t nb_bufs = mergeable ? q->nb_bufs - q->free_thresh + 1 : 1;
	uint32_t longest = vio_offload_rx_frame_max(q->dev, mtu);
	uint32_t hdr_len = vio_hdr_len(&q->dev->features);
	const char *name = q->dev->transport->name;

	if (!(q->scatter && mergeable) && hdr_len + mtu + VIO_FRAME_OVERHEAD > q->buf_len) {
		VIO_LOG(ERR, name, "Rx queue %u: a frame of MTU %u may have %u bytes, a buffer of "
			"pool %s holds %u; use larger mbufs, or %s", q->queue_id, mtu,
			mtu + VIO_FRAME_OVERHEAD, q->mp->name,
			q->buf_len - hdr_len, mergeable ?
			"the offload RTE_ETH_RX_OFFLOAD_SCATTER" : "a device with MRG_RXBUF");
		return -EINVAL;
	}
	if (hdr_len + longest > nb_bufs * q->buf_len) {
		VIO_LOG(ERR, name, "Rx queue %u: a frame may have %u bytes, and %u buffers of %u "
			"may be all that the device has; use larger mbufs, more descriptors or a "
			"lower rx_free_thresh", q->queue_id, longest, nb_bufs, q->buf_len);
		return -EINVAL;
	}
	return 0;
}

/*
 * Refuses to start a queue that was set up before the port was configured anew, with offloads that
 * it lacks: ethdev keeps such a queue, and its memory was made for less.
 */
static int
offloads_check(const struct vio_dev *dev, const char *dir, uint16_t queue_id, uint64_t missing)
{
	if (missing == 0)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "%s queue %u was set up without the offloads 0x%" PRIx64
		", before the port was configured anew: set it up again", dir, queue_id, missing);
	return -EINVAL;
}

static void
rxq_fill(struct vio_rxq *q, uint64_t offloads)
{
	q->sw_ring = RTE_PTR_ADD(q, sizeof(*q));
	q->addr_off = VIO_MBUF_ADDR(q->ring.use_va);
	q->offloads = offloads;
	q->vlan_strip = offloads & VIO_VLAN_RX_OFFLOADS;
	q->scatter = offloads & (RX_SCATTER | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT);
}

int
vio_rx_queue_setup(struct rte_eth_dev *eth_dev, uint16_t queue_id, uint16_t nb_desc,
		   unsigned int socket, const struct rte_eth_rxconf *conf,
		   struct rte_mempool *mp)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int node = queue_socket(eth_dev, socket);
	uint16_t size = ring_size(dev, nb_desc);
	uint16_t thresh = queue_free_thresh(dev, "rx", conf->rx_free_thresh, size,
					    free_batch(size));
	struct vio_rxq *q;
	int ret;

	ret = deferred_start_check(dev, conf->rx_deferred_start);
	if (ret < 0 || thresh == 0)
		return ret < 0 ? ret : -EINVAL;

	q = queue_zalloc(dev, "rx", queue_id, sizeof(*q) + size * sizeof(*q->sw_ring) +
			 vio_order_room(size), node);
	if (q == NULL)
		return -ENOMEM;
	ret = queue_ring_alloc(dev, &q->ring, "rx", queue_id, size, 0, node);
	if (ret < 0)
		goto free_queue;

	q->dev = dev;
	q->queue_id = queue_id;
	q->free_thresh = thresh;
	/* ethdev passes on only what comes on top of the port's own offloads. */
	rxq_fill(q, conf->offloads | eth_dev->data->dev_conf.rxmode.offloads);
	ret = vio_rx_bufs_init(q, conf, mp, eth_dev->data->mtu);
	if (ret == 0)
		ret = rxq_check_mtu(q, eth_dev->data->mtu);
	if (ret < 0)
		goto free_ring;
	eth_dev->data->rx_queues[queue_id] = q;
	return 0;

free_ring:
	vio_ring_free(&q->ring);
free_queue:
	rte_free(q);
	return ret;
}

/*
 * virtio 5.1.9.5.6: the device spreads frames over the Rx queues of all pairs in use, so that each
 * Tx queue needs an Rx queue beside it. Told here and not at configure: applications that ask
 * for a Tx queue a core go on with those that can be had.
 */
static int
txq_check_pair(const struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t nb_rx = eth_dev->data->nb_rx_queues;

	if (nb_rx == 0 || queue_id < nb_rx)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "Tx queue %u needs an Rx queue %u: the device spreads "
		"frames over the Rx queues of all pairs, and with %u of them some would be lost; "
		"configure as many Rx as Tx queues", queue_id, queue_id, nb_rx);
	return -ENOTSUP;
}

int
vio_tx_queues_check(const struct rte_eth_dev *eth_dev)
{
	uint64_t wanted = eth_dev->data->dev_conf.txmode.offloads;
	const struct vio_dev *dev = eth_dev->data->dev_private;
	uint16_t nb_tx = eth_dev->data->nb_tx_queues, i;
	const struct vio_txq *q;
	int ret = nb_tx == 0 ? 0 : txq_check_pair(eth_dev, nb_tx - 1);

	for (i = 0; i < nb_tx && ret == 0; i++) {
		q = eth_dev->data->tx_queues[i];
		ret = offloads_check(dev, "Tx", i, wanted & ~q->offloads);
	}
	return ret;
}

/*
 * The bytes of a Tx queue behind its ring up to the indirect tables: a header of zeros and, if
 * packets that may not be written can begin with something else, a slot for each.
 */
static size_t
txq_tables_offset(uint64_t offloads, uint16_t size)
{
	bool slots = (offloads & VIO_VLAN_TX_OFFLOADS) || vio_offload_tx_needs_header(offloads);

	return (1 + (slots ? size : 0)) * VIO_TX_SLOT_LEN;
}

int
vio_tx_queue_setup(struct rte_eth_dev *eth_dev, uint16_t queue_id, uint16_t nb_desc,
		   unsigned int socket, const struct rte_eth_txconf *conf)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int node = queue_socket(eth_dev, socket);
	uint16_t size = ring_size(dev, nb_desc);
	uint16_t thresh = queue_free_thresh(dev, "tx", conf->tx_free_thresh, size,
					    size - free_batch(size));
	size_t tables_len = vio_has(dev, VIRTIO_F_INDIRECT_DESC) ? size * VIO_TX_TABLE_LEN : 0;
	size_t tables_offset;
	struct vio_txq *q;
	int ret;

	ret = deferred_start_check(dev, conf->tx_deferred_start);
	if (ret == 0)
		ret = txq_check_pair(eth_dev, queue_id);
	if (ret < 0 || thresh == 0)
		return ret < 0 ? ret : -EINVAL;

	q = queue_zalloc(dev, "tx", queue_id, sizeof(*q) + size *
			 (sizeof(*q->sw_ring) + sizeof(*q->shapes)) + vio_order_room(size), node);
	if (q == NULL)
		return -ENOMEM;
	q->offloads = conf->offloads | eth_dev->data->dev_conf.txmode.offloads;
	tables_offset = txq_tables_offset(q->offloads, size);
	ret = queue_ring_alloc(dev, &q->ring, "tx", queue_id, size, tables_offset + tables_len,
			       node);
	if (ret < 0) {
		rte_free(q);
		return ret;
	}

	q->dev = dev;
	q->queue_id = queue_id;
	q->sw_ring = RTE_PTR_ADD(q, sizeof(*q));
	q->shapes = RTE_PTR_ADD(q->sw_ring, size * sizeof(*q->sw_ring));
	q->hdr_addr = vio_ring_extra_addr(&q->ring);
	q->slots = RTE_PTR_ADD(vio_ring_extra(&q->ring), VIO_TX_SLOT_LEN);
	q->tables = RTE_PTR_ADD(vio_ring_extra(&q->ring), tables_offset);
	q->tables_addr = q->hdr_addr + tables_offset;
	q->vlan_flags = vio_vlan_tx_flags(q->offloads);
	q->addr_off = VIO_MBUF_ADDR(q->ring.use_va);
	q->nb_free = size;
	q->free_thresh = thresh;
	eth_dev->data->tx_queues[queue_id] = q;
	return 0;
}

/* Whether a queue's memory must be left to a device that did not confirm its reset. */
static bool
queue_is_lost(const struct vio_dev *dev, const char *dir, uint16_t queue_id)
{
	if (dev->state != VIO_DEV_LOST)
		return false;
	VIO_LOG(ERR, dev->transport->name, "the memory of %s queue %u, and its mbufs, are given up",
		dir, queue_id);
	return true;
}

void
vio_rx_queue_release(struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	struct vio_rxq *q = eth_dev->data->rx_queues[queue_id];

	eth_dev->data->rx_queues[queue_id] = NULL;
	if (q == NULL || queue_is_lost(q->dev, "Rx", queue_id))
		return;
	vio_ring_free(&q->ring);
	rte_free(q);
}

void
vio_tx_queue_release(struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	struct vio_txq *q = eth_dev->data->tx_queues[queue_id];

	eth_dev->data->tx_queues[queue_id] = NULL;
	if (q == NULL || queue_is_lost(q->dev, "Tx", queue_id))
		return;
	vio_ring_free(&q->ring);
	rte_free(q);
}

void
vio_rxq_info_get(struct rte_eth_dev *eth_dev, uint16_t queue_id, struct rte_eth_rxq_info *info)
{
	struct vio_rxq *q = eth_dev->data->rx_queues[queue_id];

	info->mp = q->nb_pools == 1 && q->nb_segs <= 2 ? q->mp : NULL;
	info->conf.rx_nmempool = q->nb_pools == 1 ? 0 : q->nb_pools;
	info->conf.rx_mempools = q->nb_pools == 1 ? NULL : q->pools;
	info->nb_desc = q->ring.size;
	info->scattered_rx = q->scatter;
	info->rx_buf_size = q->buf_len;
	info->conf.rx_free_thresh = q->free_thresh;
	/* A device drops what finds no buffer. */
	info->conf.rx_drop_en = 1;
	info->conf.offloads = q->offloads;
}

void
vio_txq_info_get(struct rte_eth_dev *eth_dev, uint16_t queue_id, struct rte_eth_txq_info *info)
{
	const struct vio_txq *q = eth_dev->data->tx_queues[queue_id];

	info->nb_desc = q->ring.size;
	info->conf.tx_free_thresh = q->free_thresh;
	info->conf.offloads = q->offloads;
}

int
vio_rx_queues_check(const struct rte_eth_dev *eth_dev)
{
	uint64_t wanted = eth_dev->data->dev_conf.rxmode.offloads & RX_SCATTER;
	const struct vio_dev *dev = eth_dev->data->dev_private;
	const struct vio_rxq *q;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		q = eth_dev->data->rx_queues[i];
		if (offloads_check(dev, "Rx", i, wanted & ~q->offloads) < 0)
			return -EINVAL;
		if ((q->nb_segs > 0) == dev->splits_buffers)
			continue;
		VIO_LOG(ERR, dev->transport->name, "Rx queue %u was set up %s buffer split, before "
			"the port was configured anew: set it up again", i,
			q->nb_segs > 0 ? "with" : "without");
		return -EINVAL;
	}
	return 0;
}

int
vio_rx_queues_check_mtu(struct rte_eth_dev *eth_dev, uint16_t mtu)
{
	const struct vio_rxq *q;
	uint16_t i;
	int ret;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		q = eth_dev->data->rx_queues[i];
		ret = q == NULL ? 0 : rxq_check_mtu(q, mtu);
		if (ret < 0)
			return ret;
	}
	return 0;
}

void
vio_queues_set_mtu(struct rte_eth_dev *eth_dev, uint16_t mtu)
{
	struct vio_rxq *q;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		q = eth_dev->data->rx_queues[i];
		if (q != NULL)
			q->mtu_frame_len = RTE_ETHER_HDR_LEN + mtu;
	}
}

/* The queue may be working: it sees the change with one of its next packets. */
static void
rxq_set_vlan_strip(struct vio_rxq *q, uint64_t offloads)
{
	q->offloads = (q->offloads & ~VIO_VLAN_RX_OFFLOADS) | (offloads & VIO_VLAN_RX_OFFLOADS);
	q->vlan_strip = offloads & VIO_VLAN_RX_OFFLOADS;
}

void
vio_queues_set_vlan_strip(struct rte_eth_dev *eth_dev)
{
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		if (eth_dev->data->rx_queues[i] != NULL)
			rxq_set_vlan_strip(eth_dev->data->rx_queues[i],
					   eth_dev->data->dev_conf.rxmode.offloads);
}

void
vio_vlan_strip_queue_set(struct rte_eth_dev *eth_dev, uint16_t queue_id, int on)
{
	struct vio_rxq *q = eth_dev->data->rx_queues[queue_id];

	if (q == NULL)
		return;
	rxq_set_vlan_strip(q, on ? q->offloads | RTE_ETH_RX_OFFLOAD_VLAN_STRIP :
				   q->offloads & ~RTE_ETH_RX_OFFLOAD_VLAN_STRIP);
}

/*
 * What of a packet that needs no second look is always the same: the eight bytes of
 * vio_mbuf_rearm_data(); and in its header no flags but DATA_VALID and no gso_type, where they
 * count, and a num_buffers of 1 where that does.
 */
static void
rxq_plain_renew(struct vio_rxq *q)
{
	struct rte_mbuf m = {
		.data_off = RTE_PKTMBUF_HEADROOM + q->hdr_len,
		.nb_segs = 1,
		.port = q->dev->port_id,
	};

	rte_mbuf_refcnt_set(&m, 1);
	q->mbuf_rearm = *vio_mbuf_rearm_data(&m);
	q->plain_data_valid = q->offload ? VIRTIO_NET_HDR_F_DATA_VALID : 0;
	q->plain_hdr_bits[0] = q->offload ? UINT16_MAX & ~VIRTIO_NET_HDR_F_DATA_VALID : 0;
	q->plain_hdr_bits[1] = q->mergeable ? VIO_HDR_PLAIN1_BITS : 0;
}

static void
rxq_renew(const struct rte_eth_dev *eth_dev, struct vio_rxq *q)
{
	vio_ring_reset(&q->ring);
	q->wait_end = 0;
	q->mergeable = vio_has(q->dev, VIRTIO_NET_F_MRG_RXBUF);
	q->hdr_len = vio_hdr_len(&q->dev->features);
	vio_rx_bufs_renew(q);
	vio_offload_rxq_renew(eth_dev, q);
	rxq_plain_renew(q);
	q->hash_report = vio_has(q->dev, VIRTIO_NET_F_HASH_REPORT);
	q->hash_of_outer = !vio_has(q->dev, VIRTIO_NET_F_HASH_TUNNEL);
	q->ptype_layers = q->dev->ptype_layers;
}

/* What vio_tx_is_plain() wants: one segment, nobody else's, room for the header, no offload. */
static void
txq_set_plain(struct vio_txq *q)
{
	struct rte_mbuf mask = {
		.data_off = UINT16_MAX, .nb_segs = UINT16_MAX, .pkt_len = UINT32_MAX,
		.data_len = UINT16_MAX,
		.ol_flags = q->offload_flags | q->vlan_flags | RTE_MBUF_F_INDIRECT |
			    RTE_MBUF_F_EXTERNAL,
	};
	struct rte_mbuf low = {
		.data_off = q->hdr_len, .nb_segs = 1, .pkt_len = RTE_ETHER_HDR_LEN,
		.data_len = RTE_ETHER_HDR_LEN,
	};
	struct rte_mbuf high = {
		.data_off = UINT16_MAX, .nb_segs = 1, .pkt_len = q->mtu_frame_len,
		.data_len = q->mtu_frame_len,
	};

	rte_mbuf_refcnt_set(&mask, UINT16_MAX);
	rte_mbuf_refcnt_set(&low, 1);
	rte_mbuf_refcnt_set(&high, 1);
	memcpy(q->plain_mask, vio_mbuf_rearm_data(&mask), sizeof(q->plain_mask));
	memcpy(q->plain.low, vio_mbuf_rearm_data(&low), sizeof(q->plain.low));
	memcpy(q->plain.high, vio_mbuf_rearm_data(&high), sizeof(q->plain.high));
}

static void
txq_renew(struct vio_txq *q)
{
	/* The queue's thread frees them, by and by; a second device may leave before. */
	if (q->nb_free < q->ring.size) {
		q->left_oldest = q->oldest;
		q->nb_left = q->ring.size - q->nb_free;
	}
	vio_ring_reset(&q->ring);
	vio_order_init(&q->order, RTE_PTR_ADD(q->shapes, q->ring.size * sizeof(*q->shapes)),
		       q->ring.size);
	q->oldest = 0;
	q->nb_free = q->ring.size;
	q->nb_raw = 0;
	q->hdr_len = vio_hdr_len(&q->dev->features);
	q->has_tables = vio_has(q->dev, VIRTIO_F_INDIRECT_DESC);
	vio_offload_txq_renew(q);
	/* virtio 5.1.4.2: the device's MTU binds, whatever the application set for receive. */
	q->mtu_frame_len = RTE_ETHER_HDR_LEN + q->dev->max_mtu;
	txq_set_plain(q);
	memset(q->forms, 0, sizeof(q->forms));
}

void
vio_queues_renew(struct rte_eth_dev *eth_dev)
{
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		rxq_renew(eth_dev, eth_dev->data->rx_queues[i]);
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++)
		txq_renew(eth_dev->data->tx_queues[i]);
}

void
vio_queues_start(struct rte_eth_dev *eth_dev)
{
	struct vio_rxq *rxq;
	struct vio_txq *txq;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		rxq = eth_dev->data->rx_queues[i];
		rxq->state = VIO_QUEUE_STARTED;
		eth_dev->data->rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++) {
		txq = eth_dev->data->tx_queues[i];
		txq->state = VIO_QUEUE_STARTED;
		eth_dev->data->tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
	}
}

void
vio_queues_stop(struct rte_eth_dev *eth_dev)
{
	struct vio_rxq *rxq;
	struct vio_txq *txq;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		rxq = eth_dev->data->rx_queues[i];
		rxq->state = VIO_QUEUE_STOPPED;
		rxq->wants_intr = false;
		eth_dev->data->rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++) {
		txq = eth_dev->data->tx_queues[i];
		txq->state = VIO_QUEUE_STOPPED;
		eth_dev->data->tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
	}
}

void
vio_rxq_free_mbufs(struct vio_rxq *q)
{
	uint16_t i;

	for (i = 0; i < q->ring.size; i++) {
		rte_pktmbuf_free(q->sw_ring[i]);
		q->sw_ring[i] = NULL;
	}
}

/* Frees the packets at nb positions. Returns how many there were. */
static uint16_t
txq_free_held(struct vio_txq *q, uint16_t pos, uint16_t nb)
{
	uint16_t nb_pkts = 0;

	for (; nb > 0; nb--) {
		struct rte_mbuf *m = vio_tx_mbuf(q->sw_ring[pos]);

		nb_pkts += m != NULL;
		rte_pktmbuf_free(m);
		pos = vio_order_behind(&q->order, pos, 1);
	}
	return nb_pkts;
}

uint16_t
vio_txq_free_mbufs(struct vio_txq *q)
{
	uint16_t nb_pkts;

	nb_pkts = txq_free_held(q, q->left_oldest, q->nb_left);
	nb_pkts += txq_free_held(q, q->oldest, q->ring.size - q->nb_free);
	q->nb_left = 0;
	q->nb_free = q->ring.size;
	q->nb_raw = 0;
	return nb_pkts;
}

void
vio_queues_free_mbufs(struct rte_eth_dev *eth_dev)
{
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		if (eth_dev->data->rx_queues[i] != NULL)
			vio_rxq_free_mbufs(eth_dev->data->rx_queues[i]);
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++)
		if (eth_dev->data->tx_queues[i] != NULL)
			vio_txq_free_mbufs(eth_dev->data->tx_queues[i]);
}

static void
queue_break(struct vio_dev *dev, const char *dir, uint16_t queue_id, uint8_t *state,
	    uint64_t *violation, enum vio_violation kind)
{
	violation[kind]++;
	*state = VIO_QUEUE_BROKEN;
	VIO_LOG(ERR, dev->transport->name, "%s queue %u is out of use, the device broke the "
		"specification (%s): stop and start the port", dir, queue_id,
		vio_violation_names[kind]);
	vio_intr_needs_reset(dev);
}

void
vio_rxq_break(struct vio_rxq *q, enum vio_violation kind)
{
	queue_break(q->dev, "Rx", q->queue_id, &q->state, q->stats.violation, kind);
}

void
vio_rxq_wait(struct vio_rxq *q)
{
	uint64_t now = rte_get_timer_cycles();

	if (q->wait_end == 0)
		q->wait_end = now + VIO_RX_DEADLINE_MS * rte_get_timer_hz() / MS_PER_S;
	else if (now > q->wait_end)
		vio_rxq_break(q, VIO_BAD_NUM_BUFFERS);
}

void
vio_txq_break(struct vio_txq *q, enum vio_violation kind)
{
	queue_break(q->dev, "Tx", q->queue_id, &q->state, q->stats.violation, kind);
}
