/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The driver's side of a packed ring (virtio 2.8): making descriptors available, finding used
 * ones, notifying. Indices are slots, each with the bits that its wrap counter stands for.
 *
 * All descriptors that are posted between two publications are shown at once: the flags of the
 * first, without which the device looks at none of them, are written last.
 */

#ifndef VIO_RING_PACKED_H
#define VIO_RING_PACKED_H

#include <string.h>

#include "vio_ring.h"

/* The two bits of a descriptor's flags by which it changes hands (virtio 2.8.1). */
#define VIO_RING_PACKED_BITS	(VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)

/*
 * The second half of a descriptor as one word: the length, the id, and the flags, of which only
 * those two bits say something of a used one.
 */
#define VIO_RING_PACKED_ID_SHIFT	32
#define VIO_RING_PACKED_FLAGS_SHIFT	48
#define VIO_RING_PACKED_WORD_BITS \
	((UINT64_C(1) << VIO_RING_PACKED_FLAGS_SHIFT) - 1 + \
	 ((uint64_t)VIO_RING_PACKED_BITS << VIO_RING_PACKED_FLAGS_SHIFT))

/*
 * Descriptors that the device holds: posted and not yet taken back. An available descriptor has
 * AVAIL of its wrap counter, a used one both; so AVAIL differs when only one index has wrapped.
 */
static inline uint16_t
vio_ring_packed_nb_posted(const struct vio_ring *ring)
{
	bool wrapped = (ring->avail_bits ^ ring->used_bits) & VIRTQ_DESC_F_AVAIL;

	return ring->avail_idx - ring->used_idx + (wrapped ? ring->size : 0);
}

/* The wrap counter of the next descriptor to post. */
static inline bool
vio_ring_packed_avail_wrap(const struct vio_ring *ring)
{
	return ring->avail_bits & VIRTQ_DESC_F_AVAIL;
}

/*
 * Whether the descriptor so many behind the next one to take is used; ahead is below size.
 * virtio 2.8.1: only if both bits are those of the device's wrap counter.
 */
static inline bool
vio_ring_packed_is_used(const struct vio_ring *ring, uint16_t ahead)
{
	uint16_t bits = ring->used_bits, flags;
	uint32_t slot = ring->used_idx + ahead;

	if (slot >= ring->size) {
		slot -= ring->size;
		bits ^= VIO_RING_PACKED_BITS;
	}
	flags = rte_le_to_cpu_16(__atomic_load_n(&ring->pdesc[slot].flags, __ATOMIC_ACQUIRE));
	/*
	 * virtio 2.8.22: the descriptor is read after the flags that show it. Pairs with the
	 * device's barrier before it writes the flags.
	 */
	if (!ring->weak_barriers)
		rte_io_rmb();
	return (flags & VIO_RING_PACKED_BITS) == bits;
}

/*
 * Reads the used descriptor so many behind the next one to take, each field once; both are
 * unchecked. virtio 2.8.4 has len valid with VIRTQ_DESC_F_WRITE only, but QEMU never sets that.
 */
static inline void
vio_ring_packed_used_read(const struct vio_ring *ring, uint16_t ahead, uint32_t *id, uint32_t *len)
{
	uint32_t slot = ring->used_idx + ahead;
	const volatile struct pvirtq_desc *d;

	if (slot >= ring->size)
		slot -= ring->size;
	d = &ring->pdesc[slot];
	*id = rte_le_to_cpu_16(d->id);
	*len = rte_le_to_cpu_32(d->len);
}

/*
 * Where that word is. Read at once, what it says belongs together, as a device writes the flags
 * last.
 */
static inline const volatile void *
vio_ring_packed_word(const struct vio_ring *ring, uint16_t slot)
{
	static_assert(offsetof(struct pvirtq_desc, len) == sizeof(uint64_t) &&
		      offsetof(struct pvirtq_desc, id) == sizeof(uint64_t) + 4 &&
		      offsetof(struct pvirtq_desc, flags) == sizeof(uint64_t) + 6, "a word");
	return &ring->pdesc[slot].len;
}

/*
 * virtio 2.8.22: buffers are read after the flags that show them, here those of words. Pairs with
 * the device's barrier before it writes the flags. It is the one that any device needs, as to ask
 * for each group which one this device needs costs more.
 */
static inline void
vio_ring_packed_shown_barrier(void)
{
	rte_io_rmb();
}

