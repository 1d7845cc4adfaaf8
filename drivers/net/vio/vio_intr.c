/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Interrupts and events. Configuration changes come by an MSI-X vector of their own, or by INTx
 * with the ISR status; each Rx queue has a vector of its own, whose eventfd the application waits
 * for.
 * Threads: the handlers run in EAL's interrupt thread, the rest in control threads, but for
 * vio_intr_needs_reset().
 */

#include <errno.h>
#include <sys/eventfd.h>

#include <rte_alarm.h>
#include <rte_interrupts.h>

#include "vio_dev.h"
#include "vio_intr.h"
#include "vio_log.h"
#include "vio_suspend.h"

static void
needs_reset_event(void *arg)
{
	struct vio_dev *dev = arg;

	rte_eth_dev_callback_process(&rte_eth_devices[dev->port_id], RTE_ETH_EVENT_INTR_RESET,
				     NULL);
}

bool
vio_intr_needs_reset(struct vio_dev *dev)
{
	if (__atomic_exchange_n(&dev->needs_reset_told, true, __ATOMIC_RELAXED))
		return false;
	/* Not from here: this may be a forwarding thread, and the application takes its time. */
	if (rte_eal_alarm_set(1, needs_reset_event, dev) < 0)
		VIO_LOG(ERR, dev->transport->name,
			"no memory to tell the application that the port needs a reset");
	return true;
}

void
vio_intr_needs_reset_cancel(struct vio_dev *dev)
{
	rte_eal_alarm_cancel(needs_reset_event, dev);
	__atomic_store_n(&dev->needs_reset_told, false, __ATOMIC_RELAXED);
}

static void
removal_alarm_set(struct rte_eth_dev *eth_dev, rte_eal_alarm_callback event)
{
	const struct vio_dev *dev = eth_dev->data->dev_private;

	if (rte_eal_alarm_set(1, event, eth_dev) < 0)
		VIO_LOG(ERR, dev->transport->name,
			"no memory to tell the application that the device was removed");
}

static void
removal_event(void *arg)
{
	struct rte_eth_dev *eth_dev = arg;

	if (eth_dev->data->dev_conf.intr_conf.rmv)
		rte_eth_dev_callback_process(eth_dev, RTE_ETH_EVENT_INTR_RMV, NULL);
}

static void
removal_events(void *arg)
{
	/* First, as the application may close the port in its callback, which takes this back. */
	removal_alarm_set(arg, removal_event);
	vio_intr_link_check(arg);
}

void
vio_intr_removed(struct vio_dev *dev)
{
	struct rte_eth_dev *eth_dev = &rte_eth_devices[dev->port_id];
	bool told;

	if (dev->transport->comes_back)
		return;
	/* Before the queues: those that a start puts into use after that, it suspends itself. */
	told = __atomic_exchange_n(&dev->removed, true, __ATOMIC_SEQ_CST);
	vio_queues_suspend_started(eth_dev);
	if (told)
		return;
	VIO_LOG(ERR, dev->transport->name, "the device was removed, or is to be: close the port");
	removal_alarm_set(eth_dev, removal_events);
}

void
vio_intr_removed_cancel(struct vio_dev *dev)
{
	struct rte_eth_dev *eth_dev = &rte_eth_devices[dev->port_id];

	/* In this order: the one asks for the other. */
	rte_eal_alarm_cancel(removal_events, eth_dev);
	rte_eal_alarm_cancel(removal_event, eth_dev);
}

bool
vio_intr_status_check(struct vio_dev *dev)
{
	uint8_t status = vio_ops(dev)->status_get(dev->transport);

	if (status == VIO_STATUS_GONE) {
		vio_intr_removed(dev);
		return false;
	}
	if (!(status & VIRTIO_STATUS_DEVICE_NEEDS_RESET))
		return true;
	/* virtio 2.1.1: nothing that is under way can be relied on. */
	vio_queues_suspend_started(&rte_eth_devices[dev->port_id]);
	if (vio_intr_needs_reset(dev))
		VIO_LOG(ERR, dev->transport->name,
			"the device needs a reset (status 0x%02x): stop and start the port",
			status);
	return true;
}

void
vio_intr_link_check(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	struct rte_eth_link link;

	vio_dev_link_read(dev, &link);
	if (rte_eth_linkstatus_set(eth_dev, &link) == 0 && eth_dev->data->dev_conf.intr_conf.lsc)
		rte_eth_dev_callback_process(eth_dev, RTE_ETH_EVENT_INTR_LSC, NULL);
}

static void
config_changed(void *arg)
{
	struct rte_eth_dev *eth_dev = arg;
	struct vio_dev *dev = eth_dev->data->dev_private;

	/* virtio 4.1.5.5: reading the ISR status takes back an INTx interrupt. */
	vio_ops(dev)->isr_read(dev->transport);
	rte_intr_ack(eth_dev->intr_handle);

	if (!vio_intr_status_check(dev))
		vio_queues_suspend_started(eth_dev);
	/* Last, as the application may close the port in its callback. */
	vio_intr_link_check(eth_dev);
}

