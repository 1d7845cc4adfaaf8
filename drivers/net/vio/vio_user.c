/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The transport over a vhost-user socket.
 * Invariants: the back end is told of all of DPDK's memory before it is given a ring. A
 * connection that ended is a device that is gone, until vio_user_renew().
 * Threads: as vio_transport.h says.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_bitops.h>
#include <rte_common.h>

#include "vio_log.h"
#include "vio_user.h"
#include "vio_user_config.h"
#include "vio_user_ctrl.h"

/* What the front end answers by itself, and so neither takes from the back end nor tells it. */
#define CTRL_FEATURES		(RTE_BIT64(VIRTIO_NET_F_CTRL_VQ) | \
				 RTE_BIT64(VIRTIO_NET_F_CTRL_RX) | \
				 RTE_BIT64(VIRTIO_NET_F_CTRL_VLAN) | \
				 RTE_BIT64(VIRTIO_NET_F_CTRL_MAC_ADDR))

/* What the socket has no messages for, or means otherwise: never offered. */
#define ABSENT_FEATURES		(RTE_BIT64(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) | \
				 RTE_BIT64(VIRTIO_NET_F_HASH_TUNNEL) | \
				 RTE_BIT64(VIRTIO_NET_F_HASH_REPORT) | \
				 RTE_BIT64(VIRTIO_NET_F_RSS) | \
				 RTE_BIT64(VIRTIO_F_ACCESS_PLATFORM) | \
				 RTE_BIT64(VIRTIO_F_NOTIFICATION_DATA) | \
				 RTE_BIT64(VIRTIO_F_NOTIF_CONFIG_DATA) | \
				 RTE_BIT64(VHOST_USER_F_PROTOCOL_FEATURES))

/* What is offered for a reason of its own, and not because the back end has it. */
#define FRONT_END_FEATURES	(CTRL_FEATURES | VIO_USER_CONFIG_FEATURES | \
				 RTE_BIT64(VIRTIO_NET_F_MQ))

#define PROTOCOL_FEATURES	(RTE_BIT64(VHOST_USER_PROTOCOL_F_MQ) | \
				 RTE_BIT64(VHOST_USER_PROTOCOL_F_REPLY_ACK) | \
				 RTE_BIT64(VHOST_USER_PROTOCOL_F_MTU) | \
				 RTE_BIT64(VHOST_USER_PROTOCOL_F_BACKEND_REQ) | \
				 RTE_BIT64(VHOST_USER_PROTOCOL_F_CONFIG) | \
				 RTE_BIT64(VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS) | \
				 RTE_BIT64(VHOST_USER_PROTOCOL_F_STATUS))

static struct vio_user *
to_user(struct vio_transport *t)
{
	return container_of(t, struct vio_user, base);
}

static int
vring_state_set(struct vio_user *u, enum vhost_user_request request, uint16_t queue, uint32_t num)
{
	const struct vhost_user_vring_state state = { .index = queue, .num = num };

	return vio_vhost_set(&u->conn, request, &state, sizeof(state), NULL, 0);
}

/* vhost-user: Ring states. Only the answer says that the back end no longer works on the ring. */
static int
vring_stop(struct vio_user *u, uint16_t queue)
{
	struct vhost_user_vring_state state = { .index = queue };
	int ret;

	ret = vio_vhost_get(&u->conn, VHOST_USER_GET_VRING_BASE, &state, sizeof(state), &state,
			    sizeof(state));
	if (ret == 0 && state.index != queue)
		ret = vio_vhost_fail(&u->conn, VHOST_USER_GET_VRING_BASE,
				     "answered for ring %u, expected %u", state.index, queue);
	if (ret == 0)
		u->started[queue] = false;
	return ret;
}

/* Whether the back end was given a ring, by which it may use memory. */
static bool
has_ring(const struct vio_user *u)
{
	uint16_t i;

	for (i = 0; i < u->nb_queues; i++)
		if (u->started[i])
			return true;
	return false;
}

