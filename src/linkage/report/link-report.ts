import { quoteName } from '../../relation/print-sql.ts';
import type { BlockYield } from '../block/block.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import { rankSql } from '../decide/match-rank.ts';
import type { Explanation } from '../explain.ts';
import { type Linkage, score } from '../link.ts';
import { type Model, modelHash } from '../model.ts';
import type { Estimate } from '../trace-quality/estimates.ts';
import { probabilityOf } from '../train/parameters.ts';

/** What a linkage of files came to, and how good it is thought to be. Sizes and shares only: no value, no identifier. */
export interface LinkReport {
  readonly format: 'dars-linkage-report/1';
  readonly records: readonly { readonly rows: number; readonly known: Readonly<Record<string, number>> }[];
  readonly threshold: { readonly probability: number; readonly weight: number };
  readonly accepted: number;
  readonly decided: number;
  readonly steps: readonly { readonly rank: number; readonly step: string; readonly pairs: number }[];
  /** By the model alone, as good as its probabilities are. */
  readonly estimates: {
    readonly precision: Estimate;
    readonly recall: Estimate;
    /** True pairs that no rule found, judged by how many only one or two rules found (Chao's lower bound). */
    readonly missedByBlocks: number;
  };
  /** Records that not even they themselves would be linked to: too little is known of them. */
  readonly unlinkable: { readonly records: number; readonly share: number };
  readonly weights: readonly { readonly from: number; readonly pairs: number; readonly accepted: number }[];
  readonly blocking: { readonly compared: number; readonly of: number; readonly rules: readonly BlockYield[] };
  readonly modelHash: string;
  readonly model: Model;
  readonly example?: Explanation;
}

/** A million for one, so that sums of probabilities are exact. */
const WHOLE = 1_000_000;
const BIN = 2;

export async function linkReport(
  database: LinkageDatabase,
  linkage: Linkage,
  example: Explanation | undefined,
): Promise<LinkReport> {
  const { scored, sides, candidates, threshold, model } = linkage;
  const probability = `CAST(round(${WHOLE} / (1 + pow(2, -weight))) AS BIGINT)`;
  const accepted = `SELECT a, b, ${probability} AS p FROM ${scored} WHERE accepted AND decided IS NULL`;
  const [sums] = await database.rows(
    `SELECT count(*) AS n, coalesce(sum(p), 0) AS p, coalesce(sum(CAST(p AS HUGEINT) * (${WHOLE} - p)), 0) / ${WHOLE} AS variance FROM (${sides.isOne ? vouchedFor(accepted) : accepted})`,
  );
  const n = numberIn(sums, 'n');
  const expected = numberIn(sums, 'p') / WHOLE;
  const deviation = Math.sqrt(numberIn(sums, 'variance') / WHOLE);
  const [captures] = await database.rows(
    `SELECT coalesce(sum(p) FILTER (WHERE rules = 1), 0) AS once, coalesce(sum(p) FILTER (WHERE rules = 2), 0) AS twice
     FROM (SELECT ${probability} AS p, rules FROM ${scored} JOIN ${candidates.table} USING (a, b))`,
  );
  const [once, twice] = [numberIn(captures, 'once') / WHOLE, numberIn(captures, 'twice') / WHOLE];
  const missed = candidates.yields.length === 0 ? 0 : (once * once) / (2 * Math.max(twice, 1));
  const all = Math.max(expected, linkage.parameters.prior * candidates.of) + missed;
  return {
    format: 'dars-linkage-report/1',
    records: await completeness(database, linkage),
    threshold: { probability: probabilityOf(threshold), weight: threshold },
    accepted: linkage.accepted,
    decided: linkage.decided,
    steps: await stepsOf(database, linkage),
    estimates: {
      precision: estimateOf(expected, deviation, n),
      recall: estimateOf(expected, deviation, all),
      missedByBlocks: Math.round(missed),
    },
    unlinkable: await unlinkable(database, linkage),
    weights: await histogram(database, scored),
    blocking: { compared: candidates.pairs, of: candidates.of, rules: candidates.yields },
    modelHash: modelHash(model),
    model,
    ...(example === undefined ? {} : { example }),
  };

  function estimateOf(sum: number, sd: number, total: number): Estimate {
    const share = (value: number): number => Number(Math.min(1, Math.max(0, value / Math.max(total, 1))).toFixed(4));
    return { value: share(sum), low: share(sum - 1.96 * sd), high: share(sum + 1.96 * sd) };
  }

  async function stepsOf(db: LinkageDatabase, { comparisons }: Linkage): Promise<LinkReport['steps']> {
    const { rank, step } = rankSql(comparisons, threshold);
    const rows = await db.rows(
      `SELECT ${rank} AS match_rank, ${step} AS step, count(*) AS n FROM ${scored} WHERE accepted GROUP BY ALL ORDER BY match_rank, step`,
    );
    return rows.map((row) => ({
      rank: numberIn(row, 'match_rank'),
      step: String(row['step']),
      pairs: numberIn(row, 'n'),
    }));
  }

  async function unlinkable(
    db: LinkageDatabase,
    { comparisons, parameters, left }: Linkage,
  ): Promise<LinkReport['unlinkable']> {
    const own = quoteName('#scored own');
    const same = { ...sides, right: sides.left };
    await score(db, comparisons, same, parameters, `(SELECT rid AS a, rid AS b FROM ${left.table})`, own, threshold);
    const linkable = await oneNumber(db, `SELECT count(*) FROM ${own}`);
    return {
      records: left.rows - linkable,
      share: Number(((left.rows - linkable) / Math.max(left.rows, 1)).toFixed(4)),
    };
  }
}

