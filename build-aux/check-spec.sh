#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every section of the specification that a comment or a page cites is there: "spec 5.4, 5.8" and "spec 10.1 to 10.3" mean
# doc/spec/CONNTRACK.md; "RULES 1.2", "NAT 7" and "KERNELS K6" (or "K1.6") the other pages. A section is a heading; a number below it may also
# be that of an entry in its list.
# And every file that a comment or a page names is there, by the end of its path: "way.c", "src/conntrack/way.c". Of the kernel's files, and of
# the C library's headers, it is known that they are not.
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

find . -type f ! -path './build/*' ! -path './.git/*' | sed 's|^\./||' | sort > "$work/files"
# shellcheck disable=SC2016 # a program of awk's
# FILE:LINE NAME, for each name of a file in a comment or a page. NAME in capitals stands for one that is to be chosen.
find src tests doc examples README.md -type f \( -name '*.[ch]' -o -name '*.md' \) ! -path 'doc/spec/*' | sort | xargs awk '
  function names(text,    name) {
    while (match(text, /[A-Za-z0-9_\/<{*.-]+\.(c|h|sh|md|mk)([^A-Za-z0-9_*]|$)/)) {
      name = substr(text, RSTART, RLENGTH)
      text = substr(text, RSTART + RLENGTH)
      sub(/[^a-z]$/, "", name)
      if (name !~ /[<{*]|NAME|^\.|^transcripts\// && name !~ /^(linux\/|(.*\/)?(nf|ip|inet)_|std[a-z]*\.h$)/)
        print FILENAME ":" FNR, name
    }
  }
  FNR == 1 { inside = 0 }
  FILENAME ~ /md$/ { names($0); next }
  {
    rest = $0
    while (rest != "") {
      if (!inside) {
        if (!match(rest, /\/\*/)) break
        rest = substr(rest, RSTART + 2)
        inside = 1
      }
      end = index(rest, "*/")
      names(end ? substr(rest, 1, end - 1) : rest)
      rest = end ? substr(rest, end + 2) : ""
      inside = !end
    }
  }' > "$work/named"
named=$(wc -l < "$work/named")
bad=$(awk 'NR == FNR { for (path = $0; path != ""; sub(/^[^\/]*\/?/, "", path)) there[path] = 1; next }
  !($2 in there) { print "  " $1 ": there is no " $2 }' "$work/files" "$work/named")
if [ -n "$bad" ]; then
  echo 'failed: files that are named and not there:'
  printf '%s\n' "$bad"
  exit 1
fi
if [ "$named" -lt 300 ]; then
  echo "failed: only $named names of files found: not what comments and pages hold"
  exit 1
fi
echo "ok: $count citations, $named names of files"