/*
 * Stops all rings. A connection that ended stops them too, as soon as the back end closes its
 * end of it; until then it may use the memory.
 */
static int
user_reset(struct vio_transport *t)
{
	struct vio_user *u = to_user(t);
	uint16_t i;

	for (i = 0; i < u->nb_queues && vio_vhost_is_up(&u->conn); i++)
		if (u->started[i])
			vring_stop(u, i);
	if (u->has_status && vio_vhost_is_up(&u->conn))
		vio_vhost_set_u64(&u->conn, VHOST_USER_SET_STATUS, VIRTIO_STATUS_RESET);
	if (!vio_vhost_is_up(&u->conn) && has_ring(u) && vio_vhost_wait_closed(&u->conn) < 0)
		return -ETIMEDOUT;

	memset(u->started, 0, sizeof(u->started));
	u->status = VIRTIO_STATUS_RESET;
	u->features_refused = false;
	return 0;
}

/* The back end's view of the status where it has one, else what was written. */
static uint8_t
user_status_get(struct vio_transport *t)
{
	struct vio_user *u = to_user(t);
	uint64_t status = u->status;

	if (u->has_status &&
	    vio_vhost_get_u64(&u->conn, VHOST_USER_GET_STATUS, &status) == 0 &&
	    status >= VIO_STATUS_GONE)
		vio_vhost_fail(&u->conn, VHOST_USER_GET_STATUS,
			       "answered with 0x%" PRIx64 ", which is no status", status);
	if (!vio_vhost_is_up(&u->conn))
		return VIO_STATUS_GONE;
	return u->features_refused ? status & ~VIRTIO_STATUS_FEATURES_OK : status;
}

static void
user_status_set(struct vio_transport *t, uint8_t status)
{
	struct vio_user *u = to_user(t);

	u->status = status;
	if (u->has_status)
		vio_vhost_set_u64(&u->conn, VHOST_USER_SET_STATUS, status);
}

static void
user_features_get(struct vio_transport *t, struct vio_features *offered)
{
	*offered = to_user(t)->offered;
}

static void
user_features_set(struct vio_transport *t, const struct vio_features *accepted)
{
	struct vio_user *u = to_user(t);
	uint64_t features, missing;
	int ret;

	u->packed = vio_feature_has(accepted, VIRTIO_F_RING_PACKED);

	features = accepted->word[0] & ~CTRL_FEATURES;
	/* A back end that came back may be another one. */
	missing = features & ~u->backend_features & ~FRONT_END_FEATURES;
	if (missing != 0)
		VIO_LOG(ERR, u->base.name, "the back end lacks features of the one before (0x%"
			PRIx64 "): give it them, or close the port and probe again", missing);
	/* Nothing works without its protocol. */
	features |= RTE_BIT64(VHOST_USER_F_PROTOCOL_FEATURES);
	features &= u->backend_features;
	ret = vio_vhost_set_u64(&u->conn, VHOST_USER_SET_FEATURES, features);
	if (ret == 0 && vio_feature_has(accepted, VIRTIO_NET_F_MTU))
		ret = vio_user_config_tell_mtu(u);
	u->features_refused = ret < 0 || missing != 0;
}

static uint16_t
user_queue_size_max(struct vio_transport *t, uint16_t queue)
{
	const struct vio_user *u = to_user(t);

	return queue < u->nb_queues ? u->queue_size : 0;
}

/* An eventfd that is opened once, and lives as long as the device. Returns it, or -errno. */
static int
event_fd_get(const struct vio_user *u, int *fd, const char *what, uint16_t number)
{
	int ret;

	if (*fd < 0)
		*fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (*fd >= 0)
		return *fd;
	ret = -errno;
	VIO_LOG(ERR, u->base.name, "no eventfd for %s %u: %s", what, number, strerror(-ret));
	return ret;
}

int
vio_user_call_fd(struct vio_user *u, uint16_t pair)
{
	return event_fd_get(u, &u->call_fd[pair], "Rx queue", pair);
}

