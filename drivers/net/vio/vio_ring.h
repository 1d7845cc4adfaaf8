/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A virtqueue's shared memory: its layout, allocation and indices.
 *
 * The driver only ever writes the Descriptor Area and the Driver Area and never reads them back;
 * of the Device Area it reads each field once, into a private copy, which the caller bounds.
 * One thread at a time uses a ring.
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
 * How the device is notified: the virtqueue's number is written to an address, or, where addr is
 * NULL, the counter of an eventfd is raised.
 */
struct vio_doorbell {
	volatile void *addr;
	int fd;
};

struct vio_ring {
	/* Line 0: written when the queue is set up and started. */
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	const struct virtq_used *used;
	struct vio_doorbell doorbell;
	uint16_t size;			/* entries, a power of two */
	uint16_t mask;			/* size - 1 */
	uint16_t index;			/* the virtqueue's number on the device */
	bool weak_barriers;		/* the device is a CPU (no ORDER_PLATFORM) */
	bool use_va;			/* addresses for the device are virtual ones */

	const struct rte_memzone *mz;	/* cold: the memory of all parts */
	size_t extra;			/* cold: offset of the caller's room */

	/* Line 1: written by the driver while it works. */
	uint16_t avail_idx __rte_cache_aligned;	/* idx: the next entry to make available */
	uint16_t used_idx;		/* idx: the next used entry to take */
	uint16_t seen_idx;		/* idx: behind the last entry known to be used */
} __rte_cache_aligned;
static_assert(sizeof(struct vio_ring) == 2 * RTE_CACHE_LINE_SIZE, "two lines");

/* The layout of a split ring of size entries with extra bytes behind it (virtio 2.7). */
struct vio_ring_layout
vio_ring_split_layout(uint16_t size, size_t extra);

/*
 * Allocates a ring of size entries (a power of two, VIO_RING_SIZE_MIN to VIRTQ_SIZE_MAX) in
 * hugepage memory contiguous for the device, on the NUMA node socket or, with SOCKET_ID_ANY, on
 * any. label: part of the memory zone's name, below VIO_RING_LABEL_SIZE bytes. use_va: the device
 * takes virtual addresses, not IOVAs. Returns 0 or -errno of the memory zone allocator.
 */
int
vio_ring_alloc(struct vio_ring *ring, const char *label, uint16_t size, size_t extra, int socket,
	       bool use_va);

/* Gives the memory back. Only when the device can no longer use it. */
void
vio_ring_free(struct vio_ring *ring);

/* Empties the ring, as a device expects it after a reset; interrupts are asked off. */
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

/* Raises the eventfd of the ring's doorbell. */
void
vio_ring_raise(const struct vio_ring *ring);

/* Buffers that the device holds: made available and not yet taken back. */
static inline uint16_t
vio_ring_nb_posted(const struct vio_ring *ring)
{
	return ring->avail_idx - ring->used_idx;
}

/*
 * Looks for used entries. Returns false when the device claims more than it holds, in which case
 * no entry may be read.
 */
static inline bool
vio_ring_look(struct vio_ring *ring)
{
	ring->seen_idx = rte_le_to_cpu_16(__atomic_load_n(&ring->used->idx, __ATOMIC_ACQUIRE));
	/*
	 * virtio 2.7.14: entries are read after the index that announces them. Pairs with the
	 * device's barrier before it writes idx.
	 */
	if (!ring->weak_barriers)
		rte_io_rmb();
	return (uint16_t)(ring->seen_idx - ring->used_idx) <= vio_ring_nb_posted(ring);
}

/* How many used entries wait, as of the last look. */
static inline uint16_t
vio_ring_nb_used(const struct vio_ring *ring)
{
	return ring->seen_idx - ring->used_idx;
}

/* Reads the used entry at idx, each field once; both are unchecked. */
static inline void
vio_ring_used_read(const struct vio_ring *ring, uint16_t idx, uint32_t *id, uint32_t *len)
{
	const volatile struct virtq_used_elem *e = &ring->used->ring[idx & ring->mask];

	*id = rte_le_to_cpu_32(e->id);
	*len = rte_le_to_cpu_32(e->len);
}

/* Makes all entries before avail_idx visible to the device. */
static inline void
vio_ring_publish(struct vio_ring *ring)
{
	/*
	 * virtio 2.7.13.3: the index is written after the descriptors and entries it covers.
	 * Pairs with the device's barrier after it reads idx.
	 */
	if (!ring->weak_barriers)
		rte_io_wmb();
	__atomic_store_n(&ring->avail->idx, rte_cpu_to_le_16(ring->avail_idx), __ATOMIC_RELEASE);
}

/* Notifies the device of what was published, if it asks for it. Returns whether it did. */
static inline bool
vio_ring_notify(struct vio_ring *ring)
{
	const volatile struct virtq_used *used = ring->used;

	/*
	 * virtio 2.7.13.4.1: the suppression flag is read after the index is written. Pairs with
	 * the device's barrier between clearing the flag and looking at idx again.
	 */
	if (ring->weak_barriers)
		rte_smp_mb();
	else
		rte_mb();
	if (used->flags & rte_cpu_to_le_16(VIRTQ_USED_F_NO_NOTIFY))
		return false;

	/* virtio 4.1.5.2: without NOTIFICATION_DATA the virtqueue's index is written. */
	if (likely(ring->doorbell.addr != NULL))
		rte_write16(rte_cpu_to_le_16(ring->index), ring->doorbell.addr);
	else
		vio_ring_raise(ring);
	return true;
}

#endif /* VIO_RING_H */
