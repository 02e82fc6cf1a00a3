import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { DateDay, Float64, Int64, Table, tableToIPC, Utf8, type Vector, vectorFromArray } from 'apache-arrow';
import { type ColumnType, type Dataset, findColumn } from '../../src/catalogue/dataset.ts';
import type { SourceLocation } from '../../src/engine/engine.ts';
import type { SourceRecord, SourceTable } from '../oracle/oracle-inputs.ts';
import type { SourceLayout } from './world.ts';

/** The other name of a person key in a file; no statement may stumble over it. */
const RENAMED = `the "patient's" no.`;

/** Lays a source on disk; gives where it lies, and the table as its files have it: a number of a typed file is spelt anew. */
export async function writeSource(
  folder: string,
  dataset: Dataset,
  table: SourceTable,
  layout: SourceLayout,
): Promise<{ location: SourceLocation; asRead: SourceTable }> {
  mkdirSync(folder, { recursive: true });
  const types = table.columns.map((name) => physicalType(name, dataset, table, layout));
  const key = dataset.person_key;
  const names = table.columns.map((name) =>
    layout.renamed && name === key ? RENAMED : layout.lowerCase ? name.toLowerCase() : name,
  );
  const asRead = {
    columns: table.columns,
    records: table.records.map((record) =>
      Object.fromEntries(
        table.columns.map((name, at) => [name, asPhysical(record[name] ?? null, types[at] ?? 'text')]),
      ),
    ),
  };
  const half = layout.files === 1 ? table.records.length : Math.ceil(table.records.length / 2);
  const parts = layout.files === 1 ? [asRead.records] : [asRead.records.slice(0, half), asRead.records.slice(half)];
  for (const [index, records] of parts.entries()) {
    const path = join(folder, `part ${index + 1}.${layout.format}`);
    if (layout.format === 'csv') writeFileSync(path, csvOf(names, table.columns, records, layout));
    else if (layout.format === 'parquet') await writeParquet(path, names, table.columns, types, records);
    else writeFileSync(path, arrowOf(names, table.columns, types, records));
  }
  const location = {
    dataset: dataset.dataset,
    paths: [join(folder, `*.${layout.format}`)],
    format: layout.format,
    delimiter: layout.delimiter,
    columns: layout.renamed ? { [key.toUpperCase()]: RENAMED } : {},
  };
  return { location, asRead };
}

/** The type that a column has in its file: its own where the layout wants that and every value is written that way. */
function physicalType(name: string, dataset: Dataset, table: SourceTable, layout: SourceLayout): ColumnType {
  const type = findColumn(dataset, name)?.type ?? 'text';
  if (layout.format === 'csv' || !layout.typed || type === 'text') return 'text';
  const fits = type === 'integer' ? /^-?[0-9]{1,18}$/ : type === 'decimal' ? /^-?[0-9.eE+-]+$/ : /^[0-9 :-]+$/;
  return table.records.every((record) => !record[name] || fits.test(record[name])) ? type : 'text';
}

function asPhysical(value: string | null, type: ColumnType): string | null {
  if (type === 'text' || value === null) return value;
  if (value === '') return null;
  if (type === 'integer') return String(BigInt(value));
  if (type === 'date') return value.includes('-') ? value.slice(0, 10) : value.replace(/^(....)(..)(..)$/, '$1-$2-$3');
  return Number.isInteger(Number(value)) ? `${Number(value)}.0` : String(Number(value));
}

function csvOf(
  names: readonly string[],
  columns: readonly string[],
  records: readonly SourceRecord[],
  { delimiter, lineEnd, byteOrderMark }: SourceLayout,
): string {
  const cell = (value: string | null): string => {
    if (value === null) return '';
    return value === '' || /["\r\n]/.test(value) || value.includes(delimiter)
      ? `"${value.replaceAll('"', '""')}"`
      : value;
  };
  const lines = [names.map(cell), ...records.map((record) => columns.map((name) => cell(record[name] ?? null)))];
  return `${byteOrderMark ? '\ufeff' : ''}${lines.map((cells) => `${cells.join(delimiter)}${lineEnd}`).join('')}`;
}

const SQL_TYPE = { text: 'VARCHAR', integer: 'BIGINT', decimal: 'DOUBLE', date: 'DATE' } as const;

async function writeParquet(
  path: string,
  names: readonly string[],
  columns: readonly string[],
  types: readonly ColumnType[],
  records: readonly SourceRecord[],
): Promise<void> {
  const connection = await scratch();
  const declared = columns.map((_, at) => `"c${at}" ${SQL_TYPE[types[at] ?? 'text']}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE part (${declared.join(', ')})`);
  if (records.length > 0) {
    const cell = (value: string | null | undefined): string =>
      value === null || value === undefined ? 'NULL' : text(value);
    const rows = records.map((record) => `(${columns.map((name) => cell(record[name])).join(', ')})`);
    await connection.run(`INSERT INTO part VALUES ${rows.join(', ')}`);
  }
  const renamed = names.map((name, at) => `"c${at}" AS "${name.replaceAll('"', '""')}"`);
  await connection.run(`COPY (SELECT ${renamed.join(', ')} FROM part) TO ${text(path)} (FORMAT parquet)`);
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

let connection: Promise<DuckDBConnection> | undefined;

/** One DuckDB for what tests write and read; never the one under test. */
export function scratch(): Promise<DuckDBConnection> {
  connection ??= DuckDBInstance.create(':memory:').then((instance) => instance.connect());
  return connection;
}

function arrowOf(
  names: readonly string[],
  columns: readonly string[],
  types: readonly ColumnType[],
  records: readonly SourceRecord[],
): Uint8Array {
  const vectors = columns.map((column, at): [string, Vector] => {
    const values = records.map((record) => record[column] ?? null);
    const some = <T>(make: (value: string) => T): (T | null)[] =>
      values.map((value) => (value === null ? null : make(value)));
    const name = names[at] ?? '';
    switch (types[at]) {
      case 'integer':
        return [name, vectorFromArray(some(BigInt), new Int64())];
      case 'decimal':
        return [name, vectorFromArray(some(Number), new Float64())];
      case 'date':
        return [
          name,
          vectorFromArray(
            some((value) => new Date(value)),
            new DateDay(),
          ),
        ];
      default:
        return [name, vectorFromArray(values, new Utf8())];
    }
  });
  return tableToIPC(new Table(Object.fromEntries(vectors)), 'file');
}
