/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The pools of an Rx queue. A device fills buffers in the order in which it got them, so that it
 * cannot choose one by its size: of several pools, each further one is a reserve for when those
 * before it run short, and all buffers count as long as the shortest.
 * Threads: set-up by control threads, the rest by the queue's.
 */

#include <errno.h>

#include "vio_log.h"
#include "vio_rx_bufs.h"

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

int
vio_rx_bufs_init(struct vio_rxq *q, const struct rte_eth_rxconf *conf, struct rte_mempool *mp)
{
	uint16_t i;

	q->nb_pools = mp != NULL ? 1 : conf->rx_nmempool;
	q->pools[0] = mp;
	for (i = 0; mp == NULL && i < q->nb_pools; i++)
		q->pools[i] = conf->rx_mempools[i];

	q->mp = q->pools[0];
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
