#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Does every test that the documentation names as evidence exist, and every function of its tables?

A name is vio_x_autotest.case, or group.test of a Python test program; after one of these, `.case`
alone means the same group. proof.x is a proof of test/proof/proof_test.py. In doc/trust.md, "text"
is an act of the hostile device, and fuzz-x a fuzzer.
"""

import re
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

DOCUMENTS = ("README.md", "doc/design.md", "doc/spec-map.md", "doc/trust.md",
             "doc/guides/nics/vio.rst")
FUNCTIONS = {"doc/spec-map.md": 2, "doc/trust.md": 1}  # the column of functions in a table
# how what a device writes is read; and who reads otherwise what another thread of ours writes
READS = re.compile(r"rte_read(8|16|32)\(|CONFIG_READ\(|const volatile|\brecv(msg)?\(|used->ring\["
                   r"|__atomic_load_n\(&[^)]*(used->|pdesc\[)|vio_hdr_rx(_says)?\("
                   r"|_used_read\(|vio_vec_read\(")
OURS = {"vio_rx_expect"}
FEWEST = 80  # fewer names than these would mean that they are no longer recognised
FEWEST_PROOFS = 30
QUOTED = re.compile(r"`+([a-z_]*)\.?([a-z0-9_]*)`+")


def existing() -> dict[str, str]:
    """The groups of tests, each with the text that defines its tests."""
    groups = {}
    for path in (ROOT / "test/unit").glob("test_vio_*.c"):
        text = path.read_text()
        # cases that are named in words are reported with underscores
        text += " ".join(re.sub(r"\W+", "_", name) for name in re.findall(r'"([^"\n]+)"', text))
        groups |= {name: text for name in re.findall(r"REGISTER_TEST_COMMAND\((\w+),", text)}
    for folder in ("system", "native"):
        for path in (ROOT / "test" / folder).glob("*_test.py"):
            groups[path.stem.removesuffix("_test")] = path.read_text()
    groups["proof"] = " ".join(proofs((ROOT / "test/proof/proof_test.py").read_text()))
    return groups


def proofs(source: str) -> list[str]:
    """The proofs in the table of their test program."""
    return re.findall(r'^    "(\w+)": (?:Proof|of_\w+)\(', source, re.MULTILINE)


def names_in(text: str, groups: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The tests that a document names, each with its group."""
    last = ""
    for group, name in QUOTED.findall(text):
        if group not in groups and not group.endswith("_autotest") and (group or not last):
            continue
        last = group or last
        if name:
            yield last, name


def wrong_names(text: str, groups: dict[str, str]) -> tuple[int, list[str]]:
    """How many names of tests a document holds, and those of tests that do not exist."""
    names = list(names_in(text, groups))
    return len(names), [f"{group}.{name}" for group, name in names
                        if not re.search(rf"\b(test_)?{name}\b", groups.get(group, ""))]


def unnamed_proofs(text: str, groups: dict[str, str]) -> list[str]:
    """The proofs that no row of the tables names."""
    rows = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    named = {name for group, name in names_in(rows, groups) if group == "proof"}
    return sorted(set(groups["proof"].split()) - named)


def unknown_functions(text: str, column: int, sources: str) -> tuple[int, list[str]]:
    """How many names stand in the tables' column of functions, and those that no source has."""
    rows = [line.split("|") for line in text.splitlines() if line.startswith("|")]
    names = re.findall(r"`(\w+)`", " ".join(row[1 + column] for row in rows))
    return len(names), [n for n in names if not re.search(rf"\b{n}\b", sources)]


def readers(source: str) -> set[str]:
    """The functions of a source that read what a device writes."""
    bodies = re.findall(r"^(\w+)\([^;{]*?\)\n\{\n(.*?)^\}", source, re.MULTILINE | re.DOTALL)
    return {name for name, body in bodies if READS.search(re.sub(r"/\*.*?\*/", "", body,
                                                                 flags=re.DOTALL))} - OURS


def unknown_evidence(text: str, acts: str, fuzzers: set[str]) -> tuple[int, list[str]]:
    """How many acts and fuzzers the tables name, and those that there are not."""
    rows = " ".join(line for line in text.splitlines() if line.startswith("|"))
    named = re.findall(r'"[^"]+"', rows)
    run = re.findall(r"`fuzz-(\w+)`", rows)
    wrong = [n for n in named if f"{{ {n}," not in acts] + [n for n in run if n not in fuzzers]
    return len(named) + len(run), wrong


