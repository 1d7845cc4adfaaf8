# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Virtual machines with virtio-net devices behind a virtual IOMMU, for scripts and tests.

What needs no machine can have the same surroundings on this host: LocalHost, Namespace, Hugepages.

    vm.exit_on_signals()
    with vm.Namespace("a") as left, vm.Tap(left) as tap, vm.Port(tap) as port:
        with vm.new_machine([vm.Nic(tap, mq="on")], log_dir=folder) as machine:
            ...
"""

import signal
import sys

from . import accel, kernel
from .errors import MachineDied, VmError, VmTimeout
from .guard import Guard
from .hugepages import Hugepages
from .local import LocalHost
from .machine import Machine, Nic
from .net import Namespace, Port, Tap
from .testpmd import Testpmd, testpmd_command

__all__ = ["Guard", "Hugepages", "LocalHost", "Machine", "MachineDied", "Namespace", "Nic", "Port",
           "Tap", "Testpmd", "VmError", "VmTimeout", "exit_on_signals", "new_machine",
           "testpmd_command"]


def exit_on_signals():
    """Let a program that is asked to end leave through its "with" statements, like Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


def new_machine(nics=(), *, log_dir, say=print, **options):
    """A Machine with Debian's kernel and the fastest accelerator that works on this host."""
    guest_kernel = kernel.prepare(say)
    return Machine(guest_kernel, accel.choose(guest_kernel, log_dir), nics, log_dir=log_dir,
                   say=say, **options)
