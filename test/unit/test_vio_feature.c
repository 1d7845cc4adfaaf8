/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The feature table and its negotiation (virtio 2.2, 5.1.3). */

#include <string.h>

#include "test.h"

#include "vio_feature.h"

static const uint8_t known_bits[] = {
	VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_RSC_EXT,
	VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM,
	VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_MTU, VIRTIO_NET_F_MAC,
	VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN,
	VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_ECN,
	VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_GUEST_HDRLEN, VIRTIO_NET_F_MRG_RXBUF,
	VIRTIO_NET_F_STATUS, VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN,
	VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_EVENT_IDX,
	VIRTIO_F_VERSION_1, VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_RING_PACKED, VIRTIO_F_IN_ORDER,
	VIRTIO_F_ORDER_PLATFORM, VIRTIO_F_NOTIFICATION_DATA, VIRTIO_F_NOTIF_CONFIG_DATA,
	VIRTIO_NET_F_HASH_TUNNEL, VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_RSS,
	VIRTIO_NET_F_SPEED_DUPLEX, VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_USO4,
	VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
	VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
};

static struct vio_features
everything(void)
{
	return (struct vio_features){ .word = { UINT64_MAX, UINT64_MAX } };
}

static int
set_of_128_bits(void)
{
	struct vio_features set = { 0 };
	unsigned int bit, other;

	for (bit = 0; bit < VIRTIO_FEATURE_BITS; bit++) {
		vio_feature_add(&set, bit);
		for (other = 0; other < VIRTIO_FEATURE_BITS; other++)
			TEST_ASSERT_EQUAL(vio_feature_has(&set, other), (other == bit),
				"bit %u after adding %u", other, bit);
		TEST_ASSERT_EQUAL(set.word[bit / 64], UINT64_C(1) << (bit % 64), "bit %u", bit);
		vio_feature_del(&set, bit);
		TEST_ASSERT(set.word[0] == 0 && set.word[1] == 0, "bit %u stays", bit);
	}
	return TEST_SUCCESS;
}

static int
equal_compares_all(void)
{
	struct vio_features a = everything(), b = everything();

	TEST_ASSERT(vio_features_equal(&a, &b), "the same");
	vio_feature_del(&b, 3);
	TEST_ASSERT(!vio_features_equal(&a, &b), "bit 3");
	b = everything();
	vio_feature_del(&b, 100);
	TEST_ASSERT(!vio_features_equal(&a, &b), "bit 100");
	return TEST_SUCCESS;
}

static int
known_is_what_is_driven(void)
{
	struct vio_features known = vio_features_known();
	struct vio_features expected = { 0 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(known_bits); i++)
		vio_feature_add(&expected, known_bits[i]);
	TEST_ASSERT(vio_features_equal(&known, &expected), "0x%llx 0x%llx",
		(unsigned long long)known.word[1], (unsigned long long)known.word[0]);
	return TEST_SUCCESS;
}

/* What is offered and not known is never accepted, what is not offered neither. */
static int
accepts_the_common_part(void)
{
	struct vio_features known = vio_features_known();
	struct vio_features offered = everything(), accepted;
	struct vio_features few = { 0 };

	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &known, &accepted), "all offered");
	TEST_ASSERT(vio_features_equal(&accepted, &known), "all known");

	vio_feature_add(&few, VIRTIO_F_VERSION_1);
	vio_feature_add(&few, VIRTIO_NET_F_MAC);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&few, &known, &accepted), "few offered");
	TEST_ASSERT(vio_features_equal(&accepted, &few), "few accepted");
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &few, &accepted), "few wanted");
	TEST_ASSERT(vio_features_equal(&accepted, &few), "few accepted");
	return TEST_SUCCESS;
}

static int
bits_above_63_count(void)
{
	struct vio_features offered = { 0 }, wanted = { 0 }, accepted;

	vio_feature_add(&wanted, VIRTIO_F_VERSION_1);
	vio_feature_add(&offered, VIRTIO_F_VERSION_1);
	vio_feature_add(&wanted, 64);
	vio_feature_add(&wanted, 127);
	vio_feature_add(&offered, 127);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &wanted, &accepted), "version 1");
	TEST_ASSERT(vio_feature_has(&accepted, 127), "both want 127");
	TEST_ASSERT(!vio_feature_has(&accepted, 64), "64 is not offered");
	return TEST_SUCCESS;
}

