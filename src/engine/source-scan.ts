import { isUtf8 } from 'node:buffer';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { COHORT_FILE } from '../plan/compile.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import type { SourceLocation } from './engine.ts';
import { filesAt } from './files-at.ts';
import { contractMarker, count, execute, rows } from './sql.ts';

/** A source that was opened: how SQL reads it, every column in its declared type. */
export interface SourceScan {
  readonly dataset: Dataset;
  readonly files: readonly string[];
  /** Columns as the catalogue spells them that the source has. */
  readonly has: readonly string[];
  /**
   * A subquery that gives these columns, checked against their types; those of `asLists` as lists of the values that the file
   * has as a list, or as a text that parts them with semicolons or bars.
   */
  select(columns: readonly string[], asLists?: readonly string[]): string;
  /** Where a value of the column does not fit its type: file and row (from 1, the header not counted). */
  locate(column: string): Promise<{ readonly file: string; readonly row: number } | undefined>;
  /** Rows as the files say, or undefined where only reading them all would tell. */
  readonly rows: number | undefined;
  readonly bytes: number;
}

interface Raw {
  readonly from: (extra: string) => string;
  /** Catalogue column -> the SQL of its raw value and DuckDB's type of it. */
  readonly columns: ReadonlyMap<string, { readonly sql: string; readonly type: string }>;
}

const CSV_DIALECT = `header = true, auto_detect = false, quote = '"', escape = '"', null_padding = false, ignore_errors = false, strict_mode = true, max_line_size = 2097152`;

/** Opens a dataset's files by its catalogue entry; nothing is sniffed. `required` columns have to be there. */
export async function openSource(
  connection: DuckDBConnection,
  dataset: Dataset,
  location: SourceLocation,
  required: readonly string[],
  wanted: readonly string[],
): Promise<SourceScan> {
  const files = await expand(connection, dataset, location.paths);
  const raw =
    location.format === 'csv'
      ? await csv(dataset, files, location)
      : location.format === 'parquet'
        ? await parquet(connection, dataset, files, location)
        : await arrow(connection, dataset, files, location, wanted);
  const lacking = required.find((name) => !raw.columns.has(name));
  if (lacking !== undefined) {
    throw new Fault(
      ExitCode.source,
      'missing-column',
      `${basename(files[0] ?? '')} of ${dataset.dataset} has no column ${lacking}, which this release needs`,
      {
        hint: `if it has another name there, say so under sources.${dataset.dataset}.columns in dars.yaml`,
      },
    );
  }
  const typed = (name: string): string => {
    const column = dataset.columns.find((each) => each.name === name);
    const source = raw.columns.get(name);
    if (column === undefined || source === undefined) throw new Error(`no column ${name}`);
    return typedExpression(dataset.dataset, column, source.sql, source.type);
  };
  const total =
    location.format === 'parquet'
      ? await count(connection, `SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata(${list(files)})`)
      : undefined;
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return {
    dataset,
    files,
    has: [...raw.columns.keys()],
    rows: total,
    bytes,
    select: (columns, asLists = []) => {
      const value = (name: string): string =>
        asLists.includes(name) ? listExpression(dataset.dataset, name, raw.columns.get(name)) : typed(name);
      return `(SELECT ${columns.map((name) => `${value(name)} AS ${quoteName(name)}`).join(', ')} FROM ${raw.from('')})`;
    },
    locate: async (name) => {
      const source = raw.columns.get(name);
      const column = dataset.columns.find((each) => each.name === name);
      if (source === undefined || column === undefined) return undefined;
      const bad = `NOT coalesce(${fits(column.type, source.sql, source.type)}, true)`;
      if (location.format === 'arrow') {
        const [hit] = await rows(
          connection,
          `SELECT n FROM (SELECT row_number() OVER () AS n, ${bad} AS bad FROM ${raw.from('')}) WHERE bad ORDER BY n LIMIT 1`,
        );
        return hit === undefined ? undefined : { file: basename(files[0] ?? ''), row: Number(hit['n']) };
      }
      const inOrder = `SELECT "#file", row_number() OVER () AS "#at", ${bad} AS bad FROM ${raw.from(", filename = '#file'")}`;
      const numbered = `SELECT "#file" AS f, row_number() OVER (PARTITION BY "#file" ORDER BY "#at") AS n, bad FROM (${inOrder})`;
      const [hit] = await rows(connection, `SELECT f, n FROM (${numbered}) WHERE bad ORDER BY f, n LIMIT 1`);
      return hit === undefined ? undefined : { file: basename(String(hit['f'])), row: Number(hit['n']) };
    },
  };
}

