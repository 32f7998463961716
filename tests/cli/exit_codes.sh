#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every exit code, with what stands on stdout and stderr beside it.
. "${srcdir:-.}/tests/cli/capture.sh"

pcap_whole > "$work/good.pcap"
pcap_whole | head -c 100 > "$work/cut.pcap"
printf 'this is no capture at all' > "$work/text"

# 0: fine
expect 0 '^2$' '' "$ctreplay" -C "$work/good.pcap"
expect 0 'tcp      6 120 SYN_SENT src=10.0.0.1' '2 flow entries have been shown' "$ctreplay" -L "$work/good.pcap"
expect 0 'DESTROY' '' "$ctreplay" -E --end +3 --sysctl nf_conntrack_udp_timeout=1 "$work/good.pcap"
expect 0 'Summary' '' "$ctreplay" "$work/good.pcap"
expect 0 'Usage\|Commands' '' "$ctreplay" --help
expect 0 '^ *--color, --progress' '' "$ctreplay" --help
expect 0 'ctreplay [0-9]' '' "$ctreplay" --version
expect 0 'tcp-state' '' "$ctreplay" list reasons
input=$work/good.pcap
expect 0 '^2$' '' "$ctreplay" -C -
input=

# 2: usage, and nothing is done
expect 2 '' 'give a capture' "$ctreplay"
expect 2 '' 'no such option' "$ctreplay" --nonsense "$work/good.pcap"
expect 2 '' 'syntax error' "$ctreplay" --bpf 'tcp prot 80' "$work/good.pcap"
expect 2 '' 'no sysctl nf_conntrack_mx; did you mean nf_conntrack_max' "$ctreplay" -L --sysctl nf_conntrack_mx=1 "$work/good.pcap"
expect 2 '' '^ctreplay: -o jsn: no such format; did you mean json' "$ctreplay" -L -o jsn "$work/good.pcap"
expect 2 '' '^ctreplay: --sport 99999999: give a number' "$ctreplay" -L --sport 99999999 "$work/good.pcap"
expect 2 '' '^ctreplay: -s 1.2.3: give an IPv4' "$ctreplay" -L -s 1.2.3 "$work/good.pcap"
expect 2 '' 'list sysctls' "$ctreplay" -L --sysctl nf_conntrack_x=1 "$work/good.pcap"
expect 2 '' 'not a format' "$ctreplay" -C -o xml "$work/good.pcap"
expect 2 '' 'command' "$ctreplay" -o json "$work/good.pcap"
expect 2 '' '--at' "$ctreplay" -E --at +1 "$work/good.pcap"
expect 2 '' '--class' "$ctreplay" -L --class NEW "$work/good.pcap"
expect 2 '' 'formats' "$ctreplay" list nonsense

# A file of sysctls: below the command line, and no less usable for a name this kernel does not know.
printf 'net.netfilter.nf_conntrack_max = 1\nnet.netfilter.nf_conntrack_x = 1\n' > "$work/r.conf"
expect 0 '^1$' 'note: .*r.conf:2: .*nf_conntrack_x' "$ctreplay" -C --sysctl "$work/r.conf" "$work/good.pcap"
expect 0 '^2$' 'r.conf:2' "$ctreplay" -C --max 5 --sysctl "$work/r.conf" "$work/good.pcap"
expect 0 '^2$' 'r.conf:2' "$ctreplay" -C --sysctl nf_conntrack_max=5 --sysctl "$work/r.conf" "$work/good.pcap"
expect 2 '' 'give one of them' "$ctreplay" -C --max 5 --sysctl nf_conntrack_max=1 "$work/good.pcap"
printf 'net.netfilter.nf_conntrack_max = x\nnf_conntrack_acct = 9\n' > "$work/bad.conf"
expect 2 '' 'bad.conf:1: .*bad.conf:2: ' "$ctreplay" -C --sysctl "$work/bad.conf" "$work/good.pcap"
# A scenario is such a file too.
printf '%s\n' 'sysctl nf_conntrack_max=1' 'flow a: udp 10.0.0.1:1 > 10.0.0.2:53' '+0 a > udp (1)' \
  'flow b: udp 10.0.0.1:2 > 10.0.0.2:53' '+1 b > udp (1)' 'expect count 1' > "$work/one.ct"
