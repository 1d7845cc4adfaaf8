# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What the system tests share: a machine with network cards, applications in it, and frames.

A test program names its cards and its Lab in global variables and runs its tests by main(); the
machine boots before the first one. Each test starts its own application by LAB.app(), which
also checks how that application ends: status 0, no mbuf lost, no fault of the IOMMU. A machine that
died is restarted once before the next application, loudly; a test in which it died has failed.
"""

import functools
import os
import random
import re
import struct
import sys
import time
from contextlib import ExitStack, contextmanager
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in ("test", "scripts"):
    sys.path.insert(0, str(ROOT / folder))

import results  # noqa: E402
import vm  # noqa: E402
from results import check, equal  # noqa: E402
from vm import guest, qemu  # noqa: E402

PLUGIN = ROOT / "build/drivers/librte_net_vio.so"
VIO_TESTPMD = str(ROOT / "build/app/vio-testpmd/vio-testpmd")
DPDK_TESTPMD = "dpdk-testpmd"
TEST_SECONDS = 180  # for one test
HUGEPAGES = 200
MBUFS = 16384

ETHER_HEADER = 14
EXPERIMENTAL = 0x88B5  # the EtherType for experiments: no station takes these frames
FAR_MAC = "02:00:00:00:00:fe"  # of nobody here
BROADCAST = "ff:ff:ff:ff:ff:ff"
RECEIVE_SECONDS = 10  # a loaded host is slow; a frame that is lost costs so much once

SEED = int(os.environ.get("VIO_TEST_SEED", time.time_ns() % 2**32))
RANDOM = random.Random(SEED)


# ---------------------------------------------------------------- frames

def mac_bytes(text):
    """A MAC address as six bytes."""
    return bytes.fromhex(text.replace(":", ""))


def frame(size, *, to=FAR_MAC, vlan=None):
    """A frame of that many bytes with a random payload, and with a VLAN tag if one is given."""
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    head = mac_bytes(to) + mac_bytes("02:00:00:00:00:01") + tag + struct.pack("!H", EXPERIMENTAL)
    return head + RANDOM.randbytes(size - len(head))


def mismatch(got, expected):
    """Where two frames differ, in words."""
    if got == expected:
        return "no difference"
    if got is None:
        return f"a frame of {len(expected)} bytes did not arrive"
    if len(got) != len(expected):
        return f"{len(got)} bytes arrived in place of a frame of {len(expected)}"
    first = next(i for i, (a, b) in enumerate(zip(got, expected)) if a != b)
    return (f"a frame of {len(expected)} bytes differs from byte {first} on: "
            f"{got[first:first + 8].hex()} in place of {expected[first:first + 8].hex()}")


def transfer(source, target, frames, window=32):
    """Send frames from one card's tap; each must arrive at the other's unchanged, in order, once.

    No more than a window of frames is under way: what a full ring drops is not what is tested.
    """
    arrivals(source, target, [])  # what an application before may have left in the tap
    for start in range(0, len(frames), window):
        part = frames[start:start + window]
        for sent in part:
            source.port.send(sent)
        for sent in part:
            got = target.port.receive(RECEIVE_SECONDS)
            check(got == sent, f"{mismatch(got, sent)} (seed {SEED})")
    check(arrivals(source, target, []) == [], "a frame arrived that was not sent, or twice")


def transfer_both(cards, frames, window=32):
    """transfer() in both directions of a pair of cards."""
    transfer(cards[0], cards[1], frames, window)
    transfer(cards[1], cards[0], frames, window)


def arrivals(source, target, frames):
    """Send frames, some of which may be dropped on the way; returns those that arrive.

    A broadcast of the smallest size follows them, which always passes, and tells the end.
    """
    last = frame(60, to=BROADCAST)
    for sent in (*frames, last):
        source.port.send(sent)
    arrived = []
    while (got := target.port.receive(RECEIVE_SECONDS)) != last:
        check(got is not None, f"not even a broadcast arrived (seed {SEED})")
        arrived.append(got)
    return arrived


def passes(source, target, sent):
    """Whether a frame sent into one card comes out of the other."""
    arrivals(source, target, [])
    arrived = arrivals(source, target, [sent])
    check(arrived in ([], [sent]), "another frame than the one sent arrived")
    return bool(arrived)


def wait_until(condition, complaint, seconds=10):
    """Ask again until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < deadline, f"{complaint}, in {seconds} s")
        time.sleep(0.05)


