/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/**
 * @file
 * What net_vio can do beyond ethdev.
 *
 * An application that links the driver calls these functions. One that loads it by EAL's option -d
 * looks them up in the plugin by dlsym(), as the guide of the driver shows.
 */

#ifndef RTE_PMD_VIO_H
#define RTE_PMD_VIO_H

#include <stdint.h>

#include <rte_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The mbuf's dynamic field with what a device says of a packet that it put together, and the
 * dynamic flag of mbufs in which it is set. Both are registered when a port with the device
 * argument rsc_info=1 is configured with RTE_ETH_RX_OFFLOAD_TCP_LRO: rte_mbuf_dynfield_lookup() and
 * rte_mbuf_dynflag_lookup() find them from then on.
 */
#define RTE_PMD_VIO_DYNFIELD_RSC_NAME "rte_pmd_vio_dynfield_rsc"
#define RTE_PMD_VIO_DYNFLAG_RSC_NAME "rte_pmd_vio_dynflag_rsc"

/** The field. The device is not checked: a count is what it says. */
struct rte_pmd_vio_rsc {
	uint16_t segments; /**< TCP segments put together */
	uint16_t dup_acks; /**< duplicated ACKs among them */
};

/**
 * Switches Rx offloads of a configured port on and off, also while it runs.
 *
 * Those that can be switched are RTE_ETH_RX_OFFLOAD_TCP_LRO, _TCP_CKSUM and _UDP_CKSUM, as far as
 * the port was configured with them; a device has one switch for both checksums, which is on if
 * either is, or LRO. What was switched holds until the port is configured anew, also when it is
 * stopped and started meanwhile. Packets that the device put together before are still received
 * afterwards: at most as many as the Rx queues hold.
 *
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * @param port_id
 *   The port.
 * @param offloads
 *   RTE_ETH_RX_OFFLOAD_*: those that shall be on, of the three above.
 * @return
 *   - 0: they are on, and the others of the three are off.
 *   - -ENODEV: there is no such port, or its device is gone.
 *   - -ENOTSUP: the port is not of this driver, or its device cannot switch offloads.
 *   - -EINVAL: another offload, or one that the port was not configured with.
 *   - -EIO, -ETIMEDOUT: the device refused, or did not answer; nothing changed.
 */
__rte_experimental
int
rte_pmd_vio_rx_offloads_set(uint16_t port_id, uint64_t offloads);

/**
 * Tells which of the Rx offloads that can be switched are on.
 *
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * @param port_id
 *   The port.
 * @param[out] offloads
 *   RTE_ETH_RX_OFFLOAD_*, of the three that rte_pmd_vio_rx_offloads_set() names.
 * @return
 *   - 0: success.
 *   - -ENODEV: there is no such port.
 *   - -ENOTSUP: the port is not of this driver.
 *   - -EINVAL: offloads is NULL.
 */
__rte_experimental
int
rte_pmd_vio_rx_offloads_get(uint16_t port_id, uint64_t *offloads);

#ifdef __cplusplus
}
#endif

#endif /* RTE_PMD_VIO_H */
