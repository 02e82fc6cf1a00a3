import { isUtf8 } from 'node:buffer';
import { open, rename, rm } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { quoted } from '../kernel/document.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import { execute, rows, translated } from './sql.ts';

/** A file of people to link: CSV with a header, or Parquet. */
export interface LinkFile {
  readonly name: string;
  /** Columns that have a name, as the file spells them, blanks around them taken off. */
  readonly columns: readonly string[];
  /** Columns that hold lists of texts. */
  readonly lists: ReadonlySet<string>;
  /** The SQL type of a column; VARCHAR for all of CSV. */
  typeOf(column: string): string;
  /** Makes a temporary table of these columns, all as text but lists. Nothing else is read. */
  load(table: string, columns: readonly string[]): Promise<{ readonly rows: number; readonly isLatin1: boolean }>;
}

const DIALECT = `header = true, auto_detect = false, quote = '"', escape = '"', null_padding = false, ignore_errors = false, strict_mode = true, max_line_size = 2097152`;
const DELIMITERS = [',', '|', ';', '\t'];
const HEADER_BYTES = 1 << 20;

/** Opens a file to link. `delimiter` is guessed from the header where it is not given. */
export async function openLinkFile(
  connection: DuckDBConnection,
  path: string,
  delimiter: string | undefined,
): Promise<LinkFile> {
  return /^\.(parquet|pq)$/i.test(extname(path)) ? parquetFile(connection, path) : csvFile(connection, path, delimiter);
}

async function csvFile(connection: DuckDBConnection, path: string, delimiter: string | undefined): Promise<LinkFile> {
  const line = await firstLine(path);
  const parted = delimiter ?? mostFrequent(line);
  const names = headerOf(path, line, parted);
  const unread = (error: unknown): Error => irregular(error, parted, delimiter === undefined);
  const columns = names.filter((name) => name !== '');
  const again = names.findIndex((name, index) => name !== '' && names.indexOf(name) !== index);
  if (again >= 0) {
    const first = names.indexOf(names[again] ?? '') + 1;
    throw fault(path, `names its columns ${first} and ${again + 1} alike`, 'column-twice');
  }
  // Columns get names of ours by position, so that nothing a header says reaches a statement but quoted.
  const declared = names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const from = (more: string): string =>
    `read_csv(${quoteText(path)}, ${DIALECT}, delim = ${quoteText(parted)}, columns = {${declared}}${more})`;
  return {
    name: basename(path),
    columns,
    lists: new Set(),
    typeOf: () => 'VARCHAR',
    load: async (table, wanted) => {
      const select = wanted.map((name) => `c${names.indexOf(name)} AS ${quoteName(name)}`).join(', ');
      const make = (more: string): string =>
        `CREATE OR REPLACE TEMP TABLE ${quoteName(table)} AS SELECT ${select} FROM ${from(more)}`;
      let isLatin1 = false;
      try {
        await connection.run(make(''));
      } catch (error) {
        if (!(error instanceof Error) || !/unicode|utf-?8/i.test(error.message)) throw unread(error);
        // What is not UTF-8 is nearly always Latin-1, in which every byte is a letter.
        try {
          await connection.run(make(`, encoding = 'latin-1'`));
        } catch (again) {
          throw unread(again);
        }
        isLatin1 = true;
      }
      return { rows: await rowsOf(connection, table), isLatin1 };
    },
  };
}

