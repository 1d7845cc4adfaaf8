/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The word that the device wrote of a received buffer, any value, on rings of any size: it is good
 * for a group exactly if it names the id that is expected, with a length from an Ethernet header
 * (of a further buffer of a packet: a byte) to all of the buffer, and on packed rings says that the
 * buffer is used. So a group has no
 * buffer that would not be taken by itself (rx_dequeue.c) as well.
 *
 * FORMAT is the name of a format, BURST_FILE its file; PACKED says which it is.
 */

#include "lane.h"

#include "vio.h"
#include "vio_rx_group.h"

/* What else is done with vectors is not looked at. */
#undef VIO_HAS_VEC
#include BURST_FILE

/* That of rte_eth_dev_info, which ethdev holds the application to. */
#define BUF_LEN_MIN	(VIRTIO_NET_HDR_LEN + RTE_ETHER_MIN_LEN)

static struct vio_rxq
any_queue(void)
{
	struct vio_rxq q = {
		.ring = { .size = nondet_u16(), .used_bits = nondet_u16() },
		.buf_len = nondet_u16(),
		.hdr_len = nondet_u16(),
		.mtu_frame_len = nondet_u16(),
	};

	ASSUME(q.ring.size >= VIO_RING_SIZE_MIN && q.ring.size <= VIRTQ_SIZE_MAX);
	ASSUME(q.ring.used_bits == VIO_RING_PACKED_BITS || q.ring.used_bits == 0);
	ASSUME(q.buf_len >= BUF_LEN_MIN);
	ASSUME(q.hdr_len == VIRTIO_NET_HDR_LEN || q.hdr_len == VIRTIO_NET_HDR_LEN_HASH ||
	       q.hdr_len == VIRTIO_NET_HDR_LEN_TUNNEL);
	if (PACKED)
		q.ring.pdesc = __CPROVER_allocate(q.ring.size * sizeof(*q.ring.pdesc), false);
	else
		q.ring.used = __CPROVER_allocate(sizeof(*q.ring.used) +
						 q.ring.size * sizeof(q.ring.used->ring[0]), false);
	return q;
}

/* What the word says, by the specification (virtio 2.7.8, 2.8.13). */
static bool
is_expected(const struct vio_rxq *q, uint64_t word, uint16_t id, uint32_t *len)
{
	uint16_t flags = word >> 48;

	if (!PACKED) {
		*len = word >> 32;
		return (uint32_t)word == id;
	}
	*len = word;
	return (uint16_t)(word >> 32) == id && (flags & VIO_RING_PACKED_BITS) == q->ring.used_bits;
}

void
proof(void)
{
	struct vio_rxq q = any_queue();
	uint16_t pos = nondet_u16(), id = nondet_u16();
	struct vio_rx_groups g = { .ids = &id };
	struct vio_rx_expected e;
	vio_vec_t above;
	bool good, near, further = nondet_bool();
	uint32_t len, shortest = further ? 1 : q.hdr_len + RTE_ETHER_HDR_LEN;

	ASSUME(pos < q.ring.size && id < q.ring.size);
	g.words = FORMAT.word.at(&q, pos);
	if (further)
		vio_rx_expect_further(&FORMAT.word, &q, FORMAT.word_flags(&q), &e);
	else
		vio_rx_expect(&FORMAT.word, &q, FORMAT.word_flags(&q), &e);
	vio_rx_group_read(&FORMAT.word, &g, 0, &e, &above);
	near = vio_rx_group_is_near(&FORMAT.word, &above, &e);

	good = is_expected(&q, lane_words[0], id, &len) && len <= q.buf_len &&
	       len >= shortest;
	PROVE(near == good, "what would be taken by itself, and nothing else");
	PROVE(!near || (above >> FORMAT.word.len_shift) == len - shortest,
	      "how much longer than the shortest packet");
	PROVE(nb_lanes == 1, "read once");
	REACHED(near && len == q.buf_len, "a full buffer");
	REACHED(near && len == shortest && !further, "the shortest packet");
	REACHED(near && len == 1, "the shortest further buffer");
	REACHED(!near && is_expected(&q, lane_words[0], id, &len), "another length");
}
