/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A split virtqueue (virtio 2.7), as vdev_vq.c needs it. */

#ifndef VDEV_SPLIT_H
#define VDEV_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "vio_spec.h"

struct vdev_vq_ops;

struct vdev_split {
	const struct virtq_desc *desc;
	const struct virtq_avail *avail;
	struct virtq_used *used;
	uint16_t avail_idx;	/* idx: the next entry to fetch */
	uint16_t used_idx;	/* idx: the next entry to use, shown or not */
	uint16_t told_idx;	/* used_idx when an interrupt was last thought of */
	uint16_t *next;		/* by descriptor: the chain as it was when fetched */
	bool begun;		/* with IN_ORDER: next_head is known */
	uint16_t next_head;	/* where the driver's next chain must begin */
};

extern const struct vdev_vq_ops vdev_split_ops;

#endif /* VDEV_SPLIT_H */
