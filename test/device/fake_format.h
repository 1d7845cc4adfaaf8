/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Suites of tests that run on rings of one format after the other. */

#ifndef FAKE_FORMAT_H
#define FAKE_FORMAT_H

#include "test.h"

#include "fake_port.h"

#define FAKE_PACKED	RTE_BIT64(VIRTIO_F_RING_PACKED)
#define FAKE_IN_ORDER	RTE_BIT64(VIRTIO_F_IN_ORDER)
#define FAKE_INDIRECT	RTE_BIT64(VIRTIO_F_INDIRECT_DESC)
#define FAKE_EVENTS	(RTE_BIT64(VIRTIO_F_EVENT_IDX) | RTE_BIT64(VIRTIO_F_NOTIFICATION_DATA))

/* Defines a test of name, whose suites run on devices that offer the features besides. */
#define FAKE_FORMAT_TEST(name, features, ...) \
	static int \
	test_ ## name(void) \
	{ \
		static struct unit_test_suite end = { .unit_test_cases = { TEST_CASES_END() } }; \
		static struct unit_test_suite *suites[] = { __VA_ARGS__, &end }; \
		static struct unit_test_suite suite = { \
			.suite_name = #name, \
			.unit_test_suites = suites, \
			.unit_test_cases = { TEST_CASES_END() } \
		}; \
		int ret; \
		fake_port_always_offer(features); \
		ret = unit_test_suite_runner(&suite); \
		fake_port_always_offer(0); \
		return ret; \
	}

#endif /* FAKE_FORMAT_H */
