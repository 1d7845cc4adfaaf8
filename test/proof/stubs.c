/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* What the driver calls that is not its own, as far as a proof comes to it. */

#include <rte_common.h>
#include <rte_cycles.h>

#include "proof.h"

int vio_logtype;
enum timer_source eal_timer_source = EAL_TIMER_TSC;

uint64_t
rte_get_tsc_hz(void)
{
	return NS_PER_S;
}

int
rte_log(uint32_t level __rte_unused, uint32_t logtype __rte_unused,
	const char *format __rte_unused, ...)
{
	return 0;
}

void
proof_havoc(void *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		((uint8_t *)bytes)[i] = nondet_u8();
}
