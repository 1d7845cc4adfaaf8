/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The ports' life: configure, start, stop, close, and the settings that need a new configuration.
 * A port is configured when it starts, if a setting changed since it was last configured. Only what
 * a plain forwarder needs is enabled, and only where the device has it. Runs on the main lcore, but
 * for the event callback, which runs on EAL's interrupt thread and only prints.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "app.h"
#include "forward.h"

#define POOL_CACHE 256
#define POOL_MIN 16384

/* What packets that LRO put together need to be sent on. */
#define LRO_TX_OFFLOADS	(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM | \
			 RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_TSO | \
			 RTE_ETH_TX_OFFLOAD_UDP_TSO)

struct port ports[RTE_MAX_ETHPORTS];
struct rte_mempool *mbuf_pool;

/* The ports that exist, in words: "ports 0..1". */
static void
existing_ports(char *text, size_t size)
{
	uint16_t first = RTE_MAX_ETHPORTS;
	uint16_t last = 0;
	uint16_t id;

	RTE_ETH_FOREACH_DEV(id) {
		first = RTE_MIN(first, id);
		last = id;
	}
	if (first == RTE_MAX_ETHPORTS)
		snprintf(text, size, "no port is left");
	else
		snprintf(text, size, "ports %u..%u", first, last);
}

int
port_parse(const char *word, uint16_t *port_id)
{
	char existing[32];
	uint32_t number;

	if (cli_parse_number("port", word, 0, UINT16_MAX, &number) != 0)
		return -1;
	if (!rte_eth_dev_is_valid_port((uint16_t)number)) {
		existing_ports(existing, sizeof(existing));
		complain("port %u does not exist: %s", number, existing);
		return -1;
	}
	*port_id = (uint16_t)number;
	return 0;
}

int
ports_for_each(const char *word, int (*action)(uint16_t port_id, const void *arg), const void *arg)
{
	uint16_t port_id;
	int ret = 0;

	if (strcmp(word, "all") != 0) {
		if (port_parse(word, &port_id) != 0)
			return -1;
		return action(port_id, arg);
	}
	if (rte_eth_dev_count_avail() == 0) {
		complain("no port is left");
		return -1;
	}
	RTE_ETH_FOREACH_DEV(port_id)
		if (action(port_id, arg) != 0)
			ret = -1;
	return ret;
}

int
ports_all_stopped(const char *purpose)
{
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV(port_id) {
		if (ports[port_id].started) {
			complain("%s: port %u is started; first: port stop all", purpose, port_id);
			return -1;
		}
	}
	return 0;
}

static int
get_info(uint16_t port_id, struct rte_eth_dev_info *info)
{
	int ret = rte_eth_dev_info_get(port_id, info);

	if (ret != 0)
		complain("port %u: no device information: %s", port_id, rte_strerror(-ret));
	return ret == 0 ? 0 : -1;
}

const char *
port_driver_name(uint16_t port_id)
{
	struct rte_eth_dev_info info;

	return rte_eth_dev_info_get(port_id, &info) == 0 ? info.driver_name : "unknown";
}

/* What a frame has beyond the MTU; the device may count VLAN tags in. */
static uint32_t
frame_overhead(const struct rte_eth_dev_info *info)
{
	if (info->max_mtu != UINT16_MAX && info->max_rx_pktlen > info->max_mtu)
		return info->max_rx_pktlen - info->max_mtu;
	return RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
}

/* What the device's frames can carry: with some drivers less than the MTU that they name. */
static void
mtu_range(const struct rte_eth_dev_info *info, uint32_t *least, uint32_t *most)
{
	const uint32_t overhead = frame_overhead(info);

	*least = RTE_MAX(info->min_mtu + overhead, (uint32_t)RTE_ETHER_MIN_LEN) - overhead;
	*most = RTE_MIN(info->max_mtu + overhead, info->max_rx_pktlen) - overhead;
}

/* Whether the device has so many queues; complains if not. */
static bool
queues_fit(uint16_t port_id, const struct rte_eth_dev_info *info, bool rx, uint16_t nb_queues)
{
	uint16_t most = rx ? info->max_rx_queues : info->max_tx_queues;

	if (nb_queues > most)
		complain("port %u has at most %u %s queues, not %u", port_id, most,
			 rx ? "Rx" : "Tx", nb_queues);
	return nb_queues <= most;
}

