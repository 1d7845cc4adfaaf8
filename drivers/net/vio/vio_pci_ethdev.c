/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Probe and remove of PCI devices: which ones this driver takes, and which it leaves alone.
 * Invariant: a device that is refused is left as it was found, with nothing of it mapped; a
 * device that the kernel's own driver holds is not touched at all.
 * Threads: those of the bus, one at a time.
 */

#include <errno.h>
#include <string.h>

#include <bus_pci_driver.h>
#include <ethdev_pci.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_kvargs.h>

#include "vio_ethdev.h"
#include "vio_intr.h"
#include "vio_log.h"
#include "vio_pci.h"

#define ARG_PMD		"pmd"
#define ARG_VDPA	"vdpa"
#define ARG_RSS_FALLBACK "rss_fallback"

#define EVENT_POLL_US	100

#define PMD_NAME	"net_vio"
#define PMD_BUILTIN	"net_virtio"

#define ARGS_KNOWN \
	ARG_PMD "=" PMD_NAME "|" PMD_BUILTIN " " \
	ARG_VDPA "=<0|1> " \
	ARG_RSS_FALLBACK "=<0|1> " \
	VIO_OFFLOAD_ARGS_KNOWN

/* What the device arguments say. */
struct pci_args {
	bool builtin;		/* the built-in driver shall take the device */
	bool rss_fallback;
	struct vio_offload_choice offload_choice;
};

/* The private data of a port; struct vio_dev must be its first member (vio_ethdev_init()). */
struct pci_port {
	struct vio_dev dev;
	struct vio_pci pci;
};

/* Whether the user named the device (-a); a mere presence in the machine is no request. */
static bool
is_requested(const struct rte_pci_device *pci_dev)
{
	return pci_dev->device.devargs != NULL;
}

/* What the kernel's own driver holds is the kernel's. */
static bool
is_ours_to_drive(const struct rte_pci_device *pci_dev)
{
	switch (pci_dev->kdrv) {
	case RTE_PCI_KDRV_VFIO:
	case RTE_PCI_KDRV_IGB_UIO:
	case RTE_PCI_KDRV_UIO_GENERIC:
		return true;
	default:
		break;
	}
	if (is_requested(pci_dev))
		VIO_LOG(WARNING, pci_dev->name, "left alone: it is not bound to vfio-pci or a UIO "
			"driver; bind it with dpdk-devbind.py --bind=vfio-pci %s", pci_dev->name);
	else
		VIO_LOG(DEBUG, pci_dev->name, "left alone: not bound to vfio-pci or a UIO driver");
	return false;
}

static int
arg_pmd(const char *key __rte_unused, const char *value, void *opaque)
{
	struct pci_args *args = opaque;

	if (value == NULL)
		return -EINVAL;
	args->builtin = strcmp(value, PMD_BUILTIN) == 0;
	return args->builtin || strcmp(value, PMD_NAME) == 0 ? 0 : -EINVAL;
}

/* Where an argument of 0 or 1 is kept, or NULL for one that is none. */
static bool *
arg_flag(struct pci_args *args, const char *key)
{
	if (strcmp(key, ARG_RSS_FALLBACK) == 0)
		return &args->rss_fallback;
	return vio_offload_arg(&args->offload_choice, key);
}

/* Returns 0, or -EINVAL with a message when there is an argument that means nothing here. */
static int
args_check_keys(const struct rte_pci_device *pci_dev, const struct rte_kvargs *kvlist,
		struct pci_args *args)
{
	const char *key;
	unsigned int i;

	for (i = 0; i < kvlist->count; i++) {
		key = kvlist->pairs[i].key;
		if (strcmp(key, ARG_PMD) != 0 && strcmp(key, ARG_VDPA) != 0 &&
		    arg_flag(args, key) == NULL) {
			VIO_LOG(ERR, pci_dev->name, "unknown device argument '%s': known are "
				ARGS_KNOWN, key);
			return -EINVAL;
		}
		if (rte_kvargs_count(kvlist, key) > 1) {
			VIO_LOG(ERR, pci_dev->name, "device argument '%s' is given more than once",
				key);
			return -EINVAL;
		}
	}
	return 0;
}

/* Reads the arguments of 0 or 1. Returns 0, or -EINVAL with a message. */
static int
args_flags_get(const struct rte_pci_device *pci_dev, const struct rte_kvargs *kvlist,
	       struct pci_args *args)
{
	const char *value;
	unsigned int i;
	bool *flag;

