/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit as far as it is the same for every ring format (virtio 5.1.9.2): what may be sent,
 * its header and segments, freeing what was sent, statistics. Included by the burst files only,
 * one a format.
 * Invariants: a descriptor is free or in one chain that the device holds; the mbuf of a chain
 * stands at the chain's id until the device gives the chain back.
 * Threads: one at a time for a queue.
 */

#ifndef VIO_TX_H
#define VIO_TX_H

#include <rte_branch_prediction.h>

#include "vio_hdr.h"
#include "vio_queue.h"
#include "vio_tx_offload.h"
#include "vio_suspend.h"
#include "vio_vlan.h"

#define VIO_TX_COMPLETE_BATCH 64

/* A chain of descriptors in the making. */
struct vio_tx_chain {
	uint16_t id;		/* what the device names it by */
	uint16_t next;		/* the descriptor to write next */
	uint16_t last;		/* the one written last */
	uint16_t nb_descs;
};

/* How a packet is sent. */
struct vio_tx_plan {
	bool push;		/* header and tags may be written before the data */
	uint16_t tag_len;	/* bytes of VLAN tags to put in */
	bool by_table;		/* one indirect descriptor stands for all */
	uint32_t nb_descs;	/* at most, header included */
	const struct virtio_net_hdr_ext *hdr;	/* NULL: of zeros */
};

/* Writes the next descriptor of a chain, of the ring or of a table. */
typedef void (*vio_tx_add_t)(struct vio_txq *q, struct vio_tx_chain *chain, uint64_t addr,
			     uint32_t len, uint16_t flags);

/*
 * What a ring format does for transmit. A burst file hands a constant of its own to the functions
 * below, which are inlined with all that it names.
 */
struct vio_tx_format {
	/* Looks for used chains, before completion. False: the queue broke. */
	bool (*look)(struct vio_txq *q);

	/* Reads the id of the next used chain, any value. False: none as of the last look. */
	bool (*read)(struct vio_txq *q, uint32_t *id);

	/* Goes on behind the chain that was read, whose descriptors are free. */
	void (*take)(struct vio_txq *q, uint16_t id);

	/* Begins a chain: id and next. */
	void (*begin)(const struct vio_txq *q, struct vio_tx_chain *chain);

	/* Writes the chain's next descriptor; flags: VIRTQ_DESC_F_NEXT unless it is the last. */
	vio_tx_add_t add;

	/* The same into the chain's indirect table. */
	vio_tx_add_t add_to_table;

	/* Ends a chain, whose descriptors are no longer free. */
	void (*end)(struct vio_txq *q, const struct vio_tx_chain *chain);

	/* Shows the device all chains that were ended, and notifies it if it asks for that. */
	void (*publish)(struct vio_ring *ring);
	bool (*notify)(struct vio_ring *ring);
};

/*
 * Frees sent packets. With MBUF_FAST_FREE they are of one pool, with nobody else holding them,
 * and of one segment (vio_tx_desc.single): they go back as they came out of the pool, and only
 * the first is looked at, for the pool.
 */
static inline void
vio_tx_free_bulk(const struct vio_txq *q, struct rte_mbuf **pkts, uint16_t nb)
{
	if (nb > 0 && q->fast_free)
		rte_mempool_put_bulk(pkts[0]->pool, (void **)pkts, nb);
	else
		rte_pktmbuf_free_bulk(pkts, nb);
}

/* Whether the device holds a chain of this id, which is any value. */
static inline bool
vio_tx_is_held(const struct vio_txq *q, uint32_t id)
{
	return id < q->ring.size && q->descs[id].mbuf != NULL;
}

