#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# flows against -S, -P, -E and -L: on every sample, and every real capture that there is (CTREPLAY_TRUTH), its sums are theirs,
# and CSV, TSV and JSON hold the same rows. Of these captures every CTREPLAY_EVERY-th is taken (all): under sanitizers each is slow.
. "${srcdir:-.}/tests/cli/capture.sh"
truth=${CTREPLAY_TRUTH:-${srcdir:-.}/../shared}
every=${CTREPLAY_EVERY:-1} at=0

columns=conn,packets_orig,packets_reply,bytes_orig,bytes_reply,ignored,icmp_errors,invalid,ended,missed,first_packet,last_packet,duration
fail() { failures=$((failures + 1)); echo "not ok - $1: $2"; }

# Connections, ends by reason: as -S has them.
held_to_statistics() { # NAME
  "$ctreplay" -S -o json "$capture" > "$work/stats" 2> /dev/null
  # "created":N,"ended":{"timeout":N,...}
  sed -n 's/.*"created":\([0-9]*\),"ended":{\([^}]*\)}.*/created \1,\2/p' "$work/stats" | tr ',' '\n' |
    sed -e '/^$/d' -e 's/^"\([^"]*\)":/ended \1 /' | sort > "$work/theirs"
  awk -F'\t' 'NR > 1 { n++; if ($9 != "") ended[$9]++ } END { print "created " n + 0; for (r in ended) print "ended " r " " ended[r] }' \
    "$work/flows" | sort > "$work/ours"
  cmp -s "$work/ours" "$work/theirs" || fail "$1" "not as -S: $(diff "$work/ours" "$work/theirs" | tr '\n' ' ')"
}

# Each connection's packets, errors and INVALID ones: as -P has them.
held_to_packets() { # NAME
  "$ctreplay" -P -o tsv --fields n,conn,class,dir,reason,text "$capture" 2> /dev/null |
    awk -F'\t' 'NR > 1 && $2 != "" {
      if ($3 == "INVALID") invalid[$2]++; else if ($5 == "icmp-error") errors[$2]++
      else { own[$2]++; if (!($2 in first)) first[$2] = $1; last[$2] = $1 }
      seen[$2] }
      END { for (c in seen) print c, own[c] + 0, errors[c] + 0, invalid[c] + 0, first[c], last[c] }' | sort -n > "$work/theirs"
  awk -F'\t' 'NR > 1 { print $1, $2 + $3 + $6, $7, $8, $11, $12 }' "$work/flows" | sort -n > "$work/ours"
  cmp -s "$work/ours" "$work/theirs" || fail "$1" "not as -P: $(diff "$work/ours" "$work/theirs" | head -n 6 | tr '\n' ' ')"
}

# Each connection's counters: those of its DESTROY, or of the table at the end.
held_to_counters() { # NAME
  {
    "$ctreplay" -E -e DESTROY -o tsv --fields conn,packets_orig,packets_reply,bytes_orig,bytes_reply "$capture" 2> /dev/null | sed 1d
    "$ctreplay" -L -o json "$capture" 2> /dev/null |
      sed -n 's/.*"entry":{"id":\([0-9]*\),.*"counters":\[\[\([0-9]*\),\([0-9]*\)\],\[\([0-9]*\),\([0-9]*\)\]\].*/\1 \2 \4 \3 \5/p' | tr ' ' '\t'
  } | sort -n > "$work/theirs"
  awk -F'\t' -v OFS='\t' 'NR > 1 { print $1, $2, $3, $4, $5 }' "$work/flows" | sort -n > "$work/ours"
  cmp -s "$work/ours" "$work/theirs" || fail "$1" "not the kernel's counters: $(diff "$work/ours" "$work/theirs" | head -n 6 | tr '\n' ' ')"
}

# The forms say the same, and groups add up to it.
held_to_forms() { # NAME
  "$ctreplay" flows -o csv --fields "$columns" "$capture" 2> /dev/null | tr ',' '\t' > "$work/csv"
  cmp -s "$work/flows" "$work/csv" || fail "$1" "CSV is not TSV"
  "$ctreplay" flows -o json --fields "$columns" "$capture" 2> /dev/null |
    sed -e '/"type":"partial"/d' -e 's/^{"schema":1,"type":"flow",//' -e 's/}$//' > "$work/json"
  # As lines of names and values, without what is not known.
  awk -F'\t' 'NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
    { line = ""; for (i = 1; i <= NF; i++) if ($i != "") { quote = name[i] == "ended" ? "\"" : ""
        line = line (line == "" ? "" : ",") "\"" name[i] "\":" quote $i quote } print line }' "$work/flows" > "$work/ours"
  cmp -s "$work/json" "$work/ours" || fail "$1" "JSON is not TSV"
  for key in src net/24 dport state reason proto; do
    "$ctreplay" flows --by "$key" -o tsv --fields connections,packets,bytes,invalid,ignored "$capture" 2> /dev/null |
      awk -F'\t' 'NR > 1 { c += $1; p += $2; b += $3; i += $4; g += $5 } END { printf "%d %d %d %d %d\n", c, p, b, i, g }' > "$work/theirs"
    awk -F'\t' 'NR > 1 { c++; p += $2 + $3; b += $4 + $5; i += $8; g += $6 } END { printf "%d %d %d %d %d\n", c, p, b, i, g }' \
      "$work/flows" > "$work/ours"
    cmp -s "$work/ours" "$work/theirs" || fail "$1" "--by $key does not add up"
  done
}

hold() { # CAPTURE
  at=$((at + 1))
  [ $((at % every)) -eq 0 ] || return 0
  capture=$1
  tests=$((tests + 1))
  "$ctreplay" flows -o tsv --fields "$columns" "$capture" > "$work/flows" 2> /dev/null
  held_to_statistics "$1"
  held_to_packets "$1"
  held_to_counters "$1"
  held_to_forms "$1"
}

for sample in samples/*.pcap; do hold "$sample"; done
[ "$tests" -gt $((50 / every)) ] || fail samples "only $tests of them"
if [ -d "$truth/captures" ]; then
  for real in "$truth"/captures/*.pcap "$truth"/captures/*.pcapng "$truth"/captures/*.snoop; do [ -f "$real" ] && hold "$real"; done
else
  echo "# no real captures here (CTREPLAY_TRUTH): samples only"
fi
finish
