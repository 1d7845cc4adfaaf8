/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A port of the driver on the test device, for the fuzzers: without threads, so that an input
 * does the same each time, and with as little work as can be for each input. What the tests of
 * the driver have instead is fake_port.h.
 */

#ifndef FUZZ_PORT_H
#define FUZZ_PORT_H

#include <dev_driver.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "fake_transport.h"
#include "fuzz.h"
#include "vdev_net.h"
#include "vio_args.h"

/* Two pools, the first of them without caches of the threads. */
#define FUZZ_NB_POOLS	2
#define FUZZ_POOL_SIZE	256
#define FUZZ_NB_MBUFS	(FUZZ_NB_POOLS * FUZZ_POOL_SIZE)
#define FUZZ_DATA_ROOM	(RTE_PKTMBUF_HEADROOM + 2048)

struct fuzz_port {
	uint16_t port_id;
	struct rte_eth_dev *eth_dev;	/* NULL: there is no port */
	struct vdev_net net;
	struct fake_transport transport;
	struct vio_offload_choice choice;	/* device arguments */
	struct rte_driver driver;
	struct rte_device device;
	unsigned int nb_memzones;	/* before the port came, and so after it went */
	unsigned int nb_allocs;
};

/* The mbufs of all ports; made by the first fuzz_port_prepare(). */
extern struct rte_mempool *fuzz_pools[FUZZ_NB_POOLS];

/* Called while the driver waits for the device. */
extern void (*fuzz_port_wait)(struct fuzz_port *p);

/* Deadlines that begin now are short, as the device may be silent; else a busy machine has time. */
extern bool fuzz_port_impatient;

/* How often RTE_ETH_EVENT_INTR_RESET was raised, which happens in fuzz_port_events() only. */
extern unsigned int fuzz_port_resets;

/* What EAL's interrupt thread would do of what the driver asked it for. */
void
fuzz_port_events(void);

/* The device, to be changed before the port comes, and all control commands answered. */
void
fuzz_port_prepare(struct fuzz_port *p, uint16_t nb_pairs, uint16_t size_max);

/* Makes the port. Returns what the driver says of the device. */
int
fuzz_port_probe(struct fuzz_port *p);

/*
 * Stops and closes the port, if there is one; memory and mbufs must be as they were before, and no
 * alarm may be left.
 */
void
fuzz_port_close(struct fuzz_port *p);

/* Every mbuf must be in its pool, once. */
void
fuzz_pool_check(const char *when);

/* The number of the mbuf of the pools that holds an address, or -1. */
int
fuzz_mbuf_at(uint64_t addr);

/* The number of an mbuf of the pools, from 0 on; ends the process for anything else. */
unsigned int
fuzz_mbuf_number(const struct rte_mbuf *m);

/* Where the data room of an mbuf begins, by its number. */
uintptr_t
fuzz_mbuf_room(unsigned int number);

#endif /* FUZZ_PORT_H */
