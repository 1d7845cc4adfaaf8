/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Packet types from headers: when they are set, and of what layers. */

#include <string.h>

#include "test.h"

#include "fake_flow.h"
#include "fake_port.h"

#define RING_SIZE	64

static struct fake_port port;

static int
setup(void)
{
	if (fake_port_start(&port, RING_SIZE) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* The type of a received frame; UINT32_MAX when it does not arrive. */
static uint32_t
ptype_of(const uint8_t *frame, size_t len)
{
	struct rte_mbuf *m;
	uint32_t ptype;

	if (vdev_net_rx(&port.net, 0, frame, len) < 1 ||
	    rte_eth_rx_burst(port.port_id, 0, &m, 1) != 1)
		return UINT32_MAX;
	ptype = m->packet_type;
	rte_pktmbuf_free(m);
	return ptype;
}

static uint32_t
ptype_of_flow(unsigned int number)
{
	struct fake_flow f;

	fake_flow_make(&f, number);
	return ptype_of(f.data, f.len);
}

/* Every flow, with all layers. */
static int
check_all(void)
{
	static const uint32_t l4[] = { RTE_PTYPE_L4_TCP, RTE_PTYPE_L4_UDP, RTE_PTYPE_L4_SCTP };
	unsigned int i;

	for (i = 0; i < 6; i++)
		TEST_ASSERT_EQUAL(ptype_of_flow(i), (RTE_PTYPE_L2_ETHER | l4[i / 2] |
			(i % 2 == 0 ? RTE_PTYPE_L3_IPV4 : RTE_PTYPE_L3_IPV6)), "flow %u: 0x%x", i,
			ptype_of_flow(i));
	return TEST_SUCCESS;
}

/* Who does not ask for types pays nothing for them. */
static int
none_by_default(void)
{
	TEST_ASSERT_EQUAL(ptype_of_flow(0), 0, "0x%x", ptype_of_flow(0));
	return fake_port_close(&port);
}

/* Who asks which there are relies on all of them, also after a stop and a new configuration. */
static int
asked_for(void)
{
	uint32_t ptypes[64];
	int nb, i;
	uint32_t seen = 0;

	nb = rte_eth_dev_get_supported_ptypes(port.port_id, RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK,
		ptypes, RTE_DIM(ptypes));
	TEST_ASSERT(nb >= 8, "%d types", nb);
	for (i = 0; i < nb; i++)
		seen |= ptypes[i];
	TEST_ASSERT((seen & RTE_PTYPE_L3_IPV4) && (seen & RTE_PTYPE_L4_UDP), "0x%x", seen);
	TEST_ASSERT_SUCCESS(check_all(), "at once");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(check_all(), "after a stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(check_all(), "after a configuration");
	return fake_port_close(&port);
}

/* What the application says of its interest counts more than that it asked. */
static int
chosen(void)
{
	static const struct {
		uint32_t mask, ptype;
	} rows[] = {
		{ RTE_PTYPE_L2_MASK, RTE_PTYPE_L2_ETHER },
		{ RTE_PTYPE_L3_MASK, RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 },
		{ RTE_PTYPE_L4_MASK, RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP },
		{ RTE_PTYPE_L2_MASK | RTE_PTYPE_L4_MASK,
		  RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP },
		{ 0, 0 },
	};
	uint32_t ptypes[64];
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_set_ptypes(port.port_id, rows[i].mask, NULL, 0),
			"row %u", i);
		TEST_ASSERT_EQUAL(ptype_of_flow(0), rows[i].ptype, "row %u: 0x%x", i,
			ptype_of_flow(0));
	}
	TEST_ASSERT(rte_eth_dev_get_supported_ptypes(port.port_id, UINT32_MAX, ptypes,
		RTE_DIM(ptypes)) > 0, "types");
	TEST_ASSERT_EQUAL(ptype_of_flow(0), 0, "0x%x", ptype_of_flow(0));
	return fake_port_close(&port);
}

/* Inner layers are behind outer ones. */
static int
inner_layers(void)
{
	struct fake_flow f = { .len = 0 };
	struct fake_flow inner;

	fake_flow_make(&inner, 0);
	fake_flow_ipv4(&f, IPPROTO_IPIP, 1, 2, 0, 0);
	/* in the place of the ports and the payload */
	f.len = RTE_ETHER_HDR_LEN + 20;
	memcpy(&f.data[f.len], &inner.data[RTE_ETHER_HDR_LEN], inner.len - RTE_ETHER_HDR_LEN);
	f.len += inner.len - RTE_ETHER_HDR_LEN;
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_ptypes(port.port_id, RTE_PTYPE_INNER_L4_MASK, NULL, 0),
		"set");
	TEST_ASSERT_EQUAL(ptype_of(f.data, f.len), (RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 |
		RTE_PTYPE_TUNNEL_IP | RTE_PTYPE_INNER_L3_IPV4 | RTE_PTYPE_INNER_L4_TCP), "0x%x",
		ptype_of(f.data, f.len));
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_ptypes(port.port_id, RTE_PTYPE_L4_MASK, NULL, 0),
		"set");
	TEST_ASSERT_EQUAL(ptype_of(f.data, f.len), (RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4), "0x%x",
		ptype_of(f.data, f.len));
	return fake_port_close(&port);
}

/* Frames that end anywhere within their headers: nothing behind their end is read. */
static int
cut_frames(void)
{
	struct fake_flow f;
	unsigned int i;
	size_t len;

	TEST_ASSERT_SUCCESS(rte_eth_dev_set_ptypes(port.port_id, RTE_PTYPE_ALL_MASK, NULL, 0),
		"set");
	for (i = 0; i < 6; i++) {
		fake_flow_make(&f, i);
		for (len = RTE_ETHER_HDR_LEN; len < RTE_ETHER_HDR_LEN + 20; len++)
			TEST_ASSERT_EQUAL(ptype_of(f.data, len), RTE_PTYPE_L2_ETHER,
				"flow %u cut to %zu: 0x%x", i, len, ptype_of(f.data, len));
	}
	return fake_port_close(&port);
}

/* A tag that was taken out is no longer part of the packet. */
static int
behind_a_stripped_tag(void)
{
	static const struct rte_eth_conf strip = {
		.rxmode.offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP,
	};
	static const uint8_t tag[] = { 0x81, 0x00, 0x00, 0x07 };
	struct fake_flow f;

	fake_flow_make(&f, 0);
	memmove(&f.data[16], &f.data[12], f.len - 12);
	memcpy(&f.data[12], tag, sizeof(tag));
	f.len += sizeof(tag);
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_ptypes(port.port_id, RTE_PTYPE_L3_MASK, NULL, 0),
		"set");
	TEST_ASSERT_EQUAL(ptype_of(f.data, f.len), (RTE_PTYPE_L2_ETHER_VLAN | RTE_PTYPE_L3_IPV4),
		"0x%x", ptype_of(f.data, f.len));
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &strip), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(ptype_of(f.data, f.len), (RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4), "0x%x",
		ptype_of(f.data, f.len));
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_ptype",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, none_by_default),
		TEST_CASE_ST(setup, teardown, asked_for),
		TEST_CASE_ST(setup, teardown, chosen),
		TEST_CASE_ST(setup, teardown, inner_layers),
		TEST_CASE_ST(setup, teardown, cut_frames),
		TEST_CASE_ST(setup, teardown, behind_a_stripped_tag),
		TEST_CASES_END()
	}
};

static int
test_vio_ptype(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_ptype_autotest, test_vio_ptype);
