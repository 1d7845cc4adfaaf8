/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The device arguments of every bus that say how offloads are done where there is a choice. */

#ifndef VIO_ARGS_H
#define VIO_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct vio_offload_choice {
	bool partial_csum;	/* partial checksums of received packets are left, and told */
	bool udp_lro;		/* TCP_LRO lets the device put UDP together too */
	bool rsc_info;		/* counts of segments put together go into mbufs */
	bool uso;		/* UDP_TSO makes datagrams, not fragments of one */
};

/* For the help of a driver. */
#define VIO_OFFLOAD_ARGS_KNOWN	"partial_csum=<0|1> rsc_info=<0|1> udp_lro=<0|1> uso=<0|1>"

/* Where an argument, of 0 or 1, is kept in choice; NULL for one of another name. */
static inline bool *
vio_offload_arg(struct vio_offload_choice *choice, const char *key)
{
	if (strcmp(key, "partial_csum") == 0)
		return &choice->partial_csum;
	if (strcmp(key, "rsc_info") == 0)
		return &choice->rsc_info;
	if (strcmp(key, "udp_lro") == 0)
		return &choice->udp_lro;
	return strcmp(key, "uso") == 0 ? &choice->uso : NULL;
}

#endif /* VIO_ARGS_H */
