/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Every combination of what decides how a ring is worked on, each with packets of every number
 * of segments and of every length, full rings, empty rings, and a pool that runs short. All
 * frames are compared byte by byte. A new axis is a list of values, a field of struct combination
 * and a loop in all_of().
 */

#include <string.h>

#include "test.h"

#include "fake_port.h"
#include "vio.h"

/* Whether the device works in order, and how much one used entry tells of. */
enum order {
	ANY_ORDER,	/* IN_ORDER is not offered, buffers come back in another order */
	ONE_BY_ONE,	/* IN_ORDER, a used entry for every buffer */
	IN_BATCHES,	/* IN_ORDER, a used entry for as many buffers as may be */
};

/* Where the indices begin. */
enum begin {
	AT_ZERO,	/* as in a new ring */
	BEFORE_WRAP,	/* split: they wrap soon; packed: the other wrap counter, near the end */
};

struct combination {
	bool packed;
	uint64_t extras;	/* ring features that change no packet; bits */
	enum order order;
	bool mergeable;
	enum begin begin;
	uint16_t size;
};

static const enum order orders[] = { ANY_ORDER, ONE_BY_ONE, IN_BATCHES };
static const bool mergeables[] = { false, true };
static const enum begin begins[] = { AT_ZERO, BEFORE_WRAP };
#define INDIRECT	(UINT64_C(1) << VIRTIO_F_INDIRECT_DESC)
#define EVENT_IDX	(UINT64_C(1) << VIRTIO_F_EVENT_IDX)
#define NOTIF_DATA	(UINT64_C(1) << VIRTIO_F_NOTIFICATION_DATA)
#define EXTRAS		(INDIRECT | EVENT_IDX | NOTIF_DATA)

static const uint64_t no_extras[] = { 0 };
static const uint64_t all_extras[] = { INDIRECT, EVENT_IDX, NOTIF_DATA, EXTRAS };
static const uint16_t split_sizes[] = { 8, 256, 32768 };
static const uint16_t packed_sizes[] = { 8, 100, 256, 32768 };

/* Bytes of a frame; the last two do not fit one buffer. */
#define BUF_LEN		2048
static const uint16_t lens[] = {
	60, 61, 1514, BUF_LEN - sizeof(struct virtio_net_hdr),
	BUF_LEN - sizeof(struct virtio_net_hdr) + 1, 9014,
};
#define NB_LENS_OF_ONE	4

/* Segments of a sent packet; 0: as many as the driver says. */
static const uint16_t segment_counts[] = { 1, 2, 3, 0 };

/* Frames that are on their way at once, outside the tests of full rings. */
#define FEW		4u

/* Enough for the largest ring; those of the Tx ring are short. */
#define BIG_POOL_SIZE	(VIRTQ_SIZE_MAX + 512)
#define SHORT_ROOM	(RTE_PKTMBUF_HEADROOM + 64)
#define FULL_LEN	60

static struct fake_port port;
static struct rte_mempool *rx_pool, *tx_pool;
static uint8_t frame[VDEV_NET_FRAME_MAX], expected[VDEV_NET_FRAME_MAX];

static struct vio_rxq *
rxq(void)
{
	return rte_eth_devices[port.port_id].data->rx_queues[0];
}

static struct vio_txq *
txq(void)
{
	return rte_eth_devices[port.port_id].data->tx_queues[0];
}

static struct vdev_vq *
vq(uint16_t queue)
{
	return &port.net.vq[queue];
}

/* Moves driver and device on as if rings had been worked on for long; nothing is used yet. */
static void
split_move(struct vio_ring *ring, uint16_t delta)
{
	ring->avail_idx += delta;
	ring->used_idx += delta;
	ring->seen_idx += delta;
	ring->notified_idx += delta;
	ring->avail->idx = rte_cpu_to_le_16(ring->avail_idx);
	vdev_vq_base_set(vq(ring->doorbell.queue), ring->used_idx);
}

