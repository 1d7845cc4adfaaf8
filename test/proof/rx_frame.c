/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A received frame, which the device may rewrite whenever it is looked at: how long it may be, its
 * VLAN tags and its hash are found, and tags taken out, without a look beyond the buffer, and
 * what is left is a frame within it.
 */

#include <rte_common.h>
#include <rte_mbuf.h>

#include "proof.h"

/* Two bytes of the frame's first segment, which are others each time. */
static uint8_t *
frame_at(const struct rte_mbuf *m, size_t off)
{
	uint8_t *at = (uint8_t *)m->buf_addr + m->data_off + off;

	if (__CPROVER_w_ok(at, 2))
		proof_havoc(at, 2);
	return at;
}

#undef rte_pktmbuf_mtod_offset
#define rte_pktmbuf_mtod_offset(m, type, off)	((type)frame_at(m, off))

#include "vio_hdr.h"
#include "vio_rx_hash.h"
#include "vio_vlan.h"

#define LEN_MAX	32	/* bytes of the first segment: more than all that is looked at */

static uint8_t buf[RTE_PKTMBUF_HEADROOM + VIO_HDR_LEN_MAX + LEN_MAX];

static void
prove_hash(struct rte_mbuf *m)
{
	uint64_t flags = m->ol_flags;

	vio_rx_hash(m, nondet_bool());
	PROVE((m->ol_flags & ~RTE_MBUF_F_RX_RSS_HASH) == (flags & ~RTE_MBUF_F_RX_RSS_HASH),
	      "no other flag");
	REACHED(m->ol_flags & RTE_MBUF_F_RX_RSS_HASH, "a hash");
	REACHED(!(m->ol_flags & RTE_MBUF_F_RX_RSS_HASH), "none");
}

static void
prove_length(const struct rte_mbuf *m)
{
	uint32_t untagged = nondet_u32();
	uint16_t tag_len = 0;
	bool fits;

	ASSUME(untagged <= UINT32_MAX - 2 * RTE_VLAN_HLEN);
	fits = vio_frame_fits(m, untagged, tag_len);
	PROVE(!fits || m->pkt_len <= untagged + 2 * RTE_VLAN_HLEN, "two tags at most");
	PROVE(fits || m->pkt_len > untagged, "any frame without a tag that is short enough");
	REACHED(fits && m->pkt_len == untagged + 2 * RTE_VLAN_HLEN, "two tags");
}

static void
prove_strip(struct rte_mbuf *m)
{
	uint32_t end = m->data_off + m->data_len, behind = m->pkt_len - m->data_len;
	uint64_t offloads = nondet_u64();

	vio_vlan_rx_strip(m, offloads & VIO_VLAN_RX_OFFLOADS);
	PROVE(m->data_off + m->data_len == end, "it ends where it did");
	PROVE(m->data_len >= RTE_ETHER_HDR_LEN, "it holds an Ethernet header");
	PROVE(m->pkt_len - m->data_len == behind, "the segments behind are as they were");
	PROVE(!(m->ol_flags & RTE_MBUF_F_RX_QINQ_STRIPPED) ||
	      (m->ol_flags & RTE_MBUF_F_RX_VLAN), "as DPDK wants its flags");
	REACHED(m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED, "a tag");
	REACHED((m->ol_flags & RTE_MBUF_F_RX_QINQ_STRIPPED) &&
		(m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED), "two tags");
	REACHED(m->data_len == RTE_ETHER_HDR_LEN, "nothing but addresses and a type");
}

void
proof(void)
{
	struct rte_mbuf m = { .buf_addr = buf };
	uint16_t hdr_len = nondet_u8();

	ASSUME(hdr_len == VIRTIO_NET_HDR_LEN || hdr_len == VIRTIO_NET_HDR_LEN_HASH ||
	       hdr_len == VIRTIO_NET_HDR_LEN_TUNNEL);
	m.data_off = RTE_PKTMBUF_HEADROOM + hdr_len;
	m.data_len = nondet_u16();
	m.pkt_len = nondet_u32();
	/* vio_rx_is_wanted() drops what is shorter; the buffer ends with what was written. */
	ASSUME(m.data_len >= RTE_ETHER_HDR_LEN && m.data_off + m.data_len <= sizeof(buf));
	ASSUME(m.pkt_len >= m.data_len);

	prove_length(&m);
	prove_hash(&m);
	prove_strip(&m);
}
