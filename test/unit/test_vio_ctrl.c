/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The net_vio authors
 */

/* Control commands: what reaches the device, and what becomes of its answers (virtio 5.1.9.5). */

#include <string.h>

#include <rte_cycles.h>

#include "test.h"

#include "fake_format.h"
#include "vio.h"
#include "vio_ctrl.h"

#define RING_SIZE	64

static struct fake_port port;

static const struct rte_eth_conf vlan_conf = {
	.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_VLAN_FILTER,
};

static int
start(void)
{
	int ret = fake_port_probe(&port);

	if (ret == 0)
		ret = fake_port_configure(&port, 1, 1, RING_SIZE, &vlan_conf);
	if (ret == 0)
		ret = rte_eth_dev_start(port.port_id);
	return ret == 0 ? TEST_SUCCESS : TEST_FAILED;
}

static int
setup(void)
{
	if (fake_port_prepare(&port, 1, RING_SIZE) != 0)
		return TEST_FAILED;
	return start();
}

static void
teardown(void)
{
	fake_port_close(&port);
}

static struct vio_dev *
driver(void)
{
	return rte_eth_devices[port.port_id].data->dev_private;
}

/* An address that differs by index. */
static struct rte_ether_addr
address(bool multicast, unsigned int index)
{
	return (struct rte_ether_addr){ .addr_bytes = {
		multicast ? 0x03 : 0x02, 0, 0, 0, index >> 8, index,
	} };
}

static bool
device_has_vlan(uint16_t id)
{
	return (port.net.vlans[id / 64] >> (id % 64)) & 1;
}

static int
rx_modes(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_promiscuous_enable(port.port_id), "promiscuous on");
	TEST_ASSERT(port.net.promisc && !port.net.allmulti, "promiscuous on");
	TEST_ASSERT_SUCCESS(rte_eth_allmulticast_enable(port.port_id), "all-multicast on");
	TEST_ASSERT(port.net.promisc && port.net.allmulti, "all-multicast on");
	TEST_ASSERT_SUCCESS(rte_eth_promiscuous_disable(port.port_id), "promiscuous off");
	TEST_ASSERT(!port.net.promisc && port.net.allmulti, "promiscuous off");
	TEST_ASSERT_SUCCESS(rte_eth_allmulticast_disable(port.port_id), "all-multicast off");
	TEST_ASSERT(!port.net.promisc && !port.net.allmulti, "all-multicast off");
	return fake_port_close(&port);
}

/* Whether the device's table holds exactly these addresses, in any order. */
static bool
table_is(const struct vdev_net_macs *table, bool multicast, unsigned int first, unsigned int nb)
{
	unsigned int i, j;

	if (table->nb != nb)
		return false;
	for (i = first; i < first + nb; i++) {
		struct rte_ether_addr a = address(multicast, i);

		for (j = 0; j < nb; j++)
			if (memcmp(table->addr[j], &a, sizeof(a)) == 0)
				break;
		if (j == nb)
			return false;
	}
	return true;
}

static int
unicast_table(void)
{
	struct rte_ether_addr a;
	unsigned int i;

	for (i = 1; i < VIO_MAC_ADDRS_MAX; i++) {
		a = address(false, i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_add(port.port_id, &a, 0), "add %u", i);
		TEST_ASSERT(table_is(&port.net.unicast, false, 1, i), "after adding %u", i);
	}
	a = address(false, i);
	TEST_ASSERT_EQUAL(rte_eth_dev_mac_addr_add(port.port_id, &a, 0), -ENOSPC, "one more");
	for (i = 1; i < VIO_MAC_ADDRS_MAX; i++) {
		a = address(false, i);
		TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_remove(port.port_id, &a), "remove %u", i);
		TEST_ASSERT(table_is(&port.net.unicast, false, i + 1, VIO_MAC_ADDRS_MAX - 1 - i),
			"after removing %u", i);
	}
	return fake_port_close(&port);
}

