/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A received packet of one to three segments. Included by the proofs that look at one. */

#ifndef RX_PACKET_H
#define RX_PACKET_H

#include <rte_mbuf.h>

#include "proof.h"

#define NB_SEGS		3

static struct rte_mbuf segs[NB_SEGS];

/* Any such packet whose segments end where their buffers do; its first bytes are a header. */
static void
any_packet(uint16_t hdr_len, uint16_t len_max)
{
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < NB_SEGS; i++) {
		m = &segs[i];
		m->data_off = RTE_PKTMBUF_HEADROOM + (i == 0 ? hdr_len : 0);
		m->data_len = nondet_u16();
		ASSUME(m->data_len >= (i == 0 ? RTE_ETHER_HDR_LEN : 1) && m->data_len <= len_max);
		m->buf_addr = __CPROVER_allocate((size_t)m->data_off + m->data_len, false);
		m->next = NULL;
	}
	segs[0].pkt_len = segs[0].data_len;
	for (i = 1; i < NB_SEGS && nondet_bool(); i++) {
		segs[i - 1].next = &segs[i];
		segs[0].pkt_len += segs[i].data_len;
	}
}

#endif /* RX_PACKET_H */