	for (i = 0; i < kvlist->count; i++) {
		flag = arg_flag(args, kvlist->pairs[i].key);
		value = kvlist->pairs[i].value;
		if (flag == NULL)
			continue;
		if (value == NULL || (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)) {
			VIO_LOG(ERR, pci_dev->name, "bad value in '%s=%s': it is 0 or 1",
				kvlist->pairs[i].key, value != NULL ? value : "");
			return -EINVAL;
		}
		*flag = value[0] == '1';
	}
	return 0;
}

/*
 * Reads the device arguments. pmd= says which driver shall take the device, and if it is the
 * built-in one, the others are its own. vdpa= is for net_virtio, which declines the device with
 * vdpa=1, and means nothing here. Returns 0, or -EINVAL with a message.
 */
static int
args_parse(const struct rte_pci_device *pci_dev, struct pci_args *args)
{
	const struct rte_devargs *devargs = pci_dev->device.devargs;
	struct rte_kvargs *kvlist;
	int ret;

	memset(args, 0, sizeof(*args));
	if (devargs == NULL || devargs->args == NULL || devargs->args[0] == '\0')
		return 0;
	kvlist = rte_kvargs_parse(devargs->args, NULL);
	if (kvlist == NULL) {
		VIO_LOG(ERR, pci_dev->name, "device arguments '%s' are not key=value pairs",
			devargs->args);
		return -EINVAL;
	}
	ret = rte_kvargs_process(kvlist, ARG_PMD, arg_pmd, args);
	if (ret < 0)
		VIO_LOG(ERR, pci_dev->name, "bad value in '%s': " ARG_PMD " is " PMD_NAME " or "
			PMD_BUILTIN, devargs->args);
	else if (!args->builtin)
		ret = args_check_keys(pci_dev, kvlist, args);
	if (ret == 0 && !args->builtin)
		ret = args_flags_get(pci_dev, kvlist, args);
	rte_kvargs_free(kvlist);
	return ret < 0 ? -EINVAL : 0;
}

static int
config_space_read(const void *handle, void *buf, size_t len, off_t offset)
{
	return rte_pci_read_config(handle, buf, len, offset);
}

static int
structures_find(struct vio_pci *pci, const struct rte_pci_device *pci_dev)
{
	struct vio_pci_bar bars[VIO_PCI_BARS];
	unsigned int i;

	for (i = 0; i < VIO_PCI_BARS; i++) {
		bars[i].addr = pci_dev->mem_resource[i].addr;
		bars[i].len = pci_dev->mem_resource[i].len;
	}
	return vio_pci_find_structures(pci, bars, config_space_read, pci_dev);
}

/*
 * virtio 6.1: without ACCESS_PLATFORM the device uses physical addresses, past any IOMMU; with
 * virtual ones it would read and write whatever lies there.
 */
static int
iova_mode_check(const struct vio_dev *dev)
{
	if (vio_has(dev, VIRTIO_F_ACCESS_PLATFORM) || rte_eal_iova_mode() == RTE_IOVA_PA)
		return 0;
	VIO_LOG(ERR, dev->transport->name, "the device does not offer ACCESS_PLATFORM, so it "
		"bypasses the IOMMU: run with --iova-mode=pa, or give it iommu_platform=on");
	return -ENOTSUP;
}

/*
 * The kernel wants the device back, as it is to be unplugged or was: VFIO lets it have it only when
 * it is closed here.
 */
static void
device_event(const char *name __rte_unused, enum rte_dev_event_type event, void *arg)
{
	struct rte_eth_dev *eth_dev = arg;

	if (event == RTE_DEV_EVENT_REMOVE)
		vio_intr_removed(eth_dev->data->dev_private);
}

/* The shared operations, but for close; made with each port, and always the same. */
static struct eth_dev_ops pci_dev_ops;

static int
pci_dev_close(struct rte_eth_dev *eth_dev)
{
	/* EAL says so while it runs, in the interrupt thread. */
	while (rte_dev_event_callback_unregister(eth_dev->device->name, device_event,
						 eth_dev) == -EAGAIN)
		rte_delay_us_sleep(EVENT_POLL_US);
	return vio_ethdev_close(eth_dev);
}

/* From now on the port is told of its device's removal. Returns 0, or -errno with a message. */
static int
events_listen(struct rte_eth_dev *eth_dev)
{
	int ret = rte_dev_event_callback_register(eth_dev->device->name, device_event, eth_dev);

	if (ret < 0) {
		VIO_LOG(ERR, eth_dev->device->name, "no memory to be told of the device's removal");
		return ret;
	}
	pci_dev_ops = *eth_dev->dev_ops;
	pci_dev_ops.dev_close = pci_dev_close;
	eth_dev->dev_ops = &pci_dev_ops;
	return 0;
}

