import { quoted } from '../../kernel/document.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName, quoteText } from '../../relation/print-sql.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import type { FieldKind } from '../known-fields.ts';
import { presentOf } from './history.ts';
import type { SourceTable } from './source-table.ts';

/** Words that stand for no value in any field; `NA` in names only where it is too frequent to be a name. */
const MISSING = ['', 'NULL', 'N/A', '#N/A', 'NAN', 'NONE', 'NIL', 'UNKNOWN', 'NOT KNOWN', 'NK', '?', '-', '--', '.'];

const LONGEST_MISSING = Math.max(...MISSING.map(({ length }) => length));

const NAMES: readonly FieldKind[] = ['given-name', 'family-name', 'other-given-name', 'full-name'];

/** Nobody's surname is this frequent. */
const TOO_MANY_NA = 0.02;

/** Makes `rid`, `id` and the raw columns; gives the source as it is then, a history brought into one row a person. */
export async function loadRaw(database: LinkageDatabase, source: SourceTable, raw: string): Promise<SourceTable> {
  const columns = await rawColumns(database, source);
  const selected = columns.map(({ sql, column }) => `, ${sql} AS ${quoteName(column)}`).join('');
  const rows = (more: string): string =>
    `SELECT CAST(${idOf(source)} AS VARCHAR) AS id${more}${selected} FROM ${quoteName(source.table)}`;
  const made = source.history === undefined ? undefined : presentOf(source, source.history, rows);
  if (source.hasPlainIds === true) {
    await database.execute(`CREATE OR REPLACE TEMP TABLE ${raw} AS ${rows(', CAST(rowid AS INTEGER) AS rid')}`);
    return source;
  }
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${raw} AS SELECT CAST(row_number() OVER (ORDER BY TRY_CAST(id AS BIGINT), id) - 1 AS INTEGER) AS rid, * FROM (${made?.sql ?? rows('')})`,
  );
  await checkIds(database, source, raw);
  return made?.source ?? source;
}

function idOf({ id }: SourceTable): string {
  return id === undefined ? 'row_number() OVER ()' : `trim(CAST(${quoteName(id)} AS VARCHAR))`;
}

/** An identifier that is missing or stands twice would make links that nobody can follow. */
async function checkIds(database: LinkageDatabase, { id, label }: SourceTable, raw: string): Promise<void> {
  const [row] = await database.rows(
    `SELECT count(*) - count(nullif(id, '')) AS missing, count(id) - count(DISTINCT id) AS twice FROM ${raw}`,
  );
  const [missing, twice] = [numberIn(row, 'missing'), numberIn(row, 'twice')];
  if (missing + twice === 0) return;
  const what = missing > 0 ? `is empty in ${rowsOf(missing)}` : `repeats itself in ${rowsOf(twice)}`;
  throw new Fault(ExitCode.source, 'row-id', `${label}: the identifier ${quoted(id ?? '')} ${what}`, {
    hint: 'name a column that identifies each row, or none; if its rows are one person’s over time, add --a-history or --b-history',
  });
}

function rowsOf(count: number): string {
  return count === 1 ? 'one row' : `${count} rows`;
}

interface RawColumn {
  readonly column: string;
  readonly sql: string;
}

/** `<field> 1`, `<field> 2` …: trimmed, and null where the text says that there is no value. */
async function rawColumns(database: LinkageDatabase, source: SourceTable): Promise<RawColumn[]> {
  const columns: RawColumn[] = [];
  for (const { field, columns: from } of source.fields) {
    for (const [index, column] of from.entries()) {
      const value = quoteName(column);
      const name = `${field.name} ${index + 1}`;
      if (source.lists.has(column)) {
        columns.push({ column: name, sql: value });
        continue;
      }
      const text = `trim(CAST(${value} AS VARCHAR))`;
      const missing = [...MISSING, ...((await meansMissing(database, source, field.kind, text)) ? ['NA'] : [])];
      columns.push({
        column: name,
        sql: `CASE WHEN strlen(${text}) > ${LONGEST_MISSING} OR upper(${text}) NOT IN (${missing.map(quoteText).join(', ')}) THEN ${text} END`,
      });
    }
  }
  return columns;
}

async function meansMissing(
  database: LinkageDatabase,
  { table }: SourceTable,
  kind: FieldKind,
  text: string,
): Promise<boolean> {
  if (!NAMES.includes(kind)) return true;
  const share = await oneNumber(
    database,
    `SELECT coalesce(count(*) FILTER (WHERE upper(${text}) = 'NA') / nullif(count(*) FILTER (WHERE ${text} <> ''), 0), 0) FROM ${quoteName(table)}`,
  );
  return share > TOO_MANY_NA;
}
