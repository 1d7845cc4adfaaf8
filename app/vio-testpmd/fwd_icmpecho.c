/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * icmpecho: answers ARP requests for any address and IPv4 echo requests, on the port that they came
 * from, in the packet that they came in. A packet is answered only when all headers that matter lie
 * in its first segment and are well formed; every other one is freed and counted as ignored.
 * Each function runs on the stream's lcore.
 */

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_icmp.h>
#include <rte_ip.h>

#include "forward.h"

/* The headers of a packet, as far as the first segment has them. */
struct cursor {
	uint8_t *data;
	uint32_t left;		/* of the first segment */
	uint32_t pkt_left;	/* of the whole packet */
};

/* Takes a header of that length; NULL if the first segment does not have it. */
static void *
take(struct cursor *at, uint32_t len)
{
	void *header = at->data;

	if (at->left < len)
		return NULL;
	at->data += len;
	at->left -= len;
	at->pkt_left -= len;
	return header;
}

static bool
is_host_mac(const struct rte_ether_addr *mac)
{
	return !rte_is_multicast_ether_addr(mac) && !rte_is_zero_ether_addr(mac);
}

static bool
is_host_ip(rte_be32_t address)
{
	const uint32_t ip = rte_be_to_cpu_32(address);

	return ip != RTE_IPV4_ANY && ip < RTE_IPV4_MIN_MCAST;
}

static bool
answer_arp(const struct fwd_stream *stream, struct cursor *at)
{
	struct rte_arp_hdr *arp = take(at, sizeof(*arp));
	rte_be32_t asked;

	/* No answer to a probe or an announcement: it would read as an address conflict. */
	if (arp == NULL || arp->arp_opcode != RTE_BE16(RTE_ARP_OP_REQUEST) ||
	    arp->arp_hardware != RTE_BE16(RTE_ARP_HRD_ETHER) ||
	    arp->arp_protocol != RTE_BE16(RTE_ETHER_TYPE_IPV4) ||
	    arp->arp_hlen != RTE_ETHER_ADDR_LEN || arp->arp_plen != sizeof(asked) ||
	    !is_host_mac(&arp->arp_data.arp_sha) || !is_host_ip(arp->arp_data.arp_sip) ||
	    !is_host_ip(arp->arp_data.arp_tip) || arp->arp_data.arp_sip == arp->arp_data.arp_tip)
		return false;

	asked = arp->arp_data.arp_tip;
	arp->arp_opcode = RTE_BE16(RTE_ARP_OP_REPLY);
	arp->arp_data.arp_tha = arp->arp_data.arp_sha;
	arp->arp_data.arp_tip = arp->arp_data.arp_sip;
	arp->arp_data.arp_sha = stream->own;
	arp->arp_data.arp_sip = asked;
	return true;
}

/* The one's complement sum changes by the difference of one word (RFC 1624, equation 3). */
static rte_be16_t
checksum_after(rte_be16_t checksum, rte_be16_t before, rte_be16_t after)
{
	uint32_t sum = (uint16_t)~checksum + (uint32_t)(uint16_t)~before + after;

	/* Three words sum to 0x2fffd at most: one fold leaves no carry. */
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (rte_be16_t)~sum;
}

/* The IPv4 header with its options, if it is whole, unfragmented, and from one host to another. */
static struct rte_ipv4_hdr *
take_ipv4(struct cursor *at)
{
	const uint32_t pkt_len = at->pkt_left;
	struct rte_ipv4_hdr *ip = take(at, sizeof(*ip));
	uint32_t hdr_len;

	if (ip == NULL || ip->version_ihl >> 4 != IPVERSION)
		return NULL;
	hdr_len = rte_ipv4_hdr_len(ip);
	if (hdr_len < sizeof(*ip) || take(at, hdr_len - sizeof(*ip)) == NULL)
		return NULL;
	if (rte_be_to_cpu_16(ip->total_length) > pkt_len ||
	    rte_be_to_cpu_16(ip->total_length) < hdr_len + sizeof(struct rte_icmp_hdr))
		return NULL;
	if ((ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) != 0)
		return NULL;
	if (rte_raw_cksum(ip, hdr_len) != UINT16_MAX)
		return NULL;
	return is_host_ip(ip->src_addr) && is_host_ip(ip->dst_addr) ? ip : NULL;
}

static bool
answer_echo(struct cursor *at)
{
	struct rte_ipv4_hdr *ip = take_ipv4(at);
	struct rte_icmp_hdr *icmp;
	rte_be32_t asked;

	if (ip == NULL || ip->next_proto_id != IPPROTO_ICMP)
		return false;
	icmp = take(at, sizeof(*icmp));
	if (icmp == NULL || icmp->icmp_type != RTE_IP_ICMP_ECHO_REQUEST || icmp->icmp_code != 0)
		return false;

	/* Swapped addresses leave the sum of the IPv4 header as it is. */
	asked = ip->dst_addr;
	ip->dst_addr = ip->src_addr;
	ip->src_addr = asked;
	icmp->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
	icmp->icmp_cksum = checksum_after(icmp->icmp_cksum, RTE_BE16(RTE_IP_ICMP_ECHO_REQUEST << 8),
					  RTE_BE16(RTE_IP_ICMP_ECHO_REPLY << 8));
	return true;
}

/* Turns the packet into the answer to it; false: there is none. */
static bool
answer(const struct fwd_stream *stream, struct rte_mbuf *pkt)
{
	struct cursor at = {
		.data = rte_pktmbuf_mtod(pkt, uint8_t *),
		.left = rte_pktmbuf_data_len(pkt),
		.pkt_left = rte_pktmbuf_pkt_len(pkt),
	};
	struct rte_ether_hdr *eth = take(&at, sizeof(*eth));
	const struct rte_vlan_hdr *vlan;
	rte_be16_t type;
	bool answered;

	if (eth == NULL || !is_host_mac(&eth->src_addr))
		return false;
	type = eth->ether_type;
	if (type == RTE_BE16(RTE_ETHER_TYPE_VLAN)) {
		vlan = take(&at, sizeof(*vlan));
		if (vlan == NULL)
			return false;
		type = vlan->eth_proto;
	}
	if (type == RTE_BE16(RTE_ETHER_TYPE_ARP))
		answered = answer_arp(stream, &at);
	else
		answered = type == RTE_BE16(RTE_ETHER_TYPE_IPV4) && answer_echo(&at);
	if (answered) {
		eth->dst_addr = eth->src_addr;
		eth->src_addr = stream->own;
	}
	return answered;
}

static void
run_icmpecho(struct fwd_stream *stream)
{
	struct rte_mbuf *pkts[MAX_BURST];
	const uint16_t nb = fwd_receive(stream, pkts);
	uint16_t nb_send = 0;

	for (uint16_t i = 0; i < nb; i++) {
		struct rte_mbuf *pkt = pkts[i];

		if (answer(stream, pkt))
			pkts[nb_send++] = pkt;
		else
			fwd_ignore(stream, pkt);
	}
	fwd_send(stream, pkts, nb_send);
}

const struct fwd_mode fwd_icmpecho = { .name = "icmpecho", .loop = true, .run = run_icmpecho };
