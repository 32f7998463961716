#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay diff --rules A --rules B: what a change of the ruleset changes for this traffic.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/cap"
# rules FILE RULE...: a ruleset in iptables-save's form.
rules() {
  file=$1
  shift
  {
    echo '*filter'
    echo ':FORWARD DROP [0:0]'
    for rule; do echo "-A FORWARD $rule"; done
    echo 'COMMIT'
  } > "$work/$file"
}
known='-m conntrack --ctstate ESTABLISHED -j ACCEPT'
rules a "$known" '-p udp -j ACCEPT' '-p tcp -m tcp --dport 23 -j ACCEPT'
rules renumbered '-p tcp -m tcp --dport 99 -j DROP' "$known" '-p udp -j ACCEPT' '-p tcp -m tcp --dport 23 -j ACCEPT'
rules reject "$known" '-p udp -j ACCEPT' '-p tcp -j REJECT'
rules late '-p udp -j ACCEPT' "$known" '-p tcp -m tcp --dport 23 -j ACCEPT'
rules silent "$known" '-p tcp -m tcp --dport 23 -j ACCEPT'

# Nothing changes: the same rules in other places of the chain, or in a file of their own.
expect 0 '3 packets compared: no difference' '' "$ctreplay" diff --rules "$work/a" --rules "$work/renumbered" "$work/cap"
expect 0 '^B is .*, rules .*/renumbered$' '' "$ctreplay" diff --rules "$work/a,$work/renumbered" "$work/cap"
echo 'create s hash:ip family inet' > "$work/set"
expect 0 '^A is .*, rules .*/a+.*/set$' '' "$ctreplay" diff --rules "$work/a+$work/set" --rules "$work/renumbered" "$work/cap"
cp "$work/a" "$work/one+two,three"
expect 0 '^A is .*, rules .*/one+two,three$' '' "$ctreplay" diff --rules "$work/one+two,three" --rules "$work/a" "$work/cap"
# One ruleset is that of both sides, as are several files of one.
expect 2 '' 'two rulesets (--rules A --rules B)' "$ctreplay" diff --rules "$work/a" "$work/cap"
expect 2 '' 'nothing that differs' "$ctreplay" diff --rules "$work/a" --rules "$work/a" "$work/cap"
expect 0 'no difference' '*' "$ctreplay" diff --rules "$work/a+$work/set" --hz 100,250 "$work/cap"
# Of two captures they are all the ruleset of what lies between.
expect 0 'no difference' '*' "$ctreplay" diff --rules "$work/a" --rules "$work/set" "$work/cap" "$work/cap"
expect 2 '' '--only: two captures, before and behind' "$ctreplay" diff --only rule "$work/cap" "$work/cap"
expect 2 '' '--rules: diff compares two rulesets' "$ctreplay" diff --rules "$work/a" --rules "$work/a" --rules "$work/a" "$work/cap"
expect 2 '' '--rules: diff compares two rulesets' "$ctreplay" diff --rules "$work/a,$work/a,$work/late" "$work/cap"
expect 2 '' 'nowhere: No such file' "$ctreplay" diff --rules "$work/a" --rules "$work/nowhere" "$work/cap"

# Another verdict, told by packets and connections, with both rules.
expect 1 '^  1 packet of 1 connection: accepted by filter:FORWARD:rule:3 (.*/a:5) -> rejected by filter:FORWARD:rule:3 (.*/reject:5)$' '' \
  "$ctreplay" diff --rules "$work/a" --rules "$work/reject" "$work/cap"
cp "$work/out" "$work/told"
for words in '^      from packet 3 on, tcp 10.0.0.1.1025 > 10.0.0.2.23; differs: state, ruling, rule$' \
  '^   why A  .*/a:5: -A FORWARD -p tcp -m tcp --dport 23 -j ACCEPT$' '^   why B  .*/reject:5: -A FORWARD -p tcp -j REJECT ' \
  '^3 packets compared, 1 differs, it is number 3 (1 state, 1 ruling, 1 rule)$' '^  entries *A 2  B 1$'; do
  expect 0 '*' '' grep -e "$words" "$work/told"
