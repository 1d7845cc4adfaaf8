#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What the driver tells the device: ring sizes, MTU, receive filters; and what it is told: links.

QEMU's own view of the device, from its monitor, is asked besides what frames do.
"""

import re
import struct

import lab
from lab import DPDK_TESTPMD, Card, Lab, frame, passes, transfer, transfer_both
from results import check, equal

MAX_MTU = 4000
CARDS = [Card({"host_mtu": MAX_MTU, "speed": 10000, "duplex": "full"}, mtu=MAX_MTU),
         Card({"host_mtu": MAX_MTU}, mtu=MAX_MTU)]
FIRST, SECOND = CARDS
LARGE = Card({"rx_queue_size": 1024})
NO_MSIX = [Card({"vectors": 0}) for _ in range(2)]
LAB = Lab("system-control", [*CARDS, LARGE, *NO_MSIX])

OTHER = "02:00:00:00:00:77"
THIRD = "02:00:00:00:00:88"
GROUP = "01:00:5e:00:00:07"
OTHER_GROUP = "01:00:5e:00:00:08"


def enters(**how):
    """Whether a frame is let in by the first card."""
    return passes(FIRST, SECOND, frame(100, **how))


# ---------------------------------------------------------------- ring sizes

def test_ring_sizes(_args):
    """The rings are as long as asked for, up to the next power of two, in the device as well."""
    with LAB.app(CARDS, "--rxd=64", "--txd=32") as app:
        for asked, expected in (((64, 32), (64, 32)), ((100, 33), (128, 64)), ((8, 8), (8, 8)),
                                ((256, 256), (256, 256))):
            app.reconfigure(f"port config all rxd {asked[0]}", f"port config all txd {asked[1]}")
            for card in CARDS:
                equal(tuple(LAB.queue_size(card, index) for index in (0, 1)), expected,
                      f"ring sizes in the device for {asked} descriptors")
            lab.expect_words(app.command("show rxq info 0 0"),
                             f"Number of RXDs: {expected[0]}")
            transfer_both(CARDS, lab.few_frames(), window=4)


def test_ring_size_of_the_device(_args):
    """The largest ring is the device's own largest, not a constant."""
    with LAB.app([LARGE], "--rxd=1024") as app:
        equal(app.port_info(0)["Max possible number of RXDs per queue"], "1024", "largest ring")
        equal(LAB.queue_size(LARGE, 0), 1024, "ring size in the device")
        transfer(LARGE, LARGE, lab.few_frames())


def test_ring_too_large(_args):
    """More descriptors than the device has are refused, with the limit."""
    for program in (lab.VIO_TESTPMD, DPDK_TESTPMD):
        said = LAB.fails(LAB.eal(CARDS), "--rxd=512", program=program)
        lab.expect_words(said, "512", "256")


# ---------------------------------------------------------------- MTU

def test_mtu(_args):
    """A frame longer than the MTU is dropped and counted, whether the port was running or not."""
    with LAB.app(CARDS) as app:
        app.ok("port config mtu 0 1000")
        for _ in range(2):
            app.ok("clear port stats all")
            check(enters_of_size(1014), "a frame of the MTU was dropped")
            check(not enters_of_size(1015), "a frame of one byte more came in")
            check(enters_of_size(1018, vlan=5), "a tagged frame of the MTU was dropped")
            check(not enters_of_size(1019, vlan=5), "a tagged frame of one byte more came in")
            equal(app.xstats(0)["rx_q0_oversize"], 2, "rx_q0_oversize")
            equal(app.port_stats(0)["RX-errors"], 2, "RX-errors")
            app.reconfigure()
        app.ok("port config mtu 0 1500")
        check(enters_of_size(1514), "a frame of the larger MTU was dropped")


def enters_of_size(size, **how):
    """Whether a frame of that size is let in by the first card."""
    return passes(FIRST, SECOND, frame(size, **how))


