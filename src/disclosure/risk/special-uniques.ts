import { type Ask, columnsAt, type RiskSubject } from './risk-subject.ts';

/** People whom a few columns single out, where none of fewer of them does. */
export interface SpecialUniques {
  /** Least number of columns that single somebody out -> people; each person once. */
  readonly people: readonly { readonly columns: number; readonly people: number }[];
  /** Which columns they are, most people first. */
  readonly sets: readonly { readonly columns: readonly string[]; readonly people: number }[];
  /** Of the people who are found so, the share for whom the column is needed. */
  readonly weight: readonly { readonly column: string; readonly share: number }[];
  /** Columns that were looked at; with more, those that tell people apart best. */
  readonly of: readonly string[];
}

/** Sets of one, two and three columns. More columns than this are not combined: 14 make 469 sets already. */
const LARGEST = 3;
const COLUMNS = 14;
const SHOWN = 12;

/**
 * Minimal sample uniques up to size three (SUDA2). Found by counting every set of columns; somebody counts for a set if
 * it singles them out and no part of it does.
 */
export async function specialUniques(
  subject: RiskSubject,
  order: readonly number[],
  ask: Ask,
  run: (sql: string) => Promise<void>,
): Promise<SpecialUniques> {
  const names = subject.quasiIdentifiers.map(({ name }) => name);
  const looked = [...order].slice(0, COLUMNS).sort((a, b) => a - b);
  const columns = columnsAt(
    subject,
    subject.quasiIdentifiers.map(() => 0),
  );
  await run('CREATE OR REPLACE TEMP TABLE "#special" (person BIGINT, mask BIGINT, size INTEGER)');
  for (let size = 1; size <= LARGEST; size += 1) {
    const sets = subsets([...looked.keys()], size);
    // A set is held against all smaller ones, so each size is counted whole before it is written down.
    const counted = sets.map((set) => {
      const mask = maskOf(set);
      return `SELECT person, ${mask} AS mask, ${size} AS size
        FROM (SELECT any_value(person) AS person FROM ${subject.people} GROUP BY ${set.map((at) => columns[looked[at] ?? 0]).join(', ')} HAVING count(*) = 1)`;
    });
    for (const sql of counted) {
      await run(
        `INSERT INTO "#special" SELECT u.* FROM (${sql}) u
         WHERE NOT EXISTS (SELECT 1 FROM "#special" s WHERE s.person = u.person AND s.size < u.size AND (s.mask & u.mask) = s.mask)`,
      );
    }
  }
  const bySize = await ask(
    'SELECT least AS size, count(*) AS people FROM (SELECT person, min(size) AS least FROM "#special" GROUP BY person) GROUP BY least ORDER BY least',
  );
  const sets = await ask(
    `SELECT mask, count(*) AS people FROM "#special" GROUP BY mask ORDER BY people DESC, mask LIMIT ${SHOWN}`,
  );
  const [total = {}] = await ask('SELECT count(DISTINCT person) AS people FROM "#special"');
  const weights = await ask(
    looked.length === 0
      ? 'SELECT 0 AS i, 0 AS people WHERE false'
      : looked
          .map(
            (_, at) =>
              `SELECT ${at} AS i, count(DISTINCT person) AS people FROM "#special" WHERE (mask & ${2 ** at}) <> 0`,
          )
          .join(' UNION ALL '),
  );
  await run('DROP TABLE "#special"');
  const everybody = Number(total['people'] ?? 0);
  return {
    people: Array.from({ length: LARGEST }, (_, index) => ({
      columns: index + 1,
      people: Number(bySize.find((row) => Number(row['size']) === index + 1)?.['people'] ?? 0),
    })),
    sets: sets.map((row) => ({
      columns: looked.filter((_, at) => (Number(row['mask']) & (2 ** at)) !== 0).map((index) => names[index] ?? ''),
      people: Number(row['people']),
    })),
    weight: looked
      .map((index, at) => {
        const found = Number(weights.find((row) => Number(row['i']) === at)?.['people'] ?? 0);
        return { column: names[index] ?? '', share: everybody === 0 ? 0 : found / everybody };
      })
      .sort((a, b) => b.share - a.share || (a.column < b.column ? -1 : 1)),
    of: looked.map((index) => names[index] ?? ''),
  };
}

/** Columns of a set as bits, by their place among those looked at. */
function maskOf(set: readonly number[]): number {
  return set.reduce((mask, at) => mask + 2 ** at, 0);
}

function subsets(of: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, index) => subsets(of.slice(index + 1), size - 1).map((rest) => [first, ...rest]));
}
