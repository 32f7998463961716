#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each row of a sweep says what a single replay with the same settings says: of generated floods, in which tables run full.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0 rows=0

# field NAME FILE: the first number of that name in a file of JSON; 0 where there is none.
field() {
  value=$(grep -o "\"$1\":[0-9]*" "$2" | head -n 1)
  echo "${value:-:0}" | cut -d: -f2
}

# row CAPTURE MAX TIMEOUT: what the single replay says, in the words of the sweep.
row() {
  ./ctreplay -S -o json --gc=kernel --max "$2" --sysctl "nf_conntrack_udp_timeout=$3" "$1" > "$folder/single"
  evicted=$(($(field evicted "$folder/single") + $(field gc-evicted "$folder/single")))
  echo "$(field peak "$folder/single"),$(field created "$folder/single"),$evicted,$(field drop "$folder/single"),$(field insert_failed "$folder/single"),$(field count "$folder/single")"
}

for kind in synflood dns mixed manyflows; do
  ./bench_generate "$kind" "$folder/$kind.pcap" 0.01 > /dev/null
  ./ctreplay sweep --max 64,500,4000,100000 --sysctl nf_conntrack_udp_timeout=1,30 -o csv "$folder/$kind.pcap" |
    sed 1d > "$folder/sweep"
  while IFS=, read -r setting max buckets peak mean created expired evicted dropped insert_failed broken count bytes; do
    expected=$(row "$folder/$kind.pcap" "$max" "${setting##*=}")
    rows=$((rows + 1))
    if [ "$peak,$created,$evicted,$dropped,$insert_failed,$count" != "$expected" ]; then
      echo "$kind, $setting: $peak,$created,$evicted,$dropped,$insert_failed,$count; alone $expected" >&2
      failed=1
    fi
  done < "$folder/sweep"
done
[ "$rows" -eq 32 ] || { echo "$rows rows, not 32" >&2; failed=1; }

# The command line has the last word over a file, and each label tells what ran.
printf 'net.netfilter.nf_conntrack_max = 100\nnet.netfilter.nf_conntrack_gone = 1\nnet.netfilter.nf_conntrack_udp_timeout = 5\n' > "$folder/router.conf"
for more in "" "--sysctl nf_conntrack_udp_timeout=7"; do
  # shellcheck disable=SC2086
  ./ctreplay sweep --max 64,512,64k --sysctl "$folder/router.conf" $more -o csv "$folder/dns.pcap" 2> "$folder/notes" |
    sed 1d | cut -d, -f1,2 > "$folder/labels"
  printf 'max=64,64\nmax=512,512\nmax=64k,65536\n' | diff - "$folder/labels" >&2 || failed=1
  [ "$(wc -l < "$folder/notes")" -eq 1 ] && grep -q 'router.conf:2: .*nf_conntrack_gone' "$folder/notes" || failed=1
done
for twice in "--max 64,512 --sysctl nf_conntrack_max=100" "--hashsize 64,128 --sysctl nf_conntrack_buckets=32" \
  "--sysctl nf_conntrack_max=1,2 --sysctl net.nf_conntrack_max=3"; do
  code=0
  # shellcheck disable=SC2086
  ./ctreplay sweep $twice "$folder/dns.pcap" > "$folder/out" 2> "$folder/err" || code=$?
  if [ "$code" -ne 2 ] || [ -s "$folder/out" ] || [ "$(wc -l < "$folder/err")" -ne 1 ]; then
    echo "sweep $twice: exit $code" >&2
    failed=1
  fi
done
exit "$failed"
