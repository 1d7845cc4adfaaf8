/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The header of sent frames judged, and what a device makes of it. Checksums and headers are
 * computed here byte by byte, without any library.
 * Threads: pure but for the complaints.
 */

#include <errno.h>
#include <string.h>

#include "vdev_net_offload.h"

#define ETH_LEN		14
#define VLAN_LEN	4
#define IPV4_LEN_MIN	20
#define IPV6_LEN	40
#define UDP_LEN		8
#define TCP_LEN_MIN	20
#define PROTO_TCP	6
#define PROTO_UDP	17
#define TCP_CSUM	16
#define UDP_CSUM	6
#define TCP_FIN_PSH	0x09
#define TCP_CWR		0x80

#define TUNNEL_BITS	(VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6)

/* Where the headers of a packet lie, from the frame's start. */
struct place {
	size_t l3;
	size_t l4;
	size_t end;	/* of the network packet; padding may follow */
	bool ipv6;
	uint8_t proto;
};

static uint16_t
get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void
put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Adds bytes, as big-endian words, to a ones' complement sum. */
static uint64_t
add(uint64_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	return len % 2 == 0 ? sum : sum + ((uint64_t)p[len - 1] << 8);
}

static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* The headers of the network packet at l3, whose frame has len bytes. */
static bool
locate(const uint8_t *frame, size_t len, size_t l3, struct place *pl)
{
	const uint8_t *p = frame + l3;

	*pl = (struct place){ .l3 = l3 };
	if (l3 + IPV4_LEN_MIN > len)
		return false;
	if (p[0] >> 4 == 4) {
		pl->l4 = l3 + 4 * (p[0] & 0xf);
		pl->end = l3 + get16(p + 2);
		pl->proto = p[9];
	} else if (p[0] >> 4 == 6 && l3 + IPV6_LEN <= len) {
		pl->l4 = l3 + IPV6_LEN;
		pl->end = pl->l4 + get16(p + 4);
		pl->proto = p[6];
		pl->ipv6 = true;
	} else {
		return false;
	}
	return pl->l4 + UDP_LEN <= len && pl->l4 <= pl->end;
}

/* The network header of a frame, behind up to two tags; 0: none. */
static size_t
find_l3(const uint8_t *frame, size_t len)
{
	size_t off = ETH_LEN;

	if (len < ETH_LEN)
		return 0;
	while (off < len && off < ETH_LEN + 2 * VLAN_LEN &&
	       (get16(frame + off - 2) == 0x8100 || get16(frame + off - 2) == 0x88a8))
		off += VLAN_LEN;
	return get16(frame + off - 2) == 0x0800 || get16(frame + off - 2) == 0x86dd ? off : 0;
}

/* The sum of the pseudo header for l4_len bytes of transport. */
static uint16_t
pseudo(const uint8_t *frame, const struct place *pl, size_t l4_len)
{
	uint64_t sum = pl->ipv6 ? add(0, frame + pl->l3 + 8, 32) : add(0, frame + pl->l3 + 12, 8);

	return fold(sum + pl->proto + (l4_len & 0xffff) + (l4_len >> 16));
}

static size_t
csum_offset(const struct place *pl)
{
	return pl->proto == PROTO_TCP ? TCP_CSUM : UDP_CSUM;
}

static size_t
transport_len(const uint8_t *frame, const struct place *pl)
{
	return pl->proto == PROTO_TCP ? 4 * (frame[pl->l4 + 12] >> 4) : UDP_LEN;
}

void
vdev_net_offload_offer(struct vdev_net *net)
{
	static const uint8_t features[] = {
		VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4,
		VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_GUEST_UFO,
		VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_ECN,
		VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6,
		VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_HDRLEN,
		VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM,
		VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM,
		VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_RSC_EXT,
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(features); i++)
		vdev_offer(&net->dev, features[i], true);
}

