/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the device does with chains of descriptors once a format has read them: keep, order,
 * return.
 * Invariant: an id is the device's from fetch to put, and only then; its segments are those of
 * the moment when it was fetched.
 * One thread at a time uses a queue.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vdev_vq.h"

uint32_t
vdev_vq_base_new(const struct vdev *dev)
{
	/* both wrap counters are 1 */
	return vdev_has(dev, VIRTIO_F_RING_PACKED) ? 0x80008000 : 0;
}

int
vdev_vq_attach(struct vdev_vq *vq, struct vdev *dev, uint16_t index, uint32_t base)
{
	const struct vdev_queue *regs = &dev->queues[index];
	bool packed = vdev_has(dev, VIRTIO_F_RING_PACKED);

	memset(vq, 0, sizeof(*vq));
	vq->dev = dev;
	vq->index = index;
	vq->size = regs->size;
	vq->ops = packed ? &vdev_packed_ops : &vdev_split_ops;
	vq->nb_ids = vq->size;
	vq->buffers = calloc(vq->nb_ids, sizeof(*vq->buffers));
	vq->ready = malloc(2 * vq->size * sizeof(*vq->ready));
	vq->used = malloc(vq->size * sizeof(*vq->used));
	if (vq->buffers == NULL || vq->ready == NULL || vq->used == NULL ||
	    vq->ops->attach(vq, regs, base) != 0) {
		vdev_vq_detach(vq);
		return -ENOMEM;
	}
	vq->ops->ask(vq, true, 0);
	return 0;
}

void
vdev_vq_detach(struct vdev_vq *vq)
{
	uint32_t i;

	if (vq->buffers != NULL)
		for (i = 0; i < vq->nb_ids; i++)
			free(vq->buffers[i].segments);
	free(vq->buffers);
	free(vq->ready);
	free(vq->used);
	if (vq->ops != NULL)
		vq->ops->detach(vq);
	memset(vq, 0, sizeof(*vq));
}

void
vdev_vq_base_set(struct vdev_vq *vq, uint32_t base)
{
	vq->ops->base_set(vq, base);
	vq->ops->ask(vq, !vq->no_notify, vq->notify_after);
}

uint32_t
vdev_vq_base_get(const struct vdev_vq *vq)
{
	return vq->ops->base_get(vq);
}

bool
vdev_vq_segment_add(struct vdev_vq *vq, struct vdev_chain *chain, const struct vdev_desc *desc)
{
	const bool writable = desc->flags & VIRTQ_DESC_F_WRITE;
	/* virtio 2.7.5.3.1, 2.8.17: a chain is not longer than the queue, its table neither */
	const bool full = chain->nb_segments == RTE_MIN(vq->size, VDEV_CHAIN_MAX);
	void *addr = vq->dev->translate(vq->dev, desc->addr, desc->len);

	/* QEMU stops at a descriptor without bytes; virtio 2.7.4.2, 2.8.17: readable ones first */
	if (full || desc->len == 0 || addr == NULL || (!writable && chain->writable != 0)) {
		vdev_complain(vq->dev, "queue %u: segment %u: addr 0x%llx%s len %u flags 0x%x",
			vq->index, chain->nb_segments, (unsigned long long)desc->addr,
			addr == NULL ? " (unknown)" : "", desc->len, desc->flags);
		return false;
	}
	chain->segments[chain->nb_segments++] = (struct vdev_segment){
		.addr = addr, .len = desc->len, .writable = writable,
	};
	*(writable ? &chain->writable : &chain->readable) += desc->len;
	return true;
}

/* What is known of an id, which the driver of a packed ring chooses from all of 16 bits. */
static struct vdev_buffer *
buffer_of(struct vdev_vq *vq, uint16_t id)
{
	static struct vdev_buffer none;
	struct vdev_buffer *all;

	if (id < vq->nb_ids)
		return &vq->buffers[id];
	all = calloc(UINT16_MAX + 1, sizeof(*all));
	if (all == NULL) {
		vdev_complain(vq->dev, "queue %u: no memory", vq->index);
		return &none;
	}
	memcpy(all, vq->buffers, vq->nb_ids * sizeof(*all));
	free(vq->buffers);
	vq->buffers = all;
	vq->nb_ids = UINT16_MAX + 1;
	return &all[id];
}