async function expand(connection: DuckDBConnection, dataset: Dataset, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const matches = await filesAt(connection, [path]);
    if (matches.length === 0) {
      throw new Fault(ExitCode.source, 'no-source', `no file of ${dataset.title} is at ${basename(path)}`, {
        hint: `see ${settingOf(dataset)}`,
      });
    }
    const pattern = matches.find((file) => /[*?[]/.test(file));
    if (pattern !== undefined) {
      // Named again it would be a pattern, and could mean another file than the one that was looked at.
      throw new Fault(
        ExitCode.source,
        'file-name',
        `${basename(pattern)} of ${dataset.dataset} has *, ? or [ in its name`,
        {
          hint: 'rename the file',
        },
      );
    }
    found.push(...matches);
  }
  return [...new Set(found)];
}

/** Where files of the workspace say where a dataset lies. */
function settingOf({ dataset }: Dataset): string {
  if (dataset === COHORT_FILE) return 'cohort.file of the pipeline';
  return `${dataset === 'geography' ? 'lookups.geography' : `sources.${dataset}`}.path in dars.yaml`;
}

function list(files: readonly string[]): string {
  return `[${files.map(quoteText).join(', ')}]`;
}

/** Catalogue column -> position in a list of names, by the mapping of dars.yaml or by name without case. */
function match(dataset: Dataset, names: readonly string[], location: SourceLocation): Map<string, number> {
  const found = new Map<string, number>();
  for (const column of dataset.columns) {
    const wanted = (location.columns[column.name.toUpperCase()] ?? column.name).toUpperCase();
    const position = names.findIndex((name) => name.toUpperCase() === wanted);
    if (position >= 0) found.set(column.name, position);
  }
  return found;
}

async function csv(dataset: Dataset, files: readonly string[], location: SourceLocation): Promise<Raw> {
  const [first, ...others] = files;
  const header = await csvHeader(first ?? '', location.delimiter);
  for (const file of others) {
    const names = await csvHeader(file, location.delimiter);
    if (
      names.length !== header.length ||
      names.some((name, index) => name.toUpperCase() !== header[index]?.toUpperCase())
    ) {
      throw new Fault(
        ExitCode.source,
        'header',
        `${basename(file)} of ${dataset.dataset} has another header than ${basename(first ?? '')}`,
        {
          hint: 'files of one dataset have the same columns in the same order',
        },
      );
    }
  }
  // Columns get names of ours by position, so that nothing a header says reaches a statement.
  const declared = header.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const columns = new Map(
    [...match(dataset, header, location)].map(([name, index]) => [name, { sql: `c${index}`, type: 'CSV' }]),
  );
  return {
    from: (extra) =>
      `read_csv(${list(files)}, ${CSV_DIALECT}, delim = ${quoteText(location.delimiter)}, columns = {${declared}}${extra})`,
    columns,
  };
}

/** The names in the first line; read by a CSV reader of its own, since DuckDB would take any header for good. */
async function csvHeader(file: string, delimiter: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 20), 0, 1 << 20, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.indexOf(0x0a);
    const first = bytes.subarray(0, end < 0 ? bytesRead : end);
    if (!isUtf8(first)) throw headerFault(file, 'is not UTF-8');
    const line = first.toString('utf8').replace(/\r$/, '');
    let names: string[] = [];
    try {
      names = (parse(line, { delimiter, bom: true })[0] as string[] | undefined) ?? [];
    } catch {
      throw headerFault(file, 'is not a line of CSV');
    }
    if (names.length === 0) throw headerFault(file, 'is missing');
    if (line.includes('\u0000')) throw headerFault(file, 'holds a NUL');
    if (new Set(names.map((name) => name.toUpperCase())).size < names.length)
      throw headerFault(file, 'names a column twice');
    return names;
  } finally {
    await handle.close();
  }
}

function headerFault(file: string, what: string): Fault {
  return new Fault(ExitCode.source, 'header', `the header of ${basename(file)} ${what}`, {
    hint: 'the first line names the columns',
  });
}

async function parquet(
  connection: DuckDBConnection,
  dataset: Dataset,
  files: readonly string[],
  location: SourceLocation,
): Promise<Raw> {
  let schema: { name: string; type: string }[] | undefined;
  for (const file of files) {
    let own: { name: string; type: string }[];
    try {
      own = (
        await rows(
          connection,
          `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${quoteText(file)}))`,
        )
      ).map((row) => ({
        name: String(row['column_name']),
        type: String(row['column_type']),
      }));
    } catch {
      throw new Fault(
        ExitCode.source,
        'parquet',
        `${basename(file)} of ${dataset.dataset} can’t be read: it is cut short or is no Parquet file`,
      );
    }
    if (schema !== undefined && JSON.stringify(schema) !== JSON.stringify(own)) {
      throw new Fault(
        ExitCode.source,
        'header',
        `${basename(file)} of ${dataset.dataset} has other columns than ${basename(files[0] ?? '')}`,
      );
    }
    schema = own;
  }
  const names = (schema ?? []).map(({ name }) => name);
  const columns = new Map(
    [...match(dataset, names, location)].map(([column, index]) => [
      column,
      { sql: quoteName(names[index] ?? ''), type: schema?.[index]?.type ?? '' },
    ]),
  );
  return { from: (extra) => `read_parquet(${list(files)}${extra})`, columns };
}

