# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""TCP and UDP frames as hosts make them, and what a card is to make of them.

Written from the RFCs, and shares nothing with the driver or with DPDK.
"""

import random
import struct
from typing import Optional

ETHER = bytes.fromhex("021111111111" "022222222222")
IPV4, IPV6 = 0x0800, 0x86DD
TCP, UDP = 6, 17
FIN_PSH = 0x09  # the flags that only the last segment keeps
CSUM_AT = {TCP: 16, UDP: 6}
ADDRESSES = {IPV4: bytes.fromhex("c6120801c6120802"),
             IPV6: bytes.fromhex("20010db8" + "00" * 11 + "01" "20010db8" + "00" * 11 + "02")}


def ones_sum(data: bytes) -> int:
    """The ones' complement sum of 16-bit words."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo_sum(ether: int, proto: int, length: int) -> int:
    """The sum of the pseudo header."""
    return ones_sum(ADDRESSES[ether] + struct.pack("!HH", proto, length))


def network_header(ether: int, proto: int, length: int, ident: int) -> bytes:
    """The IPv4 or IPv6 header before so many bytes."""
    if ether == IPV6:
        return struct.pack("!IHBB", 6 << 28, length, proto, 64) + ADDRESSES[IPV6]
    words = [0x4500, 20 + length, ident, 0, 64 << 8 | proto, 0,
             *struct.unpack("!4H", ADDRESSES[IPV4])]
    words[5] = 0xFFFF ^ ones_sum(struct.pack("!10H", *words))
    return struct.pack("!10H", *words)


def frame(ether: int, proto: int, transport: bytes, ident: int = 7, *,
          partial: bool = False, pseudo_length: Optional[int] = None) -> bytes:
    """A frame around a transport header and its payload.

    partial: its checksum is the sum of the pseudo header alone, of which the length may be wrong.
    """
    at = CSUM_AT[proto]
    csum = pseudo_sum(ether, proto, len(transport) if pseudo_length is None else pseudo_length)
    if not partial:
        blank = transport[:at] + bytes(2) + transport[at + 2:]
        csum = 0xFFFF ^ ones_sum(struct.pack("!H", csum) + blank) or 0xFFFF
    transport = transport[:at] + struct.pack("!H", csum) + transport[at + 2:]
    return (ETHER + struct.pack("!H", ether)
            + network_header(ether, proto, len(transport), ident) + transport)


def tcp_header(seq: int, flags: int = 0x10, options: bytes = b"") -> bytes:
    """A TCP header, without a checksum."""
    return struct.pack("!HHIIBBHHH", 7001, 7002, seq, 1, (20 + len(options)) << 2, flags, 8192,
                       0, 0) + options


def udp(payload: bytes) -> bytes:
    """A UDP header before its payload, without a checksum."""
    return struct.pack("!HHHH", 7001, 7002, 8 + len(payload), 0) + payload


class Packet:
    """What a host hands to its card: payload up to 64 KB, with a header."""

    def __init__(self, ether: int, proto: int, size: int, seed: int, options: bytes = b"") -> None:
        self.ether, self.proto, self.options = ether, proto, options
        self.payload = random.Random(seed).randbytes(size)
        self.seq = 0xFFFFFFF0  # wraps within the first segment
        self.flags = 0x10 | FIN_PSH

    def _tcp(self, at: int, size: int, flags: int) -> bytes:
        header = tcp_header((self.seq + at) & 0xFFFFFFFF, flags, self.options)
        return header + self.payload[at:at + size]

    def whole(self, **sums) -> bytes:
        """In one frame; sums as frame() has them."""
        transport = (udp(self.payload) if self.proto == UDP else
                     self._tcp(0, len(self.payload), self.flags))
        return frame(self.ether, self.proto, transport, **sums)

    def segments(self, size: int) -> list[bytes]:
        """The frames of at most so much TCP payload each, as they go on the wire."""
        if self.proto == UDP or len(self.payload) <= size:
            return [self.whole()]
        starts = range(0, len(self.payload), size)
        return [frame(self.ether, TCP,
                      self._tcp(at, size, self.flags if at == starts[-1] else
                                self.flags & ~FIN_PSH), ident=7 + number)
                for number, at in enumerate(starts)]
