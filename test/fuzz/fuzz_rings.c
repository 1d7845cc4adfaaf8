/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The rings, in every format: what the device writes, honestly and not, between bursts.
 * Input: 5 bytes of what is offered, configured and how large the rings are, and which of the data
 * paths runs; then steps, each an operation and what it needs.
 *
 * Checked after each step: no mbuf is held twice, by the driver or by the driver and the
 * application; what was received is an mbuf of a pool, consistent and within its buffer; the
 * application is told once of queues that broke, and of nothing else. After each stop: every mbuf
 * is in its pool once. As long as the device was honest: no queue broke and the driver did nothing
 * that the specification forbids. After each start: frames pass. A first lie after nothing but
 * honesty, where it is certain that it is one: the queue breaks.
 */

#include <string.h>

#include <ethdev_driver.h>
#include <rte_vect.h>

#include "fuzz.h"
#include "fuzz_port.h"
#include "rte_pmd_vio.h"
#include "vdev_net_offload.h"
#include "vdev_net_rss.h"
#include "vio_ethdev.h"
#include "vio_suspend.h"
#include "vio_tx_held.h"

#define STEPS_MAX	64
#define BURST_MAX	40
#define FRAME_MAX	8192
#define BYTES_MAX	64	/* of a frame or a part of the ring, taken from the input */

#define LATE		128	/* an operation from here on is the same, but for its events */

/* Where a queue's memory may be written, in any format. */
#define PARTS		3

enum operation {
	OP_RX_BURST,
	OP_TX_BURST,
	OP_FRAME,	/* arrives, honestly */
	OP_SENT,	/* frames are taken and perhaps completed, honestly */
	OP_HEADER,	/* a frame with any header */
	OP_USED,	/* any used entry, at the right place */
	OP_BYTES,	/* anywhere in the ring */
	OP_DEVICE,	/* how the honest device works */
	OP_ASK,		/* everything else that looks at the rings */
	OP_RESTART,
	OP_SWITCH,	/* what can be changed while the port runs */
	OP_AWAY,	/* the device goes and comes back, or needs a reset */
	NB_OPS
};

/* What a packet of the application's is like, each a bit of the input. */
#define SHAPE_VLAN	(1 << 0)
#define SHAPE_SHARED	(1 << 1)	/* somebody else has it as well */
#define SHAPE_NO_ROOM	(1 << 2)	/* for a header */
#define SHAPE_OFFLOADS	(1 << 3)
#define SHAPE_CLONE	(1 << 4)
#define SHAPE_HOLE	(1 << 5)	/* its last segment has no bytes */
#define SHAPE_POOLS	(1 << 6)	/* packets of both pools, by turns */
#define SHAPE_SECOND	(1 << 7)	/* of the second pool */

/* What the application configures besides. */
#define MORE_MTU	(1 << 0)	/* a device of a smaller one */
#define MORE_VLAN	(1 << 1)
#define MORE_NO_PTYPES	(1 << 2)
#define MORE_OFFLOADS	(1 << 3)
#define MORE_INDICES	(1 << 4)	/* split rings begin shortly before their indices wrap */
#define MORE_RESERVE	(1 << 5)	/* a second pool of the Rx queue */
#define MORE_FAST_FREE	(1 << 6)
#define MORE_CACHED	(1 << 7)	/* the pool with a cache is the first */

/* Which data path runs, and the device arguments. */
#define PATH_WIDTH	3		/* of the vectors */
#define PATH_PARTIAL	(1 << 2)
#define PATH_UDP_LRO	(1 << 3)
#define PATH_RSC_INFO	(1 << 4)
#define PATH_USO	(1 << 5)


/* What the application configures, each a bit of the input. */
static const uint64_t rx_offloads[8] = {
	RTE_ETH_RX_OFFLOAD_SCATTER, RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT,
	RTE_ETH_RX_OFFLOAD_VLAN_STRIP, RTE_ETH_RX_OFFLOAD_QINQ_STRIP,
	RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM, RTE_ETH_RX_OFFLOAD_TCP_LRO,
	RTE_ETH_RX_OFFLOAD_RSS_HASH, 0,
};

