import { COHORT } from '../cohort/cohort-tables.ts';
import { TRACED } from './trace-tables.ts';

/** The columns of a match file, by the names that the Master Person Service has for them, and where they come from. */
export const MATCH_COLUMNS = {
  MATCH_RANK: 'match_rank',
  MATCH_STEP: 'match_step',
  MATCHED_ALGORITHM_INDICATOR: 'indicator',
  MATCHED_CONFIDENCE_PERCENTAGE: 'confidence',
  GIVEN_NAME_SCORE_PERC: 'given_name_score',
  FAMILY_NAME_SCORE_PERC: 'family_name_score',
  DOB_SCORE_PERC: 'dob_score',
  GENDER_SCORE_PERC: 'gender_score',
  POSTCODE_SCORE_PERC: 'postcode_score',
  MATCH_WEIGHT: 'weight',
  MATCH_PROBABILITY: 'probability',
  MATCHABILITY: 'matchability',
  MATCH_GAP: 'gap',
  ERROR_SUCCESS_CODE: 'code',
} as const;

/** What each code means (Master Person Service; 97 is also said of a person whom two participants lead to). */
export const CODES: Readonly<Record<string, string>> = {
  '00': 'found',
  '90': 'found by a number that was superseded',
  '92': 'found, sensitive record',
  '96': 'not enough data',
  '97': 'several close matches',
  '98': 'not found',
};

/** The match file of a trace by hand, one row a participant, in the order of the cohort file. */
export function matchRows(withNumbers: boolean): string {
  const columns = Object.entries(MATCH_COLUMNS).map(([name, column]) => `t.${column} AS ${name}`);
  const number = withNumbers ? [`lpad(CAST(t.person AS VARCHAR), 10, '0') AS MATCHED_NHS_NO`] : [];
  return `SELECT t.study_id AS UNIQUE_REFERENCE, ${[...number, ...columns].join(', ')} FROM ${TRACED} t JOIN ${COHORT} c USING (row) ORDER BY t.row`;
}
