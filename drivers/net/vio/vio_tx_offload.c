/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Transmit offloads: the header's fields from an mbuf's, and what the driver does itself.
 * Invariants: an mbuf that others may see is never written into; a header asks for nothing that
 * was not agreed on; every length that the application states lies within the packet.
 * Threads: that of the queue.
 */

#include <errno.h>

#include <rte_errno.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "vio_csum.h"
#include "vio_suspend.h"
#include "vio_tx_form.h"
#include "vio_tx_offload.h"
#include "vio_tx_post.h"

/* Where the headers of a packet lie, in bytes from its start. */
struct tx_place {
	uint32_t outer_l4;	/* of a tunnel; 0: there is none */
	uint32_t l3;
	uint32_t l4;
	uint32_t csum;		/* the transport's checksum */
	uint32_t payload;	/* what is to be segmented */
	uint8_t proto;
	bool ipv6;
};

static bool
asks_for_segments(const struct rte_mbuf *m)
{
	return m->ol_flags & (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG);
}

/* Whether nobody else may see the headers, which are in the first segment. */
static bool
may_write(const struct rte_mbuf *m)
{
	return RTE_MBUF_DIRECT(m) && rte_mbuf_refcnt_read(m) == 1;
}

/* Finds the headers as the application states them. Returns 0 or -EINVAL. */
static int
place_find(const struct rte_mbuf *m, struct tx_place *p)
{
	uint64_t l4 = m->ol_flags & RTE_MBUF_F_TX_L4_MASK;
	bool udp = l4 == RTE_MBUF_F_TX_UDP_CKSUM || (m->ol_flags & RTE_MBUF_F_TX_UDP_SEG);
	uint32_t l3_min;

	p->outer_l4 = 0;
	if (m->ol_flags & (RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6))
		p->outer_l4 = m->outer_l2_len + m->outer_l3_len;
	p->ipv6 = m->ol_flags & RTE_MBUF_F_TX_IPV6;
	p->l3 = p->outer_l4 + m->l2_len;
	p->l4 = p->l3 + m->l3_len;
	p->proto = udp ? IPPROTO_UDP : IPPROTO_TCP;
	p->csum = p->l4 + (udp ? offsetof(struct rte_udp_hdr, dgram_cksum) :
				 offsetof(struct rte_tcp_hdr, cksum));
	p->payload = p->l4 + (udp ? sizeof(struct rte_udp_hdr) : m->l4_len);
	l3_min = p->ipv6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr);
	if (p->l3 < RTE_ETHER_HDR_LEN || m->l3_len < l3_min || p->l4 > m->pkt_len)
		return -EINVAL;
	return 0;
}

/* Writes two bytes of the first segment, unless they are right. Returns 0 or -ENOTSUP. */
static int
csum_set(const struct rte_mbuf *m, uint32_t off, uint16_t csum)
{
	void *field = rte_pktmbuf_mtod_offset(m, void *, off);

	/* Not aligned where headers are of an odd length. */
	if (memcmp(field, &csum, sizeof(csum)) == 0)
		return 0;
	if (!may_write(m))
		return -ENOTSUP;
	memcpy(field, &csum, sizeof(csum));
	return 0;
}

/* virtio has no offload of it, and it is but a few bytes. */
static int
ipv4_csum_set(const struct rte_mbuf *m, uint32_t l3, uint32_t l3_len)
{
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(m, const struct rte_ipv4_hdr *, l3);
	uint16_t sum;

	if (l3 + l3_len > m->data_len)
		return -ENOTSUP;
	sum = vio_csum_fold(rte_raw_cksum(ip, l3_len) + (uint16_t)~ip->hdr_checksum);
	return csum_set(m, l3 + offsetof(struct rte_ipv4_hdr, hdr_checksum), ~sum);
}

