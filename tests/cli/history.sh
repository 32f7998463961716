#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What ended is remembered: a packet that finds nothing is told what it would have belonged to, however much came in
# between, and what would have kept it; where that is said, it is true.
. "${srcdir:-.}/tests/cli/capture.sh"

make_capture() { cat > "$work/$1.ct"; "$ctreplay" compile "$work/$1.ct" -W "$work/$1.pcap"; }

# The other side's FIN comes 70 s late, with another packet before it.
make_capture late <<'CT'
flow o: udp 10.9.9.9:1 > 10.9.9.8:2
flow w: tcp 192.168.1.5:50505 > 203.0.113.80:443 isn 1000,5000
+0 w > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>
+0.01 w < S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,wscale 7>
+0.01 w > . 1:1(0) ack 1 win 502
+1 w < F. 1:1(0) ack 1 win 502
+0.04 w > . 1:1(0) ack 2 win 502
+65 o > udp (10)
+5 w > F. 1:1(0) ack 2 win 502
+0.2 w > F. 1:1(0) ack 2 win 502
CT
late="$work/late.pcap"
told='belonged to #1, which ended 10 s before by nf_conntrack_tcp_timeout_close_wait; 71 s would have kept it'
expect 0 "^ *7 .*INVALID.* $told\$" '' "$ctreplay" -P "$late"
expect 0 "^ *7 .*INVALID.* $told\$" '' "$ctreplay" "$late"
expect 0 'END *CLOSE_WAIT .*: nf_conntrack_tcp_timeout_close_wait ran out (' '' "$ctreplay" "$late"
expect 0 '^ *nf_conntrack_tcp_timeout_close_wait 1$' '' "$ctreplay" "$late"
expect 0 'It belonged to #1, which ended 10 s before by nf_conntrack_tcp_timeout_close_wait; 71' '' "$ctreplay" explain --packet 7 "$late"
expect 0 'nf_conntrack_tcp_timeout_close_wait=71 would let it pass' '' "$ctreplay" explain --packet 7 "$late"
"$ctreplay" explain "$late" > "$work/told"
expect 1 '' '' grep 'No sysctl would' "$work/told"
expect 0 '"past":{"conn":1,"ended":"[^"]*","ago":10,"reason":"timeout","sysctl":"nf_conntrack_tcp_timeout_close_wait","kept_by":71},"advice":"nf_conntrack_tcp_timeout_close_wait=71"' '' "$ctreplay" -P -o json "$late"
# It is true, and a second less is not.
expect 0 '7 .*ESTABLISHED.*LAST_ACK' '' "$ctreplay" -P --sysctl nf_conntrack_tcp_timeout_close_wait=71 "$late"
expect 0 '7 .*INVALID' '' "$ctreplay" -P --sysctl nf_conntrack_tcp_timeout_close_wait=70 "$late"
expect 1 '   why A  It belonged to #1, which ended 10 s before by nf_conntrack_tcp_timeout_close_wait' '' "$ctreplay" diff --sysctl nf_conntrack_tcp_timeout_close_wait=60,71 "$late"

# The page says it too.
"$ctreplay" report "$late" -W "$work/late.html"
expect 0 'belonged to #1, which ended 10 s before by nf_conntrack_tcp_timeout_close_wait; 71 s would have kept it' '' cat "$work/late.html"
expect 0 'nf_conntrack_tcp_timeout_close_wait ran out\.' '' cat "$work/late.html"

# An ICMP error about a flow that had expired; a name of another kernel.
make_capture icmp <<'CT'
flow u: udp 10.0.0.2:4500 > 198.51.100.9:4500
+0 u > udp (100) as q
+31 u < icmp unreachable port about q
CT
expect 0 'not in the table; belonged to #1, which ended 1 s before by nf_conntrack_udp_timeout; 32 s would have kept it' '' "$ctreplay" -P "$work/icmp.pcap"
expect 0 'by ip_conntrack_udp_timeout; 32 s' '' "$ctreplay" -P --profile linux-2.6 "$work/icmp.pcap"
expect 0 'RELATED' '' "$ctreplay" -P --sysctl nf_conntrack_udp_timeout=32 "$work/icmp.pcap"

# Nothing of these addresses was ever there: no sysctl, and so it is said.
make_capture stray <<'CT'
flow w: tcp 192.168.1.5:50505 > 203.0.113.80:443 isn 1000,5000
+0 w < S. 0:0(0) ack 1 win 65160
CT
expect 0 'No sysctl would have made it pass' '' "$ctreplay" explain "$work/stray.pcap"

# A SYN on what is over begins something of its own: it belonged to nothing.
make_capture again <<'CT'
flow w: tcp 192.168.1.5:50505 > 203.0.113.80:443 isn 1000,5000
+0 w > S 0:0(0) win 64240
+0.01 w < S. 0:0(0) ack 1 win 65160
+0.01 w > . 1:1(0) ack 1 win 502
+0.01 w < R. 1:1(0) ack 1 win 502
+60 w > S 900000:900000(0) win 64240
CT
"$ctreplay" -P "$work/again.pcap" > "$work/told"
expect 0 'NEW' '' sed -n 6p "$work/told"
expect 1 '' '' grep 'belonged to' "$work/told"

