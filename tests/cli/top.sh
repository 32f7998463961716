#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The full screen on a terminal: what is seen after each key, at any size, of a live capture, with colours and without; and
# the terminal is as it was, whatever ended the program. What keys lead to in all is tests/unit/test_screen.c's.
. "${srcdir:-.}/tests/cli/capture.sh"

[ -f samples/out-of-window.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

# Where there is nothing to draw on, one line says what to take instead.
expect 2 '' 'top: standard output is no terminal; -L --at MOMENT shows the table' "$ctreplay" top samples/reset.pcap

command -v tmux > /dev/null || { echo 'skipped: tmux, which is the terminal here, is not installed'; exit 77; }
socket=ctreplay-top-$$
terminals=0
TMUX=''
TMUX_TMPDIR=$work
export TMUX TMUX_TMPDIR
tm() { tmux -L "$socket-$terminals" -f /dev/null "$@"; }
trap 'tm kill-server 2> /dev/null; rm -rf "$work"' EXIT

# begin COLUMNS ROWS COMMAND: a shell of that size, and in it the command.
begin() {
  [ $terminals -eq 0 ] || tm kill-server 2> /dev/null
  terminals=$((terminals + 1)) # a server takes a while to go
  tm new-session -d -x "$1" -y "$2" "cd '$PWD' && PS1='ready> ' exec sh"
  sees 'ready>'
  keys "$3" Enter
}
keys() { tm send-keys "$@"; }
screen() { tm capture-pane -p; }
# sees TEXT: until it stands there; half a minute at most, for machines that are busy.
sees() {
  tests=$((tests + 1))
  tries=0
  until screen | grep -q -e "$1"; do
    tries=$((tries + 1))
    if [ $tries -gt "${TRIES:-600}" ]; then
      echo "not seen: $1; but:" && screen
      failures=$((failures + 1))
      return
    fi
    sleep 0.05
  done
}
# The screen has gone, and the shell is there as before: what is typed is seen, and lines end as they should.
restored() {
  sees 'ready>'
  keys "stty -a | grep -q -e ' icanon' && stty -a | grep -q -e ' echo ' && echo re''stored" Enter
  sees 'restored'
  sees "ready> .*$ctreplay"
}
export LC_ALL=C.UTF-8 NO_COLOR=

begin 80 24 "$ctreplay top samples/out-of-window.pcap"
case $(sleep 0.5; screen) in
*'without ncursesw'*)
  echo 'skipped: this build has no ncursesw'
  exit 77
  ;;
esac
sees 'packet 1 of 8 '
screen > "$work/screen"
cat > "$work/expected" <<'END'
 ctreplay top  samples/out-of-window.pcap               linux-6.18, max 262,144
 packet 1 of 8  +0.000000 s  2026-01-05 10:00:00.000 UTC
 1 of 262,144 entries (0%), peak 1  tcp 1  udp 0  icmp 0  other 0  bars to peak
 found=0 invalid=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0
 ██████████████████████████████████████████████████████████████████████████████
 ^·························I·························I·························
  source               destination          prot state       timeout  packets
  10.0.0.2.40009       10.0.0.80.80         tcp  SYN_SENT        120        1














 NEW  tcp 10.0.0.2.40009 > 10.0.0.80.80
?:help  hl:packet  <>:second  idesc:next  Enter:connection  p:packet  q:quit
END
expect 0 '' '' cmp "$work/screen" "$work/expected"

keys Right
sees 'packet 2 of 8 '
keys Left
sees 'packet 1 of 8 '
keys i
sees 'packet 6 of 8 '
sees "INVALID  tcp .*: sequence number beyond the$"
sees "^ receiver's window$"
keys p
sees 'more below (7 lines)'
keys G
sees 'the end; more above (7 lines)'
sees 'Changes  *Nothing changed on the entry'
keys q Enter
sees 'original > < reply'
sees '51000 is'
keys Escape
sees 'packet 6 of 8 '
keys End
sees 'packet 8 of 8 '
keys : '+1.5' Enter
sees 'later, at +1.500000 s'
keys '?'
sees 'INVALID packet'
keys q
printf '\033[1;1HX' > "$(tm display-message -p '#{pane_tty}')"
sees '^Xctreplay top'
keys C-l
sees '^ ctreplay top'
keys f Space -p Space udp Enter
keys f C-u '-p udp' Enter
sees '0 chosen: -p udp'
keys f C-u '-p nonsense' Enter
sees 'nonsense'
keys f C-u Enter
sees 'packet 6 of 8 '
keys w 'nf_conntrack_tcp_be_liberal=1' Enter
sees 'what if nf_conntrack_tcp_be_liberal=1'
sees 'in all   dropped 0 -> 0  evicted 0 -> 0  INVALID 2 -> 0  '
keys W

