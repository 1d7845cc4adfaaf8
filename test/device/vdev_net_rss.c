/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Hashes of received frames, and the queues that they lead to.
 * Threads: commands run under the device's lock; frames come from the test's thread, which sends
 * no command meanwhile.
 */

#include <string.h>

#include "vdev_net.h"
#include "vdev_net_rss.h"

#define ETHER_LEN		14
#define VLAN_LEN		4
#define IPV4_LEN_MIN		20
#define IPV6_LEN		40
#define UDP_LEN			8
#define VXLAN_LEN		8
#define VXLAN_PORT		4789

enum {
	PROTO_HOP_BY_HOP = 0,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_DESTINATION = 60,
};

#define OPTION_PAD1		0
#define OPTION_HOME_ADDRESS	201

/* What of a frame is hashed. */
struct flow {
	unsigned int version;	/* of IP: 4, 6, or 0 */
	bool has_extension;
	uint8_t proto;		/* of a whole packet, else 0 */
	const uint8_t *src, *dst;
	const uint8_t *src_ex, *dst_ex;	/* by extension headers, or the same */
	const uint8_t *payload;	/* ports first */
	size_t payload_len;
};

void
vdev_net_rss_offer(struct vdev_net *net, uint16_t reta_size, uint8_t key_size)
{
	vdev_offer(&net->dev, VIRTIO_NET_F_RSS, true);
	net->config.rss_max_indirection_table_length = rte_cpu_to_le_16(reta_size);
	net->config.rss_max_key_size = key_size;
	net->config.supported_hash_types = rte_cpu_to_le_32(VIRTIO_NET_HASH_TYPES);
}

static uint16_t
le16_at(const uint8_t *data)
{
	return data[0] | data[1] << 8;
}

static uint32_t
le32_at(const uint8_t *data)
{
	return le16_at(data) | (uint32_t)le16_at(data + 2) << 16;
}

static uint16_t
be16_at(const uint8_t *data)
{
	return data[0] << 8 | data[1];
}

/* virtio 5.1.9.5.7.2: only receive queues that are enabled; the reserved bit is zero. */
static bool
pair_is_enabled(const struct vdev_net *net, uint16_t rq_id)
{
	return rq_id < rte_le_to_cpu_16(net->config.max_virtqueue_pairs) &&
	       net->dev.queues[VIRTIO_NET_RXQ(rq_id)].enabled;
}

/* The key, with its length before it, that ends a command. */
static bool
take_key(struct vdev_net *net, const uint8_t *data, size_t len)
{
	if (len < 1 || len != 1u + data[0] || data[0] > net->config.rss_max_key_size ||
	    (data[0] == 0 && net->rss.hash_types != 0))
		return false;
	net->rss.key_len = data[0];
	memcpy(net->rss.key, data + 1, data[0]);
	return true;
}

static bool
take_hash_types(struct vdev_net *net, uint32_t types)
{
	net->rss.hash_types = types;
	return (types & ~rte_le_to_cpu_32(net->config.supported_hash_types)) == 0;
}

/* virtio 5.1.9.5.7.1 */
static bool
rss_config(struct vdev_net *net, const uint8_t *data, size_t len)
{
	struct vdev_net_rss *rss = &net->rss;
	uint32_t i, size;

	if (!vdev_has(&net->dev, VIRTIO_NET_F_RSS) || len < 8)
		return false;
	size = le16_at(data + 4) + 1;
	if (!take_hash_types(net, le32_at(data)) || !rte_is_power_of_2(size) ||
	    size > rte_le_to_cpu_16(net->config.rss_max_indirection_table_length) ||
	    size > VDEV_NET_RETA_MAX || len < 8 + 2 * size + 2)
		return false;
	rss->reta_size = size;
	rss->unclassified = le16_at(data + 6);
	if (!pair_is_enabled(net, rss->unclassified))
		return false;
	data += 8;
	for (i = 0; i < size; i++, data += 2) {
		rss->reta[i] = le16_at(data);
		if (!pair_is_enabled(net, rss->reta[i]))
			return false;
	}
	rss->max_tx_vq = le16_at(data);
	if (rss->max_tx_vq == 0 ||
	    rss->max_tx_vq > rte_le_to_cpu_16(net->config.max_virtqueue_pairs) ||
	    !net->dev.queues[VIRTIO_NET_TXQ(rss->max_tx_vq - 1)].enabled)
		return false;
	rss->steers = true;
	rss->nb_rss_config++;
	net->nb_pairs = rss->max_tx_vq;
	return take_key(net, data + 2, len - 8 - 2 * size - 2);
}

