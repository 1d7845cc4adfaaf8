/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Transmit on rings of each format: what leaves, in which shape, what a device may not do. */

#include <string.h>

#include <rte_malloc.h>

#include "test.h"

#include "fake_format.h"
#include "vio_tx_complete.h"

#define RING_SIZE	256
#define BURST		32
#define ODD_SIZE	101
#define ONE_SEGMENT	2048

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];

static struct vdev_vq *
vq(void)
{
	return &port.net.vq[VIRTIO_NET_TXQ(0)];
}

/* Completions are looked at in every burst. */
static int
setup_ring(uint16_t size)
{
	const struct rte_eth_txconf conf = { .tx_free_thresh = size };

	if (fake_port_prepare(&port, 1, RING_SIZE) != 0 || fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, NULL) != 0 ||
	    rte_eth_tx_queue_setup(port.port_id, 0, size, SOCKET_ID_ANY, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	return setup_ring(RING_SIZE);
}

static int
setup_small(void)
{
	return setup_ring(8);
}

static int
setup_odd(void)
{
	return setup_ring(ODD_SIZE);
}

/* Everything by default. */
static int
setup_default(void)
{
	return fake_port_start(&port, RING_SIZE) == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static int
send_one(struct rte_mbuf *m)
{
	TEST_ASSERT_NOT_NULL(m, "no mbuf");
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "not taken");
	return TEST_SUCCESS;
}

/* The next frame that left must be this one, in so many descriptors (0: any number). */
static int
left(uint32_t len, uint8_t seed, unsigned int nb_descs)
{
	static uint8_t expected[VDEV_NET_FRAME_MAX];
	unsigned int nb;
	int ret = vdev_net_tx(&port.net, 0, frame, &nb);

	TEST_ASSERT_EQUAL(ret, (int)len, "%d bytes, expected %u", ret, len);
	TEST_ASSERT(nb_descs == 0 || nb == nb_descs, "%u descriptors, expected %u", nb, nb_descs);
	fake_port_pattern(expected, len, seed);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(frame, expected, len, "%u bytes differ", len);
	return TEST_SUCCESS;
}

static int
pass(uint32_t len, uint16_t seg_len, uint8_t seed, unsigned int nb_descs)
{
	TEST_ASSERT_SUCCESS(send_one(fake_port_packet(port.pool, len, seg_len, seed)),
		"length %u", len);
	return left(len, seed, nb_descs);
}

static int
nothing_left(void)
{
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 0, "a frame");
	return TEST_SUCCESS;
}

static int
expect_dropped(struct rte_mbuf *m)
{
	uint64_t before = fake_port_xstat(&port, "tx_q0_oversize");

	TEST_ASSERT_SUCCESS(send_one(m), "to be dropped");
	TEST_ASSERT_SUCCESS(nothing_left(), "to be dropped");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_oversize"), before + 1, "not counted");
	return TEST_SUCCESS;
}

static int
every_length_of_one_segment(void)
{
	uint32_t len;

	for (len = RTE_ETHER_HDR_LEN; len <= ONE_SEGMENT; len++)
		TEST_ASSERT_SUCCESS(pass(len, ONE_SEGMENT, len, 1), "length %u", len);
	return fake_port_close(&port);
}

/* As many packets as descriptors; the next waits for a completion and stays the caller's. */
static int
full_and_empty(void)
{
	struct rte_mbuf *pkts[RING_SIZE + 10];
	unsigned int round, i, nb;

	port.net.hold_tx = true;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < RTE_DIM(pkts); i++)
			pkts[i] = fake_port_packet(port.pool, 60 + i, ONE_SEGMENT, i);
		nb = rte_eth_tx_burst(port.port_id, 0, pkts, RTE_DIM(pkts));
		TEST_ASSERT_EQUAL(nb, RING_SIZE, "round %u: %u taken", round, nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts + nb, 10), 0, "full");
		for (i = 0; i < RING_SIZE; i++)
			TEST_ASSERT_SUCCESS(left(60 + i, i, 1), "packet %u", i);
		TEST_ASSERT_SUCCESS(nothing_left(), "round %u", round);
		TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 3), 3, "completed");
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts + nb, 10), 3,
			"three are free");
		for (i = nb; i < nb + 3; i++)
			TEST_ASSERT_SUCCESS(left(60 + i, i, 1), "packet %u", i);
		rte_pktmbuf_free_bulk(pkts + nb + 3, 7);
		vdev_net_tx_complete(&port.net, 0, RING_SIZE);
	}
	return fake_port_close(&port);
}

