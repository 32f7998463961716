#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --box: by which interface packets leave, as a box's rules of policy routing and its tables choose; the files of sos report;
# what the box itself sends; and what decompile writes of a box.
. "${srcdir:-.}/tests/cli/capture.sh"

box=$work/box
mkdir "$box"
printf '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp --dport 99 -j MARK --set-mark 0x5\nCOMMIT\n*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -o eth0 -j ACCEPT\n-A FORWARD -o eth1 -j ACCEPT\n-A FORWARD -o wg0 -j ACCEPT\n-A FORWARD -o lan -j ACCEPT\nCOMMIT\n' > "$box/iptables-save"
printf '2: eth0: <BROADCAST,UP> mtu 1500\n    inet 192.0.2.1/24 scope global eth0\n3: eth1: <BROADCAST,UP> mtu 1500\n    inet 198.51.100.1/24 scope global eth1\n4: lan: <BROADCAST,UP> mtu 1500\n    inet 10.0.0.1/8 scope global lan\n' > "$box/ip-addr"
# As `ip route show table all` prints them: two default routes, of which the smaller metric counts.
cat > "$box/ip-route" << 'END'
default via 198.51.100.254 dev eth1 table 100
blackhole 203.0.113.128/25 table 100
default dev wg0 table 51820 scope link
default via 192.0.2.254 dev eth0 metric 100
default via 198.51.100.254 dev eth1 metric 200
10.0.0.0/8 dev lan proto kernel scope link src 10.0.0.1
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1
198.51.100.0/24 dev eth1 proto kernel scope link src 198.51.100.1
local 10.0.0.1 dev lan table local proto kernel scope host src 10.0.0.1
broadcast 10.255.255.255 dev lan table local proto kernel scope link src 10.0.0.1
END
rules() {
  {
    printf '0:\tfrom all lookup local\n'
    printf '%b\n' "$@"
    printf '32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n'
  } > "$box/ip-rule"
}
cat > "$work/way.ct" << 'END'
flow one: udp 10.1.0.7:1 > 203.0.113.1:53
flow two: udp 10.2.0.7:1 > 203.0.113.1:53
flow marked: udp 10.2.0.7:1 > 203.0.113.1:99
flow hole: udp 10.1.0.7:1 > 203.0.113.200:53
flow inside: udp 10.1.0.7:1 > 10.2.0.7:53
+0 one > udp (5) iface lan
+1 two > udp (5) iface lan
+2 marked > udp (5) iface lan
+3 hole > udp (5) iface lan
+4 inside > udp (5) iface lan
END
expect 0 '' '*' "$ctreplay" compile "$work/way.ct" -W "$work/way.pcapng"
# ways RULE...: the rule of FORWARD that each packet meets, which is the interface: 1 eth0, 2 eth1, 3 wg0, 4 lan; - none.
ways() {
  want=$1
  shift
  rules "$@"
  "$ctreplay" -P --fields n,rule --box "$box" "$work/way.pcapng" > "$work/ways" 2> "$work/err"
  expect 0 '' '' test "$(sed -n '2,$s/.*FORWARD:rule:\([0-9]\).*/\1/p; t; 2,$s/.*/-/p' "$work/ways" | tr -d '\n')" = "$want"
}
ways 11114 '32765:\tfrom 192.0.2.99 lookup 100'
ways 211-2 '32765:\tfrom 10.1.0.0/16 lookup 100'
ways 112-4 '32765:\tfrom all fwmark 0x4/0xfc lookup 100' '32765:\tfrom all to 203.0.113.128/25 lookup 100'
ways 33134 '5:\tnot from all fwmark 0x5 lookup main suppress_prefixlength 0' '6:\tnot from all fwmark 0x5 lookup 51820'
ways 11-14 '5:\tfrom all ipproto udp dport 99 blackhole'
ways 11214 '5:\tfrom all dport 90-99 iif lan lookup 100' '6:\tfrom all iif eth1 lookup 100'
ways 222-2 '5:\tfrom all sport 1 lookup 100'
ways 11114 '5:\tfrom all tos 0x10 lookup 100' '6:\tfrom all ipproto tcp lookup 100'
expect 0 'ip-rule: 2 rules of policy routing$' '' "$ctreplay" box "$box"
cp "$work/out" "$work/told"
expect 0 'rule of routing: IPv4 tos 0x10 table 100' '' cat "$work/told"
expect 0 'route of table 51820 0.0.0.0/0=wg0' '' cat "$work/told"
expect 0 'ip-route: 5 routes; 3 of other tables, which rules of policy routing choose' '' cat "$work/told"
# What no packet tells leaves the way open: no rule that asks for it can be decided.
rules '5:\tfrom all uidrange 0-0 lookup 100'
cp "$box/iptables-save" "$work/accepting"
sed 's/:FORWARD ACCEPT/:FORWARD DROP/; /-o eth0/d' "$work/accepting" > "$box/iptables-save"
expect 0 '^ *1 unknown' '*' "$ctreplay" -P --fields n,rules_verdict --box "$box" "$work/way.pcapng"
cp "$work/accepting" "$box/iptables-save"
# The same as JSON; and a way back by its own rule, for what the box answers.
cp "$box/ip-rule" "$work/text-rule"
cat > "$box/ip-rule" << 'END'
[{"priority":0,"src":"all","table":"local"},{"priority":5,"not":null,"src":"all","fwmark":"0x5","fwmask":"0xff","table":"main","suppress_prefixlen":0},{"priority":6,"src":"10.1.0.0","srclen":16,"dst":"203.0.113.0","dstlen":24,"iif":"lan","table":"100","protocol":"static"},{"priority":7,"src":"all","dport_start":90,"dport_end":99,"ipproto":"udp","table":"51820"},{"priority":8,"src":"all","dst":"203.0.113.1","action":"prohibit"},{"priority":32766,"src":"all","table":"main"}]
END
expect 0 '^ *1 filter:FORWARD:rule:2' '*' "$ctreplay" -P --fields n,rule --box "$box" "$work/way.pcapng"
cp "$work/out" "$work/ways"
expect 0 '^ *2 -' '' cat "$work/ways"
expect 0 '^ *3 filter:FORWARD:rule:3' '' cat "$work/ways"
expect 0 'the route to where it goes is prohibited' '*' "$ctreplay" -P --box "$box" "$work/way.pcapng"
# Listed by busybox, which leaves out what it does not know; VRF; a table that is not listed; too large a mark.
for rule in '5:\tfrom all lookup 100 ' '5:\tfrom all lookup [l3mdev-table]' '5:\tfrom all lookup 999' '5:\tfrom 10.0.0.0/8 goto 32766'; do
  rules "$rule"
  grep -v 'table local' "$box/ip-route" > "$work/less"
  cp "$box/ip-route" "$work/whole"
  cp "$work/less" "$box/ip-route"
  expect 0 'not used: 1 rule of policy routing is not followed, the main table decides; .*: ' '' "$ctreplay" box "$box"
  cp "$work/out" "$work/told"
  expect 1 '' '' grep -e 'rule of routing' -e 'route of table' "$work/told"
  cp "$work/whole" "$box/ip-route"
