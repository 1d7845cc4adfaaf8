/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* What all applications begin and end with. */

#ifndef START_H
#define START_H

#include <rte_common.h>
#include <rte_eal.h>

struct start_ops {
	/* Those behind "--". Returns 0, or -1 with a message, and before EAL starts. */
	int (*options_parse)(int argc, char **argv);
	rte_usage_hook_t options_usage;

	/* All that there is to do. Returns 0, or -1 with a message. */
	int (*run)(void);
};

/* Does it, and returns the exit status. */
int
start(int argc, char **argv, const struct start_ops *ops);

/* Says on stderr what is wrong. */
void
complain(const char *format, ...) __rte_format_printf(1, 2);

#endif /* START_H */
