#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is said of a packet that is not as its sender meant it: what happened, what follows, what to do. -P and explain
# say the same.
. "${srcdir:-.}/tests/cli/capture.sh"

# make_capture NAME: the scenario on stdin as $work/NAME.pcap.
make_capture() {
  cat > "$work/$1.ct"
  "$ctreplay" compile "$work/$1.ct" --write "$work/$1.pcap" || exit 99
}

# said WORDS CAPTURE OPTIONS...: -P, -P -o json and explain say it.
said() {
  words=$1 capture=$2
  shift 2
  expect 0 "$words" '*' "$ctreplay" -P "$@" "$work/$capture.pcap"
  expect 0 "$words" '*' "$ctreplay" -P -o json "$@" "$work/$capture.pcap"
  "$ctreplay" explain "$@" "$work/$capture.pcap" 2> "$work/explain.err" | tr -s ' \n' ' ' > "$work/explained"
  expect 0 "$words" '' cat "$work/explained"
}

# A port used again while the entry of the old connection lives: the SYN is let through, and packet 7 is judged by it.
make_capture reused << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0    > S 0:0(0) win 64240
+0.01 < S. 0:0(0) ack 1 win 65160
+0.01 > . 1:1(0) ack 1 win 502
+0.01 > P. 1:101(100) ack 1 win 502
+0.01 < . 1:1(0) ack 101 win 502
+3600 > S 700000:700000(0) win 64240
+0.01 < S. 9000000:9000000(0) ack 700001 win 65160
+0.01 < S. 9000000:9000000(0) ack 700001 win 65160
END
said 'SYN on a live connection (its port is used again, .*: let through; its numbers are kept, and a SYN/ACK to it starts' reused
expect 0 'starts the connection over, by acknowledging 701001$' '' "$ctreplay" -P "$work/reused.pcap"
expect 0 'acknowledges 701001 will show that a new connection begins' '' cat "$work/explained"
said 'SYN/ACK to no SYN that waits for one: let through, state and timeout kept' reused
expect 0 '"reason":"tcp-syn-ignored"' '' "$ctreplay" -P -o json --reason tcp-syn-ignored "$work/reused.pcap"

# The server still has the older connection, and says so with an ACK; the client's reset of it is believed.
make_capture challenged << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0    > S 0:0(0) win 64240
+0.01 < . 0:0(0) ack 777 win 65160
+0.01 > R 777:777(0) win 0
END
said 'ACK instead of a SYN/ACK, as of an older connection: .* a reset to it is believed' challenged
expect 0 'a reset with sequence number 1777 is an answer to it' '' cat "$work/explained"

# Neither a SYN nor an entry.
make_capture late << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0 < S. 0:0(0) ack 1 win 65160
END
said 'belongs to no connection in the table, and none can start with it: no SYN was accepted before it, or the entry had ended' late

# An acknowledgement of what the capture has lost.
make_capture lost << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0    > S 0:0(0) win 64240
+0.01 < S. 0:0(0) ack 1 win 60000
+0.01 > . 1:1(0) ack 1 win 60000
+0.01 > . 1:1(0) ack 501 win 60000
END
said 'acknowledges data that was not seen so far, or was refused' lost
expect 0 '500 bytes of its other side are missing here: lost while capturing, gone another way, refused, or later in the capture' '' cat "$work/explained"

# Data beyond the window, by more than a little.
make_capture beyond << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0    > S 0:0(0) win 64240
+0.01 < S. 0:0(0) ack 1 win 60000
+0.01 > . 1:1(0) ack 1 win 60000
+0.01 > P. 60002:94402(34400) ack 1 win 60000
END
said 'beyond the window by no more than another window: let through, state and timeout kept, and its data may be acknowledged' beyond

# The timeouts by their full names, as the kernel of the profile spells them.
make_capture zero << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0    > S 0:0(0) win 64240
+0.01 < S. 0:0(0) ack 1 win 65160
+0.01 > . 1:1(0) ack 1 win 502
+0.01 < . 1:1(0) ack 1 win 0
END
expect 0 "zero window: the timeout is nf_conntrack_tcp_timeout_max_retrans's" '' "$ctreplay" -P "$work/zero.pcap"
make_capture pickup << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0 > . 1:1(0) ack 1 win 502
END
expect 0 'picked up in the middle (nf_conntrack_tcp_loose)' '' "$ctreplay" -P "$work/pickup.pcap"
expect 0 'picked up in the middle (ip_conntrack_tcp_loose)' '' "$ctreplay" -P --profile linux-2.6 "$work/pickup.pcap"

