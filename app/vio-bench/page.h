/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The page that the application and the null back end share, in a file: by it the application tells
 * the back end what to do, reads its counters, and measures how far away its CPU is.
 * One writer for each cache line but one, which is sent to and fro to see how far it is.
 */

#ifndef VIO_BENCH_PAGE_H
#define VIO_BENCH_PAGE_H

#include <stdalign.h>
#include <stdint.h>

#define PAGE_LINE	64

/* What the back end can be told; it goes on with it until the next of the first three. */
enum page_op {
	PAGE_RUN,	/* fill every buffer for Rx, complete every Tx packet */
	PAGE_QUIET,	/* only complete Tx packets */
	PAGE_HOLD,	/* touch no ring */
	PAGE_STEP,	/* while held: do once what there is to do */
	PAGE_SNAPSHOT,	/* write the counters */
	PAGE_PING,	/* answer each odd value of ping with the next one, until PAGE_PING_END */
};

#define PAGE_PING_END	(UINT64_MAX - 1)	/* answered by 0 */

/* What passes, TCP over IPv4 in any case; both sides see that the other one says so. */
enum traffic {
	TRAFFIC_PLAIN,		/* nothing said, nothing asked */
	TRAFFIC_CSUM,		/* Rx: checksum known to be good; Tx: checksum to be made */
	TRAFFIC_PARTIAL,	/* Rx: checksum to be completed; Tx: as before */
	TRAFFIC_TSO,		/* Rx: put together, checksum as before; Tx: to be segmented */
};

/* What a back end that copies fills its frames with. */
#define PAGE_FRAME_BYTE	0x5a

#define TRAFFIC_CSUM_START	34	/* behind Ethernet and IPv4 headers */
#define TRAFFIC_CSUM_OFFSET	16
#define TRAFFIC_HEADERS		54
#define TRAFFIC_SEGMENT		5	/* bytes of payload; even the shortest frame has two */

struct page_counters {
	uint64_t rx_packets;	/* frames put into Rx buffers */
	uint64_t tx_packets;	/* packets taken from the Tx ring */
	uint64_t tx_bytes;	/* of them, without virtio_net_hdr */
	uint64_t idle_cycles;	/* TSC cycles in which there was nothing to do */
	uint64_t kicks;		/* notifications that came */
	uint64_t bad;		/* buffers that cannot be: outside the memory, too short */
};

struct page {
	alignas(PAGE_LINE) uint64_t command;	/* its number << 8 | enum page_op */
	alignas(PAGE_LINE) uint64_t traffic;	/* enum traffic, by the application */
	alignas(PAGE_LINE) uint64_t done;	/* the command that was carried out last */
	alignas(PAGE_LINE) uint64_t ping;	/* both sides write it, in turn */
	alignas(PAGE_LINE) struct page_counters counters;
};

/* The far side of the measurement of a cache line's way. */
static inline void
page_answer_pings(struct page *page)
{
	uint64_t ping = 0;

	while (ping != PAGE_PING_END) {
		if (ping % 2 != 0)
			__atomic_store_n(&page->ping, ping + 1, __ATOMIC_RELEASE);
		ping = __atomic_load_n(&page->ping, __ATOMIC_ACQUIRE);
	}
	__atomic_store_n(&page->ping, 0, __ATOMIC_RELEASE);
}

#endif /* VIO_BENCH_PAGE_H */
