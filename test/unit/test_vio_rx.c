/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Receive on rings of each format: what arrives, what is dropped, and what a device may not do. */

#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "test.h"

#include "fake_format.h"
#include "vio.h"

#define RING_SIZE	256
#define ODD_SIZE	101
#define BURST		32

/* What one buffer of the pool takes. */
#define BUF_LEN		(FAKE_PORT_DATA_ROOM - RTE_PKTMBUF_HEADROOM)
#define FRAME_ONE	(BUF_LEN - (uint32_t)sizeof(struct virtio_net_hdr))

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];

static struct vdev_vq *
vq(void)
{
	return &port.net.vq[VIRTIO_NET_RXQ(0)];
}

static int
setup(void)
{
	return fake_port_start(&port, RING_SIZE) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

/* A device whose rings, and the control queue with them, are of an odd size. */
static int
setup_odd(void)
{
	return fake_port_start(&port, ODD_SIZE) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

/* A device of the largest MTU, so that frames may take many buffers. */
static int
setup_jumbo(void)
{
	static const struct rte_eth_conf conf = {
		.rxmode = {
			.mtu = VIO_MTU_MAX,
			.offloads = RTE_ETH_RX_OFFLOAD_SCATTER,
		},
	};

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	port.net.config.mtu = rte_cpu_to_le_16(UINT16_MAX);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

/* A device without mergeable buffers. */
static int
setup_single(void)
{
	static const struct rte_eth_conf conf;

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	vdev_offer(&port.net.dev, VIRTIO_NET_F_MRG_RXBUF, false);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* A frame of this pattern arrives. Returns what vdev_net_rx does. */
static int
arrive(uint32_t len, uint8_t seed)
{
	fake_port_pattern(frame, len, seed);
	return vdev_net_rx(&port.net, 0, frame, len);
}

/* Takes one packet, which must be exactly this one. */
static int
expect(uint32_t len, uint8_t seed)
{
	struct rte_mbuf *pkts[2];
	uint16_t nb = rte_eth_rx_burst(port.port_id, 0, pkts, 1);

	TEST_ASSERT_EQUAL(nb, 1, "%u packets", nb);
	TEST_ASSERT(fake_port_packet_is(pkts[0], len, seed), "length %u seed %u", len, seed);
	TEST_ASSERT_EQUAL(pkts[0]->port, port.port_id, "port %u", pkts[0]->port);
	rte_pktmbuf_free(pkts[0]);
	return TEST_SUCCESS;
}

static int
expect_none(void)
{
	struct rte_mbuf *pkts[BURST];

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, BURST), 0, "a packet");
	return TEST_SUCCESS;
}

static int
pass(uint32_t len, uint8_t seed)
{
	TEST_ASSERT(arrive(len, seed) > 0, "the device has no buffer for %u bytes", len);
	return expect(len, seed);
}

static int
expect_dropped(uint32_t len, const char *xstat)
{
	uint64_t before = fake_port_xstat(&port, xstat);

	TEST_ASSERT(vdev_net_rx(&port.net, 0, frame, len) > 0, "no buffer for %u bytes", len);
	TEST_ASSERT_SUCCESS(expect_none(), "length %u", len);
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), before + 1, "%s after length %u", xstat,
		len);
	return TEST_SUCCESS;
}

static int
every_length_of_one_buffer(void)
{
	uint32_t len;

	for (len = RTE_ETHER_HDR_LEN; len <= FRAME_ONE && len <= 1514; len++)
		TEST_ASSERT_SUCCESS(pass(len, len), "length %u", len);
	return fake_port_close(&port);
}

/* The ring runs empty and full: the device has all buffers again after each round. */
static int
full_and_empty(void)
{
	struct rte_mbuf *pkts[RING_SIZE + 1];
	unsigned int round, i, nb;

	for (round = 0; round < 3; round++) {
		TEST_ASSERT_SUCCESS(expect_none(), "an empty ring");
		for (i = 0; i < RING_SIZE; i++)
			TEST_ASSERT_EQUAL(arrive(60 + i, i), 1, "round %u frame %u", round, i);
		TEST_ASSERT_EQUAL(arrive(60, 0), 0, "more buffers than the ring has");
		nb = rte_eth_rx_burst(port.port_id, 0, pkts, RING_SIZE + 1);
		TEST_ASSERT_EQUAL(nb, RING_SIZE, "round %u: %u packets", round, nb);
		for (i = 0; i < RING_SIZE; i++)
			TEST_ASSERT(fake_port_packet_is(pkts[i], 60 + i, i), "packet %u", i);
		rte_pktmbuf_free_bulk(pkts, RING_SIZE);
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), RING_SIZE, "round %u", round);
	}
	return fake_port_close(&port);
}

/* Bursts of changing size until every index has wrapped, in the device's order of choice. */
static int
wrap(enum vdev_order order)
{
	struct rte_mbuf *pkts[BURST];
	uint32_t total = 0;
	uint16_t n, i, nb;

	vq()->order = order;
	while (total < 2 * 65536 + 100) {
		n = 1 + total % BURST;
		for (i = 0; i < n; i++)
			TEST_ASSERT_EQUAL(arrive(60 + i, total + i), 1, "frame %u", total + i);
		nb = rte_eth_rx_burst(port.port_id, 0, pkts, BURST);
		TEST_ASSERT_EQUAL(nb, n, "%u of %u packets after %u", nb, n, total);
		for (i = 0; i < n; i++)
			TEST_ASSERT(fake_port_packet_is(pkts[i], 60 + i, total + i), "packet %u",
				total + i);
		rte_pktmbuf_free_bulk(pkts, n);
		total += n;
	}
	return fake_port_close(&port);
}

