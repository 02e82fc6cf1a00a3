import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';

/*
 * Gives a synthetic PDS histories: a third of the people have lived elsewhere, at one to three postcodes of others, and one
 * in twelve had another family name. And sends some participants of its cohort back in time: one in twenty to a home of
 * before, one in fifty to a name.
 *
 * npx tsx benchmarks/tracing/histories.ts --data DATA --out FOLDER
 */
const { values } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' } } });
const { data, out } = values;
if (data === undefined || out === undefined) throw new Error('give --data and --out');

const instance = await DuckDBInstance.create(':memory:', { memory_limit: '8GB', threads: '2' });
const connection = await instance.connect();
const pds = `read_parquet('${data}/pds.parquet')`;
const cohort = `${data}/cohort/NIC-000000_cohort.csv`;
const dice = (id: string, name: string): string => `hash(${id}, '${name}') % 100`;

/** Postcodes and family names by number, from 0; names as often as people have them. */
await connection.run(
  `CREATE TABLE homes AS SELECT row_number() OVER (ORDER BY postcode) - 1 AS nth, postcode FROM (SELECT DISTINCT postcode FROM ${pds} WHERE postcode IS NOT NULL)`,
);
await connection.run(
  `CREATE TABLE names AS SELECT row_number() OVER (ORDER BY hash(nhs_number), nhs_number) - 1 AS nth, family_name FROM ${pds} WHERE family_name IS NOT NULL AND hash(nhs_number) % 100 = 0`,
);
const drawn = (table: string, id: string, name: string): string =>
  `CAST(hash(${id}, '${name}') % (SELECT count(*) FROM ${table}) AS BIGINT)`;
const homes = ['one', 'two', 'three'].map(
  (name) => `LEFT JOIN homes ${name} ON ${name}.nth = ${drawn('homes', 'p.nhs_number', name)}`,
);
const isKnown = `p.replaced_by IS NULL AND p.family_name IS NOT NULL`;
await connection.run(
  `COPY (SELECT p.*, CASE WHEN ${isKnown} AND ${dice('p.nhs_number', 'name')} < 8 THEN [n.family_name] END AS former_family_name,
     CASE WHEN ${isKnown} AND ${dice('p.nhs_number', 'moved')} < 33 THEN [one.postcode, two.postcode, three.postcode][1:1 + ${dice('p.nhs_number', 'times')} // 34] END AS former_postcode
   FROM ${pds} p ${homes.join(' ')} LEFT JOIN names n ON n.nth = ${drawn('names', 'p.nhs_number', 'family')})
   TO '${out}/pds.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
);
await connection.run(
  `CREATE TABLE past AS SELECT UNIQUE_REFERENCE, former_family_name[1] AS family, former_postcode[-1] AS home
   FROM read_csv('${data}/cohort/truth.csv', all_varchar = true) t JOIN read_parquet('${out}/pds.parquet') p ON p.nhs_number = t.NHS_NUMBER`,
);
const back = (column: string, past: string, share: number, of: number): string =>
  `CASE WHEN ${past} IS NOT NULL AND ${dice('UNIQUE_REFERENCE', past)} < ${Math.round((100 * share) / of)} THEN ${past} ELSE ${column} END AS ${column}`;
await connection.run(
  `COPY (SELECT c.* REPLACE (${back('FAMILY_NAME', 'family', 0.02, 0.08)}, ${back('POSTCODE', 'home', 0.05, 0.33)})
   FROM read_csv('${cohort}', all_varchar = true) c LEFT JOIN past USING (UNIQUE_REFERENCE) ORDER BY UNIQUE_REFERENCE)
   TO '${out}/cohort.csv' (HEADER true)`,
);
connection.closeSync();
