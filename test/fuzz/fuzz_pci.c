/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The transport over PCI: capabilities, then every verb on the registers they lead to.
 * Input: a configuration space of 256 bytes; for each BAR, 2 bytes of its length (0: absent),
 * and then bytes for the beginning of all BARs.
 * Every BAR is memory of its own, so that the sanitizer sees an access beyond it. Capabilities are
 * judged here by themselves, and the driver must come to the same end. The one register that is
 * no memory is the configuration's generation, whose next values are the bytes of the BARs: for it,
 * the transport's source is compiled once more, with reads that this fuzzer sees.
 */

#include <stdlib.h>
#include <string.h>

#include <rte_io.h>

#include "fuzz.h"

static uint8_t register_read(const volatile uint8_t *addr);

#define rte_read8(addr)			register_read(addr)
#define vio_pci_ops			fuzz_pci_ops
#define vio_pci_find_structures		fuzz_pci_find_structures

#include "vio_pci.c"

#define SPACE_LEN	256
#define BAR_ALIGN	4096	/* BARs are mapped in pages */
#define QUEUES		4

/* The device's generation: where it is, what follows, and the last two values. */
static struct {
	const volatile uint8_t *addr;
	struct fuzz_input next;
	uint8_t before;
	uint8_t now;
} generation;

static uint8_t
register_read(const volatile uint8_t *addr)
{
	if (addr != generation.addr || generation.next.len == 0)
		return *addr;
	generation.before = generation.now;
	generation.now = fuzz_u8(&generation.next);
	return generation.now;
}

static int
space_read(const void *handle, void *buf, size_t len, off_t offset)
{
	FUZZ_CHECK(offset >= 0 && offset + len <= SPACE_LEN, "%zu bytes read at %ld", len,
		(long)offset);
	memcpy(buf, (const uint8_t *)handle + offset, len);
	return len;
}

/* Makes the BARs that the input has; absent ones of any stated length. */
static void
bars_make(struct vio_pci_bar *bars, struct fuzz_input *in)
{
	struct fuzz_input content;
	unsigned int i;
	void *addr;

	for (i = 0; i < VIO_PCI_BARS; i++)
		bars[i] = (struct vio_pci_bar){ .len = fuzz_u16(in) };
	for (i = 0; i < VIO_PCI_BARS; i++) {
		content = *in;
		if (bars[i].len == 0)
			continue;
		FUZZ_CHECK(posix_memalign(&addr, BAR_ALIGN, bars[i].len) == 0, "no memory");
		bars[i].addr = addr;
		memset(addr, 0, bars[i].len);
		fuzz_bytes(&content, addr, bars[i].len);
	}
}

/* virtio 4.1.4: what a structure of each type must have; 0: no structure that the driver takes. */
static const struct {
	uint8_t cap_len;
	uint8_t align;
	uint8_t len;
} types[] = { { 0 }, { 16, 4, 56 }, { 20, 2, 2 }, { 16, 1, 1 }, { 16, 4, 6 } };

/* The structure that a capability leads to, or NULL if it is of no use. */
static const uint8_t *
structure_at(const uint8_t *space, size_t pos, uint8_t type, const struct vio_pci_bar *bars)
{
	const uint8_t *cap = space + pos;
	uint32_t offset, len;

	if (pos + types[type].cap_len > SPACE_LEN || cap[0] != 9 || cap[3] != type ||
	    cap[2] < types[type].cap_len || cap[4] >= VIO_PCI_BARS || bars[cap[4]].addr == NULL)
		return NULL;
	memcpy(&offset, cap + 8, sizeof(offset));
	memcpy(&len, cap + 12, sizeof(len));
	if (offset % types[type].align != 0 || len < types[type].len ||
	    offset > bars[cap[4]].len || len > bars[cap[4]].len - offset)
		return NULL;
	return bars[cap[4]].addr + offset;
}

/* The first structure of a type in the list, which may loop. */
static const uint8_t *
structure_first(const uint8_t *space, uint8_t type, const struct vio_pci_bar *bars)
{
	const uint8_t *found = NULL;
	uint8_t pos = space[0x34];
	unsigned int i;

	if (!(space[0x06] & 0x10))
		return NULL;
	for (i = 0; i < SPACE_LEN && pos >= 0x40 && found == NULL; i++) {
		pos &= 0xfc;
		found = structure_at(space, pos, type, bars);
		pos = space[pos + 1];
	}
	return found;
}

