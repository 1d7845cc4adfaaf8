/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The configuration space (virtio 5.1.4) of a vhost-user device: what the user says of it, the
 * state of the connection, and for the rest the back end's, where it has one (CONFIG).
 * Invariants: the back end's is read as a whole, when the device is made and when the back end says
 * that it changed, so that no reader waits for it; a field of the user's is never the back end's.
 * Threads: readers as vio_transport.h says; the interrupt thread brings changes in. A spinlock
 * keeps both apart.
 */

#include <errno.h>
#include <string.h>

#include "vio_log.h"
#include "vio_user_config.h"
#include "vio_user_req.h"

/* How much the back end has: to the end of the last field of its features. */
static size_t
backend_size(const struct vio_user *u)
{
	static const struct {
		uint8_t feature;
		uint8_t end;
	} fields[] = {
		{ VIRTIO_NET_F_SPEED_DUPLEX, offsetof(struct virtio_net_config, duplex) + 1 },
		{ VIRTIO_NET_F_MTU, offsetof(struct virtio_net_config, speed) },
		{ VIRTIO_NET_F_STATUS, offsetof(struct virtio_net_config, max_virtqueue_pairs) },
		{ VIRTIO_NET_F_MAC, offsetof(struct virtio_net_config, status) },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(fields); i++)
		if (u->backend_features & RTE_BIT64(fields[i].feature))
			return fields[i].end;
	return 0;
}

static bool
is_backends(const struct vio_user_config *c, unsigned int feature)
{
	return c->backend_features & RTE_BIT64(feature);
}

/* Takes over those of the fields that are the back end's. */
static void
merge(struct vio_user_config *c, const struct virtio_net_config *theirs)
{
	rte_spinlock_lock(&c->lock);
	if (is_backends(c, VIRTIO_NET_F_MAC))
		memcpy(c->space.mac, theirs->mac, sizeof(c->space.mac));
	if (is_backends(c, VIRTIO_NET_F_STATUS))
		c->space.status = theirs->status & rte_cpu_to_le_16(VIRTIO_NET_S_LINK_UP);
	if (is_backends(c, VIRTIO_NET_F_MTU))
		c->space.mtu = theirs->mtu;
	if (is_backends(c, VIRTIO_NET_F_SPEED_DUPLEX)) {
		c->space.speed = theirs->speed;
		c->space.duplex = theirs->duplex;
	}
	rte_spinlock_unlock(&c->lock);
}

/* Requests of the back end wait; in the interrupt thread. */
static void
requests_come(void *arg)
{
	struct virtio_net_config theirs = { .duplex = 0 };
	struct vio_user *u = arg;

	/* Answered first: who waits for it could not be asked for the configuration. */
	if (!vio_user_req_serve(&u->config.req) ||
	    vio_vhost_get_config(&u->conn, &theirs, u->config.size) < 0)
		return;
	merge(&u->config, &theirs);
	vio_vhost_event_raise(&u->conn);
}

/* The MTU, the user's or of the back end before, must be one that the back end can have. */
static int
mtu_check(const struct vio_user *u, uint16_t wanted, const struct virtio_net_config *theirs)
{
	uint16_t mtu = rte_le_to_cpu_16(theirs->mtu);

	if (u->config.size == 0 || !(u->backend_features & RTE_BIT64(VIRTIO_NET_F_MTU)) ||
	    wanted <= mtu)
		return 0;
	VIO_LOG(ERR, u->base.name, "mtu=%u: the back end has %u; ask for less, or give it more",
		wanted, mtu);
	return -ENOTSUP;
}

/* Reads the back end's space, if it has one. */
static int
backend_read(struct vio_user *u, uint64_t protocol, struct virtio_net_config *theirs)
{
	struct vio_user_config *c = &u->config;
	int ret;

	c->size = 0;
	if (!(protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_CONFIG)))
		return 0;
	c->size = backend_size(u);
	if (c->size == 0)
		return 0;
	ret = vio_vhost_get_config(&u->conn, theirs, c->size);
	if (ret != -EIO)
		return ret;
	VIO_LOG(WARNING, u->base.name, "the back end offers a configuration and has none: going "
		"on without");
	c->size = 0;
	return 0;
}