/* Tells the back end what a ring is: size, place, where to begin. */
static int
vring_describe(struct vio_user *u, uint16_t queue, const struct vio_queue_conf *conf)
{
	const struct vhost_user_vring_addr addr = {
		.index = queue,
		.descriptor = conf->desc_addr,
		.available = conf->driver_addr,
		.used = conf->device_addr,
	};
	int ret;

	ret = vring_state_set(u, VHOST_USER_SET_VRING_NUM, queue, conf->size);
	if (ret == 0)
		ret = vring_state_set(u, VHOST_USER_SET_VRING_BASE, queue,
				      u->packed ? VHOST_USER_VRING_BASE_PACKED : 0);
	if (ret == 0)
		ret = vio_vhost_set(&u->conn, VHOST_USER_SET_VRING_ADDR, &addr, sizeof(addr),
				    NULL, 0);
	return ret;
}

/* Whom the back end calls when it used a buffer: nobody, but for an Rx queue with a vector. */
static int
vring_call_set(struct vio_user *u, uint16_t queue, uint16_t vector)
{
	const uint64_t index = queue;
	int fd;

	if (vector == VIRTIO_MSI_NO_VECTOR)
		return vio_vhost_set_u64(&u->conn, VHOST_USER_SET_VRING_CALL,
					 index | VHOST_USER_VRING_INVALID_FD);
	fd = vio_user_call_fd(u, queue / 2);
	if (fd < 0)
		return fd;
	return vio_vhost_set(&u->conn, VHOST_USER_SET_VRING_CALL, &index, sizeof(index), &fd, 1);
}

/* Starts a ring. From the kick descriptor on the back end may work on it, whatever it answers. */
static int
vring_start(struct vio_user *u, uint16_t queue, int kick_fd)
{
	const uint64_t index = queue;

	u->started[queue] = true;
	return vio_vhost_set(&u->conn, VHOST_USER_SET_VRING_KICK, &index, sizeof(index),
			     &kick_fd, 1);
}

/* vhost-user: Ring states. Without PROTOCOL_FEATURES, rings are enabled as they start. */
int
vio_user_vring_enable(struct vio_user *u, uint16_t queue, bool on)
{
	if (!(u->backend_features & RTE_BIT64(VHOST_USER_F_PROTOCOL_FEATURES)))
		return 0;
	return vring_state_set(u, VHOST_USER_SET_VRING_ENABLE, queue, on);
}

static int
user_queue_enable(struct vio_transport *t, uint16_t queue, const struct vio_queue_conf *conf,
		  struct vio_doorbell *doorbell)
{
	struct vio_user *u = to_user(t);
	int kick_fd = event_fd_get(u, &u->kick_fd[queue], "virtqueue", queue);
	int ret;

	if (kick_fd < 0)
		return kick_fd;
	ret = vio_user_mem_tell(&u->mem);
	if (ret == 0)
		ret = vring_describe(u, queue, conf);
	if (ret == 0)
		ret = vring_call_set(u, queue, conf->vector);
	if (ret == 0)
		ret = vring_start(u, queue, kick_fd);
	/* virtio 5.1.9.5.6: one pair is in use until the driver asks for more. */
	if (ret == 0 && queue <= VIRTIO_NET_TXQ(0))
		ret = vio_user_vring_enable(u, queue, true);
	*doorbell = (struct vio_doorbell){ .addr = NULL, .fd = kick_fd };
	return ret;
}

static int
user_config_vector_set(struct vio_transport *t __rte_unused, uint16_t vector __rte_unused)
{
	return 0;
}

static uint8_t
user_isr_read(struct vio_transport *t)
{
	struct vio_user *u = to_user(t);

	vio_vhost_event_clear(&u->conn);
	return VIRTIO_PCI_ISR_CONFIG;
}

