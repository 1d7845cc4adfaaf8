#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors

# Builds everything: packages, driver SDK headers, meson, ninja.
# usage: build.sh [BUILDDIR [meson options...]]     (BUILDDIR is build/ if none is named)
set -euo pipefail

case ${1:-} in
-h | --help)
	sed -n '/^$/,/^set -/s/^# \{0,1\}//p; /^set -/q' "$0"
	exit 0
	;;
esac

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
