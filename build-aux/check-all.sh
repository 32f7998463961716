#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole test suite: with gcc and with the sanitizers, a clang build, the static checks, the release tarball.
# Each in a folder of its own under build/; a log beside it. Warnings are errors. The last line counts: a stage that is no run of
# tests (a build, lint) counts as one test.
# Usage: check-all.sh [STAGE...]    (default: all)
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
stages=${*:-gcc sanitizers clang lint distcheck}
jobs=$(nproc)
passed=0 failed=0 skipped=0
broken=''

# count LOG: adds up Automake's summary lines.
count() {
  p=$(awk '/^# PASS:/ { n += $3 } END { print n + 0 }' "$1")
  f=$(awk '/^# (FAIL|XPASS|ERROR):/ { n += $3 } END { print n + 0 }' "$1")
  s=$(awk '/^# SKIP:/ { n += $3 } END { print n + 0 }' "$1")
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  echo "   $p passed, $f failed, $s skipped"
}

# stage NAME FUNCTION: runs it in build/NAME, its output in build/NAME.log; shows the log where it fails.
stage() {
  name=$1
  shift
  case " $stages " in *" $name "*) ;; *) return 0 ;; esac
  echo "== $name"
  rm -rf "build/$name"
  mkdir -p "build/$name"
  if (cd "build/$name" && "$@") > "build/$name.log" 2>&1 < /dev/null; then
    if grep -q '^# PASS: *[1-9]' "build/$name.log"; then
      count "build/$name.log"
    else
      passed=$((passed + 1))
      echo "   passed"
    fi
    return 0
  fi
  broken="$broken $name"
  before=$failed
  count "build/$name.log"
  [ "$failed" -gt "$before" ] || failed=$((failed + 1))
  tail -n 60 "build/$name.log"
  find "build/$name" -name test-suite.log -exec sed -n '1,200p' {} +
}

run_gcc() { "$root/configure" -q --enable-werror CC=gcc && make -j"$jobs" && make -j"$jobs" check; }
# What is warned of has been said by gcc's stage; less is optimised, and fewer of many captures, kernels and mutants are taken
# where a test says so.
run_sanitizers() {
  "$root/configure" -q --enable-sanitizers CC=gcc CFLAGS='-O1 -g1' && make -j"$jobs" &&
    CTREPLAY_EVERY=5 FUZZ_MUTANTS=600 make -j"$jobs" check
}
# clang is asked for its warnings, which come before any optimisation.
run_clang() { "$root/configure" -q --enable-werror CC=clang CFLAGS=-O0 && make -j"$jobs" && make -j"$jobs" check TESTS=; }
run_lint() { "$root/configure" -q && make lint; }
# What is many has been tried in gcc's stage, and optimised; here it is what the release holds that counts.
run_distcheck() {
  "$root/configure" -q && CTREPLAY_RULESETS=24 CTREPLAY_EVERY=4 FUZZ_MUTANTS=400 \
    make -j"$jobs" distcheck DISTCHECK_CONFIGURE_FLAGS="CFLAGS='-O1 -g0'"
}

autoreconf -fi > /dev/null 2>&1 || { autoreconf -fi; exit 1; }
stage gcc run_gcc
stage sanitizers run_sanitizers
stage clang run_clang
stage lint run_lint
stage distcheck run_distcheck

[ -z "$broken" ] || echo "failed:$broken (logs in build/)"
echo "$passed passed, $failed failed, $skipped skipped"
[ -z "$broken" ] && [ "$failed" -eq 0 ]
