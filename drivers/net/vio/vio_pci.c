/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The transport over PCI: finds the structures of a modern device and works its registers.
 * Invariant: no address is formed that was not proved to lie within a mapped BAR.
 * Threads: as vio_transport.h says; no state but what vio_pci_find_structures() filled in, and
 * how queues are notified.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_io.h>

#include "vio_log.h"
#include "vio_pci.h"

/* PCI Local Bus Specification: the configuration space header */
#define PCI_STATUS			0x06
#define PCI_STATUS_CAP_LIST		0x10
#define PCI_CAPABILITY_LIST		0x34
#define PCI_CAP_ID_VNDR			0x09
#define PCI_STD_HEADER_SIZEOF		0x40
#define PCI_CONFIG_SPACE_SIZE		0x100
#define PCI_CAPS_MAX	((PCI_CONFIG_SPACE_SIZE - PCI_STD_HEADER_SIZEOF) / 4)

#define RESET_POLL_US	100

/* The common configuration without the fields that features add. */
#define COMMON_LEN_MIN	offsetof(struct virtio_pci_common_cfg, queue_notif_config_data)

/* What a structure must be at least for the driver to use it (virtio 4.1.4.3 to 4.1.4.6). */
static const struct {
	const char *name;
	uint8_t cap_len;	/* bytes of the capability */
	uint8_t align;		/* of the offset within the BAR */
	uint8_t length;		/* bytes of the structure */
} structure_needs[] = {
	[VIRTIO_PCI_CAP_COMMON_CFG] = { "common configuration", sizeof(struct virtio_pci_cap), 4,
					COMMON_LEN_MIN },
	[VIRTIO_PCI_CAP_NOTIFY_CFG] = { "notification", sizeof(struct virtio_pci_notify_cap), 2,
					sizeof(rte_le16_t) },
	[VIRTIO_PCI_CAP_ISR_CFG] = { "ISR status", sizeof(struct virtio_pci_cap), 1, 1 },
	[VIRTIO_PCI_CAP_DEVICE_CFG] = { "device configuration", sizeof(struct virtio_pci_cap), 4,
					RTE_SIZEOF_FIELD(struct virtio_net_config, mac) },
};

/* Whether this structure was found already; the first usable one is taken (virtio 4.1.4.1). */
static bool
structure_found(const struct vio_pci *pci, uint8_t type)
{
	switch (type) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		return pci->common != NULL;
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		return pci->notify != NULL;
	case VIRTIO_PCI_CAP_ISR_CFG:
		return pci->isr != NULL;
	default:
		return pci->device != NULL;
	}
}

static void
structure_set(struct vio_pci *pci, const struct virtio_pci_notify_cap *c, uint8_t *addr,
	      uint32_t length)
{
	switch (c->cap.cfg_type) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		pci->common = (volatile struct virtio_pci_common_cfg *)addr;
		pci->common_len = length;
		break;
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		pci->notify = addr;
		pci->notify_len = length;
		pci->notify_off_multiplier = rte_le_to_cpu_32(c->notify_off_multiplier);
		break;
	case VIRTIO_PCI_CAP_ISR_CFG:
		pci->isr = addr;
		break;
	default:
		pci->device = addr;
		pci->device_len = length;
		break;
	}
}

/* Takes one virtio capability, or says why it is of no use. */
static void
structure_take(struct vio_pci *pci, const struct vio_pci_bar bars[],
	       const struct virtio_pci_notify_cap *c)
{
	uint32_t offset = rte_le_to_cpu_32(c->cap.offset);
	uint32_t length = rte_le_to_cpu_32(c->cap.length);
	uint8_t type = c->cap.cfg_type;
	const char *why = NULL;

	/* virtio 4.1.4.1: reserved types and BARs MUST be ignored. */
	if (type < VIRTIO_PCI_CAP_COMMON_CFG || type > VIRTIO_PCI_CAP_DEVICE_CFG ||
	    c->cap.bar > VIRTIO_PCI_CAP_BAR_MAX || structure_found(pci, type))
		return;

	if (c->cap.cap_len < structure_needs[type].cap_len)
		why = "the capability is too short";
	else if (bars[c->cap.bar].addr == NULL)
		why = "the BAR is not in mapped memory";
	else if (offset % structure_needs[type].align != 0)
		why = "the offset is not aligned";
	else if (length < structure_needs[type].length)
		why = "the structure is too short";
	else if ((uint64_t)offset + length > bars[c->cap.bar].len)
		why = "the structure ends beyond the BAR";

	if (why != NULL)
		VIO_LOG(WARNING, pci->base.name,
			"%s capability ignored, %s (BAR %u of %" PRIu64 " bytes, offset %u, "
			"length %u)", structure_needs[type].name, why, c->cap.bar,
			bars[c->cap.bar].len, offset, length);
	else
		structure_set(pci, c, bars[c->cap.bar].addr + offset, length);
}

