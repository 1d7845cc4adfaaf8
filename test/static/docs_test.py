#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Does every test that the documentation names as evidence exist, and every function of its map?

A name is vio_x_autotest.case, or group.test of a Python test program; after one of these, `.case`
alone means the same group.
"""

import re
import sys
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

DOCUMENTS = ("README.md", "doc/design.md", "doc/spec-map.md", "doc/guides/nics/vio.rst")
FEWEST = 80  # fewer names than these would mean that they are no longer recognised
QUOTED = re.compile(r"`+([a-z_]*)\.?([a-z0-9_]*)`+")


def existing() -> dict[str, str]:
    """The groups of tests, each with the text that defines its tests."""
    groups = {}
    for path in (ROOT / "test/unit").glob("test_vio_*.c"):
        text = path.read_text()
        groups |= {name: text for name in re.findall(r"REGISTER_TEST_COMMAND\((\w+),", text)}
    for folder in ("system", "native"):
        for path in (ROOT / "test" / folder).glob("*_test.py"):
            groups[path.stem.removesuffix("_test")] = path.read_text()
    return groups


def wrong_names(text: str, groups: dict[str, str]) -> tuple[int, list[str]]:
    """How many names of tests a document holds, and those of tests that do not exist."""
    count, wrong, last = 0, [], ""
    for group, name in QUOTED.findall(text):
        if group not in groups and not group.endswith("_autotest") and (group or not last):
            continue
        last = group or last
        if not name:
            continue
        count += 1
        if not re.search(rf"\b(test_)?{name}\b", groups.get(last, "")):
            wrong.append(f"{last}.{name}")
    return count, wrong


def unknown_functions(text: str, sources: str) -> tuple[int, list[str]]:
    """How many names stand in the map's column of functions, and those that no source has."""
    columns = [line.split("|")[3] for line in text.splitlines() if line.startswith("|")]
    names = re.findall(r"`(\w+)`", " ".join(columns))
    return len(names), [n for n in names if not re.search(rf"\b{n}\b", sources)]


def test_self_test(_args: Namespace) -> None:
    """A name that is planted is found, and nothing in good text."""
    groups = {"vio_a_autotest": "TEST_CASE(good)", "control": "def test_mtu(_args):"}
    results.equal(wrong_names("`vio_a_autotest.good`, `control.mtu`, `a.py`", groups), (2, []),
                  "good names")
    results.equal(wrong_names("``vio_a_autotest.bad``, `control.mt`, `.none`", groups)[1],
                  ["vio_a_autotest.bad", "control.mt", "control.none"], "planted names")
    results.equal(unknown_functions("| 1 | `x` | `start`, `stop` | `y` |", "start(void)"),
                  (2, ["stop"]), "planted function")


def test_names(_args: Namespace) -> None:
    """The documents against the tests."""
    groups = existing()
    total, wrong = 0, []
    for document in DOCUMENTS:
        count, names = wrong_names((ROOT / document).read_text(), groups)
        total += count
        wrong += [f"{document} names {name}" for name in names]
    results.check(total >= FEWEST, f"only {total} names of tests were recognised")
    results.check(not wrong, "; ".join(wrong))


def test_functions(_args: Namespace) -> None:
    """The map of the specification against the driver."""
    sources = "".join(p.read_text() for p in (ROOT / "drivers/net/vio").glob("*.[ch]"))
    total, unknown = unknown_functions((ROOT / "doc/spec-map.md").read_text(), sources)
    results.check(total >= FEWEST / 2, f"only {total} names of functions were recognised")
    results.check(not unknown, f"no source has {', '.join(unknown)}")


if __name__ == "__main__":
    results.main(group="docs")
