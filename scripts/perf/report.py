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
from typing import Iterable, Iterator, Sequence

from . import goals
from .collect import FIGURES, NEAR, Cell, Collection, Figure
from .launch import ALL, FAST, MODES, PLAIN, ROOT, SINGLE, VLAN, Mode
from .others import Others
from .plan import LOAD_MODES, OURS, PEER, QUEUES, TRAFFIC, modes_section, vhost_section

QUIET = 0.5  # load average; above it others used the CPUs
QUIET_SHARE = 0.05  # of the CPUs' time, that others may use meanwhile
COSTS = ("rx", "tx", "fwd")
RATES = ("rx_mpps", "tx_mpps", "fwd")


def output_of(*command: str | Path) -> str:
    """The first line that a command prints."""
    done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.stdout.partition("\n")[0]


def machine(options: Namespace) -> dict[str, str]:
    """Where, when and how it is measured."""
    cpuinfo = dict(re.findall(r"(\S[^\t\n]*)\s*: (.*)",
                              Path("/proc/cpuinfo").read_text(encoding="ascii")))
    load = os.getloadavg()[0]
    commit = output_of("git", "-C", ROOT, "describe", "--always", "--dirty")
    built = json.loads(output_of("meson", "introspect", "--buildoptions", options.build) or "[]")
    # Those that name folders say nothing of speed.
    flags = " ".join(flag for option in built if option["name"] == "c_args"
                     for flag in option["value"] if "=/" not in flag)
    quiet = "quiet" if load <= QUIET else "NOT QUIET, so provisional"
    return {
        "when": time.strftime("%Y-%m-%d"),
        "commit": commit,
        "processor": f"{cpuinfo.get('model name', 'unknown')}, family "
                     f"{cpuinfo.get('cpu family', '?')}, {os.cpu_count()} CPUs, back end and "
                     f"driver on {options.cpus}",
        "kernel": platform.release(),
        "compiler": output_of("cc", "--version"),
        "flags": flags or "those of the build folder",
        "DPDK": output_of("pkg-config", "--modversion", "libdpdk"),
        "frames": "64 bytes, bursts of 32, rings of 1024, if nothing else is said",
        "launches": f"{options.launches} of each, in turns" +
                    (" (--quick: THIS SAYS NOTHING OF SPEED)" if options.quick else ""),
        "load before": f"{load:.2f} ({quiet})",
    }


def span(cell: Cell, name: str) -> str:
    """A figure with its least and most."""
    if cell.refused:
        return "refused"
    figure = cell.figure(name)
    if figure is None:
        return "-"
    return f"**{figure.median:.1f}** ({figure.least:.1f} to {figure.most:.1f})"


def count(cell: Cell, kind: str) -> str:
    """Instructions a packet."""
    return f"{cell.counts[kind]:.0f}" if kind in cell.counts else "-"


def waiting(cell: Cell, kind: str) -> str:
    """Which side had to wait for the other one: the other is the bottleneck."""
    idle = cell.idleness(kind)
    if idle is None:
        return "-"
    return f"driver {idle[0]:.0%}" if idle[0] > idle[1] else f"back end {idle[1]:.0%}"


def meanwhile(others: Others) -> dict[str, str]:
    """What disturbed the measurement while it ran, and how long that was."""
    share, stolen = others.shares()
    quiet = "quiet" if share + stolen <= QUIET_SHARE else "NOT QUIET, so provisional"
    return {
        "meanwhile": f"other processes used {share:.0%} of the CPUs' time, the hypervisor took "
                     f"{stolen:.0%} ({quiet})",
        "measured for": f"{time.monotonic() - others.start:.0f} s",
    }


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """In Markdown."""
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|",
            *("| " + " | ".join(row) + " |" for row in rows), ""]


def measured_modes(got: Collection) -> list[Mode]:
    """Those of which there is anything."""
    return [mode for mode in MODES if any(case.mode == mode for case in got.by_case)]