/*
 * Reads len bytes at pos of the configuration space. Returns 0, -EINVAL when they do not lie in
 * it, or -EIO.
 */
static int
config_space_read(vio_pci_config_read_t read, const void *handle, void *buf, size_t len,
		  size_t pos)
{
	if (pos + len > PCI_CONFIG_SPACE_SIZE)
		return -EINVAL;
	return read(handle, buf, len, pos) == (int)len ? 0 : -EIO;
}

/* Reads the virtio capability at pos, with what follows if its type has more. */
static int
capability_read(vio_pci_config_read_t read, const void *handle, size_t pos,
		struct virtio_pci_notify_cap *c)
{
	int ret = config_space_read(read, handle, &c->cap, sizeof(c->cap), pos);

	if (ret < 0 || c->cap.cfg_type != VIRTIO_PCI_CAP_NOTIFY_CFG ||
	    c->cap.cap_len < sizeof(*c))
		return ret;
	return config_space_read(read, handle, &c->notify_off_multiplier,
				 sizeof(c->notify_off_multiplier), pos + sizeof(c->cap));
}

/* Walks the capability list. Returns the number of virtio capabilities seen, or -EIO. */
static int
capabilities_walk(struct vio_pci *pci, const struct vio_pci_bar bars[],
		  vio_pci_config_read_t read, const void *handle)
{
	struct virtio_pci_notify_cap c;
	unsigned int i, nb_seen = 0;
	uint16_t status;
	uint8_t pos;
	int ret;

	if (config_space_read(read, handle, &status, sizeof(status), PCI_STATUS) < 0 ||
	    config_space_read(read, handle, &pos, sizeof(pos), PCI_CAPABILITY_LIST) < 0)
		return -EIO;
	if (!(rte_le_to_cpu_16(status) & PCI_STATUS_CAP_LIST))
		return 0;

	/* A list that loops ends at the number of capabilities that fit. */
	for (i = 0; i < PCI_CAPS_MAX && pos >= PCI_STD_HEADER_SIZEOF; i++, pos = c.cap.cap_next) {
		pos &= ~3;
		memset(&c, 0, sizeof(c));
		if (config_space_read(read, handle, &c, 2, pos) < 0)
			return -EIO;
		if (c.cap.cap_vndr != PCI_CAP_ID_VNDR)
			continue;
		ret = capability_read(read, handle, pos, &c);
		if (ret == -EIO)
			return ret;
		nb_seen++;
		if (ret == 0)
			structure_take(pci, bars, &c);
	}
	return nb_seen;
}

int
vio_pci_find_structures(struct vio_pci *pci, const struct vio_pci_bar bars[VIO_PCI_BARS],
			vio_pci_config_read_t read, const void *handle)
{
	const char *name = pci->base.name;
	uint8_t type;
	int ret;

	memset(pci, 0, sizeof(*pci));
	pci->base.name = name;

	ret = capabilities_walk(pci, bars, read, handle);
	if (ret < 0) {
		VIO_LOG(ERR, name, "the PCI configuration space cannot be read");
		return ret;
	}
	if (ret == 0)
		return -ENOTSUP;

	for (type = VIRTIO_PCI_CAP_COMMON_CFG; type <= VIRTIO_PCI_CAP_DEVICE_CFG; type++) {
		if (structure_found(pci, type))
			continue;
		VIO_LOG(ERR, name, "no usable %s capability: the device is faulty, or one of its "
			"BARs is not mapped", structure_needs[type].name);
		return -EINVAL;
	}
	return 0;
}

static struct vio_pci *
to_pci(struct vio_transport *t)
{
	return container_of(t, struct vio_pci, base);
}

