#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Does the unit test runner say FAIL where it should? Reads what it makes of selftest.c."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

PROGRAM = ROOT / "build/test/unit/vio-test-selftest"
EAL = ["--no-pci", "--no-huge", "-m", "64", "--no-shconf", "--no-telemetry"]
WHY = "selftest.c:22: fails: got 2"

# the test, its exit status, its result lines in this order
EXPECTED = [
    ("every_end", 1, [
        "PASS every_end_autotest.passes",
        f"FAIL every_end_autotest.fails: {WHY}",
        "FAIL every_end_autotest.fails_silently: returned -5",
        "SKIP every_end_autotest.skips: skipped by the test",
        "SKIP every_end_autotest.not_supported: not supported here",
        f"FAIL every_end_autotest.passes: {WHY}",
        "PASS every_end_autotest.with_data"]),
    ("setup_fails", 1, [f"FAIL setup_fails_autotest.passes: {WHY}"]),
    ("setup_skips", 77, ["SKIP setup_skips_autotest.passes: skipped by the test"]),
    ("nested", 1, ["PASS nested_autotest.passes", f"FAIL nested_autotest.fails: {WHY}"]),
    ("good", 0, ["PASS good_autotest.passes"]),
    ("hides_failure", 1, [f"FAIL hides_failure_autotest.fails: {WHY}"]),
    ("fails_after_good", 1, [
        "PASS fails_after_good_autotest.passes", "FAIL fails_after_good_autotest: returned -1"]),
    ("plain_good", 0, ["PASS plain_good_autotest"]),
    ("plain_bad", 1, [f"FAIL plain_bad_autotest: {WHY}"]),
    ("absent", 1, ["FAIL absent_autotest: there is no test of this name, see \"list\""]),
]


def run(arguments: list[str], text: str = "") -> tuple[int, str]:
    """Exit status and standard output of the runner."""
    done = subprocess.run([PROGRAM, *EAL, *arguments], input=text, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout


def result_lines(output: str) -> list[str]:
    """The result lines, with the path before the file name of an assertion taken away."""
    lines = [line for line in output.splitlines() if line[:5] in ("PASS ", "FAIL ", "SKIP ")]
    return [" ".join(word.rsplit("/", 1)[-1] for word in line.split(" ")) for line in lines]


def test_every_end(_args: Namespace) -> None:
    """Each planted end, its line and the exit status."""
    for name, status, lines in EXPECTED:
        got_status, output = run([f"{name}_autotest"])
        results.equal(got_status, status, f"exit status of {name}")
        results.equal(result_lines(output), lines, f"result lines of {name}")


def test_several(_args: Namespace) -> None:
    """The runner goes on after a failure and does not forget it."""
    status, output = run(["--", "good_autotest", "plain_bad_autotest", "plain_good_autotest"])
    results.equal(status, 1, "exit status")
    results.equal(len(result_lines(output)), 3, "number of results")


def test_prompt(_args: Namespace) -> None:
    """list, a name, quit; and the end of the input."""
    status, output = run([], "list\ngood_autotest\nquit\nplain_bad_autotest\n")
    results.equal(status, 0, "exit status")
    results.check("plain_bad_autotest\n" in output, f"list does not show all: {output}")
    results.equal(result_lines(output.replace("RTE>>", "")), ["PASS good_autotest.passes"],
                  "result lines")
    status, _ = run([], "plain_bad_autotest\n")
    results.equal(status, 1, "exit status after a failure")


if __name__ == "__main__":
    results.main(group="runner")
