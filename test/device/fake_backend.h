/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The back end of a vhost-user socket, for tests: a thread that answers requests as the protocol
 * has it, keeps what it was told, complains about what a front end must not do, and can answer
 * one kind of request with nonsense. By itself it works on no ring; vdev_vhost.h puts a device
 * behind it.
 *
 * Of the driver it shares vio_vhost_spec.h and vio_spec.h.
 */

#ifndef FAKE_BACKEND_H
#define FAKE_BACKEND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "vio_spec.h"
#include "vio_vhost_spec.h"

enum fake_backend_fault {
	FAKE_BACKEND_GOOD,
	FAKE_BACKEND_CLOSE,		/* closes the socket instead of an answer */
	FAKE_BACKEND_SHORT_HEADER,	/* and closes */
	FAKE_BACKEND_SHORT_PAYLOAD,	/* and closes */
	FAKE_BACKEND_NO_PAYLOAD,
	FAKE_BACKEND_LONG_PAYLOAD,
	FAKE_BACKEND_HUGE_SIZE,		/* claims 4 GiB */
	FAKE_BACKEND_OTHER_REQUEST,
	FAKE_BACKEND_NO_REPLY_FLAG,
	FAKE_BACKEND_OTHER_VERSION,
	FAKE_BACKEND_ONE_FD,		/* a descriptor that nobody asked for */
	FAKE_BACKEND_MANY_FDS,		/* more than a front end has room for */
	FAKE_BACKEND_FD_IN_PAYLOAD,
	FAKE_BACKEND_NOISE,
	/* what only some requests can have, or what takes until the deadline */
	FAKE_BACKEND_NACK,		/* refuses, by REPLY_ACK */
	FAKE_BACKEND_VALUE,		/* the next field instead of the good value */
	FAKE_BACKEND_SILENT,
	FAKE_BACKEND_STALL,		/* half an answer, no more */
	FAKE_BACKEND_SLOW,		/* a while for each answer, whatever the request */
};

#define FAKE_BACKEND_REGIONS_MAX	1024

struct fake_backend;

/*
 * A device behind the socket. The back end's thread calls; each may be called again before the
 * opposite came, and all that was told is in struct fake_backend.
 */
struct fake_backend_device {
	void (*features_set)(struct fake_backend *b);
	/* fd is the back end's only until this returns. */
	void (*region_add)(struct fake_backend *b, const struct vhost_user_region *r, int fd);
	void (*region_remove)(struct fake_backend *b, const struct vhost_user_region *r);
	void (*vring_start)(struct fake_backend *b, uint32_t index);
	/* Returns where the ring is to go on. */
	uint32_t (*vring_stop)(struct fake_backend *b, uint32_t index);
	/* Works on all rings until there is nothing to do before the next kick or request. */
	void (*work)(struct fake_backend *b);
};

struct fake_backend_vring {
	uint32_t num;
	uint32_t base;
	struct vhost_user_vring_addr addr;
	int kick_fd;			/* -1: none */
	int call_fd;			/* -1: none */
	bool polled;			/* SET_VRING_CALL without a descriptor */
	bool enabled;
	unsigned int nb_stopped;	/* by GET_VRING_BASE */
};

struct fake_backend {
	/* What it is; to be set before it is started. */
	uint64_t features;
	uint64_t protocol;
	uint64_t pairs;
	uint64_t slots;			/* for regions of memory, by CONFIGURE_MEM_SLOTS */
	struct virtio_net_config config;	/* its space; may change */
	uint32_t config_size;		/* how much there is of it; 0: none */
	bool stubborn;			/* does not close when the front end did */
	const struct fake_backend_device *device;	/* NULL: none */

	enum fake_backend_fault fault;
	uint32_t fault_request;
	uint64_t value;
	unsigned int slow_ms;

	/* What it was told. Read only after a request that was answered, or when it ended. */
	unsigned int nb_requests[64];
	uint64_t accepted;
	uint64_t accepted_protocol;
	uint64_t status;
	struct vhost_user_region regions[FAKE_BACKEND_REGIONS_MAX];
	unsigned int nb_regions;
	uint64_t mtu;			/* by NET_SET_MTU */
	int req_fd;			/* for its own requests, by the test; -1: none */
	struct fake_backend_vring vrings[VHOST_USER_VRING_MAX];
	unsigned int nb_complaints;
	char complaint[160];		/* the first */

	int fd;
	int listen_fd;			/* -1: it was started on a connection */
	char path[108];			/* of listen_fd, or to connect to */
	bool stop;			/* looking for who listens there */
	int wake_fd;			/* readable: the thread is to look at its rings */
	pthread_t thread;
};

/* A back end with four pairs, that can do all that the driver knows. */
void
fake_backend_init(struct fake_backend *b);

/* Starts it. Returns the front end's socket, or -1. */
int
fake_backend_start(struct fake_backend *b);

/* Starts it for the one front end that will connect to a path. Returns 0 or -1. */
int
fake_backend_listen(struct fake_backend *b, const char *path);

/* Starts it for the front end that listens at a path, now or later. Returns 0 or -1. */
int
fake_backend_connect(struct fake_backend *b, const char *path);

/* Lets the device behind it work, as a kick would. */
void
fake_backend_wake(struct fake_backend *b);

/* Closes its end, even if it is stubborn, and waits for its thread. Returns its complaints. */
unsigned int
fake_backend_stop(struct fake_backend *b);

/* How many descriptors this process has open, for a test that none is left behind. */
unsigned int
fake_backend_open_fds(void);

#endif /* FAKE_BACKEND_H */
