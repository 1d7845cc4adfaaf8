#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Proves of the driver's own sources what doc/trust.md says is proved, by CBMC.

Each proof says what must be possible, too (REACHED in proof.h), so that none holds of nothing.
"""

import cbmc
import results
from cbmc import Proof



def of_ring(direction, name, size):
    """The proof of a direction on a ring of a format, with so many entries."""
    file = name.split("_", maxsplit=1)[0]
    defines = (f"FORMAT={name}", f'BURST_FILE="vio_{direction}_{file}.c"', f"SIZE={size}",
               f"PACKED={file == 'packed':d}", f"IN_ORDER={file != name:d}")
    if direction == "tx":
        return Proof("tx_complete.c", size, {"vio_order_reverse.0": size // 2}, defines,
                     {"vio_tx_group_is_unmarked": "group_never",
                      "rte_mempool_put_bulk": "put_back"})
    return Proof("rx_dequeue.c", size, defines=(*defines, "POST=0"),
                 replaced={"rte_pktmbuf_free": "give_away", "vio_rx_finish": "finish_any",
                           "vio_rx_take_rest_groups": "no_rest_groups"})


def of_posting(name, size):
    """The proof of posting buffers, of which IN_ORDER changes nothing."""
    return Proof("rx_dequeue.c", size, {}, (*of_ring("rx", name, size).defines[:-1], "POST=1"),
                 {"packed_post_groups": "no_groups", "memcpy": "copy_words"})


def of_sending(name, size):
    """The proof of posting packets for transmit, of which IN_ORDER changes nothing."""
    return Proof("tx_post.c", 4, {}, of_ring("tx", name, size).defines,
                 {"vio_tx_short_write": "short_any", "vio_hdr_tx_write": "header_any"})


def of_group(direction, name, size):
    """The proof of what a direction does by groups, on a ring with so many entries, 0: any."""
    return Proof(f"{direction}_group.c", size, defines=(
        f"FORMAT={name}", f'BURST_FILE="vio_{direction}_{name}.c"', f"SIZE={size}",
        f"PACKED={name == 'packed':d}"))


REGISTERS = {"rte_read8": "register8", "rte_read16": "register16", "rte_read32": "register32"}
PROOFS = {
    "config": Proof("config.c", 6, replaced={"vio_ops": "ops_any"}),
    "order_of_5": Proof("order.c", 5, defines=("SIZE=5",)),
    "order_of_4": Proof("order.c", 4, defines=("SIZE=4",)),
    "pci_capability": Proof("pci_capability.c", 32),
    "pci_list": Proof("pci_list.c", 48, replaced={"structure_take": "take_any"}),
    "pci_field": Proof("pci_field.c", 6, replaced=REGISTERS),
    "pci_registers": Proof("pci_registers.c", 64, {"proof_havoc.0": 6, "pci_reset.0": 6},
                           # its addresses of volatile fields are too much for CBMC, and what
                           # stands in for reading them gives any value anyway
                           defines=("volatile=",),
                           replaced={**REGISTERS, "rte_rdtsc": "clock_read",
                                     "pci_field_read": "field_any"}),
    "request_packed": Proof("request.c", 128, defines=("PACKED=true",)),
    "request_split": Proof("request.c", 128, defines=("PACKED=false",),
                           replaced={"vio_ring_split_is_wanted": "wanted_any"}),
    "ring_in_order": Proof("ring_in_order.c", 0),
    "ring_layout": Proof("ring_layout.c", 0),
    "ring_notify_packed": Proof("ring_notify.c", 0, defines=("PACKED=1",)),
    "ring_notify_split": Proof("ring_notify.c", 0, defines=("PACKED=0",)),
    "rx_frame": Proof("rx_frame.c", 4),
    "rx_group_packed": of_group("rx", "packed", 0),
    "rx_group_split": of_group("rx", "split", 0),
    "rx_csum_write": Proof("rx_csum_write.c", 3),
    "csum_sum": Proof("csum_sum.c", 4, replaced={"vio_csum_bytes": "sum_any"}),
    "rx_offload": Proof("rx_offload.c", 4, replaced={"vio_csum_sum": "sum_any",
                                                     "csum_write": "write_any"}),
    "rx_packed": of_ring("rx", "packed", 3),
    "rx_packed_in_order": of_ring("rx", "packed_in_order", 3),
    "rx_post_packed": of_posting("packed", 3),
    "rx_post_split": of_posting("split", 2),
    "rx_split": of_ring("rx", "split", 2),
    "rx_split_in_order": of_ring("rx", "split_in_order", 4),
    "tx_group_packed": of_group("tx", "packed", 16),
    "tx_group_split": of_group("tx", "split", 16),
    "tx_packed": of_ring("tx", "packed", 3),
    "tx_packed_in_order": of_ring("tx", "packed_in_order", 3),
    "tx_post_packed": of_sending("packed", 3),
    "tx_post_split": of_sending("split", 2),
    "tx_split": of_ring("tx", "split", 4),
    "tx_split_in_order": of_ring("tx", "split_in_order", 4),
    "vhost_bytes": Proof("vhost_reply.c", 2, {"bytes_recv.0": 7}, ("BYTES=1",),
                         {"wait_for": "wait_any", "vio_vhost_fail": "fail_any"}),
    "vhost_reply": Proof("vhost_reply.c", 12, {}, ("BYTES=0",),
                         {"bytes_recv": "bytes_any", "vio_vhost_fail": "fail_any"}),
    "vhost_request": Proof("vhost_request.c", 12, {"request_recv.0": 5}),
}


def test_of(name, proof):
    """The test of one proof."""
    def test(_args):
        got = cbmc.run(name, proof)
        print(f"{name}: {len(got.held)} assertions, {len(got.reached)} reached, "
              f"{got.seconds:.1f} s")
        results.check(not got.failed, f"not so: {'; '.join(got.failed)}")
        results.check(not got.unreached, f"never happens: {'; '.join(got.unreached)}")
        results.equal(got.undecided, 0, "assertions that CBMC could not decide")
        results.check(got.reached, "the proof does not say what must be possible")

    test.__name__ = f"test_{name}"
    return test


def test_self_test(_args):
    """What is planted is found."""
    planted = {
        "OUT_OF_BOUNDS": "array",
        "OUT_OF_BOUNDS_OF_DEVICE": "pointer outside object bounds",
        "SECOND_READ": "the same value twice",
        "SECOND_LOAD": "the same value loaded twice",
        "OVERFLOW": "arithmetic overflow",
        "ENDLESS": "unwinding assertion",
        "NO_STUB": "no body",
    }
    for define, text in planted.items():
        got = cbmc.run("self_test", Proof("self_test.c", 8, defines=(define,)))
        results.check(any(text in failed for failed in got.failed),
                      f"{define} is not found, but {got.failed}")
    got = cbmc.run("self_test", Proof("self_test.c", 8, defines=("NEVER",)))
    results.equal((got.failed, len(got.unreached)), ([], 1), "what never happens")
    got = cbmc.run("self_test", Proof("self_test.c", 8))
    results.equal((got.failed, got.unreached), ([], []), "complaints of a good proof")


if __name__ == "__main__":
    results.main([test_self_test, *(test_of(*each) for each in PROOFS.items())], group="proof",
                 seconds=2 * cbmc.SECONDS)
