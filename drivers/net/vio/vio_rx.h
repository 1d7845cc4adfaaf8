/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Receive as far as it is the same for every ring format (virtio 5.1.9.4): packets out of used
 * buffers, refill, statistics. Included by the burst files only, one a format.
 * Invariants: every buffer that the device holds stands in sw_ring, once, and nothing else does; a
 * packet is taken whole or not at all; what the device wrote is read once and bounded before
 * use. What is done by groups (vio_rx_group.h) could be done one by one with the same result.
 * Threads: one at a time for a queue.
 */

#ifndef VIO_RX_H
#define VIO_RX_H

#include <rte_branch_prediction.h>
#include <rte_net.h>

#include "vio_hdr.h"
#include "vio_queue.h"
#include "vio_rx_bufs.h"
#include "vio_rx_group.h"
#include "vio_rx_hash.h"
#include "vio_rx_offload.h"
#include "vio_suspend.h"
#include "vio_vlan.h"

#define VIO_RX_REFILL_BATCH 32

/*
 * What a ring format does for receive. A burst file hands a constant of its own to the functions
 * below, which are inlined with all that it names.
 */
struct vio_rx_format {
	/* Buffers that the device holds. */
	uint16_t (*nb_posted)(const struct vio_ring *ring);

	/* Looks for used buffers, before a burst. False: the queue broke. */
	bool (*look)(struct vio_rxq *q);

	/*
	 * How many buffers, of at most the next max, are used as of the last look; no more than
	 * nb_posted() unless the device lies, which read() then shows.
	 */
	uint16_t (*nb_used)(const struct vio_rxq *q, uint16_t max);

	/*
	 * Reads the next buffer, which is used: its id, any value, and the bytes written.
	 * It stays the next one until taken. False: the queue broke.
	 */
	bool (*read)(struct vio_rxq *q, uint32_t *id, uint32_t *len);

	/* The buffer of an id below nb_bufs, or NULL if the device does not hold it. */
	struct rte_mbuf *(*find)(const struct vio_rxq *q, uint16_t id);

	/* Goes on behind the buffer that was read; the device no longer holds id. */
	void (*take)(struct vio_rxq *q, uint16_t id);

	/*
	 * For groups; without group_room there are none. group_room: how many buffers from pos on
	 * the device was given and may have used in this order. word_flags: what a word has
	 * besides id and length. skip: goes on behind so many buffers that stood in order.
	 */
	uint16_t (*group_room)(const struct vio_rxq *q);
	uint16_t (*pos)(const struct vio_rxq *q);
	uint64_t (*word_flags)(const struct vio_rxq *q);
	void (*skip)(struct vio_rxq *q, uint16_t nb);
	struct vio_rx_word word;

	/* Writes nb buffers, at most as many as are missing, into the ring. */
	void (*post)(struct vio_rxq *q, struct rte_mbuf **bufs, uint16_t nb);

	/*
	 * Only where a buffer is of several mbufs (vio_rx_chain.h). fill, instead of post: gets and
	 * writes up to nb buffers, and returns how many. spread: gives the bytes that stand in
	 * data_len of the buffer's first mbuf to all of its mbufs that have some, of which it
	 * returns the last.
	 */
	uint16_t (*fill)(struct vio_rxq *q, uint16_t nb);
	struct rte_mbuf *(*spread)(struct vio_rxq *q, struct rte_mbuf *m, uint16_t id,
				   uint16_t hdr_len);

	/* Shows the device all that was posted, and notifies it if it asks for that. */
	void (*publish)(struct vio_ring *ring);
	bool (*notify)(struct vio_ring *ring);
};

/* A used buffer that was found to be in order. */
struct vio_rx_used {
	struct rte_mbuf *m;
	uint16_t id;
	uint16_t len;	/* bytes written, header included */
};

/*
 * Reads the next used buffer. Returns false, with the queue broken, unless it is one that the
 * device holds, with min_len bytes to all of it written.
 */
static __rte_always_inline bool
vio_rx_peek(const struct vio_rx_format *fmt, struct vio_rxq *q, uint16_t min_len,
	    struct vio_rx_used *used)
{
	uint32_t id, len;

	if (unlikely(!fmt->read(q, &id, &len)))
		return false;
	used->m = id < q->nb_bufs ? fmt->find(q, id) : NULL;
	if (unlikely(used->m == NULL)) {
		vio_rxq_break(q, VIO_BAD_ID);
		return false;
	}
	if (unlikely(len < min_len || len > q->buf_len)) {
		vio_rxq_break(q, VIO_BAD_LEN);
		return false;
	}
	used->id = id;
	used->len = len;
	return true;
}

