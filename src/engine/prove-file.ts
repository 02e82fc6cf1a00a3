import { PDS } from '../catalogue/catalogue.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { Tables } from '../plan/compile.ts';
import { type FilePlan, stepOf } from '../plan/plan.ts';
import { selectionOf, stayDateOf } from '../plan/row-conditions.ts';
import { call, column } from '../relation/expression.ts';
import { printExpression, quoteName } from '../relation/print-sql.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { OptOutLocation, Produced } from './engine.ts';
import { optOutNumbers } from './opt-outs.ts';
import { provingPartsFor } from './passes.ts';
import { count, execute, rows } from './sql.ts';

/**
 * Counts a file again by another way than the one that made it: numbers are grouped before anybody is looked up,
 * successions are walked as a closure instead of doubled pointers, and the opt-out list is read anew. The rows in must
 * equal those released, unresolved, opted out and not selected; and nobody released may have an opted-out number.
 * (Design, section 4, step 11.) Any difference is a Fault, exit 13.
 */
export async function proveFile(state: SessionState, file: FilePlan, produced: Produced): Promise<void> {
  const { connection, sources } = state;
  const source = sources.get(file.dataset);
  const read = stepOf(file.steps, 'read');
  const resolve = stepOf(file.steps, 'resolve');
  if (source === undefined || read === undefined || resolve === undefined) throw new Error('nothing to prove');
  const { people, applies, participants } = await proveNobodyOptedOut(state, file);
  const nhs = numberOf;

  const lacking = read.columns.map(({ name }) => name).filter((name) => !source.has.includes(name));
  const selected = printExpression(selectionOf(file, lacking));
  const cohort = stepOf(file.steps, 'keep-cohort') === undefined ? undefined : quoteName(Tables.cohort);
  const columns = read.columns.map(({ name }) => name).filter((name) => source.has.includes(name));
  const named = columns.map((name) => `${quoteName(name)} AS ${quoteName(`#row ${name}`)}`).join(', ');
  const stay = stayDateOf(file);
  const day = stay === undefined ? 'CAST(NULL AS DATE)' : printExpression(stay);
  // Written otherwise than in the compiler: a row without a date is in no stay that has an end.
  const here =
    stay === undefined
      ? 'true'
      : `coalesce(g.day, DATE '0001-01-01') >= coalesce(x."#from", DATE '0001-01-01') AND coalesce(g.day, DATE '9999-12-31') <= coalesce(x."#to", DATE '9999-12-31')`;
  const totals = { in: 0, unresolved: 0, opted: 0, released: 0 };
  const parts = provingPartsFor(state, file);
  for (let part = 0; part < parts; part += 1) {
    const share = (name: string): string => (parts === 1 ? 'true' : `coalesce(${name} % ${parts}, 0) = ${part}`);
    const grouped = `SELECT own, ${day} AS day, count(*) AS n, count(*) FILTER (WHERE ${selected}) AS chosen
      FROM (SELECT ${nhs(resolve.key)} AS own, ${named} FROM ${source.select(columns)}) WHERE ${share('own')} GROUP BY own, day`;
    const known = resolve.unresolved === 'keep' ? 'true' : 'person IS NOT NULL';
    const [sums] = await rows(
      connection,
      `SELECT sum(n) AS "in", coalesce(sum(n) FILTER (WHERE NOT (${known})), 0) AS unresolved,
              coalesce(sum(n) FILTER (WHERE ${known} AND opted), 0) AS opted,
              coalesce(sum(chosen) FILTER (WHERE ${known} AND NOT opted AND member), 0) AS released
       FROM (SELECT g.n, g.chosen, coalesce(p.nhs, t.person) AS person, ${participants === undefined ? optedSql(state, applies) : `(${optedSql(state, applies)} AND NOT coalesce(x."#exempt", false))`} AS opted,
                    ${cohort === undefined ? 'true' : 'c."#member" IS NOT NULL'}${participants === undefined ? '' : ` AND x."#participant" IS NOT NULL AND ${here}`} AS member
             FROM (${grouped}) g
             LEFT JOIN (SELECT nhs FROM (${people}) WHERE ${share('nhs')}) p ON g.own = p.nhs
             LEFT JOIN "#tops" t ON g.own = t.n
             LEFT JOIN "#hit" h ON g.own = h.n
             LEFT JOIN "#miss" m ON g.own = m.n
             ${participants === undefined ? '' : `LEFT JOIN ${participants} x ON coalesce(p.nhs, t.person) = x."#participant"`}
             ${cohort === undefined ? '' : `LEFT JOIN ${cohort} c ON coalesce(p.nhs, t.person) = c."#member"`})`,
    );
    totals.in += Number(sums?.['in'] ?? 0);
    totals.unresolved += Number(sums?.['unresolved']);
    totals.opted += Number(sums?.['opted']);
    totals.released += Number(sums?.['released']);
  }
  const claimed = (step: string): number => produced.waterfall.find((each) => each.step === step)?.rows ?? 0;
  const sum = produced.waterfall.filter(({ step }) => step !== 'in').reduce((total, { rows: n }) => total + n, 0);
  if (sum !== claimed('in')) throw refuted(file, 'the waterfall does not add up');
  for (const [name, counted, said] of [
    ['rows in', totals.in, claimed('in')],
    ['rows unresolved', totals.unresolved, claimed('unresolved')],
    ['rows opted out', totals.opted, claimed('opted out')],
    ['rows released', totals.released, produced.rows],
  ] as const) {
    if (counted !== said) throw refuted(file, `${name}: the run says ${said}, the second count ${counted}`);
  }
}

/** SQL: a column as an NHS number, or null. */
const numberOf = (name: string): string => printExpression(call('nhs_number', column(name)));

/**
 * Walks the successions anew, reads the opt-out list anew, and looks for opted-out people, and for people who are no
 * participants, among those released. Leaves `#tops`, `#hit` and `#miss` behind, and gives the SQL of current people by
 * `nhs` and the table of the participants.
 */
export async function proveNobodyOptedOut(
  state: SessionState,
  file: FilePlan,
): Promise<{ readonly people: string; readonly applies: boolean; readonly participants: string | undefined }> {
  const { connection, sources } = state;
  const pds = sources.get(PDS);
  if (pds === undefined) throw new Error('nothing to prove');
  const nhs = numberOf;
  const invalid = `coalesce(upper(trim(confidentiality)) = 'I', false)`;
  const records = pds.select(['nhs_number', 'replaced_by', 'confidentiality']);
  const applies = stepOf(file.steps, 'remove-opt-outs')?.policy.apply === true && state.inputs.optOuts !== undefined;

  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#pairs" AS SELECT ${nhs('nhs_number')} AS own, ${nhs('replaced_by')} AS ahead, ${invalid} AS invalid FROM ${records} WHERE replaced_by IS NOT NULL`,
  );
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#reaches" AS WITH RECURSIVE r(n, up) AS (
       SELECT own, ahead FROM "#pairs" WHERE ahead IS NOT NULL
       UNION SELECT r.n, p.ahead FROM r JOIN "#pairs" p ON r.up = p.own WHERE p.ahead IS NOT NULL) SELECT n, up FROM r`,
  );
  const people = `SELECT ${nhs('nhs_number')} AS nhs FROM ${records} WHERE replaced_by IS NULL AND NOT ${invalid}`;
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#broken" AS SELECT own AS n FROM "#pairs" WHERE invalid OR ahead IS NULL
     UNION SELECT r.n FROM "#reaches" r JOIN "#pairs" p ON r.up = p.own WHERE p.invalid OR p.ahead IS NULL`,
  );
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#tops" AS SELECT r.n, r.up AS person FROM "#reaches" r SEMI JOIN (${people}) p ON r.up = p.nhs ANTI JOIN "#broken" b ON r.n = b.n`,
  );
  await markOptOuts(state, applies ? state.inputs.optOuts : undefined);

  const keep = stepOf(file.steps, 'keep-participants');
  const participants = keep === undefined ? undefined : quoteName(Tables.participants(keep.cohort));
  const bound =
    participants === undefined
      ? '"#released"'
      : `(SELECT * FROM "#released" ANTI JOIN (SELECT "#participant" AS person FROM ${participants} WHERE "#exempt") USING (person))`;
  const optedReleased = applies ? await count(connection, releasedOptOuts(state.inputs.optOuts, bound)) : 0;
  if (optedReleased > 0) throw refuted(file, 'people who opted out are among those released');
  const strangers =
    participants === undefined
      ? 0
      : await count(
          connection,
          `SELECT count(*) FROM "#released" r ANTI JOIN ${participants} n ON r.person = n."#participant" AND n."#state" = 'added'`,
        );
  if (strangers > 0) throw refuted(file, 'people who are no participants are among those released');
  return { people, applies, participants };
}

