#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay diff in.pcap out.pcap: what became of packets on their way across a firewall.
. "${srcdir:-.}/tests/cli/capture.sh"

# scenario NAME: one capture, of what comes in.
scenario() {
  cat > "$work/$1.ct"
  "$ctreplay" compile "$work/$1.ct" -W "$work/$1.pcap" || exit 1
}
across() { "$ctreplay" diff "$@"; }

# A client behind the firewall, whose address is translated; MSS clamped, TOS marked; SMTP goes nowhere, and of what a
# server says a segment is lost. Host 2 and host 1 say the same to the same server, so that only order tells them apart.
scenario in << 'CT'
flow web: tcp 10.0.0.1:40000 > 192.0.2.80:80
flow smtp: tcp 10.0.0.1:40001 > 192.0.2.25:25
flow dns: udp 10.0.0.1:5353 > 192.0.2.53:53
flow ping: icmp 10.0.0.1 > 192.0.2.80 id 7
+0 web > S 0:0(0) win 64240 <mss 1460> ipid 1
+0.0101 web < S. 0:0(0) ack 1 win 65160 <mss 1400> ipid 101 ttl 60
+0.001 web > . 1:1(0) ack 1 win 502 ipid 2
+0.001 web > P. data "GET / HTTP/1.0\r\n\r\n" ipid 3
+0.001 smtp > S 0:0(0) win 64240 ipid 4
+0.001 dns > udp (40) ipid 5
+0.0102 dns < udp (80) ipid 102 ttl 60
+0.1 ping > echo request seq 1 (56) ipid 8
+0.0101 ping < echo reply seq 1 (56) ipid 108 ttl 60
+0.8 smtp > S 0:0(0) win 64240 ipid 6
+0.1 web < P. data "HTTP/1.0 200" ipid 103 ttl 60
CT
scenario out << 'CT'
flow web: tcp 203.0.113.1:40000 > 192.0.2.80:80
flow dns: udp 203.0.113.1:5353 > 192.0.2.53:53
flow ping: icmp 203.0.113.1 > 192.0.2.80 id 7
+0.00005 web > S 0:0(0) win 64240 <mss 1400> ipid 1 ttl 63
+0.01 web < S. 0:0(0) ack 1 win 65160 <mss 1400> ipid 101 ttl 61
+0.00111 web > . 1:1(0) ack 1 win 502 ipid 2 ttl 63
+0.001 web > P. data "GET / HTTP/1.0\r\n\r\n" ipid 3 ttl 63 tos 8
+0.0021 dns > udp (40) ipid 5 ttl 63
+0.01 dns < udp (80) ipid 102 ttl 61
+0.10009 ping > echo request seq 1 (56) ipid 8 ttl 63
+0.01 ping < echo reply seq 1 (56) ipid 108 ttl 61
+0.87 web < P. data "HTTP/1.0 200" ipid 103 ttl 61
+0.02 web < P. data "OK" ipid 104 ttl 61
CT
a=$work/in.pcap b=$work/out.pcap
expect 1 '^translated A>B A#1 B#1 .* tcp 10.0.0.1.40000 > 192.0.2.80.80 is in B tcp 203.0.113.1.40000 > 192.0.2.80.80$' '' across "$a" "$b"
expect 1 '^translated A>B A#6 B#5 .* udp ' '' across "$a" "$b"
expect 1 '^translated A>B A#8 B#7 .* icmp ' '' across "$a" "$b"
expect 1 '^changed    A>B A#1 B#1 .*: TCP MSS 1460 -> 1400$' '' across "$a" "$b"
expect 1 '^changed    A>B A#4 B#4 .*: TOS 0 -> 8$' '' across "$a" "$b"
expect 1 '^lost       A>B A#5 .* tcp 10.0.0.1.40001 > 192.0.2.25.25: the tracker lets it pass as NEW$' '' across "$a" "$b"
expect 1 '^lost       B>A B#10 .*: the tracker lets it pass as ESTABLISHED$' '' across "$a" "$b"
expect 1 '^9 packets paired, 3 lost (2 A>B, 1 B>A), 0 added (0 in A, 0 in B), 2 changed$' '' across "$a" "$b"
expect 1 '^connections: 4, 1 of them in A alone, 0 in B alone, 3 translated$' '' across "$a" "$b"
expect 1 '^delay A>B: least 0.000050 s, median 0.000060 s, most 0.000160 s (A#6), of 5 pairs$' '' across "$a" "$b"
expect 1 '^delay B>A: least 0.000040 s, median 0.000050 s, most 0.030050 s (B#9), of 4 pairs$' '' across "$a" "$b"
expect 1 '^TTL lower by 1 in 9 pairs$' '' across "$a" "$b"
expect 1 '^shown: 3 of 8 (--lines N shows more)$' '' across --lines 3 "$a" "$b"
# Which capture is named first is not what says which way packets go; a change is told in the order of its way.
expect 1 '^changed    B>A A#1 B#1 .*: TCP MSS 1460 -> 1400$' '' across "$b" "$a"
expect 1 '^9 packets paired, 3 lost (1 A>B, 2 B>A), 0 added' '' across "$b" "$a"
# For programs.
expect 1 '^{"schema":1,"type":"across","what":"changed","way":"A>B","a":1,"b":1,"t":0,.*"delay":0.00005,"fields":\[{"name":"TCP MSS","a":"1460","b":"1400"}\]}$' '' across -o json "$a" "$b"
expect 1 '^{"schema":1,"type":"across","what":"lost","way":"A>B","side":"A","n":5,.*"class":"NEW","reason":null,' '' across -o json "$a" "$b"
expect 1 '^{"schema":1,"type":"across_summary","pairs":9,"lost":3,"added":0,"changed":2,"passed":0,"lost_ab_ba":\[2,1\],' '' across -o json "$a" "$b"
expect 0 '"type":"summary","same":true,' '' across -o json --hz 100,250 "$a"
expect 2 '' 'diff -o xml: give text or json' across -o xml "$a" "$b"

