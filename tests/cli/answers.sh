#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Answers under rules, translation, zones and timeout policies: what is said of a refused packet is true there, too, and
# names what did not become an entry.
. "${srcdir:-.}/tests/cli/capture.sh"

make_capture() { cat > "$work/$1.ct"; "$ctreplay" compile "$work/$1.ct" -W "$work/$1.pcap"; }
# lan SUB-COMMAND OPTION...: on a box between 192.168.1.0/24 and the rest; without a sub-command, "".
lan() { sub=$1; shift; "$ctreplay" ${sub:+"$sub"} --route 192.168.1.0/24=lan0 --route 0.0.0.0/0=wan0 --local 192.168.1.1/24@lan0 --local 203.0.113.1/24@wan0 "$@"; }

# A translated connection's answers have a tuple of their own, by which they find it in what is tried beside the replay.
printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n' > "$work/nat.rules"
make_capture late <<'CT'
flow u: udp 192.168.1.10:5000 > 198.51.100.7:53
flow a: udp 198.51.100.7:53 > 203.0.113.1:5000
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow ta: tcp 198.51.100.7:80 > 203.0.113.1:40000 isn 5000,1000
+0 u > udp (30)
+0 t > S 0:0(0) win 64240
+40 a > udp (30)
+40 u > udp (30)
+60 ta > S. 0:0(0) ack 1 win 65160
+0.1 t > . 1:1(0) ack 1 win 502
CT
lan -P --rules "$work/nat.rules" "$work/late.pcap" > "$work/told" 2> "$work/err"
expect 0 '^ *3 .*NEW .* by nf_conntrack_udp_timeout; 41 s would have kept it$' '' cat "$work/told"
expect 0 '^ *4 .*NEW .* by nf_conntrack_udp_timeout; 41 s would have kept it$' '' cat "$work/told"
expect 0 '^ *5 .*INVALID .* by nf_conntrack_tcp_timeout_syn_sent; 141 s would have kept it$' '' cat "$work/told"
expect 0 '^ *6 .*NEW .* by nf_conntrack_tcp_timeout_syn_sent; 141 s would have kept it$' '' cat "$work/told"
lan explain --packet 5 --rules "$work/nat.rules" "$work/late.pcap" > "$work/told" 2> "$work/err"
expect 0 'nf_conntrack_tcp_timeout_syn_sent=141 would let conntrack accept it' '' cat "$work/told"
expect 1 '' '' grep -e 'No sysctl' "$work/told"
# It is true.
expect 0 '^ *4 .*#1 .*ESTABLISHED' '*' lan -P --rules "$work/nat.rules" --sysctl nf_conntrack_udp_timeout=41 "$work/late.pcap"
expect 0 '^ *3 .*#3 .*NEW' '*' lan -P --rules "$work/nat.rules" --sysctl nf_conntrack_udp_timeout=40 "$work/late.pcap"
expect 0 '^ *6 .*SYN_RECV -> ESTABLISHED' '*' lan -P --rules "$work/nat.rules" --sysctl nf_conntrack_tcp_timeout_syn_sent=141 "$work/late.pcap"

# A late answer begins an entry of its own. Beside the replay, where the first lives on, there is none: no length of
# nf_conntrack_udp_timeout keeps what ends as a stream.
make_capture again <<'CT'
flow u: udp 192.168.1.10:5000 > 198.51.100.7:53
flow a: udp 198.51.100.7:53 > 203.0.113.1:5000
+0 u > udp (30)
+31 a > udp (30)
+3 u > udp (30)
+166 a > udp (30)
CT
expect 0 '^ *4 .*belonged to #2, which ended 139 s before by nf_conntrack_udp_timeout; it had been silent for 169 s$' '*' lan -P --rules "$work/nat.rules" "$work/again.pcap"
expect 0 '^ *4 .*#2 .*NEW ' '*' lan -P --rules "$work/nat.rules" --sysctl nf_conntrack_udp_timeout=170 "$work/again.pcap"