/* Chains of all lengths, completed in the device's order of choice, past the wraps. */
static int
wrap(enum vdev_order order)
{
	struct rte_mbuf *pkts[BURST];
	uint32_t total = 0, i, len;
	uint16_t n, sent;

	vq()->order = order;
	port.net.hold_tx = true;
	while (total < 2 * 65536 + 100) {
		n = 1 + total % BURST;
		for (i = 0; i < n; i++) {
			len = 60 + (total + i) % 11 * 40;
			pkts[i] = fake_port_packet(port.pool, len, 60, total + i);
		}
		sent = rte_eth_tx_burst(port.port_id, 0, pkts, n);
		for (i = 0; i < sent; i++) {
			len = 60 + (total + i) % 11 * 40;
			TEST_ASSERT_SUCCESS(left(len, total + i, 0), "packet %u", total + i);
		}
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
		TEST_ASSERT(sent > 0 || port.net.nb_held[0] > 0, "stuck after %u", total);
		total += sent;
		vdev_net_tx_complete(&port.net, 0, sent < n ? 40 : 5);
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

/* Whole packets in bursts, which are taken by groups; in order for a while, and then not. */
static int
index_wrap_of_whole_packets(void)
{
	struct rte_mbuf *pkts[BURST];
	uint32_t total = 0, i;
	uint16_t sent;

	port.net.hold_tx = true;
	while (total < 65536 + 5000) {
		vq()->order = total / 1000 % 3;
		for (i = 0; i < BURST; i++)
			pkts[i] = fake_port_packet(port.pool, 60 + i, ONE_SEGMENT, total + i);
		sent = rte_eth_tx_burst(port.port_id, 0, pkts, BURST);
		for (i = 0; i < sent; i++)
			TEST_ASSERT_SUCCESS(left(60 + i, total + i, 1), "packet %u", total + i);
		rte_pktmbuf_free_bulk(pkts + sent, BURST - sent);
		total += sent;
		vdev_net_tx_complete(&port.net, 0, total % 100 < 50 ? 20 : 40);
	}
	return fake_port_close(&port);
}

static int
small_ring(void)
{
	uint32_t i;

	for (i = 0; i < 70000; i++)
		TEST_ASSERT_SUCCESS(pass((1 + i % 8) * 20, 20, i, 1 + i % 8), "packet %u", i);
	return fake_port_close(&port);
}

/* From one segment to as many as the ring has descriptors; one more is dropped. */
static int
every_number_of_segments(void)
{
	unsigned int nb;

	for (nb = 1; nb <= RING_SIZE; nb++)
		TEST_ASSERT_SUCCESS(pass(nb * 30, 30, nb, nb), "%u segments", nb);
	TEST_ASSERT_SUCCESS(expect_dropped(fake_port_packet(port.pool, nb * 30, 30, 0)),
		"%u segments", nb);
	return fake_port_close(&port);
}

/* The same with a descriptor more for the header. */
static int
every_number_of_segments_and_header(void)
{
	struct rte_mbuf *m;
	unsigned int nb;

	for (nb = 1; nb <= RING_SIZE; nb++) {
		m = fake_port_packet(port.pool, nb * 30, 30, nb);
		rte_pktmbuf_refcnt_update(m, 1);
		if (nb == RING_SIZE) {
			TEST_ASSERT_SUCCESS(expect_dropped(m), "%u segments", nb);
		} else {
			TEST_ASSERT_SUCCESS(send_one(m), "%u segments", nb);
			TEST_ASSERT_SUCCESS(left(nb * 30, nb, nb + 1), "%u segments", nb);
		}
		/* our own reference, once the driver has dropped its */
		vdev_net_tx_complete(&port.net, 0, 1);
		rte_eth_tx_burst(port.port_id, 0, NULL, 0);
		TEST_ASSERT_EQUAL(rte_mbuf_refcnt_read(m), 1, "references");
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

/* Segments without bytes make no descriptors, wherever they are. */
static int
empty_segments(void)
{
	static const uint16_t lens[][5] = {
		{ 0, 60, 0, 0, 60 }, { 60, 0, 0, 0, 60 }, { 0, 0, 0, 0, 60 }, { 60, 0, 0, 0, 0 },
		{ 0, 30, 0, 30, 0 }, { 30, 30, 0, 30, 30 },
	};
	unsigned int i, j, len, nb;

	for (i = 0; i < RTE_DIM(lens); i++) {
		struct rte_mbuf *head = rte_pktmbuf_alloc(port.pool), *m = head;
		uint8_t bytes[5 * 60];

		for (len = 0, nb = 0, j = 0; j < 5; j++) {
			len += lens[i][j];
			nb += lens[i][j] > 0 || j == 0;
		}
		fake_port_pattern(bytes, len, i);
		for (len = 0, j = 0; j < 5; j++) {
			if (j > 0)
				m = rte_pktmbuf_alloc(port.pool);
			memcpy(rte_pktmbuf_append(m, lens[i][j]), bytes + len, lens[i][j]);
			len += lens[i][j];
			if (j > 0)
				rte_pktmbuf_chain(head, m);
		}
		TEST_ASSERT_SUCCESS(send_one(head), "case %u", i);
		TEST_ASSERT_SUCCESS(left(len, i, nb), "case %u", i);
	}
	return fake_port_close(&port);
}

/*
 * Chains that are not as long as they say: of those that are longer, what they say is sent, of
 * others what there is; and one that says to have no segment is dropped. All of it is freed.
 */
static int
wrong_number_of_segments(void)
{
	const uint16_t there = 20, len = 50;
	struct rte_mbuf *m;
	uint16_t nb;

	for (nb = 2; nb <= there + 2; nb++) {
		m = fake_port_packet(port.pool, there * len, len, nb);
		TEST_ASSERT_NOT_NULL(m, "no mbuf");
		m->nb_segs = nb;
		TEST_ASSERT_SUCCESS(send_one(m), "%u of %u", nb, there);
		TEST_ASSERT_SUCCESS(left(RTE_MIN(nb, there) * len, nb, RTE_MIN(nb, there)),
			"%u of %u", nb, there);
	}
	/* segments of no bytes are of those that it has */
	m = fake_port_packet(port.pool, 3 * len, len, 0);
	TEST_ASSERT_NOT_NULL(m, "no mbuf");
	m->next->data_len = 0;
	m->nb_segs = 2;
	TEST_ASSERT_SUCCESS(send_one(m), "an empty one");
	TEST_ASSERT_SUCCESS(left(len, 0, 1), "an empty one");
	m = fake_port_packet(port.pool, len, len, 0);
	TEST_ASSERT_NOT_NULL(m, "no mbuf");
	m->nb_segs = 0;
	TEST_ASSERT_SUCCESS(expect_dropped(m), "none");
	return fake_port_close(&port);
}

/*
 * A burst that finds the ring full takes back what it needs, and not all that was sent: what that
 * costs is bounded, however long the ring is.
 */
static int
room_is_made_by_pieces(void)
{
	const struct vio_txq *q = rte_eth_devices[port.port_id].data->tx_queues[0];
	struct rte_mbuf *pkts[32];
	unsigned int i;

	for (i = 0; i < RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(send_one(fake_port_packet(port.pool, 60, ONE_SEGMENT, i)),
			"packet %u", i);
	while (vdev_net_tx(&port.net, 0, frame, NULL) > 0)
		;
	TEST_ASSERT(vio_tx_nb_held(q) > RING_SIZE / 2, "%u packets are left", vio_tx_nb_held(q));
	for (i = 0; i < RTE_DIM(pkts); i++) {
		pkts[i] = fake_port_packet(port.pool, 90, 30, i);
		TEST_ASSERT_NOT_NULL(pkts[i], "no packet");
	}
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, RTE_DIM(pkts)), RTE_DIM(pkts),
		"burst");
	TEST_ASSERT(q->nb_free < 2 * VIO_TX_FREE_BATCH, "%u descriptors are free", q->nb_free);
	return fake_port_close(&port);
}

/* The 12 bytes before the data, filled before and looked at after sending. */
static void
guard_fill(const struct rte_mbuf *m)
{
	memset(rte_pktmbuf_mtod(m, uint8_t *) - 12, 0xee, 12);
}

static bool
guard_is_whole(const struct rte_mbuf *m)
{
	static const uint8_t whole[12] = {
		0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
	};

	return memcmp(rte_pktmbuf_mtod(m, uint8_t *) - 12, whole, 12) == 0;
}

/* Sends m, which others see too: its headroom must stay as it is. */
static int
sent_untouched(struct rte_mbuf *m, uint32_t len, uint8_t seed)
{
	const uint16_t data_off = m->data_off;

	port.net.hold_tx = true;
	guard_fill(m);
	TEST_ASSERT_SUCCESS(send_one(m), "not sent");
	TEST_ASSERT_SUCCESS(left(len, seed, 2), "not with a header of its own");
	TEST_ASSERT(guard_is_whole(m), "the headroom was written");
	TEST_ASSERT_EQUAL(m->data_off, data_off, "data_off");
	vdev_net_tx_complete(&port.net, 0, 1);
	port.net.hold_tx = false;
	return TEST_SUCCESS;
}

static int
header_not_into_shared(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 200, ONE_SEGMENT, 7);

	rte_mbuf_refcnt_update(m, 1);
	TEST_ASSERT_SUCCESS(sent_untouched(m, 200, 7), "two references");
	rte_eth_tx_burst(port.port_id, 0, NULL, 0);
	TEST_ASSERT_EQUAL(rte_mbuf_refcnt_read(m), 1, "references");
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

static int
header_not_into_indirect(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 200, ONE_SEGMENT, 8);
	struct rte_mbuf *clone = rte_pktmbuf_clone(m, port.pool);

	TEST_ASSERT_NOT_NULL(clone, "clone");
	TEST_ASSERT_SUCCESS(sent_untouched(m, 200, 8), "the original");
	TEST_ASSERT_SUCCESS(sent_untouched(clone, 200, 8), "its clone");
	return fake_port_close(&port);
}

static void
on_ext_free(void *addr, void *opaque)
{
	RTE_SET_USED(addr);
	++*(unsigned int *)opaque;
}

static int
header_not_into_external(void)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);
	struct rte_mbuf_ext_shared_info *shinfo;
	unsigned int nb_freed = 0;
	uint16_t len = 4096;
	uint8_t *buf = rte_malloc(NULL, len, 64);

	shinfo = rte_pktmbuf_ext_shinfo_init_helper(buf, &len, on_ext_free, &nb_freed);
	TEST_ASSERT_NOT_NULL(shinfo, "shared information");
	rte_pktmbuf_attach_extbuf(m, buf, rte_malloc_virt2iova(buf), len, shinfo);
	m->data_off = 128;
	fake_port_pattern((uint8_t *)rte_pktmbuf_append(m, 300), 300, 9);
	TEST_ASSERT_SUCCESS(sent_untouched(m, 300, 9), "external");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(nb_freed, 1, "freed %u times", nb_freed);
	rte_free(buf);
	return fake_port_close(&port);
}

