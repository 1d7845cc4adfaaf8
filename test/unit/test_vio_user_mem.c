/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What a back end is told of DPDK's memory, and of its changes: as a table, and by slots. The
 * segments are made up, but for those of the cases about EAL's own.
 */

#include <fcntl.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "test.h"

#include "fake_backend.h"
#include "vio_user_mem.h"

#define NB_FILES	100
#define PAGE		0x1000
#define MEM_SLOTS	(UINT64_C(1) << VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS)
#define REPLY_ACK	(UINT64_C(1) << VHOST_USER_PROTOCOL_F_REPLY_ACK)

static struct fake_backend backend;
static struct vio_vhost conn;
static struct vio_user_mem mem;
static int files[NB_FILES];

static int
setup(void)
{
	unsigned int i;
	int fd;

	fake_backend_init(&backend);
	for (i = 0; i < NB_FILES; i++) {
		files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		TEST_ASSERT(files[i] >= 0, "a file");
	}
	fd = fake_backend_start(&backend);
	TEST_ASSERT(fd >= 0, "back end");
	TEST_ASSERT_SUCCESS(vio_vhost_init(&conn, "vio_user_mem_test", fd), "connection");
	TEST_ASSERT_SUCCESS(vio_vhost_set_u64(&conn, VHOST_USER_SET_PROTOCOL_FEATURES,
		MEM_SLOTS | REPLY_ACK), "protocol features");
	conn.reply_ack = true;
	return TEST_SUCCESS;
}

/* Ends all; fails the case when the back end complains. */
static int
finish(void)
{
	unsigned int complaints;

	vio_user_mem_fini(&mem);
	complaints = fake_backend_stop(&backend);
	TEST_ASSERT_EQUAL(complaints, 0, "the back end complains: %s", backend.complaint);
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	unsigned int i;

	fake_backend_stop(&backend);
	vio_vhost_fini(&conn);
	for (i = 0; i < NB_FILES; i++)
		close(files[i]);
}

/* A segment of nb pages of a file whose first page would be at the start of an area of its own. */
static int
add(unsigned int file, unsigned int page, unsigned int nb)
{
	uintptr_t area = 0x10000000 + file * (uintptr_t)0x1000000;

	return vio_user_mem_add(&mem, (void *)(area + page * PAGE), nb * PAGE, files[file],
		page * PAGE);
}

/* Whether the back end has exactly a region of nb pages there. */
static bool
has(unsigned int file, unsigned int page, unsigned int nb)
{
	uintptr_t start = 0x10000000 + file * (uintptr_t)0x1000000 + page * PAGE;
	unsigned int i;

	for (i = 0; i < backend.nb_regions; i++)
		if (backend.regions[i].user_address == start &&
		    backend.regions[i].guest_address == start &&
		    backend.regions[i].mmap_offset == page * PAGE &&
		    backend.regions[i].size == nb * PAGE)
			return true;
	return false;
}

/* A table: as few regions as there are files and distances between address and offset. */
static int
table(void)
{
	unsigned int i;

	TEST_ASSERT_SUCCESS(vio_user_mem_init(&mem, &conn, 0), "init");
	vio_user_mem_begin(&mem);
	TEST_ASSERT_SUCCESS(add(0, 2, 1), "first");
	TEST_ASSERT_SUCCESS(add(0, 3, 1), "next");
	TEST_ASSERT_SUCCESS(add(0, 1, 1), "before");
	TEST_ASSERT_SUCCESS(add(0, 6, 1), "a gap");
	TEST_ASSERT_SUCCESS(add(1, 7, 1), "another file");
	TEST_ASSERT_SUCCESS(vio_user_mem_add(&mem, (void *)0x5000, PAGE, files[0], PAGE), "place");
	/* as far from its place as the first file's, and yet not part of it */
	TEST_ASSERT_SUCCESS(vio_user_mem_add(&mem, (void *)(0x10000000 + 7 * PAGE), PAGE,
		files[2], 7 * PAGE), "the same distance");
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_SET_MEM_TABLE], 1, "one table");
	TEST_ASSERT_EQUAL(backend.nb_regions, 4, "%u regions", backend.nb_regions);
	TEST_ASSERT(has(0, 1, 6) && has(1, 7, 1), "regions");

	vio_user_mem_begin(&mem);
	for (i = 0; i < VHOST_USER_REGIONS_MAX; i++)
		TEST_ASSERT_SUCCESS(add(i, 0, 1), "%u", i);
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "eight");
	TEST_ASSERT_EQUAL(backend.nb_regions, VHOST_USER_REGIONS_MAX, "eight");
	TEST_ASSERT_SUCCESS(add(0, 1, 1), "a known file");
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "eight again");
	TEST_ASSERT(has(0, 0, 2), "of two pages");
	TEST_ASSERT_SUCCESS(add(i, 0, 1), "a ninth");
	TEST_ASSERT_EQUAL(vio_user_mem_commit(&mem), -ENOSPC, "nine");
	return finish();
}

/* As many regions as there are slots, and each is told once. */
static int
slots(void)
{
	unsigned int i, round;

	backend.slots = NB_FILES - 1;
	TEST_ASSERT_SUCCESS(vio_user_mem_init(&mem, &conn, NB_FILES - 1), "init");
	for (round = 0; round < 2; round++) {
		vio_user_mem_begin(&mem);
		for (i = 0; i < NB_FILES - 1; i++) {
			TEST_ASSERT_SUCCESS(add(i, 1, 2), "%u", i);
			TEST_ASSERT_SUCCESS(add(i, 3, 1), "%u", i);
			TEST_ASSERT_SUCCESS(add(i, 0, 1), "%u", i);
		}
		TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
		TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_ADD_MEM_REG], NB_FILES - 1,
			"%u added", backend.nb_requests[VHOST_USER_ADD_MEM_REG]);
		TEST_ASSERT_EQUAL(backend.nb_regions, NB_FILES - 1, "%u", backend.nb_regions);
	}
	for (i = 0; i < NB_FILES - 1; i++)
		TEST_ASSERT(has(i, 0, 4), "region %u", i);
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_SET_MEM_TABLE], 0, "no table");
	TEST_ASSERT_SUCCESS(add(i, 0, 1), "one more");
	TEST_ASSERT_EQUAL(vio_user_mem_commit(&mem), -ENOSPC, "than there are slots");
	return finish();
}