def expect_words(text, *words):
    """All of the words have to be in a text."""
    for word in words:
        check(word in text, f"'{word}' is not in: {text}")


def few_frames():
    """Frames that tell whether a path works at all, of usual sizes."""
    return [frame(size) for size in (60, 64, 128, 594, 1023, 1514) * 4]


# ---------------------------------------------------------------- machine

class Card:
    """A network card of the machine, its tap, and the port that sends and receives on the tap.

    The properties are those of QEMU's device. A card that stands apart has its tap in a network
    namespace of its own, and so a TCP/IP stack.
    """

    def __init__(self, properties=(), *, driver="vfio-pci", queues=1, mtu=1500, address=None,
                 apart=False):
        self.driver = driver
        self.apart = apart
        self.namespace = None
        self.properties = dict(properties)
        self._tap = {"queues": queues, "mtu": mtu, "address": address}
        self.nic = self.port = self.mac = None

    def plug(self, stack, namespace, number):
        """Make the tap and all that is on it."""
        if self.apart:
            namespace = stack.enter_context(vm.Namespace(next(Lab.letters)))
        self.namespace = namespace
        tap = stack.enter_context(vm.Tap(namespace, f"tap{number}", **self._tap))
        self.mac = f"02:00:00:00:01:{number:02x}"
        self.nic = vm.Nic(tap, {"mac": self.mac} | self.properties)
        self.port = stack.enter_context(vm.Port(tap))

    @property
    def bdf(self):
        """Its PCI address in the guest."""
        return self.nic.bdf

    @property
    def qom(self):
        """Its path in QEMU's tree of objects."""
        return f"/machine/peripheral/{self.nic.name}/virtio-backend"


class Session(vm.Testpmd):
    """A running application, with what the tests ask of it."""

    @property
    def output(self):
        """All that it printed."""
        return self.process.output

    def ok(self, *lines):
        """Give commands, none of which may be refused."""
        for line in lines:
            shown = self.command(line)
            check(not re.search(r"^(Error|Bad |Fail|Invalid|Command not found"
                                r"|net_vio: (?!\S+: features agreed on))", shown,
                                re.MULTILINE | re.IGNORECASE), f"'{line}': {shown}")

    def refused(self, line, pattern):
        """Give a command that must be refused with a text."""
        shown = self.command(line)
        check(re.search(pattern, shown), f"'{line}' should have said '{pattern}', said: {shown}")

    def xstats(self, port):
        """The extended statistics by name."""
        shown = re.findall(r"^(\w+): (\d+)", self.command(f"show port xstats {port}"),
                           re.MULTILINE)
        return {name: int(value) for name, value in shown}

    def reconfigure(self, *lines):
        """Stop, give commands, and start again."""
        self.ok("stop", "port stop all", *lines, "port start all", "start")


