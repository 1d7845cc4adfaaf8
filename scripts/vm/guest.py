# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What DPDK needs in a guest.

The functions take a booted Machine and change only its guest.
"""

import shutil
from pathlib import Path

from .errors import VmError
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
