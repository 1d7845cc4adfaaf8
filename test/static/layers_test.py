#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Do the driver's files include only downwards? The layers are those of doc/design.md.

The table there has a row a layer: | number | `file`, `file`, ... | ..., where a name may hold
[ch] and {a,b}. A file may include its own layer and those below, but the headers of one layer
not in a circle; and what receives or transmits includes no transport.
"""

import re
import sys
from argparse import Namespace
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

DRIVER = ROOT / "drivers/net/vio"
DESIGN = ROOT / "doc/design.md"
DATA_PATH = "vio_[rt]x_*"
TRANSPORTS = ("vio_transport.h", "vio_pci.h", "vio_user.h")

Layers = list[tuple[str, int]]
Includes = dict[str, list[str]]


def read_layers(text: str) -> Layers:
    """Pairs of file name pattern and layer from the table."""
    layers = []
    for number, cell in re.findall(r"^\|\s*(\d+)\s*\|([^|]*)\|", text, re.M):
        for name in re.findall(r"`([^`]+)`", cell):
            braces = re.search(r"\{(.*)\}", name)
            for part in braces[1].split(",") if braces else [""]:
                pattern = name.replace(braces[0], part) if braces else name
                layers.append((pattern, int(number)))
    return layers


def read_includes(folder: Path) -> Includes:
    """Each source file of the driver with the driver's own headers that it includes."""
    includes = {}
    for path in sorted(folder.glob("*.[ch]")):
        found = re.findall(r'^\s*#\s*include\s*["<](vio[^">]*)[">]', path.read_text(), re.M)
        includes[path.name] = found
    return includes


def circle(name: str, includes: Includes, way: tuple[str, ...] = ()) -> str:
    """A circle of includes through this file, or nothing."""
    if name in way:
        return " -> ".join(way[way.index(name):] + (name,))
    for header in includes.get(name, []):
        found = circle(header, includes, way + (name,))
        if found:
            return found
    return ""


def violations(layers: Layers, includes: Includes) -> list[str]:
    """Every include that the table forbids, every file that it does not name."""
    def layer(name: str) -> int | None:
        return next((number for pattern, number in layers if fnmatch(name, pattern)), None)

    wrong = []
    for name, headers in includes.items():
        own = layer(name)
        if own is None:
            wrong.append(f"{name} stands in no layer")
            continue
        for header in headers:
            below = layer(header)
            if below is not None and below > own:
                wrong.append(f"{name} (layer {own}) includes {header} (layer {below})")
            if fnmatch(name, DATA_PATH) and header in TRANSPORTS:
                wrong.append(f"{name} receives or transmits but includes {header}")
        found = circle(name, includes)
        if found and found.startswith(name):
            wrong.append(f"circle of includes {found}")
    return wrong


def test_self_test(_args: Namespace) -> None:
    """The check finds what is planted, and nothing in good files."""
    layers = read_layers("| 0 | `vio_a.h` | |\n| 1 | `vio_b.[ch]`, `vio_{c,d}.h` | |\n"
                         "| 2 | `vio_pci.h`, `vio_rx_split.c` | |\n")
    good = {"vio_a.h": [], "vio_b.c": ["vio_b.h"], "vio_b.h": ["vio_a.h"], "vio_d.h": ["vio_c.h"]}
    planted = {
        "nothing": ({}, 0),
        "upwards": ({"vio_a.h": ["vio_b.h"], "vio_b.h": []}, 1),
        "unknown file": ({"vio_new.c": []}, 1),
        "transport in rx": ({"vio_rx_split.c": ["vio_pci.h"]}, 1),
        "circle": ({"vio_c.h": ["vio_d.h"]}, 2),
    }
    for name, (change, expected) in planted.items():
        found = violations(layers, {**good, **change})
        results.equal(len(found), expected, f"violations for {name} planted ({found})")


def test_driver(_args: Namespace) -> None:
    """The driver's files against the table."""
    layers = read_layers(DESIGN.read_text()) if DESIGN.exists() else []
    results.check(len({number for _, number in layers}) >= 4,
                  "doc/design.md has no table of layers (| number | `file`, ... |)")
    includes = read_includes(DRIVER)
    results.check(includes, f"no source files in {DRIVER}")
    wrong = violations(layers, includes)
    results.check(not wrong, "; ".join(wrong))


if __name__ == "__main__":
    results.main(group="layers")
