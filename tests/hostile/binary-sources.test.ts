import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { HES, makeWorkspace, type Tree, type WorkspaceParts } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { expectStopped } from './expect-stopped.ts';

/** The usual source in another format; every column is text. */
let parquet: Buffer;
let arrow: Buffer;

beforeAll(async () => {
  const [header = [], ...rows] = HES.trimEnd()
    .split('\n')
    .map((line) => line.split('|'));
  arrow = Buffer.from(
    tableToIPC(
      tableFromArrays(Object.fromEntries(header.map((name, index) => [name, rows.map((row) => row[index] ?? '')]))),
      'file',
    ),
  );
  const folder = mkdtempSync(join(tmpdir(), 'dars-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  writeFileSync(join(folder, 'hes.csv'), HES);
  const reading = `read_csv('${folder}/hes.csv', delim = '|', all_varchar = true, quote = '')`;
  await connection.run(`COPY (SELECT * FROM ${reading}) TO '${folder}/hes.parquet' (FORMAT parquet, COMPRESSION zstd)`);
  parquet = readFileSync(join(folder, 'hes.parquet'));
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

function reading(name: string, content: Uint8Array): WorkspaceParts {
  return {
    files: { [`data/${name}`]: content },
    workspace: (tree) => {
      (tree['sources'] as Tree)['hes_apc'] = { path: `data/${name}` };
    },
  };
}

describe.each([
  { name: 'hes.parquet', whole: () => parquet },
  { name: 'hes.arrow', whole: () => arrow },
])('$name', ({ name, whole }) => {
  it('gives the same release as the CSV file it was made from', async () => {
    using workspace = await makeWorkspace(reading(name, whole()));
    const ran = await darsHere(workspace.root, ['run', 'diabetes-apc']);
    expect(ran.stderr).not.toContain('dars:');
    expect(ran.stdout).toContain('4 rows, 10 columns');
  });

  it.each([0, 0.001, 0.01, 0.2, 0.5, 0.8, 0.99, 0.999])(
    'stops the run where it was cut at %d of its length',
    async (share) => {
      const bytes = whole();
      const cut = bytes.subarray(0, Math.min(bytes.length - 1, Math.ceil(bytes.length * share)));
      await expectStopped(reading(name, cut), { exit: 11, says: [name, 'cut short'] });
    },
  );

  it('stops the run where a piece of its middle is gone', async () => {
    const bytes = whole();
    const half = Math.floor(bytes.length / 2);
    const holed = Buffer.concat([bytes.subarray(0, half), bytes.subarray(half + 40)]);
    await expectStopped(reading(name, holed), { exit: 11, says: [name] });
  });

  it('stops the run where it is another file by that name', async () => {
    await expectStopped(reading(name, Buffer.from(HES)), { exit: 11, says: [name] });
  });
});

it('a Parquet file with damaged pages stops the run', async () => {
  const damaged = Buffer.from(parquet);
  damaged.fill(0xff, 40, 200);
  await expectStopped(reading('hes.parquet', damaged), { exit: 11, says: ['cut short or damaged', 'hint: '] });
});
