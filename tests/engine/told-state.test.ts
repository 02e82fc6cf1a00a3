import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bindKey } from '../../src/engine/bind-key.ts';
import { connect } from '../../src/engine/connect.ts';
import { execute, rows } from '../../src/engine/sql.ts';
import { loadTold, writeTold } from '../../src/engine/told-state.ts';
import { Secret } from '../../src/kernel/secret.ts';

test('what was told is read with the key that it was written with, and with no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dars-told-'));
  const { instance, connection } = await connect({ memory: '200MB', threads: 1 });
  try {
    const key = (byte: number): Secret<Uint8Array> => new Secret(new Uint8Array(32).fill(byte));
    const path = join(folder, 'told.parquet');
    await bindKey(connection, key(1));
    await execute(
      connection,
      `CREATE TEMP TABLE "#telling" AS SELECT 'I' AS item, 'M' AS member, 1 AS turn, 'D' AS digest, 'O' AS open`,
    );
    await writeTold(connection, { before: [], now: path });
    await loadTold(connection, { before: [path], now: '' });
    expect(await rows(connection, `SELECT item, turn FROM "#told" WHERE member <> ''`)).toEqual([
      { item: 'I', turn: 1 },
    ]);
    await bindKey(connection, key(2));
    await expect(loadTold(connection, { before: [path], now: '' })).rejects.toMatchObject({
      exit: 10,
      code: 'told-with-another-key',
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
});
