/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Feature bits as a set of 128, and their negotiation as pure functions. */

#ifndef VIO_FEATURE_H
#define VIO_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vio_spec.h"

struct vio_features {
	uint64_t word[VIRTIO_FEATURE_BITS / 64];	/* bit n is bit n % 64 of word n / 64 */
};

/* Longest text of vio_features_print: every name the driver knows, and the end. */
#define VIO_FEATURES_TEXT_LEN 1024

static inline bool
vio_feature_has(const struct vio_features *set, unsigned int bit)
{
	return (set->word[bit / 64] >> (bit % 64)) & 1;
}

static inline void
vio_feature_add(struct vio_features *set, unsigned int bit)
{
	set->word[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void
vio_feature_del(struct vio_features *set, unsigned int bit)
{
	set->word[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/* Every feature this driver can drive (virtio 5.1.3 and 6). */
struct vio_features
vio_features_known(void);

/*
 * The features to accept: those both offered and wanted whose requirements (virtio 5.1.3.1)
 * are accepted too. Returns 0, or -ENOTSUP when a feature without which the driver cannot
 * work (VERSION_1) is not among them.
 */
int
vio_features_negotiate(const struct vio_features *offered, const struct vio_features *wanted,
		       struct vio_features *accepted);

/* Whether both sets hold the same bits. */
bool
vio_features_equal(const struct vio_features *a, const struct vio_features *b);

/* The names of a set's features, separated by spaces, into text of size bytes. */
void
vio_features_print(const struct vio_features *set, char *text, size_t size);

#endif /* VIO_FEATURE_H */
