#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors

# Takes the headers that a DPDK driver needs, and that distributions do not install, from the
# distribution's own source package of exactly the installed version. apt checks what it loads.
# usage: fetch-sdk.sh [--source] [DIR]     (DIR is build/ of this project if none is named)
#   DIR/sdk                            the headers and their VERSION, found by meson
#   DIR/cache/dpdk-source-<version>    the whole tree, only with --source
# Loads nothing that is there already, and nothing at all if DPDK came with these headers.
# The machine's apt configuration is read, not changed.
set -euo pipefail

# shellcheck source=/dev/null
. "$(dirname "$0")/usage.sh"

root=$(cd "$(dirname "$0")/.." && pwd)
want_source=false
if [ "${1:-}" = --source ]; then
	want_source=true
	shift
fi
dir=${1:-$root/build}

# what DPDK's option enable_driver_sdk installs of EAL, ethdev and the two buses
headers=(
	lib/eal/include/{bus_driver,dev_driver}.h
	lib/ethdev/{ethdev_driver,ethdev_pci,ethdev_vdev}.h
	drivers/bus/pci/bus_pci_driver.h
	drivers/bus/vdev/bus_vdev_driver.h
)

fail()
{
	echo "fetch-sdk.sh: $*" >&2
	exit 1
}

version=$(pkg-config --modversion libdpdk 2>/dev/null) ||
	fail "DPDK is not installed (pkg-config does not find libdpdk): run scripts/install-deps.sh build"

sdk_installed()
{
	local flag
	for flag in $(pkg-config --cflags-only-I libdpdk); do
		[ ! -f "${flag#-I}/ethdev_driver.h" ] || return 0
	done
	return 1
}

# DIR/sdk is there, of the right version, and came from the right package
sdk_fetched()
{
	[ "$(cat "$dir/sdk/VERSION" 2>/dev/null)" = "$version" ] &&
		[ "$(cat "$dir/sdk/PACKAGE" 2>/dev/null)" = "$package" ]
}

if ! $want_source && sdk_installed; then
	exit 0
fi

by_hand="give meson -Ddpdk_source=DIR with a source tree of DPDK $version"
for tool in apt-get dpkg-query dpkg-source; do
	command -v $tool >/dev/null ||
		fail "$tool is missing, so there is no source package to take the headers from: $by_hand"
done
package=$(dpkg-query -W -f '${source:Package}=${source:Version}' libdpdk-dev 2>/dev/null) ||
	fail "the installed DPDK $version is not of a Debian package (no libdpdk-dev): $by_hand"
package_version=${package#*=}
[ "${package_version%-*}" = "$version" ] ||
	fail "pkg-config finds DPDK $version, but the package libdpdk-dev is $package_version: $by_hand"
tree=$dir/cache/dpdk-source-$version

if $want_source; then
	[ ! -d "$tree" ] || exit 0
elif sdk_fetched; then
	exit 0
fi

mkdir -p "$dir/cache"
work=$(mktemp -d "$dir/cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Prints a file of apt's as entries for source packages. Entries of which apt knows that they
# are neither Debian's nor Ubuntu's are left out.
# shellcheck disable=SC2016 # the $ is for apt
foreign=$(apt-get indextargets --format '$(ORIGIN) $(SITE)' 'Created-By: Packages' |
	awk 'NF > 1 && $1 != "Debian" && $1 != "Ubuntu" { print $NF }' | sort -u | tr '\n' ' ')
source_entries()
{
	case $1 in
	*.sources)
		awk -v foreign="$foreign" '
			BEGIN { RS = ""; FS = "\n"; nb_sites = split(foreign, site, " ") }
			{
				for (i = 1; i <= nb_sites; i++)
					if (index($0, site[i]))
						next
				for (i = 1; i <= NF; i++)
					if (tolower($i) ~ /^types:/)
						print "Types: deb-src"
					else if ($i !~ /^#/)
						print $i
				print ""
			}' "$1"
		;;
	*.list)
		awk -v foreign="$foreign" '
			BEGIN { nb_sites = split(foreign, site, " ") }
			$1 == "deb" || $1 == "deb-src" {
				for (i = 1; i <= nb_sites; i++)
					if (index($0, site[i]))
						next
				sub(/^[ \t]*deb(-src)?/, "deb-src")
				print
			}' "$1"
		;;
	esac
}

mkdir -p "$work"/{parts,lists/partial,cache/archives/partial,package}
eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
for file in "${list:-}" "${parts:-}"/*.list "${parts:-}"/*.sources; do
	[ ! -f "$file" ] || source_entries "$file" >"$work/parts/${file##*/}"
done

apt()
{
	apt-get -q -o APT::Sandbox::User=root -o Dir::Etc::sourcelist=/dev/null \
		-o Dir::Etc::sourceparts="$work/parts" -o Dir::State::lists="$work/lists" \
		-o Dir::Cache="$work/cache" "$@" >>"$work/log" 2>&1
}

echo "Fetching the source package $package for the driver SDK headers of DPDK $version"
# an entry that has no sources or does not answer is no harm if another has the package
apt update || true
if ! (cd "$work/package" && apt source --download-only "$package"); then
	tail -n 12 "$work/log" >&2
	fail "apt found no source package $package (see above): upgrade libdpdk-dev to the" \
		"version that the distribution has now, or $by_hand"
fi
dpkg-source -q --no-check -x "$work"/package/*.dsc "$work/tree" >>"$work/log" 2>&1 || {
	tail -n 12 "$work/log" >&2
	fail "the source package $package could not be unpacked (see above)"
}

mkdir -p "$work/sdk/include"
for header in "${headers[@]}"; do
	cp "$work/tree/$header" "$work/sdk/include/"
done
cp "$work/tree/VERSION" "$work/sdk/VERSION"
echo "$package" >"$work/sdk/PACKAGE"
rm -rf "$dir/sdk"
mv "$work/sdk" "$dir/sdk"
if $want_source; then
	mv "$work/tree" "$tree"
fi
