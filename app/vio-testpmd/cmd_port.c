/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The commands that change a port: start and stop, configuration, filters. A word that fits the
 * pattern may still be wrong (no such port): it is checked here before anything changes, and what
 * the driver refuses is told with its errno. Runs on the main lcore.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include "app.h"
#include "forward.h"

/* Tells what the driver refused. */
static int
report(uint16_t port_id, const char *what, int ret)
{
	if (ret == 0)
		return 0;
	complain("port %u: %s: %s", port_id, what, rte_strerror(-ret));
	return -1;
}

static int
parse_mac(const char *word, struct rte_ether_addr *mac)
{
	if (rte_ether_unformat_addr(word, mac) == 0)
		return 0;
	complain("\"%s\" is not a MAC address such as 02:00:00:00:00:01", word);
	return -1;
}

static bool
is_on(const char *word)
{
	return strcmp(word, "on") == 0;
}

/* port start|stop|close <port_id>|all */
static void
run_port(const struct cli_line *line)
{
	const char *verb = line->word[1];
	const char *which = line->word[2];

	if (strcmp(verb, "start") == 0)
		ports_for_each(which, port_start, NULL);
	else if (strcmp(verb, "stop") == 0)
		ports_for_each(which, port_stop, NULL);
	else
		ports_for_each(which, port_close, NULL);
}

/* port config mtu <port_id> <value> */
static void
run_mtu(const struct cli_line *line)
{
	uint16_t port_id;
	uint32_t mtu;

	if (port_parse(line->word[3], &port_id) == 0 &&
	    cli_parse_number("mtu", line->word[4], 1, UINT16_MAX, &mtu) == 0)
		port_set_mtu(port_id, (uint16_t)mtu);
}

/* port config all rxq|txq|rxd|txd <value> */
static void
run_config_all(const struct cli_line *line)
{
	const char *what = line->word[3];
	const bool queues = what[2] == 'q';
	const bool rx = what[0] == 'r';
	uint32_t value;

	if (cli_parse_number(what, line->word[4], 1,
			     queues ? RTE_MAX_QUEUES_PER_PORT : UINT16_MAX, &value) != 0)
		return;
	if (queues)
		ports_set_queues(rx, (uint16_t)value);
	else
		ports_set_descs(rx, (uint16_t)value);
}

/* port config <port_id> rx_offload tcp_lro|tcp_cksum|udp_cksum on|off */
static void
run_rx_offload(const struct cli_line *line)
{
	const char *what = line->word[4];
	uint64_t offload = RTE_ETH_RX_OFFLOAD_TCP_LRO;
	uint16_t port_id;

	if (strcmp(what, "tcp_cksum") == 0)
		offload = RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
	else if (strcmp(what, "udp_cksum") == 0)
		offload = RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	if (port_parse(line->word[2], &port_id) == 0)
		pmd_vio_rx_offload(port_id, offload, is_on(line->word[5]));
}

static int
set_promisc(uint16_t port_id, const void *on)
{
	if (*(const bool *)on)
		return report(port_id, "cannot switch promiscuous mode on",
			      rte_eth_promiscuous_enable(port_id));
	return report(port_id, "cannot switch promiscuous mode off",
		      rte_eth_promiscuous_disable(port_id));
}

static int
set_allmulti(uint16_t port_id, const void *on)
{
	if (*(const bool *)on)
		return report(port_id, "cannot switch all-multicast mode on",
			      rte_eth_allmulticast_enable(port_id));
	return report(port_id, "cannot switch all-multicast mode off",
		      rte_eth_allmulticast_disable(port_id));
}

/* set promisc|allmulti <port_id>|all on|off */
static void
run_promisc(const struct cli_line *line)
{
	const bool on = is_on(line->word[3]);

	ports_for_each(line->word[2],
		       strcmp(line->word[1], "promisc") == 0 ? set_promisc : set_allmulti, &on);
}

/* The address of one station, the only kind that a port's own table takes. */
static int
parse_station_mac(const char *word, struct rte_ether_addr *mac)
{
	if (parse_mac(word, mac) != 0)
		return -1;
	if (rte_is_valid_assigned_ether_addr(mac))
		return 0;
	complain("\"%s\" is not a station's address: it is %s", word,
		 rte_is_zero_ether_addr(mac) ? "zero" : "a group's, see mcast_addr");
	return -1;
}

