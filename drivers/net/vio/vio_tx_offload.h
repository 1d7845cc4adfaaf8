/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The virtio_net_hdr of a packet that asks for a checksum or for segmentation. */

#ifndef VIO_TX_OFFLOAD_H
#define VIO_TX_OFFLOAD_H

#include "vio.h"

/* What a packet may ask for in ol_flags, and what makes it go through vio_tx_offload(). */
#define VIO_TX_OFFLOAD_FLAGS \
	(RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG | \
	 RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_OUTER_IP_CKSUM | RTE_MBUF_F_TX_OUTER_UDP_CKSUM)

/*
 * Makes the header (virtio 5.1.9.2) for a packet with one of VIO_TX_OFFLOAD_FLAGS. Writes into
 * the packet, if nobody else may see it, the checksums of IPv4 headers and of an outer UDP header
 * that were asked for and, of a packet to be segmented, the sums of pseudo headers. May be called
 * again. Returns false for a packet that cannot be sent, as vio_tx_prepare() explains. tag_len:
 * bytes of VLAN tags that the burst will put in.
 */
bool
vio_tx_offload(const struct vio_txq *q, struct rte_mbuf *m, uint16_t tag_len,
	       struct virtio_net_hdr_ext *hdr);

/*
 * Makes the form (vio_tx_form.h) of a packet with one of VIO_TX_OFFLOAD_FLAGS, as vio_tx_offload()
 * does the packet. Returns false for one that has none, or that cannot be sent.
 */
bool
vio_tx_form_learn(struct vio_txq *q, struct rte_mbuf *m);

/*
 * eth_tx_prep_t: makes packets ready for the burst function, and says which the queue cannot send:
 * rte_errno is EINVAL for one that contradicts itself, or that is too long; ENOTSUP for one that
 * asks for what was not configured, or that would have to be written and is shared, indirect or
 * external, or has its headers in several segments.
 */
uint16_t
vio_tx_prepare(void *queue, struct rte_mbuf **pkts, uint16_t nb_pkts);

#endif /* VIO_TX_OFFLOAD_H */
