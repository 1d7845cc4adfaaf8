#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Does run.py count as failure what is one? Runs small programs with a known end."""

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402
import run  # noqa: E402

# name, shell command, is it a step, passed, failed, skipped
PROGRAMS = [
    ("good", "echo PASS a; echo PASS b", False, 2, 0, 0),
    ("bad", "echo PASS a; echo FAIL b: why; exit 1", False, 1, 1, 0),
    ("bad_but_status_0", "echo FAIL b: why", False, 0, 1, 0),
    ("skipped", "echo SKIP a: why; exit 77", False, 0, 0, 1),
    ("says_nothing", "true", False, 0, 1, 0),
    ("dies_silently", "echo PASS a; kill -SEGV $$", False, 1, 1, 0),
    ("fails_without_word", "echo PASS a; exit 3", False, 1, 1, 0),
    ("not_at_line_start", "echo ' PASS a'; echo xPASS a; echo PASSED a", False, 0, 1, 0),
    ("good_step", "echo FAIL only text", True, 1, 0, 0),
    ("bad_step", "echo PASS only text; exit 1", True, 0, 1, 0),
]


def results_of(program: run.Program) -> tuple[int, int, int]:
    """What the runner counts for one program."""
    runner = run.Runner()
    with redirect_stdout(io.StringIO()):
        runner.run(program, io.StringIO())
    return tuple(runner.results[word] for word in ("PASS", "FAIL", "SKIP"))


def is_running(marker: str) -> bool:
    """Is there a process with this word in its command line?"""
    return subprocess.run(["pgrep", "-f", f"^sleep {marker}$"], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0


def test_programs(_args: Namespace) -> None:
    """Every end of a program."""
    for name, command, step, *expected in PROGRAMS:
        got = results_of(run.Program(name, ["sh", "-c", command], step=step))
        results.equal(got, tuple(expected), f"passed, failed, skipped of {name}")
    got = results_of(run.Program("absent", ["/nonexistent"]))
    results.equal(got, (0, 1, 0), "passed, failed, skipped of an absent program")


def test_combinations(_args: Namespace) -> None:
    """The combinations of a part's matrices are shown and added up, and count as no results."""
    script = ("echo 12 combinations of a; echo PASS a; echo 30 combinations of b;"
              " echo x 7 combinations of c")
    shown = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(shown), \
         mock.patch.object(run, "LOGS", Path(folder)), \
         mock.patch.object(run, "PARTS", {
             "x": lambda: [run.Program("x", ["sh", "-c", script])],
             "y": lambda: [run.Program("y", ["echo", "PASS b"])]}):
        runner = run.Runner()
        runner.run_part("x")
        runner.run_part("y")
    lines = [line.strip() for line in shown.getvalue().splitlines() if "combinations" in line]
    results.equal(lines, ["12 combinations of a", "30 combinations of b",
                          "==> x: 42 combinations covered"], "lines")
    results.equal(dict(runner.results), {"PASS": 2}, "results")


def test_time_limit(_args: Namespace) -> None:
    """A program that hangs is ended with its children and counted."""
    marker = f"30.{os.getpid()}"
    got = results_of(run.Program("hangs", ["sh", "-c", f"echo PASS a; sleep {marker} & wait"],
                                 seconds=1))
    results.equal(got, (1, 1, 0), "passed, failed, skipped")
    results.check(not is_running(marker), "the program's child still runs")


INTERRUPTED = """
import sys, tempfile
from pathlib import Path
sys.path.insert(0, {test!r})
import run
run.PARTS = {{"x": lambda: [run.Program("x", ["sleep", "{marker}"])]}}
sys.argv = ["run.py"]
with tempfile.TemporaryDirectory() as folder:
    run.LOGS = Path(folder)
    status = run.main()
sys.exit(status)
"""


def test_interrupt(_args: Namespace) -> None:
    """SIGTERM ends the run and what runs, and the run says so."""
    marker = f"31.{os.getpid()}"
    code = INTERRUPTED.format(test=str(ROOT / "test"), marker=marker)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 10
        while not is_running(marker) and time.monotonic() < deadline:
            time.sleep(0.05)
        started = is_running(marker)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    results.check(started and not is_running(marker), f"started {started}, or still runs")
    results.equal(process.returncode, 130, "exit status")
    results.equal(output.splitlines()[-1], "0 passed, 1 failed, 0 skipped", "the last line")


if __name__ == "__main__":
    results.main(group="run")
