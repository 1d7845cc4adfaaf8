#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Tests of app/vio-testpmd on the host, with virtual devices only (EAL runs with --no-pci).

Packets go in and out through pcap files that this program writes and reads, so that they are
compared byte by byte; sessions run over a pipe and over a pseudo-terminal.
"""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import results  # noqa: E402  pylint: disable=wrong-import-position
from pcap import read_pcap, write_pcap  # noqa: E402  pylint: disable=wrong-import-position
from results import Skip, check, equal  # noqa: E402  pylint: disable=wrong-import-position
from session import PROMPT, SECONDS, VioTestpmd  # noqa: E402  pylint: disable=wrong-import-position

DEFAULT_APP = Path(__file__).resolve().parents[2] / "build/app/vio-testpmd/vio-testpmd"
NULL_PAIR = ["--vdev=net_null0", "--vdev=net_null1"]


# ---------------------------------------------------------------- the application under test

class App(VioTestpmd):
    """One run of the application; leaving the with block ends it and removes what it made."""

    def __init__(self, args, devices, options=(), *, terminal=False, lcores="0,1",
                 stdin: Optional[int] = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="vio-testpmd-"))
        command = [str(args.app), "-l", lcores, "--no-pci", "--no-huge", "-m", "512",
                   "--no-shconf", "--no-telemetry", f"--file-prefix={self.directory.name}",
                   *devices, "--", *options]
        environment = {**os.environ, "RUNTIME_DIRECTORY": str(self.directory)}
        try:
            super().__init__(command, terminal=terminal, stdin=stdin, environment=environment)
        except BaseException:
            shutil.rmtree(self.directory)
            raise

    def __exit__(self, *_unused) -> None:
        super().__exit__()
        shutil.rmtree(self.directory)


def session(args, devices, *options, terminal=False) -> App:
    """An interactive session at its first prompt."""
    app = App(args, devices, ["-i", "--json", *options], terminal=terminal)
    try:
        app.expect(PROMPT)
    except BaseException:
        app.__exit__()
        raise
    return app


# ---------------------------------------------------------------- packets

def mac(text: str) -> bytes:
    """The six bytes of a MAC address."""
    return bytes.fromhex(text.replace(":", ""))


def frame(index: int, length: int) -> bytes:
    """A frame like no other."""
    header = mac("02:11:11:11:11:11") + mac("02:22:22:22:22:22") + b"\x88\xb5"
    return header + bytes((index * 7 + i) & 0xff for i in range(length - len(header)))


def checksum(data: bytes) -> int:
    """The Internet checksum, computed in full."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


HOST_MAC, HOST_IP = mac("02:aa:bb:cc:dd:01"), bytes([192, 0, 2, 1])
ASKED_IP = bytes([192, 0, 2, 99])
BROADCAST = b"\xff" * 6


def ethernet(dst: bytes, src: bytes, kind: int, payload: bytes, vlan: Optional[int]) -> bytes:
    """An Ethernet frame, with a VLAN tag if one is given."""
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return dst + src + tag + struct.pack("!H", kind) + payload


def arp(operation=1, *, sha=HOST_MAC, spa=HOST_IP, tha=b"\0" * 6, tpa=ASKED_IP,
        head=(1, 0x0800, 6, 4), dst=BROADCAST, src=HOST_MAC, vlan=None, pad=18) -> bytes:
    """An ARP packet; the default is a request of HOST for ASKED."""
    payload = struct.pack("!HHBBH", *head, operation) + sha + spa + tha + tpa + b"\0" * pad
    return ethernet(dst, src, 0x0806, payload, vlan)


def echo(kind=8, data=b"abcdefgh", *, code=0, src_ip=HOST_IP, dst_ip=ASKED_IP, dst=None,
         src=HOST_MAC, vlan=None, fragment=0x4000, version=4, options=b"", bad_sum=0,
         total=None, ident=0x1234, protocol=1, pad=0) -> bytes:
    """An IPv4 ICMP echo packet; the default is a request of HOST to ASKED."""
    icmp = struct.pack("!BBHHH", kind, code, 0, ident, 1) + data
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    header_len = 20 + len(options)
    total = header_len + len(icmp) if total is None else total
    head = struct.pack("!BBHHHBBH", version << 4 | header_len // 4, 0, total, 7, fragment, 64,
                       protocol, 0) + src_ip + dst_ip + options
    head = head[:10] + struct.pack("!H", checksum(head) ^ bad_sum) + head[12:]
    return ethernet(dst or mac("02:00:00:00:00:99"), src, 0x0800, head + icmp + b"\0" * pad, vlan)


class Wire:
    """A folder with the pcap files of a pcap device: what it receives and what it sent."""

    def __init__(self, packets: list[bytes]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vio-testpmd-pcap-")
        self.sent_path = Path(self._folder.name) / "sent.pcap"
        write_pcap(Path(self._folder.name) / "received.pcap", packets)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_unused) -> None:
        self._folder.cleanup()

    def device(self, index: int) -> str:
        """The EAL option of the device."""
        received = self.sent_path.with_name("received.pcap")
        return f"--vdev=net_pcap{index},rx_pcap={received},tx_pcap={self.sent_path}"

    def sent(self) -> list[bytes]:
        """What the device sent; complete once the application has ended."""
        return read_pcap(self.sent_path)


