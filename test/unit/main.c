/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Runs unit tests by name as DPDK's dpdk-test does: names as arguments behind the
 * EAL options, one name in the environment variable DPDK_TEST, or a prompt.
 *
 * Every test case gives one line of its own: "PASS test.case", "FAIL test.case: why"
 * or "SKIP test.case: why". Invariants: a test that gives no such line from a suite
 * gives one by itself, and what a test returns is never better than its cases.
 *
 * Threads: the main lcore alone runs and reports.
 */

#include <stdarg.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "test.h"

static TAILQ_HEAD(, test_command) commands = TAILQ_HEAD_INITIALIZER(commands);

/* the test that runs now */
static struct {
	const char *name;
	unsigned int reported;
	unsigned int failed;
	unsigned int skipped;
	char why[512]; /* the first failed assertion since the last report */
} current;

void
add_test_command(struct test_command *t)
{
	TAILQ_INSERT_TAIL(&commands, t, next);
}

void
unit_test_assert_failed(const char *file, int line, const char *func,
	const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	printf("%s:%d: %s: %s\n", file, line, func, why);
	if (current.why[0] == '\0')
		snprintf(current.why, sizeof(current.why), "%s:%d: %s: %s",
			file, line, func, why);
}

/* Print one line of result and count it; case_name may be NULL for the test itself. */
static void
report(const char *case_name, int result)
{
	const char *why = current.why;
	char name[128];
	char *c;

	snprintf(name, sizeof(name), "%s%s%s", current.name,
		case_name == NULL ? "" : ".", case_name == NULL ? "" : case_name);
	for (c = name; *c != '\0'; c++)
		if (*c == ' ')
			*c = '_';

	current.reported++;
	if (result == TEST_SUCCESS) {
		printf("PASS %s\n", name);
	} else if (result == TEST_SKIPPED || result == -ENOTSUP) {
		current.skipped++;
		printf("SKIP %s: %s\n", name,
			result == TEST_SKIPPED ? "skipped by the test" : "not supported here");
	} else {
		current.failed++;
		if (why[0] != '\0')
			printf("FAIL %s: %s\n", name, why);
		else
			printf("FAIL %s: returned %d\n", name, result);
	}
	fflush(stdout);
	current.why[0] = '\0';
}

static void
count(struct unit_test_suite *suite, int result)
{
	suite->total++;
	if (result == TEST_SUCCESS)
		suite->succeeded++;
	else if (result == TEST_SKIPPED)
		suite->skipped++;
	else if (result == -ENOTSUP)
		suite->unsupported++;
	else
		suite->failed++;
}

static int
run_case(struct unit_test_suite *suite, const struct unit_test_case *tc)
{
	int result = TEST_SUCCESS;

	if (tc->setup != NULL)
		result = tc->setup();
	if (result == TEST_SUCCESS) {
		suite->executed++;
		if (tc->testcase != NULL)
			result = tc->testcase();
		else
			result = tc->testcase_with_data(tc->data);
	}
	if (tc->teardown != NULL)
		tc->teardown();
	return result;
}

/* All cases and suites below; a setup that did not succeed decides them all. */
static void
run_suite(struct unit_test_suite *suite, int setup_result)
{
	struct unit_test_suite **sub = suite->unit_test_suites;
	const struct unit_test_case *tc;
	int result;

	suite->total = suite->executed = suite->succeeded = 0;
	suite->skipped = suite->failed = suite->unsupported = 0;

	if (setup_result == TEST_SUCCESS && suite->setup != NULL)
		setup_result = suite->setup();
	for (tc = suite->unit_test_cases; tc->name != NULL; tc++) {
		result = setup_result;
		if (!tc->enabled)
			result = TEST_SKIPPED;
		else if (setup_result == TEST_SUCCESS)
			result = run_case(suite, tc);
		count(suite, result);
		report(tc->name, result);
	}
	for (; sub != NULL && *sub != NULL && (*sub)->suite_name != NULL; sub++) {
		run_suite(*sub, setup_result);
		suite->total += (*sub)->total;
		suite->executed += (*sub)->executed;
		suite->succeeded += (*sub)->succeeded;
		suite->skipped += (*sub)->skipped;
		suite->failed += (*sub)->failed;
		suite->unsupported += (*sub)->unsupported;
	}
	if (setup_result == TEST_SUCCESS && suite->teardown != NULL)
		suite->teardown();
}

