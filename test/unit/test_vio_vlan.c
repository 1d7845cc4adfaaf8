/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* VLAN tags taken out of received frames and put into sent ones. */

#include <string.h>

#include <rte_malloc.h>

#include "test.h"

#include "fake_format.h"
#include "fake_port.h"
#include "vio.h"

#define RING_SIZE	64
#define ADDRS_LEN	12
#define ONE_SEGMENT	2048

#define VLAN		RTE_ETHER_TYPE_VLAN
#define QINQ		RTE_ETHER_TYPE_QINQ

#define RX_VLAN		(RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED)
#define RX_OUTER	(RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_QINQ_STRIPPED)
#define RX_BOTH		(RX_OUTER | RTE_MBUF_F_RX_VLAN_STRIPPED)

/* A tag, or the type of what follows. */
struct tag {
	uint16_t tpid;
	uint16_t tci;
};

static struct fake_port port;
static uint8_t frame[VDEV_NET_FRAME_MAX];
static uint8_t expected[VDEV_NET_FRAME_MAX];

/* A port of two pairs with these offloads, on a device of this MTU. */
static int
start(uint64_t rx_offloads, uint64_t tx_offloads, uint16_t mtu)
{
	const struct rte_eth_conf conf = {
		.rxmode = { .mtu = mtu, .offloads = rx_offloads | RTE_ETH_RX_OFFLOAD_SCATTER },
		.txmode.offloads = tx_offloads | RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	};

	if (fake_port_prepare(&port, 2, RING_SIZE) != 0)
		return TEST_FAILED;
	port.net.config.mtu = rte_cpu_to_le_16(mtu);
	if (fake_port_probe(&port) != 0 ||
	    fake_port_configure(&port, 2, 2, RING_SIZE, &conf) != 0 ||
	    rte_eth_dev_start(port.port_id) != 0)
		return TEST_FAILED;
	return TEST_SUCCESS;
}

static int
setup(void)
{
	return start(0, 0, 9000);
}

static int
setup_vlan(void)
{
	return start(RTE_ETH_RX_OFFLOAD_VLAN_STRIP, RTE_ETH_TX_OFFLOAD_VLAN_INSERT, 9000);
}

static int
setup_outer(void)
{
	return start(RTE_ETH_RX_OFFLOAD_QINQ_STRIP, RTE_ETH_TX_OFFLOAD_QINQ_INSERT, 9000);
}

static int
setup_both(void)
{
	return start(RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_QINQ_STRIP,
		RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_QINQ_INSERT, 9000);
}

static int
setup_mtu_1500(void)
{
	return start(RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_QINQ_STRIP,
		RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_QINQ_INSERT, 1500);
}

static void
teardown(void)
{
	fake_port_close(&port);
}

/* The frame of len bytes of this pattern with tags, of which nb come on top of len, in buf. */
static uint32_t
build(uint8_t *buf, uint32_t len, uint8_t seed, const struct tag *tags, unsigned int nb)
{
	rte_be16_t field;
	unsigned int i;

	fake_port_pattern(buf, len, seed);
	memmove(buf + ADDRS_LEN + 4 * nb, buf + ADDRS_LEN, len - ADDRS_LEN);
	for (i = 0; i < nb; i++) {
		field = rte_cpu_to_be_16(tags[i].tpid);
		memcpy(buf + ADDRS_LEN + 4 * i, &field, 2);
		field = rte_cpu_to_be_16(tags[i].tci);
		memcpy(buf + ADDRS_LEN + 4 * i + 2, &field, 2);
	}
	return len + 4 * nb;
}

/* The frame in the mbuf must be this one, with these flags. Frees the mbuf. */
static int
is_frame(struct rte_mbuf *m, const uint8_t *bytes, uint32_t len, uint64_t ol_flags)
{
	static uint8_t copy[VDEV_NET_FRAME_MAX];
	const char *reason = "";
	const void *data;

	TEST_ASSERT_SUCCESS(rte_mbuf_check(m, 1, &reason), "mbuf: %s", reason);
	TEST_ASSERT_EQUAL(m->pkt_len, len, "%u bytes, expected %u", m->pkt_len, len);
	TEST_ASSERT_EQUAL(m->ol_flags, ol_flags, "ol_flags 0x%llx, expected 0x%llx",
		(unsigned long long)m->ol_flags, (unsigned long long)ol_flags);
	data = rte_pktmbuf_read(m, 0, len, copy);
	TEST_ASSERT_NOT_NULL(data, "shorter than it says");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(data, bytes, len, "%u bytes differ", len);
	rte_pktmbuf_free(m);
	return TEST_SUCCESS;
}

