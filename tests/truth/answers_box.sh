#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# answers_box.sh WORK HERE: a box in this (new) network namespace, with WORK/answers.rules; what comes into it from two
# sides, captured on the box itself with what it makes of that; then its counters and its table.
set -e
work=$1 here=$2
for name in all default; do
  echo 1 > /proc/sys/net/ipv6/conf/$name/disable_ipv6
  echo 0 > /proc/sys/net/ipv4/conf/$name/rp_filter
done
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
ip link set lo up
ip link add name src0 address 02:00:00:00:00:01 type veth peer name in0 address 02:00:00:00:00:02
ip link add name snk0 address 02:00:00:00:00:03 type veth peer name out0 address 02:00:00:00:00:02
ip address add 10.1.0.1/24 dev in0
ip address add 10.2.0.1/24 dev out0
unshare --net sleep 60 &
far=$!
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.02; done
for device in src0 snk0; do
  ip link set $device netns $far
  nsenter --target $far --net sh -c "echo 1 > /proc/sys/net/ipv6/conf/$device/disable_ipv6; ip link set $device up"
done
for device in in0 out0; do ip link set $device up; done
ip neighbour add 10.1.0.2 lladdr 02:00:00:00:00:09 dev in0
ip neighbour add 10.2.0.2 lladdr 02:00:00:00:00:09 dev out0
iptables-restore < "$work/answers.rules"
tcpdump --immediate-mode -n -U -i any -w "$work/answers.pcap" > /dev/null 2>&1 &
any=$!
tcpdump --immediate-mode -n -U -i in0 -w "$work/answers-in0.pcap" > /dev/null 2>&1 &
in0=$!
# Both have begun where both have written their headers.
while ! { [ -s "$work/answers.pcap" ] && [ -s "$work/answers-in0.pcap" ]; }; do sleep 0.05; done
sleep 0.2
nsenter --target $far --net python3 "$here/answers_live.py" src0 snk0
sleep 0.3
kill "$any" "$in0" "$far"
wait || :
iptables-save -c > "$work/answers.counters"
conntrack -L > "$work/answers.table" 2> /dev/null
