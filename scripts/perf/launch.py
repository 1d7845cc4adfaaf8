# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""One launch: the null back end on one CPU, vio-bench with a driver on another, what they print."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Sequence

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PLUGIN = "drivers/librte_net_vio.so"
APP = "app/vio-bench/vio-bench"
NULL = "app/vio-bench/vio-bench-null"
VHOST = "app/vio-bench/vio-bench-vhost"
FILES = (PLUGIN, APP, NULL, VHOST)  # of a build folder
DRIVERS = ("net_virtio_user", "net_vio_user")  # the peer first
SECONDS = 120  # that a launch may take
SIMD = "--force-max-simd-bitwidth={}"
AVX512 = SIMD.format(512)
EAL = ["--no-pci", "--no-telemetry", "--log-level=lib.eal:warning",
       "--log-level=pmd.net.virtio.init:info"]
HUGE = ("--in-memory", "--single-file-segments", "-m", "128")
NO_HUGE = ("--no-huge", "--no-shconf", "-m", "128")


@dataclass(frozen=True)
class Mode:
    """What a device and a driver agree on: the same arguments for both drivers."""

    name: str
    title: str
    devargs: str
    eal: Sequence[str] = ()

    @property
    def mergeable(self) -> bool:
        """Whether a frame may take several buffers."""
        return "mrg_rxbuf=0" not in self.devargs


@dataclass(frozen=True)
class Setup:
    """What the application configures, the same for both drivers as far as they have it."""

    name: str
    title: str
    offloads: Sequence[str] = ()  # as vio-bench calls them
    eal: Sequence[str] = ()

    def options(self, driver: str, mode: Mode) -> list[str]:
        """For vio-bench."""
        impossible = set() if mode.mergeable else {"scatter", "lro"}
        if driver == DRIVERS[0]:
            impossible.add("fast-free")
        names = [name for name in self.offloads if name not in impossible]
        return [f"--offloads={','.join(names)}"] if names else []


@dataclass(frozen=True)
class Load:
    """What passes, through how many queues, and in front of which back end."""

    size: int = 64
    traffic: str = "plain"
    queues: int = 1
    descriptors: int = 1024
    vhost: bool = False  # DPDK's own, instead of the null back end
    devargs: str = ""  # of net_vio only
    chains: bool = False  # instead of tables of indirect descriptors
    look: bool = False  # at the first bytes of each received frame, as applications do

    def options(self) -> list[str]:
        """For vio-bench."""
        return [f"--desc={self.descriptors}", f"--size={self.size}", f"--queues={self.queues}",
                f"--traffic={self.traffic}", *(["--look"] if self.look else [])]


OFFLOADS = ("csum", "scatter", "lro")  # with which net_vio has its goals
PLAIN = Setup("plain", "no offload")
ALL = Setup("all", "checksum, scatter, LRO", OFFLOADS)
FAST = Setup("fast", "checksum, scatter, LRO, FAST_FREE", (*OFFLOADS, "fast-free"))
ALL_512 = replace(ALL, name="all-512", title=f"{ALL.title}, AVX-512", eal=(AVX512,))
FAST_512 = replace(FAST, name="fast-512", title=f"{FAST.title}, AVX-512", eal=(AVX512,))
VLAN = Setup("vlan-too", "checksum, scatter, LRO, VLAN, FAST_FREE",
             (*OFFLOADS, "vlan", "fast-free"))
SINGLE = tuple(Setup(name, f"{name} alone", (name,)) for name in (*OFFLOADS, "vlan"))

MODES = (
    Mode("split", "split, mergeable, not in order", "in_order=0"),
    Mode("split-in-order", "split, mergeable, in order", "in_order=1"),
    Mode("split-vector", "split, neither, vectorized=1",
         "mrg_rxbuf=0,in_order=0,vectorized=1"),
    Mode("packed", "packed, mergeable, not in order", "packed_vq=1,in_order=0"),
    Mode("packed-in-order", "packed, mergeable, in order", "packed_vq=1,in_order=1"),
    Mode("packed-avx512", "packed, in order, vectorized=1, AVX-512",
         "packed_vq=1,mrg_rxbuf=0,in_order=1,vectorized=1", (AVX512,)),
)


class Failed(Exception):
    """A launch that gave no result; the text is what it said."""


class Refused(Failed):
    """A driver that does not know an argument of the mode."""


@dataclass
class Step:
    """An address that was executed, and how often."""

    kind: str
    count: int
    offset: int  # in the file
    symbol: str
    file: str


@dataclass
class Launch:
    """What a launch printed."""

    windows: list[dict] = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)  # instructions a packet
    functions: dict[str, str] = field(default_factory=dict)
    packets: dict[str, int] = field(default_factory=dict)  # of which they were counted
    steps: list[Step] = field(default_factory=list)
    memory: int = 0  # bytes that the port took
    tsc_hz: int = 0


