#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# verify --against: a run is equal to its own transcript, whatever time does in the capture; where nothing was compared it
# says so, and a difference is one.
. "${srcdir:-.}/tests/cli/capture.sh"

# own NAME WORDS [OPTION VALUE]: the capture's own transcript, then the two against each other; the report has these words.
own() {
  "$ctreplay" -P -o transcript ${3+"$3" "$4"} "$work/$1.pcap" > "$work/$1.jsonl" 2> "$work/said"
  expect 0 "$2" '' "$ctreplay" verify --against "$work/$1.jsonl" "$work/$1.pcap"
}
# frame SECONDS MICROSECONDS KIND: one record; seconds below 8, microseconds as four bytes in octal digits.
frame() {
  # shellcheck disable=SC2059 # octal digits
  printf "\\00$1\\000\\000\\000$2"
  printf '\034\000\000\000\034\000\000\000'
  case $3 in
  query) printf '\105\000\000\034\000\000\100\000\100\021\046\317\012\000\000\001\012\000\000\002\004\322\000\065\000\010\000\000' ;;
  answer) printf '\105\000\000\034\000\000\100\000\100\021\046\317\012\000\000\002\012\000\000\001\000\065\004\322\000\010\000\000' ;;
  other) printf '\025\000\000\034\000\000\100\000\100\021\046\317\012\000\000\002\012\000\000\001\000\065\004\322\000\010\000\000' ;;
  esac
}
zero='\000\000\000\000'

# The table at the end is that of the end: the last frame is no packet, and came 3 seconds later.
{ pcap_head; frame 1 "$zero" query; frame 4 "$zero" other; } > "$work/idle.pcap"
own idle '1 packet compared'
expect 0 '"end":1,"t":3\.0,.*"timeout":27,' '' tail -n 1 "$work/idle.jsonl"
# A transcript that does not say when it ended, on a clock that followed the capture's: at the last frame.
sed 's/"end":1,"t":3\.0,/"end":1,/' "$work/idle.jsonl" > "$work/untimed.jsonl"
expect 0 ': equal' '' "$ctreplay" verify --against "$work/untimed.jsonl" "$work/idle.pcap"
# A look at the end is held to what it says, second by second.
sed '$s/"timeout":27,/"timeout":26,/' "$work/idle.jsonl" > "$work/early.jsonl"
expect 1 'at the end: timeout' '' "$ctreplay" verify --against "$work/early.jsonl" "$work/idle.pcap"

# Time goes backwards, also to before the first packet: the tracker's clock stands still meanwhile.
{ pcap_head; frame 3 "$zero" query; frame 5 "$zero" answer; frame 4 "$zero" query; frame 6 "$zero" answer; } > "$work/back.pcap"
own back '4 packets compared'
expect 0 '"n":3,"t":2\.0,' '' sed -n '4p' "$work/back.jsonl"
{ pcap_head; frame 3 "$zero" query; frame 1 "$zero" answer; frame 4 "$zero" query; } > "$work/before.pcap"
own before '3 packets compared'
expect 0 '"n":2,"t":0\.0,' '' sed -n '3p' "$work/before.jsonl"

# 40 microseconds decide: two seconds and 20 after the first, a stream; 20 less than two seconds, none.
{ pcap_head; frame 1 '\024\000\000\000' query; frame 1 '\036\000\000\000' answer; frame 3 '\050\000\000\000' query; } > "$work/round.pcap"
own round '3 packets compared'
expect 0 '"t":2\.00002,.*ASSURED' '' sed -n '4p' "$work/round.jsonl"
{ pcap_head; frame 1 '\050\000\000\000' query; frame 1 '\062\000\000\000' answer; frame 3 '\024\000\000\000' query; } > "$work/short.pcap"
own short '3 packets compared'
sed 's/"t":1\.99998,/"t":2.00002,/' "$work/short.jsonl" > "$work/long.jsonl"
expect 1 'packet 3 (2\.00002 s)' '' "$ctreplay" verify --against "$work/long.jsonl" "$work/short.pcap"

