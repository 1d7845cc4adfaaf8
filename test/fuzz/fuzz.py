#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Runs the fuzzers, one after the other; called by scripts/fuzz, and by fuzz_test.py for a moment.

Inputs that reach something new are kept in build/fuzz/corpus, and where the next run goes on from.
An input that is a finding is kept in build/fuzz/findings, and the exit status is 1. A run that is
interrupted found nothing up to there; it ends with status 130.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import seeds

BUILD = Path(__file__).resolve().parents[2] / "build/fuzz"
FINDINGS = BUILD / "findings"
TARGETS = list(seeds.SEEDS)

INPUT_MAX = 4096       # bytes of an input
INPUT_SECONDS = 10     # no input may take longer, on a busy machine too
INTERRUPTED = 128 + signal.SIGINT  # the exit status of a run that was
# libFuzzer's, and that of one which has not come to catch signals
WAS_INTERRUPTED = (72, -signal.SIGINT, -signal.SIGTERM)
OPTIONS = {
    # freed memory is kept for a while, but not so much that caches are of no use
    "ASAN_OPTIONS": "quarantine_size_mb=16:malloc_context_size=5:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


@dataclass
class Outcome:
    """What a run came to. why and again are empty unless it found something."""

    executions: int
    coverage: int  # edges of the driver's and the fuzzer's code
    inputs: int    # in the corpus
    why: str
    again: str     # the command that shows it again
    interrupted: bool = False


def first_reason(output: str) -> str:
    """What was found, from what the fuzzer printed."""
    pattern = r"INVARIANT: .*|.*: runtime error: .*|.*ERROR: \w+Sanitizer: .*|.*ERROR: libFuzzer: .*"
    found = re.search(pattern, output)
    lines = output.strip().splitlines()
    return (found.group() if found else lines[-1] if lines else "it said nothing").strip()


def outcome(target: str, status: int, log: Path) -> Outcome:
    """Read libFuzzer's output."""
    output = log.read_text(errors="replace")
    executions = re.findall(r"^stat::number_of_executed_units: (\d+)", output, re.M)
    progress = re.findall(r"^#(\d+)\s.*\bcov: (\d+) ft: \d+ corp: (\d+)", output, re.M)
    last, coverage, inputs = progress[-1] if progress else (0, 0, 0)
    result = Outcome(int(executions[-1] if executions else last), int(coverage), int(inputs),
                     "", "")
    if status in WAS_INTERRUPTED:
        result.interrupted = True
    elif status != 0:
        written = re.search(r"Test unit written to (\S+)", output)
        result.why = f"{first_reason(output)} (log in {log})"
        result.again = f"{BUILD}/test/fuzz/fuzz-{target} {written.group(1) if written else ''}"
    elif result.executions == 0:
        result.why = f"executed nothing (log in {log})"
    return result


def run(target: str, seconds: int) -> Outcome:
    """Run one fuzzer for so many seconds."""
    corpus = BUILD / "corpus" / target
    for folder in (corpus, FINDINGS):
        folder.mkdir(parents=True, exist_ok=True)
    seeds.write(BUILD / "seeds")
    # to weigh inputs by how rare what they reach is takes half of the time, and reaches no more
    command = [BUILD / f"test/fuzz/fuzz-{target}", f"-max_total_time={seconds}", "-entropic=0",
               f"-max_len={INPUT_MAX}", f"-timeout={INPUT_SECONDS}", "-print_final_stats=1",
               f"-artifact_prefix={FINDINGS}/{target}-", corpus, BUILD / "seeds" / target]
    log = BUILD / f"{target}.log"
    with log.open("w") as output, subprocess.Popen(
            command, env={**os.environ, **OPTIONS}, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT) as process:
        try:
            status = process.wait()
        except KeyboardInterrupt:
            # a key is pressed for both; a signal may be for this process alone
            process.send_signal(signal.SIGINT)
            status = process.wait()
    return outcome(target, status, log)


def main() -> int:
    """Share the time among the targets."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Run the fuzzers.")
    parser.add_argument("--hours", type=float, default=0.1,
                        help="for all targets together, shared out evenly (0.1)")
    parser.add_argument("--target", action="append", choices=TARGETS,
                        help="only this one; may be given several times (all)")
    args = parser.parse_args()
    if args.hours <= 0:
        parser.error("--hours: more than 0")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    targets = args.target or TARGETS
    status = 0
    seconds = max(1, round(args.hours * 3600 / len(targets)))
    for target in targets:
        print(f"{target}: {seconds} s", flush=True)
        got = run(target, seconds)
        print(f"{target}: {got.executions} executions, {got.coverage} edges covered, "
              f"{got.inputs} inputs in {BUILD}/corpus/{target}", flush=True)
        if got.interrupted:
            print(f"{target}: interrupted", flush=True)
            return status or INTERRUPTED
        if got.why:
            status = 1
            print(f"{target}: FOUND {got.why}\n{target}: again by: {got.again}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
