#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A ruleset under test: rules in scenarios, what is expected of them, and the example that README describes.
. "${srcdir:-.}/tests/cli/capture.sh"

# scenario NAME: standard input behind rules that most below share.
scenario() {
  {
    echo 'rules'
    echo '# anything that iptables-save writes'
    echo '*filter'
    echo ':FORWARD DROP [0:0]'
    echo '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT'
    echo '-A FORWARD -i lan0 -p tcp -m tcp --dport 80 -m comment --comment "the web" -j MARK --set-xmark 0x7/0xffffffff'
    echo '-A FORWARD -i lan0 -p tcp -m tcp --dport 80 -m comment --comment "out with it" -j ACCEPT'
    echo '-A FORWARD -p tcp -m tcp --dport 25 -j REJECT --reject-with tcp-reset'
    echo '-A FORWARD -m mac --mac-source 00:00:00:00:00:01 -j ACCEPT'
    echo 'COMMIT'
    echo 'end'
    echo 'route 10.0.0.0/8=lan0'
    echo 'flow web: tcp 10.0.0.1:1000 > 192.0.2.80:80'
    echo 'flow mail: tcp 10.0.0.1:1001 > 192.0.2.80:25'
    echo 'flow dns: udp 10.0.0.1:1002 > 192.0.2.53:53'
    cat
  } > "$work/$1"
}

scenario met << 'END'
+0   web > S                          => NEW orig accept by filter:FORWARD:rule:3 by "out with it" hit filter:FORWARD:rule:2 nfmark 7
+0   web < S. 0:0(0) ack 1 iface wan0 => ESTABLISHED reply accept by filter:FORWARD:rule:1 nfmark 0
+0   mail > S                         => NEW orig reject by filter:FORWARD:rule:4
expect no entry mail
+0   dns > udp (30)                   => NEW orig drop by filter:FORWARD:policy
expect rule filter:FORWARD:rule:3 packets 1 bytes 40
expect rule filter:FORWARD:policy packets 1
expect rule filter:FORWARD:policy:6 bytes 58
+0   web > S 5:5(0) iface wan0        => ESTABLISHED orig accept
END
expect 0 '^1\.\.9$' '' "$ctreplay" test "$work/met"

# Labels and zones.
cat > "$work/labelled" << 'END'
rules
*raw
-A PREROUTING -s 10.0.0.1/32 -j CT --zone 5
-A PREROUTING -s 10.0.0.2/32 -j CT --zone-orig 7
COMMIT
*filter
-A FORWARD -p udp -m connlabel --label 3 --set
-A FORWARD -p udp -m connlabel --label 17 --set
COMMIT
end
flow a: udp 10.0.0.1:1000 > 192.0.2.53:53
flow b: udp 10.0.0.2:1000 > 192.0.2.53:53
flow c: tcp 10.0.0.3:1000 > 192.0.2.53:53
+0 a > udp (30) => NEW orig labels 3,17 zone 5
+0 b > udp (30) => NEW orig zone 7/0 labels 17,3
+0 c > S        => NEW orig labels none zone 0
END
expect 0 '^1\.\.3$' '' "$ctreplay" test "$work/labelled"
sed 's/labels none zone 0/labels 4 zone 1/; s/zone 7.0/zone 7/' "$work/labelled" > "$work/otherwise"
expect 1 '^  expected: labels 4, zone 1$' '' "$ctreplay" test "$work/otherwise"
expect 1 '^  got: labels none, zone 0$' '' "$ctreplay" test "$work/otherwise"
expect 1 '^  got: zone 7/0$' '' "$ctreplay" test "$work/otherwise"

# Labels by their names, in rules and in what is expected of them.
printf '3 web\n17 mail\n' > "$work/connlabel.conf"
sed 's/--label 3 /--label web /; s/labels 3,17/labels web,17/; s/labels 17,3/labels mail,web/' "$work/labelled" > "$work/named"
expect 0 '^1\.\.3$' '' "$ctreplay" test --connlabels "$work/connlabel.conf" "$work/named"
expect 3 '^  error: .*: no label is called web' "^ctreplay: $work/named:[0-9]*: no label is called web: --connlabels FILE says which label has which name$" "$ctreplay" test "$work/named"
sed 's/web,17/www,17/' "$work/named" > "$work/misnamed"
expect 3 '^  error: .*: no label is called www$' "^ctreplay: $work/misnamed:[0-9]*: no label is called www$" "$ctreplay" test --connlabels "$work/connlabel.conf" "$work/misnamed"
expect 2 '' 'absent: No such file or directory$' "$ctreplay" test --connlabels "$work/absent" "$work/named"

