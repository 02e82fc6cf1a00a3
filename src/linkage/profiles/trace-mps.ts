import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import { soundex } from '../standardise/name-sql.ts';
import type { Records } from '../standardise/standardise.ts';
import {
  dateScore,
  genderScore,
  NO_MATCH,
  nameScore,
  partialDate,
  personId,
  postcodeScore,
  SEVERAL_MATCHES,
  successfulStep,
} from './mps-sql.ts';

/** A better candidate than this many points ahead of the next is found; any other is one of several. */
const CLOSE_POINTS = 5;
/** So many candidates of a request are scored, those that most blocks found first. */
const MOST_CANDIDATES = 50;
/** A chain of superseded numbers that is longer is taken for a circle. */
const LONGEST_CHAIN = 20;

const [REQUESTS, PEOPLE, CURRENT] = ['#mps requests', '#mps people', '#mps current'].map(quoteName) as [
  string,
  string,
  string,
];
const [FOUND, RESULTS] = ['#mps found', '#mps results'].map(quoteName) as [string, string];

/**
 * Traces requests to PDS as the Master Person Service does: cross-check with the copy of PDS, cross-check with the
 * Spine, alphanumeric trace, algorithmic trace; what one step finds goes to no other. Requests are traced each by itself,
 * so two can find one person. Both tables of records must have been made with their texts. Gives the quoted name of a
 * table with a row for each request: `a`, `b` (null where nobody was found) and what the service answers.
 */
export async function traceMps(database: LinkageDatabase, requests: Records, people: Records): Promise<string> {
  await prepare(database, requests, people);
  await crossCheck(database);
  await alphanumeric(database, requests);
  await algorithmic(database);
  const failed = `CASE WHEN r.dob IS NULL THEN 0 WHEN r.gender IS NOT NULL AND r.postcode IS NOT NULL THEN 4 WHEN r.gender IS NOT NULL AND r.family IS NOT NULL THEN 3 WHEN r.nhs IS NOT NULL THEN 1 ELSE 0 END`;
  const sensitive = `p.confidentiality IN ('S', 'Y')`;
  const answered = `SELECT r.rid AS a, f.b, coalesce(f.indicator, ${failed}) AS indicator, coalesce(f.confidence, 0) AS confidence,
      f.family_score, f.given_score, f.dob_score, f.gender_score, f.postcode_score, f.lead,
      CASE WHEN f.a IS NULL THEN CASE WHEN v.a IS NOT NULL THEN '91' WHEN ${failed} = 0 THEN '96' ELSE '98' END
        WHEN f.b IS NULL THEN '97' WHEN ${sensitive} THEN '92' WHEN f.superseded THEN '90' ELSE '00' END AS code,
      CASE WHEN f.a IS NULL THEN '${NO_MATCH}' WHEN f.b IS NULL THEN '${SEVERAL_MATCHES}' ELSE coalesce(p.nhs, '${NO_MATCH}') END AS matched_nhs_no
    FROM ${REQUESTS} r LEFT JOIN ${FOUND} f ON f.a = r.rid LEFT JOIN ${PEOPLE} p ON p.rid = f.b
    LEFT JOIN (SELECT DISTINCT r.rid AS a FROM ${REQUESTS} r JOIN ${PEOPLE} p ON p.nhs = r.nhs AND p.confidentiality = 'I') v ON v.a = r.rid`;
  // A one-time number is of a submission, here the first, and of the row in it.
  const oneTime = `'U' || to_base(10000000 + a, 36, 9)`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${RESULTS} AS SELECT *, ${successfulStep('indicator', 'confidence', 'dob_score')} AS step,
       ${personId('matched_nhs_no', 'NULL', oneTime)} AS person_id FROM (${answered})`,
  );
  for (const table of [REQUESTS, PEOPLE, CURRENT, FOUND]) await database.execute(`DROP TABLE ${table}`);
  return RESULTS;
}

async function prepare(database: LinkageDatabase, requests: Records, people: Records): Promise<void> {
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${REQUESTS} AS ${prepared(requests)}`);
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${PEOPLE} AS ${prepared(people)}`);
  // Of a superseded number the current person; of others themselves.
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${CURRENT} AS WITH RECURSIVE chain(rid, nhs, depth) AS (
       SELECT rid, replaced_by, 1 FROM ${PEOPLE} WHERE replaced_by IS NOT NULL
       UNION ALL SELECT c.rid, p.replaced_by, depth + 1 FROM chain c JOIN ${PEOPLE} p ON p.nhs = c.nhs WHERE p.replaced_by IS NOT NULL AND depth < ${LONGEST_CHAIN})
     SELECT rid, rid AS current FROM ${PEOPLE} WHERE replaced_by IS NULL
     UNION ALL SELECT c.rid, p.rid FROM (SELECT rid, arg_max(nhs, depth) AS nhs FROM chain GROUP BY rid HAVING max(depth) < ${LONGEST_CHAIN}) c JOIN ${PEOPLE} p ON p.nhs = c.nhs`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${FOUND} (a INTEGER, b INTEGER, indicator INTEGER, confidence INTEGER, family_score INTEGER, given_score INTEGER, dob_score INTEGER, gender_score INTEGER, postcode_score INTEGER, lead DOUBLE, superseded BOOLEAN)`,
  );
}

/** SQL: records as the service sees them, with the same columns whatever they have. */
function prepared({ table, features }: Records): string {
  const own = (feature: string, otherwise = 'CAST(NULL AS VARCHAR)'): string =>
    features.has(feature) ? `t.${quoteName(feature)}` : otherwise;
  const digits = (feature: string): string =>
    `CASE WHEN length(${own(feature)}) = 10 AND ${own(feature)} SIMILAR TO '[0-9]{10}' THEN ${own(feature)} END`;
  const letters = (text: string): string =>
    `nullif(regexp_replace(upper(strip_accents(${text})), '[^A-Z]', '', 'g'), '')`;
  const lists = `CAST([] AS VARCHAR[])`;
  const postcode = `CASE WHEN regexp_full_match(${own('postcode')}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}') THEN ${own('postcode')} END`;
  const knownGender = `CASE WHEN ${own('gender_text')} IS NOT NULL THEN coalesce(${own('gender')}, '9') END`;
  const given = `coalesce(n.root, ${letters(own('given_name_text'))})`;
  const hasNames = features.has('given_name_text');
  // Taken apart: within a function over a list patterns would be compiled anew for every chunk of rows.
  const former = features.has('former_family_name_text') ? `unnest(former_family_name_text)` : 'NULL';
  const formerly = `SELECT rid, list(name) AS former_letters, list(${soundex('name')}) AS former_sounds
    FROM (SELECT rid, ${letters('name')} AS name FROM (SELECT rid, CAST(${former} AS VARCHAR) AS name FROM ${table})) WHERE name IS NOT NULL GROUP BY rid`;
  return `SELECT p.*, left(postcode, length(postcode) - 3) AS outcode, ${soundex('family_letters')} AS family_sound, ${soundex('given_letters')} AS given_sound,
      coalesce(f.former_letters, []) AS former_letters, coalesce(f.former_sounds, []) AS former_sounds
    FROM (SELECT t.rid, ${digits('nhs_number')} AS nhs, ${digits('replaced_by')} AS replaced_by, nullif(${own('confidentiality')}, 'U') AS confidentiality,
      ${own('date_of_birth')} AS dob, ${own('date_of_death')} AS dod, ${own('gp_practice_code')} AS gp, ${knownGender} AS gender, ${postcode} AS postcode,
      ${own('family_name_text')} AS family, ${own('given_name_text')} AS given, ${letters(own('family_name_text'))} AS family_letters,
      ${hasNames ? given : 'CAST(NULL AS VARCHAR)'} AS given_letters,
      coalesce(${own('former_family_name_text', lists)}, []) AS former_families, coalesce(${own('former_postcode', lists)}, []) AS former_postcodes
      FROM ${table} t ${hasNames ? `LEFT JOIN "#nicknames" n ON n.name = ${letters(own('given_name_text'))}` : ''}) p LEFT JOIN (${formerly}) f USING (rid)`;
}

