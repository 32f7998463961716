#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay timeouts: its figures are true. With the value that it names nobody is cut by that timeout, with a second less
# somebody is, and the peak and the mean are those that a replay with the value has; for all samples, and the captures
# shared with other projects where they are there (CTREPLAY_TRUTH). It misses as many as a sweep cuts.
. "${srcdir:-.}/tests/cli/capture.sh"
shared=${CTREPLAY_TRUTH:-${srcdir:-.}/../shared}/captures
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

cat > "$work/closewait.ct" <<'CT'
flow meta: tcp 10.192.2.35:35715 > 169.254.169.254:80 isn 1000,5000
+0    > S 0:0(0) win 29200 <mss 1460,sackOK,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 28960 <mss 1460,sackOK,wscale 7>
+0.01 > . 1:1(0) ack 1 win 229
+5    < F. 1:1(0) ack 1 win 235
+0.04 > . 1:1(0) ack 2 win 237
+90   > P. 1:201(200) ack 2 win 237
+0.01 < R 2:2(0) win 0
CT
"$ctreplay" compile "$work/closewait.ct" -W "$work/closewait.pcap"
c="$work/closewait.pcap"
expect 0 '^nf_conntrack_tcp_timeout_close_wait *60 s *1 *1 *- *90.000 s *91 s *1 *1.0$' '' "$ctreplay" timeouts "$c"
expect 0 '"sysctl":"nf_conntrack_tcp_timeout_close_wait","now":60,"ended":1,"missed":1,"survived":null,"cut_after":90,"smallest":91,"least":true,"peak":1,"mean":1.000}' '' "$ctreplay" timeouts -o json "$c"
expect 0 '^nf_conntrack_tcp_timeout_close_wait,60,1,1,,90,91,true,1,1.000,,,,,,false$' '' "$ctreplay" timeouts -o csv "$c"
expect 0 '^nf_conntrack_tcp_timeout_close_wait *91 s *0 *0 *90.000 s *- *91 s' '' "$ctreplay" timeouts --sysctl nf_conntrack_tcp_timeout_close_wait=91 "$c"
expect 0 '^ip_conntrack_tcp_timeout_close_wait *60 s *1 *1' '' "$ctreplay" timeouts --profile linux-2.6 "$c"
expect 2 '' 'timeouts -o xml: give text, json or csv' "$ctreplay" timeouts -o xml "$c"
expect 2 '' 'timeouts counts entries that are alive' "$ctreplay" timeouts --gc kernel "$c"
pcap_head > "$work/none.pcap"
expect 0 '^No timeout ended an entry' '' "$ctreplay" timeouts "$work/none.pcap"

# with CAPTURE SYSCTL VALUE: how many it cuts, and "peak,mean" as they are then.
cuts() {
  "$ctreplay" timeouts -o json --sysctl "$2=$3" "$1" 2> /dev/null > "$work/with"
  sed -n "s/.*\"sysctl\":\"$2\".*\"missed\":\\([0-9]*\\).*/\\1/p" "$work/with" > "$work/missed"
  [ -s "$work/missed" ] || echo 0 > "$work/missed"
  cat "$work/missed"
}
# Why no smallest value is given, or not the least; what no sysctl sets has a row as well.
expect 0 '^<=  nf_conntrack_tcp_timeout_unacknowledged: with another value TCP would choose .*; a smaller value might do$' '*' "$ctreplay" timeouts samples/unacknowledged-data.pcap
cat > "$work/sent2.ct" <<'CT'
flow w: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0 w > S 0:0(0) win 64240
+0.01 w < S 0:0(0) win 65160
+130 w > S 0:0(0) win 64240
CT
"$ctreplay" compile "$work/sent2.ct" -W "$work/sent2.pcap"
# A simultaneous open moves on without a new deadline: it is still that of the state before.
expect 0 '^nf_conntrack_tcp_timeout_syn_sent *120 s *1 *1 *0.010 s *130.010 s *131 s *1 *1.0$' '' "$ctreplay" timeouts "$work/sent2.pcap"
cat > "$work/sent2.ct" <<'CT'
flow w: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0 w > S 0:0(0) win 64240
+0.01 w < S 0:0(0) win 65160
+0.01 w > S 0:0(0) win 64240
+130 w < S 0:0(0) win 65160
CT
"$ctreplay" compile "$work/sent2.ct" -W "$work/sent2.pcap"
expect 0 '^TCP_SYN_SENT2 (no sysctl) *120 s *1 *1 *- *130.000 s *? *- *-$' '' "$ctreplay" timeouts "$work/sent2.pcap"
expect 0 '^?   TCP_SYN_SENT2: no sysctl sets it$' '' "$ctreplay" timeouts "$work/sent2.pcap"
expect 0 '"sysctl":null,"of":"TCP_SYN_SENT2","now":120,"ended":1,"missed":1,.*,"smallest":null,"doubt":"no-sysctl"}' '' "$ctreplay" timeouts -o json "$work/sent2.pcap"
expect 0 '^,120,1,1,,130,,,,,TCP_SYN_SENT2,no-sysctl,,,,false$' '' "$ctreplay" timeouts -o csv "$work/sent2.pcap"

