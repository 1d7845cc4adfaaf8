/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A PCI function for tests: a configuration space made of capabilities that the test names one
 * by one, and BARs of plain memory.
 */

#ifndef FAKE_PCI_H
#define FAKE_PCI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vio_pci.h"

#define FAKE_PCI_SPACE_LEN	256
#define FAKE_PCI_BAR_LEN	16384

/* As many as a capability can name; whoever takes a reserved one finds memory there. */
#define FAKE_PCI_BARS		256

/* Where QEMU puts the structures in its BAR 4. */
#define FAKE_PCI_COMMON		0x0000
#define FAKE_PCI_ISR		0x1000
#define FAKE_PCI_DEVICE		0x2000
#define FAKE_PCI_NOTIFY		0x3000
#define FAKE_PCI_LEN		0x1000

struct fake_pci {
	uint8_t space[FAKE_PCI_SPACE_LEN];
	uint8_t end;		/* where the next capability goes */
	uint8_t link;		/* the byte that shall point to it */
	size_t read_limit;	/* reads beyond it fail */
	struct vio_pci_bar bars[FAKE_PCI_BARS];
	uint8_t bar4[FAKE_PCI_BAR_LEN] __rte_aligned(4096);
};

/* A function without capabilities, its BAR 4 mapped and zero. */
void
fake_pci_init(struct fake_pci *p);

/*
 * Appends a capability of len bytes, 4 at least, its first two bytes apart. Returns its place in
 * the space.
 */
uint8_t
fake_pci_add(struct fake_pci *p, uint8_t id, const void *body, uint8_t len);

/* Appends a virtio capability of BAR 4 as a good device has it. Returns its place. */
uint8_t
fake_pci_add_virtio(struct fake_pci *p, uint8_t cfg_type, uint32_t offset, uint32_t length);

/* The same at any place and of any length. */
uint8_t
fake_pci_add_cap(struct fake_pci *p, const struct virtio_pci_notify_cap *cap);

/* All four structures as QEMU lays them out, behind a MSI-X capability. */
void
fake_pci_add_all(struct fake_pci *p);

/* Reads the configuration space of a struct fake_pci, for vio_pci_find_structures. */
int
fake_pci_read(const void *handle, void *buf, size_t len, off_t offset);

#endif /* FAKE_PCI_H */