# The rules of the box say what they drop, and by which address connections go on.
cat > "$work/rules" << 'RULES'
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i wan -p tcp -m tcp --dport 22 -j DNAT --to-destination 10.0.0.8
-A POSTROUTING -o wan -j SNAT --to-source 203.0.113.1
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i lan -p tcp -m tcp --dport 80 -j ACCEPT
-A FORWARD -i lan -p udp -j ACCEPT
-A FORWARD -i lan -p icmp -j ACCEPT
-A FORWARD -i wan -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
RULES
ruled() {
  "$ctreplay" diff --rules "$work/rules" --iface lan,wan --local 10.0.0.254/24@lan --local 203.0.113.1/24@wan \
    --route 0.0.0.0/0=wan "$@"
}
expect 1 '^lost       A>B A#5 .*: drop by filter:FORWARD:policy' '' ruled "$a" "$b"
expect 1 '^lost       B>A B#10 .*: rules and tracker let it pass as ESTABLISHED$' '' ruled "$a" "$b"
expect 1 '^  2  drop by filter:FORWARD:policy' '' ruled "$a" "$b"
expect 1 '^9 packets paired, 3 lost ' '' ruled "$a" "$b"
expect 1 '"says":"drop by filter:FORWARD:policy:[0-9]*","rules":{"verdict":"drop","rule":"filter:FORWARD:policy' '' ruled -o json "$a" "$b"
sed '/dport 80/d' "$work/rules" > "$work/strict" && mv "$work/strict" "$work/rules"
expect 1 '^passed     A>B A#1 B#1 .*, though it should not: drop by filter:FORWARD:policy' '' ruled "$a" "$b"

# From outside to a server behind DNAT; a reset that nobody sent in; a packet for the box itself. Paired by what the rules
# say although the two SYNs are alike but for their destination; without rules by what is in the packets.
scenario inside << 'CT'
flow ssh: tcp 198.51.100.7:4000 > 10.0.0.8:22
+0.0001 ssh > S 0:0(0) win 64240 ipid 77 ttl 49
+0.001 ssh < S. 0:0(0) ack 1 win 65160 ipid 101
+0.0012 ssh > . 1:1(0) ack 1 win 502 ipid 78 ttl 49
+0.0012 ssh > R 1:1(0) win 0 ttl 255
CT
scenario outside << 'CT'
flow ssh: tcp 198.51.100.7:4000 > 203.0.113.1:22
flow box: udp 198.51.100.7:4001 > 203.0.113.1:500
+0 ssh > S 0:0(0) win 64240 ipid 77 ttl 50
+0.0012 ssh < S. 0:0(0) ack 1 win 65160 ipid 101 ttl 63
+0.001 ssh > . 1:1(0) ack 1 win 502 ipid 78 ttl 50
+0.001 box > udp (20) ipid 79 ttl 50
CT
expect 1 '^added      B>A A#4 ' '' ruled "$work/inside.pcap" "$work/outside.pcap"
expect 1 '^3 packets paired, 0 lost (0 A>B, 0 B>A), 1 added (1 in A, 0 in B), 0 changed$' '' ruled "$work/inside.pcap" "$work/outside.pcap"
expect 1 '^not compared: 0 of A and 1 of B, alone, to or from the box itself$' '' ruled "$work/inside.pcap" "$work/outside.pcap"
expect 1 '^3 packets paired, 1 lost (0 A>B, 1 B>A), 1 added (1 in A, 0 in B), 0 changed$' '' across "$work/inside.pcap" "$work/outside.pcap"

