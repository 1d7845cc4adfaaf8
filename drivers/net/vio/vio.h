/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device and its queues.
 *
 * What was negotiated is copied into each queue when the port starts, so that a burst never
 * loads the device. Statistics have a single writer, the queue's thread; readers may see them
 * a little late.
 */

#ifndef VIO_H
#define VIO_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include <ethdev_driver.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_spinlock.h>

#include "vio_args.h"
#include "vio_feature.h"
#include "vio_hdr.h"
#include "vio_order.h"
#include "vio_ring.h"
#include "vio_transport.h"
#include "vio_vlan.h"

/* The largest frame, with its tags and without FCS; mbuf lengths of a segment are 16 bits. */
#define VIO_FRAME_MAX		UINT16_MAX

/* Link-layer bytes around an MTU: the Ethernet header and up to two VLAN tags. */
#define VIO_FRAME_OVERHEAD	(RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN)

/* The smallest MTU, and the largest of a device that states none. */
#define VIO_MTU_MIN		VIRTIO_NET_MTU_MIN
#define VIO_MTU_MAX		(VIO_FRAME_MAX - VIO_FRAME_OVERHEAD)

/*
 * The longest packet that is to be segmented, or was put together: an IPv6 header, its largest
 * payload and the link layer (virtio 5.1.9.3, with two tags).
 */
#define VIO_LRO_FRAME_MAX	(UINT16_MAX + 40 + VIO_FRAME_OVERHEAD)

/* Entries of the unicast (the primary one included) and the multicast address table. */
#define VIO_MAC_ADDRS_MAX	64
#define VIO_MC_ADDRS_MAX	64

/* The largest indirection table: the largest that applications make room for. */
#define VIO_RETA_SIZE_MAX	RTE_ETH_RSS_RETA_SIZE_512

/* Pools that the buffers of an Rx queue may come from, and segments that they may be split into. */
#define VIO_RX_POOLS_MAX	8

/* A MSI-X vector of its own for configuration changes, and one for each Rx queue. */
#define VIO_CONFIG_VECTOR	0
#define VIO_RX_VECTOR(queue)	((uint16_t)(1 + (queue)))

/* What the device may do wrong on a ring. Each is counted, and each breaks the queue. */
enum vio_violation {
	VIO_BAD_USED_IDX,	/* more used entries than buffers posted */
	VIO_BAD_ID,		/* the id of no buffer that the device holds */
	VIO_BAD_LEN,		/* shorter than the header, or longer than the buffer */
	VIO_BAD_NUM_BUFFERS,	/* a packet of no buffers, or of more than were posted or come */
	VIO_NB_VIOLATIONS
};

enum vio_queue_state {
	VIO_QUEUE_STOPPED,
	VIO_QUEUE_STARTED,
	VIO_QUEUE_BROKEN,	/* started, but the device violated the specification */
	VIO_QUEUE_SUSPENDED,	/* started, but the device does not work (vio_suspend.h) */
	VIO_QUEUE_RESUMED,	/* it is back; what the queue held before is not freed yet */
};

struct vio_rxq_stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t nombuf;	/* refills that the pool could not serve in full */
	uint64_t oversize;	/* frames dropped: longer than the MTU allows, or than one buffer */
	uint64_t runt;		/* frames dropped: shorter than an Ethernet header */
	uint64_t bad_offload;	/* frames dropped: offload fields of the header make no sense */
	uint64_t notify;	/* notifications written to the device */
	uint64_t violation[VIO_NB_VIOLATIONS];
};

/* A segment of the buffers of a queue that splits packets (vio_rx_chain.h). */
struct vio_rx_seg {
	struct rte_mempool *mp;
	uint64_t mbuf_ol_flags;		/* as in struct vio_rxq */
	uint16_t len;			/* bytes of a packet in it */
};

struct vio_rxq {
	struct vio_ring ring;		/* lines 0 and 1 */

	/* Line 2: read-mostly. */
	struct rte_mempool *mp;		/* the first of the pools */
	struct rte_mbuf **sw_ring;	/* by position: the buffer that the device holds, or NULL */
	struct vio_order order;		/* ids by position, which is the slot they are posted in */
	uint64_t mbuf_rearm;		/* data_off, refcnt, nb_segs and port of a packet */
	uint64_t mbuf_ol_flags;		/* EXTERNAL for a pool of pinned external buffers */
	uint16_t hdr_len;		/* of the virtio_net_hdr, as it was negotiated */
	uint16_t nb_bufs;		/* buffers that the ring has room for */
	uint16_t buf_len;		/* bytes of a posted buffer, header included */
	uint16_t mtu_frame_len;		/* longest untagged frame */

