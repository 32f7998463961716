#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The built program is what the hardening flags ask for: position independent, relocations read-only before it starts, no memory that is
# both written and run, no run-time search path, checked libc calls.
set -u
program=${CTREPLAY:-./ctreplay}
[ -n "${HARDENED-}" ] || { echo 'skipped: configured without hardening'; exit 77; }
command -v readelf > /dev/null || { echo 'skipped: no readelf'; exit 77; }
[ "$(head -c 4 "$program" | tail -c 3)" = ELF ] || { echo 'skipped: the program is no ELF file'; exit 77; }
failures=0
# holds WHAT WORDS: the pattern stands in what readelf says; lacks: it does not.
holds() { echo "$elf" | grep -qE "$2" || { echo "FAILED: $1"; failures=$((failures + 1)); }; }
lacks() { if echo "$elf" | grep -qE "$2"; then echo "FAILED: $1"; failures=$((failures + 1)); fi; }

elf=$(LC_ALL=C readelf -W -h -l -d --dyn-syms "$program") || exit 1
holds 'it is not position independent' 'Type: *DYN'
holds 'it is not marked as PIE' 'FLAGS_1.*PIE'
holds 'relocations are not made read-only' 'GNU_RELRO'
holds 'symbols are bound when they are called, not at the start' 'BIND_NOW|FLAGS_1.*NOW'
holds 'nothing is said about the stack' 'GNU_STACK'
lacks 'the stack can be run' 'GNU_STACK.* RWE'
lacks 'a segment can be written and run' 'LOAD.* RWE'
lacks 'it brings a search path for libraries' 'RPATH|RUNPATH'
holds 'the stack is not protected' '__stack_chk_fail'
if [ -z "${SANITIZED-}" ]; then holds 'libc calls are not checked' '__(memcpy|vsnprintf|snprintf|printf|fprintf|vfprintf|read)_chk'; fi
[ "$failures" -eq 0 ]
