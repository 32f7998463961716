#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Frames of every link type: the packets that tcpdump finds in them are those that ctreplay finds, and no others.
. "${srcdir:-.}/tests/cli/capture.sh"
makes=${LINK_CAPTURES:-./link_captures}
if ! command -v tcpdump > "$work/which"; then
  echo "skipped: tcpdump, which is to say what the frames are, is not installed"
  exit 77
fi
mkdir "$work/made"
expect 0 '' '' "$makes" "$work/made"

# "NUMBER SOURCE PORT DESTINATION PORT" of each packet, as each of the two says it.
of_ctreplay() {
  "$ctreplay" -P -o json "$1" 2>> "$work/said" |
    sed -n 's/^.*"n":\([0-9]*\),.*"src":"\([^"]*\)","dst":"\([^"]*\)","proto":17,"sport":\([0-9]*\),"dport":\([0-9]*\),"verdict".*$/\1 \2 \4 \3 \5/p'
}
of_tcpdump() {
  tcpdump --number -n -t -r "$1" 2>> "$work/said" | tr '\t' ' ' |
    sed -n 's/^ *\([0-9]*\) \(.*[ :]\)\{0,1\}IP6\{0,1\} \([0-9a-f.:]*\)\.\([0-9]*\) > \([0-9a-f.:]*\)\.\([0-9]*\): UDP.*$/\1 \3 \4 \5 \6/p'
}
# Leaves out what NUMBER.known holds.
not_known() {
  awk 'NR == FNR { split($0, of, ":"); known[of[1]] = 1; next } !($1 in known)' "$1" -
}
# What is read has its row in the table of captures.md, and each row is of something that is read.
for known in "$work"/made/*.known; do
  basename "$known" .known
done | sort > "$work/read"
sed -n 's/^| \([0-9]*\) |.*/\1/p' "${srcdir:-.}/doc/captures.md" | sort > "$work/listed"
expect 0 '' '' [ -s "$work/listed" ]
expect 0 '' '' diff "$work/read" "$work/listed"

types=0 packets=0
for capture in "$work"/made/*.pcap; do
  echo 0: nothing | cat "${capture%.pcap}.known" - > "$work/known"
  of_ctreplay "$capture" | not_known "$work/known" > "$work/ours"
  of_tcpdump "$capture" | not_known "$work/known" > "$work/theirs"
  expect 0 '' '' diff "$work/ours" "$work/theirs"
  types=$((types + 1))
  packets=$((packets + $(wc -l < "$work/ours")))
done
# Nothing compared would be equal as well.
expect 0 '' '' [ "$types" -ge 50 ]
expect 0 '' '' [ "$packets" -ge 130 ]
echo "$types link types, $packets packets that tcpdump sees as well"

# What tcpdump has no decoder for is Wireshark's. It has to be told where an ERF record of a serial line is Frame Relay.
of_tshark() {
  tshark -r "$1" -T fields -E separator=' ' -e frame.number -e ip.src -e ipv6.src -e udp.srcport -e ip.dst -e ipv6.dst \
    -e udp.dstport 2>> "$work/said" | tr -s ' ' | grep ' .* '
}
if command -v tshark > "$work/which"; then
  for type in 149.pcap 197.pcap 204.pcap erf; do
    capture=$work/made/$type
    case $type in 197* | erf) echo 5: Frame Relay > "$work/known" ;; *) echo 0: nothing > "$work/known" ;; esac
    of_ctreplay "$capture" | not_known "$work/known" > "$work/ours"
    of_tshark "$capture" | not_known "$work/known" > "$work/theirs"
    expect 0 '' '' [ -s "$work/ours" ]
    expect 0 '' '' diff "$work/ours" "$work/theirs"
  done
else
  echo "tshark is not installed: three link types and ERF without a second opinion"
fi

# The same packets as Network Monitor writes them.
if command -v editcap > "$work/which"; then
  of_ctreplay "$work/made/1.pcap" > "$work/ours"
  expect 0 '' '*' editcap -F netmon2 "$work/made/1.pcap" "$work/netmon"
  of_ctreplay "$work/netmon" > "$work/theirs"
  expect 0 '' '' [ -s "$work/ours" ]
  expect 0 '' '' diff "$work/ours" "$work/theirs"
else
  echo "editcap is not installed: no capture of Network Monitor's but our own"
fi
finish
