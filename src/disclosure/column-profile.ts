import { quoteName } from '../relation/print-sql.ts';
import type { Query } from './airlock-tables.ts';

/** A column that is not a date, as text, and what is known of its values. */
export interface TextColumn {
  readonly name: string;
  /** Its number in the table of values. */
  readonly index: number;
  /** The value as text, over the output as `o`. */
  readonly sql: string;
  /** Whether its values stand in the table of values, each once: a column of codes does not need a look at every row. */
  readonly isListed: boolean;
  /** How many rows have a value. */
  readonly filled: number;
  /** The length of the longest value. */
  readonly longest: number;
  /** Whether some value may have letters next to each other, as names and postcodes have. */
  readonly hasLetters: boolean;
  /** Whether some value has a blank or a hyphen, which part the groups of an NHS number. */
  readonly hasGaps: boolean;
}

/** `column`, `value`, `n`: the values of columns that have few, and in how many rows each stands. */
export const VALUES = quoteName('#airlock values');

/** Among so many rows, a column with more values than this is none of codes. */
const GLANCE = 50_000;
const FEW = 30_000;

/** Looks at each column once: lists the values of those that have few, and measures the others. */
export async function profile(names: readonly string[], output: string, query: Query): Promise<TextColumn[]> {
  await query(`CREATE OR REPLACE TEMP TABLE ${VALUES} ("column" INTEGER, value VARCHAR, n BIGINT)`);
  if (names.length === 0) return [];
  const columns = names.map((name, index) => ({ name, index, sql: `CAST(o.${quoteName(name)} AS VARCHAR)` }));
  const distinct = columns.map(({ sql, index }) => `approx_count_distinct(${sql}) AS d${index}`);
  const [seen] = await query(`SELECT ${distinct.join(', ')} FROM (SELECT * FROM ${output} LIMIT ${GLANCE}) o`);
  const isListed = ({ index }: { index: number }): boolean => Number(seen?.[`d${index}`]) <= FEW;
  for (const { sql, index } of columns.filter(isListed)) {
    await query(
      `INSERT INTO ${VALUES} SELECT ${index}, ${sql} AS value, count(*) FROM ${output} o WHERE ${sql} IS NOT NULL GROUP BY value`,
    );
  }
  const measures = new Map([
    ...(await measureListed(query)),
    ...(await measureOthers(
      columns.filter((column) => !isListed(column)),
      output,
      query,
    )),
  ]);
  return columns.map((column) => ({
    ...column,
    isListed: isListed(column),
    ...(measures.get(column.index) ?? NOTHING),
  }));
}

type Measures = Pick<TextColumn, 'filled' | 'longest' | 'hasLetters' | 'hasGaps'>;

const NOTHING: Measures = { filled: 0, longest: 0, hasLetters: false, hasGaps: false };

const gaps = (value: string): string => `contains(${value}, ' ') OR contains(${value}, '-')`;
const letters = (value: string): string => `regexp_matches(${value}, '\\p{L}{2}')`;

async function measureListed(query: Query): Promise<[number, Measures][]> {
  const rows = await query(
    `SELECT "column", sum(n) AS filled, max(strlen(value)) AS longest, bool_or(${letters('value')}) AS letters, bool_or(${gaps('value')}) AS gaps FROM ${VALUES} GROUP BY "column"`,
  );
  return rows.map((row) => [Number(row['column']), measuresOf(row, '')]);
}

async function measureOthers(
  columns: readonly { readonly index: number; readonly sql: string }[],
  output: string,
  query: Query,
): Promise<[number, Measures][]> {
  if (columns.length === 0) return [];
  const measures = columns.flatMap(({ sql, index }) => [
    `count(${sql}) AS filled${index}`,
    `max(strlen(${sql})) AS longest${index}`,
    // Whether there is a letter at all is the cheaper question, and of most keys the last.
    `bool_or(upper(${sql}) <> lower(${sql})) AS letters${index}`,
    `bool_or(${gaps(sql)}) AS gaps${index}`,
  ]);
  const [row] = await query(`SELECT ${measures.join(', ')} FROM ${output} o`);
  return columns.map(({ index }) => [index, measuresOf(row ?? {}, String(index))]);
}

function measuresOf(row: Readonly<Record<string, unknown>>, suffix: string): Measures {
  return {
    filled: Number(row[`filled${suffix}`]),
    longest: Number(row[`longest${suffix}`] ?? 0),
    hasLetters: row[`letters${suffix}`] === true,
    hasGaps: row[`gaps${suffix}`] === true,
  };
}

/** How many rows are looked at where only a rate matters. */
const SAMPLE = 50_000;

/** These columns of rows from all over the output, in whole blocks, so that they cost little; all where there are few. */
export function sampled(names: readonly string[], output: string, rowCount: number): string {
  const columns = names.map(quoteName).join(', ');
  if (rowCount <= SAMPLE * 2) return `(SELECT ${columns} FROM ${output})`;
  return `(SELECT ${columns} FROM ${output} USING SAMPLE ${(100 * SAMPLE) / rowCount} PERCENT (system, 1))`;
}
