import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { chooseSought } from '../../src/linkage/trace/choose-sought.ts';
import { writeCohort } from '../../src/synth/cohort.ts';
import { makeWorkspace, type TestWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';

const forced = vi.hoisted(() => ({ atOnce: undefined as number | undefined }));

// A cohort that a test can trace would always be looked for at once.
vi.mock('../../src/linkage/trace/choose-sought.ts', async (original) => {
  const real = await original<{ chooseSought: typeof chooseSought }>();
  return {
    ...real,
    chooseSought: (...[database, pds]: Parameters<typeof chooseSought>) =>
      real.chooseSought(database, pds, forced.atOnce),
  };
});

const fixture = join(import.meta.dirname, '../../fixtures/data/pds.parquet');
const COHORT = 'cohort/NIC-1_cohort.csv';
let workspace: TestWorkspace;
const at = (name: string): string => join(workspace.root, name);
const linesOf = (name: string): string[] => readFileSync(at(name), 'utf8').trim().split('\n');

interface Found {
  readonly person: string;
  readonly rank: string;
}

async function traced(cohort: string, atOnce: number | undefined): Promise<Map<string, Found>> {
  forced.atOnce = atOnce;
  const ran = await darsHere(workspace.root, ['trace', at(cohort), '--out', at('match.csv'), '--with-numbers']);
  expect(ran.status, ran.stderr).toBe(0);
  return new Map(
    linesOf('match.csv').map((line) => {
      const [ref = '', person = '', rank = ''] = line.split(',');
      return [ref, { person, rank }];
    }),
  );
}

let whole: Map<string, Found>;
beforeAll(async () => {
  workspace = await makeWorkspace({
    workspace: (file) => {
      Object.assign(file['sources'] as object, { pds: { path: 'data/pds.parquet' } });
    },
  });
  copyFileSync(fixture, at('data/pds.parquet'));
  await writeCohort({ directory: workspace.root, pds: fixture, participants: 600, seed: 11, reference: 'NIC-1' });
  whole = await traced(COHORT, undefined);
});
afterAll(() => workspace[Symbol.dispose]());

test('participants who are looked for in batches are found as all at once', async () => {
  const parts = await traced(COHORT, 80);
  expect([...parts.keys()]).toEqual([...whole.keys()]);
  // Who is near the threshold may fall on either side of it: the model is learnt from fewer.
  const differing = [...whole].filter(([ref, { person }]) => parts.get(ref)?.person !== person);
  expect(differing.length).toBeLessThanOrEqual(6);
  const truth = new Map(linesOf('cohort/truth.csv').map((line) => line.split(',') as [string, string]));
  const links = [...parts].filter(([ref, { person }]) => person !== '' && ref !== 'UNIQUE_REFERENCE');
  expect(links.length).toBeGreaterThan(500);
  expect(links.filter(([ref, { person }]) => person !== truth.get(ref)).length).toBeLessThanOrEqual(1);
});

test('whom participants of different batches are equally like is linked to neither', async () => {
  const alike = [...whole].flatMap(([ref, { rank }]) => (rank === '4' ? [ref] : [])).slice(0, 12);
  expect(alike.length).toBe(12);
  const lines = linesOf(COHORT);
  const copies = lines.filter((line) => alike.includes(line.split(',')[0] ?? '')).map((line) => `again-${line}`);
  workspace.write('twice.csv', `${[...lines, ...copies].join('\n')}\n`);
  const parts = await traced('twice.csv', 40);
  const linked = alike.flatMap((ref) => [parts.get(ref)?.rank, parts.get(`again-${ref}`)?.rank]);
  expect(linked).toEqual(linked.map(() => ''));
});
