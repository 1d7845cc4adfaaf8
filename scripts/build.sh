#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors

# Builds everything: packages, driver SDK headers, meson, ninja.
# usage: build.sh [BUILDDIR [meson options...]]     (BUILDDIR is build/ if none is named)
set -euo pipefail

# shellcheck source=/dev/null
. "$(dirname "$0")/usage.sh"

root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
[ $# -eq 0 ] || shift

"$root/scripts/install-deps.sh" build
if [[ " $* " != *" -Ddpdk_source="[!\ ]* ]]; then
	"$root/scripts/fetch-sdk.sh"
fi

# always configured again: an upgrade of DPDK is noticed only at this point
mode=()
[ ! -f "$build/build.ninja" ] || mode=(--reconfigure)
meson setup "${mode[@]}" "$@" "$build" "$root"
ninja -C "$build"
