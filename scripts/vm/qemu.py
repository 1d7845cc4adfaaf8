# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""QEMU of another Debian suite."""

from . import debian

PROGRAM = "qemu-system-x86_64"
PACKAGE = debian.Package("qemu-system-x86", 45, (PROGRAM,), data=("qemu/*.bin", "seabios/*.bin"))


def of_suite(suite, say=print):
    """The beginning of the command line of a suite's QEMU, such as "bookworm-backports"."""
    folder = debian.fetch(PACKAGE, suite, say)
    return (*debian.command(folder, PROGRAM), "-L", folder / "share")
