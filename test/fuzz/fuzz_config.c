/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What a device says of itself: features, configuration, queues.
 * Input: 16 bytes of features offered, the length of the configuration and its bytes, the number
 * of queues and sizes of the first of them, faults; then configurations that follow while the
 * port runs.
 * Checked: what the driver states of a device that it takes lies within the specification's
 * ranges, it keeps the features' requirements, and the port starts or says no.
 */

#include <errno.h>
#include <string.h>

#include <ethdev_driver.h>

#include "fuzz.h"
#include "fuzz_port.h"
#include "vdev_net_ctrl.h"
#include "vio_spec.h"

#define CHANGES_MAX	8
#define NB_SIZES	4
#define NB_DESC		32

static struct fuzz_port port;

/* The control queue's place is what the configuration says: it may be none of the device's. */
static void
answer(struct fuzz_port *p)
{
	if (vdev_net_ctrl_queue(&p->net) < p->net.dev.nb_queues)
		vdev_net_ctrl_step(&p->net);
}

static void
config_take(struct fuzz_input *in)
{
	fuzz_bytes(in, &port.net.config, sizeof(port.net.config));
}

static void
device_take(struct fuzz_input *in)
{
	struct vdev *dev = &port.net.dev;
	unsigned int i;
	uint8_t faults;

	fuzz_bytes(in, dev->offered, sizeof(dev->offered));
	dev->config_len = fuzz_u8(in) % (sizeof(port.net.config) + 1);
	config_take(in);
	dev->nb_queues = fuzz_u8(in) % VDEV_QUEUES_MAX;
	for (i = 0; i < VDEV_QUEUES_MAX; i++)
		dev->queues[i].size_max = i < NB_SIZES ? fuzz_u16(in) : 64;
	faults = fuzz_u8(in);
	dev->refuse_features = faults & 1;
	port.transport.config_error = faults & 2 ? -EAGAIN : 0;
	port.transport.gone = faults & 4;
}

static void
info_check(void)
{
	const uint8_t *packed = (const uint8_t *)port.net.dev.offered;
	bool split = !(packed[VIRTIO_F_RING_PACKED / 8] >> VIRTIO_F_RING_PACKED % 8 & 1);
	struct rte_eth_dev_info info;
	struct rte_ether_addr mac;

	FUZZ_CHECK(rte_eth_dev_info_get(port.port_id, &info) == 0, "no information");
	FUZZ_CHECK(info.max_rx_queues >= 1 && 2 * info.max_rx_queues <= port.net.dev.nb_queues &&
		info.max_tx_queues == info.max_rx_queues, "%u Rx queues of %u", info.max_rx_queues,
		port.net.dev.nb_queues);
	FUZZ_CHECK(info.min_mtu >= 68 && info.max_mtu >= info.min_mtu, "MTU %u to %u",
		info.min_mtu, info.max_mtu);
	FUZZ_CHECK(info.rx_desc_lim.nb_max >= info.rx_desc_lim.nb_min &&
		info.tx_desc_lim.nb_max >= info.tx_desc_lim.nb_min &&
		info.rx_desc_lim.nb_max <= 32768 && info.tx_desc_lim.nb_max <= 32768,
		"rings of %u and %u", info.rx_desc_lim.nb_max, info.tx_desc_lim.nb_max);
	FUZZ_CHECK(!split || (rte_is_power_of_2(info.rx_desc_lim.nb_max) &&
		rte_is_power_of_2(info.tx_desc_lim.nb_max)), "split rings of %u and %u",
		info.rx_desc_lim.nb_max, info.tx_desc_lim.nb_max);
	FUZZ_CHECK(info.reta_size <= 512 && (info.reta_size & (info.reta_size - 1)) == 0,
		"a table of %u", info.reta_size);
	FUZZ_CHECK(info.hash_key_size == 0 || info.hash_key_size >= 40, "keys of %u bytes",
		info.hash_key_size);
	FUZZ_CHECK(rte_eth_macaddr_get(port.port_id, &mac) == 0 &&
		rte_is_valid_assigned_ether_addr(&mac), "the address is none of a station");
}

static void
link_check(void)
{
	struct rte_eth_link link;

	FUZZ_CHECK(rte_eth_link_get_nowait(port.port_id, &link) == 0, "no link state");
	FUZZ_CHECK(link.link_status == RTE_ETH_LINK_UP ||
		link.link_speed == RTE_ETH_SPEED_NUM_NONE, "a speed of %u without link",
		link.link_speed);
}

/* A port that runs, whose device changes its configuration. */
static void
port_run(struct fuzz_input *in)
{
	const struct rte_eth_conf conf = {
		.rxmode.mq_mode = RTE_ETH_MQ_RX_NONE,
	};
	unsigned int i;
	int ret;

	ret = rte_eth_dev_configure(port.port_id, 1, 1, &conf);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(port.port_id, 0, NB_DESC, SOCKET_ID_ANY, NULL,
			fuzz_pools[0]);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port.port_id, 0, NB_DESC, SOCKET_ID_ANY, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(port.port_id);
	for (i = 0; ret == 0 && i < CHANGES_MAX && in->len > 0; i++) {
		port.transport.config_error = fuzz_u8(in) & 2 ? -EAGAIN : 0;
		/* the place of the control queue is not the device's to change */
		in->len = RTE_MIN(in->len, offsetof(struct virtio_net_config, max_virtqueue_pairs));
		config_take(in);
		link_check();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .data = data, .len = len };

	fuzz_port_wait = answer;
	fuzz_port_prepare(&port, 1, 64);
	device_take(&in);
	if (fuzz_port_probe(&port) == 0) {
		info_check();
		link_check();
		port_run(&in);
	}
	FUZZ_CHECK(port.net.dev.nb_complaints == 0, "the device complains: %s",
		port.net.dev.complaint);
	fuzz_port_close(&port);
	return 0;
}
