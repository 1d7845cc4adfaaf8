/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The thread that polls the rings, and does what the page says.
 * Invariant: nothing here makes a system call but for the protocol's sake and between windows, and
 * nothing but a virtio_net_hdr is written into a buffer.
 */

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_cycles.h>

#include "null.h"

#define HOLD_SPINS	1024
#define HOLD_NAP_US	10

/* Frames for buffers, as many as fit whole; returns how many buffers they take. */
static unsigned int
fill(struct null *null, struct null_buf *bufs, unsigned int nb)
{
	const uint32_t total = null->frame_len + VIRTIO_NET_HDR_LEN;
	unsigned int i, first = 0;
	uint32_t rest;

	for (i = 0; i < nb; i++)
		__builtin_prefetch(bufs[i].addr, 1);
	while (first < nb) {
		rest = total;
		for (i = first; i < nb && rest > 0; i++) {
			bufs[i].used_len = RTE_MIN(rest, bufs[i].len);
			rest -= bufs[i].used_len;
		}
		if (rest > 0)
			break;
		null->counters.rx_packets++;
		if (bufs[first].addr == NULL || bufs[first].len < VIRTIO_NET_HDR_LEN ||
		    (i - first > 1 && !(null->features & RTE_BIT64(VIRTIO_NET_F_MRG_RXBUF))))
			null->counters.bad++;
		else
			*(struct virtio_net_hdr *)bufs[first].addr =
				(struct virtio_net_hdr){ .num_buffers = i - first };
		first = i;
	}
	return first;
}

static void
count_tx(struct null *null, struct null_buf *bufs, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		bufs[i].used_len = 0;
		null->counters.tx_bytes += bufs[i].len - VIRTIO_NET_HDR_LEN;
		if (bufs[i].addr == NULL || bufs[i].len < VIRTIO_NET_HDR_LEN)
			null->counters.bad++;
	}
	null->counters.tx_packets += nb;
}

/* One burst of one ring; returns whether there was something to do. */
static bool
pass(struct null *null, unsigned int index)
{
	const bool packed = null->features & RTE_BIT64(VIRTIO_F_RING_PACKED);
	struct null_ring *ring = &null->rings[index];
	struct null_buf bufs[NULL_BURST];
	unsigned int nb;

	if (!ring->started || !ring->enabled)
		return false;
	nb = packed ? null_packed_get(null, ring, bufs, NULL_BURST) :
		      null_split_get(null, ring, bufs, NULL_BURST);
	if (nb == 0)
		return false;
	if (index % 2 == 0)
		nb = fill(null, bufs, nb);
	else
		count_tx(null, bufs, nb);
	if (packed)
		null_packed_put(ring, bufs, nb);
	else
		null_split_put(ring, bufs, nb);
	return nb > 0;
}

static bool
pass_rx(struct null *null)
{
	bool busy = false;
	unsigned int i;

	for (i = 0; i < null->nb_pairs; i++)
		busy |= pass(null, VIRTIO_NET_RXQ(i));
	return busy;
}

static bool
pass_tx(struct null *null)
{
	bool busy = false;
	unsigned int i;

	for (i = 0; i < null->nb_pairs; i++)
		busy |= pass(null, VIRTIO_NET_TXQ(i));
	return busy;
}

/* All that there is to do, in lock-step with the application. */
static void
step(struct null *null)
{
	while (pass_rx(null))
		;
	while (pass_tx(null))
		;
}

/* Adds the notifications since the last look, of all rings. */
static void
count_kicks(struct null *null)
{
	struct pollfd look = { .events = POLLIN };
	uint64_t kicks;
	unsigned int i;

	for (i = 0; i < NULL_RINGS; i++) {
		look.fd = null->rings[i].kick;
		if (poll(&look, 1, 0) == 1 &&
		    read(look.fd, &kicks, sizeof(kicks)) == sizeof(kicks))
			null->counters.kicks += kicks;
	}
}

/* Does what a command says; returns what to go on with. */
static enum page_op
obey(struct null *null, uint64_t command, enum page_op mode)
{
	const enum page_op op = command & UINT8_MAX;

	switch (op) {
	case PAGE_STEP:
		step(null);
		break;
	case PAGE_SNAPSHOT:
		count_kicks(null);
		null->page->counters = null->counters;
		break;
	case PAGE_PING:
		__atomic_store_n(&null->page->done, command, __ATOMIC_RELEASE);
		page_answer_pings(null->page);
		break;
	default:
		mode = op;
		break;
	}
	/* Release: what was done is seen with it. */
	__atomic_store_n(&null->page->done, command, __ATOMIC_RELEASE);
	return mode;
}

/* The protocol wants the lock: it changes the rings. */
static void
give_way(struct null *null)
{
	pthread_mutex_unlock(&null->lock);
	while (__atomic_load_n(&null->waiting, __ATOMIC_ACQUIRE))
		sched_yield();
	pthread_mutex_lock(&null->lock);
}

/* In lock-step there is nothing to hurry for: others may have the CPU meanwhile. */
static void
nap(unsigned int *spins)
{
	if (++*spins < HOLD_SPINS)
		return;
	usleep(HOLD_NAP_US);
}

void *
null_worker(void *opaque)
{
	struct null *null = opaque;
	uint64_t command, last = 0, idle_since = 0;
	enum page_op mode = PAGE_QUIET;
	unsigned int spins = 0;
	bool busy;

	pthread_mutex_lock(&null->lock);
	while (!__atomic_load_n(&null->end, __ATOMIC_RELAXED)) {
		busy = mode == PAGE_RUN && pass_rx(null);
		busy |= mode != PAGE_HOLD && pass_tx(null);
		command = __atomic_load_n(&null->page->command, __ATOMIC_ACQUIRE);
		/* The clock is read only where idleness begins and ends: work is not slowed. */
		if (idle_since != 0 && (busy || command != last)) {
			null->counters.idle_cycles += rte_rdtsc() - idle_since;
			idle_since = 0;
		} else if (idle_since == 0 && !busy) {
			idle_since = rte_rdtsc();
		}
		if (command != last) {
			mode = obey(null, command, mode);
			spins = 0;
		} else if (mode == PAGE_HOLD) {
			nap(&spins);
		}
		last = command;
		if (__atomic_load_n(&null->waiting, __ATOMIC_RELAXED))
			give_way(null);
	}
	pthread_mutex_unlock(&null->lock);
	return NULL;
}
