/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The table of features the driver can drive, and their negotiation.
 * A feature that is not in the table is never accepted. Pure functions: any thread.
 */

#include <errno.h>
#include <stdio.h>

#include <rte_common.h>

#include "vio_feature.h"

#define NO_REQUIREMENT	VIRTIO_FEATURE_BITS

static const struct {
	uint8_t bit;
	uint8_t requires;	/* virtio 5.1.3.1: another bit, or NO_REQUIREMENT */
	const char *name;
} feature_table[] = {
	{ VIRTIO_NET_F_MTU, NO_REQUIREMENT, "MTU" },
	{ VIRTIO_NET_F_MAC, NO_REQUIREMENT, "MAC" },
	{ VIRTIO_NET_F_MRG_RXBUF, NO_REQUIREMENT, "MRG_RXBUF" },
	{ VIRTIO_NET_F_STATUS, NO_REQUIREMENT, "STATUS" },
	{ VIRTIO_NET_F_CTRL_VQ, NO_REQUIREMENT, "CTRL_VQ" },
	{ VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VQ, "CTRL_RX" },
	{ VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_VQ, "CTRL_VLAN" },
	{ VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_VQ, "MQ" },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_VQ, "CTRL_MAC_ADDR" },
	{ VIRTIO_F_VERSION_1, NO_REQUIREMENT, "VERSION_1" },
	{ VIRTIO_F_ACCESS_PLATFORM, NO_REQUIREMENT, "ACCESS_PLATFORM" },
	{ VIRTIO_F_ORDER_PLATFORM, NO_REQUIREMENT, "ORDER_PLATFORM" },
	{ VIRTIO_NET_F_SPEED_DUPLEX, NO_REQUIREMENT, "SPEED_DUPLEX" },
};

struct vio_features
vio_features_known(void)
{
	struct vio_features known = { 0 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(feature_table); i++)
		vio_feature_add(&known, feature_table[i].bit);
	return known;
}

int
vio_features_negotiate(const struct vio_features *offered, const struct vio_features *wanted,
		       struct vio_features *accepted)
{
	struct vio_features set;
	unsigned int i;

	for (i = 0; i < RTE_DIM(set.word); i++)
		set.word[i] = offered->word[i] & wanted->word[i];

	/* One pass is enough: no requirement in the table has a requirement of its own. */
	for (i = 0; i < RTE_DIM(feature_table); i++)
		if (feature_table[i].requires != NO_REQUIREMENT &&
		    !vio_feature_has(&set, feature_table[i].requires))
			vio_feature_del(&set, feature_table[i].bit);

	*accepted = set;
	return vio_feature_has(&set, VIRTIO_F_VERSION_1) ? 0 : -ENOTSUP;
}

bool
vio_features_equal(const struct vio_features *a, const struct vio_features *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

void
vio_features_print(const struct vio_features *set, char *text, size_t size)
{
	size_t used = 0;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < RTE_DIM(feature_table) && used < size; i++)
		if (vio_feature_has(set, feature_table[i].bit))
			used += snprintf(text + used, size - used, "%s%s", used ? " " : "",
					 feature_table[i].name);
}
