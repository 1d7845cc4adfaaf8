#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Measures net_vio_user and net_virtio_user side by side, in every mode.

All cases take turns launch by launch, so that what the machine does meanwhile meets them all. The
result is a table with the goals, a CSV file and an SVG plot; doc/perf/README.md says how to read
them. The driver is built into build/bench with the compiler flags of Debian's packages, which are
the peer's.
"""

import argparse
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import vm
from perf import annotate as annotated, launch, plan, plot, report
from perf.collect import Cell, Collection
from perf.others import Others

BUILD = launch.BUILD / "bench"
HUGEPAGES = 96  # of the driver, and of DPDK's vhost
FEWEST_LAUNCHES = 5
QUICK_MODE = "split"
# Bursts of which instructions are counted. net_virtio completes a whole ring at once.
COUNTED = {plan.PEER: 32, plan.OURS: 8}
# For launches that are repeated because the CPUs were far from each other.
MOST_TRIES = 3  # for each that is wanted
PATIENCE = 17  # minutes, of all


def arguments() -> argparse.Namespace:
    """The command line."""
    names = [mode.name for mode in launch.MODES]
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true",
                        help="one short launch of each case, timed or, if net_vio's, counted, without "
                             "hugepages, wherever the CPUs are: to see that it works; no verdicts")
    parser.add_argument("--launches", type=int, default=FEWEST_LAUNCHES, metavar="N",
                        help=f"of each case, {FEWEST_LAUNCHES} or more ({FEWEST_LAUNCHES})")
    parser.add_argument("--minutes", type=int, default=PATIENCE, metavar="N",
                        help="after which no launch is repeated because the CPUs were far from "
                             f"each other ({PATIENCE})")
    parser.add_argument("--modes", metavar="MODE[,MODE]...",
                        help=f"of {', '.join(names)} (all; with --quick {QUICK_MODE})")
    parser.add_argument("--sections", default=",".join(plan.SECTIONS),
                        metavar="SECTION[,SECTION]...", help=f"of {', '.join(plan.SECTIONS)}")
    parser.add_argument("--annotate", action="store_true",
                        help="measure nothing, but write to annotated.md where net_vio's "
                             "instructions go in these modes, of plain packets (section modes) "
                             "and of those that need an offload (section traffic, mode "
                             f"{plan.DEFAULT.name}), and what checks take of them; of a single "
                             "mode also by line of the source")
    parser.add_argument("--cpus", default=f"0,{launch.nb_cpus() - 1}", metavar="BACK,FRONT",
                        help="for the back end and the driver (the first and the last)")
    parser.add_argument("--build", type=Path, metavar="FOLDER",
                        help="take what is built there, instead of building")
    parser.add_argument("--output", type=Path, default=BUILD / "results", metavar="FOLDER",
                        help="for results.md, .csv and .svg, or annotated.md "
                        "(build/bench/results)")
    options = parser.parse_args()
    options.modes = options.modes or (QUICK_MODE if options.quick else ",".join(names))
    for option, given, known in (("--modes", options.modes, names),
                                 ("--sections", options.sections, plan.SECTIONS)):
        if unknown := set(given.split(",")) - set(known):
            parser.error(f"{option}: not known: {', '.join(sorted(unknown))}; choose from "
                         f"{', '.join(known)}")
    options.modes = plan.possible_modes(options.modes.split(","))
    options.sections = [name for name in plan.SECTIONS if name in options.sections.split(",")]
    options.cpus = [int(number) for number in options.cpus.split(",")]
    if len(options.cpus) != 2 or options.cpus[0] == options.cpus[1]:
        parser.error("--cpus: two different ones are needed")
    if options.quick:
        options.launches = 1
    elif options.launches < FEWEST_LAUNCHES:
        parser.error(f"--launches: {FEWEST_LAUNCHES} or more are needed for a median")
    if options.annotate and not plan.annotated(options.sections, options.modes):
        parser.error("--annotate: nothing is told of these sections and modes; choose section "
                     f"modes, or traffic with mode {plan.DEFAULT.name}")
    if options.build is not None and (missing := [
            name for name in launch.FILES if not (options.build / name).exists()]):
        parser.error(f"--build: {options.build} has no {missing[0]}; name a "
                     "folder that scripts/build.sh made, or leave the option out")
    options.memory = launch.NO_HUGE if options.quick else launch.HUGE
    options.windows = ["--windows=1", "--ms=5"] if options.quick else ["--windows=10", "--ms=20"]
    return options


def build() -> None:
    """The driver and the instrument, with the flags that Debian's DPDK was built with."""
    scripts = launch.ROOT / "scripts"
    subprocess.run([scripts / "install-deps.sh", "build"], check=True)
    subprocess.run([scripts / "fetch-sdk.sh"], check=True)
    flags = [subprocess.run(["dpkg-buildflags", "--get", name], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.strip()
             for name in ("CFLAGS", "CPPFLAGS")]
    configured = ["--reconfigure"] if (BUILD / "build.ninja").exists() else []
    for command in (["meson", "setup", *configured, "-Dbuildtype=plain",
                     f"-Dc_args={' '.join(flags)}", BUILD, launch.ROOT],
                    ["ninja", "-C", BUILD, *launch.FILES]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def wants_counts(cell: Cell, options: argparse.Namespace) -> bool:
    """Whether a case's instructions are to be counted; --quick leaves out what takes long."""
    case = cell.case
    return (case.counted and not cell.counts and
            not (options.quick and (case.timed or case.driver == plan.PEER)))


def try_case(cell: Cell, options: argparse.Namespace) -> None:
    """One more launch of a case, after its instructions were counted."""
    case, where = cell.case, {"cpus": options.cpus, "build": options.build}
    if case is None:
        cell.add(launch.floor(options.windows, **where))
        return
    how = {"setup": case.setup, "load": case.load, "memory": options.memory, **where}
    if wants_counts(cell, options):
        cell.counts = launch.launch(case.driver, case.mode, [f"--count={COUNTED[case.driver]}"],
                                    **how).counts
    if case.timed:
        cell.add(launch.launch(case.driver, case.mode, options.windows, **how))


def turn(cell: Cell, options: argparse.Namespace) -> None:
    """The same; a launch that fails is told, and spoils no other."""
    try:
        try_case(cell, options)
    except launch.Refused:
        cell.refused = True
        print(f"left out: {cell.name}: the driver does not know an argument", flush=True)
    except (launch.Failed, subprocess.TimeoutExpired) as error:
        cell.failures.append(str(error))
        print(f"failed: {cell.name}: {error}", flush=True)


def wants_more(cell: Cell, options: argparse.Namespace) -> bool:
    """Whether a case has too few launches."""
    if cell.refused or len(cell.failures) >= MOST_TRIES:
        return False
    if cell.case is None or cell.case.timed:
        return cell.nb_good < options.launches
    return not cell.counts


def measure(collection: Collection, options: argparse.Namespace) -> None:
    """All cases, in turns."""
    start = time.monotonic()
    number = 0
    while (waiting := [cell for cell in collection.cells if wants_more(cell, options)]) and (
            number < options.launches or number < options.launches * MOST_TRIES and
            time.monotonic() - start < options.minutes * 60):
        number += 1
        print(f"round {number}: {len(waiting)} of {len(collection.cells)} cases, after "
              f"{time.monotonic() - start:.0f} s", flush=True)
        for cell in waiting:
            turn(cell, options)


def write(collection: Collection, machine: dict[str, str], options: argparse.Namespace) -> None:
    """The table, the figures, the plot."""
    options.output.mkdir(parents=True, exist_ok=True)
    text = report.text(collection, machine, options.sections, verdicts=not options.quick)
    (options.output / "results.md").write_text(text, encoding="utf-8")
    (options.output / "results.csv").write_text(report.table_csv(collection), encoding="utf-8")
    (options.output / "results.svg").write_text(plot.svg(collection), encoding="utf-8")
    print(text)
    print(f"Written to {options.output}")


def annotate(options: argparse.Namespace) -> None:
    """Where the instructions of net_vio go."""
    launches = {case: launch.launch(case.driver, case.mode,
                                    [f"--count={COUNTED[case.driver]}", "--trace"],
                                    setup=case.setup, load=case.load, memory=launch.NO_HUGE,
                                    cpus=options.cpus, build=options.build)
                for case in plan.annotated(options.sections, options.modes)}
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "annotated.md"
    by = ("function", "line") if len(options.modes) == 1 else ("function",)
    machine = report.machine(options)
    described = {key: machine[key] for key in ("commit", "compiler", "flags", "DPDK")}
    path.write_text(annotated.text(launches, options.build, by, described), encoding="utf-8")
    print(path.read_text(encoding="utf-8"))
    print(f"Written to {path}")


def main() -> int:
    """Build, measure, write."""
    options = arguments()
    if options.build is None:
        build()
        options.build = BUILD
    if options.annotate:
        annotate(options)
        return 0
    machine = report.machine(options)
    collection = Collection(plan.cases(options.sections, options.modes), wherever=options.quick)
    others = Others()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with nullcontext() if options.quick else vm.Hugepages(HUGEPAGES):
            measure(collection, options)
    except KeyboardInterrupt:
        print("Interrupted: what was measured until now is written", file=sys.stderr)
    write(collection, machine | report.meanwhile(others), options)
    poor = [cell.name for cell in collection.cells if not cell.nb_good and not cell.refused and
            (cell.case is None or cell.case.timed)]
    if poor:
        print(f"Error: no good window for {'; '.join(poor)}", file=sys.stderr)
    return 1 if poor or any(cell.failures for cell in collection.cells) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (launch.Failed, vm.VmError, subprocess.SubprocessError) as error:
        sys.exit(f"Error: {error}")
