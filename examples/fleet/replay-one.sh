#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The map step: one capture, one process, three files of rows, each of which begins with the capture's name.
#   replay-one.sh CAPTURE FOLDER [OPTION of ctreplay]...
# FOLDER/NAME.flows.csv    a row a connection
# FOLDER/NAME.invalid.csv  capture, reason, INVALID packets
# FOLDER/NAME.runs.csv     capture, packets, connections, peak, when it was, drop, early_drop, invalid
# Exit code: ctreplay's gravest; a capture that is cut (3) has its rows up to there.
set -u
capture=${1:?give a capture} folder=${2:?give a folder}
shift 2
: "${CTREPLAY:=ctreplay}"
name=$(basename "$capture" | tr -c 'A-Za-z0-9._\n-' _)
fields=conn,first,last,proto,src,sport,dst,dport,state,packets,bytes,one_way,invalid,invalid_reason,ended,ended_by,evicted,missed
mkdir -p "$folder" || exit 4
gravest=0
keep() { # COMMAND...: its exit code, if that is the gravest
  "$@"
  code=$?
  [ "$code" -le "$gravest" ] || gravest=$code
}
prefixed() { awk -v name="$name" '{ print name "," $0 }'; }

keep "$CTREPLAY" flows -o csv --fields "$fields" "$@" "$capture" > "$folder/$name.rows"
sed 1d "$folder/$name.rows" | prefixed > "$folder/$name.flows.csv"
keep "$CTREPLAY" -P --class INVALID -o csv --fields reason "$@" "$capture" > "$folder/$name.rows" 2> /dev/null
sed 1d "$folder/$name.rows" | sort | uniq -c | awk '{ print $2 "," $1 }' | prefixed > "$folder/$name.invalid.csv"
keep "$CTREPLAY" -S -o json "$@" "$capture" > "$folder/$name.rows" 2> /dev/null
jq -r '[.packets, .created, .peak, .peak_time // "", .drop, .early_drop, .invalid] | @csv' "$folder/$name.rows" | prefixed > "$folder/$name.runs.csv"
rm "$folder/$name.rows"
exit "$gravest"
