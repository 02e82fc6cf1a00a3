import type { DuckDBConnection } from '@duckdb/node-api';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { tellsChanges } from '../pipeline/tracking-report.ts';
import { Tables } from '../plan/compile.ts';
import { compileReport, keyColumn } from '../plan/compile-tracking.ts';
import { type FilePlan, type OutputColumn, type Step, stepOf, type TrackedEvent } from '../plan/plan.ts';
import { printRelation, quoteName, quoteText } from '../relation/print-sql.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { ToldFiles, WaterfallCount } from './engine.ts';
import { differs } from './list-cleaning.ts';
import { execute, rows } from './sql.ts';
import { digestOf, loadTold } from './told-state.ts';

type Tell = Step & { kind: 'tell' };

/** The members of a report, whether each is reported on, and the digest that they are remembered by. */
export const STANDING = quoteName('#standing');
/** What the sources have of the members today, a row for each thing that can be told: an item. */
export const NOW = quoteName('#now');
/** Whom the rows of the report are of, and whether they say that no more will come; kept until it is proven. */
export const SENT_ROWS = quoteName('#sent_rows');
const OUTPUT = quoteName(Tables.output);

/** An item that no source has: that a member is reported on at all. */
export const REPORTING = 'REPORTING';

/**
 * Makes a report -> `Tables.output` in its order, `#telling`: what it adds to what the recipient knows, and
 * `#released`: the people in it. Returns its waterfall.
 *
 * Who is not reported, because they opted out or PDS does not know them, is left as they were told; that they are not
 * reported any more is told once, without the reason. Their items go on from there if they come back.
 */
export async function makeReport(state: SessionState, file: FilePlan, told: ToldFiles): Promise<WaterfallCount[]> {
  const { connection } = state;
  const tell = stepOf(file.steps, 'tell');
  if (tell === undefined) throw new Error('a file that tells nothing was let through');
  const compiled = compileReport(file, state.facts.lacks(file.dataset));
  await markStanding(state, file);
  await checkMembers(connection, file);
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#rows" AS ${printRelation(compiled.rows, state.resolver)}`);
  await loadTold(connection, told);
  if (tellsChanges(tell.report)) {
    await makeItems(connection, tell, compiled.columns, compiled.keys);
    await compareItems(connection, tell, compiled.columns);
  } else {
    await makeStatus(connection, tell, compiled.columns);
  }
  const stops = tellsChanges(tell.report) ? `"EVENT" = 'NO_LONGER_REPORTED'` : 'false';
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${SENT_ROWS} AS SELECT "STUDY_ID" AS "#study", ${stops} AS stops FROM ${OUTPUT}`,
  );
  await execute(
    connection,
    `INSERT INTO "#released" SELECT DISTINCT "#member" FROM ${OUTPUT} WHERE "#member" IS NOT NULL`,
  );
  return waterfall(connection);
}

/** Everything that a report makes on its way, which must not meet the next. */
export async function dropReport(connection: DuckDBConnection): Promise<void> {
  for (const name of ['#standing', '#rows', '#now', '#told', '#no_told', '#changes', '#telling', '#sent_rows'])
    await execute(connection, `DROP TABLE IF EXISTS ${quoteName(name)}`);
}

async function markStanding({ connection, facts }: SessionState, file: FilePlan): Promise<void> {
  const applies = stepOf(file.steps, 'remove-opt-outs')?.policy.apply === true;
  const listed = 'o."#opted" IS NOT NULL';
  const opted = !applies ? 'false' : facts.optOutMode === 'deny-list' ? listed : `NOT (${listed})`;
  // The root of a person's tree is their current number.
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${STANDING} AS
     SELECT m.*, "#participant" AS "#member", "#participant" IS NOT NULL AND ("#exempt" OR NOT (${opted})) AS reported,
            ${digestOf('MEMBER', '"#study"')} AS digest
     FROM ${quoteName(Tables.participants(file.product))} m LEFT JOIN ${quoteName(Tables.optOuts)} o ON m."#participant" = o."#opted"
     WHERE "#state" = 'added'`,
  );
}

