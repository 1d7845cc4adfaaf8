/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Windows of time in which one thing is done: receive, send, or forward. The cost of a packet is
 * that inside calls of a whole burst; after one that found less, the device gets time, which counts
 * as idle: to poll a ring that is written at the moment costs both sides, and says nothing.
 * Invariant: after each window all packets are accounted for, at the back end as well.
 */

#include <inttypes.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_pause.h>

#include "bench.h"

#define WAIT_CYCLES	2000

struct window {
	uint64_t packets;
	uint64_t full_packets;	/* of calls of a whole burst */
	uint64_t full_cycles;	/* inside these */
	uint64_t some_packets;	/* of calls of any packets: long frames may make no whole burst */
	uint64_t some_cycles;	/* inside these */
	uint64_t interrupted;	/* calls that are not among these */
	uint64_t idle_cycles;	/* of ours: the device had nothing for us, or no room */
	uint64_t cycles;	/* of all */
};

typedef int (*window_fn)(struct window *window, uint64_t end);

static struct rte_mbuf *mbufs[MAX_BURST];

/* The queue after one: all are worked on in turn. */
static uint16_t
next(uint16_t queue)
{
	return queue + 1u < options.nb_queues ? queue + 1 : 0;
}

static void
wait_a_little(struct window *window)
{
	const uint64_t start = rte_rdtsc();

	while (rte_rdtsc() - start < WAIT_CYCLES)
		rte_pause();
	window->idle_cycles += rte_rdtsc() - start;
}

/* Notes a call that took so many cycles for nb packets. */
static void
note(struct window *window, unsigned int nb, uint64_t cycles)
{
	window->packets += nb;
	if (nb == 0) {
		window->idle_cycles += cycles;
		return;
	}
	if (was_interrupted(cycles)) {
		window->interrupted++;
		return;
	}
	window->some_packets += nb;
	window->some_cycles += cycles;
	if (nb == options.burst) {
		window->full_packets += nb;
		window->full_cycles += cycles;
	}
}

static unsigned int
receive(struct window *window, uint16_t queue)
{
	const uint64_t start = rte_rdtsc();
	unsigned int nb = rte_eth_rx_burst(PORT, queue, mbufs, options.burst);
	unsigned int i;

	note(window, nb, rte_rdtsc() - start);
	totals.rx_packets += nb;
	for (i = 0; i < nb; i++) {
		totals.rx_bytes += mbufs[i]->pkt_len;
		totals.untold += !frame_is_told(mbufs[i]);
		if (options.look)
			totals.strange += !frame_is_filled(mbufs[i]);
	}
	return nb;
}

static unsigned int
transmit(struct window *window, uint16_t queue, struct rte_mbuf **first, unsigned int nb)
{
	const uint64_t start = rte_rdtsc();
	unsigned int sent = frame_send(queue, first, nb);

	note(window, sent, rte_rdtsc() - start);
	totals.tx_packets += sent;
	totals.tx_bytes += (uint64_t)sent * options.frame_len;
	return sent;
}

static int
window_rx(struct window *window, uint64_t end)
{
	uint16_t queue = 0;
	unsigned int nb;

	do {
		nb = receive(window, queue);
		queue = next(queue);
		rte_pktmbuf_free_bulk(mbufs, nb);
		if (nb < options.burst)
			wait_a_little(window);
	} while (rte_rdtsc() < end);
	return 0;
}

static int
window_tx(struct window *window, uint64_t end)
{
	uint16_t queue = 0;
	unsigned int sent;

	do {
		if (port_alloc(mbufs, options.burst) != 0)
			return -1;
		sent = transmit(window, queue, mbufs, options.burst);
		while (sent < options.burst && rte_rdtsc() < end) {
			wait_a_little(window);
			sent += transmit(window, queue, &mbufs[sent], options.burst - sent);
		}
		rte_pktmbuf_free_bulk(&mbufs[sent], options.burst - sent);
		queue = next(queue);
	} while (rte_rdtsc() < end);
	return 0;
}

/* A packet counts when it is sent. */
static int
window_fwd(struct window *window, uint64_t end)
{
	struct window rx = { 0 };
	unsigned int nb, sent;
	uint16_t queue = 0;

	do {
		nb = receive(&rx, queue);
		for (sent = 0; sent < nb && rte_rdtsc() < end;)
			sent += transmit(window, queue, &mbufs[sent], nb - sent);
		rte_pktmbuf_free_bulk(&mbufs[sent], nb - sent);
		queue = next(queue);
	} while (rte_rdtsc() < end);
	window->idle_cycles += rx.idle_cycles;
	return 0;
}