# A kernel's clock has ticks, whose phase stands nowhere. This recording makes a stream 2.009 s after the first packet, which
# is 201 ticks only where a tick began 1 ms or more before it; one that the phase of another packet excludes is different.
{ pcap_head; frame 1 "$zero" query; frame 1 '\012\000\000\000' answer; frame 3 '\050\043\000\000' query; } > "$work/phase.pcap"
own phase '3 packets compared'
sed 's/"kernel":"[^"]*"/"kernel":"6.18.9"/' "$work/phase.jsonl" > "$work/kernel.jsonl"
expect 0 'phase 1\.00 ms' '' "$ctreplay" verify --against "$work/kernel.jsonl" "$work/phase.pcap"
sed 's/"t":2\.009,/"t":1.9890,/' "$work/kernel.jsonl" > "$work/never.jsonl"
expect 1 'packet 3 (1\.9890 s): ' '' "$ctreplay" verify --against "$work/never.jsonl" "$work/phase.pcap"

# A live recording has ticks of unknown length and phase: within 20 ms of UDP's two seconds it says itself whether they were
# over, and that is counted; not further away, and not under a clock of our own kind.
sed '2,$s/"t":2\.009,/"t":1.985,/; s/"clock":"virtual"/"clock":"arrival"/' "$work/kernel.jsonl" > "$work/tick.jsonl"
expect 0 '1 packet within a tick of UDP.s two seconds' '' "$ctreplay" verify --against "$work/tick.jsonl" "$work/phase.pcap"
sed 's/"t":1\.985,/"t":1.975,/' "$work/tick.jsonl" > "$work/far.jsonl"
expect 1 'packet 3 (1\.9750 s): ' '' "$ctreplay" verify --against "$work/far.jsonl" "$work/phase.pcap"

# A call turns into a fax: within one packet the expectations are taken back, and the same expected for T.38.
cat > "$work/fax.ct" << 'END'
flow call: udp 10.0.0.2:5060 > 10.0.0.60:5060
+0 call > udp \
  data "INVITE sip:bob@10.0.0.60 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\n" \
  data "From: <sip:alice@10.0.0.2>;tag=1\r\nTo: <sip:bob@10.0.0.60>\r\nCall-ID: 1@10.0.0.2\r\nCSeq: 1 INVITE\r\n" \
  data "Contact: <sip:alice@10.0.0.2:5060>\r\nContent-Type: application/sdp\r\nContent-Length: 89\r\n\r\n" \
  data "v=0\r\no=alice 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
+2 call > udp \
  data "INVITE sip:bob@10.0.0.60 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK2\r\n" \
  data "From: <sip:alice@10.0.0.2>;tag=1\r\nTo: <sip:bob@10.0.0.60>\r\nCall-ID: 1@10.0.0.2\r\nCSeq: 2 INVITE\r\n" \
  data "Contact: <sip:alice@10.0.0.2:5060>\r\nContent-Type: application/sdp\r\nContent-Length: 88\r\n\r\n" \
  data "v=0\r\no=alice 1 2 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=image 4000 udptl t38\r\n"
+1 call > udp (5)
END
"$ctreplay" compile "$work/fax.ct" -W "$work/fax.pcap" || exit 99
own fax '3 packets compared' --helper sip:5060
expect 0 '"exp":\[.*"class":3}\]}$' '' sed -n '3p' "$work/fax.jsonl"
# Recordings that know expectations by tuple and mask alone do not list them anew: their events say the class.
sed '3s/,"exp":\[.*\]}$/}/' "$work/fax.jsonl" > "$work/unlisted.jsonl"
expect 0 '' '' sed -n '3{/"exp":/p;}' "$work/unlisted.jsonl"
expect 0 ': equal' '' "$ctreplay" verify --against "$work/unlisted.jsonl" "$work/fax.pcap"
# Live, 5 ms after its creation an expectation may have all of its 180 seconds left, by the kernel's ticks; 30 ms after, not.
listed=$(sed -n '/"n":2,/s/.*\("exp":\[.*\]\)}$/\1/p' "$work/fax.jsonl")
sed "1s/virtual/arrival/; 1s/\"kernel\":\"[^\"]*\"/\"kernel\":\"6.18.9\"/; s/\"t\":3\.0,/\"t\":2.005,/; /\"n\":3,/s/}\$/,$listed}/" \
  "$work/fax.jsonl" > "$work/soon.jsonl"
