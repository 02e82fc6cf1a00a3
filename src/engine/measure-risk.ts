import { measureRisk, type Risk } from '../disclosure/risk/measure-risk.ts';
import type { RiskSubject } from '../disclosure/risk/risk-subject.ts';
import type { RiskTerms } from '../disclosure/risk/risk-terms.ts';
import { signatureSql } from '../disclosure/risk/signature-sql.ts';
import { RELEASED, Tables } from '../plan/compile.ts';
import { stepOf } from '../plan/plan.ts';
import type { RiskFile } from '../plan/risk-file.ts';
import { quoteName } from '../relation/print-sql.ts';
import { SLICES } from '../relation/slices.ts';
import type { SessionState } from './duckdb-engine.ts';
import { eachPass, type Locate } from './each-pass.ts';
import type { EngineProgress } from './engine.ts';
import { execute, rows } from './sql.ts';

const PEOPLE = '"#risk people"';
const OTHERS = '"#risk others"';
const EVENTS = '"#risk events"';
const parts = {
  own: (index: number): string => `"#risk own ${index}"`,
  all: (index: number): string => `"#risk all ${index}"`,
  sensitive: (index: number, position: number): string => `"#risk sensitive ${index} ${position}"`,
};

/**
 * See `EngineSession.risk`. People of several files are one person where their token is one. Rows are made a slice at a
 * time, as those of an output are; what is kept is one row a person, of numbers.
 */
export async function riskOf(
  state: SessionState,
  files: readonly RiskFile[],
  terms: RiskTerms,
  progress: EngineProgress,
  located: Locate,
): Promise<Risk> {
  const { connection } = state;
  const run = (sql: string): Promise<void> => execute(connection, sql);
  try {
    await run(`CREATE TEMP TABLE ${EVENTS} (person BIGINT, event UBIGINT)`);
    for (const [index, file] of files.entries()) {
      await ownRows(state, file, index, progress, located);
      await population(state, file, index, progress, located);
    }
    await run(`CREATE TEMP TABLE ${PEOPLE} AS ${together(files, parts.own)}`);
    await run(
      `CREATE TEMP TABLE ${OTHERS} AS SELECT * FROM (${together(files, parts.all)}) ANTI JOIN ${PEOPLE} USING (person)`,
    );
    for (const index of files.keys()) {
      await run(`DROP TABLE ${parts.own(index)}`);
      await run(`DROP TABLE ${parts.all(index)}`);
    }
    progress({ step: 'risk', done: SLICES, of: SLICES, rows: 0 });
    return await measureRisk(subjectOf(files), terms, (sql) => rows(connection, sql), run);
  } finally {
    for (const [index, { sensitive }] of files.entries()) {
      const tables = [parts.own(index), parts.all(index), ...sensitive.map((_, at) => parts.sensitive(index, at))];
      for (const name of tables) await run(`DROP TABLE IF EXISTS ${name}`);
    }
    for (const name of [PEOPLE, OTHERS, EVENTS, '"#special"', '"#drawn"', '"#holders"']) {
      await run(`DROP TABLE IF EXISTS ${name}`);
    }
  }
}

function subjectOf(files: readonly RiskFile[]): RiskSubject {
  const events = files.flatMap((file) => file.events.map(({ name }) => name));
  return {
    quasiIdentifiers: files.flatMap(({ quasiIdentifiers }) => quasiIdentifiers),
    people: PEOPLE,
    others: OTHERS,
    sensitive: files.flatMap(({ sensitive }, index) =>
      sensitive.map(({ name, ordered }, at) => ({ name, ordered, table: parts.sensitive(index, at) })),
    ),
    events: events.length === 0 ? undefined : { table: EVENTS, columns: events },
  };
}

