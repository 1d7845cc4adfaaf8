#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Checksum, TSO and LRO, between Linux's TCP/IP stacks and through QEMU's virtio-net.

NEAR is a namespace with a tap, whose stack leaves checksums partial and sends 64 KB at once if the
card takes it. Behind the other card's tap stand a bridge and a pair of devices that can do no
offload: there Linux cuts and completes what the driver sent, by the header that it sent, and
FAR's stack checks every checksum.
"""

import hashlib
import json
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager

import lab
import vm
from lab import DPDK_TESTPMD, Card, Lab
from results import check, equal

sys.path.append(str(lab.ROOT / "test/native"))
import inet  # noqa: E402

MTU = 1500
NEAR_ADDRESS, FAR_ADDRESS = "198.18.8.1", "198.18.8.2"
NEAR_IPV6, FAR_IPV6 = "2001:db8::8:1", "2001:db8::8:2"
TCP_PORT, UDP_PORT = 7001, 7002
SECONDS = 30  # for one stream
STREAM = 6_000_000
CARDS = NEAR, BRIDGED = [Card({"guest_rsc_ext": "on"}, address=f"{NEAR_ADDRESS}/24", apart=True),
                         Card(apart=True)]
LAB = Lab("system-offload", CARDS)

RX_CKSUM = 0x0C  # TCP and UDP, in DPDK's bits
RX_LRO = 0x10
TX_CKSUM = 0x0E  # IPv4, TCP and UDP
TX_TSO = 0x20
TX_MULTI_SEGS = 0x8000
MSS, MSS_IPV6 = MTU - 40 - 12, MTU - 60 - 12  # with time stamps


# ---------------------------------------------------------------- the far side

class Far:
    """The namespace behind the bridge; made with the first test."""

    def __init__(self):
        self.namespace = None
        self.stack = ExitStack()

    def ready(self):
        """Make it, if it is not there."""
        if self.namespace:
            return
        LAB.ready()
        self.namespace = self.stack.enter_context(vm.Namespace(next(Lab.letters)))
        wire(BRIDGED.namespace, self.namespace)
        for namespace, device, address in ((NEAR.namespace, "tap0", NEAR_IPV6),
                                           (self.namespace, "wire", FAR_IPV6)):
            run(namespace, f"sysctl -qw net.ipv6.conf.{device}.disable_ipv6=0 "
                           f"net.ipv6.conf.{device}.accept_dad=0")
            run(namespace, f"ip address add {address}/64 dev {device} nodad")


FAR = Far()


def run(namespace, command):
    """A command that has to work."""
    done = namespace.run(*command.split())
    check(done.returncode == 0, f"'{command}': {done.stdout}{done.stderr}")
    return done.stdout


def wire(middle, far):
    """A bridge in the second card's namespace, between its tap and a wire to the far one."""
    for command in ("ip link add middle type bridge forward_delay 0",
                    f"ip link add far type veth peer name wire netns {far.name}",
                    "ip link set tap1 master middle",
                    "ip link set far master middle up",
                    "ip link set middle up",
                    "ethtool -K far tx off"):
        run(middle, command)
    run(far, f"ip address add {FAR_ADDRESS}/24 dev wire")
    run(far, "ip link set wire up")


def checksum_errors(namespace):
    """How many TCP and UDP checksums a stack found wrong."""
    with namespace.entered(), open("/proc/thread-self/net/snmp", encoding="ascii") as file:
        lines = [line.split() for line in file]
    values = {names[0] + name: int(value) for names, numbers in zip(lines[::2], lines[1::2])
              for name, value in zip(names[1:], numbers[1:])}
    return values["Tcp:InCsumErrors"] + values["Udp:InCsumErrors"]


@contextmanager
def looked_at(namespace, device, address):
    """A list of what tcpdump says of the frames from an address that come out of a device."""
    command = ("tcpdump", "-i", device, "-nn", "-vv", "-l", "-s", "0", "-B", "16384",
               "src", address, "and", "(tcp or udp)")
    lines = []
    with tempfile.TemporaryFile("w+", encoding="ascii") as said, \
         subprocess.Popen(namespace.command(*command), text=True, stdout=said,
                          stderr=subprocess.PIPE) as process:
        for line in process.stderr:
            if "listening on" in line:
                break
        else:
            check(False, f"tcpdump ended with status {process.wait()}")
        try:
            yield lines
        finally:
            process.terminate()
            process.wait()
            said.seek(0)
            lines.extend(said)


