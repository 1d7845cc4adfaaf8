/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What no driver can be faster than by much: two threads that hand descriptors of 16 bytes over,
 * with one line touched for the header, and nothing else. The second thread is the device, which
 * obeys the page as the null back end does.
 */

#include <inttypes.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "bench.h"

#define NB_DESC		1024
#define BURST		32
#define OF_DRIVER	0
#define OF_DEVICE	1

struct floor_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
	uint16_t owner;
};

static alignas(PAGE_LINE) struct floor_desc ring[NB_DESC];
static struct {
	alignas(PAGE_LINE) uint64_t header;
} lines[NB_DESC];
static struct page page;
static bool is_rx, ended;

/* A burst of the device: it takes what is its own, and gives it back. */
static void
device_burst(unsigned int *slot)
{
	unsigned int i;

	for (i = 0; i < BURST; i++) {
		/* Acquire and release: pair with those of driver_burst. */
		if (__atomic_load_n(&ring[*slot].owner, __ATOMIC_ACQUIRE) != OF_DEVICE)
			return;
		if (is_rx)
			lines[*slot].header = 1;
		ring[*slot].len = PAGE_LINE;
		__atomic_store_n(&ring[*slot].owner, OF_DRIVER, __ATOMIC_RELEASE);
		*slot = (*slot + 1) % NB_DESC;
	}
}

static int
device(void *unused)
{
	uint64_t command, last = 0;
	unsigned int slot = 0;
	bool running = false;

	RTE_SET_USED(unused);
	while (!__atomic_load_n(&ended, __ATOMIC_RELAXED)) {
		if (running)
			device_burst(&slot);
		command = __atomic_load_n(&page.command, __ATOMIC_ACQUIRE);
		if (command == last)
			continue;
		last = command;
		running = (command & UINT8_MAX) == PAGE_RUN;
		if (running)
			slot = 0;
		__atomic_store_n(&page.done, command, __ATOMIC_RELEASE);
		if ((command & UINT8_MAX) == PAGE_PING)
			page_answer_pings(&page);
	}
	return 0;
}

/* A burst of the driver; returns how many descriptors it handed over. */
static unsigned int
driver_burst(unsigned int *slot)
{
	unsigned int i;

	for (i = 0; i < BURST; i++) {
		if (__atomic_load_n(&ring[*slot].owner, __ATOMIC_ACQUIRE) != OF_DRIVER)
			break;
		if (is_rx)
			totals.rx_packets += lines[*slot].header;
		else
			lines[*slot].header = 0;
		ring[*slot].addr = (uintptr_t)&lines[*slot];
		__atomic_store_n(&ring[*slot].owner, OF_DEVICE, __ATOMIC_RELEASE);
		*slot = (*slot + 1) % NB_DESC;
	}
	return i;
}

static int
floor_window(const char *kind)
{
	uint64_t ping = backend_ping();
	uint64_t full_packets = 0, full_cycles = 0, packets = 0;
	uint64_t start, end, before, after;
	unsigned int i, nb, slot = 0;

	is_rx = kind[0] == 'r';
	for (i = 0; i < NB_DESC; i++)
		ring[i].owner = is_rx ? OF_DEVICE : OF_DRIVER;
	if (backend_tell(PAGE_RUN) != 0)
		return -1;
	start = rte_rdtsc();
	end = start + rte_get_tsc_hz() / 1000 * options.window_ms;
	do {
		before = rte_rdtsc();
		nb = driver_burst(&slot);
		after = rte_rdtsc();
		packets += nb;
		if (nb == BURST && !was_interrupted(after - before)) {
			full_packets += nb;
			full_cycles += after - before;
		} else if (nb < BURST) {
			rte_delay_us_block(1);
		}
	} while (after < end);
	if (backend_tell(PAGE_QUIET) != 0)
		return -1;
	printf("window kind=%s ping=%" PRIu64 " ping_after=%" PRIu64 " packets=%" PRIu64
	       " full_packets=%" PRIu64 " full_cycles=%" PRIu64 " cycles=%" PRIu64
	       " front_idle=0 back_idle=0\n", kind, ping, backend_ping(), packets, full_packets,
	       full_cycles, after - start);
	return 0;
}

int
floor_run(void)
{
	const unsigned int lcore = rte_get_next_lcore(-1, 1, 0);
	unsigned int i;
	int ret;

	if (lcore == RTE_MAX_LCORE) {
		complain("--floor needs two lcores: give -l with two");
		return -1;
	}
	if (rte_eal_remote_launch(device, NULL, lcore) != 0)
		return -1;
	ret = backend_attach(&page);
	for (i = 0; i < options.windows && ret == 0; i++)
		if (floor_window("rx") != 0 || floor_window("tx") != 0)
			ret = -1;
	__atomic_store_n(&ended, true, __ATOMIC_RELAXED);
	rte_eal_wait_lcore(lcore);
	return ret;
}
