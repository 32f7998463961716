#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a capture shows of translation (NAT 20): both sides of a router, with its rules and without; one side.
. "${srcdir:-.}/tests/cli/capture.sh"

# Two clients with one port; the second gets another. Each packet as it arrived and as it left; the last one is dropped.
cat > "$work/any.ct" << 'CT'
link sll
flow a: tcp 192.168.1.10:40000 > 198.51.100.7:80 isn 1000,5000
flow A: tcp 203.0.113.1:40000 > 198.51.100.7:80 isn 1000,5000
flow b: tcp 192.168.1.11:40000 > 198.51.100.7:80 isn 2000,6000
flow B: tcp 203.0.113.1:33333 > 198.51.100.7:80 isn 2000,6000
flow d: udp 192.168.1.10:5000 > 198.51.100.7:99
+0      a > S 0:0(0) win 64240 ttl 64 in
+0.0001 A > S 0:0(0) win 64240 ttl 63 out
+0.01   A < S. 0:0(0) ack 1 win 65160 ttl 60 in
+0.0001 a < S. 0:0(0) ack 1 win 65160 ttl 59 out
+0.01   b > S 0:0(0) win 64240 ttl 64 in
+0.0001 B > S 0:0(0) win 64240 ttl 63 out
+0.01   B < S. 0:0(0) ack 1 win 65160 ttl 60 in
+0.0001 b < S. 0:0(0) ack 1 win 65160 ttl 59 out
+0.01   d > udp (20) ttl 64 in
CT
"$ctreplay" compile "$work/any.ct" -W "$work/any.pcap" || exit 99
printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n*filter\n-A FORWARD -p udp -j DROP\nCOMMIT\n' > "$work/rules"
sed 's/MASQUERADE/SNAT --to-source 203.0.113.2/' "$work/rules" > "$work/other"
sed '/udp/d' "$work/rules" > "$work/open"
box='--route 192.168.1.0/24=lan0 --route 0.0.0.0/0=wan0 --local 192.168.1.1/24@lan0'
ours="$box --local 203.0.113.1/24@wan0"

# With rules: predictions against what was seen; the port that nobody can know comes from there.
# shellcheck disable=SC2086 # words
{
  expect 0 '*' '4 of 4 packets leave as predicted; [0-9]* times* a port, .* was taken from there$' "$ctreplay" -L --rules "$work/rules" $ours "$work/any.pcap"
  expect 0 'src=192.168.1.11 .*src=198.51.100.7 dst=203.0.113.1 sport=80 dport=33333 ' '*' "$ctreplay" -L --rules "$work/rules" $ours "$work/any.pcap"
  expect 0 '^2$' '4 of 9 packets show others as they left' "$ctreplay" -C --rules "$work/rules" $ours "$work/any.pcap"
  # An address of the box that nobody has said is taken from there, too.
  expect 0 'src=192.168.1.10 .*dst=203.0.113.1 sport=80 dport=40000 ' '4 of 4 packets leave as predicted' "$ctreplay" -L --rules "$work/rules" $box "$work/any.pcap"
  # Seen from one side nothing is learnt: a device without an address drops, and one that may have an address is not known.
  expect 0 'drop by nat:POSTROUTING:rule:1 .*the device has no address to translate to' '*' "$ctreplay" -P --direction in --rules "$work/rules" $box "$work/any.pcap"
  expect 0 'accept by .*maps to what is not known here: an address of the box' '*' \
    "$ctreplay" -P --direction in --rules "$work/rules" $box --local 203.0.113.1/24 "$work/any.pcap"
  # explain: by which rule, why that port, and what its answers will be.
  told() { "$ctreplay" explain --packet "$1" --rules "$work/rules" $ours "$work/any.pcap" | tr -s ' \n' ' '; }
  expect 0 'source becomes 203.0.113.1 port 40000, by nat POSTROUTING rule 1 (.*rules:2); the port stays, since answers to it are nobody else' '*' told 1
  expect 0 'An answer will come from 198.51.100.7 port 80 to 203.0.113.1 port 40000, and leave as one from 198.51.100.7 port 80 to 192.168.1.10 port 40000\.' '*' told 1
  expect 0 'It leaves as 198.51.100.7 port 80 to 192.168.1.10 port 40000, as its connection is translated' '*' told 3
  expect 0 'becomes 203.0.113.1 port 33333, .*; the port is drawn at random from its class, since answers to the old one are another' '*' told 5
  # Other rules predict otherwise, and the first packet that does not fit is told.
  expect 0 '*' ' 0 of 4 .* the first that does not: packet 1, 192.168.1.10.40000 > 198.51.100.7.80 is predicted to leave as 203.0.113.2.40000 > 198.51.100.7.80, and left as 203.0.113.1.40000 > 198.51.100.7.80$' \
    "$ctreplay" -L --rules "$work/other" $ours "$work/any.pcap"
  expect 0 '*' '4 of 5 packets leave as predicted; .*: packet 9, 192.168.1.10.5000 > 198.51.100.7.99 is predicted to leave as 203.0.113.1.5000 > 198.51.100.7.99, and was not seen to leave' \
    "$ctreplay" -L --rules "$work/open" $ours "$work/any.pcap"
  sed 's/-p udp/-s 192.168.1.11/' "$work/rules" > "$work/dropping"
  expect 0 '*' 'packet 5, 192.168.1.11.40000 > 198.51.100.7.80 left as 203.0.113.1.33333 > 198.51.100.7.80, and is predicted to be dropped by filter:FORWARD:rule:1' \
    "$ctreplay" -L --rules "$work/dropping" $ours "$work/any.pcap"
  # Two zones of one connection translate nothing.
  printf '*raw\n-A PREROUTING -i lan0 -j CT --zone-orig 5\nCOMMIT\n' > "$work/zone"
  expect 0 '^5,0,0$' '*' "$ctreplay" flows -o csv --fields zone_orig,zone_reply,nat --rules "$work/zone" --route 0.0.0.0/0=wan0 \
    --route 192.168.0.0/16=lan0 samples/nat-zones.pcap
}