/*
 * Takes the buffer that was read from the device, as a segment without its header of
 * hdr_len bytes, or as several. Returns the last one.
 */
static __rte_always_inline struct rte_mbuf *
vio_rx_take(const struct vio_rx_format *fmt, struct vio_rxq *q, const struct vio_rx_used *used,
	    uint16_t hdr_len)
{
	struct rte_mbuf *m = used->m;

	fmt->take(q, used->id);

	*vio_mbuf_rearm_data(m) = q->mbuf_rearm;
	m->data_off = RTE_PKTMBUF_HEADROOM + hdr_len;
	m->ol_flags = q->mbuf_ol_flags;
	m->packet_type = 0;
	m->data_len = used->len - hdr_len;
	m->pkt_len = m->data_len;
	return fmt->spread == NULL ? m : fmt->spread(q, m, used->id, hdr_len);
}

#ifdef VIO_HAS_VEC
/* Groups from a position on. */
static __rte_always_inline struct vio_rx_groups
vio_rx_groups_at(const struct vio_rx_format *fmt, const struct vio_rxq *q, uint16_t pos)
{
	return (struct vio_rx_groups){
		.words = fmt->word.at(q, pos),
		.ids = &q->order.ids[pos],
		.bufs = &q->sw_ring[pos],
	};
}

/*
 * Takes groups of the remaining nb buffers of a packet, as long as they are in order and up to the
 * ring's end, behind its segments up to tail. Returns how many buffers.
 */
static __rte_always_inline uint16_t
vio_rx_take_rest_groups(const struct vio_rx_format *fmt, struct vio_rxq *q, struct rte_mbuf *head,
			struct rte_mbuf **tail, uint16_t nb)
{
	const vio_vec_t none = { 0 };
	struct vio_rx_groups g;
	struct rte_mbuf *last;
	uint16_t pos, taken;

	for (taken = 0; taken + VIO_VEC_GROUP <= nb; taken += VIO_VEC_GROUP) {
		pos = fmt->pos(q);
		if (fmt->group_room(q) < VIO_VEC_GROUP || pos + VIO_VEC_GROUP > q->ring.size)
			break;
		g = vio_rx_groups_at(fmt, q, pos);
		last = vio_rx_group_append(&fmt->word, q, &g, fmt->word_flags(q), head, *tail);
		if (last == NULL)
			break;
		*tail = last;
		*(vio_vec_mem_t *)g.bufs = none;
		fmt->skip(q, VIO_VEC_GROUP);
	}
	return taken;
}
#else
static inline uint16_t
vio_rx_take_rest_groups(const struct vio_rx_format *fmt __rte_unused,
			struct vio_rxq *q __rte_unused, struct rte_mbuf *head __rte_unused,
			struct rte_mbuf **tail __rte_unused, uint16_t nb __rte_unused)
{
	return 0;
}
#endif

/*
 * Takes the remaining nb buffers of a packet, all of which are used, behind its segments up to
 * tail. Returns false, with the queue broken and the packet freed, when one is not in order.
 */
static __rte_always_inline bool
vio_rx_take_rest(const struct vio_rx_format *fmt, struct vio_rxq *q, struct rte_mbuf *head,
		 struct rte_mbuf *tail, uint16_t nb)
{
	struct vio_rx_used used;

	if (fmt->group_room != NULL && nb >= VIO_VEC_GROUP)
		nb -= vio_rx_take_rest_groups(fmt, q, head, &tail, nb);
	for (; nb > 0; nb--) {
		if (!vio_rx_peek(fmt, q, 1, &used)) {
			rte_pktmbuf_free(head);
			return false;
		}
		/* virtio 5.1.9.4: only the first buffer begins with a header. */
		tail->next = used.m;
		tail = vio_rx_take(fmt, q, &used, 0);
		head->pkt_len += used.m->pkt_len;
		head->nb_segs += used.m->nb_segs;
	}
	return true;
}

/* As vio_rx_offload(); most headers say nothing. */
static __rte_always_inline bool
vio_rx_look_at_header(const struct vio_rxq *q, struct rte_mbuf *m, uint32_t *longest)
{
	uint16_t says = vio_hdr_rx_says(m);

	return likely(says == 0) || vio_rx_offload_says(q, m, says, longest);
}

