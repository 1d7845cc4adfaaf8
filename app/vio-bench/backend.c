/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The application's side of the page that it shares with the null back end. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_cycles.h>

#include "bench.h"

#define SPINS		1024	/* before the other side's CPU is taken to be busy with others */
#define NAP_US		10
#define NB_SERIES	9	/* of pings, of which the median counts */
#define NB_PINGS	50	/* of a series */

static struct page *page;
static uint64_t nb_commands;

int
backend_attach(struct page *shared)
{
	page = shared;
	page->traffic = options.traffic;
	return backend_tell(PAGE_QUIET);
}

int
backend_open(void)
{
	void *shared = MAP_FAILED;
	int fd;

	if (options.page == NULL)
		return 0;
	fd = open(options.page, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		shared = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		complain("the page %s of vio-bench-null cannot be used: %s", options.page,
			 strerror(errno));
	if (fd >= 0)
		close(fd);
	return shared != MAP_FAILED ? backend_attach(shared) : -1;
}

/* Waits until a value of the page is there. */
static int
wait_for(const uint64_t *value, uint64_t expected)
{
	uint64_t end = 0;
	unsigned int spins = 0;

	/* Acquire: pairs with the back end's release of it. The clock would blur a ping's time. */
	while (__atomic_load_n(value, __ATOMIC_ACQUIRE) != expected) {
		if (++spins < SPINS)
			continue;
		usleep(NAP_US);
		if (end == 0)
			end = rte_rdtsc() + DEADLINE_S * rte_get_tsc_hz();
		if (rte_rdtsc() > end) {
			complain("the null back end does not answer: does it still run?");
			return -1;
		}
	}
	return 0;
}

int
backend_tell(enum page_op op)
{
	uint64_t command;

	if (page == NULL)
		return 0;
	command = ++nb_commands << 8 | op;
	__atomic_store_n(&page->command, command, __ATOMIC_RELEASE);
	return wait_for(&page->done, command);
}

int
backend_counters(struct page_counters *counters)
{
	*counters = (struct page_counters){ 0 };
	if (page == NULL)
		return 0;
	if (backend_tell(PAGE_SNAPSHOT) != 0)
		return -1;
	*counters = page->counters;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint64_t
backend_ping(void)
{
	uint64_t series[NB_SERIES], start, ping = 0;
	unsigned int i, k;

	if (page == NULL)
		return 0;
	page->ping = 0;
	if (backend_tell(PAGE_PING) != 0)
		return 0;
	for (i = 0; i < NB_SERIES; i++) {
		start = rte_rdtsc();
		for (k = 0; k < NB_PINGS; k++) {
			__atomic_store_n(&page->ping, ++ping, __ATOMIC_RELEASE);
			if (wait_for(&page->ping, ++ping) != 0)
				return 0;
		}
		series[i] = (rte_rdtsc() - start) / NB_PINGS;
	}
	/* The end is a ping as well, after which the back end is back at its rings. */
	__atomic_store_n(&page->ping, PAGE_PING_END, __ATOMIC_RELEASE);
	if (wait_for(&page->ping, 0) != 0)
		return 0;
	qsort(series, NB_SERIES, sizeof(series[0]), compare);
	return series[NB_SERIES / 2];
}
