/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Vectors for what is done to a group of buffers at once: a 64-bit word for each of them. They are
 * those of GNU C, so that one source serves all instruction sets; intrinsics stand only where
 * the compilers' code would be bad.
 *
 * Where a compiler lacks them, memory is big-endian or a word is read in two halves, there are no
 * groups, and buffers are taken one by one.
 */

#ifndef VIO_VEC_H
#define VIO_VEC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_vect.h>

/* How many buffers a group has: as many as a register has words. */
#if defined(__AVX512F__)
#define VIO_VEC_GROUP	8
#elif defined(__AVX2__)
#define VIO_VEC_GROUP	4
#else
#define VIO_VEC_GROUP	2
#endif

/* A word for each buffer of a group. */
typedef uint64_t vio_vec_t __attribute__((vector_size(VIO_VEC_GROUP * sizeof(uint64_t))));

/* Two words, the size of every instruction set's registers. */
typedef uint64_t vio_vec_pair_t __attribute__((vector_size(2 * sizeof(uint64_t))));

/* As they lie in memory; entries of a used ring are aligned to 32 bits only (virtio 2.7). */
typedef uint64_t vio_vec_mem_t __attribute__((vector_size(VIO_VEC_GROUP * sizeof(uint64_t)),
					      aligned(sizeof(uint32_t)), may_alias));
typedef uint64_t vio_vec_pair_mem_t __attribute__((vector_size(2 * sizeof(uint64_t)),
						   aligned(sizeof(uint32_t)), may_alias));

#if defined(RTE_ARCH_64) && RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN && \
	(defined(__clang__) || __GNUC__ >= 12)
#define VIO_HAS_VEC

/* The words 2 * i and the next one. */
static __rte_always_inline vio_vec_pair_t
vio_vec_pair(const vio_vec_t *vec, unsigned int i)
{
	const vio_vec_t copy = *vec;

	return ((const vio_vec_pair_mem_t *)&copy)[i];
}

/* Puts together the pairs that stand step apart. */
static __rte_always_inline void
vio_vec_join(vio_vec_t *vec, const vio_vec_pair_t *pairs, unsigned int step)
{
#if defined(__AVX512F__)
	__m256i low = _mm256_set_m128i((__m128i)pairs[step], (__m128i)pairs[0]);
	__m256i high = _mm256_set_m128i((__m128i)pairs[3 * step], (__m128i)pairs[2 * step]);

	*vec = (vio_vec_t)_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
#elif defined(__AVX2__)
	*vec = (vio_vec_t)_mm256_set_m128i((__m128i)pairs[step], (__m128i)pairs[0]);
#else
	RTE_SET_USED(step);
	*vec = pairs[0];
#endif
}

/* Sets even to those words of a and b that have even numbers, in turns, and odd to the others. */
static __rte_always_inline void
vio_vec_mix(const vio_vec_t *a, const vio_vec_t *b, vio_vec_t *even, vio_vec_t *odd)
{
	const vio_vec_t from_a = *a, from_b = *b;

#if defined(__AVX512F__)
	*even = __builtin_shufflevector(from_a, from_b, 0, 8, 2, 10, 4, 12, 6, 14);
	*odd = __builtin_shufflevector(from_a, from_b, 1, 9, 3, 11, 5, 13, 7, 15);
#elif defined(__AVX2__)
	*even = __builtin_shufflevector(from_a, from_b, 0, 4, 2, 6);
	*odd = __builtin_shufflevector(from_a, from_b, 1, 5, 3, 7);
#else
	*even = __builtin_shufflevector(from_a, from_b, 0, 2);
	*odd = __builtin_shufflevector(from_a, from_b, 1, 3);
#endif
}

