import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../catalogue/dataset.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { currentPeople, Tables } from '../plan/compile.ts';
import { call, column } from '../relation/expression.ts';
import { printExpression, printRelation, quoteName, type TableResolver } from '../relation/print-sql.ts';
import { openSource } from './source-scan.ts';
import { execute, rows } from './sql.ts';

/** What an upload may say of a member; the names are those of the NHS's cohort template. */
const SENT = [
  'NHS_NO',
  'FAMILY_NAME',
  'GIVEN_NAME',
  'OTHER_GIVEN_NAME',
  'GENDER',
  'DATE_OF_BIRTH',
  'POSTCODE',
  'ADDRESS_LINE1',
  'ADDRESS_LINE2',
  'ADDRESS_LINE3',
  'ADDRESS_LINE4',
  'ADDRESS_LINE5',
] as const;
export type SentColumn = (typeof SENT)[number];

/** The name that a column of the uploads has in the table of members. */
export const sentColumn = (name: SentColumn): string => `#sent ${name}`;

const UPLOAD: Dataset = {
  dataset: 'cohort',
  title: 'the cohort',
  abbreviation: 'COHORT',
  owner: '',
  person_key: 'NHS_NO',
  key: ['UNIQUE_REFERENCE'],
  missing_dates: [],
  columns: ['UNIQUE_REFERENCE', 'STATUS', ...SENT].map(
    (name) => ({ name, type: 'text', class: 'identifier', description: name }) as const,
  ),
};

/** The days that applicants write, year first or as in Britain; anything else is no date. */
export function dayOfText(text: string): string {
  const formats = `['%Y-%m-%d', '../%d', '%Y%m%d', '../%Y']`;
  return `CAST(try_strptime(trim(${text}), ${formats}) AS DATE)`;
}

/**
 * Reads the applicant's uploads, oldest first, and makes the table of a product's members: everybody whom the last
 * upload that names them adds. A member is the person behind their NHS number if PDS has the same date of birth (the
 * cross-check of the Personal Demographics Service's own tracing); nobody otherwise.
 */
export async function loadMembers(
  connection: DuckDBConnection,
  product: string,
  uploads: readonly string[],
  resolver: TableResolver,
): Promise<void> {
  const scans: string[] = [];
  for (const [index, path] of uploads.entries()) {
    const location = { dataset: 'cohort', paths: [path], format: 'csv', delimiter: ',', columns: {} } as const;
    const needed = ['UNIQUE_REFERENCE', 'STATUS', 'NHS_NO', 'DATE_OF_BIRTH'];
    const scan = await openSource(
      connection,
      UPLOAD,
      location,
      needed,
      UPLOAD.columns.map(({ name }) => name),
    );
    const columns = SENT.map((name) =>
      scan.has.includes(name) ? quoteName(name) : `CAST(NULL AS VARCHAR) AS ${name}`,
    );
    scans.push(
      `SELECT ${index} AS upload, trim(UNIQUE_REFERENCE) AS study, lower(trim(STATUS)) AS status, ${columns.join(', ')} FROM ${scan.select(scan.has)}`,
    );
  }
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#uploads" AS ${scans.join(' UNION ALL ')}`);
  await checkUploads(connection, uploads);
  const own = printExpression(call('nhs_number', column('NHS_NO')));
  const born = printRelation(currentPeople([{ name: 'date_of_birth', type: 'date' }]), resolver);
  const sent = SENT.map((name) => `m.${quoteName(name)} AS ${quoteName(sentColumn(name))}`).join(', ');
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${quoteName(Tables.members(product))} AS
     WITH latest AS (SELECT *, ${own} AS own FROM "#uploads" QUALIFY row_number() OVER (PARTITION BY study ORDER BY upload DESC) = 1),
     placed AS (SELECT l.*, coalesce(s."#root", l.own) AS root, CASE WHEN s."#superseded" IS NULL THEN l.own ELSE s."#current" END AS candidate
                FROM latest l LEFT JOIN ${quoteName(Tables.succession)} s ON l.own = s."#superseded" WHERE status = 'add')
     SELECT study AS "#study", p."#person" AS "#member", root AS "#root", ${sent}
     FROM placed m LEFT JOIN (${born}) p ON m.candidate = p."#person" AND p.date_of_birth = ${dayOfText('m.DATE_OF_BIRTH')}`,
  );
  await execute(connection, 'DROP TABLE "#uploads"');
}

/** Uploads that can't be understood whole are not used in part: who is a member must be certain. */
async function checkUploads(connection: DuckDBConnection, uploads: readonly string[]): Promise<void> {
  const faults = await rows(
    connection,
    `SELECT upload, any_value(what) AS what, count(*) AS n FROM (
       SELECT upload, 'rows without a UNIQUE_REFERENCE' AS what FROM "#uploads" WHERE coalesce(study, '') = ''
       UNION ALL SELECT upload, 'rows whose STATUS is neither add nor delete' FROM "#uploads" WHERE status IS NULL OR status NOT IN ('add', 'delete')
       UNION ALL SELECT upload, 'references that stand there more than once' FROM "#uploads" GROUP BY upload, study HAVING count(*) > 1)
     GROUP BY upload, what ORDER BY upload, what LIMIT 1`,
  );
  const [first] = faults;
  if (first === undefined) return;
  throw new Fault(
    ExitCode.source,
    'cohort',
    `${basename(uploads[Number(first['upload'])] ?? '')} has ${first['n']} ${first['what']}`,
    { hint: 'the applicant corrects the upload; nothing of it is used' },
  );
}
