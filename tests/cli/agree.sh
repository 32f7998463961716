#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay agree: a listing against the replay at a moment; each difference has its cause where it can be told.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/cap"
"$ctreplay" -L "$work/cap" > "$work/same" 2> "$work/err"
expect 0 'in both 2, alike 2; differences 0, unexplained 0' '*' "$ctreplay" agree "$work/same" "$work/cap"
for format in extended,id xml save json proc; do
  "$ctreplay" -L -o "$format" "$work/cap" > "$work/list" 2> "$work/err"
  expect 0 'in both 2, alike 2; differences 0, unexplained 0' '*' "$ctreplay" agree "$work/list" "$work/cap"
done
"$ctreplay" -L --at +1.5 "$work/cap" > "$work/list" 2> "$work/err"
expect 0 'at 1970-01-01T00:00:01.5Z, after packet 2$' '*' "$ctreplay" agree "$work/list" --at +1.5 "$work/cap"
expect 0 'after packet 2$' '*' "$ctreplay" agree "$work/list" --at '#2' "$work/cap"
expect 0 'in both 1, alike 1; differences 0' '*' "$ctreplay" agree "$work/list" --at '#2' "$work/cap"

udp='src=10.0.0.1 dst=10.0.0.2 sport=1234 dport=53 packets=1 bytes=28 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1234 packets=1 bytes=28'
tcp='src=10.0.0.1 dst=10.0.0.2 sport=1025 dport=23 packets=1 bytes=40 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=23 dport=1025 packets=0 bytes=0'
# differs EXIT "words" <<listing; the options behind.
differs() {
  want=$1 words=$2
  shift 2
  cat > "$work/list"
  expect "$want" "$words" '*' "$ctreplay" agree "$work/list" "$@" "$work/cap"
}
differs 0 'the box gives 60 s where 120 was assumed: nf_conntrack_tcp_timeout_syn_sent' <<EOF
udp      17 28 $udp mark=0 use=1
tcp      6 60 SYN_SENT $tcp mark=0 use=1
EOF
expect 0 '  nf_conntrack_tcp_timeout_syn_sent: 60 s, where 120 was assumed (1 of 1' '*' "$ctreplay" agree "$work/list" "$work/cap"
expect 0 '"sysctl":"nf_conntrack_tcp_timeout_syn_sent","assumed":120,"largest":60,"seen":1,"value":60' '*' "$ctreplay" agree -o json "$work/list" "$work/cap"
expect 0 '"differences":1,"unexplained":0' '*' "$ctreplay" agree -o json "$work/list" "$work/cap"
expect 0 'differences 0' '*' "$ctreplay" agree "$work/list" --sysctl nf_conntrack_tcp_timeout_syn_sent=60 "$work/cap"
# A listing of another moment looks as if the box had other timeouts, each by as much; round ones somebody may have set.
differs 0 'the listing is 7 s later than the moment: timeouts of 2 states are off by as much' <<EOF
udp      17 22 $udp mark=0 use=1
tcp      6 113 SYN_SENT $tcp mark=0 use=1
EOF
expect 0 '  All are off by as much: the listing is of a moment 7 s later than was told' '*' "$ctreplay" agree "$work/list" "$work/cap"
differs 1 'the box gives 113 s where 120 was assumed: nf_conntrack_tcp_timeout_syn_sent; or the listing is 7 s later than the moment' <<EOF
tcp      6 113 SYN_SENT $tcp mark=0 use=1
EOF
# What the box's own sysctls say is not contradicted.
mkdir "$work/box"
printf 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent = 120\n' > "$work/box/sysctl"
printf 'udp      17 28 %s mark=0 use=1\ntcp      6 60 SYN_SENT %s mark=0 use=1\n' "$udp" "$tcp" > "$work/list"
expect 1 'differences 1, unexplained 1' '*' "$ctreplay" agree "$work/list" --box "$work/box" "$work/cap"
cp "$work/out" "$work/told"
expect 1 '' '' grep -e 'was assumed' -e 'that the box has' "$work/told"
# UDP that was two seconds old here, and not there: a listing does not tell.
young='src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1'
printf 'flow f: udp 10.0.0.1:1 > 10.0.0.2:2\nflow g: udp 10.0.0.3:1 > 10.0.0.2:2\n+0 g > udp (1)\n+1 f > udp (1)\n' > "$work/young.ct"
"$ctreplay" compile "$work/young.ct" -W "$work/young.pcap" || exit 99
echo "udp 17 29 $young mark=0 use=1" > "$work/loaded"
echo "udp 17 30 $young mark=0 use=1" > "$work/list"
expect 0 'does not tell when it becomes a stream: on the box it was none yet' '*' "$ctreplay" agree "$work/list" --table "$work/loaded" \
  --table-at '#1' "$work/young.pcap"
