/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the proofs share. A proof is a program for CBMC, of one function, proof(): what it calls of
 * the driver is the driver's own code, and every value it gets of nondet_...() is any value at
 * once. What is asserted then holds for all of them, as do CBMC's own assertions: no access out
 * of bounds, no overflow, no other undefined behaviour, no loop longer than was said.
 */

#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values that the model checker chooses. */
bool
nondet_bool(void);
uint8_t
nondet_u8(void);
uint16_t
nondet_u16(void);
uint32_t
nondet_u32(void);
uint64_t
nondet_u64(void);
int
nondet_int(void);

/* Macros, because CBMC wants its texts literal. */
#define ASSUME(condition) __CPROVER_assume(condition)
#define PROVE(condition, what) __CPROVER_assert(condition, what)

/*
 * That this can happen at all, so that nothing is proved of nothing: proof_test.py demands that
 * the assertion that it cannot fails.
 */
#define REACHED(condition, what) __CPROVER_assert(!(condition), "reached: " what)

/* Gives len bytes any content. */
void
proof_havoc(void *bytes, size_t len);

/* The proof. */
void
proof(void);

#endif /* PROOF_H */
