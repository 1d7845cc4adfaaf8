# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Tables of what was measured, for people and for programs."""

import csv
import io
import json
import os
import platform
import re
import subprocess
import time
from argparse import Namespace
from pathlib import Path
from typing import Optional

from .collect import KINDS, NEAR, Cell, Collection, Figure

QUIET = 0.5  # load average; above it others used the CPUs
HEAD = ("driver", *KINDS.values(), "Rx instructions", "Tx instructions", "who waits (Rx, Tx)")


def output_of(*command: str | Path) -> str:
    """The first line that a command prints."""
    done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.stdout.partition("\n")[0]


def machine(options: Namespace, build: Path) -> dict[str, str]:
    """Where, when and how it is measured."""
    cpuinfo = dict(re.findall(r"(\S[^\t\n]*)\s*: (.*)",
                              Path("/proc/cpuinfo").read_text(encoding="ascii")))
    load = os.getloadavg()[0]
    commit = output_of("git", "-C", build, "describe", "--always", "--dirty")
    flags = next((" ".join(option["value"]) for option in json.loads(
        output_of("meson", "introspect", "--buildoptions", build) or "[]")
        if option["name"] == "c_args"), "unknown")
    quiet = "quiet" if load <= QUIET else "NOT QUIET, so provisional"
    return {
        "when": time.strftime("%Y-%m-%d"),
        "commit": commit,
        "processor": f"{cpuinfo.get('model name', 'unknown')}, family "
                     f"{cpuinfo.get('cpu family', '?')}, {os.cpu_count()} CPUs, back end and "
                     f"driver on {options.cpus}",
        "kernel": platform.release(),
        "compiler": output_of("cc", "--version"),
        "flags": flags,
        "DPDK": output_of("pkg-config", "--modversion", "libdpdk"),
        "frames": f"{options.size} bytes, bursts of 32, rings of 1024",
        "launches": f"{options.launches} of each, in turns",
        "load before": f"{load:.2f} ({quiet})",
    }


def span(figure: Optional[Figure]) -> str:
    """A figure with its least and most."""
    if figure is None:
        return "-"
    return f"**{figure.median:.1f}** ({figure.least:.1f} to {figure.most:.1f})"


def waiting(cell: Cell, kind: str) -> str:
    """Which side had to wait for the other one: the other is the bottleneck."""
    if cell.floor or kind not in cell.idle:
        return "-"
    front, back = cell.idleness(kind)
    return f"driver {front:.0%}" if front > back else f"back end {back:.0%}"


def row(cell: Cell) -> list[str]:
    """A line of the table."""
    if cell.refused:
        return [cell.driver, *["refused"] * (len(HEAD) - 1)]
    counts = [f"{cell.counts[kind]:.0f}" if kind in cell.counts else "-" for kind in ("rx", "tx")]
    return [cell.driver or "floor", *(span(cell.figure(kind)) for kind in KINDS), *counts,
            f"{waiting(cell, 'rx')}, {waiting(cell, 'tx')}"]


def ratios(peer: Cell, ours: Cell) -> list[str]:
    """How many times faster than the peer net_vio is; below 1 it is slower."""
    cells = ["times faster"]
    for kind in KINDS:
        theirs, mine = peer.figure(kind), ours.figure(kind)
        if theirs is None or mine is None:
            cells.append("-")
            continue
        times = theirs.median / mine.median
        cells.append(f"{1 / times if kind == 'fwd' else times:.2f}")
    cells += [f"{peer.counts[kind] / ours.counts[kind]:.2f}"
              if kind in peer.counts and kind in ours.counts else "-" for kind in ("rx", "tx")]
    return [*cells, ""]


def text(collection: Collection, described: dict[str, str]) -> str:
    """The report, in Markdown."""
    lines = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
             "<!-- Copyright(c) 2026 The net_vio authors -->", "", "# net_vio next to net_virtio",
             "", *(f"- {key}: {value}" for key, value in described.items()), "",
             "Cycles are those of the TSC, a packet, inside whole bursts. Medians over launches, "
             "with the least and the most.", "", "![The figures](results.svg)", ""]
    for title, cells in [("the floor", (collection.floor,)),
                         *((pair[0].mode.title, pair) for pair in collection.pairs)]:
        lines += [f"## {title}", "", f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|"]
        lines += [f"| {' | '.join(row(cell))} |" for cell in cells]
        if len(cells) == 2:
            lines.append(f"| {' | '.join(ratios(*cells))} |")
        lines += ["", *(f"- {cell.driver}: Rx `{cell.functions.get('rx', '-')}`, "
                        f"Tx `{cell.functions.get('tx', '-')}`"
                        for cell in cells if not cell.floor and not cell.refused), ""]
    cells = collection.cells
    lines.append(f"Left out: {sum(cell.nb_far for cell in cells)} of "
                 f"{sum(cell.nb_windows for cell in cells)} windows, at whose edges a cache "
                 f"line's way there and back was not between {NEAR[0]} and {NEAR[1]} cycles. "
                 f"Refused: {sum(cell.refused for cell in cells)}.")
    return "\n".join(lines) + "\n"


def table_csv(collection: Collection) -> str:
    """All figures, a line each."""
    stream = io.StringIO()
    stream.write("# SPDX-License-Identifier: BSD-3-Clause\n"
                 "# Copyright(c) 2026 The net_vio authors\n")
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(["mode", "driver", "figure", "median", "least", "most", "launches",
                  "driver_idle", "back_end_idle", "function"])
    for cell in collection.cells:
        mode = "floor" if cell.floor else cell.mode.name
        for kind, name in KINDS.items():
            figure = cell.figure(kind)
            if figure is not None:
                out.writerow([mode, cell.driver, name,
                              *(f"{value:.2f}" for value in
                                (figure.median, figure.least, figure.most)), cell.nb_good,
                              *(f"{share:.3f}" for share in cell.idleness(kind)),
                              cell.functions.get("tx" if kind == "tx" else "rx", "")])
        for kind, value in cell.counts.items():
            out.writerow([mode, cell.driver, f"{kind.capitalize()} instructions",
                          *[f"{value:.2f}"] * 3, 1, "", "", cell.functions.get(kind, "")])
    return stream.getvalue()