# Two clients, one port outside. What holds it could end sooner, by a timeout; the table is not full, and no larger one helps.
printf '*nat\n-A POSTROUTING -o wan0 -p tcp -j SNAT --to-source 203.0.113.1:7000\nCOMMIT\n' > "$work/one.rules"
make_capture clash <<'CT'
flow a: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow b: tcp 192.168.1.11:41000 > 198.51.100.7:80 isn 10,1
+0 a > S 0:0(0) win 65535
+61 b > S 0:0(0) win 65535
CT
expect 0 '^  *2 .*dropped .*another connection' '*' lan -P --rules "$work/one.rules" "$work/clash.pcap"
expect 0 '^  *2 .*NEW ' '*' lan -P --rules "$work/one.rules" --sysctl nf_conntrack_tcp_timeout_syn_sent=60 "$work/clash.pcap"
lan explain --packet 2 --rules "$work/one.rules" "$work/clash.pcap" > "$work/told" 2> "$work/err"
expect 1 '' '' grep -e 'No sysctl' "$work/told"
lan '' --rules "$work/one.rules" "$work/clash.pcap" > "$work/told" 2> "$work/err"
expect 1 '' '' grep -e 'table full' -e 'nearly full' "$work/told"
expect 0 '^Dropped by rules or the kernel$' '' cat "$work/told"
expect 0 '^max=100 *1 *1 *1 ' '*' lan sweep --max 100,200 --rules "$work/one.rules" "$work/clash.pcap"
expect 0 '^setting *peak *mean *clash *kernel memory' '*' lan sweep --max 100,200 --rules "$work/one.rules" "$work/clash.pcap"
expect 0 'no more is lost than at any other: 100 (max=100)' '*' lan sweep --max 100,200 --rules "$work/one.rules" "$work/clash.pcap"
expect 0 'missed; no connection cut; no INVALID packet; 1 clash, the fewest of all\.' '*' lan sweep --max 100,200 --rules "$work/one.rules" "$work/clash.pcap"
expect 0 '"dropped":0,"insert_failed":0,.*"clashed":1' '*' lan sweep -o json --max 100 --rules "$work/one.rules" "$work/clash.pcap"
expect 0 'nothing is lost: tcp_timeout_syn_sent=60$' '*' lan sweep --sysctl nf_conntrack_tcp_timeout_syn_sent=60,120 --rules "$work/one.rules" "$work/clash.pcap"

# An INVALID packet of a translated connection leaves as it came.
make_capture bare <<'CT'
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 100000,500000
flow a: tcp 198.51.100.7:80 > 203.0.113.1:40000 isn 500000,100000
+0 t > S 0:0(0) win 64240
+0.01 a > S. 0:0(0) ack 1 win 65160
+0.01 t > . 1:1(0) ack 1 win 502
+0.01 t > R -70000:-70000(0) win 0
CT
expect 0 'INVALID packets are never translated: it goes on with the addresses that it came' '*' lan explain --packet 4 --rules "$work/nat.rules" "$work/bare.pcap"

expect 1 '' '*' sh -c '"$@" | grep "own TCP gets"' - "$ctreplay" explain --packet 4 --rules "$work/nat.rules" "$work/bare.pcap"
# One that comes from outside is for the box itself, which knows nothing of it.
make_capture beyond <<'CT'
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow a: tcp 198.51.100.7:80 > 203.0.113.1:40000 isn 5000,1000
+0 t > S 0:0(0) win 1000
+0.01 a > S. 0:0(0) ack 1 win 65160
+0.01 t > . 1:1(0) ack 1 win 1000
+0.01 a > . 900001:901001(1000) ack 1 win 502
CT
lan explain --packet 4 --rules "$work/nat.rules" "$work/beyond.pcap" > "$work/told" 2> "$work/err"
expect 0 'So the box.s own TCP gets it, and answers with a reset' '' cat "$work/told"

# A timeout policy is no sysctl's: who ended by it is said to, and no sysctl is advised.
cat > "$work/policy.nft" <<'NFT'
table ip t {
  ct timeout quick { protocol tcp; l3proto ip; policy = { syn_sent : 11, established : 77 }; }
  ct timeout quick-udp { protocol udp; l3proto ip; policy = { unreplied : 7, replied : 9 }; }
  chain pre { type filter hook prerouting priority -150; policy accept;
    tcp dport 80 ct timeout set "quick"
    udp dport 53 ct timeout set "quick-udp"
  }
}
NFT
make_capture policy <<'CT'
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow u: udp 192.168.1.10:5000 > 198.51.100.7:53
+0 t > S 0:0(0) win 64240
+0 u > udp (30)
+20 t < S. 0:0(0) ack 1 win 65160
+0.1 u < udp (60)
CT
lan '' --rules "$work/policy.nft" "$work/policy.pcap" > "$work/told" 2> "$work/err"
expect 0 'END *SYN_SENT .*: the timeout policy that a rule gave it ran out (1+0' '' cat "$work/told"
expect 0 'END *unreplied .*: the timeout policy that a rule gave it ran out (1+0' '' cat "$work/told"
expect 0 'belonged to #1, which ended 9 s before by the timeout policy that a rule gave it$' '' cat "$work/told"
expect 0 '^  *timeout that no sysctl sets 2$' '' cat "$work/told"
expect 1 '' '' grep -e nf_conntrack_tcp -e 'udp_timeout ran out' -e 'its helper' "$work/told"
lan explain --rules "$work/policy.nft" "$work/policy.pcap" > "$work/told" 2> "$work/err"
expect 0 'Timeout *11 s, by the timeout policy that a rule gave it\.' '' cat "$work/told"
expect 1 '' '' grep -e 'syn_sent' -e 'its helper' "$work/told"
expect 0 '^POLICY (no sysctl) *- *2 *2 ' '*' lan timeouts --rules "$work/policy.nft" "$work/policy.pcap"
expect 0 '^2,timeout,$' '*' lan flows -o csv --fields conn,ended,ended_by --rules "$work/policy.nft" "$work/policy.pcap"

