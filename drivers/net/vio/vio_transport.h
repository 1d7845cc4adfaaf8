/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the driver asks of a transport: the verbs to drive a device's status, features,
 * configuration and virtqueues, without knowing by which bus it is reached.
 *
 * Verbs are called from control threads, one at a time for a device, but ctrl from any; isr_read,
 * status_get and config_read also from the interrupt thread meanwhile. No verb blocks without a
 * deadline. What
 * a verb returns was written by the device: the caller bounds it unless the contract does.
 */

#ifndef VIO_TRANSPORT_H
#define VIO_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vio_feature.h"
#include "vio_ring.h"

/* How long a device may take to confirm a reset. */
#define VIO_RESET_DEADLINE_MS	5000

/* The status of a device that is gone; on PCI, every read of it returns all ones. */
#define VIO_STATUS_GONE		UINT8_MAX

/* How often a configuration that changes while it is read is read again. */
#define VIO_CONFIG_TRIES	64

/* The part of every transport that the driver sees. Transports embed it first. */
struct vio_transport {
	const char *name;	/* the device's name for messages, owned by the bus */
	bool use_va;		/* the device takes virtual addresses of this process, not IOVAs */
	bool has_rx_intr;	/* the interrupt handle has an eventfd for each Rx queue's vector */
	bool comes_back;	/* a device that is gone may come back: that is no removal */
};

/* A virtqueue as the device shall use it (virtio 4.1.5.1.3). */
struct vio_queue_conf {
	uint16_t size;		/* entries, a power of two for split rings */
	uint16_t vector;	/* MSI-X vector or VIRTIO_MSI_NO_VECTOR */
	uint64_t desc_addr;	/* Descriptor Area: descriptor table; packed: descriptor ring */
	uint64_t driver_addr;	/* Driver Area: available ring; packed: event suppression */
	uint64_t device_addr;	/* Device Area: used ring; packed: event suppression */
};

struct vio_transport_ops {
	/*
	 * Resets the device, and waits until it is (virtio 4.1.4.3.2). Returns 0 when the device
	 * no longer uses any memory, even if that is because it ended; -ETIMEDOUT past
	 * VIO_RESET_DEADLINE_MS, after which the device may still access the queues' memory;
	 * -ENODEV when the device is gone (reads of all ones), so that it accesses nothing.
	 */
	int (*reset)(struct vio_transport *t);

	/* The status bits VIRTIO_STATUS_*; VIO_STATUS_GONE when the device is gone. */
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
	 * -EAGAIN when none of VIO_CONFIG_TRIES reads was stable; -ENODEV when it is gone.
	 */
	int (*config_read)(struct vio_transport *t, size_t offset, void *dst, size_t len);

	/* The largest size of a virtqueue, any value; 0: there is no such virtqueue. */
	uint16_t (*queue_size_max)(struct vio_transport *t, uint16_t queue);

	/*
	 * Programs and enables a virtqueue. Returns 0 and how the device is notified of it, by 16
	 * bits (32 with NOTIFICATION_DATA) at an address or by an eventfd, which stays open as long
	 * as the transport; -EINVAL when the device does not take the size; -ENOSPC when it has no
	 * free vector; -ERANGE when the notification address lies outside the device's notification
	 * area; another -errno when the device cannot be reached or given the memory, said in a
	 * message of the transport's own.
	 */
	int (*queue_enable)(struct vio_transport *t, uint16_t queue,
			    const struct vio_queue_conf *conf, struct vio_doorbell *doorbell);

	/*
	 * Routes configuration change interrupts to an MSI-X vector, or to none with
	 * VIRTIO_MSI_NO_VECTOR. Returns 0, or -ENOSPC when the device refuses the vector.
	 */
	int (*config_vector_set)(struct vio_transport *t, uint16_t vector);

	/* Reads and so clears the interrupt status: VIRTIO_PCI_ISR_* bits. */
	uint8_t (*isr_read)(struct vio_transport *t);

	/*
	 * Executes a command of the control virtqueue (virtio 5.1.9.5) that the transport itself
	 * answers; NULL: the device has a virtqueue for them. Returns 0, or -EIO when
	 * the command is refused.
	 */
	int (*ctrl)(struct vio_transport *t, const struct virtio_net_ctrl_hdr *hdr,
		    const void *data, size_t len);
};

#endif /* VIO_TRANSPORT_H */
