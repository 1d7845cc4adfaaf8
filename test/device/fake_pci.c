/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The configuration space and BARs of a PCI function, in memory. One thread. */

#include <errno.h>
#include <string.h>

#include "fake_pci.h"

/* PCI Local Bus Specification: the header, and the capabilities behind it */
#define STATUS_LO	0x06
#define STATUS_CAP_LIST	0x10
#define CAP_POINTER	0x34
#define FIRST_CAP	0x40
#define CAP_ID_MSIX	0x11
#define CAP_ID_VENDOR	0x09

#define VIRTIO_BAR	4

void
fake_pci_init(struct fake_pci *p)
{
	unsigned int i;

	memset(p, 0, sizeof(*p));
	p->space[STATUS_LO] = STATUS_CAP_LIST;
	p->link = CAP_POINTER;
	p->end = FIRST_CAP;
	p->read_limit = sizeof(p->space);
	for (i = VIRTIO_BAR; i < RTE_DIM(p->bars); i++) {
		if (i > VIRTIO_BAR && i < VIO_PCI_BARS)
			continue;
		p->bars[i].addr = p->bar4;
		p->bars[i].len = sizeof(p->bar4);
	}
}

uint8_t
fake_pci_add(struct fake_pci *p, uint8_t id, const void *body, uint8_t len)
{
	uint8_t at = p->end;

	p->space[p->link] = at;
	p->link = at + 1;
	p->space[at] = id;
	memcpy(&p->space[at + 2], (const uint8_t *)body + 2, len - 2);
	p->end = RTE_ALIGN_CEIL(at + len, 4);
	return at;
}

uint8_t
fake_pci_add_cap(struct fake_pci *p, const struct virtio_pci_notify_cap *cap)
{
	uint8_t len = RTE_MIN(RTE_MAX(cap->cap.cap_len, (uint8_t)4), (uint8_t)sizeof(*cap));

	return fake_pci_add(p, CAP_ID_VENDOR, cap, len);
}

uint8_t
fake_pci_add_virtio(struct fake_pci *p, uint8_t cfg_type, uint32_t offset, uint32_t length)
{
	const struct virtio_pci_notify_cap cap = {
		.cap = {
			.cap_len = cfg_type == VIRTIO_PCI_CAP_NOTIFY_CFG ?
				sizeof(struct virtio_pci_notify_cap) :
				sizeof(struct virtio_pci_cap),
			.cfg_type = cfg_type,
			.bar = VIRTIO_BAR,
			.offset = rte_cpu_to_le_32(offset),
			.length = rte_cpu_to_le_32(length),
		},
		.notify_off_multiplier = rte_cpu_to_le_32(4),
	};

	return fake_pci_add_cap(p, &cap);
}

void
fake_pci_add_all(struct fake_pci *p)
{
	static const uint8_t msix[12];

	fake_pci_add(p, CAP_ID_MSIX, msix, sizeof(msix));
	fake_pci_add_virtio(p, VIRTIO_PCI_CAP_NOTIFY_CFG, FAKE_PCI_NOTIFY, FAKE_PCI_LEN);
	fake_pci_add_virtio(p, VIRTIO_PCI_CAP_DEVICE_CFG, FAKE_PCI_DEVICE, FAKE_PCI_LEN);
	fake_pci_add_virtio(p, VIRTIO_PCI_CAP_ISR_CFG, FAKE_PCI_ISR, FAKE_PCI_LEN);
	fake_pci_add_virtio(p, VIRTIO_PCI_CAP_COMMON_CFG, FAKE_PCI_COMMON, FAKE_PCI_LEN);
}

int
fake_pci_read(const void *handle, void *buf, size_t len, off_t offset)
{
	const struct fake_pci *p = handle;

	if (offset < 0 || offset + len > p->read_limit)
		return -EIO;
	memcpy(buf, &p->space[offset], len);
	return len;
}
