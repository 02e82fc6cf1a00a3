import { join } from 'node:path';
import { openDatabase } from './database.ts';
import { quote, type Sql } from './sql.ts';
import { writeFile } from './write.ts';

export interface CohortOptions {
  /** Where PDS was written; the cohort goes into `cohort/` below it. */
  readonly directory: string;
  readonly pds: string;
  readonly participants: number;
  readonly seed: number;
  /** What the file's name begins with. */
  readonly reference: string;
  readonly memory?: string;
  readonly threads?: number;
}

/** Shares of participants with each kind of trouble; they fall independently. */
const TROUBLE = {
  noNumber: 0.08,
  wrongDigit: 0.01,
  noGiven: 0.02,
  nickname: 0.03,
  typoGiven: 0.02,
  typoFamily: 0.03,
  otherFamily: 0.02,
  swappedNames: 0.005,
  wrongBirth: 0.015,
  swappedBirth: 0.005,
  noPostcode: 0.05,
  otherPostcode: 0.1,
  noGender: 0.02,
  notInPds: 0.02,
} as const;

/**
 * A cohort as an applicant would send it, of people in a synthetic PDS: with typos, gaps, old numbers, moves, and some
 * whom PDS does not know. Beside it `truth.csv`: UNIQUE_REFERENCE and the person's current number, empty for nobody. The
 * same seed and PDS give the same file.
 */