expect 0 '^ok' '' "$ctreplay" test "$work/one.ct"
expect 1 '^not ok' '' "$ctreplay" test --max 5 "$work/one.ct"
expect 1 '^not ok' '' "$ctreplay" test --sysctl nf_conntrack_max=5 "$work/one.ct"

expect 2 '' 'being read' "$ctreplay" -L -W "$work/good.pcap" "$work/good.pcap"
expect 2 '' 'being read' "$ctreplay" -P -W "$work/good.pcap" "$work/good.pcap"
expect 2 '' 'being read' "$ctreplay" verify --record "$work/good.pcap" "$work/good.pcap"
expect 2 '' 'give a file' "$ctreplay" verify --record - "$work/good.pcap"
expect 0 '^2$' '' "$ctreplay" -C "$work/good.pcap"

# What is shown must not go into what is read.
cp "$work/good.pcap" "$work/own.pcap"
expect 2 '' 'standard output: that is a capture' sh -c '"$0" -E "$1" >> "$1"' "$ctreplay" "$work/own.pcap"
expect 2 '' 'standard output: that is a capture' sh -c '"$0" -C - < "$1" >> "$1"' "$ctreplay" "$work/own.pcap"
expect 0 '' '' cmp "$work/good.pcap" "$work/own.pcap"

# dropped is a class of its own; the last line of --evictions tells what a filter left of them.
expect 0 dropped '' "$ctreplay" -P --class dropped --max 4 samples/full-newcomer-dropped.pcap
expect 0 '^dropped$' '' "$ctreplay" list classes
expect 0 '*' '0 shown; in all ' "$ctreplay" --evictions --max 1 -s 192.0.2.1 "$work/good.pcap"
expect 0 '' 'note: --every: .*; --at +3600 shows' "$ctreplay" -C --every 1h "$work/good.pcap"
expect 0 '^1$' '' "$ctreplay" -C --at +3600 --sysctl nf_conntrack_udp_timeout=7200 "$work/good.pcap"
expect 2 '' 'give -L, -C or -S' "$ctreplay" --every 1h "$work/good.pcap"
expect 2 '' '--profle: no such option here; did you mean --profile?' "$ctreplay" --profle=linux-6.1 "$work/good.pcap"
expect 2 '' '--maxx: no such option here; did you mean --max?' "$ctreplay" sweep --maxx 8 "$work/good.pcap"
expect 2 '' 'no sysctl nf_conntrack_be_liberal; did you mean nf_conntrack_tcp_be_liberal$' "$ctreplay" -C --sysctl nf_conntrack_be_liberal=1 "$work/good.pcap"
expect 2 '' '--nothing-like-it: no such option here; see ctreplay --help' "$ctreplay" --nothing-like-it "$work/good.pcap"
expect 2 '' '--pr: that is not enough of a name: --profile, --proto, --protonum, --progress$' "$ctreplay" --pr 4 "$work/good.pcap"
expect 2 '' '-D: no such option here; nothing can be deleted' "$ctreplay" -D "$work/good.pcap"

# Memory that runs out. Sanitizers take more address space than any limit leaves.
if "$ctreplay" --version | grep -q -i sanit || ! sh -c 'ulimit -v 60000 && "$0" -C "$1"' "$ctreplay" "$work/good.pcap" > /dev/null 2>&1; then
  echo 'memory that runs out not tried: a limit leaves too little to begin with'
