/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Buffer split: received packets in segments of the application's pools and lengths. */

#include <string.h>

#include "test.h"

#include "fake_format.h"
#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	64
#define NB_POOLS	3
#define POOL_SIZE	511
#define ROOM_0		(RTE_PKTMBUF_HEADROOM + 128)
#define ROOM_1		300
#define ROOM_2		600
#define LEN_0		64
#define LEN_1		200

/* What is expected of a packet of LEN_0, LEN_1 and then whole mbufs of the third pool. */
static const uint16_t seg_len[] = { LEN_0, LEN_1, ROOM_2 };

static struct fake_port port;
static struct rte_mempool *pools[NB_POOLS];
static uint8_t frame[VDEV_NET_FRAME_MAX];
static uint8_t expected[VDEV_NET_FRAME_MAX];

static struct vdev_vq *
vq(void)
{
	return &port.net.vq[VIRTIO_NET_RXQ(0)];
}

/* What the device does wrong with the next used buffer. */
static void
lie(enum vdev_lie what, uint32_t value)
{
	vq()->lie = what;
	vq()->lie_value = value;
}

/* A port with buffer split on, not started, on a device of that MTU. */
static int
prepare(uint16_t mtu, uint64_t offloads, bool mergeable)
{
	static const uint16_t room[NB_POOLS] = { ROOM_0, ROOM_1, ROOM_2 };
	const struct rte_eth_conf conf = {
		.rxmode = { .mtu = mtu, .offloads = offloads | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT },
		.txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	};
	char name[RTE_MEMPOOL_NAMESIZE];
	unsigned int i;

	for (i = 0; i < NB_POOLS; i++) {
		snprintf(name, sizeof(name), "split_%u", i);
		pools[i] = rte_pktmbuf_pool_create(name, POOL_SIZE, 0, 0, room[i], SOCKET_ID_ANY);
		if (pools[i] == NULL)
			return TEST_FAILED;
	}
	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	port.net.config.mtu = rte_cpu_to_le_16(9000);
	vdev_offer(&port.net.dev, VIRTIO_F_IN_ORDER, true);
	if (!mergeable)
		vdev_offer(&port.net.dev, VIRTIO_NET_F_MRG_RXBUF, false);
	if (fake_port_probe(&port) != 0 ||
	    rte_eth_dev_configure(port.port_id, 1, 1, &conf) != 0 ||
	    rte_eth_tx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY, NULL) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

/* Sets the queue up with nb segments of the pools, each of that length. */
static int
set_up_queue(const uint16_t *len, uint16_t nb, uint16_t nb_desc)
{
	union rte_eth_rxseg segs[VIO_RX_POOLS_MAX + 1] = { 0 };
	struct rte_eth_rxconf conf = { .rx_seg = segs, .rx_nseg = nb };
	uint16_t i;

	for (i = 0; i < nb; i++) {
		segs[i].split.mp = pools[RTE_MIN(i, NB_POOLS - 1)];
		segs[i].split.length = len[i];
	}
	return rte_eth_rx_queue_setup(port.port_id, 0, nb_desc, SOCKET_ID_ANY, &conf, NULL);
}

static int
start(uint16_t mtu, uint64_t offloads, bool mergeable)
{
	static const uint16_t len[] = { LEN_0, LEN_1, 0 };

	if (prepare(mtu, offloads, mergeable) != TEST_SUCCESS ||
	    set_up_queue(len, RTE_DIM(len), RING_SIZE) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	return start(1500, 0, true);
}

static int
setup_vlan(void)
{
	return start(1500, RTE_ETH_RX_OFFLOAD_VLAN_STRIP, true);
}

static int
setup_jumbo(void)
{
	return start(9000, 0, true);
}

static int
setup_single(void)
{
	return start(9000, 0, false);
}

static int
setup_stopped(void)
{
	return prepare(1500, 0, true);
}

static int
setup_stopped_single(void)
{
	return prepare(1500, 0, false);
}

static void
teardown(void)
{
	unsigned int i;

	fake_port_close(&port);
	for (i = 0; i < NB_POOLS; i++) {
		rte_mempool_free(pools[i]);
		pools[i] = NULL;
	}
}

/* Ends a test: nothing of the pools is lost. */
static int
end(void)
{
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	for (i = 0; i < NB_POOLS; i++)
		TEST_ASSERT_EQUAL(rte_mempool_in_use_count(pools[i]), 0, "pool %u: %u lost", i,
			rte_mempool_in_use_count(pools[i]));
	return TEST_SUCCESS;
}

/* The segments of a packet of len bytes in one buffer: lengths, pools, places. Frees it. */
static int
is_split(struct rte_mbuf *head, uint32_t len, uint8_t seed)
{
	const char *reason = "";
	uint32_t at = 0, n;
	struct rte_mbuf *m;
	unsigned int i = 0;

	TEST_ASSERT_NOT_NULL(head, "no packet");
	TEST_ASSERT_SUCCESS(rte_mbuf_check(head, 1, &reason), "mbuf: %s", reason);
	TEST_ASSERT_EQUAL(head->pkt_len, len, "%u bytes", head->pkt_len);
	fake_port_pattern(expected, len, seed);
	for (m = head; m != NULL; m = m->next, i++) {
		n = RTE_MIN(len - at, seg_len[RTE_MIN(i, NB_POOLS - 1u)]);
		TEST_ASSERT_EQUAL(m->data_len, n, "segment %u: %u bytes", i, m->data_len);
		TEST_ASSERT(m->pool == pools[RTE_MIN(i, NB_POOLS - 1u)], "segment %u: pool", i);
		TEST_ASSERT_EQUAL(m->data_off, (i == 0 ? RTE_PKTMBUF_HEADROOM + 12 : 0),
			"segment %u: at %u", i, m->data_off);
		TEST_ASSERT(m->ol_flags == 0 && m->port == port.port_id, "segment %u: fields", i);
		TEST_ASSERT_BUFFERS_ARE_EQUAL(rte_pktmbuf_mtod(m, void *), expected + at, n,
			"segment %u: bytes", i);
		at += n;
	}
	TEST_ASSERT_EQUAL(at, len, "%u bytes in the segments", at);
	rte_pktmbuf_free(head);
	return TEST_SUCCESS;
}

static struct rte_mbuf *
receive(void)
{
	struct rte_mbuf *m = NULL;

	return rte_eth_rx_burst(port.port_id, 0, &m, 1) == 1 ? m : NULL;
}

static int
arrive(uint32_t len, uint8_t seed)
{
	fake_port_pattern(frame, len, seed);
	return vdev_net_rx(&port.net, 0, frame, len);
}

static int
pass(uint32_t len, uint8_t seed)
{
	TEST_ASSERT_EQUAL(arrive(len, seed), 1, "length %u", len);
	return is_split(receive(), len, seed);
}

static int
every_length(void)
{
	uint32_t len;

	for (len = RTE_ETHER_HDR_LEN; len <= 1514; len++)
		TEST_ASSERT_SUCCESS(pass(len, len), "length %u", len);
	return end();
}

/* Where the application's segments end, whole mbufs of the last pool follow. */
static int
long_packets(void)
{
	uint32_t len;

	for (len = 1500; len <= 9014; len += 7)
		TEST_ASSERT_SUCCESS(pass(len, len), "length %u", len);
	TEST_ASSERT_SUCCESS(pass(9014, 1), "the longest");
	return end();
}

/* What a packet does not reach stays with the buffer: short packets take mbufs of one pool. */
static int
short_packets(void)
{
	unsigned int before[NB_POOLS], i, k;

	for (k = 0; k < NB_POOLS; k++)
		before[k] = rte_mempool_in_use_count(pools[k]);
	for (i = 0; i < 500; i++) {
		struct rte_mbuf *m;

		TEST_ASSERT_EQUAL(arrive(60, i), 1, "frame %u", i);
		m = receive();
		TEST_ASSERT(m != NULL && m->nb_segs == 1, "frame %u", i);
		TEST_ASSERT_EQUAL(rte_mempool_in_use_count(pools[1]), before[1], "second pool");
		TEST_ASSERT_EQUAL(rte_mempool_in_use_count(pools[2]), before[2], "third pool");
		TEST_ASSERT_SUCCESS(is_split(m, 60, i), "frame %u", i);
	}
	return end();
}

/* Packets of all numbers of segments, in bursts, out of order, until every index has wrapped. */
static int
wrap(void)
{
	unsigned int nb = vdev_net_rx_posted(&port.net, 0), total, n, i;
	struct rte_mbuf *pkts[RING_SIZE];

	vq()->order = VDEV_SHUFFLED;
	TEST_ASSERT(nb > 4 && nb < RING_SIZE, "%u buffers", nb);
	for (total = 0; total < 70000; total += n) {
		n = 1 + total % 4;
		for (i = 0; i < n; i++)
			TEST_ASSERT_EQUAL(arrive(60 + (total + i) % 11 * 140, total + i), 1,
				"frame %u", total + i);
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, RING_SIZE), n,
			"after %u", total);
		for (i = 0; i < n; i++)
			TEST_ASSERT_SUCCESS(is_split(pkts[i], 60 + (total + i) % 11 * 140,
				total + i), "frame %u", total + i);
	}
	return end();
}

