/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The registers of a PCI device, each read of which gives any value: no address of a doorbell is
 * formed outside of the notification structure, no field is read outside of the configuration,
 * and neither reading it nor a reset goes on for ever.
 */

#include "vio_pci.c"

#include "registers.h"

static uint64_t now;

void
rte_delay_us_sleep(unsigned int us __rte_unused)
{
}

/* In place of rte_rdtsc(): so fast that the deadline comes after a few looks at it. */
uint64_t
clock_read(void)
{
	return now += rte_get_tsc_hz();
}

static void
prove_doorbell(struct vio_pci *pci)
{
	const size_t width = pci->notification_data ? sizeof(rte_le32_t) : sizeof(rte_le16_t);
	struct vio_doorbell d;
	int ret;

	ret = pci_doorbell_get(pci, nondet_u16(), &d);
	PROVE(ret == 0 || ret == -ERANGE, "as the contract says");
	if (ret == 0) {
		PROVE(__CPROVER_same_object(d.addr, pci->notify), "of the structure");
		PROVE(__CPROVER_POINTER_OFFSET(d.addr) + width <= pci->notify_len, "within it");
		PROVE(__CPROVER_POINTER_OFFSET(d.addr) % width == 0, "aligned as it is written");
	}
	REACHED(ret == 0 && __CPROVER_POINTER_OFFSET(d.addr) > UINT16_MAX, "a doorbell");
	REACHED(ret == -ERANGE, "one beyond the structure");
}

/* In place of pci_field_read(), which the configuration is read by again and again. */
void
field_any(volatile uint8_t *src, void *dst, size_t len)
{
	PROVE(__CPROVER_r_ok(src, len), "within the structure");
	proof_havoc(dst, len);
}

static void
prove_config(struct vio_pci *pci)
{
	size_t len = nondet_u8(), offset = nondet_u16();
	uint8_t field[sizeof(struct virtio_net_config)];
	int ret;

	/* The caller's: a field of the structure. */
	ASSUME(len > 0 && offset + len <= sizeof(field) && len <= 6);
	ret = pci_config_read(&pci->base, offset, field, len);
	PROVE(ret == 0 || ret == -ERANGE || ret == -EAGAIN || ret == -ENODEV,
	      "as the contract says");
	REACHED(ret == 0 && len == 6, "the address");
	REACHED(ret == -ERANGE, "a field that the device lacks");
	REACHED(ret == -EAGAIN, "a configuration that never settles");
}

void
proof(void)
{
	struct virtio_pci_common_cfg common;
	struct vio_pci pci = {
		.base.name = "proof",
		.common = &common,
		.notify_len = nondet_u32(),
		.device_len = nondet_u32(),
		.notify_off_multiplier = nondet_u32(),
		.notification_data = nondet_bool(),
		.notif_config_data = nondet_bool(),
	};
	int ret;

	/* What pci_capability.c proves. */
	ASSUME(pci.notify_len >= sizeof(rte_le16_t) && pci.device_len >= 6);
	pci.notify = __CPROVER_allocate(pci.notify_len, false);
	pci.device = __CPROVER_allocate(pci.device_len, false);

	prove_doorbell(&pci);
	prove_config(&pci);
	ret = pci_reset(&pci.base);
	PROVE(ret == 0 || ret == -ENODEV || ret == -ETIMEDOUT, "as the contract says");
	REACHED(ret == 0, "a reset");
	REACHED(ret == -ENODEV, "a device that is gone");
	REACHED(ret == -ETIMEDOUT, "a reset that never ends");
}
