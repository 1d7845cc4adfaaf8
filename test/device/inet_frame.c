/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Makes TCP and UDP frames with DPDK's network library. Pure functions. */

#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "inet_frame.h"

#define TTL	64

static void
make_l2(struct inet_frame *f, uint8_t *buf)
{
	static const uint8_t addrs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	rte_be16_t type;
	unsigned int i;

	memcpy(buf, addrs, sizeof(addrs));
	f->l3 = RTE_ETHER_HDR_LEN + f->nb_tags * RTE_VLAN_HLEN;
	for (i = 0; i < f->nb_tags; i++) {
		type = RTE_BE16(RTE_ETHER_TYPE_VLAN);
		memcpy(buf + sizeof(addrs) + i * RTE_VLAN_HLEN, &type, sizeof(type));
		type = rte_cpu_to_be_16(100 + i);
		memcpy(buf + RTE_ETHER_HDR_LEN + i * RTE_VLAN_HLEN, &type, sizeof(type));
	}
	type = f->ipv6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4);
	memcpy(buf + f->l3 - sizeof(type), &type, sizeof(type));
}

static void
make_l3(struct inet_frame *f, uint8_t *buf, size_t transport)
{
	uint8_t proto = f->udp ? IPPROTO_UDP : IPPROTO_TCP;
	size_t len = transport + f->payload;
	struct rte_ipv4_hdr v4 = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(sizeof(v4) + len),
		.packet_id = RTE_BE16(77),
		.time_to_live = TTL,
		.next_proto_id = proto,
		.src_addr = RTE_BE32(RTE_IPV4(10, 1, 2, 3)),
		.dst_addr = RTE_BE32(RTE_IPV4(10, 4, 5, 6)),
	};
	struct rte_ipv6_hdr v6 = {
		.vtc_flow = RTE_BE32(6u << 28),
		.payload_len = rte_cpu_to_be_16(len),
		.proto = proto,
		.hop_limits = TTL,
		.src_addr = { 0xfd, [15] = 1 },
		.dst_addr = { 0xfd, [8] = 0x77, [15] = 2 },
	};

	v4.hdr_checksum = rte_ipv4_cksum(&v4);
	if (f->ipv6)
		memcpy(buf + f->l3, &v6, sizeof(v6));
	else
		memcpy(buf + f->l3, &v4, sizeof(v4));
	f->l4 = f->l3 + (f->ipv6 ? sizeof(v6) : sizeof(v4));
}

static void
make_l4(struct inet_frame *f, uint8_t *buf)
{
	struct rte_tcp_hdr tcp = {
		.src_port = RTE_BE16(1000),
		.dst_port = RTE_BE16(2000),
		.sent_seq = RTE_BE32(0xfffffff0),
		.recv_ack = RTE_BE32(0x1234),
		.data_off = sizeof(tcp) / 4 << 4,
		.tcp_flags = f->tcp_flags,
		.rx_win = RTE_BE16(4096),
	};
	struct rte_udp_hdr udp = {
		.src_port = RTE_BE16(1000),
		.dst_port = RTE_BE16(2000),
		.dgram_len = rte_cpu_to_be_16(sizeof(udp) + f->payload),
	};

	if (f->udp)
		memcpy(buf + f->l4, &udp, sizeof(udp));
	else
		memcpy(buf + f->l4, &tcp, sizeof(tcp));
}

static void
put_csum(const struct inet_frame *f, uint8_t *buf, uint16_t csum)
{
	memcpy(buf + f->l4 + f->csum_offset, &csum, sizeof(csum));
}

/* The sum of the pseudo header, whatever the length that the network header states. */
static uint16_t
pseudo(const struct inet_frame *f, const uint8_t *buf)
{
	size_t l4_len = f->len - f->l4;
	struct {
		uint8_t addrs[32];
		rte_be32_t len;
		rte_be32_t proto;
	} phdr = { .len = rte_cpu_to_be_32(l4_len),
		   .proto = rte_cpu_to_be_32(f->udp ? IPPROTO_UDP : IPPROTO_TCP) };

	if (f->ipv6)
		memcpy(phdr.addrs, buf + f->l3 + 8, 32);
	else
		memcpy(phdr.addrs, buf + f->l3 + 12, 8);
	return rte_raw_cksum(&phdr, sizeof(phdr));
}

void
inet_frame_make(struct inet_frame *f, uint8_t *buf)
{
	size_t transport = f->udp ? sizeof(struct rte_udp_hdr) : sizeof(struct rte_tcp_hdr), i;
	uint16_t csum;

	f->csum_offset = f->udp ? offsetof(struct rte_udp_hdr, dgram_cksum) :
				  offsetof(struct rte_tcp_hdr, cksum);
	make_l2(f, buf);
	make_l3(f, buf, transport);
	make_l4(f, buf);
	f->headers = f->l4 + transport;
	f->len = f->headers + f->payload;
	for (i = 0; i < f->payload; i++)
		buf[f->headers + i] = f->seed + 7 * i + 13 * (i >> 8);

	inet_frame_make_partial(f, buf);
	csum = ~rte_raw_cksum(buf + f->l4, f->len - f->l4);
	put_csum(f, buf, csum == 0 ? UINT16_MAX : csum);
}

void
inet_frame_make_partial(const struct inet_frame *f, uint8_t *buf)
{
	put_csum(f, buf, pseudo(f, buf));
}

void
inet_frame_make_tunnel(struct inet_frame *outer, const uint8_t *inner, size_t inner_len,
	bool partial, uint8_t *buf)
{
	static const uint8_t vxlan[8] = { 0x08, [4] = 1, 2, 3 };

	outer->udp = true;
	outer->payload = sizeof(vxlan) + inner_len;
	inet_frame_make(outer, buf);
	memcpy(buf + outer->headers, vxlan, sizeof(vxlan));
	memcpy(buf + outer->headers + sizeof(vxlan), inner, inner_len);
	put_csum(outer, buf, partial ? pseudo(outer, buf) : 0);
}
