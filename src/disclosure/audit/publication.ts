import type { RelationSystem } from '../tables/relation-system.ts';

/**
 * What anybody can read off a release: how its cells hang together, and what is printed of each. A shown column has one
 * value, a rounded one the range that rounds to what is printed, a hidden one no more than its symbol says. The true
 * counts are not in here, nor anything made from them but by printing: the auditor knows what an attacker knows.
 */
export interface Publication {
  readonly system: RelationSystem;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** What can be derived of a column. */
export interface Interval {
  readonly column: number;
  /** The truth lies within: an attacker can say at least this much. */
  readonly lower: number;
  readonly upper: number;
  /**
   * Tables that lead to the same publication are known in which the column has these values: no attacker can exclude
   * them, nor say more than that. Of counts these are tables of whole numbers; where some are too hard to find, the
   * inner ends lie within the outer ones, and what an attacker knows lies between.
   */
  readonly possibleLower: number;
  readonly possibleUpper: number;
}
