/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A virtio device as the specification describes it, for tests: status, features, configuration
 * and the registers of its virtqueues. A transport (fake_transport.h) reaches it through the
 * functions here; a device type (vdev_net.h) stands on it; the rings are in vdev_vq.h.
 *
 * The device judges its driver. Whatever the driver does against the specification is a
 * complaint: the first is kept as text, all are counted, and a test ends with asking for them.
 *
 * Of the driver it shares vio_spec.h and nothing else.
 */

#ifndef VDEV_H
#define VDEV_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>

#include "vio_spec.h"

/* Eight pairs, a control queue, and one too many for a driver that counts wrongly. */
#define VDEV_QUEUES_MAX	18

#define VDEV_DOORBELL_IDLE	UINT32_MAX

struct vdev_queue {
	uint16_t size_max;	/* 0: there is no such virtqueue */
	uint16_t size;
	uint16_t vector;
	bool enabled;
	uint64_t desc_addr;
	uint64_t driver_addr;
	uint64_t device_addr;

	/*
	 * Where the driver writes the queue's number, with NOTIFICATION_DATA and 16 bits more, to
	 * notify the device; VDEV_DOORBELL_IDLE when it did not since the device last looked.
	 */
	volatile rte_le32_t doorbell;
	uint16_t notification;	/* those 16 bits, of the last time */
	unsigned int nb_notified;
	unsigned int nb_interrupts;	/* that the driver asked for */
};

struct vdev;

/* What a device type adds. */
struct vdev_type {
	/* The driver's features, complete; false refuses them. */
	bool (*features_ok)(struct vdev *dev);
	/* All queues are programmed and the device is live. */
	void (*driver_ok)(struct vdev *dev);
	/* Back to what it was when it was made. */
	void (*reset)(struct vdev *dev);
};

/* Memory at a device address, or NULL when the device cannot reach len bytes there. */
typedef void *(*vdev_translate_t)(struct vdev *dev, uint64_t addr, size_t len);

struct vdev {
	const struct vdev_type *type;
	vdev_translate_t translate;
	void (*interrupt)(struct vdev *dev, uint16_t queue);	/* NULL: nobody is told */
	void *behind;		/* for the two above */
	const void *config;
	size_t config_len;
	uint8_t generation;	/* changes with config */
	uint8_t status;
	uint8_t isr;
	bool concurrent;	/* the driver's thread may be on its way to the doorbell */
	bool refuse_features;	/* a fault: never accepts FEATURES_OK */
	uint64_t offered[2];
	uint64_t accepted[2];
	uint16_t config_vector;
	uint16_t nb_queues;
	struct vdev_queue queues[VDEV_QUEUES_MAX];

	unsigned int nb_resets;
	unsigned int nb_complaints;
	char complaint[160];	/* the first */

	/* Held by whoever touches the device while another thread may. */
	pthread_mutex_t lock;
};

/* A device with no features and no queues; the caller adds them before a driver comes. */
void
vdev_init(struct vdev *dev, const struct vdev_type *type, vdev_translate_t translate);

void
vdev_fini(struct vdev *dev);

/* Device addresses that are pointers of this process (IOVA as VA). */
void *
vdev_translate_identity(struct vdev *dev, uint64_t addr, size_t len);

/* The driver did what it must not. */
void
vdev_complain(struct vdev *dev, const char *fmt, ...) __rte_format_printf(2, 3);

/* Whether a feature was agreed on. */
bool
vdev_has(const struct vdev *dev, unsigned int feature);

/* Offers a feature, or no longer. */
void
vdev_offer(struct vdev *dev, unsigned int feature, bool on);

/* What a driver writes to the registers. */
void
vdev_status_write(struct vdev *dev, uint8_t status);
void
vdev_features_write(struct vdev *dev, const uint64_t accepted[2]);

/* Whether a ring may have this size and these addresses. */
bool
vdev_queue_ok(struct vdev *dev, const struct vdev_queue *regs);

/* Programs and enables a virtqueue. Returns 0, or -EINVAL for what the device cannot take. */
int
vdev_queue_enable(struct vdev *dev, uint16_t queue, const struct vdev_queue *regs);

/* Whether the driver notified a queue since this was asked last. */
bool
vdev_notified(struct vdev *dev, uint16_t queue);

#endif /* VDEV_H */
