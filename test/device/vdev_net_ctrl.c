/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Control commands: checked as the specification words them, recorded, answered.
 * Threads: one thread of the device's may run vdev_net_ctrl_step under the device's lock, which
 * a transport takes for every access, so that a reset never pulls the ring away from it.
 */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "vdev_net.h"
#include "vdev_net_ctrl.h"
#include "vdev_net_offload.h"

/* A table of RSS is the longest command that the model takes. */
#define VDEV_NET_COMMAND_MAX	(8 + 2 * VDEV_NET_RETA_MAX + 3 + UINT8_MAX)

/* How long the thread sleeps between two looks at the queue. */
#define CTRL_POLL_NS	(50 * 1000)

uint16_t
vdev_net_ctrl_queue(const struct vdev_net *net)
{
	if (!vdev_has(&net->dev, VIRTIO_NET_F_MQ) && !vdev_has(&net->dev, VIRTIO_NET_F_RSS))
		return VIRTIO_NET_CTRLQ(1);
	return VIRTIO_NET_CTRLQ(rte_le_to_cpu_16(net->config.max_virtqueue_pairs));
}

void
vdev_net_ctrl_reset(struct vdev_net *net)
{
	net->promisc = false;
	net->allmulti = false;
	net->nb_pairs = 1;	/* virtio 5.1.9.5.5: multiqueue is disabled by default */
	memset(&net->unicast, 0, sizeof(net->unicast));
	memset(&net->multicast, 0, sizeof(net->multicast));
	memset(net->vlans, 0, sizeof(net->vlans));
	memset(net->mac, 0, sizeof(net->mac));
	memset(&net->rss, 0, sizeof(net->rss));
	net->guest_offloads_off = 0;	/* virtio 5.1.9.5.9.1: negotiated is enabled */
	net->nb_commands = 0;
}

/* virtio 5.1.9.5.1 */
static bool
set_rx_mode(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	if (!vdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX) || len != 1 || data[0] > 1)
		return false;
	if (command == VIRTIO_NET_CTRL_RX_PROMISC)
		net->promisc = data[0];
	else if (command == VIRTIO_NET_CTRL_RX_ALLMULTI)
		net->allmulti = data[0];
	else
		return false;
	return true;
}

/* Reads one table at *data and moves behind it. */
static bool
read_macs(struct vdev_net_macs *macs, bool multicast, const uint8_t **data, size_t *len)
{
	rte_le32_t entries;
	uint32_t i;

	if (*len < sizeof(entries))
		return false;
	memcpy(&entries, *data, sizeof(entries));
	macs->nb = rte_le_to_cpu_32(entries);
	*data += sizeof(entries);
	*len -= sizeof(entries);
	if (macs->nb > VDEV_NET_MACS_MAX || *len < macs->nb * 6)
		return false;
	for (i = 0; i < macs->nb; i++) {
		memcpy(macs->addr[i], *data + 6 * i, 6);
		if ((macs->addr[i][0] & 1) != multicast)
			return false;
	}
	*data += 6 * macs->nb;
	*len -= 6 * macs->nb;
	return true;
}

/* virtio 5.1.9.5.2 */
static bool
set_mac(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	if (command == VIRTIO_NET_CTRL_MAC_TABLE_SET)
		return vdev_has(&net->dev, VIRTIO_NET_F_CTRL_RX) &&
		       read_macs(&net->unicast, false, &data, &len) &&
		       read_macs(&net->multicast, true, &data, &len) && len == 0;
	if (command != VIRTIO_NET_CTRL_MAC_ADDR_SET || len != 6 || (data[0] & 1) ||
	    !vdev_has(&net->dev, VIRTIO_NET_F_CTRL_MAC_ADDR))
		return false;
	memcpy(net->mac, data, 6);
	memcpy(net->config.mac, data, 6);
	return true;
}

/* virtio 5.1.9.5.3 */
static bool
set_vlan(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	rte_le16_t value;
	uint16_t id;

	if (!vdev_has(&net->dev, VIRTIO_NET_F_CTRL_VLAN) || len != sizeof(value))
		return false;
	memcpy(&value, data, sizeof(value));
	id = rte_le_to_cpu_16(value);
	if (id >= 4096 || command > VIRTIO_NET_CTRL_VLAN_DEL)
		return false;
	if (command == VIRTIO_NET_CTRL_VLAN_ADD)
		net->vlans[id / 64] |= UINT64_C(1) << (id % 64);
	else
		net->vlans[id / 64] &= ~(UINT64_C(1) << (id % 64));
	return true;
}

/* virtio 5.1.9.5.5: the queues are configured before the command */
static bool
set_mq(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	rte_le16_t value;
	uint16_t nb, i;

	if (command != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET)
		return vdev_net_rss_command(net, command, data, len);
	if (!vdev_has(&net->dev, VIRTIO_NET_F_MQ) || len != sizeof(value))
		return false;
	memcpy(&value, data, sizeof(value));
	nb = rte_le_to_cpu_16(value);
	if (nb < 1 || nb > rte_le_to_cpu_16(net->config.max_virtqueue_pairs))
		return false;
	for (i = 0; i < 2 * nb; i++)
		if (!net->dev.queues[i].enabled)
			return false;
	net->nb_pairs = nb;
	net->rss.steers = false;	/* the last command counts */
	return true;
}

