import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ToldFolder } from '../../src/deliver/told-folder.ts';
import { fileReference } from '../../src/kernel/file-reference.ts';
import type { Intended } from '../../src/ledger/entries.ts';
import type { Entry, EntryBody } from '../../src/ledger/ledger.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { toldBefore, toldFiles, toldName } from '../../src/release/told-before.ts';
import { delivered, intended } from '../ledger/bodies.ts';

const STEM = 'DARS-NIC-147750-8GS7S';
const SCOPES = ['study/members/event-notification', 'study/members/cause-of-death'];

/** A release of two reports, each of which tells something. */
function told(release: string, first: number, replaces?: number): Intended {
  const body = intended(release, [first, first + 1], replaces);
  const files = body.files.map((file, index) => ({ ...file, tells: { scope: SCOPES[index] ?? '', sha256: release } }));
  return { ...body, pipeline: 'study', files };
}

const asEntries = (bodies: readonly EntryBody[]): Entry[] =>
  bodies.map((body, seq) => ({ ...body, seq, time: '2026-11-20T12:00:00.000Z' }) as Entry);

test('a release that stands in for one file stands in for its others as well', () => {
  const entries = asEntries([told('old', 1), delivered('old'), told('new', 3, 1), delivered('new')]);
  for (const [index, scope] of SCOPES.entries()) {
    expect(toldBefore(entries, STEM, scope, undefined)).toEqual([{ name: toldName('new', index), sha256: 'new' }]);
  }
  // What is being made in place of a file counts none of that release, as the one that was made did not.
  expect(toldBefore(entries, STEM, SCOPES[1] ?? '', fileReference(3))).toEqual([]);
});

test('what a pipeline left is swept, and nothing of another that may be running', async () => {
  const state = mkdtempSync(join(tmpdir(), 'dars-told-'));
  try {
    const folder = join(state, 'told', STEM);
    mkdirSync(folder, { recursive: true });
    const left = 'study-20261120T1200-0a1b2c3d-0.parquet';
    const others = ['study-2-20261120T1200-0a1b2c3d-0.parquet', 'study-20261120-20261120T1200-0a1b2c3d-1.parquet'];
    for (const name of [left, ...others]) writeFileSync(join(folder, name), '');
    const plan = {
      ...{ stem: STEM, pipeline: 'study' },
      files: [{ steps: [{ kind: 'tell', scope: SCOPES[0] }] }],
    } as unknown as Plan;
    await toldFiles(plan, 'study-20261120T1300-00000000', [], undefined, new ToldFolder(state));
    expect(readdirSync(folder).sort()).toEqual([...others].sort());
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