done
expect 2 '' 'no rule of policy routing' sh -c "printf '5:\tfrom nowhere lookup 100\n' > '$box/ip-rule'; '$ctreplay' -P --box '$box' '$work/way.pcapng'"
# A state is of the rules that chose.
rules '5:\tfrom all lookup 100'
expect 0 . '*' "$ctreplay" -C --box "$box" --save-state "$work/state" "$work/way.pcapng"
expect 0 . '*' "$ctreplay" -C --box "$box" --load-state "$work/state" "$work/way.pcapng"
rules '5:\tfrom all lookup 51820'
expect 3 '' 'it is of a rule of routing, IPv 4 table 100, and this run of a rule of routing, IPv 4 table 51820' \
  "$ctreplay" -C --box "$box" --load-state "$work/state" "$work/way.pcapng"
echo 'net.ipv4.ip_forward = 0' > "$box/sysctl"
expect 3 '' 'it is of a box with (none), and this run of a box with no forwarding of IPv4' "$ctreplay" -C --box "$box" --load-state "$work/state" "$work/way.pcapng"
rm "$box/sysctl"
# Routes of the command line win, and rules with them.
rules '5:\tfrom all lookup 100'
expect 0 'FORWARD:rule:3' '*' "$ctreplay" -P --fields n,rule --box "$box" --route 0.0.0.0/0=wg0 "$work/way.pcapng"

