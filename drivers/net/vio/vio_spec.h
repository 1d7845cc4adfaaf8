/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the virtio specification puts on the wire: constants and structures, in the
 * specification's order and spelling. The edition is "Virtual I/O Device (VIRTIO) Version 1.4";
 * every "virtio x.y.z" in this driver is a section of that edition.
 *
 * All fields are little-endian. Nothing here knows the driver, so that the test device may
 * include this file and share no other.
 */

#ifndef VIO_SPEC_H
#define VIO_SPEC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

/* virtio 2.1: device status */
#define VIRTIO_STATUS_RESET		0
#define VIRTIO_STATUS_ACKNOWLEDGE	1
#define VIRTIO_STATUS_DRIVER		2
#define VIRTIO_STATUS_DRIVER_OK		4
#define VIRTIO_STATUS_FEATURES_OK	8
#define VIRTIO_STATUS_DEVICE_NEEDS_RESET 64
#define VIRTIO_STATUS_FAILED		128

/* virtio 2.2: feature bits 0 to 127 are reserved for devices and transports */
#define VIRTIO_FEATURE_BITS	128

/* virtio 2.7.5: the virtqueue descriptor table */
#define VIRTQ_DESC_F_NEXT	1
#define VIRTQ_DESC_F_WRITE	2
#define VIRTQ_DESC_F_INDIRECT	4

struct virtq_desc {
	rte_le64_t addr;
	rte_le32_t len;
	rte_le16_t flags;
	rte_le16_t next;
};
static_assert(sizeof(struct virtq_desc) == 16, "virtio 2.7: 16 bytes a descriptor");

/* virtio 2.7.6: the virtqueue available ring (used_event follows ring[]) */
#define VIRTQ_AVAIL_F_NO_INTERRUPT	1

struct virtq_avail {
	rte_le16_t flags;
	rte_le16_t idx;
	rte_le16_t ring[];
};
static_assert(sizeof(struct virtq_avail) == 4, "virtio 2.7: 6 + 2 * size with used_event");

/* virtio 2.7.8: the virtqueue used ring (avail_event follows ring[]) */
#define VIRTQ_USED_F_NO_NOTIFY	1

struct virtq_used_elem {
	rte_le32_t id;
	rte_le32_t len;
};
static_assert(sizeof(struct virtq_used_elem) == 8, "virtio 2.7: 8 bytes an element");

struct virtq_used {
	rte_le16_t flags;
	rte_le16_t idx;
	struct virtq_used_elem ring[];
};
static_assert(sizeof(struct virtq_used) == 4, "virtio 2.7: 6 + 8 * size with avail_event");

/* virtio 2.7: alignment of each part, and the largest queue */
#define VIRTQ_DESC_ALIGN	16
#define VIRTQ_AVAIL_ALIGN	2
#define VIRTQ_USED_ALIGN	4
#define VIRTQ_SIZE_MAX		32768

/* virtio 2.8.1: packed virtqueues: driver and device ring wrap counters */
#define VIRTQ_DESC_F_AVAIL	(1 << 7)
#define VIRTQ_DESC_F_USED	(1 << 15)

/* virtio 2.8.10: driver and device event suppression */
#define RING_EVENT_FLAGS_ENABLE		0x0
#define RING_EVENT_FLAGS_DISABLE	0x1
#define RING_EVENT_FLAGS_DESC		0x2
#define RING_EVENT_FLAGS_MASK		0x3

/* virtio 2.8.10.1: alignment of each part; a ring has at most VIRTQ_SIZE_MAX descriptors */
#define PVIRTQ_DESC_ALIGN		16
#define PVIRTQ_EVENT_SUPPRESS_ALIGN	4

/* virtio 2.8.13: the packed virtqueue descriptor */
struct pvirtq_desc {
	rte_le64_t addr;
	rte_le32_t len;
	rte_le16_t id;
	rte_le16_t flags;
};
static_assert(sizeof(struct pvirtq_desc) == 16, "virtio 2.8.10.1: 16 bytes a descriptor");

