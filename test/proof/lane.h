/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * In place of vio_vec.h, as CBMC does not know how vectors are shifted: groups of one word, which
 * is a number. The words of a vector have nothing to do with each other until they are summed up
 * or asked for bits that none of them may have. Included first by proofs of what is done by groups.
 */

#ifndef LANE_H
#define LANE_H
#define VIO_VEC_H	/* the driver's is not read */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_common.h>

#include "proof.h"

#define VIO_HAS_VEC
#define VIO_VEC_GROUP	1

typedef uint64_t vio_vec_t;
typedef uint64_t vio_vec_mem_t;
typedef uint64_t vio_vec_pair_t __attribute__((vector_size(2 * sizeof(uint64_t))));
typedef vio_vec_pair_t vio_vec_pair_mem_t;

#define LANES_MAX	16

static uint64_t lane_words[LANES_MAX];	/* what was read, in this order ... */
static const volatile void *lane_at[LANES_MAX];	/* ... and where */
static unsigned int nb_lanes;

static inline void
vio_vec_read(vio_vec_t *vec, const volatile void *words, unsigned int stride __rte_unused)
{
	PROVE(__CPROVER_r_ok(words, sizeof(*vec)), "within the ring");
	PROVE(nb_lanes < LANES_MAX, "each once");
	*vec = nondet_u64();
	lane_words[nb_lanes] = *vec;
	lane_at[nb_lanes++] = words;
}

static inline void
vio_vec_widen(vio_vec_t *vec, const uint16_t *numbers)
{
	*vec = *numbers;
}

static inline bool
vio_vec_has_none(const vio_vec_t *vec, uint64_t bits)
{
	return (*vec & bits) == 0;
}

static inline uint64_t
vio_vec_sum(const vio_vec_t *vec)
{
	return *vec;
}

/* What no proof comes to. */
void
vio_vec_join(vio_vec_t *vec, const vio_vec_pair_t *pairs, unsigned int step);
void
vio_vec_move(void *to, void *from);
void
vio_vec_zip(const vio_vec_t *first, const vio_vec_t *second, vio_vec_pair_t pairs[VIO_VEC_GROUP]);
void
vio_vec_unzip(const vio_vec_pair_t pairs[VIO_VEC_GROUP], vio_vec_t *first, vio_vec_t *second);

#endif /* LANE_H */