/** By NHS number: with the copy of PDS first, which knows no superseded numbers, then with the Spine, which does. */
async function crossCheck(database: LinkageDatabase): Promise<void> {
  const usable = `coalesce(p.confidentiality, '') <> 'I'`;
  await database.execute(
    `INSERT INTO ${FOUND} SELECT r.rid, min(p.rid), 1, 100, NULL, NULL, NULL, NULL, NULL, NULL, false
     FROM ${REQUESTS} r JOIN ${PEOPLE} p ON p.nhs = r.nhs AND p.dob = r.dob
     WHERE p.replaced_by IS NULL AND p.confidentiality IS NULL GROUP BY r.rid HAVING count(*) = 1`,
  );
  const families = `list_append(p.former_letters, p.family_letters)`;
  const named = `left(r.given_letters, 1) = left(p.given_letters, 1) AND list_contains(list_transform(${families}, name -> left(name, 3)), left(r.family_letters, 3))`;
  const lacksName = `r.given IS NULL OR r.family IS NULL OR p.given IS NULL OR p.family IS NULL`;
  const near = `list_contains(list_transform(list_append(p.former_postcodes, p.postcode), code -> left(code, length(code) - 3)), r.outcode)`;
  await database.execute(
    `INSERT INTO ${FOUND} SELECT r.rid, min(p.rid), 1, 100, 0, 0, 0, 0, 0, NULL, bool_or(old.rid <> p.rid)
     FROM ${REQUESTS} r JOIN ${PEOPLE} old ON old.nhs = r.nhs JOIN ${CURRENT} c ON c.rid = old.rid JOIN ${PEOPLE} p ON p.rid = c.current
     WHERE r.rid NOT IN (SELECT a FROM ${FOUND}) AND ${usable}
       AND (p.dob = r.dob OR (${partialDate('p.dob', 'r.dob')} AND coalesce(CASE WHEN ${lacksName} THEN ${near} ELSE ${named} END, false)))
     GROUP BY r.rid HAVING count(DISTINCT p.rid) = 1`,
  );
}