/** Text that is the same for the same values only, nulls told from empty texts. */
function written(columns: readonly string[]): string {
  const parts = columns.map((name) => {
    const text = `CAST(${quoteName(name)} AS VARCHAR)`;
    return `coalesce(length(${text}) || ':' || ${text}, '-')`;
  });
  return parts.length === 0 ? `''` : parts.join(` || ';' || `);
}

const isSomething = (columns: readonly string[]): string =>
  columns.length === 0 ? 'false' : `(${columns.map((name) => `${quoteName(name)} IS NOT NULL`).join(' OR ')})`;

/** `study`, `event` and what else tells an item from others, as one text. */
const itemText = (event: string, key: string): string =>
  `length("#study") || ':' || "#study" || ';' || ${quoteText(event)} || ';' || ${key}`;

async function makeItems(
  connection: DuckDBConnection,
  tell: Tell,
  columns: readonly OutputColumn[],
  keys: number,
): Promise<void> {
  const withheld = new Set(columns.filter((each) => each.withheld).map(({ name }) => name));
  const selects = tell.events.map((event) => {
    const open = event.columns.filter((name) => !withheld.has(name));
    const out = columns.map(({ name }) =>
      event.columns.includes(name) ? quoteName(name) : `CAST(NULL AS VARCHAR) AS ${quoteName(name)}`,
    );
    const parts = Array.from({ length: keys }, (_, index) => keyColumn(index));
    // Rows with one key are told apart by what is in them, so that the order of the source plays no part.
    const values = written(event.columns);
    const among = `row_number() OVER (PARTITION BY "#study", ${written(parts)} ORDER BY ${values})`;
    const key = tell.key.length === 0 && keys === 0 ? `''` : `${written(parts)} || ';' || ${among}`;
    return `SELECT "#study", "#member", "#sensitive" AND ${open.length < event.columns.length} AS guarded, ${quoteText(event.event)} AS event, ${event.occurrence} AS occurrence,
       ${itemText(event.event, key)} AS item_text, ${values} AS value_text, ${written(open)} AS open_text, ${out.join(', ')}
       FROM "#rows" WHERE ${tell.report === 'event-notification' ? present(event, columns) : 'true'}`;
  });
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${NOW} AS
     SELECT i.* EXCLUDE (item_text, value_text, open_text), ${digestOf('ITEM', 'item_text')} AS item, s.digest AS member,
            ${digestOf('VALUE', 'value_text')} AS digest, ${digestOf('VALUE', 'open_text')} AS open
     FROM (${selects.join(' UNION ALL BY NAME ')}) i JOIN ${STANDING} s ON i."#study" = s."#study" WHERE s.reported`,
  );
}

/** Whether a PDS record has the event: some value of it, and no death that was taken back (status U). */
function present(event: TrackedEvent, columns: readonly OutputColumn[]): string {
  const status = columns.find(({ name, from }) => event.columns.includes(name) && from === 'death_status');
  const takenBack = status === undefined ? 'false' : `coalesce(upper(trim(${quoteName(status.name)})) = 'U', false)`;
  return `${isSomething(event.columns)} AND NOT ${takenBack}`;
}

/**
 * Holds what is against what was told. A thing that happens (a death, a removal, a registration) is new, corrected or
 * ended; of states that follow each other (a practice, an area) each is a new event. Of a sensitive record nothing is
 * told to have changed or ended that PDS withholds: that would tell that it is sensitive.
 */
async function compareItems(connection: DuckDBConnection, tell: Tell, columns: readonly OutputColumn[]): Promise<void> {
  const names = columns.map(({ name }) => quoteName(name));
  // What was told and is no more has no row today; which event it was, its own digest says.
  const events = tell.events.map(({ event, occurrence }) => `(${quoteText(event)}, ${occurrence})`);
  const isOfRecord = tell.report === 'event-notification';
  const ended = isOfRecord
    ? `SELECT s."#study", s."#member", e.event, e.occurrence, t.item, s.digest AS member
       FROM ${STANDING} s CROSS JOIN (VALUES ${events.join(', ')}) e(event, occurrence)
       JOIN "#told" t ON t.item = ${digestOf('ITEM', `length(s."#study") || ':' || s."#study" || ';' || e.event || ';'`)} WHERE s.reported`
    : `SELECT s."#study", s."#member", e.event, e.occurrence, t.item, s.digest AS member
       FROM "#told" t JOIN ${STANDING} s ON t.member = s.digest CROSS JOIN (VALUES ${events.join(', ')}) e(event, occurrence) WHERE s.reported`;
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#changes" AS
     WITH before AS (${ended} ), guards AS (SELECT DISTINCT "#study", "#sensitive" FROM "#rows"),
     both_sides AS (
       SELECT coalesce(n."#study", b."#study") AS "#study", coalesce(n."#member", b."#member") AS "#member", coalesce(n.event, b.event) AS event,
              coalesce(n.occurrence, b.occurrence) AS occurrence, coalesce(n.item, b.item) AS item, coalesce(n.member, b.member) AS member,
              coalesce(n.guarded, false) AS guarded, n.digest, n.open, ${names.map((name) => `n.${name}`).join(', ')}
       FROM ${NOW} n FULL JOIN before b ON n.item = b.item)
     SELECT c.* EXCLUDE (guarded), t.turn AS told_turn, t.digest AS told_digest,
       CASE WHEN c.digest IS NOT NULL AND t.digest IS NULL THEN 'new'
            WHEN c.digest IS NULL AND t.digest IS NOT NULL THEN CASE WHEN ${guardedEnd(tell, columns)} THEN NULL ELSE 'ended' END
            WHEN c.digest IS NOT NULL AND c.digest <> t.digest THEN
              CASE WHEN guarded AND c.open = t.open THEN NULL WHEN occurrence THEN 'corrected' ELSE 'new' END
       END AS change
     FROM both_sides c LEFT JOIN "#told" t ON c.item = t.item LEFT JOIN guards g ON c."#study" = g."#study"
     WHERE c.digest IS NOT NULL OR t.digest IS NOT NULL`,
  );
  const turn = `CASE change WHEN 'new' THEN coalesce(told_turn, 0) + 1 ELSE told_turn END`;
  const standing = isOfRecord ? `UNION ALL BY NAME ${standingChanges()}` : '';
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#telling" AS SELECT item, member, turn, digest, open FROM (
       SELECT item, member, ${turn} AS turn, digest, open FROM "#changes" WHERE change IS NOT NULL ${standing})`,
  );
  const told = isOfRecord ? `UNION ALL BY NAME SELECT * FROM (${standingChanges()}) WHERE change IS NOT NULL` : '';
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${OUTPUT} AS
     SELECT "#study" AS "STUDY_ID", left(${digestOf('EVENT', `item || ';' || turn || ';' || mark`)}, 16) AS "EVENT_ID", event AS "EVENT", change AS "CHANGE", ${names.join(', ')}, "#member"
     FROM (SELECT "#study", "#member", item, ${turn} AS turn, '' AS mark,
                  CASE WHEN event = 'REMOVAL' AND change = 'ended' THEN 'RE_ENTRY' ELSE event END AS event, change, ${names.join(', ')}
           FROM "#changes" WHERE change IS NOT NULL ${told})
     ORDER BY ${digestOf('MEMBER', '"#study"')}, "STUDY_ID", "EVENT", "EVENT_ID"`,
  );
}