/* Whether the application should see a packet, which is counted otherwise. */
static __rte_always_inline bool
vio_rx_is_wanted(struct vio_rxq *q, struct rte_mbuf *m)
{
	uint32_t longest = q->mtu_frame_len;

	if (unlikely(m->data_len < RTE_ETHER_HDR_LEN))
		q->stats.runt++;
	else if (q->offload && unlikely(!vio_rx_look_at_header(q, m, &longest)))
		q->stats.bad_offload++;
	else if (unlikely(!vio_frame_fits(m, longest, 0) ||
			  (m->nb_segs > 1 && !q->scatter)))
		q->stats.oversize++;
	else
		return true;
	return false;
}

/* Whether the application wants more of packets than what every packet gets. */
static __rte_always_inline bool
vio_rx_has_extras(const struct vio_rxq *q)
{
	return q->hash_report || q->vlan_strip != 0 || q->ptype_layers != 0;
}

#ifdef VIO_HAS_VEC
/* Takes tags out of groups of packets, at most nb; returns how many packets these are. */
static __rte_always_inline uint32_t
vio_rx_strip_groups(const struct vio_rxq *q, struct rte_mbuf **pkts, uint32_t nb, uint32_t *gone)
{
	uint32_t i, k;

	for (i = 0; i + VIO_VEC_GROUP <= nb; i += VIO_VEC_GROUP) {
		if (likely(vio_rx_group_is_untagged(&pkts[i], q->hdr_len)))
			continue;
		for (k = i; k < i + VIO_VEC_GROUP; k++)
			*gone += vio_vlan_rx_strip(pkts[k], q->vlan_strip);
	}
	return i;
}
#else
static inline uint32_t
vio_rx_strip_groups(const struct vio_rxq *q __rte_unused, struct rte_mbuf **pkts __rte_unused,
		    uint32_t nb __rte_unused, uint32_t *gone __rte_unused)
{
	return 0;
}
#endif

/* Takes tags out of nb packets. Returns their bytes. */
static __rte_always_inline uint32_t
vio_rx_strip(const struct vio_rxq *q, struct rte_mbuf **pkts, uint32_t nb)
{
	uint32_t gone = 0, i = vio_rx_strip_groups(q, pkts, nb, &gone);

	for (; i < nb; i++)
		gone += vio_vlan_rx_strip(pkts[i], q->vlan_strip);
	return gone;
}

/*
 * That, for nb packets. The hash comes first, as the header is where the device wrote it until
 * tags are taken out. Returns how many bytes of tags went.
 */
static __rte_noinline uint32_t
vio_rx_add_extras(const struct vio_rxq *q, struct rte_mbuf **pkts, uint32_t nb)
{
	uint32_t i, gone = 0;

	if (q->hash_report)
		for (i = 0; i < nb; i++)
			vio_rx_hash(pkts[i], q->hash_of_outer);
	if (q->vlan_strip != 0)
		gone = vio_rx_strip(q, pkts, nb);
	/* Within the packet only: it is read by rte_pktmbuf_read(). */
	if (q->ptype_layers != 0)
		for (i = 0; i < nb; i++)
			pkts[i]->packet_type = rte_net_get_ptype(pkts[i], NULL, q->ptype_layers);
	return gone;
}

/*
 * Finishes a complete packet: the one place that looks at it and at its header (vio_hdr_rx())
 * before the application does, but for groups. Returns NULL for one that is not wanted, which is
 * freed.
 */
static __rte_always_inline struct rte_mbuf *
vio_rx_finish(struct vio_rxq *q, struct rte_mbuf *m)
{
	if (unlikely(!vio_rx_is_wanted(q, m))) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	if (unlikely(vio_rx_has_extras(q)))
		vio_rx_add_extras(q, &m, 1);
	return m;
}

/*
 * Whether all nb_bufs buffers of the next packet are used. False also when the queue broke, as
 * the packet has none, or more than the device had, so that it can never become complete, or as
 * they do not come: virtio 5.1.9.4.1, a device uses all buffers of a packet together.
 */
static __rte_always_inline bool
vio_rx_is_complete(const struct vio_rx_format *fmt, struct vio_rxq *q, uint16_t nb_bufs)
{
	if (nb_bufs == 0 || nb_bufs > fmt->nb_posted(&q->ring)) {
		vio_rxq_break(q, VIO_BAD_NUM_BUFFERS);
		return false;
	}
	if (unlikely(fmt->nb_used(q, nb_bufs) < nb_bufs)) {
		vio_rxq_wait(q);
		return false;
	}
	return true;
}