# H.323's payloads stay as they are, and that is said; not where nothing is translated.
"$ctreplay" compile "${srcdir:-.}/samples/h323.ct" -W "$work/h323.pcap" || exit 99
printf '*raw\n-A PREROUTING -p udp -m udp --dport 1719 -j CT --helper RAS\nCOMMIT\n*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n' > "$work/h323"
sed '/MASQUERADE/d' "$work/h323" > "$work/h323-plain"
calls='--route 10.0.0.0/29=lan0 --route 0.0.0.0/0=wan0 --local 203.0.113.1/24@wan0'
# shellcheck disable=SC2086 # words
{
  expect 0 'dport=1719.* dst=203.0.113.1 ' 'note: 2 translated connections have a helper whose packets a kernel with nf_nat_h323 writes anew (the first: RAS): here' \
    "$ctreplay" -L --rules "$work/h323" $calls "$work/h323.pcap"
  said_of_plain() { "$ctreplay" -L --rules "$work/h323-plain" $calls "$work/h323.pcap" 2>&1 > "$work/table" | grep -c nf_nat; }
  expect 1 '^0$' '' said_of_plain
}

# Without rules it is inferred, and without that each packet stands for itself.
expect 0 'src=192.168.1.11 dst=198.51.100.7 sport=40000 dport=80 packets=1 bytes=40 src=198.51.100.7 dst=203.0.113.1 sport=80 dport=33333 packets=1' \
  'the translation of 2 connections is inferred' "$ctreplay" -L "$work/any.pcap"