/* The same of the descriptors of a queue. */
static bool
descs_fit(uint16_t port_id, const struct rte_eth_dev_info *info, bool rx, uint16_t nb_desc)
{
	const struct rte_eth_desc_lim *lim = rx ? &info->rx_desc_lim : &info->tx_desc_lim;
	uint16_t align = RTE_MAX(lim->nb_align, 1);
	uint16_t max = lim->nb_max == 0 ? UINT16_MAX : lim->nb_max;

	if (nb_desc >= lim->nb_min && nb_desc <= max && nb_desc % align == 0)
		return true;
	complain("port %u: %s queues take %u to %u descriptors, a multiple of %u, not %u; see "
		 "--%cxd", port_id, rx ? "Rx" : "Tx", lim->nb_min, max, align, nb_desc,
		 rx ? 'r' : 't');
	return false;
}

/* Whether mbufs are large enough for a device; complains if not. */
static bool
mbufs_fit(uint16_t port_id, const struct rte_eth_dev_info *info)
{
	uint32_t room = config.mbuf_size - RTE_PKTMBUF_HEADROOM;

	if (room < info->min_rx_bufsize)
		complain("port %u: an mbuf has room for %u bytes beside its headroom, and at "
			 "least %u are needed; see --mbuf-size", port_id, room,
			 info->min_rx_bufsize);
	return room >= info->min_rx_bufsize;
}

/* Whether a frame of the MTU takes more than one mbuf. */
static bool
needs_scatter(const struct rte_eth_dev_info *info, uint32_t mtu)
{
	return mtu + frame_overhead(info) + RTE_PKTMBUF_HEADROOM > config.mbuf_size;
}

static void
choose_offloads(const struct port *port, const struct rte_eth_dev_info *info,
		struct rte_eth_conf *conf)
{
	if (needs_scatter(info, port->mtu != 0 ? port->mtu : RTE_ETHER_MTU))
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
	if (port->vlan_filter)
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
	/* There is one pool, and no mode keeps a packet that it sent: FAST_FREE is safe. */
	conf->txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	if (config.lro) {
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_SCATTER;
		conf->txmode.offloads |= LRO_TX_OFFLOADS;
	}
	conf->rxmode.offloads &= info->rx_offload_capa;
	conf->txmode.offloads &= info->tx_offload_capa;
}

static int
configure_device(uint16_t port_id, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	struct port *port = &ports[port_id];
	uint32_t least, most;
	int ret;

	conf->rxmode.mtu = port->mtu;
	conf->intr_conf.lsc = config.lsc && (*info->dev_flags & RTE_ETH_DEV_INTR_LSC);
	conf->intr_conf.rxq = config.rx_intr;
	conf->intr_conf.rmv = !!(*info->dev_flags & RTE_ETH_DEV_INTR_RMV);
	if (config.nb_rxq > 1) {
		conf->rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads &
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
		if (conf->rx_adv_conf.rss_conf.rss_hf != 0)
			conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	}
	choose_offloads(port, info, conf);

	ret = rte_eth_dev_configure(port_id, config.nb_rxq, config.nb_txq, conf);
	mtu_range(info, &least, &most);
	if (ret != 0)
		complain("port %u: cannot be configured with %u Rx and %u Tx queues and MTU %u "
			 "(%u to %u, 0: its own choice): %s", port_id, config.nb_rxq,
			 config.nb_txq, port->mtu, least, most, rte_strerror(-ret));
	return ret;
}

static int
setup_rx_queues(uint16_t port_id, const struct rte_eth_dev_info *info, uint64_t offloads,
		uint16_t nb_desc)
{
	struct rte_eth_rxconf rxconf = info->default_rxconf;
	int ret;

	rxconf.offloads = offloads;
	for (uint16_t q = 0; q < config.nb_rxq; q++) {
		ret = rte_eth_rx_queue_setup(port_id, q, nb_desc, rte_eth_dev_socket_id(port_id),
					     &rxconf, mbuf_pool);
		if (ret != 0) {
			complain("port %u: Rx queue %u: cannot be set up with %u descriptors: %s",
				 port_id, q, nb_desc, rte_strerror(-ret));
			return ret;
		}
	}
	if ((uint32_t)config.nb_rxq * nb_desc > mbuf_pool->size)
		printf("Note: port %u: %u Rx descriptors, but only %u mbufs in the pool of all "
		       "ports; see --total-num-mbufs\n", port_id, config.nb_rxq * nb_desc,
		       mbuf_pool->size);
	return 0;
}

