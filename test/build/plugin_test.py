#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The plugin as a file: what it exports, what it says of itself, that DPDK loads it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

PLUGIN = ROOT / "build/drivers/librte_net_vio.so"
VIRTIO_NET = {"vendor": "1af4", "device": "1041"}


def output_of(*command: str | Path, **environment: str) -> str:
    """All output of a command, with a last line about its exit status if that is not 0."""
    done = subprocess.run(command, env={**os.environ, **environment}, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return done.stdout + (f"exit status {done.returncode}\n" if done.returncode else "")


def test_exports(_args: Namespace) -> None:
    """The public functions, and nothing that can clash with an application or another driver."""
    header = (ROOT / "drivers/net/vio/rte_pmd_vio.h").read_text()
    public = sorted(re.findall(r"^(rte_pmd_vio_\w+)\(", header, re.MULTILINE))
    results.check(public, "no function was recognised in rte_pmd_vio.h")
    exported = output_of("nm", "-D", "--defined-only", PLUGIN)
    results.equal(sorted(re.findall(r" T (\S+)@@EXPERIMENTAL$", exported, re.MULTILINE)), public,
                  "exported functions")
    results.equal(len(exported.splitlines()), len(public) + 1, f"symbols of {exported!r}")


def test_pmdinfo(_args: Namespace) -> None:
    """DPDK's own tool reads the driver's name, devices and kernel modules."""
    output = output_of("dpdk-pmdinfo.py", PLUGIN)
    drivers = {driver["name"]: driver for driver in json.loads(output)}
    driver = drivers.get("net_vio", {})
    results.check(VIRTIO_NET in driver.get("pci_ids", []), f"no virtio-net device: {output}")
    results.check("vfio-pci" in driver.get("kmod", ""), f"no kernel module vfio-pci: {output}")


def test_load(_args: Namespace) -> None:
    """dpdk-test with -d has the driver's log type; without -d it has not."""
    eal = ["--no-pci", "--no-huge", "-m", "64", "--no-shconf", "--no-telemetry"]
    # EAL refuses a plugin below a world-writable folder, where the checkout may be
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        os.chmod(folder, 0o755)
        plugin = shutil.copy(PLUGIN, folder)
        output = output_of("dpdk-test", *eal, "-d", plugin, DPDK_TEST="dump_log_types")
    results.check("pmd.net.vio" in output, f"not loaded: {output[-600:]}")
    output = output_of("dpdk-test", *eal, DPDK_TEST="dump_log_types")
    results.check("pmd.net.virtio" in output and "pmd.net.vio" not in output,
                  f"there without -d: {output[-600:]}")


if __name__ == "__main__":
    results.main(group="plugin")
