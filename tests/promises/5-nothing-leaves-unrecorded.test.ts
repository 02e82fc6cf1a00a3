import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReleaseEvent } from '../../src/release/release-event.ts';
import { deliverWaiting, release } from '../../src/release.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, type TestWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { wiredWorld } from '../support/wired-world.ts';

/* Promise 5: nothing leaves without a ledger entry; no entry is ever changed. */

function ledgerOf({ root }: TestWorkspace): string {
  try {
    return readFileSync(join(root, 'state/ledger.jsonl'), 'utf8');
  } catch {
    return '';
  }
}

it('whatever is at the recipient, in whole or in part, stands in an entry that was there before it', async () => {
  using workspace = await makeWorkspace();
  let ledger = '';
  let looks = 0;
  const observe = (_: ReleaseEvent): void => {
    const now = ledgerOf(workspace);
    expect(now.startsWith(ledger), 'an entry was changed').toBe(true);
    ledger = now;
    for (const path of filesUnder(join(workspace.root, 'out'))) {
      looks += 1;
      expect(ledger).toContain(`"release":"${path.split('/')[0]}"`);
      const name = basename(path).replace(/\.part$/, '');
      if (!name.startsWith('MANIFEST.json')) expect(ledger).toContain(`"name":"${name}"`);
    }
  };
  const { pipeline, world } = await wiredWorld(workspace.root, observe);
  const shelf = world.destination;
  const down = () => Promise.reject(new Error('not to be reached'));

  await release(pipeline, world);
  // Refused, replaced by a delivery that fails at first, and delivered: each of it is a line more, and no line less.
  await expect(release(pipeline, world)).rejects.toMatchObject({ exit: 12 });
  const replacement = { file: 'FILE0000001', because: 'it was unreadable' };
  await expect(release(pipeline, { ...world, destination: down }, replacement)).rejects.toThrow('not to be reached');
  expect(filesUnder(join(workspace.root, 'out'))).toHaveLength(3);
  await deliverWaiting(pipeline, { ...world, destination: shelf });
  observe({ kind: 'step', step: 'the end' });
  expect(looks).toBeGreaterThan(10);
  const kinds = ledger
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds).toEqual(['described', 'intended', 'delivered', 'refused', 'intended', 'delivered']);
});

it('an entry that was changed by hand is found, and nothing is released on such a ledger', async () => {
  using workspace = await makeWorkspace();
  await darsHere(workspace.root, ['run', 'diabetes-apc']);
  const before = filesUnder(join(workspace.root, 'out'));
  const changed = ledgerOf(workspace).replace('"rows":4', '"rows":5');
  workspace.write('state/ledger.jsonl', changed);
  for (const args of [['ledger', 'verify'], ['run', 'diabetes-apc'], ['deliver'], ['check']]) {
    expect((await darsHere(workspace.root, args)).status).toBe(16);
  }
  expect(ledgerOf(workspace)).toBe(changed);
  expect(filesUnder(join(workspace.root, 'out'))).toEqual(before);
});