static int
index_wrap(void)
{
	return wrap(VDEV_IN_ORDER);
}

static int
index_wrap_reversed(void)
{
	return wrap(VDEV_REVERSED);
}

static int
index_wrap_shuffled(void)
{
	return wrap(VDEV_SHUFFLED);
}

/* From one buffer to as many as the longest frame takes; a byte less and more than full. */
static int
mergeable(void)
{
	uint32_t nb, len;
	int off;

	for (nb = 1; nb * BUF_LEN <= VIO_MTU_MAX; nb++) {
		for (off = -1; off <= 1; off++) {
			len = nb * BUF_LEN - sizeof(struct virtio_net_hdr) + off;
			TEST_ASSERT_EQUAL(arrive(len, nb), (int)nb + (off > 0), "length %u", len);
			TEST_ASSERT_SUCCESS(expect(len, nb), "length %u", len);
		}
	}
	TEST_ASSERT_SUCCESS(pass(VIO_MTU_MAX + RTE_ETHER_HDR_LEN, 9), "the longest");
	return fake_port_close(&port);
}

/* Frames of many buffers through the whole ring and its wraps, out of order. */
static int
mergeable_wrap(void)
{
	uint32_t total = 0, len;
	uint8_t seed = 0;

	vq()->order = VDEV_SHUFFLED;
	while (total < 65536 + 100) {
		len = 1500 + 977 * (seed % 61);
		TEST_ASSERT_SUCCESS(pass(len, seed), "after %u buffers", total);
		total += 1 + len / BUF_LEN;
		seed++;
	}
	return fake_port_close(&port);
}

/* The device uses the first buffer of a packet, and takes the second, whose id is returned. */
static uint16_t
half_a_packet(uint8_t seed)
{
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(2) };
	static struct vdev_chain a, b;

	fake_port_pattern(frame, 3000, seed);
	vdev_vq_fetch(vq());
	vdev_vq_take(vq(), &a);
	vdev_vq_take(vq(), &b);
	vdev_chain_write(&a, 0, &hdr, sizeof(hdr));
	vdev_chain_write(&a, sizeof(hdr), frame, FRAME_ONE);
	vdev_chain_write(&b, 0, frame + FRAME_ONE, 3000 - FRAME_ONE);
	vdev_vq_put(vq(), a.id, BUF_LEN);
	vdev_vq_publish(vq());
	return b.id;
}

/* A packet whose last buffer is not yet used waits, and holds up those behind it. */
static int
incomplete_packet_waits(void)
{
	struct vio_rxq *q = rte_eth_devices[port.port_id].data->rx_queues[0];
	uint64_t end = 0;
	uint16_t id;
	uint8_t i;

	for (i = 0; i < 3; i++) {
		id = half_a_packet(i);
		TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
		TEST_ASSERT(q->wait_end > end, "each has a deadline of its own");
		end = q->wait_end;
		TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
		TEST_ASSERT_EQUAL(q->wait_end, end, "which stays");
		vdev_vq_put(vq(), id, 3000 - FRAME_ONE);
		vdev_vq_publish(vq());
		TEST_ASSERT_SUCCESS(expect(3000, i), "the whole packet");
		TEST_ASSERT_SUCCESS(pass(60, 6), "the next one");
	}
	return fake_port_close(&port);
}

/*
 * The device says of a packet that is waited for, and whose deadline came, that it is none of
 * several buffers. It is received with the nb short ones behind it, and the next incomplete one has
 * a deadline of its own.
 */
static int
change_num_buffers(uint8_t nb)
{
	struct vio_rxq *q = rte_eth_devices[port.port_id].data->rx_queues[0];
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(1) };
	struct rte_mbuf *pkts[BURST];
	uint16_t id;
	uint8_t i;

	id = half_a_packet(1);
	TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
	q->wait_end = rte_get_timer_cycles();
	for (i = 0; i < 2; i++)
		memcpy((void *)(uintptr_t)vio_hdr_rx(q->sw_ring[i]), &hdr, sizeof(hdr));
	vdev_vq_put(vq(), id, sizeof(hdr) + 60);
	vdev_vq_publish(vq());
	for (i = 1; i < nb; i++)
		TEST_ASSERT_EQUAL(arrive(60, i), 1, "no buffer");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, BURST), nb + 1, "packets");
	rte_pktmbuf_free_bulk(pkts, nb + 1);
	half_a_packet(2);
	TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
	TEST_ASSERT(q->wait_end > rte_get_timer_cycles(), "the deadline is that of another");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_bad_num_buffers"), 0, "the queue broke");
	return fake_port_close(&port);
}

static int
incomplete_packet_is_none(void)
{
	return change_num_buffers(1);
}

static int
incomplete_packet_is_none_of_many(void)
{
	return change_num_buffers(BURST - 1);
}

/* virtio 5.1.9.4.1: a device uses all buffers of a packet together; so they do come, or never. */
static int
incomplete_packet_is_given_up(void)
{
	struct vio_rxq *q = rte_eth_devices[port.port_id].data->rx_queues[0];
	uint64_t ms;

	half_a_packet(1);
	TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
	ms = (q->wait_end - rte_get_timer_cycles()) * MS_PER_S / rte_get_timer_hz();
	TEST_ASSERT(ms <= 5000 && ms > 4000, "%u ms", (unsigned int)ms);
	/* as if that had passed */
	q->wait_end = rte_get_timer_cycles() - 1;
	TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_bad_num_buffers"), 1, "not counted");
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "not told");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	/* a start begins anew */
	half_a_packet(2);
	TEST_ASSERT_SUCCESS(expect_none(), "half a packet");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_bad_num_buffers"), 1, "at once");
	return fake_port_close(&port);
}

