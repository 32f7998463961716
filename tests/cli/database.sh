#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A run as an SQLite database: the rows of CSV, keys that hold, views that answer, a schema that does not change unseen.
. "${srcdir:-.}/tests/cli/capture.sh"
doc=${srcdir:-.}/doc
db="$work/run.db"

"$ctreplay" flows -o sqlite -W "$db" samples/ping.pcap > "$work/out" 2> "$work/err"
if grep -q 'this build has no SQLite' "$work/err"; then
  echo 'this build has no SQLite'
  exit 77
fi
expect 0 '' 'run.db: 2 connections, 7 packets$' "$ctreplay" flows -o sqlite -W "$db" --packets all samples/ping.pcap
expect 2 '' '-o sqlite: give -W FILE' "$ctreplay" flows -o sqlite samples/ping.pcap
expect 2 '' '-o sqlite: it holds everything' "$ctreplay" flows -o sqlite -W "$db" --port 5 samples/ping.pcap
expect 2 '' '-o sqlite: not a format of -P' "$ctreplay" -P -o sqlite -W "$db" samples/ping.pcap
expect 4 '' 'a database needs a regular file' "$ctreplay" flows -o sqlite -W /dev/null samples/ping.pcap
expect 4 '' 'none/run.db: No such file' "$ctreplay" flows -o sqlite -W "$work/none/run.db" samples/ping.pcap
# What cannot be written whole is emptied, and said.
for blocks in 64 256; do
  expect 4 '' 'short.db: cannot be written: ' sh -c "trap '' XFSZ; ulimit -f $blocks; exec '$ctreplay' flows -o sqlite -W '$work/short.db' samples/half-open-flood.pcap"
  expect 0 '^0$' '' sh -c "wc -c < '$work/short.db'"
done
# The same bytes, whoever writes them.
"$ctreplay" flows -o sqlite -W "$db" --helpers samples/ftp-active.pcap 2> /dev/null
"$ctreplay" flows -o sqlite -W "$work/again.db" --helpers --threads 1 --no-sandbox samples/ftp-active.pcap 2> /dev/null
expect 0 '' '' cmp "$db" "$work/again.db"

if ! command -v sqlite3 > /dev/null; then
  echo 'not asked in SQL: there is no sqlite3 here'
  finish
fi
sql() { sqlite3 -batch -tabs "$db" "$1"; }

# The schema: a change needs a version, and a file that says what that version is.
version=$(sql 'PRAGMA user_version')
sed '/^-- SPDX/d' "$doc/database-$version.sql" > "$work/want"
sql "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid" > "$work/got"
expect 0 '' '' diff "$work/want" "$work/got"
expect 0 "is $version\. A column" '' cat "$doc/database.md"
for name in $(sql "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"); do
  expect 0 '*' '' grep -q "\`$name\`" "$doc/database.md"
  expect 0 '*' '' sqlite3 -batch "$db" "SELECT * FROM $name"
done