/* Receives what is in the ring, and waits until what was sent is with the device. */
static int
drain(struct page_counters *counters)
{
	const uint64_t end = rte_rdtsc() + DEADLINE_S * rte_get_tsc_hz();
	struct window ignored = { 0 };
	uint16_t queue = 0;
	unsigned int nb;

	if (backend_tell(PAGE_QUIET) != 0 || backend_counters(counters) != 0)
		return -1;
	if (options.page == NULL)
		return 0;
	/* It receives no more, as it was told to be quiet. */
	while (totals.rx_packets != counters->rx_packets && rte_rdtsc() < end) {
		nb = receive(&ignored, queue);
		rte_pktmbuf_free_bulk(mbufs, nb);
		queue = next(queue);
	}
	while (totals.tx_packets != counters->tx_packets && rte_rdtsc() < end)
		if (backend_counters(counters) != 0)
			return -1;
	return 0;
}

/* Nothing is gained by losing packets. */
static int
account(const struct page_counters *counters)
{
	bool good = totals.rx_bytes == totals.rx_packets * options.frame_len &&
		    totals.untold == 0 && totals.strange == 0;

	if (options.page != NULL)
		good &= totals.rx_packets == counters->rx_packets &&
			totals.tx_packets == counters->tx_packets &&
			totals.tx_bytes == counters->tx_bytes && counters->bad == 0;
	if (good)
		return 0;
	complain("packets do not add up: received %" PRIu64 " of %" PRIu64 " (%" PRIu64
		 " bytes), sent %" PRIu64 " (%" PRIu64 " bytes), of which %" PRIu64 " (%" PRIu64
		 " bytes) came to the device; bad buffers: %" PRIu64
		 ", packets not told to be what they are: %" PRIu64
		 ", frames that are not those sent: %" PRIu64, totals.rx_packets,
		 counters->rx_packets, totals.rx_bytes, totals.tx_packets, totals.tx_bytes,
		 counters->tx_packets, counters->tx_bytes, counters->bad, totals.untold,
		 totals.strange);
	return -1;
}

static int
run(const char *kind, window_fn function, enum page_op op)
{
	struct page_counters before, after;
	struct window window = { 0 };
	uint64_t ping = backend_ping();
	uint64_t start, idle, kicks;

	if (backend_counters(&before) != 0 || backend_tell(op) != 0)
		return -1;
	start = rte_rdtsc();
	if (function(&window, start + rte_get_tsc_hz() / 1000 * options.window_ms) != 0)
		return -1;
	window.cycles = rte_rdtsc() - start;
	if (backend_counters(&after) != 0)
		return -1;
	idle = after.idle_cycles - before.idle_cycles;
	kicks = after.kicks - before.kicks;
	if (drain(&after) != 0 || account(&after) != 0)
		return -1;
	printf("window kind=%s ping=%" PRIu64 " ping_after=%" PRIu64 " packets=%" PRIu64
	       " full_packets=%" PRIu64 " full_cycles=%" PRIu64 " cycles=%" PRIu64, kind, ping,
	       backend_ping(), window.packets, window.full_packets, window.full_cycles,
	       window.cycles);
	printf(" some_packets=%" PRIu64 " some_cycles=%" PRIu64, window.some_packets,
	       window.some_cycles);
	printf(" front_idle=%" PRIu64 " back_idle=%" PRIu64 " interrupted=%" PRIu64
	       " kicks=%" PRIu64 "\n", window.idle_cycles, idle, window.interrupted, kicks);
	return 0;
}

int
windows_run(void)
{
	/* What was received is not what the traffic sends. */
	const bool forward = options.traffic == TRAFFIC_PLAIN;
	unsigned int i;

	for (i = 0; i < options.windows; i++)
		if (run("rx", window_rx, PAGE_RUN) != 0 || run("tx", window_tx, PAGE_QUIET) != 0 ||
		    (forward && run("fwd", window_fwd, PAGE_RUN) != 0))
			return -1;
	if (totals.rx_packets > 0 && totals.tx_packets > 0)
		return 0;
	complain("no packet was %s", totals.rx_packets == 0 ? "received" : "sent");
	return -1;
}
