import { join } from 'node:path';
import { expect, it } from 'vitest';
import { release } from '../../src/release.ts';
import { CANARY_FILES, canaries, found } from '../canaries/canaries.ts';
import { look } from '../canaries/watch.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { openRecipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';
import { wiredWorld } from '../support/wired-world.ts';

/*
 * Promise 4: no plaintext output on disk; no secret or patient value in logs, errors, manifest, ledger or file names.
 * (All of it, over many ways to fail and while a process works: tests/canaries.)
 */

it('at no step of a release is a value of a patient, a secret or a line of the output in any file', async () => {
  await using recipient = await openRecipient();
  using workspace = await makeWorkspace({ recipient, files: CANARY_FILES });
  const folders = ['state', 'tmp', 'out'].map((name) => join(workspace.root, name));
  const among = canaries({ 'signing key': workspace.read('keys/custodian.private.asc') });
  const looks: { step: string; files: number; contents: Buffer }[] = [];
  const { pipeline, world } = await wiredWorld(workspace.root, (event) => {
    const { leaks, contents } = look(folders, among);
    expect([...leaks]).toEqual([]);
    looks.push({
      step: event.kind === 'step' ? event.step : event.kind,
      files: contents.length,
      contents: Buffer.concat(contents),
    });
  });
  await release(pipeline, world);

  // The looks were worth something: the sealed output was there, and what it holds is not.
  const file = filesUnder(join(workspace.root, 'out')).find((path) => path.endsWith('.gpg')) ?? '';
  const lines = (await recipient.open(join(workspace.root, 'out', file))).toString('utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(looks.find(({ step }) => step === 'prove')?.files).toBeGreaterThan(0);
  for (const { contents } of looks) for (const line of lines) expect(contents.includes(line)).toBe(false);
});

it('a run that fails on a patient’s own row says where the row is and nothing of it', async () => {
  const hes = 'data/hes_apc/hes_apc_2425.csv';
  const files = { ...CANARY_FILES, [hes]: CANARY_FILES[hes].replace('2024-05-03', '1931-07-23X') };
  using workspace = await makeWorkspace({ files });
  const { status, stdout, stderr } = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect(status).toBe(11);
  expect(stderr).toContain('hes_apc_2425.csv, row 1, column EPIEND: the value is no date');
  expect(found(Buffer.from(stdout + stderr), canaries({}))).toEqual([]);
});
