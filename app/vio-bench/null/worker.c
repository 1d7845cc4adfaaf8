/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The thread that works on the rings.
 * Invariant: nothing here makes a system call but for the protocol's sake and between windows, and
 * nothing but a virtio_net_hdr is touched of a buffer.
 */

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <rte_common.h>

#include "../serve.h"
#include "null.h"

/* What a header says in front of a frame of so many buffers. virtio 5.1.9.3.1 */
static inline void
say(const struct null *null, struct virtio_net_hdr *hdr, uint16_t num_buffers)
{
	switch (null->page->traffic) {
	case TRAFFIC_PLAIN:
		*hdr = (struct virtio_net_hdr){ .num_buffers = num_buffers };
		break;
	case TRAFFIC_CSUM:
		*hdr = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_DATA_VALID,
						.num_buffers = num_buffers };
		break;
	default:
		*hdr = (struct virtio_net_hdr){
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.csum_start = TRAFFIC_CSUM_START,
			.csum_offset = TRAFFIC_CSUM_OFFSET,
			.num_buffers = num_buffers,
		};
		break;
	}
	if (null->page->traffic == TRAFFIC_TSO) {
		hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
		hdr->gso_size = TRAFFIC_SEGMENT;
		hdr->hdr_len = TRAFFIC_HEADERS;
	}
}

/* Whether a header asks for what the application's packets need. */
static inline bool
asks(const struct null *null, const struct virtio_net_hdr *hdr)
{
	if (null->page->traffic == TRAFFIC_PLAIN)
		return true;
	return (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) &&
	       (null->page->traffic != TRAFFIC_TSO || hdr->gso_type == VIRTIO_NET_HDR_GSO_TCPV4);
}

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
			say(null, bufs[first].addr, i - first);
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
		if (bufs[i].addr == NULL || bufs[i].len < VIRTIO_NET_HDR_LEN ||
		    !asks(null, bufs[i].addr))
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
pass_rx(void *opaque)
{
	struct null *null = opaque;
	bool busy = false;
	unsigned int i;

	for (i = 0; i < null->nb_pairs; i++)
		busy |= pass(null, VIRTIO_NET_RXQ(i));
	return busy;
}

static bool
pass_tx(void *opaque)
{
	struct null *null = opaque;
	bool busy = false;
	unsigned int i;

	for (i = 0; i < null->nb_pairs; i++)
		busy |= pass(null, VIRTIO_NET_TXQ(i));
	return busy;
}

uint64_t
null_kicks(const struct null_ring *ring)
{
	struct pollfd look = { .fd = ring->kick, .events = POLLIN };
	uint64_t kicks;

	if (poll(&look, 1, 0) == 1 && read(look.fd, &kicks, sizeof(kicks)) == sizeof(kicks))
		return kicks;
	return 0;
}

static void
count_kicks(void *opaque)
{
	struct null *null = opaque;
	unsigned int i;

	for (i = 0; i < NULL_RINGS; i++)
		null->counters.kicks += null_kicks(&null->rings[i]);
}

/* Gives way to the protocol where it wants the lock, because it changes the rings. */
static bool
go_on(void *opaque)
{
	struct null *null = opaque;

	if (__atomic_load_n(&null->waiting, __ATOMIC_RELAXED)) {
		pthread_mutex_unlock(&null->lock);
		while (__atomic_load_n(&null->waiting, __ATOMIC_ACQUIRE))
			sched_yield();
		pthread_mutex_lock(&null->lock);
	}
	return !__atomic_load_n(&null->end, __ATOMIC_RELAXED);
}

void *
null_worker(void *opaque)
{
	static const struct serve_ops ops = {
		.pass_rx = pass_rx,
		.pass_tx = pass_tx,
		.go_on = go_on,
		.count = count_kicks,
	};
	struct null *null = opaque;

	pthread_mutex_lock(&null->lock);
	serve(null->page, &null->counters, &ops, null);
	pthread_mutex_unlock(&null->lock);
	return NULL;
}
