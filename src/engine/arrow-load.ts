import { basename } from 'node:path';
import {
  BIGINT,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  VARCHAR,
} from '@duckdb/node-api';
import type { ColumnType } from '../catalogue/dataset.ts';
import { quoted } from '../kernel/document.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { quoteName } from '../relation/print-sql.ts';
import { ArrowFile, ArrowFileError, type ColumnPlace } from './arrow-file.ts';
import type { ArrowField } from './arrow-schema.ts';
import { ColumnReader } from './arrow-values.ts';
import { execute, translated } from './sql.ts';
import { ENTRY_BYTES, fill, type VectorMemory } from './vector-memory.ts';

/** No chunk of DuckDB has more. */
const CHUNK_ROWS = 2048;
const WINDOW_ROWS = 32 * CHUNK_ROWS;
/** About what the values of a window may take, however large the record batches of a file. */
const WINDOW_BYTES = 32 * 1024 * 1024;

/** What a column of a file can be loaded as; of instants their values say whether as dates or as text. */
type Loadable = ColumnType | 'instant' | 'null';

interface AskedColumn {
  readonly field: ArrowField;
  /** Its place in the schema. */
  readonly index: number;
  readonly loadable: Loadable;
}

const DUCKDB_TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  text: VARCHAR,
  integer: BIGINT,
  decimal: DOUBLE,
  date: DATE,
};

/**
 * The columns of an Arrow IPC file. A timestamp without zone is listed as a date, though its values may have times of
 * day; and as text what can't be loaded at all, so that only who asks for it is told.
 */
export async function arrowColumns(path: string): Promise<{ name: string; type: ColumnType }[]> {
  return await reading(path, async (file) =>
    file.fields.map((field) => {
      const loadable = loadableAs(field);
      const type = loadable === 'instant' ? 'date' : loadable === undefined || loadable === 'null' ? 'text' : loadable;
      return { name: field.name, type };
    }),
  );
}

/**
 * Makes a temporary table of these columns and fills it from Arrow IPC files, in file or stream format. Names compare
 * without case; the table has them as they are asked for. Other columns are not read.
 *
 * Texts, and dictionaries of them, load as VARCHAR, integers as BIGINT, floats as DOUBLE, dates as DATE, booleans as
 * VARCHAR `true` and `false`; timestamps as DATE if they have no zone and nowhere a time of day, otherwise as VARCHAR in
 * ISO 8601. A column of the null type goes with every other. If a file is wrong there is a fault and no table.
 */
export async function loadArrow(
  connection: DuckDBConnection,
  table: string,
  paths: readonly string[],
  columns: readonly string[],
): Promise<void> {
  const types = await commonTypes(paths, columns);
  const definitions = types.map((type, index) => `${quoteName(columns[index] ?? '')} ${DUCKDB_TYPES[type]}`);
  await execute(connection, `CREATE TEMP TABLE ${quoteName(table)} (${definitions.join(', ')})`);
  // Named in full, so that it can't be another table of this name.
  const appender = await connection.createAppender(table, 'main', 'temp');
  try {
    for (const path of paths) await append(appender, path, columns, types);
    inDuckDb(() => appender.closeSync());
  } catch (error) {
    // Rows that the appender still has it would write when it is collected, into whatever has the name by then.
    appender.clear();
    await connection.run(`DROP TABLE ${quoteName(table)}`).catch(() => {});
    throw error;
  }
}

async function append(
  appender: DuckDBAppender,
  path: string,
  columns: readonly string[],
  types: readonly ColumnType[],
): Promise<void> {
  await reading(path, async (file) => {
    const asked = askedColumns(file, path, columns);
    const readers = asked.map(({ field }, index) => new ColumnReader(file, field, types[index] ?? 'text'));
    const chunk = DuckDBDataChunk.create(types.map((type) => DUCKDB_TYPES[type]));
    for await (const message of file.messages()) {
      if (message.kind === 'dictionary') {
        for (const reader of readers) await reader.learn(message);
        continue;
      }
      const places = asked.map(({ index }) => placeOf(message.columns, index));
      for (const { from, rows } of windows(message.rows, columns.length)) {
        const window = await Promise.all(
          readers.map((reader, index) => reader.read(placeOf(places, index), from, rows)),
        );
        appendWindow(appender, chunk, window, rows);
      }
    }
  });
}

/** DuckDB's own errors can quote values. */
function inDuckDb(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw translated(error);
  }
}

function appendWindow(
  appender: DuckDBAppender,
  chunk: DuckDBDataChunk,
  window: readonly VectorMemory[],
  rows: number,
): void {
  for (let at = 0; at < rows; at += CHUNK_ROWS) {
    chunk.reset();
    chunk.rowCount = Math.min(CHUNK_ROWS, rows - at);
    for (const [index, memory] of window.entries()) fill(chunk.getColumnVector(index), memory, at);
    inDuckDb(() => appender.appendDataChunk(chunk));
  }
}