static uint8_t
pci_status_get(struct vio_transport *t)
{
	return rte_read8(&to_pci(t)->common->device_status);
}

static void
pci_status_set(struct vio_transport *t, uint8_t status)
{
	rte_write8(status, &to_pci(t)->common->device_status);
}

/* A device that was unplugged answers every read with all ones. */
static bool
pci_is_gone(struct vio_transport *t)
{
	return pci_status_get(t) == VIO_STATUS_GONE &&
	       rte_read32(&to_pci(t)->common->driver_feature_select) == UINT32_MAX;
}

static int
pci_reset(struct vio_transport *t)
{
	uint64_t deadline = rte_get_timer_cycles() +
			    VIO_RESET_DEADLINE_MS * rte_get_timer_hz() / MS_PER_S;

	pci_status_set(t, VIRTIO_STATUS_RESET);
	/* virtio 4.1.4.3.2: the driver MUST wait for a read of device_status to return 0. */
	while (pci_status_get(t) != VIRTIO_STATUS_RESET) {
		if (pci_is_gone(t))
			return -ENODEV;
		if (rte_get_timer_cycles() > deadline)
			return -ETIMEDOUT;
		rte_delay_us_sleep(RESET_POLL_US);
	}
	return 0;
}

static void
pci_features_get(struct vio_transport *t, struct vio_features *offered)
{
	volatile struct virtio_pci_common_cfg *common = to_pci(t)->common;
	unsigned int i;
	uint32_t bits;

	memset(offered, 0, sizeof(*offered));
	for (i = 0; i < VIRTIO_FEATURE_BITS / 32; i++) {
		rte_write32(rte_cpu_to_le_32(i), &common->device_feature_select);
		bits = rte_le_to_cpu_32(rte_read32(&common->device_feature));
		offered->word[i / 2] |= (uint64_t)bits << (32 * (i % 2));
	}
	/* A device that lacks the field does not have the feature. */
	if (to_pci(t)->common_len < offsetof(struct virtio_pci_common_cfg, queue_reset))
		vio_feature_del(offered, VIRTIO_F_NOTIF_CONFIG_DATA);
}

static void
pci_features_set(struct vio_transport *t, const struct vio_features *accepted)
{
	struct vio_pci *pci = to_pci(t);
	volatile struct virtio_pci_common_cfg *common = pci->common;
	unsigned int i;

	pci->notification_data = vio_feature_has(accepted, VIRTIO_F_NOTIFICATION_DATA);
	pci->notif_config_data = vio_feature_has(accepted, VIRTIO_F_NOTIF_CONFIG_DATA);

	for (i = 0; i < VIRTIO_FEATURE_BITS / 32; i++) {
		rte_write32(rte_cpu_to_le_32(i), &common->driver_feature_select);
		rte_write32(rte_cpu_to_le_32(accepted->word[i / 2] >> (32 * (i % 2))),
			    &common->driver_feature);
	}
}

/* virtio 4.1.3.1: a field is read with the width that it has; arrays of bytes byte by byte. */
static void
pci_field_read(volatile uint8_t *src, void *dst, size_t len)
{
	uint16_t v16;
	uint32_t v32;
	size_t i;

	switch (len) {
	case sizeof(v16):
		v16 = rte_read16(src);
		memcpy(dst, &v16, len);
		break;
	case sizeof(v32):
		v32 = rte_read32(src);
		memcpy(dst, &v32, len);
		break;
	default:
		for (i = 0; i < len; i++)
			((uint8_t *)dst)[i] = rte_read8(src + i);
	}
}

static int
pci_config_read(struct vio_transport *t, size_t offset, void *dst, size_t len)
{
	struct vio_pci *pci = to_pci(t);
	unsigned int i;
	uint8_t before;

	if (offset + len > pci->device_len)
		return -ERANGE;

	/* virtio 2.5.1: read again as long as the generation changes meanwhile. */
	for (i = 0; i < VIO_CONFIG_TRIES; i++) {
		before = rte_read8(&pci->common->config_generation);
		pci_field_read(pci->device + offset, dst, len);
		if (rte_read8(&pci->common->config_generation) == before)
			return before == UINT8_MAX && pci_is_gone(t) ? -ENODEV : 0;
	}
	return -EAGAIN;
}

