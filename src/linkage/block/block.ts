import { quoteName } from '../../relation/print-sql.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import type { BlockingRule } from './blocking-rules.ts';

/** What blocks may come to. */
export interface BlockLimits {
  /** As few pairs as this in all are compared without blocks. */
  readonly everyPair: number;
  /** Pairs of all rules together, before those found twice are taken out. */
  readonly pairs: number;
  /** A key that more records of one side share is not used. */
  readonly records: number;
}

/** What a rule came to. */
export interface BlockYield {
  readonly rule: string;
  /** Pairs that agree on its keys, without those of keys that too many share. */
  readonly pairs: number;
  /** Records whose key too many share. */
  readonly tooCommon: number;
  /** Pairs that no rule before it found. 0 if it was not used. */
  readonly found: number;
  readonly used: boolean;
}

/** The pairs to compare: a temporary table `a`, `b`, `rules` (how many found it), `rule` (the first that did). */
export interface Candidates {
  /** Quoted. */
  readonly table: string;
  readonly pairs: number;
  /** Of how many pairs these are, the others being thought to match nowhere. */
  readonly of: number;
  /** In order of use; empty where every pair is compared. */
  readonly yields: readonly BlockYield[];
  /** SQL over them of a number by which samples are drawn, where row numbers of records depend on the order of a source. */
  readonly chance?: string;
}

/** Tables of records; one table held against itself where there is one. */
export interface Sides {
  readonly left: string;
  readonly right: string;
  readonly isOne: boolean;
  readonly leftRows: number;
  readonly rightRows: number;
}

const CANDIDATES = quoteName('#candidates');

export function allPairs({ isOne, leftRows, rightRows }: Sides): number {
  return isOne ? (leftRows * (leftRows - 1)) / 2 : leftRows * rightRows;
}

/**
 * Limits for tables of this size: 300 pairs a record while that is few, later 100, and never more than two processors
 * compare in two minutes.
 */
export function blockLimits({ leftRows, rightRows, isOne }: Sides): BlockLimits {
  const records = isOne ? leftRows : leftRows + rightRows;
  const pairs = Math.max(3e6, 100 * records, Math.min(300 * records, 15e6));
  return { everyPair: 1e6, pairs: Math.min(60e6, pairs), records: 100 };
}

/**
 * Chooses rules and makes their pairs. Every rule is counted before any is joined; then they are taken from the one with
 * the fewest pairs on, until the next would be too much. So the most telling rules are always used, however skewed the
 * data, and no rule can explode.
 */
export async function block(
  database: LinkageDatabase,
  sides: Sides,
  rules: readonly BlockingRule[],
  limits: BlockLimits,
): Promise<Candidates> {
  const of = allPairs(sides);
  if (of <= limits.everyPair) {
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${CANDIDATES} AS SELECT l.rid AS a, r.rid AS b, 1 AS rules, 0 AS rule
       FROM ${sides.left} l JOIN ${sides.right} r ON ${sides.isOne ? 'l.rid < r.rid' : 'true'}`,
    );
    return { table: CANDIDATES, pairs: of, of, yields: [] };
  }
  const counted: CountedRule[] = [];
  for (const rule of rules) counted.push({ rule, ...(await countRule(database, sides, rule, limits)) });
  counted.sort((x, y) => x.pairs - y.pairs || (x.rule.label < y.rule.label ? -1 : 1));
  const within = takeWhileWithin(counted, limits.pairs);
  const used = within.filter((each) => !within.some((other) => implies(other, each)));
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${CANDIDATES} (a INTEGER, b INTEGER, rules BIGINT, rule INTEGER)`,
  );
  if (used.length > 0) {
    const found = used.map(({ rule }, index) => pairsSql(sides, rule, limits, index));
    await database.execute(
      `INSERT INTO ${CANDIDATES} SELECT a, b, count(*), min(rule) FROM (${found.join(' UNION ALL ')}) GROUP BY a, b`,
    );
  }
  const first = new Map(
    (await database.rows(`SELECT rule, count(*) AS n FROM ${CANDIDATES} GROUP BY rule`)).map((row) => [
      numberIn(row, 'rule'),
      numberIn(row, 'n'),
    ]),
  );
  return {
    table: CANDIDATES,
    pairs: await oneNumber(database, `SELECT count(*) FROM ${CANDIDATES}`),
    of,
    yields: [
      ...used.map(({ rule, pairs, tooCommon }, index) => ({
        rule: rule.label,
        pairs,
        tooCommon,
        found: first.get(index) ?? 0,
        used: true,
      })),
      ...counted
        .filter((each) => !used.includes(each))
        .map(({ rule, pairs, tooCommon }) => ({ rule: rule.label, pairs, tooCommon, found: 0, used: false })),
    ],
  };
}