# Evicted, and missed.
expect 0 'belonged to #1, which was evicted .* s before for packet [0-9]*; nf_conntrack_max=9, the least with which nobody is evicted or dropped so far, would have kept it$' 'rounds it' "$ctreplay" -P --max 4 --hashsize 8 "samples/evicted-and-missed.pcap"

# What only passes if conntrack forgets is not advised: here it would take a timeout of 0.
make_capture behind <<'CT'
flow w: tcp 192.168.1.5:50505 > 203.0.113.80:443 isn 1000,5000
+0 w > S 0:0(0) win 64240
+0.01 w > . 1:1(0) ack 1 win 502
CT
for what in -P "-P -o json" explain "explain -o json" ""; do
  # shellcheck disable=SC2086
  "$ctreplay" $what "$work/behind.pcap" > "$work/told"
  expect 0 INVALID '' cat "$work/told"
  expect 1 '' '' grep -e '=0' -e '"advice"' "$work/told"
done
expect 0 '^ *No sysctl would have made it pass, but one that makes conntrack' '' "$ctreplay" explain "$work/behind.pcap"
expect 0 '2 .*NEW.*ESTABLISHED' '' "$ctreplay" -P --sysctl nf_conntrack_tcp_timeout_syn_sent=0 "$work/behind.pcap"

# The least value that would have kept it, of each end, also where a longer one was needed before.
make_capture gaps <<'CT'
flow u: udp 10.0.0.2:4500 > 198.51.100.9:4500
flow g: proto 200 10.0.0.2 > 198.51.100.9
+0 u > udp (100)
+0 g > (100)
+100 u > udp (100)
+40 u > udp (100)
+51 u > udp (100)
+499 g > (100)
+700 g > (100)
+650 g > (100)
CT
for what in -P explain ""; do
  # shellcheck disable=SC2086
  "$ctreplay" $what "$work/gaps.pcap" > "$work/told"
  for kept in '#1, .*udp_timeout; 101' '#3, .*udp_timeout; 41' '#4, .*udp_timeout; 52' '#2, .*generic_timeout; 691' '#6, .*generic_timeout; 701' '#7, .*generic_timeout; 651'; do
    tr '\n' ' ' < "$work/told" | tr -s ' ' > "$work/line"
    expect 0 "belonged to $kept s would" '' cat "$work/line"
  done
done
# A shorter one than the last silence asks for does where it makes a stream of the flow, which is kept for longer.
make_capture stream <<'CT'
flow u: udp 10.0.0.2:4500 > 198.51.100.9:4500
+0 u > udp (100)
+1 u < udp (100)
+50 u > udp (100)
+0 u < udp (100)
+100 u > udp (100)
CT
expect 0 '^ *5 .*belonged to #2, .*udp_timeout; 51 s would have kept it' '' "$ctreplay" -P "$work/stream.pcap"
expect 0 '^ *5 .*ESTABLISHED' '' "$ctreplay" -P --sysctl nf_conntrack_udp_timeout=51 "$work/stream.pcap"
expect 0 '^ *5 .*NEW' '' "$ctreplay" -P --sysctl nf_conntrack_udp_timeout=50 "$work/stream.pcap"

# The summary does not promise of all packets what helps some: the second is refused for the same reason, and stays so.
make_capture some <<'CT'
flow a: tcp 192.168.1.5:50505 > 203.0.113.80:443 isn 1000,5000
flow b: tcp 192.168.1.5:50506 > 203.0.113.80:443 isn 1000,5000
+0 a > S 0:0(0) win 64240 csum bad
+0.01 b < S. 0:0(0) ack 1 win 65160 csum bad
CT
expect 0 '^ *nf_conntrack_checksum=0 would let it pass: 1 of them$' '' "$ctreplay" "$work/some.pcap"

# Kept is not yet passed, and what has expired by now no larger table would have kept.

make_capture kept << 'END'
flow w: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0   > S 0:0(0) win 64240
+130 > F. 1:1(0) ack 1 win 502
END
kept="belonged to #1, which ended 10 s before by nf_conntrack_tcp_timeout_syn_sent; 131 s would have kept it, yet the packet would then be refused: the packet does not fit the connection's state"
expect 0 "$kept" '*' "$ctreplay" "$work/kept.pcap"
expect 0 "$kept" '*' "$ctreplay" -P "$work/kept.pcap"
expect 0 '"kept_by":131,"refused_then":"tcp-state"' '*' "$ctreplay" -P -o json "$work/kept.pcap"
expect 0 '^ *2 .* INVALID ' '*' "$ctreplay" -P --sysctl nf_conntrack_tcp_timeout_syn_sent=131 "$work/kept.pcap"
make_capture gone << 'END'
flow u: udp 10.0.0.2:1000 > 10.0.0.80:53
flow v: udp 10.0.0.3:1000 > 10.0.0.80:53
+0  u > udp (4)
+1  v > udp (4)
+1  u > udp (4)
+1  v > udp (4)
+60 u > udp (4)
END
expect 0 '^ *3 .*belonged to #1, which was evicted 1 s before for packet 2; nf_conntrack_max=2, the least with which nobody is evicted or dropped so far, would have kept it; #2 ends' '*' "$ctreplay" -P --profile linux-3.10 --max 1 "$work/gone.pcap"
expect 0 '^ *5 .*belonged to #3, which was evicted 60 s before for packet 4$' '*' "$ctreplay" -P --profile linux-3.10 --max 1 "$work/gone.pcap"
finish
