/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The registers of a virtio device and the order in which a driver may use them (virtio 3.1.1).
 * Threads: the caller holds the lock where two threads reach the device.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vdev.h"

static void
reset_registers(struct vdev *dev)
{
	uint16_t i;

	dev->status = 0;
	dev->isr = 0;
	dev->config_vector = VIRTIO_MSI_NO_VECTOR;
	memset(dev->accepted, 0, sizeof(dev->accepted));
	for (i = 0; i < RTE_DIM(dev->queues); i++) {
		uint16_t size_max = dev->queues[i].size_max;

		memset(&dev->queues[i], 0, sizeof(dev->queues[i]));
		dev->queues[i].size_max = size_max;
		dev->queues[i].vector = VIRTIO_MSI_NO_VECTOR;
		dev->queues[i].doorbell = VDEV_DOORBELL_IDLE;
	}
}

void
vdev_init(struct vdev *dev, const struct vdev_type *type, vdev_translate_t translate)
{
	memset(dev, 0, sizeof(*dev));
	dev->type = type;
	dev->translate = translate;
	reset_registers(dev);
	pthread_mutex_init(&dev->lock, NULL);
}

void
vdev_fini(struct vdev *dev)
{
	pthread_mutex_destroy(&dev->lock);
}

void *
vdev_translate_identity(struct vdev *dev, uint64_t addr, size_t len)
{
	RTE_SET_USED(dev);
	RTE_SET_USED(len);
	return (void *)(uintptr_t)addr;
}

void
vdev_complain(struct vdev *dev, const char *fmt, ...)
{
	va_list ap;

	if (dev->nb_complaints++ != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(dev->complaint, sizeof(dev->complaint), fmt, ap);
	va_end(ap);
}

bool
vdev_has(const struct vdev *dev, unsigned int feature)
{
	return (dev->accepted[feature / 64] >> (feature % 64)) & 1;
}

void
vdev_offer(struct vdev *dev, unsigned int feature, bool on)
{
	uint64_t bit = UINT64_C(1) << (feature % 64);

	if (on)
		dev->offered[feature / 64] |= bit;
	else
		dev->offered[feature / 64] &= ~bit;
}

/* virtio 2.2.2 and 6.2: a device refuses features that it did not offer, or without VERSION_1. */
static bool
features_acceptable(struct vdev *dev)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(dev->accepted); i++) {
		if ((dev->accepted[i] & ~dev->offered[i]) != 0) {
			vdev_complain(dev, "accepted features 0x%llx of word %u are not offered",
				(unsigned long long)(dev->accepted[i] & ~dev->offered[i]), i);
			return false;
		}
	}
	if (!vdev_has(dev, VIRTIO_F_VERSION_1)) {
		vdev_complain(dev, "VERSION_1 is not accepted");
		return false;
	}
	return dev->type->features_ok(dev);
}

static void
driver_ok(struct vdev *dev)
{
	uint16_t i;

	/* virtio 3.1.1: no notification before DRIVER_OK */
	for (i = 0; i < dev->nb_queues; i++)
		if (vdev_notified(dev, i))
			vdev_complain(dev, "queue %u notified before DRIVER_OK", i);
	dev->type->driver_ok(dev);
}

void
vdev_status_write(struct vdev *dev, uint8_t status)
{
	/* virtio 3.1.1: each bit only after the one before it */
	static const uint8_t order[] = {
		VIRTIO_STATUS_ACKNOWLEDGE, VIRTIO_STATUS_DRIVER,
		VIRTIO_STATUS_FEATURES_OK, VIRTIO_STATUS_DRIVER_OK,
	};
	uint8_t added = status & ~dev->status;
	unsigned int i;

	if (status == VIRTIO_STATUS_RESET) {
		dev->nb_resets++;
		reset_registers(dev);
		dev->type->reset(dev);
		return;
	}
	/* virtio 2.1.1: the driver MUST NOT clear a device status bit */
	if ((dev->status & ~status & ~VIRTIO_STATUS_DEVICE_NEEDS_RESET) != 0)
		vdev_complain(dev, "status 0x%x clears bits of 0x%x", status, dev->status);
	for (i = 1; i < RTE_DIM(order); i++)
		if ((added & order[i]) && !(dev->status & order[i - 1]))
			vdev_complain(dev, "status 0x%x set before 0x%x", order[i], order[i - 1]);

	if ((added & VIRTIO_STATUS_FEATURES_OK) &&
	    (dev->refuse_features || !features_acceptable(dev)))
		status &= ~VIRTIO_STATUS_FEATURES_OK;
	dev->status |= status;
	if (added & VIRTIO_STATUS_DRIVER_OK)
		driver_ok(dev);
}

