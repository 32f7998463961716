#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --box and ctreplay box: what was gathered on a box as options; and, where there is root and what it needs, a masquerading router in
# a namespace, gathered and compared.
. "${srcdir:-.}/tests/cli/capture.sh"

router=${srcdir:-.}/samples/router
gather=${srcdir:-.}/examples/ctreplay-gather
agrees='in both 15, alike 15; differences 0, unexplained 0'
same_as() { expect 0 "$agrees" '*' "$ctreplay" agree "$@" --direction in "$router/router.pcap"; }

# ---- the sample ----
same_as "$router/box"
same_as "$router/box/conntrack-L-ipv4" --at @1796030519.8 --box "$router/box"
expect 0 '"listed":15,"both":15,"alike":15,"differences":0,"unexplained":0' '*' "$ctreplay" agree -o json "$router/box" --direction in "$router/router.pcap"
# From the box's table to the same table, with packets in between or without.
expect 0 'ESTABLISHED' '15 flow entries' "$ctreplay" -L --box "$router/box" --table "$router/box" --direction in "$router/router.pcap"
expect 0 'drop by filter:FORWARD:policy' '*' "$ctreplay" -P --verdict drop --box "$router/box" --direction in "$router/router.pcap"
# Without the box's facts there is no translation, and its timeout shows.
expect 0 "the box's rules translate or mark it, and none were given" '*' "$ctreplay" agree "$router/box/conntrack-L-ipv4" --at @1796030519.8 --direction in "$router/router.pcap"
expect 0 'nf_conntrack_tcp_timeout_established: 3600 s, where 432000 was assumed' '*' "$ctreplay" agree "$router/box" \
  --sysctl nf_conntrack_tcp_timeout_established=432000 --direction in "$router/router.pcap"

# Behind a bridge rules see the bridge, and a capture of all interfaces its port; a device of VRF is no bridge.
mkdir "$work/bridged"
for file in "$router"/box/*; do sed 's/\binside\b/br0/g' "$file" > "$work/bridged/${file##*/}"; done
sed 's/"ifname":"inside",/&"master":"br0",/' "$router/box/ip-link" > "$work/bridged/ip-link"
same_as "$work/bridged"
sed 's/\]$/,{"ifindex":99,"ifname":"br0","flags":["NOARP","MASTER","UP"]}]/' "$work/bridged/ip-link" > "$work/vrf"
cp "$work/vrf" "$work/bridged/ip-link"
expect 0 'in both 0, alike 0; differences 15' '*' "$ctreplay" agree "$work/bridged" --direction in "$router/router.pcap"
printf '1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN\n2: inside@if3: <BROADCAST,UP> mtu 1500 qdisc noqueue master br0 state UP\n' \
  > "$work/bridged/ip-link"
same_as "$work/bridged"

expect 0 '^  kernel  *uname: Linux 6.18.44' '*' "$ctreplay" box "$router/box"
cp "$work/out" "$work/told"
for words in 'rules of iptables    iptables-save: followed' 'addresses            ip-addr: 6 addresses' 'routes               ip-route: 2 routes' \
    '^Missing' 'sets  *rules that ask a set are unknown' '--local 198.51.100.1/24@outside' '--route 192.0.2.0/24=inside' 'nf_conntrack_max 262144' \
    'not used: to be held against -S by eye'; do
  expect 0 . '' grep -e "$words" "$work/told"
done
# The command line wins.
expect 0 '^  --profile linux-5.10' '*' "$ctreplay" box --profile linux-5.10 "$router/box"
expect 0 'nf_conntrack_max 1000,' '*' "$ctreplay" box --max 1000 "$router/box"
expect 0 '^  --local 10.0.0.1/8' '*' "$ctreplay" box --local 10.0.0.1/8 "$router/box"
cp "$work/out" "$work/told"
expect 1 '' '' grep -e '--local 198.51.100.1' "$work/told"

# ---- tars ----
cp -r "$router/box" "$work/copy"
chmod -R u+w "$work/copy"
tar -C "$work" -cf "$work/box.tar" copy
gzip -c "$work/box.tar" > "$work/box.tar.gz"
same_as "$work/box.tar"
same_as "$work/box.tar.gz"
if command -v xz > /dev/null; then
  xz -c "$work/box.tar" > "$work/box.tar.xz"
  same_as "$work/box.tar.xz"
