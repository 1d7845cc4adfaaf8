/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The life of vio-bench, the instrument of speed: options, EAL, one port, what is asked for, and
 * the end. It prints a line for each thing measured; scripts/bench makes tables of them.
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "bench.h"

void
complain(const char *format, ...)
{
	va_list args;

	fputs("Error: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

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
	int nb_eal = 0;
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (nb_eal < argc && strcmp(argv[nb_eal], "--") != 0)
		nb_eal++;
	if (nb_eal < argc) {
		argv[nb_eal] = argv[0];
		if (options_parse(argc - nb_eal, argv + nb_eal) != 0)
			return EXIT_FAILURE;
	}
	rte_set_application_usage_hook(options_usage);
	if (rte_eal_init(nb_eal, argv) < 0) {
		complain("EAL cannot start: %s", rte_strerror(rte_errno));
		return EXIT_FAILURE;
	}
	ret = run();
	rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
