#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Tests of the instrument of speed: vio-bench, its null back end, its exact counts.

No figure of time is judged here, only that packets add up.
"""

import csv
import dataclasses
import io
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from argparse import Namespace
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "test"))
import bench  # noqa: E402  pylint: disable=wrong-import-position
import results  # noqa: E402  pylint: disable=wrong-import-position
from perf import annotate, goals, launch, plan, plot, report  # noqa: E402  pylint: disable=wrong-import-position
from perf.collect import Collection  # noqa: E402  pylint: disable=wrong-import-position
from perf.others import Others  # noqa: E402  pylint: disable=wrong-import-position
from results import check, equal  # noqa: E402  pylint: disable=wrong-import-position

KINDS = ("rx", "tx", "fwd")
SHORT = ("--windows=2", "--ms=10")
MODES = {mode.name: mode for mode in launch.MODES}
LAST_CPU = launch.nb_cpus() - 1
CPUS = (0, LAST_CPU)


def run(driver: str, mode: str, *options: str, **how) -> launch.Launch:
    """A launch without hugepages, as only counts matter."""
    return launch.launch(driver, MODES[mode], options, cpus=CPUS, memory=launch.NO_HUGE, **how)


def check_windows(got: launch.Launch, kinds: tuple[str, ...], what: str) -> None:
    """Every window is there, and something passed; vio-bench itself has checked how much."""
    equal([window["kind"] for window in got.windows], list(kinds) * 2, f"windows of {what}")
    for kind in kinds:
        windows = [window for window in got.windows if window["kind"] == kind]
        check(sum(window["packets"] for window in windows) > 0, f"{what}: no packets in {kind}")
        for window in windows:
            check(window["cycles"] > 0 and window["full_packets"] <= window["packets"],
                  f"{what}: {window}")


def software(*options: str) -> subprocess.CompletedProcess:
    """vio-bench on DPDK's net_null."""
    return subprocess.run([*launch.bench_command(launch.BUILD, "0"), *launch.NO_HUGE,
                           "--vdev=net_null0", "--", *options], text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=launch.SECONDS)


def test_null_back_end(_args: Namespace) -> None:
    """Both drivers, both ring formats, in order or not, mergeable or not."""
    for driver in launch.DRIVERS:
        for mode in ("split", "split-in-order", "split-vector", "packed", "packed-in-order"):
            got = run(driver, mode, *SHORT)
            check_windows(got, KINDS, f"{driver}, {mode}")
            equal(sorted(got.functions), ["rx", "tx"], "functions that were named")
            packed = "packed" in " ".join(got.functions.values()).lower()
            equal(packed, mode.startswith("packed"), f"{driver}, {mode}: {got.functions}")


def test_merged_frames(_args: Namespace) -> None:
    """Frames of several buffers, on both formats, with indirect descriptors and without."""
    for driver in launch.DRIVERS:
        for mode in ("split-in-order", "packed", "packed-in-order"):
            for load in (plan.MERGED, dataclasses.replace(plan.MERGED, chains=True)):
                check_windows(run(driver, mode, *SHORT, load=load), KINDS,
                              f"{driver}, {mode}, chains {load.chains}")
    # A frame of five mbufs takes an entry of the ring, or five.
    counts = [run("net_vio_user", "split", "--count=2", setup=launch.ALL, load=load).counts["tx"]
              for load in plan.TRAFFIC.values() if load.size == 9000]
    check(len(set(counts)) == 2, f"indirect descriptors make no difference: {counts}")


def test_offloads(_args: Namespace) -> None:
    """Everything switched on, with and without mergeable buffers; what is unknown is refused."""
    for driver in launch.DRIVERS:
        for mode in ("split", "split-vector", "packed"):
            got = run(driver, mode, *SHORT, setup=launch.VLAN)
            check_windows(got, KINDS, f"{driver}, {mode}, offloads")
    done = software("--offloads=csum,nothing")
    equal(done.returncode, 1, "exit status")
    check("\"nothing\" is not known" in done.stdout, done.stdout[-300:])


