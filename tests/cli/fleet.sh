#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The recipes of doc/fleet.md: many captures by GNU parallel, into ClickHouse and DuckDB where they are installed; the figures are
# those of single runs.
. "${srcdir:-.}/tests/cli/capture.sh"
fleet=$(cd "${srcdir:-.}/examples/fleet" && pwd)
case $ctreplay in /*) ;; *) ctreplay=$PWD/$ctreplay ;; esac
CTREPLAY=$ctreplay
export CTREPLAY
command -v jq > /dev/null || { echo 'skipped: there is no jq'; exit 77; }
[ -f samples/reset.pcap ] || { echo 'skipped: the samples have not been built'; exit 77; }
port=19$(printf '%03d' $(($$ % 1000)))
server=
stop() { [ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$work"; }
trap stop EXIT

ls samples/e*.pcap samples/f*.pcap samples/o*.pcap samples/r*.pcap > "$work/captures"
options='--max 4 --hashsize 8'
if command -v parallel > /dev/null; then
  # shellcheck disable=SC2086 # options are words
  parallel --will-cite -j 2 -a "$work/captures" sh "$fleet/replay-one.sh" {} "$work/rows" $options > /dev/null 2>&1
  expect 0 '*' '' test "$?" -eq 0
else
  echo 'not tried: there is no GNU parallel; one after the other'
  # shellcheck disable=SC2086
  while read -r capture; do sh "$fleet/replay-one.sh" "$capture" "$work/rows" $options > /dev/null 2>&1; done < "$work/captures"
fi

# The same from single runs, put together by nobody but awk.
# shellcheck disable=SC2086
while read -r capture; do
  "$ctreplay" -S -o json $options "$capture" 2> /dev/null
done < "$work/captures" > "$work/stats"
connections=$(jq -s 'map(.created) | add' "$work/stats")
refused=$(jq -s 'map(.invalid_by_reason | to_entries | map(.value) | add // 0) | add' "$work/stats")
# shellcheck disable=SC2086
wanted=$(while read -r capture; do
  "$ctreplay" flows -o tsv --fields packets,bytes,one_way $options "$capture" 2> /dev/null | sed 1d
done < "$work/captures" | awk '{ n++; p += $1; b += $2; o += $3 } END { printf "%d\t%d\t%d\t%d\n", n, p, b, o }')
expect 0 "^$connections	" '' echo "$wanted"
expect 0 "^$wanted\$" '' sh -c "cat '$work'/rows/*.flows.csv | awk -F, '{ n++; p += \$11; b += \$12; o += \$13 } END { printf \"%d\t%d\t%d\t%d\n\", n, p, b, o }'"
expect 0 "^$refused\$" '' sh -c "cat '$work'/rows/*.invalid.csv | awk -F, '{ n += \$3 } END { print n }'"
expect 0 '^evicted-and-missed.pcap,11,5,4,"2026-01-05T10:00:00.05Z",5,1,0$' '' cat "$work/rows/evicted-and-missed.pcap.runs.csv"
# A capture that cannot be read is said so by its exit code, and has no rows.
expect 3 '' '*' sh "$fleet/replay-one.sh" "$work/none.pcap" "$work/broken"
expect 0 '^0 ' '' sh -c "cat '$work/broken/none.pcap.flows.csv' | wc -lc | sed 's/^ *//'"

# ---- ClickHouse ----

begin_clickhouse() {
  mkdir "$work/clickhouse"
  cat > "$work/clickhouse/config.xml" << XML
<yandex>
  <logger><level>error</level><log>$work/clickhouse/log</log><errorlog>$work/clickhouse/err</errorlog></logger>
  <listen_host>127.0.0.1</listen_host><tcp_port>$port</tcp_port>
  <path>$work/clickhouse/data/</path><tmp_path>$work/clickhouse/tmp/</tmp_path>
  <mark_cache_size>100000000</mark_cache_size>
  <remote_servers><fleet><shard><replica><host>127.0.0.1</host><port>$port</port></replica></shard></fleet></remote_servers>
  <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
</yandex>
XML
  cat > "$work/clickhouse/users.xml" << 'XML'
<yandex>
  <profiles><default><max_memory_usage>1000000000</max_memory_usage><insert_distributed_sync>1</insert_distributed_sync></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
XML
  clickhouse-server --config-file="$work/clickhouse/config.xml" > "$work/clickhouse/out" 2>&1 &
  server=$!
  tries=0
  until ask 'SELECT 1' > /dev/null 2>&1; do
    tries=$((tries + 1))
    { [ "$tries" -lt 60 ] && kill -0 "$server" 2> /dev/null; } || return 1
    sleep 0.25
  done
}
ask() { clickhouse-client --host 127.0.0.1 --port "$port" -q "$1"; }
told() { clickhouse-client --host 127.0.0.1 --port "$port" --multiquery < "$fleet/$1"; }
if ! command -v clickhouse-server > /dev/null || ! command -v clickhouse-client > /dev/null; then
  echo 'not tried: there is no ClickHouse'
elif ! begin_clickhouse; then
  failures=$((failures + 1))
  echo "FAILED: ClickHouse does not start: $(tail -n 3 "$work/clickhouse/out")"
else
  expect 0 '' '' told clickhouse.sql
  for table in flows invalid runs; do
    cat "$work"/rows/*."$table".csv > "$work/all.csv"
    input=$work/all.csv expect 0 '' '' ask "INSERT INTO ${table}_all FORMAT CSV"
  done
  expect 0 "^$wanted\$" '' told totals.sql
  expect 0 "^$refused\$" '' sh -c "clickhouse-client --host 127.0.0.1 --port $port --multiquery < '$fleet/invalid-by-reason.sql' | awk '{ n += \$2 } END { print n }'"
  expect 0 '^evicted-and-missed.pcap	4	5	1	1$' '' told larger-table.sql
fi

# ---- DuckDB ----

modules=${DUCKDB_MODULES:-${srcdir:-.}/node_modules}
if ! command -v node > /dev/null || [ ! -d "$modules/@duckdb/node-api" ]; then
  echo 'not tried: there is no DuckDB (npm install @duckdb/node-api@1.5.6-r.1; DUCKDB_MODULES names another folder)'
else
  ln -s "$(cd "$modules" && pwd)" "$work/node_modules"
  cp "$fleet/duckdb.mjs" "$fleet/duckdb.sql" "$work"
  expect 0 "^$wanted\$" '' sh -c "cd '$work' && node duckdb.mjs duckdb.sql"
  expect 0 '' '' test -s "$work/flows.parquet"
fi
finish
