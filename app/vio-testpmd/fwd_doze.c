/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Sleeping until packets come (--rx-interrupts): the interrupts of a worker's Rx queues.
 * Threads: each worker waits for its own queues, on the epoll instance that EAL keeps for it.
 */

#include <stdio.h>

#include <rte_epoll.h>
#include <rte_errno.h>

#include "forward.h"

/* How long the end of the run may go unnoticed. */
#define DOZE_MS 100

#define EVENTS_MAX 16

static int
queue_ctl(const struct fwd_stream *stream, int op)
{
	return rte_eth_dev_rx_intr_ctl_q(stream->rx_port, stream->rx_queue,
					 RTE_EPOLL_PER_THREAD, op, (void *)(uintptr_t)stream);
}

int
fwd_doze_begin(struct fwd_stream **mine, unsigned int nb)
{
	int ret;

	for (unsigned int i = 0; i < nb; i++) {
		ret = queue_ctl(mine[i], RTE_INTR_EVENT_ADD);
		if (ret == 0)
			continue;
		fprintf(stderr, "port %u: the interrupt of Rx queue %u cannot be waited for: %s; "
			"polling\n", mine[i]->rx_port, mine[i]->rx_queue, rte_strerror(-ret));
		fwd_doze_end(mine, i);
		return -1;
	}
	return 0;
}

void
fwd_doze_end(struct fwd_stream **mine, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		queue_ctl(mine[i], RTE_INTR_EVENT_DEL);
}

void
fwd_doze(struct fwd_stream **mine, unsigned int nb)
{
	struct rte_epoll_event events[EVENTS_MAX];
	struct fwd_stream *stream;
	int nb_events;

	for (unsigned int i = 0; i < nb; i++)
		rte_eth_dev_rx_intr_enable(mine[i]->rx_port, mine[i]->rx_queue);
	nb_events = rte_epoll_wait(RTE_EPOLL_PER_THREAD, events, EVENTS_MAX, DOZE_MS);
	for (int i = 0; i < nb_events; i++) {
		stream = events[i].epdata.data;
		stream->count.interrupts++;
	}
	for (unsigned int i = 0; i < nb; i++)
		rte_eth_dev_rx_intr_disable(mine[i]->rx_port, mine[i]->rx_queue);
}