static int
runts_are_dropped(void)
{
	uint32_t len;

	fake_port_pattern(frame, RTE_ETHER_HDR_LEN, 0);
	for (len = 0; len < RTE_ETHER_HDR_LEN; len++)
		TEST_ASSERT_SUCCESS(expect_dropped(len, "rx_q0_runt"), "length %u", len);
	TEST_ASSERT_SUCCESS(pass(RTE_ETHER_HDR_LEN, 1), "a header alone");
	return fake_port_close(&port);
}

/* A frame with tags: len bytes in all. */
static void
tagged_pattern(uint32_t len, uint16_t first_type, uint16_t second_type)
{
	fake_port_pattern(frame, len, 0);
	frame[12] = first_type >> 8;
	frame[13] = first_type & 0xff;
	frame[16] = second_type >> 8;
	frame[17] = second_type & 0xff;
}

static int
expect_one_free(void)
{
	struct rte_mbuf *m;

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "no packet");
	rte_pktmbuf_free(m);
	return TEST_SUCCESS;
}

/* The MTU binds the untagged frame; up to two tags come on top. */
static int
mtu_binds(uint16_t mtu)
{
	uint32_t max = mtu + RTE_ETHER_HDR_LEN;

	TEST_ASSERT_SUCCESS(pass(max, 1), "MTU %u", mtu);
	fake_port_pattern(frame, max + 1, 1);
	TEST_ASSERT_SUCCESS(expect_dropped(max + 1, "rx_q0_oversize"), "untagged");

	tagged_pattern(max + 4, RTE_ETHER_TYPE_VLAN, 0x0800);
	TEST_ASSERT(vdev_net_rx(&port.net, 0, frame, max + 4) > 0, "one tag");
	TEST_ASSERT_SUCCESS(expect_one_free(), "one tag");
	TEST_ASSERT_SUCCESS(expect_dropped(max + 5, "rx_q0_oversize"), "one tag");

	tagged_pattern(max + 8, RTE_ETHER_TYPE_QINQ, RTE_ETHER_TYPE_VLAN);
	TEST_ASSERT(vdev_net_rx(&port.net, 0, frame, max + 8) > 0, "two tags");
	TEST_ASSERT_SUCCESS(expect_one_free(), "two tags");
	TEST_ASSERT_SUCCESS(expect_dropped(max + 9, "rx_q0_oversize"), "two tags");
	return TEST_SUCCESS;
}

static int
mtu_change_while_running(void)
{
	static const uint16_t mtus[] = { 1500, 68, 9000, 1000, 2012, 2013, 2014 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(mtus); i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, mtus[i]), "%u", mtus[i]);
		TEST_ASSERT_SUCCESS(mtu_binds(mtus[i]), "MTU %u", mtus[i]);
	}
	/* beyond the device's, and below the smallest: refused, nothing changes */
	TEST_ASSERT_FAIL(rte_eth_dev_set_mtu(port.port_id, 9001), "9001");
	TEST_ASSERT_FAIL(rte_eth_dev_set_mtu(port.port_id, 67), "67");
	TEST_ASSERT_SUCCESS(mtu_binds(2014), "MTU 2014");
	return fake_port_close(&port);
}

/* Without scattered receive a frame is never of two segments. */
static int
scatter_off(void)
{
	static const struct rte_eth_conf conf;
	const uint16_t mtu_max = FRAME_ONE - VIO_FRAME_OVERHEAD;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");

	TEST_ASSERT_EQUAL(rte_eth_dev_set_mtu(port.port_id, mtu_max + 1), -EINVAL, "too large");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, mtu_max), "the largest");
	TEST_ASSERT_SUCCESS(mtu_binds(mtu_max), "the largest");
	fake_port_pattern(frame, 4000, 1);
	TEST_ASSERT_SUCCESS(expect_dropped(4000, "rx_q0_oversize"), "two buffers");
	return fake_port_close(&port);
}

/* A short frame over two buffers: a device must not, but scatter off must hold. */
static int
scatter_off_short_frame(void)
{
	static const struct rte_eth_conf conf;
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(2) };
	static struct vdev_chain a, b;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	vdev_vq_fetch(vq());
	vdev_vq_take(vq(), &a);
	vdev_vq_take(vq(), &b);
	vdev_chain_write(&a, 0, &hdr, sizeof(hdr));
	vdev_vq_put(vq(), a.id, sizeof(hdr) + 60);
	vdev_vq_put(vq(), b.id, 60);
	vdev_vq_publish(vq());
	TEST_ASSERT_SUCCESS(expect_none(), "two segments");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_oversize"), 1, "not counted");
	return fake_port_close(&port);
}

static int
without_mergeable_buffers(void)
{
	uint32_t i;

	for (i = 0; i < 65536 + 100; i++)
		TEST_ASSERT_SUCCESS(pass(60 + i % 1000, i), "frame %u", i);
	/* virtio 5.1.9.4.1: num_buffers is then 1, and not looked at */
	port.net.num_buffers = 7;
	TEST_ASSERT_SUCCESS(pass(100, 1), "num_buffers 7");
	TEST_ASSERT_EQUAL(arrive(3000, 0), -EMSGSIZE, "more than a buffer");
	return fake_port_close(&port);
}

