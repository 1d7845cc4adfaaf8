# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Programs of another Debian suite, unpacked beside the system's with all of their libraries.

apt fetches and verifies them, from the mirror of Debian that it uses already, with lists and
archives of its own: nothing of the system is changed. It is told that nothing is installed, so that
all libraries come along, libc and its loader too: a program runs whatever this system has.

What was unpacked is kept in the project's build folder, and used until it is removed there.
"""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .errors import VmError
from .kernel import CACHE
from .shell import output

SECONDS = 100  # for lists and a package: a usual connection takes less than 20
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True)
class Package:
    """What is taken of a package and of those that it depends on."""

    name: str
    megabytes: int  # to download, for the message about it
    programs: tuple[str, ...]
    data: tuple[str, ...] = ()  # patterns below /usr/share of files, put into one folder
    installed: tuple[str, ...] = ()  # dependencies that the system's packages serve as well


def fetch(package, suite, say=print):
    """The folder that holds a suite's package, such as of "trixie": programs, lib, share."""
    folder = CACHE / f"{package.name}-{suite}"
    if not folder.exists():
        say(f"downloading {package.name} of {suite} (about {package.megabytes} MB, once)")
        _download(package, suite, folder)
    return folder


def command(folder, program):
    """The beginning of the command line of a program in such a folder."""
    loader = next((folder / "lib").glob("ld-linux*.so.*"))
    return (loader, "--library-path", folder / "lib", folder / program)


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


def _download(package, suite, folder):
    """Fetch the packages, and keep of them what the programs need."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="unpack-") as work:
        work = Path(work)
        deadline = time.monotonic() + SECONDS
        apt = ("apt-get", "-q", "-c", _configuration(work, suite, package.installed))
        for step in (("update",),
                     ("install", "-y", "--download-only", "--no-install-recommends",
                      "-t", suite, package.name)):
            output(*apt, *step, seconds=max(1, deadline - time.monotonic()))
        for archive in (work / "archives").glob("*.deb"):
            output("dpkg", "-x", archive, work / "all")
        _keep(package, work / "all", work / "kept")
        try:
            (work / "kept").rename(folder)
        except OSError as error:
            if not folder.exists():  # else another run of ours was quicker
                raise VmError(f"cannot keep {package.name} in {folder}: {error}") from error


def _configuration(work, suite, installed):
    """The configuration of an apt that knows a suite and what it builds on, and has no package."""
    suites = sorted({suite.removesuffix("-backports"), suite})
    (work / "debian.sources").write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {' '.join(suites)}\nComponents: main\n"
        f"Signed-By: {KEYRING}\n", encoding="ascii")
    (work / "status").write_text("".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 999\nArchitecture: amd64\n"
        "Maintainer: -\nDescription: the system's\n\n" for name in installed), encoding="ascii")
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


def _keep(package, unpacked, kept):
    """Take what runs: programs, shared libraries, data."""
    for name in ("lib", "share"):
        (kept / name).mkdir(parents=True)
    for program in package.programs:
        shutil.copy(unpacked / "usr/bin" / program, kept)
    for folder in ("lib", "usr/lib", "lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"):
        for library in (unpacked / folder).glob("*.so*"):
            if library.is_file():
                shutil.copy(library, kept / "lib" / library.name, follow_symlinks=False)
    for pattern in package.data:
        for path in (unpacked / "usr/share").glob(pattern):
            shutil.copy(path, kept / "share")
