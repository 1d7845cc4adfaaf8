/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Queues whose device is away, and how bursts are kept off them without a cost to bursts.
 *
 * A queue's thread says that it is in a burst, then looks at the state; the control thread
 * changes the state, then looks whether a burst runs. Each must see what the other wrote, for which
 * each would need a full barrier between its two steps. Instead the control thread has
 * membarrier(2) execute one in every thread of the process that runs: a burst either said so before
 * it, and is seen, or sees the new state. So a queue that is found not busy once stays quiet, also
 * one that nobody polls.
 *
 * Invariants: a state changes from STARTED or RESUMED to SUSPENDED by any thread but the queue's,
 * from there to RESUMED by the control thread alone, from RESUMED to STARTED by the queue's alone;
 * one that broke stays so.
 * The mempools of a queue are used by its own thread only. A port's queues are set up and released
 * while its device is not started, by a control thread; so another thread that walks over them
 * has the device's state stay as it is meanwhile (state_lock).
 */

#include <sys/syscall.h>
#include <unistd.h>

#include <linux/membarrier.h>
#include <rte_cycles.h>
#include <rte_pause.h>

#include "vio_queue.h"
#include "vio_suspend.h"

/* How long a burst is waited for at once. */
#define QUIET_WAIT_US	1000

static bool
state_change(uint8_t *state, uint8_t from, uint8_t to)
{
	return __atomic_compare_exchange_n(state, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static void
suspend(uint8_t *state)
{
	if (!state_change(state, VIO_QUEUE_STARTED, VIO_QUEUE_SUSPENDED))
		state_change(state, VIO_QUEUE_RESUMED, VIO_QUEUE_SUSPENDED);
}

/*
 * A barrier in all threads. Where the kernel has none (before Linux 4.14), time stands in: nobody
 * asks at once whether the queues are quiet, and a CPU's writes are seen long before.
 */
static void
barrier_everywhere(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
	syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0);
}

void
vio_queues_suspend(struct rte_eth_dev *eth_dev)
{
	struct vio_rxq *rxq;
	struct vio_txq *txq;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		rxq = eth_dev->data->rx_queues[i];
		suspend(&rxq->state);
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++) {
		txq = eth_dev->data->tx_queues[i];
		suspend(&txq->state);
	}
	barrier_everywhere();
}

void
vio_queues_suspend_started(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	rte_spinlock_lock(&dev->state_lock);
	if (dev->state == VIO_DEV_STARTED)
		vio_queues_suspend(eth_dev);
	rte_spinlock_unlock(&dev->state_lock);
}

/* Waits until a queue is seen outside of a burst; one that is polled all the time is at times. */
static bool
is_quiet(const uint8_t *busy)
{
	const uint64_t start = rte_get_timer_cycles();
	const uint64_t limit = QUIET_WAIT_US * rte_get_timer_hz() / US_PER_S;

	while (__atomic_load_n(busy, __ATOMIC_ACQUIRE)) {
		if (rte_get_timer_cycles() - start > limit)
			return false;
		rte_pause();
	}
	return true;
}

bool
vio_queues_are_quiet(struct rte_eth_dev *eth_dev)
{
	const struct vio_rxq *rxq;
	const struct vio_txq *txq;
	bool quiet = true;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues && quiet; i++) {
		rxq = eth_dev->data->rx_queues[i];
		quiet = is_quiet(&rxq->busy);
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues && quiet; i++) {
		txq = eth_dev->data->tx_queues[i];
		quiet = is_quiet(&txq->busy);
	}
	return quiet;
}

void
vio_queues_resume(struct rte_eth_dev *eth_dev)
{
	struct vio_rxq *rxq;
	struct vio_txq *txq;
	uint16_t i;

	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		rxq = eth_dev->data->rx_queues[i];
		state_change(&rxq->state, VIO_QUEUE_SUSPENDED, VIO_QUEUE_RESUMED);
	}
	for (i = 0; i < eth_dev->data->nb_tx_queues; i++) {
		txq = eth_dev->data->tx_queues[i];
		state_change(&txq->state, VIO_QUEUE_SUSPENDED, VIO_QUEUE_RESUMED);
	}
}

bool
vio_rxq_take_up(struct vio_rxq *q)
{
	if (__atomic_load_n(&q->state, __ATOMIC_ACQUIRE) != VIO_QUEUE_RESUMED)
		return false;
	/* Empty buffers, or frames of the device that left. */
	vio_rxq_free_mbufs(q);
	return state_change(&q->state, VIO_QUEUE_RESUMED, VIO_QUEUE_STARTED);
}

bool
vio_txq_take_up(struct vio_txq *q)
{
	if (__atomic_load_n(&q->state, __ATOMIC_ACQUIRE) != VIO_QUEUE_RESUMED)
		return false;
	q->stats.undelivered += vio_txq_free_mbufs(q);
	return state_change(&q->state, VIO_QUEUE_RESUMED, VIO_QUEUE_STARTED);
}
