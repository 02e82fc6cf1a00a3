import type { Query } from './airlock-tables.ts';

export interface Counted {
  readonly rows: number;
  /** Rows with a token, and of those the ones that have a witness. */
  readonly tokens: number;
  readonly joined: number;
  /** For each condition, how many rows meet it. */
  readonly hits: readonly number[];
}

/** Counts rows of `o` whose witness `w` makes a condition true: all conditions in one pass over the output. */
export async function countHits(
  conditions: readonly string[],
  output: string,
  witness: string,
  query: Query,
): Promise<Counted> {
  const hits = conditions.map((condition, index) => `count(*) FILTER (WHERE ${condition}) AS n${index}`);
  const [all] = await query(`SELECT count(*) AS n, count("TOKEN_PERSON_ID") AS tokens FROM ${output} o`);
  const [row] = await query(
    `SELECT ${['count(*) AS joined', ...hits].join(', ')} FROM ${output} o JOIN ${witness} w ON o."TOKEN_PERSON_ID" = w.w_token`,
  );
  return {
    rows: Number(all?.['n']),
    tokens: Number(all?.['tokens']),
    joined: Number(row?.['joined']),
    hits: conditions.map((_, index) => Number(row?.[`n${index}`])),
  };
}
