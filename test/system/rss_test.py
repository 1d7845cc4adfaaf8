#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""RSS, the hash in mbufs and packet types, with QEMU's virtio-net and DPDK's own testpmd.

The hash of each flow is computed here, so that neither the driver's nor the device's word is
taken. testpmd prints of each packet its source address, which is the flow's number, its queue and
its hash.
"""

import re
import struct

import lab
from lab import DPDK_TESTPMD, Card, Lab, mac_bytes
from results import check, equal

PAIRS = 4
RSS = Card({"mq": "on", "rss": "on"}, queues=PAIRS)
HASH = Card({"mq": "on", "rss": "on", "hash": "on"}, queues=PAIRS)
HASH_PACKED = Card({"mq": "on", "rss": "on", "hash": "on", "packed": "on"}, queues=PAIRS)
HASH_ONLY = Card({"mq": "on", "hash": "on"}, queues=PAIRS)
PLAIN = Card({"mq": "on"}, queues=PAIRS)
LAB = Lab("system-rss", [RSS, HASH, HASH_PACKED, HASH_ONLY, PLAIN])

QUEUES = (f"--rxq={PAIRS}", f"--txq={PAIRS}", "--forward-mode=rxonly")
RSS_HASH = "--rx-offloads=0x80000"  # RTE_ETH_RX_OFFLOAD_RSS_HASH
TABLE = 128
FLOWS = 60
# of Microsoft's test vectors, and the driver's own
DEFAULT_KEY = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c"
                            "6a42b73bbeac01fa")
OTHER_KEY = bytes((7 * i + 3) % 256 for i in range(40))
TCP, UDP, ICMP = 6, 17, 1


# ---------------------------------------------------------------- flows

class Flow:
    """A frame that differs by its number: IPv4 and IPv6, TCP, UDP and another protocol in turns."""

    def __init__(self, number):
        self.mac = f"02:00:00:01:{number >> 8:02X}:{number & 255:02X}"
        self.proto = (UDP, TCP, ICMP)[number // 2 % 3]
        self.is_ipv6 = number % 2 == 1
        self.ports = struct.pack("!HH", 1000 + 37 * number, 80 + number % 7)
        if self.is_ipv6:
            self.addresses = b"".join(b"\xfd" + bytes(13) + struct.pack("!H", end)
                                      for end in (number * 523 & 0xFFFF, 7 + number))
        else:
            self.addresses = struct.pack("!II", 0x0A000000 + 7919 * number, 0x0A800001 + number)

    def frame(self, to):
        """Its bytes, for a station."""
        payload = self.ports + bytes(60)
        if self.is_ipv6:
            header = struct.pack("!IHBB", 6 << 28, len(payload), self.proto, 64)
        else:
            header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, self.proto, 0)
        kind = b"\x86\xdd" if self.is_ipv6 else b"\x08\x00"
        return mac_bytes(to) + mac_bytes(self.mac) + kind + header + self.addresses + payload

    def hash(self, key, ports=True):
        """Its hash, with the ports of TCP and UDP or without."""
        hashed = self.addresses + (self.ports if ports and self.proto in (TCP, UDP) else b"")
        return toeplitz(key, hashed)

    @property
    def ptype(self):
        """What a hash of it says of its type."""
        network = "L3_IPV6_EXT_UNKNOWN" if self.is_ipv6 else "L3_IPV4_EXT_UNKNOWN"
        return [network] + {TCP: ["L4_TCP"], UDP: ["L4_UDP"]}.get(self.proto, [])


def toeplitz(key, hashed):
    """For each bit that is set, the 32 bits of the key from there on."""
    bits = int.from_bytes(key, "big")
    result = 0
    for i in range(8 * len(hashed)):
        if hashed[i // 8] & 0x80 >> i % 8:
            result ^= bits >> (8 * len(key) - 32 - i) & 0xFFFFFFFF
    return result


ALL_FLOWS = [Flow(number) for number in range(FLOWS)]


def receive(app, card):
    """Send each flow once; returns by its source what testpmd says of it: queue, hash, ptype."""
    start = len(app.output)
    app.ok("set verbose 1")
    for flow in ALL_FLOWS:
        card.port.send(flow.frame(card.mac))
    seen = {}

    def all_arrived():
        seen.update(packets(app.output[start:]))
        return all(flow.mac in seen for flow in ALL_FLOWS)
    lab.wait_until(all_arrived, "not every flow arrived", 20)
    app.ok("set verbose 0")
    return seen


def packets(text):
    """Of each packet that testpmd printed, by its source: queue, hash or None, and types."""
    for line in text.splitlines():
        source = re.search(r"src=([0-9A-F:]{17}) ", line)
        queue = re.search(r"Receive queue=0x([0-9a-f]+)", line)
        if source and queue:
            found = re.search(r"RSS hash=0x([0-9a-f]+)", line)
            types = re.search(r"hw ptype: (.*?) - sw ptype", line)
            yield source[1], (int(queue[1], 16), int(found[1], 16) if found else None,
                              types[1].split() if types else [])


def check_spread(app, card, key, table, ports=True):
    """Every flow comes by the queue that the table has for its hash."""
    seen = receive(app, card)
    for flow in ALL_FLOWS:
        equal(seen[flow.mac][0], table[flow.hash(key, ports) % TABLE],
              f"queue of the flow of {flow.mac}")
    equal({queue for queue, _, _ in seen.values() if queue < PAIRS}, set(table), "queues in use")


def table_of(app):
    """The table as testpmd shows it."""
    shown = app.command(f"show port 0 rss reta {TABLE} (0xffffffffffffffff,0xffffffffffffffff)")
    return [int(queue) for queue in re.findall(r"hash index=\d+, queue=(\d+)", shown)]


# ---------------------------------------------------------------- RSS

def test_spread(_args):
    """By all functions over the default table; sizes are the device's; after a stop as well."""
    table = [i % PAIRS for i in range(TABLE)]
    with LAB.app([RSS], *QUEUES, program=DPDK_TESTPMD) as app:
        info = app.port_info(0)
        equal((info["Redirection table size"], info["Hash key size in bytes"]), ("128", "40"),
              "sizes")
        app.ok("port config all rss all")
        equal(table_of(app), table, "table")
        check_spread(app, RSS, DEFAULT_KEY, table)
        app.reconfigure()
        check_spread(app, RSS, DEFAULT_KEY, table)


