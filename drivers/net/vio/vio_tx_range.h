/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What packets have to be to be sent the short way, found out for several of them at once: the
 * 16-bit words of each mbuf from vio_mbuf_rearm_data() on, as far as a mask covers them, lie in
 * ranges if the least and the greatest of all their words do.
 */

#ifndef VIO_TX_RANGE_H
#define VIO_TX_RANGE_H

#include <stdbool.h>
#include <string.h>

#include <rte_vect.h>

#include "vio.h"
#include "vio_hdr.h"

/* As many words as a register holds; intrinsics, as compilers make no minimum of a comparison. */
#if defined(__AVX2__)
typedef uint16_t vio_tx_words_t __attribute__((vector_size(32)));
#define VIO_TX_LEAST(a, b)	((vio_tx_words_t)_mm256_min_epu16((__m256i)(a), (__m256i)(b)))
#define VIO_TX_GREATEST(a, b)	((vio_tx_words_t)_mm256_max_epu16((__m256i)(a), (__m256i)(b)))
#define VIO_TX_IS_ZERO(a)	(_mm256_testz_si256((__m256i)(a), (__m256i)(a)))
#else
typedef uint16_t vio_tx_words_t __attribute__((vector_size(16)));
#if defined(__SSE4_1__)
#define VIO_TX_LEAST(a, b)	((vio_tx_words_t)_mm_min_epu16((__m128i)(a), (__m128i)(b)))
#define VIO_TX_GREATEST(a, b)	((vio_tx_words_t)_mm_max_epu16((__m128i)(a), (__m128i)(b)))
#define VIO_TX_IS_ZERO(a)	(_mm_testz_si128((__m128i)(a), (__m128i)(a)))
#else
#define VIO_TX_SELECT(which, a, b)	(((a) & (vio_tx_words_t)(which)) | \
					 ((b) & ~(vio_tx_words_t)(which)))
#define VIO_TX_LEAST(a, b)	VIO_TX_SELECT((a) < (b), a, b)
#define VIO_TX_GREATEST(a, b)	VIO_TX_SELECT((a) > (b), a, b)
#define VIO_TX_IS_ZERO(a)	(memcmp(&(a), &(const vio_tx_words_t){ 0 }, sizeof(a)) == 0)
#endif
#endif

#define VIO_TX_PARTS	(VIO_TX_WORDS * sizeof(uint16_t) / sizeof(vio_tx_words_t))

/* The least and the greatest words of the packets that were looked at. */
struct vio_tx_extent {
	vio_tx_words_t least[VIO_TX_PARTS];
	vio_tx_words_t greatest[VIO_TX_PARTS];
};

static __rte_always_inline vio_tx_words_t
vio_tx_words_at(const void *words, size_t part)
{
	vio_tx_words_t at;

	memcpy(&at, RTE_PTR_ADD(words, part * sizeof(at)), sizeof(at));
	return at;
}

/* Begins with no packet: within any range. */
static __rte_always_inline void
vio_tx_extent_begin(struct vio_tx_extent *extent)
{
	memset(extent->least, UINT8_MAX, sizeof(extent->least));
	memset(extent->greatest, 0, sizeof(extent->greatest));
}

/* Looks at a packet. */
static __rte_always_inline void
vio_tx_extent_add(struct vio_tx_extent *extent, const uint16_t *mask, const struct rte_mbuf *m)
{
	const void *of_mbuf = RTE_PTR_ADD(m, offsetof(struct rte_mbuf, data_off));
	vio_tx_words_t words;
	size_t i;

#pragma GCC unroll 2
	for (i = 0; i < VIO_TX_PARTS; i++) {
		words = vio_tx_words_at(of_mbuf, i) & vio_tx_words_at(mask, i);
		extent->least[i] = VIO_TX_LEAST(extent->least[i], words);
		extent->greatest[i] = VIO_TX_GREATEST(extent->greatest[i], words);
	}
}

/* Whether all packets that were looked at are within a range. */
static __rte_always_inline bool
vio_tx_extent_is_within(const struct vio_tx_extent *extent, const struct vio_tx_range *range)
{
	vio_tx_words_t low, high, wrong = { 0 };
	size_t i;

#pragma GCC unroll 2
	for (i = 0; i < VIO_TX_PARTS; i++) {
		low = vio_tx_words_at(range->low, i);
		high = vio_tx_words_at(range->high, i);
		wrong |= VIO_TX_LEAST(extent->least[i], low) ^ low;
		wrong |= VIO_TX_GREATEST(extent->greatest[i], high) ^ high;
	}
	return VIO_TX_IS_ZERO(wrong);
}

#endif /* VIO_TX_RANGE_H */
