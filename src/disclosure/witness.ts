import { quoteName } from '../relation/print-sql.ts';
import type { AirlockTables, Query } from './airlock-tables.ts';

/**
 * Who stands behind each token, by their current PDS record: `w_token`, `number`, `postcode` without blanks, `born`;
 * `family` and `given` as words between blanks (` VAN DER BERG `), `family_word` and `given_word`, the longest of those.
 */
export const WITNESS = quoteName('#airlock witness');

/** The same of their superseded records, where these say something else: few, and more than one row a person. */
export const FORMER = quoteName('#airlock former');

/** Every name once: `name` as PDS has it, `words`, and `word`, the longest of them. */
export const NAMES = quoteName('#airlock names');

/** PDS records of these people as they stand, until the others are made of them. */
const RECORDS = quoteName('#airlock records');

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
  await query(
    `CREATE OR REPLACE TEMP TABLE ${RECORDS} AS
     SELECT k.*, family_name, given_name, nullif(replace(upper(postcode), ' ', ''), '') AS postcode, date_of_birth AS born
     FROM (${people}) k JOIN ${pds} p ON p.nhs_number = k.number`,
  );
  const longest = `list_reverse_sort([{ 'n': length(x), 'w': x } for x in string_split(trim(words), ' ')])[1].w`;
  await query(
    `CREATE OR REPLACE TEMP TABLE ${NAMES} AS SELECT *, ${longest} AS word FROM (
       SELECT name, ${asWords('name')} AS words FROM (SELECT family_name AS name FROM ${RECORDS} UNION SELECT given_name FROM ${RECORDS})
       WHERE regexp_matches(name, '\\p{L}{2}'))`,
  );
  const named = (records: string): string =>
    `SELECT r.w_token, r.number, r.postcode, r.born, f.words AS family, f.word AS family_word, g.words AS given, g.word AS given_word
     FROM (${records}) r LEFT JOIN ${NAMES} f ON r.family_name = f.name LEFT JOIN ${NAMES} g ON r.given_name = g.name`;
  const other = (name: string): string =>
    `CASE WHEN f.${name} IS DISTINCT FROM r.${name} THEN f.${name} END AS ${name}`;
  const former = `SELECT f.w_token, f.number, ${other('family_name')}, ${other('given_name')}, ${other('postcode')}, CAST(NULL AS DATE) AS born
    FROM ${RECORDS} f JOIN ${RECORDS} r ON f.w_token = r.w_token AND r.is_current WHERE NOT f.is_current`;
  await query(`CREATE OR REPLACE TEMP TABLE ${FORMER} AS ${named(former)}`);
  await query(`CREATE OR REPLACE TEMP TABLE ${WITNESS} AS ${named(`SELECT * FROM ${RECORDS} WHERE is_current`)}`);
  await query(`DROP TABLE ${RECORDS}`);
}

export async function dropWitnesses(query: Query): Promise<void> {
  for (const table of [WITNESS, FORMER, NAMES, RECORDS]) await query(`DROP TABLE IF EXISTS ${table}`);
}