/* The same, with all descriptors as the lap before left them, and nb posted from the first on. */
static void
packed_move(struct vio_ring *ring, uint16_t nb_posted)
{
	const rte_le16_t bits = rte_cpu_to_le_16(VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED);
	uint32_t i;

	for (i = 0; i < ring->size; i++)
		ring->pdesc[i].flags ^= i < nb_posted ? bits : 0;
	for (i = nb_posted; i < ring->size; i++)
		ring->pdesc[i].flags |= bits;
	ring->avail_bits ^= rte_le_to_cpu_16(bits);
	ring->used_bits ^= rte_le_to_cpu_16(bits);
	if (nb_posted == 0) {
		ring->avail_idx = ring->used_idx = ring->head_slot = ring->size - 3;
		ring->notified_idx = ring->avail_idx;
		for (i = 0; i < ring->avail_idx; i++)
			ring->pdesc[i].flags &= ~bits;
	}
	vdev_vq_base_set(vq(ring->doorbell.queue), ring->used_idx | (uint32_t)ring->used_idx << 16);
}

/* The notification of what is posted, as it would have been there (virtio 2.9). */
static void
notify_again(const struct combination *c, const struct vio_ring *ring)
{
	bool wrap = ring->avail_bits & VIRTQ_DESC_F_AVAIL;
	uint32_t data = ring->avail_idx | (c->packed ? wrap << RING_EVENT_WRAP_SHIFT : 0);

	if (c->extras & NOTIF_DATA)
		port.net.dev.queues[ring->doorbell.queue].doorbell =
			rte_cpu_to_le_32(data << 16 | ring->doorbell.queue);
}

static void
move(const struct combination *c)
{
	struct vio_ring *rx = &rxq()->ring, *tx = &txq()->ring;

	if (c->begin == AT_ZERO)
		return;
	if (c->packed) {
		packed_move(rx, rx->avail_idx == 0 ? rx->size : rx->avail_idx);
		packed_move(tx, 0);
		/* a position is a slot */
		txq()->oldest = tx->used_idx;
	} else {
		/* what is posted stands at the entries of its indices */
		split_move(rx, 65536 - rx->size);
		split_move(tx, 65536 - 6);
	}
	notify_again(c, rx);
}

/* A port with this combination agreed on. */
static int
start(const struct combination *c)
{
	const struct rte_eth_conf conf = {
		.rxmode.offloads = c->mergeable ? RTE_ETH_RX_OFFLOAD_SCATTER : 0,
		.rxmode.mtu = c->mergeable ? 9000 : 1500,
		.txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	};
	/* whatever is missing is posted at once, so that a full ring is exactly that */
	const struct rte_eth_rxconf rx_conf = { .rx_free_thresh = 1 };
	struct vdev *dev = &port.net.dev;
	uint16_t i;

	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, c->size), "prepare");
	vdev_offer(dev, VIRTIO_F_RING_PACKED, c->packed);
	vdev_offer(dev, VIRTIO_F_IN_ORDER, c->order != ANY_ORDER);
	vdev_offer(dev, VIRTIO_NET_F_MRG_RXBUF, c->mergeable);
	dev->offered[0] = (dev->offered[0] & ~EXTRAS) | c->extras;
	/* without mergeable buffers, what does not fit one is not the device's MTU */
	vdev_offer(dev, VIRTIO_NET_F_MTU, c->mergeable);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, c->size, &conf), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 0, c->size, SOCKET_ID_ANY,
		&rx_conf, rx_pool), "Rx queue");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");

	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_F_RING_PACKED), c->packed, "format");
	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_F_IN_ORDER), (c->order != ANY_ORDER), "order");
	TEST_ASSERT_EQUAL(vdev_has(dev, VIRTIO_NET_F_MRG_RXBUF), c->mergeable, "mergeable");
	TEST_ASSERT_EQUAL((dev->accepted[0] & EXTRAS), c->extras, "extras");
	TEST_ASSERT_EQUAL(rxq()->ring.size, c->size, "Rx size");
	TEST_ASSERT_EQUAL(txq()->ring.size, c->size, "Tx size");
	move(c);
	for (i = 0; i < 2; i++) {
		vq(i)->order = VDEV_SHUFFLED;
		vq(i)->batch = c->order == IN_BATCHES ? UINT16_MAX : 1;
	}
	return TEST_SUCCESS;
}

/* Whether the device took exactly this frame next. */
static int
expect_sent(uint32_t len, uint8_t seed)
{
	unsigned int nb_segments;
	int ret = vdev_net_tx(&port.net, 0, frame, &nb_segments);

	TEST_ASSERT_EQUAL(ret, (int)len, "%d bytes, expected %u", ret, len);
	fake_port_pattern(expected, len, seed);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(frame, expected, len, "length %u seed %u", len, seed);
	return TEST_SUCCESS;
}

