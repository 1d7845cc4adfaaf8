/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The driver's log type (pmd.net.vio, level NOTICE by default) and its macro. */

#ifndef VIO_LOG_H
#define VIO_LOG_H

#include <rte_log.h>

extern int vio_logtype;

/* A line about one device; dev_name is the bus's name of it. */
#define VIO_LOG(level, dev_name, fmt, ...) \
	rte_log(RTE_LOG_ ## level, vio_logtype, "net_vio: %s: " fmt "\n", \
		(dev_name), ## __VA_ARGS__)

#endif /* VIO_LOG_H */