def test_queues(_args: Namespace) -> None:
    """Eight pairs of queues on both formats, and the memory that they take."""
    for driver in launch.DRIVERS:
        for mode in ("split", "packed-in-order"):
            one, eight = (run(driver, mode, *SHORT, load=launch.Load(queues=queues))
                          for queues in (1, 8))
            check_windows(eight, KINDS, f"{driver}, {mode}, 8 queues")
            check(0 < one.memory < eight.memory <= 8 * one.memory,
                  f"{driver}, {mode}: {one.memory} bytes, with 8 queues {eight.memory}")


def test_notifications(_args: Namespace) -> None:
    """The device is notified if it asks for that, and never else."""
    for driver in launch.DRIVERS:
        for mode in ("split", "packed"):
            silent = run(driver, mode, *SHORT)
            equal([window["kicks"] for window in silent.windows], [0] * 6, "not asked for")
            asked = run(driver, mode, *SHORT, back_options=["--notify"])
            for window in asked.windows:
                check(window["packets"] == 0 or window["kicks"] > 0,
                      f"{driver}, {mode}: not notified in {window}")


def test_traffic(_args: Namespace) -> None:
    """Checksums and segments: the back end sees that they are asked for, vio-bench is told."""
    for driver in launch.DRIVERS:
        for mode in ("split", "packed-in-order"):
            for traffic in ("csum", "partial", "tso"):
                load = launch.Load(traffic=traffic)
                check_windows(run(driver, mode, *SHORT, setup=launch.ALL, load=load), KINDS[:2],
                              f"{driver}, {mode}, {traffic}")
    try:
        run("net_vio_user", "split", *SHORT, load=launch.Load(traffic="csum"))
    except launch.Failed as failure:
        check("packets not told to be what they are" in str(failure), str(failure))
    else:
        raise results.Failure("nothing was said of checksums that nobody agreed on")


def test_vhost_back_end(_args: Namespace) -> None:
    """DPDK's own back end, which copies all frames; both of its directions add up."""
    for driver in launch.DRIVERS:
        for mode in ("split", "packed-in-order"):
            for size in (64, 1500):
                load = launch.Load(size=size, vhost=True, look=True)
                check_windows(run(driver, mode, *SHORT, load=load), KINDS,
                              f"{driver}, {mode}, {size} bytes, vhost")


def test_frames_that_are_looked_at(_args: Namespace) -> None:
    """Frames are those that DPDK's back end sends; those of the null one, untouched, are not."""
    try:
        run("net_vio_user", "split", *SHORT, load=launch.Load(look=True))
    except launch.Failed as failure:
        strange = re.search(r"received (\d+) of .*frames that are not those sent: (\d+)",
                            str(failure))
        check(strange and 0 < int(strange[1]) == int(strange[2]), str(failure))
    else:
        raise results.Failure("nothing was said of frames that nobody filled")


def test_bytes_that_do_not_add_up(_args: Namespace) -> None:
    """A back end whose frames are longer than the application's is found out."""
    try:
        run("net_vio_user", "split", *SHORT, back_size=128)
    except launch.Failed as failure:
        check("packets do not add up" in str(failure), str(failure))
    else:
        raise results.Failure("nothing was said")


def test_argument_that_is_unknown(_args: Namespace) -> None:
    """A mode that a driver refuses is told from one that fails."""
    mode = launch.Mode("none", "none", "no_such_argument=1")
    try:
        launch.launch("net_vio_user", mode, SHORT, cpus=CPUS, memory=launch.NO_HUGE)
    except launch.Refused:
        return
    raise results.Failure("it was not refused")


def test_counts_are_exact(_args: Namespace) -> None:
    """Two counts of the same are equal, and a longer burst costs less a packet."""
    first, second, longer = (launch.parse(software("--count=8", f"--burst={burst}").stdout).counts
                             for burst in (32, 32, 64))
    equal(sorted(first), ["rx", "tx"], "kinds that were counted")
    equal(first, second, "instructions a packet")
    for kind in first:
        check(0 < longer[kind] < first[kind] < 200, f"{kind}: {longer[kind]}, {first[kind]}")