/* virtio 2.8.14: event suppression structure (desc: 15 bits of offset, one of wrap counter) */
#define RING_EVENT_WRAP_SHIFT	15

struct pvirtq_event_suppress {
	rte_le16_t desc;
	rte_le16_t flags;
};
static_assert(sizeof(struct pvirtq_event_suppress) == 4, "virtio 2.8.10.1");

/* virtio 4.1.2: PCI device discovery (a network device is device type 1) */
#define VIRTIO_PCI_VENDOR_ID			0x1AF4
#define VIRTIO_PCI_DEVICE_ID_NET		0x1041
#define VIRTIO_PCI_DEVICE_ID_NET_TRANSITIONAL	0x1000

/* virtio 4.1.4: virtio structure PCI capabilities */
#define VIRTIO_PCI_CAP_COMMON_CFG	1
#define VIRTIO_PCI_CAP_NOTIFY_CFG	2
#define VIRTIO_PCI_CAP_ISR_CFG		3
#define VIRTIO_PCI_CAP_DEVICE_CFG	4

#define VIRTIO_PCI_CAP_BAR_MAX		5	/* larger values are reserved */

struct virtio_pci_cap {
	uint8_t cap_vndr;
	uint8_t cap_next;
	uint8_t cap_len;
	uint8_t cfg_type;
	uint8_t bar;
	uint8_t id;
	uint8_t padding[2];
	rte_le32_t offset;
	rte_le32_t length;
};
static_assert(sizeof(struct virtio_pci_cap) == 16, "virtio 4.1.4");

/* virtio 4.1.4.4: notification structure layout */
struct virtio_pci_notify_cap {
	struct virtio_pci_cap cap;
	rte_le32_t notify_off_multiplier;
};
static_assert(sizeof(struct virtio_pci_notify_cap) == 20, "virtio 4.1.4.4");

/* virtio 4.1.4.3: common configuration structure layout */
struct virtio_pci_common_cfg {
	rte_le32_t device_feature_select;
	rte_le32_t device_feature;
	rte_le32_t driver_feature_select;
	rte_le32_t driver_feature;
	rte_le16_t config_msix_vector;
	rte_le16_t num_queues;
	uint8_t device_status;
	uint8_t config_generation;
	rte_le16_t queue_select;
	rte_le16_t queue_size;
	rte_le16_t queue_msix_vector;
	rte_le16_t queue_enable;
	rte_le16_t queue_notify_off;
	rte_le32_t queue_desc_lo;	/* le64 in the specification; 4.1.3.1 wants 32-bit */
	rte_le32_t queue_desc_hi;	/* accesses to each half */
	rte_le32_t queue_driver_lo;
	rte_le32_t queue_driver_hi;
	rte_le32_t queue_device_lo;
	rte_le32_t queue_device_hi;
	rte_le16_t queue_notif_config_data;	/* with NOTIF_CONFIG_DATA */
	rte_le16_t queue_reset;			/* with RING_RESET */
};
static_assert(offsetof(struct virtio_pci_common_cfg, device_status) == 20, "virtio 4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_desc_lo) == 32, "virtio 4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_notif_config_data) == 56,
	      "virtio 4.1.4.3");

/* virtio 4.1.4.5: ISR status bits */
#define VIRTIO_PCI_ISR_CONFIG	2

/* virtio 4.1.5.1.2: MSI-X vector configuration */
#define VIRTIO_MSI_NO_VECTOR	0xffff

/* virtio 5.1.2: virtqueues of a network device; pairs count from 0 */
#define VIRTIO_NET_RXQ(pair)	((uint16_t)(2 * (pair)))
#define VIRTIO_NET_TXQ(pair)	((uint16_t)(2 * (pair) + 1))
#define VIRTIO_NET_CTRLQ(pairs)	((uint16_t)(2 * (pairs)))