static int
multicast_table(void)
{
	struct rte_ether_addr list[VIO_MC_ADDRS_MAX + 1], uc = address(false, 5);
	unsigned int i;

	for (i = 0; i < RTE_DIM(list); i++)
		list[i] = address(true, i);
	TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_add(port.port_id, &uc, 0), "unicast");
	for (i = 0; i <= VIO_MC_ADDRS_MAX; i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_set_mc_addr_list(port.port_id, list, i), "%u", i);
		TEST_ASSERT(table_is(&port.net.multicast, true, 0, i), "list of %u", i);
		TEST_ASSERT(table_is(&port.net.unicast, false, 5, 1), "unicast with %u", i);
	}
	/* refused, and nothing changes */
	TEST_ASSERT_EQUAL(rte_eth_dev_set_mc_addr_list(port.port_id, list, RTE_DIM(list)),
		-ENOSPC, "one more");
	list[1] = address(false, 1);
	TEST_ASSERT_EQUAL(rte_eth_dev_set_mc_addr_list(port.port_id, list, 2), -EINVAL,
		"not multicast");
	TEST_ASSERT(table_is(&port.net.multicast, true, 0, VIO_MC_ADDRS_MAX), "it changed");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mc_addr_list(port.port_id, NULL, 0), "none");
	TEST_ASSERT_EQUAL(port.net.multicast.nb, 0, "%u left", port.net.multicast.nb);
	return fake_port_close(&port);
}

/* A multicast address among the port's addresses goes into the multicast table. */
static int
multicast_among_addresses(void)
{
	struct rte_ether_addr uc = address(false, 3), mc = address(true, 4);
	struct rte_ether_addr list = address(true, 5);

	TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_add(port.port_id, &uc, 0), "unicast");
	TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_add(port.port_id, &mc, 0), "multicast");
	TEST_ASSERT(table_is(&port.net.unicast, false, 3, 1), "unicast table");
	TEST_ASSERT(table_is(&port.net.multicast, true, 4, 1), "multicast table");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mc_addr_list(port.port_id, &list, 1), "list");
	TEST_ASSERT(table_is(&port.net.multicast, true, 4, 2), "both");
	TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_remove(port.port_id, &mc), "remove");
	TEST_ASSERT(table_is(&port.net.multicast, true, 5, 1), "the list stays");
	return fake_port_close(&port);
}

static int
primary_address(void)
{
	struct rte_ether_addr a = address(false, 0x1234), now;

	TEST_ASSERT_SUCCESS(rte_eth_dev_default_mac_addr_set(port.port_id, &a), "set");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(port.net.mac, &a, sizeof(a), "the device's");
	TEST_ASSERT_SUCCESS(rte_eth_macaddr_get(port.port_id, &now), "get");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(&now, &a, sizeof(a), "the port's");
	TEST_ASSERT_EQUAL(port.net.unicast.nb, 0, "the primary one is in no table");
	return fake_port_close(&port);
}

static int
vlan_filter(void)
{
	static const uint16_t ids[] = { 0, 1, 63, 64, 100, 4094, 4095 };
	unsigned int i;

	for (i = 0; i < RTE_DIM(ids); i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, ids[i], 1), "add %u",
			ids[i]);
		TEST_ASSERT(device_has_vlan(ids[i]), "VLAN %u", ids[i]);
	}
	TEST_ASSERT(!device_has_vlan(2), "VLAN 2");
	for (i = 0; i < RTE_DIM(ids); i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, ids[i], 0), "delete %u",
			ids[i]);
		TEST_ASSERT(!device_has_vlan(ids[i]), "VLAN %u", ids[i]);
	}
	return fake_port_close(&port);
}

/* The filter off lets all in; on again, those that were asked for. */
static int
vlan_filter_switched(void)
{
	unsigned int id;

	TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, 42, 1), "add 42");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id, 0), "off");
	for (id = 0; id < 4096; id++)
		TEST_ASSERT(device_has_vlan(id), "VLAN %u while off", id);
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_vlan_offload(port.port_id,
		RTE_ETH_VLAN_FILTER_OFFLOAD), "on");
	for (id = 0; id < 4096; id++)
		TEST_ASSERT_EQUAL(device_has_vlan(id), (id == 42), "VLAN %u while on", id);
	return fake_port_close(&port);
}