def test_table(_args):
    """Another table, while traffic is possible; and after a stop."""
    with LAB.app([RSS], *QUEUES, program=DPDK_TESTPMD) as app:
        app.ok("port config all rss all")
        table = [3 - i % 3 for i in range(TABLE)]
        for start in range(0, TABLE, 8):  # a line of testpmd's is short
            app.ok("port config 0 rss reta " + ",".join(
                f"({i},{table[i]})" for i in range(start, start + 8)))
        equal(table_of(app), table, "table")
        check_spread(app, RSS, DEFAULT_KEY, table)
        app.reconfigure()
        equal(table_of(app), table, "table after a stop")
        check_spread(app, RSS, DEFAULT_KEY, table)


def test_key_and_functions(_args):
    """Another key; and addresses alone, without ports."""
    table = [i % PAIRS for i in range(TABLE)]
    with LAB.app([RSS], *QUEUES, program=DPDK_TESTPMD) as app:
        app.ok("port config all rss all",
               f"port config 0 rss-hash-key ipv4 {OTHER_KEY.hex()}")
        shown = app.command("show port 0 rss-hash key")
        check(OTHER_KEY.hex().upper() in shown, f"the key: {shown}")
        app.ok("port config all rss ip")
        check_spread(app, RSS, OTHER_KEY, table, ports=False)


