/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit on packed rings (virtio 2.8): what vio_tx.h asks of a format.
 * Invariant: an id is in the free list, last in first out, or names a chain that the device
 * holds; there are as many as descriptors, so that one is free when a descriptor is.
 * Threads: one at a time for a queue.
 */

#include "vio_ring_packed.h"
#include "vio_rxtx.h"
#include "vio_tx.h"

static inline bool
packed_look(struct vio_txq *q __rte_unused)
{
	return true;
}

static inline bool
packed_read(struct vio_txq *q, uint32_t *id)
{
	uint32_t len;

	if (!vio_ring_packed_is_used(&q->ring, 0))
		return false;
	vio_ring_packed_used_read(&q->ring, 0, id, &len);
	return true;
}

/* virtio 2.8.6: one used descriptor stands for the whole chain. */
static inline void
packed_take(struct vio_txq *q, uint16_t id)
{
	struct vio_tx_desc *d = &q->descs[id];

	d->next = q->free_head;
	q->free_head = id;
	q->nb_free += d->nb_descs;
	vio_ring_packed_skip(&q->ring, d->nb_descs);
}

static inline void
packed_begin(const struct vio_txq *q, struct vio_tx_chain *chain)
{
	chain->id = q->free_head;
}

static inline void
packed_add(struct vio_txq *q, struct vio_tx_chain *chain, uint64_t addr, uint32_t len,
	   uint16_t flags)
{
	vio_ring_packed_post(&q->ring, chain->id, addr, len, flags);
	chain->nb_descs++;
}

static inline void
packed_end(struct vio_txq *q, const struct vio_tx_chain *chain)
{
	q->free_head = q->descs[chain->id].next;
}

static const struct vio_tx_format packed = {
	.look = packed_look,
	.read = packed_read,
	.take = packed_take,
	.begin = packed_begin,
	.add = packed_add,
	.end = packed_end,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

VIO_TX_PATH(vio_tx_packed, packed, "Packed");