/* Room for the header to the byte, and one byte less. */
static int
header_needs_room(void)
{
	unsigned int room;

	for (room = 0; room <= 14; room++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);

		m->data_off = room;
		fake_port_pattern((uint8_t *)rte_pktmbuf_append(m, 300), 300, room);
		TEST_ASSERT_SUCCESS(send_one(m), "room %u", room);
		TEST_ASSERT_SUCCESS(left(300, room, room < 12 ? 2 : 1), "room %u", room);
	}
	return fake_port_close(&port);
}

/* What stood in the headroom does not reach the device: the header is all zero. */
static int
header_is_zeroed(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 200, ONE_SEGMENT, 1);

	guard_fill(m);
	m->ol_flags = RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_SEG;
	m->tso_segsz = 100;
	TEST_ASSERT_SUCCESS(send_one(m), "not sent");
	TEST_ASSERT_SUCCESS(left(200, 1, 1), "not pushed");
	return fake_port_close(&port);
}

/* A packet of len bytes with so many tags. */
static struct rte_mbuf *
tagged_packet(uint32_t len, unsigned int nb_tags)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, len, ONE_SEGMENT, 0);
	rte_be16_t *type = rte_pktmbuf_mtod_offset(m, rte_be16_t *, 12);
	unsigned int i;

	for (i = 0; i < nb_tags; i++, type += 2)
		*type = rte_cpu_to_be_16(i == 0 && nb_tags == 2 ? RTE_ETHER_TYPE_QINQ :
			RTE_ETHER_TYPE_VLAN);
	*type = rte_cpu_to_be_16(0x88b5);
	return m;
}

