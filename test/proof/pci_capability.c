/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * One virtio capability of any content: what it names is taken only if it lies within a mapped
 * BAR as a whole, aligned, and large enough; what was found before stays. So, by induction, all
 * structures of a device lie within BARs, whatever capabilities it has.
 */

#include "vio_pci.c"

#include "proof.h"

struct vio_pci
nondet_pci(void);

static struct vio_pci_bar
any_bar(void)
{
	struct vio_pci_bar bar = { .len = nondet_u64() };

	/* What the address space of a process has room for. */
	ASSUME(bar.len <= UINT64_C(1) << 47);
	bar.addr = nondet_bool() ? NULL : __CPROVER_allocate(bar.len, false);
	return bar;
}

/* A structure that was not found before lies within the BAR now. */
static void
prove_within(const struct vio_pci_bar *bar, const volatile void *addr, uint64_t len,
	     unsigned int align)
{
	uint64_t offset = __CPROVER_POINTER_OFFSET(addr);

	PROVE(bar->addr != NULL && __CPROVER_same_object(bar->addr, addr), "in a mapped BAR");
	PROVE(offset <= bar->len && len <= bar->len - offset, "within the BAR");
	PROVE(offset % align == 0, "aligned as its registers are");
}

void
proof(void)
{
	struct vio_pci pci = nondet_pci(), before = pci;
	struct vio_pci_bar bars[VIO_PCI_BARS];
	const struct vio_pci_bar *bar;
	struct virtio_pci_notify_cap c;
	unsigned int i;

	for (i = 0; i < VIO_PCI_BARS; i++)
		bars[i] = any_bar();
	proof_havoc(&c, sizeof(c));
	bar = &bars[c.cap.bar % VIO_PCI_BARS];
	structure_take(&pci, bars, &c);

	PROVE(before.common == NULL || (pci.common == before.common &&
					pci.common_len == before.common_len), "common stays");
	PROVE(before.notify == NULL || (pci.notify == before.notify &&
					pci.notify_len == before.notify_len), "notify stays");
	PROVE(before.device == NULL || (pci.device == before.device &&
					pci.device_len == before.device_len), "device stays");
	PROVE(before.isr == NULL || pci.isr == before.isr, "isr stays");
	if (pci.common != before.common) {
		PROVE(pci.common_len >= COMMON_LEN_MIN, "common is large enough");
		prove_within(bar, pci.common, pci.common_len, 4);
	}
	if (pci.notify != before.notify) {
		PROVE(pci.notify_len >= sizeof(rte_le16_t), "notify is large enough");
		prove_within(bar, pci.notify, pci.notify_len, 2);
	}
	if (pci.device != before.device) {
		PROVE(pci.device_len >= sizeof(((struct virtio_net_config *)0)->mac),
		      "device is large enough");
		prove_within(bar, pci.device, pci.device_len, 4);
	}
	if (pci.isr != before.isr)
		prove_within(bar, pci.isr, 1, 1);

	REACHED(pci.common != before.common, "common is found");
	REACHED(pci.notify != before.notify, "notify is found");
	REACHED(pci.device != before.device, "device is found");
	REACHED(pci.isr != before.isr, "isr is found");
	REACHED(pci.device != before.device && pci.device_len == UINT32_MAX, "of 4 GiB");
}
