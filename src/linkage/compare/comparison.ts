/** One of the ordered answers to how well a field of two records agrees. */
export interface Level {
  /** Unique within the comparison; part of the model. */
  readonly label: string;
  /** SQL over columns `l_…` and `r_…`, and what {@link Comparison.derived} gives; first that holds is the level. */
  readonly when: string;
  /**
   * SQL of how rare the agreed value is, in sixty-fourths of a bit. Such a level weighs what its value is worth: agreeing
   * on Smith proves less than agreeing on Featherstonehaugh.
   */
  readonly rarity?: string;
  /** What share of true pairs is thought to be here before anything is known. Shares of a comparison add up to 1. */
  readonly expected: number;
}

/** How one field of two records is compared. Level 0 of a pair means that nothing can be said: a value is missing. */
export interface Comparison {
  /** The field's name. */
  readonly name: string;
  /** Features that it reads, of both records. */
  readonly features: readonly string[];
  /** Tables to look a pair up in, joined to `l` and `r`: at most one row for a pair, or none. */
  readonly lookups?: readonly { readonly join: string; readonly column: string; readonly sql: string }[];
  /** Columns to compute first, in steps: each may use those before it. */
  readonly derived: readonly Readonly<Record<string, string>>[];
  /** SQL: whether nothing can be said. */
  readonly missing: string;
  readonly levels: readonly Level[];
  /**
   * Fields that share a cause can agree together though the people are strangers: neighbours share outcode and town, a
   * given name tells the sex. See train/dependence.ts.
   */
  readonly cause?: 'place' | 'sex';
  /** Whether people of one household have it in common. */
  readonly isShared?: boolean;
  /** Whether it is part of a person's name, which namesakes have in common. */
  readonly isName?: boolean;
}

/** Weights in SQL are whole sixty-fourths of a bit, so that their sums don't depend on the order of rows. */
export const BIT = 64;

export const left = (feature: string): string => `l_${feature}`;
export const right = (feature: string): string => `r_${feature}`;
/** {@link left} or {@link right}: what a feature of one of two records is called. */
export type Side = (feature: string) => string;

/** Whether comparisons read a column of {@link left} or {@link right}. */
export function mentions(comparisons: readonly Comparison[], column: string): boolean {
  const word = new RegExp(`\\b${column}\\b`);
  return comparisons.some(({ missing, derived, levels }) =>
    [
      missing,
      ...derived.flatMap((step) => Object.values(step)),
      ...levels.flatMap(({ when, rarity }) => [when, rarity ?? '']),
    ].some((sql) => word.test(sql)),
  );
}

/** The feature that holds how rare a value of a feature is. */
export const rarityOf = (feature: string): string => `${feature}_bits64`;
