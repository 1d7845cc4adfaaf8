/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The driver's side of a split ring (virtio 2.7): making entries available, finding used ones,
 * notifying. Indices run freely over 16 bits.
 */

#ifndef VIO_RING_SPLIT_H
#define VIO_RING_SPLIT_H

#include "vio_ring.h"

/* Buffers that the device holds: made available and not yet taken back. */
static inline uint16_t
vio_ring_split_nb_posted(const struct vio_ring *ring)
{
	return ring->avail_idx - ring->used_idx;
}

/* Reads the index of the next entry that the device will use; it is unchecked. */
static inline uint16_t
vio_ring_split_used_idx(const struct vio_ring *ring)
{
	uint16_t idx = rte_le_to_cpu_16(__atomic_load_n(&ring->used->idx, __ATOMIC_ACQUIRE));

	/*
	 * virtio 2.7.14: entries are read after the index that announces them. Pairs with the
	 * device's barrier before it writes idx.
	 */
	if (!ring->weak_barriers)
		rte_io_rmb();
	return idx;
}

/*
 * Looks for used entries. Returns false when the device claims more than it holds, in which case
 * no entry may be read.
 */
static inline bool
vio_ring_split_look(struct vio_ring *ring)
{
	ring->seen_idx = vio_ring_split_used_idx(ring);
	return (uint16_t)(ring->seen_idx - ring->used_idx) <= vio_ring_split_nb_posted(ring);
}

/* How many used entries wait, as of the last look. */
static inline uint16_t
vio_ring_split_nb_used(const struct vio_ring *ring)
{
	return ring->seen_idx - ring->used_idx;
}

/* Reads the used entry at idx, each field once; both are unchecked. */
static inline void
vio_ring_split_used_read(const struct vio_ring *ring, uint16_t idx, uint32_t *id, uint32_t *len)
{
	const volatile struct virtq_used_elem *e = &ring->used->ring[idx & ring->mask];

	*id = rte_le_to_cpu_32(e->id);
	*len = rte_le_to_cpu_32(e->len);
}

/*
 * With EVENT_IDX, asks for no used buffer notification: for one of the entry before the next to
 * take, which comes only after all others of 65,536.
 */
static inline void
vio_ring_split_defer_event(struct vio_ring *ring)
{
	volatile rte_le16_t *used_event = &ring->avail->ring[ring->size];

	*used_event = rte_cpu_to_le_16(ring->used_idx - 1);
}

/* Makes all entries before avail_idx visible to the device. */
static inline void
vio_ring_split_publish(struct vio_ring *ring)
{
	if (ring->event_idx)
		vio_ring_split_defer_event(ring);
	/*
	 * virtio 2.7.13.3: the index is written after the descriptors and entries it covers.
	 * Pairs with the device's barrier after it reads idx.
	 */
	if (!ring->weak_barriers)
		rte_io_wmb();
	__atomic_store_n(&ring->avail->idx, rte_cpu_to_le_16(ring->avail_idx), __ATOMIC_RELEASE);
}

/*
 * Whether the device wants to be notified of the entries from old on. virtio 2.7.10.1: without
 * EVENT_IDX as used->flags says, with it if the entry at avail_event is among them.
 */
static inline bool
vio_ring_split_is_wanted(const struct vio_ring *ring, uint16_t old)
{
	const volatile rte_le16_t *flags = &ring->used->flags;
	const volatile rte_le16_t *avail_event;
	uint16_t event;

	if (!ring->event_idx)
		return !(*flags & rte_cpu_to_le_16(VIRTQ_USED_F_NO_NOTIFY));
	avail_event = (const volatile rte_le16_t *)&ring->used->ring[ring->size];
	event = rte_le_to_cpu_16(*avail_event);
	return (uint16_t)(event - old) < (uint16_t)(ring->avail_idx - old);
}

/* Notifies the device of what was published, if it asks for it. Returns whether it did. */
static inline bool
vio_ring_split_notify(struct vio_ring *ring)
{
	uint16_t old = ring->notified_idx;

	ring->notified_idx = ring->avail_idx;
	/* virtio 2.7.13.4.1: the suppression flag is read after the index is written. */
	vio_ring_notify_barrier(ring);
	if (!vio_ring_split_is_wanted(ring, old))
		return false;
	vio_ring_kick(ring, ring->avail_idx);
	return true;
}

#endif /* VIO_RING_SPLIT_H */
