# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The instrument of speed: app/vio-bench in front of its null back end, launch by launch."""
