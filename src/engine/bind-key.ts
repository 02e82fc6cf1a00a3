import { createHmac } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Secret } from '../kernel/secret.ts';
import { SLICE_PRIME } from '../relation/slices.ts';

const BLOCK = 64;

/**
 * Gives DuckDB the key of the agreement as variables: HMAC's inner and outer padded key (RFC 2104) and two numbers for
 * dealing people into slices, one for outputs with tokens and one for outputs with names. They are bound as parameters, so that they stand in no statement and no message.
 */
export async function bindKey(connection: DuckDBConnection, key: Secret<Uint8Array>): Promise<void> {
  const padded = Buffer.alloc(BLOCK);
  padded.set(key.reveal());
  await setBlob(
    connection,
    'hmac_inner',
    padded.map((byte) => byte ^ 0x36),
  );
  await setBlob(
    connection,
    'hmac_outer',
    padded.map((byte) => byte ^ 0x5c),
  );
  for (const name of ['slice', 'identified_slice']) {
    const label = `dars/${name.replace('_', '-')}/v1`;
    const factor = createHmac('sha256', key.reveal()).update(label).digest().readUInt32BE(0);
    const statement = await connection.prepare(`SET VARIABLE ${name}_key = CAST($1 AS BIGINT)`);
    statement.bindInteger(1, (factor % (SLICE_PRIME - 1)) + 1);
    await statement.run();
  }
}

async function setBlob(connection: DuckDBConnection, name: string, value: Uint8Array): Promise<void> {
  const statement = await connection.prepare(`SET VARIABLE ${name} = $1`);
  statement.bindBlob(1, value);
  await statement.run();
}
