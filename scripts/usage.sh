# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors

# To be sourced by the other scripts: asked for help, they print the comment at their top.
case ${1:-} in
-h | --help)
	sed -n '/^$/,/^set -/s/^# \{0,1\}//p; /^set -/q' "$0"
	exit 0
	;;
esac