expect 0 '^2$' '*' sh -c "\"$ctreplay\" -L -n 203.0.113.1 \"$work/any.pcap\" | grep -c ."
expect 0 '^3$' '*' "$ctreplay" -C "$work/any.pcap"
expect 0 '"dport":33333}.*"inferred":true' '*' "$ctreplay" -L -o json "$work/any.pcap"
expect 0 'leaves as tcp 203.0.113.1.33333 > 198.51.100.7.80 (inferred)' '*' "$ctreplay" "$work/any.pcap"
expect 0 '^192.168.1.11	.*|SRC_NAT|.*|inferred$' '*' "$ctreplay" flows -o tsv --fields src,status "$work/any.pcap"
expect 0 '^192.168.1.11,1,1$' '*' "$ctreplay" flows -o csv --fields src,nat,inferred "$work/any.pcap"
expect 0 '"src":"192.168.1.11".*"nat":true,"inferred":true' '*' "$ctreplay" flows -o json "$work/any.pcap"
expect 1 '' '*' sh -c "\"$ctreplay\" flows -o csv --fields inferred --nat off \"$work/any.pcap\" | grep 1"
told_inferred() { "$ctreplay" explain --packet 5 "$work/any.pcap" | tr -s ' \n' ' '; }
expect 0 "answers are tcp from 198.51.100.7 port 80 to 203.0.113.1 port 33333: that is inferred from how" '*' told_inferred
expect 0 '^5$' '*' "$ctreplay" -C --nat off "$work/any.pcap"
expect 0 '^4$' '*' sh -c "\"$ctreplay\" -P --reason copy \"$work/any.pcap\" | grep -c once"
# The same by one thread and by two, and of a pipe.
"$ctreplay" -E -o timestamp --threads 1 "$work/any.pcap" > "$work/one" 2> /dev/null
expect 0 '' '' sh -c "\"$ctreplay\" -E -o timestamp --threads 2 \"$work/any.pcap\" 2> /dev/null | cmp - \"$work/one\""
expect 0 '' '' sh -c "cat \"$work/any.pcap\" | \"$ctreplay\" -E -o timestamp - 2> /dev/null | cmp - \"$work/one\""
# What left without having been seen to arrive belongs to its connection, and is not tracked.
sed '/a < S\./d; /A < S\./s/.*/+0.01 a < S. 0:0(0) ack 1 win 65160 ttl 59 out/' "$work/any.ct" > "$work/stray.ct"
"$ctreplay" compile "$work/stray.ct" -W "$work/stray.pcap" || exit 99
expect 0 '^3$' '1 packets of translated connections left without having been seen to arrive' "$ctreplay" -C "$work/stray.pcap"
# The box's own error about a late answer: none would be sent where the connection is still there, and none is INVALID, here or in a sweep.
cat > "$work/late.ct" << 'CT'
link sll
flow u: udp 192.168.1.10:5000 > 198.51.100.7:53
flow U: udp 203.0.113.1:5000 > 198.51.100.7:53
+0      u > udp (20) ttl 64 in
+0.0001 U > udp (20) ttl 63 out
+0.01   U < udp (30) ttl 60 in
+0.0001 u < udp (30) ttl 59 out
+4      U < udp (30) ttl 60 in as late
+0.0001 U > icmp unreachable port about late ttl 64 out
CT
"$ctreplay" compile "$work/late.ct" -W "$work/late.pcap" || exit 99
late() { "$ctreplay" sweep -o csv --sysctl nf_conntrack_udp_timeout=3,5 "$@" "$work/late.pcap" 2> /dev/null | sed 1d | cut -d, -f"$(invalid_column)" | tr '\n' ' '; }
invalid_column() { "$ctreplay" sweep -o csv "$work/late.pcap" 2> /dev/null | head -n 1 | tr ',' '\n' | grep -nx invalid | cut -d: -f1; }
expect 0 '^0 0 $' '' late
for timeout in 3 5; do
  expect 1 '' '*' sh -c "\"$ctreplay\" -P --sysctl nf_conntrack_udp_timeout=$timeout \"$work/late.pcap\" | grep INVALID"
done
# shellcheck disable=SC2086
{
  printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n' > "$work/late.rules"
  expect 0 '^0 0 $' '' late --rules "$work/late.rules" $ours
}

# Two captures, one of each side, with no word about directions.
sed 's/ in$//; s/ out$//; s/link sll/link ethernet/' "$work/any.ct" > "$work/sides.ct"
awk '/^link/ || /^flow [abd]/ { print; next } /^flow/ { next } { at += $1; if ($2 ~ /[abd]/) { printf "+%.4f ", at - last; last = at; $1 = ""; print } }' "$work/sides.ct" > "$work/in.ct"
awk '/^link/ || /^flow [AB]/ { print; next } /^flow/ { next } { at += $1; if ($2 ~ /[AB]/) { printf "+%.4f ", at - last; last = at; $1 = ""; print } }' "$work/sides.ct" > "$work/out.ct"
"$ctreplay" compile "$work/in.ct" -W "$work/in.pcap" && "$ctreplay" compile "$work/out.ct" -W "$work/out.pcap" || exit 99
expect 0 'sport=80 dport=33333 packets=1' 'the translation of 2 connections is inferred' "$ctreplay" -L --merge "$work/in.pcap" "$work/out.pcap"

