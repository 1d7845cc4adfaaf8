/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Which regions DPDK's memory has. Every page is a segment of EAL's; what a back end is told are
 * as few regions as possible, each a range of one file. A range may span pages that are not
 * there: nobody uses them, and they are the same pages of the same file when they come.
 * Threads: the caller holds EAL's memory lock.
 */

#include <errno.h>
#include <stdbool.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_memory.h>

#include "vio_log.h"
#include "vio_user_mem.h"

int
vio_user_mem_add(struct vio_user_mem *mem, const void *addr, size_t len, int fd, size_t offset)
{
	const uint64_t start = (uintptr_t)addr;
	struct vhost_user_region *r;
	uint64_t end, first;
	uint32_t i;

	for (i = 0; i < mem->table.num_regions; i++) {
		r = &mem->table.regions[i];
		if (mem->fds[i] != fd || r->user_address - r->mmap_offset != start - offset)
			continue;
		end = RTE_MAX(r->user_address + r->size, start + len);
		first = RTE_MIN(r->user_address, start);
		*r = (struct vhost_user_region){
			.guest_address = first,
			.size = end - first,
			.user_address = first,
			.mmap_offset = RTE_MIN(r->mmap_offset, (uint64_t)offset),
		};
		return 0;
	}
	if (i == VHOST_USER_REGIONS_MAX)
		return -ENOSPC;
	/* The addresses in the rings are virtual ones, too. */
	mem->table.regions[i] = (struct vhost_user_region){
		.guest_address = start,
		.size = len,
		.user_address = start,
		.mmap_offset = offset,
	};
	mem->fds[i] = fd;
	mem->table.num_regions++;
	return 0;
}

struct collect_arg {
	struct vio_user_mem *mem;
	const struct vio_user_hole *hole;
};

static bool
is_in_hole(const struct vio_user_hole *hole, const struct rte_memseg *ms)
{
	return (uintptr_t)ms->addr - (uintptr_t)hole->addr < hole->len;
}

static int
collect(const struct rte_memseg_list *msl, const struct rte_memseg *ms, void *arg)
{
	struct collect_arg *a = arg;
	size_t offset;
	int fd;

	/* Memory that the application brought: EAL has no file of it. */
	if (msl->external || is_in_hole(a->hole, ms))
		return 0;
	fd = rte_memseg_get_fd_thread_unsafe(ms);
	if (fd < 0 || rte_memseg_get_fd_offset_thread_unsafe(ms, &offset) < 0)
		return -ENOTSUP;
	return vio_user_mem_add(a->mem, ms->addr, ms->len, fd, offset);
}

int
vio_user_mem_collect(struct vio_user_mem *mem, const struct vio_user_hole *hole,
		     const char *name)
{
	struct collect_arg arg = { .mem = mem, .hole = hole };
	int ret;

	mem->table.num_regions = 0;
	mem->table.padding = 0;
	ret = rte_memseg_walk_thread_unsafe(collect, &arg);
	if (ret == -ENOTSUP)
		VIO_LOG(ERR, name, "DPDK's memory has no file descriptors to share it by: mount a "
			"hugetlbfs and run without EAL's option --in-memory, or use a kernel that "
			"has memfd");
	else if (ret == -ENOSPC)
		VIO_LOG(ERR, name, "DPDK's memory lies in more than %u files, which is all that "
			"the back end takes: use EAL's option --single-file-segments, or larger "
			"pages",
			VHOST_USER_REGIONS_MAX);
	return ret;
}
