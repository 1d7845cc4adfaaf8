# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""QEMU of another Debian suite, unpacked beside the system's with all of its libraries.

apt fetches and verifies it, from the mirror of Debian that it uses already, with lists and archives
of its own: nothing of the system is changed. It is told that nothing is installed, so that all
libraries come along, libc and its loader too: the program runs whatever this system has.

What was unpacked is kept in the project's build folder, and used until it is removed there.
"""

import shutil
import tempfile
import time
from pathlib import Path

from .errors import VmError
from .kernel import CACHE
from .shell import output

PROGRAM = "qemu-system-x86_64"
PACKAGE = "qemu-system-x86"
SECONDS = 100  # for lists and packages, 45 MB: a usual connection takes less than 20
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def of_suite(suite, say=print):
    """The beginning of the command line of a suite's QEMU, such as "bookworm-backports"."""
    folder = CACHE / f"qemu-{suite}"
    if not folder.exists():
        say(f"downloading QEMU of {suite} (about 45 MB, once)")
        _download(suite, folder)
    loader = next((folder / "lib").glob("ld-linux*.so.*"))
    return (loader, "--library-path", folder / "lib", folder / PROGRAM, "-L", folder / "share")


def _mirror():
    """Where apt gets the packages of Debian itself."""
    ask = ("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
           "Created-By: Packages")
    for targets in (ask, ask):
        for line in output(*targets).splitlines():
            origin, label, uri = line.split("|", 2)
            if origin == label == "Debian":
                return uri
        output("apt-get", "update", "-q", seconds=SECONDS)  # no list of packages yet
    raise VmError("apt has no source of Debian's packages, whose mirror could be asked")


def _download(suite, folder):
    """Fetch the packages, and keep of them what the program needs."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="unpack-") as work:
        work = Path(work)
        deadline = time.monotonic() + SECONDS
        apt = ("apt-get", "-q", "-c", _configuration(work, suite, _mirror()))
        for step in (("update",),
                     ("install", "-y", "--download-only", "--no-install-recommends",
                      "-t", suite, PACKAGE)):
            output(*apt, *step, seconds=max(1, deadline - time.monotonic()))
        for package in (work / "archives").glob("*.deb"):
            output("dpkg", "-x", package, work / "all")
        _keep(work / "all", work / "kept")
        try:
            (work / "kept").rename(folder)
        except OSError as error:
            if not folder.exists():  # else another run of ours was quicker
                raise VmError(f"cannot keep QEMU in {folder}: {error}") from error


def _configuration(work, suite, mirror):
    """The configuration of an apt that knows a suite and what it builds on, and has no package."""
    suites = sorted({suite.removesuffix("-backports"), suite})
    (work / "debian.sources").write_text(
        f"Types: deb\nURIs: {mirror}\nSuites: {' '.join(suites)}\nComponents: main\n"
        f"Signed-By: {KEYRING}\n", encoding="ascii")
    (work / "status").touch()
    for name in ("lists", "archives"):
        (work / name / "partial").mkdir(parents=True)
    options = {
        "Dir::Etc::SourceList": work / "debian.sources", "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null", "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": work / "lists", "Dir::State::Status": work / "status",
        "Dir::Cache": work, "Dir::Cache::Archives": work / "archives",
        "APT::Sandbox::User": "root", "Acquire::Languages": "none",
        "Acquire::Retries": 1, "Acquire::http::Timeout": 20, "Acquire::https::Timeout": 20}
    path = work / "apt.conf"
    path.write_text("".join(f'{name} "{value}";\n' for name, value in options.items()))
    return path


def _keep(unpacked, kept):
    """Take what runs: the program, shared libraries, firmware."""
    for name in ("lib", "share"):
        (kept / name).mkdir(parents=True)
    shutil.copy(unpacked / "usr/bin" / PROGRAM, kept)
    for prefix in ("lib", "usr/lib"):
        for library in unpacked.glob(f"{prefix}/x86_64-linux-gnu/*.so*"):
            if library.is_file():
                shutil.copy(library, kept / "lib" / library.name, follow_symlinks=False)
    for folder in ("qemu", "seabios"):
        for image in unpacked.glob(f"usr/share/{folder}/*.bin"):
            shutil.copy(image, kept / "share")
