/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the parts of vio-bench share. One thread does everything; what is said here of cycles are
 * those of the TSC.
 */

#ifndef VIO_BENCH_H
#define VIO_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "../common/start.h"
#include "page.h"

#define PORT		0
#define MAX_BURST	512
#define MAX_QUEUES	64
#define MAX_SEGMENTS	16	/* of the longest frame in the smallest mbufs */
#define INTERRUPTED_US	50
#define DEADLINE_S	20	/* for the back end, whose CPU may be busy with others */

/* What is wanted of a port beside passing frames. */
#define WANT_CSUM	(1u << 0)
#define WANT_SCATTER	(1u << 1)
#define WANT_LRO	(1u << 2)	/* and TSO */
#define WANT_VLAN	(1u << 3)	/* strip, insert */
#define WANT_FAST_FREE	(1u << 4)

struct options {
	const char *page;	/* of the null back end; NULL: the port has another device */
	uint32_t wanted;	/* WANT_* */
	uint32_t windows;	/* of each kind */
	uint32_t window_ms;
	uint32_t frame_len;
	uint32_t room;		/* bytes of a frame that an mbuf holds */
	uint32_t burst;
	uint32_t nb_desc;
	uint32_t nb_queues;	/* each way, worked on in turn */
	uint32_t nb_counted;	/* bursts whose instructions are counted; 0: windows instead */
	enum traffic traffic;
	bool look;		/* at each received frame, which the back end must have filled */
	bool trace;		/* tell where the counted instructions are */
	bool floor;		/* two threads, and no port */
};

extern struct options options;

/* Whether a call took so long that its thread was interrupted: no burst needs that. */
static inline bool
was_interrupted(uint64_t cycles)
{
	return cycles > rte_get_tsc_hz() / US_PER_S * INTERRUPTED_US;
}

/* Returns 0, or -1 with a message. */
int
options_parse(int argc, char **argv);

void
options_usage(const char *program);

/* The port, started, with a pool. Returns 0, or -1 with a message. */
int
port_open(void);

/* Returns 0, or -1 with a message if mbufs are lost or the port counted otherwise than we did. */
int
port_close(void);

/* Frames to send, of options.frame_len bytes. Returns 0, or -1 if there are not enough. */
int
port_alloc(struct rte_mbuf **mbufs, unsigned int nb);

/* Makes an mbuf's memory a frame of TCP over IPv4, once. */
void
frame_write(struct rte_mbuf *mbuf);

/* Lets the port do what the traffic needs for frames to send; nothing if it is plain. */
void
frame_ask(struct rte_mbuf **mbufs, unsigned int nb);

/* Whether a received frame begins with what a back end that copies fills it with. */
bool
frame_is_filled(const struct rte_mbuf *mbuf);

/* Whether a received frame was told to be what the traffic is. */
bool
frame_is_told(const struct rte_mbuf *mbuf);

/* rte_eth_tx_prepare() where the traffic needs it, and rte_eth_tx_burst(). */
static inline uint16_t
frame_send(uint16_t queue, struct rte_mbuf **mbufs, uint16_t nb)
{
	if (options.traffic != TRAFFIC_PLAIN)
		nb = rte_eth_tx_prepare(PORT, queue, mbufs, nb);
	return rte_eth_tx_burst(PORT, queue, mbufs, nb);
}

/* What was received or sent, for port_close to compare; both directions. */
struct port_totals {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t untold;	/* received packets that are not told to be what they are */
	uint64_t strange;	/* received frames, looked at, that are not what was sent */
};

extern struct port_totals totals;

/* The null back end's page, options.page. Returns 0, or -1 with a message. */
int
backend_open(void);

/* The same for a page of this process, whose other side another thread is. */
int
backend_attach(struct page *page);

/* Tells it something, and waits until it is done. Returns 0, or -1 with a message. */
int
backend_tell(enum page_op op);

/* Reads its counters. Returns 0, or -1 with a message; without a back end all are 0. */
int
backend_counters(struct page_counters *counters);

/* The median cycles of a cache line's way there and back; 0 without a back end, or failing. */
uint64_t
backend_ping(void);

/* All windows, a line for each. Returns 0, or -1 with a message. */
int
windows_run(void);

/* Exact instruction counts, a line for each direction. Returns 0, or -1 with a message. */
int
count_run(void);

/* Forgets all addresses. */
void
trace_begin(void);

/* Notes that the instruction at an address is executed; may be called by a signal's handler. */
void
trace_step(uintptr_t address);

/* Prints a line for each address. Returns 0, or -1 with a message. */
int
trace_print(const char *kind);

/* What two threads that hand over descriptors need, a line for each window. Returns 0 or -1. */
int
floor_run(void);

#endif /* VIO_BENCH_H */
