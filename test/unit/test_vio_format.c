/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* What an application sees of the rings' format, and ports on rings that are not split. */

#include <string.h>

#include <rte_cpuflags.h>
#include <rte_vect.h>

#include "test.h"

#include "fake_port.h"
#include "vio_rxtx.h"

static struct fake_port port;

/* A device of four pairs and packed rings of any size up to 1000. */
static int
setup_packed(void)
{
	if (fake_port_prepare(&port, 4, 1000) != 0)
		return TEST_FAILED;
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, true);
	return TEST_SUCCESS;
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* nb frames each way through a pair. */
static int
traffic(uint16_t rxq, uint16_t txq, unsigned int nb)
{
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		fake_port_pattern(frame, 500, i);
		TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, rxq, frame, 500), 1, "Rx %u", rxq);
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, rxq, &m, 1), 1, "Rx %u", rxq);
		TEST_ASSERT(fake_port_packet_is(m, 500, i), "Rx %u", rxq);
		rte_pktmbuf_free(m);

		m = fake_port_packet(port.pool, 600, 200, i);
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, txq, &m, 1), 1, "Tx %u", txq);
		TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, txq, frame, NULL), 600, "Tx %u", txq);
	}
	return TEST_SUCCESS;
}

/* virtio 2.8.10.1: the queue size need not be a power of two, and is what was asked for. */
static int
packed_sizes(void)
{
	static const uint16_t sizes[] = { 8, 9, 100, 257, 999, 1000 };
	struct rte_eth_dev_info info;
	struct rte_eth_rxq_info rx;
	struct rte_eth_txq_info tx;
	unsigned int i;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL(info.rx_desc_lim.nb_max, 1000, "Rx %u", info.rx_desc_lim.nb_max);
	TEST_ASSERT_EQUAL(info.tx_desc_lim.nb_max, 1000, "Tx %u", info.tx_desc_lim.nb_max);
	TEST_ASSERT_EQUAL(info.rx_desc_lim.nb_min, 8, "Rx %u", info.rx_desc_lim.nb_min);
	TEST_ASSERT_EQUAL(info.rx_desc_lim.nb_align, 1, "Rx %u", info.rx_desc_lim.nb_align);
	for (i = 0; i < RTE_DIM(sizes); i++) {
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, sizes[i], NULL), "%u",
			sizes[i]);
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "%u", sizes[i]);
		TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 0, &rx), "info");
		TEST_ASSERT_SUCCESS(rte_eth_tx_queue_info_get(port.port_id, 0, &tx), "info");
		TEST_ASSERT(rx.nb_desc == sizes[i] && tx.nb_desc == sizes[i], "%u: %u and %u",
			sizes[i], rx.nb_desc, tx.nb_desc);
		TEST_ASSERT(port.net.dev.queues[0].size == sizes[i] &&
			port.net.dev.queues[1].size == sizes[i], "%u", sizes[i]);
		TEST_ASSERT_EQUAL(vdev_net_rx_posted(&port.net, 0), sizes[i], "%u posted",
			sizes[i]);
		TEST_ASSERT_SUCCESS(traffic(0, 0, 3000), "%u", sizes[i]);
		TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	}
	TEST_ASSERT_EQUAL(rte_eth_rx_queue_setup(port.port_id, 0, 1001, SOCKET_ID_ANY, NULL,
		port.pool), -EINVAL, "Rx 1001");
	return fake_port_close(&port);
}

/* virtio 6.1: with ORDER_PLATFORM, barriers that CPUs among themselves do not need. */
static int
order_platform(void)
{
	const struct vio_dev *dev;
	const struct vio_rxq *rxq;
	const struct vio_txq *txq;
	unsigned int i;
	bool offered;

	for (i = 0; i < 4; i++) {
		offered = i & 1;
		TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, 256), "prepare");
		vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, i & 2);
		vdev_offer(&port.net.dev, VIRTIO_F_ORDER_PLATFORM, offered);
		TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 64, NULL), "configure");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_F_ORDER_PLATFORM), offered,
			"row %u", i);
		dev = rte_eth_devices[port.port_id].data->dev_private;
		rxq = rte_eth_devices[port.port_id].data->rx_queues[0];
		txq = rte_eth_devices[port.port_id].data->tx_queues[0];
		TEST_ASSERT(rxq->ring.weak_barriers == !offered &&
			txq->ring.weak_barriers == !offered &&
			dev->ctrlq.ring.weak_barriers == !offered, "row %u", i);
		TEST_ASSERT_SUCCESS(traffic(0, 0, 500), "row %u", i);
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "row %u", i);
	}
	return TEST_SUCCESS;
}

