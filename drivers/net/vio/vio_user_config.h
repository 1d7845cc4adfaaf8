/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The configuration space of a vhost-user device. */

#ifndef VIO_USER_CONFIG_H
#define VIO_USER_CONFIG_H

#include "vio_user.h"

/* The features whose fields the configuration space has. MQ's is always the front end's. */
#define VIO_USER_CONFIG_FEATURES	(RTE_BIT64(VIRTIO_NET_F_MTU) | \
					 RTE_BIT64(VIRTIO_NET_F_MAC) | \
					 RTE_BIT64(VIRTIO_NET_F_STATUS) | \
					 RTE_BIT64(VIRTIO_NET_F_SPEED_DUPLEX))

/*
 * Fills the space with what the user says and, where he says nothing, with what the back end has,
 * and listens for changes of that. Adds to the features offered those that have a field then.
 * protocol: the protocol features agreed on. Returns 0, or -errno with a message: -ENOTSUP when
 * the back end cannot have the MTU.
 */
int
vio_user_config_init(struct vio_user *u, const struct vio_user_conf *conf, uint64_t protocol);

/*
 * The back end came back: asks it anew for what may change, the link and its speed. Returns 0, or
 * -errno with a message: -ENOTSUP when it can no longer have the MTU.
 */
int
vio_user_config_renew(struct vio_user *u, uint64_t protocol);

void
vio_user_config_fini(struct vio_user *u);

/* Sets the address. */
void
vio_user_config_set_mac(struct vio_user *u, const uint8_t *mac);

/* Tells the back end of the MTU, if it wants to know. Returns 0 or -errno of the request. */
int
vio_user_config_tell_mtu(struct vio_user *u);

/* The verb config_read of vio_user_ops. */
int
vio_user_config_read(struct vio_transport *t, size_t offset, void *dst, size_t len);

#endif /* VIO_USER_CONFIG_H */