bool
vdev_net_offload_features_ok(struct vdev *dev)
{
	static const struct {
		uint8_t bit, either, or;
	} rows[] = {
		{ VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM },
		{ VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM },
		{ VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM },
		{ VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM },
		{ VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_CSUM },
		{ VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6 },
		{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_TSO4,
		  VIRTIO_NET_F_GUEST_TSO4 },
		{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_TSO6,
		  VIRTIO_NET_F_GUEST_TSO6 },
		{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_USO4,
		  VIRTIO_NET_F_GUEST_USO4 },
		{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, VIRTIO_NET_F_GUEST_USO6,
		  VIRTIO_NET_F_GUEST_USO6 },
		{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO,
		  VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO },
		{ VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM },
		{ VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM },
		{ VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM },
		{ VIRTIO_NET_F_RSC_EXT, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6 },
		{ VIRTIO_NET_F_RSC_EXT, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6 },
		{ VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_CSUM, VIRTIO_NET_F_CSUM },
		{ VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6 },
		{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, VIRTIO_NET_F_HOST_TSO4,
		  VIRTIO_NET_F_HOST_TSO4 },
		{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, VIRTIO_NET_F_HOST_TSO6,
		  VIRTIO_NET_F_HOST_TSO6 },
		{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_HOST_USO },
		{ VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO,
		  VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		if (!vdev_has(dev, rows[i].bit) || vdev_has(dev, rows[i].either) ||
		    vdev_has(dev, rows[i].or))
			continue;
		vdev_complain(dev, "feature %u without %u or %u", rows[i].bit, rows[i].either,
			rows[i].or);
		return false;
	}
	return true;
}

uint64_t
vdev_net_guest_offloads(const struct vdev_net *net)
{
	static const struct {
		uint8_t feature, bit;
	} rows[] = {
		{ VIRTIO_NET_F_GUEST_CSUM, 1 }, { VIRTIO_NET_F_GUEST_TSO4, 7 },
		{ VIRTIO_NET_F_GUEST_TSO6, 8 }, { VIRTIO_NET_F_GUEST_ECN, 9 },
		{ VIRTIO_NET_F_GUEST_UFO, 10 }, { VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, 46 },
		{ VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, 47 }, { VIRTIO_NET_F_GUEST_USO4, 54 },
		{ VIRTIO_NET_F_GUEST_USO6, 55 },
		{ VIRTIO_NET_F_RSC_EXT, 61 },	/* not named there; QEMU expects it */
	};
	uint64_t bits = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++)
		if (vdev_has(&net->dev, rows[i].feature))
			bits |= UINT64_C(1) << rows[i].bit;
	return bits & ~net->guest_offloads_off;
}

bool
vdev_net_offload_command(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len)
{
	uint64_t agreed = vdev_net_guest_offloads(net) | net->guest_offloads_off;
	rte_le64_t value;

	if (!vdev_has(&net->dev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) ||
	    command != VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET || len != sizeof(value))
		return false;
	memcpy(&value, data, sizeof(value));
	/* virtio 5.1.9.5.9.1: MUST NOT enable what was not negotiated */
	if (rte_le_to_cpu_64(value) & ~agreed)
		return false;
	net->guest_offloads_off = agreed & ~rte_le_to_cpu_64(value);
	return true;
}

size_t
vdev_net_hdr_len(const struct vdev_net *net)
{
	if (vdev_has(&net->dev, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO) ||
	    vdev_has(&net->dev, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO))
		return 24;
	return vdev_has(&net->dev, VIRTIO_NET_F_HASH_REPORT) ? 20 : 12;
}

/* The feature that a segmentation type needs, -1: no such type. */
static int
gso_feature(uint8_t base)
{
	switch (base) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return VIRTIO_NET_F_HOST_TSO4;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return VIRTIO_NET_F_HOST_TSO6;
	case VIRTIO_NET_HDR_GSO_UDP:
		return VIRTIO_NET_F_HOST_UFO;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		return VIRTIO_NET_F_HOST_USO;
	default:
		return -1;
	}
}

