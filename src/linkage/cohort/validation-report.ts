import { quoteText } from '../../relation/print-sql.ts';
import { COHORT_FAULTS } from './cohort-tables.ts';

/** The faults that a row can have, and the rule that it breaks, in words for the applicant. */
export const CATEGORIES = {
  null: 'a mandatory value is missing',
  length: 'the value is longer than the template allows',
  'duplicate-reference': 'the reference stands in more than one row',
  status: 'the status is add or delete',
  'nhs-number': 'an NHS number has ten digits',
  gender: 'the gender is 0, 1, 2 or 9',
  date: 'a date is a day of the calendar, written year first: 1970-12-31, 1970/12/31 or 19701231',
  'birth-date-range': 'a date of birth lies between 1880 and today',
  'max-before-min': 'PERSON_MAX_DATE is no earlier than PERSON_MIN_DATE',
  'insufficient-information':
    'a trace needs an NHS number, a family name with given name or gender, or gender with postcode',
  'legal-basis': 'the legal basis is consent, section-251 or statutory, or empty',
} as const;
export type Category = keyof typeof CATEGORIES;

/** Why a whole file is refused. */
export interface FileProblem {
  readonly code: string;
  readonly message: string;
}

/** What became of a cohort file at intake; goes back to the applicant. Counts and rules, no value of any row. */
export interface ValidationReport {
  readonly format: 'dars-cohort-validation/1';
  readonly file: string;
  readonly sha256: string;
  readonly rows: number;
  readonly passed: number;
  readonly failed: number;
  /** Of those that passed. */
  readonly adds: number;
  readonly deletes: number;
  readonly problems: readonly FileProblem[];
  readonly categories: readonly { readonly category: Category; readonly rule: string; readonly rows: number }[];
  /** What is worth a look and no fault: numbers whose check digit is wrong are traced by what else is known. */
  readonly unchecked: { readonly checkDigit: number };
}

/**
 * The faults row by row, as a select: `row`, `column`, `category`, `rule`. Rows go by their number alone: the applicant
 * has the file, and a value in the wrong column may be anybody's.
 */
export function validationRows(): string {
  const rules = Object.entries(CATEGORIES).map(([category, rule]) => `(${quoteText(category)}, ${quoteText(rule)})`);
  return `SELECT f.row, f."column", f.category, r.rule FROM ${COHORT_FAULTS} f JOIN (VALUES ${rules.join(', ')}) r(category, rule) USING (category) ORDER BY f.row, f."column", f.category`;
}