const struct vio_transport_ops vio_user_ops = {
	.reset = user_reset,
	.status_get = user_status_get,
	.status_set = user_status_set,
	.features_get = user_features_get,
	.features_set = user_features_set,
	.config_read = vio_user_config_read,
	.queue_size_max = user_queue_size_max,
	.queue_enable = user_queue_enable,
	.config_vector_set = user_config_vector_set,
	.isr_read = user_isr_read,
	.ctrl = vio_user_ctrl,
};

/* vhost-user: Feature negotiation. Returns which protocol features are agreed on. */
static int
protocol_negotiate(struct vio_user *u, uint64_t *protocol)
{
	int ret;

	*protocol = 0;
	u->has_status = false;
	ret = vio_vhost_set(&u->conn, VHOST_USER_SET_OWNER, NULL, 0, NULL, 0);
	if (ret == 0)
		ret = vio_vhost_get_u64(&u->conn, VHOST_USER_GET_FEATURES, &u->backend_features);
	if (ret < 0 || !(u->backend_features & RTE_BIT64(VHOST_USER_F_PROTOCOL_FEATURES)))
		return ret;
	ret = vio_vhost_get_u64(&u->conn, VHOST_USER_GET_PROTOCOL_FEATURES, protocol);
	*protocol &= PROTOCOL_FEATURES;
	/* The one request that applies is about the configuration. */
	if (!(*protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_CONFIG)))
		*protocol &= ~RTE_BIT64(VHOST_USER_PROTOCOL_F_BACKEND_REQ);
	if (ret == 0)
		ret = vio_vhost_set_u64(&u->conn, VHOST_USER_SET_PROTOCOL_FEATURES, *protocol);
	u->has_status = *protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_STATUS);
	u->conn.reply_ack = *protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_REPLY_ACK);
	return ret;
}

/* Whether the back end has as many queue pairs as the user wants. */
static int
pairs_check(struct vio_user *u, uint64_t protocol, uint16_t wanted)
{
	uint64_t pairs = 1;
	int ret = 0;

	if ((protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_MQ)) &&
	    (u->backend_features & RTE_BIT64(VIRTIO_NET_F_MQ)))
		ret = vio_vhost_get_u64(&u->conn, VHOST_USER_GET_QUEUE_NUM, &pairs);
	if (ret < 0 || wanted <= pairs)
		return ret;
	VIO_LOG(ERR, u->base.name, "queues=%u: the back end has %" PRIu64 "; ask for fewer, or "
		"give it more", wanted, pairs);
	return -ENOTSUP;
}

/* How many regions of memory the back end takes one by one; 0: it takes a table. */
static int
mem_slots_ask(struct vio_user *u, uint64_t protocol, uint64_t *slots)
{
	int ret;

	*slots = 0;
	if (!(protocol & RTE_BIT64(VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS)))
		return 0;
	ret = vio_vhost_get_u64(&u->conn, VHOST_USER_GET_MAX_MEM_SLOTS, slots);
	if (ret == 0 && *slots == 0)
		ret = vio_vhost_fail(&u->conn, VHOST_USER_GET_MAX_MEM_SLOTS,
				     "answered that there is room for no memory");
	return ret;
}

/* What the driver is offered but for the configuration: the back end's, and what is done here. */
static void
device_describe(struct vio_user *u, const struct vio_user_conf *conf)
{
	u->offered.word[0] = u->backend_features & ~(FRONT_END_FEATURES | ABSENT_FEATURES);
	if (!conf->mrg_rxbuf)
		vio_feature_del(&u->offered, VIRTIO_NET_F_MRG_RXBUF);
	if (!conf->packed_vq)
		vio_feature_del(&u->offered, VIRTIO_F_RING_PACKED);
	else if (!vio_feature_has(&u->offered, VIRTIO_F_RING_PACKED))
		VIO_LOG(WARNING, u->base.name, "packed_vq=1: the back end has no packed rings, "
			"split ones are used");
	if (!conf->in_order)
		vio_feature_del(&u->offered, VIRTIO_F_IN_ORDER);
	if (conf->cq) {
		vio_feature_add(&u->offered, VIRTIO_NET_F_CTRL_VQ);
		vio_feature_add(&u->offered, VIRTIO_NET_F_CTRL_RX);
		vio_feature_add(&u->offered, VIRTIO_NET_F_CTRL_MAC_ADDR);
	}
	if (conf->pairs > 1)
		vio_feature_add(&u->offered, VIRTIO_NET_F_MQ);
	u->nb_queues = 2 * conf->pairs;
	u->queue_size = conf->queue_size;
}

