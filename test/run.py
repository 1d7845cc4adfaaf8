#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Runs the test programs part by part and adds up their results; called by scripts/test.

A test program prints one line a test, "PASS name", "FAIL name: why" or "SKIP name: why", and
ends with another status than 0 if a test failed. One that prints no such line, that ends badly
without having said FAIL, or that takes too long, counts as one failed test more. One that goes
through a matrix also prints "N combinations of what", which are shown and added up. What it
prints besides goes to build/logs/<part>.log.
"""

import argparse
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LOGS = BUILD / "logs"
RESULT = re.compile(r"(PASS|FAIL|SKIP) (\S+)")
COMBINATIONS = re.compile(r"(\d+) combinations of ")
TIME_LIMIT = 15 * 60  # seconds for one program
UNIT_LIMIT = 90       # for one unit test, which takes a few with a sanitizer
GRACE = 30            # for a program to end what it started, when it is told to end
EAL = ["--no-pci", "--no-huge", "-m", "256", "--no-shconf", "--no-telemetry"]
# EAL itself allows 256 bits
SIMD_BITS = {64: "", 512: "avx512dq"}
DATA_PATH = ("vio_format", "vio_hash", "vio_hostile", "vio_matrix", "vio_rx", "vio_suspend",
             "vio_tx", "vio_vlan")
SANITIZER = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}


@dataclass
class Program:
    """Something to run. A step is no test program: its exit status is its one result."""

    name: str
    command: list[str | Path]
    environment: dict[str, str] = field(default_factory=dict)
    step: bool = False
    seconds: float = TIME_LIMIT
    prefix: str = ""  # of the names of its results


def programs_in(folder: str, *names: str) -> list[Program]:
    """Test programs of a folder under test/: those named, or else all."""
    paths = [ROOT / "test" / folder / name for name in names]
    paths = paths or sorted((ROOT / "test" / folder).glob("*_test.py"))
    return [Program(f"{folder}/{path.name}", [path]) for path in paths]


def build_step(folder: Path, *options: str, **environment: str) -> Program:
    """A build with warnings as errors."""
    return Program(f"build.{folder.name}",
                   [ROOT / "scripts/build.sh", folder, "--werror", *options], environment,
                   step=True)


def unit_names(folder: Path) -> list[str]:
    """The unit tests that a build folder has."""
    listed = subprocess.run(["meson", "introspect", "--tests", folder], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    names = [test["name"] for test in json.loads(listed) if "net_vio:unit" in test["suite"]]
    if not names:
        raise ValueError(f"{folder} has no test in meson's suite \"unit\"")
    return names


def unit_programs(folder: Path, environment: dict[str, str]) -> Iterator[Program]:
    """One process for each unit test that this build folder has, so a crash is one failure."""
    for name in unit_names(folder):
        yield Program(name, [folder / "test/unit/vio-test", *EAL, name], environment,
                      seconds=UNIT_LIMIT)


def simd_programs(folder: Path, environment: dict[str, str]) -> Iterator[Program]:
    """The tests of the data path once more, on each instruction set that is not EAL's choice."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    for bits, flag in SIMD_BITS.items():
        prefix = f"simd_{bits}."
        if flag not in cpu:
            yield Program(prefix, ["echo", f"SKIP {prefix}data_path: the CPU has no {flag}"])
            continue
        for name in unit_names(folder):
            if name.startswith(DATA_PATH):
                yield Program(prefix + name, [folder / "test/unit/vio-test", *EAL,
                              f"--force-max-simd-bitwidth={bits}", name], environment,
                              seconds=UNIT_LIMIT, prefix=prefix)


def part_deps() -> Iterator[Program]:
    """Packages that are missing; always run."""
    yield Program("packages", [ROOT / "scripts/install-deps.sh", "build", "run", "test"],
                  step=True)


def part_build() -> Iterator[Program]:
    """Everything, by the way that a user has."""
    yield build_step(BUILD)