static bool
perform(struct vdev_net *net, const struct virtio_net_ctrl_hdr *hdr, const uint8_t *data,
	size_t len)
{
	switch (hdr->class) {
	case VIRTIO_NET_CTRL_RX:
		return set_rx_mode(net, hdr->command, data, len);
	case VIRTIO_NET_CTRL_MAC:
		return set_mac(net, hdr->command, data, len);
	case VIRTIO_NET_CTRL_VLAN:
		return set_vlan(net, hdr->command, data, len);
	case VIRTIO_NET_CTRL_MQ:
		return set_mq(net, hdr->command, data, len);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return vdev_net_offload_command(net, hdr->command, data, len);
	case VIRTIO_NET_CTRL_HASH_TUNNEL:
		return vdev_net_rss_tunnel(net, hdr->command, data, len);
	default:
		return false;
	}
}

static void
reply(struct vdev_net *net, struct vdev_vq *vq, const struct vdev_chain *chain,
	enum vdev_net_answer answer)
{
	uint8_t ack = VIRTIO_NET_OK;
	uint32_t len = 1;

	switch (answer) {
	case VDEV_NET_REFUSE:
		ack = VIRTIO_NET_ERR;
		break;
	case VDEV_NET_ODD_ACK:
		ack = 0x55;
		break;
	case VDEV_NET_NO_ACK:
		len = 0;
		break;
	case VDEV_NET_WRONG_ID:
		vq->lie = VDEV_LIE_ID;
		vq->lie_value = vq->size;
		break;
	case VDEV_NET_IDX_JUMP:
		vq->lie = VDEV_LIE_IDX;
		vq->lie_value = 1;
		break;
	case VDEV_NET_SILENT:
		return;
	case VDEV_NET_ACK:
		break;
	}
	if (chain->writable == 0)
		vdev_complain(&net->dev, "control command without room for ack");
	vdev_chain_write(chain, 0, &ack, sizeof(ack));
	vdev_vq_put(vq, chain->id, len);
	vdev_vq_publish(vq);
}

void
vdev_net_ctrl_step(struct vdev_net *net)
{
	const uint16_t queue = vdev_net_ctrl_queue(net);
	enum vdev_net_answer answer = VDEV_NET_ACK;
	struct virtio_net_ctrl_hdr hdr;
	struct vdev_chain chain;
	uint8_t data[VDEV_NET_COMMAND_MAX];
	struct vdev_vq *vq;
	size_t len;

	/* A device that states more pairs than the model has queues has none for commands. */
	if (queue >= RTE_DIM(net->vq))
		return;
	vq = &net->vq[queue];
	if (vq->size == 0 || vdev_vq_fetch(vq) == 0)
		return;
	vdev_vq_take(vq, &chain);
	net->nb_commands++;
	if (chain.readable < sizeof(hdr) || chain.readable > sizeof(hdr) + sizeof(data)) {
		vdev_complain(&net->dev, "control command of %llu bytes",
			(unsigned long long)chain.readable);
		return;
	}
	len = chain.readable - sizeof(hdr);
	vdev_chain_read(&chain, 0, &hdr, sizeof(hdr));
	vdev_chain_read(&chain, sizeof(hdr), data, len);

	if (net->answer_class < 0 || net->answer_class == hdr.class)
		answer = net->answer;
	if (answer == VDEV_NET_ACK && !perform(net, &hdr, data, len)) {
		vdev_complain(&net->dev, "control command %u.%u, %zu bytes", hdr.class,
			hdr.command, len);
		answer = VDEV_NET_REFUSE;
	}
	reply(net, vq, &chain, answer);
}

static void *
ctrl_main(void *arg)
{
	const struct timespec pause = { .tv_nsec = CTRL_POLL_NS };
	struct vdev_net *net = arg;

	while (!__atomic_load_n(&net->ctrl_thread_stop, __ATOMIC_ACQUIRE)) {
		pthread_mutex_lock(&net->dev.lock);
		vdev_net_ctrl_step(net);
		pthread_mutex_unlock(&net->dev.lock);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int
vdev_net_ctrl_thread_start(struct vdev_net *net)
{
	int ret;

	net->ctrl_thread_stop = false;
	ret = pthread_create(&net->ctrl_thread, NULL, ctrl_main, net);
	net->ctrl_thread_runs = ret == 0;
	return -ret;
}

void
vdev_net_ctrl_thread_stop(struct vdev_net *net)
{
	if (!net->ctrl_thread_runs)
		return;
	__atomic_store_n(&net->ctrl_thread_stop, true, __ATOMIC_RELEASE);
	pthread_join(net->ctrl_thread, NULL);
	net->ctrl_thread_runs = false;
}
