// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a file of SQL in DuckDB and prints what its last statement gives, a row a line. npm install @duckdb/node-api@1.5.6-r.1
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
const sql = readFileSync(process.argv[2], 'utf8').replace(/^--.*$/gm, '');
const connection = await (await DuckDBInstance.create(':memory:')).connect();
let rows = [];
for (const statement of sql.split(';').map((s) => s.trim()).filter((s) => s !== ''))
  rows = (await connection.runAndReadAll(statement)).getRows();
for (const row of rows) console.log(row.join('\t'));
