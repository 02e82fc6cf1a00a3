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

/** What can be derived of a column: it is in here, and nobody can say more. */
export interface Interval {
  readonly column: number;
  readonly lower: number;
  readonly upper: number;
  /**
   * Whether tables of whole numbers are known that reach both ends. Where not (it was too hard to say), the ends are
   * right in the sense that the truth lies between them, and an attacker may know a little more than they say.
   */
  readonly attained: boolean;
}