# ---- sos report ----
sos=$work/sosreport-gw-2026-11-30-abcdefg
mkdir -p "$sos/sos_commands/networking" "$sos/sos_commands/firewall_tables" "$sos/sos_commands/kernel" "$sos/sos_commands/conntrack" \
  "$sos/sos_commands/date" "$sos/proc/net/stat" "$sos/sys/module/nf_conntrack/parameters"
cat > "$sos/sos_commands/networking/ip_route_show_table_all" << 'END'
default via 192.0.2.254 dev eth0 proto dhcp src 192.0.2.1 metric 100 
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1 metric 100 
local 192.0.2.1 dev eth0 table local proto kernel scope host src 192.0.2.1 
default dev wg0 metric 1024 pref medium
2001:db8::/64 dev eth0 proto kernel metric 256 pref medium
local ::1 dev lo table local proto kernel metric 0 pref medium
multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium
END
sed -n '4,$p' "$sos/sos_commands/networking/ip_route_show_table_all" > "$sos/sos_commands/networking/ip_-6_route_show_table_all"
for six in 4 6; do
  printf '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n' > "$sos/sos_commands/networking/ip_-${six}_rule_list"
done
printf '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n2: eth0    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever\n2: eth0    inet6 2001:db8::1/64 scope global \\       valid_lft forever preferred_lft forever\n' \
  > "$sos/sos_commands/networking/ip_-o_addr"
printf '2: eth0: <BROADCAST,UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 192.0.2.1/24 scope global eth0\n' > "$sos/sos_commands/networking/ip_-d_address"
printf 'ipv4     2 udp      17 25 src=192.0.2.7 dst=192.0.2.1 sport=5 dport=53 [UNREPLIED] src=192.0.2.1 dst=192.0.2.7 sport=53 dport=5 mark=0 use=1\n' \
  > "$sos/sos_commands/conntrack/conntrack_-L_-o_extended"
printf 'entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart\n00000001  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000  00000000 00000000 00000000 00000000\n' \
  > "$sos/proc/net/stat/nf_conntrack"
echo 'Mon Nov 30 09:21:59 UTC 2026' > "$sos/sos_commands/date/date_--utc"
printf '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth0 -j ACCEPT\nCOMMIT\n' > "$sos/sos_commands/firewall_tables/iptables-save"
echo 65536 > "$sos/sys/module/nf_conntrack/parameters/hashsize"
expect 0 'stat/nf_conntrack: not used: to be held' '' "$ctreplay" box "$sos"
cp "$work/out" "$work/told"
for words in 'ip_route_show_table_all: 2 routes$' 'ip_-6_route_show_table_all: 2 routes$' '^  --route ::/0=wg0' '^  --route 0.0.0.0/0=eth0' 'ip_-o_addr: not used: .*ip_-d_address says it' \
    'date_--utc: not used: no seconds since 1970' 'ip_-4_rule_list: the main table decides alone' 'ip_-6_rule_list: the main' '65536 buckets'; do
  expect 0 . '' grep -e "$words" "$work/told"
done
expect 0 '^1$' '' grep -c -e '--route ::/0' "$work/told"
expect 0 'dport=53.*UNREPLIED' '1 flow entries' "$ctreplay" -L --table "$sos" --table-at '#1' --box "$sos" --end '#1' "$work/way.pcapng"

# /proc tells what is expected, where conntrack was not asked for it.
printf '299 l3proto = 2 proto=6 src=192.0.2.7 dst=192.0.2.1 sport=0 dport=5000 ftp\n' > "$sos/proc/net/nf_conntrack_expect"
printf 'ipv4     2 tcp      6 300 ESTABLISHED src=192.0.2.7 dst=192.0.2.1 sport=5 dport=21 src=192.0.2.1 dst=192.0.2.7 sport=21 dport=5 [ASSURED] mark=0 helper=ftp use=2\n' \
  >> "$sos/sos_commands/conntrack/conntrack_-L_-o_extended"
expect 0 'nf_conntrack_expect: for --table' '' "$ctreplay" box "$sos"
expect 0 '' '1 of 3 were not loaded, .*: it does not tell whose expectation it is' "$ctreplay" -L expect --table "$sos" --table-at '#1' --box "$sos" --end '#1' "$work/way.pcapng"

