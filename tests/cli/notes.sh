#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a capture does not say of itself: translated copies, a capture merged with itself, SYNs that nobody answered.
. "${srcdir:-.}/tests/cli/capture.sh"
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

# A router that translates, seen on both sides: each packet twice, with another source, and so is each answer.
{
  cat <<'CT'
flow i: tcp 192.168.10.2:40000 > 198.51.100.2:80 isn 1000,5000
flow o: tcp 198.51.100.1:40000 > 198.51.100.2:80 isn 1000,5000
+0 i > S 0:0(0) win 64240
+0.0001 o > S 0:0(0) win 64240
+0.01 o < S. 0:0(0) ack 1 win 65160
+0.0001 i < S. 0:0(0) ack 1 win 65160
CT
  for n in 1 101 201 301 401; do
    echo "+0.01 i > P. $n:$((n + 100))(100) ack 1 win 502"
    echo "+0.0001 o > P. $n:$((n + 100))(100) ack 1 win 502"
    echo "+0.01 o < . 1:1(0) ack $((n + 100)) win 502"
    echo "+0.0001 i < . 1:1(0) ack $((n + 100)) win 502"
  done
} > "$work/nat.ct"
"$ctreplay" compile "$work/nat.ct" -W "$work/nat.pcap"
expect 0 '*' '11 of 22 packets are here again with another address, .* before and after NAT\. .* Capture on the interface inside' "$ctreplay" "$work/nat.pcap"
grep ' i ' "$work/nat.ct" | sed '1i flow i: tcp 192.168.10.2:40000 > 198.51.100.2:80 isn 1000,5000' > "$work/inside.ct"
"$ctreplay" compile "$work/inside.ct" -W "$work/inside.pcap"
expect 0 '*' '' "$ctreplay" "$work/inside.pcap"

# The same of DNS queries, which have no IP id: only that they came in and went out tells.
cat > "$work/dns.ct" << 'CT'
link sll
flow vip: udp 10.0.0.2:40000 > 10.96.0.10:53
flow nat: udp 10.0.0.2:40000 > 10.244.1.5:53
repeat 6
+1 vip > udp (40) in
+0.0001 nat > udp (40) out
+0.001 nat < udp (100) in
+0.0001 vip < udp (100) out
end
CT
"$ctreplay" compile "$work/dns.ct" --write "$work/dns.pcap"
expect 0 '*' '12 of 24 packets show others as they left a router: each .* once, .* the translation of 1 connection is inferred' "$ctreplay" "$work/dns.pcap"
expect 0 'src=10.0.0.2 dst=10.96.0.10 sport=40000 dport=53 packets=6 .*src=10.244.1.5 dst=10.0.0.2 sport=53 dport=40000 packets=6' '*' "$ctreplay" -L "$work/dns.pcap"
expect 0 '^ *2 .*conntrack sees it once' '*' "$ctreplay" -P "$work/dns.pcap"
expect 0 '*' '12 of 24 packets are here again with another address' "$ctreplay" --nat off "$work/dns.pcap"
expect 0 '^2$' '*' "$ctreplay" -C --nat off "$work/dns.pcap"
expect 2 '' 'give infer or off' "$ctreplay" --nat on "$work/dns.pcap"
# A resolver that asks two servers at once translates nothing.
sed 's/ in$//; s/ out$//' "$work/dns.ct" | sed 's/link sll/link ethernet/' > "$work/two.ct"
"$ctreplay" compile "$work/two.ct" --write "$work/two.pcap"
expect 0 '*' '' "$ctreplay" "$work/two.pcap"