/* The offloads that packets may ask for, and what the application asks for of each packet. */
#define TX_OFFLOADS	(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_TSO | \
			 RTE_ETH_TX_OFFLOAD_UDP_TSO | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO | \
			 RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO | RTE_ETH_TX_OFFLOAD_VLAN_INSERT | \
			 RTE_ETH_TX_OFFLOAD_QINQ_INSERT)

static const uint64_t tx_flags[16] = {
	RTE_MBUF_F_TX_IPV4, RTE_MBUF_F_TX_IPV6, RTE_MBUF_F_TX_IP_CKSUM, RTE_MBUF_F_TX_TCP_CKSUM,
	RTE_MBUF_F_TX_UDP_CKSUM, RTE_MBUF_F_TX_TCP_SEG, RTE_MBUF_F_TX_UDP_SEG, RTE_MBUF_F_TX_VLAN,
	RTE_MBUF_F_TX_QINQ, RTE_MBUF_F_TX_OUTER_IPV4, RTE_MBUF_F_TX_OUTER_IPV6,
	RTE_MBUF_F_TX_OUTER_IP_CKSUM, RTE_MBUF_F_TX_OUTER_UDP_CKSUM, RTE_MBUF_F_TX_TUNNEL_VXLAN,
	RTE_MBUF_F_TX_TUNNEL_UDP, RTE_MBUF_F_TX_SCTP_CKSUM,
};

static struct fuzz_port port;
static bool high_indices;		/* MORE_INDICES */
static bool is_apps[FUZZ_NB_MBUFS];	/* by number: the application has this mbuf */
static unsigned int first_pool;		/* of the Rx queue, and usually of packets to be sent */
static bool hostile;			/* the device was not honest since the start */
static bool rx_works;			/* the model works on the Rx ring */

static struct vdev_vq *
vq_of(uint8_t which)
{
	return &port.net.vq[which % 2];
}

/*
 * What the model may reach. Addresses of a ring that was tampered with may be any: what it
 * receives goes into buffers of the pool only.
 */
static void *
translate(struct vdev *dev, uint64_t addr, size_t len)
{
	const struct rte_memseg_list *list;
	void *va = (void *)(uintptr_t)addr;
	int number = fuzz_mbuf_at(addr);
	uintptr_t room;

	RTE_SET_USED(dev);
	if (number >= 0) {
		room = fuzz_mbuf_room(number);
		return addr >= room && addr + len <= room + FUZZ_DATA_ROOM ? va : NULL;
	}
	list = rte_mem_virt2memseg_list(va);
	if (rx_works || list == NULL)
		return NULL;
	return len <= list->len - RTE_PTR_DIFF(va, list->base_va) ? va : NULL;
}

/* Each mbuf that the driver holds, once; size slots, of which some may be empty. */
static void
held_check(struct rte_mbuf *m, bool *seen, const char *where)
{
	unsigned int number;

	if (m == NULL)
		return;
	number = fuzz_mbuf_number(m);
	FUZZ_CHECK(!seen[number], "%s: mbuf %u is held twice", where, number);
	FUZZ_CHECK(!is_apps[number], "%s: mbuf %u is the application's", where, number);
	seen[number] = true;
}

static void
owners_check(void)
{
	struct vio_rxq *rxq = port.eth_dev->data->rx_queues[0];
	struct vio_txq *txq = port.eth_dev->data->tx_queues[0];
	bool seen[FUZZ_NB_MBUFS] = { false };
	uint16_t i;

	for (i = 0; i < rxq->ring.size; i++)
		held_check(rxq->sw_ring[i], seen, "Rx");
	for (i = 0; i < vio_tx_nb_held(txq); i++)
		held_check(vio_tx_mbuf(txq->sw_ring[vio_order_behind(&txq->order, txq->oldest, i)]),
			seen, "Tx");
	for (i = 0; i < txq->nb_left; i++)
		held_check(vio_tx_mbuf(txq->sw_ring[vio_order_behind(&txq->order,
			txq->left_oldest, i)]), seen, "Tx, left");
}

/* The application is told that a queue broke: once, and of nothing else. */
static void
events_check(void)
{
	const struct vio_rxq *rxq = port.eth_dev->data->rx_queues[0];
	const struct vio_txq *txq = port.eth_dev->data->tx_queues[0];
	bool broken = rxq->state == VIO_QUEUE_BROKEN || txq->state == VIO_QUEUE_BROKEN;

	fuzz_port_events();
	FUZZ_CHECK(fuzz_port_resets == broken, "told of %u resets, queues %d and %d",
		fuzz_port_resets, rxq->state, txq->state);
}

