/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Requests on a ring of either format, one at a time, each of three buffers: for control queues,
 * whose commands are a header, data and an acknowledgement (virtio 5.1.9.5).
 */

#ifndef VIO_REQUEST_H
#define VIO_REQUEST_H

#include "vio_ring.h"

/* The buffers of a request, which the device reads, but for the last, which it writes. */
#define VIO_REQUEST_BUFS	3

struct vio_request_buf {
	uint64_t addr;	/* for the device */
	uint32_t len;	/* bytes, not 0 */
};

/* Makes a request available and notifies the device. The one before was answered. */
void
vio_request_send(struct vio_ring *ring, const struct vio_request_buf bufs[VIO_REQUEST_BUFS]);

/*
 * Whether the request that was sent is answered. Returns 1 with the bytes that the device
 * wrote, any value, in *len; 0 when it is not; -EPROTO when the device answers something else.
 */
int
vio_request_poll(struct vio_ring *ring, uint32_t *len);

#endif /* VIO_REQUEST_H */
