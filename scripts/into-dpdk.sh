#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors

# Puts the driver, its unit tests and its guide into a DPDK source tree, builds that tree with
# few other drivers, and runs the driver's unit tests in its dpdk-test.
# usage: into-dpdk.sh DPDK_TREE
# The build is in DPDK_TREE/build-vio. Run again after a change: only what changed is copied and
# built. Prints a line "PASS into-dpdk.<what>" or "FAIL into-dpdk.<what>: why" for each step.
set -euo pipefail

# shellcheck source=/dev/null
. "$(dirname "$0")/usage.sh"

root=$(cd "$(dirname "$0")/.." && pwd)

if [ $# -ne 1 ]; then
	echo "usage: into-dpdk.sh DPDK_TREE" >&2
	exit 2
fi
tree=$1
for file in VERSION drivers/net/meson.build app/test/meson.build; do
	if [ ! -f "$tree/$file" ]; then
		echo "into-dpdk.sh: $tree is not a DPDK source tree: it has no $file" >&2
		exit 2
	fi
done
tree=$(cd "$tree" && pwd)
build=$tree/build-vio

# same SOURCE TARGET: make the file the same, untouched if it is
same()
{
	if ! cmp -s "$1" "$2"; then
		mkdir -p "${2%/*}"
		cp "$1" "$2"
	fi
}

# mirror TARGET FILE...: make the folder TARGET hold exactly these files
mirror()
{
	local target=$1 file old
	shift
	for file in "$@"; do
		same "$file" "$target/${file##*/}"
	done
	for old in "$target"/*; do
		for file in "$@"; do
			[ "${file##*/}" != "${old##*/}" ] || continue 2
		done
		rm "$old"
	done
}

# the driver
shopt -s nullglob
mirror "$tree/drivers/net/vio" "$root"/drivers/net/vio/*
if ! grep -q "^ *'vio'," "$tree/drivers/net/meson.build"; then
	# keep the order of the alphabet: before the first name behind it
	awk -v new="        'vio'," '
		!done && (/^\]/ || (/^ *\047/ && $1 > "\047vio\047,")) { print new; done = 1 }
		{ print }' "$tree/drivers/net/meson.build" >"$tree/drivers/net/meson.build.new"
	mv "$tree/drivers/net/meson.build.new" "$tree/drivers/net/meson.build"
fi

# the unit tests with their device, in a folder of their own
tests=("$root"/test/unit/test_vio_*.c)
mapfile -t names < <(sed -n 's/^REGISTER_TEST_COMMAND(\([a-z0-9_]*\),.*/\1/p' "${tests[@]}")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
{
	echo "# SPDX-License-Identifier: BSD-3-Clause"
	echo "# Copyright(c) 2026 The net_vio authors"
	echo
	echo "# the tests call functions that the shared library does not export"
	echo "if dpdk_conf.has('RTE_NET_VIO') and get_option('default_library') == 'static'"
	echo "    test_deps += 'net_vio'"
	for file in "${tests[@]}" "$root"/test/device/*.c; do
		echo "    test_sources += files('${file##*/}')"
	done
	for name in "${names[@]}"; do
		echo "    fast_tests += [['$name', true, true]]"
	done
	echo "endif"
} >"$stage/meson.build"
mirror "$tree/app/test/vio" "${tests[@]}" "$root"/test/device/*.[ch] "$stage/meson.build"
if ! grep -q "^subdir('vio')" "$tree/app/test/meson.build"; then
	sed -i "0,/^foreach d:test_deps/s//subdir('vio')\n\n&/" "$tree/app/test/meson.build"
fi

# the guide
if [ -f "$root/doc/guides/nics/vio.rst" ]; then
	same "$root/doc/guides/nics/vio.rst" "$tree/doc/guides/nics/vio.rst"
	same "$root/doc/guides/nics/features/vio.ini" "$tree/doc/guides/nics/features/vio.ini"
	if ! grep -q "^ *vio$" "$tree/doc/guides/nics/index.rst"; then
		sed -i "s/^\( *\)virtio$/\1vio\n&/" "$tree/doc/guides/nics/index.rst"
	fi
fi

if [ ! -f "$build/build.ninja" ]; then
	meson setup "$build" "$tree" -Denable_apps=test -Dtests=true -Denable_docs=false \
		-Denable_drivers=bus/pci,bus/vdev,mempool/ring,net/vio
fi
ninja -C "$build" || {
	echo "FAIL into-dpdk.build: ninja -C $build failed"
	exit 1
}
echo "PASS into-dpdk.build"

if [ ! -f "$build/drivers/librte_net_vio.so" ]; then
	echo "FAIL into-dpdk.plugin: DPDK's build made no drivers/librte_net_vio.so"
	exit 1
fi
echo "PASS into-dpdk.plugin"

status=0
for name in "${names[@]}"; do
	log=$build/$name.log
	rc=0
	DPDK_TEST=$name timeout 60 "$build/app/test/dpdk-test" --no-pci --no-huge -m 256 \
		--no-shconf --no-telemetry >"$log" 2>&1 || rc=$?
	cat "$log"
	echo # the prompt that dpdk-test leaves behind has no end of line
	if [ $rc -eq 0 ] && grep -q "Test OK" "$log"; then
		echo "PASS into-dpdk.$name"
	elif [ $rc -eq 77 ]; then
		echo "SKIP into-dpdk.$name: skipped by the test"
	else
		echo "FAIL into-dpdk.$name: exit status $rc, see $log"
		status=1
	fi
done
exit $status
