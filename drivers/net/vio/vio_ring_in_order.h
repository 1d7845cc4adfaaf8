/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Batches of used buffers with IN_ORDER (virtio 2.7.9, 2.8.8): one used entry stands for several
 * buffers, the oldest that the device holds; it names the last of them, and the others
 * count as used completely.
 *
 * A buffer's id is then the slot of its first descriptor, so that the driver knows the ids of a
 * batch, which must lie between the oldest buffer and the named one.
 */

#ifndef VIO_RING_IN_ORDER_H
#define VIO_RING_IN_ORDER_H

#include "vio_ring.h"

/* vio_ring.batch_id: the next buffer begins a batch. */
#define VIO_RING_NO_BATCH	UINT32_MAX

/* How many slots there are from one up to and with another, 1 to size. */
static inline uint16_t
vio_ring_span(const struct vio_ring *ring, uint16_t from, uint16_t to)
{
	return (to < from ? to + ring->size : to) - from + 1;
}

static inline bool
vio_ring_in_batch(const struct vio_ring *ring)
{
	return ring->batch_id != VIO_RING_NO_BATCH;
}

/*
 * Begins a batch at the oldest buffer, whose slot is from. nb: slots from there on that it may
 * span. Returns false when id, as the device wrote it, is not among them.
 */
static inline bool
vio_ring_batch_begin(struct vio_ring *ring, uint16_t from, uint16_t nb, uint32_t id, uint32_t len)
{
	if (id >= ring->size || vio_ring_span(ring, from, id) > nb)
		return false;
	ring->batch_id = id;
	ring->batch_len = len;
	return true;
}

/* The oldest buffer, of this id, is taken; if it was the one named, the batch ends. */
static inline void
vio_ring_batch_take(struct vio_ring *ring, uint16_t id)
{
	if (id == ring->batch_id)
		ring->batch_id = VIO_RING_NO_BATCH;
}

/* The bytes written into a receive buffer of buf_len bytes within a batch. */
static inline uint32_t
vio_ring_batch_len(const struct vio_ring *ring, uint16_t id, uint32_t buf_len)
{
	return id == ring->batch_id ? ring->batch_len : buf_len;
}

#endif /* VIO_RING_IN_ORDER_H */
