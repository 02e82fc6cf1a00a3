import { Readable } from 'node:stream';
import { createGzip, constants as zlib } from 'node:zlib';
import { Airlock, type AirlockTables } from '../disclosure/airlock.ts';
import type { AirlockBrief } from '../disclosure/airlock-brief.ts';
import { PERSONAL_NAMES } from '../disclosure/airlock-tables.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { compileFile, RELEASED, Tables } from '../plan/compile.ts';
import { type FilePlan, leadingColumns, type OutputColumn, stepOf } from '../plan/plan.ts';
import { printExpression, printRelation, quoteName, quoteText } from '../relation/print-sql.ts';
import { type Relation, table } from '../relation/relation.ts';
import { ALL_SLICES, SLICES, type SliceRange } from '../relation/slices.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { Locate } from './each-pass.ts';
import type { EngineProgress, Produced, WaterfallCount } from './engine.ts';
import { Fifo } from './fifo.ts';
import { makeReport } from './make-report.ts';
import { concatenateParquet } from './parquet-concatenation.ts';
import { passesFor, split } from './passes.ts';
import { findRareCodes } from './rare-codes.ts';
import { count, execute, MemoryExhausted, rows } from './sql.ts';
import { dropTables, stageRows } from './stage-rows.ts';
import { Tally } from './tally.ts';
import { writeTold } from './told-state.ts';
import { zstdFrames } from './zstd-frames.ts';

/** See `EngineSession.write`. */
export function writeFile(
  state: SessionState,
  file: FilePlan,
  brief: AirlockBrief,
  progress: EngineProgress,
  located: Locate,
): { plaintext: Readable; produced: Promise<Produced> } {
  const tally = new Tally();
  const airlock = new Airlock(brief, (sql) => rows(state.connection, sql));
  const bytes = assemble(state, file, passes(state, file, airlock, tally, progress, located), progress, located);
  const { promise, resolve, reject } = deferred<Produced>();
  // A stream that is destroyed before it is read never starts its generator: the promise must settle all the same.
  const plaintext = Readable.from(
    settling(bytes, () => resolve({ ...tally.produced(file), columns: schemaOf(file) }), reject),
    { objectMode: false },
  );
  plaintext.once('error', reject);
  promise.catch(() => {});
  return { plaintext, produced: promise };
}