def test_annotation(_args: Namespace) -> None:
    """Every instruction that is counted has a place, and the burst functions are among them."""
    case = plan.Case(plan.OURS, MODES["split"], launch.FAST)
    got = run(case.driver, "split", "--count=2", "--trace", setup=case.setup)
    equal(got.counts, run(case.driver, "split", "--count=2", setup=case.setup).counts, "counts")
    for kind, number in got.counts.items():
        placed = sum(step.count for step in got.steps if step.kind == kind) / got.packets[kind]
        # Those that switch counting on and off have a place, and are not counted.
        check(number <= placed < number + 1, f"{kind}: {placed} have a place, of {number}")
    text = annotate.text({case: got}, launch.BUILD, ("function", "line"), {"commit": "x"})
    for part in ("not in order: Rx, ", "not in order: Tx, ", "`split_burst`", "vio_rx_split.c:"):
        check(part in text, f"no {part!r} in:\n{text}")
    equal([load.traffic for load in plan.OFFLOADED], ["csum", "partial", "tso"], "offloads")
    modes = [MODES["split"], MODES["packed"]]
    for sections, expected in ((["modes"], [("split", "plain"), ("packed", "plain")]),
                               (["traffic"], [("split", "csum"), ("split", "partial"),
                                              ("split", "tso")]), (["queues"], [])):
        equal([(case.mode.name, case.load.traffic) for case in plan.annotated(sections, modes)],
              expected, f"annotated of sections {sections}")
    case = dataclasses.replace(case, load=plan.OFFLOADED[0])
    text = annotate.text({case: got}, launch.BUILD, ("function",), {})
    check("in order, 1500 bytes, checksums: Rx, " in text, text)
    check("| split |" not in text, f"a line of what checks take in:\n{text}")


def test_cost_of_checks(_args: Namespace) -> None:
    """What checks take is found by the functions that doc/trust.md names, inlined ones as well."""
    known = annotate.checkers()
    check({"vio_ring_split_used_idx", "vio_rx_group_is_near", "vio_rx_hash"} <= known and
          not known & {"vio_intr_status_check", "vio_rx_refill", "vio_rx_group_fill"},
          f"functions: {sorted(known)}")
    with tempfile.TemporaryDirectory() as folder:
        plugin = Path(folder) / launch.PLUGIN
        plugin.parent.mkdir()
        source = ("#define INLINE static inline __attribute__((always_inline)) int\n"
                  "INLINE helper(int a) { return a % 9; }\n"
                  "INLINE vio_rx_group_is_near(int a) { return helper(a) * 7; }\n"
                  "int burst(int a) { return vio_rx_group_is_near(a) + a / 11; }\n")
        subprocess.run(["cc", "-x", "c", "-g", "-O1", "-fPIC", "-shared", "-o", plugin, "-"],
                       input=source, text=True, check=True)
        listed = subprocess.run(["nm", "-S", plugin], text=True, check=True,
                                stdout=subprocess.PIPE).stdout
        begin, size = (int(number, 16) for number in
                       re.search(r"^(\w+) (\w+) T burst$", listed, re.MULTILINE).groups())
        steps = "".join(f"step kind=rx count=3 offset={begin + i:#x} symbol=burst file={plugin}\n"
                        for i in range(size))
        got = launch.parse(f"count kind=rx packets=6 instructions={3 * size}\n{steps}"
                           "step kind=nothing count=1 offset=0x1 symbol=none file=none\n")
        share = annotate.shares(got, Path(folder))["rx"]
    equal(share.total, size / 2, "instructions")
    equal(sum(share.by["function"].values()), share.total, "instructions that have a place")
    equal(list(share.checks), ["vio_rx_group_is_near"], "functions that check")
    equal(share.checked, share.total - share.by["function"]["burst"], "instructions of checks")
    check({"helper", "vio_rx_group_is_near", "burst"} == set(share.by["function"]),
          f"functions: {share.by['function']}")


