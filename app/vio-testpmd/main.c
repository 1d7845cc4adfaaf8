/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The life of vio-testpmd: options, EAL, ports, session, and all of it back in reverse order. There
 * is one way out, so that a signal, a command, an end of file and a failure leave the same state.
 * A signal handler only writes to an eventfd, on which the session waits beside standard input.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include <cmdline.h>

#include "app.h"
#include "forward.h"

#define CTRL_C '\003'

static int signal_fd = -1;
static bool quit;

void
app_quit(void)
{
	quit = true;
}

static void
on_signal(int number)
{
	const uint64_t one = 1;
	const int saved_errno = errno;

	RTE_SET_USED(number);
	if (write(signal_fd, &one, sizeof(one)) < 0)
		_exit(EXIT_FAILURE);
	errno = saved_errno;
}

static int
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signal_fd < 0 || sigaction(SIGINT, &action, NULL) != 0 ||
	    sigaction(SIGTERM, &action, NULL) != 0) {
		complain("signals cannot be caught: %s", strerror(errno));
		return -1;
	}
	return 0;
}

/* Waits for standard input (not for -1) or the end of the time; false: leave. */
static bool
wait_for_input(int input_fd, int timeout_ms, bool *readable)
{
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = input_fd, .events = POLLIN },
	};
	int nb = poll(fds, RTE_DIM(fds), timeout_ms);

	*readable = nb > 0 && fds[1].revents != 0;
	if (nb > 0 && fds[0].revents != 0) {
		printf("\nSignal received, leaving\n");
		return false;
	}
	return nb >= 0 || errno == EINTR;
}

/*
 * cmdline lets the terminal send no signal: Ctrl-C comes as a character. It leaves, but a line that
 * was begun is only dropped, by cmdline.
 */
static bool
key_leaves(struct cmdline *cl, char key)
{
	return key == CTRL_C && rdline_get_buffer(cmdline_get_rdline(cl))[0] == '\n';
}

/* One character at a time: what follows a quit is not read. */
static int
run_commands(void)
{
	struct cmdline *cl = cli_open();
	bool readable;
	char c;

	if (cl == NULL)
		return -1;
	while (!quit && wait_for_input(STDIN_FILENO, -1, &readable)) {
		if (!readable)
			continue;
		if (read(STDIN_FILENO, &c, 1) <= 0 || key_leaves(cl, c) ||
		    cmdline_in(cl, &c, 1) < 0)
			break;
	}
	cli_close(cl);
	return 0;
}

/* Forwards until a signal, or until Enter on a terminal. */
static int
run_unattended(void)
{
	const int input_fd = isatty(STDIN_FILENO) ? STDIN_FILENO : -1;
	const uint64_t period = config.stats_period * rte_get_timer_hz();
	uint64_t next = rte_get_timer_cycles() + period;
	int timeout_ms = -1;
	bool readable;
	uint64_t now;

	printf("Forwarding until %sSIGINT or SIGTERM\n", input_fd < 0 ? "" : "Enter, ");
	for (;;) {
		if (period != 0) {
			now = rte_get_timer_cycles();
			timeout_ms = now >= next ? 0 :
				     (int)((next - now) * 1000 / rte_get_timer_hz()) + 1;
		}
		if (!wait_for_input(input_fd, timeout_ms, &readable) || readable)
			return 0;
		if (period != 0 && rte_get_timer_cycles() >= next) {
			ports_for_each("all", show_port_stats, NULL);
			next += period;
		}
	}
}

static int
run_session(void)
{
	if ((!config.interactive || config.auto_start || config.tx_first) &&
	    fwd_start(config.tx_first) != 0)
		return -1;
	return config.interactive ? run_commands() : run_unattended();
}

static int
check_environment(void)
{
	if (rte_eth_dev_count_avail() == 0) {
		complain("no port was found: bind a device to vfio-pci and allow it by -a, load "
			 "its driver by -d, or give a --vdev");
		return -1;
	}
	if (rte_lcore_count() < 2) {
		complain("forwarding needs a worker lcore beside the main lcore: give at least two "
			 "by -l, such as -l 0,1");
		return -1;
	}
	return 0;
}

/* With the ports closed no mbuf may be in use any more. */
static int
leave(bool with_statistics)
{
	const bool want_json = with_statistics && config.json;
	const bool gathered = want_json && json_gather() == 0;
	unsigned int lost;
	uint16_t port_id;
	int ret = want_json && !gathered ? -1 : 0;

	if (with_statistics)
		RTE_ETH_FOREACH_DEV(port_id)
			show_port_stats(port_id, NULL);
	ports_fini();
	if (mbuf_pool == NULL)
		return ret;
	lost = rte_mempool_in_use_count(mbuf_pool);
	printf("Mbufs still in use: %u of %u\n", lost, mbuf_pool->size);
	if (gathered && json_write(lost) != 0)
		ret = -1;
	return ret;
}

static int
run(void)
{
	int ret;

	if (catch_signals() != 0 || check_environment() != 0)
		return -1;
	if (ports_init() != 0) {
		leave(false);
		return -1;
	}
	ret = run_session();
	if (fwd_running())
		fwd_stop();
	return leave(true) == 0 ? ret : -1;
}

int
main(int argc, char **argv)
{
	static const struct start_ops ops = {
		.options_parse = options_parse,
		.options_usage = options_usage,
		.run = run,
	};

	return start(argc, argv, &ops);
}
