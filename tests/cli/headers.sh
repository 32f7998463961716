#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What tells packets of SCTP, GRE and ESP apart: chunks and tags, keys and call ids, SPIs. -P spells them as tcpdump does.
. "${srcdir:-.}/tests/cli/capture.sh"

# make_capture NAME: the scenario on stdin as $work/NAME.pcap.
make_capture() {
  cat > "$work/$1.ct"
  "$ctreplay" compile "$work/$1.ct" --write "$work/$1.pcap" || exit 99
}

make_capture sctp << 'END'
flow p1: sctp 10.1.0.2:36412 > 10.1.0.5:36412 tags 1111,2222
+0    p1 > sctp: INIT[tag=1111, a_rwnd=65535, os=10, is=10, tsn=1]
+0.02 p1 < sctp: INIT_ACK[tag=2222, a_rwnd=65535, os=10, is=10, tsn=1]
+0.02 p1 > sctp: COOKIE_ECHO[] hex 01020304
+0.02 p1 < sctp: COOKIE_ACK[]
+0.1  p1 > sctp: DATA[tsn=1](40); HEARTBEAT[] hex 0001000c31323a30303a3030
+0.02 p1 < sctp: SACK[cum_tsn=1]
END
P() { expect 0 "$1" '' "$ctreplay" -P "$work/$2.pcap"; }
J() { expect 0 "$1" '' "$ctreplay" -P -o json "$work/$2.pcap"; }
P ': sctp (1) \[INIT\] \[init tag: 1111\] \[rwnd: 65535\] \[OS: 10\] \[MIS: 10\] \[init TSN: 1\], length 52$' sctp
P ': sctp (1) \[COOKIE ECHO\], length' sctp
P ': sctp (1) \[DATA\] (B)(E) \[TSN: 1\] \[SID: 0\] \[SSEQ 0\] \[PPID 0x0\], (2) \[HB REQ\], length' sctp
P ': sctp (1) \[SACK\] \[cum ack 1\] \[a_rwnd 65535\] \[#gap acks 0\] \[#dup tsns 0\], length' sctp
J '"sctp":{"vtag":0,"chunks":\[{"type":1,"name":"INIT","init_tag":1111}\]}' sctp
J '"sctp":{"vtag":2222,"chunks":\[{"type":0,"name":"DATA"},{"type":4,"name":"HB REQ"}\]}' sctp
expect 0 'port 36412, verification tag 0$' '' "$ctreplay" explain --packet 1 "$work/sctp.pcap"
expect 0 'chunks: INIT with initiate tag 1111 (0x00000457), 52 bytes\.' '' "$ctreplay" explain --packet 1 "$work/sctp.pcap"

make_capture tunnels << 'END'
flow a: gre 10.0.0.2 > 203.0.113.47 call 2000,1000
flow g: gre 10.0.0.2 > 203.0.113.48
flow e: proto 50 10.0.0.2 > 203.0.113.49
+0   a > gre1 seq 7 (32)
+0.1 g > gre key 42 seq 5 (4)
+0.1 e > hex "48dac2e4 00000001 61626364"
END
P '203\.0\.113\.47: GREv1, call 2000, seq 7, length 44$' tunnels
P '203\.0\.113\.48: GREv0, key=0x2a, seq 5, length 16$' tunnels
P '203\.0\.113\.49: ESP(spi=0x48dac2e4,seq=0x1), length 12$' tunnels
J '"gre":{"version":1,"protocol":34827,"call":2000,"seq":7}' tunnels
J '"gre":{"version":0,"protocol":2048,"key":42,"seq":5}' tunnels
J '"esp":{"spi":1222296292,"seq":1}' tunnels
expect 0 'version 1, call id 2000, sequence number 7, 64' '' "$ctreplay" explain --packet 1 "$work/tunnels.pcap"
expect 0 'ESP with SPI 0x48dac2e4, sequence number$' '' "$ctreplay" explain --packet 3 "$work/tunnels.pcap"
finish
