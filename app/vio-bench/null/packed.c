/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device's side of a packed ring.
 * Thread: the worker.
 */

#include "null.h"

/* The slot after one, and the wrap counter there. */
static inline void
next_slot(const struct null_ring *ring, uint16_t *slot, bool *wrap)
{
	if (++*slot == ring->size) {
		*slot = 0;
		*wrap = !*wrap;
	}
}

/* virtio 2.8.1: AVAIL is the driver's wrap counter, and USED the opposite. */
static inline bool
is_avail(uint16_t flags, bool wrap)
{
	return !!(flags & VIRTQ_DESC_F_AVAIL) == wrap && !!(flags & VIRTQ_DESC_F_USED) != wrap;
}

/* The lengths of a table of descriptors that one descriptor stands for. virtio 2.8.8 */
static void
read_table(struct null *null, struct null_buf *buf)
{
	const struct pvirtq_desc *table = buf->addr;
	const uint32_t nb = buf->len / sizeof(*table);
	uint32_t i;

	if (table == NULL)
		return;
	buf->addr = null_translate(null, table[0].addr, table[0].len);
	for (i = 0, buf->len = 0; i < nb; i++)
		buf->len += table[i].len;
}

unsigned int
null_packed_get(struct null *null, struct null_ring *ring, struct null_buf *bufs, unsigned int nb)
{
	const struct pvirtq_desc *table = ring->desc;
	const struct pvirtq_desc *desc;
	uint16_t slot = ring->idx;
	bool wrap = ring->wrap;
	unsigned int i;
	uint16_t flags;

	for (i = 0; i < nb; i++) {
		desc = &table[slot];
		/* Acquire: pairs with the driver's release of the first descriptor's flags. */
		flags = __atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE);
		if (!is_avail(flags, wrap))
			break;
		bufs[i].addr = null_translate(null, desc->addr, desc->len);
		bufs[i].len = desc->len;
		bufs[i].nb_desc = 1;
		if (flags & VIRTQ_DESC_F_INDIRECT)
			read_table(null, &bufs[i]);
		next_slot(ring, &slot, &wrap);
		while (flags & VIRTQ_DESC_F_NEXT) {
			desc = &table[slot];
			flags = desc->flags;
			bufs[i].len += desc->len;
			bufs[i].nb_desc++;
			next_slot(ring, &slot, &wrap);
		}
		bufs[i].id = desc->id;
	}
	return i;
}

/* The flags of a descriptor that is used where the ring is now. virtio 2.8.1 */
static inline uint16_t
used_flags(const struct null_ring *ring)
{
	return ring->wrap ? VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 0;
}

void
null_packed_put(struct null_ring *ring, const struct null_buf *bufs, unsigned int nb)
{
	const uint16_t first_flags = used_flags(ring);
	struct pvirtq_desc *table = ring->desc;
	struct pvirtq_desc *first = &table[ring->idx];
	struct pvirtq_desc *desc;
	uint16_t skip;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		desc = &table[ring->idx];
		desc->id = bufs[i].id;
		desc->len = bufs[i].used_len;
		if (i > 0)
			desc->flags = used_flags(ring);
		for (skip = 0; skip < bufs[i].nb_desc; skip++)
			next_slot(ring, &ring->idx, &ring->wrap);
	}
	/*
	 * virtio 5.1.9.3.1: the buffers of a packet are used together, so the first one comes last.
	 * Release: pairs with the driver's acquire of a descriptor's flags.
	 */
	if (nb > 0)
		__atomic_store_n(&first->flags, first_flags, __ATOMIC_RELEASE);
}