/* The next packet of a queue, or NULL. */
static struct rte_mbuf *
receive(uint16_t queue)
{
	struct rte_mbuf *m = NULL;

	return rte_eth_rx_burst(port.port_id, queue, &m, 1) == 1 ? m : NULL;
}

/*
 * The mbuf must hold the frame of len bytes with nb tags, nb_stripped of them taken away, have
 * these flags, and tell vlan_tci by the flags (outer first). Frees the mbuf.
 */
static int
is_stripped(struct rte_mbuf *m, uint32_t len, const struct tag *tags, unsigned int nb,
	unsigned int nb_stripped, uint64_t ol_flags)
{
	uint8_t seed = len;

	if (ol_flags & RTE_MBUF_F_RX_QINQ) {
		TEST_ASSERT_EQUAL(m->vlan_tci_outer, tags[0].tci, "0x%x", m->vlan_tci_outer);
		TEST_ASSERT_EQUAL(m->vlan_tci, tags[1].tci, "0x%x", m->vlan_tci);
	} else if (ol_flags & RTE_MBUF_F_RX_VLAN) {
		TEST_ASSERT_EQUAL(m->vlan_tci, tags[0].tci, "0x%x", m->vlan_tci);
	}
	len = build(expected, len, seed, tags + nb_stripped, nb - nb_stripped);
	return is_frame(m, expected, len, ol_flags);
}

/* A frame with nb tags arrives at a queue, and is received as is_stripped() says. */
static int
arrive(uint16_t queue, uint32_t len, const struct tag *tags, unsigned int nb,
	unsigned int nb_stripped, uint64_t ol_flags)
{
	uint32_t tagged = build(frame, len, len, tags, nb);
	struct rte_mbuf *m;

	TEST_ASSERT(vdev_net_rx(&port.net, queue, frame, tagged) > 0, "length %u", len);
	m = receive(queue);
	TEST_ASSERT_NOT_NULL(m, "length %u, %u tags", len, nb);
	return is_stripped(m, len, tags, nb, nb_stripped, ol_flags);
}

static int
strip(void)
{
	struct tag tag = { VLAN, 0 };
	uint32_t len;

	for (len = RTE_ETHER_HDR_LEN; len <= 1514; len++) {
		tag.tci = 43 * len;
		TEST_ASSERT_SUCCESS(arrive(0, len, &tag, 1, 1, RX_VLAN), "length %u", len);
		TEST_ASSERT_SUCCESS(arrive(0, len, NULL, 0, 0, 0), "untagged, length %u", len);
	}
	tag.tci = UINT16_MAX;
	TEST_ASSERT_SUCCESS(arrive(0, 60, &tag, 1, 1, RX_VLAN), "all bits");
	return fake_port_close(&port);
}

/* The tag is in the first of several buffers; only that one gets shorter. */
static int
strip_from_several_buffers(void)
{
	static const struct tag tag = { VLAN, 100 };
	uint32_t len;

	for (len = 2000; len <= 9014; len += 2)
		TEST_ASSERT_SUCCESS(arrive(0, len, &tag, 1, 1, RX_VLAN), "length %u", len);
	return fake_port_close(&port);
}

static const struct tag s_c[] = { { QINQ, 0x6064 }, { VLAN, 0xa0c8 } };
static const struct tag c_c[] = { { VLAN, 7 }, { VLAN, 8 } };
static const struct tag s_s[] = { { QINQ, 7 }, { QINQ, 8 } };
static const struct tag s_c_c[] = { { QINQ, 1 }, { VLAN, 2 }, { VLAN, 3 } };

static int
strip_vlan_only(void)
{
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 2, 1, RX_VLAN), "two C-tags");
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 2, 0, 0), "an S-tag first");
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 1, 0, 0), "an S-tag alone");
	return fake_port_close(&port);
}

