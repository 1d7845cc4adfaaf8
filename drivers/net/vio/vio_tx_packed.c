/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit on packed rings (virtio 2.8): what vio_tx_format.h asks of a format, without and with
 * IN_ORDER.
 * Invariant: a position is a slot of the ring; a chain's id is the one at its first position, with
 * IN_ORDER the position itself.
 * Threads: one at a time for a queue, but for waiting.
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

/* Of a descriptor's second word, the length means nothing. */
static inline uint16_t
packed_match(const struct vio_txq *q, uint16_t max)
{
	const uint64_t flags = (uint64_t)q->ring.used_bits << VIO_RING_PACKED_FLAGS_SHIFT;
	const uint64_t bits = VIO_RING_PACKED_WORD_BITS & ~(uint64_t)UINT32_MAX;
	uint16_t nb;

	nb = vio_tx_match_ids(vio_ring_packed_word(&q->ring, q->ring.used_idx),
			      sizeof(struct pvirtq_desc), bits, &q->order.ids[q->oldest], flags,
			      VIO_RING_PACKED_ID_SHIFT, max);
	vio_ring_packed_shown_barrier();
	return nb;
}

static inline bool
packed_read(const struct vio_txq *q, uint32_t *id)
{
	uint32_t len;

	if (!vio_ring_packed_is_used(&q->ring, 0))
		return false;
	vio_ring_packed_used_read(&q->ring, 0, id, &len);
	return true;
}

/* Used descriptors are not counted. */
static inline uint16_t
packed_told(const struct vio_txq *q)
{
	return q->ring.size;
}

/* virtio 2.8.6: one used descriptor stands for the whole chain. */
static inline void
packed_skip(struct vio_txq *q, uint16_t nb_chains __rte_unused, uint16_t nb_descs)
{
	vio_ring_packed_skip(&q->ring, nb_descs);
}

static inline uint16_t
packed_waiting(const struct vio_txq *q, uint16_t wanted)
{
	uint32_t id, len, ahead = 0;

	while (ahead < wanted && vio_ring_packed_is_used(&q->ring, ahead)) {
		vio_ring_packed_used_read(&q->ring, ahead, &id, &len);
		if (!vio_tx_is_held(q, id))
			break;
		ahead += vio_tx_shape(q, q->order.pos_of[id]).nb_descs;
	}
	return RTE_MIN(ahead, wanted);
}

/* With IN_ORDER, used descriptors are a batch apart, which may have been begun. */
static inline uint16_t
packed_in_order_waiting(const struct vio_txq *q, uint16_t wanted)
{
	uint32_t id = q->ring.batch_id, len, ahead = 0;
	uint16_t oldest = q->oldest;

	for (;;) {
		if (vio_tx_is_held(q, id))
			ahead = vio_order_distance(&q->order, oldest, id) +
				vio_tx_shape(q, id).nb_descs;
		if (ahead >= wanted || !vio_ring_packed_is_used(&q->ring, ahead))
			return RTE_MIN(ahead, wanted);
		vio_ring_packed_used_read(&q->ring, ahead, &id, &len);
		if (!vio_tx_is_held(q, id) || vio_order_distance(&q->order, oldest, id) < ahead)
			return ahead;
	}
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

/* vio_ring_packed_post() went on already. */
static inline void
packed_end(struct vio_txq *q __rte_unused, uint16_t pos __rte_unused)
{
}

/*
 * The first descriptor to be shown must not be yet: without its right AVAIL bit it stays what it
 * is to the device, a used one.
 */
static inline struct vio_tx_run
packed_run(const struct vio_txq *q, uint16_t pos)
{
	const uint64_t flags = (uint64_t)q->ring.avail_bits << VIO_RING_PACKED_FLAGS_SHIFT;
	const uint64_t avail = (uint64_t)VIRTQ_DESC_F_AVAIL << VIO_RING_PACKED_FLAGS_SHIFT;

	return (struct vio_tx_run){
		.ids = &q->order.ids[pos],
		.descs = &q->ring.pdesc[pos],
		.flags = flags,
		.first_flags = pos == q->ring.head_slot ? flags ^ avail : flags,
	};
}

static inline void
packed_run_add(const struct vio_tx_run *run, size_t i, uint64_t addr, uint64_t len)
{
	const uint64_t id = run->ids[i], flags = i == 0 ? run->first_flags : run->flags;
	struct pvirtq_desc *descs = run->descs;

	vio_tx_desc_write(&descs[i], addr, flags + (id << VIO_RING_PACKED_ID_SHIFT) + len);
}

static inline void
packed_run_end(struct vio_txq *q, uint16_t pos, uint16_t nb)
{
	struct vio_ring *ring = &q->ring;

	/* A full ring comes round to the first descriptor, whose flags are known by then. */
	if (nb > 0 && pos == ring->head_slot)
		ring->head_flags = ring->avail_bits;
	ring->avail_idx += nb;
	if (unlikely(ring->avail_idx == ring->size)) {
		ring->avail_idx = 0;
		ring->avail_bits ^= VIO_RING_PACKED_BITS;
	}
}

static const struct vio_tx_format packed = {
	.look = packed_look,
	.match = packed_match,
	.read = packed_read,
	.told = packed_told,
	.skip = packed_skip,
	.waiting = packed_waiting,
	.add = packed_add,
	.add_to_table = packed_add_to_table,
	.end = packed_end,
	.run = packed_run,
	.run_add = packed_run_add,
	.run_end = packed_run_end,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

static const struct vio_tx_format packed_in_order = {
	.in_order = true,
	.look = packed_look,
	.match = packed_match,
	.read = packed_read,
	.told = packed_told,
	.skip = packed_skip,
	.waiting = packed_in_order_waiting,
	.add = packed_add,
	.add_to_table = packed_add_to_table,
	.end = packed_end,
	.run = packed_run,
	.run_add = packed_run_add,
	.run_end = packed_run_end,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

VIO_TX_PATH(packed, "Packed");
VIO_TX_PATH(packed_in_order, "Packed In-order");

vio_tx_paths_t VIO_ISA_NAME(vio_tx_packed) = {
	[VIO_TX_ANY_ORDER] = &packed_path,
	[VIO_TX_IN_ORDER] = &packed_in_order_path,
};
