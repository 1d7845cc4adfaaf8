/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the files of vio-testpmd share: the configuration, the ports, and the command line.
 * Everything here belongs to the main lcore. The forwarding lcores see only what forward.h says.
 */

#ifndef VIO_TESTPMD_APP_H
#define VIO_TESTPMD_APP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mempool.h>

#include "../common/start.h"

#define MAX_BURST 512
#define MAX_TX_SEGS 8
#define MAX_MCAST 64

/* What the user asked for; set by the options, then changed by commands. */
struct config {
	bool interactive;
	bool auto_start;
	bool tx_first;
	bool loop_topology;
	bool lsc;
	bool rx_intr;			/* sleep until frames come */
	bool lro;			/* and segment again what is sent on */
	bool json;
	const char *json_path;		/* NULL: standard output */
	const char *forward_mode;
	uint16_t nb_rxq;
	uint16_t nb_txq;
	uint16_t nb_rxd;		/* 0: what the device prefers */
	uint16_t nb_txd;		/* 0: what the device prefers */
	uint16_t burst;
	uint16_t mbuf_size;
	uint32_t nb_mbufs;		/* 0: as many as the configuration needs */
	uint32_t max_pkt_len;		/* 0: what the device prefers */
	uint32_t stats_period;		/* seconds; 0: never */
	uint16_t tx_seg_len[MAX_TX_SEGS];
	uint16_t nb_tx_segs;
	struct rte_ether_addr peer[RTE_MAX_ETHPORTS];
};

extern struct config config;
extern struct rte_mempool *mbuf_pool;

/* What the forwarding loops counted, a stream's or a port's. */
struct fwd_count {
	uint64_t rx;		/* packets received */
	uint64_t tx;		/* packets that Tx took */
	uint64_t tx_dropped;	/* packets that Tx did not take, freed */
	uint64_t ignored;	/* packets that the mode does not answer or cannot rewrite, freed */
	uint64_t no_mbuf;	/* bursts that could not be generated for want of mbufs */
	uint64_t interrupts;	/* Rx interrupts that ended a sleep */
};

struct port {
	bool started;
	bool configured;	/* false: configure at the next start */
	bool vlan_filter;
	uint16_t mtu;		/* 0: what the device prefers */
	uint16_t nb_rxq;	/* as configured */
	uint16_t nb_txq;
	struct fwd_count total;	/* of all forwarding runs that have ended */
	struct rte_ether_addr mcast[MAX_MCAST];
	uint16_t nb_mcast;
	bool vlan[RTE_ETHER_MAX_VLAN_ID + 1];	/* let in by the filter */
};

extern struct port ports[RTE_MAX_ETHPORTS];

/* options.c */
int options_parse(int argc, char **argv);
void options_usage(const char *program);
int options_parse_txpkts(const char *what, const char *text);

/* main.c */
void app_quit(void);

/*
 * port.c: every function below returns 0 (or a number), or -1 after it told the user why; then
 * nothing changed.
 */
int port_parse(const char *word, uint16_t *port_id);
int ports_for_each(const char *word, int (*action)(uint16_t port_id, const void *arg),
		   const void *arg);
int ports_all_stopped(const char *purpose);
int port_start(uint16_t port_id, const void *unused);
int port_stop(uint16_t port_id, const void *unused);
int port_close(uint16_t port_id, const void *unused);
int port_set_mtu(uint16_t port_id, uint16_t mtu);
int port_get_macs(uint16_t port_id, struct rte_ether_addr **list);	/* number; free the list */
int ports_set_queues(bool rx, uint16_t nb_queues);
int ports_set_descs(bool rx, uint16_t nb_desc);
int ports_init(void);
void ports_fini(void);
const char *port_driver_name(uint16_t port_id);

/* pmd_vio.c: RTE_ETH_RX_OFFLOAD_*; 0, or -1 after it told the user why */
int pmd_vio_rx_offload(uint16_t port_id, uint64_t offload, bool on);

/* show.c */
int show_port_info(uint16_t port_id, const void *unused);
int show_port_stats(uint16_t port_id, const void *unused);
int show_port_xstats(uint16_t port_id, const void *unused);
int show_queue_info(uint16_t port_id, uint16_t queue_id, bool rx);
int show_macs(uint16_t port_id);
int show_mcast_macs(uint16_t port_id);
void show_link(uint16_t port_id);

/* An extended statistic by its name, for text and JSON alike. */
int xstats_for_each(uint16_t port_id, void (*action)(const char *name, uint64_t value, void *arg),
		    void *arg);

/* json.c: gather before the ports close, write after. */
int json_gather(void);
int json_write(unsigned int mbufs_lost);

/* cli.c */
#define CLI_MAX_WORDS 7
#define CLI_WORD_SIZE 128

struct cli_line {
	char word[CLI_MAX_WORDS][CLI_WORD_SIZE];
};

/*
 * A command. The text is "pattern: what it does"; a pattern's word is one or several alternatives
 * (a|b), each a literal or an <argument>.
 */
struct cli_command {
	const char *text;
	void (*run)(const struct cli_line *line);
};

extern const struct cli_command port_commands[];
extern const struct cli_command show_commands[];
extern const struct cli_command forward_commands[];

struct cmdline;
struct cmdline *cli_open(void);
void cli_close(struct cmdline *cl);
int cli_parse_number(const char *what, const char *word, uint32_t min, uint32_t max,
		     uint32_t *number);

#endif
