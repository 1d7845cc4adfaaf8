/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

#ifndef RTE_TEST_H
#define RTE_TEST_H

/*
 * The assertions of DPDK's rte_test.h, which no DPDK installs. Inside DPDK's own
 * tree the tests are compiled with the original. Here an assertion that does not
 * hold is also remembered, so that the runner's FAIL line says where and why.
 *
 * DPDK's original puts no parentheses around what is compared, so there are none here:
 * an argument with an operator, as in TEST_ASSERT_EQUAL(has, (bit == 3), ...), must bring
 * its own, or it would pass here and fail there.
 */

#include <rte_common.h>

void unit_test_assert_failed(const char *file, int line, const char *func,
	const char *fmt, ...) __rte_format_printf(4, 5);

#define RTE_TEST_ASSERT(cond, msg, ...) do { \
	if (!(cond)) { \
		unit_test_assert_failed(__FILE__, __LINE__, __func__, \
			msg, ##__VA_ARGS__); \
		return -1; \
	} \
} while (0)

#define RTE_TEST_ASSERT_EQUAL(a, b, msg, ...) \
	RTE_TEST_ASSERT(a == b, msg, ##__VA_ARGS__)

#define RTE_TEST_ASSERT_NOT_EQUAL(a, b, msg, ...) \
	RTE_TEST_ASSERT(a != b, msg, ##__VA_ARGS__)

#define RTE_TEST_ASSERT_SUCCESS(val, msg, ...) \
	RTE_TEST_ASSERT(val == 0, msg, ##__VA_ARGS__)

#define RTE_TEST_ASSERT_FAIL(val, msg, ...) \
	RTE_TEST_ASSERT(val != 0, msg, ##__VA_ARGS__)

#define RTE_TEST_ASSERT_NULL(val, msg, ...) \
	RTE_TEST_ASSERT(val == NULL, msg, ##__VA_ARGS__)

#define RTE_TEST_ASSERT_NOT_NULL(val, msg, ...) \
	RTE_TEST_ASSERT(val != NULL, msg, ##__VA_ARGS__)

#endif /* RTE_TEST_H */
