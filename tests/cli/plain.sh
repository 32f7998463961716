#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the plain view says of packets: columns that never touch and fit a terminal, and of a refused packet what its own headers
# say.
. "${srcdir:-.}/tests/cli/capture.sh"

# make_capture NAME: the scenario on stdin as $work/NAME.pcap.
make_capture() {
  cat > "$work/$1.ct"
  "$ctreplay" compile "$work/$1.ct" --write "$work/$1.pcap" || exit 99
}

# Years between packets, and a table whose columns are as wide as what is in them.
make_capture years << 'END'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
flow assoc: sctp 10.0.0.2:1000 > 10.0.0.80:2000
+0 a > S 0:0(0) win 64240
+400000000 a > S 0:0(0) win 64240
+0.01 assoc > sctp: SHUTDOWN_ACK[] vtag 5
END
expect 0 '^      2 400000000\.000000  #2 ' '*' "$ctreplay" "$work/years.pcap"
expect 0 '^     2 400000000\.000000  #2 ' '*' "$ctreplay" -P "$work/years.pcap"
expect 0 '^  #3    3 s  SHUTDOWN_ACK_SENT  sctp 10\.0\.0\.2\.1000 > 10\.0\.0\.80\.2000 *  1+0 packets' '*' "$ctreplay" "$work/years.pcap"
expect 0 '^0$' '' sh -c "\"$ctreplay\" samples/handshake-and-close.pcap | grep -v '^ *[0-9-]* *[0-9]*\.[0-9]*  #' | awk 'length > 80 { n++ } END { print n + 0 }'"

# ICMP is told as it was sent, refused or not, and an error with what it is about.
make_capture icmp << 'END'
flow p: icmp 10.0.0.2 > 10.0.0.80 id 77
flow u: udp 10.0.0.2:0 > 10.0.0.80:53
flow six: icmp fe80::1 > 2001:db8::2
hold ping: p > echo request (8)
hold pong: p < echo reply (8)
hold query: u > udp (20)
hold syn: six > echo request
+0   p > echo request (8) csum bad
+0.1 p < icmp unreachable host about ping
+0.1 p > icmp unreachable host about pong
+0.1 u < icmp unreachable port about query
+0.1 six > type 135 code 0
+0.1 six > type 137 code 0 ttl 3
+0.1 send query
+0.1 u < icmp unreachable port about query
END
expect 0 '^ *1 .* icmp 10\.0\.0\.2 > 10\.0\.0\.80 echo request id 77: the ICMP checksum is wrong' '*' "$ctreplay" "$work/icmp.pcap"
expect 0 '^ *2 .* icmp 10\.0\.0\.80 > 10\.0\.0\.2 unreachable code 1 about icmp 10\.0\.0\.2 > 10\.0\.0\.80 type 8 id 77: ' '*' "$ctreplay" "$work/icmp.pcap"
expect 0 '^ *3 .* icmp 10\.0\.0\.2 > 10\.0\.0\.80 unreachable code 1 about icmp 10\.0\.0\.80 > 10\.0\.0\.2 type 0 id 77: ' '*' "$ctreplay" "$work/icmp.pcap"
expect 0 '^ *4 .* icmp 10\.0\.0\.80 > 10\.0\.0\.2 unreachable code 3 about udp 10\.0\.0\.2\.0 > 10\.0\.0\.80\.53: ' '*' "$ctreplay" "$work/icmp.pcap"
expect 0 '^ *6 .* icmpv6 fe80::1 > 2001:db8::2 redirect: ' '*' "$ctreplay" "$work/icmp.pcap"
expect 0 '^ *8 .*RELATED .* udp 10\.0\.0\.2\.0 > 10\.0\.0\.80\.53: an ICMP error about a connection: icmp 10\.0\.0\.80 > 10\.0\.0\.2 unreachable code 3$' '*' "$ctreplay" "$work/icmp.pcap"
expect 0 '^ *4 .*: ICMP unreachable code 3 about udp 10\.0\.0\.2\.0 > 10\.0\.0\.80\.53, length ' '*' "$ctreplay" -P "$work/icmp.pcap"
expect 0 '^ *5 .*: ICMP6 neighbour solicitation, length ' '*' "$ctreplay" -P "$work/icmp.pcap"
finish
