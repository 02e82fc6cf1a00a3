import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AirlockBrief } from '../../src/disclosure/airlock-brief.ts';
import type { EngineSession } from '../../src/engine/engine.ts';
import { ExitCode } from '../../src/kernel/exit-code.ts';
import { Fault } from '../../src/kernel/fault.ts';
import { release } from '../../src/release.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, type TestWorkspace, TODAY, type Tree } from '../support/make-workspace.ts';
import { wiredWorld } from '../support/wired-world.ts';
import { COHORT_PATH, cohortFile, forCohort, linkageProduct } from '../tracing/support.ts';
import { makeStudy, pdsCsv, uploadCsv } from '../tracking/study.ts';

/* Nothing leaves that was not checked and proven (design, section 4, steps 9 and 11), whichever product it is. */

const PERCIVAL = '9990000018';

const PRODUCTS: Readonly<Record<string, () => Promise<TestWorkspace>>> = {
  extract: () => makeWorkspace(),
  tabulation: () =>
    makeWorkspace({
      agreement: (file) => {
        const changes = { products: ['tabulation'], identifiability: 'aggregated' };
        Object.assign((file['datasets'] as Tree[])[0] ?? {}, changes);
      },
      pipeline: (file) => {
        const table = { dimensions: [{ name: 'sex', from: 'SEX' }], tables: [{ name: 'by-sex', by: ['sex'] }] };
        file['products'] = [{ name: 'tables', product: 'tabulation', dataset: 'hes_apc', ...table }];
      },
    }),
  'bespoke-linkage': () =>
    makeWorkspace({
      agreement: forCohort,
      pipeline: linkageProduct,
      files: { [COHORT_PATH]: cohortFile([{ ref: 'P', nhs: PERCIVAL, born: '1961-04-09' }]) },
    }),
  tracking: async () => {
    const study = await makeStudy();
    study.write('data/pds.csv', pdsCsv([{ nhs: PERCIVAL }, { nhs: '9990000026' }]));
    study.write('cohort/NIC-147750_members.csv', uploadCsv([{ study: 'S1', status: 'add', nhs: PERCIVAL }]));
    study.change('dars.yaml', (file) => {
      Object.assign((file['sources'] as Record<string, object>)['opt_outs'] ?? {}, { as_at: TODAY });
    });
    return study;
  },
};

/** What is known of a release whose engine is another one than it should be: how it ended, and what there is of it. */
async function releaseWith(product: string, change: (real: EngineSession, root: string) => Partial<EngineSession>) {
  using workspace = await (PRODUCTS[product]?.() ?? makeWorkspace());
  const { root } = workspace;
  const { world, pipeline } = await wiredWorld(root, () => {}, product === 'tracking' ? 'follow-up' : undefined);
  const open: typeof world.engine.open = async (...args) => {
    const real = await world.engine.open(...args);
    return { ...real, ...change(real, root) };
  };
  const ended = await release(pipeline, { ...world, engine: { ...world.engine, open } }).then(
    () => 'delivered',
    (error: unknown) => error,
  );
  const left = ['state', 'out'].flatMap((path) => filesUnder(join(root, path)));
  // What a tracking report would have told is swept when the next is made; the ledger knows nothing of it.
  return { ended, left: left.filter((path) => !/^(locks|told)\//.test(path)) };
}

describe.each(Object.keys(PRODUCTS))('%s', (product) => {
  it('does not leave, and is not kept, where the proof fails', async () => {
    const { ended, left } = await releaseWith(product, () => ({
      prove: async () => {
        throw new Fault(ExitCode.disclosure, 'not-proven', 'the counts differ');
      },
    }));
    expect(ended).toMatchObject({ exit: 13, code: 'not-proven' });
    expect(left).toEqual([]);
  });

  it('is proven by the opt-out list itself, read anew, and not by what was made of it before', async () => {
    const proofs: unknown[] = [];
    await releaseWith(product, (real, root) => ({
      prove: async (file, produced) => {
        writeFileSync(join(root, 'data/opt-outs.dat'), `${PERCIVAL}\n`);
        proofs.push(
          await real.prove(file, produced).then(
            () => 'proven',
            ({ code }: Fault) => code,
          ),
        );
      },
    }));
    expect(proofs[0]).toBe('not-proven');
  });
});

/** A grant of less than what the plan was made from. */
const LESS: Readonly<Record<string, (brief: AirlockBrief) => Partial<AirlockBrief>>> = {
  'a column': ({ grant, pdsGrant }) => ({
    grant: { ...grant, fields: [] },
    ...(pdsGrant === undefined ? {} : { pdsGrant: { ...pdsGrant, fields: [] } }),
  }),
  'a column of a match file': () => ({ matchGrant: [] }),
};

// Tables have an airlock of their own: see tests/disclosure/tabulation/check-released.test.ts.
it.each([
  { product: 'extract', what: 'a column' },
  { product: 'bespoke-linkage', what: 'a column' },
  { product: 'bespoke-linkage', what: 'a column of a match file' },
  { product: 'tracking', what: 'a column' },
])(
  '$product: nothing leaves where the airlock, which knows the grant alone, finds $what that is not granted',
  async ({ product, what }) => {
    const { ended, left } = await releaseWith(product, (real) => ({
      write: (file, brief) => real.write(file, { ...brief, ...LESS[what]?.(brief) }),
    }));
    expect(ended).toMatchObject({ exit: 13, code: 'column-not-granted' });
    expect(left).toEqual([]);
  },
);
