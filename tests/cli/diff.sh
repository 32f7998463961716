#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay diff: equal runs, two settings, two profiles, two captures under two kernels, two saved outputs. Two captures
# under one kernel: across.sh.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/a.pcap"
{ pcap_head; pcap_query; pcap_syn; } > "$work/b.pcap"
{ pcap_head; pcap_query; } > "$work/short.pcap"
{ pcap_head; pcap_syn; pcap_query; } > "$work/swapped.pcap"
{ pcap_head; pcap_syn; } > "$work/syn.pcap"
{ pcap_head; pcap_ack; } > "$work/ack.pcap"
# change OFFSET OCTAL FILE: one byte of what comes in. The query's IP header is at 40, that of the SYN behind it at 84.
change() { cat > "$3"; printf "\\$2" | dd of="$3" bs=1 seek="$1" conv=notrunc 2> /dev/null; }
# The query's TTL one less and its IP checksum right again, as behind a router; another source port; a checksum gone wrong.
change 48 077 "$work/ttl.pcap" < "$work/b.pcap"
change 50 047 "$work/routed.pcap" < "$work/ttl.pcap"
change 61 323 "$work/port.pcap" < "$work/b.pcap"
change 120 000 "$work/wrong-sum.pcap" < "$work/b.pcap"

expect 0 '^3 packets paired: no difference' '' "$ctreplay" diff "$work/a.pcap" "$work/a.pcap"
expect 2 '' 'one capture, and nothing that differs: give' "$ctreplay" diff "$work/a.pcap"
expect 1 '2 differ, the first is number 1 (2 timeout)' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 1 '^A .* 30 ' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 1 '^B .* 60 ' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 2 '' 'nothing that differs' "$ctreplay" diff --profile linux-6.18 --profile linux-6.18 "$work/a.pcap"
expect 2 '' 'nothing that differs' "$ctreplay" diff --profile linux-6.18 "$work/a.pcap"
expect 2 '' 'nothing that differs' "$ctreplay" diff --max 4 "$work/a.pcap"
expect 2 '' 'nothing that differs' "$ctreplay" diff --max 4 --max 4 "$work/a.pcap"
# One profile is compared with the default one.
expect 0 '^A is .* under linux-2.6$' '' "$ctreplay" diff --profile linux-2.6 "$work/short.pcap"
expect 0 '^B is .* under linux-6.18$' '' "$ctreplay" diff --profile linux-2.6 "$work/short.pcap"
# An option given twice is A and B, as one with two values; a third value is none.
expect 1 'drop  *A 1  B 0' '' "$ctreplay" diff --max 1 --max 2 "$work/a.pcap"
expect 1 '^A is .*, nf_conntrack_max=1' '' "$ctreplay" diff --max 1 --max 2 "$work/a.pcap"
expect 0 '^B is .*, nf_conntrack_max=2' '' "$ctreplay" diff --profile linux-2.6 --profile linux-6.18 --max 1 --max 2 "$work/a.pcap"
expect 1 '^A .* 30 ' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30 --sysctl net.netfilter.nf_conntrack_udp_timeout=60 "$work/a.pcap"
expect 1 '^B .* 60 ' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30 --sysctl net.netfilter.nf_conntrack_udp_timeout=60 "$work/a.pcap"
expect 1 '^B .* 60 ' '' "$ctreplay" diff --sysctl nf_conntrack_max=9 --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
while read -r option a b header; do
  expect 0 "^A is .*, $header=$a" '' "$ctreplay" diff "$option" "$a" "$option" "$b" "$work/short.pcap"
  expect 0 "^B is .*, $header=$b" '' "$ctreplay" diff "$option" "$a" "$option" "$b" "$work/short.pcap"
  expect 0 "^B is .*, $header=$b" '' "$ctreplay" diff "$option" "$a,$b" "$work/short.pcap"
