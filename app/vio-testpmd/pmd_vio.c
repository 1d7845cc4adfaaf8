/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/*
 * What the driver net_vio can do beyond ethdev, for an application that does not link it: the
 * functions are looked up in the plugin that EAL loaded. Runs on the main lcore.
 */

#include <dlfcn.h>
#include <errno.h>

#include <rte_errno.h>
#include <rte_pmd_vio.h>

#include "app.h"

/*
 * A function of the plugin that drives a port, or NULL. EAL keeps a plugin's symbols to itself, so
 * its file is found by something in it: the driver's name.
 */
static void *
plugin_function(uint16_t port_id, const char *name)
{
	struct rte_eth_dev_info info;
	Dl_info object;
	void *plugin, *function;

	if (rte_eth_dev_info_get(port_id, &info) != 0 || dladdr(info.driver_name, &object) == 0)
		return NULL;
	plugin = dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (plugin == NULL)
		return NULL;
	function = dlsym(plugin, name);
	dlclose(plugin);	/* EAL holds it still */
	return function;
}

int
pmd_vio_rx_offload(uint16_t port_id, uint64_t offload, bool on)
{
	typeof(rte_pmd_vio_rx_offloads_set) *set;
	typeof(rte_pmd_vio_rx_offloads_get) *get;
	uint64_t now;
	int ret;

	set = plugin_function(port_id, "rte_pmd_vio_rx_offloads_set");
	get = plugin_function(port_id, "rte_pmd_vio_rx_offloads_get");
	if (set == NULL || get == NULL) {
		complain("port %u: %s cannot switch Rx offloads of a port that is configured",
			 port_id, port_driver_name(port_id));
		return -1;
	}
	ret = get(port_id, &now);
	if (ret == 0)
		ret = set(port_id, on ? now | offload : now & ~offload);
	if (ret != 0)
		complain("port %u: the Rx offload cannot be switched: %s", port_id,
			 rte_strerror(-ret));
	return ret == 0 ? 0 : -1;
}