/* The same for the outer header of a tunnel. Returns 0 or -errno. */
static int
outer_ipv4_csum_set(const struct rte_mbuf *m)
{
	if (!(m->ol_flags & RTE_MBUF_F_TX_OUTER_IPV4))
		return -EINVAL;
	return ipv4_csum_set(m, m->outer_l2_len, m->outer_l3_len);
}

/*
 * virtio 5.1.9.2.1: the checksum MUST be set to the sum of the pseudo header. Unlike what DPDK
 * asks of applications, this includes the length for packets to be segmented too.
 */
static int
pseudo_set(const struct rte_mbuf *m, const struct tx_place *p)
{
	uint16_t len;

	if (p->csum + sizeof(uint16_t) > m->data_len)
		return -ENOTSUP;
	len = vio_tx_transport_len(m, p->l3, p->l4, p->ipv6, asks_for_segments(m));
	return csum_set(m, p->csum, vio_tx_pseudo_sum(m, p->l3, p->ipv6, p->proto, len));
}

/* The segmentation that a packet asks for; VIRTIO_NET_HDR_GSO_NONE if there is none such. */
static uint8_t
gso_type(const struct vio_txq *q, const struct rte_mbuf *m)
{
	if (m->ol_flags & RTE_MBUF_F_TX_UDP_SEG)
		return q->udp_gso_type;
	if (m->ol_flags & RTE_MBUF_F_TX_IPV6)
		return VIRTIO_NET_HDR_GSO_TCPV6;
	return VIRTIO_NET_HDR_GSO_TCPV4;
}

/* Whether a packet is one in a UDP tunnel. */
static bool
is_in_udp_tunnel(const struct rte_mbuf *m)
{
	switch (m->ol_flags & RTE_MBUF_F_TX_TUNNEL_MASK) {
	case RTE_MBUF_F_TX_TUNNEL_VXLAN:
	case RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE:
	case RTE_MBUF_F_TX_TUNNEL_GENEVE:
	case RTE_MBUF_F_TX_TUNNEL_UDP:
		return true;
	default:
		return false;
	}
}

/* Where the outer UDP checksum of a packet in a tunnel stands. */
static uint32_t
outer_csum_off(const struct rte_mbuf *m)
{
	return m->outer_l2_len + m->outer_l3_len + offsetof(struct rte_udp_hdr, dgram_cksum);
}

static uint16_t
outer_pseudo_sum(const struct rte_mbuf *m, uint16_t len)
{
	return vio_tx_pseudo_sum(m, m->outer_l2_len, m->ol_flags & RTE_MBUF_F_TX_OUTER_IPV6,
				 IPPROTO_UDP, len);
}

/*
 * Sets the outer UDP checksum of a packet that is not to be segmented, for which virtio has no
 * offload. inner: the place of a checksum that the device will complete, or NULL. What that covers
 * is not read: completed, its sum is the complement of what stands in the field now, that of its
 * pseudo header. Returns 0 or -errno.
 */
static int
outer_udp_csum_set(const struct rte_mbuf *m, const struct tx_place *inner)
{
	uint32_t l4 = m->outer_l2_len + m->outer_l3_len, len, summed, sum;
	const struct rte_udp_hdr *udp;
	uint16_t field;

	if (l4 + sizeof(*udp) > m->data_len)
		return -ENOTSUP;
	udp = rte_pktmbuf_mtod_offset(m, const struct rte_udp_hdr *, l4);
	len = rte_be_to_cpu_16(udp->dgram_len);
	if (len < sizeof(*udp) || l4 + len > m->pkt_len)
		return -EINVAL;
	summed = inner == NULL ? len : inner->l4 - l4;
	if (summed > len)
		return -EINVAL;
	sum = vio_csum_sum(m, l4, summed) + (uint16_t)~udp->dgram_cksum + outer_pseudo_sum(m, len);
	if (inner != NULL) {
		if (inner->csum + sizeof(field) > m->data_len)
			return -ENOTSUP;
		/* Not aligned where headers are of an odd length. */
		memcpy(&field, rte_pktmbuf_mtod_offset(m, const void *, inner->csum),
		       sizeof(field));
		field = ~field;
		sum += summed & 1 ? rte_bswap16(field) : field;
	}
	return csum_set(m, outer_csum_off(m), vio_csum_of(vio_csum_fold(sum)));
}

