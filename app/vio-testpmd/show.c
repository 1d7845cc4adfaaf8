/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * Prints what a port says of itself, with testpmd's names for the fields where testpmd has one.
 * Reads only, but for the moment of the latest statistics, from which rates are computed.
 * Runs on the main lcore.
 */

#include <inttypes.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_errno.h>

#include "app.h"

void
show_link(uint16_t port_id)
{
	char text[RTE_ETH_LINK_MAX_STR_LEN];
	struct rte_eth_link link;
	int ret = rte_eth_link_get_nowait(port_id, &link);

	if (ret != 0) {
		printf("Port %u: link state unknown: %s\n", port_id, rte_strerror(-ret));
		return;
	}
	rte_eth_link_to_str(text, sizeof(text), &link);
	printf("Port %u: %s\n", port_id, text);
}

static void
show_offloads(const char *title, uint64_t offloads, const char *(*name)(uint64_t offload))
{
	printf("%s:", title);
	for (; offloads != 0; offloads &= offloads - 1)
		printf(" %s", name(offloads & -offloads));
	printf("\n");
}

static void
show_link_info(uint16_t port_id)
{
	struct rte_eth_link link;

	if (rte_eth_link_get_nowait(port_id, &link) != 0)
		return;
	printf("Link status: %s\n", link.link_status == RTE_ETH_LINK_UP ? "up" : "down");
	printf("Link speed: %s\n", rte_eth_link_speed_to_str(link.link_speed));
	printf("Link duplex: %s\n",
	       link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX ? "full-duplex" : "half-duplex");
	printf("Autoneg status: %s\n",
	       link.link_autoneg == RTE_ETH_LINK_AUTONEG ? "On" : "Off");
}

static void
show_modes(uint16_t port_id, const struct rte_eth_dev_info *info)
{
	const int vlan = rte_eth_dev_get_vlan_offload(port_id);
	uint16_t mtu;

	if (rte_eth_dev_get_mtu(port_id, &mtu) == 0)
		printf("MTU: %u (min %u, max %u)\n", mtu, info->min_mtu, info->max_mtu);
	printf("Promiscuous mode: %s\n",
	       rte_eth_promiscuous_get(port_id) == 1 ? "enabled" : "disabled");
	printf("Allmulticast mode: %s\n",
	       rte_eth_allmulticast_get(port_id) == 1 ? "enabled" : "disabled");
	printf("VLAN filter: %s\n",
	       vlan >= 0 && (vlan & RTE_ETH_VLAN_FILTER_OFFLOAD) != 0 ? "on" : "off");
	printf("Maximum number of MAC addresses: %u\n", info->max_mac_addrs);
}

static void
show_limits(const struct rte_eth_dev_info *info)
{
	const struct rte_eth_desc_lim *rx = &info->rx_desc_lim;
	const struct rte_eth_desc_lim *tx = &info->tx_desc_lim;

	printf("Minimum size of RX buffer: %u\n", info->min_rx_bufsize);
	printf("Maximum configurable length of RX packet: %u\n", info->max_rx_pktlen);
	printf("Current number of RX queues: %u\n", info->nb_rx_queues);
	printf("Max possible RX queues: %u\n", info->max_rx_queues);
	printf("Max possible number of RXDs per queue: %u\n", rx->nb_max);
	printf("Min possible number of RXDs per queue: %u\n", rx->nb_min);
	printf("RXDs number alignment: %u\n", rx->nb_align);
	printf("Current number of TX queues: %u\n", info->nb_tx_queues);
	printf("Max possible TX queues: %u\n", info->max_tx_queues);
	printf("Max possible number of TXDs per queue: %u\n", tx->nb_max);
	printf("Min possible number of TXDs per queue: %u\n", tx->nb_min);
	printf("TXDs number alignment: %u\n", tx->nb_align);
	printf("Max segment number per packet: %u\n", tx->nb_seg_max);
	show_offloads("RX offloads possible", info->rx_offload_capa, rte_eth_dev_rx_offload_name);
	show_offloads("TX offloads possible", info->tx_offload_capa, rte_eth_dev_tx_offload_name);
}

