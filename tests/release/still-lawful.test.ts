import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ledgerLines } from '../kill/recovery.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, type Tree } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { withoutDestination } from '../tracking/study.ts';

const LATER = '2026-11-25';

it.each([
  { what: 'its opt-out list is too old by then', command: 'deliver', code: 'opt-outs-stale' },
  { what: 'its opt-out list is too old by then', command: 'due', code: 'opt-outs-stale' },
  { what: 'its agreement has ended by then', command: 'deliver', code: 'expired' },
  { what: 'its agreement has ended by then', command: 'due', code: 'expired' },
])('what waits in the outbox does not leave by dars $command where $what', async ({ command, code }) => {
  using workspace = await makeWorkspace({
    workspace: (file) => {
      const maxAge = code === 'opt-outs-stale' ? { max_age_days: 3 } : {};
      Object.assign((file['sources'] as Record<string, object>)['opt_outs'] ?? {}, maxAge);
    },
    agreement: (file) => {
      if (code === 'expired') (file['term'] as Tree)['end'] = '2026-11-23';
    },
  });
  const { root } = workspace;
  const first = await withoutDestination(workspace, () => darsHere(root, ['run', 'diabetes-apc']));
  expect(first.status, first.stderr).toBe(15);
  const ran = await darsHere(root, [command, '--as-of', LATER]);
  expect(ran.status, ran.stderr).toBe(12);
  expect(filesUnder(join(root, 'out'))).toEqual([]);
  const entries = ledgerLines(root) as { kind: string; refusals?: { code: string }[] }[];
  expect(entries.map(({ kind }) => kind)).not.toContain('delivered');
  expect(entries.at(-1)?.refusals?.map((each) => each.code)).toEqual([code]);
});