# Resized, it is drawn anew, down to what holds nothing.
tm resize-window -x 120 -y 30
sees 'source  *destination  .*packets  *bytes  *conn'
tm resize-window -x 200 -y 30
sees 'conn.*age, s  idle, s  flags  *helper'
tm resize-window -x 30 -y 8
sees '^larger, please'
tm resize-window -x 80 -y 24
sees 'packet 6 of 8 '
keys q
restored

# The process that draws, and the one that watches over it.
children() { cat "/proc/$1/task/$1/children" | tr -d ' '; }
watcher() { children "$(tm display-message -p '#{pane_pid}')"; }

# Ended from outside: by what can be caught, and by what cannot, in either process.
for signal in 15-TERM 1-HUP 9-KILL 11-SEGV; do
  begin 80 24 "$ctreplay top samples/reset.pcap; echo code \$?"
  sees 'packet 1 of 6 '
  kill "-${signal#*-}" "$(children "$(watcher)")"
  # What sanitizers make of SEGV is theirs.
  [ "$signal${SANITIZED:-}" = 11-SEGV1 ] || sees "^code $((128 + ${signal%-*}))"
  restored
done
begin 80 24 "$ctreplay top samples/reset.pcap"
sees 'packet 1 of 6 '
watcher=$(watcher)
child=$(children "$watcher")
kill -KILL "$watcher"
# Until then it would take keys away from the shell.
while kill -0 "$child" 2> /dev/null; do sleep 0.05; done
restored

# Live from a pipe: what comes is seen as it comes, and keys are the terminal's.
mkfifo "$work/live"
begin 80 24 "$ctreplay top - < $work/live"
exec 3> "$work/live"
{ pcap_head; pcap_query; } >&3
sees 'packet 1 of 1 so far'
sees 'live'
# What somebody else writes over the screen goes: of a live capture by itself.
unseen() {
  tests=$((tests + 1))
  tries=0
  while [ $tries -le 600 ] && screen | grep -q -e "$1"; do tries=$((tries + 1)) && sleep 0.05; done
  [ $tries -le 600 ] || { echo "still seen: $1" && failures=$((failures + 1)); }
}
tty=$(tm display-message -p '#{pane_tty}')
printf '\033[1;1Hlistening on eth0' > "$tty"
unseen 'listening on eth0'
sees '^ ctreplay top  standard input '
pcap_answer >&3
sees 'packet 2 of 2 so far'
keys h
sees 'packet 1 of 2 so far'
keys w 'max=1' Enter
sees 'so far   dropped 0 -> 0  '
keys W
exec 3>&-
sees 'packet 1 of 2 '
keys q
restored

# No colour where none is wanted; no more than ASCII where there is no more.
begin 80 24 "NO_COLOR=1 LC_ALL=C $ctreplay top samples/out-of-window.pcap"
sees 'packet 1 of 8 '
screen > "$work/screen"
expect 0 '^ ^\.\.\.\.\.\.' '' cat "$work/screen"
expect 1 '' '' grep -q '[^ -~]' "$work/screen"
tm capture-pane -p -e > "$work/screen"
expect 1 '' '' grep -q "$(printf '\033')\\[[0-9;]*3[0-8]" "$work/screen"
keys q
restored

# Rules: what they did with a packet, with a connection's packets, and what another ruleset would have done.
begin 110 30 "$ctreplay top --rules samples/rules-order.rules --other-rules samples/rules-mended.rules samples/rules-order.pcap"
sees 'accept by filter:FORWARD:rule:1 (samples/rules-order'
keys d
sees 'packet 2 of 9 '
sees 'drop by filter:FORWARD:rule:2$'
sees '^ (samples/rules-order.rules:8)'
keys Enter
sees 'holds, drop: -A FORWARD -j DROP'
keys q p
sees 'What conntrack did to the entry stays'
keys q w 'rules=other' Enter
sees 'what if rules=other'
sees 'in all   dropped 5 -> 1  '
sees '^ (samples/rules-mended.rules:7)'
keys w C-u 'rules=those' Enter
sees 'rules=those: there is none: '
keys q
restored

