/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* The transport over PCI: what it makes of capabilities, and its registers (virtio 4.1). */

#include <stdbool.h>
#include <string.h>

#include "test.h"

#include "fake_pci.h"

static struct fake_pci pci;
static struct vio_pci found;

static int
find(void)
{
	memset(&found, 0, sizeof(found));
	found.base.name = "fake_pci";
	return vio_pci_find_structures(&found, pci.bars, fake_pci_read, &pci);
}

static int
setup(void)
{
	fake_pci_init(&pci);
	return TEST_SUCCESS;
}

/* The registers of a good device. */
static volatile struct virtio_pci_common_cfg *
regs(void)
{
	return (volatile struct virtio_pci_common_cfg *)&pci.bar4[FAKE_PCI_COMMON];
}

static int
setup_verbs(void)
{
	fake_pci_init(&pci);
	fake_pci_add_all(&pci);
	return find() == 0 ? TEST_SUCCESS : TEST_FAILED;
}

/* A virtio capability of a good device, to be spoilt. */
static struct virtio_pci_notify_cap
good_cap(uint8_t cfg_type)
{
	static const uint32_t offsets[] = {
		[VIRTIO_PCI_CAP_COMMON_CFG] = FAKE_PCI_COMMON,
		[VIRTIO_PCI_CAP_NOTIFY_CFG] = FAKE_PCI_NOTIFY,
		[VIRTIO_PCI_CAP_ISR_CFG] = FAKE_PCI_ISR,
		[VIRTIO_PCI_CAP_DEVICE_CFG] = FAKE_PCI_DEVICE,
	};

	return (struct virtio_pci_notify_cap){
		.cap = {
			.cap_len = cfg_type == VIRTIO_PCI_CAP_NOTIFY_CFG ? 20 : 16,
			.cfg_type = cfg_type,
			.bar = 4,
			.offset = rte_cpu_to_le_32(offsets[cfg_type]),
			.length = rte_cpu_to_le_32(FAKE_PCI_LEN),
		},
		.notify_off_multiplier = rte_cpu_to_le_32(4),
	};
}

/* All capabilities but this type. */
static void
add_others(uint8_t cfg_type)
{
	struct virtio_pci_notify_cap cap;
	uint8_t type;

	for (type = VIRTIO_PCI_CAP_COMMON_CFG; type <= VIRTIO_PCI_CAP_DEVICE_CFG; type++) {
		cap = good_cap(type);
		if (type != cfg_type)
			fake_pci_add_cap(&pci, &cap);
	}
}

static int
check_found(void)
{
	TEST_ASSERT((uintptr_t)found.common == (uintptr_t)&pci.bar4[FAKE_PCI_COMMON], "common");
	TEST_ASSERT(found.isr == &pci.bar4[FAKE_PCI_ISR], "ISR");
	TEST_ASSERT(found.device == &pci.bar4[FAKE_PCI_DEVICE], "device");
	TEST_ASSERT(found.notify == &pci.bar4[FAKE_PCI_NOTIFY], "notification");
	TEST_ASSERT_EQUAL(found.device_len, FAKE_PCI_LEN, "device length");
	TEST_ASSERT_EQUAL(found.notify_len, FAKE_PCI_LEN, "notification length");
	TEST_ASSERT_EQUAL(found.notify_off_multiplier, 4, "multiplier");
	return TEST_SUCCESS;
}

static int
good_layout(void)
{
	fake_pci_add_all(&pci);
	TEST_ASSERT_SUCCESS(find(), "a good device");
	TEST_ASSERT_EQUAL(strcmp(found.base.name, "fake_pci"), 0, "the name stays");
	return check_found();
}

/* What spoils one capability; each makes it useless whatever its type. */
static void
spoil_past_bar(struct virtio_pci_notify_cap *c)
{
	c->cap.length = rte_cpu_to_le_32(FAKE_PCI_BAR_LEN + 1 - rte_le_to_cpu_32(c->cap.offset));
}

static void
spoil_offset_past_bar(struct virtio_pci_notify_cap *c)
{
	c->cap.offset = rte_cpu_to_le_32(FAKE_PCI_BAR_LEN);
}

static void
spoil_overflow(struct virtio_pci_notify_cap *c)
{
	c->cap.offset = rte_cpu_to_le_32(0xfffff000);
	c->cap.length = rte_cpu_to_le_32(0x1000);
}

static void
spoil_length_max(struct virtio_pci_notify_cap *c)
{
	c->cap.length = rte_cpu_to_le_32(UINT32_MAX);
}

