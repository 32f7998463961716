#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the program assumes, it says: helpers that no rule attaches, letters that mean something else in conntrack(8).
. "${srcdir:-.}/tests/cli/capture.sh"

# The FTP sample: its second connection is RELATED where a helper was attached, which 6.x does by rule alone.
"$ctreplay" compile "${srcdir:-.}/samples/ftp-passive.ct" -W "$work/ftp.pcap" || exit 99
"$ctreplay" compile "${srcdir:-.}/samples/netbios-broadcast.ct" -W "$work/netbios.pcap" || exit 99
unhelped="^ctreplay: note: .*without the helper: 1 of ftp. linux-6.18 attaches one only where a rule says so.*NEW here, not RELATED"
expect 0 '#2 .* NEW ' "$unhelped" "$ctreplay" -P "$work/ftp.pcap"
expect 0 '1 of ftp\. linux-6\.1 ' '' sh -c '"$0" -C --profile linux-6.1 "$1" 2>&1' "$ctreplay" "$work/ftp.pcap"
expect 0 '#2 .* RELATED ' '' "$ctreplay" -P --helpers "$work/ftp.pcap"
expect 0 '#2 .* RELATED ' '' "$ctreplay" -P --helper ftp:21 "$work/ftp.pcap"
expect 0 '#2 .* RELATED ' '' "$ctreplay" -P --no-helpers --helper ftp:21 "$work/ftp.pcap"
expect 0 '#2 .* RELATED ' '' "$ctreplay" -P --profile linux-2.6 "$work/ftp.pcap"
expect 0 '#2 .* NEW ' '' "$ctreplay" -P --no-helpers "$work/ftp.pcap"
expect 0 '#2 .* NEW ' '' "$ctreplay" -P --helpers --no-helper ftp "$work/ftp.pcap"
# Helpers of broadcasts do nothing but for the host itself: no note without it.
expect 0 '*' '' "$ctreplay" -C "$work/netbios.pcap"
expect 0 '*' 'netbios-ns. linux-6.18' "$ctreplay" -C --local 10.0.0.2/24 "$work/netbios.pcap"
# Both sides of a comparison.
expect 1 '' 'linux-6.18 attaches one only' sh -c '"$0" diff --profile linux-2.6 --profile linux-6.18 "$1" > /dev/null' "$ctreplay" "$work/ftp.pcap"
# A recording says which helpers its kernel had, and is compared with those.
"$ctreplay" -P -o transcript --no-helpers --helper ftp:21 --helper sip:5061 "$work/ftp.pcap" > "$work/some.jsonl"
expect 0 '"helper":\["tcp:21:ftp","tcp:5061:sip","udp:5061:sip"\]' '' head -n 1 "$work/some.jsonl"
expect 0 ': equal$' '' "$ctreplay" verify --against "$work/some.jsonl" "$work/ftp.pcap"
"$ctreplay" -P -o transcript --no-helpers "$work/ftp.pcap" > "$work/none.jsonl"
expect 0 '"helper":\[\]' '' head -n 1 "$work/none.jsonl"
expect 0 ': equal$' '' "$ctreplay" verify --against "$work/none.jsonl" "$work/ftp.pcap"
"$ctreplay" -P -o transcript --helpers "$work/ftp.pcap" > "$work/all.jsonl"
expect 0 ': equal$' '' "$ctreplay" verify --against "$work/all.jsonl" "$work/ftp.pcap"

# What helpers' modules are loaded with: the answer to a call names another media address.
cat > "$work/sip.ct" <<'END'
flow call: udp 10.0.0.2:5060 > 203.0.113.60:5060
flow voice: udp 203.0.113.61:6000 > 10.0.0.2:4000
flow media: udp 10.0.0.2:4000 > 203.0.113.61:6000
+0 call > udp data "INVITE sip:b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n"
+2 call < udp data "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nc=IN IP4 203.0.113.61\r\nm=audio 6000 RTP/AVP 0\r\n"
+0.05 media > udp (172)
END
"$ctreplay" compile "$work/sip.ct" -W "$work/sip.pcap" || exit 99
related='#2 .* RELATED '
expect 0 '#2 .* NEW ' '' "$ctreplay" -P --helpers "$work/sip.pcap"
expect 0 "$related" '' "$ctreplay" -P --helpers --module nf_conntrack_sip.sip_direct_media=0 "$work/sip.pcap"
cat > "$work/modprobe.conf" <<'END'
# a machine's
alias net-pf-10 off
options nf_conntrack_ftp ports=21,2121 \
  loose=1
