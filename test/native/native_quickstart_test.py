#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""scripts/quickstart --native, as its user sees it, and the verdict that it closes with."""

import copy
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in ("test", "scripts"):
    sys.path.insert(0, str(ROOT / folder))

import results  # noqa: E402
from pair import need_hugepages  # noqa: E402
from quick.lab import Failure  # noqa: E402
from quick.native_lab import BackEnd, NativeLab  # noqa: E402
from quick.report import complaints  # noqa: E402
from quickrun import EXIT_INTERRUPTED, QUICKSTART, Quickstart  # noqa: E402
from results import check, equal  # noqa: E402
from session import VioTestpmd  # noqa: E402
from vm.hugepages import PAGES  # noqa: E402

DRIVER = "net_vio_user"
BACK_END = "dpdk-testpmd"


def native(*options: str, **how) -> Quickstart:
    """A run of quickstart --native."""
    need_hugepages()
    return Quickstart("--native", *options, **how)


def pages() -> int:
    """The hugepages that are reserved on this machine."""
    need_hugepages()
    return int((PAGES / "nr_hugepages").read_text())


def test_traffic(_args: Namespace) -> None:
    """The default: vio-testpmd. The back ends counted what the driver did."""
    before = pages()
    with native("--seconds", "2") as run:
        run.check_traffic(DRIVER, "vio-testpmd")
        table = run.table()
        for side, way in (("A", "A to B"), ("B", "B to A")):
            sent = int(re.search(r"(\d+) packets to the driver", table[f"back end {side}"])[1])
            received = int(re.match(r"(\d+) received", table[f"packets {way}"])[1])
            check(0 < received <= sent, f"{way}: {sent} sent, {received} received")
    equal(pages(), before, "hugepages reserved")


def test_traffic_dpdk_testpmd(_args: Namespace) -> None:
    """DPDK's own application, with the driver as plugin."""
    with native("--seconds", "1", "--app", "testpmd") as run:
        run.check_traffic(DRIVER, "dpdk-testpmd")


def test_shell(_args: Namespace) -> None:
    """Commands from a pipe reach the application, and options of its own and of EAL's as well."""
    with native("--shell", "--eal=--force-max-simd-bitwidth=64 --syslog=local0",
                "--eal=--log-level=pmd.net.vio:8", "--", "--rxd=1024",
                commands="show rxq info 0 0\nshow port info 1\nquit\n") as run:
        equal(run.end(), 0, "exit status")
        for words in ("ip netns exec", f"Driver name: {DRIVER}", "Number of RXDs: 1024",
                      "Split In-order Mergeable SSE"):
            check(words in run.output, f"no \"{words}\" in: {run.output}")
        equal(run.remains(), [], "left behind")


def test_shell_on_a_terminal(_args: Namespace) -> None:
    """Typed on a terminal; a ping meanwhile, by the command that quickstart tells."""
    need_hugepages()
    with VioTestpmd([str(QUICKSTART), "--native", "--shell"], terminal=True) as run:
        run.expect("vio-testpmd> ")
        command = re.search(r"ip netns exec \S+ ping \S+", run.text)[0]
        status = os.waitstatus_to_exitcode(os.system(f"{command} -q -c 3 -i 0.1 -W 5 >/dev/null"))
        equal(status, 0, "exit status of ping")
        run.type("show port stats 1\n")
        received = re.search(r"RX-packets: (\d+)", run.expect("TX-bytes"))
        check(int(received[1]) >= 3, received[0])
        run.type("quit\n")
        equal(run.finish(), 0, "exit status")


def interrupt(words: str, number: int, status: int, **how) -> None:
    """Interrupt it after it printed the words."""
    before = pages()
    with native("--seconds", "60") as run:
        run.interrupt(words, BACK_END, number, status, **how)
    equal(pages(), before, "hugepages reserved")


def test_interrupted(_args: Namespace) -> None:
    """Ctrl-C in the middle of TCP traffic."""
    interrupt("TCP from A to B", signal.SIGINT, EXIT_INTERRUPTED)


def test_terminated(_args: Namespace) -> None:
    """SIGTERM while the application starts."""
    interrupt("starting vio-testpmd", signal.SIGTERM, 128 + signal.SIGTERM)


def test_hung_up(_args: Namespace) -> None:
    """SIGHUP, which a terminal that is closed sends."""
    interrupt("ping from A to B", signal.SIGHUP, 128 + signal.SIGHUP)


def test_killed(_args: Namespace) -> None:
    """SIGKILL, which nobody can catch: what it started ends all the same, also what hangs."""
    def hang(started: dict[int, str]) -> None:
        for pid, name in started.items():
            if name == BACK_END:
                os.kill(pid, signal.SIGSTOP)

    interrupt("TCP from A to B", signal.SIGKILL, -signal.SIGKILL, prepare=hang)


def dies(program: str, words: str) -> None:
    """Kill a program in the middle of the traffic: it is named, without waiting for more."""
    with native("--seconds", "30") as run:
        run.wait_for("TCP from A to B")
        time.sleep(1)
        started = run.descendants()
        first = min(pid for pid, name in started.items() if name == program)
        check(list(Path("/run").glob(f"vio{run.process.pid}-*/dpdk/*")),
              "EAL's own folders are not where they are removed")
        os.kill(first, signal.SIGKILL)
        killed = time.monotonic()
        equal(run.end(), 1, "exit status")
        check(time.monotonic() - killed < 15, "it waited for what is dead")
        said = f"FAILED: {words} ended with status {-signal.SIGKILL}"
        check(said in run.output, f"no \"{said}\" in: {run.output}")
        equal(run.remains(started), [], "left behind")


