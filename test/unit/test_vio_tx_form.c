/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The short way of packets that ask for offloads: it sends, refuses and writes what the long way
 * does. A packet without headroom has to go the long way, so each is sent with and without.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "fake_format.h"
#include "inet_frame.h"
#include "test.h"
#include "vdev_net_offload.h"
#include "vio_ethdev.h"
#include "vio_suspend.h"
#include "vio_tx_form.h"

#define RING_SIZE	256
#define BURST		32
#define MTU		1000
#define NB_PACKETS	20000
#define TX_ALL		(RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_UDP_TSO)

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];
static uint64_t random_state;

/* What became of a packet. */
struct outcome {
	int prepared;		/* 1, or -rte_errno */
	uint64_t drops;
	int len;		/* of what the device got */
	unsigned int nb_descs;
	unsigned int nb_complaints;	/* of what the packet states wrongly */
	struct virtio_net_hdr_ext hdr;
	uint8_t bytes[2 * MTU];
};

static int
start(uint64_t offloads)
{
	const struct rte_eth_conf conf = { .txmode.offloads = offloads };

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_net_offload_offer(&port.net);
	port.net.config.mtu = rte_cpu_to_le_16(MTU);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, &conf) != 0)
		return TEST_FAILED;
	random_state = 1;
	return rte_eth_dev_start(port.port_id) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static int
setup(void)
{
	return start(TX_ALL);
}

/* Tags that are put in, and a header of 24 bytes. */
static int
setup_tunnel(void)
{
	return start(TX_ALL | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO | RTE_ETH_TX_OFFLOAD_VLAN_INSERT);
}

static int
setup_checksums(void)
{
	return start(RTE_ETH_TX_OFFLOAD_UDP_CKSUM);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* The same numbers in each run. */
static uint32_t
below(uint32_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (random_state >> 33) % n;
}

static uint64_t
flags_of(const struct inet_frame *f)
{
	uint64_t flags = f->ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;

	if (!f->ipv6 && below(2))
		flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if (f->udp)
		return flags | RTE_MBUF_F_TX_UDP_CKSUM;
	if (below(2))
		flags |= RTE_MBUF_F_TX_TCP_SEG;
	return below(4) ? flags | RTE_MBUF_F_TX_TCP_CKSUM : flags;
}

/* A packet that asks for something, mostly for what can be done. */
static struct rte_mbuf *
any_packet(void)
{
	static const uint64_t odd[] = {
		RTE_MBUF_F_TX_TCP_SEG, RTE_MBUF_F_TX_UDP_SEG, RTE_MBUF_F_TX_IP_CKSUM,
		RTE_MBUF_F_TX_IPV4, RTE_MBUF_F_TX_IPV6, RTE_MBUF_F_TX_TCP_CKSUM,
		RTE_MBUF_F_TX_SCTP_CKSUM, RTE_MBUF_F_TX_OUTER_IPV4, RTE_MBUF_F_TX_TUNNEL_VXLAN,
		RTE_MBUF_F_TX_OUTER_IP_CKSUM, RTE_MBUF_F_TX_OUTER_UDP_CKSUM, RTE_MBUF_F_TX_VLAN,
	};
	struct inet_frame f = {
		.ipv6 = below(2), .udp = below(2), .nb_tags = below(2), .payload = below(MTU),
		.tcp_flags = below(256), .seed = below(256),
	};
	struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);

	if (m == NULL)
		return NULL;
	inet_frame_make(&f, frame);
	frame[f.l4 + f.csum_offset] += below(2);
	m->ol_flags = flags_of(&f);
	m->l2_len = f.l3;
	m->l3_len = f.l4 - f.l3;
	m->l4_len = f.headers - f.l4;
	m->tso_segsz = 1 + below(UINT16_MAX);
	switch (below(12)) {
	case 0:
		m->ol_flags ^= odd[below(RTE_DIM(odd))];
		break;
	case 1:
		m->l2_len = below(128);
		break;
	case 2:
		m->l3_len = below(512);
		break;
	case 3:
		m->l4_len = below(256);
		break;
	case 4:
		m->tso_segsz = 0;
		break;
	case 5:
		f.len = f.headers - 24 + below(25);	/* about where headers end */
		break;
	case 6:
		f.len = f.l3 + MTU - 2 + below(4);
		break;
	}
	m->data_len = m->pkt_len = f.len;
	if (below(30) == 0)
		m->pkt_len += below(2) ? 1 : -1;
	memcpy(rte_pktmbuf_mtod(m, void *), frame, f.len);
	return m;
}