/* Makes a pair for each buffer of a group, of a word of first and one of second. */
static __rte_always_inline void
vio_vec_zip(const vio_vec_t *first, const vio_vec_t *second, vio_vec_pair_t pairs[VIO_VEC_GROUP])
{
	vio_vec_t mixed[2];
	unsigned int i;

	vio_vec_mix(first, second, &mixed[0], &mixed[1]);
#pragma GCC unroll 8
	for (i = 0; i < VIO_VEC_GROUP; i++)
		pairs[i] = vio_vec_pair(&mixed[i % 2], i / 2);
}

/* Of a pair for each buffer of a group, the first words and the second ones. */
static __rte_always_inline void
vio_vec_unzip(const vio_vec_pair_t pairs[VIO_VEC_GROUP], vio_vec_t *first, vio_vec_t *second)
{
	vio_vec_t even, odd;

	vio_vec_join(&even, &pairs[0], 2);
	vio_vec_join(&odd, &pairs[1], 2);
	vio_vec_mix(&even, &odd, first, second);
}

/*
 * Reads words that lie stride bytes apart, of 8 or 16, each of them once. Of 16, a word is the
 * second of a pair, and where a register holds a group, whole pairs are read: compilers gather 8
 * words in memory, and to read that again waits for all stores before.
 */
static __rte_always_inline void
vio_vec_read(vio_vec_t *vec, const volatile void *words, unsigned int stride)
{
	typedef uint64_t __rte_may_alias word_t;
	const volatile word_t *word = words;
	const volatile vio_vec_mem_t *pairs __rte_unused = (const volatile void *)(word - 1);

	if (stride == sizeof(*word)) {
		*vec = *(const volatile vio_vec_mem_t *)words;
		return;
	}
#if defined(__AVX512F__)
	*vec = __builtin_shufflevector(pairs[0], pairs[1], 1, 3, 5, 7, 9, 11, 13, 15);
#elif defined(__AVX2__)
	*vec = __builtin_shufflevector(pairs[0], pairs[1], 1, 3, 5, 7);
#else
	*vec = (vio_vec_t){ word[0], word[2] };
#endif
}

/* Moves a group's words, which are NULL then where they were. */
static __rte_always_inline void
vio_vec_move(void *to, void *from)
{
	const vio_vec_t null = { 0 };

	*(vio_vec_mem_t *)to = *(vio_vec_mem_t *)from;
	*(vio_vec_mem_t *)from = null;
}

/* Sets each word to a number of 16 bits. */
static __rte_always_inline void
vio_vec_widen(vio_vec_t *vec, const uint16_t *numbers)
{
#if defined(__AVX512F__)
	*vec = (vio_vec_t)_mm512_cvtepu16_epi64(_mm_loadu_si128((const void *)numbers));
#elif defined(__AVX2__)
	*vec = (vio_vec_t)_mm256_cvtepu16_epi64(_mm_loadl_epi64((const void *)numbers));
#else
	*vec = (vio_vec_t){ numbers[0], numbers[1] };
#endif
}

/* Whether no word has any of these bits. */
static __rte_always_inline bool
vio_vec_has_none(const vio_vec_t *vec, uint64_t bits)
{
#if defined(__AVX512F__)
	return _mm512_test_epi64_mask((__m512i)*vec, _mm512_set1_epi64(bits)) == 0;
#elif defined(__AVX2__)
	return _mm256_testz_si256((__m256i)*vec, _mm256_set1_epi64x(bits));
#elif defined(__SSE4_1__)
	return _mm_testz_si128((__m128i)*vec, _mm_set1_epi64x(bits));
#else
	const vio_vec_t words = *vec;

	return ((words[0] | words[1]) & bits) == 0;
#endif
}

static __rte_always_inline uint64_t
vio_vec_sum(const vio_vec_t *vec)
{
	vio_vec_pair_t sum = vio_vec_pair(vec, 0);
	unsigned int i;

#pragma GCC unroll 4
	for (i = 1; i < VIO_VEC_GROUP / 2; i++)
		sum += vio_vec_pair(vec, i);
	return sum[0] + sum[1];
}

#endif

#endif /* VIO_VEC_H */