static int
setup_mtu_1500(void)
{
	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	port.net.config.mtu = rte_cpu_to_le_16(1500);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 1, 1, RING_SIZE, NULL) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

/* virtio 5.1.4.2: MUST NOT transmit packets that exceed the device's MTU. */
static int
mtu_of_the_device_binds(void)
{
	unsigned int tags, max;
	uint64_t dropped = 0;
	struct rte_eth_stats stats;

	/* the port's MTU is for receive */
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mtu(port.port_id, 1000), "MTU");
	for (tags = 0; tags <= 2; tags++) {
		max = 1514 + 4 * tags;
		TEST_ASSERT_SUCCESS(send_one(tagged_packet(max, tags)), "%u tags", tags);
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), (int)max, "%u tags",
			tags);
		TEST_ASSERT_SUCCESS(expect_dropped(tagged_packet(max + 1, tags)), "%u tags", tags);
		dropped++;
	}
	TEST_ASSERT_SUCCESS(expect_dropped(fake_port_packet(port.pool, 60000, 2000, 0)), "60000");
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "statistics");
	TEST_ASSERT_EQUAL(stats.oerrors, dropped + 1, "oerrors %u", (unsigned int)stats.oerrors);
	TEST_ASSERT_EQUAL(stats.opackets, 3, "opackets %u", (unsigned int)stats.opackets);
	return fake_port_close(&port);
}

/* A dropped packet among others takes no place. */
static int
drop_within_a_burst(void)
{
	struct rte_mbuf *pkts[3] = {
		fake_port_packet(port.pool, 100, ONE_SEGMENT, 1),
		fake_port_packet(port.pool, 1515, ONE_SEGMENT, 2),
		fake_port_packet(port.pool, 300, ONE_SEGMENT, 3),
	};

	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, 3), 3, "all are taken");
	TEST_ASSERT_SUCCESS(left(100, 1, 1), "first");
	TEST_ASSERT_SUCCESS(left(300, 3, 1), "third");
	TEST_ASSERT_SUCCESS(nothing_left(), "second");
	return fake_port_close(&port);
}

/* What a packet may be that goes with others, and in how many descriptors it leaves (0: not). */
static const struct odd {
	uint16_t len, seg_len, room;
	uint16_t nb_descs;
	bool shared;
} odds[] = {
	{ 90, 30, RTE_PKTMBUF_HEADROOM, 3, false },
	{ 60, ONE_SEGMENT, RTE_PKTMBUF_HEADROOM, 2, true },
	{ 60, ONE_SEGMENT, 11, 2, false },
	{ RTE_ETHER_HDR_LEN - 1, ONE_SEGMENT, RTE_PKTMBUF_HEADROOM, 1, false },
	{ 1515, ONE_SEGMENT, RTE_PKTMBUF_HEADROOM, 0, false },
	{ 1514, ONE_SEGMENT, RTE_PKTMBUF_HEADROOM, 1, false },
};

static struct rte_mbuf *
odd_packet(const struct odd *o, uint8_t seed)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, o->len, o->seg_len, seed);

	if (o->room < RTE_PKTMBUF_HEADROOM) {
		m->data_off = o->room;
		fake_port_pattern(rte_pktmbuf_mtod(m, uint8_t *), o->len, seed);
	}
	if (o->shared)
		rte_mbuf_refcnt_update(m, 1);
	return m;
}

/* One that is not like the others, at each place of a burst. */
static int
odd_one_at_each_place(void)
{
	const unsigned int before = rte_mempool_avail_count(port.pool);
	struct rte_mbuf *pkts[BURST];
	unsigned int k, place, i;

	for (k = 0; k < RTE_DIM(odds); k++) {
		for (place = 0; place < BURST; place++) {
			for (i = 0; i < BURST; i++)
				pkts[i] = i == place ? odd_packet(&odds[k], i) :
					  fake_port_packet(port.pool, 60 + i, ONE_SEGMENT, i);
			TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), BURST,
				"odd %u at %u", k, place);
			for (i = 0; i < BURST; i++) {
				if (i != place)
					TEST_ASSERT_SUCCESS(left(60 + i, i, 1), "%u", i);
				else if (odds[k].nb_descs != 0)
					TEST_ASSERT_SUCCESS(left(odds[k].len, i, odds[k].nb_descs),
						"odd %u at %u", k, place);
			}
			TEST_ASSERT_SUCCESS(nothing_left(), "odd %u at %u", k, place);
			rte_eth_tx_done_cleanup(port.port_id, 0, 0);
			if (odds[k].shared)
				rte_pktmbuf_free(pkts[place]);
			TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), before,
				"odd %u at %u: mbufs", k, place);
		}
	}
	return fake_port_close(&port);
}

/* By default completions are taken when descriptors run short, and nothing stays for ever. */
static int
default_threshold(void)
{
	unsigned int i, total;

	for (total = 0; total < 70000; total += i) {
		struct rte_mbuf *pkts[BURST];
		uint16_t sent;

		for (i = 0; i < BURST; i++)
			pkts[i] = fake_port_packet(port.pool, 60, ONE_SEGMENT, total + i);
		sent = rte_eth_tx_burst(port.port_id, 0, pkts, BURST);
		TEST_ASSERT_EQUAL(sent, BURST, "%u taken after %u", sent, total);
		for (i = 0; i < BURST; i++)
			TEST_ASSERT_SUCCESS(left(60, total + i, 1), "packet %u", total + i);
	}
	return fake_port_close(&port);
}

