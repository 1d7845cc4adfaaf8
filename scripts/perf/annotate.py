# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Where the instructions of a packet go: by function, by line of the source, and what checks take."""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

from .launch import PLUGIN, ROOT, Launch
from .plan import SHORT, TRAFFIC, Case
from .report import table

MOST = {"function": 12, "line": 30}  # that are shown
# The tables of doc/trust.md about what bursts read, and where they end.
TABLES = ("\n## Rings\n", "\n## Control queue\n")
HEAD = ("<!-- SPDX-License-Identifier: BSD-3-Clause -->",
        "<!-- Copyright(c) 2026 The net_vio authors -->", "")


@dataclass
class Place:
    """Where an instruction belongs: the line, and the functions around it, the innermost first."""

    line: str
    functions: Sequence[str]


def checkers() -> set[str]:
    """The functions that read what a device writes, or hold it against its bound."""
    text = (ROOT / "doc/trust.md").read_text(encoding="utf-8")
    begin, end = map(text.index, TABLES)
    rows = [line.split("|") for line in text[begin:end].splitlines() if line.startswith("|")]
    return set(re.findall(r"`(\w+)`", " ".join(row[2] + row[3] for row in rows)))


def addr2line(file: Path, offsets: list[int]) -> dict[int, Place]:
    """The place of each offset, with inlined functions."""
    done = subprocess.run(["addr2line", "-a", "-f", "-i", "-e", file], check=True, text=True,
                          input="".join(f"{offset:#x}\n" for offset in offsets),
                          stdout=subprocess.PIPE)
    places = {}
    for block in re.split(r"^0x", done.stdout, flags=re.MULTILINE)[1:]:
        address, *lines = block.splitlines()
        path, _, number = lines[1].partition(" ")[0].rpartition(":")
        places[int(address, 16)] = Place(f"{Path(path).name}:{number}", lines[::2])
    return places


def places_of(launch: Launch, build: Path) -> Iterator[tuple[str, Place, int]]:
    """Of each executed address its kind, its place, and how often."""
    plugin = Path(PLUGIN).name
    offsets = [step.offset for step in launch.steps if step.file.endswith(plugin)]
    known = addr2line(build / PLUGIN, offsets)
    for step in launch.steps:
        name = Path(step.file).name
        place = known.get(step.offset) if name == plugin else None
        yield step.kind, place or Place(f"({name})", [step.symbol or f"({name})"]), step.count


@dataclass
class Share:
    """The instructions of a packet in one direction."""

    total: float
    by: dict[str, Counter]  # function and line
    checks: Counter  # by function, those around it counted for it

    @property
    def checked(self) -> float:
        """How many belong to checks."""
        return sum(self.checks.values())


def shares(launch: Launch, build: Path) -> dict[str, Share]:
    """Of each direction."""
    found = {kind: Share(total, {"function": Counter(), "line": Counter()}, Counter())
             for kind, total in launch.counts.items()}
    known = checkers()
    for kind, place, count in places_of(launch, build):
        if kind not in found:
            continue  # what counting itself takes
        one = count / launch.packets[kind]
        share = found[kind]
        share.by["function"][place.functions[0]] += one
        share.by["line"][f"{place.line} {place.functions[0]}"] += one
        checker = next((name for name in place.functions if name in known), None)
        if checker:
            share.checks[checker] += one
    return found


def counts(what: str, counted: Counter, most: int) -> list[str]:
    """The largest first."""
    return table(("instructions", what), [(f"{count:.1f}", f"`{name}`")
                                          for name, count in counted.most_common(most)])


def summary(found: dict[Case, dict[str, Share]]) -> list[str]:
    """What checks take, a line a mode and direction."""
    rows = [(case.mode.name, kind.capitalize(), f"{share.total:.1f}", f"{share.checked:.1f}",
             f"{share.checked / share.total:.0%}",
             ", ".join(f"`{name}` {count:.1f}" for name, count in share.checks.most_common()
                       if count >= 0.05))
            for case, kinds in found.items() if case.load == SHORT
            for kind, share in kinds.items()]
    return ["## What checks take", "",
            "Of the instructions of a plain packet, those of functions that read what the device writes or "
            "hold it against its bound, which are those that doc/trust.md names. Much of that is "
            "reading, which a driver that trusts its device does as well.", "",
            *table(("mode", "direction", "instructions", "of checks", "share", "functions"), rows)]


def title(case: Case) -> str:
    """The mode, and the load if that is another than short frames."""
    names = [name for name, load in TRAFFIC.items() if load == case.load != SHORT]
    return ", ".join([case.mode.title, *names])


def text(launches: dict[Case, Launch], build: Path, by: Sequence[str],
         described: dict[str, str]) -> str:
    """In Markdown, all modes and both directions; described: of which driver, built how."""
    found = {case: shares(launch, build) for case, launch in launches.items()}
    configured = " and ".join(sorted({f"{case.driver} with {case.setup.title}" for case in found}))
    lines = [*HEAD, f"# Where instructions go: {configured}", "",
             *(f"- {key}: {value}" for key, value in described.items()), "", *summary(found)]
    for case, kinds in found.items():
        for kind, share in kinds.items():
            lines += [f"## {title(case)}: {kind.capitalize()}, {share.total:.1f} instructions "
                      "a packet", ""]
            for what in by:
                lines += counts(what, share.by[what], MOST[what])
    return "\n".join(lines)
