/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * The functions that applications call beside ethdev's.
 * Invariant: nothing of a port is looked at before it is known to be of this driver.
 * Control threads only; the application lets them come one at a time, as ethdev's.
 */

#include <errno.h>

#include "rte_pmd_vio.h"
#include "vio_ethdev.h"
#include "vio_offload.h"

/* DPDK 25.07 and later learn from the sources what is exported; before, version.map says it. */
#if __has_include(<eal_export.h>)
#include <eal_export.h>
#else
#define RTE_EXPORT_EXPERIMENTAL_SYMBOL(symbol, version)
#endif

/* The port, if it is one of this driver. Returns 0 or -errno. */
static int
port_find(uint16_t port_id, struct rte_eth_dev **eth_dev)
{
	if (!rte_eth_dev_is_valid_port(port_id))
		return -ENODEV;
	*eth_dev = &rte_eth_devices[port_id];
	return vio_ethdev_is_own(*eth_dev) ? 0 : -ENOTSUP;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_pmd_vio_rx_offloads_set, 26.11)
int
rte_pmd_vio_rx_offloads_set(uint16_t port_id, uint64_t offloads)
{
	struct rte_eth_dev *eth_dev;
	int ret = port_find(port_id, &eth_dev);

	return ret < 0 ? ret : vio_offload_rx_switch(eth_dev, offloads);
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_pmd_vio_rx_offloads_get, 26.11)
int
rte_pmd_vio_rx_offloads_get(uint16_t port_id, uint64_t *offloads)
{
	struct rte_eth_dev *eth_dev;
	int ret = port_find(port_id, &eth_dev);

	if (ret < 0)
		return ret;
	if (offloads == NULL)
		return -EINVAL;
	*offloads = vio_offload_rx_on(eth_dev);
	return 0;
}