static void
spoil_length_zero(struct virtio_pci_notify_cap *c)
{
	c->cap.length = 0;
}

static void
spoil_bar_reserved(struct virtio_pci_notify_cap *c)
{
	c->cap.bar = VIRTIO_PCI_CAP_BAR_MAX + 1;
}

static void
spoil_bar_255(struct virtio_pci_notify_cap *c)
{
	c->cap.bar = 255;
}

static void
spoil_bar_absent(struct virtio_pci_notify_cap *c)
{
	c->cap.bar = 0;	/* no memory of it: absent, or I/O space */
}

static void
spoil_cap_len(struct virtio_pci_notify_cap *c)
{
	c->cap.cap_len--;
}

static void
spoil_type_reserved(struct virtio_pci_notify_cap *c)
{
	c->cap.cfg_type = 200;
}

static void
spoil_type_zero(struct virtio_pci_notify_cap *c)
{
	c->cap.cfg_type = 0;
}

static void
spoil_type_other(struct virtio_pci_notify_cap *c)
{
	c->cap.cfg_type = 5;	/* VIRTIO_PCI_CAP_PCI_CFG */
}

static const struct {
	const char *name;
	void (*spoil)(struct virtio_pci_notify_cap *c);
} spoilers[] = {
	{ "one byte past the BAR", spoil_past_bar },
	{ "offset at the BAR's end", spoil_offset_past_bar },
	{ "offset plus length overflow", spoil_overflow },
	{ "length of all ones", spoil_length_max },
	{ "length zero", spoil_length_zero },
	{ "BAR 6", spoil_bar_reserved },
	{ "BAR 255", spoil_bar_255 },
	{ "BAR without memory", spoil_bar_absent },
	{ "capability one byte short", spoil_cap_len },
	{ "reserved type", spoil_type_reserved },
	{ "type zero", spoil_type_zero },
	{ "type of another use", spoil_type_other },
};

/* One bad structure: the device is refused; with a good one behind it: that is taken. */
static int
bad_structures(void)
{
	struct virtio_pci_notify_cap good, bad;
	unsigned int i;
	uint8_t type;

	for (i = 0; i < RTE_DIM(spoilers); i++) {
		for (type = VIRTIO_PCI_CAP_COMMON_CFG; type <= VIRTIO_PCI_CAP_DEVICE_CFG; type++) {
			good = good_cap(type);
			bad = good;
			spoilers[i].spoil(&bad);

			fake_pci_init(&pci);
			fake_pci_add_cap(&pci, &bad);
			add_others(type);
			TEST_ASSERT_EQUAL(find(), -EINVAL, "type %u: %s", type, spoilers[i].name);

			fake_pci_add_cap(&pci, &good);
			TEST_ASSERT_SUCCESS(find(), "type %u: good after %s", type,
				spoilers[i].name);
			TEST_ASSERT_SUCCESS(check_found(), "type %u: good after %s", type,
				spoilers[i].name);
		}
	}
	return TEST_SUCCESS;
}

/* virtio 4.1.4.3 to 4.1.4.6: alignment and smallest length of each structure */
static int
alignment_and_length(void)
{
	static const struct {
		uint8_t type;
		uint8_t align;
		uint8_t length;
	} needs[] = {
		{ VIRTIO_PCI_CAP_COMMON_CFG, 4, 56 },
		{ VIRTIO_PCI_CAP_NOTIFY_CFG, 2, 2 },
		{ VIRTIO_PCI_CAP_ISR_CFG, 1, 1 },
		{ VIRTIO_PCI_CAP_DEVICE_CFG, 4, 6 },
	};
	unsigned int i, shift;

	for (i = 0; i < RTE_DIM(needs); i++) {
		for (shift = 1; shift <= 4; shift++) {
			struct virtio_pci_notify_cap cap = good_cap(needs[i].type);

			cap.cap.offset = rte_cpu_to_le_32(rte_le_to_cpu_32(cap.cap.offset) +
				shift);
			cap.cap.length = rte_cpu_to_le_32(needs[i].length);
			fake_pci_init(&pci);
			fake_pci_add_cap(&pci, &cap);
			add_others(needs[i].type);
			TEST_ASSERT_EQUAL(find(), (shift % needs[i].align == 0 ? 0 : -EINVAL),
				"type %u at +%u", needs[i].type, shift);
		}
		if (needs[i].length > 1) {
			struct virtio_pci_notify_cap cap = good_cap(needs[i].type);

			cap.cap.length = rte_cpu_to_le_32(needs[i].length - 1);
			fake_pci_init(&pci);
			fake_pci_add_cap(&pci, &cap);
			add_others(needs[i].type);
			TEST_ASSERT_EQUAL(find(), -EINVAL, "type %u of %u bytes", needs[i].type,
				needs[i].length - 1);
		}
	}
	return TEST_SUCCESS;
}

