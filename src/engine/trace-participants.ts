import { quoted } from '../kernel/document.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { COHORT } from '../linkage/cohort/cohort-tables.ts';
import { MATCH_COLUMNS } from '../linkage/trace/match-rows.ts';
import { dropTrace } from '../linkage/trace/trace-cohort.ts';
import { TRACED } from '../linkage/trace/trace-tables.ts';
import { traceReport } from '../linkage/trace-quality/trace-report.ts';
import { Tables } from '../plan/compile.ts';
import type { TracePlan } from '../plan/plan.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { EngineProgress, TracedCohort } from './engine.ts';
import { linkageDatabase } from './linkage-database.ts';
import type { SourceScan } from './source-scan.ts';
import { count, execute } from './sql.ts';
import { takeInUploads, traceTakenIn } from './trace-members.ts';

/** What an applicant sent, by the names that it has once it was taken in. */
const SENT = ['nhs', 'family_name', 'given_name', 'other_given_name', 'gender', 'born', 'postcode'] as const;
export type SentField = (typeof SENT)[number];

/** The column of the participants that holds it. */
export const sentColumn = (field: SentField): string => `#sent ${field}`;

/**
 * Takes in the cohort of a product and traces it; `Tables.participants` of the product holds afterwards who is in it, under
 * which study id, and who left it. A file with a problem of its own is a Fault, exit 11, and nobody is traced.
 */
export async function traceParticipants(
  { connection, inputs }: SessionState,
  { product, terms, exempt }: TracePlan,
  pds: SourceScan,
  progress: EngineProgress,
): Promise<TracedCohort> {
  const { tracing } = inputs;
  const paths = tracing?.files.get(product);
  if (tracing === undefined || paths === undefined) throw new Error('a cohort was to be traced without its file');
  const { today } = tracing;
  const validation = await takeInUploads(connection, paths, terms, today);
  if (validation.problems.length > 0) {
    throw new Fault(ExitCode.source, 'cohort', `${validation.file} of ${quoted(product)} can’t be taken in`, {
      problems: validation.problems.map(({ code, message }) => ({ code, message })),
      hint: 'dars trace FILE --check tells more; the applicant has to send another',
    });
  }
  const trace = await traceTakenIn(
    connection,
    pds,
    tracing.decisions.get(product),
    Number(today.slice(0, 4)),
    (step, part) =>
      progress({ step: `trace ${step}`, done: (part?.number ?? 1) - 1, of: part?.of ?? 1, rows: validation.adds }),
  );
  const bases =
    exempt.length === 0 ? 'false' : `coalesce(c.legal_basis IN (${exempt.map(quoteText).join(', ')}), false)`;
  const match = Object.entries(MATCH_COLUMNS).map(
    ([name, column]) => `CAST(t.${column} AS VARCHAR) AS ${quoteName(`#match ${name}`)}`,
  );
  const sent = SENT.map((field) => `c.${field} AS ${quoteName(sentColumn(field))}`);
  const table = quoteName(Tables.participants(product));
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${table} AS
     SELECT c.study_id AS "#study", CASE WHEN c.adds THEN 'added' ELSE 'deleted' END AS "#state", t.person AS "#participant",
       c.from_day AS "#from", c.to_day AS "#to", ${bases} AS "#exempt", ${match.join(', ')}, ${sent.join(', ')}
     FROM ${COHORT} c LEFT JOIN ${TRACED} t USING (row) ORDER BY c.row`,
  );
  const found = await count(connection, `SELECT count("#participant") FROM ${table}`);
  // One study id for a person, or a row of theirs would come out twice.
  const twice = await count(connection, `SELECT count("#participant") - count(DISTINCT "#participant") FROM ${table}`);
  if (twice > 0) throw new Error('two participants were traced to one person');
  const database = linkageDatabase(connection);
  const quality = await traceReport(database, validation, trace);
  await dropTrace(database);
  return { product, validation, quality, participants: trace.participants, found };
}
