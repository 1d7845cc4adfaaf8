/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A virtqueue's shared memory: its layout and allocation, and what both formats have in common.
 * What is done on a ring is in vio_ring_split.h and vio_ring_packed.h.
 *
 * What the driver wrote it never reads back; what the device wrote it reads once, into a private
 * copy, which the caller bounds. One thread at a time uses a ring.
 */

#ifndef VIO_RING_H
#define VIO_RING_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_atomic.h>
#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_io.h>
#include <rte_memzone.h>

#include "vio_spec.h"

/* The smallest ring the driver uses: a control command takes three descriptors. */
#define VIO_RING_SIZE_MIN	8

/* "p<port>_<queue>" with its end, so that the name of a memory zone holds it. */
#define VIO_RING_LABEL_SIZE	16

/* Where the parts of a ring lie in its memory, in bytes from the start. */
struct vio_ring_layout {
	size_t desc;	/* Descriptor Area */
	size_t driver;	/* Driver Area */
	size_t device;	/* Device Area, on cache lines of its own */
	size_t extra;	/* room for the caller, not shared by intent */
	size_t total;
};

/*
 * How the device is notified: the virtqueue is named at an address, or, where addr is NULL, the
 * counter of an eventfd is raised.
 */
struct vio_doorbell {
	volatile void *addr;
	int fd;
	uint16_t queue;	/* the virtqueue's number, or what the device wants it to be called */
};

struct vio_ring {
	/* Line 0: written when the queue is set up and started. */
	union {
		struct {	/* split */
			struct virtq_desc *desc;
			struct virtq_avail *avail;
			const struct virtq_used *used;
		};
		struct {	/* packed */
			struct pvirtq_desc *pdesc;
			struct pvirtq_event_suppress *driver_event;
			const struct pvirtq_event_suppress *device_event;
		};
	};
	struct vio_doorbell doorbell;
	uint16_t size;			/* entries; split: a power of two */
	uint16_t mask;			/* split: size - 1 */
	bool weak_barriers;		/* the device is a CPU (no ORDER_PLATFORM) */
	bool event_idx;			/* EVENT_IDX was negotiated */
	bool notification_data;		/* NOTIFICATION_DATA was negotiated */
	bool use_va;			/* addresses for the device are virtual ones */
	bool is_packed;			/* its format; nothing that is done per packet asks */
	uint32_t extra;			/* cold: offset of the caller's room */
	const struct rte_memzone *mz;	/* cold: the memory of all parts */

	/*
	 * Line 1: written by the driver while it works. On packed rings avail_idx and used_idx
	 * are slots of the descriptor ring.
	 */
	uint16_t avail_idx __rte_cache_aligned;	/* idx: the next entry to make available */
	uint16_t used_idx;		/* idx: the next used entry to take */
	uint16_t notified_idx;		/* idx: avail_idx at the last look at whether to notify */
	uint16_t seen_idx;		/* split: idx behind the last entry known to be used */
	uint16_t avail_bits;		/* packed: flags of one available at avail_idx */
	uint16_t used_bits;		/* packed: flags of one used at used_idx */
	uint16_t head_slot;		/* packed: the first one written, not yet shown */
	uint16_t head_flags;		/* packed: its flags, which show it */
	uint32_t batch_id;		/* IN_ORDER: the last buffer of those used at once ... */
	uint32_t batch_len;		/* ... and the bytes written into it */
} __rte_cache_aligned;
static_assert(sizeof(struct vio_ring) == 2 * RTE_CACHE_LINE_SIZE, "two lines");

/* What a ring shall be. */
struct vio_ring_conf {
	bool is_packed;
	bool use_va;		/* the device takes virtual addresses, not IOVAs */
	uint16_t size;		/* VIO_RING_SIZE_MIN to VIRTQ_SIZE_MAX; split: a power of two */
	size_t extra;		/* bytes of room for the caller */
};

/* The layout of a ring, split (virtio 2.7) or packed (virtio 2.8.10.1). */
struct vio_ring_layout
vio_ring_layout(const struct vio_ring_conf *conf);

/*
 * Allocates a ring in hugepage memory contiguous for the device, on the NUMA node socket or, with
 * SOCKET_ID_ANY, on any. label: part of the memory zone's name, below VIO_RING_LABEL_SIZE bytes.
 * Returns 0 or -errno of the memory zone allocator.
 */
int
vio_ring_alloc(struct vio_ring *ring, const char *label, const struct vio_ring_conf *conf,
	       int socket);

/* Gives the memory back. Only when the device can no longer use it. */
void
vio_ring_free(struct vio_ring *ring);

/* Empties the ring, as a device expects it after a reset. */
void
vio_ring_reset(struct vio_ring *ring);

/* The addresses of the parts for the device. */
uint64_t
vio_ring_desc_addr(const struct vio_ring *ring);
uint64_t
vio_ring_driver_addr(const struct vio_ring *ring);
uint64_t
vio_ring_device_addr(const struct vio_ring *ring);

/* The caller's room behind the ring, and its address for the device. */
void *
vio_ring_extra(const struct vio_ring *ring);
uint64_t
vio_ring_extra_addr(const struct vio_ring *ring);

/*
 * Whether the device shall interrupt for used buffers (virtio 2.7.7, 2.8.10), from the next one on
 * that it uses after it has seen this; with EVENT_IDX it can only be told not to. To be called
 * before the device works on the ring, when what was negotiated is known.
 */
void
vio_ring_intr_set(struct vio_ring *ring, bool on);

/* Whether something is used that was not taken yet. It may be asked meanwhile by any thread. */
bool
vio_ring_has_used(const struct vio_ring *ring);

/* Raises the eventfd of the ring's doorbell. */
void
vio_ring_raise(const struct vio_ring *ring);

/*
 * Notifies the device (virtio 2.9, 4.1.5.2). next: where the driver goes on, which
 * NOTIFICATION_DATA tells: on split rings the index, on packed ones the slot and above it the wrap
 * counter.
 */
static inline void
vio_ring_kick(const struct vio_ring *ring, uint16_t next)
{
	const struct vio_doorbell *d = &ring->doorbell;

	if (unlikely(d->addr == NULL))
		vio_ring_raise(ring);
	else if (unlikely(ring->notification_data))
		rte_write32(rte_cpu_to_le_32(d->queue | (uint32_t)next << 16), d->addr);
	else
		rte_write16(rte_cpu_to_le_16(d->queue), d->addr);
}

/*
 * What was shown to the device comes before the look at whether it wants to be notified. Pairs
 * with the device's barrier between asking for notifications and looking at the ring again.
 */
static inline void
vio_ring_notify_barrier(const struct vio_ring *ring)
{
	if (ring->weak_barriers)
		rte_smp_mb();
	else
		rte_mb();
}

#endif /* VIO_RING_H */
