/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The device's side of a virtqueue, whatever its format.
 *
 * A chain goes through three hands: fetched from what the driver made available, which checks it
 * and makes it the device's; taken in the order of the queue's choice; put as used. What the
 * driver must not do on the way is a complaint. The formats are vdev_split.c and vdev_packed.c,
 * each a table of operations.
 */

#ifndef VDEV_VQ_H
#define VDEV_VQ_H

#include "vdev.h"
#include "vdev_packed.h"
#include "vdev_split.h"

/* The longest chain that the device takes (virtio 2.7.4: a reasonable limit). */
#define VDEV_CHAIN_MAX	512

struct vdev_segment {
	uint8_t *addr;
	uint32_t len;
	bool writable;
};

/* A descriptor of either format, in the machine's byte order. */
struct vdev_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t number;	/* next, or the buffer's id */
};

struct vdev_chain {
	uint16_t id;		/* the head on a split ring, the buffer's id on a packed one */
	uint16_t nb_segments;
	uint64_t readable;	/* bytes of all readable segments, which come first */
	uint64_t writable;
	struct vdev_segment *segments;	/* kept until the chain is put */
};

/* A chain in the device's hands, by its id. */
struct vdev_buffer {
	uint16_t nb_entries;	/* of the ring; 0: the device does not hold this id */
	uint16_t nb_segments;
	uint16_t nb_room;	/* of segments[] */
	uint64_t readable;
	uint64_t writable;
	struct vdev_segment *segments;
};

/* In what order fetched chains are taken; with IN_ORDER, always the oldest. */
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
	VDEV_LIE_IDX,	/* value more are used than were put: added to idx, or so many marked */
	VDEV_LIE_FLAGS,	/* value flips bits of the flags, where entries have some */
};

/* A used buffer that the driver does not see yet. */
struct vdev_used {
	uint16_t nb_entries;
	uint32_t id;		/* what the driver is told */
	uint32_t len;
	uint16_t flags;		/* of the format's own, where entries have some */
	uint16_t flags_xor;
	bool whole;		/* all that is writable was written: in a batch, not told of */
};

struct vdev_vq;

/* A format. */
struct vdev_vq_ops {
	/* Maps the ring that the driver programmed, to begin at base. Returns 0 or -ENOMEM. */
	int (*attach)(struct vdev_vq *vq, const struct vdev_queue *regs, uint32_t base);
	void (*detach)(struct vdev_vq *vq);
	/*
	 * Reads the next chain that is available. Returns the number of ring entries that it
	 * takes, 0 when there is none, -EINVAL when it was refused with a complaint.
	 */
	int (*fetch)(struct vdev_vq *vq, struct vdev_chain *chain);
	/* The device no longer holds a chain. */
	void (*release)(struct vdev_vq *vq, uint16_t id);
	/*
	 * Writes one used entry that stands for nb_buffers, which took nb_entries of the ring. It
	 * is shown to the driver at last, all of them at once, with excess as of VDEV_LIE_IDX.
	 */
	void (*use)(struct vdev_vq *vq, const struct vdev_used *used, uint16_t nb_buffers,
		uint16_t nb_entries);
	void (*show)(struct vdev_vq *vq, uint32_t excess);
	/* Whether the driver wants to be interrupted for what was shown since this was asked. */
	bool (*interrupt_due)(struct vdev_vq *vq);
	/* Asks to be notified of the entry after so many further ones, or of none. */
	void (*ask)(struct vdev_vq *vq, bool wanted, uint16_t after);
	/* How far what NOTIFICATION_DATA brings lies behind the next entry to fetch. */
	uint16_t (*behind)(const struct vdev_vq *vq, uint16_t data);
	/* Where the ring goes on, as vhost-user's SET_VRING_BASE and GET_VRING_BASE have it. */
	void (*base_set)(struct vdev_vq *vq, uint32_t base);
	uint32_t (*base_get)(const struct vdev_vq *vq);
};

struct vdev_vq {
	struct vdev *dev;
	const struct vdev_vq_ops *ops;
	uint16_t index;
	uint16_t size;			/* 0: not attached */

	struct vdev_buffer *buffers;	/* by id */
	uint32_t nb_ids;
	uint16_t *ready;		/* ids that are fetched and not taken, oldest first ... */
	uint32_t first_ready;		/* ... from this place on */
	uint16_t nb_ready;
	struct vdev_used *used;		/* put, and not published */
	uint16_t nb_used;
	uint32_t nb_out;		/* ring entries of all chains that the device holds */

	bool strict;			/* whoever makes buffers available must notify */
	bool no_notify;			/* the driver is asked not to */
	uint16_t notify_after;		/* with EVENT_IDX: not before so many further entries */
	enum vdev_order order;
	uint32_t random;
	uint16_t batch;			/* with IN_ORDER: the most buffers of one used entry */

	enum vdev_lie lie;
	uint32_t lie_value;

	union {
		struct vdev_split split;
		struct vdev_packed packed;
	};
};

/* Where a new ring begins, as vhost-user's SET_VRING_BASE has it. */
uint32_t
vdev_vq_base_new(const struct vdev *dev);

/*
 * Takes over the queue as the driver programmed it, to begin at base: what the ring holds must
 * agree with that. Returns 0 or -ENOMEM.
 */
int
vdev_vq_attach(struct vdev_vq *vq, struct vdev *dev, uint16_t index, uint32_t base);

/* Forgets it; after a reset the driver may free the ring. */
void
vdev_vq_detach(struct vdev_vq *vq);

/* Goes on at another place, where the caller puts the driver as well; nothing may be out. */
void
vdev_vq_base_set(struct vdev_vq *vq, uint32_t base);

/* The next entries to fetch and to use, in the same form. */
uint32_t
vdev_vq_base_get(const struct vdev_vq *vq);

/* Fetches all that is available. Returns how many chains are ready. */
uint16_t
vdev_vq_fetch(struct vdev_vq *vq);

/* Which of nb chains, oldest first, the queue's order wants next. */
uint16_t
vdev_vq_pick(struct vdev_vq *vq, uint16_t nb);

/* Takes one of the ready chains. There must be one. */
void
vdev_vq_take(struct vdev_vq *vq, struct vdev_chain *chain);

/* The same, always the oldest. */
void
vdev_vq_take_oldest(struct vdev_vq *vq, struct vdev_chain *chain);

/* Gives a taken chain back, to be taken next. */
void
vdev_vq_untake(struct vdev_vq *vq, const struct vdev_chain *chain);

/*
 * Uses a chain of which len bytes were written. The driver sees it only after
 * vdev_vq_publish, which shows all at once.
 */
void
vdev_vq_put(struct vdev_vq *vq, uint16_t id, uint32_t len);
void
vdev_vq_publish(struct vdev_vq *vq);

/* Asks the driver not to notify, or to notify again. */
void
vdev_vq_no_notify(struct vdev_vq *vq, bool on);

/* With EVENT_IDX: wants no notification of the next so many entries, from each fetch on. */
void
vdev_vq_notify_after(struct vdev_vq *vq, uint16_t after);

/* For the formats: adds a descriptor to a chain; what is no buffer is a complaint and false. */
bool
vdev_vq_segment_add(struct vdev_vq *vq, struct vdev_chain *chain, const struct vdev_desc *desc);

/* Copies into the writable segments from offset on, or out of the readable ones. */
void
vdev_chain_write(const struct vdev_chain *chain, uint64_t offset, const void *src, size_t len);
void
vdev_chain_read(const struct vdev_chain *chain, uint64_t offset, void *dst, size_t len);

#endif /* VDEV_VQ_H */
