/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The driver's transport over the test device in the same process, with the faults that a
 * transport can meet. Every fault is a field; all zero is a transport without fault.
 */

#ifndef FAKE_TRANSPORT_H
#define FAKE_TRANSPORT_H

#include "vdev_net.h"
#include "vio_transport.h"

struct fake_transport {
	struct vio_transport base;	/* first */
	struct vdev_net *net;
	int interrupt_fd;		/* an eventfd that isr_read drains; -1: none */

	bool gone;			/* unplugged: all reads are ones */
	int reset_error;		/* what reset returns instead of resetting */
	unsigned int nb_good_resets;	/* after so many that still work */
	int config_error;		/* what config_read returns */
	int config_vector_error;	/* what config_vector_set returns */
	bool needs_reset_at_vector;	/* and interrupts the driver with DEVICE_NEEDS_RESET */
	uint8_t event_status;		/* when the status is this ... */
	void (*event)(void);		/* ... something happens, unless NULL */
	int enable_error;		/* what queue_enable returns ... */
	uint16_t enable_error_queue;	/* ... for this queue */
};

void
fake_transport_init(struct fake_transport *t, struct vdev_net *net, const char *name);

extern const struct vio_transport_ops fake_transport_ops;

#endif /* FAKE_TRANSPORT_H */