done
# What a reject answers is a part of the verdict.
rules reset "$known" '-p udp -j ACCEPT' '-p tcp -j REJECT --reject-with tcp-reset'
expect 1 '^  1 packet of 1 connection: rejected with ICMP type 3 code 3 by filter:FORWARD:rule:3 (.*/reject:5) -> rejected with a TCP reset by filter:FORWARD:rule:3 (.*/reset:5)$' '' \
  "$ctreplay" diff --rules "$work/reject" --rules "$work/reset" "$work/cap"
expect 1 '"verdict":"reject","with":"ICMP type 3 code 3","by":' '*' "$ctreplay" diff -o json --rules "$work/reject" --rules "$work/reset" "$work/cap"
# What is dropped has consequences: the answer finds no connection.
expect 1 '^  1 packet of 1 connection: ESTABLISHED, accepted by filter:FORWARD:rule:1 .* -> NEW, dropped by filter:FORWARD:policy (' '*' \
  "$ctreplay" diff --rules "$work/a" --rules "$work/silent" "$work/cap"
expect 1 '^  1 packet of 1 connection: accepted by filter:FORWARD:rule:2 .* -> dropped by filter:FORWARD:policy (' '*' \
  "$ctreplay" diff --rules "$work/a" --rules "$work/silent" "$work/cap"

# The same verdict by another rule is a difference of its own, which can be left out.
expect 1 '1 differs, it is number 2 (1 rule)' '' "$ctreplay" diff --rules "$work/a" --rules "$work/late" "$work/cap"
expect 0 'no difference' '' "$ctreplay" diff --only ruling,mark --rules "$work/a" --rules "$work/late" "$work/cap"
expect 1 '1 differs, it is number 3 (1 ruling)' '' "$ctreplay" diff --only ruling --rules "$work/a" --rules "$work/reject" "$work/cap"
expect 2 '' '--only rules: give class, state' "$ctreplay" diff --only rules --rules "$work/a" --rules "$work/late" "$work/cap"

# Marks, of the packet and of its connection; translation.
{ echo '*mangle'; echo '-A FORWARD -p udp -j MARK --set-mark 5'; echo 'COMMIT'; } > "$work/mark"
{ echo '*mangle'; echo '-A FORWARD -p tcp -j CONNMARK --set-mark 6'; echo 'COMMIT'; } > "$work/connmark"
{ echo '*nat'; echo '-A POSTROUTING -p udp -j SNAT --to-source 192.0.2.1'; echo 'COMMIT'; } > "$work/snat"
expect 1 '2 differ, the first is number 1 (2 mark)' '' "$ctreplay" diff --rules "$work/a" --rules "$work/a+$work/mark" "$work/cap"
expect 1 '1 differs, it is number 3 (1 mark)' '' "$ctreplay" diff --rules "$work/a" --rules "$work/a+$work/connmark" "$work/cap"
expect 1 'first is number 1 (.* translation)' '*' "$ctreplay" diff --rules "$work/a" --rules "$work/a+$work/snat" "$work/cap"