static int
strip_outer_only(void)
{
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 2, 1, RX_OUTER), "S-tag and C-tag");
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 1, 0, 0), "an S-tag alone");
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_s, 2, 0, 0), "two S-tags");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 1, 0, 0), "a C-tag alone");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 2, 0, 0), "two C-tags");
	TEST_ASSERT_SUCCESS(arrive(0, 60, NULL, 0, 0, 0), "untagged");
	return fake_port_close(&port);
}

static int
strip_both(void)
{
	uint32_t len;

	for (len = RTE_ETHER_HDR_LEN; len <= 4000; len++)
		TEST_ASSERT_SUCCESS(arrive(0, len, s_c, 2, 2, RX_BOTH), "length %u", len);
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c_c, 3, 2, RX_BOTH), "three tags");
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 1, 0, 0), "an S-tag alone");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 2, 1, RX_VLAN), "two C-tags");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 1, 1, RX_VLAN), "a C-tag");
	TEST_ASSERT_SUCCESS(arrive(0, 60, NULL, 0, 0, 0), "untagged");
	return fake_port_close(&port);
}

/* Frames with a tag or with two at some places of a burst, and others without, in all patterns. */
static int
strip_in_bursts(void)
{
	struct rte_mbuf *pkts[16];
	unsigned int mask, i, nb[16];
	uint32_t len;

	for (mask = 0; mask < 256; mask++) {
		for (i = 0; i < 16; i++) {
			nb[i] = mask & 1 << i % 8 ? 1 + i / 8 : 0;
			len = build(frame, 60 + i, 60 + i, nb[i] == 2 ? s_c : c_c, nb[i]);
			TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, len), 1, "a frame");
		}
		TEST_ASSERT_EQUAL(rte_eth_rx_burst(port.port_id, 0, pkts, 16), 16, "all at once");
		for (i = 0; i < 16; i++)
			TEST_ASSERT_SUCCESS(is_stripped(pkts[i], 60 + i, nb[i] == 2 ? s_c : c_c,
				nb[i], nb[i], nb[i] == 0 ? 0 : nb[i] == 1 ? RX_VLAN : RX_BOTH),
				"mask 0x%x, frame %u", mask, i);
	}
	return fake_port_close(&port);
}

static int
strip_is_off_by_default(void)
{
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 2, 0, 0), "S-tag and C-tag");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 1, 0, 0), "a C-tag");
	return fake_port_close(&port);
}

/* Frames that end within a tag, or before the type behind it, stay as they are. */
static int
strip_of_cut_frames(void)
{
	static const struct tag *const tags[] = { c_c, s_c };
	unsigned int i, whole;
	uint32_t len;
	struct rte_mbuf *m;

	for (i = 0; i < RTE_DIM(tags); i++) {
		whole = ADDRS_LEN + 4 * (1 + i) + 2;
		for (len = RTE_ETHER_HDR_LEN; len < whole; len++) {
			build(frame, 60, 1, tags[i], 1 + i);
			TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, len), 1, "%u", len);
			m = receive(0);
			TEST_ASSERT_NOT_NULL(m, "length %u", len);
			TEST_ASSERT_SUCCESS(is_frame(m, frame, len, 0), "length %u", len);
		}
	}
	return fake_port_close(&port);
}

/* Tags come on top of the MTU on the wire, and are gone when the frame is delivered. */
static int
strip_at_the_mtu(void)
{
	TEST_ASSERT_SUCCESS(arrive(0, 1514, s_c, 2, 2, RX_BOTH), "the longest");
	TEST_ASSERT_SUCCESS(arrive(0, 1514, c_c, 1, 1, RX_VLAN), "the longest");
	build(frame, 1515, 1, s_c, 2);
	TEST_ASSERT_EQUAL(vdev_net_rx(&port.net, 0, frame, 1515 + 8), 1, "one longer");
	TEST_ASSERT_NULL(receive(0), "one longer");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "rx_q0_oversize"), 1, "one longer");
	return fake_port_close(&port);
}