/* What the device still holds when the port stops comes back. */
static int
stop_with_packets_in_flight(void)
{
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < 50; i++)
		TEST_ASSERT_SUCCESS(pass(60 + i, 30, i, 0), "packet %u", i);
	for (i = 0; i < 20; i++)
		TEST_ASSERT_SUCCESS(send_one(fake_port_packet(port.pool, 60, 30, i)), "%u", i);
	vdev_net_tx_complete(&port.net, 0, 7);
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs lost");
	port.net.hold_tx = false;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (i = 0; i < 2 * RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(60 + i, 30, i, 0), "packet %u", i);
	return fake_port_close(&port);
}

/* One notification a burst, none when the device asks for none. */
static int
notify_once_a_burst(void)
{
	struct rte_mbuf *pkts[BURST];
	unsigned int i, round;

	for (round = 0; round < 2; round++) {
		vdev_vq_no_notify(vq(), round == 1);
		for (i = 0; i < BURST; i++)
			pkts[i] = fake_port_packet(port.pool, 60, ONE_SEGMENT, i);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), BURST, "burst");
		for (i = 0; i < BURST; i++)
			TEST_ASSERT_SUCCESS(left(60, i, 1), "packet %u", i);
		TEST_ASSERT_EQUAL(port.net.dev.queues[1].nb_notified, 1, "round %u: %u", round,
			port.net.dev.queues[1].nb_notified);
		TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_notify"), 1, "round %u", round);
	}
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, 0), 0, "an empty burst");
	TEST_ASSERT_SUCCESS(nothing_left(), "an empty burst");
	return fake_port_close(&port);
}

/* A violation was met: the queue is out of use, says so, and works after stop and start. */
static int
broken_then_recovers(const char *xstat)
{
	struct rte_mbuf *pkts[BURST];
	unsigned int i;

	for (i = 0; i < BURST; i++)
		pkts[i] = fake_port_packet(port.pool, 60, ONE_SEGMENT, i);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), 0, "%s is believed",
		xstat);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), 0, "broken");
	rte_pktmbuf_free_bulk(pkts, BURST);
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, xstat), 1, "%s is not counted once", xstat);
	TEST_ASSERT_EQUAL(fake_port_events(&port, RTE_ETH_EVENT_INTR_RESET, 1), 1, "event");
	TEST_ASSERT_SUCCESS(nothing_left(), "a broken queue sends");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), FAKE_PORT_POOL_SIZE, "mbufs lost");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	for (i = 0; i < 2 * RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	return fake_port_close(&port);
}

struct lie {
	enum vdev_lie lie;
	uint32_t value;
	const char *xstat;
};

/* One lie with the completion of a chain of three, among others in flight. */
static int
device_lies(const void *data)
{
	const struct lie *l = data;
	unsigned int i;

	for (i = 0; i < RING_SIZE + 10; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	rte_eth_tx_burst(port.port_id, 0, NULL, 0);
	port.net.hold_tx = true;
	for (i = 0; i < 5; i++)
		TEST_ASSERT_SUCCESS(pass(90, 30, i, 3), "packet %u", i);
	vq()->lie = l->lie;
	vq()->lie_value = l->value;
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "completed");
	port.net.hold_tx = false;
	return broken_then_recovers(l->xstat);
}

/* The id of a chain's second descriptor, of which the driver has no packet. */
static int
id_within_a_chain(void)
{
	port.net.hold_tx = true;
	TEST_ASSERT_SUCCESS(pass(90, 30, 1, 3), "a chain");
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = vq()->split.next[port.net.held[0][0]];
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "completed");
	port.net.hold_tx = false;
	return broken_then_recovers("tx_q0_bad_id");
}

static int
id_used_twice(void)
{
	uint16_t head;

	port.net.hold_tx = true;
	TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, 1, 1), "first");
	TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, 2, 1), "second");
	head = port.net.held[0][0];
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "the first");
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = head;
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "the first again");
	port.net.hold_tx = false;
	return broken_then_recovers("tx_q0_bad_id");
}

/* The id of a descriptor that is free, next to those that the device holds. */
static int
id_of_no_packet(void)
{
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < 3; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = port.net.held[0][2] + 1;
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "completed");
	port.net.hold_tx = false;
	return broken_then_recovers("tx_q0_bad_id");
}

/* A wrong id among right ones, as the last, at this place. What came before it is taken back. */
static int
lie_at(unsigned int place, uint32_t id)
{
	const unsigned int before = rte_mempool_avail_count(port.pool);
	struct rte_mbuf *pkts[BURST];
	unsigned int i;

	for (i = 0; i < BURST; i++)
		pkts[i] = fake_port_packet(port.pool, 60, ONE_SEGMENT, i);
	port.net.hold_tx = true;
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, BURST), BURST, "burst");
	for (i = 0; i < BURST; i++)
		TEST_ASSERT_SUCCESS(left(60, i, 1), "packet %u", i);
	if (place > 0)
		vdev_net_tx_complete(&port.net, 0, place);
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = id;
	vdev_net_tx_complete(&port.net, 0, 1);
	vdev_net_tx_complete(&port.net, 0, BURST - 1 - place);
	port.net.hold_tx = false;
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), (int)place,
		"taken back");
	TEST_ASSERT_EQUAL(before - rte_mempool_avail_count(port.pool), BURST - place, "mbufs");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_bad_id"), 1, "not counted");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_stats_reset(port.port_id), "statistics");
	TEST_ASSERT_SUCCESS(rte_eth_xstats_reset(port.port_id), "statistics");
	return rte_eth_dev_start(port.port_id);
}

