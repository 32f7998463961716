#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What goes wrong around a run: outputs that cannot be written, captures that are cut or lie, more than a machine has; and the fence
# that stands while captures are read.
. "${srcdir:-.}/tests/cli/capture.sh"

flood=samples/half-open-flood.pcap
pcap_whole > "$work/good.pcap"
cat > "$work/good.ct" <<'END'
flow u: udp 10.0.0.1:1 > 10.0.0.2:53
+0 u > (5) => NEW
END

# ---- a full disk ----
# full "words on stderr" COMMAND...: its standard output is /dev/full.
full() {
  words=$1
  shift
  expect 4 '' "$words" sh -c '"$@" > /dev/full' sh "$@"
}
if [ -w /dev/full ]; then
  for command in -E -L -P -S -C; do
    full 'No space' "$ctreplay" "$command" "$work/good.pcap"
  done
  full 'No space' "$ctreplay" "$work/good.pcap"
  [ ! -r "$flood" ] || full 'No space' "$ctreplay" --evictions --max 4 "$flood"
  full 'No space' "$ctreplay" -P -W - "$work/good.pcap"
  for format in table json csv; do
    full 'No space' "$ctreplay" sweep -o "$format" --max 4 "$work/good.pcap"
  done
  full 'No space' "$ctreplay" explain "$work/good.pcap"
  full 'No space' "$ctreplay" diff --profile linux-6.18 --profile linux-2.6 "$work/good.pcap"
  full 'No space' "$ctreplay" report -W - "$work/good.pcap"
  full 'No space' "$ctreplay" decompile "$work/good.pcap"
  full 'No space' "$ctreplay" compile "$work/good.ct" -W -
  full 'could not be written' "$ctreplay" test "$work/good.ct"
  full 'could not be written' "$ctreplay" list sysctls
  for format in text markdown dot svg; do
    full 'No space' "$ctreplay" states tcp -o "$format"
    full 'No space' "$ctreplay" states tcp -o "$format" "$work/good.pcap"
  done
  expect 4 '' 'No space' "$ctreplay" -L -W /dev/full "$work/good.pcap"
  expect 4 '' 'No space' "$ctreplay" decompile -W /dev/full "$work/good.pcap"
  expect 4 '' 'No space' "$ctreplay" report -W /dev/full "$work/good.pcap"
  expect 4 '' 'No space' "$ctreplay" compile "$work/good.ct" -W /dev/full
  expect 4 '^2$' 'No space' "$ctreplay" -C --plot /dev/full "$work/good.pcap"
  expect 4 'peak' 'No space' "$ctreplay" sweep --max 4 --plot /dev/full "$work/good.pcap"
fi

# A disk that fills up half-way leaves nothing that looks whole. The limit of a file's size stands for the disk.
# spoilt FILE COMMAND...
spoilt() {
  file=$1
  shift
  : > "$work/limited"
  tests=$((tests + 1))
  (ulimit -f 1 && trap '' XFSZ && "$@" > "$work/out" 2> "$work/err")
  code=$?
  if [ "$code" -ne 4 ] || [ -s "$file" ]; then
    failures=$((failures + 1))
    echo "FAILED: $*: exit $code, $(wc -c < "$file") bytes left"
    sed 's/^/  stderr: /' "$work/err"
  fi
}
if [ -r "$flood" ]; then
  "$ctreplay" decompile "$flood" > "$work/flood.ct"
  spoilt "$work/list" "$ctreplay" -L -W "$work/list" "$flood"
  spoilt "$work/p.pcap" "$ctreplay" -P -W "$work/p.pcap" "$flood"
  spoilt "$work/d.ct" "$ctreplay" decompile -W "$work/d.ct" "$flood"
  spoilt "$work/r.html" "$ctreplay" report -W "$work/r.html" "$flood"
  spoilt "$work/c.pcap" "$ctreplay" compile "$work/flood.ct" -W "$work/c.pcap"
  spoilt "$work/o.svg" "$ctreplay" -C --max 4 --plot "$work/o.svg" "$flood"
  spoilt "$work/s.svg" "$ctreplay" sweep --max 4 --plot "$work/s.svg" "$flood"
  "$ctreplay" verify "$flood" > /dev/null 2> "$work/err"
  if [ $? -eq 77 ]; then
    echo "the recording of a kernel not tried: $(cat "$work/err")"
  else
    spoilt "$work/v.jsonl" "$ctreplay" verify --record "$work/v.jsonl" "$flood"
    expect 4 '' 'No such file' "$ctreplay" verify --record "$work/none/x" "$flood"
    [ ! -w /dev/full ] || expect 4 'equal' 'No space' "$ctreplay" verify --record /dev/full "$flood"
  fi
fi

# ---- a pipe whose reader goes ----
for command in '' -E -L -P -S; do
  # shellcheck disable=SC2086 # no command is none
  expect 0 '' '*' sh -c 'work=$1; shift; { "$@"; echo $? > "$work/code"; } | true' sh "$work" "$ctreplay" $command "$work/good.pcap"
  expect 0 '^0$' '' cat "$work/code"
