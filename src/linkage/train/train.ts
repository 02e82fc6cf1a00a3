import { quoteName } from '../../relation/print-sql.ts';
import type { Candidates, Sides } from '../block/block.ts';
import { compareFields, sumUp } from '../compare/compare-pairs.ts';
import type { Comparison } from '../compare/comparison.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';
import { measureDependence, type Stratum } from './dependence.ts';
import { estimate, estimatePriors, type Round, startingParameters } from './expectation-maximisation.ts';
import type { Dependence, Parameters } from './parameters.ts';
import { type Pattern, patternsOf } from './pattern.ts';
import { randomPairs, stratifiedPairs } from './sample-pairs.ts';

/** Candidates to learn from, at most: more tell nothing new. */
const TRAINING_PAIRS = 500_000;

/** Compared candidates to learn from; left by training for {@link fitPriors}. */
const SAMPLE = quoteName('#compared sample');

/** What came of training. */
export interface Training {
  readonly parameters: Parameters;
  readonly rounds: readonly Round[];
  readonly randomPairs: number;
  readonly candidatePairs: number;
}

/**
 * Learns the parameters from the data at hand, without labels: once as if all fields were independent, which tells true
 * pairs from others well enough to measure the dependence among the others; then again with it. `strangers` are the
 * tables that pairs at random are drawn from: the same, unless these hold a choice of records.
 */
export async function train(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  candidates: Candidates,
  strangers: Sides,
): Promise<Training> {
  const random = quoteName('#random pairs');
  const strata = quoteName('#stratified pairs');
  const comparedRandom = quoteName('#compared random');
  const comparedStrata = quoteName('#compared strata');
  await randomPairs(database, strangers, random);
  await stratifiedPairs(database, strangers, comparisons, strata);
  const every = oneIn(candidates);
  const compare = (into: string, pairs: string, of: Sides, more: readonly string[] = []): Promise<void> =>
    database.execute(`CREATE OR REPLACE TEMP TABLE ${into} AS ${compareFields(comparisons, pairs, of, more)}`);
  await compare(comparedRandom, random, strangers);
  await compare(SAMPLE, sampleOf(candidates), sides);
  await compare(comparedStrata, strata, strangers, ['stratum', 'weight']);

  const patterns = (compared: string, dependence: readonly (Dependence | undefined)[]): Promise<Pattern[]> =>
    patternsOf(database, `(${sumUp(comparisons, compared, dependence)})`, comparisons);
  const independent = comparisons.map(() => undefined);
  const byChance = await patterns(comparedRandom, independent);
  const found = (await patterns(SAMPLE, independent)).map((pattern) => times(pattern, every));
  const records = sides.isOne ? sides.leftRows : Math.min(sides.leftRows, sides.rightRows);
  const start = startingParameters(
    comparisons,
    byChance,
    Math.min(0.1, Math.max(records, 1) / 2 / Math.max(candidates.of, 1)),
  );
  const first = estimate(comparisons, { candidates: found, random: byChance, of: candidates.of }, start);

  const stratified = await strataOf(database, comparisons, comparedStrata);
  const dependence = measureDependence(comparisons, first.parameters, byChance, stratified);
  const isDependent = dependence.some((each) => each !== undefined);
  const second = isDependent
    ? estimate(
        comparisons,
        {
          candidates: (await patterns(SAMPLE, dependence)).map((pattern) => times(pattern, every)),
          random: await patterns(comparedRandom, dependence),
          of: candidates.of,
        },
        { ...first.parameters, dependence },
      )
    : first;
  for (const table of [random, strata, comparedRandom, comparedStrata]) await database.execute(`DROP TABLE ${table}`);
  return {
    parameters: second.parameters,
    rounds: isDependent ? [...first.rounds, ...second.rounds] : first.rounds,
    randomPairs: byChance.reduce((sum, { pairs }) => sum + pairs, 0),
    candidatePairs: found.reduce((sum, { pairs }) => sum + pairs, 0),
  };
}

/**
 * The priors for parameters that are otherwise settled, on the data at hand: how many pairs match depends on them alone. A
 * model that was just learnt goes through this as well as one from a file, so that both give the same links.
 */
export async function fitPriors(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  candidates: Candidates,
  parameters: Parameters,
  wasTrained: boolean,
): Promise<Parameters> {
  if (!wasTrained) {
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${SAMPLE} AS ${compareFields(comparisons, sampleOf(candidates), sides)}`,
    );
  }
  const summed = `(${sumUp(comparisons, SAMPLE, parameters.dependence)})`;
  const found = await patternsOf(database, summed, comparisons);
  await database.execute(`DROP TABLE ${SAMPLE}`);
  const every = oneIn(candidates);
  return estimatePriors(
    comparisons,
    found.map((pattern) => times(pattern, every)),
    candidates.of,
    parameters,
  );
}

function oneIn(candidates: Candidates): number {
  return Math.max(1, Math.ceil(candidates.pairs / TRAINING_PAIRS));
}

function sampleOf(candidates: Candidates): string {
  return `(SELECT a, b FROM ${candidates.table} WHERE ${candidates.chance ?? 'hash(a, b)'} % ${oneIn(candidates)} = 0)`;
}

async function strataOf(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  compared: string,
): Promise<Stratum[]> {
  const independent = comparisons.map(() => undefined);
  const present = await database.rows(
    `SELECT stratum, count(*) / sum(weight) AS scale FROM ${compared} GROUP BY stratum ORDER BY stratum`,
  );
  const strata: Stratum[] = [];
  for (const row of present) {
    const comparison = numberIn(row, 'stratum');
    const own = `(SELECT * FROM ${compared} WHERE stratum = ${comparison})`;
    const summed = `(${sumUp(comparisons, own, independent, ['weight'])})`;
    const patterns = await patternsOf(database, summed, comparisons, 'weight');
    strata.push({ comparison, patterns: patterns.map((pattern) => times(pattern, numberIn(row, 'scale'))) });
  }
  return strata;
}

function times(pattern: Pattern, factor: number): Pattern {
  return { ...pattern, pairs: pattern.pairs * factor };
}
