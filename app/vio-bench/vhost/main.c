/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A back end that is DPDK's own vhost library, which copies every byte: what an application sees
 * end to end. It serves one front end on one pair of queues, obeys the page as the null back end
 * does, and ends with the front end.
 * Threads: the main one works on the rings; vhost's own calls the functions of the device.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_vhost.h>

#include "../serve.h"

#define RXQ		0	/* of the front end */
#define TXQ		1
#define BURST		32
#define NB_MBUFS	1023
#define CACHE		128
#define FRAME_MIN	60
#define FRAME_MAX	9600

enum state {
	STATE_NONE,		/* no device, which may come */
	STATE_UP,
	STATE_LEAVING,		/* vhost wants it back */
	STATE_END,		/* the front end is gone */
};

static enum state state;
static int vid;
static struct rte_mempool *pool;
static struct rte_mbuf *frames[BURST];	/* sent again and again: vhost copies them */
static struct page_counters counters;
static uint32_t frame_len;

static int
device_new(int new_vid)
{
	vid = new_vid;
	/* The rings are polled. */
	rte_vhost_enable_guest_notification(vid, RXQ, 0);
	rte_vhost_enable_guest_notification(vid, TXQ, 0);
	__atomic_store_n(&state, STATE_UP, __ATOMIC_RELEASE);
	return 0;
}

/* Returns once the worker no longer touches the device. */
static void
device_destroy(int old_vid)
{
	RTE_SET_USED(old_vid);
	__atomic_store_n(&state, STATE_LEAVING, __ATOMIC_RELEASE);
	while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STATE_LEAVING)
		rte_delay_us_sleep(10);
}

static void
connection_destroy(int old_vid)
{
	RTE_SET_USED(old_vid);
	__atomic_store_n(&state, STATE_END, __ATOMIC_RELEASE);
}

static const struct rte_vhost_device_ops device_ops = {
	.new_device = device_new,
	.destroy_device = device_destroy,
	.destroy_connection = connection_destroy,
};

static bool
pass_rx(void *unused)
{
	uint16_t nb;

	RTE_SET_USED(unused);
	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != STATE_UP)
		return false;
	nb = rte_vhost_enqueue_burst(vid, RXQ, frames, BURST);
	counters.rx_packets += nb;
	return nb > 0;
}

static bool
pass_tx(void *unused)
{
	struct rte_mbuf *mbufs[BURST];
	uint16_t i, nb;

	RTE_SET_USED(unused);
	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != STATE_UP)
		return false;
	nb = rte_vhost_dequeue_burst(vid, TXQ, pool, mbufs, BURST);
	for (i = 0; i < nb; i++)
		counters.tx_bytes += mbufs[i]->pkt_len;
	counters.tx_packets += nb;
	rte_pktmbuf_free_bulk(mbufs, nb);
	return nb > 0;
}

static bool
go_on(void *unused)
{
	enum state now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);

	RTE_SET_USED(unused);
	if (now == STATE_LEAVING)
		__atomic_store_n(&state, STATE_NONE, __ATOMIC_RELEASE);
	return now != STATE_END;
}

static int
make_frames(void)
{
	const uint16_t room = RTE_MAX(frame_len + RTE_PKTMBUF_HEADROOM,
				      (uint32_t)RTE_MBUF_DEFAULT_BUF_SIZE);
	unsigned int i;

	pool = rte_pktmbuf_pool_create("vhost", NB_MBUFS, CACHE, 0, room, SOCKET_ID_ANY);
	if (pool == NULL || rte_pktmbuf_alloc_bulk(pool, frames, BURST) != 0)
		return -1;
	for (i = 0; i < BURST; i++)
		memset(rte_pktmbuf_append(frames[i], frame_len), PAGE_FRAME_BYTE, frame_len);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct serve_ops ops = {
		.pass_rx = pass_rx,
		.pass_tx = pass_tx,
		.go_on = go_on,
	};
	int nb_eal = rte_eal_init(argc, argv);
	struct page *page;
	const char *path;

	if (nb_eal < 0)
		rte_exit(EXIT_FAILURE, "EAL cannot start: %s\n", rte_strerror(rte_errno));
	if (argc - nb_eal != 4)
		rte_exit(EXIT_FAILURE, "Usage: %s EAL-OPTIONS -- SOCKET PAGE FRAME_LENGTH\n",
			 argv[0]);
	argv += nb_eal;
	path = argv[1];
	frame_len = strtoul(argv[3], NULL, 10);
	if (frame_len < FRAME_MIN || frame_len > FRAME_MAX)
		rte_exit(EXIT_FAILURE, "FRAME_LENGTH: %u to %u bytes are expected\n", FRAME_MIN,
			 FRAME_MAX);
	page = serve_make_page(argv[2]);
	if (make_frames() != 0)
		rte_exit(EXIT_FAILURE, "no mbufs: %s\n", rte_strerror(rte_errno));
	if (rte_vhost_driver_register(path, RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS) != 0 ||
	    rte_vhost_driver_callback_register(path, &device_ops) != 0 ||
	    rte_vhost_driver_start(path) != 0)
		rte_exit(EXIT_FAILURE, "vhost cannot serve %s\n", path);
	serve(page, &counters, &ops, NULL);
	rte_vhost_driver_unregister(path);
	rte_eal_cleanup();
	return EXIT_SUCCESS;
}