def test_self_test(_args: Namespace) -> None:
    """A name that is planted is found, and nothing in good text."""
    groups = {"vio_a_autotest": "TEST_CASE(good)", "control": "def test_mtu(_args):"}
    results.equal(wrong_names("`vio_a_autotest.good`, `control.mtu`, `a.py`", groups), (2, []),
                  "good names")
    results.equal(wrong_names("``vio_a_autotest.bad``, `control.mt`, `.none`", groups)[1],
                  ["vio_a_autotest.bad", "control.mt", "control.none"], "planted names")
    groups["proof"] = " ".join(proofs('X = {\n    "a": Proof(\n    "b": of_ring(\n    "c": 1\n'))
    results.equal(unnamed_proofs("| `control.mtu`, `proof.a` | `.none` |\n`proof.b`", groups),
                  ["b"], "planted proof")
    results.equal(wrong_names("`proof.a`, `.c`", groups), (2, ["proof.c"]), "no proof")
    results.equal(unknown_functions("| 1 | `x` | `start`, `stop` | `y` |", 2, "start(void)"),
                  (2, ["stop"]), "planted function")
    results.equal(readers("int\nf(int a)\n{\n\tx = rte_read8(r);\n}\n"
                          "int\ng(void)\n{\n\t/* recv( */\n}\n"), {"f"}, "planted reader")
    results.equal(unknown_evidence('| "id 1", "id 2", `fuzz-a`, `fuzz-b` |\n"id 3"',
                                   '{ "id 1", ALL', {"a"}),
                  (4, ['"id 2"', "b"]), "planted evidence")


def rows_without(table: str, features: list[str]) -> list[str]:
    """Features that no row of the guide's table names, and rows without a test."""
    rows = [re.findall(r'"([^"]*)"', line) for line in table.splitlines()]
    rows = [row for row in rows if len(row) == 4 and row[0] != "Feature"]
    named = set(re.findall(r"\w+", " ".join(row[1] for row in rows)))
    return ([name for name in features if name not in named]
            + [row[0] for row in rows if not re.search(r"``\w+", row[3])])


def test_features(_args: Namespace) -> None:
    """Each feature that the driver knows has a row in the guide's table, each row a test."""
    table = '"Feature", "Bits", "", ""\n"A", "ONE, TWO", "", "``x.y``"\n"B", "", "", "none"'
    results.equal(rows_without(table, ["TWO", "THREE"]), ["THREE", "B"], "planted rows")
    source = (ROOT / "drivers/net/vio/vio_feature.c").read_text()
    features = re.findall(r'\{ VIRTIO_\w+, "(\w+)" \}', source)
    results.check(len(features) > 30, f"only {len(features)} features were recognised")
    guide = (ROOT / "doc/guides/nics/vio.rst").read_text()
    guide = guide[guide.index("\nFeatures\n"):guide.index("\nLimitations\n")]
    results.equal(rows_without(guide, features), [], "without a row, or without a test")


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
    """The tables against the driver."""
    sources = "".join(p.read_text() for p in (ROOT / "drivers/net/vio").glob("*.[ch]"))
    for document, column in FUNCTIONS.items():
        total, unknown = unknown_functions((ROOT / document).read_text(), column, sources)
        results.check(total >= FEWEST / 2,
                      f"only {total} names of functions were recognised in {document}")
        results.check(not unknown, f"{document}: no source has {', '.join(unknown)}")


def test_readers(_args: Namespace) -> None:
    """All functions that read what a device writes are in doc/trust.md."""
    found = set()
    for path in (ROOT / "drivers/net/vio").glob("*.[ch]"):
        found |= readers(path.read_text())
    text = (ROOT / "doc/trust.md").read_text()
    results.check(len(found) >= FEWEST / 2, f"only {len(found)} readers were recognised")
    missing = sorted(name for name in found if f"`{name}`" not in text)
    results.check(not missing, f"doc/trust.md does not name {', '.join(missing)}")


def test_evidence(_args: Namespace) -> None:
    """Acts and fuzzers of doc/trust.md against those that there are."""
    fuzzers = {p.stem.removeprefix("fuzz_") for p in (ROOT / "test/fuzz").glob("fuzz_*.c")}
    total, unknown = unknown_evidence((ROOT / "doc/trust.md").read_text(),
                                      (ROOT / "test/device/vdev_act.c").read_text(), fuzzers)
    results.check(total >= FEWEST / 2, f"only {total} acts and fuzzers were recognised")
    results.check(not unknown, f"there is no {', '.join(unknown)}")


def test_proofs(_args: Namespace) -> None:
    """Each proof is in a table of doc/trust.md."""
    groups = existing()
    results.check(len(groups["proof"].split()) >= FEWEST_PROOFS, "proofs are no longer recognised")
    unnamed = unnamed_proofs((ROOT / "doc/trust.md").read_text(), groups)
    results.check(not unnamed, f"no table of doc/trust.md names {', '.join(unnamed)}")


def test_hostile_acts(_args: Namespace) -> None:
    """The number of hostile acts in doc/trust.md is the one that the unit test counts."""
    source = (ROOT / "test/unit/test_vio_hostile.c").read_text()
    number = re.search(r"#define NB_ACTS\s+(\d+)", source)
    results.check(number, "the test does not say how many acts there are")
    stated = f"{int(number.group(1)):,} hostile acts"
    results.check(stated in (ROOT / "doc/trust.md").read_text(), f"doc/trust.md: no {stated}")


if __name__ == "__main__":
    results.main(group="docs")
