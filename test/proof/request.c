/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The control queue's requests, on the smallest ring of either format: with any number of
 * requests before, one is sent and polled for, and whatever the device writes, it is answered,
 * or is not yet, or the device answered something else; nothing outside of the ring is touched,
 * and after an answer the ring is as before the request.
 */

#include "vio_request.c"

#include "proof.h"

#define SIZE	VIO_RING_SIZE_MIN

static struct virtq_desc desc[SIZE];
static uint8_t doorbell[4];

void
vio_ring_raise(const struct vio_ring *ring)
{
	PROVE(ring->doorbell.addr == NULL, "only without an address");
}

/* In place of vio_ring_split_is_wanted(), which ring_notify.c is about. */
bool
wanted_any(const struct vio_ring *ring __rte_unused, uint16_t old __rte_unused)
{
	return nondet_bool();
}

/* What is true of a ring whose last request was answered, and of which nothing else is. */
static bool
is_idle(const struct vio_ring *ring)
{
	if (!ring->is_packed)
		return ring->avail_idx == ring->used_idx &&
		       ring->notified_idx == ring->avail_idx;
	return ring->avail_idx < SIZE && ring->used_idx == ring->avail_idx &&
	       ring->head_slot == ring->avail_idx && ring->notified_idx == ring->avail_idx &&
	       (ring->avail_bits == VIRTQ_DESC_F_AVAIL || ring->avail_bits == VIRTQ_DESC_F_USED) &&
	       ring->used_bits == (ring->avail_bits == VIRTQ_DESC_F_AVAIL ?
				   VIO_RING_PACKED_BITS : 0);
}

static struct vio_ring
any_ring(void)
{
	struct vio_ring ring = {
		.doorbell = { .addr = nondet_bool() ? doorbell : NULL, .queue = nondet_u16() },
		.size = SIZE,
		.mask = SIZE - 1,
		.weak_barriers = nondet_bool(),
		.event_idx = nondet_bool(),
		.notification_data = nondet_bool(),
		.is_packed = PACKED,
		.avail_idx = nondet_u16(),
		.used_idx = nondet_u16(),
		.notified_idx = nondet_u16(),
		.avail_bits = nondet_u16(),
		.used_bits = nondet_u16(),
		.head_slot = nondet_u16(),
		.head_flags = nondet_u16(),
	};

	ring.desc = desc;
	if (PACKED) {
		ring.driver_event = __CPROVER_allocate(sizeof(*ring.driver_event), false);
		ring.device_event = __CPROVER_allocate(sizeof(*ring.device_event), false);
	} else {
		ring.avail = __CPROVER_allocate(sizeof(*ring.avail) + 2 * SIZE + 2, false);
		ring.used = __CPROVER_allocate(sizeof(*ring.used) + 8 * SIZE + 2, false);
	}
	return ring;
}

void
proof(void)
{
	struct vio_request_buf bufs[VIO_REQUEST_BUFS];
	struct vio_ring ring = any_ring();
	uint32_t len;
	int ret;

	ASSUME(is_idle(&ring));
	proof_havoc(bufs, sizeof(bufs));
	vio_request_send(&ring, bufs);
	proof_havoc(desc, sizeof(desc));
	ret = vio_request_poll(&ring, &len);

	PROVE(ret == 0 || ret == 1 || ret == -EPROTO, "as the header says");
	PROVE(ret != 1 || is_idle(&ring), "the next request may be sent");
	REACHED(ret == 0, "silence");
	REACHED(ret == 1, "an answer");
	REACHED(ret == -EPROTO, "the answer to something else");
}