/* Takes back at most max packets that the device sent, and frees them. Returns how many. */
static __rte_always_inline uint32_t
vio_tx_complete(const struct vio_tx_format *fmt, struct vio_txq *q, uint32_t max)
{
	struct rte_mbuf *done[VIO_TX_COMPLETE_BATCH];
	uint16_t nb_done = 0;
	uint32_t id, nb = 0;

	if (unlikely(!fmt->look(q)))
		return 0;
	for (; nb < max && fmt->read(q, &id); nb++) {
		if (unlikely(!vio_tx_is_held(q, id))) {
			vio_txq_break(q, VIO_BAD_ID);
			break;
		}
		if (unlikely(q->fast_free && !q->descs[id].single))
			rte_pktmbuf_free(q->descs[id].mbuf);
		else
			done[nb_done++] = q->descs[id].mbuf;
		q->descs[id].mbuf = NULL;
		fmt->take(q, id);
		if (nb_done == VIO_TX_COMPLETE_BATCH) {
			vio_tx_free_bulk(q, done, nb_done);
			nb_done = 0;
		}
	}
	vio_tx_free_bulk(q, done, nb_done);
	return nb;
}

/*
 * eth_tx_descriptor_status_t of a format. Which descriptor a packet will take is not known ahead
 * of it: the free ones count as those that come first. To know these, completions are taken.
 */
static __rte_always_inline int
vio_tx_status(const struct vio_tx_format *fmt, struct vio_txq *q, uint16_t offset)
{
	int status = RTE_ETH_TX_DESC_UNAVAIL;

	if (offset >= q->ring.size)
		return -EINVAL;
	if (vio_txq_enter(q)) {
		vio_tx_complete(fmt, q, UINT32_MAX);
		if (q->state == VIO_QUEUE_STARTED)
			status = offset < q->nb_free ? RTE_ETH_TX_DESC_DONE :
						       RTE_ETH_TX_DESC_FULL;
	}
	vio_txq_leave(q);
	return status;
}

/* eth_tx_done_cleanup_t of a format: takes back free_cnt packets, or with 0 all that were sent. */
static __rte_always_inline int
vio_tx_cleanup(const struct vio_tx_format *fmt, struct vio_txq *q, uint32_t free_cnt)
{
	uint32_t nb = 0;

	if (vio_txq_enter(q))
		nb = vio_tx_complete(fmt, q, free_cnt == 0 ? UINT32_MAX : free_cnt);
	vio_txq_leave(q);
	return nb;
}

/* The address of a segment's data for the device. */
static inline uint64_t
vio_tx_data_addr(const struct vio_txq *q, const struct rte_mbuf *seg)
{
	return vio_mbuf_addr(seg, q->addr_off) + seg->data_off;
}

/*
 * The first segment from seg on with data behind *skip bytes, or NULL: devices take a descriptor
 * of no bytes for an error. *skip becomes the bytes to leave out of it.
 */
static inline const struct rte_mbuf *
vio_tx_seg_with_data(const struct rte_mbuf *seg, uint16_t *skip)
{
	while (seg != NULL && unlikely(seg->data_len <= *skip)) {
		*skip -= seg->data_len;
		seg = seg->next;
	}
	return seg;
}

/* The flags of a descriptor that is followed by one for the segment next, or by none. */
static inline uint16_t
vio_tx_flags(const struct rte_mbuf *next)
{
	return next != NULL ? VIRTQ_DESC_F_NEXT : 0;
}

/*
 * Writes what a packet begins with into the room of its chain: the header and, with tags, the
 * addresses and these. Returns its length.
 */
static inline uint16_t
vio_tx_slot_write(const struct vio_txq *q, const struct rte_mbuf *m, uint16_t id,
		  const struct vio_tx_plan *plan)
{
	uint8_t *slot = q->slots + id * VIO_TX_SLOT_LEN;
	uint8_t addrs[VIO_VLAN_ADDRS_LEN];

	vio_hdr_tx_write(slot, q->hdr_len, plan->hdr);
	if (plan->tag_len == 0)
		return q->hdr_len;
	vio_vlan_tx_write(m, plan->tag_len, slot + q->hdr_len,
			  rte_pktmbuf_read(m, 0, sizeof(addrs), addrs));
	return q->hdr_len + sizeof(addrs) + plan->tag_len;
}

/*
 * Adds the first descriptor, which begins with the header: the one place that writes it. next is
 * the segment that follows.
 */