# Advice is about conntrack: what a rule drops without a look at its class is dropped all the same.
printf '*filter\n-A FORWARD -p tcp --tcp-flags RST RST -j DROP\n-A FORWARD -p tcp --dport 81 -j DROP\nCOMMIT\n' > "$work/drop.rules"
make_capture drop <<'CT'
flow t: tcp 10.0.0.2:40000 > 10.0.1.2:80 isn 100000,500000
flow v: tcp 10.0.0.2:40001 > 10.0.1.2:81 isn 100000,500000
+0 t > S 0:0(0) win 64240
+0.01 t < S. 0:0(0) ack 1 win 65160
+0.01 t > . 1:1(0) ack 1 win 502
+0.1 t < R -70000:-70000(0) win 0
+0.1 v > S 0:0(0) win 64240
+0.01 v < S. 0:0(0) ack 1 win 65160
CT
told='nf_conntrack_tcp_ignore_invalid_rst=1 would let conntrack accept it'
expect 0 "^ *4 .*DROPPED .*; $told\$" '*' "$ctreplay" --rules "$work/drop.rules" "$work/drop.pcap"
expect 0 "^ *4 .*INVALID .*; $told\$" '*' "$ctreplay" -P --rules "$work/drop.rules" "$work/drop.pcap"
expect 0 "$told\\." '*' "$ctreplay" explain --packet 4 --rules "$work/drop.rules" "$work/drop.pcap"
expect 0 '^ *4 .*ESTABLISHED .*drop by' '*' "$ctreplay" -P --sysctl nf_conntrack_tcp_ignore_invalid_rst=1 --rules "$work/drop.rules" "$work/drop.pcap"
# The SYN that a rule dropped is named with its answer.
told='answers packet 5, which made no entry: rules dropped it'
expect 0 "^ *6 .*INVALID .*; $told\$" '*' "$ctreplay" --rules "$work/drop.rules" "$work/drop.pcap"
expect 0 "^ *6 .*INVALID .*; $told\$" '*' "$ctreplay" -P --rules "$work/drop.rules" "$work/drop.pcap"
expect 0 '"n":6,.*"opener":{"packet":5,"fate":"dropped-by-rules"}' '*' "$ctreplay" -P -o json --rules "$work/drop.rules" "$work/drop.pcap"

# So is what was kept from conntrack, of each protocol, and of ICMP errors; but nothing that does not answer it.
printf '*raw\n-A PREROUTING -s 192.168.1.10 -j CT --notrack\nCOMMIT\n' > "$work/raw.rules"
make_capture kept <<'CT'
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow u: udp 192.168.1.10:5000 > 198.51.100.7:53
flow p: icmp 192.168.1.10 > 198.51.100.7 id 3
flow v: udp 192.168.1.10:5001 > 198.51.100.7:53
+0 t > S 0:0(0) win 64240
+0 u > udp (30)
+0 p > echo request seq 1 (56)
+0 v > udp (30) as q
+1 t < S. 0:0(0) ack 1 win 65160
+0 u < udp (60)
+0 p < echo reply seq 1 (56)
+0 v < icmp unreachable port about q
+0 t < S. 0:0(0) ack 2 win 65160
+31 p < echo reply seq 1 (56)
CT
"$ctreplay" -P --rules "$work/raw.rules" "$work/kept.pcap" > "$work/told" 2> "$work/err"
expect 0 '^ *5 .*INVALID .*; answers packet 1, which made no entry: rules kept it from conntrack (UNTRACKED)$' '' cat "$work/told"
expect 0 '^ *6 .*NEW .*; answers packet 2, which made no entry: ' '' cat "$work/told"
expect 0 '^ *7 .*INVALID .*; answers packet 3, which made no entry: ' '' cat "$work/told"
expect 0 '^ *8 .*INVALID .*; is about packet 4, which made no entry: ' '' cat "$work/told"
expect 1 '' '' grep -e '^ *9 .*answers packet' -e '^ *10 .*answers packet' "$work/told"

# And what had wrong checksums, or found no room.
make_capture sum <<'CT'
flow t: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
+0 t > S 0:0(0) win 64240 csum 0x1234
+0.1 t < S. 0:0(0) ack 1 win 65160
CT
expect 0 '^ *2 .*; answers packet 1, which made no entry: it was INVALID (the TCP checksum is wrong)$' '' "$ctreplay" -P "$work/sum.pcap"
make_capture room <<'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
flow b: tcp 10.0.0.3:40000 > 10.0.0.80:80 isn 1000,5000
+0    a > S 0:0(0) win 64240
+0.01 a < S. 0:0(0) ack 1 win 65160
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 b > S 0:0(0) win 64240
+0.01 a > R 1:1(0) win 0
+10 b < S. 0:0(0) ack 1 win 65160
CT
expect 0 '^ *6 .*; answers packet 4, which made no entry: it was dropped (nf_conntrack: table full, dropping packet)' '' "$ctreplay" -P --max 1 "$work/room.pcap"
finish
