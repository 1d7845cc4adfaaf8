/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The registers of a PCI device that change between two reads, or do not take what is written. They
 * are no memory here: the transport's source is compiled once more, with functions of this test in
 * the place of those that access registers and tell the time.
 */

#include <string.h>

#include <rte_cycles.h>
#include <rte_io.h>

#include "test.h"

static uint8_t reg_read8(const volatile void *addr);
static uint16_t reg_read16(const volatile void *addr);
static uint32_t reg_read32(const volatile void *addr);
static void reg_write(uint32_t value, volatile void *addr);
static uint64_t clock_read(void);
static void clock_sleep(unsigned int us);

#define rte_read8(addr)			reg_read8(addr)
#define rte_read16(addr)		reg_read16(addr)
#define rte_read32(addr)		reg_read32(addr)
#define rte_write8(value, addr)		reg_write(value, addr)
#define rte_write16(value, addr)	reg_write(value, addr)
#define rte_write32(value, addr)	reg_write(value, addr)
#define rte_get_timer_cycles()		clock_read()
#define rte_get_timer_hz()		UINT64_C(1000000)
#define rte_delay_us_sleep(us)		clock_sleep(us)
#define vio_pci_ops			regs_ops
#define vio_pci_find_structures		regs_find_structures

#include "vio_pci.c"

#define OFFSET(field)	offsetof(struct virtio_pci_common_cfg, field)

/* A device's registers; addresses of these lead to the functions below. */
static struct virtio_pci_common_cfg common;
static uint8_t config[64], notify[64], isr;

/* What is odd about the device. */
static struct {
	uint8_t status;		/* read instead of what was written ... */
	unsigned int nb_status;	/* ... so often */
	unsigned int gone_at;	/* from this read on, all are ones; 0: never */
	unsigned int nb_generations;	/* reads of the generation that each find another */
	bool keeps_size;	/* of a queue, whatever is written */
	bool no_vector;
} odd;

static struct vio_pci pci;
static uint64_t now_us;
static unsigned int nb_reads, nb_generation_reads;
static bool enabled;	/* queue_enable was written */

static int
setup(void)
{
	memset(&odd, 0, sizeof(odd));
	memset(&common, 0, sizeof(common));
	pci = (struct vio_pci){
		.base.name = "regs", .common = &common, .common_len = sizeof(common),
		.notify = notify, .notify_len = sizeof(notify), .notify_off_multiplier = 4,
		.isr = &isr, .device = config, .device_len = sizeof(config),
	};
	now_us = 0;
	nb_reads = 0;
	nb_generation_reads = 0;
	enabled = false;
	return TEST_SUCCESS;
}

static bool
is_gone(void)
{
	return odd.gone_at != 0 && ++nb_reads >= odd.gone_at;
}

static uint8_t
reg_read8(const volatile void *addr)
{
	if (is_gone())
		return UINT8_MAX;
	if (addr == &common.device_status && odd.nb_status > 0) {
		odd.nb_status--;
		return odd.status;
	}
	if (addr == &common.config_generation) {
		nb_generation_reads++;
		if (odd.nb_generations > 0) {
			odd.nb_generations--;
			common.config_generation++;
			/* with each, every byte of the configuration is another */
			memset(config, common.config_generation, sizeof(config));
		}
	}
	return *(const volatile uint8_t *)addr;
}

static uint16_t
reg_read16(const volatile void *addr)
{
	return is_gone() ? UINT16_MAX : *(const volatile uint16_t *)addr;
}

static uint32_t
reg_read32(const volatile void *addr)
{
	return is_gone() ? UINT32_MAX : *(const volatile uint32_t *)addr;
}

static void
reg_write(uint32_t value, volatile void *addr)
{
	if (addr == &common.device_status)
		common.device_status = value;
	else if (addr == &common.queue_size && !odd.keeps_size)
		common.queue_size = value;
	else if (addr == &common.queue_msix_vector)
		common.queue_msix_vector = odd.no_vector ? VIRTIO_MSI_NO_VECTOR : value;
	else if (addr == &common.config_msix_vector)
		common.config_msix_vector = odd.no_vector ? VIRTIO_MSI_NO_VECTOR : value;
	else if (addr == &common.queue_enable)
		enabled = true;
}

static uint64_t
clock_read(void)
{
	return now_us;
}

static void
clock_sleep(unsigned int us)
{
	now_us += us;
}

/* virtio 2.4.2: a device may take its time for a reset, but not for ever. */
static int
reset_ends(void)
{
	odd.status = VIRTIO_STATUS_DRIVER_OK;
	odd.nb_status = 1000;
	TEST_ASSERT_SUCCESS(regs_ops.reset(&pci.base), "a slow one");
	TEST_ASSERT(now_us >= 1000 * RESET_POLL_US / 2 && now_us < 1000000, "after %u us",
		(unsigned int)now_us);
	return TEST_SUCCESS;
}