/*
 * Fills in what the device needs to segment a packet in a UDP tunnel (virtio 5.1.9.2.1): its outer
 * checksum MUST be none, or be asked for. Returns 0 or -errno.
 */
static int
tunnel_ask(const struct vio_txq *q, const struct rte_mbuf *m, const struct tx_place *p,
	   uint16_t tag_len, struct virtio_net_hdr_ext *hdr)
{
	const struct rte_udp_hdr *udp;
	uint16_t sum;

	if (!q->tunnel || !is_in_udp_tunnel(m) || hdr->hdr.gso_type == VIRTIO_NET_HDR_GSO_UDP)
		return -ENOTSUP;
	if (p->outer_l4 < RTE_ETHER_HDR_LEN + sizeof(struct rte_ipv4_hdr) ||
	    p->l3 < p->outer_l4 + sizeof(*udp) || m->pkt_len - m->outer_l2_len > UINT16_MAX)
		return -EINVAL;
	udp = rte_pktmbuf_mtod_offset(m, const struct rte_udp_hdr *, p->outer_l4);
	if (m->ol_flags & RTE_MBUF_F_TX_OUTER_UDP_CKSUM) {
		sum = outer_pseudo_sum(m, m->pkt_len - p->outer_l4);
		if (!q->tunnel_csum || csum_set(m, outer_csum_off(m), sum) < 0)
			return -ENOTSUP;
		hdr->hdr.flags |= VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM;
	} else if (udp->dgram_cksum != 0) {
		return -ENOTSUP;
	}
	hdr->hdr.gso_type |= p->ipv6 ? VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 :
				       VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4;
	hdr->outer_th_offset = rte_cpu_to_le_16(p->outer_l4 + tag_len);
	hdr->inner_nh_offset = rte_cpu_to_le_16(p->l3 + tag_len);
	return 0;
}

/* Fills in what the device needs to segment a packet. Returns 0 or -errno. */
static int
segments_ask(const struct vio_txq *q, const struct rte_mbuf *m, const struct tx_place *p,
	     uint16_t tag_len, struct virtio_net_hdr_ext *ext)
{
	struct virtio_net_hdr *hdr = &ext->hdr;
	uint32_t ip_max = p->ipv6 ? sizeof(struct rte_ipv6_hdr) + UINT16_MAX : UINT16_MAX;
	uint8_t type = gso_type(q, m), ecn = 0;
	const struct rte_tcp_hdr *tcp;
	int ret = 0;

	if (!(q->gso_types & RTE_BIT32(type)))
		return -ENOTSUP;
	if ((m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) && p->proto != IPPROTO_TCP)
		return -EINVAL;
	if (m->tso_segsz == 0 || p->payload < p->csum + sizeof(uint16_t) ||
	    p->payload >= m->pkt_len || m->pkt_len - p->l3 > ip_max ||
	    !(m->ol_flags & (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6)))
		return -EINVAL;
	if (p->payload > m->data_len)
		return -ENOTSUP;
	hdr->gso_type = type;
	hdr->gso_size = rte_cpu_to_le_16(m->tso_segsz);
	/* virtio 5.1.9.2.1: the exact length, also for devices that do not insist. */
	hdr->hdr_len = rte_cpu_to_le_16(p->payload + tag_len);
	if (p->proto == IPPROTO_TCP && q->ecn) {
		tcp = rte_pktmbuf_mtod_offset(m, const struct rte_tcp_hdr *, p->l4);
		if (tcp->tcp_flags & RTE_TCP_CWR_FLAG)
			ecn = VIRTIO_NET_HDR_GSO_ECN;
	}
	if (p->outer_l4 != 0 || (m->ol_flags & RTE_MBUF_F_TX_TUNNEL_MASK))
		ret = tunnel_ask(q, m, p, tag_len, ext);
	hdr->gso_type |= ecn;
	return ret;
}

