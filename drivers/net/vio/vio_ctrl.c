/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The control virtqueue: one command at a time, of three buffers: header, data, acknowledgement.
 * A transport that answers commands itself gets them without a queue.
 * Invariant: while a command that timed out may still be answered, its memory is not used again.
 * Threads: any control thread; a spinlock serialises them for at most the deadline.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>

#include "vio_ctrl.h"
#include "vio_intr.h"
#include "vio_log.h"
#include "vio_request.h"

#define CTRL_RING_SIZE_MAX	64
#define CTRL_POLL_US		10
#define CTRL_POLLS_A_LOOK	100	/* at the device's status, meanwhile */

/* The commands of variable length: both address tables, each with its count; a table and a key. */
#define RSS_DATA_MAX	(sizeof(struct virtio_net_rss_config) + \
			 VIO_RETA_SIZE_MAX * sizeof(rte_le16_t) + \
			 sizeof(struct virtio_net_rss_config_key) + UINT8_MAX)
#define CTRL_DATA_MAX	(sizeof(struct vio_mac_tables) > RSS_DATA_MAX ? \
			 sizeof(struct vio_mac_tables) : RSS_DATA_MAX)

/* The memory that a command shares with the device. */
struct ctrl_request {
	struct virtio_net_ctrl_hdr hdr;
	uint8_t ack;
	uint8_t data[CTRL_DATA_MAX];
};

int
vio_ctrl_alloc(struct vio_dev *dev, uint16_t size_max, int socket)
{
	const struct vio_ring_conf conf = {
		.is_packed = vio_has(dev, VIRTIO_F_RING_PACKED),
		.use_va = dev->transport->use_va,
		.size = RTE_MIN(size_max, CTRL_RING_SIZE_MAX),
		.extra = sizeof(struct ctrl_request),
	};
	char label[VIO_RING_LABEL_SIZE];

	snprintf(label, sizeof(label), "p%u_ctrl", dev->port_id);
	rte_spinlock_init(&dev->ctrlq.lock);
	return vio_ring_alloc(&dev->ctrlq.ring, label, &conf, socket);
}

void
vio_ctrl_free(struct vio_dev *dev)
{
	if (dev->ctrlq.ring.mz != NULL)
		vio_ring_free(&dev->ctrlq.ring);
}

void
vio_ctrl_start(struct vio_dev *dev)
{
	dev->ctrlq.started = true;
}

void
vio_ctrl_stop(struct vio_dev *dev)
{
	rte_spinlock_lock(&dev->ctrlq.lock);
	dev->ctrlq.started = false;
	rte_spinlock_unlock(&dev->ctrlq.lock);
}

/*
 * Waits for the command that was sent. Returns the bytes written, -ETIMEDOUT, -EPROTO, or -ENODEV
 * when the device is gone.
 */
static int64_t
ctrl_wait(struct vio_dev *dev)
{
	uint64_t deadline = rte_get_timer_cycles() +
			    VIO_CTRL_DEADLINE_MS * rte_get_timer_hz() / MS_PER_S;
	unsigned int nb_polls = 0;
	uint32_t len;
	int ret;

	while ((ret = vio_request_poll(&dev->ctrlq.ring, &len)) == 0) {
		if (rte_get_timer_cycles() > deadline)
			return -ETIMEDOUT;
		if (++nb_polls % CTRL_POLLS_A_LOOK == 0 &&
		    vio_ops(dev)->status_get(dev->transport) == VIO_STATUS_GONE)
			return -ENODEV;
		rte_delay_us_sleep(CTRL_POLL_US);
	}
	return ret < 0 ? ret : (int64_t)len;
}

static int
ctrl_execute(struct vio_dev *dev, const struct ctrl_request *cmd, size_t data_len)
{
	struct vio_ring *ring = &dev->ctrlq.ring;
	struct ctrl_request *req = vio_ring_extra(ring);
	uint64_t addr = vio_ring_extra_addr(ring);
	const struct vio_request_buf bufs[VIO_REQUEST_BUFS] = {
		{ addr + offsetof(struct ctrl_request, hdr), sizeof(req->hdr) },
		{ addr + offsetof(struct ctrl_request, data), data_len },
		{ addr + offsetof(struct ctrl_request, ack), sizeof(req->ack) },
	};
	int64_t ret;

	req->hdr = cmd->hdr;
	memcpy(req->data, cmd->data, data_len);
	req->ack = UINT8_MAX;
	vio_request_send(ring, bufs);

	ret = ctrl_wait(dev);
	if (ret < 0) {
		dev->ctrlq.started = false;
		return ret;
	}
	/* virtio 2.7.8.2: nothing is known of bytes that the device did not write. */
	return ret > 0 && *(volatile uint8_t *)&req->ack == VIRTIO_NET_OK ? 0 : -EIO;
}

