#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The vdev net_vio_user against DPDK's own vhost back end, in two processes of this machine.

What is compared are frames, byte by byte: from a file through the back end to the front end,
which forwards them, and back through the back end into another file.
"""

import os
import re
import socket
import sys
import time
from argparse import Namespace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402  pylint: disable=wrong-import-position
from pair import Bench  # noqa: E402  pylint: disable=wrong-import-position
from results import check, equal  # noqa: E402  pylint: disable=wrong-import-position

# 60 to 9000, with those around a buffer of 2048 bytes with its header, and around three of them
LENGTHS = sorted({*range(60, 9001, 149), 1514, *range(2030, 2053), *range(6120, 6150), 9000})


def frames_come_back(*eal: str, **how) -> None:
    """All lengths there and back, once."""
    with Bench(lengths=LENGTHS, number=len(LENGTHS), eal=eal, options=["--max-pkt-len=9018"],
               **how) as bench:
        bench.start_back()
        bench.start_front()
        bench.round_trip()
        statistics = bench.end()
    port = statistics["ports"][0]
    equal(port["driver"], "net_vio_user", "driver")
    equal(port["stats"]["rx_packets"], len(LENGTHS), "rx_packets")
    equal(port["stats"]["tx_packets"], len(LENGTHS), "tx_packets")
    equal(port["stats"]["rx_bytes"], sum(LENGTHS), "rx_bytes")


def test_sizes_iova_pa(_args: Namespace) -> None:
    """The addresses in the rings are virtual ones although EAL's are physical."""
    frames_come_back("--iova-mode=pa")


def test_sizes_iova_va(_args: Namespace) -> None:
    """IOVA as VA."""
    frames_come_back("--iova-mode=va")


def test_no_huge(_args: Namespace) -> None:
    """Memory without hugepages."""
    frames_come_back(memory=["--no-huge", "-m", "256", "--no-shconf"])


def test_without_mergeable_buffers(_args: Namespace) -> None:
    """A frame takes one buffer, and none that is longer gets in."""
    with Bench(lengths=[60, 1514], devargs=",mrg_rxbuf=0") as bench:
        bench.start_back()
        bench.start_front()
        check("Mergeable" not in bench.front.run("show port info 0"), "mergeable buffers are on")
        bench.round_trip()
        bench.end()


def test_queues(_args: Namespace) -> None:
    """Four pairs, each with frames of its own."""
    with Bench(queues=4, lengths=[60, 300, 1514], devargs=",queues=4") as bench:
        bench.start_back()
        bench.start_front()
        bench.round_trip()
        statistics = bench.end()
    xstats = statistics["ports"][0]["xstats"]
    for queue in range(4):
        equal(xstats[f"rx_q{queue}_packets"], 256, f"rx_q{queue}_packets")


def test_packed(_args: Namespace) -> None:
    """All lengths through packed rings, of sizes that split ones cannot have."""
    with Bench(lengths=LENGTHS, number=len(LENGTHS), devargs=",packed_vq=1",
               options=["--max-pkt-len=9018", "--rxd=1001", "--txd=999"]) as bench:
        bench.start_back()
        bench.start_front()
        shown = bench.front.run("show rxq info 0 0") + bench.front.run("show port info 0")
        check("packed" in shown.lower(), f"no packed rings: {shown}")
        for _ in range(3):
            bench.round_trip()
        bench.end()


def test_packed_queues(_args: Namespace) -> None:
    """Four pairs of packed rings, stopped and started."""
    with Bench(queues=4, lengths=[60, 300, 1514], devargs=",queues=4,packed_vq=1,"
                                                          "mrg_rxbuf=0") as bench:
        bench.start_back()
        bench.start_front()
        for _ in range(3):
            bench.round_trip()
            bench.restart_port()
        bench.round_trip()
        bench.end()


