/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Tests with a known end, for runner_test.py: it reads from outside whether the
 * runner reports each of them as what it is.
 */

#include "test.h"

static int
passes(void)
{
	TEST_ASSERT_EQUAL(1 + 1, 2, "arithmetic");
	return TEST_SUCCESS;
}

static int
fails(void)
{
	TEST_ASSERT_EQUAL(1 + 1, 3, "got %d", 1 + 1);
	return TEST_SUCCESS;
}

static int
fails_silently(void)
{
	return -EIO;
}

static int
skips(void)
{
	return TEST_SKIPPED;
}

static int
not_supported(void)
{
	return -ENOTSUP;
}

static int
wants_data(const void *data)
{
	TEST_ASSERT_EQUAL(*(const int *)data, 42, "data");
	return TEST_SUCCESS;
}

static void
teardown_says_so(void)
{
	printf("teardown ran\n");
}

static const int data_42 = 42;

static struct unit_test_suite every_end = {
	.suite_name = "every end",
	.unit_test_cases = {
		TEST_CASE(passes),
		TEST_CASE(fails),
		TEST_CASE(fails_silently),
		TEST_CASE(skips),
		TEST_CASE(not_supported),
		TEST_CASE_ST(fails, teardown_says_so, passes),
		TEST_CASE_NAMED_WITH_DATA("with data", NULL, NULL, wants_data, &data_42),
		TEST_CASES_END()
	}
};

static struct unit_test_suite setup_fails = {
	.suite_name = "setup fails",
	.setup = fails,
	.unit_test_cases = { TEST_CASE(passes), TEST_CASES_END() }
};

static struct unit_test_suite setup_skips = {
	.suite_name = "setup skips",
	.setup = skips,
	.unit_test_cases = { TEST_CASE(passes), TEST_CASES_END() }
};

static struct unit_test_suite good = {
	.suite_name = "good",
	.unit_test_cases = { TEST_CASE(passes), TEST_CASES_END() }
};

static struct unit_test_suite nested_bad = {
	.suite_name = "nested bad",
	.unit_test_cases = { TEST_CASE(fails), TEST_CASES_END() }
};

static struct unit_test_suite end_of_suites = { .suite_name = NULL };

static struct unit_test_suite *both[] = { &good, &nested_bad, &end_of_suites };

static struct unit_test_suite nested = {
	.suite_name = "nested",
	.unit_test_suites = both,
	.unit_test_cases = { TEST_CASES_END() }
};

static int
run_every_end(void)
{
	return unit_test_suite_runner(&every_end);
}

static int
run_setup_fails(void)
{
	return unit_test_suite_runner(&setup_fails);
}

static int
run_setup_skips(void)
{
	return unit_test_suite_runner(&setup_skips);
}

static int
run_nested(void)
{
	return unit_test_suite_runner(&nested);
}

static int
run_good(void)
{
	return unit_test_suite_runner(&good);
}

/* hides that a case failed: the runner must not believe it */
static int
run_hides_failure(void)
{
	unit_test_suite_runner(&nested_bad);
	return TEST_SUCCESS;
}

/* fails although all its cases passed: the runner must say so */
static int
run_fails_after_good(void)
{
	unit_test_suite_runner(&good);
	return TEST_FAILED;
}

REGISTER_TEST_COMMAND(every_end_autotest, run_every_end)
REGISTER_TEST_COMMAND(setup_fails_autotest, run_setup_fails)
REGISTER_TEST_COMMAND(setup_skips_autotest, run_setup_skips)
REGISTER_TEST_COMMAND(nested_autotest, run_nested)
REGISTER_TEST_COMMAND(good_autotest, run_good)
REGISTER_TEST_COMMAND(hides_failure_autotest, run_hides_failure)
REGISTER_TEST_COMMAND(fails_after_good_autotest, run_fails_after_good)
REGISTER_TEST_COMMAND(plain_good_autotest, passes)
REGISTER_TEST_COMMAND(plain_bad_autotest, fails)
