/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Statistics: basic, per queue and extended; their names, values and reset. */

#include <stdio.h>
#include <string.h>

#include "test.h"

#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	64
#define XSTATS_MAX	256

static struct fake_port port;

static int
setup(void)
{
	if (fake_port_prepare(&port, 2, RING_SIZE) != 0 || fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 2, 2, RING_SIZE, NULL) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* nb frames of len bytes through a pair, each way. */
static int
traffic(uint16_t q, unsigned int nb, uint32_t len)
{
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	struct rte_mbuf *m;

	for (; nb > 0; nb--) {
		fake_port_pattern(frame, len, nb);
		TEST_ASSERT(vdev_net_rx(&port.net, q, frame, len) > 0, "Rx queue %u", q);
		if (rte_eth_rx_burst(port.port_id, q, &m, 1) == 1)
			rte_pktmbuf_free(m);
		m = fake_port_packet(port.pool, len, 1000, nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, q, &m, 1), 1, "Tx queue %u", q);
		vdev_net_tx(&port.net, q, frame, NULL);
	}
	return TEST_SUCCESS;
}

static int
basic_counts(void)
{
	struct rte_eth_stats s;

	TEST_ASSERT_SUCCESS(traffic(0, 10, 100), "queue 0");
	TEST_ASSERT_SUCCESS(traffic(1, 3, 1514), "queue 1");
	TEST_ASSERT_SUCCESS(traffic(1, 2, 9023), "too long both ways");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &s), "get");
	TEST_ASSERT_EQUAL(s.ipackets, 13, "ipackets %u", (unsigned int)s.ipackets);
	TEST_ASSERT_EQUAL(s.ibytes, 1000 + 3 * 1514, "ibytes %u", (unsigned int)s.ibytes);
	TEST_ASSERT_EQUAL(s.opackets, 13, "opackets %u", (unsigned int)s.opackets);
	TEST_ASSERT_EQUAL(s.obytes, 1000 + 3 * 1514, "obytes %u", (unsigned int)s.obytes);
	TEST_ASSERT_EQUAL(s.ierrors, 2, "ierrors %u", (unsigned int)s.ierrors);
	TEST_ASSERT_EQUAL(s.oerrors, 2, "oerrors %u", (unsigned int)s.oerrors);
	TEST_ASSERT_EQUAL(s.rx_nombuf, 0, "rx_nombuf");
	TEST_ASSERT(s.q_ipackets[0] == 10 && s.q_ipackets[1] == 3, "q_ipackets");
	TEST_ASSERT(s.q_opackets[0] == 10 && s.q_opackets[1] == 3, "q_opackets");
	TEST_ASSERT(s.q_ibytes[0] == 1000 && s.q_ibytes[1] == 3 * 1514, "q_ibytes");
	TEST_ASSERT(s.q_obytes[0] == 1000 && s.q_obytes[1] == 3 * 1514, "q_obytes");
	TEST_ASSERT(s.q_errors[0] == 0 && s.q_errors[1] == 2, "q_errors");
	return fake_port_close(&port);
}

static int
reset_sets_to_zero(void)
{
	struct rte_eth_stats s, zero = { 0 };

	TEST_ASSERT_SUCCESS(traffic(0, 10, 100), "traffic");
	TEST_ASSERT_SUCCESS(traffic(1, 1, 9023), "errors");
	TEST_ASSERT_SUCCESS(rte_eth_stats_reset(port.port_id), "reset");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &s), "get");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(&s, &zero, sizeof(s), "not all zero");

	TEST_ASSERT_SUCCESS(traffic(0, 2, 60), "traffic");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &s), "get");
	TEST_ASSERT(s.ipackets == 2 && s.opackets == 2 && s.ibytes == 120, "after the reset");
	TEST_ASSERT(fake_port_xstat(&port, "tx_q0_notify") == 2, "extended after the reset");
	TEST_ASSERT_SUCCESS(rte_eth_xstats_reset(port.port_id), "extended reset");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_notify"), 0, "extended");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_good_packets"), 0, "basic in extended");
	return fake_port_close(&port);
}

static int
survive_stop_and_start(void)
{
	struct rte_eth_stats s;

	TEST_ASSERT_SUCCESS(traffic(0, 5, 100), "traffic");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(traffic(0, 5, 100), "traffic");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &s), "get");
	TEST_ASSERT(s.ipackets == 10 && s.opackets == 10, "%u and %u", (unsigned int)s.ipackets,
		(unsigned int)s.opackets);
	return fake_port_close(&port);
}