# A header sum that the capture spoiled, or the wire.
make_capture sum << 'END'
flow u: udp 10.0.0.2:4000 > 10.0.0.80:53
+0 u > udp (4) ipcsum 0x1234
END
said 'a kernel drops the packet before conntrack (--checksums ignore does not look)' sum
expect 0 'NEW ' '' "$ctreplay" -P --checksums ignore "$work/sum.pcap"

# A redirect with another option first: the packet that it is about is not looked for behind it.
make_capture redirect << 'END'
flow r: icmp fe80::1 > 2001:db8::2
+0 r > redirect (40) hex fe80000000000000000000000000000920010db80009000000000000000000800201020000000009 ttl 255
END
said 'a redirect.*whose first option is not the redirected header\|redirect whose first option is not the redirected header' redirect

# A call whose media go somewhere else.
make_capture sip << 'END'
flow call: udp 10.0.0.2:5060 > 203.0.113.60:5060
+0 call > udp data "INVITE sip:bob@203.0.113.60 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\nFrom: <sip:alice@10.0.0.2>;tag=1\r\nTo: <sip:bob@203.0.113.60>\r\nCall-ID: 1@10.0.0.2\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@10.0.0.2:5060>\r\nContent-Type: application/sdp\r\nContent-Length: 89\r\n\r\nv=0\r\no=alice 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
+2 call < udp data "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\nFrom: <sip:alice@10.0.0.2>;tag=1\r\nTo: <sip:bob@203.0.113.60>;tag=2\r\nCall-ID: 1@10.0.0.2\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@203.0.113.60:5060>\r\nContent-Type: application/sdp\r\nContent-Length: 89\r\n\r\nv=0\r\no=bob 1 1 IN IP4 203.0.113.61\r\ns=-\r\nc=IN IP4 203.0.113.61\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"
END
said "names a media address that is not its sender's: ignored, .*sip_direct_media=1" sip --helper sip:5060
make_capture register << 'END'
flow call: udp 10.0.0.2:5060 > 203.0.113.60:5060
+0 call > udp data "REGISTER sip:203.0.113.60 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\nFrom: <sip:alice@10.0.0.2>;tag=1\r\nTo: <sip:alice@10.0.0.2>\r\nCall-ID: 1@10.0.0.2\r\nCSeq: 1 REGISTER\r\nContact: <sip:alice@10.0.0.9:5060>\r\nExpires: 60\r\nContent-Length: 0\r\n\r\n"
END
said "registers an address that is not its sender's: ignored, .*sip_direct_signalling=1" register --helper sip:5060
make_capture ftp << 'END'
flow f: tcp 10.0.0.2:40000 > 10.0.0.21:21 isn 1000,5000
+0    > S 0:0(0) win 64240
+0.01 < S. 0:0(0) ack 1 win 65160
+0.01 > . 1:1(0) ack 1 win 502
+0.01 < P. 1:7(6) ack 1 win 502 data "220 x\n"
+0.01 > P. 1:13(12) ack 7 win 502 data "USER alice\r\n"
+0.01 > P. 13:35(22) ack 7 win 502 data "PORT 10,0,0,7,195,80\r\n"
END
said "names an address that is not its sender's: ignored, .*nf_conntrack_ftp: loose=0" ftp --helper ftp:21

# An answer to a group's query comes from an address that was not asked.
make_capture group << 'END'
flow q: udp 192.168.20.21:5555 > 239.255.255.250:1900
flow a: udp 192.168.20.1:1900 > 192.168.20.21:5555
flow other: udp 192.168.20.1:1900 > 192.168.20.21:5556
flow late: udp 192.168.20.2:1900 > 192.168.20.21:5555
+0 q > udp (120)
+0.01 a > udp (300)
+0.01 other > udp (300)
+0.01 a < udp (10)
+40 late > udp (300)
END
expect 0 '^ *2 .*answers packet 1, which went to 239\.255\.255\.250: an answer from another address never matches #1$' '' "$ctreplay" -P "$work/group.pcap"
expect 0 '^1$' '' sh -c "\"$ctreplay\" -P \"$work/group.pcap\" | grep -c 'answers packet'"
expect 0 '"query":{"n":1,"conn":1,"dst":"239.255.255.250"}' '' "$ctreplay" -P -o json "$work/group.pcap"
expect 0 'It answers packet 1, which went to 239\.255\.255\.250\. Connection #1 waits' '' "$ctreplay" explain "$work/group.pcap"
expect 0 "^ *2 .*answers packet 1, which went to 239\.255\.255\.250: an answer from another address never matches #1$" "" "$ctreplay" "$work/group.pcap"

# explained WORDS CAPTURE OPTIONS...: explain says it.
explained() {
  words=$1 capture=$2
  shift 2
  "$ctreplay" explain "$@" "$work/$capture.pcap" 2> "$work/explain.err" | tr -s ' \n' ' ' > "$work/explained"
  expect 0 "$words" '' cat "$work/explained"
}

