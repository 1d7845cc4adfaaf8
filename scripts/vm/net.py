# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Network namespaces, taps, and a port for raw frames on a tap.

Names carry this program's process id, so that several runs do not meet. Nothing is persistent: a
tap goes with its descriptors, and a namespace with its guard (see vm/guard.py).
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import time
from contextlib import contextmanager, suppress

from .errors import VmError
from .guard import Guard

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000

_TUNSETIFF, _TUNSETOFFLOAD, _TUNSETQUEUE = 0x400454CA, 0x400454D0, 0x400454D9
_IFF_TAP, _IFF_NO_PI, _IFF_MULTI_QUEUE, _IFF_VNET_HDR = 0x0002, 0x1000, 0x0100, 0x4000
_IFF_ATTACH_QUEUE = 0x0200

_ETH_P_ALL = 0x0003
_SOL_PACKET, _PACKET_AUXDATA = 263, 8
_TP_STATUS_VLAN_VALID, _TP_STATUS_VLAN_TPID_VALID = 1 << 4, 1 << 6
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33
_MAX_FRAME = 65536


def _ip(*arguments):
    done = subprocess.run(("ip", *map(str, arguments)), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise VmError(f"'ip {' '.join(map(str, arguments))}' failed: {done.stderr.strip()}")


class Namespace:
    """A network namespace named vio<pid><letter>, without IPv6, so that it sends nothing itself."""

    def __init__(self, letter):
        self.name = f"vio{os.getpid()}{letter}"
        self._guard = Guard(("ip", "netns", "del", self.name))
        try:
            _ip("netns", "add", self.name)
            with self.entered():
                for which in ("all", "default"):
                    with suppress(FileNotFoundError), \
                         open(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "w",
                              encoding="ascii") as switch:
                        switch.write("1")
            _ip("-n", self.name, "link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    @contextmanager
    def entered(self):
        """Be in the namespace with this thread; sockets made meanwhile stay in it."""
        with open("/proc/thread-self/ns/net", "rb") as home, \
             open(f"/run/netns/{self.name}", "rb") as there:
            self._enter(there)
            try:
                yield
            finally:
                self._enter(home)

    @staticmethod
    def _enter(namespace):
        if _libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            raise VmError(f"cannot enter {namespace.name}: {os.strerror(ctypes.get_errno())}")

    def command(self, *command):
        """The command line that runs a command in the namespace, and not beyond this program."""
        return ("setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", self.name,
                *map(str, command))

    def run(self, *command, timeout=30):
        """Run a command in the namespace; returns the CompletedProcess with its output."""
        return subprocess.run(self.command(*command), capture_output=True, text=True,
                              timeout=timeout, check=False)

    def add_address(self, device, address):
        """Give a network device in the namespace an address, such as "198.18.0.1/24"."""
        _ip("-n", self.name, "address", "add", address, "dev", device)

    def close(self):
        """Remove the namespace."""
        self._guard.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Tap:
    """A tap device in a namespace; QEMU gets its descriptors, one for each pair of queues."""

    def __init__(self, namespace, name="tap0", *, queues=1, mtu=1500, address=None):
        self.namespace = namespace
        self.name = name
        self.fds = []
        flags = _IFF_TAP | _IFF_NO_PI | _IFF_VNET_HDR | (_IFF_MULTI_QUEUE if queues > 1 else 0)
        try:
            with namespace.entered():
                for _ in range(queues):
                    self.fds.append(os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC))
                    fcntl.ioctl(self.fds[-1], _TUNSETIFF,
                                struct.pack("16sH22x", name.encode(), flags))
            _ip("-n", namespace.name, "link", "set", name, "mtu", mtu, "txqueuelen", 8192, "up")
            if address:
                namespace.add_address(name, address)
        except OSError as error:
            self.close()
            raise VmError(f"cannot make the tap {name}: /dev/net/tun: {error.strerror}") from error
        except BaseException:
            self.close()
            raise

    def attach(self):
        """Be as new for the next QEMU: the one before may have left queues detached."""
        for fd in self.fds if len(self.fds) > 1 else ():
            with suppress(OSError):  # it is attached
                fcntl.ioctl(fd, _TUNSETQUEUE, struct.pack("16sH22x", b"", _IFF_ATTACH_QUEUE))

    def can(self, offloads):
        """Whether this kernel's taps know these offloads (TUN_F_*); leaves the tap with none."""
        try:
            fcntl.ioctl(self.fds[0], _TUNSETOFFLOAD, offloads)
        except OSError:
            return False
        fcntl.ioctl(self.fds[0], _TUNSETOFFLOAD, 0)
        return True

    def close(self):
        """Close the descriptors; the tap is gone when QEMU has ended, too."""
        while self.fds:
            os.close(self.fds.pop())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Port:
    """Sends and receives exact frames on a tap, without the four bytes of checksum at the end."""

    def __init__(self, tap):
        self.sent = self.received = 0
        with tap.namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                         socket.htons(_ETH_P_ALL))
            self._socket.bind((tap.name, _ETH_P_ALL))
        self._socket.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        for buffer in (_SO_SNDBUFFORCE, _SO_RCVBUFFORCE):
            self._socket.setsockopt(socket.SOL_SOCKET, buffer, 64 << 20)

    def send(self, frame):
        """Send one frame, of 60 bytes to the tap's MTU and 14 more."""
        self._socket.send(frame)
        self.sent += 1

    def receive(self, timeout=2):
        """Return the next frame, or None when none came in time."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                frame, ancillary, _, source = self._socket.recvmsg(_MAX_FRAME, 64)
            except TimeoutError:
                break
            if source[2] != socket.PACKET_OUTGOING:
                self.received += 1
                return self._with_vlan(frame, ancillary)
        return None

    @staticmethod
    def _with_vlan(frame, ancillary):
        """Put the VLAN tag, which Linux takes out of a frame, back in its place."""
        for level, kind, data in ancillary:
            if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
                status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
                if status & _TP_STATUS_VLAN_VALID:
                    tpid = tpid if status & _TP_STATUS_VLAN_TPID_VALID else 0x8100
                    return frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        return frame

    def drain(self, quiet=0.2):
        """Throw away what has arrived, until nothing comes for a while; returns how many."""
        count = 0
        while self.receive(quiet) is not None:
            count += 1
        return count

    def close(self):
        """Close the socket."""
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
