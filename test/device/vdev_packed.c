/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Reads descriptor chains of a packed virtqueue and writes used descriptors into the same ring
 * (virtio 2.8).
 * Invariant: the place to write never overtakes the place to read.
 * One thread at a time uses a queue.
 */

#include <errno.h>
#include <string.h>

#include "vdev_vq.h"

#define DESC_F_KNOWN	(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_INDIRECT | \
			 VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)

/* Moves a place on, by at most the ring's size. */
static void
advance(const struct vdev_vq *vq, struct vdev_place *place, uint16_t nb)
{
	uint32_t slot = place->slot + nb;

	if (slot >= vq->size) {
		slot -= vq->size;
		place->wrap = !place->wrap;
	}
	place->slot = slot;
}

/* A place as the rings and vhost-user write it: a slot, and above it the wrap counter. */
static struct vdev_place
place_of(uint16_t value)
{
	return (struct vdev_place){
		.slot = value & ((1 << RING_EVENT_WRAP_SHIFT) - 1),
		.wrap = value >> RING_EVENT_WRAP_SHIFT,
	};
}

static uint16_t
place_value(const struct vdev_place *place)
{
	return place->slot | place->wrap << RING_EVENT_WRAP_SHIFT;
}

/* How many descriptors one place is ahead of another, through both laps of the wrap counter. */
static uint16_t
distance(const struct vdev_vq *vq, const struct vdev_place *from, const struct vdev_place *to)
{
	uint32_t start = from->slot + (from->wrap ? 0 : vq->size);
	uint32_t end = to->slot + (to->wrap ? 0 : vq->size);

	return (end + 2 * vq->size - start) % (2 * vq->size);
}

static void
places_set(struct vdev_packed *p, uint32_t base)
{
	p->avail = place_of(base);
	p->used = place_of(base >> 16);
	p->told = p->used;
}

static int
packed_attach(struct vdev_vq *vq, const struct vdev_queue *regs, uint32_t base)
{
	struct vdev_packed *p = &vq->packed;
	struct vdev *dev = vq->dev;
	uint16_t i;

	p->desc = dev->translate(dev, regs->desc_addr, regs->size * sizeof(*p->desc));
	p->driver_event = dev->translate(dev, regs->driver_addr, sizeof(*p->driver_event));
	p->device_event = dev->translate(dev, regs->device_addr, sizeof(*p->device_event));
	places_set(p, base);
	if (base != vdev_vq_base_new(dev))
		return 0;
	/* virtio 2.8.13: zero-initialized; what is available already has but the other bit */
	for (i = 0; i < vq->size; i++)
		if (rte_le_to_cpu_16(p->desc[i].flags) & VIRTQ_DESC_F_USED)
			vdev_complain(dev, "queue %u: descriptor %u not zeroed", vq->index, i);
	if (p->device_event->desc != 0 || p->device_event->flags != 0)
		vdev_complain(dev, "queue %u: device event suppression not zeroed", vq->index);
	return 0;
}

static void
packed_detach(struct vdev_vq *vq)
{
	RTE_SET_USED(vq);
}

/* Of a table that a spoilt ring names, which may be anywhere. */
static struct vdev_desc
read_desc(const void *at)
{
	struct pvirtq_desc d;

	memcpy(&d, at, sizeof(d));
	return (struct vdev_desc){
		.addr = rte_le_to_cpu_64(d.addr),
		.len = rte_le_to_cpu_32(d.len),
		.flags = rte_le_to_cpu_16(d.flags),
		.number = rte_le_to_cpu_16(d.id),
	};
}