def test_mtu_limits(_args):
    """The device's own limit binds, and the specification's; nothing changes by a refusal."""
    for program in (lab.VIO_TESTPMD, DPDK_TESTPMD):
        with LAB.app(CARDS, program=program) as app:
            app.refused(f"port config mtu 0 {MAX_MTU + 1}", rf"max MTU \({MAX_MTU}\)")
            app.refused("port config mtu 0 67", r"min MTU \(68\)")
            app.refused("port config mtu 0 3000", "use larger mbufs, or the offload")
            equal(app.port_info(0)["MTU"].split()[0], "1500", "MTU")
            transfer(FIRST, SECOND, [frame(size) for size in (60, 1513, 1514)])


def test_mtu_of_a_stopped_port(_args):
    """A stopped port takes an MTU beyond its mbufs: it is configured for it at its start."""
    with LAB.app(CARDS) as app:
        app.reconfigure(f"port config mtu 0 {MAX_MTU}", f"port config mtu 1 {MAX_MTU}")
        transfer_both(CARDS, [frame(size) for size in (60, 1514, 2036, 2037, 3000, MAX_MTU + 14)])


# ---------------------------------------------------------------- filters

def test_promiscuous(_args):
    """Off: own and broadcast frames only."""
    with LAB.app(CARDS) as app:
        check(LAB.rx_filter(FIRST)["promiscuous"], "the device is not promiscuous")
        check(enters(to=OTHER), "a frame to another station was dropped in promiscuous mode")
        app.ok("set promisc 0 off")
        check(not LAB.rx_filter(FIRST)["promiscuous"], "the device is still promiscuous")
        check(enters(to=FIRST.mac), "a frame to the port's own address was dropped")
        check(not enters(to=OTHER), "a frame to another station came in")
        check(not enters(to=GROUP), "a frame to a group came in")


def test_addresses(_args):
    """Further addresses, another primary one, groups; all of them again after a stop."""
    with LAB.app(CARDS) as app:
        app.ok("set promisc 0 off", f"mac_addr add 0 {OTHER}", f"mcast_addr add 0 {GROUP}")
        check_addresses(app, {FIRST.mac, OTHER, GROUP}, {THIRD, OTHER_GROUP})
        app.ok(f"mac_addr set 0 {THIRD}")
        check_addresses(app, {THIRD, OTHER, GROUP}, {FIRST.mac, OTHER_GROUP})
        app.ok(f"mac_addr remove 0 {OTHER}", f"mcast_addr remove 0 {GROUP}",
               f"mcast_addr add 0 {OTHER_GROUP}")
        check_addresses(app, {THIRD, OTHER_GROUP}, {FIRST.mac, OTHER, GROUP})
        app.ok("set allmulti 0 on")
        check_addresses(app, {THIRD, GROUP, OTHER_GROUP}, {FIRST.mac, OTHER})
        app.ok("set allmulti 0 off")
        check_addresses(app, {THIRD, OTHER_GROUP}, {FIRST.mac, OTHER, GROUP})


def check_addresses(app, let_in, kept_out):
    """What enters and what not; twice, the second time after a stop and a start."""
    view = LAB.rx_filter(FIRST)
    for when in ("", " after a stop"):
        for address in let_in:
            check(enters(to=address), f"a frame to {address} was dropped{when}")
        for address in kept_out:
            check(not enters(to=address), f"a frame to {address} came in{when}")
        equal(LAB.rx_filter(FIRST), view, f"the device's filter{when}")
        if not when:
            app.reconfigure()


def test_addresses_while_stopped(_args):
    """What is asked of a stopped port holds from its start on."""
    with LAB.app(CARDS) as app:
        app.reconfigure("set promisc 0 off", f"mac_addr add 0 {OTHER}",
                        f"mcast_addr add 0 {GROUP}")
        view = LAB.rx_filter(FIRST)
        equal((view["promiscuous"], view["unicast-table"], view["multicast-table"]),
              (False, [OTHER], [GROUP]), "the device's filter")
        app.reconfigure(f"mac_addr remove 0 {OTHER}", f"mcast_addr remove 0 {GROUP}")
        view = LAB.rx_filter(FIRST)
        equal((view["unicast-table"], view["multicast-table"]), ([], []), "the device's filter")


