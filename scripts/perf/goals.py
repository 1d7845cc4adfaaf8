# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The goals, and whether a collection meets them: a line a goal, a column a mode."""

from dataclasses import dataclass, field
from typing import Callable, Optional

from .collect import RATES, Collection
from .launch import ALL, ALL_512, FAST, FAST_512, MODES, PLAIN, Load, Mode, Setup
from .plan import (DEFAULT, GOAL_MODES, LOAD_MODES, OURS, PEER, QUEUES, SHORT, TRAFFIC, VHOST,
                   VHOST_LOOK, Case)

WAITS = 0.05  # a back end that is idle for a larger share of the time waits for the driver


@dataclass
class Verdict:
    """What was measured, and whether it is enough; None: it says nothing about the goal."""

    measured: str
    met: Optional[bool]


@dataclass
class Line:
    """A goal, with a verdict a mode, by the mode's name."""

    goal: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)


def judge(value: Optional[float], bound: float, at_least: bool = False) -> Verdict:
    """Compare the value itself, not what is printed of it."""
    if value is None:
        return Verdict("-", None)
    return Verdict(f"{value:.2f}", value >= bound if at_least else value <= bound)


def divide(a: Optional[float], b: Optional[float]) -> Optional[float]:
    """A ratio of medians, if both are there."""
    return a / b if a is not None and b else None


def line(goal: str, modes: tuple[Mode, ...], verdict: Callable[[Mode], Verdict]) -> Line:
    """A goal in several modes."""
    return Line(goal, {mode.name: verdict(mode) for mode in modes})


def null_lines(got: Collection, everything: Setup, fast: Setup, what: str) -> list[Line]:
    """In front of the null back end, with what the goals are about agreed on."""
    def absolute(goal: str, setup: Setup, name: str, bound: float) -> Line:
        floor = got.floor.median(name)
        beside = f" (the floor {floor:.1f})" if floor is not None else ""
        return line(f"{what}{goal} <= {bound}{beside}", GOAL_MODES,
                    lambda mode: judge(got.get(OURS, mode, setup).median(name), bound))

    def ratio(goal: str, name: str, rival: Optional[float], bound: float) -> Line:
        more = name in RATES
        return line(f"{what}{goal} {'>=' if more else '<='} {bound:.2f}", GOAL_MODES,
                    lambda mode: judge(divide(got.get(OURS, mode, fast).median(name), rival),
                                       bound, more))

    peers = [Case(PEER, mode, PLAIN) for mode in MODES]
    lines = [absolute("Rx cycles", fast, "rx", 9),
             absolute("Rx instructions", fast, "rx_instructions", 35),
             absolute("Tx cycles, FAST_FREE", fast, "tx", 9),
             absolute("Tx instructions, FAST_FREE", fast, "tx_instructions", 40),
             absolute("Tx cycles, without FAST_FREE", everything, "tx", 14)]
    for title, name, default, fastest in (("Rx cycles", "rx", 0.30, 0.80),
                                          ("Tx cycles", "tx", 0.30, 0.55),
                                          ("forwarding", "fwd", 2.7, 1.4)):
        lines += [ratio(f"{title} / the peer's default", name,
                        got.get(PEER, DEFAULT, PLAIN).median(name), default),
                  ratio(f"{title} / the peer's fastest", name, got.best(name, peers), fastest)]
    return lines


