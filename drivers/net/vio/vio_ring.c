/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The one place where a ring's layout is computed and its memory is allocated.
 * Invariant: every part lies within the memory zone.
 * Control threads only, but for vio_ring_raise(), which the ring's own thread calls.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_errno.h>

#include "vio_ring_in_order.h"
#include "vio_ring_packed.h"
#include "vio_ring_split.h"

/* Where the Driver Area and the Device Area end, which begin as the layout says. */
static void
split_layout(uint16_t size, struct vio_ring_layout *l, size_t *end)
{
	const size_t event = sizeof(rte_le16_t);	/* used_event, avail_event */

	l->driver = RTE_ALIGN_CEIL(size * sizeof(struct virtq_desc), (size_t)VIRTQ_AVAIL_ALIGN);
	*end = l->driver + sizeof(struct virtq_avail) + size * sizeof(rte_le16_t) + event;
	l->device = RTE_ALIGN_CEIL(*end, (size_t)RTE_CACHE_LINE_SIZE);
	*end = l->device + sizeof(struct virtq_used) + size * sizeof(struct virtq_used_elem) +
	       event;
}

static void
packed_layout(uint16_t size, struct vio_ring_layout *l, size_t *end)
{
	static_assert(RTE_CACHE_LINE_SIZE % PVIRTQ_EVENT_SUPPRESS_ALIGN == 0, "virtio 2.8.10.1");

	*end = size * sizeof(struct pvirtq_desc);
	l->driver = RTE_ALIGN_CEIL(*end, (size_t)RTE_CACHE_LINE_SIZE);
	l->device = l->driver + RTE_CACHE_LINE_SIZE;
	*end = l->device + sizeof(struct pvirtq_event_suppress);
}

struct vio_ring_layout
vio_ring_layout(const struct vio_ring_conf *conf)
{
	struct vio_ring_layout l = { .desc = 0 };
	size_t end;

	if (conf->is_packed)
		packed_layout(conf->size, &l, &end);
	else
		split_layout(conf->size, &l, &end);
	l.extra = RTE_ALIGN_CEIL(end, (size_t)RTE_CACHE_LINE_SIZE);
	l.total = RTE_ALIGN_CEIL(l.extra + conf->extra, (size_t)RTE_CACHE_LINE_SIZE);
	return l;
}

/*
 * Memory that is contiguous for the device. Virtual addresses: for the process, and within one
 * page if it can be, as pages may be of different files, which who maps them (a vhost-user back
 * end) has in other places. Else for the IOMMU, or in physical memory.
 */
static const struct rte_memzone *
memory_reserve(const char *name, size_t len, bool use_va, int socket)
{
	const struct rte_memzone *mz = NULL;

	if (!use_va)
		return rte_memzone_reserve_aligned(name, len, socket, RTE_MEMZONE_IOVA_CONTIG,
						   RTE_CACHE_LINE_SIZE);
	if (len <= RTE_PGSIZE_2M)
		mz = rte_memzone_reserve_bounded(name, len, socket, 0, RTE_CACHE_LINE_SIZE,
						 rte_align64pow2(len));
	return mz != NULL ? mz : rte_memzone_reserve_aligned(name, len, socket, 0,
							     RTE_CACHE_LINE_SIZE);
}

int
vio_ring_alloc(struct vio_ring *ring, const char *label, const struct vio_ring_conf *conf,
	       int socket)
{
	/* A ring that was given up keeps its name for ever. */
	static unsigned int nb_allocated;
	struct vio_ring_layout l = vio_ring_layout(conf);
	const struct rte_memzone *mz;
	char name[RTE_MEMZONE_NAMESIZE];

	snprintf(name, sizeof(name), "vio_%s_%u", label,
		 __atomic_fetch_add(&nb_allocated, 1, __ATOMIC_RELAXED));

	mz = memory_reserve(name, l.total, conf->use_va, socket);
	if (mz == NULL)
		return -rte_errno;

	memset(ring, 0, sizeof(*ring));
	ring->mz = mz;
	/* The parts of a packed ring are in the same places, by other names. */
	ring->desc = RTE_PTR_ADD(mz->addr, l.desc);
	ring->avail = RTE_PTR_ADD(mz->addr, l.driver);
	ring->used = RTE_PTR_ADD(mz->addr, l.device);
	ring->extra = l.extra;
	ring->size = conf->size;
	ring->mask = conf->size - 1;
	ring->use_va = conf->use_va;
	ring->is_packed = conf->is_packed;
	vio_ring_reset(ring);
	return 0;
}

void
vio_ring_free(struct vio_ring *ring)
{
	rte_memzone_free(ring->mz);
	memset(ring, 0, sizeof(*ring));
}

void
vio_ring_intr_set(struct vio_ring *ring, bool on)
{
	if (ring->is_packed)
		ring->driver_event->flags = rte_cpu_to_le_16(on ? RING_EVENT_FLAGS_ENABLE :
							     RING_EVENT_FLAGS_DISABLE);
	else if (ring->event_idx)
		/* virtio 2.7.7.1: flags MUST be 0. */
		vio_ring_split_defer_event(ring);
	else
		ring->avail->flags = rte_cpu_to_le_16(on ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT);
}

bool
vio_ring_has_used(const struct vio_ring *ring)
{
	if (ring->is_packed)
		return vio_ring_in_batch(ring) || vio_ring_packed_is_used(ring, 0);
	return rte_le_to_cpu_16(__atomic_load_n(&ring->used->idx, __ATOMIC_ACQUIRE)) !=
	       ring->used_idx;
}

void
vio_ring_reset(struct vio_ring *ring)
{
	memset(ring->mz->addr, 0, ring->mz->len);
	ring->avail_idx = 0;
	ring->used_idx = 0;
	ring->notified_idx = 0;
	ring->seen_idx = 0;
	/* virtio 2.8.1: both wrap counters start as 1. */
	ring->avail_bits = VIRTQ_DESC_F_AVAIL;
	ring->used_bits = VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED;
	ring->head_slot = 0;
	ring->head_flags = 0;
	ring->batch_id = VIO_RING_NO_BATCH;
}

static uint64_t
device_addr(const struct vio_ring *ring, const void *part)
{
	if (ring->use_va)
		return (uintptr_t)part;
	return ring->mz->iova + RTE_PTR_DIFF(part, ring->mz->addr);
}

uint64_t
vio_ring_desc_addr(const struct vio_ring *ring)
{
	return device_addr(ring, ring->desc);
}

uint64_t
vio_ring_driver_addr(const struct vio_ring *ring)
{
	return device_addr(ring, ring->avail);
}

uint64_t
vio_ring_device_addr(const struct vio_ring *ring)
{
	return device_addr(ring, ring->used);
}

void *
vio_ring_extra(const struct vio_ring *ring)
{
	return RTE_PTR_ADD(ring->mz->addr, ring->extra);
}

uint64_t
vio_ring_extra_addr(const struct vio_ring *ring)
{
	return device_addr(ring, vio_ring_extra(ring));
}

void
vio_ring_raise(const struct vio_ring *ring)
{
	static const uint64_t one = 1;
	ssize_t ret;

	/* A counter that is full wakes the device just as well. */
	do {
		ret = write(ring->doorbell.fd, &one, sizeof(one));
	} while (ret < 0 && errno == EINTR);
}
