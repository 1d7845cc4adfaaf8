# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""A process that a test talks with, over a pipe or a pseudo-terminal, as a person would."""

import errno
import json
import os
import pty
import selectors
import subprocess
import termios
import time
from typing import Mapping, Optional, Sequence

import results
from results import check, equal

PROMPT = "vio-testpmd> "
SECONDS = 20  # that any one answer may take


def echo_off(terminal: int) -> None:
    """No echo of the terminal's own: what is seen is what the process wrote."""
    attributes = termios.tcgetattr(terminal)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)


class Session:
    """One process with a prompt; leaving the with block ends it."""

    def __init__(self, command: Sequence[str], prompt: str, *, terminal: bool = False,
                 stdin: Optional[int] = None,
                 environment: Optional[Mapping[str, str]] = None) -> None:
        self.prompt = prompt
        self.text = ""
        self._seen = 0
        if terminal:
            self._input, slave = pty.openpty()
            echo_off(slave)
            self._output = self._input
            self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                            env=environment, start_new_session=True)
            os.close(slave)
        else:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE if stdin is None else stdin,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
            self._output = self.process.stdout.fileno()
            self._input = self.process.stdin.fileno() if stdin is None else -1
        self._terminal = terminal

    def __enter__(self):
        return self

    def __exit__(self, *_unused) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._terminal:
            os.close(self._input)
        else:
            self.process.stdout.close()
            if self._input >= 0:
                self.close_input()

    def close_input(self) -> None:
        """End of file on the process's standard input."""
        self.process.stdin.close()

    def _read(self, deadline: float) -> bool:
        """Read what there is; False at the end of the output."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise results.Failure(f"no answer within {SECONDS} s after: {self.tail()}")
        try:
            data = os.read(self._output, 65536)
        except OSError as error:  # how a pseudo-terminal says end of file
            if error.errno != errno.EIO:
                raise
            data = b""
        self.text += data.decode(errors="replace").replace("\r", "")
        return bool(data)

    def tail(self) -> str:
        """The last words, for messages."""
        return self.text[-300:]

    def expect(self, text: str) -> str:
        """Wait for a text; return what came since the last one, up to its end."""
        deadline = time.monotonic() + SECONDS
        while (at := self.text.find(text, self._seen)) < 0:
            if not self._read(deadline):
                raise results.Failure(f"the process ended before {text!r}: {self.tail()}")
        start, self._seen = self._seen, at + len(text)
        return self.text[start:self._seen]

    def type(self, keys: str) -> None:
        """Send characters as they are."""
        os.write(self._input, keys.encode())

    def run(self, command: str) -> str:
        """Run one command and return its answer."""
        self.type(command + "\n")
        self.expect(command + "\n")
        return self.expect(self.prompt).removesuffix(self.prompt)

    def finish(self) -> int:
        """Wait for the end of the process; return its exit status."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            pass
        return self.process.wait(SECONDS)


class VioTestpmd(Session):
    """A session with app/vio-testpmd, whose options hold -i for a prompt, --json for statistics."""

    def __init__(self, command: Sequence[str], **how) -> None:
        super().__init__(command, PROMPT, **how)

    def quit(self, status: int = 0) -> dict:
        """Quit an interactive session that was given --json; return the statistics."""
        self.type("quit\n")
        equal(self.finish(), status, "exit status")
        return self.statistics()

    def statistics(self) -> dict:
        """The JSON at the end of the output."""
        start = self.text.rfind("\n{\n")
        check(start >= 0, f"no JSON in: {self.tail()}")
        return json.loads(self.text[start:])