/* Sends a command by the queue, if it is in use. */
static int
ctrl_queue_send(struct vio_dev *dev, const struct ctrl_request *cmd, size_t data_len)
{
	struct vio_ctrlq *ctrlq = &dev->ctrlq;
	int ret = -EIO;

	rte_spinlock_lock(&ctrlq->lock);
	if (ctrlq->started)
		ret = ctrl_execute(dev, cmd, data_len);
	rte_spinlock_unlock(&ctrlq->lock);
	return ret;
}

/* Sends a command with data_len bytes of data, 1 to CTRL_DATA_MAX. */
static int
ctrl_send(struct vio_dev *dev, const struct ctrl_request *cmd, size_t data_len)
{
	const struct vio_transport_ops *ops = vio_ops(dev);
	struct vio_ctrlq *ctrlq = &dev->ctrlq;
	int ret;

	if (ops->ctrl != NULL)
		return ops->ctrl(dev->transport, &cmd->hdr, cmd->data, data_len);

	ret = ctrl_queue_send(dev, cmd, data_len);
	if (ret == -ENODEV)
		vio_intr_removed(dev);
	if (ret == -ETIMEDOUT || ret == -EPROTO)
		VIO_LOG(ERR, dev->transport->name,
			"control command %u/%u %s: the control queue is out of use until the port "
			"is stopped and started", cmd->hdr.class, cmd->hdr.command,
			ret == -ETIMEDOUT ? "was not answered" : "was answered with nonsense");
	else if (ret < 0)
		VIO_LOG(ERR, dev->transport->name, "control command %u/%u %s", cmd->hdr.class,
			cmd->hdr.command,
			ret == -ENODEV ? "was not answered: the device is gone" :
			ctrlq->started ? "was refused by the device" :
					 "was not sent: the control queue is out of use until "
					 "the port is stopped and started");
	return ret == -EPROTO ? -EIO : ret;
}

int
vio_ctrl_rx_mode_set(struct vio_dev *dev, uint8_t mode, bool on)
{
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_RX, .command = mode },
		.data = { on },
	};

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX))
		return -ENOTSUP;
	return ctrl_send(dev, &cmd, sizeof(uint8_t));
}

/* Appends size bytes and returns where the next ones go. */
static uint8_t *
append(uint8_t *data, const void *bytes, size_t size)
{
	memcpy(data, bytes, size);
	return data + size;
}

/* Appends a table of addresses, its count first, and returns where the next one goes. */
static uint8_t *
mac_table_append(uint8_t *data, const struct rte_ether_addr *addrs, uint32_t nb)
{
	rte_le32_t entries = rte_cpu_to_le_32(nb);

	data = append(data, &entries, sizeof(entries));
	return append(data, addrs, nb * sizeof(*addrs));
}

int
vio_ctrl_mac_tables_set(struct vio_dev *dev, const struct vio_mac_tables *tables)
{
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_MAC, .command = VIRTIO_NET_CTRL_MAC_TABLE_SET },
	};
	uint8_t *end;

	/* virtio 5.1.9.5.2.2: no command of the class without CTRL_RX. */
	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX))
		return -ENOTSUP;
	end = mac_table_append(cmd.data, tables->uc, tables->nb_uc);
	end = mac_table_append(end, tables->mc, tables->nb_mc);
	return ctrl_send(dev, &cmd, end - cmd.data);
}

int
vio_ctrl_mac_set(struct vio_dev *dev, const struct rte_ether_addr *mac)
{
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_MAC, .command = VIRTIO_NET_CTRL_MAC_ADDR_SET },
	};

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_RX) || !vio_has(dev, VIRTIO_NET_F_CTRL_MAC_ADDR))
		return -ENOTSUP;
	memcpy(cmd.data, mac, sizeof(*mac));
	return ctrl_send(dev, &cmd, sizeof(*mac));
}

