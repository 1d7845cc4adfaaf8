# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""QEMU's monitor: commands as JSON over a connected socket."""

import json

from .errors import MachineDied, VmError


class Qmp:
    """A client that asks and waits for the answer; events are passed over."""

    def __init__(self, sock):
        sock.settimeout(10)
        self._socket = sock
        self._lines = sock.makefile("rb")
        self._greeted = False

    def command(self, name, /, **arguments):
        """Carry out a command, for example command("set_link", name="nic0", up=False)."""
        if not self._greeted:
            self._answer("QMP")
            self._greeted = True
            self.command("qmp_capabilities")
        try:
            self._socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        except OSError as error:
            raise MachineDied(f"QEMU's monitor is gone: {error}") from error
        return self._answer("return", f"{name} {arguments}")

    def _answer(self, key, what="greeting"):
        while True:
            try:
                line = self._lines.readline()
            except OSError as error:
                raise VmError(f"QEMU's monitor does not answer {what}: {error}") from error
            if not line:
                raise MachineDied("QEMU's monitor is gone")
            message = json.loads(line)
            if "error" in message:
                raise VmError(f"QEMU refuses {what}: {message['error']['desc']}")
            if key in message:
                return message[key]

    def close(self):
        """Close the connection."""
        self._lines.close()
        self._socket.close()
