#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --save-state, --load-state: cut a capture anywhere, go on from the state, and what comes is what the whole would have given. And
# what is no such state is refused.
. "${srcdir:-.}/tests/cli/capture.sh"

# cut CAPTURE PACKET OPTION...: both parts' outputs are the whole's.
cut_at() {
  capture=$1 packet=$2
  shift 2
  "$ctreplay" -P -W "$work/behind" --start "#$((packet + 1))" "$capture" 2> "$work/err" || cat "$work/err"
  for show in '-E -o timestamp,extended,id' '-E -o xml' '-P -o transcript' \
      '-P --fields n,time,conn,class,before,after,timeout,verdict,reason' -P '-E expect' '-S -o json' '-L -o json'; do
    # shellcheck disable=SC2086 # a letter and its format
    "$ctreplay" $show "$@" "$capture" > "$work/whole" 2> "$work/err"
    # shellcheck disable=SC2086
    "$ctreplay" $show "$@" --end "#$packet" --save-state "$work/state" "$capture" > "$work/one" 2> "$work/err" || cat "$work/err"
    # shellcheck disable=SC2086
    "$ctreplay" $show "$@" --load-state "$work/state" "$work/behind" > "$work/two" 2> "$work/err" || cat "$work/err"
    tests=$((tests + 1))
    case $show in
    # What would have helped is known of what this run has seen.
    -P) sed -i -e '/ -- /s/; \(a larger nf_conntrack_max\|nf_conntrack_max=[0-9]*\)[^;]* would[^;]*//g' -e '/ -- /s/; [0-9]* s would have kept it//' \
      -e '/ -- /s/; it had been silent for [0-9.]* s//' "$work/whole" "$work/one" "$work/two"
      { cat "$work/one" && sed 1d "$work/two"; } > "$work/both" ;;
    -S* | -L*) mv "$work/two" "$work/both" ;;
    *xml) sed -e '/<conntrack>/d' -e '/<?xml/d' -e '/<\/conntrack>/d' -i "$work/whole" "$work/one" "$work/two"
      cat "$work/one" "$work/two" > "$work/both" ;;
    *fields*) { cat "$work/one" && sed 1d "$work/two"; } > "$work/both" ;;
    # The table and the counters, which a transcript ends with, stand behind both parts; its head before. And of its lines, which
    # entries are news to it is not what they were to the whole.
    *transcript) for part in whole one two; do grep '^{"n":' "$work/$part" | sed -E 's/(,"(ct|gone|exp|exp_gone)":\[.*)?\}$//' > "$work/lines.$part"; done
      cat "$work/lines.one" "$work/lines.two" > "$work/both"
      [ -s "$work/lines.whole" ] && mv "$work/lines.whole" "$work/whole" ;;
    *) cat "$work/one" "$work/two" > "$work/both" ;;
    esac
    cmp -s "$work/whole" "$work/both" && [ -s "$work/state" ] && continue
    failures=$((failures + 1))
    echo "FAILED: $capture cut behind packet $packet, $show $*"
    diff "$work/whole" "$work/both" | head -n 5
  done
}

pcap_whole > "$work/cap"
cut_at "$work/cap" 1
./bench_generate mixed "$work/mixed" 0.003 > /dev/null
cut_at "$work/mixed" 777 --gc kernel --max 60
for sample in samples/ftp-passive.pcap samples/fragments.pcap samples/pptp.pcap; do
  [ -r "$sample" ] || continue
  cut_at "$sample" 7 --helpers
done

# Who ended before the cut is known behind it; and what a query to everybody was, whose answers come then.
cat > "$work/late.ct" << 'END'
flow a: udp 10.0.0.2:1000 > 10.0.0.60:2000
flow b: udp 10.0.0.2:1001 > 10.0.0.60:2000
flow q: udp 10.0.0.2:137 > 10.0.0.255:137
flow r: udp 10.0.0.60:137 > 10.0.0.2:137
+0 a > udp (5)
+40 b > udp (5)
+0 q > udp (5)
+1 b < udp (5)
+1 a < udp (5)
+1 r > udp (5)
END
"$ctreplay" compile "$work/late.ct" -W "$work/late" || exit 99
"$ctreplay" -P -W "$work/behind" --start '#5' "$work/late" 2> "$work/err"
"$ctreplay" -P --end '#4' --save-state "$work/state" "$work/late" > "$work/one" 2> "$work/err"
expect 0 'belonged to #1, which ended 12 s before by nf_conntrack_udp_timeout; it had been silent for 42 s' '*' \
  "$ctreplay" -P --load-state "$work/state" "$work/behind"