# What rules remember goes back in time with the table: the quota is used up at packet 2,600, from wherever one comes.
{
  echo 'flow a: udp 10.0.0.2:1000 > 10.0.0.80:53'
  awk 'BEGIN { for (i = 0; i < 3000; i++) print "+0.01 a > udp (0)" }'
} > "$work/quota.ct"
"$ctreplay" compile "$work/quota.ct" --write "$work/quota.pcap" || exit 99
printf '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m quota --quota %s -j ACCEPT\n%s\nCOMMIT\n' \
  $((28 * 2599)) '-A FORWARD -j DROP' > "$work/quota.rules"
begin 110 30 "$ctreplay top --rules $work/quota.rules $work/quota.pcap"
sees 'packet 1 of 3,000 '
keys d
sees 'packet 2,600 of 3,000 '
sees 'drop by filter:FORWARD:rule:2'
keys G
sees 'packet 3,000 of 3,000 '
keys '#' 2601 Enter
sees 'packet 2,601 of 3,000 '
keys h
sees 'packet 2,600 of 3,000 '
sees 'drop by filter:FORWARD:rule:2'
keys h
sees 'packet 2,599 of 3,000 '
sees 'accept by filter:FORWARD:rule:1'
keys q
restored

# Of several captures the title says so; frames that are no longer kept are not gone to, and what is left is said.
cp "$work/quota.pcap" "$work/q"
begin 80 24 "q=$work/q; $ctreplay top --memory 1M \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q \$q"
sees '/q and 23 more'
sees 'of 72,000  '
keys G
sees 'packet 72,000 of 72,000 '
keys '#' 5 Enter
sees '^packets before [1-9][0-9,]* are no longer kept; with a larger --memory they are$'
sees 'packet [1-9][0-9,]* of 72,000 '
keys w 'max=8' Enter
sees 'before packet [1-9][0-9,]* nothing is kept: with it the table begins there, empty'
keys q
sees 'ready>'

# Whom a packet has pushed out stands beside it, at 80 columns too; no mark hides another.
begin 80 24 "$ctreplay top --max 32 samples/half-open-flood.pcap"
sees 'packet 1 of 63 '
sees '^ \^·*EDDDDDDD·*$'
sees '^  *E EEEEE$'
keys e
sees 'NEW  tcp 203.0.113.31.1055 > 10.0.0.80.80; evicts #27 tcp 203.0.113.25.1049 >$'
keys q
restored

# What is expected, and who announced it.
begin 80 24 "$ctreplay top --tz +05:30 --helpers --at 15:30:00.53 samples/ftp-passive.pcap"
sees '2026-01-05 15:30:00.530 +05:30'
keys x
sees 'tcp 10.0.0.2 > 10.0.0.21.50000  (ftp, of #1, 227 in packet 9)'
keys Enter
sees 'Look-up'
keys q q Enter
keys / '(ftp: 227' Enter
sees '10.0.0.2 > 10.0.0.21.50000 (ftp: 227 in packet 9)$'
keys / 'its child' Enter
sees 'its child #2 begins: tcp 10.0.0.2.40031 >'
keys q q
restored

# How far it has come makes way for the first line, also where that comes of a slow pipe and before the run is over.
cat > "$work/slow" <<'END'
f=samples/half-open-flood.pcap
{ head -c 234 $f; sleep 0.3; head -c 934 $f | tail -c +235; sleep 0.3; tail -c +935 $f; } | "$1" -C --progress always --at +0.09 --at +0.3 -
END
begin 100 24 "sh $work/slow $ctreplay"
sees '^# at 2026-01-05T10:00:00.09Z, after packet 42$'
sees '^63 packets, .*/s, [0-9.]* s$'
sees '^# at 2026-01-05T10:00:00.3Z, after packet 62$'

# Nothing is drawn for a moment that is none.
begin 80 24 "$ctreplay top --at yesterday samples/reset.pcap; echo code \$?"
sees 'top: --at yesterday is no moment'
sees '^code 2'

# What could not be read is said when the screen has gone.
head -c 3000 samples/half-open-flood.pcap > "$work/cut.pcap"
begin 160 24 "$ctreplay top '$work/cut.pcap' '$work/none.pcap'; echo code \$?"
sees 'of 42 '
keys q
sees 'cut.pcap: at byte 2972: the file ends inside a record'
sees 'none.pcap: cannot be opened'
sees '^code 3'

# A terminal that only writes lines.
begin 80 24 "TERM=dumb $ctreplay top samples/reset.pcap; echo code \$?"
sees 'this terminal (TERM) can only write lines'
sees '^code 2'

finish