/* The same packet with data_off bytes before its data. */
static struct rte_mbuf *
moved_copy(const struct rte_mbuf *m, uint16_t data_off)
{
	struct rte_mbuf *copy = rte_pktmbuf_alloc(port.pool);

	if (copy == NULL)
		return NULL;
	copy->ol_flags = m->ol_flags;
	copy->tx_offload = m->tx_offload;
	copy->pkt_len = m->pkt_len;
	copy->data_len = m->data_len;
	copy->data_off = data_off;
	memcpy(rte_pktmbuf_mtod(copy, void *), rte_pktmbuf_mtod(m, void *), m->data_len);
	return copy;
}

static uint64_t
drops(void)
{
	return fake_port_xstat(&port, "tx_q0_bad_offload") +
	       fake_port_xstat(&port, "tx_q0_oversize");
}

/* Sends a packet, which is freed; what becomes of it goes into *o. */
static int
outcome_of(struct rte_mbuf *m, bool prepare, struct outcome *o)
{
	memset(o, 0, sizeof(*o));
	TEST_ASSERT_NOT_NULL(m, "no packet");
	if (prepare)
		o->prepared = rte_eth_tx_prepare(port.port_id, 0, &m, 1) == 1 ? 1 : -rte_errno;
	o->drops = drops();
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "not taken");
	o->drops = drops() - o->drops;
	o->len = vdev_net_tx(&port.net, 0, o->bytes, &o->nb_descs);
	if (o->len > 0)
		o->hdr = port.net.tx_hdr;
	o->nb_complaints = port.net.dev.nb_complaints;
	port.net.dev.nb_complaints = 0;
	rte_eth_tx_done_cleanup(port.port_id, 0, 0);
	return TEST_SUCCESS;
}

/* Both ways do the same with whatever a packet asks for and states. */
static int
as_the_long_way(void)
{
	static struct outcome shortly, long_way;
	unsigned int i, nb_sent = 0, nb_dropped = 0;
	struct rte_mbuf *m, *copy;
	bool prepare;

	for (i = 0; i < NB_PACKETS; i++) {
		m = any_packet();
		TEST_ASSERT_NOT_NULL(m, "no packet");
		copy = moved_copy(m, 2 * below(5));
		prepare = below(2);
		TEST_ASSERT_SUCCESS(outcome_of(copy, prepare, &long_way), "packet %u", i);
		TEST_ASSERT_SUCCESS(outcome_of(m, prepare, &shortly), "packet %u", i);
		TEST_ASSERT_EQUAL(shortly.prepared, long_way.prepared, "packet %u: %d, not %d", i,
			shortly.prepared, long_way.prepared);
		TEST_ASSERT_EQUAL(shortly.drops, long_way.drops, "packet %u", i);
		TEST_ASSERT_EQUAL(shortly.nb_complaints, long_way.nb_complaints, "packet %u", i);
		TEST_ASSERT_EQUAL(shortly.len, long_way.len, "packet %u: %d, not %d bytes", i,
			shortly.len, long_way.len);
		TEST_ASSERT(long_way.len == 0 || (long_way.nb_descs == 2 && shortly.nb_descs == 1),
			"packet %u: %u and %u descriptors", i, long_way.nb_descs,
			shortly.nb_descs);
		TEST_ASSERT_EQUAL(memcmp(&shortly.hdr, &long_way.hdr, sizeof(shortly.hdr)), 0,
			"packet %u: header", i);
		TEST_ASSERT_EQUAL(memcmp(shortly.bytes, long_way.bytes, sizeof(shortly.bytes)), 0,
			"packet %u: bytes", i);
		nb_sent += shortly.len > 0;
		nb_dropped += shortly.drops;
	}
	TEST_ASSERT(nb_sent > NB_PACKETS / 4 && nb_dropped > NB_PACKETS / 50,
		"%u packets were sent, %u dropped", nb_sent, nb_dropped);
	return fake_port_close(&port);
}