/** Whether an end must not be told: the record is sensitive now, and the event has columns that are then withheld. */
function guardedEnd(tell: Tell, columns: readonly OutputColumn[]): string {
  const withheld = columns.filter((each) => each.withheld).map(({ name }) => name);
  const events = tell.events.filter((event) => event.columns.some((name) => withheld.includes(name)));
  if (events.length === 0 || tell.report !== 'event-notification') return 'false';
  return `coalesce(g."#sensitive", false) AND c.event IN (${events.map(({ event }) => quoteText(event)).join(', ')})`;
}

/**
 * Members who are reported on for the first time, which the recipient sees by their events; who are no longer, which is
 * told; and who are again. `change` is null where nothing is told.
 */
function standingChanges(): string {
  const item = digestOf('ITEM', `length("#study") || ':' || "#study" || ';${REPORTING};'`);
  return `SELECT s."#study", NULL AS "#member", s.item, s.digest AS member,
      CASE WHEN s.reported THEN coalesce(t.turn, 0) + 1 ELSE t.turn END AS turn,
      CASE WHEN s.reported THEN s.digest END AS digest, CASE WHEN s.reported THEN s.digest END AS open,
      CASE WHEN s.reported THEN 'REPORTED_AGAIN' ELSE 'NO_LONGER_REPORTED' END AS event,
      CASE WHEN s.reported THEN 'again' ELSE 'no longer' END AS mark,
      CASE WHEN NOT s.reported OR t.turn IS NOT NULL THEN 'new' END AS change
    FROM (SELECT *, ${item} AS item FROM ${STANDING}) s LEFT JOIN "#told" t ON s.item = t.item
    WHERE s.reported <> (t.digest IS NOT NULL)`;
}