else
  ./bench_generate manyflows "$work/flood.pcap" 0.2 > /dev/null
  expect 2 '*' '^ctreplay: out of memory' sh -c 'ulimit -v 60000; "$0" -C --max 0 "$1"' "$ctreplay" "$work/flood.pcap"
fi

# 3: input, and what was read is shown
expect 3 '' 'cannot be opened' "$ctreplay" -L "$work/missing.pcap"
expect 3 '' 'decompil: no such file; did you mean the command decompile?' "$ctreplay" decompil "$work/good.pcap"
expect 3 '' 'did you mean the command list?' "$ctreplay" lsit reasons
expect 3 '' 'xx: cannot be opened' "$ctreplay" xx
expect 3 '' "$work/text" "$ctreplay" -L "$work/text"
expect 3 UNREPLIED 'ends inside a record' "$ctreplay" -L "$work/cut.pcap"
expect 3 '^2$' 'missing.pcap' "$ctreplay" -C "$work/missing.pcap" "$work/good.pcap"
expect 3 '^2$' 'ends inside a record' "$ctreplay" -C "$work/cut.pcap" "$work/good.pcap"
expect 3 '^2$' 'ends inside a record' "$ctreplay" -C --merge "$work/cut.pcap" "$work/good.pcap"

# 1: what was asked for is not there; that nothing is wrong is an answer
expect 1 '' 'there is no packet 99' "$ctreplay" explain --packet 99 "$work/good.pcap"
expect 1 '' 'there is no connection #99' "$ctreplay" explain --flow 99 "$work/good.pcap"
expect 1 '' 'there is no packet 1 of that' "$ctreplay" explain --packet 1 --flow 2 "$work/good.pcap"
expect 0 '' 'no packet was refused' "$ctreplay" explain --invalid "$work/good.pcap"
expect 0 '.' '' "$ctreplay" explain --packet 1 "$work/good.pcap"

# What should not go unseen.
expect 0 '*' '--hashsize 8 is 1024 buckets' "$ctreplay" -C --hashsize 8 "$work/good.pcap"
expect 0 '^2$' '' "$ctreplay" -C --hashsize 1024 "$work/good.pcap"
expect 0 '*' '-W keeps the packets, as a capture; for the text use > .*A.json' "$ctreplay" -P -o json -W "$work/A.json" "$work/good.pcap"
printf 'flow f1: udp 10.0.0.2:1 > 10.0.0.3:2\n+0 f1 > udp (1)\n' > "$work/nothing.ct"
expect 0 '^ok 1 .*# SKIP expects nothing' 'nothing.ct: expects nothing, so nothing was tested' "$ctreplay" test "$work/nothing.ct"
expect 0 '^Nothing is lost at nf_conntrack_max=262144; the peak was 2\.' '' "$ctreplay" sweep "$work/good.pcap"
expect 0 '^Something is lost .* at nf_conntrack_max=1; the peak was 1\.' '' "$ctreplay" sweep --max 1 "$work/good.pcap"
expect 0 '^Of these the smallest nf_conntrack_max at which nothing is lost: 2 ' '' "$ctreplay" sweep --max 1,2 "$work/good.pcap"
expect 2 '' '--max was given twice' "$ctreplay" sweep --max 1 --max 2 "$work/good.pcap"
expect 0 '^max=1 .* kB$' '' "$ctreplay" sweep --max 1 "$work/good.pcap"

# What TFTP of 2.4 expected had no timeout.
expect 0 '^proto=17 src=10.0.0.69 ' '1 expectations' "$ctreplay" -L expect --end '#1' --profile linux-2.4 samples/tftp.pcap
expect 0 '"dport":65535},"helper":"tftp"' '1 expectations' "$ctreplay" -L expect --end '#1' --profile linux-2.4 -o json samples/tftp.pcap
expect 0 '^EXPECTING: - use=1 proto=17 ' '1 expectations' "$ctreplay" -L expect --end '#1' --profile linux-2.4 -o ip_conntrack samples/tftp.pcap
expect 0 '#1 *expect *RRQ *udp 10.0.0.69 ' '' "$ctreplay" --profile linux-2.4 samples/tftp.pcap
expect 0 '#1 *expect *RRQ *300 s *udp 10.0.0.69 ' '' "$ctreplay" --helpers samples/tftp.pcap

