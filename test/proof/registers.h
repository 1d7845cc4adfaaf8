/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Registers of a device, each read of which gives any value. Included by proofs that read some. */

#ifndef REGISTERS_H
#define REGISTERS_H

#include "proof.h"

/* In place of rte_read8() and its like. */
uint8_t
register8(const volatile void *addr)
{
	PROVE(__CPROVER_r_ok(addr, 1), "a register of 8 bits");
	return nondet_u8();
}

uint16_t
register16(const volatile void *addr)
{
	PROVE(__CPROVER_r_ok(addr, 2), "a register of 16 bits");
	return nondet_u16();
}

uint32_t
register32(const volatile void *addr)
{
	PROVE(__CPROVER_r_ok(addr, 4), "a register of 32 bits");
	return nondet_u32();
}

#endif /* REGISTERS_H */
