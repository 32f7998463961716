#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A masquerading router with a client and a server, in the network namespace that this runs in:
# box_router.sh FOLDER GATHER CONNECTIONS. What is captured goes to FOLDER/router.pcap. Some connections begin before the capture.
# While traffic pauses the router is gathered: into FOLDER/start after those, and into FOLDER/end when all is done. Then it forgets
# some connections that it does not translate and loads them again, from FOLDER/again at the moment FOLDER/again.at; they go on, and
# FOLDER/small and packed.tar.gz are gathered with busybox's tools at the end, too, the first of them renamed. FOLDER/after.list and FOLDER/after.at are what there is then. FOLDER/ready says that all could be set up, FOLDER/lost how many packets
# tcpdump did not keep.
set -e
work=$1 gather=$2 connections=$3
here=$(dirname "$0")
mount -t tmpfs none /run
mkdir -p /run/netns
for name in client server; do
  ip netns add "$name"
  ip -n "$name" link set lo up
done
ip link set lo up
ip link add inside type veth peer name eth0 netns client
ip link add outside type veth peer name eth0 netns server
ip addr add 192.0.2.1/24 dev inside
ip addr add 198.51.100.1/24 dev outside
ip -n client addr add 192.0.2.10/24 dev eth0
ip -n server addr add 198.51.100.80/24 dev eth0
for device in inside outside; do ip link set "$device" up; done
for name in client server; do ip -n "$name" link set eth0 up; done
ip -n server addr add 198.51.100.81/24 dev eth0
ip -n client route add default via 192.0.2.1
ip -n server route add default via 198.51.100.1
# Segments as they are on a wire.
if command -v ethtool > /dev/null; then
  for device in inside outside; do ethtool -K "$device" gro off gso off tso off tx off > /dev/null 2>&1 || true; done
  for name in client server; do ip netns exec "$name" ethtool -K eth0 gro off gso off tso off tx off > /dev/null 2>&1 || true; done
fi
ip netns exec client sysctl -qw net.ipv4.ip_local_port_range='10000 65000'
sysctl -qw net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1 \
  net.netfilter.nf_conntrack_tcp_timeout_established=3600
iptables-restore << 'EOF'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -i inside -p tcp -m tcp --dport 21 -j CT --helper ftp
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING ! -d 198.51.100.81/32 -o outside -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i inside -p tcp -m multiport --dports 21,80,8000:8100 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -i inside -p udp -m udp --dport 53 -j ACCEPT
-A FORWARD -i inside -p icmp -j ACCEPT
COMMIT
EOF
started=''
leave() {
  # shellcheck disable=SC2086 # numbers
  kill $started 2> /dev/null || true
}
trap leave EXIT
# until_there SECONDS COMMAND...: waits no longer, nor for who has ended.
until_there() {
  tries=$(($1 * 20))
  shift
  until "$@"; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ] || ! kill -0 "${client:-$server}"; then
      echo "it did not come: $*"
      exit 1
    fi
    sleep 0.05
  done
}
# quickly FILE COMMAND: the moment before it goes into FILE; again where it took longer than a moment does, as on a busy machine.
quickly() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    began=$(date +%s%N)
    date +%s.%N > "$1"
    "$2"
    [ $(($(date +%s%N) - began)) -gt 300000000 ] || return 0
  done
}
listens() { grep -q ':0050 ' "/proc/$1/net/tcp" && grep -q ':0015 ' "/proc/$1/net/tcp" && grep -q ':0035 ' "/proc/$1/net/udp"; }

ip netns exec server python3 "$here/box_traffic.py" server &
server=$!
started="$started $server"
until_there 60 listens "$server"
ip netns exec client python3 "$here/box_traffic.py" client "$work" "$connections" &
client=$!
started="$started $client"
: > "$work/ready"
: > "$work/before"
until_there 60 [ -e "$work/before.done" ]
tcpdump -Z root -U --immediate-mode -s 4096 -B 65536 -i any -Q in -w "$work/router.pcap" ip > "$work/tcpdump" 2>&1 &
tcpdump=$!
started="$started $tcpdump"
until_there 60 grep -q listening "$work/tcpdump"
sh "$gather" "$work/start"
: > "$work/main"
until_there 300 [ -e "$work/main.done" ]
sh "$gather" "$work/end"
# The same with a small box's tools, which know less.
if command -v busybox > /dev/null; then
  mkdir "$work/applets"
  busybox --install -s "$work/applets"
  PATH=$work/applets:$PATH busybox sh "$gather" --redact small "$work/small"
  PATH=$work/applets:$PATH busybox sh "$gather" "$work/packed.tar.gz"
fi
: > "$work/plain"
until_there 60 [ -e "$work/plain.done" ]
conntrack -L -d 198.51.100.81 -o save > "$work/again"
again() { conntrack -D -d 198.51.100.81 > /dev/null && conntrack -R "$work/again"; }
quickly "$work/again.at" again
: > "$work/after"
until_there 60 [ -e "$work/after.done" ]
after() { conntrack -L -d 198.51.100.81 > "$work/after.list"; }
quickly "$work/after.at" after
sleep 0.2
kill "$tcpdump"
wait "$tcpdump" || true
sed -n 's/ packets dropped by kernel//p' "$work/tcpdump" > "$work/lost"
