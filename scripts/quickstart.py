#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Builds net_vio and sends real traffic through it, in a virtual machine.

Two network namespaces of this host, each with its own Linux TCP/IP stack, talk through the driver:

    namespace A - tap - virtio-net PCI device 0 \\
                                                 net_vio over vfio-pci, forwarding
    namespace B - tap - virtio-net PCI device 1 /

Nothing is installed but missing Debian packages, and nothing stays behind but the build folder.
"""

import argparse
import contextlib
import fcntl
import json
import os
import platform
import re
import select
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
from pathlib import Path

sys.dont_write_bytecode = True  # nothing but build/ shall change
import vm  # noqa: E402
from vm import guest  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LOG_DIR = ROOT / "build" / "log" / "quickstart"
PLUGIN = ROOT / "build" / "drivers" / "librte_net_vio.so"
PROGRAMS = {"vio-testpmd": str(ROOT / "build" / "app" / "vio-testpmd" / "vio-testpmd"),
            "testpmd": "dpdk-testpmd"}
DRIVER = "net_vio"
KERNEL_DRIVER = "vfio-pci"
ADDRESSES = {"A": "198.18.0.1", "B": "198.18.0.2"}
PINGS = 20
HUGEPAGES = 160
MBUFS = 16384
EXIT_INTERRUPTED = 130
TUNGETFEATURES = 0x800454CF


class Failure(Exception):
    """The reason why quickstart ends with an error."""


class Progress:
    """Lines that say what is going on, with the seconds since the start."""

    def __init__(self):
        self._start = time.monotonic()

    def seconds(self):
        """Seconds since the start."""
        return time.monotonic() - self._start

    def __call__(self, text):
        print(f"[{self.seconds():5.1f} s] {text}", flush=True)


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="quickstart",
        description="Build net_vio, boot a virtual machine with two virtio-net PCI devices behind "
                    "a virtual IOMMU, and run ping and TCP between two network namespaces of this "
                    "host through the driver. To be run as root on Debian 12.")
    parser.add_argument("--seconds", type=int, default=5, metavar="N",
                        help="duration of TCP in each direction (default: %(default)s)")
    parser.add_argument("--app", choices=PROGRAMS, default="vio-testpmd",
                        help="application in the machine: this project's vio-testpmd (default), or "
                             "testpmd for Debian's own dpdk-testpmd with the driver as plugin")
    parser.add_argument("--shell", action="store_true",
                        help="an interactive session with the application instead of the traffic")
    arguments = parser.parse_args()
    if not 1 <= arguments.seconds <= 3600:
        parser.error("--seconds: from 1 to 3600")
    return arguments


def check_host():
    """Refuse a host on which this cannot work, and say what to do."""
    if os.geteuid() != 0:
        raise Failure("this makes network namespaces and installs packages: run it as root")
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    if release.get("ID") != "debian" or platform.machine() != "x86_64":
        raise Failure("this is made for Debian 12 on x86_64, and here is "
                      f"{release.get('PRETTY_NAME', 'an unknown system')} on {platform.machine()}")
    if release.get("VERSION_ID") != "12":
        print(f"Note: tested with Debian 12 only; here is {release['PRETTY_NAME']}")
    try:
        with open("/dev/net/tun", "r+b", buffering=0) as tun:
            fcntl.ioctl(tun, TUNGETFEATURES, bytes(4))
    except OSError as error:
        raise Failure(f"/dev/net/tun cannot be used ({error.strerror}): load the kernel module "
                      "tun, or in a container, give it that device") from error


@contextlib.contextmanager
def only_one():
    """Keep a second quickstart out of this checkout: both would build and log there."""
    with open(LOG_DIR / "lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure("another quickstart runs in this checkout: let it end first, or use "
                          "a checkout of its own") from error
        yield


def run_script(name, *arguments):
    """Run a script of the project; its output goes to a log, and in part here if it fails."""
    log_path = LOG_DIR / f"{name.removesuffix('.sh')}.log"
    with open(log_path, "wb") as log:
        script = subprocess.Popen([ROOT / "scripts" / name, *arguments], stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        status = script.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.killpg(script.pid, signal.SIGTERM)  # with all that it has started
        script.wait()
        raise
    if status != 0:
        last = log_path.read_text(errors="replace").splitlines()[-20:]
        raise Failure("\n".join([f"scripts/{name} failed, see {log_path}:", *last]))


class Lab:
    """The namespaces, the machine between them, and what the application has to be told."""

    def __init__(self, app, say):
        self.program = PROGRAMS[app]
        self.say = say
        self.spaces = {side: vm.Namespace(side.lower()) for side in ADDRESSES}
        self.taps = [vm.Tap(space, address=f"{ADDRESSES[side]}/24")
                     for side, space in self.spaces.items()]
        self.nics = [vm.Nic(tap) for tap in self.taps]
        self.machine = vm.new_machine(self.nics, log_dir=LOG_DIR, setup=self._prepare, say=say)
        self.plugin = None

    def __enter__(self):
        try:
            self.say("booting the virtual machine "
                     + {"kvm": "(KVM)", "tcg": "(emulated: no KVM that works here)"}[
                         self.machine.accelerator])
            self.machine.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.machine.stop()
        for closable in (*self.taps, *self.spaces.values()):
            closable.close()

    def _prepare(self, machine):
        self.say(f"in the guest: {HUGEPAGES} hugepages, both devices to {KERNEL_DRIVER}, "
                 f"plugin to {guest.PLUGIN_FOLDER}")
        guest.reserve_hugepages(machine, HUGEPAGES)
        for nic in self.nics:
            guest.bind(machine, nic.bdf, KERNEL_DRIVER)
        self.plugin = guest.stage_plugin(machine, PLUGIN)

    @property
    def eal(self):
        """EAL's options for the application."""
        return ("-d", self.plugin, *(f"--allow={nic.bdf}" for nic in self.nics))

    @property
    def options(self):
        """The application's own options."""
        return ("--forward-mode=io", "--auto-start", f"--total-num-mbufs={MBUFS}")


