/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The pools of an Rx queue, and the shape of its buffers. A device fills buffers in the order in
 * which it got them, so that it cannot choose one by its size: of several pools, each further one
 * is a reserve for when those before it run short, and all buffers count as long as the shortest.
 * With buffer split, a buffer is made of mbufs of several pools.
 * Threads: set-up by control threads, the rest by the queue's.
 */

#include <errno.h>

#include "vio_log.h"
#include "vio_offload.h"
#include "vio_rx_bufs.h"
#include "vio_rx_chain.h"

/* Bytes that a device may write into a buffer of a pool. */
static uint16_t
pool_buf_len(struct rte_mempool *mp)
{
	return rte_pktmbuf_data_room_size(mp) - RTE_PKTMBUF_HEADROOM;
}

/* The flags that an mbuf of a pool keeps for ever. */
static uint64_t
pool_ol_flags(struct rte_mempool *mp)
{
	bool pinned = rte_pktmbuf_priv_flags(mp) & RTE_PKTMBUF_POOL_F_PINNED_EXT_BUF;

	return pinned ? RTE_MBUF_F_EXTERNAL : 0;
}

/* Takes over the pools of buffers of one mbuf each. */
static int
pools_init(struct vio_rxq *q)
{
	uint16_t i;

	q->buf_len = pool_buf_len(q->mp);
	q->mbuf_ol_flags = pool_ol_flags(q->mp);
	for (i = 1; i < q->nb_pools; i++) {
		q->buf_len = RTE_MIN(q->buf_len, pool_buf_len(q->pools[i]));
		if (pool_ol_flags(q->pools[i]) == q->mbuf_ol_flags)
			continue;
		VIO_LOG(ERR, q->dev->transport->name, "Rx queue %u: of the pools %s and %s only "
			"one has pinned external buffers; use pools of one kind", q->queue_id,
			q->mp->name, q->pools[i]->name);
		return -EINVAL;
	}
	return 0;
}

/* Adds a segment; len 0: as long as the mbufs are. room is what an mbuf has for it. */
static void
seg_add(struct vio_rxq *q, struct rte_mempool *mp, uint16_t len, uint16_t room)
{
	q->segs[q->nb_segs++] = (struct vio_rx_seg){
		.mp = mp,
		.mbuf_ol_flags = pool_ol_flags(mp),
		.len = len == 0 ? room : len,
	};
}

/* The room for a packet in the first mbuf of a buffer, behind the longest header there is. */
static uint16_t
first_room(struct rte_mempool *mp)
{
	return pool_buf_len(mp) - RTE_MIN(pool_buf_len(mp), VIO_HDR_LEN_MAX);
}

/* Takes over the segments, and adds one of the last pool that stands for all further ones. */
static int
segs_init(struct vio_rxq *q, const struct rte_eth_rxconf *conf)
{
	const struct rte_eth_rxseg_split *seg;
	uint16_t i;

	if (conf->rx_nmempool > 1) {
		VIO_LOG(ERR, q->dev->transport->name, "Rx queue %u: with buffer split, a segment "
			"has one pool; use rx_seg, and no rx_mempools", q->queue_id);
		return -EINVAL;
	}
	if (conf->rx_nseg == 0)
		seg_add(q, q->mp, 0, first_room(q->mp));
	for (i = 0; i < conf->rx_nseg; i++) {
		seg = &conf->rx_seg[i].split;
		seg_add(q, seg->mp, seg->length, i == 0 ? first_room(seg->mp) :
						  rte_pktmbuf_data_room_size(seg->mp));
		if (q->segs[i].len == 0) {
			VIO_LOG(ERR, q->dev->transport->name, "Rx queue %u: the mbufs of pool %s "
				"have no room for segment %u", q->queue_id, seg->mp->name, i);
			return -EINVAL;
		}
	}
	if (q->segs[0].len < RTE_ETHER_HDR_LEN || q->segs[0].len > first_room(q->segs[0].mp)) {
		VIO_LOG(ERR, q->dev->transport->name, "Rx queue %u: the first segment is of %u "
			"bytes; it must have %u, and up to %u fit pool %s", q->queue_id,
			q->segs[0].len, RTE_ETHER_HDR_LEN, first_room(q->segs[0].mp),
			q->segs[0].mp->name);
		return -EINVAL;
	}
	seg_add(q, q->segs[q->nb_segs - 1].mp, 0,
		rte_pktmbuf_data_room_size(q->segs[q->nb_segs - 1].mp));
	return 0;
}