def parse(text: str) -> Launch:
    """Read the lines that vio-bench prints: a word, then key=value; others are messages."""
    launch = Launch()
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "function":
            kind, name = re.fullmatch(r"kind=(\w+) name=(.*)", rest).groups()
            launch.functions.setdefault(kind, name)
        elif word == "step":
            kind, number, offset, symbol, file = re.fullmatch(
                r"kind=(\w+) count=(\d+) offset=0x(\w+) symbol=(\S*) file=(.*)", rest).groups()
            launch.steps.append(Step(kind, int(number), int(offset, 16), symbol, file))
        elif word in ("window", "count", "machine", "memory"):
            pairs = dict(pair.split("=") for pair in rest.split())
            kind = pairs.pop("kind", "")
            numbers = {key: int(value) for key, value in pairs.items()}
            if word == "window":
                launch.windows.append({"kind": kind, **numbers})
            elif word == "count":
                launch.counts[kind] = numbers["instructions"] / numbers["packets"]
                launch.packets[kind] = numbers["packets"]
            elif word == "memory":
                launch.memory = numbers["bytes"]
            else:
                launch.tsc_hz = numbers["tsc_hz"]
        elif found := re.search(r"using (.*) ([RT]x) path on port", line):
            # net_virtio has no name for its functions but in its log
            launch.functions[found[2].lower()] = f"{found[1]} {found[2]} path"
    return launch


def run(command: Sequence[str | Path], cpus: str) -> str:
    """Run vio-bench; its output."""
    done = subprocess.run(["taskset", "-c", cpus, *command], text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS)
    if done.returncode == 0:
        return done.stdout
    if "unknown device argument" in done.stdout:
        raise Refused(done.stdout)
    raise Failed(f"exit status {done.returncode}: {done.stdout[-600:]}")


def bench_command(build: Path, lcores: str) -> list[str | Path]:
    """vio-bench up to the device."""
    return [build / APP, "-l", lcores, *EAL]


def floor(options: Sequence[str], cpus: Sequence[int], build: Path = BUILD) -> Launch:
    """Two threads that hand over descriptors."""
    both = ",".join(map(str, reversed(cpus)))
    lcores = f"{cpus[1]},{cpus[0]}"
    return parse(run([*bench_command(build, lcores), f"--main-lcore={cpus[1]}", *NO_HUGE, "--",
                      "--floor", *options], both))


def back_command(build: Path, load: Load, cpu: int, memory: Sequence[str]) -> list[str | Path]:
    """The back end up to its socket."""
    if not load.vhost:
        return ["taskset", "-c", str(cpu), build / NULL, *(["--chains"] if load.chains else [])]
    return ["taskset", "-c", str(cpu), build / VHOST, "-l", str(cpu), "--no-pci", "--no-telemetry",
            "--log-level=lib.eal:warning", "--log-level=lib.vhost.*:error",
            *(NO_HUGE if memory is NO_HUGE else HUGE), "-m", "64", "--"]


def launch(driver: str, mode: Mode, options: Sequence[str], *, setup: Setup = PLAIN,
           load: Load = Load(), cpus: Sequence[int] = (0, 1), memory: Sequence[str] = HUGE,
           build: Path = BUILD, back_size: int = 0, back_options: Sequence[str] = ()) -> Launch:
    """One launch of a driver in a mode: the back end on the first CPU, the driver on the second."""
    # EAL refuses a plugin below a world-writable folder, where the checkout may be
    folder = Path(tempfile.mkdtemp(dir="/run", prefix="vio-bench-"))
    back = None
    try:
        folder.chmod(0o755)
        shutil.copy(build / PLUGIN, folder)
        socket, page = folder / "socket", folder / "page"
        back = subprocess.Popen([*back_command(build, load, cpus[0], memory), *back_options,
                                 socket, page, str(back_size or load.size)],
                                stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while not socket.exists() and back.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        ours = driver == DRIVERS[1]
        device = (f"{driver}0,path={socket},queue_size={load.descriptors},queues={load.queues},"
                  f"{mode.devargs}{load.devargs if ours else ''}")
        plugin = ["-d", folder / Path(PLUGIN).name] if ours else []
        return parse(run([*bench_command(build, str(cpus[1])), *memory, *(mode.eal or setup.eal),
                          *plugin, "--vdev", device, "--", f"--page={page}", *load.options(),
                          *setup.options(driver, mode), *options], str(cpus[1])))
    finally:
        if back is not None:
            end(back)
        shutil.rmtree(folder)


def end(back: subprocess.Popen) -> None:
    """The back end ends with its connection, or is ended."""
    try:
        back.wait(2)
    except subprocess.TimeoutExpired:
        back.kill()
        back.wait()


def has_simd(bits: int) -> bool:
    """Whether this machine's processor has all that code of such vectors uses."""
    flags = Path("/proc/cpuinfo").read_text(encoding="ascii").partition("flags")[2]
    needed = {256: {"avx2"}, 512: {"avx2", "avx512f", "avx512bw", "avx512vl"}}
    return needed.get(bits, set()) <= set(flags.partition("\n")[0].split())


def has_avx512() -> bool:
    """Whether this machine's processor has what the AVX-512 mode needs."""
    return has_simd(512)


def nb_cpus() -> int:
    """How many CPUs may be used."""
    return len(os.sched_getaffinity(0))
