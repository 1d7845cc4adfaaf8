/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The control queue: commands of the application, and answers of any kind.
 * Input: a byte of the ring's format; then steps: a command, and how the device answers while the
 * driver waits.
 * Checked: a command succeeds only if the device said so of this very command; stop and start
 * bring the queue back.
 */

#include <errno.h>
#include <string.h>

#include <ethdev_driver.h>

#include "fuzz.h"
#include "fuzz_port.h"
#include "vdev_net_ctrl.h"
#include "vdev_net_rss.h"

#define STEPS_MAX	32
#define NB_DESC		32
#define NB_COMMANDS	10
#define MAC_REMOVE	5	/* of them */
#define BYTES_MAX	32

enum how {
	HOW_HONEST,
	HOW_STATUS,	/* any status */
	HOW_LEN,	/* any length */
	HOW_ID,		/* any id */
	HOW_IDX,	/* more used than there are */
	HOW_BYTES,	/* anything in the ring */
	HOW_SILENT,
	NB_HOWS
};

static struct fuzz_port port;

/* How the device answers, until the next step. */
static struct {
	enum how how;
	uint32_t value;
	uint8_t bytes[BYTES_MAX];
	unsigned int nb;	/* how often it was waited for */
	bool good;		/* as far as it says, it did what it was told */
} answer;

/* Writes into the part of the ring that value chooses. */
static void
bytes_write(const struct vdev_queue *regs)
{
	const uint64_t addrs[] = { regs->desc_addr, regs->driver_addr, regs->device_addr };
	uint64_t addr = addrs[answer.value % RTE_DIM(addrs)];

	/* each part is longer, but for the suppression areas of packed rings */
	memcpy((void *)(uintptr_t)addr, answer.bytes,
		answer.value % RTE_DIM(addrs) == 0 ? BYTES_MAX : 4);
}

/* Answers what waits with a lie, or not at all. */
static void
lie(struct vdev_vq *vq)
{
	uint8_t status = answer.how == HOW_STATUS ? answer.value : 0;
	uint32_t len = answer.how == HOW_LEN ? answer.value : 1;
	bool packed = vdev_has(&port.net.dev, VIRTIO_F_RING_PACKED);
	struct vdev_chain chain;

	if (answer.how == HOW_SILENT)
		return;
	if (answer.how == HOW_BYTES) {
		bytes_write(&port.net.dev.queues[vq->index]);
		return;
	}
	if (vdev_vq_fetch(vq) == 0)
		return;
	vdev_vq_take(vq, &chain);
	vdev_chain_write(&chain, 0, &status, sizeof(status));
	vq->lie_value = answer.value;
	if (answer.how == HOW_ID)
		vq->lie = VDEV_LIE_ID;
	if (answer.how == HOW_IDX)
		vq->lie = VDEV_LIE_IDX;
	answer.good = status == 0 && len > 0;
	/* packed: ids are of 16 bits, and entries behind the one that is looked at say nothing */
	if (answer.how == HOW_ID)
		answer.good = (packed ? answer.value % 65536 : answer.value) == chain.id;
	if (answer.how == HOW_IDX && !packed)
		answer.good = answer.value % 65536 == 0;
	vdev_vq_put(vq, chain.id, len);
	vdev_vq_publish(vq);
}

/* The driver waits: the device works, or does what the input has instead. */
static void
waited(struct fuzz_port *p)
{
	struct vdev_vq *vq = &p->net.vq[vdev_net_ctrl_queue(&p->net)];

	if (vq->size == 0)
		return;
	answer.nb++;
	if (answer.how != HOW_HONEST)
		lie(vq);
	else
		vdev_net_ctrl_step(&p->net);
}

/* What the model may reach of a ring that was tampered with: memory of EAL's. */
static void *
translate(struct vdev *dev, uint64_t addr, size_t len)
{
	void *va = (void *)(uintptr_t)addr;
	const struct rte_memseg_list *list = rte_mem_virt2memseg_list(va);

	RTE_SET_USED(dev);
	return list != NULL && len <= list->len - RTE_PTR_DIFF(va, list->base_va) ? va : NULL;
}

static int
rss_set(uint8_t arg)
{
	struct rte_eth_rss_reta_entry64 reta = { .mask = UINT64_MAX };
	struct rte_eth_rss_conf rss = { .rss_hf = RTE_ETH_RSS_IPV4 };

	return arg & 1 ? rte_eth_dev_rss_reta_update(port.port_id, &reta, 64) :
			 rte_eth_dev_rss_hash_update(port.port_id, &rss);
}

