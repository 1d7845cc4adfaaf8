/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit on packed rings (virtio 2.8): what vio_tx.h asks of a format, without and with
 * IN_ORDER.
 * Invariant: an id is in the free list, last in first out, or names a chain that the device
 * holds; there are as many as descriptors, so that one is free when a descriptor is. With
 * IN_ORDER, the id is the slot of the chain's first descriptor.
 * Threads: one at a time for a queue.
 */

#include "vio_ring_in_order.h"
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

/* virtio 2.8.7: all of a table's descriptors count, and no flag of the driver's is valid there. */
static inline void
packed_add_to_table(struct vio_txq *q, struct vio_tx_chain *table, uint64_t addr, uint32_t len,
		    uint16_t flags __rte_unused)
{
	struct pvirtq_desc *d = RTE_PTR_ADD(q->tables, table->id * VIO_TX_TABLE_LEN);

	d[table->nb_descs++] = (struct pvirtq_desc){
		.addr = rte_cpu_to_le_64(addr),
		.len = rte_cpu_to_le_32(len),
	};
}

static inline void
packed_end(struct vio_txq *q, const struct vio_tx_chain *chain)
{
	q->free_head = q->descs[chain->id].next;
}

/* With IN_ORDER, the next chain is the oldest, and used descriptors are a batch apart. */
static inline bool
packed_in_order_read(struct vio_txq *q, uint32_t *id)
{
	struct vio_ring *ring = &q->ring;

	if (!vio_ring_in_batch(ring)) {
		if (!packed_read(q, id))
			return false;
		/* A batch ends with a packet that the device holds. */
		if (unlikely(!vio_tx_is_held(q, *id) ||
			     !vio_ring_batch_begin(ring, ring->used_idx, ring->size, *id, 0))) {
			vio_txq_break(q, VIO_BAD_ID);
			return false;
		}
	}
	*id = ring->used_idx;
	return true;
}

static inline void
packed_in_order_take(struct vio_txq *q, uint16_t id)
{
	const struct vio_tx_desc *d = &q->descs[id];

	vio_ring_batch_take(&q->ring, id);
	q->nb_free += d->nb_descs;
	vio_ring_packed_skip(&q->ring, d->nb_descs);
}

static inline void
packed_in_order_begin(const struct vio_txq *q, struct vio_tx_chain *chain)
{
	chain->id = q->ring.avail_idx;
}

static inline void
packed_in_order_end(struct vio_txq *q __rte_unused, const struct vio_tx_chain *chain __rte_unused)
{
}

static const struct vio_tx_format packed = {
	.look = packed_look,
	.read = packed_read,
	.take = packed_take,
	.begin = packed_begin,
	.add = packed_add,
	.add_to_table = packed_add_to_table,
	.end = packed_end,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

static const struct vio_tx_format packed_in_order = {
	.look = packed_look,
	.read = packed_in_order_read,
	.take = packed_in_order_take,
	.begin = packed_in_order_begin,
	.add = packed_add,
	.add_to_table = packed_add_to_table,
	.end = packed_in_order_end,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

VIO_TX_PATH(packed, "Packed");
VIO_TX_PATH(packed_in_order, "Packed In-order");

vio_tx_paths_t VIO_ISA_NAME(vio_tx_packed) = {
	[VIO_TX_ANY_ORDER] = &packed_path,
	[VIO_TX_IN_ORDER] = &packed_in_order_path,
};