static int
version_1_is_needed(void)
{
	struct vio_features known = vio_features_known();
	struct vio_features offered = everything(), accepted;

	vio_feature_del(&offered, VIRTIO_F_VERSION_1);
	TEST_ASSERT_EQUAL(vio_features_negotiate(&offered, &known, &accepted), -ENOTSUP,
		"a legacy device");
	return TEST_SUCCESS;
}

static int
requirements_hold(void)
{
	static const uint8_t need_ctrl_vq[] = {
		VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_MQ,
		VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_TUNNEL,
		VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	};
	struct vio_features known = vio_features_known();
	struct vio_features offered = everything(), accepted, expected;
	unsigned int i;

	vio_feature_del(&offered, VIRTIO_NET_F_CTRL_VQ);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &known, &accepted), "no CTRL_VQ");
	expected = known;
	vio_feature_del(&expected, VIRTIO_NET_F_CTRL_VQ);
	for (i = 0; i < RTE_DIM(need_ctrl_vq); i++) {
		TEST_ASSERT(!vio_feature_has(&accepted, need_ctrl_vq[i]),
			"bit %u without CTRL_VQ", need_ctrl_vq[i]);
		vio_feature_del(&expected, need_ctrl_vq[i]);
	}
	TEST_ASSERT(vio_features_equal(&accepted, &expected), "the others stay");

	/* offered, but not wanted: the same */
	offered = everything();
	vio_feature_del(&known, VIRTIO_NET_F_CTRL_VQ);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &known, &accepted), "not wanted");
	TEST_ASSERT(vio_features_equal(&accepted, &expected), "the others stay");
	return TEST_SUCCESS;
}

/* Each row: without these, those fall away, and nothing else does. */
static int
offload_requirements_hold(void)
{
	static const struct {
		int without[2];
		int gone[9];	/* ended by 0, which is CSUM and never gone alone */
	} rows[] = {
		{ { VIRTIO_NET_F_GUEST_CSUM, -1 }, { VIRTIO_NET_F_GUEST_TSO4,
		  VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_GUEST_UFO,
		  VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_RSC_EXT,
		  VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_TSO4, -1 }, { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		  VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_TSO6, -1 }, { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		  VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6 },
		  { VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_RSC_EXT, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_USO4, -1 }, { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		  VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_USO6, -1 }, { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		  VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, -1 },
		  { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_GUEST_UFO, -1 }, { 0 } },
		{ { VIRTIO_NET_F_CSUM, -1 }, { VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
		  VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_HOST_USO,
		  VIRTIO_NET_F_RSC_EXT,
		  VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_HOST_TSO4, -1 }, { VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_HOST_TSO6, -1 }, { VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM } },
		{ { VIRTIO_NET_F_HOST_USO, -1 }, { VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM } },
		/* what DPDK's vhost does without tso=1 */
		{ { VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6 },
		  { VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_RSC_EXT,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
		    VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM } },
	};
	struct vio_features known = vio_features_known();
	struct vio_features offered, expected, accepted;
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(rows); i++) {
		offered = everything();
		expected = known;
		for (k = 0; k < RTE_DIM(rows[i].without) && rows[i].without[k] >= 0; k++) {
			vio_feature_del(&offered, rows[i].without[k]);
			vio_feature_del(&expected, rows[i].without[k]);
		}
		for (k = 0; k < RTE_DIM(rows[i].gone) && rows[i].gone[k] > 0; k++)
			vio_feature_del(&expected, rows[i].gone[k]);
		TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &known, &accepted), "%u", i);
		TEST_ASSERT(vio_features_equal(&accepted, &expected), "row %u: 0x%llx 0x%llx", i,
			(unsigned long long)accepted.word[1], (unsigned long long)accepted.word[0]);
	}
	return TEST_SUCCESS;
}

