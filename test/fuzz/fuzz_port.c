/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * A port on the test device without threads: the device works whenever the driver waits, and
 * alarms go off when they are asked to, in place of functions of EAL that the driver is linked with
 * here (--wrap). Where silence is expected, a deadline of seconds takes milliseconds.
 * Threads: the main one.
 */

#include <stdlib.h>
#include <string.h>

#include <ethdev_driver.h>
#include <rte_alarm.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "fuzz_port.h"
#include "vdev_net_ctrl.h"
#include "vio_ethdev.h"

#define DEVICE_NAME	"net_vio_fuzz"

/* What a second is: a usual one, and one of which 5 are half a million cycles. */
#define CLOCK_HZ	UINT64_C(2000000000)
#define IMPATIENT_HZ	100000

#define NB_ALARMS	8
#define POOL_CACHE	32

struct rte_mempool *fuzz_pools[FUZZ_NB_POOLS];
static struct rte_mbuf *mbufs[FUZZ_NB_MBUFS];	/* those of a pool by address */
static size_t mbuf_stride;			/* from one of a pool to the next */

static struct {
	rte_eal_alarm_callback callback;
	void *arg;
} alarms[NB_ALARMS];
static unsigned int nb_alarms;
unsigned int fuzz_port_resets;

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
int
__wrap_rte_eal_alarm_set(uint64_t us, rte_eal_alarm_callback callback, void *arg);
int
__wrap_rte_eal_alarm_cancel(rte_eal_alarm_callback callback, void *arg);

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

int
__wrap_rte_eal_alarm_set(uint64_t us, rte_eal_alarm_callback callback, void *arg)
{
	RTE_SET_USED(us);
	FUZZ_CHECK(nb_alarms < NB_ALARMS, "%u alarms are set already", nb_alarms);
	alarms[nb_alarms].callback = callback;
	alarms[nb_alarms++].arg = arg;
	return 0;
}

int
__wrap_rte_eal_alarm_cancel(rte_eal_alarm_callback callback, void *arg)
{
	unsigned int i, left = 0, before = nb_alarms;

	for (i = 0; i < before; i++)
		if (alarms[i].callback != callback || alarms[i].arg != arg)
			alarms[left++] = alarms[i];
	nb_alarms = left;
	return before - left;
}

void
fuzz_port_events(void)
{
	rte_eal_alarm_callback callback;
	void *arg;

	while (nb_alarms > 0) {
		callback = alarms[0].callback;
		arg = alarms[0].arg;
		nb_alarms--;
		memmove(&alarms[0], &alarms[1], nb_alarms * sizeof(alarms[0]));
		callback(arg);
	}
}

