#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each row of a sweep says what a single replay with the same settings says: of generated floods, in which tables run full.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0 rows=0 pairs=0 cuts=0

# field NAME FILE: the first number of that name in a file of JSON; 0 where there is none.
field() {
  value=$(grep -o "\"$1\":[0-9]*" "$2" | head -n 1)
  echo "${value:-:0}" | cut -d: -f2
}

# refused FILE: how many connections the dropped packets in an output of --evictions would have begun, either direction being the same.
refused() {
  sed -n 's/.*\[DROPPED\] packet [0-9]* \([^(]*\) (.*/\1/p' "$1" |
    awk '{ sub(/echo reply/, "echo request"); ends = $2 < $4 ? $2 " " $4 : $4 " " $2; print $1, ends, $5, $6, $7, $8 }' | sort -u | wc -l
}

# row CAPTURE MAX SYSCTL [OPTION...]: what the single replays say, in the words of the sweep; the mean, which they give in tenths, is kept for later.
row() {
  capture=$1 max=$2 sysctl=$3
  shift 3
  ./ctreplay -S -o json --gc=kernel --max "$max" --sysctl "$sysctl" "$@" "$capture" > "$folder/single"
  ./ctreplay --evictions --gc=kernel --max "$max" --sysctl "$sysctl" "$@" "$capture" > "$folder/lost" 2> "$folder/evictions"
  invalid=$(./ctreplay -P --class INVALID --gc=kernel --max "$max" --sysctl "$sysctl" "$@" "$capture" | sed 1d | wc -l)
  sed 's/.*"ended":{\([^}]*\)}.*/\1/' "$folder/single" > "$folder/ended"
  evicted=$(($(field evicted "$folder/ended") + $(field gc-evicted "$folder/ended")))
  missed=$(sed -n 's/.* evicted, of these \([0-9]*\) missed later.*/\1/p' "$folder/evictions")
  echo "$(field peak "$folder/single"),$(field created "$folder/single"),$(field timeout "$folder/ended"),$evicted,$(field drop "$folder/single"),$(field insert_failed "$folder/single"),$(refused "$folder/lost"),$missed,$invalid,$(field count "$folder/single")"
}

# The captures last one to two seconds: the timeout that their entries have is what a second ends.
# Where fewer are wanted (CTREPLAY_EVERY above 1: sanitizers make each slow), two of the captures are held, and two kernels.
wanted='synflood:tcp_timeout_syn_sent dns:udp_timeout mixed:udp_timeout manyflows:tcp_timeout_established'
profiles=linux-6.18,5.15,rhel-8,linux-3.10
rows_wanted=32 pairs_wanted=8 kernels_wanted=16
if [ "${CTREPLAY_EVERY:-1}" -gt 1 ]; then
  wanted='mixed:udp_timeout manyflows:tcp_timeout_established' profiles=linux-6.18,linux-3.10
  rows_wanted=16 pairs_wanted=4 kernels_wanted=8
fi
for part in synflood:0.03 dns:0.02 mixed:0.02 manyflows:0.02; do
  ./bench_generate "${part%:*}" "$folder/${part%:*}.pcap" "${part#*:}" > /dev/null