# 4: output; a reader that goes is none
expect 4 '' 'No such file' "$ctreplay" -L -W "$work/none/x" "$work/good.pcap"
expect 4 '' '*' "$ctreplay" -P -W "$work/none/x" "$work/good.pcap"
if [ -w /dev/full ]; then
  expect 4 '' 'No space' sh -c '"$0" -L "$1" > /dev/full' "$ctreplay" "$work/good.pcap"
  expect 4 '' 'could not be written' sh -c '"$0" list reasons > /dev/full' "$ctreplay"
  expect 4 '' 'No space' "$ctreplay" -P -W /dev/full "$work/good.pcap"
  expect 4 '' 'No space' "$ctreplay" -P -W /dev/full "$work/cut.pcap"
fi
expect 0 '' '' sh -c '{ "$0" -P "$1"; echo $? > "$2/code"; } | true' "$ctreplay" "$work/good.pcap" "$work"
expect 0 '^0$' '' cat "$work/code"

# What -W writes: text for -L, a capture for -P.
expect 0 '' '2 flow' "$ctreplay" -L -W "$work/list" "$work/good.pcap"
expect 0 'src=10.0.0.1' '' cat "$work/list"
expect 0 '' '' "$ctreplay" -P --class NEW -W "$work/new.pcap" "$work/good.pcap"
expect 0 '^2$' '' "$ctreplay" -C "$work/new.pcap"
expect 0 '"class":"NEW"' '' "$ctreplay" -P -o json -W "$work/again.pcap" "$work/good.pcap"

# Snapshots, and time beyond the last packet.
expect 0 'tcp      6 20 SYN_SENT' '*' "$ctreplay" -L --at +102 "$work/good.pcap"
expect 0 '^1$' '' "$ctreplay" -C --at '#1' "$work/good.pcap"
expect 0 'after packet 3' '' "$ctreplay" -S --every 1 "$work/good.pcap"
expect 0 '' 'end before' "$ctreplay" -C --at '#9' "$work/good.pcap"

# Messages for the eye only where there is one.
expect 0 '*' '' "$ctreplay" --color=auto --progress=auto "$work/good.pcap"

# What is always wanted is there of a short run, too, and its last state stays.
expect 0 '^[0-9]*$' '100%.* packets, .*/s, [0-9.]* s$' "$ctreplay" -C --progress always "$work/good.pcap"
if grep -q "$(printf '\033')" "$work/out"; then echo 'FAILED: colour in a file'; failures=$((failures + 1)); fi
expect 0 "$(printf '\033')" '' "$ctreplay" --color=always "$work/good.pcap"
# Where no capture could be opened there is nothing to show.
for command in "sweep --max 1,2" decompile timeouts; do
  # shellcheck disable=SC2086 # words
  expect 3 '' 'nosuch.pcap: cannot be opened: No such file' "$ctreplay" $command "$work/nosuch.pcap"
done
# A table that is misspelt is no capture; one that is a file is.
expect 2 '' '^ctreplay: -L expct: no such file; did you mean expect?$' "$ctreplay" -L expct "$work/nosuch.pcap"
expect 2 '' '^ctreplay: -E contrack: no such file; did you mean conntrack?$' "$ctreplay" -E contrack
expect 3 '' 'nosuch.pcap: cannot be opened' "$ctreplay" -L "$work/nosuch.pcap"
expect 2 '' 'helper ftp:99999: give NAME:PORT, the port a number from 1 to 65535' "$ctreplay" --helper ftp:99999 "$work/nosuch.pcap"
finish
