/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The life of vio-bench, the instrument of speed: options, EAL, one port, what is asked for, and
 * the end. It prints a line for each thing measured; scripts/bench makes tables of them.
 */

#include <stdio.h>

#include <rte_cycles.h>

#include "bench.h"

static int
run(void)
{
	int ret;

	printf("machine tsc_hz=%lu\n", (unsigned long)rte_get_tsc_hz());
	if (options.floor)
		return floor_run();
	ret = port_open();
	if (ret == 0)
		ret = backend_open();
	if (ret == 0)
		ret = options.nb_counted > 0 ? count_run() : windows_run();
	return port_close() == 0 ? ret : -1;
}

int
main(int argc, char **argv)
{
	static const struct start_ops ops = {
		.options_parse = options_parse,
		.options_usage = options_usage,
		.run = run,
	};

	return start(argc, argv, &ops);
}
