import type { OutputColumn } from '../plan/plan.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import { type SentField, sentColumn } from './trace-participants.ts';

/** What an applicant sends of whom they know as a column of PDS. */
const SENT_AS: Readonly<Record<string, SentField>> = {
  nhs_number: 'nhs',
  family_name: 'family_name',
  given_name: 'given_name',
  other_given_name: 'other_given_name',
  gender: 'gender',
  date_of_birth: 'born',
  postcode: 'postcode',
};

/**
 * SQL: the names of the report's columns in which PDS has another value than the applicant sent, with blanks between
 * them; null where there are none. What was not sent, is derived or is withheld is not compared. Case, blanks and
 * hyphens make no difference.
 */
export function differs(columns: readonly OutputColumn[]): string {
  const parts = columns.flatMap(({ name, from, as }) => {
    const sent = SENT_AS[from];
    if (sent === undefined || as !== undefined) return [];
    const theirs = `s.${quoteName(sentColumn(sent))}`;
    const ours = `r.${quoteName(name)}`;
    return [`CASE WHEN ${folded(theirs)} <> ${folded(ours)} THEN ${quoteText(name)} END`];
  });
  return parts.length === 0 ? 'CAST(NULL AS VARCHAR)' : `nullif(concat_ws(' ', ${parts.join(', ')}), '')`;
}

const folded = (sql: string): string => `regexp_replace(upper(CAST(${sql} AS VARCHAR)), '[ -]', '', 'g')`;