# What says nothing is told as that, and leaves nobody without a route.
cp -r "$sos" "$work/wrong"
for name in networking/ip_-d_address networking/ip_-o_addr networking/ip_route_show_table_all networking/ip_-4_rule_list networking/ip_-6_rule_list; do
  echo 'bash: ip: command not found' > "$work/wrong/sos_commands/$name"
done
echo 'sysctl: permission denied on key' > "$work/wrong/sos_commands/kernel/sysctl_-a"
echo 'cat: /proc/meminfo: 1 error' > "$work/wrong/meminfo"
printf '7: \001\002 from\n' > "$work/wrong/ip-link"
cp "$sos/sos_commands/conntrack/conntrack_-L_-o_extended" "$work/wrong/proc/net/nf_conntrack"
expect 0 'ip_route_show_table_all: 0 routes; 1 line is no route$' '' "$ctreplay" box "$work/wrong"
cp "$work/out" "$work/told"
for words in 'ip_-d_address: not used: no address in it' 'meminfo: not used: no MemTotal' 'sysctl_-a: no settings of tracking' 'ip_-4_rule_list: not used: no rules' \
    'ip-link: not used: no interface in it' 'proc/net/nf_conntrack: not used: .*conntrack_-L_-o_extended says it' 'Not used'; do
  expect 0 . '' grep -e "$words" "$work/told"
done
expect 1 '' '' grep -e '0.0.0.0/0' "$work/told"
# The rules of nft's own language, as sos report has them, are followed where they are given.
if nft --version > /dev/null 2>&1 && unshare -n true 2> /dev/null; then
  printf 'table inet firewalld { # handle 2\n\tchain forward { # handle 1\n\t\ttype filter hook forward priority filter + 10; policy accept;\n\t\tudp dport 99 drop # handle 5\n\t}\n}\n' > "$sos/sos_commands/firewall_tables/nft_-a_list_ruleset"
  expect 0 "nft_-a_list_ruleset: not used: nft's own language.*--rules" '' "$ctreplay" box "$sos"
  expect 0 '^ *3 firewalld:forward:rule:1' '*' "$ctreplay" -P --fields n,rule --box "$sos" --rules "$sos/sos_commands/firewall_tables/nft_-a_list_ruleset" "$work/way.pcapng"
fi

# ---- what the box itself sends ----
# From no address yet: nobody sends that on for another. And the capture says by which interface it left.
own=$work/own
mkdir "$own"
printf '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -o eth0 -j DROP\nCOMMIT\n' > "$own/iptables-save"
cp "$own/iptables-save" "$own/ip6tables-save"
printf '2: eth0: <BROADCAST,UP> mtu 1500\n    inet 192.0.2.1/24 scope global eth0\n' > "$own/ip-addr"
printf 'default via 198.51.100.254 dev eth1\n' > "$own/ip-route"
cat > "$work/own.ct" << 'END'
flow asks: udp 0.0.0.0:68 > 255.255.255.255:67
flow group: udp 192.0.2.1:5353 > 224.0.0.251:5353
flow gone: udp 192.0.2.1:5353 > 203.0.113.1:53
flow routers: udp [fe80::2]:546 > [ff02::2]:547
+0 asks > udp (5) out iface eth0
+1 asks > udp (5) in iface eth0
+2 group > udp (5) out iface eth0
+3 gone > udp (5) out iface eth0
+4 gone > udp (5) iface eth0
+5 routers > udp (5) in iface eth0
END
expect 0 '' '*' "$ctreplay" compile "$work/own.ct" -W "$work/own.pcapng"
expect 0 '^     1 .*drop by filter:OUTPUT:rule:1' '*' "$ctreplay" -P --box "$own" "$work/own.pcapng"
cp "$work/out" "$work/told"
for words in '^     2 .*drop by filter:INPUT:policy' '^     3 .*drop by filter:OUTPUT:rule:1' '^     4 .*drop by filter:OUTPUT:rule:1' \
    '^     5 .*accept by filter:OUTPUT:policy' '^     6 .*drop by filter:INPUT:policy'; do
  expect 0 . '' grep -e "$words" "$work/told"
done
# Who forwards nothing is in no group of routers, unless a device of it is said to.
printf 'net.ipv6.conf.all.forwarding = 0\nnet.ipv6.conf.eth0.forwarding = 0\n' > "$own/sysctl"
expect 0 '^     6 .*multicast that the box neither takes nor forwards' '*' "$ctreplay" -P --box "$own" "$work/own.pcapng"
printf 'net.ipv6.conf.all.forwarding = 0\nnet.ipv6.conf.eth0.forwarding = 1\n' > "$own/sysctl"
expect 0 '^     6 .*drop by filter:INPUT:policy' '*' "$ctreplay" -P --box "$own" "$work/own.pcapng"

