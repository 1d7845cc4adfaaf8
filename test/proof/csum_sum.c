/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Bytes of a packet of one to three segments of any length are summed up: those from any offset on,
 * of any number within the packet, each once, and no byte beside its buffers.
 */

#include <rte_ether.h>

#include "vio_csum.h"

#include "rx_packet.h"

static uint32_t nb_bytes, nb_sums;

/* In place of vio_csum_bytes(): the sum is any. */
uint16_t
sum_any(const void *bytes, uint32_t len)
{
	PROVE(__CPROVER_r_ok(bytes, len), "within a buffer");
	nb_bytes += len;
	nb_sums++;
	return nondet_u16();
}

void
proof(void)
{
	uint32_t off = nondet_u32(), len = nondet_u32();

	any_packet(0, UINT16_MAX - RTE_PKTMBUF_HEADROOM);
	ASSUME(off <= segs[0].pkt_len && len <= segs[0].pkt_len - off);

	vio_csum_sum(segs, off, len);

	PROVE(nb_bytes == len, "all of them");
	REACHED(nb_sums == 3, "of three segments");
	REACHED(nb_sums == 0 && off > 0, "none");
}
