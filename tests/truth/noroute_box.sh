#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# noroute_box.sh WORK HERE GATHER [0]: a router in this (new) network namespace without a default route, with routes of each
# kind that ends, or a host; what comes into it, captured on the box itself; then what ctreplay-gather takes along, with its
# counters.
set -e
work=$1 here=$2 forwards=${4:-1}
for name in all default; do echo 0 > /proc/sys/net/ipv4/conf/$name/rp_filter; done
for name in all default; do echo 0 > /proc/sys/net/ipv6/conf/$name/accept_dad; done
# Reports of groups, which a host sends as well, are over before anything is counted.
for name in all default; do echo 1 > /proc/sys/net/ipv6/conf/$name/mldv2_unsolicited_report_interval; done
echo "$forwards" > /proc/sys/net/ipv4/ip_forward
echo "$forwards" > /proc/sys/net/ipv6/conf/all/forwarding
ip link set lo up
ip link add name src0 address 02:00:00:00:00:01 type veth peer name in0 address 02:00:00:00:00:02
ip link add name out0 type veth peer name sink0
unshare --net sleep 60 &
far=$!
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.02; done
ip link set src0 netns "$far"
ip link set sink0 netns "$far"
for device in src0 sink0; do
  nsenter --target "$far" --net sh -c "echo 1 > /proc/sys/net/ipv6/conf/$device/disable_ipv6; ip link set $device up"
done
for device in in0 out0; do
  # Nothing of its own: no link-local address, no router solicitation, no group to report.
  ip link set $device addrgenmode none up
done
ip address add 10.1.0.1/24 dev in0
ip address add 10.2.0.1/24 dev out0
ip address add fd01::1/64 dev in0 nodad
ip address add fd02::1/64 dev out0 nodad
# From here on all that is heard is what is sent.
i=2
while [ $i -lt 80 ]; do
  ip neighbour add 10.1.0.$i lladdr 02:00:00:00:00:09 dev in0
  ip neighbour add "fd01::$(printf %x $i)" lladdr 02:00:00:00:00:09 dev in0
  i=$((i + 1))
done
ip neighbour add 10.2.0.2 lladdr 02:00:00:00:00:09 dev out0
ip neighbour add fd02::2 lladdr 02:00:00:00:00:09 dev out0
ip route add unreachable 192.0.2.0/26
ip route add prohibit 192.0.2.64/26
ip route add blackhole 192.0.2.128/26
ip route add throw 192.0.2.192/26
ip route add 192.0.2.32/28 via 10.2.0.2
ip -6 route add unreachable fd0a::/48
ip -6 route add prohibit fd0b::/48
ip -6 route add blackhole fd0c::/48
ip -6 route add throw fd0d::/48
ip -6 route add fd0a:0:0:5::/64 via fd02::2
iptables-restore < "$here/noroute_live.rules"
ip6tables-restore < "$here/noroute_live.rules6"
sleep 0.3
# The box's own reports of its groups may leave before counters are set to 0.
tcpdump --immediate-mode -n -U -i any -w "$work/noroute.pcap" 'not src host ::' > /dev/null 2>&1 &
any=$!
while ! [ -s "$work/noroute.pcap" ]; do sleep 0.05; done
sleep 0.2
iptables -Z
ip6tables -Z
for table in nat mangle; do iptables -t $table -Z; done
nsenter --target "$far" --net python3 "$here/noroute_live.py" src0
sleep 0.3
iptables-save -c > "$work/counters"
ip6tables-save -c >> "$work/counters"
kill "$any"
sh "$3" "$work/box"
# What they had counted is what a replay begins with.
for file in "$work"/box/ip*tables-save; do
  sed 's/^\(:.*\)\[[0-9]*:[0-9]*\]/\1[0:0]/; s/^\[[0-9]*:[0-9]*\] //; /^#/!s/\[[0-9]*:[0-9]*\] -A/-A/' "$file" > "$work/zeroed"
  cat "$work/zeroed" > "$file"
done
grep -E '(ip_forward|[.](force_)?forwarding|[.]route_localnet) =' "$work/box/sysctl" > "$work/zeroed"
cat "$work/zeroed" > "$work/box/sysctl"
rm -f "$work/zeroed" "$work/box/nft.json" "$work/box/meminfo" "$work/box/modules" "$work/box/nf_conntrack" "$work/box/date"
kill "$far"
wait || :