/** By everything that was given, names by their sound: the only one who agrees on all of it. */
async function alphanumeric(database: LinkageDatabase, requests: Records): Promise<void> {
  const given = (value: string, agrees: string): string => `(${value} IS NULL OR coalesce(${agrees}, false))`;
  const conditions = [
    'p.replaced_by IS NULL',
    `coalesce(p.confidentiality, '') <> 'I'`,
    'p.gender = r.gender',
    given('r.given_sound', 'p.given_sound = r.given_sound'),
    given('r.postcode', 'p.postcode = r.postcode OR list_contains(p.former_postcodes, r.postcode)'),
    ...(requests.features.has('gp_practice_code') ? [given('r.gp', 'p.gp = r.gp')] : []),
    ...(requests.features.has('date_of_death') ? [given('r.dod', 'p.dod = r.dod')] : []),
  ];
  await database.execute(
    `INSERT INTO ${FOUND} SELECT r.rid, min(p.rid), 3, 100, 0, 0, 0, 0, 0, NULL, false
     FROM ${REQUESTS} r JOIN ${PEOPLE} p ON p.dob = r.dob AND p.family_sound = r.family_sound
     WHERE r.rid NOT IN (SELECT a FROM ${FOUND}) AND ${conditions.join(' AND ')}
     GROUP BY r.rid HAVING count(*) = 1`,
  );
}

/** By scores: the best candidate of the blocks, if no other is close. */
async function algorithmic(database: LinkageDatabase): Promise<void> {
  const family = `coalesce(p.family_sound = r.family_sound OR list_contains(p.former_sounds, r.family_sound), false)`;
  const given = `coalesce(p.given_sound = r.given_sound, false)`;
  const gender = `coalesce(p.gender = r.gender, false)`;
  const postcode = `coalesce(p.postcode = r.postcode OR list_contains(p.former_postcodes, r.postcode), false)`;
  const blocks = [
    [family, given],
    [family, gender, postcode],
    [given, gender, postcode],
    [postcode, gender],
  ].map((parts) => `CAST(${parts.join(' AND ')} AS TINYINT)`);
  const familyScore = `greatest(${nameScore('r.family', 'p.family')}, list_max(list_transform(p.former_families, name -> ${nameScore('r.family', 'name')})))`;
  const addressScore = `greatest(${postcodeScore('r.postcode', 'p.postcode')}, list_max(list_transform(p.former_postcodes, code -> ${postcodeScore('r.postcode', 'code')})))`;
  const scores = {
    family_score: familyScore,
    given_score: nameScore('r.given', 'p.given'),
    dob_score: dateScore('r.dob', 'p.dob'),
    gender_score: genderScore('r.gender', 'p.gender'),
    postcode_score: addressScore,
  };
  const columns = Object.keys(scores);
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#mps scored" AS SELECT *, list_avg(list_filter([${columns.join(', ')}], score -> score IS NOT NULL)) AS score
     FROM (SELECT r.rid AS a, p.rid AS b, ${Object.entries(scores)
       .map(([name, sql]) => `${sql} AS ${name}`)
       .join(', ')}
       FROM (SELECT a, b FROM (SELECT r.rid AS a, p.rid AS b, ${blocks.join(' + ')} AS blocks FROM ${REQUESTS} r JOIN ${PEOPLE} p ON p.dob = r.dob
           WHERE r.rid NOT IN (SELECT a FROM ${FOUND}) AND r.gender IS NOT NULL AND r.postcode IS NOT NULL AND p.replaced_by IS NULL AND coalesce(p.confidentiality, '') <> 'I')
         WHERE blocks > 0 QUALIFY row_number() OVER (PARTITION BY a ORDER BY blocks DESC, b) <= ${MOST_CANDIDATES}) pairs
       JOIN ${REQUESTS} r ON r.rid = pairs.a JOIN ${PEOPLE} p ON p.rid = pairs.b)`,
  );
  await database.execute(
    `INSERT INTO ${FOUND} SELECT a, CASE WHEN lead > ${CLOSE_POINTS} OR lead IS NULL THEN b END, 4, CASE WHEN lead > ${CLOSE_POINTS} OR lead IS NULL THEN CAST(round(score) AS INTEGER) ELSE 0 END,
       ${columns.join(', ')}, lead, false
     FROM (SELECT *, round(score - lead(score) OVER ranked, 4) AS lead, row_number() OVER ranked AS place FROM "#mps scored" WINDOW ranked AS (PARTITION BY a ORDER BY score DESC, b)) WHERE place = 1`,
  );
  await database.execute('DROP TABLE "#mps scored"');
}