/* What was told stays as it is while any of it is there; what is new comes beside it. */
static int
slots_that_change(void)
{
	TEST_ASSERT_SUCCESS(vio_user_mem_init(&mem, &conn, 5), "init");
	backend.slots = 5;
	vio_user_mem_begin(&mem);
	TEST_ASSERT_SUCCESS(add(0, 2, 2), "pages");
	TEST_ASSERT_SUCCESS(add(0, 8, 1), "beyond a gap");
	TEST_ASSERT_SUCCESS(add(1, 0, 2), "another file");
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
	TEST_ASSERT(has(0, 2, 2) && has(0, 8, 1) && has(1, 0, 2), "three regions");

	/* memory comes: within the gap, and before; some of what is there goes */
	vio_user_mem_begin(&mem);
	TEST_ASSERT_SUCCESS(add(0, 1, 1), "before");
	TEST_ASSERT_SUCCESS(add(0, 3, 1), "what is left");
	TEST_ASSERT_SUCCESS(add(0, 4, 1), "behind");
	TEST_ASSERT_SUCCESS(add(0, 5, 1), "behind that");
	TEST_ASSERT_SUCCESS(add(0, 8, 1), "beyond the gap");
	TEST_ASSERT_SUCCESS(add(1, 1, 1), "what is left");
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_REM_MEM_REG], 0, "nothing goes");
	TEST_ASSERT_EQUAL(backend.nb_regions, 5, "%u regions", backend.nb_regions);
	TEST_ASSERT(has(0, 2, 2) && has(0, 8, 1) && has(1, 0, 2), "the first three");
	TEST_ASSERT(has(0, 1, 1) && has(0, 4, 2), "what came");

	/* a file goes, and comes again under the same descriptor: its room is there for another */
	vio_user_mem_begin(&mem);
	TEST_ASSERT_SUCCESS(add(1, 0, 2), "the other file");
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_REM_MEM_REG], 4, "four go");
	vio_user_mem_begin(&mem);
	TEST_ASSERT_SUCCESS(add(1, 0, 2), "the other file");
	TEST_ASSERT_SUCCESS(add(0, 2, 7), "the file, anew");
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
	TEST_ASSERT_EQUAL(backend.nb_regions, 2, "%u regions", backend.nb_regions);
	TEST_ASSERT(has(0, 2, 7), "anew");
	return finish();
}

/* What the back end refuses was not told, and is told the next time. */
static int
refusals(void)
{
	TEST_ASSERT_SUCCESS(vio_user_mem_init(&mem, &conn, 8), "init");
	backend.fault = FAKE_BACKEND_NACK;
	backend.fault_request = VHOST_USER_ADD_MEM_REG;
	vio_user_mem_begin(&mem);
	TEST_ASSERT_SUCCESS(add(0, 0, 1), "add");
	TEST_ASSERT_EQUAL(vio_user_mem_commit(&mem), -EIO, "refused");
	TEST_ASSERT_EQUAL(backend.nb_regions, 0, "refused");
	backend.fault = FAKE_BACKEND_GOOD;
	TEST_ASSERT_SUCCESS(vio_user_mem_commit(&mem), "commit");
	TEST_ASSERT(has(0, 0, 1), "told");

	backend.fault = FAKE_BACKEND_CLOSE;
	backend.fault_request = VHOST_USER_REM_MEM_REG;
	vio_user_mem_begin(&mem);
	TEST_ASSERT_EQUAL(vio_user_mem_commit(&mem), -ENOTCONN, "closed");
	return finish();
}

/* Whether the back end has the address. */
static bool
holds(const void *addr)
{
	unsigned int i;

	for (i = 0; i < backend.nb_regions; i++)
		if ((uintptr_t)addr - backend.regions[i].user_address < backend.regions[i].size)
			return true;
	return false;
}

/* All of the process's memory, told once. */
static int
all_memory(void)
{
	void *memory = rte_malloc(NULL, 1 << 20, 1 << 12);
	bool found;

	TEST_ASSERT_SUCCESS(vio_user_mem_init(&mem, &conn, 1024), "init");
	TEST_ASSERT_SUCCESS(vio_user_mem_tell(&mem), "tell");
	found = memory != NULL && holds(memory);
	rte_free(memory);
	TEST_ASSERT(found, "the test's memory");
	TEST_ASSERT_SUCCESS(vio_user_mem_tell(&mem), "tell again");
	TEST_ASSERT_EQUAL(backend.nb_requests[VHOST_USER_ADD_MEM_REG], backend.nb_regions, "once");
	return finish();
}

static struct unit_test_suite suite = {
	.suite_name = "vio_user_mem",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, table),
		TEST_CASE_ST(setup, teardown, slots),
		TEST_CASE_ST(setup, teardown, slots_that_change),
		TEST_CASE_ST(setup, teardown, refusals),
		TEST_CASE_ST(setup, teardown, all_memory),
		TEST_CASES_END()
	}
};

static int
test_vio_user_mem(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_user_mem_autotest, test_vio_user_mem);