def ping(lab):
    """Ping from A to B; returns the number of answers."""
    lab.say(f"ping from A to B, {PINGS} times")
    done = lab.spaces["A"].run("ping", "-q", "-c", PINGS, "-i", "0.05", "-W", "2", ADDRESSES["B"])
    found = re.search(r"(\d+) received", done.stdout)
    if not found or found[1] == "0":
        raise Failure(f"ping got no answer: {done.stderr.strip() or done.stdout.strip()}")
    return int(found[1])


def tcp(lab, seconds):
    """Run iperf3 both ways; returns its two reports, from A to B first."""
    server = subprocess.Popen(lab.spaces["B"].command("iperf3", "-s", "--forceflush"), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for line in server.stdout:
            if "listening" in line:
                break
        else:
            raise Failure(f"iperf3's server ended with status {server.wait()}")
        reports = []
        for way, option in (("A to B", ()), ("B to A", ("--reverse",))):
            lab.say(f"TCP from {way}, {seconds} s")
            done = lab.spaces["A"].run("iperf3", "-c", ADDRESSES["B"], "-t", seconds, "-J",
                                       "--connect-timeout", 5000, *option,
                                       timeout=seconds + 20)
            report = json.loads(done.stdout or "{}")
            if done.returncode != 0 or "error" in report:
                raise Failure(f"iperf3 failed from {way}: "
                              f"{report.get('error') or done.stderr.strip()}")
            reports.append(report["end"])
        return reports
    except subprocess.TimeoutExpired as error:
        raise Failure(f"TCP stalled: iperf3 did not end within {error.timeout} s") from error
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def measure(lab, seconds):
    """Start the application, send the traffic through it, and return all that was seen."""
    lab.machine.ensure()
    lab.say(f"starting {Path(lab.program).name} with -d {lab.plugin}")
    app = guest.Testpmd(lab.machine, lab.program, lab.eal, lab.options)
    seen = {
        "drivers": [app.port_info(port).get("Driver name") for port in (0, 1)],
        "rx_mode": app.burst_mode(0, "rx"),
        "tx_mode": app.burst_mode(0, "tx"),
        "iova": app.iova_mode,
        "answers": ping(lab),
        "tcp": tcp(lab, seconds),
    }
    lab.say("ending the application")
    app.command("stop")  # the counters of both ports stand still from here on
    seen["stats"] = [app.port_stats(port) for port in (0, 1)]
    seen["status"] = app.quit()
    seen["kernel_drivers"] = [guest.bound_driver(lab.machine, nic.bdf) for nic in lab.nics]
    seen["groups"] = [guest.iommu_group(lab.machine, nic.bdf) for nic in lab.nics]
    seen["ids"] = [guest.pci_id(lab.machine, nic.bdf) for nic in lab.nics]
    seen["dma_faults"] = lab.machine.dma_faults()
    return seen


def complaints(seen):
    """Whatever shows that the traffic did not really pass through the driver."""
    stats = seen["stats"]
    for port in (0, 1):
        if seen["drivers"][port] != DRIVER:
            yield f"the driver of port {port} is {seen['drivers'][port]}, not {DRIVER}"
        if seen["kernel_drivers"][port] != KERNEL_DRIVER:
            yield f"device {port} is bound to {seen['kernel_drivers'][port]}, not {KERNEL_DRIVER}"
        if seen["groups"][port] is None:
            yield f"device {port} has no IOMMU group"
    if seen["answers"] != PINGS:
        yield f"{PINGS - seen['answers']} of {PINGS} pings got no answer"
    for way, source, end in zip(("A to B", "B to A"), (0, 1), seen["tcp"]):
        received = end["sum_received"]["bytes"]
        passed = min(stats[source]["RX-bytes"], stats[1 - source]["TX-bytes"])
        if received <= 0:
            yield f"no TCP data came from {way}"
        if passed < received:
            yield f"from {way}, TCP got {received} bytes, but the ports counted only {passed}"
    if seen["status"] != 0:
        yield f"the application ended with status {seen['status']}"
    for fault in seen["dma_faults"][:3]:
        yield f"the IOMMU caught a wrong access: {fault}"


def forwarded(source, target):
    """What came in at one port and went out at the other; the application drops the rest."""
    received, sent = source["RX-packets"], target["TX-packets"]
    return (f"{received} received, {sent} sent on, {received - sent} dropped by the application "
            "(Tx ring full)")


def print_summary(lab, seen):
    """Say what was used, and what passed."""
    stats = seen["stats"]
    rows = [(f"device {port}", f"{nic.bdf}, PCI ID {seen['ids'][port]}, IOMMU group "
             f"{seen['groups'][port]}, {seen['kernel_drivers'][port]}")
            for port, nic in enumerate(lab.nics)]
    rows += [
        ("driver", " and ".join(dict.fromkeys(map(str, seen["drivers"])))),
        ("application", Path(lab.program).name),
        ("IOVA mode", seen["iova"]),
        ("burst mode Rx", seen["rx_mode"]),
        ("burst mode Tx", seen["tx_mode"]),
        ("packets A to B", forwarded(stats[0], stats[1])),
        ("packets B to A", forwarded(stats[1], stats[0])),
        ("ping", f"{seen['answers']} of {PINGS} answered, "
                 f"{100 * (PINGS - seen['answers']) // PINGS}% loss"),
    ]
    for way, end in zip(("A to B", "B to A"), seen["tcp"]):
        rows.append((f"TCP {way}", f"{end['sum_received']['bits_per_second'] / 1e6:.0f} Mbit/s, "
                                   f"{end['sum_sent'].get('retransmits', 0)} retransmits"))
    rows += [
        ("machine", f"QEMU with {lab.machine.accelerator.upper()}, 2 cores, virtual IOMMU, "
                    f"{lab.machine.restarts} restarts"),
        ("logs", str(LOG_DIR)),
    ]
    print()
    for name, value in rows:
        print(f"  {name:<16}{value if value is not None else 'not known'}")
    print()


def shell(lab):
    """Connect the application in the guest with this terminal (or pipe); returns its status."""
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    ping_a, ping_b = (f"ip netns exec {lab.spaces[side].name} ping {ADDRESSES[other]}"
                      for side, other in (("A", "B"), ("B", "A")))
    lab.say(f"forwarding between two namespaces; in another terminal:  {ping_a}")
    lab.say(f"or from the other side:  {ping_b}")
    lab.say("the command quit (or Ctrl-C) ends the application and the machine")
    lab.machine.ensure()
    process = lab.machine.spawn(
        *guest.testpmd_command(lab.program, lab.eal, ("-i", *lab.options)),
        stdio="terminal" if on_terminal else "merged")

    def print_output():
        seen = 0
        with contextlib.suppress(vm.MachineDied):  # the main thread says it
            while (text := process.new_output(seen)) is not None:
                seen += len(text)
                print(text, end="", flush=True)
    printer = threading.Thread(target=print_output, daemon=True)
    printer.start()
    keep = termios.tcgetattr(sys.stdin) if on_terminal else None
    try:
        if on_terminal:
            tty.setcbreak(sys.stdin)
        relay_input(process, printer)
        status = process.wait(None)
    finally:
        if on_terminal:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, keep)
    printer.join(1)
    return status


