/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit on split rings (virtio 2.7): what vio_tx_format.h asks of a format, without and with
 * IN_ORDER.
 * Invariant: a chain's descriptors are the ids at its positions, its own id that of the first; with
 * IN_ORDER an id is its position, so that they are in ring order (virtio 2.7.5).
 * Threads: one at a time for a queue, but for waiting.
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

static inline uint16_t
split_match(const struct vio_txq *q, uint16_t max)
{
	const uint16_t slot = q->ring.used_idx & q->ring.mask, up_to_end = q->ring.size - slot;
	const uint16_t nb_used = vio_ring_split_nb_used(&q->ring);

	max = RTE_MIN(max, RTE_MIN(nb_used, up_to_end));
	/* Of an entry, only the id means something. */
	return vio_tx_match_ids(&q->ring.used->ring[slot], sizeof(struct virtq_used_elem),
				UINT32_MAX, &q->order.ids[q->oldest], 0, 0, max);
}

static inline bool
split_read(const struct vio_txq *q, uint32_t *id)
{
	uint32_t len;

	if (vio_ring_split_nb_used(&q->ring) == 0)
		return false;
	vio_ring_split_used_read(&q->ring, q->ring.used_idx, id, &len);
	return true;
}

static inline uint16_t
split_told(const struct vio_txq *q)
{
	return vio_ring_split_nb_used(&q->ring);
}

static inline void
split_skip(struct vio_txq *q, uint16_t nb_chains, uint16_t nb_descs __rte_unused)
{
	q->ring.used_idx += nb_chains;
}

/* How many chains are used and not taken back yet. */
static inline uint16_t
split_nb_waiting(const struct vio_txq *q)
{
	uint16_t nb = vio_ring_split_used_idx(&q->ring) - q->ring.used_idx;

	return RTE_MIN(nb, q->ring.size);
}

static inline uint16_t
split_waiting(const struct vio_txq *q, uint16_t wanted)
{
	uint16_t nb = split_nb_waiting(q), i, idx = q->ring.used_idx;
	uint32_t id, len, nb_descs = 0;

	for (i = 0; i < nb && nb_descs < wanted; i++) {
		vio_ring_split_used_read(&q->ring, idx + i, &id, &len);
		if (!vio_tx_is_held(q, id))
			break;
		nb_descs += vio_tx_shape(q, q->order.pos_of[id]).nb_descs;
	}
	return RTE_MIN(nb_descs, wanted);
}

/* With IN_ORDER, the oldest chains are used, whatever the entries say. */
static inline uint16_t
split_in_order_waiting(const struct vio_txq *q, uint16_t wanted)
{
	uint16_t nb = split_nb_waiting(q), i, oldest = q->oldest;
	uint32_t nb_descs = 0;

	for (i = 0; i < nb && nb_descs < wanted; i++)
		nb_descs += vio_tx_shape(q, vio_order_behind(&q->order, oldest,
							     nb_descs)).nb_descs;
	return RTE_MIN(nb_descs, wanted);
}

static inline void
split_add(struct vio_txq *q, struct vio_tx_chain *chain, uint64_t addr, uint32_t len,
	  uint16_t flags)
{
	uint16_t id = q->order.ids[chain->next], next = 0;

	if (flags & VIRTQ_DESC_F_NEXT) {
		chain->next = vio_order_behind(&q->order, chain->next, 1);
		next = q->order.ids[chain->next];
	}
	chain->nb_descs++;
	q->ring.desc[id] = (struct virtq_desc){
		.addr = rte_cpu_to_le_64(addr),
		.len = rte_cpu_to_le_32(len),
		.flags = rte_cpu_to_le_16(flags),
		.next = rte_cpu_to_le_16(next),
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
split_end(struct vio_txq *q, uint16_t pos)
{
	struct vio_ring *ring = &q->ring;

	ring->avail->ring[ring->avail_idx++ & ring->mask] = rte_cpu_to_le_16(q->order.ids[pos]);
}

static inline struct vio_tx_run
split_run(const struct vio_txq *q, uint16_t pos)
{
	return (struct vio_tx_run){ .ids = &q->order.ids[pos], .descs = q->ring.desc };
}

/* Flags and next are zero. */
static inline void
split_run_add(const struct vio_tx_run *run, size_t i, uint64_t addr, uint64_t len)
{
	struct virtq_desc *descs = run->descs;

	vio_tx_desc_write(&descs[run->ids[i]], addr, len);
}

/* Writes entries of the available ring that do not wrap, by groups and what is left of them. */
static inline void
split_show_ids(rte_le16_t *avail, const uint16_t *ids, uint16_t nb)
{
	uint16_t group[VIO_TX_GROUP], n, i;

	for (n = 0; n + VIO_TX_GROUP <= nb; n += VIO_TX_GROUP) {
		memcpy(group, &ids[n], sizeof(group));
		for (i = 0; i < VIO_TX_GROUP; i++)
			group[i] = rte_cpu_to_le_16(group[i]);
		memcpy(&avail[n], group, sizeof(group));
	}
	for (; n < nb; n++)
		avail[n] = rte_cpu_to_le_16(ids[n]);
}

static inline void
split_run_end(struct vio_txq *q, uint16_t pos, uint16_t nb)
{
	struct vio_ring *ring = &q->ring;
	const uint16_t slot = ring->avail_idx & ring->mask, up_to_end = ring->size - slot;
	const uint16_t *ids = &q->order.ids[pos];

	ring->avail_idx += nb;
	if (likely(nb <= up_to_end)) {
		split_show_ids(&ring->avail->ring[slot], ids, nb);
		return;
	}
	split_show_ids(&ring->avail->ring[slot], ids, up_to_end);
	split_show_ids(ring->avail->ring, ids + up_to_end, nb - up_to_end);
}

static const struct vio_tx_format split = {
	.look = split_look,
	.match = split_match,
	.read = split_read,
	.told = split_told,
	.skip = split_skip,
	.waiting = split_waiting,
	.add = split_add,
	.add_to_table = split_add_to_table,
	.end = split_end,
	.run = split_run,
	.run_add = split_run_add,
	.run_end = split_run_end,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

static const struct vio_tx_format split_in_order = {
	.in_order = true,
	.look = split_look,
	.match = split_match,
	.read = split_read,
	.told = split_told,
	.skip = split_skip,
	.waiting = split_in_order_waiting,
	.add = split_add,
	.add_to_table = split_add_to_table,
	.end = split_end,
	.run = split_run,
	.run_add = split_run_add,
	.run_end = split_run_end,
	.publish = vio_ring_split_publish,
	.notify = vio_ring_split_notify,
};

VIO_TX_PATH(split, "Split");
VIO_TX_PATH(split_in_order, "Split In-order");

vio_tx_paths_t VIO_ISA_NAME(vio_tx_split) = {
	[VIO_TX_ANY_ORDER] = &split_path,
	[VIO_TX_IN_ORDER] = &split_in_order_path,
};