# What the box itself sends and OUTPUT translates is captured as it leaves.
printf 'flow f: udp 192.0.2.1:5 > 172.17.0.11:80\n+0 f > udp (1)\n+1 f < udp (1)\n' > "$work/own.ct"
"$ctreplay" compile "$work/own.ct" -W "$work/own.pcap" || exit 99
printf '*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d 192.0.2.1/32 -p udp -m udp --dport 8080 -j DNAT --to-destination 172.17.0.11:80\nCOMMIT\n' > "$work/own.rules"
echo 'udp 17 30 src=192.0.2.1 dst=192.0.2.1 sport=5 dport=8080 src=172.17.0.11 dst=192.0.2.1 sport=80 dport=5 mark=0 use=1' > "$work/list"
expect 0 'behind their translation alone, as they leave: the box itself sends them' '*' "$ctreplay" agree "$work/list" --local 192.0.2.1/24 \
  --rules "$work/own.rules" "$work/own.pcap"
# Answers alone.
"$ctreplay" -P -W "$work/answers.pcap" --start '#2' "$work/own.pcap" 2> "$work/err"
echo 'udp 17 30 src=192.0.2.1 dst=172.17.0.11 sport=5 dport=80 packets=1 bytes=29 src=172.17.0.11 dst=192.0.2.1 sport=80 dport=5 packets=1 bytes=29 mark=0 use=1' > "$work/list"
for rules in "--rules $work/own.rules" ''; do
  # shellcheck disable=SC2086 # two words, or none
  expect 0 'the capture has one direction of it alone, that of the answers' '*' "$ctreplay" agree "$work/list" --local 192.0.2.1/24 $rules "$work/answers.pcap"
done
# Listings are in whole seconds, also the one that is loaded.
other='src=10.9.0.1 dst=10.9.0.2 sport=1 dport=2 src=10.9.0.2 dst=10.9.0.1 sport=2 dport=1 mark=0 use=1'
echo "udp 17 1 $other" > "$work/loaded"
echo "udp 17 0 $other" > "$work/list"
expect 0 'it ends within the second of the moment: here it ended 0.0 s before' '*' \
  "$ctreplay" agree "$work/list" --table "$work/loaded" --table-at '#1' "$work/cap"
# Two that say two things say no value: above what was assumed, a bound; else nothing.
: > "$work/two.ct"
for n in 1 2; do
  echo "flow f$n: udp 10.0.0.$n:1 > 10.0.9.9:2" >> "$work/two.ct"
done
printf '+0 f1 > udp (1)\n+0 f2 > udp (1)\n+1 f1 > udp (1)\n+0 f2 > udp (1)\n' >> "$work/two.ct"
"$ctreplay" compile "$work/two.ct" -W "$work/two.pcap" || exit 99
for seconds in 20:10 50:40; do
  for n in 1 2; do
    left=$([ "$n" = 1 ] && echo "${seconds%:*}" || echo "${seconds#*:}")
    echo "udp      17 $left src=10.0.0.$n dst=10.0.9.9 sport=1 dport=2 [UNREPLIED] src=10.0.9.9 dst=10.0.0.$n sport=2 dport=1 mark=0 use=1"
  done > "$work/list"
  case $seconds in
  20*) expect 1 'differences 2, unexplained 2' '*' "$ctreplay" agree "$work/list" "$work/two.pcap"
    cp "$work/out" "$work/told"
    expect 1 '' '' grep 'nf_conntrack_udp_timeout:' "$work/told" ;;
  *) expect 1 'nf_conntrack_udp_timeout: at least 50 s, the largest that is listed, where 30 was assumed' '*' "$ctreplay" agree "$work/list" "$work/two.pcap" ;;
  esac