	/* Line 3: the same, and what the queue's thread notes. */
	uint32_t ptype_layers __rte_cache_aligned; /* RTE_PTYPE_*_MASK; 0: no packet type */
	uint16_t free_thresh;		/* refill when so many are missing */
	uint16_t addr_off;		/* VIO_MBUF_ADDR() */
	uint64_t plain_data_valid;	/* VIRTIO_NET_HDR_F_DATA_VALID if the header may say that */
	uint64_t plain_hdr_bits[2];	/* of the first 16 bytes of a buffer: vio_rx_group.h */
	uint64_t wait_end;		/* when to give up on an incomplete packet; 0: none is */
	uint16_t told_says;		/* vio_hdr_rx_says() of which the application is told */
	uint16_t nb_new_ids;		/* split: so many slots to come may say another id */
	uint8_t state;			/* enum vio_queue_state */
	uint8_t busy;			/* in a burst; written by the queue's thread */
	bool mergeable;			/* MRG_RXBUF was negotiated */
	bool scatter;			/* the application takes frames of several segments */
	bool offload;			/* the header says something of the checksum */
	bool hash_report;		/* the header has a hash, and the application wants it */
	bool hash_of_outer;		/* never one of inner headers */
	uint8_t vlan_strip;		/* the tags to take out, of VIO_VLAN_RX_OFFLOADS */

	/* Line 4: written by the queue's thread. */
	struct vio_rxq_stats stats __rte_cache_aligned;
	uint32_t lro_frame_len;			/* longest packet that was put together */
	uint8_t gso_types;			/* VIRTIO_NET_HDR_GSO_*, a bit each: agreed on */
	bool partial_csum;			/* struct vio_offload_choice */
	bool tunnel;				/* GUEST_UDP_TUNNEL_GSO was agreed on */
	bool tunnel_csum;			/* GUEST_UDP_TUNNEL_GSO_CSUM was agreed on */
	bool rsc_ext;				/* RSC_EXT was agreed on */
	int rsc_offset;				/* of struct rte_pmd_vio_rsc in an mbuf */
	uint64_t rsc_flag;			/* the flag that it is there */
	struct vio_rxq_stats stats_base;	/* cold: what stats_reset subtracts */
	struct vio_dev *dev;			/* cold */
	uint64_t offloads;			/* cold: RTE_ETH_RX_OFFLOAD_*, with the port's */
	struct rte_mempool *pools[VIO_RX_POOLS_MAX];	/* cold: by preference */
	uint16_t nb_pools;			/* cold */
	struct vio_rx_seg segs[VIO_RX_POOLS_MAX + 1];	/* buffer split: in a buffer's order */
	uint16_t nb_segs;			/* of them; the last stands for all further ones */
	uint16_t chain_len;			/* descriptors of a buffer: its segments */
	uint16_t nb_free_ids;			/* buffer split: vio_rx_chain.h */
	uint16_t queue_id;			/* cold */
	bool wants_intr;			/* cold: Rx interrupts are on (vio_intr.h) */
} __rte_cache_aligned;
static_assert(offsetof(struct vio_rxq, mp) == 2 * RTE_CACHE_LINE_SIZE, "line 2");
static_assert(offsetof(struct vio_rxq, ptype_layers) == 3 * RTE_CACHE_LINE_SIZE, "line 3");
static_assert(offsetof(struct vio_rxq, stats) == 4 * RTE_CACHE_LINE_SIZE, "line 4");

struct vio_txq_stats {
	uint64_t packets;
	uint64_t bytes;
	uint64_t oversize;	/* packets dropped: longer than MTU or ring allow, or empty */
	uint64_t bad_offload;	/* packets dropped: they ask for what cannot be done */
	uint64_t undelivered;	/* sent, but with the device when it left; among the packets */
	uint64_t notify;
	uint64_t violation[VIO_NB_VIOLATIONS];
};

/* More of a packet that the device holds, unless it is plain (vio_tx_held.h). */
struct vio_tx_shape {
	uint16_t nb_descs;	/* the length of its chain */
	bool raw;
};

/*
 * What a packet must be to be sent without a second look: the 16-bit words of its mbuf from
 * vio_mbuf_rearm_data() on, as far as a mask covers them, lie in these ranges (vio_tx_range.h).
 */
#define VIO_TX_WORDS	16

struct vio_tx_range {
	uint16_t low[VIO_TX_WORDS];
	uint16_t high[VIO_TX_WORDS];
};

/*
 * What is the same for all packets with the same flags and lengths of headers that ask for a
 * checksum or for segments (vio_tx_form.h).
 */
