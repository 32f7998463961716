#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The words of the program, its manual and its completion are the same: every option and format of the tables stands in the
# manual, and the completion offers what the tables have.
. "${srcdir:-.}/tests/cli/capture.sh"
manual=${srcdir:-.}/doc/ctreplay.1
completion=${srcdir:-.}/completions/ctreplay

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
finish