options snd_hda_intel power_save=1
options nf-conntrack-sip sip_direct_media=0 sip_of_tomorrow=1
options nf_conntrack hashsize=4096
END
expect 0 "$related" 'modprobe.conf:6: .* nf-conntrack-sip.sip_of_tomorrow.*left out' "$ctreplay" -P --helpers --module "$work/modprobe.conf" "$work/sip.pcap"
expect 0 '*' 'hashsize is left out: give it as --hashsize' "$ctreplay" -C --helpers --module "$work/modprobe.conf" "$work/sip.pcap"
expect 0 '#2 .* NEW ' '*' "$ctreplay" -P --helpers --module nf_conntrack_sip.sip_direct_media=1 --module "$work/modprobe.conf" "$work/sip.pcap"
expect 0 '^nf_conntrack_ftp.ports  *21,2121 ' '*' "$ctreplay" list modules --module "$work/modprobe.conf"
expect 0 '^nf_conntrack_ftp.loose  *1 ' '*' "$ctreplay" list modules --module "$work/modprobe.conf"
expect 2 '' 'list modules' "$ctreplay" -C --module nf_conntrack_sip.nonsense=0 "$work/sip.pcap"
expect 2 '' 'give a number' "$ctreplay" -C --module nf_conntrack_sip.sip_timeout=long "$work/sip.pcap"
expect 2 '' 'nf_conntrack_ftp.loose=7: out of its range, 0 to 1$' "$ctreplay" -C --module nf_conntrack_ftp.loose=7 "$work/sip.pcap"
expect 2 '' 'a readable file' "$ctreplay" -C --module "$work/none" "$work/sip.pcap"
expect 2 '' 'give a number' sh -c 'echo "options nf_conntrack_sip sip_timeout=long" > "$2"; "$0" -C --module "$2" "$1"' "$ctreplay" "$work/sip.pcap" "$work/bad.conf"
expect 2 '' 'parameter of a module: --module nf_conntrack_sip.sip_direct_media=0' "$ctreplay" -C --sysctl nf_conntrack_sip.sip_direct_media=0 "$work/sip.pcap"
# Scenarios, recordings and what decompile writes carry them.
{ echo 'set helper=all'; echo 'set module=nf_conntrack_sip.sip_direct_media=0'; sed 's/^+0.05.*/& => RELATED/' "$work/sip.ct"; } > "$work/loaded.ct"
expect 0 '^ok 1 ' '' "$ctreplay" test "$work/loaded.ct"
expect 0 '^set module=nf_conntrack_sip.sip_direct_media=0$' '' "$ctreplay" decompile --helpers --module nf_conntrack_sip.sip_direct_media=0 "$work/sip.pcap"
"$ctreplay" -P -o transcript --helpers --module nf_conntrack_sip.sip_direct_media=0 --module nf_conntrack_ftp.ports=2121 "$work/sip.pcap" > "$work/loaded.jsonl"
expect 0 '"sysctl":\["nf_conntrack_sip.sip_direct_media=0"\],"helper":\["tcp:2121:ftp"' '' head -n 1 "$work/loaded.jsonl"
expect 1 '' '' sh -c 'head -n 1 "$0" | grep "tcp:21:"' "$work/loaded.jsonl"
expect 0 ': equal$' '' "$ctreplay" verify --against "$work/loaded.jsonl" "$work/sip.pcap"

# "equal" says what was not tried: two seconds in a fiftieth of one.
pcap_whole > "$work/gaps.pcap"
"$ctreplay" -P -o transcript "$work/gaps.pcap" > "$work/kept.jsonl"
expect 1 '' '' sh -c '"$0" verify --against "$1" "$2" | grep "gaps not"' "$ctreplay" "$work/kept.jsonl" "$work/gaps.pcap"
sed 's/"virtual"/"arrival"/; s/"t":1.0/"t":0.01/; s/"t":2.0/"t":0.02/' "$work/kept.jsonl" > "$work/cut.jsonl"
expect 0 'gaps not kept (2.0 s squeezed into 0.020 s): timeouts not compared; record with --max-gap 1$' '' "$ctreplay" verify --against "$work/cut.jsonl" "$work/gaps.pcap"

