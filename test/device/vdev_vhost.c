/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Memory, rings and frames of the test device behind a vhost-user socket.
 * Invariant: an address that the front end gives is followed only within a region of which it
 * gave the descriptor.
 * Threads: the back end's works under the device's lock, which a test takes as well.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vdev_vhost.h"

#define ETHER_HDR_LEN	14

/* Bits that are the protocol's and no device's. */
#define PROTOCOL_BIT	(UINT64_C(1) << VHOST_USER_F_PROTOCOL_FEATURES)

static struct vdev_vhost *
of_backend(struct fake_backend *b)
{
	return (struct vdev_vhost *)b;
}

/* What an address and len bytes from it are in this mapping; NULL: not in it. */
static void *
map_find(const struct vdev_vhost_map *map, uint64_t addr, uint64_t first, size_t len)
{
	const struct vhost_user_region *r = &map->region;

	if (map->removed || addr < first || addr - first > r->size ||
	    len > r->size - (addr - first))
		return NULL;
	return RTE_PTR_ADD(map->mem, r->mmap_offset + (addr - first));
}

static void *
vhost_translate(struct vdev *dev, uint64_t addr, size_t len)
{
	const struct vdev_vhost *v = dev->behind;
	unsigned int i;
	void *found;

	for (i = 0; i < v->nb_maps; i++) {
		found = map_find(&v->maps[i], addr, v->maps[i].region.guest_address, len);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* vhost-user: rings have addresses of the front end's, which become the device's. */
static uint64_t
ring_addr(const struct vdev_vhost *v, uint64_t user_address)
{
	unsigned int i;

	for (i = 0; i < v->nb_maps; i++) {
		const struct vhost_user_region *r = &v->maps[i].region;

		if (map_find(&v->maps[i], user_address, r->user_address, 0) != NULL)
			return user_address - r->user_address + r->guest_address;
	}
	return UINT64_MAX;
}

static void
vhost_features_set(struct fake_backend *b)
{
	struct vdev *dev = &of_backend(b)->net->dev;

	pthread_mutex_lock(&dev->lock);
	dev->accepted[0] = b->accepted & ~PROTOCOL_BIT;
	pthread_mutex_unlock(&dev->lock);
}

static void
vhost_region_add(struct fake_backend *b, const struct vhost_user_region *r, int fd)
{
	struct vdev_vhost *v = of_backend(b);
	struct vdev *dev = &v->net->dev;
	struct vdev_vhost_map *map;

	pthread_mutex_lock(&dev->lock);
	if (v->nb_maps < RTE_DIM(v->maps)) {
		map = &v->maps[v->nb_maps];
		map->region = *r;
		map->removed = false;
		map->len = r->mmap_offset + r->size;
		map->mem = mmap(NULL, map->len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (map->mem != MAP_FAILED)
			v->nb_maps++;
		else
			vdev_complain(dev, "region at 0x%llx: %s",
				(unsigned long long)r->user_address, strerror(errno));
	}
	pthread_mutex_unlock(&dev->lock);
}

static void
vhost_region_remove(struct fake_backend *b, const struct vhost_user_region *r)
{
	struct vdev_vhost *v = of_backend(b);
	unsigned int i;

	pthread_mutex_lock(&v->net->dev.lock);
	for (i = 0; i < v->nb_maps; i++)
		if (memcmp(&v->maps[i].region, r, sizeof(*r)) == 0)
			v->maps[i].removed = true;
	pthread_mutex_unlock(&v->net->dev.lock);
}

static void
vhost_vring_start(struct fake_backend *b, uint32_t index)
{
	struct vdev_vhost *v = of_backend(b);
	const struct fake_backend_vring *ring = &b->vrings[index];
	struct vdev *dev = &v->net->dev;
	struct vdev_queue *q;

	pthread_mutex_lock(&dev->lock);
	if (index < dev->nb_queues && v->net->vq[index].size == 0) {
		q = &dev->queues[index];
		q->enabled = true;
		q->size = ring->num;
		q->desc_addr = ring_addr(v, ring->addr.descriptor);
		q->driver_addr = ring_addr(v, ring->addr.available);
		q->device_addr = ring_addr(v, ring->addr.used);
		if (ring->num > q->size_max || !vdev_queue_ok(dev, q))
			vdev_complain(dev, "vring %u: size %u or addresses", index, ring->num);
		else if (vdev_net_queue_start(v->net, index, ring->base) != 0)
			vdev_complain(dev, "vring %u: no memory", index);
	} else {
		vdev_complain(dev, "vring %u cannot be started", index);
	}
	pthread_mutex_unlock(&dev->lock);
}

static uint32_t
vhost_vring_stop(struct fake_backend *b, uint32_t index)
{
	struct vdev_vhost *v = of_backend(b);
	uint32_t base = 0;

	pthread_mutex_lock(&v->net->dev.lock);
	if (index < v->net->dev.nb_queues && v->net->vq[index].size != 0) {
		base = vdev_vq_base_get(&v->net->vq[index]);
		vdev_net_queue_stop(v->net, index);
		v->pairs[index / 2].waiting_len = 0;
	}
	pthread_mutex_unlock(&v->net->dev.lock);
	return base;
}

void
vdev_vhost_numbered(uint8_t *frame, uint32_t len, uint64_t number)
{
	uint32_t i;

	memset(frame, 2, ETHER_HDR_LEN - 2);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	memcpy(frame + ETHER_HDR_LEN, &number, sizeof(number));
	for (i = VDEV_VHOST_NUMBERED_MIN; i < len; i++)
		frame[i] = number + i + (i >> 8);
}

uint64_t
vdev_vhost_number_of(const uint8_t *frame, uint32_t len)
{
	static __thread uint8_t expected[VDEV_NET_FRAME_MAX];
	uint64_t number;

	if (len < VDEV_VHOST_NUMBERED_MIN)
		return UINT64_MAX;
	memcpy(&number, frame + ETHER_HDR_LEN, sizeof(number));
	vdev_vhost_numbered(expected, len, number);
	return memcmp(frame, expected, len) == 0 ? number : UINT64_MAX;
}

/* Takes a frame as the mode has it. */
static void
take(struct vdev_vhost *v, uint16_t pair, const uint8_t *frame, size_t len)
{
	struct vdev_vhost_pair *p = &v->pairs[pair];
	struct vdev_vhost_frame *kept;

	p->nb_taken++;
	if (v->mode == VDEV_VHOST_SINK) {
		p->nb_bad += vdev_vhost_number_of(frame, len) != p->next_number;
		p->next_number++;
	} else if (v->mode == VDEV_VHOST_CAPTURE && v->nb_captured < RTE_DIM(v->captured)) {
		kept = &v->captured[v->nb_captured];
		kept->data = malloc(len);
		if (kept->data == NULL)
			return;
		memcpy(kept->data, frame, len);
		kept->pair = pair;
		kept->len = len;
		v->nb_captured++;
	}
}

/* Gives a frame. Returns whether there was room, or it can never be given. */
static bool
give(struct vdev_vhost *v, uint16_t pair, const uint8_t *frame, size_t len)
{
	int ret = vdev_net_rx(v->net, pair, frame, len);

	v->pairs[pair].nb_sent += ret > 0;
	return ret != 0;
}

/* Sends back what comes, one frame held while there is no room for it. */
static void
echo(struct vdev_vhost *v, uint16_t pair)
{
	struct vdev_vhost_pair *p = &v->pairs[pair];
	int len;

	if (p->waiting == NULL)
		p->waiting = malloc(VDEV_NET_FRAME_MAX);
	while (p->waiting != NULL) {
		if (p->waiting_len == 0) {
			len = vdev_net_tx(v->net, pair, p->waiting, NULL);
			if (len <= 0)
				return;
			take(v, pair, p->waiting, len);
			p->waiting_len = len;
		}
		if (!give(v, pair, p->waiting, p->waiting_len))
			return;
		p->waiting_len = 0;
	}
}

static void
work_on_pair(struct vdev_vhost *v, uint16_t pair)
{
	static __thread uint8_t frame[VDEV_NET_FRAME_MAX];
	struct vdev_vhost_pair *p = &v->pairs[pair];
	int len;

	switch (v->mode) {
	case VDEV_VHOST_MANUAL:
		break;
	case VDEV_VHOST_ECHO:
		echo(v, pair);
		break;
	case VDEV_VHOST_SOURCE:
		do {
			vdev_vhost_numbered(frame, v->source_len, p->nb_sent);
			len = vdev_net_rx(v->net, pair, frame, v->source_len);
			p->nb_sent += len > 0;
		} while (len > 0);
		break;
	case VDEV_VHOST_SINK:
	case VDEV_VHOST_CAPTURE:
		while ((len = vdev_net_tx(v->net, pair, frame, NULL)) > 0)
			take(v, pair, frame, len);
		break;
	}
}

static void
vhost_work(struct fake_backend *b)
{
	struct vdev_vhost *v = of_backend(b);
	uint16_t i;

	pthread_mutex_lock(&v->net->dev.lock);
	/* vhost-user: Ring states. A ring that is disabled is not worked on. */
	for (i = 0; i + 1 < v->net->dev.nb_queues; i += 2)
		if (b->vrings[i].enabled && b->vrings[i + 1].enabled) {
			v->net->nb_pairs = RTE_MAX(v->net->nb_pairs, i / 2 + 1);
			work_on_pair(v, i / 2);
		}
	pthread_mutex_unlock(&v->net->dev.lock);
}

static const struct fake_backend_device vhost_device = {
	.features_set = vhost_features_set,
	.region_add = vhost_region_add,
	.region_remove = vhost_region_remove,
	.vring_start = vhost_vring_start,
	.vring_stop = vhost_vring_stop,
	.work = vhost_work,
};

/* Calls the driver, where it gave a descriptor for that. */
static void
vhost_interrupt(struct vdev *dev, uint16_t queue)
{
	const struct vdev_vhost *v = dev->behind;
	static const uint64_t one = 1;
	int fd = v->backend.vrings[queue].call_fd;

	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		vdev_complain(dev, "call of queue %u: %s", queue, strerror(errno));
}

void
vdev_vhost_init(struct vdev_vhost *v, struct vdev_net *net)
{
	memset(v, 0, sizeof(*v));
	fake_backend_init(&v->backend);
	v->backend.device = &vhost_device;
	v->net = net;
	v->source_len = VDEV_VHOST_NUMBERED_MIN;
}

void
vdev_vhost_attach(struct vdev_vhost *v)
{
	struct vdev *dev = &v->net->dev;

	v->backend.features = dev->offered[0] | PROTOCOL_BIT;
	v->backend.pairs = dev->nb_queues / 2;
	v->backend.config = v->net->config;
	dev->behind = v;
	dev->translate = vhost_translate;
	dev->interrupt = vhost_interrupt;
}

unsigned int
vdev_vhost_stop(struct vdev_vhost *v)
{
	unsigned int nb_complaints = fake_backend_stop(&v->backend);
	unsigned int i;

	for (i = 0; i < v->net->dev.nb_queues; i++)
		vdev_net_queue_stop(v->net, i);
	for (i = 0; i < v->nb_maps; i++)
		munmap(v->maps[i].mem, v->maps[i].len);
	v->nb_maps = 0;
	for (i = 0; i < RTE_DIM(v->pairs); i++)
		free(v->pairs[i].waiting);
	memset(v->pairs, 0, sizeof(v->pairs));
	for (i = 0; i < v->nb_captured; i++)
		free(v->captured[i].data);
	v->nb_captured = 0;
	return nb_complaints;
}

void
vdev_vhost_mode_set(struct vdev_vhost *v, enum vdev_vhost_mode mode)
{
	pthread_mutex_lock(&v->net->dev.lock);
	v->mode = mode;
	pthread_mutex_unlock(&v->net->dev.lock);
	fake_backend_wake(&v->backend);
}