static void
show_burst_modes(uint16_t port_id, const struct rte_eth_dev_info *info)
{
	struct rte_eth_burst_mode mode;

	for (uint16_t q = 0; q < info->nb_rx_queues; q++)
		if (rte_eth_rx_burst_mode_get(port_id, q, &mode) == 0)
			printf("RX queue %u burst mode: %s\n", q, mode.info);
	for (uint16_t q = 0; q < info->nb_tx_queues; q++)
		if (rte_eth_tx_burst_mode_get(port_id, q, &mode) == 0)
			printf("TX queue %u burst mode: %s\n", q, mode.info);
}

int
show_port_info(uint16_t port_id, const void *unused)
{
	char name[RTE_ETH_NAME_MAX_LEN] = "";
	struct rte_ether_addr mac = { 0 };
	struct rte_eth_dev_info info;
	int ret = rte_eth_dev_info_get(port_id, &info);

	RTE_SET_USED(unused);
	if (ret != 0) {
		complain("port %u: no device information: %s", port_id, rte_strerror(-ret));
		return -1;
	}
	rte_eth_macaddr_get(port_id, &mac);
	rte_eth_dev_get_name_by_port(port_id, name);
	printf("\n********************* Infos for port %u *********************\n", port_id);
	printf("MAC address: " RTE_ETHER_ADDR_PRT_FMT "\n", RTE_ETHER_ADDR_BYTES(&mac));
	printf("Device name: %s\n", name);
	printf("Driver name: %s\n", info.driver_name);
	printf("Connect to socket: %d\n", rte_eth_dev_socket_id(port_id));
	show_link_info(port_id);
	show_modes(port_id, &info);
	show_limits(&info);
	show_burst_modes(port_id, &info);
	return 0;
}

/* The rate since the latest display; a counter that was cleared gives 0. */
static uint64_t
rate(uint64_t now, uint64_t before, uint64_t cycles)
{
	if (cycles == 0 || now < before)
		return 0;
	return (uint64_t)((double)(now - before) * rte_get_timer_hz() / cycles);
}

int
show_port_stats(uint16_t port_id, const void *unused)
{
	static struct {
		struct rte_eth_stats stats;
		uint64_t cycles;
	} latest[RTE_MAX_ETHPORTS];
	const struct rte_eth_stats *before = &latest[port_id].stats;
	const uint64_t now = rte_get_timer_cycles();
	const uint64_t cycles = latest[port_id].cycles == 0 ? 0 : now - latest[port_id].cycles;
	struct rte_eth_stats stats;
	int ret = rte_eth_stats_get(port_id, &stats);

	RTE_SET_USED(unused);
	if (ret != 0) {
		complain("port %u: no statistics: %s", port_id, rte_strerror(-ret));
		return -1;
	}
	printf("\n  ######################## NIC statistics for port %u\n", port_id);
	printf("  RX-packets: %-10" PRIu64 " RX-missed: %-10" PRIu64 " RX-bytes:  %" PRIu64 "\n",
	       stats.ipackets, stats.imissed, stats.ibytes);
	printf("  RX-errors: %" PRIu64 "\n", stats.ierrors);
	printf("  RX-nombuf:  %" PRIu64 "\n", stats.rx_nombuf);
	printf("  TX-packets: %-10" PRIu64 " TX-errors: %-10" PRIu64 " TX-bytes:  %" PRIu64 "\n",
	       stats.opackets, stats.oerrors, stats.obytes);
	printf("  Throughput (since last show)\n");
	printf("  Rx-pps: %12" PRIu64 "          Rx-bps: %12" PRIu64 "\n",
	       rate(stats.ipackets, before->ipackets, cycles),
	       8 * rate(stats.ibytes, before->ibytes, cycles));
	printf("  Tx-pps: %12" PRIu64 "          Tx-bps: %12" PRIu64 "\n",
	       rate(stats.opackets, before->opackets, cycles),
	       8 * rate(stats.obytes, before->obytes, cycles));
	latest[port_id].stats = stats;
	latest[port_id].cycles = now;
	return 0;
}