# Interfaces by number: which is the inside one is said, and a name is answered with the numbers.
octal32() { printf '%s' "\\000\\000\\$(printf '%03o' $(($1 / 256)))\\$(printf '%03o' $(($1 % 256)))"; }
# sll2 SECONDS IFINDEX TYPE SRC DST: a cooked frame (version 2) with a UDP datagram of id 7, SECONDS + 0.
sll2() {
  printf "\\$(printf '%03o' "$1")\\000\\000\\000\\000\\000\\000\\000\\060\\000\\000\\000\\060\\000\\000\\000"
  printf "\\010\\000\\000\\000$(octal32 "$2")\\000\\001\\00$3\\006\\000\\000\\000\\000\\000\\000\\000\\000"
  printf "\\105\\000\\000\\034\\000\\007\\000\\000\\100\\021\\000\\000\\012\\000\\000\\00$4\\012\\000\\000\\00$5\\004\\322\\000\\065\\000\\010\\000\\000"
}
{
  printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\024\001\000\000'
  for second in 1 2 3 4; do
    sll2 "$second" 2 0 1 3
    sll2 "$second" 3 4 2 3
  done
} > "$work/any.pcap"
expect 0 '*' '4 of 8 packets .* Give --interface 2, the side inside' "$ctreplay" --nat off --checksums ignore "$work/any.pcap"
expect 0 '^1$' '4 of 8 packets show others' "$ctreplay" -C --checksums ignore "$work/any.pcap"
expect 0 '^1$' '' "$ctreplay" -C --checksums ignore --interface 2 "$work/any.pcap"
expect 0 '^0$' 'interface r0: no packet of it; this capture knows interfaces by number only .*: 2, 3' "$ctreplay" -C --interface r0 "$work/any.pcap"

# One tuple on two VLANs.
cat > "$work/zones.ct" << 'CT'
link ethernet vlan 10
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a > S 0:0(0) win 64240
+0.01 a < S. 0:0(0) ack 1 win 65160
link ethernet vlan 20
isn a 900001000,800005000
+0.1  a > S 0:0(0) win 64240
+0.01 a < S. 0:0(0) ack 1 win 65160
CT
"$ctreplay" compile "$work/zones.ct" --write "$work/zones.pcap"
expect 0 '*' "VLAN 10 and on VLAN 20; all VLANs are taken as one, zone 0 of conntrack.* --bpf 'vlan 10' and --bpf 'vlan 20'" "$ctreplay" "$work/zones.pcap"
expect 0 '*' '' "$ctreplay" --bpf 'vlan 10' "$work/zones.pcap"
# Or each in a zone of its own, whatever is done with them.
expect 0 'sport=[0-9]* .* zone=10 use=1' '2 flow entries have been shown.' "$ctreplay" -L --zone-by vlan "$work/zones.pcap"
expect 0 ' zone=20 use=1' '1 flow entries have been shown.' "$ctreplay" -L -w 20 --zone-by vlan "$work/zones.pcap"
expect 0 '^-A -t [0-9]* -u SEEN_REPLY -w 20 -s ' '*' "$ctreplay" -L -o save --zone-by vlan "$work/zones.pcap"
expect 0 ' zone=1 use=1' '1 flow entries have been shown.' "$ctreplay" -L --zone-by interface --bpf 'vlan 10' "$work/zones.pcap"
expect 0 '^max=1  *1 ' '*' "$ctreplay" sweep --max 1,2 --zone-by vlan "$work/zones.pcap"
expect 0 '^max=2  *2 ' 'with --zone-by each of the 2 settings is replayed for itself' "$ctreplay" sweep --max 1,2 --zone-by vlan "$work/zones.pcap"
expect 2 '' 'give vlan or interface' "$ctreplay" -L --zone-by port "$work/zones.pcap"
"$ctreplay" -L -o save --zone-by vlan "$work/zones.pcap" > "$work/zones.save" 2> /dev/null
expect 0 '*' '' "$ctreplay" agree "$work/zones.save" --zone-by vlan "$work/zones.pcap"

# What a capture says it has lost: pcapng's statistics. Section, interface, a packet of 10.0.0.1 to 10.0.0.2, statistics.
{
  printf '\012\015\015\012\034\000\000\000\115\074\053\032\001\000\000\000\377\377\377\377\377\377\377\377\034\000\000\000'
  printf '\001\000\000\000\024\000\000\000\145\000\000\000\000\000\000\000\024\000\000\000'
  printf '\006\000\000\000\074\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\034\000\000\000\034\000\000\000'
  printf '\105\000\000\034\000\000\100\000\100\021\046\317\012\000\000\001\012\000\000\002\004\322\000\065\000\010\000\000\074\000\000\000'
  printf '\005\000\000\000\044\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\007\000\010\000\052\000\000\000\000\000\000\000\044\000\000\000'
} > "$work/lost.pcapng"
expect 0 '^1$' 'the capture says itself that 42 packets were lost while it was taken' "$ctreplay" -C "$work/lost.pcapng"

