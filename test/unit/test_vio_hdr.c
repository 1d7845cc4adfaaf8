/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The header before each packet (virtio 5.1.9): its length, and where it is written. */

#include <string.h>

#include <rte_mbuf.h>

#include "test.h"

#include "vio_hdr.h"

/* virtio 5.1.9.3.1: the fields of a feature, and all before them. */
static int
length_follows_the_features(void)
{
	static const struct {
		int bits[3];
		uint16_t len;
	} rows[] = {
		{ { -1, -1, -1 }, 12 },
		{ { VIRTIO_NET_F_HASH_REPORT, -1, -1 }, 20 },
		{ { VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, -1, -1 }, 24 },
		{ { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, -1, -1 }, 24 },
		{ { VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, -1 }, 24 },
		{ { VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO }, 24 },
		{ { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_MRG_RXBUF }, 12 },
	};
	struct vio_features set;
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(rows); i++) {
		set = (struct vio_features){ 0 };
		for (k = 0; k < RTE_DIM(rows[i].bits); k++)
			if (rows[i].bits[k] >= 0)
				vio_feature_add(&set, rows[i].bits[k]);
		TEST_ASSERT_EQUAL(vio_hdr_len(&set), rows[i].len, "row %u", i);
	}
	return TEST_SUCCESS;
}

/* Room for exactly the header is enough, and every byte of it is written, and no other. */
static int
every_byte_is_written(void)
{
	static const uint16_t lens[] = { 12, 20, 24 };
	uint8_t buf[256];
	struct rte_mbuf m = { .buf_addr = buf, .buf_len = sizeof(buf), .data_len = 64 };
	struct virtio_net_hdr_ext hdr;
	unsigned int i, k;

	rte_mbuf_refcnt_set(&m, 1);
	for (i = 0; i < RTE_DIM(lens); i++) {
		m.data_off = lens[i];
		TEST_ASSERT(vio_hdr_tx_may_push(&m, lens[i]), "%u bytes of room", lens[i]);
		m.data_off--;
		TEST_ASSERT(!vio_hdr_tx_may_push(&m, lens[i]), "a byte less than %u", lens[i]);

		m.data_off = 100;
		memset(buf, 0xa5, sizeof(buf));
		vio_hdr_tx_write(buf + 100 - lens[i], lens[i], NULL);
		for (k = 0; k < sizeof(buf); k++)
			TEST_ASSERT_EQUAL(buf[k], (k >= 100u - lens[i] && k < 100 ? 0 : 0xa5),
				"header of %u: byte %u", lens[i], k);

		memset(&hdr, 0x77, sizeof(hdr));
		memset(buf, 0xa5, sizeof(buf));
		vio_hdr_tx_write(buf + 100 - lens[i], lens[i], &hdr);
		for (k = 0; k < sizeof(buf); k++)
			TEST_ASSERT_EQUAL(buf[k],
				(k >= 100u - lens[i] && k < 100 ? 0x77 : 0xa5),
				"header of %u: byte %u", lens[i], k);
	}
	return TEST_SUCCESS;
}

static int
push_spares_what_others_see(void)
{
	uint8_t buf[256];
	struct rte_mbuf m = { .buf_addr = buf, .buf_len = sizeof(buf), .data_off = 128 };

	rte_mbuf_refcnt_set(&m, 2);
	TEST_ASSERT(!vio_hdr_tx_may_push(&m, 12), "a shared mbuf");
	rte_mbuf_refcnt_set(&m, 1);
	m.ol_flags = RTE_MBUF_F_INDIRECT;
	TEST_ASSERT(!vio_hdr_tx_may_push(&m, 12), "an indirect mbuf");
	m.ol_flags = RTE_MBUF_F_EXTERNAL;
	TEST_ASSERT(!vio_hdr_tx_may_push(&m, 12), "an external buffer");
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_hdr",
	.unit_test_cases = {
		TEST_CASE(length_follows_the_features),
		TEST_CASE(every_byte_is_written),
		TEST_CASE(push_spares_what_others_see),
		TEST_CASES_END()
	}
};

static int
test_vio_hdr(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_hdr_autotest, test_vio_hdr);