def processor_seconds(process: int) -> float:
    """The processor time that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rx_interrupts(devargs: str) -> None:
    """Who sleeps until frames come gets them all, and hardly needs the processor otherwise."""
    with Bench(queues=2, lengths=[60, 1514], devargs=f",queues=2{devargs}",
               options=["--rx-interrupts"]) as bench:
        bench.start_back()
        bench.start_front()
        for _ in range(3):
            bench.round_trip()
            bench.restart_port()
        bench.front.run("start")
        before = processor_seconds(bench.front.process.pid)
        time.sleep(2)
        used = processor_seconds(bench.front.process.pid) - before
        check(used < 0.2, f"{used} s of the processor in 2 s without a frame")
        bench.front.run("stop")
        bench.round_trip()
        found = re.findall(r"RX-interrupts: (\d+)", bench.front.text)
        check(int(found[-1]) > 0, "no interrupt woke it up")
        bench.end()


def test_rx_interrupts(_args: Namespace) -> None:
    """Split rings."""
    rx_interrupts("")


def test_rx_interrupts_packed(_args: Namespace) -> None:
    """Packed rings."""
    rx_interrupts(",packed_vq=1,in_order=0")


def test_restarts(_args: Namespace) -> None:
    """The port stops and starts; frames pass each time."""
    with Bench(queues=2, lengths=[60, 1000], devargs=",queues=2") as bench:
        bench.start_back()
        bench.start_front()
        for _ in range(5):
            bench.round_trip()
            bench.restart_port()
        bench.round_trip()
        bench.end()


def test_memory_that_comes_later(_args: Namespace) -> None:
    """Rings that lie in memory which the back end was not told of at first."""
    with Bench(lengths=[60, 1000], memory=["--in-memory", "--single-file-segments"],
               vhost_log="info") as bench:
        bench.start_back()
        bench.start_front()
        bench.round_trip()
        told = bench.back.text.count("VHOST_USER_SET_MEM_TABLE")
        bench.front.run("port stop 0")
        bench.front.run("port config all rxd 32768")
        bench.front.run("port config all txd 32768")
        bench.front.run("port start 0")
        bench.expect_link(bench.back, "up")
        check(bench.back.text.count("VHOST_USER_SET_MEM_TABLE") > told,
              "no new memory: the test tests nothing")
        bench.round_trip()
        bench.end()


def test_back_end_is_stopped_first(_args: Namespace) -> None:
    """A back end that ends as it should, and a front end that looks without being told."""
    with Bench(options=["--no-lsc-interrupt"]) as bench:
        bench.start_back()
        bench.start_front()
        bench.round_trip()
        bench.back.type("quit\n")
        equal(bench.back.finish(), 0, "exit status of the back end")
        bench.expect_link(bench.front, "down")
        bench.end()


def open_files(process: int) -> list[str]:
    """What a process has open."""
    return sorted(os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir())


def test_probed_again(_args: Namespace) -> None:
    """A device that is attached, used and detached leaves nothing open, and comes again."""
    with Bench() as bench:
        bench.start_back()
        with bench.attaching_front() as front:
            before = open_files(front.process.pid)
            for turn in range(4):
                said = front.run(f"port attach net_vio_user0,path={bench.path}")
                check("Port 0 is attached" in said, said)
                front.run("port start 0")
                bench.expect_link(bench.back, "up")
                front.run("port stop 0")
                if turn % 2:
                    front.run("port close 0")  # and the bus removes what is closed
                said = front.run("device detach net_vio_user0" if turn % 2 else "port detach 0")
                check("detached" in said, said)
                equal(open_files(front.process.pid), before, f"open files after turn {turn}")
            front.type("quit\n")
            equal(front.finish(), 0, "exit status")


def refusal(bench: Bench) -> str:
    """What the front end says that does not get its device."""
    front = bench.launch_front()
    check(front.finish() != 0, f"the device was accepted: {front.tail()}")
    front.__exit__()
    bench.front = None
    return front.text


REFUSED = [
    (",queues=0", "bad value queues=0: a number from 1 to 128 is expected"),
    (",queues=129", "bad value queues=129: a number from 1 to 128 is expected"),
    (",queues=", "bad value queues=: a number from 1 to 128 is expected"),
    (",queues=-1", "bad value queues=-1: a number from 1 to 128 is expected"),
    (",queues=2x", "bad value queues=2x: a number from 1 to 128 is expected"),
    (",queues=2,cq=0", "queues=2 needs cq=1"),
    (",queue_size=100", "bad value queue_size=100: a power of two from 8 to 32768 is expected"),
    (",queue_size=4", "bad value queue_size=4: a power of two from 8 to 32768 is expected"),
    (",queue_size=65536", "bad value queue_size=65536: a power of two from 8 to 32768 is expected"),
    (",mrg_rxbuf=2", "bad value mrg_rxbuf=2: a number from 0 to 1 is expected"),
    (",speed=0", "bad value speed=0: a number from 1 to 2147483647 is expected"),
    (",mtu=67", "bad value mtu=67: a number from 68 to 65513 is expected"),
    (",mac=ff:ff:ff:ff:ff:ff", "bad value mac=ff:ff:ff:ff:ff:ff: the address of a station"),
    (",mac=1", "bad value mac=1: the address of a station"),
    (",vectorized=2", "bad value vectorized=2: a number from 0 to 1 is expected"),
    (",rss_fallback=2", "bad value rss_fallback=2: a number from 0 to 1 is expected"),
    (",partial_csum=2", "bad value partial_csum=2: a number from 0 to 1 is expected"),
    (",udp_lro=", "bad value udp_lro=: a number from 0 to 1 is expected"),
    (",uso=yes", "bad value uso=yes: a number from 0 to 1 is expected"),
    (",uso=1,uso=0", "device argument 'uso' is given more than once"),
    (",mtu=65514", "bad value mtu=65514: a number from 68 to 65513 is expected"),
    (",iface=tap0", "device argument 'iface' is for the kernel's vhost"),
    (",server=2", "bad value server=2: a number from 0 to 1 is expected"),
    (",servers=1", "unknown device argument 'servers': known are path="),
    ("/absent", "start the vhost-user back end first"),
]


def test_arguments_refused(_args: Namespace) -> None:
    """Each bad argument is named, and told what is good."""
    with Bench() as bench:
        bench.start_back()
        for devargs, message in REFUSED:
            bench.devargs = devargs
            said = refusal(bench)
            check(message in said, f"{devargs}: {said[-400:]}")


def test_arguments_accepted(_args: Namespace) -> None:
    """What the arguments say is what the port shows."""
    with Bench(devargs=",queue_size=2048,mac=02:00:00:00:00:42,speed=10000,cq=1,"
                       "vectorized=1,rss_fallback=1") as bench:
        bench.start_back()
        bench.start_front()
        shown = bench.front.run("show port info 0")
        for line in ("MAC address: 02:00:00:00:00:42", "Link speed: 10 Gbps",
                     "Max possible number of RXDs per queue: 2048"):
            check(line in shown, f"no \"{line}\" in: {shown}")
        check("vectorized=1 has no effect" in bench.front.text, "no notice of vectorized")
        bench.round_trip()
        bench.end()


def test_no_socket(_args: Namespace) -> None:
    """Each path without a back end has an advice of its own."""
    with Bench() as bench:
        os.mknod(bench.path)  # as net_virtio_user has it for the kernel's vhost
        check("it is no socket, and" in refusal(bench), "client: a file")
        bench.devargs = ",server=1"
        check("it is no socket: remove it" in refusal(bench), "server: a file")
        bench.path.unlink()
        bench.devargs = "/socket,server=1"
        check("make its folder first" in refusal(bench), "server: no folder")
        bench.devargs = ""
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(bench.path))
        check("remove the file, then start" in refusal(bench), "client: left behind")


def test_receive_modes(_args: Namespace) -> None:
    """Modes and addresses can be set, without a control queue at the back end."""
    with Bench() as bench:
        bench.start_back()
        bench.start_front()
        for command in ("set promisc 0 on", "set promisc 0 off", "set allmulti 0 on",
                        "mac_addr add 0 02:00:00:00:00:43", "mac_addr set 0 02:00:00:00:00:44"):
            said = bench.front.run(command)
            check("rror" not in said and "not" not in said, f"{command}: {said}")
        check("MAC address: 02:00:00:00:00:44" in bench.front.run("show port info 0"), "address")
        bench.round_trip()
        bench.end()


def test_offloads(_args: Namespace) -> None:
    """What the back end can do with frames is offered, and no more than that."""
    for back_devargs, segments in (("", False), (",tso=1", True)):
        with Bench() as bench:
            bench.back_devargs = back_devargs
            bench.start_back()
            with bench.attaching_front() as front:
                front.run(f"port attach net_vio_user0,path={bench.path}")
                shown = front.run("show port 0 tx_offload capabilities")
                equal("TCP_CKSUM" in shown, True, f"checksum offload with '{back_devargs}'")
                equal("TCP_TSO" in shown, segments, f"segmentation offload with '{back_devargs}'")
                front.run("port start 0")
                bench.expect_link(bench.back, "up")
                front.type("quit\n")
                equal(front.finish(), 0, "exit status")


def test_mtu(_args: Namespace) -> None:
    """The MTU that the user gives holds for the port, and is the back end's too."""
    with Bench(lengths=[60, 2014], options=["--max-pkt-len=2022"], devargs=",mtu=2000") as bench:
        bench.start_back()
        bench.start_front()
        check("Maximum configurable length of RX packet: 2022" in
              bench.front.run("show port info 0"), bench.front.tail())
        check("MTU: 2000" in bench.back.run("show port info 0"), bench.back.tail())
        bench.round_trip()
        bench.end()


def test_memory_refused(_args: Namespace) -> None:
    """Memory that cannot be shared is told with the way out."""
    with Bench() as bench:
        bench.start_back()
        bench.eal = ["--in-memory", "-m", "128"]
        said = refusal(bench)
        check("lies in more than 8 files" in said and "--single-file-segments" in said,
              said[-400:])


if __name__ == "__main__":
    results.main(group="vhost_user")
