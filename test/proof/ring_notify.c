/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Whether the device wants to be notified, by what it wrote into its event suppression, which is
 * any value: on rings of any size nothing beyond it is read.
 */

#include "vio_ring_packed.h"
#include "vio_ring_split.h"

#include "proof.h"

#if !PACKED
static void
prove_split(struct vio_ring *ring)
{
	struct virtq_used *used;
	bool wanted;

	used = __CPROVER_allocate(sizeof(*used) + ring->size * sizeof(used->ring[0]) +
				  sizeof(rte_le16_t), false);
	ring->used = used;
	wanted = vio_ring_split_is_wanted(ring, ring->notified_idx);
	REACHED(ring->event_idx && wanted, "yes");
	REACHED(!wanted, "no");
}

#else
static void
prove_packed(struct vio_ring *ring)
{
	struct pvirtq_event_suppress event;
	bool wanted;

	ASSUME(ring->avail_idx < ring->size && ring->notified_idx < ring->size);
	ring->device_event = &event;
	wanted = vio_ring_packed_is_wanted(ring, ring->notified_idx);
	REACHED(wanted, "yes");
	REACHED(!wanted, "no");
}
#endif

void
proof(void)
{
	struct vio_ring ring = {
		.size = nondet_u16(),
		.event_idx = nondet_bool(),
		.avail_idx = nondet_u16(),
		.notified_idx = nondet_u16(),
		.avail_bits = nondet_u16(),
	};

	ASSUME(ring.size >= 1 && ring.size <= VIRTQ_SIZE_MAX);
#if PACKED
	prove_packed(&ring);
#else
	prove_split(&ring);
#endif
}
