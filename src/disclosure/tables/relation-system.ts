import type { SparseRows } from './sparse-rows.ts';

/**
 * What everybody knows of a set of tables before a number is printed: how the cells hang together. A column is a cell
 * (cells that count the same share one), or an unpublished part of some; a relation says that a weighted sum of columns
 * equals a total, most often that a total minus its parts is nothing.
 */
export interface RelationSystem {
  readonly columns: number;
  /** What a column can be at least and at most, as an attacker knows without seeing it; infinities allowed. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly relations: SparseRows;
  readonly totals: Float64Array;
  /** Whether every column is a whole number, as counts of people are. */
  readonly integral: boolean;
}