static void
pci_queue_select(struct vio_transport *t, uint16_t queue)
{
	rte_write16(rte_cpu_to_le_16(queue), &to_pci(t)->common->queue_select);
}

static uint16_t
pci_queue_size_max(struct vio_transport *t, uint16_t queue)
{
	pci_queue_select(t, queue);
	return rte_le_to_cpu_16(rte_read16(&to_pci(t)->common->queue_size));
}

/* virtio 4.1.3.1: 64-bit fields are written as two halves. */
static void
pci_write64(uint64_t value, volatile rte_le32_t *lo, volatile rte_le32_t *hi)
{
	rte_write32(rte_cpu_to_le_32((uint32_t)value), lo);
	rte_write32(rte_cpu_to_le_32(value >> 32), hi);
}

/* virtio 4.1.5.1.2.2: the driver MUST verify a vector that it maps by reading it back. */
static int
pci_vector_write(uint16_t vector, volatile rte_le16_t *reg)
{
	rte_write16(rte_cpu_to_le_16(vector), reg);
	if (vector == VIRTIO_MSI_NO_VECTOR)
		return 0;
	return rte_le_to_cpu_16(rte_read16(reg)) == vector ? 0 : -ENOSPC;
}

/* How the driver notifies the device of the selected virtqueue. Returns 0 or -ERANGE. */
static int
pci_doorbell_get(const struct vio_pci *pci, uint16_t queue, struct vio_doorbell *doorbell)
{
	volatile struct virtio_pci_common_cfg *common = pci->common;
	const size_t width = pci->notification_data ? sizeof(rte_le32_t) : sizeof(rte_le16_t);
	uint64_t offset;

	/* virtio 4.1.4.4: the product of two values of the device must stay inside. */
	offset = (uint64_t)rte_le_to_cpu_16(rte_read16(&common->queue_notify_off)) *
		 pci->notify_off_multiplier;
	if (offset + width > pci->notify_len || (uintptr_t)(pci->notify + offset) % width != 0)
		return -ERANGE;
	*doorbell = (struct vio_doorbell){ .addr = pci->notify + offset, .fd = -1, .queue = queue };
	if (pci->notif_config_data)
		doorbell->queue = rte_le_to_cpu_16(rte_read16(&common->queue_notif_config_data));
	return 0;
}

static int
pci_queue_enable(struct vio_transport *t, uint16_t queue, const struct vio_queue_conf *conf,
		 struct vio_doorbell *doorbell)
{
	struct vio_pci *pci = to_pci(t);
	volatile struct virtio_pci_common_cfg *common = pci->common;

	pci_queue_select(t, queue);
	rte_write16(rte_cpu_to_le_16(conf->size), &common->queue_size);
	if (rte_le_to_cpu_16(rte_read16(&common->queue_size)) != conf->size)
		return -EINVAL;
	if (pci_vector_write(conf->vector, &common->queue_msix_vector) < 0)
		return -ENOSPC;

	if (pci_doorbell_get(pci, queue, doorbell) < 0)
		return -ERANGE;

	pci_write64(conf->desc_addr, &common->queue_desc_lo, &common->queue_desc_hi);
	pci_write64(conf->driver_addr, &common->queue_driver_lo, &common->queue_driver_hi);
	pci_write64(conf->device_addr, &common->queue_device_lo, &common->queue_device_hi);

	/* virtio 4.1.4.3.2: all other fields of the queue come before queue_enable. */
	rte_write16(rte_cpu_to_le_16(1), &common->queue_enable);
	return 0;
}

static int
pci_config_vector_set(struct vio_transport *t, uint16_t vector)
{
	return pci_vector_write(vector, &to_pci(t)->common->config_msix_vector);
}

static uint8_t
pci_isr_read(struct vio_transport *t)
{
	return rte_read8(to_pci(t)->isr);
}

const struct vio_transport_ops vio_pci_ops = {
	.reset = pci_reset,
	.status_get = pci_status_get,
	.status_set = pci_status_set,
	.features_get = pci_features_get,
	.features_set = pci_features_set,
	.config_read = pci_config_read,
	.queue_size_max = pci_queue_size_max,
	.queue_enable = pci_queue_enable,
	.config_vector_set = pci_config_vector_set,
	.isr_read = pci_isr_read,
};
