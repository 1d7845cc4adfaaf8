/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit bursts as far as they are the same for every ring format: what becomes of each packet,
 * statistics. Included by the burst files only, one a format.
 * A packet is plain, and costs little; or it has a form (vio_tx_form.h), and costs little more; or
 * it goes the long way. All may be mixed.
 * Threads: one at a time for a queue, but for vio_tx_status().
 */

#ifndef VIO_TX_H
#define VIO_TX_H

#include "vio_suspend.h"
#include "vio_tx_complete.h"
#include "vio_tx_offload.h"
#include "vio_tx_post.h"

/* The format's vio_tx_complete(), as a call. */
typedef uint32_t (*vio_tx_complete_t)(struct vio_txq *q, uint32_t max);

/* What a burst has done. */
struct vio_tx_tally {
	uint16_t packets;
	uint64_t bytes;
};

/*
 * Whether nb descriptors are free, if need be after taking back packets; not all that were sent, as
 * one that the device sent ahead of longer ones costs what it overtook (vio_tx_bring_forward()).
 */
static __rte_always_inline bool
vio_tx_make_room(vio_tx_complete_t complete, struct vio_txq *q, uint16_t nb)
{
	if (unlikely(nb > q->nb_free))
		complete(q, RTE_MAX(nb, VIO_TX_FREE_BATCH));
	return nb <= q->nb_free && likely(q->state == VIO_QUEUE_STARTED);
}

/*
 * Sends any packet by the long way, or drops and counts it: the application waits for no packet
 * that cannot be sent. False: there is no room for it.
 */
static __rte_always_inline bool
vio_tx_send_any(const struct vio_tx_format *fmt, vio_tx_complete_t complete, struct vio_txq *q,
		struct rte_mbuf *m, struct vio_tx_tally *tally)
{
	struct virtio_net_hdr_ext hdr;
	struct vio_tx_plan plan;

	vio_tx_plan(q, m, &plan);
	if (m->ol_flags & q->offload_flags) {
		plan.hdr = &hdr;
		if (unlikely(!vio_tx_offload(q, m, plan.tag_len, &hdr))) {
			q->stats.bad_offload++;
			rte_pktmbuf_free(m);
			return true;
		}
	}
	if (unlikely(!vio_tx_is_possible(q, m, &plan))) {
		q->stats.oversize++;
		rte_pktmbuf_free(m);
		return true;
	}
	if (unlikely(!vio_tx_make_room(complete, q, plan.nb_descs)))
		return false;
	tally->packets++;
	tally->bytes += m->pkt_len + plan.tag_len;
	vio_tx_post(fmt, q, m, &plan);
	return true;
}

/* Sends packets one by one. Returns how many; fewer than nb when there is no room for the next. */
static __rte_always_inline uint16_t
vio_tx_send_each(const struct vio_tx_format *fmt, vio_tx_complete_t complete, struct vio_txq *q,
		 struct rte_mbuf **pkts, uint16_t nb, struct vio_tx_tally *tally)
{
	uint16_t n = 0, nb_posted;

	while (n < nb) {
		if (pkts[n]->nb_segs == 1) {
			nb_posted = vio_tx_post_singles(fmt, q, &pkts[n], nb - n, &tally->bytes);
			tally->packets += nb_posted;
			n += nb_posted;
			if (n == nb)
				break;
		}
		if (!vio_tx_send_any(fmt, complete, q, pkts[n], tally))
			break;
		n++;
	}
	return n;
}

/* A burst of a queue that is in use. */
static __rte_always_inline uint16_t
vio_tx_work(const struct vio_tx_format *fmt, vio_tx_complete_t complete, struct vio_txq *q,
	    struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	struct vio_tx_tally tally = { .packets = 0 };
	uint16_t nb_tx = 0, nb, wanted;

	if (q->nb_free < q->free_thresh) {
		complete(q, RTE_MAX(VIO_TX_FREE_BATCH, 2 * nb_pkts));
		if (unlikely(q->state != VIO_QUEUE_STARTED))
			return 0;
	}
	if (unlikely(q->nb_raw == 0) && nb_pkts > 0)
		q->raw_pool = pkts[0]->pool;

	while (nb_tx < nb_pkts) {
		wanted = nb_pkts - nb_tx;
		if (!(pkts[nb_tx]->ol_flags & q->offload_flags)) {
			nb = vio_tx_post_groups(fmt, q, &pkts[nb_tx], nb_pkts - nb_tx,
						&tally.bytes);
			tally.packets += nb;
			nb_tx += nb;
			if (likely(nb_tx == nb_pkts))
				break;
			/* As many one by one as were looked at in vain. */
			wanted = RTE_MIN(VIO_TX_GROUP, nb_pkts - nb_tx);
		}
		nb = vio_tx_send_each(fmt, complete, q, &pkts[nb_tx], wanted, &tally);
		nb_tx += nb;
		if (nb < wanted)
			break;
	}
	q->stats.packets += tally.packets;
	q->stats.bytes += tally.bytes;

	if (likely(tally.packets > 0)) {
		fmt->publish(&q->ring);
		q->stats.notify += fmt->notify(&q->ring);
	}
	return nb_tx;
}

/* eth_tx_done_cleanup_t of a format: takes back free_cnt packets, or with 0 all that were sent. */
static __rte_always_inline int
vio_tx_cleanup(vio_tx_complete_t complete, struct vio_txq *q, uint32_t free_cnt)
{
	uint32_t nb = 0;

	if (vio_txq_enter(q))
		nb = complete(q, free_cnt == 0 ? UINT32_MAX : free_cnt);
	vio_txq_leave(q);
	return nb;
}

/* eth_tx_burst_t of a format. */
static __rte_always_inline uint16_t
vio_tx_burst(const struct vio_tx_format *fmt, vio_tx_complete_t complete, struct vio_txq *q,
	     struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	uint16_t nb_tx = 0;

	if (vio_txq_enter(q))
		nb_tx = vio_tx_work(fmt, complete, q, pkts, nb_pkts);
	vio_txq_leave(q);
	return nb_tx;
}

/* Defines the path of a format, as VIO_RX_PATH() does. */
#define VIO_TX_PATH(fmt, format_name) \
	static uint32_t \
	fmt ## _complete(struct vio_txq *q, uint32_t max) \
	{ \
		return vio_tx_complete(&(fmt), q, max); \
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
		return vio_tx_cleanup(fmt ## _complete, queue, free_cnt); \
	} \
	static const struct vio_tx_path fmt ## _path = { \
		.name = format_name, \
		.burst = fmt ## _burst, \
		.status = fmt ## _status, \
		.cleanup = fmt ## _cleanup, \
	}

#endif /* VIO_TX_H */