/* The control ring's indices wrap. */
static int
index_wrap(void)
{
	struct vdev_vq *vq = &port.net.vq[VIRTIO_NET_CTRLQ(1)];
	struct vio_ring *ring = &driver()->ctrlq.ring;
	unsigned int i;

	pthread_mutex_lock(&port.net.dev.lock);
	ring->avail_idx = ring->used_idx = 65530;
	ring->avail->idx = rte_cpu_to_le_16(65530);
	vdev_vq_base_set(vq, 65530);
	pthread_mutex_unlock(&port.net.dev.lock);
	for (i = 0; i < 200; i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, i, 1), "command %u", i);
		TEST_ASSERT(device_has_vlan(i), "command %u", i);
	}
	return fake_port_close(&port);
}

/* The device says no, in one way or another: -EIO, nothing changes, the next command works. */
static int
refused(const void *data)
{
	struct rte_ether_addr a = address(false, 1), mc = address(true, 1);
	const int answer = *(const int *)data;

	port.net.answer = answer;
	TEST_ASSERT_EQUAL(rte_eth_promiscuous_enable(port.port_id), -EIO, "promiscuous");
	TEST_ASSERT_EQUAL(rte_eth_promiscuous_get(port.port_id), 0, "ethdev believes it is on");
	TEST_ASSERT_EQUAL(rte_eth_allmulticast_enable(port.port_id), -EIO, "all-multicast");
	TEST_ASSERT_EQUAL(rte_eth_dev_mac_addr_add(port.port_id, &a, 0), -EIO, "address");
	TEST_ASSERT_EQUAL(rte_eth_dev_default_mac_addr_set(port.port_id, &a), -EIO, "primary");
	TEST_ASSERT_EQUAL(rte_eth_dev_set_mc_addr_list(port.port_id, &mc, 1), -EIO, "multicast");
	TEST_ASSERT_EQUAL(rte_eth_dev_vlan_filter(port.port_id, 5, 1), -EIO, "VLAN");

	port.net.answer = VDEV_NET_ACK;
	TEST_ASSERT_SUCCESS(rte_eth_promiscuous_enable(port.port_id), "promiscuous");
	TEST_ASSERT(port.net.promisc, "promiscuous");
	TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, 6, 1), "VLAN");
	/* what was refused is not sent again by the next start */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT(!port.net.allmulti, "all-multicast");
	TEST_ASSERT(!device_has_vlan(5) && device_has_vlan(6), "VLANs");
	TEST_ASSERT_EQUAL(port.net.unicast.nb, 0, "addresses");
	TEST_ASSERT_EQUAL(port.net.multicast.nb, 0, "multicast addresses");
	return fake_port_close(&port);
}

/* After nonsense or silence: no command is sent any more, at once, until the next start. */
static int
out_of_use_until_start(void)
{
	unsigned int before = port.net.nb_commands;
	uint64_t cycles = rte_get_timer_cycles();

	port.net.answer = VDEV_NET_ACK;
	TEST_ASSERT_EQUAL(rte_eth_allmulticast_enable(port.port_id), -EIO, "out of use");
	TEST_ASSERT_EQUAL(rte_eth_dev_vlan_filter(port.port_id, 7, 1), -EIO, "out of use");
	TEST_ASSERT_EQUAL(port.net.nb_commands, before, "commands are sent");
	TEST_ASSERT(rte_get_timer_cycles() - cycles < rte_get_timer_hz() / 2, "it waits");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_SUCCESS(rte_eth_allmulticast_enable(port.port_id), "in use again");
	TEST_ASSERT(port.net.allmulti, "in use again");
	return fake_port_close(&port);
}

static int
nonsense(const void *data)
{
	port.net.answer = *(const int *)data;
	TEST_ASSERT_EQUAL(rte_eth_promiscuous_enable(port.port_id), -EIO, "believed");
	return out_of_use_until_start();
}

