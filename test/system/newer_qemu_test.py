#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What only newer QEMUs have than this Debian's: IN_ORDER, USO, segmentation in UDP tunnels.

They are unpacked beside the system's (scripts/vm/qemu.py); a test is skipped where one cannot be
had, or where this host's kernel lacks what a tap needs for it.
"""

import random
import re
import socket
import struct
from contextlib import contextmanager

import lab
import vm
from lab import DPDK_TESTPMD, Card, Lab, frame, transfer, transfer_both
from offload_test import (FAR_ADDRESS, MTU, NEAR_ADDRESS, RX_CKSUM, RX_LRO, TX_CKSUM,
                          TX_MULTI_SEGS, TX_TSO, both_ways, by_hardware, check_sums, looked_at,
                          mean_sizes, run, stream, udp, wire)
from results import Skip, check, equal


class Stacks(Lab):
    """A machine with a pair of cards between two TCP/IP stacks: see offload_test.py."""

    def __init__(self, name, **options):
        self.near = Card(address=f"{NEAR_ADDRESS}/24", apart=True)
        self.bridged = Card(apart=True)
        self.far = None  # a namespace
        super().__init__(name, [self.near, self.bridged], **options)

    def _boot(self):
        machine = super()._boot()
        self.far = self._stack.enter_context(vm.Namespace(next(Lab.letters)))
        wire(self.bridged.namespace, self.far)
        return machine

    def both_ways(self, action, near=NEAR_ADDRESS, far=FAR_ADDRESS):
        """To the far side and back; returns how many checksums were found wrong."""
        return both_ways(action, near, far, (self.near.namespace, self.far))


PAIRS = 4
IN_ORDER = {"in_order": "on", "mq": "on"}
SPLIT = [Card(IN_ORDER, queues=PAIRS) for _ in range(2)]
PACKED = [Card(IN_ORDER | {"packed": "on"}, queues=PAIRS) for _ in range(2)]
IN_ORDER_LAB = Lab("system-newer-in-order", [*SPLIT, *PACKED], suite="bookworm-backports")
USO_LAB = Stacks("system-newer-uso", suite="bookworm-backports")
TUNNEL_LAB = Stacks("system-newer-tunnel", suite="trixie-backports")
TELL = "--log-level=pmd.net.vio:info"
SIZES = (60, 61, 64, 594, 1023, 1500, 1514)

TUN_F_CSUM, TUN_F_TSO, TUN_F_USO, TUN_F_TUNNEL = 0x01, 0x06, 0x60, 0x180
SOL_UDP, UDP_SEGMENT = 17, 103
DATAGRAM, BLOCK = 1400, 8000

NEAR_INNER, FAR_INNER = "198.19.8.1", "198.19.8.2"
TX_OUTER_IPV4_CKSUM, TX_VXLAN_TSO, TX_OUTER_UDP_CKSUM = 0x80, 0x200, 0x100000
VXLAN_OVERHEAD = 50


def agreed_on(app):
    """The features that the driver said it agreed on with each device, at the latest start."""
    said = re.findall(r"(\S+): features agreed on: (.*)", app.output)
    return [set(features.split()) for features in dict(said).values()]


def expect_features(app, *names):
    """These were agreed on with both devices."""
    for features in agreed_on(app):
        check(set(names) <= features, f"{set(names) - features} not in {sorted(features)}")
    equal(len(agreed_on(app)), 2, "devices that told their features")


# ---------------------------------------------------------------- buffers in order

def check_in_order(cards, *features):
    """Frames of many sizes through one pair of queues, many laps of small rings, several pairs."""
    with IN_ORDER_LAB.app(cards, "--rxd=64", "--txd=64", eal=(TELL,)) as app:
        expect_features(app, "IN_ORDER", *features)
        transfer_both(cards, [frame(size) for size in SIZES * 4])
        burst = [frame(60 + i % 1400) for i in range(400)]
        app.ok("clear port stats all")
        transfer(cards[0], cards[1], burst)
        equal(app.port_stats(1)["TX-packets"], len(burst) + 2, "sent on")
        app.reconfigure(f"port config all rxq {PAIRS}", f"port config all txq {PAIRS}",
                        "port config all rxd 256", "port config all txd 256")
        expect_features(app, "IN_ORDER", "MQ", *features)
        transfer_both(cards, flows(), window=1)  # the order of flows among queues is open
        used = [queue for queue in range(PAIRS) if app.xstats(0)[f"rx_q{queue}_packets"]]
        check(len(used) > 1, f"only queues {used} were used")
        for port in (0, 1):
            bad = {name: count for name, count in app.xstats(port).items()
                   if "_bad_" in name and count}
            equal(bad, {}, f"violations on port {port}")


def flows():
    """Frames of many TCP flows, which a device spreads over the queues."""
    made = []
    for port in range(64):
        size = 54 + lab.RANDOM.randrange(6, 1400)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size - 14, 0, 0, 64, 6, 0,
                         socket.inet_aton("198.18.9.1"), socket.inet_aton("198.18.9.2"))
        tcp = struct.pack("!HHIIBBHHH", 1024 + port, 7, 0, 0, 0x50, 0x10, 1024, 0, 0)
        head = lab.mac_bytes(lab.FAR_MAC) + lab.mac_bytes("02:00:00:00:00:01") + b"\x08\x00"
        made.append(head + ip + tcp + lab.RANDOM.randbytes(size - 54))
    return made


def test_in_order_split(_args):
    """IN_ORDER on split rings."""
    check_in_order(SPLIT)


def test_in_order_packed(_args):
    """IN_ORDER on packed rings."""
    check_in_order(PACKED, "RING_PACKED")


# ---------------------------------------------------------------- UDP segmentation

def need_tap(machines_lab, offloads, what):
    """Skip where the host's kernel has taps without these offloads."""
    machines_lab.ready()
    with vm.Tap(machines_lab.namespace, "probe") as tap:
        if not tap.can(offloads):
            raise Skip(f"the taps of this host's kernel have no {what}")