def test_back_end_dies(_args: Namespace) -> None:
    """The first of the back ends."""
    dies(BACK_END, "the back end A")


def test_application_dies(_args: Namespace) -> None:
    """The application."""
    dies("vio-testpmd", "the application")


def test_no_hugepages(_args: Namespace) -> None:
    """Hugepages that cannot be had are named with the way out; what was reserved is given back."""
    with tempfile.TemporaryDirectory(dir="/run") as fake:
        total = Path(fake, "nr_hugepages")
        total.write_text("7\n")
        Path(fake, "free_hugepages").write_text("4\n")
        with native(under=("unshare", "-m", "sh", "-c", f'mount --bind {fake} {PAGES}; exec "$@"',
                           "sh")) as run:
            equal(run.end(), 1, "exit status")
            check(re.search(r"FAILED: 160 free hugepages of 2 MiB are needed, and 4 can be had: .*"
                            "hugepages=160", run.output), run.output)
            equal(run.remains(), [], "left behind")
        equal(int(total.read_text()), 7, "hugepages reserved")


def test_not_root(_args: Namespace) -> None:
    """Somebody else than root is told."""
    nobody = shutil.which("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", \
        "--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"
    with native(under=nobody) as run:
        equal(run.end(), 1, "exit status")
        check("run it as root" in run.output, run.output)


def test_wrong_options(_args: Namespace) -> None:
    """Refused at once, or by the application in its words."""
    with native("--rxd=1024") as run:  # which is one of the application's
        equal(run.end(), 2, "exit status")
        check("--rxd=1024" in run.output, run.output)
    with native("--", "--faster") as run:
        equal(run.end(), 1, "exit status")
        check("vio-testpmd ended with status" in run.output and "--faster" in run.output,
              run.output)
        equal(run.remains(), [], "left behind")


GOOD = {
    "drivers": [DRIVER, DRIVER],
    "answers": 20,
    "tcp": [{"sum_received": {"bytes": 5000}}, {"sum_received": {"bytes": 700}}],
    "stats": [{"RX-packets": 50, "RX-bytes": 6000, "TX-packets": 30, "TX-bytes": 800},
              {"RX-packets": 30, "RX-bytes": 800, "TX-packets": 50, "TX-bytes": 6000}],
    "status": 0,
    "back_ends": [{"sent": 51, "received": 30}, {"sent": 30, "received": 50}],
}
BAD = [
    (("drivers", 1), "net_tap", "the driver of port 1 is net_tap"),
    (("answers",), 19, "1 of 20 pings got no answer"),
    (("status",), 1, "the application ended with status 1"),
    (("tcp", 0, "sum_received", "bytes"), 0, "no TCP data came from A to B"),
    (("stats", 0, "RX-bytes"), 4999, "from A to B, TCP got 5000 bytes, but the ports"),
    (("stats", 1, "TX-bytes"), 4999, "from A to B, TCP got 5000 bytes, but the ports"),
    (("stats", 1, "RX-bytes"), 699, "from B to A, TCP got 700 bytes, but the ports"),
    (("stats", 0, "TX-bytes"), 699, "from B to A, TCP got 700 bytes, but the ports"),
    (("back_ends", 0, "sent"), 49, "to port 0 came 50 packets, but the other end sent only 49"),
    (("back_ends", 1, "received"), 51, "from port 1 came 51 packets, but the other end sent only"),
]


def verdict(seen: dict) -> list[str]:
    """What quickstart says of what was seen."""
    lab = NativeLab("vio-testpmd", (), (), print)
    lab.back_ends = [Namespace(**counted) for counted in seen["back_ends"]]
    return list(complaints(lab, seen))


def test_verdict(_args: Namespace) -> None:
    """Nothing is said of good traffic, and one thing of each flaw."""
    equal(verdict(GOOD), [], "complaints of good traffic")
    for path, value, words in BAD:
        seen = copy.deepcopy(GOOD)
        place = seen
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        said = verdict(seen)
        check(len(said) == 1 and said[0].startswith(words), f"{path} = {value}: {said}")


def failure_of_back_end(status: int, said: str) -> str:
    """What the end of a back end is called that says this and ends so."""
    back_end = BackEnd.__new__(BackEnd)
    back_end.side = "A"
    back_end.process = Namespace(tail=lambda: "its last words")
    back_end._testpmd = Namespace(command=lambda _line: said, quit=lambda: status)
    try:
        back_end.end()
    except Failure as failure:
        return str(failure)
    equal((back_end.received, back_end.sent, back_end.dropped), (3, 5, 2), "its counters")
    return ""


def test_end_of_back_end(_args: Namespace) -> None:
    """Its counters are those of the socket, and it has to end well."""
    said = """
  ---------------------- Forward statistics for port 0  ----------------------
  RX-packets: 3              RX-dropped: 0             RX-total: 3
  TX-packets: 5              TX-dropped: 2             TX-total: 7
  ----------------------------------------------------------------------------

  ---------------------- Forward statistics for port 1  ----------------------
  RX-packets: 7              RX-dropped: 0             RX-total: 7
  TX-packets: 3              TX-dropped: 0             TX-total: 3
"""
    equal(failure_of_back_end(0, said), "", "a good end")
    equal(failure_of_back_end(1, said),
          "the back end A ended with status 1:\nits last words", "a bad end")
    check("does not tell" in failure_of_back_end(0, said.replace("port 0", "port 2")),
          "counters of no port")


if __name__ == "__main__":
    results.main(group="native_quickstart")