def wait_for_packets(app: App, port: int, number: int) -> None:
    """Until the port has received that many packets."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = re.search(r"RX-packets: (\d+)", app.run(f"show port stats {port}"))
        if found and int(found[1]) >= number:
            return
        check(time.monotonic() < deadline, f"port {port} received {found[1]} of {number} packets")
        time.sleep(0.02)


def forward(args, mode: str, received: list[bytes], *options) -> tuple[list[bytes], dict]:
    """Forward these packets from port 0; return what its partner, or it, sent, and statistics.

    Port 0 receives them. Its partner is port 1, but icmpecho answers on port 0 itself.
    """
    with Wire(received) as left, Wire([]) as right:
        devices = [left.device(0), right.device(1)]
        with session(args, devices, f"--forward-mode={mode}", *options) as app:
            app.run("start")
            wait_for_packets(app, 0, len(received))
            app.run("stop")
            statistics = app.quit()
        return (left if mode == "icmpecho" else right).sent(), statistics


# ---------------------------------------------------------------- commands

# Every command of `help`, once right. On net_ring ports, in this order.
RIGHT = [
    ("set fwd macswap", "Forward mode: macswap"),
    ("set burst 8", ""),
    ("set txpkts 60,40", ""),
    ("set eth-peer 0 02:00:00:00:00:77", ""),
    ("show config fwd", "mode: macswap, topology paired, burst 8, worker lcores 1, stopped"),
    ("start", "Forwarding: mode macswap, 2 streams on 1 lcores"),
    ("show config fwd", "Rx port 0 queue 0 -> Tx port 1 queue 0"),
    ("stop", "Forward statistics for all ports"),
    ("start tx_first", "Forwarding: mode macswap"),
    ("show fwd stats all", "Forward statistics for port 1"),
    ("stop", "Forward statistics for port 0"),
    ("show port info 0", "Driver name: net_ring"),
    ("show port stats all", "NIC statistics for port 1"),
    ("show port xstats 0", "rx_good_packets: "),
    ("clear port stats all", ""),
    ("clear port xstats 1", ""),
    ("port stop all", "Port 1: stopped"),
    ("port config all rxd 256", ""),
    ("port start 0", "Port 0: Link up"),
    ("port start 1", "Port 1: Link up"),
    ("set promisc all off", ""),
    ("set promisc 1 on", ""),
    ("set allmulti 0 on", ""),
    ("mac_addr add 0 02:00:00:00:00:11", ""),
    ("show port 0 macs", "02:00:00:00:00:11"),
    ("show port 0 mcast_macs", "Number of MAC address added: 0"),
    ("help", "set fwd io|mac|macswap"),
    ("help port", "port config mtu <port_id> <value>: "),
]

# What these virtual devices lack: the words are right, the device refuses, and that is told.
REFUSED = [
    ("vlan set filter on 0", "Error: port 0: the device has no VLAN filter"),
    ("rx_vlan add 5 0", "Error: port 0: the device has no VLAN filter"),
    ("port config mtu 0 1400", "MTU 1400 was refused: Operation not supported\n"),
    ("port config 0 rx_offload tcp_lro off",
     "Error: port 0: net_ring cannot switch Rx offloads of a port that is configured"),
    ("mcast_addr add 0 01:00:5e:00:00:01", "cannot set the multicast addresses: "),
    ("mac_addr set 0 02:00:00:00:00:12", "cannot set the MAC address: Operation not supported"),
    ("show rxq info 0 0", "Rx queue 0: no information: Operation not supported"),
]

# Every command, wrong.
WRONG = [
    ("nonsense", 'there is no command "nonsense"; help lists the commands'),
    ("start now", '"now" does not fit here; what fits:'),
    ("stop", "no packets are being forwarded"),
    ("set", "the command is not complete; it can go on as:"),
    ("set fwd flowgen", '"flowgen" does not fit here; what fits:\n  set fwd io|mac|macswap'),
    ("set burst 0", 'burst: "0" is not a number from 1 to 512'),
    ("set burst 12x", 'burst: "12x" is not a number from 1 to 512'),
    ("set burst 99999999999999999999", "is not a number from 1 to 512"),
    ("set txpkts 60,,4", 'txpkts: "" is not a number from 1'),
    ("set txpkts 49", 'txpkts: "49" is not a number from 50'),
    ("set txpkts 64,1,1,1,1,1,1,1,1", "has more than 8 segments"),
    ("set eth-peer 9 02:00:00:00:00:01", "port 9 does not exist: ports 0..1"),
    ("show config all", '"all" does not fit here; what fits:\n  show config fwd'),
    ("show fwd stats 0", '"0" does not fit here; what fits:\n  show fwd stats all'),
    ("port stop 7", "port 7 does not exist: ports 0..1"),
    ("port stop -1", '"-1" does not fit here; what fits:\n  port start|stop|close'),
    ("port start 4294967296", 'port: "4294967296" is not a number from 0 to 65535'),
    ("port close 0", "port 0 is started; first: port stop 0"),
    ("port config mtu 0 70000", 'mtu: "70000" is not a number from 1 to 65535'),
    ("port config mtu 0 20", "MTU 20 was refused (46 to 65535 is possible): Operation not sup"),
    ("port config all rxq 2", "rxq: port 0 is started; first: port stop all"),
    ("port config all txd 5000000", 'txd: "5000000" is not a number from 1 to 65535'),
    ("port config 2 rx_offload tcp_cksum on", "port 2 does not exist: ports 0..1"),
    ("set promisc 2 on", "port 2 does not exist: ports 0..1"),
    ("set promisc 0 maybe", '"maybe" does not fit here; what fits:\n  set promisc|allmulti'),
    ("set allmulti all", "the command is not complete; it can go on as:\n  set promisc|allmulti"),
    ("mac_addr add 0 02:00:00:00:00", '"02:00:00:00:00" is not a MAC address such as'),
    ("mac_addr add 5 02:00:00:00:00:01", "port 5 does not exist: ports 0..1"),
    ("mac_addr add 0 01:00:00:00:00:zz", "is not a MAC address such as"),
    ("mac_addr add 0 01:00:5e:00:00:01", "is not a station's address: it is a group's, see mcast_"),
    ("mac_addr set 0 ff:ff:ff:ff:ff:ff", "is not a station's address: it is a group's, see mcast_"),
    ("mac_addr add 0 00:00:00:00:00:00", "is not a station's address: it is zero"),
    ("mac_addr remove 0 00:00:00:00:00:00", "is not a station's address: it is zero"),
    ("mac_addr remove 0 02:00:00:00:00:19", "port 0 does not have this MAC address"),
    ("mcast_addr add 0 02:00:00:00:00:01", "is not a multicast address"),
    ("mcast_addr remove 0 01:00:5e:00:00:09", "port 0 does not have this multicast address"),
    ("vlan set filter on 3", "port 3 does not exist: ports 0..1"),
    ("vlan set strip on 0", '"strip" does not fit here; what fits:\n  vlan set filter'),
    ("rx_vlan add 4096 0", 'vlan_id: "4096" is not a number from 0 to 4095'),
    ("show port info 2", "port 2 does not exist: ports 0..1"),
    ("show port nothing 0", '"nothing" does not fit here; what fits:\n  show port info'),
    ("show port 4 macs", "port 4 does not exist: ports 0..1"),
    ("show txq info 0 70000", 'queue: "70000" is not a number from 0 to 65535'),
    ("clear port stats 3", "port 3 does not exist: ports 0..1"),
    ("help me", 'there is no command "me"; help lists the commands'),
    ("help port now", '"now" does not fit here; what fits:\n  help <word>'),
    ("quit now", '"now" does not fit here; what fits:\n  quit'),
    ("x" * 400, "there is no command"),
    ("port start " + "9" * 200, "does not fit here; what fits:\n  port start|stop|close"),
]

RING_PAIR = ["--vdev=net_ring0", "--vdev=net_ring1"]


def untouched(app: App) -> str:
    """What no wrong command may change."""
    return app.run("show config fwd") + app.run("show port info all") + app.run("show port 0 macs")


def run_right(app: App) -> None:
    """Every right command gives its answer, and no error."""
    for command, answer in RIGHT:
        said = app.run(command)
        check(answer in said, f"{command}: {answer!r} is not in the answer {said!r}")
        check("Error" not in said, f"{command}: {said!r}")


def run_wrong(app: App, commands) -> None:
    """Every wrong command is answered with its error and changes nothing."""
    before = untouched(app)
    for command, answer in commands:
        said = app.run(command)
        check("Error: " in said and answer in said, f"{command}: {answer!r} is not in {said!r}")
    equal(untouched(app), before, "the configuration after wrong commands")


def test_commands_over_a_pipe(args):
    """Right and wrong commands, standard input a pipe."""
    with session(args, RING_PAIR, "--forward-mode=txonly") as app:  # txpkts is shown
        run_wrong(app, WRONG)
        run_right(app)
        run_wrong(app, WRONG + REFUSED)
        app.quit()


def test_commands_on_a_terminal(args):
    """The same on a pseudo-terminal, with line editing."""
    with session(args, RING_PAIR, terminal=True) as app:
        run_wrong(app, [entry for entry in WRONG if len(entry[0]) < 60])
        run_right(app)
        app.type("set burst 77\x7f\x7f9\n")  # two characters rubbed out
        app.expect(PROMPT)
        check(", burst 9," in app.run("show config fwd"), f"line editing: {app.tail()}")
        app.quit()


def test_every_command_is_tested(args):
    """The tables above have each command that help lists, right (or refused) and wrong."""
    with session(args, RING_PAIR) as app:
        patterns = [line.split(":")[0].split(" ") for line in app.run("help").splitlines()]
        app.quit()
    check(len(patterns) > 20, f"help lists only {len(patterns)} commands")

    def fits(words: list[str], pattern: list[str]) -> int:
        """How many leading words fit."""
        for index, (word, choices) in enumerate(zip(words, pattern)):
            if not any(choice == word or choice[0] == "<" for choice in choices.split("|")):
                return index
        return min(len(words), len(pattern))

    right = [command.split() for command, _ in RIGHT + REFUSED] + [["quit"]]
    wrong = [command.split() for command, _ in WRONG]
    for pattern in patterns:
        check(any(len(words) == len(pattern) == fits(words, pattern) for words in right),
              f"no right command for {' '.join(pattern)}")
        check(any(fits(words, pattern) > 0 for words in wrong),
              f"no wrong command for {' '.join(pattern)}")


def test_help(args):
    """The session opens with the way in and out; help WORD lists what begins with it, no more."""
    with session(args, RING_PAIR) as app:
        check("help lists the commands, Tab completes them, quit leaves\n" + PROMPT in app.text,
              app.tail())
        everything = app.run("help").splitlines()
        for word in ("port", "s", "mac_addr"):
            equal(app.run(f"help {word}").splitlines(),
                  [line for line in everything if line.startswith(word)], f"help {word}")
        app.quit()


def completions(app: App, start: str) -> list[str]:
    """What Tab lists after a start of a line that it cannot complete; the line is dropped."""
    app.type(start + "\t")
    app.expect(start + "\n")
    listed = app.expect("\x1bM\x1bE" + PROMPT).removesuffix("\x1bM\x1bE" + PROMPT)
    app.type("\x03")
    app.expect("\n" + PROMPT)
    return [line.strip() for line in listed.splitlines()]


def test_completion_lists(args):
    """Tab lists what goes on, once; it offers Enter only where a command is complete."""
    with session(args, RING_PAIR, terminal=True) as app:
        equal(completions(app, "start "),
              ["[RETURN]", "tx_first [tx_first]: Send a burst on every Tx queue, then start "
                           "forwarding"], "start <Tab>")
        equal(completions(app, "port "),
              [f"{verb} [start|stop|close <port_id>|all]: Start, stop or close a port"
               for verb in ("start", "stop", "close")] +
              ["config [config mtu <port_id> <value>]: Set the MTU",
               "config [config all rxq|txq|rxd|txd <value>]: Set the number of queues or of their "
               "descriptors, of all ports, for their next start",
               "config [config <port_id> rx_offload tcp_lro|tcp_cksum|udp_cksum on|off]: Switch an "
               "Rx offload that the port is configured with, of net_vio"], "port <Tab>")
        equal(completions(app, "set burst "),
              ["[<value>]: Set the number of packets of a burst"], "set burst <Tab>")
        app.type("nonsense \t\x03")
        equal(app.expect(PROMPT), "nonsense \n" + PROMPT, "nonsense <Tab>")
        app.quit()


def test_completion(args):
    """Tab completes words, ports and modes, and lists what fits."""
    with session(args, RING_PAIR, terminal=True) as app:
        app.type("sh\tco\tf\t\n")
        check("Forward mode: io" in app.expect(PROMPT), f"sh<Tab>co<Tab>f<Tab>: {app.tail()}")
        app.type("set fwd mac\t\t")
        listed = app.expect("macswap")
        check("mac " in listed, f"set fwd mac<Tab>: {listed!r}")
        app.type("sw\t\n")
        app.expect("Forward mode: macswap\n")
        app.expect(PROMPT)
        app.type("port stop \t\t")
        listed = app.expect("1 ")
        check(re.search(r"^ *0 ", listed, re.M) is not None, f"port stop <Tab>: {listed!r}")
        app.type("1\n")
        app.expect("Port 1: stopped")
        app.expect(PROMPT)
        app.quit()


def test_keys_that_leave(args):
    """Ctrl-C and Ctrl-D at the prompt leave as quit does; Ctrl-C drops a line that was begun."""
    for key in ("\x03", "\x04"):
        with session(args, NULL_PAIR, "-a", terminal=True) as app:
            app.run("show config fwd")  # the prompt alone does not say that the keys are read raw
            app.type("quit\x03")
            app.expect("quit\n" + PROMPT)
            check(", running" in app.run("show config fwd"), app.tail())
            app.type(key)
            equal(app.finish(), 0, f"exit status after {key!r}")
            check("NIC statistics for port 1" in app.text, app.tail())
            equal(app.statistics()["mbufs_lost"], 0, "mbufs lost")


def test_end_of_input_quits(args):
    """The end of a script leaves as quit does; an unfinished line is not run."""
    with session(args, NULL_PAIR) as app:
        app.type("start\nset burst 8")
        app.close_input()
        equal(app.finish(), 0, "exit status")
        equal(app.statistics()["mbufs_lost"], 0, "mbufs lost")


def test_comments_and_empty_lines(args):
    """A script may have comments and empty lines."""
    with session(args, NULL_PAIR) as app:
        app.type("# nothing\n\n   \nset burst 5 # five\n")
        app.expect("five\n")
        app.expect(PROMPT)
        check(", burst 5," in app.run("show config fwd"), app.tail())
        check("Error" not in app.text, app.tail())
        app.quit()


# ---------------------------------------------------------------- ports

def test_queues(args):
    """Reconfiguration with other numbers of queues; each queue has one stream."""
    with session(args, NULL_PAIR) as app:
        app.run("port stop all")
        for command in ("port config all rxq 3", "port config all txq 2", "port start all"):
            check("Error" not in app.run(command), app.tail())
        app.run("start")
        streams = re.findall(r"Rx port (\d) queue (\d) -> Tx port (\d) queue (\d), worker (\d)",
                             app.run("show config fwd"))
        equal([tuple(map(int, stream)) for stream in streams],
              [(0, 0, 1, 0, 0), (0, 1, 1, 1, 0), (0, 2, 1, 0, 0),
               (1, 0, 0, 0, 0), (1, 1, 0, 1, 0), (1, 2, 0, 0, 0)], "streams")
        check("first: stop" in app.run("port stop 0"), "a forwarding port was stopped")
        check("first: stop" in app.run("set burst 3"), "a run was changed")
        app.run("stop")
        statistics = app.quit()
    for port in statistics["ports"]:
        equal((len(port["rx_queues"]), len(port["tx_queues"])), (3, 2), "queues")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_too_many_queues(args):
    """More queues than a port has: said at run time and at start, with the limit."""
    with session(args, RING_PAIR) as app:
        app.run("port stop all")
        said = app.run("port config all rxq 17")
        check("port 0 has at most 16 Rx queues, not 17" in said, said)
        check("Error" not in app.run("port start all"), app.tail())
        app.quit()
    refused(args, RING_PAIR, "--rxq=17", "port 0 has at most 16 Rx queues, not 17")
    refused(args, RING_PAIR, "--txq=18", "port 0 has at most 16 Tx queues, not 18")


def refused(args, devices, option, error) -> None:
    """An option that a device cannot follow is refused by one message, which is this."""
    with App(args, devices, [option]) as app:
        equal(app.finish(), 1, "exit status")
        said = [line for line in app.text.splitlines() if not re.match(
            r"EAL:|virtio_|Port \d: |Mbufs still in use: 0 of", line)]
        check(len(said) == 1 and said[0].startswith(f"Error: {error}"), f"{option}: {said}")
        check("Mbufs still in use: 0 of" in app.text, app.tail())


def test_limits_of_a_device(args):
    """Descriptors and mbufs that a device does not take: said once, with what it takes."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/vhost.sock"
        virtio = [f"--vdev=net_virtio_user0,path={socket}"]
        with session(args, [f"--vdev=net_vhost0,iface={socket}"]):
            for option, error in (
                    ("--rxd=8", "port 0: Rx queues take 32 to 32768 descriptors, a multiple of 1, "
                     "not 8; see --rxd"),
                    ("--txd=8", "port 0: Tx queues take 32 to 32768 descriptors, a multiple of 1, "
                     "not 8; see --txd"),
                    ("--mbuf-size=150", "port 0: an mbuf has room for 22 bytes beside its "
                     "headroom, and at least 64 are needed; see --mbuf-size")):
                refused(args, virtio, option, error)


