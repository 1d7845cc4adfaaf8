# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Runs CBMC, which this Debian lacks, on the proofs of this folder.

A proof is compiled with the driver's own sources in it. Then, in two steps, the assertions are put in
that say that no access is out of bounds and nothing is undefined, and every read of what is volatile
is made to give any value: so what a device writes is another thing each time that it is read.
"""

import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in ("test", "scripts"):
    sys.path.insert(0, str(ROOT / folder))

import results  # noqa: E402  pylint: disable=wrong-import-position
import vm  # noqa: E402  pylint: disable=wrong-import-position
from vm import debian  # noqa: E402  pylint: disable=wrong-import-position

HERE = ROOT / "test/proof"
OUT = ROOT / "build/proof"
SUITE = "trixie"
PACKAGE = debian.Package("cbmc", 25, ("cbmc", "goto-cc", "goto-instrument"), installed=("gcc",))
SECONDS = 600  # for one proof, on a busy machine
CHECKS = tuple(f"--{what}-check" for what in ("bounds", "pointer", "div-by-zero", "signed-overflow",
                                              "undefined-shift", "pointer-overflow"))
REACHED = "reached: "
FUNCTION = re.compile(r"(\S+) function (\S+)$")
ASSERTION = re.compile(r"\[\S+\] (?:line (\d+) )?(.*): ([A-Z]+)$")
FLAGS = ("-D_GNU_SOURCE", "-DALLOW_INTERNAL_API", "-DALLOW_EXPERIMENTAL_API",
         "-DRTE_FORCE_INTRINSICS",  # no inline assembly, which CBMC does not know
         # what it loads may be the device's, and CBMC would take that for memory as any
         "-D__atomic_load_n(from, order)=(*(volatile __typeof__(*(from)) *)(from))",
         "-idirafter", ROOT / "build/sdk/include", "-I", ROOT / "drivers/net/vio", "-I", HERE,
         "-I", HERE / "include")


@dataclass(frozen=True)
class Proof:
    """How a proof is run: its file, and what CBMC is told besides."""

    file: str
    loops: int  # no loop runs more often, which is proved as well
    inner: dict[str, int] = field(default_factory=dict)  # loops that do so less often
    defines: tuple[str, ...] = ()
    # functions that have a proof of their own, or are not the driver's: what stands in for them
    replaced: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What CBMC found. An assertion is named by its place and text."""

    held: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    undecided: int = 0  # what depends on something that failed
    seconds: float = 0


@cache
def _folder():
    """Where CBMC is, or why it is not there."""
    try:
        return debian.fetch(PACKAGE, SUITE)
    except vm.VmError as error:
        return str(error)


def _run(program, *arguments, good=(0,)):
    """Run a program of CBMC to its end; returns what it printed."""
    if isinstance(_folder(), str):
        raise results.Skip(f"no CBMC of {SUITE}: {_folder()}")
    try:
        done = subprocess.run([*debian.command(_folder(), program), *arguments], check=False,
                              capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise results.Failure(f"{program} did not end within {SECONDS} s") from error
    results.check(done.returncode in good, f"{program} ended with status {done.returncode}: "
                  f"{' '.join((done.stderr or done.stdout).strip().splitlines()[-3:])}")
    return done.stdout


def _compile(name, proof):
    """The program that CBMC shall look at."""
    OUT.mkdir(parents=True, exist_ok=True)
    plain, checked, ready = (OUT / f"{name}.{kind}" for kind in ("plain", "checked", "goto"))
    dpdk = subprocess.run(["pkg-config", "--cflags", "libdpdk"], check=True,
                          capture_output=True, text=True).stdout.split()
    _run("goto-cc", *dpdk, *FLAGS, *(f"-D{define}" for define in proof.defines),
         "--function", "proof", "-o", plain, HERE / proof.file, HERE / "stubs.c")
    _run("goto-instrument", "--drop-unused-functions", *CHECKS,
         *(word for pair in proof.replaced.items() for word in ("--replace-calls", ":".join(pair))),
         plain, checked)
    # a step of its own, after the addresses of what is read are checked
    _run("goto-instrument", "--nondet-volatile", checked, ready)
    return ready


def _read(said):
    """What CBMC printed: under a line with the file, the assertions of each function."""
    outcome = Outcome()
    place = "?"
    for line in said.splitlines():
        if match := FUNCTION.match(line):
            place = f"{Path(match[1]).name}, {match[2]}"
        if match := ASSERTION.match(line):
            number, text, status = match.groups()
            where = f"{text.removeprefix(REACHED)} ({place}{f', line {number}' if number else ''})"
            if status not in ("SUCCESS", "FAILURE"):
                outcome.undecided += 1
            elif text.startswith(REACHED):
                (outcome.unreached if status == "SUCCESS" else outcome.reached).append(where)
            else:
                (outcome.held if status == "SUCCESS" else outcome.failed).append(where)
    return outcome


def run(name, proof):
    """Run one proof. CBMC's status is 10 when an assertion fails, as those of REACHED do."""
    begin = time.monotonic()
    ready = _compile(name, proof)
    inner = (word for loop, nb in proof.inner.items() for word in ("--unwindset", f"{loop}:{nb + 1}"))
    said = _run("cbmc", "--no-standard-checks", "--unwinding-assertions", "--slice-formula",
                "--object-bits", "10",
                "--unwind", str(proof.loops + 1), *inner, ready, good=(0, 10))
    (OUT / f"{name}.log").write_text(said)
    outcome = _read(said)
    outcome.seconds = time.monotonic() - begin
    return outcome
