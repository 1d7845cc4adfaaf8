# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Cleaning up that also happens when this program is killed.

A guard is a small shell of its own session that waits for the end of a pipe which only this
program holds open, and then runs the commands it was given. So what they remove is removed when
the guard is closed, and just as well when this program dies in any way, SIGKILL included.
"""

import shlex
import subprocess


class Guard:
    """Runs commands when closed, or when this program ends."""

    def __init__(self, *commands):
        script = "\n".join(shlex.join(map(str, command)) for command in commands)
        self._shell = subprocess.Popen(
            ["sh", "-c", f"trap '' HUP INT TERM\nread -r _ || :\n{script}"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", start_new_session=True)

    def close(self):
        """Run the commands now, and wait for their end; a second call does nothing."""
        if self._shell.returncode is None:
            self._shell.stdin.close()
            self._shell.wait()