/* A command whose data is one le16. */
static int
ctrl_send_le16(struct vio_dev *dev, uint8_t class, uint8_t command, uint16_t value)
{
	struct ctrl_request cmd = { .hdr = { .class = class, .command = command } };
	rte_le16_t data = rte_cpu_to_le_16(value);

	memcpy(cmd.data, &data, sizeof(data));
	return ctrl_send(dev, &cmd, sizeof(data));
}

int
vio_ctrl_vlan_set(struct vio_dev *dev, uint16_t vlan_id, bool on)
{
	if (!vio_has(dev, VIRTIO_NET_F_CTRL_VLAN))
		return -ENOTSUP;
	return ctrl_send_le16(dev, VIRTIO_NET_CTRL_VLAN,
			      on ? VIRTIO_NET_CTRL_VLAN_ADD : VIRTIO_NET_CTRL_VLAN_DEL, vlan_id);
}

int
vio_ctrl_pairs_set(struct vio_dev *dev, uint16_t pairs)
{
	if (!vio_has(dev, VIRTIO_NET_F_MQ))
		return -ENOTSUP;
	return ctrl_send_le16(dev, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, pairs);
}

int
vio_ctrl_rss_set(struct vio_dev *dev, const struct vio_rss_conf *conf, uint16_t reta_size,
		 uint16_t max_tx_vq)
{
	const struct virtio_net_rss_config config = {
		.hash_types = rte_cpu_to_le_32(conf->hash_types),
		.indirection_table_mask = rte_cpu_to_le_16(reta_size - 1),
	};
	const struct virtio_net_rss_config_key key = {
		.max_tx_vq = rte_cpu_to_le_16(max_tx_vq),
		.hash_key_length = conf->key_len,
	};
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_MQ, .command = VIRTIO_NET_CTRL_MQ_RSS_CONFIG },
	};
	uint8_t *end;
	uint16_t i;

	/* virtio 5.1.9.5.7.2: not without RSS. */
	if (!vio_has(dev, VIRTIO_NET_F_RSS))
		return -ENOTSUP;
	end = append(cmd.data, &config, sizeof(config));
	for (i = 0; i < reta_size; i++) {
		rte_le16_t entry = rte_cpu_to_le_16(conf->reta[i]);

		end = append(end, &entry, sizeof(entry));
	}
	end = append(end, &key, offsetof(struct virtio_net_rss_config_key, hash_key_data));
	end = append(end, conf->key, conf->key_len);
	return ctrl_send(dev, &cmd, end - cmd.data);
}

int
vio_ctrl_hash_set(struct vio_dev *dev, const struct vio_rss_conf *conf)
{
	const struct virtio_net_hash_config config = {
		.hash_types = rte_cpu_to_le_32(conf->hash_types),
		.hash_key_length = conf->key_len,
	};
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_MQ, .command = VIRTIO_NET_CTRL_MQ_HASH_CONFIG },
	};
	uint8_t *end;

	if (!vio_has(dev, VIRTIO_NET_F_HASH_REPORT))
		return -ENOTSUP;
	end = append(cmd.data, &config, offsetof(struct virtio_net_hash_config, hash_key_data));
	end = append(end, conf->key, conf->key_len);
	return ctrl_send(dev, &cmd, end - cmd.data);
}

int
vio_ctrl_hash_tunnel_set(struct vio_dev *dev, uint32_t tunnel_types)
{
	rte_le32_t data = rte_cpu_to_le_32(tunnel_types);
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_HASH_TUNNEL,
			 .command = VIRTIO_NET_CTRL_HASH_TUNNEL_SET },
	};

	/* virtio 5.1.9.4.4.5: not without HASH_TUNNEL. */
	if (!vio_has(dev, VIRTIO_NET_F_HASH_TUNNEL))
		return -ENOTSUP;
	memcpy(cmd.data, &data, sizeof(data));
	return ctrl_send(dev, &cmd, sizeof(data));
}

int
vio_ctrl_guest_offloads_set(struct vio_dev *dev, uint64_t offloads)
{
	rte_le64_t data = rte_cpu_to_le_64(offloads);
	struct ctrl_request cmd = {
		.hdr = { .class = VIRTIO_NET_CTRL_GUEST_OFFLOADS,
			 .command = VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET },
	};

	if (!vio_has(dev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
		return -ENOTSUP;
	memcpy(cmd.data, &data, sizeof(data));
	return ctrl_send(dev, &cmd, sizeof(data));
}
