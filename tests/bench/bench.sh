#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What ctreplay costs, as a ratio to a bare libpcap loop over the same file in the same minute: machines differ, and so do
# their hours. doc/performance.md says how to read the table. Run by `make bench`, in the build folder.
#   SCALE    share of the full captures (default 1: 5 M packets and the like)
#   PAIRS    how often each pair of commands takes turns (default 5); medians are shown
#   LARGE=1  ten million entries too: 2 GB of captures and as much memory more
#   ONLY     names of captures, to do only these
set -eu
scale=${SCALE:-1}
pairs=${PAIRS:-5}
captures=${ONLY:-longflows manyflows masquerade synflood dns mixed live4 live6 livenat}
[ "${LARGE:-0}" = 0 ] || captures="$captures live100k live10m"
ctreplay=${CTREPLAY:-./ctreplay}
folder=bench-captures
result=bench.json
most=16M # nf_conntrack_max: above the need of any capture
LC_ALL=C
export LC_ALL

mkdir -p "$folder"
# What is measured under a name: the words after the capture's.
measure_words() {
  case $1 in
  S1) echo "-S --threads 1 --max $most" ;;
  S2) echo "-S --threads 2 --max $most" ;;
  E) echo "-E --max $most" ;;
  P) echo "-P -o json --max $most" ;;
  sweep) echo "sweep --max 1k,2k,4k,8k,16k,32k,64k,128k,256k,512k,1M,2M,4M,8M,16M,32M" ;;
  esac
}

# The router that translates all of these captures.
rules_words() {
  case $1 in
  masquerade | livenat) echo "--rules $folder/masquerade.rules --local 203.0.113.1/24@wan0 --route 10.0.0.0/8=lan0 --route 0.0.0.0/0=wan0" ;;
  esac
}
printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n' > "$folder/masquerade.rules"

# run_pair MEASURE CAPTURE PACKETS: one object of the result, and a line for people.
run_pair() {
  file=$folder/$2-$scale.pcap
  # shellcheck disable=SC2046 # words
  ./bench_run -n "$pairs" "$ctreplay" $(measure_words "$1") $(rules_words "$2") "$file" --- ./bench_pcap_loop "$file" > "$folder/pair.tmp" 2> "$folder/error.tmp" || {
    echo "$2 $1: failed: $(tail -n 1 "$folder/error.tmp")" >&2
    return 1
  }
  lines=0
  case $1 in E | P)
    # shellcheck disable=SC2046
    lines=$(./bench_run -c "$ctreplay" $(measure_words "$1") $(rules_words "$2") "$file" 2> /dev/null)
    ;;
  esac
  awk -v measure="$1" -v capture="$2" -v packets="$3" -v lines="$lines" -v base="$base_cpu" '
    NR == 1 { wall = $1; cpu = $2; peak = $3 }
    NR == 2 { loop_wall = $1; loop_cpu = $2 }
    END {
      line_ns = lines > 0 ? (cpu - base) / lines * 1e9 : 0
      printf "{\"capture\": \"%s\", \"measure\": \"%s\", \"packets\": %d, \"wall_s\": %.4f, \"cpu_s\": %.4f, ", capture, measure, packets, wall, cpu
      printf "\"loop_wall_s\": %.4f, \"loop_cpu_s\": %.4f, \"wall_ratio\": %.3f, \"cpu_ratio\": %.3f, ", loop_wall, loop_cpu, wall / loop_wall, cpu / loop_cpu
      printf "\"cpu_ns_packet\": %.1f, \"loop_ns_packet\": %.1f, \"peak_kib\": %d, ", cpu / packets * 1e9, loop_cpu / packets * 1e9, peak
      printf "\"lines\": %d, \"line_ns\": %.1f}\n", lines, line_ns
      printf "%-10s %-5s %9d %8.1f %8.1f %7.2f %7.2f %8.0f", capture, measure, packets, loop_cpu / packets * 1e9, cpu / packets * 1e9, cpu / loop_cpu, wall / loop_wall, peak / 1024 > "/dev/stderr"
      if (lines > 0)
        printf " %10d %7.0f", lines, line_ns > "/dev/stderr"
      printf "\n" > "/dev/stderr"
    }' "$folder/pair.tmp" >> "$folder/rows.tmp"
  if [ "$1" = sweep ]; then
    awk -v capture="$2" -v base="$base_cpu" 'NR == 1 { printf "%-10s 16 settings cost %.1f times S1\n", capture, $2 / base }' "$folder/pair.tmp" >&2
  fi
  [ "$1" != S1 ] || base_cpu=$(awk 'NR == 1 { print $2 }' "$folder/pair.tmp")
}

: > "$folder/rows.tmp"
printf '%-10s %-5s %9s %8s %8s %7s %7s %8s %10s %7s\n' capture what packets 'loop ns' 'cpu ns' 'cpu x' 'wall x' 'peak MiB' lines 'ns/line' >&2
for capture in $captures; do
  file=$folder/$capture-$scale.pcap
  said=$folder/$capture-$scale.txt
  if [ ! -f "$said" ]; then
    ./bench_generate "$capture" "$file" "$scale" > "$said.tmp"
    mv "$said.tmp" "$said"
  fi
  packets=$(sed 's/.*: \([0-9]*\) packets.*/\1/' "$said")
  flows=$(sed 's/.* \([0-9]*\) flows.*/\1/' "$said")
  cat "$file" > /dev/null # into the page cache
  base_cpu=0
  case $capture in
  live*) run_pair S1 "$capture" "$packets" || exit 1 ;;
  masquerade) for what in S1 S2 E P; do run_pair "$what" "$capture" "$packets" || exit 1; done ;;
  *) for what in S1 S2 E P sweep; do run_pair "$what" "$capture" "$packets" || exit 1; done ;;
  esac
  case $capture in
  live4 | live6 | livenat | live10m)
    awk -v capture="$capture" -v flows="$flows" 'END {
      split($0, part, "\"peak_kib\": "); printf "{\"capture\": \"%s\", \"measure\": \"bytes_per_entry\", \"entries\": %d, \"bytes\": %.1f}\n",
        capture, flows, (part[2] + 0) * 1024 / flows
      printf "%-10s %.1f bytes of peak memory for each of %d live entries\n", capture, (part[2] + 0) * 1024 / flows, flows > "/dev/stderr"
    }' "$folder/rows.tmp" > "$folder/entry.tmp"
    cat "$folder/entry.tmp" >> "$folder/rows.tmp"
    ;;
  esac
done
{
  printf '[\n'
  sed '$!s/$/,/' "$folder/rows.tmp"
  printf ']\n'
} > "$result"
rm -f "$folder"/*.tmp
echo "bench: $result" >&2
