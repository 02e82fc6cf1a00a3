import type { RelationSystem } from '../tables/relation-system.ts';

/**
 * `primary`: too small or too telling to be shown. `open`: may be hidden so that others can't be derived.
 * `fixed`: shown whatever happens.
 */
export type CellStatus = 'primary' | 'open' | 'fixed';

/** How far an attacker's interval must reach below and above the true value, and how wide it must be at least. */
export interface Protection {
  readonly below: number;
  readonly above: number;
  readonly width: number;
}

/** A cell as a file lists it. Several may share a column: they count the same, and are hidden or shown together. */
export interface InstanceCell {
  readonly name: string;
  readonly column: number;
  readonly value: number;
  /** What the file says that it costs to hide the cell. */
  readonly weight: number | undefined;
  readonly status: CellStatus;
  readonly protection: Protection;
  /** Whether the file's own pattern hides it. */
  readonly hidden: boolean;
}

/** Tables with their true counts, as somebody's file gives them. */
export interface Instance {
  readonly form: 'jj' | 'grid' | 'linked';
  readonly cells: readonly InstanceCell[];
  readonly system: RelationSystem;
  /** The true value of every column, unpublished ones among them. */
  readonly values: Float64Array;
  /** What was read otherwise than the file says it, a sentence each. */
  readonly notes: readonly string[];
}