interface CountedRule {
  readonly rule: BlockingRule;
  readonly pairs: number;
  readonly tooCommon: number;
}

function takeWhileWithin(rules: readonly CountedRule[], most: number): CountedRule[] {
  let sum = 0;
  const taken: CountedRule[] = [];
  for (const each of rules) {
    sum += each.pairs;
    if (sum > most) break;
    if (each.pairs > 0) taken.push(each);
  }
  return taken;
}

/** Whether one rule finds all that another does: its keys are some of the other's, and none was too common. */
function implies(one: CountedRule, other: CountedRule): boolean {
  return (
    one.tooCommon === 0 &&
    !one.rule.isSwapped &&
    !other.rule.isSwapped &&
    one.rule.keys.length < other.rule.keys.length &&
    one.rule.keys.every((key) => other.rule.keys.includes(key))
  );
}

async function countRule(
  database: LinkageDatabase,
  sides: Sides,
  rule: BlockingRule,
  limits: BlockLimits,
): Promise<{ pairs: number; tooCommon: number }> {
  const [l, r] = keyTables(sides, rule);
  if (sides.isOne && !rule.isSwapped) {
    const [row] = await database.rows(
      `SELECT coalesce(sum(n * (n - 1) / 2) FILTER (WHERE n <= ${limits.records}), 0) AS pairs, coalesce(sum(n) FILTER (WHERE n > ${limits.records}), 0) AS common
       FROM (SELECT count(*) AS n FROM (${l}) GROUP BY k)`,
    );
    return { pairs: numberIn(row, 'pairs'), tooCommon: numberIn(row, 'common') };
  }
  const few = `x.n <= ${limits.records} AND y.n <= ${limits.records}`;
  const [row] = await database.rows(
    `SELECT coalesce(sum(x.n * y.n) FILTER (WHERE ${few}), 0) AS pairs, coalesce(sum(x.n + y.n) FILTER (WHERE NOT (${few})), 0) AS common
     FROM (SELECT k, count(*) AS n FROM (${l}) GROUP BY k) x JOIN (SELECT k, count(*) AS n FROM (${r}) GROUP BY k) y USING (k)`,
  );
  return { pairs: numberIn(row, 'pairs'), tooCommon: numberIn(row, 'common') };
}

function pairsSql(sides: Sides, rule: BlockingRule, limits: BlockLimits, index: number): string {
  const few = (keys: string): string =>
    `(SELECT * FROM (${keys}) QUALIFY count(*) OVER (PARTITION BY k) <= ${limits.records})`;
  const [l, r] = keyTables(sides, rule);
  const [a, b, on] = !sides.isOne
    ? ['l.rid', 'r.rid', 'true']
    : rule.isSwapped
      ? ['least(l.rid, r.rid)', 'greatest(l.rid, r.rid)', 'l.rid <> r.rid']
      : ['l.rid', 'r.rid', 'l.rid < r.rid'];
  // With former values, and swapped names, a rule can find a pair twice.
  const once = rule.isSwapped || rule.keys.some(({ former }) => former !== undefined) ? 'DISTINCT ' : '';
  return `SELECT ${once}${a} AS a, ${b} AS b, ${index} AS rule FROM ${few(l)} l JOIN ${few(r)} r ON l.k = r.k AND ${on}`;
}

/** `rid`, `k`: the records of both sides by the keys of a rule; several rows a record where a key has former values. */
function keyTables(sides: Sides, { keys, isSwapped }: BlockingRule): [string, string] {
  const [given, family, ...rest] = keys;
  const swappedKeys = isSwapped && given !== undefined && family !== undefined ? [family, given, ...rest] : keys;
  return [keyTable(sides.left, keys), keyTable(sides.right, swappedKeys)];
}

function keyTable(records: string, keys: BlockingRule['keys']): string {
  const hash = `hash(${keys.map((_, index) => `k${index}`).join(', ')})`;
  const known = keys.map((_, index) => `k${index} IS NOT NULL`).join(' AND ');
  const values = keys.map(({ sql, former }, index) =>
    former === undefined
      ? `${sql} AS k${index}`
      : `unnest(list_distinct(list_append(coalesce(${former}, []), ${sql}))) AS k${index}`,
  );
  return `SELECT rid, ${hash} AS k FROM (SELECT rid, ${values.join(', ')} FROM ${records}) WHERE ${known}`;
}
