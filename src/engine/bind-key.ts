import { createHmac } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Secret } from '../kernel/secret.ts';
import { SLICE_PRIME } from '../relation/slices.ts';

const BLOCK = 64;

/**
 * Gives DuckDB the key of the agreement as variables: HMAC's inner and outer padded key (RFC 2104) and a number for
 * dealing people into slices. They are bound as parameters, so that they stand in no statement and no message.
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
  const slice = createHmac('sha256', key.reveal()).update('dars/slice/v1').digest().readUInt32BE(0);
  const statement = await connection.prepare('SET VARIABLE slice_key = CAST($1 AS BIGINT)');
  statement.bindInteger(1, (slice % (SLICE_PRIME - 1)) + 1);
  await statement.run();
}

async function setBlob(connection: DuckDBConnection, name: string, value: Uint8Array): Promise<void> {
  const statement = await connection.prepare(`SET VARIABLE ${name} = $1`);
  statement.bindBlob(1, value);
  await statement.run();
}
