/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The forwarding engine: builds the streams, spreads them over the worker lcores, runs and counts.
 * Invariants while it runs: the array of streams does not change; a receive queue is in one stream;
 * all streams of a transmit queue are on one lcore. So no queue is ever used by two lcores.
 * The main lcore reads the counters of a running stream: each is one aligned 64-bit load.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "app.h"
#include "forward.h"

/* A packet that Tx does not take at once is offered again that often, a microsecond apart. */
#define TX_RETRIES 64

/* With Rx interrupts: so many rounds without a packet before a worker dozes off. */
#define IDLE_ROUNDS 16

static const struct fwd_mode *const modes[] = {
	&fwd_io, &fwd_mac, &fwd_macswap, &fwd_rxonly, &fwd_txonly, &fwd_icmpecho,
};

static const struct fwd_mode *mode;	/* of the present or latest run */
static struct fwd_stream *streams;	/* of the present or latest run */
static unsigned int nb_streams;
static unsigned int nb_workers;
static bool running;
static bool keep_running;		/* the only thing that main tells a running lcore */

static const struct fwd_mode *
find_mode(const char *name)
{
	for (unsigned int i = 0; i < RTE_DIM(modes); i++)
		if (strcmp(modes[i]->name, name) == 0)
			return modes[i];
	return NULL;
}

bool
fwd_mode_exists(const char *name)
{
	return find_mode(name) != NULL;
}

bool
fwd_running(void)
{
	return running;
}

uint16_t
fwd_receive(struct fwd_stream *stream, struct rte_mbuf **pkts)
{
	uint16_t nb = rte_eth_rx_burst(stream->rx_port, stream->rx_queue, pkts, stream->burst);

	stream->count.rx += nb;
	return nb;
}

void
fwd_send(struct fwd_stream *stream, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t sent = 0;

	if (config.lro)
		nb_pkts = fwd_lro_segment(stream, pkts, nb_pkts);
	if (nb_pkts == 0)
		return;
	for (unsigned int attempt = 0; attempt <= TX_RETRIES; attempt++) {
		if (attempt > 0)
			rte_delay_us_block(1);
		sent += rte_eth_tx_burst(stream->tx_port, stream->tx_queue, pkts + sent,
					 nb_pkts - sent);
		if (sent == nb_pkts)
			break;
	}
	stream->count.tx += sent;
	stream->count.tx_dropped += nb_pkts - sent;
	rte_pktmbuf_free_bulk(pkts + sent, nb_pkts - sent);
}

void
fwd_ignore(struct fwd_stream *stream, struct rte_mbuf *pkt)
{
	stream->count.ignored++;
	rte_pktmbuf_free(pkt);
}

/* Paired: 0<->1, 2<->3; a port without a partner, and each in loop topology, is its own. */
static uint16_t
partner(uint16_t port_id)
{
	uint16_t previous = RTE_MAX_ETHPORTS;
	unsigned int index = 0;
	uint16_t next;
	uint16_t id;

	if (config.loop_topology)
		return port_id;
	RTE_ETH_FOREACH_DEV(id) {
		if (id == port_id)
			break;
		previous = id;
		index++;
	}
	if (index % 2 == 1)
		return previous;
	next = (uint16_t)rte_eth_find_next(port_id + 1);
	return next < RTE_MAX_ETHPORTS ? next : port_id;
}

static uint16_t
streams_of_port(const struct fwd_mode *of, uint16_t port_id)
{
	return of->generates ? ports[port_id].nb_txq : ports[port_id].nb_rxq;
}

static void
fill_stream(struct fwd_stream *stream, const struct fwd_mode *of, uint16_t port_id, uint16_t queue)
{
	stream->rx_port = port_id;
	stream->rx_queue = queue;
	stream->tx_port = of->loop || of->generates ? port_id : partner(port_id);
	stream->tx_queue = queue % ports[stream->tx_port].nb_txq;
	stream->burst = config.burst;
	stream->peer = config.peer[stream->tx_port];
	rte_eth_macaddr_get(stream->tx_port, &stream->own);
}

static int
build_streams(const struct fwd_mode *of)
{
	struct fwd_stream *new_streams;
	unsigned int nb = 0;
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV(port_id) {
		if (!ports[port_id].started) {
			complain("port %u is stopped; first: port start %u", port_id, port_id);
			return -1;
		}
		nb += streams_of_port(of, port_id);
	}
	if (nb == 0) {
		complain("no port is left to forward on");
		return -1;
	}
	if (of->prepare != NULL && of->prepare() != 0)
		return -1;
	new_streams = rte_zmalloc("streams", nb * sizeof(*streams), RTE_CACHE_LINE_SIZE);
	if (new_streams == NULL) {
		complain("no memory for %u streams", nb);
		return -1;
	}
	rte_free(streams);
	streams = new_streams;
	nb_streams = 0;
	mode = of;
	RTE_ETH_FOREACH_DEV(port_id)
		for (uint16_t q = 0; q < streams_of_port(of, port_id); q++)
			fill_stream(&streams[nb_streams++], of, port_id, q);
	return 0;
}

/* The streams of one transmit queue get the same worker. */
static unsigned int
worker_of(const struct fwd_stream *stream)
{
	return (stream->tx_port + (unsigned int)stream->tx_queue) % nb_workers;
}

