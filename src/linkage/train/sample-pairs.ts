import { quoteName } from '../../relation/print-sql.ts';
import type { Sides } from '../block/block.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { LinkageDatabase } from '../database.ts';
import { haveCommonCause } from './dependence.ts';

/** So many pairs tell what agrees by chance: a share of one in ten thousand is then known to within a tenth. */
const RANDOM_PAIRS = 600_000;
/** Records of the left side that a stratum begins from, at most. */
const STRATUM_RECORDS = 50_000;

/** The features that a pair of a stratum agrees on: for each comparison those that its better levels stand for. */
const STRATUM_FEATURES: Readonly<Record<string, readonly string[]>> = {
  given_name: ['given_name'],
  postcode: ['postcode', 'postcode_out'],
};

/** `a`, `b`: pairs at random, the same in every run; or all pairs where they are few. */
export async function randomPairs(database: LinkageDatabase, sides: Sides, table: string): Promise<void> {
  const { left, right, isOne, leftRows, rightRows } = sides;
  const all = isOne ? (leftRows * leftRows) / 2 : leftRows * rightRows;
  const few = `SELECT l.rid AS a, r.rid AS b FROM ${left} l JOIN ${right} r ON ${isOne ? 'l.rid < r.rid' : 'true'}`;
  const times = Math.ceil(RANDOM_PAIRS / Math.max(leftRows, 1));
  const every = Math.max(1, Math.floor(leftRows / RANDOM_PAIRS));
  const some = `SELECT a, b FROM (SELECT rid AS a, CAST(hash(rid, n) % ${rightRows} AS INTEGER) AS b FROM ${left}, range(${times}) AS t(n) WHERE rid % ${every} = 0) ${isOne ? 'WHERE a <> b' : ''}`;
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${table} AS ${all <= RANDOM_PAIRS ? few : some}`);
}

/**
 * `a`, `b`, `stratum` (a comparison's index), `weight`: for each field that shares a cause with another, pairs that agree on it. Each record is
 * paired with one other of its value, taken by hash, for as many as it could have been paired with.
 */
export async function stratifiedPairs(
  database: LinkageDatabase,
  sides: Sides,
  comparisons: readonly Comparison[],
  table: string,
): Promise<void> {
  const every = Math.max(1, Math.floor(sides.leftRows / STRATUM_RECORDS));
  const parts = comparisons.flatMap((comparison, index) => {
    const { name, features } = comparison;
    const hasKin = comparisons.some((other) => other !== comparison && haveCommonCause(other, comparison));
    const agreeing = (STRATUM_FEATURES[name] ?? [name]).filter((feature) => hasKin && features.includes(feature));
    return agreeing.map((feature) => {
      const key = quoteName(feature);
      const others = `SELECT rid, ${key} AS k, row_number() OVER (PARTITION BY ${key} ORDER BY hash(rid), rid) - 1 AS nth FROM ${sides.right} WHERE ${key} IS NOT NULL`;
      const sizes = `SELECT ${key} AS k, count(*) AS n FROM ${sides.right} GROUP BY ${key}`;
      const picks = `SELECT rid, k, n, CAST(hash(rid, ${index}) % n AS BIGINT) AS nth FROM ${sides.left} JOIN (${sizes}) ON ${key} = k WHERE rid % ${every} = 0`;
      return `SELECT l.rid AS a, r.rid AS b, ${index} AS stratum, l.n AS weight FROM (${picks}) l JOIN (${others}) r ON l.k = r.k AND l.nth = r.nth ${sides.isOne ? 'AND l.rid <> r.rid' : ''}`;
    });
  });
  const none = 'SELECT 0 AS a, 0 AS b, 0 AS stratum, 0 AS weight WHERE false';
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${table} AS ${parts.length === 0 ? none : parts.join(' UNION ALL ')}`,
  );
}