/* Switched on and off while the port runs, for all queues or one. */
static int
strip_switched_while_running(void)
{
	const struct tag *tag = &c_c[0];

	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_STRIP_OFFLOAD | RTE_ETH_QINQ_STRIP_OFFLOAD), "on");
	TEST_ASSERT_SUCCESS(arrive(0, 60, tag, 1, 1, RX_VLAN), "queue 0");
	TEST_ASSERT_SUCCESS(arrive(1, 60, s_c, 2, 2, RX_BOTH), "queue 1");
	TEST_ASSERT_EQUAL(rte_eth_dev_get_vlan_offload(port.port_id),
		(RTE_ETH_VLAN_STRIP_OFFLOAD | RTE_ETH_QINQ_STRIP_OFFLOAD), "told");

	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_strip_on_queue(port.port_id, 1, 0), "queue off");
	TEST_ASSERT_SUCCESS(arrive(0, 60, tag, 1, 1, RX_VLAN), "queue 0");
	TEST_ASSERT_SUCCESS(arrive(1, 60, tag, 1, 0, 0), "queue 1");
	TEST_ASSERT_SUCCESS(arrive(1, 60, s_c, 2, 1, RX_OUTER), "queue 1");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_strip_on_queue(port.port_id, 1, 1), "queue on");
	TEST_ASSERT_SUCCESS(arrive(1, 60, tag, 1, 1, RX_VLAN), "queue 1");
	TEST_ASSERT_SUCCESS(arrive(1, 60, s_c, 2, 2, RX_BOTH), "queue 1");

	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_STRIP_OFFLOAD), "QinQ off");
	TEST_ASSERT_SUCCESS(arrive(0, 60, s_c, 2, 0, 0), "queue 0");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id, 0), "off");
	TEST_ASSERT_SUCCESS(arrive(0, 60, tag, 1, 0, 0), "queue 0");
	TEST_ASSERT_SUCCESS(arrive(1, 60, s_c, 2, 0, 0), "queue 1");
	return fake_port_close(&port);
}

/* A setting that is refused, here for the filter, changes nothing at all. */
static int
strip_not_switched(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_STRIP_OFFLOAD | RTE_ETH_VLAN_FILTER_OFFLOAD), -ENOTSUP, "accepted");
	TEST_ASSERT_EQUAL(rte_eth_dev_get_vlan_offload(port.port_id), 0, "told");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 1, 0, 0), "a C-tag");
	return fake_port_close(&port);
}

/* What was switched while the port was stopped, or before, holds after the start. */
static int
strip_switched_while_stopped(void)
{
	const struct tag *tag = &c_c[0];

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_STRIP_OFFLOAD), "on");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(arrive(0, 60, tag, 1, 1, RX_VLAN), "on");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id, 0), "off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(arrive(0, 60, tag, 1, 0, 0), "off");
	return fake_port_close(&port);
}

/* A queue that was set up to strip in a port that does not. */
static int
strip_of_a_queue(void)
{
	const struct rte_eth_rxconf conf = { .offloads = RTE_ETH_RX_OFFLOAD_VLAN_STRIP };
	struct rte_eth_rxq_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_setup(port.port_id, 1, RING_SIZE, SOCKET_ID_ANY,
		&conf, port.pool), "set-up");
	TEST_ASSERT_SUCCESS(rte_eth_rx_queue_info_get(port.port_id, 1, &info), "info");
	TEST_ASSERT_EQUAL(info.conf.offloads,
		(RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_SCATTER), "0x%llx",
		(unsigned long long)info.conf.offloads);
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(arrive(0, 60, c_c, 1, 0, 0), "queue 0");
	TEST_ASSERT_SUCCESS(arrive(1, 60, c_c, 1, 1, RX_VLAN), "queue 1");
	return fake_port_close(&port);
}

static int
send_one(struct rte_mbuf *m)
{
	TEST_ASSERT_NOT_NULL(m, "no mbuf");
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 1, "not taken");
	return TEST_SUCCESS;
}

/* Makes a packet ask for nb tags, outer first. */
static struct rte_mbuf *
ask(struct rte_mbuf *m, const struct tag *tags, unsigned int nb)
{
	if (m == NULL || nb == 0)
		return m;
	m->ol_flags |= nb == 2 ? RTE_MBUF_F_TX_QINQ | RTE_MBUF_F_TX_VLAN : RTE_MBUF_F_TX_VLAN;
	m->vlan_tci = tags[nb - 1].tci;
	m->vlan_tci_outer = tags[0].tci;
	return m;
}

