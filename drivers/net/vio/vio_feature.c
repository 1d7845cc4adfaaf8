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

static const struct {
	uint8_t bit;
	const char *name;
} feature_table[] = {
	{ VIRTIO_NET_F_CSUM, "CSUM" },
	{ VIRTIO_NET_F_GUEST_CSUM, "GUEST_CSUM" },
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, "CTRL_GUEST_OFFLOADS" },
	{ VIRTIO_NET_F_MTU, "MTU" },
	{ VIRTIO_NET_F_MAC, "MAC" },
	{ VIRTIO_NET_F_GUEST_TSO4, "GUEST_TSO4" },
	{ VIRTIO_NET_F_GUEST_TSO6, "GUEST_TSO6" },
	{ VIRTIO_NET_F_GUEST_ECN, "GUEST_ECN" },
	{ VIRTIO_NET_F_GUEST_UFO, "GUEST_UFO" },
	{ VIRTIO_NET_F_HOST_TSO4, "HOST_TSO4" },
	{ VIRTIO_NET_F_HOST_TSO6, "HOST_TSO6" },
	{ VIRTIO_NET_F_HOST_ECN, "HOST_ECN" },
	{ VIRTIO_NET_F_HOST_UFO, "HOST_UFO" },
	{ VIRTIO_NET_F_MRG_RXBUF, "MRG_RXBUF" },
	{ VIRTIO_NET_F_STATUS, "STATUS" },
	{ VIRTIO_NET_F_CTRL_VQ, "CTRL_VQ" },
	{ VIRTIO_NET_F_CTRL_RX, "CTRL_RX" },
	{ VIRTIO_NET_F_CTRL_VLAN, "CTRL_VLAN" },
	{ VIRTIO_NET_F_MQ, "MQ" },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, "CTRL_MAC_ADDR" },
	{ VIRTIO_F_INDIRECT_DESC, "INDIRECT_DESC" },
	{ VIRTIO_F_EVENT_IDX, "EVENT_IDX" },
	{ VIRTIO_F_VERSION_1, "VERSION_1" },
	{ VIRTIO_F_ACCESS_PLATFORM, "ACCESS_PLATFORM" },
	{ VIRTIO_F_RING_PACKED, "RING_PACKED" },
	{ VIRTIO_F_IN_ORDER, "IN_ORDER" },
	{ VIRTIO_F_ORDER_PLATFORM, "ORDER_PLATFORM" },
	{ VIRTIO_F_NOTIFICATION_DATA, "NOTIFICATION_DATA" },
	{ VIRTIO_F_NOTIF_CONFIG_DATA, "NOTIF_CONFIG_DATA" },
	{ VIRTIO_NET_F_HASH_TUNNEL, "HASH_TUNNEL" },
	{ VIRTIO_NET_F_GUEST_USO4, "GUEST_USO4" },
	{ VIRTIO_NET_F_GUEST_USO6, "GUEST_USO6" },
	{ VIRTIO_NET_F_HOST_USO, "HOST_USO" },
	{ VIRTIO_NET_F_HASH_REPORT, "HASH_REPORT" },
	{ VIRTIO_NET_F_GUEST_HDRLEN, "GUEST_HDRLEN" },
	{ VIRTIO_NET_F_RSS, "RSS" },
	{ VIRTIO_NET_F_RSC_EXT, "RSC_EXT" },
	{ VIRTIO_NET_F_SPEED_DUPLEX, "SPEED_DUPLEX" },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, "GUEST_UDP_TUNNEL_GSO" },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, "GUEST_UDP_TUNNEL_GSO_CSUM" },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, "HOST_UDP_TUNNEL_GSO" },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, "HOST_UDP_TUNNEL_GSO_CSUM" },
};

/*
 * virtio 5.1.3.1: a feature requires one of two others, or the one that is named twice; with
 * several rows, it requires them all.
 */
static const struct {
	uint8_t bit;
	uint8_t one_of[2];
} requirements[] = {
	{ VIRTIO_NET_F_GUEST_TSO4, { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM } },
	{ VIRTIO_NET_F_GUEST_TSO6, { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM } },
	{ VIRTIO_NET_F_GUEST_ECN, { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6 } },
	{ VIRTIO_NET_F_GUEST_UFO, { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM } },
	{ VIRTIO_NET_F_GUEST_USO4, { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM } },
	{ VIRTIO_NET_F_GUEST_USO6, { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM } },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO4 } },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_TSO6 } },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO4 } },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_GUEST_USO6 } },
	{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM,
	  { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO } },
	{ VIRTIO_NET_F_HOST_TSO4, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM } },
	{ VIRTIO_NET_F_HOST_TSO6, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM } },
	{ VIRTIO_NET_F_HOST_ECN, { VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6 } },
	{ VIRTIO_NET_F_HOST_UFO, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM } },
	{ VIRTIO_NET_F_HOST_USO, { VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM } },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO4 } },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_TSO6 } },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, { VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_HOST_USO } },
	{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM,
	  { VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO } },
	{ VIRTIO_NET_F_CTRL_RX, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	{ VIRTIO_NET_F_CTRL_VLAN, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	{ VIRTIO_NET_F_MQ, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	{ VIRTIO_NET_F_RSC_EXT, { VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6 } },
	/* virtio 5.1.9.4 has this one between the lines. */
	{ VIRTIO_NET_F_RSC_EXT, { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6 } },
	{ VIRTIO_NET_F_HASH_TUNNEL, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	{ VIRTIO_NET_F_HASH_TUNNEL, { VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT } },
	/* Not named there, but the command has no other way. */
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	/* virtio 5.1.4.2 has this one as a SHOULD. */
	{ VIRTIO_NET_F_HASH_REPORT, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
	{ VIRTIO_NET_F_RSS, { VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_VQ } },
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

/* Takes out of the set what lacks what it requires. Returns whether there was any. */
static bool
drop_unmet(struct vio_features *set)
{
	bool dropped = false;
	unsigned int i;

	for (i = 0; i < RTE_DIM(requirements); i++) {
		if (!vio_feature_has(set, requirements[i].bit) ||
		    vio_feature_has(set, requirements[i].one_of[0]) ||
		    vio_feature_has(set, requirements[i].one_of[1]))
			continue;
		vio_feature_del(set, requirements[i].bit);
		dropped = true;
	}
	return dropped;
}

int
vio_features_negotiate(const struct vio_features *offered, const struct vio_features *wanted,
		       struct vio_features *accepted)
{
	struct vio_features set;
	unsigned int i;

	for (i = 0; i < RTE_DIM(set.word); i++)
		set.word[i] = offered->word[i] & wanted->word[i];

	/* Until nothing changes: what is required may have a requirement of its own. */
	while (drop_unmet(&set))
		;

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
