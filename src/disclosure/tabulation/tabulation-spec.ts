/** Levels of a dimension: each category of the finest belongs to one of each coarser level, and to at most one group. */
export interface LevelSpec {
  readonly name: string;
  /** The column of the counted rows that holds it; none for a grouping, whose groups are listed. */
  readonly column: string | undefined;
  readonly groups: readonly { readonly label: string; readonly members: readonly string[] }[];
}

export interface DimensionSpec {
  readonly name: string;
  readonly title: string;
  /** What it is in the dataset: dimensions of the same meaning, in other tables or releases, are one. */
  readonly meaning: string;
  /** The finest level first. */
  readonly levels: readonly LevelSpec[];
  /** Categories that exist even where nobody is in them. */
  readonly values: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Whether figures by it may be national ones, shown as they are. */
  readonly national: boolean;
}

/** Measures have the name that data have, and the title that people read. */
export type MeasureSpec = { readonly name: string; readonly title: string } & (
  | { readonly kind: 'count'; readonly of: 'people' | 'rows' }
  /** `within`: the dimensions over which a whole is a total; none means all. */
  | { readonly kind: 'percentage'; readonly of: 'people' | 'rows'; readonly within: readonly string[] }
  | { readonly kind: 'rate'; readonly of: 'people' | 'rows'; readonly over: 'people' | 'rows'; readonly per: number }
  | { readonly kind: 'sum' | 'mean' | 'median'; readonly column: string; readonly from: string }
);

export interface TableSpec {
  readonly name: string;
  readonly title: string;
  /** The dimensions crossed, each with the numbers of the levels shown; the total comes by itself. */
  readonly by: readonly { readonly dimension: number; readonly levels: readonly number[] }[];
  /** The numbers of the measures shown. */
  readonly measures: readonly number[];
}

/** What is to be counted and shown: plain data, a part of the plan. */
export interface TabulationSpec {
  readonly title: string;
  /** What was counted: the dataset as people call it. */
  readonly source: string;
  /** Whether the rows are those of the whole nation, and the agreement lets national figures be shown as they are. */
  readonly national: boolean;
  readonly dimensions: readonly DimensionSpec[];
  readonly measures: readonly MeasureSpec[];
  readonly tables: readonly TableSpec[];
}

/** What rows without a value are counted as. */
export const NOT_KNOWN = 'Not known';
