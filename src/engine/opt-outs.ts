import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { Tables } from '../plan/compile.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import type { OptOutInspection, OptOutLocation } from './engine.ts';
import { filesAt } from './files-at.ts';
import { count, execute, MemoryExhausted, rows } from './sql.ts';

type Defect = NonNullable<OptOutInspection['defect']>;

/** A line of the list: an NHS number, in one of the ways people write it, and perhaps the comma of the national service. */
const LINE = `'\\s*[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\\s*,?\\s*'`;

/**
 * Looks at a list before anything is done with it. It is whole only if every line is a number, and if either all lines
 * or none end with a comma: the national service ends each line with one, so that a last line without it was cut off.
 */
export async function inspectOptOuts(
  connection: DuckDBConnection,
  location: OptOutLocation,
): Promise<OptOutInspection> {
  const hash = createHash('sha256');
  const refused = (defect: Defect): OptOutInspection => ({ defect, numbers: 0, sha256: '' });
  try {
    const files = await filesAt(connection, location.paths);
    if (files.length === 0) return refused({ code: 'missing', message: 'the opt-out list is missing' });
    for (const file of files)
      await pipeline(createReadStream(file), async (chunks) => {
        for await (const chunk of chunks) hash.update(chunk);
      });
    const sha256 = hash.digest('hex');
    for (const file of files) {
      const defect = await lineDefect(connection, file, 'the opt-out list');
      if (defect !== undefined) return refused(defect);
    }
    const numbers = await count(connection, `SELECT count(DISTINCT n) FROM (${numbersOf(files)})`);
    const answer = await requestDefect(connection, files, location);
    return { defect: answer, numbers, sha256 };
  } catch (error) {
    if (error instanceof MemoryExhausted) throw error;
    return refused({ code: 'malformed', message: 'the opt-out list can’t be read' });
  }
}

/** What is wrong with the lines of a list; `what` is how the sentence calls it. */
async function lineDefect(connection: DuckDBConnection, file: string, what: string): Promise<Defect | undefined> {
  const [seen] = await rows(
    connection,
    `SELECT count(*) AS lines, count(*) FILTER (WHERE NOT regexp_full_match(line, ${LINE})) AS bad, count(*) FILTER (WHERE ends_with(trim(line), ',')) AS commas FROM ${lines(file)}`,
  );
  const name = `${what} ${basename(file)}`;
  const [total, bad, commas] = [Number(seen?.['lines']), Number(seen?.['bad']), Number(seen?.['commas'])];
  if (total === 0) return { code: 'empty', message: `${name} is empty` };
  if (bad > 0)
    return { code: 'malformed', message: `${name} is malformed: ${bad} of ${total} lines hold no NHS number` };
  if (commas > 0 && commas < total)
    return { code: 'malformed', message: `${name} is cut short: some lines lack their comma` };
  return undefined;
}

/** The answer lists a part of what was asked; a number nobody asked about means that it answers something else. */
async function requestDefect(
  connection: DuckDBConnection,
  files: readonly string[],
  location: OptOutLocation,
): Promise<Defect | undefined> {
  if (location.mode === 'deny-list' || location.request === undefined) return undefined;
  const asked = await filesAt(connection, [location.request]);
  if (asked.length === 0) return { code: 'missing', message: 'the request that the opt-out list answers is missing' };
  for (const file of asked) {
    const defect = await lineDefect(connection, file, 'the request that the opt-out list answers');
    if (defect !== undefined) return defect;
  }
  const unasked = await count(
    connection,
    `SELECT count(*) FROM (${numbersOf(files)}) l ANTI JOIN (${numbersOf(asked)}) r ON l.n = r.n`,
  );
  return unasked === 0
    ? undefined
    : { code: 'answer', message: `the opt-out list holds numbers that its request did not ask about: ${unasked}` };
}

/**
 * Makes the table of trees. Deny-list: the trees with a listed number, to be removed. Keep-list: the trees that may
 * stay: some number is listed, and every number of the tree that was asked about is (all of them, where the request is
 * not at hand).
 */
export async function loadOptOuts(connection: DuckDBConnection, location: OptOutLocation): Promise<void> {
  const files = await filesAt(connection, location.paths);
  await execute(connection, `CREATE TEMP TABLE "#listed" AS SELECT DISTINCT n FROM (${numbersOf(files)})`);
  const succession = quoteName(Tables.succession);
  const trees = `SELECT DISTINCT coalesce(s."#root", l.n) AS "#opted" FROM "#listed" l LEFT JOIN ${succession} s ON l.n = s."#superseded"`;
  if (location.mode === 'deny-list') {
    await execute(connection, `CREATE TEMP TABLE ${quoteName(Tables.optOuts)} AS ${trees}`);
    return;
  }
  const asked =
    location.request === undefined
      ? undefined
      : `SELECT DISTINCT n FROM (${numbersOf(await filesAt(connection, [location.request]))})`;
  const members = `SELECT "#superseded" AS n, "#root" AS tree FROM ${succession} UNION SELECT "#root", "#root" FROM ${succession}`;
  const unlisted = `SELECT DISTINCT tree FROM (SELECT m.n, m.tree FROM (${members}) m ANTI JOIN "#listed" l ON m.n = l.n) u ${asked === undefined ? '' : `SEMI JOIN (${asked}) r ON u.n = r.n`}`;
  await execute(
    connection,
    `CREATE TEMP TABLE ${quoteName(Tables.optOuts)} AS SELECT t."#opted" FROM (${trees}) t ANTI JOIN (${unlisted}) b ON t."#opted" = b.tree`,
  );
}

/** An empty table, for plans in which every dataset is exempt. */
export async function noOptOuts(connection: DuckDBConnection): Promise<void> {
  await execute(connection, 'CREATE TEMP TABLE "#listed" (n BIGINT)');
  await execute(connection, `CREATE TEMP TABLE ${quoteName(Tables.optOuts)} ("#opted" BIGINT)`);
}

/** SQL that gives the listed numbers as `n`, read from the files. */
export async function optOutNumbers(connection: DuckDBConnection, paths: readonly string[]): Promise<string> {
  return numbersOf(await filesAt(connection, paths));
}

function numbersOf(files: readonly string[]): string {
  return files
    .map((file) => `SELECT CAST(regexp_replace(line, '[^0-9]', '', 'g') AS BIGINT) AS n FROM ${lines(file)}`)
    .join(' UNION ALL ');
}

/** The lines of a text file, or the one column of a Parquet file; a first line `nhs_number` is a header. */
function lines(file: string): string {
  if (/\.parquet$/i.test(file))
    return `(SELECT CAST(COLUMNS(*) AS VARCHAR) AS line FROM read_parquet(${quoteText(file)}))`;
  const dialect = `header = false, auto_detect = false, delim = '\\x01', quote = '', escape = '', strict_mode = true, columns = {'line': 'VARCHAR'}, nullstr = '\\x02'`;
  return `(SELECT line FROM read_csv(${quoteText(file)}, ${dialect}) WHERE trim(line) <> '' AND lower(trim(line, ' ,"')) <> 'nhs_number')`;
}