/* All buffers used at once: the device has them all again, and no more. */
static int
full_and_empty(void)
{
	unsigned int nb = vdev_net_rx_posted(&port.net, 0), round, i;
	struct rte_mbuf *pkts[RING_SIZE];

	for (round = 0; round < 5; round++) {
		for (i = 0; i < nb; i++)
			TEST_ASSERT_EQUAL(arrive(300 + i, i), 1, "frame %u", i);
		TEST_ASSERT_EQUAL(arrive(60, 0), 0, "more buffers than there are");
		TEST_ASSERT_EQUAL((unsigned int)rte_eth_rx_queue_count(port.port_id, 0), nb,
			"count");
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, RING_SIZE), nb, "%u",
			round);
		for (i = 0; i < nb; i++)
			TEST_ASSERT_SUCCESS(is_split(pkts[i], 300 + i, i), "packet %u", i);
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), nb, "round %u", round);
	}
	return end();
}

/* Packets that the application keeps are its own: later ones do not come to lie in them. */
static int
kept_packets(void)
{
	struct rte_mbuf *kept[100];
	unsigned int i;

	for (i = 0; i < RTE_DIM(kept); i++) {
		TEST_ASSERT_EQUAL(arrive(1400, i), 1, "frame %u", i);
		kept[i] = receive();
		TEST_ASSERT_NOT_NULL(kept[i], "frame %u", i);
	}
	for (i = 0; i < RTE_DIM(kept); i++)
		TEST_ASSERT_SUCCESS(is_split(kept[i], 1400, i), "frame %u", i);
	return end();
}

