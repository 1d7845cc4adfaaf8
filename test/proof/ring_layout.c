/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The memory of a ring of any size, in both formats: its parts are large enough for as many
 * entries as the ring has, lie one behind the other within it, and are aligned as the device
 * and the driver need it.
 */

#include "vio_ring.c"

#include "proof.h"

void
proof(void)
{
	struct vio_ring_conf conf = {
		.is_packed = nondet_bool(),
		.size = nondet_u16(),
		.extra = nondet_u32(),
	};
	size_t desc, driver, device;
	struct vio_ring_layout l;

	ASSUME(conf.size >= VIO_RING_SIZE_MIN && conf.size <= VIRTQ_SIZE_MAX);
	l = vio_ring_layout(&conf);

	/* virtio 2.7 and 2.8.10.1; with the events of EVENT_IDX */
	desc = (size_t)16 * conf.size;
	driver = conf.is_packed ? 4 : 6 + (size_t)2 * conf.size;
	device = conf.is_packed ? 4 : 6 + (size_t)8 * conf.size;
	PROVE(l.desc == 0 && l.driver >= desc, "the Descriptor Area");
	PROVE(l.device >= l.driver + driver, "the Driver Area");
	PROVE(l.extra >= l.device + device, "the Device Area");
	PROVE(l.total >= l.extra + conf.extra, "the room for the caller");
	PROVE(l.driver % (conf.is_packed ? 4 : 2) == 0 && l.device % 4 == 0, "aligned");
	PROVE(l.device / RTE_CACHE_LINE_SIZE != (l.driver + driver - 1) / RTE_CACHE_LINE_SIZE,
	      "the device writes on cache lines of its own");
	REACHED(conf.size == VIRTQ_SIZE_MAX, "the largest ring");
}
