import { quoteText } from '../relation/print-sql.ts';
import { compareFields } from './compare/compare-pairs.ts';
import { BIT } from './compare/comparison.ts';
import { type LinkageDatabase, numberIn } from './database.ts';
import { type Linkage, priorsOf } from './link.ts';
import { FieldWeights, probabilityOf, weightOf } from './train/parameters.ts';

/** One bar of a waterfall. */
export interface Contribution {
  /** `prior`, a field's name, `relatives` or `namesakes`. */
  readonly part: string;
  /** How the field agrees, or what the bar means. */
  readonly says: string;
  readonly bits: number;
}

/** Why a pair weighs what it weighs: bars that add up to the weight. No value of either record is in it. */
export interface Explanation {
  readonly contributions: readonly Contribution[];
  readonly weight: number;
  readonly probability: number;
}

/** Explains a pair by row numbers, whether or not it was a candidate. */
export async function explain(database: LinkageDatabase, linkage: Linkage, a: number, b: number): Promise<Explanation> {
  const { comparisons, sides, parameters } = linkage;
  const pair = `(SELECT ${a} AS a, ${b} AS b)`;
  const [row] = await database.rows(compareFields(comparisons, pair, sides));
  if (row === undefined) throw new Error('a pair of no records was to be explained');
  const levels = comparisons.map((_, index) => numberIn(row, `g${index}`));
  const weights = new FieldWeights(comparisons, parameters);
  const priors = priorsOf(parameters, sides);
  const evidence = { household: 0, personal: 0, names: 0, twins: weights.sum(levels).twins };
  const fields = comparisons.map(({ name, levels: labels, isShared, isName }, index): Contribution => {
    const level = levels[index] ?? 0;
    const rarity = explainedRarity(numberIn(row, `v${index}`), levels, linkage, index);
    const bits = weights.of(levels, index) + rarity;
    if (isShared === true) evidence.household += bits;
    else evidence.personal += bits;
    if (isName === true) evidence.names += bits;
    return { part: name, says: level === 0 ? 'missing' : (labels[level - 1]?.label ?? ''), bits };
  });
  const weight = weightOf(evidence, priors);
  const sum = priors.prior + evidence.personal + evidence.household;
  const relatives = weightOf(evidence, { ...priors, namesakes: Number.NEGATIVE_INFINITY }) - sum;
  return {
    contributions: [
      { part: 'prior', says: 'before anything is known', bits: priors.prior },
      ...fields,
      { part: 'relatives', says: 'what a household shares proves no more than a household', bits: relatives },
      { part: 'namesakes', says: 'a name proves no more than a name', bits: weight - sum - relatives },
    ],
    weight,
    probability: probabilityOf(weight),
  };
}

/** The row numbers of two records by their identifiers; undefined where one is not there. */
export async function rowsOfPair(
  database: LinkageDatabase,
  { left, right, sides }: Linkage,
  [a, b]: readonly string[],
): Promise<{ readonly a: number; readonly b: number } | undefined> {
  if (a === undefined || b === undefined) return undefined;
  const [row] = await database.rows(
    `SELECT (SELECT rid FROM ${left.table} WHERE id = ${quoteText(a.trim())}) AS a, (SELECT rid FROM ${right.table} WHERE id = ${quoteText(b.trim())}) AS b`,
  );
  if (row === undefined || row['a'] === null || row['b'] === null) return undefined;
  const [x, y] = [numberIn(row, 'a'), numberIn(row, 'b')];
  return sides.isOne && x > y ? { a: y, b: x } : { a: x, b: y };
}

/** As `sumUp` in compare/compare-pairs.ts has it: less where the agreement of another field explains this one's. */
function explainedRarity(rarity: number, levels: readonly number[], { parameters }: Linkage, index: number): number {
  const depends = parameters.dependence[index];
  const parentLevel = depends === undefined ? 0 : (levels[depends.parent] ?? 0);
  const copied = parentLevel === 0 ? 0 : (depends?.copied[parentLevel - 1] ?? 0);
  if (copied < 1e-6 || rarity === 0) return rarity / BIT;
  return Math.round(-BIT * Math.log2(copied + (1 - copied) * 2 ** (-rarity / BIT))) / BIT;
}
