# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Numbered frames into a network interface, and out of it again, at a steady pace.

The interface is a tap of this process, which outlives the processes that use its other side.
"""

import fcntl
import os
import struct
import subprocess
import threading
import time
from pathlib import Path

from results import check, equal

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
HEADER = bytes.fromhex("021111111111" "022222222222" "88b5")
LENGTH = 200
BURST = 16
PAUSE = 0.001


def frame(number: int) -> bytes:
    """A frame that says its number, and is long enough to show what became of it."""
    text = struct.pack("!Q", number) + number.to_bytes(4, "big") * 64
    return (HEADER + text)[:LENGTH]


class Traffic:
    """A tap; within traffic.flow(), frames are sent and those that come back are taken."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent = 0
        self.came: list[int] = []
        self.broken = 0  # frames of ours that differ from what was sent
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Traffic":
        self._file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        try:
            fcntl.ioctl(self._file, TUNSETIFF,
                        struct.pack("16sH", self.name.encode(), IFF_TAP | IFF_NO_PI))
            Path(f"/proc/sys/net/ipv6/conf/{self.name}/disable_ipv6").write_text("1")
            subprocess.run(["ip", "link", "set", self.name, "txqueuelen", "10000", "up"],
                           check=True)
        except BaseException:
            os.close(self._file)
            raise
        return self

    def __exit__(self, *_unused) -> None:
        self.stop()
        os.close(self._file)

    def start(self) -> None:
        """Frames flow from now on."""
        self._stop.clear()
        self._threads = [threading.Thread(target=work) for work in (self._send, self._take)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No more are sent or taken."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _send(self) -> None:
        while not self._stop.is_set():
            for _ in range(BURST):
                os.write(self._file, frame(self.sent))
                self.sent += 1
            time.sleep(PAUSE)

    def _take(self) -> None:
        while not self._stop.is_set():
            try:
                got = os.read(self._file, 65536)
            except BlockingIOError:
                time.sleep(PAUSE)
                continue
            if not got.startswith(HEADER):
                continue
            number = struct.unpack_from("!Q", got, len(HEADER))[0]
            self.broken += got != frame(number)
            self.came.append(number)

    def wait_for_more(self, number: int, seconds: float) -> None:
        """Until so many frames more came back."""
        wanted = len(self.came) + number
        deadline = time.monotonic() + seconds
        while len(self.came) < wanted:
            check(time.monotonic() < deadline,
                  f"{len(self.came)} of {self.sent} frames came back, expected {wanted}")
            time.sleep(0.01)

    def judge(self) -> None:
        """Every frame that came back did so once, as it was, in its order."""
        equal(self.broken, 0, "frames that differ")
        late = [(a, b) for a, b in zip(self.came, self.came[1:]) if b <= a]
        equal(late[:3], [], "frames that came twice or too late")
