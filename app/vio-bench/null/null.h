/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The null back end: a vhost-user device that returns every buffer at once and never touches
 * payload, so that what is measured is the driver. It trusts its driver, and is no virtio device
 * for anything else.
 */

#ifndef VIO_BENCH_NULL_H
#define VIO_BENCH_NULL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_bitops.h>

#include "../page.h"
#include "vio_spec.h"
#include "vio_vhost_spec.h"

#define NULL_BURST	32	/* buffers of a pass */
#define NULL_PAIRS	8	/* of queues; the control queue is the front end's */
#define NULL_RINGS	(2 * NULL_PAIRS)

/* A buffer that the driver made available. */
struct null_buf {
	void *addr;		/* of its first descriptor; NULL: outside the memory */
	uint32_t len;		/* of all its descriptors */
	uint32_t used_len;	/* what to tell the driver */
	uint16_t id;
	uint16_t nb_desc;	/* that it takes in the ring */
};

struct null_region {
	uint64_t guest_address;
	uint64_t user_address;
	uint64_t size;
	uint8_t *addr;		/* here */
};

/* Buffers are used in the order in which they were made available, so one index is enough. */
struct null_ring {
	bool started;
	bool enabled;
	uint16_t size;
	uint16_t idx;		/* split: free running; packed: the slot */
	bool wrap;		/* packed: the driver's wrap counter */
	void *desc;		/* struct virtq_desc or pvirtq_desc */
	void *driver;		/* split: virtq_avail; packed: pvirtq_event_suppress */
	void *device;		/* split: virtq_used; packed: pvirtq_event_suppress */
	int kick;		/* eventfd, or -1 */
};

struct null {
	struct page *page;
	uint32_t frame_len;
	bool wants_chains;	/* where a packet has several descriptors */
	bool wants_kicks;	/* asks to be notified, although it polls */
	uint64_t features;
	struct null_region regions[VHOST_USER_REGIONS_MAX];
	unsigned int nb_regions;
	struct null_ring rings[NULL_RINGS];
	unsigned int nb_pairs;	/* those that were ever started, and those below */

	/* The worker holds the lock, but while the protocol waits for it. */
	pthread_mutex_t lock;
	bool waiting;
	bool end;
	struct page_counters counters;
};

/*
 * Takes up to nb buffers that are available, without moving on; returns how many.
 * virtio 2.7.7.1 and 2.8.6.
 */
unsigned int
null_split_get(struct null *null, struct null_ring *ring, struct null_buf *bufs, unsigned int nb);
unsigned int
null_packed_get(struct null *null, struct null_ring *ring, struct null_buf *bufs,
		unsigned int nb);

/* Uses the first nb of what was taken, each by an entry of its own, and moves on. */
void
null_split_put(struct null_ring *ring, const struct null_buf *bufs, unsigned int nb);
void
null_packed_put(struct null_ring *ring, const struct null_buf *bufs, unsigned int nb);

/* The address here of what the driver calls addr, or NULL if not all of it is in the memory. */
static inline void *
null_translate(const struct null *null, uint64_t addr, uint32_t len)
{
	const struct null_region *region;

	for (region = null->regions; region < &null->regions[null->nb_regions]; region++)
		if (addr >= region->guest_address &&
		    addr - region->guest_address + len <= region->size)
			return region->addr + (addr - region->guest_address);
	return NULL;
}

/* The notifications of a ring since the last look. */
uint64_t
null_kicks(const struct null_ring *ring);

/* The thread that works on the rings; opaque is the struct null. */
void *
null_worker(void *opaque);

#endif /* VIO_BENCH_NULL_H */