/* A TCP packet that asks for its checksum, whose field holds the sum already; or a plain one. */
static struct rte_mbuf *
tcp_packet(struct rte_mempool *pool, uint8_t seed, bool asks)
{
	struct inet_frame f = { .payload = 100, .seed = seed };
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	if (m == NULL)
		return NULL;
	inet_frame_make(&f, frame);
	if (asks) {
		inet_frame_make_partial(&f, frame);
		m->ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM;
		m->l2_len = f.l3;
		m->l3_len = f.l4 - f.l3;
	}
	m->data_len = m->pkt_len = f.len;
	memcpy(rte_pktmbuf_mtod(m, void *), frame, f.len);
	return m;
}

/* Such a packet is the next that the device takes. */
static int
tcp_packet_left(uint8_t seed, bool asks)
{
	static uint8_t got[VDEV_NET_FRAME_MAX];
	struct inet_frame f = { .payload = 100, .seed = seed };

	inet_frame_make(&f, frame);
	if (asks)
		inet_frame_make_partial(&f, frame);
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, got, NULL), (int)f.len, "seed %u", seed);
	TEST_ASSERT_EQUAL(memcmp(got, frame, f.len), 0, "seed %u: bytes", seed);
	TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.flags, asks, "seed %u: flags", seed);
	TEST_ASSERT_EQUAL(port.net.tx_hdr.hdr.csum_start, (asks ? f.l4 : 0), "seed %u", seed);
	return TEST_SUCCESS;
}

/* What was learned of a packet lets nothing be written into one that others see. */
static int
shared_behind_its_like(void)
{
	uint8_t before[RTE_PKTMBUF_HEADROOM];
	struct rte_mbuf *m, *sent;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		m = tcp_packet(port.pool, i, true);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		sent = i == 2 ? rte_pktmbuf_clone(m, port.pool) : m;
		TEST_ASSERT_NOT_NULL(sent, "no clone");
		memset(m->buf_addr, 0x77, sizeof(before));
		memcpy(before, m->buf_addr, sizeof(before));
		if (i == 1)
			rte_mbuf_refcnt_update(m, 1);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &sent, 1), 1, "packet %u", i);
		TEST_ASSERT_SUCCESS(tcp_packet_left(i, true), "packet %u", i);
		TEST_ASSERT_EQUAL(!memcmp(m->buf_addr, before, sizeof(before)), (i > 0),
			"packet %u", i);
		rte_eth_tx_done_cleanup(port.port_id, 0, 0);
		if (i > 0)
			rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* In one burst, in every order: plain and asking, of two pools, shared. Each mbuf comes home. */
