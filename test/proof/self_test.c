/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A good proof, and what a bad driver would do, planted by a name. */

#include "proof.h"

struct entry {
	uint16_t id;
};

int
no_stub(void);

static uint32_t table[4];

static uint32_t
look_up(const struct entry *entries, unsigned int i)
{
	const volatile struct entry *entry = &entries[i];
	uint16_t id = entry->id;

#ifdef SECOND_READ
	PROVE(id == entry->id, "the same value twice");
#endif
#ifdef SECOND_LOAD
	PROVE(__atomic_load_n(&entries[i].id, __ATOMIC_ACQUIRE) ==
	      __atomic_load_n(&entries[i].id, __ATOMIC_ACQUIRE), "the same value loaded twice");
#endif
#ifdef NO_STUB
	id += no_stub();
#endif
#ifdef ENDLESS
	while (id >= 4)
		id = entry->id;
#endif
#ifndef OUT_OF_BOUNDS
	id %= 4;
#endif
	return table[id];
}

void
proof(void)
{
	unsigned int i = nondet_u8();
	struct entry entries[4];
	int sum = nondet_int();

#ifndef OUT_OF_BOUNDS_OF_DEVICE
	i %= 4;
#endif
#ifndef OVERFLOW
	ASSUME(sum < INT32_MAX);
#endif
	proof_havoc(entries, sizeof(entries));
	sum = (sum + 1 > 0) + look_up(entries, i);
	REACHED(sum == 1, "an entry");
#ifdef NEVER
	REACHED(sum == 3, "another entry");
#endif
}