fi
head -c 3000 "$work/box.tar" > "$work/cut.tar"
expect 3 '' 'cut or damaged at byte' "$ctreplay" box "$work/cut.tar"
# Names as sos report has them, deep and long, and text where there is no JSON.
deep=$work/sosreport-box-2026-11-30-abcdefghijklmnopqrstuvwxyz/sos_commands/networking-and-more-of-a-long-name-abcdefghijklmnopqrstuvwxyz
mkdir -p "$deep"
echo 'Linux box 5.14.0-427.13.1.el9_4.x86_64 #1 SMP x86_64 GNU/Linux' > "$deep/uname_-a"
echo 'net.netfilter.nf_conntrack_max = 4096' > "$deep/sysctl_-a"
printf '2: eth0@if5: <BROADCAST> mtu 1500\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0\n    inet6 2001:db8::1/64 scope global\n' > "$deep/ip_-d_address"
printf 'default via 192.0.2.254 dev eth0 proto static\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1\nlocal 192.0.2.1 dev eth0 table local\n10.0.0.0/8 dev eth1 table 100\nunreachable 10.9.0.0/16\nunreachable 10.10.0.0/16 dev lo proto static\nunreachable default dev lo table unspec proto kernel metric 4294967295\n' > "$deep/ip_route_show_table_all"
printf '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth0 -j ACCEPT\nCOMMIT\n' > "$deep/iptables-save"
# What is for people, or in nft's own language, is told as not used.
printf 'Chain FORWARD (policy DROP 0 packets, 0 bytes)\n pkts bytes target\n' > "$deep/iptables_-t_filter_-nvL"
printf 'table inet filter { # handle 1\n\tchain forward { # handle 1\n\t}\n}\n' > "$deep/nft_-a_list_ruleset"
ln -s /etc/passwd "$deep/date"
tar -C "$work" -cJf "$work/sos.tar.xz" sosreport-box-2026-11-30-abcdefghijklmnopqrstuvwxyz 2> /dev/null || tar -C "$work" -cf "$work/sos.tar.xz" sosreport-box-2026-11-30-abcdefghijklmnopqrstuvwxyz
for box in "$work/sos.tar.xz" "$work/sosreport-box-2026-11-30-abcdefghijklmnopqrstuvwxyz"; do
  expect 0 'nf_conntrack_max 4096' '*' "$ctreplay" box "$box"
  cp "$work/out" "$work/told"
  for words in '--local 192.0.2.1/24@eth0' '--local 2001:db8::1/64@eth0' '--route 0.0.0.0/0=eth0' '--route 192.0.2.0/24=eth0' \
      'ip_route_show_table_all: 2 routes; 1 others are not used: .*; 2 that let nothing leave' \
      'iptables-save: followed' 'iptables_-t_filter_-nvL: not used: a listing' "nft_-a_list_ruleset: not used: nft's own language" 'Linux 5.14.0-427.13.1.el9_4.x86_64'; do
    expect 0 . '' grep -e "$words" "$work/told"
  done
  expect 1 '' '' grep -e 'root:' -e '10.0.0.0/8' -e 'route unreachable' "$work/told"
done

# ---- a box with thousands of addresses ----
# Rules are told as many as are read; helpers know a few, and are told those that can send broadcasts.
mkdir "$work/many"
{
  printf '2: eth0: <BROADCAST> mtu 1500\n    inet6 2001:db8::1/64 scope global\n'
  i=0
  while [ "$i" -lt 5000 ]; do
    length=32
    [ "$i" -lt 20 ] || [ "$i" -gt 39 ] || length=24
    echo "    inet 10.0.$((i / 250)).$((i % 250 + 1))/$length scope global eth0"
    i=$((i + 1))
  done
  echo '    inet 192.0.2.1/24 scope global eth0'
} > "$work/many/ip-addr"
expect 0 'ip-addr: 4096 addresses of the box.s own; 906 more are left out: 4096 are the most' \
  'helpers know 16: answers to broadcasts that the 5 others may send are not expected' "$ctreplay" box "$work/many"
