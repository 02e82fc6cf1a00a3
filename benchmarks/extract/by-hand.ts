import { DuckDBInstance } from '@duckdb/node-api';
import { PERIOD } from './workspace.ts';

/**
 * What a data engineer would write instead: one SELECT that does the same joins, removals and tokens in the same order,
 * and COPY to a plain file. No checks, no waterfall, no bound on memory but DuckDB's own.
 * Usage: tsx by-hand.ts DATA TARGET csv|parquet MEMORY
 */
const [data = '', target = '', format = 'csv', memory = '12GB'] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { memory_limit: memory, threads: '2', temp_directory: '' });
const connection = await instance.connect();
await connection.run(`SET VARIABLE inner_key = repeat('6', 64)::BLOB; SET VARIABLE outer_key = repeat('5', 64)::BLOB`);
const token = `left(upper(sha256(getvariable('outer_key') || unhex(sha256(getvariable('inner_key') || encode('PERSON' || chr(31) || p.nhs_number))))), 32)`;
const select = `
  WITH RECURSIVE up(n, ahead) AS (
    SELECT nhs_number, replaced_by FROM read_parquet('${data}/pds.parquet') WHERE replaced_by IS NOT NULL
    UNION SELECT up.n, p.replaced_by FROM up JOIN read_parquet('${data}/pds.parquet') p ON up.ahead = p.nhs_number WHERE p.replaced_by IS NOT NULL),
  current AS (SELECT n, ahead FROM up ANTI JOIN up later ON up.ahead = later.n),
  opted AS (SELECT DISTINCT coalesce(c.ahead, o.n) AS n FROM read_csv('${data}/opt-outs.dat', header = false, columns = {'n': 'VARCHAR'}) o LEFT JOIN current c ON o.n = c.n),
  people AS (
    SELECT p.nhs_number, ${token} AS token, gender, CASE WHEN confidentiality IN ('S', 'Y') THEN NULL ELSE gp_practice_code END AS practice,
           year(date_of_birth) AS birth_year, CASE WHEN confidentiality IN ('S', 'Y') THEN NULL ELSE trim(left(postcode, length(postcode) - 3)) END AS outcode
    FROM read_parquet('${data}/pds.parquet') p ANTI JOIN opted ON p.nhs_number = opted.n
    WHERE replaced_by IS NULL AND coalesce(confidentiality, '') <> 'I')
  SELECT token AS TOKEN_PERSON_ID, EPIKEY, ADMIDATE, DIAG_4_01, SEX, MYDOB, gender AS PDS_GENDER, practice AS PDS_GP_PRACTICE_CODE, birth_year AS BIRTH_YEAR, outcode AS OUTCODE
  FROM (SELECT *, replace(replace(NEWNHSNO, ' ', ''), '-', '') AS n FROM read_parquet('${data}/hes_apc/*.parquet')) h
  LEFT JOIN current c ON h.n = c.n JOIN people ON coalesce(c.ahead, h.n) = people.nhs_number
  WHERE EPIEND BETWEEN DATE '${PERIOD.from}' AND DATE '${PERIOD.to}'
  ORDER BY token, EPIKEY`;
const options = format === 'csv' ? "FORMAT csv, DELIMITER '|', HEADER" : 'FORMAT parquet, COMPRESSION zstd';
await connection.run(`COPY (${select}) TO '${target}' (${options})`);