# The other language: what becomes of packets is compared, not by which rule.
cat > "$work/nft" << 'END'
{"nftables": [{"table": {"family": "inet", "name": "f", "handle": 1}},
{"chain": {"family": "inet", "table": "f", "name": "forward", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
{"rule": {"family": "inet", "table": "f", "chain": "forward", "handle": 2, "expr": [
{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "established"}}, {"counter": {"packets": 0, "bytes": 0}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "f", "chain": "forward", "handle": 3, "expr": [
{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "f", "chain": "forward", "handle": 4, "expr": [
{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 23}}, {"accept": null}]}}]}
END
expect 0 'no difference' 'in two languages: what becomes of packets is compared' "$ctreplay" diff --rules "$work/a" --rules "$work/nft" "$work/cap"
expect 1 'accepted by f:forward:rule:3 (.*/nft:.*) -> rejected by filter:FORWARD:rule:3' '*' \
  "$ctreplay" diff --rules "$work/nft" --rules "$work/reject" "$work/cap"
# Counters stand in nftables' rules, and are no change.
sed 's/"packets": 0, "bytes": 0/"packets": 17, "bytes": 5000/' "$work/nft" > "$work/later"
expect 0 'no difference' '' "$ctreplay" diff --rules "$work/nft" --rules "$work/later" "$work/cap"

# What A answers to what it rejects would not have been sent under B, nor the other way round.
cat > "$work/answer.ct" << 'END'
flow f: tcp 192.0.2.10:40001 > 198.51.100.1:22
+0 f > S 0:0(0) win 64240
+0.001 f < R. -5000:-5000(0) ack 1 win 0
+1 f > S 0:0(0) win 64240
END
"$ctreplay" compile "$work/answer.ct" -W "$work/answer" || exit 99
printf '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n' > "$work/resets"
printf '*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n' > "$work/accepts"
for sides in resets,accepts,A,B accepts,resets,B,A; do
  IFS=, read -r a b by other << END
$sides
END
  expect 1 '^3 packets compared, 2 differ, the first is number 1 ' '*' \
    "$ctreplay" diff --local 198.51.100.1 --rules "$work/$a" --rules "$work/$b" "$work/answer"
  cp "$work/out" "$work/told"
  expect 0 "^1 of them is an answer of the box's own to what $by rejects: under $other the box sends no such packet, and none is judged\$" '' \
    cat "$work/told"
  expect 1 '' '' grep -e OUTPUT -e INVALID "$work/told"
done
expect 1 '"own_answers":\[0,1\]}$' '*' "$ctreplay" diff -o json --local 198.51.100.1 --rules "$work/accepts" --rules "$work/resets" "$work/answer"

# JSON: the sides, packets, changes, and one line that says whether anything differs.
expect 1 '^{"schema":1,"type":"sides","a":{"capture":".*cap","kernel":"linux-6.18","rules":[[]".*/a"\]},"b":' '' \
  "$ctreplay" diff -o json --rules "$work/a" --rules "$work/reject" "$work/cap"
cp "$work/out" "$work/told"
for words in \
  '^{"schema":1,"type":"packet","n":3,"t":2.000000000,"flow":"tcp 10.0.0.1.1025 > 10.0.0.2.23","differs":\["state","ruling","rule"\],"a":{"verdict":"accept","class":"NEW","by":"filter:FORWARD:rule:3","file":".*/a","line":5,"text":"-A FORWARD -p tcp -m tcp --dport 23 -j ACCEPT","state":"SYN_SENT","timeout":120,"mark":0},"b":{"verdict":"reject","with":"ICMP type 3 code 3","class":"NEW",' \
  '^{"schema":1,"type":"change","packets":1,"connections":1,"first":3,.*"b":{"verdict":"reject","with":"ICMP type 3 code 3","by":"filter:FORWARD:rule:3",' \
  '^{"schema":1,"type":"summary","same":false,"packets":3,"differing":1,"ignored":0,"first":3,"by":{"state":1,"ruling":1,"rule":1},"entries":\[2,1\]'; do
  expect 0 '*' '' grep -e "$words" "$work/told"
done
expect 0 '"type":"summary","same":true,' '' "$ctreplay" diff -o json --rules "$work/a" --rules "$work/renumbered" "$work/cap"
# Without rules too.
expect 1 '"differs":\["timeout"\],"a":{"verdict":"accept","class":"NEW","timeout":30' '' \
  "$ctreplay" diff -o json --sysctl nf_conntrack_udp_timeout=30,60 "$work/cap"
"$ctreplay" -P -o json "$work/cap" > "$work/saved"
expect 2 '' 'two saved outputs are compared as they stand' "$ctreplay" diff -o json "$work/saved" "$work/saved"
finish