void
vdev_features_write(struct vdev *dev, const uint64_t accepted[2])
{
	/* virtio 3.1.1: step 4 is over once FEATURES_OK is set */
	if (dev->status & VIRTIO_STATUS_FEATURES_OK)
		vdev_complain(dev, "features written after FEATURES_OK");
	memcpy(dev->accepted, accepted, sizeof(dev->accepted));
}

static bool
part_ok(struct vdev *dev, uint64_t addr, size_t len, unsigned int align)
{
	return addr % align == 0 && dev->translate(dev, addr, len) != NULL;
}

/* virtio 2.7, 2.8.10.1: alignment and size of each part */
static bool
addresses_ok(struct vdev *dev, const struct vdev_queue *regs)
{
	const size_t suppress = sizeof(struct pvirtq_event_suppress);
	size_t size = regs->size;

	if (vdev_has(dev, VIRTIO_F_RING_PACKED))
		return part_ok(dev, regs->desc_addr, 16 * size, PVIRTQ_DESC_ALIGN) &&
		       part_ok(dev, regs->driver_addr, suppress, PVIRTQ_EVENT_SUPPRESS_ALIGN) &&
		       part_ok(dev, regs->device_addr, suppress, PVIRTQ_EVENT_SUPPRESS_ALIGN);
	return part_ok(dev, regs->desc_addr, 16 * size, VIRTQ_DESC_ALIGN) &&
	       part_ok(dev, regs->driver_addr, 6 + 2 * size, VIRTQ_AVAIL_ALIGN) &&
	       part_ok(dev, regs->device_addr, 6 + 8 * size, VIRTQ_USED_ALIGN);
}

/* virtio 2.7, 2.8.10.1: only a split ring's size is a power of two */
static bool
size_ok(const struct vdev *dev, uint16_t size)
{
	return size > 0 && size <= VIRTQ_SIZE_MAX &&
	       (vdev_has(dev, VIRTIO_F_RING_PACKED) || rte_is_power_of_2(size));
}

bool
vdev_queue_ok(struct vdev *dev, const struct vdev_queue *regs)
{
	return size_ok(dev, regs->size) && addresses_ok(dev, regs);
}

int
vdev_queue_enable(struct vdev *dev, uint16_t queue, const struct vdev_queue *regs)
{
	struct vdev_queue *q;

	if (queue >= dev->nb_queues || dev->queues[queue].size_max == 0) {
		vdev_complain(dev, "queue %u does not exist", queue);
		return -EINVAL;
	}
	q = &dev->queues[queue];
	if (!(dev->status & VIRTIO_STATUS_FEATURES_OK) || (dev->status & VIRTIO_STATUS_DRIVER_OK))
		vdev_complain(dev, "queue %u enabled at status 0x%x", queue, dev->status);
	if (q->enabled)
		vdev_complain(dev, "queue %u enabled twice", queue);
	if (regs->size > q->size_max || !size_ok(dev, regs->size)) {
		vdev_complain(dev, "queue %u: size %u of at most %u", queue, regs->size,
			q->size_max);
		return -EINVAL;
	}
	if (!addresses_ok(dev, regs)) {
		vdev_complain(dev, "queue %u: addresses", queue);
		return -EINVAL;
	}
	q->size = regs->size;
	q->vector = regs->vector;
	q->desc_addr = regs->desc_addr;
	q->driver_addr = regs->driver_addr;
	q->device_addr = regs->device_addr;
	q->enabled = true;
	return 0;
}

bool
vdev_notified(struct vdev *dev, uint16_t queue)
{
	struct vdev_queue *q = &dev->queues[queue];
	uint32_t value = rte_le_to_cpu_32(q->doorbell);

	if (value == VDEV_DOORBELL_IDLE)
		return false;
	q->doorbell = VDEV_DOORBELL_IDLE;
	q->nb_notified++;
	q->notification = value >> 16;
	/* virtio 4.1.5.2: the virtqueue's index, in 16 bits without NOTIFICATION_DATA */
	if ((value & UINT16_MAX) != queue ||
	    (!vdev_has(dev, VIRTIO_F_NOTIFICATION_DATA) && value >> 16 != UINT16_MAX))
		vdev_complain(dev, "queue %u notified with 0x%x", queue, value);
	if (!q->enabled)
		vdev_complain(dev, "queue %u notified but not enabled", queue);
	return true;
}
