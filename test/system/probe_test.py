#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Which devices the driver takes, which it leaves alone, and how it gives them back."""

import re
import signal

import lab
import vm
from lab import DPDK_TESTPMD, VIO_TESTPMD, Card, Lab, transfer, transfer_both
from results import check, equal
from vm import guest

PAIR = [Card(), Card()]
KERNEL = Card(driver="virtio-pci", address="198.18.8.1/24")
KERNEL_ADDRESS = "198.18.8.2"
LEGACY = Card({"disable-modern": "on", "disable-legacy": "off", "iommu_platform": "off"})
BYPASS = Card({"iommu_platform": "off"})
LAB = Lab("system-probe", [*PAIR, KERNEL, LEGACY, BYPASS])

DEBUG = "--log-level=pmd.net.vio:8"
NOT_DRIVEN = {"FEATURES_OK", "DRIVER_OK"}


def driver_of(app, port):
    """The driver's name as the application sees it."""
    return app.port_info(port)["Driver name"]


# ---------------------------------------------------------------- which driver

def test_wins_by_plugin(_args):
    """With -d, net_vio takes the devices, although DPDK's own driver is in the process."""
    for program in (VIO_TESTPMD, DPDK_TESTPMD):
        with LAB.app(PAIR, program=program) as app:
            equal([driver_of(app, port) for port in (0, 1)], ["net_vio"] * 2, "drivers")
            maps = LAB.machine.run(f"cat /proc/$(pidof {program.split('/')[-1]})/maps").out
            lab.expect_words(maps, "librte_net_virtio.so", "librte_net_vio.so")


def test_builtin_by_argument(_args):
    """pmd=net_virtio gives one device, with arguments, to DPDK's own driver; the other stays."""
    with LAB.app(PAIR, devargs=("pmd=net_virtio,vectorized=0", "pmd=net_vio")) as app:
        equal([driver_of(app, port) for port in (0, 1)], ["net_virtio", "net_vio"], "drivers")
        transfer_both(PAIR, lab.few_frames())


def test_wrong_arguments(_args):
    """An unknown argument and a wrong value are named; the other device works."""
    for argument, words in (("foo=1", "unknown device argument 'foo'"),
                            ("pmd", "bad value in 'pmd'"),
                            ("pmd=net_vrtio", "bad value in 'pmd=net_vrtio'"),
                            ("rss_fallback=yes", "bad value in 'rss_fallback=yes': it is 0 or 1"),
                            ("partial_csum=2", "bad value in 'partial_csum=2': it is 0 or 1"),
                            ("udp_lro=", "bad value in 'udp_lro=': it is 0 or 1"),
                            ("uso=1,uso=0", "device argument 'uso' is given more than once"),
                            ("mtu=1500", "unknown device argument 'mtu'")):
        with LAB.app(PAIR, devargs=(argument, "")) as app:
            lab.expect_words(app.output, f"net_vio: {PAIR[0].bdf}: {words}")
            equal(app.port_info(0)["Device name"], PAIR[1].bdf, "the only device")
            transfer(PAIR[1], PAIR[1], lab.few_frames())


# ---------------------------------------------------------------- left alone

def kernel_view():
    """What the guest's kernel says of its own card."""
    device = f"/sys/bus/pci/devices/{KERNEL.bdf}"
    return LAB.machine.run(f"readlink {device}/driver; cd {device}/virtio*/net/* && pwd && "
                           "cat ifindex address").out


def test_kernel_device_is_left_alone(_args):
    """Allowed by -a, but the kernel holds it: the remedy is told, and its traffic flows on."""
    before = kernel_view()
    lab.expect_words(before, "virtio-pci", KERNEL.mac)
    interface = before.splitlines()[1].split("/")[-1]
    LAB.machine.run(f"ip link set {interface} up; "
                    f"ip address replace {KERNEL_ADDRESS}/24 dev {interface}")
    with LAB.app(PAIR, eal=(f"--allow={KERNEL.bdf}",)) as app:
        lab.expect_words(app.output, f"net_vio: {KERNEL.bdf}: left alone",
                         f"dpdk-devbind.py --bind=vfio-pci {KERNEL.bdf}")
        check(KERNEL.bdf not in app.command("show port info all"), "it became a port")
        ping = LAB.namespace.run("ping", "-c", 3, "-i", "0.1", "-W", 5, KERNEL_ADDRESS)
        check(" 3 received" in ping.stdout, f"the kernel's card: {ping.stdout}{ping.stderr}")
        transfer_both(PAIR, lab.few_frames())
    equal(kernel_view(), before, "the kernel's card")
    said = LAB.fails(LAB.eal([KERNEL]))
    lab.expect_words(said, "no port was found", "left alone")


def test_kernel_device_is_no_news(_args):
    """A card of the kernel's that nobody asked for is passed over without a word."""
    before = kernel_view()
    with LAB.app((), eal=(f"--block={LEGACY.bdf}", f"--block={BYPASS.bdf}")) as app:
        check("left alone" not in app.output, "a warning for a card that nobody asked for")
        transfer_both(PAIR, lab.few_frames())
    equal(kernel_view(), before, "the kernel's card")


