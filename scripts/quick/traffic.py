# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Real traffic between the two namespaces of a lab."""

import json
import re
import subprocess
import time
from contextlib import suppress

from .lab import ADDRESSES, Failure

PINGS = 20


def run(lab, side, *command, seconds):
    """Run a program in a namespace as long as all that it needs runs; returns its output."""
    deadline = time.monotonic() + seconds
    with subprocess.Popen(lab.spaces[side].command(*command), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        said = None
        try:
            while said is None:
                with suppress(subprocess.TimeoutExpired):
                    said = process.communicate(timeout=0.5)[0]
                lab.check_alive()
                if said is None and time.monotonic() > deadline:
                    raise Failure(f"{command[0]} did not end within {seconds} s")
            return said
        finally:
            process.kill()


def ping(lab):
    """Ping from A to B; returns the number of answers."""
    lab.say(f"ping from A to B, {PINGS} times")
    said = run(lab, "A", "ping", "-q", "-c", PINGS, "-i", "0.05", "-W", "2", ADDRESSES["B"],
               seconds=20)
    found = re.search(r"(\d+) received", said)
    if not found or found[1] == "0":
        raise Failure(f"ping got no answer: {said.strip()}")
    return int(found[1])


def tcp(lab, seconds):
    """Run iperf3 both ways; returns its two reports, from A to B first."""
    return [tcp_one_way(lab, seconds, "A to B"),
            tcp_one_way(lab, seconds, "B to A", "--reverse")]


def tcp_one_way(lab, seconds, way, *options):
    """Run iperf3 once; returns the end of its report."""
    # a server of its own: iperf3's opens its port anew after each test, and resets whoever
    # connected to the old one meanwhile
    server = subprocess.Popen(lab.spaces["B"].command("iperf3", "-s", "-1", "--forceflush"),
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for line in server.stdout:
            if "listening" in line:
                break
        else:
            raise Failure(f"iperf3's server ended with status {server.wait()}")
        lab.say(f"TCP from {way}, {seconds} s")
        said = run(lab, "A", "iperf3", "-c", ADDRESSES["B"], "-t", seconds, "-J",
                   "--connect-timeout", 5000, *options, seconds=seconds + 20)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
    try:
        report = json.loads(said)
    except ValueError:
        report = {"error": said.strip()}
    if "error" in report:
        raise Failure(f"iperf3 failed from {way}: {report['error']}")
    return report["end"]
