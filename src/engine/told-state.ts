import type { DuckDBConnection } from '@duckdb/node-api';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { call, text } from '../relation/expression.ts';
import { printExpression, quoteText } from '../relation/print-sql.ts';
import type { ToldFiles } from './engine.ts';
import { count, execute } from './sql.ts';

/**
 * What was told is kept as keyed digests (HMAC, the agreement's key) of who and what, never as values: whoever finds
 * the files learns how much was told and nothing else. A row is the state of one thing that can be told of a member:
 * `item`, `member`, how often it began (`turn`), and the digests of its values, all of them and without those that are
 * withheld of sensitive records; null where it has ended.
 */
const COLUMNS = 'item VARCHAR, member VARCHAR, turn INTEGER, digest VARCHAR, open VARCHAR';

/** `SQL -> SQL`: the keyed digest of a text. The types have a blank, which no column's token has. */
export function digestOf(type: 'ITEM' | 'MEMBER' | 'VALUE' | 'EVENT', sql: string): string {
  const marked = printExpression(call('token', text(`TRACKED ${type}`), { kind: 'column', name: '#text' }));
  return marked.replaceAll('"#text"', () => `(${sql})`);
}

/** One row of every file, which shows with which key it was written. */
const KEY_ROW = digestOf('ITEM', quoteText('key'));

/** -> `#told`: for each item the state that the recipient knows of, from the files of what was delivered. */
export async function loadTold(connection: DuckDBConnection, told: ToldFiles): Promise<void> {
  const parts = told.before.map((path, index) => `SELECT ${index} AS file, * FROM read_parquet(${quoteText(path)})`);
  const all = parts.length === 0 ? `SELECT 0 AS file, * FROM "#no_told"` : parts.join(' UNION ALL ');
  await execute(connection, `CREATE OR REPLACE TEMP TABLE "#no_told" (${COLUMNS})`);
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE "#told" AS SELECT item, member, turn, digest, open FROM (${all})
     QUALIFY row_number() OVER (PARTITION BY item ORDER BY file DESC) = 1`,
  );
  const known = await count(connection, `SELECT count(*) FROM (${all}) WHERE item = ${KEY_ROW}`);
  if (known !== told.before.length) {
    throw new Fault(ExitCode.workspace, 'told-with-another-key', 'what was told before was recorded with another key', {
      hint: 'see keys.pseudonym in dars.yaml: with this key everything would be told again',
    });
  }
}

/** Writes `#telling`, what this release adds to what the recipient knows, once it is known to be right. */
export async function writeTold(connection: DuckDBConnection, told: ToldFiles): Promise<void> {
  await execute(
    connection,
    `COPY (SELECT item, member, turn, digest, open FROM "#telling"
           UNION ALL SELECT ${KEY_ROW}, '', 0, NULL, NULL ORDER BY item)
     TO ${quoteText(told.now)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}