/** Everybody in the output, with their values, what is sensitive of them, and their events. */
async function ownRows(
  state: SessionState,
  file: RiskFile,
  index: number,
  progress: EngineProgress,
  located: Locate,
): Promise<void> {
  const { connection } = state;
  const columns = levelColumns(file);
  await createSignatures(state, parts.own(index), columns);
  for (const at of file.sensitive.keys()) {
    await execute(connection, `CREATE TEMP TABLE ${parts.sensitive(index, at)} (person BIGINT, value VARCHAR)`);
  }
  const keeps = stepOf(file.own.steps, 'resolve')?.unresolved === 'keep';
  await eachPass(state, file.own, 'risk', progress, located, async ({ from }) => {
    // A row that leads to nobody has no token, so it is nobody else's: a person of its own, in no other file.
    const before = (index * SLICES + from) * 1_000_000_000_000;
    const person = keeps ? `coalesce("#person", -(${before} + row_number() OVER ()))` : '"#person"';
    await execute(
      connection,
      `CREATE OR REPLACE TEMP TABLE "#risk rows" AS SELECT ${person} AS person, * EXCLUDE ("#step", "#who", "#person") FROM ${quoteName(Tables.staged)} WHERE "#step" = ${RELEASED}`,
    );
    await execute(connection, `INSERT INTO ${parts.own(index)} ${signatureSql('"#risk rows"', columns)}`);
    for (const [at, { column }] of file.sensitive.entries()) {
      await execute(
        connection,
        `INSERT INTO ${parts.sensitive(index, at)} SELECT DISTINCT person, coalesce(CAST(${column} AS VARCHAR), '') FROM "#risk rows"`,
      );
    }
    if (file.events.length > 0) {
      const names = file.events.map(({ column }) => column);
      await execute(
        connection,
        `INSERT INTO ${EVENTS} SELECT DISTINCT person, hash(${index}, ${names.join(', ')}) FROM "#risk rows" WHERE coalesce(${names.map((name) => `CAST(${name} AS VARCHAR)`).join(', ')}) IS NOT NULL`,
      );
    }
    await execute(connection, 'DROP TABLE "#risk rows"');
  });
}

/**
 * Everybody whom the source knows: by their rows in the file's period where they have some, else by all of them. An
 * attacker who knows the population need not know who of it was in hospital in those years.
 */
async function population(
  state: SessionState,
  file: RiskFile,
  index: number,
  progress: EngineProgress,
  located: Locate,
): Promise<void> {
  const { connection } = state;
  const columns = levelColumns(file);
  const table = parts.all(index);
  await createSignatures(state, table, columns);
  const named = ['"#person" AS person', ...columns].join(', ');
  const released = `SELECT ${named} FROM ${quoteName(Tables.staged)} WHERE "#step" = ${RELEASED}`;
  if (file.inPeriod !== undefined) {
    await eachPass(state, file.inPeriod, 'risk', progress, located, () =>
      execute(connection, `INSERT INTO ${table} ${signatureSql(`(${released})`, columns)}`),
    );
  }
  await eachPass(state, file.whenever, 'risk', progress, located, () =>
    execute(
      connection,
      `INSERT INTO ${table} ${signatureSql(`(SELECT * FROM (${released}) ANTI JOIN ${table} USING (person))`, columns)}`,
    ),
  );
}

function levelColumns({ quasiIdentifiers }: RiskFile): string[] {
  return quasiIdentifiers.flatMap(({ levels }) => levels.map(({ column }) => column));
}

async function createSignatures(
  { connection }: SessionState,
  table: string,
  columns: readonly string[],
): Promise<void> {
  const typed = ['person BIGINT', ...columns.map((name) => `${name} UBIGINT`)];
  await execute(connection, `CREATE TEMP TABLE ${table} (${typed.join(', ')})`);
}

/** One row a person over all files; 0 where a file knows nothing of them. */
function together(files: readonly RiskFile[], part: (index: number) => string): string {
  const columns = files.flatMap(levelColumns).map((name) => `coalesce(${name}, 0) AS ${name}`);
  const joined = files.map(
    (_, index) => `${index === 0 ? '' : 'FULL JOIN '}${part(index)}${index === 0 ? '' : ' USING (person)'}`,
  );
  return `SELECT ${['person', ...columns].join(', ')} FROM ${joined.join(' ')}`;
}
