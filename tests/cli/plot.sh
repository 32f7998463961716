#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --plot: a picture that says what the statistics say, of every command, and never over what is read or written beside it.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/good.pcap"
missed=samples/evicted-and-missed.pcap

if [ -r "$missed" ]; then
  "$ctreplay" -S --max 4 --hashsize 8 "$missed" > "$work/stats"
  drop=$(sed 's/.* drop=\([0-9]*\).*/\1/' "$work/stats")
  early=$(sed 's/.* early_drop=\([0-9]*\).*/\1/' "$work/stats")
  for command in '' -L -E -P -S -C --evictions; do
    rm -f "$work/p.svg"
    # shellcheck disable=SC2086 # no command is none
    "$ctreplay" $command --max 4 --hashsize 8 "$missed" > "$work/without" 2> /dev/null
    # shellcheck disable=SC2086
    expect 0 '*' '*' "$ctreplay" $command --max 4 --hashsize 8 --plot "$work/p.svg" "$missed"
    cp "$work/out" "$work/with"
    expect 0 "" "" cmp "$work/with" "$work/without"
    expect 0 "max 4, .*: $early evicted, $drop dropped" '' cat "$work/p.svg"
    expect 0 'entries in the table' '' cat "$work/p.svg"
    expect 0 'time since the first packet, milliseconds' '' cat "$work/p.svg"
    expect 0 'dotted: nf_conntrack_max' '' cat "$work/p.svg"
    expect 0 '^</svg>$' '' tail -n 1 "$work/p.svg"
  done
  # The same kernel draws the same curve in a sweep of one.
  "$ctreplay" -C --gc kernel --max 4 --hashsize 8 --plot "$work/one.svg" "$missed" > "$work/out"
  "$ctreplay" sweep --max 4 --hashsize 8 --plot "$work/sweep.svg" "$missed" > "$work/out"
  grep 'stroke-width="2"' "$work/one.svg" > "$work/one"
  grep 'stroke-width="2"' "$work/sweep.svg" > "$work/many"
  expect 0 '' '' cmp "$work/one" "$work/many"
  expect 0 'd="M' '' cat "$work/one"
fi

# lengths FILE: how many pixels of the plot's width each curve takes, one line each.
lengths() {
  sed -n 's/^<path class="c[0-9]*" fill="none".* d="\(.*\)"\/>$/\1/p' "$1" | sed 's/[MLH]/ &/g' | awk '{
    total = 0
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^[ML]/) x = substr($i, 2)
      if ($i ~ /^H/) { total += substr($i, 2) - x; x = substr($i, 2) }
    }
    printf "%d\n", total + 0.5
  }'
}

# Curves that coincide are seen in turns: each gets its share of the width, and nowhere is one drawn over another.
flood=samples/half-open-flood.pcap
if [ -r "$flood" ]; then
  for settings in 1000 1000,2000 1000,2000,3000; do
    "$ctreplay" sweep --max "$settings" --plot "$work/p.svg" "$flood" > "$work/out"
    lengths "$work/p.svg" > "$work/lengths"
    n=$(echo "$settings" | tr , '\n' | wc -l)
    expect 0 "^$n curves, each its share of 852$" '' awk -v n="$n" '{ sum += $1; even += $1 > 852 / n - 12 && $1 < 852 / n + 12 }
      END { print NR, "curves,", even == n ? "each its share of" : "unevenly", sum }' "$work/lengths"
  done
  expect 0 'Colours in turn: curves that coincide' '' cat "$work/p.svg"
  # Where they part, each is whole: the flood is at 8 entries after a fifth of its time, and the curve of 8 stays there.
  "$ctreplay" sweep --max 8,1000 --plot "$work/p.svg" "$flood" > "$work/out"
  lengths "$work/p.svg" > "$work/lengths"
  expect 0 '^2 curves, 1[45][0-9][0-9]$' '' awk '{ sum += $1 } END { print NR, "curves,", sum }' "$work/lengths"
  # All of several captures are in the title.
  "$ctreplay" sweep --max 8 --plot "$work/p.svg" "$flood" "$missed" "$work/good.pcap" > "$work/out"
  expect 0 '>half-open-flood.pcap and 2 more: conntrack entries over time<' '' cat "$work/p.svg"
  "$ctreplay" -C --plot "$work/p.svg" "$flood" "$missed" > "$work/out"
  expect 0 '>half-open-flood.pcap and 1 more: conntrack entries over time<' '' cat "$work/p.svg"
fi

# A capture in which nothing happens is a picture too.
expect 0 '^2$' '' "$ctreplay" -C --plot "$work/p.svg" "$work/good.pcap"
expect 0 'Nothing was evicted, nothing dropped' '' cat "$work/p.svg"

expect 2 '' 'being read' "$ctreplay" -C --plot "$work/good.pcap" "$work/good.pcap"
expect 2 '' 'that is what -W writes' "$ctreplay" -L -W "$work/same" --plot "$work/same" "$work/good.pcap"
expect 2 '' 'give a file' "$ctreplay" -C --plot - "$work/good.pcap"
expect 2 '' 'give a file' "$ctreplay" sweep --max 4 --plot - "$work/good.pcap"
expect 2 '' 'no such option' "$ctreplay" decompile --plot "$work/x.svg" "$work/good.pcap"
expect 0 '^2$' '' "$ctreplay" -C "$work/good.pcap"

finish
