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
  /** Whether some value has two letters in a row, as names and postcodes have. */
  readonly hasLetters: boolean;
}

/** `column`, `value`, `n`: the values of columns that have few, and in how many rows each stands. */
export const VALUES = quoteName('#airlock values');

/** More values than this among so many rows, and a column is none of codes. */
const FEW = 5_000;
const GLANCE = 50_000;

const LETTERS = '\\p{L}{2}';

/** Looks at each column once: lists the values of those that have few, and measures the others. */
export async function profile(names: readonly string[], output: string, query: Query): Promise<TextColumn[]> {
  await query(`CREATE OR REPLACE TEMP TABLE ${VALUES} ("column" INTEGER, value VARCHAR, n BIGINT)`);
  if (names.length === 0) return [];
  const columns = names.map((name, index) => ({ name, index, sql: `CAST(o.${quoteName(name)} AS VARCHAR)` }));
  const distinct = columns.map(({ sql, index }) => `approx_count_distinct(${sql}) AS d${index}`);
  const [seen] = await query(`SELECT ${distinct.join(', ')} FROM (SELECT * FROM ${output} LIMIT ${GLANCE}) o`);
  const listed = columns.filter(({ index }) => Number(seen?.[`d${index}`]) <= FEW);
  for (const { sql, index } of listed) {
    await query(
      `INSERT INTO ${VALUES} SELECT ${index}, ${sql} AS value, count(*) FROM ${output} o WHERE ${sql} IS NOT NULL GROUP BY value`,
    );
  }
  const ofListed = await query(
    `SELECT "column", sum(n) AS filled, max(strlen(value)) AS longest, bool_or(regexp_matches(value, '${LETTERS}')) AS letters FROM ${VALUES} GROUP BY "column"`,
  );
  const others = columns.filter((column) => !listed.includes(column));
  const measures = others.flatMap(({ sql, index }) => [
    `count(${sql}) AS n${index}`,
    `coalesce(max(strlen(${sql})), 0) AS l${index}`,
    `coalesce(bool_or(regexp_matches(${sql}, '${LETTERS}')), false) AS t${index}`,
  ]);
  const [ofOthers] = others.length === 0 ? [] : await query(`SELECT ${measures.join(', ')} FROM ${output} o`);
  return columns.map(({ name, index, sql }) => {
    const isListed = listed.some((column) => column.index === index);
    const row = isListed
      ? ofListed.find((each) => Number(each['column']) === index)
      : { filled: ofOthers?.[`n${index}`], longest: ofOthers?.[`l${index}`], letters: ofOthers?.[`t${index}`] };
    return {
      name,
      index,
      sql,
      isListed,
      filled: Number(row?.['filled'] ?? 0),
      longest: Number(row?.['longest'] ?? 0),
      hasLetters: row?.['letters'] === true,
    };
  });
}

/** How many rows are looked at where only a rate matters. */
const SAMPLE = 100_000;

/** Rows from all over the output, whole blocks of them, so that taking them costs little; all where there are few. */
export function sampled(output: string, rowCount: number): string {
  if (rowCount <= SAMPLE * 2) return output;
  return `(SELECT * FROM ${output} USING SAMPLE ${(100 * SAMPLE) / rowCount} PERCENT (system, 1))`;
}