/* Goes on behind a buffer of nb descriptors that was used. */
static inline void
vio_ring_packed_skip(struct vio_ring *ring, uint16_t nb)
{
	uint32_t slot = ring->used_idx + nb;

	if (slot >= ring->size) {
		slot -= ring->size;
		ring->used_bits ^= VIO_RING_PACKED_BITS;
	}
	ring->used_idx = slot;
}

/* Goes on behind nb descriptors that were written, and that do not reach beyond the end. */
static inline void
vio_ring_packed_advance(struct vio_ring *ring, uint16_t nb)
{
	ring->avail_idx += nb;
	if (unlikely(ring->avail_idx == ring->size)) {
		ring->avail_idx = 0;
		ring->avail_bits ^= VIO_RING_PACKED_BITS;
	}
}

/* Writes the next descriptor; flags: VIRTQ_DESC_F_*, but for the bits of the wrap counter. */
static inline void
vio_ring_packed_post(struct vio_ring *ring, uint16_t id, uint64_t addr, uint32_t len,
		     uint16_t flags)
{
	struct pvirtq_desc *d = &ring->pdesc[ring->avail_idx];

	flags |= ring->avail_bits;
	d->addr = rte_cpu_to_le_64(addr);
	d->len = rte_cpu_to_le_32(len);
	d->id = rte_cpu_to_le_16(id);
	if (ring->avail_idx == ring->head_slot)
		ring->head_flags = flags;
	else
		d->flags = rte_cpu_to_le_16(flags);

	vio_ring_packed_advance(ring, 1);
}

/* Shows the device all descriptors posted since the last time; there must be one. */
static inline void
vio_ring_packed_publish(struct vio_ring *ring)
{
	/*
	 * virtio 2.8.21.1.1: the flags of the first descriptor are written after all else of it
	 * and of those behind it. Pairs with the device's barrier after it reads the flags.
	 */
	if (!ring->weak_barriers)
		rte_io_wmb();
	__atomic_store_n(&ring->pdesc[ring->head_slot].flags,
			 rte_cpu_to_le_16(ring->head_flags), __ATOMIC_RELEASE);
	ring->head_slot = ring->avail_idx;
}

/*
 * Whether the device wants to be notified of the descriptors from slot old on (virtio 2.8.10).
 * With EVENT_IDX it may ask for one: if that is among them.
 */
static inline bool
vio_ring_packed_is_wanted(const struct vio_ring *ring, uint16_t old)
{
	typedef uint32_t __rte_may_alias event_word_t;
	struct pvirtq_event_suppress event;
	uint16_t flags, slot, nb, behind;
	event_word_t word;

	/* Both fields at once, so that they are of the same moment. */
	word = *(const volatile event_word_t *)ring->device_event;
	memcpy(&event, &word, sizeof(event));
	flags = rte_le_to_cpu_16(event.flags) & RING_EVENT_FLAGS_MASK;
	if (flags != RING_EVENT_FLAGS_DESC || !ring->event_idx)
		return flags != RING_EVENT_FLAGS_DISABLE;

	/* How many were published, and how far the one in question lies behind the next. */
	slot = rte_le_to_cpu_16(event.desc) & ~(1 << RING_EVENT_WRAP_SHIFT);
	nb = ring->avail_idx - old + (ring->avail_idx > old ? 0 : ring->size);
	behind = ring->avail_idx - slot;
	if (rte_le_to_cpu_16(event.desc) >> RING_EVENT_WRAP_SHIFT !=
	    vio_ring_packed_avail_wrap(ring))
		behind += ring->size;
	return behind > 0 && behind <= nb;
}

/* Notifies the device of what was published, if it asks for it. Returns whether it did. */
static inline bool
vio_ring_packed_notify(struct vio_ring *ring)
{
	uint16_t old = ring->notified_idx;

	ring->notified_idx = ring->avail_idx;
	/* virtio 2.8.21.3.1: event suppression is read after the descriptors are shown. */
	vio_ring_notify_barrier(ring);
	if (!vio_ring_packed_is_wanted(ring, old))
		return false;
	/* virtio 2.8.16: next_off and next_wrap are of the next descriptor to make available. */
	vio_ring_kick(ring, ring->avail_idx |
		      vio_ring_packed_avail_wrap(ring) << RING_EVENT_WRAP_SHIFT);
	return true;
}

#endif /* VIO_RING_PACKED_H */
