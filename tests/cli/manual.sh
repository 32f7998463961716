#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay-rules(5): its tables are the program's own, and its examples print what stands below them.
. "${srcdir:-.}/tests/cli/capture.sh"
page=${srcdir:-.}/doc/ctreplay-rules.5
[ -f samples/rules-order.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

# rows FROM: name, families and what a replay makes of it, of the table under that heading.
rows() {
  sed -n "/^\.Ss $1\$/,/^\.El\$/s/^\.It Cm \([^ ]*\) Ta \([^ ]*\) Ta \([^ ]*\) Ta .*/\1 \2 \3/p" "$page"
}
for what in Matches Targets; do
  rows $what > "$work/page"
  "$ctreplay" list "$(echo $what | tr MT mt)" | awk '{ print $1, $2, $3 }' > "$work/program"
  expect 0 '' '' diff "$work/page" "$work/program"
  expect 0 '^[3-9][0-9]$' '' awk 'END { print NR }' "$work/page"
done

# What the program decides and what not is so for rules, too: a match that is unknown leaves the verdict open.
"$ctreplay" list matches | awk '$3 == "unknown" { print $1 }' > "$work/unknown"
expect 0 '^osf$' '' cat "$work/unknown"
{ cat "$work/unknown"; "$ctreplay" list targets | awk '$3 == "unknown" { print $1 }'; } > "$work/named"
sed -n '/^## Read, but not judged by/,/^Of other matches/{/^| \(matches\|targets\)/p}' "${srcdir:-.}/doc/rules.md" | grep -o '`[A-Za-z0-9]*`' | tr -d '`' > "$work/listed"
expect 0 '' '' diff "$work/named" "$work/listed"
{ echo '*filter'; echo '-A FORWARD -p tcp -m osf --genre Linux -j DROP'; echo 'COMMIT'; } > "$work/osf"
pcap_whole > "$work/cap"
expect 0 'unknown by filter:FORWARD:rule:1 .*-m osf cannot be known here' '*' "$ctreplay" -P --rules "$work/osf" "$work/cap"
expect 0 'drop by filter:FORWARD:rule:1' '*' "$ctreplay" -P --assume osf=yes --rules "$work/osf" "$work/cap"

# Each "$ command" of a literal display, and the lines below it.
awk -v work="$work" '
  /^\.Bd -literal/ { inside = 1; next }
  /^\.Ed/ { inside = 0; next }
  inside { gsub(/\\e/, "\\"); sub(/^\\&/, "") }
  inside && /^\$ / { n++; print substr($0, 3) > (work "/" n ".command"); printf "" > (work "/" n ".wanted"); next }
  inside { print > (work "/" n ".wanted") }' "$page"
mkdir "$work/bin"
case $ctreplay in /*) ln -s "$ctreplay" "$work/bin/ctreplay" ;; *) ln -s "$PWD/$ctreplay" "$work/bin/ctreplay" ;; esac
PATH=$work/bin:$PATH
export PATH
examples=0
for command in "$work"/*.command; do
  sh -c "$(cat "$command")" 2> /dev/null | sed 's/[ ]*$//' > "$work/got"
  expect 0 '' '' diff "${command%.command}.wanted" "$work/got"
  examples=$((examples + 1))
done
expect 0 '' '' test "$examples" -ge 6
finish