/* The first words of a connection: which protocol features are agreed on, and slots for memory. */
static int
session_begin(struct vio_user *u, uint16_t pairs, uint64_t *protocol, uint64_t *slots)
{
	int ret = protocol_negotiate(u, protocol);

	if (ret == 0)
		ret = pairs_check(u, *protocol, pairs);
	if (ret == 0)
		ret = mem_slots_ask(u, *protocol, slots);
	return ret;
}

int
vio_user_init(struct vio_user *u, int fd, const struct vio_user_conf *conf)
{
	const char *name = u->base.name;
	uint64_t protocol, slots;
	int ret;

	memset(u, 0, sizeof(*u));
	u->base.name = name;
	u->base.use_va = true;
	u->base.has_rx_intr = true;
	u->base.comes_back = true;
	memset(u->kick_fd, 0xff, sizeof(u->kick_fd));
	memset(u->call_fd, 0xff, sizeof(u->call_fd));
	ret = vio_vhost_init(&u->conn, name, fd);
	if (ret < 0)
		return ret;
	ret = session_begin(u, conf->pairs, &protocol, &slots);
	if (ret == 0)
		ret = vio_user_mem_init(&u->mem, &u->conn, slots);
	if (ret < 0)
		goto close_connection;
	device_describe(u, conf);
	ret = vio_user_config_init(u, conf, protocol);
	if (ret == 0)
		return 0;

	vio_user_mem_fini(&u->mem);
close_connection:
	vio_vhost_fini(&u->conn);
	return ret;
}

int
vio_user_renew(struct vio_user *u, int fd)
{
	uint64_t protocol, slots;
	int ret;

	/* None of what the back end that went was told is true of this one. */
	vio_user_mem_forget(&u->mem);
	memset(u->started, 0, sizeof(u->started));
	u->status = VIRTIO_STATUS_RESET;
	u->has_status = false;
	ret = vio_vhost_renew(&u->conn, fd);
	if (ret == 0)
		ret = session_begin(u, u->nb_queues / 2, &protocol, &slots);
	if (ret == 0)
		ret = vio_user_config_renew(u, protocol);
	if (ret == 0)
		vio_user_mem_slots(&u->mem, slots);
	else
		vio_user_leave(u);
	return ret;
}

void
vio_user_hurry(struct vio_user *u, bool on)
{
	vio_vhost_limit(&u->conn, on ? VIO_USER_HURRY_MS : 0);
}

bool
vio_user_is_up(struct vio_user *u)
{
	return vio_vhost_is_up(&u->conn);
}

void
vio_user_leave(struct vio_user *u)
{
	vio_vhost_end(&u->conn);
}

bool
vio_user_is_left(struct vio_user *u)
{
	return !vio_vhost_is_up(&u->conn) && (!has_ring(u) || vio_vhost_is_closed(&u->conn));
}

void
vio_user_fini(struct vio_user *u)
{
	unsigned int i;

	vio_user_config_fini(u);
	vio_user_mem_fini(&u->mem);
	for (i = 0; i < RTE_DIM(u->kick_fd); i++)
		if (u->kick_fd[i] >= 0)
			close(u->kick_fd[i]);
	for (i = 0; i < RTE_DIM(u->call_fd); i++)
		if (u->call_fd[i] >= 0)
			close(u->call_fd[i]);
	vio_vhost_fini(&u->conn);
}

int
vio_user_event_fd(const struct vio_user *u)
{
	return u->conn.event_fd;
}
