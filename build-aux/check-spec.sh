#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every section of the specification that a comment or a page cites is there: "spec 5.4, 5.8" and "spec 10.1 to 10.3" mean
# doc/spec/CONNTRACK.md; "RULES 1.2", "NAT 7" and "KERNELS K6" (or "K1.6") the other pages. A section is a heading; a number below it may also
# be that of an entry in its list.
# Usage: check-spec.sh    (as a test: srcdir in the environment)
set -eu
cd "${srcdir:-.}"
LC_ALL=C
export LC_ALL

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# PAGE SECTION, for each heading, for each entry of a numbered list ("3." below "## 0." is 0.3), and for each row "|6|" of a table of KERNELS.
for page in CONNTRACK RULES NAT KERNELS; do
  awk -v page="$page" '
    /^#+ / { section = $2; sub(/\.$/, "", section); print page, section; next }
    /^[0-9]+\. / { entry = $1; sub(/\.$/, "", entry); print page, section "." entry; next }
    page == "KERNELS" && /^\|[0-9]+\|/ && section ~ /^K/ { entry = $0; sub(/^\|/, "", entry); sub(/\|.*/, "", entry); print page, section "." entry }
  ' "doc/spec/$page.md"
done | sort -u > "$work/there"

# shellcheck disable=SC2016 # a program of awk's
# FILE:LINE PAGE SECTION, for each citation; a list or a range of numbers cites each that it names.
find src tests doc build-aux examples -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.tap' -o -name '*.md' -o -name '*.ct' -o -name '*.mk' \) \
  ! -path 'doc/spec/*' ! -path build-aux/check-spec.sh | sort | xargs awk '
  function cite(page, rest,    number) {
    while (match(rest, /^(, | and | to |, and )?(§)?(K?[0-9]+(\.[0-9]+)*)/)) {
      number = substr(rest, RSTART, RLENGTH)
      rest = substr(rest, RSTART + RLENGTH)
      sub(/^[^K0-9]*/, "", number)
      print FILENAME ":" FNR, page, number
      if (rest ~ /^(, | and | to )[0-9]+ ?[A-Za-z%]/ && rest !~ /^(, | and | to )[0-9]+ ?(table|and|to)/)
        return
    }
  }
  {
    line = $0
    while (match(line, /(^|[^A-Za-z_-])([Ss]pec(ification)?|RULES|NAT|KERNELS) K?[0-9]/)) {
      word = substr(line, RSTART, RLENGTH)
      line = substr(line, RSTART + RLENGTH - 1)
      if (substr(word, length(word) - 1, 1) == "K") line = "K" line
      page = word ~ /RULES/ ? "RULES" : word ~ /NAT/ ? "NAT" : word ~ /KERNELS/ ? "KERNELS" : "CONNTRACK"
      cite(page, line)
    }
  }' > "$work/cited"

count=$(wc -l < "$work/cited")
bad=$(awk 'NR == FNR { there[$1 " " $2] = 1; next } !(($2 " " $3) in there) { print "  " $1 ": " $2 " has no section " $3 }' \
  "$work/there" "$work/cited")
if [ -n "$bad" ]; then
  echo 'failed: sections that are cited and not there:'
  printf '%s\n' "$bad"
  exit 1
fi
if [ "$count" -lt 50 ]; then
  echo "failed: only $count citations found: not what the comments hold"
  exit 1
fi
echo "ok: $count citations"