static int
reset_event(uint16_t port_id, enum rte_eth_event_type type, void *arg, void *param)
{
	RTE_SET_USED(port_id);
	RTE_SET_USED(type);
	RTE_SET_USED(arg);
	RTE_SET_USED(param);
	fuzz_port_resets++;
	return 0;
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
	unsigned int pool;
	uint64_t offset;

	for (pool = 0; pool < FUZZ_NB_POOLS; pool++) {
		offset = addr - (uintptr_t)mbufs[pool * FUZZ_POOL_SIZE];
		if (offset < FUZZ_POOL_SIZE * mbuf_stride)
			return offset % mbuf_stride >= fuzz_pools[0]->elt_size ? -1 :
				(int)(pool * FUZZ_POOL_SIZE + offset / mbuf_stride);
	}
	return -1;
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

/* Makes a pool, whose mbufs lie one behind the other, so that they are found by their address. */
static void
pool_make(unsigned int pool, const char *name, unsigned int cache)
{
	struct rte_mbuf **own = &mbufs[pool * FUZZ_POOL_SIZE];
	unsigned int i;

	fuzz_pools[pool] = rte_pktmbuf_pool_create(name, FUZZ_POOL_SIZE, cache, 0,
		FUZZ_DATA_ROOM, SOCKET_ID_ANY);
	FUZZ_CHECK(fuzz_pools[pool] != NULL && rte_mempool_get_bulk(fuzz_pools[pool],
		(void **)own, FUZZ_POOL_SIZE) == 0, "no pool");
	rte_mempool_put_bulk(fuzz_pools[pool], (void **)own, FUZZ_POOL_SIZE);
	qsort(own, FUZZ_POOL_SIZE, sizeof(own[0]), mbufs_compare);
	mbuf_stride = RTE_PTR_DIFF(mbufs[1], mbufs[0]);
	for (i = 0; i < FUZZ_POOL_SIZE; i++)
		FUZZ_CHECK(RTE_PTR_ADD(own[0], i * mbuf_stride) == own[i], "a pool in pieces");
}

/* Once: the pools, and what ethdev allocates for its first port. */
static void
process_prepare(void)
{
	if (fuzz_pools[0] != NULL)
		return;
	pool_make(0, "fuzz", 0);
	pool_make(1, "fuzz_cached", POOL_CACHE);
	rte_eth_dev_release_port(rte_eth_dev_allocate("warm"));
	FUZZ_CHECK(rte_eth_dev_callback_register(RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RESET,
		reset_event, NULL) == 0, "no event");
}

void
fuzz_port_prepare(struct fuzz_port *p, uint16_t nb_pairs, uint16_t size_max)
{
	process_prepare();
	memset(p, 0, sizeof(*p));
	fuzz_port_resets = 0;
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
	struct vio_dev *dev = rte_zmalloc(NULL, sizeof(*dev), 64);
	int ret;

	FUZZ_CHECK(eth_dev != NULL && dev != NULL, "no port or no memory is left");
	dev->offload_choice = p->choice;
	eth_dev->data->dev_private = dev;
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

/* Every mbuf of one pool must be in it. */
static void
pool_check(struct rte_mempool *mp, unsigned int first, const char *when)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(mp, rte_lcore_id());
	struct rte_mbuf *bufs[FUZZ_POOL_SIZE];
	bool seen[FUZZ_POOL_SIZE] = { false };
	unsigned int i, number;

	if (cache != NULL)
		rte_mempool_cache_flush(cache, mp);
	FUZZ_CHECK(rte_mempool_avail_count(mp) == FUZZ_POOL_SIZE,
		"%s: %u of %u mbufs are in pool %s", when, rte_mempool_avail_count(mp),
		FUZZ_POOL_SIZE, mp->name);
	FUZZ_CHECK(rte_mempool_get_bulk(mp, (void **)bufs, FUZZ_POOL_SIZE) == 0,
		"%s: pool %s does not give its mbufs", when, mp->name);
	for (i = 0; i < FUZZ_POOL_SIZE; i++) {
		number = fuzz_mbuf_number(bufs[i]) - first;
		FUZZ_CHECK(number < FUZZ_POOL_SIZE, "%s: pool %s has an mbuf of another",
			when, mp->name);
		FUZZ_CHECK(!seen[number], "%s: mbuf %u is twice in pool %s", when, number,
			mp->name);
		seen[number] = true;
		FUZZ_CHECK(bufs[i]->next == NULL && bufs[i]->nb_segs == 1 &&
			rte_mbuf_refcnt_read(bufs[i]) == 1, "%s: mbuf %u is in the pool as a chain",
			when, number);
	}
	rte_mempool_put_bulk(mp, (void **)bufs, FUZZ_POOL_SIZE);
}

void
fuzz_pool_check(const char *when)
{
	unsigned int pool;

	for (pool = 0; pool < FUZZ_NB_POOLS; pool++)
		pool_check(fuzz_pools[pool], pool * FUZZ_POOL_SIZE, when);
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
	FUZZ_CHECK(nb_alarms == 0, "%u alarms are left", nb_alarms);
	FUZZ_CHECK(nb_memzones() == p->nb_memzones && nb_allocs() == p->nb_allocs,
		"%u memory zones and %u allocations, before the port %u and %u", nb_memzones(),
		nb_allocs(), p->nb_memzones, p->nb_allocs);
}
