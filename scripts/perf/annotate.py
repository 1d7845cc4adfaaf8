# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Where the instructions of a packet go, by function and by line of the source."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import Iterator

from .launch import PLUGIN, Launch
from .plan import Case

LINES = 30  # of the source, that are shown
Place = tuple[str, str]  # function and line


def addr2line(file: Path, offsets: list[int]) -> dict[int, Place]:
    """The innermost function and the line of each offset, inlined ones included."""
    done = subprocess.run(["addr2line", "-a", "-f", "-i", "-e", file], check=True, text=True,
                          input="".join(f"{offset:#x}\n" for offset in offsets),
                          stdout=subprocess.PIPE)
    places: dict[int, Place] = {}
    lines = iter(done.stdout.splitlines())
    for line in lines:
        if line.startswith("0x"):
            function, where = next(lines), next(lines)
            path, _, number = where.partition(" ")[0].rpartition(":")
            places[int(line, 16)] = (function, f"{Path(path).name}:{number}")
    return places


def places_of(launch: Launch, build: Path) -> Iterator[tuple[str, Place, int]]:
    """Of each executed address its kind, its place, and how often."""
    plugin = Path(PLUGIN).name
    offsets = [step.offset for step in launch.steps if step.file.endswith(plugin)]
    known = addr2line(build / PLUGIN, offsets)
    for step in launch.steps:
        name = Path(step.file).name
        place = known.get(step.offset) if name == plugin else None
        yield step.kind, place or (step.symbol or f"({name})", f"({name})"), step.count


def table(title: str, counted: Counter, packets: int, most: int) -> list[str]:
    """The largest first."""
    rows = [f"| {count / packets:.1f} | `{what}` |" for what, count in counted.most_common(most)]
    return [f"| instructions | {title} |", "|---:|---|", *rows, ""]


def text(case: Case, launch: Launch, build: Path) -> str:
    """In Markdown, both directions."""
    found = list(places_of(launch, build))
    lines = ["<!-- SPDX-License-Identifier: BSD-3-Clause -->",
             "<!-- Copyright(c) 2026 The net_vio authors -->", "",
             f"# Where instructions go: {case.driver}, {case.mode.title}, {case.setup.title}", ""]
    for kind in launch.counts:
        packets = launch.packets[kind]
        functions: Counter = Counter()
        sources: Counter = Counter()
        for of_kind, (function, line), count in found:
            if of_kind == kind:
                functions[function] += count
                sources[f"{line} {function}"] += count
        lines += [f"## {kind.capitalize()}: {launch.counts[kind]:.1f} instructions a packet", "",
                  *table("function, inlined ones by themselves", functions, packets, LINES),
                  *table("line", sources, packets, LINES)]
    return "\n".join(lines)
