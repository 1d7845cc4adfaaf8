/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The forwarding engine and its modes. A stream is one receive queue joined to one transmit queue.
 * It belongs to exactly one lcore while forwarding runs, and so does each of its queues.
 */

#ifndef VIO_TESTPMD_FORWARD_H
#define VIO_TESTPMD_FORWARD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "app.h"

struct fwd_stream {
	uint16_t rx_port;
	uint16_t rx_queue;
	uint16_t tx_port;
	uint16_t tx_queue;
	uint16_t burst;
	struct rte_ether_addr own;	/* MAC address of tx_port */
	struct rte_ether_addr peer;	/* of the station behind tx_port */
	uint64_t sequence;		/* txonly: number of the next packet */
	struct fwd_count count;		/* written by the stream's lcore only */
} __rte_cache_aligned;

struct fwd_mode {
	const char *name;
	bool loop;	/* answers on the port that it receives on, whatever the topology */
	bool generates;	/* does not receive: one stream for each transmit queue */
	int (*prepare)(void);	/* before a run, may be NULL; -1: told why it cannot run */
	void (*run)(struct fwd_stream *stream);
};

extern const struct fwd_mode fwd_io;
extern const struct fwd_mode fwd_mac;
extern const struct fwd_mode fwd_macswap;
extern const struct fwd_mode fwd_rxonly;
extern const struct fwd_mode fwd_txonly;
extern const struct fwd_mode fwd_icmpecho;

/* txonly writes its headers and a sequence number into the first segment. */
#define TXONLY_MIN_FIRST_SEG 50

#define FWD_MODE_NAMES "io|mac|macswap|rxonly|txonly|icmpecho"

/* For the modes. */
uint16_t fwd_receive(struct fwd_stream *stream, struct rte_mbuf **pkts);
void fwd_send(struct fwd_stream *stream, struct rte_mbuf **pkts, uint16_t nb_pkts);
void fwd_ignore(struct fwd_stream *stream, struct rte_mbuf *pkt);

/* Gets what LRO put together segmented again; what cannot be is ignored. Returns what is left. */
uint16_t fwd_lro_segment(struct fwd_stream *stream, struct rte_mbuf **pkts, uint16_t nb_pkts);

/*
 * Of a worker with its streams, on its lcore: the interrupts of their Rx queues are waited for
 * by fwd_doze(), until packets may have come or a while has passed. -1: told why.
 */
int fwd_doze_begin(struct fwd_stream **mine, unsigned int nb);
void fwd_doze(struct fwd_stream **mine, unsigned int nb);
void fwd_doze_end(struct fwd_stream **mine, unsigned int nb);

/* For the commands; on the main lcore. -1: told why. */
bool fwd_running(void);
bool fwd_mode_exists(const char *name);
int fwd_start(bool tx_first);
int fwd_stop(void);
void fwd_port_count(uint16_t port_id, struct fwd_count *count);
void fwd_show_config(void);
void fwd_show_stats(void);

#endif
