/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* DPDK's memory as a vhost-user back end is to be told of it. */

#ifndef VIO_USER_MEM_H
#define VIO_USER_MEM_H

#include <stddef.h>

#include "vio_vhost_spec.h"

/* Regions of memory, and for each the descriptor of its file, which EAL owns. */
struct vio_user_mem {
	struct vhost_user_memory table;
	int fds[VHOST_USER_REGIONS_MAX];
};

/* An area that is about to go, and shall not be told of; of no length: none. */
struct vio_user_hole {
	const void *addr;
	size_t len;
};

/*
 * Adds a segment to the regions: to one of the same file that lies as far from its place in
 * the file, whatever is between both, or as one of its own. Returns 0, or -ENOSPC.
 */
int
vio_user_mem_add(struct vio_user_mem *mem, const void *addr, size_t len, int fd, size_t offset);

/*
 * Collects all memory that EAL gave the process but the hole. EAL's memory lock must be held, as
 * long as the descriptors are used. Returns 0; -ENOTSUP for memory without descriptor, -ENOSPC
 * for too many regions, each with a message that begins with the device's name.
 */
int
vio_user_mem_collect(struct vio_user_mem *mem, const struct vio_user_hole *hole,
		     const char *name);

#endif /* VIO_USER_MEM_H */
