/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The arguments of net_vio_user devices. */

#include <stdio.h>
#include <string.h>

#include "test.h"

#include "vio_user_args.h"

static struct vio_user_args args;

/* Reads arguments over what was there before, which must not shine through. */
static int
parse(const char *text)
{
	memset(&args, 0xa5, sizeof(args));
	return vio_user_args_parse("vio_user_args_test", text, &args);
}

static int
presets(void)
{
	const struct vio_user_conf *conf = &args.conf;

	TEST_ASSERT_SUCCESS(parse("path=/run/a.sock"), "parse");
	TEST_ASSERT_SUCCESS(strcmp(args.path, "/run/a.sock"), "path %s", args.path);
	TEST_ASSERT(!args.server && !args.rss_fallback, "server, rss_fallback");
	TEST_ASSERT_EQUAL(conf->pairs, 1, "queues");
	TEST_ASSERT_EQUAL(conf->queue_size, 32768, "queue_size");
	TEST_ASSERT_EQUAL(conf->mtu, 0, "mtu");
	TEST_ASSERT_EQUAL(conf->speed, 0, "speed");
	TEST_ASSERT(!conf->has_mac && !conf->packed_vq, "mac, packed_vq");
	TEST_ASSERT(conf->mrg_rxbuf && conf->in_order && conf->cq, "mrg_rxbuf, in_order, cq");
	return TEST_SUCCESS;
}

static int
all_given(void)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x42 };
	const struct vio_user_conf *conf = &args.conf;

	TEST_ASSERT_SUCCESS(parse("mac=02:00:00:00:00:42,queues=128,queue_size=8,server=1,"
		"packed_vq=1,in_order=0,mrg_rxbuf=0,cq=1,speed=2147483647,mtu=68,vectorized=1,"
		"rss_fallback=1,path=b"), "parse");
	TEST_ASSERT_SUCCESS(strcmp(args.path, "b"), "path %s", args.path);
	TEST_ASSERT(args.server && args.rss_fallback, "server, rss_fallback");
	TEST_ASSERT_EQUAL(conf->pairs, 128, "queues");
	TEST_ASSERT_EQUAL(conf->queue_size, 8, "queue_size");
	TEST_ASSERT_EQUAL(conf->mtu, 68, "mtu");
	TEST_ASSERT_EQUAL(conf->speed, 2147483647, "speed");
	TEST_ASSERT(conf->has_mac && conf->packed_vq && conf->cq, "mac, packed_vq, cq");
	TEST_ASSERT(!conf->mrg_rxbuf && !conf->in_order, "mrg_rxbuf, in_order");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(conf->mac, mac, 6, "mac");
	TEST_ASSERT_SUCCESS(parse("path=b,cq=0"), "without control commands");
	TEST_ASSERT(!conf->cq, "cq");
	TEST_ASSERT_SUCCESS(parse("path=b,mtu=65513"), "the largest MTU");
	TEST_ASSERT_EQUAL(conf->mtu, 65513, "mtu");
	return TEST_SUCCESS;
}

static int
refused(void)
{
	static const char * const bad[] = {
		"queues=0", "queues=129", "queues=", "queues", "queues=-1", "queues=2x",
		"queues= 2", "queues=2,cq=0", "queues=4294967297", "queue_size=4",
		"queue_size=100", "queue_size=65536", "mrg_rxbuf=2", "packed_vq=-1", "in_order=x",
		"cq=2", "server=2", "vectorized=2", "rss_fallback=2", "speed=0",
		"speed=2147483648", "mtu=67", "mtu=65514", "mtu=65536", "mac=", "mac=1",
		"mac=ff:ff:ff:ff:ff:ff", "mac=01:00:00:00:00:01", "mac=00:00:00:00:00:00",
		"iface=tap0", "queue=1", "Queues=1", "queues=1,queues=2", "path=other",
	};
	char text[128];
	unsigned int i;

	for (i = 0; i < RTE_DIM(bad); i++) {
		snprintf(text, sizeof(text), "path=/run/a.sock,%s", bad[i]);
		TEST_ASSERT_EQUAL(parse(text), -EINVAL, "%s", text);
	}
	TEST_ASSERT_EQUAL(parse("queues=1"), -EINVAL, "no path");
	TEST_ASSERT_EQUAL(parse("path="), -EINVAL, "empty path");
	TEST_ASSERT_EQUAL(parse("path"), -EINVAL, "path of nothing");
	TEST_ASSERT_EQUAL(parse(""), -EINVAL, "nothing");
	return TEST_SUCCESS;
}

/* A path as long as a socket's may be, and one that would be cut. */
static int
path_length(void)
{
	char text[sizeof("path=") + VIO_USER_PATH_SIZE] = "path=";

	memset(text + strlen("path="), 'x', VIO_USER_PATH_SIZE);
	TEST_ASSERT_EQUAL(parse(text), -EINVAL, "too long");
	text[strlen(text) - 1] = '\0';
	TEST_ASSERT_SUCCESS(parse(text), "as long as it may be");
	TEST_ASSERT_EQUAL(strlen(args.path), VIO_USER_PATH_SIZE - 1, "length");
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_user_args",
	.unit_test_cases = {
		TEST_CASE(presets),
		TEST_CASE(all_given),
		TEST_CASE(refused),
		TEST_CASE(path_length),
		TEST_CASES_END()
	}
};

static int
test_vio_user_args(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_user_args_autotest, test_vio_user_args);