/*
 * Takes the next packet. Returns false when there is no complete one, or when the queue broke.
 * *pkt is NULL for a packet that was dropped.
 */
static __rte_always_inline bool
vio_rx_packet(const struct vio_rx_format *fmt, struct vio_rxq *q, struct rte_mbuf **pkt)
{
	struct vio_rx_used used;
	struct rte_mbuf *tail;
	uint16_t nb_bufs = 1;

	if (fmt->nb_used(q, 1) == 0 || unlikely(!vio_rx_peek(fmt, q, q->hdr_len, &used)))
		return false;
	if (q->mergeable) {
		nb_bufs = rte_le_to_cpu_16(vio_hdr_rx(used.m)->num_buffers);
		if (unlikely(nb_bufs != 1) && !vio_rx_is_complete(fmt, q, nb_bufs))
			return false;
	}
	q->wait_end = 0;

	tail = vio_rx_take(fmt, q, &used, q->hdr_len);
	if (unlikely(nb_bufs > 1 && !vio_rx_take_rest(fmt, q, used.m, tail, nb_bufs - 1)))
		return false;
	*pkt = vio_rx_finish(q, used.m);
	return true;
}

/*
 * Takes nb buffers off the top of the pool's cache of this thread. Returns where they are, until
 * the pool is used again, or NULL if the cache does not have as many.
 */
static __rte_always_inline struct rte_mbuf **
vio_rx_cached(struct rte_mempool *mp, uint16_t nb)
{
#ifndef RTE_LIBRTE_MEMPOOL_DEBUG
	struct rte_mempool_cache *cache = rte_mempool_default_cache(mp, rte_lcore_id());

	if (likely(cache != NULL && cache->len >= nb)) {
		cache->len -= nb;
		return (struct rte_mbuf **)&cache->objs[cache->len];
	}
#endif
	return NULL;
}

/* Posts up to nb buffers, at most VIO_RX_REFILL_BATCH. Returns how many the pool had. */
static __rte_always_inline uint16_t
vio_rx_fill(const struct vio_rx_format *fmt, struct vio_rxq *q, uint16_t nb)
{
	struct rte_mbuf *room[VIO_RX_REFILL_BATCH];
	struct rte_mbuf **bufs = vio_rx_cached(q->mp, nb);

	if (unlikely(bufs == NULL)) {
		bufs = room;
		if (unlikely(rte_mempool_get_bulk(q->mp, (void **)bufs, nb) < 0))
			nb = vio_rx_bufs_scrape(q, bufs, nb);
	}
	fmt->post(q, bufs, nb);
	return nb;
}

/*
 * Posts as many buffers as are missing and as the pool has, and shows them to the device at
 * once.
 */
static __rte_always_inline void
vio_rx_refill(const struct vio_rx_format *fmt, struct vio_rxq *q)
{
	uint32_t missing = q->nb_bufs - fmt->nb_posted(&q->ring);
	uint32_t nb, posted = 0;

	while (missing > 0) {
		nb = RTE_MIN(missing, (uint32_t)VIO_RX_REFILL_BATCH);
		nb = fmt->fill == NULL ? vio_rx_fill(fmt, q, nb) : fmt->fill(q, nb);
		posted += nb;
		missing -= nb;
		if (nb == 0) {
			q->stats.nombuf++;
			break;
		}
	}
	if (posted == 0)
		return;
	fmt->publish(&q->ring);
	q->stats.notify += fmt->notify(&q->ring);
}

/* Takes packets one by one, as many as there are, at most nb. Returns how many. */
static __rte_always_inline uint16_t
vio_rx_singles(const struct vio_rx_format *fmt, struct vio_rxq *q, struct rte_mbuf **pkts,
	       uint16_t nb, uint64_t *bytes)
{
	uint16_t nb_rx = 0;
	struct rte_mbuf *m;

	while (nb_rx < nb && vio_rx_packet(fmt, q, &m)) {
		if (unlikely(m == NULL))
			continue;
		*bytes += m->pkt_len;
		pkts[nb_rx++] = m;
	}
	return nb_rx;
}

#ifdef VIO_HAS_VEC
/*
 * Looks again at nb packets that groups took, some of which are not plain, and drops those that are
 * not wanted; by_groups, if vio_rx_group_tell() may do for some. Returns how many stay.
 */
