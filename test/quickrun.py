# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""A run of scripts/quickstart, as its user sees it."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from results import check, equal

ROOT = Path(__file__).resolve().parents[1]
QUICKSTART = ROOT / "scripts/quickstart"
SECONDS = 120  # for one run on a loaded machine
EXIT_INTERRUPTED = 130


class Quickstart:
    """A run of the script, and what must be gone after it."""

    def __init__(self, *options, commands="", under=()):
        """Give it options and, as its input, commands; `under` is a program that becomes it."""
        # a shell lets what it starts in the background ignore SIGINT, and all below inherit that
        self.process = subprocess.Popen(
            [*under, QUICKSTART, *options], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.output = ""
        self.process.stdin.write(commands)
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
        self.process.communicate()
        if failed:
            for line in self.output.splitlines():
                print(f"  | {line}")

    def wait_for(self, words):
        """Read until a line has the words."""
        for line in self.process.stdout:
            self.output += line
            if words in line:
                return
        check(False, f"it ended without '{words}'")

    def end(self):
        """Read to the end; returns the exit status."""
        try:
            self.output += self.process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired as error:
            self.output += (error.output or b"").decode()
            check(False, f"it did not end in {SECONDS} s")
        return self.process.returncode

    def descendants(self):
        """The processes that it has started, and they, by id, with their names."""
        found = {self.process.pid: ""}
        for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parts[2])):
            with suppress(OSError):
                pid, name, parent = re.match(r"(\d+) \((.*)\) \S (\d+)", stat.read_text()).groups()
                if int(parent) in found:
                    found[int(pid)] = name
        del found[self.process.pid]
        return found

    def remains(self, descendants=()):
        """What is left of it: processes, network namespaces, folders."""
        left = [f"process {pid} {name}" for pid, name in dict(descendants).items()
                if os.path.exists(f"/proc/{pid}")]
        for folder in ("/run", "/run/netns"):
            left += map(str, Path(folder).glob(f"vio{self.process.pid}[!0-9]*"))
        return left

    def table(self):
        """The table at the end, by its first column."""
        found = re.findall(r"^  (\S.{14}) *(\S.*)$", self.output, re.MULTILINE)
        return {name.strip(): value for name, value in found}

    def check_traffic(self, driver, application):
        """It ended well, its table says what was used, and nothing is left."""
        equal(self.end(), 0, "exit status")
        table = self.table()
        equal(table["driver"], driver, "driver")
        equal(table["application"], application, "application")
        check("0% loss" in table["ping"], table["ping"])
        for way in ("TCP A to B", "TCP B to A"):
            check(float(re.match(r"(\d+) Mbit/s", table[way])[1]) > 0, f"{way}: {table[way]}")
        check("PASSED" in self.output, self.output)
        equal(self.remains(), [], "left behind")

    def interrupt(self, words, program, number, status, prepare=lambda started: None):
        """Interrupt it after it printed the words, when a program runs; nothing may stay."""
        self.wait_for(words)
        time.sleep(1)
        started = self.descendants()
        check(any(program in name for name in started.values()),
              f"no {program} runs: {started}")
        prepare(started)
        os.killpg(self.process.pid, number)
        equal(self.end(), status, "exit status")
        if number != signal.SIGKILL:
            check("all that was started is ended" in self.output.splitlines()[-1], "last line")
        deadline = time.monotonic() + 10
        while self.remains(started) and time.monotonic() < deadline:
            time.sleep(0.1)
        equal(self.remains(started), [], "left behind")