/* The pool runs dry and comes back: the refill is partial, then whole. */
static int
short_pool(void)
{
	static struct rte_mbuf *hoard[FAKE_PORT_POOL_SIZE];
	struct rte_mbuf *pkts[RING_SIZE];
	unsigned int nb, i;

	nb = rte_mempool_avail_count(port.pool);
	TEST_ASSERT_EQUAL(nb, FAKE_PORT_POOL_SIZE - RING_SIZE, "%u mbufs left", nb);
	TEST_ASSERT_SUCCESS(rte_pktmbuf_alloc_bulk(port.pool, hoard, nb), "hoard");

	for (i = 0; i < RING_SIZE; i++)
		TEST_ASSERT_EQUAL(arrive(60, i), 1, "frame %u", i);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, RING_SIZE), RING_SIZE, "all");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), 0, "posted from an empty pool");
	TEST_ASSERT(fake_port_xstat(&port, "rx_q0_no_mbuf") > 0, "no_mbuf");
	TEST_ASSERT_SUCCESS(expect_none(), "nothing posted");

	/* 45 come back: no batch of 32 twice */
	rte_pktmbuf_free_bulk(pkts, 45);
	TEST_ASSERT_SUCCESS(expect_none(), "nothing arrived");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), 45, "posted %u",
		vdev_net_rx_posted(&port.net, 0));
	TEST_ASSERT_SUCCESS(pass(100, 1), "one of the 45");

	rte_pktmbuf_free_bulk(pkts + 45, RING_SIZE - 45);
	TEST_ASSERT_SUCCESS(expect_none(), "nothing arrived");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), RING_SIZE, "all posted again");
	rte_pktmbuf_free_bulk(hoard, nb);
	for (i = 0; i < 2 * RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(100, i), "frame %u", i);
	return fake_port_close(&port);
}

/* What other users of the pool left in an mbuf does not show. */
static int
mbufs_are_clean(void)
{
	static struct rte_mbuf *all[FAKE_PORT_POOL_SIZE];
	unsigned int i;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_pktmbuf_alloc_bulk(port.pool, all, FAKE_PORT_POOL_SIZE), "all");
	for (i = 0; i < FAKE_PORT_POOL_SIZE; i++) {
		all[i]->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_RSS_HASH;
		all[i]->packet_type = RTE_PTYPE_L3_IPV6;
		all[i]->data_off = 3;
		all[i]->port = 77;
		all[i]->pkt_len = 12345;
	}
	rte_pktmbuf_free_bulk(all, FAKE_PORT_POOL_SIZE);
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (i = 0; i < FAKE_PORT_POOL_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(i % 2 ? 100 : 1500, i), "frame %u", i);
	return fake_port_close(&port);
}

/* Buffers of a pool of pinned external memory stay marked as such. */
static int
pinned_external_pool(void)
{
	const uint16_t elt_size = 2176;
	struct rte_pktmbuf_extmem mem = { .elt_size = elt_size, .buf_len = 1024 * elt_size };
	struct rte_mempool *pool;
	struct rte_mbuf *m;

	mem.buf_ptr = rte_malloc(NULL, mem.buf_len, 4096);
	mem.buf_iova = rte_malloc_virt2iova(mem.buf_ptr);
	pool = rte_pktmbuf_pool_create_extbuf("test_vio_pinned", 512, 0, 0, elt_size,
		SOCKET_ID_ANY, &mem, 1);
	TEST_ASSERT_NOT_NULL(pool, "pool");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, 64, SOCKET_ID_ANY, NULL,
		pool), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(arrive(500, 3), 1, "a buffer");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "a packet");
	TEST_ASSERT_EQUAL(m->ol_flags, RTE_MBUF_F_EXTERNAL, "flags 0x%llx",
		(unsigned long long)m->ol_flags);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(rte_pktmbuf_mtod(m, uint8_t *), frame, 500, "bytes");
	rte_pktmbuf_free(m);
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(pool), 512, "mbufs lost");
	rte_mempool_free(pool);
	rte_free(mem.buf_ptr);
	return fake_port_close(&port);
}

/* The smallest ring, and a refill threshold of the application's. */
static int
small_ring(void)
{
	static const struct rte_eth_rxconf conf = { .rx_free_thresh = 4 };
	struct rte_mbuf *pkts[8];
	uint32_t i;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, 8, SOCKET_ID_ANY, &conf,
		port.pool), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (i = 0; i < 70000; i++) {
		TEST_ASSERT_EQUAL(arrive(60, i), 1, "frame %u", i);
		TEST_ASSERT_SUCCESS(expect(60, i), "frame %u", i);
		/* nothing comes back before 4 are used */
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), (i % 4 == 3 ? 8 : 7 - i % 4),
			"frame %u", i);
	}
	for (i = 0; i < 8; i++)
		TEST_ASSERT_EQUAL(arrive(60, i), 1, "frame %u", i);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, 8), 8, "all");
	rte_pktmbuf_free_bulk(pkts, 8);
	return fake_port_close(&port);
}

/* virtio 2.7.10.1: the device may ask not to be notified of buffers. */
static int
notify_suppressed(void)
{
	uint64_t before;
	unsigned int i;

	for (i = 0; i < RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(60, i), "frame %u", i);
	vdev_net_rx_posted(&port.net, 0);
	before = fake_port_xstat(&port, "rx_q0_notify");
	TEST_ASSERT(before > 1, "never notified");
	TEST_ASSERT_EQUAL(port.net.dev.queues[0].nb_notified, before, "counted %u",
		(unsigned int)before);

	vdev_vq_no_notify(vq(), true);
	for (i = 0; i < RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(60, i), "frame %u", i);
	vdev_net_rx_posted(&port.net, 0);
	TEST_ASSERT_EQUAL(port.net.dev.queues[0].nb_notified, before, "notified nevertheless");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_notify"), before, "counted");
	return fake_port_close(&port);
}