static int
structure_up_to_the_bar_end(void)
{
	struct virtio_pci_notify_cap cap = good_cap(VIRTIO_PCI_CAP_NOTIFY_CFG);

	cap.cap.offset = rte_cpu_to_le_32(FAKE_PCI_BAR_LEN - 2);
	cap.cap.length = rte_cpu_to_le_32(2);
	fake_pci_add_cap(&pci, &cap);
	add_others(VIRTIO_PCI_CAP_NOTIFY_CFG);
	TEST_ASSERT_SUCCESS(find(), "the last two bytes");
	TEST_ASSERT(found.notify == &pci.bar4[FAKE_PCI_BAR_LEN - 2], "notification");
	return TEST_SUCCESS;
}

/* virtio 4.1.4.1: SHOULD use the first; MUST accept a larger cap_len */
static int
first_usable_is_taken(void)
{
	struct virtio_pci_notify_cap cap = good_cap(VIRTIO_PCI_CAP_DEVICE_CFG);

	cap.cap.cap_len = 20;
	fake_pci_add_cap(&pci, &cap);
	cap.cap.offset = rte_cpu_to_le_32(FAKE_PCI_ISR);
	fake_pci_add_cap(&pci, &cap);
	add_others(VIRTIO_PCI_CAP_DEVICE_CFG);
	TEST_ASSERT_SUCCESS(find(), "two device structures");
	return check_found();
}

static int
missing_structures(void)
{
	uint8_t type;

	for (type = VIRTIO_PCI_CAP_COMMON_CFG; type <= VIRTIO_PCI_CAP_DEVICE_CFG; type++) {
		fake_pci_init(&pci);
		add_others(type);
		TEST_ASSERT_EQUAL(find(), -EINVAL, "without type %u", type);
	}
	return TEST_SUCCESS;
}

static int
legacy_device(void)
{
	static const uint8_t msix[12];

	TEST_ASSERT_EQUAL(find(), -ENOTSUP, "an empty list");
	fake_pci_add(&pci, 0x11, msix, sizeof(msix));
	TEST_ASSERT_EQUAL(find(), -ENOTSUP, "MSI-X alone");

	fake_pci_init(&pci);
	fake_pci_add_all(&pci);
	pci.space[0x06] = 0;	/* status: no capability list */
	TEST_ASSERT_EQUAL(find(), -ENOTSUP, "no capability list");
	return TEST_SUCCESS;
}

/* The list ends; a loop in it, or a pointer into the header, ends the walk too. */
static int
broken_lists(void)
{
	struct virtio_pci_notify_cap device = good_cap(VIRTIO_PCI_CAP_DEVICE_CFG);
	uint8_t first, second;

	add_others(VIRTIO_PCI_CAP_DEVICE_CFG);
	/* what is missing stands in the header, where no capability can be */
	device.cap.cap_vndr = 0x09;
	memcpy(&pci.space[0x10], &device.cap, sizeof(device.cap));
	pci.space[pci.link] = 0x10;
	TEST_ASSERT_EQUAL(find(), -EINVAL, "a capability in the header");
	first = pci.space[0x34];
	second = pci.space[first + 1];
	pci.space[pci.link] = first;
	TEST_ASSERT_EQUAL(find(), -EINVAL, "a loop to the first");
	pci.space[pci.link] = pci.link - 1;
	TEST_ASSERT_EQUAL(find(), -EINVAL, "a loop on itself");
	pci.space[second + 1] = second;
	TEST_ASSERT_EQUAL(find(), -EINVAL, "a loop on the second");
	pci.space[0x34] = 0x10;
	TEST_ASSERT_EQUAL(find(), -ENOTSUP, "a list in the header");
	memset(pci.space, 0xff, sizeof(pci.space));
	TEST_ASSERT(find() < 0, "all ones");
	return TEST_SUCCESS;
}

/* PCI: the two low bits of a capability pointer are to be masked. */
static int
misaligned_pointer(void)
{
	fake_pci_add_all(&pci);
	pci.space[0x34] |= 3;
	TEST_ASSERT_SUCCESS(find(), "low bits set");
	return check_found();
}

