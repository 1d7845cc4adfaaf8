/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Buffers that are posted on packed rings, by groups and one by one: the device sees none of them
 * before all are shown. To look in between, the format's source is compiled once more here, and
 * this file for each instruction set of the driver, as groups are of different sizes.
 */

#include <string.h>

#include "test.h"

#ifndef VIO_ISA
#define VIO_ISA		test_base
#define IS_BASE
#endif
#include "vio_rx_packed.c"

#define RING_SIZE	37	/* at each place of it begins a group in the end */
#define NB_MAX		(3 * 8 + 1)
#define BUF_LEN		2048
#define LAPS		500

static struct pvirtq_desc desc[RING_SIZE];
static struct rte_mbuf mbufs[NB_MAX], *bufs[NB_MAX], *sw_ring[RING_SIZE];
static uint16_t order_room[2 * RING_SIZE];
static struct vio_rxq q;

/* The next descriptor that the device looks at, and its wrap counter. */
static unsigned int slot;
static bool wrap;

static int
setup(void)
{
	unsigned int i;

	memset(desc, 0, sizeof(desc));
	memset(&q, 0, sizeof(q));
	q.ring.pdesc = desc;
	q.ring.size = RING_SIZE;
	q.ring.weak_barriers = true;
	q.ring.avail_bits = VIRTQ_DESC_F_AVAIL;
	q.ring.used_bits = VIO_RING_PACKED_BITS;
	q.sw_ring = sw_ring;
	q.buf_len = BUF_LEN;
	q.addr_off = VIO_MBUF_ADDR(false);
	vio_order_init(&q.order, order_room, RING_SIZE);
	for (i = 0; i < NB_MAX; i++) {
		bufs[i] = &mbufs[i];
		rte_mbuf_iova_set(bufs[i], (i + 1) * UINT64_C(0x10000));
	}
	slot = 0;
	wrap = true;
	return TEST_SUCCESS;
}

/* virtio 2.8.1: AVAIL is that of the wrap counter, USED is not. */
static bool
is_available(void)
{
	uint16_t flags = rte_le_to_cpu_16(desc[slot].flags);

	return !!(flags & VIRTQ_DESC_F_AVAIL) == wrap && !!(flags & VIRTQ_DESC_F_USED) != wrap;
}

/* The device uses the next buffer, which is to be this one. */
static int
use(const struct rte_mbuf *m)
{
	TEST_ASSERT(is_available(), "slot %u: flags 0x%x", slot, desc[slot].flags);
	TEST_ASSERT(desc[slot].flags & rte_cpu_to_le_16(VIRTQ_DESC_F_WRITE), "slot %u", slot);
	TEST_ASSERT(desc[slot].addr == rte_cpu_to_le_64(rte_mbuf_iova_get(m) +
		RTE_PKTMBUF_HEADROOM) && desc[slot].len == rte_cpu_to_le_32(BUF_LEN) &&
		desc[slot].id == rte_cpu_to_le_16(slot), "slot %u", slot);
	TEST_ASSERT(sw_ring[slot] == m, "slot %u", slot);
	desc[slot].flags = rte_cpu_to_le_16(wrap ? VIO_RING_PACKED_BITS : 0);
	slot = (slot + 1) % RING_SIZE;
	wrap ^= slot == 0;
	return TEST_SUCCESS;
}

static int
hidden_until_shown(void)
{
	unsigned int i, nb, lap;

	for (lap = 0; lap < LAPS; lap++) {
		nb = 1 + lap % NB_MAX;
		/* in two calls, as a refill of many is */
		packed_post(&q, bufs, nb / 2);
		packed_post(&q, &bufs[nb / 2], nb - nb / 2);
		TEST_ASSERT(!is_available(), "slot %u is shown too early", slot);
		vio_ring_packed_publish(&q.ring);
		for (i = 0; i < nb; i++)
			TEST_ASSERT_SUCCESS(use(bufs[i]), "buffer %u of %u", i, nb);
		TEST_ASSERT(!is_available(), "more than was posted");
		vio_ring_packed_skip(&q.ring, nb);
	}
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_rx_post",
	.unit_test_cases = {
		TEST_CASE_ST(setup, NULL, hidden_until_shown),
		TEST_CASES_END()
	}
};

int
VIO_ISA_NAME(vio_rx_post)(void);
int
VIO_ISA_NAME(vio_rx_post)(void)
{
	return unit_test_suite_runner(&suite);
}

#ifdef IS_BASE
int
vio_rx_post_test_avx2(void);
int
vio_rx_post_test_avx512(void);

/* Posts as a port's queues do. */
static int
test_vio_rx_post(void)
{
	switch (vio_isa_choose()) {
#ifdef VIO_HAS_AVX512
	case VIO_ISA_AVX512:
		return vio_rx_post_test_avx512();
#endif
#ifdef VIO_HAS_AVX2
	case VIO_ISA_AVX2:
		return vio_rx_post_test_avx2();
#endif
	default:
		return vio_rx_post_test_base();
	}
}

REGISTER_TEST_COMMAND(vio_rx_post_autotest, test_vio_rx_post);
#endif
