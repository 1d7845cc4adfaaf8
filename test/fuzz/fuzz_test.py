#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Each fuzzer for a few seconds: from its seeds, and from what earlier runs kept."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import fuzz     # noqa: E402  pylint: disable=wrong-import-position
import results  # noqa: E402  pylint: disable=wrong-import-position

SECONDS = 6  # for each


def test_of(target):
    """The test of one fuzzer."""
    def test(_args):
        got = fuzz.run(target, SECONDS)
        print(f"{target}: {got.executions} executions, {got.coverage} edges, {got.inputs} inputs")
        results.check(not got.why, f"{got.why}; again by: {got.again}")

    test.__name__ = f"test_{target}"
    return test


def test_interrupted(_args):
    """What is interrupted, found nothing, and says so; what comes after it does not run."""
    command = [fuzz.__file__, "--hours", "1", "--target", "pci", "--target", "vhost"]
    for whom, number in ((os.kill, signal.SIGTERM), (os.killpg, signal.SIGINT)):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                              start_new_session=True) as process:
            said = process.stdout.readline()
            time.sleep(1)
            whom(process.pid, number)
            said += process.communicate()[0]
        results.equal(process.returncode, fuzz.INTERRUPTED, f"status of: {said}")
        results.check("pci: interrupted" in said and "FOUND" not in said and "vhost" not in said,
                      f"it said: {said}")


if __name__ == "__main__":
    results.main([test_interrupted, *(test_of(target) for target in fuzz.TARGETS)], group="fuzz")