def topology(args, devices, *options) -> list[tuple[int, int]]:
    """Which port sends what which port receives."""
    with session(args, devices, *options) as app:
        app.run("start")
        pairs = re.findall(r"Rx port (\d) queue \d -> Tx port (\d)", app.run("show config fwd"))
        app.quit()
    return [(int(rx), int(tx)) for rx, tx in pairs]


def test_topology(args):
    """Pairs; the odd port and a single port are their own partners; loop."""
    three = [*NULL_PAIR, "--vdev=net_null2"]
    equal(topology(args, three), [(0, 1), (1, 0), (2, 2)], "three ports")
    equal(topology(args, NULL_PAIR[:1]), [(0, 0)], "one port")
    equal(topology(args, NULL_PAIR, "--port-topology=loop"), [(0, 0), (1, 1)], "loop")


def test_closed_port(args):
    """What is closed is gone: no command finds it, and forwarding goes on without it."""
    with session(args, NULL_PAIR) as app:
        app.run("port stop 0")
        check("Port 0: closed" in app.run("port close 0"), app.tail())
        check("port 0 does not exist: ports 1..1" in app.run("show port info 0"), app.tail())
        check("1 streams" in app.run("start"), app.tail())
        app.run("stop")
        app.run("port stop all")
        app.run("port close all")
        check("no port is left" in app.run("start"), app.tail())
        check("no port is left" in app.run("show port stats all"), app.tail())
        statistics = app.quit()
    equal((statistics["ports"], statistics["mbufs_lost"]), ([], 0), "statistics")