/* Some packets of this form, completed together. */
static int
send_few(uint32_t len, uint16_t nb_segments, uint8_t seed)
{
	/* so many as fit the ring, with a header of their own each */
	uint16_t i, nb = RTE_MIN(FEW, txq()->ring.size / (nb_segments + 1u));
	struct rte_mbuf *m;

	nb = RTE_MAX(nb, 1);
	port.net.hold_tx = true;
	for (i = 0; i < nb; i++) {
		m = fake_port_packet(port.pool, len, (len + nb_segments - 1) / nb_segments,
			seed + i);
		TEST_ASSERT_NOT_NULL(m, "no packet");
		TEST_ASSERT_EQUAL(m->nb_segs, nb_segments, "%u segments", m->nb_segs);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "packet %u", i);
	}
	for (i = 0; i < nb; i++)
		TEST_ASSERT_SUCCESS(expect_sent(len, seed + i), "packet %u", i);
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, nb), nb, "completed");
	port.net.hold_tx = false;
	return TEST_SUCCESS;
}

/* How many segments of len bytes in all this is: at least one byte each, at most a buffer. */
static uint16_t
segments_of(uint16_t count, uint32_t len)
{
	/* one descriptor is for the header, where it has none of the packet's */
	uint16_t most = RTE_MIN(txq()->ring.size - 1, 32);

	if (count == 0)
		count = most;
	/* those that the last one is not left empty by */
	while (count > 1 && (count > most || (uint32_t)(count - 1) *
	       ((len + count - 1) / count) >= len))
		count--;
	return count;
}

static int
send_all_forms(const struct combination *c)
{
	unsigned int i, k, nb = c->mergeable ? RTE_DIM(lens) : NB_LENS_OF_ONE;
	uint8_t seed = 1;
	uint16_t count;

	for (i = 0; i < RTE_DIM(segment_counts); i++) {
		for (k = 0; k < nb; k++) {
			count = segments_of(segment_counts[i], lens[k]);
			if (lens[k] > count * BUF_LEN || (!c->mergeable && lens[k] > 1514))
				continue;
			TEST_ASSERT_SUCCESS(send_few(lens[k], count, seed), "%u bytes in %u",
				lens[k], count);
			seed += FEW;
		}
	}
	return TEST_SUCCESS;
}

/* A packet of one short segment. */
static struct rte_mbuf *
short_packet(uint8_t seed)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(tx_pool);

	if (m != NULL)
		fake_port_pattern((uint8_t *)rte_pktmbuf_append(m, FULL_LEN), FULL_LEN, seed);
	return m;
}

/* As many packets as the ring has entries, none more, all completed at last. */
static int
fill_tx(void)
{
	uint32_t nb = 0, i;
	struct rte_mbuf *m;

	port.net.hold_tx = true;
	while ((m = short_packet(nb)) != NULL && rte_eth_tx_burst(port.port_id, 0, &m, 1) == 1)
		nb++;
	TEST_ASSERT_NOT_NULL(m, "the pool is too small");
	rte_pktmbuf_free(m);
	TEST_ASSERT_EQUAL(nb, txq()->ring.size, "%u packets", nb);
	for (i = 0; i < nb; i++)
		TEST_ASSERT_SUCCESS(expect_sent(FULL_LEN, i), "packet %u", i);
	TEST_ASSERT_EQUAL(vdev_net_tx_complete(&port.net, 0, nb), nb, "completed");
	port.net.hold_tx = false;
	return TEST_SUCCESS;
}

/* One frame arrives, and one is received. */
static int
arrive(uint32_t len, uint8_t seed)
{
	int ret;

	fake_port_pattern(frame, len, seed);
	ret = vdev_net_rx(&port.net, 0, frame, len);
	TEST_ASSERT(ret > 0, "%d for %u bytes", ret, len);
	return TEST_SUCCESS;
}

static int
expect(uint32_t len, uint8_t seed)
{
	struct rte_mbuf *m;

	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "no packet");
	TEST_ASSERT(fake_port_packet_is(m, len, seed), "length %u seed %u", len, seed);
	rte_pktmbuf_free(m);
	return TEST_SUCCESS;
}

