/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the driver asks of a transport: the verbs to drive a device's status, features,
 * configuration and virtqueues, without knowing by which bus it is reached.
 *
 * Verbs are called from control threads, one at a time for a device; isr_read, status_get and
 * config_read also from the interrupt thread meanwhile. No verb blocks without a deadline. What
 * a verb returns was written by the device: the caller bounds it unless the contract does.
 */

#ifndef VIO_TRANSPORT_H
#define VIO_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "vio_feature.h"

/* How long a device may take to confirm a reset. */
#define VIO_RESET_DEADLINE_MS	5000

/* How often a configuration that changes while it is read is read again. */
#define VIO_CONFIG_TRIES	64

/* The part of every transport that the driver sees. Transports embed it first. */
struct vio_transport {
	const char *name;	/* the device's name for messages, owned by the bus */
};

/* A virtqueue as the device shall use it (virtio 4.1.5.1.3). */
struct vio_queue_conf {
	uint16_t size;		/* entries, a power of two for split rings */
	uint16_t vector;	/* MSI-X vector or VIRTIO_MSI_NO_VECTOR */
	uint64_t desc_iova;	/* Descriptor Area */
	uint64_t driver_iova;	/* Driver Area */
	uint64_t device_iova;	/* Device Area */
};

struct vio_transport_ops {
	/*
	 * Writes 0 to the status and waits until it reads 0 (virtio 4.1.4.3.2). Returns 0;
	 * -ETIMEDOUT past VIO_RESET_DEADLINE_MS; -ENODEV when the device is gone (reads of
	 * all ones). After a failure the device may still access the queues' memory.
	 */
	int (*reset)(struct vio_transport *t);

	/* The status bits VIRTIO_STATUS_*; 0xff when the device is gone. */
	uint8_t (*status_get)(struct vio_transport *t);

	/* Writes the status, never 0. */
	void (*status_set)(struct vio_transport *t, uint8_t status);

	/* The features the device offers. */
	void (*features_get)(struct vio_transport *t, struct vio_features *offered);

	/* The features the driver accepts. */
	void (*features_set)(struct vio_transport *t, const struct vio_features *accepted);

	/*
	 * Reads one field of the device-specific configuration, len bytes at offset, all of one
	 * generation (virtio 2.5.1). Returns 0; -ERANGE when the device has no such field;
	 * -EAGAIN when none of VIO_CONFIG_TRIES reads was stable.
	 */
	int (*config_read)(struct vio_transport *t, size_t offset, void *dst, size_t len);

	/* The largest size of a virtqueue, any value; 0: there is no such virtqueue. */
	uint16_t (*queue_size_max)(struct vio_transport *t, uint16_t queue);

	/*
	 * Programs and enables a virtqueue. Returns 0 and the address where its number is to be
	 * written to notify the device (16 bits); -EINVAL when the device does not take the
	 * size; -ENOSPC when it has no free vector; -ERANGE when the notification address lies
	 * outside the device's notification area.
	 */
	int (*queue_enable)(struct vio_transport *t, uint16_t queue,
			    const struct vio_queue_conf *conf, volatile void **notify_addr);

	/*
	 * Routes configuration change interrupts to an MSI-X vector, or to none with
	 * VIRTIO_MSI_NO_VECTOR. Returns 0, or -ENOSPC when the device refuses the vector.
	 */
	int (*config_vector_set)(struct vio_transport *t, uint16_t vector);

	/* Reads and so clears the interrupt status: VIRTIO_PCI_ISR_* bits. */
	uint8_t (*isr_read)(struct vio_transport *t);
};

#endif /* VIO_TRANSPORT_H */
