#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The router of tests/cli/box.sh with 20,000 connections, or as many as are given.
. "${srcdir:-.}/tests/cli/capture.sh"
. "${srcdir:-.}/tests/cli/box_check.sh"
box_check "${1:-20000}"
finish