printf 'net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.eth0.rp_filter = 2\n' > "$own/sysctl"
expect 0 'rp_filter is not followed' '*' "$ctreplay" box "$own"
# Rules of ip6tables are its, whatever their file says: those of 1.8.2 name neither program.
sed '1i # Generated by xtables-save v1.8.2 on Mon Nov 30 20:29:47 2026' "$own/ip6tables-save" > "$work/xtables" && cp "$work/xtables" "$own/ip6tables-save"
sed 's/:INPUT DROP/:INPUT ACCEPT/' "$work/xtables" > "$own/iptables-save"
expect 0 '^     6 .*drop by filter:INPUT:policy' '*' "$ctreplay" -P --box "$own" "$work/own.pcapng"
expect 0 '^     2 .*accept by filter:INPUT:policy' '*' "$ctreplay" -P --box "$own" "$work/own.pcapng"

# ---- what decompile writes of a box ----
router=${srcdir:-.}/samples/router
expect 0 '^-A FORWARD\|^\[.*\] -A FORWARD' '*' "$ctreplay" decompile --box "$router/box" --direction in "$router/router.pcap"
cp "$work/out" "$work/again.ct"
expect 0 '^+0 .* iface inside$' '' cat "$work/again.ct"
expect 0 '^1\.\.141$' '*' "$ctreplay" test "$work/again.ct"

# ---- a helper that a rule gives ----
expect 0 '' '*' "$ctreplay" compile "${srcdir:-.}/samples/rules-helper-ftp.ct" -W "$work/ftp.pcap"
cat > "$work/gives.json" << 'END'
{"nftables": [{"metainfo": {"json_schema_version": 1}}, {"table": {"family": "ip", "name": "t", "handle": 1}},
{"ct helper": {"family": "ip", "name": "f", "table": "t", "handle": 2, "type": "ftp", "protocol": "tcp", "l3proto": "ip"}},
{"chain": {"family": "ip", "table": "t", "name": "c", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}},
{"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 3, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 21}}, {"ct helper": "f"}]}}]}
END
expect 0 'helper=ftp' '*' "$ctreplay" -L --rules "$work/gives.json" "$work/ftp.pcap"
cp "$work/err" "$work/told"
expect 1 '' '' grep "without the helper" "$work/told"

# ---- a router in a namespace: its rules count what the replay of what came in counts ----
for tool in unshare ip iptables-restore conntrack tcpdump python3; do
  command -v "$tool" > /dev/null || missing="${missing-} $tool"
done
if [ "$(id -u)" -ne 0 ] || [ -n "${missing-}" ] || ! unshare -n -m true 2> /dev/null; then
  echo "the router in a namespace was left out: it takes root, namespaces${missing:+ and$missing}"
  finish
fi
lab=$work/lab
mkdir "$lab"
if ! unshare -n -m sh "${srcdir:-.}/tests/cli/box_policy.sh" "$lab" "${srcdir:-.}/examples/ctreplay-gather" > "$lab/said" 2>&1; then
  expect 0 '' '' test ! -e "$lab/ready"
  echo "the router in a namespace was left out: it cannot be set up here: $(tail -n 1 "$lab/said")"
elif [ "$(cat "$lab/lost")" != 0 ]; then
  echo "the router in a namespace was left out: tcpdump lost $(cat "$lab/lost") packets"
else
  counted() { sed -n 's/^\(\[[0-9:]*\] -A [FO]\)/\1/p' "$1"; }
  counted "$lab/live" > "$lab/live.rules"
  "$ctreplay" rules -o save --box "$lab/box" --direction in "$lab/router.pcap" > "$lab/save" 2> "$work/err"
  counted "$lab/save" > "$lab/save.rules"
  expect 0 '' '' diff "$lab/live.rules" "$lab/save.rules"
  expect 0 '^\[[1-9][0-9]*:[0-9]*\] -A FORWARD -o eth1' '' cat "$lab/live.rules"
  expect 0 '6 rules of policy routing' '*' "$ctreplay" box "$lab/box"
fi
finish