/*
 * The longest packet that is received: a frame of more than the port's MTU is dropped, but without
 * mergeable buffers there must be room for it, too.
 */
static uint32_t
packet_max(const struct vio_rxq *q, uint16_t mtu)
{
	if (vio_has(q->dev, VIRTIO_NET_F_MRG_RXBUF) && !(q->offloads & RTE_ETH_RX_OFFLOAD_TCP_LRO))
		return mtu + VIO_FRAME_OVERHEAD;
	return vio_offload_rx_frame_max(q->dev, mtu);
}

/*
 * Makes buffers long enough for the longest packet, which then takes one, but not longer than
 * what is counted in 16 bits. How long they are depends on the header.
 */
static int
chain_init(struct vio_rxq *q, uint16_t mtu)
{
	uint32_t len = vio_hdr_len(&q->dev->features), longest;
	uint16_t nb = 0;

	longest = len + packet_max(q, mtu);
	while (nb < q->nb_segs - 1 || len < longest) {
		if (len + vio_rx_chain_seg(q, nb)->len > UINT16_MAX)
			break;
		len += vio_rx_chain_seg(q, nb++)->len;
	}
	q->buf_len = len;
	q->chain_len = nb;
	q->nb_bufs = q->ring.size / nb;
	q->free_thresh = RTE_MAX(1, q->free_thresh / nb);
	if (q->nb_bufs > 0)
		return 0;
	VIO_LOG(ERR, q->dev->transport->name, "Rx queue %u: a buffer for packets of %u bytes is "
		"of %u segments, and the ring has %u descriptors; use more, or larger mbufs",
		q->queue_id, longest, nb, q->ring.size);
	return -EINVAL;
}

int
vio_rx_bufs_init(struct vio_rxq *q, const struct rte_eth_rxconf *conf, struct rte_mempool *mp,
		 uint16_t mtu)
{
	uint16_t i;
	int ret;

	q->chain_len = 1;
	q->nb_bufs = q->ring.size;
	if (mp == NULL && conf->rx_nseg > 0)
		mp = conf->rx_seg[0].split.mp;
	q->nb_pools = mp != NULL ? 1 : conf->rx_nmempool;
	q->pools[0] = mp;
	for (i = 0; mp == NULL && i < q->nb_pools; i++)
		q->pools[i] = conf->rx_mempools[i];
	q->mp = q->pools[0];

	if (!q->dev->splits_buffers)
		return pools_init(q);
	ret = segs_init(q, conf);
	return ret < 0 ? ret : chain_init(q, mtu);
}

/*
 * On split rings, whose descriptors stay where they are, each buffer's is always the same but for
 * the address.
 */
static void
descs_fill(struct vio_rxq *q)
{
	uint16_t i;

	if (q->ring.is_packed)
		return;
	for (i = 0; i < q->ring.size; i++) {
		q->ring.desc[i].len = rte_cpu_to_le_32(q->buf_len);
		q->ring.desc[i].flags = rte_cpu_to_le_16(VIRTQ_DESC_F_WRITE);
	}
}

void
vio_rx_bufs_renew(struct vio_rxq *q)
{
	uint16_t i;

	q->nb_free_ids = q->nb_bufs;
	q->nb_new_ids = q->ring.size;
	vio_order_init(&q->order, RTE_PTR_ADD(q->sw_ring, q->ring.size * sizeof(*q->sw_ring)),
		       q->nb_bufs);
	if (!q->dev->splits_buffers) {
		descs_fill(q);
		return;
	}
	q->buf_len = q->hdr_len;
	for (i = 0; i < q->chain_len; i++)
		q->buf_len += vio_rx_chain_seg(q, i)->len;
}

uint16_t
vio_rx_bufs_scrape(const struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
{
	uint16_t i, n;

	/* A pool gives all or nothing: halve until it can. */
	for (i = 0; i < q->nb_pools; i++)
		for (n = nb; n > 0; n /= 2)
			if (rte_mempool_get_bulk(q->pools[i], (void **)bufs, n) == 0)
				return n;
	return 0;
}