/* A violation was met: the queue is out of use, says so, and works after stop and start. */
static int
broken_then_recovers(const char *xstat)
{
	unsigned int i;

	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), 1, "%s is not counted", xstat);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "event");

	/* further frames change nothing */
	for (i = 0; i < 10 && arrive(60, i) > 0; i++)
		TEST_ASSERT_SUCCESS(expect_none(), "a broken queue receives");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), 1, "%s is counted again", xstat);
	TEST_ASSERT_EQUAL(fake_port_events_settled(&port, RTE_ETH_EVENT_INTR_RESET), 1,
		"once");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs lost");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (i = 0; i < 2 * RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(60, i), "frame %u", i);
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), 1, "%s is forgotten", xstat);
	return fake_port_close(&port);
}

/* One lie, after a number of good frames that take the ring past its first round. */
struct lie {
	enum vdev_lie lie;
	uint32_t value;
	const char *xstat;
	unsigned int place;	/* of the buffer in its packet */
};

static int
device_lies(const void *data)
{
	const struct lie *l = data;
	unsigned int i;

	for (i = 0; i < RING_SIZE + 10; i++)
		TEST_ASSERT_SUCCESS(pass(60, i), "frame %u", i);
	vq()->lie = l->lie;
	vq()->lie_value = l->value;
	TEST_ASSERT(arrive(60, 1) > 0, "no buffer");
	TEST_ASSERT_SUCCESS(expect_none(), "%s %u is believed", l->xstat, l->value);
	return broken_then_recovers(l->xstat);
}

/* Good packets before the lie are delivered in the same burst. */
static int
packets_before_a_lie(void)
{
	struct rte_mbuf *pkts[BURST];

	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "first");
	TEST_ASSERT_EQUAL(arrive(60, 2), 1, "second");
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = RING_SIZE;
	TEST_ASSERT_EQUAL(arrive(60, 3), 1, "third");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, BURST), 2, "two are good");
	rte_pktmbuf_free_bulk(pkts, 2);
	return broken_then_recovers("rx_q0_bad_id");
}

/* The id of a buffer that was used before and is not posted now. */
static int
id_used_twice(void)
{
	static struct vdev_chain a;

	vdev_vq_fetch(vq());
	vdev_vq_take(vq(), &a);
	vdev_vq_untake(vq(), &a);
	TEST_ASSERT_SUCCESS(pass(60, 1), "the first time");
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = a.id;
	TEST_ASSERT_EQUAL(arrive(60, 2), 1, "the second time");
	TEST_ASSERT_SUCCESS(expect_none(), "id %u twice", a.id);
	return broken_then_recovers("rx_q0_bad_id");
}

static int
num_buffers_lies(const void *data)
{
	port.net.num_buffers = *(const int *)data;
	TEST_ASSERT_EQUAL(arrive(60, 1), 1, "a frame");
	TEST_ASSERT_SUCCESS(expect_none(), "num_buffers %d", *(const int *)data);
	return broken_then_recovers("rx_q0_bad_num_buffers");
}

/* num_buffers that covers the frames behind: they are taken as its rest, nothing is lost. */
static int
num_buffers_covers_the_next(void)
{
	struct rte_mbuf *m;

	port.net.num_buffers = 2;
	TEST_ASSERT_EQUAL(arrive(100, 1), 1, "first");
	TEST_ASSERT_SUCCESS(expect_none(), "the second is missing");
	TEST_ASSERT_EQUAL(arrive(100, 2), 1, "second");
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "one packet");
	TEST_ASSERT_EQUAL(m->nb_segs, 2, "%u segments", m->nb_segs);
	TEST_ASSERT_EQUAL(m->pkt_len, 200 + sizeof(struct virtio_net_hdr), "%u bytes", m->pkt_len);
	rte_pktmbuf_free(m);
	TEST_ASSERT_SUCCESS(pass(60, 3), "the next");
	return fake_port_close(&port);
}

/* The lie is in a further buffer of a packet of many: what was taken of it is freed. */
static int
further_buffer_lies(const void *data)
{
	const struct lie *l = data;
	static struct vdev_chain c[18];
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(RTE_DIM(c)) };
	unsigned int i;

	vdev_vq_fetch(vq());
	for (i = 0; i < RTE_DIM(c); i++)
		vdev_vq_take(vq(), &c[i]);
	vdev_chain_write(&c[0], 0, &hdr, sizeof(hdr));
	for (i = 0; i < RTE_DIM(c); i++) {
		if (i == l->place) {
			vq()->lie = l->lie;
			vq()->lie_value = l->value == UINT16_MAX ? c[i > 4].id : l->value;
		}
		vdev_vq_put(vq(), c[i].id, BUF_LEN);
	}
	vdev_vq_publish(vq());
	TEST_ASSERT_SUCCESS(expect_none(), "%s %u is believed", l->xstat, l->value);
	return broken_then_recovers(l->xstat);
}

#define LIE(_name, _lie, _value, _xstat) \
	TEST_CASE_NAMED_WITH_DATA(_name, setup, teardown, device_lies, \
		(&(const struct lie){ _lie, _value, _xstat }))
#define LIE_FURTHER(_name, _place, _lie, _value, _xstat) \
	TEST_CASE_NAMED_WITH_DATA(_name, setup, teardown, further_buffer_lies, \
		(&(const struct lie){ _lie, _value, _xstat, _place }))