/** `#hit`: numbers whose tree has a listed number. `#miss`: with a keep-list, numbers whose tree has an unlisted one. */
async function markOptOuts({ connection }: SessionState, location: OptOutLocation | undefined): Promise<void> {
  if (location === undefined) {
    await execute(connection, 'CREATE OR REPLACE TEMP TABLE "#hit" (n BIGINT)');
    await execute(connection, 'CREATE OR REPLACE TEMP TABLE "#miss" (n BIGINT)');
    return;
  }
  const listed = await optOutNumbers(connection, location.paths);
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#list" AS SELECT DISTINCT n FROM (${listed})`);
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#hit" AS ${sameTree('SELECT n FROM "#list"')}`);
  if (location.mode === 'deny-list') {
    await execute(connection, 'CREATE OR REPLACE TEMP TABLE "#miss" (n BIGINT)');
    return;
  }
  const asked = location.request === undefined ? undefined : await optOutNumbers(connection, [location.request]);
  const members = 'SELECT own AS n FROM "#pairs" UNION SELECT ahead FROM "#pairs" WHERE ahead IS NOT NULL';
  const unlisted = `SELECT x.n FROM (${members}) x ANTI JOIN "#list" l ON x.n = l.n ${asked === undefined ? '' : `SEMI JOIN (${asked}) a ON x.n = a.n`}`;
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#miss" AS ${sameTree(unlisted)}`);
}

