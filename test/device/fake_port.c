/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A port of the driver on the test device, and what its tests share.
 * Threads: the test's own; the device's control thread runs from prepare to close.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <bus_vdev_driver.h>
#include <ethdev_driver.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "fake_port.h"
#include "vio_ethdev.h"

#define DEVICE_NAME	"net_vio_test"
#define USER_DEVICE_NAME "net_vio_user_test"

/* How long an event may take on a busy machine, and how long one that must not come is awaited. */
#define EVENT_WAIT_MS	2000
#define NO_EVENT_WAIT_MS	50

static void
count_memzone(const struct rte_memzone *mz, void *arg)
{
	RTE_SET_USED(mz);
	++*(unsigned int *)arg;
}

static unsigned int
nb_memzones(void)
{
	unsigned int nb = 0;

	rte_memzone_walk(count_memzone, &nb);
	return nb;
}

static unsigned int
nb_allocs(void)
{
	struct rte_malloc_socket_stats stats;
	unsigned int i, nb = 0;

	for (i = 0; i < rte_socket_count(); i++)
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) == 0)
			nb += stats.alloc_count;
	return nb;
}

static uint64_t always_offered;

void
fake_port_always_offer(uint64_t features)
{
	always_offered = features;
}

int
fake_port_prepare(struct fake_port *p, uint16_t nb_pairs, uint16_t size_max)
{
	static unsigned int nb_pools;
	char name[RTE_MEMPOOL_NAMESIZE];
	struct rte_eth_dev *warm;
	unsigned int i;

	memset(p, 0, sizeof(*p));
	p->prepared = true;
	vdev_net_init(&p->net, nb_pairs, size_max);
	for (i = 0; i < 64; i++)
		if (always_offered & RTE_BIT64(i))
			vdev_offer(&p->net.dev, i, true);
	fake_transport_init(&p->transport, &p->net, DEVICE_NAME);
	vdev_vhost_init(&p->vhost, &p->net);
	p->driver.name = DEVICE_NAME;
	p->device.name = DEVICE_NAME;
	p->device.driver = &p->driver;
	p->device.numa_node = SOCKET_ID_ANY;

	p->transport.interrupt_fd = eventfd(0, EFD_NONBLOCK);
	p->intr = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	snprintf(name, sizeof(name), "fake_port_%u", nb_pools++);
	p->pool = rte_pktmbuf_pool_create(name, FAKE_PORT_POOL_SIZE, 0, 0, FAKE_PORT_DATA_ROOM,
		SOCKET_ID_ANY);
	if (p->transport.interrupt_fd < 0 || p->intr == NULL || p->pool == NULL)
		return -ENOMEM;
	rte_intr_fd_set(p->intr, p->transport.interrupt_fd);
	rte_intr_type_set(p->intr, RTE_INTR_HANDLE_VDEV);

	/* what ethdev allocates for its first port is not the driver's */
	warm = rte_eth_dev_allocate("warm");
	rte_eth_dev_release_port(warm);
	p->nb_memzones = nb_memzones();
	p->nb_allocs = nb_allocs();
	return vdev_net_ctrl_thread_start(&p->net);
}

/* The events that are counted. */
static const enum rte_eth_event_type events[] = {
	RTE_ETH_EVENT_INTR_RESET, RTE_ETH_EVENT_INTR_LSC, RTE_ETH_EVENT_INTR_RMV,
};

static int
on_event(uint16_t port_id, enum rte_eth_event_type type, void *arg, void *ret)
{
	struct fake_port *p = arg;

	RTE_SET_USED(port_id);
	RTE_SET_USED(ret);
	__atomic_add_fetch(&p->nb_events[type], 1, __ATOMIC_RELEASE);
	return 0;
}

unsigned int
fake_port_events(struct fake_port *p, enum rte_eth_event_type type, unsigned int nb)
{
	unsigned int waited_ms;

	for (waited_ms = 0; waited_ms < EVENT_WAIT_MS; waited_ms++) {
		if (__atomic_load_n(&p->nb_events[type], __ATOMIC_ACQUIRE) >= nb)
			break;
		rte_delay_us_sleep(1000);
	}
	return __atomic_load_n(&p->nb_events[type], __ATOMIC_ACQUIRE);
}

unsigned int
fake_port_events_settled(struct fake_port *p, enum rte_eth_event_type type)
{
	rte_delay_us_sleep(NO_EVENT_WAIT_MS * 1000);
	return __atomic_load_n(&p->nb_events[type], __ATOMIC_ACQUIRE);
}