def test_software_port(_args: Namespace) -> None:
    """Any driver will do; without a back end, the port's own counts are compared."""
    done = software(*SHORT)
    equal(done.returncode, 0, done.stdout)
    check_windows(launch.parse(done.stdout), KINDS, "net_null")


def planted(cost: int, ping: int, kinds: tuple[str, ...], kicks: int = 0) -> launch.Launch:
    """A launch as vio-bench prints it, with one window of each kind."""
    return launch.parse("machine tsc_hz=1000000000\n" + "".join(
        f"window kind={kind} ping=200 ping_after={ping} packets=100 full_packets=64 "
        f"full_cycles={64 * cost} some_packets=80 some_cycles={80 * cost} cycles={100 * cost} "
        f"front_idle={10 * cost} back_idle={20 * cost} kicks={kicks}\n" for kind in kinds))


def full_collection(ours: int) -> Collection:
    """All cases, with windows in which net_vio takes so many cycles and its peer 40."""
    collection = Collection(plan.cases(plan.SECTIONS, plan.possible_modes(list(MODES))))
    for more in (0, 1, 5):
        collection.floor.add(planted(4 + more, 200, KINDS[:2]))
        for case, cell in collection.by_case.items():
            cost = (ours if case.driver == plan.OURS else 40) + more
            cell.add(planted(cost, 200, KINDS))
            cell.counts = {"rx": cost, "tx": 2 * cost}
            cell.memory = 1000 * case.load.queues
    return collection


def test_report(_args: Namespace) -> None:
    """Medians, their least and most, and what is left out, of figures that were planted."""
    collection = full_collection(8)
    split = collection.get(plan.OURS, MODES["split"], launch.FAST)
    split.add(planted(1, 301, KINDS))  # far
    split.add(planted(1, 109, KINDS))  # cannot be
    equal((split.nb_good, split.nb_far), (3, 6), "good launches and windows that were far")
    collection.get(plan.PEER, MODES["packed"], launch.ALL).refused = True
    text = report.text(collection, {"load before": "0"}, list(plan.SECTIONS))
    for part in ("| goal | split |", "| net_virtio_user | no offload | **41.0** (40.0 to 45.0) |",
                 "| net_virtio_user | checksum, scatter, LRO | refused |", "back end 20%", "Left out: 6 of ",
                 "| net_vio_user | checksum, scatter, LRO, FAST_FREE | **9.0** (8.0 to 13.0) |"):
        check(part in text, f"no {part!r} in:\n{text}")
    lines = [line for line in report.table_csv(collection).splitlines() if line[0] != "#"]
    rows = {(row["mode"], row["driver"], row["configured"], row["back_end"], row["size"],
             row["traffic"], row["queues"], row["descriptors"], row["arguments"],
             row["figure"]): row for row in csv.DictReader(lines)}
    equal(len(rows), len(lines) - 1, "lines of the CSV file that differ")
    plain = ("split", "net_virtio_user", "plain", "null", "64", "plain", "1", "1024", "")
    equal(rows[*plain, "forwarding Mpps"]["median"], "24.39", "Mpps")
    equal(rows["floor", *[""] * 8, "Tx cycles"]["most"], "9.00", "the floor")
    picture = xml.etree.ElementTree.fromstring(plot.svg(collection))
    bars = [element for element in picture if element.get("class", "").startswith("bar")]
    shown = [case for case in collection.by_case if case.load == plan.SHORT and
             (case.driver, case.setup) in plot.BARS]
    equal(len(bars), 4 + 3 * len(shown), "bars and their legend")


def verdicts(collection: Collection) -> dict[str, bool]:
    """Of each goal, whether it is met in the mode "split"."""
    return {line.goal: line.verdicts["split"].met for line in goals.lines(collection)}