/* Each pool runs short in turn: counted, the rest works on, and all is well with mbufs again. */
static int
short_pools(void)
{
	static struct rte_mbuf *taken[POOL_SIZE], *received[RING_SIZE];
	unsigned int nb = vdev_net_rx_posted(&port.net, 0), k, i, nb_taken;
	uint64_t lacks;

	for (k = 0; k < NB_POOLS; k++) {
		lacks = fake_port_xstat(&port, "rx_q0_no_mbuf");
		nb_taken = rte_mempool_avail_count(pools[k]);
		TEST_ASSERT_SUCCESS(rte_mempool_get_bulk(pools[k], (void **)taken, nb_taken),
			"take");
		for (i = 0; arrive(1400, i) > 0; i++) {
			received[i] = receive();
			TEST_ASSERT_NOT_NULL(received[i], "pool %u, frame %u", k, i);
		}
		TEST_ASSERT(i >= nb - vdev_net_rx_posted(&port.net, 0) - 3, "%u of %u", i, nb);
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), 0, "buffers of nothing");
		TEST_ASSERT(fake_port_xstat(&port, "rx_q0_no_mbuf") > lacks, "pool %u", k);
		rte_mempool_put_bulk(pools[k], (void **)taken, nb_taken);
		rte_pktmbuf_free_bulk(received, i);
		TEST_ASSERT_NULL(receive(), "pool %u: a packet", k);
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), nb, "pool %u: posted", k);
		TEST_ASSERT_SUCCESS(pass(1400, k), "pool %u", k);
	}
	return end();
}