int
unit_test_suite_runner(struct unit_test_suite *suite)
{
	run_suite(suite, TEST_SUCCESS);
	printf("%s: %u tests, %u succeeded, %u failed, %u skipped, %u unsupported\n",
		suite->suite_name, suite->total, suite->succeeded, suite->failed,
		suite->skipped, suite->unsupported);
	if (suite->failed != 0)
		return TEST_FAILED;
	if (suite->total == suite->skipped)
		return TEST_SKIPPED;
	return TEST_SUCCESS;
}

/* Run one test by its name and return its result. */
static int
run_test(const char *name)
{
	struct test_command *t;
	int result;

	TAILQ_FOREACH(t, &commands, next)
		if (strcmp(t->command, name) == 0)
			break;
	if (t == NULL) {
		printf("FAIL %s: there is no test of this name, see \"list\"\n", name);
		return TEST_FAILED;
	}

	memset(&current, 0, sizeof(current));
	current.name = t->command;
	result = t->callback();
	/* a test without suite, or one that failed outside of its cases */
	if (current.reported == 0 ||
			(result != TEST_SUCCESS && result != TEST_SKIPPED && current.failed == 0))
		report(NULL, result);
	if (current.failed != 0)
		result = TEST_FAILED;
	else if (current.reported == current.skipped)
		result = TEST_SKIPPED;

	printf("Test %s\n", result == TEST_SUCCESS ? "OK" :
		result == TEST_SKIPPED ? "Skipped" : "Failed");
	fflush(stdout);
	return result;
}

static void
list_tests(void)
{
	struct test_command *t;

	TAILQ_FOREACH(t, &commands, next)
		printf("%s\n", t->command);
}

/* One name a line from the standard input, until "quit" or its end. */
static int
interact(void)
{
	int result = TEST_SUCCESS;
	char line[128];

	for (;;) {
		printf("RTE>>");
		fflush(stdout);
		if (fgets(line, sizeof(line), stdin) == NULL)
			break;
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "quit") == 0)
			break;
		if (strcmp(line, "list") == 0)
			list_tests();
		else if (line[0] != '\0' && run_test(line) == TEST_FAILED)
			result = TEST_FAILED;
	}
	printf("\n");
	return result;
}

/* TEST_FAILED if one failed, TEST_SKIPPED if all were skipped, else TEST_SUCCESS */
static int
run_all(char **names, int nb_names)
{
	int nb_failed = 0;
	int nb_skipped = 0;
	int i, result;

	for (i = 0; i < nb_names; i++) {
		result = run_test(names[i]);
		nb_failed += result == TEST_FAILED;
		nb_skipped += result == TEST_SKIPPED;
	}
	if (nb_failed != 0)
		return TEST_FAILED;
	return nb_skipped == nb_names ? TEST_SKIPPED : TEST_SUCCESS;
}

int
main(int argc, char **argv)
{
	char *name = getenv("DPDK_TEST");
	int result;

	result = rte_eal_init(argc, argv);
	if (result < 0) {
		printf("FAIL eal_init: the EAL did not start: %s\n", rte_strerror(rte_errno));
		return EXIT_FAILURE;
	}
	argc -= result + 1;
	argv += result + 1;

	if (argc > 0)
		result = run_all(argv, argc);
	else if (name != NULL && name[0] != '\0')
		result = run_all(&name, 1);
	else
		result = interact();

	if (rte_eal_cleanup() < 0 && result != TEST_FAILED) {
		printf("FAIL eal_cleanup: the EAL did not end cleanly\n");
		result = TEST_FAILED;
	}
	return result == TEST_FAILED ? EXIT_FAILURE : result;
}
