/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Packet types, which no device tells in full: they are read from the headers of received
 * packets, for applications that ask for them.
 */

#ifndef VIO_PTYPE_H
#define VIO_PTYPE_H

#include "vio.h"

/*
 * eth_dev_ops. Who is told which types there are relies on them: unless vio_ptypes_set() says
 * otherwise, before or after, all are set from here on.
 */
const uint32_t *
vio_ptypes_supported_get(struct rte_eth_dev *eth_dev);

/* Only types of these layers are of interest; 0: none, and headers are not read. Returns 0. */
int
vio_ptypes_set(struct rte_eth_dev *eth_dev, uint32_t ptype_mask);

#endif /* VIO_PTYPE_H */
