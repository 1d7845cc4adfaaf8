#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors

# Installs the Debian packages that are missing, by what they are for.
# usage: install-deps.sh [build|run|native|test]...     (all if none is named)
# native is what run holds but for the virtual machine.
# Quick and silent when nothing is missing.
set -euo pipefail

# shellcheck source=/dev/null
. "$(dirname "$0")/usage.sh"

build_packages=(
	dpdk dpdk-dev libdpdk-dev libnuma-dev
	gcc libc6-dev meson ninja-build pkg-config
	dpkg-dev xz-utils ca-certificates
	python3 python3-pyelftools
)
# the applications (their drivers come with libdpdk-dev), and the traffic through them
native_packages=(
	dpdk
	iproute2 iputils-ping iperf3 procps util-linux
	python3
)
# and the virtual machine, with what goes into it
run_packages=(
	"${native_packages[@]}"
	qemu-system-x86 busybox-static cpio dpkg kmod ethtool
)
test_packages=(
	libasan8 libubsan1
	clang libclang-rt-dev llvm
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	python3 python3-scapy tcpdump
)

groups=("$@")
[ $# -gt 0 ] || groups=(build run test)

wanted=()
for group in "${groups[@]}"; do
	case $group in
	build) wanted+=("${build_packages[@]}") ;;
	run) wanted+=("${run_packages[@]}") ;;
	native) wanted+=("${native_packages[@]}") ;;
	test) wanted+=("${test_packages[@]}") ;;
	*)
		echo "install-deps.sh: unknown group \"$group\": use build, run, native or test" >&2
		exit 2
		;;
	esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "install-deps.sh: this is no Debian or Ubuntu (no apt-get)." \
		"Install by hand what these packages hold: ${wanted[*]}" >&2
	exit 1
fi

missing=()
for package in "${wanted[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	if [ "$state" != installed ] && [[ " ${missing[*]} " != *" $package "* ]]; then
		missing+=("$package")
	fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "install-deps.sh: packages are missing, and only root can install them. As root, run:" >&2
	echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
fi

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for step in "update" "install -y --no-install-recommends ${missing[*]}"; do
	# shellcheck disable=SC2086 # the step is a list of words
	if ! apt-get -o DPkg::Lock::Timeout=120 $step >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "install-deps.sh: \"apt-get $step\" failed, see its last lines above" >&2
		exit 1
	fi
done
