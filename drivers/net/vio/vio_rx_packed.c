/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive on packed rings (virtio 2.8): what vio_rx.h asks of a format, without and with
 * IN_ORDER.
 * Invariant: a position (vio_order.h) is the slot of the ring that its id is posted in; with
 * IN_ORDER, it is the id. What the device does not hold does not stand in sw_ring, so that it
 * cannot use more buffers than it holds.
 * Threads: one at a time for a queue.
 */

#include "vio_ring_in_order.h"
#include "vio_ring_packed.h"
#include "vio_rx.h"
#include "vio_rx_chain.h"
#include "vio_rxtx.h"

static inline bool
packed_look(struct vio_rxq *q __rte_unused)
{
	return true;
}

/* virtio 2.8.9: the first buffer of a packet is shown last, but that is not relied on. */
static inline uint16_t
packed_nb_used(const struct vio_rxq *q, uint16_t max)
{
	uint16_t nb = 0;

	while (nb < max && vio_ring_packed_is_used(&q->ring, nb))
		nb++;
	return nb;
}

static inline bool
packed_read(struct vio_rxq *q, uint32_t *id, uint32_t *len)
{
	vio_ring_packed_used_read(&q->ring, 0, id, len);
	return true;
}

static inline void
packed_take(struct vio_rxq *q, uint16_t id)
{
	vio_rx_remove(q, id, q->ring.used_idx);
	vio_ring_packed_skip(&q->ring, 1);
}

static inline uint16_t
packed_pos(const struct vio_rxq *q)
{
	return q->ring.used_idx;
}

static inline void
packed_skip(struct vio_rxq *q, uint16_t nb)
{
	vio_ring_packed_skip(&q->ring, nb);
}

/* Which of them are used, the words say. */
static inline uint16_t
packed_group_room(const struct vio_rxq *q)
{
	return vio_ring_packed_nb_posted(&q->ring);
}

static inline uint64_t
packed_word_flags(const struct vio_rxq *q)
{
	return (uint64_t)q->ring.used_bits << VIO_RING_PACKED_FLAGS_SHIFT;
}

/* A word is the second half of a descriptor. */
static inline const volatile void *
packed_word_at(const struct vio_rxq *q, uint16_t pos)
{
	return vio_ring_packed_word(&q->ring, pos);
}

/* With IN_ORDER, used descriptors are as far apart as their batches span. */
static inline uint16_t
packed_in_order_nb_used(const struct vio_rxq *q, uint16_t max)
{
	const struct vio_ring *ring = &q->ring;
	uint16_t nb = 0, end;
	uint32_t id, len;

	if (vio_ring_in_batch(ring))
		nb = vio_ring_span(ring, ring->used_idx, ring->batch_id);
	while (nb < max && vio_ring_packed_is_used(ring, nb)) {
		vio_ring_packed_used_read(ring, nb, &id, &len);
		end = id < ring->size ? vio_ring_span(ring, ring->used_idx, id) : 0;
		/* No batch ends there: read() finds that when the buffers before are taken. */
		if (unlikely(end <= nb))
			return max;
		nb = end;
	}
	return RTE_MIN(nb, max);
}

static inline bool
packed_in_order_read(struct vio_rxq *q, uint32_t *id, uint32_t *len)
{
	struct vio_ring *ring = &q->ring;

	if (!vio_ring_in_batch(ring)) {
		vio_ring_packed_used_read(ring, 0, id, len);
		if (unlikely(!vio_ring_batch_begin(ring, ring->used_idx,
						   vio_ring_packed_nb_posted(ring), *id, *len))) {
			vio_rxq_break(q, VIO_BAD_ID);
			return false;
		}
	}
	*id = ring->used_idx;
	*len = vio_ring_batch_len(ring, *id, q->buf_len);
	return true;
}

static inline void
packed_in_order_take(struct vio_rxq *q, uint16_t id)
{
	vio_ring_batch_take(&q->ring, id);
	packed_take(q, id);
}

/* As split_in_order_group_room() does. */
static inline uint16_t
packed_in_order_group_room(const struct vio_rxq *q)
{
	return vio_ring_in_batch(&q->ring) ? 0 : packed_group_room(q);
}

static inline uint64_t
packed_buf_addr(const struct rte_mbuf *m, uint16_t addr_off)
{
	return vio_mbuf_addr(m, addr_off) + RTE_PKTMBUF_HEADROOM;
}

