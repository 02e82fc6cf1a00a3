import type { OptOutList, SourceRecord, SourceTable } from '../oracle/oracle-inputs.ts';
import type { Tree } from '../support/make-workspace.ts';

/** How a source is laid on disk. */
export interface SourceLayout {
  readonly format: 'csv' | 'parquet' | 'arrow';
  readonly delimiter: ',' | '|' | ';' | '\t';
  readonly lineEnd: '\n' | '\r\n';
  readonly byteOrderMark: boolean;
  /** Whether the header, or the schema, spells names in lower case. */
  readonly lowerCase: boolean;
  /** Whether the person key has another name in the file. */
  readonly renamed: boolean;
  /** Parquet and Arrow: dates and numbers in types of their own, where all values allow it. */
  readonly typed: boolean;
  readonly files: 1 | 2;
}

/** How the opt-out list is laid on disk. */
export interface ListLayout {
  readonly format: 'text' | 'parquet';
  /** As the national service writes it. */
  readonly commas: boolean;
  readonly header: boolean;
  readonly lineEnd: '\n' | '\r\n';
}

/** Everything that a release is made from, small enough to be looked at. */
export interface World {
  readonly sources: ReadonlyMap<string, { readonly table: SourceTable; readonly layout: SourceLayout }>;
  readonly optOuts: OptOutList & { readonly layout: ListLayout };
  readonly cohortFile: readonly (string | null)[] | undefined;
  readonly geography: readonly SourceRecord[];
  readonly agreement: Tree;
  readonly pipeline: Tree;
}
