#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The README's tour and the tutorial are typed again: each "    $ command" must still print the indented lines below it; and so "$ command" of
# the page of formats, between its fences.
. "${srcdir:-.}/tests/cli/capture.sh"
documents="${srcdir:-.}/README.md ${srcdir:-.}/doc/tutorial.md"
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }

# Into files N.command and N.wanted.
# shellcheck disable=SC2086 # two names
awk -v work="$work" '
  /^    \$ ctreplay / { n++; print substr($0, 7) > (work "/" n ".command"); printf "" > (work "/" n ".wanted"); inside = 1; blank = 0; next }
  inside && /^    / { for (; blank > 0; blank--) print "" >> (work "/" n ".wanted"); print substr($0, 5) >> (work "/" n ".wanted"); next }
  inside && /^$/ { blank++; next }
  { inside = 0; blank = 0 }' $documents
awk -v work="$work" '
  /^\$ ctreplay / { n++; print substr($0, 3) > (work "/formats" n ".command"); printf "" > (work "/formats" n ".wanted"); inside = 1; next }
  /^```/ { inside = 0 }
  inside { print > (work "/formats" n ".wanted") }' "${srcdir:-.}/doc/formats.md"
command -v jq > /dev/null || rm -f "$(grep -l '| jq ' "$work"/formats*.command)"

mkdir "$work/bin"
case $ctreplay in /*) ln -s "$ctreplay" "$work/bin/ctreplay" ;; *) ln -s "$PWD/$ctreplay" "$work/bin/ctreplay" ;; esac
PATH=$work/bin:$PATH
export PATH
for command in "$work"/*.command; do
  sh -c "$(cat "$command")" > "$work/got" 2> /dev/null
  # Blanks at the ends of lines do not survive in a README.
  sed 's/[ ]*$//' "$work/got" > "$work/got.bare"
  sed 's/[ ]*$//' "${command%.command}.wanted" > "$work/wanted.bare"
  tests=$((tests + 1))
  if ! cmp -s "$work/wanted.bare" "$work/got.bare"; then
    failures=$((failures + 1))
    echo "FAILED: $(cat "$command")"
    diff "$work/wanted.bare" "$work/got.bare" | head -n 10
  fi
done
expect 0 '*' '' test "$tests" -ge 24
finish