done

# ---- an unwritable file ----
for arguments in "-L -W" "-P -W" "report -W" "decompile -W" "sweep --max 4 --plot" "-C --plot"; do
  # shellcheck disable=SC2086 # words
  expect 4 '' 'No such file' "$ctreplay" $arguments "$work/none/x" "$work/good.pcap"
done
expect 4 '' 'No such file' "$ctreplay" compile "$work/good.ct" -W "$work/none/x"

# A scenario that is none leaves what is there.
echo kept > "$work/kept"
echo nonsense > "$work/bad.ct"
expect 3 '' 'bad.ct' "$ctreplay" compile "$work/bad.ct" -W "$work/kept"
expect 0 kept '' cat "$work/kept"

# ---- cut captures give what was read ----
# The first two packets are whole, the third is cut.
pcap_whole | head -c 150 > "$work/cut.pcap"
for command in -L -P -E -S '' explain decompile 'states udp' 'sweep --max 4' 'report -W -' 'diff --profile linux-6.18 --profile linux-2.6'; do
  # shellcheck disable=SC2086 # words
  "$ctreplay" $command --end '#2' "$work/good.pcap" > "$work/two" 2> /dev/null
  # shellcheck disable=SC2086
  expect 3 '*' 'cut.pcap: at byte 112: .*ends inside a record' "$ctreplay" $command "$work/cut.pcap"
  cp "$work/out" "$work/shown"
  case $command in
  -L | -P | -E) expect 0 '' '' cmp "$work/two" "$work/shown" ;;
  explain) # That it is of a part stands below, after an empty line.
    expect 0 '^Of a part: 2 packets ' '' tail -n 1 "$work/shown"
    sed '$d' "$work/shown" | sed '$d' > "$work/told"
    expect 0 '' '' cmp "$work/two" "$work/told" ;;
  -S) # The figures are those of two packets, and it is said that they are of a part.
    expect 0 '^# of a part: 2 packets ' '' head -n 1 "$work/shown"
    sed 1d "$work/shown" > "$work/figures"
    expect 0 '' '' cmp "$work/two" "$work/figures" ;;
  *) expect 0 '.' '' cat "$work/shown" ;;
  esac
done

# What a format can hold says so, too: a comment of XML's, a line that conntrack -R passes over. /proc and a recording have none.
for command in -L -E; do
  expect 3 '*' 'of a part: 2 packets' "$ctreplay" $command -o xml "$work/cut.pcap"
  tail -n 2 "$work/out" > "$work/shown"
  expect 0 '^<!-- of a part: 2 packets (.*) -->$' '' head -n 1 "$work/shown"
  expect 0 '^</conntrack>$' '' tail -n 1 "$work/shown"
  expect 3 '*' 'of a part: 2 packets' "$ctreplay" $command -o save "$work/cut.pcap"
  cp "$work/out" "$work/shown"
  expect 0 '^# of a part: 2 packets ' '' tail -n 1 "$work/shown"
done
expect 3 '*' 'of a part: 2 packets' "$ctreplay" -L -o proc "$work/cut.pcap"
expect 3 '*' 'of a part: 2 packets' "$ctreplay" -P -o transcript "$work/cut.pcap"

# The same of compressed files and of the other kinds: all packets of the whole records that are left.
# prefix FILE: what -P shows of it is the beginning of what it shows of the whole, is not empty, and the cut is said.
prefix() {
  tests=$((tests + 1))
  "$ctreplay" -P "$1" > "$work/cut.out" 2> "$work/cut.err"
  code=$?
  lines=$(wc -l < "$work/cut.out")
  "$ctreplay" -P "$2" 2> /dev/null | head -n "$lines" > "$work/whole.out"
  if [ "$code" -ne 3 ] || [ "$lines" -lt 3 ] || ! cmp -s "$work/cut.out" "$work/whole.out" || ! grep -q "$1.* byte [0-9]" "$work/cut.err"; then
    failures=$((failures + 1))
    echo "FAILED: cut $1: exit $code, $lines lines"
    sed 's/^/  stderr: /' "$work/cut.err"
  fi
}
whole=$flood
if [ -r "$whole" ]; then
  half() { head -c $(($(wc -c < "$1") / 2)) "$1" > "$2"; }
  half "$whole" "$work/half.pcap"
  prefix "$work/half.pcap" "$whole"
  for tool in gzip xz zstd; do
    command -v "$tool" > /dev/null || continue
    # Large enough for several blocks of the compressed file.
    head -c 24 "$whole" > "$work/big.pcap"
    i=0
    while [ $i -lt 60 ]; do
      tail -c +25 "$whole"
      i=$((i + 1))
    done >> "$work/big.pcap"
    case $tool in
    xz) xz -0 --block-size=65536 -c "$work/big.pcap" > "$work/big.$tool" ;;
    *) "$tool" -1 -c "$work/big.pcap" > "$work/big.$tool" ;;
    esac
    n=$(wc -c < "$work/big.$tool")
    [ "$tool" = zstd ] && n=$((n - 10)) || n=$((n * 9 / 10)) # repeated data is a few bytes to zstd
    head -c "$n" "$work/big.$tool" > "$work/half.$tool"
    prefix "$work/half.$tool" "$work/big.pcap"
  done
