import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api';
import type { LinkageDatabase } from '../linkage/database.ts';
import { quoteName } from '../relation/print-sql.ts';
import { execute, rows, translated } from './sql.ts';
import { fill, isValid, memoryOf } from './vector-memory.ts';

/** No chunk of DuckDB has more. */
const CHUNK_ROWS = 2048;

/** A connection as a linkage uses it. Numbers travel as whole vectors, never value by value. */
export function linkageDatabase(connection: DuckDBConnection): LinkageDatabase {
  return {
    execute: (sql) => execute(connection, sql),
    rows: (sql) => rows(connection, sql),
    numbers: (sql, columns) => numbers(connection, sql, columns),
    fill: (table, columns) => fillTable(connection, table, columns),
  };
}

async function numbers(connection: DuckDBConnection, sql: string, count: number): Promise<Float64Array[]> {
  const parts: Float64Array[][] = Array.from({ length: count }, () => []);
  try {
    const result = await connection.stream(`SELECT CAST(COLUMNS(*) AS DOUBLE) FROM (${sql})`);
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const [index, column] of parts.entries()) column.push(doublesOf(chunk, index));
    }
  } catch (error) {
    throw translated(error);
  }
  return parts.map(joined);
}

function doublesOf(chunk: DuckDBDataChunk, index: number): Float64Array {
  const memory = memoryOf(chunk.getColumnVector(index));
  if (memory?.type !== 'double') throw new Error('DuckDB: doubles were asked for');
  const values = Float64Array.from(memory.items.subarray(0, chunk.rowCount));
  if (memory.validity !== undefined) {
    for (let row = 0; row < values.length; row += 1) if (!isValid(memory.validity, row)) values[row] = Number.NaN;
  }
  return values;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function fillTable(
  connection: DuckDBConnection,
  table: string,
  columns: Readonly<Record<string, Float64Array>>,
): Promise<void> {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const length = values[0]?.length ?? 0;
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${quoteName(table)} (${names.map((name) => `${quoteName(name)} DOUBLE`).join(', ')})`,
  );
  const types: DuckDBType[] = names.map(() => DOUBLE);
  const appender = await connection.createAppender(table, 'main', 'temp');
  for (let from = 0; from < length; from += CHUNK_ROWS) {
    const chunk = DuckDBDataChunk.create(types, Math.min(CHUNK_ROWS, length - from));
    for (const [index, items] of values.entries()) {
      fill(chunk.getColumnVector(index), { type: 'double', items, validity: undefined }, from);
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
