/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the vhost-user protocol puts on the wire, as far as the driver speaks it: constants and
 * structures in the spelling of its specification ("Vhost-user Protocol", part of QEMU's
 * documentation). All fields have the machine's byte order. "vhost-user: X" in this driver is
 * the section X of that document.
 */

#ifndef VIO_VHOST_SPEC_H
#define VIO_VHOST_SPEC_H

#include <assert.h>
#include <stdint.h>

/* vhost-user: Header */
#define VHOST_USER_VERSION		1u
#define VHOST_USER_VERSION_MASK		3u
#define VHOST_USER_REPLY_MASK		(1u << 2)
#define VHOST_USER_NEED_REPLY_MASK	(1u << 3)

struct vhost_user_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size;		/* of the payload, which follows */
};
static_assert(sizeof(struct vhost_user_header) == 12, "vhost-user: Header");

/* vhost-user: Front-end message types */
enum vhost_user_request {
	VHOST_USER_GET_FEATURES = 1,
	VHOST_USER_SET_FEATURES = 2,
	VHOST_USER_SET_OWNER = 3,
	VHOST_USER_SET_MEM_TABLE = 5,
	VHOST_USER_SET_VRING_NUM = 8,
	VHOST_USER_SET_VRING_ADDR = 9,
	VHOST_USER_SET_VRING_BASE = 10,
	VHOST_USER_GET_VRING_BASE = 11,
	VHOST_USER_SET_VRING_KICK = 12,
	VHOST_USER_SET_VRING_CALL = 13,
	VHOST_USER_GET_PROTOCOL_FEATURES = 15,
	VHOST_USER_SET_PROTOCOL_FEATURES = 16,
	VHOST_USER_GET_QUEUE_NUM = 17,
	VHOST_USER_SET_VRING_ENABLE = 18,
	VHOST_USER_NET_SET_MTU = 20,
	VHOST_USER_SET_BACKEND_REQ_FD = 21,
	VHOST_USER_GET_CONFIG = 24,
	VHOST_USER_GET_MAX_MEM_SLOTS = 36,
	VHOST_USER_ADD_MEM_REG = 37,
	VHOST_USER_REM_MEM_REG = 38,
	VHOST_USER_SET_STATUS = 39,
	VHOST_USER_GET_STATUS = 40,
};

/* vhost-user: Back-end message types */
#define VHOST_USER_BACKEND_CONFIG_CHANGE_MSG	2

/* vhost-user: Multiple queue support, and the messages that carry a vring's index in 8 bits */
#define VHOST_USER_VRING_MAX		256
#define VHOST_USER_VRING_INVALID_FD	(1u << 8)	/* no descriptor: the ring is polled */

/* vhost-user: A vring state description */
struct vhost_user_vring_state {
	uint32_t index;
	uint32_t num;
};

/*
 * vhost-user: VHOST_USER_SET_VRING_BASE of a packed ring that begins: 15 bits of the next available
 * descriptor and its wrap counter, then the same of the next used one.
 */
#define VHOST_USER_VRING_BASE_PACKED	(1u << 31 | 1u << 15)

/* vhost-user: A vring address description */
struct vhost_user_vring_addr {
	uint32_t index;
	uint32_t flags;
	uint64_t descriptor;
	uint64_t used;
	uint64_t available;
	uint64_t log;
};
static_assert(sizeof(struct vhost_user_vring_addr) == 40, "vhost-user: vring address");

/* vhost-user: Multiple Memory regions description */
#define VHOST_USER_REGIONS_MAX	8

struct vhost_user_region {
	uint64_t guest_address;
	uint64_t size;
	uint64_t user_address;
	uint64_t mmap_offset;
};

struct vhost_user_memory {
	uint32_t num_regions;
	uint32_t padding;
	struct vhost_user_region regions[VHOST_USER_REGIONS_MAX];
};
static_assert(sizeof(struct vhost_user_memory) == 264, "vhost-user: memory regions");

/* vhost-user: Single memory region description */
struct vhost_user_single_memory {
	uint64_t padding;
	struct vhost_user_region region;
};
static_assert(sizeof(struct vhost_user_single_memory) == 40, "vhost-user: single region");

/* vhost-user: Virtio device config space */
#define VHOST_USER_CONFIG_SIZE_MAX	256

struct vhost_user_config {
	uint32_t offset;
	uint32_t size;
	uint32_t flags;
	uint8_t region[VHOST_USER_CONFIG_SIZE_MAX];	/* size bytes of it */
};
static_assert(sizeof(struct vhost_user_config) == 268, "vhost-user: config space");

/* vhost-user: Feature negotiation; a bit among the virtio features */
#define VHOST_USER_F_PROTOCOL_FEATURES	30

/* vhost-user: Protocol features */
#define VHOST_USER_PROTOCOL_F_MQ		0
#define VHOST_USER_PROTOCOL_F_REPLY_ACK		3
#define VHOST_USER_PROTOCOL_F_MTU		4
#define VHOST_USER_PROTOCOL_F_BACKEND_REQ	5
#define VHOST_USER_PROTOCOL_F_CONFIG		9
#define VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS	15
#define VHOST_USER_PROTOCOL_F_STATUS		16

#endif /* VIO_VHOST_SPEC_H */