/* A received packet: checked, and freed. */
static void
packet_check(struct rte_mbuf *m)
{
	struct rte_mbuf *seg;
	const char *why;

	FUZZ_CHECK(rte_mbuf_check(m, 1, &why) == 0, "received: %s", why);
	for (seg = m; seg != NULL; seg = seg->next) {
		unsigned int number = fuzz_mbuf_number(seg);

		FUZZ_CHECK(!is_apps[number], "mbuf %u is received twice", number);
		FUZZ_CHECK(seg->buf_len == FUZZ_DATA_ROOM &&
			seg->data_off + seg->data_len <= seg->buf_len && seg->data_len > 0,
			"%u bytes at %u of a segment", seg->data_len, seg->data_off);
		is_apps[number] = true;
	}
	FUZZ_CHECK(m->port == port.port_id && m->pkt_len >= RTE_ETHER_HDR_LEN -
		2 * RTE_VLAN_HLEN, "port %u, %u bytes", m->port, m->pkt_len);
}

static void
packet_free(struct rte_mbuf *m)
{
	struct rte_mbuf *seg;

	for (seg = m; seg != NULL; seg = seg->next)
		is_apps[fuzz_mbuf_number(seg)] = false;
	rte_pktmbuf_free(m);
}

static uint16_t
rx_burst(uint16_t nb)
{
	struct rte_mbuf *pkts[BURST_MAX];
	uint16_t got, i;

	got = rte_eth_rx_burst(port.port_id, 0, pkts, nb);
	FUZZ_CHECK(got <= nb, "%u packets of %u", got, nb);
	for (i = 0; i < got; i++)
		packet_check(pkts[i]);
	owners_check();
	for (i = 0; i < got; i++)
		packet_free(pkts[i]);
	return got;
}

/* A packet of the application's, in nb_segs segments; NULL when the pool has none. */
static struct rte_mbuf *
packet_make(struct rte_mempool *mp, uint16_t nb_segs, uint16_t len, uint8_t shape)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(mp), *m = head;
	uint16_t i;

	for (i = 1; m != NULL; i++) {
		memset(rte_pktmbuf_append(m, len), 0x55, len);
		if (m != head)
			rte_pktmbuf_chain(head, m);
		if (i == nb_segs)
			break;
		m = rte_pktmbuf_alloc(mp);
	}
	if (m == NULL) {
		rte_pktmbuf_free(head);
		return NULL;
	}
	if ((shape & SHAPE_HOLE) && nb_segs > 1)
		rte_pktmbuf_trim(head, len);
	if (shape & SHAPE_CLONE) {
		m = rte_pktmbuf_clone(head, mp);
		rte_pktmbuf_free(head);
		head = m;
	}
	if (head != NULL && (shape & SHAPE_VLAN)) {
		head->ol_flags |= RTE_MBUF_F_TX_VLAN;
		head->vlan_tci = 5;
	}
	return head;
}

/* Flags and lengths of any kind, whatever the packet is. */
static void
offloads_ask(struct fuzz_input *in, struct rte_mbuf **pkts, uint16_t nb)
{
	uint16_t chosen = fuzz_u16(in), i, k;

	for (i = 0; i < nb; i++) {
		for (k = 0; k < RTE_DIM(tx_flags); k++)
			if (chosen >> k & 1)
				pkts[i]->ol_flags |= tx_flags[k];
		pkts[i]->tx_offload = 0;
		pkts[i]->l2_len = fuzz_u8(in);
		pkts[i]->l3_len = fuzz_u16(in);
		pkts[i]->l4_len = fuzz_u8(in);
		pkts[i]->tso_segsz = fuzz_u16(in);
		pkts[i]->outer_l2_len = fuzz_u8(in);
		pkts[i]->outer_l3_len = fuzz_u8(in);
		/* what the headers say of themselves; a clone's are the other's as well */
		fuzz_bytes(in, rte_pktmbuf_mtod(pkts[i], void *), RTE_MIN(pkts[i]->data_len,
			BYTES_MAX));
	}
	/* the device may complain of what an application sends that does not know what it asks */
	hostile = true;
}