done
differs 1 'not explained' <<EOF
udp      17 28 $udp mark=0 use=1
tcp      6 120 ESTABLISHED $tcp mark=0 use=1
EOF
differs 0 'began before the capture: its last packet came 97 s before the first one' <<EOF
udp      17 28 $udp mark=0 use=1
tcp      6 120 SYN_SENT $tcp mark=0 use=1
tcp      6 431901 ESTABLISHED src=10.9.9.9 dst=10.0.0.2 sport=1 dport=2 packets=1 bytes=40 src=10.0.0.2 dst=10.9.9.9 sport=2 dport=1 packets=5 bytes=300 [ASSURED] mark=0 use=1
EOF
differs 0 'no packet of it is in the capture' <<EOF
udp      17 28 $udp mark=0 use=1
tcp      6 120 SYN_SENT $tcp mark=0 use=1
tcp      6 432000 ESTABLISHED src=10.9.9.9 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.9.9.9 sport=2 dport=1 [ASSURED] mark=0 use=1
EOF
differs 0 'it began within the second of the moment' <<EOF
udp      17 28 $udp mark=0 use=1
EOF
differs 0 'it is offloaded: its packets pass by a flow table' <<EOF
udp      17 28 $udp mark=0 use=1
tcp      6 120 SYN_SENT $tcp mark=0 use=1
tcp      6 src=10.9.9.9 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.9.9.9 sport=2 dport=1 [OFFLOAD] mark=0 use=1
EOF
# What may be so is told, and explains nothing.
differs 1 'perhaps: may have begun before the capture' <<EOF
udp      17 28 src=10.0.0.1 dst=10.0.0.2 sport=1234 dport=53 packets=3 bytes=84 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1234 packets=1 bytes=28 mark=0 use=1
tcp      6 120 SYN_SENT $tcp mark=0 use=1
EOF
cp "$work/list" "$work/list-older"
differs 0 'rules translate or mark it, and none were given' <<EOF
udp      17 28 $udp mark=7 use=1
tcp      6 120 SYN_SENT $tcp mark=0 use=1
EOF
# A rule that drops here what the box has.
printf '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -j DROP\nCOMMIT\n' > "$work/rules"
differs 0 'a rule dropped its packets here, all 1' --rules "$work/rules" <<EOF
udp      17 28 $udp mark=0 use=1
tcp      6 120 SYN_SENT $tcp mark=0 use=1
EOF
expect 1 '"cause":"before-capture","perhaps":true' '*' "$ctreplay" agree -o json "$work/list-older" "$work/cap"
# With a table at the beginning, what began before is no cause: it is there.
sed -e 's/packets=3 bytes=84/packets=1 bytes=28/' -e /^tcp/d "$work/list-older" > "$work/begin"
expect 1 'in both 2, alike 1; differences 1, unexplained 1' '*' "$ctreplay" agree "$work/list-older" --table "$work/begin" --table-at +1.5 "$work/cap"
expect 1 'in both 1, alike 0; differences 2, unexplained 1' '*' "$ctreplay" agree "$work/begin" --table "$work/list-older" --table-at +0.5 "$work/cap"
# Rules for translation meet a first packet alone: an entry that is older than they are stays as it was.
cat > "$work/stale.ct" << 'END'
flow q: udp 192.0.2.10:40001 > 198.51.100.1:53
+0 q > udp (20)
+0.01 q < udp (40)
+1 q > udp (20)
+0.01 q < udp (40)
END
"$ctreplay" compile "$work/stale.ct" -W "$work/stale.pcap" || exit 99
printf '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp --dport 53 -j DNAT --to-destination 10.0.0.5\nCOMMIT\n' > "$work/dnat"
"$ctreplay" -L "$work/stale.pcap" > "$work/list" 2> "$work/err"
expect 1 'perhaps: may have begun before the capture, and is translated as was settled then, not as these rules would$' '*' \
  "$ctreplay" agree "$work/list" --rules "$work/dnat" --local 198.51.100.1 "$work/stale.pcap"
