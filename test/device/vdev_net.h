/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A virtio network device (virtio 5.1) for tests: frames are handed to it and taken from it by
 * calls between the driver's bursts, control commands are recorded and answered, by a thread
 * where the driver waits for the answer. Each fault is a field.
 */

#ifndef VDEV_NET_H
#define VDEV_NET_H

#include "vdev.h"
#include "vdev_net_rss.h"
#include "vdev_vq.h"

#define VDEV_NET_PAIRS_MAX	8
#define VDEV_NET_MACS_MAX	128
#define VDEV_NET_FRAME_MAX	65600

/* How the device answers a control command. */
enum vdev_net_answer {
	VDEV_NET_ACK,		/* does it */
	VDEV_NET_REFUSE,	/* VIRTIO_NET_ERR */
	VDEV_NET_ODD_ACK,	/* a status that the specification does not know */
	VDEV_NET_NO_ACK,	/* returns the buffer with a length that covers no status */
	VDEV_NET_WRONG_ID,	/* returns a buffer that is none */
	VDEV_NET_IDX_JUMP,	/* returns more buffers than there were */
	VDEV_NET_SILENT,	/* never */
};

struct vdev_net_macs {
	uint32_t nb;
	uint8_t addr[VDEV_NET_MACS_MAX][6];
};

struct vdev_net {
	struct vdev dev;		/* first */
	struct virtio_net_config config;
	struct vdev_vq vq[VDEV_QUEUES_MAX];

	/* What the driver asked for since the last reset. */
	bool promisc;
	bool allmulti;
	uint16_t nb_pairs;
	struct vdev_net_macs unicast;
	struct vdev_net_macs multicast;
	uint64_t vlans[4096 / 64];
	uint8_t mac[6];			/* by MAC_ADDR_SET */
	struct vdev_net_rss rss;
	uint64_t guest_offloads_off;	/* bits of GUEST_OFFLOADS_SET that were cleared */
	unsigned int nb_commands;

	/* Faults. */
	enum vdev_net_answer answer;
	int answer_class;		/* only to commands of this class; -1: all */
	int num_buffers;		/* this once instead of the true number; -1: no */
	bool hold_tx;			/* completes nothing by itself */

	struct virtio_net_hdr_ext tx_hdr;	/* of the frame that was taken last */

	uint16_t *held[VDEV_NET_PAIRS_MAX];	/* by Tx queue: ids taken, not completed */
	uint16_t nb_held[VDEV_NET_PAIRS_MAX];

	struct vdev_chain *rx_chains;	/* of the frame that arrives: VDEV_CHAIN_MAX */

	/* The thread that answers control commands. */
	pthread_t ctrl_thread;
	bool ctrl_thread_runs;
	bool ctrl_thread_stop;
};

/*
 * A device of nb_pairs pairs and a control queue, every queue of size_max entries, offering all
 * that the model can do: MAC, STATUS (link up), MQ, MTU (9000), CTRL_VQ, CTRL_RX, CTRL_VLAN,
 * CTRL_MAC_ADDR, MRG_RXBUF, SPEED_DUPLEX (10 Gbit/s), VERSION_1. To be changed before a driver
 * comes: the model can do INDIRECT_DESC, EVENT_IDX, RING_PACKED, IN_ORDER and NOTIFICATION_DATA as
 * well, and what vdev_net_offload.h and vdev_net_rss.h offer.
 */
void
vdev_net_init(struct vdev_net *net, uint16_t nb_pairs, uint16_t size_max);

void
vdev_net_fini(struct vdev_net *net);

/* Answers control commands from a thread of its own. Returns 0 or -errno. */
int
vdev_net_ctrl_thread_start(struct vdev_net *net);

void
vdev_net_ctrl_thread_stop(struct vdev_net *net);

/* Answers one control command, if there is one. */
void
vdev_net_ctrl_step(struct vdev_net *net);

/* For transports that start single queues: where the device is to begin, as vdev_vq_attach(). */
int
vdev_net_queue_start(struct vdev_net *net, uint16_t index, uint32_t base);

void
vdev_net_queue_stop(struct vdev_net *net, uint16_t index);

/*
 * A frame arrives for an Rx queue. Returns the number of buffers it took, 0 when the driver
 * posted too few, -EMSGSIZE when it fits no single buffer and may take only one, -ENETDOWN when
 * the queue is not live.
 */
int
vdev_net_rx(struct vdev_net *net, uint16_t pair, const void *frame, size_t len);

/* The same with a header; num_buffers is filled in. */
int
vdev_net_rx_hdr(struct vdev_net *net, uint16_t pair, const void *frame, size_t len,
	const struct virtio_net_hdr_ext *hdr);

/*
 * The same for the Rx queue that the device chooses by what the driver asked for, which goes into
 * *pair.
 */
int
vdev_net_rx_spread(struct vdev_net *net, const void *frame, size_t len, uint16_t *pair);

/*
 * Takes the next frame that the driver sent, into buf of VDEV_NET_FRAME_MAX bytes, and completes
 * it unless hold_tx. Returns its length, 0 when there is none, -ENETDOWN when the queue is not
 * live. nb_segments, if not NULL: descriptors that it came in.
 */
int
vdev_net_tx(struct vdev_net *net, uint16_t pair, void *buf, unsigned int *nb_segments);

/* Completes up to nb held frames in the queue's order. Returns how many. */
uint16_t
vdev_net_tx_complete(struct vdev_net *net, uint16_t pair, uint16_t nb);

/* Buffers that the driver holds ready in an Rx queue. */
uint16_t
vdev_net_rx_posted(struct vdev_net *net, uint16_t pair);

/* A configuration change: a new generation, and the interrupt status. */
void
vdev_net_link(struct vdev_net *net, bool up);

#endif /* VDEV_NET_H */