/* Within a group of buffers of any size. */
#define LIES_FURTHER(_name, _lie, _value, _xstat) \
	LIE_FURTHER("second " _name, 1, _lie, _value, _xstat), \
	LIE_FURTHER("fifth " _name, 4, _lie, _value, _xstat), \
	LIE_FURTHER("eleventh " _name, 10, _lie, _value, _xstat)
#define LIE_NUM_BUFFERS(_name, _value) \
	TEST_CASE_NAMED_WITH_DATA(_name, setup, teardown, num_buffers_lies, \
		(&(const int){ _value }))

/* The device marks one descriptor more as used than it used, with the id of the last one. */
static int
more_marked_than_used(void)
{
	vq()->lie = VDEV_LIE_IDX;
	vq()->lie_value = 1;
	TEST_ASSERT_SUCCESS(pass(60, 1), "the good one");
	TEST_ASSERT_SUCCESS(expect_none(), "an id again");
	return broken_then_recovers("rx_q0_bad_id");
}

/* The device marks as used what was not posted, as it would be used next: ids, lengths and bits. */
static int
used_before_they_are_posted(void)
{
	static struct rte_mbuf *hoard[FAKE_PORT_POOL_SIZE];
	const unsigned int nb = FAKE_PORT_POOL_SIZE - RING_SIZE;
	struct vdev_packed *packed = &vq()->packed;
	struct pvirtq_desc descs[RING_SIZE];
	struct rte_mbuf *pkts[RING_SIZE];
	unsigned int i;

	TEST_ASSERT_SUCCESS(rte_pktmbuf_alloc_bulk(port.pool, hoard, nb), "hoard");
	for (i = 0; i < RING_SIZE; i++)
		TEST_ASSERT_EQUAL(arrive(60, i), 1, "frame %u", i);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, RING_SIZE), RING_SIZE, "all");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), 0, "posted from an empty pool");

	TEST_ASSERT_EQUAL(packed->used.slot, 0, "a lap");
	memcpy(descs, packed->desc, sizeof(descs));
	for (i = 0; i < RING_SIZE; i++) {
		packed->desc[i].id = rte_cpu_to_le_16(i);
		packed->desc[i].len = rte_cpu_to_le_32(VIRTIO_NET_HDR_LEN + 60);
		packed->desc[i].flags = rte_cpu_to_le_16(packed->used.wrap ?
			VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 0);
	}
	TEST_ASSERT_SUCCESS(expect_none(), "nothing was posted");
	/* Back, or the device takes them for what the driver wrote. */
	memcpy(packed->desc, descs, sizeof(descs));
	rte_pktmbuf_free_bulk(pkts, RING_SIZE);
	rte_pktmbuf_free_bulk(hoard, nb);
	return broken_then_recovers("rx_q0_bad_id");
}

/* virtio 2.8.1: both bits must be those of the wrap counter; with one, the buffer is not used. */
static int
one_bit_is_not_used(void)
{
	static const uint16_t bits[] = {
		VIRTQ_DESC_F_AVAIL, VIRTQ_DESC_F_USED, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED,
	};
	unsigned int i, lap;
	uint16_t slot;

	for (lap = 0; lap < 2; lap++) {
		for (i = 0; i < RTE_DIM(bits); i++) {
			slot = vq()->packed.used.slot;
			vq()->lie = VDEV_LIE_FLAGS;
			vq()->lie_value = bits[i];
			TEST_ASSERT_EQUAL(arrive(60, i), 1, "a frame");
			TEST_ASSERT_SUCCESS(expect_none(), "bits 0x%x", bits[i]);
			vq()->packed.desc[slot].flags ^= rte_cpu_to_le_16(bits[i]);
			TEST_ASSERT_SUCCESS(expect(60, i), "bits 0x%x", bits[i]);
		}
		for (i = 0; i < RING_SIZE; i++)
			TEST_ASSERT_SUCCESS(pass(60, i), "frame %u", i);
	}
	return fake_port_close(&port);
}

/* virtio 2.8.10.1: a ring of a size that is no power of two, out of order through many laps. */
static int
odd_size(void)
{
	struct rte_mbuf *pkts[ODD_SIZE];
	struct rte_eth_rxq_info info;
	unsigned int lap, i;

	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &info), "info");
	TEST_ASSERT_EQUAL(info.nb_desc, ODD_SIZE, "%u entries", info.nb_desc);
	vq()->order = VDEV_SHUFFLED;
	for (lap = 0; lap < 50; lap++) {
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), ODD_SIZE, "lap %u", lap);
		for (i = 0; i < ODD_SIZE; i++)
			TEST_ASSERT_EQUAL(arrive(60 + i, i), 1, "lap %u frame %u", lap, i);
		TEST_ASSERT_EQUAL(arrive(60, i), 0, "more than the ring has");
		TEST_ASSERT_EQUAL(rte_eth_rx_queue_count(port.port_id, 0), ODD_SIZE, "count");
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, ODD_SIZE), ODD_SIZE,
			"lap %u", lap);
		for (i = 0; i < ODD_SIZE; i++)
			TEST_ASSERT(fake_port_packet_is(pkts[i], 60 + i, i), "packet %u", i);
		rte_pktmbuf_free_bulk(pkts, ODD_SIZE);
	}
	return fake_port_close(&port);
}

