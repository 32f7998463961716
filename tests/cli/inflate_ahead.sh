#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compressed captures with a thread that decompresses ahead and without: the same output, words and exit code, of files that
# are whole, cut, damaged, put together, and from a pipe. In three places of each kind, or as many as are given: for make check-long.
. "${srcdir:-.}/tests/cli/capture.sh"

same() {
  tests=$((tests + 1))
  "$ctreplay" -S --threads 1 "$@" > "$work/out1" 2> "$work/err1"
  echo "exit $?" >> "$work/out1"
  "$ctreplay" -S --threads 2 "$@" > "$work/out2" 2> "$work/err2"
  echo "exit $?" >> "$work/out2"
  cmp -s "$work/out1" "$work/out2" && cmp -s "$work/err1" "$work/err2" && return
  failures=$((failures + 1))
  echo "FAILED: -S $*: one thread and two differ"
  diff "$work/out1" "$work/out2" | head -n 4
  diff "$work/err1" "$work/err2" | head -n 4
}

# flip FILE BYTE: other bits there
flip() {
  was=$(dd if="$1" bs=1 skip="$2" count=1 2> "$work/err" | od -An -tu1 | tr -d ' ')
  # shellcheck disable=SC2059 # an octal escape
  printf "\\$(printf %o $((was ^ 85)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2> "$work/err"
}

places=${1:-2}
./bench_generate longflows "$work/whole.pcap" 0.002 > "$work/out" || exit 99
for tool in gzip xz zstd; do
  command -v "$tool" > "$work/out" || continue
  "$tool" -1 -c "$work/whole.pcap" > "$work/packed"
  size=$(wc -c < "$work/packed")
  same "$work/packed"
  "$ctreplay" -S --threads 1 "$work/whole.pcap" > "$work/plain"
  sed '$d' "$work/out2" | cmp -s - "$work/plain" || {
    failures=$((failures + 1))
    echo "FAILED: $tool: not as the plain file"
  }
  cat "$work/packed" "$work/packed" > "$work/twice" && same "$work/twice"
  i=1
  while [ "$i" -le "$places" ]; do
    at=$((size * i / (places + 1) + i % 7))
    head -c "$at" "$work/packed" > "$work/cut" && same "$work/cut"
    cp "$work/packed" "$work/broken" && flip "$work/broken" "$at" && same "$work/broken"
    i=$((i + 1))
  done
  same "$work/cut" "$work/whole.pcap" "$work/packed"
  same --merge "$work/cut" "$work/packed"
done
finish