static __rte_noinline uint16_t
vio_rx_groups_look_again(struct vio_rxq *q, struct rte_mbuf **pkts, uint16_t nb, bool by_groups,
			 uint64_t *bytes)
{
	uint16_t i = 0, end, stay = 0;

	while (i < nb) {
		end = by_groups ? RTE_MIN(i + VIO_VEC_GROUP, nb) : nb;
		if (by_groups && end - i == VIO_VEC_GROUP && vio_rx_group_tell(q, &pkts[i])) {
			*(vio_vec_mem_t *)&pkts[stay] = *(vio_vec_mem_t *)&pkts[i];
			stay += VIO_VEC_GROUP;
			i = end;
		}
		for (; i < end; i++) {
			if (likely(vio_rx_is_wanted(q, pkts[i]))) {
				pkts[stay++] = pkts[i];
				continue;
			}
			*bytes -= pkts[i]->pkt_len;
			rte_pktmbuf_free(pkts[i]);
		}
	}
	return stay;
}

/*
 * Takes groups of packets, as long as there are any and up to the ring's end, at most
 * nb packets. Returns how many.
 */
static __rte_always_inline uint16_t
vio_rx_groups(const struct vio_rx_format *fmt, struct vio_rxq *q, struct rte_mbuf **pkts,
	      uint16_t nb, uint64_t *bytes)
{
	const uint16_t pos = fmt->pos(q);
	const uint32_t up_to_end = q->ring.size - pos;
	const uint32_t room = RTE_MIN(fmt->group_room(q), up_to_end);
	const size_t max = RTE_ALIGN_FLOOR(RTE_MIN(room, nb), VIO_VEC_GROUP);
	const struct vio_rx_groups g = vio_rx_groups_at(fmt, q, pos);
	struct vio_rx_sums sums = { .bytes = { 0 } };
	struct vio_rx_expected expected;
	size_t nb_rx;

	vio_rx_expect(&fmt->word, q, fmt->word_flags(q), &expected);
	for (nb_rx = 0; nb_rx < max; nb_rx += VIO_VEC_GROUP) {
		if (!vio_rx_group(&fmt->word, &g, nb_rx, &expected, &sums))
			break;
		vio_vec_move(&pkts[nb_rx], &g.bufs[nb_rx]);
	}
	if (likely(nb_rx > 0))
		q->wait_end = 0;
	*bytes += vio_vec_sum(&sums.bytes);
	fmt->skip(q, nb_rx);
	if (unlikely(!vio_vec_has_none(&sums.room, RTE_BIT64(63)) ||
		     !vio_vec_has_none(&sums.says, q->plain_hdr_bits[0])))
		nb_rx = vio_rx_groups_look_again(q, pkts, nb_rx, q->offload &&
						 vio_vec_has_none(&sums.says, VIO_HDR_SAYS_GSO),
						 bytes);
	if (vio_rx_has_extras(q))
		*bytes -= vio_rx_add_extras(q, pkts, nb_rx);
	return nb_rx;
}
#else
static inline uint16_t
vio_rx_groups(const struct vio_rx_format *fmt __rte_unused, struct vio_rxq *q __rte_unused,
	      struct rte_mbuf **pkts __rte_unused, uint16_t nb __rte_unused,
	      uint64_t *bytes __rte_unused)
{
	return 0;
}
#endif

/*
 * Takes the next packets, at most nb: by groups, and where that is not possible some one by one,
 * so that packets that are not plain hardly pay for the attempts. Returns how many.
 */
static __rte_always_inline uint16_t
vio_rx_take_packets(const struct vio_rx_format *fmt, struct vio_rxq *q, struct rte_mbuf **pkts,
		    uint16_t nb, uint64_t *bytes)
{
	uint16_t nb_rx = 0, got, singly;

	if (fmt->group_room == NULL)
		return vio_rx_singles(fmt, q, pkts, nb, bytes);
	for (;;) {
		got = vio_rx_groups(fmt, q, &pkts[nb_rx], nb - nb_rx, bytes);
		nb_rx += got;
		if (likely(nb_rx == nb))
			return nb;
		/* Groups end at the ring's end, and go on behind it. */
		if (got > 0 && fmt->pos(q) == 0)
			continue;
		singly = RTE_MIN(nb - nb_rx, VIO_VEC_GROUP);
		got = vio_rx_singles(fmt, q, &pkts[nb_rx], singly, bytes);
		nb_rx += got;
		if (got < singly || nb_rx == nb)
			return nb_rx;
	}
}

