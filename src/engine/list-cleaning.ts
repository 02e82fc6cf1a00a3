import type { OutputColumn } from '../plan/plan.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import { dayOfText, type SentColumn, sentColumn } from './load-members.ts';

/** The column of an upload that a column of PDS is held against. */
const SENT_AS: Readonly<Record<string, SentColumn>> = {
  nhs_number: 'NHS_NO',
  family_name: 'FAMILY_NAME',
  given_name: 'GIVEN_NAME',
  other_given_name: 'OTHER_GIVEN_NAME',
  gender: 'GENDER',
  date_of_birth: 'DATE_OF_BIRTH',
  postcode: 'POSTCODE',
  address_line_1: 'ADDRESS_LINE1',
  address_line_2: 'ADDRESS_LINE2',
  address_line_3: 'ADDRESS_LINE3',
  address_line_4: 'ADDRESS_LINE4',
  address_line_5: 'ADDRESS_LINE5',
};

/**
 * SQL: the names of the report's columns in which PDS has another value than the applicant sent, with blanks between
 * them; null where there are none. What was not sent, is derived or is withheld is not compared. Case, blanks and the
 * hyphens of NHS numbers make no difference.
 */
export function differs(columns: readonly OutputColumn[]): string {
  const parts = columns.flatMap(({ name, from, as }) => {
    const sent = SENT_AS[from];
    if (sent === undefined || as !== undefined) return [];
    const theirs = `s.${quoteName(sentColumn(sent))}`;
    const ours = `r.${quoteName(name)}`;
    const other =
      from === 'date_of_birth'
        ? `${dayOfText(theirs)} IS DISTINCT FROM ${ours}`
        : `${folded(theirs)} <> ${folded(ours)}`;
    return [
      `CASE WHEN trim(coalesce(${theirs}, '')) <> '' AND ${ours} IS NOT NULL AND ${other} THEN ${quoteText(name)} END`,
    ];
  });
  return parts.length === 0 ? 'CAST(NULL AS VARCHAR)' : `nullif(concat_ws(' ', ${parts.join(', ')}), '')`;
}

const folded = (sql: string): string => `regexp_replace(upper(CAST(${sql} AS VARCHAR)), '[ -]', '', 'g')`;