/* virtio 2.8.7: a table of descriptors, of which all count and only one flag does */
static bool
read_table(struct vdev_vq *vq, const struct vdev_desc *outer, struct vdev_chain *chain)
{
	const struct pvirtq_desc *table = vq->dev->translate(vq->dev, outer->addr, outer->len);
	uint32_t i, nb = outer->len / sizeof(*table);
	struct vdev_desc d;

	/* virtio 2.8.19: negotiated, and not within a chain */
	if (!vdev_has(vq->dev, VIRTIO_F_INDIRECT_DESC) || (outer->flags & VIRTQ_DESC_F_NEXT) ||
	    chain->nb_segments != 0 || table == NULL || nb == 0 ||
	    outer->len % sizeof(*table) != 0) {
		vdev_complain(vq->dev, "queue %u: indirect table of %u bytes, flags 0x%x",
			vq->index, outer->len, outer->flags);
		return false;
	}
	for (i = 0; i < nb; i++) {
		d = read_desc(&table[i]);
		if ((d.flags & ~VIRTQ_DESC_F_WRITE) != 0 || !vdev_vq_segment_add(vq, chain, &d)) {
			vdev_complain(vq->dev, "queue %u: entry %u of an indirect table: "
				"flags 0x%x", vq->index, i, d.flags);
			return false;
		}
	}
	return true;
}

/* virtio 2.8.1: available when AVAIL is the driver's wrap counter, and USED is not. */
static bool
is_available(struct vdev_vq *vq, const struct vdev_place *place)
{
	const rte_le16_t *at = &vq->packed.desc[place->slot].flags;
	uint16_t flags = rte_le_to_cpu_16(__atomic_load_n(at, __ATOMIC_ACQUIRE));
	bool avail = flags & VIRTQ_DESC_F_AVAIL;
	bool used = flags & VIRTQ_DESC_F_USED;

	/* what the device itself left here has the other counter */
	if (avail == place->wrap && used == place->wrap)
		vdev_complain(vq->dev, "queue %u: descriptor %u: flags 0x%x at wrap counter %u",
			vq->index, place->slot, flags, place->wrap);
	return avail == place->wrap && used != place->wrap;
}

/* Reads one descriptor of the ring into the chain. Returns whether the device can take it. */
static bool
read_entry(struct vdev_vq *vq, const struct vdev_desc *d, struct vdev_chain *chain)
{
	if ((d->flags & ~DESC_F_KNOWN) != 0) {
		vdev_complain(vq->dev, "queue %u: flags 0x%x", vq->index, d->flags);
		return false;
	}
	if (d->flags & VIRTQ_DESC_F_INDIRECT)
		return read_table(vq, d, chain);
	return vdev_vq_segment_add(vq, chain, d);
}

static int
packed_fetch(struct vdev_vq *vq, struct vdev_chain *chain)
{
	struct vdev_packed *p = &vq->packed;
	struct vdev_place place = p->avail;
	uint16_t nb = 0;
	bool good = true;
	struct vdev_desc d;

	if (!is_available(vq, &place))
		return 0;
	chain->nb_segments = 0;
	chain->readable = 0;
	chain->writable = 0;
	do {
		/* virtio 2.8.6: the first is made available last, the flags are right in all */
		if (nb > 0 && !is_available(vq, &place)) {
			vdev_complain(vq->dev, "queue %u: descriptor %u of a chain at %u is not "
				"available", vq->index, nb, p->avail.slot);
			good = false;
			break;
		}
		d = read_desc(&p->desc[place.slot]);
		good &= read_entry(vq, &d, chain);
		advance(vq, &place, 1);
		nb++;
	} while (good && (d.flags & VIRTQ_DESC_F_NEXT));
	/* virtio 2.8.6: the id stands in the last */
	chain->id = d.number;
	p->avail = place;
	return good ? nb : -EINVAL;
}

static void
packed_release(struct vdev_vq *vq, uint16_t id)
{
	RTE_SET_USED(vq);
	RTE_SET_USED(id);
}

/* Writes a used descriptor but for its flags, which are returned. */
static uint16_t
write_used(struct vdev_vq *vq, const struct vdev_place *place, const struct vdev_used *used)
{
	struct pvirtq_desc *d = &vq->packed.desc[place->slot];
	uint16_t flags = used->flags;

	if (place->wrap)
		flags |= VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED;
	d->id = rte_cpu_to_le_16(used->id);
	d->len = rte_cpu_to_le_32(used->len);
	return flags ^ used->flags_xor;
}

static void
write_flags(struct vdev_vq *vq, uint16_t slot, uint16_t flags)
{
	__atomic_store_n(&vq->packed.desc[slot].flags, rte_cpu_to_le_16(flags), __ATOMIC_RELEASE);
}