done <<'TABLE'
--max 64 128 nf_conntrack_max
--hashsize 1024 2048 nf_conntrack_buckets
--hz 100 250 --hz
--hash-seed 1 2 --hash-seed
--gc exact kernel --gc
TABLE
expect 0 '^B is .*, nf_conntrack_max=' '' "$ctreplay" diff --ram 128M --ram 4G "$work/short.pcap"
expect 2 '' 'give --sysctl nf_conntrack_udp_timeout=A,B or give it twice' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=1,2,3 "$work/a.pcap"
expect 2 '' 'compares two values' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=1,2 --sysctl nf_conntrack_udp_timeout=3 "$work/a.pcap"
expect 2 '' 'compares two values' "$ctreplay" diff --sysctl nf_conntrack_max=1 --sysctl nf_conntrack_max=2 --sysctl nf_conntrack_max=3 "$work/a.pcap"
expect 2 '' '--max: diff compares two values: give --max A,B' "$ctreplay" diff --max 1,2,3 "$work/a.pcap"
expect 2 '' '--max: diff compares two values: give --max A,B' "$ctreplay" diff --max 1 --max 2 --max 3 "$work/a.pcap"
expect 2 '' '--max: diff compares two values: give --max A,B' "$ctreplay" diff --max 1,2 --max 3 "$work/a.pcap"
expect 1 'drop  *A 1  B 0' '' "$ctreplay" diff --max 1,2 "$work/a.pcap"
expect 1 '^   why A  30 s by nf_conntrack_udp_timeout' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 1 '^   why B  60 s by nf_conntrack_udp_timeout' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"
expect 1 '^   why A  The table has no such connection, and no room' '' "$ctreplay" diff --max 1,2 "$work/a.pcap"
# The answer finds nothing where the question's entry has gone after a second: by its timeout, so the timeout is why.
{ pcap_head; pcap_query; pcap_answer; } > "$work/late.pcap"
expect 1 '^   why A  It belonged to #1, which ended [0-9.]* s before by nf_conntrack_udp_timeout; [0-9]* s would have kept it' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=1,60 "$work/late.pcap"
expect 1 'captures themselves differ' '' "$ctreplay" diff --hz 100,250 "$work/a.pcap" "$work/b.pcap"
expect 1 'differ: IP total length, byte 3 of the IP packet is 28 against 40:' '' "$ctreplay" diff --hz 100,250 "$work/b.pcap" "$work/swapped.pcap"
expect 1 'differ: TCP sequence number, byte 27 of the IP packet is 1 against 2:' '' "$ctreplay" diff --hz 100,250 "$work/syn.pcap" "$work/ack.pcap"
expect 0 '^2 packets compared: no difference' '' "$ctreplay" diff --hz 100,250 "$work/b.pcap" "$work/routed.pcap"
expect 0 '^ignored in 1 packets: .*TTL' '' "$ctreplay" diff --hz 100,250 "$work/b.pcap" "$work/routed.pcap"
expect 1 'differ: UDP source port, byte 21 of the IP packet is 210 against 211:' '' "$ctreplay" diff --hz 100,250 "$work/b.pcap" "$work/port.pcap"
# A sum that is wrong is no such byte: it is refused.
expect 1 'B: .*(.*checksum' '' "$ctreplay" diff --hz 100,250 --checksums verify "$work/b.pcap" "$work/wrong-sum.pcap"
expect 1 'second capture ends here' '' "$ctreplay" diff --hz 100,250 "$work/a.pcap" "$work/short.pcap"
expect 3 '*' 'cannot be opened' "$ctreplay" diff "$work/a.pcap" "$work/missing.pcap"
expect 2 '' 'two captures' "$ctreplay" diff
expect 2 '' 'standard input can be read only once' "$ctreplay" diff - -
expect 2 '' 'list profiles' "$ctreplay" diff --profile linux-6.18 --profile nonsense "$work/a.pcap"