static __rte_always_inline void
vio_tx_add_head(vio_tx_add_t add, struct vio_txq *q, struct vio_tx_chain *chain,
		struct rte_mbuf *m, const struct vio_tx_plan *plan, const struct rte_mbuf *next)
{
	uint16_t flags = vio_tx_flags(next), len = q->hdr_len;
	uint64_t addr = q->hdr_addr;

	if (likely(plan->push)) {
		if (unlikely(plan->tag_len > 0))
			vio_vlan_tx_push(m, plan->tag_len);
		vio_hdr_tx_write(rte_pktmbuf_mtod(m, uint8_t *) - q->hdr_len, q->hdr_len,
				 plan->hdr);
		addr = vio_tx_data_addr(q, m) - q->hdr_len;
		len = m->data_len + q->hdr_len;
	} else if (unlikely(plan->tag_len > 0 || plan->hdr != NULL)) {
		len = vio_tx_slot_write(q, m, chain->id, plan);
		addr = q->hdr_addr + (1 + chain->id) * VIO_TX_SLOT_LEN;
	}
	add(q, chain, addr, len, flags);
}

/* Adds a descriptor for each part of a packet. */
static __rte_always_inline void
vio_tx_add_all(vio_tx_add_t add, struct vio_txq *q, struct vio_tx_chain *chain,
	       struct rte_mbuf *m, const struct vio_tx_plan *plan)
{
	uint16_t skip = !plan->push && plan->tag_len > 0 ? VIO_VLAN_ADDRS_LEN : 0, off;
	const struct rte_mbuf *seg, *next;

	next = vio_tx_seg_with_data(plan->push ? m->next : m, &skip);
	vio_tx_add_head(add, q, chain, m, plan, next);
	while ((seg = next) != NULL) {
		off = skip;
		skip = 0;
		next = vio_tx_seg_with_data(seg->next, &skip);
		add(q, chain, vio_tx_data_addr(q, seg) + off, seg->data_len - off,
		    vio_tx_flags(next));
	}
}

/* Makes a packet available, as planned. There are descriptors enough. */
static __rte_always_inline void
vio_tx_post(const struct vio_tx_format *fmt, struct vio_txq *q, struct rte_mbuf *m,
	    const struct vio_tx_plan *plan)
{
	struct vio_tx_chain chain = { .nb_descs = 0 }, table = { .nb_descs = 0 };

	fmt->begin(q, &chain);
	if (unlikely(plan->by_table)) {
		table.id = chain.id;
		vio_tx_add_all(fmt->add_to_table, q, &table, m, plan);
		fmt->add(q, &chain, q->tables_addr + chain.id * VIO_TX_TABLE_LEN,
			 table.nb_descs * sizeof(struct virtq_desc), VIRTQ_DESC_F_INDIRECT);
	} else {
		vio_tx_add_all(fmt->add, q, &chain, m, plan);
	}
	q->descs[chain.id].mbuf = m;
	q->descs[chain.id].nb_descs = chain.nb_descs;
	q->descs[chain.id].single = m->nb_segs == 1;
	q->nb_free -= chain.nb_descs;
	fmt->end(q, &chain);
}

/* Decides how a packet is sent. */
static inline void
vio_tx_plan(const struct vio_txq *q, const struct rte_mbuf *m, struct vio_tx_plan *plan)
{
	plan->tag_len = vio_vlan_tx_len(m->ol_flags & q->vlan_flags);
	plan->push = vio_hdr_tx_may_push(m, q->hdr_len + plan->tag_len) &&
		     (likely(plan->tag_len == 0) || m->data_len >= VIO_VLAN_ADDRS_LEN);
	plan->nb_descs = m->nb_segs + !plan->push;
	plan->by_table = false;
	if (unlikely(plan->nb_descs > 1) && q->has_tables &&
	    plan->nb_descs <= VIO_TX_TABLE_DESCS) {
		plan->by_table = true;
		plan->nb_descs = 1;
	}
	plan->hdr = NULL;
}

/*
 * Whether a packet can be sent at all. virtio 5.1.4.2: none that is longer than the MTU, unless it
 * is to be segmented; and none that never fits the ring, or has no addresses to put a tag behind.
 */