/* The next frame that left is this one with nb tags, in so many descriptors. */
static int
left(uint32_t len, uint8_t seed, const struct tag *tags, unsigned int nb, unsigned int nb_descs)
{
	uint32_t tagged = build(expected, len, seed, tags, nb);
	unsigned int descs;
	int ret = vdev_net_tx(&port.net, 0, frame, &descs);

	TEST_ASSERT_EQUAL(ret, (int)tagged, "%d bytes, expected %u", ret, tagged);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(frame, expected, tagged, "%u bytes differ", tagged);
	TEST_ASSERT_EQUAL(descs, nb_descs, "%u descriptors, expected %u", descs, nb_descs);
	return TEST_SUCCESS;
}

static int
insert(void)
{
	struct tag tags[] = { { QINQ, 0 }, { VLAN, 0 } };
	struct rte_eth_stats stats;
	struct rte_mbuf *m;
	uint64_t bytes = 0;
	unsigned int nb;
	uint32_t len;

	for (len = RTE_ETHER_HDR_LEN; len <= 1514; len++) {
		tags[0].tci = 41 * len;
		tags[1].tci = UINT16_MAX - len;
		for (nb = 0; nb <= 2; nb++) {
			m = fake_port_packet(port.pool, len, ONE_SEGMENT, len);
			TEST_ASSERT_SUCCESS(send_one(ask(m, tags + 2 - nb, nb)), "%u", len);
			TEST_ASSERT_SUCCESS(left(len, len, tags + 2 - nb, nb, 1),
				"length %u, %u tags", len, nb);
			bytes += len + 4 * nb;
		}
	}
	TEST_ASSERT_SUCCESS(rte_eth_stats_get(port.port_id, &stats), "statistics");
	TEST_ASSERT_EQUAL(stats.obytes, bytes, "%u bytes are not those of the wire",
		(unsigned int)stats.obytes);
	/* QINQ asks for both, with or without the other flag. */
	m = ask(fake_port_packet(port.pool, 60, ONE_SEGMENT, 1), s_c, 2);
	m->ol_flags &= ~RTE_MBUF_F_TX_VLAN;
	TEST_ASSERT_SUCCESS(send_one(m), "QINQ alone");
	TEST_ASSERT_SUCCESS(left(60, 1, s_c, 2, 1), "QINQ alone");
	return fake_port_close(&port);
}

/* All of a shared mbuf must stay as it is: its bytes, its headroom, its fields. */
static int
sent_untouched(struct rte_mbuf *m, uint32_t len, uint8_t seed, unsigned int nb)
{
	static uint8_t before[4096], after[4096];
	uint16_t size = RTE_MIN(m->buf_len, sizeof(before));
	uint16_t data_off = m->data_off;
	const struct tag *tags = s_c + 2 - nb;

	memcpy(before, m->buf_addr, size);
	TEST_ASSERT_SUCCESS(send_one(ask(m, tags, nb)), "not sent");
	memcpy(after, m->buf_addr, size);
	TEST_ASSERT_BUFFERS_ARE_EQUAL(before, after, size, "it was written into");
	TEST_ASSERT_EQUAL(m->data_off, data_off, "data_off");
	TEST_ASSERT_EQUAL(m->data_len, len, "data_len");
	return left(len, seed, tags, nb, 2);
}

static int
insert_not_into_shared(void)
{
	unsigned int nb;

	port.net.hold_tx = true;
	for (nb = 1; nb <= 2; nb++) {
		struct rte_mbuf *m = fake_port_packet(port.pool, 200, ONE_SEGMENT, 7);

		rte_mbuf_refcnt_update(m, 1);
		TEST_ASSERT_SUCCESS(sent_untouched(m, 200, 7, nb), "two references");
		rte_pktmbuf_free(m);
	}
	return fake_port_close(&port);
}

