/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Batches of IN_ORDER, of rings of any size: a batch that was begun at the oldest buffer ends
 * after the one that the device named, and at most after as many as it may span.
 */

#include "vio_ring_in_order.h"

#include "proof.h"

/* The slot so many behind another one. */
static uint16_t
slot_behind(const struct vio_ring *ring, uint16_t from, uint32_t nb)
{
	uint32_t slot = from + nb;

	return slot < ring->size ? slot : slot - ring->size;
}

void
proof(void)
{
	struct vio_ring ring = { .size = nondet_u16(), .batch_id = VIO_RING_NO_BATCH };
	uint16_t from = nondet_u16(), nb = nondet_u16(), ahead = nondet_u16(), span;
	uint32_t id = nondet_u32(), len = nondet_u32(), buf_len = nondet_u32();
	bool begun;

	ASSUME(ring.size >= 1 && ring.size <= VIRTQ_SIZE_MAX);
	ASSUME(from < ring.size && nb <= ring.size);
	begun = vio_ring_batch_begin(&ring, from, nb, id, len);
	PROVE(begun == vio_ring_in_batch(&ring), "in a batch if one was begun");
	REACHED(!begun, "an id beyond what the batch may span");
	if (!begun)
		return;

	PROVE(ring.batch_id < ring.size, "the id of a slot");
	span = vio_ring_span(&ring, from, ring.batch_id);
	PROVE(span >= 1 && span <= nb, "no more buffers than the batch may span");
	PROVE(slot_behind(&ring, from, span - 1) == ring.batch_id, "up to the one that was named");

	/* Any buffer of the batch, when those before it were taken. */
	ASSUME(ahead < span);
	PROVE(vio_ring_batch_len(&ring, slot_behind(&ring, from, ahead), buf_len) ==
	      (ahead == span - 1 ? len : buf_len), "the length is of the one that was named");
	vio_ring_batch_take(&ring, slot_behind(&ring, from, ahead));
	PROVE(vio_ring_in_batch(&ring) == (ahead < span - 1), "the batch ends with it");
	REACHED(ahead > 0 && ring.batch_id < from, "a batch over the end of the ring");
}
