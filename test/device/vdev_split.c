/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Fetches, checks and returns descriptor chains of a split virtqueue.
 * Invariant: a descriptor is the device's from fetch to put, and only then.
 * One thread at a time uses a queue.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vdev_split.h"

/* Entries of next[]: no descriptor of the device's, and the last of its chain. */
#define NEXT_FREE	UINT16_MAX
#define NEXT_NONE	(UINT16_MAX - 1)

#define VIRTQ_DESC_F_KNOWN	(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE)

int
vdev_split_attach(struct vdev_split *vq, struct vdev *dev, uint16_t index)
{
	const struct vdev_queue *regs = &dev->queues[index];
	size_t size = regs->size;

	memset(vq, 0, sizeof(*vq));
	vq->next = malloc(size * sizeof(*vq->next));
	vq->ready = malloc(size * sizeof(*vq->ready));
	if (vq->next == NULL || vq->ready == NULL) {
		vdev_split_detach(vq);
		return -ENOMEM;
	}
	memset(vq->next, 0xff, size * sizeof(*vq->next));
	vq->dev = dev;
	vq->index = index;
	vq->size = regs->size;
	vq->desc = dev->translate(regs->desc_addr, size * sizeof(*vq->desc));
	vq->avail = dev->translate(regs->driver_addr, 6 + 2 * size);
	vq->used = dev->translate(regs->device_addr, 6 + 8 * size);

	/* virtio 2.7.10.1: flags in the used ring start as 0; so does idx */
	if (vq->used->flags != 0 || vq->used->idx != 0)
		vdev_complain(dev, "queue %u: used ring not zeroed", index);
	return 0;
}

void
vdev_split_detach(struct vdev_split *vq)
{
	free(vq->next);
	free(vq->ready);
	memset(vq, 0, sizeof(*vq));
}

/* Reads a chain; what the device cannot accept is a complaint and false. */
static bool
read_chain(struct vdev_split *vq, uint16_t head, struct vdev_chain *chain)
{
	uint32_t id = head;
	bool more = true;

	chain->head = head;
	chain->nb_segments = 0;
	chain->readable = 0;
	chain->writable = 0;
	while (more) {
		const struct virtq_desc *d;
		struct vdev_segment *s;
		uint16_t flags;

		if (id >= vq->size || chain->nb_segments == RTE_MIN(vq->size, VDEV_CHAIN_MAX)) {
			vdev_complain(vq->dev, "queue %u: chain %u at descriptor %u, length %u",
				vq->index, head, id, chain->nb_segments);
			return false;
		}
		d = &vq->desc[id];
		s = &chain->segments[chain->nb_segments];
		flags = rte_le_to_cpu_16(d->flags);
		s->len = rte_le_to_cpu_32(d->len);
		s->addr = vq->dev->translate(rte_le_to_cpu_64(d->addr), s->len);
		s->writable = flags & VIRTQ_DESC_F_WRITE;
		/* QEMU stops at a descriptor without bytes; virtio 2.7.4.2: readable ones first */
		if (s->len == 0 || s->addr == NULL || (flags & ~VIRTQ_DESC_F_KNOWN) != 0 ||
		    (!s->writable && chain->writable != 0)) {
			vdev_complain(vq->dev, "queue %u: descriptor %u: addr %p len %u flags 0x%x",
				vq->index, id, s->addr, s->len, flags);
			return false;
		}
		*(s->writable ? &chain->writable : &chain->readable) += s->len;
		chain->nb_segments++;
		id = rte_le_to_cpu_16(d->next);
		more = flags & VIRTQ_DESC_F_NEXT;
	}
	/* virtio 2.7.5.2: not longer than 2^32 bytes */
	if (chain->readable + chain->writable > UINT64_C(1) << 32) {
		vdev_complain(vq->dev, "queue %u: chain %u too long", vq->index, head);
		return false;
	}
	return true;
}

/* Makes a chain's descriptors the device's. */
static void
claim(struct vdev_split *vq, const struct vdev_chain *chain)
{
	uint16_t id = chain->head;
	unsigned int i;

	for (i = 0; i < chain->nb_segments; i++) {
		bool last = i + 1 == chain->nb_segments;

		if (vq->next[id] != NEXT_FREE)
			vdev_complain(vq->dev, "queue %u: descriptor %u is in use already",
				vq->index, id);
		vq->next[id] = last ? NEXT_NONE : rte_le_to_cpu_16(vq->desc[id].next);
		id = vq->next[id];
	}
}

static void
release(struct vdev_split *vq, uint16_t head)
{
	uint16_t id = head;

	while (id < vq->size) {
		uint16_t next = vq->next[id];

		vq->next[id] = NEXT_FREE;
		id = next;
	}
}

