# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""A virtual machine: QEMU from its start to its end, and programs in the guest.

QEMU dies with this program in any case (PDEATHSIG), and at once when the guest's kernel panics.
It is started from the thread that makes the machine, which has to live as long as the machine.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .channel import Channel, Result
from .errors import MachineDied, VmError, VmTimeout
from .guard import Guard
from .qmp import Qmp

TCG_CPU = "max"  # has AVX2, and not AVX-512, in QEMU 7.2
BOOT_SECONDS = 60  # usually 3; a loaded machine needs more
SHARE_IN_GUEST = "/run/vio/share"
_FIRST_NIC_SLOT = 0x10
_KERNEL_COMMAND_LINE = ("console=ttyS0 quiet panic=-1 oops=panic no_timer_check mitigations=off "
                        "init_on_alloc=0 random.trust_cpu=on rdinit=/init")


class Nic:
    """A network card of a machine, on a tap or (None) without a peer.

    Its properties are those of QEMU's device: Nic(tap, {"mq": "on", "host_mtu": 9000}).
    """

    def __init__(self, tap=None, properties=(), model="virtio-net-pci"):
        self.tap = tap
        self.properties = dict(properties)
        self.model = model
        self.bdf = None  # its PCI address in the guest, set by the machine
        self.name = None  # its name for QEMU's monitor, set by the machine