static int
insert_not_into_indirect(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 200, ONE_SEGMENT, 8);
	struct rte_mbuf *clone = rte_pktmbuf_clone(m, port.pool);

	TEST_ASSERT_NOT_NULL(clone, "clone");
	port.net.hold_tx = true;
	TEST_ASSERT_SUCCESS(sent_untouched(m, 200, 8, 1), "the original");
	TEST_ASSERT_SUCCESS(sent_untouched(clone, 200, 8, 2), "its clone");
	return fake_port_close(&port);
}

static void
on_ext_free(void *addr, void *opaque)
{
	RTE_SET_USED(addr);
	++*(unsigned int *)opaque;
}

static int
insert_not_into_external(void)
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
	port.net.hold_tx = true;
	TEST_ASSERT_SUCCESS(sent_untouched(m, 300, 9, 1), "external");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(nb_freed, 1, "freed %u times", nb_freed);
	rte_free(buf);
	return fake_port_close(&port);
}

/* Room for header and tags to the byte, and one byte less. */
static int
insert_needs_room(void)
{
	unsigned int room, nb;

	for (nb = 1; nb <= 2; nb++)
		for (room = 0; room <= 24; room++) {
			struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);

			m->data_off = room;
			fake_port_pattern((uint8_t *)rte_pktmbuf_append(m, 300), 300, room);
			TEST_ASSERT_SUCCESS(send_one(ask(m, s_c + 2 - nb, nb)), "room %u", room);
			TEST_ASSERT_SUCCESS(left(300, room, s_c + 2 - nb, nb,
				room < 12 + 4 * nb ? 2 : 1), "room %u, %u tags", room, nb);
		}
	return fake_port_close(&port);
}

/* The addresses lie across segments of any length; with and without a shared first one. */
static int
insert_before_segments(void)
{
	unsigned int nb, seg_len, nb_segs, shared;

	for (nb = 1; nb <= 2; nb++)
		for (seg_len = 1; seg_len <= 30; seg_len++)
			for (shared = 0; shared <= 1; shared++) {
				struct rte_mbuf *m = fake_port_packet(port.pool, 60, seg_len, 5);
				bool pushed = seg_len >= ADDRS_LEN && !shared;

				/* What stands before the rest are the addresses, or whole. */
				nb_segs = (60 + seg_len - 1) / seg_len;
				if (!pushed)
					nb_segs += 1 - ADDRS_LEN / seg_len;
				rte_mbuf_refcnt_update(m, shared);
				TEST_ASSERT_SUCCESS(send_one(ask(m, s_c + 2 - nb, nb)), "%u",
					seg_len);
				TEST_ASSERT_SUCCESS(left(60, 5, s_c + 2 - nb, nb, nb_segs),
					"segments of %u, shared %u", seg_len, shared);
				if (shared) {
					vdev_net_tx_complete(&port.net, 0, 1);
					rte_mbuf_refcnt_update(m, -1);
				}
			}
	return fake_port_close(&port);
}

/* As many tags in flight as there are descriptors for: none may overwrite another's. */
static int
insert_many_in_flight(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 200, ONE_SEGMENT, 3);
	struct rte_mbuf *pkts[RING_SIZE / 2];
	struct tag tag = { VLAN, 0 };
	unsigned int round, i;

	port.net.hold_tx = true;
	port.net.vq[VIRTIO_NET_TXQ(0)].order = VDEV_SHUFFLED;
	for (round = 0; round < 50; round++) {
		for (i = 0; i < RTE_DIM(pkts); i++) {
			tag.tci = 100 * round + i;
			pkts[i] = ask(rte_pktmbuf_clone(m, port.pool), &tag, 1);
		}
		TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, pkts, RTE_DIM(pkts)),
			RTE_DIM(pkts), "round %u", round);
		for (i = 0; i < RTE_DIM(pkts); i++) {
			tag.tci = 100 * round + i;
			TEST_ASSERT_SUCCESS(left(200, 3, &tag, 1, 2), "round %u, %u", round, i);
		}
		vdev_net_tx_complete(&port.net, 0, RTE_DIM(pkts));
	}
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