static void
tx_burst(struct fuzz_input *in)
{
	uint16_t nb = fuzz_u8(in) % (BURST_MAX + 1), nb_segs = 1 + fuzz_u8(in) % 12;
	uint16_t len = 60 + fuzz_u8(in);
	uint8_t shape = fuzz_u8(in);
	unsigned int pool = first_pool ^ !!(shape & SHAPE_SECOND);
	struct rte_mbuf *pkts[BURST_MAX];
	uint16_t i, sent;

	for (i = 0; i < nb; i++) {
		pkts[i] = packet_make(fuzz_pools[pool], nb_segs, len, shape);
		if (pkts[i] == NULL)
			break;
		pool ^= !!(shape & SHAPE_POOLS);
		if (shape & SHAPE_SHARED)
			rte_pktmbuf_refcnt_update(pkts[i], 1);
		if ((shape & SHAPE_NO_ROOM) && !(shape & SHAPE_CLONE))
			rte_pktmbuf_prepend(pkts[i], rte_pktmbuf_headroom(pkts[i]));
	}
	nb = i;
	if (shape & SHAPE_OFFLOADS) {
		offloads_ask(in, pkts, nb);
		/* As applications should; what is refused is sent all the same. */
		if (len & 1)
			rte_eth_tx_prepare(port.port_id, 0, pkts, nb);
	}
	sent = rte_eth_tx_burst(port.port_id, 0, pkts, nb);
	FUZZ_CHECK(sent <= nb, "%u packets of %u", sent, nb);
	for (i = 0; i < nb; i++) {
		if (shape & SHAPE_SHARED)
			rte_pktmbuf_free(pkts[i]);
		if (i >= sent)
			rte_pktmbuf_free(pkts[i]);
	}
}

/*
 * The device was honest until now, and what it wrote last cannot be: once the driver has come to
 * it, the queue is broken.
 */
static void
rx_breaks(const char *why)
{
	const struct vio_rxq *q = port.eth_dev->data->rx_queues[0];
	unsigned int i;

	for (i = 0; i <= q->ring.size; i++)
		rx_burst(1);
	FUZZ_CHECK(q->state == VIO_QUEUE_BROKEN, "the Rx queue goes on after %s", why);
}

/* A frame arrives, whose beginning the input has; hdr: NULL for an honest one. */
static int
frame_arrives(struct fuzz_input *in, size_t len, const struct virtio_net_hdr_ext *hdr)
{
	static uint8_t frame[FRAME_MAX];
	int ret;

	memset(frame, 0, BYTES_MAX);
	fuzz_bytes(in, frame, BYTES_MAX);
	rx_works = true;
	ret = hdr == NULL ? vdev_net_rx(&port.net, 0, frame, len) :
			    vdev_net_rx_hdr(&port.net, 0, frame, len, hdr);
	rx_works = false;
	return ret;
}

static void
header_arrives(struct fuzz_input *in)
{
	struct virtio_net_hdr_ext hdr;
	uint16_t len = 1 + fuzz_u16(in) % (FRAME_MAX - 1);
	uint16_t num_buffers = fuzz_u16(in), said = num_buffers - 1;
	bool mergeable = vdev_has(&port.net.dev, VIRTIO_NET_F_MRG_RXBUF), honest = !hostile;
	int ret;

	memset(&hdr, 0, sizeof(hdr));
	fuzz_bytes(in, &hdr, sizeof(hdr));
	/* most headers are of as many buffers as there are */
	if (num_buffers != 0) {
		port.net.num_buffers = said;
		hostile = true;
	}
	ret = frame_arrives(in, len, &hdr);
	port.net.num_buffers = -1;
	if (num_buffers != 0 && ret > 0 && honest && mergeable &&
	    (said == 0 || said > port.net.vq[0].size))
		rx_breaks("a packet of impossible buffers");
}

static void
sent_take(struct fuzz_input *in)
{
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	uint8_t nb = fuzz_u8(in), i;

	port.net.hold_tx = nb & 0x80;
	for (i = 0; i < (nb & 0x3f); i++)
		if (vdev_net_tx(&port.net, 0, frame, NULL) <= 0)
			break;
	if (!port.net.hold_tx)
		vdev_net_tx_complete(&port.net, 0, nb & 0x3f);
}

