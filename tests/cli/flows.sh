#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Connections as data: the command flows and its options, columns for -P and -E, filters of either side, a connection's whole story.
. "${srcdir:-.}/tests/cli/capture.sh"
manual=${srcdir:-.}/doc/flows.md

# Columns: those asked for, in that order; a name that is none, or stands there twice, is refused.
expect 0 '^last_packet,conn$' '' "$ctreplay" flows -o csv --fields last_packet,conn samples/reset.pcap
expect 0 '^6,1$' '' "$ctreplay" flows -o csv --fields last_packet,conn samples/reset.pcap
expect 2 '' '--fields: nonsense is none; see ctreplay list fields' "$ctreplay" flows --fields conn,nonsense samples/reset.pcap
expect 2 '' '--fields: conn is named twice' "$ctreplay" flows --fields conn,conn samples/reset.pcap
expect 2 '' '--fields: an empty name is none' "$ctreplay" -P --fields n, samples/reset.pcap
expect 2 '' '--fields: not of -o transcript; give text, csv, tsv or json' "$ctreplay" -P -o transcript --fields n samples/reset.pcap
expect 2 '' '--fields: not of -o xml' "$ctreplay" -E -o xml --fields conn samples/reset.pcap
expect 2 '' '--fields: for -P and -E, and the command flows' "$ctreplay" -L --fields conn samples/reset.pcap
expect 2 '' '--fields: for -P and -E' "$ctreplay" -E expect --fields conn samples/reset.pcap
expect 2 '' '-o xml: not a format of flows; it has text and csv and tsv and sqlite and json' "$ctreplay" flows -o xml samples/reset.pcap
expect 0 '^{"schema":1,"type":"packet","n":6,"class":"INVALID","reason":"tcp-seq-over"}$' '' "$ctreplay" -P -o json --fields n,class,reason samples/out-of-window.pcap
expect 0 '^{"schema":1,"type":"event","event":"NEW","conn":1}$' '' "$ctreplay" -E -o json --fields event,conn samples/reset.pcap
# What a column is got from is got for that column alone, too.
for table in -P -E flows; do
  section=$([ "$table" = flows ] && echo 'flows:' || echo "$table:")
  "$ctreplay" list fields | awk -v section="$section" '$0 == section { on = 1; next } /:$/ { on = 0 } on && NF { print $1 }' > "$work/names"
  expect 0 '*' '' grep -q conn "$work/names"
  "$ctreplay" $table -o tsv --fields all samples/upgrade-half-open.pcap > "$work/all"
  column=0
  while read -r name; do
    column=$((column + 1))
    cut -f "$column" "$work/all" > "$work/want"
    "$ctreplay" $table -o tsv --fields "$name" samples/upgrade-half-open.pcap > "$work/one"
    expect 0 '' '' cmp "$work/want" "$work/one"
  done < "$work/names"
done

# Sorted, the first of them, and counted together.
expect 0 '' '' sh -c "'$ctreplay' flows -o tsv --fields duration --sort duration samples/ftp-passive.pcap 2> /dev/null | sed 1d | sort -c -g -r"
expect 0 '' '' sh -c "'$ctreplay' flows -o tsv --fields duration --sort -duration samples/ftp-passive.pcap 2> /dev/null | sed 1d | sort -c -g"
expect 0 '^3$' '' sh -c "'$ctreplay' flows -o tsv --fields conn --top 2 samples/half-open-flood.pcap 2> /dev/null | wc -l"
expect 0 '^10.0.0.2	1	128$' '*' "$ctreplay" flows -o tsv --by src --fields key,connections,bytes --sort bytes --top 1 samples/half-open-flood.pcap
expect 2 '' '--sort nonsense: no such field' "$ctreplay" flows --sort nonsense samples/reset.pcap
expect 2 '' '--by color: give src, dst, net' "$ctreplay" flows --by color samples/reset.pcap
expect 2 '' '--by net/33: give' "$ctreplay" flows --by net/33 samples/reset.pcap
expect 2 '' '--top 0: give' "$ctreplay" flows --top 0 samples/reset.pcap

# At the peak: as many as -S says, and those that were there, as they stood; whatever became of them.
for capture in samples/half-open-flood.pcap samples/evicted-and-missed.pcap samples/ftp-passive.pcap samples/upgrade-half-open.pcap; do
  peak=$("$ctreplay" -S -o json "$capture" 2> /dev/null | sed 's/.*"peak":\([0-9]*\),"peak_time":"\([^"]*\)".*/\1 \2/')
  expect 0 "^$peak\$" '' sh -c "'$ctreplay' flows -o tsv --by proto --fields connections,at --at peak '$capture' 2> /dev/null |
    awk 'NR > 1 { n += \$1; at = \$2 } END { sub(/\\.?0+Z\$/, \"Z\", at); print n, at }'"
  packet=$("$ctreplay" flows --at peak "$capture" 2> /dev/null | sed -n 's/^# at .*, after packet //p')
  "$ctreplay" flows --at peak "$capture" 2> /dev/null | sed 's/^# at .*/#/' > "$work/peak"
  "$ctreplay" flows --at "#$packet" "$capture" 2> /dev/null | sed 's/^# at .*/#/' > "$work/at"
  expect 0 '' '' cmp "$work/peak" "$work/at"