static inline bool
vio_tx_is_possible(const struct vio_txq *q, const struct rte_mbuf *m,
		   const struct vio_tx_plan *plan)
{
	bool segments = plan->hdr != NULL && plan->hdr->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE;

	return plan->nb_descs <= q->ring.size &&
	       (segments || vio_frame_fits(m, q->mtu_frame_len, plan->tag_len)) &&
	       (likely(plan->tag_len == 0) || m->pkt_len >= RTE_ETHER_HDR_LEN);
}

/* Whether nb descriptors are free, if need be after taking completions. */
static __rte_always_inline bool
vio_tx_make_room(void (*complete)(struct vio_txq *q), struct vio_txq *q, uint16_t nb)
{
	if (unlikely(nb > q->nb_free))
		complete(q);
	return nb <= q->nb_free && likely(q->state == VIO_QUEUE_STARTED);
}

/* A burst of a queue that is in use. The application waits for no packet that is dropped. */
static __rte_always_inline uint16_t
vio_tx_work(const struct vio_tx_format *fmt, void (*complete)(struct vio_txq *q),
	    struct vio_txq *q, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_tx, nb_posted = 0;
	struct vio_tx_plan plan;
	struct virtio_net_hdr_ext hdr;
	uint64_t bytes = 0;
	struct rte_mbuf *m;

	if (q->nb_free < q->free_thresh)
		complete(q);

	for (nb_tx = 0; nb_tx < nb_pkts; nb_tx++) {
		m = pkts[nb_tx];
		vio_tx_plan(q, m, &plan);
		if (m->ol_flags & q->offload_flags) {
			plan.hdr = &hdr;
			if (unlikely(!vio_tx_offload(q, m, plan.tag_len, &hdr))) {
				q->stats.bad_offload++;
				rte_pktmbuf_free(m);
				continue;
			}
		}
		if (unlikely(!vio_tx_is_possible(q, m, &plan))) {
			q->stats.oversize++;
			rte_pktmbuf_free(m);
			continue;
		}
		if (unlikely(!vio_tx_make_room(complete, q, plan.nb_descs)))
			break;
		bytes += m->pkt_len + plan.tag_len;
		nb_posted++;
		vio_tx_post(fmt, q, m, &plan);
	}
	q->stats.packets += nb_posted;
	q->stats.bytes += bytes;

	if (likely(nb_posted > 0)) {
		fmt->publish(&q->ring);
		q->stats.notify += fmt->notify(&q->ring);
	}
	return nb_tx;
}

/*
 * eth_tx_burst_t of a format; complete is the format's vio_tx_complete(), which is rare enough
 * to be a call.
 */
static __rte_always_inline uint16_t
vio_tx_burst(const struct vio_tx_format *fmt, void (*complete)(struct vio_txq *q),
	     struct vio_txq *q, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_tx = 0;

	if (vio_txq_enter(q))
		nb_tx = vio_tx_work(fmt, complete, q, pkts, nb_pkts);
	vio_txq_leave(q);
	return nb_tx;
}

/* Defines the path of a format, as VIO_RX_PATH() does. */
#define VIO_TX_PATH(fmt, format_name) \
	static void \
	fmt ## _complete(struct vio_txq *q) \
	{ \
		vio_tx_complete(&(fmt), q, UINT32_MAX); \
	} \
	static uint16_t \
	fmt ## _burst(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts) \
	{ \
		return vio_tx_burst(&(fmt), fmt ## _complete, queue, pkts, nb_pkts); \
	} \
	static int \
	fmt ## _status(void *queue, uint16_t offset) \
	{ \
		return vio_tx_status(&(fmt), queue, offset); \
	} \
	static int \
	fmt ## _cleanup(void *queue, uint32_t free_cnt) \
	{ \
		return vio_tx_cleanup(&(fmt), queue, free_cnt); \
	} \
	static const struct vio_tx_path fmt ## _path = { \
		.name = format_name, \
		.burst = fmt ## _burst, \
		.status = fmt ## _status, \
		.cleanup = fmt ## _cleanup, \
	}

#endif /* VIO_TX_H */