/* A capability at the very end, where the longer one would not fit. */
static int
capability_at_the_end(void)
{
	struct virtio_pci_notify_cap notify = good_cap(VIRTIO_PCI_CAP_NOTIFY_CFG);
	struct virtio_pci_notify_cap device = good_cap(VIRTIO_PCI_CAP_DEVICE_CFG);

	add_others(VIRTIO_PCI_CAP_DEVICE_CFG);
	pci.end = 256 - 16;
	fake_pci_add_cap(&pci, &device);
	TEST_ASSERT_SUCCESS(find(), "16 bytes fit");
	TEST_ASSERT_SUCCESS(check_found(), "16 bytes fit");

	fake_pci_init(&pci);
	add_others(VIRTIO_PCI_CAP_NOTIFY_CFG);
	pci.end = 256 - 16;
	notify.cap.cap_len = 16;	/* what fits of its 20 */
	pci.space[fake_pci_add_cap(&pci, &notify) + 2] = 20;
	TEST_ASSERT_EQUAL(find(), -EINVAL, "20 bytes do not fit");
	return TEST_SUCCESS;
}

static int
read_errors(void)
{
	size_t limit;

	fake_pci_add_all(&pci);
	for (limit = 0; limit < pci.end; limit++) {
		pci.read_limit = limit;
		TEST_ASSERT_EQUAL(find(), -EIO, "space readable up to %zu", limit);
	}
	pci.read_limit = pci.end;
	TEST_ASSERT_SUCCESS(find(), "all of it readable");
	return TEST_SUCCESS;
}

static int
verb_status_and_reset(void)
{
	vio_pci_ops.status_set(&found.base, 0x0f);
	TEST_ASSERT_EQUAL(regs()->device_status, 0x0f, "status 0x%x", regs()->device_status);
	TEST_ASSERT_EQUAL(vio_pci_ops.status_get(&found.base), 0x0f, "status");
	TEST_ASSERT_SUCCESS(vio_pci_ops.reset(&found.base), "reset");
	TEST_ASSERT_EQUAL(regs()->device_status, 0, "status 0x%x", regs()->device_status);
	return TEST_SUCCESS;
}

static int
verb_features(void)
{
	struct vio_features set = { 0 };
	unsigned int bit;

	/* the registers are memory: every word reads the same, the last written stays */
	regs()->device_feature = rte_cpu_to_le_32(0x80000001);
	vio_pci_ops.features_get(&found.base, &set);
	for (bit = 0; bit < VIRTIO_FEATURE_BITS; bit++)
		TEST_ASSERT_EQUAL(vio_feature_has(&set, bit), (bit % 32 == 0 || bit % 32 == 31),
			"bit %u", bit);
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->device_feature_select), 3, "last word read");

	vio_feature_del(&set, 127);
	vio_pci_ops.features_set(&found.base, &set);
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->driver_feature_select), 3, "last word written");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->driver_feature), 1, "bits 96 to 127");
	return TEST_SUCCESS;
}

static int
verb_config_read(void)
{
	uint8_t *config = &pci.bar4[FAKE_PCI_DEVICE];
	uint8_t buf[32];
	unsigned int i;

	for (i = 0; i < sizeof(buf); i++)
		config[i] = 0x40 + i;
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 0, buf, 6), "mac");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(buf, config, 6, "mac");
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 10, buf, 2), "mtu");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(buf, config + 10, 2, "mtu");
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 12, buf, 4), "speed");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(buf, config + 12, 4, "speed");
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 16, buf, 1), "duplex");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(buf, config + 16, 1, "duplex");

	found.device_len = 12;
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 10, buf, 2), "the last field");
	TEST_ASSERT_EQUAL(vio_pci_ops.config_read(&found.base, 12, buf, 4), -ERANGE, "behind it");
	TEST_ASSERT_EQUAL(vio_pci_ops.config_read(&found.base, 11, buf, 2), -ERANGE, "across");
	return TEST_SUCCESS;
}