def part_unit() -> Iterator[Program]:
    """Unit tests, and the test of what runs them."""
    yield from programs_in("unit", "runner_test.py")
    yield from unit_programs(BUILD, {})
    yield from simd_programs(BUILD, {})


def part_asan() -> Iterator[Program]:
    """Unit tests under the address, leak and undefined behaviour sanitizers."""
    folder = BUILD / "asan"
    yield build_step(folder, "-Db_sanitize=address,undefined")
    yield from unit_programs(folder, SANITIZER)
    yield from simd_programs(folder, SANITIZER)


def part_clang() -> Iterator[Program]:
    """The data path by the other compiler, which takes more liberties."""
    folder = BUILD / "clang"
    yield build_step(folder, CC="clang")
    yield from (p for p in unit_programs(folder, {}) if p.name.startswith(DATA_PATH))


def part_fuzz() -> Iterator[Program]:
    """Each fuzzer for some seconds; scripts/fuzz runs them for as long as one likes."""
    yield Program("build.fuzz", [ROOT / "scripts/fuzz", "--build"], step=True)
    yield from programs_in("fuzz")


def part_proof() -> Iterator[Program]:
    """What is proved of the driver's sources, by a model checker."""
    yield from programs_in("proof")


def part_static() -> Iterator[Program]:
    """What can be said of the sources without running them."""
    yield from programs_in("static")


def part_plugin() -> Iterator[Program]:
    """The plugin as a file."""
    yield from programs_in("build", "plugin_test.py")


def fetch_source() -> Program:
    """The source package of the installed DPDK, once."""
    return Program("source_package", [ROOT / "scripts/fetch-sdk.sh", "--source"], step=True)


def part_configure() -> Iterator[Program]:
    """The ways to the driver SDK, and their errors; the driver compiled for another processor."""
    yield fetch_source()
    yield from programs_in("build", "configure_test.py", "cross_test.py")


def part_app() -> Iterator[Program]:
    """The applications."""
    yield from programs_in("app")


def part_budget() -> Iterator[Program]:
    """The instructions that a packet costs, against what is recorded."""
    yield from programs_in("perf")


def part_native() -> Iterator[Program]:
    """The driver on this machine, in front of DPDK's vhost-user back end."""
    yield from programs_in("native")


