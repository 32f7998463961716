#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ctreplay-gather --redact and -P --redact: a box and its capture, renamed by one key, still belong together.
. "${srcdir:-.}/tests/cli/capture.sh"

router=${srcdir:-.}/samples/router
gather=${srcdir:-.}/examples/ctreplay-gather
map() { sh "$gather" --redact "$1" --map "$2"; }

# Both sides rename alike: each number in each place, of two keys.
for key in secret '~ a longer key, with "signs" & backslash\!'; do
  : > "$work/addresses"
  pcap_head > "$work/all.pcap"
  i=0
  while [ "$i" -lt 256 ]; do
    echo "10.$i.$(((i * 7) % 256)).$(((i * 11) % 256))" >> "$work/addresses"
    printf '\000\000\000\000\000\000\000\000\034\000\000\000\034\000\000\000' >> "$work/all.pcap"
    # shellcheck disable=SC2059 # the format is made of octal digits
    printf "$(printf '\\105\\000\\000\\034\\000\\000\\100\\000\\100\\021\\000\\000\\012\\%03o\\%03o\\%03o\\012\\000\\000\\002\\004\\322\\000\\065\\000\\010\\000\\000' \
      "$i" "$(((i * 7) % 256))" "$(((i * 11) % 256))")" >> "$work/all.pcap"
    i=$((i + 1))
  done
  map "$key" "$(cat "$work/addresses")" > "$work/mapped"
  expect 0 '' '*' "$ctreplay" -P --checksums ignore --redact "$key" -W "$work/renamed.pcap" "$work/all.pcap"
  "$ctreplay" -P --checksums ignore --fields src "$work/renamed.pcap" 2> "$work/err" | sed -e 1d -e 's/ *$//' > "$work/seen"
  expect 0 '' '' cmp "$work/mapped" "$work/seen"
  expect 0 '' '' test "$(sort -u "$work/mapped" | grep -c .)" -eq "$(sort -u "$work/addresses" | grep -c .)"
  expect 1 '' '' cmp -s "$work/mapped" "$work/addresses"
done
expect 0 '' '' test "$(map secret 10.1.2.3)" != "$(map other 10.1.2.3)"

# What is no address stays.
for text in '127.0.0.1' '224.0.0.251' '255.255.255.255' '0.0.0.0' '[start=Mon Nov 30 11:56:01 2026]' 'link/ether 02:00:5e:10:00:01' '::1' \
    'ff02::1' '1796039762.705374282' '10.1.2.300'; do
  expect 0 '' '' test "$(map secret "$text")" = "$text"
done
for text in '2001:0db8:0000:0000:0000:0000:0000:0001' '2001:db8:12:34::77' 'fe80::5054:ff:fe12:3456' '2001:db8:1:2:3:4:5:6'; do
  expect 0 '' '' test "$(map secret "$text")" != "$text"
  expect 0 '' '' test "$(map secret "$text" | wc -c)" -eq "$(echo "$text" | wc -c)"
  expect 0 '' '' test "$(map secret "$text" | sed 's/..$//')" = "$(echo "$text" | sed 's/..$//')"
done

# A box and its capture.
sh "$gather" --redact secret --from "$router/box" "$work/box"
expect 0 '*' '*' "$ctreplay" -P --redact secret -W "$work/router.pcap" "$router/router.pcap"
expect 0 'in both 15, alike 15; differences 0, unexplained 0' '*' "$ctreplay" agree "$work/box" --direction in "$work/router.pcap"
# Neither belongs to the other's original, and nothing of that is left.
expect 0 'in both 0' '*' "$ctreplay" agree "$work/box" --lines 0 --direction in "$router/router.pcap"
expect 1 '' '' grep -rF -e 198.51.100. -e 192.0.2. "$work/box"
expect 0 '' '' test "$("$ctreplay" -P --fields src,dst "$work/router.pcap" 2> "$work/err" | grep -cF -e 198.51.100. -e 192.0.2.)" -eq 0
for capture in "$router/router.pcap" "$work/router.pcap"; do
  "$ctreplay" -S -o json --checksums verify "$capture" 2> "$work/err" | sed 's/"sources_held.*//' > "$work/stats.${capture##*/}"
  mv "$work/stats.${capture##*/}" "$work/stats.$(test "$capture" = "$work/router.pcap" && echo renamed || echo first)"
done
expect 0 '' '' cmp "$work/stats.first" "$work/stats.renamed"

# What helpers read in payloads is renamed with the headers; checksums stay right.
for sample in ping ftp-active ftp-ipv6 sip port-unreachable fragments ftp-passive; do
  [ -r "samples/$sample.pcap" ] || continue
  expect 0 '' '*' "$ctreplay" -P --redact secret -W "$work/one.pcap" "samples/$sample.pcap"
  "$ctreplay" -P --helpers --checksums verify --fields n,class,after,timeout,reason "samples/$sample.pcap" > "$work/before" 2> "$work/err"
  "$ctreplay" -P --helpers --checksums verify --fields n,class,after,timeout,reason "$work/one.pcap" > "$work/after" 2> "$work/err"
  expect 0 '' '' cmp "$work/before" "$work/after"
done
expect 1 '' '' cmp -s samples/ftp-passive.pcap "$work/one.pcap"

expect 2 '' '--redact: for -P with -W' "$ctreplay" -L --redact secret "$router/router.pcap"
expect 2 '' 'without --as sent and --annotate' "$ctreplay" -P --redact secret --annotate -W "$work/x.pcapng" "$router/router.pcap"
expect 2 '' 'wants a folder that was gathered' sh "$gather" --redact secret --from "$work/none" "$work/new"
finish
