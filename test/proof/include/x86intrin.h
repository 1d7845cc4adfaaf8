/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* In place of the compiler's: as much of it as DPDK's headers need, as CBMC reads it slowly. */

#include <smmintrin.h>