def goal_table(got: Collection) -> list[str]:
    """Which goals are met in which mode."""
    modes = measured_modes(got)
    rows = []
    met = judged = 0
    for line in goals.lines(got):
        if all(verdict.measured == "-" for verdict in line.verdicts.values()):
            continue  # it was not measured
        row = [line.goal]
        for mode in modes:
            verdict = line.verdicts.get(mode.name)
            if verdict is None or verdict.met is None:
                row.append(verdict.measured if verdict else "")
                continue
            judged += 1
            met += verdict.met
            row.append(f"{verdict.measured} {'met' if verdict.met else '**missed**'}")
        rows.append(row)
    return ["## Goals", "",
            f"net_vio meets {met} of {judged}, with checksum, scatter and LRO. The peer's default is "
            "its split ring with mergeable buffers and not in order, its fastest the best of its "
            "modes in this run, both without offloads.", "",
            *table(("goal", *(mode.name for mode in modes)), rows)]


def mode_tables(got: Collection) -> list[str]:
    """Every mode, in front of the null back end."""
    head = ("driver", "configured", *(FIGURES[name] for name in COSTS), "Rx instructions",
            "Tx instructions", "who waits (Rx, Tx)")

    def row(cell: Cell) -> list[str]:
        return [cell.driver, cell.case.setup.title if cell.case else "",
                *(span(cell, name) for name in COSTS), count(cell, "rx"), count(cell, "tx"),
                f"{waiting(cell, 'rx')}, {waiting(cell, 'tx')}"]

    lines = ["## Every mode", "", *table(head, [row(got.floor)])]
    for mode in measured_modes(got):
        cells = [got.by_case[case] for case in modes_section([mode]) if case in got.by_case]
        lines += [f"### {mode.title}", "", *table(head, map(row, cells))]
        functions = {(cell.driver, cell.functions.get("rx", "-"), cell.functions.get("tx", "-"))
                     for cell in cells if cell.functions}
        lines += [f"- {driver}: Rx `{rx}`, Tx `{tx}`" for driver, rx, tx in sorted(functions)]
        lines.append("")
    return lines


def offload_table(got: Collection) -> list[str]:
    """What each offload costs a packet that has no need of it."""
    rows = [[driver, mode.name, kind.capitalize(),
             *(count(got.get(driver, mode, setup), kind)
               for setup in (PLAIN, *SINGLE, ALL, VLAN))]
            for mode in LOAD_MODES if mode in measured_modes(got)
            for driver in (PEER, OURS) for kind in ("rx", "tx")]
    return ["## Instructions a packet, by what is agreed on", "",
            *table(("driver", "mode", "direction", "nothing", *(setup.name for setup in SINGLE),
                    "csum, scatter, lro", "all"), rows)]


def load_table(got: Collection, title: str, loads: dict, setups: dict) -> list[str]:
    """Other loads than short frames through one queue."""
    rows = []
    for mode in (mode for mode in LOAD_MODES if mode in measured_modes(got)):
        for name, load in loads.items():
            for driver, setup in setups.items():
                cell = got.get(driver, mode, setup, load)
                rows.append([mode.name, name, driver, span(cell, "rx"), span(cell, "tx"),
                             count(cell, "rx"), count(cell, "tx"), str(cell.kicks),
                             f"{cell.memory / 1024:.0f}"])
    return [f"## {title}", "",
            *table(("mode", "load", "driver", "Rx cycles", "Tx cycles", "Rx instructions",
                    "Tx instructions", "notifications", "KiB of the port"), rows)]


def vhost_table(got: Collection) -> list[str]:
    """End to end."""
    rows = [[case.mode.name, case.driver, case.setup.title, "yes" if case.load.look else "no",
             *(f"{span(cell, name)}, {waiting(cell, name.partition('_')[0])}" for name in RATES)]
            for case in vhost_section(measured_modes(got))
            for cell in [got.get(case.driver, case.mode, case.setup, case.load)]]
    return ["## End to end with DPDK's vhost", "",
            "Millions of packets a second, and the side that waits for the other one. \"Looks\": "
            "the application reads the first bytes of each received frame.", "",
            *table(("mode", "driver", "configured", "looks",
                    *(FIGURES[name] for name in RATES)), rows)]


