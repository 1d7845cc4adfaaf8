/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* TCP and UDP frames for tests of checksum and segmentation. */

#ifndef INET_FRAME_H
#define INET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inet_frame {
	/* What is wanted. */
	bool ipv6;
	bool udp;
	unsigned int nb_tags;
	size_t payload;		/* bytes behind the transport header */
	uint8_t tcp_flags;
	uint8_t seed;		/* of the payload's pattern */

	/* Where it came to lie, from the frame's start. */
	size_t l3;
	size_t l4;
	size_t csum_offset;	/* of the checksum, from l4 */
	size_t headers;		/* up to the payload */
	size_t len;
};

/* Writes the frame, complete and with all checksums, into buf. */
void
inet_frame_make(struct inet_frame *f, uint8_t *buf);

/*
 * Puts the frame of inner_len bytes at inner into a VXLAN tunnel: outer states what is wanted of
 * the outer headers but udp and payload. There is no outer checksum, which is 0, or, with partial,
 * the sum of the pseudo header. buf may not overlap inner.
 */
void
inet_frame_make_tunnel(struct inet_frame *outer, const uint8_t *inner, size_t inner_len,
	bool partial, uint8_t *buf);

/* Replaces the transport's checksum by the sum of the pseudo header. */
void
inet_frame_make_partial(const struct inet_frame *f, uint8_t *buf);

#endif /* INET_FRAME_H */