static int
setup_tx_queues(uint16_t port_id, const struct rte_eth_dev_info *info, uint64_t offloads,
		uint16_t nb_desc)
{
	struct rte_eth_txconf txconf = info->default_txconf;
	int ret;

	txconf.offloads = offloads;
	for (uint16_t q = 0; q < config.nb_txq; q++) {
		ret = rte_eth_tx_queue_setup(port_id, q, nb_desc, rte_eth_dev_socket_id(port_id),
					     &txconf);
		if (ret != 0) {
			complain("port %u: Tx queue %u: cannot be set up with %u descriptors: %s",
				 port_id, q, nb_desc, rte_strerror(-ret));
			return ret;
		}
	}
	return 0;
}

/* What the user gave goes to the driver as it is; a preference is first fitted to the limits. */
static void
choose_descs(uint16_t port_id, const struct rte_eth_dev_info *info, uint16_t *rxd, uint16_t *txd)
{
	*rxd = info->default_rxportconf.ring_size;
	*txd = info->default_txportconf.ring_size;
	*rxd = *rxd != 0 ? *rxd : 512;
	*txd = *txd != 0 ? *txd : 512;
	rte_eth_dev_adjust_nb_rx_tx_desc(port_id, rxd, txd);
	*rxd = config.nb_rxd != 0 ? config.nb_rxd : *rxd;
	*txd = config.nb_txd != 0 ? config.nb_txd : *txd;
}

static int
configure(uint16_t port_id)
{
	struct port *port = &ports[port_id];
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	uint16_t nb_rxd, nb_txd;

	if (get_info(port_id, &info) != 0 ||
	    !queues_fit(port_id, &info, true, config.nb_rxq) ||
	    !queues_fit(port_id, &info, false, config.nb_txq))
		return -1;
	choose_descs(port_id, &info, &nb_rxd, &nb_txd);
	if (!descs_fit(port_id, &info, true, nb_rxd) ||
	    !descs_fit(port_id, &info, false, nb_txd) || !mbufs_fit(port_id, &info) ||
	    configure_device(port_id, &info, &conf) != 0)
		return -1;
	if (setup_rx_queues(port_id, &info, conf.rxmode.offloads, nb_rxd) != 0 ||
	    setup_tx_queues(port_id, &info, conf.txmode.offloads, nb_txd) != 0)
		return -1;
	port->nb_rxq = config.nb_rxq;
	port->nb_txq = config.nb_txq;
	port->configured = true;
	return 0;
}

int
port_start(uint16_t port_id, const void *unused)
{
	struct port *port = &ports[port_id];
	int ret;

	RTE_SET_USED(unused);
	if (port->started) {
		printf("Port %u is already started\n", port_id);
		return 0;
	}
	if (!port->configured && configure(port_id) != 0)
		return -1;
	ret = rte_eth_dev_start(port_id);
	if (ret != 0) {
		complain("port %u: cannot be started: %s", port_id, rte_strerror(-ret));
		return -1;
	}
	port->started = true;
	show_link(port_id);
	return 0;
}

int
port_stop(uint16_t port_id, const void *unused)
{
	struct port *port = &ports[port_id];
	int ret;

	RTE_SET_USED(unused);
	if (fwd_running()) {
		complain("port %u: packets are being forwarded; first: stop", port_id);
		return -1;
	}
	if (!port->started) {
		printf("Port %u is already stopped\n", port_id);
		return 0;
	}
	ret = rte_eth_dev_stop(port_id);
	if (ret != 0) {
		complain("port %u: cannot be stopped: %s", port_id, rte_strerror(-ret));
		return -1;
	}
	port->started = false;
	printf("Port %u: stopped\n", port_id);
	return 0;
}

int
port_close(uint16_t port_id, const void *unused)
{
	int ret;

	RTE_SET_USED(unused);
	if (ports[port_id].started) {
		complain("port %u is started; first: port stop %u", port_id, port_id);
		return -1;
	}
	ret = rte_eth_dev_close(port_id);
	if (ret != 0) {
		complain("port %u: cannot be closed: %s", port_id, rte_strerror(-ret));
		return -1;
	}
	printf("Port %u: closed\n", port_id);
	return 0;
}

