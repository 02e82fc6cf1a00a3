import type { DuckDBConnection } from '@duckdb/node-api';
import { type CompiledFile, Tables, WATERFALL } from '../plan/compile.ts';
import { printRelation, quoteName } from '../relation/print-sql.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { WaterfallCount } from './engine.ts';
import { count, execute, rows } from './sql.ts';
import { duplicateFault } from './succession.ts';

/** Makes Tables.staged for a pass: every row with the step at which it leaves the flow, or what is released of it. */
export async function stageRows(
  { connection, resolver }: SessionState,
  compiled: Pick<CompiledFile, 'people' | 'staged'>,
): Promise<WaterfallCount[]> {
  const people = quoteName(Tables.people);
  await execute(connection, `CREATE TEMP TABLE ${people} AS ${printRelation(compiled.people, resolver)}`);
  const twice = await count(
    connection,
    `SELECT (SELECT count("#person") - count(DISTINCT "#person") FROM ${people}) + (SELECT count(*) FROM ${people} p SEMI JOIN ${quoteName(Tables.succession)} s ON p."#person" = s."#superseded")`,
  );
  if (twice > 0) throw duplicateFault();
  const staged = quoteName(Tables.staged);
  await execute(connection, `CREATE TEMP TABLE ${staged} AS ${printRelation(compiled.staged, resolver)}`);
  const waterfall = await waterfallOf(connection);
  await execute(connection, `DROP TABLE ${people}`);
  return waterfall;
}

export async function dropTables(connection: DuckDBConnection): Promise<void> {
  for (const name of [Tables.people, Tables.staged, Tables.tokens, Tables.output]) {
    await execute(connection, `DROP TABLE IF EXISTS ${quoteName(name)}`);
  }
}

async function waterfallOf(connection: DuckDBConnection): Promise<WaterfallCount[]> {
  const counted = await rows(
    connection,
    `WITH who AS MATERIALIZED (SELECT "#step" AS step, "#who" AS who, count(*) AS n FROM ${quoteName(Tables.staged)} GROUP BY "#step", "#who")
     SELECT step, sum(n) AS n, count(who) AS people FROM who GROUP BY step
     UNION ALL SELECT -1, coalesce(sum(n), 0), count(DISTINCT who) FROM who`,
  );
  return counted.map((row) => {
    const step = Number(row['step']);
    return {
      step: step < 0 ? 'in' : (WATERFALL[step] ?? 'released'),
      rows: Number(row['n']),
      people: Number(row['people']),
    };
  });
}
