import type { ComparedTraces } from './compare-traces.ts';
import { numberText, TRACED } from './trace-tables.ts';

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
  '91': 'the number’s record is invalid',
  '92': 'found, sensitive record',
  '96': 'not enough data',
  '97': 'several close matches',
  '98': 'not found',
};

/** What a match file has besides where two profiles were compared. */
const COMPARED_COLUMNS = {
  OTHER_MATCH_RANK: 'other_match_rank',
  OTHER_MATCH_STEP: 'other_match_step',
  OTHER_ERROR_SUCCESS_CODE: 'other_code',
  AGREEMENT: 'agreement',
} as const;

/** The match file of a trace by hand, one row a participant, in the order of the cohort file. */
export function matchRows(withNumbers: boolean, compared?: ComparedTraces): string {
  const number = (person: string, as: string): string[] =>
    withNumbers ? [`${numberText(`t.${person}`)} AS ${as}`] : [];
  const named = (columns: Readonly<Record<string, string>>): string[] =>
    Object.entries(columns).map(([name, column]) => `t.${column} AS ${name}`);
  const own = [...number('person', 'MATCHED_NHS_NO'), ...named(MATCH_COLUMNS)];
  const other =
    compared === undefined ? [] : [...number('other_person', 'OTHER_MATCHED_NHS_NO'), ...named(COMPARED_COLUMNS)];
  return `SELECT t.study_id AS UNIQUE_REFERENCE, ${[...own, ...other].join(', ')} FROM ${compared?.rows ?? TRACED} t ORDER BY t.row`;
}