static int
mixed_bursts(void)
{
	struct rte_mempool *pool = rte_pktmbuf_pool_create("vio_other", 2 * RING_SIZE - 1, 0, 0,
		FAKE_PORT_DATA_ROOM, SOCKET_ID_ANY), *of;
	const struct vio_txq *q = rte_eth_devices[port.port_id].data->tx_queues[0];
	struct rte_mbuf *pkts[BURST], *held[BURST];
	unsigned int i, turn, nb_home;
	bool asks[BURST];

	TEST_ASSERT_NOT_NULL(pool, "no pool");
	nb_home = rte_mempool_avail_count(port.pool);
	for (turn = 0; turn < 100; turn++) {
		for (i = 0; i < BURST; i++) {
			of = below(8) == 0 ? pool : port.pool;
			asks[i] = below(turn % 4 + 1) == 0;
			held[i] = NULL;
			pkts[i] = tcp_packet(of, i, asks[i]);
			TEST_ASSERT_NOT_NULL(pkts[i], "no packet");
			if (below(16) == 0) {
				rte_mbuf_refcnt_update(pkts[i], 1);
				held[i] = pkts[i];
			}
		}
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), BURST, "burst");
		for (i = 0; i < BURST; i++)
			TEST_ASSERT_SUCCESS(tcp_packet_left(i, asks[i]), "turn %u", turn);
		rte_eth_tx_done_cleanup(port.port_id, 0, 0);
		for (i = 0; i < BURST; i++)
			rte_pktmbuf_free(held[i]);
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), nb_home, "turn %u", turn);
		TEST_ASSERT_EQUAL(rte_mempool_in_use_count(pool), 0, "turn %u", turn);
		TEST_ASSERT_EQUAL(q->nb_raw, 0, "turn %u: %u raw packets", turn, q->nb_raw);
	}
	rte_mempool_free(pool);
	return fake_port_close(&port);
}

static struct vio_txq *
txq(void)
{
	return rte_eth_devices[port.port_id].data->tx_queues[0];
}

/* Sends such a packet, with more flags; it is taken, or dropped as it asks for what is not had. */
static int
asking_packet(uint64_t flags, bool dropped)
{
	struct rte_mbuf *m = tcp_packet(port.pool, 0, true);
	uint64_t before = drops();

	TEST_ASSERT_NOT_NULL(m, "no packet");
	m->ol_flags |= flags;
	m->l4_len = sizeof(struct rte_tcp_hdr);
	m->tso_segsz = 10;
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "not taken");
	TEST_ASSERT_EQUAL(drops() - before, dropped, "flags 0x%" PRIx64, flags);
	TEST_ASSERT_EQUAL(port.net.dev.nb_complaints, 0, "flags 0x%" PRIx64, flags);
	return TEST_SUCCESS;
}

static int
started_with(uint64_t offloads)
{
	const struct rte_eth_conf conf = { .txmode.offloads = offloads };

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &conf), "configure");
	return rte_eth_dev_start(port.port_id);
}

/* What was learned holds for one start, as the next may agree on less, or on what needs more. */
static int
forgotten_by_a_start(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		TEST_ASSERT_SUCCESS(asking_packet(RTE_MBUF_F_TX_TCP_SEG, i > 0), "start %u", i);
		TEST_ASSERT_SUCCESS(asking_packet(0, i > 0), "start %u", i);
		TEST_ASSERT_SUCCESS(started_with(0), "start");
	}
	TEST_ASSERT_SUCCESS(started_with(TX_ALL), "start");
	TEST_ASSERT_EQUAL(started_with(TX_ALL | RTE_ETH_TX_OFFLOAD_VLAN_INSERT), -EINVAL,
		"started with more than the queue was set up for");
	return fake_port_close(&port);
}

