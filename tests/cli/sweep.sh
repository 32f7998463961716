#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each row of a sweep says what a single replay with the same settings says: of generated floods, in which tables run full.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0 rows=0 pairs=0

# field NAME FILE: the first number of that name in a file of JSON; 0 where there is none.
field() {
  value=$(grep -o "\"$1\":[0-9]*" "$2" | head -n 1)
  echo "${value:-:0}" | cut -d: -f2
}

# row CAPTURE MAX SYSCTL: what the single replays say, in the words of the sweep; the mean, which they give in tenths, is kept for later.
row() {
  ./ctreplay -S -o json --gc=kernel --max "$2" --sysctl "$3" "$1" > "$folder/single"
  ./ctreplay --evictions --gc=kernel --max "$2" --sysctl "$3" "$1" > /dev/null 2> "$folder/evictions"
  sed 's/.*"ended":{\([^}]*\)}.*/\1/' "$folder/single" > "$folder/ended"
  evicted=$(($(field evicted "$folder/ended") + $(field gc-evicted "$folder/ended")))
  missed=$(sed -n 's/.* evicted, of these \([0-9]*\) missed later.*/\1/p' "$folder/evictions")
  echo "$(field peak "$folder/single"),$(field created "$folder/single"),$(field timeout "$folder/ended"),$evicted,$(field drop "$folder/single"),$(field insert_failed "$folder/single"),$missed,$(field count "$folder/single")"
}

# The captures last one to two seconds: the timeout that their entries have is what a second ends.
for pair in synflood:tcp_timeout_syn_sent dns:udp_timeout mixed:udp_timeout manyflows:tcp_timeout_established; do
  kind=${pair%:*} sysctl=nf_conntrack_${pair#*:}
  ./bench_generate "$kind" "$folder/$kind.pcap" 0.03 > /dev/null
  ./ctreplay sweep --max 64,500,4000,100000 --sysctl "$sysctl=1,120" -o csv "$folder/$kind.pcap" | sed 1d > "$folder/sweep"
  before=
  while IFS=, read -r setting max buckets peak mean created expired evicted dropped insert_failed broken count bytes; do
    expected=$(row "$folder/$kind.pcap" "$max" "$sysctl=${setting##*=}")
    # --evictions follows the 65536 newest victims of a small table, the sweep all of them here: it may miss some more.
    missed=$(echo "$expected" | cut -d, -f7)
    if [ "$evicted" -gt 65536 ] && [ "$broken" -gt "$missed" ] && [ $((broken - missed)) -le $((missed / 100)) ]; then
      broken=$missed
    fi
    rows=$((rows + 1)) got=$peak,$created,$expired,$evicted,$dropped,$insert_failed,$broken,$count
    if [ "$got" != "$expected" ]; then
      echo "$kind, $setting: $got; alone $expected" >&2
      failed=1
    fi
    if ! sed -n 's/.*"mean":\([0-9.]*\).*/\1/p' "$folder/single" | awk -v mean="$mean" '{ fine = mean > 0 && $1 - mean < 0.56 && mean - $1 < 0.56 } END { exit !fine }'; then
      echo "$kind, $setting: mean $mean; alone $(grep -o '"mean":[0-9.]*' "$folder/single")" >&2
      failed=1
    fi
    # In a table that is not full at once, the two timeouts are two histories; else nothing of the sysctl would have been compared.
    if [ "${setting##*=}" = 120 ] && [ "$max" -ge 4000 ]; then
      pairs=$((pairs + 1))
      [ "$got" != "$before" ] || { echo "$kind, $setting: as with a timeout of a second" >&2; failed=1; }
    fi
    before=$got
  done < "$folder/sweep"
done
[ "$rows" -eq 32 ] && [ "$pairs" -eq 8 ] || { echo "$rows rows, $pairs pairs, not 32 and 8" >&2; failed=1; }

# How a kernel rounds buckets is said once for each value, as in a replay.
./ctreplay sweep --max 64,500 --hashsize 8,2048,3000,8 --sysctl nf_conntrack_udp_timeout=1,30 "$folder/dns.pcap" 2>&1 > "$folder/out" |
  sed 's/^ctreplay: note: //' > "$folder/notes"
printf -- '--hashsize %s buckets, as this kernel rounds it\n' '8 is 1024' '3000 is 3072' | diff - "$folder/notes" >&2 || failed=1
./ctreplay sweep --max 64,500 --hashsize auto "$folder/dns.pcap" 2> "$folder/notes" > "$folder/out"
[ ! -s "$folder/notes" ] || { cat "$folder/notes" >&2; failed=1; }

# The command line has the last word over a file, and each label tells what ran.
printf 'net.netfilter.nf_conntrack_max = 100\nnet.netfilter.nf_conntrack_gone = 1\nnet.netfilter.nf_conntrack_udp_timeout = 5\n' > "$folder/router.conf"
for more in "" "--sysctl nf_conntrack_udp_timeout=7"; do
  # shellcheck disable=SC2086
  ./ctreplay sweep --max 64,512,64k --sysctl "$folder/router.conf" $more -o csv "$folder/dns.pcap" 2> "$folder/notes" |
    sed 1d | cut -d, -f1,2 > "$folder/labels"
  printf 'max=64,64\nmax=512,512\nmax=64k,65536\n' | diff - "$folder/labels" >&2 || failed=1
  [ "$(wc -l < "$folder/notes")" -eq 1 ] && grep -q 'router.conf:2: .*nf_conntrack_gone' "$folder/notes" || failed=1
done
# Any number of threads says the same.
for kind in dns manyflows; do
  for threads in 1 2; do
    ./ctreplay sweep --threads "$threads" --max 64,100,500,1000,4000 --sysctl nf_conntrack_udp_timeout=1,30 -o json "$folder/$kind.pcap" > "$folder/threads$threads"
  done
  cmp "$folder/threads1" "$folder/threads2" >&2 || failed=1
done

# What is concluded: without a limit only, from nothing at all.
./ctreplay sweep --max 0,64 "$folder/dns.pcap" | tail -n 1 | grep -q '^Nothing is lost only where there is no limit' || { echo "max=0: a wrong conclusion" >&2; failed=1; }
./ctreplay sweep --max 64,100 --bpf 'tcp port 9' "$folder/dns.pcap" | tail -n 1 | grep -q '^No packet began a connection' || { echo "nothing: a wrong conclusion" >&2; failed=1; }
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
