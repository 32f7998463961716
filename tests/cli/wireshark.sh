#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Into Wireshark: packets kept with a comment each, with others around them; their numbers as a display filter. Held to tshark where
# there is one.
. "${srcdir:-.}/tests/cli/capture.sh"

kept="$work/kept.pcapng"
window=samples/out-of-window.pcap
expect 0 '' 'kept.pcapng: 2 packets chosen, 0 around them, a comment with each$' "$ctreplay" -P -W "$kept" --annotate --class INVALID $window
expect 0 '' 'kept.pcapng: 2 packets chosen, 2 around them, a comment with each$' "$ctreplay" -P -W "$kept" --annotate --context 1 --class INVALID $window
expect 0 '' 'kept.pcapng: 2 packets chosen, 6 around them$' "$ctreplay" -P -W "$kept" --context 10 --class INVALID $window
expect 0 '' 'kept.pcapng: 8 packets chosen, 0 around them, a comment with each$' "$ctreplay" -P -W "$kept" --annotate $window
# What was kept is the same capture: packets, times, order; also as a program of ours reads it.
"$ctreplay" -P $window > "$work/before"
expect 0 '' '' sh -c "'$ctreplay' -P '$kept' | cmp - '$work/before'"
expect 0 '*' '' grep -q -a 'packet 6, #1, INVALID, ESTABLISHED, 431999 s left  -- sequence number beyond the receiver' "$kept"
# Options that say nothing alone.
expect 2 '' '--annotate and --context: for -P with -W FILE.pcapng' "$ctreplay" -P --annotate $window
expect 2 '' '--annotate and --context: for -P with -W FILE.pcapng' "$ctreplay" -L --context 3 -W "$kept" $window
expect 2 '' '--context 0: give packets, from 1 to 10000' "$ctreplay" -P -W "$kept" --context 0 $window
expect 2 '' '--display-filter: for -P of one capture' "$ctreplay" -P --display-filter $window $window
expect 2 '' '--display-filter: for -P of one capture' "$ctreplay" -P --display-filter -o json $window

expect 0 '^frame.number in {1, 6..7}$' '' "$ctreplay" -P --display-filter --class INVALID,NEW $window
expect 0 '^frame.number in {8}$' '' "$ctreplay" -P --display-filter --reason tcp-seq-under $window
expect 0 '^frame.number == 0$' 'nothing matches; there were 1 NEW, 5 ESTABLISHED, 2 INVALID' "$ctreplay" -P --display-filter --class UNTRACKED $window
expect 0 '^frame.number in {6..7}$' '*' "$ctreplay" -P --display-filter -W "$kept" --annotate --class INVALID $window

if ! command -v tshark > /dev/null; then
  echo 'not held to tshark: there is none here'
  finish
fi
for name in out-of-window half-open-flood fragments vlan sctp-association ftp-active pptp evicted-and-missed; do
  capture=samples/$name.pcap
  # Every frame has its own comment, its old number, its old time and its length.
  "$ctreplay" -P -W "$kept" --annotate "$capture" 2> /dev/null
  tshark -r "$capture" -T fields -e frame.number -e frame.time_epoch -e frame.len > "$work/a" 2> /dev/null
  tshark -r "$kept" -T fields -e frame.packet_id -e frame.time_epoch -e frame.len -e frame.comment > "$work/b" 2> /dev/null
  expect 0 '' '' sh -c "cut -f 1-3 '$work/b' | cmp '$work/a' -"
  expect 0 '' '' awk -F'\t' '$4 !~ ("^packet " $1 ",")' "$work/b"
done
# The filter chooses what -P chooses.
for name in out-of-window half-open-flood pptp; do
  capture=samples/$name.pcap
  for class in NEW INVALID none; do
    "$ctreplay" -P -o tsv --fields n --class $class "$capture" 2> /dev/null | sed 1d > "$work/a"
    filter=$("$ctreplay" -P --display-filter --class $class "$capture" 2> /dev/null)
    tshark -r "$capture" -Y "$filter" -T fields -e frame.number > "$work/b" 2> /dev/null
    expect 0 '' '' cmp "$work/a" "$work/b"
  done
done
finish
