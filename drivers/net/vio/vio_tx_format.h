/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What a ring format does for transmit. A burst file hands a constant of its own to the functions
 * of vio_tx_complete.h, vio_tx_post.h and vio_tx.h, which are inlined with all that it names.
 */

#ifndef VIO_TX_FORMAT_H
#define VIO_TX_FORMAT_H

#include "vio_tx_held.h"

/* Packets that are looked at together. */
#define VIO_TX_GROUP	8

/* A chain of descriptors in the making, in the ring or in a table. */
struct vio_tx_chain {
	uint16_t id;		/* what the device names it by */
	uint16_t next;		/* the position of the descriptor to write next */
	uint16_t nb_descs;
};

/* Where packets of one descriptor each go: to successive positions that do not wrap. */
struct vio_tx_run {
	const uint16_t *ids;	/* of these positions */
	void *descs;		/* split: by id; packed: by position, from the first on */
	uint64_t flags;		/* packed: what the second word has besides id and length */
	uint64_t first_flags;	/* the same of the first descriptor */
};

/* Writes the next descriptor of a chain; flags: VIRTQ_DESC_F_NEXT unless it is the last. */
typedef void (*vio_tx_add_t)(struct vio_txq *q, struct vio_tx_chain *chain, uint64_t addr,
			     uint32_t len, uint16_t flags);

struct vio_tx_format {
	/* IN_ORDER: ids are positions, and a used entry stands for all packets up to its own. */
	bool in_order;

	/* Looks for used chains, before completion. False: the queue broke. */
	bool (*look)(struct vio_txq *q);

	/*
	 * How many of the next used entries name the oldest positions one by one, as of the last
	 * look: up to max, which are held and do not wrap.
	 */
	uint16_t (*match)(const struct vio_txq *q, uint16_t max);

	/* Reads the id of the next used chain, any value. False: none as of the last look. */
	bool (*read)(const struct vio_txq *q, uint32_t *id);

	/* How many used chains the device told of at most, as of the last look. */
	uint16_t (*told)(const struct vio_txq *q);

	/* Goes on behind used chains, the oldest ones. */
	void (*skip)(struct vio_txq *q, uint16_t nb_chains, uint16_t nb_descs);

	/* How many used descriptors wait, at least if there are so many. By any thread. */
	uint16_t (*waiting)(const struct vio_txq *q, uint16_t wanted);

	vio_tx_add_t add;		/* to the ring */
	vio_tx_add_t add_to_table;	/* to the chain's indirect table */

	/* Ends a chain whose first descriptor is at a position. */
	void (*end)(struct vio_txq *q, uint16_t pos);

	/* The same for packets of one descriptor: begins a run, writes its descriptors, ends it. */
	struct vio_tx_run (*run)(const struct vio_txq *q, uint16_t pos);
	void (*run_add)(const struct vio_tx_run *run, size_t i, uint64_t addr, uint64_t len);
	void (*run_end)(struct vio_txq *q, uint16_t pos, uint16_t nb);

	/* Shows the device all chains that were ended, and notifies it if it asks for that. */
	void (*publish)(struct vio_ring *ring);
	bool (*notify)(struct vio_ring *ring);
};

/*
 * Writes a descriptor of either format, as two words. Volatile, as compilers that put them into
 * one register first need more instructions.
 */
static __rte_always_inline void
vio_tx_desc_write(void *desc, uint64_t addr, uint64_t second)
{
	typedef uint64_t __rte_may_alias word_t;
	volatile word_t *words = desc;

	words[0] = rte_cpu_to_le_64(addr);
	words[1] = rte_cpu_to_le_64(second);
}

#endif /* VIO_TX_FORMAT_H */
