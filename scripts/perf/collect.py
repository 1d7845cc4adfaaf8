# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What the launches of every case gave, and which of it may be compared."""

import statistics
from dataclasses import dataclass, field
from typing import Iterable, Optional, Sequence

from .launch import Launch
from .plan import Case

# TSC cycles that a cache line takes to the other CPU and back, when both share a last-level cache.
# A virtual CPU that has moved to another core complex is far: all costs several times as much.
NEAR = (110, 300)
# What the windows of a kind tell.
FIGURES = {"rx": "Rx cycles", "tx": "Tx cycles", "fwd": "forwarding Mpps",
           "rx_mpps": "Rx Mpps", "tx_mpps": "Tx Mpps"}
RATES = ("fwd", "rx_mpps", "tx_mpps")  # of which more is better


@dataclass
class Figure:
    """A median over launches, with the least and the most."""

    median: float
    least: float
    most: float


def is_near(window: dict) -> bool:
    """Whether a cache line's way there and back was short before and after a window."""
    return all(NEAR[0] <= window[ping] <= NEAR[1] for ping in ("ping", "ping_after"))


def values_of(window: dict, tsc_hz: int, some: bool) -> dict[str, float]:
    """A window's figures: cycles a packet, inside whole bursts or some, and packets a time."""
    rate = window["packets"] * tsc_hz / window["cycles"] / 1e6
    if window["kind"] == "fwd":
        return {"fwd": rate}
    values = {f"{window['kind']}_mpps": rate}
    which = "some" if some else "full"
    if window[f"{which}_packets"]:
        values[window["kind"]] = window[f"{which}_cycles"] / window[f"{which}_packets"]
    return values


@dataclass
class Cell:
    """What one case gave; None is the floor. With wherever, CPUs may be far from each other."""

    case: Optional[Case] = None
    wherever: bool = False
    counts: dict[str, float] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    refused: bool = False
    failures: list[str] = field(default_factory=list)  # what failed launches said
    memory: int = 0
    kicks: int = 0
    nb_good: int = 0
    nb_windows: int = 0
    nb_far: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)  # one a launch
    idle: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # one a window

    @property
    def name(self) -> str:
        """For messages."""
        return self.case.name if self.case else "floor"

    @property
    def driver(self) -> str:
        """For tables."""
        return self.case.driver if self.case else "floor"

    def kinds(self) -> tuple[str, ...]:
        """Kinds of windows that a launch has."""
        forwards = self.case is not None and self.case.load.traffic == "plain"
        return ("rx", "tx", "fwd") if forwards else ("rx", "tx")

    def add(self, launch: Launch) -> None:
        """Take a launch; it is good if it has windows with near CPUs of every kind."""
        near = [window for window in launch.windows if self.wherever or is_near(window)]
        self.nb_windows += len(launch.windows)
        self.nb_far += len(launch.windows) - len(near)
        self.functions, self.memory = launch.functions, launch.memory
        self.kicks += sum(window.get("kicks", 0) for window in launch.windows)
        values: dict[str, list[float]] = {}
        long = self.case is not None and self.case.load.size > 2000
        for window in near:
            for name, value in values_of(window, launch.tsc_hz, long).items():
                values.setdefault(name, []).append(value)
        if not set(self.kinds()) <= set(values):
            return
        self.nb_good += 1
        for name, several in values.items():
            self.values.setdefault(name, []).append(statistics.median(several))
        for window in near:
            self.idle.setdefault(window["kind"], []).append(
                tuple(min(1.0, window[side] / window["cycles"])
                      for side in ("front_idle", "back_idle")))

    def figure(self, name: str) -> Optional[Figure]:
        """Over all good launches."""
        values = self.values.get(name)
        return Figure(statistics.median(values), min(values), max(values)) if values else None

    def median(self, name: str) -> Optional[float]:
        """The same without its span; instructions are figures as well."""
        if name.endswith("_instructions"):
            return self.counts.get(name.partition("_")[0])
        figure = self.figure(name)
        return figure.median if figure else None

    def idleness(self, kind: str) -> Optional[tuple[float, float]]:
        """The share of time in which the driver's side and the back end had nothing to do."""
        if kind not in self.idle:
            return None
        front, back = zip(*self.idle[kind])
        return statistics.median(front), statistics.median(back)


class Collection:
    """The floor, and a cell for each case."""

    def __init__(self, cases: Sequence[Case], wherever: bool = False) -> None:
        self.floor = Cell(wherever=wherever)
        self.by_case = {case: Cell(case, wherever) for case in cases}
        self.cells = [self.floor, *self.by_case.values()]

    def get(self, *of_case) -> Cell:
        """The cell of a case; an empty one if that is not measured."""
        case = Case(*of_case)
        return self.by_case.get(case) or Cell(case)

    def best(self, name: str, cases: Iterable[Case]) -> Optional[float]:
        """The best median of these cases."""
        values = [value for case in cases if case in self.by_case
                  if (value := self.by_case[case].median(name)) is not None]
        if not values:
            return None
        return max(values) if name in RATES else min(values)