/* virtio 6.1: the driver accepts RING_PACKED, and IN_ORDER as well, and says so. */
static int
burst_modes(void)
{
	static const struct { bool packed, in_order; const char *rx, *tx; } modes[] = {
		{ false, false, "Split Mergeable", "Split" },
		{ false, true, "Split In-order Mergeable", "Split In-order" },
		{ true, false, "Packed Mergeable", "Packed" },
		{ true, true, "Packed In-order Mergeable", "Packed In-order" },
	};
	const char *isa = vio_isa_name(vio_isa_choose());
	struct rte_eth_burst_mode mode;
	char said[sizeof(mode.info)];
	unsigned int i;

	for (i = 0; i < RTE_DIM(modes); i++) {
		if (!port.prepared)
			TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, 256), "prepare");
		vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, modes[i].packed);
		vdev_offer(&port.net.dev, VIRTIO_F_IN_ORDER, modes[i].in_order);
		TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 100, NULL), "configure");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED), modes[i].packed,
			"accepted");
		TEST_ASSERT_EQUAL(vdev_has(&port.net.dev, VIRTIO_F_IN_ORDER), modes[i].in_order,
			"accepted");
		TEST_ASSERT_SUCCESS(rte_eth_rx_burst_mode_get(port.port_id, 0, &mode), "Rx");
		snprintf(said, sizeof(said), "%s %s", modes[i].rx, isa);
		TEST_ASSERT_EQUAL(strcmp(mode.info, said), 0, "%s", mode.info);
		TEST_ASSERT_SUCCESS(rte_eth_tx_burst_mode_get(port.port_id, 0, &mode), "Tx");
		snprintf(said, sizeof(said), "%s %s", modes[i].tx, isa);
		TEST_ASSERT_EQUAL(strcmp(mode.info, said), 0, "%s", mode.info);
		TEST_ASSERT_SUCCESS(traffic(0, 0, 300), "%s", mode.info);
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	}
	return TEST_SUCCESS;
}

/* The widest instruction set that the CPU has, but none wider than EAL allows. */
static int
instruction_sets(void)
{
	const uint16_t allowed = rte_vect_get_max_simd_bitwidth();
	bool avx2 = false, avx512 = false;
	enum vio_isa narrow, medium, wide;

#ifdef RTE_ARCH_X86_64
	avx2 = rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) > 0;
	avx512 = rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512F) > 0 &&
		 rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512BW) > 0 &&
		 rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512DQ) > 0 &&
		 rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VL) > 0;
#endif
	/* The user's word is final. */
	if (rte_vect_set_max_simd_bitwidth(RTE_VECT_SIMD_128) != 0) {
		TEST_ASSERT_EQUAL(vio_isa_choose(), (allowed >= 512 && avx512 ? VIO_ISA_AVX512 :
			allowed >= 256 && avx2 ? VIO_ISA_AVX2 : VIO_ISA_BASE), "%u bits", allowed);
		return TEST_SUCCESS;
	}
	narrow = vio_isa_choose();
	rte_vect_set_max_simd_bitwidth(RTE_VECT_SIMD_256);
	medium = vio_isa_choose();
	rte_vect_set_max_simd_bitwidth(RTE_VECT_SIMD_512);
	wide = vio_isa_choose();
	rte_vect_set_max_simd_bitwidth(allowed);
	TEST_ASSERT_EQUAL(narrow, VIO_ISA_BASE, "128 bits");
	TEST_ASSERT_EQUAL(medium, (avx2 ? VIO_ISA_AVX2 : VIO_ISA_BASE), "256 bits");
	TEST_ASSERT_EQUAL(wide, (avx512 ? VIO_ISA_AVX512 : medium), "512 bits");
	return TEST_SUCCESS;
}

