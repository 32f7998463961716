#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every file says what licence it is under: the SPDX line stands among its first three. Not asked of what cannot carry one
# (captures, recordings, data that a program wrote or reads strictly, the licence itself).
# Usage: check-spdx.sh    (as a test: srcdir in the environment)
set -eu
cd "${srcdir:-.}"
LC_ALL=C
export LC_ALL

if [ ! -e .git ] || ! files=$(git ls-files 2>/dev/null); then
  echo "skipped: not a git checkout, so there is no telling sources from what was made of them"
  exit 77
fi
missing=''
count=0
for file in $files; do
  case $file in
  debian/changelog | debian/copyright | debian/source/format | COPYING | */.gitkeep | .gitignore | .gitattributes | *.pcap | *.pcapng | *.gz | *.xz | *.zst | *.svg | *.png | *.json | *.jsonl | *.csv) continue ;;
  tests/golden/expected/* | tests/truth/recorded-rules/* | tests/truth/recorded-box/* | tests/truth/recorded-noroute/* | tests/cli/nft-trace/* | tests/cli/loaded/* | samples/*.out | samples/*/* | tests/fuzz/corpus/* | tests/corpus/*) continue ;;
  esac
  [ -f "$file" ] || continue
  count=$((count + 1))
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || missing="$missing $file"
done
if [ -n "$missing" ]; then
  echo "failed: no SPDX line in:"
  printf '%s\n' "$missing" | tr ' ' '\n' | sed '/^$/d; s/^/  /'
  exit 1
fi
if [ "$count" -lt 20 ]; then
  echo "failed: only $count files looked at"
  exit 1
fi
echo "ok: $count files"