def vhost_lines(got: Collection, what: str, rival: Setup, load: Load) -> list[Line]:
    """End to end with everything agreed on, next to the peer in the same mode as rival says."""
    def verdict(mode: Mode, name: str, bound: float, only_if_waits: bool) -> Verdict:
        peer = got.get(PEER, mode, rival, load)
        ours = got.get(OURS, mode, FAST, load)
        found = judge(divide(ours.median(name), peer.median(name)), bound, True)
        idle = peer.idleness("tx")
        if only_if_waits and idle:
            found.measured += f" (back end idle {idle[1]:.0%})"
            if idle[1] <= WAITS:  # it is the back end's speed that is seen
                found.met = None
        return found

    lines = [line(f"vhost{what}: {title} Mpps / the peer's >= 1.00", MODES,
                  lambda mode, name=name: verdict(mode, name, 1.0, False))
             for title, name in (("Rx", "rx_mpps"), ("Tx", "tx_mpps"), ("forwarding", "fwd"))]
    lines.append(line(f"vhost{what}: Tx Mpps / the peer's >= 1.25 where the back end waits for the "
                      "peer", MODES, lambda mode: verdict(mode, "tx_mpps", 1.25, True)))
    return lines


def all_vhost_lines(got: Collection) -> list[Line]:
    """Next to the peer without offloads, with the same, and where frames are looked at."""
    return [*vhost_lines(got, "", PLAIN, VHOST),
            *vhost_lines(got, ", the same offloads", ALL, VHOST),
            *vhost_lines(got, ", frames looked at", PLAIN, VHOST_LOOK)]


def traffic_lines(got: Collection) -> list[Line]:
    """No cliff: where no further segment is involved, a packet costs the same within 1.5 times."""
    def verdict(mode: Mode, load: Load, base: Load, name: str) -> Verdict:
        value = divide(got.get(OURS, mode, ALL, load).median(name),
                       got.get(OURS, mode, ALL, base).median(name))
        return judge(value, 1.5)

    lines = []
    for title, load in TRAFFIC.items():
        if load == SHORT or load.size > 2000:
            continue
        base = SHORT if load.traffic == "plain" else Load(size=load.size)
        for name in ("rx", "tx"):
            lines.append(line(f"{name.capitalize()} cycles, {title} / plain ones of {base.size} "
                              "bytes <= 1.50", LOAD_MODES,
                              lambda mode, load=load, base=base, name=name:
                              verdict(mode, load, base, name)))
    return lines


def queue_lines(got: Collection) -> list[Line]:
    """One queue or eight."""
    def verdict(mode: Mode, load: Load, name: str) -> Verdict:
        return judge(divide(got.get(OURS, mode, FAST, load).median(name),
                            got.get(OURS, mode, FAST, SHORT).median(name)), 1.1)

    lines = [line(f"{name.capitalize()} cycles, {title} / one of 1024 <= 1.10", LOAD_MODES,
                  lambda mode, load=load, name=name: verdict(mode, load, name))
             for title, load in QUEUES.items() if load != SHORT for name in ("rx", "tx")]
    return lines + [line("memory of 8 pairs of queues / 8 ports with one <= 1.00", LOAD_MODES,
                         lambda mode: memory_verdict(got, mode))]


def memory_verdict(got: Collection, mode: Mode) -> Verdict:
    """A queue takes what it takes, however many there are."""
    one, eight = (got.get(OURS, mode, FAST, Load(queues=queues)).memory for queues in (1, 8))
    found = judge(eight / (8 * one) if one and eight else None, 1.0)
    if one and eight:
        found.measured += f" ({(eight - one) / 7 / 1024:.0f} KiB a pair)"
    return found


def kicks_line(got: Collection) -> Line:
    """The null back end asks for no notification; DPDK's vhost is told so by its application."""
    def verdict(mode: Mode) -> Verdict:
        cells = [cell for case, cell in got.by_case.items() if case.driver == OURS and
                 case.mode == mode and not case.load.vhost and cell.nb_windows]
        return Verdict("-", None) if not cells else judge(sum(cell.kicks for cell in cells), 0)

    return line("notifications that nobody asked for <= 0", MODES, verdict)


def lines(got: Collection) -> list[Line]:
    """All goals."""
    return [*null_lines(got, ALL, FAST, ""), *null_lines(got, ALL_512, FAST_512, "AVX-512: "),
            kicks_line(got), *all_vhost_lines(got), *traffic_lines(got), *queue_lines(got)]