def test_settings_of_a_tap(args):
    """The kernel device behind a port shows what was really set."""
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        raise Skip("needs root and /dev/net/tun for a tap device")
    name = f"vt{os.getpid()}"
    kernel = Path("/sys/class/net") / name
    with session(args, [f"--vdev=net_tap0,iface={name}"]) as app:
        for command in ("port config mtu 0 1400", "mac_addr set 0 02:00:00:00:12:34",
                        "mcast_addr add 0 01:00:5e:00:00:01"):
            check("Error" not in app.run(command), app.tail())
        equal((kernel / "mtu").read_text().strip(), "1400", "MTU of the tap")
        equal((kernel / "address").read_text().strip(), "02:00:00:00:12:34", "its address")
        check("01:00:5E:00:00:01" in app.run("show port 0 mcast_macs"), app.tail())
        check("already" in app.run("mcast_addr add 0 01:00:5e:00:00:01"), app.tail())
        check("Error" not in app.run("mcast_addr remove 0 01:00:5e:00:00:01"), app.tail())
        # net_tap says 65535 for its MTU, but 1522 for its longest frame.
        check("MTU 9000 was refused (46 to 1504 is possible): Invalid argument"
              in app.run("port config mtu 0 9000"), app.tail())
        app.quit()


# A failsafe port that has no device yet: it takes what it is told, and refuses what every driver
# without the operation refuses.
FAILSAFE = ["--vdev=net_failsafe0,mac=02:00:00:00:00:01,exec(true)"]


def run_steps(app: App, steps) -> None:
    """Each command, with the beginning of its answer; "" for no answer at all."""
    for step, answer in steps:
        said = app.run(step)
        check(said.startswith(answer) if answer else said == "", f"{step}: {said!r}")


