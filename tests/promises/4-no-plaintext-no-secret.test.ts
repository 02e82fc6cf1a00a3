import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder } from '../support/delivered.ts';
import { HES, MASTER_KEY, PDS, type Tree, testKeys } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { type Released, released } from './released.ts';

/** Promise 4: no plaintext output on disk, no secret or patient value in logs, errors, manifest, ledger or file names. */

/** Values of patients, in the spellings in which they could turn up, and what must stay secret. */
async function canaries(): Promise<string[]> {
  const { custodian } = await testKeys();
  const people = PDS.split('\n')
    .slice(1)
    .flatMap((line) => {
      const [number = '', , , family = '', given = '', , born = '', , street = '', , , , , postcode = ''] =
        line.split(',');
      return [number, family, given, born, born.replaceAll('-', ''), street, postcode, postcode.replace(' ', '')];
    });
  const episodes = HES.split('\n')
    .slice(1)
    .flatMap((line) => {
      const cells = line.split('|');
      return [cells[0] ?? '', cells[10] ?? ''];
    });
  const secrets = [MASTER_KEY, MASTER_KEY.toUpperCase(), custodian.privateKey.reveal().split('\n')[4] ?? ''];
  return [...new Set([...people, ...episodes, ...secrets].filter((value) => value.length >= 4))];
}

/** All that a run left behind or said, but for its sources, its keys, and ciphertext. */
function traces({ workspace, ran }: Released, also: readonly string[] = []): string {
  const paths = filesUnder(workspace.root).filter((path) => !/^(data|keys)\//.test(path));
  const contents = paths.map((path) => readFileSync(join(workspace.root, path), 'latin1'));
  return [ran.stdout, ran.stderr, ...also, ...paths, ...contents].join('\n');
}

const hes = (line: string): Record<string, string> => ({ 'data/hes_apc/hes_apc_2425.csv': `${HES}${line}\n` });
const source = (name: string, change: Tree) => (file: Tree) => {
  Object.assign((file['sources'] as Record<string, Tree>)[name] ?? {}, change);
};

test.each([
  ['a release', 0, {}],
  [
    'a compressed one',
    0,
    { pipeline: (file: Tree) => Object.assign((file['products'] as Tree[])[0] ?? {}, { compression: 'zstd' }) },
  ],
  ['a refusal', 12, { workspace: source('opt_outs', { as_at: '2026-01-01' }) }],
  [
    'a date that is none',
    11,
    { files: hes('500000000011|9990000018|2024-02-30|2024-05-01|2024-05-03|E110||1|041961|E01000001|L-0001') },
  ],
  ['a row that is too short', 11, { files: hes('500000000011|9990000018|2024-02-30') }],
  ['an open quote', 11, { files: hes('500000000011|"9990000018|ASHWORTH') }],
  [
    'a column that holds NHS numbers',
    13,
    { files: { 'data/hes_apc/hes_apc_2425.csv': HES.replace('500000000001|', '9990000018|') } },
  ],
  ['an opt-out list that is none', 12, { files: { 'data/opt-outs.dat': '9990000050\nASHWORTH\n' } }],
  ['two records of a person in PDS', 11, { files: { 'data/pds.csv': `${PDS}${PDS.split('\n')[1]}\n` } }],
  [
    'a destination that can’t be written',
    15,
    {
      workspace: (file: Tree) =>
        Object.assign(file, { destinations: { shelf: { type: 'folder', path: '/dev/null/out' } } }),
    },
  ],
] as const)('%s leaves no trace of a patient and no secret', async (_, status, parts) => {
  using release = await released(parts);
  expect(release.ran.status).toBe(status);
  const plan = await darsHere(release.workspace.root, ['plan', 'diabetes-apc', '--sql', '--as-of', '2027-02-01']);
  const list = await darsHere(release.workspace.root, ['ledger', 'list', '--json']);
  const left = traces(release, [plan.stdout, plan.stderr, list.stdout, list.stderr]);
  expect((await canaries()).filter((value) => left.includes(value))).toEqual([]);
});

test('the canaries would be noticed: they are in the sources', async () => {
  const text = `${PDS}\n${HES}`;
  expect((await canaries()).filter((value) => text.includes(value)).length).toBeGreaterThan(20);
});
