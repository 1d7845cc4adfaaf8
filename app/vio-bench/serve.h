/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The back ends' side of the page: the loop that does what the application says. */

#ifndef VIO_BENCH_SERVE_H
#define VIO_BENCH_SERVE_H

#include <stdbool.h>

#include "page.h"

/* What a back end does; each is given the back end's own. */
struct serve_ops {
	/* A burst of every ring of a kind. Returns whether there was something to do. */
	bool (*pass_rx)(void *opaque);
	bool (*pass_tx)(void *opaque);

	/* Called in each round; false: the end. */
	bool (*go_on)(void *opaque);

	/* Called before the counters are read; NULL: there is nothing to add. */
	void (*count)(void *opaque);
};

/* Makes the page in a file, or ends the process with a message. */
struct page *
serve_make_page(const char *path);

/* Serves until go_on() says that it is the end. */
void
serve(struct page *page, struct page_counters *counters, const struct serve_ops *ops, void *opaque);

#endif /* VIO_BENCH_SERVE_H */