/* ethdev takes the removal of an address that is not there for done. */
static void
remove_mac(uint16_t port_id, struct rte_ether_addr *mac)
{
	struct rte_ether_addr *list;
	int nb = port_get_macs(port_id, &list);
	int found = 0;

	while (found < nb && !rte_is_same_ether_addr(&list[found], mac))
		found++;
	if (nb >= 0 && found == nb)
		complain("port %u does not have this MAC address", port_id);
	else if (nb >= 0)
		report(port_id, "cannot remove the MAC address",
		       rte_eth_dev_mac_addr_remove(port_id, mac));
	free(list);
}

/* mac_addr add|remove|set <port_id> <mac_addr> */
static void
run_mac_addr(const struct cli_line *line)
{
	struct rte_ether_addr mac;
	uint16_t port_id;

	if (port_parse(line->word[2], &port_id) != 0 ||
	    parse_station_mac(line->word[3], &mac) != 0)
		return;
	if (strcmp(line->word[1], "add") == 0)
		report(port_id, "cannot add the MAC address",
		       rte_eth_dev_mac_addr_add(port_id, &mac, 0));
	else if (strcmp(line->word[1], "remove") == 0)
		remove_mac(port_id, &mac);
	else
		report(port_id, "cannot set the MAC address",
		       rte_eth_dev_default_mac_addr_set(port_id, &mac));
}

/* Gives the driver a new list; the port keeps it only if the driver took it. */
static void
set_mcast(uint16_t port_id, struct rte_ether_addr *list, uint16_t nb)
{
	struct port *port = &ports[port_id];

	if (report(port_id, "cannot set the multicast addresses",
		   rte_eth_dev_set_mc_addr_list(port_id, list, nb)) != 0)
		return;
	memcpy(port->mcast, list, nb * sizeof(*list));
	port->nb_mcast = nb;
}

static void
add_mcast(uint16_t port_id, const struct rte_ether_addr *mac, uint16_t found)
{
	struct rte_ether_addr list[MAX_MCAST];
	const struct port *port = &ports[port_id];

	if (found < port->nb_mcast) {
		complain("port %u has this multicast address already", port_id);
	} else if (port->nb_mcast == MAX_MCAST) {
		complain("port %u has %u multicast addresses, no more fit", port_id, MAX_MCAST);
	} else {
		memcpy(list, port->mcast, sizeof(list));
		list[port->nb_mcast] = *mac;
		set_mcast(port_id, list, port->nb_mcast + 1);
	}
}

static void
remove_mcast(uint16_t port_id, uint16_t found)
{
	struct rte_ether_addr list[MAX_MCAST];
	const struct port *port = &ports[port_id];

	if (found == port->nb_mcast) {
		complain("port %u does not have this multicast address", port_id);
		return;
	}
	memcpy(list, port->mcast, sizeof(list));
	list[found] = list[port->nb_mcast - 1];
	set_mcast(port_id, list, port->nb_mcast - 1);
}

/* mcast_addr add|remove <port_id> <mac_addr> */
static void
run_mcast_addr(const struct cli_line *line)
{
	const struct port *port;
	struct rte_ether_addr mac;
	uint16_t found = 0;
	uint16_t port_id;

	if (port_parse(line->word[2], &port_id) != 0 || parse_mac(line->word[3], &mac) != 0)
		return;
	if (!rte_is_multicast_ether_addr(&mac)) {
		complain("\"%s\" is not a multicast address: its first byte is even",
			 line->word[3]);
		return;
	}
	port = &ports[port_id];
	while (found < port->nb_mcast && !rte_is_same_ether_addr(&port->mcast[found], &mac))
		found++;
	if (strcmp(line->word[1], "add") == 0)
		add_mcast(port_id, &mac, found);
	else
		remove_mcast(port_id, found);
}

/* Switches the VLAN filter of a port that works; not every driver can. */
static int
switch_vlan_filter(uint16_t port_id, bool on)
{
	const int mask = rte_eth_dev_get_vlan_offload(port_id) & ~RTE_ETH_VLAN_FILTER_OFFLOAD;
	int ret = rte_eth_dev_set_vlan_offload(port_id,
					       on ? mask | RTE_ETH_VLAN_FILTER_OFFLOAD : mask);

	if (ret != -ENOTSUP)
		return report(port_id, "cannot switch the VLAN filter", ret);
	complain("port %u was started %s the VLAN filter; first: port stop %u", port_id,
		 on ? "without" : "with", port_id);
	return -1;
}