done
for pair in $wanted; do
  kind=${pair%:*} sysctl=nf_conntrack_${pair#*:}
  ./ctreplay sweep --max 64,500,4000,100000 --sysctl "$sysctl=1,120" -o csv "$folder/$kind.pcap" | sed 1d > "$folder/sweep"
  before=
  while IFS=, read -r setting max buckets peak mean created expired evicted dropped insert_failed refused missed cut invalid count bytes partial timeout; do
    expected=$(row "$folder/$kind.pcap" "$max" "$sysctl=${setting##*=}")
    [ "$timeout" = "${setting##*=}" ] && [ "$partial" = false ] || { echo "$setting: timeout $timeout, partial $partial" >&2; failed=1; }
    cuts=$((cuts + (cut > 0)))
    rows=$((rows + 1)) got=$peak,$created,$expired,$evicted,$dropped,$insert_failed,$refused,$missed,$invalid,$count
    if [ "$got" != "$expected" ]; then
      echo "$kind, $setting: $got; alone $expected" >&2
      failed=1
    fi
    if ! sed -n 's/.*"mean":\([0-9.]*\).*/\1/p' "$folder/single" | awk -v mean="$mean" '{ fine = mean > 0 && $1 - mean < 0.56 && mean - $1 < 0.56 } END { exit !fine }'; then
      echo "$kind, $setting: mean $mean; alone $(grep -o '"mean":[0-9.]*' "$folder/single")" >&2
      failed=1
    fi
    # In a table that is not full at once, the two timeouts are two histories; else nothing of the sysctl would have been compared.
    if [ "${setting##*=}" = 120 ] && [ "$max" -ge 4000 ]; then
      pairs=$((pairs + 1))
      [ "$got" != "$before" ] || { echo "$kind, $setting: as with a timeout of a second" >&2; failed=1; }
    fi
    before=$got
  done < "$folder/sweep"
done
[ "$rows" -eq $rows_wanted ] && [ "$pairs" -eq $pairs_wanted ] || { echo "$rows rows, $pairs pairs, not $rows_wanted and $pairs_wanted" >&2; failed=1; }
[ "$cuts" -gt 0 ] || { echo "nobody was cut in any row" >&2; failed=1; }

# Kernels beside sizes: each reads the capture for itself.
kernels=0
for kind in synflood mixed; do
  ./ctreplay sweep --profile $profiles --max 64,4000 --sysctl nf_conntrack_udp_timeout=1 -o csv "$folder/$kind.pcap" 2> /dev/null > "$folder/all"
  head -n 1 "$folder/all" | grep -q ',partial,profile$' || { echo "$kind: no column for the kernel" >&2; failed=1; }
  sed 1d "$folder/all" > "$folder/sweep"
  while IFS=, read -r setting max buckets peak mean created expired evicted dropped insert_failed refused missed cut invalid count bytes partial profile; do
    expected=$(row "$folder/$kind.pcap" "$max" nf_conntrack_udp_timeout=1 --profile "$profile")
    got=$peak,$created,$expired,$evicted,$dropped,$insert_failed,$refused,$missed,$invalid,$count
    [ "$setting" = "profile=$profile max=$max" ] || { echo "$kind: $setting is not of $profile" >&2; failed=1; }
    [ "$got" = "$expected" ] || { echo "$kind, $setting: $got; alone $expected" >&2; failed=1; }
    echo "$profile $got" >> "$folder/$kind.kernels"
    kernels=$((kernels + 1))
  done < "$folder/sweep"
done
[ "$kernels" -eq $kernels_wanted ] || { echo "$kernels rows of kernels, not $kernels_wanted" >&2; failed=1; }
# They are not one kernel's figures told four times.
[ "$(sed 's/.* //' "$folder/synflood.kernels" | sort -u | wc -l)" -ge $((kernels_wanted / 4)) ] || { cat "$folder/synflood.kernels" >&2; failed=1; }

# figure COLUMN FILE: of each setting of CSV.
figure() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { printf "%s%s", (NR > 2 ? " " : ""), $at }' "$2"; }

# says NAME TEXT FILE: a figure's values, joined by blanks.
says() {
  [ "$(figure "$1" "$3")" = "$2" ] || { echo "$3: $1 is $(figure "$1" "$3"), not $2" >&2; failed=1; }
}

# concludes PATTERN CAPTURE OPTIONS: one of the last two lines, the verdict and by what it was judged.
concludes() {
  pattern=$1
  shift
  ./ctreplay sweep "$@" 2> /dev/null | tail -n 2 | grep -q -e "$pattern" || { echo "sweep $*: no line says $pattern" >&2; ./ctreplay sweep "$@" >&2; failed=1; }
}

# A timeout that is too short cuts connections, and is not recommended: whether what comes after is picked up or refused.
cat > "$folder/half-closed.ct" << 'EOT'
flow f: tcp 10.0.0.2:40000 > 10.0.0.80:80 isn 1000,5000
+0    > S 0:0(0) win 29200 <mss 1460>
+0.01 < S. 0:0(0) ack 1 win 28960 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 29200
+5    < F. 1:1(0) ack 1 win 28960
+0.04 > . 1:1(0) ack 2 win 29200
+90   > P. 1:201(200) ack 2 win 29200
EOT
cat > "$folder/idle.ct" << 'EOT'
flow f: tcp 10.0.0.2:50022 > 10.0.0.22:22 isn 1000,5000
+0    > S 0:0(0) win 64240 <mss 1460>
+0.01 < S. 0:0(0) ack 1 win 65160 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 64240
+7200 > P. 1:101(100) ack 1 win 64240
+0.01 < P. 1:101(100) ack 101 win 65160
EOT
cat > "$folder/stream.ct" << 'EOT'
flow f: udp 10.0.0.2:4000 > 10.0.0.9:5004
+0 > (100)
+1 < (100)
+5 > (100)
+100 < (100)
EOT
for case in half-closed idle stream; do
  ./ctreplay compile "$folder/$case.ct" -W "$folder/$case.pcap"
done
timeout=nf_conntrack_tcp_timeout_close_wait=10,60,3600
./ctreplay sweep --sysctl $timeout -o csv "$folder/half-closed.pcap" > "$folder/csv"
says cut '1 1 0' "$folder/csv"
says created '2 2 1' "$folder/csv"
says tcp_timeout_close_wait '10 60 3600' "$folder/csv"
concludes '^The least of these at which nothing is lost: tcp_timeout_close_wait=3600$' --sysctl $timeout "$folder/half-closed.pcap"
timeout=nf_conntrack_tcp_timeout_established=3600,432000
./ctreplay sweep --sysctl nf_conntrack_tcp_loose=0 --sysctl $timeout -o csv "$folder/idle.pcap" > "$folder/csv"
says cut '1 0' "$folder/csv"
says invalid '2 0' "$folder/csv"
concludes '^The least of these at which nothing is lost: tcp_timeout_established=432000$' --sysctl nf_conntrack_tcp_loose=0 --sysctl $timeout "$folder/idle.pcap"
timeout=nf_conntrack_udp_timeout_stream=30,120,300
./ctreplay sweep --sysctl $timeout -o csv "$folder/stream.pcap" > "$folder/csv"
says cut '1 0 0' "$folder/csv"
concludes '^The least of these at which nothing is lost: udp_timeout_stream=120$' --sysctl $timeout "$folder/stream.pcap"
concludes '^Judged: .*no connection cut; no INVALID packet\.$' --sysctl $timeout "$folder/stream.pcap"
# Where each setting cuts, it is said.
concludes '; 1 connection cut, the fewest of all; no INVALID packet\.$' --sysctl nf_conntrack_udp_timeout_stream=20,30 "$folder/stream.pcap"
concludes '^The least of these at which no more is lost than at any other: udp_timeout_stream=20$' --sysctl nf_conntrack_udp_timeout_stream=20,30 "$folder/stream.pcap"
# Nothing is lost, it says, only where no figure tells of a loss.
for capture in samples/*.pcap; do
  ./ctreplay sweep --max 16,4096 "$capture" 2> /dev/null > "$folder/told"
  if grep -q 'nothing is lost' "$folder/told" && ! grep -q '; no connection cut; no INVALID packet\.$' "$folder/told"; then
    echo "$capture: nothing is lost, and something is" >&2
    tail -n 2 "$folder/told" >&2
    failed=1
  fi
done
# Whole engines say the same: here a table of few buckets for its size has one.
./ctreplay sweep --max 100000 --hashsize 64 --sysctl $timeout -o csv "$folder/stream.pcap" 2> /dev/null > "$folder/csv"
says cut '1 0 0' "$folder/csv"
# What differs in nothing but INVALID packets.
./ctreplay sweep --sysctl nf_conntrack_tcp_be_liberal=0,1 -o csv samples/out-of-window.pcap > "$folder/csv"
says invalid '2 0' "$folder/csv"
concludes '^The least of these at which nothing is lost: tcp_be_liberal=1$' --sysctl nf_conntrack_tcp_be_liberal=0,1 samples/out-of-window.pcap
./ctreplay sweep --sysctl nf_conntrack_tcp_be_liberal=0,1 samples/out-of-window.pcap | head -n 1 | grep -q ' INVALID ' || { echo "be_liberal: no column of INVALID" >&2; failed=1; }
./ctreplay sweep --sysctl nf_conntrack_tcp_be_liberal=0,1 -o json samples/out-of-window.pcap | head -n 1 |
  grep -q '"setting":{"tcp_be_liberal":"0"},.*"invalid":2,.*"partial":false,"lossless":false,' || { echo "be_liberal: JSON" >&2; failed=1; }

# Of a part: a capture that is cut recommends nothing, in no form.
head -c 20000 "$folder/dns.pcap" > "$folder/cut.pcap"
printf nothing > "$folder/none.pcap"
code=0
./ctreplay sweep --max 64,100000 -o json "$folder/cut.pcap" > "$folder/json" 2> /dev/null || code=$?
if [ "$code" -ne 3 ] || [ "$(grep -c '"partial":true,"packets_read":[0-9]*,' "$folder/json")" -ne 2 ] || grep -q 'lossless":true' "$folder/json" ||
  ! grep -q '"max":100000,.*"lossless":null,' "$folder/json"; then
  echo "a cut capture: exit $code" >&2
  cat "$folder/json" >&2
  failed=1
fi
./ctreplay sweep --max 64,100000 "$folder/cut.pcap" > "$folder/out" 2> /dev/null || true
if ! grep -q '^Of a part: [0-9]* packets (a capture could not be read to its end)' "$folder/out" || grep -q '^Of these the smallest' "$folder/out"; then
  cat "$folder/out" >&2
  failed=1
fi
./ctreplay sweep --max 64,512 --plot "$folder/cut.svg" "$folder/cut.pcap" > "$folder/out" 2> /dev/null || true
grep -q 'entries over time, of a part: [0-9]* packets' "$folder/cut.svg" || { echo "the plot of a cut capture does not say so" >&2; failed=1; }
# Of none there is nothing to show, in no form.
for form in table json csv; do
  code=0
  ./ctreplay sweep --max 64,512 -o $form "$folder/none.pcap" > "$folder/out" 2> /dev/null || code=$?
  if [ "$code" -ne 3 ] || [ -s "$folder/out" ]; then
    echo "no capture, $form: exit $code" >&2
    cat "$folder/out" >&2
    failed=1
  fi
done

# The same of who interrupts: here nothing more comes than a capture, until then.
mkfifo "$folder/pipe"

# interrupted COMMAND...: exit 130, what it showed in $folder/out, what it said in $folder/err.
interrupted() {
  { cat "$folder/dns.pcap"; exec sleep 60; } > "$folder/pipe" &
  feeder=$!
  ./ctreplay "$@" - < "$folder/pipe" > "$folder/out" 2> "$folder/err" &
  sleep 1
  kill -INT $!
  code=0
  wait $! || code=$?
  kill "$feeder" 2> /dev/null || true
  wait "$feeder" 2> /dev/null || true
  [ "$code" -eq 130 ] || { echo "ctreplay $*, interrupted: exit $code" >&2; failed=1; }
}

# told PATTERN FILE COMMAND: the file has exactly one line of it.
told() {
  [ "$(grep -c -e "$1" "$folder/$2")" -eq 1 ] || { echo "ctreplay $3: not one line of $1 in $2" >&2; tail -n 3 "$folder/$2" >&2; failed=1; }
}

for command in "sweep --max 64,100000" "-S" "" "--evictions --max 64" "timeouts" "explain --packet 1000000"; do
  # shellcheck disable=SC2086
  interrupted $command
  told '[Oo]f a part: [0-9]* packets (interrupted)' out "$command"
done
interrupted -E -o json
tail -n 1 "$folder/out" > "$folder/last"
told '^{"schema":1,"type":"partial","partial":true,"packets_read":[0-9]*}$' last -E
told '^ctreplay: of a part: [0-9]* packets (interrupted)$' err -E

# Of a capture that is cut: one line on standard error for all; in JSON the count's members, else a last line.
partial='"partial":true,"packets_read":[1-9][0-9]*'
for command in -L "-L expect" -E -P "-C --at +0" timeouts "explain --flow 1"; do
  # shellcheck disable=SC2086
  ./ctreplay $command -o json "$folder/cut.pcap" > "$folder/out" 2> "$folder/err" || true
  tail -n 1 "$folder/out" > "$folder/last"
  told "^{\"schema\":1,\"type\":\"partial\",$partial}\$" last "$command"
  told partial out "$command"
done
./ctreplay -C -o json "$folder/cut.pcap" > "$folder/out" 2> /dev/null || true
told "^{\"schema\":1,\"type\":\"count\",$partial,\"count\":[0-9]*}\$" out -C
told '' out -C
for command in -L "-L expect" -E -P -C timeouts "timeouts -o csv" "explain --flow 1" "report -W $folder/cut.html"; do
  # shellcheck disable=SC2086
  ./ctreplay $command "$folder/cut.pcap" > "$folder/out" 2> "$folder/err" || true
  told '^ctreplay: of a part: [0-9]* packets (a capture could not be read to its end)$' err "$command"
  tail -n 1 "$folder/out" > "$folder/last"
  case $command in
    timeouts | explain*) told '^Of a part: [0-9]* packets (a capture could not be read to its end)\.$' last "$command" ;;
    report*) told '<h1>cut.pcap, of a part: [0-9]* packets (a capture could not be read to its end)</h1>' cut.html "$command" ;;
    # Text as conntrack(8) prints it is what scripts parse.
    *) ! grep 'of a part' "$folder/out" >&2 || failed=1 ;;
  esac
done
# What was read to its end says nothing of it.
for command in "-C -o json" "-E -o json" "explain --flow 1" "explain --packet 1 -o json" timeouts "report -W -"; do
  # shellcheck disable=SC2086
  ! ./ctreplay $command "$folder/dns.pcap" 2>&1 | grep -i -e 'of a part: ' -e '"partial"' >&2 || { echo "ctreplay $command: partial" >&2; failed=1; }
done
# Nor does an answer that needed no more of it, or a reader that has gone.
./ctreplay explain --packet 1 "$folder/cut.pcap" 2>&1 | grep -i 'of a part: ' >&2 && failed=1
./ctreplay -P "$folder/synflood.pcap" 2> "$folder/err" | head -n 1 > /dev/null
! grep 'of a part' "$folder/err" >&2 || failed=1
# But of evictions, standard error has totals.
./ctreplay --evictions --max 64 "$folder/synflood.pcap" 2> "$folder/err" | head -n 1 > /dev/null
grep -q ' of a part: [0-9]* packets, about [0-9]*% of what was given (nobody wanted more of it)' "$folder/err" || { cat "$folder/err" >&2; failed=1; }
./ctreplay -S -o json "$folder/cut.pcap" 2> /dev/null | grep -q '"partial":true,"packets_read":[0-9]*,"count":' || { echo "-S: not partial" >&2; failed=1; }
! ./ctreplay -S -o json "$folder/dns.pcap" | grep partial >&2 || failed=1

# What a packet is differs, too: of what is a little past the window 5.15 refuses one more. Each kernel has its own least setting.
./ctreplay sweep --profile linux-5.15,6.1 -o csv samples/out-of-window.pcap 2> "$folder/notes" > "$folder/csv"
says invalid '3 2' "$folder/csv"
says profile 'linux-5.15 linux-6.1' "$folder/csv"
printf 'ctreplay: note: 6.1 is linux-6.1\n' | diff - "$folder/notes" >&2 || failed=1
./ctreplay sweep --profile 5.15,6.1 samples/out-of-window.pcap 2> "$folder/notes" | tail -n 3 > "$folder/out"
diff - "$folder/out" << 'EOT' >&2 || failed=1
linux-5.15: nobody is evicted, dropped or missed; 3 packets are INVALID.
linux-6.1: nobody is evicted, dropped or missed; 2 packets are INVALID.
By which rules two kernels differ, a comparison tells: ctreplay diff --profile linux-5.15 --profile linux-6.1
EOT
./ctreplay sweep --profile rhel-7,6.18 samples/dns.pcap 2> "$folder/notes" | grep -q '^rhel-7: nothing is lost\.$' || failed=1
./ctreplay sweep --profile 6.1,6.18 --max 512,4k samples/ping.pcap 2> "$folder/notes" > "$folder/out"
grep -q '^linux-6.1: Of these the smallest nf_conntrack_max at which no more is lost than at any other: 512 (profile=linux-6.1 max=512)$' "$folder/out" &&
  grep -q '^linux-6.18: Of these the smallest nf_conntrack_max at which no more is lost than at any other: 512 (profile=linux-6.18 max=512)$' "$folder/out" ||
  { cat "$folder/out" >&2; failed=1; }
./ctreplay sweep --profile linux-6.1,linux-6.18 --max 4k,512 -o json samples/ping.pcap > "$folder/json"
[ "$(grep -c '"setting":{"profile":"linux-6.1[8"].*,"max":"512"},.*"smallest_lossless":true}$' "$folder/json")" -eq 2 ] &&
  [ "$(grep -c '"smallest_lossless":true}$' "$folder/json")" -eq 2 ] || { cat "$folder/json" >&2; failed=1; }

# How a kernel rounds buckets is said once for each value, as in a replay.
./ctreplay sweep --max 64,500 --hashsize 8,2048,3000,8 --sysctl nf_conntrack_udp_timeout=1,30 "$folder/dns.pcap" 2>&1 > "$folder/out" |
  sed 's/^ctreplay: note: //' > "$folder/notes"
printf -- '--hashsize %s buckets, as this kernel rounds it\n' '8 is 1024' '3000 is 3072' | diff - "$folder/notes" >&2 || failed=1
./ctreplay sweep --max 64,500 --hashsize auto "$folder/dns.pcap" 2> "$folder/notes" > "$folder/out"
[ ! -s "$folder/notes" ] || { cat "$folder/notes" >&2; failed=1; }

# The command line has the last word over a file, and each label tells what ran.
printf 'net.netfilter.nf_conntrack_max = 100\nnet.netfilter.nf_conntrack_gone = 1\nnet.netfilter.nf_conntrack_udp_timeout = 5\n' > "$folder/router.conf"
for more in "" "--sysctl nf_conntrack_udp_timeout=7"; do
  # shellcheck disable=SC2086
  ./ctreplay sweep --max 64,512,64k --sysctl "$folder/router.conf" $more -o csv "$folder/dns.pcap" 2> "$folder/notes" |
    sed 1d | cut -d, -f1,2 > "$folder/labels"
  printf 'max=64,64\nmax=512,512\nmax=64k,65536\n' | diff - "$folder/labels" >&2 || failed=1
  [ "$(wc -l < "$folder/notes")" -eq 1 ] && grep -q 'router.conf:2: .*nf_conntrack_gone' "$folder/notes" || failed=1
done
# Any number of threads says the same.
for kind in dns manyflows; do
  for threads in 1 2; do
    ./ctreplay sweep --threads "$threads" --max 64,100,500,1000,4000 --sysctl nf_conntrack_udp_timeout=1,30 -o json "$folder/$kind.pcap" > "$folder/threads$threads"
  done
  cmp "$folder/threads1" "$folder/threads2" >&2 || failed=1
done

# What is concluded: without a limit only, from nothing at all.
./ctreplay sweep --max 0,64 "$folder/dns.pcap" | tail -n 2 | grep -q '^Nothing is lost only where there is no limit' || { echo "max=0: a wrong conclusion" >&2; failed=1; }
./ctreplay sweep --max 64,100 --bpf 'tcp port 9' "$folder/dns.pcap" | tail -n 1 | grep -q '^No packet began a connection' || { echo "nothing: a wrong conclusion" >&2; failed=1; }
for twice in "--max 64,512 --sysctl nf_conntrack_max=100" "--hashsize 64,128 --sysctl nf_conntrack_buckets=32" \
  "--profile linux-6.1,linux-6.x" "--profile linux-6.1," "--profile linux-6.1 --profile linux-6.6" "--profile linux-6.1,linux-6.6 -" \
  "--sysctl nf_conntrack_max=1,2 --sysctl net.nf_conntrack_max=3"; do
  code=0
  # shellcheck disable=SC2086
  ./ctreplay sweep $twice "$folder/dns.pcap" > "$folder/out" 2> "$folder/err" || code=$?
  if [ "$code" -ne 2 ] || [ -s "$folder/out" ] || [ "$(wc -l < "$folder/err")" -ne 1 ]; then
    echo "sweep $twice: exit $code" >&2
    failed=1
  fi
done
exit "$failed"