done

# The peak, though all of it has ended since, and changed before it did.
cat > "$work/gone.ct" <<'CT'
flow a: udp 10.0.0.1:1000 > 10.0.0.9:53
flow b: udp 10.0.0.2:1000 > 10.0.0.9:53
flow c: udp 10.0.0.3:1000 > 10.0.0.9:53
+0 a > udp (10)
+1 b > udp (10)
+1 a > udp (20)
+100 c > udp (10)
CT
"$ctreplay" compile "$work/gone.ct" -W "$work/gone.pcap"
expect 0 '^1	1	38	*$' '' "$ctreplay" flows -o tsv --fields conn,packets,bytes,ended --at peak "$work/gone.pcap"
expect 0 '^1	2	86	timeout$' '' "$ctreplay" flows -o tsv --fields conn,packets,bytes,ended "$work/gone.pcap"

# The history in letters: all of the manual's.
expect 0 '^SrEfWLt$' '' "$ctreplay" flows -o tsv --fields history samples/handshake-and-close.pcap
expect 0 '^Nra$' '' "$ctreplay" flows -o tsv --fields history samples/udp-stream.pcap
expect 0 'SrEfWLt' '' cat "$manual"
for word in $("$ctreplay" list states | awk '$1 ~ /^(tcp|sctp|dccp)$/ && $2 != "NONE" { print $2 }'); do
  expect 0 '*' '' grep -q "| $word\b" "$manual"
done


# What a helper drops belongs to its connection, which has counted it.
expect 0 '^1	5	1$' '*' "$ctreplay" flows --helpers --sysctl nf_conntrack_expect_max=0 -o tsv --fields conn,packets,dropped samples/irc.pcap
expect 0 '^4	1	drop	helper-drop$' '*' "$ctreplay" -P --helpers --sysctl nf_conntrack_expect_max=0 -o tsv --fields n,conn,verdict,reason samples/irc.pcap
# The zone of each direction.
cat > "$work/zone.rules" << 'RULES'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -j CT --zone-orig 7
COMMIT
RULES
expect 0 '^1	7	0$' '*' "$ctreplay" flows --rules "$work/zone.rules" -o tsv --fields conn,zone_orig,zone_reply samples/dns.pcap
# Labels: names where there are some.
sed 's/-A FORWARD -j DROP/-A FORWARD -p udp -m connlabel --label 5 --set\n-A FORWARD -p udp -m connlabel --label 9 --set/' samples/rules-order.rules > "$work/labels.rules"
echo '5 web' > "$work/connlabel.conf"
expect 0 '^1	5|9$' '*' "$ctreplay" flows --rules "$work/labels.rules" -o tsv --fields conn,labels samples/rules-order.pcap
expect 0 '^{"schema":1,"type":"flow","conn":1,"labels":"web|9"}$' '*' "$ctreplay" flows --rules "$work/labels.rules" --connlabels "$work/connlabel.conf" -o json --fields conn,labels samples/rules-order.pcap
expect 0 '^UPDATE	1	5|9$' '*' "$ctreplay" -E --rules "$work/labels.rules" -o tsv --fields event,conn,labels samples/rules-order.pcap
expect 0 '^2	1	5|9$' '*' "$ctreplay" -P --rules "$work/labels.rules" -o tsv --fields n,conn,labels samples/rules-order.pcap

# Either side.
expect 0 '^1$' '' "$ctreplay" flows -o tsv --fields conn --host 10.0.0.22 samples/reset.pcap
expect 0 '^1$' '' "$ctreplay" flows -o tsv --fields conn --host 10.0.0.2 --port 22 --net 10.0.0.0/24 samples/reset.pcap
expect 0 '^tcp .*dport=22' '*' "$ctreplay" -L --port 22 samples/reset.pcap
expect 0 '^2$' '' "$ctreplay" -P -o tsv --fields n --host 10.0.0.22 --class ESTABLISHED samples/reset.pcap
expect 0 '\[NEW\]' '' "$ctreplay" -E -e NEW --host 10.0.0.22 samples/reset.pcap
expect 0 '' 'nothing matches; there was tcp 10.0.0.2.40003 > 10.0.0.22.22$' "$ctreplay" -E --port 23 samples/reset.pcap
expect 0 '*' 'nothing matches; there was tcp .*, .*, .* and more$' "$ctreplay" -P --host 192.0.2.1 samples/half-open-flood.pcap
expect 0 '^0$' 'nothing matches; there was tcp' "$ctreplay" -C --net 192.0.2.0/24 samples/reset.pcap