class Machine:
    """A guest that runs the host's own files, with two cores and the given devices."""

    def __init__(self, kernel, accelerator, nics=(), *, log_dir, iommu_bits=48, memory=1536,
                 setup=None, arguments=(), qemu=("qemu-system-x86_64",), say=print):
        """Does not boot yet: boot() or "with" does.

        kernel       from kernel.prepare()
        accelerator  "kvm" or "tcg", from accel.choose()
        log_dir      gets the console and QEMU's messages of each boot
        iommu_bits   address width of the virtual IOMMU, 48 or 39; None: a machine without IOMMU
        memory       in MiB
        setup        function that prepares the guest after each boot; gets the machine
        arguments    more of QEMU's own
        qemu         the beginning of its command line: the system's, or from qemu.of_suite()
        say          function that tells the user about a restart
        """
        self.kernel = kernel
        self.nics = list(nics)
        self.restarts = 0
        self.accelerator = accelerator
        self._log_dir = Path(log_dir)
        self._iommu_bits = iommu_bits
        self._memory = memory
        self._setup = setup
        self._arguments = list(arguments)
        self._program = tuple(qemu)
        self._say = say
        self._boots = 0
        self._qemu = self._channel = self._qmp = self._share = self._guard = None
        for number, nic in enumerate(self.nics):
            nic.name = f"nic{number}"
            nic.bdf = f"0000:00:{_FIRST_NIC_SLOT + number:02x}.0"

    # Life cycle

    def boot(self):
        """Start the machine and prepare the guest; one that dies at that is restarted once."""
        try:
            self.boot_once()
        except (MachineDied, VmTimeout) as error:
            if (self._qemu.poll() or 0) > 0:  # QEMU refused its arguments, and would again
                raise
            self._restart(error)

    def ensure(self):
        """Restart a machine that died while it was idle, once; to be called before a program."""
        if self._channel.dead:
            self._restart(self.why_dead())

    def _restart(self, why):
        self.stop()
        if self.restarts:
            raise MachineDied(f"died again after a restart: {why}")
        self.restarts += 1
        self._say(f"WARNING: RESTARTING THE VIRTUAL MACHINE, restart {self.restarts}: {why}")
        self.boot_once()

    def boot_once(self, timeout=BOOT_SECONDS):
        """Boot and prepare the guest; whatever fails is raised."""
        self._boots += 1
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._share = Path(tempfile.mkdtemp(prefix=f"vio{os.getpid()}-", dir="/run"))
        self._guard = Guard(("rm", "-rf", self._share))
        agent, agent_qemu = socket.socketpair()
        monitor, monitor_qemu = socket.socketpair()
        taps = [nic.tap for nic in self.nics if nic.tap]
        for tap in taps:
            tap.attach()
        command = ["setpriv", "--pdeathsig", "KILL",
                   *self._command(agent_qemu.fileno(), monitor_qemu.fileno())]
        with agent_qemu, monitor_qemu, open(self._log("qemu"), "wb") as log:
            log.write(shlex.join(map(str, command)).encode() + b"\n")
            log.flush()
            self._qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                pass_fds=(agent_qemu.fileno(), monitor_qemu.fileno(),
                          *(fd for tap in taps for fd in tap.fds)))
        self._channel = Channel(agent, self.why_dead)
        self._qmp = Qmp(monitor)
        self._channel.wait_for(lambda: self._channel.ready, timeout,
                               lambda: f"the guest did not boot: see {self._log('console')}")
        if self._setup:
            self._setup(self)

    def stop(self):
        """End the machine, if it runs."""
        if self._qemu:
            self._qemu.terminate()
            try:
                self._qemu.wait(3)
            except subprocess.TimeoutExpired:
                self._qemu.kill()
                self._qemu.wait()
            self._qemu = None
        if self._channel:
            self._channel.close()
            self._qmp.close()
        if self._guard:
            self._guard.close()

    def __enter__(self):
        try:
            self.boot()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    # Diagnosis

    def _log(self, what):
        return self._log_dir / f"{what}-{self._boots}.log"

    def console(self):
        """What the guest's console showed since the last boot."""
        return self._log("console").read_text(errors="replace")

    def dma_faults(self):
        """The IOMMU faults that the guest's kernel has reported since the last boot."""
        return re.findall(r"DMAR: \[.*\bfault\b.*", self.console())

    def why_dead(self):
        """Say why QEMU ended."""
        qemu = self._qemu
        if qemu is None:
            return "the machine was stopped"
        try:
            status = qemu.wait(5)
        except subprocess.TimeoutExpired:
            return "QEMU closed its connections but did not end"
        trouble = re.findall(r"^.*(?:Kernel panic|BUG:|Oops:).*$", self.console(), re.MULTILINE)
        how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        last = self._log("qemu").read_text(errors="replace").splitlines()[1:][-1:]
        return "; ".join([f"QEMU ended, {how}", *trouble[:2], *last,
                          f"see {self._log('console')}"])

    # QEMU's command line

    def _command(self, agent, monitor):
        kvm = self.accelerator == "kvm"
        return [
            *self._program, "-nodefaults", "-no-user-config", "-nographic", "-no-reboot",
            "-accel", "kvm" if kvm else "tcg,thread=multi",
            "-cpu", "host" if kvm else TCG_CPU,
            "-smp", "2", "-m", str(self._memory),
            "-machine", "q35,kernel-irqchip=split" if kvm else "q35",
            "-kernel", self.kernel.vmlinux, "-initrd", self.kernel.initramfs,
            "-append", _KERNEL_COMMAND_LINE + (" intel_iommu=on" if self._iommu_bits else ""),
            "-chardev", f"file,id=console,path={_escaped(self._log('console'))}",
            "-serial", "chardev:console",
            "-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control",
            "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,fd={agent}",
            "-device", "virtserialport,chardev=agent,name=net_vio.agent",
            *self._folder("host", "/", "readonly=on,multidevs=remap,security_model=none"),
            *self._folder("share", self._share, "security_model=none"),
            *self._iommu_arguments(),
            *(argument for nic in self.nics for argument in self._nic_arguments(nic)),
            *self._arguments]

    @staticmethod
    def _folder(tag, path, options):
        return ("-fsdev", f"local,id={tag},path={_escaped(path)},{options}",
                "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}")

    def _iommu_arguments(self):
        if not self._iommu_bits:
            return ()
        return ("-device", f"intel-iommu,intremap=on,caching-mode=on,aw-bits={self._iommu_bits}")

    def _nic_arguments(self, nic):
        properties = {"id": nic.name, "addr": nic.bdf.split(":")[2], "romfile": ""}
        if nic.model == "virtio-net-pci":
            properties["disable-legacy"] = "on"
            properties["iommu_platform"] = "on" if self._iommu_bits else "off"
            properties["mac"] = f"52:54:00:12:34:{self.nics.index(nic):02x}"
        if nic.tap:
            properties["netdev"] = f"net-{nic.name}"
            fds = ":".join(map(str, nic.tap.fds))
            key = "fd" if len(nic.tap.fds) == 1 else "fds"
            yield from ("-netdev", f"tap,id=net-{nic.name},vhost=off,{key}={fds}")
        properties |= nic.properties
        yield "-device"
        yield ",".join([nic.model, *(f"{name}={value}" for name, value in properties.items())])

    # In the guest

    @property
    def share(self):
        """A folder of the host that the guest sees, writable, as SHARE_IN_GUEST."""
        return self._share

    def spawn(self, *argv, stdio="merged"):
        """Start a program in the guest, with "merged" or separate ("pipes") output and errors,
        or on a "terminal"; returns a Process."""
        return self._channel.spawn(argv, stdio)

    def run(self, command, timeout=20, check=True):
        """Run a shell command in the guest to its end; returns a Result."""
        process = self._channel.spawn(("sh", "-c", command), "pipes")
        process.close_stdin()
        try:
            status = process.wait(timeout)
        except VmTimeout:
            process.kill()
            raise
        if check and status != 0:
            raise VmError(f"in the guest, '{command}' ended with status {status}:\n"
                          f"{process.tail()}")
        return Result(status, process.output, process.errors)

    def qmp(self, command, /, **arguments):
        """Give QEMU's monitor a command, for example qmp("set_link", name="nic0", up=False)."""
        return self._qmp.command(command, **arguments)


def _escaped(path):
    """A path as part of one of QEMU's option lists."""
    return str(path).replace(",", ",,")