int
xstats_for_each(uint16_t port_id, void (*action)(const char *name, uint64_t value, void *arg),
		void *arg)
{
	struct rte_eth_xstat_name *names = NULL;
	struct rte_eth_xstat *values = NULL;
	int nb = rte_eth_xstats_get_names(port_id, NULL, 0);
	int ret = -1;

	if (nb < 0)
		goto out;
	names = calloc(nb + 1, sizeof(*names));
	values = calloc(nb + 1, sizeof(*values));
	if (names == NULL || values == NULL ||
	    rte_eth_xstats_get_names(port_id, names, nb) != nb ||
	    rte_eth_xstats_get(port_id, values, nb) != nb)
		goto out;
	for (int i = 0; i < nb; i++)
		action(names[values[i].id].name, values[i].value, arg);
	ret = 0;
out:
	if (ret != 0)
		complain("port %u: no extended statistics", port_id);
	free(names);
	free(values);
	return ret;
}

static void
show_xstat(const char *name, uint64_t value, void *arg)
{
	RTE_SET_USED(arg);
	printf("%s: %" PRIu64 "\n", name, value);
}

int
show_port_xstats(uint16_t port_id, const void *unused)
{
	RTE_SET_USED(unused);
	printf("###### NIC extended statistics for port %u\n", port_id);
	return xstats_for_each(port_id, show_xstat, NULL);
}

static void
show_rxq_info(const struct rte_eth_rxq_info *info)
{
	printf("Mempool: %s\n", info->mp == NULL ? "none" : info->mp->name);
	printf("RX scattered packets: %s\n", info->scattered_rx ? "on" : "off");
	printf("Number of RXDs: %u\n", info->nb_desc);
	show_offloads("RX offloads", info->conf.offloads, rte_eth_dev_rx_offload_name);
}

static void
show_txq_info(const struct rte_eth_txq_info *info)
{
	printf("Number of TXDs: %u\n", info->nb_desc);
	printf("TX free threshold: %u\n", info->conf.tx_free_thresh);
	show_offloads("TX offloads", info->conf.offloads, rte_eth_dev_tx_offload_name);
}

int
show_queue_info(uint16_t port_id, uint16_t queue_id, bool rx)
{
	const char *direction = rx ? "Rx" : "Tx";
	struct rte_eth_rxq_info rxq;
	struct rte_eth_txq_info txq;
	int ret = rx ? rte_eth_rx_queue_info_get(port_id, queue_id, &rxq) :
		       rte_eth_tx_queue_info_get(port_id, queue_id, &txq);

	if (ret != 0) {
		complain("port %u: %s queue %u: no information: %s (%u queues are configured)",
			 port_id, direction, queue_id, rte_strerror(-ret),
			 rx ? ports[port_id].nb_rxq : ports[port_id].nb_txq);
		return -1;
	}
	printf("********************* Infos for port %u, %s queue %u *********************\n",
	       port_id, direction, queue_id);
	if (rx)
		show_rxq_info(&rxq);
	else
		show_txq_info(&txq);
	return 0;
}

static void
show_mac_list(const struct rte_ether_addr *list, unsigned int nb)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < nb; i++)
		used += !rte_is_zero_ether_addr(&list[i]);
	printf("Number of MAC address added: %u\n", used);
	for (unsigned int i = 0; i < nb; i++)
		if (!rte_is_zero_ether_addr(&list[i]))
			printf("  " RTE_ETHER_ADDR_PRT_FMT "\n", RTE_ETHER_ADDR_BYTES(&list[i]));
}

int
show_macs(uint16_t port_id)
{
	struct rte_ether_addr *list;
	int nb = port_get_macs(port_id, &list);

	if (nb >= 0)
		show_mac_list(list, nb);
	free(list);
	return nb < 0 ? -1 : 0;
}

int
show_mcast_macs(uint16_t port_id)
{
	show_mac_list(ports[port_id].mcast, ports[port_id].nb_mcast);
	return 0;
}
