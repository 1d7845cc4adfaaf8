#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The inputs that the fuzzers start from: what a good device does, put together byte by byte.

usage: seeds.py FOLDER     writes FOLDER/<fuzzer>/<name>
What an input means is said at the top of each fuzz_<fuzzer>.c.
"""

import struct
import sys
from pathlib import Path

BAR_LEN = 0x4000
STRUCTURE_LEN = 0x1000


def pci_capability(kind: int, following: int, offset: int, length: int = STRUCTURE_LEN) -> bytes:
    """A virtio capability for BAR 4; the notification one has a multiplier of 4 behind it."""
    more = struct.pack("<I", 4) if kind == 2 else b""
    return struct.pack("<BBBBBBxxII", 9, following, 16 + len(more), kind, 4, 0, offset,
                       length) + more


def pci_space(capabilities: list[tuple[int, int]]) -> bytes:
    """A configuration space with these types at these offsets, one after the other."""
    space = bytearray(256)
    space[0x06] = 0x10
    space[0x34] = 0x40
    for i, (kind, offset) in enumerate(capabilities):
        place = 0x40 + 20 * i
        following = place + 20 if i + 1 < len(capabilities) else 0
        data = pci_capability(kind, following, offset)
        space[place:place + len(data)] = data
    return bytes(space)


def pci_seeds() -> dict[str, bytes]:
    """Structures as QEMU lays them out, in two orders; the registers of a good device."""
    bars = struct.pack("<6H", 0, 0x1000, 0, 0, BAR_LEN, 0)
    registers = struct.pack("<IIIIHHBBHHHHHQQQ", 0, 0x00020020, 0, 0, 0xffff, 3, 0, 0, 0, 256, 0,
                            0, 1, 0, 0, 0)
    layout = [(1, 0x0000), (3, 0x1000), (4, 0x2000), (2, 0x3000)]
    # as some bridges have it: structures that overlap, and each capability twice
    twice = [(kind, 0) for kind, _ in layout] + layout
    return {
        "qemu": pci_space(layout) + bars + registers,
        "reversed": pci_space(layout[::-1]) + bars + registers,
        "twice": pci_space(twice) + bars + registers,
        "legacy": bytes(256),
    }


def vhost_message(request: int, payload: bytes = b"", flags: int = 5) -> bytes:
    """A message; flags are those of a reply."""
    return struct.pack("<III", request, flags, len(payload)) + payload


def vhost_step(operation: int, argument: int, written: bytes, nb_fds: int = 0xff) -> bytes:
    """An operation of the driver's, before which the back end writes this."""
    return struct.pack("<BBBH", operation, argument, nb_fds, len(written)) + written


def vhost_seeds() -> dict[str, bytes]:
    """Each operation with its good reply; replies in pieces, and with descriptors."""
    get_u64, vring, config, set_u64, requests, renew, close = range(7)
    features = vhost_message(1, bytes(8))
    base = vhost_message(11, struct.pack("<II", 1, 3))
    space = vhost_message(24, struct.pack("<III", 0, 12, 0) + bytes(12))
    changed = vhost_message(2, flags=9)
    return {
        "gets": vhost_step(get_u64, 0, features) + vhost_step(vring, 0, base) +
                vhost_step(config, 12, space),
        "sets": vhost_step(set_u64, 1, vhost_message(2, bytes(8))) + vhost_step(set_u64, 0, b"") +
                vhost_step(set_u64, 1, vhost_message(2, b"\1" + bytes(7))),
        "refusal": vhost_step(config, 12, vhost_message(24)),
        "requests": vhost_step(requests, 1, changed + changed) +
                    vhost_step(requests, 1, vhost_message(3, bytes(100), flags=9)),
        "pieces": vhost_step(requests, 1, changed[:5]) + vhost_step(requests, 1, changed[5:]),
        "descriptors": vhost_step(get_u64, 0, features, nb_fds=1) + vhost_step(renew, 0, b"") +
                       vhost_step(get_u64, 0, features, nb_fds=10),
        "closed": vhost_step(close, 0, b"") + vhost_step(get_u64, 0, features) +
                  vhost_step(renew, 0, b"") + vhost_step(get_u64, 0, features),
    }


SEEDS = {
    "pci": pci_seeds,
    "vhost": vhost_seeds,
}


def write(folder: Path) -> None:
    """Write the seeds of all fuzzers."""
    for fuzzer, seeds in SEEDS.items():
        (folder / fuzzer).mkdir(parents=True, exist_ok=True)
        for name, data in seeds().items():
            (folder / fuzzer / name).write_bytes(data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
