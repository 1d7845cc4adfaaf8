# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Files of packets, written and read."""

import struct
from pathlib import Path

from results import check, equal


def write_pcap(path: Path, packets: list[bytes]) -> None:
    """A pcap file of Ethernet frames."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for packet in packets:
            file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


def read_pcap(path: Path) -> list[bytes]:
    """The frames of a pcap file that this machine wrote."""
    data = path.read_bytes()
    magic = struct.unpack_from("<I", data)[0]
    check(magic in (0xa1b2c3d4, 0xa1b23c4d), f"{path.name} is no pcap file")
    packets = []
    at = 24
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        at += 16
        packets.append(data[at:at + length])
        equal(len(packets[-1]), length, f"bytes of packet {len(packets)} in {path.name}")
        at += length
    return packets
