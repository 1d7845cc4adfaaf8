/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A checksum is written where it was said within a packet of up to two segments, and nothing
 * else is, also where its two bytes lie in two of them.
 */

#include "vio_rx_offload.c"

#include "proof.h"

#define NB_SEGS	2
#define LEN_MAX	3	/* bytes of a segment: more than are written */

struct bytes {
	uint8_t byte[LEN_MAX];
};

struct bytes
nondet_bytes(void);

static struct rte_mbuf segs[NB_SEGS];
static struct bytes bufs[NB_SEGS];

static void
any_packet(void)
{
	unsigned int i;

	for (i = 0; i < NB_SEGS; i++) {
		bufs[i] = nondet_bytes();
		segs[i].buf_addr = bufs[i].byte;
		segs[i].data_len = nondet_u16();
		ASSUME(segs[i].data_len >= 1 && segs[i].data_len <= LEN_MAX);
	}
	segs[0].pkt_len = segs[0].data_len;
	for (i = 1; i < NB_SEGS && nondet_bool(); i++) {
		segs[i - 1].next = &segs[i];
		segs[0].pkt_len += segs[i].data_len;
	}
}

void
proof(void)
{
	uint32_t off = nondet_u32(), begin = 0, at;
	struct bytes before[NB_SEGS];
	uint16_t csum = nondet_u16();
	const struct rte_mbuf *m;
	unsigned int i, j;

	any_packet();
	ASSUME(off <= segs[0].pkt_len && off + sizeof(csum) <= segs[0].pkt_len);
	for (i = 0; i < NB_SEGS; i++)
		before[i] = bufs[i];

	csum_write(segs, off, csum);

	for (i = 0, m = segs; m != NULL; begin += m->data_len, m = m->next, i++) {
		for (j = 0; j < LEN_MAX; j++) {
			at = begin + j;
			PROVE(bufs[i].byte[j] == (j < m->data_len && at == off ? csum & UINT8_MAX :
						  j < m->data_len && at == off + 1 ? csum >> 8 :
						  before[i].byte[j]),
			      "both bytes, in the order of memory, and no other");
		}
		REACHED(i == 1 && off + 1 == begin, "in two segments");
	}
}
