#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A masquerading router with a client and a server, in the network namespace that this runs in: box_router.sh FOLDER GATHER. What is
# captured goes to FOLDER/router.pcap, and what is gathered at the end, while traffic pauses, to FOLDER/end.
set -e
work=$1 gather=$2
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
ip -n client route add default via 192.0.2.1
# Segments as they are on a wire.
if command -v ethtool > /dev/null; then
  for device in inside outside; do ethtool -K "$device" gro off gso off tso off tx off > /dev/null 2>&1 || true; done
  for name in client server; do ip netns exec "$name" ethtool -K eth0 gro off gso off tso off tx off > /dev/null 2>&1 || true; done
fi
sysctl -qw net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1 \
  net.netfilter.nf_conntrack_tcp_timeout_established=3600
iptables-restore << 'EOF'
*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o outside -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i inside -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -i inside -p udp -m udp --dport 53 -j ACCEPT
-A FORWARD -i inside -p icmp -j ACCEPT
COMMIT
EOF
tcpdump -Z root -U --immediate-mode -s 4096 -B 16384 -i any -Q in -w "$work/router.pcap" ip > "$work/tcpdump" 2>&1 &
tcpdump=$!
ip netns exec server python3 - << 'EOF' &
import socket, threading
def serve(c):
    asked = c.recv(4096)
    c.sendall(b"x" * 3000)
    if asked == b"stay": c.recv(1)
    c.close()
def tcp():
    s = socket.socket(); s.bind(("198.51.100.80", 80)); s.listen(64)
    while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
threading.Thread(target=tcp, daemon=True).start()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("198.51.100.80", 53))
while True:
    asked, who = u.recvfrom(2000); u.sendto(asked, who)
EOF
server=$!
until grep -q listening "$work/tcpdump"; do sleep 0.05; done
until ip netns exec server sh -c 'grep -q :0050 /proc/net/tcp && grep -q :0035 /proc/net/udp'; do sleep 0.05; done
ip netns exec client python3 - "$work/done" << 'EOF' &
import socket, struct, sys, time
stay = []
for i in range(3):
    s = socket.create_connection(("198.51.100.80", 80)); s.send(b"stay"); got = 0
    while got < 3000: got += len(s.recv(4000))
    stay.append(s)
for i in range(10):
    s = socket.create_connection(("198.51.100.80", 80)); s.send(b"GET")
    while s.recv(4000): pass
    s.close()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.settimeout(2)
for i in range(3):
    u.sendto(b"q", ("198.51.100.80", 53)); u.recv(100)
p = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP); p.settimeout(2)
for n in range(2):
    e = struct.pack("!BBHHH", 8, 0, 0, 77, n); t = sum(struct.unpack("!4H", e)); t = (t & 65535) + (t >> 16)
    p.sendto(e[:2] + struct.pack("!H", 65535 - t) + e[4:], ("198.51.100.80", 0)); p.recv(100)
scan = []
for port in list(range(20, 30)):
    s = socket.socket(); s.setblocking(False); scan.append(s)
    try: s.connect(("198.51.100.80", port))
    except BlockingIOError: pass
time.sleep(0.3)
for s in scan: s.close()
open(sys.argv[1], "w").close()
time.sleep(60)
EOF
client=$!
until [ -e "$work/done" ]; do sleep 0.05; done
sh "$gather" "$work/end"
sleep 0.2
kill "$tcpdump" "$client" "$server"
wait "$tcpdump" || true