/* Makes a chain the device's, or complains. */
static void
hold(struct vdev_vq *vq, const struct vdev_chain *chain, uint16_t nb_entries)
{
	struct vdev_buffer *b = buffer_of(vq, chain->id);
	uint32_t end = vq->first_ready + vq->nb_ready;

	/* virtio 2.7.5.2: not longer than 2^32 bytes */
	if (b->nb_entries != 0 || vq->nb_out + nb_entries > vq->size ||
	    chain->readable + chain->writable > UINT64_C(1) << 32) {
		vdev_complain(vq->dev, "queue %u: id %u of %u entries, %u are out%s", vq->index,
			chain->id, nb_entries, vq->nb_out,
			b->nb_entries != 0 ? ", the id is in use already" : "");
		return;
	}
	if (b->nb_room < chain->nb_segments) {
		free(b->segments);
		b->segments = malloc(chain->nb_segments * sizeof(b->segments[0]));
		b->nb_room = b->segments == NULL ? 0 : chain->nb_segments;
		if (b->segments == NULL) {
			vdev_complain(vq->dev, "queue %u: no memory", vq->index);
			return;
		}
	}
	memcpy(b->segments, chain->segments, chain->nb_segments * sizeof(b->segments[0]));
	b->nb_segments = chain->nb_segments;
	b->nb_entries = nb_entries;
	b->readable = chain->readable;
	b->writable = chain->writable;
	vq->nb_out += nb_entries;
	if (end == 2u * vq->size) {
		memmove(vq->ready, vq->ready + vq->first_ready,
			vq->nb_ready * sizeof(vq->ready[0]));
		vq->first_ready = 0;
		end = vq->nb_ready;
	}
	vq->ready[end] = chain->id;
	vq->nb_ready++;
}

/* virtio 2.7.10.1, 2.8.21.3.1, 2.9: whether, when and with what the driver must notify */
static void
check_notification(struct vdev_vq *vq, uint32_t nb_new)
{
	struct vdev_queue *q = &vq->dev->queues[vq->index];
	uint16_t behind;

	if (!vdev_notified(vq->dev, vq->index)) {
		if (vq->strict && !vq->dev->concurrent && !vq->no_notify &&
		    nb_new > vq->notify_after)
			vdev_complain(vq->dev, "queue %u: no notification of %u entries",
				vq->index, nb_new);
		return;
	}
	if (!vdev_has(vq->dev, VIRTIO_F_NOTIFICATION_DATA))
		return;
	behind = vq->ops->behind(vq, q->notification);
	if (behind != 0 && behind >= nb_new)
		vdev_complain(vq->dev, "queue %u: notified with 0x%x, %u entries too early",
			vq->index, q->notification, behind);
}

uint16_t
vdev_vq_fetch(struct vdev_vq *vq)
{
	struct vdev_segment segments[VDEV_CHAIN_MAX];
	struct vdev_chain chain = { .segments = segments };
	uint32_t nb_new = 0;
	int nb;

	while ((nb = vq->ops->fetch(vq, &chain)) != 0) {
		if (nb < 0)
			continue;
		nb_new += nb;
		hold(vq, &chain, nb);
	}
	check_notification(vq, nb_new);
	if (nb_new > 0 && vdev_has(vq->dev, VIRTIO_F_EVENT_IDX))
		vq->ops->ask(vq, !vq->no_notify, vq->notify_after);
	return vq->nb_ready;
}

