#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The product's main job as its user sees it: scripts/quickstart."""

import os
import re
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import lab
from results import check, equal

QUICKSTART = lab.ROOT / "scripts/quickstart"
QEMU_LOG = lab.ROOT / "build/log/quickstart/qemu-1.log"
SECONDS = 120  # for one run on a loaded machine
EXIT_INTERRUPTED = 130


class Quickstart:
    """A run of the script, and what must be gone after it."""

    def __init__(self, *options, commands=""):
        self.process = subprocess.Popen([QUICKSTART, *options], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        self.output = ""
        self.process.stdin.write(commands)
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
        self.process.communicate()
        if failed:
            for line in self.output.splitlines():
                print(f"  | {line}")

    def wait_for(self, words):
        """Read until a line has the words."""
        for line in self.process.stdout:
            self.output += line
            if words in line:
                return
        check(False, f"it ended without '{words}'")

    def end(self):
        """Read to the end; returns the exit status."""
        try:
            self.output += self.process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired as error:
            self.output += (error.output or b"").decode()
            check(False, f"it did not end in {SECONDS} s")
        return self.process.returncode

    def descendants(self):
        """The processes that it has started, and they, by id, with their names."""
        found = {self.process.pid: ""}
        for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parts[2])):
            with suppress(OSError):
                pid, name, parent = re.match(r"(\d+) \((.*)\) \S (\d+)", stat.read_text()).groups()
                if int(parent) in found:
                    found[int(pid)] = name
        del found[self.process.pid]
        return found

    def share(self):
        """The folder that it shares with the guest, from QEMU's command line."""
        command = shlex.split(QEMU_LOG.read_text().splitlines()[0])
        return next(re.search("path=([^,]*)", word)[1] for word in command
                    if word.startswith("local,id=share,"))

    def remains(self, descendants=()):
        """What is left of it: processes, network namespaces, the shared folder."""
        left = [f"process {pid} {name}" for pid, name in dict(descendants).items()
                if os.path.exists(f"/proc/{pid}")]
        left += [f"namespace {path.name}" for path in
                 Path("/run/netns").glob(f"vio{self.process.pid}*")]
        left += [f"folder {folder}" for folder in (self.share(),) if os.path.exists(folder)]
        return left


def summary(output):
    """The table at the end, by its first column."""
    return dict(re.findall(r"^  (\S.{14}) *(\S.*)$", output, re.MULTILINE))


def check_traffic(run, application):
    """It ended well, its table says what was used, and nothing is left."""
    equal(run.end(), 0, "exit status")
    table = {name.strip(): value for name, value in summary(run.output).items()}
    equal(table["driver"], "net_vio", "driver")
    equal(table["application"], application, "application")
    for device in ("device 0", "device 1"):
        lab.expect_words(table[device], "vfio-pci", "IOMMU group", "1af4:1041")
    lab.expect_words(table["ping"], "0% loss")
    for way in ("TCP A to B", "TCP B to A"):
        check(float(re.match(r"(\d+) Mbit/s", table[way])[1]) > 0, f"{way}: {table[way]}")
    lab.expect_words(run.output, "PASSED")
    equal(run.remains(), [], "left behind")


def test_traffic(_args):
    """The default: vio-testpmd."""
    with Quickstart("--seconds", "2") as run:
        check_traffic(run, "vio-testpmd")


def test_traffic_dpdk_testpmd(_args):
    """DPDK's own application, with the driver as plugin."""
    with Quickstart("--seconds", "1", "--app", "testpmd") as run:
        check_traffic(run, "dpdk-testpmd")


def test_shell(_args):
    """Commands from a pipe reach the application in the machine."""
    with Quickstart("--shell", commands="show port info 0\nquit\n") as run:
        equal(run.end(), 0, "exit status")
        lab.expect_words(run.output, "Driver name: net_vio", "ip netns exec")
        equal(run.remains(), [], "left behind")


def interrupt(words, number, status):
    """Interrupt it when it prints the words; nothing may stay."""
    with Quickstart("--seconds", "60") as run:
        run.wait_for(words)
        time.sleep(1)
        started = run.descendants()
        check(any("qemu" in name for name in started.values()), f"no QEMU runs: {started}")
        os.killpg(run.process.pid, number)
        equal(run.end(), status, "exit status")
        deadline = time.monotonic() + 10
        while run.remains(started) and time.monotonic() < deadline:
            time.sleep(0.1)
        equal(run.remains(started), [], "left behind")


def test_interrupted(_args):
    """Ctrl-C in the middle of TCP traffic."""
    interrupt("TCP from A to B", signal.SIGINT, EXIT_INTERRUPTED)


def test_terminated_while_booting(_args):
    """SIGTERM while the machine boots."""
    interrupt("booting", signal.SIGTERM, 128 + signal.SIGTERM)


def test_killed(_args):
    """SIGKILL, which nobody can catch: what it started ends all the same."""
    interrupt("starting", signal.SIGKILL, -signal.SIGKILL)


def test_interrupted_at_once(_args):
    """Ctrl-C while a script of the preparation runs, or has just ended."""
    for delay in (0, 0.1, 0.2, 0.3):
        with Quickstart() as run:
            run.wait_for("installing")
            time.sleep(delay)
            os.killpg(run.process.pid, signal.SIGINT)
            equal(run.end(), EXIT_INTERRUPTED, f"exit status, {delay} s later")
            check("Traceback" not in run.output, f"a traceback: {run.output}")


def test_one_at_a_time(_args):
    """A second one in the same checkout is refused; the first goes on."""
    with Quickstart("--seconds", "1") as first:
        first.wait_for("starting")
        with Quickstart("--seconds", "1") as second:
            equal(second.end(), 1, "exit status of the second")
            lab.expect_words(second.output, "another quickstart runs in this checkout")
        check_traffic(first, "vio-testpmd")


def test_wrong_options(_args):
    """Refused at once, with the reason."""
    for options, words in ((("--seconds", "0"), "from 1 to 3600"), (("--app", "none"), "testpmd"),
                           (("--faster",), "--faster")):
        with Quickstart(*options) as run:
            equal(run.end(), 2, f"exit status with {options}")
            lab.expect_words(run.output, words)


if __name__ == "__main__":
    lab.main("quickstart")
