import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import type { FilePlan } from '../../src/plan/plan.ts';
import { scratch } from './write-source.ts';

/** What a recipient finds in a file: names and rows as text, null where there is nothing. */
export interface ReadOutput {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Reads the bytes of an output with a reader of its own: csv-parse, Arrow's own library, DuckDB's Parquet. */
export async function readOutput({ format, compression, columns }: FilePlan, bytes: Buffer): Promise<ReadOutput> {
  if (format === 'arrow') return readArrow(bytes);
  if (format === 'parquet') return readWithDuckDb(bytes, (path) => `read_parquet('${path}')`);
  if (compression !== 'zstd') return readCsv(compression === 'gzip' ? gunzipSync(bytes) : bytes);
  // Node 20 has no zstd.
  const names = columns.map((_, at) => `'c${at}': 'VARCHAR'`).join(', ');
  const dialect = `compression = 'zstd', auto_detect = false, header = false, delim = '|', quote = '"', escape = '"', nullstr = ''`;
  const { rows } = await readWithDuckDb(bytes, (path) => `read_csv('${path}', ${dialect}, columns = {${names}})`);
  return { columns: rows[0]?.map(String) ?? [], rows: rows.slice(1) };
}

function readCsv(bytes: Buffer): ReadOutput {
  const [columns = [], ...rows] = parse(bytes, {
    delimiter: '|',
    relax_quotes: false,
    skip_empty_lines: false,
  }) as string[][];
  return { columns, rows: rows.map((row) => row.map((value) => (value === '' ? null : value))) };
}

async function readWithDuckDb(bytes: Buffer, scan: (path: string) => string): Promise<ReadOutput> {
  const folder = mkdtempSync(join(tmpdir(), 'dars-read-'));
  try {
    const path = join(folder, 'output');
    writeFileSync(path, bytes);
    const result = await (await scratch()).runAndReadAll(`SELECT * FROM ${scan(path)}`);
    const rows = result.getRowsJson().map((row) => row.map((value) => (value === null ? null : String(value))));
    return { columns: result.columnNames(), rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readArrow(bytes: Buffer): ReadOutput {
  const table = tableFromIPC(bytes);
  const columns = table.schema.fields.map(({ name }) => name);
  const isDate = table.schema.fields.map(({ type }) => String(type).startsWith('Date'));
  const rows = Array.from({ length: table.numRows }, (_, row) =>
    columns.map((_name, at) => {
      const value: unknown = table.getChildAt(at)?.get(row);
      if (value === null || value === undefined) return null;
      return isDate[at] ? new Date(Number(value)).toISOString().slice(0, 10) : String(value);
    }),
  );
  return { columns, rows };
}
