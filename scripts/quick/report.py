# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The application with traffic through it, what was seen of both, and what that proves."""

from pathlib import Path

import vm

from .lab import LOG_DIR
from .traffic import PINGS, ping, tcp


def measure(lab, seconds):
    """Start the application, send the traffic through it, and return all that was seen."""
    lab.ready()
    lab.say(f"starting {Path(lab.program).name} with -d {lab.plugin}")
    app = vm.Testpmd(lab.host, lab.program, lab.eal, lab.options)
    seen = {
        "drivers": [app.port_info(port).get("Driver name") for port in (0, 1)],
        "rx_mode": app.burst_mode(0, "rx"),
        "tx_mode": app.burst_mode(0, "tx"),
        "iova": app.iova_mode,
    }
    lab.processes["the application"] = app.process
    seen["answers"] = ping(lab)
    seen["tcp"] = tcp(lab, seconds)
    lab.say("ending the application")
    app.command("stop")  # the counters of both ports stand still from here on
    seen["stats"] = [app.port_stats(port) for port in (0, 1)]
    seen["status"] = app.quit()
    lab.inspect()
    return seen


def complaints(lab, seen):
    """Whatever shows that the traffic did not really pass through the driver."""
    stats = seen["stats"]
    for port, driver in enumerate(seen["drivers"]):
        if driver != lab.DRIVER:
            yield f"the driver of port {port} is {driver}, not {lab.DRIVER}"
    if seen["answers"] != PINGS:
        yield f"{PINGS - seen['answers']} of {PINGS} pings got no answer"
    for way, source, end in zip(("A to B", "B to A"), (0, 1), seen["tcp"]):
        received = end["sum_received"]["bytes"]
        passed = min(stats[source]["RX-bytes"], stats[1 - source]["TX-bytes"])
        if received <= 0:
            yield f"no TCP data came from {way}"
        if passed < received:
            yield f"from {way}, TCP got {received} bytes, but the ports counted only {passed}"
    if seen["status"] != 0:
        yield f"the application ended with status {seen['status']}"
    yield from lab.complaints(stats)


def forwarded(source, target):
    """What came in at one port and went out at the other; the application drops the rest."""
    received, sent = source["RX-packets"], target["TX-packets"]
    return (f"{received} received, {sent} sent on, {received - sent} dropped by the application "
            "(Tx ring full)")


def print_summary(lab, seen):
    """Say what was used, and what passed."""
    stats = seen["stats"]
    rows = [
        *lab.devices(),
        ("driver", " and ".join(dict.fromkeys(map(str, seen["drivers"])))),
        ("application", Path(lab.program).name),
        ("IOVA mode", seen["iova"]),
        ("burst mode Rx", seen["rx_mode"]),
        ("burst mode Tx", seen["tx_mode"]),
        ("packets A to B", forwarded(stats[0], stats[1])),
        ("packets B to A", forwarded(stats[1], stats[0])),
        ("ping", f"{seen['answers']} of {PINGS} answered, "
                 f"{100 * (PINGS - seen['answers']) // PINGS}% loss"),
    ]
    for way, end in zip(("A to B", "B to A"), seen["tcp"]):
        rows.append((f"TCP {way}", f"{end['sum_received']['bits_per_second'] / 1e6:.0f} Mbit/s, "
                                   f"{end['sum_sent'].get('retransmits', 0)} retransmits"))
    rows += [*lab.surroundings(), ("logs", str(LOG_DIR))]
    print()
    for name, value in rows:
        print(f"  {name:<16}{value if value is not None else 'not known'}")
    print()
