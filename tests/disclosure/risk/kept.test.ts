import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeWorkspace } from '../../support/make-workspace.ts';
import { darsHere } from '../../support/run-dars.ts';

test('the ledger has the digest of the report by which a release was held to the agreement’s thresholds', async () => {
  using workspace = await makeWorkspace({
    agreement: (file) => {
      file['risk'] = { at_most: { prosecutor_highest: 1 } };
    },
  });
  const ran = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect(ran.status, ran.stderr).toBe(0);
  const entries = workspace.read('state/ledger.jsonl').trim().split('\n');
  const { release, risk } = entries.map((line) => JSON.parse(line)).find(({ kind }) => kind === 'intended');
  const report = workspace.read(`state/quality/${release}/risk.json`);
  expect(risk).toBe(createHash('sha256').update(report).digest('hex'));
});