expect 0 'local 192.0.2.1/24@eth0' '*' "$ctreplay" box "$work/many"
expect 0 '"local=10.0.0.21/24","local=10.0.0.22/24"' '*' "$ctreplay" -P -o transcript --box "$work/many" "$router/router.pcap"

# ---- rules of iptables-nft and of nft on one box ----
# Of the former nft's listing has no more than names: those are iptables-save's, and all other tables nft's.
mixed=$work/mixed
mkdir "$mixed"
listed() {
  printf '{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}'
  for table; do
    printf ', {"table": {"family": "%s", "name": "%s", "handle": 1}}' "${table% *}" "${table#* }"
    printf ', {"chain": {"family": "%s", "table": "%s", "name": "FORWARD", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}}' \
      "${table% *}" "${table#* }"
    printf ', {"rule": {"family": "%s", "table": "%s", "chain": "FORWARD", "handle": 2, "comment": "a \\"}, {", "expr": [' "${table% *}" "${table#* }"
    printf '{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}}, {"drop": null}]}}'
  done
  printf ']}\n'
}
printf '# Generated by iptables-save v1.8.9 (nf_tables)\n*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -j ACCEPT\nCOMMIT\n' > "$mixed/iptables-save"
pcap_whole > "$work/cap"
listed 'ip filter' > "$mixed/nft.json"
expect 0 'nft.json: not used: all of its tables are iptables-nft' '' "$ctreplay" box "$mixed"
expect 0 '\[NEW\] udp' '*' "$ctreplay" -E --box "$mixed" "$work/cap"
listed 'ip filter' 'inet guard' > "$mixed/nft.json"
expect 0 'nft.json: followed, but for ip filter, which iptables-save tells' '' "$ctreplay" box "$mixed"
expect 0 'drop by guard:FORWARD:rule:1 (nft.json:1)' '*' "$ctreplay" -P --box "$mixed" "$work/cap"
printf '# Generated by iptables-save v1.8.9 (nf_tables)\n*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n' > "$mixed/iptables-save"
expect 0 'nft.json: followed$' '' "$ctreplay" box "$mixed"
expect 0 'iptables-save: not used: no rules in it' '' "$ctreplay" box "$mixed"
"$ctreplay" box "$mixed" > "$work/told"
expect 1 '' '' grep -e 'no rule drops' "$work/told"

# ---- what is wrong ----
mkdir "$work/empty"
expect 3 '' 'no file in it is one of those' "$ctreplay" box "$work/empty"
expect 2 '' 'no file in it is one of those' "$ctreplay" -L --box "$work/empty" "$router/router.pcap"
expect 2 '' 'give one folder, or tar' "$ctreplay" box
expect 3 '' '--box .*none: No such file' "$ctreplay" box "$work/none"

# ---- redaction ----
map() { sh "$gather" --redact secret --map "$1"; }
expect 0 '' '' test "$(map 10.1.2.3)" = "$(map 10.1.2.3)"
expect 0 '' '' test "$(map 10.1.2.3)" != 10.1.2.3
expect 0 '' '' test "$(map 10.1.2.0 | cut -d. -f1-3)" = "$(map 10.1.2.77 | cut -d. -f1-3)"
expect 0 '' '' test "$(map 10.1.2.0 | cut -d. -f4)" = 0
expect 0 '^10\..*/24 dev eth0$' '' map '10.1.2.0/24 dev eth0'
expect 0 '^127.0.0.1$' '' map 127.0.0.1

# ---- an entry that was loaded: recorded of a kernel into which conntrack -R put eight, which then went on ----
loaded=${srcdir:-.}/tests/cli/loaded
expect 0 'in both 8, alike 8; differences 0, unexplained 0' '*' "$ctreplay" agree "$loaded/after" --at "@$(cat "$loaded/after.at")" \
  --table "$loaded/again" --table-at "@$(cat "$loaded/again.at")" --profile linux-6.18 --sysctl nf_conntrack_tcp_timeout_established=3600 \
  --sysctl nf_conntrack_acct=1 --direction in "$loaded/packets.pcap"

# ---- a router in a namespace ----
. "${srcdir:-.}/tests/cli/box_check.sh"
box_check 30
finish