/* Batches of buffers that the device used completely, told of by one entry each. */
static int
batches(void)
{
	static const uint16_t sizes[] = { 2, 7, 64, RING_SIZE };
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(1) };
	struct rte_mbuf *pkts[BURST];
	static struct vdev_chain c;
	unsigned int i, b, nb, nb_frames, round;

	for (b = 0; b < RTE_DIM(sizes); b++) {
		vq()->batch = sizes[b];
		nb_frames = BURST + sizes[b] / 2;
		for (round = 0; round < 10; round++) {
			vdev_vq_fetch(vq());
			for (i = 0; i < nb_frames; i++) {
				vdev_vq_take(vq(), &c);
				fake_port_pattern(frame, FRAME_ONE, i);
				vdev_chain_write(&c, 0, &hdr, sizeof(hdr));
				vdev_chain_write(&c, sizeof(hdr), frame, FRAME_ONE);
				/* now and then one that ends a batch, as it is not full */
				nb = i % 20 == 19 ? 100 : FRAME_ONE;
				vdev_vq_put(vq(), c.id, sizeof(hdr) + nb);
			}
			vdev_vq_publish(vq());
			TEST_ASSERT_EQUAL(rte_eth_rx_queue_count(port.port_id, 0), (int)i,
				"batch %u: count", sizes[b]);
			for (i = 0; i < nb_frames; i++) {
				nb = i % 20 == 19 ? 100 : FRAME_ONE;
				TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, 1), 1,
					"batch %u packet %u", sizes[b], i);
				fake_port_pattern(frame, FRAME_ONE, i);
				TEST_ASSERT_EQUAL(pkts[0]->data_len, nb, "packet %u: %u", i,
					pkts[0]->data_len);
				TEST_ASSERT_BUFFERS_ARE_EQUAL(rte_pktmbuf_mtod(pkts[0], void *),
					frame, nb, "packet %u", i);
				rte_pktmbuf_free(pkts[0]);
			}
			TEST_ASSERT_SUCCESS(expect_none(), "batch %u", sizes[b]);
		}
	}
	return fake_port_close(&port);
}

/* What is left of a batch counts as waiting: nobody sleeps then, or waits for an interrupt. */
static int
rest_of_a_batch_waits(void)
{
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(1) };
	struct rte_eth_dev *dev = &rte_eth_devices[port.port_id];
	struct rte_power_monitor_cond cond = { 0 };
	struct vio_rxq *q = dev->data->rx_queues[0];
	static struct vdev_chain c;
	struct rte_mbuf *m;
	unsigned int i;

	vq()->batch = 3;
	vdev_vq_fetch(vq());
	for (i = 0; i < 3; i++) {
		vdev_vq_take(vq(), &c);
		vdev_chain_write(&c, 0, &hdr, sizeof(hdr));
		vdev_vq_put(vq(), c.id, BUF_LEN);
	}
	vdev_vq_publish(vq());
	for (i = 0; i < 4; i++) {
		TEST_ASSERT_EQUAL(vio_ring_has_used(&q->ring), (i < 3), "%u taken", i);
		TEST_ASSERT_SUCCESS(dev->dev_ops->get_monitor_addr(q, &cond), "monitor");
		TEST_ASSERT_EQUAL(cond.fn(*(volatile uint16_t *)cond.addr, cond.opaque),
			(i < 3 ? -1 : 0), "%u taken", i);
		if (i == 3)
			break;
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "packet %u", i);
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/*
 * Packets of many buffers, in batches that end in their midst and that span several. Large batches
 * follow single entries, which stand there still.
 */
static int
batches_of_segments(void)
{
	static const uint16_t sizes[] = { 1, RING_SIZE, 1, 10, 2, 3 };
	unsigned int b, seed;

	for (b = 0; b < RTE_DIM(sizes); b++) {
		vq()->batch = sizes[b];
		for (seed = 0; seed < 200; seed++)
			TEST_ASSERT_SUCCESS(pass(1500 + 977 * (seed % 61), seed), "batch %u",
				sizes[b]);
	}
	return fake_port_close(&port);
}

/* The second batch of a packet names none of its buffers: the packet is freed, the queue breaks. */
static int
second_batch_lies(void)
{
	struct virtio_net_hdr hdr = { .num_buffers = rte_cpu_to_le_16(3) };
	static struct vdev_chain c[3];
	unsigned int i;

	vdev_vq_fetch(vq());
	for (i = 0; i < RTE_DIM(c); i++)
		vdev_vq_take(vq(), &c[i]);
	vdev_chain_write(&c[0], 0, &hdr, sizeof(hdr));
	vq()->batch = 2;
	vdev_vq_put(vq(), c[0].id, BUF_LEN);
	vdev_vq_put(vq(), c[1].id, BUF_LEN);
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = c[1].id;
	vdev_vq_put(vq(), c[2].id, BUF_LEN);
	vdev_vq_publish(vq());
	TEST_ASSERT_SUCCESS(expect_none(), "believed");
	return broken_then_recovers("rx_q0_bad_id");
}

/* A batch that ends with a buffer beyond those that the index covers. */
static int
batch_beyond_the_index(void)
{
	static struct vdev_chain c[2];
	unsigned int i;

	vdev_vq_fetch(vq());
	for (i = 0; i < RTE_DIM(c); i++)
		vdev_vq_take(vq(), &c[i]);
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = c[1].id;
	vdev_vq_put(vq(), c[0].id, 60);
	vdev_vq_publish(vq());
	TEST_ASSERT_SUCCESS(expect_none(), "believed");
	return broken_then_recovers("rx_q0_bad_id");
}