def part_into_dpdk() -> Iterator[Program]:
    """The driver inside DPDK's own tree."""
    yield fetch_source()
    version = subprocess.run(["pkg-config", "--modversion", "libdpdk"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout.strip()
    tree = BUILD / f"cache/dpdk-source-{version}"
    yield Program("into-dpdk.sh", [ROOT / "scripts/into-dpdk.sh", tree])


def part_system() -> Iterator[Program]:
    """The driver in a virtual machine, over vfio-pci."""
    yield from programs_in("system")


PARTS: dict[str, Callable[[], Iterator[Program]]] = {
    "deps": part_deps,
    "build": part_build,
    "unit": part_unit,
    "asan": part_asan,
    "clang": part_clang,
    "fuzz": part_fuzz,
    "proof": part_proof,
    "static": part_static,
    "plugin": part_plugin,
    "configure": part_configure,
    "app": part_app,
    "budget": part_budget,
    "native": part_native,
    "into-dpdk": part_into_dpdk,
    "system": part_system,
}


class Runner:
    """Runs programs one after another and counts their results."""

    def __init__(self) -> None:
        self.results: Counter[str] = Counter()
        self.combinations = 0
        self.process: subprocess.Popen | None = None

    def report(self, line: str) -> None:
        """Show a result line and count it."""
        self.results[line[:4]] += 1
        print(f"    {line}", flush=True)

    def end(self) -> None:
        """End the program that runs, with all that it started and that is not gone by itself."""
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + GRACE
            try:
                os.killpg(self.process.pid, number)
                while time.monotonic() < deadline:
                    self.process.poll()  # a process that nobody asked for is still in its group
                    os.killpg(self.process.pid, 0)
                    time.sleep(0.05)
            except ProcessLookupError:
                return

    def follow(self, program: Program, log: TextIO) -> tuple[Counter, str]:
        """Copy the program's output to the log until it ends; its results and last line."""
        lines: queue.Queue[str | None] = queue.Queue()

        def read() -> None:
            for text in self.process.stdout:
                lines.put(text.rstrip("\n"))
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        found: Counter[str] = Counter()
        last = ""
        deadline = time.monotonic() + program.seconds
        while True:
            try:
                line = lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                self.end()
                return found, f"did not end within {program.seconds} s"
            if line is None:
                return found, last
            log.write(line + "\n")
            log.flush()
            last = line or last
            if not program.step and RESULT.match(line):
                found[line[:4]] += 1
                self.report(line[:5] + program.prefix + line[5:])
            elif not program.step and (match := COMBINATIONS.match(line)):
                self.combinations += int(match[1])
                print(f"    {line}", flush=True)

    def run(self, program: Program, log: TextIO) -> None:
        """Run one program and count what it says, or that it says nothing."""
        log.write(f"### {program.name}: {' '.join(map(str, program.command))}\n")
        try:
            self.process = subprocess.Popen(
                program.command, cwd=ROOT, env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace", start_new_session=True)
        except OSError as error:
            self.report(f"FAIL {program.name}: cannot be started: {error}")
            return
        found, last = self.follow(program, log)
        status = self.process.wait()
        self.process = None
        if program.step and status == 0:
            self.report(f"PASS {program.name}")
        elif status != 0 and not found["FAIL"] and not (status == 77 and found["SKIP"]):
            self.report(f"FAIL {program.name}: exit status {status}, last line: {last}")
        elif not program.step and not found:
            self.report(f"FAIL {program.name}: printed no result")

    def run_part(self, name: str) -> None:
        """All programs of a part, with its time."""
        start = time.monotonic()
        before = self.results.copy()
        self.combinations = 0
        print(f"==> {name}", flush=True)
        nb_programs = 0
        with open(LOGS / f"{name}.log", "w", encoding="utf-8") as log:
            try:
                for program in PARTS[name]():
                    nb_programs += 1
                    self.run(program, log)
            except (OSError, ValueError, subprocess.CalledProcessError) as error:
                self.report(f"FAIL {name}: its tests cannot be listed: {error}")
        if nb_programs == 0:
            self.report(f"FAIL {name}: it has no test program")
        got = self.results - before
        if self.combinations:
            print(f"==> {name}: {self.combinations} combinations covered", flush=True)
        print(f"==> {name}: {got['PASS']} passed, {got['FAIL']} failed, {got['SKIP']} skipped"
              f" ({time.monotonic() - start:.1f} s, log in {LOGS / name}.log)", flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/test", description="Run the tests.")
    parser.add_argument("--list", action="store_true", help="show the parts and end")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {' '.join(PARTS)}")
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"there is no part \"{part}\": use {' '.join(PARTS)}")
    return options


def interrupt(number: int, _frame: object) -> None:
    """SIGTERM ends the run as Ctrl-C does."""
    raise KeyboardInterrupt(number)


def main() -> int:
    """Run the parts."""
    options = arguments()
    if options.list:
        for name, part in PARTS.items():
            print(f"{name:10} {part.__doc__}")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    LOGS.mkdir(parents=True, exist_ok=True)
    runner = Runner()
    status = 0
    try:
        for name in ["deps", *options.parts] if options.parts else PARTS:
            runner.run_part(name)
    except KeyboardInterrupt:
        print("\nEnding what runs...", flush=True)
        runner.end()
        runner.report("FAIL run: interrupted")
        status = 130
    results = runner.results
    print(f"{results['PASS']} passed, {results['FAIL']} failed, {results['SKIP']} skipped")
    return status or (1 if results["FAIL"] else 0)


if __name__ == "__main__":
    sys.exit(main())