async function* settling(
  bytes: AsyncIterable<Uint8Array>,
  done: () => void,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
    done();
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** The table of a pass, ready to be read out; `rows` are in it. */
interface Pass {
  readonly first: boolean;
  readonly rows: number;
  /** SQL that gives the rows in order. */
  readonly select: string;
}

/**
 * Makes the output slice by slice, looks at it, and lets it be read before the next is made. Memory is bounded by
 * making fewer slices at a time: where a pass does not fit, it is cut in half and tried again, which changes nothing in
 * what comes out, since rows are ordered by slice.
 */
async function* passes(
  state: SessionState,
  file: FilePlan,
  airlock: Airlock,
  tally: Tally,
  progress: EngineProgress,
  located: Locate,
): AsyncGenerator<Pass> {
  const { connection } = state;
  const isReport = stepOf(file.steps, 'tell') !== undefined;
  // A cohort is small beside PDS, and what is told of a member depends on all of it.
  const waiting: SliceRange[] = isReport ? [ALL_SLICES] : passesFor(state, file);
  let first = true;
  for (let range = waiting.shift(); range !== undefined; range = waiting.shift()) {
    const slices = range;
    try {
      const made = await located(() =>
        isReport ? makeReportTables(state, file, airlock) : makeTables(state, file, slices, airlock, progress),
      );
      tally.add(made.waterfall);
      yield { first, rows: made.rows, select: made.select };
      first = false;
      progress({ step: 'extract', done: slices.to, of: SLICES, rows: tally.rowsOf('in') });
    } catch (error) {
      if (!(error instanceof MemoryExhausted) || isReport || slices.to - slices.from < 2) throw error;
      waiting.unshift(...split(slices));
    } finally {
      await dropTables(connection);
    }
  }
}

async function makeTables(
  state: SessionState,
  file: FilePlan,
  slices: SliceRange,
  airlock: Airlock,
  progress: EngineProgress,
): Promise<{ waterfall: WaterfallCount[]; rows: number; select: string }> {
  const { connection, resolver } = state;
  const tell = (step: string): void => progress({ step, done: slices.from, of: SLICES, rows: 0 });
  tell('make');
  const compiled = compileFile(file, slices, state.facts);
  const make = (name: string, relation: Relation): Promise<void> =>
    execute(connection, `CREATE TEMP TABLE ${quoteName(name)} AS ${printRelation(relation, resolver)}`);
  const waterfall = await stageRows(state, compiled);
  await make(Tables.tokens, compiled.tokens);
  const place = compiled.place.map(printExpression).join(', ');
  const ties = await count(
    connection,
    `SELECT count(*) - count(DISTINCT hash(${place})) FROM ${quoteName(Tables.staged)} WHERE "#step" = ${RELEASED}`,
  );
  await make(Tables.output, compiled.output(ties > 0));
  await execute(connection, `DROP TABLE ${quoteName(Tables.staged)}`);
  tell('check');
  await look(
    airlock,
    file,
    airlockTables(state, printRelation(compileFile(file, ALL_SLICES, state.facts).released, resolver)),
  );
  const made = await count(connection, `SELECT count(*) FROM ${quoteName(Tables.output)}`);
  releasable(compiled.released, file);
  if (made !== (waterfall.find(({ step }) => step === 'released')?.rows ?? 0)) throw countFault(file);
  await execute(connection, `INSERT INTO "#released" SELECT "#person" FROM ${quoteName(Tables.tokens)}`);
  tell('write');
  return { waterfall, rows: made, select: printRelation(compiled.released, resolver) };
}

/** The same for a report of a tracking product, which is made whole. */
async function makeReportTables(
  state: SessionState,
  file: FilePlan,
  airlock: Airlock,
): Promise<{ waterfall: WaterfallCount[]; rows: number; select: string }> {
  const { connection, inputs } = state;
  const told = inputs.told?.get(stepOf(file.steps, 'tell')?.scope ?? '');
  if (told === undefined) throw new Error('nobody said what was told before');
  const waterfall = await makeReport(state, file, told);
  const select = `SELECT ${file.columns.map(quoteName).join(', ')} FROM ${quoteName(Tables.output)}`;
  await look(airlock, file, airlockTables(state, select));
  releasable(table(Tables.output), file);
  await writeTold(connection, told);
  return { waterfall, rows: waterfall.find(({ step }) => step === 'released')?.rows ?? 0, select };
}

async function look(airlock: Airlock, file: FilePlan, tables: AirlockTables): Promise<void> {
  const findings = await airlock.look(tables);
  if (findings.length === 0) return;
  const what = findings.map(({ message }) => message).join('; ');
  throw new Fault(ExitCode.disclosure, findings[0]?.code ?? 'airlock', `${file.dataset}: ${what}`, {
    hint: 'nothing was released; the column is not what the catalogue says, or must not be granted',
  });
}

/** The run-time half of what the types say: only what may be encrypted goes on. */
function releasable(output: Relation, file: FilePlan): void {
  const allowed =
    output.disclosure === 'pseudonymised' ||
    output.disclosure === 'aggregated' ||
    (output.disclosure === 'identified' && file.identifiability === 'identifiable');
  if (!allowed)
    throw new Fault(
      ExitCode.disclosure,
      'disclosure-class',
      `${file.dataset}: ${output.disclosure} data may not leave`,
    );
}

function airlockTables(state: SessionState, output: string): AirlockTables {
  const pds = state.sources.get('pds');
  const has = pds?.has ?? [];
  const types = {
    ...Object.fromEntries(PERSONAL_NAMES.map((name) => [name, 'VARCHAR'])),
    postcode: 'VARCHAR',
    date_of_birth: 'DATE',
  };
  const columns = Object.entries(types).map(([name, type]) =>
    has.includes(name) ? quoteName(name) : `CAST(NULL AS ${type}) AS ${quoteName(name)}`,
  );
  const read = Object.keys(types).filter((name) => has.includes(name));
  return {
    output: `(${output})`,
    tokens: quoteName(Tables.tokens),
    succession: quoteName(Tables.succession),
    pds: `(SELECT nhs_number, ${columns.join(', ')} FROM ${pds?.select(['nhs_number', ...read])})`,
  };
}

/** The file's bytes out of its passes: one CSV, one Parquet file, one Arrow file, compressed as asked. */
async function* assemble(
  state: SessionState,
  file: FilePlan,
  all: AsyncGenerator<Pass>,
  progress: EngineProgress,
  located: Locate,
): AsyncGenerator<Uint8Array> {
  await execute(state.connection, 'CREATE OR REPLACE TEMP TABLE "#released" (person BIGINT)');
  await findRareCodes(state, file, progress, located);
  if (file.format === 'arrow') {
    const { encodeArrow } = await import('./arrow-encode.ts');
    yield* encodeArrow(schemaOf(file), chunks(state, file, all));
    return;
  }
  const fifo = await Fifo.create(state.inputs.limits.temp);
  try {
    if (file.format === 'parquet') yield* concatenateParquet(copies(state, file, all, fifo, located));
    else if (file.compression === 'gzip') yield* gzipped(flat(copies(state, file, all, fifo, located)));
    else if (file.compression === 'zstd') yield* zstdFrames(flat(copies(state, file, all, fifo, located)));
    else yield* flat(copies(state, file, all, fifo, located));
  } finally {
    await fifo[Symbol.asyncDispose]();
  }
}

/** One COPY a pass into the pipe. A part ends only when its COPY succeeded: the pipe alone can't tell (engine.md 1.4). */
async function* copies(
  state: SessionState,
  file: FilePlan,
  all: AsyncGenerator<Pass>,
  fifo: Fifo,
  located: Locate,
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  for await (const pass of all) {
    // A pass without rows still makes the header, or the schema, of the first.
    if (pass.rows === 0 && !pass.first) continue;
    yield copied(state, copyStatement(file, pass, fifo.path), pass, fifo, located);
  }
}

async function* copied(
  state: SessionState,
  statement: string,
  pass: Pass,
  fifo: Fifo,
  located: Locate,
): AsyncGenerator<Uint8Array> {
  const socket = await fifo.reader();
  const copying = located(() => rows(state.connection, statement));
  copying.catch(() => socket.destroy());
  try {
    // A COPY that fails closes the pipe like one that succeeds; the socket's own end means nothing until it is asked.
    for await (const chunk of socket) yield chunk as Uint8Array;
    const [result] = await copying;
    if (Number(result?.['Count']) !== pass.rows)
      throw new Fault(ExitCode.disclosure, 'row-count', 'an output lost rows on its way out');
  } catch (error) {
    await copying;
    throw error;
  } finally {
    socket.destroy();
    await copying.catch(() => {});
  }
}

function copyStatement(file: FilePlan, pass: Pass, path: string): string {
  const options =
    file.format === 'parquet'
      ? 'FORMAT parquet, COMPRESSION zstd'
      : `FORMAT csv, DELIMITER '|', QUOTE '"', ESCAPE '"', NULLSTR '', HEADER ${pass.first}, COMPRESSION none`;
  return `COPY (${outputSelect(file, pass)}) TO ${quoteText(path)} (${options})`;
}

/** The output with the types that its format has: text as the source wrote it in CSV, real types in Parquet and Arrow. */
function outputSelect(file: FilePlan, { select }: Pass): string {
  const columns = schemaOf(file).map(({ name, type }) => {
    const sql = quoteName(name);
    if (file.format === 'csv' || type === 'text') return sql;
    const target = type === 'integer' ? 'BIGINT' : type === 'decimal' ? 'DOUBLE' : 'DATE';
    return `CAST(${type === 'integer' ? `CAST(${sql} AS DOUBLE)` : sql} AS ${target}) AS ${sql}`;
  });
  return `SELECT ${columns.join(', ')} FROM (${select})`;
}

function schemaOf(file: FilePlan): { name: string; type: OutputColumn['type'] }[] {
  const columns = stepOf(file.steps, 'minimise')?.columns ?? [];
  return [
    ...leadingColumns(file).map((name) => ({ name, type: 'text' as const })),
    ...columns.map(({ name, type }) => ({ name, type })),
  ];
}

async function* chunks(state: SessionState, file: FilePlan, all: AsyncGenerator<Pass>) {
  for await (const pass of all) {
    if (pass.rows === 0) continue;
    const result = await state.connection.stream(outputSelect(file, pass));
    let read = 0;
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      read += chunk.rowCount;
      yield chunk;
    }
    if (read !== pass.rows) throw new Fault(ExitCode.disclosure, 'row-count', 'an output lost rows on its way out');
  }
}

async function* flat(parts: AsyncIterable<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) yield* part;
}

/** Level 1: three times as fast as the default on rows like these, for a sixth more bytes. */
async function* gzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 1, chunkSize: 1 << 18, memLevel: 9, strategy: zlib.Z_DEFAULT_STRATEGY });
  const source = Readable.from(bytes, { objectMode: false });
  source.once('error', (error) => gzip.destroy(error));
  source.pipe(gzip);
  yield* gzip as AsyncIterable<Uint8Array>;
}

function countFault(file: FilePlan): Fault {
  return new Fault(
    ExitCode.disclosure,
    'row-count',
    `${file.dataset}: the output has another number of rows than the plan released`,
  );
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
