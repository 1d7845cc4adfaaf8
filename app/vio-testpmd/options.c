/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The application's own options, those after "--" on the command line, in testpmd's spelling.
 * They are parsed before EAL starts, so that a wrong one is refused before a device is touched.
 * What depends on a device (queues, descriptors, packet length) is judged when its port starts.
 */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "forward.h"

struct config config = {
	.lsc = true,
	.forward_mode = "io",
	.nb_rxq = 1,
	.nb_txq = 1,
	.burst = 32,
	.mbuf_size = RTE_MBUF_DEFAULT_BUF_SIZE,
	.tx_seg_len = { 64 },
	.nb_tx_segs = 1,
};

enum option_id {
	OPT_HELP = 'h',
	OPT_INTERACTIVE = 'i',
	OPT_AUTO_START = 'a',
	OPT_BURST = 256,
	OPT_ENABLE_LRO,
	OPT_ETH_PEER,
	OPT_FORWARD_MODE,
	OPT_JSON,
	OPT_MAX_PKT_LEN,
	OPT_MBUF_SIZE,
	OPT_NO_LSC,
	OPT_PORT_TOPOLOGY,
	OPT_RX_INTERRUPTS,
	OPT_RXD,
	OPT_RXQ,
	OPT_STATS_PERIOD,
	OPT_TOTAL_NUM_MBUFS,
	OPT_TX_FIRST,
	OPT_TXD,
	OPT_TXPKTS,
	OPT_TXQ,
};

static const struct option long_options[] = {
	{ "auto-start", no_argument, NULL, OPT_AUTO_START },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "enable-lro", no_argument, NULL, OPT_ENABLE_LRO },
	{ "eth-peer", required_argument, NULL, OPT_ETH_PEER },
	{ "forward-mode", required_argument, NULL, OPT_FORWARD_MODE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "interactive", no_argument, NULL, OPT_INTERACTIVE },
	{ "json", optional_argument, NULL, OPT_JSON },
	{ "max-pkt-len", required_argument, NULL, OPT_MAX_PKT_LEN },
	{ "mbuf-size", required_argument, NULL, OPT_MBUF_SIZE },
	{ "no-lsc-interrupt", no_argument, NULL, OPT_NO_LSC },
	{ "port-topology", required_argument, NULL, OPT_PORT_TOPOLOGY },
	{ "rx-interrupts", no_argument, NULL, OPT_RX_INTERRUPTS },
	{ "rxd", required_argument, NULL, OPT_RXD },
	{ "rxq", required_argument, NULL, OPT_RXQ },
	{ "stats-period", required_argument, NULL, OPT_STATS_PERIOD },
	{ "total-num-mbufs", required_argument, NULL, OPT_TOTAL_NUM_MBUFS },
	{ "tx-first", no_argument, NULL, OPT_TX_FIRST },
	{ "txd", required_argument, NULL, OPT_TXD },
	{ "txpkts", required_argument, NULL, OPT_TXPKTS },
	{ "txq", required_argument, NULL, OPT_TXQ },
	{ NULL, 0, NULL, 0 },
};

void
options_usage(const char *program)
{
	printf("Usage: %s EAL-OPTIONS -- OPTIONS\n"
	       "  -i, --interactive        read commands from standard input; help lists them\n"
	       "  -a, --auto-start         with -i: start forwarding at once\n"
	       "  --forward-mode=MODE      " FWD_MODE_NAMES " (io)\n"
	       "  --port-topology=WHICH    paired: 0<->1, 2<->3; loop: each to itself (paired)\n"
	       "  --eth-peer=N,MAC         station behind port N, for mac and txonly\n"
	       "  --rxq=N, --txq=N         queues of each port (1)\n"
	       "  --rxd=N, --txd=N         descriptors of each queue (what the device prefers)\n"
	       "  --burst=N                packets of a burst, 1 to %d (32)\n"
	       "  --max-pkt-len=N          longest frame with its CRC (what the device prefers)\n"
	       "  --mbuf-size=N            buffer of an mbuf with its headroom (%d)\n"
	       "  --total-num-mbufs=N      mbufs of the pool (what the queues need)\n"
	       "  --enable-lro             let devices put packets together, segment again\n"
	       "  --txpkts=LEN[,LEN]...    segments of the packets that txonly makes (64)\n"
	       "  --tx-first               send a burst on every port before forwarding\n"
	       "  --no-lsc-interrupt       leave link state change interrupts off\n"
	       "  --rx-interrupts          sleep until packets come, and do not poll for them\n"
	       "  --stats-period=SECONDS   without -i: print statistics that often\n"
	       "  --json[=FILE]            print statistics as JSON at exit\n"
	       "  -h, --help               print this and exit\n",
	       program, MAX_BURST, RTE_MBUF_DEFAULT_BUF_SIZE);
}

static int
parse_u16(const char *what, const char *text, uint32_t min, uint32_t max, uint16_t *number)
{
	uint32_t wide;

	if (cli_parse_number(what, text, min, max, &wide) != 0)
		return -1;
	*number = (uint16_t)wide;
	return 0;
}

/* "N,MAC" */
static int
parse_eth_peer(const char *text)
{
	const char *comma = strchr(text, ',');
	struct rte_ether_addr mac;
	char id[8] = "";
	uint16_t port_id;

	if (comma == NULL || (size_t)(comma - text) >= sizeof(id) ||
	    rte_ether_unformat_addr(comma + 1, &mac) != 0) {
		complain("--eth-peer: \"%s\" is not PORT,MAC such as 0,02:00:00:00:00:01", text);
		return -1;
	}
	memcpy(id, text, comma - text);
	if (parse_u16("--eth-peer", id, 0, RTE_MAX_ETHPORTS - 1, &port_id) != 0)
		return -1;
	config.peer[port_id] = mac;
	return 0;
}