/* virtio 5.1.9.5.6.4 */
static bool
hash_config(struct vdev_net *net, const uint8_t *data, size_t len)
{
	static const uint8_t reserved[8];

	if (!vdev_has(&net->dev, VIRTIO_NET_F_HASH_REPORT) || len < 4 + sizeof(reserved) ||
	    memcmp(data + 4, reserved, sizeof(reserved)) != 0)
		return false;
	net->rss.steers = false;
	net->rss.nb_hash_config++;
	return take_hash_types(net, le32_at(data)) &&
	       take_key(net, data + 4 + sizeof(reserved), len - 4 - sizeof(reserved));
}

bool
vdev_net_rss_command(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	switch (command) {
	case VIRTIO_NET_CTRL_MQ_RSS_CONFIG:
		return rss_config(net, data, len);
	case VIRTIO_NET_CTRL_MQ_HASH_CONFIG:
		return hash_config(net, data, len);
	default:
		return false;
	}
}

/* virtio 5.1.9.4.4 */
bool
vdev_net_rss_tunnel(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	if (!vdev_has(&net->dev, VIRTIO_NET_F_HASH_TUNNEL) || len != sizeof(uint32_t) ||
	    command != VIRTIO_NET_CTRL_HASH_TUNNEL_SET ||
	    (le32_at(data) & ~rte_le_to_cpu_32(net->config.supported_tunnel_types)) != 0)
		return false;
	net->rss.tunnel_types = le32_at(data);
	net->rss.nb_tunnel_set++;
	return true;
}

static void
flow_ipv4(struct flow *flow, const uint8_t *ip, size_t len)
{
	size_t hdr_len;

	if (len < IPV4_LEN_MIN || ip[0] >> 4 != 4)
		return;
	hdr_len = 4 * (ip[0] & 15);
	if (hdr_len < IPV4_LEN_MIN || hdr_len > len)
		return;
	flow->version = 4;
	flow->src = ip + 12;
	flow->dst = ip + 16;
	/* a fragment has no whole TCP or UDP packet */
	if ((be16_at(ip + 6) & 0x3fff) == 0)
		flow->proto = ip[9];
	flow->payload = ip + hdr_len;
	flow->payload_len = len - hdr_len;
}

/* The home address among the options of a destination options header, if it is there. */
static void
home_address(struct flow *flow, const uint8_t *ext, size_t ext_len)
{
	size_t at = 2;

	while (at < ext_len) {
		if (ext[at] == OPTION_PAD1) {
			at++;
			continue;
		}
		if (at + 2 > ext_len || at + 2 + ext[at + 1] > ext_len)
			return;
		if (ext[at] == OPTION_HOME_ADDRESS && ext[at + 1] == 16)
			flow->src_ex = ext + at + 2;
		at += 2 + ext[at + 1];
	}
}

static void
flow_ipv6(struct flow *flow, const uint8_t *ip, size_t len)
{
	const uint8_t *ext = ip + IPV6_LEN;
	size_t ext_len;
	uint8_t proto;

	if (len < IPV6_LEN || ip[0] >> 4 != 6)
		return;
	flow->version = 6;
	flow->src = flow->src_ex = ip + 8;
	flow->dst = flow->dst_ex = ip + 24;
	len -= IPV6_LEN;
	for (proto = ip[6]; proto == PROTO_HOP_BY_HOP || proto == PROTO_ROUTING ||
	     proto == PROTO_DESTINATION; proto = ext[0], ext += ext_len, len -= ext_len) {
		flow->has_extension = true;
		if (len < 8)
			return;
		ext_len = 8 * (ext[1] + 1);
		if (len < ext_len)
			return;
		if (proto == PROTO_DESTINATION)
			home_address(flow, ext, ext_len);
		if (proto == PROTO_ROUTING && ext[2] == 2 && ext_len == 24)
			flow->dst_ex = ext + 8;
	}
	if (proto == PROTO_FRAGMENT)
		flow->has_extension = true;
	flow->proto = proto;
	flow->payload = ext;
	flow->payload_len = len;
}

static void
flow_of(struct flow *flow, const uint8_t *frame, size_t len)
{
	size_t at = ETHER_LEN;

	memset(flow, 0, sizeof(*flow));
	while (at + VLAN_LEN <= len && be16_at(frame + at - 2) == 0x8100)
		at += VLAN_LEN;
	if (at > len)
		return;
	if (be16_at(frame + at - 2) == 0x0800)
		flow_ipv4(flow, frame + at, len - at);
	else if (be16_at(frame + at - 2) == 0x86dd)
		flow_ipv6(flow, frame + at, len - at);
}

