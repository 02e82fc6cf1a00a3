import { quoteName } from '../../relation/print-sql.ts';
import { COHORT } from '../cohort/cohort-tables.ts';
import type { FieldSource } from '../column-mapping.ts';
import type { LinkageDatabase } from '../database.ts';
import { KNOWN_FIELDS } from '../known-fields.ts';
import { linkByProfile, type RuleProfile } from '../profiles/profile.ts';
import { FORMER } from '../standardise/history.ts';
import { soundex } from '../standardise/name-sql.ts';
import { everyFormer, formerValues } from './former-values.ts';
import { streamPast } from './stream-past.ts';
import { numberText, type PdsTables, TRACED } from './trace-tables.ts';

const REQUESTS = '#profile requests';
const PEOPLE = '#profile people';
const WANTED = quoteName('#profile wanted');

/**
 * Traces the participants of a validated cohort to PDS as another service does it, and makes TRACED. Each participant is
 * traced alone, so two can be found to be one person. What a sensitive record says of where somebody lives is held against
 * nothing, since the answer would tell it.
 */
export async function traceByRules(
  database: LinkageDatabase,
  pds: PdsTables,
  profile: RuleProfile,
  thisYear: number,
): Promise<void> {
  const isMps = profile === 'mps';
  await makeRequests(database, pds, isMps);
  await findWanted(database, pds, isMps);
  await fetchPeople(database, pds, isMps);
  const { table } = await linkByProfile(database, profile, {
    left: { label: 'the cohort', table: REQUESTS, id: 'row', fields: fieldsOf(REQUEST_FIELDS), lists: new Set() },
    right: { label: 'PDS', table: PEOPLE, id: 'n', fields: fieldsOf(PERSON_FIELDS), lists: new Set(FORMER) },
    thisYear,
    types: { a: 'INTEGER', b: 'BIGINT' },
  });
  const none = (type: string): string => `CAST(NULL AS ${type})`;
  const of = (name: string): string => (isMps ? `m.${name}` : none('INTEGER'));
  const step = isMps ? `coalesce(m.step, CASE WHEN m.b_id IS NOT NULL THEN 'algorithmic_trace_live' END)` : 'm.step';
  const code = isMps ? 'm.error_success_code' : none('VARCHAR');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${TRACED} AS SELECT c.row, c.study_id, m.b_id AS person, CAST(m.match_rank AS INTEGER) AS match_rank, ${step} AS match_step,
       ${of('matched_algorithm_indicator')} AS indicator, ${of('matched_confidence_percentage')} AS confidence, ${of('given_name_score_perc')} AS given_name_score,
       ${of('family_name_score_perc')} AS family_name_score, ${of('dob_score_perc')} AS dob_score, ${of('gender_score_perc')} AS gender_score, ${of('postcode_score_perc')} AS postcode_score,
       ${none('DOUBLE')} AS weight, ${none('DOUBLE')} AS probability, ${none('DOUBLE')} AS matchability, m.gap, ${code} AS code, ${isMps ? "coalesce(m.error_success_code = '90', false)" : 'false'} AS superseded
     FROM ${COHORT} c LEFT JOIN ${table} m ON m.a_id = c.row WHERE c.adds ORDER BY c.row`,
  );
  for (const name of [quoteName(REQUESTS), quoteName(PEOPLE), WANTED, table])
    await database.execute(`DROP TABLE ${name}`);
}

const REQUEST_FIELDS = ['nhs_number', 'family_name', 'given_name', 'date_of_birth', 'gender', 'postcode'];
const PERSON_FIELDS = [...REQUEST_FIELDS, ...FORMER, 'replaced_by', 'confidentiality'];

function fieldsOf(names: readonly string[]): readonly FieldSource[] {
  return KNOWN_FIELDS.filter(({ name }) => names.includes(name)).map((field) => ({ field, columns: [field.name] }));
}

/** The Master Person Service follows superseded numbers itself; HES-ONS gets the numbers that are current. */
async function makeRequests(database: LinkageDatabase, pds: PdsTables, isMps: boolean): Promise<void> {
  const number = isMps ? 'c.nhs' : `CASE WHEN s."#superseded" IS NULL THEN c.nhs ELSE s."#current" END`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${quoteName(REQUESTS)} AS
     SELECT c.row, ${numberText(number)} AS nhs_number, c.family_name, c.given_name, CAST(c.born AS VARCHAR) AS date_of_birth, c.born, c.gender, c.postcode
     FROM ${COHORT} c LEFT JOIN ${pds.succession} s ON c.nhs = s."#superseded" WHERE c.adds ORDER BY c.row`,
  );
}

/**
 * `person`: everybody whom a step could look at, so that not all of PDS is held. Of MPS these are who has the number, or
 * did, and of participants whom the first cross-check does not find also who was born on their day and has, or had, a
 * family name that sounds alike or their postcode: every later step asks for one of the two. Of HES-ONS who has the number,
 * and all at the postcode: their number says whether it is communal.
 */