class Lab:
    """The machine of a test program, with its cards; boots when it is needed first."""

    letters = iter("abcdefghij")  # what tells apart the namespaces of a program's machines

    def __init__(self, name, cards, suite=None, **machine_options):
        """suite: whose QEMU it is, as for vm.qemu.of_suite(); None: the system's."""
        self.name = name
        self._suite = suite
        self.cards = cards
        self._options = machine_options
        self.machine = self.namespace = self.plugin = None
        self._stack = ExitStack()
        self._trouble = None

    def __enter__(self):
        vm.exit_on_signals()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def ready(self):
        """Boot, or restart, once, a machine that died; to be called when nothing is under way."""
        if isinstance(self._trouble, results.Skip):
            raise self._trouble
        if self._trouble:
            raise vm.VmError(f"no machine: {self._trouble}")
        if self.machine:
            self.machine.ensure()
            return
        try:
            self.machine = self._boot()
        except Exception as error:
            self._trouble = error  # a boot that failed is not tried again
            raise

    def _say(self, text):
        print(f"  {text}", flush=True)

    def _boot(self):
        if self._suite:
            try:
                self._options["qemu"] = qemu.of_suite(self._suite, self._say)
            except vm.VmError as error:
                raise results.Skip(f"no QEMU of {self._suite}: {error}") from error
        self.namespace = self._stack.enter_context(vm.Namespace(next(Lab.letters)))
        for number, card in enumerate(self.cards):
            card.plug(self._stack, self.namespace, number)
        machine = vm.new_machine([card.nic for card in self.cards], setup=self._prepare,
                                 log_dir=ROOT / "build/log" / self.name,
                                 say=self._say, **self._options)
        print(f"  seed {SEED}", flush=True)
        return self._stack.enter_context(machine)

    def _prepare(self, machine):
        guest.reserve_hugepages(machine, HUGEPAGES)
        for card in self.cards:
            guest.bind(machine, card.bdf, card.driver)
        self.plugin = guest.stage_plugin(machine, PLUGIN)

    def eal(self, cards, *options, devargs=()):
        """EAL's options: the plugin, and some cards with the device arguments that each has."""
        allow = [f"--allow={','.join(filter(None, (card.bdf, arguments)))}"
                 for card, arguments in zip_longest(cards, devargs)]
        return ("-d", self.plugin, *allow, *options)

    @contextmanager
    def app(self, cards, *options, program=VIO_TESTPMD, eal=(), devargs=()):
        """A session with an application that forwards on the cards; checks how it ends."""
        self.ready()
        machine = self.machine
        faults = len(machine.dma_faults())
        session = Session(machine, program, self.eal(cards, *eal, devargs=devargs),
                          (f"--total-num-mbufs={MBUFS}", "--forward-mode=io", "--auto-start",
                           *options))
        try:
            yield session
            equal(session.quit(), 0, "exit status of the application")
            if program == VIO_TESTPMD:
                check("Mbufs still in use: 0 of" in session.output, "mbufs were lost: "
                      + "".join(re.findall("Mbufs still in use.*", session.output)))
            equal(machine.dma_faults()[faults:], [], "faults of the IOMMU")
        except BaseException:
            for line in session.process.tail(40).splitlines():
                print(f"  | {line}", flush=True)
            session.process.kill()
            raise

    def fails(self, eal, *options, program=VIO_TESTPMD, timeout=60):
        """Run an application that has to end by itself with an error; returns what it said."""
        self.ready()
        process = self.machine.spawn(*vm.testpmd_command(program, eal, options))
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        check(status > 0, f"exit status {status}, and not an error's: {process.tail()}")
        return process.output

    def set_link(self, card, up):
        """Put a card's cable in or out."""
        self.machine.qmp("set_link", name=card.nic.name, up=up)

    def hmp(self, line):
        """Give a command of QEMU's human monitor; returns its text."""
        return self.machine.qmp("human-monitor-command", **{"command-line": line})

    def queue_size(self, card, index):
        """QEMU's own view of a virtqueue: its number of entries."""
        shown = self.hmp(f"info virtio-queue-status {card.qom} {index}")
        return int(re.search(r"^ +num: +(\d+)", shown, re.MULTILINE)[1])

    def device_status(self, card):
        """QEMU's own view of the device status: the names of the bits that are set."""
        shown = self.hmp(f"info virtio-status {card.qom}")
        return set(re.findall(r"VIRTIO_CONFIG_S_(\w+)", shown))

    def rx_filter(self, card):
        """QEMU's own view of a card's receive filter."""
        return self.machine.qmp("query-rx-filter", name=card.nic.name)[0]


def check_link_events(lab, card, app):
    """The cable of port 0 out and in: an event each, and the state."""
    try:
        for up, state in ((False, "down"), (True, "up")):
            app.process.mark()
            lab.set_link(card, up)
            app.process.expect("Port 0: link state change event", 20)
            equal(app.port_info(0)["Link status"], state, "link status")
    finally:
        lab.set_link(card, True)


def _on_running_machines(labs, test):
    """The test, with machines that live at its start."""
    @functools.wraps(test)
    def run(args):
        for lab in labs:
            lab.ready()
        test(args)
    return run


def main(group, *labs):
    """Run the tests of the program that calls, in the order in which they are written."""
    tests = [_on_running_machines(labs, test) for test in results.tests_of_program()]
    with ExitStack() as stack:
        for lab in labs:
            stack.enter_context(lab)
        results.main(tests, group=group, seconds=TEST_SECONDS)