/* Runs the streams, and dozes whenever none of them has had a packet for some rounds. */
static void
run_dozing(struct fwd_stream **mine, unsigned int nb)
{
	uint64_t rx, seen = 0;
	unsigned int idle = 0;

	if (nb == 0 || fwd_doze_begin(mine, nb) != 0)
		return;
	while (__atomic_load_n(&keep_running, __ATOMIC_RELAXED)) {
		rx = 0;
		for (unsigned int i = 0; i < nb; i++) {
			mode->run(mine[i]);
			rx += mine[i]->count.rx;
		}
		idle = rx == seen ? idle + 1 : 0;
		seen = rx;
		if (idle < IDLE_ROUNDS)
			continue;
		fwd_doze(mine, nb);
		idle = 0;
	}
	fwd_doze_end(mine, nb);
}

static int
run_worker(void *arg)
{
	const unsigned int worker = (unsigned int)(uintptr_t)arg;
	struct fwd_stream *mine[nb_streams];
	unsigned int nb = 0;

	for (unsigned int i = 0; i < nb_streams; i++)
		if (worker_of(&streams[i]) == worker)
			mine[nb++] = &streams[i];
	if (config.rx_intr && !mode->generates)
		run_dozing(mine, nb);
	while (nb != 0 && __atomic_load_n(&keep_running, __ATOMIC_RELAXED))
		for (unsigned int i = 0; i < nb; i++)
			mode->run(mine[i]);
	return 0;
}

/* One generated burst on every transmit queue, as the start of a run of another mode. */
static int
send_first(void)
{
	if (build_streams(&fwd_txonly) != 0)
		return -1;
	for (unsigned int i = 0; i < nb_streams; i++)
		fwd_txonly.run(&streams[i]);
	return 0;
}

static void
add_count(struct fwd_count *sum, const struct fwd_count *count)
{
	sum->rx += count->rx;
	sum->tx += count->tx;
	sum->tx_dropped += count->tx_dropped;
	sum->ignored += count->ignored;
	sum->no_mbuf += count->no_mbuf;
	sum->interrupts += count->interrupts;
}

/* Adds what the streams counted for a port: received on it, and sent to it. */
static void
add_streams(uint16_t port_id, struct fwd_count *sum)
{
	struct fwd_count part;

	for (unsigned int i = 0; i < nb_streams; i++) {
		part = streams[i].count;
		if (streams[i].rx_port != port_id)
			part.rx = part.ignored = part.interrupts = 0;
		if (streams[i].tx_port != port_id)
			part.tx = part.tx_dropped = part.no_mbuf = 0;
		add_count(sum, &part);
	}
}

/* Moves what the streams counted to the ports' totals; the streams remain for display. */
static void
keep_counts(void)
{
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV(port_id)
		add_streams(port_id, &ports[port_id].total);
}

void
fwd_port_count(uint16_t port_id, struct fwd_count *count)
{
	*count = ports[port_id].total;
	if (running)
		add_streams(port_id, count);
}

int
fwd_start(bool tx_first)
{
	unsigned int worker = 0;
	unsigned int lcore;

	if (running) {
		complain("packets are already being forwarded; first: stop");
		return -1;
	}
	if (tx_first) {
		if (send_first() != 0)
			return -1;
		keep_counts();
	}
	if (build_streams(find_mode(config.forward_mode)) != 0)
		return -1;

	nb_workers = rte_lcore_count() - 1;
	keep_running = true;
	running = true;
	RTE_LCORE_FOREACH_WORKER(lcore)
		rte_eal_remote_launch(run_worker, (void *)(uintptr_t)worker++, lcore);
	printf("Forwarding: mode %s, %u streams on %u lcores\n", mode->name, nb_streams,
	       nb_workers);
	return 0;
}

int
fwd_stop(void)
{
	if (!running) {
		complain("no packets are being forwarded");
		return -1;
	}
	__atomic_store_n(&keep_running, false, __ATOMIC_RELAXED);
	rte_eal_mp_wait_lcore();
	running = false;
	keep_counts();
	fwd_show_stats();
	return 0;
}

void
fwd_show_config(void)
{
	printf("Forward mode: %s, topology %s, burst %u, worker lcores %u, %s\n",
	       config.forward_mode, config.loop_topology ? "loop" : "paired", config.burst,
	       rte_lcore_count() - 1, running ? "running" : "stopped");
	if (find_mode(config.forward_mode)->generates) {
		printf("txonly segments:");
		for (unsigned int i = 0; i < config.nb_tx_segs; i++)
			printf(" %u", config.tx_seg_len[i]);
		printf("\n");
	}
	for (unsigned int i = 0; running && i < nb_streams; i++)
		printf("  Rx port %u queue %u -> Tx port %u queue %u, worker %u, peer "
		       RTE_ETHER_ADDR_PRT_FMT "\n", streams[i].rx_port, streams[i].rx_queue,
		       streams[i].tx_port, streams[i].tx_queue, worker_of(&streams[i]),
		       RTE_ETHER_ADDR_BYTES(&streams[i].peer));
}

static void
show_count(const char *title, const struct fwd_count *count)
{
	printf("  ---- Forward statistics for %s ----\n", title);
	printf("  RX-packets: %-14" PRIu64 " RX-ignored: %-14" PRIu64 "\n", count->rx,
	       count->ignored);
	printf("  TX-packets: %-14" PRIu64 " TX-dropped: %-14" PRIu64 " TX-no-mbuf: %-14" PRIu64
	       "\n", count->tx, count->tx_dropped, count->no_mbuf);
	if (config.rx_intr)
		printf("  RX-interrupts: %" PRIu64 "\n", count->interrupts);
}

/* Of the present run, or the latest. */
void
fwd_show_stats(void)
{
	struct fwd_count all = { 0 };
	struct fwd_count one;
	char title[32];
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV(port_id) {
		memset(&one, 0, sizeof(one));
		add_streams(port_id, &one);
		add_count(&all, &one);
		snprintf(title, sizeof(title), "port %u", port_id);
		show_count(title, &one);
	}
	show_count("all ports", &all);
}
