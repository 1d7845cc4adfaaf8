/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The commands of the forwarding engine. A setting is for the next start: a run that is under way
 * is never changed. Runs on the main lcore.
 */

#include <string.h>

#include "app.h"
#include "forward.h"

/* The configuration that a run reads must not change under it. */
static bool
may_set(void)
{
	if (fwd_running())
		complain("packets are being forwarded; first: stop");
	return !fwd_running();
}

static void
run_start(const struct cli_line *line)
{
	fwd_start(line->word[1][0] != '\0');
}

static void
run_stop(const struct cli_line *line)
{
	RTE_SET_USED(line);
	fwd_stop();
}

/* set fwd MODE */
static void
run_set_fwd(const struct cli_line *line)
{
	static char name[CLI_WORD_SIZE];

	if (!may_set())
		return;
	memcpy(name, line->word[2], sizeof(name));
	config.forward_mode = name;
	printf("Forward mode: %s\n", config.forward_mode);
}

/* set burst <value> */
static void
run_set_burst(const struct cli_line *line)
{
	uint32_t burst;

	if (may_set() && cli_parse_number("burst", line->word[2], 1, MAX_BURST, &burst) == 0)
		config.burst = (uint16_t)burst;
}

/* set txpkts <len0[,len1]*> */
static void
run_set_txpkts(const struct cli_line *line)
{
	if (may_set())
		options_parse_txpkts("txpkts", line->word[2]);
}

static void
run_show_config(const struct cli_line *line)
{
	RTE_SET_USED(line);
	fwd_show_config();
}

static void
run_show_stats(const struct cli_line *line)
{
	RTE_SET_USED(line);
	fwd_show_stats();
}

const struct cli_command forward_commands[] = {
	{ "start: Start forwarding", run_start },
	{ "start tx_first: Send a burst on every Tx queue, then start forwarding", run_start },
	{ "stop: Stop forwarding", run_stop },
	{ "set fwd " FWD_MODE_NAMES ": Set the forward mode", run_set_fwd },
	{ "set burst <value>: Set the number of packets of a burst", run_set_burst },
	{ "set txpkts <len0[,len1]*>: Set the segments of the packets that txonly makes",
	  run_set_txpkts },
	{ "show config fwd: Show what forwards where", run_show_config },
	{ "show fwd stats all: Show what the present or latest run forwarded", run_show_stats },
	{ NULL, NULL },
};