def test_goals(_args: Namespace) -> None:
    """Each goal is met by figures that are good enough, and missed by others."""
    good, bad = verdicts(full_collection(8)), verdicts(full_collection(40))
    equal(sorted(good), sorted(bad), "goals")
    missing = () if launch.has_avx512() else ("AVX-512",)
    wrong = [goal for goal, met in good.items() if met is not True and
             not goal.startswith(missing)]
    equal(wrong, [], "goals not met at 9 cycles")
    of_kind = ("Rx cycles <=", "Rx instr", "Tx cycles, FAST", "Tx instr", "Tx cycles, without",
               "Rx cycles / the", "Tx cycles / the", "forwarding / the", "AVX-512")
    wrong = [goal for goal, met in bad.items() if goal.startswith(of_kind) and
             met is not False and not goal.startswith(missing)]
    equal(wrong, [], "goals met at 41 cycles")
    slow = full_collection(8)
    for load in (*plan.TRAFFIC.values(), *plan.QUEUES.values(), plan.VHOST, plan.VHOST_LOOK):
        if load == plan.SHORT:
            continue
        for setup in (launch.ALL, launch.FAST):
            cell = slow.get(plan.OURS, MODES["split"], setup, load)
            cell.values = {}
            factor = 4 if load == plan.LONG else 16
            cell.add(planted(9 * factor, 200, KINDS, kicks=1))
            cell.memory = 10**6
    wrong = [goal for goal, met in verdicts(slow).items()
             if not goal.startswith(of_kind) and met is not False]
    equal(wrong, [], "goals met by a slow driver that notifies and takes memory")
    idle = full_collection(8)
    for setup, load in ((launch.PLAIN, plan.VHOST), (launch.ALL, plan.VHOST),
                        (launch.PLAIN, plan.VHOST_LOOK)):
        idle.get(plan.PEER, MODES["split"], setup, load).idle = {"tx": [(0.9, 0.01)]}
    judged = [goal for goal, met in verdicts(idle).items()
              if goal.endswith("waits for the peer") and met is not None]
    equal(judged, [], "goals judged though the back end was the bottleneck")


def planned_launches(pings: list[int], minutes: int = 1) -> tuple[Collection, int]:
    """What scripts/bench measures if the CPUs are so far from each other, launch by launch."""
    options = Namespace(sections=["modes"], modes=[MODES["split"]], launches=5, quick=False,
                        windows=[], cpus=CPUS, build=launch.BUILD, memory=launch.NO_HUGE,
                        minutes=minutes)
    collection = Collection(plan.cases(options.sections, options.modes))
    left = list(pings)

    def fake(driver: str, _mode: launch.Mode, wanted: list[str], **_how) -> launch.Launch:
        if driver == plan.PEER:
            raise launch.Refused("unknown device argument")
        if wanted:
            return launch.parse("count kind=rx packets=1 instructions=35\n")
        ping = left.pop(0) if left else 200
        if ping == 0:
            raise launch.Failed("planted")
        return planted(9, ping, KINDS)

    with mock.patch.object(launch, "launch", fake), mock.patch.object(
            launch, "floor", lambda *_args, **_how: planted(5, 200, KINDS[:2])), \
         redirect_stdout(io.StringIO()):
        bench.measure(collection, options)
    return collection, len(pings) - len(left)


def test_launches_are_repeated(_args: Namespace) -> None:
    """Launches of CPUs that were far are repeated, not for ever; refused ones are not."""
    ours = sum(case.driver == plan.OURS for case in plan.modes_section([MODES["split"]]))
    collection, taken = planned_launches([200] * 100)
    equal(taken, 5 * ours, "launches of near CPUs")
    equal({cell.nb_good for cell in collection.cells if not cell.refused}, {5}, "good launches")
    equal(sum(cell.refused for cell in collection.cells), 2, "cases that were refused")
    _collection, taken = planned_launches([1000] * 3 + [200] * 100)
    equal(taken, 5 * ours + 3, "launches of which three were far")
    collection, taken = planned_launches([1000] * 100)
    equal(taken, 3 * 5 * ours, "launches of CPUs that stay far")
    equal(collection.get(plan.OURS, MODES["split"], launch.FAST).nb_good, 0, "good launches")
    collection, taken = planned_launches([200, 200, 200, 0] + [200] * 100)
    equal(taken, 5 * ours + 1, "launches of which one failed")
    check("Failed launches: 1." in report.text(collection, {}, ["modes"]), "it is not told")
    collection, taken = planned_launches([0] * 100)
    equal(taken, 3 * ours, "launches that all fail")
    check("Fewest good launches of a case: 0." in report.text(collection, {}, ["modes"]), "few")
    _collection, taken = planned_launches([1000] * 100, minutes=0)
    equal(taken, 5 * ours, "launches when there is no time left")


