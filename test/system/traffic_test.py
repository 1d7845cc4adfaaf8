#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Frames through the driver and QEMU's virtio-net, over vfio-pci behind a virtual IOMMU.

What goes in at one tap comes out at the other byte by byte, in order, none lost, none twice.
"""

import random
import struct
import threading
from contextlib import contextmanager, suppress

import lab
from lab import DPDK_TESTPMD, RANDOM, Card, Lab, frame, transfer, transfer_both
from results import check, equal

JUMBO_MTU = 9000
JUMBO_FRAME = JUMBO_MTU + lab.ETHER_HEADER
JUMBO_OPTIONS = (f"--max-pkt-len={JUMBO_MTU + 22}",)  # an Ethernet header and two VLAN tags more
JUMBO = [Card({"host_mtu": JUMBO_MTU}, mtu=JUMBO_MTU) for _ in range(2)]
PLAIN = [Card({"mrg_rxbuf": "off"}) for _ in range(2)]
PAIRS = 4
MULTI_QUEUE = [Card({"mq": "on"}, queues=PAIRS) for _ in range(2)]
ECHO_ADDRESS = "198.18.7.2"
ECHO = Card(address="198.18.7.1/24")
LAB = Lab("system-traffic", [*JUMBO, *PLAIN, *MULTI_QUEUE, ECHO])

# where something changes: an mbuf's room, that of several, with the header or not; a page; the MTU
BORDERS = (60, 1500, 1514, 1518, 2036, 2036 + 2048, 2036 + 2 * 2048, 2048, 2176, 3 * 2048,
           JUMBO_MTU, JUMBO_FRAME, *(2**n for n in range(6, 14)))
FLOWS = 64


def frames_up_to(longest):
    """Frames of every size near a border, and of random ones, shuffled."""
    sizes = {border + step for border in BORDERS for step in range(-3, 4)}
    sizes |= {RANDOM.randint(60, longest) for _ in range(30)}
    sizes = [size for size in sorted(sizes) if 60 <= size <= longest]
    RANDOM.shuffle(sizes)
    return [frame(size) for size in sizes]


# ---------------------------------------------------------------- sizes, address modes, mbufs

def test_sizes_iova_va(_args):
    """60 to 9014 bytes, scattered over mergeable buffers, and out as segments."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS, eal=("--iova-mode=va",)) as app:
        equal(app.iova_mode, "VA", "IOVA mode")
        equal(app.port_info(0)["MTU"].split()[0], str(JUMBO_MTU), "MTU")
        transfer_both(JUMBO, frames_up_to(JUMBO_FRAME))


def test_sizes_iova_pa(_args):
    """The same with physical addresses behind the IOMMU."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS, eal=("--iova-mode=pa",)) as app:
        equal(app.iova_mode, "PA", "IOVA mode")
        transfer_both(JUMBO, frames_up_to(JUMBO_FRAME))


def test_sizes_dpdk_testpmd(_args):
    """The same with DPDK's own application."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS, "--enable-scatter", program=DPDK_TESTPMD) as app:
        equal(app.port_info(0)["MTU"], str(JUMBO_MTU), "MTU")
        transfer_both(JUMBO, frames_up_to(JUMBO_FRAME))


def test_small_mbufs(_args):
    """A jumbo frame over more than 70 mbufs of 128 bytes each, in and out."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS, "--mbuf-size=256") as app:
        transfer_both(JUMBO, frames_up_to(JUMBO_FRAME), window=2)
        equal(app.xstats(1)["tx_q0_oversize"], 0, "frames too long for the Tx ring")


def test_buffer_split(_args):
    """Headers in mbufs of one pool, the rest in those of another: chains of descriptors."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS, "--rx-offloads=0x100000", "--mbuf-size=512,2176",
                 "--rxpkts=64,0", program=DPDK_TESTPMD) as app:
        check("Buffer-split" in app.burst_mode(0, "rx"), app.burst_mode(0, "rx"))
        transfer_both(JUMBO, frames_up_to(JUMBO_FRAME), window=8)


def test_mbufs_too_small(_args):
    """Buffers that do not even hold a header and the smallest frame are refused."""
    said = LAB.fails(LAB.eal(JUMBO), "--mbuf-size=200")
    lab.expect_words(said, "room for 72 bytes beside its headroom, and at least 76 are needed")


