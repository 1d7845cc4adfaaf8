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


def pci_capability(kind: int, following: int, offset: int, multiplier: int,
                   length: int = STRUCTURE_LEN) -> bytes:
    """A virtio capability for BAR 4; the notification one has its multiplier behind it."""
    more = struct.pack("<I", multiplier) if kind == 2 else b""
    return struct.pack("<BBBBBBxxII", 9, following, 16 + len(more), kind, 4, 0, offset,
                       length) + more


def pci_space(capabilities: list[tuple[int, int]], multiplier: int = 4) -> bytes:
    """A configuration space with these types at these offsets, one after the other."""
    space = bytearray(256)
    space[0x06] = 0x10
    space[0x34] = 0x40
    for i, (kind, offset) in enumerate(capabilities):
        place = 0x40 + 20 * i
        following = place + 20 if i + 1 < len(capabilities) else 0
        data = pci_capability(kind, following, offset, multiplier)
        space[place:place + len(data)] = data
    return bytes(space)


def pci_registers(notify_off: int = 1) -> bytes:
    """The common configuration of a good device."""
    return struct.pack("<IIIIHHBBHHHHHQQQ", 0, 0x00020020, 0, 0, 0xffff, 3, 0, 0, 0, 256, 0, 0,
                       notify_off, 0, 0, 0)


