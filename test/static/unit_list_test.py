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
    """test_x.c registers x_autotest, variants x_y_autotest that are listed, and nothing else."""
    variants = listed("unit_variants")
    for path in UNIT.glob("test_*.c"):
        found = re.findall(r"REGISTER_TEST_COMMAND\((\w+)_autotest,", path.read_text())
        name = path.stem.removeprefix("test_")
        results.equal(found[:1], [name], f"first test registered by {path.name}")
        for variant in found[1:]:
            results.check(variant.startswith(name + "_") and variant in variants,
                          f"{path.name} registers {variant}_autotest, which is not listed")
            variants.remove(variant)
    results.equal(variants, set(), "variants that are listed and not registered")


if __name__ == "__main__":
    results.main(group="unit_list")
