import { quoteName } from '../relation/print-sql.ts';
import type { AirlockTables, Query } from './airlock-tables.ts';

/**
 * Who stands behind each token, by their current PDS record: `w_token`, `number`, `postcode` without blanks, `born`;
 * `family` and `given` as words between blanks (` VAN DER BERG `), `family_word` and `given_word`, the longest of those.
 */
export const WITNESS = quoteName('#airlock witness');

/** The same of their superseded records, where these say something else: few, and more than one row a person. */
export const FORMER = quoteName('#airlock former');

/** `word`: every word of somebody's name. */
export const NAME_WORDS = quoteName('#airlock names');

/** A text in upper case as words between blanks; digits belong to words. */
export function asWords(text: string): string {
  return `(' ' || regexp_replace(upper(${text}), '[^\\p{L}\\p{N}]+', ' ', 'g') || ' ')`;
}

/** The same where digits part words as well. */
export function asLetters(text: string): string {
  return `(' ' || regexp_replace(upper(${text}), '[^\\p{L}]+', ' ', 'g') || ' ')`;
}

/** Makes the three tables: PDS is scanned once, and only the people of this output are kept of it. */
export async function callWitnesses({ tokens, succession, pds }: AirlockTables, query: Query): Promise<void> {
  const ten = (number: string): string => `lpad(CAST(${number} AS VARCHAR), 10, '0')`;
  const people = `SELECT "#token" AS w_token, true AS is_current, ${ten('"#person"')} AS number FROM ${tokens}
    UNION ALL SELECT t."#token", false, ${ten('s."#superseded"')} FROM ${succession} s JOIN ${tokens} t ON s."#root" = t."#person"`;
  const named = (name: string): string => `CASE WHEN regexp_matches(${name}, '\\p{L}{2}') THEN ${asWords(name)} END`;
  await query(
    `CREATE OR REPLACE TEMP TABLE ${WITNESS} AS
     SELECT k.*, ${named('family_name')} AS family, ${named('given_name')} AS given,
            nullif(replace(upper(postcode), ' ', ''), '') AS postcode, date_of_birth AS born
     FROM (${people}) k JOIN ${pds} p ON p.nhs_number = k.number`,
  );
  const word = (name: string): string =>
    `list_reverse_sort([{ 'n': length(x), 'w': x } for x in string_split(trim(${name}), ' ')])[1].w AS ${name}_word`;
  const other = (name: string): string =>
    `CASE WHEN f.${name} IS DISTINCT FROM w.${name} THEN f.${name} END AS ${name}`;
  await query(
    `CREATE OR REPLACE TEMP TABLE ${FORMER} AS SELECT *, ${word('family')}, ${word('given')} FROM (
       SELECT f.w_token, f.number, ${other('family')}, ${other('given')}, ${other('postcode')}, CAST(NULL AS DATE) AS born
       FROM ${WITNESS} f JOIN ${WITNESS} w ON f.w_token = w.w_token AND w.is_current WHERE NOT f.is_current)`,
  );
  await query(
    `CREATE OR REPLACE TEMP TABLE ${WITNESS} AS SELECT * EXCLUDE (is_current), ${word('family')}, ${word('given')} FROM ${WITNESS} WHERE is_current`,
  );
  const names = [WITNESS, FORMER].flatMap((table) => [
    `SELECT family AS name FROM ${table}`,
    `SELECT given FROM ${table}`,
  ]);
  await query(
    `CREATE OR REPLACE TEMP TABLE ${NAME_WORDS} AS SELECT DISTINCT unnest(string_split(trim(name), ' ')) AS word FROM (SELECT DISTINCT name FROM (${names.join(' UNION ALL ')}))`,
  );
}

export async function dropWitnesses(query: Query): Promise<void> {
  for (const table of [WITNESS, FORMER, NAME_WORDS]) await query(`DROP TABLE IF EXISTS ${table}`);
}
