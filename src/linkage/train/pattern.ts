import { levelsOf } from '../compare/compare-pairs.ts';
import { BIT, type Comparison } from '../compare/comparison.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';

/** Pairs that agree alike: the level of each comparison, and how rare the values are that agree, in bits. */
export interface Pattern {
  readonly levels: readonly number[];
  /** Of fields that a household shares, and of the others; and of names, which are among both. */
  readonly rarity: { readonly household: number; readonly personal: number; readonly names: number };
  /** How many pairs, or what they weigh in a sample. */
  readonly pairs: number;
}

/** Rarities are grouped by so many bits. */
const BAND = 2 * BIT;

/**
 * The patterns of compared pairs, in order. Rarities are banded for grouping, and their means within a group are exact,
 * so nothing depends on the order of rows. `weight` is SQL of what a pair counts for.
 */
export async function patternsOf(
  database: LinkageDatabase,
  compared: string,
  comparisons: readonly Comparison[],
  weight = '1',
): Promise<Pattern[]> {
  const mean = (column: string): string => `sum(CAST(${column} AS BIGINT)) / count(*) AS ${column}`;
  const rows = await database.rows(
    `SELECT pattern, household // ${BAND} AS band, personal // ${BAND} AS other_band, sum(${weight}) AS weight, ${mean('household')}, ${mean('personal')}, ${mean('names')}
     FROM ${compared} GROUP BY pattern, band, other_band ORDER BY pattern, band, other_band`,
  );
  return rows.map((row) => ({
    levels: levelsOf(numberIn(row, 'pattern'), comparisons),
    rarity: {
      household: numberIn(row, 'household') / BIT,
      personal: numberIn(row, 'personal') / BIT,
      names: numberIn(row, 'names') / BIT,
    },
    pairs: numberIn(row, 'weight'),
  }));
}