# Sources counted are counted exactly while they are in the table, however many there are; what was dropped may be an
# estimate, which says between what.
awk 'BEGIN {
  for (i = 0; i < 5000; i++) printf "flow f%d: udp 10.1.%d.%d:1000 > 10.2.0.1:53\n", i, i / 250, i % 250 + 1
  for (i = 0; i < 4; i++) printf "flow g%d: udp 10.9.9.9:%d > 10.2.0.1:80\n", i, i + 1
  for (i = 0; i < 5000; i++) printf "+0.0001 f%d > data \"a\"\n", i
  for (i = 0; i < 4; i++) printf "+0.0001 g%d > data \"a\"\n", i
}' > "$work/many.ct"
"$ctreplay" compile "$work/many.ct" -W "$work/many.pcap" || exit 99
expect 0 '^held-source  *4 10\.9\.9\.9$' '' "$ctreplay" -S -o extended "$work/many.pcap"
expect 0 '^held-source  *1 10\.1\.0\.1$' '' "$ctreplay" -S -o extended "$work/many.pcap"
expect 0 '"sources_held":\[{"addr":"10.9.9.9","count":4},{"addr":"10.1.0.1","count":1}' '' "$ctreplay" -S -o json "$work/many.pcap"
expect 0 '^dropped-source  *5 10\.9\.9\.9 at most, at least 4$' '' "$ctreplay" -S -o extended --max 1 "$work/many.pcap"
expect 0 '"sources_dropped":\[{"addr":"10.9.9.9","count":5,"at_least":4}' '' "$ctreplay" -S -o json --max 1 "$work/many.pcap"
# Who filled it, at the peak and at the end, for a person: where the table got half full.
expect 1 '' '' sh -c '"$0" --lines 0 "$1" | grep "Who filled"' "$ctreplay" "$work/many.pcap"
"$ctreplay" --lines 0 --max 5004 "$work/many.pcap" > "$work/filled"
expect 0 'Who filled the table: 5,004 entries at its peak, +0.5' '' cat "$work/filled"
expect 0 '^  10\.9\.9\.9  *4  *4$' '' cat "$work/filled"
expect 0 '^  10\.1\.0\.0/24  *250  *250$' '' cat "$work/filled"
expect 0 '^  udp 53  *5,000  *5,000$' '' cat "$work/filled"
expect 0 '^  10\.0\.0\.0/8  *5,004  *5,004$' '' "$ctreplay" --lines 0 --max 5004 --networks 8 "$work/many.pcap"
expect 2 '' 'networks 33: give the length' "$ctreplay" --networks 33 "$work/many.pcap"
# At the peak, not at the end: the collector ends all UDP a minute later, the last packet comes after an hour.
{ sed '/^+/,$d' "$work/many.ct"; echo 'flow late: udp 10.8.8.8:1 > 10.2.0.1:80'; sed -n '/^+/p' "$work/many.ct"; echo '+3600 late > data "a"'; } > "$work/late.ct"
"$ctreplay" compile "$work/late.ct" -W "$work/late.pcap" || exit 99
"$ctreplay" --lines 0 --max 5004 "$work/late.pcap" > "$work/filled"
expect 0 '^  10\.9\.9\.9  *4  *0$' '' cat "$work/filled"
expect 0 '^  10\.8\.8\.8  *0  *1$' '' cat "$work/filled"

# tcpdump keeps what it captured to itself until a buffer is full, unless it is told otherwise.
for text in "${srcdir:-.}/README.md" "${srcdir:-.}/doc/ctreplay.1" "$work/help"; do
  [ "$text" != "$work/help" ] || "$ctreplay" --help > "$text"
  expect 0 'tcpdump -U .*-w - | ctreplay' '' grep -e 'tcpdump.*-w -' "$text"
  expect 1 '' '' sh -c 'grep -e "tcpdump.*-w -" "$0" | grep -v -e " -U "' "$text"
done

# Letters of conntrack(8) that meant something else here, or wait.
good=$work/good.pcap
pcap_whole > "$good"
cd "$work" || exit 99
case $ctreplay in /*) ;; *) ctreplay=$OLDPWD/$ctreplay ;; esac
for line in '-w r.html' '-wr.html'; do
  expect 2 '' 'zone.*now it is --write FILE, or -W' "$ctreplay" -L $line "$good"
done
expect 1 '' '' test -e r.html
for line in '-n 5' '-n5'; do
  expect 2 '' '-n 5: .*it is --lines N' "$ctreplay" $line "$good"
done
expect 0 '' '0 flow' "$ctreplay" -L -n "$good"
expect 0 '' '0 flow' "$ctreplay" -L -n 192.0.2.1:80 "$good"
expect 0 '' '0 flow' "$ctreplay" -L --any-nat 2001:db8::1 "$good"
expect 0 '' '0 flow' "$ctreplay" -L -w 3 "$good"
expect 0 'udp' '2 flow' "$ctreplay" -L -w 0 "$good"
expect 0 '' '0 flow' "$ctreplay" -L -l 3 "$good"
expect 2 '' '-l five: five is no number.*connlabels' "$ctreplay" -L -l five "$good"
expect 2 '' 'now it is --write FILE' "$ctreplay" report "$good" -w r.html
expect 2 '' 'now it is --write FILE' "$ctreplay" compile - -w x.pcap
expect 0 '' '2 flow' "$ctreplay" -L --write list "$good"
expect 0 'udp' '' cat list
expect 0 '.' '' sh -c '"$0" list options | grep -e "^-l,"' "$ctreplay"
finish
