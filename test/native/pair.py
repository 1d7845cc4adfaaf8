# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Two processes on one vhost-user socket: DPDK's own back end, and the driver in front of it.

The back end is dpdk-testpmd, which forwards between a vhost port and a port of pcap files: the
frames of one file per queue go in, what the front end sends comes out into another. Both have
hugepages of their own.
"""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Optional, Sequence

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import vm  # noqa: E402
from pcap import read_pcap, write_pcap  # noqa: E402
from results import Skip, check, equal  # noqa: E402
from session import SECONDS, Session, VioTestpmd  # noqa: E402
from vm.hugepages import PAGES  # noqa: E402

PLUGIN = ROOT / "build/drivers/librte_net_vio.so"
FRONT = ROOT / "build/app/vio-testpmd/vio-testpmd"
HUGEPAGES = 192  # 2 MiB each, for both processes
EAL = ["--no-pci", "--no-telemetry"]
MEMORY = ["--in-memory", "--single-file-segments", "-m", "128"]


def need_hugepages() -> None:
    """Skip the test on a machine that has none at all; too few are a failure."""
    if not PAGES.is_dir():
        raise Skip("the machine has no hugepages of 2 MiB")


def frames(number: int, lengths: Sequence[int], seed: int) -> list[bytes]:
    """Untagged frames like no others, of these lengths in turn."""
    source = random.Random(seed)
    made = []
    for i in range(number):
        length = lengths[i % len(lengths)]
        header = bytes.fromhex("021111111111" "022222222222" "88b5")
        made.append(header + source.randbytes(length - len(header)))
    return made


class Bench:
    """Both processes, and the folder with all that they share."""

    def __init__(self, queues: int = 1, lengths: Sequence[int] = (60,), number: int = 256,
                 devargs: str = "", eal: Sequence[str] = (), options: Sequence[str] = (),
                 memory: Sequence[str] = tuple(MEMORY), server: bool = False,
                 interface: Optional[str] = None, vhost_log: str = "warning") -> None:
        self.queues = queues
        self.sent = [frames(number, lengths, seed) for seed in range(queues)]
        self.server = server  # the front end listens
        self.devargs = devargs + (",server=1" if server else "")
        self.back_devargs = ""
        self.interface = interface  # instead of files, with one queue
        self.vhost_log = vhost_log  # what comes unasked may come into the middle of an answer
        self.eal = [*memory, *eal]
        self.options = options
        self.back: Optional[Session] = None
        self.front: Optional[VioTestpmd] = None

    def __enter__(self) -> "Bench":
        need_hugepages()
        self.hugepages = vm.Hugepages(HUGEPAGES)
        # EAL refuses a plugin below a world-writable folder, where the checkout may be
        self.folder = Path(tempfile.mkdtemp(dir="/run", prefix="vio-native-"))
        try:
            self.folder.chmod(0o755)
            shutil.copy(PLUGIN, self.folder)
            for queue, packets in enumerate(self.sent):
                write_pcap(self.folder / f"in{queue}.pcap", packets)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_unused) -> None:
        for process in (self.front, self.back):
            if process is not None:
                process.__exit__()
        shutil.rmtree(self.folder)
        self.hugepages.close()

    @property
    def path(self) -> Path:
        """The socket."""
        return self.folder / "vhost.sock"

    def back_port(self) -> str:
        """The device between which and the socket the back end forwards."""
        if self.interface:
            return f"net_af_packet0,iface={self.interface}"
        return "net_pcap0" + "".join(
            f",rx_pcap={self.folder}/in{i}.pcap,tx_pcap={self.folder}/out{i}.pcap"
            for i in range(self.queues))

    def start_back(self, queues: int = 0) -> None:
        """The back end, or the next one, at its prompt; its socket is there."""
        if self.back is not None:
            self.back.__exit__()
        mode = ",client=1"
        if not self.server:
            mode = ""
            self.path.unlink(missing_ok=True)  # DPDK's vhost takes what was left for in use
        self.back = Session(
            ["dpdk-testpmd", "--lcores", "0@0,1@0", *EAL, *MEMORY,
             f"--log-level=lib.vhost.config:{self.vhost_log}",
             "--vdev", f"net_vhost0,iface={self.path},queues={queues or self.queues}{mode}"
                       f"{self.back_devargs}",
             "--vdev", self.back_port(), "--", "-i", "--forward-mode=io",
             "--disable-link-check", "--no-flush-rx", "--mask-event=all",
             "--total-num-mbufs=8192", f"--rxq={queues or self.queues}",
             f"--txq={queues or self.queues}"], "testpmd> ",
            terminal=True)  # or it would keep its answers until there are some kilobytes
        self.back.expect("testpmd> ")

    def attaching_front(self) -> Session:
        """A dpdk-testpmd at its prompt that has the plugin and no port."""
        front = Session(
            ["dpdk-testpmd", "--lcores", "0@1,1@1", *EAL, *self.eal,
             "-d", str(self.folder / PLUGIN.name), "--", "-i", "--disable-link-check",
             "--total-num-mbufs=8192"], "testpmd> ", terminal=True)
        try:
            front.expect("testpmd> ")
        except BaseException:
            front.__exit__()
            raise
        return front

    def launch_front(self) -> VioTestpmd:
        """The front end, which may fail."""
        device = f"net_vio_user0,path={self.path}{self.devargs}"
        self.front = VioTestpmd(
            [str(FRONT), "--lcores", "0@1,1@1", *EAL, *self.eal,
             "-d", str(self.folder / PLUGIN.name), "--vdev", device, "--", "-i", "--json",
             "--port-topology=loop", "--total-num-mbufs=16384", "--rxd=2048", "--txd=2048",
             f"--rxq={self.queues}", f"--txq={self.queues}", *self.options])
        return self.front

    def start_front(self) -> None:
        """The front end at its prompt, with a port that is up at both ends."""
        self.launch_front().expect("vio-testpmd> ")
        self.expect_link(self.back, "up")

    def start(self) -> None:
        """Both, first the one that listens."""
        if not self.server:
            self.start_back()
            self.start_front()
            return
        front = self.launch_front()
        front.expect("waiting at ")
        self.start_back()
        front.expect("vio-testpmd> ")
        self.expect_link(self.back, "up")

    @staticmethod
    def expect_link(process: Session, state: str) -> None:
        """Wait for the state of port 0's link."""
        deadline = time.monotonic() + SECONDS
        while f"Link status: {state}" not in process.run("show port info 0"):
            check(time.monotonic() < deadline, f"the link is not {state}: {process.tail()}")
            time.sleep(0.05)

    def all_is_back(self) -> bool:
        """Whether every queue's file is as large as all its frames make it."""
        return all((self.folder / f"out{queue}.pcap").stat().st_size >=
                   (self.folder / f"in{queue}.pcap").stat().st_size
                   for queue in range(self.queues))

    def round_trip(self) -> None:
        """All frames to the front end, which forwards, and back; each queue's in its order."""
        self.front.run("start")
        # the port opens its files anew
        self.back.run("port stop 1")
        self.back.run("port start 1")
        self.back.run("start")
        deadline = time.monotonic() + SECONDS
        while not self.all_is_back() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.back.run("stop")
        self.front.run("stop")
        for queue, sent in enumerate(self.sent):
            got = read_pcap(self.folder / f"out{queue}.pcap")
            equal(len(got), len(sent), f"frames of queue {queue}")
            wrong = next((i for i, pair in enumerate(zip(got, sent)) if pair[0] != pair[1]), None)
            check(wrong is None, f"queue {queue}: frame {wrong} differs")

    def restart_port(self) -> None:
        """The front end's port down and up again, with what was configured meanwhile."""
        self.front.run("port stop 0")
        self.expect_link(self.back, "down")
        self.front.run("port start 0")
        self.expect_link(self.back, "up")

    def end(self) -> dict:
        """The front end's port closed and its process ended well; its statistics."""
        statistics = self.front.quit()
        equal(statistics["mbufs_lost"], 0, "mbufs lost")
        return statistics

    def kill_back(self) -> None:
        """The back end dies without a word."""
        self.back.process.kill()
        self.back.process.wait()

    def replace_back(self) -> None:
        """It dies, and the next one works."""
        self.kill_back()
        self.expect_link(self.front, "down")
        self.start_back()
        self.expect_link(self.front, "up")
        self.expect_link(self.back, "up")
