/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* DPDK's memory as a vhost-user back end is told of it. */

#ifndef VIO_USER_MEM_H
#define VIO_USER_MEM_H

#include <stdbool.h>
#include <stddef.h>

#include "vio_vhost.h"

/* The most regions that are told, whatever the back end takes. */
#define VIO_USER_REGIONS_MAX	1024

/* A region, and the descriptor of its file, which EAL owns. */
struct vio_user_region {
	struct vhost_user_region wire;
	int fd;
	bool told;	/* the back end has it as it stands */
	bool live;	/* there is memory in it, as of the last look */
};

struct vio_user_mem {
	struct vio_vhost *conn;
	uint32_t nb_max;	/* how many regions the back end takes */
	bool by_slot;		/* it takes them one by one (CONFIGURE_MEM_SLOTS) */
	bool told;		/* it was told of all memory */
	uint32_t nb;
	struct vio_user_region regions[VIO_USER_REGIONS_MAX];
};

/*
 * Begins to watch DPDK's memory; of what changes once it was told, the back end is told before
 * the change takes effect, or the connection ends. slots: how many regions the back end takes
 * one by one; 0: it takes a table of VHOST_USER_REGIONS_MAX. Returns 0 or -errno.
 */
int
vio_user_mem_init(struct vio_user_mem *mem, struct vio_vhost *conn, uint64_t slots);

void
vio_user_mem_fini(struct vio_user_mem *mem);

/* There is no back end that knows of any memory; then another, and how many regions it takes. */
void
vio_user_mem_forget(struct vio_user_mem *mem);
void
vio_user_mem_slots(struct vio_user_mem *mem, uint64_t slots);

/*
 * Tells the back end of all memory that EAL gave the process, unless it was told. Returns 0;
 * -ENOTSUP for memory without descriptor, -ENOSPC for too many regions, each with a message; or
 * -errno of the requests.
 */
int
vio_user_mem_tell(struct vio_user_mem *mem);

/*
 * The steps of it: begin looks at no memory, each add at one segment more, and commit tells the
 * back end what has changed since the last time. A segment that lies in no region becomes part of
 * one of the same file that was not told and lies as far from its place in the file, or one of
 * its own. add and commit return -ENOSPC for too many regions.
 */
void
vio_user_mem_begin(struct vio_user_mem *mem);
int
vio_user_mem_add(struct vio_user_mem *mem, const void *addr, size_t len, int fd, size_t offset);
int
vio_user_mem_commit(struct vio_user_mem *mem);

#endif /* VIO_USER_MEM_H */