/* A device that never answers costs the deadline, once. */
static int
silence(void)
{
	uint64_t cycles = rte_get_timer_cycles();
	uint64_t ms;

	port.net.answer = VDEV_NET_SILENT;
	TEST_ASSERT_EQUAL(rte_eth_promiscuous_enable(port.port_id), -ETIMEDOUT, "no answer");
	ms = (rte_get_timer_cycles() - cycles) * MS_PER_S / rte_get_timer_hz();
	TEST_ASSERT(ms >= VIO_CTRL_DEADLINE_MS && ms < VIO_CTRL_DEADLINE_MS + 1000, "%u ms",
		(unsigned int)ms);
	return out_of_use_until_start();
}

/* While the port is stopped nothing is sent, and nothing is refused. */
static int
kept_while_stopped(void)
{
	struct rte_ether_addr uc = address(false, 9), mc = address(true, 9);
	struct rte_ether_addr primary = address(false, 10);

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_SUCCESS(rte_eth_promiscuous_enable(port.port_id), "promiscuous");
	TEST_ASSERT_SUCCESS(rte_eth_allmulticast_enable(port.port_id), "all-multicast");
	TEST_ASSERT_SUCCESS(rte_eth_dev_mac_addr_add(port.port_id, &uc, 0), "address");
	TEST_ASSERT_SUCCESS(rte_eth_dev_default_mac_addr_set(port.port_id, &primary), "primary");
	TEST_ASSERT_SUCCESS(rte_eth_dev_set_mc_addr_list(port.port_id, &mc, 1), "multicast");
	TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, 99, 1), "VLAN");
	TEST_ASSERT_EQUAL(port.net.nb_commands, 0, "%u commands", port.net.nb_commands);

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT(port.net.promisc && port.net.allmulti, "modes");
	TEST_ASSERT(table_is(&port.net.unicast, false, 9, 1), "address");
	TEST_ASSERT(table_is(&port.net.multicast, true, 9, 1), "multicast");
	TEST_ASSERT_BUFFERS_ARE_EQUAL(port.net.mac, &primary, sizeof(primary), "primary");
	TEST_ASSERT(device_has_vlan(99) && !device_has_vlan(98), "VLAN");
	return fake_port_close(&port);
}

/* Without a feature its commands are refused and never sent (virtio 5.1.9.5.1, ...). */
static int
features_missing(void)
{
	struct rte_ether_addr uc = address(false, 1), mc = address(true, 1);
	struct vio_mac_tables tables = { 0 };

	fake_port_close(&port);
	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_offer(&port.net.dev, VIRTIO_NET_F_CTRL_VQ, false);
	TEST_ASSERT_SUCCESS(fake_port_probe(&port), "probe");
	TEST_ASSERT_SUCCESS(fake_port_configure(&port, 1, 1, RING_SIZE, NULL), "configure");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port.port_id), "start");
	TEST_ASSERT_EQUAL(rte_eth_promiscuous_enable(port.port_id), -ENOTSUP, "promiscuous");
	TEST_ASSERT_EQUAL(rte_eth_allmulticast_enable(port.port_id), -ENOTSUP, "all-multicast");
	TEST_ASSERT_FAIL(rte_eth_dev_mac_addr_add(port.port_id, &uc, 0), "address");
	TEST_ASSERT_EQUAL(rte_eth_dev_default_mac_addr_set(port.port_id, &uc), -ENOTSUP,
		"primary");
	TEST_ASSERT_EQUAL(rte_eth_dev_set_mc_addr_list(port.port_id, &mc, 1), -ENOTSUP,
		"multicast");
	TEST_ASSERT_EQUAL(rte_eth_dev_vlan_filter(port.port_id, 1, 1), -ENOSYS, "VLAN");
	TEST_ASSERT_EQUAL(vio_ctrl_vlan_set(driver(), 1, true), -ENOTSUP, "VLAN command");
	TEST_ASSERT_EQUAL(vio_ctrl_pairs_set(driver(), 1), -ENOTSUP, "pairs command");
	TEST_ASSERT_EQUAL(vio_ctrl_mac_set(driver(), &uc), -ENOTSUP, "address command");
	TEST_ASSERT_EQUAL(vio_ctrl_mac_tables_set(driver(), &tables), -ENOTSUP,
		"table command");
	TEST_ASSERT_EQUAL(vio_ctrl_rx_mode_set(driver(), 0, true), -ENOTSUP, "mode command");
	return fake_port_close(&port);
}