# What an upgrade changes, and by which rule.
for name in half-open no-window ping; do
  "$ctreplay" compile "${srcdir:-.}/samples/upgrade-$name.ct" -W "$work/$name.pcap" || exit 1
done
old='--profile linux-2.6 --profile linux-6.18'
expect 1 'A is .*half-open.pcap under linux-2.6' '' "$ctreplay" diff $old "$work/half-open.pcap"
expect 1 '2  B: the same SYN again' '' "$ctreplay" diff $old "$work/half-open.pcap"
expect 1 '1  A ESTABLISHED, B INVALID; B: belongs to no connection in the table, and none can start' '' "$ctreplay" diff $old "$work/half-open.pcap"
expect 1 'A NEW, B ESTABLISHED; follows from an earlier difference' '' "$ctreplay" diff $old "$work/ping.pcap"
expect 1 '(tcp-seq-over)' '' "$ctreplay" diff --profile linux-2.4 --profile linux-6.18 "$work/no-window.pcap"
expect 1 'under linux-6.18, nf_conntrack_udp_timeout=30' '' "$ctreplay" diff --sysctl nf_conntrack_udp_timeout=30,60 "$work/a.pcap"

"$ctreplay" -P -o json "$work/a.pcap" > "$work/a.json"
"$ctreplay" -P -o json --sysctl nf_conntrack_udp_timeout=60 "$work/a.pcap" > "$work/b.json"
head -n 1 "$work/a.json" > "$work/short.json"
echo '{"broken' > "$work/broken.json"
expect 0 '3 lines compared, 0 differ' '' "$ctreplay" diff "$work/a.json" "$work/a.json"
expect 1 'line 1, packet 1 at 0.000000 s:' '' "$ctreplay" diff "$work/a.json" "$work/b.json"
expect 1 'entry.timeout  *A 30  B 60' '' "$ctreplay" diff "$work/a.json" "$work/b.json"
expect 1 'goes on after' '' "$ctreplay" diff "$work/a.json" "$work/short.json"
expect 3 '^compared until line 0 only' 'broken.json:1' "$ctreplay" diff "$work/a.json" "$work/broken.json"
expect 1 '^  2  other values of entry.timeout, events$' '' "$ctreplay" diff "$work/a.json" "$work/b.json"
expect 1 '^shown: 1 (--lines' '' "$ctreplay" diff --lines 1 "$work/a.json" "$work/b.json"
{ head -n 2 "$work/a.json"; echo '{"broken'; } > "$work/broken2.json"
expect 3 '^compared until line 2 only, 0 differ' 'broken2.json:3' "$ctreplay" diff "$work/a.json" "$work/broken2.json"
sed 's/"schema":1/"schema":2/' "$work/a.json" > "$work/schema.json"
expect 0 '3 lines compared, 0 differ' '' "$ctreplay" diff "$work/a.json" "$work/schema.json"
"$ctreplay" -P -o json --max 1 "$work/a.pcap" > "$work/full.json"
expect 1 '^  1  A dropped, B NEW; A: .* (table-full)' '' "$ctreplay" diff "$work/full.json" "$work/a.json"
"$ctreplay" -E -o json "$work/a.pcap" > "$work/events.json"
expect 2 '' 'of the kind packet, .*events.json of the kind event: give two of a kind' "$ctreplay" diff "$work/a.json" "$work/events.json"
expect 2 '' 'a.json is a saved -o json and .*a.pcap is not' "$ctreplay" diff "$work/a.pcap" "$work/a.json"
expect 3 '' 'missing.json: No such file' "$ctreplay" diff "$work/missing.json" "$work/a.json"
expect 3 '' 'missing.json: No such file' "$ctreplay" diff "$work/a.json" "$work/missing.json"
expect 3 '' 'a.json/x: Not a directory' "$ctreplay" diff "$work/a.json/x" "$work/a.json"
# From pipes, of which the look at what they hold takes nothing away.
input=$work/b.json expect 1 'entry.timeout  *A 30  B 60' '' "$ctreplay" diff "$work/a.json" -
expect 1 '^3 lines compared, 2 differ' '' sh -c "cat '$work/b.json' | '$ctreplay' diff - '$work/a.json'"
expect 0 '^3 packets paired: no diff' '' sh -c "cat '$work/a.pcap' | '$ctreplay' diff - '$work/a.pcap'"
if command -v bash > /dev/null; then
  expect 1 '^3 lines compared, 2 differ' '' bash -c "'$ctreplay' diff <(cat '$work/a.json') <(cat '$work/b.json')"
  expect 0 '^3 packets paired: no diff' '' bash -c "'$ctreplay' diff <(cat '$work/a.pcap') <(cat '$work/a.pcap')"
  expect 2 '' 'give a file instead of /dev/fd' bash -c "'$ctreplay' diff --max 1,2 <(cat '$work/a.pcap')"
