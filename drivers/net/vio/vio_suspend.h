/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Queues whose device is away for a while, or for good, on a port that stays started: bursts
 * return 0, and once none of them works any more, the rings may be made anew for the device that
 * came back.
 */

#ifndef VIO_SUSPEND_H
#define VIO_SUSPEND_H

#include <rte_atomic.h>
#include <rte_branch_prediction.h>

#include "vio.h"

/*
 * Takes all queues that are in use out of it until vio_queues_resume(), or the next start. Bursts
 * that have begun may go on for a moment. A thread that starts and stops the port, or one that
 * they wait for.
 */
void
vio_queues_suspend(struct rte_eth_dev *eth_dev);

/*
 * The same if the device is started, or nothing. Any thread, whatever is done to the port
 * meanwhile, if the application is told that it has to restart or close the port, as then it does
 * not matter if the queues that are suspended were just resumed.
 */
void
vio_queues_suspend_started(struct rte_eth_dev *eth_dev);

/*
 * Whether no burst works on a suspended queue any more; then none will before
 * vio_queues_resume(). Waits but a moment for those that do. The thread of vio_queues_suspend().
 */
bool
vio_queues_are_quiet(struct rte_eth_dev *eth_dev);

/*
 * Puts suspended queues back into use: their rings are as vio_queues_renew() leaves them, and the
 * device has them. What the queues held before, their own threads free with their next burst.
 */
void
vio_queues_resume(struct rte_eth_dev *eth_dev);

/*
 * What a burst does first when its queue is not started: frees, if it was resumed, what it held
 * before. Returns whether the queue is in use now. The queue's thread, within a burst.
 */
bool
vio_rxq_take_up(struct vio_rxq *q);
bool
vio_txq_take_up(struct vio_txq *q);

/*
 * A burst begins, or another call of the queue's thread that looks at the ring. Returns whether
 * the queue is started. Whatever it returns, vio_burst_leave() follows.
 */
static __rte_always_inline bool
vio_burst_enter(const uint8_t *state, uint8_t *busy)
{
	__atomic_store_n(busy, 1, __ATOMIC_RELAXED);
	/*
	 * The state is read after busy is written. Only the compiler is held to that here: the
	 * CPU's barrier is the membarrier() of vio_queues_suspend(), which is there for both.
	 */
	rte_compiler_barrier();
	/* Pairs with the release in vio_queues_resume(): the ring is seen as it was made anew. */
	return likely(__atomic_load_n(state, __ATOMIC_ACQUIRE) == VIO_QUEUE_STARTED);
}

/* The burst ends. Pairs with the acquire in vio_queues_are_quiet(): all that it did is seen. */
static __rte_always_inline void
vio_burst_leave(uint8_t *busy)
{
	__atomic_store_n(busy, 0, __ATOMIC_RELEASE);
}

/* The same for a queue, resumed if it is time for that. */
static __rte_always_inline bool
vio_rxq_enter(struct vio_rxq *q)
{
	return vio_burst_enter(&q->state, &q->busy) || vio_rxq_take_up(q);
}

static __rte_always_inline void
vio_rxq_leave(struct vio_rxq *q)
{
	vio_burst_leave(&q->busy);
}

static __rte_always_inline bool
vio_txq_enter(struct vio_txq *q)
{
	return vio_burst_enter(&q->state, &q->busy) || vio_txq_take_up(q);
}

static __rte_always_inline void
vio_txq_leave(struct vio_txq *q)
{
	vio_burst_leave(&q->busy);
}

#endif /* VIO_SUSPEND_H */
