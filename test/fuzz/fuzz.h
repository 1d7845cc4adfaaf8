/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the fuzzers share: an input that is read from its beginning, and checks that end the
 * process. Each fuzzer is a file of its own with LLVMFuzzerTestOneInput().
 */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>

/* What is left of an input. */
struct fuzz_input {
	const uint8_t *data;
	size_t len;
};

/* The next number, in little-endian order; zeros once the input is used up. */
uint8_t
fuzz_u8(struct fuzz_input *in);
uint16_t
fuzz_u16(struct fuzz_input *in);
uint32_t
fuzz_u32(struct fuzz_input *in);

/* Takes up to len bytes into dst, the rest of which stays as it is. Returns how many. */
size_t
fuzz_bytes(struct fuzz_input *in, void *dst, size_t len);

/* Ends the process with a message, which libFuzzer reports as a finding. */
void
fuzz_fail(const char *fmt, ...) __rte_format_printf(1, 2) __rte_noreturn;

/* An invariant. */
#define FUZZ_CHECK(cond, ...) \
	do { \
		if (!(cond)) \
			fuzz_fail(__VA_ARGS__); \
	} while (0)

/* One input, and what is called once before the first of them: both are libFuzzer's names. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int
LLVMFuzzerInitialize(int *argc, char ***argv);

#endif /* FUZZ_H */
