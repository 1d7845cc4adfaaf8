#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Each fuzzer for a few seconds: from its seeds, and from what earlier runs kept."""

import sys
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


if __name__ == "__main__":
    results.main([test_of(target) for target in fuzz.TARGETS], group="fuzz")