# Policies of timeouts are read before the fence.
echo 'nfct timeout add short inet udp unreplied 7' > "$work/policies"
cat > "$work/short" << 'END'
rules
*raw
-A PREROUTING -p udp -j CT --timeout short
COMMIT
end
flow a: udp 10.0.0.1:1000 > 192.0.2.53:53
+0 a > udp (30) => NEW orig 7s
END
expect 0 '^ok 1 ' '' "$ctreplay" test --timeout-policies "$work/policies" "$work/short"
expect 2 '' 'absent: No such file or directory$' "$ctreplay" test --timeout-policies "$work/absent" "$work/short"

# Each that is not met says what happened instead, and the way that the packet went.
scenario unmet << 'END'
+0   web > S    => NEW orig drop
+0.1 web > S    => NEW orig accept by filter:FORWARD:policy
+0.1 web > S    => NEW orig accept by "cheese"
+0.1 web > S    => NEW orig hit filter:FORWARD:rule:4 nfmark 8
+0.1 dns > udp (30)  => NEW accept by "out with it"
expect rule filter:FORWARD:rule:3 packets 1
expect rule filter:FORWARD:rule:9 packets 1
END
expect 1 'not ok 1 - .*/unmet:16: => NEW orig drop' '' "$ctreplay" test "$work/unmet"
cp "$work/out" "$work/told"
for words in '^  expected: drop$' '^  got: accept$' '^  expected: by "cheese"$' \
  '^  got: by filter:FORWARD:rule:3 -A FORWARD .*"out with it" -j ACCEPT (.*/unmet:7)$' \
  '^  expected: hit filter:FORWARD:rule:4, nfmark 8$' \
  '^  got: hit filter:FORWARD:rule:2 .*; filter:FORWARD:rule:3 .*, nfmark 7$' 'filter FORWARD rule 1 (.*/unmet:5): no, ' \
  '^  expected: accept, by "out with it"$' '^  got: drop, by filter:FORWARD:policy$' '^  got: packets 4$' '^  got: filter:FORWARD:rule:9 no such rule$\|^  got: no such rule$'; do
  expect 0 '*' '' grep -e "$words" "$work/told"
done

