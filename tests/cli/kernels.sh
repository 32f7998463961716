#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels by name: profiles, aliases, releases, mistyped ones; what a kernel has not; what two have differently.
. "${srcdir:-.}/tests/cli/capture.sh"

for pair in 5.15.0-91-generic:linux-5.15 4.18.0-553.el8.x86_64:rhel-8 3.10.0-1160.el7.x86_64:rhel-7 6.1.0-18-amd64:linux-6.1 \
  debian-12:linux-6.1 ubuntu-22.04:linux-5.15 6.12:linux-6.12; do
  expect 0 '*' "note: ${pair%%:*} is ${pair#*:}\$" "$ctreplay" list sysctls --profile "${pair%%:*}"
done
# Never read: said.
expect 0 '*' 'note: rhel-9 is linux-6.6: its kernel was never read' "$ctreplay" list sysctls --profile rhel-9
expect 0 '*' 'note: 6.7.4 is linux-6.6: that series was never read' "$ctreplay" list sysctls --profile 6.7.4
expect 2 '' 'debain-12: no such profile; did you mean debian-12' "$ctreplay" list sysctls --profile debain-12
expect 2 '' 'linux-3.11: no such profile; did you mean linux-3.10' "$ctreplay" list sysctls --profile linux-3.11
expect 2 '' 'xyz: no such profile; see ctreplay list profiles' "$ctreplay" list sysctls --profile xyz

expect 0 'linux-5.4 .*compared with recordings' '' "$ctreplay" list profiles
expect 0 'rhel-8 .*nothing recorded' '' "$ctreplay" list profiles

# A sysctl that this kernel has not, but others.
expect 2 '' 'linux-6.18 has no sysctl nf_conntrack_dccp_loose; linux-6.12, .* have it' \
  "$ctreplay" list sysctls --sysctl nf_conntrack_dccp_loose=0
expect 2 '' 'linux-4.19 has no sysctl nf_conntrack_gre_timeout; ' "$ctreplay" list sysctls --profile 4.19 --sysctl nf_conntrack_gre_timeout=1
expect 0 'nf_conntrack_udplite_timeout  *30 s' '' "$ctreplay" list sysctls --profile linux-3.10

# In words.
expect 0 'K1.6 .*INVALID' '' "$ctreplay" list changes linux-5.15 linux-6.1
expect 0 'nf_conntrack_udp_timeout_stream  *180 -> 120 s' '' "$ctreplay" list changes rhel-7 linux-6.18
expect 0 'No rule differs' '*' "$ctreplay" list changes 6.1 linux-6.1
expect 2 '' 'give two kernels' "$ctreplay" list changes rhel-7
expect 2 '' 'ip_conntrack' "$ctreplay" list changes linux-2.6 linux-6.18

# diff tells by which rule.
expect 1 '1  linux-5.15: A segment that is older.*(K1.4)' '' "$ctreplay" diff --profile linux-5.15 --profile linux-6.1 samples/out-of-window.pcap
finish