/* The port is there. */
static int
opened(struct fake_port *p, uint16_t port_id)
{
	unsigned int i;
	int ret = 0;

	p->port_id = port_id;
	p->open = true;
	for (i = 0; ret == 0 && i < RTE_DIM(events); i++)
		ret = rte_eth_dev_callback_register(p->port_id, events[i], on_event, p);
	return ret;
}

int
fake_port_backend_start(struct fake_port *p)
{
	vdev_vhost_attach(&p->vhost);
	return p->server ? fake_backend_connect(&p->vhost.backend, p->path) :
		fake_backend_listen(&p->vhost.backend, p->path);
}

int
fake_port_probe_user(struct fake_port *p, const char *args)
{
	char all[256];
	uint16_t port_id;
	int ret;

	snprintf(p->path, sizeof(p->path), "/tmp/net_vio_test.%d", getpid());
	snprintf(all, sizeof(all), "path=%s%s%s", p->path, args == NULL ? "" : ",",
		args == NULL ? "" : args);
	p->user = true;
	p->server = args != NULL && strstr(args, "server=1") != NULL;
	ret = fake_port_backend_start(p);
	if (ret == 0)
		ret = rte_vdev_init(USER_DEVICE_NAME, all);
	if (ret == 0)
		ret = rte_eth_dev_get_port_by_name(USER_DEVICE_NAME, &port_id);
	return ret == 0 ? opened(p, port_id) : ret;
}

int
fake_port_probe(struct fake_port *p)
{
	struct rte_eth_dev *eth_dev = rte_eth_dev_allocate(DEVICE_NAME);
	int ret;

	if (eth_dev == NULL)
		return -ENOMEM;
	eth_dev->data->dev_private = rte_zmalloc(NULL, sizeof(struct vio_dev), 64);
	eth_dev->device = &p->device;
	eth_dev->intr_handle = p->intr;
	ret = vio_ethdev_init(eth_dev, &fake_transport_ops, &p->transport.base);
	if (ret != 0) {
		rte_eth_dev_release_port(eth_dev);
		return ret;
	}
	eth_dev->data->dev_flags |= RTE_ETH_DEV_INTR_LSC | RTE_ETH_DEV_INTR_RMV;
	rte_eth_dev_probing_finish(eth_dev);
	return opened(p, eth_dev->data->port_id);
}

int
fake_port_configure(struct fake_port *p, uint16_t nb_rxq, uint16_t nb_txq, uint16_t nb_desc,
	const struct rte_eth_conf *conf)
{
	static const struct rte_eth_conf segments = {
		.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER,
		.txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	};
	uint16_t i;
	int ret;

	if (conf == NULL)
		conf = &segments;
	ret = rte_eth_dev_configure(p->port_id, nb_rxq, nb_txq, conf);
	for (i = 0; ret == 0 && i < nb_rxq; i++)
		ret = rte_eth_rx_queue_setup(p->port_id, i, nb_desc, SOCKET_ID_ANY, NULL, p->pool);
	for (i = 0; ret == 0 && i < nb_txq; i++)
		ret = rte_eth_tx_queue_setup(p->port_id, i, nb_desc, SOCKET_ID_ANY, NULL);
	return ret;
}

