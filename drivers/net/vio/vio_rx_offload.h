/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* What the virtio_net_hdr of a received packet says of its checksum and its segments. */

#ifndef VIO_RX_OFFLOAD_H
#define VIO_RX_OFFLOAD_H

#include "vio.h"

/*
 * Takes over what the header says (virtio 5.1.9.4): a checksum that is not complete is completed
 * in the packet, RTE_MBUF_F_RX_L4_CKSUM_* and RTE_MBUF_F_RX_LRO are set. *longest is the longest
 * frame that the packet may be, changed for one that was put together. Returns false for
 * a header that makes no sense, with the packet's bytes as they were.
 */
bool
vio_rx_offload(const struct vio_rxq *q, struct rte_mbuf *m, uint32_t *longest);

#endif /* VIO_RX_OFFLOAD_H */
