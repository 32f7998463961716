# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of the program: a capture made of octal digits, so that they depend on nothing else of this tree.
# One second apart: 10.0.0.1.1234 > 10.0.0.2.53 UDP, its answer, and a TCP SYN from 10.0.0.1.1025 to 10.0.0.2.23. Raw IP.
ctreplay=${CTREPLAY:-./ctreplay}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
LC_ALL=C TZ=UTC
export LC_ALL TZ

pcap_head() { printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\145\000\000\000'; }
pcap_query() {
  printf '\000\000\000\000\000\000\000\000\034\000\000\000\034\000\000\000'
  printf '\105\000\000\034\000\000\100\000\100\021\046\317\012\000\000\001\012\000\000\002\004\322\000\065\000\010\000\000'
}
pcap_answer() {
  printf '\001\000\000\000\000\000\000\000\034\000\000\000\034\000\000\000'
  printf '\105\000\000\034\000\000\100\000\100\021\046\317\012\000\000\002\012\000\000\001\000\065\004\322\000\010\000\000'
}
pcap_syn() {
  printf '\002\000\000\000\000\000\000\000\050\000\000\000\050\000\000\000'
  printf '\105\000\000\050\000\000\100\000\100\006\046\316\012\000\000\001\012\000\000\002'
  printf '\004\001\000\027\000\000\000\001\000\000\000\000\120\002\040\000\167\307\000\000'
}
# What the SYN's sender says next, had it been answered.
pcap_ack() {
  printf '\002\000\000\000\000\000\000\000\050\000\000\000\050\000\000\000'
  printf '\105\000\000\050\000\000\100\000\100\006\046\316\012\000\000\001\012\000\000\002'
  printf '\004\001\000\027\000\000\000\002\000\000\000\001\120\020\040\000\167\323\000\000'
}
pcap_whole() { pcap_head; pcap_query; pcap_answer; pcap_syn; }

# expect CODE "words on stdout" "words on stderr" COMMAND...: words may be empty: then that stream must be empty; * is anything.
tests=0
failures=0
expect() {
  want=$1 out=$2 err=$3
  shift 3
  tests=$((tests + 1))
  "$@" > "$work/out" 2> "$work/err" < "${input:-/dev/null}"
  code=$?
  problem=
  [ "$code" -eq "$want" ] || problem="exit $code instead of $want"
  stream_is "$out" "$work/out" || problem="$problem; stdout is not '$out'"
  stream_is "$err" "$work/err" || problem="$problem; stderr is not '$err'"
  if [ -n "$problem" ]; then
    failures=$((failures + 1))
    echo "FAILED: $*: $problem"
    sed 's/^/  stdout: /' "$work/out" | head -n 5
    sed 's/^/  stderr: /' "$work/err" | head -n 5
  fi
}
stream_is() {
  case $1 in
  '*') ;;
  '') [ ! -s "$2" ] ;;
  *) grep -q -e "$1" "$2" ;;
  esac
}
finish() {
  echo "$tests checks, $failures failed"
  [ "$failures" -eq 0 ]
  exit
}