MAC_STEPS = [
    ("mac_addr add 0 02:00:00:00:00:12", ""),
    ("show port 0 macs", "Number of MAC address added: 2\n"),
    ("mac_addr remove 0 02:00:00:00:00:12", ""),
    ("show port 0 macs", "Number of MAC address added: 1\n"),
    ("mac_addr remove 0 02:00:00:00:00:12", "Error: port 0 does not have this MAC address\n"),
]


def test_mac_addresses(args):
    """An address comes and goes; what is gone cannot go again."""
    with session(args, FAILSAFE) as app:
        run_steps(app, MAC_STEPS)
        app.quit()


VLAN_STEPS = [
    ("vlan set filter off 0", ""),
    ("rx_vlan add 100 0", "Error: port 0 does not filter VLANs; first: vlan set filter on 0\n"),
    ("vlan set filter on 0",
     "Error: port 0 was started without the VLAN filter; first: port stop 0\n"),
    ("port stop 0", "Port 0: stopped\n"),
    ("vlan set filter on 0", ""),
    ("rx_vlan add 100 0", "Error: port 0 filters VLANs from its next start on; first: port start 0"
                          "\n"),
    ("port start 0", "Port 0: Link up"),
    ("rx_vlan add 100 0", ""),
    ("rx_vlan rm 101 0", "Error: port 0 does not have VLAN 101\n"),
    ("rx_vlan rm 100 0", ""),
    ("rx_vlan rm 100 0", "Error: port 0 does not have VLAN 100\n"),
    ("vlan set filter off 0",
     "Error: port 0 was started with the VLAN filter; first: port stop 0\n"),
]


def test_vlan_filter(args):
    """Each refusal names the step that leads on. A failsafe port switches only while stopped."""
    with session(args, FAILSAFE) as app:
        run_steps(app, VLAN_STEPS)
        app.quit()


def test_mtu_beyond_the_buffers(args):
    """A running virtio port takes no MTU that needs scattered Rx; a stopped one does."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/vhost.sock"
        with session(args, [f"--vdev=net_vhost0,iface={socket}"]):
            with session(args, [f"--vdev=net_virtio_user0,path={socket}"]) as app:
                said = app.run("port config mtu 0 9000")
                check("Error: port 0: MTU 9000 was refused: Invalid argument; first: port stop 0 "
                      "(scattered Rx is set up at the start)\n" in said, said)
                said = app.run("port config mtu 0 9699")
                check("MTU 9699 was refused (46 to 9698 is possible): Invalid argument\n" in said,
                      said)
                app.run("port stop 0")
                check("Error" not in app.run("port config mtu 0 9000"), app.tail())
                check("Error" not in app.run("port start 0"), app.tail())
                check("MTU: 9000 " in app.run("show port info 0"), app.tail())
                for mtu in (1400, 9000):  # scattered Rx is there now
                    check("Error" not in app.run(f"port config mtu 0 {mtu}"), app.tail())
                app.quit()


def test_link_events_and_virtio_traffic(args):
    """Two runs, vhost-user and virtio: the link follows the other's life, and packets cross."""
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/vhost.sock"
        vhost = [f"--vdev=net_vhost0,iface={socket}"]
        virtio = [f"--vdev=net_virtio_user0,path={socket}"]
        with session(args, vhost, "--forward-mode=rxonly") as device:
            check("Link down" in device.text, device.tail())
            device.run("start")
            with session(args, virtio, "--forward-mode=rxonly", "--txpkts=60,30,411") as driver:
                device.expect("Port 0: link state change event, link up")
                driver.run("start tx_first")
                wait_for_packets(device, 0, 32)
                driver.run("stop")
                sent = driver.quit()
            device.expect("Port 0: link state change event, link down")
            device.run("stop")
            received = device.quit()
    equal((sent["ports"][0]["driver"], received["ports"][0]["driver"]),
          ("net_virtio_user", "net_vhost"), "drivers")
    equal(received["ports"][0]["stats"]["rx_bytes"], 32 * 501, "bytes received")
    equal((sent["mbufs_lost"], received["mbufs_lost"]), (0, 0), "mbufs lost")


def test_link_interrupts_can_be_left_off(args):
    """A virtio port tells that its device went away, unless --no-lsc-interrupt was given."""
    event = "Port 0: link state change event, link down"
    for options, told in (([], True), (["--no-lsc-interrupt"], False)):
        with tempfile.TemporaryDirectory() as folder:
            socket = f"{folder}/vhost.sock"
            virtio = [f"--vdev=net_virtio_user0,path={socket}"]
            with session(args, [f"--vdev=net_vhost0,iface={socket}"]) as device:
                with session(args, virtio, *options) as driver:
                    device.expect("Port 0: link state change event, link up")
                    device.quit()
                    if told:
                        driver.expect(event)
                    time.sleep(0.5)
                    driver.run("show port info 0")
                    equal(event in driver.text, told, f"the event was told with {options}")
                    # No quit: net_virtio_user dies by SIGPIPE when it tells a peer that is gone.


# ---------------------------------------------------------------- forwarding

SIZES = [60, 61, 64, 127, 128, 1000, 1514]
FRAMES = [frame(index, length) for index, length in enumerate(SIZES * 6)]


def test_io(args):
    """io: what arrives leaves on the partner, byte by byte; every number agrees."""
    sent, statistics = forward(args, "io", FRAMES)
    equal(sent, FRAMES, "packets")
    receiver, sender = statistics["ports"]
    nb, size = len(FRAMES), sum(map(len, FRAMES))
    stats = receiver["stats"]
    equal((stats["rx_packets"], stats["rx_bytes"], stats["tx_packets"]), (nb, size, 0), "port 0")
    stats = sender["stats"]
    equal((stats["tx_packets"], stats["tx_bytes"], stats["rx_packets"]), (nb, size, 0), "port 1")
    equal(receiver["forward"], {"rx_packets": nb, "rx_ignored": 0, "tx_packets": 0,
                                "tx_dropped": 0, "tx_no_mbuf": 0}, "forwarded by port 0")
    equal(sender["forward"]["tx_packets"], nb, "forwarded to port 1")
    equal(receiver["xstats"]["rx_good_packets"], nb, "rx_good_packets")
    equal(sender["xstats"]["tx_good_bytes"], size, "tx_good_bytes")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_mac(args):
    """mac: the sending port's own address as source, its peer as destination."""
    for options, peer in (([], "02:00:00:00:00:01"),
                          (["--eth-peer=1,02:00:00:00:ab:cd"], "02:00:00:00:ab:cd")):
        sent, statistics = forward(args, "mac", FRAMES, *options)
        own = mac(statistics["ports"][1]["mac"])
        equal(sent, [mac(peer) + own + packet[12:] for packet in FRAMES], "packets")


