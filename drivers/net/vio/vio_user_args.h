/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The arguments of a net_vio_user device, with the names and meanings of net_virtio_user's. */

#ifndef VIO_USER_ARGS_H
#define VIO_USER_ARGS_H

#include "vio_args.h"
#include "vio_user.h"
#include "vio_user_socket.h"

/* All arguments, for the help of the device's driver. */
#define VIO_USER_ARGS_KNOWN \
	"path=<path> " \
	"server=<0|1> " \
	"queues=1..128 " \
	"queue_size=8..32768 " \
	"mac=<mac addr> " \
	"mrg_rxbuf=<0|1> " \
	"packed_vq=<0|1> " \
	"in_order=<0|1> " \
	"cq=<0|1> " \
	"speed=<Mb/s> " \
	"mtu=68..65535 " \
	"vectorized=<0|1> " \
	"rss_fallback=<0|1> " \
	VIO_OFFLOAD_ARGS_KNOWN

/* What the arguments say. */
struct vio_user_args {
	char path[VIO_USER_PATH_SIZE];		/* the socket */
	bool server;				/* listen there */
	struct vio_user_conf conf;
	bool rss_fallback;
	struct vio_offload_choice offload_choice;
};

/*
 * Reads the arguments in text, key=value pairs with commas between. Returns 0, or -EINVAL with
 * a message that begins with the device's name and says which argument is wrong.
 */
int
vio_user_args_parse(const char *device, const char *text, struct vio_user_args *args);

#endif /* VIO_USER_ARGS_H */
