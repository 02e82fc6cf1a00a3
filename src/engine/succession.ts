import type { DuckDBConnection } from '@duckdb/node-api';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { Tables } from '../plan/compile.ts';
import { call, column } from '../relation/expression.ts';
import { printExpression, quoteName } from '../relation/print-sql.ts';
import { count, execute } from './sql.ts';

/**
 * Makes the table of superseded numbers from PDS: the root of each number's tree, and the person's current number, or
 * null where a cycle, an invalid record on the way or a successor that is no NHS number makes the person unresolvable.
 *
 * Pointers are doubled: after k rounds each number points 2^k steps ahead, so a chain of any length takes few rounds.
 * When a round brings nobody new to an end, what is left runs in circles. The root of a circle is its least number, so
 * that opt-outs still reach everybody in it.
 */
export async function buildSuccession(connection: DuckDBConnection, pds: string): Promise<void> {
  const nhs = (name: string): string => printExpression(call('nhs_number', column(name)));
  await execute(
    connection,
    `CREATE TEMP TABLE "#walk" AS SELECT own, ahead, least(own, coalesce(ahead, own)) AS low, invalid FROM (
       SELECT ${nhs('nhs_number')} AS own, ${nhs('replaced_by')} AS ahead, coalesce(${printExpression(call('code', column('confidentiality')))} = 'I', false) AS invalid
       FROM ${pds} WHERE replaced_by IS NOT NULL) WHERE own IS NOT NULL`,
  );
  if ((await count(connection, 'SELECT count(*) - count(DISTINCT own) FROM "#walk"')) > 0) throw duplicateFault();
  // Nearly every number is superseded by one that is current, and is at its end already: only the others walk on.
  const split = async (from: string): Promise<number> => {
    await execute(
      connection,
      `CREATE OR REPLACE TEMP TABLE "#ahead" AS SELECT * FROM ${from} w SEMI JOIN "#walk" n ON w.ahead = n.own`,
    );
    await execute(
      connection,
      `INSERT INTO "#ended" SELECT * FROM ${from} w WHERE NOT EXISTS (SELECT 1 FROM "#walk" n WHERE n.own = w.ahead)`,
    );
    return count(connection, 'SELECT count(*) FROM "#ahead"');
  };
  const all = '(FROM "#ended" UNION ALL FROM "#ahead")';
  await execute(connection, 'CREATE TEMP TABLE "#ended" AS SELECT * FROM "#walk" LIMIT 0');
  let left = await split('"#walk"');
  let circling = false;
  // Once only circles are left, so many more rounds let every number see all of its circle.
  let roundsLeft = Number.POSITIVE_INFINITY;
  while (left > 0 && roundsLeft > 0) {
    await execute(
      connection,
      `CREATE OR REPLACE TEMP TABLE "#next" AS SELECT w.own, coalesce(n.ahead, w.ahead) AS ahead, least(w.low, n.low) AS low, w.invalid OR n.invalid AS invalid
       FROM "#ahead" w JOIN ${all} n ON w.ahead = n.own`,
    );
    const now = await split('"#next"');
    if (now === left && !circling) {
      circling = true;
      roundsLeft = Math.ceil(Math.log2(now + 1)) + 1;
    } else if (circling) roundsLeft -= 1;
    left = now;
  }
  const ended = `"#superseded", coalesce(ahead, own) AS "#root", CASE WHEN NOT invalid THEN ahead END AS "#current" FROM "#ended"`;
  await execute(
    connection,
    `CREATE TEMP TABLE ${quoteName(Tables.succession)} AS
     SELECT own AS ${ended} UNION ALL SELECT w.own, n.low, NULL FROM "#ahead" w JOIN ${all} n ON w.ahead = n.own`,
  );
  for (const table of ['walk', 'ended', 'ahead', 'next']) await execute(connection, `DROP TABLE IF EXISTS "#${table}"`);
}

/** PDS has one record a number; two would make two rows out of one, or hide a succession. */
export function duplicateFault(): Fault {
  return new Fault(ExitCode.source, 'pds-duplicate', 'the PDS source has more than one record for an NHS number', {
    hint: 'it must hold one current record a number; take the highest serial change number',
  });
}