/*
 * Why the driver must not accept a used entry of an honest Rx queue, which stands for nb buffers,
 * or NULL if it may: its id, its length where the id is of a buffer, or how many are shown behind
 * it.
 */
static const char *
lie_of(const struct vdev_vq *vq, const struct vdev_used *used, bool real, uint16_t nb,
	uint16_t excess)
{
	bool packed = vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED);
	bool in_order = vdev_has(&port.net.dev, VIRTIO_F_IN_ORDER);
	uint32_t id = packed ? used->id % 65536 : used->id;
	uint32_t oldest = vq->ready[vq->first_ready];

	/* far more would come round to what was used before: nothing is shown */
	if (excess > 0)
		return !packed && excess >= vq->nb_out && excess < INT16_MAX ?
			"more buffers than it has" : NULL;
	if (id >= vq->size)
		return "an id that no buffer has";
	/*
	 * virtio 2.7.9: a batch is of the oldest buffers, which idx counts; on packed rings those
	 * that the driver posts before it comes to the entry are as good
	 */
	if (in_order && !packed && (id + vq->size - oldest) % vq->size >= nb)
		return "a batch of more than there is";
	if (real && (used->len < vdev_net_hdr_len(&port.net) ||
		     used->len > vq->buffers[id].writable))
		return "a length that its buffer cannot have";
	return NULL;
}

/* A used entry that says anything, at the place where the driver looks for the next one. */
static void
used_write(struct fuzz_input *in)
{
	struct vdev_vq *vq = vq_of(fuzz_u8(in));
	uint8_t nb = fuzz_u8(in), how = fuzz_u8(in);
	struct vdev_used used = {
		.id = fuzz_u16(in),
		.len = fuzz_u16(in),
		.flags_xor = how & 4 ? fuzz_u16(in) : 0,
	};
	const char *lie = NULL;
	bool is_posted, real;
	uint16_t excess;

	rx_works = vq->index == 0;
	is_posted = rx_works && vdev_vq_fetch(vq) > 0;
	rx_works = false;
	real = (how & 16) && is_posted;

	/* usual ids are below the size, and lengths those of a buffer */
	if (how & 1)
		used.id |= (uint32_t)fuzz_u16(in) << 16;
	if (how & 2)
		used.len |= (uint32_t)fuzz_u16(in) << 16;
	excess = how & 8 ? fuzz_u16(in) : 0;
	if (real)
		used.id = vq->ready[vq->first_ready];
	/* only where the entry is all that may be wrong */
	if (!hostile && is_posted && used.flags_xor == 0 &&
	    (nb == 0 || (excess == 0 && vdev_has(&port.net.dev, VIRTIO_F_IN_ORDER))))
		lie = lie_of(vq, &used, real, 1 + (nb & 3), excess);
	hostile = true;
	vq->ops->use(vq, &used, 1 + (nb & 3), 1 + (nb >> 2 & 7));
	vq->ops->show(vq, excess);
	if (lie != NULL)
		rx_breaks(lie);
}

/* Bytes anywhere in what the device can write of a ring, so everywhere. */
static void
bytes_write(struct fuzz_input *in)
{
	uint8_t which = fuzz_u8(in), len = 1 + fuzz_u8(in) % BYTES_MAX;
	const struct vdev_queue *regs = &port.net.dev.queues[which % 2];
	bool packed = vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED);
	const struct { uint64_t addr; size_t len; } parts[PARTS] = {
		{ regs->desc_addr, 16 * (size_t)regs->size },
		{ regs->driver_addr, packed ? 4 : 6 + 2 * (size_t)regs->size },
		{ regs->device_addr, packed ? 4 : 6 + 8 * (size_t)regs->size },
	};
	uint8_t part = (which >> 1) % PARTS;
	size_t offset = fuzz_u16(in) % parts[part].len;

	hostile = true;
	fuzz_bytes(in, (uint8_t *)(uintptr_t)parts[part].addr + offset,
		RTE_MIN((size_t)len, parts[part].len - offset));
}

/* The honest device's freedom. */
static void
device_choose(struct fuzz_input *in)
{
	struct vdev_vq *vq = vq_of(fuzz_u8(in));
	uint8_t how = fuzz_u8(in);

	vq->order = how % 3;
	vq->batch = how >> 2 & 7;
	rx_works = vq->index == 0;
	if (how & 0x20)
		vdev_vq_no_notify(vq, how & 0x40);
	rx_works = false;
}

