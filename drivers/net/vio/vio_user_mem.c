/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Which regions DPDK's memory has, and telling the back end. Every page is a segment of EAL's;
 * what a back end is told are few regions, each a range of one file.
 * Invariants: the back end is told of every change before it takes effect; a region that it was
 * told of, and works on, is never taken away or changed as long as any of its memory is there:
 * nobody uses the rest, and when that comes again, it is the same part of the same file.
 * Threads: changes of memory come from any, under EAL's memory lock, which is therefore taken
 * before the connection's.
 */

#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_eal_memconfig.h>
#include <rte_errno.h>
#include <rte_memory.h>

#include "vio_log.h"
#include "vio_user_mem.h"

#define CALLBACK_NAME	"net_vio_user"

/* Whether a region is of this file, and as far from its place in it. */
static bool
is_of_file(const struct vio_user_region *r, uint64_t start, int fd, size_t offset)
{
	return r->fd == fd && r->wire.user_address - r->wire.mmap_offset == start - offset;
}

static bool
holds(const struct vio_user_region *r, uint64_t start, size_t len)
{
	return start >= r->wire.user_address &&
	       start + len <= r->wire.user_address + r->wire.size;
}

/*
 * Whether a segment may extend a region. A table is few: there, a region may span pages that are
 * not there. Slots are many, and what lies between may be a region that was told.
 */
static bool
may_extend(const struct vio_user_mem *mem, const struct vio_user_region *r, uint64_t start,
	   size_t len)
{
	if (r->told)
		return false;
	return !mem->by_slot || start == r->wire.user_address + r->wire.size ||
	       start + len == r->wire.user_address;
}

static void
extend(struct vio_user_region *r, uint64_t start, size_t len, size_t offset)
{
	uint64_t end = RTE_MAX(r->wire.user_address + r->wire.size, start + len);
	uint64_t first = RTE_MIN(r->wire.user_address, start);

	r->wire = (struct vhost_user_region){
		.guest_address = first,
		.size = end - first,
		.user_address = first,
		.mmap_offset = RTE_MIN(r->wire.mmap_offset, (uint64_t)offset),
	};
}

int
vio_user_mem_add(struct vio_user_mem *mem, const void *addr, size_t len, int fd, size_t offset)
{
	const uint64_t start = (uintptr_t)addr;
	struct vio_user_region *r;

	for (r = mem->regions; r < mem->regions + mem->nb; r++) {
		if (!is_of_file(r, start, fd, offset))
			continue;
		if (!holds(r, start, len)) {
			if (!may_extend(mem, r, start, len))
				continue;
			extend(r, start, len, offset);
		}
		r->live = true;
		return 0;
	}
	if (mem->nb == RTE_DIM(mem->regions))
		return -ENOSPC;
	/* The addresses in the rings are virtual ones, too. */
	mem->regions[mem->nb++] = (struct vio_user_region){
		.wire = {
			.guest_address = start,
			.size = len,
			.user_address = start,
			.mmap_offset = offset,
		},
		.fd = fd,
		.live = true,
	};
	return 0;
}

/* An area that is about to go, and shall not be told of; of no length: none. */
struct hole {
	const void *addr;
	size_t len;
};

struct collect_arg {
	struct vio_user_mem *mem;
	const struct hole *hole;
};

static bool
is_in_hole(const struct hole *hole, const struct rte_memseg *ms)
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

void
vio_user_mem_begin(struct vio_user_mem *mem)
{
	uint32_t i;

	if (!mem->by_slot)
		mem->nb = 0;
	for (i = 0; i < mem->nb; i++)
		mem->regions[i].live = false;
}

/* vhost-user: VHOST_USER_SET_MEM_TABLE */
static int
table_tell(struct vio_user_mem *mem)
{
	struct vhost_user_memory table = { .num_regions = mem->nb };
	int fds[VHOST_USER_REGIONS_MAX];
	uint32_t i;

	for (i = 0; i < mem->nb; i++) {
		table.regions[i] = mem->regions[i].wire;
		fds[i] = mem->regions[i].fd;
	}
	return vio_vhost_set(mem->conn, VHOST_USER_SET_MEM_TABLE, &table,
			     offsetof(struct vhost_user_memory, regions) +
			     mem->nb * sizeof(table.regions[0]), fds, mem->nb);
}

static int
slot_tell(struct vio_user_mem *mem, enum vhost_user_request request,
	  const struct vio_user_region *r)
{
	const struct vhost_user_single_memory single = { .region = r->wire };

	return vio_vhost_set(mem->conn, request, &single, sizeof(single), &r->fd,
			     request == VHOST_USER_ADD_MEM_REG ? 1 : 0);
}

