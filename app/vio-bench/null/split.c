/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device's side of a split ring.
 * Thread: the worker.
 */

#include "null.h"

/* The lengths of a table of descriptors that one descriptor stands for. virtio 2.7.5.3 */
static void
read_table(struct null *null, struct null_buf *buf)
{
	const struct virtq_desc *table = buf->addr;
	const struct virtq_desc *desc = table;
	const uint32_t nb = buf->len / sizeof(*table);

	if (table == NULL)
		return;
	buf->addr = null_translate(null, desc->addr, desc->len);
	buf->len = desc->len;
	while ((desc->flags & VIRTQ_DESC_F_NEXT) && desc->next < nb) {
		desc = &table[desc->next];
		buf->len += desc->len;
	}
}

unsigned int
null_split_get(struct null *null, struct null_ring *ring, struct null_buf *bufs, unsigned int nb)
{
	const struct virtq_avail *avail = ring->driver;
	const struct virtq_desc *table = ring->desc;
	const struct virtq_desc *desc;
	const uint16_t mask = ring->size - 1;
	/* Acquire: pairs with the driver's release of avail->idx. */
	uint16_t nb_avail = __atomic_load_n(&avail->idx, __ATOMIC_ACQUIRE) - ring->idx;
	unsigned int i;

	if (nb > nb_avail)
		nb = nb_avail;
	for (i = 0; i < nb; i++) {
		bufs[i].id = avail->ring[(uint16_t)(ring->idx + i) & mask];
		desc = &table[bufs[i].id];
		bufs[i].addr = null_translate(null, desc->addr, desc->len);
		bufs[i].len = desc->len;
		bufs[i].nb_desc = 1;
		if (desc->flags & VIRTQ_DESC_F_INDIRECT)
			read_table(null, &bufs[i]);
		while (desc->flags & VIRTQ_DESC_F_NEXT) {
			desc = &table[desc->next & mask];
			bufs[i].len += desc->len;
			bufs[i].nb_desc++;
		}
	}
	return nb;
}

void
null_split_put(struct null_ring *ring, const struct null_buf *bufs, unsigned int nb)
{
	struct virtq_used *used = ring->device;
	const uint16_t mask = ring->size - 1;
	struct virtq_used_elem *elem;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		elem = &used->ring[(uint16_t)(ring->idx + i) & mask];
		elem->id = bufs[i].id;
		elem->len = bufs[i].used_len;
	}
	ring->idx += nb;
	/* Release: pairs with the driver's acquire of used->idx. */
	__atomic_store_n(&used->idx, ring->idx, __ATOMIC_RELEASE);
}
