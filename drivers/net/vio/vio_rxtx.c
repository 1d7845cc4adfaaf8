/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Which data path runs: by the instruction set of the CPU, which EAL's user may restrict, and by
 * the features that were agreed on. No path is left for another one while a port is started.
 * Threads: any.
 */

#include <rte_cpuflags.h>
#include <rte_vect.h>

#include "vio_rxtx.h"

struct vio_paths {
	vio_rx_paths_t *rx[2];	/* by format: split, packed */
	vio_tx_paths_t *tx[2];
};

/* meson tells for which instruction sets the files were compiled. */
static const struct vio_paths all_paths[VIO_NB_ISAS] = {
	[VIO_ISA_BASE] = {
		.rx = { &vio_rx_split_base, &vio_rx_packed_base },
		.tx = { &vio_tx_split_base, &vio_tx_packed_base },
	},
#ifdef VIO_HAS_AVX2
	[VIO_ISA_AVX2] = {
		.rx = { &vio_rx_split_avx2, &vio_rx_packed_avx2 },
		.tx = { &vio_tx_split_avx2, &vio_tx_packed_avx2 },
	},
#endif
#ifdef VIO_HAS_AVX512
	[VIO_ISA_AVX512] = {
		.rx = { &vio_rx_split_avx512, &vio_rx_packed_avx512 },
		.tx = { &vio_tx_split_avx512, &vio_tx_packed_avx512 },
	},
#endif
};

/* Whether the CPU has all that meson.build compiles for. */
static bool
cpu_has(enum vio_isa isa)
{
#ifdef RTE_ARCH_X86
	switch (isa) {
	case VIO_ISA_AVX512:
		return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512F) > 0 &&
		       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512BW) > 0 &&
		       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512DQ) > 0 &&
		       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VL) > 0;
	case VIO_ISA_AVX2:
		return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) > 0;
	default:
		return true;
	}
#else
	return isa == VIO_ISA_BASE;
#endif
}

static bool
may_use(enum vio_isa isa, uint16_t bits)
{
	return all_paths[isa].rx[0] != NULL && rte_vect_get_max_simd_bitwidth() >= bits &&
	       cpu_has(isa);
}

enum vio_isa
vio_isa_choose(void)
{
	if (may_use(VIO_ISA_AVX512, RTE_VECT_SIMD_512))
		return VIO_ISA_AVX512;
	if (may_use(VIO_ISA_AVX2, RTE_VECT_SIMD_256))
		return VIO_ISA_AVX2;
	return VIO_ISA_BASE;
}

const char *
vio_isa_name(enum vio_isa isa)
{
	static const char *const names[VIO_NB_ISAS] = {
#if defined(RTE_ARCH_X86)
		[VIO_ISA_BASE] = "SSE",
#elif defined(RTE_ARCH_ARM64)
		[VIO_ISA_BASE] = "NEON",
#else
		[VIO_ISA_BASE] = "Scalar",
#endif
		[VIO_ISA_AVX2] = "AVX2",
		[VIO_ISA_AVX512] = "AVX512",
	};

	return names[isa];
}

const struct vio_rx_path *
vio_rx_path(const struct vio_dev *dev)
{
	enum vio_rx_kind kind = VIO_RX_ANY_ORDER;

	if (dev->splits_buffers)
		kind = VIO_RX_CHAIN;
	else if (vio_has(dev, VIRTIO_F_IN_ORDER))
		kind = VIO_RX_IN_ORDER;
	return (*all_paths[dev->isa].rx[vio_has(dev, VIRTIO_F_RING_PACKED)])[kind];
}

const struct vio_tx_path *
vio_tx_path(const struct vio_dev *dev)
{
	enum vio_tx_kind kind = vio_has(dev, VIRTIO_F_IN_ORDER) ? VIO_TX_IN_ORDER :
								  VIO_TX_ANY_ORDER;

	return (*all_paths[dev->isa].tx[vio_has(dev, VIRTIO_F_RING_PACKED)])[kind];
}
