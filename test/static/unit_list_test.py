#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Are the lists of test/unit/meson.build complete, and does each file hold the test of its name?"""

import re
import sys
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

UNIT = ROOT / "test/unit"


def listed(name: str) -> set[str]:
    """The strings of a list in meson.build."""
    text = (UNIT / "meson.build").read_text()
    return set(re.findall(r"'([^']+)'", re.search(name + r" = \[(.*?)\]", text, re.S)[1]))


def test_files(_args: Namespace) -> None:
    """The lists hold what the folders hold."""
    tests = {path.stem.removeprefix("test_") for path in UNIT.glob("test_*.c")}
    results.check(tests, f"there is no unit test in {UNIT}")
    results.equal(listed("unit_tests"), tests, "unit_tests")
    device = {path.stem for path in (ROOT / "test/device").glob("*.c")}
    results.equal(listed("unit_device"), device, "unit_device")


def test_names(_args: Namespace) -> None:
    """test_x.c registers x_autotest and nothing else."""
    for path in UNIT.glob("test_*.c"):
        found = re.findall(r"REGISTER_TEST_COMMAND\((\w+),", path.read_text())
        results.equal(found, [path.stem.removeprefix("test_") + "_autotest"],
                      f"tests registered by {path.name}")


if __name__ == "__main__":
    results.main([test_files, test_names], group="unit_list")
