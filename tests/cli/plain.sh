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

# What the clock does is said where it jumps, on or back by a day or more.
expect 0 '^        \.\.\. the clock goes on by 12 y 249 d before packet 2, to 2038-' '*' "$ctreplay" "$work/years.pcap"
expect 0 '^  capture     3 frames, 12 y 249 d from ' '*' "$ctreplay" "$work/years.pcap"

# on_screen COLUMNS CAPTURE: the plain view as a terminal of so many columns shows it.
on_screen() {
  TERM=xterm NO_COLOR=1 script -qec "stty cols $1 rows 24; \"$ctreplay\" $2 2> \"$work/said\"" /dev/null < /dev/null | tr -d '\r'
}

# A screen that is too narrow: no line is longer than it, words stay whole, and where all a line would go on with is the flow of
# the one above, it does not. What goes elsewhere stays as it is.
for capture in "$work/years.pcap" samples/reset.pcap samples/out-of-window.pcap samples/half-open-flood.pcap; do
  on_screen 80 "$capture" > "$work/screen"
  expect 0 '^0$' '' awk 'length > 80 { n++ } END { print n + 0 }' "$work/screen"
done
# So it is with what is said in sentences and lists, and of states with long names, other families, translations and rules.
head -c 300 samples/half-open-flood.pcap > "$work/cut.pcap"
for words in samples/sctp-association.pcap samples/ipv6.pcap samples/vlan.pcap samples/nat-masquerade.pcap "$work/cut.pcap" \
  '--lines 2 --max 8 samples/half-open-flood.pcap' '--rules samples/rules-order.rules samples/rules-order.pcap' \
  '-P -o timestamp samples/ipv6.pcap' 'explain --packet 6 samples/out-of-window.pcap'; do
  on_screen 80 "$words" > "$work/screen"
  expect 0 '^0$' '' awk 'length > 80 { n++ } END { print n + 0 }' "$work/screen"
  expect 1 '' '' test ! -s "$work/screen"
done
# has LINE...: these lines, one after the other, are on the screen.
has() {
  expect 0 '' '' awk 'BEGIN { n = ARGC - 2; for (i = 1; i <= n; i++) want[i] = ARGV[i + 1]; ARGC = 2 }
    { at = $0 == want[at + 1] ? at + 1 : $0 == want[1]; if (at == n) exit found = 1 } END { exit !found }' "$@"
}
on_screen 80 samples/reset.pcap > "$work/screen"
has "$work/screen" ' packet         time  conn    what     state                      timeout  flow' \
  '      1     0.000000  #1      NEW      SYN_SENT                     120 s' \
  '                              tcp 10.0.0.2.40003 > 10.0.0.22.22' \
  '      2     0.010000  #1      state    SYN_SENT -> SYN_RECV          60 s'
on_screen 200 samples/reset.pcap > "$work/screen"
expect 0 '' '' sh -c "\"$ctreplay\" samples/reset.pcap | cmp - \"$work/screen\""
# Tabs are as wide as a terminal makes them.
on_screen 100 "-E -o timestamp samples/reset.pcap" > "$work/screen"
expect 0 '^0$' '' sh -c "expand '$work/screen' | awk 'length > 100 { n++ } END { print n + 0 }'"
on_screen 80 "-E samples/reset.pcap" > "$work/screen"
has "$work/screen" ' [UPDATE] tcp      6 60 SYN_RECV src=10.0.0.2 dst=10.0.0.22 sport=40003 dport=22' \
  '          src=10.0.0.22 dst=10.0.0.2 sport=22 dport=40003'

# A flood is told, not shown line by line; --lines all shows it. A few lines that are alike are a few lines.
"$ctreplay" samples/half-open-flood.pcap > "$work/screen" 2> /dev/null
has "$work/screen" \
  '      4     0.052000  #3      NEW      SYN_SENT                     120 s  tcp 203.0.113.1.1025 > 10.0.0.80.80' \
  '        ... 58 more like this: NEW tcp to 10.0.0.80.80, the last packet 62 at 0.110000' \
  '     63     0.310000  #1      state    SYN_RECV -> ESTABLISHED   432000 s  tcp 10.0.0.2.40000 > 10.0.0.80.80, assured'