/** Reports of everybody as they are today. */
async function makeStatus(connection: DuckDBConnection, tell: Tell, columns: readonly OutputColumn[]): Promise<void> {
  const leading = tell.report === 'list-cleaning' ? `${differs(columns)} AS "DIFFERS",` : '';
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${OUTPUT} AS
     SELECT s."#study" AS "STUDY_ID", ${leading} ${columns.map(({ name }) => `r.${quoteName(name)}`).join(', ')}, s."#member"
     FROM "#rows" r JOIN ${STANDING} s ON r."#study" = s."#study" WHERE s.reported ORDER BY s.digest, "STUDY_ID"`,
  );
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#changes" (item VARCHAR, change VARCHAR, "#study" VARCHAR)`);
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#telling" (item VARCHAR, member VARCHAR, turn INTEGER, digest VARCHAR, open VARCHAR)`,
  );
}

/** What there was to tell, and what became of it: things of members, and one for each member who is not reported. */
async function waterfall(connection: DuckDBConnection): Promise<WaterfallCount[]> {
  const [row] = await rows(
    connection,
    `WITH silent AS (SELECT "#study" FROM ${STANDING} WHERE NOT reported AND "#study" NOT IN (SELECT "STUDY_ID" FROM ${OUTPUT})),
          same AS (SELECT "#study" FROM "#changes" WHERE change IS NULL)
     SELECT (SELECT count(*) FROM silent) AS "silent", (SELECT count(*) FROM same) AS "same", (SELECT count(DISTINCT "#study") FROM same) AS "same_people",
            (SELECT count(*) FROM ${OUTPUT}) AS "out", (SELECT count(DISTINCT "STUDY_ID") FROM ${OUTPUT}) AS "out_people",
            (SELECT count(DISTINCT study) FROM (SELECT "#study" AS study FROM silent UNION ALL SELECT "#study" FROM same UNION ALL SELECT "STUDY_ID" FROM ${OUTPUT})) AS "people"`,
  );
  const number = (name: string): number => Number(row?.[name] ?? 0);
  return [
    { step: 'in', rows: number('silent') + number('same') + number('out'), people: number('people') },
    { step: 'not reported', rows: number('silent'), people: number('silent') },
    { step: 'told before', rows: number('same'), people: number('same_people') },
    { step: 'released', rows: number('out'), people: number('out_people') },
  ];
}

/** That there is somebody to report on: a cohort or a PDS that was fetched in vain looks like everybody gone. */
async function checkMembers(connection: DuckDBConnection, { product }: FilePlan): Promise<void> {
  const [row] = await rows(
    connection,
    `SELECT count(*) AS n, count(*) FILTER (WHERE reported) AS "known" FROM ${STANDING}`,
  );
  if (Number(row?.['n']) === 0) {
    throw new Fault(ExitCode.source, 'no-rows', `${product} has no members`, {
      hint: 'see cohort of the pipeline: a later upload deletes whom an earlier one added',
    });
  }
  if (Number(row?.['known']) === 0) {
    throw new Fault(ExitCode.source, 'nobody-resolved', `none of the members of ${product} can be reported on`, {
      hint: 'PDS must have their NHS number and date of birth: see sources.pds.path in dars.yaml; is the file whole?',
    });
  }
}
