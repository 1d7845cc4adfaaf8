# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What the launches of every driver in every mode gave, and which of it may be compared."""

import statistics
from dataclasses import dataclass, field
from typing import Optional

from .launch import DRIVERS, Launch, Mode

# TSC cycles that a cache line takes to the other CPU and back, when both share a last-level cache.
# A virtual CPU that has moved to another core complex is far: all costs several times as much.
NEAR = (110, 400)
KINDS = {"rx": "Rx cycles", "tx": "Tx cycles", "fwd": "forwarding Mpps"}


@dataclass
class Figure:
    """A median over launches, with the least and the most."""

    median: float
    least: float
    most: float


def is_near(window: dict) -> bool:
    """Whether the CPUs were near each other before and after a window."""
    return all(NEAR[0] <= window[ping] <= NEAR[1] for ping in ("ping", "ping_after"))


def value_of(window: dict, tsc_hz: int) -> Optional[float]:
    """A window's figure: cycles a packet inside whole bursts, or millions of packets a second."""
    if window["kind"] == "fwd":
        return window["packets"] * tsc_hz / window["cycles"] / 1e6
    return window["full_cycles"] / window["full_packets"] if window["full_packets"] else None


@dataclass
class Cell:
    """A driver in a mode, or the floor, which has neither."""

    driver: str = ""
    mode: Optional[Mode] = None
    counts: dict[str, float] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    refused: bool = False
    nb_good: int = 0
    nb_windows: int = 0
    nb_far: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)  # one a launch
    idle: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # one a window

    @property
    def floor(self) -> bool:
        """Whether this is the floor."""
        return self.mode is None

    @property
    def name(self) -> str:
        """For people."""
        return "floor" if self.floor else f"{self.driver}, {self.mode.title}"

    def add(self, launch: Launch) -> None:
        """Take a launch; it is good if it has windows with near CPUs of every kind."""
        kinds = ["rx", "tx"] if self.floor else list(KINDS)
        near = [window for window in launch.windows if is_near(window)]
        self.nb_windows += len(launch.windows)
        self.nb_far += len(launch.windows) - len(near)
        self.functions = launch.functions
        values = {kind: [value for window in near if window["kind"] == kind
                         if (value := value_of(window, launch.tsc_hz)) is not None]
                  for kind in kinds}
        if not all(values.values()):
            return
        self.nb_good += 1
        for kind in kinds:
            self.values.setdefault(kind, []).append(statistics.median(values[kind]))
        for window in near:
            self.idle.setdefault(window["kind"], []).append(
                tuple(min(1.0, window[side] / window["cycles"])
                      for side in ("front_idle", "back_idle")))

    def figure(self, kind: str) -> Optional[Figure]:
        """Over all good launches."""
        values = self.values.get(kind)
        return Figure(statistics.median(values), min(values), max(values)) if values else None

    def idleness(self, kind: str) -> tuple[float, float]:
        """The share of time in which the driver's side and the back end had nothing to do."""
        front, back = zip(*self.idle[kind])
        return statistics.median(front), statistics.median(back)


class Collection:
    """All cells: the floor, then the drivers side by side for each mode."""

    def __init__(self, modes: list[Mode]) -> None:
        self.modes = modes
        self.floor = Cell()
        self.pairs = [tuple(Cell(driver, mode) for driver in DRIVERS) for mode in modes]
        self.cells = [self.floor, *(cell for pair in self.pairs for cell in pair)]
