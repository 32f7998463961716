#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What moved between two results of bench.sh. Usage: bench_compare.sh OLD.json NEW.json    (make bench-compare OLD=... )
set -eu
if [ $# -ne 2 ] || [ ! -r "$1" ] || [ ! -r "$2" ]; then
  echo "usage: bench_compare.sh OLD.json NEW.json" >&2
  exit 2
fi
LC_ALL=C awk '
  function field(name,    at) {
    at = index($0, "\"" name "\": ")
    return at ? substr($0, at + length(name) + 4) + 0 : ""
  }
  function text(name,    parts) {
    split($0, parts, "\"" name "\": \"")
    sub(/".*/, "", parts[2])
    return parts[2]
  }
  /"measure"/ {
    key = text("capture") " " text("measure")
    if (FNR == NR) {
      old_cpu[key] = field("cpu_ratio"); old_wall[key] = field("wall_ratio"); old_peak[key] = field("peak_kib"); old_bytes[key] = field("bytes")
      next
    }
    if (!(key in old_cpu)) {
      printf "%-26s new\n", key
      next
    }
    seen[key] = 1
    if (field("bytes") != "")
      printf "%-26s bytes %7.1f -> %7.1f (%+.1f%%)\n", key, old_bytes[key], field("bytes"), change(old_bytes[key], field("bytes"))
    else
      printf "%-26s cpu x %6.2f -> %6.2f (%+.1f%%)   wall x %6.2f -> %6.2f (%+.1f%%)   peak %+.1f%%\n", key, old_cpu[key], field("cpu_ratio"),
        change(old_cpu[key], field("cpu_ratio")), old_wall[key], field("wall_ratio"), change(old_wall[key], field("wall_ratio")),
        change(old_peak[key], field("peak_kib"))
  }
  function change(before, after) { return before > 0 ? (after / before - 1) * 100 : 0 }
  END { for (key in old_cpu) if (!(key in seen)) printf "%-26s gone\n", key }' "$1" "$2"
