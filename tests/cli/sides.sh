#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# TCP of which one direction is here, or both in the wrong order: all that is INVALID for that is counted, each packet
# says so, and what came out of order is named on both lines.
. "${srcdir:-.}/tests/cli/capture.sh"

make_capture() { cat > "$work/$1.ct"; "$ctreplay" compile "$work/$1.ct" -W "$work/$1.pcap"; }
# summed NAME OPTION...: the plain view's words, on one line.
summed() { name=$1; shift; "$ctreplay" "$@" "$work/$name.pcap" 2> /dev/null | tr -s ' \n' ' '; }

# The server's side alone: its SYN/ACK is INVALID for that, as are later packets where nothing is picked up.
make_capture server <<'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a < S. 0:0(0) ack 1 win 65160
+0.01 a < . 1:1(0) ack 1 win 502
+0.01 a < P. 1:101(100) ack 51 win 502
+0.01 a < F. 101:101(0) ack 51 win 502
CT
alone='nothing of its other side, which it acknowledges, was accepted so far: one direction only, begun before the capture, out of order, or translated on the way$'
expect 0 "^ *1 .*INVALID .*; $alone" '*' "$ctreplay" -P "$work/server.pcap"
expect 0 "^ *1 .*INVALID .*; $alone" '*' "$ctreplay" "$work/server.pcap"
expect 0 '"n":1,.*"one_sided":true' '*' "$ctreplay" -P -o json "$work/server.pcap"
expect 0 'Nothing of its other side, which it acknowledges, was accepted so far: one direction only' '*' sh -c "\"$ctreplay\" explain --packet 1 \"$work/server.pcap\" | tr -s ' \n' ' '"
expect 0 'one-sided 1 TCP connection of whose other side, which is acknowledged, no packet was accepted: 1 packet INVALID and 2 still NEW for that' '*' summed server
expect 0 'one-sided 1 TCP connection .* no packet was accepted: 4 packets INVALID for that' '*' summed server --sysctl nf_conntrack_tcp_loose=0
expect 0 "^ *4 .*INVALID .*; $alone" '*' "$ctreplay" -P --sysctl nf_conntrack_tcp_loose=0 "$work/server.pcap"

# A SYN/ACK before its SYN.
make_capture early <<'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a < S. 0:0(0) ack 1 win 65160
+0.01 a > S 0:0(0) win 64240
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a < . 1:1(0) ack 1 win 502
+0.01 a > P. 1:101(100) ack 1 win 502
CT
expect 0 '^ *1 .*INVALID .*; packet 2 is the SYN that it answers: packets are out of order$' '*' "$ctreplay" -P "$work/early.pcap"
expect 0 '^ *1 .*INVALID .*; packet 2 is the SYN that it answers: packets are out of order$' '*' "$ctreplay" "$work/early.pcap"
expect 0 '^ *2 .*NEW .* packet 1, which answers it, came before and was refused: packets are out of order$' '*' "$ctreplay" -P "$work/early.pcap"
expect 0 '"n":1,.*"syn":2}' '*' "$ctreplay" -P -o json "$work/early.pcap"
expect 0 '"n":2,.*"synack":1,' '*' "$ctreplay" -P -o json "$work/early.pcap"
expect 0 'Packet 2 is the SYN that it answers: packets are out of order\. A kernel' '*' sh -c "\"$ctreplay\" explain --packet 1 \"$work/early.pcap\" | tr -s ' \n' ' '"
expect 0 'order 1 TCP connection .*: 3 packets INVALID for that' '*' summed early
expect 0 '^3$' '*' sh -c "\"$ctreplay\" -P --class INVALID \"$work/early.pcap\" | grep -c 'out of order'"
# What is live cannot be looked ahead in.
expect 0 "^ *1 .*INVALID .*; $alone" '*' sh -c "cat \"$work/early.pcap\" | \"$ctreplay\" -P -"
# Of another connection: its number says so.
sed 's/ack 1 win 65160/ack 2 win 65160/' "$work/early.ct" > "$work/other.ct"
"$ctreplay" compile "$work/other.ct" -W "$work/other.pcap"
expect 0 "^ *1 .*INVALID .*; $alone" '*' "$ctreplay" -P "$work/other.pcap"
expect 1 '' '' sh -c "\"$ctreplay\" -P \"$work/other.pcap\" | grep 'which answers it'"