def relay_input(process, printer):
    """Give this program's input to the process, until either has ended."""
    source = sys.stdin.fileno()
    while printer.is_alive():
        if not select.select([source], [], [], 0.2)[0]:
            continue
        data = os.read(source, 4096)
        if not data:
            process.close_stdin()
            return
        process.write(data)


def run(arguments, say):
    """Do what was asked; returns the exit status."""
    check_host()
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    with only_one():
        say("installing packages that are missing (if any: a minute or more)")
        run_script("install-deps.sh", "build", "run")
        say("building the driver and the application (the first time: some 20 s)")
        run_script("build.sh")
        with Lab(arguments.app, say) as lab:
            if arguments.shell:
                return shell(lab)
            seen = measure(lab, arguments.seconds)
            print_summary(lab, seen)
            reasons = list(complaints(seen))
    if reasons:
        raise Failure("\n  ".join(["the traffic did not pass as it should:", *reasons]))
    print(f"PASSED: two TCP/IP stacks talked through {DRIVER}, in {say.seconds():.0f} s.")
    return 0


def main():
    """Returns the exit status."""
    arguments = parse_arguments()
    vm.exit_on_signals()
    try:
        return run(arguments, Progress())
    except (Failure, vm.VmError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; all that was started is ended", file=sys.stderr)
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
