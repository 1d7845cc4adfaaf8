/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The test device behind a vhost-user socket: a back end that works on the rings in the memory
 * that it was given descriptors of. What it does with frames is its mode.
 */

#ifndef VDEV_VHOST_H
#define VDEV_VHOST_H

#include "fake_backend.h"
#include "vdev_net.h"

/* What the thread of the back end does with frames. */
enum vdev_vhost_mode {
	VDEV_VHOST_MANUAL,	/* nothing: the test calls vdev_net.h with the device's lock held */
	VDEV_VHOST_ECHO,	/* sends back what came, on the same pair */
	VDEV_VHOST_SOURCE,	/* sends numbered frames on every pair, as buffers come */
	VDEV_VHOST_SINK,	/* takes numbered frames, and counts those that are not next */
	VDEV_VHOST_CAPTURE,	/* keeps what came for the test */
};

#define VDEV_VHOST_CAPTURE_MAX	4096

/* A numbered frame is a number of 8 bytes behind the Ethernet header, and a pattern of it. */
#define VDEV_VHOST_NUMBERED_MIN	(14 + 8)

struct vdev_vhost_pair {
	uint64_t nb_sent;	/* frames that the device gave */
	uint64_t nb_taken;	/* frames that it took */
	uint64_t nb_bad;	/* of those in mode sink: not the next number, or not its bytes */
	uint64_t next_number;	/* in mode sink */
	uint8_t *waiting;	/* in mode echo: a frame without a buffer */
	size_t waiting_len;
};

struct vdev_vhost_frame {
	uint16_t pair;
	uint32_t len;
	uint8_t *data;
};

/* A region as the back end mapped it. */
struct vdev_vhost_map {
	struct vhost_user_region region;
	void *mem;		/* of the whole mapping, which begins at the file's beginning */
	size_t len;
	bool removed;		/* of no use; unmapped in the end, as a test may hold pointers */
};

struct vdev_vhost {
	struct fake_backend backend;	/* first */
	struct vdev_net *net;
	enum vdev_vhost_mode mode;
	uint32_t source_len;		/* of the frames of mode source; at least the numbered's */

	struct vdev_vhost_map maps[FAKE_BACKEND_REGIONS_MAX];
	unsigned int nb_maps;

	/* Under the device's lock. */
	struct vdev_vhost_pair pairs[VDEV_NET_PAIRS_MAX];
	struct vdev_vhost_frame captured[VDEV_VHOST_CAPTURE_MAX];
	unsigned int nb_captured;
};

/*
 * A back end for a device that vdev_net_init made. Fields of backend may be changed until it is
 * started, and as fake_backend.h says.
 */
void
vdev_vhost_init(struct vdev_vhost *v, struct vdev_net *net);

/*
 * Puts the device behind the back end, which offers what the device does; fake_backend_start or
 * fake_backend_listen is to follow, and vdev_vhost_stop after either.
 */
void
vdev_vhost_attach(struct vdev_vhost *v);

/* Closes the connection, and forgets rings and memory. Returns the complaints of the protocol. */
unsigned int
vdev_vhost_stop(struct vdev_vhost *v);

/* Changes the mode while it runs. */
void
vdev_vhost_mode_set(struct vdev_vhost *v, enum vdev_vhost_mode mode);

/* A numbered frame of len bytes. */
void
vdev_vhost_numbered(uint8_t *frame, uint32_t len, uint64_t number);

/* The number of such a frame; UINT64_MAX when a byte of it is wrong. */
uint64_t
vdev_vhost_number_of(const uint8_t *frame, uint32_t len);

#endif /* VDEV_VHOST_H */