static int
parse_topology(const char *text)
{
	config.loop_topology = strcmp(text, "loop") == 0;
	if (!config.loop_topology && strcmp(text, "paired") != 0) {
		complain("--port-topology: \"%s\" is not paired or loop", text);
		return -1;
	}
	return 0;
}

static int
parse_mode(const char *text)
{
	if (!fwd_mode_exists(text)) {
		complain("--forward-mode: \"%s\" is not one of " FWD_MODE_NAMES
			 "; dpdk-testpmd has others", text);
		return -1;
	}
	config.forward_mode = text;
	return 0;
}

/* The segments of the packets that txonly makes: LEN[,LEN]...; what names the setting. */
int
options_parse_txpkts(const char *what, const char *text)
{
	uint16_t lengths[MAX_TX_SEGS];
	char copy[CLI_WORD_SIZE];
	char *rest = copy;
	uint16_t nb = 0;
	char *word;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, ",")) != NULL) {
		if (nb == MAX_TX_SEGS) {
			complain("%s: \"%s\" has more than %u segments", what, text, MAX_TX_SEGS);
			return -1;
		}
		if (parse_u16(what, word, nb == 0 ? TXONLY_MIN_FIRST_SEG : 1,
			      UINT16_MAX - RTE_PKTMBUF_HEADROOM, &lengths[nb]) != 0)
			return -1;
		nb++;
	}
	memcpy(config.tx_seg_len, lengths, nb * sizeof(lengths[0]));
	config.nb_tx_segs = nb;
	return 0;
}

static int
parse_value(int id, const char *text)
{
	switch (id) {
	case OPT_BURST:
		return parse_u16("--burst", text, 1, MAX_BURST, &config.burst);
	case OPT_ETH_PEER:
		return parse_eth_peer(text);
	case OPT_FORWARD_MODE:
		return parse_mode(text);
	case OPT_MAX_PKT_LEN:
		return cli_parse_number("--max-pkt-len", text, RTE_ETHER_MIN_LEN,
					UINT16_MAX, &config.max_pkt_len);
	case OPT_MBUF_SIZE:
		return parse_u16("--mbuf-size", text, RTE_PKTMBUF_HEADROOM + 1,
				 UINT16_MAX, &config.mbuf_size);
	case OPT_PORT_TOPOLOGY:
		return parse_topology(text);
	case OPT_RXD:
		return parse_u16("--rxd", text, 1, UINT16_MAX, &config.nb_rxd);
	case OPT_RXQ:
		return parse_u16("--rxq", text, 1, RTE_MAX_QUEUES_PER_PORT, &config.nb_rxq);
	case OPT_STATS_PERIOD:
		return cli_parse_number("--stats-period", text, 0, 86400, &config.stats_period);
	case OPT_TOTAL_NUM_MBUFS:
		return cli_parse_number("--total-num-mbufs", text, 1, 1 << 24, &config.nb_mbufs);
	case OPT_TXD:
		return parse_u16("--txd", text, 1, UINT16_MAX, &config.nb_txd);
	case OPT_TXPKTS:
		return options_parse_txpkts("--txpkts", text);
	default: /* OPT_TXQ */
		return parse_u16("--txq", text, 1, RTE_MAX_QUEUES_PER_PORT, &config.nb_txq);
	}
}

/* getopt_long refused it: optopt is 0 for an unknown long option, else the option's id. */
static void
complain_option(const char *word)
{
	if (optopt == 0)
		complain("unknown option \"%s\"; see --help", word);
	else if (optopt < OPT_BURST && strchr("iah", optopt) == NULL)
		complain("unknown option \"-%c\"; see --help", optopt);
	else
		complain("option \"%s\" takes no value; see --help", word);
}

static int
parse_option(int id, char **argv)
{
	switch (id) {
	case OPT_HELP:
		options_usage(argv[0]);
		exit(EXIT_SUCCESS);
	case OPT_INTERACTIVE:
		config.interactive = true;
		return 0;
	case OPT_AUTO_START:
		config.auto_start = true;
		return 0;
	case OPT_TX_FIRST:
		config.tx_first = true;
		return 0;
	case OPT_NO_LSC:
		config.lsc = false;
		return 0;
	case OPT_ENABLE_LRO:
		config.lro = true;
		return 0;
	case OPT_RX_INTERRUPTS:
		config.rx_intr = true;
		return 0;
	case OPT_JSON:
		config.json = true;
		config.json_path = optarg;
		return 0;
	case ':':
		complain("option \"%s\" needs a value; see --help", argv[optind - 1]);
		return -1;
	case '?':
		complain_option(argv[optind - 1]);
		return -1;
	default:
		return parse_value(id, optarg);
	}
}

int
options_parse(int argc, char **argv)
{
	int id;

	for (unsigned int i = 0; i < RTE_MAX_ETHPORTS; i++) {
		config.peer[i].addr_bytes[0] = RTE_ETHER_LOCAL_ADMIN_ADDR;
		config.peer[i].addr_bytes[5] = (uint8_t)i;
	}

	optind = 1;
	while ((id = getopt_long(argc, argv, ":iah", long_options, NULL)) != -1)
		if (parse_option(id, argv) != 0)
			return -1;
	if (optind < argc) {
		complain("\"%s\" is not an option; see --help", argv[optind]);
		return -1;
	}
	if (config.stats_period != 0 && config.interactive)
		printf("Note: --stats-period has no effect with -i.\n");
	return 0;
}
