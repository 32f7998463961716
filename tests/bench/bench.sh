#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What ctreplay costs, as a ratio to a bare libpcap loop over the same file in the same minute: machines differ, and so do
# their hours. doc/performance.md says how to read the table. Run by `make bench`, in the build folder.
#   SCALE    share of the full captures (default 1: 5 M packets and the like)
#   PAIRS    how often each pair of commands takes turns (default 5); medians are shown
#   LARGE=1  ten million entries too: 2 GB of captures and as much memory more
#   ONLY     names of captures, to do only these
# Where valgrind is installed, instructions a packet are counted as well, over captures of a hundredth of the full size: that figure
# does not depend on the hour.
set -eu
scale=${SCALE:-1}
pairs=${PAIRS:-5}
captures=${ONLY:-longflows bulk manyflows masquerade synflood dns mixed live4 live6 livenat}
[ "${LARGE:-0}" = 0 ] || captures="$captures live100k live10m"
ctreplay=${CTREPLAY:-./ctreplay}
folder=bench-captures
result=bench.json
most=16M # nf_conntrack_max: above the need of any capture
LC_ALL=C
export LC_ALL

mkdir -p "$folder"
# What is measured under a name: the whole command, for capture $2 in file $3.
command_words() {
  case $1 in
  S1 | gz | zst | plain) echo "$ctreplay -S --threads 1 --max $most $(rules_words "$2")" ;;
  S2) echo "$ctreplay -S --threads 2 --max $most $(rules_words "$2")" ;;
  rules) echo "$ctreplay -S --threads 1 --max $most --rules $folder/server.rules" ;;
  E) echo "$ctreplay -E --max $most $(rules_words "$2")" ;;
  P) echo "$ctreplay -P -o json --max $most $(rules_words "$2")" ;;
  flows) echo "$ctreplay flows -o csv --max $most $(rules_words "$2")" ;;
  top) echo "./screen_jumps $3 0" ;;
  sweep) echo "$ctreplay sweep --max 1k,2k,4k,8k,16k,32k,64k,128k,256k,512k,1M,2M,4M,8M,16M,32M" ;;
  esac
  case $1 in gz | zst) echo "$3.$1" ;; top) ;; *) echo "$3" ;; esac
}
# What it takes turns with.
against_words() {
  case $1 in
  gz | zst | rules) command_words plain "$2" "$3" ;;
  *) echo "./bench_pcap_loop $3" ;;
  esac
}

# The router that translates all of these captures.
rules_words() {
  case $1 in
  masquerade | livenat) echo "--rules $folder/masquerade.rules --local 203.0.113.1/24@wan0 --route 10.0.0.0/8=lan0 --route 0.0.0.0/0=wan0" ;;
  esac
}
printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n' > "$folder/masquerade.rules"
# A stateful server's twenty rules, as somebody has them: most packets are ESTABLISHED.
cat > "$folder/server.rules" << 'END'
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:SERVICES - [0:0]
-A INPUT -j FORWARDED
-A FORWARD -j FORWARDED
:FORWARDED - [0:0]
-A FORWARDED -m conntrack --ctstate INVALID -j DROP
-A FORWARDED -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARDED -s 192.0.2.0/24 -j DROP
-A FORWARDED -s 203.0.113.0/24 -p tcp --dport 22 -j ACCEPT
-A FORWARDED -p icmp --icmp-type 8 -m limit --limit 100/s -j ACCEPT
-A FORWARDED -p icmp -j DROP
-A FORWARDED -p tcp --tcp-flags SYN,ACK SYN,ACK -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset
-A FORWARDED -m conntrack --ctstate NEW -j SERVICES
-A FORWARDED -m limit --limit 5/min -j LOG --log-prefix "denied "
-A SERVICES -p tcp --dport 80 -j ACCEPT
-A SERVICES -p tcp --dport 443 -j ACCEPT
-A SERVICES -p tcp --dport 25 -j ACCEPT
-A SERVICES -p tcp -m multiport --dports 110,143,993,995 -j ACCEPT
-A SERVICES -p udp --dport 53 -j ACCEPT
-A SERVICES -p tcp --dport 53 -j ACCEPT
-A SERVICES -p udp --dport 123 -j ACCEPT
-A SERVICES -p udp --dport 1194 -j ACCEPT
-A SERVICES -j RETURN
COMMIT
END

# prepare CAPTURE SCALE: the capture's file, and what its maker said of it.
prepare() {
  [ -f "$folder/$1-$2.txt" ] && return
  ./bench_generate "$1" "$folder/$1-$2.pcap" "$2" > "$folder/$1-$2.txt.tmp"
  mv "$folder/$1-$2.txt.tmp" "$folder/$1-$2.txt"
}

