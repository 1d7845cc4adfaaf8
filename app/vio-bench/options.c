/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The application's own options, those after "--" on the command line. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "bench.h"

struct options options = {
	.windows = 10,
	.window_ms = 20,
	.frame_len = 64,
	.room = RTE_MBUF_DEFAULT_DATAROOM,
	.burst = 32,
	.nb_desc = 1024,
	.nb_queues = 1,
};

enum option_id {
	OPT_BURST = 256,
	OPT_COUNT,
	OPT_DESC,
	OPT_FLOOR,
	OPT_HELP,
	OPT_LOOK,
	OPT_MS,
	OPT_OFFLOADS,
	OPT_PAGE,
	OPT_QUEUES,
	OPT_ROOM,
	OPT_SIZE,
	OPT_TRACE,
	OPT_TRAFFIC,
	OPT_WINDOWS,
};

static const struct option long_options[] = {
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "desc", required_argument, NULL, OPT_DESC },
	{ "floor", no_argument, NULL, OPT_FLOOR },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "look", no_argument, NULL, OPT_LOOK },
	{ "ms", required_argument, NULL, OPT_MS },
	{ "offloads", required_argument, NULL, OPT_OFFLOADS },
	{ "page", required_argument, NULL, OPT_PAGE },
	{ "queues", required_argument, NULL, OPT_QUEUES },
	{ "room", required_argument, NULL, OPT_ROOM },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "trace", no_argument, NULL, OPT_TRACE },
	{ "traffic", required_argument, NULL, OPT_TRAFFIC },
	{ "windows", required_argument, NULL, OPT_WINDOWS },
	{ NULL, 0, NULL, 0 },
};

void
options_usage(const char *program)
{
	printf("Usage: %s EAL-OPTIONS -- OPTIONS\n"
	       "  --page=FILE     the page of vio-bench-null, which is the port's device\n"
	       "  --count=N       count the instructions of N bursts, and measure no time\n"
	       "  --trace         with --count: tell how often each address was executed\n"
	       "  --floor         two threads that hand over descriptors, and no port\n"
	       "  --windows=N     windows of each kind (10)\n"
	       "  --ms=N          length of a window in milliseconds (20)\n"
	       "  --size=N        bytes of a frame, 60 to 9600 (64)\n"
	       "  --room=N        bytes of a frame that an mbuf holds, 640 to 16384 (2048)\n"
	       "  --burst=N       packets of a burst, 1 to %u (32)\n"
	       "  --desc=N        descriptors of a queue (1024)\n"
	       "  --queues=N      queues each way, worked on in turn (1)\n"
	       "  --offloads=LIST with commas, of csum, scatter, lro (and TSO),\n"
	       "                  vlan (strip, insert), fast-free; the port must have them (none)\n"
	       "  --traffic=KIND  plain, csum (checksums known to be good, to be made),\n"
	       "                  partial (to be completed), tso (segments) (plain)\n"
	       "  --look          read the first bytes of each received frame, which must be\n"
	       "                  those that vio-bench-vhost sends\n"
	       "  --help          print this and exit\n", program, MAX_BURST);
}

static int
parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < min ||
	    value > max) {
		complain("\"%s\" is not a number from %u to %u; see --help", text, min, max);
		return -1;
	}
	*number = value;
	return 0;
}

/* The number of a name, or -1 with a message. */
static int
find(const char *name, const char *const *names, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	complain("\"%s\" is not known; see --help", name);
	return -1;
}

static int
parse_offloads(char *list)
{
	static const char *const names[] = { "csum", "scatter", "lro", "vlan", "fast-free" };
	const char *name;
	int i;

	while ((name = strsep(&list, ",")) != NULL) {
		i = find(name, names, RTE_DIM(names));
		if (i < 0)
			return -1;
		options.wanted |= RTE_BIT32(i);
	}
	return 0;
}

static int
parse_traffic(const char *name)
{
	static const char *const names[] = { "plain", "csum", "partial", "tso" };
	int i = find(name, names, RTE_DIM(names));

	if (i < 0)
		return -1;
	options.traffic = i;
	return 0;
}

static int
parse_option(int id, const char *program)
{
	switch (id) {
	case OPT_BURST:
		return parse_number(optarg, 1, MAX_BURST, &options.burst);
	case OPT_COUNT:
		return parse_number(optarg, 1, 100000, &options.nb_counted);
	case OPT_DESC:
		return parse_number(optarg, 64, 32768, &options.nb_desc);
	case OPT_FLOOR:
		options.floor = true;
		return 0;
	case OPT_HELP:
		options_usage(program);
		exit(EXIT_SUCCESS);
	case OPT_LOOK:
		options.look = true;
		return 0;
	case OPT_MS:
		return parse_number(optarg, 1, 10000, &options.window_ms);
	case OPT_OFFLOADS:
		return parse_offloads(optarg);
	case OPT_PAGE:
		options.page = optarg;
		return 0;
	case OPT_QUEUES:
		return parse_number(optarg, 1, MAX_QUEUES, &options.nb_queues);
	case OPT_ROOM:
		return parse_number(optarg, 640, 16384, &options.room);
	case OPT_SIZE:
		return parse_number(optarg, RTE_ETHER_MIN_LEN - RTE_ETHER_CRC_LEN, 9600,
				    &options.frame_len);
	case OPT_TRACE:
		options.trace = true;
		return 0;
	case OPT_TRAFFIC:
		return parse_traffic(optarg);
	case OPT_WINDOWS:
		return parse_number(optarg, 1, 10000, &options.windows);
	default: /* getopt_long has said why */
		return -1;
	}
}

int
options_parse(int argc, char **argv)
{
	int id;

	optind = 1;
	while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (parse_option(id, argv[0]) != 0)
			return -1;
	if (optind < argc) {
		complain("\"%s\" is not an option; see --help", argv[optind]);
		return -1;
	}
	return 0;
}
