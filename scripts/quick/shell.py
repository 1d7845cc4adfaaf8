# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The application of a lab on this terminal, or pipe."""

import contextlib
import os
import select
import sys
import termios
import threading
import tty

import vm

from .lab import ADDRESSES


def shell(lab):
    """Connect the application with this terminal (or pipe); returns its status."""
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    ping_a, ping_b = (f"ip netns exec {lab.spaces[side].name} ping {ADDRESSES[other]}"
                      for side, other in (("A", "B"), ("B", "A")))
    lab.say(f"forwarding between two namespaces; in another terminal:  {ping_a}")
    lab.say(f"or from the other side:  {ping_b}")
    lab.say(f"the command quit (or Ctrl-C) ends the application and {lab.REST}")
    lab.ready()
    process = lab.host.spawn(
        *vm.testpmd_command(lab.program, lab.eal, ("-i", *lab.options)),
        stdio="terminal" if on_terminal else "merged")

    def print_output():
        seen = 0
        with contextlib.suppress(vm.MachineDied):  # the main thread says it
            while (text := process.new_output(seen)) is not None:
                seen += len(text)
                print(text, end="", flush=True)
    printer = threading.Thread(target=print_output, daemon=True)
    printer.start()
    keep = termios.tcgetattr(sys.stdin) if on_terminal else None
    try:
        if on_terminal:
            tty.setcbreak(sys.stdin)
        relay_input(process, printer)
        status = process.wait(None)
    finally:
        if on_terminal:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, keep)
    printer.join(1)
    return status


def relay_input(process, printer):
    """Give this program's input to the process, until either has ended."""
    source = sys.stdin.fileno()
    while printer.is_alive():
        if not select.select([source], [], [], 0.2)[0]:
            continue
        data = os.read(source, 4096)
        if not data:
            process.close_stdin()
            return
        process.write(data)
