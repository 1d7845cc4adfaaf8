#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The product's main job as its user sees it: scripts/quickstart."""

import os
import signal
import time

import lab
from quickrun import EXIT_INTERRUPTED, Quickstart
from results import check, equal


def check_traffic(run, application):
    """It ended well, and its table says that the devices were those of the machine."""
    run.check_traffic("net_vio", application)
    for device in ("device 0", "device 1"):
        lab.expect_words(run.table()[device], "vfio-pci", "IOMMU group", "1af4:1041")


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


def test_interrupted(_args):
    """Ctrl-C in the middle of TCP traffic."""
    with Quickstart("--seconds", "60") as run:
        run.interrupt("TCP from A to B", "qemu", signal.SIGINT, EXIT_INTERRUPTED)


def test_terminated_while_booting(_args):
    """SIGTERM while the machine boots."""
    with Quickstart("--seconds", "60") as run:
        run.interrupt("booting", "qemu", signal.SIGTERM, 128 + signal.SIGTERM)


def test_killed(_args):
    """SIGKILL, which nobody can catch: what it started ends all the same."""
    with Quickstart("--seconds", "60") as run:
        run.interrupt("starting", "qemu", signal.SIGKILL, -signal.SIGKILL)


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
