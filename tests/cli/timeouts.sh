#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay timeouts: its figures are true. With the value that it names nobody is cut by that timeout, with a second less
# somebody is, and the peak and the mean are those that a replay with the value has; for all samples, and the captures
# shared with other projects where they are there.
. "${srcdir:-.}/tests/cli/capture.sh"
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
expect 0 '^nf_conntrack_tcp_timeout_close_wait,60,1,1,,90,91,true,1,1.000$' '' "$ctreplay" timeouts -o csv "$c"
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
tried=0
for capture in samples/*.pcap "${srcdir:-.}"/../shared/captures/*.pcap; do
  [ -f "$capture" ] || continue
  "$ctreplay" timeouts -o csv "$capture" 2> /dev/null | sed 1d > "$work/rows"
  while IFS=, read -r sysctl now ended missed survived cut smallest least peak mean; do
    case $smallest in '' | 0) continue ;; esac
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
expect 0 '' '' [ "$tried" -gt 100 ]
echo "$tried values tried"
finish