def test_macswap(args):
    """macswap: source and destination change places; what has no header is not sent."""
    sent, statistics = forward(args, "macswap", [*FRAMES, b"\x02" * 13])
    equal(sent, [packet[6:12] + packet[:6] + packet[12:] for packet in FRAMES], "packets")
    equal(statistics["ports"][0]["forward"]["rx_ignored"], 1, "ignored")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_rxonly(args):
    """rxonly: counts, sends nothing, keeps nothing."""
    sent, statistics = forward(args, "rxonly", FRAMES)
    equal(sent, [], "packets")
    equal(statistics["ports"][0]["forward"]["rx_packets"], len(FRAMES), "received")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_jumbo(args):
    """Frames longer than an mbuf pass as several segments, unchanged."""
    frames = [frame(index, length) for index, length in enumerate([2048, 2049, 4096, 9014])]
    sent, statistics = forward(args, "macswap", frames, "--mbuf-size=512")
    equal(sent, [packet[6:12] + packet[:6] + packet[12:] for packet in frames], "packets")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_txonly(args):
    """txonly: well-formed UDP packets of the wished segments, numbered without a gap."""
    lengths = [60, 30, 411]
    with Wire([]) as wire:
        with session(args, [wire.device(0)], "--forward-mode=rxonly", "--tx-first", "--burst=48",
                     f"--txpkts={','.join(map(str, lengths))}") as app:
            app.run("stop")
            statistics = app.quit()
        sent = wire.sent()
    own = mac(statistics["ports"][0]["mac"])
    equal(len(sent), 48, "packets")
    for number, packet in enumerate(sent):
        equal(len(packet), sum(lengths), "length")
        equal(packet[:14], mac("02:00:00:00:00:00") + own + b"\x08\x00", "Ethernet header")
        equal(packet[14:18], struct.pack("!BBH", 0x45, 0, sum(lengths) - 14), "IPv4 header")
        equal(checksum(packet[14:34]), 0, "sum over the IPv4 header")
        equal(packet[26:42], bytes([198, 18, 0, 1, 198, 18, 0, 2]) +
              struct.pack("!HHHH", 9, 9, sum(lengths) - 34, 0), "addresses and UDP header")
        equal(struct.unpack("!Q", packet[42:50])[0], number, "sequence number")
        equal(packet[50:], bytes(i & 0xff for i in range(50, len(packet))), "payload")
    equal(statistics["ports"][0]["forward"]["tx_packets"], 48, "counted")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_txonly_segment_too_long(args):
    """A segment that no mbuf holds is refused when it would be used."""
    with session(args, NULL_PAIR, "--forward-mode=txonly") as app:
        app.run("set txpkts 3000")
        check("3000 bytes does not fit into an mbuf, which has room for 2048" in app.run("start"),
              app.tail())
        app.run("set txpkts 64")
        check("Forwarding: mode txonly" in app.run("start"), app.tail())
        app.quit()


def test_pool_runs_short(args):
    """Without mbufs txonly waits and says so; nothing is lost."""
    with session(args, NULL_PAIR, "--forward-mode=txonly", "--total-num-mbufs=16") as app:
        app.run("start")
        time.sleep(0.05)
        app.run("stop")
        statistics = app.quit()
    counts = statistics["ports"][0]["forward"]
    check(counts["tx_no_mbuf"] > 0 and counts["tx_packets"] == 0, f"counted: {counts}")
    equal((statistics["mbufs_total"], statistics["mbufs_lost"]), (16, 0), "mbufs")


def test_dropped_packets_are_counted(args):
    """What Tx does not take is freed and counted: a ring that nobody empties fills up."""
    with session(args, ["--vdev=net_ring0"], "--forward-mode=txonly") as app:
        app.run("start")
        time.sleep(0.1)
        app.run("stop")
        statistics = app.quit()
    counts = statistics["ports"][0]["forward"]
    equal(counts["tx_packets"], statistics["mbufs_lost"], "packets taken and mbufs in the ring")
    check(counts["tx_packets"] > 0 and counts["tx_dropped"] > 0, f"counted: {counts}")


def test_lost_mbufs_are_counted(args):
    """net_ring keeps what is in its ring at close: exactly the first burst is lost."""
    with session(args, ["--vdev=net_ring0"], "--burst=24") as app:
        app.run("start tx_first")
        app.run("stop")
        statistics = app.quit()
        check("Mbufs still in use: 24 of" in app.text, app.tail())
    equal(statistics["mbufs_lost"], 24, "mbufs lost")


def test_statistics_are_cleared(args):
    """clear port stats: what was shown is 0 afterwards."""
    with Wire(FRAMES) as wire:
        with session(args, [wire.device(0)], "--forward-mode=rxonly") as app:
            app.run("start")
            wait_for_packets(app, 0, len(FRAMES))
            app.run("stop")
            check(f"RX-bytes:  {sum(map(len, FRAMES))}\n" in app.run("show port stats 0"),
                  app.tail())
            check(f"rx_good_packets: {len(FRAMES)}\n" in app.run("show port xstats 0"), app.tail())
            app.run("clear port stats 0")
            check("RX-packets: 0 " in app.run("show port stats 0"), app.tail())
            app.quit()


# ---------------------------------------------------------------- icmpecho

LONG = bytes(i & 0xff for i in range(8000))

# Requests that are answered, with what makes the answer of them.
ANSWERED = {
    "ARP": (arp, {}),
    "ARP without padding": (arp, {"pad": 0}),
    "ARP in a VLAN": (arp, {"vlan": 0x2005}),
    "echo": (echo, {}),
    "echo without data": (echo, {"data": b""}),
    "echo of odd length": (echo, {"data": b"odd"}),
    "echo with padding": (echo, {"data": b"x", "pad": 17}),
    "echo in a VLAN": (echo, {"vlan": 7}),
    "echo with IPv4 options": (echo, {"options": b"\x01\x01\x01\x00"}),
    "echo whose checksum is 0": (echo, {"data": b"", "ident": 0xf7fe}),
    "echo whose answer has checksum 0": (echo, {"data": b"", "ident": 0xfffe}),
    "echo whose answer's checksum carries": (echo, {"data": b"", "ident": 0x0700}),
    "echo in several segments": (echo, {"data": LONG}),
}

