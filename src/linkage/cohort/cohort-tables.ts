import { quoteName } from '../../relation/print-sql.ts';

/**
 * Rows of a cohort file without a fault: `row` (from 1, the header not counted), `study_id`, `adds`, `nhs`,
 * `family_name`, `given_name`, `other_given_name`, `gender`, `born`, `postcode`, `from_day`, `to_day`, `legal_basis`.
 */
export const COHORT = quoteName('#cohort rows');

/** `row`, `column`, `category`: one row a fault. */
export const COHORT_FAULTS = quoteName('#cohort faults');
