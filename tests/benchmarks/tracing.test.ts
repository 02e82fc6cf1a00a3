import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCohort } from '../../src/synth/cohort.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';

function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, ['--import', 'tsx', ...args], { encoding: 'utf8' });
}

test('the tracing benchmark runs, small: with histories nobody is taken for another', async () => {
  using workspace = await makeWorkspace({
    workspace: (file) => {
      Object.assign(file['sources'] as object, { pds: { path: 'listed/pds.parquet' } });
    },
  });
  const at = (name: string): string => join(workspace.root, name);
  const pds = 'fixtures/data/pds.parquet';
  for (const folder of ['made', 'listed']) mkdirSync(at(folder));
  copyFileSync(pds, at('made/pds.parquet'));
  await writeCohort({ directory: at('made'), pds, participants: 400, seed: 3, reference: 'NIC-000000' });
  run('benchmarks/tracing/histories.ts', '--data', at('made'), '--out', at('listed'));
  const sent = readFileSync(at('listed/cohort.csv'), 'utf8');
  expect(sent).not.toBe(readFileSync(at('made/cohort/NIC-000000_cohort.csv'), 'utf8'));
  const ran = await darsHere(workspace.root, [
    'trace',
    at('listed/cohort.csv'),
    '--out',
    at('m.csv'),
    '--with-numbers',
  ]);
  expect(ran.status, ran.stderr).toBe(0);
  const told = run('benchmarks/tracing/evaluate.ts', at('m.csv'), at('made/cohort/truth.csv'));
  expect(Number(/precision: ([0-9.]+)/.exec(told)?.[1])).toBeGreaterThan(0.99);
  expect(Number(/recall: ([0-9.]+)/.exec(told)?.[1])).toBeGreaterThan(0.95);
}, 120_000);
