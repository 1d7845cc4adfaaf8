/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Checksum and segmentation offload of the network device (virtio 5.1.9.2, 5.1.9.4): it judges the
 * header of every frame that the driver sends, and finishes frames as a device does before they
 * leave on a wire.
 */

#ifndef VDEV_NET_OFFLOAD_H
#define VDEV_NET_OFFLOAD_H

#include "vdev_net.h"

/* Offers all features of checksum and segmentation that the model can do, both ways. */
void
vdev_net_offload_offer(struct vdev_net *net);

/* virtio 5.1.3.1, for these features: complains and returns false if a requirement is not met. */
bool
vdev_net_offload_features_ok(struct vdev *dev);

/* The offloads that a device may use, by the numbers of virtio 5.1.9.5.9.1. */
uint64_t
vdev_net_guest_offloads(const struct vdev_net *net);

/* Does a command that switches them; false for one that the driver must not send. */
bool
vdev_net_offload_command(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len);

/* The length of the header as it was negotiated (virtio 5.1.9.3.1). */
size_t
vdev_net_hdr_len(const struct vdev_net *net);

/* Complains of a header that the driver must not send with this frame. */
void
vdev_net_offload_check(struct vdev_net *net, uint16_t pair, const struct virtio_net_hdr_ext *hdr,
	const uint8_t *frame, size_t len);

/* A frame that is ready for a wire. */
typedef void (*vdev_net_wire_t)(void *ctx, const uint8_t *frame, size_t len);

/*
 * Does what the header asks for: completes the checksum, cuts the frame into segments or
 * fragments. Returns the number of frames that were handed to wire, or -EINVAL for a header that
 * makes no sense.
 */
int
vdev_net_offload_finish(const struct virtio_net_hdr_ext *hdr, const uint8_t *frame, size_t len,
	vdev_net_wire_t wire, void *ctx);

/*
 * Whether every checksum of a frame is right: of IPv4 headers, TCP and UDP, also in a tunnel whose
 * inner network header is at inner_l3 (0: no tunnel). A UDP checksum of 0 is none.
 */
bool
vdev_net_offload_is_complete(const uint8_t *frame, size_t len, size_t inner_l3);

#endif /* VDEV_NET_OFFLOAD_H */
