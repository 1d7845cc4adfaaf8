#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""net_vio_user and a back end that dies and comes back, and the front end as a server.

The back end is DPDK's own, killed without a warning; the port of the front end stays started.
"""

import sys
import time
from argparse import Namespace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402  pylint: disable=wrong-import-position
from pair import Bench  # noqa: E402  pylint: disable=wrong-import-position
from results import check, equal  # noqa: E402  pylint: disable=wrong-import-position
from session import SECONDS  # noqa: E402  pylint: disable=wrong-import-position
from tap import Traffic  # noqa: E402  pylint: disable=wrong-import-position

LENGTHS = [60, 1514, 2035, 2037, 4000, 6130, 9000]
SIGPIPE_MASK = 1 << 12


def kills_under_traffic(number: int, server: bool = False, packed: bool = False) -> None:
    """The back end is killed again and again while frames pass in both directions."""
    with Traffic("vio-native") as traffic, \
            Bench(interface=traffic.name, server=server,
                  devargs=f",packed_vq={int(packed)}") as bench:
        bench.start()
        equal("Packed" in bench.front.run("show port info 0"), packed, "packed rings")
        ignored = next(line for line in
                       Path(f"/proc/{bench.front.process.pid}/status").read_text().splitlines()
                       if line.startswith("SigIgn"))
        check(not int(ignored.split()[1], 16) & SIGPIPE_MASK, "the front end ignores SIGPIPE")
        bench.front.run("start")
        bench.back.run("start")
        traffic.start()
        for _ in range(number):
            traffic.wait_for_more(200, SECONDS)
            bench.kill_back()
            bench.start_back()
            bench.back.run("start")
        traffic.wait_for_more(200, SECONDS)
        traffic.stop()
        bench.back.run("stop")
        bench.front.run("stop")
        traffic.judge()
        statistics = bench.end()
    port = statistics["ports"][0]
    equal(bench.front.text.count("link state change event, link down"), number, "links down")
    equal(bench.front.text.count("link state change event, link up"), number, "links up")
    check(len(traffic.came) <= port["stats"]["tx_packets"] <= port["stats"]["rx_packets"] <=
          traffic.sent, f"{traffic.sent} sent, {len(traffic.came)} back, counted: {port['stats']}")
    equal(port["stats"]["rx_errors"] + port["stats"]["tx_errors"], 0, "errors")


def test_ten_kills(_args: Namespace) -> None:
    """As a client."""
    kills_under_traffic(10)


def test_kills_server(_args: Namespace) -> None:
    """As a server, to which the back end comes back."""
    kills_under_traffic(3, server=True)


def test_kills_packed(_args: Namespace) -> None:
    """On packed rings."""
    kills_under_traffic(3, packed=True)


def test_queues_and_segments(_args: Namespace) -> None:
    """Several queues and frames of several buffers, both ways, after each of some deaths."""
    with Bench(queues=4, lengths=LENGTHS, devargs=",queues=4",
               options=["--max-pkt-len=9018"]) as bench:
        bench.start()
        bench.round_trip()
        for _ in range(2):
            bench.replace_back()
            bench.round_trip()
        bench.restart_port()
        bench.round_trip()
        bench.end()


def test_rx_interrupts(_args: Namespace) -> None:
    """Who sleeps until frames come is woken by every back end, in both ring formats."""
    for devargs in ("", ",packed_vq=1"):
        with Bench(queues=2, lengths=[60, 1514], devargs=f",queues=2{devargs}",
                   options=["--rx-interrupts"]) as bench:
            bench.start()
            for _ in range(3):
                bench.front.run("start")
                time.sleep(0.2)  # asleep
                bench.replace_back()
                bench.round_trip()  # the front end was started already
            bench.end()


def test_restarted_while_away(_args: Namespace) -> None:
    """The port is stopped and started without a back end, and works when one comes."""
    with Bench(queues=2, lengths=[60, 1000], devargs=",queues=2") as bench:
        bench.start()
        bench.round_trip()
        bench.kill_back()
        bench.expect_link(bench.front, "down")
        bench.front.run("port stop 0")
        said = bench.front.run("port start 0")
        check("the port pauses until the back end is back" in said, said)
        bench.expect_link(bench.front, "down")
        bench.start_back()
        bench.expect_link(bench.front, "up")
        bench.round_trip()
        # and a back end that comes back while the port is stopped
        bench.front.run("port stop 0")
        bench.kill_back()
        bench.start_back()
        bench.front.run("port start 0")
        bench.expect_link(bench.back, "up")
        bench.round_trip()
        bench.end()


def test_ended_while_away(_args: Namespace) -> None:
    """The application ends without its back end, and has all its mbufs."""
    with Bench(options=["--forward-mode=txonly"]) as bench:
        bench.start()
        bench.back.run("start")
        bench.front.run("start")
        time.sleep(0.2)
        bench.kill_back()
        bench.front.expect("Port 0: link state change event, link down")
        check("the back end closed the connection" in bench.front.text, "no message")
        before = bench.front.run("show port stats 0")
        time.sleep(0.2)
        equal(bench.front.run("show port stats 0"), before, "statistics while it is away")
        bench.front.run("stop")
        statistics = bench.end()
    check(statistics["ports"][0]["stats"]["tx_packets"] > 0, "nothing was sent before")


def test_without_link_events(_args: Namespace) -> None:
    """Nobody asked to be told: the port notices by itself."""
    with Bench(lengths=[60, 1000], options=["--no-lsc-interrupt"]) as bench:
        bench.start()
        bench.round_trip()
        bench.replace_back()
        bench.round_trip()
        bench.end()


def test_server(_args: Namespace) -> None:
    """The front end listens, the back end connects; the socket goes with the front end."""
    with Bench(queues=2, lengths=LENGTHS, devargs=",queues=2", server=True,
               options=["--max-pkt-len=9018"]) as bench:
        bench.start()
        bench.round_trip()
        bench.restart_port()
        bench.round_trip()
        bench.back.type("quit\n")
        equal(bench.back.finish(), 0, "exit status of the back end")
        bench.expect_link(bench.front, "down")
        bench.start_back()
        bench.expect_link(bench.front, "up")
        bench.round_trip()
        bench.end()
        check(not bench.path.exists(), "the socket is still there")


def test_server_died(_args: Namespace) -> None:
    """A socket that a process left when it was killed is replaced; one in use is not."""
    with Bench(lengths=[60], server=True) as bench:
        bench.start()
        bench.front.process.kill()
        bench.front.finish()
        check(bench.path.is_socket(), "no socket was left: the test tests nothing")
        bench.front.__exit__()
        front = bench.launch_front()
        front.expect("vio-testpmd> ")
        bench.expect_link(bench.back, "up")
        bench.round_trip()
        second = bench.launch_front()
        check(second.finish() != 0, "two listen at one path")
        check("in use; end who listens there" in second.text, second.tail())
        second.__exit__()
        check(bench.path.is_socket(), "the socket of the first is gone")
        bench.front = front
        bench.end()


if __name__ == "__main__":
    results.main(group="reconnect")
