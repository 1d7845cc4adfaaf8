/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Reads descriptor chains of a split virtqueue and writes its used ring (virtio 2.7).
 * Invariant: a descriptor is the device's from fetch to release, and only then.
 * One thread at a time uses a queue.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vdev_vq.h"

/* Entries of next[]: no descriptor of the device's, and the last of its chain. */
#define NEXT_FREE	UINT16_MAX
#define NEXT_NONE	(UINT16_MAX - 1)

#define DESC_F_KNOWN	(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_INDIRECT)

static int
split_attach(struct vdev_vq *vq, const struct vdev_queue *regs, uint32_t base)
{
	struct vdev_split *s = &vq->split;
	size_t size = regs->size;

	s->next = malloc(size * sizeof(*s->next));
	if (s->next == NULL)
		return -ENOMEM;
	memset(s->next, 0xff, size * sizeof(*s->next));
	s->desc = vq->dev->translate(vq->dev, regs->desc_addr, size * sizeof(*s->desc));
	s->avail = vq->dev->translate(vq->dev, regs->driver_addr, 6 + 2 * size);
	s->used = vq->dev->translate(vq->dev, regs->device_addr, 6 + 8 * size);
	s->avail_idx = base;
	s->used_idx = base;
	s->told_idx = base;
	/* virtio 2.7.5.2: in order, a new ring begins with the first descriptor */
	s->begun = base == 0;

	/* virtio 2.7.10.1: flags in the used ring start as 0; so does idx */
	if (s->used->flags != 0 || rte_le_to_cpu_16(s->used->idx) != s->used_idx)
		vdev_complain(vq->dev, "queue %u: used ring not zeroed, or not at %u", vq->index,
			s->used_idx);
	return 0;
}

static void
split_detach(struct vdev_vq *vq)
{
	free(vq->split.next);
}

/* Of a table that a spoilt ring names, which may be anywhere. */
static struct vdev_desc
read_desc(const void *at)
{
	struct virtq_desc d;

	memcpy(&d, at, sizeof(d));
	return (struct vdev_desc){
		.addr = rte_le_to_cpu_64(d.addr),
		.len = rte_le_to_cpu_32(d.len),
		.flags = rte_le_to_cpu_16(d.flags),
		.number = rte_le_to_cpu_16(d.next),
	};
}

/* virtio 2.7.5.3: a table of descriptors, which ends the chain */
static bool
read_table(struct vdev_vq *vq, const struct vdev_desc *outer, struct vdev_chain *chain)
{
	const struct virtq_desc *table = vq->dev->translate(vq->dev, outer->addr, outer->len);
	bool in_order = vdev_has(vq->dev, VIRTIO_F_IN_ORDER);
	uint32_t i, nb = outer->len / sizeof(*table), id = 0;
	struct vdev_desc d;

	if (!vdev_has(vq->dev, VIRTIO_F_INDIRECT_DESC) || (outer->flags & VIRTQ_DESC_F_NEXT) ||
	    table == NULL || outer->len % sizeof(*table) != 0) {
		vdev_complain(vq->dev, "queue %u: indirect table of %u bytes, flags 0x%x",
			vq->index, outer->len, outer->flags);
		return false;
	}
	for (i = 0; i < nb && id < nb; i++) {
		d = read_desc(&table[id]);
		if ((d.flags & ~(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE)) != 0 ||
		    !vdev_vq_segment_add(vq, chain, &d))
			break;
		if (!(d.flags & VIRTQ_DESC_F_NEXT))
			return true;
		/* virtio 2.7.5.3.1: next is 1 for the first, 2 for the second, and so on */
		if (in_order && d.number != id + 1)
			break;
		id = d.number;
	}
	vdev_complain(vq->dev, "queue %u: entry %u of an indirect table of %u", vq->index, id, nb);
	return false;
}

/* Reads a chain; what the device cannot accept is a complaint and false. */
static bool
read_chain(struct vdev_vq *vq, struct vdev_chain *chain)
{
	bool in_order = vdev_has(vq->dev, VIRTIO_F_IN_ORDER);
	uint32_t id = chain->id;
	uint16_t nb_descs = 0;
	struct vdev_desc d;

	chain->nb_segments = 0;
	chain->readable = 0;
	chain->writable = 0;
	do {
		if (id >= vq->size || nb_descs++ == vq->size) {
			vdev_complain(vq->dev, "queue %u: chain %u at descriptor %u", vq->index,
				chain->id, id);
			return false;
		}
		d = read_desc(&vq->split.desc[id]);
		if ((d.flags & ~DESC_F_KNOWN) != 0) {
			vdev_complain(vq->dev, "queue %u: descriptor %u: flags 0x%x", vq->index,
				id, d.flags);
			return false;
		}
		if (d.flags & VIRTQ_DESC_F_INDIRECT)
			return read_table(vq, &d, chain);
		if (!vdev_vq_segment_add(vq, chain, &d))
			return false;
		/* virtio 2.7.5.2: in ring order, in which the chain is one piece */
		if (in_order && (d.flags & VIRTQ_DESC_F_NEXT) &&
		    d.number != (id + 1) % vq->size)
			vdev_complain(vq->dev, "queue %u: descriptor %u is followed by %u",
				vq->index, id, d.number);
		id = d.number;
	} while (d.flags & VIRTQ_DESC_F_NEXT);
	return true;
}

