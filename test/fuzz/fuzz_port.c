/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A port on the test device without threads: the device works whenever the driver waits, in
 * place of two functions of EAL that the driver is linked with here (--wrap). Where silence is
 * expected, a deadline of seconds takes milliseconds.
 * Threads: the main one.
 */

#include <stdlib.h>
#include <string.h>

#include <ethdev_driver.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "fuzz_port.h"
#include "vdev_net_ctrl.h"
#include "vio_ethdev.h"

#define DEVICE_NAME	"net_vio_fuzz"

/* What a second is: a usual one, and one of which 5 are 10 million cycles. */
#define CLOCK_HZ	UINT64_C(2000000000)
#define IMPATIENT_HZ	2000000

struct rte_mempool *fuzz_pool;
static struct rte_mbuf *mbufs[FUZZ_POOL_SIZE];	/* all of them, by address */

static struct fuzz_port *current;	/* the one that the driver waits for */

static void
answer_commands(struct fuzz_port *p)
{
	vdev_net_ctrl_step(&p->net);
}

void (*fuzz_port_wait)(struct fuzz_port *p) = answer_commands;
bool fuzz_port_impatient;

/* In place of EAL's, by the linker; without an underscore they would be EAL's own. */
void
__wrap_rte_delay_us_sleep(unsigned int us);
uint64_t
__wrap_rte_get_tsc_hz(void);

void
__wrap_rte_delay_us_sleep(unsigned int us)
{
	RTE_SET_USED(us);
	fuzz_port_wait(current);
}

uint64_t
__wrap_rte_get_tsc_hz(void)
{
	return fuzz_port_impatient ? IMPATIENT_HZ : CLOCK_HZ;
}

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

	FUZZ_CHECK(rte_malloc_get_socket_stats(rte_socket_id_by_idx(0), &stats) == 0,
		"no statistics of memory");
	return stats.alloc_count;
}

static int
mbufs_compare(const void *a, const void *b)
{
	const struct rte_mbuf *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
fuzz_mbuf_at(uint64_t addr)
{
	int low = 0, high = FUZZ_POOL_SIZE, middle;

	while (low + 1 < high) {
		middle = (low + high) / 2;
		if ((uintptr_t)mbufs[middle] <= addr)
			low = middle;
		else
			high = middle;
	}
	return addr - (uintptr_t)mbufs[low] < fuzz_pool->elt_size ? low : -1;
}

unsigned int
fuzz_mbuf_number(const struct rte_mbuf *m)
{
	int number = fuzz_mbuf_at((uintptr_t)m);

	FUZZ_CHECK(number >= 0 && m == mbufs[number], "%p is no mbuf", (const void *)m);
	return number;
}

uintptr_t
fuzz_mbuf_room(unsigned int number)
{
	return (uintptr_t)(mbufs[number] + 1);
}

/* Once: the pool, and what ethdev allocates for its first port. */
static void
process_prepare(void)
{
	if (fuzz_pool != NULL)
		return;
	fuzz_pool = rte_pktmbuf_pool_create("fuzz", FUZZ_POOL_SIZE, 0, 0, FUZZ_DATA_ROOM,
		SOCKET_ID_ANY);
	FUZZ_CHECK(fuzz_pool != NULL &&
		rte_mempool_get_bulk(fuzz_pool, (void **)mbufs, FUZZ_POOL_SIZE) == 0, "no pool");
	rte_mempool_put_bulk(fuzz_pool, (void **)mbufs, FUZZ_POOL_SIZE);
	qsort(mbufs, FUZZ_POOL_SIZE, sizeof(mbufs[0]), mbufs_compare);
	rte_eth_dev_release_port(rte_eth_dev_allocate("warm"));
}

void
fuzz_port_prepare(struct fuzz_port *p, uint16_t nb_pairs, uint16_t size_max)
{
	process_prepare();
	memset(p, 0, sizeof(*p));
	vdev_net_init(&p->net, nb_pairs, size_max);
	fake_transport_init(&p->transport, &p->net, DEVICE_NAME);
	p->driver.name = DEVICE_NAME;
	p->device = (struct rte_device){
		.name = DEVICE_NAME, .driver = &p->driver, .numa_node = SOCKET_ID_ANY,
	};
	p->nb_memzones = nb_memzones();
	p->nb_allocs = nb_allocs();
	current = p;
}

int
fuzz_port_probe(struct fuzz_port *p)
{
	struct rte_eth_dev *eth_dev = rte_eth_dev_allocate(DEVICE_NAME);
	int ret;

	FUZZ_CHECK(eth_dev != NULL, "no port is left");
	eth_dev->data->dev_private = rte_zmalloc(NULL, sizeof(struct vio_dev), 64);
	FUZZ_CHECK(eth_dev->data->dev_private != NULL, "no memory");
	eth_dev->device = &p->device;
	ret = vio_ethdev_init(eth_dev, &fake_transport_ops, &p->transport.base);
	if (ret != 0) {
		rte_eth_dev_release_port(eth_dev);
		return ret;
	}
	rte_eth_dev_probing_finish(eth_dev);
	p->eth_dev = eth_dev;
	p->port_id = eth_dev->data->port_id;
	return 0;
}

void
fuzz_pool_check(const char *when)
{
	struct rte_mbuf *bufs[FUZZ_POOL_SIZE];
	bool seen[FUZZ_POOL_SIZE] = { false };
	unsigned int i, number;

	FUZZ_CHECK(rte_mempool_avail_count(fuzz_pool) == FUZZ_POOL_SIZE,
		"%s: %u of %u mbufs are in the pool", when, rte_mempool_avail_count(fuzz_pool),
		FUZZ_POOL_SIZE);
	FUZZ_CHECK(rte_mempool_get_bulk(fuzz_pool, (void **)bufs, FUZZ_POOL_SIZE) == 0,
		"%s: the pool does not give its mbufs", when);
	for (i = 0; i < FUZZ_POOL_SIZE; i++) {
		number = fuzz_mbuf_number(bufs[i]);
		FUZZ_CHECK(!seen[number], "%s: mbuf %u is twice in the pool", when, number);
		seen[number] = true;
		FUZZ_CHECK(bufs[i]->next == NULL && bufs[i]->nb_segs == 1 &&
			rte_mbuf_refcnt_read(bufs[i]) == 1, "%s: mbuf %u is in the pool as a chain",
			when, number);
	}
	rte_mempool_put_bulk(fuzz_pool, (void **)bufs, FUZZ_POOL_SIZE);
}

void
fuzz_port_close(struct fuzz_port *p)
{
	if (p->eth_dev != NULL) {
		rte_eth_dev_stop(p->port_id);
		FUZZ_CHECK(rte_eth_dev_close(p->port_id) == 0, "close");
		p->eth_dev = NULL;
	}
	vdev_net_fini(&p->net);
	fuzz_pool_check("closed");
	FUZZ_CHECK(nb_memzones() == p->nb_memzones && nb_allocs() == p->nb_allocs,
		"%u memory zones and %u allocations, before the port %u and %u", nb_memzones(),
		nb_allocs(), p->nb_memzones, p->nb_allocs);
}
