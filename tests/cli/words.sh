#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The words of the program, its manual and its completion are the same: every option and format of the tables stands in the
# manual, and the completion offers what the tables have.
. "${srcdir:-.}/tests/cli/capture.sh"
manual=${srcdir:-.}/doc/ctreplay.1
completion=completions/ctreplay

for option in $("$ctreplay" list options | grep -o -e '--[a-z-]*'); do
  expect 0 '*' '' grep -q -e "Fl ${option#--}\b" "$manual"
done
# The table of commands and formats, cell by cell: "* " or "\& " in the order of the heading.
"$ctreplay" list formats | while read -r line; do
  name=${line%% *} can=" $(echo "$line" | sed 's/.*(\(.*\))$/\1/; s/, /,/g'),"
  row=
  for command in '-L' '-L expect' '-E' '-E expect' '-P' '-S' '-C'; do
    case $can in
    *[\ ,]"$command",*) row="$row Ta *" ;;
    *) row="$row Ta \\&" ;;
    esac
  done
  printf '%s\n' ".It $name$row"
done > "$work/rows"
while read -r row; do
  expect 0 '*' '' grep -q -F -x -e "$row" "$manual"
done < "$work/rows"
for subcommand in $("$ctreplay" list commands); do
  expect 0 '*' '' grep -q -e "^\.It Cm $subcommand\b" "$manual"
done

# Help fits a screen.
"$ctreplay" --help > "$work/help"
expect 0 '' '' awk 'NR > 24 || length > 80' "$work/help"
for subcommand in $("$ctreplay" list commands); do
  expect 0 "^ctreplay $subcommand " '' "$ctreplay" "$subcommand" --help
done
expect 0 '^      --by KEY  *count together' '' "$ctreplay" flows --max 4 --help
expect 0 '^  -h, --help ' '' "$ctreplay" sweep -h

# -P --help and its like have each option that -P knows what to do with; what is left out of it, it refuses. (Those of the
# plain command alone are left out of all of them.)
for command in -L -E -C -S -P --evictions; do
  "$ctreplay" "$command" --help > "$work/help"
  expect 0 "^ctreplay $command " '' cat "$work/help"
  while read -r option value; do
    grep -q -e "^  .*$option\b" "$work/help" && continue
    # shellcheck disable=SC2086 # an option without a value has none
    expect 2 '' '*' "$ctreplay" "$command" "$option" $value samples/ping.pcap
  done << 'OPTIONS'
--class NEW
--reason icmp-new
--flow 1
--verdict drop
--rule filter:FORWARD:policy
--annotate
--context 1
--redact 00112233445566778899aabbccddeeff
--as sent
--display-filter
--event-mask NEW
--show-from +1
--at +1
--every 1s
--fields n
--lines 5
--host 10.0.0.2
--port 5
--state SYN_SENT
OPTIONS
done
for option in annotate context as redact display-filter class reason flow verdict rule fields host bpf profile rules; do
  expect 0 "^  .*--$option\b" '' "$ctreplay" -P --help
done
expect 1 '' '' sh -c "'$ctreplay' -P --help | grep -e '--event-mask' -e '--every'"

# What a word is, whatever kind of word; and the one that was meant.
while read -r word what; do
  expect 0 "$what" '' "$ctreplay" help "$word"
done <<'TABLE'
flows ^ctreplay flows
--by ^--by: option: --by KEY of flows
by ^--by: option
-W ^-W: option: -W, --write FILE
json ^json: format: -o json
nf_conntrack_udp_timeout ^nf_conntrack_udp_timeout: sysctl: .*30 s
net.netfilter.nf_conntrack_max ^nf_conntrack_max: sysctl
nf_conntrack_sip.sip_timeout ^nf_conntrack_sip.sip_timeout: module
tcp-new ^tcp-new: reason: belongs to no connection
missed_after ^missed_after: field: .*flows
SYN_SENT ^SYN_SENT: state: a state of tcp
syn_sent ^SYN_SENT: state: a state of tcp
INVALID ^INVALID: class
linux-6.18 ^linux-6.18: kernel
ftp ^ftp: helper
hashlimit ^hashlimit: match
MASQUERADE ^MASQUERADE: target
TABLE
expect 2 '' 'help hystory: no such word; did you mean history?' "$ctreplay" help hystory
expect 2 '' 'did you mean nf_conntrack_udp_timeout?' "$ctreplay" help nf_conntrack_udp_timeuot
expect 2 '' 'did you mean nf_conntrack_udp_timeout, ' "$ctreplay" help udp_timeout
expect 2 '' 'help zzzzzz: no such word; ctreplay list WHAT has them' "$ctreplay" help zzzzzz
expect 2 '' 'help: give one word' "$ctreplay" help a b
expect 0 '^Commands ' '' "$ctreplay" help

# What is wrong with a value is told under the spelling that was typed, also where it is judged late.
expect 2 '' '^ctreplay: -l none: none is no number' "$ctreplay" -L -l none samples/reset.pcap
expect 2 '' '^ctreplay: --label none: none is no number' "$ctreplay" -L --label none samples/reset.pcap

if ! command -v bash > /dev/null; then
  echo 'completion not tried: there is no bash'
  finish
fi
# complete WORD...: what is offered for the last word.
cat > "$work/complete.bash" <<'BASH'
. "$completion"
compopt() { :; }
COMP_WORDS=("$ctreplay" "$@")
COMP_CWORD=$#
_ctreplay
printf '%s\n' "${COMPREPLY[@]}"
BASH
export ctreplay completion
offered() {
  want=$1
  shift
  expect 0 "$want" '' bash "$work/complete.bash" "$@"
}
offered '^--sysctl$' --sy
offered '^-L$' -
offered '^conntrack$' -L con
offered '^json$' -E -o js
offered '^timestamp,id$' -E -o timestamp,i
offered '^linux-2.6$' --profile linux-2
offered '^tcp-checksum$' -P --reason tcp-c
offered '^nf_conntrack_udp_timeout=$' --sysctl nf_conntrack_udp_t
offered '^nf_conntrack_sip.sip_timeout=$' --module nf_conntrack_sip.sip_t
offered '^out$' --direction o
offered '^sweep$' sw
offered '^reasons$' list rea
offered '^--by$' flows --b
offered '^notable$' flows --packets no
offered '^svg$' states -o s
offered '^sqlite$' flows -o sq
# Nothing that flows refuses.
expect 1 '' '' sh -c "bash '$work/complete.bash' flows -o p | grep ."
offered '^nf_conntrack_max$' help nf_conntrack_ma
# A sub-command offers what it takes, and nothing else.
expect 1 '^0$' '' sh -c "bash '$work/complete.bash' sweep --by | grep -c -e --by"
if command -v zsh > /dev/null; then
  expect 0 '' '' zsh -f -n completions/_ctreplay
  expect 0 "'\*--by=\[count together by src, dst, net, dport, proto, state or reason\]:KEY: ' " '' cat completions/_ctreplay
else
  echo 'completion of zsh not tried: there is no zsh'
fi
# libFuzzer's dictionaries know three escapes, and refuse a file with another.
expect 1 '' '' grep -n '^[^#]*\\[^\\"x]' "${srcdir:-.}"/tests/fuzz/dict/*.dict
finish