static bool
has_vlan_filter(uint16_t port_id)
{
	struct rte_eth_dev_info info;

	if (rte_eth_dev_info_get(port_id, &info) == 0 &&
	    (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) != 0)
		return true;
	complain("port %u: the device has no VLAN filter", port_id);
	return false;
}

/* vlan set filter on|off <port_id>; a stopped port is configured anew for it at its start */
static void
run_vlan_filter(const struct cli_line *line)
{
	const bool on = is_on(line->word[3]);
	struct port *port;
	uint16_t port_id;

	if (port_parse(line->word[4], &port_id) != 0 || !has_vlan_filter(port_id))
		return;
	port = &ports[port_id];
	if (!port->started)
		port->configured = false;
	else if (switch_vlan_filter(port_id, on) != 0)
		return;
	port->vlan_filter = on;
}

/* Whether the port filters VLANs now; if not, the step that leads there. */
static bool
filters_vlans(uint16_t port_id)
{
	if (!has_vlan_filter(port_id))
		return false;
	if (!ports[port_id].vlan_filter) {
		complain("port %u does not filter VLANs; first: vlan set filter on %u", port_id,
			 port_id);
		return false;
	}
	if ((rte_eth_dev_get_vlan_offload(port_id) & RTE_ETH_VLAN_FILTER_OFFLOAD) != 0)
		return true;
	complain("port %u filters VLANs from its next start on; first: port start %u", port_id,
		 port_id);
	return false;
}

/* rx_vlan add|rm <vlan_id> <port_id> */
static void
run_rx_vlan(const struct cli_line *line)
{
	const bool add = strcmp(line->word[1], "add") == 0;
	uint16_t port_id;
	uint32_t vlan_id;
	bool *let_in;

	if (cli_parse_number("vlan_id", line->word[2], 0, RTE_ETHER_MAX_VLAN_ID, &vlan_id) != 0 ||
	    port_parse(line->word[3], &port_id) != 0 || !filters_vlans(port_id))
		return;
	let_in = &ports[port_id].vlan[vlan_id];
	if (!add && !*let_in)
		complain("port %u does not have VLAN %u", port_id, vlan_id);
	else if (report(port_id, add ? "cannot add the VLAN" : "cannot remove the VLAN",
			rte_eth_dev_vlan_filter(port_id, (uint16_t)vlan_id, add)) == 0)
		*let_in = add;
}

/* set eth-peer <port_id> <mac_addr> */
static void
run_eth_peer(const struct cli_line *line)
{
	struct rte_ether_addr mac;
	uint16_t port_id;

	if (port_parse(line->word[2], &port_id) == 0 && parse_mac(line->word[3], &mac) == 0)
		config.peer[port_id] = mac;
}

const struct cli_command port_commands[] = {
	{ "port start|stop|close <port_id>|all: Start, stop or close a port", run_port },
	{ "port config mtu <port_id> <value>: Set the MTU", run_mtu },
	{ "port config all rxq|txq|rxd|txd <value>: Set the number of queues or of their "
	  "descriptors, of all ports, for their next start", run_config_all },
	{ "port config <port_id> rx_offload tcp_lro|tcp_cksum|udp_cksum on|off: Switch an Rx "
	  "offload that the port is configured with, of net_vio", run_rx_offload },
	{ "set promisc|allmulti <port_id>|all on|off: Receive every frame, every multicast frame",
	  run_promisc },
	{ "set eth-peer <port_id> <mac_addr>: Set the station behind a port, for the next start",
	  run_eth_peer },
	{ "mac_addr add|remove|set <port_id> <mac_addr>: Add or remove a MAC address, or set the "
	  "port's own", run_mac_addr },
	{ "mcast_addr add|remove <port_id> <mac_addr>: Add or remove a multicast address",
	  run_mcast_addr },
	{ "vlan set filter on|off <port_id>: Receive only the VLANs that rx_vlan added",
	  run_vlan_filter },
	{ "rx_vlan add|rm <vlan_id> <port_id>: Add or remove a VLAN", run_rx_vlan },
	{ NULL, NULL },
};
