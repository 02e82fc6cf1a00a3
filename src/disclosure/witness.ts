import { quoteName } from '../relation/print-sql.ts';
import { type AirlockTables, PERSONAL_NAMES, type Query } from './airlock-tables.ts';

/**
 * Who stands behind each token, by their current PDS record: `w_token`, `number`, `postcode` without blanks, `born`;
 * each of the names as words between blanks (` VAN DER BERG `), and with `_word` after it the longest of those.
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

/** Read as a number, which is the sooner compared: most are ten digits as they stand. */
function asInteger(nhsNumber: string): string {
  return `coalesce(TRY_CAST(${nhsNumber} AS BIGINT), TRY_CAST(replace(replace(${nhsNumber}, ' ', ''), '-', '') AS BIGINT))`;
}

/** Makes the three tables: PDS is scanned once, and only the people of this output are kept of it. */
export async function callWitnesses({ tokens, succession, pds }: AirlockTables, query: Query): Promise<void> {
  const ten = (number: string): string => `lpad(CAST(${number} AS VARCHAR), 10, '0')`;
  const people = `SELECT "#token" AS w_token, true AS is_current, "#person" AS n FROM ${tokens}
    UNION ALL SELECT t."#token", false, s."#superseded" FROM ${succession} s JOIN ${tokens} t ON s."#root" = t."#person"`;
  await query(
    `CREATE OR REPLACE TEMP TABLE ${RECORDS} AS
     SELECT w_token, is_current, ${ten('k.n')} AS number, ${PERSONAL_NAMES.join(', ')},
            nullif(replace(upper(postcode), ' ', ''), '') AS postcode, date_of_birth AS born
     FROM (${people}) k JOIN (SELECT *, ${asInteger('nhs_number')} AS n FROM ${pds}) p ON p.n = k.n`,
  );
  const longest = `list_reverse_sort([{ 'n': length(x), 'w': x } for x in string_split(trim(words), ' ')])[1].w`;
  await query(
    `CREATE OR REPLACE TEMP TABLE ${NAMES} AS SELECT *, ${longest} AS word FROM (
       SELECT name, ${asWords('name')} AS words FROM (${PERSONAL_NAMES.map((name) => `SELECT ${name} AS name FROM ${RECORDS}`).join(' UNION ')})
       WHERE regexp_matches(name, '\\p{L}{2}'))`,
  );
  const named = (records: string): string =>
    `SELECT r.w_token, r.number, r.postcode, r.born, ${PERSONAL_NAMES.map((name) => `${name}_n.words AS ${name}, ${name}_n.word AS ${name}_word`).join(', ')}
     FROM (${records}) r ${PERSONAL_NAMES.map((name) => `LEFT JOIN ${NAMES} ${name}_n ON r.${name} = ${name}_n.name`).join(' ')}`;
  const other = (name: string): string =>
    `CASE WHEN f.${name} IS DISTINCT FROM r.${name} THEN f.${name} END AS ${name}`;
  const former = `SELECT f.w_token, f.number, ${[...PERSONAL_NAMES, 'postcode'].map(other).join(', ')}, CAST(NULL AS DATE) AS born
    FROM ${RECORDS} f JOIN ${RECORDS} r ON f.w_token = r.w_token AND r.is_current WHERE NOT f.is_current`;
  await query(`CREATE OR REPLACE TEMP TABLE ${FORMER} AS ${named(former)}`);
  await query(`CREATE OR REPLACE TEMP TABLE ${WITNESS} AS ${named(`SELECT * FROM ${RECORDS} WHERE is_current`)}`);
  await query(`DROP TABLE ${RECORDS}`);
}

export async function dropWitnesses(query: Query): Promise<void> {
  for (const table of [WITNESS, FORMER, NAMES, RECORDS]) await query(`DROP TABLE IF EXISTS ${table}`);
}