IGNORED = {
    "ARP reply": arp(2),
    "ARP probe": arp(spa=b"\0" * 4),
    "ARP announcement": arp(tpa=HOST_IP),
    "ARP of another hardware": arp(head=(6, 0x0800, 6, 4)),
    "ARP of another protocol": arp(head=(1, 0x86dd, 6, 4)),
    "ARP of another address length": arp(head=(1, 0x0800, 6, 16)),
    "ARP from a broadcast address": arp(sha=BROADCAST),
    "ARP for a multicast address": arp(tpa=bytes([224, 0, 0, 1])),
    "ARP cut short": arp(pad=0)[:-1],
    "frame from a broadcast address": arp(src=BROADCAST),
    "frame from a multicast address": echo(src=mac("01:00:5e:00:00:01")),
    "frame without a type": arp()[:13],
    "empty VLAN tag": arp()[:12] + b"\x81\x00",
    "IPv6": ethernet(BROADCAST, HOST_MAC, 0x86dd, b"\x60" + b"\0" * 60, None),
    "IPv4 cut short": echo()[:33],
    "IPv4 of version 5": echo(version=5),
    "IPv4 header shorter than 20": echo()[:14] + b"\x44" + echo()[15:],
    "IPv4 header longer than the frame": echo(data=b"")[:14] + b"\x4f" + echo(data=b"")[15:],
    "IPv4 longer than the frame": echo(total=37),
    "IPv4 too short for ICMP": echo(total=27),
    "IPv4 with a wrong checksum": echo(bad_sum=0x0100),
    "first fragment": echo(fragment=0x2000),
    "later fragment": echo(fragment=0x0010),
    "UDP": echo(protocol=17),
    "echo reply": echo(0),
    "echo with a code": echo(code=1),
    "unreachable": echo(3),
    "echo to a broadcast address": echo(dst_ip=b"\xff" * 4),
    "echo to a multicast address": echo(dst_ip=bytes([224, 0, 0, 1])),
    "echo from a multicast address": echo(src_ip=bytes([224, 0, 0, 1])),
    "echo from no address": echo(src_ip=b"\0" * 4),
}


def expected_answer(maker, fields: dict, own: bytes) -> bytes:
    """The answer, made from nothing: no byte of it comes from the application."""
    if maker is arp:
        return arp(2, sha=own, spa=ASKED_IP, tha=HOST_MAC, tpa=HOST_IP, dst=HOST_MAC, src=own,
                   **fields)
    return echo(0, src_ip=ASKED_IP, dst_ip=HOST_IP, dst=HOST_MAC, src=own, **fields)


def test_icmpecho_answers(args):
    """Each request gets exactly the right answer, byte by byte."""
    requests = [maker(**fields) for maker, fields in ANSWERED.values()]
    sent, statistics = forward(args, "icmpecho", requests)
    own = mac(statistics["ports"][0]["mac"])
    equal(len(sent), len(requests), "answers")
    for (name, (maker, fields)), got in zip(ANSWERED.items(), sent):
        equal(got.hex(), expected_answer(maker, fields, own).hex(), f"answer to {name}")
    equal(statistics["ports"][1]["stats"]["tx_packets"], 0, "packets to the other port")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_icmpecho_ignores(args):
    """What is malformed, or must not be answered, is not; one by one."""
    probe = echo(data=b"still alive")
    packets = [packet for ignored in IGNORED.values() for packet in (ignored, probe)]
    sent, statistics = forward(args, "icmpecho", packets)
    own = mac(statistics["ports"][0]["mac"])
    answer = expected_answer(echo, {"data": b"still alive"}, own)
    wrong = [packet.hex() for packet in sent if packet != answer]
    equal(wrong, [], "answers to what must be ignored")
    equal(len(sent), len(IGNORED), "answers to the requests between")
    equal(statistics["ports"][0]["forward"]["rx_ignored"], len(IGNORED), "ignored")
    equal(statistics["mbufs_lost"], 0, "mbufs lost")


def test_icmpecho_headers_in_two_segments(args):
    """Headers that do not lie in the first segment are not touched."""
    data = b"z" * 1000
    sent, statistics = forward(args, "icmpecho", [echo(data=data), arp()], "--mbuf-size=168")
    # 40 bytes a segment: neither the 42 of Ethernet, IPv4 and ICMP nor those of ARP fit.
    equal([sent, statistics["ports"][0]["forward"]["rx_ignored"]], [[], 2], "40 bytes a segment")
    sent, _ = forward(args, "icmpecho", [echo(data=data)], "--mbuf-size=170")
    equal([packet[:6] for packet in sent], [HOST_MAC], "42 bytes a segment")


# ---------------------------------------------------------------- life cycle

def test_signals(args):
    """SIGINT and SIGTERM leave cleanly, with or without a session and in the midst of traffic."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with App(args, NULL_PAIR, ["--json"], stdin=subprocess.DEVNULL) as app:
            app.expect("Forwarding until SIGINT or SIGTERM\n")
            time.sleep(0.3)
            equal(app.process.poll(), None, "the state with /dev/null as input")
            app.process.send_signal(number)
            equal(app.finish(), 0, f"exit status after {number.name}")
            statistics = app.statistics()
            check(statistics["ports"][0]["stats"]["rx_packets"] > 0, "no traffic")
            equal(statistics["mbufs_lost"], 0, "mbufs lost")
        for terminal in (False, True):
            with session(args, NULL_PAIR, "-a", terminal=terminal) as app:
                app.process.send_signal(number)
                equal(app.finish(), 0, f"exit status of a session after {number.name}")
                check("NIC statistics for port 1" in app.text, app.tail())
                equal(app.statistics()["mbufs_lost"], 0, "mbufs lost")


def test_enter_ends_an_unattended_run(args):
    """Without -i, on a terminal, Enter leaves."""
    with App(args, NULL_PAIR, ["--json"], terminal=True) as app:
        app.expect("Forwarding until Enter, SIGINT or SIGTERM\n")
        app.type("\n")
        equal(app.finish(), 0, "exit status")
        equal(app.statistics()["mbufs_lost"], 0, "mbufs lost")


def test_statistics_period(args):
    """--stats-period prints the statistics again and again, with rates."""
    with App(args, NULL_PAIR, ["--stats-period=1"], stdin=subprocess.DEVNULL) as app:
        for _ in range(2):
            app.expect("NIC statistics for port 1")
        rates = app.expect("Tx-bps")
        check(int(re.search(r"Rx-pps: +(\d+)", rates)[1]) > 0, f"no rate in {rates!r}")
        app.process.send_signal(signal.SIGTERM)
        equal(app.finish(), 0, "exit status")


def test_json_file(args):
    """--json=FILE has what --json prints; a file that cannot be written is an error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.json"
        with session(args, NULL_PAIR, f"--json={path}") as app:
            app.type("quit\n")
            equal(app.finish(), 0, "exit status")
        statistics = json.loads(path.read_text())
        port = statistics["ports"][0]
        equal((statistics["application"], statistics["forward_mode"], port["device"],
               port["driver"], port["link"]["up"], port["promiscuous"]),
              ("vio-testpmd", "io", "net_null0", "net_null", True, True), "fields")
        with session(args, NULL_PAIR, f"--json={folder}/none/x.json") as app:
            app.type("quit\n")
            equal(app.finish(), 1, "exit status")
            check("none/x.json: No such file or directory" in app.text, app.tail())