/* Several pairs, and the spare ring where a Tx queue is missing; every start begins anew. */
static int
pairs_and_restarts(void)
{
	static const struct { uint16_t rx, tx; } nb[] = { { 4, 4 }, { 3, 1 }, { 4, 0 }, { 2, 2 } };
	unsigned int i, start;
	uint16_t q;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	for (i = 0; i < RTE_DIM(nb); i++) {
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, nb[i].rx, nb[i].tx, 77, NULL),
			"%u Rx, %u Tx", nb[i].rx, nb[i].tx);
		for (start = 0; start < 3; start++) {
			TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start %u", start);
			TEST_ASSERT_EQUAL(port.net.nb_pairs, nb[i].rx, "pairs");
			/* the spare ring as well asks for no interrupts, in the right place */
			for (q = 0; q < 2 * nb[i].rx; q++)
				TEST_ASSERT_EQUAL(rte_le_to_cpu_16(
					port.net.vq[q].packed.driver_event->flags),
					RING_EVENT_FLAGS_DISABLE, "queue %u", q);
			for (q = 0; q < nb[i].tx; q++)
				TEST_ASSERT_SUCCESS(traffic(q, q, 50), "pair %u", q);
			TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
			TEST_ASSERT_EQUAL(rte_mempool_avail_count(port.pool),
				FAKE_PORT_POOL_SIZE, "mbufs lost");
		}
	}
	return fake_port_close(&port);
}

/*
 * virtio 2.7.10.1, 2.8.10: with EVENT_IDX the device says after how many entries it wants to be
 * notified; until then the driver is silent, and then it notifies once. The queue is named with
 * where it goes on, which the device compares.
 */
static int
events(void)
{
	static const uint16_t after[] = { 0, 1, 10, 99 };
	struct vdev_queue *q = &port.net.dev.queues[VIRTIO_NET_TXQ(0)];
	static uint8_t frame[VDEV_NET_FRAME_MAX];
	unsigned int packed, i, n, round, before;
	struct rte_mbuf *m;

	for (packed = 0; packed < 2; packed++) {
		if (!port.prepared)
			TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, 256), "prepare");
		vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, packed);
		vdev_offer(&port.net.dev, VIRTIO_F_EVENT_IDX, true);
		vdev_offer(&port.net.dev, VIRTIO_F_NOTIFICATION_DATA, true);
		TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
		TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 128, NULL), "configure");
		TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
		for (round = 0; round < 200; round++) {
			n = after[round % RTE_DIM(after)];
			vdev_vq_notify_after(&port.net.vq[VIRTIO_NET_TXQ(0)], n);
			before = q->nb_notified;
			for (i = 0; i <= n; i++) {
				TEST_ASSERT_EQUAL(vdev_notified(&port.net.dev, 1), 0,
					"after %u of %u", i, n);
				m = fake_port_packet(port.pool, 60, 60, i);
				TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1,
					"packet");
			}
			for (i = 0; i <= n; i++)
				TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60,
					"packet %u", i);
			TEST_ASSERT_EQUAL(q->nb_notified, before + 1, "round %u: %u", round,
				q->nb_notified - before);
		}
		TEST_ASSERT_SUCCESS(fake_port_close(&port), "close");
	}
	return TEST_SUCCESS;
}

/* What to watch to sleep until a packet comes: it changes with the next one, and says so. */
static int
monitor(void)
{
	struct rte_power_monitor_cond cond = { 0 };
	struct rte_eth_dev *dev;
	unsigned int i;
	uint64_t value;

	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, 100, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	dev = &rte_eth_devices[port.port_id];
	for (i = 0; i < 250; i++) {
		static const uint8_t frame[60];
		struct rte_mbuf *m;

		TEST_ASSERT_SUCCESS(dev->dev_ops->get_monitor_addr(dev->data->rx_queues[0],
			&cond), "frame %u", i);
		TEST_ASSERT_EQUAL(cond.size, 2, "size %u", cond.size);
		value = *(volatile uint16_t *)cond.addr;
		TEST_ASSERT_EQUAL(cond.fn(value, cond.opaque), 0, "frame %u: awake", i);
		TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, sizeof(frame)), 1, "frame");
		value = *(volatile uint16_t *)cond.addr;
		TEST_ASSERT_EQUAL(cond.fn(value, cond.opaque), -1, "frame %u: asleep", i);
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, &m, 1), 1, "frame %u", i);
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "vio_format",
	.unit_test_cases = {
		TEST_CASE_ST(setup_packed, teardown, packed_sizes),
		TEST_CASE(instruction_sets),
		TEST_CASE_ST(NULL, teardown, order_platform),
		TEST_CASE_ST(setup_packed, teardown, burst_modes),
		TEST_CASE_ST(setup_packed, teardown, pairs_and_restarts),
		TEST_CASE_ST(setup_packed, teardown, events),
		TEST_CASE_ST(setup_packed, teardown, monitor),
		TEST_CASES_END()
	}
};

static int
test_vio_format(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_format_autotest, test_vio_format);
