#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels by name: profiles, aliases, releases, mistyped ones; what a kernel has not; what two have differently.
. "${srcdir:-.}/tests/cli/capture.sh"

for pair in 5.15.0-91-generic:linux-5.15 4.18.0-240.el8.x86_64:rhel-8 3.10.0-1160.el7.x86_64:rhel-7 6.1.0-18-amd64:linux-6.1 \
  debian-12:linux-6.1 ubuntu-22.04:linux-5.15 6.12:linux-6.12; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}\$" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
for pair in rocky-8.3:rhel-8 centos-7:rhel-7 ubuntu-22.04.3:linux-5.15 debian-12.5:linux-6.1; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}\$" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
# Kernels that others build for Red Hat's systems are what their version says.
for pair in 5.15.0-206.153.7.el8uek.x86_64:linux-5.15 5.4.17-2136.el7uek.x86_64:linux-5.4 6.12.9-1.el9.elrepo.x86_64:linux-6.12; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
# 4.9 brought the lazy expiry of 4.19, so the kernels between are nearer to it than to what came before.
for name in 4.9 4.9.0-19-amd64 4.14 4.15.0-213-generic 4.18; do
  expect 0 '*' "note: $name is linux-4.19: 4.9 to 4.18 were never read; 4.19 is the nearest" "$ctreplay" list sysctls --profile "$name"
done
# By whatever name, RHEL 9.0 and 9.1 are one kernel, later ones another.
for name in rhel-9.0 rocky-9.1 5.14.0-70.el9 5.14.0-162.6.1.el9_1.x86_64; do
  expect 0 '*' "note: $name is linux-5.15: its kernel was never read" "$ctreplay" list sysctls --profile "$name"
done
for name in rhel-9 rhel-9.4 alma-9 centos-stream-9 5.14.0-427.13.1.el9_4.x86_64; do
  expect 0 '*' "note: $name is linux-6.6: its kernel was never read" "$ctreplay" list sysctls --profile "$name"
done
expect 0 '*' 'note: alma-8.6 is rhel-8: its kernel was read at 8.3' "$ctreplay" list sysctls --profile alma-8.6
expect 0 '*' 'note: 6.12.0-55.el10_0.x86_64 is linux-6.12: its kernel was never read' "$ctreplay" list sysctls --profile 6.12.0-55.el10_0.x86_64
for name in 4.18.0-553.el8.x86_64 4.18.0-553.el8_10 4.18.0-80.el8; do
  expect 0 '*' "note: $name is rhel-8: its kernel was read at 8.3" "$ctreplay" list sysctls --profile "$name"
done
expect 2 '' 'rocky-5: no such profile' "$ctreplay" list sysctls --profile rocky-5
# Between the series that were read the nearest is not always the one before: what each brought first says it.
for pair in 2.6.32-754.el6.x86_64:linux-3.10 rhel-6:linux-3.10 3.2.0-6-amd64:linux-3.10 4.4.0-210-generic:rhel-7 3.18.140+:rhel-7 \
  ubuntu-16.04:rhel-7 ubuntu-18.04:linux-4.19 debian-9.13:linux-4.19 5.0.0-32-generic:linux-5.4 5.3.18-150300.59.106-default:linux-5.4 \
  5.14.21-150500.55.7-default:linux-5.15; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}: .* never read" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
