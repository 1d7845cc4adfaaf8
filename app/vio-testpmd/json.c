/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The statistics at exit as JSON, for programs. What the ports know is gathered into memory while
 * they are still open; the mbufs that stay in use are known only after they are closed, so the text
 * is finished and written then. Runs on the main lcore.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_version.h>

#include "app.h"
#include "forward.h"

static char *gathered;
static size_t gathered_size;

static void
put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void
put_field(FILE *out, const char *key, const char *text)
{
	put_string(out, key);
	fputs(": ", out);
	put_string(out, text);
	fputs(", ", out);
}

static const char *
bool_name(bool value)
{
	return value ? "true" : "false";
}

static void
put_offloads(FILE *out, uint64_t offloads, const char *(*name)(uint64_t offload))
{
	const char *separator = "";

	fputs("\"offloads\": [", out);
	for (; offloads != 0; offloads &= offloads - 1) {
		fputs(separator, out);
		put_string(out, name(offloads & -offloads));
		separator = ", ";
	}
	fputs("]}", out);
}

static void
put_rx_queue(FILE *out, uint16_t port_id, uint16_t queue_id)
{
	struct rte_eth_rxq_info info = { 0 };
	struct rte_eth_burst_mode mode;

	rte_eth_rx_queue_info_get(port_id, queue_id, &info);
	if (rte_eth_rx_burst_mode_get(port_id, queue_id, &mode) != 0)
		mode.info[0] = '\0';
	fprintf(out, "%s\n      {", queue_id == 0 ? "" : ",");
	put_field(out, "burst_mode", mode.info);
	fprintf(out, "\"nb_desc\": %u, \"scattered\": %s, ", info.nb_desc,
		bool_name(info.scattered_rx));
	put_offloads(out, info.conf.offloads, rte_eth_dev_rx_offload_name);
}

static void
put_tx_queue(FILE *out, uint16_t port_id, uint16_t queue_id)
{
	struct rte_eth_txq_info info = { 0 };
	struct rte_eth_burst_mode mode;

	rte_eth_tx_queue_info_get(port_id, queue_id, &info);
	if (rte_eth_tx_burst_mode_get(port_id, queue_id, &mode) != 0)
		mode.info[0] = '\0';
	fprintf(out, "%s\n      {", queue_id == 0 ? "" : ",");
	put_field(out, "burst_mode", mode.info);
	fprintf(out, "\"nb_desc\": %u, ", info.nb_desc);
	put_offloads(out, info.conf.offloads, rte_eth_dev_tx_offload_name);
}

static void
put_queues(FILE *out, uint16_t port_id)
{
	fputs("     \"rx_queues\": [", out);
	for (uint16_t q = 0; q < ports[port_id].nb_rxq; q++)
		put_rx_queue(out, port_id, q);
	fputs("],\n     \"tx_queues\": [", out);
	for (uint16_t q = 0; q < ports[port_id].nb_txq; q++)
		put_tx_queue(out, port_id, q);
	fputs("]}", out);
}

struct xstat_output {
	FILE *out;
	const char *separator;
};

static void
put_xstat(const char *name, uint64_t value, void *arg)
{
	struct xstat_output *to = arg;

	fputs(to->separator, to->out);
	put_string(to->out, name);
	fprintf(to->out, ": %" PRIu64, value);
	to->separator = ", ";
}

static void
put_statistics(FILE *out, uint16_t port_id)
{
	struct xstat_output to = { .out = out, .separator = "" };
	struct rte_eth_stats stats = { 0 };
	struct fwd_count count;

	rte_eth_stats_get(port_id, &stats);
	fwd_port_count(port_id, &count);
	fprintf(out, "     \"stats\": {\"rx_packets\": %" PRIu64 ", \"rx_bytes\": %" PRIu64
		", \"rx_missed\": %" PRIu64 ", \"rx_errors\": %" PRIu64 ", \"rx_nombuf\": %" PRIu64
		", \"tx_packets\": %" PRIu64 ", \"tx_bytes\": %" PRIu64 ", \"tx_errors\": %" PRIu64
		"},\n", stats.ipackets, stats.ibytes, stats.imissed, stats.ierrors,
		stats.rx_nombuf, stats.opackets, stats.obytes, stats.oerrors);
	fprintf(out, "     \"forward\": {\"rx_packets\": %" PRIu64 ", \"rx_ignored\": %" PRIu64
		", \"tx_packets\": %" PRIu64 ", \"tx_dropped\": %" PRIu64 ", \"tx_no_mbuf\": %"
		PRIu64 "},\n", count.rx, count.ignored, count.tx, count.tx_dropped, count.no_mbuf);
	fputs("     \"xstats\": {", out);
	xstats_for_each(port_id, put_xstat, &to);
	fputs("},\n", out);
}