static int
extended_names(void)
{
	static const char *const rx[] = {
		"packets", "bytes", "errors", "no_mbuf", "oversize", "runt", "notify",
		"bad_used_idx", "bad_id", "bad_len", "bad_num_buffers",
	};
	static const char *const tx[] = {
		"packets", "bytes", "oversize", "undelivered", "notify", "bad_used_idx", "bad_id",
	};
	static struct rte_eth_xstat_name names[XSTATS_MAX];
	char name[RTE_ETH_XSTATS_NAME_SIZE];
	unsigned int i, q, j;
	int nb;

	for (q = 0; q < 2; q++) {
		for (i = 0; i < RTE_DIM(rx); i++) {
			snprintf(name, sizeof(name), "rx_q%u_%s", q, rx[i]);
			TEST_ASSERT(fake_port_xstat(&port, name) != UINT64_MAX, "%s", name);
		}
		for (i = 0; i < RTE_DIM(tx); i++) {
			snprintf(name, sizeof(name), "tx_q%u_%s", q, tx[i]);
			TEST_ASSERT(fake_port_xstat(&port, name) != UINT64_MAX, "%s", name);
		}
	}
	nb = rte_eth_xstats_get_names(port.port_id, NULL, 0);
	TEST_ASSERT(nb > 0 && nb <= XSTATS_MAX, "%d names", nb);
	TEST_ASSERT_EQUAL(rte_eth_xstats_get_names(port.port_id, names, nb), nb, "names");
	for (i = 0; i < (unsigned int)nb; i++)
		for (j = 0; j < i; j++)
			TEST_ASSERT(strcmp(names[i].name, names[j].name) != 0, "%s twice",
				names[i].name);
	return fake_port_close(&port);
}

/* Each value stands at its name's place, by whatever way it is asked for. */
static int
extended_values(void)
{
	static struct rte_eth_xstat_name names[XSTATS_MAX];
	static struct rte_eth_xstat xstats[XSTATS_MAX];
	int nb = rte_eth_xstats_get_names(port.port_id, NULL, 0), i;

	TEST_ASSERT_SUCCESS(traffic(0, 7, 100), "traffic");
	TEST_ASSERT_SUCCESS(traffic(1, 2, 13), "runts");
	TEST_ASSERT_SUCCESS(traffic(1, 3, 9023), "too long");
	TEST_ASSERT_EQUAL(rte_eth_xstats_get_names(port.port_id, names, nb), nb, "names");
	TEST_ASSERT_EQUAL(rte_eth_xstats_get(port.port_id, xstats, nb), nb, "values");
	TEST_ASSERT_EQUAL(rte_eth_xstats_get(port.port_id, xstats, nb - 1), nb, "too few");
	TEST_ASSERT_EQUAL(rte_eth_xstats_get(port.port_id, xstats, nb), nb, "values");
	for (i = 0; i < nb; i++) {
		TEST_ASSERT_EQUAL(xstats[i].id, (unsigned int)i, "id");
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, names[i].name), xstats[i].value, "%s",
			names[i].name);
	}
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_packets"), 7, "rx_q0_packets");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q1_packets"), 0, "rx_q1_packets");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q1_runt"), 2, "rx_q1_runt");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q1_oversize"), 3, "rx_q1_oversize");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_oversize"), 0, "rx_q0_oversize");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_errors"), 5, "rx_errors");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q1_oversize"), 3, "tx_q1_oversize");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_notify"), 7, "tx_q0_notify");
	return fake_port_close(&port);
}

/* As many as the queues that are configured. */
static int
extended_follow_the_queues(void)
{
	int two = rte_eth_xstats_get_names(port.port_id, NULL, 0), one;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "configure");
	one = rte_eth_xstats_get_names(port.port_id, NULL, 0);
	TEST_ASSERT(one < two, "%d of one pair, %d of two", one, two);
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q1_runt"), UINT64_MAX, "of queue 1");

	/* before the queues are set up, and so are not there, the values are zero */
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 2, 2,
		&(const struct rte_eth_conf){ 0 }), "configure only");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q1_runt"), 0, "queue not set up");
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_stats",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, basic_counts),
		TEST_CASE_ST(setup, teardown, reset_sets_to_zero),
		TEST_CASE_ST(setup, teardown, survive_stop_and_start),
		TEST_CASE_ST(setup, teardown, extended_names),
		TEST_CASE_ST(setup, teardown, extended_values),
		TEST_CASE_ST(setup, teardown, extended_follow_the_queues),
		TEST_CASES_END()
	}
};

static int
test_vio_stats(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_stats_autotest, test_vio_stats);
