/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* A field of the configuration of a PCI device: as many bytes are read and written as it has. */

#include "vio_pci.c"

#include "registers.h"

#define LEN_MAX	sizeof(((struct virtio_net_config *)0)->mac)	/* the longest */

void
proof(void)
{
	volatile uint8_t *src;
	size_t len = nondet_u8();
	uint8_t *dst;

	ASSUME(len >= 1 && len <= LEN_MAX);
	src = __CPROVER_allocate(len, false);
	dst = __CPROVER_allocate(len, false);
	pci_field_read(src, dst, len);
	REACHED(len == LEN_MAX, "an address");
	REACHED(len == sizeof(uint32_t), "a word");
}
