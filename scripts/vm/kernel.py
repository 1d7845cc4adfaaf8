# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The guest's kernel and initramfs, from Debian's generic kernel package.

The package is downloaded and unpacked into the project's build folder, never installed. What is
kept there is keyed by the package's version, and the initramfs by its content.
"""

import functools
import hashlib
import lzma
import os
import re
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import VmError
from .shell import output

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / "build" / "cache" / "vm"
META_PACKAGE = "linux-image-amd64"
MODULES = ("virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay", "vfio-pci",
           "vfio_iommu_type1", "uio_pci_generic", "virtio_net")
APPLETS = ("sh", "mount", "modprobe", "mkdir", "cp", "switch_root")
BUSYBOX = Path("/bin/busybox")


@dataclass(frozen=True)
class Kernel:
    """A kernel that QEMU can boot."""
    package: str
    vmlinux: Path
    initramfs: Path


@functools.cache
def prepare(say=print):
    """Return the newest kernel that apt knows, downloaded and with its initramfs."""
    package, version = _candidate()
    folder = CACHE / f"{package}_{version}"
    if not folder.exists():
        say(f"downloading the guest's kernel, {package} {version} (about 70 MB, once)")
        _download(package, folder)
    return Kernel(package, folder / "vmlinux", _initramfs(folder))


def _candidate():
    """Name and version of the kernel package that the meta package stands for."""
    show = ("apt-cache", "show", "--no-all-versions", META_PACKAGE)
    try:
        shown = output(*show)
    except VmError:  # no list of packages yet
        output("apt-get", "update", "-q")
        shown = output(*show)
    found = re.search(r"^Depends: (linux-image-\S+) \(= (\S+)\)", shown, re.MULTILINE)
    if not found:
        raise VmError(f"the package {META_PACKAGE} does not name a kernel: this needs Debian's")
    return found.groups()


def _download(package, folder):
    """Fetch the package, and keep of it what a guest needs."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="unpack-") as work:
        work = Path(work)
        fetch = ("sh", "-c", 'cd "$0" && apt-get -q -o APT::Sandbox::User=root download "$1"',
                 work, package)
        try:
            output(*fetch)
        except VmError:  # the list of packages may be older than the archive
            output("apt-get", "update", "-q")
            output(*fetch)
        output("dpkg", "-x", next(work.glob("*.deb")), work / "all")
        release = next((work / "all/lib/modules").iterdir()).name
        output("depmod", "-b", work / "all", release)
        kept = work / "kept"
        _copy_modules(work / "all/lib/modules" / release, kept / "lib/modules" / release)
        output("depmod", "-b", kept, release)
        image = (work / f"all/boot/vmlinuz-{release}").read_bytes()
        (kept / "vmlinux").write_bytes(_uncompressed(image))
        try:
            kept.rename(folder)
        except OSError as error:
            if not folder.exists():  # else another run of ours was quicker
                raise VmError(f"cannot keep the kernel in {folder}: {error}") from error


def _uncompressed(image):
    """The kernel within a bzImage: to uncompress it in an emulated guest would take seconds."""
    setup_sectors = image[0x1F1]
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    try:
        return lzma.LZMADecompressor().decompress(image[start:start + length])
    except lzma.LZMAError as error:
        raise VmError(f"cannot uncompress the kernel in {META_PACKAGE}: {error}") from error


def _copy_modules(source, target):
    """Copy the modules that the guest needs, and those that they need."""
    needs = {}
    for line in (source / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[Path(path).stem.replace("-", "_")] = [path, *others.split()]
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, target / name)
    for module in MODULES:
        for path in needs.get(module.replace("-", "_"), ()):  # none: it is built in
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, target / path)


def _initramfs(folder):
    """Pack busybox, the modules and the guest's first programs, unless that was done before."""
    ours = (HERE / "init", HERE / "agent.py")
    digest = hashlib.sha256()
    for path in (*ours, BUSYBOX):
        try:
            digest.update(path.read_bytes())
        except FileNotFoundError as error:
            raise VmError(f"{path} is missing: install the package busybox-static") from error
    image = folder / f"initramfs-{digest.hexdigest()[:12]}.cpio"
    if image.exists():
        return image
    with tempfile.TemporaryDirectory(dir=folder, prefix="pack-") as work:
        root = Path(work) / "root"
        for name in ("bin", "sbin", "proc", "sys", "dev", "host", "layer", "root"):
            (root / name).mkdir(parents=True)
        shutil.copytree(folder / "lib", root / "lib")
        for path in (*ours, BUSYBOX):
            shutil.copy(path, root / ("bin" if path == BUSYBOX else ""))
        for applet in APPLETS:
            (root / "bin" / applet).symlink_to("busybox")
        packed = Path(work) / "packed"
        output("sh", "-c", 'cd "$0" && find . | cpio -o -H newc -R 0:0 --quiet > "$1"',
                root, packed)
        for old in folder.glob("initramfs-*.cpio"):
            old.unlink(missing_ok=True)
        os.replace(packed, image)
    return image