BAD_OPTIONS = [
    (["--nonsense"], 'unknown option "--nonsense"'),
    (["-x"], 'unknown option "-x"'),
    (["--rxq"], 'option "--rxq" needs a value'),
    (["--rxq=0"], '--rxq: "0" is not a number from 1 to 1024'),
    (["--rxq=two"], '--rxq: "two" is not a number'),
    (["--txq=1025"], '--txq: "1025" is not a number from 1 to 1024'),
    (["--rxd=65536"], '--rxd: "65536" is not a number from 1 to 65535'),
    (["--txd=-1"], '--txd: "-1" is not a number'),
    (["--burst=513"], '--burst: "513" is not a number from 1 to 512'),
    (["--mbuf-size=128"], '--mbuf-size: "128" is not a number from 129'),
    (["--total-num-mbufs=0"], '--total-num-mbufs: "0" is not a number from 1'),
    (["--max-pkt-len=63"], '--max-pkt-len: "63" is not a number from 64'),
    (["--stats-period=x"], '--stats-period: "x" is not a number'),
    (["--txpkts=10"], '--txpkts: "10" is not a number from 50'),
    (["--forward-mode=csum"], '--forward-mode: "csum" is not one of io|mac|macswap|rxonly|'
     'txonly|icmpecho; dpdk-testpmd has others'),
    (["--port-topology=chained"], '--port-topology: "chained" is not paired or loop'),
    (["--eth-peer=0"], '--eth-peer: "0" is not PORT,MAC'),
    (["--eth-peer=99,02:00:00:00:00:01"], '--eth-peer: "99" is not a number from 0 to 31'),
    (["--eth-peer=0,02:00"], '--eth-peer: "0,02:00" is not PORT,MAC'),
    (["--interactive=yes"], 'option "--interactive=yes" takes no value'),
    (["stray"], '"stray" is not an option'),
]


def test_bad_options(args):
    """A bad option is refused by its name, before EAL starts."""
    for options, answer in BAD_OPTIONS:
        with App(args, NULL_PAIR, options, stdin=subprocess.DEVNULL) as app:
            equal(app.finish(), 1, f"exit status with {options}")
            check(f"Error: {answer}" in app.text, f"{options}: {app.tail()}")
            check("EAL" not in app.text, f"{options}: EAL was started")


def test_good_options(args):
    """Each option does what it says."""
    options = ["--interactive", "--json", "--auto-start", "--forward-mode=rxonly", "--rxq=2",
               "--txq=2", "--rxd=64", "--txd=64", "--burst=4", "--mbuf-size=1024", "--txpkts=70",
               "--total-num-mbufs=5000", "--no-lsc-interrupt", "--tx-first", "--stats-period=1",
               "--eth-peer=0,02:00:00:00:00:55", "--port-topology=loop", "--max-pkt-len=1518"]
    with App(args, NULL_PAIR, options) as app:
        app.expect("--stats-period has no effect with -i")
        app.expect("Forwarding: mode rxonly, 4 streams on 1 lcores")
        app.expect(PROMPT)
        said = app.run("show config fwd")
        for part in ("mode: rxonly, topology loop, burst 4,",
                     "Rx port 0 queue 1 -> Tx port 0 queue 1", "peer 02:00:00:00:00:55"):
            check(part in said, f"{part!r} is not in {said!r}")
        check("txonly segments" not in said, f"what rxonly has not: {said!r}")
        app.run("stop")
        app.run("set fwd txonly")
        check("txonly segments: 70\n" in app.run("show config fwd"), app.tail())
        statistics = app.quit()
    equal((statistics["mbufs_total"], statistics["ports"][1]["mtu"]), (5000, 1500), "values")
    equal(statistics["ports"][0]["forward"]["tx_packets"], 2 * 4, "packets sent first")


def test_help_option(args):
    """--help names every option and leaves with status 0."""
    with App(args, NULL_PAIR, ["--help"], stdin=subprocess.DEVNULL) as app:
        equal(app.finish(), 0, "exit status")
        for name in ("--interactive", "--forward-mode", "--json", "--txpkts", "--eth-peer"):
            check(name in app.text, f"{name} is not in the help")


def test_bad_packet_length(args):
    """A packet length that a port does not have is told with its limits."""
    with App(args, ["--vdev=net_null0"], ["--max-pkt-len=64", "--json"],
             stdin=subprocess.DEVNULL) as app:
        app.expect("Forwarding until")  # 64 - 18 = 46, the least MTU of net_null
        app.process.send_signal(signal.SIGTERM)
        equal(app.finish(), 0, "exit status")
        equal(app.statistics()["ports"][0]["mtu"], 46, "MTU")


def test_no_port(args):
    """Without a port: what is missing, and how to give it."""
    with App(args, [], stdin=subprocess.DEVNULL) as app:
        equal(app.finish(), 1, "exit status")
        check("no port was found: bind a device to vfio-pci" in app.text, app.tail())


def test_one_lcore(args):
    """Without a worker lcore: what is missing, and how to give it."""
    with App(args, NULL_PAIR, lcores="0", stdin=subprocess.DEVNULL) as app:
        equal(app.finish(), 1, "exit status")
        check("forwarding needs a worker lcore beside the main lcore" in app.text, app.tail())


def test_bad_eal_option(args):
    """EAL's own refusal ends the program."""
    with App(args, ["--nonsense"], stdin=subprocess.DEVNULL) as app:
        equal(app.finish(), 1, "exit status")
        check("EAL cannot start" in app.text, app.tail())


def test_no_memory(args):
    """A pool larger than the memory: told with the remedy, and a clean end."""
    with App(args, NULL_PAIR, ["--total-num-mbufs=16000000"], stdin=subprocess.DEVNULL) as app:
        equal(app.finish(), 1, "exit status")
        check("no memory for 16000000 mbufs" in app.text, app.tail())


def add_arguments(parser) -> None:
    """The one argument of this program."""
    parser.add_argument("--app", type=Path, default=DEFAULT_APP,
                        help="the application (%(default)s)")


if __name__ == "__main__":
    results.main(group="vio-testpmd", arguments=add_arguments, seconds=90)
