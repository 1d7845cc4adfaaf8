/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The virtio_net_hdr before each packet, where it lies in an mbuf, and how long a frame may be.
 * Pure functions.
 *
 * Receive: a posted buffer starts at the end of the mbuf's headroom, so that the header and the
 * Ethernet header behind it share a cache line; the frame's data therefore starts
 * a header later than in other drivers.
 * Transmit: the header is written into the headroom just before the data where that is allowed.
 */

#ifndef VIO_HDR_H
#define VIO_HDR_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "vio_feature.h"
#include "vio_spec.h"

/* The longest header that features the driver knows can make. */
#define VIO_HDR_LEN_MAX		VIRTIO_NET_HDR_LEN_TUNNEL

/* The length of the header with these features agreed on (virtio 5.1.9.3.1), both ways. */
static inline uint16_t
vio_hdr_len(const struct vio_features *agreed)
{
	if (vio_feature_has(agreed, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO) ||
	    vio_feature_has(agreed, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO))
		return VIRTIO_NET_HDR_LEN_TUNNEL;
	if (vio_feature_has(agreed, VIRTIO_NET_F_HASH_REPORT))
		return VIRTIO_NET_HDR_LEN_HASH;
	return VIRTIO_NET_HDR_LEN;
}

/*
 * data_off, refcnt, nb_segs and port of an mbuf, the eight bytes that are set together; mbufs
 * name them rearm_data, in a way that differs between DPDK's versions.
 */
typedef uint64_t __rte_may_alias vio_mbuf_word_t;

static inline vio_mbuf_word_t *
vio_mbuf_rearm_data(struct rte_mbuf *m)
{
	static_assert(offsetof(struct rte_mbuf, data_off) % sizeof(uint64_t) == 0 &&
		      offsetof(struct rte_mbuf, ol_flags) ==
		      offsetof(struct rte_mbuf, data_off) + sizeof(uint64_t), "rearm_data");

	return RTE_PTR_ADD(m, offsetof(struct rte_mbuf, data_off));
}

/*
 * Where an mbuf holds the address of its buffer for the device: virtual or IOVA. The queue keeps
 * this offset, so that a packet takes a load and no branch.
 */
#define VIO_MBUF_ADDR(use_va) \
	((use_va) ? offsetof(struct rte_mbuf, buf_addr) : offsetof(struct rte_mbuf, buf_iova))

/* The buffer's address for the device; addr_off is of VIO_MBUF_ADDR(). */
static inline uint64_t
vio_mbuf_addr(const struct rte_mbuf *m, uint16_t addr_off)
{
	uint64_t addr;

	memcpy(&addr, RTE_PTR_ADD(m, addr_off), sizeof(addr));
	return addr;
}

/* The header that the device wrote into a received mbuf. */
static inline const volatile struct virtio_net_hdr *
vio_hdr_rx(const struct rte_mbuf *m)
{
	return RTE_PTR_ADD(m->buf_addr, RTE_PKTMBUF_HEADROOM);
}

/* What the header of a received packet says: its flags and, eight bits higher, its gso_type. */
static inline uint16_t
vio_hdr_rx_says(const struct rte_mbuf *m)
{
	typedef rte_le16_t __rte_may_alias both_t;

	static_assert(offsetof(struct virtio_net_hdr, gso_type) ==
		      offsetof(struct virtio_net_hdr, flags) + 1, "virtio 5.1.9");
	return rte_le_to_cpu_16(*(const volatile both_t *)&vio_hdr_rx(m)->flags);
}

/* Of that, what gso_type says. */
#define VIO_HDR_SAYS_GSO	(UINT8_MAX << 8)

/*
 * The second 8 bytes of a received header, as a little-endian number: num_buffers is 1; and the
 * bits that say so.
 */
#define VIO_HDR_PLAIN1		(UINT64_C(1) << 16)
#define VIO_HDR_PLAIN1_BITS	(UINT64_C(0xffff) << 16)
static_assert(offsetof(struct virtio_net_hdr, flags) == 0 &&
	      offsetof(struct virtio_net_hdr, gso_type) == 1 &&
	      offsetof(struct virtio_net_hdr, num_buffers) == 10, "virtio 5.1.9");

/*
 * Whether a header may be written before the mbuf's data: nobody else may see the buffer
 * (not shared, not attached, not external), and there must be room.
 */
static inline bool
vio_hdr_tx_may_push(const struct rte_mbuf *m, uint16_t hdr_len)
{
	return RTE_MBUF_DIRECT(m) && rte_mbuf_refcnt_read(m) == 1 &&
	       rte_pktmbuf_headroom(m) >= hdr_len;
}