expect 0 'answers packet 3, which went to 10.0.0.255' '*' "$ctreplay" -P --load-state "$work/state" "$work/behind"
# A run that tells no such words keeps none, and they are missing then.
"$ctreplay" -E --end '#4' --save-state "$work/state" "$work/late" > "$work/one" 2> "$work/err"
expect 0 '10.0.0.60.2000 > 10.0.0.2.1000: UDP, length 5$' '*' "$ctreplay" -P --load-state "$work/state" "$work/behind"

# A router's capture of all interfaces, cut between a packet and how it left: its translation is inferred all the same, since what
# arrived last waits in the state.
"$ctreplay" compile "${srcdir:-.}/samples/nat-any.ct" -W "$work/any" || exit 99
for packet in 1 3; do
  "$ctreplay" -P --nat off -W "$work/behind" --start "#$((packet + 1))" "$work/any" 2> "$work/err"
  for show in '-E -o timestamp,extended,id' '-P -o json'; do
    # shellcheck disable=SC2086 # a letter and its format
    "$ctreplay" $show "$work/any" > "$work/whole" 2> "$work/err"
    # shellcheck disable=SC2086
    "$ctreplay" $show --end "#$packet" --save-state "$work/state" "$work/any" > "$work/both" 2> "$work/said"
    expect 0 'the last 1 packet is not played yet: the capture ends before it shows how they left' '' cat "$work/said"
    # shellcheck disable=SC2086
    "$ctreplay" $show --load-state "$work/state" "$work/behind" >> "$work/both" 2> "$work/err"
    expect 0 '' '' cmp "$work/whole" "$work/both"
  done
done
# Where nothing follows it is played at the end, and a state that is written anew holds it again.
expect 0 '\[NEW\] .*src=192.168.1.10 ' '*' "$ctreplay" -E --end '#1' "$work/any"
expect 0 '' 'the last 1 packet is not played yet' "$ctreplay" -E --end '#1' --save-state "$work/state" "$work/any"
pcap_head > "$work/empty"
expect 0 '' 'the last 1 packet is not played yet' "$ctreplay" -E --load-state "$work/state" --save-state "$work/again" "$work/empty"
expect 0 '' '' cmp "$work/state" "$work/again"
expect 3 '' 'it is of packets that are tracked once where a router.s capture shows them twice' \
  "$ctreplay" -E --nat off --load-state "$work/state" "$work/behind"
"$ctreplay" -E --nat off --end '#3' --save-state "$work/state" "$work/any" > "$work/one" 2> "$work/err"
expect 3 '' 'it is of packets taken each as it stands (--nat off' "$ctreplay" -E --load-state "$work/state" "$work/behind"

# The next capture may count its interfaces otherwise: each is known by its name.
"$ctreplay" compile - -W "$work/named" << 'END'
flow in: udp 192.168.1.10:4000 > 198.51.100.7:53
flow out: udp 203.0.113.1:4000 > 198.51.100.7:53
flow in2: udp 192.168.1.11:4000 > 198.51.100.7:53
flow out2: udp 203.0.113.1:4001 > 198.51.100.7:53
+0 in > udp (4) ipid 100 iface eth0
+0.001 out > udp (4) ttl 63 ipid 100 iface eth1
+0.02 out < udp (4) ttl 60 ipid 200 iface eth1
+0.001 in < udp (4) ttl 59 ipid 200 iface eth0
+0.3 in2 > udp (4) ipid 101 iface eth0
+0.001 out2 > udp (4) ttl 63 ipid 101 iface eth1
+0.02 out2 < udp (4) ttl 60 ipid 201 iface eth1
END
"$ctreplay" -E -o id "$work/named" > "$work/whole" 2> "$work/err"
expect 0 'src=192.168.1.11 .* dst=203.0.113.1 sport=53 dport=4001' '' cat "$work/whole"
"$ctreplay" -P --nat off -W "$work/behind" --start '#6' "$work/named" 2> "$work/err"
expect 0 '' 'the last 1 packet is not played yet' sh -c '"$@" > "$0"' "$work/both" "$ctreplay" -E -o id --end '#5' --save-state "$work/state" "$work/named"
"$ctreplay" -E -o id --load-state "$work/state" "$work/behind" >> "$work/both" 2> "$work/err"
expect 0 '' '' cmp "$work/whole" "$work/both"

