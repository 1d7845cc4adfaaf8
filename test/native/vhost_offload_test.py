#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Checksum, TSO and LRO of net_vio_user, with DPDK's vhost as the one who completes and cuts.

Frames are made and expected by inet.py. On the way to the back end, dpdk-testpmd's engine csum
blanks the checksums and asks the device for them; net_vhost completes them from the sum that the
driver left, and DPDK's tap cuts by the size that the driver wrote.
"""

import os
import socket
import sys
import time
from argparse import Namespace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402  pylint: disable=wrong-import-position
from pair import EAL, MEMORY, PLUGIN, Bench  # noqa: E402  pylint: disable=wrong-import-position
from inet import ETHER, IPV4, IPV6, TCP, UDP, Packet  # noqa: E402  pylint: disable=C0413
from pcap import read_pcap  # noqa: E402  pylint: disable=wrong-import-position
from results import check, equal  # noqa: E402  pylint: disable=wrong-import-position
from session import SECONDS, Session  # noqa: E402  pylint: disable=wrong-import-position

RINGS = ["packed_vq=0,in_order=0", "packed_vq=0,in_order=1",
         "packed_vq=1,in_order=0", "packed_vq=1,in_order=1"]
MSS = 1000
LONGEST = 16000  # what DPDK's pcap driver writes in one frame
NO_OPERATION = b"\1" * 12
PCAP_HEADER, PCAP_HEADER_OF_FRAME = 24, 16
ETH_P_ALL, SO_RCVBUFFORCE = 3, 33
QUIET_SECONDS = 0.1

SMALL = [Packet(ether, proto, size, size)
         for ether in (IPV4, IPV6) for proto in (TCP, UDP)
         for size in (7, 8, 100, 511, MSS)]
LARGE = [Packet(ether, TCP, size, size, options)
         for ether in (IPV4, IPV6) for options in (b"", NO_OPERATION)
         for size in (MSS + 1, 2 * MSS - 1, 2 * MSS, 5003, LONGEST - 200)]


class Line(Bench):
    """Processes of dpdk-testpmd, each between two devices, and the folder that they share."""

    def __init__(self, packets: list[Packet]) -> None:
        super().__init__()
        self.sent = [[packet.whole() for packet in packets]]
        self.packets = packets
        self.apps: list[Session] = []

    def __exit__(self, *_unused) -> None:
        for app in self.apps:
            app.__exit__()
        super().__exit__()

    def vhost(self, number: int = 0, devargs: str = "") -> str:
        """The back end of a socket."""
        return f"net_vhost{number},iface={self.path}{number},tso=1{devargs}"

    def vio(self, devargs: str, number: int = 0) -> str:
        """The driver in front of that."""
        return f"net_vio_user{number},path={self.path}{number},{devargs}"

    def source(self) -> str:
        """A device that gives the frames, once."""
        return f"net_pcap0,rx_pcap={self.folder}/in0.pcap"

    def sink(self) -> str:
        """A device that keeps what it gets."""
        return f"net_pcap0,tx_pcap={self.folder}/out0.pcap"

    def app(self, *devices: str, engine: str = "io",
            log: str = "lib.vhost.config:warning") -> Session:
        """A dpdk-testpmd at its prompt, with these devices as ports 0 and 1."""
        vdevs = [word for device in devices for word in ("--vdev", device)]
        app = Session(["dpdk-testpmd", "--lcores", "0@0,1@1", *EAL, *MEMORY,
                       f"--log-level={log}",  # vhost's fills a terminal that nobody reads
                       "-d", str(self.folder / PLUGIN.name), *vdevs, "--", "-i",
                       f"--forward-mode={engine}", "--disable-link-check", "--no-flush-rx",
                       "--mask-event=all", "--total-num-mbufs=4096"],
                      "testpmd> ", terminal=True)
        self.apps.append(app)
        app.expect("testpmd> ")
        check("robe failed" not in app.text, f"a device is missing: {app.text}")
        return app

    @staticmethod
    def set_up(app: Session, *commands: str) -> None:
        """Give commands that want the ports stopped."""
        for command in ("port stop all", *commands, "port start all"):
            said = app.run(command)
            check("rror" not in said and "Fail to " not in said, f"{command}: {said}")

    def asking(self, devargs: str) -> Session:
        """A front end that asks the device for all checksums, and for segments of MSS."""
        app = self.app(self.vio(devargs), self.source(), engine="csum")
        self.set_up(app, *(f"csum set {what} hw 0" for what in ("ip", "tcp", "udp")),
                    "csum mac-swap off 0", "csum mac-swap off 1", f"tso set {MSS} 0",
                    "port config 0 tx_offload multi_segs on")
        shown = app.run("show port 0 tx_offload configuration")
        check(all(word in shown for word in ("IPV4_CKSUM", "UDP_CKSUM", "TCP_CKSUM", "TCP_TSO")),
              f"not all offloads are on: {shown}")
        return app

    def flow(self, *apps: Session) -> None:
        """Start all, the receiver first; each has a vhost-user device as port 0."""
        for app in apps:
            self.expect_link(app, "up")
            app.run("start")

    def kept(self, expected: list[bytes]) -> None:
        """The sink keeps these frames."""
        path = self.folder / "out0.pcap"
        size = PCAP_HEADER + sum(PCAP_HEADER_OF_FRAME + len(frame) for frame in expected)
        deadline = time.monotonic() + SECONDS
        while path.stat().st_size < size and time.monotonic() < deadline:
            time.sleep(0.02)
        for app in self.apps:
            app.run("stop")
        compare(read_pcap(path), expected)


def compare(got: list[bytes], expected: list[bytes]) -> None:
    """Each frame came as it must be, in its order."""
    for number, (one, other) in enumerate(zip(got, expected)):
        if one != other:
            first = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), None)
            check(False, f"frame {number}: {len(one)} bytes, expected {len(other)}; the first that "
                         f"differs is {first}: {one[:80].hex()} in place of {other[:80].hex()}")
    equal(len(got), len(expected), "frames")


def test_checksums(_args: Namespace) -> None:
    """What the driver left in the checksum fields, also of packets to be cut, completes them."""
    for rings in RINGS:
        with Line(SMALL + LARGE) as line:
            back = line.app(line.vhost(), line.sink())
            front = line.asking(rings)
            line.flow(back, front)
            line.kept(line.sent[0])


class Wire:
    """What comes out of a network interface, of the frames that inet.py makes."""

    def __init__(self, name: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self._socket.bind((name, ETH_P_ALL))

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_unused) -> None:
        self._socket.close()

    def take(self, number: int) -> list[bytes]:
        """So many frames, or as many as come."""
        got: list[bytes] = []
        self._socket.settimeout(SECONDS)
        try:
            while len(got) < number:
                frame = self._socket.recv(65536)
                if frame.startswith(ETHER):
                    got.append(frame)
                if len(got) == number:
                    self._socket.settimeout(QUIET_SECONDS)
                    number += 1  # nothing more may come
        except TimeoutError:
            pass
        return got


def with_sum_of(whole: bytes, cut: bytes) -> bytes:
    """The IPv4 header's sum is left as it was by DPDK, where vhost does not ask for it."""
    return cut if whole[12:14] != b"\x08\0" else cut[:24] + whole[24:26] + cut[26:]


