#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Records what this machine's kernel does with the samples, for recorded/: tests/truth/record.sh CTREPLAY SAMPLES-FOLDER RECORDED-FOLDER [NAME...]
# Run it after a sample changed, and look at the difference. Samples about a full table are about settings of the whole machine, and so not here.
set -eu
ctreplay=$1
samples=$2
recorded=$3
shift 3
if [ $# -eq 0 ]; then
  for capture in "$samples"/*.pcap*; do
    name=$(basename "$capture")
    set -- "$@" "$name"
  done
fi
status=0
for name; do
  helper=''
  case $name in
  full-* | half-open-flood* | evicted-* | classic-*) continue ;;
  ftp-*) helper='--helper ftp' ;;
  tftp*) helper='--helper tftp' ;;
  sip*) helper='--helper sip' ;;
  irc*) helper='--helper irc' ;;
  pptp*) helper='--helper pptp' ;;
  esac
  # shellcheck disable=SC2086 # two words or none
  "$ctreplay" verify --checksums verify --max-gap 2.5 $helper --record "$recorded/$name.jsonl" "$samples/$name" || status=1
  # The version is what counts, not who built it.
  sed -i '1s/\("kernel":"[0-9.]*\)[^"]*"/\1"/' "$recorded/$name.jsonl"
done
exit $status
