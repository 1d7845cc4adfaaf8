/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What a hostile network device does to a queue: one table of acts, to be carried out on the
 * model whatever transport leads to it.
 */

#ifndef VDEV_ACT_H
#define VDEV_ACT_H

#include "vdev_net.h"

/* Where an act can be done, any of each. */
#define VDEV_ACT_RX		(1u << 0)
#define VDEV_ACT_TX		(1u << 1)
#define VDEV_ACT_SPLIT		(1u << 2)
#define VDEV_ACT_PACKED		(1u << 3)
#define VDEV_ACT_FREE		(1u << 4)	/* without IN_ORDER */
#define VDEV_ACT_IN_ORDER	(1u << 5)

/* What a driver that trusts nothing makes of it. */
enum vdev_act_outcome {
	VDEV_ACT_BREAKS,	/* it uses the queue no longer, and says so */
	VDEV_ACT_PASSES,	/* nothing that it must look at: the queue works on */
	VDEV_ACT_STALLS,	/* what it waits for does not come, which may be honest */
	VDEV_ACT_TAKES,		/* the one buffer that was used; the ring is of no use afterwards */
	VDEV_ACT_EITHER,	/* random: any of these */
};

struct vdev_act {
	const char *name;
	unsigned int where;
	enum vdev_act_outcome outcome;
	/* Does it, with a buffer that is ready (Rx) or taken and not completed (Tx). */
	void (*run)(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_act *act);
	uint32_t value;
	const char *counted;	/* as what the driver counts it, if only one thing is right */
};

extern const struct vdev_act vdev_acts[];
extern const unsigned int vdev_nb_acts;

/* Whether an act can be done on this queue, as the features were agreed on. */
bool
vdev_act_applies(const struct vdev_act *act, const struct vdev_vq *vq);

/* Does it. The caller holds the device's lock, and the queue has buffers. */
void
vdev_act_run(const struct vdev_act *act, struct vdev_net *net, struct vdev_vq *vq);

#endif /* VDEV_ACT_H */