def test_fewer_queues(_args):
    """Three queues of a device with four: the table is over these."""
    with LAB.app([RSS], "--rxq=3", "--txq=3", "--forward-mode=rxonly",
                 program=DPDK_TESTPMD) as app:
        app.ok("port config all rss all")
        table = [i % 3 for i in range(TABLE)]
        equal(table_of(app), table, "table")
        check_spread(app, RSS, DEFAULT_KEY, table)


# ---------------------------------------------------------------- hash report

def check_hashes(app, card):
    """Every flow comes with its hash, and with the type that the hash tells."""
    seen = receive(app, card)
    for flow in ALL_FLOWS:
        _, got, types = seen[flow.mac]
        equal(got, flow.hash(DEFAULT_KEY), f"hash of the flow of {flow.mac}")
        equal(types, flow.ptype, f"types of the flow of {flow.mac}")


def test_hash(_args):
    """On split rings."""
    with LAB.app([HASH], *QUEUES, RSS_HASH, program=DPDK_TESTPMD) as app:
        app.ok("port config all rss all")
        check("Split" in app.burst_mode(0, "rx"), app.burst_mode(0, "rx"))
        check_hashes(app, HASH)
        check_spread(app, HASH, DEFAULT_KEY, [i % PAIRS for i in range(TABLE)])


def test_hash_packed(_args):
    """On packed rings."""
    with LAB.app([HASH_PACKED], *QUEUES, RSS_HASH, program=DPDK_TESTPMD) as app:
        app.ok("port config all rss all")
        check("Packed" in app.burst_mode(0, "rx"), app.burst_mode(0, "rx"))
        check_hashes(app, HASH_PACKED)
        app.reconfigure()
        check_hashes(app, HASH_PACKED)


def test_hash_without_rss(_args):
    """A device that reports hashes, and spreads flows by itself: by HASH_CONFIG."""
    with LAB.app([HASH_ONLY], *QUEUES, RSS_HASH, program=DPDK_TESTPMD) as app:
        check("the device has no RSS" in app.output, "nothing is said of the device's spreading")
        app.ok("port config all rss all")
        check_hashes(app, HASH_ONLY)


def test_hash_not_wanted(_args):
    """Without the offload there is no hash, and frames pass as ever."""
    with LAB.app([HASH], *QUEUES, program=DPDK_TESTPMD) as app:
        app.ok("port config all rss all")
        equal({got for _, got, _ in receive(app, HASH).values()}, {None}, "hashes")


# ---------------------------------------------------------------- without RSS, and packet types

def test_fallback(_args):
    """Without RSS no function is stated; with rss_fallback=1 any, and the device spreads."""
    with LAB.app([PLAIN], *QUEUES, program=DPDK_TESTPMD) as app:
        check("No RSS offload flow type is supported" in app.command("show port info 0"),
              app.command("show port info 0"))
        equal(len(receive(app, PLAIN)), FLOWS, "flows")
    with LAB.app([PLAIN], *QUEUES, program=DPDK_TESTPMD, devargs=["rss_fallback=1"]) as app:
        check("No RSS offload flow type" not in app.command("show port info 0"), "no function")
        check("the device has no RSS" in app.output, "no notice")
        equal(len(receive(app, PLAIN)), FLOWS, "flows")


def test_packet_types(_args):
    """testpmd wants none at first, and those of the layers that it sets then."""
    with LAB.app([PLAIN], *QUEUES, program=DPDK_TESTPMD) as app:
        equal({tuple(types) for _, _, types in receive(app, PLAIN).values()}, {()}, "types")
        app.ok("set port 0 ptype_mask 0xfff")
        seen = receive(app, PLAIN)
        for flow in ALL_FLOWS:
            network = "L3_IPV6" if flow.is_ipv6 else "L3_IPV4"
            transport = {TCP: ["L4_TCP"], UDP: ["L4_UDP"]}.get(flow.proto, [])
            equal(seen[flow.mac][2], ["L2_ETHER", network] + transport,
                  f"types of the flow of {flow.mac}")


if __name__ == "__main__":
    lab.main("rss", LAB)
