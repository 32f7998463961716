-- SPDX-License-Identifier: GPL-2.0-or-later
-- For one person: all rows as they are, and as Parquet. In the folder that holds rows/.
CREATE TABLE flows AS SELECT * FROM read_csv('rows/*.flows.csv', header = false, columns = {'capture': 'VARCHAR', 'conn': 'BIGINT', 'first': 'TIMESTAMPTZ', 'last': 'TIMESTAMPTZ', 'proto': 'VARCHAR', 'src': 'VARCHAR', 'sport': 'INTEGER', 'dst': 'VARCHAR', 'dport': 'INTEGER', 'state': 'VARCHAR', 'packets': 'BIGINT', 'bytes': 'BIGINT', 'one_way': 'INTEGER', 'invalid': 'BIGINT', 'invalid_reason': 'VARCHAR', 'ended': 'VARCHAR', 'ended_by': 'VARCHAR', 'evicted': 'INTEGER', 'missed': 'BIGINT'});
COPY flows TO 'flows.parquet' (FORMAT parquet);
SELECT count(*) AS connections, sum(packets) AS packets, sum(bytes) AS bytes, sum(one_way) AS one_way FROM 'flows.parquet';