/* The queue's thread alone learns: not while the queue may be made anew by another. */
static int
nothing_is_learned_meanwhile(void)
{
	struct rte_eth_dev *eth_dev = &rte_eth_devices[port.port_id];
	struct rte_mbuf *m = tcp_packet(port.pool, 0, true);
	unsigned int i, set;

	TEST_ASSERT_NOT_NULL(m, "no packet");
	for (i = 0; i < 2; i++) {
		if (i == 0)
			vio_queues_suspend(eth_dev);
		TEST_ASSERT_EQUAL(rte_eth_tx_prepare(port.port_id, 0, &m, 1), 1, "prepare");
		for (set = 0; set < VIO_TX_NB_FORM_SETS && txq()->forms[set][0].key == 0; set++)
			;
		TEST_ASSERT_EQUAL((set < VIO_TX_NB_FORM_SETS), (i > 0), "turn %u", i);
		if (i == 0)
			TEST_ASSERT_SUCCESS(vio_ethdev_resume(eth_dev), "resume");
	}
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

/* The form that a packet is sent by, or NULL. */
static const struct vio_tx_form *
form_of(struct rte_mbuf *m)
{
	return vio_tx_form_find(txq(), m, txq()->forms[0]);
}

/* The short way is taken by what should take it, a packet to be segmented above the MTU, too. */
static int
short_way_is_taken(void)
{
	static const uint64_t flags[] = {
		RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM,
		RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM,
		RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_CKSUM,
		RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_SEG,
	};
	struct inet_frame f = { .payload = 2 * MTU - 100 };
	struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);
	bool segments;
	unsigned int i;

	TEST_ASSERT_NOT_NULL(m, "no packet");
	inet_frame_make(&f, rte_pktmbuf_mtod(m, uint8_t *));
	m->l2_len = f.l3;
	m->l3_len = f.l4 - f.l3;
	m->l4_len = f.headers - f.l4;
	m->tso_segsz = 100;
	for (i = 0; i < RTE_DIM(flags); i++) {
		m->ol_flags = flags[i];
		segments = flags[i] & RTE_MBUF_F_TX_TCP_SEG;
		m->data_len = m->pkt_len = segments ? f.len : MTU;
		TEST_ASSERT_NOT_NULL(form_of(m), "flags 0x%" PRIx64, flags[i]);
		m->data_len = m->pkt_len = segments ? f.headers : f.l4 - 1;
		TEST_ASSERT_NULL(form_of(m), "flags 0x%" PRIx64, flags[i]);
	}
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

/* Packets whose forms meet in a set do not make each other learned again and again. */
static int
two_of_a_set(void)
{
	struct rte_mbuf *m[2] = { tcp_packet(port.pool, 0, true), tcp_packet(port.pool, 0, true) };
	const struct vio_tx_form *first, *second;
	unsigned int l4_len;

	TEST_ASSERT(m[0] != NULL && m[1] != NULL, "no packet");
	for (l4_len = 1; l4_len < UINT8_MAX; l4_len++) {
		m[1]->l4_len = l4_len;
		if (vio_tx_form_set(txq(), vio_tx_form_key(m[0])) ==
		    vio_tx_form_set(txq(), vio_tx_form_key(m[1])))
			break;
	}
	TEST_ASSERT(l4_len < UINT8_MAX, "no two keys meet");
	form_of(m[0]);
	second = form_of(m[1]);
	first = form_of(m[0]);
	TEST_ASSERT(first != NULL && second != NULL && first != second, "one drove out the other");
	TEST_ASSERT(form_of(m[1]) == second && second->key ==
		vio_tx_form_key(m[1]) && first->key == vio_tx_form_key(m[0]), "mixed up");
	rte_pktmbuf_free_bulk(m, 2);
	return fake_port_close(&port);
}

static int
as_the_long_way_with_tunnels(void)
{
	return as_the_long_way();
}

static int
as_the_long_way_of_checksums(void)
{
	return as_the_long_way();
}

static struct unit_test_suite any_format = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, as_the_long_way),
		TEST_CASE_ST(setup_tunnel, teardown, as_the_long_way_with_tunnels),
		TEST_CASE_ST(setup_checksums, teardown, as_the_long_way_of_checksums),
		TEST_CASE_ST(setup, teardown, shared_behind_its_like),
		TEST_CASE_ST(setup, teardown, mixed_bursts),
		TEST_CASE_ST(setup, teardown, forgotten_by_a_start),
		TEST_CASE_ST(setup, teardown, nothing_is_learned_meanwhile),
		TEST_CASE_ST(setup, teardown, short_way_is_taken),
		TEST_CASE_ST(setup, teardown, two_of_a_set),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_tx_form, 0, &any_format)
FAKE_FORMAT_TEST(vio_tx_form_packed, FAKE_PACKED, &any_format)

REGISTER_TEST_COMMAND(vio_tx_form_autotest, test_vio_tx_form);
REGISTER_TEST_COMMAND(vio_tx_form_packed_autotest, test_vio_tx_form_packed);
