#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A live capture through a pipe: each line is shown before the next packet has come, with one thread and with two, and an
# interrupt ends the replay with what was seen. No clock decides here: a program that waits would wait until the watchdog bites.
. "${srcdir:-.}/tests/cli/capture.sh"

# One conversation with a running ctreplay: descriptor 3 is its input, 4 its output.
live() { # THREADS end|SIGNAL
  threads=$1 ending=$2
  mkfifo "$work/pipe.in" "$work/pipe.out"
  "$ctreplay" -E --threads "$threads" - < "$work/pipe.in" > "$work/pipe.out" 2> "$work/pipe.err" &
  job=$!
  { sleep 60; kill -KILL "$job"; } > /dev/null 2>&1 &
  watchdog=$!
  exec 3> "$work/pipe.in" 4< "$work/pipe.out"
  { pcap_head; pcap_query; } >&3
  read -r first <&4
  pcap_answer >&3
  read -r second <&4
  if [ "$ending" != end ]; then
    kill "-$ending" "$job"
    wait "$job"
    status=$?
    exec 3>&-
  else
    pcap_syn >&3
    exec 3>&-
    read -r third <&4
    wait "$job"
    status=$?
  fi
  exec 4<&-
  kill "$watchdog"
  rm -f "$work/pipe.in" "$work/pipe.out"
}

# A run that shows what it has at its end: interrupted, it shows what there was until then. Descriptor 3 is its input.
interrupted() { # COMMAND...
  mkfifo "$work/pipe.in"
  "$@" < "$work/pipe.in" > "$work/pipe.out" 2> "$work/pipe.err" &
  job=$!
  { sleep 60; kill -KILL "$job"; } > /dev/null 2>&1 &
  watchdog=$!
  exec 3> "$work/pipe.in"
  # More than pipe, reader and ring hold: once all is written, the program has begun to work, and heeds signals.
  cat "$work/long.pcap" >&3
  kill -INT "$job"
  wait "$job"
  status=$?
  exec 3>&-
  kill "$watchdog"
  rm -f "$work/pipe.in"
}

for threads in 1 2; do
  live "$threads" end
  expect 0 'NEW. udp .*sport=1234' '' echo "$first"
  expect 0 'UPDATE. udp' '' echo "$second"
  expect 0 'NEW. tcp .*SYN_SENT' '' echo "$third"
  expect 0 '^0$' '' echo "$status"
  live "$threads" INT
  expect 0 'UPDATE. udp' '' echo "$second"
  expect 0 '^130$' '' echo "$status"
done
live 2 TERM
expect 0 'UPDATE. udp' '' echo "$second"
expect 0 '^143$' '' echo "$status"

i=0
pcap_answer > "$work/many"
while [ "$i" -lt 16 ]; do cat "$work/many" "$work/many" > "$work/twice" && mv "$work/twice" "$work/many"; i=$((i + 1)); done
{ pcap_head; pcap_query; cat "$work/many"; } > "$work/long.pcap"
interrupted "$ctreplay" decompile -
expect 0 '^130$' '' echo "$status"
expect 0 '=> NEW orig' '' cat "$work/pipe.out"
interrupted "$ctreplay" diff - "$work/long.pcap"
expect 0 '^130$' '' echo "$status"
expect 0 'packets\{0,1\} paired' '' cat "$work/pipe.out"
finish