/* A burst of a queue that is in use. */
static __rte_always_inline uint16_t
vio_rx_work(const struct vio_rx_format *fmt, void (*refill)(struct vio_rxq *q),
	    struct vio_rxq *q, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint64_t bytes = 0;
	uint16_t nb_rx;

	if (unlikely(!fmt->look(q)))
		return 0;

	nb_rx = vio_rx_take_packets(fmt, q, pkts, nb_pkts, &bytes);
	q->stats.packets += nb_rx;
	q->stats.bytes += bytes;

	if (q->nb_bufs - fmt->nb_posted(&q->ring) >= q->free_thresh &&
	    likely(q->state == VIO_QUEUE_STARTED))
		refill(q);
	return nb_rx;
}

/* Where a buffer is one mbuf, it stands in sw_ring at the position of its id. */
static inline struct rte_mbuf *
vio_rx_find(const struct vio_rxq *q, uint16_t id)
{
	return q->sw_ring[q->order.pos_of[id]];
}

/* Takes the buffer of an id out of sw_ring; pos is the oldest position, to which it comes. */
static inline void
vio_rx_remove(struct vio_rxq *q, uint16_t id, uint16_t pos)
{
	if (unlikely(q->order.ids[pos] != id)) {
		vio_order_swap(&q->order, (void **)q->sw_ring, pos, q->order.pos_of[id]);
		/* Both positions are posted with other ids when the ring comes round to them. */
		q->nb_new_ids = q->ring.size;
	}
	q->sw_ring[pos] = NULL;
}

/* eth_rx_queue_count_t of a format. */
static __rte_always_inline uint32_t
vio_rx_count(const struct vio_rx_format *fmt, struct vio_rxq *q)
{
	uint32_t nb = 0;

	if (vio_rxq_enter(q) && fmt->look(q))
		nb = fmt->nb_used(q, fmt->nb_posted(&q->ring));
	vio_rxq_leave(q);
	return nb;
}

/* eth_rx_descriptor_status_t of a format. */
static __rte_always_inline int
vio_rx_status(const struct vio_rx_format *fmt, struct vio_rxq *q, uint16_t offset)
{
	int status = RTE_ETH_RX_DESC_UNAVAIL;

	if (offset >= q->ring.size)
		return -EINVAL;
	if (vio_rxq_enter(q) && fmt->look(q) && offset < fmt->nb_posted(&q->ring))
		status = fmt->nb_used(q, offset + 1) > offset ? RTE_ETH_RX_DESC_DONE :
								RTE_ETH_RX_DESC_AVAIL;
	vio_rxq_leave(q);
	return status;
}

/*
 * eth_rx_burst_t of a format; refill is the format's vio_rx_refill(), which is rare enough to
 * be a call.
 */
static __rte_always_inline uint16_t
vio_rx_burst(const struct vio_rx_format *fmt, void (*refill)(struct vio_rxq *q),
	     struct vio_rxq *q, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_rx = 0;

	if (vio_rxq_enter(q))
		nb_rx = vio_rx_work(fmt, refill, q, pkts, nb_pkts);
	vio_rxq_leave(q);
	return nb_rx;
}

/*
 * Defines the path of a format: functions with the constant fmt compiled in. A macro, because
 * ethdev's functions have no parameter for it.
 */
#define VIO_RX_PATH(fmt, format_name, format_monitor) \
	static void \
	fmt ## _refill(struct vio_rxq *q) \
	{ \
		vio_rx_refill(&(fmt), q); \
	} \
	static uint16_t \
	fmt ## _burst(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts) \
	{ \
		return vio_rx_burst(&(fmt), fmt ## _refill, queue, pkts, nb_pkts); \
	} \
	static uint32_t \
	fmt ## _count(void *queue) \
	{ \
		return vio_rx_count(&(fmt), queue); \
	} \
	static int \
	fmt ## _status(void *queue, uint16_t offset) \
	{ \
		return vio_rx_status(&(fmt), queue, offset); \
	} \
	static const struct vio_rx_path fmt ## _path = { \
		.name = format_name, \
		.burst = fmt ## _burst, \
		.refill = fmt ## _refill, \
		.count = fmt ## _count, \
		.status = fmt ## _status, \
		.monitor = format_monitor, \
	}

#endif /* VIO_RX_H */