async function arrow(
  connection: DuckDBConnection,
  dataset: Dataset,
  files: readonly string[],
  location: SourceLocation,
  needed: readonly string[],
): Promise<Raw> {
  // apache-arrow is large and few sources need it.
  const { arrowColumns, loadArrow } = await import('./arrow-load.ts');
  const present = await arrowColumns(files[0] ?? '');
  const positions = match(
    dataset,
    present.map(({ name }) => name),
    location,
  );
  const wanted = new Map([...positions].filter(([column]) => needed.includes(column)));
  const table = `#arrow ${dataset.dataset}`;
  const spelled = [...wanted.values()].map((index) => present[index]?.name ?? '');
  await loadArrow(connection, table, files, spelled);
  const types = await rows(connection, `SELECT column_name, column_type FROM (DESCRIBE ${quoteName(table)})`);
  const typeOf = new Map(types.map((row) => [String(row['column_name']), String(row['column_type'])]));
  const columns = new Map(
    [...wanted].map(([column, index]) => {
      const name = present[index]?.name ?? '';
      return [column, { sql: quoteName(name), type: typeOf.get(name) ?? 'VARCHAR' }];
    }),
  );
  await execute(connection, `SELECT count(*) FROM ${quoteName(table)}`);
  return { from: () => quoteName(table), columns };
}

const INTEGERS = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT)$/;
const NUMBERS = /^(FLOAT|DOUBLE|DECIMAL.*)$/;
const ISO_DATE = `'[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00(\\.0+)?)?'`;

/** The date that a text is, or null. No calendar has a year 0, which DuckDB would give out as `0001-01-01 (BC)`. */
function dateOf(text: string): string {
  const read = `CASE WHEN regexp_full_match(${text}, ${ISO_DATE}) THEN try_cast(left(${text}, 10) AS DATE) WHEN regexp_full_match(${text}, '[0-9]{8}') THEN CAST(try_strptime(${text}, '%Y%m%d') AS DATE) END`;
  return `CASE WHEN NOT starts_with(${text}, '0000') THEN ${read} END`;
}

/** Whether a raw value fits the type; null fits all. */
function fits(type: ColumnType, sql: string, physical: string): string {
  const value = `nullif(CAST(${sql} AS VARCHAR), '')`;
  switch (type) {
    case 'text':
      return physical === 'CSV' ? `NOT contains(${sql}, chr(0))` : 'true';
    case 'integer':
      return INTEGERS.test(physical) ? 'true' : `regexp_full_match(${value}, '-?[0-9]{1,18}(\\.0+)?')`;
    case 'decimal':
      return INTEGERS.test(physical) || NUMBERS.test(physical)
        ? 'true'
        : `regexp_full_match(${value}, '-?[0-9]{1,18}(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?')`;
    case 'date':
      if (physical === 'DATE') return 'true';
      return `(${value} IS NULL OR ${dateOf(value)} IS NOT NULL)`;
  }
}

const TEXTS = 'VARCHAR[]';

/** A list of texts, whether the file has one or a text that parts them. */
function listExpression(
  dataset: string,
  name: string,
  column: { readonly sql: string; readonly type: string } | undefined,
): string {
  if (column === undefined) throw new Error(`no column ${name}`);
  const { sql, type } = column;
  if (type === TEXTS) return sql;
  if (/^(STRUCT|MAP|UNION)|\[/.test(type)) {
    throw new Fault(ExitCode.source, 'list-type', `${name} of ${dataset} is no list of texts`, {
      hint: 'make it a list of texts, or one text that parts them with semicolons',
    });
  }
  return `string_split(replace(nullif(CAST(${sql} AS VARCHAR), ''), '|', ';'), ';')`;
}

/**
 * The value of a column in its declared type, or an error that names dataset and column. Empty is missing. Numbers in
 * text stay as they are written (`5.0`): they are cast only where they are compared or the output has types.
 */
function typedExpression(dataset: string, column: Dataset['columns'][number], sql: string, physical: string): string {
  // A list is the text that parts its values with semicolons.
  if (column.type === 'text' && physical === TEXTS) return `nullif(array_to_string(${sql}, ';'), '')`;
  const refuse = `error(${quoteText(contractMarker(dataset, column.name))})`;
  const ok = fits(column.type, sql, physical);
  const value =
    physical === 'CSV' ? sql : physical === 'VARCHAR' ? `nullif(${sql}, '')` : `nullif(CAST(${sql} AS VARCHAR), '')`;
  switch (column.type) {
    case 'text':
      return ok === 'true' ? value : `CASE WHEN ${ok} OR ${sql} IS NULL THEN ${value} ELSE ${refuse} END`;
    case 'integer':
    case 'decimal':
      return ok === 'true' ? value : `CASE WHEN ${ok} OR ${value} IS NULL THEN ${value} ELSE ${refuse} END`;
    case 'date':
      if (physical === 'DATE') return sql;
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE coalesce(${dateOf(value)}, CAST(${refuse} AS DATE)) END`;
  }
}
