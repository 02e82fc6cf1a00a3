import { quoteName } from '../../relation/print-sql.ts';
import type { FormerField } from '../standardise/history.ts';

/** What a trace reads of PDS: subqueries or quoted names, ready to stand after FROM. */
export interface PdsTables {
  /**
   * The valid records: `number` (text, ten digits where it is an NHS number), `is_current`, `sensitive`, `family_name`,
   * `given_name`, `other_given_name`, `born`, `gender`, `postcode`, and lists `former_family_name`, `former_postcode`, null
   * where PDS lacks them. Numbers stay the texts that they are, and whose those are that were superseded is not looked up,
   * since most of PDS is only held against a few people.
   */
  readonly records: string;
  /** Every record as PDS has it, invalid ones too: `n`, `replaced_by` (numbers), `is_current`, `confidentiality`, and the same demographics. */
  readonly all: string;
  /** `#superseded`, `#current` (see engine/succession.ts). */
  readonly succession: string;
  /** What of a record's history the source has. */
  readonly former: readonly FormerField[];
  /** How many records there are. */
  readonly rows: number;
}

/** SQL: an NHS number as PDS's `number` has it. */
export function numberText(number: string): string {
  return `lpad(CAST(${number} AS VARCHAR), 10, '0')`;
}

/** SQL: the NHS number that PDS's `number` is, or null. */
export function personOf(number: string): string {
  const digits = `TRY_CAST(${number} AS UBIGINT)`;
  return `CASE WHEN ${numberText(digits)} = ${number} THEN CAST(${digits} AS BIGINT) END`;
}

/** `row`, `person`, `superseded`, `sensitive`, `rank` (null if nothing confirms the number): participants whose number PDS knows. */
export const BY_NUMBER = quoteName('#trace by number');

/**
 * Participants to find by what else is known, `row`, `turn` and the fields: the residue, and samples whose number is
 * withheld (`kind`, `truth`).
 */
export const SOUGHT = quoteName('#trace sought');

/** Those of SOUGHT who are looked for at the time. */
export const BATCH = quoteName('#trace batch');

/** `row`, `person`, `rules` (a bit a rule), `rule` (the first): candidates of the batch. */
export const FOUND = quoteName('#trace found');

/** Records of the candidates of the batch: `person`, `sensitive`, and the fields that are compared. */
export const FETCHED = quoteName('#trace fetched');

/** `row`, `kind`, `person`, `weight`, `pattern`: candidates that were compared. */
export const RIVALS = quoteName('#trace rivals');

/** The same as FETCHED, of everybody who is a participant's best candidate or was decided for: nobody else can be linked. */
export const BEST_RECORDS = quoteName('#trace best records');

/** `row`, `person`, `is_same`: what people decided; see clerical.ts. */
export const DECISIONS = quoteName('#trace decisions');

/** One row a participant that the file adds; see {@link traceCohort}. */
export const TRACED = quoteName('#traced');
