import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { wireDue } from '../../src/cli/wire-due.ts';
import { release } from '../../src/release.ts';
import { type DueWorld, exitOf, runDue } from '../../src/schedule/run-due.ts';
import { loadWorkspace } from '../../src/workspace/load-workspace.ts';
import { ledgerLines } from '../kill/recovery.ts';
import { agreementTree, makeWorkspace, pipelineTree, type Tree, testKeys } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { referenceOf } from './support.ts';

/** Pipelines, each under an agreement of its own: name -> destination. */
async function workspaceOf(pipelines: Readonly<Record<string, string>>) {
  const { recipient } = await testKeys();
  const files: Record<string, string> = {};
  for (const [index, [name, destination]] of Object.entries(pipelines).entries()) {
    const agreement = agreementTree(recipient.fingerprint);
    const to = { ...(agreement['recipient'] as Tree), destination };
    files[`agreements/${name}.yaml`] = stringify({ ...agreement, reference: referenceOf(index), recipient: to });
    files[`pipelines/${name}.yaml`] = stringify({
      ...pipelineTree(),
      pipeline: name,
      agreement: referenceOf(index),
      schedule: {},
    });
  }
  const workspace = await makeWorkspace({
    files,
    workspace: (file) => {
      file['destinations'] = { shelf: { type: 'folder', path: 'out' }, attic: { type: 'folder', path: 'attic/door' } };
    },
  });
  for (const path of ['agreements/dsa.yaml', 'pipelines/diabetes-apc.yaml']) rmSync(join(workspace.root, path));
  return workspace;
}

async function due(root: string, moment: string, change: (world: DueWorld) => Partial<DueWorld> = () => ({})) {
  const workspace = await loadWorkspace(root);
  const options = { again: false, observe: () => {}, settled: async () => {} };
  const world = await wireDue(workspace, () => new Date(moment), options);
  const results = await runDue({ ...world, ...change(world) });
  return {
    results,
    exit: exitOf(results, workspace),
    outcomes: Object.fromEntries(results.map((each) => [each.pipeline, each.outcome])),
  };
}

describe('a run of all that is due', () => {
  it('tries a destination that is down once, makes nothing again for it, and holds up nobody who goes elsewhere', async () => {
    using workspace = await workspaceOf({ a: 'attic', b: 'attic', c: 'shelf' });
    workspace.write('attic', 'no folder can be made in a file');
    const first = await due(workspace.root, '2026-11-20T02:00:00Z');
    expect([first.outcomes, first.exit]).toEqual([{ a: 'waiting', b: 'waiting', c: 'done' }, 15]);
    const codes = () => ledgerLines(workspace.root).flatMap((line) => ('code' in line ? [line.code] : []));
    expect(codes().sort()).toEqual(['destination-down', 'refused']);

    // Another list the next day: one is made again to find that the place is still down, and the other is not.
    writeFileSync(join(workspace.root, 'data/opt-outs.dat'), '9990000050\n9990000018\n');
    const second = await due(workspace.root, '2026-11-21T02:00:00Z', () => ({ mostWorkers: 1 }));
    expect([second.outcomes, second.exit]).toEqual([{ a: 'waiting', b: 'waiting', c: 'none' }, 15]);
    expect(ledgerLines(workspace.root).filter(({ kind }) => kind === 'abandoned')).toHaveLength(1);

    rmSync(join(workspace.root, 'attic'));
    const third = await due(workspace.root, '2026-11-22T02:00:00Z');
    expect([third.outcomes, third.exit]).toEqual([{ a: 'done', b: 'done', c: 'none' }, 0]);
    const delivered = ledgerLines(workspace.root).filter(({ kind }) => kind === 'delivered');
    expect(delivered).toHaveLength(3);
    // 9990000018, who had four rows, is in neither.
    const rows = ledgerLines(workspace.root).flatMap(({ kind, files }) =>
      kind === 'intended' ? [files?.[0]?.rows] : [],
    );
    expect(rows.slice(-2)).toEqual([3, 3]);
  });

  it('a bug in one release is its own, and what somebody released meanwhile is not released again', async () => {
    using workspace = await workspaceOf({ a: 'shelf', b: 'shelf' });
    const { results, exit, outcomes } = await due(workspace.root, '2026-11-20T02:00:00Z', ({ worldFor }) => ({
      mostWorkers: 1,
      worldFor: (pipeline, name, workers) => {
        const world = worldFor(pipeline, name, workers);
        if (name === 'a') return { ...world, signer: () => Promise.reject(new TypeError('ASHWORTH')) };
        const alone: typeof world.alone = async (of, work) => {
          // Somebody by hand, just before us.
          if (pipeline !== undefined) await release(pipeline, world);
          return world.alone(of, work);
        };
        return { ...world, alone };
      },
    }));
    expect([outcomes, exit]).toEqual([{ a: 'failed', b: 'none' }, 70]);
    expect(results[0]?.fault?.message).toBe('a bug in dars: TypeError');
    expect(results[1]?.item).toMatchObject({ state: 'released' });
    expect(ledgerLines(workspace.root).map(({ kind }) => kind)).toEqual(['described', 'intended', 'delivered']);
  });

  it('starts nothing more when the ledger can’t be trusted', async () => {
    using workspace = await workspaceOf({ a: 'shelf', b: 'shelf' });
    const { outcomes, exit } = await due(workspace.root, '2026-11-20T02:00:00Z', ({ worldFor }) => ({
      mostWorkers: 1,
      worldFor: (pipeline, name, workers) => {
        writeFileSync(join(workspace.root, 'state/ledger.jsonl'), 'no entry\n');
        return worldFor(pipeline, name, workers);
      },
    }));
    expect([outcomes, exit]).toEqual([{ a: 'failed', b: 'failed' }, 16]);
  });

  it('says the same all day of a release in which people could be found too easily', async () => {
    using workspace = await workspaceOf({ a: 'shelf' });
    workspace.change('agreements/a.yaml', (file) => {
      file['risk'] = { at_most: { prosecutor_highest: 0.4 } };
    });
    for (const moment of ['2026-11-20T02:00:00Z', '2026-11-20T03:00:00Z']) {
      const { outcomes, exit } = await due(workspace.root, moment);
      expect([outcomes, exit]).toEqual([{ a: 'refused' }, 13]);
    }
    expect(ledgerLines(workspace.root).map(({ kind }) => kind)).toEqual(['refused']);
  });

  it('tells what it came to also where the ledger was broken meanwhile', async () => {
    using workspace = await workspaceOf({ a: 'shelf', b: 'shelf' });
    workspace.change('dars.yaml', (file) => {
      const spoil = ['sh', '-c', 'echo "no entry" >> state/ledger.jsonl; cat keys/pseudonym.key'];
      file['keys'] = { ...(file['keys'] as Tree), pseudonym: { command: spoil } };
      file['limits'] = { at_once: 1 };
    });
    const { status, stdout } = await darsHere(workspace.root, ['--json', 'due']);
    expect(status).toBe(16);
    const { results } = JSON.parse(stdout) as { results: { code: string; outcome: string }[] };
    expect(results).toMatchObject([{ outcome: 'failed' }, { outcome: 'failed', code: 'not-started' }]);
  });
});