def test_segments(_args: Namespace) -> None:
    """A back end that cuts by the header gets the segments that a host would send."""
    packets = SMALL + [packet for packet in LARGE if packet.ether == IPV4]  # what its tap can cut
    tap = f"vio-off{os.getpid()}"
    for rings in RINGS:
        with Line(packets) as line:
            back = line.app(line.vhost(devargs=",legacy-ol-flags=1"), f"net_tap0,iface={tap}")
            line.set_up(back, *(f"port config 1 tx_offload {what} on" for what in
                                ("ipv4_cksum", "udp_cksum", "tcp_cksum", "tcp_tso")))
            front = line.asking(rings)
            with Wire(tap) as wire:
                line.flow(back, front)
                expected = [with_sum_of(packet.whole(), cut) for packet in packets
                            for cut in packet.segments(MSS)]
                compare(wire.take(len(expected)), expected)


def test_partial_checksums(_args: Namespace) -> None:
    """What comes without a checksum is completed, or left as it is if the user wants that."""
    for rings, partial in zip(RINGS, (False, True, True, False)):
        with Line(SMALL) as line:
            back = line.app(line.vhost(), line.source(), engine="csum")
            line.set_up(back, "csum set tcp hw 0", "csum set udp hw 0",
                        "csum mac-swap off 0", "csum mac-swap off 1")
            front = line.app(line.vio(f"{rings},partial_csum={int(partial)}"), line.sink())
            line.set_up(front, "port config 0 rx_offload tcp_cksum on")
            line.flow(front, back)
            line.kept([packet.whole(partial=partial) for packet in SMALL])


def test_lro(_args: Namespace) -> None:
    """What one front end sends to be cut, another takes whole, with its checksum completed.

    DPDK's vhost leaves the length out of the sum that it passes on with what is to be cut.
    """
    for rings in RINGS[1::2]:
        with Line(SMALL + LARGE) as line:
            legacy = ",legacy-ol-flags=1"
            back = line.app(line.vhost(0, legacy), line.vhost(1, legacy))
            sender = line.asking(rings)
            receiver = line.app(line.vio(rings, 1), line.sink())
            line.set_up(receiver, *(f"port config 0 rx_offload {what} on"
                                    for what in ("tcp_cksum", "tcp_lro", "scatter")))
            line.flow(receiver, back, sender)
            line.kept([packet.whole() for packet in SMALL]
                      + [packet.whole(pseudo_length=0) for packet in LARGE])


def test_arguments(_args: Namespace) -> None:
    """What the arguments change of a back end that has UFO and no USO."""
    for argument, words, absent in (("uso=0", "UDP_TSO", ""), ("uso=1", "TCP_TSO", "UDP_TSO"),
                                    ("udp_lro=0", "GUEST_TSO4", "GUEST_UFO"),
                                    ("udp_lro=1", "GUEST_UFO", "")):
        with Line([]) as line:
            line.app(line.vhost(), line.sink())
            front = line.app(line.vio(argument), line.sink(), log="pmd.net.vio:8")
            line.set_up(front, "port config 0 rx_offload tcp_lro on")
            shown = front.text.rpartition("features agreed on:")[2].partition("\n")[0]
            shown += front.run("show port 0 tx_offload capabilities")
            check(words in shown and not (absent and absent in shown), f"{argument}: {shown}")


if __name__ == "__main__":
    results.main(group="vhost_offload")
