/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The life of an application: its options, EAL, its work, and the end of EAL. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include "start.h"

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

int
start(int argc, char **argv, const struct start_ops *ops)
{
	int nb_eal = 0;
	int ret;

	/* Lines in order also through a pipe: cmdline writes to the descriptor itself. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (nb_eal < argc && strcmp(argv[nb_eal], "--") != 0)
		nb_eal++;
	if (nb_eal < argc) {
		argv[nb_eal] = argv[0];
		if (ops->options_parse(argc - nb_eal, argv + nb_eal) != 0)
			return EXIT_FAILURE;
	}
	rte_set_application_usage_hook(ops->options_usage);
	if (rte_eal_init(nb_eal, argv) < 0) {
		complain("EAL cannot start: %s", rte_strerror(rte_errno));
		return EXIT_FAILURE;
	}
	ret = ops->run();
	rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
