#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The instructions that net_vio executes for a packet, against the recorded budget.

They are counted one by one, in lock-step with the null back end: no load of the machine moves
them, and no time is judged. budget.csv and traffic.csv say what is counted. With --record they are
written anew.
"""

import csv
import dataclasses
import math
import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402  pylint: disable=wrong-import-position
from perf import launch, plan  # noqa: E402  pylint: disable=wrong-import-position

BUDGET = Path(__file__).with_name("budget.csv")
TRAFFIC = Path(__file__).with_name("traffic.csv")
# What a column counts, and what the application configured meanwhile.
COLUMNS = {"rx": ("rx", launch.PLAIN), "rx_offloads": ("rx", launch.FAST),
           "rx_all": ("rx", launch.VLAN), "tx": ("tx", launch.PLAIN),
           "tx_fast": ("tx", launch.FAST)}
# What passes where every offload is on, in a mode of each ring format.
LOADS = {"partial": plan.TRAFFIC["1500 bytes, partial checksums (told)"],
         "lro": plan.TRAFFIC["1500 bytes, TSO and LRO (told)"],
         "completed": plan.TRAFFIC["1500 bytes, TSO and LRO (completed)"], "merged": plan.MERGED}
SIMD = (64, 256, 512)  # bits that vectors may have, as EAL is told
BURSTS = 4  # the end of the ring is amid them
# Other processors take other functions of the C library, other compilers other instructions.
SLACK = 0.02


def read_budget(path: Path) -> dict[tuple[str, int], dict[str, int]]:
    """Of each mode and vector length, the whole instructions that a packet may take."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    return {(row.pop("mode"), int(row.pop("simd"))): {name: int(row[name]) for name in row}
            for row in csv.DictReader(lines)}


def record(path: Path, counted: dict[tuple[str, int], dict[str, float]]) -> None:
    """Write a budget anew, below what is said at its top."""
    top = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [",".join([mode, str(bits), *(str(math.ceil(count)) for count in counts.values())])
            for (mode, bits), counts in counted.items()]
    columns = next(iter(counted.values()))
    path.write_text("\n".join([*top, ",".join(["mode", "simd", *columns]), *rows]) + "\n",
                    encoding="utf-8")


def count(mode: launch.Mode, bits: int, setup: launch.Setup,
          load: launch.Load = launch.Load()) -> dict[str, float]:
    """Instructions of net_vio a packet in a mode, with vectors of so many bits at most."""
    mode = dataclasses.replace(mode, eal=(launch.SIMD.format(bits),))
    return launch.launch("net_vio_user", mode, [f"--count={BURSTS}"],
                         cpus=(0, launch.nb_cpus() - 1), memory=launch.NO_HUGE, setup=setup,
                         load=load).counts


def count_setups(mode: launch.Mode, bits: int) -> dict[str, float]:
    """Those of all columns."""
    counts = {setup.name: count(mode, bits, setup)
              for setup in (launch.PLAIN, launch.FAST, launch.VLAN)}
    return {column: counts[setup.name][kind] for column, (kind, setup) in COLUMNS.items()}


def count_loads(mode: launch.Mode, bits: int) -> dict[str, float]:
    """Those of what passes, received, prepared and sent."""
    counts = {name: count(mode, bits, launch.ALL, load) for name, load in LOADS.items()}
    return {f"{kind}_{name}": counts[name][kind] for kind in ("rx", "tx") for name in counts
            if (kind, name) != ("tx", "completed")}  # sent as those of "lro"


def violations(budget: dict[str, int], counts: dict[str, float]) -> list[str]:
    """What costs more than it may."""
    return [f"{column}: {counts[column]:.1f} instructions a packet, {budget[column]} are recorded"
            for column in counts if not counts[column] <= budget[column] * (1 + SLACK)]


def test_self_test(_args: Namespace) -> None:
    """What is planted is found, and nothing else."""
    budget = dict.fromkeys(COLUMNS, 100)
    results.equal(violations(budget, dict.fromkeys(COLUMNS, 101.9)), [], "good counts")
    for column in COLUMNS:
        results.equal(len(violations(budget, dict.fromkeys(COLUMNS, 50) | {column: 102.1})), 1,
                      f"planted counts in {column}")


def judge(args: Namespace, path: Path, modes: Sequence[launch.Mode],
          count_mode: Callable[[launch.Mode, int], dict[str, float]]) -> None:
    """Count in these modes, with vectors of every length that the processor has."""
    if platform.machine() != "x86_64":
        raise results.Skip("instructions are counted on x86-64 only")
    counted = {}
    for mode in modes:
        for bits in filter(launch.has_simd, SIMD):
            counted[mode.name, bits] = counts = count_mode(mode, bits)
            print(f"{mode.name}, {bits}: " +
                  ", ".join(f"{column} {counts[column]:.2f}" for column in counts), flush=True)
    if args.record:
        results.check(launch.has_avx512(), "a machine with AVX-512 is needed to record all rows")
        record(path, counted)
    budget = read_budget(path)
    missing = [f"{mode} with {bits} bits" for mode, bits in counted if (mode, bits) not in budget]
    results.check(not missing, f"no budget is recorded for {', '.join(missing)}")
    wrong = [f"{mode} with {bits} bits, {text}" for mode, bits in counted
             for text in violations(budget[mode, bits], counted[mode, bits])]
    results.check(not wrong, "; ".join(wrong) + ": make it cheaper, or record it by "
                  "test/perf/budget_test.py --record and say in the commit why")


def test_every_mode(args: Namespace) -> None:
    """All modes, with plain frames."""
    judge(args, BUDGET, launch.MODES, count_setups)


def test_traffic(args: Namespace) -> None:
    """Frames that need more."""
    judge(args, TRAFFIC, plan.LOAD_MODES, count_loads)


def arguments(parser: ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("--record", action="store_true", help="write budget.csv and traffic.csv anew")


if __name__ == "__main__":
    results.main(group="budget", arguments=arguments, seconds=600)
