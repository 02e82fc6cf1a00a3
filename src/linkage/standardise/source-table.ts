import type { FieldSource } from '../column-mapping.ts';

/** A table as it comes: columns of text, and lists of text for what has a history. */
export interface SourceTable {
  /** How messages call it. */
  readonly label: string;
  /** Its name in the database. */
  readonly table: string;
  /** The column that identifies a row; undefined for its number, from 1. */
  readonly id: string | undefined;
  readonly fields: readonly FieldSource[];
  /** Columns that hold lists of texts. */
  readonly lists: ReadonlySet<string>;
  /** Whether rows of one identifier are one person's over time, and what they are ordered by, if not as they stand. */
  readonly history?: { readonly orderedBy: string | undefined };
  /** Whether its identifiers are known to be there, each once: then they are not checked, and `rid` is in the order of rows. */
  readonly hasPlainIds?: boolean;
}
