import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect } from '../../src/engine/connect.ts';
import { linkageDatabase } from '../../src/engine/linkage-database.ts';
import type { chooseSought } from '../../src/linkage/trace/choose-sought.ts';
import { writeCohort } from '../../src/synth/cohort.ts';
import { makeWorkspace, type TestWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { byReference } from './support.ts';

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

type Rows = Map<string, Record<string, string>>;

async function traced(
  cohort: string,
  atOnce: number | undefined,
): Promise<{ readonly rows: Rows; readonly told: string }> {
  forced.atOnce = atOnce;
  const ran = await darsHere(workspace.root, ['trace', at(cohort), '--out', at('match.csv'), '--with-numbers']);
  expect(ran.status, ran.stderr).toBe(0);
  return { rows: byReference(at('match.csv')), told: ran.stderr };
}

let whole: Rows;
beforeAll(async () => {
  workspace = await makeWorkspace({
    workspace: (file) => {
      Object.assign(file['sources'] as object, { pds: { path: 'data/pds.parquet' } });
    },
  });
  copyFileSync(fixture, at('data/pds.parquet'));
  await writeCohort({ directory: workspace.root, pds: fixture, participants: 600, seed: 11, reference: 'NIC-1' });
  const all = await traced(COHORT, undefined);
  expect(all.told).toContain('- Compare and weigh\n');
  whole = all.rows;
});
afterAll(() => workspace[Symbol.dispose]());

test('participants who are looked for in batches are found as all at once', async () => {
  const { rows: parts, told } = await traced(COHORT, 80);
  const [, last] = /- Compare and weigh \(part (\d+) of \1\)/.exec(told) ?? [];
  expect(Number(last)).toBeGreaterThan(2);
  expect([...parts.keys()]).toEqual([...whole.keys()]);
  // Who is near the threshold may fall on either side of it: the model is learnt from fewer.
  const personOf = (rows: Rows, ref: string): string | undefined => rows.get(ref)?.['MATCHED_NHS_NO'];
  const differing = [...whole.keys()].filter((ref) => personOf(parts, ref) !== personOf(whole, ref));
  expect(differing.length).toBeLessThanOrEqual(6);
  const truth = byReference(at('cohort/truth.csv'));
  const links = [...parts.keys()].filter((ref) => personOf(parts, ref) !== '');
  expect(links.length).toBeGreaterThan(500);
  expect(links.filter((ref) => personOf(parts, ref) !== truth.get(ref)?.['NHS_NUMBER']).length).toBeLessThanOrEqual(1);
});

test('whom participants of different batches are equally like is linked to neither', async () => {
  const alike = [...whole].flatMap(([ref, row]) => (row['MATCH_RANK'] === '4' ? [ref] : [])).slice(0, 12);
  expect(alike.length).toBe(12);
  const lines = readFileSync(at(COHORT), 'utf8').trim().split('\n');
  const copies = lines.filter((line) => alike.includes(line.split(',')[0] ?? '')).map((line) => `again-${line}`);
  workspace.write('twice.csv', `${[...lines, ...copies].join('\n')}\n`);
  const { rows } = await traced('twice.csv', 40);
  const linked = alike.flatMap((ref) => [rows.get(ref)?.['MATCH_RANK'], rows.get(`again-${ref}`)?.['MATCH_RANK']]);
  expect(linked).toEqual(linked.map(() => ''));
});

test('there are as many batches as the memory has no room for at once', async () => {
  const { chooseSought } = await vi.importActual<typeof import('../../src/linkage/trace/choose-sought.ts')>(
    '../../src/linkage/trace/choose-sought.ts',
  );
  const batchesIn = async (memory: string): Promise<number> => {
    const { instance, connection } = await connect({ memory, threads: 1 });
    const database = linkageDatabase(connection);
    await database.execute(
      `CREATE TEMP TABLE "#cohort rows" AS SELECT range AS row, true AS adds, NULL::BIGINT AS nhs, '' AS given_name, '' AS family_name, '' AS other_given_name, DATE '1961-04-09' AS born, '1' AS gender, '' AS postcode FROM range(30000)`,
    );
    await database.execute(
      'CREATE TEMP TABLE "#trace by number" (row INTEGER, person BIGINT, superseded BOOLEAN, sensitive BOOLEAN, rank INTEGER)',
    );
    const pds = { records: '', all: '', succession: '', former: [], rows: 400_000_000 };
    const batches = await chooseSought(database, pds);
    connection.closeSync();
    instance.closeSync();
    return batches;
  };
  expect([await batchesIn('1GB'), await batchesIn('4GB')]).toEqual([3, 1]);
});
