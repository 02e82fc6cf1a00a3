import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { release } from '../../src/release.ts';
import { filesUnder } from '../support/delivered.ts';
import { HES, HES_HEADER, makeWorkspace, PDS, type WorkspaceParts } from '../support/make-workspace.ts';
import { wiredWorld } from '../support/wired-world.ts';
import { COHORT_PATH, cohortFile, forCohort, linkageProduct } from '../tracing/support.ts';

/** What happens to the sources after the gate has looked at them: the signing key is asked for then. */
async function releaseWhile(meanwhile: (root: string) => void, parts: WorkspaceParts = {}) {
  using workspace = await makeWorkspace(parts);
  const { world, pipeline } = await wiredWorld(workspace.root);
  const signer = async () => {
    meanwhile(workspace.root);
    return world.signer();
  };
  const ended = await release(pipeline, { ...world, signer }).then(
    () => 'delivered',
    (error: unknown) => error,
  );
  return { ended, left: filesUnder(join(workspace.root, 'state')).filter((path) => !path.startsWith('locks')) };
}

describe('a source that somebody touches while a release is made', () => {
  const moved = `${PDS.split('\n').slice(0, 3).join('\n')}\n`;
  it.each([
    ['pds', 'is cut short', (root: string) => writeFileSync(join(root, 'data/pds.csv'), moved)],
    [
      'pds',
      'is replaced by one of the same size and time',
      (root: string) => {
        const [path, other] = [join(root, 'data/pds.csv'), join(root, 'data/other.csv')];
        writeFileSync(other, PDS.replace('PERCIVAL', 'PERCIVEL'));
        utimesSync(other, 1_760_000_000, 1_760_000_000);
        renameSync(other, path);
      },
    ],
    ['hes_apc', 'gets another file', (root: string) => writeFileSync(join(root, 'data/hes_apc/hes_apc_2526.csv'), HES)],
    [
      'hes_apc',
      'grows',
      (root: string) => writeFileSync(join(root, 'data/hes_apc/hes_apc_2425.csv'), HES, { flag: 'a' }),
    ],
    ['hes_apc', 'is taken away', (root: string) => rmSync(join(root, 'data/hes_apc/hes_apc_2425.csv'))],
    ['opt-out list', 'is another', (root: string) => writeFileSync(join(root, 'data/opt-outs.dat'), '9990000018\n')],
  ])('%s %s: nothing is recorded, and nothing is left', async (source, _, meanwhile) => {
    const { ended, left } = await releaseWhile(meanwhile);
    expect(ended).toMatchObject({ exit: 11, code: 'source-changed' });
    expect(String(ended)).toContain(source);
    expect(left).toEqual([]);
  });

  it('may be an applicant’s cohort', async () => {
    const [percival, olwen] = [
      { ref: 'P', nhs: '9990000018', born: '1961-04-09' },
      { ref: 'O', nhs: '9990000026', born: '1985-12-31' },
    ];
    const { ended, left } = await releaseWhile(
      (root) => writeFileSync(join(root, COHORT_PATH), cohortFile([percival, olwen])),
      { agreement: forCohort, pipeline: linkageProduct, files: { [COHORT_PATH]: cohortFile([percival]) } },
    );
    expect(ended).toMatchObject({ exit: 11, code: 'source-changed' });
    expect(left).toEqual([]);
  });

  it('matters only where the release reads it', async () => {
    const { ended } = await releaseWhile((root) => writeFileSync(join(root, 'data/hes_op.csv'), `${HES_HEADER}\n`));
    expect(ended).toBe('delivered');
  });
});
