# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The host's end of the talk with the guest's agent (the messages: see vm/agent.py).

A thread takes what the agent says and sorts it to the programs, so that output never piles up in
the guest while the caller is busy elsewhere. When the machine dies, every waiting call raises
MachineDied at once.
"""

import base64
import codecs
import json
import re
import signal
import threading
import time
from dataclasses import dataclass

from .errors import MachineDied, VmError, VmTimeout


@dataclass
class Result:
    """What a finished program left: its exit status (a signal's number negated) and its output."""
    status: int
    out: str
    err: str


class Process:
    """A program in the guest."""

    def __init__(self, channel, ident, name):
        self._channel = channel
        self._ident = ident
        self._decoders = {stream: codecs.getincrementaldecoder("utf-8")("replace")
                          for stream in ("out", "err")}
        self._text = {"out": "", "err": ""}
        self._mark = 0
        self.name = name
        self.status = None
        self.error = None

    def deliver(self, message):
        """Take a message from the agent (called by the channel's thread, under its lock)."""
        if "data" in message:
            stream = message["stream"]
            data = base64.b64decode(message["data"])
            self._text[stream] += self._decoders[stream].decode(data)
        elif "error" in message:
            self.error = message["error"]
            self.status = 127
        else:
            self.status = message["status"]

    @property
    def output(self):
        """All that came on standard output until now (with the errors, when they are merged)."""
        return self._text["out"]

    @property
    def errors(self):
        """All that came on standard error until now."""
        return self._text["err"]

    def tail(self, lines=15):
        """The last lines of the output, for a message."""
        return "\n".join((self.output + self.errors).splitlines()[-lines:])

    def write(self, data):
        """Give bytes as input."""
        self._channel.tell(do="write", id=self._ident, data=base64.b64encode(data).decode())

    def send_line(self, line):
        """Give one line as input."""
        self.write(line.encode() + b"\n")

    def close_stdin(self):
        """End the input."""
        self._channel.tell(do="eof", id=self._ident)

    def signal(self, number):
        """Send a signal to the program and to all that it started."""
        self._channel.tell(do="signal", id=self._ident, number=int(number))

    def mark(self):
        """Let the next expect() look only at what comes from now on."""
        self._mark = len(self.output)

    def expect(self, pattern, timeout=20):
        """Wait for output that matches the pattern, behind the last match; returns the match."""
        regex = re.compile(pattern, re.MULTILINE)

        def look():
            found = regex.search(self.output, self._mark)
            if not found and self.status is not None:
                raise VmError(f"{self.name} ended with status {self.status} "
                              f"before {pattern!r} came:\n{self.error or self.tail()}")
            return found
        found = self._channel.wait_for(
            look, timeout, lambda: f"{self.name}: {pattern!r} did not come:\n{self.tail()}")
        self._mark = found.end()
        return found

    def new_output(self, seen):
        """Wait for output beyond the first `seen` characters; returns it, or None at the end."""
        self._channel.wait_for(lambda: len(self.output) > seen or self.status is not None,
                               None, None)
        return self.output[seen:] or None

    def wait(self, timeout=20):
        """Wait for the end; returns the exit status."""
        self._channel.wait_for(lambda: self.status is not None, timeout,
                               lambda: f"{self.name} did not end:\n{self.tail()}")
        if self.error:
            raise VmError(f"{self.name} could not be started in the guest: {self.error}")
        return self.status

    def kill(self):
        """End the program, politely at first."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.status is not None:
                return
            self.signal(number)
            try:
                self.wait(5)
            except VmTimeout:
                pass


class Channel:
    """The connection with the agent, over a connected socket."""

    def __init__(self, sock, why_dead):
        """why_dead() names the cause when the connection has ended; it may take a moment."""
        self._socket = sock
        self._why_dead = why_dead
        self._changed = threading.Condition()
        self._processes = {}
        self._next = 0
        self._dead = None
        self.ready = False
        threading.Thread(target=self._receive, daemon=True).start()

    @property
    def dead(self):
        """Whether the machine at the other end is gone."""
        return self._dead is not None

    def _receive(self):
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    self._dispatch(json.loads(line))
        except (OSError, ValueError):
            pass
        why = self._why_dead()
        with self._changed:
            self._dead = why
            self._changed.notify_all()

    def _dispatch(self, message):
        with self._changed:
            if "ready" in message:
                self.ready = True
            else:
                process = self._processes[message["id"]]
                process.deliver(message)
                if process.status is not None:
                    del self._processes[message["id"]]
            self._changed.notify_all()

    def wait_for(self, condition, timeout, complaint):
        """Wait until condition() is true, and return what it returned; timeout None: for ever."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                value = condition()
                if value:
                    return value
                if self._dead is not None:
                    raise MachineDied(self._dead)
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise VmTimeout(f"after {timeout} s: {complaint()}")
                self._changed.wait(left)

    def tell(self, **message):
        """Send one message to the agent."""
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self.wait_for(lambda: False, 10, lambda: "the guest's agent takes no commands")

    def spawn(self, argv, stdio):
        """Start a program in the guest: its stdio is "pipes", "merged" or "terminal"."""
        with self._changed:
            ident = self._next
            self._next += 1
            process = self._processes[ident] = Process(self, ident, argv[0])
        self.tell(do="spawn", id=ident, argv=list(map(str, argv)), stdio=stdio)
        return process

    def close(self):
        """Close the connection."""
        self._socket.close()