def test_legacy_device(_args):
    """A legacy device is given back unmapped, and DPDK's own driver gets it."""
    with LAB.app([LEGACY], "--no-lsc-interrupt", eal=("--iova-mode=pa", DEBUG)) as app:
        equal(driver_of(app, 0), "net_virtio", "driver")
        order = re.findall(r"Probe PCI driver: net_\w+|left alone: a legacy device|"
                           r"Releasing PCI mapped resource", app.output)
        equal(order[:4], ["Probe PCI driver: net_vio", "left alone: a legacy device",
                          "Releasing PCI mapped resource", "Probe PCI driver: net_virtio"],
              "order of events")


def test_device_past_the_iommu(_args):
    """Without ACCESS_PLATFORM virtual addresses are refused, and physical ones work."""
    said = LAB.fails(LAB.eal([BYPASS], "--iova-mode=va"))
    lab.expect_words(said, f"{BYPASS.bdf}: the device does not offer ACCESS_PLATFORM",
                     "--iova-mode=pa", "iommu_platform=on")
    equal(LAB.device_status(BYPASS) & NOT_DRIVEN, set(), "device status after the refusal")
    with LAB.app([BYPASS], eal=("--iova-mode=pa",)):
        transfer(BYPASS, BYPASS, lab.few_frames())


# ---------------------------------------------------------------- given back

def test_reset_when_stopped(_args):
    """A stopped port's device is in reset, and so is each when the application has ended."""
    with LAB.app(PAIR) as app:
        check("DRIVER_OK" in LAB.device_status(PAIR[0]), "the device is not in use")
        app.ok("stop", "port stop 0")
        equal(LAB.device_status(PAIR[0]), set(), "device status of a stopped port")
        check("DRIVER_OK" in LAB.device_status(PAIR[1]), "the other device is not in use")
    for card in PAIR:
        equal(LAB.device_status(card), set(), "device status after the end")


def test_detach_attach(_args):
    """A device that was taken out of the application comes back and works, several times."""
    with LAB.app(PAIR, program=DPDK_TESTPMD) as app:
        for _ in range(3):
            app.ok("stop", "port stop 1", "port detach 1")
            equal(LAB.device_status(PAIR[1]), set(), "device status after detaching")
            check(PAIR[1].bdf not in app.command("show port info all"), "the port is still there")
            app.ok(f"port attach {PAIR[1].bdf}", "port start 1", "start")
            equal(driver_of(app, 1), "net_vio", "driver")
            transfer_both(PAIR, lab.few_frames())


def test_killed(_args):
    """After an application that was killed at work, the next one finds a device that works."""
    process = LAB.machine.spawn(*vm.testpmd_command(VIO_TESTPMD, LAB.eal(PAIR),
                                                    ("-i", "--auto-start")))
    process.expect("testpmd> ", 60)
    transfer_both(PAIR, lab.few_frames())
    process.signal(signal.SIGKILL)
    equal(process.wait(), -signal.SIGKILL, "exit status")
    with LAB.app(PAIR):
        transfer_both(PAIR, lab.few_frames())


def test_removed(_args):
    """The guest's kernel takes a device away: the application is told once, the other works on.

    VFIO lets the kernel have it when the application has closed it.
    """
    machine, (gone, stays) = LAB.machine, PAIR
    with LAB.app(PAIR) as app:
        transfer_both(PAIR, lab.few_frames())
        removal = machine.spawn("sh", "-c", f"echo 1 > /sys/bus/pci/devices/{gone.bdf}/remove")
        app.process.expect("Port 0: removal event: the device is gone", 20)
        equal(app.port_info(0)["Link status"], "down", "link of the device that is gone")
        equal(app.port_info(1)["Link status"], "up", "link of the other")
        app.ok("stop", "port stop 0", "port close 0", "port stop 1", "port start 1")
        equal(app.port_info(1)["Link status"], "up", "link of the other, started again")
        equal(app.output.count("removal event"), 1, "removal events")
    equal(removal.wait(), 0, "exit status of the removal")
    check(not machine.run(f"ls -d /sys/bus/pci/devices/{gone.bdf}", check=False).status == 0,
          "the device is there still")
    machine.run("echo 1 > /sys/bus/pci/rescan")
    guest.bind(machine, gone.bdf)
    with LAB.app(PAIR):
        transfer_both(PAIR, lab.few_frames())


# ---------------------------------------------------------------- what an application may lack

def test_no_hugepages(_args):
    """Without hugepages the application ends with the reason."""
    LAB.machine.run("rm -f /dev/hugepages/*")  # what applications left for the next one
    guest.reserve_hugepages(LAB.machine, 0)
    try:
        for program in (VIO_TESTPMD, DPDK_TESTPMD):
            said = LAB.fails(LAB.eal(PAIR), program=program)
            check(re.search("hugepage|Cannot (get|init) memory", said, re.IGNORECASE), said)
    finally:
        guest.reserve_hugepages(LAB.machine, lab.HUGEPAGES)


def test_plugin_that_cannot_be_loaded(_args):
    """A plugin that is missing, is no plugin, or lies in a folder that all may write to."""
    machine = LAB.machine
    machine.run(f"echo none > /run/vio/none.so; cp {LAB.plugin} /tmp")
    name = LAB.plugin.split("/")[-1]
    for path, words in (("/run/vio/missing.so", "/run/vio/missing.so"),
                        ("/run/vio/none.so", "/run/vio/none.so: file too short"),
                        (f"/tmp/{name}", "world-writable")):
        lab.expect_words(LAB.fails(("-d", path)), words)


if __name__ == "__main__":
    lab.main("probe", LAB)