def blocks(source, target, address):
    """UDP in blocks of 8,000 bytes, given to the stack as one packet of segments each."""
    noise = random.Random(lab.SEED)
    with udp(source, target, address) as (sender, receiver):
        sender.setsockopt(SOL_UDP, UDP_SEGMENT, DATAGRAM)
        for size in (BLOCK, DATAGRAM + 1, 4 * DATAGRAM, BLOCK - 1) * 25:
            data = noise.randbytes(size)
            sender.send(data)
            for start in range(0, size, DATAGRAM):
                part = data[start:start + DATAGRAM]
                check(receiver.recv(65536) == part, f"bytes {start} to {start + len(part)} of a "
                      f"block of {size} (seed {lab.SEED})")


@contextmanager
def large_packets_forwarded():
    """The project's application, which sends on in segments what came put together."""
    with USO_LAB.app(USO_LAB.cards, "--enable-lro", eal=(TELL,),
                     devargs=("udp_lro=1,uso=1",) * 2) as app:
        app.ok("clear port stats all")
        yield app
        for port in (0, 1):
            xstats = app.xstats(port)
            equal(xstats["rx_q0_bad_offload"] + xstats["tx_q0_bad_offload"], 0,
                  f"packets refused on port {port}")
        app.ok("stop")


def test_uso(_args):
    """UDP in packets of several datagrams through both rings, cut for the wire by Linux."""
    need_tap(USO_LAB, TUN_F_CSUM | TUN_F_USO, "USO")
    with large_packets_forwarded() as app:
        expect_features(app, "HOST_USO", "GUEST_USO4", "GUEST_USO6")
        equal(USO_LAB.both_ways(blocks), 0, "wrong UDP checksums")
        received, _ = mean_sizes(app, 0)
        _, sent = mean_sizes(app, 1)
        check(received > 2 * MTU and sent > 2 * MTU,
              f"no large packets: {received:.0f} bytes in, {sent:.0f} out, in the mean")


def test_lro_forwarded(_args):
    """TCP the same way."""
    with large_packets_forwarded() as app:
        equal(USO_LAB.both_ways(stream), 0, "wrong TCP checksums")
        received, _ = mean_sizes(app, 0)
        check(received > 2 * MTU, f"no large packets: {received:.0f} bytes in the mean")


# ---------------------------------------------------------------- UDP tunnels