static struct unit_test_suite common = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, every_length_of_one_buffer),
		TEST_CASE_ST(setup, teardown, full_and_empty),
		TEST_CASE_ST(setup, teardown, index_wrap),
		TEST_CASE_ST(setup, teardown, index_wrap_reversed),
		TEST_CASE_ST(setup, teardown, index_wrap_shuffled),
		TEST_CASE_ST(setup_jumbo, teardown, mergeable),
		TEST_CASE_ST(setup_jumbo, teardown, mergeable_wrap),
		TEST_CASE_ST(setup_jumbo, teardown, incomplete_packet_waits),
		TEST_CASE_ST(setup_jumbo, teardown, incomplete_packet_is_given_up),
		TEST_CASE_ST(setup_jumbo, teardown, incomplete_packet_is_none),
		TEST_CASE_ST(setup_jumbo, teardown, incomplete_packet_is_none_of_many),
		TEST_CASE_ST(setup, teardown, runts_are_dropped),
		TEST_CASE_ST(setup, teardown, mtu_change_while_running),
		TEST_CASE_ST(setup, teardown, scatter_off),
		TEST_CASE_ST(setup, teardown, scatter_off_short_frame),
		TEST_CASE_ST(setup_single, teardown, without_mergeable_buffers),
		TEST_CASE_ST(setup, teardown, short_pool),
		TEST_CASE_ST(setup, teardown, mbufs_are_clean),
		TEST_CASE_ST(setup, teardown, pinned_external_pool),
		TEST_CASE_ST(setup, teardown, small_ring),
		TEST_CASE_ST(setup, teardown, notify_suppressed),
		TEST_CASE_ST(setup, teardown, packets_before_a_lie),
		TEST_CASE_ST(setup, teardown, id_used_twice),
		TEST_CASE_ST(setup, teardown, num_buffers_covers_the_next),
		LIE("id of ring size", VDEV_LIE_ID, RING_SIZE, "rx_q0_bad_id"),
		LIE("id of 65535", VDEV_LIE_ID, UINT16_MAX, "rx_q0_bad_id"),
		LIE("id of all ones", VDEV_LIE_ID, UINT32_MAX, "rx_q0_bad_id"),
		LIE("length 0", VDEV_LIE_LEN, 0, "rx_q0_bad_len"),
		LIE("length 11", VDEV_LIE_LEN, 11, "rx_q0_bad_len"),
		LIE("length of the buffer and 1", VDEV_LIE_LEN, BUF_LEN + 1, "rx_q0_bad_len"),
		LIE("length 65536 and 60", VDEV_LIE_LEN, 65536 + 60, "rx_q0_bad_len"),
		LIE("length of all ones", VDEV_LIE_LEN, UINT32_MAX, "rx_q0_bad_len"),
		LIES_FURTHER("id of ring size", VDEV_LIE_ID, RING_SIZE, "rx_q0_bad_id"),
		LIES_FURTHER("id was used before", VDEV_LIE_ID, UINT16_MAX, "rx_q0_bad_id"),
		LIES_FURTHER("length 0", VDEV_LIE_LEN, 0, "rx_q0_bad_len"),
		LIES_FURTHER("too long", VDEV_LIE_LEN, BUF_LEN + 1, "rx_q0_bad_len"),
		LIE_NUM_BUFFERS("num_buffers 0", 0),
		LIE_NUM_BUFFERS("num_buffers of ring size and 1", RING_SIZE + 1),
		LIE_NUM_BUFFERS("num_buffers 65535", UINT16_MAX),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split = {
	.suite_name = "split",
	.unit_test_cases = {
		LIE("id of 65536", VDEV_LIE_ID, UINT16_MAX + 1, "rx_q0_bad_id"),
		LIE("index past the posted", VDEV_LIE_IDX, RING_SIZE, "rx_q0_bad_used_idx"),
		LIE("index jumps by half", VDEV_LIE_IDX, 32768, "rx_q0_bad_used_idx"),
		LIE("index goes back", VDEV_LIE_IDX, (uint32_t)-2, "rx_q0_bad_used_idx"),
		TEST_CASES_END()
	}
};

static struct unit_test_suite packed = {
	.suite_name = "packed",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, more_marked_than_used),
		TEST_CASE_ST(setup, teardown, used_before_they_are_posted),
		TEST_CASE_ST(setup, teardown, one_bit_is_not_used),
		TEST_CASE_ST(setup_odd, teardown, odd_size),
		TEST_CASES_END()
	}
};

static struct unit_test_suite in_order = {
	.suite_name = "in order",
	.unit_test_cases = {
		TEST_CASE_ST(setup_jumbo, teardown, batches),
		TEST_CASE_ST(setup_jumbo, teardown, rest_of_a_batch_waits),
		TEST_CASE_ST(setup_jumbo, teardown, batches_of_segments),
		TEST_CASE_ST(setup_jumbo, teardown, second_batch_lies),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split_in_order = {
	.suite_name = "split, in order",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, batch_beyond_the_index),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_rx, 0, &common, &split)
FAKE_FORMAT_TEST(vio_rx_packed, FAKE_PACKED, &common, &packed)
FAKE_FORMAT_TEST(vio_rx_in_order, FAKE_IN_ORDER | FAKE_EVENTS, &common, &split, &in_order,
		 &split_in_order)
FAKE_FORMAT_TEST(vio_rx_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER | FAKE_EVENTS, &common,
		 &packed, &in_order)

REGISTER_TEST_COMMAND(vio_rx_autotest, test_vio_rx);
REGISTER_TEST_COMMAND(vio_rx_packed_autotest, test_vio_rx_packed);
REGISTER_TEST_COMMAND(vio_rx_in_order_autotest, test_vio_rx_in_order);
REGISTER_TEST_COMMAND(vio_rx_packed_in_order_autotest, test_vio_rx_packed_in_order);