def test_short_pool(_args):
    """A pool with fewer mbufs than the rings have room for: counted, and frames pass all the same.

    The second port gets what the first one left, and needs more than wait in its partner's ring.
    """
    with LAB.app(JUMBO, "--total-num-mbufs=400") as app:
        transfer_both(JUMBO, lab.few_frames() * 10, window=8)
        check(app.xstats(0)["rx_q0_no_mbuf"] + app.xstats(1)["rx_q0_no_mbuf"] > 0,
              "the lack of mbufs was not counted")


def test_no_mergeable_buffers(_args):
    """A device without mergeable buffers: one buffer, one frame."""
    with LAB.app(PLAIN) as app:
        check("Mergeable" not in app.burst_mode(0, "rx"), app.burst_mode(0, "rx"))
        transfer_both(PLAIN, frames_up_to(1514))


def test_no_mergeable_buffers_dpdk_testpmd(_args):
    """The same with DPDK's own application."""
    with LAB.app(PLAIN, program=DPDK_TESTPMD):
        transfer_both(PLAIN, frames_up_to(1514))


def test_no_mergeable_buffers_no_room(_args):
    """Without mergeable buffers a frame has to fit an mbuf, or it is refused with the reason."""
    said = LAB.fails(LAB.eal(PLAIN), "--mbuf-size=1024")
    lab.expect_words(said, "Rx queue 0: a frame of MTU 1500", "or a device with MRG_RXBUF")


def test_ring_indexes_wrap(_args):
    """Enough frames for every ring index to wrap, and they are counted exactly."""
    rings = ("--rxd=64", "--txd=64")
    burst = [frame(60) for _ in range(500)]
    with LAB.app(PLAIN, *rings) as app:
        transfer(PLAIN[0], PLAIN[1], burst[:1])
        app.ok("clear port stats all")
        for _ in range(8):
            transfer(PLAIN[0], PLAIN[1], burst)
        arrived, left = app.port_stats(0), app.port_stats(1)
        sent = 8 * (len(burst) + 2)  # with the broadcasts around each transfer
        equal((arrived["RX-packets"], arrived["RX-bytes"]), (sent, sent * 60), "received")
        equal((left["TX-packets"], left["TX-bytes"]), (sent, sent * 60), "sent on")


# ---------------------------------------------------------------- stop, start, configure anew

@contextmanager
def flood(cards):
    """Frames that arrive at both cards all the time, also at those that are stopped."""
    ended = threading.Event()

    def send():
        sizes = random.Random(lab.SEED)
        while not ended.wait(0.002):
            for card in cards:
                with suppress(OSError):  # a stopped card's tap becomes full
                    card.port.send(bytes(12) + b"\x88\xb5" + bytes(sizes.randint(46, 1500)))
    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_stop_start_under_traffic(_args):
    """Ports that stop and start while frames come in: no mbuf is lost, and frames pass again."""
    with LAB.app(JUMBO) as app:
        with flood(JUMBO):
            for cycle in range(12):
                before = app.port_stats(0)["RX-packets"]
                app.reconfigure()
                lab.wait_until(lambda: app.port_stats(0)["RX-packets"] > before,
                               f"no frame came in after start {cycle + 1}")
        transfer_both(JUMBO, lab.few_frames())


def test_configure_anew_under_traffic(_args):
    """Other numbers of queues and descriptors, while frames come in."""
    with LAB.app(MULTI_QUEUE) as app:
        for rxq, txq, rxd, txd in ((4, 4, 256, 256), (1, 1, 8, 8), (3, 2, 100, 32), (4, 1, 64, 9),
                                   (2, 2, 256, 16), (1, 1, 256, 256)):
            with flood(MULTI_QUEUE):
                app.reconfigure("port config all txq 1", f"port config all rxq {rxq}",
                                f"port config all txq {txq}", f"port config all rxd {rxd}",
                                f"port config all txd {txd}")
            transfer_flows(MULTI_QUEUE[0], MULTI_QUEUE[1], window=4)


# ---------------------------------------------------------------- several queues

def udp_frame(flow, size=120):
    """A UDP datagram of a flow, which its source port tells."""
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size - 14, 0, 0, 64, 17, 0, bytes((198, 18, 9, 1)),
                     bytes((198, 18, 9, 2)))
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", ~total & 0xFFFF) + ip[12:]
    head = lab.mac_bytes(lab.FAR_MAC) + lab.mac_bytes("02:00:00:00:00:01") + b"\x08\x00" + ip
    udp = struct.pack("!HHHH", 10000 + flow, 7, size - 34, 0)
    return head + udp + RANDOM.randbytes(size - len(head) - len(udp))