else
  echo 'process substitution not tried: there is no bash'
fi
# Named pipes are opened once, and both before either is looked at: one program may write both.
mkfifo "$work/pipe" "$work/other"
cat "$work/a.pcap" > "$work/pipe" &
expect 0 '^3 packets paired: no diff' '' timeout 20 "$ctreplay" diff "$work/pipe" "$work/a.pcap"
wait
cat "$work/a.json" > "$work/pipe" &
expect 1 '^3 lines compared, 2 differ' '' timeout 20 "$ctreplay" diff "$work/pipe" "$work/b.json"
wait
cat "$work/a.json" > "$work/pipe" &
expect 2 '' 'pipe is a saved -o json and .*a.pcap is not' timeout 20 "$ctreplay" diff "$work/a.pcap" "$work/pipe"
wait
tee "$work/pipe" < "$work/a.json" > "$work/other" &
expect 0 '^3 lines compared, 0 differ' '' timeout 20 "$ctreplay" diff "$work/other" "$work/pipe"
wait
tee "$work/pipe" < "$work/a.pcap" > "$work/other" &
expect 0 '^3 packets paired: no diff' '' timeout 20 "$ctreplay" diff "$work/other" "$work/pipe"
wait
cat /dev/null > "$work/pipe" &
expect 3 '^0 packets paired: there was nothing' 'pipe: empty' timeout 20 "$ctreplay" diff "$work/pipe" "$work/a.pcap"
wait
# What could not be read has not been compared.
expect 3 '^0 packets compared: there was nothing to compare' 'cannot be opened' "$ctreplay" diff --max 1,2 "$work/missing.pcap"
head -c 120 "$work/a.pcap" > "$work/cut.pcap"
expect 3 '^2 packets compared until reading failed; up to here no difference' 'cut.pcap' "$ctreplay" diff --hz 100,250 "$work/cut.pcap"
expect 3 'The second capture could be read to here; the first goes on' 'cut.pcap' "$ctreplay" diff --hz 100,250 "$work/a.pcap" "$work/cut.pcap"

# What should be known about a capture is said here too, of one capture once.
{ pcap_head; pcap_syn; pcap_ack; pcap_ack; pcap_ack; } > "$work/one-sided.pcap"
expect 0 'no difference' 'note: .*only one side' "$ctreplay" diff --hz 100,250 "$work/one-sided.pcap"
expect 0 '^1$' '' sh -c "'$ctreplay' diff --hz 100,250 '$work/one-sided.pcap' 2>&1 | grep -c note:"
expect 0 '=> ' 'note: .*only one side' "$ctreplay" decompile "$work/one-sided.pcap"
expect 0 "peak" "note: .*only one side" "$ctreplay" sweep --max 8 "$work/one-sided.pcap"
expect 2 '' 'standard input can be read only once' "$ctreplay" decompile - -
expect 2 '' 'standard input can be read only once' "$ctreplay" -E - -
finish
