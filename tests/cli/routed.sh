#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay verify --routed: rules and packets through a routed box of this machine's own kernel. 77 where that cannot be.
. "${srcdir:-.}/tests/cli/capture.sh"
[ -f samples/rules-order.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

# What it refuses needs no kernel.
expect 2 '' 'verify --routed: give --rules FILE' "$ctreplay" verify --routed samples/rules-order.pcap
expect 2 '' 'verify --routed: give --rules FILE, .* no recording' "$ctreplay" verify --routed --rules samples/rules-order.rules --record "$work/r" samples/rules-order.pcap
expect 2 '' 'say where the box of --routed stands' "$ctreplay" verify --local 192.0.2.1/24@lan0 samples/rules-order.pcap
expect 2 '' '--route 192.0.2.0/24: give PREFIX=INTERFACE' "$ctreplay" verify --routed --rules samples/rules-order.rules --route 192.0.2.0/24 samples/rules-order.pcap
expect 2 '' 'the box has two interfaces' "$ctreplay" verify --routed --rules samples/rules-order.rules \
  --route 192.0.2.0/24=a --route 192.0.3.0/24=b --route 192.0.4.0/24=c samples/rules-order.pcap

"$ctreplay" verify --routed --rules samples/rules-order.rules --route 192.0.2.0/24=lan0 samples/rules-order.pcap > "$work/first" 2> "$work/why"
code=$?
if [ "$code" -eq 77 ]; then
  [ "$failures" -eq 0 ] || finish
  echo "skipped: $(cat "$work/why")"
  exit 77
fi
expect 0 '9 packets compared, 2 entries, 6 lines of counters' '' cat "$work/first"
for sample in server limit reject; do
  expect 0 ': equal$' '' "$ctreplay" verify --routed --rules "samples/rules-$sample.rules" --local 192.0.2.80/24@lan0 "samples/rules-$sample.pcap"
done
expect 0 ': equal$' '' "$ctreplay" verify --routed --rules samples/rules-helper-ftp.rules samples/rules-helper-ftp.pcap

# A piece of a datagram reaches no rule before the last has come.
expect 0 'of these [1-9][0-9]* are refused, or held back, before any rule' '' \
  "$ctreplay" verify --routed --rules samples/rules-order.rules samples/fragments6.pcap

# Both languages of nftables, with the table emptied first; IPv6; ports that the kernel draws under translation.
printf 'flush ruleset\ntable inet f {\n set s { type ipv4_addr; elements = { 192.0.2.10 } }\n chain forward {\n  type filter hook forward priority 0; policy drop;\n  ct state established,related counter accept\n  ip saddr @s counter accept\n }\n}\n' > "$work/own.nft"
expect 0 ': equal$' '' "$ctreplay" verify --routed --rules "$work/own.nft" --route 192.0.2.0/24=lan0 samples/rules-order.pcap
printf 'rules\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o wan0 -j SNAT --to-source 203.0.113.1\nCOMMIT\nend\n' > "$work/nat.ct"
sed -n '/^[*]/,/^COMMIT/p' "$work/nat.ct" > "$work/nat"
cat >> "$work/nat.ct" << 'END'
flow one: udp 192.0.2.10:5000 > 198.51.100.53:53
flow two: udp 192.0.2.11:5000 > 198.51.100.53:53
flow six: tcp [fd00::1]:1 > [2001:db8::1]:80
+0 one > udp (30)
+0 two > udp (30)
+0 six > S
END
expect 0 '' '' "$ctreplay" compile "$work/nat.ct" -W "$work/nat.pcap"
expect 0 '3 packets compared, 3 entries' '' "$ctreplay" verify --routed --rules "$work/nat" --route 192.0.2.0/24=lan0 \
  --local 203.0.113.1/32@wan0 "$work/nat.pcap"

# The answer to a packet from the one side is translated, and leaves to the other.
printf '%s\n' '*nat' ':PREROUTING ACCEPT [0:0]' '-A PREROUTING -i lan0 -p tcp --dport 4081 -j DNAT --to-destination 192.0.2.34' COMMIT \
  '*filter' ':FORWARD ACCEPT [0:0]' '-A FORWARD -p tcp --tcp-flags RST RST -j REJECT --reject-with icmp-host-unreachable' COMMIT > "$work/turned"
cat > "$work/turned.ct" << 'END'
flow asked: tcp 192.0.2.197:24393 > 198.51.100.11:4081
+0 asked > S 0:0(0) win 1024
+0.01 asked < R 1:1(0) win 0
END
expect 0 '' '' "$ctreplay" compile "$work/turned.ct" -W "$work/turned.pcap"
expect 0 '^  2 packets compared, 1 entry' '' "$ctreplay" verify --routed --rules "$work/turned" --route 192.0.2.0/24=lan0 \
  --local 198.51.100.1/24@wan0 "$work/turned.pcap"

# A VLAN's interface has a dot in its name.
expect 0 ': equal$' '' "$ctreplay" verify --routed --rules samples/rules-order.rules --route 192.0.2.0/24=eth0.4 samples/rules-order.pcap

# Where kernel and engine toss coins they cannot agree, and it shows.
printf '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m statistic --mode random --probability 0.5 -j DROP\nCOMMIT\n' > "$work/coins"
expect 1 'DIFFERENT' '' "$ctreplay" verify --routed --rules "$work/coins" samples/half-open-flood.pcap
expect 1 'packet [0-9]*: the kernel [a-z]* it, ctreplay [a-z]* it: by filter:FORWARD:' '' "$ctreplay" verify --routed --rules "$work/coins" samples/half-open-flood.pcap
coin='-A FORWARD -m statistic --mode random --probability 0.5'
printf '%s\n' '*filter' ':FORWARD ACCEPT [0:0]' "$coin" "$coin" "$coin" "$coin" "$coin" "$coin" "$coin" "$coin" COMMIT > "$work/count"
expect 1 'counters, the kernel alone: [*]filter [[][0-9]*:[0-9]*\] -A FORWARD' '' \
  "$ctreplay" verify --routed --rules "$work/count" samples/half-open-flood.pcap
printf '%s\n' '*mangle' ':FORWARD ACCEPT [0:0]' "$coin -j CONNMARK --set-mark 7" COMMIT > "$work/marks"
expect 1 'entry, ctreplay alone: ipv4 2 tcp 6 SYN_SENT .* mark=' '' "$ctreplay" verify --routed --rules "$work/marks" samples/half-open-flood.pcap

# Rules that the kernel's own program refuses are told in its words.
printf 'table ip f { chain c { type filter hook nowhere priority 0; } }\n' > "$work/bad.nft"
expect 77 '' 'bad.nft: nft: ' "$ctreplay" verify --routed --rules "$work/bad.nft" samples/rules-order.pcap
finish
