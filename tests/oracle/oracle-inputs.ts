import type { Secret } from '../../src/kernel/secret.ts';

/** One record of a source as it lies there: text, or null where there is nothing. */
export type SourceRecord = Readonly<Record<string, string | null>>;

/** A source whole, in memory. Columns are spelt as the catalogue spells them; the source lacks those not listed. */
export interface SourceTable {
  readonly columns: readonly string[];
  readonly records: readonly SourceRecord[];
}

export interface OptOutList {
  readonly mode: 'deny-list' | 'keep-list';
  readonly numbers: readonly string[];
  /** Of a keep-list: the numbers asked about, where the request is at hand. */
  readonly request: readonly string[] | undefined;
}

/** Everything that a plan is interpreted over. */
export interface OracleInputs {
  /** PDS among them. */
  readonly sources: ReadonlyMap<string, SourceTable>;
  readonly optOuts: OptOutList | undefined;
  /** The numbers of the cohort file, where the plan has one. */
  readonly cohortFile: readonly (string | null)[] | undefined;
  /** `lsoa`, `msoa`, `local_authority`, `region`. */
  readonly geography: readonly SourceRecord[];
  /** Of the agreement. */
  readonly key: Secret<Uint8Array>;
}
