# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The driver in a virtual machine, on two virtio-net PCI devices behind a virtual IOMMU."""

import vm
from vm import guest

from .lab import ADDRESSES, LOG_DIR, PLUGIN, Lab

KERNEL_DRIVER = "vfio-pci"
HUGEPAGES = 160


class GuestLab(Lab):
    """namespace - tap - virtio-net PCI device - application in the machine, twice."""

    DRIVER = "net_vio"
    REST = "the machine"

    def __init__(self, *how):
        super().__init__(*how)
        self.nics = []
        self._kernel_drivers = self._groups = self._ids = self._dma_faults = ()

    def start(self):
        for side, space in self.spaces.items():
            tap = self.stack.enter_context(vm.Tap(space, address=f"{ADDRESSES[side]}/24"))
            self.nics.append(vm.Nic(tap))
        self.host = vm.new_machine(self.nics, log_dir=LOG_DIR, setup=self._prepare, say=self.say)
        self.say("booting the virtual machine "
                 + {"kvm": "(KVM)", "tcg": "(emulated: no KVM that works here)"}[
                     self.host.accelerator])
        self.stack.enter_context(self.host)

    def _prepare(self, machine):
        self.say(f"in the guest: {HUGEPAGES} hugepages, both devices to {KERNEL_DRIVER}, "
                 f"plugin to {guest.PLUGIN_FOLDER}")
        guest.reserve_hugepages(machine, HUGEPAGES)
        for nic in self.nics:
            guest.bind(machine, nic.bdf, KERNEL_DRIVER)
        self.plugin = guest.stage_plugin(machine, PLUGIN)

    def ready(self):
        self.host.ensure()

    @property
    def needed_eal(self):
        return ("-d", self.plugin, *(f"--allow={nic.bdf}" for nic in self.nics))

    def inspect(self):
        self._kernel_drivers = [guest.bound_driver(self.host, nic.bdf) for nic in self.nics]
        self._groups = [guest.iommu_group(self.host, nic.bdf) for nic in self.nics]
        self._ids = [guest.pci_id(self.host, nic.bdf) for nic in self.nics]
        self._dma_faults = self.host.dma_faults()

    def complaints(self, stats):
        for port in (0, 1):
            if self._kernel_drivers[port] != KERNEL_DRIVER:
                yield (f"device {port} is bound to {self._kernel_drivers[port]}, "
                       f"not {KERNEL_DRIVER}")
            if self._groups[port] is None:
                yield f"device {port} has no IOMMU group"
        for fault in self._dma_faults[:3]:
            yield f"the IOMMU caught a wrong access: {fault}"

    def devices(self):
        for port, nic in enumerate(self.nics):
            yield (f"device {port}", f"{nic.bdf}, PCI ID {self._ids[port]}, IOMMU group "
                   f"{self._groups[port]}, {self._kernel_drivers[port]}")

    def surroundings(self):
        yield ("machine", f"QEMU with {self.host.accelerator.upper()}, 2 cores, virtual IOMMU, "
               f"{self.host.restarts} restarts")
