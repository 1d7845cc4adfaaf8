/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Requests of three buffers on a ring of either format.
 * Invariants: descriptors are used in ring order, as IN_ORDER demands it (virtio 2.7.5); the
 * device holds one request at most.
 * Threads: the ring's.
 */

#include <errno.h>

#include "vio_request.h"
#include "vio_ring_packed.h"
#include "vio_ring_split.h"

/* The id of every request on a packed ring. */
#define PACKED_ID	0

static uint16_t
buf_flags(unsigned int i)
{
	return i == VIO_REQUEST_BUFS - 1 ? VIRTQ_DESC_F_WRITE : VIRTQ_DESC_F_NEXT;
}

/* The first descriptor of the request that the entry at idx of a split ring stands for. */
static uint16_t
split_head(const struct vio_ring *ring, uint16_t idx)
{
	return (idx * VIO_REQUEST_BUFS) & ring->mask;
}

static void
split_send(struct vio_ring *ring, const struct vio_request_buf *bufs)
{
	uint16_t id = split_head(ring, ring->avail_idx), next;
	unsigned int i;

	ring->avail->ring[ring->avail_idx & ring->mask] = rte_cpu_to_le_16(id);
	for (i = 0; i < VIO_REQUEST_BUFS; i++, id = next) {
		next = (id + 1) & ring->mask;
		ring->desc[id] = (struct virtq_desc){
			.addr = rte_cpu_to_le_64(bufs[i].addr),
			.len = rte_cpu_to_le_32(bufs[i].len),
			.flags = rte_cpu_to_le_16(buf_flags(i)),
			.next = rte_cpu_to_le_16(next),
		};
	}
	ring->avail_idx++;
	vio_ring_split_publish(ring);
	vio_ring_split_notify(ring);
}

static void
packed_send(struct vio_ring *ring, const struct vio_request_buf *bufs)
{
	unsigned int i;

	for (i = 0; i < VIO_REQUEST_BUFS; i++)
		vio_ring_packed_post(ring, PACKED_ID, bufs[i].addr, bufs[i].len, buf_flags(i));
	vio_ring_packed_publish(ring);
	vio_ring_packed_notify(ring);
}

void
vio_request_send(struct vio_ring *ring, const struct vio_request_buf bufs[VIO_REQUEST_BUFS])
{
	if (ring->is_packed)
		packed_send(ring, bufs);
	else
		split_send(ring, bufs);
}

static int
split_poll(struct vio_ring *ring, uint32_t *len)
{
	uint16_t head = split_head(ring, ring->used_idx);
	uint32_t id;

	if (!vio_ring_split_look(ring))
		return -EPROTO;
	if (vio_ring_split_nb_used(ring) == 0)
		return 0;
	vio_ring_split_used_read(ring, ring->used_idx++, &id, len);
	return id == head ? 1 : -EPROTO;
}

static int
packed_poll(struct vio_ring *ring, uint32_t *len)
{
	uint32_t id;

	if (!vio_ring_packed_is_used(ring, 0))
		return 0;
	vio_ring_packed_used_read(ring, 0, &id, len);
	vio_ring_packed_skip(ring, VIO_REQUEST_BUFS);
	return id == PACKED_ID ? 1 : -EPROTO;
}

int
vio_request_poll(struct vio_ring *ring, uint32_t *len)
{
	return ring->is_packed ? packed_poll(ring, len) : split_poll(ring, len);
}