/* virtio 5.1.3: feature bits of a network device */
#define VIRTIO_NET_F_CSUM		0
#define VIRTIO_NET_F_GUEST_CSUM		1
#define VIRTIO_NET_F_CTRL_GUEST_OFFLOADS 2
#define VIRTIO_NET_F_MTU		3
#define VIRTIO_NET_F_MAC		5
#define VIRTIO_NET_F_GUEST_TSO4		7
#define VIRTIO_NET_F_GUEST_TSO6		8
#define VIRTIO_NET_F_GUEST_ECN		9
#define VIRTIO_NET_F_GUEST_UFO		10
#define VIRTIO_NET_F_HOST_TSO4		11
#define VIRTIO_NET_F_HOST_TSO6		12
#define VIRTIO_NET_F_HOST_ECN		13
#define VIRTIO_NET_F_HOST_UFO		14
#define VIRTIO_NET_F_MRG_RXBUF		15
#define VIRTIO_NET_F_STATUS		16
#define VIRTIO_NET_F_CTRL_VQ		17
#define VIRTIO_NET_F_CTRL_RX		18
#define VIRTIO_NET_F_CTRL_VLAN		19
#define VIRTIO_NET_F_MQ			22
#define VIRTIO_NET_F_CTRL_MAC_ADDR	23
#define VIRTIO_NET_F_HASH_TUNNEL	51
#define VIRTIO_NET_F_GUEST_USO4		54
#define VIRTIO_NET_F_GUEST_USO6		55
#define VIRTIO_NET_F_HOST_USO		56
#define VIRTIO_NET_F_HASH_REPORT	57
#define VIRTIO_NET_F_GUEST_HDRLEN	59
#define VIRTIO_NET_F_RSS		60
#define VIRTIO_NET_F_RSC_EXT		61
#define VIRTIO_NET_F_SPEED_DUPLEX	63
#define VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO	65
#define VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM	66
#define VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO	67
#define VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM	68

/* virtio 5.1.4: device configuration layout */
#define VIRTIO_NET_S_LINK_UP		1
#define VIRTIO_NET_DUPLEX_HALF		0
#define VIRTIO_NET_DUPLEX_FULL		1
#define VIRTIO_NET_SPEED_MAX		0x7fffffffu	/* above it: unknown */
#define VIRTIO_NET_MTU_MIN		68
#define VIRTIO_NET_MQ_PAIRS_MIN		1
#define VIRTIO_NET_MQ_PAIRS_MAX		0x8000
#define VIRTIO_NET_RSS_KEY_SIZE_MIN	40	/* of rss_max_key_size */

struct virtio_net_config {
	uint8_t mac[6];
	rte_le16_t status;
	rte_le16_t max_virtqueue_pairs;
	rte_le16_t mtu;
	rte_le32_t speed;
	uint8_t duplex;
	uint8_t rss_max_key_size;
	rte_le16_t rss_max_indirection_table_length;
	rte_le32_t supported_hash_types;
	rte_le32_t supported_tunnel_types;
};
static_assert(offsetof(struct virtio_net_config, speed) == 12, "virtio 5.1.4");
static_assert(sizeof(struct virtio_net_config) == 28, "virtio 5.1.4");

/* virtio 5.1.9: the header before every packet; this part is always there */
#define VIRTIO_NET_HDR_F_NEEDS_CSUM		1
#define VIRTIO_NET_HDR_F_DATA_VALID		2
#define VIRTIO_NET_HDR_F_RSC_INFO		4
#define VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM	8

#define VIRTIO_NET_HDR_GSO_NONE			0
#define VIRTIO_NET_HDR_GSO_TCPV4		1
#define VIRTIO_NET_HDR_GSO_UDP			3
#define VIRTIO_NET_HDR_GSO_TCPV6		4
#define VIRTIO_NET_HDR_GSO_UDP_L4		5
#define VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4	0x20
#define VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6	0x40
#define VIRTIO_NET_HDR_GSO_ECN			0x80

