# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The driver on this machine, in front of two vhost-user back ends that are not ours.

A back end is a dpdk-testpmd in its namespace, which forwards between a vhost-user socket and a
tap. No offload is agreed on anywhere on the way: the taps' frames have full checksums.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import vm

from .lab import ADDRESSES, LOG_DIR, PLUGIN, Failure, Lab

BACK_END = "dpdk-testpmd"
HUGEPAGES = 160  # the three processes take 128 at their start
CORES_WANTED = 5  # one for each process that polls, and for both ends of the TCP connection
TAP = "tap0"


def eal_options(megabytes):
    """EAL's options for any process of the three, with its memory."""
    # all may run on every core, and Linux sees to it that each gets one: none is pinned to a
    # core that another one polls on
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    return ("--no-pci", "--no-telemetry", "--in-memory", "-m", megabytes,
            "--lcores", f"0@({cores}),1@({cores})")


def environment(folder):
    """EAL makes a folder for each process, which goes with this one."""
    return {"RUNTIME_DIRECTORY": str(folder)}


class BackEnd:
    """One side: the process between a socket and the tap of a namespace."""

    def __init__(self, side, space, folder):
        self.side = side
        self.path = folder / f"{side}.sock"
        self.sent = self.received = self.dropped = None
        self._host = vm.LocalHost(space, environment(folder))
        try:
            self._testpmd = vm.Testpmd(
                self._host, BACK_END,
                (*eal_options(64), "--vdev", f"net_vhost0,iface={self.path}",
                 "--vdev", f"net_tap0,iface={TAP}"),
                ("--forward-mode=io", "--auto-start", "--disable-link-check",
                 "--total-num-mbufs=8192"))
            self.process = self._testpmd.process
            space.add_address(TAP, f"{ADDRESSES[side]}/24")
        except BaseException:
            self._host.close()
            raise

    def end(self):
        """End it well, and keep what it counted at the socket."""
        said = self._testpmd.command("stop")
        found = re.search(r"statistics for port 0 .*\n *RX-packets: (\d+).*\n"
                          r" *TX-packets: (\d+) +TX-dropped: (\d+)", said)
        if not found:
            raise Failure(f"the back end {self.side} does not tell what it forwarded: {said}")
        self.received, self.sent, self.dropped = map(int, found.groups())
        status = self._testpmd.quit()
        if status != 0:
            raise Failure(f"the back end {self.side} ended with status {status}:\n"
                          f"{self.process.tail()}")

    def close(self):
        """End it in any way, and keep what it said."""
        self._host.close()
        (LOG_DIR / f"back-end-{self.side}.log").write_text(self.process.output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class NativeLab(Lab):
    """namespace - tap - back end - socket - application, twice."""

    DRIVER = "net_vio_user"
    REST = "the back ends"

    def __init__(self, *how):
        super().__init__(*how)
        self.back_ends = []

    def start(self):
        self.stack.enter_context(vm.Hugepages(HUGEPAGES))
        # not in build/: EAL refuses a plugin below a world-writable folder
        folder = Path(tempfile.mkdtemp(dir="/run", prefix=f"vio{os.getpid()}-"))
        self.stack.callback(vm.Guard(("rm", "-rf", folder)).close)
        folder.chmod(0o755)
        self.plugin = shutil.copy(PLUGIN, folder)
        self.say(f"starting a vhost-user back end in each namespace: {BACK_END} with net_vhost "
                 "and net_tap")
        for side, space in self.spaces.items():
            back_end = self.stack.enter_context(BackEnd(side, space, folder))
            self.back_ends.append(back_end)
            self.processes[f"the back end {side}"] = back_end.process
        self.host = self.stack.enter_context(vm.LocalHost(environment=environment(folder)))

    @property
    def needed_eal(self):
        return (*eal_options(128), "--single-file-segments", "-d", self.plugin,
                *(word for port, back_end in enumerate(self.back_ends)
                  for word in ("--vdev", f"net_vio_user{port},path={back_end.path}")))

    def inspect(self):
        for back_end in self.back_ends:
            back_end.end()

    def complaints(self, stats):
        for port, back_end in enumerate(self.back_ends):
            for way, driver, other in (("to", stats[port]["RX-packets"], back_end.sent),
                                       ("from", back_end.received, stats[port]["TX-packets"])):
                if driver > other:
                    yield (f"{way} port {port} came {driver} packets, but the other end sent "
                           f"only {other}")

    def devices(self):
        for port, back_end in enumerate(self.back_ends):
            yield (f"device {port}", f"net_vio_user{port} at {back_end.path}")
        for back_end in self.back_ends:
            yield (f"back end {back_end.side}", f"{BACK_END}: {back_end.sent} packets to the "
                   f"driver, {back_end.received} from it, {back_end.dropped} dropped (ring full)")

    def surroundings(self):
        cores = len(os.sched_getaffinity(0))
        yield "machine", f"this one, {cores} cores" + (
            "; three processes poll, so the figures vary" if cores < CORES_WANTED else "")
