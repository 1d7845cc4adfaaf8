/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Frames of many flows, and where they arrive. Threads: the test's own. */

#include <string.h>

#include <ethdev_driver.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <rte_vxlan.h>

#include "fake_flow.h"

const uint8_t fake_flow_key[FAKE_FLOW_KEY_LEN] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static void
put_ports(struct fake_flow *f, uint8_t proto, uint16_t sport, uint16_t dport)
{
	struct rte_udp_hdr *l4 = (void *)&f->data[f->len];

	l4->src_port = rte_cpu_to_be_16(sport);
	l4->dst_port = rte_cpu_to_be_16(dport);
	f->len += proto == IPPROTO_UDP ? sizeof(struct rte_udp_hdr) : sizeof(struct rte_tcp_hdr);
	f->data[f->len++] = sport;	/* some payload */
}

static void
put_ether(struct fake_flow *f, uint16_t type)
{
	struct rte_ether_hdr *eth = (void *)&f->data[f->len];

	eth->ether_type = rte_cpu_to_be_16(type);
	f->len += sizeof(*eth);
}

void
fake_flow_ipv4(struct fake_flow *f, uint8_t proto, uint32_t src, uint32_t dst, uint16_t sport,
	uint16_t dport)
{
	struct rte_ipv4_hdr *ip;

	put_ether(f, RTE_ETHER_TYPE_IPV4);
	ip = (void *)&f->data[f->len];
	ip->version_ihl = RTE_IPV4_VHL_DEF;
	ip->next_proto_id = proto;
	ip->src_addr = rte_cpu_to_be_32(src);
	ip->dst_addr = rte_cpu_to_be_32(dst);
	f->len += sizeof(*ip);
	put_ports(f, proto, sport, dport);
	f->addr_words = RTE_THASH_V4_L3_LEN;
	f->tuple.v4 = (struct rte_ipv4_tuple){
		.src_addr = src, .dst_addr = dst, .sport = sport, .dport = dport,
	};
}

static void
put_ipv6(struct fake_flow *f, uint8_t proto, const uint8_t *src, const uint8_t *dst, uint16_t sport,
	uint16_t dport)
{
	struct rte_ipv6_hdr *ip;

	put_ether(f, RTE_ETHER_TYPE_IPV6);
	ip = (void *)&f->data[f->len];
	ip->vtc_flow = rte_cpu_to_be_32(6 << 28);
	ip->proto = proto;
	memcpy(ip->src_addr, src, 16);
	memcpy(ip->dst_addr, dst, 16);
	f->len += sizeof(*ip);
	f->addr_words = RTE_THASH_V6_L3_LEN;
	rte_thash_load_v6_addrs(ip, &f->tuple);
	f->tuple.v6.sport = sport;
	f->tuple.v6.dport = dport;
	put_ports(f, proto, sport, dport);
}

void
fake_flow_make(struct fake_flow *f, unsigned int number)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	uint8_t proto = protos[number / 2 % RTE_DIM(protos)];
	uint8_t src[16] = { 0xfd, 0x01, [14] = number >> 8, [15] = number };
	uint8_t dst[16] = { 0xfd, 0x02, [15] = 7 * number };

	memset(f, 0, sizeof(*f));
	if (number % 2 == 0)
		fake_flow_ipv4(f, proto, 0x0a000000 + 257 * number, 0x0a800001 + 31 * number,
			1000 + number, 80 + number % 5);
	else
		put_ipv6(f, proto, src, dst, 2000 + 3 * number, 443);
}

void
fake_flow_vxlan(struct fake_flow *f, unsigned int number)
{
	struct fake_flow inner;

	fake_flow_make(&inner, number);
	memset(f, 0, sizeof(*f));
	fake_flow_ipv4(f, IPPROTO_UDP, 0x0a000001, 0x0a000002, 50000, RTE_VXLAN_DEFAULT_PORT);
	f->len += sizeof(struct rte_vxlan_hdr) - 1;	/* in the place of the payload */
	memcpy(&f->data[f->len], inner.data, inner.len);
	f->len += inner.len;
}

uint32_t
fake_flow_softrss(const struct fake_flow *f, uint64_t functions, const uint8_t *key)
{
	bool v4 = f->addr_words == RTE_THASH_V4_L3_LEN;
	uint8_t proto = f->data[v4 ? 14 + 9 : 14 + 6];
	uint64_t tcp = v4 ? RTE_ETH_RSS_NONFRAG_IPV4_TCP : RTE_ETH_RSS_NONFRAG_IPV6_TCP;
	uint64_t udp = v4 ? RTE_ETH_RSS_NONFRAG_IPV4_UDP : RTE_ETH_RSS_NONFRAG_IPV6_UDP;
	union rte_thash_tuple tuple = f->tuple;
	bool ports = (proto == IPPROTO_TCP && (functions & tcp)) ||
		     (proto == IPPROTO_UDP && (functions & udp));

	return rte_softrss((uint32_t *)&tuple, f->addr_words + ports, key);
}

int
fake_flow_arrive(struct fake_port *p, const struct fake_flow *f, struct rte_mbuf **pkt)
{
	uint16_t nb_rxq = rte_eth_devices[p->port_id].data->nb_rx_queues;
	struct rte_mbuf *m;
	uint16_t pair, q;
	int at = -1;

	if (vdev_net_rx_spread(&p->net, f->data, f->len, &pair) != 1)
		return -1;
	for (q = 0; q < nb_rxq; q++) {
		if (rte_eth_rx_burst(p->port_id, q, &m, 1) == 0)
			continue;
		if (at >= 0 || q != pair || m->pkt_len != f->len ||
		    memcmp(rte_pktmbuf_mtod(m, void *), f->data, f->len) != 0)
			return -1;
		at = q;
		if (pkt != NULL)
			*pkt = m;
		else
			rte_pktmbuf_free(m);
	}
	return at;
}