# Files stand beside the scenario, wherever that is tested from; nft's JSON and both families too.
mkdir "$work/there"
sed -n '/^[*]filter/,/^COMMIT/p' "$work/met" > "$work/there/a rules"
{
  echo 'rules "a rules" # both'
  echo 'rules six.json'
  sed -n '/^route/,$p' "$work/met"
  echo 'flow six: tcp [fd00::1]:1 > [fd00::2]:80'
  echo '+1 six > S => NEW accept by six:forward:rule:1'
  echo '+1 six < S. => ESTABLISHED drop by six:forward:policy'
} > "$work/there/both"
cat > "$work/there/six.json" << 'END'
{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, {"table": {"family": "ip6", "name": "six", "handle": 1}},
{"chain": {"family": "ip6", "table": "six", "name": "forward", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
{"rule": {"family": "ip6", "table": "six", "chain": "forward", "handle": 2, "expr": [
{"match": {"op": "==", "left": {"ct": {"key": "state"}}, "right": "new"}}, {"accept": null}]}}]}
END
expect 0 '^1\.\.11$' '' "$ctreplay" test "$work/there/both"
# shellcheck disable=SC2016 # its own shell expands them
expect 0 '^1\.\.11$' '' sh -c 'cd "$0" && "$1" test both' "$work/there" "$(case $ctreplay in /*) ;; *) echo "$PWD/" ;; esac)$ctreplay"
expect 3 'not ok 1' 'standard input:1: rules of what comes through a pipe are not looked for: give --rules FILE' \
  sh -c 'cd "$0" && cat both | "$1" test -' "$work/there" "$(case $ctreplay in /*) ;; *) echo "$PWD/" ;; esac)$ctreplay"
expect 0 '^1\.\.9$' '' sh -c 'cd "$0" && grep -v six both | "$1" test --rules "a rules" -' "$work/there" "$(case $ctreplay in /*) ;; *) echo "$PWD/" ;; esac)$ctreplay"
expect 0 '^1\.\.11$' '' sh -c 'cd "$0" && "$1" test - < both' "$work/there" "$(case $ctreplay in /*) ;; *) echo "$PWD/" ;; esac)$ctreplay"

# The command line's rules take the place of the scenario's own, its facts those of the options.
sed 's/--dport 25 -j REJECT --reject-with tcp-reset/--dport 25 -j DROP/' "$work/there/a rules" > "$work/other"
expect 1 '^not ok 3 .*=> NEW orig reject by filter:FORWARD:rule:4' '' "$ctreplay" test --rules "$work/other" "$work/met"
expect 1 'got: drop$' '' "$ctreplay" test --rules "$work/other" "$work/met"
expect 1 'not ok 1 ' '' "$ctreplay" test --iface wan0 "$work/met"
printf 'flow w: udp 10.0.0.1:1 > 10.0.0.2:2\n+0 w > udp (3) => NEW accept\n' > "$work/bare"
expect 1 'got: no rules' '' "$ctreplay" test "$work/bare"
expect 1 'got: drop$' '' "$ctreplay" test --rules "$work/other" "$work/bare"
expect 2 '' 'nowhere: No such file' "$ctreplay" test --rules "$work/nowhere" "$work/bare"

# A file in nft's own language is listed by nft, where that can be.
printf 'table inet f {\n chain forward {\n  type filter hook forward priority 0; policy drop;\n  udp dport 2 accept\n }\n}\n' > "$work/there/own.nft"
printf 'rules own.nft\nflow w: udp 10.0.0.1:1 > 10.0.0.2:2\n+0 w > udp (3) => NEW accept by f:forward:rule:1\n' > "$work/there/own"
if "$ctreplay" rules "$work/there/own.nft" > "$work/listed" 2>&1; then
  expect 0 '^ok 1' '*' "$ctreplay" test "$work/there/own"
else
  expect 77 'not ok 1' 'own:1: rules .*own.nft: ' "$ctreplay" test "$work/there/own"
fi

# What is wrong is told with the scenario's file and line, and is input.
fault() {
  name=$1
  shift
  printf '%s\n' "$@" > "$work/$name"
}
fault absent 'set gc=exact' 'rules nowhere.rules'
expect 3 'not ok 1' 'absent:2: rules .*nowhere.rules: No such file' "$ctreplay" test "$work/absent"
fault device 'rules /dev/zero'
expect 3 'not ok 1' 'device:1: rules /dev/zero: no file' timeout 20 "$ctreplay" test "$work/device"
fault wrong 'rules' '*filter' '-A FORWARD -p tcp -m tcp --dport nothing -j DROP' 'COMMIT' 'end'
expect 3 'not ok 1' 'wrong:3:[0-9]*: tcp: --dport: expected a port' "$ctreplay" test "$work/wrong"
fault endless 'rules' '*filter' 'COMMIT'
expect 3 'not ok 1' 'endless:1:.*expected "end" after "rules"' "$ctreplay" test "$work/endless"
fault late 'flow w: udp 10.0.0.1:1 > 10.0.0.2:2' '+0 w > udp (3)' 'rules x'
expect 3 'not ok 1' 'late:3:.*rules stand before the first packet' "$ctreplay" test "$work/late"
fault inside 'repeat 2' 'rules x' 'end'
expect 3 'not ok 1' 'inside:2:.*not in what is repeated' "$ctreplay" test "$work/inside"
fault idle 'set hz=250' 'route 10.0.0.0/8=lan0'
expect 3 'not ok 1' 'idle:2: route says nothing without rules' "$ctreplay" test "$work/idle"
fault route 'rules' '*filter' 'COMMIT' 'end' 'route 10.0.0.0/8'
expect 3 'not ok 1' 'route:5: --route 10.0.0.0/8: give PREFIX=INTERFACE' "$ctreplay" test "$work/route"
# What it holds cannot speak to the terminal of who tries it.
fault escape 'rules' '*filter' 'COMMIT' 'end' "set mode=a$(printf '\033')[31m"
expect 3 'mode a?.31m' 'escape:5: .*mode a?.31m' "$ctreplay" test "$work/escape"
fault twice 'iface lan0' 'flow w: udp 10.0.0.1:1 > 10.0.0.2:2' '+0 w > udp (3) iface wan0'
expect 3 'not ok 1' 'twice:3:.*line 1 says iface of all packets already' "$ctreplay" test "$work/twice"
fault name 'flow w: udp 10.0.0.1:1 > 10.0.0.2:2' '+0 w > udp (3) => NEW accept by filter'
expect 3 'not ok 1' 'name:2:.*expected a rule (TABLE:CHAIN:rule:NUMBER or' "$ctreplay" test "$work/name"

# The capture that a scenario makes knows the interfaces of its packets.
printf 'flow w: udp 10.0.0.1:1 > 10.0.0.2:2\n+0 w > udp (3) iface lan0\n+0 w < udp (3) iface wan0\n' > "$work/two"
expect 0 '' '' "$ctreplay" compile "$work/two" -W "$work/two.pcapng"
sed '/ctstate/d; s/-p tcp -m tcp --dport 80/-p udp/' "$work/there/a rules" > "$work/udp"
expect 0 '^     1 .*accept by filter:FORWARD:rule:2' '*' "$ctreplay" -P --rules "$work/udp" "$work/two.pcapng"
expect 0 '^     2 .*drop by filter:FORWARD:policy' '*' "$ctreplay" -P --rules "$work/udp" "$work/two.pcapng"

# What rules said of a capture becomes a test of it, with rules, where the box stands, and interfaces.
cp "$work/udp" "$work/udp rules"
expect 0 '^   => NEW orig 30s UNREPLIED accept by filter:FORWARD:rule:2 nfmark 0x7$' '*' \
  "$ctreplay" decompile --rules "$work/udp rules" --route 10.0.0.0/8=lan0 "$work/two.pcapng"
cp "$work/out" "$work/again.ct"
expect 0 '^rules ".*/udp rules"$' '' cat "$work/again.ct"
expect 0 '^+0 .* iface lan0$' '' cat "$work/again.ct"
expect 0 '^1\.\.2$' '*' "$ctreplay" test "$work/again.ct"
for sample in order server limit reject recent notrack-dns helper-ftp; do
  expect 0 '' '*' "$ctreplay" decompile --rules "samples/rules-$sample.rules" --local 192.0.2.80/24 "samples/rules-$sample.pcap" -W "$work/again.ct"
  expect 0 ' by filter:\| by raw:\| reject \| drop ' '' cat "$work/again.ct"
  expect 0 '^ok 1' '*' "$ctreplay" test "$work/again.ct"
done
# The name of rules is made whole while root, who may enter this folder, is still there.
mkdir -m 700 "$work/closed"
cp samples/rules-order.rules samples/rules-order.pcap "$work/closed"
program=$(realpath "$ctreplay")
# shellcheck disable=SC2016 # the inner shell expands them
expect 0 "" "*" sh -c 'cd "$1/closed" && "$2" decompile --rules rules-order.rules rules-order.pcap -W "$1/again.ct"' - "$work" "$program"
expect 0 '^rules ".*/closed/rules-order.rules"$' '' cat "$work/again.ct"
expect 0 '^ok 1' '*' "$ctreplay" test "$work/again.ct"
expect 2 '' 'nowhere: No such file' "$ctreplay" decompile --rules "$work/nowhere" "$work/two.pcapng"

# The example, as its README has it; and another ruleset against the same scenarios.
cp -r "${srcdir:-.}/examples/firewall" "$work/example"
chmod -R u+w "$work/example"
absolute=$(case $ctreplay in /*) ;; *) echo "$PWD/" ;; esac)$ctreplay
expect 0 '^ok 1 - box.ct:11: => NEW orig accept by "ssh from the office"' '' env -u MAKEFLAGS make -s -C "$work/example" check CTREPLAY="$absolute"
expect 0 'ctreplay test  *box.ct office.ct published.ct$' '' grep 'ctreplay test' "$work/example/README.md"
sed 's/ -i lan0 -p tcp -m tcp --dport 22 / -p tcp -m tcp --dport 22 /' "$work/example/edge.rules" > "$work/example/edge.new"
expect 2 'not ok .* - published.ct:18: => NEW orig drop by filter:INPUT:policy' 'Error 1' \
  env -u MAKEFLAGS make -s -C "$work/example" check CTREPLAY="$absolute" RULES=edge.new
finish