struct virtio_net_hdr {
	uint8_t flags;
	uint8_t gso_type;
	rte_le16_t hdr_len;
	rte_le16_t gso_size;
	rte_le16_t csum_start;
	rte_le16_t csum_offset;
	rte_le16_t num_buffers;
};
static_assert(sizeof(struct virtio_net_hdr) == 12, "virtio 5.1.9");

/* virtio 5.1.9: the header with the fields that features add */
struct virtio_net_hdr_ext {
	struct virtio_net_hdr hdr;
	rte_le32_t hash_value;		/* with HASH_REPORT */
	rte_le16_t hash_report;
	rte_le16_t padding_reserved;
	rte_le16_t outer_th_offset;	/* with HOST_ or GUEST_UDP_TUNNEL_GSO */
	rte_le16_t inner_nh_offset;
};
static_assert(sizeof(struct virtio_net_hdr_ext) == 24, "virtio 5.1.9.3.1");

/* virtio 5.1.9.3.1: each size includes all fields before */
#define VIRTIO_NET_HDR_LEN		sizeof(struct virtio_net_hdr)
#define VIRTIO_NET_HDR_LEN_HASH		offsetof(struct virtio_net_hdr_ext, outer_th_offset)
#define VIRTIO_NET_HDR_LEN_TUNNEL	sizeof(struct virtio_net_hdr_ext)
static_assert(VIRTIO_NET_HDR_LEN_HASH == 20, "virtio 5.1.9.3.1");

/* virtio 5.1.9.4.3.1: supported and enabled hash types */
#define VIRTIO_NET_HASH_TYPE_IPv4	(1 << 0)
#define VIRTIO_NET_HASH_TYPE_TCPv4	(1 << 1)
#define VIRTIO_NET_HASH_TYPE_UDPv4	(1 << 2)
#define VIRTIO_NET_HASH_TYPE_IPv6	(1 << 3)
#define VIRTIO_NET_HASH_TYPE_TCPv6	(1 << 4)
#define VIRTIO_NET_HASH_TYPE_UDPv6	(1 << 5)
#define VIRTIO_NET_HASH_TYPE_IP_EX	(1 << 6)
#define VIRTIO_NET_HASH_TYPE_TCP_EX	(1 << 7)
#define VIRTIO_NET_HASH_TYPE_UDP_EX	(1 << 8)
#define VIRTIO_NET_HASH_TYPES		((VIRTIO_NET_HASH_TYPE_UDP_EX << 1) - 1)

/* virtio 5.1.9.4.4.2: encapsulation types for the inner header hash */
#define VIRTIO_NET_HASH_TUNNEL_TYPE_GRE_2784	(1 << 0)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_GRE_2890	(1 << 1)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_GRE_7676	(1 << 2)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_GRE_UDP	(1 << 3)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN	(1 << 4)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_VXLAN_GPE	(1 << 5)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_GENEVE	(1 << 6)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_IPIP	(1 << 7)
#define VIRTIO_NET_HASH_TUNNEL_TYPE_NVGRE	(1 << 8)
#define VIRTIO_NET_HASH_TUNNEL_TYPES		((VIRTIO_NET_HASH_TUNNEL_TYPE_NVGRE << 1) - 1)

/* virtio 5.1.9.4.5: hash_report */
#define VIRTIO_NET_HASH_REPORT_NONE	0
#define VIRTIO_NET_HASH_REPORT_IPv4	1
#define VIRTIO_NET_HASH_REPORT_TCPv4	2
#define VIRTIO_NET_HASH_REPORT_UDPv4	3
#define VIRTIO_NET_HASH_REPORT_IPv6	4
#define VIRTIO_NET_HASH_REPORT_TCPv6	5
#define VIRTIO_NET_HASH_REPORT_UDPv6	6
#define VIRTIO_NET_HASH_REPORT_IPv6_EX	7
#define VIRTIO_NET_HASH_REPORT_TCPv6_EX	8
#define VIRTIO_NET_HASH_REPORT_UDPv6_EX	9