/* Makes a chain's descriptors the device's. Returns the last of them. */
static uint16_t
claim(struct vdev_vq *vq, uint16_t head)
{
	const struct virtq_desc *desc = vq->split.desc;
	uint16_t *next = vq->split.next;
	uint16_t id = head;

	for (;;) {
		bool more = rte_le_to_cpu_16(desc[id].flags) & VIRTQ_DESC_F_NEXT;

		if (next[id] != NEXT_FREE)
			vdev_complain(vq->dev, "queue %u: descriptor %u is in use already",
				vq->index, id);
		next[id] = more ? rte_le_to_cpu_16(desc[id].next) : NEXT_NONE;
		if (!more)
			return id;
		id = next[id];
	}
}

static int
split_fetch(struct vdev_vq *vq, struct vdev_chain *chain)
{
	struct vdev_split *s = &vq->split;
	uint16_t idx = rte_le_to_cpu_16(__atomic_load_n(&s->avail->idx, __ATOMIC_ACQUIRE));
	uint16_t last;

	if (idx == s->avail_idx)
		return 0;
	if ((uint16_t)(idx - s->avail_idx) > vq->size) {
		vdev_complain(vq->dev, "queue %u: available index jumps from %u to %u",
			vq->index, s->avail_idx, idx);
		return 0;
	}
	chain->id = rte_le_to_cpu_16(s->avail->ring[s->avail_idx++ % vq->size]);
	if (!read_chain(vq, chain)) {
		vdev_complain(vq->dev, "queue %u: head %u refused", vq->index, chain->id);
		return -EINVAL;
	}
	/* virtio 2.7.5.2: descriptors are used in ring order, from the table's first on */
	if (s->begun && vdev_has(vq->dev, VIRTIO_F_IN_ORDER) && chain->id != s->next_head)
		vdev_complain(vq->dev, "queue %u: head %u, in order it is %u", vq->index,
			chain->id, s->next_head);
	last = claim(vq, chain->id);
	s->next_head = (last + 1) % vq->size;
	s->begun = true;
	return 1;
}

static void
split_release(struct vdev_vq *vq, uint16_t id)
{
	uint16_t *next = vq->split.next;

	while (id < vq->size) {
		uint16_t following = next[id];

		next[id] = NEXT_FREE;
		id = following;
	}
}

static void
split_use(struct vdev_vq *vq, const struct vdev_used *used, uint16_t nb_buffers,
	uint16_t nb_entries)
{
	struct vdev_split *s = &vq->split;
	struct virtq_used_elem *e = &s->used->ring[s->used_idx % vq->size];

	RTE_SET_USED(nb_entries);
	e->id = rte_cpu_to_le_32(used->id);
	e->len = rte_cpu_to_le_32(used->len);
	s->used_idx += nb_buffers;
}

static void
split_show(struct vdev_vq *vq, uint32_t excess)
{
	uint16_t idx = vq->split.used_idx + excess;

	__atomic_store_n(&vq->split.used->idx, rte_cpu_to_le_16(idx), __ATOMIC_RELEASE);
}

/* virtio 2.7.7: by used_event or by flags, of which the other means nothing */
static bool
split_interrupt_due(struct vdev_vq *vq)
{
	struct vdev_split *s = &vq->split;
	uint16_t used_event = rte_le_to_cpu_16(s->avail->ring[vq->size]);
	uint16_t nb = s->used_idx - s->told_idx;

	s->told_idx = s->used_idx;
	if (vdev_has(vq->dev, VIRTIO_F_EVENT_IDX))
		return (uint16_t)(s->used_idx - used_event - 1) < nb;
	return nb > 0 && !(rte_le_to_cpu_16(s->avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

/* virtio 2.7.10: by avail_event or by flags, of which the other means nothing */
static void
split_ask(struct vdev_vq *vq, bool wanted, uint16_t after)
{
	struct vdev_split *s = &vq->split;
	rte_le16_t *avail_event = (rte_le16_t *)&s->used->ring[vq->size];

	if (vdev_has(vq->dev, VIRTIO_F_EVENT_IDX))
		/* the index that was last is as far away as can be */
		*avail_event = rte_cpu_to_le_16(s->avail_idx + (wanted ? after : UINT16_MAX));
	else
		s->used->flags = rte_cpu_to_le_16(wanted ? 0 : VIRTQ_USED_F_NO_NOTIFY);
}

static uint16_t
split_behind(const struct vdev_vq *vq, uint16_t data)
{
	return vq->split.avail_idx - data;
}

static void
split_base_set(struct vdev_vq *vq, uint32_t base)
{
	vq->split.avail_idx = base;
	vq->split.used_idx = base;
	vq->split.told_idx = base;
	vq->split.used->idx = rte_cpu_to_le_16(base);
	vq->split.begun = false;
}

static uint32_t
split_base_get(const struct vdev_vq *vq)
{
	return vq->split.avail_idx;
}

const struct vdev_vq_ops vdev_split_ops = {
	.attach = split_attach,
	.detach = split_detach,
	.fetch = split_fetch,
	.release = split_release,
	.use = split_use,
	.show = split_show,
	.interrupt_due = split_interrupt_due,
	.ask = split_ask,
	.behind = split_behind,
	.base_set = split_base_set,
	.base_get = split_base_get,
};
