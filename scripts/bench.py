#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Measures net_vio_user and net_virtio_user in front of the null back end, in every mode.

The drivers take turns launch by launch, so that what the machine does meanwhile meets both. The
result is a table, a CSV file and an SVG plot; doc/perf/README.md says how to read them. The driver
is built into build/bench with the compiler flags of Debian's packages, which are the peer's.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import vm
from perf import launch, plot, report
from perf.collect import Cell, Collection

BUILD = launch.BUILD / "bench"
HUGEPAGES = 64
FEWEST_LAUNCHES = 5
COUNTED = 128  # bursts: net_virtio completes a whole ring at once
TRIES = 3  # launches for each that is wanted, when the CPUs are far from each other


def arguments() -> argparse.Namespace:
    """The command line."""
    names = [mode.name for mode in launch.MODES]
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true",
                        help="one launch of few windows: to see that it works, not how fast")
    parser.add_argument("--launches", type=int, default=7, metavar="N",
                        help=f"of each driver and mode, {FEWEST_LAUNCHES} or more (7)")
    parser.add_argument("--modes", default=",".join(names), metavar="MODE[,MODE]...",
                        help=f"of {', '.join(names)}")
    parser.add_argument("--size", type=int, default=64, metavar="BYTES", help="of a frame (64)")
    parser.add_argument("--cpus", default=f"0,{launch.nb_cpus() - 1}", metavar="BACK,FRONT",
                        help="for the back end and the driver (the first and the last)")
    parser.add_argument("--output", type=Path, default=BUILD / "results", metavar="FOLDER",
                        help="for results.md, .csv and .svg (build/bench/results)")
    options = parser.parse_args()
    unknown = set(options.modes.split(",")) - set(names)
    if unknown:
        parser.error(f"no such mode: {', '.join(sorted(unknown))}")
    options.modes = [mode for mode in launch.MODES if mode.name in options.modes.split(",")]
    options.cpus = [int(number) for number in options.cpus.split(",")]
    if len(options.cpus) != 2 or options.cpus[0] == options.cpus[1]:
        parser.error("--cpus: two different ones are needed")
    if options.quick:
        options.launches = 1
    elif options.launches < FEWEST_LAUNCHES:
        parser.error(f"--launches: {FEWEST_LAUNCHES} or more are needed for a median")
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
                    ["ninja", "-C", BUILD, launch.PLUGIN, launch.APP, launch.NULL,
                     launch.VHOST]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def turn(cell: Cell, options: argparse.Namespace) -> None:
    """One more launch for a driver in a mode, unless it has enough."""
    timed = ["--windows=3", "--ms=10"] if options.quick else ["--windows=12", "--ms=20"]
    if cell.floor:
        cell.add(launch.floor(timed, options.cpus, BUILD))
        return
    how = {"cpus": options.cpus, "build": BUILD, "load": launch.Load(size=options.size)}
    try:
        if not cell.counts:
            cell.counts = launch.launch(cell.driver, cell.mode, [f"--count={16 if options.quick else COUNTED}"], **how).counts
        cell.add(launch.launch(cell.driver, cell.mode, timed, **how))
    except launch.Refused:
        cell.refused = True
        print(f"SKIP {cell.name}: the driver does not know an argument", flush=True)


def measure(options: argparse.Namespace) -> Collection:
    """All cells, in turns."""
    collection = Collection([mode for mode in options.modes if launch.AVX512 not in mode.eal or
                             launch.has_avx512()])
    for number in range(options.launches * TRIES):
        waiting = [cell for cell in collection.cells
                   if not cell.refused and cell.nb_good < options.launches]
        if not waiting:
            break
        print(f"launch {number + 1}: {len(waiting)} of {len(collection.cells)}", flush=True)
        for cell in waiting:
            turn(cell, options)
    return collection


def main() -> int:
    """Build, measure, write."""
    options = arguments()
    build()
    machine = report.machine(options, BUILD)
    with vm.Hugepages(HUGEPAGES):
        collection = measure(options)
    options.output.mkdir(parents=True, exist_ok=True)
    text = report.text(collection, machine)
    (options.output / "results.md").write_text(text, encoding="utf-8")
    (options.output / "results.csv").write_text(report.table_csv(collection), encoding="utf-8")
    (options.output / "results.svg").write_text(plot.svg(collection), encoding="utf-8")
    print(text)
    print(f"Written to {options.output}")
    poor = [cell.name for cell in collection.cells if not cell.refused and cell.nb_good == 0]
    if poor:
        print(f"Error: no window with near CPUs for {', '.join(poor)}", file=sys.stderr)
    return 1 if poor else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (launch.Failed, vm.VmError, subprocess.SubprocessError) as error:
        sys.exit(f"Error: {error}")