/* The vector for configuration changes; none where the interrupt pin is used. */
static uint16_t
config_vector(const struct rte_eth_dev *eth_dev)
{
	switch (rte_intr_type_get(eth_dev->intr_handle)) {
	case RTE_INTR_HANDLE_VFIO_LEGACY:
	case RTE_INTR_HANDLE_UIO_INTX:
		return VIRTIO_MSI_NO_VECTOR;
	default:
		return VIO_CONFIG_VECTOR;
	}
}

static void
handler_unregister(struct rte_eth_dev *eth_dev)
{
	/*
	 * An application may stop the port in its event callback, within our own handler: then it
	 * is taken away afterwards. That fails in other callbacks of the same thread.
	 */
	if (rte_thread_is_intr() &&
	    rte_intr_callback_unregister_pending(eth_dev->intr_handle, config_changed, eth_dev,
						 NULL) >= 0)
		return;
	rte_intr_callback_unregister_sync(eth_dev->intr_handle, config_changed, eth_dev);
}

int
vio_intr_enable(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;
	int ret;

	ret = rte_intr_callback_register(eth_dev->intr_handle, config_changed, eth_dev);
	if (ret < 0)
		goto fail;
	/* MSI-X is switched on before a vector is given (virtio 4.1.5.1.2). */
	if (rte_intr_enable(eth_dev->intr_handle) < 0) {
		ret = -EIO;
		goto unregister;
	}
	ret = vio_ops(dev)->config_vector_set(dev->transport, config_vector(eth_dev));
	if (ret < 0)
		goto disable;
	return 0;

disable:
	rte_intr_disable(eth_dev->intr_handle);
unregister:
	handler_unregister(eth_dev);
	/* The handler may have run meanwhile. */
	vio_intr_needs_reset_cancel(dev);
fail:
	VIO_LOG(ERR, dev->transport->name, "link state interrupts cannot be enabled: %s; use EAL's "
		"--vfio-intr=legacy for a device without MSI-X, or configure the port without "
		"them (intr_conf.lsc)", rte_strerror(-ret));
	return ret;
}

void
vio_intr_disable(struct rte_eth_dev *eth_dev)
{
	struct vio_dev *dev = eth_dev->data->dev_private;

	vio_ops(dev)->config_vector_set(dev->transport, VIRTIO_MSI_NO_VECTOR);
	rte_intr_disable(eth_dev->intr_handle);
	handler_unregister(eth_dev);
}

uint16_t
vio_intr_rxq_vector(const struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	return eth_dev->data->dev_conf.intr_conf.rxq ? VIO_RX_VECTOR(queue_id) :
						       VIRTIO_MSI_NO_VECTOR;
}

/* Interrupts an Rx queue; an eventfd that is full is readable as well. */
static void
rxq_raise(struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	eventfd_write(rte_intr_efds_index_get(eth_dev->intr_handle, queue_id), 1);
}

int
vio_rx_queue_intr_enable(struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	struct vio_rxq *q = eth_dev->data->rx_queues[queue_id];

	if (!eth_dev->data->dev_conf.intr_conf.rxq)
		return -ENOTSUP;
	/* Before the ring's, which a device that comes back meanwhile has renewed. */
	__atomic_store_n(&q->wants_intr, true, __ATOMIC_SEQ_CST);
	vio_ring_intr_set(&q->ring, true);
	/*
	 * virtio 2.7.7, 2.8.10: the device looks whether interrupts are wanted after it has used
	 * a buffer; so the driver looks for used ones after it has said so.
	 */
	rte_mb();
	if (vio_ring_has_used(&q->ring))
		rxq_raise(eth_dev, queue_id);
	return 0;
}

int
vio_rx_queue_intr_disable(struct rte_eth_dev *eth_dev, uint16_t queue_id)
{
	struct vio_rxq *q = eth_dev->data->rx_queues[queue_id];

	if (!eth_dev->data->dev_conf.intr_conf.rxq)
		return -ENOTSUP;
	__atomic_store_n(&q->wants_intr, false, __ATOMIC_SEQ_CST);
	vio_ring_intr_set(&q->ring, false);
	return 0;
}

void
vio_intr_rxqs_resume(struct rte_eth_dev *eth_dev)
{
	struct vio_rxq *q;
	uint16_t i;

	/*
	 * The new ring's interrupt is off. Whoever enables it from now on finds that; what was
	 * enabled before is seen here. Pairs with the order in vio_rx_queue_intr_enable().
	 */
	rte_mb();
	for (i = 0; i < eth_dev->data->nb_rx_queues; i++) {
		q = eth_dev->data->rx_queues[i];
		if (!__atomic_load_n(&q->wants_intr, __ATOMIC_SEQ_CST))
			continue;
		vio_ring_intr_set(&q->ring, true);
		rxq_raise(eth_dev, i);
	}
}
