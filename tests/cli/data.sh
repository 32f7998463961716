#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tutorial of connections as data is typed again, in its order: each "    $ command" must still print the indented lines below it.
# What needs a program that is not here is passed over, and said.
. "${srcdir:-.}/tests/cli/capture.sh"
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }
tutorial=$(cd "${srcdir:-.}" && pwd)/doc/tutorial-data.md

# Into files N.command and N.wanted.
awk -v work="$work" '
  /^    \$ / { n++; at = sprintf("%s/%03d", work, n); print substr($0, 7) > (at ".command"); printf "" > (at ".wanted"); inside = 1; next }
  inside && /^    / { print substr($0, 5) >> (at ".wanted"); next }
  { inside = 0 }' "$tutorial"
mkdir "$work/bin" "$work/typed"
case $ctreplay in /*) ln -s "$ctreplay" "$work/bin/ctreplay" ;; *) ln -s "$PWD/$ctreplay" "$work/bin/ctreplay" ;; esac
ln -s "$PWD/samples" "$work/typed/samples"
PATH=$work/bin:$PATH
export PATH
cd "$work/typed" || exit 99
if ! ctreplay flows -o sqlite -W try.db samples/reset.pcap 2> err && grep -q 'no SQLite' err; then
  echo 'skipped: this build has no SQLite'
  exit 77
fi
for command in "$work"/*.command; do
  typed=$(cat "$command")
  if ! command -v "${typed%% *}" > /dev/null; then
    echo "passed over, as ${typed%% *} is not here: $typed"
    continue
  fi
  tests=$((tests + 1))
  sh -c "$typed" > "$work/got"
  if ! cmp -s "${command%.command}.wanted" "$work/got"; then
    failures=$((failures + 1))
    echo "FAILED: $typed"
    diff "${command%.command}.wanted" "$work/got" | head -n 10
  fi
done
expect 0 '*' '' test "$tests" -ge 4
finish