static int
reset_never_ends(void)
{
	static const uint8_t status[] = { 1, VIRTIO_STATUS_FAILED, 0x7f, VIO_STATUS_GONE };
	unsigned int i;

	for (i = 0; i < RTE_DIM(status); i++) {
		setup();
		odd.status = status[i];
		odd.nb_status = UINT32_MAX;
		TEST_ASSERT_EQUAL(regs_ops.reset(&pci.base), -ETIMEDOUT, "status 0x%x", status[i]);
		TEST_ASSERT(now_us >= 5000000 && now_us < 5001000, "status 0x%x: after %u us",
			status[i], (unsigned int)now_us);
	}
	return TEST_SUCCESS;
}

/* It vanishes meanwhile: that is the end, at once. */
static int
gone_in_reset(void)
{
	unsigned int at;

	for (at = 1; at < 50; at++) {
		setup();
		odd.status = VIRTIO_STATUS_DRIVER_OK;
		odd.nb_status = UINT32_MAX;
		odd.gone_at = at;
		TEST_ASSERT_EQUAL(regs_ops.reset(&pci.base), -ENODEV, "at read %u", at);
		TEST_ASSERT(now_us <= at * RESET_POLL_US, "at read %u: after %u us", at,
			(unsigned int)now_us);
	}
	return TEST_SUCCESS;
}

/* virtio 2.5.1: a field is of one generation; what was read of others is read again. */
static int
config_changes(void)
{
	uint8_t mac[6];
	unsigned int nb, i;

	/* an even read is the one before a field, an odd one the one behind */
	for (nb = 0; nb < 2 * VIO_CONFIG_TRIES - 1; nb++) {
		setup();
		odd.nb_generations = nb;
		TEST_ASSERT_SUCCESS(regs_ops.config_read(&pci.base, 0, mac, sizeof(mac)),
			"%u generations", nb);
		for (i = 0; i < sizeof(mac); i++)
			TEST_ASSERT_EQUAL(mac[i], (uint8_t)nb, "%u generations: byte %u is of %u",
				nb, i, mac[i]);
	}
	return TEST_SUCCESS;
}

static int
config_never_settles(void)
{
	uint16_t mtu;

	odd.nb_generations = UINT32_MAX;
	TEST_ASSERT_EQUAL(regs_ops.config_read(&pci.base, 10, &mtu, sizeof(mtu)), -EAGAIN, "mtu");
	TEST_ASSERT_EQUAL(nb_generation_reads, 2 * VIO_CONFIG_TRIES, "%u reads",
		nb_generation_reads);
	return TEST_SUCCESS;
}

/* At any moment of the reading: what was read is either all of it, or said to be nothing. */
static int
gone_in_config(void)
{
	unsigned int at;
	uint8_t mac[6];
	int ret;

	for (at = 1; at < 12; at++) {
		setup();
		memset(config, 2, sizeof(config));
		odd.gone_at = at;
		ret = regs_ops.config_read(&pci.base, 0, mac, sizeof(mac));
		/* six of the field, and the generation before and behind it */
		TEST_ASSERT_EQUAL(ret, (at <= 8 ? -ENODEV : 0), "at read %u: %d", at, ret);
	}
	return TEST_SUCCESS;
}

/* What the device does not take, it is not given a queue with. */
static int
queue_refused(void)
{
	const struct vio_queue_conf conf = { .size = 256, .vector = 1 };
	struct vio_doorbell doorbell;

	TEST_ASSERT_SUCCESS(regs_ops.queue_enable(&pci.base, 0, &conf, &doorbell), "a good one");
	TEST_ASSERT(enabled, "a good one");

	setup();
	common.queue_size = rte_cpu_to_le_16(128);
	odd.keeps_size = true;
	TEST_ASSERT_EQUAL(regs_ops.queue_enable(&pci.base, 0, &conf, &doorbell), -EINVAL, "size");
	TEST_ASSERT(!enabled, "enabled with another size");

	setup();
	odd.no_vector = true;
	TEST_ASSERT_EQUAL(regs_ops.queue_enable(&pci.base, 0, &conf, &doorbell), -ENOSPC, "vector");
	TEST_ASSERT(!enabled, "enabled without its vector");
	TEST_ASSERT_EQUAL(regs_ops.config_vector_set(&pci.base, 0), -ENOSPC, "vector");
	TEST_ASSERT_SUCCESS(regs_ops.config_vector_set(&pci.base, VIRTIO_MSI_NO_VECTOR), "none");
	return TEST_SUCCESS;
}

static struct unit_test_suite suite = {
	.suite_name = "vio_pci_regs",
	.unit_test_cases = {
		TEST_CASE_ST(setup, NULL, reset_ends),
		TEST_CASE_ST(setup, NULL, reset_never_ends),
		TEST_CASE_ST(setup, NULL, gone_in_reset),
		TEST_CASE_ST(setup, NULL, config_changes),
		TEST_CASE_ST(setup, NULL, config_never_settles),
		TEST_CASE_ST(setup, NULL, gone_in_config),
		TEST_CASE_ST(setup, NULL, queue_refused),
		TEST_CASES_END()
	}
};

static int
test_vio_pci_regs(void)
{
	return unit_test_suite_runner(&suite);
}

REGISTER_TEST_COMMAND(vio_pci_regs_autotest, test_vio_pci_regs);
