/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * An Ethernet port of the driver on the test device, and the steps that its tests share: bring
 * it up, pass frames through it, and prove at the end that no mbuf is lost and that the driver
 * did nothing the specification forbids.
 */

#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include <dev_driver.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_mempool.h>

#include "fake_transport.h"
#include "vdev_net.h"
#include "vdev_vhost.h"

#define FAKE_PORT_POOL_SIZE	4095
#define FAKE_PORT_DATA_ROOM	(RTE_PKTMBUF_HEADROOM + 2048)

struct fake_port {
	uint16_t port_id;
	bool prepared;			/* there is something to close */
	bool open;			/* the port exists */
	bool user;			/* by vhost, not by transport */
	bool server;			/* and it listens, not the back end */
	char path[64];			/* there */
	struct vdev_net net;
	struct vdev_vhost vhost;
	struct fake_transport transport;
	struct rte_driver driver;
	struct rte_device device;
	struct rte_intr_handle *intr;
	struct rte_mempool *pool;	/* of the port's Rx queues and the test's packets */
	unsigned int nb_events[RTE_ETH_EVENT_MAX];
	unsigned int nb_memzones;	/* before the port came, and so after it went */
	unsigned int nb_allocs;
};

/*
 * Feature bits below 64 that every device offers that is prepared from now on: tests run their
 * cases on rings of one format after the other.
 */
void
fake_port_always_offer(uint64_t features);

/* Makes the pool and the device, without the port, so that faults can be set before it. */
int
fake_port_prepare(struct fake_port *p, uint16_t nb_pairs, uint16_t size_max);

/* Makes the port. Returns what the driver says of the device. */
int
fake_port_probe(struct fake_port *p);

/*
 * Makes the port as net_vio_user in front of a back end, behind which the device is; vhost may be
 * changed before. args: further arguments of the port, or NULL.
 */
int
fake_port_probe_user(struct fake_port *p, const char *args);

/*
 * Starts a back end of such a port, which was initialized by vdev_vhost_init(), after another one
 * was stopped.
 */
int
fake_port_backend_start(struct fake_port *p);

/* Configures nb_rxq and nb_txq queues of nb_desc descriptors. Returns 0 or the first error. */
int
fake_port_configure(struct fake_port *p, uint16_t nb_rxq, uint16_t nb_txq, uint16_t nb_desc,
	const struct rte_eth_conf *conf);

/* All at once with the default configuration, one pair, and control commands answered. */
int
fake_port_start(struct fake_port *p, uint16_t size_max);

/*
 * Waits until the driver raised so many events of a type, INTR_RESET or INTR_LSC, but not for
 * ever. Returns how many it raised.
 */
unsigned int
fake_port_events(struct fake_port *p, enum rte_eth_event_type type, unsigned int nb);

/* The number of events of a type, after a while in which a further one would have come. */
unsigned int
fake_port_events_settled(struct fake_port *p, enum rte_eth_event_type type);

/* The device interrupts the driver. */
void
fake_port_interrupt(struct fake_port *p);

/*
 * Stops and closes the port, as far as it came. Returns 0, or -1 when something is wrong, which is
 * printed: complaints of the device, mbufs that did not come back, memory that is still taken.
 * The second call does nothing.
 */
int
fake_port_close(struct fake_port *p);

/*
 * The same for a port whose device did not confirm its reset, so that the driver must keep what
 * the device may still use.
 */
int
fake_port_close_lost(struct fake_port *p);

/* An extended statistic by its name; UINT64_MAX when there is none. */
uint64_t
fake_port_xstat(const struct fake_port *p, const char *name);

/* A packet of len bytes that differ from packet to packet by seed, in segments of seg_len. */
struct rte_mbuf *
fake_port_packet(struct rte_mempool *pool, uint32_t len, uint16_t seg_len, uint8_t seed);

/* The bytes of such a packet. */
void
fake_port_pattern(uint8_t *buf, uint32_t len, uint8_t seed);

/* Whether an mbuf holds exactly these bytes and is consistent. */
bool
fake_port_packet_is(const struct rte_mbuf *m, uint32_t len, uint8_t seed);

#endif /* FAKE_PORT_H */
