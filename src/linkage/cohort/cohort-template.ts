import type { cohortIdentifiers } from '../../agreement/agreement-schema.ts';

/** An identifier that an agreement may let a cohort file hold. */
export type CohortIdentifier = (typeof cohortIdentifiers)[number];

/** A column of the template that applicants fill in (NHS England's guidance for cohort files). */
export interface TemplateColumn {
  readonly name: string;
  /** The most characters that a value has. */
  readonly length: number;
  readonly isMandatory: boolean;
  /** What it tells of a person; undefined for what the applicant made up. */
  readonly identifier?: CohortIdentifier;
}

const address = [1, 2, 3, 4, 5].map(
  (line): TemplateColumn => ({
    name: `ADDRESS_LINE${line}`,
    length: 100,
    isMandatory: false,
    identifier: 'address',
  }),
);

/** Every column that the header must have, used or not. */
export const COHORT_TEMPLATE: readonly TemplateColumn[] = [
  { name: 'UNIQUE_REFERENCE', length: 100, isMandatory: true },
  { name: 'STATUS', length: 6, isMandatory: true },
  { name: 'NHS_NO', length: 12, isMandatory: false, identifier: 'nhs_number' },
  { name: 'FAMILY_NAME', length: 40, isMandatory: false, identifier: 'family_name' },
  { name: 'GIVEN_NAME', length: 40, isMandatory: false, identifier: 'given_name' },
  { name: 'OTHER_GIVEN_NAME', length: 100, isMandatory: false, identifier: 'other_given_name' },
  { name: 'GENDER', length: 1, isMandatory: false, identifier: 'gender' },
  { name: 'DATE_OF_BIRTH', length: 10, isMandatory: true, identifier: 'date_of_birth' },
  { name: 'POSTCODE', length: 8, isMandatory: false, identifier: 'postcode' },
  ...address,
  { name: 'PERSON_MIN_DATE', length: 10, isMandatory: false },
  { name: 'PERSON_MAX_DATE', length: 10, isMandatory: false },
];

/** May be added: what lifts the duty of confidentiality for this participant, where a study has several grounds. */
export const LEGAL_BASIS: TemplateColumn = { name: 'LEGAL_BASIS', length: 11, isMandatory: false };

/** The most rows that a file may have. */
export const MOST_ROWS = 1_000_000;

/** `Unique Reference`, `unique-reference` -> `UNIQUE_REFERENCE`. */
export function templateSpelling(name: string): string {
  return name
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
}
