# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""What quickstart sets up: two network namespaces, and between them the driver."""

import contextlib
import time
from pathlib import Path

import vm

ROOT = Path(__file__).resolve().parents[2]
LOG_DIR = ROOT / "build" / "log" / "quickstart"
PLUGIN = ROOT / "build" / "drivers" / "librte_net_vio.so"
PROGRAMS = {"vio-testpmd": str(ROOT / "build" / "app" / "vio-testpmd" / "vio-testpmd"),
            "testpmd": "dpdk-testpmd"}
ADDRESSES = {"A": "198.18.0.1", "B": "198.18.0.2"}
MBUFS = 16384


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


class Lab:
    """Both namespaces; a subclass puts the driver between them. To be used by "with".

    Port 0 of the application is on the side of A, port 1 on that of B.
    """

    DRIVER = None  # the name that both ports have to show
    REST = None  # what ends with the application, in words

    def __init__(self, program, more_eal, options, say):
        """The application, more of EAL's and its options, and what tells what goes on."""
        self.program = program
        self.more_eal = more_eal
        self.options = ("--forward-mode=io", "--auto-start", f"--total-num-mbufs={MBUFS}",
                        *options)
        self.say = say
        self.spaces = {}
        self.host = None  # where the application runs: has spawn()
        self.plugin = None  # the driver's path there
        self.processes = {}  # what has to run while traffic does, by its name for a user
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            for side in ADDRESSES:
                self.spaces[side] = self.stack.enter_context(vm.Namespace(side.lower()))
            self.start()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self):
        """Make all that the application needs; what is put on the stack is ended."""
        raise NotImplementedError

    def ready(self):
        """See to it that the application can be started."""

    @property
    def needed_eal(self):
        """EAL's options that the application cannot do without."""
        raise NotImplementedError

    @property
    def eal(self):
        """EAL's options for the application."""
        return (*self.needed_eal, *self.more_eal)

    def inspect(self):
        """Look at what is left to look at, after the application has ended."""

    def check_alive(self):
        """Fail if a process ended that should run, with its last words."""
        for name, process in self.processes.items():
            if process.status is not None:
                raise Failure(f"{name} ended with status {process.status}:\n{process.tail()}")

    def complaints(self, stats):
        """What shows that the traffic took another way, given both ports' statistics."""
        raise NotImplementedError

    def devices(self):
        """Rows of the summary: the driver's devices."""
        raise NotImplementedError

    def surroundings(self):
        """Rows of the summary: where all this was."""
        raise NotImplementedError