static int
lie_at_each_place(void)
{
	unsigned int place;

	for (place = 0; place < BURST; place++) {
		/* beyond the ring; free; used already, perhaps by the entry before */
		TEST_ASSERT_SUCCESS(lie_at(place, RING_SIZE), "beyond the ring at %u", place);
		TEST_ASSERT_SUCCESS(lie_at(place, BURST), "free at %u", place);
		if (place > 0)
			TEST_ASSERT_SUCCESS(lie_at(place, place - 1), "again at %u", place);
	}
	return fake_port_close(&port);
}

/* virtio 2.7.8.2: for a buffer that is only read, len means nothing. */
static int
length_is_ignored(void)
{
	unsigned int i;

	for (i = 0; i < 3 * RING_SIZE; i++) {
		vq()->lie = VDEV_LIE_LEN;
		vq()->lie_value = UINT32_MAX - i;
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	}
	return fake_port_close(&port);
}

#define LIE(_name, _lie, _value, _xstat) \
	TEST_CASE_NAMED_WITH_DATA(_name, setup, teardown, device_lies, \
		(&(const struct lie){ _lie, _value, _xstat }))

/* The device marks one descriptor more as used than it used, with the id of the last one. */
static int
more_marked_than_used(void)
{
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < 3; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	vq()->lie = VDEV_LIE_IDX;
	vq()->lie_value = 1;
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "completed");
	port.net.hold_tx = false;
	return broken_then_recovers("tx_q0_bad_id");
}

/*
 * The device marks as used, beside a group of packets that it did use, one that was used and taken
 * back when the ring came here before, each by the id that still stands there.
 */
static int
old_ones_marked(void)
{
	struct vdev_packed *p = &vq()->packed;
	rte_le16_t before;
	unsigned int i;

	for (i = 0; i < RING_SIZE || p->used.slot != 0; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	rte_eth_tx_done_cleanup(port.port_id, 0, 0);
	port.net.hold_tx = true;
	for (i = 0; i < VIO_TX_GROUP; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, VIO_TX_GROUP), VIO_TX_GROUP, "used");
	before = p->desc[VIO_TX_GROUP].flags;
	for (i = VIO_TX_GROUP; i < 2 * VIO_TX_GROUP; i++)
		p->desc[i].flags = p->desc[0].flags;
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), VIO_TX_GROUP, "believed");
	for (i = VIO_TX_GROUP; i < 2 * VIO_TX_GROUP; i++)
		p->desc[i].flags = before;
	port.net.hold_tx = false;
	return broken_then_recovers("tx_q0_bad_id");
}

/* virtio 2.8.1: both bits must be those of the wrap counter; with one, the chain is not used. */
static int
one_bit_is_not_used(void)
{
	static const uint16_t bits[] = {
		VIRTQ_DESC_F_AVAIL, VIRTQ_DESC_F_USED, VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED,
	};
	const unsigned int nb = rte_mempool_avail_count(port.pool);
	unsigned int i, lap;
	uint16_t slot;

	for (lap = 0; lap < 2; lap++) {
		for (i = 0; i < RTE_DIM(bits); i++) {
			slot = vq()->packed.used.slot;
			vq()->lie = VDEV_LIE_FLAGS;
			vq()->lie_value = bits[i];
			TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "bits 0x%x", bits[i]);
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0,
				"bits 0x%x", bits[i]);
			vq()->packed.desc[slot].flags ^= rte_cpu_to_le_16(bits[i]);
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1,
				"bits 0x%x", bits[i]);
		}
		for (i = 0; i < RING_SIZE; i++)
			TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
		rte_eth_tx_done_cleanup(port.port_id, 0, 0);
		TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), nb, "mbufs");
	}
	return fake_port_close(&port);
}

/* Used descriptors behind one that is not are not used yet: the ring is used in its order. */
static int
hole_is_not_used(void)
{
	const uint16_t bits = VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED;
	unsigned int hole, i;
	uint16_t slot;

	for (hole = 0; hole < BURST; hole++) {
		slot = (vq()->packed.used.slot + hole) % RING_SIZE;
		port.net.hold_tx = true;
		for (i = 0; i < BURST; i++)
			TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
		TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, BURST), BURST, "completed");
		vq()->packed.desc[slot].flags ^= rte_cpu_to_le_16(bits);
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), (int)hole,
			"hole at %u", hole);
		vq()->packed.desc[slot].flags ^= rte_cpu_to_le_16(bits);
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), (int)(BURST - hole),
			"hole at %u", hole);
	}
	return fake_port_close(&port);
}

/*
 * virtio 2.8.10.1: a ring of a size that is no power of two; chains of all lengths, completed out
 * of order, until the ring's end has lain at each of their descriptors.
 */
static int
odd_size(void)
{
	unsigned int i, nb, lap;

	vq()->order = VDEV_SHUFFLED;
	port.net.hold_tx = true;
	for (lap = 0; lap < 100; lap++) {
		for (i = 0, nb = 1; i + nb <= ODD_SIZE; i += nb, nb = 1 + (nb + lap) % 9)
			TEST_ASSERT_SUCCESS(pass(100 * nb, 100, i, nb), "lap %u", lap);
		vdev_net_tx_complete(&port.net, 0, ODD_SIZE);
	}
	port.net.hold_tx = false;
	TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, 1, 1), "in the end");
	return fake_port_close(&port);
}