# The SYN is where a batch of packets ends, and its answer where the next begins, or the other way round.
{
  echo 'flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000'
  echo 'flow u: udp 10.0.0.2:1 > 10.0.0.80:53'
  echo 'repeat 250'; echo '+0.001 u > udp (10)'; echo end
  echo '+0 a < S. 0:0(0) ack 1 win 65160'
  echo 'repeat 100'; echo '+0.001 u > udp (10)'; echo end
  echo '+0 a > S 0:0(0) win 64240'
} > "$work/far.ct"
"$ctreplay" compile "$work/far.ct" -W "$work/far.pcap"
expect 0 '^ *251 .*INVALID .*; packet 352 is the SYN that it answers' '*' "$ctreplay" -P "$work/far.pcap"
expect 0 '^ *251 .*INVALID .*; packet 352 is the SYN that it answers' '*' "$ctreplay" -P --threads 2 "$work/far.pcap"

# The SYN is missing, and nothing else.
make_capture nosyn <<'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a < S. 0:0(0) ack 1 win 65160
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a > P. 1:101(100) ack 1 win 502
+0.01 a < . 1:1(0) ack 101 win 502
CT
expect 0 'loss 1 TCP connection whose SYN is not here, though packets of both sides are: 1 packet INVALID and 1 still NEW for that' '*' summed nosyn
expect 0 'loss 1 TCP connection whose SYN is not here, though packets of both sides are: 4 packets INVALID for that' '*' summed nosyn --sysctl nf_conntrack_tcp_loose=0
expect 0 '^ *2 .*; nothing of its other side, which it acknowledges, was accepted so far: packet 1 of it was refused before; its SYN is missing, or later in the capture$' '*' "$ctreplay" -P --sysctl nf_conntrack_tcp_loose=0 "$work/nosyn.pcap"
# It comes late.
{ cat "$work/nosyn.ct"; echo '+0.01 a > S 0:0(0) win 64240'; } > "$work/late.ct"
"$ctreplay" compile "$work/late.ct" -W "$work/late.pcap"
expect 0 'order 1 TCP connection .*: 1 packet INVALID and 1 still NEW for that' '*' summed late
expect 1 '' '' sh -c "\"$ctreplay\" \"$work/late.pcap\" | grep -e 'SYN is not here'"

# Who was dropped by a rule, had an entry, or began nothing for another reason is no matter of directions.
printf '*filter\n-A FORWARD -p tcp --syn -j DROP\nCOMMIT\n' > "$work/syn.rules"
make_capture whole <<'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a > S 0:0(0) win 64240
+0.01 a < S. 0:0(0) ack 1 win 65160
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a < R 1:1(0) win 0
+20   a < S. 0:0(0) ack 1 win 65160
CT
expect 1 '' '' sh -c "\"$ctreplay\" --rules \"$work/syn.rules\" \"$work/whole.pcap\" 2>&1 | grep -e one-sided -e 'other side' -e 'out of order'"
expect 1 '' '' sh -c "\"$ctreplay\" \"$work/whole.pcap\" 2>&1 | grep -e one-sided -e 'other side' -e 'out of order'"

# An answer at the addresses from before the translation is none; nothing is said to be missing.
printf '*nat\n-A POSTROUTING -o wan0 -j SNAT --to-source 203.0.113.1\nCOMMIT\n' > "$work/snat.rules"
make_capture inside <<'CT'
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow u: udp 192.168.1.10:5000 > 198.51.100.7:53
+0    t > S 0:0(0) win 64240
+0.01 t < S. 0:0(0) ack 1 win 65160
+0.01 u > udp (30)
+0.01 u < udp (60)
CT
snat() { "$ctreplay" "$@" --rules "$work/snat.rules" --route 192.168.1.0/24=lan0 --route 0.0.0.0/0=wan0 "$work/inside.pcap"; }
expect 0 '^ *2 .*INVALID .*; #1 is translated, so this is no answer to it: that would be tcp 198.51.100.7.80 > 203.0.113.1.40000$' '*' snat -P
expect 0 '^ *4 .*NEW .*#2 is translated, so this is no answer to it: that would be udp 198.51.100.7.53 > 203.0.113.1.5000$' '*' snat -P
expect 0 '#1 is translated, so this is no answer to it' '*' snat explain --packet 2
expect 0 '"n":2,.*"untranslated":1' '*' snat -P -o json
snat -P > "$work/told" 2> "$work/err"
expect 1 '' '' grep -e 'other side' "$work/told"
finish