export async function writeCohort(options: CohortOptions): Promise<{ path: string; rows: number; bytes: number }[]> {
  const { directory, pds, participants, seed, reference } = options;
  const instance = await openDatabase(options);
  const connection = await instance.connect();
  try {
    const from = /\.parquet$/.test(pds)
      ? `read_parquet(${quote(pds)})`
      : `read_csv(${quote(pds)}, header = true, delim = '|', all_varchar = true)`;
    const eligible = `(SELECT * FROM ${from} WHERE coalesce(replaced_by, '') = '' AND coalesce(confidentiality, '') <> 'I')`;
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${eligible}`);
    const share = Math.min(1, (1.2 * participants + 1_000) / Math.max(Number(counted.getRows()[0]?.[0]), 1));
    await connection.run(`CREATE TEMP TABLE people AS ${chosen(eligible, participants, seed, share)}`);
    await connection.run(`CREATE TEMP TABLE troubled AS ${troubled(seed, from)}`);
    const path = join('cohort', `${reference}_cohort.csv`);
    const truth = join('cohort', 'truth.csv');
    const file = await writeFile(connection, TEMPLATE, join(directory, path), 'cohort');
    const answers = await writeFile(
      connection,
      'SELECT reference AS UNIQUE_REFERENCE, CASE WHEN NOT absent THEN nhs_number END AS NHS_NUMBER FROM troubled ORDER BY nth',
      join(directory, truth),
      'cohort',
    );
    return [
      { path, ...file },
      { path: truth, ...answers },
    ];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** People as chance has it, in its order. Only `share` of all, who come first, are put into it: all would not fit. */
function chosen(eligible: Sql, participants: number, seed: number, share: number): Sql {
  const early = share === 1 ? 'true' : `hash(nhs_number, ${seed}) < ${BigInt(Math.floor(share * 2 ** 53)) << 11n}`;
  const columns = 'nhs_number, family_name, given_name, other_given_name, date_of_birth, gender, postcode';
  return `SELECT row_number() OVER (ORDER BY hash(nhs_number, ${seed}), nhs_number) AS nth, * FROM (
    SELECT ${columns} FROM ${eligible} WHERE ${early}
    ORDER BY hash(nhs_number, ${seed}), nhs_number LIMIT ${participants})`;
}

function troubled(seed: number, from: Sql): Sql {
  const dice = (name: string): Sql => `(hash(nhs_number, ${seed}, ${quote(name)}) % 100000 / 100000.0)`;
  const hit = (name: keyof typeof TROUBLE): Sql => `${dice(name)} < ${TROUBLE[name]}`;
  const spot = (text: Sql, name: string): Sql =>
    `(1 + CAST(hash(nhs_number, ${seed}, ${quote(name)}) % greatest(length(${text}) - 1, 1) AS INTEGER))`;
  // One letter of four becomes another, is lost, doubled, or swapped with its neighbour.
  const typo = (text: Sql, name: string): Sql => {
    const at = spot(text, `${name} spot`);
    const [before, letter, after] = [
      `left(${text}, ${at} - 1)`,
      `substr(${text}, ${at}, 1)`,
      `substr(${text}, ${at} + 1)`,
    ];
    const other = `chr(CAST(65 + hash(nhs_number, ${seed}, ${quote(`${name} letter`)}) % 26 AS INTEGER))`;
    return `CASE CAST(hash(nhs_number, ${seed}, ${quote(`${name} kind`)}) % 4 AS INTEGER) WHEN 0 THEN ${before} || ${other} || ${after}
      WHEN 1 THEN ${before} || ${after} WHEN 2 THEN ${before} || ${letter} || ${letter} || ${after}
      ELSE ${before} || left(${after}, 1) || ${letter} || substr(${after}, 2) END`;
  };
  const elsewhere = (column: string): Sql => `lead(${column}, 17, ${column}) OVER (ORDER BY nth)`;
  const born = 'CAST(date_of_birth AS DATE)';
  const old = `SELECT replaced_by AS now, min(nhs_number) AS old_number FROM ${from} WHERE coalesce(replaced_by, '') <> '' GROUP BY replaced_by`;
  const digit = `left(nhs_number, 4) || CAST((CAST(substr(nhs_number, 5, 1) AS INTEGER) + 3) % 10 AS VARCHAR) || substr(nhs_number, 6)`;
  return `SELECT nth, nhs_number, 'S' || lpad(CAST(nth AS VARCHAR), 7, '0') AS reference, ${hit('notInPds')} AS absent,
      CASE WHEN ${hit('notInPds')} OR ${hit('noNumber')} THEN NULL WHEN ${hit('wrongDigit')} THEN ${digit}
           WHEN old_number IS NOT NULL AND ${dice('old number')} < 0.5 THEN old_number ELSE nhs_number END AS number,
      CASE WHEN ${hit('notInPds')} THEN ${elsewhere('given_name')} WHEN ${hit('noGiven')} THEN NULL WHEN ${hit('nickname')} THEN left(given_name, 1)
           WHEN ${hit('typoGiven')} THEN ${typo('given_name', 'given')} ELSE given_name END AS given,
      CASE WHEN ${hit('otherFamily')} THEN ${elsewhere('family_name')} WHEN ${hit('typoFamily')} THEN ${typo('family_name', 'family')} ELSE family_name END AS family,
      other_given_name AS others, ${hit('swappedNames')} AS swapped,
      CASE WHEN ${hit('notInPds')} THEN ${born} - 3777 WHEN ${hit('wrongBirth')} THEN ${born} + CAST(hash(nhs_number, ${seed}, 'days') % 60 AS INTEGER) - 30
           WHEN ${hit('swappedBirth')} AND day(${born}) <= 12 THEN make_date(year(${born}), day(${born}), month(${born})) ELSE ${born} END AS birthday,
      CASE WHEN ${hit('noGender')} THEN NULL ELSE gender END AS sex,
      CASE WHEN ${hit('noPostcode')} THEN NULL WHEN ${hit('notInPds')} OR ${hit('otherPostcode')} THEN ${elsewhere('postcode')} ELSE postcode END AS home,
      hash(nhs_number, ${seed}, 'window') % 4 AS stay
    FROM people LEFT JOIN (${old}) ON now = nhs_number`;
}

const TEMPLATE: Sql = `SELECT reference AS UNIQUE_REFERENCE, 'add' AS STATUS, number AS NHS_NO,
    CASE WHEN swapped THEN given ELSE family END AS FAMILY_NAME, CASE WHEN swapped THEN family ELSE given END AS GIVEN_NAME,
    others AS OTHER_GIVEN_NAME, sex AS GENDER, birthday AS DATE_OF_BIRTH, home AS POSTCODE,
    NULL AS ADDRESS_LINE1, NULL AS ADDRESS_LINE2, NULL AS ADDRESS_LINE3, NULL AS ADDRESS_LINE4, NULL AS ADDRESS_LINE5,
    CASE WHEN stay = 0 THEN DATE '2024-07-01' END AS PERSON_MIN_DATE, CASE WHEN stay <= 1 THEN DATE '2025-12-31' END AS PERSON_MAX_DATE,
    CASE WHEN stay % 2 = 0 THEN 'consent' ELSE 'section-251' END AS LEGAL_BASIS
  FROM troubled ORDER BY nth`;
