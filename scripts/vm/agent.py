# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The harness's hand in the guest: starts programs and carries their input and output.

Speaks lines of JSON over a virtio-serial port with vm/channel.py on the host; data is base64.
On the host itself (vm/local.py) its one argument is an open socket in place of the port.
Host to agent:  {"do": "spawn", "id": N, "argv": [...], "stdio": "pipes" | "merged" | "terminal"}
                {"do": "write", "id": N, "data": D}      {"do": "eof", "id": N}
                {"do": "signal", "id": N, "number": S}
Agent to host:  {"ready": true}
                {"id": N, "data": D, "stream": "out" | "err"}
                {"id": N, "status": S}  the last word on N; S is a signal's number negated
                {"id": N, "error": text}  instead of it: the program could not be started
One thread; only the port's writes block, which is the back-pressure that is wanted.
"""

import base64
import json
import os
import pty
import selectors
import signal
import subprocess
import sys
import tty

PORT_NAME = "net_vio.agent"


def open_port():
    """Open the virtio-serial port that has the agent's name."""
    ports = "/sys/class/virtio-ports"
    for port in os.listdir(ports):
        with open(f"{ports}/{port}/name", encoding="ascii") as name:
            if name.read().strip() == PORT_NAME:
                return os.open(f"/dev/{port}", os.O_RDWR | os.O_CLOEXEC)
    sys.exit(f"no virtio-serial port named {PORT_NAME}")


class Child:
    """A program, its process group and the descriptors of its input and output."""

    def __init__(self, argv, stdio):
        self.streams = {}
        if stdio == "terminal":
            master, slave = pty.openpty()
            tty.setraw(slave)
            ends = (slave, slave, slave)
        else:
            merged = subprocess.STDOUT if stdio == "merged" else subprocess.PIPE
            ends = (subprocess.PIPE, subprocess.PIPE, merged)
        self.process = subprocess.Popen(argv, stdin=ends[0], stdout=ends[1], stderr=ends[2],
                                        bufsize=0, start_new_session=True)
        if stdio == "terminal":
            os.close(slave)
            self.stdin = master
            self.streams[master] = "out"
        else:
            self.stdin = self.process.stdin.fileno()
            self.streams[self.process.stdout.fileno()] = "out"
            if self.process.stderr:
                self.streams[self.process.stderr.fileno()] = "err"
        for end in (self.stdin, *self.streams):
            os.set_blocking(end, False)

    def write(self, data):
        """Give input; what a program does not take (it has ended, or its pipe is full) is lost."""
        try:
            if os.write(self.stdin, data) < len(data):
                print("vio: a program's input is full")
        except OSError as error:
            print(f"vio: a program takes no input: {error}")

    def close_stdin(self):
        """End the input; a terminal has no end, so its user types one."""
        if self.process.stdin:
            self.process.stdin.close()
        else:
            self.write(b"\x04")

    def signal(self, number):
        """Signal the program and all that it started."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def close(self):
        """Close what is left of the descriptors."""
        for end in (self.process.stdin, self.process.stdout, self.process.stderr):
            if end:
                end.close()
        if not self.process.stdout:
            os.close(self.stdin)


class Agent:
    """Serves the port until it closes."""

    def __init__(self, port):
        self.port = port
        self.children = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(port, selectors.EVENT_READ, self.on_port)
        self.pending = b""
        child_ended, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.selector.register(child_ended, selectors.EVENT_READ, self.on_child)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)

    def tell(self, **message):
        """Send one message."""
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(self.port, line):]

    def serve(self):
        """Say ready, and then do what comes."""
        self.tell(ready=True)
        while True:
            for key, _ in self.selector.select():
                if key.fd in self.selector.get_map():
                    key.data(key.fd)

    def on_port(self, port):
        """Take commands."""
        data = os.read(port, 65536)
        if not data:
            sys.exit("the host closed the port")
        *lines, self.pending = (self.pending + data).split(b"\n")
        for line in lines:
            self.do(json.loads(line))

    def do(self, command):
        """Carry out one command; one for a program that has ended does nothing."""
        ident = command["id"]
        if command["do"] == "spawn":
            self.spawn(ident, command["argv"], command["stdio"])
            return
        child = self.children.get(ident)
        if child is None:
            return
        if command["do"] == "write":
            child.write(base64.b64decode(command["data"]))
        elif command["do"] == "eof":
            child.close_stdin()
        elif command["do"] == "signal":
            child.signal(command["number"])

    def spawn(self, ident, argv, stdio):
        """Start a program."""
        try:
            child = self.children[ident] = Child(argv, stdio)
        except OSError as error:
            self.tell(id=ident, error=str(error))
            return
        for stream in child.streams:
            self.selector.register(stream, selectors.EVENT_READ,
                                   lambda fd: self.on_output(ident, child, fd))

    def on_output(self, ident, child, stream):
        """Pass output on; returns false when there is no more (for now)."""
        try:
            data = os.read(stream, 32768)
        except BlockingIOError:
            return False
        except OSError:  # how a terminal says that nobody has its other end open
            data = b""
        if not data:
            self.selector.unregister(stream)
            del child.streams[stream]
            return False
        self.tell(id=ident, stream=child.streams[stream], data=base64.b64encode(data).decode())
        return True

    def on_child(self, child_ended):
        """Report the programs that have ended, after the last of their output."""
        os.read(child_ended, 4096)
        for ident, child in list(self.children.items()):
            status = child.process.poll()
            if status is None:
                continue
            for stream in list(child.streams):
                while self.on_output(ident, child, stream):
                    pass
            for stream in child.streams:  # still open: held by what the program left behind
                self.selector.unregister(stream)
            child.close()
            del self.children[ident]
            self.tell(id=ident, status=status)


if __name__ == "__main__":
    Agent(int(sys.argv[1]) if len(sys.argv) > 1 else open_port()).serve()
