# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced, behind capture.sh: a router in a namespace, gathered and compared (box_router.sh), where there is root and what it takes.
# box_check CONNECTIONS
box_check() {
  for tool in unshare ip iptables-restore conntrack tcpdump python3; do
    command -v "$tool" > /dev/null || missing="${missing-} $tool"
  done
  if [ "$(id -u)" -ne 0 ] || [ -n "${missing-}" ] || ! unshare -n -m true 2> /dev/null; then
    echo "the router in a namespace was left out: it takes root, namespaces${missing:+ and$missing}"
    return
  fi
  lab=$work/lab
  mkdir "$lab"
  if ! unshare -n -m sh "${srcdir:-.}/tests/cli/box_router.sh" "$lab" "${srcdir:-.}/examples/ctreplay-gather" "$1" > "$lab/said" 2>&1; then
    if [ -e "$lab/ready" ]; then
      tests=$((tests + 1)) failures=$((failures + 1))
      echo "FAILED: the router in a namespace: $(tail -n 3 "$lab/said")"
    else
      echo "the router in a namespace was left out: it cannot be set up here: $(tail -n 1 "$lab/said")"
    fi
    return
  fi
  if [ "$(cat "$lab/lost")" != 0 ]; then
    echo "the router in a namespace was left out: tcpdump lost $(cat "$lab/lost") packets"
    return
  fi
  capture=$lab/router.pcap
  # From an empty table what was there before the capture is told as that; from the table that was gathered at the start nothing differs.
  expect 0 'in both 0, .*unexplained 0' '*' "$ctreplay" agree "$lab/start" --direction in "$capture"
  expect 0 'unexplained 0' '*' "$ctreplay" agree "$lab/end" --direction in "$capture"
  expect 0 'differences 0, unexplained 0' '*' "$ctreplay" agree "$lab/end" --table "$lab/start" --direction in "$capture"
  sed -n 2,4p "$work/out"
  expect 0 '' '' test "$(sed -n 's/.*in both \([0-9]*\),.*/\1/p' "$work/out")" -gt 40
  expect 0 'helper=ftp' '*' "$ctreplay" -L expect --box "$lab/end" --table "$lab/start" --direction in --end "@$(head -n 1 "$lab/end/date" | cut -d ' ' -f 1)" "$capture"
  # What the kernel loaded again goes on there as here.
  expect 0 'in both 8, alike 8; differences 0, unexplained 0' '*' "$ctreplay" agree "$lab/after.list" --at "@$(cat "$lab/after.at")" --table "$lab/again" \
    --table-at "@$(cat "$lab/again.at")" --box "$lab/end" --direction in "$capture"
  # Renamed, folder and capture.
  sh "${srcdir:-.}/examples/ctreplay-gather" --redact key --from "$lab/start" "$lab/start.renamed"
  sh "${srcdir:-.}/examples/ctreplay-gather" --redact key --from "$lab/end" "$lab/end.renamed"
  "$ctreplay" -P --redact key -W "$lab/renamed.pcap" "$capture" 2> "$work/err"
  expect 0 'differences 0, unexplained 0' '*' "$ctreplay" agree "$lab/end.renamed" --table "$lab/start.renamed" --direction in "$lab/renamed.pcap"
  # With busybox's tools.
  if [ -e "$lab/small" ]; then
    # Its date may know whole seconds only: what ends while a busy machine lists is a difference, and explained.
    expect 0 'unexplained 0' '*' "$ctreplay" agree "$lab/packed.tar.gz" --table "$lab/start" --direction in "$capture"
    "$ctreplay" -P --redact small -W "$lab/small.pcap" "$capture" 2> "$work/err"
    sh "${srcdir:-.}/examples/ctreplay-gather" --redact small --from "$lab/start" "$lab/start.small"
    expect 0 'unexplained 0' '*' "$ctreplay" agree "$lab/small" --table "$lab/start.small" --direction in "$lab/small.pcap"
  fi

  # In three parts, one table over all of them; the second is killed in its middle, and done again.
  packets=$(sed -n 's/ packets captured//p' "$lab/tcpdump")
  third=$((packets / 3))
  "$ctreplay" -P -W "$lab/one" --end "#$third" "$capture" 2> "$work/err"
  "$ctreplay" -P -W "$lab/two" --start "#$((third + 1))" --end "#$((2 * third))" "$capture" 2> "$work/err"
  "$ctreplay" -P -W "$lab/three" --start "#$((2 * third + 1))" "$capture" 2> "$work/err"
  expect 0 '.' '*' "$ctreplay" -S --box "$lab/end" --table "$lab/start" --direction in --save-state "$lab/state" "$lab/one"
  cp "$lab/state" "$lab/kept"
  mkfifo "$lab/live"
  "$ctreplay" -E --box "$lab/end" --direction in --load-state "$lab/state" --save-state "$lab/state" "$lab/live" > "$lab/events" 2> "$work/err" &
  pid=$!
  exec 3> "$lab/live"
  head -c $(($(wc -c < "$lab/two") / 2)) "$lab/two" >&3
  tries=0
  while [ ! -s "$lab/events" ] && [ "$tries" -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  kill -9 "$pid"
  wait "$pid" 2> /dev/null
  exec 3>&-
  expect 0 '' '' cmp "$lab/state" "$lab/kept"
  expect 0 '.' '*' "$ctreplay" -E --box "$lab/end" --direction in --load-state "$lab/state" --save-state "$lab/state" "$lab/two"
  expect 0 'differences 0, unexplained 0' '*' "$ctreplay" agree "$lab/end" --direction in --load-state "$lab/state" "$lab/three"
}