/* vhost-user: VHOST_USER_ADD_MEM_REG, VHOST_USER_REM_MEM_REG; what goes, first. */
static int
slots_tell(struct vio_user_mem *mem)
{
	uint32_t i = 0;
	int ret = 0;

	while (i < mem->nb && ret == 0) {
		if (mem->regions[i].live) {
			i++;
			continue;
		}
		if (mem->regions[i].told)
			ret = slot_tell(mem, VHOST_USER_REM_MEM_REG, &mem->regions[i]);
		if (ret == 0)
			mem->regions[i] = mem->regions[--mem->nb];
	}
	for (i = 0; i < mem->nb && ret == 0; i++) {
		if (mem->regions[i].told)
			continue;
		ret = slot_tell(mem, VHOST_USER_ADD_MEM_REG, &mem->regions[i]);
		mem->regions[i].told = ret == 0;
	}
	return ret;
}

int
vio_user_mem_commit(struct vio_user_mem *mem)
{
	uint32_t i, nb_live = 0;

	for (i = 0; i < mem->nb; i++)
		nb_live += mem->regions[i].live;
	if (nb_live > mem->nb_max)
		return -ENOSPC;
	return mem->by_slot ? slots_tell(mem) : table_tell(mem);
}

/* Brings the back end's view up to all memory but the hole, under EAL's memory lock. */
static int
update(struct vio_user_mem *mem, const struct hole *hole)
{
	struct collect_arg arg = { .mem = mem, .hole = hole };
	int ret;

	vio_user_mem_begin(mem);
	ret = rte_memseg_walk_thread_unsafe(collect, &arg);
	if (ret == 0)
		ret = vio_user_mem_commit(mem);
	if (ret == -ENOTSUP)
		VIO_LOG(ERR, mem->conn->name, "DPDK's memory has no file descriptors to share it "
			"by: mount a hugetlbfs and run without EAL's option --in-memory, or use a "
			"kernel that has memfd");
	else if (ret == -ENOSPC)
		VIO_LOG(ERR, mem->conn->name, "DPDK's memory lies in more than %u files, which is "
			"all that the back end takes: use EAL's option --single-file-segments, or "
			"larger pages", mem->nb_max);
	return ret;
}

int
vio_user_mem_tell(struct vio_user_mem *mem)
{
	const struct hole none = { .len = 0 };
	int ret = 0;

	rte_mcfg_mem_read_lock();
	if (!mem->told) {
		ret = update(mem, &none);
		mem->told = ret == 0;
	}
	rte_mcfg_mem_read_unlock();
	return ret;
}

/* Memory came, or is about to go. EAL holds its memory lock. */
static void
changed(enum rte_mem_event type, const void *addr, size_t len, void *arg)
{
	struct hole hole = { .addr = addr, .len = type == RTE_MEM_EVENT_FREE ? len : 0 };
	struct vio_user_mem *mem = arg;

	if (!mem->told || !vio_vhost_is_up(mem->conn))
		return;
	/* It would take addresses there for errors, without a word. */
	if (update(mem, &hole) < 0)
		vio_vhost_fail(mem->conn, mem->by_slot ? VHOST_USER_ADD_MEM_REG :
			       VHOST_USER_SET_MEM_TABLE,
			       "the change of DPDK's memory could not be shared");
}

void
vio_user_mem_slots(struct vio_user_mem *mem, uint64_t slots)
{
	mem->by_slot = slots > 0;
	mem->nb_max = mem->by_slot ? RTE_MIN(slots, (uint64_t)VIO_USER_REGIONS_MAX) :
		      VHOST_USER_REGIONS_MAX;
}

void
vio_user_mem_forget(struct vio_user_mem *mem)
{
	/* Against changed(), which does nothing afterwards until all is told again. */
	rte_mcfg_mem_read_lock();
	mem->told = false;
	mem->nb = 0;
	rte_mcfg_mem_read_unlock();
}

int
vio_user_mem_init(struct vio_user_mem *mem, struct vio_vhost *conn, uint64_t slots)
{
	memset(mem, 0, sizeof(*mem));
	mem->conn = conn;
	vio_user_mem_slots(mem, slots);
	/* Legacy memory does not change, and has no such events. */
	if (rte_mem_event_callback_register(CALLBACK_NAME, changed, mem) < 0 &&
	    rte_errno != ENOTSUP)
		return -rte_errno;
	return 0;
}

void
vio_user_mem_fini(struct vio_user_mem *mem)
{
	rte_mem_event_callback_unregister(CALLBACK_NAME, mem);
}
