#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""Does the driver compile for 64-bit Arm, and are groups of buffers taken by NEON there?

Nothing runs: it is compiled against the sources of the installed DPDK, with the configuration of
this machine's package turned into one of Arm. Needs build/sdk and build/cache/dpdk-source-<version>
as scripts/fetch-sdk.sh makes them.
"""

import re
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
import results  # noqa: E402

DRIVER = ROOT / "drivers/net/vio"
COMPILER = "aarch64-linux-gnu-gcc"
FLAGS = ["-march=armv8-a+crc", "-O3", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-Wno-missing-field-initializers", "-Wno-address-of-packed-member",
         "-Wno-packed-not-aligned", "-Wno-format-truncation", "-DALLOW_EXPERIMENTAL_API",
         "-DALLOW_INTERNAL_API"]
OTHER_ARCH = re.compile(r"X86|AVX|RTE_MACHINE|CPUFLAG|RTE_CACHE_LINE_SIZE")
NEON = re.compile(r"\bzip1\s+v\d+\.2d")
LINE_SIZES = (64, 128)  # of a cache


def pkg_config(*arguments: str) -> str:
    """What pkg-config says about the installed DPDK."""
    return subprocess.run(["pkg-config", *arguments, "libdpdk"], check=True,
                          capture_output=True, text=True).stdout.strip()


def configuration(line_size: int) -> str:
    """rte_build_config.h for Arm."""
    folders = [Path(word[2:]) for word in pkg_config("--cflags-only-I").split()]
    path = next(folder / "rte_build_config.h" for folder in folders
                if (folder / "rte_build_config.h").exists())
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if not OTHER_ARCH.search(line)]
    lines += ["#define RTE_ARCH_ARM 1", "#define RTE_ARCH_ARM64 1",
              "#define RTE_FORCE_INTRINSICS 1", f"#define RTE_CACHE_LINE_SIZE {line_size}"]
    return "\n".join(lines) + "\n"


def compile_all(folder: Path, line_size: int) -> None:
    """All files of the driver, those of the data paths to the end."""
    tree = ROOT / f"build/cache/dpdk-source-{pkg_config('--modversion')}"
    (folder / "rte_build_config.h").write_text(configuration(line_size), encoding="utf-8")
    include = [f"-I{folder}", f"-I{tree / 'lib/eal/arm/include'}", f"-I{tree / 'config'}",
               *(f"-I{path}" for path in sorted((tree / "lib").glob("*/"))),
               f"-I{tree / 'lib/eal/include'}", f"-I{tree / 'lib/eal/linux/include'}",
               f"-I{tree / 'drivers/bus/pci'}", f"-I{tree / 'drivers/bus/vdev'}",
               "-include", "rte_config.h"]
    for path in sorted(DRIVER.glob("*.c")):
        is_path = re.fullmatch(r"vio_[rt]x_(split|packed)", path.stem)
        what = ["-c", "-o", folder / f"{path.stem}.o"] if is_path else ["-fsyntax-only"]
        done = subprocess.run([COMPILER, *FLAGS, *include, *what, path], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        results.check(done.returncode == 0, f"{path.name}, cache lines of {line_size}: "
                      f"{done.stdout[-600:]}")


def test_compiles(_args: Namespace) -> None:
    """The whole driver, for either size of cache lines; and what became of the vectors."""
    for line_size in LINE_SIZES:
        with tempfile.TemporaryDirectory() as name:
            compile_all(Path(name), line_size)
            for stem in ("vio_rx_split", "vio_rx_packed"):
                text = subprocess.run(["aarch64-linux-gnu-objdump", "-d", f"{name}/{stem}.o"],
                                      check=True, capture_output=True, text=True).stdout
                results.check(NEON.search(text), f"{stem} has no NEON")


if __name__ == "__main__":
    results.main(group="cross", seconds=300)
