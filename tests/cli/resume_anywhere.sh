#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every sample cut in three places, or as many as are given: events, counters and tables are those of the whole. Minutes: for
# make check-long. tests/unit/test_state.c cuts engines after each packet.
. "${srcdir:-.}/tests/cli/capture.sh"

# cut SAMPLE PACKET
cut_at() {
  "$ctreplay" -P --nat off -W "$work/behind" --start "#$(($2 + 1))" "$1" 2> "$work/err"
  for show in '-E -o timestamp,extended,id' '-P -o json' '-S -o json' '-L -o json'; do
    tests=$((tests + 1))
    # shellcheck disable=SC2086 # a letter and its format
    "$ctreplay" $show --helpers "$1" > "$work/whole" 2> "$work/err"
    # shellcheck disable=SC2086
    "$ctreplay" $show --helpers --end "#$2" --save-state "$work/state" "$1" > "$work/one" 2> "$work/err"
    # shellcheck disable=SC2086
    "$ctreplay" $show --helpers --load-state "$work/state" "$work/behind" > "$work/two" 2> "$work/err"
    case $show in -E* | -P*) cat "$work/one" "$work/two" > "$work/both" ;; *) mv "$work/two" "$work/both" ;; esac
    cmp -s "$work/whole" "$work/both" && continue
    failures=$((failures + 1))
    echo "FAILED: $1 cut behind packet $2, $show"
    diff "$work/whole" "$work/both" | head -n 5
  done
}

places=${1:-3}
for sample in samples/*.pcap; do
  last=$("$ctreplay" -P --fields n "$sample" 2> "$work/err" | tail -n 1 | tr -d ' ')
  [ "${last:-0}" -gt 2 ] || continue
  i=0
  while [ "$i" -lt "$places" ]; do
    cut_at "$sample" $((1 + (last - 2) * i / (places > 1 ? places - 1 : 1)))
    i=$((i + 1))
  done
done
# A router's capture of all interfaces behind each packet, also where that cuts it from its copy.
for packet in 1 2 3 4 5 6 7; do cut_at samples/nat-any.pcap "$packet"; done
finish
