#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What moved between two results of bench.sh. Usage: bench_compare.sh OLD.json NEW.json    (make bench-compare OLD=... )
# A ratio has moved where it changed by more than its noise, which is the sum of both runs' (how far apart the quartiles of their pairs
# lie) and one per cent. With few pairs the noise is guessed from few.
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
      old_instructions[key] = field("instructions"); old_cpu_noise[key] = field("cpu_noise"); old_wall_noise[key] = field("wall_noise")
      next
    }
    if (!(key in old_cpu)) {
      printf "%-26s new\n", key
      next
    }
    seen[key] = 1
    if (field("bytes") != "")
      printf "%-26s bytes %7.1f -> %7.1f (%+.1f%%)\n", key, old_bytes[key], field("bytes"), change(old_bytes[key], field("bytes"))
    else if (field("instructions") != "")
      printf "%-26s %.0f -> %.0f (%+.1f%%)\n", key, old_instructions[key], field("instructions"), change(old_instructions[key], field("instructions"))
    else
      printf "%-26s cpu x %6.2f -> %6.2f (%+.1f%%)   wall x %6.2f -> %6.2f (%+.1f%%)   peak %+.1f%%%s\n", key, old_cpu[key], field("cpu_ratio"),
        change(old_cpu[key], field("cpu_ratio")), old_wall[key], field("wall_ratio"), change(old_wall[key], field("wall_ratio")),
        change(old_peak[key], field("peak_kib")), moved("cpu", old_cpu[key], old_cpu_noise[key]) moved("wall", old_wall[key], old_wall_noise[key])
  }
  function moved(what, before, before_noise,    change_by) {
    change_by = change(before, field(what "_ratio")) / 100
    return change_by * change_by > (before_noise + field(what "_noise") + 0.01) ^ 2 ? "   " what " moved" : ""
  }
  function change(before, after) { return before > 0 ? (after / before - 1) * 100 : 0 }
  END { for (key in old_cpu) if (!(key in seen)) printf "%-26s gone\n", key }' "$1" "$2"
