# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Whether KVM works here, which only a boot can tell: /dev/kvm may open and yet run no kernel.

The verdict is kept with the kernel for as long as the host does not reboot.
"""

import os
from pathlib import Path

from .errors import MachineDied, VmTimeout
from .machine import Machine

KVM_BOOT_SECONDS = 6  # an emulated boot takes 3, so KVM that needs longer is of no use


def choose(kernel, log_dir):
    """Return "kvm" or "tcg"."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    verdict = kernel.vmlinux.parent / f"accelerator-{boot}"
    if not verdict.exists():
        verdict.write_text("kvm" if _kvm_boots(kernel, log_dir) else "tcg", encoding="ascii")
    return verdict.read_text(encoding="ascii")


def _kvm_boots(kernel, log_dir):
    machine = Machine(kernel, "kvm", log_dir=Path(log_dir) / "kvm-probe")
    try:
        machine.boot_once(KVM_BOOT_SECONDS)
    except (MachineDied, VmTimeout):
        return False
    finally:
        machine.stop()
    return True