/* Everything else of the port that looks at the rings. */
static void
ask(struct fuzz_input *in)
{
	struct rte_power_monitor_cond monitor;
	struct rte_eth_stats stats;
	uint16_t offset = fuzz_u8(in);
	int nb;

	nb = rte_eth_rx_queue_count(port.port_id, 0);
	FUZZ_CHECK(nb <= 64, "%d buffers are used", nb);
	rte_eth_rx_descriptor_status(port.port_id, 0, offset);
	rte_eth_tx_descriptor_status(port.port_id, 0, offset);
	FUZZ_CHECK(rte_eth_get_monitor_addr(port.port_id, 0, &monitor) == 0, "no monitor");
	monitor.fn(*(volatile uint16_t *)monitor.addr, monitor.opaque);
	rte_eth_tx_done_cleanup(port.port_id, 0, offset);
	rte_eth_stats_get(port.port_id, &stats);
}

/* Frames pass both ways through a port that was just started. */
static void
traffic_check(void)
{
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	struct fuzz_input none = { .len = 0 };
	struct rte_mbuf *m = packet_make(fuzz_pools[first_pool], 1, 60, 0);
	int ret;

	ret = frame_arrives(&none, 60, NULL);
	FUZZ_CHECK(ret == 1, "a frame takes %d buffers", ret);
	ret = rx_burst(1);
	FUZZ_CHECK(ret == 1, "a started port receives nothing");
	FUZZ_CHECK(m != NULL, "no mbuf is left");
	ret = rte_eth_tx_burst(port.port_id, 0, &m, 1);
	FUZZ_CHECK(ret == 1, "a started port sends nothing");
	ret = vdev_net_tx(&port.net, 0, frame, NULL);
	FUZZ_CHECK(ret == 60, "a frame of %d bytes is sent", ret);
}

/* What an honest device makes of the driver. */
static void
honest_check(void)
{
	struct vio_rxq *rxq = port.eth_dev->data->rx_queues[0];
	struct vio_txq *txq = port.eth_dev->data->tx_queues[0];

	if (hostile)
		return;
	FUZZ_CHECK(port.net.dev.nb_complaints == 0, "the device complains: %s",
		port.net.dev.complaint);
	FUZZ_CHECK(rxq->state == VIO_QUEUE_STARTED && txq->state == VIO_QUEUE_STARTED,
		"a queue of an honest device broke: %d, %d", rxq->state, txq->state);
}

/*
 * As if the ring had been worked on for long. What is posted stands at the same entries of it, as
 * the indices move by a multiple of its size, or nothing is posted.
 */
static void
indices_move(struct vio_ring *ring, uint16_t delta)
{
	struct vdev_queue *q = &port.net.dev.queues[ring->doorbell.queue];

	ring->avail_idx += delta;
	ring->used_idx += delta;
	ring->seen_idx += delta;
	ring->notified_idx += delta;
	ring->avail->idx = rte_cpu_to_le_16(ring->avail_idx);
	vdev_vq_base_set(&port.net.vq[ring->doorbell.queue], ring->used_idx);
	if (vdev_has(&port.net.dev, VIRTIO_F_NOTIFICATION_DATA))
		q->doorbell = rte_cpu_to_le_32((uint32_t)ring->avail_idx << 16 |
			ring->doorbell.queue);
}

static void
started(void)
{
	struct vio_rxq *rxq = port.eth_dev->data->rx_queues[0];
	struct vio_txq *txq = port.eth_dev->data->tx_queues[0];

	if (high_indices && !vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED)) {
		indices_move(&rxq->ring, 65536 - rxq->ring.size);
		indices_move(&txq->ring, 65530);
	}
	hostile = false;
	fuzz_port_resets = 0;
	port.net.hold_tx = false;
	port.net.dev.nb_complaints = 0;
	traffic_check();
	honest_check();
}

static void
restart(void)
{
	FUZZ_CHECK(rte_eth_dev_stop(port.port_id) == 0, "stop");
	fuzz_pool_check("stopped");
	FUZZ_CHECK(rte_eth_dev_start(port.port_id) == 0, "start");
	started();
}