# SCTP: which rule of the verification tag it was.
make_capture tags << 'END'
flow a: sctp 10.0.0.2:1000 > 10.0.0.80:2000
flow b: sctp 10.0.0.2:1001 > 10.0.0.80:2000
flow c: sctp 10.0.0.2:1002 > 10.0.0.80:2000
+0    a > sctp: INIT[tag=111, a_rwnd=65535, os=10, is=10, tsn=1] vtag 5
+0.01 b > sctp: INIT[tag=111, a_rwnd=65535, os=10, is=10, tsn=1]
+0.01 b < sctp: INIT_ACK[tag=222, a_rwnd=65535, os=10, is=10, tsn=1] vtag 7
+0.01 b > sctp: DATA[tsn=1](4) vtag 9
+0.01 c > sctp: DATA[tsn=1](4) vtag 9
+0.01 b > sctp: INIT[tag=111, a_rwnd=65535, os=10, is=10, tsn=1]; DATA[tsn=1](4)
END
said 'a packet with an SCTP INIT whose verification tag is not 0' tags
explained 'The rule: a packet with an INIT carries verification tag 0 (' tags --packet 1
said 'the SCTP verification tag is not the one that its association has' tags
explained "The rule: the verification tag must be the one known for its direction, 0 where none is; of ABORT and SHUTDOWN COMPLETE with the T bit, the other direction's (" tags --packet 4
explained "of ABORT, and of SHUTDOWN COMPLETE with the T bit, either direction's (" tags --packet 4 --profile linux-2.6
explained 'The rule: an association does not start with .* nor with chunks that lead nowhere from NONE, such as DATA and SACK (' tags --packet 5
explained 'The rule: there is a chunk, .* COOKIE ECHO and COOKIE ACK stand first, and INIT, INIT ACK and SHUTDOWN COMPLETE alone (' tags --packet 6

make_capture again << 'END'
flow a: sctp 10.0.0.2:1000 > 10.0.0.80:2000
+0    a > sctp: INIT[tag=111, a_rwnd=65535, os=10, is=10, tsn=1]
+0.01 a > sctp: INIT[tag=111, a_rwnd=65535, os=10, is=10, tsn=1]
END
said 'INIT again while the association is CLOSED: let through, state and timeout kept' again

# TCP's flags: which, and which the kernel has in its table.
make_capture flags << 'END'
flow a: tcp 10.0.0.2:1000 > 10.0.0.80:80
+0 > SF
END
said 'invalid combination of TCP flags' flags
expect 0 ': invalid combination of TCP flags: FS' '' "$ctreplay" "$work/flags.pcap"
explained 'PSH, ECE and CWR aside, must be SYN, RST, ACK, FIN+ACK, SYN+ACK, RST+ACK, SYN+URG, ACK+URG, FIN+ACK+URG (' flags

# DCCP and neighbour discovery: what is wrong with it.
make_capture dccp << 'END'
flow d: proto 33 10.0.0.2 > 10.0.0.80
+0 > hex "1388 1389 02 00 0000 01 00 0000 0000 0001 00000000"
+0 > hex "1388 1389 05 00 0000 17 00 0000 0000 0001 00000000"
+0 > hex "1388 1389 04 00 0000 00 000001 00000000"
+0 > hex "1388 1389 05 00 1234 01 00 0000 0000 0001 00000000"
+0 > hex "1388 1389 05 0f 0000 01 00 0000 0000 0001 00000000"
END
said 'the DCCP data offset is shorter than a header, or longer than the packet' dccp --profile linux-6.1
said 'the DCCP checksum coverage is longer than the packet' dccp --profile linux-6.1
said 'the DCCP checksum is wrong' dccp --profile linux-6.1 --checksums verify
said 'a reserved DCCP packet type' dccp --profile linux-6.1 --checksums ignore
said 'a DCCP packet type that needs a sequence number of 48 bits, with one of 24' dccp --profile linux-6.1 --checksums ignore
expect 0 '10\.0\.0\.80\.5001: DCCP-Request seq 1, length ' '*' "$ctreplay" -P --profile linux-6.1 "$work/dccp.pcap"
expect 0 '"dccp":{"type":0,"seq":1}' '*' "$ctreplay" -P -o json --profile linux-6.1 "$work/dccp.pcap"
make_capture neighbours << 'END'
flow r: icmp fe80::1 > 2001:db8::2
flow g: icmp 2001:db8::1 > 2001:db8::2
+0 r > redirect (8) ttl 255
+0 r > redirect hex fe80000000000000000000000000000920010db80009000000000000000000800201020000000009 ttl 3
+0 g > redirect hex fe80000000000000000000000000000920010db80009000000000000000000800201020000000009 ttl 255
+0 r > redirect hex fe80000000000000000000000000000920010db80009000000000000000000800200020000000009 ttl 255
+0 r > type 130 code 0
+0 r > type 135 code 0
+0 r > type 151 code 0
END
said 'an ICMPv6 redirect that is cut off before its options' neighbours
said 'an ICMPv6 redirect whose hop limit is not 255, so not from a neighbour' neighbours
said 'an ICMPv6 redirect whose source is not link-local' neighbours
said 'an ICMPv6 redirect without an option, or with one of length 0' neighbours
said 'multicast listener messages are not tracked' neighbours
said 'neighbour discovery is not tracked' neighbours
said 'multicast router discovery is not tracked' neighbours

