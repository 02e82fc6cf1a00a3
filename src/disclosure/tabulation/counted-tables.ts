/** A category at a level of a dimension; null is the total. */
export type Place = { readonly level: number; readonly label: string } | null;

/** What a cell holds of a numeric column. */
export interface ValueCounts {
  readonly rows: number;
  readonly people: number;
  /** Of these, the rows whose value is not nothing, and the people who have such a row: a sum is of them alone. */
  readonly nonZero: { readonly rows: number; readonly people: number };
  readonly sum: number;
  /** What the people with the largest sums have, the largest first: ten at most. */
  readonly largest: readonly number[];
  readonly median: number | undefined;
}

export interface CountedCell {
  /** One place for each dimension of the table. */
  readonly at: readonly Place[];
  readonly rows: number;
  readonly people: number;
  /** By the names of the columns. */
  readonly values: Readonly<Record<string, ValueCounts>>;
}

export interface CountedDimension {
  /** The categories of the finest level that occur, and the label that each has at each level; none where it has none. */
  readonly categories: readonly (readonly (string | undefined)[])[];
  /** Whether nobody is in two categories: then people add up to totals, else they may be counted in several. */
  readonly exclusive: boolean;
}

/** Raw counts, not yet safe: nothing takes these but disclosure control. */
export interface CountedTables {
  readonly disclosure: 'counted';
  /** The same for the same rows of the same people, and for no others: a digest that names nobody. */
  readonly population: string;
  readonly dimensions: readonly CountedDimension[];
  /** For each table, every cell with a row in it, at every level. */
  readonly tables: readonly (readonly CountedCell[])[];
}
