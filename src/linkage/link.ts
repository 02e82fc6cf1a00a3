import { quoteName } from '../relation/print-sql.ts';
import { type BlockLimits, block, blockLimits, type Candidates, type Sides } from './block/block.ts';
import { blockingKeys } from './block/blocking-keys.ts';
import { blockingRules } from './block/blocking-rules.ts';
import { readDecisions } from './clerical.ts';
import type { FieldSource } from './column-mapping.ts';
import { compareFields, levelsOf, sumUp } from './compare/compare-pairs.ts';
import { BIT, type Comparison, left as leftOf, right as rightOf } from './compare/comparison.ts';
import { comparisonsFor } from './compare/comparisons.ts';
import { addRarities, dropRarities, makeRarities } from './compare/rarity.ts';
import { type LinkageDatabase, numberIn, oneNumber } from './database.ts';
import { assignOneToOne, refuseClose } from './decide/assign.ts';
import { clusters, STRONGEST, type WeightedPairs } from './decide/cluster.ts';
import { type Model, modelOf, parametersOf } from './model.ts';
import type { Extras } from './standardise/feature-sql.ts';
import { sharedFeatures } from './standardise/shared-features.ts';
import type { SourceTable } from './standardise/source-table.ts';
import { type Records, standardise } from './standardise/standardise.ts';
import {
  FieldWeights,
  type Parameters,
  type PriorWeights,
  priorWeights,
  weightOfProbability,
} from './train/parameters.ts';
import { fitPriors, type Training, train } from './train/train.ts';

/** What to link: two tables, or one whose duplicates are sought. */
export interface LinkInput {
  readonly left: SourceTable;
  readonly right: SourceTable | undefined;
  /** The year in which two-digit years are read. */
  readonly thisYear: number;
  /** Takes these parameters, all but the prior, instead of learning them. */
  readonly model?: Model;
  /** What blocks may come to; by the size of the tables if not given. */
  readonly limits?: BlockLimits;
  /** A table of clerical decisions; see clerical.ts. */
  readonly decisions?: string;
  /** A probability; {@link DEFAULT_THRESHOLD} if not given. */
  readonly threshold?: number;
  /** Every compared pair of this probability is kept, accepted or not; where not given, those of one in a thousand. */
  readonly floor?: number;
  readonly observe: (step: LinkStep) => void;
}

export type LinkStep = 'standardise' | 'block' | 'train' | 'score' | 'decide';

/** What a linkage came to. Tables are quoted names. */
export interface Linkage {
  /** `a`, `b` (row numbers), `weight`, `accepted`: every compared pair above the floor, and every pair accepted. */
  readonly scored: string;
  readonly sides: Sides;
  readonly left: Records;
  readonly right: Records;
  readonly comparisons: readonly Comparison[];
  readonly candidates: Candidates;
  readonly training: Training | undefined;
  readonly parameters: Parameters;
  readonly model: Model;
  /** The weight from which pairs are accepted. */
  readonly threshold: number;
  readonly accepted: number;
  /** Pairs that people decided. */
  readonly decided: number;
}

/**
 * Linkage decides at this probability: from where a pair is more likely than not to be of one person. It was stated
 * before any data was seen, and is best for F1 where probabilities are true.
 */
export const DEFAULT_THRESHOLD = 0.5;

const SCORED = quoteName('#scored');
const BLOCKS: Extras = { texts: false, blocks: true };

/**
 * A linkage, whole: standardise; find pairs worth comparing; learn what agreement means, or take a model; weigh; decide.
 * Linking two tables gives every record one partner at most; within one table records are grouped, and every pair of a
 * group is accepted.
 */
