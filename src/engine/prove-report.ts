import { tellsChanges } from '../pipeline/tracking-report.ts';
import { type FilePlan, stepOf } from '../plan/plan.ts';
import { quoteText } from '../relation/print-sql.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { Produced } from './engine.ts';
import { dropReport, NOW, SENT_ROWS, STANDING } from './make-report.ts';
import { proveNobodyOptedOut, refuted } from './prove-file.ts';
import { rows } from './sql.ts';

/**
 * Proves a report by another way than the one that made it: the files of what was told are read anew, the one just
 * written among them, and must make up exactly what the sources have of the members today; each difference to before
 * must be a row of the report and each row such a difference; nobody in it has opted out. (Design, section 4, step 11.)
 */
export async function proveReport(state: SessionState, file: FilePlan, produced: Produced): Promise<void> {
  await proveNobodyOptedOut(state, file);
  const tell = stepOf(file.steps, 'tell');
  const told = state.inputs.told?.get(tell?.scope ?? '');
  if (tell === undefined || told === undefined) throw new Error('nothing to prove');
  const claimed = (step: string): number => produced.waterfall.find((each) => each.step === step)?.rows ?? 0;
  if (claimed('in') !== claimed('not reported') + claimed('told before') + claimed('released'))
    throw refuted(file, 'the waterfall does not add up');
  const [counted] = await rows(
    state.connection,
    tellsChanges(tell.report) ? changes([...told.before, told.now]) : everybody(),
  );
  await dropReport(state.connection);
  for (const [name, sentence] of [
    ['untold', 'what the recipient would know lacks something that is so'],
    ['stale', 'the recipient would go on to know something that is not so'],
    ['strangers', 'rows of members who are not reported on are among those released'],
  ] as const) {
    if (Number(counted?.[name]) > 0) throw refuted(file, sentence);
  }
  if (Number(counted?.['events']) !== produced.rows)
    throw refuted(file, `rows released: the run says ${produced.rows}, the second count ${counted?.['events']}`);
}

function changes(files: readonly string[]): string {
  const read = files.map(
    (path, index) => `SELECT ${index} AS n, item, member, turn, digest, open FROM read_parquet(${quoteText(path)})`,
  );
  const fold = (of: readonly string[]): string =>
    of.length === 0
      ? 'SELECT item, member, turn, digest, open FROM "#telling" WHERE false'
      : `SELECT item, arg_max(member, n) AS member, arg_max(turn, n) AS turn, arg_max({'d': digest}, n)['d'] AS digest, arg_max({'d': open}, n)['d'] AS open FROM (${of.join(' UNION ALL ')}) WHERE member <> '' GROUP BY item`;
  return `WITH before AS (${fold(read.slice(0, -1))}), after AS (${fold(read)}),
     reported AS (SELECT digest AS member, "#study" FROM ${STANDING} WHERE reported),
     guarded AS (SELECT DISTINCT "#study" FROM "#rows" WHERE "#sensitive"),
     things AS (SELECT a.* FROM after a SEMI JOIN reported r ON a.member = r.member WHERE a.digest IS NOT NULL AND a.digest <> a.member)
     SELECT (SELECT count(*) FROM ${NOW} n LEFT JOIN after a ON n.item = a.item
             WHERE a.digest IS DISTINCT FROM n.digest AND NOT (n.guarded AND a.open IS NOT DISTINCT FROM n.open)) AS "untold",
            (SELECT count(*) FROM things t ANTI JOIN ${NOW} n ON t.item = n.item
             JOIN reported r ON t.member = r.member WHERE r."#study" NOT IN (SELECT "#study" FROM guarded)) AS "stale",
            (SELECT count(*) FROM ${SENT_ROWS} o WHERE NOT stops AND o."#study" NOT IN (SELECT "#study" FROM reported)) AS "strangers",
            (SELECT count(*) FROM after a LEFT JOIN before b ON a.item = b.item
             WHERE (a.turn, a.digest) IS DISTINCT FROM (b.turn, b.digest) AND NOT (b.item IS NULL AND a.digest = a.member)) AS "events"`;
}

function everybody(): string {
  return `SELECT 0 AS "untold", 0 AS "stale",
     (SELECT count(*) FROM ${SENT_ROWS} o WHERE o."#study" NOT IN (SELECT "#study" FROM ${STANDING} WHERE reported)) AS "strangers",
     (SELECT count(*) FROM "#rows" r SEMI JOIN (SELECT "#study" FROM ${STANDING} WHERE reported) s ON r."#study" = s."#study") AS "events"`;
}