# Where no value keeps all: what one keeps all the same, and what cuts next. It is true.
cat > "$work/next.ct" <<'CT'
flow u: udp 10.0.0.2:4500 > 198.51.100.9:4500
+0 u > udp (100)
+40 u < udp (100)
+1 u > udp (100)
+200 u > udp (100)
CT
"$ctreplay" compile "$work/next.ct" -W "$work/next.pcap"
expect 0 '^nf_conntrack_udp_timeout *30 s *2 *2 *1.000 s *200.000 s *? ' '' "$ctreplay" timeouts "$work/next.pcap"
expect 0 '^    nf_conntrack_udp_timeout: 41 s keeps at least 1 of the 2 missed; however long it is, some are cut next by nf_conntrack_udp_timeout_stream$' '' "$ctreplay" timeouts "$work/next.pcap"
expect 0 '"smallest":null,"doubt":"too-long","kept":1,"kept_by":41,"next":\["nf_conntrack_udp_timeout_stream"\]}' '' "$ctreplay" timeouts -o json "$work/next.pcap"
expect 0 '^nf_conntrack_udp_timeout,.*,too-long,1,41,nf_conntrack_udp_timeout_stream,false$' '' "$ctreplay" timeouts -o csv "$work/next.pcap"
expect 0 '^nf_conntrack_udp_timeout_stream *120 s *1 *1 ' '' "$ctreplay" timeouts --sysctl nf_conntrack_udp_timeout=41 "$work/next.pcap"

# An ICMP error that goes to somebody who did not send what is in it belongs to nothing, dead or alive.
cat > "$work/strange.ct" <<'CT'
flow u: udp 10.0.0.2:4500 > 198.51.100.9:4500
flow v: icmp 198.51.100.9 > 10.0.0.7
+0 u > udp (100) as q
+31 v > icmp unreachable port about q
CT
"$ctreplay" compile "$work/strange.ct" -W "$work/strange.pcap"
expect 0 '^nf_conntrack_udp_timeout *30 s *1 *0 ' '' "$ctreplay" timeouts "$work/strange.pcap"

# A part is told in every form: in CSV in the last column.
head -c 250 samples/reset.pcap > "$work/cut.pcap"
expect 3 ',true$' '*' "$ctreplay" timeouts -o csv "$work/cut.pcap"
expect 0 ',false$' '*' "$ctreplay" timeouts -o csv samples/reset.pcap

# Under sanitizers each of the thousand runs takes long: there every fifth capture is taken (CTREPLAY_EVERY=5).
every=${CTREPLAY_EVERY:-1}
tried=0 compared=0 at=0
for capture in samples/*.pcap "$shared"/*.pcap "$shared"/*.pcapng "$shared"/*.snoop "$shared"/*.erf; do
  [ -f "$capture" ] || continue
  at=$((at + 1))
  [ $((at % every)) = 0 ] || continue
  "$ctreplay" timeouts -o csv "$capture" 2> /dev/null | sed 1d > "$work/rows"
  sweep_cut=$("$ctreplay" sweep -o csv "$capture" 2> /dev/null | awk -F, 'NR == 1 { for (i = 1; $i != "cut"; i++); next } { print $i }')
  all=$(awk -F, '{ n += $4 } END { print n + 0 }' "$work/rows")
  compared=$((compared + 1))
  [ "$all" = "$sweep_cut" ] || { failures=$((failures + 1)); echo "FAILED: $capture: missed $all, but a sweep cuts $sweep_cut"; }
  while IFS=, read -r sysctl now ended missed survived cut smallest least peak mean _; do
    case $sysctl,$smallest in ,* | *, | *,0) continue ;; esac
    tried=$((tried + 1))
    n=$(cuts "$capture" "$sysctl" "$smallest")
    expect 0 "^0\$" '' echo "$n"
    [ "$n" = 0 ] || echo "$capture: $sysctl=$smallest cuts $n (now $now, ended $ended, missed $missed, $survived, $cut)"
    got=$(sed -n 's/.*"type":"occupancy","peak":\([0-9]*\),"mean":\([0-9.]*\)}/\1,\2/p' "$work/with")
    [ -z "$peak" ] || [ "$got" = "$peak,$mean" ] || { failures=$((failures + 1)); echo "FAILED: $capture: $sysctl=$smallest: $got instead of $peak,$mean"; }
    [ "$least" = true ] || continue
    n=$(cuts "$capture" "$sysctl" $((smallest - 1)))
    expect 0 "" "" [ "$n" -gt 0 ]
    [ "$n" -gt 0 ] || echo "$capture: $sysctl=$((smallest - 1)) cuts nobody either"
  done < "$work/rows"
done
expect 0 '' '' [ "$tried" -gt $((100 / every)) ]
echo "$tried values tried, $compared captures compared with a sweep"
finish