/**
 * SQL: accepted pairs of one table, each with the better of its own probability and that of a third record's vouching for
 * both: a pair that says little of itself is as sure as the two that hold its group together.
 */
function vouchedFor(accepted: string): string {
  const ends = `SELECT a AS x, b AS via, p FROM pairs UNION ALL SELECT b, a, p FROM pairs`;
  const by = `SELECT u.x AS a, v.x AS b, max(CAST(u.p AS HUGEINT) * v.p // ${WHOLE}) AS p FROM ends u JOIN ends v ON u.via = v.via AND u.x < v.x GROUP BY u.x, v.x`;
  return `WITH pairs AS MATERIALIZED (${accepted}), ends AS MATERIALIZED (${ends}), vouched AS (${by})
    SELECT greatest(o.p, coalesce(v.p, 0)) AS p FROM pairs o LEFT JOIN vouched v USING (a, b)`;
}

async function completeness(database: LinkageDatabase, linkage: Linkage): Promise<LinkReport['records']> {
  const sides = linkage.sides.isOne ? [linkage.left] : [linkage.left, linkage.right];
  const known: { rows: number; known: Record<string, number> }[] = [];
  for (const { table, rows, features } of sides) {
    const columns = linkage.comparisons.flatMap(({ name }) => {
      const feature = features.has(name) ? name : `${name}_text`;
      return features.has(feature) ? [{ name, feature: quoteName(feature) }] : [];
    });
    const [row] = await database.rows(
      `SELECT ${columns.map(({ feature }, index) => `count(${feature}) AS n${index}`).join(', ')} FROM ${table}`,
    );
    known.push({
      rows,
      known: Object.fromEntries(
        columns.map(({ name }, index) => [name, Number((numberIn(row, `n${index}`) / Math.max(rows, 1)).toFixed(4))]),
      ),
    });
  }
  return known;
}

async function histogram(database: LinkageDatabase, scored: string): Promise<LinkReport['weights']> {
  const rows = await database.rows(
    `SELECT CAST(floor(weight / ${BIN}) * ${BIN} AS INTEGER) AS bin, count(*) AS n, count(*) FILTER (WHERE accepted) AS taken FROM ${scored} GROUP BY bin ORDER BY bin`,
  );
  return rows.map((row) => ({
    from: numberIn(row, 'bin'),
    pairs: numberIn(row, 'n'),
    accepted: numberIn(row, 'taken'),
  }));
}