/* A packet of several buffers, as the MTU grew after the set-up: split anew in each. */
static int
several_buffers(void)
{
	struct rte_mbuf *m;
	uint32_t len;
	int nb;

	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, 9000), "MTU");
	for (len = 1400; len <= 9014; len += 11) {
		nb = arrive(len, len);
		TEST_ASSERT(nb > 0, "length %u", len);
		m = receive();
		TEST_ASSERT_NOT_NULL(m, "length %u", len);
		TEST_ASSERT(fake_port_packet_is(m, len, len), "length %u, %d buffers", len, nb);
		TEST_ASSERT(m->data_len == LEN_0 && m->next->data_len == LEN_1, "split");
		rte_pktmbuf_free(m);
	}
	return end();
}

/* Without mergeable buffers, a long packet takes several mbufs all the same. */
static int
not_mergeable(void)
{
	uint32_t len;

	for (len = 60; len <= 9014; len += 53)
		TEST_ASSERT_SUCCESS(pass(len, len), "length %u", len);
	TEST_ASSERT_SUCCESS(pass(9014, 1), "the longest");
	return end();
}

/* A frame longer than the MTU is dropped with all of its segments. */
static int
oversize(void)
{
	unsigned int i;

	for (i = 0; i < 3 * RING_SIZE; i++) {
		TEST_ASSERT(arrive(1600, i) > 0, "frame %u", i);
		TEST_ASSERT_NULL(receive(), "frame %u", i);
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_oversize"), i + 1, "frame %u", i);
	}
	TEST_ASSERT_SUCCESS(pass(1514, 1), "the longest");
	return end();
}

/* Tags are taken out of the first segment, which gets shorter. */
static int
vlan_strip(void)
{
	struct rte_mbuf *m;

	fake_port_pattern(frame, 500, 1);
	memcpy(frame + 12, "\x81\x00\x01\x23", 4);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, 500), 1, "a frame");
	m = receive();
	TEST_ASSERT_NOT_NULL(m, "a frame");
	TEST_ASSERT(m->vlan_tci == 0x123 && m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED, "tag");
	TEST_ASSERT(m->data_len == LEN_0 - 4 && m->pkt_len == 496, "lengths");
	rte_pktmbuf_free(m);
	return end();
}

/* What the device does wrong: the queue stops, and is well after stop and start. */
static int
broken_then_recovers(const char *xstat)
{
	unsigned int i;

	TEST_ASSERT_NULL(receive(), "%s is believed", xstat);
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), 1, "%s is not counted", xstat);
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	for (i = 0; i < NB_POOLS; i++)
		TEST_ASSERT_EQUAL(rte_mempool_in_use_count(pools[i]), 0, "pool %u", i);
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (i = 0; i < 3 * RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(700, i), "frame %u", i);
	return end();
}

/* The id of a descriptor within a chain, of which sw_ring holds an mbuf as well. */
static int
id_within_a_chain(void)
{
	lie(VDEV_LIE_ID, vdev_net_rx_posted(&port.net, 0));
	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "a frame");
	return broken_then_recovers("rx_q0_bad_id");
}

/*
 * The id of a buffer that was taken last and, for a lack of mbufs in one pool, not posted: others
 * of its mbufs are there already.
 */