# One side only.
cat > "$work/side.ct" << 'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a > S 0:0(0) win 64240
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a > P. 1:101(100) ack 1 win 502
+0.01 a > . 101:101(0) ack 201 win 502
CT
"$ctreplay" compile "$work/side.ct" --write "$work/side.pcap"
# With rules the other side may be there under a translated address: what the note says is true of both.
printf '*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n' > "$work/nat.rules"
expect 0 '*' '1 of 1 TCP conversations show only one side, as they stand in the capture; of a nat rule it is not known whether, or to what, it translates them' "$ctreplay" --rules "$work/nat.rules" "$work/side.pcap"
printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n' > "$work/out.rules"
expect 0 '*' 'show only one side, .*; of a nat rule it is not known whether, or to what, it translates them' "$ctreplay" --rules "$work/out.rules" "$work/side.pcap"
expect 0 '*' 'of 1 packets it is not known whether a nat rule holds, and they were not translated: explain says of which' "$ctreplay" --rules "$work/out.rules" "$work/side.pcap"
"$ctreplay" --rules "$work/out.rules" --route 0.0.0.0/0=lan0 "$work/side.pcap" > "$work/out" 2> "$work/err"
expect 1 '' '' grep 'not known' "$work/err"
printf '*filter\n-A FORWARD -j ACCEPT\nCOMMIT\n' > "$work/plain.rules"
expect 0 '*' '1 of 1 TCP conversations show only one side, and no nat rule has translated any of them: packets are missing\.' "$ctreplay" --rules "$work/plain.rules" "$work/side.pcap"
expect 0 '*' '1 of 1 TCP conversations show only one side; .* is never ASSURED, and packets that acknowledge them may be INVALID' "$ctreplay" "$work/side.pcap"
expect 0 'nothing of its other side, which it acknowledges, was accepted for #1 so far: one direction only, out of order, or translated on the way$' '*' "$ctreplay" -P "$work/side.pcap"
expect 0 '"n":2,.*"one_sided":true' '*' "$ctreplay" -P -o json "$work/side.pcap"
expect 0 'Nothing of its other side, which it acknowledges, was accepted for #1 so far' '*' "$ctreplay" explain --packet 2 "$work/side.pcap"
expect 0 '^  one-sided .*1 TCP connection of whose' '*' "$ctreplay" "$work/side.pcap"
expect 0 'no packet was accepted: 3 packets INVALID for that' '*' sh -c "\"$ctreplay\" \"$work/side.pcap\" | tr -s ' \n' ' '"
expect 0 'no packet was accepted: 0 packets INVALID and 2 still NEW' '*' sh -c "\"$ctreplay\" --start '#2' \"$work/side.pcap\" | tr -s ' \n' ' '"

# Both directions are there, but out of order: nobody is told that one is missing.
cat > "$work/order.ct" << 'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a < S. 0:0(0) ack 1 win 65160
+0.01 a > S 0:0(0) win 64240
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a < . 1:1(0) ack 1 win 502
flow b: tcp 10.0.0.2:40001 > 10.0.0.80:80 isn 1000,5000
+0    b > S 0:0(0) win 64240
+0.01 b > . 1:1(0) ack 1 win 502
+0.01 b < S. 0:0(0) ack 1 win 65160
CT
"$ctreplay" compile "$work/order.ct" --write "$work/order.pcap"
expect 0 '^ *3 .*accepted for #1 so far: packet 1 of it was refused before, so packets may be out of order$' '*' "$ctreplay" -P "$work/order.pcap"
expect 0 '^ *6 .*accepted for #2 so far: one direction only, out of order, or translated on the way$' '*' "$ctreplay" -P "$work/order.pcap"
expect 0 '"n":3,.*"other_side":1,' '*' "$ctreplay" -P -o json "$work/order.pcap"
expect 0 'packet 1 of it was refused before, so packets may be out of order' '*' sh -c "\"$ctreplay\" explain --packet 3 \"$work/order.pcap\" | tr -s ' \n' ' '"
expect 0 'order 2 TCP connections whose other side, which is acknowledged, came later, or came before and was refused: 3 packets INVALID for that\.' '*' sh -c "\"$ctreplay\" \"$work/order.pcap\" | tr -s ' \n' ' '"
expect 0 '^0$' '*' sh -c "\"$ctreplay\" \"$work/order.pcap\" | grep -c one-sided; true"