# Two causes, and the timeout that the kernel took: that of unacknowledged data, since nobody has answered.
make_capture two << 'END'
flow w: tcp 10.0.0.2:40008 > 10.0.0.80:80 isn 1000,5000
+0 > . 1:1(0) ack 1 win 0
+1 > . 1:1(0) ack 1 win 0
END
explained '100 s by nf_conntrack_tcp_timeout_unacknowledged, because it was picked up in the middle and nobody has answered yet' two --packet 2 --sysctl nf_conntrack_tcp_timeout_unacknowledged=100
expect 0 '^0$' '*' sh -c "\"$ctreplay\" -P --sysctl nf_conntrack_tcp_timeout_unacknowledged=100 \"$work/two.pcap\" | grep -c max_retrans; true"
explained '300 s by nf_conntrack_tcp_timeout_max_retrans, because the last window was zero' two --packet 2

# A broadcast that a helper knows: who would have expected the answer, and why it was not.
make_capture netbios << 'END'
flow q: udp 192.168.20.21:137 > 192.168.20.255:137
flow a: udp 192.168.20.1:137 > 192.168.20.21:137
+0    q > udp (50)
+0.01 a > udp (50)
END
itself='an answer from another address never matches #1 itself; the netbios-ns helper on the host that asked would expect it (--helpers --local)'
expect 0 "^ *2 .*$itself$" '*' "$ctreplay" -P --no-helpers "$work/netbios.pcap"
explained "$itself" netbios --no-helpers
none='an answer from another address never matches #1, and it meets no expectation of its netbios-ns helper'
expect 0 "^ *2 .*$none" '*' "$ctreplay" -P --helpers --local 192.168.20.22/24 "$work/netbios.pcap"
explained "$none" netbios --helpers --local 192.168.20.22/24
expect 0 '^ *2 .*RELATED .*expected by #1 (netbios-ns: .* in packet 1)$' '*' "$ctreplay" -P --helpers --local 192.168.20.21/24 "$work/netbios.pcap"
expect 0 '^0$' '*' sh -c "\"$ctreplay\" -P --helpers --local 192.168.20.21/24 \"$work/netbios.pcap\" | grep -c 'never matches'; true"
explained 'It meets an expectation of connection #1: udp 192\.168\.20\.0/24\.137 > 192\.168\.20\.21\.137, announced to the netbios-ns helper (broadcast in packet 1)\. The expectation stays, for others' netbios --helpers --local 192.168.20.21/24

# Which expectation a packet meets, and what becomes of it.
cp samples/ftp-passive.pcap "$work/passive.pcap"
expect 0 '^ *10 .*expected by #1 10\.0\.0\.2\.40030 > 10\.0\.0\.21\.21 (ftp: 227 in packet 9) as tcp 10\.0\.0\.2 > 10\.0\.0\.21\.50000$' '*' "$ctreplay" -P --helpers "$work/passive.pcap"
explained 'It meets an expectation of connection #1: tcp 10\.0\.0\.2 > 10\.0\.0\.21\.50000, announced to the ftp helper (227 in packet 9)\. The expectation is used up' passive --helpers
expect 0 '^ *10 .*expected by #1 (ftp 227 in packet 9) as tcp 10\.0\.0\.2 > 10\.0\.0\.21\.50000$' '*' "$ctreplay" --helpers "$work/passive.pcap"
# Also where the packet that used it up is refused.
make_capture wasted << 'END'
set helper=tftp:69
flow t: udp 10.0.0.2:4000 > 10.0.0.69:69
flow d: udp 10.0.0.69:5000 > 10.0.0.2:4000
+0    t > udp data "\x00\x01file\x00octet\x00"
+0.01 d > udp (20) csum bad
END
expect 0 '^ *2 .*INVALID .*; it used up the expectation of #1, udp 10\.0\.0\.69 > 10\.0\.0\.2\.4000' '*' "$ctreplay" --helper tftp:69 --checksums verify "$work/wasted.pcap"
finish
