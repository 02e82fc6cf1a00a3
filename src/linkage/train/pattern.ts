import { levelsOf } from '../compare/compare-pairs.ts';
import { BIT, type Comparison } from '../compare/comparison.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';

/** Pairs that agree alike: the level of each comparison, and how rare the values are that agree, in bits. */
export interface Pattern {
  readonly levels: readonly number[];
  readonly rarity: number;
  /** How many pairs, or what they weigh in a sample. */
  readonly pairs: number;
}

/**
 * The patterns of compared pairs, in order. Rarity is rounded to bits for grouping, and its mean within a group is exact,
 * so nothing depends on the order of rows. `weight` is SQL of what a pair counts for.
 */
export async function patternsOf(
  database: LinkageDatabase,
  compared: string,
  comparisons: readonly Comparison[],
  weight = '1',
): Promise<Pattern[]> {
  const rows = await database.rows(
    `SELECT pattern, rarity // ${BIT} AS band, sum(${weight}) AS weight, sum(CAST(rarity AS BIGINT)) / count(*) AS rarity
     FROM ${compared} GROUP BY pattern, band ORDER BY pattern, band`,
  );
  return rows.map((row) => ({
    levels: levelsOf(numberIn(row, 'pattern'), comparisons),
    rarity: numberIn(row, 'rarity') / BIT,
    pairs: numberIn(row, 'weight'),
  }));
}