static int
id_not_posted(void)
{
	static struct rte_mbuf *out[POOL_SIZE];
	unsigned int taken = rte_mempool_avail_count(pools[1]), nb, i;
	uint32_t last = 0;

	nb = vdev_net_rx_posted(&port.net, 0);
	TEST_ASSERT_SUCCESS(rte_mempool_get_bulk(pools[1], (void **)out, taken), "take");
	/* all buffers but one, whose ids are free now, with mbufs of the third pool in them */
	for (i = 0; i + 1 < nb; i++) {
		TEST_ASSERT_EQUAL(arrive(1400, i), 1, "frame %u", i);
		last = nb - 1 - i;
		rte_pktmbuf_free(receive());
		/* what came back of the second pool is taken again */
		TEST_ASSERT_SUCCESS(rte_mempool_get(pools[1], (void **)&out[taken++]), "take");
	}
	lie(VDEV_LIE_ID, last);
	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "a frame");
	rte_mempool_put_bulk(pools[1], (void **)out, taken);
	return broken_then_recovers("rx_q0_bad_id");
}

static int
length_beyond_the_chain(void)
{
	struct rte_eth_rxq_info info;

	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &info), "info");
	lie(VDEV_LIE_LEN, info.rx_buf_size + 1);
	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "a frame");
	return broken_then_recovers("rx_q0_bad_len");
}

/* All of the chain is no violation, but a frame that is too long. */
static int
length_of_the_chain(void)
{
	struct rte_eth_rxq_info info;

	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &info), "info");
	lie(VDEV_LIE_LEN, info.rx_buf_size);
	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "a frame");
	TEST_ASSERT_NULL(receive(), "a frame beyond the MTU");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_oversize"), 1, "not counted");
	TEST_ASSERT_SUCCESS(pass(700, 1), "the next");
	return end();
}

static int
length_below_the_header(void)
{
	lie(VDEV_LIE_LEN, 11);
	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "a frame");
	return broken_then_recovers("rx_q0_bad_len");
}

/* What cannot be done is refused at the set-up. */
static int
refused(void)
{
	static const uint16_t shortest[] = { 14, 1 }, too_short[] = { 13, 200 };
	static const uint16_t longest[] = { 128 - VIO_HDR_LEN_MAX, 200 };
	static const uint16_t too_long[] = { 128 - VIO_HDR_LEN_MAX + 1, 200 };
	static const uint16_t tiny[] = { 14, 1, 1, 1, 1, 1, 1, 1, 1 };

	TEST_ASSERT_SUCCESS(set_up_queue(shortest, 2, RING_SIZE), "an Ethernet header");
	TEST_ASSERT_EQUAL(set_up_queue(too_short, 2, RING_SIZE), -EINVAL, "less than that");
	TEST_ASSERT_SUCCESS(set_up_queue(longest, 2, RING_SIZE), "all of an mbuf");
	TEST_ASSERT_EQUAL(set_up_queue(too_long, 2, RING_SIZE), -EINVAL, "more than an mbuf");
	TEST_ASSERT_SUCCESS(set_up_queue(tiny, VIO_RX_POOLS_MAX, RING_SIZE), "8 segments");
	TEST_ASSERT_EQUAL(set_up_queue(tiny, VIO_RX_POOLS_MAX + 1, RING_SIZE), -EINVAL, "9");
	return end();
}

/* A ring that is too small for one buffer. */
static int
ring_too_small(void)
{
	static const uint16_t tiny[] = { 14, 1, 1, 1, 1, 1, 1, 1 };

	TEST_ASSERT_EQUAL(set_up_queue(tiny, VIO_RX_POOLS_MAX, 8), -EINVAL, "accepted");
	TEST_ASSERT_SUCCESS(set_up_queue(tiny, VIO_RX_POOLS_MAX, RING_SIZE), "a larger one");
	return end();
}