/* A command of the application's. */
static int
command(uint8_t which, uint8_t arg)
{
	struct rte_ether_addr mac = { { 2, 0, 0, 0, 0, arg } }, group = { { 1, 0, 0, 0, 0, arg } };

	switch (which) {
	case 0:
		return rte_eth_promiscuous_enable(port.port_id);
	case 1:
		return rte_eth_promiscuous_disable(port.port_id);
	case 2:
		return rte_eth_allmulticast_enable(port.port_id);
	case 3:
		return rte_eth_allmulticast_disable(port.port_id);
	case 4:
		return rte_eth_dev_mac_addr_add(port.port_id, &mac, 0);
	case MAC_REMOVE:
		return rte_eth_dev_mac_addr_remove(port.port_id, &mac);
	case 6:
		return rte_eth_dev_default_mac_addr_set(port.port_id, &mac);
	case 7:
		return rte_eth_dev_set_mc_addr_list(port.port_id, &group, arg & 1);
	case 8:
		return rte_eth_dev_vlan_filter(port.port_id, arg, arg & 1);
	default:
		return rss_set(arg);
	}
}

/* Stop and start, answered honestly, bring everything back. */
static void
restart(void)
{
	answer.how = HOW_HONEST;
	FUZZ_CHECK(rte_eth_dev_stop(port.port_id) == 0, "stop");
	fuzz_pool_check("stopped");
	port.net.dev.nb_complaints = 0;
	FUZZ_CHECK(rte_eth_dev_start(port.port_id) == 0, "start after a stop");
}

static void
step(struct fuzz_input *in)
{
	uint8_t which = fuzz_u8(in), arg = fuzz_u8(in);
	int ret;

	answer.how = fuzz_u8(in) % NB_HOWS;
	answer.value = 0;
	answer.nb = 0;
	answer.good = answer.how == HOW_HONEST;
	if (answer.how == HOW_BYTES)
		fuzz_bytes(in, answer.bytes, sizeof(answer.bytes));
	if (answer.how != HOW_HONEST && answer.how != HOW_SILENT)
		answer.value = fuzz_u32(in);
	if (which == UINT8_MAX) {
		restart();
		return;
	}
	fuzz_port_impatient = answer.how != HOW_HONEST;
	ret = command(which % NB_COMMANDS, arg);
	fuzz_port_impatient = false;
	/* what bytes in the ring mean is not judged here; ethdev says nothing of a removal */
	FUZZ_CHECK(ret != 0 || answer.nb == 0 || answer.good || answer.how == HOW_BYTES ||
		which % NB_COMMANDS == MAC_REMOVE,
		"command %u succeeds, answered by %u (0x%x)", which % NB_COMMANDS, answer.how,
		answer.value);
}

static int
start(void)
{
	const struct rte_eth_conf conf = {
		.rxmode = { .mq_mode = RTE_ETH_MQ_RX_RSS,
			    .offloads = RTE_ETH_RX_OFFLOAD_SCATTER |
					RTE_ETH_RX_OFFLOAD_VLAN_FILTER },
		.rx_adv_conf.rss_conf.rss_hf = RTE_ETH_RSS_IPV4,
	};
	int ret;

	ret = rte_eth_dev_configure(port.port_id, 1, 1, &conf);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(port.port_id, 0, NB_DESC, SOCKET_ID_ANY, NULL,
			fuzz_pools[0]);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port.port_id, 0, NB_DESC, SOCKET_ID_ANY, NULL);
	return ret == 0 ? rte_eth_dev_start(port.port_id) : ret;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .data = data, .len = len };
	uint8_t formats = fuzz_u8(&in);
	unsigned int i;

	fuzz_port_wait = waited;
	fuzz_port_prepare(&port, 1, 64);
	port.net.dev.translate = translate;
	vdev_offer(&port.net.dev, VIRTIO_F_RING_PACKED, formats & 1);
	vdev_offer(&port.net.dev, VIRTIO_F_IN_ORDER, formats & 2);
	vdev_offer(&port.net.dev, VIRTIO_F_EVENT_IDX, formats & 4);
	vdev_net_rss_offer(&port.net, 64, 40);
	answer.how = HOW_HONEST;
	FUZZ_CHECK(fuzz_port_probe(&port) == 0 && start() == 0, "a good device is refused");
	for (i = 0; i < STEPS_MAX && in.len > 0; i++)
		step(&in);
	restart();
	fuzz_port_close(&port);
	return 0;
}