static void
put_port(FILE *out, uint16_t port_id)
{
	char name[RTE_ETH_NAME_MAX_LEN] = "";
	char text[RTE_ETHER_ADDR_FMT_SIZE];
	struct rte_ether_addr mac = { 0 };
	struct rte_eth_link link = { 0 };
	uint16_t mtu = 0;

	rte_eth_dev_get_name_by_port(port_id, name);
	rte_eth_macaddr_get(port_id, &mac);
	rte_ether_format_addr(text, sizeof(text), &mac);
	rte_eth_link_get_nowait(port_id, &link);
	rte_eth_dev_get_mtu(port_id, &mtu);

	fprintf(out, "    {\"port\": %u, ", port_id);
	put_field(out, "device", name);
	put_field(out, "driver", port_driver_name(port_id));
	put_field(out, "mac", text);
	fprintf(out, "\"socket\": %d, \"mtu\": %u, \"promiscuous\": %s, \"allmulticast\": %s,\n",
		rte_eth_dev_socket_id(port_id), mtu,
		bool_name(rte_eth_promiscuous_get(port_id) == 1),
		bool_name(rte_eth_allmulticast_get(port_id) == 1));
	/* A speed that the device does not know is told as -1. */
	fprintf(out, "     \"link\": {\"up\": %s, \"speed_mbps\": %" PRId64
		", \"full_duplex\": %s},\n", bool_name(link.link_status == RTE_ETH_LINK_UP),
		link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? -1 : (int64_t)link.link_speed,
		bool_name(link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX));
	put_statistics(out, port_id);
	put_queues(out, port_id);
}

int
json_gather(void)
{
	FILE *out = open_memstream(&gathered, &gathered_size);
	const char *separator = "";
	uint16_t port_id;

	if (out == NULL) {
		complain("no memory for the JSON statistics");
		return -1;
	}
	fputs("{\n  ", out);
	put_field(out, "application", "vio-testpmd");
	put_field(out, "dpdk", rte_version());
	put_field(out, "iova_mode", rte_eal_iova_mode() == RTE_IOVA_VA ? "VA" : "PA");
	put_field(out, "forward_mode", config.forward_mode);
	put_field(out, "port_topology", config.loop_topology ? "loop" : "paired");
	fprintf(out, "\n  \"worker_lcores\": %u,\n  \"ports\": [", rte_lcore_count() - 1);
	RTE_ETH_FOREACH_DEV(port_id) {
		fprintf(out, "%s\n", separator);
		put_port(out, port_id);
		separator = ",";
	}
	fputs("],\n", out);
	if (fclose(out) == 0)
		return 0;
	complain("no memory for the JSON statistics");
	return -1;
}

int
json_write(unsigned int mbufs_lost)
{
	const bool to_file = config.json_path != NULL;
	FILE *out = to_file ? fopen(config.json_path, "w") : stdout;
	int ret = -1;

	if (out != NULL) {
		fprintf(out, "%s  \"mbufs_total\": %u,\n  \"mbufs_lost\": %u\n}\n", gathered,
			mbuf_pool->size, mbufs_lost);
		ret = to_file ? fclose(out) : fflush(out);
	}
	if (ret != 0)
		complain("--json: %s: %s", to_file ? config.json_path : "standard output",
			 strerror(errno));
	free(gathered);
	return ret == 0 ? 0 : -1;
}
