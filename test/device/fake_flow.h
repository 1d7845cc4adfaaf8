/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Frames of many flows, with the hash that DPDK's library computes of them, which knows neither
 * the driver nor the test device.
 */

#ifndef FAKE_FLOW_H
#define FAKE_FLOW_H

#include <rte_thash.h>

#include "fake_port.h"

/* All that virtio has a hash type for. */
#define FAKE_FLOW_FUNCTIONS \
	(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV4_UDP | \
	 RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP | \
	 RTE_ETH_RSS_IPV6_EX | RTE_ETH_RSS_IPV6_TCP_EX | RTE_ETH_RSS_IPV6_UDP_EX)

#define FAKE_FLOW_KEY_LEN	40

/* The key of Microsoft's test vectors, which is the driver's own. */
extern const uint8_t fake_flow_key[FAKE_FLOW_KEY_LEN];

struct fake_flow {
	uint8_t data[192];
	size_t len;
	union rte_thash_tuple tuple;	/* in the machine's byte order */
	unsigned int addr_words;	/* of the tuple: addresses */
};

/* A flow that differs by its number: IPv4 and IPv6, TCP, UDP and another protocol in turns. */
void
fake_flow_make(struct fake_flow *f, unsigned int number);

/* Adds a frame of IPv4 to what f holds, a zeroed one at first. */
void
fake_flow_ipv4(struct fake_flow *f, uint8_t proto, uint32_t src, uint32_t dst, uint16_t sport,
	uint16_t dport);

/* The flow of that number in a VXLAN tunnel, which is the same for all. */
void
fake_flow_vxlan(struct fake_flow *f, unsigned int number);

/* The hash of a flow, with its ports where the function of its protocol is on. */
uint32_t
fake_flow_softrss(const struct fake_flow *f, uint64_t functions, const uint8_t *key);

/*
 * A frame arrives, at the queue that the device chose and no other, unchanged. Returns that
 * queue, or -1. The packet goes into *pkt, or is freed if pkt is NULL.
 */
int
fake_flow_arrive(struct fake_port *p, const struct fake_flow *f, struct rte_mbuf **pkt);

#endif /* FAKE_FLOW_H */