/* Everything that an application may change of a port that runs. */
static void
change(struct fuzz_input *in)
{
	uint8_t what = fuzz_u8(in);
	uint64_t on = 0;

	on |= what & 1 ? RTE_ETH_RX_OFFLOAD_TCP_LRO : 0;
	on |= what & 2 ? RTE_ETH_RX_OFFLOAD_TCP_CKSUM : 0;
	on |= what & 4 ? RTE_ETH_RX_OFFLOAD_UDP_CKSUM : 0;
	rte_pmd_vio_rx_offloads_set(port.port_id, on);
	rte_eth_dev_set_vlan_strip_on_queue(port.port_id, 0, what >> 3 & 1);
	rte_eth_dev_set_mtu(port.port_id, what & 16 ? 1500 : 600);
	rte_eth_dev_set_ptypes(port.port_id, what & 32 ? RTE_PTYPE_ALL_MASK : RTE_PTYPE_L2_MASK,
		NULL, 0);
}

/* The port pauses as long as its device is away; then frames pass, unless a queue broke before. */
static void
leave_and_come(void)
{
	const struct vio_rxq *rxq = port.eth_dev->data->rx_queues[0];
	const struct vio_txq *txq = port.eth_dev->data->tx_queues[0];
	bool broken = rxq->state == VIO_QUEUE_BROKEN || txq->state == VIO_QUEUE_BROKEN;

	vio_queues_suspend(port.eth_dev);
	FUZZ_CHECK(vio_queues_are_quiet(port.eth_dev) && rx_burst(1) == 0, "away, and it receives");
	FUZZ_CHECK(vio_ethdev_resume(port.eth_dev) == 0, "resume");
	/* only now the queues free what they held; Tx first, as the Rx queue takes from a pool */
	rte_eth_tx_burst(port.port_id, 0, NULL, 0);
	rx_burst(1);
	if (!broken)
		started();
}

/* The device needs a reset: nothing is taken from it, the application is told, and restarts. */
static void
ask_for_reset(void)
{
	struct rte_eth_link link;

	events_check();
	port.net.dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	rte_eth_link_get_nowait(port.port_id, &link);
	FUZZ_CHECK(rx_burst(1) == 0, "a device that needs a reset is received from");
	fuzz_port_events();
	FUZZ_CHECK(fuzz_port_resets == 1, "told of %u resets", fuzz_port_resets);
	restart();
}

static void
step(struct fuzz_input *in)
{
	uint8_t op = fuzz_u8(in);

	switch (op % NB_OPS) {
	case OP_RX_BURST:
		rx_burst(1 + fuzz_u8(in) % BURST_MAX);
		break;
	case OP_TX_BURST:
		tx_burst(in);
		break;
	case OP_FRAME:
		frame_arrives(in, 14 + fuzz_u16(in) % (FRAME_MAX - 14), NULL);
		break;
	case OP_SENT:
		sent_take(in);
		break;
	case OP_HEADER:
		header_arrives(in);
		break;
	case OP_USED:
		used_write(in);
		break;
	case OP_BYTES:
		bytes_write(in);
		break;
	case OP_DEVICE:
		device_choose(in);
		break;
	case OP_ASK:
		ask(in);
		break;
	case OP_RESTART:
		restart();
		break;
	case OP_SWITCH:
		change(in);
		break;
	default:
		if (fuzz_u8(in) & 1)
			leave_and_come();
		else
			ask_for_reset();
		break;
	}
	owners_check();
	/* or the interrupt thread is late: what is next, perhaps a stop, comes before the events */
	if (op < LATE)
		events_check();
	honest_check();
}

/* What the device offers. */
static void
offer(uint8_t formats, uint8_t more)
{
	static const uint8_t features[8] = {
		VIRTIO_F_RING_PACKED, VIRTIO_F_IN_ORDER, VIRTIO_F_EVENT_IDX,
		VIRTIO_NET_F_MRG_RXBUF, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_NOTIFICATION_DATA,
		VIRTIO_NET_F_HASH_REPORT, VIRTIO_F_ORDER_PLATFORM,
	};
	unsigned int i;

	vdev_net_offload_offer(&port.net);
	vdev_net_rss_offer(&port.net, 128, 40);
	for (i = 0; i < RTE_DIM(features); i++)
		vdev_offer(&port.net.dev, features[i], formats >> i & 1);
	if (more & MORE_MTU)
		port.net.config.mtu = rte_cpu_to_le_16(1500);
}