async function findWanted(database: LinkageDatabase, pds: PdsTables, isMps: boolean): Promise<void> {
  const requests = quoteName(REQUESTS);
  const letters = `nullif(regexp_replace(upper(strip_accents(family_name)), '[^A-Z]', '', 'g'), '')`;
  // Letters and digits that are taken for each other are one here: more is found than is needed, and never less.
  const home = `nullif(translate(regexp_replace(upper(strip_accents(postcode)), '[^A-Z0-9]', '', 'g'), 'O', '0'), '')`;
  const keys = isMps
    ? [
        ['born', soundex('letters')],
        ['born', 'home'],
      ]
    : [['home']];
  const list = keys.map((parts, rule) => {
    const known = parts.map((part) => `${part} IS NOT NULL`).join(' AND ');
    return `CASE WHEN ${known} THEN hash(${rule}, ${parts.join(', ')}) END`;
  });
  const keyed = (id: string, from: string): string =>
    `SELECT ${id}, unnest([${list.join(', ')}]) AS k FROM (SELECT ${id}, born, ${letters} AS letters, ${home} AS home FROM ${from})`;
  const numbers = `SELECT CAST(nhs_number AS BIGINT) AS n, born FROM ${requests} WHERE nhs_number IS NOT NULL`;
  const found = `SELECT q.row FROM (SELECT n, born FROM ${pds.all} WHERE is_current AND coalesce(confidentiality, 'U') = 'U') p
    JOIN (SELECT row, CAST(nhs_number AS BIGINT) AS n, born FROM ${requests}) q ON p.n = q.n AND p.born = q.born`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#profile residue" AS SELECT * FROM ${requests} ${isMps ? `ANTI JOIN (${found}) f USING (row)` : ''}`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#profile keys" AS SELECT DISTINCT k FROM (${keyed('row', '"#profile residue"')}) WHERE k IS NOT NULL`,
  );
  const person = `coalesce(s."#current", r.n) AS person`;
  const open = `coalesce(confidentiality, 'U') = 'U'`;
  const ofNow = `SELECT n, born, family_name, CASE WHEN ${open} THEN postcode END AS postcode FROM ${pds.all}`;
  const ofThePast = {
    former_family_name: `SELECT n, born, unnest(former_family_name) AS family_name, CASE WHEN ${open} THEN postcode END AS postcode FROM ${pds.all} WHERE former_family_name IS NOT NULL`,
    former_postcode: `SELECT n, born, family_name, unnest(former_postcode) AS postcode FROM ${pds.all} WHERE ${open} AND former_postcode IS NOT NULL`,
  };
  const ever = [ofNow, ...pds.former.map((former) => ofThePast[former])].join(' UNION ALL ');
  await streamPast(
    database,
    `CREATE OR REPLACE TEMP TABLE "#profile hits" AS SELECT DISTINCT n FROM (${keyed('n', `(${ever})`)})
     SEMI JOIN "#profile keys" USING (k)`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${WANTED} AS SELECT DISTINCT ${person} FROM (SELECT n FROM "#profile hits" UNION ALL SELECT n FROM (${numbers})) r
     LEFT JOIN ${pds.succession} s ON r.n = s."#superseded" WHERE r.n IS NOT NULL`,
  );
  for (const table of ['residue', 'keys', 'hits']) await database.execute(`DROP TABLE "#profile ${table}"`);
}

/**
 * The records of everybody wanted. What superseded records said of name and postcode is the current one's history, beside
 * what it lists of it; they stand for themselves besides where the profile follows numbers.
 */
async function fetchPeople(database: LinkageDatabase, pds: PdsTables, isMps: boolean): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#profile records" AS
     SELECT r.n, coalesce(s."#current", r.n) AS person, r.is_current, CASE WHEN NOT r.is_current THEN coalesce(s."#current", r.replaced_by) END AS replaced_by,
       nullif(r.confidentiality, 'U') AS confidentiality, r.family_name, r.given_name, r.born, r.gender, CASE WHEN coalesce(r.confidentiality, 'U') = 'U' THEN r.postcode END AS postcode,
       r.former_family_name, CASE WHEN coalesce(r.confidentiality, 'U') = 'U' THEN r.former_postcode END AS former_postcode
     FROM ${pds.all} r LEFT JOIN ${pds.succession} s ON r.n = s."#superseded" WHERE coalesce(s."#current", r.n) IN (SELECT person FROM ${WANTED})`,
  );
  // An outer join by equality alone, which a hash can answer.
  const kept = isMps ? 'true' : `r.is_current AND coalesce(r.confidentiality, '') <> 'I'`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${quoteName(PEOPLE)} AS
     SELECT r.n, ${numberText('r.n')} AS nhs_number, ${numberText('r.replaced_by')} AS replaced_by, r.confidentiality, r.family_name, r.given_name,
       CAST(r.born AS VARCHAR) AS date_of_birth, r.gender, r.postcode, ${everyFormer('r.former_family_name', 'f.former_family_name')} AS former_family_name,
       CASE WHEN r.confidentiality IS NULL THEN ${everyFormer('r.former_postcode', 'f.former_postcode')} END AS former_postcode
     FROM "#profile records" r LEFT JOIN (
       ${formerValues(`(SELECT * FROM "#profile records" WHERE NOT is_current AND coalesce(confidentiality, '') <> 'I')`)}) f ON f.person = CASE WHEN r.is_current THEN r.n END
     WHERE r.n IS NOT NULL AND ${kept}`,
  );
  await database.execute('DROP TABLE "#profile records"');
}