static int
verb_queues(void)
{
	const struct vio_queue_conf conf = {
		.size = 256,
		.vector = VIRTIO_MSI_NO_VECTOR,
		.desc_addr = UINT64_C(0x1122334455667700),
		.driver_addr = UINT64_C(0x8899aabbccddee02),
		.device_addr = UINT64_C(0x0123456789abcdec),
	};
	struct vio_doorbell doorbell = { .fd = 0 };

	regs()->queue_size = rte_cpu_to_le_16(0xfedc);
	TEST_ASSERT_EQUAL(vio_pci_ops.queue_size_max(&found.base, 7), 0xfedc, "size");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->queue_select), 7, "selected");

	regs()->queue_notify_off = rte_cpu_to_le_16(9);
	TEST_ASSERT_SUCCESS(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), "enable");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->queue_select), 5, "selected");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->queue_size), 256, "size");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->queue_msix_vector), VIRTIO_MSI_NO_VECTOR,
		"vector");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->queue_enable), 1, "enabled");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->queue_desc_lo), 0x55667700, "desc");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->queue_desc_hi), 0x11223344, "desc");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->queue_driver_lo), 0xccddee02, "driver");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->queue_driver_hi), 0x8899aabb, "driver");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->queue_device_lo), 0x89abcdec, "device");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_32(regs()->queue_device_hi), 0x01234567, "device");
	TEST_ASSERT((volatile uint8_t *)doorbell.addr == &pci.bar4[FAKE_PCI_NOTIFY + 9 * 4],
		"notify");
	return TEST_SUCCESS;
}

/* virtio 4.1.4.4, 4.1.5.2.1: how queues are named and how wide notifications are. */
static int
verb_notifications(void)
{
	const struct vio_queue_conf conf = { .size = 256, .vector = VIRTIO_MSI_NO_VECTOR };
	struct vio_features features = { 0 };
	struct vio_doorbell doorbell;

	regs()->queue_notif_config_data = rte_cpu_to_le_16(0x1234);
	vio_pci_ops.features_set(&found.base, &features);
	TEST_ASSERT_SUCCESS(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), "plain");
	TEST_ASSERT_EQUAL(doorbell.queue, 5, "named 0x%x", doorbell.queue);

	vio_feature_add(&features, VIRTIO_F_NOTIF_CONFIG_DATA);
	vio_pci_ops.features_set(&found.base, &features);
	TEST_ASSERT_SUCCESS(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), "data");
	TEST_ASSERT_EQUAL(doorbell.queue, 0x1234, "named 0x%x", doorbell.queue);
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->queue_notif_config_data), 0x1234, "written");

	/* 32 bits: room and alignment for them */
	found.notify_len = 6;
	found.notify_off_multiplier = 2;
	regs()->queue_notify_off = rte_cpu_to_le_16(1);
	TEST_ASSERT_SUCCESS(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), "16");
	vio_feature_add(&features, VIRTIO_F_NOTIFICATION_DATA);
	vio_pci_ops.features_set(&found.base, &features);
	TEST_ASSERT_EQUAL(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), -ERANGE,
		"not aligned");
	regs()->queue_notify_off = rte_cpu_to_le_16(2);
	TEST_ASSERT_EQUAL(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), -ERANGE,
		"no room");
	found.notify_len = 8;
	TEST_ASSERT_SUCCESS(vio_pci_ops.queue_enable(&found.base, 5, &conf, &doorbell), "32");
	return TEST_SUCCESS;
}

/* A common configuration that ends before the field: the feature is not offered. */
static int
verb_features_without_field(void)
{
	struct vio_features offered;
	unsigned int i;

	for (i = 56; i <= 60; i++) {
		found.common_len = i;
		regs()->device_feature = UINT32_MAX;
		vio_pci_ops.features_get(&found.base, &offered);
		TEST_ASSERT_EQUAL(vio_feature_has(&offered, VIRTIO_F_NOTIF_CONFIG_DATA), (i >= 58),
			"%u bytes", i);
		TEST_ASSERT(vio_feature_has(&offered, VIRTIO_F_NOTIFICATION_DATA), "%u bytes", i);
	}
	return TEST_SUCCESS;
}