/* What the user says, and the fields that are nobody's. Returns the features that he speaks of. */
static uint64_t
user_fill(struct virtio_net_config *space, const struct vio_user_conf *conf)
{
	uint64_t features = 0;

	if (conf->has_mac) {
		features |= RTE_BIT64(VIRTIO_NET_F_MAC);
		memcpy(space->mac, conf->mac, sizeof(space->mac));
	}
	if (conf->mtu > 0)
		features |= RTE_BIT64(VIRTIO_NET_F_MTU);
	if (conf->speed > 0)
		features |= RTE_BIT64(VIRTIO_NET_F_SPEED_DUPLEX);
	space->status = rte_cpu_to_le_16(VIRTIO_NET_S_LINK_UP);
	space->max_virtqueue_pairs = rte_cpu_to_le_16(conf->pairs);
	space->mtu = rte_cpu_to_le_16(conf->mtu);
	space->speed = rte_cpu_to_le_32(conf->speed);
	space->duplex = VIRTIO_NET_DUPLEX_FULL;
	return features;
}

/* Listens for changes of the back end's space, if it tells of them. */
static int
changes_listen(struct vio_user *u, uint64_t protocol)
{
	if (u->config.size == 0 || !(protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_BACKEND_REQ)))
		return 0;
	return vio_user_req_init(&u->config.req, &u->conn, requests_come, u);
}

int
vio_user_config_init(struct vio_user *u, const struct vio_user_conf *conf, uint64_t protocol)
{
	struct virtio_net_config theirs = { .duplex = 0 };
	struct vio_user_config *c = &u->config;
	uint64_t users;
	int ret;

	rte_spinlock_init(&c->lock);
	users = user_fill(&c->space, conf);
	ret = backend_read(u, protocol, &theirs);
	if (ret == 0)
		ret = mtu_check(u, conf->mtu, &theirs);
	if (ret < 0)
		return ret;
	c->tells_mtu = protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_MTU);
	if (c->size > 0)
		c->backend_features = u->backend_features & VIO_USER_CONFIG_FEATURES & ~users;
	u->offered.word[0] |= users | c->backend_features | RTE_BIT64(VIRTIO_NET_F_STATUS);
	merge(c, &theirs);
	/* What the port is probed with stays; virtio 5.1.4.1: MTU is not changed, either. */
	c->backend_features &= ~(RTE_BIT64(VIRTIO_NET_F_MAC) | RTE_BIT64(VIRTIO_NET_F_MTU));
	return changes_listen(u, protocol);
}

int
vio_user_config_renew(struct vio_user *u, uint64_t protocol)
{
	struct vio_user_config *c = &u->config;
	struct virtio_net_config theirs = { .duplex = 0 };
	uint16_t mtu = 0;
	int ret;

	vio_user_req_fini(&c->req, requests_come, u);
	if (vio_feature_has(&u->offered, VIRTIO_NET_F_MTU))
		mtu = rte_le_to_cpu_16(c->space.mtu);
	ret = backend_read(u, protocol, &theirs);
	if (ret == 0)
		ret = mtu_check(u, mtu, &theirs);
	if (ret < 0)
		return ret;
	c->tells_mtu = protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_MTU);
	c->backend_features &= u->backend_features;
	if (c->size == 0)
		c->backend_features = 0;
	rte_spinlock_lock(&c->lock);
	c->space.status = rte_cpu_to_le_16(VIRTIO_NET_S_LINK_UP);
	rte_spinlock_unlock(&c->lock);
	merge(c, &theirs);
	return changes_listen(u, protocol);
}

void
vio_user_config_fini(struct vio_user *u)
{
	vio_user_req_fini(&u->config.req, requests_come, u);
}

void
vio_user_config_set_mac(struct vio_user *u, const uint8_t *mac)
{
	struct vio_user_config *c = &u->config;

	rte_spinlock_lock(&c->lock);
	memcpy(c->space.mac, mac, sizeof(c->space.mac));
	rte_spinlock_unlock(&c->lock);
}

int
vio_user_config_tell_mtu(struct vio_user *u)
{
	if (!u->config.tells_mtu || !(u->backend_features & RTE_BIT64(VIRTIO_NET_F_MTU)))
		return 0;
	return vio_vhost_set_u64(&u->conn, VHOST_USER_NET_SET_MTU,
				 rte_le_to_cpu_16(u->config.space.mtu));
}

int
vio_user_config_read(struct vio_transport *t, size_t offset, void *dst, size_t len)
{
	struct vio_user *u = container_of(t, struct vio_user, base);
	struct virtio_net_config space;

	if (offset + len > sizeof(space))
		return -ERANGE;
	rte_spinlock_lock(&u->config.lock);
	space = u->config.space;
	rte_spinlock_unlock(&u->config.lock);
	if (!vio_vhost_is_up(&u->conn))
		space.status = 0;
	memcpy(dst, RTE_PTR_ADD(&space, offset), len);
	return 0;
}