static int
receive_all_forms(const struct combination *c)
{
	unsigned int i, k, n, nb = c->mergeable ? RTE_DIM(lens) : NB_LENS_OF_ONE;
	uint8_t seed = 1;

	for (i = 0; i < nb; i++) {
		uint32_t len = c->mergeable ? lens[i] : RTE_MIN(lens[i], 1514);

		n = c->size / (1 + (len + (uint32_t)sizeof(struct virtio_net_hdr)) / BUF_LEN);
		n = RTE_MIN(n, FEW);
		for (k = 0; k < n; k++)
			TEST_ASSERT_SUCCESS(arrive(len, seed + k), "frame %u", k);
		for (k = 0; k < n; k++)
			TEST_ASSERT_SUCCESS(expect(len, seed + k), "frame %u", k);
		seed += n;
	}
	return TEST_SUCCESS;
}

/* As many frames as buffers are posted, none more, all received; then none is left. */
static int
fill_rx(const struct combination *c)
{
	struct rte_mbuf *m;
	uint32_t nb = 0, i;

	for (;;) {
		fake_port_pattern(frame, FULL_LEN, nb);
		if (vdev_net_rx(&port.net, 0, frame, FULL_LEN) == 0)
			break;
		nb++;
	}
	TEST_ASSERT_EQUAL(nb, c->size, "%u frames", nb);
	for (i = 0; i < nb; i++)
		TEST_ASSERT_SUCCESS(expect(FULL_LEN, i), "frame %u of %u", i, nb);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 0, "a packet from nowhere");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), c->size, "posted again");
	return TEST_SUCCESS;
}

/* The pool has but a few mbufs, then all: the ring gets what there is, and is full in the end. */
static int
short_pool(const struct combination *c)
{
	static struct rte_mbuf *hoard[BIG_POOL_SIZE];
	uint16_t nb = RTE_MIN(c->size / 2, 256), i, posted;
	unsigned int nb_hoarded;

	nb_hoarded = rte_mempool_avail_count(rx_pool) - nb / 2;
	TEST_ASSERT_SUCCESS(rte_pktmbuf_alloc_bulk(rx_pool, hoard, nb_hoarded), "hoard");
	for (i = 0; i < nb; i++)
		TEST_ASSERT_SUCCESS(arrive(FULL_LEN, i), "frame %u", i);
	/* each is kept, so that the pool runs dry */
	for (i = 0; i < nb; i++) {
		struct rte_mbuf *m;

		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "frame %u", i);
		TEST_ASSERT(fake_port_packet_is(m, FULL_LEN, i), "frame %u", i);
		hoard[nb_hoarded++] = m;
	}
	posted = vdev_net_rx_posted(&port.net, 0);
	TEST_ASSERT(posted >= c->size - nb && posted <= c->size - nb + nb / 2,
		"%u posted of %u with %u missing", posted, c->size, nb / 2);
	rte_pktmbuf_free_bulk(hoard, nb_hoarded);
	TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, hoard, 1), 0, "a packet");
	TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), c->size, "posted again");
	return TEST_SUCCESS;
}

static int
combination(const struct combination *c)
{
	/* small rings go round several times, so that both wrap counters are met everywhere */
	unsigned int round, nb_rounds = c->size <= 256 ? 5 : 1;

	TEST_ASSERT_SUCCESS(start(c), "start");
	for (round = 0; round < nb_rounds; round++) {
		TEST_ASSERT_SUCCESS(send_all_forms(c), "round %u", round);
		TEST_ASSERT_SUCCESS(receive_all_forms(c), "round %u", round);
		TEST_ASSERT_SUCCESS(fill_tx(), "round %u", round);
		TEST_ASSERT_SUCCESS(fill_rx(c), "round %u", round);
		TEST_ASSERT_SUCCESS(short_pool(c), "round %u", round);
	}
	TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(rx_pool), BIG_POOL_SIZE, "Rx mbufs are lost");
	TEST_ASSERT_EQUAL(rte_mempool_avail_count(tx_pool), BIG_POOL_SIZE, "Tx mbufs are lost");
	return TEST_SUCCESS;
}

