#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# -o trace of nftables' rules against what `nft monitor trace` (1.0.6, Linux 6.18.44) printed of the same frames, routed
# by a box with the same rules. Ids are not compared, nor what the box sent itself: there the trace had not been asked for.
. "${srcdir:-.}/tests/cli/capture.sh"
recorded=${srcdir:-.}/tests/cli/nft-trace

for case in walk headers; do
  "$ctreplay" rules --rules "$recorded/$case.json" -o trace --iface lan0 --local 10.1.0.1/24@lan0 --local 10.2.0.1/24@wan0 \
    --local fd01::1/64@lan0 --local fd02::1/64@wan0 --route 10.1.0.0/24=lan0 --route 10.2.0.0/24=wan0 --route fd01::/64=lan0 \
    --route fd02::/64=wan0 "$recorded/$case.pcap" 2> "$work/err" |
    sed 's/^trace id [0-9a-f]* //' | awk '/ packet: /{arrived = / packet: iif /} arrived' > "$work/own"
  expect 0 '' '' diff "$recorded/$case.trace" "$work/own"
done
# The id is the packet's number; iptables' rules beside them keep their own form.
expect 0 '^trace id 00000002 inet t fw rule tcp dport 82 accept comment "hello" (verdict accept)$' '*' \
  "$ctreplay" rules --rules "$recorded/walk.json" -o trace "$recorded/walk.pcap"
printf '*filter\n:FORWARD DROP [0:0]\nCOMMIT\n' > "$work/rules"
expect 0 ' TRACE: filter:FORWARD:policy:1 IN=' '*' \
  "$ctreplay" rules --rules "$recorded/walk.json" --rules "$work/rules" -o trace "$recorded/walk.pcap"
finish
