/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device's side of a split virtqueue (virtio 2.7).
 *
 * A chain goes through three hands: fetched from the available ring, which checks it and marks
 * its descriptors as the device's; taken in the order of the queue's choice; put as used. A
 * descriptor that the driver uses again before its chain was put is a complaint.
 */

#ifndef VDEV_SPLIT_H
#define VDEV_SPLIT_H

#include "vdev.h"

/* The longest chain that the device takes (virtio 2.7.4: a reasonable limit). */
#define VDEV_CHAIN_MAX	512

struct vdev_segment {
	uint8_t *addr;
	uint32_t len;
	bool writable;
};

struct vdev_chain {
	uint16_t head;
	uint16_t nb_segments;
	uint64_t readable;	/* bytes of all readable segments, which come first */
	uint64_t writable;
	struct vdev_segment segments[VDEV_CHAIN_MAX];
};

/* In what order fetched chains are taken. */
enum vdev_order {
	VDEV_IN_ORDER,
	VDEV_REVERSED,	/* the newest first */
	VDEV_SHUFFLED,	/* pseudo-random, the same in every run */
};

/* What a hostile device does, once, with the next used entry or index. */
enum vdev_lie {
	VDEV_HONEST,
	VDEV_LIE_ID,	/* value instead of the id */
	VDEV_LIE_LEN,	/* value instead of the length */
	VDEV_LIE_IDX,	/* value more than were put is added to idx */
};

struct vdev_split {
	struct vdev *dev;
	uint16_t index;
	uint16_t size;			/* 0: not attached */
	const struct virtq_desc *desc;
	const struct virtq_avail *avail;
	struct virtq_used *used;

	uint16_t avail_idx;		/* idx: the next entry to fetch */
	uint16_t used_idx;		/* idx: the next entry to put, published or not */
	uint16_t *next;			/* by descriptor: the chain as it was when fetched */
	uint16_t *ready;		/* heads that are fetched and not taken, oldest first */
	uint16_t nb_ready;
	bool strict;			/* whoever makes buffers available must notify */
	enum vdev_order order;
	uint32_t random;

	enum vdev_lie lie;
	uint32_t lie_value;
};

/* Takes over the queue as the driver programmed it. Returns 0 or -ENOMEM. */
int
vdev_split_attach(struct vdev_split *vq, struct vdev *dev, uint16_t index);

/* Forgets it; after a reset the driver may free the ring. */
void
vdev_split_detach(struct vdev_split *vq);

/* Fetches all that is available. Returns how many chains are ready. */
uint16_t
vdev_split_fetch(struct vdev_split *vq);

/* Which of nb chains, oldest first, the queue's order wants next. */
uint16_t
vdev_split_pick(struct vdev_split *vq, uint16_t nb);

/* Takes one of the ready chains. There must be one. */
void
vdev_split_take(struct vdev_split *vq, struct vdev_chain *chain);

/* Gives a taken chain back, to be taken next. */
void
vdev_split_untake(struct vdev_split *vq, const struct vdev_chain *chain);

/* Writes a used entry. The driver sees it only after vdev_split_publish. */
void
vdev_split_put(struct vdev_split *vq, uint16_t head, uint32_t len);
void
vdev_split_publish(struct vdev_split *vq);

/* Asks the driver not to notify, or to notify again. */
void
vdev_split_no_notify(struct vdev_split *vq, bool on);

/* Copies into the writable segments from offset on, or out of the readable ones. */
void
vdev_chain_write(const struct vdev_chain *chain, uint64_t offset, const void *src, size_t len);
void
vdev_chain_read(const struct vdev_chain *chain, uint64_t offset, void *dst, size_t len);

#endif /* VDEV_SPLIT_H */
