import { type LinkageDatabase, numberIn } from '../database.ts';
import { CODES } from '../trace/match-rows.ts';
import { TRACED } from '../trace/trace-tables.ts';
import { type PublishedCount, publishedCount } from './published-count.ts';

/** What a trace found, by how; small numbers suppressed. */
export interface TraceCounts {
  readonly participants: PublishedCount;
  readonly linked: PublishedCount;
  readonly steps: readonly { readonly rank: number; readonly step: string; readonly participants: PublishedCount }[];
  /** Empty for a profile that has no codes. */
  readonly codes: readonly { readonly code: string; readonly means: string; readonly participants: PublishedCount }[];
}

/** Counts what stands in a quoted table as TRACED. */
export async function traceCounts(database: LinkageDatabase, table = TRACED): Promise<TraceCounts> {
  const [sums] = await database.rows(`SELECT count(*) AS n, count(match_rank) AS linked FROM ${table}`);
  const steps = await database.rows(
    `SELECT match_rank, match_step, count(*) AS n FROM ${table} WHERE match_rank IS NOT NULL GROUP BY ALL ORDER BY ALL`,
  );
  const codes = await database.rows(
    `SELECT code, count(*) AS n FROM ${table} WHERE code IS NOT NULL GROUP BY code ORDER BY code`,
  );
  return {
    participants: publishedCount(numberIn(sums, 'n')),
    linked: publishedCount(numberIn(sums, 'linked')),
    steps: steps.map((row) => ({
      rank: numberIn(row, 'match_rank'),
      step: String(row['match_step']),
      participants: publishedCount(numberIn(row, 'n')),
    })),
    codes: codes.map((row) => {
      const code = String(row['code']);
      return { code, means: CODES[code] ?? '', participants: publishedCount(numberIn(row, 'n')) };
    }),
  };
}
