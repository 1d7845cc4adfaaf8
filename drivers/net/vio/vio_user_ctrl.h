/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The control commands of a vhost-user device, which its front end answers. */

#ifndef VIO_USER_CTRL_H
#define VIO_USER_CTRL_H

#include "vio_user.h"

/* The verb ctrl of vio_user_ops. */
int
vio_user_ctrl(struct vio_transport *t, const struct virtio_net_ctrl_hdr *hdr, const void *data,
	      size_t len);

#endif /* VIO_USER_CTRL_H */
