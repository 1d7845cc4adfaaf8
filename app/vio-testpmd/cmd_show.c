/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The commands that show or clear what a port knows. Runs on the main lcore.
 */

#include <string.h>

#include <rte_errno.h>

#include "app.h"

static int
clear_stats(uint16_t port_id, const void *unused)
{
	int ret = rte_eth_stats_reset(port_id);

	RTE_SET_USED(unused);
	if (ret != 0)
		complain("port %u: statistics not cleared: %s", port_id, rte_strerror(-ret));
	return ret;
}

static int
clear_xstats(uint16_t port_id, const void *unused)
{
	int ret = rte_eth_xstats_reset(port_id);

	RTE_SET_USED(unused);
	if (ret != 0)
		complain("port %u: statistics not cleared: %s", port_id, rte_strerror(-ret));
	return ret;
}

/* show port info|stats|xstats <port_id>|all */
static void
run_show_port(const struct cli_line *line)
{
	const char *what = line->word[2];
	const char *which = line->word[3];

	if (strcmp(what, "info") == 0)
		ports_for_each(which, show_port_info, NULL);
	else if (strcmp(what, "stats") == 0)
		ports_for_each(which, show_port_stats, NULL);
	else
		ports_for_each(which, show_port_xstats, NULL);
}

/* clear port stats|xstats <port_id>|all */
static void
run_clear_port(const struct cli_line *line)
{
	ports_for_each(line->word[3],
		       strcmp(line->word[2], "stats") == 0 ? clear_stats : clear_xstats, NULL);
}

/* show port <port_id> macs|mcast_macs */
static void
run_show_macs(const struct cli_line *line)
{
	uint16_t port_id;

	if (port_parse(line->word[2], &port_id) != 0)
		return;
	if (strcmp(line->word[3], "macs") == 0)
		show_macs(port_id);
	else
		show_mcast_macs(port_id);
}

/* show rxq|txq info <port_id> <queue_id> */
static void
run_show_queue(const struct cli_line *line)
{
	uint32_t queue_id;
	uint16_t port_id;

	if (port_parse(line->word[3], &port_id) == 0 &&
	    cli_parse_number("queue", line->word[4], 0, UINT16_MAX, &queue_id) == 0)
		show_queue_info(port_id, (uint16_t)queue_id, line->word[1][0] == 'r');
}

const struct cli_command show_commands[] = {
	{ "show port info|stats|xstats <port_id>|all: Show a port", run_show_port },
	{ "show port <port_id> macs|mcast_macs: Show the addresses of a port", run_show_macs },
	{ "show rxq|txq info <port_id> <queue_id>: Show a queue", run_show_queue },
	{ "clear port stats|xstats <port_id>|all: Clear the statistics of a port", run_clear_port },
	{ NULL, NULL },
};