/* The combinations of one format that differ in order, mergeable buffers and beginning. */
static int
each_of(struct combination *c, unsigned int *nb)
{
	unsigned int order, mergeable, begin;

	for (order = 0; order < RTE_DIM(orders); order++)
		for (mergeable = 0; mergeable < RTE_DIM(mergeables); mergeable++)
			for (begin = 0; begin < RTE_DIM(begins); begin++) {
				c->order = orders[order];
				c->mergeable = mergeables[mergeable];
				c->begin = begins[begin];
				TEST_ASSERT_SUCCESS(combination(c),
					"order %u mergeable %u begin %u size %u extras 0x%llx",
					c->order, c->mergeable, c->begin, c->size,
					(unsigned long long)c->extras);
				++*nb;
			}
	return TEST_SUCCESS;
}

/* Runs all combinations of these sizes and extras. */
static int
all_of(bool packed, const uint16_t *sizes, unsigned int nb_sizes, const uint64_t *extras,
	unsigned int nb_extras)
{
	struct combination c = { .packed = packed };
	unsigned int size, extra, nb = 0;

	for (extra = 0; extra < nb_extras; extra++)
		for (size = 0; size < nb_sizes; size++) {
			c.extras = extras[extra];
			c.size = sizes[size];
			TEST_ASSERT_SUCCESS(each_of(&c, &nb), "size %u", c.size);
		}
	printf("%u combinations of %s rings\n", nb, packed ? "packed" : "split");
	TEST_ASSERT_EQUAL(nb, RTE_DIM(orders) * RTE_DIM(mergeables) * RTE_DIM(begins) * nb_sizes *
		nb_extras, "%u combinations", nb);
	return TEST_SUCCESS;
}

static int
split_rings(void)
{
	return all_of(false, split_sizes, RTE_DIM(split_sizes), no_extras, RTE_DIM(no_extras));
}

static int
packed_rings(void)
{
	return all_of(true, packed_sizes, RTE_DIM(packed_sizes), no_extras, RTE_DIM(no_extras));
}

/* All but the largest ring, which takes long and has nothing of its own here. */
static int
split_rings_extras(void)
{
	return all_of(false, split_sizes, RTE_DIM(split_sizes) - 1, all_extras,
		RTE_DIM(all_extras));
}

static int
packed_rings_extras(void)
{
	return all_of(true, packed_sizes, RTE_DIM(packed_sizes) - 1, all_extras,
		RTE_DIM(all_extras));
}

static int
pools_create(void)
{
	rx_pool = rte_pktmbuf_pool_create("matrix_rx", BIG_POOL_SIZE, 0, 0,
		RTE_PKTMBUF_HEADROOM + BUF_LEN, SOCKET_ID_ANY);
	tx_pool = rte_pktmbuf_pool_create("matrix_tx", BIG_POOL_SIZE, 0, 0, SHORT_ROOM,
		SOCKET_ID_ANY);
	return rx_pool != NULL && tx_pool != NULL ? TEST_SUCCESS : TEST_FAILED;
}

static void
pools_free(void)
{
	rte_mempool_free(rx_pool);
	rte_mempool_free(tx_pool);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static struct unit_test_suite split_suite = {
	.suite_name = "vio_matrix",
	.setup = pools_create,
	.teardown = pools_free,
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, split_rings),
		TEST_CASES_END()
	}
};

static struct unit_test_suite packed_suite = {
	.suite_name = "vio_matrix_packed",
	.setup = pools_create,
	.teardown = pools_free,
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, packed_rings),
		TEST_CASES_END()
	}
};

static struct unit_test_suite extras_suite = {
	.suite_name = "vio_matrix_extras",
	.setup = pools_create,
	.teardown = pools_free,
	.unit_test_cases = {
		TEST_CASE_ST(NULL, teardown, split_rings_extras),
		TEST_CASE_ST(NULL, teardown, packed_rings_extras),
		TEST_CASES_END()
	}
};

static int
test_vio_matrix(void)
{
	return unit_test_suite_runner(&split_suite);
}

static int
test_vio_matrix_packed(void)
{
	return unit_test_suite_runner(&packed_suite);
}

static int
test_vio_matrix_extras(void)
{
	return unit_test_suite_runner(&extras_suite);
}

REGISTER_TEST_COMMAND(vio_matrix_autotest, test_vio_matrix);
REGISTER_TEST_COMMAND(vio_matrix_packed_autotest, test_vio_matrix_packed);
REGISTER_TEST_COMMAND(vio_matrix_extras_autotest, test_vio_matrix_extras);