/* Which data path is chosen, and how offloads are done. */
static void
choose(uint8_t path)
{
	static const uint16_t widths[PATH_WIDTH + 1] = {
		RTE_VECT_SIMD_512, RTE_VECT_SIMD_256, RTE_VECT_SIMD_128, RTE_VECT_SIMD_512,
	};

	FUZZ_CHECK(rte_vect_set_max_simd_bitwidth(widths[path & PATH_WIDTH]) == 0, "a width");
	port.choice = (struct vio_offload_choice){
		.partial_csum = path & PATH_PARTIAL,
		.udp_lro = path & PATH_UDP_LRO,
		.rsc_info = path & PATH_RSC_INFO,
		.uso = path & PATH_USO,
	};
}

/* The Rx queue, whose buffers are of one pool, of both, or split. */
static int
rxq_setup(const struct rte_eth_conf *conf, uint8_t size, uint8_t more)
{
	struct rte_mempool *mp = fuzz_pools[first_pool], *other = fuzz_pools[!first_pool];
	struct rte_mempool *both[] = { mp, other };
	union rte_eth_rxseg segs[2] = {
		{ .split = { .mp = mp, .length = 14 + size % 128 } },
		{ .split = { .mp = more & MORE_RESERVE ? other : mp } },
	};
	struct rte_eth_rxconf rxconf = { .rx_free_thresh = 0 };

	if (conf->rxmode.offloads & RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT) {
		rxconf.rx_seg = segs;
		rxconf.rx_nseg = RTE_DIM(segs);
		mp = NULL;
	} else if (more & MORE_RESERVE) {
		rxconf.rx_mempools = both;
		rxconf.rx_nmempool = RTE_DIM(both);
		mp = NULL;
	}
	return rte_eth_rx_queue_setup(port.port_id, 0, 8 + size % 57, SOCKET_ID_ANY, &rxconf, mp);
}

/* Configures and starts what the input asks for. Returns 0 or what the driver refuses it with. */
static int
start(uint8_t offloads, uint8_t size, uint8_t more)
{
	struct rte_eth_conf conf = { .txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS };
	struct rte_eth_dev_info info;
	unsigned int i;
	int ret;

	rte_eth_dev_info_get(port.port_id, &info);
	/* otherwise LRO is refused */
	conf.rxmode.max_lro_pkt_size = info.max_lro_pkt_size;
	for (i = 0; i < RTE_DIM(rx_offloads); i++)
		if (offloads >> i & 1)
			conf.rxmode.offloads |= rx_offloads[i] & info.rx_offload_capa;
	if (more & MORE_VLAN)
		conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
	if (more & MORE_OFFLOADS)
		conf.txmode.offloads |= TX_OFFLOADS & info.tx_offload_capa;
	if (more & MORE_FAST_FREE)
		conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	if (more & MORE_NO_PTYPES)
		rte_eth_dev_set_ptypes(port.port_id, RTE_PTYPE_UNKNOWN, NULL, 0);
	high_indices = more & MORE_INDICES;
	first_pool = more & MORE_CACHED ? 1 : 0;
	if (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_RSS_HASH) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads;
	}
	ret = rte_eth_dev_configure(port.port_id, 1, 1, &conf);
	if (ret == 0)
		ret = rxq_setup(&conf, size, more);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port.port_id, 0, 8 + size % 57, SOCKET_ID_ANY, NULL);
	return ret == 0 ? rte_eth_dev_start(port.port_id) : ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .data = data, .len = len };
	uint8_t formats = fuzz_u8(&in), offloads = fuzz_u8(&in);
	uint8_t size = fuzz_u8(&in), more = fuzz_u8(&in), path = fuzz_u8(&in);
	unsigned int i;

	fuzz_port_prepare(&port, 1, 64);
	port.net.dev.translate = translate;
	offer(formats, more);
	choose(path);
	FUZZ_CHECK(fuzz_port_probe(&port) == 0, "a good device is refused");
	if (start(offloads, size, more) == 0) {
		started();
		for (i = 0; i < STEPS_MAX && in.len > 0; i++)
			step(&in);
	}
	fuzz_port_close(&port);
	return 0;
}
