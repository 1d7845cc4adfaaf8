/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Statistics. The counters have one writer, the queue's thread, and are never set back: a reset
 * remembers where it found them.
 * Control threads only.
 */

#include <stdio.h>

#include "vio_stats.h"

/* A counter of a queue: its name, and where it stands in the queue's statistics. */
struct counter {
	const char *name;
	size_t offset;
};

static const struct counter rx_counters[] = {
	{ "no_mbuf", offsetof(struct vio_rxq_stats, nombuf) },
	{ "oversize", offsetof(struct vio_rxq_stats, oversize) },
	{ "runt", offsetof(struct vio_rxq_stats, runt) },
	{ "bad_offload", offsetof(struct vio_rxq_stats, bad_offload) },
	{ "notify", offsetof(struct vio_rxq_stats, notify) },
	{ "bad_used_idx", offsetof(struct vio_rxq_stats, violation[VIO_BAD_USED_IDX]) },
	{ "bad_id", offsetof(struct vio_rxq_stats, violation[VIO_BAD_ID]) },
	{ "bad_len", offsetof(struct vio_rxq_stats, violation[VIO_BAD_LEN]) },
	{ "bad_num_buffers", offsetof(struct vio_rxq_stats, violation[VIO_BAD_NUM_BUFFERS]) },
};

static const struct counter tx_counters[] = {
	{ "oversize", offsetof(struct vio_txq_stats, oversize) },
	{ "bad_offload", offsetof(struct vio_txq_stats, bad_offload) },
	{ "undelivered", offsetof(struct vio_txq_stats, undelivered) },
	{ "notify", offsetof(struct vio_txq_stats, notify) },
	{ "bad_used_idx", offsetof(struct vio_txq_stats, violation[VIO_BAD_USED_IDX]) },
	{ "bad_id", offsetof(struct vio_txq_stats, violation[VIO_BAD_ID]) },
};

/* A counter's value since the last reset; stats and base are of the same queue. */
static uint64_t
counter_read(const void *stats, const void *base, size_t offset)
{
	return *(const uint64_t *)RTE_PTR_ADD(stats, offset) -
	       *(const uint64_t *)RTE_PTR_ADD(base, offset);
}

#define RX_READ(q, field) \
	counter_read(&(q)->stats, &(q)->stats_base, offsetof(struct vio_rxq_stats, field))
#define TX_READ(q, field) \
	counter_read(&(q)->stats, &(q)->stats_base, offsetof(struct vio_txq_stats, field))

static void
rx_stats_add(const struct vio_rxq *q, uint16_t i, struct rte_eth_stats *stats)
{
	uint64_t packets = RX_READ(q, packets), bytes = RX_READ(q, bytes);
	uint64_t errors = RX_READ(q, oversize) + RX_READ(q, runt) + RX_READ(q, bad_offload);

	stats->ipackets += packets;
	stats->ibytes += bytes;
	stats->ierrors += errors;
	stats->rx_nombuf += RX_READ(q, nombuf);
	if (i >= RTE_ETHDEV_QUEUE_STAT_CNTRS)
		return;
	stats->q_ipackets[i] = packets;
	stats->q_ibytes[i] = bytes;
	stats->q_errors[i] = errors;
}

static void
tx_stats_add(const struct vio_txq *q, uint16_t i, struct rte_eth_stats *stats)
{
	uint64_t packets = TX_READ(q, packets), bytes = TX_READ(q, bytes);

	stats->opackets += packets;
	stats->obytes += bytes;
	stats->oerrors += TX_READ(q, oversize) + TX_READ(q, bad_offload);
	if (i >= RTE_ETHDEV_QUEUE_STAT_CNTRS)
		return;
	stats->q_opackets[i] = packets;
	stats->q_obytes[i] = bytes;
}

int
vio_stats_get(struct rte_eth_dev *eth_dev, struct rte_eth_stats *stats)
{
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		if (eth_dev->data->rx_queues[i] != NULL)
			rx_stats_add(eth_dev->data->rx_queues[i], i, stats);
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++)
		if (eth_dev->data->tx_queues[i] != NULL)
			tx_stats_add(eth_dev->data->tx_queues[i], i, stats);
	return 0;
}

int
vio_stats_reset(struct rte_eth_dev *eth_dev)
{
	struct vio_rxq *rxq;
	struct vio_txq *txq;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		rxq = eth_dev->data->rx_queues[i];
		if (rxq != NULL)
			rxq->stats_base = rxq->stats;
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++) {
		txq = eth_dev->data->tx_queues[i];
		if (txq != NULL)
			txq->stats_base = txq->stats;
	}
	return 0;
}

static unsigned int
xstats_count(const struct rte_eth_dev *eth_dev)
{
	return eth_dev->data->nb_rx_queues * RTE_DIM(rx_counters) +
	       eth_dev->data->nb_tx_queues * RTE_DIM(tx_counters);
}

int
vio_xstats_get_names(struct rte_eth_dev *eth_dev, struct rte_eth_xstat_name *names,
		     unsigned int n)
{
	unsigned int nb = xstats_count(eth_dev), out = 0, c;
	uint16_t i;

	if (names == NULL || n < nb)
		return nb;
	for (i = 0; i < eth_dev->data->nb_rx_queues; i++)
		for (c = 0; c < RTE_DIM(rx_counters); c++)
			snprintf(names[out++].name, RTE_ETH_XSTATS_NAME_SIZE, "rx_q%u_%s", i,
				 rx_counters[c].name);
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++)
		for (c = 0; c < RTE_DIM(tx_counters); c++)
			snprintf(names[out++].name, RTE_ETH_XSTATS_NAME_SIZE, "tx_q%u_%s", i,
				 tx_counters[c].name);
	return nb;
}

/* Appends the counters of a queue, zeros for one that is not set up. */
static unsigned int
xstats_append(struct rte_eth_xstat *xstats, unsigned int out, const struct counter *counters,
	      unsigned int nb, const void *stats, const void *base)
{
	unsigned int c;

	for (c = 0; c < nb; c++, out++) {
		xstats[out].id = out;
		xstats[out].value = stats == NULL ? 0 :
				    counter_read(stats, base, counters[c].offset);
	}
	return out;
}

int
vio_xstats_get(struct rte_eth_dev *eth_dev, struct rte_eth_xstat *xstats, unsigned int n)
{
	unsigned int nb = xstats_count(eth_dev), out = 0;
	const struct vio_rxq *rxq;
	const struct vio_txq *txq;
	uint16_t i;

	if (xstats == NULL || n < nb)
		return nb;
	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		rxq = eth_dev->data->rx_queues[i];
		out = xstats_append(xstats, out, rx_counters, RTE_DIM(rx_counters),
				    rxq == NULL ? NULL : &rxq->stats,
				    rxq == NULL ? NULL : &rxq->stats_base);
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++) {
		txq = eth_dev->data->tx_queues[i];
		out = xstats_append(xstats, out, tx_counters, RTE_DIM(tx_counters),
				    txq == NULL ? NULL : &txq->stats,
				    txq == NULL ? NULL : &txq->stats_base);
	}
	return nb;
}