static int
port_create(struct rte_pci_device *pci_dev, const struct vio_pci *pci,
	    const struct pci_args *args)
{
	struct rte_eth_dev *eth_dev;
	struct pci_port *port;
	int ret;

	eth_dev = rte_eth_dev_pci_allocate(pci_dev, sizeof(*port));
	if (eth_dev == NULL) {
		VIO_LOG(ERR, pci_dev->name, "no free port, or no memory for one: reserve more "
			"hugepages");
		return -ENOMEM;
	}
	port = eth_dev->data->dev_private;
	port->pci = *pci;
	port->dev.rss.fallback = args->rss_fallback;
	port->dev.offload_choice = args->offload_choice;
	ret = vio_ethdev_init(eth_dev, &vio_pci_ops, &port->pci.base);
	if (ret < 0)
		goto release;
	ret = iova_mode_check(&port->dev);
	if (ret == 0)
		ret = events_listen(eth_dev);
	if (ret < 0)
		goto close;
	rte_eth_dev_probing_finish(eth_dev);
	return 0;

close:
	vio_ethdev_close(eth_dev);
release:
	rte_eth_dev_release_port(eth_dev);
	return ret;
}

/* Returns 0, a positive value to leave the device to another driver, or -errno. */
static int
vio_pci_probe(struct rte_pci_driver *driver __rte_unused, struct rte_pci_device *pci_dev)
{
	struct vio_pci pci = { .base.name = pci_dev->name };
	struct pci_args args;
	int ret;

	if (!is_ours_to_drive(pci_dev))
		return 1;
	ret = args_parse(pci_dev, &args);
	if (ret < 0 || args.builtin)
		return ret < 0 ? ret : 1;
	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		VIO_LOG(ERR, pci_dev->name, "secondary processes are not supported");
		return -ENOTSUP;
	}

	ret = rte_pci_map_device(pci_dev);
	if (ret != 0) {
		VIO_LOG(ERR, pci_dev->name, "the device's memory cannot be mapped, see EAL's "
			"messages above: %s", pci_dev->kdrv == RTE_PCI_KDRV_VFIO ?
			"all devices of its IOMMU group must be with vfio-pci or with no driver" :
			"a UIO driver needs root and --iova-mode=pa");
		return ret < 0 ? -EIO : ret;
	}
	ret = structures_find(&pci, pci_dev);
	if (ret == 0)
		ret = port_create(pci_dev, &pci, &args);
	else if (ret == -ENOTSUP) {
		VIO_LOG(INFO, pci_dev->name, "left alone: a legacy device, without virtio 1.x");
		ret = 1;
	}
	if (ret != 0)
		rte_pci_unmap_device(pci_dev);
	return ret;
}

static int
vio_pci_remove(struct rte_pci_device *pci_dev)
{
	struct rte_eth_dev *eth_dev = rte_eth_dev_allocated(pci_dev->device.name);
	uint16_t port_id;

	/* The port is gone afterwards, also when its device did not confirm its reset. */
	if (eth_dev != NULL) {
		port_id = eth_dev->data->port_id;
		rte_eth_dev_stop(port_id);
		rte_eth_dev_close(port_id);
	}
	rte_pci_unmap_device(pci_dev);
	return 0;
}

static const struct rte_pci_id vio_pci_ids[] = {
	{ RTE_PCI_DEVICE(VIRTIO_PCI_VENDOR_ID, VIRTIO_PCI_DEVICE_ID_NET) },
	{ RTE_PCI_DEVICE(VIRTIO_PCI_VENDOR_ID, VIRTIO_PCI_DEVICE_ID_NET_TRANSITIONAL) },
	{ .vendor_id = 0 },
};

/* The driver maps the device itself, once it is known to be its own (no NEED_MAPPING). */
static struct rte_pci_driver vio_pci_driver = {
	.id_table = vio_pci_ids,
	.drv_flags = RTE_PCI_DRV_INTR_LSC | RTE_PCI_DRV_INTR_RMV,
	.probe = vio_pci_probe,
	.remove = vio_pci_remove,
};

RTE_PMD_REGISTER_PCI(net_vio, vio_pci_driver);
RTE_PMD_REGISTER_PCI_TABLE(net_vio, vio_pci_ids);
RTE_PMD_REGISTER_KMOD_DEP(net_vio, "* vfio-pci | igb_uio | uio_pci_generic");
RTE_PMD_REGISTER_PARAM_STRING(net_vio, ARGS_KNOWN);
