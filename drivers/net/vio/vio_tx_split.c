/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit on split rings (virtio 2.7): what vio_tx.h asks of a format, without and with IN_ORDER.
 * Invariant: a chain's id is that of its first descriptor; free descriptors are linked by next,
 * first in first out, which with IN_ORDER is ring order (virtio 2.7.5).
 * Threads: one at a time for a queue.
 */

#include "vio_ring_in_order.h"
#include "vio_ring_split.h"
#include "vio_rxtx.h"
#include "vio_tx.h"

static inline bool
split_look(struct vio_txq *q)
{
	if (likely(vio_ring_split_look(&q->ring)))
		return true;
	vio_txq_break(q, VIO_BAD_USED_IDX);
	return false;
}

static inline bool
split_read(struct vio_txq *q, uint32_t *id)
{
	uint32_t len;

	if (vio_ring_split_nb_used(&q->ring) == 0)
		return false;
	vio_ring_split_used_read(&q->ring, q->ring.used_idx, id, &len);
	return true;
}

static inline void
split_take(struct vio_txq *q, uint16_t id)
{
	const struct vio_tx_desc *d = &q->descs[id];

	if (q->nb_free == 0)
		q->free_head = id;
	else
		q->descs[q->free_tail].next = id;
	q->free_tail = d->last;
	q->nb_free += d->nb_descs;
	q->ring.used_idx++;
}

/* With IN_ORDER, the next chain is the oldest, which follows the one that was freed last. */
static inline bool
split_in_order_read(struct vio_txq *q, uint32_t *id)
{
	struct vio_ring *ring = &q->ring;
	uint16_t oldest = (q->free_tail + 1) & ring->mask;
	bool waits = vio_ring_split_nb_used(ring) > 0;
	uint32_t len;

	if (!vio_ring_in_batch(ring)) {
		if (!waits)
			return false;
		vio_ring_split_used_read(ring, ring->used_idx, id, &len);
		waits = vio_tx_is_held(q, *id) &&
			vio_ring_batch_begin(ring, oldest, ring->size, *id, len);
	}
	/* A batch ends with a packet that the device holds, and not beyond idx. */
	if (unlikely(!waits)) {
		vio_txq_break(q, VIO_BAD_ID);
		return false;
	}
	*id = oldest;
	return true;
}

static inline void
split_in_order_take(struct vio_txq *q, uint16_t id)
{
	vio_ring_batch_take(&q->ring, id);
	split_take(q, id);
}

static inline void
split_begin(const struct vio_txq *q, struct vio_tx_chain *chain)
{
	chain->id = q->free_head;
	chain->next = q->free_head;
}

static inline void
split_add(struct vio_txq *q, struct vio_tx_chain *chain, uint64_t addr, uint32_t len,
	  uint16_t flags)
{
	uint16_t id = chain->next;

	chain->next = q->descs[id].next;
	chain->last = id;
	chain->nb_descs++;
	q->ring.desc[id] = (struct virtq_desc){
		.addr = rte_cpu_to_le_64(addr),
		.len = rte_cpu_to_le_32(len),
		.flags = rte_cpu_to_le_16(flags),
		.next = rte_cpu_to_le_16(chain->next),
	};
}

/* virtio 2.7.5.3: a table's descriptors are chained as those of the ring, in the order written. */
static inline void
split_add_to_table(struct vio_txq *q, struct vio_tx_chain *table, uint64_t addr, uint32_t len,
		   uint16_t flags)
{
	struct virtq_desc *d = RTE_PTR_ADD(q->tables, table->id * VIO_TX_TABLE_LEN);

	d[table->nb_descs] = (struct virtq_desc){
		.addr = rte_cpu_to_le_64(addr),
		.len = rte_cpu_to_le_32(len),
		.flags = rte_cpu_to_le_16(flags),
		.next = rte_cpu_to_le_16(table->nb_descs + 1),
	};
	table->nb_descs++;
}

static inline void
split_end(struct vio_txq *q, const struct vio_tx_chain *chain)
{
	struct vio_ring *ring = &q->ring;

	q->free_head = chain->next;
	q->descs[chain->id].last = chain->last;
	ring->avail->ring[ring->avail_idx & ring->mask] = rte_cpu_to_le_16(chain->id);
	ring->avail_idx++;
}

static const struct vio_tx_format split = {
	.look = split_look,
	.read = split_read,
	.take = split_take,
	.begin = split_begin,
	.add = split_add,
	.add_to_table = split_add_to_table,
	.end = split_end,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

static const struct vio_tx_format split_in_order = {
	.look = split_look,
	.read = split_in_order_read,
	.take = split_in_order_take,
	.begin = split_begin,
	.add = split_add,
	.add_to_table = split_add_to_table,
	.end = split_end,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

VIO_TX_PATH(split, "Split");
VIO_TX_PATH(split_in_order, "Split In-order");

vio_tx_paths_t VIO_ISA_NAME(vio_tx_split) = {
	[VIO_TX_ANY_ORDER] = &split_path,
	[VIO_TX_IN_ORDER] = &split_in_order_path,
};
