/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Hashes of received frames, and where they lead (virtio 5.1.9.4.3, 5.1.9.5.7): commands are
 * checked as the specification words them, and done. The Toeplitz hash is written here anew.
 */

#ifndef VDEV_NET_RSS_H
#define VDEV_NET_RSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VDEV_NET_RETA_MAX	4096

struct vdev_net;

/* What the driver asked for since the last reset. */
struct vdev_net_rss {
	bool steers;		/* by the table; the last command of class MQ was RSS_CONFIG */
	uint32_t hash_types;
	uint32_t tunnel_types;
	uint16_t reta_size;
	uint16_t unclassified;
	uint16_t reta[VDEV_NET_RETA_MAX];
	uint16_t max_tx_vq;
	uint8_t key_len;
	uint8_t key[UINT8_MAX];
	unsigned int nb_rss_config;
	unsigned int nb_hash_config;
	unsigned int nb_tunnel_set;
};

struct vdev_net_hash {
	uint32_t value;
	uint16_t report;	/* virtio 5.1.9.4.5; 0: not calculated */
};

/* Offers RSS with these limits and all hash types. Before a driver comes. */
void
vdev_net_rss_offer(struct vdev_net *net, uint16_t reta_size, uint8_t key_size);

/* The commands RSS_CONFIG and HASH_CONFIG of class MQ. */
bool
vdev_net_rss_command(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len);

/* The command of class HASH_TUNNEL. */
bool
vdev_net_rss_tunnel(struct vdev_net *net, uint8_t command, const uint8_t *data, size_t len);

/* The hash of a frame. */
struct vdev_net_hash
vdev_net_rss_hash(const struct vdev_net *net, const uint8_t *frame, size_t len);

/* The queue pair that a frame goes to. */
uint16_t
vdev_net_rss_pair(const struct vdev_net *net, const uint8_t *frame, size_t len);

#endif /* VDEV_NET_RSS_H */