/* What is wrong with the segmentation that a header asks for; NULL: nothing. */
static const char *
gso_fault(const struct vdev_net *net, const struct virtio_net_hdr *h, const uint8_t *frame,
	const struct place *pl)
{
	uint8_t base = h->gso_type & ~(VIRTIO_NET_HDR_GSO_ECN | TUNNEL_BITS);
	bool tcp = base == VIRTIO_NET_HDR_GSO_TCPV4 || base == VIRTIO_NET_HDR_GSO_TCPV6;
	bool cwr = tcp && (frame[pl->l4 + 13] & TCP_CWR);
	int feature = gso_feature(base);

	if (feature < 0 || !vdev_has(&net->dev, feature))
		return "gso_type was not negotiated";
	if (!(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return "gso_type without NEEDS_CSUM";
	if (h->gso_size == 0)
		return "gso_size 0";
	if (tcp != (pl->proto == PROTO_TCP) || (!tcp && pl->proto != PROTO_UDP))
		return "gso_type of another transport";
	if ((base == VIRTIO_NET_HDR_GSO_TCPV4 && pl->ipv6) ||
	    (base == VIRTIO_NET_HDR_GSO_TCPV6 && !pl->ipv6))
		return "gso_type of another network protocol";
	if (rte_le_to_cpu_16(h->hdr_len) != pl->l4 + transport_len(frame, pl))
		return "hdr_len";
	if (!(h->gso_type & VIRTIO_NET_HDR_GSO_ECN) !=
	    !(cwr && vdev_has(&net->dev, VIRTIO_NET_F_HOST_ECN)))
		return "GSO_ECN";
	return NULL;
}

/* What is wrong with the fields for a tunnel. */
static const char *
tunnel_fault(const struct vdev_net *net, const struct virtio_net_hdr_ext *hdr,
	const uint8_t *frame, size_t len)
{
	uint8_t bits = hdr->hdr.gso_type & TUNNEL_BITS;
	size_t th = rte_le_to_cpu_16(hdr->outer_th_offset);
	size_t nh = rte_le_to_cpu_16(hdr->inner_nh_offset);
	bool csum = hdr->hdr.flags & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM;
	struct place outer;

	if (!vdev_has(&net->dev, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO) || bits == TUNNEL_BITS ||
	    (hdr->hdr.gso_type & ~(TUNNEL_BITS | VIRTIO_NET_HDR_GSO_ECN)) ==
	    VIRTIO_NET_HDR_GSO_UDP)
		return "tunnel bits";
	if (!locate(frame, len, find_l3(frame, len), &outer) || outer.proto != PROTO_UDP ||
	    outer.l4 != th)
		return "outer_th_offset";
	if (nh <= th + UDP_LEN || nh + IPV4_LEN_MIN > len ||
	    frame[nh] >> 4 != (bits == VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 ? 4 : 6))
		return "inner_nh_offset";
	if (csum && !vdev_has(&net->dev, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM))
		return "UDP_TUNNEL_CSUM was not negotiated";
	if (get16(frame + th + UDP_CSUM) != (csum ? pseudo(frame, &outer, len - th) : 0))
		return "outer UDP checksum";
	return NULL;
}

/* What is wrong with a header and its frame. */
static const char *
fault(const struct vdev_net *net, const struct virtio_net_hdr_ext *hdr, const uint8_t *frame,
	size_t len)
{
	const struct virtio_net_hdr *h = &hdr->hdr;
	bool tunnel = h->gso_type & TUNNEL_BITS;
	size_t l3 = tunnel ? rte_le_to_cpu_16(hdr->inner_nh_offset) : find_l3(frame, len);
	size_t start = rte_le_to_cpu_16(h->csum_start), l4_len;
	const char *text = tunnel ? tunnel_fault(net, hdr, frame, len) : NULL;
	struct place pl;

	if (text != NULL)
		return text;
	if (h->num_buffers != 0 || hdr->hash_value != 0 || hdr->hash_report != 0)
		return "a field that is the device's";
	if ((h->flags & ~(VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM)) != 0 ||
	    (!tunnel && ((h->flags & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM) ||
			 hdr->outer_th_offset != 0 || hdr->inner_nh_offset != 0)))
		return "flags or fields of a tunnel";
	if (!(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return h->gso_type == 0 && h->gso_size == 0 && h->csum_start == 0 &&
		       h->csum_offset == 0 ? NULL : "fields without NEEDS_CSUM";

	if (!vdev_has(&net->dev, VIRTIO_NET_F_CSUM))
		return "NEEDS_CSUM was not negotiated";
	if (l3 == 0 || !locate(frame, len, l3, &pl))
		return "NEEDS_CSUM on a frame that is no IP";
	/* a checksum within a datagram, as in a tunnel: whether it is right, the wire will tell */
	if (h->gso_type == 0 && pl.proto == PROTO_UDP && start >= pl.l4 + UDP_LEN)
		return start + rte_le_to_cpu_16(h->csum_offset) + 2 <= len ? NULL :
			"checksum beyond the frame";
	/* an extension header may stand before the transport */
	if (pl.ipv6 && start > pl.l4 && start + UDP_LEN <= len) {
		pl.proto = frame[pl.l4];
		pl.l4 = start;
	}
	if (start != pl.l4 || rte_le_to_cpu_16(h->csum_offset) != csum_offset(&pl))
		return "csum_start or csum_offset";
	l4_len = h->gso_type == 0 ? pl.end - pl.l4 : len - pl.l4;
	if (get16(frame + pl.l4 + csum_offset(&pl)) != pseudo(frame, &pl, l4_len))
		return "the checksum is not that of the pseudo header";
	return h->gso_type == 0 ? NULL : gso_fault(net, h, frame, &pl);
}

void
vdev_net_offload_check(struct vdev_net *net, uint16_t pair, const struct virtio_net_hdr_ext *hdr,
	const uint8_t *frame, size_t len)
{
	uint64_t max = rte_le_to_cpu_16(net->config.mtu) + ETH_LEN + 2 * VLAN_LEN;
	const char *text = fault(net, hdr, frame, len);

	if (text != NULL)
		vdev_complain(&net->dev, "Tx %u: header: %s", pair, text);
	if (hdr->hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE && len > max &&
	    vdev_has(&net->dev, VIRTIO_NET_F_MTU))
		vdev_complain(&net->dev, "Tx %u: %zu bytes exceed the MTU", pair, len);
}

/* Completes the transport's checksum of a packet that is there in full. */
static void
complete_l4(uint8_t *frame, const struct place *pl, size_t end)
{
	uint8_t *field = frame + pl->l4 + csum_offset(pl);
	uint16_t sum;

	put16(field, 0);
	sum = ~fold(add(pseudo(frame, pl, end - pl->l4), frame + pl->l4, end - pl->l4));
	put16(field, sum == 0 ? 0xffff : sum);
}

/* Sets the lengths of a network header, and its checksum. */
static void
complete_l3(uint8_t *frame, const struct place *pl, size_t end)
{
	uint8_t *p = frame + pl->l3;

	if (pl->ipv6) {
		put16(p + 4, end - pl->l3 - IPV6_LEN);
		return;
	}
	put16(p + 2, end - pl->l3);
	put16(p + 10, 0);
	put16(p + 10, ~fold(add(0, p, 4 * (p[0] & 0xf))));
}

/* One segment of hlen bytes of headers and n of payload from offset at, of payload bytes. */
static void
complete_segment(uint8_t *seg, const struct virtio_net_hdr_ext *hdr, const struct place *pl,
	const struct place *outer, size_t hlen, size_t at, size_t n, size_t payload)
{
	uint16_t index = at / rte_le_to_cpu_16(hdr->hdr.gso_size);
	uint8_t *l4 = seg + pl->l4;
	uint32_t seq;

	if (pl->proto == PROTO_TCP) {
		seq = ((uint32_t)get16(l4 + 4) << 16 | get16(l4 + 6)) + at;
		put16(l4 + 4, seq >> 16);
		put16(l4 + 6, seq);
		if (at + n < payload)
			l4[13] &= ~TCP_FIN_PSH;
		if (at > 0)
			l4[13] &= ~TCP_CWR;
	} else {
		put16(l4 + 4, UDP_LEN + n);
	}
	if (!pl->ipv6)
		put16(seg + pl->l3 + 4, get16(seg + pl->l3 + 4) + index);
	complete_l3(seg, pl, hlen + n);
	complete_l4(seg, pl, hlen + n);
	if (outer == NULL)
		return;
	put16(seg + outer->l4 + 4, hlen + n - outer->l4);
	complete_l3(seg, outer, hlen + n);
	if (hdr->hdr.flags & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM)
		complete_l4(seg, outer, hlen + n);
}

static int
cut_segments(const struct virtio_net_hdr_ext *hdr, const uint8_t *frame, size_t len,
	const struct place *pl, const struct place *outer, vdev_net_wire_t wire, void *ctx)
{
	static uint8_t seg[VDEV_NET_FRAME_MAX];
	size_t hlen = pl->l4 + transport_len(frame, pl), at, n;
	size_t size = rte_le_to_cpu_16(hdr->hdr.gso_size);
	int nb = 0;

	if (hlen >= len || size == 0)
		return -EINVAL;
	for (at = 0; at < len - hlen; at += n, nb++) {
		n = RTE_MIN(size, len - hlen - at);
		memcpy(seg, frame, hlen);
		memcpy(seg + hlen, frame + hlen + at, n);
		complete_segment(seg, hdr, pl, outer, hlen, at, n, len - hlen);
		wire(ctx, seg, hlen + n);
	}
	return nb;
}

/* UDP fragmentation: IPv4 fragments of one datagram, whose checksum is completed first. */
static int
cut_fragments(const struct virtio_net_hdr_ext *hdr, uint8_t *frame, size_t len,
	const struct place *pl, vdev_net_wire_t wire, void *ctx)
{
	size_t size = rte_le_to_cpu_16(hdr->hdr.gso_size) & ~7u, at, n;
	static uint8_t part[VDEV_NET_FRAME_MAX];
	int nb = 0;

	if (pl->ipv6 || size == 0)
		return -EINVAL;
	complete_l4(frame, pl, len);
	for (at = 0; at < len - pl->l4; at += n, nb++) {
		n = RTE_MIN(size, len - pl->l4 - at);
		memcpy(part, frame, pl->l4);
		memcpy(part + pl->l4, frame + pl->l4 + at, n);
		put16(part + pl->l3 + 6, at / 8 | (at + n < len - pl->l4 ? 0x2000 : 0));
		complete_l3(part, pl, pl->l4 + n);
		wire(ctx, part, pl->l4 + n);
	}
	return nb;
}

int
vdev_net_offload_finish(const struct virtio_net_hdr_ext *hdr, const uint8_t *frame, size_t len,
	vdev_net_wire_t wire, void *ctx)
{
	size_t start = rte_le_to_cpu_16(hdr->hdr.csum_start);
	size_t field = start + rte_le_to_cpu_16(hdr->hdr.csum_offset);
	bool tunnel = hdr->hdr.gso_type & TUNNEL_BITS;
	static uint8_t copy[VDEV_NET_FRAME_MAX];
	struct place pl, outer;
	uint16_t sum;

	memcpy(copy, frame, len);
	if (hdr->hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE) {
		if (hdr->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
			if (field + 2 > len)
				return -EINVAL;
			sum = ~fold(add(0, copy + start, len - start));
			put16(copy + field, sum == 0 ? 0xffff : sum);
		}
		wire(ctx, copy, len);
		return 1;
	}
	if (!locate(frame, len, find_l3(frame, len), &outer))
		return -EINVAL;
	if (!locate(frame, len, tunnel ? rte_le_to_cpu_16(hdr->inner_nh_offset) : outer.l3, &pl))
		return -EINVAL;
	if ((hdr->hdr.gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_UDP)
		return cut_fragments(hdr, copy, len, &pl, wire, ctx);
	return cut_segments(hdr, copy, len, &pl, tunnel ? &outer : NULL, wire, ctx);
}

bool
vdev_net_offload_is_complete(const uint8_t *frame, size_t len, size_t inner_l3)
{
	struct place pl;

	if (!locate(frame, len, find_l3(frame, len), &pl) || pl.end > len)
		return false;
	if (!pl.ipv6 && fold(add(0, frame + pl.l3, pl.l4 - pl.l3)) != 0xffff)
		return false;
	if ((pl.proto != PROTO_UDP || get16(frame + pl.l4 + UDP_CSUM) != 0) &&
	    fold(add(pseudo(frame, &pl, pl.end - pl.l4), frame + pl.l4, pl.end - pl.l4)) != 0xffff)
		return false;
	if (inner_l3 == 0)
		return true;
	if (!locate(frame, len, inner_l3, &pl) || pl.end > len)
		return false;
	return (pl.ipv6 || fold(add(0, frame + pl.l3, pl.l4 - pl.l3)) == 0xffff) &&
	       fold(add(pseudo(frame, &pl, pl.end - pl.l4), frame + pl.l4, pl.end - pl.l4)) ==
	       0xffff;
}