expect 1 'perhaps: on the box its packets are those of line 1, which may have begun before the capture, and is translated otherwise$' '*' \
  "$ctreplay" agree "$work/list" --rules "$work/dnat" --local 198.51.100.1 "$work/stale.pcap"
sed 's/ mark=0/ mark=0 delta-time=500/' "$work/list" > "$work/aged"
expect 0 '      began before the capture, and is translated as was settled then, not as these rules would$' '*' \
  "$ctreplay" agree "$work/aged" --rules "$work/dnat" --local 198.51.100.1 "$work/stale.pcap"
cp "$work/out" "$work/told"
expect 1 '' '' grep 'one direction' "$work/told"
expect 0 '^2$' 'note: 1 packet goes against a translated connection .*; connections that are older than the rules look so, too$' \
  "$ctreplay" -C --rules "$work/dnat" --local 198.51.100.1 "$work/stale.pcap"
# A difference in the original direction is told as one.
sed 's/src=192.0.2.10 dst=198.51.100.1/src=192.0.2.10 dst=203.0.113.9/' "$work/list" > "$work/own"
expect 0 'original udp 192.0.2.10.40001 > 203.0.113.9.53, here udp 192.0.2.10.40001 > 198.51.100.1.53' '*' \
  "$ctreplay" agree "$work/own" "$work/stale.pcap"
cp "$work/out" "$work/told"
expect 1 '' '' grep 'reply udp' "$work/told"

# In a full table it is the hash, by a seed that the box alone knows, that says who goes, or whether the newcomer is dropped.
listed() { echo "udp      17 $2 src=10.0.0.$1 dst=10.0.9.9 sport=1 dport=2 [UNREPLIED] src=10.0.9.9 dst=10.0.0.$1 sport=2 dport=1 mark=0 use=1"; }
listed 1 27 > "$work/list"
expect 1 'perhaps: the table was full: on the box it may have been dropped, or evicted; whom a newcomer finds' '*' \
  "$ctreplay" agree "$work/list" --at +4 --profile linux-3.10 --max 1 --hashsize 8 "$work/two.pcap"
cp "$work/out" "$work/told"
expect 0 "it was evicted here [0-9.]* s before, as the table was full: the box.s .*nf_conntrack_max is larger, or there another had to go, or the newcomer was dropped\$" '' \
  cat "$work/told"
# A size that the box has told is not contradicted either.
printf 'net.netfilter.nf_conntrack_max = 1\n' > "$work/box/sysctl"
expect 1 'as the table was full: there another had to go, or the newcomer was dropped$' '*' \
  "$ctreplay" agree "$work/list" --box "$work/box" --at +4 --profile linux-3.10 --hashsize 8 "$work/two.pcap"

# Ended here by its timeout, not there.
differs 0 'it ended here 9[0-9.]* s before by nf_conntrack_udp_timeout: the box gives more than 5 s' --at +15 \
  --sysctl nf_conntrack_udp_timeout=5 <<EOF
udp      17 15 $udp mark=0 use=1
tcp      6 107 SYN_SENT $tcp mark=0 use=1
EOF

# ---- what is wrong ----
expect 2 '' 'give a listing of the box' "$ctreplay" agree "$work/cap"
expect 3 '' 'No such file' "$ctreplay" agree "$work/none" "$work/cap"
expect 3 '' 'cap:1: this is no line' "$ctreplay" agree "$work/cap" "$work/cap"
finish
