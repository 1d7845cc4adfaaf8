/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A packed virtqueue (virtio 2.8), as vdev_vq.c needs it. */

#ifndef VDEV_PACKED_H
#define VDEV_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "vio_spec.h"

struct vdev_vq_ops;

/* A place in the ring, and the wrap counter of whoever stands there. */
struct vdev_place {
	uint16_t slot;
	bool wrap;
};

struct vdev_packed {
	struct pvirtq_desc *desc;
	const struct pvirtq_event_suppress *driver_event;
	struct pvirtq_event_suppress *device_event;
	struct vdev_place avail;	/* the next descriptor to fetch */
	struct vdev_place used;		/* the next one to write */
	struct vdev_place told;		/* used when an interrupt was last thought of */

	/* What makes all that was written visible: the flags of the first of it. */
	bool has_first;
	uint16_t first_slot;
	uint16_t first_flags;
};

extern const struct vdev_vq_ops vdev_packed_ops;

#endif /* VDEV_PACKED_H */
