#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Tests of the instrument of speed: vio-bench, its null back end, its exact counts.

No figure of time is judged here, only that packets add up.
"""

import csv
import subprocess
import sys
import xml.etree.ElementTree
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402  pylint: disable=wrong-import-position
from perf import launch, plot, report  # noqa: E402  pylint: disable=wrong-import-position
from perf.collect import Collection  # noqa: E402  pylint: disable=wrong-import-position
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
    """Frames of several buffers, on both formats."""
    for driver in launch.DRIVERS:
        for mode in ("split-in-order", "packed", "packed-in-order"):
            check_windows(run(driver, mode, *SHORT, load=launch.Load(size=9000)), KINDS, f"{driver}, {mode}")


def test_offloads(_args: Namespace) -> None:
    """Everything switched on, with and without mergeable buffers; what is unknown is refused."""
    for driver in launch.DRIVERS:
        for mode in ("split", "split-vector", "packed"):
            got = run(driver, mode, *SHORT, setup=launch.FAST)
            check_windows(got, KINDS, f"{driver}, {mode}, all offloads")
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
    """Checksums and segments: the back end sees that they are asked for, vio-bench that it is told."""
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
                load = launch.Load(size=size, vhost=True)
                check_windows(run(driver, mode, *SHORT, load=load), KINDS,
                              f"{driver}, {mode}, {size} bytes, vhost")


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


def test_software_port(_args: Namespace) -> None:
    """Any driver will do; without a back end, the port's own counts are compared."""
    done = software(*SHORT)
    equal(done.returncode, 0, done.stdout)
    check_windows(launch.parse(done.stdout), KINDS, "net_null")


def planted(cost: int, ping: int, kinds: tuple[str, ...]) -> launch.Launch:
    """A launch as vio-bench prints it, with one window of each kind."""
    return launch.parse("machine tsc_hz=1000000000\n" + "".join(
        f"window kind={kind} ping=200 ping_after={ping} packets=100 full_packets=64 "
        f"full_cycles={64 * cost} cycles={100 * cost} front_idle={10 * cost} "
        f"back_idle={20 * cost}\n" for kind in kinds))


def test_report(_args: Namespace) -> None:
    """Medians, their least and most, ratios, and what is left out, of figures that were planted."""
    collection = Collection([MODES["split"], MODES["packed"]])
    for cost in (4, 5, 9):
        collection.floor.add(planted(cost, 200, KINDS[:2]))
        peer, ours = collection.pairs[0]
        peer.add(planted(10 * cost, 200, KINDS))
        ours.add(planted(5 * cost, 200, KINDS))
    ours.add(planted(1, 1000, KINDS))  # far
    collection.pairs[1][1].refused = True
    equal((ours.nb_good, ours.nb_far), (3, 3), "good launches and windows that were far")
    text = report.text(collection, {"load before": "0"})
    for part in ("| net_virtio_user | **50.0** (40.0 to 90.0) |", "| times faster | 2.00 | 2.00 |"
                 " 2.00 |", "| net_vio_user | refused |", "back end 20%", "Left out: 3 of 27"):
        check(part in text, f"no {part!r} in:\n{text}")
    lines = [line for line in report.table_csv(collection).splitlines() if line[0] != "#"]
    rows = {(row["mode"], row["driver"], row["figure"]): row for row in csv.DictReader(lines)}
    equal(len(rows), 2 + 2 * 3, "lines of the CSV file")
    equal(rows["split", "net_vio_user", "forwarding Mpps"]["median"], "40.00", "Mpps")
    equal(rows["floor", "", "Tx cycles"]["most"], "9.00", "the floor")
    picture = xml.etree.ElementTree.fromstring(plot.svg(collection))
    bars = [element for element in picture if element.get("fill") in plot.COLOURS]
    equal(len(bars), 3 + 2 * 3, "bars and their legend")


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
    results.main(group="vio_bench")