expect 0 '2 timeouts of expectations a tick off' '' "$ctreplay" verify --against "$work/soon.jsonl" "$work/fax.pcap"
sed 's/"t":2\.005,/"t":2.03,/' "$work/soon.jsonl" > "$work/later.jsonl"
expect 1 'packet 3 (2\.0300 s): timeout' '' "$ctreplay" verify --against "$work/later.jsonl" "$work/fax.pcap"
sed 's/"class":3/"class":2/g' "$work/fax.jsonl" > "$work/video.jsonl"
expect 1 'EXP_NEW event: class' '' "$ctreplay" verify --against "$work/video.jsonl" "$work/fax.pcap"

# A packet may end an entry and make it anew, or end its time, with a timeout of 0: it is listed no more, and has gone once.
for way in 'made 200' 'ended 1'; do
  {
    echo 'flow f: tcp 10.0.0.1:1000 > 10.0.0.2:80'
    echo 'flow g: udp 10.0.0.1:1000 > 10.0.0.2:80'
    printf '+0 f > S\n+1 f < S.\n+%s f > .\n+1 g > udp (5)\n+1 f > .\n+1 f < .\n' "${way#* }"
  } > "$work/over.ct"
  "$ctreplay" compile "$work/over.ct" -W "$work/over.pcap" || exit 99
  for kernel in linux-6.18:nf linux-4.19:nf linux-3.10:nf linux-2.4:ip; do
    "$ctreplay" -P -o transcript --profile "${kernel%:*}" --sysctl "${kernel#*:}_conntrack_tcp_timeout_established=0" \
      "$work/over.pcap" > "$work/over.jsonl" 2> "$work/said"
    expect 0 '6 packets compared' '' "$ctreplay" verify --against "$work/over.jsonl" "$work/over.pcap"
    expect 0 '"timeout":0,"ev":"[NU].*"gone":' '' sed -n '4{/"ct":/!p;}' "$work/over.jsonl"
    expect 0 '^1$' '' grep -c '"gone":.*"proto":6' "$work/over.jsonl"
  done
done

# Nothing compared is not "equal": a link type that is not read (CAN), frames none of which is IP, no frame at all.
{
  printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\276\000\000\000'
  printf '\001\000\000\000\000\000\000\000\001\000\000\000\001\000\000\000x'
} > "$work/can.pcap"
"$ctreplay" -P -o transcript "$work/can.pcap" > "$work/can.jsonl" 2> "$work/said"
expect 77 'nothing compared: 1 of 1 frame is of link type CAN20B .*, which is not read' '' \
  "$ctreplay" verify --against "$work/can.jsonl" "$work/can.pcap"
{ pcap_head; frame 1 "$zero" other; } > "$work/other.pcap"
"$ctreplay" -P -o transcript "$work/other.pcap" > "$work/other.jsonl"
expect 77 'nothing compared: of 1 frame none was sent' '' "$ctreplay" verify --against "$work/other.jsonl" "$work/other.pcap"
pcap_head > "$work/empty.pcap"
"$ctreplay" -P -o transcript "$work/empty.pcap" > "$work/empty.jsonl"
expect 77 'nothing compared: there are no packets' '' "$ctreplay" verify --against "$work/empty.jsonl" "$work/empty.pcap"

finish