def check_sums(lines, at_least):
    """tcpdump must have found all checksums right, of IPv4 headers too, in so many packets."""
    text = "".join(lines)
    wrong = re.findall(r".*(?:incorrect|bad cksum|bad udp cksum).*", text)
    equal(wrong[:2], [], f"wrong checksums of {len(wrong)} packets")
    right = len(re.findall(r"\(correct\)|udp sum ok", text))
    check(right >= at_least, f"tcpdump saw {right} packets only: {text[:400]}")


def longest(lines):
    """The length of the longest IPv4 packet that tcpdump saw."""
    return max(int(size) for size in re.findall(r", length (\d+)\)", "".join(lines)))


# ---------------------------------------------------------------- streams and datagrams

def stream(source, target, address, size=STREAM):
    """A TCP stream of random bytes; all of them must arrive as they are."""
    data = random.Random(lab.SEED).randbytes(size)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with target.entered():
        server = socket.create_server((address, TCP_PORT), family=family)
    with server:
        server.settimeout(SECONDS)
        with source.entered():
            sender = socket.socket(family)
        sender.settimeout(SECONDS)
        with sender:
            sender.connect((address, TCP_PORT))
            receiver, _ = server.accept()
            with receiver:
                receiver.settimeout(SECONDS)
                thread = threading.Thread(target=send_all, args=(sender, data))
                thread.start()
                try:
                    got, received = hashlib.sha256(), 0
                    while (part := receiver.recv(1 << 18)):
                        got.update(part)
                        received += len(part)
                finally:
                    thread.join()
    equal(received, size, "bytes that arrived")
    check(got.digest() == hashlib.sha256(data).digest(), f"other bytes arrived (seed {lab.SEED})")


def send_all(sender, data):
    """Send all, and say that it was all."""
    try:
        sender.sendall(data)
        sender.shutdown(socket.SHUT_WR)
    except OSError:
        sender.close()  # the receiver sees that bytes are missing


@contextmanager
def udp(source, target, address):
    """A UDP socket that sends to another one, in another namespace."""
    with target.entered():
        receiver = socket.socket(type=socket.SOCK_DGRAM)
    with source.entered():
        sender = socket.socket(type=socket.SOCK_DGRAM)
    with receiver, sender:
        receiver.bind((address, UDP_PORT))
        receiver.settimeout(lab.RECEIVE_SECONDS)
        sender.connect((address, UDP_PORT))
        yield sender, receiver


def datagrams(source, target, address):
    """UDP datagrams of many sizes, each of which must arrive as it is."""
    noise = random.Random(lab.SEED)
    with udp(source, target, address) as (sender, receiver):
        for size in (0, 1, 2, 17, 18, 19, 100, 511, 1000, 1471, 1472):
            data = noise.randbytes(size)
            sender.send(data)
            check(receiver.recv(2048) == data, f"a datagram of {size} bytes (seed {lab.SEED})")


def both_ways(action, near=NEAR_ADDRESS, far=FAR_ADDRESS, ends=None):
    """From NEAR to FAR, or between other ends, and back; how many checksums were found wrong."""
    ends = ends or (NEAR.namespace, FAR.namespace)
    before = sum(map(checksum_errors, ends))
    action(*ends, far)
    action(*reversed(ends), near)
    return sum(map(checksum_errors, ends)) - before


def mean_sizes(app, port):
    """The mean sizes of received and of sent packets of a port."""
    stats = app.port_stats(port)
    return (stats["RX-bytes"] / max(stats["RX-packets"], 1),
            stats["TX-bytes"] / max(stats["TX-packets"], 1))


def testpmd(rx, tx, engine="io", **how):
    """DPDK's own application with these offloads."""
    FAR.ready()
    return LAB.app(CARDS, f"--rx-offloads={rx:#x}", f"--tx-offloads={tx | TX_MULTI_SEGS:#x}",
                   f"--forward-mode={engine}", program=DPDK_TESTPMD, **how)