/** What each column loads as, the same for all files. */
async function commonTypes(paths: readonly string[], columns: readonly string[]): Promise<ColumnType[]> {
  const types: (ColumnType | undefined)[] = columns.map(() => undefined);
  // Of each column the last file that has instants there, and whether all so far are dates.
  const instants: ({ readonly path: string; readonly dates: boolean } | undefined)[] = columns.map(() => undefined);
  for (const path of paths) {
    await reading(path, async (file) => {
      const asked = askedColumns(file, path, columns);
      const dates = await dateColumns(file, asked);
      for (const [index, { loadable }] of asked.entries()) {
        if (loadable === 'instant') {
          instants[index] = { path, dates: dates.has(index) && instants[index]?.dates !== false };
        } else if (loadable !== 'null') {
          types[index] ??= loadable;
          if (types[index] !== loadable) throw otherType(path, columns[index] ?? '');
        }
      }
    });
  }
  return types.map((type, index) => {
    const instant = instants[index];
    if (instant === undefined) return type ?? 'text';
    const resolved = instant.dates ? 'date' : 'text';
    if (type !== undefined && type !== resolved) throw otherType(instant.path, columns[index] ?? '');
    return resolved;
  });
}

/** Which of the columns hold instants that are all dates. */
async function dateColumns(file: ArrowFile, asked: readonly AskedColumn[]): Promise<ReadonlySet<number>> {
  const open = new Map<number, { readonly reader: ColumnReader; readonly column: AskedColumn }>();
  for (const [index, column] of asked.entries()) {
    const { type } = column.field;
    if (column.loadable !== 'instant' || type.kind !== 'instant' || type.zoned) continue;
    open.set(index, { reader: new ColumnReader(file, column.field, 'date'), column });
  }
  if (open.size === 0) return new Set();
  for await (const message of file.messages()) {
    if (message.kind === 'dictionary') continue;
    for (const [index, { reader, column }] of open) {
      const place = placeOf(message.columns, column.index);
      for (const { from, rows } of windows(message.rows, 1)) {
        if (await reader.areDates(place, from, rows)) continue;
        open.delete(index);
        break;
      }
    }
  }
  return new Set(open.keys());
}

function askedColumns(file: ArrowFile, path: string, columns: readonly string[]): AskedColumn[] {
  return columns.map((name) => {
    const wanted = name.toUpperCase();
    const [index, twin] = file.fields.flatMap((field, at) => (field.name.toUpperCase() === wanted ? [at] : []));
    const field = index === undefined ? undefined : file.fields[index];
    if (index === undefined || field === undefined) {
      throw fault('arrow-column', path, `has no column ${quoted(name)}`);
    }
    if (twin !== undefined) throw fault('arrow-column', path, `has more than one column ${quoted(name)}`);
    const loadable = loadableAs(field);
    if (loadable === undefined) {
      const type = field.type.kind === 'other' ? field.type.name : `dictionary of ${field.type.kind}`;
      throw fault(
        'arrow-type',
        path,
        `has a column ${quoted(name)} of the type ${type}, which cannot be loaded`,
        'texts, integers, floats, dates, timestamps and booleans can',
      );
    }
    return { field, index, loadable };
  });
}

function loadableAs({ type, dictionary }: ArrowField): Loadable | undefined {
  switch (type.kind) {
    case 'text':
    case 'text-view':
      return 'text';
    case 'other':
      return undefined;
    default:
      if (dictionary !== undefined) return undefined;
  }
  switch (type.kind) {
    case 'boolean':
      return 'text';
    case 'integer':
      return 'integer';
    case 'float':
      return 'decimal';
    case 'days':
      return 'date';
    case 'instant':
    case 'null':
      return type.kind;
    default:
      return type satisfies never;
  }
}

/** The rows of a batch in parts that begin at a multiple of CHUNK_ROWS; fewer rows in each if there are many columns. */
function* windows(rows: number, columns: number): Generator<{ readonly from: number; readonly rows: number }> {
  const chunks = Math.floor(WINDOW_BYTES / (columns * 2 * ENTRY_BYTES) / CHUNK_ROWS);
  const most = Math.min(WINDOW_ROWS, Math.max(1, chunks) * CHUNK_ROWS);
  for (let from = 0; from < rows; from += most) yield { from, rows: Math.min(most, rows - from) };
}

function placeOf(places: readonly ColumnPlace[], index: number): ColumnPlace {
  const place = places[index];
  if (place === undefined) throw new Error('Arrow: a batch has fewer columns than its schema');
  return place;
}

/** Opens a file for the time of `work`, and makes a fault of what is wrong with it. */
async function reading<T>(path: string, work: (file: ArrowFile) => Promise<T>): Promise<T> {
  try {
    const file = await ArrowFile.open(path);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ArrowFileError) throw fault(error.code, path, error.message, error.hint);
    // What is read of a damaged file leads out of it sooner or later.
    if (error instanceof RangeError) throw fault('arrow-file', path, 'is damaged');
    if (error instanceof Error && 'syscall' in error) throw fault('arrow-file', path, 'cannot be read');
    throw error;
  }
}

function otherType(path: string, column: string): Fault {
  return fault('arrow-schema', path, `has another type in column ${quoted(column)} than the files before it`);
}

function fault(code: string, path: string, what: string, hint?: string): Fault {
  return new Fault(ExitCode.source, code, `${basename(path)} ${what}`, hint === undefined ? {} : { hint });
}
