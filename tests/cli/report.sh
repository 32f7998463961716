#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay report as its users see it: the files it writes, and the page in a real browser where one is found.
. "${srcdir:-.}/tests/cli/capture.sh"
pcap_whole > "$work/whole.pcap"

expect 0 '' '' "$ctreplay" report "$work/whole.pcap" -W "$work/page.html"
expect 0 '*' '' grep -q 'id="conn2"' "$work/page.html"
expect 0 '<!DOCTYPE html>' '' "$ctreplay" report "$work/whole.pcap" -W -
expect 2 '' 'where the page goes' "$ctreplay" report "$work/whole.pcap"
# Never over the capture itself.
cp "$work/whole.pcap" "$work/copy.pcap"
expect 2 '' 'being read' "$ctreplay" report "$work/whole.pcap" -W "$work/whole.pcap"
expect 0 '' '' cmp "$work/whole.pcap" "$work/copy.pcap"
expect 4 '' 'not-there' "$ctreplay" report "$work/whole.pcap" -W "$work/not-there/page.html"
expect 3 '' '*' "$ctreplay" report "$work/missing.pcap" -W "$work/none.html"

# Who was evicted, and for whom; one packet is one.
"$ctreplay" report --max 32 -W "$work/full.html" samples/half-open-flood.pcap 2> /dev/null
expect 0 'counted 1 packet (40 bytes) there and 0 (0 bytes) back\. Ended at 0\.[0-9]* s: early_drop: the table was full, for packet 34 (tcp 203\.0\.113\.31:1055 .* 10\.0\.0\.80:80)\.' '' cat "$work/full.html"

browser=
for name in chromium chromium-browser google-chrome; do
  [ -n "$browser" ] || browser=$(command -v "$name")
done
if [ -z "$browser" ]; then
  echo 'the page in a browser: skipped, there is no chromium'
  finish
fi
# look PAGE [FLAG...]: the page as it stands after its scripts have run.
look() {
  page=$1
  shift
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir="$work/browser" --virtual-time-budget=5000 "$@" \
    --dump-dom "file://$page" > "$work/dom" 2> "$work/browser.err"
}
look "$work/page.html"
if [ ! -s "$work/dom" ]; then
  echo "the page in a browser: skipped, $browser does not start here"
  finish
fi
# The script ran: it has counted the connections and shown the search.
expect 0 '2 of 2 connections' '' cat "$work/dom"
expect 1 '' '' grep -q 'id="tools"[^>]*hidden' "$work/dom"

# A link to a connection opens that one, and no other.
look "$work/page.html#conn2"
expect 0 'conn2' '' grep -o '<details class="conn[^>]* open[^>]*>' "$work/dom"
expect 0 '^1$' '' grep -c '<details class="conn[^>]* open' "$work/dom"

# A reader at work, in light and in dark.
drive=${srcdir:-.}/tests/cli/report_drive.js
{ cat "$work/page.html"; echo '<script>'; cat "$drive"; echo '</script>'; } > "$work/driven.html"
checks=$(grep -c "^ *check('" "$drive")
for scheme in light dark; do
  if [ $scheme = dark ]; then
    look "$work/driven.html" --blink-settings=preferredColorScheme=0
    paper='paper rgb(20, 24, 28)' node='node rgb(28, 42, 56)'
  else
    look "$work/driven.html" --blink-settings=preferredColorScheme=1
    paper='paper rgb(255, 255, 255)' node='node rgb(238, 244, 251)'
  fi
  sed -n '/^<pre id="driven">/,/^end/p' "$work/dom" > "$work/driven"
  expect 1 '' '' grep '^not ok' "$work/driven"
  expect 0 "^$checks\$" '' grep -c '^ok ' "$work/driven"
  expect 0 "$paper" '' cat "$work/driven"
  expect 0 "$node" '' cat "$work/driven"
done
finish