# What rules remember goes on as well: buckets, lists, sets, counters.
cat > "$work/sets" <<'END'
create seen hash:ip family inet hashsize 1024 maxelem 65536 timeout 600 counters
END
cat > "$work/rules" <<'END'
*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 10.0.0.0/8 -j SNAT --to-source 203.0.113.1
COMMIT
*filter
:FORWARD ACCEPT [7:700]
-A FORWARD -m limit --limit 5/min --limit-burst 20 -j SET --add-set seen src
-A FORWARD -m set --match-set seen dst -j DROP
-A FORWARD -p tcp -m connlimit --connlimit-above 3 --connlimit-mask 32 -j DROP
-A FORWARD -p udp -m hashlimit --hashlimit-above 5/sec --hashlimit-mode srcip --hashlimit-name h -j DROP
-A FORWARD -m recent --update --seconds 2 --hitcount 4 --name r --mask 255.255.255.255 --rsource -j DROP
-A FORWARD -m recent --set --name r --mask 255.255.255.255 --rsource
-A FORWARD -m statistic --mode nth --every 7 --packet 2 -j REJECT
-A FORWARD -m statistic --mode random --probability 0.1 -j DROP
-A FORWARD -m quota --quota 100000
COMMIT
END
cut_at "$work/mixed" 1000 --rules "$work/sets" --rules "$work/rules"
# Behind the last packet a transcript has every rule's counter.
"$ctreplay" -P -o transcript --rules "$work/sets" --rules "$work/rules" "$work/mixed" > "$work/whole" 2> "$work/err"
tail -n 1 "$work/whole" > "$work/counters"
expect 0 '^{"end":1,.*"counters":' '' cat "$work/counters"
"$ctreplay" -E --rules "$work/sets" --rules "$work/rules" --end '#1000' --save-state "$work/state" "$work/mixed" > "$work/one" 2> "$work/err"
# shellcheck disable=SC2016 # its own shell expands them
expect 0 '' '*' sh -c '"$@" | tail -n 1 | cmp - "$0"' "$work/counters" "$ctreplay" -P -o transcript --rules "$work/sets" --rules "$work/rules" \
  --load-state "$work/state" "$work/behind"
# From which side of the translation the capture is, has to be the same.
expect 3 '' 'it is of --view (none), and this run of --view inside' "$ctreplay" -S --view inside --rules "$work/sets" --rules "$work/rules" --load-state "$work/state" "$work/behind"

# The table's curve goes on.
mkdir "$work/a" "$work/b"
expect 0 '.' '*' "$ctreplay" -S --plot "$work/whole.svg" "$work/mixed"
expect 0 '.' '*' "$ctreplay" -S --plot "$work/one.svg" --end '#777' --save-state "$work/plotted" "$work/mixed"
"$ctreplay" -P -W "$work/b/mixed" --start '#778' "$work/mixed" 2> "$work/err"
expect 0 '.' '*' "$ctreplay" -S --plot "$work/two.svg" --load-state "$work/plotted" "$work/b/mixed"
expect 0 '' '' cmp "$work/two.svg" "$work/whole.svg"

