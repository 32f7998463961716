-- SPDX-License-Identifier: GPL-2.0-or-later
-- Tables for ClickHouse 18.16 and later. On each shard.
CREATE TABLE IF NOT EXISTS flows (capture String, conn UInt64, first String, last String, proto String, src String, sport UInt16, dst String, dport UInt16, state String, packets UInt64, bytes UInt64, one_way UInt8, invalid UInt64, invalid_reason String, ended String, ended_by String, evicted UInt8, missed UInt64) ENGINE = MergeTree() ORDER BY (capture, conn);
CREATE TABLE IF NOT EXISTS invalid (capture String, reason String, packets UInt64) ENGINE = MergeTree() ORDER BY (reason, capture);
CREATE TABLE IF NOT EXISTS runs (capture String, packets UInt64, connections UInt64, peak UInt64, peak_time String, dropped UInt64, early_drop UInt64, invalid UInt64) ENGINE = MergeTree() ORDER BY capture;
-- Over all shards of the cluster `fleet` (remote_servers): a capture's rows stay together.
CREATE TABLE IF NOT EXISTS flows_all AS flows ENGINE = Distributed(fleet, currentDatabase(), flows, cityHash64(capture));
CREATE TABLE IF NOT EXISTS invalid_all AS invalid ENGINE = Distributed(fleet, currentDatabase(), invalid, cityHash64(capture));
CREATE TABLE IF NOT EXISTS runs_all AS runs ENGINE = Distributed(fleet, currentDatabase(), runs, cityHash64(capture));
