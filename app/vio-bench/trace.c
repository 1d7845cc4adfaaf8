/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * How often each address was executed, so that it can be told where the instructions of a packet
 * go. Nothing is allocated, as a signal's handler counts.
 */

#include <dlfcn.h>
#include <inttypes.h>
#include <string.h>

#include "bench.h"

#define NB_PLACES	(1u << 16)	/* bursts are some thousand instructions long */

static struct place {
	uintptr_t address;
	uint64_t count;
} places[NB_PLACES];
static bool overflown;

void
trace_begin(void)
{
	memset(places, 0, sizeof(places));
	overflown = false;
}

void
trace_step(uintptr_t address)
{
	unsigned int i, tries;

	i = address % NB_PLACES;
	for (tries = 0; tries < NB_PLACES; tries++, i = (i + 1) % NB_PLACES) {
		if (places[i].count == 0)
			places[i].address = address;
		if (places[i].address == address) {
			places[i].count++;
			return;
		}
	}
	overflown = true;
}

int
trace_print(const char *kind)
{
	const struct place *place;
	Dl_info info;

	if (overflown) {
		complain("there are more than %u addresses", NB_PLACES);
		return -1;
	}
	for (place = places; place < &places[NB_PLACES]; place++) {
		if (place->count == 0)
			continue;
		if (dladdr((void *)place->address, &info) == 0) {
			complain("nothing is known of address 0x%" PRIxPTR, place->address);
			return -1;
		}
		printf("step kind=%s count=%" PRIu64 " offset=0x%" PRIxPTR " symbol=%s file=%s\n",
		       kind, place->count, place->address - (uintptr_t)info.dli_fbase,
		       info.dli_sname != NULL ? info.dli_sname : "", info.dli_fname);
	}
	return 0;
}
