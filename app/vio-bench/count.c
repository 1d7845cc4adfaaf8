/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * How many instructions a burst executes, exactly: the processor traps after each one while its
 * trap flag is set, and the handler of that signal counts. It needs no privilege and no other
 * process, knows every instruction, and no load of the machine moves it. The device works in
 * lock-step, so that two runs do the same.
 * An iteration of a string instruction (rep) counts as an instruction.
 */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include <rte_ethdev.h>

#include "bench.h"

#define NB_WARM		126	/* bursts of a queue before: its ring ends amid those counted */

#ifdef RTE_ARCH_X86_64
static volatile uint64_t nb_steps;

/* Called after each instruction, with the address of the next one. */
static void
on_step(int number, siginfo_t *info, void *context)
{
	const ucontext_t *interrupted = context;

	RTE_SET_USED(number);
	RTE_SET_USED(info);
	nb_steps++;
	if (options.trace)
		trace_step(interrupted->uc_mcontext.gregs[REG_RIP]);
}

/* RFLAGS.TF; the red zone below the stack pointer is left alone. */
static __rte_always_inline void
trap_on(void)
{
	asm volatile("lea -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; "
		     "lea 128(%%rsp), %%rsp" ::: "memory", "cc");
}

static __rte_always_inline void
trap_off(void)
{
	asm volatile("lea -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; "
		     "lea 128(%%rsp), %%rsp" ::: "memory", "cc");
}

static int
catch_steps(void)
{
	const struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	return sigaction(SIGTRAP, &action, NULL);
}
#else
static uint64_t nb_steps;

static void
trap_on(void)
{
}

static void
trap_off(void)
{
}

static int
catch_steps(void)
{
	errno = ENOTSUP;
	return -1;
}
#endif

static struct rte_mbuf *mbufs[MAX_BURST];

typedef unsigned int (*burst_fn)(uint16_t queue, bool counted);

static unsigned int
burst_nothing(uint16_t queue, bool counted)
{
	RTE_SET_USED(queue);
	if (counted)
		trap_on();
	trap_off();
	return 1;
}

static unsigned int
burst_rx(uint16_t queue, bool counted)
{
	unsigned int i, nb;

	if (counted)
		trap_on();
	nb = rte_eth_rx_burst(PORT, queue, mbufs, options.burst);
	trap_off();
	for (i = 0; i < nb; i++)
		totals.rx_bytes += mbufs[i]->pkt_len;
	totals.rx_packets += nb;
	rte_pktmbuf_free_bulk(mbufs, nb);
	return nb;
}

static unsigned int
burst_tx(uint16_t queue, bool counted)
{
	unsigned int nb;

	if (port_alloc(mbufs, options.burst) != 0)
		return 0;
	if (counted)
		trap_on();
	nb = frame_send(queue, mbufs, options.burst);
	trap_off();
	totals.tx_packets += nb;
	totals.tx_bytes += (uint64_t)nb * options.frame_len;
	rte_pktmbuf_free_bulk(&mbufs[nb], options.burst - nb);
	return nb;
}

/* Counts one kind of burst; overhead is that of a burst of nothing. */
static int
count(const char *kind, burst_fn burst, uint64_t *overhead)
{
	const unsigned int nb_warm = NB_WARM * options.nb_queues;
	uint64_t packets = 0;
	unsigned int i, nb;

	nb_steps = 0;
	trace_begin();
	for (i = 0; i < nb_warm + options.nb_counted; i++) {
		if (backend_tell(PAGE_STEP) != 0)
			return -1;
		nb = burst(i % options.nb_queues, i >= nb_warm);
		if (nb == 0) {
			complain("no packet passed in a burst of kind %s", kind);
			return -1;
		}
		if (i >= nb_warm)
			packets += nb;
	}
	if (nb_steps == 0) {
		complain("no instruction was counted: the processor's trap flag has no effect");
		return -1;
	}
	if (burst == burst_nothing)
		*overhead = nb_steps;
	else
		printf("count kind=%s packets=%" PRIu64 " instructions=%" PRIu64 "\n", kind,
		       packets, nb_steps - *overhead);
	return options.trace ? trace_print(kind) : 0;
}

int
count_run(void)
{
	uint64_t overhead;

	if (catch_steps() != 0) {
		complain("instructions cannot be counted here: %s", strerror(errno));
		return -1;
	}
	if (backend_tell(PAGE_HOLD) != 0 || count("nothing", burst_nothing, &overhead) != 0 ||
	    count("rx", burst_rx, &overhead) != 0 || count("tx", burst_tx, &overhead) != 0)
		return -1;
	return 0;
}