# A sweep's figures and its drawing: each setting's table, who ended before the cut and is missed or cut behind it, who was refused.
# sweep_cut PACKET OPTION...
sweep_cut() {
  packet=$1
  shift
  "$ctreplay" -P -W "$work/b/mixed" --start "#$((packet + 1))" "$work/mixed" 2> "$work/err"
  expect 0 '.' '*' "$ctreplay" sweep -o csv "$@" "$work/mixed"
  cp "$work/out" "$work/whole"
  # The drawing of settings that have a table each: those that go together note an eviction at the end of a step with the next.
  expect 0 '.' '*' "$ctreplay" sweep -o csv --plot "$work/whole.svg" --save-state "$work/swept" "$@" "$work/mixed"
  cp "$work/out" "$work/both"
  expect 0 '' '' cmp "$work/both" "$work/whole"
  expect 0 '.' '*' "$ctreplay" sweep -o csv "$@" --end "#$packet" --save-state "$work/swept" "$work/mixed"
  expect 0 '.' '*' "$ctreplay" sweep -o csv --plot "$work/two.svg" "$@" --load-state "$work/swept" "$work/b/mixed"
  cp "$work/out" "$work/both"
  expect 0 '' '' cmp "$work/both" "$work/whole"
  expect 0 '' '' cmp "$work/two.svg" "$work/whole.svg"
}
sweep_cut 1 --max 20,60,200
sweep_cut 1500 --max 20,60,200 --sysctl nf_conntrack_udp_timeout=5,30
sweep_cut 900 --profile linux-6.18,linux-5.10 --max 60 --gc kernel
# The same state three times gone on with, over three captures.
expect 0 '.' '*' "$ctreplay" sweep -o csv --max 20,60 --end '#700' --save-state "$work/swept" "$work/mixed"
"$ctreplay" -P -W "$work/a/mixed" --start '#701' --end '#1400' "$work/mixed" 2> "$work/err"
"$ctreplay" -P -W "$work/b/mixed" --start '#1401' "$work/mixed" 2> "$work/err"
expect 0 '.' '*' "$ctreplay" sweep -o csv --max 20,60 --load-state "$work/swept" --save-state "$work/swept" "$work/a/mixed"
expect 0 '.' '*' "$ctreplay" sweep -o csv --max 20,60 --load-state "$work/swept" "$work/b/mixed"
cp "$work/out" "$work/both"
expect 0 '.' '*' "$ctreplay" sweep -o csv --max 20,60 "$work/mixed"
cp "$work/out" "$work/whole"
expect 0 '' '' cmp "$work/both" "$work/whole"
expect 3 '' 'it is of the setting max=60, and this run of the setting max=61' "$ctreplay" sweep --max 20,61 --load-state "$work/swept" "$work/b/mixed"
expect 3 '' 'it is of (nothing), and this run of the setting max=99' "$ctreplay" sweep --max 20,60,99 --load-state "$work/swept" "$work/b/mixed"
expect 3 '' 'other parameters: ' "$ctreplay" sweep --max 20,60 --sysctl nf_conntrack_generic_timeout=5 --load-state "$work/swept" "$work/b/mixed"
expect 3 '' 'it is no state of --save-state, or one of another command' "$ctreplay" -S --load-state "$work/swept" "$work/b/mixed"
expect 3 '' 'it is of the setting max=20, and this run of --rules of SHA-256' \
  "$ctreplay" sweep --max 20,60 --rules "$work/sets" --rules "$work/rules" --load-state "$work/swept" "$work/b/mixed"
# With rules each setting has a firewall of its own, and that remembers as well.
"$ctreplay" -P -W "$work/b/mixed" --start '#1001' "$work/mixed" 2> "$work/err"
with_rules() { "$ctreplay" sweep -o csv --max 20,60 --rules "$work/sets" --rules "$work/rules" "$@" 2> "$work/err"; }
with_rules "$work/mixed" > "$work/whole"
with_rules --end '#1000' --save-state "$work/ruled" "$work/mixed" > "$work/one"
expect 0 'max=60' '' cat "$work/one"
with_rules --load-state "$work/ruled" "$work/b/mixed" > "$work/two"
expect 0 '' '' cmp "$work/two" "$work/whole"
head -c 5000 "$work/swept" > "$work/bad"
expect 3 '' 'it is cut short' "$ctreplay" sweep --max 20,60 --load-state "$work/bad" "$work/b/mixed"

# ---- refused ----
"$ctreplay" -S --save-state "$work/state" "$work/cap" > "$work/out"
refused() {
  words=$1
  shift
  expect 3 '' "--load-state .*: $words" "$ctreplay" -S --load-state "$work/bad" "$@" "$work/cap"
}
expect 0 '.' 'no curve' "$ctreplay" -S --plot "$work/three.svg" --load-state "$work/state" "$work/cap"
cp "$work/state" "$work/bad"
refused 'it is of --checksums auto, and this run of --checksums verify' --checksums verify
refused 'it is of --bpf (none), and this run of --bpf tcp' --bpf tcp
refused 'it is of (nothing), and this run of --rules of SHA-256' --rules "$work/sets" --rules "$work/rules"
refused 'other parameters: nf_conntrack_max' --max 77
refused 'other parameters: .*profile' --profile linux-5.10
head -c 100 "$work/state" > "$work/bad"
refused 'it is cut short'
head -c -1 "$work/state" > "$work/bad"
refused 'it is cut short'
printf x >> "$work/bad"
refused 'it is cut short, or something follows it'
printf x >> "$work/bad"
refused 'it is cut short, or something follows it'
head -c 3 "$work/state" > "$work/bad"
refused 'it is cut short'
: > "$work/bad"
refused 'it is no state'
{ head -c 8 "$work/state" && printf '\011' && tail -c +10 "$work/state"; } > "$work/bad"
refused 'it is of version 9 of the format, and this program reads version 4'
{ head -c 60 "$work/state" && printf '\377' && tail -c +62 "$work/state"; } > "$work/bad"
refused 'it is damaged: its checksum is wrong'
cp "$work/cap" "$work/bad"
refused 'it is no state of --save-state'
expect 3 '' 'No such file' "$ctreplay" -S --load-state "$work/none" "$work/cap"
expect 2 '' 'capture being read' "$ctreplay" -S --save-state "$work/cap" "$work/cap"
expect 4 '' 'No such file' "$ctreplay" -S --save-state "$work/none/state" "$work/cap"