struct vio_tx_form {
	uint64_t key;		/* flags and lengths; 0: there is no form */
	uint64_t hdr;		/* VIO_HDR_FIRST(), but for what is of each packet */
	uint16_t csum_offset;	/* 0: no transport checksum is asked for */
	uint16_t len_min;	/* of a packet */
	uint16_t len_span;	/* so much longer it may be */
	uint16_t l3;		/* where its headers are */
	uint16_t l4;
	uint8_t proto;
	bool ipv6;
	bool segments;		/* of TCP are asked for */
	bool sums_in_burst;	/* not only when it is prepared */
} __rte_aligned(32);

/* Two of them share a cache line, so that a key which meets another there does not drive it out. */
#define VIO_TX_FORM_WAYS	2
#define VIO_TX_FORM_BITS	5
#define VIO_TX_NB_FORM_SETS	(1 << VIO_TX_FORM_BITS)

/*
 * Room for the beginning of a packet that may not be written: the header, the addresses and two
 * tags. It is the driver's, so that no packet needs to be copied.
 */
#define VIO_TX_SLOT_LEN		RTE_CACHE_LINE_MIN_SIZE
static_assert(VIO_HDR_LEN_MAX + VIO_VLAN_ADDRS_LEN + 2 * RTE_VLAN_HLEN <= VIO_TX_SLOT_LEN,
	      "a slot");

/*
 * Descriptors of an indirect table (virtio 2.7.5.3, 2.8.7): each chain has room for one, so that
 * a packet of several segments takes one entry of the ring. Longer packets take a chain.
 */
#define VIO_TX_TABLE_DESCS	8
#define VIO_TX_TABLE_LEN	(VIO_TX_TABLE_DESCS * sizeof(struct virtq_desc))
static_assert(sizeof(struct virtq_desc) == sizeof(struct pvirtq_desc), "either format");
static_assert(VIO_TX_TABLE_DESCS <= VIO_RING_SIZE_MIN, "virtio 2.7.5.3.1: not above the queue");

struct vio_txq {
	struct vio_ring ring;		/* lines 0 and 1 */

	/* Line 2. */
	struct vio_order order;		/* of ids; the device holds those from oldest on */
	void **sw_ring;			/* by position: packets that it holds (vio_tx_held.h) */
	struct rte_mempool *raw_pool;	/* of all raw packets */
	uint16_t oldest;		/* position; packed: the slot at used_idx, too */
	uint16_t nb_free;		/* descriptors */
	uint16_t nb_raw;		/* packets that the device holds and that are raw */
	uint16_t hdr_len;		/* of the virtio_net_hdr, as it was negotiated */
	uint16_t addr_off;		/* VIO_MBUF_ADDR() */
	uint16_t mtu_frame_len;
	uint16_t free_thresh;		/* take completions below so many free descriptors */
	uint8_t state;			/* enum vio_queue_state */
	uint8_t busy;			/* in a burst */
	bool has_tables;		/* INDIRECT_DESC was negotiated */

	/* Lines 3 and 4: read-mostly. */
	uint16_t plain_mask[VIO_TX_WORDS] __rte_cache_aligned;
	struct vio_tx_range plain;
	uint64_t vlan_flags;		/* RTE_MBUF_F_TX_* that ask for tags */
	uint64_t offload_flags;		/* VIO_TX_OFFLOAD_FLAGS; 0 if nothing was configured */
	uint64_t hdr_addr;		/* a header of zeros for packets that cannot take one */
	struct vio_tx_shape *shapes;	/* by id of the first descriptor of a packet */

	/* Sets by a hash of the key, the latest form first. */
	struct vio_tx_form forms[VIO_TX_NB_FORM_SETS][VIO_TX_FORM_WAYS] __rte_cache_aligned;

	struct vio_txq_stats stats __rte_cache_aligned;
	struct vio_txq_stats stats_base;
	struct vio_dev *dev;
	uint16_t left_oldest;			/* with a device that left, until it is freed: */
	uint16_t nb_left;			/* positions of sw_ring */
	uint8_t *slots;				/* VIO_TX_SLOT_LEN bytes by id of the chain: what a
						 * packet begins with that may not be written */
	uint8_t *tables;			/* VIO_TX_TABLE_LEN bytes by id of the chain */
	uint64_t tables_addr;
	uint64_t offloads;			/* RTE_ETH_TX_OFFLOAD_*, with the port's */
	uint64_t supported_flags;		/* what of VIO_TX_OFFLOAD_FLAGS can be done */
	uint8_t gso_types;			/* VIRTIO_NET_HDR_GSO_*, a bit each: agreed on */
	uint8_t udp_gso_type;			/* what RTE_MBUF_F_TX_UDP_SEG asks for */
	bool ecn;				/* HOST_ECN was agreed on */
	bool tunnel;				/* HOST_UDP_TUNNEL_GSO was agreed on */
	bool tunnel_csum;			/* HOST_UDP_TUNNEL_GSO_CSUM was agreed on */
	uint16_t queue_id;
} __rte_cache_aligned;
static_assert(offsetof(struct vio_txq, order) == 2 * RTE_CACHE_LINE_SIZE, "line 2");
static_assert(offsetof(struct vio_txq, plain_mask) == 3 * RTE_CACHE_LINE_SIZE, "line 3");
static_assert(offsetof(struct vio_txq, stats) % RTE_CACHE_LINE_SIZE == 0, "a line of its own");