def test_others(_args: Namespace) -> None:
    """What another process uses is told from what our own does."""
    others = Others()
    while time.monotonic() - others.start < 0.5:
        pass
    alone = others.shares()[0]
    check(0 <= alone <= 1, f"share of others: {alone}")
    with mock.patch("perf.others.cpu_seconds", lambda: (others.worked + 3600, others.stolen)):
        check(others.shares()[0] > 10, "an hour of others is not seen")
    with mock.patch("perf.others.own_seconds", lambda: others.own + 3600):
        equal(others.shares()[0], 0.0, "an hour of our own")


def test_quick(_args: Namespace) -> None:
    """scripts/bench as a user calls it; it says nothing of speed."""
    if LAST_CPU == 0:
        raise results.Skip("the machine has one CPU")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([ROOT / "scripts/bench", "--quick", "--modes=split", "--build",
                               launch.BUILD, "--output", folder], text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        equal(done.returncode, 0, done.stdout[-600:])
        equal(sorted(path.name for path in Path(folder).iterdir()),
              ["results.csv", "results.md", "results.svg"], "files")
        text = (Path(folder) / "results.md").read_text(encoding="utf-8")
    for part in ("--quick: no verdicts", "## Every mode", "## End to end"):
        check(part in text, f"no {part!r} in:\n{text}")
    # As many bursts as without --quick: a ring is completed by parts.
    counted = re.search(r"\| net_vio_user \| split \| Tx \| - \| (\d+) ", text)
    exact = run("net_vio_user", "split", f"--count={bench.COUNTED[plan.OURS]}",
                setup=launch.SINGLE[0]).counts["tx"]
    check(counted and counted[1] == f"{exact:.0f}", f"not {exact} Tx instructions in:\n{text}")
    check(not re.search(r"\bmet\b|missed", text), f"a verdict in:\n{text}")


def test_wrong_options_of_the_script(_args: Namespace) -> None:
    """A folder where nothing was built, and sections of which nothing is annotated."""
    for wrong, text in ((["--build=/nowhere"], "/nowhere has no drivers/librte_net_vio.so"),
                        (["--annotate", "--sections=queues"], "nothing is told of these"),
                        (["--annotate", "--sections=traffic", "--modes=packed"], "mode split")):
        done = subprocess.run([ROOT / "scripts/bench", *wrong], text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        equal(done.returncode, 2, f"exit status of {wrong}")
        check(text in done.stdout, f"{wrong}: {done.stdout}")


def test_floor(_args: Namespace) -> None:
    """Two threads, without a port."""
    if LAST_CPU == 0:
        raise results.Skip("the machine has one CPU")
    check_windows(launch.floor(SHORT, CPUS), ("rx", "tx"), "the floor")


def test_wrong_options(_args: Namespace) -> None:
    """What is not understood is refused, with a word about it."""
    for option, text in (("--burst=0", "not a number from 1"), ("--size=59", "not a number from"),
                         ("--ms=1x", "\"1x\" is not a number"), ("--nothing", "unrecognized"),
                         ("nothing", "is not an option"), ("--page=/nowhere", "cannot be used")):
        done = software(option)
        equal(done.returncode, 1, f"exit status after {option}")
        check(text in done.stdout, f"{option}: {done.stdout[-300:]}")


if __name__ == "__main__":
    results.main(group="vio_bench", seconds=300)