fi

# ---- captures that lie ----
# A record of 4 GB in a file of 200 bytes.
{ pcap_head; printf '\0\0\0\0\0\0\0\0\377\377\377\377\377\377\377\377'; pcap_query; } > "$work/lie.pcap"
expect 3 '' 'claims 4294967295' "$ctreplay" -L "$work/lie.pcap"
{ printf '\012\015\015\012\034\0\0\0\115\074\053\032\001\0\0\0\377\377\377\377\377\377\377\377\034\0\0\0'
  printf '\001\0\0\0\024\0\0\0\145\0\0\0\0\0\0\0\024\0\0\0\006\0\0\0\374\377\377\377\0\0\0\0'; } > "$work/lie.pcapng"
expect 3 '' 'lie.pcapng: at byte' "$ctreplay" -L "$work/lie.pcapng"
# What unpacks to far more than memory: streamed, so that little memory is enough.
if command -v zstd > /dev/null && (ulimit -v 1) 2> /dev/null && [ -z "${SANITIZED-}" ]; then
  { pcap_head; head -c 300000000 /dev/zero; } | zstd -q -c > "$work/bomb.zst"
  expect 0 '^0$' '' sh -c 'ulimit -v 250000; "$0" -C "$1"' "$ctreplay" "$work/bomb.zst"
fi

# ---- more than there is ----
expect 2 '' 'a kernel takes' "$ctreplay" -C --hashsize 2000000000 "$work/good.pcap"
expect 2 '' '2000000000: out of its range, 0 to [0-9]*$' "$ctreplay" -C --sysctl nf_conntrack_buckets=2000000000 "$work/good.pcap"
expect 0 '^2$' '' "$ctreplay" -C --max 2147483647 "$work/good.pcap"
if [ -z "${SANITIZED-}" ]; then
  expect 2 '' 'no memory for' sh -c 'ulimit -v 1000000; "$0" -C --hashsize 260000000 "$1"' "$ctreplay" "$work/good.pcap"
  expect 2 '' 'no memory for' sh -c 'ulimit -v 3000000; "$0" sweep --hashsize 200000000,200000001,200000002 "$1"' "$ctreplay" "$work/good.pcap"
  printf 'hashsize 260000000\n' > "$work/huge.ct"
  expect 3 'no memory for' 'huge.ct' sh -c 'ulimit -v 1000000; "$0" test "$1"' "$ctreplay" "$work/huge.ct"
fi
# More captures than the limit of open files: the limit is raised, or what does not fit is said.
many=
i=0
while [ $i -lt 70 ]; do
  many="$many $work/good.pcap"
  i=$((i + 1))
done
for command in -C 'sweep --max 9' decompile; do
  # shellcheck disable=SC2086 # a list of names
  expect 0 '*' '*' sh -c 'ulimit -S -n 40; "$@"' sh "$ctreplay" $command $many
done
# shellcheck disable=SC2086
expect 3 '^2$' 'Too many open files' sh -c 'ulimit -n 40; "$@"' sh "$ctreplay" -C $many

# ---- the fence, on a process that waits for its first byte ----
status_of() { sed -n "s/^$1:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$pid/status"; }
# fenced WANTED OPTION...: NoNewPrivs, Seccomp and the user of a process that has opened all and read nothing.
fenced() {
  wanted=$1
  shift
  tests=$((tests + 1))
  rm -f "$work/fifo"
  mkfifo "$work/fifo"
  "$ctreplay" "$@" "$work/fifo" > /dev/null 2>&1 &
  pid=$!
  exec 9> "$work/fifo"
  i=0
  while [ $i -lt 50 ]; do
    got="$(status_of NoNewPrivs) $(status_of Seccomp) $(status_of Uid)"
    [ "$got" != "$wanted" ] || break
    sleep 0.1
    i=$((i + 1))
  done
  exec 9>&-
  wait "$pid"
  if [ "$got" != "$wanted" ]; then
    failures=$((failures + 1))
    echo "FAILED: fence of $*: NoNewPrivs, Seccomp, Uid are $got, not $wanted"
  fi
}
if "$ctreplay" --version | grep -q seccomp && [ -r /proc/self/status ] && ! "$ctreplay" -C "$work/good.pcap" 2>&1 | grep -q 'no sandbox'; then
  own=$(id -u)
  became=$own
  [ "$own" -ne 0 ] || became=$(id -u nobody)
  [ "$own" -ne 0 ] || chmod 711 "$work"
  before="$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/self/status) $(sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status)"
  for command in -L -E -P explain decompile 'states udp' 'sweep --max 4' 'report -W -'; do
    # shellcheck disable=SC2086 # words
    fenced "1 2 $became" $command
  done
  fenced "1 2 $became" test
  fenced "1 2 $became" compile -W -
  fenced "$before $own" --no-sandbox -L
fi
finish