/* HASH_TUNNEL needs RSS or HASH_REPORT, and both need CTRL_VQ. */
static int
one_of_two_requirements(void)
{
	struct vio_features wanted = everything(), offered = everything(), accepted;

	vio_feature_del(&wanted, VIRTIO_NET_F_RSS);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &wanted, &accepted), "no RSS");
	TEST_ASSERT(vio_feature_has(&accepted, VIRTIO_NET_F_HASH_TUNNEL), "HASH_REPORT suffices");
	wanted = everything();
	vio_feature_del(&wanted, VIRTIO_NET_F_HASH_REPORT);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &wanted, &accepted), "no report");
	TEST_ASSERT(vio_feature_has(&accepted, VIRTIO_NET_F_HASH_TUNNEL), "RSS suffices");
	vio_feature_del(&wanted, VIRTIO_NET_F_RSS);
	TEST_ASSERT_SUCCESS(vio_features_negotiate(&offered, &wanted, &accepted), "neither");
	TEST_ASSERT(!vio_feature_has(&accepted, VIRTIO_NET_F_HASH_TUNNEL), "neither is there");
	return TEST_SUCCESS;
}

static int
print_names_all(void)
{
	static const char expected[] =
		"CSUM GUEST_CSUM CTRL_GUEST_OFFLOADS MTU MAC GUEST_TSO4 GUEST_TSO6 GUEST_ECN "
		"GUEST_UFO HOST_TSO4 HOST_TSO6 HOST_ECN HOST_UFO MRG_RXBUF STATUS CTRL_VQ "
		"CTRL_RX CTRL_VLAN MQ CTRL_MAC_ADDR INDIRECT_DESC EVENT_IDX VERSION_1 "
		"ACCESS_PLATFORM RING_PACKED "
		"IN_ORDER ORDER_PLATFORM NOTIFICATION_DATA NOTIF_CONFIG_DATA HASH_TUNNEL "
		"GUEST_USO4 GUEST_USO6 HOST_USO HASH_REPORT GUEST_HDRLEN RSS RSC_EXT SPEED_DUPLEX "
		"GUEST_UDP_TUNNEL_GSO GUEST_UDP_TUNNEL_GSO_CSUM HOST_UDP_TUNNEL_GSO "
		"HOST_UDP_TUNNEL_GSO_CSUM";
	struct vio_features known = vio_features_known();
	struct vio_features none = { 0 };
	char text[VIO_FEATURES_TEXT_LEN + 1];
	size_t size;

	memset(text, 0x7f, sizeof(text));
	vio_features_print(&known, text, VIO_FEATURES_TEXT_LEN);
	TEST_ASSERT_EQUAL(strcmp(text, expected), 0, "%s", text);
	vio_features_print(&none, text, VIO_FEATURES_TEXT_LEN);
	TEST_ASSERT_EQUAL(text[0], '\0', "%s", text);

	/* never beyond size, and always ended */
	for (size = 1; size < sizeof(expected); size++) {
		memset(text, 0x7f, sizeof(text));
		vio_features_print(&known, text, size);
		TEST_ASSERT_EQUAL(text[size], 0x7f, "wrote beyond %zu", size);
		TEST_ASSERT(memchr(text, '\0', size) != NULL, "not ended within %zu", size);
		TEST_ASSERT_EQUAL(strncmp(text, expected, strlen(text)), 0, "%s", text);
	}
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_feature",
	.unit_test_cases = {
		TEST_CASE(set_of_128_bits),
		TEST_CASE(equal_compares_all),
		TEST_CASE(known_is_what_is_driven),
		TEST_CASE(accepts_the_common_part),
		TEST_CASE(bits_above_63_count),
		TEST_CASE(version_1_is_needed),
		TEST_CASE(requirements_hold),
		TEST_CASE(offload_requirements_hold),
		TEST_CASE(one_of_two_requirements),
		TEST_CASE(print_names_all),
		TEST_CASES_END()
	}
};

static int
test_vio_feature(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_feature_autotest, test_vio_feature);
