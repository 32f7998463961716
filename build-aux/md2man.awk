# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a manual page (man(7)) of a Markdown page of ours: headings, paragraphs, indented blocks, tables of two columns, `words`.
# So that a reference is written once. Usage: awk -v name=ctreplay-scenario -v section=5 -v what='one line' -f md2man.awk PAGE.md

function escape(s) {
  gsub(/\\/, "\\e", s)
  gsub(/-/, "\\-", s)
  return s
}

# A line of text: `code` becomes bold, [text](link) its text; a leading dot or quote would be a request.
function inline(s,   out, n, parts, i) {
  while (match(s, /\[[^]]*\]\([^)]*\)/)) {
    i = substr(s, RSTART, RLENGTH)
    n = index(i, "](")
    s = substr(s, 1, RSTART - 1) substr(i, 2, n - 2) " (" substr(i, n + 2, length(i) - n - 2) ")" substr(s, RSTART + RLENGTH)
  }
  gsub(/\*\*/, "", s)
  n = split(s, parts, "`")
  out = ""
  for (i = 1; i <= n; i++)
    out = out (i % 2 ? escape(parts[i]) : "\\fB" escape(parts[i]) "\\fR")
  if (out ~ /^[.']/)
    out = "\\&" out
  return out
}

function end_block() {
  if (mode == "code")
    print ".fi\n.RE"
  mode = ""
}

BEGIN {
  printf ".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n.\\\" Made of %s; edit that.\n", "doc/scenario.md"
  printf ".TH %s %s\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n", toupper(name), section, escape(name), escape(what)
}

/^<!--/ || /^# / { next }

/^##+ / {
  end_block()
  level = index($0, " ") - 1
  sub(/^#+ /, "")
  print (level == 2 ? ".SH " toupper(inline($0)) : ".SS " inline($0))
  next
}

/^\|[- |]*\|$/ { next }

/^\|/ {
  if (mode != "table") { # the first row is a heading: what follows explains itself
    end_block()
    mode = "table"
    next
  }
  line = $0
  sub(/^\| */, "", line)
  sub(/ *\|$/, "", line)
  at = index(line, " | ")
  print ".TP\n" inline(at ? substr(line, 1, at - 1) : line)
  print at && substr(line, at + 3) !~ /^ *$/ ? inline(substr(line, at + 3)) : "\\&"
  next
}

/^    / {
  if (mode != "code") {
    end_block()
    print ".PP\n.RS 4\n.nf"
    mode = "code"
  }
  for (; blank > 0; blank--)
    print ""
  line = escape(substr($0, 5))
  print (line ~ /^[.']/ ? "\\&" : "") line
  next
}

/^$/ {
  if (mode == "code")
    blank++
  else
    end_block()
  next
}

{
  blank = 0
  if (mode != "text") {
    end_block()
    print ".PP"
    mode = "text"
  }
  print inline($0)
}

END { end_block() }