# Numbers as numbers: SQLite's way of writing a second's fraction is its own.
normal() { awk -F'\t' -v OFS='\t' '{ for (i = 1; i <= NF; i++) if ($i ~ /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/) $i = sprintf("%.9g", $i); print }' "$1"; }
same_rows() { # TABLE COMMAND
  columns=$(sql "SELECT group_concat(name) FROM pragma_table_info('$1')")
  key=${columns%%,*}
  sql "SELECT * FROM $1 ORDER BY $key" > "$work/sql"
  # shellcheck disable=SC2086 # options are words
  "$ctreplay" $2 $options -o tsv --fields "$columns" "$capture" 2> /dev/null | sed 1d | sort -t "$(printf '\t')" -k 1,1n > "$work/tsv"
  normal "$work/sql" > "$work/a"
  normal "$work/tsv" > "$work/b"
  expect 0 '' '' diff "$work/a" "$work/b"
}
# Of these captures every CTREPLAY_EVERY-th is taken (all): under sanitizers each is slow.
every=${CTREPLAY_EVERY:-1} at=0 held=0
hold() { # CAPTURE OPTION...
  at=$((at + 1))
  [ $((at % every)) -eq 0 ] || return 0
  held=$((held + 1))
  capture=$1
  shift
  options=$*
  "$ctreplay" flows -o sqlite -W "$db" --packets all "$@" "$capture" 2> /dev/null
  expect 0 '^ok$' '' sqlite3 -batch "$db" 'PRAGMA integrity_check'
  expect 0 '' '' sqlite3 -batch "$db" 'PRAGMA foreign_key_check'
  same_rows flows flows
  same_rows packets -P
  same_rows events -E
}
for sample in samples/*.pcap; do hold "$sample"; done
hold samples/ftp-active.pcap --helpers
hold samples/evicted-and-missed.pcap --max 4 --hashsize 8
hold samples/pptp.pcap --helpers
truth=${CTREPLAY_TRUTH:-${srcdir:-.}/../shared}
for real in "$truth"/captures/hostile-?.pcap "$truth"/captures/pressure-*.pcap "$truth"/captures/malcolm__tunnels.pcap; do
  [ -f "$real" ] && hold "$real"
done
expect 0 "" "" test "$held" -gt $((50 / every))

# Times sort as text, and meta says what there was: frames, of which conntrack saw some, and whether options chose them.
expect 0 '^30$' '' sql 'SELECT DISTINCT length(time) FROM packets UNION SELECT length(first) FROM flows UNION SELECT length(time) FROM events'
expect 0 '^[1-9]' '' sql "SELECT value FROM meta WHERE key = 'frames' AND value = (SELECT count(*) FROM packets)"
expect 0 '^no	yes$' '' sql "SELECT (SELECT value FROM meta WHERE key = 'selected'), (SELECT value FROM meta WHERE key = 'whole')"
for choice in '--count 3' '--bpf icmp' '--start +1' '--end +1' '--direction in'; do
  # shellcheck disable=SC2086 # options are words
  "$ctreplay" flows -o sqlite -W "$db" --packets all $choice samples/ping.pcap 2> /dev/null
  expect 0 '^yes	yes$' '' sql "SELECT (SELECT value FROM meta WHERE key = 'selected'), (SELECT value FROM meta WHERE key = 'whole')"
  expect 0 '^1$' '' sql "SELECT (SELECT value FROM meta WHERE key = 'frames') = (SELECT count(*) FROM packets)"
done
head -c 300 samples/ping.pcap > "$work/cut.pcap"
"$ctreplay" flows -o sqlite -W "$db" "$work/cut.pcap" 2> /dev/null
expect 0 '^no	no$' '' sql "SELECT (SELECT value FROM meta WHERE key = 'selected'), (SELECT value FROM meta WHERE key = 'whole')"

# Views answer what their names ask.
"$ctreplay" flows -o sqlite -W "$db" samples/out-of-window.pcap 2> /dev/null
expect 0 '^tcp-ack-over	1	1	acknowledges data [^	]*	nf_conntrack_tcp_be_liberal$' '' sql 'SELECT * FROM invalid_by_reason'
expect 0 '^nf_conntrack_tcp_be_liberal=1	2	6$' '' sql 'SELECT * FROM advice_for_invalid'
"$ctreplay" flows -o sqlite -W "$db" samples/upgrade-half-open.pcap 2> /dev/null
expect 0 '^timeout	nf_conntrack_tcp_timeout_syn_sent	1	1	its timeout ran out$' '' sql 'SELECT * FROM ends'
expect 0 '^nf_conntrack_tcp_timeout_syn_sent	1	5.0$' '' sql 'SELECT * FROM missed_after_timeout'
"$ctreplay" flows -o sqlite -W "$db" --max 4 --hashsize 8 samples/evicted-and-missed.pcap 2> /dev/null
expect 0 '^1	udp 10.0.0.2.40000 > 10.0.0.50.5004	2026-01-05T10:00:00.100000000Z	10	1	11	0.02$' '' sql 'SELECT * FROM evicted_and_missed'
expect 0 '^4$' '' sql 'SELECT most FROM fullest LIMIT 1'
"$ctreplay" flows -o sqlite -W "$db" samples/half-open-flood.pcap 2> /dev/null
expect 0 '^60$' '' sql 'SELECT count(*) FROM half_open'
expect 0 '^tcp	80	61	63	2528$' '' sql "SELECT * FROM by_service WHERE dport = (SELECT dport FROM flows WHERE conn = 1)"
"$ctreplay" flows -o sqlite -W "$db" --helpers samples/ftp-active.pcap 2> /dev/null
expect 0 '^1	tcp .*	2	tcp .*	PORT$' '' sql 'SELECT * FROM children'
expect 0 '^1	ftp	PORT	used$' '' sql 'SELECT master, helper, made_by, reason FROM expectations'
finish