/*
 * Asks for what concerns the inner headers, or the only ones, and tells where they are. prepare: as
 * for offload(). Returns 0 or -errno.
 */
static int
inner_ask(const struct vio_txq *q, const struct rte_mbuf *m, uint16_t tag_len,
	  struct virtio_net_hdr_ext *hdr, struct tx_place *p, bool prepare)
{
	uint64_t l4 = m->ol_flags & RTE_MBUF_F_TX_L4_MASK;
	bool segments = asks_for_segments(m);
	int ret = place_find(m, p);

	if (ret == 0 && (m->ol_flags & RTE_MBUF_F_TX_IP_CKSUM))
		ret = p->ipv6 ? -EINVAL : ipv4_csum_set(m, p->l3, m->l3_len);
	if (ret < 0 || (l4 == RTE_MBUF_F_TX_L4_NO_CKSUM && !segments))
		return ret;

	if (p->csum + sizeof(uint16_t) > m->pkt_len)
		return -EINVAL;
	hdr->hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->hdr.csum_start = rte_cpu_to_le_16(p->l4 + tag_len);
	hdr->hdr.csum_offset = rte_cpu_to_le_16(p->csum - p->l4);
	if (segments)
		ret = segments_ask(q, m, p, tag_len, hdr);
	if (ret == 0 && (segments || prepare))
		ret = pseudo_set(m, p);
	return ret;
}

/* Whether the outer headers that an outer checksum is asked for are there. */
static bool
outer_is_stated(const struct rte_mbuf *m)
{
	bool ipv6 = m->ol_flags & RTE_MBUF_F_TX_OUTER_IPV6;
	uint32_t l3_min = ipv6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr);

	return ipv6 == !(m->ol_flags & RTE_MBUF_F_TX_OUTER_IPV4) &&
	       m->outer_l2_len >= RTE_ETHER_HDR_LEN && m->outer_l3_len >= l3_min;
}

/*
 * Makes the header, and the packet ready for it; tells where its headers are, unless only outer
 * checksums are asked for. prepare: also sets the sum of the pseudo header of
 * packets that ask but for a checksum, which is the application's or vio_tx_prepare()'s to do.
 * Returns 0 or -errno as vio_tx_prepare() explains.
 */
static int
offload(const struct vio_txq *q, const struct rte_mbuf *m, uint16_t tag_len,
	struct virtio_net_hdr_ext *hdr, struct tx_place *p, bool prepare)
{
	const uint64_t outer_flags = RTE_MBUF_F_TX_OUTER_IP_CKSUM | RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
	uint64_t asked = m->ol_flags & VIO_TX_OFFLOAD_FLAGS;
	int ret = 0;

	*hdr = (struct virtio_net_hdr_ext){ 0 };
	if ((asked & ~q->supported_flags) ||
	    (asked & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_SCTP_CKSUM)
		return -ENOTSUP;
	if ((asked & outer_flags) && !outer_is_stated(m))
		return -EINVAL;
	if (asked & RTE_MBUF_F_TX_OUTER_IP_CKSUM)
		ret = outer_ipv4_csum_set(m);
	/* A tunnel may carry what has no headers to tell of, such as ARP. */
	if (ret == 0 && (asked & ~outer_flags))
		ret = inner_ask(q, m, tag_len, hdr, p, prepare);
	/* Last, as it covers what was written before. */
	if (ret == 0 && (asked & RTE_MBUF_F_TX_OUTER_UDP_CKSUM) && !asks_for_segments(m))
		ret = outer_udp_csum_set(m, hdr->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM ? p :
					    NULL);
	return ret;
}

bool
vio_tx_offload(const struct vio_txq *q, struct rte_mbuf *m, uint16_t tag_len,
	       struct virtio_net_hdr_ext *hdr)
{
	struct tx_place p;

