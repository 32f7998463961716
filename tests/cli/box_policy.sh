#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A router with rules of policy routing, in the network namespace that this runs in: box_policy.sh FOLDER GATHER. It is gathered into
# FOLDER/box, then packets of many kinds pass; FOLDER/router.pcap is what came in, FOLDER/live the rules' counters afterwards.
# FOLDER/ready says that all could be set up, FOLDER/lost how many packets tcpdump did not keep.
set -e
work=$1 gather=$2
mount -t tmpfs none /run
mkdir -p /run/netns
for name in inside outside; do
  ip netns add "$name"
  ip -n "$name" link set lo up
done
ip link set lo up
ip link add lan type veth peer name eth0 netns inside
ip link add eth0 type veth peer name up0 netns outside
ip link add eth1 type veth peer name up1 netns outside
for device in lan eth0 eth1; do ip link set "$device" up; done
for device in up0 up1; do ip -n outside link set "$device" up; done
ip -n inside link set eth0 up
ip addr add 10.0.0.1/8 dev lan
ip addr add 192.0.2.1/24 dev eth0
ip addr add 198.51.100.1/24 dev eth1
for address in 10.1.0.7 10.2.0.7; do ip -n inside addr add "$address/8" dev eth0; done
ip -n inside route add default via 10.0.0.1
ip -n outside addr add 192.0.2.254/24 dev up0
ip -n outside addr add 198.51.100.254/24 dev up1
for address in 203.0.113.1 203.0.113.200; do ip -n outside addr add "$address/32" dev lo; done
ip -n outside route add 10.0.0.0/8 via 192.0.2.1
for device in all up0 up1; do ip netns exec outside sysctl -qw "net.ipv4.conf.$device.rp_filter=0"; done
for device in all lan eth0 eth1; do sysctl -qw "net.ipv4.conf.$device.rp_filter=0"; done
sysctl -qw net.ipv4.ip_forward=1
ip route add default via 192.0.2.254 metric 100
ip route add default via 198.51.100.254 metric 200
ip route add default via 198.51.100.254 table 100
ip route add blackhole 203.0.113.200 table 100
ip route add throw 203.0.113.0/24 table 200
ip route add default via 198.51.100.254 table 200
ip rule add pref 10 from 10.2.0.0/16 to 203.0.113.1 dport 90-99 lookup 100
ip rule add pref 11 not fwmark 0x0/0xff lookup 100
ip rule add pref 12 from 10.2.0.7 iif lan ipproto udp sport 7000 lookup 200
ip rule add pref 13 tos 0x10 lookup 100
ip rule add pref 14 to 203.0.113.200 lookup main suppress_prefixlength 0
ip rule add pref 15 to 203.0.113.200 prohibit
iptables-restore << 'EOF'
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p udp -m udp --dport 77 -j MARK --set-xmark 0x100/0xffffffff
-A PREROUTING -p udp -m udp --dport 78 -j MARK --set-xmark 0x105/0xffffffff
COMMIT
*filter
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED
-A FORWARD -o eth0
-A FORWARD -o eth1
-A FORWARD -o lan
-A OUTPUT -o lan -p icmp
COMMIT
EOF
sh "$gather" "$work/box"
tcpdump -Z root -U --immediate-mode -B 65536 -i any -Q in -w "$work/router.pcap" ip > "$work/tcpdump" 2>&1 &
tcpdump=$!
trap 'kill $tcpdump 2> /dev/null || true' EXIT
tries=0
until grep -q listening "$work/tcpdump"; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ]
  sleep 0.05
done
: > "$work/ready"
ip netns exec inside python3 - << 'EOF'
import socket
for source in ('10.1.0.7', '10.2.0.7'):
    for to in ('203.0.113.1', '203.0.113.200', '192.0.2.254', '198.51.100.254'):
        for sport, dport, tos in ((5000, 53, 0), (5001, 77, 0), (5002, 78, 0), (5003, 95, 0), (7000, 53, 0), (5004, 53, 16), (7001, 95, 8)):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
            s.bind((source, sport))
            s.sendto(b'x', (to, dport))
            s.close()
EOF
sleep 0.5
iptables-save -c > "$work/live"
kill "$tcpdump"
wait "$tcpdump" || true
sed -n 's/ packets dropped by kernel//p' "$work/tcpdump" > "$work/lost"
