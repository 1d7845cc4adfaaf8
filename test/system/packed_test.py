#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Packed rings against QEMU's virtio-net: what the other tests do on split ones.

Of a device with packed=on all is asked anew that touches a ring: frames of every size, several
queues, control commands, other ring sizes, stop and start under traffic.
"""

import lab
from lab import DPDK_TESTPMD, Card, Lab, frame, transfer, transfer_both
from results import check, equal

JUMBO_MTU = 9000
JUMBO_OPTIONS = (f"--max-pkt-len={JUMBO_MTU + 22}",)
SIZES = (60, 61, 64, 1500, 1514, 2036, 2037, 2048, 2049, 4084, 4085, 9000, JUMBO_MTU + 14)
JUMBO = [Card({"packed": "on", "host_mtu": JUMBO_MTU}, mtu=JUMBO_MTU) for _ in range(2)]
PLAIN = [Card({"packed": "on", "mrg_rxbuf": "off", "event_idx": "off", "indirect_desc": "off"})
         for _ in range(2)]
PAIRS = 4
MULTI_QUEUE = [Card({"packed": "on", "mq": "on"}, queues=PAIRS) for _ in range(2)]
LAB = Lab("system-packed", [*JUMBO, *PLAIN, *MULTI_QUEUE])


def test_sizes(_args):
    """60 to 9014 bytes, scattered over mergeable buffers, and out as segments."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS):
        transfer_both(JUMBO, [frame(size) for size in SIZES * 4])


def test_sizes_dpdk_testpmd(_args):
    """The same under DPDK's own application."""
    options = (*JUMBO_OPTIONS, "--enable-scatter")
    with LAB.app(JUMBO, *options, program=DPDK_TESTPMD):
        transfer_both(JUMBO, [frame(size) for size in SIZES * 2])


def test_no_mergeable_buffers(_args):
    """One buffer a frame, notifications by the flag alone, and many laps of the ring."""
    with LAB.app(PLAIN, "--rxd=61", "--txd=37") as app:
        equal([LAB.queue_size(PLAIN[0], index) for index in (0, 1)], [61, 37],
              "ring sizes, which only packed rings may have")
        burst = [frame(60 + i % 1400) for i in range(400)]
        transfer(PLAIN[0], PLAIN[1], burst[:1])
        app.ok("clear port stats all")
        for _ in range(4):
            transfer(PLAIN[0], PLAIN[1], burst)
        sent = 4 * (len(burst) + 2)  # with the broadcasts around each transfer
        equal(app.port_stats(0)["RX-packets"], sent, "received")
        equal(app.port_stats(1)["TX-packets"], sent, "sent on")


def test_ring_sizes(_args):
    """The rings have exactly as many entries as asked for, in the device as well."""
    with LAB.app(JUMBO) as app:
        for rxd, txd in ((256, 256), (100, 33), (9, 8), (255, 129)):
            app.reconfigure(f"port config all rxd {rxd}", f"port config all txd {txd}")
            for card in JUMBO:
                equal(tuple(LAB.queue_size(card, index) for index in (0, 1)), (rxd, txd),
                      "ring sizes in the device")
            lab.expect_words(app.command("show rxq info 0 0"), f"Number of RXDs: {rxd}")
            transfer_both(JUMBO, lab.few_frames(), window=4)


def test_queues(_args):
    """Four pairs, and the spare ring where a Tx queue is missing."""
    with LAB.app(MULTI_QUEUE, f"--rxq={PAIRS}", f"--txq={PAIRS}") as app:
        for rxq, txq in ((PAIRS, PAIRS), (3, 1), (1, 1), (PAIRS, 2)):
            app.reconfigure(f"port config all rxq {rxq}", f"port config all txq {txq}")
            transfer_both(MULTI_QUEUE, lab.few_frames(), window=1)


def test_control_commands(_args):
    """Commands over a packed control queue, more than the ring has room for."""
    with LAB.app(JUMBO) as app:
        for state in ("on", "off") * 50:
            app.ok(f"set promisc all {state}")
            equal(LAB.rx_filter(JUMBO[0])["promiscuous"], state == "on", "promiscuous mode")


def test_restarts(_args):
    """Stopped and started again and again, each time with rings that begin anew."""
    with LAB.app(JUMBO, *JUMBO_OPTIONS) as app:
        for _ in range(10):
            app.reconfigure()
            transfer_both(JUMBO, [frame(size) for size in SIZES])
        check(app.xstats(0).get("rx_q0_bad_id") == 0, "a violation was counted")


if __name__ == "__main__":
    lab.main("packed", LAB)
