import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import { everyFormer, formerValues } from './former-values.ts';
import { streamPast } from './stream-past.ts';
import { FETCHED, FOUND, numberText, type PdsTables, personOf } from './trace-tables.ts';

/** PDS records that say how frequent a value is. */
const POPULATION = 300_000;

/** Of FETCHED, who is there as one of PDS and not, or not only, as a candidate. */
export const SAMPLED = quoteName('#trace sampled');

/**
 * Makes FETCHED, the current records of the batch's candidates with what is known of former names and postcodes;
 * where a sensitive record's person lives is left out. With `withSample` there is a sample of PDS among them, and SAMPLED
 * says who that is.
 */
export async function fetchRecords(database: LinkageDatabase, pds: PdsTables, withSample: boolean): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace wanted" AS WITH wanted AS (SELECT DISTINCT person FROM ${FOUND})
     SELECT person, ${numberText('person')} AS number FROM wanted
     UNION ALL SELECT person, ${numberText('s."#superseded"')} FROM wanted JOIN ${pds.succession} s ON s."#current" = person`,
  );
  const every = Math.max(1, Math.floor(pds.rows / POPULATION));
  const sampled = withSample ? `is_current AND hash(number) % ${every} = 0` : 'false';
  await streamPast(
    database,
    `CREATE OR REPLACE TEMP TABLE "#trace records" AS SELECT number, is_current, sensitive, given_name, family_name, other_given_name, born, gender,
       CASE WHEN NOT sensitive THEN postcode END AS postcode, former_family_name, CASE WHEN NOT sensitive THEN former_postcode END AS former_postcode, ${sampled} AS sampled
     FROM ${pds.records} WHERE ${sampled} OR number IN (SELECT number FROM "#trace wanted")`,
  );
  const superseded = `(SELECT w.person, r.* FROM "#trace records" r JOIN "#trace wanted" w USING (number) WHERE NOT r.is_current)`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${FETCHED} AS
     SELECT r.person, r.sensitive, r.number AS nhs_number, r.given_name, r.family_name, r.other_given_name, CAST(r.born AS VARCHAR) AS date_of_birth, r.gender, r.postcode,
       ${everyFormer('r.former_family_name', 'f.former_family_name')} AS former_family_name, ${everyFormer('r.former_postcode', 'f.former_postcode')} AS former_postcode
     FROM (SELECT ${personOf('number')} AS person, * FROM "#trace records" WHERE is_current) r LEFT JOIN (${formerValues(superseded)}) f USING (person)
     WHERE r.person IS NOT NULL`,
  );
  if (withSample) {
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${SAMPLED} AS SELECT ${personOf('number')} AS person FROM "#trace records" WHERE sampled`,
    );
  }
  for (const table of ['wanted', 'records']) await database.execute(`DROP TABLE "#trace ${table}"`);
}