/* A queue with one pool, in a port with buffer split: as without, but for where data starts. */
static int
one_pool(void)
{
	struct rte_mbuf *m;
	uint32_t len;

	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY, NULL,
		port.pool), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), RING_SIZE, "buffers");
	for (len = 60; len <= 1514; len++) {
		TEST_ASSERT_EQUAL(arrive(len, len), 1, "length %u", len);
		m = receive();
		TEST_ASSERT(m != NULL && m->nb_segs == 1, "length %u", len);
		TEST_ASSERT(fake_port_packet_is(m, len, len), "length %u", len);
		rte_pktmbuf_free(m);
	}
	return end();
}

/* ethdev keeps the queues of a port that is configured anew. */
static int
configured_otherwise(void)
{
	static const uint16_t len[] = { LEN_0, LEN_1, 0 };
	struct rte_eth_conf conf = { .rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER };

	TEST_ASSERT_SUCCESS(set_up_queue(len, RTE_DIM(len), RING_SIZE), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &conf), "no split");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EINVAL, "a queue that splits");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, RING_SIZE, SOCKET_ID_ANY, NULL,
		port.pool), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	conf.rxmode.offloads = RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT;
	TEST_ASSERT_SUCCESS(rte_eth_dev_configure(port.port_id, 1, 1, &conf), "split");
	TEST_ASSERT_EQUAL(rte_eth_dev_start(port.port_id), -EINVAL, "one that does not");
	return end();
}

static int
told(void)
{
	struct rte_eth_burst_mode mode;
	struct rte_eth_dev_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT(info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT, "not offered");
	TEST_ASSERT_EQUAL(info.rx_seg_capa.max_nseg, VIO_RX_POOLS_MAX, "segments");
	TEST_ASSERT(info.rx_seg_capa.multi_pools && !info.rx_seg_capa.offset_allowed, "how");
	TEST_ASSERT_SUCCESS(rte_eth_rx_burst_mode_get(port.port_id, 0, &mode), "mode");
	TEST_ASSERT(strstr(mode.info, "Buffer-split") != NULL, "%s", mode.info);
	TEST_ASSERT(!vdev_has(&port.net.dev, VIRTIO_F_IN_ORDER), "IN_ORDER was agreed on");
	return end();
}

static struct unit_test_suite suite = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, told),
		TEST_CASE_ST(setup, teardown, every_length),
		TEST_CASE_ST(setup_jumbo, teardown, long_packets),
		TEST_CASE_ST(setup, teardown, short_packets),
		TEST_CASE_ST(setup, teardown, wrap),
		TEST_CASE_ST(setup, teardown, full_and_empty),
		TEST_CASE_ST(setup, teardown, kept_packets),
		TEST_CASE_ST(setup, teardown, short_pools),
		TEST_CASE_ST(setup, teardown, several_buffers),
		TEST_CASE_ST(setup_single, teardown, not_mergeable),
		TEST_CASE_ST(setup, teardown, oversize),
		TEST_CASE_ST(setup_vlan, teardown, vlan_strip),
		TEST_CASE_ST(setup, teardown, id_within_a_chain),
		TEST_CASE_ST(setup, teardown, id_not_posted),
		TEST_CASE_ST(setup, teardown, length_beyond_the_chain),
		TEST_CASE_ST(setup, teardown, length_of_the_chain),
		TEST_CASE_ST(setup, teardown, length_below_the_header),
		TEST_CASE_ST(setup_stopped, teardown, refused),
		TEST_CASE_ST(setup_stopped_single, teardown, ring_too_small),
		TEST_CASE_ST(setup_stopped, teardown, one_pool),
		TEST_CASE_ST(setup_stopped, teardown, configured_otherwise),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_rx_chain, 0, &suite)
FAKE_FORMAT_TEST(vio_rx_chain_packed, FAKE_PACKED, &suite)

REGISTER_TEST_COMMAND(vio_rx_chain_autotest, test_vio_rx_chain);
REGISTER_TEST_COMMAND(vio_rx_chain_packed_autotest, test_vio_rx_chain_packed);
