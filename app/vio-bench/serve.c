/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The loop of a back end: rings are worked on as the page says.
 * Invariant: no system call while they are.
 * Thread: that which works on the rings.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "serve.h"

#define HOLD_SPINS	1024
#define HOLD_NAP_US	10

struct page *
serve_make_page(const char *path)
{
	void *page = MAP_FAILED;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && ftruncate(fd, sizeof(struct page)) == 0)
		page = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		fprintf(stderr, "Error: the page %s cannot be made: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	close(fd);
	return page;
}

/* All that there is to do, in lock-step with the application. */
static void
step(const struct serve_ops *ops, void *opaque)
{
	while (ops->pass_rx(opaque))
		;
	while (ops->pass_tx(opaque))
		;
}

/* In lock-step there is nothing to hurry for: others may have the CPU meanwhile. */
static void
nap(unsigned int *spins)
{
	if (++*spins >= HOLD_SPINS)
		usleep(HOLD_NAP_US);
}

void
serve(struct page *page, struct page_counters *counters, const struct serve_ops *ops, void *opaque)
{
	uint64_t command, last = 0, idle_since = 0;
	enum page_op mode = PAGE_QUIET, op;
	unsigned int spins = 0;
	bool busy;

	while (ops->go_on(opaque)) {
		busy = mode == PAGE_RUN && ops->pass_rx(opaque);
		busy |= mode != PAGE_HOLD && ops->pass_tx(opaque);
		command = __atomic_load_n(&page->command, __ATOMIC_ACQUIRE);
		/* The clock is read only where idleness begins and ends: work is not slowed. */
		if (idle_since != 0 && (busy || command != last)) {
			counters->idle_cycles += rte_rdtsc() - idle_since;
			idle_since = 0;
		} else if (idle_since == 0 && !busy) {
			idle_since = rte_rdtsc();
		}
		if (command == last) {
			if (mode == PAGE_HOLD)
				nap(&spins);
			continue;
		}
		last = command;
		spins = 0;
		op = command & UINT8_MAX;
		if (op <= PAGE_HOLD) {
			mode = op;
		} else if (op == PAGE_STEP) {
			step(ops, opaque);
		} else if (op == PAGE_SNAPSHOT) {
			if (ops->count != NULL)
				ops->count(opaque);
			page->counters = *counters;
		}
		/* Release: what was done is seen with it. */
		__atomic_store_n(&page->done, command, __ATOMIC_RELEASE);
		if (op == PAGE_PING)
			page_answer_pings(page);
	}
}
