#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which protocols there are is the profile's to say, whoever asks: filters, summary, explain and the statistics. A protocol
# that a kernel does not track has one timeout and no helper, and a hint names a sysctl as that kernel spells it.
. "${srcdir:-.}/tests/cli/capture.sh"

# make_capture NAME: the scenario on stdin as $work/NAME.pcap.
make_capture() {
  cat > "$work/$1.ct"
  "$ctreplay" compile "$work/$1.ct" -W "$work/$1.pcap" || exit 99
}

# Linux 6.1 tracked DCCP, 6.18 does not.
make_capture dccp << 'END'
flow d: proto 33 10.0.0.2 > 10.0.0.9
+0    d > hex "1388 1389 04 00 0000 01 00 0000 0000 0001 00000000"
+0.01 d < hex "1389 1388 07 00 0000 03 00 0000 0000 0009 0000 0000 0000 0001 00000000"
END
old="--profile linux-6.1 --checksums ignore"
# shellcheck disable=SC2086 # words
{
  expect 0 'sport=5000 dport=5001' '1 flow entries' "$ctreplay" -L -p dccp --dport 5001 $old "$work/dccp.pcap"
  expect 0 '' '0 flow entries' "$ctreplay" -L -p dccp --dport 5002 $old "$work/dccp.pcap"
  expect 0 'sport=5000' '1 flow entries' "$ctreplay" -L --reply-port-src 5001 $old "$work/dccp.pcap"
  expect 0 ' dccp 10\.0\.0\.2\.5000 > 10\.0\.0\.9\.5001' '' "$ctreplay" $old "$work/dccp.pcap"
  expect 0 '^  dccp  *1  *1$' '' "$ctreplay" $old "$work/dccp.pcap"
  expect 0 'looked up as dccp from 10\.0\.0\.2 port 5000' '' "$ctreplay" explain $old "$work/dccp.pcap"
}
expect 0 '' '0 flow entries' "$ctreplay" -L --dport 5001 --checksums ignore "$work/dccp.pcap"
expect 0 'looked up as protocol 33 from 10\.0\.0\.2 to' '' "$ctreplay" explain --checksums ignore "$work/dccp.pcap"

# 2.6 had no tracker for GRE and UDP-Lite, and 2.4 none for SCTP either.
make_capture gre << 'END'
flow t: gre 10.0.0.2 > 10.0.0.47
flow u: udp 10.0.0.3:5 > 10.0.0.4:6
+0 t > gre (84)
+1 t < gre (84)
+1 t > gre (84)
+5000 u > (10)
END
make_capture udplite << 'END'
flow l: udplite 10.0.0.2:1 > 10.0.0.47:2
flow u: udp 10.0.0.3:5 > 10.0.0.4:6
+0 l > (10)
+1 l < (10)
+5000 u > (10)
END
make_capture sctp << 'END'
flow a: sctp 10.0.0.2:2906 > 10.0.0.5:2905
flow u: udp 10.0.0.3:5 > 10.0.0.4:6
+0 a > sctp: INIT[tag=1111, a_rwnd=65535, os=10, is=10, tsn=1]
+5000 u > (10)
END
for what in linux-2.6:gre linux-2.6:udplite linux-2.4:gre linux-2.4:udplite linux-2.4:sctp; do
  capture=$work/${what#*:}.pcap
  expect 0 '600 s by ip_conntrack_generic_timeout, because the protocol has only this one' '' \
    "$ctreplay" explain --profile "${what%:*}" "$capture"
  tests=$((tests + 1))
  if "$ctreplay" explain --profile "${what%:*}" "$capture" | grep -q 'by its helper'; then
    failures=$((failures + 1))
    echo "FAILED: $what: explain tells of a helper"
  fi
  expect 0 '"expired_by_timeout":{"generic":1}' '' "$ctreplay" -S -o json --profile "${what%:*}" "$capture"
done
expect 0 '"expired_by_timeout":{"gre_stream":1}' '' "$ctreplay" -S -o json "$work/gre.pcap"
expect 0 '"proto":47},' '*' "$ctreplay" -E -o json --profile linux-2.6 "$work/gre.pcap"

# Hints: a segment beyond the window, a reset that is, a wrong sum, a table that is full.
make_capture hints << 'END'
flow f: tcp 10.0.0.2:1000 > 10.0.0.9:80
flow g: tcp 10.0.0.2:1001 > 10.0.0.9:80
+0 f > S 0:0(0) win 1000
+0.1 f < S. 0:0(0) ack 1 win 1000
+0.1 f > . 1:1(0) ack 1 win 1000
+0.1 f > . 1:1(0) ack 900000 win 1000
+0.1 f > . 1:1(0) ack 1 win 1000 csum bad
+0.1 g > S 0:0(0) win 1000
END
expect 0 'nf_conntrack_tcp_be_liberal=1 would' '' "$ctreplay" -P "$work/hints.pcap"
expect 0 'nf_conntrack_checksum=0 would' '' "$ctreplay" -P --checksums verify "$work/hints.pcap"
for form in '-P' '-P -o json' '' 'explain' 'report'; do
  for profile in linux-2.6 linux-2.4; do
    said=$work/said
    [ "$form" != report ] || said=$work/unsaid
    # shellcheck disable=SC2086 # words
    "$ctreplay" $form --checksums verify --max 1 --profile $profile "$work/hints.pcap" \
      $([ "$form" != report ] || echo "-w $work/said") > "$said" 2> /dev/null
    tests=$((tests + 1))
    if ! [ -s "$work/said" ] || grep -q 'nf_conntrack_\(tcp_[a-z_]*\|checksum\|max\)\b' "$work/said"; then
      failures=$((failures + 1))
      echo "FAILED: $form, $profile: $(grep -m 1 'nf_conntrack_' "$work/said")"
    fi
  done
done
expect 0 'ip_conntrack_tcp_be_liberal=1 would' '' "$ctreplay" -P --profile linux-2.6 "$work/hints.pcap"
expect 0 'ip_conntrack_checksum=0 would' '' "$ctreplay" -P --checksums verify --profile linux-2.6 "$work/hints.pcap"
expect 0 'ip_conntrack_max=2 would let it pass' '' "$ctreplay" -P --max 1 --profile linux-2.4 "$work/hints.pcap"
expect 0 'Of these the smallest ip_conntrack_max' '*' "$ctreplay" sweep --max 1,4 --profile linux-2.6 "$work/hints.pcap"
finish
