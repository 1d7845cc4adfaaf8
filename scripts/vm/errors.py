# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What can go wrong with a virtual machine or its surroundings, as exceptions."""


class VmError(Exception):
    """The machine, the network or a program in the guest did not do what was asked."""


class VmTimeout(VmError):
    """Something did not happen within its time."""


class MachineDied(VmError):
    """QEMU ended, or the guest's kernel panicked (which ends QEMU)."""
