#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds every fuzz target the way OSS-Fuzz builds: with its variables, which are taken from the environment where they are set.
#   CC CFLAGS LIB_FUZZING_ENGINE   compiler, instrumentation and driver; here by default clang, the address sanitizer and libFuzzer
#   SRC WORK                       the tree, and where to build (default: the tree that this script stands in, and $OUT/work)
#   OUT                            where everything goes (default ./fuzz-out): fuzz_NAME, fuzz_NAME_seed_corpus.zip, fuzz_NAME.dict,
#                                  fuzz_NAME.options, and in lib/ the libraries that a target needs beside the C library
# usage: fuzz-build.sh [TARGET...]   (default: all)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
tree=$here
if [ -n "${SRC:-}" ] && [ -f "$SRC/ctreplay/configure.ac" ]; then tree=$SRC/ctreplay; fi
mkdir -p "${OUT:=$PWD/fuzz-out}"
OUT=$(cd "$OUT" && pwd)
WORK=${WORK:-$OUT/work}
: "${CC:=clang}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${CFLAGS:=-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION \
-fsanitize=address,undefined -fno-sanitize-recover=all -fsanitize=fuzzer-no-link}"
jobs=$(getconf _NPROCESSORS_ONLN)

for tool in autoreconf pkg-config zip ldd; do
  command -v $tool >/dev/null || { echo "fuzz-build.sh: $tool is needed and not there" >&2; exit 1; }
done
[ -x "$tree/configure" ] || (cd "$tree" && autoreconf -fi)
mkdir -p "$WORK/build" "$OUT/lib"
cd "$WORK/build"
# The driver's library is C++ in some engines, and found beside the target at run time in all of them.
"$tree/configure" -q --enable-libfuzzer --disable-shared CC="$CC" CFLAGS="$CFLAGS" LIB_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" \
  LDFLAGS="${LDFLAGS:-} -Wl,-rpath,'\$\$ORIGIN/lib'"
# The list may go over several lines.
all=$(sed -n '/^FUZZ_TARGETS = /,/[^\\]$/{s/^FUZZ_TARGETS = //;s/\\$//;p}' Makefile)
targets=${*:-$all}
# shellcheck disable=SC2086 # a list of words
make -s -j "$jobs" $targets

# What the loader finds, but for the C library's own, which every machine has.
libraries() {
  ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
    grep -Ev '/(libc|libm|libdl|libpthread|librt|libresolv|ld-linux[^/]*|libgcc_s|libstdc\+\+)\.so' || true
}

for target in $targets; do
  cp "$target" "$OUT/"
  for library in $(libraries "$target"); do cp -L "$library" "$OUT/lib/"; done
  seeds=$WORK/seeds/$target
  rm -rf "$seeds"
  mkdir -p "$seeds"
  srcdir=$tree FUZZ_SEEDS_TO=$seeds "./$target" # seeds are made of the samples
  if [ -d "$tree/tests/fuzz/corpus/$target" ]; then cp "$tree/tests/fuzz/corpus/$target"/* "$seeds/"; fi
  rm -f "$OUT/${target}_seed_corpus.zip"
  if [ -n "$(ls "$seeds")" ]; then (cd "$seeds" && zip -q -r "$OUT/${target}_seed_corpus.zip" .); fi
  if [ -f "$tree/tests/fuzz/dict/$target.dict" ]; then cp "$tree/tests/fuzz/dict/$target.dict" "$OUT/"; fi
  printf '[libfuzzer]\nmax_len = 32768\ntimeout = 25\n' >"$OUT/$target.options"
  echo "$target: $(find "$seeds" -type f | wc -l) seeds$([ ! -f "$OUT/$target.dict" ] || echo ', a dictionary')"
done