# The SYN/ACK is missing, its side is not: all that the state table refuses for that is counted and told why.
cat > "$work/synack.ct" << 'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a > S 0:0(0) win 64240
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a < . 1:1(0) ack 1 win 502
+0.01 a > P. 1:101(100) ack 1 win 502
+0.01 a < F. 1:1(0) ack 101 win 502
CT
"$ctreplay" compile "$work/synack.ct" --write "$work/synack.pcap"
expect 0 '^ *4 .*no SYN/ACK was accepted for #1 so far: lost while capturing, gone another way, or later in the capture$' '*' "$ctreplay" -P "$work/synack.pcap"
expect 0 '^ *5 .*no SYN/ACK was accepted for #1 so far' '*' "$ctreplay" -P "$work/synack.pcap"
expect 0 'No SYN/ACK was accepted for #1 so far: lost while capturing' '*' "$ctreplay" explain --packet 4 "$work/synack.pcap"
expect 0 'loss 1 TCP connection whose SYN/ACK is not here, though packets of that side are: 3 packets INVALID for that' '*' sh -c "\"$ctreplay\" \"$work/synack.pcap\" | tr -s ' \n' ' '"
# It came before its SYN: all behind it is INVALID for that, of both sides.
{ sed -n 1p "$work/synack.ct"; echo '+0 a < S. 0:0(0) ack 1 win 65160'; sed 1d "$work/synack.ct"; } > "$work/early.ct"
"$ctreplay" compile "$work/early.ct" --write "$work/early.pcap"
expect 0 '^ *6 .*no SYN/ACK was accepted for #1 so far: packet 1 was refused before, so packets may be out of order$' '*' "$ctreplay" -P "$work/early.pcap"
expect 0 'was refused: 4 packets INVALID for that' '*' sh -c "\"$ctreplay\" \"$work/early.pcap\" | tr -s ' \n' ' '"

# Data that are acknowledged and not there are counted, by connection.
cat > "$work/gap.ct" << 'CT'
flow a: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    a > S 0:0(0) win 64240
+0.01 a < S. 0:0(0) ack 1 win 65160
+0.01 a > . 1:1(0) ack 1 win 502
+0.01 a > . 1:1(0) ack 3001 win 502
+0.01 a > . 1:1(0) ack 4001 win 502
CT
"$ctreplay" compile "$work/gap.ct" --write "$work/gap.pcap"
expect 0 'loss 1 TCP connection of which data are acknowledged that were not accepted before: 2 packets INVALID for that' '*' sh -c "\"$ctreplay\" \"$work/gap.pcap\" | tr -s ' \n' ' '"

# One wire, captured twice.
expect 0 '*' 'packets are here again just as they were (a capture' "$ctreplay" --nat off --merge "$work/inside.pcap" "$work/inside.pcap"
expect 0 '*' '12 of 24 packets are here again just as they were: each packet is tracked once' "$ctreplay" --merge "$work/inside.pcap" "$work/inside.pcap"
expect 0 'packets=6 .*packets=6 ' '*' "$ctreplay" -L --merge "$work/inside.pcap" "$work/inside.pcap"

# A scan.
for port in $(seq 1 40); do
  echo "flow f$port: tcp 203.0.113.66:20000 > 10.0.0.80:$port"
done > "$work/scan.ct"
for port in $(seq 1 40); do echo "+0.001 f$port > S 0:0(0) win 1024"; done >> "$work/scan.ct"
"$ctreplay" compile "$work/scan.ct" -W "$work/scan.pcap"
expect 0 '*' '40 of 40 TCP conversations are SYNs that nobody answered; where rules drop them, a kernel has no entry' "$ctreplay" "$work/scan.pcap"
finish