struct vio_ctrlq {
	struct vio_ring ring;
	rte_spinlock_t lock;	/* one command at a time, from any control thread */
	bool started;		/* false also once a command timed out: nothing is sent then */
};

/* How the device shall spread frames over Rx queues, and which hashes it shall compute for it. */
struct vio_rss_conf {
	uint32_t hash_types;	/* VIRTIO_NET_HASH_TYPE_*; 0: it spreads flows by itself */
	uint32_t tunnel_types;	/* VIRTIO_NET_HASH_TUNNEL_TYPE_*: to be hashed by inner headers */
	uint8_t key_len;
	uint8_t key[UINT8_MAX];
	uint16_t reta[VIO_RETA_SIZE_MAX];	/* Rx queues, reta_size of them */
};

struct vio_rss {
	/* Read from the device when it was probed, and bounded; 0: it has no such thing. */
	uint32_t hash_types;
	uint32_t tunnel_types;
	uint16_t reta_size;	/* entries, a power of two */
	uint8_t key_size;	/* longest key */

	bool fallback;		/* device argument rss_fallback */
	struct vio_rss_conf conf;	/* made anew by each configure */
};

enum vio_dev_state {
	VIO_DEV_STOPPED,	/* in reset, or gone: it uses no memory */
	VIO_DEV_STARTED,	/* DRIVER_OK */
	VIO_DEV_LOST,		/* a reset was not confirmed: it may still use its memory */
};

struct vio_dev {
	struct vio_transport *transport;
	enum vio_dev_state state;	/* changed under state_lock */
	rte_spinlock_t state_lock;	/* who holds it and finds STARTED has the queues stay */
	uint16_t port_id;

	/* Read from the device when it was probed, and bounded. */
	struct vio_features offered;
	struct rte_ether_addr mac;	/* the permanent one, or a random one if it has none */
	uint16_t max_pairs;
	uint16_t rx_size_max;		/* the largest ring that every Rx queue takes */
	uint16_t tx_size_max;
	uint16_t max_mtu;
	uint16_t ctrlq_index;
	uint16_t ctrlq_size_max;	/* 0: there is no control queue */

	/* Made anew by each configure and start. */
	struct vio_features features;	/* those to agree on, and agreed when started */
	uint8_t isa;			/* enum vio_isa: which of the data paths run */
	bool splits_buffers;		/* the Rx queues' buffers may be of several segments */

	struct vio_offload_choice offload_choice;
	uint64_t rx_offloads_off;	/* of those configured, what was switched off since */
	int rsc_offset;			/* as in struct vio_rxq */
	uint64_t rsc_flag;
	struct vio_rss rss;
	uint32_t ptype_layers;		/* of every Rx queue */
	bool ptypes_chosen;		/* by the application; else by its asking for them */
	struct vio_ctrlq ctrlq;
	struct vio_ring spare;		/* stands in for the queues of a pair that are not set up */
	struct rte_ether_addr mc_addrs[VIO_MC_ADDRS_MAX];
	uint32_t nb_mc_addrs;
	bool needs_reset_told;		/* RTE_ETH_EVENT_INTR_RESET was raised since the start */
	bool removed;			/* the device is gone for good, which was told */
};

static inline bool
vio_has(const struct vio_dev *dev, unsigned int feature)
{
	return vio_feature_has(&dev->features, feature);
}

/* Whether control commands go by a virtqueue, and not to the transport (vio_transport_ops.ctrl). */
static inline bool
vio_has_ctrlq(const struct vio_dev *dev)
{
	return vio_has(dev, VIRTIO_NET_F_CTRL_VQ) && dev->ctrlq_size_max > 0;
}

/* How many queue pairs the queues of the application take. */
static inline uint16_t
vio_pairs_in_use(const struct rte_eth_dev *eth_dev)
{
	return RTE_MAX(eth_dev->data->nb_rx_queues, eth_dev->data->nb_tx_queues);
}

/* This process's verbs for the device's transport. */
static inline const struct vio_transport_ops *
vio_ops(const struct vio_dev *dev)
{
	return rte_eth_devices[dev->port_id].process_private;
}

#endif /* VIO_H */