/* virtio 5.1.9.5: control virtqueue */
#define VIRTIO_NET_OK	0
#define VIRTIO_NET_ERR	1

struct virtio_net_ctrl_hdr {
	uint8_t class;
	uint8_t command;
};
static_assert(sizeof(struct virtio_net_ctrl_hdr) == 2, "virtio 5.1.9.5");

#define VIRTIO_NET_CTRL_RX			0	/* virtio 5.1.9.5.1 */
#define VIRTIO_NET_CTRL_RX_PROMISC		0
#define VIRTIO_NET_CTRL_RX_ALLMULTI		1

#define VIRTIO_NET_CTRL_MAC			1	/* virtio 5.1.9.5.2 */
#define VIRTIO_NET_CTRL_MAC_TABLE_SET		0
#define VIRTIO_NET_CTRL_MAC_ADDR_SET		1

#define VIRTIO_NET_CTRL_VLAN			2	/* virtio 5.1.9.5.3 */
#define VIRTIO_NET_CTRL_VLAN_ADD		0
#define VIRTIO_NET_CTRL_VLAN_DEL		1

#define VIRTIO_NET_CTRL_MQ			4	/* virtio 5.1.9.5.5 */
#define VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET		0
#define VIRTIO_NET_CTRL_MQ_RSS_CONFIG		1
#define VIRTIO_NET_CTRL_MQ_HASH_CONFIG		2

#define VIRTIO_NET_CTRL_GUEST_OFFLOADS		5	/* virtio 5.1.9.5.9 */
#define VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET	0

/* virtio 5.1.9.5.9.1: an offload's bit is its feature's, but for these */
#define VIRTIO_NET_GUEST_OFFLOAD_UDP_TUNNEL_GSO		46
#define VIRTIO_NET_GUEST_OFFLOAD_UDP_TUNNEL_GSO_CSUM	47

/* virtio 5.1.9.5.6.4: data of HASH_CONFIG */
struct virtio_net_hash_config {
	rte_le32_t hash_types;
	rte_le16_t reserved[4];
	uint8_t hash_key_length;
	uint8_t hash_key_data[];
};
static_assert(offsetof(struct virtio_net_hash_config, hash_key_data) == 13, "virtio 5.1.9.5.6.4");

/* virtio 5.1.9.5.7.1: data of RSS_CONFIG up to the table; an entry is the number of a pair */
struct virtio_net_rss_config {
	rte_le32_t hash_types;
	rte_le16_t indirection_table_mask;
	rte_le16_t unclassified_queue;
	rte_le16_t indirection_table[];
};
static_assert(sizeof(struct virtio_net_rss_config) == 8, "virtio 5.1.9.5.7.1");

/* virtio 5.1.9.5.7.1: what follows the table; it is not aligned there */
struct virtio_net_rss_config_key {
	rte_le16_t max_tx_vq;
	uint8_t hash_key_length;
	uint8_t hash_key_data[];
};
static_assert(offsetof(struct virtio_net_rss_config_key, hash_key_data) == 3, "virtio 5.1.9.5.7.1");

#define VIRTIO_NET_CTRL_HASH_TUNNEL		7	/* virtio 5.1.9.4.4 */
#define VIRTIO_NET_CTRL_HASH_TUNNEL_SET		0

/* virtio 6: reserved feature bits */
#define VIRTIO_F_INDIRECT_DESC		28
#define VIRTIO_F_EVENT_IDX		29
#define VIRTIO_F_VERSION_1		32
#define VIRTIO_F_ACCESS_PLATFORM	33
#define VIRTIO_F_RING_PACKED		34
#define VIRTIO_F_IN_ORDER		35
#define VIRTIO_F_ORDER_PLATFORM		36
#define VIRTIO_F_NOTIFICATION_DATA	38
#define VIRTIO_F_NOTIF_CONFIG_DATA	39

#endif /* VIO_SPEC_H */
