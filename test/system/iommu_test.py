#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Machines with a narrow IOMMU and with none."""

import lab
import vm
from lab import DPDK_TESTPMD, Card, Lab, transfer_both
from results import check, equal
from vm import guest

NARROW_CARDS = [Card(), Card()]
NARROW = Lab("system-iommu-39", NARROW_CARDS, iommu_bits=39)
CARDS = [Card(driver="uio_pci_generic"), Card(driver="uio_pci_generic")]
NONE = Lab("system-no-iommu", CARDS, iommu_bits=None)


def test_narrow_iommu(_args):
    """39 bits: frames pass in either mode, as all addresses are low enough."""
    for mode in ("va", "pa"):
        with NARROW.app(NARROW_CARDS, eal=(f"--iova-mode={mode}",)) as app:
            equal(app.iova_mode, mode.upper(), "IOVA mode")
            transfer_both(NARROW_CARDS, lab.few_frames())


def test_no_iommu(_args):
    """Without an IOMMU, uio_pci_generic and physical addresses do it."""
    for program in (lab.VIO_TESTPMD, DPDK_TESTPMD):
        with NONE.app(CARDS, program=program) as app:
            equal(app.iova_mode, "PA", "IOVA mode")
            equal(app.port_info(0)["Driver name"], "net_vio", "driver")
            transfer_both(CARDS, lab.few_frames())


def test_no_iommu_link_events(_args):
    """The pin interrupt through the kernel's UIO driver."""
    with NONE.app(CARDS) as app:
        lab.check_link_events(NONE, CARDS[0], app)
        app.reconfigure()
        lab.check_link_events(NONE, CARDS[0], app)


def test_no_iommu_no_vfio(_args):
    """Without an IOMMU vfio-pci takes no device, and that is told."""
    card = CARDS[0]
    try:
        guest.bind(NONE.machine, card.bdf, "vfio-pci")
        check(False, "vfio-pci took a device without an IOMMU")
    except vm.VmError as error:
        lab.expect_words(str(error), f"{card.bdf} is bound to None, not to vfio-pci")
    finally:
        guest.bind(NONE.machine, card.bdf, card.driver)


if __name__ == "__main__":
    lab.main("iommu", NARROW, NONE)
