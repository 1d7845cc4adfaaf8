/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The list of PCI capabilities: whatever the configuration space holds, and however it changes
 * between two readings, the walk reads within it and ends. What becomes of a capability is proved
 * by pci_capability.c.
 */

#include "vio_pci.c"

#include "proof.h"

static unsigned int nb_taken;

struct vio_pci
nondet_pci(void);

/* The configuration space: each time that it is read it holds something else, or is not read. */
static int
config_read(const void *handle, void *buf, size_t len, off_t offset)
{
	PROVE(handle == &nb_taken, "the handle is passed on");
	PROVE(offset >= 0 && offset + len <= PCI_CONFIG_SPACE_SIZE, "within the space");
	proof_havoc(buf, len);
	return nondet_int();
}

/* In place of structure_take(): what it may do. */
void
take_any(struct vio_pci *pci, const struct vio_pci_bar bars[],
	 const struct virtio_pci_notify_cap *c)
{
	static uint8_t structure;

	PROVE(__CPROVER_r_ok(c, sizeof(*c)) && bars == NULL, "the parameters");
	nb_taken++;
	if (pci->common == NULL && nondet_bool())
		pci->common = (void *)&structure;
	if (pci->notify == NULL && nondet_bool())
		pci->notify = &structure;
	if (pci->device == NULL && nondet_bool())
		pci->device = &structure;
	if (pci->isr == NULL && nondet_bool())
		pci->isr = &structure;
}

void
proof(void)
{
	struct vio_pci pci = nondet_pci();
	int ret;

	ret = vio_pci_find_structures(&pci, NULL, config_read, &nb_taken);

	PROVE(ret == 0 || ret == -ENOTSUP || ret == -EINVAL || ret == -EIO, "as the header says");
	PROVE(ret != 0 || (pci.common != NULL && pci.notify != NULL && pci.device != NULL &&
			   pci.isr != NULL), "nothing is missing");
	REACHED(ret == 0, "a device");
	REACHED(ret == -ENOTSUP, "a legacy device");
	REACHED(ret == -EINVAL, "a faulty device");
	REACHED(ret == -EIO, "a device that cannot be read");
	REACHED(nb_taken == PCI_CAPS_MAX, "the longest list");
}