/* Whether a driver that refused an MTU can take it once it is configured for scattered Rx. */
static bool
start_helps(uint16_t port_id, const struct rte_eth_dev_info *info, uint16_t mtu, int ret)
{
	struct rte_eth_conf conf;
	uint32_t least, most;

	mtu_range(info, &least, &most);
	return ret != -ENOTSUP && mtu >= least && mtu <= most && needs_scatter(info, mtu) &&
	       (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0 &&
	       rte_eth_dev_conf_get(port_id, &conf) == 0 &&
	       (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_SCATTER) == 0;
}

/* Tells why an MTU was refused and what helps. */
static void
complain_mtu(uint16_t port_id, const struct rte_eth_dev_info *info, uint16_t mtu, int ret)
{
	const char *error = rte_strerror(-ret);
	uint32_t least, most;

	mtu_range(info, &least, &most);
	if (mtu < least || mtu > most)
		complain("port %u: MTU %u was refused (%u to %u is possible): %s", port_id, mtu,
			 least, most, error);
	else if (start_helps(port_id, info, mtu, ret))
		complain("port %u: MTU %u was refused: %s; first: port stop %u (scattered Rx is "
			 "set up at the start)", port_id, mtu, error, port_id);
	else if (ret == -EBUSY && ports[port_id].started)
		complain("port %u: MTU %u was refused: %s; first: port stop %u", port_id, mtu,
			 error, port_id);
	else
		complain("port %u: MTU %u was refused: %s", port_id, mtu, error);
}

/* The driver judges the value at once; a stopped port is configured anew for it at its start. */
int
port_set_mtu(uint16_t port_id, uint16_t mtu)
{
	struct port *port = &ports[port_id];
	struct rte_eth_dev_info info;
	int ret;

	if (get_info(port_id, &info) != 0)
		return -1;
	ret = rte_eth_dev_set_mtu(port_id, mtu);
	if (ret != 0 && (port->started || !start_helps(port_id, &info, mtu, ret))) {
		complain_mtu(port_id, &info, mtu, ret);
		return -1;
	}
	port->mtu = mtu;
	if (!port->started)
		port->configured = false;
	return 0;
}

/* The port's own addresses, its primary one first; unused entries are zero. */
int
port_get_macs(uint16_t port_id, struct rte_ether_addr **list)
{
	struct rte_eth_dev_info info;
	int nb = -1;

	if (rte_eth_dev_info_get(port_id, &info) != 0)
		info.max_mac_addrs = 0;
	*list = calloc(info.max_mac_addrs + 1, sizeof(**list));
	if (*list != NULL)
		nb = rte_eth_macaddrs_get(port_id, *list, info.max_mac_addrs);
	if (nb >= 0)
		return nb;
	complain("port %u: no list of MAC addresses", port_id);
	return -1;
}

static void
forget_configuration(void)
{
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV(port_id)
		ports[port_id].configured = false;
}

int
ports_set_queues(bool rx, uint16_t nb_queues)
{
	struct rte_eth_dev_info info;
	uint16_t port_id;

	if (ports_all_stopped(rx ? "rxq" : "txq") != 0)
		return -1;
	RTE_ETH_FOREACH_DEV(port_id) {
		if (get_info(port_id, &info) != 0 || !queues_fit(port_id, &info, rx, nb_queues))
			return -1;
	}
	if (rx)
		config.nb_rxq = nb_queues;
	else
		config.nb_txq = nb_queues;
	forget_configuration();
	return 0;
}

int
ports_set_descs(bool rx, uint16_t nb_desc)
{
	struct rte_eth_dev_info info;
	uint16_t port_id;

	if (ports_all_stopped(rx ? "rxd" : "txd") != 0)
		return -1;
	RTE_ETH_FOREACH_DEV(port_id) {
		if (get_info(port_id, &info) != 0 || !descs_fit(port_id, &info, rx, nb_desc))
			return -1;
	}
	if (rx)
		config.nb_rxd = nb_desc;
	else
		config.nb_txd = nb_desc;
	forget_configuration();
	return 0;
}

static int
print_event(uint16_t port_id, enum rte_eth_event_type type, void *arg, void *ret_param)
{
	struct rte_eth_link link;

	RTE_SET_USED(arg);
	RTE_SET_USED(ret_param);
	switch (type) {
	case RTE_ETH_EVENT_INTR_LSC:
		if (rte_eth_link_get_nowait(port_id, &link) == 0)
			printf("Port %u: link state change event, link %s\n", port_id,
			       link.link_status == RTE_ETH_LINK_UP ? "up" : "down");
		break;
	case RTE_ETH_EVENT_INTR_RESET:
		printf("Port %u: reset event: the device needs a reset\n", port_id);
		break;
	default: /* RTE_ETH_EVENT_INTR_RMV */
		printf("Port %u: removal event: the device is gone\n", port_id);
		break;
	}
	return 0;
}

/* Enough for every ring, for the bursts under way and for the lcores' caches. */
static uint32_t
pool_size(void)
{
	const uint32_t nb_desc = config.nb_rxq * (config.nb_rxd != 0 ? config.nb_rxd : 1024u) +
				 config.nb_txq * (config.nb_txd != 0 ? config.nb_txd : 1024u);

	if (config.nb_mbufs != 0)
		return config.nb_mbufs;
	return RTE_MAX((uint32_t)POOL_MIN, rte_eth_dev_count_avail() * nb_desc +
		       rte_lcore_count() * (MAX_BURST + 2 * POOL_CACHE));
}

static int
create_pool(void)
{
	const uint32_t nb_mbufs = pool_size();
	const uint32_t cache = RTE_MIN((uint32_t)POOL_CACHE, nb_mbufs / 4);

	mbuf_pool = rte_pktmbuf_pool_create("vio-testpmd", nb_mbufs, cache, 0, config.mbuf_size,
					    SOCKET_ID_ANY);
	if (mbuf_pool == NULL)
		complain("no memory for %u mbufs of %u bytes: %s; reserve more hugepages, or give "
			 "a smaller --total-num-mbufs or --mbuf-size", nb_mbufs, config.mbuf_size,
			 rte_strerror(rte_errno));
	return mbuf_pool == NULL ? -1 : 0;
}

static int
set_first_mtu(uint16_t port_id)
{
	struct rte_eth_dev_info info;
	uint32_t overhead, least, most;

	if (config.max_pkt_len == 0)
		return 0;
	if (get_info(port_id, &info) != 0)
		return -1;
	overhead = frame_overhead(&info);
	mtu_range(&info, &least, &most);
	if (config.max_pkt_len < overhead + least || config.max_pkt_len > overhead + most) {
		complain("port %u: --max-pkt-len=%u is not from %u to %u", port_id,
			 config.max_pkt_len, overhead + least, overhead + most);
		return -1;
	}
	ports[port_id].mtu = (uint16_t)(config.max_pkt_len - overhead);
	return 0;
}

static int
init_port(uint16_t port_id)
{
	struct rte_ether_addr mac = { 0 };
	char text[RTE_ETHER_ADDR_FMT_SIZE];
	int ret;

	if (set_first_mtu(port_id) != 0)
		return -1;
	rte_eth_macaddr_get(port_id, &mac);
	rte_ether_format_addr(text, sizeof(text), &mac);
	printf("Port %u: %s, driver %s\n", port_id, text, port_driver_name(port_id));
	if (port_start(port_id, NULL) != 0)
		return -1;
	ret = rte_eth_promiscuous_enable(port_id);
	if (ret != 0)
		printf("Note: port %u: promiscuous mode stays off: %s\n", port_id,
		       rte_strerror(-ret));
	return 0;
}

int
ports_init(void)
{
	static const enum rte_eth_event_type events[] = {
		RTE_ETH_EVENT_INTR_LSC, RTE_ETH_EVENT_INTR_RESET, RTE_ETH_EVENT_INTR_RMV,
	};
	uint16_t port_id;

	if (create_pool() != 0)
		return -1;
	for (unsigned int i = 0; i < RTE_DIM(events); i++)
		rte_eth_dev_callback_register(RTE_ETH_ALL, events[i], print_event, NULL);
	RTE_ETH_FOREACH_DEV(port_id)
		if (init_port(port_id) != 0)
			return -1;
	return 0;
}

void
ports_fini(void)
{
	uint16_t port_id;

	RTE_ETH_FOREACH_DEV(port_id)
		if (ports[port_id].started)
			port_stop(port_id, NULL);
	RTE_ETH_FOREACH_DEV(port_id)
		port_close(port_id, NULL);
}
