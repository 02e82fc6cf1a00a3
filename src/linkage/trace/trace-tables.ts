import { quoteName } from '../../relation/print-sql.ts';

/** What a trace reads of PDS: subqueries or quoted names, ready to stand after FROM. */
export interface PdsTables {
  /**
   * Every record that resolves to somebody: `n`, its number; `person`, the person's current number; `is_current`;
   * `sensitive`; `family_name`, `given_name`, `other_given_name`, `born`, `gender`, `postcode`, null where PDS lacks them.
   */
  readonly records: string;
  /** Every record as PDS has it, invalid ones too: `n`, `replaced_by` (numbers), `confidentiality`, and the same demographics. */
  readonly all: string;
  /** `#superseded`, `#current` (see engine/succession.ts). */
  readonly succession: string;
  /** How many records there are. */
  readonly rows: number;
}

/** `row`, `person`, `superseded`, `sensitive`, `rank` (null if nothing confirms the number): participants whose number PDS knows. */
export const BY_NUMBER = quoteName('#trace by number');

/** Participants to find by what else is known, `row` and the fields: the residue, and samples whose number is withheld (`kind`, `truth`). */
export const SOUGHT = quoteName('#trace sought');

/** `a`, `b` (row numbers of records), `rules` (a bit each), `rule` (the first). */
export const CANDIDATES = quoteName('#trace candidates');

/** `a`, `b`, `pattern`, `weight`: candidates that were compared. */
export const SCORED = quoteName('#trace scored');

/** `row`, `person`, `is_same`: what people decided; see clerical.ts. */
export const DECISIONS = quoteName('#trace decisions');

/** One row a participant that the file adds; see {@link traceCohort}. */
export const TRACED = quoteName('#traced');