#ifdef VIO_HAS_VEC
/* That of a group. */
static __rte_always_inline void
packed_buf_addrs(vio_vec_t *addrs, struct rte_mbuf **bufs, uint16_t addr_off)
{
	vio_vec_pair_t pairs[VIO_VEC_GROUP / 2];
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < VIO_VEC_GROUP / 2; i++)
		pairs[i] = (vio_vec_pair_t){ vio_mbuf_addr(bufs[2 * i], addr_off),
					     vio_mbuf_addr(bufs[2 * i + 1], addr_off) };
	vio_vec_join(addrs, pairs, 1);
	*addrs += RTE_PKTMBUF_HEADROOM;
}

/*
 * Posts groups of buffers, as many as there are of nb, which do not reach beyond the end. Returns
 * how many buffers. The flags of the first descriptor to be shown are written last, by the
 * publication: until then they stand there with both bits turned over, so that it is not
 * available (virtio 2.8.1).
 */
static inline uint16_t
packed_post_groups(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
{
	struct vio_ring *ring = &q->ring;
	const uint16_t flags = VIRTQ_DESC_F_WRITE | ring->avail_bits;
	const vio_vec_t word = (vio_vec_t){ 0 } +
			       (q->buf_len | (uint64_t)flags << VIO_RING_PACKED_FLAGS_SHIFT);
	const uint16_t pos = ring->avail_idx, addr_off = q->addr_off;
	const uint16_t *ids = &q->order.ids[pos];
	vio_vec_pair_mem_t *desc = (vio_vec_pair_mem_t *)&ring->pdesc[pos];
	vio_vec_t addrs, words, next = word;
	vio_vec_pair_t pairs[VIO_VEC_GROUP];
	unsigned int i, k;

	if (pos == ring->head_slot) {
		ring->head_flags = flags;
		next[0] ^= (uint64_t)VIO_RING_PACKED_BITS << VIO_RING_PACKED_FLAGS_SHIFT;
	}
	for (i = 0; i + VIO_VEC_GROUP <= nb; i += VIO_VEC_GROUP) {
		vio_vec_widen(&words, &ids[i]);
		words = words << VIO_RING_PACKED_ID_SHIFT | next;
		next = word;
		packed_buf_addrs(&addrs, &bufs[i], addr_off);
		vio_vec_zip(&addrs, &words, pairs);
#pragma GCC unroll 8
		for (k = 0; k < VIO_VEC_GROUP; k++)
			desc[i + k] = pairs[k];
	}
	memcpy(&q->sw_ring[pos], bufs, i * sizeof(*bufs));
	vio_ring_packed_advance(ring, i);
	return i;
}
#else
static inline uint16_t
packed_post_groups(struct vio_rxq *q __rte_unused, struct rte_mbuf **bufs __rte_unused,
		   uint16_t nb __rte_unused)
{
	return 0;
}
#endif

static inline void
packed_post(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb)
{
	uint16_t up_to_end = q->ring.size - q->ring.avail_idx;
	uint16_t pos, i = packed_post_groups(q, bufs, RTE_MIN(nb, up_to_end));

	for (; i < nb; i++) {
		pos = q->ring.avail_idx;
		q->sw_ring[pos] = bufs[i];
		vio_ring_packed_post(&q->ring, q->order.ids[pos],
				     packed_buf_addr(bufs[i], q->addr_off), q->buf_len,
				     VIRTQ_DESC_F_WRITE);
	}
}

/* Where buffers are chains, a ring counts descriptors: its queue, which it begins, knows more. */
static inline uint16_t
packed_chain_nb_posted(const struct vio_ring *ring)
{
	const struct vio_rxq *q = (const void *)ring;

	return vio_ring_packed_nb_posted(ring) / q->chain_len;
}

/* virtio 2.8.6: a chain's used descriptor takes the place of its first one. */
static inline uint16_t
packed_chain_nb_used(const struct vio_rxq *q, uint16_t max)
{
	uint16_t nb = 0;

	while (nb < max && vio_ring_packed_is_used(&q->ring, nb * q->chain_len))
		nb++;
	return nb;
}

static inline void
packed_chain_take(struct vio_rxq *q, uint16_t id)
{
	vio_rx_chain_take(q, id);
	vio_ring_packed_skip(&q->ring, q->chain_len);
}

static inline void
packed_chain_post(struct vio_rxq *q, uint16_t id)
{
	uint16_t seg, flags;
	uint64_t addr;
	uint32_t len;

	for (seg = 0; seg < q->chain_len; seg++) {
		addr = vio_rx_chain_addr(q, id, seg, &len);
		flags = VIRTQ_DESC_F_WRITE | (seg + 1 < q->chain_len ? VIRTQ_DESC_F_NEXT : 0);
		vio_ring_packed_post(&q->ring, id, addr, len, flags);
	}
}

static inline uint16_t
packed_chain_fill(struct vio_rxq *q, uint16_t nb)
{
	return vio_rx_chain_fill(q, nb, packed_chain_post);
}

static const struct vio_rx_format packed = {
	.nb_posted = vio_ring_packed_nb_posted,
	.look = packed_look,
	.nb_used = packed_nb_used,
	.read = packed_read,
	.find = vio_rx_find,
	.take = packed_take,
	.group_room = packed_group_room,
	.pos = packed_pos,
	.word_flags = packed_word_flags,
	.skip = packed_skip,
	.word = {
		.at = packed_word_at,
		.stride = sizeof(struct pvirtq_desc),
		.id_shift = VIO_RING_PACKED_ID_SHIFT,
		.shows = true,
		.bits = VIO_RING_PACKED_WORD_BITS,
	},
	.post = packed_post,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

static const struct vio_rx_format packed_in_order = {
	.nb_posted = vio_ring_packed_nb_posted,
	.look = packed_look,
	.nb_used = packed_in_order_nb_used,
	.read = packed_in_order_read,
	.find = vio_rx_find,
	.take = packed_in_order_take,
	.group_room = packed_in_order_group_room,
	.pos = packed_pos,
	.word_flags = packed_word_flags,
	.skip = packed_skip,
	.word = {
		.at = packed_word_at,
		.stride = sizeof(struct pvirtq_desc),
		.id_shift = VIO_RING_PACKED_ID_SHIFT,
		.shows = true,
		.bits = VIO_RING_PACKED_WORD_BITS,
	},
	.post = packed_post,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

static const struct vio_rx_format packed_chain = {
	.nb_posted = packed_chain_nb_posted,
	.look = packed_look,
	.nb_used = packed_chain_nb_used,
	.read = packed_read,
	.find = vio_rx_chain_find,
	.take = packed_chain_take,
	.fill = packed_chain_fill,
	.spread = vio_rx_chain_spread,
	.publish = vio_ring_packed_publish,
	.notify = vio_ring_packed_notify,
};

/* Whether a core need not sleep (-1), as the next descriptor is used. */
static int
packed_monitor_check(const uint64_t value, const uint64_t opaque[RTE_POWER_MONITOR_OPAQUE_SZ])
{
	return (rte_le_to_cpu_16(value) & VIO_RING_PACKED_BITS) == opaque[0] ? -1 : 0;
}

static void
packed_monitor(const struct vio_rxq *q, struct rte_power_monitor_cond *cond)
{
	volatile rte_le16_t *flags = &q->ring.pdesc[q->ring.used_idx].flags;

	cond->addr = flags;
	cond->size = sizeof(*flags);
	cond->opaque[0] = q->ring.used_bits;
	cond->fn = packed_monitor_check;
}

static int
packed_awake(const uint64_t value __rte_unused,
	     const uint64_t opaque[RTE_POWER_MONITOR_OPAQUE_SZ] __rte_unused)
{
	return -1;
}

/* What is left of a batch waits, although no descriptor of it is marked as used. */
static void
packed_in_order_monitor(const struct vio_rxq *q, struct rte_power_monitor_cond *cond)
{
	packed_monitor(q, cond);
	if (vio_ring_in_batch(&q->ring))
		cond->fn = packed_awake;
}

VIO_RX_PATH(packed, "Packed", packed_monitor);
VIO_RX_PATH(packed_in_order, "Packed In-order", packed_in_order_monitor);
VIO_RX_PATH(packed_chain, "Packed Buffer-split", packed_monitor);

vio_rx_paths_t VIO_ISA_NAME(vio_rx_packed) = {
	[VIO_RX_ANY_ORDER] = &packed_path,
	[VIO_RX_IN_ORDER] = &packed_in_order_path,
	[VIO_RX_CHAIN] = &packed_chain_path,
};