export async function link(database: LinkageDatabase, input: LinkInput): Promise<Linkage> {
  input.observe('standardise');
  const left = await standardise(database, input.left, '#left', input.thisYear, BLOCKS);
  const right =
    input.right === undefined ? left : await standardise(database, input.right, '#right', input.thisYear, BLOCKS);
  const isOne = input.right === undefined;
  const sides: Sides = { left: left.table, right: right.table, isOne, leftRows: left.rows, rightRows: right.rows };
  const features = await sharedFeatures(database, left, right);
  const fields = fieldsOf(input);
  const comparisons = comparisonsFor(fields, features);
  const all = isOne ? [left] : [left, right];
  await makeRarities(database, comparisons, all);
  await addRarities(database, comparisons, left, isOne ? [leftOf, rightOf] : [leftOf]);
  if (!isOne) await addRarities(database, comparisons, right, [rightOf]);
  await dropRarities(database, comparisons);

  input.observe('block');
  const rules = blockingRules(blockingKeys(fields, features), left.rows + right.rows);
  const candidates = await block(database, sides, rules, input.limits ?? blockLimits(sides));

  input.observe('train');
  const training = input.model === undefined ? await train(database, comparisons, sides, candidates, sides) : undefined;
  const model =
    input.model ?? modelOf(comparisons, (training as Training).parameters, `${left.rows} and ${right.rows} records`);
  const given = parametersOf(model, comparisons);
  const parameters = await fitPriors(database, comparisons, sides, candidates, given, training !== undefined);

  input.observe('score');
  const floor = Math.min(-STRONGEST, weightOfProbability(input.floor ?? 0.5));
  await score(database, comparisons, sides, parameters, candidates.table, SCORED, floor);

  input.observe('decide');
  const decided = await decide(database, comparisons, sides, parameters, input, left, right);
  const threshold = weightOfProbability(input.threshold ?? DEFAULT_THRESHOLD);
  const accepted = isOne
    ? await acceptGroups(database, comparisons, sides, parameters, threshold)
    : await acceptPartners(database, sides, threshold);
  return {
    scored: SCORED,
    sides,
    left,
    right,
    comparisons,
    candidates,
    training,
    parameters,
    model,
    threshold,
    accepted,
    decided,
  };
}

/** Fields of both sides, in the order of the left. */
function fieldsOf({ left, right }: LinkInput): FieldSource['field'][] {
  const names = new Set((right ?? left).fields.map(({ field }) => field.name));
  return left.fields.map(({ field }) => field).filter(({ name }) => names.has(name));
}

/** Makes a table `a`, `b`, `pattern`, `weight`, `decided` (none yet) of the pairs that weigh more than `floor`. */
export async function score(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  parameters: Parameters,
  pairs: string,
  into: string,
  floor: number,
): Promise<void> {
  const compared = quoteName('#compared');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${compared} AS ${sumUp(comparisons, `(${compareFields(comparisons, pairs, sides)})`, parameters.dependence)}`,
  );
  const patterns = await database.numbers(`SELECT DISTINCT pattern FROM ${compared} ORDER BY pattern`, 1);
  const pattern = patterns[0] ?? new Float64Array();
  const fields = new FieldWeights(comparisons, parameters);
  const evidence = Array.from(pattern, (each) => fields.sum(levelsOf(each, comparisons)));
  await database.fill('#pattern weights', {
    pattern,
    w_personal: Float64Array.from(evidence, ({ personal }) => personal),
    w_household: Float64Array.from(evidence, ({ household }) => household),
    w_names: Float64Array.from(evidence, ({ names }) => names),
    w_twins: Float64Array.from(evidence, ({ twins }) => twins),
  });
  // As weightOf in train/parameters.ts, for every pair.
  const { prior, kin, namesakes } = priorsOf(parameters, sides);
  const shared = `(w_household + household / ${BIT}.0)`;
  const weight = `round(${prior} + w_personal + personal / ${BIT}.0 + ${shared} - log2(1 + pow(2, ${kin} + ${shared} + w_twins) + pow(2, ${namesakes} + w_names + names / ${BIT}.0)), 4)`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${into} AS SELECT * FROM (SELECT a, b, c.pattern, ${weight} AS weight, CAST(NULL AS DOUBLE) AS decided
     FROM ${compared} c JOIN "#pattern weights" w ON CAST(w.pattern AS BIGINT) = c.pattern) WHERE weight > ${floor}`,
  );
  await database.execute(`DROP TABLE ${compared}`);
}

/** The weights of what is known before a pair is looked at. */
export function priorsOf(parameters: Parameters, sides: Sides): PriorWeights {
  const priors = priorWeights(parameters);
  return { ...priors, prior: priors.prior + (sides.isOne ? 0 : roomForPartners(parameters.prior, sides)) };
}

/** How much of either side is thought to have a partner, at most: it is never quite sure that everybody has one. */
const MOST_PARTNERED = 0.95;

