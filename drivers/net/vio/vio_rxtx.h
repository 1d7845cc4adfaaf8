/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The data paths, one file for each format of rings and direction, compiled for several
 * instruction sets: what the rest of the driver sees of them, and which of them runs. Where a
 * parameter is a void *, it is a struct vio_rxq or vio_txq, as ethdev has it. But for refill and
 * for the status of Tx descriptors, only the queue's thread may call them.
 */

#ifndef VIO_RXTX_H
#define VIO_RXTX_H

#include <rte_power_intrinsics.h>

#include "vio.h"

struct vio_rx_path {
	const char *name;	/* of the format, as rte_eth_rx_burst_mode_get() says it */

	eth_rx_burst_t burst;

	/*
	 * Gives the device as many empty buffers as are missing and as the pool has, and notifies
	 * it. Only after DRIVER_OK, by the queue's thread or before there is one.
	 */
	void (*refill)(struct vio_rxq *q);

	/* How many used buffers wait. */
	eth_rx_queue_count_t count;

	/* Offset 0 is the next buffer to be received. */
	eth_rx_descriptor_status_t status;

	/* What to watch for the next used buffer: rte_eth_get_monitor_addr(). */
	void (*monitor)(const struct vio_rxq *q, struct rte_power_monitor_cond *cond);
};

struct vio_tx_path {
	const char *name;

	eth_tx_burst_t burst;

	/* Offset 0 is the next descriptor to be taken. Changes nothing; any thread may ask. */
	eth_tx_descriptor_status_t status;

	/* Frees at most so many sent packets, or all with 0, and returns how many. */
	eth_tx_done_cleanup_t cleanup;
};

/*
 * The instruction sets for which the files of the data paths are compiled. What they have in
 * common is written once, with vectors of GNU C (vio_vec.h).
 */
enum vio_isa {
	VIO_ISA_BASE,	/* what DPDK itself is compiled for: SSE4.2, NEON or none */
	VIO_ISA_AVX2,
	VIO_ISA_AVX512,	/* F, BW, DQ and VL */
	VIO_NB_ISAS
};

/* A name within one of these files, made another one in each of its builds. */
#ifndef VIO_ISA
#define VIO_ISA			base
#endif
#define VIO_ISA_NAME(name)	VIO_ISA_NAME_OF(name, VIO_ISA)
#define VIO_ISA_NAME_OF(name, isa)	VIO_ISA_JOIN(name, isa)
#define VIO_ISA_JOIN(name, isa)	name ## _ ## isa

/* The paths of a format by the features that were agreed on. */
enum vio_rx_kind {
	VIO_RX_ANY_ORDER,
	VIO_RX_IN_ORDER,
	VIO_RX_CHAIN,	/* buffers of several mbufs */
	VIO_NB_RX_KINDS
};

enum vio_tx_kind {
	VIO_TX_ANY_ORDER,
	VIO_TX_IN_ORDER,
	VIO_NB_TX_KINDS
};

typedef const struct vio_rx_path *const vio_rx_paths_t[VIO_NB_RX_KINDS];
typedef const struct vio_tx_path *const vio_tx_paths_t[VIO_NB_TX_KINDS];

extern vio_rx_paths_t vio_rx_split_base, vio_rx_split_avx2, vio_rx_split_avx512;
extern vio_rx_paths_t vio_rx_packed_base, vio_rx_packed_avx2, vio_rx_packed_avx512;
extern vio_tx_paths_t vio_tx_split_base, vio_tx_split_avx2, vio_tx_split_avx512;
extern vio_tx_paths_t vio_tx_packed_base, vio_tx_packed_avx2, vio_tx_packed_avx512;

/*
 * The widest instruction set that the CPU has, that the driver was built for, and that EAL allows
 * (--force-max-simd-bitwidth).
 */
enum vio_isa
vio_isa_choose(void);

/* As rte_eth_rx_burst_mode_get() says it. */
const char *
vio_isa_name(enum vio_isa isa);

/* The paths of a device with its features as agreed on. */
const struct vio_rx_path *
vio_rx_path(const struct vio_dev *dev);
const struct vio_tx_path *
vio_tx_path(const struct vio_dev *dev);

#endif /* VIO_RXTX_H */
