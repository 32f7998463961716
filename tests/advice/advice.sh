#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is advised against INVALID packets is tried, for the samples and, where they are there, the captures shared with
# other projects: with the advised setting the packet passes; where none would help, none does (try_advice.c).
set -f
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }
set +f
shared=${srcdir:-.}/../shared/captures
for capture in samples/*.pcap "$shared"/*.pcap "$shared"/*.pcapng "$shared"/*.snoop; do
  [ -f "$capture" ] && set -- "$@" "$capture"
done
code=0
for profile in linux-6.18 linux-6.1 linux-2.6; do
  ./try_advice --profile "$profile" "$@" > advice.out || code=1
  grep -v ' 0 wrong$' advice.out
  awk -v profile="$profile" '/ wrong$/ { n++; sub(/^.*: /, ""); i += $1; a += $3; r += $7; o += $16 }
    END { print profile ": " n " captures, " i " INVALID packets, " a " advised and tried, " r " beyond help and tried"
          exit i == 0 || a == 0 || r == 0 }' advice.out || code=1
done
rm -f advice.out
exit $code
