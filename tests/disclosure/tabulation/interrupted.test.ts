import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { release } from '../../../src/release.ts';
import { ledgerLines } from '../../kill/recovery.ts';
import {
  agreementTree,
  makeWorkspace,
  pipelineTree,
  type TestWorkspace,
  type Tree,
  testKeys,
} from '../../support/make-workspace.ts';
import { darsHere } from '../../support/run-dars.ts';
import { wiredWorld } from '../../support/wired-world.ts';

/** Two pipelines of tables of the same rows, each under an agreement of its own. */
async function withTables(): Promise<TestWorkspace> {
  const table = (by: string): Tree => ({
    ...{ name: 'tables', product: 'tabulation', dataset: 'hes_apc' },
    dimensions: [{ name: 'by', from: by }],
    tables: [{ name: 'counts', by: ['by'] }],
  });
  const grantTables = (file: Tree): Tree => {
    const changes = { products: ['tabulation'], identifiability: 'aggregated', frequency: 'monthly' };
    Object.assign((file['datasets'] as Tree[])[0] ?? {}, changes);
    return file;
  };
  const agreement = 'DARS-NIC-147751-8GS7S-v1.0';
  const granted = grantTables(agreementTree((await testKeys()).recipient.fingerprint));
  return makeWorkspace({
    agreement: grantTables,
    pipeline: (file) => {
      file['products'] = [table('SEX')];
    },
    files: {
      'agreements/other.yaml': stringify({ ...granted, reference: agreement }),
      'pipelines/other.yaml': stringify({
        ...pipelineTree(),
        ...{ pipeline: 'other', agreement, products: [table('DIAG_4_01')] },
      }),
    },
  });
}

const audited = (root: string): unknown[] =>
  ledgerLines(root)
    .filter(({ kind }) => kind === 'intended')
    .map((entry) => (entry as { tables?: { certificate: Tree } }).tables?.certificate['earlier_releases']);

describe('tables', () => {
  it('interrupted at any step and made again leave once, and later ones are audited with them', async () => {
    const steps: string[] = [];
    for (let at = 0; at === 0 || at < steps.length; at += 1) {
      using workspace = await withTables();
      let seen = 0;
      const { world, pipeline } = await wiredWorld(workspace.root, (event) => {
        if (event.kind !== 'step') return;
        if (at === 0) steps.push(event.step);
        seen += 1;
        if (at > 0 && seen === at) throw new Error('the lights went out');
      });
      const first = release(pipeline, world);
      if (at === 0) await first;
      else await expect(first).rejects.toThrow('the lights went out');
      // Where the last word was said, nothing is left to do this month.
      const again = await darsHere(workspace.root, ['run', 'diabetes-apc']);
      expect([steps[at - 1], [0, 12].includes(again.status ?? -1)]).toEqual([steps[at - 1], true]);
      const next = await darsHere(workspace.root, ['--as-of', '2026-12-01', 'run', 'diabetes-apc']);
      expect([steps[at - 1], next.status, next.stderr]).toEqual([steps[at - 1], 0, expect.any(String)]);
      expect([steps[at - 1], audited(workspace.root)]).toEqual([steps[at - 1], [0, 1]]);
      expect(ledgerLines(workspace.root).filter(({ kind }) => kind === 'delivered')).toHaveLength(2);
    }
    expect(steps).toContain('control');
  }, 300_000);

  it('that were released while these were made are not left out of the audit: these are not released', async () => {
    using workspace = await withTables();
    const root = workspace.root;
    const { world, pipeline } = await wiredWorld(root);
    const other = await wiredWorld(root, () => {}, 'other');
    let meanwhile = false;
    const solver: typeof world.solver = async () => {
      if (!meanwhile) await release(other.pipeline, other.world);
      meanwhile = true;
      return world.solver();
    };
    await expect(release(pipeline, { ...world, solver })).rejects.toMatchObject({ code: 'tables-meanwhile' });
    expect(audited(root)).toEqual([0]);
  });
});
