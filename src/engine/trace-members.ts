import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sha256Hex } from '../kernel/digest.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { COHORT } from '../linkage/cohort/cohort-tables.ts';
import {
  type CohortTerms,
  headerProblems,
  NAMED_TWICE,
  sizeProblems,
  validateCohort,
} from '../linkage/cohort/validate-cohort.ts';
import {
  CATEGORIES,
  type Category,
  type FileProblem,
  type ValidationReport,
} from '../linkage/cohort/validation-report.ts';
import type { RuleProfile } from '../linkage/profiles/profile.ts';
import { FORMER } from '../linkage/standardise/history.ts';
import { DECISION_COLUMNS, readDecisions } from '../linkage/trace/clerical.ts';
import { traceByRules } from '../linkage/trace/trace-by-rules.ts';
import { type Trace, type TraceObserver, traceCohort } from '../linkage/trace/trace-cohort.ts';
import type { PdsTables } from '../linkage/trace/trace-tables.ts';
import { Tables } from '../plan/compile.ts';
import { call, column } from '../relation/expression.ts';
import { printExpression, quoteName } from '../relation/print-sql.ts';
import { type LinkFile, openLinkFile } from './link-file.ts';
import { linkageDatabase } from './linkage-database.ts';
import type { SourceScan } from './source-scan.ts';
import { count, execute } from './sql.ts';

/** What a trace needs of PDS beside number, succession and confidentiality, where the source has it. */
export const TRACED_COLUMNS = [
  'family_name',
  'given_name',
  'other_given_name',
  'date_of_birth',
  'gender',
  'postcode',
  'former_family_name',
  'former_postcode',
] as const;

/** Loads a cohort file and holds it against the rules of intake. Its rows stand in tables of the linkage afterwards. */
export async function takeIn(
  connection: DuckDBConnection,
  path: string,
  terms: CohortTerms | undefined,
  today: string,
): Promise<ValidationReport> {
  const { file, problems } = await openedCohort(connection, path);
  const sha256 = await digestOf(path);
  if (file === undefined || problems.length > 0) {
    return {
      format: 'dars-cohort-validation/1',
      file: basename(path),
      sha256,
      rows: 0,
      passed: 0,
      failed: 0,
      adds: 0,
      deletes: 0,
      problems,
      categories: [],
      unchecked: { checkDigit: 0 },
    };
  }
  const table = '#cohort file';
  const { rows } = await file.load(table, file.columns);
  const raw = { file: basename(path), sha256, table, columns: file.columns, rows };
  return validateCohort(linkageDatabase(connection), raw, terms, today);
}

/**
 * Takes in an applicant's uploads, oldest first: whom a later one names is as that one says, added or deleted. The
 * agreement's size is that of all of them together. The report is of the first upload with a problem of its own, or
 * counts the rows of all.
 */