/* Batches of chains, told of by one entry each, and freed in pieces. */
static int
batches(void)
{
	static const uint16_t sizes[] = { 2, 7, 20, RING_SIZE };
	const unsigned int nb_mbufs = rte_mempool_avail_count(port.pool);
	unsigned int b, i, round;

	for (b = 0; b < RTE_DIM(sizes); b++) {
		vq()->batch = sizes[b];
		for (round = 0; round < 50; round++) {
			port.net.hold_tx = true;
			for (i = 0; i < 40; i++)
				TEST_ASSERT_SUCCESS(pass(30 * (1 + i % 5), 30, i, 1 + i % 5),
					"packet %u", i);
			TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 40), 40, "all");
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 3), 3,
				"batch %u", sizes[b]);
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 25), 25,
				"batch %u", sizes[b]);
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 12,
				"batch %u", sizes[b]);
			TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), nb_mbufs, "mbufs");
			port.net.hold_tx = false;
			TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, round, 1), "round %u", round);
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1, "one");
		}
	}
	return fake_port_close(&port);
}

/* Sends whole packets, which the device takes and holds. */
static int
hold_whole(unsigned int nb)
{
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < nb; i++)
		TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "packet %u", i);
	return TEST_SUCCESS;
}

/* Batches of whole packets, each freed at once, and nothing that lies behind them. */
static int
batches_of_whole_packets(void)
{
	unsigned int size, round;

	for (size = 1; size <= 3 * VIO_TX_GROUP; size++) {
		vq()->batch = size;
		for (round = 0; round < 20; round++) {
			TEST_ASSERT_SUCCESS(hold_whole(size + 20), "batch of %u", size);
			TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, size), size, "some");
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), (int)size,
				"batch of %u", size);
			TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 20), 20, "others");
			TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 20,
				"behind a batch of %u", size);
		}
	}
	return fake_port_close(&port);
}

/* The same beyond those that the index covers: only these are taken back. */
static int
batch_of_whole_packets_beyond_the_index(void)
{
	TEST_ASSERT_SUCCESS(hold_whole(20), "packets");
	vq()->batch = 10;
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = port.net.held[0][17];
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 10), 10, "completed");
	port.net.hold_tx = false;
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 10, "taken back");
	vq()->batch = 1;
	return broken_then_recovers("tx_q0_bad_id");
}

/*
 * A batch that ends with the id of no packet that the device holds: what it may still read is not
 * freed on the way to there.
 */
static int
batch_ends_with_no_packet(void)
{
	unsigned int i, nb;

	port.net.hold_tx = true;
	for (i = 0; i < 3; i++)
		TEST_ASSERT_SUCCESS(pass(60, 30, i, 2), "packet %u", i);
	nb = rte_mempool_avail_count(port.pool);
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = port.net.held[0][1] + 1;
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "completed");
	port.net.hold_tx = false;
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 0, "freed");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool), nb, "mbufs freed");
	return broken_then_recovers("tx_q0_bad_id");
}

/* A batch that ends with a packet beyond those that the index covers. */
static int
batch_beyond_the_index(void)
{
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < 3; i++)
		TEST_ASSERT_SUCCESS(pass(60, 30, i, 2), "packet %u", i);
	vq()->lie = VDEV_LIE_ID;
	vq()->lie_value = port.net.held[0][2];
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, 1), 1, "completed");
	port.net.hold_tx = false;
	TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1, "taken back");
	return broken_then_recovers("tx_q0_bad_id");
}

/*
 * A packet of several segments takes one entry of the ring, as long as its table has room for all
 * of them; a longer one takes an entry each.
 */
static int
tables_save_entries(void)
{
	unsigned int nb, i, nb_entries, nb_sent;

	port.net.hold_tx = true;
	for (nb = 1; nb <= 12; nb++) {
		nb_entries = nb <= VIO_TX_TABLE_DESCS ? 1 : nb;
		for (nb_sent = 0; nb_sent < RING_SIZE / nb_entries; nb_sent++)
			TEST_ASSERT_SUCCESS(pass(30 * nb, 30, nb_sent, nb), "%u segments: %u sent",
				nb, nb_sent);
		for (i = 0; i < RING_SIZE % nb_entries; i++)
			TEST_ASSERT_SUCCESS(pass(60, ONE_SEGMENT, i, 1), "%u segments", nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, 0),
			RTE_ETH_TX_DESC_FULL, "%u segments: room after %u", nb, nb_sent);
		TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, RING_SIZE), nb_sent + i,
			"%u segments", nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), (int)(nb_sent + i),
			"%u segments", nb);
	}
	return fake_port_close(&port);
}

