#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a capture does not say of itself: translated copies, a capture merged with itself, SYNs that nobody answered.
. "${srcdir:-.}/tests/cli/capture.sh"
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

# A router that translates, seen on both sides: each packet twice, with another source, and so is each answer.
{
  cat <<'CT'
flow i: tcp 192.168.10.2:40000 > 198.51.100.2:80 isn 1000,5000
flow o: tcp 198.51.100.1:40000 > 198.51.100.2:80 isn 1000,5000
+0 i > S 0:0(0) win 64240
+0.0001 o > S 0:0(0) win 64240
+0.01 o < S. 0:0(0) ack 1 win 65160
+0.0001 i < S. 0:0(0) ack 1 win 65160
CT
  for n in 1 101 201 301 401; do
    echo "+0.01 i > P. $n:$((n + 100))(100) ack 1 win 502"
    echo "+0.0001 o > P. $n:$((n + 100))(100) ack 1 win 502"
    echo "+0.01 o < . 1:1(0) ack $((n + 100)) win 502"
    echo "+0.0001 i < . 1:1(0) ack $((n + 100)) win 502"
  done
} > "$work/nat.ct"
"$ctreplay" compile "$work/nat.ct" -W "$work/nat.pcap"
expect 0 '*' '11 of 22 packets are here again with another address, .* before and after NAT. .* Give --interface IF, the one inside' "$ctreplay" "$work/nat.pcap"
grep ' i ' "$work/nat.ct" | sed '1i flow i: tcp 192.168.10.2:40000 > 198.51.100.2:80 isn 1000,5000' > "$work/inside.ct"
"$ctreplay" compile "$work/inside.ct" -W "$work/inside.pcap"
expect 0 '*' '' "$ctreplay" "$work/inside.pcap"

# One wire, captured twice.
expect 0 '*' 'packets are here again just as they were' "$ctreplay" --merge "$work/inside.pcap" "$work/inside.pcap"

# A scan.
for port in $(seq 1 40); do
  echo "flow f$port: tcp 203.0.113.66:20000 > 10.0.0.80:$port"
done > "$work/scan.ct"
for port in $(seq 1 40); do echo "+0.001 f$port > S 0:0(0) win 1024"; done >> "$work/scan.ct"
"$ctreplay" compile "$work/scan.ct" -W "$work/scan.pcap"
expect 0 '*' '40 of 40 TCP conversations are SYNs that nobody answered; where rules drop them, a kernel has no entry' "$ctreplay" "$work/scan.pcap"
finish
