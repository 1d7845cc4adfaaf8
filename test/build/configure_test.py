#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Every way to the driver SDK headers, and the message when there is none or a wrong one.

Works on copies of the project. Needs build/sdk and build/cache/dpdk-source-<version>
as scripts/fetch-sdk.sh makes them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

OTHER = "99.11.0"
PLUGIN = "drivers/librte_net_vio.so"


def pkg_config(*arguments: str) -> str:
    """What pkg-config says about the installed DPDK."""
    return subprocess.run(["pkg-config", *arguments, "libdpdk"], check=True,
                          capture_output=True, text=True).stdout.strip()


VERSION = pkg_config("--modversion")


class Checkout:
    """A copy of the project without build folder, and its configuration."""

    def __init__(self, folder: Path):
        self.path = folder / "project"
        self.path.mkdir()
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy2(path, self.path)
            elif not path.name.startswith((".git", "build")):
                shutil.copytree(path, self.path / path.name, symlinks=True,
                                ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, *command: str | Path, **environment: str) -> tuple[int, str]:
        """Exit status and all output of a command in the copy."""
        done = subprocess.run(command, cwd=self.path, env={**os.environ, **environment}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=300, check=False)
        return done.returncode, done.stdout

    def configure(self, *options: str, **environment: str) -> tuple[int, str]:
        """Configure from nothing."""
        return self.run("meson", "setup", "out", *options, **environment)

    def add_sdk(self, version: str) -> None:
        """Headers as fetch-sdk.sh leaves them, said to be of this version."""
        shutil.copytree(ROOT / "build/sdk", self.path / "build/sdk")
        (self.path / "build/sdk/VERSION").write_text(version + "\n")


def names_all(result: tuple[int, str], *words: str) -> None:
    """It ended with an error, and the error's own text holds all these words."""
    status, output = result
    results.check(status != 0, f"no error: {output[-600:]}")
    error = re.search(r"ERROR: .*|fetch-sdk\.sh: .*", output)
    text = error[0] if error else output[-600:]
    missing = [word for word in words if word not in text]
    results.check(not missing, f"the error does not name {missing}: {text}")


def builds(project: Checkout, used: str, *options: str, **environment: str) -> None:
    """It configures with the SDK from there, and the plugin compiles."""
    status, output = project.configure("-Dwerror=true", *options, **environment)
    results.check(status == 0 and re.search(rf"driver SDK\s*: {re.escape(used)}", output),
                  f"not configured from {used}: {output[-600:]}")
    status, output = project.run("ninja", "-C", "out", PLUGIN)
    results.equal(status, 0, f"exit status of ninja ({output[-600:]})")


def in_checkout(test: Callable[[Checkout], None]) -> Callable[[Namespace], None]:
    """A test that works on a copy of its own."""
    def run(_args: Namespace) -> None:
        with tempfile.TemporaryDirectory() as folder:
            test(Checkout(Path(folder)))
    run.__name__ = test.__name__
    return run


@in_checkout
def test_no_sdk(project: Checkout) -> None:
    """A new checkout with a distribution's DPDK."""
    names_all(project.configure(), VERSION, "scripts/fetch-sdk.sh", "-Ddpdk_source")


@in_checkout
def test_fetched_mismatch(project: Checkout) -> None:
    """DPDK was upgraded since the headers were fetched."""
    project.add_sdk(OTHER)
    names_all(project.configure(), VERSION, OTHER, "scripts/fetch-sdk.sh")


@in_checkout
def test_source_absent(project: Checkout) -> None:
    """-Ddpdk_source names no source tree."""
    names_all(project.configure("-Ddpdk_source=drivers"), "drivers", "not a DPDK source tree")


@in_checkout
def test_source_mismatch(project: Checkout) -> None:
    """-Ddpdk_source names a tree of another version."""
    tree = project.path / "dpdk-other"
    (tree / "lib/ethdev").mkdir(parents=True)
    (tree / "lib/ethdev/ethdev_driver.h").touch()
    (tree / "VERSION").write_text(OTHER + "\n")
    names_all(project.configure(f"-Ddpdk_source={tree}"), VERSION, OTHER, "-Ddpdk_source")


@in_checkout
def test_no_dpdk(project: Checkout) -> None:
    """DPDK is not installed."""
    names_all(project.configure(PKG_CONFIG_LIBDIR=str(project.path)),
              "libdpdk", "scripts/install-deps.sh")


@in_checkout
def test_fetch_mismatch(project: Checkout) -> None:
    """pkg-config finds another DPDK than the distribution's."""
    fake = project.path / "fake-bin"
    fake.mkdir()
    (fake / "pkg-config").write_text(f"#!/bin/sh\necho {OTHER}\n")
    (fake / "pkg-config").chmod(0o755)
    path = f"{fake}:{os.environ['PATH']}"
    names_all(project.run("scripts/fetch-sdk.sh", "out", PATH=path), VERSION, OTHER,
              "-Ddpdk_source")


@in_checkout
def test_source(project: Checkout) -> None:
    """-Ddpdk_source with the distribution's own source package."""
    tree = ROOT / f"build/cache/dpdk-source-{VERSION}"
    results.check(tree.is_dir(), f"no {tree}: run scripts/fetch-sdk.sh --source")
    builds(project, f"-Ddpdk_source={tree}", f"-Ddpdk_source={tree}")


@in_checkout
def test_installed(project: Checkout) -> None:
    """An installed SDK: a libdpdk.pc that names one include folder more."""
    headers = project.path / "installed"
    shutil.copytree(ROOT / "build/sdk/include", headers)
    pc = Path(pkg_config("--variable=pcfiledir"), "libdpdk.pc").read_text()
    (headers / "libdpdk.pc").write_text(pc.replace("Cflags:", f"Cflags: -I{headers}"))
    builds(project, "installed with DPDK", PKG_CONFIG_PATH=str(headers))


@in_checkout
def test_fetched(project: Checkout) -> None:
    """What scripts/fetch-sdk.sh left in build/sdk."""
    project.add_sdk(VERSION)
    builds(project, str(project.path / "build/sdk"))


if __name__ == "__main__":
    results.main(group="configure")