# run_pair MEASURE CAPTURE PACKETS: one object of the result, and a line for people.
run_pair() {
  file=$folder/$2-$scale.pcap
  # shellcheck disable=SC2046 # words
  ./bench_run -n "$pairs" $(command_words "$1" "$2" "$file") --- $(against_words "$1" "$2" "$file") > "$folder/pair.tmp" 2> "$folder/error.tmp" || {
    echo "$2 $1: failed: $(tail -n 1 "$folder/error.tmp")" >&2
    return 1
  }
  lines=0
  case $1 in E | P | flows)
    # shellcheck disable=SC2046
    lines=$(./bench_run -c $(command_words "$1" "$2" "$file") 2> /dev/null)
    ;;
  esac
  awk -v measure="$1" -v capture="$2" -v packets="$3" -v lines="$lines" -v base="$base_cpu" '
    NR == 1 { wall = $1; cpu = $2; peak = $3 }
    NR == 2 { loop_wall = $1; loop_cpu = $2 }
    NR == 3 { wall_noise = $1; cpu_noise = $2 }
    END {
      line_ns = lines > 0 ? (cpu - base) / lines * 1e9 : 0
      printf "{\"capture\": \"%s\", \"measure\": \"%s\", \"packets\": %d, \"wall_s\": %.4f, \"cpu_s\": %.4f, ", capture, measure, packets, wall, cpu
      printf "\"loop_wall_s\": %.4f, \"loop_cpu_s\": %.4f, \"wall_ratio\": %.3f, \"cpu_ratio\": %.3f, ", loop_wall, loop_cpu, wall / loop_wall, cpu / loop_cpu
      printf "\"wall_noise\": %.4f, \"cpu_noise\": %.4f, ", wall_noise, cpu_noise
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

# count_instructions MEASURE CAPTURE: of a hundredth of the full size.
count_instructions() {
  command -v valgrind > /dev/null || return 0
  prepare "$2" 0.01
  small=$folder/$2-0.01.pcap
  packets_small=$(sed 's/.*: \([0-9]*\) packets.*/\1/' "$folder/$2-0.01.txt")
  # shellcheck disable=SC2046 # words
  n=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null $(command_words "$1" "$2" "$small") 2>&1 > /dev/null | awk '/Collected/ { print $4 }')
  awk -v capture="$2" -v measure="$1" -v n="$n" -v packets="$packets_small" 'BEGIN {
    printf "{\"capture\": \"%s\", \"measure\": \"%s instructions\", \"packets\": %d, \"instructions\": %.0f, \"instructions_packet\": %.1f}\n", capture, measure, packets, n, n / packets
    printf "%-10s %-5s %9d instructions a packet: %.1f\n", capture, measure, packets, n / packets > "/dev/stderr"
  }' >> "$folder/rows.tmp"
}

measures_of() {
  case $1 in
  live*) echo S1 ;;
  masquerade) echo "S1 S2 E P flows" ;;
  longflows)
    zip_words=
    if command -v gzip > /dev/null; then zip_words=gz; fi
    if command -v zstd > /dev/null; then zip_words="$zip_words zst"; fi
    echo "S1 S2 E P flows top sweep rules $zip_words"
    ;;
  *) echo "S1 S2 E P flows top sweep" ;;
  esac
}

: > "$folder/rows.tmp"
printf '%-10s %-5s %9s %8s %8s %7s %7s %8s %10s %7s\n' capture what packets 'loop ns' 'cpu ns' 'cpu x' 'wall x' 'peak MiB' lines 'ns/line' >&2
for capture in $captures; do
  file=$folder/$capture-$scale.pcap
  prepare "$capture" "$scale"
  packets=$(sed 's/.*: \([0-9]*\) packets.*/\1/' "$folder/$capture-$scale.txt")
  flows=$(sed 's/.* \([0-9]*\) flows.*/\1/' "$folder/$capture-$scale.txt")
  cat "$file" > /dev/null # into the page cache
  base_cpu=0
  for what in $(measures_of "$capture"); do
    case $what in
    gz) [ -f "$file.gz" ] || gzip -c "$file" > "$file.gz" ;;
    zst) [ -f "$file.zst" ] || zstd -q -c "$file" > "$file.zst" ;;
    esac
    run_pair "$what" "$capture" "$packets" || exit 1
    case $what in S1 | rules) case $capture in live*) ;; *) count_instructions "$what" "$capture" ;; esac ;; esac
  done
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