def streams_of_iperf3(target, source, address, *options):
    """Several streams at once for two seconds; returns the bytes that arrived."""
    with subprocess.Popen(target.command("iperf3", "-s", "-1", "--forceflush"), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            check(any("listening" in line for line in server.stdout), "iperf3's server ended")
            done = source.run("iperf3", "-c", address, "-P", 4, "-t", 2, "-J", *options)
        finally:
            server.terminate()
    report = json.loads(done.stdout)
    check("error" not in report, f"iperf3: {report.get('error')}")
    return report["end"]["sum_received"]["bytes"]


def no_packet_refused(app):
    """Neither port dropped a packet for what its header said, or for its length."""
    for port in (0, 1):
        xstats = app.xstats(port)
        equal([xstats[f"{name}_bad_offload"] for name in ("rx_q0", "tx_q0")]
              + [xstats["rx_q0_oversize"]], [0] * 3, f"packets refused on port {port}")


def by_hardware(app):
    """Let the device do all checksums."""
    app.ok("stop", "port stop all", *(f"csum set {what} hw {port}" for port in (0, 1)
                                      for what in ("ip", "tcp", "udp")),
           "csum mac-swap off 0", "csum mac-swap off 1", "port start all")


# ---------------------------------------------------------------- tests

def test_partial_checksums_forwarded(_args):
    """A forwarder that knows nothing of checksums: what came partial goes on complete."""
    with testpmd(RX_CKSUM, 0) as app:
        lab.expect_words(app.command("show port 0 rx_offload configuration"), "TCP_CKSUM")
        equal(both_ways(stream), 0, "wrong TCP checksums")
        equal(both_ways(datagrams), 0, "wrong UDP checksums")
        equal(app.xstats(0)["rx_q0_bad_offload"], 0, "headers that made no sense")


def test_tx_checksum(_args):
    """Checksums by the device, of which the application writes but the pseudo header."""
    with testpmd(RX_CKSUM, TX_CKSUM, "csum") as app:
        by_hardware(app)
        app.ok("start")
        equal(both_ways(stream), 0, "wrong TCP checksums")
        equal(both_ways(datagrams), 0, "wrong UDP checksums")
        equal(app.xstats(1)["tx_q0_bad_offload"], 0, "packets refused")


def flags_of_arrival(app, sent):
    """What DPDK's application tells of a frame that FAR sends past its own stack."""
    with FAR.namespace.entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with wire:
        wire.bind(("wire", 0))
        app.process.mark()
        wire.send(sent)
    app.process.expect(re.escape(f"length={len(sent)}"), lab.RECEIVE_SECONDS)
    return app.process.expect(r"ol_flags: [^\n]*\n", lab.RECEIVE_SECONDS)[0]


def test_checksums_validated(_args):
    """DATA_VALID: what Linux looked at on the way (GRO) is told, and nothing of what is wrong."""
    segment = inet.tcp_header(1) + random.Random(lab.SEED).randbytes(700)
    with testpmd(RX_CKSUM, 0, "rxonly") as app:
        # the pair of devices looks at no frames of one that could cut them itself
        run(FAR.namespace, "ethtool -K wire tso off")
        run(BRIDGED.namespace, "ethtool -K far gro on")
        app.ok("set verbose 1")
        for size in (720, 719):
            said = flags_of_arrival(app, inet.frame(inet.IPV4, inet.TCP, segment[:size]))
            lab.expect_words(said, "RTE_MBUF_F_RX_L4_CKSUM_GOOD")
        wrong = bytearray(inet.frame(inet.IPV4, inet.TCP, segment))
        wrong[-1] ^= 1
        said = flags_of_arrival(app, bytes(wrong))
        lab.expect_words(said, "RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN")
        run(BRIDGED.namespace, "ethtool -K far gro off")
        run(FAR.namespace, "ethtool -K wire tso on")


@contextmanager
def segmenting(mss=MSS):
    """An application that takes and sends packets of up to 64 KB."""
    with testpmd(RX_CKSUM | RX_LRO, TX_CKSUM | TX_TSO, "csum") as app:
        by_hardware(app)
        app.ok("port stop all", f"tso set {mss} 0", f"tso set {mss} 1", "port start all", "start",
               "clear port stats all")
        yield app
        received, _ = mean_sizes(app, 0)
        _, sent = mean_sizes(app, 1)
        check(received > 2 * MTU and sent > 2 * MTU,
              f"no large packets: {received:.0f} bytes in, {sent:.0f} out, in the mean")
        no_packet_refused(app)


def test_lro_and_tso(_args):
    """Streams in packets of up to 64 KB through both rings, cut for the wire by Linux."""
    with segmenting():
        with looked_at(FAR.namespace, "wire", NEAR_ADDRESS) as frames:
            equal(both_ways(stream), 0, "wrong TCP checksums")
        check_sums(frames, STREAM // MTU // 2)  # tcpdump may miss some
        equal(longest(frames), MTU, "bytes of the longest packet on the wire")


def test_lro_and_tso_ipv6(_args):
    """The same over IPv6."""
    with segmenting(MSS_IPV6):
        with looked_at(FAR.namespace, "wire", NEAR_IPV6) as frames:
            equal(both_ways(stream, NEAR_IPV6, FAR_IPV6), 0, "wrong TCP checksums")
        check_sums(frames, STREAM // MTU // 2)


@contextmanager
def tcp_all_the_while():
    """iperf3's streams from NEAR to FAR."""
    with subprocess.Popen(FAR.namespace.command("iperf3", "-s", "-1", "--forceflush"), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        check(any("listening" in line for line in server.stdout), "iperf3's server ended")
        with subprocess.Popen(NEAR.namespace.command("iperf3", "-c", FAR_ADDRESS, "-t", "60"),
                              stdout=subprocess.DEVNULL) as client:
            try:
                yield
                equal(client.poll(), None, "iperf3's exit status in the midst of the test")
            finally:
                client.terminate()
                server.terminate()


def large_packets(app):
    """The mean size of the packets that port 0 receives within a second."""
    app.ok("clear port stats all")
    time.sleep(1)
    received, _ = mean_sizes(app, 0)
    check(app.port_stats(0)["RX-packets"] > 100, "TCP stands still")
    return received > MTU + 14


def test_lro_switched_while_running(_args):
    """LRO goes off and on with TCP under way: no packet above the MTU comes, then they do again."""
    FAR.ready()
    with LAB.app(CARDS, "--enable-lro") as app, tcp_all_the_while():
        lab.wait_until(lambda: large_packets(app), "no large packets")
        app.ok("port config 0 rx_offload tcp_lro off")
        time.sleep(0.5)  # what was in the tap and in the rings
        for _ in range(3):
            check(not large_packets(app), "packets above the MTU without LRO")
            equal(app.xstats(0)["rx_q0_bad_offload"], 0, "packets refused")
        app.ok("stop", "port stop 0", "port start 0", "start")
        check(not large_packets(app), "packets above the MTU after a start")
        app.ok("port config 0 rx_offload tcp_lro on")
        lab.wait_until(lambda: large_packets(app), "no large packets any more")
        app.refused("port config 0 rx_offload udp_cksum on", "cannot be switched: Invalid arg")
        app.ok("port config 0 rx_offload tcp_lro off")
        with looked_at(NEAR.namespace, "tap0", NEAR_ADDRESS) as frames:
            equal(both_ways(stream), 0, "wrong TCP checksums")
        equal(longest(frames), MTU, "bytes of the longest packet on the tap")


@contextmanager
def plain_frames():
    """NEAR's stack sends complete frames without time stamps.

    QEMU puts together no frames with time stamps, and forgets what is partial of others.
    """
    run(NEAR.namespace, "ethtool -K tap0 tx off")
    run(NEAR.namespace, "sysctl -qw net.ipv4.tcp_timestamps=0")
    try:
        yield
    finally:
        run(NEAR.namespace, "sysctl -qw net.ipv4.tcp_timestamps=1")
        run(NEAR.namespace, "ethtool -K tap0 tx on tso on")


def test_rsc_info(_args):
    """Frames that QEMU itself put together, and counted: they are cut again for the wire."""
    FAR.ready()
    with LAB.app(CARDS, "--enable-lro", eal=("--log-level=pmd.net.vio:info",),
                 devargs=("rsc_info=1",)) as app, plain_frames():
        lab.expect_words(app.output, "RSC_EXT")
        app.ok("clear port stats all")
        with looked_at(FAR.namespace, "wire", NEAR_ADDRESS) as frames:
            stream(NEAR.namespace, FAR.namespace, FAR_ADDRESS)
        check_sums(frames, 100)
        received, _ = mean_sizes(app, 0)
        check(received > 2 * MTU, f"no large packets: {received:.0f} bytes in the mean")
        no_packet_refused(app)


def test_iperf3(_args):
    """Several streams at once, in large packets both ways."""
    with segmenting():
        before = checksum_errors(NEAR.namespace) + checksum_errors(FAR.namespace)
        for options in ((), ("--reverse",)):
            got = streams_of_iperf3(FAR.namespace, NEAR.namespace, FAR_ADDRESS, *options)
            check(got > STREAM, f"iperf3 {options}: {got} bytes arrived")
        equal(checksum_errors(NEAR.namespace) + checksum_errors(FAR.namespace) - before, 0,
              "wrong TCP checksums")


def test_offloads_of_the_device(_args):
    """What QEMU's device offers on a tap, the port does."""
    with testpmd(0, 0) as app:
        shown = app.command("show port 0 tx_offload capabilities")
        lab.expect_words(shown, "IPV4_CKSUM", "UDP_CKSUM", "TCP_CKSUM", "TCP_TSO")
        shown = app.command("show port 0 rx_offload capabilities")
        lab.expect_words(shown, "UDP_CKSUM", "TCP_CKSUM", "TCP_LRO")


if __name__ == "__main__":
    with FAR.stack:
        lab.main("offload", LAB)