/* A header of its own is an entry of the table as well. */
static int
tables_hold_the_header(void)
{
	struct rte_mbuf *m;
	unsigned int nb;

	for (nb = 1; nb <= 10; nb++) {
		m = fake_port_packet(port.pool, 30 * nb, 30, nb);
		rte_mbuf_refcnt_update(m, 1);
		TEST_ASSERT_SUCCESS(send_one(m), "%u segments", nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, RING_SIZE -
			(nb + 1 <= VIO_TX_TABLE_DESCS ? 1 : nb + 1)), RTE_ETH_TX_DESC_FULL,
			"%u segments", nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_descriptor_status(port.port_id, 0, RING_SIZE - 1 -
			(nb + 1 <= VIO_TX_TABLE_DESCS ? 1 : nb + 1)), RTE_ETH_TX_DESC_DONE,
			"%u segments", nb);
		TEST_ASSERT_SUCCESS(left(30 * nb, nb, nb + 1), "%u segments", nb);
		TEST_ASSERT_EQUAL(rte_eth_tx_done_cleanup(port.port_id, 0, 0), 1, "%u", nb);
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

static struct unit_test_suite common = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, every_length_of_one_segment),
		TEST_CASE_ST(setup, teardown, full_and_empty),
		TEST_CASE_ST(setup, teardown, index_wrap),
		TEST_CASE_ST(setup, teardown, index_wrap_reversed),
		TEST_CASE_ST(setup, teardown, index_wrap_shuffled),
		TEST_CASE_ST(setup, teardown, index_wrap_of_whole_packets),
		TEST_CASE_ST(setup_small, teardown, small_ring),
		TEST_CASE_ST(setup, teardown, every_number_of_segments),
		TEST_CASE_ST(setup, teardown, every_number_of_segments_and_header),
		TEST_CASE_ST(setup, teardown, empty_segments),
		TEST_CASE_ST(setup, teardown, wrong_number_of_segments),
		TEST_CASE_ST(setup_default, teardown, room_is_made_by_pieces),
		TEST_CASE_ST(setup, teardown, header_not_into_shared),
		TEST_CASE_ST(setup, teardown, header_not_into_indirect),
		TEST_CASE_ST(setup, teardown, header_not_into_external),
		TEST_CASE_ST(setup, teardown, header_needs_room),
		TEST_CASE_ST(setup, teardown, header_is_zeroed),
		TEST_CASE_ST(setup_mtu_1500, teardown, mtu_of_the_device_binds),
		TEST_CASE_ST(setup_mtu_1500, teardown, drop_within_a_burst),
		TEST_CASE_ST(setup_mtu_1500, teardown, odd_one_at_each_place),
		TEST_CASE_ST(setup_default, teardown, default_threshold),
		TEST_CASE_ST(setup, teardown, stop_with_packets_in_flight),
		TEST_CASE_ST(setup, teardown, notify_once_a_burst),
		TEST_CASE_ST(setup, teardown, id_used_twice),
		TEST_CASE_ST(setup, teardown, id_of_no_packet),
		TEST_CASE_ST(setup, teardown, lie_at_each_place),
		TEST_CASE_ST(setup, teardown, length_is_ignored),
		LIE("id of ring size", VDEV_LIE_ID, RING_SIZE, "tx_q0_bad_id"),
		LIE("id of all ones", VDEV_LIE_ID, UINT32_MAX, "tx_q0_bad_id"),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split = {
	.suite_name = "split",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, id_within_a_chain),
		LIE("id of 65536", VDEV_LIE_ID, UINT16_MAX + 1, "tx_q0_bad_id"),
		LIE("index past the posted", VDEV_LIE_IDX, RING_SIZE, "tx_q0_bad_used_idx"),
		LIE("index one past the posted", VDEV_LIE_IDX, 5, "tx_q0_bad_used_idx"),
		LIE("index jumps by half", VDEV_LIE_IDX, 32768, "tx_q0_bad_used_idx"),
		LIE("index goes back", VDEV_LIE_IDX, (uint32_t)-2, "tx_q0_bad_used_idx"),
		TEST_CASES_END()
	}
};

static struct unit_test_suite packed = {
	.suite_name = "packed",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, more_marked_than_used),
		TEST_CASE_ST(setup, teardown, old_ones_marked),
		TEST_CASE_ST(setup, teardown, one_bit_is_not_used),
		TEST_CASE_ST(setup, teardown, hole_is_not_used),
		TEST_CASE_ST(setup_odd, teardown, odd_size),
		TEST_CASES_END()
	}
};

static struct unit_test_suite in_order = {
	.suite_name = "in order",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, batches),
		TEST_CASE_ST(setup, teardown, batches_of_whole_packets),
		TEST_CASE_ST(setup, teardown, batch_ends_with_no_packet),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split_in_order = {
	.suite_name = "split, in order",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, batch_beyond_the_index),
		TEST_CASE_ST(setup, teardown, batch_of_whole_packets_beyond_the_index),
		TEST_CASES_END()
	}
};

static struct unit_test_suite indirect = {
	.suite_name = "indirect",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, tables_save_entries),
		TEST_CASE_ST(setup, teardown, tables_hold_the_header),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_tx, 0, &common, &split)
FAKE_FORMAT_TEST(vio_tx_packed, FAKE_PACKED, &common, &packed)
FAKE_FORMAT_TEST(vio_tx_in_order, FAKE_IN_ORDER | FAKE_EVENTS, &common, &split, &in_order,
		 &split_in_order)
FAKE_FORMAT_TEST(vio_tx_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER | FAKE_EVENTS,
		 &common, &packed, &in_order)
FAKE_FORMAT_TEST(vio_tx_indirect, FAKE_INDIRECT, &common, &split, &indirect)
FAKE_FORMAT_TEST(vio_tx_packed_indirect, FAKE_PACKED | FAKE_INDIRECT, &common, &packed, &indirect)

REGISTER_TEST_COMMAND(vio_tx_autotest, test_vio_tx);
REGISTER_TEST_COMMAND(vio_tx_indirect_autotest, test_vio_tx_indirect);
REGISTER_TEST_COMMAND(vio_tx_packed_indirect_autotest, test_vio_tx_packed_indirect);
REGISTER_TEST_COMMAND(vio_tx_packed_autotest, test_vio_tx_packed);
REGISTER_TEST_COMMAND(vio_tx_in_order_autotest, test_vio_tx_in_order);
REGISTER_TEST_COMMAND(vio_tx_packed_in_order_autotest, test_vio_tx_packed_in_order);