# One side alone: answers stand there with their translation undone, which is noticed, and put back where that is said.
# shellcheck disable=SC2086
{
  expect 0 'UNREPLIED' '2 packets go against a translated connection .* give --view inside' "$ctreplay" -L --rules "$work/rules" $ours "$work/in.pcap"
  expect 0 'SYN_RECV src=192.168.1.10 .*dst=203.0.113.1 sport=80 dport=40000' '*' "$ctreplay" -L -p tcp --view inside --rules "$work/rules" $ours "$work/in.pcap"
}
expect 2 '' 'view: says nothing without --rules' "$ctreplay" -L --view inside "$work/in.pcap"
# With both sides a port that was drawn is as it was seen; nothing is undone, and a view of one side says so.
# shellcheck disable=SC2086
{
  expect 1 '^4 packets paired, 1 lost (1 A>B, 0 B>A), 0 added' '' "$ctreplay" diff --rules "$work/rules" $ours "$work/in.pcap" "$work/out.pcap"
  expect 1 '^4 packets paired' 'note: --view: no packet answers a translated connection with the translation undone' \
    "$ctreplay" diff --view inside --rules "$work/rules" $ours "$work/in.pcap" "$work/out.pcap"
}
expect 2 '' 'give inside or outside' "$ctreplay" -L --view both --rules "$work/rules" "$work/in.pcap"
# What the box sends to itself: on any each packet twice, as it left by lo and as it came in there. It meets the hooks of both ways.
cat > "$work/lo.ct" << 'CT'
link sll
flow w: tcp 127.0.0.1:4000 > 127.0.0.1:80 isn 1000,5000
flow n: udp 192.168.1.1:4000 > 203.0.113.1:53
+0      w > S 0:0(0) win 64240 ttl 64 out
+0.0001 w > S 0:0(0) win 64240 ttl 64 in
+0.01   w < S. 0:0(0) ack 1 win 65160 ttl 64 out
+0.0001 w < S. 0:0(0) ack 1 win 65160 ttl 64 in
+0.01   n > udp (20) ttl 64 out
+0.0001 n > udp (20) ttl 64 in
CT
"$ctreplay" compile "$work/lo.ct" -W "$work/lo.pcap" || exit 99
printf '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A OUTPUT -o lo\nCOMMIT\n' > "$work/lo.rules"
# shellcheck disable=SC2086 # words
{
  expect 0 '^\[3:[0-9]*\] -A INPUT -i lo -j ACCEPT' '*' "$ctreplay" rules --rules "$work/lo.rules" $ours "$work/lo.pcap"
  expect 0 '^\[3:[0-9]*\] -A OUTPUT -o lo' '*' "$ctreplay" rules --rules "$work/lo.rules" $ours "$work/lo.pcap"
  expect 0 '^2$' '*' "$ctreplay" -C --rules "$work/lo.rules" $ours "$work/lo.pcap"
  # Without the rule that lets it in it is dropped there, behind its confirmation: the connections stay.
  sed '/-i lo/d' "$work/lo.rules" > "$work/lo.closed"
  expect 0 'drop by filter:INPUT:policy' '*' "$ctreplay" -P --rules "$work/lo.closed" $ours "$work/lo.pcap"
  expect 0 '^2$' '*' "$ctreplay" -C --rules "$work/lo.closed" $ours "$work/lo.pcap"
}

# Rules that ask for an address's kind, as Docker's: what leaves is the same whether other chains stand there or none.
cat > "$work/docker.rules" << 'END'
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 192.168.1.0/24 -o wan0 -j MASQUERADE
-A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.168.1.10
COMMIT
END
{ cat "$work/docker.rules"; printf '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -i none0\nCOMMIT\n'; } > "$work/more.rules"
for rules in docker more; do
  "$ctreplay" -P --as sent -W "$work/$rules.pcap" --rules "$work/$rules.rules" --local 192.168.1.1/24@lan0 --local 203.0.113.1/24@wan0 \
    --route 0.0.0.0/0=wan0 samples/nat-masquerade.pcap > "$work/out" 2> "$work/err"
  expect 0 '203.0.113.1' '*' "$ctreplay" -P --nat off "$work/$rules.pcap"
done
expect 0 '' '' cmp "$work/docker.pcap" "$work/more.pcap"
finish