/* The primary address needs both features (virtio 5.1.9.5.2), stopped or started. */
static int
address_feature_without_rx(void)
{
	struct rte_ether_addr uc = address(false, 1);

	fake_port_close(&port);
	TEST_ASSERT_SUCCESS(fake_port_prepare(&port, 1, RING_SIZE), "prepare");
	vdev_offer(&port.net.dev, VIRTIO_NET_F_CTRL_RX, false);
	TEST_ASSERT_SUCCESS(start(), "start");
	TEST_ASSERT_EQUAL(rte_eth_dev_default_mac_addr_set(port.port_id, &uc), -ENOTSUP,
		"started");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(port.port_id), "stop");
	TEST_ASSERT_EQUAL(rte_eth_dev_default_mac_addr_set(port.port_id, &uc), -ENOTSUP,
		"stopped");
	return fake_port_close(&port);
}

#define REFUSED(_name, _answer) \
	TEST_CASE_NAMED_WITH_DATA(_name, setup, teardown, refused, (&(const int){ _answer }))
#define NONSENSE(_name, _answer) \
	TEST_CASE_NAMED_WITH_DATA(_name, setup, teardown, nonsense, (&(const int){ _answer }))

/* Commands of three descriptors each, until the ring's end has lain at each of the three. */
static int
many_laps(void)
{
	unsigned int i;

	for (i = 0; i < 500; i++) {
		TEST_ASSERT_SUCCESS(rte_eth_dev_vlan_filter(port.port_id, i, 1), "command %u", i);
		TEST_ASSERT(device_has_vlan(i), "command %u", i);
	}
	return fake_port_close(&port);
}

static struct unit_test_suite common = {
	.suite_name = "any format",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, rx_modes),
		TEST_CASE_ST(setup, teardown, unicast_table),
		TEST_CASE_ST(setup, teardown, multicast_table),
		TEST_CASE_ST(setup, teardown, multicast_among_addresses),
		TEST_CASE_ST(setup, teardown, primary_address),
		TEST_CASE_ST(setup, teardown, vlan_filter),
		TEST_CASE_ST(setup, teardown, vlan_filter_switched),
		REFUSED("refused", VDEV_NET_REFUSE),
		REFUSED("odd status", VDEV_NET_ODD_ACK),
		REFUSED("no status", VDEV_NET_NO_ACK),
		NONSENSE("wrong id", VDEV_NET_WRONG_ID),
		TEST_CASE_ST(setup, teardown, silence),
		TEST_CASE_ST(setup, teardown, kept_while_stopped),
		TEST_CASE_ST(setup, teardown, features_missing),
		TEST_CASE_ST(setup, teardown, address_feature_without_rx),
		TEST_CASES_END()
	}
};

static struct unit_test_suite split = {
	.suite_name = "split",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, index_wrap),
		NONSENSE("index jump", VDEV_NET_IDX_JUMP),
		TEST_CASES_END()
	}
};

static struct unit_test_suite packed = {
	.suite_name = "packed",
	.unit_test_cases = {
		TEST_CASE_ST(setup, teardown, many_laps),
		TEST_CASES_END()
	}
};

FAKE_FORMAT_TEST(vio_ctrl, 0, &common, &split)
FAKE_FORMAT_TEST(vio_ctrl_packed, FAKE_PACKED, &common, &packed)
FAKE_FORMAT_TEST(vio_ctrl_in_order, FAKE_IN_ORDER | FAKE_EVENTS, &common, &split)

REGISTER_TEST_COMMAND(vio_ctrl_autotest, test_vio_ctrl);
REGISTER_TEST_COMMAND(vio_ctrl_packed_autotest, test_vio_ctrl_packed);
REGISTER_TEST_COMMAND(vio_ctrl_in_order_autotest, test_vio_ctrl_in_order);