async function parquetFile(connection: DuckDBConnection, path: string): Promise<LinkFile> {
  await firstLine(path);
  const from = `read_parquet(${quoteText(path)})`;
  let described: Record<string, unknown>[];
  try {
    described = await rows(connection, `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${from})`);
  } catch {
    throw fault(path, 'can’t be read: it is cut short or is no Parquet file');
  }
  const types = new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]));
  const lists = new Set([...types].filter(([, type]) => type.endsWith('[]')).map(([name]) => name));
  return {
    name: basename(path),
    columns: [...types.keys()],
    lists,
    typeOf: (column) => types.get(column) ?? 'VARCHAR',
    load: async (table, wanted) => {
      const select = wanted.map(
        (name) => `CAST(${quoteName(name)} AS VARCHAR${lists.has(name) ? '[]' : ''}) AS ${quoteName(name)}`,
      );
      await execute(
        connection,
        `CREATE OR REPLACE TEMP TABLE ${quoteName(table)} AS SELECT ${select.join(', ')} FROM ${from}`,
      );
      return { rows: await rowsOf(connection, table), isLatin1: false };
    },
  };
}

/** Where the file is at fault, the hint is of the command line, not of a workspace. */
function irregular(error: unknown, delimiter: string, isGuessed: boolean): Error {
  const known = translated(error);
  if (!(known instanceof Fault) || known.code !== 'csv') return known;
  return new Fault(known.exit, known.code, known.message, {
    hint: `columns were taken to be parted by ${quoted(delimiter)}, and values with it to stand in quotes${isGuessed ? '; --delimiter names another' : ''}`,
  });
}

/** Writes rows to a file, CSV or Parquet by its name, whole or not at all. */
export async function writeLinkFile(connection: DuckDBConnection, sql: string, path: string): Promise<void> {
  const part = `${path}.part`;
  const options = /\.(parquet|pq)$/i.test(path)
    ? 'FORMAT parquet, COMPRESSION zstd'
    : `FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''`;
  try {
    await connection.run(`COPY (${sql}) TO ${quoteText(part)} (${options})`);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Error && /^IO Error/.test(error.message)) {
      throw new Fault(ExitCode.usage, 'output', `${path} can’t be written`, { hint: 'does its folder exist?' });
    }
    throw translated(error);
  }
}

async function firstLine(path: string): Promise<string> {
  const handle = await open(path).catch(() => {
    throw new Fault(ExitCode.usage, 'no-file', `there is no file ${path}`, {
      hint: 'is its name right, and may dars read it?',
    });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.indexOf(0x0a);
    const line = bytes.subarray(0, end < 0 ? bytesRead : end);
    return line.toString(isUtf8(line) ? 'utf8' : 'latin1').replace(/\r$/, '');
  } catch {
    throw fault(path, 'can’t be read', 'unreadable');
  } finally {
    await handle.close();
  }
}

/**
 * What people have and columns are not called: a date, a long number, a postcode, an e-mail address. Messages name columns,
 * so a file without a line of names is refused before its first row is taken for one.
 */
const VALUE =
  /^(\d{8,}|\d{3} \d{3} \d{4}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*|[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|\S+@\S+\.\S+)$/i;

function headerOf(path: string, line: string, delimiter: string): string[] {
  const names = namesIn(line, delimiter);
  if (names === undefined || names.some((name) => VALUE.test(name))) {
    throw fault(path, 'begins with no line of column names');
  }
  if (names.every((name) => name === '')) throw fault(path, 'is empty');
  return names;
}

function namesIn(line: string, delimiter: string): string[] | undefined {
  try {
    const [names = []] = parse(line, { delimiter, bom: true, ltrim: true, rtrim: true, relax_quotes: true });
    return names as string[];
  } catch {
    return undefined;
  }
}

function mostFrequent(line: string): string {
  const outside = line.replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, n: outside.split(delimiter).length }));
  return counts.sort((x, y) => y.n - x.n)[0]?.delimiter ?? ',';
}

async function rowsOf(connection: DuckDBConnection, table: string): Promise<number> {
  const [row] = await rows(connection, `SELECT count(*) AS n FROM ${quoteName(table)}`);
  return Number(row?.['n']);
}

function fault(path: string, what: string, code = 'link-file'): Fault {
  return new Fault(ExitCode.source, code, `${basename(path)} ${what}`, {
    hint: 'CSV with a line of column names, or Parquet',
  });
}
