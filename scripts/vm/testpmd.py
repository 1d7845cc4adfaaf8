# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""DPDK's test applications: their command line, and a session with one."""

import re
from pathlib import Path

from .errors import VmTimeout


def testpmd_command(program, eal=(), options=()):
    """The command line of dpdk-testpmd or of vio-testpmd, whose options are the same."""
    # without a terminal, what it prints would come in blocks
    return ("stdbuf", "-oL", "-eL", program, *eal, "--", *options)


class Testpmd:
    """A session with dpdk-testpmd or vio-testpmd in a Machine's guest, or on a LocalHost."""

    PROMPT = "testpmd> "

    def __init__(self, machine, program, eal=(), options=(), timeout=60):
        """Start it with -i, and wait for its first prompt."""
        self.process = machine.spawn(*testpmd_command(program, eal, ("-i", *options)))
        self.process.name = Path(program).name
        try:
            self.process.expect(self.PROMPT, timeout)
        except VmTimeout:
            self.process.kill()
            raise

    def command(self, line, timeout=20):
        """Give a command; returns what it printed."""
        start = len(self.process.output)
        self.process.send_line(line)
        self.process.expect(self.PROMPT, timeout)
        return self.process.output[start:].removesuffix(self.PROMPT)

    def port_info(self, port):
        """What "show port info" says, by its own words."""
        return dict(re.findall(r"^\s*([^:\n]+): +(.*\S)", self.command(f"show port info {port}"),
                               re.MULTILINE))

    def port_stats(self, port):
        """The numbers of "show port stats", by its own words: "RX-packets", "TX-bytes", ..."""
        shown = re.findall(r"([\w-]+): +(\d+)", self.command(f"show port stats {port}"))
        return {name: int(value) for name, value in shown}

    def burst_mode(self, port, direction):
        """The burst mode of a port's first queue; the direction is "rx" or "tx"."""
        shown = (self.command(f"show port info {port}")
                 + self.command(f"show {direction}q info {port} 0"))
        found = re.search(rf"^(?:{direction.upper()} queue 0 burst|Burst) mode: +(.*\S)", shown,
                          re.MULTILINE)
        return found[1] if found else None

    @property
    def iova_mode(self):
        """The IOVA mode that EAL selected."""
        found = re.search(r"Selected IOVA mode '(\w+)'", self.process.output)
        return found[1] if found else None

    def quit(self, timeout=30):
        """Leave by the command "quit"; returns the exit status."""
        self.process.send_line("quit")
        try:
            return self.process.wait(timeout)
        except VmTimeout:
            self.process.kill()
            raise