/** All numbers that share a tree with one of these: they or their successors are among them or their successors. */
function sameTree(numbers: string): string {
  const upwards = `SELECT n FROM (${numbers}) UNION SELECT r.up FROM "#reaches" r SEMI JOIN (${numbers}) s ON r.n = s.n`;
  return `SELECT n FROM (${upwards}) UNION SELECT r.n FROM "#reaches" r SEMI JOIN (${upwards}) u ON r.up = u.n`;
}

function optedSql(state: SessionState, applies: boolean): string {
  if (!applies) return 'false';
  return state.inputs.optOuts?.mode === 'keep-list' ? '(h.n IS NULL OR m.n IS NOT NULL)' : '(h.n IS NOT NULL)';
}

/** How many of the people released must not be; `released` is those whom opt-outs bind. */
function releasedOptOuts(location: OptOutLocation | undefined, released: string): string {
  return location?.mode === 'keep-list'
    ? `SELECT count(*) FROM (SELECT person FROM ${released} r ANTI JOIN "#hit" h ON r.person = h.n UNION ALL SELECT person FROM ${released} r SEMI JOIN "#miss" m ON r.person = m.n)`
    : `SELECT count(*) FROM ${released} r SEMI JOIN "#hit" h ON r.person = h.n`;
}

export function refuted(file: FilePlan, what: string): Fault {
  return new Fault(ExitCode.disclosure, 'not-proven', `${file.product}, ${file.dataset}: ${what}`, {
    hint: 'the release was destroyed; nothing left. This should not happen: keep the inputs and report it',
  });
}