def check_vlans(let_in, kept_out):
    """What tags enter, by frames and by the device's own view."""
    check(enters(to=FIRST.mac), "a frame without a tag was dropped")
    for vlan in let_in:
        check(enters(to=FIRST.mac, vlan=vlan), f"VLAN {vlan} was dropped")
    for vlan in kept_out:
        check(not enters(to=FIRST.mac, vlan=vlan), f"VLAN {vlan} came in")
    table = LAB.rx_filter(FIRST)["vlan-table"]
    check(set(let_in) <= set(table) and not set(kept_out) & set(table),
          f"VLANs in the device: {table[:10]}")


def test_vlan_filter(_args):
    """VLANs that were added come in, others do not; again after a stop; all with the filter off."""
    with LAB.app(CARDS, "--enable-hw-vlan-filter", program=DPDK_TESTPMD) as app:
        app.ok("set promisc 0 off", "rx_vlan add 5 0", "rx_vlan add 4095 0")
        check_vlans((5, 4095), (6, 63, 64))
        app.ok("rx_vlan rm 5 0", "rx_vlan add 64 0")
        check_vlans((64, 4095), (5, 6, 63))
        app.reconfigure()
        check_vlans((64, 4095), (5, 6, 63))
        app.ok("vlan set filter off 0")
        check_vlans((5, 6, 63, 64, 4095), ())
        app.ok("vlan set filter on 0")
        check_vlans((64, 4095), (5, 6, 63))


def test_vlan_filter_vio_testpmd(_args):
    """The same words in this project's application."""
    with LAB.app(CARDS) as app:
        app.reconfigure("set promisc 0 off", "vlan set filter on 0")
        app.ok("rx_vlan add 5 0")
        check_vlans((5,), (6,))
        app.reconfigure()
        check_vlans((5,), (6,))


def test_no_vlan_filter(_args):
    """Without the filter every VLAN comes in."""
    with LAB.app(CARDS) as app:
        app.ok("set promisc 0 off")
        check_vlans((1, 5, 4095), ())


# ---------------------------------------------------------------- tags

S_TAG, C_TAG = 0x88A8, 0x8100


def tagged(untagged, *tags):
    """A frame with tags, outer first, each a pair of its identifier and its control information."""
    return untagged[:12] + b"".join(struct.pack("!HH", *tag) for tag in tags) + untagged[12:]


def check_tags(sent, expected):
    """Frames sent into the first card come out of the second one as expected."""
    lab.arrivals(FIRST, SECOND, [])
    arrived = lab.arrivals(FIRST, SECOND, sent)
    for got, wanted in zip(arrived, expected):
        check(got == wanted, lab.mismatch(got, wanted))
    equal(len(arrived), len(expected), "frames")


def test_vlan_strip(_args):
    """Tags are taken out, switched while running; frames without one stay as they are."""
    plain = [frame(size) for size in (60, 61, 100, 1514)]
    c_tagged = [tagged(one, (C_TAG, 0x6005)) for one in plain]
    both = [tagged(one, (S_TAG, 7), (C_TAG, 5)) for one in plain]
    with LAB.app(CARDS, program=DPDK_TESTPMD) as app:
        check_tags(plain + c_tagged + both, plain + c_tagged + both)
        app.ok("vlan set strip on 0")
        check_tags(plain + c_tagged + both, plain + plain + both)
        app.ok("vlan set qinq_strip on 0")
        check_tags(plain + c_tagged + both, plain + plain + plain)
        app.ok("vlan set strip off 0")
        check_tags(plain + c_tagged + both,
                   plain + c_tagged + [tagged(one, (C_TAG, 5)) for one in plain])
        app.ok("vlan set qinq_strip off 0")
        check_tags(plain + c_tagged + both, plain + c_tagged + both)