/* A packet that finds no room stays the caller's, as it was. */
static int
insert_waits_untouched(void)
{
	struct rte_mbuf *m = fake_port_packet(port.pool, 60, ONE_SEGMENT, 4);
	unsigned int i;

	port.net.hold_tx = true;
	for (i = 0; i < RING_SIZE; i++)
		TEST_ASSERT_SUCCESS(send_one(fake_port_packet(port.pool, 60, ONE_SEGMENT, i)),
			"%u", i);
	ask(m, c_c, 1);
	TEST_ASSERT_EQUAL(rte_eth_tx_burst(port.port_id, 0, &m, 1), 0, "full");
	TEST_ASSERT_EQUAL(m->ol_flags, RTE_MBUF_F_TX_VLAN, "flags");
	m->ol_flags = 0;
	TEST_ASSERT(fake_port_packet_is(m, 60, 4), "it was written into");
	rte_pktmbuf_free(m);
	return fake_port_close(&port);
}

static int
expect_dropped(struct rte_mbuf *m)
{
	uint64_t before = fake_port_xstat(&port, "tx_q0_oversize");

	TEST_ASSERT_SUCCESS(send_one(m), "to be dropped");
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 0, "sent");
	TEST_ASSERT_EQUAL(fake_port_xstat(&port, "tx_q0_oversize"), before + 1, "not counted");
	return TEST_SUCCESS;
}

/* A packet of len bytes and so many tags of its own. */
static struct rte_mbuf *
tagged_packet(uint32_t len, unsigned int nb_own)
{
	uint32_t tagged = build(frame, len, 1, c_c, nb_own);
	struct rte_mbuf *m = rte_pktmbuf_alloc(port.pool);
	char *data = m == NULL ? NULL : rte_pktmbuf_append(m, tagged);

	if (data != NULL)
		memcpy(data, frame, tagged);
	return m;
}

/* Tags come on top of the device's MTU, but not more than two, those in the frame included. */
static int
insert_at_the_mtu(void)
{
	static const struct tag tags[] = { { QINQ, 5 }, { VLAN, 6 } };
	unsigned int own, nb, len;
	struct rte_mbuf *m;

	for (own = 0; own <= 2; own++)
		for (nb = 0; nb <= 2; nb++) {
			for (len = 1513; len <= 1515; len++) {
				m = ask(tagged_packet(len, own), tags + 2 - nb, nb);
				if (len + 4 * RTE_MAX(own + nb, 2u) > 1514 + 8) {
					TEST_ASSERT_SUCCESS(expect_dropped(m), "%u %u", own, nb);
					continue;
				}
				TEST_ASSERT_SUCCESS(send_one(m), "%u own, %u", own, nb);
				TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL),
					(int)(len + 4 * (own + nb)), "%u own, %u more", own, nb);
			}
		}
	/* Short packets take as many as one likes. */
	TEST_ASSERT_SUCCESS(send_one(ask(tagged_packet(60, 2), s_c, 2)), "four tags");
	TEST_ASSERT_EQUAL(vdev_net_tx(&port.net, 0, frame, NULL), 60 + 16, "four tags");
	return fake_port_close(&port);
}

/* A packet that has no addresses to put a tag behind. */
static int
insert_into_nothing(void)
{
	unsigned int len;

	for (len = 1; len < RTE_ETHER_HDR_LEN; len++) {
		struct rte_mbuf *m = fake_port_packet(port.pool, len, 5, 1);

		TEST_ASSERT_SUCCESS(expect_dropped(ask(m, c_c, 1)), "length %u", len);
	}
	return fake_port_close(&port);
}

/* Flags of offloads that are off mean nothing. */
static int
insert_only_what_is_on(const void *data)
{
	const uint64_t off = *(const uint64_t *)data;
	struct rte_mbuf *m = fake_port_packet(port.pool, 60, ONE_SEGMENT, 6);

	m->ol_flags = off;
	m->vlan_tci = 1;
	m->vlan_tci_outer = 2;
	TEST_ASSERT_SUCCESS(send_one(m), "not sent");
	return left(60, 6, NULL, 0, 1) == TEST_SUCCESS ? fake_port_close(&port) : TEST_FAILED;
}

static const uint64_t off_both = RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_QINQ;
static const uint64_t off_vlan = RTE_MBUF_F_TX_VLAN;
static const uint64_t off_qinq = RTE_MBUF_F_TX_QINQ;

