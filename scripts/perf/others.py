# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""How much of the CPUs others used while we measured: the load before says nothing of then."""

import os
import resource
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds() -> tuple[float, float]:
    """Seconds for which all CPUs worked, and for which the hypervisor gave them to others."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq) / TICKS, steal / TICKS


def own_seconds() -> float:
    """Of this process and of those that it started and waited for."""
    return sum(usage.ru_utime + usage.ru_stime for usage in
               map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


class Others:
    """From its making on."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.worked, self.stolen = cpu_seconds()
        self.own = own_seconds()

    def shares(self) -> tuple[float, float]:
        """Of the time of all CPUs: what other processes used, and what the hypervisor took."""
        whole = max(time.monotonic() - self.start, 1 / TICKS) * (os.cpu_count() or 1)
        worked, stolen = cpu_seconds()
        others = worked - self.worked - (own_seconds() - self.own)
        return max(0.0, others / whole), (stolen - self.stolen) / whole
