# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Commands of this host that have to work."""

import subprocess

from .errors import VmError, VmTimeout


def output(*command, seconds=None):
    """Run a command to its end, at most so many seconds; returns what it printed."""
    words = " ".join(map(str, command))
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise VmTimeout(f"'{words}' did not end within {seconds:.0f} s") from error
    if done.returncode != 0:
        raise VmError(f"'{words}' failed: {done.stderr.strip()}")
    return done.stdout