# ---- whole or not at all ----
beside() { find "$work" -name 'kept.*' | grep -c .; }
cp "$work/state" "$work/kept"
if [ -w /dev/full ]; then
  # shellcheck disable=SC2016 # its own shell expands them
  expect 4 '' 'not written' sh -c '"$@" > /dev/full' sh "$ctreplay" -E --save-state "$work/kept" "$work/mixed"
  expect 0 '' '' cmp "$work/state" "$work/kept"
fi
# Killed in the middle of a live capture: the old state stays, and nothing beside it.
mkfifo "$work/live"
"$ctreplay" -E --save-state "$work/kept" "$work/live" > "$work/out" 2>&1 &
pid=$!
exec 3> "$work/live"
cat "$work/cap" >&3
tries=0
while [ ! -s "$work/out" ] && [ "$tries" -lt 100 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
expect 0 '' '' test "$(beside)" -eq 1
kill -9 "$pid"
wait "$pid" 2> /dev/null
exec 3>&-
tries=0
while [ "$(beside)" -ne 0 ] && [ "$tries" -lt 100 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
expect 0 '' '' cmp "$work/state" "$work/kept"
expect 0 '' '' test "$(beside)" -eq 0
# A state that is loaded and written without packets is the same state.
pcap_head > "$work/empty"
expect 0 '.' '*' "$ctreplay" -S --load-state "$work/state" --save-state "$work/again" "$work/empty"
expect 0 '' '' cmp "$work/state" "$work/again"
# One run after the other, over one file: numbers go on.
expect 0 '.' '' "$ctreplay" -S --load-state "$work/state" --save-state "$work/state" "$work/cap"
expect 0 '"n":7,' '*' "$ctreplay" -P -o json --load-state "$work/state" "$work/cap"
# ---- the example that follows a folder ----
follow=${srcdir:-.}/examples/ctreplay-follow
mkdir "$work/in" "$work/log"
for part in 1 2 3 4; do
  "$ctreplay" -P -W "$work/in/$part.pcap" --start "#$((part * 500 - 499))" --end "#$((part * 500))" "$work/mixed" 2> "$work/err"
done
"$ctreplay" -E -o timestamp --end '#2000' "$work/mixed" > "$work/whole" 2> "$work/err"
# A ctreplay that is killed at its third capture, when it has written events.
cat > "$work/killed" <<END
#!/bin/sh
case "\$*" in
*3.pcap) { head -c 5000 "$work/in/3.pcap"; kill -9 \$\$; } > "$work/log/3.pcap.events" ;;
esac
exec "$(pwd)/$ctreplay" "\$@"
END
chmod +x "$work/killed"
case $ctreplay in /*) sed -i "s|$(pwd)/||" "$work/killed" ;; esac
expect 1 '*' '3.pcap was not replayed' env CTREPLAY="$work/killed" "$follow" -1 "$work/in" "$work/log" -o timestamp
expect 0 '*' '*' env CTREPLAY="$ctreplay" "$follow" -1 "$work/in" "$work/log" -o timestamp
expect 0 '*' '*' env CTREPLAY="$ctreplay" "$follow" -1 "$work/in" "$work/log" -o timestamp
cat "$work"/log/?.pcap.events > "$work/both"
expect 0 '' '' cmp "$work/whole" "$work/both"
expect 0 '' '' test "$(find "$work/log" -name '*.state' | grep -c .)" -eq 1
finish