def test_vlan_insert(_args):
    """Tags are put into what leaves, by an application that never calls tx_prepare."""
    sizes = (60, 100, 1514)
    with LAB.app(CARDS, "--forward-mode=mac", program=DPDK_TESTPMD) as app:
        for command, tags in (("tx_vlan set 1 77", [(C_TAG, 77)]),
                              ("tx_vlan set 1 77 88", [(S_TAG, 88), (C_TAG, 77)]),
                              ("tx_vlan reset 1", [])):
            app.reconfigure(command)
            for size in sizes:
                sent = frame(size)
                FIRST.port.send(sent)
                got = SECOND.port.receive(lab.RECEIVE_SECONDS)
                check(got is not None, f"'{command}': {size} bytes did not arrive")
                # the application writes addresses of its own into it
                expected = tagged(got[:12] + sent[12:], *tags)
                check(got == expected, f"'{command}': {lab.mismatch(got, expected)}")


# ---------------------------------------------------------------- announcement

def test_announcement(_args):
    """After a migration it is the host that announces the address: it asks no driver for that."""
    with LAB.app(CARDS) as app:
        lab.arrivals(SECOND, FIRST, [])
        LAB.machine.qmp("announce-self", initial=50, max=550, rounds=3, step=100)
        rarp = b"\xff" * 6 + lab.mac_bytes(FIRST.mac) + b"\x80\x35"
        wanted = (FIRST.port.receive(lab.RECEIVE_SECONDS) for _ in range(20))
        check(any((got or b"").startswith(rarp) for got in wanted), "nothing was announced")
        transfer_both(CARDS, lab.few_frames())


# ---------------------------------------------------------------- link

def test_link_events(_args):
    """By MSI-X; after a stop and a start as well."""
    for program in (lab.VIO_TESTPMD, DPDK_TESTPMD):
        with LAB.app(CARDS, program=program) as app:
            lab.check_link_events(LAB, FIRST, app)
            app.reconfigure()
            lab.check_link_events(LAB, FIRST, app)
            transfer_both(CARDS, lab.few_frames())


def pin_interrupts():
    """How many pin interrupts the guest's kernel has passed on to vfio's users."""
    shown = LAB.machine.run("cat /proc/interrupts").out
    return sum(int(count) for line in shown.splitlines() if "vfio-intx" in line
               for count in line.split()[1:3])


def test_link_events_without_msix(_args):
    """By the pin interrupt, of a device that has no vectors; EAL has to be told to use that."""
    with LAB.app(NO_MSIX, eal=("--vfio-intr=legacy",)) as app:
        lab.check_link_events(LAB, NO_MSIX[0], app)
        app.reconfigure()
        before = pin_interrupts()
        lab.check_link_events(LAB, NO_MSIX[0], app)
        count = pin_interrupts() - before
        check(2 <= count <= 10, f"{count} interrupts for two events")
        transfer_both(NO_MSIX, lab.few_frames())


def test_link_while_stopped(_args):
    """A link that went down while the port was stopped is down at its start."""
    with LAB.app(CARDS) as app:
        app.ok("stop", "port stop all")
        equal(app.port_info(0)["Link status"], "down", "link status of a stopped port")
        try:
            LAB.set_link(FIRST, False)
            app.ok("port start all")
            equal(app.port_info(0)["Link status"], "down", "link status")
        finally:
            LAB.set_link(FIRST, True)
        lab.wait_until(lambda: app.port_info(0)["Link status"] == "up", "the link is not up")


def test_link_speed(_args):
    """What the device states, and else that it is unknown."""
    with LAB.app(CARDS) as app:
        first, second = app.port_info(0), app.port_info(1)
        equal((first["Link speed"], first["Link duplex"]), ("10 Gbps", "full-duplex"), "link")
        check(re.match("Unknown", second["Link speed"]), f"link speed {second['Link speed']}")


if __name__ == "__main__":
    lab.main("control", LAB)