/* virtio 4.1.4.4: the offset times the multiplier stays within the structure */
static int
verb_notify_bounds(void)
{
	static const struct {
		uint16_t off;
		uint32_t multiplier;
		uint32_t len;
		bool good;
	} cases[] = {
		{ 0, 0, 2, true },
		{ 65535, 0, 2, true },
		{ 1, 2, 4, true },
		{ 1, 2, 3, false },
		{ 2, 2, 4, false },
		{ 1023, 4, 4096, true },
		{ 1024, 4, 4096, false },
		{ 1, UINT32_MAX, 4096, false },
		{ 2, 0x80000000, 4096, false },	/* 2^32 */
		{ 65535, UINT32_MAX, 4096, false },
		{ 3, 1, 4096, false },		/* an odd address */
	};
	const struct vio_queue_conf conf = { .size = 8, .vector = VIRTIO_MSI_NO_VECTOR };
	struct vio_doorbell doorbell;
	unsigned int i;

	for (i = 0; i < RTE_DIM(cases); i++) {
		regs()->queue_notify_off = rte_cpu_to_le_16(cases[i].off);
		regs()->queue_enable = 0;
		found.notify_off_multiplier = cases[i].multiplier;
		found.notify_len = cases[i].len;
		doorbell.addr = NULL;
		TEST_ASSERT_EQUAL(vio_pci_ops.queue_enable(&found.base, 0, &conf, &doorbell),
			(cases[i].good ? 0 : -ERANGE), "case %u", i);
		TEST_ASSERT_EQUAL((doorbell.addr != NULL), cases[i].good, "case %u: address", i);
		TEST_ASSERT_EQUAL((regs()->queue_enable != 0), cases[i].good, "case %u", i);
	}
	return TEST_SUCCESS;
}

static int
verb_interrupts(void)
{
	pci.bar4[FAKE_PCI_ISR] = 3;
	TEST_ASSERT_EQUAL(vio_pci_ops.isr_read(&found.base), 3, "ISR status");
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_vector_set(&found.base, 1), "vector");
	TEST_ASSERT_EQUAL(rte_le_to_cpu_16(regs()->config_msix_vector), 1, "vector");
	return TEST_SUCCESS;
}

/* All of it reads as ones, so that nothing of it can be in use; at once. */
static int
verb_gone(void)
{
	const struct vio_queue_conf conf = { .size = 256, .vector = 1 };
	struct vio_doorbell doorbell;
	uint8_t mac[6];

	memset(pci.bar4, 0xff, sizeof(pci.bar4));
	TEST_ASSERT_EQUAL(vio_pci_ops.status_get(&found.base), VIO_STATUS_GONE, "status");
	TEST_ASSERT_EQUAL(vio_pci_ops.config_read(&found.base, 0, mac, 6), -ENODEV, "config");

	/* a generation of 255 is one as any other */
	regs()->driver_feature_select = 0;
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 0, mac, 6), "config");
	regs()->driver_feature_select = UINT32_MAX;
	regs()->device_status = VIRTIO_STATUS_DRIVER_OK;
	TEST_ASSERT_SUCCESS(vio_pci_ops.config_read(&found.base, 0, mac, 6), "config");

	/* memory keeps what is written, which a device that is gone does not */
	memset(pci.bar4, 0xff, sizeof(pci.bar4));
	TEST_ASSERT_EQUAL(vio_pci_ops.queue_size_max(&found.base, 0), UINT16_MAX, "size");
	regs()->queue_notify_off = UINT16_MAX;
	found.notify_off_multiplier = UINT32_MAX;
	TEST_ASSERT_EQUAL(vio_pci_ops.queue_enable(&found.base, 0, &conf, &doorbell), -ERANGE,
		"enable");
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_pci",
	.unit_test_cases = {
		TEST_CASE_ST(setup, NULL, good_layout),
		TEST_CASE_ST(setup, NULL, bad_structures),
		TEST_CASE_ST(setup, NULL, alignment_and_length),
		TEST_CASE_ST(setup, NULL, structure_up_to_the_bar_end),
		TEST_CASE_ST(setup, NULL, first_usable_is_taken),
		TEST_CASE_ST(setup, NULL, missing_structures),
		TEST_CASE_ST(setup, NULL, legacy_device),
		TEST_CASE_ST(setup, NULL, broken_lists),
		TEST_CASE_ST(setup, NULL, misaligned_pointer),
		TEST_CASE_ST(setup, NULL, capability_at_the_end),
		TEST_CASE_ST(setup, NULL, read_errors),
		TEST_CASE_ST(setup_verbs, NULL, verb_status_and_reset),
		TEST_CASE_ST(setup_verbs, NULL, verb_features),
		TEST_CASE_ST(setup_verbs, NULL, verb_config_read),
		TEST_CASE_ST(setup_verbs, NULL, verb_queues),
		TEST_CASE_ST(setup_verbs, NULL, verb_notifications),
		TEST_CASE_ST(setup_verbs, NULL, verb_features_without_field),
		TEST_CASE_ST(setup_verbs, NULL, verb_notify_bounds),
		TEST_CASE_ST(setup_verbs, NULL, verb_interrupts),
		TEST_CASE_ST(setup_verbs, NULL, verb_gone),
		TEST_CASES_END()
	}
};

static int
test_vio_pci(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_pci_autotest, test_vio_pci);