/**
 * What one-to-one linkage adds to the weight of a pair, in bits. Who is still free has fewer to choose from, and must have
 * somebody if nearly all have: the odds of a link between two free records are M / ((A - M)(B - M)) where M of A and of B
 * have partners (Sadinle, 2017), against M / (A B) for two records taken at random.
 */
function roomForPartners(prior: number, { leftRows, rightRows }: Sides): number {
  const matches = prior * leftRows * rightRows;
  const free = (rows: number): number => 1 - Math.min(MOST_PARTNERED, matches / Math.max(rows, 1));
  return -Math.log2(free(leftRows) * free(rightRows));
}

async function acceptPartners(
  database: LinkageDatabase,
  { leftRows, rightRows }: Sides,
  threshold: number,
): Promise<number> {
  const pairs = await weightedPairs(
    database,
    `WHERE coalesce(decided, weight) >= ${threshold} ORDER BY coalesce(decided, weight) DESC, a, b`,
  );
  const chosen = assignOneToOne(pairs, leftRows, rightRows);
  refuseClose(pairs, chosen, leftRows, rightRows, threshold);
  const keep = (values: Float64Array): Float64Array => values.filter((_, index) => chosen[index] === 1);
  return accept(database, keep(pairs.a), keep(pairs.b));
}

async function acceptGroups(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  parameters: Parameters,
  threshold: number,
): Promise<number> {
  const group = clusters(sides.leftRows, await weightedPairs(database, 'ORDER BY a, b'), threshold);
  const rid = group.map((_, index) => index);
  await database.fill('#groups', { rid, member: group });
  // Pairs of a group that no block found, or that weigh too little to have been kept, get their weight as well.
  const within = quoteName('#pairs within');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${within} AS SELECT CAST(x.rid AS INTEGER) AS a, CAST(y.rid AS INTEGER) AS b FROM "#groups" x JOIN "#groups" y USING (member) WHERE x.rid < y.rid`,
  );
  await score(
    database,
    comparisons,
    sides,
    parameters,
    `(SELECT * FROM ${within} ANTI JOIN ${SCORED} USING (a, b))`,
    quoteName('#scored within'),
    -1e9,
  );
  await database.execute(`INSERT INTO ${SCORED} SELECT * FROM "#scored within"`);
  const [a = new Float64Array(), b = new Float64Array()] = await database.numbers(`SELECT a, b FROM ${within}`, 2);
  return accept(database, a, b);
}

/** Marks pairs that people decided, and weighs those among them that no block found. Gives how many there are. */
async function decide(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  parameters: Parameters,
  { decisions }: LinkInput,
  left: Records,
  right: Records,
): Promise<number> {
  if (decisions === undefined) return 0;
  const decided = await readDecisions(database, decisions, left, right);
  const missing = `(SELECT a, b FROM ${decided} ANTI JOIN ${SCORED} USING (a, b))`;
  await score(database, comparisons, sides, parameters, missing, quoteName('#scored decided'), -1e9);
  await database.execute(`INSERT INTO ${SCORED} SELECT * FROM "#scored decided"`);
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${SCORED} AS SELECT a, b, pattern, weight, d.decided FROM ${SCORED} s LEFT JOIN ${decided} d USING (a, b)`,
  );
  return oneNumber(database, `SELECT count(*) FROM ${decided}`);
}

async function weightedPairs(database: LinkageDatabase, rest: string): Promise<WeightedPairs> {
  const [a, b, weight] = await database.numbers(
    `SELECT a, b, coalesce(decided, weight) AS weight FROM ${SCORED} ${rest}`,
    3,
  );
  return { a: a ?? new Float64Array(), b: b ?? new Float64Array(), weight: weight ?? new Float64Array() };
}

async function accept(database: LinkageDatabase, a: Float64Array, b: Float64Array): Promise<number> {
  await database.fill('#accepted', { a, b });
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${SCORED} AS SELECT s.*, x.a IS NOT NULL AS accepted FROM ${SCORED} s LEFT JOIN (SELECT CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM "#accepted") x USING (a, b)`,
  );
  const [row] = await database.rows(`SELECT count(*) FILTER (WHERE accepted) AS n FROM ${SCORED}`);
  return numberIn(row, 'n');
}
