#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Builds net_vio and sends real traffic through it.

Two network namespaces of this host, each with its own Linux TCP/IP stack, talk through the driver,
in a virtual machine:

    namespace A - tap - virtio-net PCI device 0 \\
                                                 net_vio over vfio-pci, forwarding
    namespace B - tap - virtio-net PCI device 1 /

or without one, on this host:

    namespace A - tap - vhost-user back end - socket \\
                                                      net_vio_user, forwarding
    namespace B - tap - vhost-user back end - socket /

Nothing is installed but missing Debian packages, and nothing stays behind but the build folder.
"""

import argparse
import contextlib
import fcntl
import os
import platform
import shlex
import signal
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing but build/ shall change
import vm  # noqa: E402
from quick.guest_lab import GuestLab  # noqa: E402
from quick.lab import LOG_DIR, PROGRAMS, ROOT, Failure, Progress  # noqa: E402
from quick.native_lab import NativeLab  # noqa: E402
from quick.report import complaints, measure, print_summary  # noqa: E402
from quick.shell import shell  # noqa: E402

EXIT_INTERRUPTED = 130
TUNGETFEATURES = 0x800454CF


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="quickstart", usage="%(prog)s [options] [-- OPTION...]",
        description="Build net_vio, boot a virtual machine with two virtio-net PCI devices behind "
                    "a virtual IOMMU, and run ping and TCP between two network namespaces of this "
                    "host through the driver. To be run as root on Debian 12.",
        epilog="What follows -- goes to the application, for example: "
               "quickstart --shell --eal=--log-level=pmd.net.vio:8 -- --rxd=1024")
    parser.add_argument("--native", action="store_true",
                        help="no virtual machine: the driver connects to two vhost-user back ends "
                             "on this host, which needs 320 MiB of hugepages")
    parser.add_argument("--seconds", type=int, default=5, metavar="N",
                        help="duration of TCP in each direction (default: %(default)s)")
    parser.add_argument("--app", choices=PROGRAMS, default="vio-testpmd",
                        help="application: this project's vio-testpmd (default), or testpmd for "
                             "Debian's own dpdk-testpmd with the driver as plugin")
    parser.add_argument("--shell", action="store_true",
                        help="an interactive session with the application instead of the traffic")
    parser.add_argument("--eal", type=shlex.split, action="extend", default=[], metavar="OPTIONS",
                        help="more of EAL's options for the application: words, as a shell "
                             "splits them (--eal='--log-level=pmd.net.vio:8 --no-telemetry')")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments = parser.parse_args(sys.argv[1:end])
    arguments.options = sys.argv[end + 1:]
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


def run(arguments, say):
    """Do what was asked; returns the exit status."""
    check_host()
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    with only_one():
        say("installing packages that are missing (if any: a minute or more)")
        run_script("install-deps.sh", "build", "native" if arguments.native else "run")
        say("building the driver and the application (the first time: some 20 s)")
        run_script("build.sh")
        make_lab = NativeLab if arguments.native else GuestLab
        with make_lab(PROGRAMS[arguments.app], arguments.eal, arguments.options,
                      say) as lab:
            if arguments.shell:
                return shell(lab)
            seen = measure(lab, arguments.seconds)
            print_summary(lab, seen)
            reasons = list(complaints(lab, seen))
    if reasons:
        raise Failure("\n  ".join(["the traffic did not pass as it should:", *reasons]))
    print(f"PASSED: two TCP/IP stacks talked through {lab.DRIVER}, in {say.seconds():.0f} s.")
    return 0


def say_last(text):
    """The closing line of a run that was ended, if anybody can still read it."""
    with contextlib.suppress(OSError):
        print(f"\n{text}; all that was started is ended", file=sys.stderr, flush=True)


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
        say_last("interrupted")
        return EXIT_INTERRUPTED
    except SystemExit as end:
        say_last(f"ended by {signal.Signals(end.code - 128).name}")
        raise


if __name__ == "__main__":
    sys.exit(main())
