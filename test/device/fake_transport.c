/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The verbs of vio_transport.h as calls of the test device.
 * Threads: every verb takes the device's lock, for the thread that answers control commands.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_mbuf_dyn.h>

#include "fake_transport.h"
#include "rte_pmd_vio.h"

static struct fake_transport *
to_fake(struct vio_transport *t)
{
	return container_of(t, struct fake_transport, base);
}

static struct vdev *
device_lock(struct vio_transport *t)
{
	struct vdev *dev = &to_fake(t)->net->dev;

	pthread_mutex_lock(&dev->lock);
	return dev;
}

static void
device_unlock(struct vdev *dev)
{
	pthread_mutex_unlock(&dev->lock);
}

static int
fake_reset(struct vio_transport *t)
{
	struct fake_transport *f = to_fake(t);
	struct vdev *dev;

	if (f->gone)
		return -ENODEV;
	if (f->reset_error != 0 && f->nb_good_resets == 0)
		return f->reset_error;
	if (f->nb_good_resets > 0)
		f->nb_good_resets--;
	dev = device_lock(t);
	vdev_status_write(dev, VIRTIO_STATUS_RESET);
	device_unlock(dev);
	return 0;
}

static uint8_t
fake_status_get(struct vio_transport *t)
{
	return to_fake(t)->gone ? UINT8_MAX : to_fake(t)->net->dev.status;
}

static void
fake_status_set(struct vio_transport *t, uint8_t status)
{
	struct vdev *dev = device_lock(t);

	if (status == VIRTIO_STATUS_RESET)
		vdev_complain(dev, "status_set is not to reset");
	vdev_status_write(dev, status);
	device_unlock(dev);
	if (to_fake(t)->event != NULL && status == to_fake(t)->event_status)
		to_fake(t)->event();
}

static void
fake_features_get(struct vio_transport *t, struct vio_features *offered)
{
	const struct vdev *dev = &to_fake(t)->net->dev;

	memcpy(offered->word, dev->offered, sizeof(offered->word));
}

static void
fake_features_set(struct vio_transport *t, const struct vio_features *accepted)
{
	struct vdev *dev = device_lock(t);

	vdev_features_write(dev, accepted->word);
	device_unlock(dev);
}

static int
fake_config_read(struct vio_transport *t, size_t offset, void *dst, size_t len)
{
	struct fake_transport *f = to_fake(t);
	struct vdev *dev;

	if (f->gone)
		return -ENODEV;
	if (f->config_error != 0)
		return f->config_error;
	dev = device_lock(t);
	if (offset + len <= dev->config_len)
		memcpy(dst, (const uint8_t *)dev->config + offset, len);
	device_unlock(dev);
	return offset + len <= dev->config_len ? 0 : -ERANGE;
}

static uint16_t
fake_queue_size_max(struct vio_transport *t, uint16_t queue)
{
	const struct vdev *dev = &to_fake(t)->net->dev;

	return queue < dev->nb_queues ? dev->queues[queue].size_max : 0;
}

static int
fake_queue_enable(struct vio_transport *t, uint16_t queue, const struct vio_queue_conf *conf,
	struct vio_doorbell *doorbell)
{
	const struct vdev_queue regs = {
		.size = conf->size,
		.vector = conf->vector,
		.desc_addr = conf->desc_addr,
		.driver_addr = conf->driver_addr,
		.device_addr = conf->device_addr,
	};
	struct fake_transport *f = to_fake(t);
	struct vdev *dev;
	int ret;

	if (f->enable_error != 0 && f->enable_error_queue == queue)
		return f->enable_error;
	dev = device_lock(t);
	ret = vdev_queue_enable(dev, queue, &regs);
	if (ret == 0)
		*doorbell = (struct vio_doorbell){
			.addr = &dev->queues[queue].doorbell, .fd = -1, .queue = queue,
		};
	device_unlock(dev);
	return ret;
}

static int
fake_config_vector_set(struct vio_transport *t, uint16_t vector)
{
	struct fake_transport *f = to_fake(t);
	static const uint64_t one = 1;

	if (f->needs_reset_at_vector) {
		f->net->dev.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
		if (write(f->interrupt_fd, &one, sizeof(one)) < 0)
			vdev_complain(&f->net->dev, "interrupt: %s", strerror(errno));
		rte_delay_us_sleep(50000);	/* until its handler has run */
	}
	if (f->config_vector_error != 0)
		return f->config_vector_error;
	f->net->dev.config_vector = vector;
	return 0;
}

static uint8_t
fake_isr_read(struct vio_transport *t)
{
	struct vdev *dev = device_lock(t);
	uint8_t isr = dev->isr;
	uint64_t count;

	/* the interrupt line of this transport is lowered by reading its file */
	if (to_fake(t)->interrupt_fd >= 0 &&
	    read(to_fake(t)->interrupt_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		vdev_complain(dev, "interrupt: %s", strerror(errno));
	dev->isr = 0;
	device_unlock(dev);
	return isr;
}

const struct vio_transport_ops fake_transport_ops = {
	.reset = fake_reset,
	.status_get = fake_status_get,
	.status_set = fake_status_set,
	.features_get = fake_features_get,
	.features_set = fake_features_set,
	.config_read = fake_config_read,
	.queue_size_max = fake_queue_size_max,
	.queue_enable = fake_queue_enable,
	.config_vector_set = fake_config_vector_set,
	.isr_read = fake_isr_read,
};

/* Registers what the driver may: DPDK never gives that back, and it would count as lost. */
static void
room_in_mbufs(void)
{
	static const struct rte_mbuf_dynfield field = {
		.name = RTE_PMD_VIO_DYNFIELD_RSC_NAME,
		.size = sizeof(struct rte_pmd_vio_rsc),
		.align = __alignof__(struct rte_pmd_vio_rsc),
	};
	static const struct rte_mbuf_dynflag flag = { .name = RTE_PMD_VIO_DYNFLAG_RSC_NAME };

	rte_mbuf_dynfield_register(&field);
	rte_mbuf_dynflag_register(&flag);
}

void
fake_transport_init(struct fake_transport *t, struct vdev_net *net, const char *name)
{
	memset(t, 0, sizeof(*t));
	t->base.name = name;
	t->net = net;
	t->interrupt_fd = -1;
	room_in_mbufs();
}
