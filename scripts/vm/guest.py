# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What DPDK needs in a guest, and its test applications there.

The functions take a booted Machine and change only its guest.
"""

import re
import shutil
from pathlib import Path

from .errors import VmError, VmTimeout
from .machine import SHARE_IN_GUEST

PLUGIN_FOLDER = "/run/vio/plugin"  # EAL loads nothing from below a world-writable folder


def reserve_hugepages(machine, count):
    """Reserve that many pages of 2 MiB."""
    pages = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
    reserved = int(machine.run(f"echo {count} > {pages}; cat {pages}", timeout=60).out)
    if reserved != count:
        raise VmError(f"the guest has memory for {reserved} hugepages, not for {count}: "
                      "give the machine more")


def bind(machine, bdf, driver="vfio-pci"):
    """Give a PCI device to a driver of the guest's kernel; None: to no driver."""
    modules = {"vfio-pci": "vfio-pci vfio_iommu_type1", "virtio-pci": "virtio_pci virtio_net"}
    device = f"/sys/bus/pci/devices/{bdf}"
    if driver:
        machine.run(f"modprobe -a {modules.get(driver, driver)}")
    machine.run(f"if [ -e {device}/driver ]; then echo {bdf} > {device}/driver/unbind; fi; "
                f"echo {driver or ''} > {device}/driver_override; "
                + (f"echo {bdf} > /sys/bus/pci/drivers_probe" if driver else ""))
    bound = bound_driver(machine, bdf)
    if bound != driver:
        kernel_says = machine.run("dmesg | tail -n 5").out
        raise VmError(f"{bdf} is bound to {bound}, not to {driver}; the guest's kernel says:\n"
                      f"{kernel_says}")


def bound_driver(machine, bdf):
    """The kernel driver that holds a PCI device, or None."""
    return _link(machine, f"/sys/bus/pci/devices/{bdf}/driver")


def iommu_group(machine, bdf):
    """The IOMMU group of a PCI device, or None."""
    return _link(machine, f"/sys/bus/pci/devices/{bdf}/iommu_group")


def _link(machine, path):
    target = machine.run(f"readlink {path}", check=False).out.strip()
    return Path(target).name if target else None


def pci_id(machine, bdf):
    """Vendor and device of a PCI device, for example 1af4:1041."""
    device = f"/sys/bus/pci/devices/{bdf}"
    vendor, device = machine.run(f"cat {device}/vendor {device}/device").out.split()
    return f"{vendor[2:]}:{device[2:]}"


def stage_plugin(machine, plugin):
    """Copy a file of the host to where EAL agrees to load it; returns its path in the guest."""
    plugin = Path(plugin)
    try:
        shutil.copy(plugin, machine.share)
    except OSError as error:
        raise VmError(f"cannot read {plugin}: {error.strerror}: build it first "
                      "(scripts/build.sh)") from error
    machine.run(f"install -D -m 755 -t {PLUGIN_FOLDER} {SHARE_IN_GUEST}/{plugin.name}")
    return f"{PLUGIN_FOLDER}/{plugin.name}"


def testpmd_command(program, eal=(), options=()):
    """The command line of dpdk-testpmd or of vio-testpmd, whose options are the same."""
    # without a terminal, what it prints would come in blocks
    return ("stdbuf", "-oL", "-eL", program, "-l", "0-1", *eal, "--", *options)


class Testpmd:
    """A session with dpdk-testpmd or vio-testpmd in the guest."""

    PROMPT = "testpmd> "

    def __init__(self, machine, program, eal=(), options=(), timeout=60):
        """Start it with -i, and wait for its first prompt."""
        self.process = machine.spawn(*testpmd_command(program, eal, ("-i", *options)))
        self.process.name = Path(program).name
        try:
            self.process.expect(self.PROMPT, timeout)
        except VmTimeout:
            self.process.kill()
            raise

    def command(self, line, timeout=20):
        """Give a command; returns what it printed."""
        start = len(self.process.output)
        self.process.send_line(line)
        self.process.expect(self.PROMPT, timeout)
        return self.process.output[start:].removesuffix(self.PROMPT)

    def port_info(self, port):
        """What "show port info" says, by its own words."""
        return dict(re.findall(r"^\s*([^:\n]+): +(.*\S)", self.command(f"show port info {port}"),
                               re.MULTILINE))

    def port_stats(self, port):
        """The numbers of "show port stats", by its own words: "RX-packets", "TX-bytes", ..."""
        shown = re.findall(r"([\w-]+): +(\d+)", self.command(f"show port stats {port}"))
        return {name: int(value) for name, value in shown}

    def burst_mode(self, port, direction):
        """The burst mode of a port's first queue; the direction is "rx" or "tx"."""
        shown = (self.command(f"show port info {port}")
                 + self.command(f"show {direction}q info {port} 0"))
        found = re.search(rf"^(?:{direction.upper()} queue 0 burst|Burst) mode: +(.*\S)", shown,
                          re.MULTILINE)
        return found[1] if found else None

    @property
    def iova_mode(self):
        """The IOVA mode that EAL selected."""
        found = re.search(r"Selected IOVA mode '(\w+)'", self.process.output)
        return found[1] if found else None

    def quit(self, timeout=30):
        """Leave by the command "quit"; returns the exit status."""
        self.process.send_line("quit")
        try:
            return self.process.wait(timeout)
        except VmTimeout:
            self.process.kill()
            raise