expect 0 '^     62     0\.110000  #61 ' '*' "$ctreplay" --lines all samples/half-open-flood.pcap
make_capture ports << 'END'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80
flow b: tcp 10.0.0.2:40001 > 10.0.0.80:81
flow c: tcp 10.0.0.2:40002 > 10.0.0.80:82
flow d: tcp 10.0.0.2:40003 > 10.0.0.80:83
+0 a > S 0:0(0) win 64240
+0.1 b > S 0:0(0) win 64240
+0.1 c > S 0:0(0) win 64240
+0.1 d > S 0:0(0) win 64240
END
expect 0 '^      4     0\.300000  #4 ' '*' "$ctreplay" "$work/ports.pcap"

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

# Times are UTC, whatever the machine's zone, unless --tz names another: it is that of what is shown and of what is typed; what
# programs read stays.
TZ=Asia/Tokyo expect 0 '^# at 2026-01-05T10:00:05Z, after packet 5$' '' "$ctreplay" -L --at 10:00:05 samples/reset.pcap
expect 0 '^# at 2026-01-05T15:30:05+05:30, after packet 5$' '' "$ctreplay" -L --tz +05:30 --at 15:30:05 samples/reset.pcap
expect 0 '^# at 2026-01-05T15:30:05+05:30, after packet 5$' '' "$ctreplay" -L --at 2026-01-05T11:00:05+01:00 --tz +05:30 samples/reset.pcap
# A time of day before the first packet's is the next day's: that is said where the captures end before.
missed='09:00:00 is the next day.s, as the first packet comes later in the day; the captures end before$'
expect 0 '^# at 2026-01-06T09:00:00Z, after packet 6$' "note: --at: $missed" "$ctreplay" -L --at 09:00 samples/reset.pcap
expect 0 '*' "note: --at: $missed" "$ctreplay" -L --tz +05:30 --at 09:00 samples/reset.pcap
expect 0 '*' '' "$ctreplay" -L --at 11:00 samples/reset.pcap
for option in start end show-from; do
  expect 0 '*' "note: --$option: $missed" "$ctreplay" -P "--$option" 09:00 samples/reset.pcap
done
expect 0 '*' 'note: --start: the captures end before$' "$ctreplay" -P --start +90 samples/reset.pcap
expect 0 ' from 2026-01-05T08:00:00-02:00$' '' "$ctreplay" --tz -02:00 samples/reset.pcap
expect 0 '^packet time                              conn ' '' "$ctreplay" -P -o timestamp --tz -02:00 samples/reset.pcap
expect 0 '^     1 2026-01-05T08:00:00.000000-02:00  #1 ' '' "$ctreplay" -P -o timestamp --tz -02:00 samples/reset.pcap
expect 0 '"time":"2026-01-05T10:00:00Z"' '' "$ctreplay" -P -o json --tz -02:00 samples/reset.pcap
expect 2 '' '--tz Mars: give UTC, local, a name such as Europe/Berlin, or +02:00' "$ctreplay" --tz Mars samples/reset.pcap
expect 2 '' '--tz 5: give ' "$ctreplay" --tz 5 samples/reset.pcap
expect 0 '"time":"2026-01-05T10:00:05Z"' '' "$ctreplay" -L -o json --at +5 --tz +05:30 samples/reset.pcap
# A capture whose link type cannot be decoded was read to its end all the same.
printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\347\3\0\0\1\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0abcd' > "$work/strange.pcap"
expect 3 '(of the others the link type cannot be decoded)' 'link type 999 is not supported' "$ctreplay" -S "$work/strange.pcap"
expect 3 '^Of a part: 0 packets, .*of the others the link type cannot be decoded' '*' "$ctreplay" sweep --max 8,9 "$work/strange.pcap"
finish