int
fake_port_start(struct fake_port *p, uint16_t size_max)
{
	int ret = fake_port_prepare(p, 1, size_max);

	if (ret == 0)
		ret = fake_port_probe(p);
	if (ret == 0)
		ret = fake_port_configure(p, 1, 1, size_max, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(p->port_id);
	return ret;
}

void
fake_port_interrupt(struct fake_port *p)
{
	static const uint64_t one = 1;

	if (write(p->transport.interrupt_fd, &one, sizeof(one)) < 0)
		vdev_complain(&p->net.dev, "interrupt: %s", strerror(errno));
}

/* Ends what fake_port_prepare and fake_port_probe began. Returns the number of complaints. */
static int
port_end(struct fake_port *p)
{
	unsigned int nb_complaints = 0, i;

	/* of any port: the test may have closed ours */
	for (i = 0; i < RTE_DIM(events); i++)
		rte_eth_dev_callback_unregister(RTE_ETH_ALL, events[i], on_event, p);
	if (p->open) {
		rte_eth_dev_stop(p->port_id);
		rte_eth_dev_close(p->port_id);
		p->open = false;
	}
	p->prepared = false;
	if (p->user) {
		rte_vdev_uninit(USER_DEVICE_NAME);
		nb_complaints += vdev_vhost_stop(&p->vhost);
	}
	vdev_net_ctrl_thread_stop(&p->net);
	vdev_net_fini(&p->net);
	if (p->transport.interrupt_fd >= 0)
		close(p->transport.interrupt_fd);
	rte_intr_instance_free(p->intr);
	if (p->net.dev.nb_complaints != 0)
		printf("the device complains %u times, first: %s\n", p->net.dev.nb_complaints,
			p->net.dev.complaint);
	return nb_complaints + p->net.dev.nb_complaints;
}

int
fake_port_close(struct fake_port *p)
{
	unsigned int nb_lost, memzones, allocs;
	int wrong;

	if (!p->prepared)
		return 0;
	wrong = port_end(p);
	nb_lost = p->pool == NULL ? 0 : FAKE_PORT_POOL_SIZE - rte_mempool_avail_count(p->pool);
	if (nb_lost != 0)
		printf("%u mbufs are lost\n", nb_lost);
	memzones = nb_memzones();
	allocs = nb_allocs();
	if (memzones != p->nb_memzones || allocs != p->nb_allocs)
		printf("%u memory zones and %u allocations, before the port %u and %u\n",
			memzones, allocs, p->nb_memzones, p->nb_allocs);
	if (nb_lost == 0)
		rte_mempool_free(p->pool);
	if (wrong != 0 || nb_lost != 0 || memzones != p->nb_memzones || allocs != p->nb_allocs)
		return -1;
	return 0;
}

int
fake_port_close_lost(struct fake_port *p)
{
	unsigned int memzones = nb_memzones();
	unsigned int nb_held = FAKE_PORT_POOL_SIZE - rte_mempool_avail_count(p->pool);
	int wrong = port_end(p);

	if (nb_memzones() != memzones || nb_held == 0 ||
	    FAKE_PORT_POOL_SIZE - rte_mempool_avail_count(p->pool) != nb_held) {
		printf("%u memory zones and %u mbufs of %u and %u that it may use are left\n",
			nb_memzones(), FAKE_PORT_POOL_SIZE - rte_mempool_avail_count(p->pool),
			memzones, nb_held);
		wrong++;
	}
	return wrong == 0 ? 0 : -1;
}

uint64_t
fake_port_xstat(const struct fake_port *p, const char *name)
{
	uint64_t id, value;

	if (rte_eth_xstats_get_id_by_name(p->port_id, name, &id) != 0 ||
	    rte_eth_xstats_get_by_id(p->port_id, &id, &value, 1) != 1)
		return UINT64_MAX;
	return value;
}

void
fake_port_pattern(uint8_t *buf, uint32_t len, uint8_t seed)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		buf[i] = seed + 7 * i + 13 * (i >> 8);
	/* an untagged frame */
	if (len >= RTE_ETHER_HDR_LEN) {
		buf[12] = 0x88;
		buf[13] = 0xb5;
	}
}

struct rte_mbuf *
fake_port_packet(struct rte_mempool *pool, uint32_t len, uint16_t seg_len, uint8_t seed)
{
	static uint8_t buf[VDEV_NET_FRAME_MAX];
	struct rte_mbuf *head = rte_pktmbuf_alloc(pool);
	struct rte_mbuf *m = head;
	uint32_t at, n;

	fake_port_pattern(buf, len, seed);
	for (at = 0; m != NULL; at += n) {
		n = RTE_MIN(len - at, seg_len);
		memcpy(rte_pktmbuf_mtod(m, void *), buf + at, n);
		m->data_len = n;
		m->pkt_len = n;
		if (m != head && rte_pktmbuf_chain(head, m) != 0)
			break;
		if (at + n == len)
			return head;
		m = rte_pktmbuf_alloc(pool);
	}
	rte_pktmbuf_free(head);
	return NULL;
}

bool
fake_port_packet_is(const struct rte_mbuf *m, uint32_t len, uint8_t seed)
{
	static uint8_t expected[VDEV_NET_FRAME_MAX], copy[VDEV_NET_FRAME_MAX];
	const char *reason;
	const void *data;

	if (rte_mbuf_check(m, 1, &reason) != 0) {
		printf("mbuf: %s\n", reason);
		return false;
	}
	if (m->pkt_len != len || m->ol_flags != 0 || m->packet_type != 0) {
		printf("mbuf of %u bytes, expected %u; ol_flags 0x%llx\n", m->pkt_len, len,
			(unsigned long long)m->ol_flags);
		return false;
	}
	data = rte_pktmbuf_read(m, 0, len, copy);
	fake_port_pattern(expected, len, seed);
	return data != NULL && memcmp(data, expected, len) == 0;
}