uint16_t
vdev_vq_pick(struct vdev_vq *vq, uint16_t nb)
{
	if (vdev_has(vq->dev, VIRTIO_F_IN_ORDER))
		return 0;
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

static void
take(struct vdev_vq *vq, uint16_t i, struct vdev_chain *chain)
{
	uint16_t *ready = vq->ready + vq->first_ready;
	const struct vdev_buffer *b = &vq->buffers[ready[i]];

	chain->id = ready[i];
	chain->nb_segments = b->nb_segments;
	chain->readable = b->readable;
	chain->writable = b->writable;
	chain->segments = b->segments;
	vq->nb_ready--;
	if (i == 0)
		vq->first_ready++;
	else
		memmove(&ready[i], &ready[i + 1], (vq->nb_ready - i) * sizeof(ready[0]));
}

void
vdev_vq_take(struct vdev_vq *vq, struct vdev_chain *chain)
{
	take(vq, vdev_vq_pick(vq, vq->nb_ready), chain);
}

void
vdev_vq_take_oldest(struct vdev_vq *vq, struct vdev_chain *chain)
{
	take(vq, 0, chain);
}

void
vdev_vq_untake(struct vdev_vq *vq, const struct vdev_chain *chain)
{
	uint16_t *ready = vq->ready + vq->first_ready;

	if (vq->order == VDEV_REVERSED && !vdev_has(vq->dev, VIRTIO_F_IN_ORDER)) {
		ready[vq->nb_ready++] = chain->id;
		return;
	}
	if (vq->first_ready > 0)
		vq->first_ready--;
	else
		memmove(&ready[1], &ready[0], vq->nb_ready * sizeof(ready[0]));
	vq->ready[vq->first_ready] = chain->id;
	vq->nb_ready++;
}

void
vdev_vq_put(struct vdev_vq *vq, uint16_t id, uint32_t len)
{
	struct vdev_buffer *b = buffer_of(vq, id);
	struct vdev_used *used;

	if (vq->nb_used == vq->size)
		vdev_vq_publish(vq);
	used = &vq->used[vq->nb_used++];
	*used = (struct vdev_used){
		/* one that the device does not hold takes a place all the same */
		.nb_entries = RTE_MAX(b->nb_entries, 1),
		.id = vq->lie == VDEV_LIE_ID ? vq->lie_value : id,
		.len = vq->lie == VDEV_LIE_LEN ? vq->lie_value : len,
		.flags = len > 0 ? VIRTQ_DESC_F_WRITE : 0,
		.flags_xor = vq->lie == VDEV_LIE_FLAGS ? vq->lie_value : 0,
		.whole = vq->lie == VDEV_HONEST && len == b->writable,
	};
	if (vq->lie != VDEV_LIE_IDX)
		vq->lie = VDEV_HONEST;
	if (b->nb_entries == 0)
		return;
	vq->ops->release(vq, id);
	vq->nb_out -= b->nb_entries;
	b->nb_entries = 0;
}

void
vdev_vq_publish(struct vdev_vq *vq)
{
	uint16_t most = vdev_has(vq->dev, VIRTIO_F_IN_ORDER) ? RTE_MAX(vq->batch, 1) : 1;
	uint16_t i, nb, nb_entries;
	uint32_t excess = 0;

	for (i = 0; i < vq->nb_used; i += nb) {
		nb = 0;
		nb_entries = 0;
		/* virtio 2.7.9, 2.8.8: those that are not told of were used completely */
		do {
			nb_entries += vq->used[i + nb].nb_entries;
			nb++;
		} while (i + nb < vq->nb_used && nb < most && vq->used[i + nb - 1].whole);
		vq->ops->use(vq, &vq->used[i + nb - 1], nb, nb_entries);
	}
	vq->nb_used = 0;
	if (vq->lie == VDEV_LIE_IDX) {
		excess = vq->lie_value;
		vq->lie = VDEV_HONEST;
	}
	vq->ops->show(vq, excess);
	/* the driver shows what it asks for before it looks at the ring again */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!vq->ops->interrupt_due(vq))
		return;
	vq->dev->queues[vq->index].nb_interrupts++;
	if (vq->dev->interrupt != NULL)
		vq->dev->interrupt(vq->dev, vq->index);
}

void
vdev_vq_no_notify(struct vdev_vq *vq, bool on)
{
	/* nobody tells of what became available meanwhile */
	if (!on)
		vdev_vq_fetch(vq);
	vq->no_notify = on;
	vq->ops->ask(vq, !on, vq->notify_after);
}

void
vdev_vq_notify_after(struct vdev_vq *vq, uint16_t after)
{
	vq->notify_after = after;
	vq->ops->ask(vq, !vq->no_notify, after);
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