/* virtio 2.8.9: the first descriptor is marked after the rest, so that all appear at once. */
static void
packed_use(struct vdev_vq *vq, const struct vdev_used *used, uint16_t nb_buffers,
	uint16_t nb_entries)
{
	struct vdev_packed *p = &vq->packed;
	uint16_t flags = write_used(vq, &p->used, used);

	RTE_SET_USED(nb_buffers);
	if (p->has_first) {
		write_flags(vq, p->used.slot, flags);
	} else {
		p->has_first = true;
		p->first_slot = p->used.slot;
		p->first_flags = flags;
	}
	advance(vq, &p->used, nb_entries);
}

static void
packed_show(struct vdev_vq *vq, uint32_t excess)
{
	struct vdev_packed *p = &vq->packed;
	struct vdev_place place = p->used;
	struct vdev_used again = { 0 };

	/* the lie: more of the same, beyond what was used */
	if (p->has_first)
		again.id = rte_le_to_cpu_16(p->desc[p->first_slot].id);
	for (excess = RTE_MIN(excess, vq->size); excess > 0; excess--) {
		write_flags(vq, place.slot, write_used(vq, &place, &again));
		advance(vq, &place, 1);
	}
	if (p->has_first)
		write_flags(vq, p->first_slot, p->first_flags);
	p->has_first = false;
}

/* virtio 2.8.10: always, never, or when a descriptor was used */
static bool
packed_interrupt_due(struct vdev_vq *vq)
{
	struct vdev_packed *p = &vq->packed;
	const rte_le16_t *at = &p->driver_event->flags;
	uint16_t flags = rte_le_to_cpu_16(__atomic_load_n(at, __ATOMIC_ACQUIRE));
	struct vdev_place event = place_of(rte_le_to_cpu_16(p->driver_event->desc));
	uint16_t nb = distance(vq, &p->told, &p->used);
	uint16_t nb_before = distance(vq, &p->told, &event);

	p->told = p->used;
	if (nb == 0 || flags == RING_EVENT_FLAGS_DISABLE)
		return false;
	if (flags == RING_EVENT_FLAGS_ENABLE)
		return true;
	if (flags != RING_EVENT_FLAGS_DESC || !vdev_has(vq->dev, VIRTIO_F_EVENT_IDX))
		vdev_complain(vq->dev, "queue %u: driver event flags 0x%x", vq->index, flags);
	return nb_before < nb;
}

/* virtio 2.8.10 */
static void
packed_ask(struct vdev_vq *vq, bool wanted, uint16_t after)
{
	struct vdev_packed *p = &vq->packed;
	struct vdev_place place = p->avail;
	uint16_t flags = RING_EVENT_FLAGS_ENABLE;

	if (!wanted) {
		flags = RING_EVENT_FLAGS_DISABLE;
	} else if (vdev_has(vq->dev, VIRTIO_F_EVENT_IDX)) {
		flags = RING_EVENT_FLAGS_DESC;
		advance(vq, &place, RTE_MIN(after, vq->size));
		p->device_event->desc = rte_cpu_to_le_16(place_value(&place));
	}
	/* where to trigger is valid before the flags say so */
	__atomic_store_n(&p->device_event->flags, rte_cpu_to_le_16(flags), __ATOMIC_RELEASE);
}

static uint16_t
packed_behind(const struct vdev_vq *vq, uint16_t data)
{
	struct vdev_place place = place_of(data);

	return place.slot < vq->size ? distance(vq, &place, &vq->packed.avail) : UINT16_MAX;
}

/* Two numbers of 16 bits, each a slot and above it a wrap counter. */
static void
packed_base_set(struct vdev_vq *vq, uint32_t base)
{
	places_set(&vq->packed, base);
}

static uint32_t
packed_base_get(const struct vdev_vq *vq)
{
	const struct vdev_packed *p = &vq->packed;

	return place_value(&p->avail) | (uint32_t)place_value(&p->used) << 16;
}

const struct vdev_vq_ops vdev_packed_ops = {
	.attach = packed_attach,
	.detach = packed_detach,
	.fetch = packed_fetch,
	.release = packed_release,
	.use = packed_use,
	.show = packed_show,
	.interrupt_due = packed_interrupt_due,
	.ask = packed_ask,
	.behind = packed_behind,
	.base_set = packed_base_set,
	.base_get = packed_base_get,
};