static void
structures_check(const struct vio_pci *pci, const uint8_t *space, const struct vio_pci_bar *bars,
	int ret)
{
	const uint8_t *first[RTE_DIM(types)];
	uint8_t type;
	bool all = true;

	for (type = 1; type < RTE_DIM(types); type++) {
		first[type] = structure_first(space, type, bars);
		all = all && first[type] != NULL;
	}
	FUZZ_CHECK((ret == 0) == all, "%d, and %s", ret, all ? "all is there" : "one is missing");
	if (ret != 0)
		return;
	FUZZ_CHECK((uintptr_t)pci->common == (uintptr_t)first[1], "common configuration");
	FUZZ_CHECK(pci->notify == first[2], "notification structure");
	FUZZ_CHECK(pci->isr == first[3], "ISR status");
	FUZZ_CHECK(pci->device == first[4], "device configuration");
}

/* Reads every field of the device's configuration that is a single one, and beyond its end. */
static void
config_use(struct vio_pci *pci)
{
	static const size_t lens[] = { 1, 2, 4, 6, sizeof(struct virtio_net_config) };
	uint8_t dst[sizeof(struct virtio_net_config)];
	size_t offset;
	unsigned int i;
	int ret;

	for (i = 0; i < RTE_DIM(lens); i++) {
		for (offset = 0; offset <= sizeof(dst); offset += i < 3 ? lens[i] : sizeof(dst)) {
			ret = vio_pci_ops.config_read(&pci->base, offset, dst, lens[i]);
			FUZZ_CHECK(ret == 0 || ret == -EAGAIN || ret == -ENODEV ||
				(ret == -ERANGE && offset + lens[i] > pci->device_len),
				"config_read: %d", ret);
			FUZZ_CHECK(ret != 0 || generation.addr == NULL ||
				generation.next.len == 0 ||
				generation.before == generation.now,
				"read of generations %u and %u", generation.before,
				generation.now);
		}
	}
}

static void
queue_use(struct vio_pci *pci, uint16_t queue)
{
	const struct vio_queue_conf conf = {
		.size = vio_pci_ops.queue_size_max(&pci->base, queue),
		.vector = queue,
	};
	const size_t width = pci->notification_data ? sizeof(uint32_t) : sizeof(uint16_t);
	struct vio_doorbell doorbell;
	uint64_t offset;
	uintptr_t addr;

	if (vio_pci_ops.queue_enable(&pci->base, queue, &conf, &doorbell) < 0)
		return;
	addr = (uintptr_t)doorbell.addr;
	offset = (uint64_t)pci->common->queue_notify_off * pci->notify_off_multiplier;
	FUZZ_CHECK(addr - (uintptr_t)pci->notify == offset, "doorbell of queue %u at %zu", queue,
		addr - (uintptr_t)pci->notify);
	FUZZ_CHECK(addr % width == 0 && addr >= (uintptr_t)pci->notify &&
		addr + width <= (uintptr_t)pci->notify + pci->notify_len, "doorbell of queue %u",
		queue);
	memset((void *)addr, 0xff, width);
}

/* All verbs, as a driver calls them. */
static void
device_use(struct vio_pci *pci)
{
	const struct vio_transport_ops *ops = &vio_pci_ops;
	struct vio_features features;
	uint16_t queue;

	FUZZ_CHECK(ops->reset(&pci->base) == 0, "memory does not keep a status of 0");
	ops->status_set(&pci->base, VIRTIO_STATUS_ACKNOWLEDGE);
	ops->features_get(&pci->base, &features);
	ops->features_set(&pci->base, &features);
	generation.addr = &pci->common->config_generation;
	/* where the configuration lies upon it, a field is a generation */
	if (generation.addr >= pci->device && generation.addr < pci->device + pci->device_len)
		generation.addr = NULL;
	config_use(pci);
	generation.addr = NULL;
	ops->config_vector_set(&pci->base, 0);
	for (queue = 0; queue < QUEUES; queue++)
		queue_use(pci, queue);
	ops->isr_read(&pci->base);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .data = data, .len = len };
	struct vio_pci pci = { .base.name = "fuzz" };
	struct vio_pci_bar bars[VIO_PCI_BARS];
	uint8_t space[SPACE_LEN] = { 0 };
	unsigned int i;
	int ret;

	fuzz_bytes(&in, space, sizeof(space));
	bars_make(bars, &in);
	generation.next = in;
	ret = vio_pci_find_structures(&pci, bars, space_read, space);
	structures_check(&pci, space, bars, ret);
	if (ret == 0)
		device_use(&pci);
	for (i = 0; i < VIO_PCI_BARS; i++)
		free(bars[i].addr);
	return 0;
}
