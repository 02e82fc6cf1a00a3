import { quoteName } from '../../relation/print-sql.ts';
import type { Candidates, Sides } from '../block/block.ts';
import { comparePairs } from '../compare/compare-pairs.ts';
import type { Comparison } from '../compare/comparison.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';
import { measureDependence, type Stratum } from './dependence.ts';
import { estimate, type Round, startingParameters } from './expectation-maximisation.ts';
import type { Dependence, Parameters } from './parameters.ts';
import { type Pattern, patternsOf } from './pattern.ts';
import { randomPairs, stratifiedPairs } from './sample-pairs.ts';

/** Candidates to learn from, at most: more tell nothing new. */
const TRAINING_PAIRS = 500_000;

/** What came of training. */
export interface Training {
  readonly parameters: Parameters;
  readonly rounds: readonly Round[];
  readonly randomPairs: number;
  readonly candidatePairs: number;
}

/**
 * Learns the parameters from the data at hand, without labels: once as if all fields were independent, which tells true
 * pairs from others well enough to measure the dependence among the others; then again with it.
 */
export async function train(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  candidates: Candidates,
): Promise<Training> {
  const [random, strata, sampled] = ['#random pairs', '#stratified pairs', '#training pairs'].map(quoteName) as [
    string,
    string,
    string,
  ];
  await randomPairs(database, sides, random);
  const every = Math.max(1, Math.ceil(candidates.pairs / TRAINING_PAIRS));
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${sampled} AS SELECT a, b FROM ${candidates.table} WHERE hash(a, b) % ${every} = 0`,
  );
  const compared = async (pairs: string, dependence: readonly (Dependence | undefined)[]): Promise<Pattern[]> =>
    patternsOf(database, `(${comparePairs(comparisons, pairs, sides, dependence)})`, comparisons);
  const independent = comparisons.map(() => undefined);
  const byChance = await compared(random, independent);
  const found = (await compared(sampled, independent)).map((pattern) => times(pattern, every));
  const records = sides.isOne ? sides.leftRows : Math.min(sides.leftRows, sides.rightRows);
  const start = startingParameters(comparisons, byChance, Math.min(0.1, records / 2 / candidates.of));
  const first = estimate(comparisons, { candidates: found, random: byChance, of: candidates.of }, start);

  await stratifiedPairs(database, sides, comparisons, strata);
  const dependence = measureDependence(
    comparisons,
    first.parameters,
    byChance,
    await strataOf(database, comparisons, strata, sides),
  );
  const again = { ...first.parameters, dependence };
  const isDependent = dependence.some((each) => each !== undefined);
  const second = isDependent
    ? estimate(
        comparisons,
        {
          candidates: (await compared(sampled, dependence)).map((pattern) => times(pattern, every)),
          random: await compared(random, dependence),
          of: candidates.of,
        },
        again,
      )
    : first;
  for (const table of [random, strata, sampled]) await database.execute(`DROP TABLE ${table}`);
  return {
    parameters: second.parameters,
    rounds: isDependent ? [...first.rounds, ...second.rounds] : first.rounds,
    randomPairs: byChance.reduce((sum, { pairs }) => sum + pairs, 0),
    candidatePairs: found.reduce((sum, { pairs }) => sum + pairs, 0),
  };
}

async function strataOf(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  pairs: string,
  sides: Sides,
): Promise<Stratum[]> {
  const compared = quoteName('#compared strata');
  const sql = comparePairs(comparisons, pairs, sides, [], ['stratum', 'weight']);
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${compared} AS ${sql}`);
  const present = await database.rows(
    `SELECT stratum, count(*) / sum(weight) AS scale FROM ${compared} GROUP BY stratum ORDER BY stratum`,
  );
  const strata: Stratum[] = [];
  for (const row of present) {
    const comparison = numberIn(row, 'stratum');
    const patterns = await patternsOf(
      database,
      `(SELECT * FROM ${compared} WHERE stratum = ${comparison})`,
      comparisons,
      'weight',
    );
    strata.push({ comparison, patterns: patterns.map((pattern) => times(pattern, numberIn(row, 'scale'))) });
  }
  await database.execute(`DROP TABLE ${compared}`);
  return strata;
}

function times(pattern: Pattern, factor: number): Pattern {
  return { ...pattern, pairs: pattern.pairs * factor };
}
