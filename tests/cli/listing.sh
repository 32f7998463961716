#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --table: a table begins as a listing says, in each form in which it may have been printed.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/cap"
# What conntrack 1.4.7 printed of a table on Linux 6.18; its id= and use= are its own.
cat > "$work/live" <<'EOF'
tcp      6 99 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1001 dport=80 packets=0 bytes=0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=80 dport=1001 packets=0 bytes=0 mark=7 use=1
icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=77 packets=3 bytes=252 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=77 packets=3 bytes=252 mark=0 use=1
unknown  50 29 src=10.0.0.1 dst=10.0.0.2 packets=0 bytes=0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 packets=0 bytes=0 mark=0 use=1
tcp      6 999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=81 packets=5 bytes=300 src=10.9.0.2 dst=192.0.2.1 sport=8080 dport=2000 packets=4 bytes=5000 [ASSURED] mark=0 use=1
udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=53 packets=0 bytes=0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1000 packets=0 bytes=0 mark=0 zone=3 use=1
sctp     132 299 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=5 dport=6 packets=0 bytes=0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=6 dport=5 packets=0 bytes=0 mark=0 use=1
gre      47 29 src=10.0.0.1 dst=10.0.0.2 srckey=0x3 dstkey=0x4 packets=0 bytes=0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 srckey=0x4 dstkey=0x3 packets=0 bytes=0 mark=0 use=1
tcp      6 9 TIME_WAIT src=fd00::1 dst=fd00::2 sport=1000 dport=80 packets=0 bytes=0 src=fd00::2 dst=fd00::1 sport=80 dport=1000 packets=0 bytes=0 [ASSURED] mark=0 use=1
EOF
list() { "$ctreplay" -L "$@" --table "$work/list" --table-at '#99' "$work/cap"; }
same() {
  tests=$((tests + 1))
  list > "$work/got" 2> "$work/err"
  "$@" < "$work/live" | cmp -s - "$work/got" && return
  failures=$((failures + 1))
  echo "FAILED: $(head -n 1 "$work/list")"
  "$@" < "$work/live" | diff - "$work/got" | head -n 5
}
cp "$work/live" "$work/list"
same cat
for format in extended id ktimestamp extended,id,ktimestamp json; do
  list -o "$format" > "$work/again" 2> "$work/err"
  cp "$work/again" "$work/list"
  same cat
  cp "$work/live" "$work/list"
done
# /proc knows a reader's reference more, xml nothing of ICMP's numbers, save no counters and marks.
list -o proc --features acct,mark > "$work/again" 2> "$work/err"
cp "$work/again" "$work/list"
same cat
cp "$work/live" "$work/list"
list -o xml > "$work/again" 2> "$work/err"
cp "$work/again" "$work/list"
same sed /^icmp/d
expect 0 'SYN_SENT' '1 of 8 were not loaded, the first of them line 4: the listing does not tell' list
cp "$work/live" "$work/list"
list -o save > "$work/again" 2> "$work/err"
cp "$work/again" "$work/list"
same sed -e 's/packets=[0-9]* bytes=[0-9]*/packets=0 bytes=0/g' -e 's/mark=7/mark=0/'

# What is in it goes on: the answer of a query that was before the capture, counted on; time passes from the moment.
cat > "$work/list" <<'EOF'
ipv4     2 udp      17 20 src=10.0.0.1 dst=10.0.0.2 sport=1234 dport=53 packets=1 bytes=28 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1234 packets=0 bytes=0 mark=0 zone=0 use=2
ipv4     2 udp      17 1 src=10.0.0.9 dst=10.0.0.2 sport=1234 dport=53 [UNREPLIED] src=10.0.0.2 dst=10.0.0.9 sport=53 dport=1234 mark=0 zone=0 use=2
EOF
expect 0 'packets=2 bytes=56 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1234 packets=1 bytes=28 mark' '2 flow entries' "$ctreplay" -L --table "$work/list" "$work/cap"
expect 0 'packets=1 bytes=28 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1234 packets=1 bytes=28 mark' '2 flow entries' "$ctreplay" -L --table "$work/list" --table-at '#1' "$work/cap"
expect 0 '^ *2 .*#1 .*ESTABLISHED reply' '*' "$ctreplay" -P --table "$work/list" --table-at +0.5 "$work/cap"
expect 0 '[[]DESTROY] udp      17 src=10.0.0.9' '*' "$ctreplay" -E --table "$work/list" "$work/cap"
gzip -c "$work/list" > "$work/list.gz"
expect 0 '.' '2 flow entries' "$ctreplay" -L --table "$work/list.gz" "$work/cap"
# An expectation, and the connection that it expects.
cat > "$work/list" <<'EOF'
tcp      6 300 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=21 src=10.0.0.2 dst=10.0.0.1 sport=21 dport=40000 [ASSURED] mark=0 helper=ftp use=1
conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.
179 proto=6 src=10.0.0.1 dst=10.0.0.2 sport=0 dport=23 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=10.0.0.1 master-dst=10.0.0.2 sport=40000 dport=21 class=0 helper=ftp
EOF
expect 0 '^179 proto=6 src=10.0.0.1 dst=10.0.0.2 sport=0 dport=23 ' '*' "$ctreplay" -L expect --table "$work/list" --table-at '#99' "$work/cap"
expect 0 'RELATED' '*' "$ctreplay" -P --table "$work/list" "$work/cap"

# /proc does not tell whose it is.
printf '299 l3proto = 2 proto=6 src=10.0.0.2 dst=10.0.0.1 sport=0 dport=5000 ftp\n' >> "$work/list"
expect 0 '^179 proto=6' '1 of 3 were not loaded, the first of them line 4: it does not tell whose expectation it is' \
  "$ctreplay" -L expect --table "$work/list" --table-at '#99' "$work/cap"

# ---- errors ----
# wrong "text" "line: words"; the text is printf's.
wrong() {
  # shellcheck disable=SC2059 # it is a format
  printf -- "$1" > "$work/list"
  expect 3 '' "--table .*list:$2" list
}
wrong 'hello' '1: this is no line of a conntrack listing'
wrong 'tcp      6 99 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1' '1: an entry ends before its reply'
wrong 'tcp      6 99 HAPPY src=10.0.0.1 dst=10.0.0.2' '1: a state is not one of its protocol'
wrong 'tcp      6 99 CLOSE src=10.0.0.300 dst=10.0.0.2' '1: an address is none'
wrong 'tcp      6 99 CLOSE src=10.0.0.3 dst=10.0.0.2 sport=65536' '1: a number is none, or too large'
wrong '    [NEW] tcp      6 120 SYN_SENT src=10.0.0.1 dst=10.0.0.2' '1: that is an event'
wrong '<conntrack>\n<flow><meta direction="original">' '2: it ends within a flow'
wrong '-A -t 5 -s 10.0.0.1 -d' '1: an option has no value'
wrong '{"schema":1,"type":"event"}' '1: that is neither an entry nor an expectation'
wrong '{"schema":1,"type":"entry","entry":{"orig":{' '1: '
expect 3 '' 'No such file' "$ctreplay" -L --table "$work/none" "$work/cap"
expect 2 '' 'says nothing without --table' "$ctreplay" -L --table-at +1 "$work/cap"
: > "$work/list"
expect 0 '' '0 flow entries' list
finish
