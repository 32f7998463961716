#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay diff: equal runs, two settings, two profiles, two captures, two saved outputs.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/a.pcap"
{ pcap_head; pcap_query; pcap_syn; } > "$work/b.pcap"
{ pcap_head; pcap_query; } > "$work/short.pcap"

expect 0 '3 packets compared: no difference' '' "$ctreplay" diff "$work/a.pcap" "$work/a.pcap"
expect 0 'no difference' '' "$ctreplay" diff "$work/a.pcap"
expect 1 '2 differ, the first is number 1 (2 timeout)' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 1 '^A .* 30 ' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 1 '^B .* 60 ' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 0 'no difference' '' "$ctreplay" diff --profile linux-6.18 --profile linux-6.18 "$work/a.pcap"
expect 1 'drop  *A 1  B 0' '' "$ctreplay" diff --max 1,2 "$work/a.pcap"
expect 1 'captures themselves differ' '' "$ctreplay" diff "$work/a.pcap" "$work/b.pcap"
expect 1 'second capture ends here' '' "$ctreplay" diff "$work/a.pcap" "$work/short.pcap"
expect 3 '*' 'cannot be opened' "$ctreplay" diff "$work/a.pcap" "$work/missing.pcap"
expect 2 '' 'two captures' "$ctreplay" diff
expect 2 '' 'list profiles' "$ctreplay" diff --profile linux-6.18 --profile nonsense "$work/a.pcap"

"$ctreplay" -P -o json "$work/a.pcap" > "$work/a.json"
"$ctreplay" -P -o json --sysctl nf_conntrack_udp_timeout=60 "$work/a.pcap" > "$work/b.json"
head -n 1 "$work/a.json" > "$work/short.json"
echo '{"broken' > "$work/broken.json"
expect 0 '3 lines compared, 0 differ' '' "$ctreplay" diff "$work/a.json" "$work/a.json"
expect 1 'entry.timeout  *A 30  B 60' '' "$ctreplay" diff "$work/a.json" "$work/b.json"
expect 1 'goes on after' '' "$ctreplay" diff "$work/a.json" "$work/short.json"
expect 3 '*' 'broken.json:1' "$ctreplay" diff "$work/a.json" "$work/broken.json"
finish