# A missing packet, another order, one more: none of it ends the comparison.
pcap_whole > "$work/a.pcap"
{ pcap_head; pcap_query; pcap_syn; } > "$work/b.pcap"
{ pcap_head; pcap_syn; pcap_query; } > "$work/swapped.pcap"
{ pcap_head; pcap_query; } > "$work/short.pcap"
change() { cat > "$3"; printf "\\$2" | dd of="$3" bs=1 seek="$1" conv=notrunc 2> /dev/null; }
change 120 000 "$work/wrong-sum.pcap" < "$work/b.pcap"
expect 1 '^2 packets paired, 1 lost (0 A>B, 1 B>A), 0 added' '' across "$work/b.pcap" "$work/a.pcap"
expect 0 '^2 packets paired: no difference$' '' across "$work/b.pcap" "$work/swapped.pcap"
expect 1 '^of those lost 1 of A is later than B.s last packet' '' across "$work/b.pcap" "$work/short.pcap"
expect 1 'checksum right -> wrong$' '' across --checksums verify "$work/b.pcap" "$work/wrong-sum.pcap"
head -c 120 "$work/a.pcap" > "$work/cut.pcap"
expect 3 '^not compared: 1 of A and 0 of B, later than the other capture could be read$' 'cut.pcap' across "$work/a.pcap" "$work/cut.pcap"

# What only the side has where packets come out does not move the others: of one more there is one more.
scenario acks << 'CT'
flow web: tcp 10.0.0.1:40000 > 192.0.2.80:80
+0 web > S 0:0(0) win 64240 ipid 1
+0.01 web < S. 0:0(0) ack 1 win 65160 ipid 101 ttl 60
+0.001 web > . 1:1(0) ack 1 win 502 ipid 2
+0.01 web < P. 1:101(100) ack 1 win 502 ipid 102 ttl 60
+0.01 web > . 1:1(0) ack 101 win 502 ipid 4
+0.01 web < P. 101:201(100) ack 1 win 502 ipid 103 ttl 60
+0.01 web > . 1:1(0) ack 201 win 502 ipid 5
+0.01 web < P. 201:301(100) ack 1 win 502 ipid 104 ttl 60
+0.01 web > . 1:1(0) ack 301 win 502 ipid 6
CT
scenario more << 'CT'
flow web: tcp 10.0.0.1:40000 > 192.0.2.80:80
+0.0001 web > S 0:0(0) win 64240 ipid 1 ttl 63
+0.0098 web < S. 0:0(0) ack 1 win 65160 ipid 101 ttl 61
+0.0012 web > . 1:1(0) ack 1 win 502 ipid 2 ttl 63
+0.0001 web > . 1:1(0) ack 51 win 502 ipid 3 ttl 63
+0.0097 web < P. 1:101(100) ack 1 win 502 ipid 102 ttl 61
+0.0102 web > . 1:1(0) ack 101 win 502 ipid 4 ttl 63
+0.0098 web < P. 101:201(100) ack 1 win 502 ipid 103 ttl 61
+0.0102 web > . 1:1(0) ack 201 win 502 ipid 5 ttl 63
+0.0098 web < P. 201:301(100) ack 1 win 502 ipid 104 ttl 61
+0.0102 web > . 1:1(0) ack 301 win 502 ipid 6 ttl 63
CT
expect 1 '^9 packets paired, 0 lost (0 A>B, 0 B>A), 1 added (0 in A, 1 in B), 0 changed$' '' across "$work/acks.pcap" "$work/more.pcap"
expect 1 '^added      A>B B#4 ' '' across "$work/acks.pcap" "$work/more.pcap"

# What is not IP is skipped, and what no router forwards is not lost.
scenario local << 'CT'
flow web: tcp 10.0.0.1:40000 > 192.0.2.80:80
flow mdns: udp 10.0.0.1:5353 > 224.0.0.251:5353
flow nd: icmp fe80::1 > ff02::1
+0 web > S 0:0(0) win 64240 ipid 1
+0.1 mdns > udp (40) ipid 2
+0.1 nd > type 135 code 0 (20)
CT
scenario passed << 'CT'
flow web: tcp 10.0.0.1:40000 > 192.0.2.80:80
+0.001 web > S 0:0(0) win 64240 ipid 1 ttl 63
CT
expect 0 '^1 packet paired: no difference$' '' across "$work/local.pcap" "$work/passed.pcap"
expect 0 '^not compared: 2 of A and 0 of B, alone, of addresses that no router forwards$' '' across "$work/local.pcap" "$work/passed.pcap"

# Two clocks: said, and the pairs are the same.
scenario late << 'CT'
start 2026-01-05T10:00:05Z
flow web: tcp 203.0.113.1:40000 > 192.0.2.80:80
+0 web > S 0:0(0) win 64240 <mss 1460> ipid 1 ttl 63
+0.01 web < S. 0:0(0) ack 1 win 65160 <mss 1400> ipid 101 ttl 61
CT
expect 1 '^the clocks of A and B differ, B.s is about [0-9.]* s ahead' '' across "$a" "$work/late.pcap"

# Whatever a capture holds, it is the same as itself; and of two packets in three every third is lost.
truth=${CTREPLAY_TRUTH:-}
if [ -z "$truth" ]; then
  echo 'captures of many kinds not tried: CTREPLAY_TRUTH is not set'
else
  for capture in hostile-1.pcap pcapplusplus__many-protocols.pcap suriverify__frag-1.pcap suriverify__sctp-max-chunks.pcap; do
    expect 0 ' packets paired: no difference$\|there was nothing to compare$' '*' across "$truth/captures/$capture" "$truth/captures/$capture"
  done
fi
finish
