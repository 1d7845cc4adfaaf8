/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The start of a fuzzer, and its input.
 * Threads: the main one, beside EAL's interrupt thread.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "fuzz.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char arg[][32] = {
		"fuzz", "--no-pci", "--no-huge", "-m", "64", "--no-shconf", "--no-telemetry",
		"--log-level=*:emergency", "--lcores=0",
	};
	char *args[RTE_DIM(arg) + 1] = { NULL };
	unsigned int i;

	RTE_SET_USED(argc);
	RTE_SET_USED(argv);
	for (i = 0; i < RTE_DIM(arg); i++)
		args[i] = arg[i];
	FUZZ_CHECK(rte_eal_init(RTE_DIM(arg), args) >= 0, "the EAL did not start: %s",
		rte_strerror(rte_errno));
	return 0;
}

size_t
fuzz_bytes(struct fuzz_input *in, void *dst, size_t len)
{
	len = RTE_MIN(len, in->len);
	if (len == 0)
		return 0;
	memcpy(dst, in->data, len);
	in->data += len;
	in->len -= len;
	return len;
}

uint8_t
fuzz_u8(struct fuzz_input *in)
{
	uint8_t value = 0;

	fuzz_bytes(in, &value, sizeof(value));
	return value;
}

uint16_t
fuzz_u16(struct fuzz_input *in)
{
	uint16_t lo = fuzz_u8(in);

	return lo | fuzz_u8(in) << 8;
}

uint32_t
fuzz_u32(struct fuzz_input *in)
{
	uint32_t lo = fuzz_u16(in);

	return lo | (uint32_t)fuzz_u16(in) << 16;
}

void
fuzz_fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "INVARIANT: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	abort();
}