def fewest_launches(cells: Iterable[Cell]) -> int:
    """Of the cases whose time is measured; a median of few says little."""
    return min((cell.nb_good for cell in cells if not cell.refused and
                (cell.case is None or cell.case.timed)), default=0)


def text(got: Collection, described: dict[str, str], sections: Sequence[str],
         verdicts: bool = True) -> str:
    """The report, in Markdown."""
    tables = {
        "modes": lambda: mode_tables(got),
        "offloads": lambda: offload_table(got),
        "traffic": lambda: load_table(got, "Longer frames, and offloads that are used", TRAFFIC,
                                      {PEER: ALL, OURS: ALL}),
        "queues": lambda: load_table(got, "Queues, worked on in turn", QUEUES,
                                     {PEER: PLAIN, OURS: FAST}),
        "vhost": lambda: vhost_table(got),
    }
    lines = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
             "<!-- Copyright(c) 2026 The net_vio authors -->", "", "# net_vio next to net_virtio",
             "", *(f"- {key}: {value}" for key, value in described.items()), "",
             "Cycles are those of the TSC, a packet, inside whole bursts. Medians over launches, "
             "with the least and the most. The guide to it all is doc/perf/README.md.", "",
             "![The figures](results.svg)", "",
             *(goal_table(got) if verdicts else ["## Goals", "", "--quick: no verdicts", ""])]
    for section in sections:
        lines += tables[section]()
    cells = got.cells
    lines.append(f"Left out: {sum(cell.nb_far for cell in cells)} of "
                 f"{sum(cell.nb_windows for cell in cells)} windows, at whose edges a cache "
                 f"line's way there and back was not between {NEAR[0]} and {NEAR[1]} cycles. "
                 f"Fewest good launches of a case: {fewest_launches(cells)}. "
                 f"Refused: {sum(cell.refused for cell in cells)}. "
                 f"Failed launches: {sum(len(cell.failures) for cell in cells)}.")
    lines += [f"- {cell.name}: {' '.join(failure.split())[-200:]}"
              for cell in cells for failure in cell.failures]
    return "\n".join(lines) + "\n"


def figures_of(cell: Cell) -> Iterator[list[str]]:
    """A cell's lines in the CSV file, behind what it is of."""
    for name, title in FIGURES.items():
        figure = cell.figure(name)
        if figure is not None:
            kind = name.partition("_")[0]
            yield [title, *(f"{value:.2f}" for value in
                            (figure.median, figure.least, figure.most)), str(cell.nb_good),
                   *(f"{share:.3f}" for share in cell.idleness(kind)),
                   cell.functions.get("tx" if kind == "tx" else "rx", "")]
    for kind, value in cell.counts.items():
        yield [f"{kind.capitalize()} instructions", *[f"{value:.2f}"] * 3, "1", "", "",
               cell.functions.get(kind, "")]


def table_csv(got: Collection) -> str:
    """All figures, a line each."""
    stream = io.StringIO()
    stream.write("# SPDX-License-Identifier: BSD-3-Clause\n"
                 "# Copyright(c) 2026 The net_vio authors\n")
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(["mode", "driver", "configured", "back_end", "size", "traffic", "queues",
                  "descriptors", "arguments", "figure", "median", "least", "most", "launches",
                  "driver_idle", "back_end_idle", "function"])
    for cell in got.cells:
        of_cell = ["floor", *[""] * 8]
        if cell.case:
            case, load = cell.case, cell.case.load
            of_cell = [case.mode.name, case.driver, case.setup.name,
                       "vhost" if load.vhost else "null", load.size, load.traffic, load.queues,
                       load.descriptors,
                       load.devargs.strip(",") + ("chains" if load.chains else "") +
                       ("look" if load.look else "")]
        for line in figures_of(cell):
            out.writerow([*of_cell, *line])
    return stream.getvalue()
