import type { DuckDBConnection } from '@duckdb/node-api';
import { Tables } from '../plan/compile.ts';
import { call, column, text } from '../relation/expression.ts';
import { printExpression, quoteName, quoteText } from '../relation/print-sql.ts';
import { execute, rows } from './sql.ts';

/** Whom a token stands for. */
export interface FoundPerson {
  readonly token: string;
  /** The number that the token was made of. */
  readonly number: string;
  /** The person's number today; undefined where the way there is not to be trusted. */
  readonly current: string | undefined;
}

/**
 * Whom tokens stand for: every number that PDS knows is given its token again, and compared. Nothing is looked up, so
 * there is no table that could be stolen. `tokens` are 32 upper-case hex digits and few; so is what comes back.
 */
export async function findPeople(
  connection: DuckDBConnection,
  pds: string,
  tokens: readonly string[],
): Promise<FoundPerson[]> {
  await execute(
    connection,
    `CREATE TEMP TABLE "#wanted" AS SELECT unnest([${tokens.map(quoteText).join(', ')}]::VARCHAR[]) AS token`,
  );
  const token = printExpression(call('token', text('PERSON'), call('nhs_text', column('number'))));
  const found = await rows(
    connection,
    `SELECT f.token, ${printExpression(call('nhs_text', column('number')))} AS number,
       ${printExpression(call('nhs_text', column('now')))} AS current
     FROM (SELECT f.token, f.number, CASE WHEN s."#superseded" IS NULL THEN f.number ELSE s."#current" END AS now
       FROM (SELECT token, number FROM (SELECT number, ${token} AS token FROM (
         SELECT DISTINCT ${printExpression(call('nhs_number', column('nhs_number')))} AS number FROM ${pds}) WHERE number IS NOT NULL) SEMI JOIN "#wanted" USING (token)) f
       LEFT JOIN ${quoteName(Tables.succession)} s ON f.number = s."#superseded") f ORDER BY f.token`,
  );
  await execute(connection, 'DROP TABLE "#wanted"');
  return found.map((row) => ({
    token: String(row['token']),
    number: String(row['number']),
    current: row['current'] === null ? undefined : String(row['current']),
  }));
}