def pci_seeds() -> dict[str, bytes]:
    """Structures as QEMU lays them out, in two orders; a product beyond 32 bits; no virtio."""
    bars = struct.pack("<6H", 0, 0x1000, 0, 0, BAR_LEN, 0)
    registers = pci_registers()
    layout = [(1, 0x0000), (3, 0x1000), (4, 0x2000), (2, 0x3000)]
    # as some bridges have it: structures that overlap, and each capability twice
    twice = [(kind, 0) for kind, _ in layout] + layout
    return {
        "qemu": pci_space(layout) + bars + registers,
        "reversed": pci_space(layout[::-1]) + bars + registers,
        "twice": pci_space(twice) + bars + registers,
        "product": pci_space(layout, 0x20000) + bars + pci_registers(0x8000),
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


PACKED, IN_ORDER, EVENT_IDX, MERGEABLE, INDIRECT, DATA, HASH, PLATFORM = (1 << i for i in range(8))
SCATTER, BUFFER_SPLIT, VLAN_STRIP, QINQ_STRIP, CHECKSUM, LRO, RSS_HASH = (1 << i for i in range(7))
MTU, VLAN, NO_PTYPES, OFFLOADS, INDICES, RESERVE, FAST_FREE, CACHED = (1 << i for i in range(8))
AVX512, AVX2, BASELINE, PARTIAL, UDP_LRO, RSC_INFO, USO = 0, 1, 2, 4, 8, 16, 32


def rx(nb: int = 32) -> bytes:
    """The driver's burst of receiving."""
    return struct.pack("<BB", 0, nb - 1)


def tx(nb: int, segments: int = 1, shape: int = 0) -> bytes:
    """The driver's burst of sending."""
    return struct.pack("<BBBBB", 1, nb, segments - 1, 0, shape)


def frame(length: int = 60) -> bytes:
    """A frame arrives."""
    return struct.pack("<BH", 2, length - 14) + bytes([2] * 12) + b"\x08\x00" + bytes(50)


def tagged(tags: bytes) -> bytes:
    """A frame with VLAN tags arrives."""
    data = bytes([2] * 12) + tags + b"\x08\x00"
    return struct.pack("<BH", 2, 86) + data + bytes(64 - len(data))


def sent(nb: int = 63) -> bytes:
    """Frames leave."""
    return struct.pack("<BB", 3, nb)


def header(num_buffers: int, flags: int, gso: int, fields: tuple[int, int, int, int]) -> bytes:
    """A frame of 100 bytes arrives with a header; num_buffers is one more than it says, or 0."""
    return struct.pack("<BHH", 4, 99, num_buffers) + \
        struct.pack("<BBHHHHHIHH", flags, gso, *fields, 0, 0, 0, 0) + frame()[3:]


def used(queue: int, buffer: int, length: int, excess: int = 0, batch: int = 1) -> bytes:
    """A used entry; buffer -1: of the one that the device got first; for a batch of up to 4."""
    how = (8 if excess else 0) | (16 if buffer < 0 else 0)
    buffer = max(buffer, 0)
    return struct.pack("<BBBBHH", 5, queue, batch - 1, how, buffer, length) + \
        (struct.pack("<H", excess) if excess else b"")


def rings_seeds() -> dict[str, bytes]:
    """Every format with honest traffic; what is offloaded; one lie of each kind."""
    ring_size, restart, all_features = 24, b"\x09", 0xff
    honest = (frame() + rx() + tx(4) + sent() + tx(2, 3) + sent() + frame(4000) + rx()) * 4
    lies = used(0, 3, 100) + rx() + restart + used(0, 200, 100) + rx() + restart + \
        used(1, 0, 0) + tx(4) + restart + frame() + used(0, -1, 5000) + restart + used(0, -1, 5) + restart + \
        used(0, -1, 72, 300) + restart + header(4, 0, 0, (0, 0, 0, 0)) + rx() + \
        restart + header(1, 0, 0, (0, 0, 0, 0)) + restart + header(99, 0, 0, (0, 0, 0, 0)) + \
        restart + used(0, 2, 72, batch=2) + restart + used(0, 9, 72, batch=3)
    # stopped, and in the end closed, before the application is told; 132 is an operation of 0
    lies += (restart + used(0, 200, 100) + bytes([132]) + rx()[1:]) * 2
    raw = struct.pack("<BBBH", 6, 0, 8, 0) + bytes([7] * 9) + rx() + \
        struct.pack("<BBBH", 6, 4, 8, 0) + bytes([7] * 9) + rx()
    offloads = header(0, 1, 1, (54, 1460, 34, 16)) + header(0, 1, 4, (54, 1460, 34, 16)) + \
        header(0, 2, 0, (0, 0, 0, 0)) + rx() + header(0, 1, 0, (0, 0, 5000, 16)) + rx()
    # as many as several groups of the widest vectors, around the ring's end as well
    groups = (frame() * 24 + rx(40) + tx(40) + sent() + tx(8) + sent(0x88) + tx(24) + sent()) * 4
    switch, away, ask = 10, 11, 8
    changes = b"".join(bytes([switch, what, ask, 3]) + frame() + rx() for what in range(0, 64, 9))
    changes += frame() + tx(4) + bytes([away, 1]) + tx(4) + frame() + bytes([away, 0]) + \
        header(4, 0, 0, (0, 0, 0, 0)) + rx() + bytes([away, 1]) + restart
    # meanwhile the device does not want to be told of buffers
    quiet = bytes([7, 0, 0x60]) + (frame() * 24 + rx(40)) * 2 + bytes([7, 0, 0x20]) + frame() + rx()
    formats = {"split": 0, "packed": PACKED}
    orders = {"": 0, "_in_order": IN_ORDER, "_events": EVENT_IDX | DATA, "_indirect": INDIRECT}
    found = {}
    for name, features in ((a + b, formats[a] | orders[b]) for a in formats for b in orders):
        features |= MERGEABLE
        start = bytes([features, SCATTER, ring_size, 0, AVX2])
        found |= {
            f"{name}_honest": start + honest,
            f"{name}_lies": start + lies,
            f"{name}_raw": start + raw + restart + honest[:40],
        }
        for path, width in (("avx512", AVX512), ("avx2", AVX2), ("baseline", BASELINE)):
            found[f"{name}_groups_{path}"] = bytes([features, SCATTER, 56, CACHED | FAST_FREE,
                                                    width]) + groups
    asked = tx(2, 1, 8) + struct.pack("<H", 0x2d)
    asked += (struct.pack("<BHBHBB", 14, 20, 20, 1000, 0, 0) + frame()[3:]) * 2 + sent()
    # TCP in VXLAN, to be segmented: flags, then lengths of headers, and what the headers say
    tunnelled = struct.pack("<BBBBB", 1, 2, 0, 200, 8) + struct.pack("<H", 0x222d)
    tunnelled += (struct.pack("<BHBHBB", 30, 20, 20, 100, 14, 20) + frame()[3:]) * 2 + sent()
    tags = (tagged(b"\x81\0\0\5") + tagged(b"\x88\xa8\0\5\x81\0\0\6") + rx()) * 3
    shapes = b"".join(tx(9, segments, 1 << shape) + sent()
                      for segments in (1, 2) for shape in (1, 2, 4, 5, 6, 7))
    for name, features in formats.items():
        mergeable = features | MERGEABLE
        found |= {
            f"{name}_high": bytes([mergeable | EVENT_IDX | DATA, SCATTER, 0, INDICES, 0]) + honest,
            f"{name}_asked": bytes([mergeable, SCATTER, ring_size, VLAN | OFFLOADS, USO]) +
                             asked * 3,
            f"{name}_offloads": bytes([mergeable | HASH, CHECKSUM | LRO | RSS_HASH, 56, 0,
                                       RSC_INFO | UDP_LRO]) + offloads,
            f"{name}_partial": bytes([mergeable, CHECKSUM, 56, 0, PARTIAL]) + offloads,
            f"{name}_one_buffer": bytes([features, VLAN_STRIP | QINQ_STRIP, ring_size, MTU | VLAN,
                                         0]) +
                                  frame() + rx() + tx(4, 1, 1) + sent() + tx(4, 2, 3) + sent(),
            f"{name}_buffer_split": bytes([mergeable, BUFFER_SPLIT, 40, MTU | NO_PTYPES, 0]) +
                                    (frame() + rx() + frame(1000) + rx()) * 2 + lies,
            f"{name}_pools": bytes([mergeable, SCATTER, 56, RESERVE | CACHED, 0]) + groups,
            f"{name}_shapes": bytes([mergeable, 0, 56, VLAN | CACHED, 0]) + shapes,
            f"{name}_tunnelled": bytes([mergeable, SCATTER, ring_size, OFFLOADS, 0]) + tunnelled * 2,
            f"{name}_tags": bytes([mergeable, VLAN_STRIP | QINQ_STRIP, ring_size, 0, 0]) + tags,
            f"{name}_quiet": bytes([features, 0, ring_size, 0, 0]) + quiet,
            f"{name}_changes": bytes([mergeable, CHECKSUM | LRO, ring_size, 0, 0]) + changes,
            f"{name}_all": bytes([features | all_features & ~PACKED, 0xff, 56, 0xff, 0xff]) + honest,
        }
    return found


def config_seeds() -> dict[str, bytes]:
    """A good device of each ring format; one whose configuration changes; and faults."""
    def device(features: int, faults: int = 0, pairs: int = 1, mtu: int = 1500) -> bytes:
        space = struct.pack("<6sHHHIBBHII", bytes([2, 0, 0, 0, 0, 1]), 1, pairs, mtu, 10000, 1,
                            40, 128, 0x3f, 0)
        return features.to_bytes(16, "little") + bytes([len(space)]) + space + \
            struct.pack("<BHHHHB", 2 * pairs + 1, 256, 256, 64, 64, faults)

    # VERSION_1, MAC, MTU, STATUS, MRG_RXBUF; CTRL_VQ, CTRL_RX, MQ, SPEED_DUPLEX, RSS, HASH_REPORT
    plain = 1 << 32 | 1 << 5 | 1 << 3 | 1 << 16 | 1 << 15
    full = plain | 1 << 17 | 1 << 18 | 1 << 22 | 1 << 63 | 1 << 60 | 1 << 57
    change = b"\0" + bytes([2, 0, 0, 0, 0, 9, 0, 0])
    return {
        "plain": device(plain) + change * 2,
        "full": device(full, pairs=4) + change,
        "packed": device(full | 1 << 34, pairs=2),
        "unstable": device(full, faults=2),
        "small_mtu": device(full, mtu=67),
    }


def ctrl_seeds() -> dict[str, bytes]:
    """Each command answered honestly; one in each other way, and a restart."""
    commands = b"".join(bytes([which, 3, 0]) for which in range(10))
    lies = b"".join(bytes([0, 3, how]) + (bytes(32) if how == 5 else b"") +
                    (struct.pack("<I", 1) if how < 6 else b"") + bytes([255, 0, 0])
                    for how in range(1, 7))
    return {f"{name}_{kind}": bytes([formats]) + steps
            for name, formats in (("split", 0), ("packed", 1), ("in_order", 2), ("events", 4))
            for kind, steps in (("honest", commands), ("lies", lies))}


SEEDS = {
    "config": config_seeds,
    "ctrl": ctrl_seeds,
    "pci": pci_seeds,
    "rings": rings_seeds,
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
