#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The instructions that net_vio executes for a packet, against the recorded budget.

They are counted one by one, in lock-step with the null back end: no load of the machine moves
them, and no time is judged. budget.csv says what is counted. With --record it is written anew.
"""

import csv
import math
import platform
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402  pylint: disable=wrong-import-position
from perf import launch  # noqa: E402  pylint: disable=wrong-import-position

BUDGET = Path(__file__).with_name("budget.csv")
KINDS = ("rx", "tx")
BURSTS = 8  # the fourth of them crosses the end of the ring
# Other processors take other functions of the C library, other compilers other instructions.
SLACK = 0.02


def read_budget() -> dict[str, dict[str, int]]:
    """Of each mode, the whole instructions that a packet may take."""
    lines = [line for line in BUDGET.read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    return {row["mode"]: {kind: int(row[kind]) for kind in KINDS}
            for row in csv.DictReader(lines)}


def record(counted: dict[str, dict[str, float]]) -> None:
    """Write the budget anew, below what is said at its top."""
    top = [line for line in BUDGET.read_text(encoding="utf-8").splitlines()
           if line.startswith("#")]
    rows = [",".join([mode, *(str(math.ceil(counts[kind])) for kind in KINDS)])
            for mode, counts in counted.items()]
    BUDGET.write_text("\n".join([*top, ",".join(["mode", *KINDS]), *rows]) + "\n",
                      encoding="utf-8")


def count(mode: launch.Mode) -> dict[str, float]:
    """Instructions of net_vio a packet in a mode."""
    return launch.launch("net_vio_user", mode, [f"--count={BURSTS}"], cpus=(0, launch.nb_cpus() - 1),
                         memory=launch.NO_HUGE).counts


def violations(budget: dict[str, int], counts: dict[str, float]) -> list[str]:
    """What costs more than it may."""
    return [f"{kind}: {counts[kind]:.1f} instructions a packet, {budget[kind]} are recorded"
            for kind in KINDS if not counts[kind] <= budget[kind] * (1 + SLACK)]


def test_self_test(_args: Namespace) -> None:
    """What is planted is found, and nothing else."""
    budget = {"rx": 100, "tx": 200}
    results.equal(violations(budget, {"rx": 101.9, "tx": 150}), [], "good counts")
    results.equal(len(violations(budget, {"rx": 102.1, "tx": 205})), 2, "planted counts")


def test_every_mode(args: Namespace) -> None:
    """All modes; with AVX-512 only where there is one."""
    if platform.machine() != "x86_64":
        raise results.Skip("instructions are counted on x86-64 only")
    modes = [mode for mode in launch.MODES if launch.AVX512 not in mode.eal or
             launch.has_avx512()]
    counted = {mode.name: count(mode) for mode in modes}
    for mode, counts in counted.items():
        print(f"{mode}: rx {counts['rx']:.2f}, tx {counts['tx']:.2f}")
    if args.record:
        record(counted)
    budget = read_budget()
    missing = set(counted) - set(budget)
    results.check(not missing, f"no budget is recorded for {', '.join(sorted(missing))}")
    wrong = [f"{mode}, {text}" for mode in counted
             for text in violations(budget[mode], counted[mode])]
    results.check(not wrong, "; ".join(wrong) + ": make it cheaper, or record it by "
                  "test/perf/budget_test.py --record and say in the commit why")


def arguments(parser: ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("--record", action="store_true", help="write budget.csv anew")


if __name__ == "__main__":
    results.main(group="budget", arguments=arguments, seconds=300)