def transfer_flows(source, target, window=32):
    """Send frames of many flows; all must arrive once, in order within each flow.

    Others that come meanwhile are left from before: with several queues no frame tells the end.
    """
    frames = [udp_frame(flow) for _ in range(4) for flow in range(FLOWS)]
    expected = set(frames)
    arrived = []
    for start in range(0, len(frames), window):
        for sent in frames[start:start + window]:
            source.port.send(sent)
        while len(arrived) < min(start + window, len(frames)):
            got = target.port.receive(lab.RECEIVE_SECONDS)
            check(got, f"{len(arrived)} of {start + window} frames arrived (seed {lab.SEED})")
            arrived += [got] if got in expected else []
    equal(len(set(arrived)), len(frames), "different ones among the frames that arrived")
    by_flow = [[one for one in some if one[34:36] == flow] for some in (frames, arrived)
               for flow in sorted({one[34:36] for one in frames})]
    check(by_flow[:FLOWS] == by_flow[FLOWS:], f"a flow lost its order (seed {lab.SEED})")
    return len(frames)


def rx_packets(app, port):
    """What each Rx queue received."""
    counts = app.xstats(port)
    return [counts[name] for name in sorted(counts)
            if name.startswith("rx_q") and name.endswith("_packets")]


def test_flows_spread(_args):
    """With four queues, flows come by all of them, and all of their frames arrive."""
    with LAB.app(MULTI_QUEUE, f"--rxq={PAIRS}", f"--txq={PAIRS}") as app:
        transfer_flows(*MULTI_QUEUE)
        app.ok("clear port xstats all")
        sent = transfer_flows(*MULTI_QUEUE)
        counts = rx_packets(app, 0)
        equal((len(counts), sum(counts)), (PAIRS, sent), "Rx queues and frames in them")
        check(all(counts), f"not every queue received frames: {counts}")


def test_fewer_pairs_than_offered(_args):
    """Two of four pairs, and one Tx queue fewer: the device is told to use two pairs only."""
    with LAB.app(MULTI_QUEUE, "--rxq=2", "--txq=1") as app:
        transfer_flows(*MULTI_QUEUE)
        app.ok("clear port xstats all")
        sent = transfer_flows(*MULTI_QUEUE)
        counts = rx_packets(app, 0)
        equal((len(counts), sum(counts)), (2, sent), "Rx queues and frames in them")
        check(all(counts), f"not every queue received frames: {counts}")


def test_more_tx_than_rx(_args):
    """Refused, as frames would be lost; and the port can still be used as it was."""
    with LAB.app(MULTI_QUEUE) as app:
        app.ok("stop", "port stop all", "port config all txq 2")
        app.refused("port start all", "configure as many Rx as Tx queues")
        app.ok("port config all txq 1", "port start all", "start")
        transfer_flows(*MULTI_QUEUE)


def test_too_many_queues(_args):
    """More queues than offered are refused with both numbers."""
    with LAB.app(MULTI_QUEUE) as app:
        app.ok("stop", "port stop all")
        app.refused(f"port config all rxq {PAIRS + 1}", f"at most {PAIRS} Rx queues, not 5")
        app.ok("port start all")
    said = LAB.fails(LAB.eal(MULTI_QUEUE), f"--rxq={PAIRS + 1}", f"--txq={PAIRS + 1}")
    lab.expect_words(said, f"at most {PAIRS} Rx queues, not {PAIRS + 1}")


# ---------------------------------------------------------------- a real peer

def test_ping(_args):
    """Linux's own ARP and ping get answers, of every size that the MTU allows."""
    with LAB.app([ECHO], "--forward-mode=icmpecho") as app:
        for payload in (16, 56, 1472):
            done = LAB.namespace.run("ping", "-c", 5, "-i", "0.05", "-W", 5, "-s", payload,
                                     ECHO_ADDRESS)
            check(" 5 received" in done.stdout, f"ping -s {payload}: {done.stdout}{done.stderr}")
        neighbour = LAB.namespace.run("ip", "neigh", "show", ECHO_ADDRESS).stdout
        lab.expect_words(neighbour, f"lladdr {ECHO.mac}")
        check(app.port_stats(0)["TX-packets"] >= 16, "the port sent fewer frames than answers")


if __name__ == "__main__":
    lab.main("traffic", LAB)