uint16_t
vdev_split_fetch(struct vdev_split *vq)
{
	uint16_t idx = rte_le_to_cpu_16(__atomic_load_n(&vq->avail->idx, __ATOMIC_ACQUIRE));
	bool notified = vdev_notified(vq->dev, vq->index);
	struct vdev_chain chain;

	/* virtio 2.7.10.1: if flags is 0, the driver MUST send a notification */
	if (vq->strict && idx != vq->avail_idx && vq->used->flags == 0 && !notified)
		vdev_complain(vq->dev, "queue %u: no notification up to %u", vq->index, idx);
	if ((uint16_t)(idx - vq->avail_idx) > vq->size) {
		vdev_complain(vq->dev, "queue %u: available index jumps from %u to %u",
			vq->index, vq->avail_idx, idx);
		return vq->nb_ready;
	}
	while (vq->avail_idx != idx) {
		uint16_t head = rte_le_to_cpu_16(vq->avail->ring[vq->avail_idx++ % vq->size]);

		if (vq->nb_ready == vq->size || !read_chain(vq, head, &chain)) {
			vdev_complain(vq->dev, "queue %u: head %u refused", vq->index, head);
			continue;
		}
		claim(vq, &chain);
		vq->ready[vq->nb_ready++] = head;
	}
	return vq->nb_ready;
}

uint16_t
vdev_split_pick(struct vdev_split *vq, uint16_t nb)
{
	switch (vq->order) {
	case VDEV_REVERSED:
		return nb - 1;
	case VDEV_SHUFFLED:
		vq->random = vq->random * 1103515245 + 12345;
		return (vq->random >> 16) % nb;
	default:
		return 0;
	}
}

void
vdev_split_take(struct vdev_split *vq, struct vdev_chain *chain)
{
	uint16_t i = vdev_split_pick(vq, vq->nb_ready);

	read_chain(vq, vq->ready[i], chain);
	vq->nb_ready--;
	memmove(&vq->ready[i], &vq->ready[i + 1], (vq->nb_ready - i) * sizeof(vq->ready[0]));
}

void
vdev_split_untake(struct vdev_split *vq, const struct vdev_chain *chain)
{
	uint16_t i = vq->order == VDEV_REVERSED ? vq->nb_ready : 0;

	memmove(&vq->ready[i + 1], &vq->ready[i], (vq->nb_ready - i) * sizeof(vq->ready[0]));
	vq->ready[i] = chain->head;
	vq->nb_ready++;
}

void
vdev_split_put(struct vdev_split *vq, uint16_t head, uint32_t len)
{
	struct virtq_used_elem *e = &vq->used->ring[vq->used_idx++ % vq->size];

	release(vq, head);
	e->id = rte_cpu_to_le_32(vq->lie == VDEV_LIE_ID ? vq->lie_value : head);
	e->len = rte_cpu_to_le_32(vq->lie == VDEV_LIE_LEN ? vq->lie_value : len);
	if (vq->lie != VDEV_LIE_IDX)
		vq->lie = VDEV_HONEST;
}

void
vdev_split_publish(struct vdev_split *vq)
{
	uint16_t idx = vq->used_idx;

	if (vq->lie == VDEV_LIE_IDX) {
		idx += vq->lie_value;
		vq->lie = VDEV_HONEST;
	}
	__atomic_store_n(&vq->used->idx, rte_cpu_to_le_16(idx), __ATOMIC_RELEASE);
}

void
vdev_split_no_notify(struct vdev_split *vq, bool on)
{
	vq->used->flags = rte_cpu_to_le_16(on ? VIRTQ_USED_F_NO_NOTIFY : 0);
}

/* One copy for both directions: into the writable segments, out of the readable ones. */
static void
chain_copy(const struct vdev_chain *chain, bool writable, uint64_t offset, uint8_t *buf, size_t len)
{
	unsigned int i;

	for (i = 0; i < chain->nb_segments && len > 0; i++) {
		const struct vdev_segment *s = &chain->segments[i];
		size_t n;

		if (s->writable != writable)
			continue;
		if (offset >= s->len) {
			offset -= s->len;
			continue;
		}
		n = RTE_MIN(len, s->len - offset);
		if (writable)
			memcpy(s->addr + offset, buf, n);
		else
			memcpy(buf, s->addr + offset, n);
		buf += n;
		len -= n;
		offset = 0;
	}
}

void
vdev_chain_write(const struct vdev_chain *chain, uint64_t offset, const void *src, size_t len)
{
	chain_copy(chain, true, offset, (uint8_t *)(uintptr_t)src, len);
}

void
vdev_chain_read(const struct vdev_chain *chain, uint64_t offset, void *dst, size_t len)
{
	chain_copy(chain, false, offset, dst, len);
}
