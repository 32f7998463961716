#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The advice against INVALID packets is tried, for the samples and, where they are there, captures shared with other
# projects (CTREPLAY_TRUTH): with the advised setting the packet passes; where none would help, none does; so long as it
# is said that a timeout would have kept an entry, it does, and no less (try_advice.c). No packet is left without an
# answer. ADVICE=long takes all captures and more kernels (make check-long), CTREPLAY_EVERY above 1 one kernel with two settings.
set -u
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }
shared=${CTREPLAY_TRUTH:-${srcdir:-.}/../shared}/captures
code=0
all=0
[ -d "$shared" ] && all=1 # the samples alone have no entry that a timeout would have kept under every kernel
out=$(mktemp) || exit 99
trap 'rm -f "$out"' EXIT

# try WORDS...: with these words, captures at the end.
try() {
  words=$*
  for capture in samples/*.pcap $some; do
    [ -f "$capture" ] && set -- "$@" "$capture"
  done
  ./try_advice "$@" > "$out" || code=1
  grep -v ' 0 left open, [0-9]* kept and tried, 0 wrong$' "$out"
  awk -v words="$words" -v all=$all '/ wrong$/ { n++; sub(/^.*: /, ""); i += $1; a += $3; r += $7; o += $(NF - 8); k += $(NF - 5) }
    END { print words ": " n " captures, " i " INVALID packets, " a " advised and tried, " r " beyond help and tried, " o " left open, " k " kept and tried"
          exit i == 0 || a == 0 || r == 0 || o > 0 || (all && k == 0) }' "$out" || code=1
}

some="$shared/hostile-1.pcap $shared/zeek__*.pcap $shared/malcolm__*.pcap"
if [ "${ADVICE-}" = long ]; then
  some="$shared/*.pcap $shared/*.pcapng $shared/*.snoop"
  try --profile linux-2.4
  try --sysctl nf_conntrack_tcp_be_liberal=1
  try --sysctl nf_conntrack_tcp_timeout_max_retrans=5
  try --sysctl nf_conntrack_tcp_timeout_unacknowledged=900
fi
try --profile linux-6.18
if [ "${CTREPLAY_EVERY:-1}" -eq 1 ]; then
  try --profile linux-6.1
  try --profile linux-2.6
  try --sysctl nf_conntrack_tcp_timeout_established=600
fi
try --sysctl nf_conntrack_tcp_loose=0
exit $code