@contextmanager
def tunnel(checksum):
    """A VXLAN between both stacks; checksum: udpcsum or noudpcsum."""
    for namespace, device, remote, inner in (
            (TUNNEL_LAB.near.namespace, "tap0", "198.18.8.2", NEAR_INNER),
            (TUNNEL_LAB.far, "wire", NEAR_ADDRESS, FAR_INNER)):
        run(namespace, f"ip link add tunnel type vxlan id 7 dev {device} remote {remote} "
                       f"dstport 4789 {checksum}")
        run(namespace, f"ip address add {inner}/24 dev tunnel")
        run(namespace, f"ip link set tunnel mtu {MTU - VXLAN_OVERHEAD} up")
    try:
        yield
    finally:
        for namespace in (TUNNEL_LAB.near.namespace, TUNNEL_LAB.far):
            run(namespace, "ip link delete tunnel")


@contextmanager
def large_packets_in_a_tunnel(*features, outer_udp=False):
    """DPDK's application cuts within the tunnel what came put together, up to 64 KB of it."""
    segment = MTU - VXLAN_OVERHEAD - 40 - 12
    offloads = TX_CKSUM | TX_TSO | TX_OUTER_IPV4_CKSUM | TX_VXLAN_TSO | TX_MULTI_SEGS
    if outer_udp:
        offloads |= TX_OUTER_UDP_CKSUM
    with TUNNEL_LAB.app(TUNNEL_LAB.cards, f"--rx-offloads={RX_CKSUM | RX_LRO:#x}",
                        f"--tx-offloads={offloads:#x}", "--forward-mode=csum", eal=(TELL,),
                        devargs=("udp_lro=1",) * 2, program=DPDK_TESTPMD) as app:
        by_hardware(app)
        app.ok("port stop all", *(f"{line} {port}" for port in (0, 1) for line in
                                  ("csum set outer-ip hw", "csum parse-tunnel on",
                                   f"csum set outer-udp {'hw' if outer_udp else 'sw'}",
                                   f"tunnel_tso set {segment}")),
               "port start all", "start", "clear port stats all")
        expect_features(app, "HOST_UDP_TUNNEL_GSO", "GUEST_UDP_TUNNEL_GSO", *features)
        yield app
        received, _ = mean_sizes(app, 0)
        _, sent = mean_sizes(app, 1)
        check(received > 2 * MTU and sent > 2 * MTU,
              f"no large packets: {received:.0f} bytes in, {sent:.0f} out, in the mean")
        for port in (0, 1):
            xstats = app.xstats(port)
            equal(xstats["rx_q0_bad_offload"] + xstats["tx_q0_bad_offload"], 0,
                  f"packets refused on port {port}")


def need_tunnels():
    """Skip where the host's kernel has no taps for it."""
    need_tap(TUNNEL_LAB, TUN_F_CSUM | TUN_F_TSO | TUN_F_USO | TUN_F_TUNNEL, "UDP tunnels")


def test_tunnel(_args):
    """TCP in a VXLAN, in packets of up to 64 KB that are cut within it."""
    need_tunnels()
    with tunnel("noudpcsum"), large_packets_in_a_tunnel():
        equal(TUNNEL_LAB.both_ways(stream, NEAR_INNER, FAR_INNER), 0, "wrong checksums")


def test_tunnel_outer_checksum(_args):
    """The same with checksums of the outer UDP headers, partial as they come and as they go."""
    need_tunnels()
    with tunnel("udpcsum"), large_packets_in_a_tunnel("HOST_UDP_TUNNEL_GSO_CSUM",
                                                      "GUEST_UDP_TUNNEL_GSO_CSUM",
                                                      outer_udp=True):
        with looked_at(TUNNEL_LAB.far, "wire", NEAR_ADDRESS) as frames:
            equal(TUNNEL_LAB.both_ways(stream, NEAR_INNER, FAR_INNER), 0, "wrong checksums")
        check_sums(frames, 1000)
        outer = [line for line in frames if ".4789: " in line]
        check(len(outer) > 500, f"tcpdump saw {len(outer)} packets of the tunnel only")
        without = [line for line in outer if "udp sum ok" not in line]
        equal(without[:2], [], "packets without an outer checksum")


if __name__ == "__main__":
    with IN_ORDER_LAB, USO_LAB, TUNNEL_LAB:
        lab.main("newer_qemu")