/* Writes a header of zeros: of any length that there is, in three stores that may overlap. */
static __rte_always_inline void
vio_hdr_tx_clear(void *dst, size_t hdr_len)
{
	static_assert(VIRTIO_NET_HDR_LEN >= sizeof(uint64_t) &&
		      VIO_HDR_LEN_MAX <= 3 * sizeof(uint64_t), "three stores");
	const size_t last = hdr_len - sizeof(uint64_t);
	uint8_t *bytes = dst;

	memset(bytes, 0, sizeof(uint64_t));
	memset(bytes + RTE_MIN(last, sizeof(uint64_t)), 0, sizeof(uint64_t));
	memset(bytes + last, 0, sizeof(uint64_t));
}

/* The longest header of which two words of 8 bytes are all. */
#define VIO_HDR_LEN_BRIEF	(2 * sizeof(uint64_t))

/*
 * The bits that are set in a header's first and last 8 bytes: those of a whole one, unless it is
 * longer than VIO_HDR_LEN_BRIEF.
 */
static __rte_always_inline uint64_t
vio_hdr_tx_bits(const void *hdr, size_t hdr_len)
{
	uint64_t first, last;

	memcpy(&first, hdr, sizeof(first));
	memcpy(&last, RTE_PTR_ADD(hdr, hdr_len - sizeof(last)), sizeof(last));
	return first | last;
}

/*
 * Writes a header of hdr_len bytes: hdr or, if that is NULL, one that asks for no offload.
 * virtio 5.1.9.2.1: the driver MUST set num_buffers to zero, and flags without CSUM.
 */
static inline void
vio_hdr_tx_write(void *dst, uint16_t hdr_len, const struct virtio_net_hdr_ext *hdr)
{
	uint8_t *bytes = dst;

	if (hdr == NULL) {
		vio_hdr_tx_clear(dst, hdr_len);
		return;
	}
	memcpy(bytes, hdr, VIRTIO_NET_HDR_LEN);
	if (unlikely(hdr_len > VIRTIO_NET_HDR_LEN))
		memcpy(bytes + VIRTIO_NET_HDR_LEN, &hdr->hash_value, hdr_len - VIRTIO_NET_HDR_LEN);
}

/* The first 8 bytes of a header, as a little-endian number. */
#define VIO_HDR_CSUM_START_SHIFT	48
#define VIO_HDR_FIRST(flags, gso_type, hdr_len, gso_size, csum_start) \
	((uint64_t)(flags) | (uint64_t)(gso_type) << 8 | (uint64_t)(hdr_len) << 16 | \
	 (uint64_t)(gso_size) << 32 | (uint64_t)(csum_start) << VIO_HDR_CSUM_START_SHIFT)
static_assert(offsetof(struct virtio_net_hdr, hdr_len) == 2 &&
	      offsetof(struct virtio_net_hdr, gso_size) == 4 &&
	      offsetof(struct virtio_net_hdr, csum_start) == 6 &&
	      offsetof(struct virtio_net_hdr, csum_offset) == sizeof(uint64_t), "virtio 5.1.9");

/* Writes a header from VIO_HDR_FIRST() and the offset of the checksum; the rest is zeros. */
static __rte_always_inline void
vio_hdr_tx_ask(void *dst, size_t hdr_len, uint64_t first, uint16_t csum_offset)
{
	uint32_t second = rte_cpu_to_le_32(csum_offset);
	uint8_t *bytes = dst;

	if (unlikely(hdr_len > VIRTIO_NET_HDR_LEN))
		vio_hdr_tx_clear(dst, hdr_len);
	first = rte_cpu_to_le_64(first);
	memcpy(bytes, &first, sizeof(first));
	memcpy(bytes + sizeof(first), &second, sizeof(second));
}

/*
 * Whether a frame is no longer than untagged_len, the longest one without a VLAN tag; up to two
 * tags come on top of it, tag_len bytes that are yet to be put in included. Tags are looked for
 * in the first segment, which must hold an Ethernet header.
 */
static inline bool
vio_frame_fits(const struct rte_mbuf *m, uint32_t untagged_len, uint16_t tag_len)
{
	rte_be16_t type;
	uint16_t off;

	for (off = RTE_ETHER_HDR_LEN; m->pkt_len > untagged_len; off += RTE_VLAN_HLEN) {
		if (off + tag_len > RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN || off > m->data_len)
			return false;
		/* Not aligned where the frame begins at an odd address. */
		memcpy(&type, rte_pktmbuf_mtod_offset(m, const void *, off - sizeof(type)),
		       sizeof(type));
		if (type != RTE_BE16(RTE_ETHER_TYPE_VLAN) && type != RTE_BE16(RTE_ETHER_TYPE_QINQ))
			return false;
		untagged_len += RTE_VLAN_HLEN;
	}
	return true;
}

#endif /* VIO_HDR_H */
