#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A full table under exact expiry: the summary has the figures of the kernel's way, and they are those of --gc kernel.
. "${srcdir:-.}/tests/cli/capture.sh"

# many N LATER: so many UDP packets from as many sources within a second, and as many from others so many seconds later.
many() {
  pcap_head
  awk -v n="$1" -v later="$2" '
    function byte(v) { printf "\\%03o", v }
    function packet(second, net, i) {
      byte(second % 256); byte(int(second / 256)); printf "\\000\\000"
      printf "\\000\\000\\000\\000\\034\\000\\000\\000\\034\\000\\000\\000"
      printf "\\105\\000\\000\\034\\000\\000\\100\\000\\100\\021\\000\\000\\012"
      byte(net); byte(int(i / 256)); byte(i % 256)
      printf "\\012\\000\\000\\002\\004\\322\\000\\065\\000\\010\\000\\000"
    }
    BEGIN {
      for (i = 0; i < n; i++) packet(0, 1, i)
      for (i = 0; i < n; i++) packet(later, 2, i)
    }' > "$work/octal"
  # shellcheck disable=SC2059 # the format is the data
  printf "$(cat "$work/octal")"
}

# row WORD: evicted, dropped, peak and what is still there, of the summary's line that begins with it.
row() { sed -n "s/,//g; s/^  *$1  *\\([0-9]*\\)  *\\([0-9]*\\)  *\\([0-9]*\\)  *\\([0-9]*\\)\$/\\1 \\2 \\3 \\4/p" "$work/summary"; }

# Of a run with statistics in figures: the same four.
figures() {
  "$ctreplay" -S -o extended --checksums ignore "$@" | awk '
    /^cpu/ { for (i = 2; i <= NF; i++) { split($i, f, "="); v[f[1]] = f[2] } }
    /^ended gc-evicted/ { early = $NF }
    /^peak / { peak = $2 }
    /^entries / { entries = $2 }
    END { print v["early_drop"] + early, v["drop"] + v["insert_failed"], peak, entries }'
}

# compare WORDS OPTION...: the summary has these words, and both rows are what two runs say.
compare() {
  words=$1
  shift
  expect 0 "$words" '*' "$ctreplay" --lines 0 --checksums ignore "$@"
  cp "$work/out" "$work/summary"
  expect 0 '' '' test "$(row 'this run')" = "$(figures "$@")"
  expect 0 '' '' test "$(row '--gc kernel')" = "$(figures --gc kernel "$@")"
}

many 600 40 > "$work/twice.pcap"
# UDP's 30 s are over when the others come: exactly taken there is room for them, but nobody has collected.
compare '  nearly full ' --max 1000 --hashsize 65536 "$work/twice.pcap"
expect 0 '' '' test "$(row 'this run')" = '0 0 600 600'
expect 1 '' '' test "$(row '--gc kernel')" = "$(row 'this run')"
compare '  table full ' --max 500 --hashsize 512 "$work/twice.pcap"
# Room enough either way: nothing to say, and nothing is read twice.
expect 0 'Summary' '*' "$ctreplay" --lines 0 --checksums ignore --max 100000 "$work/twice.pcap"
cp "$work/out" "$work/summary"
expect 1 "" "" grep " full " "$work/summary"

# A pipe passes once; these kernels have no collector; this run is the kernel's way itself.
input=$work/twice.pcap
expect 0 'gc kernel shows' '*' "$ctreplay" --lines 0 --checksums ignore --max 500 -
input=
# shellcheck disable=SC2016 # the inner shell's
expect 0 'gc kernel shows' '*' sh -c 'cat "$1" | "$0" --lines 0 --checksums ignore --max 500 -' "$ctreplay" "$work/twice.pcap"
for options in '--profile linux-2.6' '--gc kernel'; do
  # shellcheck disable=SC2086 # words
  "$ctreplay" --lines 0 --checksums ignore $options --max 500 "$work/twice.pcap" > "$work/summary"
  expect 1 '' '' grep 'table full  \|gc kernel shows' "$work/summary"
done

# --evictions says by which rule somebody had to go, and the smallest table in which nobody would have; it is tried.
needed() { sed -n 's/.*nf_conntrack_max=\([0-9]*\) is the smallest with which nobody would have been.*/\1/p' "$work/err"; }
for options in '--gc exact' '--gc kernel' '--profile linux-2.6' '--profile linux-3.10'; do
  # shellcheck disable=SC2086 # words
  expect 0 'for packet [0-9]* by early_drop, the table being full at 100: .*not ASSURED' '*' "$ctreplay" --evictions --checksums ignore $options --max 100 "$work/twice.pcap"
  enough=$(sed 's/ip_conntrack_max/nf_conntrack_max/' "$work/err" > "$work/err2" && mv "$work/err2" "$work/err" && needed)
  # shellcheck disable=SC2086
  expect 0 '' '^ctreplay: 0 evicted, .* 0 packets dropped$' "$ctreplay" --evictions --checksums ignore $options --max "$enough" "$work/twice.pcap"
  # shellcheck disable=SC2086
  expect 0 'early_drop\|DROPPED' '*' "$ctreplay" --evictions --checksums ignore $options --max $((enough - 1)) "$work/twice.pcap"
done
expect 0 '"reason":"evicted","max":100,' '*' "$ctreplay" --evictions -o json --checksums ignore --max 100 "$work/twice.pcap"
expect 0 '\[DROPPED\] packet [0-9]* udp .*table full, dropping packet at 100: the eight buckets from its own hold nothing that may go)$' '*' "$ctreplay" --evictions --checksums ignore --max 100 "$work/twice.pcap"

# So does a packet that was dropped for want of room, or missed who had been evicted: with that number it is not.
for options in '--gc exact' '--gc kernel' '--profile linux-3.10'; do
  # shellcheck disable=SC2086 # words
  "$ctreplay" -P --checksums ignore $options --max 100 "$work/twice.pcap" > "$work/told" 2> /dev/null
  for words in 'nf_conntrack_max=[0-9]* would let it pass' 'nf_conntrack_max=[0-9]*, the least with which nobody is evicted or dropped so far, would have kept it'; do
    sed -n "s/^ *\\([0-9]*\\) .*; \\(nf_conntrack_max=[0-9]*\\).*/\\1 \\2 &/p" "$work/told" | grep "$words" | sed -n '1p;$p' > "$work/some"
    while read -r number setting _; do
      # shellcheck disable=SC2086
      "$ctreplay" -P --checksums ignore $options --max "${setting#*=}" "$work/twice.pcap" 2> /dev/null | grep "^ *$number " > "$work/then"
      expect 0 '#[0-9]' '' cat "$work/then"
      expect 1 '' '' grep -e dropped -e 'belonged to' "$work/then"
    done < "$work/some"
  done
done
expect 0 '' '' [ "$tests" -gt 34 ]

# What is inferred for the replay is for the second table, too; and where the first began with entries, no number is known.
[ -f samples/nat-any.pcap ] || { echo 'skipped: the samples have not been built'; finish; }
expect 0 DROPPED '2 packets dropped; nf_conntrack_max=2 is the smallest' "$ctreplay" --evictions --max 1 samples/nat-any.pcap
"$ctreplay" -C --max 4 --save-state "$work/state" samples/half-open-flood.pcap > /dev/null 2>&1
expect 0 DROPPED '11 packets dropped$' "$ctreplay" --evictions --max 4 --load-state "$work/state" samples/evicted-and-missed.pcap
expect 0 '; a larger nf_conntrack_max would have room$' '*' "$ctreplay" -P --max 4 --load-state "$work/state" samples/evicted-and-missed.pcap
finish
