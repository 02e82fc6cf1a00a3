import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { release } from '../../src/release.ts';
import { ledgerKinds } from '../hostile/expect-stopped.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, pipelineTree } from '../support/make-workspace.ts';
import { dars } from '../support/run-dars.ts';
import { wiredWorld } from '../support/wired-world.ts';

it('two processes that run the same pipeline at once make one release; the other is told that it went out', async () => {
  using workspace = await makeWorkspace();
  const run = () => dars(workspace.root, ['run', 'diabetes-apc']);
  const both = (await Promise.all([run(), run()])).sort((a, b) => (a.status ?? 0) - (b.status ?? 0));
  expect(both.map(({ status }) => status)).toEqual([0, 12]);
  expect(both[1]?.stderr).toContain('may go out once in a calendar quarter, and did on 2026-11-20');
  expect(ledgerKinds(workspace.root)).toEqual(['described', 'intended', 'delivered', 'refused']);
  expect(filesUnder(join(workspace.root, 'out'))).toHaveLength(3);
  expect(filesUnder(join(workspace.root, 'state/outbox'))).toEqual([]);
}, 120_000);

it('a pipeline that passed the gate is refused if another releases the same before it is ready', async () => {
  const other = { ...pipelineTree(), pipeline: 'diabetes-again' };
  using workspace = await makeWorkspace({ files: { 'pipelines/again.yaml': stringify(other) } });
  const again = await wiredWorld(workspace.root, () => {}, 'diabetes-again');
  const { world, pipeline } = await wiredWorld(workspace.root);
  // The signing key is asked for after the gate; meanwhile the other release is made and delivered, whole.
  const signer = async () => {
    await release(again.pipeline, again.world);
    return world.signer();
  };
  await expect(release(pipeline, { ...world, signer })).rejects.toMatchObject({ exit: 12, code: 'frequency-used-up' });
  expect(ledgerKinds(workspace.root)).toEqual(['described', 'intended', 'delivered', 'refused']);
  expect(filesUnder(join(workspace.root, 'out'))).toHaveLength(3);
  expect(filesUnder(join(workspace.root, 'state/outbox'))).toEqual([]);
});
