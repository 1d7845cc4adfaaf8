/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The control queue of the network device (virtio 5.1.9.5), as vdev_net.c needs it. */

#ifndef VDEV_NET_CTRL_H
#define VDEV_NET_CTRL_H

#include "vdev_net.h"

/* Its number (virtio 5.1.2): behind all pairs, or behind the first without MQ and RSS. */
uint16_t
vdev_net_ctrl_queue(const struct vdev_net *net);

/* Forgets all that commands have set. */
void
vdev_net_ctrl_reset(struct vdev_net *net);

#endif /* VDEV_NET_CTRL_H */