static int
offered(void)
{
	const uint64_t rx = RTE_ETH_RX_OFFLOAD_VLAN_STRIP | RTE_ETH_RX_OFFLOAD_QINQ_STRIP;
	const uint64_t tx = RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_QINQ_INSERT;
	struct rte_eth_dev_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_info_get(port.port_id, &info), "info");
	TEST_ASSERT_EQUAL((info.rx_offload_capa & rx), rx, "Rx");
	TEST_ASSERT_EQUAL((info.rx_queue_offload_capa & rx), rx, "Rx, a queue");
	TEST_ASSERT_EQUAL((info.tx_offload_capa & tx), tx, "Tx");
	return fake_port_close(&port);
}

static struct unit_test_suite suite = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, offered),
		TEST_CASE_ST(setup_vlan, teardown, strip),
		TEST_CASE_ST(setup_vlan, teardown, strip_from_several_buffers),
		TEST_CASE_ST(setup_vlan, teardown, strip_vlan_only),
		TEST_CASE_ST(setup_outer, teardown, strip_outer_only),
		TEST_CASE_ST(setup_both, teardown, strip_both),
		TEST_CASE_ST(setup_both, teardown, strip_in_bursts),
		TEST_CASE_ST(setup, teardown, strip_is_off_by_default),
		TEST_CASE_ST(setup_both, teardown, strip_of_cut_frames),
		TEST_CASE_ST(setup_mtu_1500, teardown, strip_at_the_mtu),
		TEST_CASE_ST(setup, teardown, strip_switched_while_running),
		TEST_CASE_ST(setup, teardown, strip_not_switched),
		TEST_CASE_ST(setup, teardown, strip_switched_while_stopped),
		TEST_CASE_ST(setup, teardown, strip_of_a_queue),
		TEST_CASE_ST(setup_both, teardown, insert),
		TEST_CASE_NAMED_WITH_DATA("insert is off by default", setup, teardown,
			insert_only_what_is_on, &off_both),
		TEST_CASE_NAMED_WITH_DATA("only QinQ is inserted", setup_outer, teardown,
			insert_only_what_is_on, &off_vlan),
		TEST_CASE_NAMED_WITH_DATA("only VLAN is inserted", setup_vlan, teardown,
			insert_only_what_is_on, &off_qinq),
		TEST_CASE_ST(setup_both, teardown, insert_not_into_shared),
		TEST_CASE_ST(setup_both, teardown, insert_not_into_indirect),
		TEST_CASE_ST(setup_both, teardown, insert_not_into_external),
		TEST_CASE_ST(setup_both, teardown, insert_needs_room),
		TEST_CASE_ST(setup_both, teardown, insert_before_segments),
		TEST_CASE_ST(setup_vlan, teardown, insert_many_in_flight),
		TEST_CASE_ST(setup_vlan, teardown, insert_waits_untouched),
		TEST_CASE_ST(setup_mtu_1500, teardown, insert_at_the_mtu),
		TEST_CASE_ST(setup_vlan, teardown, insert_into_nothing),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_vlan, 0, &suite)
FAKE_FORMAT_TEST(vio_vlan_packed, FAKE_PACKED, &suite)
FAKE_FORMAT_TEST(vio_vlan_in_order, FAKE_IN_ORDER, &suite)
FAKE_FORMAT_TEST(vio_vlan_packed_in_order, FAKE_PACKED | FAKE_IN_ORDER, &suite)
FAKE_FORMAT_TEST(vio_vlan_indirect, FAKE_INDIRECT, &suite)
FAKE_FORMAT_TEST(vio_vlan_packed_indirect, FAKE_PACKED | FAKE_INDIRECT, &suite)

REGISTER_TEST_COMMAND(vio_vlan_autotest, test_vio_vlan);
REGISTER_TEST_COMMAND(vio_vlan_packed_autotest, test_vio_vlan_packed);
REGISTER_TEST_COMMAND(vio_vlan_in_order_autotest, test_vio_vlan_in_order);
REGISTER_TEST_COMMAND(vio_vlan_packed_in_order_autotest, test_vio_vlan_packed_in_order);
REGISTER_TEST_COMMAND(vio_vlan_indirect_autotest, test_vio_vlan_indirect);
REGISTER_TEST_COMMAND(vio_vlan_packed_indirect_autotest, test_vio_vlan_packed_indirect);