	return offload(q, m, tag_len, hdr, &p, false) == 0;
}

bool
vio_tx_form_learn(struct vio_txq *q, struct rte_mbuf *m)
{
	const uint64_t key = vio_tx_form_key(m);
	struct vio_tx_form *set = vio_tx_form_set(q, key);
	bool segments = asks_for_segments(m), csum;
	struct virtio_net_hdr_ext hdr;
	uint32_t len_min, len_max;
	struct tx_place p;

	if ((key & (VIO_TX_ODD_FLAGS | q->vlan_flags)) || !vio_tx_is_sole(m) ||
	    m->pkt_len != m->data_len ||
	    ((key & RTE_MBUF_F_TX_IP_CKSUM) && m->l3_len != sizeof(struct rte_ipv4_hdr)) ||
	    offload(q, m, 0, &hdr, &p, false) < 0)
		return false;
	csum = hdr.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	len_min = segments ? p.payload + 1 : csum ? p.csum + sizeof(uint16_t) : p.l4;
	len_max = segments ? UINT16_MAX : q->mtu_frame_len;
	if (len_min > len_max)
		return false;
	set[1] = set[0];
	set[0] = (struct vio_tx_form){
		.key = key,
		.hdr = VIO_HDR_FIRST(hdr.hdr.flags, hdr.hdr.gso_type & ~VIRTIO_NET_HDR_GSO_ECN,
				     segments ? p.payload : 0, 0, csum ? p.l4 : 0),
		.csum_offset = csum ? p.csum - p.l4 : 0,
		.len_min = len_min,
		.len_span = len_max - len_min,
		.l3 = p.l3,
		.l4 = p.l4,
		.proto = p.proto,
		.ipv6 = p.ipv6,
		.segments = segments,
		.sums_in_burst = segments || (key & RTE_MBUF_F_TX_IP_CKSUM),
	};
	return true;
}

static __rte_noinline int
prepare_one(const struct vio_txq *q, const struct rte_mbuf *m)
{
	struct virtio_net_hdr_ext hdr;
	struct vio_tx_plan plan;
	struct tx_place p;
	int ret = 0;

	vio_tx_plan(q, m, &plan);
	if (m->ol_flags & VIO_TX_OFFLOAD_FLAGS) {
		ret = offload(q, m, plan.tag_len, &hdr, &p, true);
		plan.hdr = &hdr;
	}
	if (ret == 0 && !vio_tx_is_possible(q, m, &plan))
		ret = -EINVAL;
	return ret;
}

/*
 * The short way, of packets that are plain or have a form; *last: any form, and then that of the
 * packet. False: it is neither.
 */
static __rte_always_inline bool
prepare_short(struct vio_txq *q, struct rte_mbuf *m, const struct vio_tx_form **last)
{
	const struct vio_tx_form *form;

	if (!(m->ol_flags & VIO_TX_OFFLOAD_FLAGS))
		return vio_tx_is_plain(q, m);
	form = vio_tx_form_find(q, m, *last);
	if (unlikely(form == NULL))
		return false;
	vio_tx_form_sums(m, form, true);
	*last = form;
	return true;
}

uint16_t
vio_tx_prepare(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts)
{
	struct vio_txq *q = queue;
	/* While the device is away nothing is learned, as the queue may be made anew meanwhile. */
	const bool in_use = vio_txq_enter(q);
	const struct vio_tx_form *form = q->forms[0];
	uint16_t i;
	int ret;

	for (i = 0; i < nb_pkts; i++) {
		if (likely(in_use && prepare_short(q, pkts[i], &form)))
			continue;
		ret = prepare_one(q, pkts[i]);
		if (ret < 0) {
			rte_errno = -ret;
			break;
		}
	}
	vio_txq_leave(q);
	return i;
}
