# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Real traffic between the two namespaces of a lab."""

import json
import re
import subprocess

from .lab import ADDRESSES, Failure

PINGS = 20


def ping(lab):
    """Ping from A to B; returns the number of answers."""
    lab.say(f"ping from A to B, {PINGS} times")
    done = lab.spaces["A"].run("ping", "-q", "-c", PINGS, "-i", "0.05", "-W", "2",
                               "-w", 20, ADDRESSES["B"])
    found = re.search(r"(\d+) received", done.stdout)
    if not found or found[1] == "0":
        raise Failure(f"ping got no answer: {done.stderr.strip() or done.stdout.strip()}")
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
        done = lab.spaces["A"].run("iperf3", "-c", ADDRESSES["B"], "-t", seconds, "-J",
                                   "--connect-timeout", 5000, *options, timeout=seconds + 20)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"TCP stalled: iperf3 did not end within {error.timeout} s") from error
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
    report = json.loads(done.stdout or "{}")
    if done.returncode != 0 or "error" in report:
        raise Failure(f"iperf3 failed from {way}: {report.get('error') or done.stderr.strip()}")
    return report["end"]