expect 0 '*' 'note: 3.16.0-4-amd64 is linux-3.10: that series was never read' "$ctreplay" list sysctls --profile 3.16.0-4-amd64
expect 0 '*' 'note: 2.6.18-398.el5 is linux-2.6$' "$ctreplay" list sysctls --profile 2.6.18-398.el5
# What distributions and clouds hang on says nothing of the rules.
for pair in 6.8.0-45-generic:linux-6.8 5.15.0-1053-azure:linux-5.15 6.1.0-18-cloud-amd64:linux-6.1; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}\$" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
# Never read: said.
for pair in 6.12.25+rpt-rpi-2712:linux-6.12 6.8.12-4-pve:linux-6.8 5.10.205-195.807.amzn2.x86_64:linux-5.10 \
  6.6.36.6-microsoft-standard-WSL2:linux-6.6; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}: its rules are those of ${pair#*:linux-}\\.[0-9]" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
# A sublevel is not its series: which one's rules were read is said, also beside what they say.
for name in 6.12.41 6.12.41-amd64 6.12.100; do
  expect 0 '*' "note: $name is linux-6.12: its rules are those of 6.12.94: what updates of the series changed between" "$ctreplay" list sysctls --profile "$name"
done
expect 0 '*' 'note: 6.12.94 is linux-6.12$' "$ctreplay" list sysctls --profile 6.12.94
expect 0 '*' 'note: 6.12 is linux-6.12$' "$ctreplay" list sysctls --profile 6.12
pcap_whole > "$work/cap"
expect 0 '^  *its rules are those of 6.12.94: what updates' '*' "$ctreplay" --profile 6.12.41 "$work/cap"
expect 0 '^  *its kernel was read at 8.3; later ones took over more$' '' "$ctreplay" --profile rhel-8 "$work/cap"
expect 0 '^  *its kernel was never read; it is of 6.12$' '*' "$ctreplay" --profile rhel-10 "$work/cap"
expect 0 '*' 'note: rhel-9 is linux-6.6: its kernel was never read' "$ctreplay" list sysctls --profile rhel-9
expect 0 '*' 'note: 6.7.4 is linux-6.6: that series was never read' "$ctreplay" list sysctls --profile 6.7.4
expect 2 '' 'debain-12: no such profile; did you mean debian-12' "$ctreplay" list sysctls --profile debain-12
expect 2 '' 'linux-3.11: no such profile; did you mean linux-3.10' "$ctreplay" list sysctls --profile linux-3.11
expect 2 '' 'xyz: no such profile; see ctreplay list profiles' "$ctreplay" list sysctls --profile xyz

expect 2 '' '6.x: no such profile; did you mean 6.1' "$ctreplay" list sysctls --profile 6.x
expect 3 '' 'changes: no such file; did you mean list changes?' "$ctreplay" changes rhel-7 linux-6.18
expect 2 '' 'list sysctl: did you mean sysctls? There are formats, .*, changes$' "$ctreplay" list sysctl
expect 2 '' 'list chnages: did you mean changes?' "$ctreplay" list chnages linux-5.4 linux-6.1
expect 2 '' 'list: give one of formats, .*, changes$' "$ctreplay" list everything

expect 0 'linux-5.4 .*compared with recordings' '' "$ctreplay" list profiles
expect 0 'linux-3.10 .*rests on the spec, nothing recorded' '' "$ctreplay" list profiles
expect 0 'rhel-8 .*nothing recorded' '' "$ctreplay" list profiles

# A sysctl that this kernel has not, but others.
expect 2 '' 'linux-6.18 has no sysctl nf_conntrack_dccp_loose; linux-6.12, .* have it' \
  "$ctreplay" list sysctls --sysctl nf_conntrack_dccp_loose=0
expect 2 '' 'linux-4.19 has no sysctl nf_conntrack_gre_timeout; ' "$ctreplay" list sysctls --profile 4.19 --sysctl nf_conntrack_gre_timeout=1
expect 2 '' 'linux-6.1 has no sysctl nf_conntrack_helper; linux-5.15, .*, linux-3.10 have it' \
  "$ctreplay" list sysctls --profile linux-6.1 --sysctl nf_conntrack_helper=1
expect 2 '' 'linux-4.19 has no sysctl nf_conntrack_events_retry_timeout; rhel-7, linux-3.10 have it' \
  "$ctreplay" list sysctls --profile linux-4.19 --sysctl nf_conntrack_events_retry_timeout=1
expect 2 '' 'linux-5.4 has no sysctl nf_flowtable_tcp_timeout; ' "$ctreplay" list sysctls --profile linux-5.4 --sysctl nf_flowtable_tcp_timeout=1
# nf_conntrack_helper does what --helpers does.
expect 0 '2' '' "$ctreplay" -C --profile linux-5.4 --sysctl nf_conntrack_helper=1 samples/ftp-passive.pcap
expect 0 'RELATED' '' "$ctreplay" -P --profile linux-5.4 --sysctl nf_conntrack_helper=1 samples/ftp-passive.pcap
expect 0 '*' 'without the helper: 1 of ftp' "$ctreplay" -P --class RELATED --profile linux-3.10 --sysctl nf_conntrack_helper=0 samples/ftp-passive.pcap
expect 0 'nf_conntrack_udplite_timeout  *30 s' '''' "$ctreplay" list sysctls --profile linux-3.10

# In words.
expect 0 'K1.6 .*INVALID' '' "$ctreplay" list changes linux-5.15 linux-6.1
expect 0 'nf_conntrack_udp_timeout_stream  *180 -> 120 s' '' "$ctreplay" list changes rhel-7 linux-6.18
expect 0 'No rule differs' '*' "$ctreplay" list changes 6.1 linux-6.1
expect 2 '' 'give two kernels' "$ctreplay" list changes rhel-7
# What no replay depends on; helpers first, as they are missed first; what is ours has no place there.
"$ctreplay" list changes rhel-7 linux-6.18 > "$work/changes"
expect 0 '^Helpers$' '' sed -n 3p "$work/changes"
expect 0 'K5 .*Connections are tracked as soon as' '' cat "$work/changes"
expect 0 'K11 .*/proc/net/ip_conntrack, .* are there beside' '' cat "$work/changes"
expect 0 'K12 .*nf_conntrack_buckets is read-only' '' cat "$work/changes"
expect 0 'K2 .*GRE is INVALID while the module' '' cat "$work/changes"
expect 0 'names another namespace than the first' '' "$ctreplay" list changes linux-6.12 linux-6.18
expect 1 '' '' grep -e '--helpers' -e 'accepted and without effect' "$work/changes"
# ip_conntrack's kernels, in two steps, and back.
expect 0 '^From linux-2.6 .* to linux-3.10' '' "$ctreplay" list changes linux-2.6 linux-6.18
expect 0 '^From linux-3.10 .* to linux-6.18' '' "$ctreplay" list changes linux-2.6 linux-6.18
expect 0 'linux-2.4 *IPv6 is not tracked' '' "$ctreplay" list changes linux-2.4 linux-3.10
expect 0 'linux-2.6 *TCP is held to its windows' '' "$ctreplay" list changes linux-2.4 linux-2.6
expect 0 '^From linux-3.10 .* to linux-2.4' '' "$ctreplay" list changes linux-6.1 linux-2.4

# diff tells by which rule.
expect 1 '1  linux-5.15: A segment that is older.*(K1.4)' '' "$ctreplay" diff --profile linux-5.15 --profile linux-6.1 samples/out-of-window.pcap
# A reset is judged by the state that it meets (K1.16), and by a SYN before it (K1.17), not by one reason for both.
cat > "$work/resets.ct" <<'END'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
flow b: tcp 10.0.0.3:40000 > 10.0.0.80:80 isn 1000,5000
+0 a > S 0:0(0) win 64240
+0.01 a < S. 0:0(0) ack 1 win 65160
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a > F. 1:1(0) ack 1 win 502
+0.01 a < R 900001:900001(0) win 0
+1 b > S 0:0(0) win 64240
+0.01 b < S. 0:0(0) ack 1 win 65160
+0.01 b > . 1:1(0) ack 1 win 502
+0.01 b < . 1:1001(1000) ack 1 win 502
+0.01 b > . 1:1(0) ack 1001 win 502
+0.01 b > S 7000:7000(0) win 64240
+0.01 b < R 5:5(0) win 0
END
"$ctreplay" compile "$work/resets.ct" -W "$work/resets.pcap" || exit 99
"$ctreplay" diff --profile linux-5.10 --profile linux-5.15 "$work/resets.pcap" > "$work/resets"
expect 0 '^  1  linux-5.10: A RST on a connection that is closing.*(K1.16)$' '' cat "$work/resets"
expect 0 '^  1  linux-5.10: After a SYN was let through.*(K1.17)$' '' cat "$work/resets"
expect 1 '"type":"rule","packets":1,"rules":\[{"rule":"K1.16","switch":"tcp_rst_unchecked_when_closing"}\],"undoes":true' '' \
  "$ctreplay" diff -o json --profile linux-5.10 --profile linux-5.15 "$work/resets.pcap"
# By which rule is found by undoing it. rule COUNT RULE CAPTURE A B OPTIONS...: so many packets are that rule's alone.
rule() {
  count=$1 name=$2 capture=$3 a=$4 b=$5
  shift 5
  "$ctreplay" diff --lines 0 --profile "$a" --profile "$b" "$@" "$capture" > "$work/by" 2> "$work/said"
  expect 0 "^  $count  $a: .*; $b: .*($name)\$" '' cat "$work/by"
}
rule 14 K7 samples/ftp-passive.pcap rhel-7 linux-4.19
rule 4 K13 samples/overlapping-fragments.pcap linux-3.10 rhel-7
rule 39 K6 samples/half-open-flood.pcap linux-3.10 linux-6.18 --max 8
# Sizes follow the rule that is undone.
rule 8 K6 samples/half-open-flood.pcap rhel-8 linux-6.12 --max 32
rule 1 K1.4 samples/out-of-window.pcap linux-5.15 linux-6.18
# What is set for both is no rule's.
"$ctreplay" diff --lines 0 --profile linux-5.15 --profile linux-6.18 --sysctl nf_conntrack_tcp_timeout_established=100,200 \
  samples/out-of-window.pcap > "$work/by"
expect 0 '^  5  by none of them alone' '' cat "$work/by"
# What took two rules is told as such; two captures through pipes are read once.
"$ctreplay" diff --lines 0 --profile rhel-7 --profile rhel-8 samples/udp-stream.pcap > "$work/by"
expect 0 '^  1  by several rules at once: K2 udp_stream_two_seconds, K6 refresh_skips_a_second$' '' cat "$work/by"
mkfifo "$work/a" "$work/b"
cat samples/out-of-window.pcap > "$work/a" &
cat samples/out-of-window.pcap > "$work/b" &
"$ctreplay" diff --lines 0 --profile linux-5.15 --profile linux-6.18 "$work/a" "$work/b" > "$work/by"
expect 0 '1 differ' '' cat "$work/by"
expect 1 '' '' grep 'by the rules' "$work/by"
finish
