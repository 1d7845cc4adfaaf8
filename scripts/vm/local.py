# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Programs on this host, by the same agent that starts them in a guest.

Everything ends with the LocalHost: programs die with the agent, and the agent with this program
(PDEATHSIG). It is started from the thread that makes the LocalHost, which has to live as long.
"""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from .channel import Channel
from .errors import VmError

AGENT = Path(__file__).with_name("agent.py")
_DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")
_SECONDS = 10  # for the agent to start


class LocalHost:
    """This host, or one of its network namespaces, in the place of a Machine."""

    def __init__(self, namespace=None, environment=None):
        """environment is added to what the programs get of this program's own."""
        self._processes = []
        channel, port = socket.socketpair()
        with port:
            command = (sys.executable, "-IS", AGENT, port.fileno())
            command = namespace.command(*command) if namespace \
                else (*_DIE_WITH_PARENT, *map(str, command))
            self._agent = subprocess.Popen(command, pass_fds=(port.fileno(),), cwd="/",
                                           env={**os.environ, **(environment or {})},
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL, start_new_session=True)
        self._channel = Channel(channel, self._why_dead)
        try:
            self._channel.wait_for(lambda: self._channel.ready, _SECONDS,
                                   lambda: "the agent on this host did not start")
        except BaseException:
            self.close()
            raise

    def _why_dead(self):
        return f"the agent on this host ended with status {self._agent.wait()}"

    def spawn(self, *argv, stdio="merged"):
        """Start a program, as Machine.spawn() does; returns a Process."""
        process = self._channel.spawn((*_DIE_WITH_PARENT, *argv), stdio)
        process.name = argv[0]
        self._processes.append(process)
        return process

    def close(self):
        """Kill what still runs, and end the agent."""
        with suppress(VmError):
            for process in self._processes:
                process.signal(signal.SIGKILL)
            for process in self._processes:
                process.wait()
        self._agent.kill()
        self._agent.wait()
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
