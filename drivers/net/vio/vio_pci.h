/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The transport over PCI (virtio 4.1): where a device's structures lie, and its verbs. */

#ifndef VIO_PCI_H
#define VIO_PCI_H

#include <stddef.h>
#include <stdint.h>

#include "vio_spec.h"
#include "vio_transport.h"

#define VIO_PCI_BARS	(VIRTIO_PCI_CAP_BAR_MAX + 1)

/* A BAR as it is mapped here; addr is NULL for one that is absent or in I/O space. */
struct vio_pci_bar {
	uint8_t *addr;
	uint64_t len;
};

struct vio_pci {
	struct vio_transport base;

	/* Each lies within its BAR as a whole. */
	volatile struct virtio_pci_common_cfg *common;
	volatile uint8_t *isr;
	volatile uint8_t *device;	/* struct virtio_net_config, as much as the device has */
	volatile uint8_t *notify;
	uint32_t common_len;
	uint32_t device_len;
	uint32_t notify_len;
	uint32_t notify_off_multiplier;

	/* As the driver accepted it. */
	bool notification_data;		/* NOTIFICATION_DATA: notifications have 32 bits */
	bool notif_config_data;		/* NOTIF_CONFIG_DATA: the device names its queues */
};

/*
 * Reads len bytes at offset of the PCI configuration space into buf. Returns the number of bytes
 * read, or a negative value.
 */
typedef int (*vio_pci_config_read_t)(const void *handle, void *buf, size_t len, off_t offset);

/*
 * Finds the device's structures (virtio 4.1.4) and fills all of pci but base.name, which must be
 * set. Of each type, the first capability is taken that is usable: in a BAR that is mapped,
 * within it, aligned, and large enough. Returns 0; -ENOTSUP when there is no virtio capability
 * at all (a legacy device); -EINVAL when a structure that the driver needs is missing or every
 * instance of it is malformed; -EIO when the configuration space cannot be read.
 */
int
vio_pci_find_structures(struct vio_pci *pci, const struct vio_pci_bar bars[VIO_PCI_BARS],
			vio_pci_config_read_t read, const void *handle);

/* The verbs; the transport they take is a struct vio_pci. */
extern const struct vio_transport_ops vio_pci_ops;

#endif /* VIO_PCI_H */
