#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The instructions that net_vio executes for a packet, against the recorded budget.

They are counted one by one, in lock-step with the null back end: no load of the machine moves
them, and no time is judged. budget.csv says what is counted. With --record it is written anew.
"""

import csv
import dataclasses
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
# What a column counts, and what the application configured meanwhile.
COLUMNS = {"rx": ("rx", launch.PLAIN), "rx_offloads": ("rx", launch.FAST),
           "rx_all": ("rx", launch.VLAN), "tx": ("tx", launch.PLAIN),
           "tx_fast": ("tx", launch.FAST)}
SIMD = (64, 256, 512)  # bits that vectors may have, as EAL is told
BURSTS = 4  # the end of the ring is amid them
# Other processors take other functions of the C library, other compilers other instructions.
SLACK = 0.02


def read_budget() -> dict[tuple[str, int], dict[str, int]]:
    """Of each mode and vector length, the whole instructions that a packet may take."""
    lines = [line for line in BUDGET.read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    return {(row["mode"], int(row["simd"])): {column: int(row[column]) for column in COLUMNS}
            for row in csv.DictReader(lines)}


def record(counted: dict[tuple[str, int], dict[str, float]]) -> None:
    """Write the budget anew, below what is said at its top."""
    top = [line for line in BUDGET.read_text(encoding="utf-8").splitlines()
           if line.startswith("#")]
    rows = [",".join([mode, str(bits), *(str(math.ceil(counts[column])) for column in COLUMNS)])
            for (mode, bits), counts in counted.items()]
    BUDGET.write_text("\n".join([*top, ",".join(["mode", "simd", *COLUMNS]), *rows]) + "\n",
                      encoding="utf-8")


def count(mode: launch.Mode, bits: int) -> dict[str, float]:
    """Instructions of net_vio a packet in a mode, with vectors of so many bits at most."""
    mode = dataclasses.replace(mode, eal=(launch.SIMD.format(bits),))
    counts = {setup.name: launch.launch("net_vio_user", mode, [f"--count={BURSTS}"],
                                        cpus=(0, launch.nb_cpus() - 1), memory=launch.NO_HUGE,
                                        setup=setup).counts
              for setup in (launch.PLAIN, launch.FAST, launch.VLAN)}
    return {column: counts[setup.name][kind] for column, (kind, setup) in COLUMNS.items()}


def violations(budget: dict[str, int], counts: dict[str, float]) -> list[str]:
    """What costs more than it may."""
    return [f"{column}: {counts[column]:.1f} instructions a packet, {budget[column]} are recorded"
            for column in COLUMNS if not counts[column] <= budget[column] * (1 + SLACK)]


def test_self_test(_args: Namespace) -> None:
    """What is planted is found, and nothing else."""
    budget = dict.fromkeys(COLUMNS, 100)
    results.equal(violations(budget, dict.fromkeys(COLUMNS, 101.9)), [], "good counts")
    for column in COLUMNS:
        results.equal(len(violations(budget, dict.fromkeys(COLUMNS, 50) | {column: 102.1})), 1,
                      f"planted counts in {column}")


def test_every_mode(args: Namespace) -> None:
    """All modes, with vectors of every length that the processor has."""
    if platform.machine() != "x86_64":
        raise results.Skip("instructions are counted on x86-64 only")
    counted = {}
    for mode in launch.MODES:
        for bits in filter(launch.has_simd, SIMD):
            counted[mode.name, bits] = counts = count(mode, bits)
            print(f"{mode.name}, {bits}: " +
                  ", ".join(f"{column} {counts[column]:.2f}" for column in COLUMNS), flush=True)
    if args.record:
        results.check(launch.has_avx512(), "a machine with AVX-512 is needed to record all rows")
        record(counted)
    budget = read_budget()
    missing = [f"{mode} with {bits} bits" for mode, bits in counted if (mode, bits) not in budget]
    results.check(not missing, f"no budget is recorded for {', '.join(missing)}")
    wrong = [f"{mode} with {bits} bits, {text}" for mode, bits in counted
             for text in violations(budget[mode, bits], counted[mode, bits])]
    results.check(not wrong, "; ".join(wrong) + ": make it cheaper, or record it by "
                  "test/perf/budget_test.py --record and say in the commit why")


def arguments(parser: ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("--record", action="store_true", help="write budget.csv anew")


if __name__ == "__main__":
    results.main(group="budget", arguments=arguments, seconds=600)
