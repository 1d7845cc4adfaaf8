# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What is measured: which driver in which mode, configured how, with what load."""

from dataclasses import dataclass, fields
from typing import Sequence

from .launch import (ALL, ALL_512, AVX512, DRIVERS, FAST, FAST_512, MODES, PLAIN, SINGLE, VLAN,
                     Load, Mode, Setup, has_avx512)

PEER, OURS = DRIVERS
# What QEMU gives; and the modes in which net_vio has its goals: with everything negotiated.
DEFAULT = MODES[0]
GOAL_MODES = tuple(mode for mode in MODES if mode.mergeable)
# One mode of each ring format is enough where it is the load that matters.
LOAD_MODES = tuple(mode for mode in GOAL_MODES if mode.name in ("split", "packed"))

# Vectors of 512 bits are used if EAL is told so; the peer's fastest mode needs that as well.
OUR_SETUPS = (PLAIN, ALL, FAST, VLAN, ALL_512, FAST_512)

SHORT, LONG = Load(), Load(size=1500)
MERGED = Load(size=9000)
TRAFFIC = {
    "64 bytes": SHORT,
    "1500 bytes": LONG,
    "9000 bytes, several buffers": MERGED,
    "the same, without indirect descriptors": Load(size=9000, chains=True),
    "1500 bytes, checksums": Load(size=1500, traffic="csum"),
    "1500 bytes, partial checksums (told)": Load(size=1500, traffic="partial",
                                                 devargs=",partial_csum=1"),
    "1500 bytes, TSO and LRO (told)": Load(size=1500, traffic="tso", devargs=",partial_csum=1"),
    "1500 bytes, TSO and LRO (completed)": Load(size=1500, traffic="tso"),
}
# Those in which every packet needs an offload, and none is completed by the driver.
OFFLOADED = tuple(load for load in TRAFFIC.values()
                  if load.traffic == "csum" or "partial_csum=1" in load.devargs)
QUEUES = {
    "1 queue of 1024": SHORT,
    "8 queues of 1024": Load(queues=8),
    "8 queues of 128": Load(queues=8, descriptors=128),
}
VHOST = Load(vhost=True)
VHOST_LOOK = Load(vhost=True, look=True)
# What is measured in front of it, in the order of the table.
VHOST_ROWS = ((PEER, PLAIN, VHOST), (PEER, ALL, VHOST), (OURS, PLAIN, VHOST), (OURS, FAST, VHOST),
              (PEER, PLAIN, VHOST_LOOK), (OURS, FAST, VHOST_LOOK))


@dataclass(frozen=True)
class Case:
    """A driver in a mode, as the application configured it, under a load."""

    driver: str
    mode: Mode
    setup: Setup = PLAIN
    load: Load = SHORT

    @property
    def name(self) -> str:
        """For messages."""
        special = [f"{field.name} {value}" for field in fields(Load)
                   if (value := getattr(self.load, field.name)) != field.default]
        return ", ".join([self.driver, self.mode.name, self.setup.title, *special])

    @property
    def counted(self) -> bool:
        """Whether instructions are counted, which takes seconds for net_virtio."""
        return not self.load.vhost and (self.driver == OURS or self.load == SHORT)

    @property
    def timed(self) -> bool:
        """Whether time is measured: a single offload costs too few cycles to be seen."""
        return self.setup not in SINGLE


def modes_section(modes: Sequence[Mode]) -> list[Case]:
    """Every driver in every mode; the peer has no FAST_FREE."""
    return [Case(driver, mode, setup) for mode in modes
            for driver, setups in ((PEER, (PLAIN, ALL)), (OURS, OUR_SETUPS))
            for setup in setups if setup.eal == () or has_avx512() and mode in GOAL_MODES]


def offloads_section(modes: Sequence[Mode]) -> list[Case]:
    """Each offload by itself."""
    return [Case(driver, mode, setup) for mode in LOAD_MODES if mode in modes
            for driver in DRIVERS for setup in SINGLE]


def traffic_section(modes: Sequence[Mode]) -> list[Case]:
    """Longer frames and offloads that are used, with the offloads agreed on."""
    return [Case(driver, mode, ALL, load) for mode in LOAD_MODES if mode in modes
            for load in TRAFFIC.values() for driver in DRIVERS]


def queues_section(modes: Sequence[Mode]) -> list[Case]:
    """One queue against several."""
    return [Case(driver, mode, setup, load) for mode in LOAD_MODES if mode in modes
            for load in QUEUES.values() for driver, setup in ((PEER, PLAIN), (OURS, FAST))]


def vhost_section(modes: Sequence[Mode]) -> list[Case]:
    """End to end, with DPDK's own back end."""
    return [Case(driver, mode, setup, load) for mode in modes
            for driver, setup, load in VHOST_ROWS]


SECTIONS = {"modes": modes_section, "offloads": offloads_section, "traffic": traffic_section,
            "queues": queues_section, "vhost": vhost_section}


def annotated(sections: Sequence[str], modes: Sequence[Mode]) -> list[Case]:
    """Those of net_vio whose instructions are told apart, with offloads and FAST_FREE."""
    plain = (SHORT,) if "modes" in sections else ()
    offloaded = OFFLOADED if "traffic" in sections else ()
    return [Case(OURS, mode, FAST, load) for mode in modes
            for load in plain + (offloaded if mode == DEFAULT else ())]


def possible_modes(names: Sequence[str]) -> list[Mode]:
    """Those modes that this machine has."""
    return [mode for mode in MODES if mode.name in names and
            (AVX512 not in mode.eal or has_avx512())]


def cases(sections: Sequence[str], modes: Sequence[Mode]) -> list[Case]:
    """All of these sections, each once."""
    return list(dict.fromkeys(case for name in sections for case in SECTIONS[name](modes)))
