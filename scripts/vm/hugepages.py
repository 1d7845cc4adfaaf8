# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Hugepages of 2 MiB of this host, for as long as they are needed."""

from pathlib import Path

from .errors import VmError
from .guard import Guard

PAGES = Path("/sys/kernel/mm/hugepages/hugepages-2048kB")


class Hugepages:
    """So many free ones; those that had to be reserved for that are given back at the end.

    They are given back by their number: others may reserve and give back meanwhile.
    """

    def __init__(self, needed):
        if not PAGES.is_dir():
            raise VmError("this host has no hugepages of 2 MiB: its kernel was built without "
                          f"hugetlbfs, or {PAGES} is hidden from this container")
        self._guard = None
        if self._read("free") < needed:
            self._reserve(needed - self._read("free"))
        free = self._read("free")
        if free < needed:
            self.close()
            raise VmError(f"{needed} free hugepages of 2 MiB are needed, and {free} can be had: "
                          "free some memory, or reserve hugepages when the host boots (on the "
                          f"kernel's command line: hugepages={needed})")

    @staticmethod
    def _read(which):
        return int((PAGES / f"{which}_hugepages").read_text(encoding="ascii"))

    def _reserve(self, missing):
        total = PAGES / "nr_hugepages"
        before = self._read("nr")
        try:
            total.write_text(str(before + missing), encoding="ascii")
        except OSError as error:
            raise VmError(f"{missing} free hugepages of 2 MiB are missing, and {total} cannot be "
                          f"written ({error.strerror}): reserve them on the host") from error
        finally:
            gained = self._read("nr") - before
            if gained > 0:
                self._guard = Guard(
                    ("sh", "-c", f"echo $(($(cat {total}) - {gained})) > {total}"))

    def close(self):
        """Give back what was reserved."""
        if self._guard:
            self._guard.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