/* The inner headers of an encapsulated frame, of the encapsulations that the model knows. */
static void
flow_inner(const struct vdev_net *net, struct flow *flow)
{
	const uint8_t *payload = flow->payload;
	size_t len = flow->payload_len;

	if ((net->rss.tunnel_types & VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN) &&
	    flow->proto == PROTO_UDP && len >= UDP_LEN + VXLAN_LEN &&
	    be16_at(payload + 2) == VXLAN_PORT)
		flow_of(flow, payload + UDP_LEN + VXLAN_LEN, len - UDP_LEN - VXLAN_LEN);
	else if ((net->rss.tunnel_types & VIRTIO_NET_HASH_TUNNEL_TYPE_IPIP) &&
		 flow->proto == PROTO_IPIP) {
		memset(flow, 0, sizeof(*flow));
		flow_ipv4(flow, payload, len);
	}
}

/* Toeplitz: for each bit of the input that is set, the 32 bits of the key from there on. */
static uint32_t
toeplitz(const struct vdev_net_rss *rss, const uint8_t *input, size_t len)
{
	uint32_t hash = 0;
	size_t bit, i;

	for (bit = 0; bit < 8 * len; bit++) {
		if (!(input[bit / 8] & 0x80 >> bit % 8))
			continue;
		for (i = 0; i < 32 && (bit + i) / 8 < rss->key_len; i++)
			if (rss->key[(bit + i) / 8] & 0x80 >> (bit + i) % 8)
				hash ^= 0x80000000u >> i;
	}
	return hash;
}

static uint32_t
hash_of(const struct vdev_net *net, const uint8_t *src, const uint8_t *dst, size_t addr_len,
	const uint8_t *ports)
{
	uint8_t input[36];

	memcpy(input, src, addr_len);
	memcpy(input + addr_len, dst, addr_len);
	if (ports != NULL)
		memcpy(input + 2 * addr_len, ports, 4);
	return toeplitz(&net->rss, input, 2 * addr_len + (ports != NULL ? 4 : 0));
}

/* Tries three types, of a version of IP or of extension headers: TCP, UDP, and addresses only. */
static void
hash_by(const struct vdev_net *net, const struct flow *flow, uint32_t type_ip, const uint8_t *src,
	const uint8_t *dst, struct vdev_net_hash *hash)
{
	size_t addr_len = flow->version == 4 ? 4 : 16;
	uint32_t types = net->rss.hash_types;
	const uint8_t *ports = NULL;
	uint32_t type = 0;

	/* the types of TCP and UDP follow that of addresses only */
	if ((types & type_ip << 1) && flow->proto == PROTO_TCP && flow->payload_len >= 20)
		type = type_ip << 1;
	else if ((types & type_ip << 2) && flow->proto == PROTO_UDP && flow->payload_len >= 8)
		type = type_ip << 2;
	if (type != 0)
		ports = flow->payload;
	else if (types & type_ip)
		type = type_ip;
	else
		return;
	hash->value = hash_of(net, src, dst, addr_len, ports);
	/* virtio 5.1.9.4.5: type = 1 << (report - 1) */
	hash->report = rte_bsf32(type) + 1;
}

struct vdev_net_hash
vdev_net_rss_hash(const struct vdev_net *net, const uint8_t *frame, size_t len)
{
	struct vdev_net_hash hash = { 0 };
	struct flow flow;

	flow_of(&flow, frame, len);
	flow_inner(net, &flow);
	if (flow.version == 4)
		hash_by(net, &flow, VIRTIO_NET_HASH_TYPE_IPv4, flow.src, flow.dst, &hash);
	if (flow.version == 6 && flow.has_extension)
		hash_by(net, &flow, VIRTIO_NET_HASH_TYPE_IP_EX, flow.src_ex, flow.dst_ex, &hash);
	if (flow.version == 6 && hash.report == 0)
		hash_by(net, &flow, VIRTIO_NET_HASH_TYPE_IPv6, flow.src, flow.dst, &hash);
	return hash;
}

uint16_t
vdev_net_rss_pair(const struct vdev_net *net, const uint8_t *frame, size_t len)
{
	const struct vdev_net_rss *rss = &net->rss;
	struct vdev_net_hash hash;

	/* virtio 5.1.9.5.6: automatic receive steering may take any queue */
	if (!rss->steers)
		return frame[len - 1] % net->nb_pairs;
	hash = vdev_net_rss_hash(net, frame, len);
	if (hash.report == 0)
		return rss->unclassified;
	return rss->reta[hash.value & (rss->reta_size - 1)];
}