# Of every choice that nothing meets: what there was.
expect 0 '*' 'nothing matches; there is no connection #7, the last one is #1$' "$ctreplay" -P --flow 7 samples/reset.pcap
expect 0 '*' 'nothing matches; there were 1 NEW, 5 ESTABLISHED$' "$ctreplay" -P --class INVALID samples/reset.pcap
expect 0 '*' 'nothing matches; there were 1 NEW, 5 ESTABLISHED$' "$ctreplay" -P --class INVALID --flow 1 samples/reset.pcap
expect 0 '*' 'nothing matches; there were 1 tcp-seq-over, 1 tcp-ack-over' "$ctreplay" -P --reason icmp-new samples/out-of-window.pcap
expect 0 '*' 'nothing matches; there was no packet with a reason$' "$ctreplay" -P --reason icmp-new samples/half-open-flood.pcap
expect 0 '*' 'nothing matches; there were 1 NEW' "$ctreplay" -P --class INVALID -W "$work/none.pcap" samples/reset.pcap
expect 0 '*' 'nothing matches; there were 9 accept$' "$ctreplay" -P --verdict drop --rules "$work/labels.rules" samples/rules-order.pcap
expect 0 '*' 'nothing matches; there were 9 accept$' "$ctreplay" -P --rule filter:FORWARD:policy --verdict drop --rules "$work/labels.rules" samples/rules-order.pcap
expect 0 '' 'nothing matches; there were 2 NEW, 1 UPDATES$' "$ctreplay" -E -e DESTROY samples/ping.pcap
expect 0 '*' 'nothing matches; there was icmp 10.0.0.2 > 10.0.0.9 type 8 id 7, icmp 10.0.0.2 > 10.0.0.9 type 8 id 8 and more$' "$ctreplay" --host 192.0.2.1 samples/ping.pcap
expect 0 '*' 'nothing matches; there was tcp ' "$ctreplay" flows --host 192.0.2.1 samples/reset.pcap
expect 0 '*' 'nothing matches; there was nothing to choose from$' "$ctreplay" -L expect --host 192.0.2.1 samples/reset.pcap
expect 2 '' '-S counts everything, whatever filter is given' "$ctreplay" -S --host 192.0.2.1 samples/reset.pcap
expect 2 '' '--packets: which packets a database holds; give -o sqlite' "$ctreplay" flows --packets all samples/reset.pcap
expect 2 '' '--packets: which packets a database holds; give -o sqlite' "$ctreplay" flows -o csv --packets none samples/reset.pcap

# Keys that are IPv6 addresses have a column as wide as they are; of a terminal other columns give way.
cat > "$work/six.ct" << 'CT'
flow long: udp [2001:db8:1234:5678:9abc:def0:1234:5678]:1000 > [2001:db8::2]:53
flow short: udp 10.0.0.1:1000 > 10.0.0.2:53
+0 long > udp (40)
+0.1 long > udp (40)
+0.1 short > udp (40)
CT
"$ctreplay" compile "$work/six.ct" -W "$work/six.pcap" || exit 1
for moment in '' '--at +0.3' '--at peak'; do
  # shellcheck disable=SC2086 # options are words
  "$ctreplay" flows --by src $moment "$work/six.pcap" 2> /dev/null | grep -v '^#' > "$work/keys"
  expect 0 '^2001:db8:1234:5678:9abc:def0:1234:5678  *1 ' '' cat "$work/keys"
  expect 0 '' '' awk 'NR == 1 { at = index($0, "connections") + 10 } NR > 1 && substr($0, at, 2) != "1 " { print }' "$work/keys"
done
if command -v script > /dev/null; then
  expect 0 '^key  *connections  *packets  *bytes' '' script -qec "stty cols 80; '$ctreplay' flows --by src '$work/six.pcap'" /dev/null
  expect 1 '' '' sh -c "script -qec \"stty cols 80; '$ctreplay' flows --by src '$work/six.pcap'\" /dev/null | tr -d '\\r' | grep -E '.{81}|alive'"
  # Data keeps its columns, wherever it goes.
  expect 0 '^13$' '' sh -c "script -qec \"stty cols 80; '$ctreplay' flows --by src -o csv '$work/six.pcap' 2> /dev/null\" /dev/null | awk -F , '{ print NF }' | sort -u"
fi

# A connection's whole story: its packets, its end, and who missed it.
late=samples/upgrade-half-open.pcap
expect 0 '^12345$' '' sh -c "'$ctreplay' -P -o tsv --fields n --flow 1 $late | sed 1d | tr -d '\n'"
expect 0 '^Connection #1 ended at 120.000000 s: nf_conntrack_tcp_timeout_syn_sent ran out\.$' '' "$ctreplay" explain --flow 1 $late
expect 0 'It belonged to #1, which ended 5 s before' '' "$ctreplay" explain --flow 1 $late
expect 0 '^{"schema":1,"type":"end","conn":1,"time":"2026-01-05T10:02:00Z","reason":"timeout","sysctl":"nf_conntrack_tcp_timeout_syn_sent"}$' '' "$ctreplay" explain -o json --flow 1 $late
expect 0 '^Connection #2 was still there at the end, ESTABLISHED, with 300 s left\.$' '' "$ctreplay" explain --flow 2 $late
expect 0 '^Connection #1 ended at 0.100000 s, at packet 10: early_drop: the table was full\.$' '*' "$ctreplay" explain --flow 1 --max 4 --hashsize 8 samples/evicted-and-missed.pcap
expect 2 '' '--flow: for -P, and the command explain' "$ctreplay" -E --flow 1 $late
finish