export async function takeInUploads(
  connection: DuckDBConnection,
  paths: readonly string[],
  terms: CohortTerms,
  today: string,
): Promise<ValidationReport> {
  const [only, ...more] = paths;
  if (only === undefined) throw new Error('a cohort has an upload');
  if (more.length === 0) return takeIn(connection, only, terms, today);
  const reports: ValidationReport[] = [];
  for (const [upload, path] of paths.entries()) {
    const report = await takeIn(connection, path, { ...terms, size: {} }, today);
    if (report.problems.length > 0) return report;
    reports.push(report);
    const rows = `SELECT ${upload} AS upload, * FROM ${COHORT}`;
    await execute(
      connection,
      upload === 0 ? `CREATE OR REPLACE TEMP TABLE "#uploads" AS ${rows}` : `INSERT INTO "#uploads" ${rows}`,
    );
  }
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${COHORT} AS SELECT CAST(row_number() OVER (ORDER BY upload, row) AS INTEGER) AS row, * EXCLUDE (upload, row)
     FROM (FROM "#uploads" QUALIFY row_number() OVER (PARTITION BY study_id ORDER BY upload DESC) = 1) ORDER BY row`,
  );
  await execute(connection, 'DROP TABLE "#uploads"');
  return merged(reports, await count(connection, `SELECT count(*) FROM ${COHORT} WHERE adds`), terms);
}

const CATEGORY_NAMES = (Object.keys(CATEGORIES) as Category[]).sort();

function merged(reports: readonly ValidationReport[], adds: number, { size }: CohortTerms): ValidationReport {
  const last = reports.at(-1);
  if (last === undefined) throw new Error('a cohort has an upload');
  const sum = (of: (report: ValidationReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    ...last,
    sha256: sha256Hex(reports.map(({ sha256 }) => sha256).join('\n')),
    rows: sum(({ rows }) => rows),
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    adds: sum((report) => report.adds),
    deletes: sum(({ deletes }) => deletes),
    problems: sizeProblems(adds, size),
    categories: CATEGORY_NAMES.flatMap((category) => {
      const found = reports.flatMap(({ categories }) => categories.filter((each) => each.category === category));
      const total = found.reduce((rows, each) => rows + each.rows, 0);
      return total === 0 ? [] : [{ category, rule: CATEGORIES[category], rows: total }];
    }),
    unchecked: { checkDigit: sum(({ unchecked }) => unchecked.checkDigit) },
  };
}

/** What stands in the first line of a file may be somebody's, so no problem quotes it. */
async function openedCohort(
  connection: DuckDBConnection,
  path: string,
): Promise<{ readonly file?: LinkFile; readonly problems: readonly FileProblem[] }> {
  try {
    const file = await openLinkFile(connection, path, ',');
    return { file, problems: headerProblems(file.columns) };
  } catch (error) {
    if (error instanceof Fault && error.code === 'column-twice') return { problems: [NAMED_TWICE] };
    if (error instanceof Fault && error.code === 'link-file') return { problems: headerProblems([]) };
    throw error;
  }
}

/** Traces the participants who were taken in as another service does it; the table of succession must have been made. */
export async function traceTakenInByRules(
  connection: DuckDBConnection,
  pds: SourceScan,
  profile: RuleProfile,
  thisYear: number,
): Promise<void> {
  await traceByRules(linkageDatabase(connection), await pdsTables(connection, pds), profile, thisYear);
}

/** Traces the participants who were taken in; the table of succession must have been made. */
export async function traceTakenIn(
  connection: DuckDBConnection,
  pds: SourceScan,
  decisions: string | undefined,
  thisYear: number,
  observe: TraceObserver,
): Promise<Trace> {
  await takeDecisions(connection, decisions);
  return traceCohort(linkageDatabase(connection), await pdsTables(connection, pds), thisYear, observe);
}

async function takeDecisions(connection: DuckDBConnection, path: string | undefined): Promise<void> {
  if (path === undefined) return readDecisions(linkageDatabase(connection), undefined);
  const file = await openLinkFile(connection, path, ',');
  const lacking = DECISION_COLUMNS.find((name) => !file.columns.includes(name));
  if (lacking !== undefined) {
    throw new Fault(ExitCode.source, 'decisions', `${basename(path)} has no column ${lacking}`, {
      hint: 'dars trace --clerical FILE writes what there is to decide',
    });
  }
  await file.load('#decisions', DECISION_COLUMNS);
  await readDecisions(linkageDatabase(connection), '#decisions');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** PDS as a trace reads it. */
async function pdsTables(connection: DuckDBConnection, pds: SourceScan): Promise<PdsTables> {
  const read = [
    'nhs_number',
    'replaced_by',
    'confidentiality',
    ...TRACED_COLUMNS.filter((name) => pds.has.includes(name)),
  ];
  const value = (name: (typeof TRACED_COLUMNS)[number], type: string, as: string = name): string =>
    pds.has.includes(name) ? `${name} AS ${as}` : `CAST(NULL AS ${type}) AS ${as}`;
  const demographics = [
    ...(['family_name', 'given_name', 'other_given_name'] as const).map((name) => value(name, 'VARCHAR')),
    value('date_of_birth', 'DATE', 'born'),
    value('gender', 'VARCHAR'),
    value('postcode', 'VARCHAR'),
    value('former_family_name', 'VARCHAR[]'),
    value('former_postcode', 'VARCHAR[]'),
  ].join(', ');
  const nhsNumber = (name: string): string => printExpression(call('nhs_number', column(name)));
  const confidentiality = printExpression(call('code', column('confidentiality')));
  const succession = quoteName(Tables.succession);
  const former = FORMER.filter((name) => pds.has.includes(name));
  const records = pds.select(read, former);
  // Most numbers are ten digits as they stand.
  const number = `CASE WHEN strlen(nhs_number) = 10 THEN nhs_number ELSE replace(replace(nhs_number, ' ', ''), '-', '') END AS number`;
  // Nearly nobody has one: it is read where there is one.
  const isSensitive = `CASE WHEN confidentiality IS NULL THEN false ELSE ${confidentiality} <> 'U' END AS sensitive`;
  return {
    records: `(SELECT ${number}, replaced_by IS NULL AS is_current, ${isSensitive}, ${demographics} FROM ${records} WHERE confidentiality IS NULL OR ${confidentiality} <> 'I')`,
    all: `(SELECT ${nhsNumber('nhs_number')} AS n, ${nhsNumber('replaced_by')} AS replaced_by, replaced_by IS NULL AS is_current, ${confidentiality} AS confidentiality, ${demographics} FROM ${records})`,
    succession,
    former,
    rows: pds.rows ?? (await count(connection, `SELECT count(*) FROM ${pds.select(['nhs_number'])}`)),
  };
}
